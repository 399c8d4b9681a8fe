package body

import (
	"fmt"
	"strings"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/render"
)

// Preview is the certificate of an invented person for one unit as the body
// would give it out, in any state of its profile. Every page says that it is a
// preview, and DEMO where the seal is one of a demonstration: see State.Demo.
// Certificate.QuickPNG and Certificate.PDF draw it.
func Preview(p Profile, demo bool, lang string, now time.Time) render.Certificate {
	loc := i18n.For(lang)
	lang = loc.Lang()
	r := assessment.SampleResult("lighting", now)
	c := render.Certificate{
		Lang: lang, Preview: true, Demo: demo,
		Body: p.Name(lang), Place: p.place(loc), Logo: p.Logo, Look: p.Look(lang),
		Holder: loc.T("body.preview.candidate"), BirthDate: r.Candidate.DateOfBirth.Time(),
		Level:   p.level(r.Level, loc),
		Awarded: r.Decision.Date.Time(), ValidFrom: r.Validity.From.Time(), ValidUntil: r.Validity.Until.End(),
		Number:   fmt.Sprintf("%d-0001", now.UTC().Year()),
		Workload: loc.T("render.hours", "Count", r.Unit.Workload.Hours), Illustrative: r.Unit.Workload.Illustrative,
		Assessors: len(r.Assessors),
	}
	c.Unit, _ = r.Unit.Title.In(lang)
	c.Prerequisites, _ = r.Notes.Prerequisites.In(lang)
	if c.Body == "" {
		c.Body = loc.T("body.preview.name")
	}
	var forms []string
	for _, iri := range []string{elm.ModeBlended, elm.LearningNonFormal} {
		concept, ok := elm.ConceptOf(iri, lang)
		switch published := concept.PrefLabel[lang]; {
		case len(published) > 0:
			forms = append(forms, published[0])
		case ok:
			forms = append(forms, concept.Label(loc))
		}
	}
	c.Participation = strings.Join(forms, ", ")
	for _, o := range r.Unit.Outcomes {
		title, _ := o.Title.In(lang)
		c.Outcomes = append(c.Outcomes, render.Outcome{Title: title})
	}
	for _, m := range r.Methods {
		title, _ := m.Title.In(lang)
		grade, _ := m.Grade.In(lang)
		c.Methods = append(c.Methods, render.Method{Title: title, Grade: grade, Date: m.Date.Time()})
	}
	var titles, agents []string
	for _, a := range p.Assessment().Accreditations {
		if title, _ := a.Title.In(lang); title != "" {
			titles = append(titles, title)
		}
		if name, _ := a.Agent.LegalName.In(lang); name != "" {
			agents = append(agents, loc.T("render.recognised", "Name", name))
		}
	}
	c.Quality, c.Accreditation = strings.Join(titles, "; "), strings.Join(agents, "; ")
	return c
}

// place is the address of the body and its country.
func (p Profile) place(loc i18n.Localizer) string {
	var parts []string
	for _, s := range []string{p.Address, p.Locality} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if country, ok := elm.Country(p.Country); ok {
		parts = append(parts, country.Label(loc))
	}
	return strings.Join(parts, ", ")
}

// level names the European level only together with a national one, which the
// sample has for Germany.
func (p Profile) level(l assessment.AwardLevel, loc i18n.Localizer) string {
	if p.Country == "DE" && l.National != nil {
		return loc.T("render.level.eqf", "Level", l.EQF, "National", l.National.Label)
	}
	return loc.T("render.level.descriptors", "Level", l.EQF)
}
