package elm

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// A ref names a node or a literal of the graph; it is what RDF compares.
type ref struct {
	kind     byte // 'i' for an IRI, 'b' for a blank node, 'l' for a literal
	value    string
	datatype string
	language string
}

// A resource is a node of the graph with all that the document says of it, in
// as many places as it likes.
type resource struct {
	ref        ref
	path       *place // where it stands first
	types      []string
	properties map[string]*values
}

// values are the different values of a property, in the order of the document.
type values struct {
	list []value
	seen map[ref]bool // only for long lists
}

type value struct {
	ref  ref
	path *place
}

// add keeps a value unless it is there: RDF knows no doubles.
func (v *values) add(r ref, path *place) {
	if v.seen == nil {
		if slices.ContainsFunc(v.list, func(x value) bool { return x.ref == r }) {
			return
		}
		if len(v.list) == 16 {
			v.seen = map[ref]bool{}
			for _, x := range v.list {
				v.seen[x.ref] = true
			}
		}
	} else if v.seen[r] {
		return
	}
	if v.seen != nil {
		v.seen[r] = true
	}
	v.list = append(v.list, value{r, path})
}

func (r *resource) is(class string) bool { return r != nil && slices.Contains(r.types, class) }

func (r *resource) values(property string) []value {
	if r == nil || r.properties[property] == nil {
		return nil
	}
	return r.properties[property].list
}

const (
	rdfNS   = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	xsdNS   = "http://www.w3.org/2001/XMLSchema#"
	elmNS   = "http://data.europa.eu/snb/model/elm/"
	credNS  = "https://www.w3.org/2018/credentials#" //nolint:gosec // G101 sees a secret in the word; it is an IRI or a name
	rdfType = rdfNS + "type"
)

// A graph is what a document means.
type graph struct {
	resources map[ref]*resource
	order     []*resource // by first occurrence
	root      ref
	faults    []fault // what has no meaning, or more than one
	undefined []*place
	blank     int
	blankIDs  map[string]ref
}

// A fault is a place where the document is no JSON-LD that we take.
type fault struct {
	path *place
	rule string
}

const maxTypes = 64 // classes of one object; more is no credential

// expandDocument reads a document as a graph, by JSON-LD 1.1 Expansion and
// Deserialize to RDF.
func expandDocument(root *node, base *localContext) *graph {
	g := &graph{resources: map[ref]*resource{}, blankIDs: map[string]ref{}}
	if root.kind != '{' {
		g.fault(nil, "document/object")
		return g
	}
	if r, ok := g.object(root, base, nil, nil, true); ok {
		g.root = r
	}
	return g
}

func (g *graph) fault(path *place, rule string) { g.faults = append(g.faults, fault{path, rule}) }

func (g *graph) drop(path *place) { g.undefined = append(g.undefined, path) }

func (g *graph) resource(r ref, path *place) *resource {
	res := g.resources[r]
	if res == nil {
		res = &resource{ref: r, path: path, properties: map[string]*values{}}
		g.resources[r] = res
		g.order = append(g.order, res)
	}
	return res
}

// identify makes the ref of an id; ok is false for one that RDF cannot hold.
func (g *graph) identify(id string, c *localContext, path *place) (ref, bool) {
	iri, ok := c.expand(id, false)
	switch {
	case !ok || strings.HasPrefix(iri, "@"):
		g.fault(path, "document/id")
		return ref{}, false
	case strings.HasPrefix(iri, "_:"):
		r, known := g.blankIDs[iri]
		if !known {
			r = g.newBlank()
			g.blankIDs[iri] = r
		}
		return r, true
	case !absolute(iri):
		g.fault(path, "document/id")
		return ref{}, false
	}
	return ref{kind: 'i', value: iri}, true
}

func (g *graph) newBlank() ref {
	g.blank++
	return ref{kind: 'b', value: strconv.Itoa(g.blank)}
}

// object reads a node object and gives its ref. c is the context in force, def
// the property that leads here.
func (g *graph) object(n *node, c *localContext, def *termDef, path *place, root bool) (ref, bool) {
	if c.previous != nil && !onlyID(n, c) {
		c = c.previous
	}
	if def != nil && def.scoped != nil {
		c = c.scope(def, true)
	}
	var types []string
	var id *node
	outer := c
	for _, m := range n.members {
		switch key, _ := outer.expand(m.name, true); key {
		case "@type":
			for i, v := range m.value.values() {
				if v.kind != '"' || len(types) == maxTypes {
					g.fault(item(step(path, m.name), i), "document/class")
					continue
				}
				types = append(types, v.text)
			}
		case "@id":
			if id != nil || m.value.kind != '"' {
				g.fault(step(path, m.name), "document/id")
			}
			id = m.value
		}
	}
	sorted := slices.Clone(types)
	slices.Sort(sorted)
	for _, t := range slices.Compact(sorted) {
		if d := outer.term(t); d != nil && d.scoped != nil {
			c = c.scope(d, false)
		}
	}
	var r ref
	ok := true
	if id != nil && id.kind == '"' {
		r, ok = g.identify(id.text, outer, step(path, "id"))
	} else {
		r = g.newBlank()
	}
	// What an id without meaning holds is read all the same, to find faults,
	// but belongs to no node.
	res := &resource{properties: map[string]*values{}}
	if ok {
		res = g.resource(r, path)
	}
	for _, t := range types {
		iri, known := outer.expand(t, true)
		if !known || !absolute(iri) {
			g.drop(step(step(path, "type"), t))
			continue
		}
		if !slices.Contains(res.types, iri) && len(res.types) < maxTypes {
			res.types = append(res.types, iri)
		}
	}
	for _, m := range n.members {
		at := step(path, m.name)
		key, known := c.expand(m.name, true)
		switch {
		case key == "@id" || key == "@type":
		case m.name == "@context":
			if !root {
				g.fault(at, "document/context")
			}
		case strings.HasPrefix(key, "@"):
			g.fault(at, "document/keyword")
		case !known || strings.HasPrefix(key, "_:") || !absolute(key):
			g.drop(at)
		default:
			g.property(res, key, c.term(m.name), m.value, c, at)
		}
	}
	return r, ok
}

// onlyID tells whether an object is a bare reference.
func onlyID(n *node, c *localContext) bool {
	if len(n.members) != 1 {
		return false
	}
	key, _ := c.expand(n.members[0].name, true)
	return key == "@id"
}

var plainTerm = &termDef{}

// property reads the value or values of a property into a resource.
func (g *graph) property(res *resource, iri string, def *termDef, n *node, c *localContext, path *place) {
	if def == nil {
		def = plainTerm
	}
	if def.container == "@language" && n.kind == '{' {
		g.languages(res, iri, n, path)
		return
	}
	g.each(n, path, func(n *node, path *place) {
		if r, ok := g.value(n, c, def, path); ok {
			g.put(res, iri, r, path)
		}
	})
}

// each calls f for every value of a property, arrays in arrays, too.
func (g *graph) each(n *node, path *place, f func(*node, *place)) {
	switch {
	case n.kind == 'n':
		g.drop(path)
	case n.kind == '[':
		for i, it := range n.items {
			g.each(it, item(path, i), f)
		}
	default:
		f(n, path)
	}
}

func (g *graph) put(res *resource, iri string, r ref, path *place) {
	if iri == rdfType {
		// A class said by the property instead of the keyword.
		if r.kind == 'i' && !slices.Contains(res.types, r.value) && len(res.types) < maxTypes {
			res.types = append(res.types, r.value)
		}
		return
	}
	v := res.properties[iri]
	if v == nil {
		v = &values{}
		res.properties[iri] = v
	}
	v.add(r, path)
}

func (g *graph) languages(res *resource, iri string, n *node, path *place) {
	for _, m := range n.members {
		at := step(path, m.name)
		language := strings.ToLower(m.name)
		if m.name == NoLanguage {
			language = ""
		} else if !validLanguage(m.name) {
			g.fault(at, "document/language")
			continue
		}
		for i, v := range m.value.values() {
			where := at
			if m.value.kind == '[' {
				where = item(at, i)
			}
			switch v.kind {
			case 'n':
				g.drop(where)
			case '"':
				g.put(res, iri, text(v.text, language), where)
			default:
				g.fault(where, "document/text")
			}
		}
	}
}

func text(s, language string) ref {
	if language == "" {
		return ref{kind: 'l', value: s, datatype: xsdNS + "string"}
	}
	return ref{kind: 'l', value: s, datatype: rdfNS + "langString", language: language}
}

// value reads one value: a node object, a value object or a plain value.
func (g *graph) value(n *node, c *localContext, def *termDef, path *place) (ref, bool) {
	if n.kind != '{' {
		if n.kind == '"' && def.typ == "@id" {
			r, ok := g.identify(n.text, c, path)
			return r, ok
		}
		datatype := def.typ
		if strings.HasPrefix(datatype, "@") {
			datatype = ""
		}
		return literal(n, datatype), true
	}
	for _, m := range n.members {
		if m.name == "@value" {
			return g.valueObject(n, c, path)
		}
	}
	if def.container == "@graph" {
		// A graph of its own: the value is its name, a new blank node.
		g.object(n, c, def, path, false)
		r := g.newBlank()
		g.resource(r, path)
		return r, true
	}
	return g.object(n, c, def, path, false)
}

func (g *graph) valueObject(n *node, c *localContext, path *place) (ref, bool) {
	var v *node
	datatype, language := "", ""
	for _, m := range n.members {
		switch m.name {
		case "@value":
			v = m.value
		case "@type", "type":
			iri, ok := c.expand(m.value.text, true)
			if m.value.kind != '"' || !ok || !absolute(iri) {
				g.fault(step(path, m.name), "document/value")
				return ref{}, false
			}
			datatype = iri
		case "@language":
			if m.value.kind != '"' || !validLanguage(m.value.text) {
				g.fault(step(path, m.name), "document/language")
				return ref{}, false
			}
			language = strings.ToLower(m.value.text)
		default:
			g.fault(step(path, m.name), "document/keyword")
			return ref{}, false
		}
	}
	switch {
	case v.kind == 'n':
		g.drop(path)
		return ref{}, false
	case v.kind == '{' || v.kind == '[', datatype != "" && language != "", language != "" && v.kind != '"':
		g.fault(path, "document/value")
		return ref{}, false
	case language != "":
		return text(v.text, language), true
	}
	return literal(v, datatype), true
}

// literal makes the literal of a plain JSON value (JSON-LD 1.1 API, 8.1.2).
func literal(n *node, datatype string) ref {
	r := ref{kind: 'l', value: n.text, datatype: datatype}
	fallback := "string"
	switch n.kind {
	case 't':
		fallback = "boolean"
	case '0':
		f, _ := strconv.ParseFloat(n.text, 64)
		if f != math.Trunc(f) || math.Abs(f) >= 1e21 || datatype == xsdNS+"double" {
			r.value, fallback = double(f), "double"
		} else {
			r.value, fallback = strconv.FormatFloat(f, 'f', 0, 64), "integer"
			if r.value == "-0" {
				r.value = "0"
			}
		}
	}
	if datatype == "" {
		r.datatype = xsdNS + fallback
	}
	return r
}

// double writes the canonical form of an xsd:double.
func double(f float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', 15, 64), "E")
	if exponent == "" {
		return mantissa // infinite
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	fraction = strings.TrimRight(fraction, "0")
	if fraction == "" {
		fraction = "0"
	}
	e, _ := strconv.Atoi(exponent)
	return whole + "." + fraction + "E" + strconv.Itoa(e)
}
