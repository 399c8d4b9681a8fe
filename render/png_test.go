package render_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"sync"
	"testing"
)

func TestPNG(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			b, err := s.cert.PNG()
			if err != nil {
				t.Fatal(err)
			}
			// The picture of each language is copied with the credential.
			if len(b) >= 60_000 {
				t.Errorf("%d bytes, want less than 60,000", len(b))
			}
			m, err := png.Decode(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := m.(*image.Paletted); !ok {
				t.Errorf("the picture is a %T, want one with a palette", m)
			}
			if size := m.Bounds().Size(); size != image.Pt(620, 877) {
				t.Errorf("the picture is %v, want 620 by 877, the ratio of A4", size)
			}
			corner, band := color.RGBAModel.Convert(m.At(610, 870)), color.RGBAModel.Convert(m.At(10, 600))
			if corner != (color.RGBA{0xff, 0xff, 0xff, 0xff}) || band != (color.RGBA{0x12, 0x34, 0x44, 0xff}) {
				t.Errorf("paper is %v and band %v: plain colours are not exact", corner, band)
			}
			head := color.RGBAModel.Convert(m.At(600, 5)).(color.RGBA)
			if red := head == (color.RGBA{0xa8, 0x2a, 0x20, 0xff}); red != s.cert.Demo {
				t.Errorf("the band that says DEMO: %v, want %v", red, s.cert.Demo)
			}
		})
	}
}

func TestPNGIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	for _, s := range samples()[:4] {
		want, err := s.cert.PNG()
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if got, err := s.cert.PNG(); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s: two runs differ (%v)", s.name, err)
				}
			})
		}
		wg.Wait()
	}
}

// TestPNGOfAColourfulLogo: more colours than a palette holds.
func TestPNGOfAColourfulLogo(t *testing.T) {
	t.Parallel()
	m := image.NewNRGBA(image.Rect(0, 0, 400, 300))
	for y := range 300 {
		for x := range 400 {
			m.Set(x, y, color.NRGBA{uint8(x * 255 / 400), uint8(y * 255 / 300), uint8((x * y) % 256), uint8(255 - y/3)})
		}
	}
	var logo bytes.Buffer
	if err := png.Encode(&logo, m); err != nil {
		t.Fatal(err)
	}
	c := english()
	c.Logo = logo.Bytes()
	b, err := c.PNG()
	if err != nil {
		t.Fatal(err)
	}
	if len(b) >= 60_000 {
		t.Errorf("%d bytes, want less than 60,000", len(b))
	}
}

func BenchmarkPNG(b *testing.B) {
	c := english()
	for b.Loop() {
		if _, err := c.PNG(); err != nil {
			b.Fatal(err)
		}
	}
}
