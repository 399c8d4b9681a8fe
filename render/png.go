package render

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	xdraw "golang.org/x/image/draw"
)

// The page picture has the ratio of A4 and the width that the viewer of
// European digital credentials shows without scaling.
const (
	pictureWidth  = 620
	pictureHeight = 877
	pixels        = pictureWidth / pageWidth // per mm
)

// PNG gives the first page as a picture for the credential's
// displayParameter, without QR code: the credential stands inside what it
// would point to. Equal certificates give equal bytes.
func (c Certificate) PNG() ([]byte, error) { return c.encoded(false) }

// QuickPNG gives the picture of PNG sooner, in more bytes and with a large
// logo shrunk less finely: to be looked at once, while somebody chooses colours.
func (c Certificate) QuickPNG() ([]byte, error) { return c.encoded(true) }

func (c Certificate) encoded(quick bool) ([]byte, error) {
	s, err := c.picture(quick)
	if err != nil {
		return nil, fmt.Errorf("laying out a page picture: %w", err)
	}
	page := image.NewRGBA(image.Rect(0, 0, pictureWidth, pictureHeight))
	draw.Draw(page, page.Bounds(), image.White, image.Point{}, draw.Src)
	if err := paint(page, s); err != nil {
		return nil, fmt.Errorf("painting a page picture: %w", err)
	}
	var b bytes.Buffer
	var e png.Encoder
	if quick {
		e.CompressionLevel = png.BestSpeed
	}
	if err := e.Encode(&b, paletted(page)); err != nil {
		return nil, fmt.Errorf("writing a page picture: %w", err)
	}
	return b.Bytes(), nil
}

// paint puts a sheet on a picture.
func paint(page *image.RGBA, s *sheet) error {
	for _, o := range s.outlines {
		paintOutline(page, o)
	}
	for _, b := range s.boxes {
		x0, x1 := crisp(b.x, b.w)
		y0, y1 := crisp(b.y, b.h)
		draw.Draw(page, image.Rect(x0, y0, x1, y1), image.NewUniform(b.fill), image.Point{}, draw.Src)
	}
	px := func(mm float64) int { return int(math.Round(mm * pixels)) }
	for _, p := range s.pictures {
		r := image.Rect(px(p.x), px(p.y), px(p.x+p.w), px(p.y+p.h))
		xdraw.CatmullRom.Scale(page, r, p.image, p.image.Bounds(), draw.Src, nil)
	}
	return paintTexts(page, s.texts)
}

// paintOutline fills or strokes a path. A stroke is painted as one thin
// quadrilateral for each straight step.
func paintOutline(page *image.RGBA, o outline) {
	z := vector.NewRasterizer(pictureWidth, pictureHeight)
	px := func(p [2]float64) (x, y float32) { return float32(p[0] * pixels), float32(p[1] * pixels) }
	var first, last [2]float64
	stroke := func(to [2]float64) {
		dx, dy := to[0]-last[0], to[1]-last[1]
		if l := math.Hypot(dx, dy); l > 0 {
			nx, ny := -dy/l*o.stroke/2, dx/l*o.stroke/2
			z.MoveTo(px([2]float64{last[0] + nx, last[1] + ny}))
			z.LineTo(px([2]float64{to[0] + nx, to[1] + ny}))
			z.LineTo(px([2]float64{to[0] - nx, to[1] - ny}))
			z.LineTo(px([2]float64{last[0] - nx, last[1] - ny}))
			z.ClosePath()
		}
		last = to
	}
	for _, st := range o.steps {
		a := st.p[0]
		switch {
		case st.kind == 'M' && o.stroke > 0:
			first, last = a, a
		case st.kind == 'L' && o.stroke > 0:
			stroke(a)
		case st.kind == 'Z' && o.stroke > 0:
			stroke(first)
		case st.kind == 'M':
			z.MoveTo(px(a))
		case st.kind == 'L':
			z.LineTo(px(a))
		case st.kind == 'Q':
			bx, by := px(a)
			cx, cy := px(st.p[1])
			z.QuadTo(bx, by, cx, cy)
		case st.kind == 'Z':
			z.ClosePath()
		}
	}
	z.Draw(page, page.Bounds(), image.NewUniform(o.colour), image.Point{})
}

// crisp puts a box on whole pixels, at least one wide, so that rules do not
// blur.
func crisp(at, length float64) (from, to int) {
	from = int(math.Round(at * pixels))
	to = int(math.Round((at + length) * pixels))
	return from, max(to, from+1)
}

func paintTexts(page *image.RGBA, texts []text) error {
	type key struct {
		face face
		size float64
	}
	faces := make(map[key]font.Face)
	m := newMetrics()
	for _, t := range texts {
		segments, _ := m.segments(t.face, t.size, t.string)
		for _, g := range segments {
			k := key{g.face, t.size}
			ff, ok := faces[k]
			if !ok {
				var err error
				ff, err = opentype.NewFace(m.fonts[g.face], &opentype.FaceOptions{Size: t.size * mmPerPoint * pixels, DPI: 72, Hinting: font.HintingNone})
				if err != nil {
					return err
				}
				faces[k] = ff
			}
			x := (t.x + g.x) * pixels
			for _, r := range g.text {
				dot := fixed.Point26_6{X: fixed.Int26_6(x*64 + .5), Y: fixed.Int26_6(math.Round(t.y*pixels) * 64)}
				dr, mask, at, _, ok := ff.Glyph(dot, r)
				if ok {
					draw.DrawMask(page, dr, image.NewUniform(t.colour), image.Point{}, mask, at, draw.Over)
				}
				x += m.glyph(g.face, r).advance * t.size * mmPerPoint * pixels
			}
		}
	}
	return nil
}
