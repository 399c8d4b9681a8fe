package jwx2_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
)

// rounds is how many tokens of each algorithm go each way.
const rounds = 200

// A maker makes a key for an algorithm.
type maker struct {
	alg   jwa.SignatureAlgorithm
	fresh int // tokens by one key
	make  func() (crypto.Signer, error)
}

func onCurve(c elliptic.Curve) func() (crypto.Signer, error) {
	return func() (crypto.Signer, error) { return ecdsa.GenerateKey(c, rand.Reader) }
}

var makers = []maker{
	{jwa.ES256, 4, onCurve(elliptic.P256())},
	{jwa.ES384, 4, onCurve(elliptic.P384())},
	{jwa.EdDSA, 4, func() (crypto.Signer, error) {
		_, k, err := ed25519.GenerateKey(rand.Reader)
		return k, err
	}},
	{jwa.RS256, 100, func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) }},
}

// document gives a credential with content that differs in every round.
func document(t *testing.T, n int) []byte {
	t.Helper()
	id, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 122))
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"Ünal", "O’Neill", "<b>&amp;", "名前", "a\"b\\c", "\u2028", "🎓", strings.Repeat("long ", 500)}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(n%2 == 0)
	if err := e.Encode(map[string]any{
		"@context": []string{"https://www.w3.org/ns/credentials/v2"}, "type": []string{"VerifiableCredential"},
		"id": fmt.Sprintf("urn:x:%x", id), "issuer": map[string]any{"id": "did:web:body.example", "name": names[n%len(names)]},
		"credentialSubject": map[string]any{"name": names[(n+3)%len(names)], "grade": float64(n) / 7, "units": make([]int, n%50)},
	}); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

// theirs gives a key as they read it from the JSON Web Key that we write.
func theirs(t *testing.T, pub crypto.PublicKey) jwk.Key {
	t.Helper()
	text, err := keys.MarshalJWK(pub, "")
	if err != nil {
		t.Fatal(err)
	}
	k, err := jwk.ParseKey(text)
	if err != nil {
		t.Fatalf("they do not read %s: %v", text, err)
	}
	return k
}

// What we sign, they verify, with the key that we write; and the thumbprint of
// that key is the same.
func TestOursVerifyThere(t *testing.T) {
	t.Parallel()
	for _, m := range makers {
		t.Run(m.alg.String(), func(t *testing.T) {
			t.Parallel()
			var s crypto.Signer
			for n := range rounds {
				if n%m.fresh == 0 {
					var err error
					if s, err = m.make(); err != nil {
						t.Fatal(err)
					}
				}
				thumb, err := keys.Thumbprint(s.Public())
				if err != nil {
					t.Fatal(err)
				}
				doc := document(t, n)
				input, err := jose.SigningInputVC(doc, jose.TokenHeader{Algorithm: m.alg.String(), KeyID: "did:web:body.example#" + thumb})
				if err != nil {
					t.Fatal(err)
				}
				token, err := jose.SignToken(s, input)
				if err != nil {
					t.Fatal(err)
				}
				key := theirs(t, s.Public())
				sum, err := key.Thumbprint(crypto.SHA256)
				if err != nil || base64.RawURLEncoding.EncodeToString(sum) != thumb {
					t.Fatalf("thumbprint %x, %v; ours is %s", sum, err, thumb)
				}
				got, err := jws.Verify(token, jws.WithKey(m.alg, key))
				if err != nil || !bytes.Equal(got, doc) {
					t.Fatalf("token %d: %v", n, err)
				}
				msg, err := jws.Parse(token)
				if err != nil {
					t.Fatal(err)
				}
				if h := msg.Signatures()[0].ProtectedHeaders(); h.Type() != "vc+jwt" || h.ContentType() != "vc" || h.KeyID() != "did:web:body.example#"+thumb || h.Algorithm() != m.alg {
					t.Fatalf("they read the header as %v", h)
				}
				if changed := swap(token); verifies(changed, m.alg, key) {
					t.Fatalf("token %d verifies there although it was changed", n)
				}
			}
		})
	}
}

// What they sign, we verify, with the key that they write.
func TestTheirsVerifyHere(t *testing.T) {
	t.Parallel()
	for _, m := range makers {
		t.Run(m.alg.String(), func(t *testing.T) {
			t.Parallel()
			var s crypto.Signer
			for n := range rounds {
				if n%m.fresh == 0 {
					var err error
					if s, err = m.make(); err != nil {
						t.Fatal(err)
					}
				}
				doc := document(t, n)
				h := jws.NewHeaders()
				for name, value := range map[string]string{"typ": "vc+jwt", "cty": "vc", "kid": "key-1"} {
					if err := h.Set(name, value); err != nil {
						t.Fatal(err)
					}
				}
				token, err := jws.Sign(doc, jws.WithKey(m.alg, s, jws.WithProtectedHeaders(h)))
				if err != nil {
					t.Fatal(err)
				}
				pub := ours(t, s.Public())
				vc, err := jose.ParseVC(token)
				if err != nil {
					t.Fatalf("token %d: %v", n, err)
				}
				if err := vc.Verify(pub); err != nil || !bytes.Equal(vc.Document, doc) {
					t.Fatalf("token %d: %v", n, err)
				}
				if vc, err := jose.ParseVC(swap(token)); err == nil && vc.Verify(pub) == nil {
					t.Fatalf("token %d verifies here although it was changed", n)
				}
			}
		})
	}
}

// ours gives a key as we read it from the JSON Web Key that they write, by
// itself and in a set.
func ours(t *testing.T, pub crypto.PublicKey) crypto.PublicKey {
	t.Helper()
	k, err := jwk.FromRaw(pub)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	got, err := keys.ParseJWK(text)
	if err != nil {
		t.Fatalf("we do not read %s: %v", text, err)
	}
	set := jwk.NewSet()
	if err := set.AddKey(k); err != nil {
		t.Fatal(err)
	}
	if text, err = json.Marshal(set); err != nil {
		t.Fatal(err)
	}
	if list, err := keys.ParseJWKS(text); err != nil || len(list) != 1 {
		t.Fatalf("we do not read %s: %v", text, err)
	}
	return got.Key
}

// swap changes one character in the middle of the payload to another.
func swap(token []byte) []byte {
	bad := bytes.Clone(token)
	first, last := bytes.IndexByte(bad, '.'), bytes.LastIndexByte(bad, '.')
	at := (first + last) / 2
	if bad[at] == 'A' {
		bad[at] = 'B'
	} else {
		bad[at] = 'A'
	}
	return bad
}

func verifies(token []byte, alg jwa.SignatureAlgorithm, key jwk.Key) bool {
	_, err := jws.Verify(token, jws.WithKey(alg, key))
	return err == nil
}
