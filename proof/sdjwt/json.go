package sdjwt

import "github.com/probatum/probatum/internal/strictjson"

// appendJSON writes a value: members and items in their order, numbers letter
// for letter, strings with no more escapes than JSON needs.
func appendJSON(b []byte, v *strictjson.Value) []byte {
	switch v.Kind {
	case strictjson.Object:
		b = append(b, '{')
		for i, m := range v.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, m.Name), ':')
			b = appendJSON(b, m.Value)
		}
		return append(b, '}')
	case strictjson.Array:
		b = append(b, '[')
		for i, item := range v.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case strictjson.String:
		return appendString(b, v.Text)
	case strictjson.Null:
		return append(b, "null"...)
	case strictjson.Bool, strictjson.Number:
	}
	return append(b, v.Text...)
}

// appendString writes a JSON string (RFC 8259, 7).
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
	}
	return append(append(b, s[start:]...), '"')
}

// count tells how many values stand in v, itself included.
func count(v *strictjson.Value) int {
	n := 1
	for _, m := range v.Members {
		n += count(m.Value)
	}
	for _, item := range v.Items {
		n += count(item)
	}
	return n
}

func text(s string) *strictjson.Value { return &strictjson.Value{Kind: strictjson.String, Text: s} }

func object(members ...strictjson.Field) *strictjson.Value {
	return &strictjson.Value{Kind: strictjson.Object, Members: members}
}

func array(items ...*strictjson.Value) *strictjson.Value {
	return &strictjson.Value{Kind: strictjson.Array, Items: items}
}
