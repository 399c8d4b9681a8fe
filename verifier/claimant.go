package verifier

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/probatum/probatum/credential/openbadge"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/trust"
)

// A claimant is the issuer of a credential as the credential has it. Only the
// DID is proven, by the key; all names are its own words.
type claimant struct {
	trust.Claimant

	legal        elm.Text // of the European Learning Model
	names        elm.Text // the plain name of the VC Data Model and of Open Badges
	identifier   string   // eIDAS identifier
	jurisdiction string   // its country, as a concept
}

// claimantOf reads the issuer: a DID, or an object with one as its id.
func claimantOf(raw json.RawMessage) (claimant, error) {
	var c claimant
	if len(raw) > 0 && raw[0] == '"' {
		return c, json.Unmarshal(raw, &c.DID)
	}
	var w struct {
		ID         string                        `json:"id"`
		Name       elm.Text                      `json:"name"`
		LegalName  elm.Text                      `json:"legalName"`
		PrefLabel  elm.Text                      `json:"prefLabel"`
		EIDAS      *elm.LegalIdentifier          `json:"eIDASIdentifier"`
		Registered *elm.LegalIdentifier          `json:"registration"`
		VAT        elm.Many[elm.LegalIdentifier] `json:"vatIdentifier"`
		Tax        elm.Many[elm.LegalIdentifier] `json:"taxIdentifier"`
		Location   elm.Many[elm.Location]        `json:"location"`

		// Open Badges 3.0, Profile.
		Address struct {
			Code string `json:"addressCountryCode"`
		} `json:"address"`
		Other openbadge.Many[openbadge.Identifier] `json:"otherIdentifier"`
	}
	if len(raw) == 0 || raw[0] != '{' {
		return c, errors.New("issuer is neither a text nor an object")
	}
	if err := strictjson.Decode(raw, &w); err != nil {
		return c, err
	}
	c.DID, c.legal, c.names = w.ID, w.LegalName, w.Name
	for _, t := range []elm.Text{w.LegalName, w.Name, w.PrefLabel} {
		for _, lang := range t.Languages() {
			c.Names = append(c.Names, t[lang]...)
		}
	}
	country := func(concept *elm.Concept) {
		if concept != nil {
			c.Countries = appendNew(c.Countries, elm.Alpha2(concept.ID))
		}
	}
	identifiers := slices.Concat(w.VAT, w.Tax)
	for _, id := range []*elm.LegalIdentifier{w.EIDAS, w.Registered} {
		if id != nil {
			identifiers = append(identifiers, *id)
		}
	}
	for _, id := range identifiers {
		c.Registrations = appendNew(c.Registrations, id.Notation)
		country(id.Spatial)
	}
	for _, l := range w.Location {
		for _, a := range l.Address {
			country(a.CountryCode)
		}
	}
	for _, o := range w.Other {
		c.Registrations = appendNew(c.Registrations, o.Identifier)
		if o.IdentifierType == badgeIdentifier {
			c.identifier = o.Identifier
		}
	}
	c.Countries = appendNew(c.Countries, strings.ToUpper(w.Address.Code))
	if w.EIDAS != nil {
		c.identifier = w.EIDAS.Notation
		if w.EIDAS.Spatial != nil {
			c.jurisdiction = w.EIDAS.Spatial.ID
		}
	}
	return c, nil
}

// badgeIdentifier marks, in our badges, the identifier that a seal certificate
// names (docs/formats.md).
const badgeIdentifier = "ext:organizationIdentifier"

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// name is what the claimant calls itself.
func (c claimant) name(lang string) string {
	if s := c.legal.In(lang); s != "" {
		return s
	}
	return c.names.In(lang)
}

// differs compares the claimant with the owner whom a certificate of the trust
// set names for its key, as far as the credential says anything, and gives the
// message for the first difference.
func (c claimant) differs(owner keys.Owner) string {
	named := len(c.legal) == 0 && (len(c.names) == 0 || says(c.names, owner.LegalName)) || says(c.legal, owner.LegalName)
	switch {
	case !named:
		return "verify.owner.name"
	case c.identifier != "" && c.identifier != owner.OrganizationIdentifier:
		return "verify.owner.identifier"
	case c.jurisdiction != "" && c.jurisdiction != countryConcept(owner.Country):
		return "verify.owner.country"
	}
	return ""
}

func says(t elm.Text, name string) bool {
	for _, texts := range t {
		if slices.Contains(texts, name) {
			return true
		}
	}
	return false
}

// told are the names that the claimant gives itself, by language.
func (c claimant) told() elm.Text {
	if len(c.legal) > 0 {
		return c.legal
	}
	return c.names
}
