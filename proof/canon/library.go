package canon

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/piprate/json-gold/ld"

	"github.com/probatum/probatum/internal/strictjson"
)

// This file and vocabulary.go are all that json-gold is used for: Expand and ToRDF.

// A loader gives the library the documents of the set, and nothing else.
type loader struct {
	documents map[string]*contextDocument
}

var errLoad = errors.New("a document that is not in the set; nothing is fetched")

// LoadDocument gives a document of the set.
func (l loader) LoadDocument(url string) (*ld.RemoteDocument, error) {
	d := l.documents[url]
	if d == nil {
		return nil, ld.NewJsonLdError(ld.LoadingDocumentFailed, errLoad)
	}
	return &ld.RemoteDocument{DocumentURL: url, Document: d.whole}, nil
}

// options are the only ones that the library gets. It would make itself others,
// that fetch, where there are none.
func (c *Contexts) options() *ld.JsonLdOptions {
	return &ld.JsonLdOptions{
		ProcessingMode: ld.JsonLd_1_1,
		DocumentLoader: c.loader,
		SafeMode:       true,
	}
}

// statements gives what the library makes of a document: its own reading of the
// JSON, independent of ours. The credentials of a presentation, which the walk has
// found, are expanded one by one and put into their graphs here: under a property
// whose own context is null the library forgets that its container is a graph, and
// would merge what is said in the credentials with what is said of them.
func (c *Contexts) statements(document part, credentials []part) (quads []Quad, err error) {
	defer func() {
		if p := recover(); p != nil {
			quads, err = nil, fmt.Errorf("expanding a document: panic: %v", p)
		}
	}()
	opts := c.options()
	expanded, err := expand(document, opts, len(credentials) > 0)
	if err != nil {
		return nil, err
	}
	graphs := make([]any, 0, len(credentials))
	for _, held := range credentials {
		inner, err := expand(held, opts, false)
		if err != nil {
			return nil, err
		}
		graphs = append(graphs, map[string]any{"@graph": inner})
	}
	if len(graphs) > 0 {
		root, ok := expanded[0].(map[string]any)
		if !ok {
			return nil, errExpanded
		}
		root[holdsCredential] = graphs
	}
	dataset, err := c.words.toRDF(expanded, opts)
	if err != nil {
		return nil, fmt.Errorf("making statements of a document: %w", err)
	}
	for name, graph := range dataset.Graphs {
		var g Term
		if name != "@default" {
			g = resource(name)
		}
		for _, q := range graph {
			quads = append(quads, Quad{Subject: termOf(q.Subject), Predicate: termOf(q.Predicate), Object: termOf(q.Object), Graph: g})
		}
	}
	return quads, nil
}

var errExpanded = errors.New("the library expands the document to something else than one object")

// expand expands one document, with or without the credentials that it holds.
func expand(p part, opts *ld.JsonLdOptions, without bool) ([]any, error) {
	input := make(map[string]any, len(p.object.Members)+1)
	for _, m := range p.object.Members {
		input[m.Name] = native(m.Value)
	}
	if without {
		delete(input, "verifiableCredential")
	}
	if p.ready != nil {
		// A context that is given parsed is written to: each run gets a copy.
		input["@context"] = ld.CopyContext(p.ready)
	} else {
		input["@context"] = native(p.own)
	}
	expanded, err := ld.NewJsonLdProcessor().Expand(input, opts)
	if err != nil {
		return nil, fmt.Errorf("expanding a document: %w", err)
	}
	if len(expanded) != 1 {
		return nil, errExpanded
	}
	return expanded, nil
}

// native gives a value as encoding/json would.
func native(v *strictjson.Value) any {
	switch v.Kind {
	case strictjson.Bool:
		return v.Text == "true"
	case strictjson.Number:
		n, err := strconv.ParseFloat(v.Text, 64)
		if err != nil {
			return nil // refused before
		}
		return n
	case strictjson.String:
		return v.Text
	case strictjson.Array:
		list := make([]any, len(v.Items))
		for i, item := range v.Items {
			list[i] = native(item)
		}
		return list
	case strictjson.Object:
		object := make(map[string]any, len(v.Members))
		for _, m := range v.Members {
			object[m.Name] = native(m.Value)
		}
		return object
	case strictjson.Null:
	}
	return nil
}

func termOf(n ld.Node) Term {
	switch n := n.(type) {
	case ld.IRI:
		return Term{Kind: IRI, Value: n.Value}
	case ld.BlankNode:
		return resource(n.Attribute)
	case ld.Literal:
		return Term{Kind: Literal, Value: n.Value, Datatype: n.Datatype, Language: n.Language}
	}
	return Term{}
}

func resource(name string) Term {
	if label, ok := strings.CutPrefix(name, "_:"); ok {
		return Term{Kind: Blank, Value: label}
	}
	return Term{Kind: IRI, Value: name}
}

var (
	errMissing = errors.New("a statement that the library does not make")
	errExtra   = errors.New("the library makes other statements")
	errCell    = errors.New("the library makes a list that does not end")
)

// agree checks that two readings of one document are the same statements: as many,
// and each the same. Nodes have the same labels in both, cells of lists have not:
// a list is compared as what it holds.
func agree(ours, theirs []Quad) error {
	want, err := flatten(ours)
	if err != nil {
		return err
	}
	got, err := flatten(theirs)
	if err != nil {
		return err
	}
	if len(theirs) != len(ours) || len(got) != len(want) {
		return fmt.Errorf("%w: %d for %d", errExtra, len(theirs), len(ours))
	}
	for q, n := range want {
		if got[q] != n {
			return errMissing
		}
	}
	return nil
}

const (
	rdfType  = rdf + "type"
	rdfFirst = rdf + "first"
	rdfRest  = rdf + "rest"
	rdfNil   = rdf + "nil"
)

// flatten counts the statements, each list in place of its first cell.
func flatten(quads []Quad) (map[Quad]int, error) {
	type cell struct{ first, rest Term }
	cells := map[Term]*cell{}
	counts := make(map[Quad]int, len(quads))
	for _, q := range quads {
		first, rest := q.Predicate.Value == rdfFirst, q.Predicate.Value == rdfRest
		if !first && !rest {
			continue
		}
		key := q.Subject
		key.Language = q.Graph.Value // a cell belongs to its graph
		if cells[key] == nil {
			cells[key] = new(cell)
		}
		if first {
			cells[key].first = q.Object
		} else {
			cells[key].rest = q.Object
		}
	}
	used := 0
	render := func(head Term, graph string) (Term, error) {
		var text []byte
		at := head
		for {
			at.Language = graph
			c := cells[at]
			if c == nil || used == len(cells) {
				return Term{}, errCell
			}
			used++
			text = append(c.first.appendTo(text), '\n')
			if c.rest.Value == rdfNil {
				return Term{Value: string(text), Datatype: rdf + "List"}, nil
			}
			at = c.rest
		}
	}
	for _, q := range quads {
		if q.Predicate.Value == rdfFirst || q.Predicate.Value == rdfRest {
			continue
		}
		key := q.Object
		key.Language = q.Graph.Value
		if q.Object.Kind == Blank && cells[key] != nil {
			list, err := render(q.Object, q.Graph.Value)
			if err != nil {
				return nil, err
			}
			q.Object = list
		}
		counts[q]++
	}
	if used != len(cells) {
		return nil, errCell
	}
	return counts, nil
}
