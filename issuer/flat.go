package issuer

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
)

// flatClaims are what a wallet shows of a credential without knowing the European
// Learning Model: the mandatory elements of a micro-credential that fit in a line
// each, in the first language of the draft. A claim that the draft does not make
// is absent. The names are those of the type metadata (sdjwt.TypeMetadata).
type flatClaims struct {
	GivenName         string   `json:"given_name,omitzero"`
	FamilyName        string   `json:"family_name,omitzero"`
	DateOfBirth       string   `json:"date_of_birth,omitzero"`
	Title             string   `json:"title,omitzero"`
	AwardingBody      string   `json:"awarding_body,omitzero"`
	EQFLevel          int      `json:"eqf_level,omitzero"`
	NationalLevel     string   `json:"national_level,omitzero"` // such as "DQR Level 4"; never without EQFLevel
	Units             []string `json:"units,omitzero"`
	DateOfAward       string   `json:"date_of_award,omitzero"`
	DateOfExpiry      string   `json:"date_of_expiry,omitzero"`
	Grade             string   `json:"grade,omitzero"`
	LearningOutcomes  []string `json:"learning_outcomes,omitzero"`
	CertificateNumber string   `json:"certificate_number,omitzero"`
}

// flatten makes the flat claims of a document. They depend on nothing else, so
// that whoever has the document can hold them against it.
func flatten(c *elm.Credential) (flatClaims, error) {
	lang, err := firstLanguage(c.DisplayParameter)
	if err != nil {
		return flatClaims{}, err
	}
	person, _ := c.CredentialSubject.(*elm.Person)
	if person == nil || len(person.HasClaim) != 1 {
		return flatClaims{}, errors.New("no person with one claim as subject")
	}
	award, _ := person.HasClaim[0].(*elm.LearningAchievement)
	if award == nil || award.SpecifiedBy == nil || award.AwardedBy == nil {
		return flatClaims{}, errors.New("no achievement that is awarded and specified")
	}
	unit := award.SpecifiedBy
	f := flatClaims{
		GivenName: person.GivenName.In(lang), FamilyName: person.FamilyName.In(lang),
		Title: award.Title.In(lang), EQFLevel: eqfLevel(unit),
	}
	if f.EQFLevel > 0 {
		if f.NationalLevel = unit.NQFLevel[0].PrefLabel.In(lang); f.NationalLevel == "" {
			f.EQFLevel = 0 // no level without the name of the national one
		}
	}
	for _, d := range []struct {
		at   elm.DateTime
		into *string
	}{{person.DateOfBirth, &f.DateOfBirth}, {award.AwardedBy.AwardingDate, &f.DateOfAward}, {c.ValidUntil, &f.DateOfExpiry}} {
		if *d.into, err = day(d.at); err != nil {
			return flatClaims{}, err
		}
	}
	if body, ok := award.AwardedBy.AwardingBody.First().(*elm.Organisation); ok {
		f.AwardingBody = body.LegalName.In(lang)
	}
	if title := unit.Title.In(lang); title != "" {
		f.Units = []string{title}
	}
	for _, o := range unit.LearningOutcome {
		f.LearningOutcomes = append(f.LearningOutcomes, o.Title.In(lang))
	}
	f.Grade = grade(award.ProvenBy, lang)
	if len(c.Identifier) > 0 {
		f.CertificateNumber = c.Identifier[0].Notation
	}
	return f, nil
}

// firstLanguage is the primary language of a document, which is the first of its
// draft.
func firstLanguage(d *elm.DisplayParameter) (string, error) {
	if d == nil || d.PrimaryLanguage == nil {
		return "", errors.New("no primary language")
	}
	for _, lang := range i18n.Languages {
		if c, ok := elm.Language(lang); ok && c.ID == d.PrimaryLanguage.ID {
			return lang, nil
		}
	}
	return "", errors.New("the primary language is none of ours")
}

// eqfLevel gives the EQF level, which stands only with the national level that is
// referenced to it; zero is none.
func eqfLevel(q *elm.Qualification) int {
	if q.EQFLevel == nil || len(q.NQFLevel) == 0 {
		return 0
	}
	number, ok := strings.CutPrefix(q.EQFLevel.ID, snb+"eqf/")
	level, err := strconv.Atoi(number)
	if !ok || err != nil {
		return 0
	}
	return level
}

// day gives the day of a time; none is empty.
func day(at elm.DateTime) (string, error) {
	if at == "" {
		return "", nil
	}
	t, err := at.Time()
	if err != nil {
		return "", err
	}
	return t.Format(time.DateOnly), nil
}

// grade tells the grade of the assessments: once where all have the same one,
// else each with its assessment.
func grade(assessments elm.Many[elm.LearningAssessment], lang string) string {
	var each []string
	one, several := "", false
	for _, a := range assessments {
		if a.Grade == nil {
			several = true
			continue
		}
		g := a.Grade.NoteLiteral.In(lang)
		several = several || len(each) > 0 && g != one
		one = g
		if title := a.Title.In(lang); title != "" {
			g = title + " (" + g + ")"
		}
		each = append(each, g)
	}
	if !several {
		return one
	}
	return strings.Join(each, localizer(lang).T("issue.separator"))
}
