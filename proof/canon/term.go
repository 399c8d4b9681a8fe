package canon

import (
	"errors"
	"fmt"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
)

// A coercion is what a term makes of a string that stands under it.
type coercion int

// The coercions of JSON-LD 1.1, 4.2.3; plain is none at all.
const (
	plain coercion = iota
	toIRI
	toVocab
	toJSON
	toDatatype
)

// A term is what a name means in one place (JSON-LD 1.1, 9.15.1). It never
// changes.
type term struct {
	name     string
	iri      string // absolute, or a keyword; empty for a name that has no meaning
	coercion coercion
	datatype string

	list, graph, byLanguage bool // @container; @set has no meaning in RDF

	scope     *strictjson.Value // a context of its own for what stands under it; nil if none
	protected bool
	prefix    bool // may begin a compact IRI
	synonym   bool // its context says that it is another word for a term
	odd       bool // uses what no document may use here: see oddities
}

// A table tells what the names mean in one place: an active context of JSON-LD.
// It stands upon another that it only adds to, and never changes once it is
// made: many may read it at once.
type table struct {
	under    *table
	terms    map[string]*term
	byIRI    map[string][]*term
	vocab    string
	previous *table // what holds again in the nodes inside: this one came with a type
	guarded  bool   // a term is protected
	size     int    // terms, those under it included
}

// on begins a table that says the same as t.
func (t *table) on() *table {
	return &table{
		under: t, vocab: t.vocab, previous: t.previous, guarded: t.guarded, size: t.size,
		terms: map[string]*term{}, byIRI: map[string][]*term{},
	}
}

// lookup gives the term of a name, or nil.
func (t *table) lookup(name string) *term {
	for ; t != nil; t = t.under {
		if found, ok := t.terms[name]; ok {
			return found
		}
	}
	return nil
}

// named gives the terms that mean an IRI or a keyword.
func (t *table) named(iri string) []*term {
	var found []*term
	for layer := t; layer != nil; layer = layer.under {
		for _, m := range layer.byIRI[iri] {
			if t.lookup(m.name) == m {
				found = append(found, m)
			}
		}
	}
	return found
}

// spelling gives the one name under which a keyword may stand in a document:
// its alias where it has one, "id" and "type" before others.
func (t *table) spelling(keyword string) string {
	best := ""
	for _, m := range t.named(keyword) {
		if m.name == keyword[1:] {
			return m.name
		}
		if best == "" || m.name < best {
			best = m.name
		}
	}
	if best == "" {
		return keyword
	}
	return best
}

func (t *table) put(m *term) {
	if t.under.lookup(m.name) == nil {
		t.size++
	}
	t.terms[m.name] = m
	t.guarded = t.guarded || m.protected
	if m.iri != "" {
		t.byIRI[m.iri] = append(t.byIRI[m.iri], m)
	}
}

// expand gives the IRI or keyword that a text stands for, or nothing (JSON-LD
// 1.1 API, 5.2, with no base). A text that has no meaning but could be relative
// to a base comes back as it is.
func (t *table) expand(text string, vocab bool) string {
	switch {
	case isKeyword(text):
		return text
	case likeKeyword(text):
		return ""
	}
	if m := t.lookup(text); m != nil && vocab {
		return m.iri
	}
	if i := strings.IndexByte(text, ':'); i > 0 {
		prefix, rest := text[:i], text[i+1:]
		if prefix == "_" || strings.HasPrefix(rest, "//") {
			return text
		}
		if m := t.lookup(prefix); m != nil && m.prefix {
			return m.iri + rest
		}
		return text
	}
	if vocab && t.vocab != "" {
		return t.vocab + text
	}
	return text
}

// isKeyword tells whether s is a keyword of JSON-LD 1.1 (1.7) or of framing.
func isKeyword(s string) bool {
	switch s {
	case "@base", "@container", "@context", "@direction", "@graph", "@id", "@import", "@included", "@index",
		"@json", "@language", "@list", "@nest", "@none", "@prefix", "@propagate", "@protected", "@reverse",
		"@set", "@type", "@value", "@version", "@vocab",
		"@always", "@default", "@embed", "@explicit", "@first", "@last", "@never", "@null", "@omitDefault",
		"@once", "@preserve", "@requireAll":
		return true
	}
	return false
}

// likeKeyword tells whether s has the form of a keyword; such a name means
// nothing and is kept for future use (JSON-LD 1.1, 1.7).
func likeKeyword(s string) bool {
	if len(s) < 2 || s[0] != '@' {
		return false
	}
	for _, c := range []byte(s[1:]) {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return false
		}
	}
	return true
}

// errContext is the cause of a refused context; the text says what is wrong.
type errContext struct{ name, msg string }

func (e *errContext) Error() string { return fmt.Sprintf("context term %q: %s", e.name, e.msg) }

var (
	errNullified = errors.New("a context with protected terms is set to null")
	errLocal     = errors.New("a context is neither an object nor a known URL")
	errTooDeep   = errors.New("contexts that name each other")
	errFeature   = errors.New("a context uses a keyword that is not supported")
)

// A scoping is how a local context is put upon an active one (JSON-LD 1.1 API,
// 4.1).
type scoping struct {
	override bool // it belongs to a property: may say protected terms anew
	typed    bool // it belongs to a type: ends where the next node begins
	depth    int
}

// extend puts a local context upon a table.
func (c *Contexts) extend(active *table, local *strictjson.Value, how scoping) (*table, error) {
	if how.depth > maxInclusion {
		return nil, errTooDeep
	}
	result := active
	for _, l := range local.Values() {
		switch l.Kind {
		case strictjson.Null:
			if result.guarded && !how.override {
				return nil, errNullified
			}
			result = (&table{previous: result.previous}).on()
		case strictjson.String:
			doc := c.documents[l.Text]
			if doc == nil {
				return nil, fmt.Errorf("%w: an unknown URL", errLocal)
			}
			inner, err := c.extend(result, doc.context, scoping{override: how.override, depth: how.depth + 1})
			if err != nil {
				return nil, err
			}
			result = inner
		case strictjson.Object:
			if inner := l.Member("@context"); inner.Is(strictjson.Object) {
				l = inner // a whole document in place of its context
			}
			inner, err := define(result, l, how)
			if err != nil {
				return nil, err
			}
			result = inner
		default:
			return nil, errLocal
		}
	}
	if how.typed && result != active {
		result = result.on()
		if result.previous == nil {
			result.previous = active
		}
	}
	return result, nil
}

// maxInclusion is how deep contexts may name other contexts.
const maxInclusion = 8

// define reads a context object upon a table.
func define(active *table, local *strictjson.Value, how scoping) (*table, error) {
	d := &definer{table: active.on(), local: local, how: how, state: map[string]bool{}}
	for _, m := range local.Members {
		switch m.Name {
		case "@version":
			if !m.Value.Is(strictjson.Number) || m.Value.Text != "1.1" {
				return nil, fmt.Errorf("%w: @version", errFeature)
			}
		case "@protected":
			if !m.Value.Is(strictjson.Bool) {
				return nil, fmt.Errorf("%w: @protected", errFeature)
			}
			d.protected = m.Value.Text == "true"
		case "@vocab":
			if m.Value.Is(strictjson.Null) {
				d.table.vocab = ""
				continue
			}
			if !m.Value.Is(strictjson.String) || !soundIRI(m.Value.Text) || d.table.expand(m.Value.Text, false) != m.Value.Text {
				return nil, fmt.Errorf("%w: @vocab", errFeature)
			}
			d.table.vocab = m.Value.Text
		}
	}
	for _, m := range local.Members {
		switch m.Name {
		case "@version", "@protected", "@vocab":
			continue
		}
		if err := d.term(m.Name); err != nil {
			return nil, err
		}
	}
	return d.table, nil
}

// A definer makes the terms of one context object (JSON-LD 1.1 API, 4.2).
type definer struct {
	table     *table
	local     *strictjson.Value
	how       scoping
	protected bool
	state     map[string]bool // by name: begun, and whether it is done
}

func (d *definer) term(name string) error {
	switch done, begun := d.state[name]; {
	case done:
		return nil
	case begun:
		return &errContext{name, "is defined by itself"}
	}
	d.state[name] = false
	if name == "" || name[0] == '@' || strings.ContainsAny(name, ":/#?") {
		return &errContext{name, "no name for a term"}
	}
	value := d.local.Member(name)
	m := &term{name: name, protected: d.protected}
	if err := d.fill(m, value); err != nil {
		return err
	}
	if old := d.table.lookup(name); old != nil && old.protected && !d.how.override {
		if !old.same(m) {
			return &errContext{name, "a protected term is defined anew"}
		}
		m = old
	}
	d.table.put(m)
	d.state[name] = true
	return nil
}

// same tells whether two definitions say the same, protection aside.
func (m *term) same(o *term) bool {
	return m.iri == o.iri && m.coercion == o.coercion && m.datatype == o.datatype && m.list == o.list &&
		m.graph == o.graph && m.byLanguage == o.byLanguage && m.prefix == o.prefix && m.odd == o.odd &&
		sameValue(m.scope, o.scope)
}

// sameValue tells whether two values say the same, whatever the order of members.
func sameValue(a, b *strictjson.Value) bool {
	if a == nil || b == nil || a == b {
		return a == b
	}
	if a.Kind != b.Kind || a.Text != b.Text || len(a.Members) != len(b.Members) || len(a.Items) != len(b.Items) {
		return false
	}
	for _, m := range a.Members {
		if other := b.Member(m.Name); other == nil || !sameValue(m.Value, other) {
			return false
		}
	}
	for i := range a.Items {
		if !sameValue(a.Items[i], b.Items[i]) {
			return false
		}
	}
	return true
}

// oddities are what a term definition may hold without harm to the context, but
// no document may use the term: they give meaning to the place or the order of a
// value that RDF would lose, or another meaning to a name.
var oddities = map[string]bool{
	"@direction": true, "@index": true, "@language": true, "@nest": true, "@reverse": true,
}

func (d *definer) fill(m *term, value *strictjson.Value) error {
	switch value.Kind {
	case strictjson.Null:
		return nil // the name has no meaning from here on
	case strictjson.String:
		return d.meaning(m, value, true)
	case strictjson.Object:
	default:
		return &errContext{m.name, "neither an IRI nor an object"}
	}
	for _, f := range value.Members {
		var err error
		switch v := f.Value; f.Name {
		case "@id":
		case "@type":
			err = d.coerce(m, v)
		case "@container":
			err = m.contain(v)
		case "@context":
			m.scope = v
		case "@protected", "@prefix":
			if !v.Is(strictjson.Bool) {
				err = &errContext{m.name, f.Name + " is no boolean"}
			}
			if f.Name == "@protected" {
				m.protected = v.Text == "true"
			}
		default:
			if !oddities[f.Name] {
				return &errContext{m.name, "an unknown keyword in its definition"}
			}
			m.odd = true
		}
		if err != nil {
			return err
		}
	}
	id := value.Member("@id")
	switch {
	case id.Is(strictjson.Null):
		*m = term{name: m.name, protected: m.protected}
		return nil
	case m.odd && id == nil:
		return nil
	}
	if err := d.meaning(m, id, false); err != nil {
		return err
	}
	if p := value.Member("@prefix"); p != nil {
		m.prefix = p.Text == "true"
	}
	return nil
}

// meaning finds the IRI of a term. A short definition, one that is only an IRI,
// makes a prefix of a term whose IRI ends as such do.
func (d *definer) meaning(m *term, id *strictjson.Value, short bool) error {
	switch {
	case id == nil:
		if d.table.vocab == "" {
			return &errContext{m.name, "has no IRI"}
		}
		m.iri = d.table.vocab + m.name
	case !id.Is(strictjson.String):
		return &errContext{m.name, "its IRI is no string"}
	default:
		iri, err := d.expand(id.Text)
		if err != nil {
			return err
		}
		m.iri = iri
		m.synonym = d.table.lookup(id.Text) != nil
		m.prefix = short && iri != "" && strings.IndexByte(":/?#[]@", iri[len(iri)-1]) >= 0
	}
	if m.iri == "@context" || m.iri == "@preserve" || !isKeyword(m.iri) && !soundIRI(m.iri) {
		return &errContext{m.name, "its IRI is no absolute IRI"}
	}
	return nil
}

// expand is table.expand, with the terms of the context that is being read
// defined before they are needed.
func (d *definer) expand(text string) (string, error) {
	prefix, _, _ := strings.Cut(text, ":")
	for _, name := range []string{text, prefix} {
		if _, begun := d.state[name]; d.local.Member(name) != nil && !begun && !strings.HasPrefix(name, "@") {
			if err := d.term(name); err != nil {
				return "", err
			}
		}
	}
	return d.table.expand(text, true), nil
}

// coerce reads @type.
func (d *definer) coerce(m *term, v *strictjson.Value) error {
	if !v.Is(strictjson.String) {
		return &errContext{m.name, "its @type is no string"}
	}
	switch v.Text {
	case "@id":
		m.coercion = toIRI
	case "@vocab":
		m.coercion = toVocab
	case "@json":
		m.coercion = toJSON
	case "@none":
	default:
		iri, err := d.expand(v.Text)
		if err != nil {
			return err
		}
		if !soundIRI(iri) {
			return &errContext{m.name, "its @type is no absolute IRI"}
		}
		m.coercion, m.datatype = toDatatype, iri
	}
	return nil
}

// contain reads @container.
func (m *term) contain(v *strictjson.Value) error {
	for _, c := range v.Values() {
		if !c.Is(strictjson.String) {
			return &errContext{m.name, "its @container is no string"}
		}
		switch c.Text {
		case "@set":
		case "@list":
			m.list = true
		case "@graph":
			m.graph = true
		case "@language":
			m.byLanguage = true
		case "@index", "@id", "@type":
			m.odd = true
		default:
			return &errContext{m.name, "an unknown @container"}
		}
	}
	if m.list && (m.graph || m.byLanguage) || m.graph && m.byLanguage {
		return &errContext{m.name, "containers that do not go together"}
	}
	return nil
}
