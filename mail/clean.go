package mail

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// longestName is how much of a name a letter shows.
const longestName = 120

// oneLine puts a text from data on one line: white space is one space, and signs that
// are not seen or turn the direction of writing are left out. Line ends in a name
// could else begin a header of their own.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == unicode.ReplacementChar, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r):
			return -1
		}
		return r
	}, s)
	return cut(strings.Join(strings.Fields(s), " "), longestName)
}

// A stop that joins letters, and a scheme, are what programs make a link of.
var scheme = regexp.MustCompile(`:/+`)

// stops are the full stop, what IDNA takes for one (UTS 46, 4.5), and what becomes one
// by compatibility (NFKC).
const stops = ".\u3002\uFF0E\uFF61\u2024\uFE52"

// An address of a machine has more numbers than a version has.
var numbers = regexp.MustCompile(`(\p{N}[` + stops + `]\p{N}+[` + stops + `])(\p{N})`)

// harmless is oneLine without what mail programs make a link of, so that nobody sends
// their own link in a letter of ours by the name of something. No top level domain
// begins with a digit, so "Unit 2.1" stays as it is; 192.0.2.1 does not.
func harmless(s string) string {
	var b strings.Builder
	stop := false
	for _, r := range numbers.ReplaceAllString(scheme.ReplaceAllString(oneLine(s), ": "), "$1 $2") {
		if stop && unicode.IsLetter(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		stop = strings.ContainsRune(stops, r)
	}
	return b.String()
}

// cut shortens a text to n letters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

// ours is the colour of letters without one.
const ours = "#1f4e79"

var hexColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// colour gives a colour that can stand in a style, and nothing else.
func colour(s string) string {
	if !hexColour.MatchString(s) {
		return ours
	}
	return s
}

// ink gives the colour that is read best on colour: WCAG 2.2, relative luminance,
// near enough for black or white.
func ink(s string) string {
	c := colour(s)
	n, err := strconv.ParseUint(c[1:], 16, 32)
	if err != nil { // see hexColour
		return "#ffffff"
	}
	part := func(shift uint) float64 {
		v := float64(n>>shift&0xff) / 255
		return v * v // about the 2.2 of sRGB
	}
	if 0.2126*part(16)+0.7152*part(8)+0.0722*part(0) > 0.18 {
		return "#000000"
	}
	return "#ffffff"
}
