package evidence_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
)

func files(t testing.TB, n int) (set, proven string) {
	t.Helper()
	s := freeze(t, items(n))
	a, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	b, err := proof(t, s, n/2).JSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(a), string(b)
}

func TestFilesAreReadAgain(t *testing.T) {
	t.Parallel()
	odd := items(2)
	odd[1].Title, odd[1].Shows = `<b>"Tom" & \Jerry</b> 🎭`, "é e\u0301\nline"
	for _, all := range [][]evidence.Item{items(1), items(7), odd} {
		s := freeze(t, all)
		data, err := s.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := evidence.ParseSet(data)
		if err != nil {
			t.Fatal(err)
		}
		if again.Root() != s.Root() || !slices.Equal(again.Items(), all) {
			t.Errorf("another set is read: %v", again.Items())
		}
		for i := range all {
			p := proof(t, again, i)
			if diff := cmp.Diff(proof(t, s, i), p); diff != "" {
				t.Errorf("another proof (-first +again):\n%s", diff)
			}
			data, err := p.JSON()
			if err != nil {
				t.Fatal(err)
			}
			q, err := evidence.ParseProof(data)
			if err != nil {
				t.Fatal(err)
			}
			if err := evidence.VerifyProof(s.Root(), q); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := (evidence.Set{}).JSON(); err == nil {
		t.Error("the zero set is written")
	}
	if _, err := (evidence.Proof{}).JSON(); err == nil {
		t.Error("the zero proof is written")
	}
}

// The proof of an item says nothing of the others.
func TestProofTellsOneItem(t *testing.T) {
	t.Parallel()
	set, proven := files(t, 3)
	var all struct {
		Items []struct{ Salt, Digest, Title string }
	}
	if err := json.Unmarshal([]byte(set), &all); err != nil {
		t.Fatal(err)
	}
	for i, it := range all.Items {
		for _, s := range []string{it.Salt, it.Digest, it.Title} {
			if strings.Contains(proven, s) != (i == 1) {
				t.Errorf("item %d: the proof of item 1 says %q: %v", i, s, i != 1)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	set, proven := files(t, 3)
	for _, tt := range []struct {
		file, from, to string
		want           string
	}{
		{set, `"format": "probatum-evidence-set-1"`, `"format": "probatum-evidence-set-2"`, "$.format evidence.format"},
		{set, `"format": "probatum-evidence-set-1",`, ``, "$.format evidence.missing"},
		{set, `"root": "sha-256:`, `"root": "sha-512:`, "$.root evidence.damaged"},
		{set, `"root": "`, `"root": null, "x": "`, "$.x evidence.malformed"},
		{set, `"title": "Plan 1"`, `"title": "Plan 9"`, "$.root evidence.damaged"},
		{set, `"title": "Plan 1"`, `"title": null`, "$.items[1].title evidence.missing"},
		{set, `"title": "Plan 1"`, `"title": "Plan 1", "title": "Plan 1"`, "$.items[1].title evidence.malformed"},
		{set, `"title": "Plan 1"`, `"Title": "Plan 1"`, "$.items[1].Title evidence.malformed"},
		{set, `"title": "Plan 1"`, `"title": ""`, "$.items[1].title evidence.title"},
		{set, `"title": "Plan 1"`, `"title": "Plan\u0000"`, "$.items[1].title evidence.characters"},
		{set, `"size": 6`, `"size": 6.0`, "$.items[0].size evidence.malformed"},
		{set, `"size": 6`, `"size": "6"`, "$.items[0].size evidence.malformed"},
		{set, `"size": 6`, `"size": 0`, "$.items[0].size evidence.size"},
		{set, `"unit": "lighting",`, ``, "$.items[0].unit evidence.missing"},
		{set, `"salt": "`, `"salt": "00`, "$.items[0].salt evidence.hex"},
		{set, `"digest": "`, `"digest": "A`, "$.items[0].digest evidence.hex"},
		{set, `"items": [`, `"items": [null,`, "$.items[0].digest evidence.missing"},
		{`{"format":"probatum-evidence-set-1","root":"x","items":[]}`, `x`, `y`, "$.items evidence.count"},
		{set, "{", "[", "$ evidence.malformed"},
		{set, "{", "{} {", "$ evidence.malformed"},
		{proven, `"format": "probatum-evidence-proof-1"`, `"format": "probatum-evidence-set-1"`, "$.format evidence.format"},
		{proven, `"index": 1,`, ``, "$.index evidence.missing"},
		{proven, `"index": 1`, `"index": 3`, "$.index evidence.index"},
		{proven, `"index": 1`, `"index": -1`, "$.index evidence.index"},
		{proven, `"index": 1`, `"index": 1e0`, "$.index evidence.malformed"},
		{proven, `"items": 3`, `"items": 0`, "$.items evidence.count"},
		{proven, `"items": 3`, `"items": 10001`, "$.items evidence.count"},
		{proven, `"path": [`, `"path": null, "way": [`, "$.way evidence.malformed"},
		{proven, `"path": [`, `"path": [null,`, "$.path[0] evidence.missing"},
		{proven, `"path": [`, `"path": ["",`, "$.path[0] evidence.hex"},
		{proven, `"path": [`, `"path": [` + strings.Repeat(`"`+strings.Repeat("0", 64)+`",`, 20), "$.path evidence.path"},
		{proven, `"salt": "`, `"salt": "` + strings.Repeat("0", 64) + `", "x": "`, "$.item.x evidence.malformed"},
		{proven, `"kind": "artefact"`, `"kind": "Artefact"`, "$.item.kind evidence.kind"},
		{proven, `{`, `{` + strings.Repeat(" ", 64<<10), "evidence.tooBig"},
		{set, `{`, `{` + strings.Repeat(" ", 32<<20), "evidence.tooBig"},
	} {
		data := []byte(strings.Replace(tt.file, tt.from, tt.to, 1))
		if !strings.Contains(tt.file, tt.from) {
			t.Errorf("nothing reads %s", tt.from)
		}
		var err error
		if strings.HasPrefix(tt.file, proven[:40]) {
			var p evidence.Proof
			p, err = evidence.ParseProof(data)
			if diff := cmp.Diff(evidence.Proof{}, p); diff != "" {
				t.Errorf("%s: a proof is given beside the fault", tt.want)
			}
		} else {
			var s evidence.Set
			s, err = evidence.ParseSet(data)
			if s.Len() != 0 {
				t.Errorf("%s: a set is given beside the fault", tt.want)
			}
		}
		if got := told(t, err); len(got) == 0 || got[0] != tt.want {
			t.Errorf("%.40s → %.40s: %v, want %s", tt.from, tt.to, err, tt.want)
		}
		if k := fault.KindOf(err); k != fault.Invalid && k != fault.TooLarge {
			t.Errorf("%s: kind %v", tt.want, k)
		}
	}
}

func TestParseRoot(t *testing.T) {
	t.Parallel()
	want := freeze(t, items(2)).Root()
	got, err := evidence.ParseRoot(want.String())
	if err != nil || got != want || len(want.String()) != 51 {
		t.Errorf("%s is read as %s: %v", want, got, err)
	}
	text := want.String()
	for _, bad := range []string{
		"", "sha-256:", text[8:], "SHA-256:" + text[8:], "sha-256:" + text, text + "=", text[:50], text + "A", text[:30] + "\n" + text[30:],
		"sha-256:" + strings.Repeat("A", 43), "sha-256:" + strings.Repeat("A", 42) + "B", "sha-256:" + strings.Repeat("/", 43), " " + text,
	} {
		if r, err := evidence.ParseRoot(bad); err == nil || r != (evidence.Root{}) {
			t.Errorf("%q is read as %s", bad, r)
		}
	}
	if data, err := json.Marshal(want); err != nil || string(data) != `"`+text+`"` {
		t.Errorf("JSON: %s, %v", data, err)
	}
	var r evidence.Root
	if err := json.Unmarshal([]byte(`"`+text+`"`), &r); err != nil || r != want {
		t.Errorf("JSON gives %s: %v", r, err)
	}
	if data, err := json.Marshal(evidence.Root{}); err == nil {
		t.Errorf("the zero root is written as %s", data)
	}
}

func FuzzParseSet(f *testing.F) {
	for _, n := range []int{1, 2, 5} {
		set, _ := files(f, n)
		f.Add([]byte(set))
	}
	f.Add([]byte(`{"format":"probatum-evidence-set-1","items":[null]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := evidence.ParseSet(data)
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("no fault is told: %v", err)
			}
			return
		}
		first, err := s.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := evidence.ParseSet(first)
		if err != nil {
			t.Fatalf("what was printed is refused: %v\n%s", err, first)
		}
		if second, err := again.JSON(); err != nil || !bytes.Equal(first, second) {
			t.Errorf("printing, parsing and printing is not stable: %v", err)
		}
		if err := evidence.VerifyProof(s.Root(), proof(t, s, s.Len()-1)); err != nil {
			t.Errorf("the last item is not proven: %v", err)
		}
	})
}

func FuzzParseProof(f *testing.F) {
	for _, n := range []int{1, 2, 5} {
		_, proven := files(f, n)
		f.Add([]byte(proven))
	}
	f.Add([]byte(`{"format":"probatum-evidence-proof-1","path":[null]}`))
	root := freeze(f, items(5)).Root()
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := evidence.ParseProof(data)
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("no fault is told: %v", err)
			}
			return
		}
		if evidence.VerifyProof(root, p) == nil {
			t.Error("an item is proven to be in a set that it does not know")
		}
		first, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := evidence.ParseProof(first)
		if err != nil {
			t.Fatalf("what was printed is refused: %v\n%s", err, first)
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Errorf("printing and parsing (-first +again):\n%s", diff)
		}
	})
}

func FuzzParseRoot(f *testing.F) {
	f.Add(freeze(f, items(1)).Root().String())
	f.Add("sha-256:")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := evidence.ParseRoot(s); err == nil && r.String() != s {
			t.Errorf("%q is read as %s", s, r)
		}
	})
}
