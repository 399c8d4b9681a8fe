package body

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
)

var (
	oidOrganizationID = asn1.ObjectIdentifier{2, 5, 4, 97}
	oidKeyUsage       = asn1.ObjectIdentifier{2, 5, 29, 15}
)

// subject is the name of the body in its seal certificate (ETSI EN 319 412-3,
// 4.2.1): the legal name in its first language, the registered identifier, the
// country of its register. The error is a fault.List of what is missing.
func subject(p Profile, commonName string) (pkix.Name, error) {
	var l fault.List
	for _, m := range p.Missing() {
		switch m.Path {
		case "$.legalName", "$.identifier.notation", "$.country":
			l = append(l, fault.Item{Path: m.Path, Key: m.Key, Args: m.Args, Rule: m.Rule})
		}
	}
	if len(l) == 0 {
		l = p.CheckDraft()
	}
	if name := p.Name(""); len(name) > maxSubject {
		l.Add("$.legalName", "body.seal.long", "", "Max", maxSubject)
	}
	if err := l.Err(); err != nil {
		return pkix.Name{}, err
	}
	b := p.Assessment()
	return pkix.Name{
		Country: []string{b.Identifier.Country}, Organization: []string{p.Name("")}, CommonName: commonName,
		ExtraNames: []pkix.AttributeTypeAndValue{{Type: oidOrganizationID, Value: b.Identifier.Notation}},
	}, nil
}

// maxSubject is how many bytes of a name keys.OwnerOf reads.
const maxSubject = 300

// maxCommonName is what RFC 5280, appendix A allows for a common name.
const maxCommonName = 64

// shortened cuts a name to a number of characters.
func shortened(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// parseURIs reads further names of the body in a certificate (RFC 5280,
// 4.2.1.6), such as its address as an issuer.
func parseURIs(all []string) ([]*url.URL, error) {
	var out []*url.URL
	for _, s := range all {
		u, err := url.Parse(s)
		if err != nil || u.Scheme == "" || u.Host == "" || u.String() != s {
			return nil, fault.New(fault.Usage, "proof.key.demo.uri", err).With("Value", printable(s))
		}
		out = append(out, u)
	}
	return out, nil
}

// NewRequest makes a key that waits for its certificate, and the request (PKCS
// #10, PEM) that goes to a certification authority. The algorithm is
// keys.ES256 or keys.RS256; empty means the first. A seal in use stays in use.
func (k Keys) NewRequest(p Profile, algorithm string, uris ...string) ([]byte, error) {
	name, err := subject(p, shortened(p.Name(""), maxCommonName))
	if err != nil {
		return nil, err
	}
	addresses, err := parseURIs(uris)
	if err != nil {
		return nil, err
	}
	if algorithm == "" {
		algorithm = keys.ES256
	}
	// Digital signature and content commitment, the first two bits.
	usage, err := asn1.Marshal(asn1.BitString{Bytes: []byte{0xc0}, BitLength: 2})
	if err != nil {
		return nil, fmt.Errorf("writing a certificate request: %w", err)
	}
	n, err := k.newKey(algorithm)
	if err != nil {
		return nil, err
	}
	signer, err := private.Load(k.path("key", n))
	if err != nil {
		return nil, fmt.Errorf("reading the key just made: %w", err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: name, URIs: addresses, ExtraExtensions: []pkix.Extension{{Id: oidKeyUsage, Critical: true, Value: usage}},
	}, signer)
	if err != nil {
		return nil, fmt.Errorf("making a certificate request: %w", err)
	}
	out := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	if err := k.write(k.path("csr", n), out); err != nil {
		return nil, err
	}
	return out, nil
}

// Request gives the request that waits for its certificate, as NewRequest gave
// it; NotFound where none waits.
func (k Keys) Request() ([]byte, error) {
	all, err := k.seals()
	if err != nil {
		return nil, err
	}
	n, ok := waiting(all)
	if !ok {
		return nil, fault.New(fault.NotFound, "body.seal.nothingAsked", nil)
	}
	return k.read(k.path("csr", n))
}

// InstallChain takes the certificates that an authority issued, in PEM form,
// the seal's own first, and makes them the seal in use. They must belong to a
// key that was made here, name the body of the profile as their owner, and be
// valid now. The seal before stays where it is.
func (k Keys) InstallChain(p Profile, data []byte) (State, error) {
	chain, err := parseBrought(data)
	if err != nil {
		return State{}, err
	}
	if chain.Leaf.IsCA {
		return State{}, refuse("body.seal.authority", errors.New("the first certificate is that of an authority"))
	}
	if err := chain.Check(k.now()); err != nil {
		return State{}, err
	}
	all, err := k.seals()
	if err != nil {
		return State{}, err
	}
	of, err := k.keyOf(all, chain.Leaf.PublicKey)
	if err != nil {
		return State{}, err
	}
	if err := owned(chain, p); err != nil {
		return State{}, err
	}
	if err := k.install(all, of, chain); err != nil {
		return State{}, err
	}
	return k.State(p)
}

// parseBrought reads what a person brings and says in their words what it is
// instead of certificates.
func parseBrought(data []byte) (keys.Chain, error) {
	has := func(s string) bool { return bytes.Contains(data, []byte(s)) }
	switch {
	case has("PRIVATE KEY"):
		return keys.Chain{}, refuse("body.seal.private", errors.New("private key in what was brought"))
	case len(data) <= maxFile && has("-----BEGIN CERTIFICATE REQUEST-----") || has("-----BEGIN NEW CERTIFICATE REQUEST-----"):
		return keys.Chain{}, refuse("body.seal.isRequest", errors.New("a request was brought"))
	case len(data) <= maxFile && !has("-----BEGIN CERTIFICATE-----"):
		return keys.Chain{}, refuse("body.seal.pem", errors.New("no certificate in PEM form"))
	}
	return keys.ParseChain(data)
}

// keyOf finds the seal whose key has a public part.
func (k Keys) keyOf(all []seal, pub crypto.PublicKey) (seal, error) {
	keyed := false
	for _, s := range all {
		if !s.key || s.issuing { // the key of a trial is thrown away
			continue
		}
		signer, err := private.Load(k.path("key", s.n))
		if err != nil {
			return seal{}, fmt.Errorf("reading key %d: %w", s.n, err)
		}
		keyed = true
		if keys.Same(signer.Public(), pub) {
			return s, nil
		}
	}
	if !keyed {
		return seal{}, refuse("body.seal.nothingAsked", errors.New("no key waits for a certificate"))
	}
	return seal{}, refuse("body.seal.otherKey", errors.New("the certificate belongs to none of the keys"))
}

// install writes the chain beside its key. Where that number has a chain
// already, or a newer seal is in use, the key gets a further name under the
// next number, so that the highest is always the last that was installed.
func (k Keys) install(all []seal, of seal, chain keys.Chain) error {
	current, ok := inUse(all)
	ok = ok && !current.issuing
	if ok {
		if in, err := k.chain(current.n); err == nil && in.Leaf.Equal(chain.Leaf) && bytes.Equal(in.PEM(), chain.PEM()) {
			return fault.New(fault.Conflict, "body.seal.same", nil)
		}
	}
	n := of.n
	if of.chain || ok && current.n > n {
		var err error
		n, err = k.next(func(path string) error { return os.Link(k.path("key", of.n), path) })
		if err != nil {
			return err
		}
	}
	err := k.write(k.path("chain", n), chain.PEM())
	if errors.Is(err, os.ErrExist) {
		return fault.New(fault.Conflict, "body.seal.busy", err)
	}
	return err
}

func refuse(key string, err error) error { return fault.New(fault.Invalid, key, err) }
