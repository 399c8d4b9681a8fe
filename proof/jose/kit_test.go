package jose_test

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
)

// document is a credential as the product issues it.
const document = `{"@context":["https://www.w3.org/ns/credentials/v2"],"id":"urn:uuid:7b3a2f0e-6f0c-4c55-9c4e-3f1b8f0f4b11",` +
	`"type":["VerifiableCredential"],"issuer":{"id":"did:web:body.example:bodies:nova","name":"Nova"},"validFrom":"2026-11-25T12:00:00Z",` +
	`"credentialSubject":{"id":"did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp","name":"Ünal <&> \"Co\"","grade":4.0,"units":["L1","L2"],"passed":true}}`

const kid = "did:web:localhost%3A8080:bodies:nova#key-1"

// tokenOf signs header and payload as they are: what a hand makes that knows
// the key and no rules.
func tokenOf(t testing.TB, s crypto.Signer, alg, header, payload string) string {
	t.Helper()
	input := b64(header) + "." + b64(payload)
	sig, err := jose.Sign(s, alg, []byte(input))
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + b64(string(sig))
}

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

func unb64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// credentialBy gives a signed credential.
func credentialBy(t testing.TB, s crypto.Signer, alg string) string {
	t.Helper()
	input, err := jose.SigningInputVC([]byte(document), jose.TokenHeader{Algorithm: alg, KeyID: kid})
	if err != nil {
		t.Fatal(err)
	}
	token, err := jose.SignToken(s, input)
	if err != nil {
		t.Fatal(err)
	}
	return string(token)
}

// check is what a verifier does that knows the key.
func check(token string, pub crypto.PublicKey) error {
	vc, err := jose.ParseVC([]byte(token))
	if err != nil {
		return err
	}
	return vc.Verify(pub)
}

// edited gives the document with members of its root changed; nil takes one
// away.
func edited(t testing.TB, change map[string]any) string {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(document), &m); err != nil {
		t.Fatal(err)
	}
	maps.Copy(m, change)
	for name, v := range change {
		if v == nil {
			delete(m, name)
		}
	}
	return string(written(t, m))
}

// certify gives a certificate that signed itself.
func certify(t testing.TB, s crypto.Signer) *x509.Certificate {
	t.Helper()
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, s.Public(), s)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// jwkOf gives the JSON Web Key of a signer.
func jwkOf(t testing.TB, s crypto.Signer) string {
	t.Helper()
	text, err := keys.MarshalJWK(s.Public(), "")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func written(t testing.TB, v any) []byte {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return []byte(strings.TrimSpace(b.String()))
}
