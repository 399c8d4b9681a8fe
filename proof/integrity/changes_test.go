package integrity_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// changes gives a document with one thing changed, for every value of the
// document and its proofs and many ways to change it: flipped, dropped, added,
// moved. What no suite covers is left alone: white space and the order of
// members; in the RDF suites, unless ordered, the order inside arrays, and
// whether a single value stands in an array; and how many of the proofs of a set
// are there, for each stands by itself.
func changes(t testing.TB, doc []byte, ordered bool) iter.Seq2[string, []byte] {
	t.Helper()
	return func(yield func(string, []byte) bool) {
		root := object(t, doc)
		c := changer{t: t, root: root, ordered: ordered, yield: yield}
		c.value("", root, nil)
	}
}

type changer struct {
	t       testing.TB
	root    any
	ordered bool
	yield   func(string, []byte) bool
	done    bool
}

// try gives the document with what do has changed, and lets undo take it back.
func (c *changer) try(what string, do, undo func()) {
	if c.done {
		return
	}
	do()
	text := written(c.t, c.root)
	undo()
	c.done = !c.yield(what, text)
}

// value changes v, which set puts into its place.
func (c *changer) value(path string, v any, set func(any)) {
	if set != nil {
		for what, other := range twisted(v) {
			c.try(path+" "+what, func() { set(other) }, func() { set(v) })
		}
	}
	switch v := v.(type) {
	case map[string]any:
		c.members(path, v)
	case []any:
		c.elements(path, v, set)
	}
}

func (c *changer) members(path string, m map[string]any) {
	names := slices.Sorted(maps.Keys(m))
	for i, name := range names {
		was := m[name]
		at := path + "/" + name
		c.try(at+" dropped", func() { delete(m, name) }, func() { m[name] = was })
		for _, other := range []string{name + "x", strings.ToUpper(name), "https://schema.org/" + name} {
			if _, taken := m[other]; !taken {
				c.try(at+" renamed "+other, func() { delete(m, name); m[other] = was }, func() { delete(m, other); m[name] = was })
			}
		}
		if i+1 < len(names) {
			next := names[i+1]
			if other := m[next]; !sameValue(was, other) {
				c.try(at+" swapped with "+next, func() { m[name], m[next] = other, was }, func() { m[name], m[next] = was, other })
			}
		}
		if inner, ok := was.(map[string]any); ok {
			for _, deep := range slices.Sorted(maps.Keys(inner)) {
				if _, taken := m[deep]; taken {
					continue
				}
				moved := inner[deep]
				c.try(at+"/"+deep+" moved up", func() { delete(inner, deep); m[deep] = moved }, func() { delete(m, deep); inner[deep] = moved })
			}
		}
		c.value(at, was, func(v any) { m[name] = v })
	}
	for name, value := range map[string]any{
		"finalGrade": "A", "name": "Added", "description": "Added", "id": "urn:uuid:11111111-1111-4111-8111-111111111111",
		"@id": "urn:x:y", "@type": "X", "@graph": []any{}, "@context": map[string]any{}, "nonce": "n", "evidence": nil, "": "x",
	} {
		if _, taken := m[name]; !taken {
			c.try(path+" with "+name, func() { m[name] = value }, func() { delete(m, name) })
		}
	}
}

func (c *changer) elements(path string, list []any, set func(any)) {
	for i, was := range list {
		at := fmt.Sprintf("%s/%d", path, i)
		if (len(list) > 1 || c.ordered) && (path != "/proof" || len(list) == 1) {
			rest := slices.Delete(slices.Clone(list), i, i+1)
			c.try(at+" dropped", func() { set(rest) }, func() { set(list) })
		}
		c.try(at+" doubled", func() { set(append(slices.Clone(list), was)) }, func() { set(list) })
		if c.ordered && i > 0 && !sameValue(list[i-1], was) && !strings.HasPrefix(path, "/proof") {
			turned := slices.Clone(list)
			turned[i-1], turned[i] = turned[i], turned[i-1]
			c.try(at+" moved", func() { set(turned) }, func() { set(list) })
		}
		c.value(at, was, func(v any) { list[i] = v })
	}
	c.try(path+" with a text", func() { set(append(slices.Clone(list), "Added")) }, func() { set(list) })
	c.try(path+" with an object", func() { set(append(slices.Clone(list), map[string]any{"type": "Result"})) }, func() { set(list) })
	c.try(path+" with null", func() { set(append(slices.Clone(list), nil)) }, func() { set(list) })
}

// twisted gives values that are not v.
func twisted(v any) map[string]any {
	out := map[string]any{"null": nil, "true": true, "a number": json.Number("7"), "an empty object": map[string]any{}, "an empty list": []any{}}
	switch v := v.(type) {
	case string:
		first, size := utf8.DecodeRuneInString(v)
		_, last := utf8.DecodeLastRuneInString(v)
		for what, s := range map[string]string{
			"longer": v + "x", "with a space": v + " ", "with a control": v + "\u0000", "with a mark": v + "\u200f",
			"shorter": v[:len(v)-last], "without its first": v[size:], "empty": "", "upper": strings.ToUpper(v), "lower": strings.ToLower(v),
			"flipped": string(first^1) + v[size:], "another": "https://example.org/other",
		} {
			if s != v && utf8.ValidString(s) {
				out[what] = s
			}
		}
		out["in an object"] = map[string]any{"@value": v + "x"}
		out["in two lists"] = []any{[]any{v}}
	case bool:
		out["true"] = !v
	case json.Number:
		out["a number"] = json.Number(v.String() + "1")
		out["a text"] = v.String()
	}
	for what, other := range out {
		if sameValue(v, other) {
			delete(out, what)
		}
	}
	return out
}

func sameValue(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}
