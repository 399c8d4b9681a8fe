package integrity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/proof/integrity"
)

func TestPointer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":              nil,
		"/":             {""},
		"/a":            {"a"},
		"/a/0/b":        {"a", "0", "b"},
		"/a~1b":         {"a/b"},
		"/m~0n":         {"m~n"},
		"/~01":          {"~1"},
		"/~0~1~0":       {"~/~"},
		"/ /é/😀/\u202e": {" ", "é", "😀", "\u202e"},
		"//":            {"", ""},
		"/%25":          {"%25"}, // no fragment: nothing is percent-decoded
		`/k"l`:          {`k"l`},
	} {
		got, err := integrity.ParsePointer(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v, want %q", text, got, err, want)
		}
		if again := integrity.PrintPointer(got); again != text {
			t.Errorf("%q is printed as %q", text, again)
		}
	}
	for _, text := range []string{
		"a", "#/a", " /a", "/~", "/~2", "/a~", "/~~0", "/\xff", "/" + strings.Repeat("a", 5000),
	} {
		if got, err := integrity.ParsePointer(text); err == nil {
			t.Errorf("%.20q was read as %q", text, got)
		}
	}
}

func FuzzPointer(f *testing.F) {
	for _, seed := range []string{"", "/", "/a/0", "/~01~1", "/a~", "x", "/é/😀"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		steps, err := integrity.ParsePointer(text)
		if err != nil {
			return
		}
		if again := integrity.PrintPointer(steps); again != text {
			t.Errorf("%q is printed as %q", text, again)
		}
	})
}

const selectable = `{"@context":["c", {"x":"y"}], "id":"urn:x", "type":["A","B"],
 "a/b":{"m~n":1}, "":"empty", "n": 1.50e0, "s":"\u0041\n\"",
 "list":["p","q",{"id":"urn:q","type":"T","v":true,"w":false},{"type":"U","deep":{"type":"V","x":[1,2,3],"y":null}}],
 "obj":{"id":"urn:o","k":{"l":"m"}}}`

func TestSelect(t *testing.T) {
	t.Parallel()
	const head = `{"@context":["c", {"x":"y"}],"id":"urn:x","type":["A","B"]`
	// The text of @context and of values stays as it was but for the space
	// between the parts.
	squeeze := func(s string) string { return strings.ReplaceAll(s, `["c", {`, `["c",{`) }
	for _, c := range []struct {
		name     string
		pointers []string
		want     string
	}{
		{"NothingForNoPointer", nil, ""},
		{"Literal", []string{"/n"}, head + `,"n":1.50e0}`},
		{"EscapesAndEmptyName", []string{"/a~1b/m~0n", "/"}, head + `,"a/b":{"m~n":1},"":"empty"}`},
		{"TextAsItWas", []string{"/s"}, head + `,"s":"\u0041\n\""}`},
		{"ArrayPartsMoveTogether", []string{"/list/3/deep/x/2", "/list/1"}, head + `,"list":["q",{"type":"U","deep":{"type":"V","x":[3]}}]}`},
		{"ParentsKeepIDAndType", []string{"/list/2/w"}, head + `,"list":[{"id":"urn:q","type":"T","w":false}]}`},
		{"WholeObject", []string{"/obj"}, head + `,"obj":{"id":"urn:o","k":{"l":"m"}}}`},
		{"WholeAfterPart", []string{"/obj/k/l", "/obj"}, head + `,"obj":{"id":"urn:o","k":{"l":"m"}}}`},
		{"PartAfterWhole", []string{"/list", "/list/0"}, head + `,"list":["p","q",{"id":"urn:q","type":"T","v":true,"w":false},{"type":"U","deep":{"type":"V","x":[1,2,3],"y":null}}]}`},
		{"TypeIsWholeAnyway", []string{"/type/0"}, head + `}`},
		{"Twice", []string{"/n", "/n"}, head + `,"n":1.50e0}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := integrity.SelectJSON([]byte(selectable), c.pointers)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != squeeze(c.want) {
				t.Errorf("%q selected\n%s, want\n%s", c.pointers, got, squeeze(c.want))
			}
		})
	}
	t.Run("WholeDocument", func(t *testing.T) {
		t.Parallel()
		all, err := integrity.SelectJSON([]byte(selectable), []string{"/n", ""})
		if err != nil {
			t.Fatal(err)
		}
		if !sdSame(t, all, []byte(selectable)) {
			t.Errorf("the pointer to the whole document selected\n%s", all)
		}
	})
	for _, pointer := range []string{
		"/none", "/list/4", "/list/-", "/list/01", "/list/+1", "/list/ 1", "/list/1e0", "/list/-1", "/list/99999999999999999999",
		"/n/0", "/s/length", "/list/length", "/obj/k/l/0", "/A/B", "/List", "//x", "/obj/", "/type/2", "/proof", "x", "/~",
	} {
		if got, err := integrity.SelectJSON([]byte(selectable), []string{"/n", pointer}); err == nil {
			t.Errorf("%q selected %s", pointer, got)
		} else if sdCode(err) != "proof" {
			t.Errorf("%q: code %q, want proof: %v", pointer, sdCode(err), err)
		}
	}
}
