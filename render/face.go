package render

import (
	"math"
	"sync"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"github.com/go-fonts/dejavu/dejavuserif"
	"github.com/go-fonts/dejavu/dejavuserifbold"
	"github.com/go-fonts/dejavu/dejavuserifitalic"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// A face is one of the embedded fonts.
type face int

const (
	sans face = iota
	sansBold
	serif
	serifBold
	serifItalic
	faceCount
)

// ttf is the font file of each face; DejaVu has every letter of the languages
// of the European Union, Greek and Cyrillic among them.
var ttf = [faceCount][]byte{
	sans:        dejavusans.TTF,
	sansBold:    dejavusansbold.TTF,
	serif:       dejavuserif.TTF,
	serifBold:   dejavuserifbold.TTF,
	serifItalic: dejavuserifitalic.TTF,
}

// instead names the faces that lend a character which a face does not have.
var instead = [faceCount][]face{
	sans:        {serif},
	sansBold:    {sans, serif},
	serif:       {sans},
	serifBold:   {sansBold, serif, sans},
	serifItalic: {serif, sans},
}

// parsed gives the fonts; they are read once and safe for concurrent use.
var parsed = sync.OnceValue(func() (fonts [faceCount]*sfnt.Font) {
	for f := range faceCount {
		p, err := sfnt.Parse(ttf[f])
		if err != nil {
			panic("render: embedded font: " + err.Error())
		}
		fonts[f] = p
	}
	return fonts
})

// ppem is the size at which sfnt is asked for widths: one pixel in the em for
// each 64th, so that results come unrounded in font units of 2048.
const ppem = fixed.Int26_6(2048)

// metrics measures text. It remembers what it looked up and serves one
// goroutine.
type metrics struct {
	fonts  [faceCount]*sfnt.Font
	buf    sfnt.Buffer
	glyphs [faceCount]map[rune]glyph
}

type glyph struct {
	index   sfnt.GlyphIndex // 0: the face does not have it
	advance float64         // in em
}

func newMetrics() *metrics {
	m := &metrics{fonts: parsed()}
	for f := range m.glyphs {
		m.glyphs[f] = make(map[rune]glyph, 128)
	}
	return m
}

func (m *metrics) glyph(f face, r rune) glyph {
	if g, ok := m.glyphs[f][r]; ok {
		return g
	}
	var g glyph
	if i, err := m.fonts[f].GlyphIndex(&m.buf, r); err == nil && i != 0 {
		if a, err := m.fonts[f].GlyphAdvance(&m.buf, i, ppem, font.HintingNone); err == nil {
			g = glyph{index: i, advance: float64(a) / float64(ppem)}
		}
	}
	m.glyphs[f][r] = g
	return g
}

// pick gives the face that can draw r when f is asked for.
func (m *metrics) pick(f face, r rune) (face, bool) {
	if m.glyph(f, r).index != 0 {
		return f, true
	}
	for _, other := range instead[f] {
		if m.glyph(other, r).index != 0 {
			return other, true
		}
	}
	return f, false
}

// kern is how much nearer b stands to a than their widths say, in em.
func (m *metrics) kern(f face, a, b rune) float64 {
	k, err := m.fonts[f].Kern(&m.buf, m.glyph(f, a).index, m.glyph(f, b).index, ppem, font.HintingNone)
	if err != nil {
		return 0
	}
	return float64(k) / float64(ppem)
}

// kerned is the size in points from which pairs of letters are kerned; below
// it nobody sees the difference.
const kerned = 15

// A segment is a piece of a line that is drawn as it stands: one face, no
// kerning inside.
type segment struct {
	face face
	text string
	x    float64 // mm from the start of the line
}

// mmPerPoint turns type sizes into lengths on the page.
const mmPerPoint = 25.4 / 72

// segments splits text for drawing and gives its width in mm.
func (m *metrics) segments(f face, size float64, text string) ([]segment, float64) {
	var (
		out   []segment
		x     float64
		start int
		begun float64
		prev  rune
		now   = face(-1)
		em    = size * mmPerPoint
	)
	for i, r := range text {
		use, _ := m.pick(f, r)
		var k float64
		if size >= kerned && use == now {
			k = m.kern(use, prev, r) * em
		}
		if use != now || k != 0 {
			if i > start {
				out = append(out, segment{now, text[start:i], begun})
			}
			x += k
			start, begun, now = i, x, use
		}
		x += m.glyph(use, r).advance * em
		prev = r
	}
	if start < len(text) {
		out = append(out, segment{now, text[start:], begun})
	}
	return out, x
}

// width is how wide text becomes, in mm.
func (m *metrics) width(f face, size float64, text string) float64 {
	w, _ := m.measure(f, size, text, math.Inf(1))
	return w
}

// fits tells whether text is no wider than room; it looks no further than it
// must.
func (m *metrics) fits(st style, text string, room float64) bool {
	_, ok := m.measure(st.face, st.size, text, room)
	return ok
}

func (m *metrics) measure(f face, size float64, text string, room float64) (width float64, within bool) {
	var (
		x     float64
		prev  rune
		now   = face(-1)
		em    = size * mmPerPoint
		limit = room/em + 1e-9
	)
	for _, r := range text {
		use, _ := m.pick(f, r)
		if size >= kerned && use == now {
			x += m.kern(use, prev, r)
		}
		x += m.glyph(use, r).advance
		prev, now = r, use
		if x > limit {
			return x * em, false
		}
	}
	return x * em, true
}
