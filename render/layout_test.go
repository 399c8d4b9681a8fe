package render_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/probatum/probatum/render"
)

// checkLayout holds the promises that the package makes for any input: every
// line stands inside the page, and no two lines touch.
func checkLayout(t *testing.T, name string, pages [][]render.Line) {
	t.Helper()
	const mm = 25.4 / 72
	for p, lines := range pages {
		for i, a := range lines {
			if !utf8.ValidString(a.Text) {
				t.Errorf("%s: page %d: not UTF-8: %q", name, p+1, a.Text)
			}
			if a.X < 12 || a.X+a.W > render.PageWidth-12 || a.Y-0.8*a.Size*mm < 0.5 || a.Y+0.25*a.Size*mm > render.PageHeight-4 {
				t.Errorf("%s: page %d: %q leaves the page: x %.1f to %.1f, y %.1f", name, p+1, cut(a.Text), a.X, a.X+a.W, a.Y)
			}
			for _, b := range lines[:i] {
				// Between the top of x-high letters and the base line nothing
				// else may stand; accents and descenders have the leading.
				apart := a.X+a.W <= b.X+0.01 || b.X+b.W <= a.X+0.01 ||
					a.Y-0.72*a.Size*mm >= b.Y+0.18*b.Size*mm || b.Y-0.72*b.Size*mm >= a.Y+0.18*a.Size*mm
				if !apart {
					t.Errorf("%s: page %d: %q and %q overlap (y %.2f and %.2f)", name, p+1, cut(a.Text), cut(b.Text), a.Y, b.Y)
				}
			}
		}
	}
}

func cut(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func TestLayout(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			pages, err := s.cert.Layout(s.cfg)
			if err != nil {
				t.Fatal(err)
			}
			checkLayout(t, s.name, pages)
			for i, lines := range pages[1:] {
				body := lines[:len(lines)-2] // number and page stand last, at the foot
				if len(body) > 0 && body[len(body)-1].Heading {
					t.Errorf("page %d ends with the heading %q", i+2, body[len(body)-1].Text)
				}
			}
			picture, err := s.cert.PictureLayout()
			if err != nil {
				t.Fatal(err)
			}
			checkLayout(t, s.name+" (picture)", [][]render.Line{picture})
		})
	}
}

// TestLayoutKeepsWholeTexts: what is cut on the first page is given in full
// after it.
func TestLayoutKeepsWholeTexts(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		if s.name != "longest" {
			continue
		}
		pages, err := s.cert.Layout(s.cfg)
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, lines := range pages[1:] {
			for _, l := range lines {
				all.WriteString(l.Text)
			}
		}
		text := strings.NewReplacer(" ", "", "-", "").Replace(all.String())
		for _, want := range []string{s.cert.Holder, s.cert.Body, s.cert.Unit, s.cert.Signatory, s.cert.Credits, s.cert.Outcomes[13].Title} {
			if !strings.Contains(text, strings.NewReplacer(" ", "", "-", "").Replace(want)) {
				t.Errorf("not in full after page 1: %q", want)
			}
		}
	}
}

// TestLayoutOfManyLists: no number of entries breaks a page.
func TestLayoutOfManyLists(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3, 4, 9, 25, 120} {
		c := english()
		c.Outcomes, c.Methods = nil, nil
		for range n {
			c.Outcomes = append(c.Outcomes, render.Outcome{Title: "Operate lighting in rehearsal and show", Skills: skills("operate a lighting console", "set up follow spots")})
			c.Methods = append(c.Methods, render.Method{Title: "Observation on the job", Grade: "passed", Date: day(2026, time.May, 1)})
		}
		pages, err := c.Layout(sampleConfig())
		if err != nil {
			t.Fatal(err)
		}
		checkLayout(t, "many", pages)
	}
}

// FuzzCertificate: no text makes a certificate fail, panic, or overlap.
func FuzzCertificate(f *testing.F) {
	for i, s := range []string{
		"", " ", "Mara Lindqvist", "\x00\xff\xfe", "😀👩‍👩‍👧🏳️‍🌈", "\u202eabc\u202c", "אבג دهـو", strings.Repeat("x", 5000),
		strings.Repeat("wort ", 900), "a\u0301\u0302\u0303\u0304", "\u0301", strings.Repeat("\u0301", 300), "𝔐𐍈", "ﷺ", "\ufffd\ufffe\uffff",
		"(\\)%<<>>", "https://" + strings.Repeat("a.", 200), "-/-/-/:::", "\u00a0\u00a0", "\r\n\t\v", "«  »", strings.Repeat("W", 200),
		"Ærøskøbing Đặng Ŵ ẞ ĳ ǆ", "\u2028\u2029\u0085", strings.Repeat("-", 700), "ก็ ກ้ தமிழ்", "\ue000\uf8ff",
	} {
		f.Add(s, s, uint8(7*i))
	}
	f.Fuzz(func(t *testing.T, a, b string, n uint8) {
		c := render.Certificate{
			Lang: b, Demo: n%2 == 0, Body: a, Place: b, Holder: b, BirthDate: day(int(n), 1, 1), Unit: a, Level: b, Number: a, ID: b,
			Workload: a, Credits: b, Participation: a, Prerequisites: b, Assessors: int(n), Accreditation: a, Quality: b, SealedBy: b,
			Signatory: a, Illustrative: true, Notes: []string{a, b}, Awarded: day(2026, 1, 1), ValidFrom: day(2026, 1, 2),
		}
		for i := range int(n % 32) {
			c.Outcomes = append(c.Outcomes, render.Outcome{Title: a, Note: b, Skills: []render.Skill{{Label: b, Lang: a, URI: a}}, Illustrative: i%2 == 0})
			c.Methods = append(c.Methods, render.Method{Title: b, Kind: a, Grade: a})
		}
		cfg := render.Config{Link: "https://a.example/v/" + cut(a), Attachment: render.Attachment{Name: a, Description: b, Bytes: []byte(b)}}
		pages, err := c.Layout(cfg)
		if err != nil {
			t.Fatal(err)
		}
		checkLayout(t, "fuzz", pages)
		picture, err := c.PictureLayout()
		if err != nil {
			t.Fatal(err)
		}
		checkLayout(t, "fuzz picture", [][]render.Line{picture})
		if _, err := c.PDF(cfg); err != nil {
			t.Fatal(err)
		}
		if _, err := c.PNG(); err != nil {
			t.Fatal(err)
		}
	})
}
