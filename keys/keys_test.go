package keys_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// A pki is a root, an authority and the keys of both, made once.
type pki struct {
	root, issuing       *x509.Certificate
	rootKey, issuingKey *ecdsa.PrivateKey
}

var testPKI = sync.OnceValue(func() pki { return newPKI("Root", "Issuing") })

func newPKI(rootName, issuingName string) pki {
	var p pki
	p.rootKey, p.issuingKey = p256(), p256()
	ca := func(cn string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: cn}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	}
	p.root = certify(ca(rootName), nil, p.rootKey.Public(), p.rootKey)
	p.issuing = certify(ca(issuingName), p.root, p.issuingKey.Public(), p.rootKey)
	return p
}

func (p pki) seal(change func(*x509.Certificate), pub crypto.PublicKey) *x509.Certificate {
	t := &x509.Certificate{Subject: sealName(), KeyUsage: x509.KeyUsageDigitalSignature}
	if change != nil {
		change(t)
	}
	return certify(t, p.issuing, pub, p.issuingKey)
}

func sealName() pkix.Name {
	return pkix.Name{
		Organization: []string{"Nordlicht"}, Country: []string{"DE"}, CommonName: "Nordlicht Seal",
		ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 97}, Value: "VATDE-000000000"}},
	}
}

func p256() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

func certify(t, parent *x509.Certificate, pub crypto.PublicKey, by crypto.Signer) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		panic(err)
	}
	t.SerialNumber = serial
	if t.NotBefore.IsZero() {
		t.NotBefore, t.NotAfter = noon.Add(-time.Hour), noon.Add(time.Hour)
	}
	if parent == nil {
		parent = t
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, pub, by)
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return c
}

func pemOf(certs ...*x509.Certificate) string {
	var b strings.Builder
	for _, c := range certs {
		b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return b.String()
}

// want fails unless err is a refusal with this message key; "" wants none.
func want(t *testing.T, err error, key string) {
	t.Helper()
	if key == "" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		t.Fatalf("error %v, want a refusal %s", err, key)
	}
	if f.Public != key {
		t.Fatalf("refused by %s (%v), want %s", f.Public, f.Err, key)
	}
}

func TestAlgorithm(t *testing.T) {
	t.Parallel()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	modulus := func(bits int) *rsa.PublicKey {
		n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
		return &rsa.PublicKey{N: n.Add(n, big.NewInt(1)), E: 65537}
	}
	for _, c := range []struct {
		name     string
		pub      crypto.PublicKey
		alg, key string
	}{
		{"P-256", p256().Public(), keys.ES256, ""},
		{"RSA 2048", modulus(2048), keys.RS256, ""},
		{"RSA 8192", modulus(8192), keys.RS256, ""},
		{"RSA 1024", modulus(1024), "", "proof.key.rsa.short"},
		{"RSA 2047", modulus(2047), "", "proof.key.rsa.short"},
		{"RSA 8193", modulus(8193), "", "proof.key.rsa.long"},
		{"RSA without modulus", &rsa.PublicKey{}, "", "proof.key.kind"},
		{"P-384", p384.Public(), "", "proof.key.kind"},
		{"Ed25519", ed, "", "proof.key.kind"},
		{"nothing", nil, "", "proof.key.kind"},
		{"nil RSA", (*rsa.PublicKey)(nil), "", "proof.key.kind"},
		{"nil ECDSA", (*ecdsa.PublicKey)(nil), "", "proof.key.kind"},
	} {
		t.Run(c.name, func(t *testing.T) {
			alg, err := keys.Algorithm(c.pub)
			want(t, err, c.key)
			if alg != c.alg {
				t.Errorf("algorithm %q, want %q", alg, c.alg)
			}
		})
	}
}

// A certificate that was made for something else does not seal: TV-17.
func TestTV17KeyUsage(t *testing.T) {
	t.Parallel()
	empty := pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Critical: true, Value: []byte{3, 2, 7, 0}}
	for _, c := range []struct {
		name   string
		change func(*x509.Certificate)
		key    string
	}{
		{"digital signature", nil, ""},
		{"content commitment", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageContentCommitment }, ""},
		{"both", func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageContentCommitment }, ""},
		{"stated nowhere", func(c *x509.Certificate) { c.KeyUsage = 0 }, ""},
		{"extended usage of any kind", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} }, ""},
		{"encipherment", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }, "proof.key.usage"},
		{"certificate signing", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign }, "proof.key.usage"},
		{"key agreement", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyAgreement }, "proof.key.usage"},
		{"empty", func(c *x509.Certificate) { c.KeyUsage, c.ExtraExtensions = 0, []pkix.Extension{empty} }, "proof.key.usage"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want(t, keys.CheckSeal(testPKI().seal(c.change, p256().Public())), c.key)
		})
	}
}

func TestCheckTime(t *testing.T) {
	t.Parallel()
	c := testPKI().seal(nil, p256().Public())
	for _, x := range []struct {
		at  time.Time
		key string
	}{
		{noon, ""},
		{c.NotBefore, ""},
		{c.NotAfter, ""},
		{c.NotBefore.Add(-time.Second), "proof.key.early"},
		{c.NotAfter.Add(time.Second), "proof.key.expired"},
		{time.Time{}, "proof.key.early"},
	} {
		want(t, keys.CheckTime(c, x.at), x.key)
	}
}

func TestChainCheck(t *testing.T) {
	t.Parallel()
	p := testPKI()
	chain := func(change func(*x509.Certificate)) keys.Chain {
		c, err := keys.NewChain([]*x509.Certificate{p.seal(change, p256().Public()), p.issuing})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	want(t, chain(nil).Check(noon), "")
	want(t, chain(nil).Check(noon.Add(2*time.Hour)), "proof.key.expired")
	want(t, chain(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }).Check(noon), "proof.key.usage")
	want(t, chain(func(c *x509.Certificate) { c.Subject.ExtraNames = nil }).Check(noon), "proof.key.owner.identifier")
	long := chain(func(c *x509.Certificate) { c.NotBefore, c.NotAfter = noon, noon.Add(24*time.Hour) })
	want(t, long.Check(noon.Add(2*time.Hour)), "proof.key.expired") // the authority's
	want(t, keys.Chain{}.Check(noon), "proof.key.pem.none")
}
