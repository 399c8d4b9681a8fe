package body

import (
	"regexp"
	"strings"

	"github.com/probatum/probatum/elm"
)

// The forms of the identifier of a legal person in a certificate: ETSI EN 319 412-1,
// 5.1.4. The kind and the country come first, then the number in its register. Kinds of
// one country are two characters of its choice with a colon behind.
var (
	legalForm = regexp.MustCompile(`^(VAT|NTR|PSD|LEI|[!-~]{2}:)([A-Z]{2})-([!-~]+)$`)
	vatNumber = regexp.MustCompile(`^[0-9A-Z+*][0-9A-Z+*./-]{0,20}[0-9A-Z+*]$`) // authorities write VATBE-0949.383.342 and VATCH-CHE-221.032.573
	psdNumber = regexp.MustCompile(`^[A-Z]{2,8}-[!-~]+$`)
	leiNumber = regexp.MustCompile(`^[0-9A-Z]{18}[0-9]{2}$`)
)

// identifier looks at a registered identifier, as it will stand in the seal.
func (c *checker) identifier(path, s string) {
	if s == "" {
		return
	}
	m := legalForm.FindStringSubmatch(s)
	if m == nil {
		c.Add(path, "body.identifier.form", "", "Value", printable(s))
		return
	}
	kind, country, number := m[1], m[2], m[3]
	switch {
	case kind == "LEI" && (country != "XG" || !isLEI(number)):
		c.Add(path, "body.identifier.lei", "")
	case kind == "LEI":
	case !isCountry(kind, country):
		c.Add(path, "body.identifier.country", "", "Value", country)
	case kind == "VAT" && !vatNumber.MatchString(number):
		c.Add(path, "body.identifier.vat", "", "Value", printable(number))
	case kind == "PSD" && !psdNumber.MatchString(number):
		c.Add(path, "body.identifier.psd", "")
	}
}

// isCountry tells whether an identifier of a kind may name a country so. VAT numbers of
// Greece and of Northern Ireland have codes of their own (Directive 2006/112/EC, 215).
func isCountry(kind, code string) bool {
	switch code {
	case "EL", "XI":
		return kind == "VAT"
	case "UK":
		return false
	}
	_, ok := elm.Country(code)
	return ok
}

// isLEI tells whether a number may be a legal entity identifier: ISO 17442, with the
// check digits of ISO/IEC 7064 MOD 97-10.
func isLEI(s string) bool {
	if !leiNumber.MatchString(s) {
		return false
	}
	rest := 0
	for _, r := range s {
		if strings.ContainsRune("0123456789", r) {
			rest = (rest*10 + int(r-'0')) % 97
		} else {
			rest = (rest*100 + int(r-'A') + 10) % 97
		}
	}
	return rest == 1
}
