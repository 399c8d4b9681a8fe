package page

import (
	"strings"
	"unicode"
)

// Bounds of what one text may take up on a page.
const (
	maxText  = 400 // characters
	maxMarks = 4   // combining marks in a row; real scripts need fewer
)

// Plain makes a text that others wrote fit for a page: on one line, without
// characters that are not seen or that turn the direction of what follows,
// without towers of accents, and cut to a sane length. Joiners stay: Persian
// and the scripts of India are spelt with them. Escaping is html/template's.
func Plain(s string) string {
	var b strings.Builder
	n, marks, space := 0, 0, true
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			if !space {
				b.WriteByte(' ')
				n++
			}
			space = true
			continue
		case unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d', unicode.In(r, unicode.Co, unicode.Other_Default_Ignorable_Code_Point):
			continue
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if n >= maxText {
			return strings.TrimSpace(b.String()) + "…"
		}
		b.WriteRune(r)
		n++
		space = false
	}
	return strings.TrimSpace(b.String())
}
