package desk

import (
	"slices"
	"strconv"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/web/page"
)

// languageName is what a language of ours is called.
func languageName(loc i18n.Localizer, lang string) string { return loc.T("desk.language." + lang) }

// decision is what a Result says of who got what, when and by whom.
func (at place) decision(r assessment.Result) []page.Row {
	loc := at.loc
	rows := []page.Row{
		{Name: "name", Label: loc.T("desk.result.name"), Value: r.Candidate.Name()},
		{Name: "birth", Label: loc.T("desk.result.birth"), Value: at.day(r.Candidate.DateOfBirth)},
		{Name: "unit", Label: loc.T("desk.awards.unit"), Value: at.in(r.Unit.Title)},
		{Name: "level", Label: loc.T("desk.result.level"), Value: at.level(r.Level)},
		{Name: "decided", Label: loc.T("desk.awards.decided"), Value: at.day(r.Decision.Date)},
		{Name: "officer", Label: loc.T("desk.result.officer"), Value: r.Decision.Officer.Name},
		{Name: "valid", Label: loc.T("desk.result.valid"), Value: at.validity(r.Validity)},
	}
	if r.CertificateNumber != "" {
		rows = append(rows, page.Row{Name: "number", Label: loc.T("desk.result.number"), Value: r.CertificateNumber})
	}
	return rows
}

func (at place) validity(v assessment.Validity) string {
	if v.Until.IsZero() {
		return at.loc.T("desk.result.valid.from", "From", at.day(v.From))
	}
	return at.loc.T("desk.result.valid.until", "From", at.day(v.From), "Until", at.day(v.Until))
}

// level says the level as the credential may: an EQF level stands only with the
// national one that is referenced to it.
func (at place) level(l assessment.AwardLevel) string {
	if l.National == nil {
		return at.loc.T("desk.result.level.descriptors", "Level", l.EQF)
	}
	return at.loc.T("desk.result.level.national", "Level", l.EQF, "National", l.National.Label)
}

func (at place) methods(r assessment.Result) page.Table {
	t := page.Table{
		Caption: at.loc.T("desk.result.methods"), Hide: true,
		Columns: []page.Column{
			{Label: at.loc.T("desk.result.method")}, {Label: at.loc.T("desk.result.when")},
			{Label: at.loc.T("desk.result.assessors")}, {Label: at.loc.T("desk.result.grade")},
		},
	}
	for _, m := range r.Methods {
		var names []string
		for _, id := range m.Assessors {
			if a, ok := r.Assessor(id); ok {
				names = append(names, a.Name)
			}
		}
		kind := at.loc.T("desk.result.type." + string(m.Type))
		name := at.in(m.Title)
		if name == "" {
			name = kind
		}
		if name == kind {
			kind = ""
		}
		if m.Evidence != nil {
			if kind != "" {
				kind += " · "
			}
			kind += at.loc.T("desk.result.method.evidence", "Count", m.Evidence.Items)
		}
		t.Lines = append(t.Lines, page.Line{
			{Text: name, Small: kind}, {Text: at.day(m.Date)}, {Text: strings.Join(names, ", ")}, {Text: at.in(m.Grade)},
		})
	}
	return t
}

// outcomes lists what was judged, outcome by outcome.
func (at place) outcomes(r assessment.Result) []page.Fold {
	var folds []page.Fold
	for _, o := range r.Outcomes {
		f := page.Fold{Title: o.Outcome}
		var of assessment.Outcome
		for _, u := range r.Unit.Outcomes {
			if u.ID == o.Outcome {
				of = u
				f.Title = at.in(u.Title)
			}
		}
		for _, c := range o.Criteria {
			text := c.Criterion
			if u, ok := of.Criterion(c.Criterion); ok {
				text = at.in(u.Text)
			}
			met := at.loc.T("desk.result.met")
			if !c.Met {
				met = at.loc.T("desk.result.unmet")
			}
			var by []string
			for _, id := range c.Methods {
				if m, ok := r.Method(id); ok {
					if title := at.in(m.Title); title != "" {
						id = title
					}
				}
				by = append(by, id)
			}
			f.Rows = append(f.Rows, page.Row{Label: text, Value: at.loc.T("desk.result.by", "Met", met, "Methods", strings.Join(by, ", "))})
		}
		folds = append(folds, f)
	}
	return folds
}

// more is the rest of what a Result says, and where it comes from.
func (at place) more(r assessment.Result, aw award.Award) []page.Row {
	loc := at.loc
	var langs []string
	for _, l := range r.Languages {
		langs = append(langs, languageName(loc, l))
	}
	rows := []page.Row{
		{Name: "languages", Label: loc.T("desk.result.languages"), Value: strings.Join(langs, ", ")},
		{Name: "participation", Label: loc.T("desk.result.participation"), Value: loc.T("desk.result.mode." + string(r.Participation.Mode))},
	}
	if c := r.Credits; c != nil {
		rows = append(rows, page.Row{Name: "credits", Label: loc.T("desk.result.credits"), Value: strconv.FormatFloat(c.Points, 'f', -1, 64) + " " + string(c.Framework)})
	}
	if s := at.in(r.Notes.Prerequisites); s != "" {
		rows = append(rows, page.Row{Name: "prerequisites", Label: loc.T("desk.result.prerequisites"), Value: s})
	}
	if s := at.in(r.Notes.Stackability); s != "" {
		rows = append(rows, page.Row{Name: "stackability", Label: loc.T("desk.result.stackability"), Value: s})
	}
	return append(rows,
		page.Row{Name: "unit-version", Label: loc.T("desk.result.standard"), Value: r.Unit.Name(), Code: true},
		page.Row{Name: "id", Label: loc.T("desk.result.id"), Value: string(r.ID), Code: true},
		page.Row{Name: "imported", Label: loc.T("desk.result.when.imported"), Value: moment(loc, aw.ImportedAt)},
	)
}

// letter is where the claim letter goes, and in which language.
func (at place) letter(aw award.Award) []page.Row {
	if aw.Email == "" {
		return []page.Row{{Name: "email", Label: at.loc.T("desk.result.email"), Value: at.loc.T("desk.result.email.none")}}
	}
	return []page.Row{
		{Name: "email", Label: at.loc.T("desk.result.email"), Value: aw.Email},
		{Name: "lang", Label: at.loc.T("desk.result.lang"), Value: languageName(at.loc, aw.Lang)},
	}
}

// addresses tell who changed where the claim letter goes, the latest first.
func (at place) addresses(changes []award.AddressChange) []page.Row {
	var rows []page.Row
	for _, c := range slices.Backward(changes) {
		rows = append(rows, page.Row{
			Name: "address", Label: at.loc.T("desk.result.address." + string(c.What)),
			Value: at.loc.T("desk.result.address.when", "When", moment(at.loc, c.At), "Who", at.doer(c.By, c.Doer)),
		})
	}
	return rows
}

// doer names who did something.
func (at place) doer(by string, d award.Doer) string {
	switch {
	case by == access.Console:
		return at.loc.T("desk.credential.by.console")
	case d.Program:
		return at.loc.T("desk.result.address.program", "Name", d.Name)
	case d.Name == "":
		return at.loc.T("desk.result.address.gone")
	}
	return d.Name
}
