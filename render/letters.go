package render

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lost is printed for a character that cannot be.
const lost = '\uFFFD'

// longest is how many characters of one text are printed; the claims have
// their own, narrower limits.
const longest = 4000

// remarks tells what a print does not show as the claims have it.
type remarks struct {
	lost        bool // a character was replaced by the mark
	rightToLeft bool // a script that would be written from right to left
	cut         bool // a text longer than any page wants
}

// letters makes any text printable: valid UTF-8 in composed form (NFC), white
// space as single spaces, no control or invisible formatting characters (a
// print must not be reordered by one), and the mark for everything that no
// font of ours has or the PDF writer cannot take (above U+FFFF).
func (m *metrics) letters(s string, note *remarks) string {
	var (
		b     strings.Builder
		count int
		space bool
	)
	for _, r := range norm.NFC.String(strings.ToValidUTF8(s, string(lost))) {
		switch {
		case r == '\u00a0' || r == '\u202f':
			// French punctuation stands behind these; they do not break.
		case unicode.IsSpace(r) || unicode.Is(unicode.Z, r):
			space = count > 0
			continue
		case unicode.Is(unicode.C, r) && !unicode.Is(unicode.Co, r), unicode.Is(unicode.Variation_Selector, r):
			continue
		}
		if count >= longest {
			note.cut = true
			b.WriteRune('…')
			break
		}
		if unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			note.rightToLeft = true
		}
		if r > '\uffff' {
			r = lost
		} else if _, ok := m.pick(sans, r); !ok {
			r = lost
		}
		note.lost = note.lost || r == lost
		if space {
			b.WriteByte(' ')
			space = false
			count++
		}
		b.WriteRune(r)
		count++
	}
	return b.String()
}
