package render

import (
	"strconv"
	"strings"
)

// The styles of the pages with the details.
var (
	chapter   = style{serifBold, 13, 1.3, ink}
	plain     = style{sans, 9, 1.42, body}
	strong    = style{sansBold, 9, 1.42, ink}
	small     = style{sans, 8, 1.42, quiet}
	smallHead = style{sansBold, 8, 1.42, bronze}
	numeral   = style{sansBold, 9, 1.42, bronze}
)

// A row is what may stand alone on a page: a line, or a few that belong
// together side by side.
type row struct {
	part *sheet
	gap  float64 // above it, unless it opens a page
	keep bool    // on the page of the next row
	rule bool    // a hair line above it, unless it opens a page
}

// details lays out the pages after the first.
func (p *composer) details() []*sheet {
	var rows []row
	for _, section := range [][]row{p.particulars(), p.outcomes(), p.assessment(), p.notes(), p.about()} {
		rows = append(rows, section...)
	}
	// A little less air, where that saves a page.
	pages := p.paginate(rows, 1)
	for _, air := range []float64{0.8, 0.6} {
		if tighter := p.paginate(rows, air); len(tighter) < len(pages) {
			return tighter
		}
	}
	return pages
}

// paginate puts rows on pages, with their gaps scaled by air. A row that is to keep with the next never ends
// a page, unless the whole chain is longer than a page.
func (p *composer) paginate(rows []row, air float64) []*sheet {
	var (
		pages []*sheet
		page  *sheet
		y     float64
		top   float64
	)
	const bottom = footLine - 4
	turn := func() {
		page = &sheet{}
		p.frame(page)
		top = p.runningHead(page)
		y = top
		pages = append(pages, page)
	}
	for i, r := range rows {
		chain := 0.0
		for j := i; j < len(rows); j++ {
			chain += rows[j].part.height
			if j > i {
				chain += rows[j].gap * air
			}
			if !rows[j].keep {
				break
			}
		}
		gap := r.gap * air
		switch {
		case page == nil:
			turn()
		case y > top && y+gap+chain > bottom && chain <= bottom-top, y > top && y+gap+r.part.height > bottom:
			turn()
		}
		if y > top {
			y += gap
			if r.rule {
				page.boxes = append(page.boxes, box{left, y - gap/2, measure, 0.2, hair})
			}
		}
		page.place(r.part, left, y)
		y += r.part.height
	}
	return pages
}

// runningHead says on every page of the details whose they are.
func (p *composer) runningHead(s *sheet) (below float64) {
	y := 15.0
	st := style{sans, 8, 1.3, quiet}
	var parts []string
	for _, part := range []string{p.Holder, p.Unit, p.Body} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	lines := p.m.atMost(st, strings.Join(parts, "  ·  "), 1, measure)
	y += p.m.write(s, st, lines, left, y) + 2
	s.boxes = append(s.boxes, box{left, y, measure, 0.2, hair})
	return y + 7
}

// section opens a section with its heading.
func (p *composer) section(key string) row {
	part := &sheet{}
	part.boxes = append(part.boxes, box{0, 0, 9, 0.8, brass})
	part.height = 2.4 + p.m.write(part, chapter, []string{p.loc.T(key)}, 0, 2.4)
	return row{part: part, gap: 8, keep: true}
}

// A cell is one column of a table row.
type cell struct {
	x, width float64
	style    style
	words    string
}

// table lays cells side by side, line by line, so that even a very long cell
// can go over several pages.
func (p *composer) table(gap float64, cells ...cell) []row {
	columns := make([][]string, len(cells))
	count := 0
	for i, c := range cells {
		columns[i] = p.m.wrap(c.style, c.words, c.width)
		count = max(count, len(columns[i]))
	}
	rows := make([]row, count)
	for i := range rows {
		part := &sheet{}
		for j, c := range cells {
			if i < len(columns[j]) {
				part.height = max(part.height, p.m.write(part, c.style, columns[j][i:i+1], c.x, 0))
			}
		}
		rows[i] = row{part: part, keep: i < count-1}
		if i == 0 {
			rows[i].gap = gap
		}
	}
	return rows
}

// kept ties rows together.
func kept(rows []row) []row {
	for i := range rows {
		rows[i].keep = true
	}
	return rows
}

// particulars is the table of everything that fits in a line or two.
func (p *composer) particulars() []row {
	untilKey, until := p.until()
	rows := []row{p.section("render.particulars")}
	const labels = 46.0
	for _, f := range []struct{ key, words string }{
		{"render.holder", p.Holder},
		{"render.birthDate", p.date(p.BirthDate)},
		{"render.unit", p.Unit},
		{"render.level", p.Level},
		{"render.awarded", p.date(p.Awarded)},
		{"render.validFrom", p.date(p.ValidFrom)},
		{untilKey, until},
		{"render.workload", p.marked(p.Workload)},
		{"render.credits", p.Credits},
		{"render.participation", p.Participation},
		{"render.prerequisites", p.Prerequisites},
		{"render.quality", p.Quality},
		{"render.body", p.Body},
		{"render.place", p.Place},
		{"render.accreditation", p.Accreditation},
		{"render.sealedBy", p.SealedBy},
		{"render.signatory", p.signatory()},
		{"render.number", p.Number},
		{"render.id", p.ID},
	} {
		if f.words == "" {
			continue
		}
		line := p.table(2.3, cell{0, labels - 4, style{sans, 9, 1.42, quiet}, p.loc.T(f.key)}, cell{labels, measure - labels, plain, f.words})
		if len(rows) > 1 {
			line[0].rule = true
		}
		rows = append(rows, line...)
	}
	if len(rows) == 1 {
		return nil
	}
	return rows
}

// signatory is who answers for the body, with the function.
func (p *composer) signatory() string {
	if p.Signatory == "" || p.Look.Function == "" {
		return p.Signatory
	}
	return p.Signatory + ", " + p.Look.Function
}

// outcomes lists each outcome with its skills.
func (p *composer) outcomes() []row {
	if len(p.Outcomes) == 0 {
		return nil
	}
	rows := []row{p.section("render.outcomes")}
	const indent = 8.0
	for i, o := range p.Outcomes {
		title := o.Title
		if o.Illustrative {
			title += " (" + p.loc.T("render.illustrative") + ")"
		}
		item := p.table(2.8, cell{0, indent, numeral, strconv.Itoa(i + 1)}, cell{indent, measure - indent, strong, title})
		if o.Note != "" {
			item = append(kept(item), p.table(0.4, cell{indent, measure - indent, plain, o.Note})...)
		}
		if len(o.Skills) > 0 {
			item = append(kept(item), p.table(0.6, cell{indent, measure - indent, small, p.skills(o.Skills)})...)
		}
		rows = append(rows, item...)
	}
	return rows
}

func (p *composer) skills(skills []Skill) string {
	names := make([]string, 0, len(skills))
	for _, s := range skills {
		name := s.Label
		if name == "" {
			name = s.URI
		} else if s.Lang != "" && s.Lang != p.loc.Lang() {
			name += " [" + s.Lang + "]"
		}
		names = append(names, name)
	}
	return p.loc.T("render.esco.list", "List", strings.Join(names, "  ·  "))
}

// assessment is the table of methods.
func (p *composer) assessment() []row {
	if len(p.Methods) == 0 && p.Assessors == 0 {
		return nil
	}
	rows := []row{p.section("render.assessment")}
	const date, grade = 84.0, 122.0
	if len(p.Methods) > 0 {
		rows = append(rows, kept(p.table(3,
			cell{0, date - 5, smallHead, p.loc.T("render.method")},
			cell{date, grade - date - 4, smallHead, p.loc.T("render.date")},
			cell{grade, measure - grade, smallHead, p.loc.T("render.grade")}))...)
	}
	for _, m := range p.Methods {
		title := m.Title
		if m.Kind != "" && m.Kind != m.Title {
			title += " (" + m.Kind + ")"
		}
		line := p.table(2.6,
			cell{0, date - 5, plain, title},
			cell{date, grade - date - 4, plain, p.date(m.Date)},
			cell{grade, measure - grade, plain, m.Grade})
		if len(line) > 0 {
			line[0].rule = true
		}
		rows = append(rows, line...)
	}
	if p.Assessors > 0 {
		rows = append(rows, p.table(3.4, cell{0, measure, plain, p.loc.T("render.decided", "Count", p.Assessors)})...)
	}
	// A table of a few lines reads best on one page.
	if few := 8; len(p.Methods) <= few {
		kept(rows[:len(rows)-1])
	}
	return rows
}

// notes are the further statements of the claims.
func (p *composer) notes() []row {
	var rows []row
	for _, n := range p.Notes {
		rows = append(rows, p.table(2, cell{0, measure, plain, n})...)
	}
	if p.Illustrative || anyIllustrative(p.Outcomes) {
		rows = append(rows, p.table(2, cell{0, measure, plain, p.loc.T("render.illustrative.note")})...)
	}
	if len(rows) == 0 {
		return nil
	}
	return append([]row{p.section("render.notes")}, rows...)
}

func anyIllustrative(all []Outcome) bool {
	for _, o := range all {
		if o.Illustrative {
			return true
		}
	}
	return false
}

// about says what the document is, how to check it, and what it does not say.
func (p *composer) about() []row {
	attached := len(p.cfg.Attachment.Bytes) > 0
	rows := []row{p.section("render.about")}
	if attached {
		rows = append(rows, p.table(2.4, cell{0, measure, plain, p.loc.T("render.about.print")})...)
	} else {
		rows = append(rows, p.table(2.4, cell{0, measure, plain, p.loc.T("render.about.unsealed")})...)
	}

	var steps []string
	if p.cfg.Link != "" {
		steps = append(steps, p.loc.T("render.check.scan", "Link", p.m.letters(p.cfg.Link, &p.note)))
	}
	if attached {
		steps = append(steps, p.loc.T("render.check.file", "File", p.cfg.Attachment.Name))
	}
	if len(steps) > 0 {
		steps = append(steps, p.loc.T("render.check.name"))
	}
	rows = append(rows, p.list("render.check", steps)...)

	limits := []string{p.loc.T("render.limits.recognition"), p.loc.T("render.limits.unit"), p.loc.T("render.limits.seal"), p.loc.T("render.limits.status")}
	if p.Preview {
		limits = append([]string{p.loc.T("render.limits.preview")}, limits...)
	}
	if p.Demo {
		limits = append([]string{p.loc.T("render.limits.demo")}, limits...)
	}
	rows = append(rows, p.list("render.limits", limits)...)

	var last []string
	if skilled, foreign := p.esco(); skilled {
		words := p.loc.T("render.esco")
		if p.Skills != "" {
			words += " " + p.Skills
		}
		if foreign {
			words += " " + p.loc.T("render.esco.lang")
		}
		last = append(last, words)
	}
	if p.note.lost {
		last = append(last, p.loc.T("render.lost"))
	}
	if p.note.rightToLeft {
		last = append(last, p.loc.T("render.rightToLeft"))
	}
	if p.note.cut {
		last = append(last, p.loc.T("render.cut"))
	}
	gap := 6.0
	for _, words := range last {
		rows = append(rows, p.table(gap, cell{0, measure, small, words})...)
		gap = 1.2
	}
	return rows
}

// esco tells whether skills are named, and whether any in another language.
func (p *composer) esco() (skilled, foreign bool) {
	for _, o := range p.Outcomes {
		for _, s := range o.Skills {
			skilled = true
			foreign = foreign || s.Label != "" && s.Lang != "" && s.Lang != p.loc.Lang()
		}
	}
	return skilled, foreign
}

// list is a small heading with points under it.
func (p *composer) list(key string, points []string) []row {
	if len(points) == 0 {
		return nil
	}
	rows := kept(p.table(5, cell{0, measure, strong, p.loc.T(key)}))
	const indent = 4.2
	for _, words := range points {
		item := p.table(1, cell{indent, measure - indent, plain, words})
		if len(item) > 0 {
			item[0].part.boxes = append(item[0].part.boxes, box{0, plain.line()/2 - 0.5, 1.1, 1.1, brass})
		}
		rows = append(rows, item...)
	}
	kept(rows[:len(rows)-1]) // short enough to be read together
	return rows
}
