package render_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/probatum/probatum/render"
)

func scan(t *testing.T, picture []byte) string {
	t.Helper()
	return strings.TrimSpace(tool(t, write(t, "q.png", picture), "zbarimg", "-q", "--raw", "q.png"))
}

func TestQRPNG(t *testing.T) {
	t.Parallel()
	for _, text := range []string{sampleLink, "http://127.0.0.1:8080/v/Xy3kP9_qLmN0aBcDeFgHiJ", "x"} {
		for _, size := range []int{0, 64, 256, 1024} {
			b, err := render.QRPNG(text, size)
			if err != nil {
				t.Fatal(err)
			}
			cfg, err := png.DecodeConfig(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if cfg.Width < size || cfg.Width != cfg.Height || size > 0 && cfg.Width > 2*size+60 {
				t.Errorf("%d asked: %d by %d", size, cfg.Width, cfg.Height)
			}
			if size < 64 {
				continue // one pixel a module is too little for a scanner
			}
			if got := scan(t, b); got != text {
				t.Errorf("%q, %d: reads %q", text, size, got)
			}
		}
	}
	if _, err := render.QRPNG(strings.Repeat("x", 3000), 100); err == nil {
		t.Error("3000 characters were accepted")
	}
}

// TestQRTerminal draws what a terminal draws, cell by cell, and reads it, with
// the colours of a dark and of a light theme.
func TestQRTerminal(t *testing.T) {
	t.Parallel()
	out, err := render.QRTerminal(sampleLink)
	if err != nil {
		t.Fatal(err)
	}
	const on, off = "\x1b[38;5;16;48;5;231m", "\x1b[0m"
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	const px = 6
	var width int
	for _, l := range lines {
		inner, ok := strings.CutPrefix(l, on)
		inner, ok2 := strings.CutSuffix(inner, off)
		if !ok || !ok2 || strings.Contains(inner, "\x1b") {
			t.Fatalf("line does not set and reset its colours: %q", l)
		}
		width = len([]rune(inner))
	}
	if width > 60 {
		t.Errorf("%d columns, want few enough for a window of 80", width)
	}
	for name, ground := range map[string]color.Gray{"dark": {20}, "light": {250}} {
		m := image.NewGray(image.Rect(0, 0, (width+8)*px, (len(lines)*2+8)*px))
		fill := func(x, y int, c color.Gray) {
			for dy := range px {
				for dx := range px {
					m.SetGray((x+4)*px+dx, (y+4)*px+dy, c)
				}
			}
		}
		for i := range m.Pix {
			m.Pix[i] = ground.Y
		}
		for y, l := range lines {
			for x, r := range []rune(strings.TrimSuffix(strings.TrimPrefix(l, on), off)) {
				upper, lower := color.Gray{255}, color.Gray{255}
				if r == '█' || r == '▀' {
					upper = color.Gray{0}
				}
				if r == '█' || r == '▄' {
					lower = color.Gray{0}
				}
				fill(x, 2*y, upper)
				fill(x, 2*y+1, lower)
			}
		}
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		if got := scan(t, b.Bytes()); got != sampleLink {
			t.Errorf("%s theme: reads %q", name, got)
		}
	}
}
