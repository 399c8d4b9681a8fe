package keys_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"testing"

	"github.com/probatum/probatum/keys"
)

func TestOwnerOf(t *testing.T) {
	t.Parallel()
	id := func(s string) []pkix.AttributeTypeAndValue {
		return []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 97}, Value: s}}
	}
	whole := keys.Owner{LegalName: "Nordlicht", CommonName: "Nordlicht Seal", OrganizationIdentifier: "VATDE-000000000", Country: "DE"}
	for _, c := range []struct {
		name   string
		change func(*pkix.Name)
		owner  keys.Owner
		key    string
	}{
		{"whole", func(*pkix.Name) {}, whole, ""},
		{"umlauts", func(n *pkix.Name) { n.Organization = []string{"Prüfstelle Zürich"} },
			keys.Owner{LegalName: "Prüfstelle Zürich", CommonName: "Nordlicht Seal", OrganizationIdentifier: "VATDE-000000000", Country: "DE"}, ""},
		{"without common name", func(n *pkix.Name) { n.CommonName = "" },
			keys.Owner{LegalName: "Nordlicht", OrganizationIdentifier: "VATDE-000000000", Country: "DE"}, ""},
		{"small country", func(n *pkix.Name) { n.Country = []string{"de"} }, whole, ""},

		{"without organisation", func(n *pkix.Name) { n.Organization = nil }, keys.Owner{}, "proof.key.owner.name"},
		{"two organisations", func(n *pkix.Name) { n.Organization = []string{"A", "B"} }, keys.Owner{}, "proof.key.owner.twice"},
		{"two identifiers", func(n *pkix.Name) { n.ExtraNames = append(id("VATDE-1"), id("VATDE-2")...) }, keys.Owner{}, "proof.key.owner.twice"},
		{"without identifier", func(n *pkix.Name) { n.ExtraNames = nil }, keys.Owner{}, "proof.key.owner.identifier"},
		{"without country", func(n *pkix.Name) { n.Country = nil }, keys.Owner{}, "proof.key.owner.country"},
		{"country of three letters", func(n *pkix.Name) { n.Country = []string{"DEU"} }, keys.Owner{}, "proof.key.owner.country"},
		{"two countries", func(n *pkix.Name) { n.Country = []string{"DE", "FR"} }, keys.Owner{}, "proof.key.owner.twice"},
		{"two common names", func(n *pkix.Name) {
			n.ExtraNames = append(id("VATDE-1"), pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "a"},
				pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "b"})
		}, keys.Owner{}, "proof.key.owner.twice"},
		{"space round the name", func(n *pkix.Name) { n.Organization = []string{" Nordlicht"} }, keys.Owner{}, "proof.key.owner.unreadable"},
		{"NUL in the name", func(n *pkix.Name) { n.Organization = []string{"Nord\x00licht"} }, keys.Owner{}, "proof.key.owner.unreadable"},
		{"text turned round", func(n *pkix.Name) { n.Organization = []string{"Nord\u202elicht"} }, keys.Owner{}, "proof.key.owner.unreadable"},
		{"overlong name", func(n *pkix.Name) { n.Organization = []string{strings.Repeat("x", 301)} }, keys.Owner{}, "proof.key.owner.unreadable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cert := testPKI().seal(func(x *x509.Certificate) { c.change(&x.Subject) }, p256().Public())
			got, err := keys.OwnerOf(cert)
			want(t, err, c.key)
			if got != c.owner {
				t.Errorf("owner %+v, want %+v", got, c.owner)
			}
		})
	}
}
