package elm_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/testkit"
)

var everyCase = flag.Bool("shacl.all", false, "compare every mutation with the official shapes, not a selection")

// A shaclCase is a document and what it is checked against.
type shaclCase struct {
	Name     string   `json:"name"`
	Doc      any      `json:"doc"`
	State    string   `json:"state,omitempty"`
	Profiles []string `json:"profiles,omitempty"`
}

// TestAgainstShapes compares Check with an independent validator over the
// official shapes, on the official sample and on what becomes of it when its
// properties are dropped, doubled or changed one at a time. Both must break
// the same rules at the same objects.
func TestAgainstShapes(t *testing.T) {
	t.Parallel()
	cases := shaclCases(t, *everyCase)
	answers := runShapes(t, cases)
	conforming, senseless := 0, 0
	for _, c := range cases {
		doc, err := json.Marshal(c.Doc)
		if err != nil {
			t.Fatal(err)
		}
		answer, ok := answers[c.Name]
		if !ok {
			t.Errorf("%s: no answer", c.Name)
			continue
		}
		findings := elm.Check(doc, elm.Options{Strict31: c.State == "3.1"})
		ours := map[string]bool{}
		for _, f := range findings {
			parts := strings.Split(f.Rule, "/")
			if parts[0] == "document" {
				ours[f.Rule] = true
				continue
			}
			ours[f.Node+" "+parts[len(parts)-2]+" "+parts[len(parts)-1]] = true
		}
		if answer.Error != "" {
			senseless++
			if len(ours) == 0 {
				t.Errorf("%s: conforms, but the other validator says: %s", c.Name, answer.Error)
			}
			continue
		}
		if answer.Conforms {
			conforming++
		}
		theirs := map[string]bool{}
		for _, v := range answer.Violations {
			theirs[v.Focus+" "+compact(v.Path)+" "+v.Component] = true
		}
		// Ours alone: documents that have no one meaning, and dates that no
		// calendar has.
		for rule := range ours {
			if strings.HasPrefix(rule, "document/") {
				delete(ours, rule)
			}
		}
		if d := cmp.Diff(slices.Sorted(maps.Keys(theirs)), slices.Sorted(maps.Keys(ours))); d != "" {
			t.Errorf("%s: findings differ (-shapes +ours):\n%s", c.Name, d)
		}
	}
	t.Logf("%d documents compared: %d conform, %d do not, %d have no meaning", len(cases), conforming, len(cases)-conforming-senseless, senseless)
	if conforming < 20 || len(cases)-conforming-senseless < 60 {
		t.Error("too few documents of either kind: the comparison proves little")
	}
}

type shaclAnswer struct {
	Name       string
	Conforms   bool
	Error      string
	Violations []struct{ Focus, Path, Component, Message string }
}

func runShapes(t *testing.T, cases []shaclCase) map[string]shaclAnswer {
	t.Helper()
	testkit.Reference(t) // the script finds it as we do
	interop, err := filepath.Abs("../interop")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(interop, "node_modules", "rdf-validate-shacl")); err != nil {
		testkit.Skip(t, "interop/node_modules is missing: no SHACL validator")
	}
	var in bytes.Buffer
	for _, c := range cases {
		line, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.CommandContext(t.Context(), "node", "shacl.mjs")
	cmd.Dir, cmd.Stdin = interop, &in
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("running the SHACL validator: %v\n%s", err, stderr.Bytes())
	}
	answers := map[string]shaclAnswer{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var a shaclAnswer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatalf("%v: %.200s", err, lines.Bytes())
		}
		answers[a.Name] = a
	}
	return answers
}

var prefixes = map[string]string{
	"http://data.europa.eu/snb/model/elm/": "elm:",
	"https://www.w3.org/2018/credentials#": "cred:",
	"https://w3id.org/security#":           "sec:",
	"http://www.w3.org/ns/adms#":           "adms:",
	"http://purl.org/dc/terms/":            "dc:",
	"http://xmlns.com/foaf/0.1/":           "foaf:",
	"http://www.w3.org/ns/org#":            "org:",
	"http://www.w3.org/ns/regorg#":         "rov:",
	"http://www.w3.org/2004/02/skos/core#": "skos:",
	"http://www.w3.org/ns/person#":         "person:",
	"http://www.w3.org/ns/locn#":           "locn:",
	"http://data.europa.eu/m8g/":           "m8g:",
}

func compact(iri string) string {
	for long, short := range prefixes {
		if rest, ok := strings.CutPrefix(iri, long); ok {
			return short + rest
		}
	}
	return iri
}

// shaclCases makes the documents: all, or a selection that has every kind of
// change.
func shaclCases(t *testing.T, all bool) []shaclCase {
	t.Helper()
	doc := shorten(tree(t, sample(t)))
	cases := []shaclCase{
		{Name: "as it is", Doc: doc},
		{Name: "as it is, 3.1", Doc: doc, State: "3.1"},
	}
	for _, p := range []string{"accredited", "issued-by-mandate", "converted", "diploma-supplement"} {
		d := clone(t, doc).(map[string]any)
		d["credentialSchema"].(map[string]any)["id"] = "http://data.europa.eu/snb/model/ap/edc-" + p
		cases = append(cases, shaclCase{Name: "as " + p, Doc: d, Profiles: []string{p}})
	}
	variants := []shaclCase{
		{State: "3.1"}, {Profiles: []string{"accredited"}}, {Profiles: []string{"issued-by-mandate"}},
		{Profiles: []string{"converted"}}, {Profiles: []string{"diploma-supplement"}}, {State: "3.1", Profiles: []string{"diploma-supplement"}},
	}
	number := 0
	// 29 shares no factor with the number of changes, so all kinds come.
	pick := func() bool { number++; return all || number%29 == 0 }
	for i, m := range mutations(t, doc, pick) {
		cases = append(cases, m)
		// Each also under other rules, in turn.
		v := variants[i/5%len(variants)]
		d := clone(t, m.Doc).(map[string]any)
		schema, ok := d["credentialSchema"].(map[string]any)
		if i%5 != 0 || !ok {
			continue
		}
		if len(v.Profiles) > 0 {
			schema["id"] = "http://data.europa.eu/snb/model/ap/edc-" + v.Profiles[0]
		}
		v.Name, v.Doc = fmt.Sprintf("%s; %s %s", m.Name, v.State, v.Profiles), d
		cases = append(cases, v)
	}
	return cases
}

// shorten cuts pictures, which only cost time.
func shorten(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = shorten(x)
		}
	case []any:
		for i, x := range v {
			v[i] = shorten(x)
		}
	case string:
		if len(v) > 500 {
			return v[:40]
		}
	}
	return v
}

func clone(t *testing.T, v any) any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return tree(t, data)
}

// A change alters a member of an object.
type change struct {
	name string
	do   func(object map[string]any, member string)
}

var changes = []change{
	{"drop", func(o map[string]any, m string) { delete(o, m) }},
	{"null", func(o map[string]any, m string) { o[m] = nil }},
	{"empty list", func(o map[string]any, m string) { o[m] = []any{} }},
	{"same twice", func(o map[string]any, m string) { o[m] = []any{o[m], o[m]} }},
	{"two values", func(o map[string]any, m string) { o[m] = []any{o[m], other(o[m])} }},
	{"text", func(o map[string]any, m string) { o[m] = "a text" }},
	{"link", func(o map[string]any, m string) { o[m] = "urn:example:elsewhere" }},
	{"number", func(o map[string]any, m string) { o[m] = 7 }},
	{"fraction", func(o map[string]any, m string) { o[m] = -2.5 }},
	{"truth", func(o map[string]any, m string) { o[m] = true }},
	{"language map", func(o map[string]any, m string) { o[m] = map[string]any{"en": []any{"one", "two"}, "de": "eins"} }},
	{"empty object", func(o map[string]any, m string) { o[m] = map[string]any{} }},
	{"typed literal", func(o map[string]any, m string) { o[m] = map[string]any{"@value": "1", "@type": "xsd:positiveInteger"} }},
	{"literal with language", func(o map[string]any, m string) { o[m] = map[string]any{"@value": "x", "@language": "EN"} }},
	{"person", func(o map[string]any, m string) { o[m] = map[string]any{"type": "Person", "id": "urn:example:p"} }},
	{"agent", func(o map[string]any, m string) { o[m] = map[string]any{"type": "Agent"} }},
	{"other class", func(o map[string]any, m string) {
		if v, ok := o[m].(map[string]any); ok && v["type"] != nil {
			v["type"] = "Note"
		}
	}},
	{"more classes", func(o map[string]any, m string) {
		if v, ok := o[m].(map[string]any); ok && v["type"] != nil {
			v["type"] = []any{v["type"], "Claim", "Unheard"}
		}
	}},
	{"no class", func(o map[string]any, m string) {
		if v, ok := o[m].(map[string]any); ok {
			delete(v, "type")
		}
	}},
	{"no id", func(o map[string]any, m string) {
		if v, ok := o[m].(map[string]any); ok {
			delete(v, "id")
		}
	}},
	{"no scheme", func(o map[string]any, m string) {
		if v, ok := o[m].(map[string]any); ok {
			delete(v, "inScheme")
		}
	}},
	{"other scheme", func(o map[string]any, m string) {
		if v, ok := o[m].(map[string]any); ok && v["inScheme"] != nil {
			v["id"] = "urn:example:concept"
			v["inScheme"] = map[string]any{"id": "urn:example:scheme", "type": "ConceptScheme"}
		}
	}},
	{"scheme without class", func(o map[string]any, m string) {
		if v, ok := o[m].(map[string]any); ok && v["inScheme"] != nil {
			v["id"] = "urn:example:concept"
			v["inScheme"] = map[string]any{"id": "urn:example:scheme"}
		}
	}},
}

// other makes another value of the same sort.
func other(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if v["type"] == nil {
			return map[string]any{"fr": "autre"}
		}
		d := maps.Clone(v)
		d["id"] = "urn:example:other"
		return d
	case []any:
		return other(v[0])
	case string:
		return v + "1"
	case float64:
		return v + 1
	}
	return "other"
}

// mutations applies every change to every property of every class that the
// document uses, once in the first such object alone and, where the object is
// repeated, once in all copies of it, as far as pick wants it.
func mutations(t *testing.T, doc any, pick func() bool) []shaclCase {
	t.Helper()
	type spot struct {
		object []any // steps to the object
		member string
	}
	var spots []spot
	seen := map[string]bool{}
	var walk func(v any, steps []any)
	walk = func(v any, steps []any) {
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				if name := fmt.Sprint(v["type"], ".", k); v["type"] != nil && k != "@context" && !seen[name] {
					seen[name] = true
					spots = append(spots, spot{slices.Clone(steps), k})
				}
				walk(v[k], append(steps, k))
			}
		case []any:
			for i, x := range v {
				walk(x, append(steps, i))
			}
		}
	}
	walk(doc, nil)

	var all []shaclCase
	for _, s := range spots {
		for _, c := range changes {
			for _, everywhere := range []bool{false, true} {
				if !pick() {
					continue
				}
				d := clone(t, doc)
				o := d
				for _, st := range s.object {
					switch st := st.(type) {
					case string:
						o = o.(map[string]any)[st]
					case int:
						o = o.([]any)[st]
					}
				}
				object := o.(map[string]any)
				name := fmt.Sprintf("%v.%s: %s", object["type"], s.member, c.name)
				before := clone(t, d)
				if everywhere {
					name += ", in all copies"
					id := object["id"]
					n := 0
					eachObject(d, func(o map[string]any) {
						if o["id"] == id && o[s.member] != nil {
							n++
							c.do(o, s.member)
						}
					})
					if n < 2 {
						continue
					}
				} else {
					c.do(object, s.member)
				}
				if reflect.DeepEqual(before, d) {
					continue
				}
				all = append(all, shaclCase{Name: name, Doc: d})
			}
		}
	}
	return all
}

func eachObject(v any, f func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			eachObject(v[k], f)
		}
		f(v)
	case []any:
		for _, x := range v {
			eachObject(x, f)
		}
	}
}
