package issuer

import (
	"strings"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
)

// CheckAnnexI says which of the mandatory elements of a micro-credential
// (Council Recommendation 2022/C 243/02, Annex I) the claims lack; the shapes
// of the European Learning Model do not demand them all. The paths are those of
// the Result that the claims are made from.
func CheckAnnexI(c *elm.Credential) fault.List {
	var faults fault.List
	demand := func(ok bool, path, element string) {
		if !ok {
			faults.Add(path, "issue.annex."+element, "R81")
		}
	}

	person, _ := c.CredentialSubject.(*elm.Person)
	if person == nil {
		person = &elm.Person{}
	}
	a := &elm.LearningAchievement{}
	if len(person.HasClaim) > 0 {
		if first, ok := person.HasClaim[0].(*elm.LearningAchievement); ok {
			a = first
		}
	}
	q := a.SpecifiedBy
	if q == nil {
		q = &elm.Qualification{}
	}
	award := a.AwardedBy
	if award == nil {
		award = &elm.AwardingProcess{}
	}
	body := &elm.Organisation{}
	if len(award.AwardingBody) > 0 {
		if o, ok := award.AwardingBody[0].(*elm.Organisation); ok {
			body = o
		}
	}
	display := c.DisplayParameter
	if display == nil {
		display = &elm.DisplayParameter{}
	}

	named := says(person.FullName) || says(person.GivenName) && says(person.FamilyName)
	demand(named, "$.candidate", "learner.name")
	demand(person.DateOfBirth != "" || person.NationalID != nil || len(person.Identifier) > 0, "$.candidate", "learner.identification")
	demand(says(a.Title) && says(q.Title) && says(display.Title), "$.unit.title", "title")
	demand(hasCountry(c.Issuer), "$.body.country", "country")
	demand(says(body.LegalName), "$.body.legalName", "body")
	demand(c.Issued != "" && award.AwardingDate != "", "$.decision.date", "date")
	demand(outcomesSay(q), "$.unit.outcomes", "outcomes")
	demand(q.VolumeOfLearning != "" || len(q.CreditPoint) > 0, "$.unit.workload", "workload")
	demand(levelStands(q), "$.level", "level")
	demand(assessmentsSay(a), "$.methods", "assessment")
	demand(len(q.Mode) > 0, "$.participation.mode", "participation")
	demand(assured(c, q, body), "$.body.accreditations", "quality")
	return faults
}

// says tells whether a text says anything in some language.
func says(t elm.Text) bool {
	for _, texts := range t {
		for _, s := range texts {
			if strings.TrimSpace(s) != "" {
				return true
			}
		}
	}
	return false
}

func hasCountry(a elm.Actor) bool {
	o, ok := a.(*elm.Organisation)
	if !ok {
		return false
	}
	for _, l := range o.Location {
		for _, a := range l.Address {
			if a.CountryCode != nil && a.CountryCode.ID != "" {
				return true
			}
		}
	}
	return false
}

func outcomesSay(q *elm.Qualification) bool {
	for _, o := range q.LearningOutcome {
		if !says(o.Title) {
			return false
		}
	}
	return len(q.LearningOutcome) > 0 || q.LearningOutcomeSummary != nil && says(q.LearningOutcomeSummary.NoteLiteral)
}

// levelStands holds that an EQF level comes with a national level that is
// referenced to it, or is replaced by the note on descriptors.
func levelStands(q *elm.Qualification) bool {
	if q.EQFLevel != nil {
		return q.EQFLevel.ID != "" && len(q.NQFLevel) > 0 && q.NQFLevel[0].ID != ""
	}
	for _, n := range q.AdditionalNote {
		if strings.HasSuffix(n.ID, noteLevel) && says(n.NoteLiteral) {
			return true
		}
	}
	return false
}

// assessmentsSay holds that every assessment tells its type and its mode.
func assessmentsSay(a *elm.LearningAchievement) bool {
	for _, p := range a.ProvenBy {
		if p.SpecifiedBy == nil || p.SpecifiedBy.DCType == nil || p.SpecifiedBy.DCType.ID == "" || len(p.SpecifiedBy.Mode) == 0 {
			return false
		}
	}
	return len(a.ProvenBy) > 0
}

func assured(c *elm.Credential, q *elm.Qualification, body *elm.Organisation) bool {
	for _, e := range c.Evidence {
		if e.Accreditation != nil && e.Accreditation.DCType != nil {
			return true
		}
	}
	for _, a := range append(q.Accreditation[:len(q.Accreditation):len(q.Accreditation)], body.Accreditation...) {
		if a.DCType != nil && a.DCType.ID != "" {
			return true
		}
	}
	return false
}
