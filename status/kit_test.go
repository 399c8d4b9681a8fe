package status_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"maps"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
)

// noon is when the tests take place.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const listURL = "https://issuer.example/status/bitstring/4a0d9c5e-6c8a-4d0f-9d0e-0f2b7a6f1c11"

type obj = map[string]any

func js(t testing.TB, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A signer is a status.Signer with what it takes to write lists by hand.
type signer struct{ status.Signer }

// rsaKey is made once: it takes long.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func newKey(t testing.TB, kind string) crypto.Signer {
	t.Helper()
	var k crypto.Signer
	var err error
	switch kind {
	case "P-256":
		k, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "P-384":
		k, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "P-521":
		k, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "Ed25519":
		_, k, err = ed25519.GenerateKey(rand.Reader)
	case "RSA":
		k = rsaKey()
	default:
		t.Fatalf("no kind of key: %s", kind)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// newSigner makes a signer with a did:key, or did:jwk for RSA, and a chain.
func newSigner(t testing.TB, kind string) signer {
	t.Helper()
	k := newKey(t, kind)
	s := signer{status.Signer{Key: k, Chain: newChain(t, k.Public())}}
	var err error
	if kind == "RSA" {
		s.DID, err = keys.DIDJWK(k.Public())
		s.Method = s.DID + "#0"
	} else {
		s.DID, err = keys.DIDKey(k.Public())
		s.Method = s.DID + "#" + strings.TrimPrefix(s.DID, "did:key:")
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// newChain makes a certificate for a key, and the authority above it.
func newChain(t testing.TB, pub crypto.PublicKey) keys.Chain {
	t.Helper()
	ca := newKey(t, "P-256")
	template := func(name string, isCA bool) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name, Organization: []string{name}, Country: []string{"DE"}},
			NotBefore: noon.Add(-time.Hour), NotAfter: noon.AddDate(1, 0, 0), IsCA: isCA, BasicConstraintsValid: true,
			KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		}
	}
	certify := func(tmpl, above *x509.Certificate, pub crypto.PublicKey, by crypto.Signer) *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, tmpl, above, pub, by)
		if err != nil {
			t.Fatal(err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	root := newKey(t, "P-256")
	above := certify(template("Issuing", true), template("Root", true), ca.Public(), root)
	return keys.Chain{Leaf: certify(template("Seal", false), above, pub, ca), Intermediates: []*x509.Certificate{above}}
}

// credential is the document of a Bitstring list.
func (s signer) credential(purpose any, encoded string) obj {
	return obj{
		"@context": []string{contexts.CredentialsV2}, "id": listURL, "type": []string{"VerifiableCredential", "BitstringStatusListCredential"},
		"issuer": s.DID, "validFrom": stamp(noon.Add(-time.Minute)), "validUntil": stamp(noon.Add(time.Hour)),
		"credentialSubject": obj{"id": listURL + "#list", "type": "BitstringStatusList", "statusPurpose": purpose, "encodedList": encoded, "ttl": 30000},
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// with gives a copy of an object with members changed; nil takes one away. A
// name with a dot leads one level down.
func (s signer) with(o obj, change obj) obj {
	out := maps.Clone(o)
	for name, v := range change {
		at, in := name, out
		if above, below, ok := strings.Cut(name, "."); ok {
			inner := maps.Clone(out[above].(obj))
			out[above] = inner
			at, in = below, inner
		}
		if v == nil {
			delete(in, at)
		} else {
			in[at] = v
		}
	}
	return out
}

// jwt signs a payload as a token. change may touch the header.
func (s signer) jwt(t testing.TB, typ, cty string, payload any, change func(*jose.TokenHeader)) []byte {
	t.Helper()
	alg, err := keys.TokenAlgorithm(s.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	h := jose.TokenHeader{Algorithm: alg, Type: typ, ContentType: cty, KeyID: s.Method}
	if s.Chain.Leaf != nil {
		h.Certificates = s.Chain.Certificates()
	}
	if change != nil {
		change(&h)
	}
	raw, ok := payload.([]byte)
	if !ok {
		raw = js(t, payload)
	}
	input, err := jose.TokenInput(h, raw)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jose.SignToken(s.Key, input)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (s signer) vc(t testing.TB, doc any) []byte {
	t.Helper()
	return s.jwt(t, "vc+jwt", "vc", doc, nil)
}

func (s signer) token(t testing.TB, claims any) []byte {
	t.Helper()
	return s.jwt(t, "statuslist+jwt", "", claims, nil)
}

// di signs a document with a Data Integrity proof.
func (s signer) di(t testing.TB, doc any) []byte {
	t.Helper()
	e := integrity.New(integrity.Config{Canon: canon.New(canon.Config{}), Now: func() time.Time { return noon }})
	suite, err := integrity.SuiteFor(s.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	prepared, err := e.Prepare(t.Context(), js(t, doc), integrity.ProofOptions{Cryptosuite: suite, VerificationMethod: s.Method})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := e.Sign(t.Context(), prepared, s.Key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// open opens a list that should be the one at listURL.
func open(t testing.TB, data []byte) (*status.List, error) {
	t.Helper()
	return status.Open(t.Context(), data, status.OpenOptions{URL: listURL, Now: noon})
}

// entry is a Bitstring entry.
func entry(purpose status.Purpose, index any) obj {
	return obj{"id": listURL + "#1", "type": "BitstringStatusListEntry", "statusPurpose": purpose, "statusListIndex": index, "statusListCredential": listURL}
}

// messageEntry is an entry with the messages of the product.
func messageEntry(index any) obj {
	e := entry(status.Message, index)
	e["statusSize"] = 2
	var messages []obj
	for i, m := range []string{"valid", "revoked", "suspended", "unused"} {
		messages = append(messages, obj{"status": "0x" + string(rune('0'+i)), "message": m})
	}
	e["statusMessage"] = messages
	return e
}

// empty is an encoded list in which nothing is set.
var empty = sync.OnceValue(func() string {
	return status.Encode(status.Bitstring, 1, status.Entries, func(int64) uint8 { return 0 })
})

// reference reads one entry.
func reference(t testing.TB, e obj) status.Reference {
	t.Helper()
	refs, err := status.ParseEntries(js(t, e))
	if err != nil || len(refs) != 1 {
		t.Fatalf("ParseEntries(%s) = %v, %v", js(t, e), refs, err)
	}
	return refs[0]
}

// A resolver gives the documents that it has.
type resolver map[string]keys.DIDDocument

func (r resolver) Resolve(_ context.Context, did string) (keys.DIDDocument, error) {
	if d, ok := r[did]; ok {
		return d, nil
	}
	return keys.DIDDocument{}, integrity.ErrUnresolved
}
