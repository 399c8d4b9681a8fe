package canon_test

import (
	"context"
	"crypto"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/probatum/probatum/proof/canon"
)

// smallDataset draws a dataset of few blank nodes and few names, so that nodes
// are alike often and two draws are isomorphic now and then. All of it stands in
// one graph: for like nodes linked in several ones RDFC-1.0 has no one answer
// (see Canonicalize).
func smallDataset(blanks, most int) *rapid.Generator[*canon.Dataset] {
	blank := rapid.Custom(func(t *rapid.T) canon.Term {
		return canon.Term{Kind: canon.Blank, Value: fmt.Sprintf("n%d", rapid.IntRange(0, blanks-1).Draw(t, "node"))}
	})
	iri := rapid.Custom(func(t *rapid.T) canon.Term {
		return canon.Term{Kind: canon.IRI, Value: "a:" + rapid.SampledFrom([]string{"s", "é"}).Draw(t, "name")}
	})
	literal := rapid.SampledFrom([]canon.Term{
		{Kind: canon.Literal, Value: "x"},
		{Kind: canon.Literal, Value: "x", Datatype: xsd + "string"},
		{Kind: canon.Literal, Value: "x", Language: "en"},
		{Kind: canon.Literal, Value: "x", Datatype: "a:d"},
		{Kind: canon.Literal, Value: "\x00\"\\\n"},
	})
	quad := rapid.Custom(func(t *rapid.T) canon.Quad {
		return canon.Quad{
			Subject:   rapid.OneOf(blank, blank, blank, iri).Draw(t, "subject"),
			Predicate: canon.Term{Kind: canon.IRI, Value: rapid.SampledFrom([]string{"a:p", "a:p", "a:q"}).Draw(t, "predicate")},
			Object:    rapid.OneOf(blank, blank, blank, iri, literal).Draw(t, "object"),
		}
	})
	return rapid.Custom(func(t *rapid.T) *canon.Dataset {
		d := &canon.Dataset{Quads: rapid.SliceOfN(quad, 0, most).Draw(t, "statements")}
		graph := rapid.OneOf(rapid.Just(canon.Term{}), blank, iri).Draw(t, "graph")
		for i := range d.Quads {
			d.Quads[i].Graph = graph
		}
		return d
	})
}

// oneGraph tells whether all statements stand in the same graph.
func oneGraph(d *canon.Dataset) bool {
	return !slices.ContainsFunc(d.Quads, func(q canon.Quad) bool { return q.Graph != d.Quads[0].Graph })
}

// TestCanonicalizeProperty: the canonical form is the same under other labels.
func TestCanonicalizeProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := smallDataset(7, 14).Draw(t, "dataset")
		want, err := d.Canonicalize(context.Background(), crypto.SHA256)
		if err != nil {
			t.Fatalf("%s: %v", text(d), err)
		}
		checkLabels(t, d, want)
		got, err := relabelled(d, rapid.Uint64().Draw(t, "seed")).Canonicalize(context.Background(), crypto.SHA256)
		if err != nil {
			t.Fatalf("%s: relabelled: %v", text(d), err)
		}
		if diff := cmp.Diff(want.Lines, got.Lines); diff != "" {
			t.Fatalf("%s: relabelled (-first +again):\n%s", text(d), diff)
		}
	})
}

// TestCanonicalizeTellsApart: two datasets have the same canonical form if and
// only if they are isomorphic, as trying all ways to match their blank nodes
// finds out.
func TestCanonicalizeTellsApart(t *testing.T) {
	t.Parallel()
	same := 0
	rapid.Check(t, func(t *rapid.T) {
		a := smallDataset(4, 7).Draw(t, "dataset")
		b := &canon.Dataset{Quads: slices.Clone(a.Quads)}
		if rapid.Bool().Draw(t, "two") || len(b.Quads) == 0 {
			b = smallDataset(4, 7).Draw(t, "other")
		} else {
			i := rapid.IntRange(0, len(b.Quads)-1).Draw(t, "changed")
			b.Quads[i] = smallDataset(4, 1).Filter(func(d *canon.Dataset) bool { return len(d.Quads) == 1 }).Draw(t, "into").Quads[0]
			b.Quads[i].Graph = a.Quads[i].Graph
		}
		ca, err := a.Canonicalize(context.Background(), crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		cb, err := b.Canonicalize(context.Background(), crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		equal := slices.Equal(ca.Lines, cb.Lines)
		if want := isomorphic(a, b); equal != want {
			t.Fatalf("isomorphic: %v; same canonical form: %v\n%s\n%s", want, equal, text(a), text(b))
		}
		if equal {
			same++
		}
	})
	if same == 0 {
		t.Error("no two datasets were isomorphic: nothing was tried")
	}
}

// isomorphic tries every way to match the blank nodes.
func isomorphic(a, b *canon.Dataset) bool {
	la, lb := labels(a), labels(b)
	if len(la) != len(lb) {
		return false
	}
	want := lineSet(b, nil)
	var try func(i int, names map[string]string, free []string) bool
	try = func(i int, names map[string]string, free []string) bool {
		if i == len(la) {
			return maps.Equal(lineSet(a, names), want)
		}
		for k, to := range free {
			names[la[i]] = to
			if try(i+1, names, slices.Delete(slices.Clone(free), k, k+1)) {
				return true
			}
		}
		return false
	}
	return try(0, make(map[string]string), lb)
}

func labels(d *canon.Dataset) []string {
	found := make(map[string]bool)
	for _, q := range d.Quads {
		for _, t := range []canon.Term{q.Subject, q.Object, q.Graph} {
			if t.Kind == canon.Blank {
				found[t.Value] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func lineSet(d *canon.Dataset, names map[string]string) map[string]bool {
	set := make(map[string]bool)
	for _, q := range d.Quads {
		if names != nil {
			q = rename(q, names)
		}
		set[q.String()] = true
	}
	return set
}
