package evidence

import (
	"crypto/rand"
	"fmt"
	"io"
	"slices"

	"github.com/probatum/probatum/internal/fault"
)

// A Set is frozen evidence: items, each with its salt, and the root. It does
// not change. Whoever has it can show any item to those who have the root, so
// it belongs to the candidate and to those whom the candidate lets assess.
// The zero Set is empty and has no root.
type Set struct {
	items  []Item
	salts  []Salt
	leaves []Digest
	root   Root
}

// Freeze makes a Set of items in their order. Each gets a salt from random,
// which is that of crypto/rand where it is nil: the same items frozen twice
// have different roots. The error for items that cannot be frozen is a
// fault.List.
func Freeze(items []Item, random io.Reader) (Set, error) {
	if random == nil {
		random = rand.Reader
	}
	salts := make([]Salt, min(len(items), MaxItems))
	for i := range salts {
		if _, err := io.ReadFull(random, salts[i][:]); err != nil {
			return Set{}, fmt.Errorf("taking salts for evidence: %w", err)
		}
	}
	return newSet(slices.Clone(items), salts)
}

// newSet checks what the set would hold and makes its tree.
func newSet(items []Item, salts []Salt) (Set, error) {
	var l fault.List
	if len(items) < 1 || len(items) > MaxItems {
		l.Add("$.items", "evidence.count", "", "Max", MaxItems, "Found", len(items))
		return Set{}, l
	}
	s := Set{items: items, salts: salts, leaves: make([]Digest, len(items))}
	seen := make(map[Salt]bool, len(items))
	texts := 0
	for i, it := range items {
		at := fmt.Sprintf("$.items[%d]", i)
		it.check(at, &l)
		if seen[salts[i]] || salts[i] == (Salt{}) {
			l.Add(at+".salt", "evidence.salt", "")
		}
		seen[salts[i]] = true
		if texts += len(it.Unit) + len(it.Title) + len(it.Shows); texts > maxTexts {
			l.Add("$.items", "evidence.texts", "", "Max", maxTexts>>20)
			return Set{}, l
		}
		if len(l) > maxFaults {
			return Set{}, l
		}
		s.leaves[i] = leafOf(it, salts[i])
	}
	if err := l.Err(); err != nil {
		return Set{}, err
	}
	s.root = rootOf(topOf(s.leaves), len(items))
	return s, nil
}

// Root is what a Result and a credential say of the set.
func (s Set) Root() Root { return s.root }

// String tells the number of items and the root, and no salt.
func (s Set) String() string { return fmt.Sprintf("%d items under %s", len(s.items), s.root) }

// GoString tells the same.
func (s Set) GoString() string { return s.String() }

// Len is the number of items.
func (s Set) Len() int { return len(s.items) }

// Items are the items in their order.
func (s Set) Items() []Item { return slices.Clone(s.items) }

// Proof gives what shows that item i, counted from 0, is in the set. It tells
// that item, its place and the number of items, and nothing of the others.
func (s Set) Proof(i int) (Proof, error) {
	if i < 0 || i >= len(s.items) {
		return Proof{}, fmt.Errorf("proving item %d of a set of %d", i, len(s.items))
	}
	return Proof{Item: s.items[i], Salt: s.salts[i], Index: i, Items: len(s.items), Path: pathOf(i, s.leaves)}, nil
}
