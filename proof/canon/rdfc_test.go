package canon_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/proof/canon"
)

// dataset parses N-Quads that must be right.
func dataset(t testing.TB, nquads string) *canon.Dataset {
	t.Helper()
	d, err := canon.ParseNQuads([]byte(nquads), canon.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func canonical(t testing.TB, what string, d *canon.Dataset, h crypto.Hash) *canon.Canonical {
	t.Helper()
	c, err := d.Canonicalize(t.Context(), h)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return c
}

// relabelled gives the dataset with its lines in another order, some of them
// twice, and its blank nodes under other names, some of which look canonical.
func relabelled(d *canon.Dataset, seed uint64) *canon.Dataset {
	r := rand.New(rand.NewPCG(seed, 2))
	names := make(map[string]string)
	quads := make([]canon.Quad, 0, len(d.Quads)+1)
	for _, q := range d.Quads {
		for _, t := range []*canon.Term{&q.Subject, &q.Object, &q.Graph} {
			if t.Kind == canon.Blank {
				names[t.Value] = ""
			}
		}
	}
	numbers := r.Perm(len(names))
	for i, n := range slices.Sorted(maps.Keys(names)) {
		names[n] = fmt.Sprintf([]string{"c14n%d", "b%d", "x%d"}[numbers[i]%3], numbers[i])
	}
	for _, q := range d.Quads {
		quads = append(quads, rename(q, names))
	}
	if len(quads) > 0 {
		quads = append(quads, quads[r.IntN(len(quads))])
	}
	r.Shuffle(len(quads), func(i, j int) { quads[i], quads[j] = quads[j], quads[i] })
	return &canon.Dataset{Quads: quads}
}

func rename(q canon.Quad, names map[string]string) canon.Quad {
	for _, t := range []*canon.Term{&q.Subject, &q.Object, &q.Graph} {
		if t.Kind == canon.Blank {
			t.Value = names[t.Value]
		}
	}
	return q
}

// TestCanonicalizeShapes: graphs whose nodes are alike come out the same under
// any labels, in any order, by both hashes.
func TestCanonicalizeShapes(t *testing.T) {
	t.Parallel()
	for name, graph := range map[string]string{
		"clique of 4":             clique(4),
		"three cliques":           cliques(3, 4),
		"clique with loops":       loops(4),
		"bipartite":               bipartite(3, 4),
		"multigraph":              multigraph(3, 2),
		"chain":                   chain(60),
		"ring":                    ring(60),
		"star":                    star(300),
		"alike":                   alike(300),
		"list":                    list(40),
		"twins":                   twins(200),
		"distinct":                distinct(500),
		"of three links":          regular(8, 3, 7),
		"of two links":            regular(12, 2, 7),
		"two rings":               ring(5) + strings.ReplaceAll(ring(5), "_:n", "_:m"),
		"rings of 3 and 6":        ring(3) + strings.ReplaceAll(ring(6), "_:n", "_:m"),
		"blank graph and subject": "_:a <a:p> _:b _:a .\n_:b <a:p> _:a _:b .\n_:c <a:p> _:c _:c .\n",
		"one link in two graphs":  "_:a <a:p> _:b <a:g> .\n_:a <a:p> _:b <a:h> .\n_:c <a:p> _:d <a:g> .\n_:c <a:p> _:d <a:h> .\n",
		"twice in one statement":  "_:a <a:p> _:b _:b .\n_:c <a:p> _:d _:d .\n_:b <a:p> _:c .\n_:d <a:p> _:a .\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dataset(t, graph)
			for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384} {
				want := canonical(t, "first", d, h)
				checkLabels(t, d, want)
				for seed := range uint64(4) {
					again := relabelled(d, seed)
					got := canonical(t, "again", again, h)
					if diff := cmp.Diff(want.Lines, got.Lines); diff != "" {
						t.Fatalf("%v, relabelled with seed %d (-first +again):\n%s", h, seed, diff)
					}
					checkLabels(t, again, got)
				}
			}
		})
	}
}

// checkLabels: the labels are c14n0 … without a gap, and turn the statements
// into the lines.
func checkLabels(t interface {
	Helper()
	Errorf(string, ...any)
}, d *canon.Dataset, c *canon.Canonical,
) {
	t.Helper()
	lines := make([]string, 0, len(d.Quads))
	for _, q := range d.Quads {
		lines = append(lines, rename(q, c.Labels).String())
	}
	slices.Sort(lines)
	if diff := cmp.Diff(c.Lines, slices.Compact(lines)); diff != "" {
		t.Errorf("the lines are not the statements relabelled (-lines +relabelled):\n%s", diff)
	}
	seen := make(map[string]bool)
	for _, l := range c.Labels {
		seen[l] = true
	}
	for i := range len(c.Labels) {
		if l := fmt.Sprintf("c14n%d", i); !seen[l] {
			t.Errorf("%d labels, but no %s", len(c.Labels), l)
		}
	}
	if got, want := string(c.Text()), strings.Join(c.Lines, ""); got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

// TestCanonicalizeEscapesGreedyGraphs: what is built to exhaust the algorithm is
// either canonicalised or refused, soon and without holding memory. It runs alone,
// for it counts the work of the process.
func TestCanonicalizeEscapesGreedyGraphs(t *testing.T) {
	graphs := map[string]string{
		"cliques of 3 to 12": "", "2 cliques of 9": cliques(2, 9), "30 cliques of 6": cliques(30, 6), "100 cliques of 8": cliques(100, 8),
		"multigraph of 5": multigraph(5, 3), "multigraph of 12": multigraph(12, 4), "multigraph of 30": multigraph(30, 10),
		"clique with loops of 10": loops(10), "clique with loops of 40": loops(40),
		"clique of 200": clique(200), "bipartite 150": bipartite(150, 150), "bipartite 2 by 5000": bipartite(2, 5000),
		"three links, 20": regular(20, 3, 1), "three links, 60": regular(60, 3, 1), "two links, 1000": regular(1000, 2, 1), "eight links, 5000": regular(5000, 8, 1),
		"chain of 12000": chain(12000), "ring of 12000": ring(12000), "list of 2000": list(2000),
	}
	delete(graphs, "cliques of 3 to 12")
	for n := 3; n <= 40; n++ {
		graphs[fmt.Sprintf("clique of %d", n)] = clique(n)
		graphs[fmt.Sprintf("bipartite %d", n)] = bipartite(n, n)
		var apart strings.Builder
		for k := 3; k <= n && k <= 12; k++ {
			apart.WriteString(strings.ReplaceAll(clique(k), "_:k0", fmt.Sprintf("_:k%d", k)))
		}
		graphs[fmt.Sprintf("cliques of 3 to %d", min(n, 12))] = apart.String()
	}
	for _, name := range slices.Sorted(maps.Keys(graphs)) {
		d := dataset(t, graphs[name])
		began := cpuTime()
		first, err := d.Canonicalize(t.Context(), crypto.SHA256)
		if took := cpuTime() - began; took > limitForOne {
			t.Errorf("%s: %v", name, took)
		}
		if err != nil {
			wantKind(t, name, err, canon.Resources)
			continue
		}
		second := canonical(t, name, relabelled(d, 3), crypto.SHA256)
		if !slices.Equal(first.Lines, second.Lines) {
			t.Errorf("%s: another form under other labels", name)
		}
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > 64<<20 {
		t.Errorf("%d bytes are held after the answers", m.HeapAlloc)
	}
}

// TestCanonicalizeWorks: what is large but ordinary is canonicalised.
func TestCanonicalizeWorks(t *testing.T) {
	t.Parallel()
	for name, graph := range map[string]string{
		"distinct, 10000":              distinct(10000),
		"1000 told apart by another":   alike(1000),
		"5000 told apart by another":   alike(5000),
		"1000 told apart by the ends":  chain(1000),
		"ring of 1000":                 ring(1000),
		"star of 10000":                star(10000),
		"list of 300":                  list(300),
		"two like chains of 5000":      twins(5000),
		"1000 cliques of 3":            cliques(1000, 3),
		"5000 nodes that say the same": strings.ReplaceAll(star(5000), "_:l0", "<a:s>"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkLabels(t, dataset(t, graph), canonical(t, name, dataset(t, graph), crypto.SHA256))
		})
	}
}

// TestCanonicalizeStops: a context that ends stops the work wherever it is, and
// the answer says why.
func TestCanonicalizeStops(t *testing.T) {
	t.Parallel()
	for name, graph := range map[string]string{
		"first degree": distinct(10000), "recursion": chain(3000), "permutations": cliques(300, 6), "both": regular(1000, 3, 1),
	} {
		d := dataset(t, graph)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := d.Canonicalize(ctx, crypto.SHA256)
		wantKind(t, name, err, canon.Resources)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want it to be context.Canceled", name, err)
		}
		// Over at some look: the answer is the refusal, and no look comes after.
		for looks := 1; looks < 40; looks *= 2 {
			ctx := &countdown{Context: t.Context(), left: looks}
			_, err := d.Canonicalize(ctx, crypto.SHA256)
			if ctx.left != -1 {
				t.Errorf("%s: ended at look %d, looked %d times more", name, looks, -1-ctx.left)
			}
			if e, ok := errors.AsType[*canon.Error](err); !ok || e.Kind != canon.Resources || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: ended at look %d: %v", name, looks, err)
			}
		}
	}
}

// A countdown is a context that is over once it has been asked so often.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

func TestCanonicalizeLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		graph  string
		limits canon.Limits
		fits   bool
	}{
		"as many blank nodes as allowed": {distinct(100), canon.Limits{MaxBlanks: 100}, true},
		"one too many":                   {distinct(100), canon.Limits{MaxBlanks: 99}, false},
		"small budget, nothing alike":    {distinct(100), canon.Limits{Budget: 1}, true},
		"small budget":                   {ring(10), canon.Limits{Budget: 1}, false},
		"enough budget":                  {ring(10), canon.Limits{Budget: 30}, true},
		"budget without bound":           {clique(40), canon.Limits{Budget: 1 << 62}, false},
	} {
		d, err := canon.ParseNQuads([]byte(c.graph), c.limits)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, err = d.Canonicalize(t.Context(), crypto.SHA256)
		switch {
		case c.fits && err != nil:
			t.Errorf("%s: refused: %v", name, err)
		case !c.fits:
			wantKind(t, name, err, canon.Resources)
		}
	}
}

// TestCanonicalizeRefuses: a dataset that was not parsed is checked too, for a
// term that is none could make one line out of two statements.
func TestCanonicalizeRefuses(t *testing.T) {
	t.Parallel()
	s := canon.Term{Kind: canon.IRI, Value: "a:s"}
	good := canon.Quad{Subject: s, Predicate: s, Object: s}
	for name, change := range map[string]func(*canon.Quad){
		"no subject":        func(q *canon.Quad) { q.Subject = canon.Term{} },
		"literal subject":   func(q *canon.Quad) { q.Subject.Kind = canon.Literal },
		"blank predicate":   func(q *canon.Quad) { q.Predicate = canon.Term{Kind: canon.Blank, Value: "b"} },
		"no object":         func(q *canon.Quad) { q.Object = canon.Term{} },
		"unknown kind":      func(q *canon.Quad) { q.Object.Kind = 9 },
		"literal graph":     func(q *canon.Quad) { q.Graph = canon.Term{Kind: canon.Literal, Value: "g"} },
		"relative IRI":      func(q *canon.Quad) { q.Object.Value = "o" },
		"IRI with an end":   func(q *canon.Quad) { q.Object.Value = "a:o> .\n<a:s> <a:p> <a:o" },
		"IRI not UTF-8":     func(q *canon.Quad) { q.Object.Value = "a:\xff" },
		"label with a line": func(q *canon.Quad) { q.Object = canon.Term{Kind: canon.Blank, Value: "b .\n_:c"} },
		"empty label":       func(q *canon.Quad) { q.Object = canon.Term{Kind: canon.Blank} },
		"label not UTF-8":   func(q *canon.Quad) { q.Object = canon.Term{Kind: canon.Blank, Value: "b\xff"} },
		"literal not UTF-8": func(q *canon.Quad) { q.Object = canon.Term{Kind: canon.Literal, Value: "\xff"} },
		"odd language":      func(q *canon.Quad) { q.Object = canon.Term{Kind: canon.Literal, Language: "e n"} },
		"odd datatype":      func(q *canon.Quad) { q.Object = canon.Term{Kind: canon.Literal, Datatype: "d"} },
		"both": func(q *canon.Quad) {
			q.Object = canon.Term{Kind: canon.Literal, Language: "en", Datatype: xsd + "string"}
		},
		"langString without a language": func(q *canon.Quad) {
			q.Object = canon.Term{Kind: canon.Literal, Datatype: "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"}
		},
	} {
		bad := good
		change(&bad)
		d := &canon.Dataset{Quads: []canon.Quad{good, bad}}
		_, err := d.Canonicalize(t.Context(), crypto.SHA256)
		wantKind(t, name, err, canon.Malformed)
	}
	d := &canon.Dataset{Quads: []canon.Quad{good}}
	if _, err := d.Canonicalize(t.Context(), crypto.SHA1); err == nil {
		t.Error("SHA-1: canonicalised")
	}
	c := canonical(t, "good", d, crypto.SHA256)
	if want := sha256.Sum256(c.Text()); !slices.Equal(c.Sum(crypto.SHA256), want[:]) {
		t.Errorf("sum %x, want %x", c.Sum(crypto.SHA256), want)
	}
}

// FuzzCanonicalize: whatever parses is canonicalised or refused for its
// resources, and comes out the same under other labels.
func FuzzCanonicalize(f *testing.F) {
	for _, g := range []string{
		"", clique(4), clique(9), ring(5), star(4), chain(9), loops(5), multigraph(3, 2), multigraph(6, 3), bipartite(3, 3), bipartite(12, 12),
		alike(3), list(3), regular(10, 3, 1), regular(30, 3, 1), twins(3),
	} {
		f.Add([]byte(g), uint64(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		d, err := canon.ParseNQuads(data, canon.Limits{})
		if err != nil {
			return
		}
		first, err := d.Canonicalize(t.Context(), crypto.SHA256)
		if err != nil {
			wantKind(t, string(data), err, canon.Resources)
			return
		}
		checkLabels(t, d, first)
		// Work depends on the order a little: near the limit the second may be
		// refused.
		second, err := relabelled(d, seed).Canonicalize(t.Context(), crypto.SHA256)
		if err == nil && oneGraph(d) && !slices.Equal(first.Lines, second.Lines) {
			t.Errorf("%q: another form under other labels", data)
		}
	})
}
