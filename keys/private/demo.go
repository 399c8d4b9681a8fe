package private

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
)

// DemoMark ends every name in a demo certificate, so that nobody takes it for
// a real one, wherever it is shown.
const DemoMark = " (DEMO – not qualified)"

// maxDemoName keeps the name and its mark within the 64 characters that RFC
// 5280, appendix A allows for an organisation.
const maxDemoName = 64 - len(" (DEMO - not qualified)")

// DemoConfig says what demo keys to make. Name and OrganizationID are needed.
type DemoConfig struct {
	Name           string        // name of the body, without the DEMO mark
	OrganizationID string        // ETSI EN 319 412-1, 5.1.4: VATDE-000000000, NTRFR-…
	Country        string        // ISO 3166-1 alpha-2
	Algorithm      string        // keys.RS256 or keys.ES256; empty means RS256
	RSABits        int           // 2048 or more; 0 means 3072
	Lifetime       time.Duration // of the seal certificate; 0 means one year
	Now            time.Time     // when validity begins

	// URIs are further names of the body in the seal certificate (RFC 5280,
	// 4.2.1.6), such as its address as an issuer of SD-JWT VCs.
	URIs []string
}

// A Demo is a throw-away public key infrastructure: a root, an issuing
// authority and the seal certificate of one body. The certificates claim no
// qualified status: they carry neither QcCompliance nor QcSSCD. The keys of
// the two authorities live only as long as the Demo.
type Demo struct {
	Root    *x509.Certificate
	Issuing *x509.Certificate
	Chain   keys.Chain // seal certificate and issuing authority
	Seal    crypto.Signer

	IssuingKey crypto.Signer // for revocation lists and further certificates
}

// DemoFiles names the files that Write made.
type DemoFiles struct {
	Key     string // private key of the seal, mode 0600
	Chain   string // seal certificate and issuing authority
	Root    string
	Issuing string // what a trust folder takes as its anchor
}

// DemoFilesIn gives the names that Write uses in dir: the role of the key and
// its number, so that a next key finds its place.
func DemoFilesIn(dir string) DemoFiles {
	return DemoFiles{
		Key: filepath.Join(dir, "seal-1.key.pem"), Chain: filepath.Join(dir, "seal-1.chain.pem"),
		Root: filepath.Join(dir, "root-1.pem"), Issuing: filepath.Join(dir, "issuing-1.pem"),
	}
}

var organizationID = regexp.MustCompile(`^(VAT|NTR|PSD|LEI)[A-Z]{2}-[A-Z0-9.+/-]{1,40}$`)

// NewDemo makes a demo infrastructure in memory.
func NewDemo(c DemoConfig) (*Demo, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the demo root key: %w", err)
	}
	issuingKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the demo issuing key: %w", err)
	}
	seal, err := c.sealKey()
	if err != nil {
		return nil, fmt.Errorf("making the demo seal key: %w", err)
	}
	uris, err := c.uris()
	if err != nil {
		return nil, err
	}

	from := c.Now.UTC().Truncate(time.Second)
	until := from.Add(c.Lifetime)
	name := func(cn string) pkix.Name {
		return pkix.Name{Country: []string{c.Country}, Organization: []string{"Probatum" + DemoMark}, CommonName: cn + DemoMark}
	}
	authority := func(cn string, pathLen int) *x509.Certificate {
		return &x509.Certificate{
			Subject: name(cn), NotBefore: from, NotAfter: until.AddDate(1, 0, 0),
			BasicConstraintsValid: true, IsCA: true, MaxPathLen: pathLen, MaxPathLenZero: pathLen == 0,
			KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		}
	}
	root, err := certify(authority("Root CA", 1), nil, rootKey.Public(), rootKey)
	if err != nil {
		return nil, fmt.Errorf("making the demo root: %w", err)
	}
	issuing, err := certify(authority("Issuing CA", 0), root, issuingKey.Public(), rootKey)
	if err != nil {
		return nil, fmt.Errorf("making the demo issuing authority: %w", err)
	}
	leaf, err := certify(&x509.Certificate{
		Subject: pkix.Name{
			Country: []string{c.Country}, Organization: []string{c.Name + DemoMark},
			CommonName: c.Name + " Seal (DEMO)",
			ExtraNames: []pkix.AttributeTypeAndValue{{Type: oidOrganizationID, Value: c.OrganizationID}},
		},
		NotBefore: from, NotAfter: until, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		URIs:     uris,
	}, issuing, seal.Public(), issuingKey)
	if err != nil {
		return nil, fmt.Errorf("making the demo seal certificate: %w", err)
	}
	chain, err := keys.NewChain([]*x509.Certificate{leaf, issuing, root})
	if err != nil {
		return nil, fmt.Errorf("checking the demo chain: %w", err)
	}
	if err := chain.Check(from); err != nil {
		return nil, fmt.Errorf("checking the demo chain: %w", err)
	}
	return &Demo{Root: root, Issuing: issuing, Chain: chain, Seal: seal, IssuingKey: issuingKey}, nil
}

var oidOrganizationID = asn1.ObjectIdentifier{2, 5, 4, 97}

func (c *DemoConfig) check() error {
	c.Name = strings.TrimSpace(c.Name)
	if c.Algorithm == "" {
		c.Algorithm = keys.RS256
	}
	if c.RSABits == 0 {
		c.RSABits = 3072
	}
	if c.Lifetime == 0 {
		c.Lifetime = 365 * 24 * time.Hour
	}
	usage := func(key string) error { return fault.New(fault.Usage, key, nil) }
	switch {
	case c.Name == "":
		return usage("proof.key.demo.name")
	case len([]rune(c.Name)) > maxDemoName:
		return fault.New(fault.Usage, "proof.key.demo.long", nil).With("Max", maxDemoName)
	case !organizationID.MatchString(c.OrganizationID):
		return usage("proof.key.demo.identifier")
	case len(c.Country) != 2 || strings.ToUpper(c.Country) != c.Country:
		return usage("proof.key.demo.country")
	case c.Algorithm != keys.RS256 && c.Algorithm != keys.ES256:
		return usage("proof.key.demo.algorithm")
	case c.RSABits < keys.MinRSABits || c.RSABits > keys.MaxRSABits:
		return fault.New(fault.Usage, "proof.key.demo.bits", nil).With("Min", keys.MinRSABits).With("Max", keys.MaxRSABits)
	case c.Lifetime < time.Hour || c.Lifetime > 10*365*24*time.Hour:
		return usage("proof.key.demo.lifetime")
	case c.Now.IsZero():
		return errors.New("demo keys: no time given")
	}
	return nil
}

// uris reads the names that are addresses: absolute and with a host, since
// certificates are compared by them.
func (c *DemoConfig) uris() ([]*url.URL, error) {
	var all []*url.URL
	for _, s := range c.URIs {
		u, err := url.Parse(s)
		if err != nil || u.Scheme == "" || u.Host == "" || u.String() != s {
			return nil, fault.New(fault.Usage, "proof.key.demo.uri", err).With("Value", s)
		}
		all = append(all, u)
	}
	return all, nil
}

func (c *DemoConfig) sealKey() (crypto.Signer, error) {
	if c.Algorithm == keys.ES256 {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return rsa.GenerateKey(rand.Reader, c.RSABits)
}

// certify signs a certificate for pub; without a parent it signs itself.
func certify(t, parent *x509.Certificate, pub crypto.PublicKey, by crypto.Signer) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("taking a serial number: %w", err)
	}
	t.SerialNumber = serial.Add(serial, big.NewInt(1)) // never zero: RFC 5280, 4.1.2.2
	if parent == nil {
		parent = t
	}
	spki, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, fmt.Errorf("writing the public key: %w", err)
	}
	id := sha256.Sum256(spki)
	t.SubjectKeyId = id[:20]
	der, err := x509.CreateCertificate(rand.Reader, t, parent, pub, by)
	if err != nil {
		return nil, fmt.Errorf("signing the certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// Write puts the seal's key and the certificates into dir, which is made where
// it is missing. It overwrites nothing: when one of the files is there
// already, none is written.
func (d *Demo) Write(dir string) (DemoFiles, error) {
	der, err := x509.MarshalPKCS8PrivateKey(d.Seal)
	if err != nil {
		return DemoFiles{}, fmt.Errorf("writing the demo key: %w", err)
	}
	cert := func(c *x509.Certificate) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
	}
	files := DemoFilesIn(dir)
	parts := []struct {
		path string
		mode os.FileMode
		data []byte
	}{
		{files.Key, 0o600, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})},
		{files.Chain, 0o644, d.Chain.PEM()},
		{files.Issuing, 0o644, cert(d.Issuing)},
		{files.Root, 0o644, cert(d.Root)},
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return DemoFiles{}, fmt.Errorf("making the folder for demo keys: %w", err)
	}
	for i, p := range parts {
		if err := writeNew(p.path, p.mode, p.data); err != nil {
			for _, made := range parts[:i] {
				_ = os.Remove(made.path) // ours, from this call
			}
			if errors.Is(err, os.ErrExist) {
				return DemoFiles{}, fault.New(fault.Conflict, "proof.key.demo.exists", err).With("File", filepath.Base(p.path))
			}
			return DemoFiles{}, fmt.Errorf("writing %s: %w", filepath.Base(p.path), err)
		}
	}
	return files, nil
}

func writeNew(path string, mode os.FileMode, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err2 := f.Close(); err == nil {
		err = err2
	}
	if err != nil {
		_ = os.Remove(path)
	}
	return err
}
