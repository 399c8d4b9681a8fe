package openbadge_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/probatum/probatum/credential/openbadge"
	"github.com/probatum/probatum/credential/vcdm"
)

func FuzzOpenBadge(f *testing.F) {
	f.Add(marshal(f, full()))
	if dir := os.Getenv("PROBATUM_VECTORS"); dir != "" {
		files, err := filepath.Glob(filepath.Join(dir, "openbadges-3.0", "*.json"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", dir, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(checkRead)
}

// checkRead holds for every text: findings can be said; what keeps the rules can
// be read, and what was read is written so that it is read alike.
func checkRead(t *testing.T, doc []byte) {
	findings := openbadge.Check(doc)
	sound(t, findings)
	c, err := openbadge.Parse(doc)
	if err != nil {
		return
	}
	again := marshal(t, c)
	second, err := openbadge.Parse(again)
	if err != nil {
		t.Fatalf("%s cannot be read again: %v", again, err)
	}
	if third := marshal(t, second); string(third) != string(again) {
		at := 0
		for at < min(len(third), len(again)) && third[at] == again[at] {
			at++
		}
		t.Errorf("read, written and read again it is …%.80s, not …%.80s", third[at:], again[at:])
	}
}

// TestMutations changes one value of a badge at a time into something else and
// asks that nothing crashes; and a badge in which nothing is changed, in another
// order or with single values in place of arrays of one, keeps the rules.
func TestMutations(t *testing.T) {
	t.Parallel()
	doc := marshal(t, full())
	values := []string{`null`, `true`, `7`, `-1e400`, `"x"`, `""`, `"https://example.org/x"`, `[]`, `{}`, `[null]`, `[[]]`, `{"id":null}`, `{"type":[]}`, `["Profile","Profile"]`}
	rapid.Check(t, func(r *rapid.T) {
		var root any
		if err := json.Unmarshal(doc, &root); err != nil {
			r.Fatal(err)
		}
		mutate(r, root, json.RawMessage(rapid.SampledFrom(values).Draw(r, "value")))
		changed, err := json.Marshal(root)
		if err != nil {
			r.Fatal(err)
		}
		checkRead(t, changed)
		vcdm.CheckCredential(changed, vcdm.Options{})
		vcdm.CheckPresentation(changed, vcdm.Options{})
	})
}

// mutate walks down at random and puts value somewhere.
func mutate(r *rapid.T, at any, value json.RawMessage) {
	for {
		var next any
		var put func()
		switch at := at.(type) {
		case map[string]any:
			names := make([]string, 0, len(at))
			for name := range at {
				names = append(names, name)
			}
			if len(names) == 0 {
				return
			}
			name := rapid.SampledFrom(sorted(names)).Draw(r, "member")
			next, put = at[name], func() { at[name] = value }
		case []any:
			if len(at) == 0 {
				return
			}
			i := rapid.IntRange(0, len(at)-1).Draw(r, "index")
			next, put = at[i], func() { at[i] = value }
		default:
			return
		}
		_, object := next.(map[string]any)
		_, array := next.([]any)
		if !object && !array || rapid.Bool().Draw(r, "here") {
			put()
			return
		}
		at = next
	}
}

func sorted(names []string) []string {
	slices.Sort(names)
	return names
}

func TestSingleValuesStandForArrays(t *testing.T) {
	t.Parallel()
	var root any
	if err := json.Unmarshal(marshal(t, full()), &root); err != nil {
		t.Fatal(err)
	}
	var unwrap func(at any) any
	unwrap = func(at any) any {
		switch at := at.(type) {
		case map[string]any:
			for name, value := range at {
				at[name] = unwrap(value)
			}
		case []any:
			for i := range at {
				at[i] = unwrap(at[i])
			}
			if len(at) == 1 {
				return at[0]
			}
		}
		return at
	}
	doc := marshal(t, unwrap(root))
	if findings := openbadge.Check(doc); len(findings) > 0 {
		t.Errorf("%+v", findings)
	}
	if string(marshal(t, mustParse(t, doc))) != string(marshal(t, full())) {
		t.Error("read otherwise")
	}
}
