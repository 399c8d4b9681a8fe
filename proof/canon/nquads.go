package canon

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ParseNQuads reads a dataset in N-Quads (RDF 1.1 N-Quads), strictly: what the
// grammar does not allow is refused, and so are IRIs that are not absolute and
// characters that no IRI has, in whatever spelling. Doubled statements are kept;
// Canonicalize takes them as one.
func ParseNQuads(data []byte, l Limits) (*Dataset, error) {
	l = l.filled()
	if len(data) > l.MaxBytes {
		return nil, tooMany("proof.canon.bytes", l.MaxBytes)
	}
	if !utf8.Valid(data) {
		return nil, &Error{Kind: Malformed, Key: "proof.canon.nquads", Args: map[string]any{"Line": 1}, Err: errLiteral}
	}
	p := parser{rest: string(data), line: 1}
	d := &Dataset{limits: l, Quads: make([]Quad, 0, min(1+bytes.Count(data, []byte("\n")), l.MaxQuads))}
	for {
		q, ok, err := p.statement()
		if err != nil {
			return nil, &Error{Kind: Malformed, Key: "proof.canon.nquads", Args: map[string]any{"Line": p.line}, Err: fmt.Errorf("line %d: %w", p.line, err)}
		}
		if ok {
			if len(d.Quads) == l.MaxQuads {
				return nil, tooMany("proof.canon.quads", l.MaxQuads)
			}
			d.Quads = append(d.Quads, q)
		}
		if p.rest == "" {
			return d, nil
		}
	}
}

// tooMany is the refusal of what is beyond a limit.
func tooMany(key string, limit int) *Error {
	return &Error{Kind: Resources, Key: key, Args: map[string]any{"Limit": limit}}
}

var (
	errEnd    = errors.New("a statement ends with a full stop")
	errAfter  = errors.New("more after the statement")
	errQuote  = errors.New("a string without its end")
	errIRIEnd = errors.New("an IRI without its end")
	errEscape = errors.New("not an escape")
)

// A parser reads line by line. Terms are parts of the input wherever nothing in
// them is escaped.
type parser struct {
	rest string
	line int
}

// statement reads one line, its end included. It gives false for a line that
// holds nothing or a comment.
func (p *parser) statement() (Quad, bool, error) {
	p.space()
	if p.end() {
		return Quad{}, false, nil
	}
	var q Quad
	for _, part := range []*Term{&q.Subject, &q.Predicate, &q.Object, &q.Graph} {
		if part == &q.Graph && strings.HasPrefix(p.rest, ".") {
			break
		}
		if err := p.term(part); err != nil {
			return q, false, err
		}
		p.space()
	}
	q, err := q.checked()
	if err != nil {
		return q, false, err
	}
	if !strings.HasPrefix(p.rest, ".") {
		return q, false, errEnd
	}
	p.rest = p.rest[1:]
	p.space()
	if !p.end() {
		return q, false, errAfter
	}
	return q, true, nil
}

func (p *parser) space() {
	p.rest = strings.TrimLeft(p.rest, " \t")
}

// end takes a comment and the end of the line or of the input, if that is what
// comes next.
func (p *parser) end() bool {
	if strings.HasPrefix(p.rest, "#") {
		i := strings.IndexAny(p.rest, "\r\n")
		if i < 0 {
			i = len(p.rest)
		}
		p.rest = p.rest[i:]
	}
	switch {
	case p.rest == "":
		return true
	case strings.HasPrefix(p.rest, "\r\n"):
		p.rest = p.rest[2:]
	case p.rest[0] == '\n' || p.rest[0] == '\r':
		p.rest = p.rest[1:]
	default:
		return false
	}
	p.line++
	return true
}

// term reads the term that comes next; which kinds may stand where is checked
// with the whole statement.
func (p *parser) term(t *Term) error {
	switch {
	case strings.HasPrefix(p.rest, "<"):
		iri, err := p.iri()
		*t = Term{Kind: IRI, Value: iri}
		return err
	case strings.HasPrefix(p.rest, "_:"):
		n := labelEnd(p.rest[2:])
		if n == 0 {
			return errLabel
		}
		*t = Term{Kind: Blank, Value: p.rest[2 : 2+n]}
		p.rest = p.rest[2+n:]
		return nil
	case strings.HasPrefix(p.rest, `"`):
		return p.literal(t)
	}
	return errObject
}

// iri reads an IRIREF. That it is an IRI is checked once it is unescaped.
func (p *parser) iri() (string, error) {
	n := strings.IndexAny(p.rest, ">\r\n")
	if n < 0 || p.rest[n] != '>' {
		return "", errIRIEnd
	}
	raw := p.rest[1:n]
	p.rest = p.rest[n+1:]
	return unescape(raw, false)
}

// literal reads a string with its language tag or datatype.
func (p *parser) literal(t *Term) error {
	n := 1
	for {
		i := strings.IndexAny(p.rest[n:], "\"\\\r\n")
		if i < 0 || p.rest[n+i] == '\r' || p.rest[n+i] == '\n' {
			return errQuote
		}
		n += i
		if p.rest[n] == '"' {
			break
		}
		n += 2 // a backslash and what it escapes
		if n > len(p.rest) {
			return errQuote
		}
	}
	value, err := unescape(p.rest[1:n], true)
	if err != nil {
		return err
	}
	*t = Term{Kind: Literal, Value: value, Datatype: xsdString}
	p.rest = p.rest[n+1:]
	switch {
	case strings.HasPrefix(p.rest, "@"):
		n := languageEnd(p.rest[1:])
		if n == 0 {
			return errLanguage
		}
		t.Language, t.Datatype = p.rest[1:1+n], langString
		p.rest = p.rest[1+n:]
	case strings.HasPrefix(p.rest, "^^<"):
		p.rest = p.rest[2:]
		t.Datatype, err = p.iri()
	}
	return err
}

// unescape resolves UCHAR and, in strings, ECHAR.
func unescape(s string, echar bool) (string, error) {
	i := strings.IndexByte(s, '\\')
	if i < 0 {
		return s, nil
	}
	b := make([]byte, 0, len(s))
	for ; i >= 0; i = strings.IndexByte(s, '\\') {
		b = append(b, s[:i]...)
		s = s[i+1:]
		if s == "" {
			return "", errEscape
		}
		c := s[0]
		s = s[1:]
		var digits int
		switch c {
		case 'u':
			digits = 4
		case 'U':
			digits = 8
		default:
			at := strings.IndexByte(`tbnrf"'\`, c)
			if !echar || at < 0 {
				return "", errEscape
			}
			b = append(b, "\t\b\n\r\f\"'\\"[at])
			continue
		}
		r, ok := hexRune(s, digits)
		if !ok {
			return "", errEscape
		}
		b = utf8.AppendRune(b, r)
		s = s[digits:]
	}
	return string(append(b, s...)), nil
}

// hexRune reads a character from n hexadecimal digits; surrogates and what is
// beyond Unicode are none.
func hexRune(s string, n int) (rune, bool) {
	if len(s) < n {
		return 0, false
	}
	var v uint32
	for i := range n {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		v = v<<4 | uint32(c)
	}
	if v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
		return 0, false
	}
	return rune(v), true
}
