package issuer

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
)

// Pictures renders the page of a credential in one language, as PNG or JPEG.
// The claims lack their pictures, their id and the ids of their nodes.
type Pictures func(claims *elm.Credential, lang string) ([]byte, error)

// BuildDraft settles the claims of the credential for a Result, as the owner of
// the seal certificate will seal them: the eleven mandatory elements of a
// micro-credential (Council Recommendation 2022/C 243/02, Annex I) and what
// else the Result holds. It asks nothing and claims nothing beyond the Result.
//
// It refuses a certificate that is not valid now, a body that is not the owner
// of the certificate, values that the European vocabularies do not have, and a
// Result that lacks a mandatory element; the refusal is a fault.List with all
// of it, by JSON path in the Result.
func BuildDraft(r assessment.Result, seal keys.Chain, now time.Time, pictures Pictures) (credential.Draft, error) {
	now = now.UTC().Truncate(time.Second)
	if err := checkChain(seal, now); err != nil {
		return credential.Draft{}, fmt.Errorf("building draft of result %s: %w", r.ID, err)
	}
	owner, err := seal.Owner()
	if err != nil {
		return credential.Draft{}, fmt.Errorf("building draft of result %s: %w", r.ID, err)
	}
	b := builder{r: r, owner: owner, now: now}
	b.checkOwner()
	claims := b.credential()
	b.faults = append(b.faults, CheckAnnexI(claims)...)
	if err := b.faults.Err(); err != nil {
		return credential.Draft{}, fmt.Errorf("building draft of result %s: %w", r.ID, err)
	}
	if err := b.picture(claims, pictures); err != nil {
		return credential.Draft{}, fmt.Errorf("building draft of result %s: %w", r.ID, err)
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return credential.Draft{}, fmt.Errorf("building draft of result %s: %w", r.ID, err)
	}
	return credential.Draft{
		ID: credential.DraftID(id.String()), Body: r.Body.ID, Result: string(r.ID), Claims: claims,
		Languages: r.Languages, Issued: now, ValidFrom: r.Validity.From.Time(), ValidUntil: r.Validity.Until.End(),
	}, nil
}

// A builder makes the claims of one Result. Nodes that belong to the one
// credential have an id that begins with "#"; the writer of a form puts the
// credential's id in front.
type builder struct {
	r      assessment.Result
	owner  keys.Owner
	now    time.Time
	faults fault.List

	illustrative bool // something was marked as illustrative
}

// checkOwner compares the body with the owner of the certificate: the issuer
// is who the certificate says, and nobody else's credential is sealed with it.
func (b *builder) checkOwner() {
	body, o := b.r.Body, b.owner
	named := false
	for _, name := range body.LegalName {
		named = named || name == o.LegalName
	}
	if !named {
		b.faults.Add("$.body.legalName", "issue.owner.name", "", "Have", o.LegalName)
	}
	if body.Identifier.Notation != o.OrganizationIdentifier {
		b.faults.Add("$.body.identifier.notation", "issue.owner.identifier", "", "Have", o.OrganizationIdentifier)
	}
	if body.Identifier.Country != o.Country {
		b.faults.Add("$.body.identifier.country", "issue.owner.country", "", "Have", o.Country)
	}
	if body.Country != o.Country {
		b.faults.Add("$.body.country", "issue.owner.country", "", "Have", o.Country)
	}
}

// credential makes all but the pictures and the id.
func (b *builder) credential() *elm.Credential {
	unit := b.r.Unit
	c := &elm.Credential{
		CredentialProfiles: elm.One(b.concept("$", elm.ConceptProfileGeneric)),
		DisplayParameter: &elm.DisplayParameter{
			ID:          "#display",
			Title:       b.text(unit.Title),
			Description: b.message("issue.display", "Unit", unit.Title, "Body", b.r.Body.LegalName),
		},
		Issuer:            b.issuer(),
		CredentialSubject: b.subject(),
		Issued:            elm.NewDateTime(b.now),
		IssuanceDate:      elm.NewDateTime(b.now),
		ValidFrom:         elm.NewDateTime(b.r.Validity.From.Time()),
	}
	if n := b.r.CertificateNumber; n != "" {
		c.Identifier = elm.One(elm.Identifier{ID: "#number", Notation: n, SchemeName: "Certificate number"})
	}
	if until := b.r.Validity.Until; !until.IsZero() {
		// VC Data Model 1.1 knows expirationDate, the EDC profile both.
		c.ValidUntil = elm.NewDateTime(until.End())
		c.ExpirationDate = c.ValidUntil
	}
	for i, lang := range b.r.Languages {
		l := b.language(fmt.Sprintf("$.languages[%d]", i), lang)
		if l == nil {
			continue
		}
		c.DisplayParameter.Language = append(c.DisplayParameter.Language, *l)
		if i == 0 {
			c.DisplayParameter.PrimaryLanguage = l
		}
	}
	return c
}

// subject makes the person with the one claim.
func (b *builder) subject() *elm.Person {
	c := b.r.Candidate
	p := &elm.Person{
		ID:         "#subject",
		GivenName:  b.name(c.GivenName),
		FamilyName: b.name(c.FamilyName),
		FullName:   b.name(c.Name()),
		HasClaim:   elm.Many[elm.Claim]{b.achievement()},
	}
	if !c.DateOfBirth.IsZero() {
		p.DateOfBirth = elm.NewDateTime(c.DateOfBirth.Time())
	}
	if id := c.Identifier; id != nil && id.Value != "" {
		p.Identifier = elm.One(elm.Identifier{ID: "#subject-identifier", Notation: id.Value, SchemeName: id.Scheme})
	}
	return p
}

// picture renders one page per language.
func (b *builder) picture(c *elm.Credential, pictures Pictures) error {
	d := c.DisplayParameter
	for i, lang := range b.r.Languages {
		data, err := pictures(c, lang)
		if err != nil {
			return fmt.Errorf("rendering the page in %q: %w", lang, err)
		}
		media, err := elm.NewMediaObject(data)
		if err != nil {
			return fmt.Errorf("rendering the page in %q: %w", lang, err)
		}
		media.ID = "#page-" + lang
		// The pages are put in place together, so that each is rendered from
		// the same claims.
		d.IndividualDisplay = append(d.IndividualDisplay[:i:i], elm.IndividualDisplay{
			ID: "#display-" + lang, Language: &d.Language[i],
			DisplayDetail: elm.One(elm.DisplayDetail{ID: "#display-" + lang + "-1", Image: &media, Page: 1}),
		})
	}
	return nil
}

// text gives a text in the languages of the certificate, or, if it has none of
// them, in all that it has.
func (b *builder) text(t assessment.Text) elm.Text {
	out := elm.Text{}
	for _, lang := range b.r.Languages {
		if s := t[lang]; s != "" {
			out[lang] = []string{s}
		}
	}
	if len(out) == 0 {
		return allLanguages(t)
	}
	return out
}

// allLanguages gives a text in every language that it has.
func allLanguages(t assessment.Text) elm.Text {
	out := elm.Text{}
	for lang, s := range t {
		if s != "" {
			out[lang] = []string{s}
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// name gives a name, which has no language, in the first of the certificate:
// the profile wants a language everywhere.
func (b *builder) name(s string) elm.Text {
	if s == "" || len(b.r.Languages) == 0 {
		return nil
	}
	return elm.NewText(b.r.Languages[0], s)
}

// message gives a message in the languages of the certificate. Arguments that
// are an assessment.Text are put in as they read in the language.
func (b *builder) message(key string, pairs ...any) elm.Text {
	out := elm.Text{}
	for _, lang := range b.r.Languages {
		args := make([]any, len(pairs))
		for i, p := range pairs {
			switch v := p.(type) {
			case assessment.Text:
				args[i], _ = v.In(lang)
			case func(lang string) string:
				args[i] = v(lang)
			default:
				args[i] = p
			}
		}
		out[lang] = []string{i18n.For(lang).T(key, args...)}
	}
	return out
}

// note makes a Note from a message.
func (b *builder) note(id, key string, pairs ...any) elm.Note {
	return elm.Note{ID: id, NoteLiteral: b.message(key, pairs...)}
}

// concept finds a value of a European vocabulary; one that it does not have is
// a fault at path, and not also a missing value.
func (b *builder) concept(path, iri string) elm.Concept {
	c, ok := elm.ConceptOf(iri, b.r.Languages...)
	if !ok {
		b.faults.Add(path, "issue.concept", "", "Value", iri)
		return elm.Concept{ID: iri}
	}
	return c
}

// conceptPtr is concept for a property that has one value.
func (b *builder) conceptPtr(path, iri string) *elm.Concept {
	c := b.concept(path, iri)
	return &c
}

// country finds the concept of a country by its ISO 3166-1 alpha-2 code.
func (b *builder) country(path, alpha2 string) *elm.Concept {
	c, ok := elm.Country(alpha2, b.r.Languages...)
	if !ok {
		b.faults.Add(path, "issue.concept", "", "Value", alpha2)
		return &elm.Concept{ID: alpha2}
	}
	return &c
}

// language finds the concept of a language by its ISO 639-1 code. One that our
// own texts do not have is refused: they would stand there in another.
func (b *builder) language(path, code string) *elm.Concept {
	c, ok := elm.Language(code, b.r.Languages...)
	if !ok || i18n.For(code).Lang() != code {
		b.faults.Add(path, "issue.language", "R90", "Value", code)
		return nil
	}
	return &c
}
