package canon

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"slices"
	"strconv"
)

// A writer makes the statements of a document from its nodes. It walks in the
// order in which the library does, so that nodes without id get the same labels.
//
// The rule by which values are counted: each type of a node is a statement, and
// each value of each property; a list of n values is 2n more, and an object that
// stands in a graph of its own has its statements in that graph. Nothing else
// makes one. A statement that is made twice is a value that would be lost: only
// where a node is described in several places does each say the same.
type writer struct {
	quads  []Quad
	seen   map[Quad]struct{}
	nodes  map[string]string
	max    int // quads
	blanks int // nodes without id, and cells of lists
	labels int
	cells  int

	mentions map[mention]*mentioned
	order    []mention

	work   work         // of the library, for what the statements cost it
	values map[Quad]int // by a statement without its object: values so far
}

func newWriter(l Limits) *writer {
	return &writer{
		seen: map[Quad]struct{}{}, nodes: map[string]string{}, mentions: map[mention]*mentioned{},
		values: map[Quad]int{}, max: l.MaxQuads, blanks: l.MaxBlanks,
	}
}

// A mention is a node with an id in one graph.
type mention struct{ graph, id string }

// mentioned is what is known of such a node.
type mentioned struct {
	described bool
	sum       [sha256.Size]byte // of what is said
	different bool              // a second description says something else
	coerced   bool              // described where a string could stand
	subject   bool              // described where only an object can: as the subject, or as the document
	bare      bool              // named by an object that says nothing
	text      bool              // named by a string
	at        *step             // the last place but the first
}

var errPlaces = errors.New("RDF could not tell in which place it is said")

func (w *writer) write(root *thing) error {
	if _, _, err := w.thing(root, Term{}, value{}); err != nil {
		return err
	}
	if len(w.quads) == 0 {
		return &Error{Kind: Empty, Key: "proof.canon.nothing"}
	}
	return w.places()
}

// blank gives the next label.
func (w *writer) blank() Term {
	w.labels++
	return Term{Kind: Blank, Value: "b" + strconv.Itoa(w.labels-1)}
}

// thing writes the statements of a node and gives its name. The sum tells apart
// what nodes say.
func (w *writer) thing(n *thing, graph Term, from value) (Term, [sha256.Size]byte, error) {
	subject := Term{Kind: IRI, Value: n.id}
	if n.id == "" {
		subject = w.blank()
		w.nodes[n.at.pointer()] = subject.Value
	}
	again := false
	if n.id != "" && !n.bare() {
		again = w.mention(n.id, graph).described
	}
	lines := make([]string, 0, len(n.types)+len(n.properties))
	for _, t := range n.types {
		if err := w.add(Quad{subject, Term{Kind: IRI, Value: rdfType}, Term{Kind: IRI, Value: t}, graph}, again, from); err != nil {
			return subject, [sha256.Size]byte{}, err
		}
		lines = append(lines, "a "+t)
	}
	slices.SortStableFunc(n.properties, func(a, b property) int { return cmp.Compare(a.iri, b.iri) })
	for _, p := range n.properties {
		for _, v := range p.values {
			object, line, err := w.value(v, graph)
			if err != nil {
				return subject, [sha256.Size]byte{}, err
			}
			if err := w.add(Quad{subject, Term{Kind: IRI, Value: p.iri}, object, graph}, again, v); err != nil {
				return subject, [sha256.Size]byte{}, err
			}
			lines = append(lines, p.iri+" "+line)
		}
	}
	slices.Sort(lines)
	h := sha256.New()
	for _, l := range lines {
		_, _ = h.Write([]byte(strconv.Itoa(len(l)) + ":" + l))
	}
	sum := [sha256.Size]byte(h.Sum(nil))
	if n.id != "" {
		w.describe(n, graph, from, sum)
	}
	return subject, sum, nil
}

// value writes what a value needs beside its own statement, and gives the object
// of that one, with a line that tells it apart from others.
func (w *writer) value(v value, graph Term) (Term, string, error) {
	switch {
	case v.node != nil:
		object, sum, err := w.thing(v.node, graph, v)
		if v.node.id != "" {
			return object, object.String(), err
		}
		return object, "b" + string(sum[:]), err
	case v.graph != nil:
		name := w.blank()
		_, sum, err := w.thing(v.graph, name, v)
		return name, "g" + v.graph.id + string(sum[:]), err
	case v.list != nil:
		return w.list(v.list, graph)
	}
	if v.term.Kind == IRI {
		seen := w.mention(v.term.Value, graph)
		seen.text = true
		seen.at = v.at
	}
	return v.term, v.term.String(), nil
}

// costCell is for how many blank nodes the cell of a list counts: the library and
// the comparison with it hold two statements of each.
const costCell = 2

// list writes the cells of a list. Its line is that of its values, in order.
func (w *writer) list(values []value, graph Term) (Term, string, error) {
	if w.labels+costCell*(w.cells+len(values)) > w.blanks { // before they take memory
		return Term{}, "", tooMany("proof.canon.blanks", w.blanks)
	}
	line := []byte("(")
	objects := make([]Term, len(values))
	for i, v := range values {
		object, l, err := w.value(v, graph)
		if err != nil {
			return object, "", err
		}
		objects[i] = object
		line = append(strconv.AppendInt(line, int64(len(l)), 10), ':')
		line = append(line, l...)
	}
	next := Term{Kind: IRI, Value: rdfNil}
	for _, object := range slices.Backward(objects) {
		cell := Term{Kind: Blank, Value: "l" + strconv.Itoa(w.cells)}
		w.cells++
		for _, q := range []Quad{
			{cell, Term{Kind: IRI, Value: rdfFirst}, object, graph},
			{cell, Term{Kind: IRI, Value: rdfRest}, next, graph},
		} {
			if err := w.add(q, false, value{}); err != nil {
				return cell, "", err
			}
		}
		next = cell
	}
	return next, string(append(line, ')')), nil
}

// add takes a statement. One that is there already has lost a value, but where
// its node is described again.
func (w *writer) add(q Quad, again bool, from value) error {
	key := q
	key.Object = Term{}
	w.work.compares(w.values[key])
	w.values[key]++
	if _, twice := w.seen[q]; twice {
		if again {
			return nil
		}
		return &Error{Kind: Lost, Pointer: from.at.pointer(), Key: "proof.canon.twice"}
	}
	if len(w.quads) == w.max {
		return tooMany("proof.canon.quads", w.max)
	}
	w.seen[q] = struct{}{}
	w.quads = append(w.quads, q)
	return nil
}

func (w *writer) mention(id string, graph Term) *mentioned {
	key := mention{graph.Value, id}
	m := w.mentions[key]
	if m == nil {
		m = new(mentioned)
		w.mentions[key] = m
		w.order = append(w.order, key)
	}
	return m
}

// describe notes that an object names a node, and what it says of it.
func (w *writer) describe(n *thing, graph Term, from value, sum [sha256.Size]byte) {
	m := w.mention(n.id, graph)
	if n.bare() {
		m.bare, m.at = true, n.at
		return
	}
	if m.described {
		m.different = m.different || m.sum != sum
		m.at = n.at
	} else {
		m.described, m.sum = true, sum
	}
	m.coerced = m.coerced || from.coerced
	m.subject = m.subject || from.subject || from.graph != nil || n.at == nil
}

// places checks that for each node that is mentioned more than once there is only
// one way to say so. RDF knows what is said of a node, not in which of the places
// where it stands: a claim could be moved from one to the other, or left out of
// one. So every description of a node says the same, and whether a place holds a
// description or only the name does not depend on the writer: what a credential is
// about, and the document itself, are described there and in other places named by
// a string, where the context takes one; everything else that is described at all
// is described wherever it stands.
func (w *writer) places() error {
	for _, key := range w.order {
		m := w.mentions[key]
		if !m.described {
			continue
		}
		if m.different || m.bare || m.subject && m.coerced || !m.subject && m.text {
			return &Error{Kind: Lost, Pointer: m.at.pointer(), Key: "proof.canon.places", Err: errPlaces}
		}
	}
	return nil
}
