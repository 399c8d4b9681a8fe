package canon_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/probatum/probatum/contexts"
)

// A term is what a context says of a name.
type term struct {
	iri       string
	coerce    string // @type
	container string
	scoped    any // its @context, if it has one
	hasScope  bool
}

// A table is an active context, as far as writing documents needs it.
type table map[string]term

// with adds what a context value says.
func (t table) with(value any) table {
	out := maps.Clone(t)
	switch v := value.(type) {
	case []any:
		for _, c := range v {
			out = out.with(c)
		}
	case map[string]any:
		for name, def := range v {
			if strings.HasPrefix(name, "@") {
				continue
			}
			switch d := def.(type) {
			case nil:
				delete(out, name)
			case string:
				if !strings.HasPrefix(d, "@") && !strings.HasSuffix(d, "#") && !strings.HasSuffix(d, "/") {
					out[name] = term{iri: d}
				}
			case map[string]any:
				var x term
				x.iri, _ = d["@id"].(string)
				x.coerce, _ = d["@type"].(string)
				x.container, _ = d["@container"].(string)
				x.scoped, x.hasScope = d["@context"]
				out[name] = x
			}
		}
	}
	return out
}

// own is a context object of a document's own, as test instances take it: terms
// of every form.
const own = `{
	"@protected": true,
	"plain": "https://example.org/vocab#plain",
	"other": {"@id": "https://example.org/vocab#other"},
	"typed": {"@id": "https://example.org/vocab#typed", "@type": "https://example.org/vocab#code"},
	"count": {"@id": "https://example.org/vocab#count", "@type": "http://www.w3.org/2001/XMLSchema#integer"},
	"weight": {"@id": "https://example.org/vocab#weight", "@type": "http://www.w3.org/2001/XMLSchema#decimal"},
	"length": {"@id": "https://example.org/vocab#length", "@type": "http://www.w3.org/2001/XMLSchema#double"},
	"passed": {"@id": "https://example.org/vocab#passed", "@type": "http://www.w3.org/2001/XMLSchema#boolean"},
	"at": {"@id": "https://example.org/vocab#at", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
	"about": {"@id": "https://example.org/vocab#about", "@type": "@id"},
	"title": {"@id": "https://example.org/vocab#title", "@container": "@language"},
	"steps": {"@id": "https://example.org/vocab#steps", "@container": "@list"},
	"set": {"@id": "https://example.org/vocab#set", "@container": "@set"},
	"scope": {"@id": "https://example.org/vocab#scope", "@type": "@id", "@context": {"within": "https://example.org/vocab#within"}},
	"Thing": {"@id": "https://example.org/vocab#Thing", "@context": {
		"part": {"@id": "https://example.org/vocab#part", "@type": "@id"}, "label": "https://example.org/vocab#label"}}
}`

// lists are the values of @context that documents are made for: those of the
// product, and two with an object.
var lists = []struct {
	contexts []string
	types    []string
	own      bool
}{
	{contexts: []string{contexts.CredentialsV2}, types: []string{"VerifiableCredential"}},
	{contexts: []string{contexts.CredentialsV2, contexts.ELMV1}, types: []string{"VerifiableCredential", "EuropeanDigitalCredential"}},
	{contexts: []string{contexts.CredentialsV2, contexts.OpenBadges303}, types: []string{"VerifiableCredential", "OpenBadgeCredential"}},
	{contexts: []string{contexts.CredentialsV1, contexts.DataIntegrityV2}, types: []string{"VerifiableCredential"}},
	{contexts: []string{contexts.CredentialsV1, contexts.DataIntegrityV1}, types: []string{"VerifiableCredential"}},
	{contexts: []string{contexts.CredentialsV2}, types: []string{"VerifiableCredential"}, own: true},
	{contexts: []string{contexts.CredentialsV1, contexts.DataIntegrityV2}, types: []string{"VerifiableCredential"}, own: true},
}

// clashes tells whether a context defines a term anew that is there already:
// ours are protected all over.
func (t table) clashes(value any) bool {
	for name, x := range (table{}).with(value) {
		old, known := t[name]
		if known && (old.iri != x.iri || old.coerce != x.coerce || old.container != x.container) {
			return true
		}
	}
	return false
}

// A writer makes documents that lose nothing: every name has a meaning, every
// value is there once. The same seed makes the same document.
type writer struct {
	*rand.Rand
	tables   []table
	count    int  // makes texts and ids unlike each other
	size     int  // members that may still be written
	controls bool // the document holds control characters
	graphs   bool // the document holds graphs of VC Data Model 2.0
	own      bool // the document brings a context object
}

// newWriter reads the contexts once.
func newWriter(t testing.TB) *writer {
	t.Helper()
	w := &writer{}
	for _, l := range lists {
		active := table{}
		for _, url := range l.contexts {
			data, ok := contexts.Bytes(url)
			if !ok {
				t.Fatalf("no context %s", url)
			}
			var c map[string]any
			if err := json.Unmarshal(data, &c); err != nil {
				t.Fatalf("%s: %v", url, err)
			}
			active = active.with(c["@context"])
		}
		if l.own {
			var c any
			if err := json.Unmarshal([]byte(own), &c); err != nil {
				t.Fatal(err)
			}
			active = active.with(c)
		}
		w.tables = append(w.tables, active)
	}
	return w
}

// document writes one document.
func (w *writer) document(seed uint64) ([]byte, error) {
	w.Rand = rand.New(rand.NewPCG(seed, 3))
	w.count, w.size, w.controls, w.graphs = 0, 10+w.IntN(60), false, false
	i := w.IntN(len(lists))
	w.own = lists[i].own
	if w.one(8) {
		return json.Marshal(w.presentation(i))
	}
	return json.Marshal(w.credential(i))
}

// one is true once in so many times.
func (w *writer) one(in int) bool { return w.IntN(in) == 0 }

func (w *writer) credential(i int) map[string]any {
	l, active := lists[i], w.tables[i]
	root := map[string]any{"@context": contextValue(i, len(l.contexts)), "type": l.types}
	if !w.one(4) {
		root["id"] = w.iri()
	}
	scope := w.typed(active, l.types)
	w.members(root, active, scope, 2+w.IntN(6), 0)
	if _, done := root["issuer"]; !done {
		root["issuer"] = w.nodes(active, scope["issuer"], 1)
	}
	root["credentialSubject"] = w.several(func() any { return w.node(active, 1) })
	return root
}

// contextValue gives the first so many contexts of a list, with its object.
func contextValue(i, n int) []any {
	value := make([]any, 0, n+1)
	for _, url := range lists[i].contexts[:n] {
		value = append(value, url)
	}
	if lists[i].own {
		value = append(value, json.RawMessage(own))
	}
	return value
}

// presentation writes a presentation under a list, and credentials in it under
// lists that go with it: of data model 2.0 any, of 1.1 the same one.
func (w *writer) presentation(i int) map[string]any {
	version, n := lists[i].contexts[0], len(lists[i].contexts)
	if version == contexts.CredentialsV2 {
		n = 1
	}
	root := map[string]any{"@context": contextValue(i, n), "type": []string{"VerifiablePresentation"}}
	if !w.one(3) {
		root["id"] = w.iri()
	}
	if !w.one(3) {
		root["holder"] = w.iri()
	}
	credentials := make([]any, 0, 2)
	for range w.IntN(3) {
		k := i
		if version == contexts.CredentialsV2 && !lists[i].own {
			k = w.IntN(3)
		}
		credentials = append(credentials, w.credential(k))
	}
	if len(credentials) > 0 {
		root["verifiableCredential"] = credentials
		w.graphs = version == contexts.CredentialsV2
	}
	return root
}

// typed adds the scoped contexts of the types.
func (w *writer) typed(active table, types []string) table {
	scope := active
	for _, name := range slices.Sorted(slices.Values(types)) {
		if c := active[name]; c.hasScope {
			scope = scope.with(c.scoped)
		}
	}
	return scope
}

// isClass tells types from properties: our contexts write them in upper case.
// Those of proofs are left out: a proof is never canonicalised with a document.
func isClass(name string) bool {
	return 'A' <= name[0] && name[0] <= 'Z' && !strings.Contains(name, "Signature") && !strings.HasPrefix(name, "Verifiable") &&
		!strings.HasPrefix(name, "Enveloped") && !strings.HasSuffix(name, "Proof")
}

// node writes a node object under an active context.
func (w *writer) node(active table, depth int) map[string]any {
	node := make(map[string]any)
	if !w.one(3) {
		node["id"] = w.iri()
	}
	var types []string
	classes := w.named(active, func(name string) bool { return isClass(name) && !active.clashes(active[name].scoped) })
	if len(classes) > 0 && !w.one(3) {
		types = append(types, classes[w.IntN(len(classes))])
	}
	if w.one(4) {
		types = append(types, w.iri())
	}
	switch {
	case len(types) == 1 && w.one(2):
		node["type"] = types[0]
	case len(types) > 0:
		node["type"] = types
	}
	empty := len(node)
	w.members(node, active, w.typed(active, types), 1+w.IntN(5), depth)
	if len(node) == empty && len(types) == 0 { // nothing but an id is no object
		node["type"] = w.iri()
	}
	return node
}

// named gives the names that fit, in order.
func (w *writer) named(t table, fits func(string) bool) []string {
	names := make([]string, 0, len(t))
	for _, name := range slices.Sorted(maps.Keys(t)) {
		if fits(name) {
			names = append(names, name)
		}
	}
	return names
}

// members adds up to n members to a node, one at least where there is a term for
// it. The names come from scope, what the types of the node add included; for the nodes below, active
// counts again (JSON-LD 1.1, 4.1.9).
func (w *writer) members(node map[string]any, active, scope table, n, depth int) {
	properties := w.named(scope, func(name string) bool {
		t := scope[name]
		return 'a' <= name[0] && name[0] <= 'z' && t.container != "@graph" && t.coerce != "@json" && t.coerce != "@vocab" && name != "credentialSubject"
	})
	if len(properties) == 0 {
		return
	}
	for range n {
		w.size--
		name := properties[w.IntN(len(properties))]
		if _, done := node[name]; !done {
			node[name] = w.value(active, scope[name], depth)
		}
	}
}

// value writes a value as the term wants it.
func (w *writer) value(active table, t term, depth int) any {
	switch {
	case t.container == "@language":
		return w.languages()
	case t.container == "@list":
		all := make([]any, 1+w.IntN(4))
		for i := range all {
			all[i] = w.text()
		}
		if len(all) > 1 && w.one(2) {
			all[1] = all[0] // a list may say a thing twice
		}
		return all
	case t.coerce == "@id":
		return w.nodes(active, t, depth)
	case t.coerce != "":
		return w.several(func() any { return w.literal(t.coerce) })
	}
	if t.hasScope {
		return w.nodes(active, t, depth)
	}
	return w.plain(active, t, depth)
}

// plain writes a value for a term that says nothing of it.
func (w *writer) plain(active table, t term, depth int) any {
	if depth < 4 && w.size > 0 && w.one(4) {
		return w.nodes(active, t, depth)
	}
	return w.several(w.unforced)
}

// unforced writes a string, a number, a truth value, a string in a language or a
// literal of some type.
func (w *writer) unforced() any {
	switch w.IntN(9) {
	case 0:
		return w.integer()
	case 1:
		return w.decimal()
	case 2:
		return w.one(2)
	case 3, 4:
		return map[string]any{"@value": w.text(), "@language": w.language()}
	case 5:
		return map[string]any{"@value": w.text(), "@type": fmt.Sprintf("https://example.org/type%d", w.IntN(3))}
	}
	return w.text()
}

// several gives one value, or a few that differ.
func (w *writer) several(one func() any) any {
	first := one()
	if !w.one(4) {
		return first
	}
	all := []any{first}
	for range 1 + w.IntN(3) {
		v := one()
		if !slices.ContainsFunc(all, func(a any) bool { return fmt.Sprint(a) == fmt.Sprint(v) }) {
			all = append(all, v)
		}
	}
	return all
}

// nodes writes references and node objects.
func (w *writer) nodes(active table, t term, depth int) any {
	inside := active
	if t.hasScope {
		inside = active.with(t.scoped)
	}
	return w.several(func() any {
		if t.coerce == "@id" && (depth >= 4 || w.size <= 0 || w.one(3)) {
			return w.iri()
		}
		return w.node(inside, depth+1)
	})
}

// literal writes a value of a datatype.
func (w *writer) literal(datatype string) any {
	switch datatype[strings.LastIndexAny(datatype, "#:")+1:] {
	case "integer", "nonNegativeInteger", "positiveInteger":
		return w.integer()
	case "decimal", "double", "float":
		return w.decimal()
	case "boolean":
		return w.one(2)
	case "dateTime":
		return fmt.Sprintf("20%02d-%02d-%02dT%02d:%02d:%02dZ", w.IntN(100), 1+w.IntN(12), 1+w.IntN(28), w.IntN(24), w.IntN(60), w.IntN(60))
	case "date":
		return fmt.Sprintf("20%02d-%02d-%02d", w.IntN(100), 1+w.IntN(12), 1+w.IntN(28))
	case "duration":
		return fmt.Sprintf("P%dD", 1+w.IntN(400))
	case "anyURI":
		return w.iri()
	}
	return w.text()
}

func (w *writer) integer() json.Number {
	w.count++
	return json.Number(strconv.Itoa(w.count + w.IntN(4)*1_000_000_007))
}

func (w *writer) decimal() json.Number {
	w.count++
	return json.Number(fmt.Sprintf("%d.%d", w.IntN(1000), 10*w.count+5))
}

// languages writes a language map.
func (w *writer) languages() map[string]any {
	all := make(map[string]any)
	for range 1 + w.IntN(3) {
		all[w.language()] = w.several(func() any { return w.text() })
	}
	return all
}

func (w *writer) language() string {
	return []string{"en", "fr", "de", "ar", "he", "ja", "de-at", "zh-hant", "en-gb-oxendict", "de-CH", "sr-Latn-RS"}[w.IntN(11)]
}

// iri writes an id that no other place has.
func (w *writer) iri() string {
	w.count++
	return fmt.Sprintf([]string{
		"https://example.org/%d", "urn:uuid:00000000-0000-4000-8000-%012d", "did:example:%d#key", "https://example.org/é/مدرسة/%d?q=a&b=%%20", "mailto:a%d@example.org",
	}[w.IntN(5)], w.count)
}

// scripts are what texts are made of.
var scripts = []string{
	"Lighting and sound", "\"quoted\" \\back\\slash", "line\nbreak\r\n\ttab", "Érudit Straße Žižka", "Ελλάδα Україна",
	"שלום עולם", "مهندس الإضاءة", "a\u200fb\u202ec\u2066d\u2069", "照明技師", "👩🏽‍🔧🎭🎚️", "𝔏𝔦𝔤𝔥𝔱 𐍈 𠜎",
	"e\u0301 \u0327", "\u2028\u2029\u00a0\ufeff", "<script>&amp;</script>", "ﷺ ﬁ Ａ \ufffd", "\u0080\u009f", "_:b0 <a> .", "'single'",
}

// text writes a text that no other place has. Texts differ before any character
// beyond ASCII: jsonld.js sorts by UTF-16 units, RDFC-1.0 by code points, and
// astral characters would come before some that have lower code points.
func (w *writer) text() string {
	w.count++
	s := fmt.Sprintf("%d %s", w.count, scripts[w.IntN(len(scripts))])
	if w.one(3) {
		s += scripts[w.IntN(len(scripts))]
	}
	if w.one(80) {
		w.controls = true
		s += string([]rune{rune(w.IntN(0x20)), 0x7f, '\b', '\f'}[w.IntN(4)])
	}
	return s
}
