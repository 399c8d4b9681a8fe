package assessment_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

// now is the day that the files in testdata are judged on.
var now = time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC)

const results = "../testdata/results"

// files lists the files of a folder by a pattern, which must find some.
func files(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(results, pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	return names
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// golden compares data with a file, or writes the file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, name)), string(got)); diff != "" {
		t.Errorf("%s (-file +now):\n%s", name, diff)
	}
}

func TestParseResult(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, "*.json") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			r, err := assessment.ParseResult(read(t, name), now)
			if err != nil {
				t.Fatal(err)
			}
			data, err := r.JSON()
			if err != nil {
				t.Fatal(err)
			}
			again, err := assessment.ParseResult(data, now)
			if err != nil {
				t.Fatalf("what was printed: %v", err)
			}
			if diff := cmp.Diff(r, again); diff != "" {
				t.Errorf("printing and parsing (-first +again):\n%s", diff)
			}
			if err := r.Check(now); err != nil {
				t.Errorf("Check: %v", err)
			}
		})
	}
}

// TestParseResultTellsAllFaults holds the faults of each bad file: path, key
// and rule, in the order of the file, one a line.
func TestParseResultTellsAllFaults(t *testing.T) {
	t.Parallel()
	for _, name := range files(t, "bad/*.json") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			r, err := assessment.ParseResult(read(t, name), now)
			list, ok := errors.AsType[fault.List](err)
			if !ok || len(list) == 0 {
				t.Fatalf("error is %v, want a fault.List", err)
			}
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("kind is %v, want Invalid", fault.KindOf(err))
			}
			if r.ID != "" || r.Unit.ID != "" {
				t.Error("a Result is given beside the faults")
			}
			var b strings.Builder
			for _, it := range list {
				line := it.Path + " " + it.Key
				if it.Rule != "" {
					line += " " + it.Rule
				}
				fmt.Fprintln(&b, line)
				spoken(t, it)
			}
			golden(t, strings.TrimSuffix(name, ".json")+".txt", []byte(b.String()))
		})
	}
}

// spoken checks that a fault has a message in every language, with every
// placeholder filled.
func spoken(t *testing.T, it fault.Item) {
	t.Helper()
	for _, lang := range i18n.Languages {
		msg := i18n.For(lang).TMap(it.Key, it.Args)
		if msg == it.Key || strings.Contains(msg, "<no value>") || strings.Contains(msg, "{{") {
			t.Errorf("%s in %s reads %q", it.Key, lang, msg)
		}
	}
}

// change gives a good file with one JSON text put in the place of another.
func change(t testing.TB, file, from, to string) []byte {
	t.Helper()
	data := read(t, filepath.Join(results, file))
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), from) != 1 {
		t.Fatalf("%q stands %d times in %s, want once", from, strings.Count(b.String(), from), file)
	}
	return []byte(strings.Replace(b.String(), from, to, 1))
}

func keysOf(err error) []string {
	list, _ := errors.AsType[fault.List](err)
	var keys []string
	for _, it := range list {
		keys = append(keys, it.Path+" "+it.Key)
	}
	return keys
}

func TestParseResultRefuses(t *testing.T) {
	t.Parallel()
	const root = "sha-256:Z3n7RM0NyJ8EXQW3AnPgWq3KkkLPAV92Ql2OxYXCCYE"
	tests := []struct {
		name, from, to string
		want           []string // none: accepted
	}{
		{"the file as it is", `"id":"m1"`, `"id":"m1"`, nil},
		{"null for an optional member", `"$schema":"https://w3id.org/probatum/schemas/result/v1"`, `"$schema":null`, []string{"$.$schema result.type.text"}},
		{"a case variant of a known name", `"languages":["en"]`, `"languages":["en"],"Languages":["de"]`, []string{"$.Languages result.unknown.meant"}},
		{"an empty list of languages", `"languages":["en"]`, `"languages":[]`, []string{"$.languages result.list.few"}},
		{"a text in a further language is kept", `"grade":{"en":"Passed"}},{"id":"m2"`, `"grade":{"en":"Passed","el":"Επιτυχία"}},{"id":"m2"`, nil},
		{"an empty optional text", `"country":"IE","accreditations"`, `"country":"IE","address":"","accreditations"`, []string{"$.body.address result.empty"}},
		{"a country that is none", `"country":"IE","accreditations"`, `"country":"EL","accreditations"`, []string{"$.body.country result.form.country"}},
		{"a country in small letters", `"country":"IE","accreditations"`, `"country":"ie","accreditations"`, []string{"$.body.country result.form.country"}},
		{"a group of countries", `"country":"IE","accreditations"`, `"country":"EU","accreditations"`, []string{"$.body.country result.form.country"}},
		{"an homepage with a user name", `"country":"IE","accreditations"`, `"country":"IE","homepage":"https://bank.example@evil.example/","accreditations"`, []string{"$.body.homepage result.form.url"}},
		{"an email with two addresses", `"country":"IE","accreditations"`, `"country":"IE","email":"a@example.org,b@example.org","accreditations"`, []string{"$.body.email result.form.email"}},
		{"the decision of today", `"date":"2026-10-12"`, `"date":"2026-11-25"`, []string{"$.validity.from result.date.validFrom"}},
		{"the decision of tomorrow", `"date":"2026-10-12"`, `"date":"2026-11-26"`, []string{"$.decision.date result.date.future", "$.validity.from result.date.validFrom"}},
		{"the last day of validity is today", `"validity":{"from":"2026-10-12"}`, `"validity":{"from":"2026-10-12","until":"2026-11-25"}`, nil},
		{"validity of one day that is over", `"validity":{"from":"2026-10-12"}`, `"validity":{"from":"2026-10-12","until":"2026-10-12"}`, []string{"$.validity.until result.date.expired"}},
		{"validity that begins later", `"validity":{"from":"2026-10-12"}`, `"validity":{"from":"2027-01-01"}`, nil},
		{"born on the day of the assessment", `"dateOfBirth":"1994-02-11"`, `"dateOfBirth":"2026-10-02"`, []string{"$.methods[0].date result.date.birth"}},
		{"29 February of a leap year", `"dateOfBirth":"1994-02-11"`, `"dateOfBirth":"1996-02-29"`, nil},
		{"29 February of another year", `"dateOfBirth":"1994-02-11"`, `"dateOfBirth":"1994-02-29"`, []string{"$.candidate.dateOfBirth result.form.date"}},
		{"a level written as 3.0", `"level":{"eqf":3},"decision"`, `"level":{"eqf":3.0},"decision"`, []string{"$.level.eqf result.number.range"}},
		{"a level written as 3e0", `"level":{"eqf":3},"decision"`, `"level":{"eqf":3e0},"decision"`, []string{"$.level.eqf result.number.range"}},
		{"a negative level", `"level":{"eqf":3},"decision"`, `"level":{"eqf":-3},"decision"`, []string{"$.level.eqf result.number.range"}},
		{"half a credit", `"level":{"eqf":3},"decision"`, `"level":{"eqf":3},"credits":{"framework":"ECVET","points":0.5},"decision"`, nil},
		{"no credit at all", `"level":{"eqf":3},"decision"`, `"level":{"eqf":3},"credits":{"framework":"ECVET","points":0},"decision"`, []string{"$.credits.points result.number.halves"}},
		{"a zero-width space in a name", `"familyName":"Madhuri"`, `"familyName":"Mad\u200bhuri"`, []string{"$.candidate.familyName result.characters"}},
		{"a joiner in a Persian name", `"familyName":"Madhuri"`, `"familyName":"علی\u200cرضا"`, nil},
		{"an isolate mark in a name", `"familyName":"Madhuri"`, `"familyName":"\u2067Madhuri\u2069"`, []string{"$.candidate.familyName result.characters"}},
		{"a private character in a name", `"familyName":"Madhuri"`, `"familyName":"Madhuri\ue000"`, []string{"$.candidate.familyName result.characters"}},
		{"a line separator in a name", `"familyName":"Madhuri"`, `"familyName":"Mad\u2028huri"`, []string{"$.candidate.familyName result.characters"}},
		{"a name of spaces", `"familyName":"Madhuri"`, `"familyName":"  "`, []string{"$.candidate.familyName result.blank"}},
		{"a name of 200 letters beyond ASCII", `"familyName":"Madhuri"`, `"familyName":"` + strings.Repeat("Ж", 200) + `"`, nil},
		{"a name of 201 letters", `"familyName":"Madhuri"`, `"familyName":"` + strings.Repeat("Ж", 201) + `"`, []string{"$.candidate.familyName result.long"}},
		{"the candidate's namesake as assessor", `"name":"Orla Example"`, `"name":"MADHURI"`, []string{"$.assessors[0].name result.assessors.candidate"}},
		{"an officer who is the candidate's namesake", `"name":"Siobhán Sample"`, `"name":"madhuri."`, []string{"$.decision.officer.name result.officer.candidate"}},
		{"the same assessor twice at one method", `"assessors":["assessor-1","assessor-2"],"outcomes"`, `"assessors":["assessor-1","assessor-2","assessor-2"],"outcomes"`, []string{"$.methods[1].assessors[2] result.double"}},
		{"two methods of one id", `"id":"m3","type"`, `"id":"m2","type"`, []string{
			"$.methods[2].id result.double", "$.outcomes[0] result.outcomes.three", "$.outcomes[0].criteria[2].methods[1] result.criterion.method",
		}},
		{"a criterion by no method", `"criterion":"b","met":true,"methods":["m2"]`, `"criterion":"b","met":true,"methods":[]`, []string{"$.outcomes[0].criteria[1].methods result.list.few"}},
		{"a method that judged nothing", `"criterion":"c","met":true,"methods":["m1","m3"]`, `"criterion":"c","met":true,"methods":["m1"]`, []string{
			"$.methods[2].outcomes[0] result.methods.unused", "$.outcomes[0] result.outcomes.three",
		}},
		{"a fourth method of a known type", `"type":"interview"`, `"type":"portfolio"`, []string{"$.methods result.methods.three", "$.outcomes[0] result.outcomes.three"}},
		{"frozen evidence", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root + `","items":7}`, nil},
		{"frozen evidence of the most items", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root + `","items":10000}`, nil},
		{"frozen evidence of too many items", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root + `","items":10001}`, []string{"$.methods[0].evidence.items result.number.range"}},
		{"frozen evidence of no items", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root + `","items":0}`, []string{"$.methods[0].evidence.items result.number.range"}},
		{"frozen evidence of half an item", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root + `","items":1.5}`, []string{"$.methods[0].evidence.items result.number.range"}},
		{"frozen evidence of items in words", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root + `","items":"7"}`, []string{"$.methods[0].evidence.items result.type.number"}},
		{"frozen evidence that is not counted", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root + `"}`, []string{"$.methods[0].evidence.items result.missing"}},
		{"frozen evidence without a root", `"type":"portfolio"`, `"type":"portfolio","evidence":{"items":7}`, []string{"$.methods[0].evidence.root result.missing"}},
		{"a root that is cut", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root[:50] + `","items":7}`, []string{"$.methods[0].evidence.root result.form.root"}},
		{"a root in padding", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root + `=","items":7}`, []string{"$.methods[0].evidence.root result.long"}},
		{"a root of another digest", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"sha-512:` + root[8:] + `","items":7}`, []string{"$.methods[0].evidence.root result.form.root"}},
		{"the root in another spelling", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root[:50] + `F","items":7}`, []string{"$.methods[0].evidence.root result.form.root"}},
		{"the root of nothing", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"sha-256:` + strings.Repeat("A", 43) + `","items":7}`, []string{"$.methods[0].evidence.root result.form.root"}},
		{"an evidence file", `"type":"portfolio"`, `"type":"portfolio","evidence":{"root":"` + root + `","items":7,"files":[]}`, []string{"$.methods[0].evidence.files result.unknown"}},
		{"no evidence by null", `"type":"portfolio"`, `"type":"portfolio","evidence":null`, []string{"$.methods[0].evidence result.type.object"}},
		{"frozen evidence of an interview", `"type":"interview"`, `"type":"interview","evidence":{"root":"` + root + `","items":7}`, []string{"$.methods[2].evidence result.evidence.portfolio"}},
	}
	sch := schema(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data := change(t, "minimal.json", tt.from, tt.to)
			_, err := assessment.ParseResult(data, now)
			if tt.want == nil {
				doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
				if err != nil {
					t.Fatal(err)
				}
				if err := sch.Validate(doc); err != nil {
					t.Errorf("the schema refuses it: %v", err)
				}
			}
			if diff := cmp.Diff(tt.want, keysOf(err)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// A unit of ours that was touched is refused wherever it was touched, and the
// other faults of the file are told as well.
func TestParseResultRefusesTouchedUnit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ from, to, want string }{
		{`"title":{"de":"Licht"`, `"title":{"de":"Licht und Laser"`, "$.unit.title.de"},
		{`"workload":{"hours":100,"illustrative":true}`, `"workload":{"hours":100}`, "$.unit.workload.illustrative"},
		{`"workload":{"hours":100,"illustrative":true}`, `"workload":{"hours":"100","illustrative":true}`, "$.unit.workload.hours"},
		{`"knowledge":{"source":"T"`, `"knowledge":{"source":"T","more":[]`, "$.unit.knowledge.more"},
	} {
		_, err := assessment.ParseResult(change(t, "lighting.json", tt.from, tt.to), now)
		if want := []string{tt.want + " result.unit.differs"}; !slices.Equal(keysOf(err), want) {
			t.Errorf("%s: faults are %v, want %v", tt.to, keysOf(err), want)
		}
	}
}

func TestParseResultIsBounded(t *testing.T) {
	t.Parallel()
	data := change(t, "minimal.json", `"level":{"eqf":3},"decision"`, `"level":{"eqf":3},`+strings.Repeat(" ", 2<<20)+`"decision"`)
	if got := keysOf(second(assessment.ParseResult(data, now))); len(got) != 1 || !strings.HasSuffix(got[0], "result.tooBig") {
		t.Errorf("a file of 2 MB gives %v", got)
	}
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, `"x%d":0,`, i)
	}
	data = change(t, "minimal.json", `"level":{"eqf":3},"decision"`, b.String()+`"level":{"eqf":3},"decision"`)
	got := keysOf(second(assessment.ParseResult(data, now)))
	if len(got) != 201 || got[200] != "$ result.more" {
		t.Errorf("5000 faults give %d items, the last %v", len(got), got[len(got)-1:])
	}
}

func TestLogo(t *testing.T) {
	t.Parallel()
	picture := func(w, h int, write func(io.Writer, image.Image) error) string {
		var b bytes.Buffer
		if err := write(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	jpg := func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }
	good := picture(64, 64, png.Encode)
	for _, tt := range []struct{ name, logo, want string }{
		{"PNG", good, ""},
		{"JPEG", picture(64, 64, jpg), ""},
		{"too small", picture(8, 64, png.Encode), "result.logo.measures"},
		{"too wide", picture(2001, 64, png.Encode), "result.logo.measures"},
		{"too many bytes", good + strings.Repeat("x", 200_000), "result.logo.big"},
		{"far too many bytes", good + strings.Repeat("x", 1_000_000), "result.logo.big"},
		{"something behind the end", good + "<script>", "result.logo.broken"},
		{"a JPEG that ends early", picture(64, 64, jpg)[:400], "result.logo.broken"},
		{"a GIF", "GIF89a", "result.logo.kind"},
	} {
		data := change(t, "minimal.json", `"country":"IE","accreditations"`,
			`"country":"IE","logo":"`+base64.StdEncoding.EncodeToString([]byte(tt.logo))+`","accreditations"`)
		r, err := assessment.ParseResult(data, now)
		var want []string
		if tt.want != "" {
			want = []string{"$.body.logo " + tt.want}
		}
		if !slices.Equal(keysOf(err), want) {
			t.Errorf("%s: faults are %v, want %v", tt.name, keysOf(err), want)
		}
		if err == nil && (string(r.Body.Logo) != tt.logo || !strings.HasPrefix(r.Body.Logo.MediaType(), "image/")) {
			t.Errorf("%s: the picture is changed, or of type %q", tt.name, r.Body.Logo.MediaType())
		}
		list, _ := errors.AsType[fault.List](err)
		for _, it := range list {
			spoken(t, it)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func FuzzParseResult(f *testing.F) {
	for _, pattern := range []string{"*.json", "bad/*.json"} {
		for _, name := range files(f, pattern) {
			f.Add(read(f, name))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := assessment.ParseResult(data, now)
		if err != nil {
			if len(keysOf(err)) == 0 {
				t.Fatalf("no fault is told: %v", err)
			}
			return
		}
		first, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := assessment.ParseResult(first, now)
		if err != nil {
			t.Fatalf("what was printed is refused: %v\n%s", err, first)
		}
		printed, err := again.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, printed) {
			t.Errorf("printing, parsing and printing is not stable:\n%s\n%s", first, printed)
		}
	})
}
