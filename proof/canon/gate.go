package canon

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
)

// A gate reads one document and refuses what RDF would lose or could not tell
// apart. What it lets pass it has turned into nodes, from which statements are
// made: see doc.go for its rules.
type gate struct {
	ctx      context.Context //nolint:containedctx // lives for one call, which is given it
	contexts *Contexts
	limits   Limits
	reading  *reading
	parts    []part // the credentials in a presentation
	embeds   bool   // the walk is in one of them

	at       *step // where the walk is
	objects  int
	work     work
	scopes   map[scoped]*table
	irisSeen map[string]bool
	warnings []Warning
}

// A part is a document with the @context that it is read under.
type part struct {
	object *strictjson.Value
	own    *strictjson.Value
	*reading
}

// A scoped is a context upon which another was put.
type scoped struct {
	active *table
	local  *strictjson.Value
	typed  bool
}

// A place is where a node stands, as far as rules depend on it.
type place int

const (
	inside     place = iota
	credential       // the document, or a credential in a presentation: it has its own @context
	issuer           // what issued a credential
	presented        // a credential in a presentation, where JSON is what is signed
)

// The properties that rules name.
const (
	vcPrefix          = "https://www.w3.org/2018/credentials#"
	credentialSubject = vcPrefix + "credentialSubject"
	issuedBy          = vcPrefix + "issuer"
	heldBy            = vcPrefix + "holder"
	holdsCredential   = vcPrefix + "verifiableCredential"
	schemaName        = "https://schema.org/name"
	schemaDescription = "https://schema.org/description"
)

// A thing is a node object of the document: a thing that is spoken of.
type thing struct {
	at         *step // where it stands
	id         string
	types      []string
	properties []property
}

// bare tells whether the object says nothing but which node it is.
func (n *thing) bare() bool { return len(n.types) == 0 && len(n.properties) == 0 }

// A property is what a node says by one IRI. Several names may mean that IRI.
type property struct {
	iri    string
	values []value
}

// A value is one of four: a literal or reference, a node, a list, or a graph.
type value struct {
	term  Term // of a literal, or of a node that is only named
	node  *thing
	list  []value
	graph *thing
	at    *step

	coerced bool // the context makes an IRI of a string here, so that one could stand for an object
	subject bool // it is what a credential is about: only an object can stand here
}

// A step leads from a value to one in it; nil is the document.
type step struct {
	up   *step
	name string
}

// pointer gives the JSON pointer of a place (RFC 6901).
func (s *step) pointer() string {
	var names []string
	for ; s != nil; s = s.up {
		names = append(names, pointerEscapes.Replace(s.name))
	}
	var b strings.Builder
	for _, name := range slices.Backward(names) {
		b.WriteString("/" + name)
	}
	return b.String()
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func (g *gate) enter(name string) { g.at = &step{g.at, name} }
func (g *gate) leave()            { g.at = g.at.up }

// refuse says what is wrong where the walk is.
func (g *gate) refuse(kind Kind, key string, err error) *Error {
	return &Error{Kind: kind, Pointer: g.at.pointer(), Key: key, Err: err}
}

// document reads the document, under the context that its @context stands for.
func (g *gate) document(root *strictjson.Value) (*thing, error) {
	if !root.Is(strictjson.Object) {
		return nil, g.refuse(Malformed, "proof.canon.root", nil)
	}
	n, err := g.object(root, g.reading.table, nil, credential)
	if err != nil {
		return nil, err
	}
	if n.bare() {
		return nil, g.refuse(Empty, "proof.canon.nothing", nil)
	}
	return n, nil
}

// object reads a node object that stands under a term; under nil it is the
// document (JSON-LD 1.1 API, 5.1.2).
func (g *gate) object(v *strictjson.Value, t *table, under *term, as place) (*thing, error) {
	if err := g.count(v); err != nil {
		return nil, err
	}
	if under != nil {
		if t.previous != nil && !(len(v.Members) == 1 && t.expand(v.Members[0].Name, true) == "@id") {
			t = t.previous
			g.work.copies(t)
		}
		if under.scope != nil {
			var err error
			if t, err = g.scope(t, under.scope, false); err != nil {
				return nil, err
			}
		}
	}
	if own := v.Member("@context"); own != nil && as != credential {
		g.enter("@context")
		return nil, g.refuse(Context, "proof.canon.context.place", nil)
	}
	outer := t
	var err error
	if t, err = g.typed(v, t); err != nil {
		return nil, err
	}
	n := &thing{at: g.at}
	by := map[string]int{} // by IRI: the property
	for _, m := range sortedMembers(v) {
		if m.Name == "@context" {
			continue
		}
		g.enter(m.Name)
		keyword, meaning, err := g.resolve(t, m.Name)
		if err == nil {
			switch {
			case keyword == "@id":
				n.id, err = g.identifier(m.Value, t)
			case keyword == "@type":
				n.types, err = g.types(m.Value, outer)
			case keyword != "":
				err = g.refuse(Context, "proof.canon.keyword", nil)
			default:
				var values []value
				values, err = g.values(m.Value, t, meaning, as)
				i, known := by[meaning.iri]
				if !known {
					i = len(n.properties)
					by[meaning.iri] = i
					n.properties = append(n.properties, property{iri: meaning.iri})
				}
				n.properties[i].values = append(n.properties[i].values, values...)
			}
		}
		if err != nil {
			return nil, err
		}
		g.leave()
	}
	return n, nil
}

// count bounds what one document may hold.
func (g *gate) count(v *strictjson.Value) error {
	if g.objects++; g.objects > g.limits.MaxObjects {
		return tooMany("proof.canon.objects", g.limits.MaxObjects)
	}
	if g.objects%patience == 0 {
		if err := g.ctx.Err(); err != nil {
			return g.refuse(Resources, "proof.canon.time", err)
		}
	}
	g.work.object()
	if len(v.Members) == 0 {
		return g.refuse(Lost, "proof.canon.hollow", nil)
	}
	return nil
}

// sortedMembers gives the members in the order in which expansion takes them.
func sortedMembers(v *strictjson.Value) []strictjson.Field {
	members := slices.Clone(v.Members)
	slices.SortFunc(members, func(a, b strictjson.Field) int { return strings.Compare(a.Name, b.Name) })
	return members
}

// embedded reads a credential in a presentation: a document of its own, with its
// own @context (VC Data Model 2.0, 4.13; the property's context is null there).
func (g *gate) embedded(v *strictjson.Value) (*thing, error) {
	own := v.Member("@context")
	r, err := g.contexts.accept(own)
	if err != nil {
		g.enter("@context")
		return nil, g.refuse(Context, keyOfContext(err), err)
	}
	if r.ready == nil {
		g.work.define(r.defines)
	}
	g.parts = append(g.parts, part{v, own, r})
	outer := g.reading
	g.reading, g.embeds = r, true
	n, err := g.object(v, r.table, nil, credential)
	g.reading, g.embeds = outer, false
	return n, err
}

// keyOfContext gives the message for a refused @context.
func keyOfContext(err error) string {
	switch {
	case errors.Is(err, errNoContext):
		return "proof.canon.context.missing"
	case errors.Is(err, errURL):
		return "proof.canon.context.unknown"
	case errors.Is(err, errForm), errors.Is(err, errList):
		return "proof.canon.context.list"
	}
	return "proof.canon.context.inline"
}

// scope puts the context of a term upon a table, once for each pair.
func (g *gate) scope(t *table, local *strictjson.Value, typed bool) (*table, error) {
	key := scoped{t, local, typed}
	g.work.copies(t)
	g.work.define(len(local.Members))
	if found := g.scopes[key]; found != nil {
		return found, nil
	}
	// A list of the product and its terms are there once, and so the pairs of them
	// that begin with the list are few.
	kept := g.reading.scopes != nil && t == g.reading.table
	if kept {
		found, _ := g.reading.scopes.Load(key)
		if made, ok := found.(*table); ok {
			return made, nil
		}
	}
	made, err := g.contexts.extend(t, local, scoping{override: !typed, typed: typed})
	if err != nil {
		return nil, g.refuse(Context, "proof.canon.context.inline", err)
	}
	if kept {
		g.reading.scopes.Store(key, made)
		return made, nil
	}
	if g.scopes == nil {
		g.scopes = map[scoped]*table{}
	}
	g.scopes[key] = made
	return made, nil
}

// typed puts the contexts of the types of an object upon a table, in the order of
// their names.
func (g *gate) typed(v *strictjson.Value, t *table) (*table, error) {
	outer := t
	for _, m := range sortedMembers(v) {
		if outer.expand(m.Name, true) != "@type" {
			continue
		}
		var names []string
		for _, item := range m.Value.Values() {
			if item.Kind == strictjson.String {
				names = append(names, item.Text)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			class := outer.lookup(name)
			if class == nil || class.scope == nil {
				continue
			}
			var err error
			if t, err = g.scope(t, class.scope, true); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// resolve finds what the name of a member means: a keyword or a term. It must be
// the one name for that.
func (g *gate) resolve(t *table, name string) (keyword string, m *term, err error) {
	if strings.HasPrefix(name, "@") {
		if !isKeyword(name) {
			return "", nil, g.refuse(Context, "proof.canon.keyword", nil)
		}
		keyword = name
	} else {
		m = t.lookup(name)
		if m == nil {
			m = g.byVocab(t, name, false)
		}
		switch {
		case m == nil || m.iri == "" && !m.odd:
			return "", nil, g.refuse(Lost, "proof.canon.term", nil)
		case m.odd:
			return "", nil, g.refuse(Context, "proof.canon.keyword", nil)
		case isKeyword(m.iri):
			keyword = m.iri
		}
	}
	if keyword != "" {
		if t.spelling(keyword) != name {
			return "", nil, g.refuse(Context, "proof.canon.spelling", nil)
		}
		return keyword, nil, nil
	}
	switch m.iri {
	case rdfType, rdfFirst, rdfRest:
		return "", nil, g.refuse(Context, "proof.canon.keyword", nil)
	}
	if !t.prefers(m, false) {
		return "", nil, g.refuse(Context, "proof.canon.spelling", nil)
	}
	return "", m, nil
}

// byVocab gives the term that a name is under @vocab, where that is the only way
// to say it.
func (g *gate) byVocab(t *table, name string, class bool) *term {
	if t.vocab == "" || name == "" || strings.Contains(name, ":") || g.reading.variant(name, class) {
		return nil
	}
	iri := t.vocab + name
	if !soundIRI(iri) || len(t.named(iri)) > 0 {
		return nil
	}
	return &term{name: name, iri: iri}
}

// prefers tells whether a term is the one name for its IRI. Where a context names
// a class and a property by one IRI, a class begins with a capital. Words that a
// context makes synonyms are all right.
func (t *table) prefers(m *term, class bool) bool {
	rank := func(o *term) string {
		if capital := o.name[0] >= 'A' && o.name[0] <= 'Z'; capital == class {
			return "0" + o.name
		}
		return "1" + o.name
	}
	for _, o := range t.named(m.iri) {
		if o != m && !o.synonym && !m.synonym && rank(o) < rank(m) {
			return false
		}
	}
	return true
}

// identifier reads the id of a node. It must come out as it went in.
func (g *gate) identifier(v *strictjson.Value, t *table) (string, error) {
	if v.Kind != strictjson.String || !soundIRI(v.Text) || t.expand(v.Text, false) != v.Text {
		return "", g.refuse(Lost, "proof.canon.iri", nil)
	}
	g.iri(v.Text)
	return v.Text, nil
}

// iri notes an IRI for the work that the library has with each.
func (g *gate) iri(iri string) {
	if g.irisSeen[iri] {
		return
	}
	if g.irisSeen == nil {
		g.irisSeen = map[string]bool{}
	}
	g.irisSeen[iri] = true
	g.work.iri(iri)
}

// types reads the types of a node: each a term, or an absolute IRI that no term
// names.
func (g *gate) types(v *strictjson.Value, t *table) ([]string, error) {
	if v.Kind == strictjson.Array && len(v.Items) == 0 {
		return nil, g.refuse(Lost, "proof.canon.hollow", nil)
	}
	var types []string
	seen := map[string]bool{}
	for i, item := range v.Values() {
		if v.Kind == strictjson.Array {
			g.enter(strconv.Itoa(i))
		}
		iri, err := g.vocabulary(item, t, true)
		if err != nil {
			return nil, err
		}
		if seen[iri] {
			return nil, g.refuse(Lost, "proof.canon.twice", nil)
		}
		seen[iri] = true
		types = append(types, iri)
		if v.Kind == strictjson.Array {
			g.leave()
		}
	}
	return types, nil
}

// vocabulary reads a word: a term, or an absolute IRI that no term names.
func (g *gate) vocabulary(v *strictjson.Value, t *table, class bool) (string, error) {
	if v.Kind != strictjson.String || strings.HasPrefix(v.Text, "@") {
		return "", g.refuse(Lost, "proof.canon.type", nil)
	}
	if m := t.lookup(v.Text); m != nil {
		switch {
		case m.iri == "" || isKeyword(m.iri):
			return "", g.refuse(Lost, "proof.canon.type", nil)
		case !t.prefers(m, class):
			return "", g.refuse(Context, "proof.canon.spelling", nil)
		}
		g.iri(m.iri)
		return m.iri, nil
	}
	if m := g.byVocab(t, v.Text, class); m != nil {
		g.iri(m.iri)
		return m.iri, nil
	}
	if !soundIRI(v.Text) || t.expand(v.Text, true) != v.Text {
		return "", g.refuse(Lost, "proof.canon.type", nil)
	}
	if rest, ok := strings.CutPrefix(v.Text, t.vocab); len(t.named(v.Text)) > 0 || ok && t.vocab != "" && !strings.Contains(rest, ":") {
		return "", g.refuse(Context, "proof.canon.spelling", nil)
	}
	g.iri(v.Text)
	return v.Text, nil
}
