package integrity

import (
	"bytes"
	"slices"
)

// A span is a part of a text.
type span struct{ start, end int }

// memberSpans finds the members of the object that text holds, each from the
// quotation mark of its name to the end of its value. The text is known to be
// one valid JSON object with white space round it.
func memberSpans(text []byte) []span {
	c := cursor{text: text}
	var out []span
	c.skipSpace()
	c.pos++ // {
	for c.skipSpace(); c.pos < len(text) && text[c.pos] == '"'; c.skipSpace() {
		start := c.pos
		c.skipString()
		c.skipSpace()
		c.pos++ // :
		c.skipSpace()
		c.skipValue()
		out = append(out, span{start, c.pos})
		c.skipComma()
	}
	return out
}

// elementSpans finds the elements of the array that text holds, which is known
// to be valid.
func elementSpans(text []byte) []span {
	c := cursor{text: text}
	var out []span
	c.skipSpace()
	c.pos++ // [
	for c.skipSpace(); c.pos < len(text) && text[c.pos] != ']'; c.skipSpace() {
		start := c.pos
		c.skipValue()
		out = append(out, span{start, c.pos})
		c.skipComma()
	}
	return out
}

// without gives the object text without the members at the given places. What
// stays is as it was, byte for byte.
func without(text []byte, spans []span, places ...int) []byte {
	if len(spans) == 0 {
		return text
	}
	out := append(make([]byte, 0, len(text)), text[:spans[0].start]...)
	first := true
	for i, s := range spans {
		if slices.Contains(places, i) {
			continue
		}
		if !first {
			out = append(out, text[spans[i-1].end:s.start]...) // comma and white space
		}
		first = false
		out = append(out, text[s.start:s.end]...)
	}
	return append(out, text[spans[len(spans)-1].end:]...)
}

// with gives the object text with one more member at its end.
func with(text []byte, spans []span, member []byte) []byte {
	if len(spans) == 0 {
		at := bytes.IndexByte(text, '{') + 1
		return splice(text, span{at, at}, member)
	}
	end := spans[len(spans)-1].end
	return splice(text, span{end, end}, append([]byte{','}, member...))
}

// splice gives text with insert in the place of what is at s.
func splice(text []byte, s span, insert []byte) []byte {
	out := make([]byte, 0, len(text)-(s.end-s.start)+len(insert))
	out = append(out, text[:s.start]...)
	out = append(out, insert...)
	return append(out, text[s.end:]...)
}

// A cursor walks over valid JSON.
type cursor struct {
	text []byte
	pos  int
}

func (c *cursor) skipSpace() {
	for c.pos < len(c.text) {
		switch c.text[c.pos] {
		case ' ', '\t', '\n', '\r':
			c.pos++
		default:
			return
		}
	}
}

func (c *cursor) skipComma() {
	c.skipSpace()
	if c.pos < len(c.text) && c.text[c.pos] == ',' {
		c.pos++
	}
}

func (c *cursor) skipString() {
	for c.pos++; c.pos < len(c.text); c.pos++ {
		switch c.text[c.pos] {
		case '\\':
			c.pos++
		case '"':
			c.pos++
			return
		}
	}
}

// skipValue goes behind one value.
func (c *cursor) skipValue() {
	for depth := 0; c.pos < len(c.text); {
		switch c.text[c.pos] {
		case '"':
			c.skipString()
		case '{', '[':
			depth++
			c.pos++
			continue
		case '}', ']':
			depth--
			c.pos++
		case ',', ':', ' ', '\t', '\n', '\r':
			c.pos++
			continue
		default: // a number, or a word
			for c.pos < len(c.text) && bytes.IndexByte([]byte(",:]} \t\n\r"), c.text[c.pos]) < 0 {
				c.pos++
			}
		}
		if depth == 0 {
			return
		}
	}
}
