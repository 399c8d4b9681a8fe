package private_test

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
)

var (
	noon   = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	rsaKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	ecKey  = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func want(t *testing.T, err error, key string) {
	t.Helper()
	if key == "" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		return
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Public != key {
		t.Fatalf("error %v, want %s", err, key)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	pkcs8 := func(k any) string { return block("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(k))) }
	sec1 := block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(ecKey())))
	public := block("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(ecKey().Public())))
	_, ed := must2(ed25519.GenerateKey(rand.Reader))
	p384 := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	old := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("x"),
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}}))

	for _, c := range []struct {
		name, text string
		mode       os.FileMode
		pub        crypto.PublicKey
		key        string
	}{
		{"PKCS 8 RSA", pkcs8(rsaKey()), 0o600, rsaKey().Public(), ""},
		{"PKCS 8 P-256", pkcs8(ecKey()), 0o600, ecKey().Public(), ""},
		{"PKCS 1", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey())), 0o400, rsaKey().Public(), ""},
		{"SEC 1", sec1, 0o640, ecKey().Public(), ""},
		{"SEC 1 behind its parameters", block("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}) + sec1, 0o600, ecKey().Public(), ""},

		{"Ed25519", pkcs8(ed), 0o600, ed.Public(), ""},
		{"P-384", pkcs8(p384), 0o600, p384.Public(), ""},
		{"SEC 1 P-384", block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(p384))), 0o600, p384.Public(), ""},

		{"empty", "", 0o600, nil, "proof.key.file.garbage"},
		{"text", "not a key", 0o600, nil, "proof.key.file.garbage"},
		{"broken", sec1[:60], 0o600, nil, "proof.key.file.garbage"},
		{"broken inside", block("PRIVATE KEY", []byte("garbage")), 0o600, nil, "proof.key.file.garbage"},
		{"other block", block("DH PARAMETERS", []byte("x")), 0o600, nil, "proof.key.file.garbage"},
		{"encrypted PKCS 8", block("ENCRYPTED PRIVATE KEY", []byte("x")), 0o600, nil, "proof.key.file.encrypted"},
		{"encrypted PKCS 1", old, 0o600, nil, "proof.key.file.encrypted"},
		{"two keys", sec1 + pkcs8(rsaKey()), 0o600, nil, "proof.key.file.several"},
		{"public key", public, 0o600, nil, "proof.key.file.public"},
		{"certificate", block("CERTIFICATE", []byte("x")), 0o600, nil, "proof.key.file.certificate"},
		{"key and certificate", sec1 + block("CERTIFICATE", []byte("x")), 0o600, nil, "proof.key.file.certificate"},
		{"P-224", pkcs8(must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader))), 0o600, nil, "proof.key.kind"},
		{"P-521", pkcs8(must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader))), 0o600, nil, "proof.key.kind"},
		{"X25519", pkcs8(must(ecdh.X25519().GenerateKey(rand.Reader))), 0o600, nil, "proof.key.kind"},
		{"RSA 1024", pkcs8(must(rsa.GenerateKey(rand.Reader, 1024))), 0o600, nil, "proof.key.rsa.short"},
		{"group may write", sec1, 0o660, nil, "proof.key.file.open"},
		{"everybody may write", sec1, 0o606, nil, "proof.key.file.open"},
		{"large", sec1 + strings.Repeat("\n", 70<<10), 0o600, nil, "proof.key.file.garbage"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "key.pem")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			s, err := private.Load(path)
			want(t, err, c.key)
			if err == nil && !s.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(c.pub) {
				t.Error("another key came out")
			}
			if err == nil {
				digest := sha256.Sum256([]byte("x"))
				var hash crypto.Hash // none: Ed25519 signs the message itself
				if _, is := c.pub.(ed25519.PublicKey); !is {
					hash = crypto.SHA256
				}
				sig, err := s.Sign(rand.Reader, digest[:], hash)
				if err != nil {
					t.Fatalf("signing: %v", err)
				}
				switch pub := c.pub.(type) {
				case *rsa.PublicKey:
					err = rsa.VerifyPKCS1v15(pub, crypto.SHA256, digest[:], sig)
				case ed25519.PublicKey:
					if !ed25519.Verify(pub, digest[:], sig) {
						err = errors.New("does not verify")
					}
				case *ecdsa.PublicKey:
					if !ecdsa.VerifyASN1(pub, digest[:], sig) {
						err = errors.New("does not verify")
					}
				}
				if err != nil {
					t.Errorf("the key that came out signs wrongly: %v", err)
				}
			}
		})
	}
	_, err := private.Load(filepath.Join(t.TempDir(), "absent.pem"))
	want(t, err, "proof.key.file.unreadable")
	_, err = private.Load(t.TempDir())
	want(t, err, "proof.key.file.unreadable")
}

func must2[A, B any](a A, b B, err error) (A, B) {
	if err != nil {
		panic(err)
	}
	return a, b
}

func demo(t *testing.T, alg string) *private.Demo {
	t.Helper()
	d, err := private.NewDemo(private.DemoConfig{
		Name: "Nordlicht Prüfstelle", OrganizationID: "VATDE-000000000", Country: "DE",
		Algorithm: alg, RSABits: 2048, Now: noon,
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestMatches(t *testing.T) {
	t.Parallel()
	es, rs := demo(t, keys.ES256), demo(t, keys.RS256)
	want(t, private.Matches(es.Seal, es.Chain.Leaf), "")
	want(t, private.Matches(rs.Seal, rs.Chain.Leaf), "")
	want(t, private.Matches(es.Seal, rs.Chain.Leaf), "proof.key.mismatch")
	want(t, private.Matches(ecKey(), es.Chain.Leaf), "proof.key.mismatch")
	want(t, private.Matches(es.Seal, es.Issuing), "proof.key.mismatch")

	pub, ed := must2(ed25519.GenerateKey(rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: noon, NotAfter: noon.AddDate(1, 0, 0)}
	cert := must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, es.Issuing, pub, es.IssuingKey))))
	want(t, private.Matches(ed, cert), "")
	want(t, private.Matches(es.Seal, cert), "proof.key.mismatch")
	_, other := must2(ed25519.GenerateKey(rand.Reader))
	want(t, private.Matches(other, cert), "proof.key.mismatch")
}

func TestDemoClaimsNothing(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{keys.ES256, keys.RS256} {
		d := demo(t, alg)
		leaf := d.Chain.Leaf
		o, err := keys.OwnerOf(leaf)
		if err != nil {
			t.Fatal(err)
		}
		if o.LegalName != "Nordlicht Prüfstelle (DEMO – not qualified)" || o.OrganizationIdentifier != "VATDE-000000000" || o.Country != "DE" {
			t.Errorf("%s: owner %+v", alg, o)
		}
		if leaf.KeyUsage != x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment || leaf.IsCA || leaf.ExtKeyUsage != nil || leaf.UnknownExtKeyUsage != nil {
			t.Errorf("%s: usage %v, authority %v, extended %v", alg, leaf.KeyUsage, leaf.IsCA, leaf.ExtKeyUsage)
		}
		for _, c := range []*x509.Certificate{leaf, d.Issuing, d.Root} {
			if !strings.Contains(c.Subject.String(), "DEMO") {
				t.Errorf("%s: subject %s does not say DEMO", alg, c.Subject)
			}
			for _, e := range c.Extensions {
				if e.Id.String() == "1.3.6.1.5.5.7.1.3" {
					t.Errorf("%s: %s has QcStatements", alg, c.Subject)
				}
			}
		}
		roots, between := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(d.Root)
		between.AddCert(d.Issuing)
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: noon,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
			t.Errorf("%s: chain: %v", alg, err)
		}
	}
}

func TestDemoRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*private.DemoConfig)
		key    string
	}{
		"no name":              {func(c *private.DemoConfig) { c.Name = "  " }, "proof.key.demo.name"},
		"long name":            {func(c *private.DemoConfig) { c.Name = strings.Repeat("ü", 42) }, "proof.key.demo.long"},
		"no identifier":        {func(c *private.DemoConfig) { c.OrganizationID = "" }, "proof.key.demo.identifier"},
		"odd identifier":       {func(c *private.DemoConfig) { c.OrganizationID = "DE123" }, "proof.key.demo.identifier"},
		"country in small":     {func(c *private.DemoConfig) { c.Country = "de" }, "proof.key.demo.country"},
		"country of three":     {func(c *private.DemoConfig) { c.Country = "DEU" }, "proof.key.demo.country"},
		"other algorithm":      {func(c *private.DemoConfig) { c.Algorithm = "HS256" }, "proof.key.demo.algorithm"},
		"short key":            {func(c *private.DemoConfig) { c.RSABits = 1024 }, "proof.key.demo.bits"},
		"validity of a second": {func(c *private.DemoConfig) { c.Lifetime = time.Second }, "proof.key.demo.lifetime"},
		"name, no address":     {func(c *private.DemoConfig) { c.URIs = []string{"issuer.example"} }, "proof.key.demo.uri"},
		"address without host": {func(c *private.DemoConfig) { c.URIs = []string{"urn:uuid:1"} }, "proof.key.demo.uri"},
		"address with a space": {func(c *private.DemoConfig) { c.URIs = []string{"https://issuer.example/a b"} }, "proof.key.demo.uri"},
		"no address at all":    {func(c *private.DemoConfig) { c.URIs = []string{"https://a.example", ""} }, "proof.key.demo.uri"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := private.DemoConfig{Name: "N", OrganizationID: "VATDE-1", Country: "DE", Algorithm: keys.ES256, Now: noon}
			c.change(&cfg)
			_, err := private.NewDemo(cfg)
			want(t, err, c.key)
			if fault.KindOf(err) != fault.Usage {
				t.Errorf("kind %v, want Usage", fault.KindOf(err))
			}
		})
	}
}

// TestDemoAddresses holds that the leaf has the addresses asked for, letter for
// letter and nothing else, that its authority has none, and that it is not
// self-signed.
func TestDemoAddresses(t *testing.T) {
	t.Parallel()
	asked := []string{"https://issuer.example/oid4vci/nova", "http://localhost:8080/oid4vci/nova"}
	d := must(private.NewDemo(private.DemoConfig{
		Name: "N", OrganizationID: "VATDE-1", Country: "DE", Algorithm: keys.ES256, Now: noon, URIs: asked,
	}))
	var have []string
	for _, u := range d.Chain.Leaf.URIs {
		have = append(have, u.String())
	}
	leaf := d.Chain.Leaf
	if !slices.Equal(have, asked) || len(leaf.DNSNames)+len(leaf.IPAddresses)+len(leaf.EmailAddresses) > 0 || len(d.Issuing.URIs) > 0 {
		t.Errorf("the leaf has %q, %q, %v, %q; its authority %v", have, leaf.DNSNames, leaf.IPAddresses, leaf.EmailAddresses, d.Issuing.URIs)
	}
	if leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil || bytes.Equal(leaf.RawIssuer, leaf.RawSubject) {
		t.Error("the leaf signed itself")
	}
	if none := demo(t, keys.ES256).Chain.Leaf; len(none.URIs) > 0 {
		t.Errorf("a leaf that was asked for without has %v", none.URIs)
	}
}

func TestDemoWrite(t *testing.T) {
	t.Parallel()
	d := demo(t, keys.ES256)
	dir := filepath.Join(t.TempDir(), "new", "keys")
	files, err := d.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]os.FileMode{files.Key: 0o600, files.Chain: 0o644, files.Root: 0o644, files.Issuing: 0o644} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm() &^ 0o644; got != 0 || info.Mode().Perm()&0o077&^mode != 0 {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), mode)
		}
	}
	s, err := private.Load(files.Key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(files.Chain)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := keys.ParseChain(text)
	if err != nil {
		t.Fatal(err)
	}
	want(t, private.Matches(s, chain.Leaf), "")
	if len(chain.Intermediates) != 1 || !chain.Intermediates[0].Equal(d.Issuing) {
		t.Errorf("chain file holds %d intermediates", len(chain.Intermediates))
	}

	t.Run("OverwritesNothing", func(t *testing.T) {
		before, err := os.ReadFile(files.Key)
		if err != nil {
			t.Fatal(err)
		}
		_, err = demo(t, keys.ES256).Write(dir)
		want(t, err, "proof.key.demo.exists")
		after, err := os.ReadFile(files.Key)
		if err != nil || !bytes.Equal(before, after) {
			t.Error("the key was overwritten")
		}
	})
	t.Run("LeavesNothingHalfDone", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(private.DemoFilesIn(dir).Root, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := d.Write(dir)
		want(t, err, "proof.key.demo.exists")
		var names []string
		_ = filepath.WalkDir(dir, func(p string, e fs.DirEntry, _ error) error {
			if !e.IsDir() {
				names = append(names, filepath.Base(p))
			}
			return nil
		})
		if len(names) != 1 {
			t.Errorf("left behind: %v", names)
		}
	})
	t.Run("OpensslAgrees", func(t *testing.T) {
		openssl, err := exec.LookPath("openssl")
		if err != nil {
			testkit.Skip(t, "openssl is not installed")
		}
		leaf := filepath.Join(t.TempDir(), "leaf.pem")
		if err := os.WriteFile(leaf, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chain.Leaf.Raw}), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), openssl, "verify", "-x509_strict", "-attime", strconv.FormatInt(noon.Unix(), 10),
			"-CAfile", files.Root, "-untrusted", files.Issuing, leaf).CombinedOutput()
		if err != nil {
			t.Errorf("openssl verify: %v\n%s", err, out)
		}
	})
}
