package canon

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/probatum/probatum/internal/strictjson"
)

// JCS gives the canonical form of a JSON text (RFC 8785). The text is read
// strictly, but its numbers become what ECMAScript makes of them, as the standard
// says: digits that a float64 has no place for are lost. What is to be signed goes
// through Processor.JCS, which refuses that.
func JCS(text []byte) ([]byte, error) {
	v, err := parseJSON(text, Limits{}.filled())
	if err != nil {
		return nil, err
	}
	out, err := appendJCS(nil, v)
	if err != nil {
		return nil, fmt.Errorf("writing canonical JSON: %w", err)
	}
	return out, nil
}

var errNumber = errors.New("a number is beyond float64")

// appendJCS appends the canonical form of a value.
func appendJCS(b []byte, v *strictjson.Value) ([]byte, error) {
	var err error
	switch v.Kind {
	case strictjson.Null:
		return append(b, "null"...), nil
	case strictjson.Bool:
		return append(b, v.Text...), nil
	case strictjson.Number:
		n, err := strconv.ParseFloat(v.Text, 64)
		if err != nil {
			return nil, errNumber
		}
		return appendNumber(b, n), nil
	case strictjson.String:
		return appendString(b, v.Text), nil
	case strictjson.Array:
		b = append(b, '[')
		for i, item := range v.Items {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendJCS(b, item); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case strictjson.Object:
		b = append(b, '{')
		for i, m := range byUTF16(v.Members) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, m.Name), ':')
			if b, err = appendJCS(b, m.Value); err != nil {
				return nil, err
			}
		}
		return append(b, '}'), nil
	}
	return nil, fmt.Errorf("a JSON value of kind %d", v.Kind)
}

// byUTF16 gives the members in the order of their names as UTF-16 code units
// (RFC 8785, 3.2.3).
func byUTF16(members []strictjson.Field) []strictjson.Field {
	sorted := slices.Clone(members)
	slices.SortFunc(sorted, func(a, b strictjson.Field) int {
		x, y := a.Name, b.Name
		for i := range min(len(x), len(y)) {
			if x[i] == y[i] {
				continue
			}
			if x[i] < 0xee && y[i] < 0xee { // below U+E000 the order of bytes is the same
				return int(x[i]) - int(y[i])
			}
			return slices.Compare(utf16.Encode([]rune(x)), utf16.Encode([]rune(y)))
		}
		return len(x) - len(y)
	})
	return sorted
}

// appendString writes a string as ECMAScript does (RFC 8785, 3.2.2.2).
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		if at := strings.IndexByte("\b\t\n\f\r\"\\", c); at >= 0 {
			b = append(b, '\\', `btnfr"\`[at])
			continue
		}
		b = append(b, '\\', 'u', '0', '0', lowerDigits[c>>4], lowerDigits[c&15])
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

const lowerDigits = "0123456789abcdef"

// appendNumber writes a number as ECMAScript does (RFC 8785, 3.2.2.3).
func appendNumber(b []byte, v float64) []byte {
	if v == 0 {
		return append(b, '0') // minus zero, too
	}
	if a := math.Abs(v); a >= 1e-6 && a < 1e21 {
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	text := strconv.FormatFloat(v, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	b = append(b, mantissa...)
	b = append(b, 'e', exponent[0])
	return append(b, strings.TrimLeft(exponent[1:], "0")...)
}
