package render

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wrap breaks printable text into lines no wider than width. It breaks at
// spaces and after hyphens and slashes; a word that is wider than the whole
// line is broken where it must be, with a hyphen between letters.
func (m *metrics) wrap(st style, s string, width float64) []string {
	return m.wrapUpTo(st, s, width, math.MaxInt)
}

// wrapUpTo is wrap that stops soon after limit lines.
func (m *metrics) wrapUpTo(st style, s string, width float64, limit int) []string {
	var (
		lines []string
		line  string
	)
	flush := func() {
		if l := strings.TrimRight(line, " "); l != "" {
			lines = append(lines, l)
		}
		line = ""
	}
	for _, piece := range pieces(s) {
		if m.fits(st, line+strings.TrimRight(piece, " "), width) {
			line += piece
			continue
		}
		flush()
		for !m.fits(st, strings.TrimRight(piece, " "), width) && len(lines) <= limit {
			head, tail := m.split(st, piece, width)
			lines = append(lines, head)
			piece = tail
		}
		if len(lines) > limit {
			return lines
		}
		line = piece
	}
	flush()
	return lines
}

// pieces cuts text after each place where a line may end. An address is kept
// whole: broken, it cannot be copied.
func pieces(s string) []string {
	var out []string
	start := 0
	address := isAddress(s)
	before := rune(0)
	for i, r := range s {
		last := before
		before = r
		end := i + utf8.RuneLen(r)
		next, _ := utf8.DecodeRuneInString(s[end:])
		switch r {
		case ' ':
			address = isAddress(s[end:])
			if last == '«' || strings.ContainsRune(":;!?»", next) {
				continue // French punctuation stays with its word
			}
		case '-', '/', '–', '_', ':':
			if address || !unicode.IsLetter(next) {
				continue // "2-3" and "A:" stay whole
			}
		default:
			continue
		}
		out = append(out, s[start:end])
		start = end
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// isAddress tells whether a text begins with a URL, a URN or a mail address.
func isAddress(s string) bool {
	word, _, _ := strings.Cut(s, " ")
	return strings.Contains(word, "://") || strings.HasPrefix(word, "urn:") || strings.ContainsRune(word, '@')
}

// split breaks a word that is wider than the line; head is never empty and
// tail is always shorter than the word. A name of a computer or a file is
// broken after its punctuation where that is possible, and never gets a hyphen
// that does not belong to it.
func (m *metrics) split(st style, word string, width float64) (head, tail string) {
	const hyphen = "-"
	runes := []rune(word)
	n, x := 1, m.width(st.face, st.size, string(runes[:1])+hyphen)
	for n < len(runes) {
		// Kerning is left out: it only makes a word narrower by little.
		x += m.width(st.face, st.size, string(runes[n]))
		if x > width {
			break
		}
		n++
	}
	for n > 1 && !m.fits(st, string(runes[:n])+hyphen, width) {
		n--
	}
	technical := false
	for k, r := range runes[:min(len(runes)-1, 2*n)] {
		if !strings.ContainsRune("._~@=&?%+", r) {
			continue
		}
		technical = true
		if k < n && k >= n/3 {
			head, tail = string(runes[:k+1]), string(runes[k+1:])
		}
	}
	if head != "" {
		return head, tail
	}
	for k := n; k < len(runes) && k > n/2; k-- { // not before a mark that belongs to a letter
		if !unicode.Is(unicode.M, runes[k]) {
			n = k
			break
		}
	}
	head, tail = string(runes[:n]), string(runes[n:])
	if !technical && n < len(runes) && unicode.IsLetter(runes[n-1]) && unicode.IsLetter(runes[n]) {
		head += hyphen
	}
	return head, tail
}

// atMost wraps text into a number of lines and ends the last one with an
// ellipsis when there would be more.
func (m *metrics) atMost(st style, words string, limit int, width float64) []string {
	kept := m.wrapUpTo(st, words, width, limit)
	if len(kept) <= limit {
		return kept
	}
	kept = kept[:limit]
	last := []rune(kept[limit-1])
	for len(last) > 1 && !m.fits(st, string(last)+" …", width) {
		last = last[:len(last)-1]
	}
	end := string(last)
	if len(last) < len([]rune(kept[limit-1])) {
		// Whole words, unless the line is one.
		if i := strings.LastIndexByte(end, ' '); i > len(end)/2 {
			end = end[:i]
		}
	}
	kept[limit-1] = strings.TrimRight(end, " ,;:-–") + " …"
	return kept
}

// A fit is what a headline may do to find room: sizes from large to small,
// each with the number of lines that look well at it.
type fit []struct {
	size  float64
	lines int
}

// fit sets a headline as large as it fits; it is cut when it does not even fit
// at the smallest size.
func (m *metrics) fit(st style, s string, width float64, f fit) (style, []string) {
	for _, try := range f {
		st.size = try.size
		lines := m.wrapUpTo(st, s, width, try.lines)
		if len(lines) <= try.lines && !m.torn(st, s, width) {
			return st, lines
		}
	}
	return st, m.atMost(st, s, f[len(f)-1].lines, width)
}

// torn tells whether a word of s had to be broken.
func (m *metrics) torn(st style, s string, width float64) bool {
	for _, piece := range pieces(s) {
		if !m.fits(st, strings.TrimRight(piece, " "), width) {
			return true
		}
	}
	return false
}

// write sets lines of one style from x, y (the top of the first line) and
// gives the height.
func (m *metrics) write(s *sheet, st style, lines []string, x, y float64) float64 {
	for i, l := range lines {
		s.texts = append(s.texts, text{
			x: x, y: y + float64(i)*st.line() + st.rise(), w: m.width(st.face, st.size, l),
			face: st.face, size: st.size, colour: st.colour, string: l,
		})
	}
	return float64(len(lines)) * st.line()
}

// rise is how far the base line lies under the top of the line: the leading is
// shared out above and below letters that reach about 0.76 em up and 0.24 down.
func (st style) rise() float64 {
	return (0.76 + (st.leading-1)/2) * st.size * mmPerPoint
}

// paragraph sets wrapped text and gives the height.
func (m *metrics) paragraph(s *sheet, st style, words string, x, y, width float64) float64 {
	return m.write(s, st, m.wrap(st, words, width), x, y)
}
