package trust

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/probatum/probatum/keys"
)

var (
	oidCommonName   = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidCountry      = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidOrganization = asn1.ObjectIdentifier{2, 5, 4, 10}
)

// ownerKeys gives the keys under which the owner of a seal certificate is
// known: legal name and country, and registration number. A certificate that
// names no owner has none.
func ownerKeys(c *x509.Certificate) []string {
	o, err := keys.OwnerOf(c)
	if err != nil {
		return nil
	}
	return []string{
		"name\x00" + normal(o.LegalName) + "\x00" + o.Country,
		"registration\x00" + normal(o.OrganizationIdentifier),
	}
}

// nameKeys gives the keys under which a distinguished name is known. Two names
// that share a key are the same to a reader: all attributes are equal, or at
// least common name, organisation and country are. Order, string types, case,
// width and white space do not count (RFC 5280, 7.1, asks for less): a forger
// should not get away with spelling a known name another way.
func nameKeys(raw []byte) []string {
	var seq pkix.RDNSequence
	if rest, err := asn1.Unmarshal(raw, &seq); err != nil || len(rest) > 0 {
		return nil
	}
	var all []string
	short := map[string]string{}
	for _, set := range seq {
		for _, a := range set {
			v := normal(a.Value)
			all = append(all, a.Type.String()+"="+v)
			for _, oid := range []asn1.ObjectIdentifier{oidCommonName, oidOrganization, oidCountry} {
				if a.Type.Equal(oid) && short[oid.String()] == "" {
					short[oid.String()] = v
				}
			}
		}
	}
	if len(all) == 0 {
		return nil // the empty name is nobody's
	}
	slices.Sort(all)
	out := []string{"all\x00" + strings.Join(all, "\x00")}
	if cn, o := short[oidCommonName.String()], short[oidOrganization.String()]; cn != "" && o != "" {
		out = append(out, "short\x00"+cn+"\x00"+o+"\x00"+short[oidCountry.String()])
	}
	return out
}

func sameName(a, b []byte) bool {
	kb := nameKeys(b)
	return slices.ContainsFunc(nameKeys(a), func(k string) bool { return slices.Contains(kb, k) })
}

// normal writes an attribute value in one spelling.
func normal(v any) string {
	s, ok := v.(string)
	if !ok {
		if b, ok := v.([]byte); ok {
			return "#" + hex.EncodeToString(b)
		}
		return fmt.Sprintf("#%v", v)
	}
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // invisible
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(s))), " ")
}

func rsaBits(c *x509.Certificate) (int, bool) {
	k, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok || k.N == nil {
		return 0, false
	}
	return k.N.BitLen(), true
}

// show makes a name fit for an error message to the operator.
func show(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
