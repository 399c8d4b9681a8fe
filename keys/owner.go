package keys

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// An Owner is the organisation that a seal certificate names (ETSI EN 319
// 412-3, 4.2.1). EDC takes the issuer of a credential from it.
type Owner struct {
	LegalName              string // organizationName, 2.5.4.10
	CommonName             string // commonName, 2.5.4.3; may be empty
	OrganizationIdentifier string // organizationIdentifier, 2.5.4.97, such as VATES-A00000000
	Country                string // countryName, 2.5.4.6: ISO 3166-1 alpha-2, upper case
}

// TrialMark ends the name of a trial seal and of the authorities above it, so that
// nobody takes it for another, wherever it is shown.
const TrialMark = " (TRIAL – not qualified)"

// Trial tells whether the certificate says that its seal is one to try things with.
func (o Owner) Trial() bool { return strings.HasSuffix(o.CommonName, TrialMark) }

// SaysDemo tells whether a body says of itself by its name that it is one of a
// demonstration.
func SaysDemo(name string) bool {
	return slices.Contains(strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }), "DEMO")
}

var (
	oidCommonName     = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidCountry        = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidOrganization   = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidOrganizationID = asn1.ObjectIdentifier{2, 5, 4, 97}
)

// maxName bounds one attribute of a name.
const maxName = 300

// OwnerOf reads the owner from the subject of cert. A name, identifier or
// country that is missing, given twice or unreadable is refused: an owner that
// is ambiguous is none.
func OwnerOf(cert *x509.Certificate) (Owner, error) {
	var o Owner
	fields := []struct {
		oid  asn1.ObjectIdentifier
		into *string
		key  string // message when it is missing; empty where it may be
	}{
		{oidOrganization, &o.LegalName, "proof.key.owner.name"},
		{oidOrganizationID, &o.OrganizationIdentifier, "proof.key.owner.identifier"},
		{oidCountry, &o.Country, "proof.key.owner.country"},
		{oidCommonName, &o.CommonName, ""},
	}
	for _, f := range fields {
		for _, a := range cert.Subject.Names {
			if !a.Type.Equal(f.oid) {
				continue
			}
			s, ok := a.Value.(string)
			if !ok || !readable(s) {
				return Owner{}, refuse("proof.key.owner.unreadable", fmt.Errorf("attribute %s is not readable text", f.oid))
			}
			if *f.into != "" {
				return Owner{}, refuse("proof.key.owner.twice", fmt.Errorf("attribute %s is given twice", f.oid))
			}
			*f.into = s
		}
		if *f.into == "" && f.key != "" {
			return Owner{}, refuse(f.key, fmt.Errorf("attribute %s is missing", f.oid))
		}
	}
	o.Country = strings.ToUpper(o.Country) // X.520, 6.3.1: case does not matter
	if !alpha2(o.Country) {
		return Owner{}, refuse("proof.key.owner.country", errors.New("country is not two letters"))
	}
	return o, nil
}

// readable refuses empty and overlong names, and those with characters that
// make a name look like another one.
func readable(s string) bool {
	if s == "" || len(s) > maxName || strings.TrimSpace(s) != s {
		return false
	}
	for _, r := range s {
		if r == unicode.ReplacementChar || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return false
		}
	}
	return true
}

func alpha2(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
