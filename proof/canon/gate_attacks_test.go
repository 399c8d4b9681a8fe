package canon_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof/canon"
)

// The threats that end at this level, by their number: each answered at once and
// with the right kind of refusal, and no text of the document in the message.

const planted = "PLANTED-9f3a"

// attacked checks how a document is refused, and that it was quick.
func attacked(t *testing.T, name, doc string, kinds ...canon.Kind) {
	t.Helper()
	p := canon.New(canon.Config{})
	for _, of := range []struct {
		name string
		do   func() error
	}{
		{"RDF", func() error { _, err := p.Dataset(t.Context(), []byte(doc)); return err }},
		{"part", func() error {
			_, err := p.Part(t.Context(), []byte(doc), []byte(quotedList(contexts.CredentialsV2)))
			return err
		}},
	} {
		start := cpuTime()
		err := of.do()
		took := cpuTime() - start
		if took > limitForOne {
			t.Errorf("%s as %s: took %v", name, of.name, took)
		}
		if err == nil {
			t.Errorf("%s as %s passes", name, of.name)
			continue
		}
		e := refusal(t, err)
		right := of.name == "part"
		for _, k := range kinds {
			right = right || e.Kind == k
		}
		if !right {
			t.Errorf("%s as %s: refused with kind %d (%v), want %v", name, of.name, e.Kind, err, kinds)
		}
		if text := e.Key + fmt.Sprint(e.Args); strings.Contains(text, planted) {
			t.Errorf("%s: the message holds text of the document: %s", name, text)
		}
	}
}

func TestTV4UndefinedProperties(t *testing.T) { //nolint:paralleltest // measures time
	for list, head := range map[string]string{"data model": dataModel, "learning model": learning, "badge": openBadge, "1.1": version1} {
		for _, member := range []string{"finalGrade", planted, "Issuer", "issuers", "schema:name", "https://example.org/p", "constructor", "ſubject"} {
			for _, value := range []string{`"` + planted + `"`, `{"id":"urn:` + planted + `"}`, `[1]`, `null`, `{}`} {
				attacked(t, list+" root", `{`+head+`,"`+member+`":`+value+`}`, canon.Lost, canon.Context)
				attacked(t, list+" subject", `{`+head+`,"credentialSubject":{"id":"urn:x:y","`+member+`":`+value+`}}`, canon.Lost, canon.Context)
			}
		}
	}
}

func TestTV5Contexts(t *testing.T) { //nolint:paralleltest // measures time
	v2 := contexts.CredentialsV2
	for _, own := range []string{
		`["` + v2 + `",{"` + planted + `":"urn:x:y"}]`, `{"` + planted + `":"urn:x:y"}`, `["` + v2 + `","https://` + planted + `.example/"]`,
		`["` + contexts.ELMV1 + `","` + v2 + `"]`, `["` + contexts.ELMV1 + `"]`, `["` + v2 + `/"]`, `["` + v2 + `#"]`, `[" ` + v2 + `"]`,
		`["` + strings.Replace(v2, "w3.org", "w3.org.example", 1) + `"]`, `["` + strings.Replace(v2, "o", "о", 1) + `"]`, // a Cyrillic letter
		`["` + v2 + `",null]`, `["` + v2 + `",[]]`, `["` + v2 + `","` + v2 + `"]`, `[]`, `null`, `""`, `7`, `{}`, `true`,
	} {
		attacked(t, own, withContext(own), canon.Context)
	}
	for _, inner := range []string{`"` + v2 + `"`, `null`, `{"name":"urn:x:y"}`, `[]`} {
		attacked(t, "nested "+inner, `{`+dataModel+`,"credentialSubject":{"@context":`+inner+`,"id":"urn:x:y"}}`, canon.Context)
		attacked(t, "nested "+inner, `{`+dataModel+`,"issuer":{"@context":`+inner+`,"id":"urn:x:y"}}`, canon.Context)
		attacked(t, "in a value "+inner, `{`+dataModel+`,"name":{"@context":`+inner+`,"@value":"x"}}`, canon.Context)
		attacked(t, "in a list "+inner, `{`+dataModel+`,"evidence":[{"type":"urn:x:y"},{"@context":`+inner+`,"type":"urn:x:y"}]}`, canon.Context)
	}
}

func TestTV19TwiceInOneObject(t *testing.T) { //nolint:paralleltest // measures time
	for _, doc := range []string{
		`{` + dataModel + `,"issuer":"urn:x:a","issuer":"urn:x:b"}`,
		`{` + dataModel + `,"issuer":"urn:x:a","iss\u0075er":"urn:x:b"}`,
		`{` + dataModel + `,"credentialSubject":{"name":"x","name":"x"}}`,
		`{` + dataModel + `,"name":{"@value":"x","@value":"y"}}`,
		`{"type":"VerifiablePresentation",` + dataModel + `}`,
		`{` + dataModel + `} {}`, `{` + dataModel + `}` + "\x00", "\xef\xbb\xbf{" + dataModel + `}`, `{` + dataModel + `,"name":"` + "\xc3\x28" + `"}`,
		`{` + dataModel + `,"name":"\ud83d"}`, `{` + dataModel + `,"name":NaN}`, `{` + dataModel + `,}`, `{` + dataModel + `,"name":01}`, ``, `{`,
	} {
		attacked(t, doc, doc, canon.Malformed)
	}
}

func TestTV20Resources(t *testing.T) { //nolint:paralleltest // measures time
	nested := func(n int, open, closing string) string {
		return `{` + dataModel + `,"evidence":` + strings.Repeat(open, n) + `"x"` + strings.Repeat(closing, n) + `}`
	}
	many := func(n int, item func(i int) string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(item(i))
		}
		return b.String()
	}
	number := func(i int) string { return fmt.Sprintf(`"%d"`, i) }
	for name, doc := range map[string]string{
		"9,000 levels of arrays":     nested(9_000, "[", "]"),
		"200,000 levels of arrays":   nested(200_000, "[", "]"),
		"9,000 levels of objects":    nested(9_000, `{"evidence":`, "}"),
		"200,000 levels of objects":  nested(200_000, `{"evidence":`, "}"),
		"100,000 members":            `{` + dataModel + `,"credentialSubject":{` + many(100_000, func(i int) string { return fmt.Sprintf(`"a%d":1`, i) }) + `}}`,
		"100,000 values":             `{` + dataModel + `,"name":[` + many(100_000, number) + `]}`,
		"90,000 values":              `{` + dataModel + `,"name":[` + many(90_000, number) + `]}`,
		"40,000 objects":             `{` + dataModel + `,"credentialSubject":[` + many(40_000, func(int) string { return `{"name":"x"}` }) + `]}`,
		"15,000 objects":             `{` + dataModel + `,"credentialSubject":[` + many(15_000, func(int) string { return `{"name":"x"}` }) + `]}`,
		"8 MB of text":               `{` + dataModel + `,"name":"` + strings.Repeat("x", 8<<20) + `"}`,
		"a number of 100,000 digits": `{` + dataModel + `,"name":` + strings.Repeat("9", 100_000) + `}`,
		"a list of 30,000":           `{` + openBadge + `,"credentialSubject":{"type":"ResultDescription","allowedValue":[` + many(30_000, number) + `]}}`,
		"types with contexts": `{` + dataModel + `,"credentialStatus":[` + many(3_000, func(int) string {
			return `{"type":["BitstringStatusListEntry","DataIntegrityProof","JsonSchema","BitstringStatusList"],"statusPurpose":"x"}`
		}) + `]}`,
		"properties with contexts":  `{` + learning + `,"credentialSubject":{"hasClaim":[` + many(8_000, func(int) string { return `{"type":"LearningAchievement"}` }) + `]}}`,
		"a literal of many members": `{` + dataModel + `,"credentialSchema":{"type":"JsonSchema","jsonSchema":{` + many(30_000, func(i int) string { return fmt.Sprintf(`"a%d":1`, i) }) + `}}}`,
		"many identifiers": `{` + dataModel + `,"credentialSubject":[` + many(4_000, func(i int) string {
			return fmt.Sprintf(`{"id":"https://%s%d.example/"}`, strings.Repeat("x-y.", 90), i)
		}) + `]}`,
		"many credentials": `{` + shown + `,"verifiableCredential":[` + many(6_000, func(int) string { return `{` + dataModel + `,"name":"x"}` }) + `]}`,
		"a million types":  `{` + dataModel + `,"credentialSubject":{"type":[` + many(60_000, func(i int) string { return fmt.Sprintf(`"urn:x:%d"`, i) }) + `]}}`,
	} {
		before := heap()
		attacked(t, name, doc, canon.Resources, canon.Lost, canon.Malformed)
		if after := heap(); after > before+8<<20 {
			t.Errorf("%s: %d MB of memory are kept", name, (after-before)>>20)
		}
	}
}

// heap gives the bytes in use after a collection.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// heavy are documents that are as much work as is allowed, each for another
// reason; n says how much.
var heavy = map[string]func(n int) string{
	"scoped properties": func(n int) string {
		return `{` + learning + `,"credentialSubject":{"hasClaim":[` + repeated(n, `{"id":"urn:x:%d","type":"LearningAchievement"}`) + `]}}`
	},
	"nested scopes": func(n int) string {
		return `{` + learning + `,"credentialSubject":{"hasClaim":[` + repeated(n/8, strings.Repeat(`{"title":{"en":"%[1]d"},"hasPart":`, 8)+`"urn:x:%[1]d"`+strings.Repeat("}", 8)) + `]}}`
	},
	"scoped types": func(n int) string {
		return `{` + dataModel + `,"credentialStatus":[` + repeated(n, `{"id":"urn:x:%d","type":["BitstringStatusListEntry","DataIntegrityProof","JsonSchema"],"statusPurpose":"x"}`) + `]}`
	},
	"badges": func(n int) string {
		return `{` + openBadge + `,"credentialSubject":{"type":"AchievementSubject","result":[` + repeated(n, `{"id":"urn:x:%d","type":"Result","value":"x"}`) + `]}}`
	},
	"values": func(n int) string {
		return `{` + dataModel + `,"name":[` + repeated(n, `"%d"`) + `]}`
	},
	"identifiers": func(n int) string {
		return `{` + dataModel + `,"credentialSubject":[` + repeated(n, `{"id":"https://`+strings.Repeat("x-y.", 90)+`%d.example/"}`) + `]}`
	},
	"subjects": func(n int) string {
		return `{` + dataModel + `,"credentialSubject":[` + repeated(n, `{"id":"urn:x:%d","name":["a","b","c"]}`) + `]}`
	},
	"credentials": func(n int) string {
		return `{` + shown + `,"verifiableCredential":[` + repeated(n, `{`+dataModel+`,"id":"urn:x:%d","name":"x"}`) + `]}`
	},
	"members of a literal": func(n int) string {
		return `{` + dataModel + `,"credentialSchema":{"type":"JsonSchema","jsonSchema":{` + repeated(n, `"a%d":1`) + `}}}`
	},
	"objects of a literal": func(n int) string {
		return `{` + dataModel + `,"credentialSchema":{"type":"JsonSchema","jsonSchema":{"a":[` + repeated(n, `{"b":%d}`) + `]}}}`
	},
	"a list": func(n int) string {
		return `{` + openBadge + `,"credentialSubject":{"type":"ResultDescription","allowedValue":[` + repeated(n, `"%d"`) + `]}}`
	},
}

func repeated(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// TestCost: what the library is foretold to take, it takes at most, roughly; and
// the document that is as much work as is allowed is answered within a second on
// one core, from its text to its statements, with bounded memory.
func TestCost(t *testing.T) { //nolint:paralleltest // measures time
	p := canon.New(canon.Config{})
	for name, doc := range heavy {
		low, high := 1, mostOfEach
		for low+1 < high {
			n := (low + high) / 2
			foretold, _, err := p.Foretold(t.Context(), []byte(doc(n)))
			if err != nil || foretold > canon.MaxWorkload {
				high = n
			} else {
				low = n
			}
		}
		text := []byte(doc(low))
		foretold, library, err := p.Foretold(t.Context(), text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		start := cpuTime()
		if err := library(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		took := cpuTime() - start
		if took > 2*foretold+limitForOne/3 {
			t.Errorf("%s: %d of them take the library %v, foretold were %v", name, low, took, foretold)
		}
		peak := watchHeap()
		start = cpuTime()
		d, err := p.Dataset(t.Context(), text)
		whole := cpuTime() - start
		most := peak()
		if err != nil && refusal(t, err).Key != "proof.canon.blanks" { // lists are bounded by their cells first
			t.Errorf("%s: %v", name, err)
			continue
		}
		if whole > limitForOne {
			t.Errorf("%s: %d of them take %v", name, low, whole)
		}
		if most > heapForOne {
			t.Errorf("%s: %d of them take %d MB", name, low, most>>20)
		}
		statements := 0
		if d != nil {
			statements = len(d.Quads)
		}
		t.Logf("%s: %d, %d kB, %d statements: library %v (foretold %v), whole %v, %d MB", name, low, len(text)>>10, statements,
			took.Round(time.Millisecond), foretold.Round(time.Millisecond), whole.Round(time.Millisecond), most>>20)
	}
}

// watchHeap begins to watch how far the heap grows; the function that it gives ends
// that and tells.
func watchHeap() func() uint64 {
	before := heap()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan uint64)
	go func() {
		var most uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if m.HeapAlloc > before {
				most = max(most, m.HeapAlloc-before)
			}
			select {
			case <-ctx.Done():
				done <- most
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 {
		stop()
		return <-done
	}
}

// TestRichDocumentsPass: a credential as rich as the official one, and one ten
// times as large, are not too much.
func TestRichDocumentsPass(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{})
	picture := strings.Repeat("iVBORw0KGgo", 9_000)
	claim := `{"id":"urn:x:c%[1]d","type":"LearningAchievement","title":{"en":"a","fr":"b","de":"c"},"description":{"en":"a"},
		"awardedBy":{"id":"urn:x:a%[1]d","type":"AwardingProcess","awardingDate":"2026-02-01T00:00:00Z"},
		"specifiedBy":{"id":"urn:x:s%[1]d","type":"Qualification","title":{"en":"a"},
			"learningOutcome":[{"type":"LearningOutcome","title":{"en":"x%[1]d"},"relatedESCOSkill":["urn:x:e1","urn:x:e2"]},{"type":"LearningOutcome","title":{"en":"y%[1]d"}}]},
		"provenBy":{"id":"urn:x:p%[1]d","type":"LearningAssessment","title":{"en":"a"},"grade":{"type":"Note","noteLiteral":{"en":"%[1]d"}}}}`
	for _, n := range []int{12, 120} {
		doc := `{` + learning + `,"credentialSubject":{"hasClaim":[` + repeated(n, claim) + `]},"displayParameter":{"type":"DisplayParameter","individualDisplay":{"displayDetail":{"image":{"type":"MediaObject","content":"` + picture + `"}}}}}`
		d, err := p.Dataset(t.Context(), []byte(doc))
		if err != nil {
			t.Fatalf("%d claims: %v", n, err)
		}
		foretold, _, err := p.Foretold(t.Context(), []byte(doc))
		t.Logf("%d claims, %d kB: %d statements, foretold %v (%v)", n, len(doc)>>10, len(d.Quads), foretold, err)
	}
}

// TestGateStops: a context that has ended ends the work.
func TestGateStops(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := p.Dataset(ctx, []byte(`{`+dataModel+`,"name":"x"}`))
	if err == nil || refusal(t, err).Kind != canon.Resources || !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
	late := &countdown{Context: t.Context(), left: 2}
	_, err = p.Dataset(late, []byte(heavy["subjects"](2_000)))
	if err == nil || refusal(t, err).Kind != canon.Resources || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("when the context ends on the way: %v", err)
	}
}

// TestGateLimits: each limit is refused as Resources, and just below it passes.
func TestGateLimits(t *testing.T) {
	t.Parallel()
	doc := []byte(`{` + dataModel + `,"credentialSubject":[{"name":"x"},{"name":"y"}]}`)
	for _, tt := range []struct {
		name      string
		fits, not canon.Limits
	}{
		{"bytes", canon.Limits{MaxBytes: len(doc)}, canon.Limits{MaxBytes: len(doc) - 1}},
		{"depth", canon.Limits{MaxDepth: 3}, canon.Limits{MaxDepth: 2}},
		{"objects", canon.Limits{MaxObjects: 3}, canon.Limits{MaxObjects: 2}},
		{"statements", canon.Limits{MaxQuads: 5}, canon.Limits{MaxQuads: 4}},
		{"blank nodes", canon.Limits{MaxBlanks: 3}, canon.Limits{MaxBlanks: 2}},
	} {
		if _, err := canon.New(canon.Config{Limits: tt.fits}).Dataset(t.Context(), doc); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if _, err := canon.New(canon.Config{Limits: tt.not}).Dataset(t.Context(), doc); err == nil || refusal(t, err).Kind != canon.Resources {
			t.Errorf("%s: %v, want a refusal", tt.name, err)
		}
	}
}

// FuzzDataset: no panic and no slow answer; what passes has statements that are
// well-formed, and the same ones whatever the white space.
func FuzzDataset(f *testing.F) {
	for _, doc := range documentTexts(f) {
		f.Add(doc)
	}
	for _, doc := range heavy {
		f.Add([]byte(doc(3)))
	}
	for _, more := range []string{
		`,"name":{"@value":"x","@language":"ar","@direction":"rtl"}`, `,"proof":{"type":"DataIntegrityProof","proofPurpose":"assertionMethod"}`,
		`,"@graph":[]`, `,"@reverse":{}`, `,"credentialSchema":{"type":"JsonSchema","jsonSchema":{"a":[1e3]}}`, `,"aud":"urn:x:y","exp":7`,
	} {
		f.Add([]byte(`{` + dataModel + more + `}`))
	}
	p := canon.New(canon.Config{Contexts: inlineContexts()})
	f.Fuzz(func(t *testing.T, doc []byte) {
		start := cpuTime()
		d, err := p.Dataset(t.Context(), doc)
		took := cpuTime() - start
		if took > testkit.AnswerTime() {
			t.Fatalf("took %v", took)
		}
		if err != nil {
			refusal(t, err)
			return
		}
		if len(d.Quads) == 0 {
			t.Fatal("no statements, and no refusal")
		}
		for _, q := range d.Quads {
			if _, err := canon.ParseNQuads([]byte(q.String()), canon.Limits{}); err != nil {
				t.Fatalf("a statement is ill-formed: %v\n%s", err, q)
			}
		}
	})
}
