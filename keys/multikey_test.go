package keys_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
)

// publics gives one new key of each kind that a Multikey may hold, by the
// beginning of its text.
func publics(t testing.TB) map[string]crypto.PublicKey {
	t.Helper()
	out := map[string]crypto.PublicKey{}
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	out["z6Mk"] = pub
	for start, curve := range map[string]elliptic.Curve{"zDna": elliptic.P256(), "z82L": elliptic.P384()} {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		out[start] = k.Public()
	}
	return out
}

func same(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

func TestMultikeyRoundTrip(t *testing.T) {
	t.Parallel()
	for start, pub := range publics(t) {
		text, err := keys.Multikey(pub)
		if err != nil {
			t.Fatalf("%s: %v", start, err)
		}
		if !strings.HasPrefix(text, start) {
			t.Errorf("Multikey of %T = %s, want %s…", pub, text, start)
		}
		back, err := keys.ParseMultikey(text)
		if err != nil || !same(pub, back) {
			t.Errorf("%s: read back as %v, %v", text, back, err)
		}
	}
}

// TestMultibase: the known values of the base58 draft, and there and back.
func TestMultibase(t *testing.T) {
	t.Parallel()
	for text, data := range map[string][]byte{
		"z2NEpo7TZRRrLZSi2U": []byte("Hello World!"),
		"z11233QC4":          {0, 0, 0x28, 0x7f, 0xb4, 0xcd},
	} {
		if got := keys.EncodeMultibase(data); got != text {
			t.Errorf("EncodeMultibase(%x) = %s, want %s", data, got, text)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 1, 120).Draw(t, "data")
		text := keys.EncodeMultibase(data)
		back, err := keys.DecodeMultibase(text, len(text))
		if err != nil || !bytes.Equal(back, data) {
			t.Fatalf("DecodeMultibase(%s) = %x, %v", text, back, err)
		}
		if _, err := keys.DecodeMultibase(text, len(text)-1); err == nil {
			t.Fatalf("%s is read where one character less is allowed", text)
		}
	})
}

func TestMultikeyRefuses(t *testing.T) {
	t.Parallel()
	weak, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for what, pub := range map[string]crypto.PublicKey{
		"RSA": weak.Public(), "P-521": p521.Public(), "nothing": nil, "short Ed25519": ed25519.PublicKey{1},
		"nil ECDSA": (*ecdsa.PublicKey)(nil), "no curve": &ecdsa.PublicKey{},
		"a point beside the curve": &ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(1), Y: big.NewInt(1)},  //nolint:staticcheck // SA1019: a key that nothing else makes
		"a negative coordinate":    &ecdsa.PublicKey{Curve: elliptic.P256(), X: big.NewInt(-1), Y: big.NewInt(1)}, //nolint:staticcheck // SA1019: a key that nothing else makes
	} {
		if text, err := keys.Multikey(pub); err == nil {
			t.Errorf("%s: written as %s", what, text)
		}
	}
	good, err := keys.Multikey(publics(t)["zDna"])
	if err != nil {
		t.Fatal(err)
	}
	raw, err := keys.DecodeMultibase(good, 100)
	if err != nil {
		t.Fatal(err)
	}
	point := func(first byte) string {
		b := bytes.Clone(raw)
		b[2] = first
		return keys.EncodeMultibase(b)
	}
	for what, text := range map[string]string{
		"empty": "", "z alone": "z", "no prefix": good[1:], "base64url": "u" + base64.RawURLEncoding.EncodeToString(raw),
		"upper-case prefix": "Z" + good[1:], "a zero": good[:10] + "0" + good[11:], "an l": good[:10] + "l" + good[11:],
		"a space": good + " ", "one more": good + "1", "one less": good[:len(good)-1], "a leading one": "z1" + good[1:],
		"long": "z" + strings.Repeat("2", 1<<20), "uncompressed": point(4), "no sign": point(0), "hybrid": point(6),
		"only the codec": keys.EncodeMultibase(raw[:2]), "X25519": keys.EncodeMultibase(append([]byte{0xec, 0x01}, make([]byte, 32)...)),
		"secp256k1": keys.EncodeMultibase(append([]byte{0xe7, 0x01}, raw[2:]...)), "P-521": keys.EncodeMultibase(append([]byte{0x82, 0x24}, make([]byte, 67)...)),
		"a private key":      keys.EncodeMultibase(append([]byte{0x80, 0x26}, make([]byte, 32)...)),
		"Ed25519 of 31":      keys.EncodeMultibase(append([]byte{0xed, 0x01}, make([]byte, 31)...)),
		"Ed25519 of 33":      keys.EncodeMultibase(append([]byte{0xed, 0x01}, make([]byte, 33)...)),
		"beside the curve":   keys.EncodeMultibase(append([]byte{0x80, 0x24, 2}, bytes.Repeat([]byte{0xff}, 32)...)),
		"a padded codec":     keys.EncodeMultibase(append([]byte{0xed, 0x81, 0x00}, make([]byte, 32)...)),
		"not ASCII":          "zé" + good[3:],
		"a did:key, not one": "did:key:" + good,
	} {
		if pub, err := keys.ParseMultikey(text); err == nil {
			t.Errorf("%s: read as %v", what, pub)
		} else if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v is no refusal", what, err)
		}
	}
}

// TestVectorsDIDKey reads every verification method in the suite: the kinds that
// we know round-trip between did:key, Multikey and the key beside it, all others
// are refused.
func TestVectorsDIDKey(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.Vectors(t), "did-key")
	methods, supported := 0, 0
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var doc any
		if err := json.Unmarshal(data, &doc); err != nil {
			t.Errorf("%s: %v", path, err)
			return nil
		}
		found := methodsIn(doc)
		if len(found) == 0 {
			t.Errorf("%s: no verification methods", path)
		}
		for _, m := range found {
			methods++
			t.Run(strings.TrimSuffix(e.Name(), ".json")+"/"+m.text, func(t *testing.T) {
				if m.check(t) {
					supported++
				}
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if methods == 0 || supported == 0 {
		t.Fatalf("%s: %d verification methods, %d of kinds that are supported", dir, methods, supported)
	}
	t.Logf("%d verification methods, %d of kinds that are supported", methods, supported)
}

// A vectorMethod is a verification method of the suite.
type vectorMethod struct {
	text string // the Multikey behind the #
	typ  string
	jwk  map[string]any
	b58  string
}

func methodsIn(v any) []vectorMethod {
	var out []vectorMethod
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			out = append(out, methodsIn(x)...)
		}
	case map[string]any:
		id, _ := v["id"].(string)
		m := vectorMethod{}
		_, m.text, _ = strings.Cut(id, "#")
		m.typ, _ = v["type"].(string)
		m.jwk, _ = v["publicKeyJwk"].(map[string]any)
		m.b58, _ = v["publicKeyBase58"].(string)
		if multibase, ok := v["publicKeyMultibase"].(string); ok && len(multibase) > 1 {
			m.b58 = ""
			if m.text == "" {
				m.text = multibase
			}
		}
		if strings.HasPrefix(m.text, "z") && (m.jwk != nil || m.b58 != "" || v["publicKeyMultibase"] != nil) {
			out = append(out, m)
		}
		for _, x := range v {
			out = append(out, methodsIn(x)...)
		}
	}
	return out
}

// check tells whether the key is of a kind that is supported.
func (m vectorMethod) check(t *testing.T) bool {
	t.Helper()
	curve, _ := m.jwk["crv"].(string)
	known := curve == "Ed25519" || curve == "P-256" || curve == "P-384" ||
		strings.HasPrefix(m.typ, "Ed25519") || strings.HasPrefix(m.typ, "P256") || strings.HasPrefix(m.typ, "P384")
	did := "did:key:" + m.text
	pub, err := keys.ParseMultikey(m.text)
	if m.jwk == nil && m.b58 == "" {
		known = err == nil // a Multikey says itself what it is
	}
	if !known {
		if err == nil {
			t.Errorf("a key of %s %s was read", m.typ, curve)
		}
		if _, err := keys.ResolveDIDKey(did); err == nil {
			t.Errorf("a did:key of %s %s was resolved", m.typ, curve)
		}
		return false
	}
	if err != nil {
		t.Fatalf("%s %s: %v", m.typ, curve, err)
	}
	if back, err := keys.DIDKey(pub); err != nil || back != did {
		t.Errorf("DIDKey = %s, %v, want %s", back, err, did)
	}
	doc, err := keys.ResolveDIDKey(did)
	if err != nil {
		t.Fatal(err)
	}
	for _, relationship := range []string{keys.AssertionMethod, keys.Authentication} {
		method, ok := doc.Method(did+"#"+m.text, relationship)
		if !ok || !same(method.Key, pub) || method.Controller != did {
			t.Errorf("%s: %v, %v", relationship, method, ok)
		}
	}
	switch {
	case m.b58 != "":
		raw, err := keys.DecodeMultibase("z"+m.b58, 100)
		inside, err2 := keys.DecodeMultibase(m.text, 100)
		if err != nil || err2 != nil || !bytes.HasSuffix(inside, raw) || len(inside) != 2+len(raw) {
			t.Errorf("the key beside it is %x, %v, inside is %x, %v", raw, err, inside, err2)
		}
	case m.jwk != nil:
		for name, want := range coordinates(t, pub) {
			if m.jwk[name] != want {
				t.Errorf("%s = %s, want %v", name, want, m.jwk[name])
			}
		}
		other := documentWith(t, did, map[string]any{"type": "JsonWebKey", "publicKeyJwk": m.jwk})
		parsed, err := keys.ParseDIDDocument(other)
		if err != nil || len(parsed.Methods) != 1 || !same(parsed.Methods[0].Key, pub) {
			t.Errorf("as JsonWebKey: %v, %v", parsed, err)
		}
	}
	return true
}

// coordinates writes a key as the members of its JSON Web Key.
func coordinates(t testing.TB, pub crypto.PublicKey) map[string]string {
	t.Helper()
	enc := base64.RawURLEncoding.EncodeToString
	switch k := pub.(type) {
	case ed25519.PublicKey:
		return map[string]string{"kty": "OKP", "crv": "Ed25519", "x": enc(k)}
	case *ecdsa.PublicKey:
		b, err := k.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		half := (len(b) - 1) / 2
		return map[string]string{"kty": "EC", "crv": k.Params().Name, "x": enc(b[1 : 1+half]), "y": enc(b[1+half:])}
	}
	t.Fatalf("a key of type %T", pub)
	return nil
}

// TestSmallOrderKeys holds that a key is refused under which one signature fits
// every message, however it is written.
func TestSmallOrderKeys(t *testing.T) {
	t.Parallel()
	identity := make([]byte, 32)
	identity[0] = 1
	if !ed25519.Verify(identity, []byte("any message"), append(bytes.Clone(identity), make([]byte, 32)...)) {
		t.Error("the standard library now refuses such keys itself")
	}
	for _, start := range []string{"00", "01", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"} {
		for _, sign := range []byte{0, 0x80} {
			key, err := hex.DecodeString(start)
			if err != nil {
				t.Fatal(err)
			}
			key = append(key, make([]byte, 32-len(key))...)
			key[31] |= sign
			if _, err := keys.ParseMultikey(keys.EncodeMultibase(append([]byte{0xed, 0x01}, key...))); err == nil {
				t.Errorf("%x was read from a Multikey", key)
			}
			if _, err := keys.Multikey(ed25519.PublicKey(key)); err == nil {
				t.Errorf("%x was written", key)
			}
			jwk := map[string]any{"type": "JsonWebKey", "publicKeyJwk": coordinates(t, ed25519.PublicKey(key))}
			if _, err := keys.ParseDIDDocument(documentWith(t, did, jwk)); err == nil {
				t.Errorf("%x was read from a JSON Web Key", key)
			}
		}
	}
}

func FuzzParseMultikey(f *testing.F) {
	for _, pub := range publics(f) {
		text, err := keys.Multikey(pub)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add(text[:len(text)-1])
	}
	f.Add("z")
	f.Add("z111")
	f.Add("u7QE")
	f.Fuzz(func(t *testing.T, s string) {
		pub, err := keys.ParseMultikey(s)
		if err != nil {
			return
		}
		back, err := keys.Multikey(pub)
		if err != nil || back != s {
			t.Errorf("%q reads as %v, which is written %q, %v", s, pub, back, err)
		}
	})
}
