package assessment

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// skew is how far the clocks of two honest machines may differ.
const skew = 60 * time.Second

// rules holds the Result to the rules that look at more than one place. What
// could not be read is left out here: it was reported already.
func (p *parser) rules() {
	p.unitRules()
	p.assessorRules()
	p.methodRules()
	p.outcomeRules()
	p.decisionRules()
	p.dateRules()
	p.levelRules()
}

func (p *parser) unitRules() {
	u := p.res.Unit
	if u.Status == InPreparation {
		p.add("$.unit.status", "unit.preparation", "R50", "Unit", printable(u.ID))
	}
}

// assessorRules: at least two different people assess (R56), none of them the
// candidate (R79), each of them in some method.
func (p *parser) assessorRules() {
	r := p.res
	if p.assessorsRead && len(r.Assessors) < 2 {
		p.add("$.assessors", "assessors.two", "R56", "Found", len(r.Assessors))
	}
	ids := once{}
	for i, a := range r.Assessors {
		at := p.assessorAt[i]
		if a.ID != "" && ids[a.ID] {
			p.add(at+".id", "assessors.sameID", "R56", "Value", a.ID)
		}
		ids[a.ID] = true
		for _, b := range r.Assessors[:i] {
			if a.Name != "" && sameName(a.Name, b.Name) {
				p.add(at+".name", "assessors.sameName", "R56", "Value", printable(a.Name))
				break
			}
		}
		switch {
		case a.ID != "" && a.ID == r.Candidate.ID:
			p.add(at+".id", "assessors.candidate", "R79", "Value", a.ID)
		case a.Name != "" && sameName(a.Name, r.Candidate.Name()):
			p.add(at+".name", "assessors.candidate", "R79", "Value", printable(a.Name))
		}
		idle := a.ID != ""
		for _, m := range r.Methods {
			idle = idle && len(m.Assessors) > 0 && !slices.Contains(m.Assessors, a.ID)
		}
		if idle && p.methodsRead && len(r.Methods) > 0 {
			p.add(at, "assessors.idle", "R56", "Value", a.ID)
		}
	}
}

// methodRules: at least three types of method, the portfolio among them (R57),
// each with assessors that are known.
func (p *parser) methodRules() {
	r := p.res
	ids := once{}
	types := map[MethodType]bool{}
	for i, m := range r.Methods {
		at := p.methodAt[i]
		ids.add(p.reader, at+".id", "R57", m.ID)
		types[m.Type] = true
		for j, id := range m.Assessors {
			if _, ok := r.Assessor(id); !ok && p.assessorsRead {
				p.add(entry(at+".assessors", j), "methods.assessor", "R56", "Value", id)
			}
		}
		for j, id := range m.Outcomes {
			if _, ok := r.Unit.Outcome(id); !ok && len(r.Unit.Outcomes) > 0 {
				p.add(entry(at+".outcomes", j), "outcomes.unknown", "R53", "Value", id)
			}
		}
	}
	if types[""] || !p.methodsRead { // reported already
		return
	}
	if len(types) < 3 {
		p.add("$.methods", "methods.three", "R57", "Found", len(types))
	}
	if !types[Portfolio] {
		p.add("$.methods", "methods.portfolio", "R57")
	}
}

// outcomeRules: every criterion of every learning outcome is met (R05), each
// outcome by at least three types of method with the portfolio among them
// (R57).
func (p *parser) outcomeRules() {
	r := p.res
	if len(r.Unit.Outcomes) == 0 {
		return
	}
	seen := once{}
	for i, res := range r.Outcomes {
		if res.Outcome == "" {
			continue
		}
		seen.add(p.reader, p.outcomeAt[i]+".outcome", "R05", res.Outcome)
		out, ok := r.Unit.Outcome(res.Outcome)
		if !ok {
			p.add(p.outcomeAt[i]+".outcome", "outcomes.unknown", "R53", "Value", res.Outcome)
			continue
		}
		p.criteria(i, out)
		p.triangulation(i)
	}
	for _, out := range r.Unit.Outcomes {
		if out.ID != "" && !seen[out.ID] && p.outcomesRead {
			p.add("$.outcomes", "outcomes.missing", "R05", "Value", out.ID)
		}
	}
	if p.outcomesRead {
		p.unused()
	}
}

// criteria compares the criteria of one judged outcome with those of the unit.
func (p *parser) criteria(i int, out Outcome) {
	seen := once{}
	for j, c := range p.res.Outcomes[i].Criteria {
		at := p.criterionAt[i][j]
		if c.Criterion == "" {
			continue
		}
		seen.add(p.reader, at+".criterion", "R05", c.Criterion)
		if _, ok := out.Criterion(c.Criterion); !ok {
			p.add(at+".criterion", "criterion.unknown", "R05", "Value", c.Criterion, "Outcome", out.ID)
		}
		for k, id := range c.Methods {
			m, ok := p.res.Method(id)
			switch {
			case !p.methodsNamed:
			case !ok:
				p.add(entry(at+".methods", k), "criterion.method", "R05", "Value", id)
			case len(m.Outcomes) > 0 && !slices.Contains(m.Outcomes, out.ID):
				p.add(entry(at+".methods", k), "criterion.methodOther", "R57", "Value", id, "Outcome", out.ID)
			}
		}
	}
	for _, c := range out.Criteria {
		if !seen[c.ID] && len(p.res.Outcomes[i].Criteria) > 0 {
			p.add(p.outcomeAt[i]+".criteria", "criterion.missing", "R05", "Value", c.ID, "Outcome", out.ID)
		}
	}
}

// triangulation counts the types of method that judged a criterion of one
// outcome.
func (p *parser) triangulation(i int) {
	res := p.res.Outcomes[i]
	types := map[MethodType]bool{}
	for _, c := range res.Criteria {
		for _, id := range c.Methods {
			if m, ok := p.res.Method(id); ok {
				types[m.Type] = true
			}
		}
	}
	if !p.methodsNamed || types[""] { // reported already
		return
	}
	if len(types) < 3 {
		p.add(p.outcomeAt[i], "outcomes.three", "R57", "Outcome", res.Outcome, "Found", len(types))
	}
	if !types[Portfolio] {
		p.add(p.outcomeAt[i], "outcomes.portfolio", "R57", "Outcome", res.Outcome)
	}
}

// unused reports outcomes that a method claims to have judged although no
// criterion of them names it.
func (p *parser) unused() {
	judged := map[[2]string]bool{}
	whole := map[string]bool{}
	for _, res := range p.res.Outcomes {
		for _, c := range res.Criteria {
			whole[res.Outcome] = true
			for _, id := range c.Methods {
				judged[[2]string{res.Outcome, id}] = true
			}
		}
	}
	for i, m := range p.res.Methods {
		for j, id := range m.Outcomes {
			if m.ID != "" && whole[id] && !judged[[2]string{id, m.ID}] {
				p.add(entry(p.methodAt[i]+".outcomes", j), "methods.unused", "R57", "Value", id, "Method", m.ID)
			}
		}
	}
}

// decisionRules: who decides has not assessed and is not the candidate (R79).
func (p *parser) decisionRules() {
	r := p.res
	f := r.Decision.Officer
	for _, a := range r.Assessors {
		switch {
		case f.ID != "" && f.ID == a.ID:
			p.add("$.decision.officer.id", "officer.assessor", "R79", "Value", f.ID)
			return
		case f.Name != "" && sameName(f.Name, a.Name):
			p.add("$.decision.officer.name", "officer.assessor", "R79", "Value", printable(f.Name))
			return
		}
	}
	switch {
	case f.ID != "" && f.ID == r.Candidate.ID:
		p.add("$.decision.officer.id", "officer.candidate", "R79", "Value", f.ID)
	case f.Name != "" && sameName(f.Name, r.Candidate.Name()):
		p.add("$.decision.officer.name", "officer.candidate", "R79", "Value", printable(f.Name))
	}
}

// dateRules: birth, then participation and assessment, then the decision, then
// now (TI-8); an award begins with the decision or later, has an end after its
// beginning and has not run out; the body was accredited on the day of the
// decision (R70).
func (p *parser) dateRules() {
	r := p.res
	birth, decision := r.Candidate.DateOfBirth, r.Decision.Date
	order := func(path, key, rule string, first, second Date) {
		if !first.IsZero() && !second.IsZero() && second.Before(first) {
			p.add(path, key, rule, "Earlier", second.Time(), "Later", first.Time())
		}
	}
	born := func(path string, d Date) {
		if !birth.IsZero() && !d.IsZero() && !birth.Before(d) {
			p.add(path, "date.birth", "TI-8", "Value", d.Time(), "Birth", birth.Time())
		}
	}
	past := func(path string, d Date) {
		if d.Time().After(p.now.Add(skew)) {
			p.add(path, "date.future", "TI-8", "Value", d.Time())
		}
	}
	past("$.candidate.dateOfBirth", birth)
	born("$.participation.from", r.Participation.From)
	born("$.participation.until", r.Participation.Until)
	order("$.participation.until", "date.period", "TI-8", r.Participation.From, r.Participation.Until)
	order("$.participation.until", "date.participation", "TI-8", r.Participation.Until, decision)
	if r.Participation.Until.IsZero() {
		order("$.participation.from", "date.participation", "TI-8", r.Participation.From, decision)
	}
	for i, m := range r.Methods {
		at := p.methodAt[i] + ".date"
		born(at, m.Date)
		past(at, m.Date)
		order(at, "date.award", "TI-8", m.Date, decision)
	}
	born("$.decision.date", decision)
	past("$.decision.date", decision)
	order("$.validity.from", "date.validFrom", "TI-8", decision, r.Validity.From)
	order("$.validity.until", "date.period", "R85", r.Validity.From, r.Validity.Until)
	if u := r.Validity.Until; !u.IsZero() && u.End().Before(p.now) {
		p.add("$.validity.until", "date.expired", "R85", "Value", u.Time())
	}
	for i, a := range r.Body.Accreditations {
		at := p.accreditationAt[i]
		order(at+".until", "date.period", "R70", a.From, a.Until)
		order(at+".from", "date.accreditation", "R70", a.From, decision)
		if !decision.IsZero() && !a.Until.IsZero() && a.Until.Before(decision) {
			p.add(at+".until", "date.accreditation", "R70", "Later", a.Until.Time(), "Earlier", decision.Time())
		}
	}
}

// levelRules: the level is that of the unit; a national level is one of the
// European vocabulary, named as there.
func (p *parser) levelRules() {
	l, u := p.res.Level, p.res.Unit
	if l.EQF > 0 && u.Level.EQF > 0 && l.EQF != u.Level.EQF {
		p.add("$.level.eqf", "level.differs", "TI-8", "Value", l.EQF, "Unit", u.Level.EQF)
	}
	if l.National == nil || l.National.ID == "" {
		return
	}
	label, ok := nationalLevel(l.National.ID)
	switch {
	case !ok:
		p.add("$.level.national.id", "level.unknown", "TI-8", "Value", l.National.ID)
	case l.National.Label != "" && l.National.Label != label:
		p.add("$.level.national.label", "level.label", "TI-8", "Value", printable(l.National.Label), "Want", label)
	}
}

// sameName tells whether two names could be those of one person: the same
// words in any order, without regard to case, accents and punctuation.
func sameName(a, b string) bool {
	x := words(a)
	return len(x) > 0 && slices.Equal(x, words(b))
}

func words(name string) []string {
	folded := cases.Fold().String(norm.NFKD.String(name))
	folded = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), r == '’', r == '\'':
			return -1
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		}
		return ' '
	}, folded)
	w := strings.Fields(folded)
	slices.Sort(w)
	return w
}
