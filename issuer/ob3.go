package issuer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/credential/openbadge"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/status"
)

// OB3 writes the ob3 form of a draft under an id, without its proof: an Open
// Badges 3.0 AchievementCredential in the first language of the draft. did names
// the issuer; see keys.DIDKey. It is pure: the same arguments give the same
// bytes, and the draft is not changed.
//
// It says nothing that the draft does not, and less: docs/formats.md. What Open
// Badges have no property for, and what qualifies a claim, stands in the
// narrative of the criteria.
func OB3(d credential.Draft, id credential.ID, did string, entries ...status.Entry) ([]byte, error) {
	doc, err := ob3(d, id, did, entries)
	if err != nil {
		return nil, fmt.Errorf("writing draft %s as ob3: %w", d.ID, err)
	}
	return doc, nil
}

func ob3(d credential.Draft, id credential.ID, did string, entries []status.Entry) ([]byte, error) {
	if err := writable(d, id, credential.OB3); err != nil {
		return nil, err
	}
	b, err := newBadge(d, id, did)
	if err != nil {
		return nil, err
	}
	c, err := b.credential()
	if err != nil {
		return nil, err
	}
	if c.Status, err = badgeStatus(entries); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

// badgeStatus writes the status entry of a badge. Open Badges allow one (B.1.2).
func badgeStatus(entries []status.Entry) (json.RawMessage, error) {
	if len(entries) > 1 {
		return nil, fmt.Errorf("%d status entries: Open Badges allow one", len(entries))
	}
	all, err := credentialStatus(entries)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return elm.Marshal(all[0])
}

// A badge makes a badge of one draft.
type badge struct {
	d      credential.Draft
	id     credential.ID
	did    string
	lang   string
	loc    i18n.Localizer
	issuer *elm.Organisation
	person *elm.Person
	award  *elm.LearningAchievement
	unit   *elm.Qualification
}

func newBadge(d credential.Draft, id credential.ID, did string) (*badge, error) {
	b := &badge{d: d, id: id, did: did}
	if len(d.Languages) == 0 {
		return nil, errors.New("no language")
	}
	b.lang, b.loc = d.Languages[0], i18n.For(d.Languages[0])
	b.issuer, _ = d.Claims.Issuer.(*elm.Organisation)
	if b.issuer == nil || !keys.IsDID(did) {
		return nil, errNoIssuer
	}
	b.person, _ = d.Claims.CredentialSubject.(*elm.Person)
	if b.person == nil || len(b.person.HasClaim) != 1 {
		return nil, errors.New("no person with one claim as subject")
	}
	b.award, _ = b.person.HasClaim[0].(*elm.LearningAchievement)
	if b.award == nil || b.award.SpecifiedBy == nil || b.award.AwardedBy == nil {
		return nil, errors.New("no achievement that is awarded and specified")
	}
	b.unit = b.award.SpecifiedBy
	return b, nil
}

// in gives a text in the language of the badge, or the best there is.
func (b *badge) in(t elm.Text) string { return t.In(b.lang) }

// node is the id of a node that belongs to this one credential.
func (b *badge) node(id string) string { return naming{id: string(b.id)}.name(id) }

func (b *badge) credential() (*openbadge.Credential, error) {
	c := &openbadge.Credential{
		Context:    openbadge.Many[string]{contexts.CredentialsV2, contexts.OpenBadges303},
		ID:         string(b.id),
		Type:       openbadge.Types{openbadge.TypeVerifiable, openbadge.TypeOpenBadge},
		Name:       b.in(b.award.Title),
		Issuer:     b.profile(),
		ValidFrom:  b.d.ValidFrom.UTC(),
		ValidUntil: b.d.ValidUntil.UTC(),
		Subject: openbadge.Subject{
			Type: openbadge.Types{"AchievementSubject"},
			Identifiers: openbadge.Many[openbadge.Identity]{{
				Type: "IdentityObject", IdentityType: "name", IdentityHash: b.in(b.person.FullName),
			}},
		},
	}
	if p := b.d.Claims.DisplayParameter; p != nil {
		c.Description = b.in(p.Description)
	}
	if n := b.d.Claims.Identifier; len(n) > 0 {
		c.Subject.LicenseNumber = n[0].Notation
	}
	if at := b.award.AwardedBy.AwardingDate; at != "" {
		t, err := at.Time()
		if err != nil {
			return nil, err
		}
		c.AwardedDate = t
	}
	a, err := b.achievement()
	if err != nil {
		return nil, err
	}
	c.Subject.Achievement = a
	if c.Subject.CreditsEarned, err = points(b.award.CreditReceived); err != nil {
		return nil, err
	}
	for _, p := range b.award.ProvenBy {
		name := b.in(p.Title)
		a.ResultDescriptions = append(a.ResultDescriptions, openbadge.ResultDescription{
			ID: b.node(p.ID), Type: openbadge.Types{"ResultDescription"}, Name: name, ResultType: "Result",
		})
		if p.Grade != nil {
			c.Subject.Results = append(c.Subject.Results, openbadge.Result{
				Type: openbadge.Types{"Result"}, ResultDescription: b.node(p.ID), Value: b.in(p.Grade.NoteLiteral),
			})
		}
	}
	return c, nil
}

// profile makes the issuer: the owner of the certificate, with what the draft
// says of it as the body that awards.
func (b *badge) profile() *openbadge.Profile {
	p := &openbadge.Profile{ID: b.did, Type: openbadge.Types{"Profile"}, Name: b.in(b.issuer.LegalName)}
	if e := b.issuer.EIDASIdentifier; e != nil {
		p.OtherIdentifiers = openbadge.Many[openbadge.Identifier]{{
			Type: "IdentifierEntry", Identifier: e.Notation, IdentifierType: identifierOfOwner,
		}}
	}
	for _, l := range b.issuer.Location {
		for _, a := range l.Address {
			if p.Address == nil && a.CountryCode != nil {
				p.Address = &openbadge.Address{
					Type: openbadge.Types{"Address"}, AddressCountry: b.label(*a.CountryCode), AddressCountryCode: elm.Alpha2(a.CountryCode.ID),
				}
			}
		}
	}
	body, ok := b.award.AwardedBy.AwardingBody.First().(*elm.Organisation)
	if !ok || !sameOwner(body, b.issuer) { // what is said of another body is not said of the issuer
		return p
	}
	if len(body.Homepage) > 0 {
		p.URL = body.Homepage[0].ContentURL
	}
	for _, c := range body.ContactPoint {
		for _, m := range c.EmailAddress {
			if p.Email == "" {
				p.Email = strings.TrimPrefix(m.ID, "mailto:")
			}
		}
	}
	for _, l := range body.Location {
		for _, a := range l.Address {
			if a.FullAddress != nil && p.Address != nil {
				p.Address.StreetAddress = b.in(a.FullAddress.NoteLiteral)
			}
		}
	}
	return p
}

// identifierOfOwner marks the identifier that the seal certificate names (ETSI
// EN 319 412-1, 5.1.4).
const identifierOfOwner = "ext:organizationIdentifier"

// sameOwner tells whether two organisations have the same legal identifier.
func sameOwner(a, b *elm.Organisation) bool {
	x, y := a.EIDASIdentifier, b.EIDASIdentifier
	return x != nil && y != nil && x.Notation == y.Notation && x.Spatial != nil && y.Spatial != nil && x.Spatial.ID == y.Spatial.ID
}

func (b *badge) achievement() (*openbadge.Achievement, error) {
	a := &openbadge.Achievement{
		ID:              b.node(b.unit.ID),
		Type:            openbadge.Types{"Achievement"},
		Name:            b.in(b.unit.Title),
		Description:     b.in(b.unit.Description),
		Criteria:        openbadge.Criteria{Type: openbadge.Types{"Criteria"}, Narrative: b.narrative()},
		AchievementType: "MicroCredential",
		Alignments:      b.alignments(),
		InLanguage:      b.lang,
	}
	if a.Description == "" { // Open Badges demand one
		a.Description = a.Name
	}
	if n := b.unit.Identifier; len(n) > 0 {
		a.HumanCode = n[0].Notation
	}
	var fields []string
	for _, c := range b.unit.ThematicArea {
		fields = append(fields, b.label(c))
	}
	a.FieldOfStudy = strings.Join(fields, b.loc.T("issue.separator"))
	var err error
	a.CreditsAvailable, err = points(b.unit.CreditPoint)
	return a, err
}

// points reads credit points, of which a badge has one number.
func points(credits elm.Many[elm.CreditPoint]) (float64, error) {
	if len(credits) == 0 {
		return 0, nil
	}
	return strconv.ParseFloat(credits[0].Point, 64)
}

// alignments names what of other frameworks the achievement corresponds to: its
// levels and the ESCO skills of its outcomes, each once.
func (b *badge) alignments() openbadge.Many[openbadge.Alignment] {
	var all openbadge.Many[openbadge.Alignment]
	seen := map[string]bool{}
	add := func(c elm.Concept, framework string) {
		if seen[c.ID] {
			return
		}
		seen[c.ID] = true
		all = append(all, openbadge.Alignment{
			Type: openbadge.Types{"Alignment"}, TargetName: b.label(c), TargetURL: c.ID, TargetFramework: framework,
		})
	}
	if b.unit.EQFLevel != nil {
		add(*b.unit.EQFLevel, b.loc.T("issue.badge.eqf"))
	}
	for _, c := range b.unit.NQFLevel {
		add(c, b.loc.T("issue.badge.nqf"))
	}
	for _, o := range b.unit.LearningOutcome {
		for _, c := range o.RelatedESCOSkill {
			add(c, "ESCO")
		}
	}
	return all
}

func (b *badge) label(c elm.Concept) string { return c.Label(b.loc) }

// narrative tells in Markdown how the achievement is earned: the outcomes with
// their criteria, the assessments, the workload and the form of participation,
// and every note of the draft, since notes qualify what is claimed.
func (b *badge) narrative() string {
	var parts []string
	list := func(key string, items []string) {
		if len(items) > 0 {
			parts = append(parts, b.loc.T(key)+"\n\n- "+strings.Join(items, "\n- "))
		}
	}
	var outcomes, assessments []string
	for _, o := range b.unit.LearningOutcome {
		item := markdown(b.in(o.Title))
		for _, n := range o.AdditionalNote {
			item += "  \n  " + markdown(b.in(n.NoteLiteral))
		}
		outcomes = append(outcomes, item)
	}
	for _, p := range b.award.ProvenBy {
		assessments = append(assessments, b.assessment(p))
	}
	list("issue.badge.outcomes", outcomes)
	list("issue.badge.assessments", assessments)
	if h, ok := hoursOf(b.unit.VolumeOfLearning); ok {
		parts = append(parts, b.loc.T("issue.badge.workload", "Hours", h))
	}
	if len(b.unit.Mode) > 0 {
		var modes []string
		for _, m := range b.unit.Mode {
			modes = append(modes, b.label(m))
		}
		parts = append(parts, markdown(b.loc.T("issue.badge.participation", "Mode", strings.Join(modes, ", "))))
	}
	if n := b.unit.EntryRequirement; n != nil {
		parts = append(parts, markdown(b.loc.T("issue.badge.prerequisites", "Text", b.in(n.NoteLiteral))))
	}
	for _, n := range slices.Concat(b.unit.AdditionalNote, b.award.AdditionalNote) {
		parts = append(parts, markdown(b.in(n.NoteLiteral)))
	}
	return strings.Join(parts, "\n\n")
}

// assessment tells one assessment in a line: title, kind, mode and day.
func (b *badge) assessment(p elm.LearningAssessment) string {
	var about []string
	if s := p.SpecifiedBy; s != nil {
		if s.DCType != nil {
			about = append(about, b.label(*s.DCType))
		}
		for _, m := range s.Mode {
			about = append(about, b.label(m))
		}
	}
	if t, err := p.DateIssued.Time(); err == nil {
		about = append(about, t.Format(time.DateOnly))
	}
	line := b.in(p.Title)
	if len(about) > 0 {
		line += " (" + strings.Join(about, ", ") + ")"
	}
	return markdown(line)
}

// hoursOf reads a duration that elm.Hours wrote.
func hoursOf(d elm.Duration) (int, bool) {
	s, ok := strings.CutPrefix(string(d), "PT")
	s, hours := strings.CutSuffix(s, "H")
	n, err := strconv.Atoi(s)
	return n, ok && hours && err == nil
}

// markdown writes plain text so that it reads the same in Markdown, on one line.
func markdown(s string) string {
	return markdownEscapes.Replace(strings.Join(strings.Fields(s), " "))
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`, `#`, `\#`,
)

// ob3Form is the ob3 form for the mechanism.
var ob3Form = securedForm{
	form: credential.OB3, write: OB3, check: checkOB3,
	id: func(doc []byte) (string, error) {
		c, err := openbadge.Parse(doc)
		if err != nil {
			return "", err
		}
		return c.ID, nil
	},
	owned: func(i *Issuer, doc []byte, did string) bool {
		c, err := openbadge.Parse(doc)
		if err != nil || c.Issuer == nil || c.Issuer.ID != did || c.Issuer.Name != i.owner.LegalName {
			return false
		}
		for _, n := range c.Issuer.OtherIdentifiers {
			if n.IdentifierType == identifierOfOwner {
				return n.Identifier == i.owner.OrganizationIdentifier
			}
		}
		return false
	},
}

// checkOB3 holds a document without proof to the rules of Open Badges and to
// those of the data model.
func checkOB3(doc []byte) error {
	findings := openbadge.Check(doc)
	for _, f := range vcdm.CheckCredential(doc, vcdm.Options{Issuing: true}) {
		findings = append(findings, f.Finding)
	}
	return faultsOf(findings)
}
