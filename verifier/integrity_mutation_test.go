package verifier_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/verifier"
)

// everyMutation asks for every mutation; else a run tries a part of them, each run another.
var everyMutation = flag.Bool("mutations.all", false, "try every mutation of every document")

// mutationsPerRun is how many are tried of one document.
const mutationsPerRun = 1200

// A mutation is one change at one place of a document. It is made when it is
// needed; where the change cannot be made, file gives nothing.
type mutation struct {
	name string
	file func() []byte
}

// mutations gives every change of one leaf: its value in several ways, the leaf
// left out, one added beside it, the leaf moved elsewhere. None of them is one
// that JSON-LD knows no difference for (the order of members and of sets).
func mutations(t *testing.T, file []byte) []mutation {
	t.Helper()
	var all []mutation
	whole := decoded(t, file)
	add := func(name string, change func(root any) bool) {
		all = append(all, mutation{name, func() []byte {
			root := clone(whole)
			if !change(root) {
				return nil
			}
			return marshal(t, root)
		}})
	}
	var walk func(v any, path []any)
	walk = func(v any, path []any) {
		where := fmt.Sprint(path)
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(v[name], append(slices.Clip(path), name))
				at := append(slices.Clip(path), name)
				add(fmt.Sprint(at, " left out"), func(root any) bool { delete(find(root, path).(obj), name); return true })
				add(fmt.Sprint(at, " null"), func(root any) bool { find(root, path).(obj)[name] = nil; return true })
				add(fmt.Sprint(at, " renamed"), func(root any) bool {
					o := find(root, path).(obj)
					o[name+"x"] = o[name]
					delete(o, name)
					return true
				})
				if len(path) > 0 { // moved to the top
					add(fmt.Sprint(at, " moved up"), func(root any) bool {
						o, top := find(root, path).(obj), root.(obj)
						if _, there := top[name]; there {
							return false
						}
						top[name] = o[name]
						delete(o, name)
						return true
					})
				}
			}
			add(where+" with a further member", func(root any) bool { find(root, path).(obj)["x"] = "y"; return true })
			add(where+" with a further name", func(root any) bool {
				o := find(root, path).(obj)
				if o["name"] != nil {
					return false
				}
				o["name"] = "y"
				return true
			})
		case []any:
			for i := range v {
				walk(v[i], append(slices.Clip(path), i))
				add(fmt.Sprintf("%s[%d] left out", where, i), func(root any) bool { return replace(root, path, slices.Delete(find(root, path).([]any), i, i+1)) })
				add(fmt.Sprintf("%s[%d] doubled", where, i), func(root any) bool {
					l := find(root, path).([]any)
					return replace(root, path, append(slices.Clip(l), clone(l[i])))
				})
			}
			add(where+" with a further value", func(root any) bool { return replace(root, path, append(find(root, path).([]any), "urn:x:y")) })
		default:
			for i, other := range others(v) {
				add(fmt.Sprintf("%s, other value %d", where, i), func(root any) bool { return replace(root, path, other) })
			}
		}
	}
	walk(whole, nil)
	return all
}

// others are values that a leaf does not have.
func others(v any) []any {
	switch v := v.(type) {
	case string:
		out := []any{v + "x", v + " ", " " + v, strings.ToUpper(v) + "X", "", "urn:x:y", json.Number("5"), true, []any{v, v}, []any{v, "urn:x:y"}, obj{"@value": v + "x"}, obj{"id": v + "x"}}
		if len(v) > 0 {
			flipped := []byte(v)
			flipped[len(v)/2] ^= 1
			out = append(out, strings.ToValidUTF8(string(flipped), "?"), v[:len(v)-1])
		}
		return slices.DeleteFunc(out, func(o any) bool { return o == any(v) })
	case json.Number:
		return []any{json.Number(v.String() + "1"), json.Number("-1"), v.String(), json.Number(v.String() + ".0000000000000000001"), true, nil}
	case bool:
		return []any{!v, fmt.Sprint(v), json.Number("1")}
	}
	return []any{"x"}
}

func decoded(t *testing.T, file []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(file))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(obj, len(v))
		for k, e := range v {
			out[k] = clone(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = clone(e)
		}
		return out
	}
	return v
}

func find(v any, path []any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			v = v.(obj)[p]
		case int:
			v = v.([]any)[p]
		}
	}
	return v
}

func replace(root any, path []any, v any) bool {
	if len(path) == 0 {
		return false
	}
	switch last := path[len(path)-1].(type) {
	case string:
		find(root, path[:len(path)-1]).(obj)[last] = v
	case int:
		find(root, path[:len(path)-1]).([]any)[last] = v
	}
	return true
}

// Whatever leaf of a signed credential is changed, left out, added or moved: it
// is not valid any more, and nothing that was changed is told.
func TestIntegrityEveryLeaf(t *testing.T) {
	t.Parallel()
	a, ed := newAuthor(t), newAuthorEd25519(t)
	own := newProduct(t, "lighting")
	set := trusted(t, a, ed, own.author)
	for name, file := range map[string][]byte{
		"ELM":         a.sign(t, a.asELM(t, rich)),
		"ELM, text":   ed.sign(t, ed.asELM(t, nil), overText),
		"badge":       ed.sign(t, ed.asBadge(t, nil)),
		"plain":       a.sign(t, a.asPlain(t, nil)),
		"1.1":         a.sign(t, a.asV1(t, nil)),
		"two proofs":  a.sign(t, a.sign(t, a.asPlain(t, nil)), later),
		"badge, text": a.sign(t, a.asBadge(t, nil), overText),
		"our vc-di":   own.forms[credential.VCDI],
		"our ob3":     own.forms[credential.OB3],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r := verify(t, set, file, time.Time{}); !r.Valid() {
				t.Fatalf("untouched: %s", show(r))
			}
			all := mutations(t, file)
			if len(all) < 100 {
				t.Fatalf("%d mutations", len(all))
			}
			step, first := 1, 0
			most := mutationsPerRun
			if testkit.Race {
				most /= 10
			}
			if len(all) > most && !*everyMutation {
				step = len(all)/most + 1
				first = rand.IntN(step)
			}
			t.Logf("%d mutations, one in %d from number %d", len(all), step, first)
			work := make(chan mutation)
			var wg sync.WaitGroup
			for range runtime.GOMAXPROCS(0) {
				wg.Go(func() {
					for m := range work {
						file := m.file()
						if file == nil {
							continue
						}
						r := verify(t, set, file, time.Time{})
						// A whole proof can be taken from a set, or stand in it twice:
						// the others never said anything about it.
						whole := name == "two proofs" && (m.name == "[proof][0] left out" || m.name == "[proof][1] left out" ||
							m.name == "[proof][0] doubled" || m.name == "[proof][1] doubled")
						if r.Verdict() != verifier.Invalid && !whole {
							t.Errorf("%s: %s", m.name, show(r))
						}
						if r.Verdict() == verifier.Invalid && r.Claims != nil {
							t.Errorf("%s: told, though it was changed", m.name)
						}
					}
				})
			}
			for i := first; i < len(all); i += step {
				work <- all[i]
			}
			close(work)
			wg.Wait()
		})
	}
}

// rich fills a credential with values of every sort that the context types.
func rich(c obj) {
	c["name"] = obj{"@value": "Licht", "@language": "de"}
	c["validUntil"] = now.AddDate(1, 0, 0).Format(time.RFC3339)
	c["identifier"] = obj{"id": "urn:epass:identifier:1", "type": "Identifier", "notation": "A 1", "schemeName": "Ours"}
	a := achievement(c)
	a["description"] = obj{"en": "Plans and rigs.", "de": "Plant und hängt."}
	a["specifiedBy"] = obj{
		"id": "urn:epass:qualification:1", "type": "Qualification", "title": obj{"en": "Lighting"}, "volumeOfLearning": "PT60H",
		"isPartialQualification": true,
		"eqfLevel":               concept("http://data.europa.eu/snb/eqf/4", "http://data.europa.eu/snb/eqf/25831c2", "Level 4"),
		"learningOutcome": []any{
			obj{"id": "urn:epass:learningOutcome:1", "type": "LearningOutcome", "title": obj{"en": "Rigs lamps", "de": "Hängt Lampen"}},
			obj{"id": "urn:epass:learningOutcome:2", "type": "LearningOutcome", "title": obj{"en": "Reads plans"}},
		},
		"creditPoint": obj{
			"id": "urn:epass:creditPoint:1", "type": "CreditPoint", "point": "2.5",
			"framework": concept("http://data.europa.eu/snb/education-credit/6fcec5c5af", "http://data.europa.eu/snb/education-credit/25831c2", "ECTS"),
		},
	}
}

// Every order of the contexts is tried against the same document.
func TestIntegrityOneListOnly(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	set := trusted(t, a)
	lists := [][]any{
		{contexts.CredentialsV2},
		{contexts.CredentialsV2, contexts.ELMV1},
		{contexts.CredentialsV2, contexts.OpenBadges303},
		{contexts.CredentialsV1, contexts.DataIntegrityV2},
		{contexts.CredentialsV1, contexts.DataIntegrityV1},
	}
	for _, own := range lists[:3] {
		kind := map[int]func(testing.TB, func(obj)) []byte{0: a.asPlain, 1: a.asELM, 2: a.asBadge}
		for i, write := range kind {
			if !slices.Equal(lists[i], own) {
				continue
			}
			file := a.sign(t, write(t, nil))
			for _, other := range lists {
				r := verify(t, set, retouched(t, file, func(c obj) { c["@context"] = other }), time.Time{})
				if r.Valid() != slices.Equal(own, other) {
					t.Errorf("%v as %v: %s", own, other, show(r))
				}
				checkAnswer(t, r)
			}
		}
	}
}
