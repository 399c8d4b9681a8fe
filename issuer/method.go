package issuer

import (
	"fmt"
	"strings"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/i18n"
)

var methodTypes = map[assessment.MethodType]string{
	assessment.Portfolio:     elm.AssessmentPortfolio,
	assessment.Practical:     elm.AssessmentPractical,
	assessment.Observation:   elm.AssessmentPractical,
	assessment.Interview:     elm.AssessmentOral,
	assessment.OralTest:      elm.AssessmentOral,
	assessment.WrittenTest:   elm.AssessmentWritten,
	assessment.ProductReview: elm.AssessmentArtefact,
	assessment.Project:       elm.AssessmentProjectWork,
}

var identityVerifications = map[assessment.IdentityVerification]string{
	assessment.SupervisedWithID:      elm.SupervisedWithID,
	assessment.IDVerification:        elm.IDVerification,
	assessment.UnsupervisedWithoutID: elm.UnsupervisedWithoutID,
}

// assessment makes the claim of one method: an assessment of its own, with its
// own award, grade and assessors.
func (b *builder) assessment(i int, m assessment.Method) elm.LearningAssessment {
	id, path := fmt.Sprintf("#assessment-%d", i+1), fmt.Sprintf("$.methods[%d]", i)
	title := b.text(m.Title)
	if len(title) == 0 && methodTypes[m.Type] != "" {
		title = b.message("issue.method." + string(m.Type))
	}
	a := elm.LearningAssessment{
		ID:    id,
		Title: title,
		AwardedBy: &elm.AwardingProcess{
			ID: id + "-awarding", AwardingBody: elm.Many[elm.Actor]{b.body("assessing-body")},
		},
		Grade:          &elm.Note{ID: id + "-grade", NoteLiteral: b.text(m.Grade)},
		IDVerification: b.valueOf(path+".identityVerification", identityVerifications[m.IdentityVerification], string(m.IdentityVerification)),
		SpecifiedBy: &elm.LearningAssessmentSpecification{
			ID: id + "-specification", Title: title,
			DCType: b.valueOf(path+".type", methodTypes[m.Type], string(m.Type)),
			Mode:   many(b.valueOf(path+".mode", modes[m.Mode], string(m.Mode))),
		},
	}
	if len(m.Grade) == 0 {
		b.faults.Add(path+".grade", "issue.grade", "")
	}
	if !m.Date.IsZero() {
		a.DateIssued = elm.NewDateTime(m.Date.Time())
		a.AwardedBy.AwardingDate = a.DateIssued
	}
	if len(m.Outcomes) > 0 {
		a.Description = b.message("issue.method.outcomes", "List", strings.Join(m.Outcomes, ", "))
	}
	if e := m.Evidence; e != nil {
		// The root takes the number of items, which need not be said again.
		a.Identifier = elm.One(elm.Identifier{ID: id + "-evidence", Notation: e.Root.String(), SchemeName: evidence.Scheme})
	}
	for n, assessor := range m.Assessors {
		if agent := b.assessor(fmt.Sprintf("%s.assessors[%d]", path, n), assessor); agent != nil {
			a.AssessedBy = append(a.AssessedBy, agent)
		}
	}
	return a
}

// assessor makes an Agent that says no more than the pseudonymous id: what is
// in the file is copied for ever. A Person would need claims.
func (b *builder) assessor(path, id string) *elm.Agent {
	for i, a := range b.r.Assessors {
		if a.ID != id {
			continue
		}
		node := fmt.Sprintf("#assessor-%d", i+1)
		return &elm.Agent{
			ID:         node,
			PrefLabel:  b.message("issue.assessor", "Number", i+1),
			Identifier: elm.One(elm.Identifier{ID: node + "-identifier", Notation: id, SchemeName: "Assessor"}),
		}
	}
	b.faults.Add(path, "issue.assessor.unknown", "R56", "ID", id)
	return nil
}

func localizer(lang string) i18n.Localizer { return i18n.For(lang) }
