package sdjwt_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// plain reads what the tests make by hand.
var plain = sdjwt.Policy{Header: jose.Policy{Types: []string{"example+sd-jwt"}}}

var now = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func p256(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func p384(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ed(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func header(t testing.TB, s crypto.Signer, typ string) jose.TokenHeader {
	t.Helper()
	alg, err := keys.TokenAlgorithm(s.Public())
	if err != nil {
		t.Fatal(err)
	}
	h := jose.TokenHeader{Algorithm: alg, Type: typ}
	switch typ {
	case sdjwt.TypeW3C:
		h.ContentType = "vc"
	case sdjwt.TypePresentation:
		h.ContentType = "vp"
	}
	return h
}

// token signs a payload by hand, with any disclosures behind it.
func token(t testing.TB, s crypto.Signer, typ, payload string, disclosures ...string) string {
	t.Helper()
	input, err := jose.TokenInput(header(t, s, typ), []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := jose.SignToken(s, input)
	if err != nil {
		t.Fatal(err)
	}
	return string(signed) + "~" + strings.Join(append(disclosures, ""), "~")
}

// issue makes an SD-JWT with the code that is tested.
func issue(t testing.TB, s crypto.Signer, typ, payload string, paths ...string) string {
	t.Helper()
	var list []sdjwt.Path
	for _, p := range paths {
		path, err := sdjwt.ParsePath(p)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, path)
	}
	unsigned, err := sdjwt.Issue([]byte(payload), list, header(t, s, typ), sdjwt.IssueOptions{})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := sdjwt.Sign(s, unsigned)
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

// enc writes a disclosure, which is any text here.
func enc(disclosure string) string { return base64.RawURLEncoding.EncodeToString([]byte(disclosure)) }

// dig is the digest of a disclosure.
func dig(encoded string) string {
	sum := sha256.Sum256([]byte(encoded))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// digestBy is the digest of a disclosure by another hash.
func digestBy(name, encoded string) string {
	if name == "sha-384" {
		sum := sha512.Sum384([]byte(encoded))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	sum := sha512.Sum512([]byte(encoded))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func decoded(t testing.TB, encoded string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// verify reads and verifies.
func verify(data string, p sdjwt.Policy, pub crypto.PublicKey) (*sdjwt.SDJWT, error) {
	s, err := sdjwt.Parse([]byte(data), p)
	if err != nil {
		return nil, err
	}
	return s, s.Verify(pub)
}

func accepted(t testing.TB, data string, p sdjwt.Policy, pub crypto.PublicKey) *sdjwt.SDJWT {
	t.Helper()
	s, err := verify(data, p, pub)
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	return s
}

// refused checks that err has a code, and a message key where one is given.
func refused(t testing.TB, err error, code proof.Code, key string) {
	t.Helper()
	e, ok := errors.AsType[*proof.Error](err)
	if !ok {
		t.Fatalf("got %v, want a refusal with code %s", err, code)
	}
	if e.Code != code || key != "" && e.Key != key {
		t.Errorf("refused by %v, want %s by %s", err, code, key)
	}
}

func sameJSON(t testing.TB, got, want []byte) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("%s: %v", got, err)
	}
	if err := json.Unmarshal(want, &w); err != nil {
		t.Fatalf("%s: %v", want, err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// jwk gives the public key as cnf has it.
func jwk(t testing.TB, s crypto.Signer) string {
	t.Helper()
	raw, err := keys.MarshalJWK(s.Public(), "")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// award is a payload as our issuer makes it, for a holder.
func award(t testing.TB, holder crypto.Signer) string {
	t.Helper()
	return `{"vct":"https://issuer.example/vct/vet-award-1","vct#integrity":"` + sdjwt.Integrity([]byte("x")) + `",
		"iss":"https://issuer.example/oid4vci/acme","iat":1764288000,"nbf":1764288000,"exp":1900000000,
		"cnf":{"jwk":` + jwk(t, holder) + `},"status":{"status_list":{"idx":5,"uri":"https://issuer.example/status/token/1"}},
		"given_name":"Ana","family_name":"Žagar","date_of_birth":"2001-02-03","title":"Electrician","awarding_body":"Acme",
		"eqf_level":4,"units":["Wiring","Safety"],"date_of_award":"2026-11-01",
		"elm":{"type":["VerifiableCredential"],"credentialSubject":{"fullName":{"en":["Ana Žagar"]}}}}`
}

var awardPaths = []string{
	"given_name", "family_name", "date_of_birth", "title", "awarding_body", "eqf_level", "units", "date_of_award", "elm",
}
