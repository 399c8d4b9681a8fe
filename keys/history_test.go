package keys_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/keys"
)

var (
	spring = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	summer = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	autumn = time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)
)

func TestGoodAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what             string
		expires, revoked time.Time
		created          time.Time
		good             bool
	}{
		{"without an end", time.Time{}, time.Time{}, summer, true},
		{"without an end, time unknown", time.Time{}, time.Time{}, time.Time{}, true},
		{"before it expired", summer, time.Time{}, summer.Add(-time.Second), true},
		{"when it expired", summer, time.Time{}, summer, false},
		{"after it expired", summer, time.Time{}, autumn, false},
		{"expired, time unknown", summer, time.Time{}, time.Time{}, false},
		{"before it was revoked", time.Time{}, summer, spring, false},
		{"revoked, not expired", autumn, summer, spring, false},
		{"revoked, time unknown", time.Time{}, summer, time.Time{}, false},
	} {
		if got := (keys.VerificationMethod{Expires: c.expires, Revoked: c.revoked}).GoodAt(c.created); got != c.good {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

func TestParseDIDDocumentKeepsEnds(t *testing.T) {
	t.Parallel()
	const key = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
	doc, err := keys.ParseDIDDocument(documentWith(t, did, map[string]any{
		"type": "Multikey", "publicKeyMultibase": key, "expires": "2026-06-01T11:00:00.5+02:00", "revoked": "2026-09-01T09:00:00Z",
	}))
	if err != nil {
		t.Fatal(err)
	}
	m, ok := doc.Method(did+"#key-1", keys.AssertionMethod)
	if !ok || !m.Expires.Equal(summer.Add(time.Second/2)) || !m.Revoked.Equal(autumn) {
		t.Errorf("method %+v", m)
	}
	doc, err = keys.ParseDIDDocument(documentWith(t, did, map[string]any{"type": "JsonWebKey", "publicKeyJwk": members(t, tokenKeys(t)[keys.RS256])}))
	if m, ok := doc.Method(did+"#key-1", keys.AssertionMethod); err != nil || !ok || !m.Expires.IsZero() || !m.Revoked.IsZero() {
		t.Errorf("RSA as JsonWebKey: %+v, %v", m, err)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	ks := tokenKeys(t)
	h := keys.History{
		{Key: ks[keys.ES256], From: autumn},
		{Key: ks[keys.RS256], From: summer, Until: autumn},
		{Key: ks[keys.EdDSA], From: spring, Until: summer, Revoked: autumn},
		{Key: ks[keys.ES384], Until: spring},
	}
	text, err := h.DIDDocument(did)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := h.DIDDocument(did); err != nil || !bytes.Equal(text, again) {
		t.Errorf("the same history gave %s and %s, %v", text, again, err)
	}
	doc, err := keys.ParseDIDDocument(text)
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if len(doc.Methods) != 7 || len(doc.AssertionMethod) != 5 || len(doc.Authentication) != 0 {
		t.Errorf("%d methods, %d for assertions in %s", len(doc.Methods), len(doc.AssertionMethod), text)
	}
	for _, c := range []struct {
		alg          string
		from, middle bool // good for what was created in winter, and in July
		listed       bool
	}{
		{keys.ES256, true, true, true}, {keys.RS256, true, true, true}, {keys.EdDSA, false, false, false}, {keys.ES384, true, false, true},
	} {
		for _, id := range names(t, ks[c.alg]) {
			m, ok := doc.Method(did+"#"+id, keys.AssertionMethod)
			if ok != c.listed {
				t.Errorf("%s: listed %v", c.alg, ok)
			}
			if ok && (!same(ks[c.alg], m.Key) || m.Controller != did || m.GoodAt(spring.AddDate(0, -1, 0)) != c.from || m.GoodAt(summer.AddDate(0, 1, 0)) != c.middle) {
				t.Errorf("%s: %+v", c.alg, m)
			}
		}
	}
	for _, m := range doc.Methods {
		if same(ks[keys.EdDSA], m.Key) && m.Revoked.IsZero() {
			t.Errorf("the revoked key stands there without a word of it: %+v", m)
		}
	}

	set, err := h.JWKS()
	if err != nil {
		t.Fatal(err)
	}
	list, err := keys.ParseJWKS(set)
	if err != nil || len(list) != 3 {
		t.Fatalf("%v in %s", err, set)
	}
	for i, alg := range []string{keys.ES256, keys.RS256, keys.ES384} {
		thumb, err := keys.Thumbprint(ks[alg])
		if err != nil || list[i].KeyID != thumb || list[i].Algorithm != alg || !same(ks[alg], list[i].Key) {
			t.Errorf("key %d of %s", i, set)
		}
	}
}

// names gives the fragments of the methods of a key.
func names(t *testing.T, pub crypto.PublicKey) []string {
	t.Helper()
	thumb, err := keys.Thumbprint(pub)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := keys.Multikey(pub); err == nil {
		return []string{thumb, text}
	}
	return []string{thumb}
}

func TestHistoryMembersInOrder(t *testing.T) {
	t.Parallel()
	text, err := keys.History{{Key: tokenKeys(t)[keys.ES256], Until: summer}}.DIDDocument(did)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, name := range []string{
		"@context", "did/v1", "multikey/v1", "jwk/v1", "id", "verificationMethod",
		"id", "JsonWebKey", "controller", "2026-06-01T09:00:00Z", "publicKeyJwk", "kid", "kty", "crv", "x", "y",
		"id", "Multikey", "controller", "2026-06-01T09:00:00Z", "publicKeyMultibase", "assertionMethod",
	} {
		next := strings.Index(string(text[at:]), name+`"`)
		if next < 0 {
			t.Fatalf("%s is missing or out of order in %s", name, text)
		}
		at += next
	}
	if !json.Valid(text) || strings.Contains(string(text), "revoked") {
		t.Errorf("%s", text)
	}
}

func TestHistoryRefuses(t *testing.T) {
	t.Parallel()
	ks := tokenKeys(t)
	long := make(keys.History, 33)
	for i := range long {
		long[i].Key = newKey(t, elliptic.P256()).Public()
	}
	for what, h := range map[string]keys.History{
		"none":                       nil,
		"P-521":                      {{Key: ks[keys.ES512]}},
		"no key":                     {{}},
		"a key twice":                {{Key: ks[keys.ES256], From: summer}, {Key: ks[keys.ES256], From: spring, Until: summer}},
		"oldest first":               {{Key: ks[keys.ES256], From: spring}, {Key: ks[keys.ES384], From: summer}},
		"replaced before it was new": {{Key: ks[keys.ES256], From: summer, Until: spring}},
		"too many":                   long,
	} {
		if text, err := h.DIDDocument(did); err == nil {
			t.Errorf("%s: %s", what, text)
		}
		if text, err := h.JWKS(); err == nil {
			t.Errorf("%s: %s", what, text)
		}
	}
	if text, err := long[1:].DIDDocument(did); err != nil {
		t.Errorf("32 keys: %v", err)
	} else if doc, err := keys.ParseDIDDocument(text); err != nil || len(doc.Methods) != 64 {
		t.Errorf("32 keys are not read again: %v", err)
	}
	for _, id := range []string{"", "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", "did:web:127.0.0.1", "https://example.org"} {
		if text, err := (keys.History{{Key: ks[keys.ES256]}}).DIDDocument(id); err == nil {
			t.Errorf("document of %q: %s", id, text)
		}
	}
	// With every key revoked nothing is left to be trusted, and it says so.
	bad := keys.History{{Key: ks[keys.ES256], Revoked: summer}}
	text, err := bad.DIDDocument(did)
	if err != nil || !strings.Contains(string(text), `"assertionMethod": []`) {
		t.Errorf("%s, %v", text, err)
	}
}
