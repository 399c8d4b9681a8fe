package verifier_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// planted stands in files where an attacker may write; it must never come back
// in an answer about a file whose seal does not hold.
const planted = "PLANTED-7f3a"

// An attack is a file and what a correct verifier says to it.
type attack struct {
	name    string
	file    []byte
	verdict verifier.Verdict
	code    proof.Code
}

func attackAll(t *testing.T, set *trust.Set, attacks []attack) {
	t.Helper()
	if len(attacks) == 0 {
		t.Fatal("no attack")
	}
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			r := verify(t, set, a.file, time.Time{})
			if r.Verdict() != a.verdict || r.Code() != a.code {
				t.Errorf("%s, %q; want %s, %q\n%.3000s", r.Verdict(), r.Code(), a.verdict, a.code, show(r))
			}
			checkAnswer(t, r)
		})
	}
}

// checkAnswer holds the promises that every answer keeps.
func checkAnswer(t testing.TB, r verifier.Report) {
	t.Helper()
	for _, lang := range i18n.Languages {
		a := r.Answer(i18n.For(lang))
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		seal, _ := r.Check(verifier.Seal)
		if seal.Result == verifier.Failed || seal.Code == "" && seal.Result == verifier.NotDone {
			if a.Credential != nil || a.Issuer != nil || a.Timestamps != nil {
				t.Errorf("the seal does not hold, but something is shown: %s", text)
			}
			if bytes.Contains(text, []byte(planted)) {
				t.Errorf("text of the file in the answer: %s", text)
			}
		}
		if a.Verdict != "valid" && a.Issuer != nil && a.Issuer.Trusted && a.Code == proof.Trust {
			t.Errorf("not trusted, but said to be: %s", text)
		}
		for _, c := range a.Checks {
			if c.Message == "" || strings.HasPrefix(c.Message, "verify.") || strings.HasPrefix(c.Message, "proof.") || strings.Contains(c.Message, "<no value>") {
				t.Errorf("%s: check %s has the message %q", lang, c.ID, c.Message)
			}
		}
		for what, s := range map[string]string{"summary": a.Summary, "ribbon": a.Ribbon} {
			if s == "" || strings.HasPrefix(s, "verify.") {
				t.Errorf("%s: %s is %q", lang, what, s)
			}
		}
		for _, f := range a.Findings {
			if f.Message == "" || strings.HasPrefix(f.Message, "elm.") || strings.Contains(f.Message, "<no value>") {
				t.Errorf("%s: finding %+v", lang, f)
			}
		}
	}
}

func TestTV1SignatureBits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.file(t, nil)
	var all []attack
	for name, at := range map[string]int{"first": 0, "middle": 32, "last": 63} {
		for bit := range 8 {
			all = append(all, attack{fmt.Sprintf("%s byte, bit %d", name, bit), edited(t, file, func(_, s obj) {
				sig, err := base64.RawURLEncoding.DecodeString(s["signature"].(string))
				if err != nil {
					t.Fatal(err)
				}
				sig[at] ^= 1 << bit
				s["signature"] = base64.RawURLEncoding.EncodeToString(sig)
			}), verifier.Invalid, proof.Signature})
		}
	}
	attackAll(t, w.trust, all)
}

func TestTV2SignatureShape(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.file(t, nil)
	var all []attack
	for name, change := range map[string]func([]byte) []byte{
		"empty":     func([]byte) []byte { return nil },
		"cut":       func(s []byte) []byte { return s[:len(s)-1] },
		"one byte":  func(s []byte) []byte { return s[:1] },
		"longer":    func(s []byte) []byte { return append(s, 0) },
		"doubled":   func(s []byte) []byte { return append(s, s...) },
		"all zero":  func(s []byte) []byte { return make([]byte, len(s)) },
		"all 0xff":  func(s []byte) []byte { return bytes.Repeat([]byte{0xff}, len(s)) },
		"very long": func([]byte) []byte { return make([]byte, 500_000) },
	} {
		all = append(all, attack{name, edited(t, file, func(_, s obj) {
			sig, err := base64.RawURLEncoding.DecodeString(s["signature"].(string))
			if err != nil {
				t.Fatal(err)
			}
			s["signature"] = base64.RawURLEncoding.EncodeToString(change(sig))
		}), verifier.Invalid, proof.Signature})
	}
	attackAll(t, w.trust, all)
}

func TestTV3ClaimsChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.file(t, func(c obj) { c["validUntil"] = now.AddDate(1, 0, 0).Format(time.RFC3339) })
	var all []attack
	for name, edit := range map[string]func(c obj){
		"name":         func(c obj) { c["credentialSubject"].(obj)["fullName"] = obj{"en": planted} },
		"grade":        func(c obj) { achievement(c)["provenBy"].(obj)["grade"].(obj)["noteLiteral"] = obj{"en": planted} },
		"title":        func(c obj) { achievement(c)["title"] = obj{"en": planted} },
		"page title":   func(c obj) { c["displayParameter"].(obj)["title"] = obj{"en": planted} },
		"end":          func(c obj) { c["validUntil"] = "2099-01-01T00:00:00Z" },
		"end removed":  func(c obj) { delete(c, "validUntil") },
		"begin":        func(c obj) { c["validFrom"] = "2020-01-01T00:00:00Z" },
		"issued":       func(c obj) { c["issued"] = "2020-01-01T00:00:00Z" },
		"issuer":       func(c obj) { c["issuer"].(obj)["legalName"] = obj{"en": planted} },
		"issuer id":    func(c obj) { c["issuer"].(obj)["id"] = "did:example:" + planted },
		"status":       func(c obj) { c["credentialStatus"] = obj{"id": "https://" + planted} },
		"type":         func(c obj) { c["type"] = []any{"VerifiableCredential"} },
		"context":      func(c obj) { c["@context"] = []any{"https://example.org/" + planted} },
		"id":           func(c obj) { c["id"] = "urn:credential:" + planted },
		"member added": func(c obj) { c["finalGrade"] = planted },
		"nothing left": func(c obj) { clear(c) },
	} {
		all = append(all, attack{name, edited(t, file, func(f, _ obj) {
			var c obj
			if err := json.Unmarshal([]byte(f["payload"].(string)), &c); err != nil {
				t.Fatal(err)
			}
			edit(c)
			f["payload"] = string(marshal(t, c))
		}), verifier.Invalid, proof.Signature})
	}
	for name, change := range map[string]func(string) string{
		"white space behind": func(s string) string { return s + " " },
		"letter":             func(s string) string { return strings.Replace(s, "Noor", "Moor", 1) },
		"brace":              func(s string) string { return s[1:] },
		"escaped otherwise":  func(s string) string { return strings.Replace(s, "Noor", `N\u006for`, 1) },
		"other text":         func(string) string { return planted },
	} {
		all = append(all, attack{name, edited(t, file, func(f, _ obj) { f["payload"] = change(f["payload"].(string)) }),
			verifier.Invalid, proof.Signature})
	}
	attackAll(t, w.trust, all)
}

func achievement(c obj) obj { return c["credentialSubject"].(obj)["hasClaim"].(obj) }

func TestTV5Contexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const v1, ap = "https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"
	var all []attack
	for name, context := range map[string]any{
		"inline added":     []any{v1, ap, obj{"title": "https://example.org/" + planted}},
		"inline empty":     []any{v1, ap, obj{}},
		"remote added":     []any{v1, ap, "https://example.org/context"},
		"reversed":         []any{ap, v1},
		"one missing":      []any{v1},
		"other missing":    []any{ap},
		"one alone":        v1,
		"version 2":        []any{"https://www.w3.org/ns/credentials/v2", ap},
		"look-alike":       []any{v1, "https://data.europa.eu/snb/model/context/edc-ap"},
		"look-alike slash": []any{v1 + "/", ap},
		"look-alike case":  []any{v1, strings.ToUpper(ap)},
		"given twice":      []any{v1, ap, ap},
		"null":             nil,
		"null inside":      []any{v1, ap, nil},
		"empty":            []any{},
		"number":           []any{1, 2},
		"object":           obj{"a": v1},
	} {
		all = append(all, attack{name, w.file(t, func(c obj) { c["@context"] = context }), verifier.Invalid, proof.Context})
	}
	for name, edit := range map[string]func(c obj){
		"missing":           func(c obj) { delete(c, "@context") },
		"nested in subject": func(c obj) { c["credentialSubject"].(obj)["@context"] = obj{} },
		"nested deep":       func(c obj) { achievement(c)["provenBy"].(obj)["x"] = []any{[]any{1, obj{"@context": v1}}} },
	} {
		all = append(all, attack{name, w.file(t, edit), verifier.Invalid, proof.Context})
	}
	escaped := bytes.Replace(payload(t, func(c obj) { c["credentialSubject"].(obj)["@conteXt"] = 1 }),
		[]byte("@conteXt"), []byte(`\u0040conte\u0078t`), 1)
	all = append(all, attack{"nested with escapes", sealBy(t, w.seal, escaped, w.ca), verifier.Invalid, proof.Context})
	attackAll(t, w.trust, all)
	// A text that only speaks of it is no context.
	if r := w.verify(t, w.file(t, func(c obj) { achievement(c)["title"] = obj{"en": "@context"} })); !r.Valid() {
		t.Error(show(r))
	}
}

func TestTV19GivenTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := string(w.file(t, nil))
	in := func(old, with string) []byte {
		t.Helper()
		if !strings.Contains(file, old) {
			t.Fatalf("no %s in the file", old)
		}
		return []byte(strings.Replace(file, old, with, 1))
	}
	all := []attack{
		{"payload first", in(`{"payload":`, `{"payload":"`+planted+`","payload":`), verifier.Invalid, proof.Malformed},
		{"payload last", in(`,"signatures":`, `,"payload":"`+planted+`","signatures":`), verifier.Invalid, proof.Malformed},
		{"payload in another case", in(`,"signatures":`, `,"Payload":"`+planted+`","signatures":`), verifier.Invalid, proof.Malformed},
		{"signature first", in(`"signature":`, `"signature":"AA","signature":`), verifier.Invalid, proof.Malformed},
		{"signatures last", []byte(file[:len(file)-1] + `,"signatures":[]}`), verifier.Invalid, proof.Malformed},
		{"issuer first", in(`\"issuer\":`, `\"issuer\":\"`+planted+`\",\"issuer\":`), verifier.Invalid, proof.Malformed},
		{"subject first", in(`\"credentialSubject\":`, `\"credentialSubject\":{},\"credentialSubject\":`), verifier.Invalid, proof.Malformed},
		{"subject last", in(`\"displayParameter\":`, `\"credentialSubject\":{},\"displayParameter\":`), verifier.Invalid, proof.Malformed},
		{"name with an escape", in(`\"fullName\":`, `\"f\\u0075llName\":{},\"fullName\":`), verifier.Invalid, proof.Malformed},
		{"text behind", []byte(file + "{}"), verifier.Invalid, proof.Malformed},
		{"byte order mark", []byte("\ufeff" + file), verifier.Invalid, proof.Malformed},
	}
	header := func(text string) []byte {
		var h obj
		file := sealWith(t, w.seal, payload(t, nil), func(x obj) { h = x }, w.ca)
		_ = file
		raw := marshal(t, h)
		return sealRaw(t, w.seal, append([]byte("{"+text+","), raw[1:]...), payload(t, nil))
	}
	all = append(all,
		attack{"alg twice, rightly signed", header(`"alg":"none"`), verifier.Invalid, proof.Malformed},
		attack{"alg in two cases, rightly signed", header(`"ALG":"none"`), verifier.Invalid, proof.Malformed},
		attack{"x5c twice, rightly signed", header(`"x5c":[]`), verifier.Invalid, proof.Malformed})
	signedTwice := bytes.Replace(payload(t, nil), []byte(`"issuer":`), []byte(`"issuer":"x","issuer":`), 1)
	all = append(all, attack{"issuer twice, rightly signed", sealBy(t, w.seal, signedTwice, w.ca), verifier.Invalid, proof.Malformed})
	attackAll(t, w.trust, all)
}

// A name in other capitals is another name to us and the same one to readers
// that do not mind case: a rightly sealed file must not play on that, at any
// depth. Before the seal has held it is only a changed byte.
func TestTV19AlmostTheSameName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []attack
	for _, name := range []string{
		"Issuer", "credentialsubject", "ValidUntil", "CREDENTIALSTATUS", "Type", "Id", "@Context", "Proof", "i\u017fsuer", "HASCLAIM",
	} {
		all = append(all, attack{name, w.file(t, func(c obj) { c[name] = planted }), verifier.Invalid, proof.Malformed})
	}
	for name, edit := range map[string]func(c obj){
		"issuer, right name in another case": func(c obj) {
			is := c["issuer"].(obj)
			is["LegalName"], is["legalName"] = is["legalName"], obj{"de": planted}
		},
		"issuer in another case only": func(c obj) { c["Issuer"] = c["issuer"]; delete(c, "issuer") },
		"person":                      func(c obj) { c["credentialSubject"].(obj)["FullName"] = obj{"en": planted} },
		"title in a list":             func(c obj) { c["credentialSubject"].(obj)["hasClaim"] = []any{achievement(c), obj{"Title": planted}} },
		"grade": func(c obj) {
			achievement(c)["provenBy"].(obj)["grade"].(obj)["noteliteral"] = obj{"en": planted}
		},
	} {
		all = append(all, attack{name, w.file(t, edit), verifier.Invalid, proof.Malformed})
	}
	changed := bytes.Replace(w.file(t, nil), []byte(`\"issuer\"`), []byte(`\"Issuer\"`), 1)
	all = append(all, attack{"one letter changed after sealing", changed, verifier.Invalid, proof.Signature})
	attackAll(t, w.trust, all)

	if r := w.verify(t, w.file(t, func(c obj) { c["extra"] = obj{"en": "Title", "TitleOf": "Issuer"} })); !r.Valid() {
		t.Error(show(r)) // a name of nobody's, and values, are left alone
	}
}

// TV-7, TV-9: a proof inside would be one that nobody checked.
func TestTV7ProofInside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []attack
	for name, p := range map[string]any{
		"of a known class": obj{"id": "urn:epass:proof:1", "type": "Proof"}, "Data Integrity": obj{"type": "DataIntegrityProof"},
		"text": planted, "list": []any{obj{"id": "urn:epass:proof:1", "type": "Proof"}},
	} {
		all = append(all, attack{name, w.file(t, func(c obj) { c["proof"] = p }), verifier.Invalid, proof.Proof})
	}
	attackAll(t, w.trust, all)
	if r := w.verify(t, w.file(t, func(c obj) { c["proof"] = nil })); !r.Valid() {
		t.Error(show(r))
	}
}

func TestTV20TooMuch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nest := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	var members strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&members, `"m%d":0,`, i)
	}
	var all []attack
	add := func(name string, file []byte) {
		all = append(all, attack{name, file, verifier.Invalid, proof.Resources})
	}
	for name, value := range map[string]string{
		"9,000 levels": nest(9000), "200,000 levels": nest(200_000), "digits": strings.Repeat("9", 100_000),
		"100,000 members": "{" + members.String() + `"z":0}`,
		"100,000 values":  "[" + strings.Repeat("0,", 100_000) + "0]",
	} {
		add(name+" at the top", []byte(`{"payload":"x","a":`+value+`}`))
		inside := bytes.Replace(payload(t, nil), []byte(`{`), []byte(`{"a":`+value+`,`), 1)
		add(name+" rightly signed", sealBy(t, w.seal, inside, w.ca))
		add(name+" not signed", edited(t, w.file(t, nil), func(f, _ obj) { f["payload"] = string(inside) }))
	}
	add("8 MB string", []byte(`{"payload":"`+strings.Repeat("x", 8<<20)+`"}`))
	add("8 MB text", bytes.Repeat([]byte("x"), 8<<20))
	attackAll(t, w.trust, all)
}

func TestTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const vc, edc = "VerifiableCredential", "EuropeanDigitalCredential"
	var all []attack
	for name, types := range map[string]any{
		"one": []any{vc}, "other": []any{edc}, "text": edc, "presentation": []any{vc, "EuropeanDigitalPresentation"}, "further": []any{vc, edc, "X"},
		"twice": []any{vc, vc}, "case": []any{vc, strings.ToLower(edc)}, "null": nil, "numbers": []any{1, 2}, "empty": []any{},
	} {
		all = append(all, attack{name, w.file(t, func(c obj) { c["type"] = types }), verifier.Invalid, proof.Type})
	}
	all = append(all,
		attack{"a further one as @type", w.file(t, func(c obj) { c["@type"] = "X" }), verifier.Invalid, proof.Type},
		attack{"no JSON inside", sealBy(t, w.seal, []byte("hello"), w.ca), verifier.Invalid, proof.Malformed},
		attack{"a list inside", sealBy(t, w.seal, []byte("[1]"), w.ca), verifier.Invalid, proof.Malformed},
		attack{"broken JSON inside", sealBy(t, w.seal, []byte(`{"type":`), w.ca), verifier.Invalid, proof.Malformed})
	attackAll(t, w.trust, all)
	if r := w.verify(t, w.file(t, func(c obj) { c["type"] = []any{edc, vc} })); !r.Valid() {
		t.Error(show(r))
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.verify(t, w.file(t, func(c obj) { delete(achievement(c)["provenBy"].(obj), "grade") }))
	if r.Verdict() != verifier.Invalid || r.Code() != proof.Schema || len(r.Findings) == 0 || r.Claims == nil {
		t.Error(show(r))
	}
	checkAnswer(t, r)
}

// TV-32: what an issuer writes is shown as text, without what makes text look
// like something else.
func TestTV32Inert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.verify(t, w.file(t, func(c obj) {
		achievement(c)["title"] = obj{"en": "Mini\u200bstry\u00ad of\u2060 =cmd|' /C calc'!A0"}
		c["displayParameter"].(obj)["title"] = obj{"en": "<script>alert(1)</script>\u202e\u0000\u0007\u2028x\U000e0041"}
		c["credentialSubject"].(obj)["fullName"] = obj{"en": "Noor\u202eelpmaxE\n" + strings.Repeat("x", 5000)}
	}))
	if !r.Valid() {
		t.Fatal(show(r))
	}
	a := r.Answer(i18n.For("en"))
	if want := "<script>alert(1)</script>   x"; a.Credential.Title != want {
		t.Errorf("title is %q, want %q", a.Credential.Title, want)
	}
	if want := "Ministry of =cmd|' /C calc'!A0"; a.Credential.Achievement != want {
		t.Errorf("achievement is %q, want %q", a.Credential.Achievement, want)
	}
	if name := a.Credential.Subject.Name; strings.ContainsAny(name, "\u202e\n") || len(name) > 1100 {
		t.Errorf("name is %q", name)
	}
	text, err := json.Marshal(a)
	if err != nil || bytes.Contains(text, []byte("<script>")) {
		t.Errorf("JSON with markup: %v %s", err, text)
	}
}

func TestOtherFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	attackAll(t, w.trust, []attack{
		{"nothing", nil, verifier.Invalid, proof.Malformed},
		{"white space", []byte(" \n\t"), verifier.Invalid, proof.Malformed},
		{"HTML", []byte("<!doctype html><p>" + planted), verifier.Invalid, proof.Malformed},
		{"SVG", []byte("<svg onload=alert(1)>" + planted), verifier.Invalid, proof.Malformed},
		{"PNG", []byte("\x89PNG\r\n\x1a\n" + planted), verifier.Invalid, proof.Malformed},
		{"JPEG", []byte("\xff\xd8\xff\xe0" + planted), verifier.Invalid, proof.Malformed},
		{"PDF", []byte("%PDF-1.3\n" + planted), verifier.Invalid, proof.Type},
		{"large PDF", append([]byte("%PDF-1.3\n"), make([]byte, 5<<20)...), verifier.Invalid, proof.Resources},
		{"link", []byte("https://example.org/v/" + planted), verifier.Invalid, proof.Malformed},
		{"text", []byte("hello " + planted), verifier.Invalid, proof.Malformed},
		{"NUL", make([]byte, 100), verifier.Invalid, proof.Malformed},
		{"UTF-16", []byte("\xff\xfe{\x00}\x00"), verifier.Invalid, proof.Malformed},
		{"list", []byte(`[{"payload":1}]`), verifier.Invalid, proof.Malformed},
		{"number", []byte(`1`), verifier.Invalid, proof.Malformed},
		{"other JSON", []byte(`{"a":"` + planted + `"}`), verifier.Invalid, proof.Type},
		{"cut JSON", w.file(t, nil)[:500], verifier.Invalid, proof.Malformed},
		{"credential without seal", payload(t, nil), verifier.Invalid, proof.Proof},
		{"credential for upload", []byte(`{"credential":` + string(payload(t, nil)) + `}`), verifier.Invalid, proof.Proof},
		{"credential with an empty proof", payload(t, func(c obj) { c["proof"] = obj{} }), verifier.Invalid, proof.Proof},
		{"credential with another proof", payload(t, func(c obj) { c["proof"] = obj{"type": "DataIntegrityProof"} }), verifier.Invalid, proof.Context},
		{"SD-JWT", []byte("e30.e30.AA~WyJhIl0~"), verifier.Invalid, proof.Type},
		{"compact with nothing", []byte("e30.e30."), verifier.Invalid, proof.Header},
		{"two stops", []byte(".."), verifier.Invalid, proof.Malformed},
		{"two signatures", edited(t, w.file(t, nil), func(f, s obj) { f["signatures"] = []any{s, s} }), verifier.Invalid, proof.Proof},
		{"no signature", edited(t, w.file(t, nil), func(f, _ obj) { f["signatures"] = []any{} }), verifier.Invalid, proof.Malformed},
	})
}
