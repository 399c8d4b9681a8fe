package render

import (
	"image/color"

	"github.com/probatum/probatum/internal/fault"
)

// A Look is how the certificates of one body look, and who signs them by name.
// The zero Look is the house style. A Look changes no claim: what it adds is
// printed beside what the credential says.
type Look struct {
	Accent Colour // of the band and of what counts; zero: the petrol of the house
	Second Colour // of ornament and small headings; zero: the accent, or the brass of the house

	Logo LogoPlace

	Signatory string // name of the person who answers for the body; empty: that of the Certificate
	Function  string // of that person, in the language of the page
	Place     string // where certificates are issued, as in "Berlin, 12 November 2026"
	Footer    string // how to reach the body, at the foot of every page
}

// A LogoPlace is where the logo stands on the first page.
type LogoPlace string

// The places of a logo. The zero LogoPlace is LogoLeft.
const (
	LogoLeft  LogoPlace = "left"  // of the name of the body
	LogoRight LogoPlace = "right" // at the right edge
	LogoAbove LogoPlace = "above" // above the name: for wide logos
)

// LogoPlaces are all places of a logo.
func LogoPlaces() []LogoPlace { return []LogoPlace{LogoLeft, LogoRight, LogoAbove} }

// A Colour is one that a body chose. The zero Colour is none.
type Colour struct {
	r, g, b uint8
	set     bool
}

// ParseColour reads a colour written as "#rrggbb" and in no other way.
func ParseColour(s string) (Colour, error) {
	refused := func() (Colour, error) { return Colour{}, fault.New(fault.Invalid, "render.colour", nil) }
	if len(s) != 7 || s[0] != '#' {
		return refused()
	}
	var v [6]uint8
	for i := range v {
		switch c := s[i+1]; {
		case '0' <= c && c <= '9':
			v[i] = c - '0'
		case 'a' <= c && c <= 'f':
			v[i] = c - 'a' + 10
		case 'A' <= c && c <= 'F':
			v[i] = c - 'A' + 10
		default:
			return refused()
		}
	}
	return Colour{v[0]<<4 | v[1], v[2]<<4 | v[3], v[4]<<4 | v[5], true}, nil
}

// IsZero tells whether no colour was chosen.
func (c Colour) IsZero() bool { return !c.set }

// String writes the colour as "#rrggbb"; the zero Colour is empty.
func (c Colour) String() string {
	if !c.set {
		return ""
	}
	const digits = "0123456789abcdef"
	out := []byte{'#'}
	for _, v := range []uint8{c.r, c.g, c.b} {
		out = append(out, digits[v>>4], digits[v&15])
	}
	return string(out)
}

// Text is the shade of the colour that small headings are printed in: the
// colour itself, or a darker one where it is too light to be read.
func (c Colour) Text() Colour { return c.shade(forText) }

// Deep is the shade of the colour that names and facts are printed in: darker
// than Text where the colour is bright, so that it speaks in a calm voice.
func (c Colour) Deep() Colour { return c.shade(forNames) }

// Ornament is the shade of the colour for bands and rules: the colour itself,
// or a darker one where it would hardly be seen on paper.
func (c Colour) Ornament() Colour { return c.shade(forOrnament) }

// The least contrasts (WCAG 2.2, 1.4.6, 1.4.3 and 1.4.11). Text also stands on the
// tint of its own colour and on the pale letters of a watermark.
const (
	forNames    = 7.0
	forText     = 4.5
	forOrnament = 3.0
)

// shade gives the lightest shade of the colour with at least that contrast.
// Hue and saturation stay: only the lightness is taken back, in whole steps, so
// that every machine gives the same.
func (c Colour) shade(least float64) Colour {
	if !c.set {
		return c
	}
	enough := func(c Colour, grounds ...color.RGBA) bool {
		for _, g := range grounds {
			if contrast(c.rgba(), g) < least {
				return false
			}
		}
		return true
	}
	grounds := []color.RGBA{white}
	if least >= forText {
		grounds = append(grounds, c.tint(), stain)
	}
	high, low := int(max(c.r, c.g, c.b)), int(min(c.r, c.g, c.b))
	span := high - low
	for l := high + low; l > 0; l-- { // twice the lightness of HSL
		if s := c.at(l, low, span, high+low); enough(s, grounds...) {
			return s
		}
	}
	return Colour{set: true}
}

// at is the colour at another lightness l, twice that of HSL; now is its own.
func (c Colour) at(l, low, span, now int) Colour {
	chroma := 0
	if room := 255 - abs(now-255); room > 0 {
		chroma = span * (255 - abs(l-255)) / room
	}
	channel := func(v uint8) uint8 {
		out := (l - chroma) / 2
		if span > 0 {
			out += (int(v) - low) * chroma / span
		}
		return uint8(min(max(out, 0), 255))
	}
	if l == now {
		return c
	}
	return Colour{channel(c.r), channel(c.g), channel(c.b), true}
}

func abs(n int) int { return max(n, -n) }

func (c Colour) rgba() color.RGBA { return color.RGBA{c.r, c.g, c.b, 0xff} }

// Shares of a colour, of 100, in the pale grounds made from it.
const (
	tintShare = 8
	mistShare = 14
)

// over lays a share, of 100, of the colour over a ground.
func (c Colour) over(ground color.RGBA, share int) color.RGBA {
	mix := func(a, b uint8) uint8 {
		return uint8((int(a)*share + int(b)*(100-share) + 50) / 100) //nolint:gosec // between two bytes
	}
	return color.RGBA{mix(c.r, ground.R), mix(c.g, ground.G), mix(c.b, ground.B), 0xff}
}

// tint is the pale ground made from the colour.
func (c Colour) tint() color.RGBA { return c.Ornament().over(white, tintShare) }

// dyes are the colours of a body in the place of those of the house. The
// layout speaks in the colours of the house alone.
type dyes struct {
	text  map[color.RGBA]color.RGBA // of letters
	solid map[color.RGBA]color.RGBA // of boxes and outlines
}

func (l Look) dyes() (dyes, bool) {
	accent, second := l.Accent, l.Second
	if !accent.set && !second.set {
		return dyes{}, false
	}
	d := dyes{text: map[color.RGBA]color.RGBA{}, solid: map[color.RGBA]color.RGBA{}}
	if accent.set {
		d.text[ink] = accent.Deep().rgba()
		d.solid[ink] = accent.Ornament().rgba()
		d.solid[tint] = accent.tint()
		d.solid[mist] = accent.Ornament().over(white, mistShare)
		if !second.set {
			second = accent
		}
	}
	d.text[bronze] = second.Text().rgba()
	d.solid[brass] = second.Ornament().rgba()
	return d, true
}

// dye colours a finished sheet.
func (l Look) dye(s *sheet) {
	d, ok := l.dyes()
	if !ok {
		return
	}
	swap := func(m map[color.RGBA]color.RGBA, c *color.RGBA) {
		if to, ok := m[*c]; ok {
			*c = to
		}
	}
	for i := range s.outlines {
		swap(d.solid, &s.outlines[i].colour)
	}
	for i := range s.boxes {
		swap(d.solid, &s.boxes[i].fill)
	}
	for i := range s.texts {
		swap(d.text, &s.texts[i].colour)
	}
}
