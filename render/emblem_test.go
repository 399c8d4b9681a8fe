package render_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/vector"
)

// emblem draws an emblem for an invented body: somebody in a cone of light on a
// stage. testdata/logo-demo.png is a copy; go test -run Emblem -update writes it.
func emblem() []byte {
	const size = 320
	m := image.NewNRGBA(image.Rect(0, 0, size, size))
	shape := func(fill color.Color, draw func(z *vector.Rasterizer)) {
		z := vector.NewRasterizer(size, size)
		draw(z)
		z.Draw(m, m.Bounds(), image.NewUniform(fill), image.Point{})
	}
	disc := func(x, y, rx, ry float32) func(*vector.Rasterizer) {
		return func(z *vector.Rasterizer) { ellipse(z, x, y, rx, ry) }
	}
	night, gold, floor := color.RGBA{0x12, 0x34, 0x44, 0xff}, color.RGBA{0xc2, 0x9a, 0x4f, 0xff}, color.RGBA{0xf6, 0xec, 0xd6, 0xff}

	shape(night, disc(160, 160, 158, 158))
	shape(color.RGBA{0x24, 0x4c, 0x5e, 0xff}, func(z *vector.Rasterizer) { // side light
		z.MoveTo(70, 96)
		z.LineTo(222, 222)
		z.LineTo(128, 236)
		z.ClosePath()
		z.MoveTo(250, 96)
		z.LineTo(98, 222)
		z.LineTo(192, 236)
		z.ClosePath()
	})
	shape(gold, func(z *vector.Rasterizer) { // the cone
		z.MoveTo(146, 62)
		z.LineTo(174, 62)
		z.LineTo(248, 226)
		z.LineTo(72, 226)
		z.ClosePath()
	})
	shape(gold, disc(160, 226, 88, 21))
	shape(floor, disc(160, 226, 70, 14.5))
	shape(night, func(z *vector.Rasterizer) { // who stands in it
		ellipse(z, 160, 164, 12, 12)
		z.MoveTo(144, 228)
		z.LineTo(148, 188)
		z.QuadTo(149, 180, 160, 180)
		z.QuadTo(171, 180, 172, 188)
		z.LineTo(176, 228)
		z.QuadTo(160, 232, 144, 228)
		z.ClosePath()
	})
	shape(floor, func(z *vector.Rasterizer) { // the lamp
		z.MoveTo(141, 38)
		z.LineTo(179, 38)
		z.LineTo(182, 66)
		z.LineTo(138, 66)
		z.ClosePath()
	})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// ellipse adds a closed ellipse of four cubic curves.
func ellipse(z *vector.Rasterizer, x, y, rx, ry float32) {
	const k = 0.5523
	z.MoveTo(x+rx, y)
	z.CubeTo(x+rx, y+k*ry, x+k*rx, y+ry, x, y+ry)
	z.CubeTo(x-k*rx, y+ry, x-rx, y+k*ry, x-rx, y)
	z.CubeTo(x-rx, y-k*ry, x-k*rx, y-ry, x, y-ry)
	z.CubeTo(x+k*rx, y-ry, x+rx, y-k*ry, x+rx, y)
	z.ClosePath()
}

var update = flag.Bool("update", false, "write the files that tests compare with")

// TestEmblemFileIsCurrent compares pixels: how a PNG is packed may change with
// the Go release.
func TestEmblemFileIsCurrent(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "testdata", "logo-demo.png")
	if *update {
		if err := os.WriteFile(path, emblem(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(emblem()))
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(kept))
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s is %v, want %v", path, got.Bounds(), want.Bounds())
	}
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			if g, w := color.NRGBAModel.Convert(got.At(x, y)), color.NRGBAModel.Convert(want.At(x, y)); g != w {
				t.Fatalf("%s: pixel %d,%d is %v, want %v", path, x, y, g, w)
			}
		}
	}
}
