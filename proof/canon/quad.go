package canon

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// A TermKind tells what a Term is.
type TermKind int

// The kinds of terms. The zero kind is no term: the graph of a statement in the
// default graph.
const (
	None TermKind = iota
	IRI
	Blank
	Literal
)

// The datatypes that the forms of a literal imply (RDF 1.1 Concepts, 3.3).
const (
	xsdString  = "http://www.w3.org/2001/XMLSchema#string"
	langString = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
)

// A Term is an IRI, a blank node or a literal. Value is the IRI, the label
// without "_:", or the lexical form. Datatype and Language belong to literals;
// an empty Datatype means xsd:string, or rdf:langString beside a Language.
type Term struct {
	Kind     TermKind
	Value    string
	Datatype string
	Language string
}

// A Quad is one statement of a dataset. A Graph of kind None is the default
// graph.
type Quad struct {
	Subject, Predicate, Object, Graph Term
}

// String gives the statement in the canonical form of N-Quads (RDF Dataset
// Canonicalization, A), with its newline.
func (q Quad) String() string {
	return string(q.appendTo(nil))
}

// places are the values at the three places where a blank node may stand:
// subject, object and graph.
type places[T any] [3]T

func (q *Quad) places() places[*Term] { return places[*Term]{&q.Subject, &q.Object, &q.Graph} }

// appendTo appends the canonical line.
func (q *Quad) appendTo(b []byte) []byte {
	return q.appendLabelled(b, places[string]{q.Subject.Value, q.Object.Value, q.Graph.Value})
}

// appendLabelled appends the canonical line with other labels for the blank nodes.
func (q *Quad) appendLabelled(b []byte, labels places[string]) []byte {
	b = append(q.Subject.appendLabelled(b, labels[0]), ' ')
	b = append(q.Predicate.appendTo(b), ' ')
	b = q.Object.appendLabelled(b, labels[1])
	if q.Graph.Kind != None {
		b = q.Graph.appendLabelled(append(b, ' '), labels[2])
	}
	return append(b, " .\n"...)
}

// String gives the term in the canonical form of N-Quads; nothing for no term.
func (t Term) String() string {
	return string(t.appendTo(nil))
}

func (t *Term) appendLabelled(b []byte, label string) []byte {
	if t.Kind == Blank {
		b = append(b, "_:"...)
		return append(b, label...)
	}
	return t.appendTo(b)
}

func (t *Term) appendTo(b []byte) []byte {
	switch t.Kind {
	case IRI:
		return appendIRI(b, t.Value)
	case Blank:
		return t.appendLabelled(b, t.Value)
	case Literal:
		b = append(b, '"')
		b = appendEscaped(b, t.Value)
		b = append(b, '"')
		switch {
		case t.Language != "":
			b = append(b, '@')
			b = append(b, t.Language...)
		case t.Datatype != "" && t.Datatype != xsdString:
			b = append(b, "^^"...)
			b = appendIRI(b, t.Datatype)
		}
		return b
	case None:
	}
	return b
}

func appendIRI(b []byte, iri string) []byte {
	b = append(b, '<')
	b = append(b, iri...)
	return append(b, '>')
}

const hexDigits = "0123456789ABCDEF"

// appendEscaped appends a lexical form: the named escapes where there is one,
// \u with four upper-case digits for the other control characters and DEL, all
// else as it is (RDF Dataset Canonicalization, A).
func appendEscaped(b []byte, s string) []byte {
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c != 0x7f {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '\b':
			b = append(b, `\b`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\f':
			b = append(b, `\f`...)
		case '\r':
			b = append(b, `\r`...)
		case '"':
			b = append(b, `\"`...)
		case '\\':
			b = append(b, `\\`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(b, s[from:]...)
}

// What makes a statement ill-formed.
var (
	errSubject   = errors.New("a subject is an IRI or a blank node")
	errPredicate = errors.New("a predicate is an IRI")
	errObject    = errors.New("an object is an IRI, a blank node or a literal")
	errGraph     = errors.New("a graph name is an IRI or a blank node")
	errIRI       = errors.New("not an absolute IRI")
	errLabel     = errors.New("not a blank node label")
	errLiteral   = errors.New("not UTF-8")
	errLanguage  = errors.New("not a language tag")
	errDatatype  = errors.New("a language and a datatype that do not fit")
)

// checked gives the statement with its datatypes spelt out, so that equal
// statements are equal values, or says why it is none. What passes prints as
// one line that parses back to the same statement.
func (q Quad) checked() (Quad, error) {
	switch {
	case q.Subject.Kind != IRI && q.Subject.Kind != Blank:
		return q, errSubject
	case q.Predicate.Kind != IRI:
		return q, errPredicate
	case q.Object.Kind == None:
		return q, errObject
	case q.Graph.Kind == Literal:
		return q, errGraph
	}
	for _, t := range []*Term{&q.Subject, &q.Predicate, &q.Object, &q.Graph} {
		if err := t.check(); err != nil {
			return q, err
		}
	}
	return q, nil
}

func (t *Term) check() error {
	switch t.Kind {
	case None:
		*t = Term{}
		return nil
	case IRI:
		t.Datatype, t.Language = "", ""
		if !absoluteIRI(t.Value) {
			return errIRI
		}
		return nil
	case Blank:
		t.Datatype, t.Language = "", ""
		if t.Value == "" || labelEnd(t.Value) != len(t.Value) || !utf8.ValidString(t.Value) {
			return errLabel
		}
		return nil
	case Literal:
		return t.checkLiteral()
	}
	return errObject
}

func (t *Term) checkLiteral() error {
	if !utf8.ValidString(t.Value) {
		return errLiteral
	}
	if t.Language != "" {
		if languageEnd(t.Language) != len(t.Language) {
			return errLanguage
		}
		if t.Datatype != "" && t.Datatype != langString {
			return errDatatype
		}
		t.Datatype = langString
		return nil
	}
	switch t.Datatype {
	case "":
		t.Datatype = xsdString
		return nil
	case langString:
		return errDatatype
	}
	if !absoluteIRI(t.Datatype) {
		return errIRI
	}
	return nil
}

// absoluteIRI tells whether s has a scheme and no character that an IRI cannot
// have: those that the grammar of N-Quads shuts out, and the controls beyond
// ASCII, which RFC 3987 does not know either.
func absoluteIRI(s string) bool {
	colon := strings.IndexByte(s, ':')
	if colon <= 0 {
		return false
	}
	for i := range colon {
		if !schemeChar(s[i], i == 0) {
			return false
		}
	}
	for _, r := range s[colon:] {
		if !iriChar(r) {
			return false
		}
	}
	return utf8.ValidString(s)
}

func schemeChar(c byte, first bool) bool {
	if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
		return true
	}
	return !first && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.')
}

// iriChar is the class of IRIREF, less U+007F to U+009F.
func iriChar(r rune) bool {
	if r <= 0x20 || 0x7f <= r && r <= 0x9f {
		return false
	}
	switch r {
	case '<', '>', '"', '{', '}', '|', '^', '`', '\\':
		return false
	}
	return true
}

// labelEnd gives the length of the longest blank node label at the start of s,
// without "_:" (BLANK_NODE_LABEL); 0 is none.
func labelEnd(s string) int {
	end := 0
	for i, r := range s {
		switch {
		case i == 0 && !labelStart(r) && (r < '0' || r > '9'):
			return 0
		case i > 0 && r == '.':
			continue // only inside: the end stays before it
		case i > 0 && !labelChar(r):
			return end
		}
		end = i + utf8.RuneLen(r)
	}
	return end
}

// labelStart is PN_CHARS_U.
func labelStart(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_' || r == ':'
	}
	switch {
	case 0xc0 <= r && r <= 0x2ff:
		return r != 0xd7 && r != 0xf7
	case 0x370 <= r && r <= 0x1fff:
		return r != 0x37e
	case 0x200c <= r && r <= 0x200d, 0x2070 <= r && r <= 0x218f, 0x2c00 <= r && r <= 0x2fef,
		0x3001 <= r && r <= 0xd7ff, 0xf900 <= r && r <= 0xfdcf, 0xfdf0 <= r && r <= 0xfffd,
		0x10000 <= r && r <= 0xeffff:
		return true
	}
	return false
}

// labelChar is PN_CHARS.
func labelChar(r rune) bool {
	return labelStart(r) || '0' <= r && r <= '9' || r == '-' || r == 0xb7 ||
		0x300 <= r && r <= 0x36f || 0x203f <= r && r <= 0x2040
}

// languageEnd gives the length of the language tag at the start of s, without
// "@" (LANGTAG); 0 is none.
func languageEnd(s string) int {
	end, part := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) {
			c := s[i]
			if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || end > 0 && '0' <= c && c <= '9' {
				part++
				continue
			}
		}
		if part == 0 {
			return end
		}
		end, part = i, 0
		if i == len(s) || s[i] != '-' {
			return end
		}
	}
	return end
}
