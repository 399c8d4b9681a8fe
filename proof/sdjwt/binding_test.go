package sdjwt_test

import (
	"crypto"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

func required(audience, nonce string) sdjwt.BindingOptions {
	return sdjwt.BindingOptions{Required: true, Audience: audience, Nonce: nonce, At: now}
}

// kbJWT makes a KB-JWT by hand.
func kbJWT(t testing.TB, s crypto.Signer, typ, claims string) string {
	t.Helper()
	input, err := jose.TokenInput(header(t, s, typ), []byte(claims))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := jose.SignToken(s, input)
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

func kbClaims(at time.Time, aud, nonce, hash string) string {
	return fmt.Sprintf(`{"iat":%d,"aud":%q,"nonce":%q,"sd_hash":%q}`, at.Unix(), aud, nonce, hash)
}

// unsecured writes a token with a header of one's own choice.
func unsecured(head, claims, signature string) string {
	return enc(head) + "." + enc(claims) + "." + signature
}

// TestTV30 takes a good presentation and spoils its key binding in every way.
func TestTV30(t *testing.T) {
	t.Parallel()
	issuer, holder, thief := p256(t), p256(t), p256(t)
	stored := issue(t, issuer, sdjwt.TypeVC, award(t, holder), awardPaths...)
	keep := func(p sdjwt.Path) bool { return p.String() == "title" || p.String() == "given_name" }
	shown, err := sdjwt.Present([]byte(stored), keep, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, hash := string(shown), dig(string(shown))
	good := kbClaims(now, "verifier", "n-1", hash)
	goodJWT := kbJWT(t, holder, "kb+jwt", good)
	sig := goodJWT[strings.LastIndexByte(goodJWT, '.')+1:]
	edKey := ed(t)

	check := func(data string, o sdjwt.BindingOptions) error {
		return accepted(t, data, sdjwt.PolicyOf(sdjwt.VC), issuer.Public()).VerifyBinding(o)
	}
	if err := check(body+goodJWT, required("verifier", "n-1")); err != nil {
		t.Fatalf("good presentation refused: %v", err)
	}
	hmac := unsecured(`{"alg":"HS256","typ":"kb+jwt"}`, good, sig)
	tests := []struct{ name, kb, key string }{
		{"left out", "", "proof.binding.missing"},
		{"by another key", kbJWT(t, thief, "kb+jwt", good), "proof.binding.key"},
		{"by the issuer", kbJWT(t, issuer, "kb+jwt", good), "proof.binding.key"},
		{"by a key of another kind", kbJWT(t, edKey, "kb+jwt", good), "proof.binding.key"},
		{"alg none", unsecured(`{"alg":"none","typ":"kb+jwt"}`, good, ""), "proof.binding.form"},
		{"alg None", unsecured(`{"alg":"None","typ":"kb+jwt"}`, good, sig), "proof.binding.form"},
		{"alg HS256", hmac, "proof.binding.form"},
		{"no alg", unsecured(`{"typ":"kb+jwt"}`, good, sig), "proof.binding.form"},
		{"alg of another key", unsecured(`{"alg":"ES384","typ":"kb+jwt"}`, good, sig), "proof.binding.key"},
		{"key brought along", unsecured(`{"alg":"ES256","typ":"kb+jwt","jwk":`+jwk(t, thief)+`}`, good, sig), "proof.binding.form"},
		{"crit", unsecured(`{"alg":"ES256","typ":"kb+jwt","crit":["x"],"x":1}`, good, sig), "proof.binding.form"},
		{"typ JWT", kbJWT(t, holder, "JWT", good), "proof.binding.form"},
		{"typ of a credential", kbJWT(t, holder, "dc+sd-jwt", good), "proof.binding.form"},
		{"typ with the sign of kelvin", unsecured(`{"alg":"ES256","typ":"\u212Ab+jwt"}`, good, sig), "proof.binding.form"},
		{"no typ", unsecured(`{"alg":"ES256"}`, good, sig), "proof.binding.form"},
		{"signature changed", goodJWT[:len(goodJWT)-4] + "AAAA", "proof.binding.key"},
		{"signature empty", goodJWT[:strings.LastIndexByte(goodJWT, '.')+1], "proof.binding.key"},
		{"claims changed", unsecured(`{"alg":"ES256","typ":"kb+jwt"}`, kbClaims(now, "verifier", "n-2", hash), sig), "proof.binding.key"},
		{"sd_hash of everything", kbJWT(t, holder, "kb+jwt", kbClaims(now, "verifier", "n-1", dig(stored))), "proof.binding.hash"},
		{"sd_hash without the last tilde", kbJWT(t, holder, "kb+jwt", kbClaims(now, "verifier", "n-1", dig(strings.TrimSuffix(body, "~")))), "proof.binding.hash"},
		{"sd_hash padded", kbJWT(t, holder, "kb+jwt", kbClaims(now, "verifier", "n-1", hash+"=")), "proof.binding.hash"},
		{"sd_hash empty", kbJWT(t, holder, "kb+jwt", kbClaims(now, "verifier", "n-1", "")), "proof.binding.form"},
		{"no sd_hash", kbJWT(t, holder, "kb+jwt", `{"iat":1795867200,"aud":"verifier","nonce":"n-1"}`), "proof.binding.form"},
		{"aud another", kbJWT(t, holder, "kb+jwt", kbClaims(now, "other", "n-1", hash)), "proof.binding.audience"},
		{"aud in another case", kbJWT(t, holder, "kb+jwt", kbClaims(now, "Verifier", "n-1", hash)), "proof.binding.audience"},
		{"aud a list", kbJWT(t, holder, "kb+jwt", strings.Replace(good, `"verifier"`, `["verifier"]`, 1)), "proof.binding.form"},
		{"aud twice", kbJWT(t, holder, "kb+jwt", strings.Replace(good, `"aud"`, `"aud":"other","aud"`, 1)), "proof.binding.form"},
		{"nonce another", kbJWT(t, holder, "kb+jwt", kbClaims(now, "verifier", "n-2", hash)), "proof.binding.nonce"},
		{"nonce empty", kbJWT(t, holder, "kb+jwt", kbClaims(now, "verifier", "", hash)), "proof.binding.form"},
		{"nonce a number", kbJWT(t, holder, "kb+jwt", strings.Replace(good, `"n-1"`, `1`, 1)), "proof.binding.form"},
		{"iat old", kbJWT(t, holder, "kb+jwt", kbClaims(now.Add(-301*time.Second), "verifier", "n-1", hash)), "proof.binding.time"},
		{"iat ahead", kbJWT(t, holder, "kb+jwt", kbClaims(now.Add(301*time.Second), "verifier", "n-1", hash)), "proof.binding.time"},
		{"no iat", kbJWT(t, holder, "kb+jwt", `{"aud":"verifier","nonce":"n-1","sd_hash":"`+hash+`"}`), "proof.binding.form"},
		{"iat a string", kbJWT(t, holder, "kb+jwt", `{"iat":"now","aud":"verifier","nonce":"n-1","sd_hash":"`+hash+`"}`), "proof.binding.form"},
		{"exp passed", kbJWT(t, holder, "kb+jwt", strings.Replace(good, `{`, `{"exp":1700000000,`, 1)), "proof.binding.time"},
		{"no JSON", kbJWT(t, holder, "kb+jwt", `iat`), "proof.binding.form"},
		{"base64 with padding", goodJWT + "=", "proof.binding.form"},
		{"line break behind", goodJWT + "\n", "proof.binding.form"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refused(t, check(body+c.kb, required("verifier", "n-1")), "binding", c.key)
		})
	}
	for _, d := range []time.Duration{-300 * time.Second, 300 * time.Second} {
		if err := check(body+kbJWT(t, holder, "kb+jwt", kbClaims(now.Add(d), "verifier", "n-1", hash)), required("verifier", "n-1")); err != nil {
			t.Errorf("iat %s away is within the window, but refused: %v", d, err)
		}
	}
	t.Run("KB-JWT of one selection behind another", func(t *testing.T) {
		t.Parallel()
		refused(t, check(stored+goodJWT, required("verifier", "n-1")), "binding", "proof.binding.hash")
	})
}

// TestTV30Policy holds that what is required comes from the options alone.
func TestTV30Policy(t *testing.T) {
	t.Parallel()
	issuer, holder := p256(t), p256(t)
	stored := issue(t, issuer, sdjwt.TypeVC, award(t, holder), awardPaths...)
	at := func(s string, o sdjwt.BindingOptions) error {
		return accepted(t, s, sdjwt.PolicyOf(sdjwt.VC), issuer.Public()).VerifyBinding(o)
	}
	old := now.Add(-72 * time.Hour)
	shown, err := sdjwt.Present([]byte(stored), func(sdjwt.Path) bool { return true },
		&sdjwt.KeyBinding{Signer: holder, Audience: "verifier", Nonce: "n-1", At: old})
	if err != nil {
		t.Fatal(err)
	}
	bound := string(shown)
	tests := []struct {
		name, data string
		o          sdjwt.BindingOptions
		key        string // empty: accepted
	}{
		{"none there, none required", stored, sdjwt.BindingOptions{At: now}, ""},
		{"one there, none required, of any age", bound, sdjwt.BindingOptions{At: now}, ""},
		{"one there, audience named and right", bound, sdjwt.BindingOptions{At: now, Audience: "verifier"}, ""},
		{"one there, audience named and wrong", bound, sdjwt.BindingOptions{At: now, Audience: "other"}, "proof.binding.audience"},
		{"one there, nonce named and wrong", bound, sdjwt.BindingOptions{At: now, Nonce: "other"}, "proof.binding.nonce"},
		{"one there, nonce named and right, but old", bound, sdjwt.BindingOptions{At: now, Nonce: "n-1"}, "proof.binding.time"},
		{"one there from the future", bound, sdjwt.BindingOptions{At: old.Add(-time.Hour)}, "proof.binding.time"},
		{"required and old", bound, required("verifier", "n-1"), "proof.binding.time"},
		{"required and not there", stored, required("verifier", "n-1"), "proof.binding.missing"},
		{"wider window", bound, sdjwt.BindingOptions{Required: true, Audience: "verifier", Nonce: "n-1", At: now, Window: 73 * time.Hour}, ""},
		{"algorithm not listed", bound, sdjwt.BindingOptions{At: now, Algorithms: []string{"EdDSA"}}, "proof.binding.form"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := at(c.data, c.o)
			if c.key == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			refused(t, err, "binding", c.key)
		})
	}
	for _, o := range []sdjwt.BindingOptions{{Required: true, Audience: "v", At: now}, {Required: true, Nonce: "n", At: now}, {Required: true, Audience: "v", Nonce: "n"}} {
		if err := at(bound, o); err == nil {
			t.Errorf("required with too little to compare is accepted: %+v", o)
		}
	}
	unverified, err := sdjwt.Parse([]byte(bound), sdjwt.PolicyOf(sdjwt.VC))
	if err != nil {
		t.Fatal(err)
	}
	if err := unverified.VerifyBinding(sdjwt.BindingOptions{}); err == nil {
		t.Error("key binding is accepted before the issuer's signature")
	}
}

// TestTV30Holder refuses keys that the issuer did not sign in the open.
func TestTV30Holder(t *testing.T) {
	t.Parallel()
	issuer, holder := p256(t), p256(t)
	key := jwk(t, holder)
	x := enc(`["s","x",1]`)
	cnf := enc(`["s","cnf",{"jwk":` + key + `}]`)
	tests := []struct {
		name, payload string
		disclosures   []string
	}{
		{"no cnf", `{}`, nil},
		{"cnf through a disclosure", `{"_sd":["` + dig(cnf) + `"]}`, []string{cnf}},
		{"cnf hidden in part", `{"cnf":{"jwk":` + key + `,"_sd":["` + dig(x) + `"]}}`, []string{x}},
		{"cnf null", `{"cnf":null}`, nil},
		{"cnf a string", `{"cnf":"key"}`, nil},
		{"cnf with kid only", `{"cnf":{"kid":"a"}}`, nil},
		{"cnf with jku", `{"cnf":{"jwk":` + key + `,"jku":"https://a.example/"}}`, nil},
		{"cnf with a secret", `{"cnf":{"jwk":{"kty":"oct","k":"AAAA"}}}`, nil},
		{"cnf with a private key", `{"cnf":{"jwk":` + strings.Replace(key, `{`, `{"d":"AAAA",`, 1) + `}}`, nil},
		{"cnf off the curve", `{"cnf":{"jwk":{"kty":"EC","crv":"P-256","x":"` + strings.Repeat("A", 43) + `","y":"` + strings.Repeat("A", 43) + `"}}}`, nil},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := token(t, issuer, "example+sd-jwt", c.payload, c.disclosures...)
			kb := kbJWT(t, holder, "kb+jwt", kbClaims(now, "verifier", "n-1", dig(data)))
			s := accepted(t, data+kb, plain, issuer.Public())
			refused(t, s.VerifyBinding(required("verifier", "n-1")), "binding", "proof.binding.cnf")
			refused(t, s.VerifyBinding(sdjwt.BindingOptions{At: now}), "binding", "proof.binding.cnf")
		})
	}
}

// A holder who is named in a way that is not read here makes no credential bad,
// and is no holder of one: whatever is shown with it is refused (RFC 7800, 3).
func TestVCUnreadHolder(t *testing.T) {
	t.Parallel()
	issuer, holder := p256(t), p256(t)
	key := jwk(t, holder)
	for name, cnf := range map[string]string{
		"kid only":         `{"kid":"did:example:a#1"}`,
		"jku":              `{"jku":"https://a.example/jwks","kid":"a"}`,
		"jwk and jku":      `{"jwk":` + key + `,"jku":"https://a.example/jwks"}`,
		"another member":   `{"x5t#S256":"a","jwk":` + key + `}`,
		"another curve":    `{"jwk":{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}}`,
		"to agree on keys": `{"jwk":{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}}`,
		"for encryption":   `{"jwk":` + strings.Replace(key, `{`, `{"use":"enc",`, 1) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := token(t, issuer, sdjwt.TypeVC, `{"iss":"https://issuer.example","vct":"a","cnf":`+cnf+`}`)
			s := accepted(t, data, sdjwt.PolicyOf(sdjwt.VC), issuer.Public())
			if got := s.Claims().Holder; got != nil {
				t.Errorf("has the holder %v", got)
			}
			if err := s.VerifyBinding(sdjwt.BindingOptions{At: now}); err != nil {
				t.Errorf("nobody asked for a binding: %v", err)
			}
			kb := kbJWT(t, holder, "kb+jwt", kbClaims(now, "verifier", "n-1", dig(data)))
			s = accepted(t, data+kb, sdjwt.PolicyOf(sdjwt.VC), issuer.Public())
			refused(t, s.VerifyBinding(required("verifier", "n-1")), "binding", "proof.binding.cnf")
			refused(t, s.VerifyBinding(sdjwt.BindingOptions{At: now}), "binding", "proof.binding.cnf")
		})
	}
}

// TestBindingKinds presents with every kind of holder key.
func TestBindingKinds(t *testing.T) {
	t.Parallel()
	issuer := p256(t)
	for name, holder := range map[string]crypto.Signer{"P-256": p256(t), "P-384": p384(t), "Ed25519": ed(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored := issue(t, issuer, sdjwt.TypeVC, award(t, holder), awardPaths...)
			shown, err := sdjwt.Present([]byte(stored), func(sdjwt.Path) bool { return false },
				&sdjwt.KeyBinding{Signer: holder, Audience: "v\"é", Nonce: "n", At: now})
			if err != nil {
				t.Fatal(err)
			}
			s := accepted(t, string(shown), sdjwt.PolicyOf(sdjwt.VC), issuer.Public())
			if err := s.VerifyBinding(required("v\"é", "n")); err != nil {
				t.Error(err)
			}
			if len(s.Disclosed()) != 0 || s.Undisclosed() != len(awardPaths) {
				t.Errorf("%d disclosed, %d not", len(s.Disclosed()), s.Undisclosed())
			}
		})
	}
	t.Run("refuses to present with another key", func(t *testing.T) {
		t.Parallel()
		stored := issue(t, issuer, sdjwt.TypeVC, award(t, p256(t)), awardPaths...)
		_, err := sdjwt.Present([]byte(stored), func(sdjwt.Path) bool { return true },
			&sdjwt.KeyBinding{Signer: p256(t), Audience: "v", Nonce: "n", At: now})
		refused(t, err, "binding", "proof.binding.key")
	})
	t.Run("hash of _sd_alg", func(t *testing.T) {
		t.Parallel()
		holder := p256(t)
		data := token(t, issuer, "example+sd-jwt", `{"_sd_alg":"sha-512","cnf":{"jwk":`+jwk(t, holder)+`}}`)
		shown, err := sdjwt.Present([]byte(data), nil, &sdjwt.KeyBinding{Signer: holder, Audience: "v", Nonce: "n", At: now})
		if err != nil {
			t.Fatal(err)
		}
		if err := accepted(t, string(shown), plain, issuer.Public()).VerifyBinding(required("v", "n")); err != nil {
			t.Error(err)
		}
		parts := strings.Split(string(shown), ".")
		raw, err := base64.RawURLEncoding.DecodeString(parts[len(parts)-2])
		if err != nil || !strings.Contains(string(raw), `"sd_hash":"`) || len(raw) < 120 {
			t.Errorf("sd_hash is not of SHA-512: %s", raw)
		}
	})
}
