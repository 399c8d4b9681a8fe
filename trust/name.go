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
		"registration\x00" + registration(o.OrganizationIdentifier),
	}
}

// nameKeys gives the keys under which a distinguished name is known. Two names
// that share a key are the same to a reader: all attributes are equal, or at
// least common name, organisation and country are. Order, string types, and what
// normal passes over do not count (RFC 5280, 7.1, asks for less): a forger
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

// normal writes an attribute value in one spelling: its letters and digits, as a
// reader sees them. Case, width, accents, white space, and signs other than those
// between two digits do not count.
func normal(v any) string {
	s, ok := v.(string)
	if !ok {
		if b, ok := v.([]byte); ok {
			return "#" + hex.EncodeToString(b)
		}
		return fmt.Sprintf("#%v", v)
	}
	// Twice, since NFKD makes new ones: a half-width filler becomes a filler.
	shown := []rune(seen(norm.NFKD.String(seen(s))))
	var b strings.Builder
	var last rune // that was a letter or digit
	between := false
	for _, r := range shown {
		if !unicode.In(r, unicode.L, unicode.N, unicode.M) {
			between = between || !unicode.IsSpace(r)
			continue
		}
		if between && unicode.IsDigit(r) && unicode.IsDigit(last) {
			b.WriteByte('.') // "1.1" is not "11"
		}
		last, between = r, false
		b.WriteRune(r)
	}
	if b.Len() == 0 {
		return string(shown) // signs alone are told apart by the signs
	}
	return b.String()
}

// registration writes a registration number in one spelling: its letters and
// digits. Where the dash of "VATDE-000000000" stands, and which dash, tells
// nobody apart.
func registration(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, normal(s))
}

// seen gives what a reader sees of a name: without characters that nobody sees
// and without accents, in lower case, and with one letter for those that look the
// same. A name without its accents is a usual spelling of it.
func seen(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point), unicode.Is(accents, r):
			return -1
		}
		r = unicode.ToLower(r)
		if latin, ok := lookalikes[r]; ok {
			return latin
		}
		return r
	}, s)
	return ligatures.Replace(s)
}

// accents are the combining marks of the Latin, Greek and Cyrillic scripts. Those
// of other scripts are their vowels.
var accents = &unicode.RangeTable{R16: []unicode.Range16{
	{0x0300, 0x036f, 1}, {0x1ab0, 0x1aff, 1}, {0x1dc0, 0x1dff, 1}, {0x20d0, 0x20ff, 1}, {0xfe20, 0xfe2f, 1},
}}

var ligatures = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe")

// lookalikes are the small letters that, small or as capitals, cannot be told from
// a Latin letter (after Unicode Technical Standard 39, 4: confusable in
// whole-script and mixed-script names). Both sides of a comparison are written
// so, which costs a Greek or Bulgarian name nothing.
var lookalikes = func() map[rune]rune {
	out := map[rune]rune{}
	for _, script := range [...]struct{ letters, latin string }{
		{"авсԁеһніјкӏморԛѕтуүԝхѵ", "abcdehhijklmopqstyywxv"}, // Cyrillic
		{"αβεηικμνορτυχζ", "abehikmnoptyxz"},                 // Greek
		{"օոսհյցզ", "onuhjgq"},                               // Armenian
		{"ıɑɓɗɡɩʟɪɴᴏᴄᴠᴡᴢꜱʀʏᴀʙᴅᴇɢʜᴊᴋᴍᴘᴛᴜłøđħǀƅ", "iabdgilinocvwzsryabdeghjkmptulodhlb"}, // Latin beyond the alphabet
		{"ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜ", "abcdefghijklmnoprstuvwxyz"},                     // Lisu
		{"ꭺꭼꮋꮶꮇꭲꮲꮪꮯꮤꮓꮐꮩꮢꭰꮮ", "aehkmtpscwzgvrdl"},                                       // Cherokee
		{"|∣ⲟס", "lloo"},
	} {
		latin := []rune(script.latin)
		for i, r := range []rune(script.letters) {
			out[r] = latin[i]
		}
	}
	return out
}()

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
