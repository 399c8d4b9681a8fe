package render

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // a logo may be a JPEG
	_ "image/png"
	"net/url"
	"strings"
	"time"

	"github.com/probatum/probatum/i18n"
	xdraw "golang.org/x/image/draw"
)

// The text stands between these edges; the band fills the left margin.
const (
	left      = 30.0
	right     = 188.0
	measure   = right - left
	bandWidth = 9.0
	footLine  = 284.0
)

// A composer lays out one certificate.
type composer struct {
	Certificate // printable texts only
	cfg         Config
	loc         i18n.Localizer
	m           *metrics
	note        remarks
	logo        image.Image
	pictureOnly bool
}

func newComposer(c Certificate, cfg Config) *composer {
	p := &composer{cfg: cfg, loc: i18n.For(c.Lang), m: newMetrics()}
	say := func(s string) string { return p.m.letters(s, &p.note) }
	for _, field := range []*string{
		&c.Body, &c.Place, &c.Holder, &c.Unit, &c.Level, &c.Number, &c.ID, &c.Workload, &c.Credits,
		&c.Participation, &c.Prerequisites, &c.Skills, &c.Accreditation, &c.Quality, &c.SealedBy, &c.Signatory,
		&c.Look.Signatory, &c.Look.Function, &c.Look.Place, &c.Look.Footer,
	} {
		*field = say(*field)
	}
	outcomes := make([]Outcome, len(c.Outcomes))
	for i, o := range c.Outcomes {
		o.Title, o.Note = say(o.Title), say(o.Note)
		skills := make([]Skill, len(o.Skills))
		for j, s := range o.Skills {
			skills[j] = Skill{Label: say(s.Label), Lang: say(s.Lang), URI: say(s.URI)}
		}
		o.Skills = skills
		outcomes[i] = o
	}
	methods := make([]Method, len(c.Methods))
	for i, m := range c.Methods {
		methods[i] = Method{Title: say(m.Title), Kind: say(m.Kind), Grade: say(m.Grade), Date: m.Date}
	}
	notes := make([]string, len(c.Notes))
	for i, n := range c.Notes {
		notes[i] = say(n)
	}
	c.Outcomes, c.Methods, c.Notes = outcomes, methods, notes
	if c.Look.Signatory != "" {
		c.Signatory = c.Look.Signatory
	}
	p.cfg.Attachment.Name = say(cfg.Attachment.Name)
	p.logo = readLogo(c.Logo, cfg.quick)
	p.Certificate = c
	return p
}

// sheets lays out the whole document and gives its title.
func (c Certificate) sheets(cfg Config) ([]*sheet, string, error) {
	p := newComposer(c, cfg)
	front, err := p.front()
	if err != nil {
		return nil, "", err
	}
	all := append([]*sheet{front}, p.details()...)
	for i, s := range all {
		p.footer(s, i+1, len(all))
		p.Look.dye(s)
	}
	return all, p.title(), nil
}

// picture lays out the page that becomes the page picture.
func (c Certificate) picture(quick bool) (*sheet, error) {
	p := newComposer(c, Config{quick: quick})
	p.pictureOnly = true
	s, err := p.front()
	if err != nil {
		return nil, err
	}
	if p.Look.Footer != "" {
		s.boxes = append(s.boxes, box{left, footLine, measure, 0.2, hair})
		p.reach(s, footLine+1.8)
	}
	p.Look.dye(s)
	return s, nil
}

func (p *composer) title() string {
	if p.Unit == "" || p.Holder == "" {
		return p.loc.T("render.kind")
	}
	return p.loc.T("render.title", "Unit", p.Unit, "Holder", p.Holder)
}

// date writes a day, or nothing for the zero time.
func (p *composer) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return p.loc.Date(t)
}

// frame is what every page has: the band, and DEMO where nothing is real.
func (p *composer) frame(s *sheet) {
	s.boxes = append(s.boxes,
		box{0, 0, bandWidth, pageHeight, ink},
		box{bandWidth + 0.9, 0, 0.7, pageHeight, brass},
	)
	var words []string
	strip, mark := alarm, stain
	if p.Demo {
		words = append(words, p.loc.T("render.demo"))
	}
	if p.Preview {
		words = append(words, p.loc.T("render.preview"))
		if !p.Demo {
			strip, mark = slate, shadow
		}
	}
	switch {
	case p.Preview:
		s.outlines = append(s.outlines, p.m.watermark(p.loc.T("render.preview.mark"), 118, 50, mark))
	case p.Demo:
		s.outlines = append(s.outlines, p.m.watermark("DEMO", 118, 50, stain))
	default:
		return
	}
	st := style{sansBold, 10.5, 1, white}
	line := strings.Join(words, "  ·  ")
	w := p.m.width(st.face, st.size, line)
	s.boxes = append(s.boxes, box{0, 0, pageWidth, 9, strip})
	p.m.write(s, st, []string{line}, left+(measure-w)/2, 2.7)
}

// stripped tells whether a strip at the head of the page says what it is not.
func (p *composer) stripped() bool { return p.Demo || p.Preview }

// footer stands at the foot of every page of the PDF.
func (p *composer) footer(s *sheet, page, pages int) {
	st := style{sans, 7, 1.3, quiet}
	s.boxes = append(s.boxes, box{left, footLine, measure, 0.2, hair})
	number := p.loc.T("render.page", "Page", page, "Pages", pages)
	w := p.m.width(st.face, st.size, number)
	p.m.write(s, st, []string{number}, right-w, footLine+1.8)
	var parts []string
	for _, part := range []string{p.Number, p.ID} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	room := measure - w - 8
	lines := p.m.atMost(st, strings.Join(parts, "  ·  "), 1, room)
	p.m.write(s, st, lines, left, footLine+1.8)
	p.reach(s, footLine+1.8+st.line())
}

// reach is the line at the foot that says how to reach the body.
func (p *composer) reach(s *sheet, y float64) {
	if p.Look.Footer == "" {
		return
	}
	st := style{sans, 7, 1.3, quiet}
	p.m.write(s, st, p.m.atMost(st, p.Look.Footer, 1, measure), left, y)
}

// host is the part of a link that a person should recognise.
func host(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return link
	}
	return u.Host
}

// Limits of a logo: a body's file is foreign bytes, and a small file can hold
// a very large picture.
const (
	logoMaxPixels = 16 << 20
	logoKept      = 720 // pixels of the longer side in the PDF
	logoSeen      = 360 // and in a picture that is looked at once
)

// readLogo decodes a logo and lays it on white; nil when it is not a picture
// that can be shown. A large one is shrunk, in haste where it is only looked at
// once.
func readLogo(data []byte, quick bool) image.Image {
	if len(data) == 0 {
		return nil
	}
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || cfg.Width < 1 || cfg.Height < 1 || cfg.Width > logoMaxPixels/cfg.Height {
		return nil
	}
	src, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	w, h, most := cfg.Width, cfg.Height, logoKept
	if quick {
		most = logoSeen
	}
	if longer := max(w, h); longer > most {
		w, h = max(1, w*most/longer), max(1, h*most/longer)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(out, out.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	if w == cfg.Width && h == cfg.Height {
		draw.Draw(out, out.Bounds(), src, src.Bounds().Min, draw.Over)
	} else if quick {
		xdraw.ApproxBiLinear.Scale(out, out.Bounds(), src, src.Bounds(), draw.Over, nil)
	} else {
		xdraw.CatmullRom.Scale(out, out.Bounds(), src, src.Bounds(), draw.Over, nil)
	}
	return out
}
