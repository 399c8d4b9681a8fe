package verifier

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
)

// A CredentialAnswer is what a reader wants to know of a credential, from
// bytes whose seal was verified. All texts are the issuer's own words in one
// language, without characters that could make them look like others.
type CredentialAnswer struct {
	ID          string        `json:"id"`
	Title       string        `json:"title"`
	Achievement string        `json:"achievement,omitempty"` // title of what was reached, where it is not Title
	Description string        `json:"description,omitempty"`
	Subject     SubjectAnswer `json:"subject"`
	Issued      *string       `json:"issued,omitempty"`
	ValidFrom   *string       `json:"validFrom"`
	ValidUntil  *string       `json:"validUntil"` // null: no end
	AchievementAnswer

	// Parts are further claims, and the parts of the first one.
	Parts []PartAnswer `json:"parts,omitempty"`
}

// A SubjectAnswer is the person whom the claims are about.
type SubjectAnswer struct {
	ID          string `json:"id,omitempty"`
	Name        string `json:"name,omitempty"`
	GivenName   string `json:"givenName,omitempty"`
	FamilyName  string `json:"familyName,omitempty"`
	DateOfBirth string `json:"dateOfBirth,omitempty"` // a day, or the time as the document writes it
}

// An AchievementAnswer is what was reached, who awarded it and how it was
// assessed.
type AchievementAnswer struct {
	AwardingBody  string             `json:"awardingBody,omitempty"`
	AwardedOn     string             `json:"awardedOn,omitempty"` // a day
	Level         string             `json:"level,omitempty"`
	NationalLevel string             `json:"nationalLevel,omitempty"`
	Workload      string             `json:"workload,omitempty"`
	Credits       string             `json:"credits,omitempty"`
	Outcomes      []string           `json:"outcomes,omitempty"`
	Assessments   []AssessmentAnswer `json:"assessments,omitempty"`
	Notes         []string           `json:"notes,omitempty"` // such as what is illustrative, or decided elsewhere
}

// An AssessmentAnswer is one assessment and its result.
type AssessmentAnswer struct {
	Title string `json:"title,omitempty"`
	Type  string `json:"type,omitempty"`
	Grade string `json:"grade,omitempty"`
}

// A PartAnswer is a claim beside, or below, the first.
type PartAnswer struct {
	Title string `json:"title,omitempty"`
	AchievementAnswer
}

// Bounds of what is shown of a credential. What lies beyond stays in the file.
const (
	maxShown     = 100 // outcomes, assessments or parts
	maxShownText = 1000
)

// A teller reads a credential aloud in one language.
type teller struct{ loc i18n.Localizer }

func credentialAnswer(c *elm.Credential, loc i18n.Localizer) *CredentialAnswer {
	if c == nil {
		return nil
	}
	t := teller{loc}
	a := &CredentialAnswer{
		ID:         clean(c.ID),
		Subject:    t.subject(c.CredentialSubject),
		Issued:     moment(c.Issued, c.IssuanceDate),
		ValidFrom:  moment(c.ValidFrom, c.IssuanceDate),
		ValidUntil: moment(earlier(c.ValidUntil, c.ExpirationDate)),
	}
	if d := c.DisplayParameter; d != nil {
		a.Title, a.Description = t.text(d.Title), t.text(d.Description)
	}
	if a.Title == "" && len(c.Name) > 0 { // VC Data Model 2.0, 4.6
		var name elm.Text
		if name.UnmarshalJSON(c.Name) == nil {
			a.Title = t.text(name)
		}
	}
	person, ok := c.CredentialSubject.(*elm.Person)
	if !ok {
		return a
	}
	for i, claim := range person.HasClaim {
		title, what, parts := t.claim(claim)
		if i == 0 {
			a.AchievementAnswer = what
			switch {
			case a.Title == "":
				a.Title = title
			case title != a.Title:
				a.Achievement = title
			}
		} else {
			a.Parts = append(a.Parts, PartAnswer{title, what})
		}
		for _, p := range parts {
			title, what, _ := t.claim(&p)
			a.Parts = append(a.Parts, PartAnswer{title, what})
		}
	}
	a.Parts = a.Parts[:min(len(a.Parts), maxShown)]
	return a
}

func (t teller) subject(subject elm.Actor) SubjectAnswer {
	p, ok := subject.(*elm.Person)
	if !ok {
		return SubjectAnswer{Name: t.actor(subject)}
	}
	a := SubjectAnswer{
		ID:          clean(p.ID),
		Name:        t.text(p.FullName),
		GivenName:   t.text(p.GivenName),
		FamilyName:  t.text(p.FamilyName),
		DateOfBirth: birthday(p.DateOfBirth),
	}
	if a.Name == "" {
		a.Name = strings.TrimSpace(a.GivenName + " " + a.FamilyName)
	}
	return a
}

// claim tells a claim of any class: its title, what was reached, and its parts.
func (t teller) claim(claim elm.Claim) (string, AchievementAnswer, []elm.LearningAchievement) {
	var a AchievementAnswer
	switch c := claim.(type) {
	case *elm.LearningAchievement:
		t.awarded(&a, c.AwardedBy)
		t.qualification(&a, c.SpecifiedBy)
		if credits := t.credits(c.CreditReceived); credits != "" {
			a.Credits = credits
		}
		for _, as := range c.ProvenBy {
			t.assessment(&a, as)
		}
		t.notes(&a, c.AdditionalNote)
		return t.text(c.Title), a, c.HasPart
	case *elm.LearningAssessment:
		t.awarded(&a, c.AwardedBy)
		t.assessment(&a, *c)
		return t.text(c.Title), a, nil
	case *elm.LearningActivity:
		t.awarded(&a, c.AwardedBy)
		return t.text(c.Title), a, nil
	case *elm.LearningEntitlement:
		t.awarded(&a, c.AwardedBy)
		return t.text(c.Title), a, nil
	case *elm.PlainClaim:
		t.awarded(&a, c.AwardedBy)
		return t.text(c.Title), a, nil
	case *elm.Raw:
		return clean(c.Title(t.loc.Lang())), a, nil
	}
	return "", a, nil
}

func (t teller) awarded(a *AchievementAnswer, p *elm.AwardingProcess) {
	if p == nil {
		return
	}
	var names []string
	for i, body := range p.AwardingBody {
		if name := t.actor(body); name != "" && i < maxShown {
			names = append(names, name)
		}
	}
	a.AwardingBody = strings.Join(names, ", ")
	a.AwardedOn = day(p.AwardingDate)
}

func (t teller) qualification(a *AchievementAnswer, q *elm.Qualification) {
	if q == nil {
		return
	}
	a.Level = t.level(q.EQFLevel)
	var national []string
	for _, l := range q.NQFLevel {
		if s := t.text(l.PrefLabel); s != "" && len(national) < maxShown {
			national = append(national, s)
		}
	}
	a.NationalLevel = strings.Join(national, ", ")
	a.Workload = t.workload(q.VolumeOfLearning)
	t.notes(a, q.AdditionalNote)
	a.Credits = t.credits(q.CreditPoint)
	for _, o := range q.LearningOutcome {
		if s := t.text(o.Title); s != "" && len(a.Outcomes) < maxShown {
			a.Outcomes = append(a.Outcomes, s)
		}
	}
	if len(a.Outcomes) == 0 && q.LearningOutcomeSummary != nil {
		if s := t.text(q.LearningOutcomeSummary.NoteLiteral); s != "" {
			a.Outcomes = []string{s}
		}
	}
}

func (t teller) notes(a *AchievementAnswer, notes elm.Many[elm.Note]) {
	for _, n := range notes {
		if s := t.text(n.NoteLiteral); s != "" && len(a.Notes) < maxShown {
			a.Notes = append(a.Notes, s)
		}
	}
}

func (t teller) assessment(a *AchievementAnswer, as elm.LearningAssessment) {
	if len(a.Assessments) >= maxShown {
		return
	}
	out := AssessmentAnswer{Title: t.text(as.Title)}
	if as.Grade != nil {
		out.Grade = t.text(as.Grade.NoteLiteral)
	}
	if s := as.SpecifiedBy; s != nil && s.DCType != nil {
		out.Type = clean(s.DCType.Label(t.loc))
	}
	if out.Type == "" && len(as.DCType) > 0 {
		out.Type = clean(as.DCType[0].Label(t.loc))
	}
	if out != (AssessmentAnswer{}) { // it may tell nothing that is shown here
		a.Assessments = append(a.Assessments, out)
	}
}

// eqfLevel is the concept scheme of the eight levels of the European
// Qualifications Framework.
const eqfLevel = "http://data.europa.eu/snb/eqf/"

func (t teller) level(c *elm.Concept) string {
	if c == nil {
		return ""
	}
	if n, ok := strings.CutPrefix(c.ID, eqfLevel); ok && len(n) == 1 && n >= "1" && n <= "8" {
		return t.loc.T("verify.level", "Level", n)
	}
	return t.text(c.PrefLabel)
}

func (t teller) credits(points elm.Many[elm.CreditPoint]) string {
	var all []string
	for _, p := range points {
		if p.Point == "" || len(all) >= maxShown {
			continue
		}
		s := clean(p.Point)
		if p.Framework != nil {
			if name := t.text(p.Framework.PrefLabel); name != "" {
				s += " " + name
			}
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

// workload reads durations of whole hours, which is what workloads are;
// others are given as the document writes them.
func (t teller) workload(d elm.Duration) string {
	digits, ok := strings.CutPrefix(string(d), "PT")
	digits, hours := strings.CutSuffix(digits, "H")
	if n, err := strconv.Atoi(digits); ok && hours && err == nil && n > 0 && n < 100_000 {
		return t.loc.T("verify.hours", "Count", n)
	}
	return clean(string(d))
}

// actor gives the name by which an actor is known.
func (t teller) actor(actor elm.Actor) string {
	switch a := actor.(type) {
	case *elm.Organisation:
		return t.text(a.LegalName)
	case *elm.Agent:
		return t.text(a.PrefLabel)
	case *elm.Person:
		return t.text(a.FullName)
	case *elm.Raw:
		return clean(a.Title(t.loc.Lang()))
	}
	return ""
}

func (t teller) text(text elm.Text) string { return clean(text.In(t.loc.Lang())) }

// moment is the first of the dates that is given and can be read, as an
// instant.
func moment(dates ...elm.DateTime) *string {
	for _, d := range dates {
		if at, err := d.Time(); err == nil {
			return optionalInstant(at)
		}
	}
	return nil
}

// earlier is the one of two ends that comes first.
func earlier(a, b elm.DateTime) elm.DateTime {
	ta, errA := a.Time()
	tb, errB := b.Time()
	if errA != nil || errB == nil && tb.Before(ta) {
		return b
	}
	return a
}

// day is the calendar day of a time, in the offset that the document writes.
func day(d elm.DateTime) string {
	if _, err := d.Time(); err != nil {
		return ""
	}
	return string(d)[:len(time.DateOnly)]
}

// birthday is a calendar day where the document writes midnight. The model
// knows dates of birth only as times, and some issuers convert their midnight
// to UTC: such a time is given whole, since its day may be the one before.
func birthday(d elm.DateTime) string {
	at, err := d.Time()
	switch {
	case err != nil:
		return ""
	case strings.HasPrefix(string(d)[len(time.DateOnly):], "T00:00:00"):
		return day(d)
	default:
		return instant(at)
	}
}

// clean makes a text of a document fit to be shown: without control
// characters, without marks that nobody sees or that turn the direction of what
// follows, and not longer than a reader would read. Escaping is left to who writes the page.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			r = ' '
		case r == '\u200c', r == '\u200d': // joiners: Persian and the scripts of India are spelt with them
		case unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point), // not seen, or turns what follows
			r >= 0xe0000 && r <= 0xe0fff, // tags: text that nobody sees
			unicode.Is(unicode.Co, r):    // private use: shows whatever a font likes
			continue
		}
		if n++; n > maxShownText {
			b.WriteRune('…')
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
