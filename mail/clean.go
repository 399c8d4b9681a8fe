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

var (
	// A stop or colon that joins letters is what programs make a link of.
	joined = regexp.MustCompile(`([\p{L}\p{N}])\.([\p{L}])`)
	scheme = regexp.MustCompile(`:/+`)
)

// harmless is oneLine without what mail programs make a link of, so that nobody sends
// their own link in a letter of ours by the name of something.
func harmless(s string) string {
	return scheme.ReplaceAllString(joined.ReplaceAllString(oneLine(s), "$1. $2"), ": ")
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
