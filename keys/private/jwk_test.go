package private_test

import (
	"crypto"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
)

// The example key of RFC 8037, A.1, and one of P-256 from RFC 7515, A.3.1.
const (
	edJWK = `{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
	ecJWK = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",` +
		`"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}`
)

func TestParseJWK(t *testing.T) {
	t.Parallel()
	change := func(text, old, with string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("%s is not in the key", old)
		}
		return strings.Replace(text, old, with, 1)
	}
	const refused = "proof.key.jwk.secret"
	for what, c := range map[string]struct{ text, key string }{
		"Ed25519":                 {edJWK, ""},
		"P-256":                   {ecJWK, ""},
		"with kid, alg and use":   {change(ecJWK, `{`, `{"kid":"a","alg":"ES256","use":"sig",`), ""},
		"to sign with":            {change(ecJWK, `{`, `{"key_ops":["sign"],`), ""},
		"to encrypt with":         {change(ecJWK, `{`, `{"use":"enc",`), refused},
		"to verify with alone":    {change(ecJWK, `{`, `{"key_ops":["verify"],`), refused},
		"alg of another":          {change(ecJWK, `{`, `{"alg":"ES384",`), refused},
		"public key of another":   {change(edJWK, `"11qY`, `"21qY`), refused},
		"point off the curve":     {change(ecJWK, `"f83O`, `"g83O`), refused},
		"d of another":            {change(edJWK, `"nWGx`, `"mWGx`), refused},
		"d of another, P-256":     {change(ecJWK, `"jpsQ`, `"kpsQ`), refused},
		"no d":                    {change(edJWK, `"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",`, ``), refused},
		"d empty":                 {change(edJWK, `nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A`, ``), refused},
		"d null":                  {change(edJWK, `"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"`, `null`), refused},
		"d as a number":           {change(edJWK, `"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"`, `5`), refused},
		"d short":                 {change(ecJWK, `-E9LI"`, `-E9"`), refused},
		"d zero":                  {change(ecJWK, `jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI`, strings.Repeat("A", 43)), refused},
		"d with padding":          {change(ecJWK, `-E9LI"`, `-E9LI="`), refused},
		"d with a line break":     {change(ecJWK, `jpsQ`, `jpsQ\n`), refused},
		"d twice":                 {change(ecJWK, `{`, `{"d":"AA",`), refused},
		"D":                       {change(ecJWK, `"d"`, `"D"`), refused},
		"kty twice":               {change(ecJWK, `{`, `{"kty":"EC",`), refused},
		"RSA":                     {`{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}`, refused},
		"a prime beside it":       {change(ecJWK, `{`, `{"p":"AQAB",`), refused},
		"secp256k1":               {change(ecJWK, `P-256`, `secp256k1`), refused},
		"X25519":                  {change(edJWK, `Ed25519`, `X25519`), refused},
		"a symmetric key":         {`{"kty":"oct","k":"AQAB"}`, refused},
		"a list":                  {`[` + edJWK + `]`, refused},
		"something behind it":     {edJWK + edJWK, refused},
		"no JSON":                 {`key`, refused},
		"empty":                   {``, refused},
		"a large one":             {change(edJWK, `{`, `{"a":"`+strings.Repeat("a", 70<<10)+`",`), refused},
		"an object that is empty": {`{}`, refused},
	} {
		s, k, err := private.ParseJWK([]byte(c.text))
		if c.key != "" {
			want(t, err, c.key)
			if err != nil && (strings.Contains(err.Error(), "nWGx") || strings.Contains(err.Error(), "jpsQ")) {
				t.Errorf("%s: the error tells the secret", what)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", what, err)
		} else if !s.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(k.Key) {
			t.Errorf("%s: two keys came out", what)
		}
	}
}

// The published test keys: every secret key is read, and belongs to the public
// key beside it.
func TestVectorsSecretKeys(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(testkit.Vectors(t), "vc-jose-cose", "vm-*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no key files: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var method struct{ PublicKeyJwk, SecretKeyJwk json.RawMessage }
		if err := json.Unmarshal(text, &method); err != nil {
			t.Fatal(err)
		}
		pub, err := keys.ParseJWK(method.PublicKeyJwk)
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		s, k, err := private.ParseJWK(method.SecretKeyJwk)
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if !s.Public().(interface{ Equal(crypto.PublicKey) bool }).Equal(pub.Key) || k.KeyID != pub.KeyID {
			t.Errorf("%s: another key", f)
		}
	}
}
