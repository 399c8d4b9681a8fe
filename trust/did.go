package trust

import (
	"context"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
)

// Resolve gives the DID document of a DID: the one in the set, else, for a
// did:key or a did:jwk, the one that the identifier stands for. Nothing is
// fetched; of others the error is integrity.ErrUnresolved.
func (s *Set) Resolve(_ context.Context, did string) (keys.DIDDocument, error) {
	if doc, ok := s.dids[did]; ok {
		return doc, nil
	}
	if doc, ok, err := selfContained(did); ok {
		return doc, err
	}
	if strings.HasPrefix(did, didWeb) {
		if _, err := keys.DIDWebURL(did); err != nil {
			return keys.DIDDocument{}, err // it could never be had
		}
	}
	return keys.DIDDocument{}, fmt.Errorf("resolving a DID whose document is not in the trust folder: %w", integrity.ErrUnresolved)
}

// The methods whose identifiers say the key themselves.
const (
	didKey = "did:key:"
	didJWK = "did:jwk:"
)

// selfContained gives the document of a DID that says its key itself.
func selfContained(did string) (keys.DIDDocument, bool, error) {
	switch {
	case strings.HasPrefix(did, didKey):
		doc, err := keys.ResolveDIDKey(did)
		return doc, true, err
	case strings.HasPrefix(did, didJWK):
		doc, err := keys.ResolveDIDJWK(did)
		return doc, true, err
	}
	return keys.DIDDocument{}, false, nil
}

// A Standing is what a set knows of an issuer that goes by a DID.
type Standing struct {
	// Vouched tells that the set vouches for the key of this issuer by a DID
	// document or a set of keys. Neither says a name that anybody checked.
	Vouched bool

	// Certificates are those of the set that have the key, most of them none
	// or one. Each names its owner.
	Certificates []*x509.Certificate
}

// Standing says what the set knows of an issuer whose verification method has
// the key. The DID document, if the set has one, must list the method for
// assertions and not revoke it; whoever asks has checked that the method is the issuer's.
func (s *Set) Standing(did, method string, pub crypto.PublicKey) Standing {
	k, ok := keyOf(pub)
	if !ok {
		return Standing{}
	}
	out := Standing{Vouched: s.jwks[k], Certificates: slices.Clone(s.byKey[k])}
	if doc, ok := s.dids[did]; ok {
		m, listed := doc.Method(method, keys.AssertionMethod)
		out.Vouched = out.Vouched || listed && m.Revoked.IsZero() && sameAs(m.Key, k)
	}
	return out
}

// A Claimant is what a credential says of its issuer: any of it may be made up.
type Claimant struct {
	DID           string
	Names         []string // in any language
	Countries     []string // alpha-2; none where the credential tells none
	Registrations []string
}

// Imitates tells whether a claimant bears the name or the registration of an
// owner that the set knows by certificate, and has none of the keys of that
// owner: neither pub nor one that the set's DID document of the claimant lists.
// A name counts in the country of its owner, and where no country is told.
func (s *Set) Imitates(c Claimant, pub crypto.PublicKey) bool {
	own := map[string]bool{}
	if k, ok := keyOf(pub); ok {
		own[k] = true
	}
	for _, m := range s.dids[c.DID].Methods {
		if k, ok := keyOf(m.Key); ok && m.Revoked.IsZero() {
			own[k] = true
		}
	}
	wears := func(known []*x509.Certificate) bool {
		return len(known) > 0 && !slices.ContainsFunc(known, func(a *x509.Certificate) bool {
			k, ok := keyOf(a.PublicKey)
			return ok && own[k]
		})
	}
	for _, n := range c.Names {
		known := s.owners["name\x00"+normal(n)]
		if len(c.Countries) > 0 {
			known = slices.DeleteFunc(slices.Clone(known), func(a *x509.Certificate) bool {
				o, err := keys.OwnerOf(a)
				return err != nil || !slices.Contains(c.Countries, o.Country)
			})
		}
		if wears(known) {
			return true
		}
	}
	return slices.ContainsFunc(c.Registrations, func(r string) bool { return wears(s.owners["registration\x00"+registration(r)]) })
}

// learn enters a certificate into the indexes of those who go by their key.
func (s *Set) learn(a *x509.Certificate) {
	if k, ok := keyOf(a.PublicKey); ok && maySign(a) {
		s.byKey[k] = append(s.byKey[k], a)
	}
	if o, err := keys.OwnerOf(a); err == nil {
		for _, k := range []string{"name\x00" + normal(o.LegalName), "registration\x00" + registration(o.OrganizationIdentifier)} {
			s.owners[k] = append(s.owners[k], a)
		}
	}
}

// maySign tells whether a certificate lets its key sign documents (RFC 5280,
// 4.2.1.3): one that states no key usage is not limited.
func maySign(c *x509.Certificate) bool {
	if c.KeyUsage != 0 {
		return c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) != 0
	}
	return !slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidKeyUsage) })
}

var oidKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 15}

// takeDIDDocument reads a *.did.json. Its id is an issuer that is trusted, with
// the keys that it lists for assertions.
func (s *Set) takeDIDDocument(data []byte) error {
	doc, err := keys.ParseDIDDocument(data)
	if err != nil {
		return err
	}
	if _, twice := s.dids[doc.ID]; twice {
		return errors.New("another file in the folder has the same id")
	}
	usable := slices.ContainsFunc(doc.AssertionMethod, func(id string) bool {
		m, ok := doc.Method(id, keys.AssertionMethod)
		return ok && m.Revoked.IsZero()
	})
	if !usable {
		return errors.New("assertionMethod lists no key that can be used: Multikey or JsonWebKey, not revoked, on Ed25519, P-256, P-384 or RSA")
	}
	for _, m := range doc.Methods {
		if m.Controller != doc.ID {
			return errors.New("a verification method is controlled by another DID")
		}
	}
	// Some DIDs say their key themselves. A document that says another one is
	// wrong, or an attempt.
	self, ok, err := selfContained(doc.ID)
	if err != nil {
		return fmt.Errorf("the id: %w", err)
	}
	for _, m := range doc.Methods {
		if k, known := keyOf(m.Key); ok && (!known || !sameAs(self.Methods[0].Key, k)) {
			return errors.New("a key differs from the one that the DID itself says")
		}
	}
	if len(s.dids) >= maxIssuers {
		return fmt.Errorf("more than %d DID documents in the folder", maxIssuers)
	}
	s.dids[doc.ID] = doc
	return nil
}

// keyOf gives a public key in one spelling, to be compared by.
func keyOf(pub crypto.PublicKey) (string, bool) {
	if pub == nil {
		return "", false
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	return string(der), err == nil
}

func sameAs(pub crypto.PublicKey, key string) bool {
	k, ok := keyOf(pub)
	return ok && k == key
}
