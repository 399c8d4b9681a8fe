package sdjwt_test

import (
	"strings"
	"testing"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/sdjwt"
)

// TestTV29 spoils the disclosures of a good SD-JWT VC.
func TestTV29(t *testing.T) {
	t.Parallel()
	issuer, holder := p256(t), p256(t)
	good := issue(t, issuer, sdjwt.TypeVC, award(t, holder), awardPaths...)
	other := issue(t, issuer, sdjwt.TypeVC, award(t, holder), awardPaths...)
	parts, foreign := strings.Split(good, "~"), strings.Split(other, "~")
	d := parts[4] // title
	with := func(s string) string {
		out := append([]string{}, parts...)
		out[4] = s
		return strings.Join(out, "~")
	}
	policy := sdjwt.PolicyOf(sdjwt.VC)
	accepted(t, good, policy, issuer.Public())
	tests := []struct {
		name, data string
		code       proof.Code
		key        string
	}{
		{"first character changed", with("X" + d[1:]), proof.Proof, ""},
		{"middle character changed", with(d[:len(d)/2] + flip(d[len(d)/2:]) + d[len(d)/2+1:]), proof.Proof, ""},
		{"value changed", with(enc(`["` + salt(t, d) + `","title","Surgeon"]`)), proof.Proof, "proof.sdjwt.unused"},
		{"value spelt otherwise", with(enc(`["` + salt(t, d) + `", "title", "Electrician"]`)), proof.Proof, "proof.sdjwt.unused"},
		{"salt changed", with(enc(`["AAAAAAAAAAAAAAAAAAAAAA","title","Electrician"]`)), proof.Proof, "proof.sdjwt.unused"},
		{"foreign instead", with(foreign[4]), proof.Proof, "proof.sdjwt.unused"},
		{"foreign beside", good + foreign[4] + "~", proof.Proof, "proof.sdjwt.unused"},
		{"twice", good + d + "~", proof.Proof, "proof.sdjwt.twice"},
		{"padded", with(d + "="), proof.Proof, "proof.sdjwt.disclosure"},
		{"line break", with(d + "\n"), proof.Proof, "proof.sdjwt.disclosure"},
		{"space", with(" " + d), proof.Proof, "proof.sdjwt.disclosure"},
		{"cut by one", with(d[:len(d)-1]), proof.Proof, ""},
		{"cut in half", with(d[:len(d)/2]), proof.Proof, ""},
		{"empty", with(""), proof.Proof, "proof.sdjwt.disclosure"},
		{"no JSON", with(enc(`title: Electrician`)), proof.Proof, "proof.sdjwt.disclosure"},
		{"standard base64", with(d + "+/"), proof.Proof, "proof.sdjwt.disclosure"},
		{"object", with(enc(`{"title":"Electrician"}`)), proof.Proof, "proof.sdjwt.disclosure"},
		{"string", with(enc(`"title"`)), proof.Proof, "proof.sdjwt.disclosure"},
		{"null", with(enc(`null`)), proof.Proof, "proof.sdjwt.disclosure"},
		{"no parts", with(enc(`[]`)), proof.Proof, "proof.sdjwt.disclosure"},
		{"one part", with(enc(`["a"]`)), proof.Proof, "proof.sdjwt.disclosure"},
		{"four parts", with(enc(`["a","b",1,2]`)), proof.Proof, "proof.sdjwt.disclosure"},
		{"text behind", with(enc(`["a","b",1] `) + enc(`x`)), proof.Proof, "proof.sdjwt.disclosure"},
		{"last tilde cut", strings.TrimSuffix(good, "~"), proof.Proof, "proof.sdjwt.cut"},
		{"last characters cut", good[:len(good)-10], proof.Proof, "proof.sdjwt.cut"},
		{"no tilde", parts[0], proof.Malformed, "proof.sdjwt.form"},
		{"nothing", "", proof.Malformed, "proof.sdjwt.form"},
		{"one tilde", "~", proof.Malformed, "proof.sdjwt.form"},
		{"disclosures without JWT", strings.Join(parts[1:], "~"), proof.Malformed, "proof.sdjwt.form"},
		{"JSON serialisation", ` {"payload":"","signature":"","header":{"disclosures":[]}}`, proof.Malformed, "proof.sdjwt.json"},
		{"line break behind", good + "\n", proof.Proof, "proof.sdjwt.cut"},
		{"space in front", " " + good, proof.Malformed, ""},
		{"signature of other", strings.Replace(good, parts[0], foreign[0][:strings.LastIndex(foreign[0], ".")]+parts[0][strings.LastIndex(parts[0], "."):], 1), proof.Signature, ""},
		{"signature empty", strings.Replace(good, parts[0], parts[0][:strings.LastIndex(parts[0], ".")+1], 1), proof.Signature, ""},
		{"alg none", strings.Replace(good, parts[0][:strings.Index(parts[0], ".")], enc(`{"alg":"none","typ":"dc+sd-jwt"}`), 1), proof.Header, ""},
		{"typ of a JWT", strings.Replace(good, parts[0][:strings.Index(parts[0], ".")], enc(`{"alg":"ES256","typ":"JWT"}`), 1), proof.Header, ""},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, err := verify(c.data, policy, issuer.Public())
			refused(t, err, c.code, c.key)
			if s != nil && (s.Payload() != nil || s.Disclosed() != nil || s.Claims().Type != "") {
				t.Error("shows something of what was refused")
			}
		})
	}
	t.Run("disclosures in another order", func(t *testing.T) {
		t.Parallel()
		turned := strings.Join([]string{parts[0], parts[2], parts[1], ""}, "~")
		accepted(t, turned, policy, issuer.Public())
	})
}

func flip(s string) string {
	if s[0] == 'A' {
		return "B"
	}
	return "A"
}

// salt reads the salt of a disclosure.
func salt(t testing.TB, encoded string) string {
	t.Helper()
	raw := decoded(t, encoded)
	return raw[2:strings.Index(raw, `",`)]
}

// TestTV29Signed signs payloads that break RFC 9901 with the issuer's own key,
// and beside each its lawful twin.
func TestTV29Signed(t *testing.T) {
	t.Parallel()
	key := p256(t)
	a, b := enc(`["s","a",1]`), enc(`["s","b",{"c":2}]`)
	el := enc(`["s","x"]`)
	da, db, de := `"`+dig(a)+`"`, `"`+dig(b)+`"`, `"`+dig(el)+`"`
	inner := enc(`["s","outer",{"_sd":[` + da + `]}]`)
	twin := enc(`["s","outer",{"_sd":[` + da + `],"a":0}]`)
	same := enc(`["t","a",2]`)
	loop := enc(`["s","b",{"_sd":[` + da + `]}]`)
	tests := []struct {
		name, payload string
		disclosures   []string
		want, key     string // the processed payload, or the message of the refusal
	}{
		{"flat", `{"_sd":[` + da + `],"z":0}`, []string{a}, `{"z":0,"a":1}`, ""},
		{"flat, undisclosed", `{"_sd":[` + da + `],"z":0}`, nil, `{"z":0}`, ""},
		{"decoys", `{"_sd":["x","y",` + da + `,""]}`, []string{a}, `{"a":1}`, ""},
		{"empty _sd", `{"_sd":[],"o":{"_sd":[]}}`, nil, `{"o":{}}`, ""},
		{"element", `{"l":[1,{"...":` + de + `},2]}`, []string{el}, `{"l":[1,"x",2]}`, ""},
		{"element undisclosed", `{"l":[1,{"...":` + de + `},2]}`, nil, `{"l":[1,2]}`, ""},
		{"recursive", `{"_sd":["` + dig(inner) + `"]}`, []string{a, inner}, `{"outer":{"a":1}}`, ""},
		{"recursive, outer only", `{"_sd":["` + dig(inner) + `"]}`, []string{inner}, `{"outer":{}}`, ""},
		{"recursive, inner only", `{"_sd":["` + dig(inner) + `"]}`, []string{a}, "", "proof.sdjwt.unused"},
		{"salt empty", `{"_sd":["` + dig(enc(`["","a",1]`)) + `"]}`, []string{enc(`["","a",1]`)}, `{"a":1}`, ""},
		{"name of nothing", `{"_sd":["` + dig(enc(`["s","",1]`)) + `"]}`, []string{enc(`["s","",1]`)}, `{"":1}`, ""},
		{"_sd_alg", `{"_sd_alg":"sha-256","_sd":[` + da + `]}`, []string{a}, `{"a":1}`, ""},
		{"_sd_alg in capitals", `{"_sd_alg":"SHA-256","_sd":[` + da + `]}`, []string{a}, "", "proof.sdjwt.hash"},
		{"_sd_alg weak", `{"_sd_alg":"sha-1"}`, nil, "", "proof.sdjwt.hash"},
		{"_sd_alg null", `{"_sd_alg":null}`, nil, "", "proof.sdjwt.hash"},
		{"_sd_alg a list", `{"_sd_alg":["sha-256"]}`, nil, "", "proof.sdjwt.hash"},
		{"_sd_alg of another hash", `{"_sd_alg":"sha-512","_sd":[` + da + `]}`, []string{a}, "", "proof.sdjwt.unused"},
		{"_sd_alg below", `{"o":{"_sd_alg":"sha-256"}}`, nil, "", "proof.sdjwt.digests"},
		{"digest twice in one place", `{"_sd":[` + da + `,` + da + `]}`, []string{a}, "", "proof.sdjwt.digests"},
		{"digest twice in two places", `{"_sd":[` + da + `],"o":{"_sd":[` + da + `]}}`, []string{a}, "", "proof.sdjwt.digests"},
		{"digest twice, undisclosed", `{"_sd":[` + da + `],"o":{"_sd":[` + da + `]}}`, nil, "", "proof.sdjwt.digests"},
		{"digest twice, in an array", `{"_sd":[` + de + `],"l":[{"...":` + de + `}]}`, nil, "", "proof.sdjwt.digests"},
		{"digest twice, in a disclosure", `{"_sd":[` + da + `,"` + dig(inner) + `"]}`, []string{a, inner}, "", "proof.sdjwt.digests"},
		{"name there already", `{"_sd":[` + da + `],"a":0}`, []string{a}, "", "proof.sdjwt.name"},
		{"name there already, behind", `{"a":null,"_sd":[` + da + `]}`, []string{a}, "", "proof.sdjwt.name"},
		{"name there already, below", `{"_sd":["` + dig(twin) + `"]}`, []string{twin, a}, "", "proof.sdjwt.name"},
		{"name from two disclosures", `{"_sd":[` + da + `,"` + dig(same) + `"]}`, []string{a, same}, "", "proof.sdjwt.name"},
		{"name _sd", `{"_sd":["` + dig(enc(`["s","_sd",["x"]]`)) + `"]}`, []string{enc(`["s","_sd",["x"]]`)}, "", "proof.sdjwt.name"},
		{"name ...", `{"_sd":["` + dig(enc(`["s","...","x"]`)) + `"]}`, []string{enc(`["s","...","x"]`)}, "", "proof.sdjwt.name"},
		{"name _sd_alg", `{"_sd":["` + dig(enc(`["s","_sd_alg","x"]`)) + `"]}`, []string{enc(`["s","_sd_alg","x"]`)}, "", "proof.sdjwt.name"},
		{"element among members", `{"_sd":[` + de + `]}`, []string{el}, "", "proof.sdjwt.disclosure"},
		{"member among elements", `{"l":[{"...":` + da + `}]}`, []string{a}, "", "proof.sdjwt.disclosure"},
		{"_sd a string", `{"_sd":` + da + `}`, nil, "", "proof.sdjwt.digests"},
		{"_sd null", `{"_sd":null}`, nil, "", "proof.sdjwt.digests"},
		{"_sd of numbers", `{"_sd":[1]}`, nil, "", "proof.sdjwt.digests"},
		{"... with company", `{"l":[{"...":` + de + `,"a":1}]}`, []string{el}, "", "proof.sdjwt.digests"},
		{"... a number", `{"l":[{"...":1}]}`, nil, "", "proof.sdjwt.digests"},
		{"... in an object", `{"o":{"...":` + de + `}}`, nil, "", "proof.sdjwt.digests"},
		{"... at the top", `{"...":` + de + `}`, nil, "", "proof.sdjwt.digests"},
		{"salt a number", `{"_sd":["` + dig(enc(`[1,"a",1]`)) + `"]}`, []string{enc(`[1,"a",1]`)}, "", "proof.sdjwt.disclosure"},
		{"salt null", `{"_sd":["` + dig(enc(`[null,"a",1]`)) + `"]}`, []string{enc(`[null,"a",1]`)}, "", "proof.sdjwt.disclosure"},
		{"name a number", `{"_sd":["` + dig(enc(`["s",1,1]`)) + `"]}`, []string{enc(`["s",1,1]`)}, "", "proof.sdjwt.disclosure"},
		{"member twice inside", `{"_sd":["` + dig(enc(`["s","a",{"b":1,"b":2}]`)) + `"]}`, []string{enc(`["s","a",{"b":1,"b":2}]`)}, "", "proof.sdjwt.disclosure"},
		{"invalid UTF-8", `{"_sd":["` + dig(enc("[\"s\",\"a\",\"\xff\"]")) + `"]}`, []string{enc("[\"s\",\"a\",\"\xff\"]")}, "", "proof.sdjwt.disclosure"},
		{"value missing its place", `{"_sd":[` + db + `,"` + dig(loop) + `"]}`, []string{loop}, `{"b":{}}`, ""},
		{"payload an array", `[]`, nil, "", "proof.malformed.json"},
		{"payload with a member twice", `{"a":1,"a":2}`, nil, "", "proof.malformed.json"},
		{"payload no JSON", `x`, nil, "", "proof.malformed.json"},
		{"strings as they are", "{\"k\":\"\\u0001\\\"\\\\/\\u2028é\\n😀<&>\"}", nil, "{\"k\":\"\\u0001\\\"\\\\/\u2028é\\n😀<&>\"}", ""},
		{"numbers as they are", `{"k":[1.0,1e3,-0,12345678901234567890]}`, nil, `{"k":[1.0,1e3,-0,12345678901234567890]}`, ""},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, err := verify(token(t, key, "example+sd-jwt", c.payload, c.disclosures...), plain, key.Public())
			if c.key == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				if got := string(s.Payload()); got != c.want {
					t.Errorf("got  %s\nwant %s", got, c.want)
				}
				return
			}
			code := proof.Proof
			if strings.HasPrefix(c.key, "proof.malformed") {
				code = proof.Malformed
			}
			refused(t, err, code, c.key)
		})
	}
}

// TestHashes accepts the SHA-2 family, each with its own digests.
func TestHashes(t *testing.T) {
	t.Parallel()
	key := p256(t)
	a := enc(`["s","a",1]`)
	for name, d := range map[string]string{"sha-256": dig(a), "sha-384": digestBy("sha-384", a), "sha-512": digestBy("sha-512", a)} {
		s := accepted(t, token(t, key, "example+sd-jwt", `{"_sd_alg":"`+name+`","_sd":["`+d+`"]}`, a), plain, key.Public())
		if got := string(s.Payload()); got != `{"a":1}` {
			t.Errorf("%s: %s", name, got)
		}
	}
}
