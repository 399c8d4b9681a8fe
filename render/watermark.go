package render

import (
	"image/color"
	"math"

	"golang.org/x/image/font/sfnt"
)

// rosette is the ornament of the first page, a closed curve of the kind that
// engravers put on documents of value: a hypotrochoid, in which a wheel rolls
// inside a ring.
func rosette(x, y, radius float64, colour color.RGBA) outline {
	const ring, wheel, arm, steps = 53.0, 17.0, 21.0, 2120
	o := outline{colour: colour, stroke: 0.13}
	scale := radius / (ring - wheel + arm)
	for i := range steps {
		a := 2 * math.Pi * wheel * float64(i) / steps
		b := a * (ring - wheel) / wheel
		sinA, cosA := math.Sincos(a)
		sinB, cosB := math.Sincos(b)
		at := [2]float64{
			x + scale*((ring-wheel)*cosA+arm*cosB),
			y + scale*((ring-wheel)*sinA-arm*sinB),
		}
		kind := byte('L')
		if i == 0 {
			kind = 'M'
		}
		o.steps = append(o.steps, step{kind, [2][2]float64{at}})
	}
	o.steps = append(o.steps, step{kind: 'Z'})
	return o
}

// watermark draws a word across the page as outlines, size points large and
// turned by degrees, so that it is neither found nor read out as text. A long
// word is made smaller, to stay on the page.
func (m *metrics) watermark(word string, size, degrees float64, fill color.RGBA) outline {
	const f = sansBold
	const longest = 225.0
	if w := m.width(f, size, word); w > longest {
		size *= longest / w
	}
	em := size * mmPerPoint
	sin, cos := math.Sincos(-degrees * math.Pi / 180)
	x := -m.width(f, size, word) / 2
	middle := 0.36 * em // half the height of capitals
	o := outline{colour: fill}
	for _, r := range word {
		g := m.glyph(f, r)
		segs, err := m.fonts[f].LoadGlyph(&m.buf, g.index, ppem, nil)
		if err != nil {
			continue
		}
		at := func(s sfnt.Segment, i int) [2]float64 {
			px := x + float64(s.Args[i].X)/float64(ppem)*em
			py := float64(s.Args[i].Y)/float64(ppem)*em + middle
			return [2]float64{pageWidth/2 + bandWidth/2 + px*cos - py*sin, pageHeight/2 + px*sin + py*cos}
		}
		open := false
		for _, s := range segs {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				if open {
					o.steps = append(o.steps, step{kind: 'Z'})
				}
				o.steps = append(o.steps, step{'M', [2][2]float64{at(s, 0)}})
				open = true
			case sfnt.SegmentOpLineTo:
				o.steps = append(o.steps, step{'L', [2][2]float64{at(s, 0)}})
			case sfnt.SegmentOpQuadTo:
				o.steps = append(o.steps, step{'Q', [2][2]float64{at(s, 0), at(s, 1)}})
			}
		}
		if open {
			o.steps = append(o.steps, step{kind: 'Z'})
		}
		x += g.advance * em
	}
	return o
}
