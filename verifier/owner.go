package verifier

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
)

// ownedBy holds the issuer named inside against the owner that a certificate
// names: legal name, registration and country. EDC fills the issuer from the
// certificate when it seals, so that they are equal letter for letter.
func (r *run) ownedBy(leaf *x509.Certificate) bool {
	owner, err := keys.OwnerOf(leaf)
	if err != nil {
		key, args := reason(err, "verify.owner.certificate")
		return r.fail(Owner, proof.Key, key, args)
	}
	r.report.Issuer = issuerOf(owner)
	issuer, err := organisation(r.document.root["issuer"])
	if err != nil {
		return r.fail(Owner, proof.Key, "verify.owner.unreadable", nil)
	}
	if key := differs(issuer, owner); key != "" {
		return r.fail(Owner, proof.Key, key, nil)
	}
	r.report.Issuer.ID = issuer.ID
	return r.pass(Owner, "verify.owner.pass")
}

func issuerOf(o keys.Owner) *Issuer {
	return &Issuer{Name: o.LegalName, Identifier: o.OrganizationIdentifier, Country: o.Country, Trial: o.Trial()}
}

// organisation reads the one issuer. Only an organisation can own a seal
// certificate.
func organisation(raw json.RawMessage) (*elm.Organisation, error) {
	if len(raw) > 0 && raw[0] == '[' {
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil || len(list) != 1 {
			return nil, errors.New("not one issuer")
		}
		raw = list[0]
	}
	if len(raw) == 0 || raw[0] != '{' {
		return nil, errors.New("issuer is no object")
	}
	var o elm.Organisation
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, err
	}
	if !o.Type.Has("Organisation") {
		return nil, errors.New("issuer is no organisation")
	}
	return &o, nil
}

// differs compares and gives the message for the first difference.
func differs(issuer *elm.Organisation, owner keys.Owner) string {
	named := false
	for _, names := range issuer.LegalName {
		named = named || slices.Contains(names, owner.LegalName)
	}
	id := issuer.EIDASIdentifier
	switch {
	case !identifies(issuer.ID):
		return "verify.owner.id"
	case !named:
		return "verify.owner.name"
	case id == nil || id.Notation != owner.OrganizationIdentifier:
		return "verify.owner.identifier"
	case id.Spatial == nil || id.Spatial.ID != countryConcept(owner.Country):
		return "verify.owner.country"
	}
	return ""
}

// identifies tells whether an id could name an organisation: a URN, a DID or a
// web address under a name. The absence of one is for the data model to judge.
func identifies(id string) bool {
	if id == "" {
		return true
	}
	u, err := url.Parse(id)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "urn":
		return u.Opaque != ""
	case "did":
		host, web := strings.CutPrefix(u.Opaque, "web:")
		host, _, _ = strings.Cut(host, ":")
		host, _, _ = strings.Cut(host, "%") // a port, behind an escaped colon
		return u.Opaque != "" && (!web || named(host))
	case "http", "https":
		return u.User == nil && named(u.Hostname())
	}
	return false
}

// named tells a host that goes by a name from an address in any spelling:
// "127.1", "0x7f.1" and "2130706433" are addresses to some. The last part of a
// name has a letter (RFC 3696, 2).
func named(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	return !strings.Contains(host, ":") && !strings.HasPrefix(strings.ToLower(last), "0x") &&
		strings.ContainsFunc(last, unicode.IsLetter)
}

// countryList is the EU's list of countries.
const countryList = "http://publications.europa.eu/resource/authority/country/"

// countryConcept is the concept of the EU's country list, which goes by ISO
// 3166-1 alpha-3, for an alpha-2 code; empty for a code that is none.
func countryConcept(alpha2 string) string {
	region, err := language.ParseRegion(alpha2)
	if err != nil || !region.IsCountry() || len(alpha2) != 2 {
		return ""
	}
	iso3 := region.ISO3()
	if alpha2 == "XK" {
		iso3 = "XKX" // Kosovo has no ISO code; the list has this one
	}
	return countryList + iso3
}
