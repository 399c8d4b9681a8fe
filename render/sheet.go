package render

import (
	"image"
	"image/color"
)

// The page is A4; all lengths of the layout are millimetres from its upper
// left corner.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
)

// A sheet is what is drawn on one page, or on a part of it that has not found
// its place yet. The PDF and the picture are both painted from sheets, so they
// cannot differ in design. Order of painting: outlines, boxes, pictures,
// texts; within each, the order of reading.
type sheet struct {
	height   float64 // of the part
	outlines []outline
	boxes    []box
	pictures []picture
	texts    []text
	links    []link
}

type box struct {
	x, y, w, h float64
	fill       color.RGBA
}

// An outline is a path: for ornament, and for letters that must not be found
// as text.
type outline struct {
	steps  []step
	colour color.RGBA
	stroke float64 // width of the line; 0: the path is filled
}

type step struct {
	kind byte          // 'M' move, 'L' line, 'Q' quadratic, 'Z' close
	p    [2][2]float64 // Q: control point, end; else the first only
}

type picture struct {
	x, y, w, h float64
	image      image.Image // opaque
}

// A text is one line, drawn from x along the base line y.
type text struct {
	x, y   float64
	w      float64 // as measured
	face   face
	size   float64 // points
	colour color.RGBA
	string string
}

type link struct {
	x, y, w, h float64
	url        string
}

// place puts a part on the sheet, its upper left corner at dx, dy.
func (s *sheet) place(part *sheet, dx, dy float64) {
	for _, b := range part.boxes {
		b.x, b.y = b.x+dx, b.y+dy
		s.boxes = append(s.boxes, b)
	}
	for _, o := range part.outlines {
		moved := outline{steps: make([]step, len(o.steps)), colour: o.colour, stroke: o.stroke}
		for i, st := range o.steps {
			for j := range st.p {
				st.p[j][0] += dx
				st.p[j][1] += dy
			}
			moved.steps[i] = st
		}
		s.outlines = append(s.outlines, moved)
	}
	for _, p := range part.pictures {
		p.x, p.y = p.x+dx, p.y+dy
		s.pictures = append(s.pictures, p)
	}
	for _, t := range part.texts {
		t.x, t.y = t.x+dx, t.y+dy
		s.texts = append(s.texts, t)
	}
	for _, l := range part.links {
		l.x, l.y = l.x+dx, l.y+dy
		s.links = append(s.links, l)
	}
}

// A style is how a text looks.
type style struct {
	face    face
	size    float64 // points
	leading float64 // distance of base lines, as a multiple of the size
	colour  color.RGBA
}

func (st style) line() float64 { return st.size * st.leading * mmPerPoint }

// Colours: a deep petrol for what counts, brass for ornament and small
// headings, greys with at least 4.5:1 against white for the rest.
var (
	ink    = color.RGBA{0x12, 0x34, 0x44, 0xff}
	body   = color.RGBA{0x2a, 0x36, 0x3d, 0xff}
	quiet  = color.RGBA{0x56, 0x63, 0x6b, 0xff}
	brass  = color.RGBA{0xc2, 0x9a, 0x4f, 0xff}
	bronze = color.RGBA{0x86, 0x5e, 0x17, 0xff}
	hair   = color.RGBA{0xd3, 0xda, 0xde, 0xff}
	tint   = color.RGBA{0xec, 0xf1, 0xf3, 0xff}
	mist   = color.RGBA{0xdf, 0xe7, 0xea, 0xff}
	alarm  = color.RGBA{0xa8, 0x2a, 0x20, 0xff}
	slate  = color.RGBA{0x3f, 0x4a, 0x54, 0xff}
	shadow = color.RGBA{0xf0, 0xf2, 0xf4, 0xff}
	stain  = color.RGBA{0xf9, 0xee, 0xec, 0xff}
	white  = color.RGBA{0xff, 0xff, 0xff, 0xff}
	black  = color.RGBA{0, 0, 0, 0xff}
)
