package canon_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/proof/canon"
)

const xsd = "http://www.w3.org/2001/XMLSchema#"

// TestParseNQuads: what the grammar allows is read, and printed in the one
// canonical spelling.
func TestParseNQuads(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                       "",
		"\n \t\n# a comment\n\r\n\r#":            "",
		`<a:s> <a:p> <a:o> .`:                    "<a:s> <a:p> <a:o> .\n",
		`<a:s><a:p><a:o><a:g>.`:                  "<a:s> <a:p> <a:o> <a:g> .\n",
		"\t<a:s>\t<a:p>  _:x.# no\r\n":           "<a:s> <a:p> _:x .\n",
		"_:s <a:p> _:o _:g . # end":              "_:s <a:p> _:o _:g .\n",
		"_:0 <a:p> _:a.b-c .":                    "_:0 <a:p> _:a.b-c .\n",
		"_:s<a:p>_:o_:g.":                        "_:s <a:p> _:o_:g .\n",
		"_::a <a:p> _:ä·‿ .":                     "_::a <a:p> _:ä·‿ .\n",
		"<a:s> <a:p> \"\" .":                     "<a:s> <a:p> \"\" .\n",
		"<a:s> <a:p> \"x\"@de-AT .":              "<a:s> <a:p> \"x\"@de-AT .\n",
		`<a:s> <a:p> "x"@en<a:g>.`:               "<a:s> <a:p> \"x\"@en <a:g> .\n",
		`<a:s> <a:p> "1"^^<a:int> .`:             "<a:s> <a:p> \"1\"^^<a:int> .\n",
		`<a:s> <a:p> "1"^^<a:\u0069> .`:          "<a:s> <a:p> \"1\"^^<a:i> .\n",
		`<a:s> <a:p> "x"^^<` + xsd + `string> .`: "<a:s> <a:p> \"x\" .\n",
		`<a:s> <a:p> <a:é\u00e9\U0001F303> .`:    "<a:s> <a:p> <a:éé🌃> .\n",
		`<A+b-1.c:> <a:p> <a:'()*%zz#?> .`:       "<A+b-1.c:> <a:p> <a:'()*%zz#?> .\n",
		`<a:s> <a:p> "\t\b\n\r\f\"\'\\" .`:       `<a:s> <a:p> "\t\b\n\r\f\"'\\" .` + "\n",
		`<a:s> <a:p> "\u0000\u0001\u000b\u001F\u007f\u0080\ufffe\U0001D11E\\u0" .`: `<a:s> <a:p> "\u0000\u0001\u000B\u001F\u007F` + "\u0080\ufffe\U0001D11E" + `\\u0" .` + "\n",
		"<a:s> <a:p> \"\x00\t\x7f\u202e\ufeff'\" .":                                `<a:s> <a:p> "\u0000\t\u007F` + "\u202e\ufeff" + `'" .` + "\n",
		"<a:s> <a:p> <a:o> .\n<a:s> <a:p> <a:o> .\r\r\n_:b <a:p> <a:o> .":          "<a:s> <a:p> <a:o> .\n<a:s> <a:p> <a:o> .\n_:b <a:p> <a:o> .\n",
	} {
		d, err := canon.ParseNQuads([]byte(in), canon.Limits{})
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		got := text(d)
		if got != want {
			t.Errorf("%q: printed %q, want %q", in, got, want)
		}
		again, err := canon.ParseNQuads([]byte(got), canon.Limits{})
		if err != nil {
			t.Errorf("%q: printed, not parsed: %v", got, err)
			continue
		}
		if diff := cmp.Diff(d.Quads, again.Quads); diff != "" {
			t.Errorf("%q: printed and parsed (-first +second):\n%s", in, diff)
		}
	}
}

// TestParseNQuadsRefuses: what the grammar does not allow is refused, with its
// line.
func TestParseNQuadsRefuses(t *testing.T) {
	t.Parallel()
	for what, line := range map[string]string{
		"no full stop":             `<a:s> <a:p> <a:o>`,
		"two full stops":           `<a:s> <a:p> <a:o> . .`,
		"two statements":           `<a:s> <a:p> <a:o> . <a:s> <a:p> <a:o> .`,
		"text behind":              `<a:s> <a:p> <a:o> . x`,
		"only a subject":           `<a:s> .`,
		"only two":                 `<a:s> <a:p> .`,
		"five":                     `<a:s> <a:p> <a:o> <a:g> <a:h> .`,
		"literal subject":          `"s" <a:p> <a:o> .`,
		"literal predicate":        `<a:s> "p" <a:o> .`,
		"literal graph":            `<a:s> <a:p> <a:o> "g" .`,
		"blank predicate":          `<a:s> _:p <a:o> .`,
		"relative subject":         `<s> <a:p> <a:o> .`,
		"relative predicate":       `<a:s> <p> <a:o> .`,
		"relative object":          `<a:s> <a:p> </o> .`,
		"relative graph":           `<a:s> <a:p> <a:o> <g> .`,
		"relative datatype":        `<a:s> <a:p> "o"^^<d> .`,
		"empty IRI":                `<> <a:p> <a:o> .`,
		"empty scheme":             `<:s> <a:p> <a:o> .`,
		"odd scheme":               `<1a:s> <a:p> <a:o> .`,
		"scheme that is not ASCII": `<é:s> <a:p> <a:o> .`,
		"space in IRI":             `<a:s s> <a:p> <a:o> .`,
		"control in IRI":           "<a:s\x01> <a:p> <a:o> .",
		"DEL in IRI":               "<a:s\x7f> <a:p> <a:o> .",
		"escaped space in IRI":     `<a:\u0020> <a:p> <a:o> .`,
		"escaped bracket in IRI":   `<a:\u003e> <a:p> <a:o> .`,
		"escaped NUL in IRI":       `<a:\u0000> <a:p> <a:o> .`,
		"newline name in IRI":      `<a:\n> <a:p> <a:o> .`,
		"brace in IRI":             `<a:{s}> <a:p> <a:o> .`,
		"quote in IRI":             `<a:"s> <a:p> <a:o> .`,
		"open IRI":                 `<a:s <a:p> <a:o> .`,
		"IRI over two lines":       "<a:\ns> <a:p> <a:o> .",
		"open string":              `<a:s> <a:p> "o .`,
		"open string at its end":   `<a:s> <a:p> "o\`,
		"newline in string":        "<a:s> <a:p> \"o\no\" .",
		"return in string":         "<a:s> <a:p> \"o\ro\" .",
		"unknown escape":           `<a:s> <a:p> "\a" .`,
		"short escape":             `<a:s> <a:p> "\u123" .`,
		"short long escape":        `<a:s> <a:p> "\U0001F30" .`,
		"escape without digits":    `<a:s> <a:p> "\u12g4" .`,
		"surrogate":                `<a:s> <a:p> "\ud83c\udf03" .`,
		"beyond Unicode":           `<a:s> <a:p> "\U00110000" .`,
		"far beyond Unicode":       `<a:s> <a:p> "\UFFFFFFFF" .`,
		"single quotes":            `<a:s> <a:p> 'o' .`,
		"three quotes":             `<a:s> <a:p> """o""" .`,
		"empty language":           `<a:s> <a:p> "o"@ .`,
		"language with digits":     `<a:s> <a:p> "o"@e1 .`,
		"language ends in hyphen":  `<a:s> <a:p> "o"@en- .`,
		"language and datatype":    `<a:s> <a:p> "o"@en^^<a:d> .`,
		"langString alone":         `<a:s> <a:p> "o"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> .`,
		"datatype without IRI":     `<a:s> <a:p> "o"^^ .`,
		"blank datatype":           `<a:s> <a:p> "o"^^_:d .`,
		"one caret":                `<a:s> <a:p> "o"^<a:d> .`,
		"label empty":              `_: <a:p> <a:o> .`,
		"label with hyphen first":  `_:-a <a:p> <a:o> .`,
		"label with dot first":     `_:.a <a:p> <a:o> .`,
		"label ends in dot":        `_:a. <a:p> <a:o> .`,
		"Turtle name":              `a:s <a:p> <a:o> .`,
		"Turtle a":                 `<a:s> a <a:o> .`,
		"Turtle prefix":            `@prefix a: <a:> .`,
		"Turtle number":            `<a:s> <a:p> 1 .`,
		"Turtle list":              `<a:s> <a:p> <a:o>, <a:o> .`,
		"triple term":              `<a:s> <a:p> <<( <a:s> <a:p> <a:o> )>> .`,
		"not UTF-8":                "<a:s> <a:p> \"\xff\" .",
		"byte order mark":          "\ufeff<a:s> <a:p> <a:o> .",
		"no-break space":           "<a:s>\u00a0<a:p> <a:o> .",
		"form feed":                "<a:s> <a:p> <a:o> .\f",
		"comment inside":           "<a:s> <a:p> # no\n <a:o> .",
	} {
		_, err := canon.ParseNQuads([]byte(line), canon.Limits{})
		wantKind(t, what, err, canon.Malformed)
		_, err = canon.ParseNQuads([]byte("<a:s> <a:p> <a:o> .\n"+line+"\n<a:s> <a:p> <a:o> ."), canon.Limits{})
		wantKind(t, what+", second line", err, canon.Malformed)
	}
}

func TestParseNQuadsLimits(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 10 {
		fmt.Fprintf(&b, "_:b%d <a:p> <a:o> .\n", i)
	}
	in := []byte(b.String())
	for _, c := range []struct {
		limits canon.Limits
		fits   bool
	}{
		{canon.Limits{MaxBytes: len(in), MaxQuads: 10}, true},
		{canon.Limits{MaxBytes: len(in) - 1}, false},
		{canon.Limits{MaxQuads: 9}, false},
	} {
		_, err := canon.ParseNQuads(in, c.limits)
		switch {
		case c.fits && err != nil:
			t.Errorf("%+v: refused: %v", c.limits, err)
		case !c.fits:
			wantKind(t, fmt.Sprintf("%+v", c.limits), err, canon.Resources)
		}
	}
}

func text(d *canon.Dataset) string {
	var b strings.Builder
	for _, q := range d.Quads {
		b.WriteString(q.String())
	}
	return b.String()
}

// FuzzParseNQuads: no input makes the parser fail otherwise than by a refusal,
// and what it reads it prints so that it reads the same again.
func FuzzParseNQuads(f *testing.F) {
	for _, s := range []string{
		"", "# c\r\n<a:s> <a:p> _:b <a:g> .", `_:b <a:p> "\t\u0001\U0001F303x"@en-GB .`, `<a:s> <a:p> "1"^^<a:d> _:g .`,
		clique(3), ring(3), star(3), multigraph(3, 2), list(2),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := canon.ParseNQuads(data, canon.Limits{})
		if err != nil {
			return
		}
		printed := text(d)
		again, err := canon.ParseNQuads([]byte(printed), canon.Limits{MaxBytes: 8 << 20})
		if err != nil {
			t.Fatalf("%q, printed as %q: %v", data, printed, err)
		}
		if diff := cmp.Diff(d.Quads, again.Quads); diff != "" {
			t.Errorf("%q, printed and parsed (-first +second):\n%s", data, diff)
		}
	})
}
