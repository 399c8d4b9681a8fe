package sdjwt_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"hash"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// TestTV10To16 gives the issuer-signed JWT headers that nobody may accept. But
// for the unsecured ones they are rightly signed with the issuer's key.
func TestTV10To16(t *testing.T) {
	t.Parallel()
	key, thief := p256(t), p256(t)
	payload := `{"vct":"a","given_name":"Ana"}`
	forged := func() string {
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Issuer"}, NotBefore: now, NotAfter: now.Add(time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, c, c, &thief.PublicKey, thief)
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(der)
	}
	head := func(members string) string { return `{"alg":"ES256","typ":"dc+sd-jwt"` + members + `}` }
	tests := []struct {
		name, header string
		code         proof.Code
	}{
		{"TV-10 none", `{"alg":"none","typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-10 None", `{"alg":"None","typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-10 NONE", `{"alg":"NONE","typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-10 blank", `{"alg":"","typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-10 space", `{"alg":" ","typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-12 another", `{"alg":"ES384","typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-12 of another kind", `{"alg":"EdDSA","typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-12 missing", `{"typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-12 null", `{"alg":null,"typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-12 number", `{"alg":1,"typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-12 list", `{"alg":["ES256"],"typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-12 P-521 where no policy lists it", `{"alg":"ES512","typ":"dc+sd-jwt"}`, proof.Header},
		{"TV-13 unknown", head(`,"crit":["x"],"x":1`), proof.Header},
		{"TV-13 empty", head(`,"crit":[]`), proof.Header},
		{"TV-13 no list", head(`,"crit":"b64"`), proof.Header},
		{"TV-13 absent", head(`,"crit":["exp"]`), proof.Header},
		{"TV-13 b64 without crit", head(`,"b64":false`), proof.Header},
		{"TV-13 b64 with crit", head(`,"crit":["b64"],"b64":false`), proof.Header},
		{"TV-14 jwk", head(`,"jwk":` + jwk(t, thief)), proof.Key},
		{"TV-14 jwk of the issuer", head(`,"jwk":` + jwk(t, key)), proof.Key},
		{"TV-14 jku", head(`,"jku":"https://thief.example/jwks"`), proof.Key},
		{"TV-14 x5u", head(`,"x5u":"https://thief.example/cert"`), proof.Key},
		{"TV-15 certificate of another key", head(`,"x5c":["` + forged() + `"]`), proof.Key},
		{"TV-15 no certificate", head(`,"x5c":["AAAA"]`), proof.Key},
		{"TV-15 empty", head(`,"x5c":[]`), proof.Key},
		{"TV-16 path", head(`,"kid":"../../etc/passwd"`), proof.Key},
		{"TV-16 SQL", head(`,"kid":"' OR 1=1 --"`), proof.Key},
		{"TV-16 shell", head(`,"kid":"$(id)"`), proof.Key},
		{"TV-16 NUL", head(`,"kid":"a\u0000b"`), proof.Key},
		{"TV-16 line break", head(`,"kid":"a\r\nb"`), proof.Key},
		{"TV-16 64 kB", head(`,"kid":"` + strings.Repeat("a", 64<<10) + `"`), proof.Key},
		{"TV-16 URL", head(`,"kid":"https://thief.example/key"`), proof.Key},
		{"TV-19 alg twice", `{"alg":"none","alg":"ES256","typ":"dc+sd-jwt"}`, proof.Malformed},
		{"TV-19 alg twice, escaped", `{"alg":"ES256","\u0061lg":"none","typ":"dc+sd-jwt"}`, proof.Malformed},
		{"TV-19 ALG beside", head(`,"ALG":"none"`), proof.Malformed},
		{"TV-19 text behind", head("") + "{}", proof.Malformed},
		{"typ missing", `{"alg":"ES256"}`, proof.Header},
		{"typ with a letter like c", `{"alg":"ES256","typ":"d\u0441+sd-jwt"}`, proof.Header},
		{"typ of another tree", `{"alg":"ES256","typ":"text/dc+sd-jwt"}`, proof.Header},
		{"typ of a KB-JWT", `{"alg":"ES256","typ":"kb+jwt"}`, proof.Header},
	}
	good := sign(t, func(in []byte) ([]byte, error) { return jose.Sign(key, "ES256", in) }, head(""), payload)
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := sign(t, func(in []byte) ([]byte, error) { return jose.Sign(key, "ES256", in) }, c.header, payload)
			_, err := verify(data, sdjwt.PolicyOf(sdjwt.VC), key.Public())
			refused(t, err, c.code, "")
			_, err = sdjwt.ParseCredential([]byte(data))
			if c.name != "TV-12 another" && c.name != "TV-12 of another kind" && c.name != "TV-15 certificate of another key" {
				refused(t, err, c.code, "")
			}
			accepted(t, good, sdjwt.PolicyOf(sdjwt.VC), key.Public())
		})
	}
	for _, typ := range []string{"application/dc+sd-jwt", "DC+SD-JWT", "Application/dc+SD-jwt"} { // RFC 7515, 4.1.9
		same := sign(t, func(in []byte) ([]byte, error) { return jose.Sign(key, "ES256", in) }, `{"alg":"ES256","typ":"`+typ+`"}`, payload)
		if s, err := sdjwt.ParseCredential([]byte(same)); err != nil || s.Kind != sdjwt.VC {
			t.Errorf("typ %s: %v", typ, err)
		}
		accepted(t, same, sdjwt.PolicyOf(sdjwt.VC), key.Public())
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string][]byte{
		"DER": der, "PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "JWK": []byte(jwk(t, key)),
	} {
		for alg, h := range map[string]func() hash.Hash{"HS256": sha256.New, "HS512": sha512.New} {
			t.Run("TV-11 "+alg+" "+name, func(t *testing.T) {
				t.Parallel()
				data := sign(t, func(in []byte) ([]byte, error) {
					m := hmac.New(h, secret)
					m.Write(in)
					return m.Sum(nil), nil
				}, `{"alg":"`+alg+`","typ":"dc+sd-jwt"}`, payload)
				_, err := verify(data, sdjwt.PolicyOf(sdjwt.VC), key.Public())
				refused(t, err, proof.Header, "")
			})
		}
	}
}

// sign signs a header and a payload as they stand.
func sign(t *testing.T, by func([]byte) ([]byte, error), header, payload string) string {
	t.Helper()
	input := enc(header) + "." + enc(payload)
	sig, err := by([]byte(input))
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + enc(string(sig)) + "~"
}

// TestTV1And2 spoils the signature itself.
func TestTV1And2(t *testing.T) {
	t.Parallel()
	key := p256(t)
	good := issue(t, key, sdjwt.TypeVC, award(t, p256(t)), awardPaths...)
	jwt, rest, _ := strings.Cut(good, "~")
	at := strings.LastIndex(jwt, ".") + 1
	sig := []byte(decoded(t, jwt[at:]))
	bit := func(i int) []byte { out := append([]byte{}, sig...); out[i] ^= 1; return out }
	for name, s := range map[string][]byte{
		"TV-1 first byte": bit(0), "TV-1 middle byte": bit(32), "TV-1 last byte": bit(63), "TV-2 empty": {}, "TV-2 cut": sig[:63],
		"TV-2 longer": append(append([]byte{}, sig...), 0), "TV-2 zero": make([]byte, 64), "TV-2 ones": []byte(strings.Repeat("\xff", 64)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := verify(jwt[:at]+enc(string(s))+"~"+rest, sdjwt.PolicyOf(sdjwt.VC), key.Public())
			refused(t, err, proof.Signature, "")
		})
	}
}
