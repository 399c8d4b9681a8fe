package canon

import (
	"errors"
	"strings"
	"sync"

	"github.com/piprate/json-gold/ld"

	"github.com/probatum/probatum/internal/strictjson"
)

// A vocabulary is the IRIs that the contexts of a set spell out, with what the
// library's rule for URLs says of them. The library puts every IRI of every
// document to that rule, which is a regular expression and would be a third of
// all work. Here each of these is put to it once; all others, those that documents
// bring, are put to it every time.
type vocabulary struct {
	words   map[string]bool // never changed once the set is made
	checked sync.Map        // string to bool: whether the library takes it
}

// takes tells whether a word of the contexts has been found to be one that the
// library takes.
func (v *vocabulary) takes(iri string) bool {
	if !v.words[iri] {
		return false
	}
	if ok, known := v.checked.Load(iri); known {
		return ok == true
	}
	ok := !ld.InvalidNode(ld.NewIRI(iri))
	v.checked.Store(iri, ok)
	return ok
}

// collect finds the IRIs in a context document, at whatever depth: those that are
// written out, or begin with a prefix that is defined beside them.
func (v *vocabulary) collect(context *strictjson.Value) {
	for _, item := range context.Items {
		v.collect(item)
	}
	for _, m := range context.Members {
		for _, word := range []*strictjson.Value{m.Value, m.Value.Member("@id"), m.Value.Member("@type")} {
			if !word.Is(strictjson.String) {
				continue
			}
			iri := word.Text
			if prefix, rest, ok := strings.Cut(iri, ":"); ok && !strings.HasPrefix(rest, "//") {
				if base := context.Member(prefix); base.Is(strictjson.String) {
					iri = base.Text + rest
				}
			}
			if strings.HasPrefix(iri, "http") {
				v.words[iri] = true
			}
		}
		if inner := m.Value.Member("@context"); inner != nil {
			v.collect(inner)
		}
	}
}

// taken is put before an IRI in a place where the library need not look at it
// again. It is the scheme of no IRI that may stand there.
const taken = "x-taken-word:"

var errTaken = errors.New("an IRI of a scheme that only stands for others here")

// toRDF is ToRDF of the library, which does not get to see, as predicates, types
// and datatypes, the words that it is known to take.
func (v *vocabulary) toRDF(expanded []any, opts *ld.JsonLdOptions) (*ld.RDFDataset, error) {
	labels := ld.NewIdentifierIssuer("_:b")
	graphs := map[string]any{"@default": map[string]any{}}
	if _, err := ld.NewJsonLdApi().GenerateNodeMap(expanded, graphs, "@default", labels, "", "", nil); err != nil {
		return nil, err
	}
	dataset := ld.NewRDFDataset()
	for name, g := range graphs {
		graph, ok := g.(map[string]any)
		if !ok {
			return nil, errExpanded
		}
		if ld.IsRelativeIri(name) {
			continue
		}
		for _, n := range graph {
			node, ok := n.(map[string]any)
			if !ok {
				return nil, errExpanded
			}
			if err := v.cover(node); err != nil {
				return nil, err
			}
		}
		dataset.GraphToRDF(name, graph, labels, opts.ProduceGeneralizedRdf)
	}
	for _, quads := range dataset.Graphs {
		for _, q := range quads {
			uncover(q)
		}
	}
	return dataset, nil
}

// cover changes the words of a node.
func (v *vocabulary) cover(node map[string]any) error {
	names := make([]string, 0, len(node))
	for name := range node {
		names = append(names, name)
	}
	for _, name := range names {
		values, ok := node[name].([]any)
		if !ok {
			continue // @id
		}
		for i, value := range values {
			iri, isText := value.(string)
			var err error
			if name == "@type" && isText {
				values[i], err = v.covered(iri)
			} else {
				err = v.coverValue(value)
			}
			if err != nil {
				return err
			}
		}
		if strings.HasPrefix(name, "@") {
			continue
		}
		other, err := v.covered(name)
		if err != nil {
			return err
		}
		delete(node, name)
		node[other] = values
	}
	return nil
}

// coverValue changes the datatype of a text, in lists as well. Those of other
// values mean something to the library.
func (v *vocabulary) coverValue(value any) error {
	object, ok := value.(map[string]any)
	if !ok {
		return nil
	}
	if list, ok := object["@list"].([]any); ok {
		for _, item := range list {
			if err := v.coverValue(item); err != nil {
				return err
			}
		}
		return nil
	}
	_, isText := object["@value"].(string)
	datatype, ok := object["@type"].(string)
	if !isText || !ok || datatype == ld.RDFJSONLiteral {
		return nil
	}
	var err error
	object["@type"], err = v.covered(datatype)
	return err
}

func (v *vocabulary) covered(iri string) (string, error) {
	switch {
	case strings.HasPrefix(iri, taken):
		return "", errTaken
	case v.takes(iri):
		return taken + iri, nil
	}
	return iri, nil
}

// uncover gives a statement its words back. A literal has no other place for one
// than its datatype, and of objects only types were covered.
func uncover(q *ld.Quad) {
	bare := func(n ld.Node) ld.Node {
		if iri, ok := n.(ld.IRI); ok {
			return ld.NewIRI(strings.TrimPrefix(iri.Value, taken))
		}
		return n
	}
	q.Predicate = bare(q.Predicate)
	switch object := q.Object.(type) {
	case ld.Literal:
		object.Datatype = strings.TrimPrefix(object.Datatype, taken)
		q.Object = object
	case ld.IRI:
		if q.Predicate.GetValue() == rdfType {
			q.Object = bare(object)
		}
	}
}
