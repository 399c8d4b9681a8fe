package render

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strconv"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// creator names the program in the PDF's properties.
const creator = "Probatum"

// PDF gives the certificate as a PDF: the certificate proper on the first
// page, the details after it, the sealed file attached byte for byte. Equal
// certificates and configurations give equal bytes. It is not a PDF/A file and
// carries no seal of its own.
func (c Certificate) PDF(cfg Config) ([]byte, error) {
	sheets, title, err := c.sheets(cfg)
	if err != nil {
		return nil, fmt.Errorf("laying out a certificate: %w", err)
	}
	p := gofpdf.New("P", "mm", "A4", "")
	p.SetCatalogSort(true)
	p.SetCreationDate(stamp(cfg.Now))
	p.SetModificationDate(stamp(cfg.Now))
	p.SetProducer(creator, true)
	p.SetCreator(creator, true)
	m := newMetrics()
	p.SetTitle(m.letters(title, &remarks{}), true)
	p.SetAuthor(m.letters(c.Body, &remarks{}), true)
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(0, 0, 0)
	p.SetCellMargin(0)
	if a := cfg.Attachment; len(a.Bytes) > 0 {
		p.SetAttachments([]gofpdf.Attachment{{
			Content:     a.Bytes,
			Filename:    m.letters(a.Name, &remarks{}),
			Description: m.letters(a.Description, &remarks{}),
		}})
	}
	pp := pdfPainter{pdf: p, metrics: m, images: make(map[image.Image]string)}
	for _, s := range sheets {
		pp.paint(s)
	}
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("writing a PDF: %w", err)
	}
	return withLanguage(out.Bytes(), c.Lang)
}

// stamp is a time that gofpdf takes as it is; for the zero time it would take
// the clock's.
func stamp(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return t.UTC().Truncate(time.Second)
}

// pdfPainter paints sheets on the pages of a PDF.
type pdfPainter struct {
	pdf     *gofpdf.Fpdf
	metrics *metrics
	added   [faceCount]bool
	images  map[image.Image]string
}

func (p *pdfPainter) paint(s *sheet) {
	p.pdf.AddPage()
	for _, o := range s.outlines {
		c, how := o.colour, "F"
		p.fill(c.R, c.G, c.B)
		if o.stroke > 0 {
			how = "D"
			p.pdf.SetLineWidth(o.stroke)
			p.pdf.SetDrawColor(int(c.R), int(c.G), int(c.B))
		}
		for _, st := range o.steps {
			a, b := st.p[0], st.p[1]
			switch st.kind {
			case 'M':
				p.pdf.MoveTo(a[0], a[1])
			case 'L':
				p.pdf.LineTo(a[0], a[1])
			case 'Q':
				p.pdf.CurveTo(a[0], a[1], b[0], b[1])
			case 'Z':
				p.pdf.ClosePath()
			}
		}
		p.pdf.DrawPath(how)
	}
	for _, b := range s.boxes {
		p.fill(b.fill.R, b.fill.G, b.fill.B)
		p.pdf.Rect(b.x, b.y, b.w, b.h, "F")
	}
	for _, pic := range s.pictures {
		if name := p.image(pic.image); name != "" {
			p.pdf.ImageOptions(name, pic.x, pic.y, pic.w, pic.h, false, gofpdf.ImageOptions{ImageType: "PNG"}, 0, "")
		}
	}
	for _, t := range s.texts {
		p.pdf.SetTextColor(int(t.colour.R), int(t.colour.G), int(t.colour.B))
		segments, _ := p.metrics.segments(t.face, t.size, t.string)
		for _, g := range segments {
			p.font(g.face, t.size)
			p.pdf.Text(t.x+g.x, t.y, g.text)
		}
	}
	for _, l := range s.links {
		p.pdf.LinkString(l.x, l.y, l.w, l.h, l.url)
	}
}

func (p *pdfPainter) fill(r, g, b uint8) { p.pdf.SetFillColor(int(r), int(g), int(b)) }

// font chooses a face. Each is added when it is first used: adding all would
// embed fonts of which no letter is printed. gofpdf writes into the bytes that
// it is given (the checksum of the table "head"), so each document gets its own
// copy: two documents may be written at once.
func (p *pdfPainter) font(f face, size float64) {
	family := "f" + strconv.Itoa(int(f))
	if !p.added[f] {
		p.pdf.AddUTF8FontFromBytes(family, "", bytes.Clone(ttf[f]))
		p.added[f] = true
	}
	p.pdf.SetFont(family, "", size)
}

// image registers a picture and gives its name. It is written as a plain 8-bit
// PNG, for gofpdf takes neither interlaced nor 16-bit ones.
func (p *pdfPainter) image(m image.Image) string {
	if name, ok := p.images[m]; ok {
		return name
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return ""
	}
	name := "i" + strconv.Itoa(len(p.images))
	p.pdf.RegisterImageOptionsReader(name, gofpdf.ImageOptions{ImageType: "PNG"}, &b)
	p.images[m] = name
	return name
}

// withLanguage puts the language of the text into the catalog of a PDF (ISO
// 32000-1, 14.9.2), so that screen readers speak it rightly, and asks viewers
// to show the title instead of the file name (12.2). gofpdf has no call for
// either. The catalog is its last object: only the place of the cross
// reference table moves.
func withLanguage(pdf []byte, lang string) ([]byte, error) {
	const catalog, table = "/Type /Catalog\n", "\nstartxref\n"
	at := bytes.LastIndex(pdf, []byte(catalog))
	xref := bytes.LastIndex(pdf, []byte(table))
	if at < 0 || xref < at {
		return nil, fmt.Errorf("naming the language of a PDF: no catalog")
	}
	number, tail, ok := bytes.Cut(pdf[xref+len(table):], []byte("\n"))
	place, err := strconv.Atoi(string(number))
	if !ok || err != nil || place < at {
		return nil, fmt.Errorf("naming the language of a PDF: unexpected trailer")
	}
	entries := "/Lang (" + lang + ")\n/ViewerPreferences <</DisplayDocTitle true>>\n"
	out := make([]byte, 0, len(pdf)+len(entries)+8)
	out = append(out, pdf[:at+len(catalog)]...)
	out = append(out, entries...)
	out = append(out, pdf[at+len(catalog):xref+len(table)]...)
	out = strconv.AppendInt(out, int64(place+len(entries)), 10)
	out = append(out, '\n')
	return append(out, tail...), nil
}
