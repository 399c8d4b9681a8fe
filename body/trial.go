package body

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
)

// trialLifetime is how long a trial may last.
const trialLifetime = 90 * 24 * time.Hour

// NewTrialSeal makes a throw-away root, an issuing authority and a seal
// certificate that names the body of the profile as its owner, to try things
// out with. Nobody trusts it, its common name says what it is, and what is
// sealed with it must say so, too. The keys of the authorities are forgotten at
// once. Where the body has a seal of an authority it is a Conflict.
func (k Keys) NewTrialSeal(p Profile, uris ...string) (State, error) {
	name, err := subject(p, shortened(p.Name(""), maxCommonName-len([]rune(keys.TrialMark)))+keys.TrialMark)
	if err != nil {
		return State{}, err
	}
	addresses, err := parseURIs(uris)
	if err != nil {
		return State{}, err
	}
	all, err := k.seals()
	if err != nil {
		return State{}, err
	}
	if s, ok := inUse(all); ok && !s.issuing {
		return State{}, fault.New(fault.Conflict, "body.seal.installed", nil)
	}
	n, err := k.newKey(keys.ES256)
	if err != nil {
		return State{}, err
	}
	signer, err := private.Load(k.path("key", n))
	if err != nil {
		return State{}, fmt.Errorf("reading the key just made: %w", err)
	}
	from := k.now().UTC().Truncate(time.Second)
	root, issuing, leaf, err := trial(&x509.Certificate{
		Subject: name, URIs: addresses, NotBefore: from, NotAfter: from.Add(trialLifetime),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, BasicConstraintsValid: true,
	}, signer.Public())
	if err != nil {
		return State{}, fmt.Errorf("making a trial seal: %w", err)
	}
	chain, err := keys.NewChain([]*x509.Certificate{leaf, issuing, root})
	if err != nil {
		return State{}, fmt.Errorf("making a trial seal: %w", err)
	}
	for _, err := range []error{chain.Check(from), owned(chain, p)} {
		if err != nil {
			return State{}, err
		}
	}
	one := func(c *x509.Certificate) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	// The mark of a trial comes before what makes it a seal.
	for _, f := range []struct {
		kind string
		data []byte
	}{{"issuing", one(issuing)}, {"root", one(root)}, {"chain", chain.PEM()}} {
		if err := k.write(k.path(f.kind, n), f.data); err != nil {
			return State{}, err
		}
	}
	return k.State(p)
}

// trial makes a root and an issuing authority and lets them certify a seal.
func trial(seal *x509.Certificate, pub crypto.PublicKey) (root, issuing, leaf *x509.Certificate, err error) {
	authority := func(name string, pathLen int) *x509.Certificate {
		return &x509.Certificate{
			Subject: pkix.Name{
				Country: seal.Subject.Country, Organization: []string{"Probatum" + keys.TrialMark}, CommonName: name + keys.TrialMark,
			},
			NotBefore: seal.NotBefore, NotAfter: seal.NotAfter,
			BasicConstraintsValid: true, IsCA: true, MaxPathLen: pathLen, MaxPathLenZero: pathLen == 0,
			KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		}
	}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, nil, err
	}
	issuingKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, nil, err
	}
	if root, err = certify(authority("Trial Root CA", 1), nil, rootKey.Public(), rootKey); err != nil {
		return nil, nil, nil, err
	}
	if issuing, err = certify(authority("Trial Issuing CA", 0), root, issuingKey.Public(), rootKey); err != nil {
		return nil, nil, nil, err
	}
	if leaf, err = certify(seal, issuing, pub, issuingKey); err != nil {
		return nil, nil, nil, err
	}
	return root, issuing, leaf, nil
}

// certify signs a certificate for pub; without a parent it signs itself.
func certify(t, parent *x509.Certificate, pub crypto.PublicKey, by crypto.Signer) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	t.SerialNumber = serial.Add(serial, big.NewInt(1)) // never zero: RFC 5280, 4.1.2.2
	spki, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(spki)
	t.SubjectKeyId = id[:20]
	if parent == nil {
		parent = t
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, pub, by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
