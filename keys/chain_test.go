package keys_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/keys"
)

func TestParseChain(t *testing.T) {
	t.Parallel()
	p := testPKI()
	leaf := p.seal(nil, p256().Public())
	selfKey := p256()
	self := certify(&x509.Certificate{Subject: sealName(), KeyUsage: x509.KeyUsageDigitalSignature}, nil, selfKey.Public(), selfKey)
	twin := newPKI("Root", "Issuing") // the same names, other keys
	weak := func() *x509.Certificate { return p.seal(nil, p256().Public()) }()
	keyDER, err := x509.MarshalPKCS8PrivateKey(selfKey)
	if err != nil {
		t.Fatal(err)
	}
	private := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}

	for _, c := range []struct {
		name, text   string
		intermediate int
		key          string
	}{
		{"leaf alone", pemOf(leaf), 0, ""},
		{"leaf and authority", pemOf(leaf, p.issuing), 1, ""},
		{"root dropped", pemOf(leaf, p.issuing, p.root), 1, ""},
		{"root twice, dropped", pemOf(leaf, p.issuing, p.root, p.root), 1, ""},
		{"self-signed leaf stays", pemOf(self), 0, ""},
		{"text between", "subject=x\n" + pemOf(leaf) + "\nissuer=y\n\n" + pemOf(p.issuing) + "the end", 1, ""},
		{"CRLF", strings.ReplaceAll(pemOf(leaf, p.issuing), "\n", "\r\n"), 1, ""},

		{"empty", "", 0, "proof.key.pem.none"},
		{"text only", "hello", 0, "proof.key.pem.none"},
		{"DER", string(leaf.Raw), 0, "proof.key.pem.none"},
		{"authority first", pemOf(p.issuing, leaf), 0, "proof.key.chain.order"},
		{"root first", pemOf(p.root, p.issuing, leaf), 0, "proof.key.chain.order"},
		{"gap", pemOf(leaf, p.root), 0, "proof.key.chain.order"},
		{"leaf twice", pemOf(leaf, leaf), 0, "proof.key.chain.order"},
		{"foreign leaf behind", pemOf(leaf, p.issuing, weak), 0, "proof.key.chain.order"},
		{"authority of the same name", pemOf(leaf, twin.issuing), 0, "proof.key.chain.order"},
		{"root of the same name", pemOf(leaf, p.issuing, twin.root), 0, "proof.key.chain.order"},
		{"private key beside", pemOf(leaf) + private, 0, "proof.key.pem.private"},
		{"private key only", private, 0, "proof.key.pem.private"},
		{"request", block("CERTIFICATE REQUEST", leaf.Raw), 0, "proof.key.pem"},
		{"public key", block("PUBLIC KEY", leaf.RawSubjectPublicKeyInfo), 0, "proof.key.pem"},
		{"garbage inside", block("CERTIFICATE", []byte("garbage")), 0, "proof.key.pem"},
		{"trailing bytes inside", block("CERTIFICATE", append(bytes.Clone(leaf.Raw), 0)), 0, "proof.key.pem"},
		{"cut", pemOf(leaf)[:200], 0, "proof.key.pem"},
		{"second block cut", pemOf(leaf) + pemOf(p.issuing)[:100], 0, "proof.key.pem"},
		{"too many", strings.Repeat(pemOf(p.root), keys.MaxChain+1), 0, "proof.key.chain.long"},
		{"too large", strings.Repeat(" ", 300<<10), 0, "proof.key.pem.large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			chain, err := keys.ParseChain([]byte(c.text))
			want(t, err, c.key)
			if err != nil {
				return
			}
			if len(chain.Intermediates) != c.intermediate {
				t.Errorf("%d intermediates, want %d", len(chain.Intermediates), c.intermediate)
			}
			again, err := keys.ParseChain(chain.PEM())
			if err != nil {
				t.Fatalf("reading its own PEM: %v", err)
			}
			if !slices.EqualFunc(again.Certificates(), chain.Certificates(), (*x509.Certificate).Equal) {
				t.Error("PEM does not give the same chain")
			}
		})
	}
}

func FuzzParseChain(f *testing.F) {
	p := testPKI()
	f.Add([]byte(pemOf(p.seal(nil, p256().Public()), p.issuing, p.root)))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"))
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		chain, err := keys.ParseChain(data)
		if err != nil {
			return
		}
		if again, err := keys.ParseChain(chain.PEM()); err != nil || len(again.Intermediates) != len(chain.Intermediates) {
			t.Fatalf("chain does not survive its own PEM: %v", err)
		}
	})
}
