package jose_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"hash"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// The attacks on tokens, by the issuer's own key where the attacker could have
// it. Between them a good token is accepted.

func goodToken(t *testing.T) {
	t.Helper()
	want(t, "untouched", check(credentialBy(t, ecKey(), keys.ES256), ecKey().Public()), "")
}

func TestTV01TokenSignatureBits(t *testing.T) {
	t.Parallel()
	for alg, s := range map[string]crypto.Signer{keys.ES256: ecKey(), keys.ES384: p384Key(), keys.EdDSA: edKey(), keys.RS256: rsaKey()} {
		token := credentialBy(t, s, alg)
		head := token[:strings.LastIndex(token, ".")+1]
		sig := unb64(t, token[len(head):])
		for _, i := range []int{0, len(sig) / 2, len(sig) - 1} {
			for bit := range 8 {
				bad := bytes.Clone(sig)
				bad[i] ^= 1 << bit
				want(t, alg, check(head+b64(string(bad)), s.Public()), proof.Signature)
			}
		}
		want(t, alg, check(token, s.Public()), "")
	}
}

func TestTV02TokenSignature(t *testing.T) {
	t.Parallel()
	for alg, s := range map[string]crypto.Signer{keys.ES256: ecKey(), keys.ES384: p384Key(), keys.EdDSA: edKey(), keys.RS256: rsaKey()} {
		token := credentialBy(t, s, alg)
		head := token[:strings.LastIndex(token, ".")+1]
		sig := token[len(head):]
		raw := string(unb64(t, sig))
		for what, bad := range map[string]string{
			"empty": "", "cut by a byte": b64(raw[:len(raw)-1]), "cut by a character": sig[:len(sig)-1], "cut in the middle": sig[:len(sig)/2],
			"longer by a byte": b64(raw + "\x00"), "longer by a character": sig + "A", "twice": sig + sig, "zero in front": b64("\x00" + raw),
			"zeros": b64(strings.Repeat("\x00", len(raw))), "all set": b64(strings.Repeat("\xff", len(raw))), "padded": sig + "=", "not base64url": "+" + sig[1:],
		} {
			want(t, alg+" "+what, check(head+bad, s.Public()), proof.Signature)
		}
	}
	goodToken(t)
}

func TestTV10TokenAlgNone(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{`"none"`, `"None"`, `"NONE"`, `"nOnE"`, `""`, `" "`, `" none"`, `"none\n"`, `"\u006eone"`, `"none\u0000"`} {
		header := `{"alg":` + alg + `,"typ":"vc+jwt","kid":"` + kid + `"}`
		want(t, alg+" unsigned", check(b64(header)+"."+b64(document)+".", ecKey().Public()), proof.Header)
		want(t, alg+" signed", check(tokenOf(t, ecKey(), keys.ES256, header, document), ecKey().Public()), proof.Header)
		// Not even a policy that lists it can let it pass.
		_, err := jose.ParseCompact([]byte(b64(header)+"."+b64(document)+"."), jose.Policy{Algorithms: []string{"none", "None", "NONE", "nOnE", "", " ", " none", "HS256"}, Types: []string{"vc+jwt"}})
		want(t, alg+" listed", err, proof.Header)
	}
	goodToken(t)
}

func TestTV11TokenPublicKeyAsSecret(t *testing.T) {
	t.Parallel()
	for _, s := range []crypto.Signer{ecKey(), rsaKey(), edKey()} {
		spki, err := x509.MarshalPKIXPublicKey(s.Public())
		if err != nil {
			t.Fatal(err)
		}
		cert := certify(t, s)
		secrets := map[string][]byte{
			"DER": spki, "PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}), "JWK": []byte(jwkOf(t, s)),
			"certificate": cert.Raw, "certificate in PEM": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), "nothing": nil,
		}
		for alg, h := range map[string]func() hash.Hash{"HS256": sha256.New, "HS384": sha512.New384, "HS512": sha512.New} {
			for what, secret := range secrets {
				input := b64(`{"alg":"`+alg+`","typ":"vc+jwt","kid":"`+kid+`"}`) + "." + b64(document)
				m := hmac.New(h, secret)
				m.Write([]byte(input))
				token := input + "." + b64(string(m.Sum(nil)))
				want(t, alg+" "+what, check(token, s.Public()), proof.Header)
				_, err := jose.ParseCompact([]byte(token), jose.Policy{Algorithms: []string{alg}, Types: []string{"vc+jwt"}})
				want(t, alg+" listed", err, proof.Header)
			}
		}
	}
	goodToken(t)
}

func TestTV12TokenAlg(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{
		`"ES384"`, `"ES512"`, `"ES256K"`, `"RS256"`, `"PS256"`, `"EdDSA"`, `"Ed25519"`, `"Ed448"`, `"RS1"`, `"es256"`, `"ES256 "`, `"ECDH-ES"`,
		`null`, `5`, `true`, `["ES256"]`, `{"ES256":1}`, `"` + strings.Repeat("ES256", 20_000) + `"`,
	} {
		header := `{"alg":` + alg + `,"typ":"vc+jwt","kid":"` + kid + `"}`
		want(t, alg[:min(30, len(alg))], check(tokenOf(t, ecKey(), keys.ES256, header, document), ecKey().Public()), proof.Header)
	}
	want(t, "missing", check(tokenOf(t, ecKey(), keys.ES256, `{"typ":"vc+jwt"}`, document), ecKey().Public()), proof.Header)
	goodToken(t)
}

func TestTV13TokenCrit(t *testing.T) {
	t.Parallel()
	for _, more := range []string{
		`"crit":["exp"],"exp":1`, `"crit":["x"],"x":1`, `"crit":[]`, `"crit":null`, `"crit":"b64"`, `"crit":{"b64":true}`, `"crit":["alg"]`, `"crit":["kid"]`,
		`"crit":["b64"]`, `"crit":["b64"],"b64":false`, `"b64":false`, `"b64":"false"`, `"b64":null`, `"crit":["b64","b64"],"b64":true`,
		`"crit":[["b64"]],"b64":true`, `"crit":["typ"]`, `"crit":["iss"],"iss":"did:web:a.example"`,
	} {
		header := `{"alg":"ES256","typ":"vc+jwt","kid":"` + kid + `",` + more + `}`
		want(t, more, check(tokenOf(t, ecKey(), keys.ES256, header, document), ecKey().Public()), proof.Header)
	}
	// RFC 7797: the payload as it is, rightly signed so.
	input := b64(`{"alg":"ES256","typ":"vc+jwt","b64":false,"crit":["b64"]}`) + "." + `{"issuer":"x"}`
	sig, err := jose.Sign(ecKey(), keys.ES256, []byte(input))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "unencoded", check(input+"."+b64(string(sig)), ecKey().Public()), proof.Header)
	open := jose.Policy{Algorithms: jose.TokenAlgorithms, Types: []string{"vc+jwt"}, Unencoded: true}
	_, err = jose.ParseCompact([]byte(input+"."+b64(string(sig))), open)
	want(t, "unencoded where a policy allows it for other forms", err, proof.Header)
	goodToken(t)
}

func TestTV14TokenKeysBroughtAlong(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	attacker := newEC(elliptic.P256())
	did, err := keys.DIDKey(attacker.Public())
	if err != nil {
		t.Fatal(err)
	}
	x5c := string(written(t, [][]byte{certify(t, attacker).Raw}))
	for more, code := range map[string]proof.Code{
		`"jwk":` + jwkOf(t, attacker): proof.Key, `"jwk":` + jwkOf(t, ecKey()): proof.Key, `"jwk":null`: proof.Key, `"jwk":{}`: proof.Key,
		`"jku":"` + server.URL + `"`: proof.Key, `"jku":""`: proof.Key, `"x5u":"` + server.URL + `"`: proof.Key, `"x5u":[]`: proof.Key,
		`"x5c":` + x5c: proof.Key, `"kid":"` + did + "#" + strings.TrimPrefix(did, "did:key:") + `"`: proof.Signature,
	} {
		token := tokenOf(t, attacker, keys.ES256, `{"alg":"ES256","typ":"vc+jwt",`+more+`}`, document)
		want(t, more, check(token, ecKey().Public()), code)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests were made", n)
	}
	goodToken(t)
}

func TestTV16TokenKeyID(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]proof.Code{
		kid: "", "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp#z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp": "",
		"did:web:body.example:bodies:nova#NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs": "", "did:jwk:eyJhIjoxfQ#0": "",
		"73voMXFNmNlOEpuYCSJlh8eN0dscykoO6gBukgRS1uU": "", "key-1": "",

		"did:web:a.example%00#k":                 proof.Key,
		"did:web:a.example%2Fb#k":                proof.Key,
		"did:web:a.example:..:..:etc#k":          proof.Key,
		"did:web:a.example#":                     proof.Key,
		"did:web:a.example/../../etc#k":          proof.Key,
		"did:web:a.example?x=1#k":                proof.Key,
		"did:web:a.example%2#k":                  proof.Key,
		"did:web:a.example%3a8080:b%20c#k":       "",
		"did:web:a.example:b%2fc#k":              proof.Key,
		"did:example:b%20c#k":                    proof.Key,
		"did:web:a.example#../../etc/passwd":     proof.Key,
		"did:web:a.example#k' OR '1'='1":         proof.Key,
		"did:web:a.example#k;DROP":               proof.Key,
		"did:web:a.example#k\r\nSet-Cookie: x":   proof.Key,
		"did:web:a.example#k\x00":                proof.Key,
		"did:web:a.example#<script>":             proof.Key,
		"did:web:a.example #k":                   proof.Key,
		"did:web:http://a.example#k":             proof.Key,
		"did:":                                   proof.Key,
		"did:WEB:a.example#k":                    proof.Key,
		"../../etc/passwd":                       proof.Key,
		"/etc/passwd":                            proof.Key,
		"~root/.ssh/id":                          proof.Key,
		`C:\keys\a`:                              proof.Key,
		"' OR '1'='1":                            proof.Key,
		"1; DROP TABLE keys --":                  proof.Key,
		"$(id)":                                  proof.Key,
		"`id`":                                   proof.Key,
		"a|b":                                    proof.Key,
		"a\x00b":                                 proof.Key,
		"a\r\nb":                                 proof.Key,
		"a b":                                    proof.Key,
		"http://attacker.example/key":            proof.Key,
		"https://attacker.example/key":           proof.Key,
		"//attacker.example/key":                 proof.Key,
		"file:///etc/passwd":                     proof.Key,
		"did:web:" + strings.Repeat("a", 64<<10): proof.Key,
		strings.Repeat("a", 64<<10):              proof.Key,
		"":                                       proof.Key,
	} {
		header := `{"alg":"ES256","typ":"vc+jwt","kid":` + string(written(t, name)) + `}`
		want(t, name[:min(60, len(name))], check(tokenOf(t, ecKey(), keys.ES256, header, document), ecKey().Public()), code)
	}
	for address, ok := range map[string]bool{
		"https://body.example/issuer#key-1": true, "https://body.example:8443/issuer": true, "key-1": true, kid: true,
		"http://body.example/issuer#key-1": false, "https://": false, "https:///etc/passwd": false, "https://a.example/../x": false, "https://a.example//x": false,
		"https://user@a.example/x": false, "https://a.example/x?y=z": false, "https://a.example/x y": false, "https://a.example/\r\nx": false, "https://a.example/%2e": false,
	} {
		if err := jose.CheckKeyAddress(address); (err == nil) != ok {
			t.Errorf("CheckKeyAddress(%q) = %v", address, err)
		}
	}
	goodToken(t)
}

func TestTV19TokenDoubledMembers(t *testing.T) {
	t.Parallel()
	for _, header := range []string{
		`{"alg":"none","alg":"ES256","typ":"vc+jwt"}`, `{"alg":"ES256","typ":"vc+jwt","alg":"none"}`, `{"alg":"ES256","ALG":"none","typ":"vc+jwt"}`,
		`{"alg":"ES256","typ":"vc+jwt","\u0061lg":"none"}`, `{"alg":"ES256","typ":"JWT","typ":"vc+jwt"}`, `{"alg":"ES256","typ":"vc+jwt","Typ":"JWT"}`,
		`{"alg":"ES256","typ":"vc+jwt","kid":"a","kid":"b"}`, `{"alg":"ES256","typ":"vc+jwt","kid":"a","KID":"b"}`, `{"alg":"ES256","typ":"vc+jwt","\u212Aid":"b"}`,
		`{"alg":"ES256","typ":"vc+jwt","X5C":[]}`, `{"alg":"ES256","typ":"vc+jwt","Crit":["x"]}`, `{"alg":"ES256","typ":"vc+jwt","B64":false}`,
		`{"alg":"ES256","typ":"vc+jwt"}{}`, `{"alg":"ES256","typ":"vc+jwt"} x`,
	} {
		want(t, header, check(tokenOf(t, ecKey(), keys.ES256, header, document), ecKey().Public()), proof.Malformed)
	}
	goodToken(t)
}
