package issuer

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/elm"
)

// organisations is the namespace of the ids of organisations: the version 5
// UUID (RFC 9562, 5.5) of https://w3id.org/probatum/organisation in the
// namespace of URLs. It never changes.
var organisations = uuid.MustParse("17c6db99-3ee2-5f1c-ab96-a6c4e001313c")

// OrganisationID is the id of an organisation as issuer of credentials, the
// same in all of them: the version 5 UUID, in the namespace above, of its
// country (ISO 3166-1 alpha-2), a stroke, and its registered identifier.
func OrganisationID(country, identifier string) string {
	return "urn:uuid:" + uuid.NewSHA1(organisations, []byte(country+"/"+identifier)).String()
}

// issuer makes the issuer from the seal certificate, as EDC does: legalName
// from O, altLabel from CN, eIDASIdentifier from organizationIdentifier and C,
// the country of its location from C.
func (b *builder) issuer() *elm.Organisation {
	body, o := b.r.Body, b.owner
	issuer := &elm.Organisation{
		ID:        OrganisationID(o.Country, o.OrganizationIdentifier),
		LegalName: elm.Text{},
		EIDASIdentifier: &elm.LegalIdentifier{
			ID: "#issuer-identifier", Notation: o.OrganizationIdentifier, Spatial: b.country("$.body.identifier.country", o.Country),
		},
		Location: elm.One(b.location("#issuer-location", "$.body.country", o.Country, "")),
	}
	for lang, name := range body.LegalName {
		if name == o.LegalName {
			issuer.LegalName[lang] = []string{name}
		}
	}
	if o.CommonName != "" {
		issuer.AltLabel = elm.Text{}
		for lang := range issuer.LegalName {
			issuer.AltLabel[lang] = []string{o.CommonName}
		}
	}
	return issuer
}

// awardingBody makes the body as who awards: with its address, its logo and
// those that recognise it.
func (b *builder) awardingBody() *elm.Organisation {
	o := b.body("awarding-body")
	body := b.r.Body
	if len(body.Logo) > 0 {
		logo, err := elm.NewMediaObject(body.Logo)
		if err != nil {
			b.faults.Add("$.body.logo", "issue.logo", "")
		}
		logo.ID = "#logo"
		o.Logo = &logo
	}
	for i, a := range body.Accreditations {
		o.Accreditation = append(o.Accreditation, b.accreditation(i, a))
	}
	return o
}

// body makes the body without what only its award needs, under a node id of
// its own: it is repeated in every assessment.
func (b *builder) body(id string) *elm.Organisation {
	body := b.r.Body
	o := &elm.Organisation{
		ID:        "#" + id,
		LegalName: allLanguages(body.LegalName),
		EIDASIdentifier: &elm.LegalIdentifier{
			ID: "#" + id + "-identifier", Notation: body.Identifier.Notation,
			Spatial: b.country("$.body.identifier.country", body.Identifier.Country),
		},
		Location: elm.One(b.location("#"+id+"-location", "$.body.country", body.Country, address(body))),
	}
	if body.Homepage != "" {
		o.Homepage = elm.One(elm.WebResource{ID: "#" + id + "-homepage", ContentURL: body.Homepage})
	}
	if body.Email != "" {
		o.ContactPoint = elm.One(elm.ContactPoint{
			ID: "#" + id + "-contact", EmailAddress: elm.One(elm.Mailbox{ID: "mailto:" + body.Email}),
		})
	}
	return o
}

func address(b assessment.Body) string {
	if b.Address != "" && b.Locality != "" {
		return b.Address + ", " + b.Locality
	}
	return b.Address + b.Locality
}

// location makes a place from a country and, where there is one, an address.
func (b *builder) location(id, path, country, full string) elm.Location {
	a := elm.Address{ID: id + "-address", CountryCode: b.country(path, country)}
	if full != "" {
		a.FullAddress = &elm.Note{ID: id + "-full", NoteLiteral: b.name(full)}
	}
	return elm.Location{ID: id, Address: elm.One(a)}
}

var accreditationTypes = map[assessment.AccreditationType]string{
	assessment.InstitutionalLicense:          elm.AccreditationInstitution,
	assessment.InstitutionalQualityAssurance: elm.AccreditationInstitutionQA,
	assessment.ProgramLicense:                elm.AccreditationProgrammeLicence,
	assessment.ProgramQualityAssurance:       elm.AccreditationProgrammeQA,
}

// accreditation makes the type of quality assurance from one recognition.
func (b *builder) accreditation(i int, a assessment.Accreditation) elm.Accreditation {
	id, path := fmt.Sprintf("#accreditation-%d", i+1), fmt.Sprintf("$.body.accreditations[%d]", i)
	out := elm.Accreditation{
		ID:     id,
		DCType: b.valueOf(path+".type", accreditationTypes[a.Type], string(a.Type)),
		Title:  b.text(a.Title),
		AccreditingAgent: &elm.Organisation{
			ID: id + "-agent", LegalName: allLanguages(a.Agent.LegalName),
			Location: elm.One(b.location(id+"-agent-location", path+".agent.country", a.Agent.Country, "")),
		},
	}
	if a.ID != "" {
		out.ID = a.ID
	}
	if !a.From.IsZero() {
		out.DateIssued = elm.NewDateTime(a.From.Time())
	}
	if !a.Until.IsZero() {
		out.ExpiryDate = elm.NewDateTime(a.Until.End())
	}
	return out
}
