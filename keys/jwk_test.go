package keys_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
)

func newKey(t testing.TB, c elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// tokenKeys gives one public key of each kind that signs tokens, by algorithm.
func tokenKeys(t testing.TB) map[string]crypto.PublicKey {
	t.Helper()
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.PublicKey{
		keys.ES256: newKey(t, elliptic.P256()).Public(), keys.ES384: newKey(t, elliptic.P384()).Public(),
		keys.ES512: newKey(t, elliptic.P521()).Public(), keys.EdDSA: ed, keys.RS256: rs.Public(),
	}
}

func TestTokenAlgorithm(t *testing.T) {
	t.Parallel()
	for alg, pub := range tokenKeys(t) {
		got, err := keys.TokenAlgorithm(pub)
		if err != nil || got != alg {
			t.Errorf("key for %s: %s, %v", alg, got, err)
		}
		for _, other := range []string{"RS256", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "none", "", "HS256", "PS256", "es256", "ES256K"} {
			want := other == alg || alg == keys.EdDSA && other == "Ed25519"
			if keys.Fits(pub, other) != want {
				t.Errorf("Fits(key for %s, %s) = %v", alg, other, !want)
			}
		}
	}
	for what, pub := range map[string]crypto.PublicKey{
		"nothing": nil, "nil EC": (*ecdsa.PublicKey)(nil), "nil RSA": (*rsa.PublicKey)(nil), "a secret": []byte("x"),
		"P-224": newKey(t, elliptic.P224()).Public(), "short Ed25519": ed25519.PublicKey{1}, "Ed25519 zeros": make(ed25519.PublicKey, 32),
		"RSA 1024": &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1023, 1), E: 65537}, "private key": newKey(t, elliptic.P256()),
	} {
		if alg, err := keys.TokenAlgorithm(pub); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %s, %v", what, alg, err)
		}
	}
}

func TestJWKRoundTrip(t *testing.T) {
	t.Parallel()
	for alg, pub := range tokenKeys(t) {
		for _, kid := range []string{"", "key-1", `a"b`} {
			text, err := keys.MarshalJWK(pub, kid)
			if err != nil {
				t.Fatalf("%s: %v", alg, err)
			}
			got, err := keys.ParseJWK(text)
			if err != nil || got.KeyID != kid || got.Algorithm != "" || !same(pub, got.Key) {
				t.Errorf("%s: %s read as %+v, %v", alg, text, got, err)
			}
			if kid == "" && !strings.HasPrefix(string(text), `{"kty":`) {
				t.Errorf("%s: the first member is not kty: %s", alg, text)
			}
		}
		if _, err := keys.MarshalJWK(nil, ""); err == nil {
			t.Error("no key was written")
		}
	}
}

// The examples of RFC 7638, 3.1, and RFC 8037, A.3.
func TestThumbprint(t *testing.T) {
	t.Parallel()
	for jwk, want := range map[string]string{
		`{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
		`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
		// The keys of the VC JOSE COSE suite, whose kids are their thumbprints.
		`{"kty":"EC","crv":"P-521","x":"Ac8mt4TvYd3TOrYtTk_YTQ5QQMpl58OnrU7uRxQEUoOO_6QnRBM0Xan8KQI_0dPKzcKBak0ZSEXcc5SNFUBHYfbP","y":"ADP_cowssurHA7uMHy4IODl247oQjCxZWFX7Gtr3cFmfVIwEyKGegrJh9ooZy5FsvFVbYwAmLKVfGZs7O15RBsO-","alg":"ES512"}`: "KQsihxP-LTeTZO2ETEfduP153UBIiFRhI8nSklMSmm0",
	} {
		k, err := keys.ParseJWK([]byte(jwk))
		if err != nil {
			t.Fatalf("%.40s: %v", jwk, err)
		}
		if got, err := keys.Thumbprint(k.Key); err != nil || got != want {
			t.Errorf("%.40s: thumbprint %s, %v, want %s", jwk, got, err, want)
		}
	}
	if _, err := keys.Thumbprint([]byte("x")); err == nil {
		t.Error("a secret has a thumbprint")
	}
}

// members gives a key as the members of its JSON Web Key.
func members(t testing.TB, pub crypto.PublicKey) map[string]any {
	t.Helper()
	text, err := keys.MarshalJWK(pub, "")
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// A change of a JSON Web Key: members with a value are set, "" as the whole
// value takes one away.
type change map[string]any

func (c change) of(m map[string]any) map[string]any {
	m = maps.Clone(m)
	for k, v := range c {
		if v == "" {
			delete(m, k)
			continue
		}
		m[k] = v
	}
	return m
}

func TestParseJWKTakes(t *testing.T) {
	t.Parallel()
	ks := tokenKeys(t)
	for what, m := range map[string]map[string]any{
		"use, operations and alg": change{"use": "sig", "key_ops": []string{"verify"}, "alg": "ES256"}.of(members(t, ks[keys.ES256])),
		"alg EdDSA":               change{"alg": "EdDSA"}.of(members(t, ks[keys.EdDSA])),
		"alg of RFC 9864":         change{"alg": "Ed25519"}.of(members(t, ks[keys.EdDSA])),
		"other members":           change{"x5c": []string{"AA"}, "ext": true, "iat": 1, "nothing": nil}.of(members(t, ks[keys.ES384])),
		"exponent 3":              change{"e": "Aw"}.of(members(t, ks[keys.RS256])),
	} {
		if _, err := keys.ParseJWK(marshal(t, m)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestParseJWKRefuses(t *testing.T) {
	t.Parallel()
	ks := tokenKeys(t)
	ec, ed, rs := members(t, ks[keys.ES256]), members(t, ks[keys.EdDSA]), members(t, ks[keys.RS256])
	long := func(m map[string]any, name string) string { // the same number with a zero before it
		b, err := base64.RawURLEncoding.DecodeString(m[name].(string))
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(append([]byte{0}, b...))
	}
	x := ec["x"].(string)
	n := rs["n"].(string)
	for what, m := range map[string]map[string]any{
		"private EC":            change{"d": x}.of(ec),
		"private Ed25519":       change{"d": ed["x"]}.of(ed),
		"private null":          change{"d": nil}.of(ec),
		"private RSA p":         change{"p": "AA"}.of(rs),
		"private RSA oth":       change{"oth": []any{}}.of(rs),
		"symmetric":             {"kty": "oct", "k": "AAAA"},
		"symmetric member":      change{"k": "AAAA"}.of(ec),
		"for encryption":        change{"use": "enc"}.of(ec),
		"use of no kind":        change{"use": nil}.of(ec),
		"use a list":            change{"use": []string{"sig"}}.of(ec),
		"for signing only":      change{"key_ops": []string{"sign"}}.of(ec),
		"for no operation":      change{"key_ops": []string{}}.of(ec),
		"operations null":       change{"key_ops": nil}.of(ec),
		"operation a string":    change{"key_ops": "verify"}.of(ec),
		"alg of another curve":  change{"alg": "ES384"}.of(ec),
		"alg none":              change{"alg": "none"}.of(ec),
		"alg HS256":             change{"alg": "HS256"}.of(ec),
		"alg empty":             {"kty": "EC", "crv": "P-256", "x": ec["x"], "y": ec["y"], "alg": ""},
		"alg null":              change{"alg": nil}.of(ec),
		"alg PS256":             change{"alg": "PS256"}.of(rs),
		"alg for key agreement": change{"alg": "ECDH-ES"}.of(ec),
		"kid a number":          change{"kid": 1}.of(ec),
		"kid null":              change{"kid": nil}.of(ec),
		"kid long":              change{"kid": strings.Repeat("a", 1025)}.of(ec),
		"kid empty":             {"kty": "EC", "crv": "P-256", "x": ec["x"], "y": ec["y"], "kid": ""},
		"no kty":                change{"kty": ""}.of(ec),
		"kty in lower case":     change{"kty": "ec"}.of(ec),
		"kty of another":        change{"kty": "OKP"}.of(ec),
		"crv of another":        change{"crv": "P-384"}.of(ec),
		"crv alias":             change{"crv": "secp256r1"}.of(ec),
		"secp256k1":             change{"crv": "secp256k1"}.of(ec),
		"X25519":                change{"crv": "X25519"}.of(ed),
		"Ed448":                 change{"crv": "Ed448"}.of(ed),
		"no x":                  change{"x": ""}.of(ec),
		"no y":                  change{"y": ""}.of(ec),
		"y null":                change{"y": nil}.of(ec),
		"y with Ed25519":        change{"y": ed["x"]}.of(ed),
		"x too long":            change{"x": long(ec, "x")}.of(ec),
		"x padded":              change{"x": x + "="}.of(ec),
		"x in base64":           change{"x": strings.Repeat("+", 43)}.of(ec),
		"x broken":              change{"x": x[:20] + "\n" + x[20:]}.of(ec),
		"x with bits left over": change{"x": x[:42] + "B"}.of(ec),
		"off the curve":         change{"y": x}.of(ec),
		"at infinity":           change{"x": strings.Repeat("A", 43), "y": strings.Repeat("A", 43)}.of(ec),
		"small order":           change{"x": strings.Repeat("A", 43)}.of(ed),
		"RSA of 1024":           change{"n": base64.RawURLEncoding.EncodeToString(new(big.Int).SetBit(big.NewInt(1), 1023, 1).Bytes())}.of(rs),
		"RSA of 8193":           change{"n": base64.RawURLEncoding.EncodeToString(new(big.Int).SetBit(big.NewInt(1), 8192, 1).Bytes())}.of(rs),
		"RSA even":              change{"n": n[:len(n)-1] + "g"}.of(rs),
		"RSA with a zero first": change{"n": long(rs, "n")}.of(rs),
		"RSA without n":         change{"n": ""}.of(rs),
		"RSA without e":         change{"e": ""}.of(rs),
		"RSA e is 1":            change{"e": "AQ"}.of(rs),
		"RSA e is even":         change{"e": "AQAC"}.of(rs),
		"RSA e is long":         change{"e": "AQAAAAE"}.of(rs),
		"RSA e with a zero":     change{"e": "AAEAAQ"}.of(rs),
		"RSA e over 31 bits":    change{"e": "_____w"}.of(rs),
		"RSA with a curve":      change{"crv": "P-256"}.of(rs),
		"case variant":          change{"Kty": "EC"}.of(ec),
		"case variant of y":     change{"Y": x}.of(ec),
		"large":                 change{"more": strings.Repeat("a", 64<<10)}.of(ec),
	} {
		if k, err := keys.ParseJWK(marshal(t, m)); err == nil {
			t.Errorf("%s: read as %+v", what, k)
		} else if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v is no refusal", what, err)
		}
	}
	good := string(marshal(t, ec))
	for what, text := range map[string]string{
		"nothing": "", "null": "null", "a list": "[" + good + "]", "a string": `"x"`, "an empty object": "{}",
		"two": good + good, "text behind": good + "x", "doubled": `{"crv":"P-384",` + good[1:], "doubled by escape": `{"\u0063rv":"P-384",` + good[1:],
		"cut": good[:len(good)-1], "a mark": "\xef\xbb\xbf" + good,
	} {
		if k, err := keys.ParseJWK([]byte(text)); err == nil {
			t.Errorf("%s: read as %+v", what, k)
		}
	}
}

// What an issuer publishes for other purposes does not hide its signing keys;
// what must not stand in a public set does.
func TestParseIssuerJWKS(t *testing.T) {
	t.Parallel()
	ks := tokenKeys(t)
	ec, ed := members(t, ks[keys.ES256]), members(t, ks[keys.EdDSA])
	set := func(list ...any) []byte { return marshal(t, map[string]any{"keys": list}) }
	data := set(
		change{"use": "enc"}.of(ec), ed, members(t, ks[keys.ES512]),
		map[string]any{"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}, map[string]any{"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
		change{"key_ops": []string{"deriveKey"}}.of(ec),
		change{"alg": "ECDH-ES"}.of(ec), change{"alg": "PS256"}.of(members(t, ks[keys.RS256])), change{"alg": "RSA-OAEP-256"}.of(members(t, ks[keys.RS256])),
	)
	if got, err := keys.ParseIssuerJWKS(data); err != nil || len(got) != 1 || !same(ks[keys.EdDSA], got[0].Key) {
		t.Errorf("read as %+v, %v", got, err)
	}
	if got, err := keys.ParseJWKS(data); err == nil {
		t.Errorf("the strict reading takes it as %+v", got)
	}
	// One key under two names is found under either.
	data = set(change{"kid": "new"}.of(ec), change{"kid": "old"}.of(ec), change{"kid": "agreed"}.of(change{"alg": "ECDH-ES"}.of(ec)))
	if got, err := keys.ParseIssuerJWKS(data); err != nil || len(got) != 2 || got[0].KeyID != "new" || got[1].KeyID != "old" {
		t.Errorf("read as %+v, %v", got, err)
	}
	for what, data := range map[string][]byte{
		"a private key":  set(ed, change{"d": "AA"}.of(ec)),
		"private, alien": set(ed, change{"d": "AA", "alg": "ECDH-ES"}.of(ec)),
		"named doubly":   set(change{"kid": "1"}.of(ec), change{"kid": "1"}.of(ec)),
		"a secret":       set(ed, map[string]any{"kty": "oct", "k": "AAAA"}),
		"a damaged key":  set(ed, change{"x": "AA"}.of(ec)),
		"doubled kid":    set(change{"kid": "1"}.of(ec), change{"kid": "1"}.of(ed)),
		"doubled key":    set(ec, ec),
		"an empty set":   set(),
		"a key null":     []byte(`{"keys":[null]}`),
		"kty is missing": set(ed, map[string]any{"kid": "1", "d": "x"}),
	} {
		if got, err := keys.ParseIssuerJWKS(data); err == nil {
			t.Errorf("%s: read as %+v", what, got)
		}
	}
}

func TestParseJWKS(t *testing.T) {
	t.Parallel()
	ks := tokenKeys(t)
	ec, ed, p384 := members(t, ks[keys.ES256]), members(t, ks[keys.EdDSA]), members(t, ks[keys.ES384])
	set := func(list ...any) []byte { return marshal(t, map[string]any{"keys": list, "more": 1}) }
	named := func(m map[string]any, kid string) any { return change{"kid": kid}.of(m) }
	many := func(n int) (list []any) {
		for range n {
			list = append(list, members(t, newKey(t, elliptic.P256()).Public()))
		}
		return list
	}
	got, err := keys.ParseJWKS(set(named(ec, "1"), ed, named(p384, "KID"), members(t, ks[keys.RS256])))
	if err != nil || len(got) != 4 || got[0].KeyID != "1" || got[1].KeyID != "" || !same(ks[keys.EdDSA], got[1].Key) {
		t.Errorf("read as %+v, %v", got, err)
	}
	if _, err := keys.ParseJWKS(set(many(64)...)); err != nil {
		t.Errorf("64 keys: %v", err)
	}
	for what, data := range map[string][]byte{
		"nothing":            nil,
		"no set":             []byte(`{}`),
		"an empty set":       set(),
		"a bare list":        marshal(t, []any{ec}),
		"a bare key":         marshal(t, ec),
		"keys null":          []byte(`{"keys":null}`),
		"keys an object":     []byte(`{"keys":{}}`),
		"a key null":         []byte(`{"keys":[null]}`),
		"keys twice":         []byte(`{"keys":[],` + string(set(ec))[1:]),
		"Keys":               []byte(`{"Keys":[],` + string(set(ec))[1:]),
		"doubled kid":        set(named(ec, "1"), named(ed, "1")),
		"doubled key":        set(named(ec, "1"), named(ec, "2")),
		"doubled key, bare":  set(ec, ec),
		"P-521":              set(ec, members(t, ks[keys.ES512])),
		"a private key":      set(ed, change{"d": "AA"}.of(ec)),
		"a secret":           set(ed, map[string]any{"kty": "oct", "k": "AAAA"}),
		"one for encryption": set(ed, change{"use": "enc"}.of(ec)),
		"65 keys":            set(many(65)...),
	} {
		if got, err := keys.ParseJWKS(data); err == nil {
			t.Errorf("%s: read as %+v", what, got)
		} else if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v is no refusal", what, err)
		}
	}
}

func FuzzParseJWK(f *testing.F) {
	for alg, pub := range tokenKeys(f) {
		m := members(f, pub)
		f.Add(marshal(f, m))
		m["alg"], m["use"], m["kid"] = alg, "sig", "key-1"
		f.Add(marshal(f, m))
	}
	f.Add([]byte(`{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := keys.ParseJWK(data)
		if err != nil {
			return
		}
		text, err := keys.MarshalJWK(k.Key, k.KeyID)
		if err != nil {
			t.Fatalf("read, but cannot be written: %v", err)
		}
		again, err := keys.ParseJWK(text)
		if err != nil || again.KeyID != k.KeyID || !same(k.Key, again.Key) {
			t.Fatalf("%s is read again as %+v, %v", text, again, err)
		}
		var lax map[string]any
		if err := json.Unmarshal(data, &lax); err != nil {
			t.Fatalf("read, but no JSON: %v", err)
		}
		for _, secret := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
			if _, ok := lax[secret]; ok {
				t.Fatalf("read with %s", secret)
			}
		}
		if alg, err := keys.TokenAlgorithm(k.Key); err != nil || k.Algorithm != "" && !keys.Fits(k.Key, k.Algorithm) {
			t.Fatal(fmt.Sprint("a key that signs nothing: ", alg, err))
		}
	})
}
