package canon_test

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof/canon"
)

// What no change of a document may do: pass the gate and have the same canonical
// form. What may: another order of members, or of an array that is no list; one
// value alone or in an array; an issuer or holder as an object that is only an id;
// a synonym that a context defines; and @direction.

// TestEveryChangeShows changes each place of each document in every way that we
// could think of. A change is refused, or shows in the canonical form.
func TestEveryChangeShows(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{Contexts: inlineContexts()})
	for _, o := range originals(t, p) {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			tried, passed := 0, 0
			try := func(how string, change func(root any, at spot) bool, i int) {
				root := cloned(o.value)
				at := spots(root, "")[i]
				if !change(root, at) {
					return
				}
				tried++
				if o.check(t, p, root, at.path+": "+how) {
					passed++
				}
			}
			// The race detector makes this last minutes: there, some places a run.
			step, first := 1, 0
			if testkit.Race {
				step = 8
				first = rand.IntN(step)
			}
			for i, s := range spots(o.value, "") {
				if i%step != first {
					continue
				}
				for how, v := range others(s.value()) {
					try(how, func(_ any, at spot) bool { at.set(v); return true }, i)
				}
				changeKeys(s, func(how string, change func(at spot) bool) {
					try(how, func(_ any, at spot) bool { return change(at) }, i)
				})
			}
			t.Logf("%d changes, %d of them passed the gate with another form", tried, passed)
			if passed == 0 || passed == tried {
				t.Error("the changes test nothing")
			}
		})
	}
}

// changeKeys gives the changes of a member or element, and of the object at it.
func changeKeys(s spot, try func(how string, change func(at spot) bool)) {
	if _, ok := s.value().(map[string]any); ok {
		for name, v := range added() {
			try("add "+name, func(at spot) bool {
				m := at.value().(map[string]any)
				_, there := m[name]
				m[name] = v
				return !there
			})
		}
	}
	if list, ok := s.holder.([]any); ok {
		if len(list) > 1 {
			try("drop", func(at spot) bool { at.set(at.holder.([]any)[(at.index+1)%len(list)]); return true })
		}
		return
	}
	rename := func(how, name string) {
		try(how, func(at spot) bool {
			m := at.holder.(map[string]any)
			_, there := m[name]
			v := m[at.key]
			delete(m, at.key)
			m[name] = v
			return !there
		})
	}
	try("drop", func(at spot) bool { delete(at.holder.(map[string]any), at.key); return true })
	rename("upper case", strings.ToUpper(s.key))
	rename("capital", strings.ToUpper(s.key[:1])+s.key[1:])
	rename("keyword", "@"+s.key)
	rename("space", s.key+" ")
	for _, iri := range meanings()[s.key] {
		rename("meaning", iri)
		try("both ways", func(at spot) bool {
			m := at.holder.(map[string]any)
			m[iri] = m[at.key]
			return true
		})
	}
	for _, name := range []string{"id", "type", "name", "description", "title", "hasPart", "issuer", "evidence", "url", "image"} {
		if name != s.key {
			rename("as "+name, name)
		}
	}
}

// pairs is how many pairs of places are taken.
var pairs = flag.Int("pairs", 101, "one in how many pairs of places is swapped, copied and moved; 1 takes minutes")

// TestEveryMoveShows moves and swaps what stands in two places.
func TestEveryMoveShows(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{Contexts: inlineContexts()})
	for _, o := range originals(t, p) {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			all := spots(o.value, "")
			for i := range all {
				for j := range all {
					if i == j || (i*len(all)+j)%*pairs != 0 {
						continue
					}
					if strings.HasPrefix(all[j].path+"/", all[i].path+"/") || strings.HasPrefix(all[i].path+"/", all[j].path+"/") {
						continue
					}
					if i < j {
						o.pair(t, p, i, j, "swap", swapped)
					}
					o.pair(t, p, i, j, "copy", func(a, b spot) bool { b.set(cloned(a.value())); return true })
					o.pair(t, p, i, j, "move", moved)
				}
			}
		})
	}
}

func (o *original) pair(t *testing.T, p *canon.Processor, i, j int, how string, change func(a, b spot) bool) {
	t.Helper()
	root := cloned(o.value)
	all := spots(root, "")
	if change(all[i], all[j]) {
		o.check(t, p, root, how+" "+all[i].path+" "+all[j].path)
	}
}

func swapped(a, b spot) bool {
	x, y := a.value(), b.value()
	a.set(y)
	b.set(x)
	return true
}

// moved takes a member from its object to the one in which the other stands.
func moved(a, b spot) bool {
	from, ok := a.holder.(map[string]any)
	to, fits := b.holder.(map[string]any)
	if !ok || !fits || to[a.key] != nil {
		return false
	}
	to[a.key] = from[a.key]
	delete(from, a.key)
	return true
}

// TestSeveralChangesShow makes several changes at random places.
func TestSeveralChangesShow(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{Contexts: inlineContexts()})
	all := originals(t, p)
	rapid.Check(t, func(r *rapid.T) {
		o := all[rapid.IntRange(0, len(all)-1).Draw(r, "document")]
		root := cloned(o.value)
		var log []string
		for range rapid.IntRange(1, 4).Draw(r, "changes") {
			places := spots(root, "")
			at := places[rapid.IntRange(0, len(places)-1).Draw(r, "place")]
			switch rapid.IntRange(0, 3).Draw(r, "kind") {
			case 0:
				choice := others(at.value())
				how := rapid.SampledFrom(slices.Sorted(maps.Keys(choice))).Draw(r, "value")
				log = append(log, at.path+" "+how)
				at.set(cloned(choice[how]))
			case 1:
				to := places[rapid.IntRange(0, len(places)-1).Draw(r, "other")]
				if !strings.HasPrefix(to.path+"/", at.path+"/") && !strings.HasPrefix(at.path+"/", to.path+"/") {
					swapped(at, to)
				}
			case 2:
				to := places[rapid.IntRange(0, len(places)-1).Draw(r, "other")]
				if !strings.HasPrefix(to.path+"/", at.path+"/") && !strings.HasPrefix(at.path+"/", to.path+"/") {
					to.set(cloned(at.value()))
				}
			case 3:
				to := places[rapid.IntRange(0, len(places)-1).Draw(r, "other")]
				if !strings.HasPrefix(to.path+"/", at.path+"/") {
					moved(at, to)
				}
			}
		}
		f, err := form(t, p, written(root))
		if err == nil && f == o.form && freeForm(root, "") != o.free {
			r.Fatalf("%s: %v: another document with the same canonical form:\n%s", o.name, log, written(root))
		}
	})
}

// TestSampleOfReference: the official credential, which repeats whole
// organisations, passes, and drops and flips of its leaves show.
func TestSampleOfReference(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(testkit.Reference(t), "elm", "sample-mc-annex1-unsigned.jsonld"))
	if err != nil {
		t.Fatal(err)
	}
	p := canon.New(canon.Config{Contexts: inlineContexts()})
	f, err := form(t, p, data)
	if err != nil {
		t.Fatal(err)
	}
	v := parsedJSON(t, data)
	o := original{"sample", v, f, freeForm(v, "")}
	for i, s := range spots(v, "") {
		if text, ok := s.value().(string); ok && len(text) > 2000 || i%5 != 0 {
			continue
		}
		root := cloned(v)
		at := spots(root, "")[i]
		if m, ok := at.holder.(map[string]any); ok {
			delete(m, at.key)
			o.check(t, p, root, at.path+": drop")
		}
		if text, ok := s.value().(string); ok {
			root := cloned(v)
			spots(root, "")[i].set(text + "x")
			o.check(t, p, root, s.path+": longer")
		}
	}
}

func sha256Hex(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
