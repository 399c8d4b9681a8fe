package render

import (
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/keys"
)

// View reads a certificate in one language out of the claims of a credential.
// It takes the first achievement of the subject, as the profile for
// micro-credentials has it (Council Recommendation 2022/C 243/02, Annex I);
// what the claims do not say stays empty. Texts that have no version in the
// language of loc are taken in another.
func View(c *elm.Credential, loc i18n.Localizer) Certificate {
	v := viewer{loc: loc}
	out := Certificate{Lang: loc.Lang()}
	if c == nil {
		return out
	}
	out.ID = c.ID
	out.Number = number(c.Identifier)
	out.ValidFrom = instant(c.ValidFrom)
	out.ValidUntil = instant(c.ValidUntil)
	if out.ValidUntil.IsZero() {
		out.ValidUntil = instant(c.ExpirationDate)
	}
	out.Awarded = instant(c.Issued)

	issuer := v.actor(c.Issuer)
	awarding := issuer
	person, _ := c.CredentialSubject.(*elm.Person)
	if person != nil {
		out.Holder = v.person(person)
		out.BirthDate = instant(person.DateOfBirth)
	}
	if a := achievement(person); a != nil {
		out.Unit = v.text(a.Title)
		if by := a.AwardedBy; by != nil {
			if body := v.actor(by.AwardingBody.First()); body.name != "" {
				awarding = body
			}
			if day := instant(by.AwardingDate); !day.IsZero() {
				out.Awarded = day
			}
		}
		out.Notes = v.notes(a.AdditionalNote)
		v.methods(&out, a.ProvenBy)
		if q := a.SpecifiedBy; q != nil {
			v.qualification(&out, q)
		}
	}
	out.Body, out.Place, out.Logo = awarding.name, awarding.place, awarding.logo
	if issuer.name != awarding.name && (issuer.identifier == "" || issuer.identifier != awarding.identifier) {
		out.SealedBy = issuer.name
	}
	accreditations := awarding.accreditations
	for _, e := range c.Evidence {
		if e.Accreditation != nil {
			accreditations = append(accreditations, *e.Accreditation)
		}
	}
	v.accreditations(&out, accreditations)
	out.Demo = keys.SaysDemo(issuer.name) || keys.SaysDemo(awarding.name)
	return out
}

// A viewer reads claims in one language.
type viewer struct {
	loc i18n.Localizer
}

func (v viewer) text(t elm.Text) string { return t.In(v.loc.Lang()) }

func (v viewer) notes(all []elm.Note) []string {
	var out []string
	for _, n := range all {
		if s := v.text(n.NoteLiteral); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func (v viewer) person(p *elm.Person) string {
	if full := v.text(p.FullName); full != "" {
		return full
	}
	return strings.TrimSpace(v.text(p.GivenName) + " " + v.text(p.FamilyName))
}

// An organisation is what a certificate shows of a body.
type organisation struct {
	name, place    string
	identifier     string // registered, with its country
	logo           []byte
	accreditations []elm.Accreditation
}

func (v viewer) actor(a elm.Actor) organisation {
	switch a := a.(type) {
	case *elm.Organisation:
		if a == nil {
			break
		}
		o := organisation{name: v.text(a.LegalName), place: v.place(a.Location.First()), accreditations: a.Accreditation}
		if id := a.EIDASIdentifier; id != nil && id.Spatial != nil && id.Notation != "" {
			o.identifier = id.Spatial.ID + " " + id.Notation
		}
		if a.Logo != nil {
			if b, err := base64.StdEncoding.DecodeString(a.Logo.Content); err == nil {
				o.logo = b
			}
		}
		return o
	case *elm.Agent:
		if a != nil {
			return organisation{name: v.text(a.PrefLabel), place: v.place(a.Location.First())}
		}
	case *elm.Person:
		if a != nil {
			return organisation{name: v.person(a)}
		}
	case *elm.Raw:
		if a != nil {
			return organisation{name: a.Title(v.loc.Lang())}
		}
	}
	return organisation{}
}

// place is the address or region, and the country.
func (v viewer) place(l elm.Location) string {
	var parts []string
	add := func(s string) {
		if s != "" && !strings.Contains(strings.Join(parts, ", "), s) {
			parts = append(parts, s)
		}
	}
	a := l.Address.First()
	if a.FullAddress != nil {
		add(v.text(a.FullAddress.NoteLiteral))
	}
	add(v.text(l.GeographicName))
	region := l.SpatialCode.First()
	add(v.concept(&region))
	add(v.concept(a.CountryCode))
	return strings.Join(parts, ", ")
}

// achievement is the first learning achievement among the claims.
func achievement(p *elm.Person) *elm.LearningAchievement {
	if p == nil {
		return nil
	}
	for _, claim := range p.HasClaim {
		if a, ok := claim.(*elm.LearningAchievement); ok && a != nil {
			return a
		}
	}
	return nil
}

// Nodes by whose ids the builder of the claims marks what a note is about; the
// id of the credential stands before them. A note with another id is shown as
// it is.
const (
	noteLevel    = "#note-level"        // no national level is referenced
	noteWorkload = "#note-workload"     // the workload is an example
	noteESCO     = "#note-esco"         // which version of ESCO
	noteMarks    = "#note-illustrative" // what the mark means; the print says it itself
	noteWording  = "-wording"           // the wording of the outcome is an example
	noteCriteria = "-criteria"          // performance criteria; the file has them
)

// descriptors finds the statement that stands in place of an EQF level where
// no national level is referenced.
var descriptors = regexp.MustCompile(`(?i)\blevel (\d) descriptors used`)

func (v viewer) qualification(out *Certificate, q *elm.Qualification) {
	if out.Unit == "" {
		out.Unit = v.text(q.Title)
	}
	if q.EQFLevel != nil {
		out.Level = v.level(q.EQFLevel, q.NQFLevel)
	}
	for _, n := range q.AdditionalNote {
		words := v.text(n.NoteLiteral)
		if strings.HasSuffix(n.ID, noteLevel) || descriptors.MatchString(n.NoteLiteral.In("en")) {
			if out.Level == "" {
				out.Level = v.unlevelled(n, words)
				continue
			}
		}
		switch {
		case strings.HasSuffix(n.ID, noteWorkload):
			out.Illustrative = true
		case strings.HasSuffix(n.ID, noteESCO):
			out.Skills = words
		case words != "" && !strings.HasSuffix(n.ID, noteMarks):
			out.Notes = append(out.Notes, words)
		}
	}
	out.Workload = v.workload(q.VolumeOfLearning)
	var credits []string
	for _, c := range q.CreditPoint {
		if c.Point == "" {
			continue
		}
		points := c.Point
		if c.Framework != nil {
			if f := v.text(c.Framework.PrefLabel); f != "" { // a name
				points += " (" + f + ")"
			}
		}
		credits = append(credits, points)
	}
	out.Credits = strings.Join(credits, ", ")
	var forms []string
	for _, m := range q.Mode {
		if s := v.concept(&m); s != "" {
			forms = append(forms, s)
		}
	}
	if s := v.concept(q.LearningSetting); s != "" {
		forms = append(forms, s)
	}
	out.Participation = strings.Join(forms, ", ")
	for _, o := range q.LearningOutcome {
		out.Outcomes = append(out.Outcomes, v.outcome(o))
	}
	v.accreditations(out, q.Accreditation)
	if q.EntryRequirement != nil {
		out.Prerequisites = v.text(q.EntryRequirement.NoteLiteral)
	}
}

// unlevelled says that no level is claimed. Older notes say it in words that could be
// taken for a claim; the print has its own.
func (v viewer) unlevelled(n elm.Note, words string) string {
	if m := descriptors.FindStringSubmatch(n.NoteLiteral.In("en")); m != nil {
		return v.loc.T("render.level.descriptors", "Level", m[1])
	}
	return capital(words)
}

// capital lets a text that stands alone begin with a capital.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError { // nothing to write large
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// level names the European level only together with a national one that is
// referenced to it.
func (v viewer) level(eqf *elm.Concept, national []elm.Concept) string {
	var names []string
	for _, n := range national {
		if s := v.text(n.PrefLabel); s != "" { // a name such as "DQR Level 4", as published
			names = append(names, s)
		}
	}
	_, number, _ := strings.Cut(eqf.ID, "/eqf/")
	if number == "" {
		return v.text(eqf.PrefLabel)
	}
	if len(names) == 0 {
		return v.loc.T("render.level.descriptors", "Level", number)
	}
	return v.loc.T("render.level.eqf", "Level", number, "National", strings.Join(names, ", "))
}

// hours reads the durations that workloads are given in (XML Schema Part 2,
// 3.2.6); others are shown as they are written.
var hours = regexp.MustCompile(`^PT(\d{1,6})H$`)

func (v viewer) workload(d elm.Duration) string {
	m := hours.FindStringSubmatch(string(d))
	if m == nil {
		return string(d)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return string(d)
	}
	return v.loc.T("render.hours", "Count", n)
}

func (v viewer) outcome(o elm.LearningOutcome) Outcome {
	out := Outcome{Title: v.text(o.Title)}
	for _, n := range o.AdditionalNote {
		switch {
		case strings.HasSuffix(n.ID, noteWording):
			out.Illustrative = true
		case strings.HasSuffix(n.ID, noteCriteria):
		default:
			if words := v.text(n.NoteLiteral); words != "" {
				out.Note = join(out.Note, words)
			}
		}
	}
	for _, s := range o.RelatedESCOSkill {
		skill := Skill{Label: v.text(s.PrefLabel), URI: s.ID}
		if lang := v.language(s.PrefLabel, skill.Label); lang != v.loc.Lang() {
			skill.Lang = lang
		}
		out.Skills = append(out.Skills, skill)
	}
	return out
}

// language tells in which language a text was found.
func (v viewer) language(t elm.Text, found string) string {
	for _, lang := range append([]string{v.loc.Lang()}, t.Languages()...) {
		for _, s := range t[lang] {
			if s == found {
				return lang
			}
		}
	}
	return v.loc.Lang()
}

func (v viewer) methods(out *Certificate, all []elm.LearningAssessment) {
	assessors := make(map[string]bool)
	for _, a := range all {
		m := Method{Title: v.text(a.Title), Date: instant(a.DateIssued)}
		if m.Date.IsZero() && a.AwardedBy != nil {
			m.Date = instant(a.AwardedBy.AwardingDate)
		}
		if a.Grade != nil {
			m.Grade = v.text(a.Grade.NoteLiteral)
		}
		if a.SpecifiedBy != nil {
			m.Kind = v.kind(a.SpecifiedBy.DCType)
		}
		out.Methods = append(out.Methods, m)
		for _, by := range a.AssessedBy {
			if id := v.identity(by); id != "" {
				assessors[id] = true
			}
		}
	}
	out.Assessors = len(assessors)
}

// kind is the type of an assessment in the language of the page: by the label of the
// document, else in our words; the title says as much.
func (v viewer) kind(c *elm.Concept) string {
	if c == nil {
		return ""
	}
	if _, ours := elm.ListOf(c.ID); ours && len(c.PrefLabel[v.loc.Lang()]) == 0 {
		return c.Label(v.loc)
	}
	if len(c.PrefLabel[v.loc.Lang()]) == 0 {
		return ""
	}
	return v.text(c.PrefLabel)
}

// identity tells assessors apart.
func (v viewer) identity(a elm.Actor) string {
	switch a := a.(type) {
	case *elm.Agent:
		if a != nil {
			if n := a.Identifier.First().Notation; n != "" {
				return n
			}
			return a.ID + v.text(a.PrefLabel)
		}
	case *elm.Organisation:
		if a != nil {
			return a.ID + v.text(a.LegalName)
		}
	case *elm.Person:
		if a != nil {
			return a.ID + v.person(a)
		}
	}
	return ""
}

// accreditations fills the type of quality assurance and who stands behind it.
func (v viewer) accreditations(out *Certificate, all []elm.Accreditation) {
	for _, a := range all {
		kind, title := v.concept(a.DCType), v.text(a.Title)
		switch {
		case title == "":
			title = kind
		case kind != "" && kind != title:
			title += " (" + kind + ")"
		}
		out.Quality = join(out.Quality, title)
		if a.AccreditingAgent == nil {
			continue
		}
		if name := v.text(a.AccreditingAgent.LegalName); name != "" {
			out.Accreditation = join(out.Accreditation, v.loc.T("render.recognised", "Name", name))
		}
	}
}

// join adds a part that is not yet there.
func join(have, more string) string {
	switch {
	case have == "" || more == "":
		return have + more
	case strings.Contains(have, more):
		return have
	}
	return have + "; " + more
}

// number is the certificate number among the identifiers of a credential.
func number(all []elm.Identifier) string {
	for _, i := range all {
		if strings.EqualFold(i.SchemeName, "Certificate number") {
			return i.Notation
		}
	}
	if len(all) > 0 {
		return all[0].Notation
	}
	return ""
}

func instant(d elm.DateTime) time.Time {
	t, err := d.Time()
	if err != nil {
		return time.Time{}
	}
	return t
}
