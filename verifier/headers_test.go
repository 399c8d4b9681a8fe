package verifier_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"hash"
	"strings"
	"testing"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
)

func TestTV10To13Headers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []attack
	add := func(name string, code proof.Code, edit func(h obj)) {
		all = append(all, attack{name, sealWith(t, w.seal, payload(t, nil), edit, w.ca), verifier.Invalid, code})
	}
	for _, alg := range []any{
		"none", "None", "NONE", "nOnE", "", " ", "none\u0000", // TV-10
		"HS256", "HS384", "HS512", "RS256", "RS384", "PS256", "ES384", "ES512", "ES256K", "EdDSA", "es256", // TV-11, TV-12
		nil, 1, []any{"ES256"}, obj{}, true, strings.Repeat("A", 10_000),
	} {
		add(fmt.Sprintf("alg %.20v", alg), proof.Header, func(h obj) { h["alg"] = alg })
	}
	add("alg missing", proof.Header, func(h obj) { delete(h, "alg") })
	for name, crit := range map[string]any{ // TV-13
		"unknown": []any{"b64", "sigT", planted}, "empty": []any{}, "text": "b64", "number": 1, "object": obj{"b64": true}, "null": nil,
		"absent header": []any{"b64", "sigT", "adoTst"}, "without b64": []any{"sigT"}, "twice": []any{"b64", "sigT", "b64"},
		"registered": []any{"b64", "sigT", "alg"}, "number inside": []any{"b64", 1}, "case": []any{"B64", "sigT"},
	} {
		add("crit "+name, proof.Header, func(h obj) { h["crit"] = crit })
	}
	add("crit unknown, and there", proof.Header, func(h obj) { h["crit"] = []any{"b64", "sigT", "x"}; h["x"] = planted })
	add("b64 false, crit missing", proof.Header, func(h obj) { delete(h, "crit") })
	add("b64 text", proof.Header, func(h obj) { h["b64"] = "false" })
	add("no signing time", proof.Header, func(h obj) { delete(h, "sigT"); h["crit"] = []any{"b64"} })
	attackAll(t, w.trust, all)
}

// TV-11: the public key as the secret of a symmetric signature.
func TestTV11Confusion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	spki, err := x509.MarshalPKIXPublicKey(w.seal.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	var all []attack
	for name, secret := range map[string][]byte{
		"DER key": spki, "PEM key": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}),
		"DER certificate": w.seal.cert.Raw, "PEM certificate": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.seal.cert.Raw}),
	} {
		for alg, h := range map[string]func() hash.Hash{"HS256": sha256.New, "HS512": sha512.New} {
			file := sealWith(t, w.seal, payload(t, nil), func(h obj) { h["alg"] = alg }, w.ca)
			all = append(all, attack{name + " " + alg, edited(t, file, func(f, s obj) {
				mac := hmac.New(h, secret)
				mac.Write([]byte(s["protected"].(string) + "." + f["payload"].(string)))
				s["signature"] = base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
			}), verifier.Invalid, proof.Header})
		}
	}
	attackAll(t, w.trust, all)
}

func TestTV14KeyBroughtAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stranger := certify(t, sealCert(), nil)
	jwk := obj{
		"kty": "EC", "crv": "P-256",
		"x": base64.RawURLEncoding.EncodeToString(stranger.key.X.FillBytes(make([]byte, 32))),
		"y": base64.RawURLEncoding.EncodeToString(stranger.key.Y.FillBytes(make([]byte, 32))),
	}
	var all []attack
	for name, edit := range map[string]func(h obj){
		"jwk": func(h obj) { h["jwk"] = jwk },
		"jku": func(h obj) { h["jku"] = "https://127.0.0.1/" + planted },
		"x5u": func(h obj) { h["x5u"] = "https://127.0.0.1/" + planted },
	} {
		// Signed by the stranger, with the certificate of the body beside it.
		all = append(all,
			attack{name, resigned(t, w, stranger, edit), verifier.Invalid, proof.Key},
			attack{name + " without x5c", resigned(t, w, stranger, func(h obj) { edit(h); delete(h, "x5c"); delete(h, "x5t#S256") }),
				verifier.Invalid, proof.Key})
	}
	all = append(all,
		attack{"no key at all", resigned(t, w, stranger, func(h obj) { delete(h, "x5c"); delete(h, "x5t#S256") }), verifier.Invalid, proof.Key},
		attack{"jwk beside the signature", edited(t, w.file(t, nil), func(_, s obj) { s["header"] = obj{"jwk": jwk} }), verifier.Invalid, proof.Key},
		attack{"certificate of another", resigned(t, w, stranger, nil), verifier.Invalid, proof.Signature})
	attackAll(t, w.trust, all)
}

// resigned is a file with the body's certificate but signed by another key.
func resigned(t *testing.T, w *world, by *party, edit func(h obj)) []byte {
	t.Helper()
	return sealWith(t, &party{w.seal.cert, by.key}, payload(t, nil), edit, w.ca)
}

func TestTV16KeyNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []attack
	for _, kid := range []any{
		"../../etc/passwd", "/etc/passwd", "1' OR '1'='1", "$(id)", "`id`", "a\u0000b", "a\r\nb", "https://example.org/key",
		"file:///key", strings.Repeat("A", 64<<10), "", 1, nil, []any{"a"},
	} {
		all = append(all, attack{fmt.Sprintf("%.20v", kid), sealWith(t, w.seal, payload(t, nil), func(h obj) { h["kid"] = kid }, w.ca),
			verifier.Invalid, proof.Key})
	}
	attackAll(t, w.trust, all)
}
