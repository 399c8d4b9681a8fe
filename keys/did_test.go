package keys_test

import (
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
)

func TestDIDJWK(t *testing.T) {
	t.Parallel()
	for alg, pub := range tokenKeys(t) {
		did, err := keys.DIDJWK(pub)
		if alg == keys.ES512 {
			if err == nil {
				t.Errorf("P-521 has the name %s", did)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", alg, err)
		}
		doc, err := keys.ResolveDIDJWK(did)
		if err != nil {
			t.Fatalf("%s: %v", did, err)
		}
		for _, relationship := range []string{keys.AssertionMethod, keys.Authentication} {
			m, ok := doc.Method(did+"#0", relationship)
			if !ok || m.Controller != did || !same(pub, m.Key) || doc.ID != did {
				t.Errorf("%s: %+v", did, doc)
			}
		}
		if _, _, ok := keys.SplitDIDURL(did + "#0"); !ok {
			t.Errorf("%s#0 is no DID URL", did)
		}
	}
	if _, err := keys.DIDJWK(&rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 8191, 1), E: 65537}); err == nil {
		t.Error("a name of more than a thousand characters")
	}
	// The examples of the method's specification.
	if _, err := keys.ResolveDIDJWK("did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"); err != nil {
		t.Errorf("example of the specification: %v", err)
	}
}

func TestDIDJWKRefuses(t *testing.T) {
	t.Parallel()
	pub := newKey(t, elliptic.P256()).Public()
	ec := members(t, pub)
	good, err := keys.DIDJWK(pub)
	if err != nil {
		t.Fatal(err)
	}
	of := func(text string) string { return "did:jwk:" + base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for what, did := range map[string]string{
		"for key agreement": "did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdPUTFOei1EUThoYmVHZE5yZngtRkctSUswOCJ9",
		"nothing":           "",
		"no key":            "did:jwk:",
		"another method":    strings.Replace(good, "jwk", "key", 1),
		"in capitals":       strings.Replace(good, "did:jwk", "did:JWK", 1),
		"with a fragment":   good + "#0",
		"with a path":       good + "/a",
		"padded":            good + "=",
		"with line break":   good[:20] + "\n" + good[20:],
		"percent-encoded":   good[:20] + "%41" + good[20:],
		"in base64":         "did:jwk:" + base64.RawStdEncoding.EncodeToString([]byte(`{"a":"???>>>"}`)),
		"bits left over":    "did:jwk:e31", // {} and something
		"private":           of(string(marshal(t, change{"d": "AA"}.of(ec)))),
		"not for verifying": of(string(marshal(t, change{"use": "enc"}.of(ec)))),
		"no JSON":           of("x"),
		"no object":         of("null"),
		"doubled":           of(`{"kty":"OKP",` + string(marshal(t, ec))[1:]),
		"text behind":       of(string(marshal(t, ec)) + "x"),
		"a secret":          of(`{"kty":"oct","k":"AA"}`),
		"too long":          of(string(marshal(t, change{"more": strings.Repeat("a", 1000)}.of(ec)))),
	} {
		if doc, err := keys.ResolveDIDJWK(did); err == nil {
			t.Errorf("%s: resolved to %+v", what, doc)
		} else if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v is no refusal", what, err)
		}
	}
}

func TestDIDWeb(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ origin, body, did, url string }{
		{"https://example.org", "nova", "did:web:example.org:bodies:nova", "https://example.org/bodies/nova/did.json"},
		{"https://example.org/", "nova", "did:web:example.org:bodies:nova", "https://example.org/bodies/nova/did.json"},
		{"https://Example.ORG:443", "nova", "did:web:example.org:bodies:nova", "https://example.org/bodies/nova/did.json"},
		{"https://xn--bcher-kva.example:8443", "b_1.x", "did:web:xn--bcher-kva.example%3A8443:bodies:b_1.x", "https://xn--bcher-kva.example:8443/bodies/b_1.x/did.json"},
		{"http://localhost:8080", "nova", "did:web:localhost%3A8080:bodies:nova", "https://localhost:8080/bodies/nova/did.json"},
		{"http://127.0.0.1:8080", "nova", "did:web:localhost%3A8080:bodies:nova", "https://localhost:8080/bodies/nova/did.json"},
		{"https://[::1]:8443", "nova", "did:web:localhost%3A8443:bodies:nova", "https://localhost:8443/bodies/nova/did.json"},
		{"http://localhost", "nova", "did:web:localhost:bodies:nova", "https://localhost/bodies/nova/did.json"},
	} {
		did, err := keys.DIDWeb(c.origin, c.body)
		if err != nil || did != c.did {
			t.Errorf("DIDWeb(%s, %s) = %s, %v", c.origin, c.body, did, err)
		}
		if url, err := keys.DIDWebURL(c.did); err != nil || url != c.url {
			t.Errorf("DIDWebURL(%s) = %s, %v", c.did, url, err)
		}
		if !keys.IsDID(c.did) {
			t.Errorf("%s is no DID", c.did)
		}
	}
	for _, c := range [][2]string{
		{"", "a"}, {"example.org", "a"}, {"http://example.org", "a"}, {"ftp://example.org", "a"}, {"https://", "a"}, {"https:example.org", "a"},
		{"https://user@example.org", "a"}, {"https://user:x@example.org", "a"}, {"https://example.org/x", "a"}, {"https://example.org?", "a"},
		{"https://example.org?a=b", "a"}, {"https://example.org#", "a"}, {"https://example.org#x", "a"}, {"https://192.0.2.1", "a"},
		{"https://[2001:db8::1]", "a"}, {"http://192.0.2.1:8080", "a"}, {"https://example.org:0", "a"}, {"https://example.org:65536", "a"},
		{"https://example.org:08443", "a"}, {"https://intranet", "a"}, {"https://example.org.", "a"}, {"https://bücher.example", "a"},
		{"https://example.org", ""}, {"https://example.org", "."}, {"https://example.org", ".."}, {"https://example.org", "a/b"},
		{"https://example.org", "a b"}, {"https://example.org", "%2e"}, {"https://example.org", "a%20b"}, {"https://example.org", "é"}, {"https://example.org", "a:"},
		{"https://example.org", strings.Repeat("a", 1000)},
	} {
		if did, err := keys.DIDWeb(c[0], c[1]); fault.KindOf(err) != fault.Invalid {
			t.Errorf("DIDWeb(%q, %.20q) = %s, %v", c[0], c[1], did, err)
		}
	}
}

// Both ways round, with the examples of the method's specification, 2.5.2.
func TestDIDWebURL(t *testing.T) {
	t.Parallel()
	for did, want := range map[string]string{
		"did:web:w3c-ccg.github.io":             "https://w3c-ccg.github.io/.well-known/did.json",
		"did:web:w3c-ccg.github.io:user:alice":  "https://w3c-ccg.github.io/user/alice/did.json",
		"did:web:example.com%3A3000:user:alice": "https://example.com:3000/user/alice/did.json",
		"did:web:example.com%3A3000":            "https://example.com:3000/.well-known/did.json",
		"did:web:localhost%3A8080":              "https://localhost:8080/.well-known/did.json",
		"did:web:1a.example":                    "https://1a.example/.well-known/did.json",
		"did:web:a.example:...":                 "https://a.example/.../did.json",
		"did:web:192.0.2.1.example":             "https://192.0.2.1.example/.well-known/did.json",
		"did:web:example.com%3a3000:a":          "https://example.com:3000/a/did.json",
		"did:web:example.com:a%20b:%C3%A9%2b":   "https://example.com/a%20b/%C3%A9%2b/did.json",

		"":                                                 "",
		"did:web:":                                         "",
		"did:key:z6Mk":                                     "",
		"did:WEB:example.com":                              "",
		"did:web:Example.com":                              "",
		"did:web:example":                                  "",
		"did:web:example.com.":                             "",
		"did:web:.example.com":                             "",
		"did:web:example..com":                             "",
		"did:web:-a.example":                               "",
		"did:web:a-.example":                               "",
		"did:web:a_b.example":                              "",
		"did:web:bücher.example":                           "",
		"did:web:127.0.0.1":                                "",
		"did:web:127.0.0.1%3A8080":                         "",
		"did:web:127.1":                                    "",
		"did:web:0x7f.1":                                   "",
		"did:web:0x7f.0x1":                                 "",
		"did:web:2130706433":                               "",
		"did:web:169.254.169.254":                          "",
		"did:web:[::1]":                                    "",
		"did:web:%5B%3A%3A1%5D":                            "",
		"did:web:user@example.com":                         "",
		"did:web:user%40example.com":                       "",
		"did:web:example.com%2Fx":                          "",
		"did:web:example.com%2fx":                          "",
		"did:web:example.com%00":                           "",
		"did:web:example.com%3A":                           "",
		"did:web:example.com%3A0":                          "",
		"did:web:example.com%3A080":                        "",
		"did:web:example.com%3A65536":                      "",
		"did:web:example.com%3A-1":                         "",
		"did:web:example.com%3A+80":                        "",
		"did:web:example.com%3A80%3A80":                    "",
		"did:web:example.com%3A80x":                        "",
		"did:web:example.com:3000:":                        "",
		"did:web:example.com:":                             "",
		"did:web:example.com::a":                           "",
		"did:web:example.com:.":                            "",
		"did:web:example.com:.well-known":                  "",
		"did:web:example.com:..:x":                         "",
		"did:web:example.com:%2e%2e":                       "",
		"did:web:example.com:a%2Fb":                        "",
		"did:web:example.com:a%3Ab":                        "",
		"did:web:example.com:a%5Cb":                        "",
		"did:web:example.com:a%3F":                         "",
		"did:web:example.com:a%23":                         "",
		"did:web:example.com:a%25b":                        "",
		"did:web:example.com:a%00":                         "",
		"did:web:example.com:a%0Ab":                        "",
		"did:web:example.com:a%41":                         "",
		"did:web:example.com:a%2e":                         "",
		"did:web:example.com:%D0":                          "",
		"did:web:example.com:%E2%80%AE":                    "",
		"did:web:example.com:a%2":                          "",
		"did:web:example.com:a%zz":                         "",
		"did:web:example.com%3a3000%3a1":                   "",
		"did:web:example.com%3a0":                          "",
		"did:web:example.com:a/b":                          "",
		"did:web:example.com/a":                            "",
		"did:web:example.com?a":                            "",
		"did:web:example.com#a":                            "",
		"did:web:example.com:a b":                          "",
		"did:web:example.com\n":                            "",
		"did:web:example.com:a:b:c:d:e:f:g:h:i":            "",
		"did:web:" + strings.Repeat("a", 64) + ".example":  "",
		"did:web:" + strings.Repeat("a.", 200) + "example": "",
		"did:web:example.com:" + strings.Repeat("a", 1000): "",
	} {
		got, err := keys.DIDWebURL(did)
		if got != want || want == "" && fault.KindOf(err) != fault.Invalid || want != "" && err != nil {
			t.Errorf("DIDWebURL(%.60q) = %q, %v", did, got, err)
		}
	}
}

// What is accepted stands for one https address without anything beside host,
// port and path, and no other DID stands for the same, but for the case of the one
// letter before a port.
func FuzzDIDWeb(f *testing.F) {
	for _, did := range []string{"did:web:w3c-ccg.github.io:user:alice", "did:web:example.com%3A3000", "did:web:127.0.0.1", "did:web:a.b:..", "did:web:a.b%2Fc", "did:web:a.b%3a80:x%20y%d0%B0"} {
		f.Add(did)
	}
	f.Fuzz(func(t *testing.T, did string) {
		address, err := keys.DIDWebURL(did)
		if err != nil {
			return
		}
		checkAddress(t, did, address)
	})
}

func checkAddress(t *testing.T, did, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.String() != address || u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || path.Clean(u.Path) != u.Path {
		t.Fatalf("%q stands for %q (%v)", did, address, err)
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		t.Fatalf("%q stands for the address of a machine: %q", did, address)
	}
	back := "did:web:" + strings.Replace(u.Host, ":", "%3A", 1)
	if steps := strings.TrimSuffix(u.EscapedPath(), "/did.json"); steps != "/.well-known" {
		back += strings.ReplaceAll(steps, "/", ":")
	}
	if back != did && back != strings.Replace(did, "%3a", "%3A", 1) {
		t.Fatalf("%q stands for %q, as does %q", did, address, back)
	}
}
