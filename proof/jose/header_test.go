package jose_test

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

var policy = jose.Policy{Types: []string{"jose", "jose+json"}, Critical: []string{"sigT", "exp"}, Known: []string{"sigD"}, Unencoded: true}

// certificate is one for ecKey, in standard base64, with its thumbprint.
var certificate = sync.OnceValues(func() (string, string) {
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, ecKey().Public(), ecKey())
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(der)
	return base64.StdEncoding.EncodeToString(der), base64.RawURLEncoding.EncodeToString(sum[:])
})

// header writes a header that is accepted but for what more adds.
func header(more string) string {
	if more != "" {
		more = "," + more
	}
	return `{"alg":"ES256","typ":"jose"` + more + `}`
}

func parse(text string) (jose.Header, error) { return jose.ParseHeader([]byte(text), policy) }

func TestParseHeader(t *testing.T) {
	t.Parallel()
	x5c, x5t := certificate()
	h, err := parse(`{"alg":"ES256","cty":"octet-stream","kid":"did:web:example.org#key-1","x5t#S256":"` + x5t + `","x5c":["` + x5c + `"],` +
		`"typ":"jose+json","b64":false,"sigT":"2026-11-25T12:00:00Z","crit":["b64","sigT"],"other":{"a":[1]}}`)
	if err != nil {
		t.Fatal(err)
	}
	if h.Algorithm != "ES256" || h.Type != "jose+json" || h.ContentType != "octet-stream" || !h.Unencoded ||
		h.KeyID != "did:web:example.org#key-1" || len(h.Certificates) != 1 || fmt.Sprint(h.Critical) != "[b64 sigT]" {
		t.Errorf("header %+v", h)
	}
	if m, ok := h.Member("other"); !ok || string(m) != `{"a":[1]}` {
		t.Errorf("member other: %s, %v", m, ok)
	}
	if _, ok := h.Member("absent"); ok {
		t.Error("an absent member is there")
	}
}

func TestTV10AlgNone(t *testing.T) {
	t.Parallel()
	for _, alg := range []string{`"none"`, `"None"`, `"NONE"`, `"nOnE"`, `""`, `" "`, `"none "`, `"\u006eone"`, `"\u0000none"`} {
		_, err := parse(`{"alg":` + alg + `,"typ":"jose"}`)
		want(t, alg, err, proof.Header)
	}
}

func TestTV12Alg(t *testing.T) {
	t.Parallel()
	_, err := parse(`{"typ":"jose"}`)
	want(t, "missing", err, proof.Header)
	for _, alg := range []string{"null", "5", `["ES256"]`, `{"a":1}`, "true", `"es256"`, `"ES256 "`, `"ES384"`, `"PS256"`, `"RS512"`, `"RS1"`,
		`"EdDSA"`, `"HS256"`, `"` + strings.Repeat("A", 70_000) + `"`} {
		_, err := parse(`{"alg":` + alg + `,"typ":"jose"}`)
		want(t, alg[:min(20, len(alg))], err, proof.Header)
	}
	// An algorithm that does not fit the certificate brought along.
	x5c, _ := certificate()
	_, err = parse(`{"alg":"RS256","typ":"jose","x5c":["` + x5c + `"]}`)
	want(t, "RS256 with P-256", err, proof.Header)
}

func TestTV13Crit(t *testing.T) {
	t.Parallel()
	for more, code := range map[string]proof.Code{
		`"sigT":"x","crit":["sigT"]`:               "",
		`"sigT":"x","exp":1,"crit":["exp","sigT"]`: "",
		`"b64":false,"crit":["b64"]`:               "",
		`"b64":true`:                               "",
		`"b64":true,"crit":["b64"]`:                "",
		`"crit":[]`:                                proof.Header,
		`"crit":null`:                              proof.Header,
		`"crit":"sigT","sigT":"x"`:                 proof.Header,
		`"crit":{"sigT":true},"sigT":"x"`:          proof.Header,
		`"crit":[["sigT"]],"sigT":"x"`:             proof.Header,
		`"crit":[null],"sigT":"x"`:                 proof.Header,
		`"crit":[1],"1":"x"`:                       proof.Header,
		`"crit":["sigT"]`:                          proof.Header, // absent
		`"sigT":"x","crit":["sigT","sigT"]`:        proof.Header,
		`"sigT":"x","crit":["sigT","\u0073igT"]`:   proof.Header,
		`"sigT":"x","x":1,"crit":["sigT","x"]`:     proof.Header, // unknown
		`"sigD":{},"crit":["sigD"]`:                proof.Header, // known, not processed
		`"crit":["alg"]`:                           proof.Header, // registered
		`"crit":["crit"]`:                          proof.Header,
		`"kid":"a","crit":["kid"]`:                 proof.Header,
		`"sigT":"x","crit":["SIGT"]`:               proof.Header,
		`"b64":false`:                              proof.Header,
		`"b64":false,"sigT":"x","crit":["sigT"]`:   proof.Header,
		`"b64":"false","crit":["b64"]`:             proof.Header,
		`"b64":null,"crit":["b64"]`:                proof.Header,
		`"b64":0,"crit":["b64"]`:                   proof.Header,
		`"sigT":"x","crit":[` + strings.Repeat(`"a",`, 20) + `"sigT"]`: proof.Header,
	} {
		_, err := parse(header(more))
		want(t, more, err, code)
	}
	strict := policy
	strict.Unencoded = false
	_, err := jose.ParseHeader([]byte(header(`"b64":false,"crit":["b64"]`)), strict)
	want(t, "b64:false where it may not be", err, proof.Header)
}

// A key that comes with the signature is not used, and nothing is fetched.
func TestTV14KeysBroughtAlong(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	jwk, err := json.Marshal(map[string]string{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"})
	if err != nil {
		t.Fatal(err)
	}
	for _, more := range []string{
		`"jwk":` + string(jwk), `"jwk":null`, `"jku":"` + server.URL + `"`, `"jku":""`, `"x5u":"` + server.URL + `"`, `"x5u":["` + server.URL + `"]`,
	} {
		_, err := parse(header(more))
		want(t, more, err, proof.Key)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestTV16KeyID(t *testing.T) {
	t.Parallel()
	for kid, code := range map[string]proof.Code{
		`"key-1"`:                               "",
		`"did:web:example.org:body#key-1"`:      "",
		`"MIHSMIHBpIG+MIG7MQswCQ/YDVQ=="`:       "",
		`"yFhiSlOALcqZZiW0-YfDctVcCXm96bUT"`:    "",
		`""`:                                    proof.Key,
		`null`:                                  proof.Key,
		`5`:                                     proof.Key,
		`["key-1"]`:                             proof.Key,
		`"../../etc/passwd"`:                    proof.Key,
		`"/etc/passwd"`:                         proof.Key,
		`"~/.ssh/id_rsa"`:                       proof.Key,
		`"C:\\keys\\a"`:                         proof.Key,
		`"' OR '1'='1"`:                         proof.Key,
		`"1;DROP TABLE keys"`:                   proof.Key,
		`"$(id)"`:                               proof.Key,
		"\"`id`\"":                              proof.Key,
		`"a|b"`:                                 proof.Key,
		`"a\u0000b"`:                            proof.Key,
		`"a\r\nSet-Cookie: x"`:                  proof.Key,
		`"a b"`:                                 proof.Key,
		`"http://attacker.example/key"`:         proof.Key,
		`"https://attacker.example/key"`:        proof.Key,
		`"file:///etc/passwd"`:                  proof.Key,
		`"ключ"`:                                proof.Key,
		`"` + strings.Repeat("a", 1025) + `"`:   proof.Key,
		`"` + strings.Repeat("a", 64<<10) + `"`: proof.Key,
	} {
		_, err := parse(header(`"kid":` + kid))
		want(t, kid[:min(40, len(kid))], err, code)
	}
	own := policy
	own.KeyID = func(kid string) error {
		if kid != "mine" {
			return errors.New("not mine")
		}
		return nil
	}
	_, err := jose.ParseHeader([]byte(header(`"kid":"mine"`)), own)
	want(t, "own rule", err, "")
	_, err = jose.ParseHeader([]byte(header(`"kid":"key-1"`)), own)
	want(t, "own rule", err, proof.Key)
}

func TestTV15Certificates(t *testing.T) {
	t.Parallel()
	x5c, x5t := certificate()
	other := sha256.Sum256(nil)
	for more, code := range map[string]proof.Code{
		`"x5c":["` + x5c + `"]`:                          "",
		`"x5c":["` + x5c + `"],"x5t#S256":"` + x5t + `"`: "",
		`"x5c":["` + x5c + `"],"x5t#S256":"` + base64.RawURLEncoding.EncodeToString(other[:]) + `"`: proof.Key,
		`"x5c":["` + x5c + `"],"x5t#S256":"` + x5t + `="`:                                           proof.Key,
		`"x5c":["` + x5c + `"],"x5t":"` + sha1Of(t, x5c) + `"`:                                      "",
		`"x5c":["` + x5c + `"],"x5t":"` + base64.RawURLEncoding.EncodeToString(other[:20]) + `"`:    proof.Key,
		`"x5c":["` + x5c + `"],"x5t":null`:                                                          proof.Key,
		`"x5c":["` + x5c + `"],"x5t#S256":null`:                                                     proof.Key,
		`"x5c":["` + x5c + `"],"x5t#S256":""`:                                                       proof.Key,
		`"x5c":[]`:                                                                                  proof.Key,
		`"x5c":null`:                                                                                proof.Key,
		`"x5c":"` + x5c + `"`:                                                                       proof.Key,
		`"x5c":[null]`:                                                                              proof.Key,
		`"x5c":["AAAA"]`:                                                                            proof.Key,
		`"x5c":["` + x5c + `\n"]`:                                                                   proof.Key,
		`"x5c":["` + strings.TrimRight(x5c, "=") + `A"]`:                                            proof.Key,
		`"x5c":[` + strings.Repeat(`"`+x5c+`",`, 10) + `"` + x5c + `"]`:                             proof.Key,
		`"x5c":["` + base64.StdEncoding.EncodeToString(make([]byte, 40<<10)) + `"]`:                 proof.Key,
	} {
		_, err := parse(header(more))
		want(t, more[:min(60, len(more))], err, code)
	}
}

func sha1Of(t *testing.T, x5c string) string {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(x5c)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha1.Sum(der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestTV19DoubledMembers(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"alg":"none","alg":"ES256","typ":"jose"}`,
		`{"alg":"ES256","typ":"jose","alg":"none"}`,
		`{"alg":"ES256","typ":"jose","\u0061lg":"none"}`,
		`{"alg":"ES256","ALG":"none","typ":"jose"}`,
		`{"ALG":"none","alg":"ES256","typ":"jose"}`,
		`{"Alg":"ES256","typ":"jose"}`,
		`{"alg":"ES256","typ":"jose","Crit":["x"]}`,
		`{"alg":"ES256","typ":"jose","\u212Aid":"x"}`, // KELVIN SIGN folds to k
		`{"alg":"ES256","typ":"jose","sigt":"x"}`,
		`{"alg":"ES256","typ":"jose","SigD":"x"}`,
		`{"alg":"ES256","typ":"jose","a":1,"A":2}`,
		`{"alg":"ES256","typ":"jose","x":{"a":1,"a":2}}`,
		`{"alg":"ES256","typ":"jose"} ` + "\x00",
		`{"alg":"ES256","typ":"jose"}{}`,
		"\xef\xbb\xbf" + `{"alg":"ES256","typ":"jose"}`,
		`{"alg":"ES256","typ":"jose","a":"\ud800"}`,
		"{\"alg\":\"ES256\",\"typ\":\"jose\",\"a\":\"\xff\"}",
		`["alg"]`, `null`, `"x"`, ``, `{`,
	} {
		_, err := parse(text)
		want(t, text, err, proof.Malformed)
	}
}

func TestTV20Resources(t *testing.T) {
	t.Parallel()
	for what, text := range map[string]string{
		"9,000 levels":    header(`"a":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000)),
		"200,000 levels":  header(`"a":` + strings.Repeat("[", 200_000)),
		"8 MB":            header(`"a":"` + strings.Repeat("x", 8<<20) + `"`),
		"100,000 digits":  header(`"a":` + strings.Repeat("9", 100_000)),
		"long header":     header(`"a":"` + strings.Repeat("x", 128<<10) + `"`),
		"100,000 members": header(`"a":[` + strings.Repeat("0,", 100_000) + `0]`),
		"10,000 names": header(func() string {
			names := make([]string, 10_000)
			for i := range names {
				names[i] = fmt.Sprintf(`"%d":0`, i)
			}
			return strings.Join(names, ",")
		}()),
	} {
		start := time.Now()
		_, err := parse(text)
		want(t, what, err, proof.Resources)
		if d := time.Since(start); d > testkit.AnswerTime()/2 {
			t.Errorf("%s: took %v", what, d)
		}
	}
}

func TestType(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]proof.Code{
		`{"alg":"ES256","typ":"jose"}`:                   "",
		`{"alg":"ES256","typ":"jose+json","cty":"json"}`: "",
		`{"alg":"ES256"}`:                                proof.Header,
		`{"alg":"ES256","typ":"JOSE"}`:                   "",
		`{"alg":"ES256","typ":"jo\u017fe"}`:              proof.Header, // a long s, whose capital is S
		`{"alg":"ES256","typ":"JWT"}`:                    proof.Header,
		`{"alg":"ES256","typ":"vc+jwt"}`:                 proof.Header,
		`{"alg":"ES256","typ":null}`:                     proof.Header,
		`{"alg":"ES256","typ":""}`:                       proof.Header,
		`{"alg":"ES256","typ":["jose"]}`:                 proof.Header,
		`{"alg":"ES256","typ":"jose","cty":5}`:           proof.Header,
		`{"alg":"ES256","typ":"jose","cty":"a\nb"}`:      proof.Header,
		`{"alg":"ES256","typ":"jose","enc":"A128GCM"}`:   proof.Header,
	} {
		_, err := parse(text)
		want(t, text, err, code)
	}
	open := policy
	open.Types = []string{"", "jose"}
	_, err := jose.ParseHeader([]byte(`{"alg":"ES256"}`), open)
	want(t, "no typ where it may be absent", err, "")
}

func FuzzHeader(f *testing.F) {
	x5c, x5t := certificate()
	f.Add([]byte(header(`"x5c":["` + x5c + `"],"x5t#S256":"` + x5t + `","b64":false,"crit":["b64"]`)))
	f.Add([]byte(header(`"sigT":"x","crit":["sigT"],"kid":"did:web:a#b"`)))
	f.Add([]byte(header(`"jwk":{},"crit":[]`)))
	f.Add([]byte(`{"alg":"none"}`))
	f.Add([]byte(`{"alg":"ES256","ALG":"none"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, err := jose.ParseHeader(raw, policy)
		if err != nil {
			if _, ok := errors.AsType[*proof.Error](err); !ok {
				t.Fatalf("refused without a code: %v", err)
			}
			return
		}
		// What was accepted says the same to a reader without rules.
		var lax map[string]any
		if err := json.Unmarshal(raw, &lax); err != nil {
			t.Fatalf("accepted, but no JSON: %v", err)
		}
		if lax["alg"] != h.Algorithm || (h.Algorithm != "ES256" && h.Algorithm != "RS256") {
			t.Fatalf("algorithm %q, a lax reader sees %v", h.Algorithm, lax["alg"])
		}
		for _, name := range []string{"jwk", "jku", "x5u"} {
			if _, ok := lax[name]; ok {
				t.Fatalf("accepted with %s", name)
			}
		}
		if lax["b64"] == false && !h.Unencoded {
			t.Fatal("b64:false was overlooked")
		}
	})
}
