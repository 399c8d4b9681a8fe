package elm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/probatum/probatum/contexts"
)

// The part of JSON-LD 1.1 that EDC files use: contexts known beforehand, terms
// scoped by class and by property, language maps, typed literals. Everything
// else is refused where it stands, so that no reader finds more in a document
// than Check did.

// A termDef is what a name means in a context.
type termDef struct {
	iri       string // absolute IRI, or "@id" and "@type" for their aliases
	typ       string
	container string
	prefix    bool                // may stand before a colon
	scoped    map[string]*termDef // terms that hold below this property, or in objects of this class
}

// A localContext is an active context of JSON-LD: some terms, in front of those
// of another. All terms are made when a base context is; while a document is
// read, contexts are only put in front of each other.
type localContext struct {
	up       *localContext
	terms    map[string]*termDef
	previous *localContext // to go back to in nested objects; set by contexts of a class
}

func (c *localContext) term(name string) *termDef {
	for ; c != nil; c = c.up {
		if t, ok := c.terms[name]; ok {
			return t
		}
	}
	return nil
}

// scope puts the terms that a property or class brings in front of c. Those of
// a class do not propagate to nested objects (JSON-LD 1.1, 4.1.8).
func (c *localContext) scope(t *termDef, propagate bool) *localContext {
	d := &localContext{up: c, terms: t.scoped, previous: c.previous}
	if !propagate && d.previous == nil {
		d.previous = c
	}
	return d
}

// with puts the terms of a context object in front of c.
func (c *localContext) with(object *node, depth int) *localContext {
	local := map[string]*node{}
	for _, m := range object.members {
		if !strings.HasPrefix(m.name, "@") {
			local[m.name] = m.value
		}
	}
	d := &localContext{up: c, terms: map[string]*termDef{}}
	for _, m := range object.members {
		d.define(m.name, local, depth)
	}
	return d
}

// define adds a term, those that it is spelt with first.
func (c *localContext) define(name string, local map[string]*node, depth int) {
	n, ok := local[name]
	if !ok || c.terms[name] != nil || depth > 8 {
		return
	}
	t := &termDef{}
	id := n.text
	if n.kind == '{' {
		id = name
		if v := n.member("@id"); v != nil {
			id = v.text
		}
		if v := n.member("@type"); v != nil {
			t.typ = c.spell(v.text, local, depth)
		}
		if v := n.member("@container"); v != nil {
			t.container = v.text
		}
		if v := n.member("@context"); v != nil {
			t.scoped = c.with(v, depth+1).terms
		}
	}
	t.iri = c.spell(id, local, depth)
	// JSON-LD 1.1: only a simple term that ends in a delimiter is a prefix.
	t.prefix = n.kind == '"' && (strings.HasSuffix(t.iri, "/") || strings.HasSuffix(t.iri, "#"))
	c.terms[name] = t
}

func (c *localContext) spell(id string, local map[string]*node, depth int) string {
	prefix, _, _ := strings.Cut(id, ":")
	c.define(prefix, local, depth+1)
	iri, _ := c.expand(id, true)
	return iri
}

// expand gives the IRI that a name or compact IRI means; ok is false where it
// means none.
func (c *localContext) expand(s string, vocabulary bool) (iri string, ok bool) {
	if strings.HasPrefix(s, "@") {
		return s, true
	}
	if vocabulary {
		if t := c.term(s); t != nil {
			return t.iri, t.iri != ""
		}
	}
	prefix, rest, colon := strings.Cut(s, ":")
	if !colon || prefix == "" {
		return s, false
	}
	if prefix == "_" {
		return s, rest != ""
	}
	if t := c.term(prefix); t != nil && t.prefix && !strings.HasPrefix(rest, "//") {
		return t.iri + rest, true
	}
	return s, absolute(s)
}

// absolute tells whether a text is an IRI that can stand in RDF (RFC 3986, 3.1
// for the scheme; N-Quads, IRIREF, for the rest).
func absolute(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || scheme == "" {
		return false
	}
	for i, c := range []byte(scheme) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || (c < '0' || c > '9') && c != '+' && c != '.' && c != '-') {
			return false
		}
	}
	for _, c := range []byte(rest) {
		if c <= 0x20 || strings.IndexByte("<>\"{}|^`\\", c) >= 0 {
			return false
		}
	}
	return true
}

// validLanguage tells whether a language tag is well formed (RFC 5646, as far
// as its parts go).
func validLanguage(tag string) bool {
	for i, part := range strings.Split(tag, "-") {
		if part == "" || len(part) > 8 {
			return false
		}
		for _, c := range []byte(part) {
			letter := c|0x20 >= 'a' && c|0x20 <= 'z'
			if !letter && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// A dataModel is a version of the W3C data model under which a credential may
// stand, told by its @context.
type dataModel int

const (
	noModel dataModel = iota // neither of the two
	model11                  // credentials/v1, the EDC context, and perhaps our terms for status entries
	model20                  // credentials/v2 and our context
)

// baseContext gives what the @context of a document means.
func baseContext(s contexts.State, m dataModel, status bool) *localContext {
	switch {
	case m == model20:
		return base20()
	case s == contexts.ELM31 && status:
		return base31Status()
	case s == contexts.ELM31:
		return base31()
	case status:
		return base32Status()
	}
	return base32()
}

var (
	base31       = sync.OnceValue(func() *localContext { return mustBase(contexts.ELM31, false, edcURLs...) })
	base31Status = sync.OnceValue(func() *localContext { return mustBase(contexts.ELM31, true, edcURLs...) })
	base32       = sync.OnceValue(func() *localContext { return mustBase(contexts.ELM32, false, edcURLs...) })
	base32Status = sync.OnceValue(func() *localContext { return mustBase(contexts.ELM32, true, edcURLs...) })
	base20       = sync.OnceValue(func() *localContext { return mustBase(contexts.ELM32, false, model20URLs...) })

	edcURLs     = []string{contexts.CredentialsV1, contexts.EDCAP}
	model20URLs = []string{contexts.CredentialsV2, contexts.ELMV1}
)

func mustBase(s contexts.State, status bool, urls ...string) *localContext {
	var objects []*node
	for _, url := range urls {
		data, _ := contexts.BytesIn(s, url)
		n, err := parseTree(data)
		if err != nil {
			panic(fmt.Sprintf("elm: context %s: %v", url, err))
		}
		objects = append(objects, n.member("@context"))
	}
	if status {
		n, err := parseTree([]byte(contexts.StatusTerms))
		if err != nil {
			panic(fmt.Sprintf("elm: status terms: %v", err))
		}
		objects = append(objects, n)
	}
	all := &localContext{terms: map[string]*termDef{}}
	for _, o := range objects {
		maps.Copy(all.terms, all.with(o, 0).terms)
	}
	return all
}

// contextOf reads the @context of a document. Where it is neither that of an EDC
// file nor ours, the document is read as an EDC file without a model.
func contextOf(root *node, s contexts.State) (*localContext, dataModel) {
	values := root.member("@context").values()
	begins := func(urls []string) bool {
		for i, url := range urls {
			if i >= len(values) || values[i].kind != '"' || values[i].text != url {
				return false
			}
		}
		return true
	}
	switch {
	case len(values) == 2 && begins(model20URLs):
		return baseContext(s, model20, false), model20
	case len(values) == 2 && begins(edcURLs):
		return baseContext(s, model11, false), model11
	case len(values) == 3 && begins(edcURLs) && values[2].kind == '{' && contexts.IsStatusTerms(values[2].raw):
		return baseContext(s, model11, true), model11
	}
	return baseContext(s, noModel, false), noModel
}

// termFor finds the name by which a document would write a property.
func (c *localContext) termFor(iri string) string {
	var names []string
	for _, terms := range []map[string]*termDef{c.terms, c.terms["VerifiableCredential"].scoped} {
		for name, t := range terms {
			if t.iri == iri {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return iri
	}
	return slices.Min(names)
}
