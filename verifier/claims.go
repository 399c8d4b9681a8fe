package verifier

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/probatum/probatum/credential/openbadge"
	"github.com/probatum/probatum/elm"
)

// claims reads a verified document. Whatever it was written in, it is told in
// the words of the European Learning Model.
func (r *run) claims(model model, d *document) (*elm.Credential, error) {
	switch model {
	case elmModel:
		return elm.Parse(d.raw)
	case badgeModel:
		badge, err := openbadge.Parse(d.raw)
		if err != nil {
			return nil, err
		}
		return fromBadge(badge), nil
	default:
		r.report.Unmodelled = true
		return fromAnything(d.root), nil
	}
}

// fromBadge tells a badge in the words of the model. What it is aligned with are
// levels of the European and national frameworks, and else stands for its
// learning outcomes; how it is earned is told as it stands.
func fromBadge(b *openbadge.Credential) *elm.Credential {
	c := &elm.Credential{
		ID: b.ID, ValidFrom: dated(b.ValidFrom), ValidUntil: dated(b.ValidUntil),
		CredentialSubject: &elm.Person{ID: b.Subject.ID, FullName: plainText("", nameOf(b.Subject))},
	}
	a := b.Subject.Achievement
	if a == nil {
		return c
	}
	lang := a.InLanguage
	title := plainText(lang, a.Name)
	c.DisplayParameter = &elm.DisplayParameter{Title: plainText(lang, b.Name), Description: plainText(lang, b.Description)}
	if len(c.DisplayParameter.Title) == 0 {
		c.DisplayParameter.Title = title
	}
	issuer := b.Issuer
	if issuer == nil {
		issuer = &openbadge.Profile{}
	}
	awarded := b.AwardedDate
	if awarded.IsZero() {
		awarded = b.ValidFrom
	}
	achievement := &elm.LearningAchievement{
		Title: title,
		AwardedBy: &elm.AwardingProcess{
			AwardingBody: elm.Many[elm.Actor]{&elm.Organisation{ID: issuer.ID, LegalName: plainText(lang, issuer.Name)}},
			AwardingDate: dated(awarded),
		},
		SpecifiedBy: &elm.Qualification{Title: title},
	}
	if b.Subject.CreditsEarned != 0 {
		achievement.CreditReceived = elm.One(elm.CreditPoint{Point: strconv.FormatFloat(b.Subject.CreditsEarned, 'f', -1, 64)})
	}
	q := achievement.SpecifiedBy
	for _, al := range a.Alignments {
		target := elm.Concept{ID: al.TargetURL, PrefLabel: plainText(lang, al.TargetName)}
		switch list, _ := elm.ListOf(al.TargetURL); {
		case list == elm.EQFLevels && q.EQFLevel == nil:
			q.EQFLevel = &target
		case list == elm.NQFLevels:
			q.NQFLevel = append(q.NQFLevel, target)
		default:
			q.LearningOutcome = append(q.LearningOutcome, elm.LearningOutcome{Title: target.PrefLabel})
		}
	}
	if text := plainText(lang, a.Criteria.Narrative); len(text) > 0 {
		q.AdditionalNote = elm.One(elm.Note{NoteLiteral: text})
	}
	for _, result := range b.Subject.Results {
		achievement.ProvenBy = append(achievement.ProvenBy, fromResult(a, result, lang))
	}
	if person, ok := c.CredentialSubject.(*elm.Person); ok {
		person.HasClaim = elm.Many[elm.Claim]{achievement}
	}
	return c
}

// fromResult tells a result of a badge as an assessment with its grade.
func fromResult(a *openbadge.Achievement, r openbadge.Result, lang string) elm.LearningAssessment {
	var out elm.LearningAssessment
	grade := r.Value
	for _, d := range a.ResultDescriptions {
		if d.ID != r.ResultDescription {
			continue
		}
		out.Title = plainText(lang, d.Name)
		for _, l := range d.RubricCriteria {
			if grade == "" && l.ID == r.AchievedLevel {
				grade = l.Name
			}
		}
	}
	if grade == "" {
		grade = r.Status
	}
	if grade != "" {
		out.Grade = &elm.Note{NoteLiteral: plainText(lang, grade)}
	}
	return out
}

// nameOf is the name of the one who was awarded a badge, where it stands there
// for all to read.
func nameOf(s openbadge.Subject) string {
	for _, id := range s.Identifiers {
		if id.IdentityType == "name" && !id.Hashed {
			return id.IdentityHash
		}
	}
	return ""
}

// fromAnything tells of a credential that nobody here models what the VC Data
// Model itself gives names to: what it is called, what it is, whom it is about.
func fromAnything(root members) *elm.Credential {
	text := func(raw json.RawMessage) elm.Text {
		var t elm.Text
		if json.Unmarshal(raw, &t) != nil {
			return nil
		}
		return t
	}
	one := func(name string) string {
		var s string
		if json.Unmarshal(root[name], &s) != nil {
			return ""
		}
		return s
	}
	c := &elm.Credential{
		ID:                one("id"),
		IssuanceDate:      elm.DateTime(one("issuanceDate")),
		ValidFrom:         elm.DateTime(one("validFrom")),
		ExpirationDate:    elm.DateTime(one("expirationDate")),
		ValidUntil:        elm.DateTime(one("validUntil")),
		DisplayParameter:  &elm.DisplayParameter{Title: text(root["name"]), Description: text(root["description"])},
		CredentialSubject: &elm.Person{},
	}
	if len(c.DisplayParameter.Title) == 0 {
		types, _ := texts(root["type"])
		types = slices.DeleteFunc(slices.Clone(types), func(t string) bool { return t == verifiableCredential })
		c.DisplayParameter.Title = plainText("", strings.Join(types, ", "))
	}
	var subject struct {
		ID   string   `json:"id"`
		Name elm.Text `json:"name"`
	}
	if json.Unmarshal(root["credentialSubject"], &subject) == nil { // several subjects are not told apart
		c.CredentialSubject = &elm.Person{ID: subject.ID, FullName: subject.Name}
	}
	return c
}

func plainText(lang, s string) elm.Text {
	if lang == "" {
		lang = elm.NoLanguage
	}
	return elm.NewText(lang, s)
}

func dated(t time.Time) elm.DateTime {
	if t.IsZero() {
		return ""
	}
	return elm.NewDateTime(t)
}
