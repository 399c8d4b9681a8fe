package verifier

import (
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

// owner holds the issuer named inside against the owner that the certificate
// names: legal name, registration and country. EDC fills the issuer from the
// certificate when it seals, so that they are equal letter for letter.
func (r *run) owner() {
	owner, err := keys.OwnerOf(r.file.Certificates[0])
	if err != nil {
		key, args := reason(err, "verify.owner.certificate")
		r.fail(Owner, proof.Key, key, args)
		return
	}
	r.report.Issuer = &Issuer{Name: owner.LegalName, Identifier: owner.OrganizationIdentifier, Country: owner.Country}
	issuer, err := organisation(r.document.root["issuer"])
	if err != nil {
		r.fail(Owner, proof.Key, "verify.owner.unreadable", nil)
		return
	}
	if key := differs(issuer, owner); key != "" {
		r.fail(Owner, proof.Key, key, nil)
		return
	}
	r.report.Issuer.ID = issuer.ID
	r.pass(Owner, "verify.owner.pass")
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
	return "http://publications.europa.eu/resource/authority/country/" + iso3
}

// accreditation asks whether the trust set vouches for the owner of the key.
func (r *run) accreditation() {
	switch {
	case r.path != nil:
		r.pass(Accreditation, "verify.accreditation.pass")
	case r.trust.Empty():
		r.notDone(Accreditation, proof.Trust, "verify.accreditation.empty")
	default:
		r.notDone(Accreditation, proof.Trust, "verify.accreditation.unknown")
	}
}
