package keys_test

import (
	"bytes"
	"crypto/elliptic"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
)

const did = "did:web:body.example"

// documentWith writes a DID document of one method with the members given,
// which both relationships list.
func documentWith(t testing.TB, did string, method map[string]any) []byte {
	t.Helper()
	m := map[string]any{"id": did + "#key-1", "controller": did}
	maps.Copy(m, method)
	return marshal(t, map[string]any{
		"@context":           []string{"https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"},
		"id":                 did,
		"verificationMethod": []any{m},
		"assertionMethod":    []any{"#key-1"},
		"authentication":     []any{did + "#key-1"},
	})
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// multikey writes a new key of each kind as the members of a method.
func multikeys(t testing.TB) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for start, pub := range publics(t) {
		text, err := keys.Multikey(pub)
		if err != nil {
			t.Fatal(err)
		}
		out["Multikey "+start] = map[string]any{"type": "Multikey", "publicKeyMultibase": text}
		out["JsonWebKey "+start] = map[string]any{"type": "JsonWebKey", "publicKeyJwk": coordinates(t, pub)}
	}
	return out
}

func TestParseDIDDocument(t *testing.T) {
	t.Parallel()
	for what, method := range multikeys(t) {
		doc, err := keys.ParseDIDDocument(documentWith(t, did, method))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, relationship := range []string{keys.AssertionMethod, keys.Authentication} {
			m, ok := doc.Method(did+"#key-1", relationship)
			if !ok || m.Controller != did || m.Key == nil {
				t.Errorf("%s: %s: %v, %v", what, relationship, m, ok)
			}
		}
		for _, other := range []string{"keyAgreement", "", "AssertionMethod"} {
			if _, ok := doc.Method(did+"#key-1", other); ok {
				t.Errorf("%s: serves %q", what, other)
			}
		}
		for _, id := range []string{"#key-1", did, did + "#key-2", did + "#KEY-1", ""} {
			if _, ok := doc.Method(id, keys.AssertionMethod); ok {
				t.Errorf("%s: answers to %q", what, id)
			}
		}
	}
}

func TestParseDIDDocumentEmbedded(t *testing.T) {
	t.Parallel()
	for _, method := range multikeys(t) {
		m := map[string]any{"id": "#in", "controller": did}
		maps.Copy(m, method)
		doc, err := keys.ParseDIDDocument(marshal(t, map[string]any{"id": did, "authentication": []any{m}, "service": []any{map[string]any{"type": "X"}}}))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := doc.Method(did+"#in", keys.Authentication); !ok {
			t.Error("an embedded method does not serve its relationship")
		}
		if _, ok := doc.Method(did+"#in", keys.AssertionMethod); ok {
			t.Error("an embedded method serves another relationship")
		}
	}
}

// foreign is a method with a Multikey of a kind that is not taken here.
func foreign(size int, prefix ...byte) map[string]any {
	return map[string]any{"type": "Multikey", "publicKeyMultibase": keys.EncodeMultibase(append(prefix, bytes.Repeat([]byte{3}, size)...))}
}

// TestParseDIDDocumentLeavesOut holds that methods which are not ours do no
// harm and do not serve.
func TestParseDIDDocumentLeavesOut(t *testing.T) {
	t.Parallel()
	for what, method := range map[string]map[string]any{
		"another type":    {"type": "X25519KeyAgreementKey2020", "publicKeyMultibase": "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"},
		"an old type":     {"type": "Ed25519VerificationKey2020", "publicKeyMultibase": "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"},
		"an X25519 key":   {"type": "JsonWebKey", "publicKeyJwk": map[string]string{"kty": "OKP", "crv": "X25519", "x": "AA"}},
		"a short RSA key": {"type": "JsonWebKey", "publicKeyJwk": map[string]string{"kty": "RSA", "n": "gQ", "e": "AQAB"}},
		"a key of P-521":  {"type": "JsonWebKey", "publicKeyJwk": coordinates(t, newKey(t, elliptic.P521()).Public())},

		"a Multikey of X25519":    foreign(32, 0xec, 0x01),
		"a Multikey of secp256k1": foreign(33, 0xe7, 0x01),
		"a Multikey of P-521":     foreign(67, 0x82, 0x24),
		"a Multikey of BLS12-381": foreign(96, 0xeb, 0x01),
		"a Multikey of RSA":       foreign(270, 0x85, 0x24),
		"a Multikey of ML-DSA-44": foreign(1312, 0x90, 0x24),
	} {
		doc, err := keys.ParseDIDDocument(documentWith(t, did, method))
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if m, ok := doc.Method(did+"#key-1", keys.AssertionMethod); ok {
			t.Errorf("%s serves: %v", what, m)
		}
	}
}

// What a document holds for others or for other purposes does not hide its keys.
func TestParseDIDDocumentPassesOver(t *testing.T) {
	t.Parallel()
	ec := coordinates(t, publics(t)["zDna"])
	enc := maps.Clone(ec)
	enc["use"] = "enc"
	agree := maps.Clone(ec)
	agree["alg"] = "ECDH-ES"
	text, err := json.Marshal(map[string]any{
		"id": did,
		"verificationMethod": []any{
			map[string]any{"id": "#old-name", "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": ec},
			map[string]any{"id": "#enc", "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": enc},
			map[string]any{"id": "#agree", "type": "JsonWebKey", "controller": did, "publicKeyJwk": agree},
			map[string]any{"id": "#web", "type": "JsonWebKey", "controller": "https://body.example", "publicKeyJwk": ec},
			map[string]any{"id": "did:web:other.example#key-1", "type": "JsonWebKey", "controller": did, "publicKeyJwk": ec},
			map[string]any{"id": "#odd", "type": "JsonWebKey", "controller": did, "publicKeyJwk": map[string]any{"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}},
		},
		"assertionMethod": []any{
			"#old-name", "did:web:other.example#key-1", "#enc", "#odd", "#agree", "#web",
			map[string]any{"id": "did:web:other.example#in", "type": "JsonWebKey", "controller": did, "publicKeyJwk": ec},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := keys.ParseDIDDocument(text)
	if err != nil || len(doc.Methods) != 1 {
		t.Fatalf("read as %+v, %v", doc, err)
	}
	if _, ok := doc.Method(did+"#old-name", keys.AssertionMethod); !ok {
		t.Error("the method under its older type is not found")
	}
	for _, id := range []string{
		did + "#enc", did + "#odd", did + "#agree", did + "#web", did + "#key-1", did + "#in",
		"did:web:other.example#key-1", "did:web:other.example#in",
	} {
		if m, ok := doc.Method(id, keys.AssertionMethod); ok {
			t.Errorf("%s is found: %+v", id, m)
		}
	}
}

func TestParseDIDDocumentRefuses(t *testing.T) {
	t.Parallel()
	const key = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
	ec := map[string]any{}
	for name, value := range coordinates(t, publics(t)["zDna"]) {
		ec[name] = value
	}
	jwk := func(change map[string]any) map[string]any {
		k := maps.Clone(ec)
		maps.Copy(k, change)
		return map[string]any{"type": "JsonWebKey", "publicKeyJwk": k}
	}
	x, _ := ec["x"].(string)
	for what, method := range map[string]map[string]any{
		"private JWK member":      jwk(map[string]any{"d": "AAAA"}),
		"symmetric JWK member":    jwk(map[string]any{"k": "AAAA"}),
		"JWK coordinate short":    jwk(map[string]any{"x": x[:len(x)-2]}),
		"JWK coordinate padded":   jwk(map[string]any{"x": x + "="}),
		"JWK coordinate broken":   jwk(map[string]any{"x": x[:20] + "\n" + x[20:]}),
		"JWK coordinate a number": jwk(map[string]any{"x": 7}),
		"JWK without y":           jwk(map[string]any{"y": ""}),
		"JWK of another curve":    jwk(map[string]any{"crv": "P-384"}),
		"JWK point off the curve": jwk(map[string]any{"y": x}),
		"JWK null":                {"type": "JsonWebKey", "publicKeyJwk": nil},
		"secretKeyMultibase":      {"type": "Multikey", "publicKeyMultibase": key, "secretKeyMultibase": "z3u2"},
		"privateKeyMultibase":     {"type": "Multikey", "publicKeyMultibase": key, "privateKeyMultibase": "z3u2"},
		"privateKeyJwk":           {"type": "Multikey", "publicKeyMultibase": key, "privateKeyJwk": map[string]any{}},
		"secretKeyJwk":            {"type": "Multikey", "publicKeyMultibase": key, "secretKeyJwk": map[string]any{}},
		"two keys":                {"type": "Multikey", "publicKeyMultibase": key, "publicKeyJwk": ec},
		"no key":                  {"type": "Multikey"},
		"a key of another form":   {"type": "Multikey", "publicKeyJwk": ec},
		"a bad key":               {"type": "Multikey", "publicKeyMultibase": keys.EncodeMultibase(append([]byte{0x80, 0x24}, make([]byte, 33)...))},
		"a short key":             {"type": "Multikey", "publicKeyMultibase": keys.EncodeMultibase(append([]byte{0xed, 0x01}, make([]byte, 31)...))},
		"a long key":              {"type": "Multikey", "publicKeyMultibase": keys.EncodeMultibase(append([]byte{0xed, 0x01}, make([]byte, 64)...))},
		"no multibase":            {"type": "Multikey", "publicKeyMultibase": key + "0"},
		"a secret key":            {"type": "Multikey", "publicKeyMultibase": keys.EncodeMultibase(append([]byte{0x80, 0x26}, make([]byte, 32)...))},
		"no type":                 {"publicKeyMultibase": key},
		"a list of types":         {"type": []string{"Multikey"}, "publicKeyMultibase": key},
		"case variant":            {"type": "Multikey", "PublicKeyMultibase": key},
		"no controller":           {"type": "Multikey", "publicKeyMultibase": key, "controller": ""},
		"a controller of two":     {"type": "Multikey", "publicKeyMultibase": key, "controller": []string{did, did}},
		"a controller of no kind": {"type": "Multikey", "publicKeyMultibase": key, "controller": "somebody"},
		"a controller on http":    {"type": "Multikey", "publicKeyMultibase": key, "controller": "http://body.example"},
		"another DID's secret":    {"type": "Multikey", "publicKeyMultibase": key, "secretKeyMultibase": "z3u2", "id": "did:web:other.example#key-1"},
		"another DID's d":         change{"id": "did:web:other.example#key-1"}.of(jwk(map[string]any{"d": "AAAA"})),
		"another DID's z":         {"type": "Multikey", "publicKeyMultibase": keys.EncodeMultibase(append([]byte{0x80, 0x26}, make([]byte, 32)...)), "id": "did:web:other.example#key-1"},
		"a web address's d":       change{"controller": "https://body.example"}.of(jwk(map[string]any{"d": "AAAA"})),
		"an alien alg with d":     jwk(map[string]any{"d": "AAAA", "alg": "ECDH-ES"}),
		"an id without fragment":  {"type": "Multikey", "publicKeyMultibase": key, "id": did},
		"expires without zone":    {"type": "Multikey", "publicKeyMultibase": key, "expires": "2020-01-01T00:00:00"},
		"expires a day":           {"type": "Multikey", "publicKeyMultibase": key, "expires": "2020-01-01"},
		"expires null":            {"type": "Multikey", "publicKeyMultibase": key, "expires": nil},
		"expires a number":        {"type": "Multikey", "publicKeyMultibase": key, "expires": 1577836800},
		"expires on no day":       {"type": "Multikey", "publicKeyMultibase": key, "expires": "2020-02-30T00:00:00Z"},
		"revoked a flag":          {"type": "Multikey", "publicKeyMultibase": key, "revoked": true},
		"revoked empty":           {"type": "Multikey", "publicKeyMultibase": key, "revoked": ""},
		"an RSA key as Multikey":  {"type": "Multikey", "publicKeyJwk": map[string]string{"kty": "RSA", "n": "gQ", "e": "AQAB"}},
		"an id with a path":       {"type": "Multikey", "publicKeyMultibase": key, "id": did + "/a#key-1"},
	} {
		if doc, err := keys.ParseDIDDocument(documentWith(t, did, method)); err == nil {
			t.Errorf("%s: read as %v", what, doc)
		} else if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v is no refusal", what, err)
		}
	}
	good := string(documentWith(t, did, map[string]any{"type": "Multikey", "publicKeyMultibase": key}))
	for what, text := range map[string]string{
		"nothing": "", "no JSON": "{", "a list": "[]", "null": "null", "no id": `{}`, "no DID": `{"id":"https://body.example"}`,
		"a doubled member":       strings.Replace(good, `"id":`, `"id":"did:web:x.example","id":`, 1),
		"a number as a relation": strings.Replace(good, `"#key-1"`, `1`, 1),
		"null as a relation":     strings.Replace(good, `"#key-1"`, `null`, 1),
		"many methods":           `{"id":"` + did + `","assertionMethod":[` + strings.Repeat(`"#a",`, 99) + `"#a"]}`,
	} {
		if doc, err := keys.ParseDIDDocument([]byte(text)); err == nil {
			t.Errorf("%s: read as %v", what, doc)
		}
	}
	twice := strings.Replace(good, `"verificationMethod":[`, `"keyAgreement":[],"verificationMethod":[{"id":"#key-1","type":"Multikey","controller":"`+did+`","publicKeyMultibase":"`+key+`"},`, 1)
	if _, err := keys.ParseDIDDocument([]byte(twice)); err == nil {
		t.Error("a method that is given twice was read")
	}
}

func TestMarshalDIDDocument(t *testing.T) {
	t.Parallel()
	for _, pub := range publics(t) {
		data, err := keys.MarshalDIDDocument(pub)
		if err != nil {
			t.Fatal(err)
		}
		got, err := keys.ParseDIDDocument(data)
		if err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		want, err := keys.ResolveDIDKey(got.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Methods) != 1 || got.Methods[0].ID != want.Methods[0].ID || !same(got.Methods[0].Key, pub) {
			t.Errorf("written as %s, read as %v", data, got)
		}
		for _, relationship := range []string{keys.AssertionMethod, keys.Authentication} {
			if _, ok := got.Method(want.Methods[0].ID, relationship); !ok {
				t.Errorf("%s does not list the method: %s", relationship, data)
			}
		}
	}
}

func TestDIDURL(t *testing.T) {
	t.Parallel()
	for url, ok := range map[string]bool{
		"did:key:z6Mk#z6Mk": true, "did:web:a.example:b%20c#k-1": true, "did:example:a_b#A.b": true,
		"": false, "#k": false, "did:key:z6Mk": false, "did:key:z6Mk#": false, "did:key:#z": false, "did::a#k": false, "did:a#k": false,
		"DID:key:z6Mk#k": false, "did:Key:z6Mk#k": false, "did:key:z6Mk?a=b#k": false, "did:key:z6Mk/p#k": false,
		"did:key:z6Mk#k#k": false, "did:key:z6Mk #k": false, "did:key:z6Mk#k k": false, "did:key:z6Mk#k\x00": false,
		"did:web:a%2#k": false, "did:web:é#k": false, "https://a.example#k": false, "did:web:a:#k": false,
		"did:web:" + strings.Repeat("a", 2000) + "#k": false,
	} {
		if _, _, got := keys.SplitDIDURL(url); got != ok {
			t.Errorf("SplitDIDURL(%.60q) = %v", url, got)
		}
	}
}

func FuzzParseDIDDocument(f *testing.F) {
	for _, method := range multikeys(f) {
		f.Add(documentWith(f, did, method))
	}
	f.Add([]byte(`{"id":"did:web:a","assertionMethod":[null]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := keys.ParseDIDDocument(data)
		if err != nil {
			return
		}
		for _, m := range doc.Methods {
			if text, err := keys.MarshalJWK(m.Key, ""); err != nil {
				t.Errorf("a key that cannot be written: %v, %s, %v", m, text, err)
			}
			if own, _, ok := keys.SplitDIDURL(m.ID); !ok || own != doc.ID || !keys.IsDID(m.Controller) {
				t.Errorf("a method that is not of this document: %v", m)
			}
		}
	})
}
