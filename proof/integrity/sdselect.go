package integrity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/probatum/probatum/proof"
)

// A tree is a JSON document laid open so that a part of it can be written
// down. Values stay the text that they were: nothing is read and written
// again.
type tree struct {
	text    []byte // of a value that is neither object nor array
	members []treeMember
	items   []*tree
	kind    treeKind
}

type treeMember struct {
	name  string
	text  []byte // the name as it was written, with its quotation marks
	value *tree
}

type treeKind byte

const (
	scalar treeKind = iota
	object
	array
)

// openTree reads a document that has been checked before (strictly, and not
// too deep).
func openTree(doc []byte) (*tree, error) {
	r := treeReader{data: doc, decoder: json.NewDecoder(bytes.NewReader(doc))}
	r.decoder.UseNumber()
	root, err := r.value()
	if err != nil {
		return nil, fmt.Errorf("opening a document: %w", err)
	}
	if root.kind != object {
		return nil, errors.New("opening a document: an object is needed")
	}
	return root, nil
}

type treeReader struct {
	data    []byte
	decoder *json.Decoder
	depth   int
}

// token gives the next token and its text.
func (r *treeReader) token() (json.Token, []byte, error) {
	start := r.decoder.InputOffset()
	token, err := r.decoder.Token()
	if err != nil {
		return nil, nil, err
	}
	return token, bytes.TrimLeft(r.data[start:r.decoder.InputOffset()], " \t\r\n,:"), nil
}

func (r *treeReader) value() (*tree, error) {
	token, text, err := r.token()
	if err != nil {
		return nil, err
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return &tree{text: text}, nil
	}
	if r.depth++; r.depth > sdMaxDepth {
		return nil, errors.New("too deep")
	}
	defer func() { r.depth-- }()
	if delim == '[' {
		t := &tree{kind: array}
		for r.decoder.More() {
			item, err := r.value()
			if err != nil {
				return nil, err
			}
			t.items = append(t.items, item)
		}
		_, _, err = r.token()
		return t, err
	}
	t := &tree{kind: object}
	for r.decoder.More() {
		token, text, err := r.token()
		if err != nil {
			return nil, err
		}
		name, ok := token.(string)
		if !ok {
			return nil, io.ErrUnexpectedEOF
		}
		value, err := r.value()
		if err != nil {
			return nil, err
		}
		t.members = append(t.members, treeMember{name: name, text: text, value: value})
	}
	_, _, err = r.token()
	return t, err
}

// member gives the value of a member, or nil.
func (t *tree) member(name string) *tree {
	for _, m := range t.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// step gives the value that one step of a pointer leads to, or nil.
func (t *tree) step(step string) *tree {
	switch t.kind {
	case object:
		return t.member(step)
	case array:
		if i, ok := arrayIndex(step, len(t.items)); ok {
			return t.items[i]
		}
	}
	return nil
}

// objects gives every object by its pointer.
func (t *tree) objects() map[string]*tree {
	found := map[string]*tree{}
	var walk func(t *tree, pointer string)
	walk = func(t *tree, pointer string) {
		if t.kind == object {
			found[pointer] = t
		}
		for _, m := range t.members {
			if m.value.kind != scalar {
				walk(m.value, pointer+"/"+escapeStep(m.name))
			}
		}
		for i, item := range t.items {
			if item.kind != scalar {
				walk(item, pointer+"/"+strconv.Itoa(i))
			}
		}
	}
	walk(t, "")
	return found
}

// A selection is a part of a document: the values that were chosen, and on
// the way to each the identifier and the types of every object, so that what
// is said stays said of the same thing.
type selection struct {
	root *tree
	// What of each value is in: absent means nothing of it, true all of it,
	// false what is in of the values in it.
	chosen map[*tree]bool
}

// choose selects the values that the pointers lead to. VC DI ECDSA
// Cryptosuites 1.0, 3.4 (createInitialSelection, selectPaths,
// selectJsonLd). No pointers select nothing.
func (t *tree) choose(texts []string) (*selection, error) {
	pointers, err := parsePointers(texts)
	if err != nil {
		return nil, err
	}
	s := &selection{root: t, chosen: map[*tree]bool{}}
	for i, p := range pointers {
		if !s.add(p) {
			return nil, proof.Refuse(proof.Proof, "proof.integrity.sd.pointer.match", nil, "Number", i+1)
		}
	}
	return s, nil
}

// add selects what one pointer leads to, if it leads to something.
func (s *selection) add(p pointer) bool {
	way := make([]*tree, 0, len(p)+1)
	at := s.root
	for _, step := range p {
		way = append(way, at)
		if at = at.step(step); at == nil {
			return false
		}
	}
	s.chosen[at] = true
	for _, t := range way {
		if _, some := s.chosen[t]; !some {
			s.chosen[t] = false
		}
		if t.kind != object {
			continue
		}
		for _, m := range t.members {
			if identifies(m.name) || t == s.root && m.name == "@context" {
				s.chosen[m.value] = true
			}
		}
	}
	return true
}

// identifies tells whether a member says what its object is. These names are
// the keywords and what the contexts of credentials call them.
func identifies(name string) bool {
	switch name {
	case "id", "type", "@id", "@type":
		return true
	}
	return false
}

// empty tells whether nothing is selected.
func (s *selection) empty() bool { return len(s.chosen) == 0 }

// A reveal is a selection written down.
type reveal struct {
	text []byte
	// from leads from the pointer of each object in it to the pointer of the
	// same object in the whole document; indexes differ, since what is left
	// of an array moves together.
	from map[string]string
}

// reveal writes the selection as a document. The order of the document stays.
func (s *selection) reveal() reveal {
	w := revealer{selection: s, from: map[string]string{}}
	w.write(s.root, false, "", "")
	return reveal{text: w.buf.Bytes(), from: w.from}
}

type revealer struct {
	*selection
	buf  bytes.Buffer
	from map[string]string
}

// write writes what is selected of t, which stands at the pointer to here and
// at the pointer from in the whole document.
func (w *revealer) write(t *tree, whole bool, to, from string) {
	whole = whole || w.chosen[t]
	in := func(t *tree) bool {
		_, some := w.chosen[t]
		return whole || some
	}
	switch t.kind {
	case scalar:
		w.buf.Write(t.text)
	case array:
		n := 0
		w.buf.WriteByte('[')
		for i, item := range t.items {
			if !in(item) {
				continue
			}
			if n > 0 {
				w.buf.WriteByte(',')
			}
			w.write(item, whole, to+"/"+strconv.Itoa(n), from+"/"+strconv.Itoa(i))
			n++
		}
		w.buf.WriteByte(']')
	case object:
		w.from[to] = from
		n := 0
		w.buf.WriteByte('{')
		for _, m := range t.members {
			if !in(m.value) {
				continue
			}
			if n > 0 {
				w.buf.WriteByte(',')
			}
			w.buf.Write(m.text)
			w.buf.WriteByte(':')
			step := "/" + escapeStep(m.name)
			w.write(m.value, whole, to+step, from+step)
			n++
		}
		w.buf.WriteByte('}')
	}
}
