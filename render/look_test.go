package render_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/render"
)

func colour(t testing.TB, s string) render.Colour {
	t.Helper()
	c, err := render.ParseColour(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// looks are the looks that bodies may choose, and what comes of bad taste.
func looks(t testing.TB) []sample {
	t.Helper()
	with := func(name string, c render.Certificate, look render.Look) sample {
		c.Look = look
		return sample{name, c, sampleConfig()}
	}
	longest := samples()[3].cert
	long := render.Look{
		Accent: colour(t, "#14213d"), Second: colour(t, "#fca311"), Logo: render.LogoAbove,
		Signatory: longest.Signatory, Function: strings.Repeat("Leiterin der Zertifizierungsstelle für Veranstaltungstechnik und Bühnenbeleuchtung ", 3),
		Place: strings.Repeat("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch ", 3), Footer: strings.Repeat("zertifizierung@buehnenhaus.example · +49 40 000000 · ", 6),
	}
	preview := french()
	preview.Demo, preview.Preview = false, true
	both := german()
	both.Preview = true
	plain := english()
	plain.Demo = false
	unnamed := english()
	unnamed.Demo, unnamed.Logo = false, nil
	return []sample{
		with("look yellow", plain, render.Look{
			Accent: colour(t, "#fff59d"), Second: colour(t, "#ffe082"), Signatory: "Jonas Hartmann", Function: "Head of Certification",
			Place: "Hamburg", Footer: "certificates@buehnenhaus.example  ·  www.buehnenhaus.example",
		}),
		with("look black", unnamed, render.Look{Accent: colour(t, "#000000"), Signatory: "Jonas Hartmann", Place: "Hamburg", Logo: render.LogoAbove}),
		with("look red", german(), render.Look{
			Accent: colour(t, "#ff0000"), Logo: render.LogoRight, Signatory: "Dr. Friederike Hohenlohe", Function: "Leiterin der Zertifizierungsstelle", Place: "Hamburg",
		}),
		with("look navy", preview, render.Look{
			Accent: colour(t, "#14213d"), Second: colour(t, "#b08d3c"), Logo: render.LogoAbove,
			Signatory: "Éloïse Grandjean", Function: "Directrice de la certification", Place: "Lyon", Footer: "contact@atelier.example",
		}),
		with("look of the house", plain, render.Look{Signatory: "Jonas Hartmann", Function: "Head of Certification", Place: "Hamburg", Footer: "www.buehnenhaus.example"}),
		with("look green", both, render.Look{Accent: colour(t, "#2e7d32"), Second: colour(t, "#8d6e63"), Place: "Hamburg"}),
		with("look white", plain, render.Look{Accent: colour(t, "#ffffff"), Second: colour(t, "#FFFFFF")}),
		with("look longest", longest, long),
	}
}

func TestLooks(t *testing.T) {
	t.Parallel()
	for _, s := range looks(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			show(t, s)
			pages, err := s.cert.Layout(s.cfg)
			if err != nil {
				t.Fatal(err)
			}
			checkLayout(t, s.name, pages)
			picture, err := s.cert.PictureLayout()
			if err != nil {
				t.Fatal(err)
			}
			checkLayout(t, s.name+" (picture)", [][]render.Line{picture})

			dir := write(t, "c.pdf", mustPDF(t, s))
			text := tool(t, dir, "pdftotext", "-raw", "c.pdf", "-")
			look := s.cert.Look
			if s.name != "look longest" { // what is cut on the first page stands in full after it
				for _, want := range []string{look.Signatory, look.Function, look.Place, look.Footer} {
					if !strings.Contains(flat(text), flat(want)) {
						t.Errorf("the PDF does not say %q", want)
					}
				}
			}
			for i, page := range strings.Split(strings.TrimSuffix(text, "\f"), "\f") {
				if s.cert.Demo && !strings.Contains(page, "DEMO") {
					t.Errorf("page %d does not say DEMO", i+1)
				}
				mark := map[string]string{"fr": "Aperçu – pas un certificat", "de": "Vorschau – kein Zertifikat"}[s.cert.Lang]
				if s.cert.Preview && !strings.Contains(page, mark) {
					t.Errorf("page %d does not say %q", i+1, mark)
				}
			}
			tool(t, dir, "pdftoppm", "-r", "120", "-f", "1", "-l", "1", "-gray", "-singlefile", "c.pdf", "page")
			if got := strings.TrimSpace(tool(t, dir, "zbarimg", "-q", "--raw", "page.pgm")); got != s.cfg.Link {
				t.Errorf("the code says %q, want %q", got, s.cfg.Link)
			}
		})
	}
}

// TestLookOfPlaceAndDay: as each language writes it.
func TestLookOfPlaceAndDay(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{
		"en": "Berlin, 12 November 2026", "fr": "Berlin, le 12 novembre 2026", "de": "Berlin, den 12. November 2026",
	} {
		c := render.Certificate{Lang: lang, Awarded: day(2026, time.November, 12), Look: render.Look{Place: "Berlin"}}
		lines, err := c.PictureLayout()
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, l := range lines {
			found = found || l.Text == want
		}
		if !found {
			t.Errorf("%s: no line says %q", lang, want)
		}
	}
}

// TestLookLeavesTheHouseAlone: a zero Look changes no byte. The samples were
// made before there were looks; here they are compared with one that names the
// places that are the default.
func TestLookLeavesTheHouseAlone(t *testing.T) {
	t.Parallel()
	c := english()
	want, err := c.PNG()
	if err != nil {
		t.Fatal(err)
	}
	c.Look = render.Look{Logo: render.LogoLeft}
	got, err := c.PNG()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the look of the house is another one when it is spelt out")
	}
}

// TestLookOfTheBand: a plain colour of the body is exact on paper where it can
// be seen.
func TestLookOfTheBand(t *testing.T) {
	t.Parallel()
	for _, s := range looks(t) {
		if s.cert.Look.Accent.IsZero() {
			continue
		}
		b, err := s.cert.PNG()
		if err != nil {
			t.Fatal(err)
		}
		if len(b) >= 60_000 {
			t.Errorf("%s: %d bytes, want less than 60,000", s.name, len(b))
		}
		m, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		r, g, bl, _ := m.At(10, 600).RGBA()
		got, want := fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, bl>>8), s.cert.Look.Accent.Ornament().String()
		if got != want {
			t.Errorf("%s: the band is %s, want %s", s.name, got, want)
		}
	}
}

func TestParseColour(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"#000000", "#ffffff", "#1f4e79", "#ABCDEF"} {
		c, err := render.ParseColour(s)
		if err != nil || c.String() != strings.ToLower(s) || c.IsZero() {
			t.Errorf("ParseColour(%q) = %q, %v", s, c, err)
		}
	}
	for _, s := range []string{"", "#", "red", "#fff", "1f4e79", "#1f4e7", "#1f4e799", "#1f4e7g", " #1f4e79", "#1f4e79 ", "#1f4e7\u00e9", "rgb(1,2,3)", "#+f4e79", "#ﬀ4e7"} {
		if c, err := render.ParseColour(s); fault.KindOf(err) != fault.Invalid || !c.IsZero() {
			t.Errorf("ParseColour(%q) = %q, %v; want a refusal", s, c, err)
		}
	}
	if (render.Colour{}).String() != "" {
		t.Error("no colour has a name")
	}
}

// TestColourShades goes through the whole of colour space in steps: what is
// printed can be read, and a colour that can be is left alone.
func TestColourShades(t *testing.T) {
	t.Parallel()
	luminance := func(c color.Color) float64 {
		linear := func(v uint32) float64 {
			f := float64(v>>8) / 255
			if f <= 0.04045 {
				return f / 12.92
			}
			return math.Pow((f+0.055)/1.055, 2.4)
		}
		r, g, b, _ := c.RGBA()
		return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
	}
	parsed := func(s string) color.Color {
		var r, g, b uint8
		if _, err := fmt.Sscanf(s, "#%02x%02x%02x", &r, &g, &b); err != nil {
			t.Fatal(err)
		}
		return color.RGBA{r, g, b, 0xff}
	}
	onWhite := func(s string) float64 { return 1.05 / (luminance(parsed(s)) + 0.05) }
	stain := luminance(color.RGBA{0xf9, 0xee, 0xec, 0xff})
	onStain := func(s string) float64 { return (stain + 0.05) / (luminance(parsed(s)) + 0.05) }
	for r := 0; r <= 255; r += 15 {
		for g := 0; g <= 255; g += 15 {
			for b := 0; b <= 255; b += 15 {
				c := colour(t, fmt.Sprintf("#%02x%02x%02x", r, g, b))
				if got := c.Text().String(); onWhite(got) < 4.5 || onStain(got) < 4.5 {
					t.Fatalf("%s as text is %s with %.2f:1", c, got, onStain(got))
				}
				if got := c.Deep().String(); onStain(got) < 7 {
					t.Fatalf("%s for names is %s with %.2f:1", c, got, onStain(got))
				}
				if got := c.Ornament().String(); onWhite(got) < 3 {
					t.Fatalf("%s as ornament is %s with %.2f:1", c, got, onWhite(got))
				} else if onWhite(c.String()) >= 3 && got != c.String() {
					t.Fatalf("%s could be seen and became %s", c, got)
				}
			}
		}
	}
	if got := (render.Colour{}).Text(); !got.IsZero() {
		t.Errorf("no colour became %s", got)
	}
}

// TestQuickPNG: the same picture, sooner.
func TestQuickPNG(t *testing.T) {
	t.Parallel()
	c := looks(t)[0].cert
	full, err := c.PNG()
	if err != nil {
		t.Fatal(err)
	}
	quick, err := c.QuickPNG()
	if err != nil {
		t.Fatal(err)
	}
	a, err := png.Decode(bytes.NewReader(full))
	if err != nil {
		t.Fatal(err)
	}
	b, err := png.Decode(bytes.NewReader(quick))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.(*image.Paletted).Pix, b.(*image.Paletted).Pix) {
		t.Error("the quick picture differs")
	}
}

// bigLogo is as large as the rules for logos allow.
func bigLogo(t testing.TB) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 2000, 2000))
	for y := range 2000 {
		for x := range 2000 {
			m.SetNRGBA(x, y, color.NRGBA{uint8(x / 100 * 12), uint8(y / 100 * 12), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func BenchmarkQuickPNG(b *testing.B) {
	for _, big := range []bool{false, true} {
		b.Run(fmt.Sprintf("bigLogo=%v", big), func(b *testing.B) {
			c := looks(b)[3].cert
			if big {
				c.Logo = bigLogo(b)
			}
			for b.Loop() {
				if _, err := c.QuickPNG(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
