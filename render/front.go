package render

import (
	"strings"
)

// The headlines of the first page and how they shrink.
var (
	bodyFit = fit{{16, 1}, {14, 2}, {12, 2}, {10.5, 3}, {9.5, 4}}
	nameFit = fit{{36, 1}, {32, 1}, {28, 2}, {24, 2}, {21, 2}, {18, 3}, {15, 4}, {13, 5}}
	unitFit = fit{{27, 1}, {24, 1}, {21, 2}, {18, 3}, {15, 4}, {13, 4}}
)

var (
	leadIn  = style{serifItalic, 12.5, 1.35, quiet}
	heading = style{sansBold, 9, 1.35, bronze}
	label   = style{sans, 8, 1.35, quiet}
	value   = style{sansBold, 9.5, 1.35, ink}
)

// front lays out the first page. Its blocks stand in fixed order; the room
// that is left over goes between them, and when there is too little the list
// of outcomes gives way first, for it is given in full on the next page.
func (p *composer) front() (*sheet, error) {
	s := &sheet{}
	if !p.pictureOnly {
		// The picture is copied with the credential for ever; the ornament
		// would double its size.
		s.outlines = append(s.outlines, rosette(pageWidth-6, 82, 80, mist))
	}
	p.frame(s)

	top, bottom := 20.0, footLine-5
	if p.stripped() {
		top = 24
	}
	foot, err := p.seal()
	if err != nil {
		return nil, err
	}
	head, name, unit, facts := p.head(), p.name(), p.unit(), p.facts()

	const gaps = 5
	least := 5.0
	room := bottom - top - foot.height - head.height - name.height - unit.height - facts.height - gaps*least
	list := p.outcomeList(room)
	spare := max(0, room-list.height)

	// Shares of the spare room above name, unit, list, facts and foot. What a
	// sparse certificate leaves over goes above the foot.
	shares := [gaps]float64{0.30, 0.18, 0.20, 0.12, 0.20}
	const most = 70.0
	given := min(spare, most)
	y := top
	for i, part := range []*sheet{head, name, unit, list, facts} {
		s.place(part, left, y)
		y += part.height
		if part.height > 0 {
			y += least + shares[i]*given
		}
	}
	s.place(foot, left, bottom-foot.height)
	return s, nil
}

// head is the body: logo, name, place, who recognises it.
func (p *composer) head() *sheet {
	const gap = 6.0
	boxWidth, boxHeight := 44.0, 24.0
	above := p.Look.Logo == LogoAbove
	if above {
		boxWidth, boxHeight = 90, 20
	}
	part := &sheet{}
	x, width, logoHeight := 0.0, measure, 0.0
	if p.logo != nil {
		b := p.logo.Bounds()
		w, h := float64(b.Dx()), float64(b.Dy())
		scale := min(boxWidth/w, boxHeight/h)
		w, h = w*scale, h*scale
		logo := picture{0, 0, w, h, p.logo}
		logoHeight = h
		switch {
		case above:
		case p.Look.Logo == LogoRight:
			logo.x, width = measure-w, measure-w-gap
		default:
			x, width = w+gap, measure-(w+gap)
		}
		part.pictures = append(part.pictures, logo)
	}
	st, lines := p.m.fit(style{serifBold, 0, 1.2, ink}, p.Body, width, bodyFit)
	small := style{sans, 9, 1.4, quiet}
	under := p.m.atMost(small, p.Place, 2, width)
	recognised := p.m.atMost(small, p.Accreditation, 2, width)
	under = append(under, recognised...)
	textHeight := float64(len(lines))*st.line() + 0.8 + float64(len(under))*small.line()
	y := max(0, (logoHeight-textHeight)/2)
	if above && p.logo != nil {
		y = logoHeight + 4
	}
	y += p.m.write(part, st, lines, x, y) + 0.8
	y += p.m.write(part, small, under, x, y)
	part.height = max(y, logoHeight)
	return part
}

// name is what the page is about: the kind of document and the holder.
func (p *composer) name() *sheet {
	part := &sheet{}
	part.boxes = append(part.boxes, box{0, 0, 16, 0.9, brass})
	y := 4.0
	y += p.m.write(part, style{sansBold, 10.5, 1.35, bronze}, []string{p.loc.T("render.kind")}, 0, y) + 6
	if p.Holder == "" {
		part.height = y
		return part
	}
	y += p.m.write(part, leadIn, []string{p.loc.T("render.certifies")}, 0, y) + 1.5
	st, lines := p.m.fit(style{serifBold, 0, 1.15, ink}, p.Holder, measure, nameFit)
	y += p.m.write(part, st, lines, 0, y)
	if born := p.date(p.BirthDate); born != "" {
		y += 1.2
		y += p.m.write(part, style{sans, 9.5, 1.35, quiet}, []string{p.loc.T("render.born", "Date", born)}, 0, y)
	}
	part.height = y
	return part
}

// unit is the achievement and its level.
func (p *composer) unit() *sheet {
	part := &sheet{}
	y := 0.0
	if p.Unit != "" {
		y = p.m.paragraph(part, leadIn, p.loc.T("render.shown"), 0, 0, measure) + 1.5
		st, lines := p.m.fit(style{serifBold, 0, 1.15, ink}, p.Unit, measure, unitFit)
		y += p.m.write(part, st, lines, 0, y)
	}
	if p.Level != "" {
		const pad, edge = 3.2, 0.9
		st := style{sansBold, 10, 1.3, ink}
		lines := p.m.atMost(st, p.Level, 2, measure-2*pad)
		w := 0.0
		for _, l := range lines {
			w = max(w, p.m.width(st.face, st.size, l))
		}
		y += 3.4
		h := float64(len(lines))*st.line() + 3
		part.boxes = append(part.boxes, box{0, y, w + 2*pad + edge, h, tint}, box{0, y, edge, h, brass})
		p.m.write(part, st, lines, edge+pad, y+1.5)
		y += h
	}
	part.height = y
	return part
}

// outcomeList is the titles of the outcomes in two columns, as many as room
// allows.
func (p *composer) outcomeList(room float64) *sheet {
	if len(p.Outcomes) == 0 {
		return &sheet{}
	}
	const atMost = 60 // no page holds more
	for _, try := range []struct {
		size  float64
		lines int
	}{{9.5, 3}, {9, 3}, {8.5, 2}} {
		if len(p.Outcomes) > atMost {
			break
		}
		if part := p.outcomeColumns(try.size, try.lines, len(p.Outcomes)); part.height <= room {
			return part
		}
	}
	for n := min(len(p.Outcomes)-1, atMost); n > 0; n-- {
		if part := p.outcomeColumns(8.5, 2, n); part.height <= room {
			return part
		}
	}
	return &sheet{}
}

func (p *composer) outcomeColumns(size float64, most, count int) *sheet {
	const gutter, indent = 8.0, 4.2
	part := &sheet{}
	part.boxes = append(part.boxes, box{0, 0, measure, 0.25, hair})
	y := 3.2
	y += p.m.write(part, heading, []string{p.loc.T("render.outcomes")}, 0, y) + 1.6

	start := y

	st := style{sans, size, 1.32, body}
	column := (measure - gutter) / 2
	rows := (count + 1) / 2
	if count <= 3 {
		column, rows = measure, count
	}
	deepest := 0.0
	for i := range count {
		if i%rows == 0 {
			deepest = max(deepest, y-start)
			y = start
		}
		x := float64(i/rows) * (column + gutter)
		width := column - indent
		lines := p.m.atMost(st, p.Outcomes[i].Title, most, width)
		part.boxes = append(part.boxes, box{x, y + st.line()/2 - 0.6, 1.2, 1.2, brass})
		y += p.m.write(part, st, lines, x+indent, y) + 1.3
	}
	y = start + max(deepest, y-start)
	if rest := len(p.Outcomes) - count; rest > 0 {
		y += p.m.write(part, label, []string{p.loc.T("render.more", "Count", rest)}, indent, y)
	}
	part.height = y
	return part
}

// until is the label and the words of how long it is valid; no words where
// nothing is said of its validity.
func (p *composer) until() (key, words string) {
	if p.ValidUntil.IsZero() && !p.ValidFrom.IsZero() {
		return "render.validity", p.loc.T("render.noEnd")
	}
	return "render.validUntil", p.date(p.ValidUntil)
}

// facts is the grid of what else a reader looks for first.
func (p *composer) facts() *sheet {
	const columns, gutter = 3, 7.0
	type fact struct {
		label, value string
		span         int
	}
	untilKey, until := p.until()
	facts := []fact{
		{"render.awarded", p.date(p.Awarded), 1},
		{"render.validFrom", p.validFrom(), 1},
		{untilKey, until, 1},
		{"render.number", p.Number, 1},
		{"render.workload", p.volume(), 1},
		{"render.assessment", p.methods(), 2},
	}
	part := &sheet{}
	one := (measure - (columns-1)*gutter) / columns
	y, tallest, column := 0.0, 0.0, 0
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		if column+f.span > columns {
			y, tallest, column = y+tallest+3.4, 0, 0
		}
		if len(part.boxes) == 0 {
			part.boxes = append(part.boxes, box{0, 0, measure, 0.25, hair})
			y = 3.2
		}
		x := float64(column) * (one + gutter)
		width := float64(f.span)*(one+gutter) - gutter
		h := p.m.write(part, label, []string{p.loc.T(f.label)}, x, y) + 0.4
		lines := p.m.atMost(value, f.value, 2+f.span, width)
		h += p.m.write(part, value, lines, x, y+h)
		tallest = max(tallest, h)
		column += f.span
	}
	part.height = y + tallest
	return part
}

// validFrom is left out where it is the day of the award.
func (p *composer) validFrom() string {
	from := p.date(p.ValidFrom)
	if from == p.date(p.Awarded) {
		return ""
	}
	return from
}

// methods is the assessment in one line.
func (p *composer) methods() string {
	var names []string
	for _, m := range p.Methods {
		if m.Title != "" {
			names = append(names, m.Title)
		}
	}
	words := strings.Join(names, ", ")
	if p.Assessors == 0 {
		return words
	}
	assessors := p.loc.T("render.assessors", "Count", p.Assessors)
	if words == "" {
		return assessors
	}
	return p.loc.T("render.assessedBy", "Assessors", assessors, "Methods", words)
}

// volume is workload and credits.
func (p *composer) volume() string {
	var parts []string
	for _, part := range []string{p.marked(p.Workload), p.Credits} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// marked says where needed that a number is an example.
func (p *composer) marked(words string) string {
	if words == "" || !p.Illustrative {
		return words
	}
	return words + " (" + p.loc.T("render.illustrative") + ")"
}

// seal is the foot of the page: where the seal is, who answers for it, and the
// code to check it.
func (p *composer) seal() (*sheet, error) {
	const code, quietZone, column = 31.0, 4.0, 46.0
	part := &sheet{}
	part.boxes = append(part.boxes, box{0, 0, measure, 0.25, hair})
	width := measure
	codeHeight := 0.0
	if p.cfg.Link != "" {
		m, err := modules(p.cfg.Link, printLevel)
		if err != nil {
			return nil, err
		}
		module := code / float64(len(m))
		inner := code - 2*quietZone*module // as wide as the dark part
		x, y := measure-inner, 4.0         // the quiet zone is margin and air
		drawCode(part, m, x-quietZone*module, y-quietZone*module, module)
		part.links = append(part.links, link{x, y, inner, inner, p.cfg.Link})
		y += inner + quietZone*module
		for _, t := range []struct {
			st    style
			words string
		}{{style{sansBold, 8.5, 1.35, ink}, p.loc.T("render.scan")}, {style{sans, 7.5, 1.3, quiet}, p.m.letters(host(p.cfg.Link), &p.note)}} {
			lines := p.m.atMost(t.st, t.words, 3, column)
			for _, l := range lines {
				y += p.m.write(part, t.st, []string{l}, measure-p.m.width(t.st.face, t.st.size, l), y)
			}
		}
		codeHeight = y
		width = measure - column - 8
	}

	y := p.signature(part, 4, width)
	y += p.m.write(part, heading, []string{p.loc.T("render.seal")}, 0, y) + 0.6
	if p.SealedBy != "" {
		lines := p.m.atMost(value, p.loc.T("render.sealedBy")+" "+p.SealedBy, 2, width)
		y += p.m.write(part, value, lines, 0, y)
	}
	words := p.loc.T("render.about.unsealed")
	switch {
	case p.pictureOnly:
		words = p.loc.T("render.seal.picture")
	case len(p.cfg.Attachment.Bytes) > 0, p.Preview: // as it will be
		words = p.loc.T("render.seal.attached")
	}
	y += p.m.paragraph(part, style{sans, 8.5, 1.42, quiet}, words, 0, y+0.6, width) + 0.6
	part.height = max(y, codeHeight)
	return part, nil
}

// signature is where and when the certificate was issued and who answers for
// it by name. It gives the height below which the next may stand.
func (p *composer) signature(part *sheet, y, width float64) float64 {
	if day := p.date(p.Awarded); p.Look.Place != "" && day != "" {
		st := style{sans, 9.5, 1.35, body}
		lines := p.m.atMost(st, p.loc.T("render.placed", "Place", p.Look.Place, "Date", day), 2, width)
		y += p.m.write(part, st, lines, 0, y) + 2
	}
	if p.Signatory == "" {
		return y
	}
	y += p.m.write(part, label, []string{p.loc.T("render.signatory")}, 0, y) + 0.4
	st := style{serifBold, 11, 1.3, ink}
	y += p.m.write(part, st, p.m.atMost(st, p.Signatory, 2, width), 0, y)
	if p.Look.Function != "" {
		st := style{sans, 8.5, 1.35, quiet}
		y += p.m.write(part, st, p.m.atMost(st, p.Look.Function, 2, width), 0, y+0.4) + 0.4
	}
	return y + 3
}

// drawCode draws the dark modules of a QR code, each run of a row as one box,
// a hair taller than it is so that no light shows between rows.
func drawCode(part *sheet, m [][]bool, x, y, module float64) {
	const overlap = 0.01
	for r, row := range m {
		for c := 0; c < len(row); c++ {
			start := c
			for c < len(row) && row[c] {
				c++
			}
			if c > start {
				part.boxes = append(part.boxes, box{x + float64(start)*module, y + float64(r)*module, float64(c-start) * module, module + overlap, black})
			}
		}
	}
}
