package evidence_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

// item makes the n-th of many items.
func item(n int) evidence.Item {
	file := fmt.Appendf(nil, "file %d", n)
	return evidence.Item{
		Digest: sha256.Sum256(file), Size: int64(len(file)), MediaType: "text/plain", Kind: "artefact",
		Unit: "lighting", Title: fmt.Sprintf("Plan %d", n), Shows: "Two lines:\nthe second",
	}
}

func items(n int) []evidence.Item {
	all := make([]evidence.Item, n)
	for i := range all {
		all[i] = item(i)
	}
	return all
}

func freeze(t testing.TB, items []evidence.Item) evidence.Set {
	t.Helper()
	s, err := evidence.Freeze(items, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func proof(t testing.TB, s evidence.Set, i int) evidence.Proof {
	t.Helper()
	p, err := s.Proof(i)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// told checks that an error is a fault which is told in every language, and
// gives its paths and keys.
func told(t testing.TB, err error) []string {
	t.Helper()
	say := func(key string, args map[string]any) {
		for _, lang := range i18n.Languages {
			if s := i18n.For(lang).TMap(key, args); s == key || strings.Contains(s, "<no value>") || strings.Contains(s, "{{") {
				t.Errorf("%s in %s reads %q", key, lang, s)
			}
		}
	}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		say(e.Public, e.Args)
		return []string{e.Public}
	}
	list, _ := errors.AsType[fault.List](err)
	var all []string
	for _, it := range list {
		say(it.Key, it.Args)
		all = append(all, it.Path+" "+it.Key)
	}
	return all
}

// The roots of the trees over the first leaves of the reference set of
// Certificate Transparency (RFC 6962).
func TestTreeIsThatOfRFC6962(t *testing.T) {
	t.Parallel()
	var leaves []evidence.Digest
	for i, want := range []string{
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	} {
		data, err := hex.DecodeString([]string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}[i])
		if err != nil {
			t.Fatal(err)
		}
		leaves = append(leaves, sha256.Sum256(append([]byte{0}, data...)))
		if got := evidence.TopOf(leaves).String(); got != want {
			t.Errorf("%d leaves: %s, want %s", len(leaves), got, want)
		}
	}
	// RFC 6962, 2.1.3: the path of d3 in a tree of seven is [c, g, l].
	node := func(a, b evidence.Digest) evidence.Digest {
		return sha256.Sum256(slices.Concat([]byte{1}, a[:], b[:]))
	}
	l := node(node(leaves[4], leaves[5]), leaves[6])
	want := []evidence.Digest{leaves[2], node(leaves[0], leaves[1]), l}
	if diff := cmp.Diff(want, evidence.PathOf(3, leaves[:7])); diff != "" {
		t.Errorf("the path of the fourth of seven (-want +got):\n%s", diff)
	}
}

func TestProofsHold(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 70; n++ {
		s := freeze(t, items(n))
		if s.Len() != n || !slices.Equal(s.Items(), items(n)) {
			t.Fatalf("a set of %d has other items", n)
		}
		for i := range n {
			p := proof(t, s, i)
			if err := evidence.VerifyFile(s.Root(), p, strings.NewReader(fmt.Sprintf("file %d", i))); err != nil {
				t.Errorf("item %d of %d: %v", i, n, err)
			}
		}
	}
	s := freeze(t, items(9))
	for _, i := range []int{-1, 9} {
		if _, err := s.Proof(i); err == nil {
			t.Errorf("item %d of 9 is proven", i)
		}
	}
}

func TestLargestSet(t *testing.T) {
	t.Parallel()
	s := freeze(t, items(evidence.MaxItems))
	for _, i := range []int{0, 8191, 8192, evidence.MaxItems - 1} {
		if err := evidence.VerifyProof(s.Root(), proof(t, s, i)); err != nil {
			t.Errorf("item %d: %v", i, err)
		}
	}
	data, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := evidence.ParseSet(data)
	if err != nil || again.Root() != s.Root() {
		t.Errorf("the largest set is not read again: %v", err)
	}
}

// What is changed in a proof by one bit, one field or one place is refused.
func TestChangedProofsAreRefused(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*evidence.Proof){
		"digest":           func(p *evidence.Proof) { p.Item.Digest[31] ^= 1 },
		"size":             func(p *evidence.Proof) { p.Item.Size++ },
		"media type":       func(p *evidence.Proof) { p.Item.MediaType = "text/html" },
		"kind":             func(p *evidence.Proof) { p.Item.Kind = "witness-statement" },
		"unit":             func(p *evidence.Proof) { p.Item.Unit = "sound" },
		"no unit":          func(p *evidence.Proof) { p.Item.Unit = "" },
		"title":            func(p *evidence.Proof) { p.Item.Title += "." },
		"shows":            func(p *evidence.Proof) { p.Item.Shows += "." },
		"salt":             func(p *evidence.Proof) { p.Salt[0] ^= 0x80 },
		"place before":     func(p *evidence.Proof) { p.Index-- },
		"place after":      func(p *evidence.Proof) { p.Index++ },
		"one item more":    func(p *evidence.Proof) { p.Items++ },
		"one item less":    func(p *evidence.Proof) { p.Items-- },
		"twice the items":  func(p *evidence.Proof) { p.Items *= 2 },
		"no items":         func(p *evidence.Proof) { p.Items = 0 },
		"too many items":   func(p *evidence.Proof) { p.Items = evidence.MaxItems + 1 },
		"longer path":      func(p *evidence.Proof) { p.Path = append(p.Path, evidence.Digest{}) },
		"longer below":     func(p *evidence.Proof) { p.Path = append([]evidence.Digest{{}}, p.Path...) },
		"much longer path": func(p *evidence.Proof) { p.Path = make([]evidence.Digest, 1000) },
		"shorter path": func(p *evidence.Proof) {
			if p.Path = p.Path[:max(0, len(p.Path)-1)]; len(p.Path) == 0 && p.Items == 1 {
				p.Item.Title = "there is none to cut"
			}
		},
		"first hash": func(p *evidence.Proof) { p.Path = append([]evidence.Digest{{1}}, p.Path...)[:max(1, len(p.Path))] },
		"text moved": func(p *evidence.Proof) { p.Item.Title, p.Item.Shows = p.Item.Title+p.Item.Shows[:3], p.Item.Shows[3:] },
	}
	for _, n := range []int{1, 2, 3, 6, 7, 8, 33} {
		s := freeze(t, items(n))
		other := freeze(t, items(n))
		for i := range n {
			if err := evidence.VerifyProof(other.Root(), proof(t, s, i)); len(told(t, err)) != 1 {
				t.Errorf("item %d of %d is in another set: %v", i, n, err)
			}
			if err := evidence.VerifyProof(evidence.Root{}, proof(t, s, i)); err == nil {
				t.Errorf("item %d of %d is under the root of nothing", i, n)
			}
			for name, change := range changes {
				p := proof(t, s, i)
				change(&p)
				if err := evidence.VerifyProof(s.Root(), p); len(told(t, err)) == 0 || fault.KindOf(err) != fault.Invalid {
					t.Errorf("%s, item %d of %d: %v", name, i, n, err)
				}
			}
		}
	}
}

func TestChangedFilesAreRefused(t *testing.T) {
	t.Parallel()
	s := freeze(t, items(3))
	p := proof(t, s, 1)
	for name, file := range map[string]string{"another": "file 2", "cut": "file", "longer": "file 1\n", "none": "", "endless": strings.Repeat("file 1", 1e6)} {
		if got := told(t, evidence.VerifyFile(s.Root(), p, strings.NewReader(file))); !slices.Equal(got, []string{"evidence.file.other"}) {
			t.Errorf("%s: %v", name, got)
		}
	}
	broken := io.MultiReader(strings.NewReader("file"), errReader{})
	if err := evidence.VerifyFile(s.Root(), p, broken); fault.KindOf(err) != fault.Unreadable || told(t, err) == nil {
		t.Errorf("a file that cannot be read: %v", err)
	}
	p.Index = 0
	if err := evidence.VerifyFile(s.Root(), p, strings.NewReader("file 1")); err == nil {
		t.Error("the right file passes with a wrong proof")
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Nothing that two sets share can be seen in them: the same items have other
// leaves, and so other roots and paths.
func TestTheSameItemsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	seen := map[evidence.Digest]bool{}
	roots := map[evidence.Root]bool{}
	for range 20 {
		s := freeze(t, []evidence.Item{item(1), item(1)}) // even in one set
		roots[s.Root()] = true
		for i := range 2 {
			leaf := proof(t, s, 1-i).Path[0]
			if seen[leaf] {
				t.Error("the same file has the same leaf")
			}
			seen[leaf] = true
		}
	}
	if len(roots) != 20 {
		t.Errorf("20 times the same items have %d roots", len(roots))
	}
}

// Two sets that only repeat their last items have other roots: the flaw of
// trees that fill up by taking a leaf twice (CVE-2012-2459). Sets with one salt
// twice are refused anyway.
func TestRepeatedLeavesHaveOtherRoots(t *testing.T) {
	t.Parallel()
	leaves := []evidence.Digest{{1}, {2}, {3}}
	twice := append(slices.Clone(leaves), evidence.Digest{3})
	if evidence.TopOf(leaves) == evidence.TopOf(twice) {
		t.Error("three leaves and four have one top")
	}
	same := bytes.Repeat([]byte{7}, 64)
	if got := told(t, second(evidence.Freeze(items(2), bytes.NewReader(same)))); !slices.Equal(got, []string{"$.items[1].salt evidence.salt"}) {
		t.Errorf("one salt for two items: %v", got)
	}
	if got := told(t, second(evidence.Freeze(items(1), zeros{}))); !slices.Equal(got, []string{"$.items[0].salt evidence.salt"}) {
		t.Errorf("no salt: %v", got)
	}
	// A node given as a leaf: the top of two leaves is no one-leaf tree, since
	// the root takes the number.
	s := freeze(t, items(2))
	p := proof(t, s, 0)
	p.Items, p.Path = 1, nil
	if err := evidence.VerifyProof(s.Root(), p); err == nil {
		t.Error("a shorter tree has the same root")
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func second[T any](_ T, err error) error { return err }

func TestFreezeRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*evidence.Item)
		want   string // path and key below the item; empty: accepted
	}{
		{"nothing", func(*evidence.Item) {}, ""},
		{"no digest", func(it *evidence.Item) { it.Digest = evidence.Digest{} }, ".digest evidence.digest"},
		{"no size", func(it *evidence.Item) { it.Size = 0 }, ".size evidence.size"},
		{"a negative size", func(it *evidence.Item) { it.Size = -1 }, ".size evidence.size"},
		{"a size beyond JSON", func(it *evidence.Item) { it.Size = 1 << 53 }, ".size evidence.size"},
		{"the greatest size", func(it *evidence.Item) { it.Size = 1<<53 - 1 }, ""},
		{"no media type", func(it *evidence.Item) { it.MediaType = "" }, ".mediaType evidence.mediaType"},
		{"a media type with a parameter", func(it *evidence.Item) { it.MediaType = "text/plain; charset=utf-8" }, ".mediaType evidence.mediaType"},
		{"a media type in capitals", func(it *evidence.Item) { it.MediaType = "Text/plain" }, ".mediaType evidence.mediaType"},
		{"a long media type", func(it *evidence.Item) {
			it.MediaType = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
		}, ""},
		{"a longer one", func(it *evidence.Item) { it.MediaType = "application/" + strings.Repeat("x", 128) }, ".mediaType evidence.mediaType"},
		{"no kind", func(it *evidence.Item) { it.Kind = "" }, ".kind evidence.kind"},
		{"a kind with a space", func(it *evidence.Item) { it.Kind = "witness statement" }, ".kind evidence.kind"},
		{"no unit", func(it *evidence.Item) { it.Unit = "" }, ""},
		{"no title", func(it *evidence.Item) { it.Title = "" }, ".title evidence.title"},
		{"two lines of title", func(it *evidence.Item) { it.Title = "a\nb" }, ".title evidence.characters"},
		{"a long title", func(it *evidence.Item) { it.Title = strings.Repeat("ж", 201) }, ".title evidence.long"},
		{"the longest title", func(it *evidence.Item) { it.Title = strings.Repeat("ж", 200) }, ""},
		{"nothing said of it", func(it *evidence.Item) { it.Shows = "" }, ""},
		{"the longest text", func(it *evidence.Item) { it.Shows = strings.Repeat("ж", 2000) }, ""},
		{"a longer text", func(it *evidence.Item) { it.Shows = strings.Repeat("ж", 2001) }, ".shows evidence.long"},
		{"an override", func(it *evidence.Item) { it.Shows = "\u202efdp.exe" }, ".shows evidence.characters"},
		{"a carriage return", func(it *evidence.Item) { it.Shows = "a\r\nb" }, ".shows evidence.characters"},
		{"broken UTF-8", func(it *evidence.Item) { it.Shows = "a\xffb" }, ".shows evidence.characters"},
		{"a joiner in a Persian word", func(it *evidence.Item) { it.Shows = "می\u200cخواهم" }, ""},
		{"a line at the end", func(it *evidence.Item) { it.Shows = "a\n" }, ".shows evidence.blank"},
	} {
		all := items(3)
		tt.change(&all[1])
		var want, own []string
		if tt.want != "" {
			want, own = []string{"$.items[1]" + tt.want}, []string{"$" + tt.want}
		}
		if got := told(t, second(evidence.Freeze(all, nil))); !slices.Equal(got, want) {
			t.Errorf("%s: faults %v, want %v", tt.name, got, want)
		}
		if got := told(t, all[1].Check()); !slices.Equal(got, own) {
			t.Errorf("%s: faults of the item %v, want %v", tt.name, got, own)
		}
	}
	for _, n := range []int{0, evidence.MaxItems + 1} {
		if got := told(t, second(evidence.Freeze(items(n), nil))); !slices.Equal(got, []string{"$.items evidence.count"}) {
			t.Errorf("%d items: %v", n, got)
		}
	}
	wordy := items(3000)
	for i := range wordy {
		wordy[i].Shows = strings.Repeat("w", evidence.MaxShows)
	}
	if got := told(t, second(evidence.Freeze(wordy, nil))); !slices.Equal(got, []string{"$.items evidence.texts"}) {
		t.Errorf("6 MB of texts: %v", got)
	}
	if got := told(t, second(evidence.Freeze(make([]evidence.Item, 9000), nil))); len(got) > 200 {
		t.Errorf("%d faults are told", len(got))
	}
	if _, err := evidence.Freeze(items(2), strings.NewReader("too short")); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("no chance: %v", err)
	}
}

// A set keeps what was frozen, whatever becomes of the slice.
func TestSetDoesNotChange(t *testing.T) {
	t.Parallel()
	given := items(3)
	s := freeze(t, given)
	given[0].Title = "changed"
	s.Items()[1].Title = "changed"
	proof(t, s, 0).Path[0][0] ^= 1
	if !slices.Equal(s.Items(), items(3)) {
		t.Error("the items have changed")
	}
	for i := range 3 {
		if err := evidence.VerifyProof(s.Root(), proof(t, s, i)); err != nil {
			t.Error(err)
		}
	}
}

func TestSaltsDoNotPrintThemselves(t *testing.T) {
	t.Parallel()
	s := freeze(t, items(2))
	p := proof(t, s, 0)
	if got := fmt.Sprint(s); got != "2 items under "+s.Root().String() {
		t.Errorf("a set prints itself as %s", got)
	}
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		for _, v := range []any{p, p.Salt, s, &p} {
			if strings.Contains(fmt.Sprintf(form, v), hex.EncodeToString(p.Salt[:4])) {
				t.Errorf("%s of %T shows the salt", form, v)
			}
		}
	}
}

func TestSum(t *testing.T) {
	t.Parallel()
	d, n, err := evidence.Sum(strings.NewReader("abc"))
	if err != nil || n != 3 || d.String() != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("Sum of abc: %s, %d, %v", d, n, err)
	}
	if _, _, err := evidence.Sum(errReader{}); err == nil {
		t.Error("a file that cannot be read has a digest")
	}
}
