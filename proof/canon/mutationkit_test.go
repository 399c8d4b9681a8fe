package canon_test

import (
	"bytes"
	"crypto"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/proof/canon"
)

// inlineContexts are contexts that take what the documents here hold.
var inlineContexts = sync.OnceValue(func() *canon.Contexts {
	c, err := canon.NewContexts(canon.ContextsConfig{AnyList: true, Inline: true})
	if err != nil {
		panic(err)
	}
	return c
})

// documentTexts gives the documents of this folder, and the credential of the
// reference data where it is there.
func documentTexts(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "documents", "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents in testdata: %v", err)
	}
	all := map[string][]byte{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".json")] = data
	}
	return all
}

// parsed reads JSON, numbers as they are written.
func parsedJSON(t testing.TB, data []byte) any {
	t.Helper()
	v, err := decoded(data)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func decoded(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

func written(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func cloned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = cloned(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = cloned(x)
		}
		return out
	}
	return v
}

// freeForm writes a document so that only what may differ freely is gone.
func freeForm(v any, under string) string {
	switch v := v.(type) {
	case map[string]any:
		if id, ok := v["id"].(string); ok && len(v) == 1 && (under == "issuer" || under == "holder") {
			return freeForm(id, under)
		}
		if under == "name" || under == "description" {
			v = maps.Clone(v)
			if _, directed := v["@direction"]; directed && len(v) == 2 && v["@value"] != nil {
				return freeForm(v["@value"], under)
			}
			delete(v, "@direction")
		}
		var b strings.Builder
		b.WriteByte('{')
		for _, k := range slices.Sorted(maps.Keys(v)) {
			inner := k
			if under == "jsonSchema" || under == "data" {
				inner = under
			}
			fmt.Fprintf(&b, "%q:%s,", k, freeForm(v[k], inner))
		}
		b.WriteByte('}')
		return b.String()
	case []any:
		ordered := under == "@context" || under == "allowedValue" || under == "points"
		exact := under == "jsonSchema" || under == "data"
		items := make([]string, len(v))
		for i, x := range v {
			inner := under
			if ordered {
				inner = ""
			}
			items[i] = freeForm(x, inner)
		}
		if len(items) == 1 && !exact {
			return items[0]
		}
		if !ordered && !exact {
			slices.Sort(items)
		}
		return "[" + strings.Join(items, ",") + "]"
	case string:
		if v == "AchievementCredential" {
			v = "OpenBadgeCredential"
		}
		return strconv.Quote(v)
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

// form gives the canonical form, or an error for a refusal.
func form(t testing.TB, p *canon.Processor, doc []byte) (string, error) {
	t.Helper()
	d, err := p.Dataset(t.Context(), doc)
	if err != nil {
		return "", err
	}
	c, err := d.Canonicalize(t.Context(), crypto.SHA256)
	if err != nil {
		return "", err
	}
	return string(c.Text()), nil
}

// An original is a document that is changed.
type original struct {
	name  string
	value any
	form  string
	free  string
}

func originals(t testing.TB, p *canon.Processor) []original {
	t.Helper()
	var all []original
	for name, doc := range documentTexts(t) {
		f, err := form(t, p, doc)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		v := parsedJSON(t, doc)
		all = append(all, original{name, v, f, freeForm(v, "")})
	}
	slices.SortFunc(all, func(a, b original) int { return strings.Compare(a.name, b.name) })
	return all
}

// check holds the promise for a changed document. It tells whether it passed the
// gate.
func (o *original) check(t testing.TB, p *canon.Processor, changed any, how string) bool {
	t.Helper()
	return o.checkText(t, p, written(changed), how)
}

func (o *original) checkText(t testing.TB, p *canon.Processor, doc []byte, how string) bool {
	t.Helper()
	f, err := form(t, p, doc)
	if err != nil {
		return false
	}
	if f != o.form {
		return true
	}
	v, err := decoded(doc)
	if err != nil || freeForm(v, "") != o.free {
		t.Errorf("%s: %s: another document with the same canonical form:\n%s", o.name, how, doc)
	}
	return true
}

// A spot is a place in a document.
type spot struct {
	path   string
	holder any // the map or slice that holds the value
	key    string
	index  int
}

func (s spot) value() any {
	if m, ok := s.holder.(map[string]any); ok {
		return m[s.key]
	}
	return s.holder.([]any)[s.index]
}

func (s spot) set(v any) {
	if m, ok := s.holder.(map[string]any); ok {
		m[s.key] = v
		return
	}
	s.holder.([]any)[s.index] = v
}

// spots gives every place below v, @context of the document aside: what stands
// there decides what it means, and is covered by other tests.
func spots(v any, path string) []spot {
	var all []spot
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if k == "@context" {
				continue
			}
			at := path + "/" + k
			all = append(all, spot{at, v, k, 0})
			all = append(all, spots(v[k], at)...)
		}
	case []any:
		for i := range v {
			at := path + "/" + strconv.Itoa(i)
			all = append(all, spot{at, v, "", i})
			all = append(all, spots(v[i], at)...)
		}
	}
	return all
}

// meanings are the IRIs of the terms of the contexts, and the terms of each IRI.
var meanings = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			for k, x := range v {
				switch x := x.(type) {
				case string:
					m[k] = append(m[k], x)
				case map[string]any:
					if id, ok := x["@id"].(string); ok {
						m[k] = append(m[k], id)
					}
					walk(x["@context"])
				}
			}
		}
	}
	for _, pin := range contexts.Pins() {
		data, _ := contexts.Bytes(pin.URL)
		var doc map[string]any
		if err := json.Unmarshal(data, &doc); err != nil {
			panic(err)
		}
		walk(doc["@context"])
	}
	return m
})

const xsdType = "http://www.w3.org/2001/XMLSchema#"

// others gives other values in place of one.
func others(v any) map[string]any {
	m := map[string]any{
		"null": nil, "empty list": []any{}, "empty object": map[string]any{}, "twice": []any{v, v},
		"in two lists": []any{[]any{v}}, "a set": map[string]any{"@set": []any{v}}, "a list": map[string]any{"@list": []any{v}},
		"a value": map[string]any{"@value": v}, "with null": []any{v, nil}, "with an empty object": []any{v, map[string]any{}},
		"a graph": map[string]any{"@graph": []any{v}}, "no language": map[string]any{"@none": v},
		"included": map[string]any{"@included": []any{v}}, "list of one": []any{v},
		"indexed": map[string]any{"@value": v, "@index": "x"}, "directed": map[string]any{"@value": v, "@direction": "rtl"},
		"a language": map[string]any{"@value": v, "@language": "en"}, "a language map": map[string]any{"en": v},
		"JSON": map[string]any{"@value": v, "@type": "@json"},
	}
	for _, datatype := range []string{"string", "integer", "boolean", "dateTime", "double", "decimal", "anyURI"} {
		m["typed "+datatype] = map[string]any{"@value": v, "@type": xsdType + datatype}
	}
	switch v := v.(type) {
	case string:
		m["an id"] = map[string]any{"id": v}
		m["an @id"] = map[string]any{"@id": v}
		m["upper"], m["lower"], m["empty"] = strings.ToUpper(v), strings.ToLower(v), ""
		for name, s := range map[string]string{
			"longer": v + "x", "space": v + " ", "before": " " + v, "slash": v + "/", "hash": v + "#", "percent": v + "%",
			"escaped": v + "%20", "NUL": v + "\x00", "mark": v + "\u200e", "noncharacter": v + "\ufffe", "newline": v + "\n",
			"dot": strings.Replace(v, "//", "//./", 1), "port": strings.Replace(v, "example.org", "example.org:443", 1),
			"blank": "_:" + v, "keyword": "@" + v, "scheme": strings.Replace(v, "http:", "https:", 1),
		} {
			m[name] = s
		}
		for _, i := range []int{0, len(v) / 2, len(v) - 1} {
			if i >= 0 && i < len(v) && v[i] < 0x80 {
				m["flip "+strconv.Itoa(i)] = v[:i] + string(v[i]^1) + v[i+1:]
			}
		}
		if n, err := strconv.ParseFloat(v, 64); err == nil && json.Valid([]byte(v)) {
			m["number"] = json.Number(v)
			m["minus"] = -n
		}
		m["true"], m["one"] = true, 1
		for i, iri := range meanings()[v] {
			m["meaning "+strconv.Itoa(i)] = iri
		}
		for term, iris := range meanings() {
			for _, iri := range iris {
				if iri == v {
					m["term "+term] = term
				}
				if rest, ok := strings.CutPrefix(v, iri); ok && rest != "" {
					m["compact "+term] = term + ":" + rest
				}
			}
		}
	case json.Number:
		m["text"] = v.String()
		f, _ := v.Float64()
		m["more"], m["ten"], m["negative"] = f+1, f*10, -f
		m["fraction"] = json.Number(v.String() + "0000000000000000001")
		m["canonical"] = map[string]any{"@value": v.String(), "@type": xsdType + "integer"}
		m["lexical"] = strconv.FormatFloat(f, 'E', -1, 64)
	case bool:
		m["not"], m["text"], m["one"] = !v, strconv.FormatBool(v), 1
	case map[string]any:
		if id, ok := v["id"]; ok {
			m["only its id"] = id
			m["only an object of its id"] = map[string]any{"id": id}
			m["and its id"] = []any{v, id}
			m["twice, one bare"] = []any{v, map[string]any{"id": id}}
		}
		for k, x := range v {
			m["only "+k] = x
		}
	}
	return m
}

// added gives members that are added to an object.
func added() map[string]any {
	m := map[string]any{
		"finalGrade": "x", "": "x", "_:b": "x", "https://example.org/p": "x", "schema:name": "x", "__proto__": "x", "constructor": "x",
		"@context": []any{contexts.CredentialsV2}, "@id": "urn:x:y", "@type": "urn:x:y", "@index": "x", "@graph": []any{map[string]any{"name": "x"}},
		"@included": []any{map[string]any{"name": "x"}}, "@nest": map[string]any{"name": "x"}, "@reverse": map[string]any{"name": map[string]any{"id": "urn:x:y"}},
		"@set": []any{"x"}, "@list": []any{"x"}, "@value": "x", "@language": "en", "@direction": "ltr", "@none": "x", "@json": "x",
		"@vocab": "urn:x:", "@base": "urn:x:", "@unknown": "x", "@version": 1.1, "@import": "x", "@protected": true,
		"id": "urn:x:y", "type": "https://example.org/T", "https://schema.org/name": "x",
		"http://www.w3.org/1999/02/22-rdf-syntax-ns#type": map[string]any{"id": "urn:x:y"},
	}
	for _, term := range []string{"name", "description", "title", "issuer", "hasPart", "evidence", "image", "criteria", "proof", "holder", "url", "weight"} {
		m[term] = "x"
	}
	return m
}
