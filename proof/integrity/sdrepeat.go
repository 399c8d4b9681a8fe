package integrity

import (
	"bytes"
	"crypto/sha256"
	"maps"
	"slices"
)

// A node with an id may be described at several places of a document, each time
// alike. A selection that shows more of it at one place than at another shows no
// less: in RDF the places are one. But a reader of the JSON would find that it
// differs, and canon refuses that. So what is selected at one place is selected
// at all places that are in the selection; no statement is added by it.

// even makes the selection of each node the same at all its places. blank tells
// which objects are nodes without id: those are another node at every place, and
// showing one more would add statements.
func (s *selection) even(blank func(*tree) bool) {
	e := evener{selection: s, blank: blank, mixed: map[*tree]bool{}, forms: map[*tree]form{}}
	// What is added may hold nodes that are in the selection elsewhere.
	for range sdMaxDepth {
		e.places, e.added = map[string][]place{}, false
		e.find(s.root, false)
		for _, id := range slices.Sorted(maps.Keys(e.places)) {
			e.spread(e.places[id])
		}
		if !e.added {
			return
		}
	}
}

type evener struct {
	*selection
	blank  func(*tree) bool
	places map[string][]place // by the id
	added  bool

	mixed map[*tree]bool // whether a node without id is in a value
	forms map[*tree]form // of values that were compared
}

// A place is an object in the selection, whole or in part.
type place struct {
	at    *tree
	whole bool
}

// find notes the places of all nodes with an id.
func (e *evener) find(t *tree, whole bool) {
	chosen, some := e.chosen[t]
	if !some && !whole {
		return
	}
	whole = whole || chosen
	if id := t.id(); id != "" {
		e.places[id] = append(e.places[id], place{t, whole})
	}
	for _, m := range t.members {
		if m.name != "@context" {
			e.find(m.value, whole)
		}
	}
	for _, item := range t.items {
		e.find(item, whole)
	}
}

// spread gathers at the first place what is selected at the others, and then
// gives it to them.
func (e *evener) spread(places []place) {
	for _, p := range places[1:] {
		e.give(p, places[0])
	}
	for _, p := range places[1:] {
		e.give(places[0], p)
	}
}

// give selects in the object at to what is selected in the one at from.
func (e *evener) give(from, to place) {
	if to.whole {
		return
	}
	for _, m := range from.at.members {
		chosen, some := e.chosen[m.value]
		other := to.at.member(m.name)
		if !some && !from.whole || other == nil || e.holdsBlank(m.value) || e.form(m.value) != e.form(other) {
			continue
		}
		e.copy(m.value, other, from.whole || chosen)
	}
}

// copy selects in one value what is selected in another that says the same.
func (e *evener) copy(from, to *tree, whole bool) {
	chosen, some := e.chosen[from]
	if !some && !whole {
		return
	}
	whole = whole || chosen
	if had, there := e.chosen[to]; !there || whole && !had {
		e.chosen[to], e.added = whole, true
	}
	if whole {
		return
	}
	for _, m := range from.members {
		if other := to.member(m.name); other != nil {
			e.copy(m.value, other, false)
		}
	}
	// Elements of a set may stand in another order.
	others := make(map[form][]*tree, len(to.items))
	for _, item := range to.items {
		f := e.form(item)
		others[f] = append(others[f], item)
	}
	for _, item := range from.items {
		f := e.form(item)
		if same := others[f]; len(same) > 0 {
			e.copy(item, same[0], false)
			others[f] = same[1:]
		}
	}
}

// holdsBlank tells whether a value is or holds a node without id.
func (e *evener) holdsBlank(t *tree) bool {
	if found, known := e.mixed[t]; known {
		return found
	}
	found := t.kind == object && e.blank(t) ||
		slices.ContainsFunc(t.members, func(m treeMember) bool { return e.holdsBlank(m.value) }) ||
		slices.ContainsFunc(t.items, e.holdsBlank)
	e.mixed[t] = found
	return found
}

// A form is the same for values that say the same: a digest of the value
// without space, members and elements in order.
type form [sha256.Size]byte

func (e *evener) form(t *tree) form {
	if f, known := e.forms[t]; known {
		return f
	}
	var parts [][]byte
	for _, m := range t.members {
		name, value := sha256.Sum256([]byte(m.name)), e.form(m.value)
		parts = append(parts, slices.Concat(name[:], value[:]))
	}
	for _, item := range t.items {
		f := e.form(item)
		parts = append(parts, f[:])
	}
	slices.SortFunc(parts, bytes.Compare)
	own := t.text
	if s, ok := text(t.text); ok {
		own = []byte(`"` + s)
	}
	f := form(sha256.Sum256(slices.Concat([]byte{byte(t.kind)}, own, slices.Concat(parts...))))
	e.forms[t] = f
	return f
}

// id gives the id of an object, or nothing.
func (t *tree) id() string {
	for _, name := range [...]string{"id", "@id"} {
		if value := t.member(name); value != nil {
			s, _ := text(value.text)
			return s
		}
	}
	return ""
}
