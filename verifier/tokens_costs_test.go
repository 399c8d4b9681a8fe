package verifier_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
)

// What strangers send, and what an issuer itself can sign, costs little: nothing
// runs beside this test, so that the cost can be measured.
func TestTV20TokenResources(t *testing.T) {
	w := newWorld(t)
	a := authorOf(t, w.seal.key)
	token, wallet := a.token(t, a.asELM(t, nil), x5c(w.seal)), w.wallet(t, newAuthor(t).key.Public(), nil)
	for _, file := range [][]byte{token, wallet} {
		if r := costs(t, w.trust, file); !r.Valid() {
			t.Fatalf("%s", show(r))
		}
	}
	vc, sd := apart(token), apart(wallet)
	payload := string(unb64(t, vc.payload))
	tail := payload[1:]
	head := string(unb64(t, vc.header))
	files := map[string][]byte{}
	for name, text := range map[string]string{
		"9,000 levels":     `{"x":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "," + tail,
		"200,000 levels":   `{"x":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + "," + tail,
		"100,000 members":  "{" + numbered(100_000) + tail,
		"20,000 members":   "{" + numbered(20_000) + tail,
		"8 MB of text":     `{"description":"` + strings.Repeat("x", 8<<20) + `",` + tail,
		"1.3 MB of text":   `{"description":"` + strings.Repeat("x", 1_300_000) + `",` + tail,
		"100,000 digits":   `{"iat":` + strings.Repeat("9", 100_000) + "," + tail,
		"60,000 types":     strings.Replace(payload, `"type":[`, `"type":[`+strings.Repeat(`"Person",`, 60_000), 1),
		"24,000 languages": strings.Replace(payload, `"fullName":{`, `"fullName":{`+languages(24_000), 1),
		"10,000 claims": string(retouched(t, []byte(payload), func(c obj) {
			c["credentialSubject"].(obj)["hasClaim"] = slices.Repeat([]any{obj{"type": "LearningAchievement"}}, 10_000)
		})),
	} {
		files["vc-jwt, "+name] = []byte(vc.header + "." + b64([]byte(text)) + "." + vc.signature)
		files["vc-jwt, signed, "+name] = signRaw(t, a.key, []byte(head), []byte(text))
		if len(text) < 1<<20 {
			p := strings.TrimPrefix(text, "{")
			own := "{" + strings.TrimSuffix(p, tail) + string(unb64(t, sd.payload))[1:]
			files["sd-jwt, signed, "+name] = append(signRaw(t, a.key, unb64(t, sd.header), []byte(own)), sd.rest...)
		}
	}
	files["header of 1 MB"] = signRaw(t, a.key, []byte(`{"x":"`+strings.Repeat("x", 1<<20)+`",`+head[1:]), []byte(payload))
	files["header of 10,000 members"] = signRaw(t, a.key, []byte("{"+numbered(10_000)+head[1:]), []byte(payload))
	files["header of 60,000 levels"] = signRaw(t, a.key, []byte(`{"x":`+strings.Repeat("[", 60_000)+strings.Repeat("]", 60_000)+","+head[1:]), []byte(payload))
	files["a million tildes"] = append(wallet, strings.Repeat("~", 1_000_000)...)
	files["100,000 disclosures"] = append(slices.Clone(wallet), strings.Repeat(disclosures(w.wallet(t, nil, nil))[0][:8]+"~", 100_000)...)
	files["a million stops"] = append([]byte("e30.e30"), strings.Repeat(".", 1_000_000)...)
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			r := costs(t, w.trust, file)
			if r.Verdict() == verifier.Undetermined || r.Valid() && !strings.Contains(name, "signed") {
				t.Errorf("%s", show(r))
			}
		})
	}
}

// Disclosures that hold disclosures, rightly signed: what they come to is
// bounded for all of them together.
func TestTV20Disclosures(t *testing.T) {
	w := newWorld(t)
	base := w.wallet(t, nil, nil)
	add := func(p obj, d string) { p["_sd"] = append(p["_sd"].([]any), b64(digest(d))) }
	disclose := func(name string, value any) string { return b64(marshal(t, []any{"0123456789abcdef", name, value})) }
	for name, build := range map[string]func() []byte{
		"900 beside each other": func() []byte {
			list := disclosures(base)
			file := signedAgain(t, w.seal.key, base, func(_, p obj) {
				for i := range 900 {
					d := disclose(fmt.Sprint("x", i), strings.Repeat("x", 1000))
					list = append(list, d)
					add(p, d)
				}
			})
			return disclosing(file, list...)
		},
		"900 within each other": func() []byte {
			inner := disclose("x", 1)
			list := []string{inner}
			for range 900 {
				inner = disclose("x", obj{"_sd": []any{b64(digest(inner))}})
				list = append(list, inner)
			}
			return disclosing(signedAgain(t, w.seal.key, base, func(_, p obj) { add(p, inner) }), list...)
		},
		"many digests of nothing": func() []byte {
			return signedAgain(t, w.seal.key, base, func(_, p obj) {
				for i := range 20_000 {
					add(p, fmt.Sprint(i))
				}
			})
		},
		"a record of 10,000 claims": func() []byte {
			return w.wallet(t, nil, func(p obj) {
				p["elm"] = json.RawMessage(asRecord(t, func(c obj) {
					c["credentialSubject"].(obj)["hasClaim"] = slices.Repeat([]any{obj{"type": "LearningAchievement"}}, 10_000)
				}))
			})
		},
		"1 MB of flat text": func() []byte {
			return w.wallet(t, nil, func(p obj) { delete(p, "elm"); p["title"] = strings.Repeat("x", 1_000_000) })
		},
		"8,000 outcomes": func() []byte {
			return w.wallet(t, nil, func(p obj) {
				delete(p, "elm")
				p["learning_outcomes"] = slices.Repeat([]any{"x"}, 8_000)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := costs(t, w.trust, build())
			if c := r.Code(); r.Verdict() == verifier.Undetermined || c == proof.Signature {
				t.Errorf("%s", show(r))
			}
		})
	}
}
