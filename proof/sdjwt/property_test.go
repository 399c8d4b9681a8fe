package sdjwt_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/probatum/probatum/proof/sdjwt"
)

// tree generates JSON objects with names of every sort.
func tree(depth int) *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Int64(), func(n int64) any { return json.Number(fmt.Sprint(n)) }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Just[any](nil),
	)
	if depth == 0 {
		return leaf
	}
	return rapid.OneOf(leaf, members(depth-1), rapid.Map(rapid.SliceOfN(tree(depth-1), 0, 4), func(l []any) any { return l }))
}

func members(depth int) *rapid.Generator[any] {
	name := rapid.OneOf(rapid.StringMatching(`[a-z]{1,3}`), rapid.String(), rapid.SampledFrom([]string{"a.b", "a[0]", `"`, "", "é"})).
		Filter(func(s string) bool { return s != "_sd" && s != "_sd_alg" && s != "..." })
	return rapid.Map(rapid.MapOfN(name, tree(depth), 0, 5), func(m map[string]any) any { return m })
}

// places lists the paths in a value, those outside first, in a fixed order.
func places(v any, at sdjwt.Path) []sdjwt.Path {
	var out []sdjwt.Path
	step := func(s sdjwt.Step, inner any) {
		p := append(slices.Clone(at), s)
		out = append(append(out, p), places(inner, p)...)
	}
	switch x := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(x)) {
			step(sdjwt.Member(name), x[name])
		}
	case []any:
		for i, item := range x {
			step(sdjwt.Element(i), item)
		}
	}
	return out
}

// without gives v with the hidden places cut out: what must be seen of it.
func without(v any, at sdjwt.Path, hidden func(sdjwt.Path) bool) any {
	switch x := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range x {
			if p := append(slices.Clone(at), sdjwt.Member(name)); !hidden(p) {
				out[name] = without(inner, p, hidden)
			}
		}
		return out
	case []any:
		out := []any{}
		for i, item := range x {
			if p := append(slices.Clone(at), sdjwt.Element(i)); !hidden(p) {
				out = append(out, without(item, p, hidden))
			}
		}
		return out
	}
	return v
}

func contains(list []sdjwt.Path, p sdjwt.Path) bool { return slices.ContainsFunc(list, p.Equal) }

// TestRoundTrip issues generated payloads with generated paths, presents a
// generated choice and reads it: exactly what was kept is there, and nothing
// of what was not.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	key, holder := ed(t), ed(t)
	h := header(t, key, "example+sd-jwt")
	rapid.Check(t, func(r *rapid.T) {
		root, _ := members(3).Draw(r, "payload").(map[string]any)
		delete(root, "cnf")
		all := places(root, nil)
		var hidden []sdjwt.Path
		for _, p := range all {
			if rapid.IntRange(0, 2).Draw(r, "hide") == 0 {
				hidden = append(hidden, p)
			}
		}
		root["cnf"] = map[string]any{"jwk": json.RawMessage(jwk(t, holder))}
		payload, err := json.Marshal(root)
		if err != nil {
			r.Fatal(err)
		}
		decoys := rapid.IntRange(0, 3).Draw(r, "decoys")
		unsigned, err := sdjwt.Issue(payload, hidden, h, sdjwt.IssueOptions{Decoys: func(int) int { return decoys }})
		if err != nil {
			r.Fatal(err)
		}
		signed, err := sdjwt.Sign(key, unsigned)
		if err != nil {
			r.Fatal(err)
		}
		s, err := verify(string(signed), plain, key.Public())
		if err != nil {
			r.Fatal(err)
		}
		same(r, s.Payload(), payload)
		for i, d := range s.Disclosed() {
			if !d.Path.Equal(hidden[i]) {
				r.Fatalf("disclosure %d is at %s, want %s", i, d.Path, hidden[i])
			}
			if p, err := sdjwt.ParsePath(d.Path.String()); err != nil || !p.Equal(d.Path) {
				r.Fatalf("path %s does not read back: %v", d.Path, err)
			}
		}
		var kept []sdjwt.Path
		for _, p := range hidden {
			if rapid.Bool().Draw(r, "keep") {
				kept = append(kept, p)
			}
		}
		shown, err := sdjwt.Present(signed, func(p sdjwt.Path) bool { return contains(kept, p) },
			&sdjwt.KeyBinding{Signer: holder, Audience: "v", Nonce: "n", At: now})
		if err != nil {
			r.Fatal(err)
		}
		if s, err = verify(string(shown), plain, key.Public()); err != nil {
			r.Fatal(err)
		}
		if err := s.VerifyBinding(required("v", "n")); err != nil {
			r.Fatal(err)
		}
		// Seen is what is kept, and what stands around it.
		gone := func(p sdjwt.Path) bool {
			return contains(hidden, p) && !slices.ContainsFunc(kept, func(k sdjwt.Path) bool { return k.Within(p) })
		}
		want, err := json.Marshal(without(root, nil, gone))
		if err != nil {
			r.Fatal(err)
		}
		same(r, s.Payload(), want)
		for _, d := range s.Disclosed() {
			if gone(d.Path) && len(kept) == 0 {
				r.Fatalf("%s was left out and is there", d.Path)
			}
		}
		if strings.Contains(string(s.Payload()), `"_sd`) && !strings.Contains(string(payload), `_sd`) {
			r.Fatal("digests are shown")
		}
	})
}

// same compares two JSON texts, numbers letter for letter.
func same(r *rapid.T, got, want []byte) {
	norm := func(raw []byte) []byte {
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		var v any
		if err := dec.Decode(&v); err != nil {
			r.Fatalf("%s: %v", raw, err)
		}
		out, err := json.Marshal(v)
		if err != nil {
			r.Fatal(err)
		}
		return out
	}
	if !bytes.Equal(norm(got), norm(want)) {
		r.Fatalf("got  %s\nwant %s", got, want)
	}
}
