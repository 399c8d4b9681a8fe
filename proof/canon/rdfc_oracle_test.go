package canon_test

import (
	"context"
	"crypto"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/piprate/json-gold/ld"
	"pgregory.net/rapid"

	"github.com/probatum/probatum/proof/canon"
)

// theirs is the canonical form of N-Quads by json-gold v0.9.1. It is good for
// harmless input only: it has no limits, leaves control characters as they are,
// counts a statement twice for a blank node that stands in it twice, and does
// not rename labels that begin with "c14n".
func theirs(nquads string) (string, error) {
	set, err := ld.ParseNQuads(nquads)
	if err != nil {
		return "", err
	}
	return theirForm(set)
}

func theirForm(set *ld.RDFDataset) (string, error) {
	o := ld.NewJsonLdOptions("")
	o.Algorithm, o.Format = ld.AlgorithmURDNA2015, "application/n-quads"
	form, err := ld.NewJsonLdApi().Normalize(set, o)
	if err != nil {
		return "", err
	}
	text, ok := form.(string)
	if !ok {
		return "", fmt.Errorf("a form of type %T", form)
	}
	return text, nil
}

// TestAgainstJSONGold: an implementation that is not ours finds the same
// canonical form.
func TestAgainstJSONGold(t *testing.T) {
	t.Parallel()
	for name, graph := range map[string]string{
		"clique": clique(4), "cliques": cliques(2, 3), "bipartite": bipartite(2, 3), "chain": chain(12), "ring": ring(12), "star": star(6),
		"alike": alike(40), "list": list(12), "twins": twins(30), "distinct": distinct(100), "three links": regular(6, 3, 5), "two links": regular(8, 2, 9),
	} {
		d := dataset(t, graph)
		d.Quads = slices.DeleteFunc(d.Quads, twice)
		compare(t, name, d)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := smallDataset(6, 10).Draw(t, "dataset")
		d.Quads = slices.DeleteFunc(d.Quads, twice)
		for i := range d.Quads {
			d.Quads[i].Object.Value = strings.ReplaceAll(d.Quads[i].Object.Value, "\x00", "🌃")
		}
		compare(t, "drawn", d)
	})
}

// twice tells whether a blank node stands in the statement twice.
func twice(q canon.Quad) bool {
	for i, a := range []canon.Term{q.Subject, q.Object, q.Graph} {
		if a.Kind == canon.Blank && slices.Contains([]canon.Term{q.Subject, q.Object, q.Graph}[:i], a) {
			return true
		}
	}
	return false
}

func compare(t interface {
	Helper()
	Fatalf(string, ...any)
}, name string, d *canon.Dataset,
) {
	t.Helper()
	want, err := theirs(text(d))
	if err != nil {
		t.Fatalf("%s: theirs: %v", name, err)
	}
	got, err := d.Canonicalize(context.Background(), crypto.SHA256)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if string(got.Text()) != want {
		t.Fatalf("%s:\n%s\nours\n%s\ntheirs\n%s", name, text(d), got.Text(), want)
	}
}

// BenchmarkCanonicalize measures our canonicalisation of the same graphs as
// json-gold's in the same run, and says how many times as long theirs takes.
func BenchmarkCanonicalize(b *testing.B) {
	for _, g := range []struct{ name, graph string }{
		{"distinct-100", distinct(100)},
		{"distinct-1000", distinct(1000)},
		{"alike-300", alike(300)},
		{"chain-50", chain(50)},
		{"ring-50", ring(50)},
		{"clique-5", clique(5)},
	} {
		b.Run("graph="+g.name, func(b *testing.B) {
			const rounds = 3
			var peer time.Duration
			for range rounds {
				set, err := ld.ParseNQuads(g.graph) // it is changed by the work
				if err != nil {
					b.Fatal(err)
				}
				began := time.Now()
				if _, err := theirForm(set); err != nil {
					b.Fatal(err)
				}
				peer += time.Since(began)
			}
			d := dataset(b, g.graph)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Canonicalize(b.Context(), crypto.SHA256); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(peer)/rounds/(float64(b.Elapsed())/float64(b.N)), "json-gold-ratio")
		})
	}
}
