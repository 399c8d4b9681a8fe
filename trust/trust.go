// Package trust knows whom the operator trusts: the certificates that are
// anchors, what is known of revoked ones, and the issuers that go by a DID or
// by a bare key. It builds the path from a seal's certificate to an anchor,
// resolves DIDs, and says who is known by name. A Set never asks anybody: what is
// not in the set or in the file does not count. A Resolver asks issuers for their
// keys, at the origins that the operator listed; that makes nobody trusted.
//
// Start with Load, then Set.Chain for certificates, Set.Resolve and
// Set.Standing for DIDs, and NewResolver for the keys that issuers publish.
package trust

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"github.com/probatum/probatum/keys"
)

// A Set is what one operator trusts. It does not change once it is made and
// may be used by many at once. The zero Set trusts nobody.
type Set struct {
	anchors []*x509.Certificate
	byName  map[string][]*x509.Certificate // anchors by normalised subject
	byOwner map[string][]*x509.Certificate // those of single issuers by the owner they name
	byRaw   map[string]*x509.Certificate
	roots   *x509.CertPool // the anchors, timeless
	crls    []*x509.RevocationList
	hosts   []string
	servers []*x509.Certificate // of servers that may be asked

	dids   map[string]keys.DIDDocument    // by id
	jwks   map[string]bool                // bare keys, as keyOf writes them
	byKey  map[string][]*x509.Certificate // anchors whose key may sign, by that key
	owners map[string][]*x509.Certificate // all anchors that name an owner, by name and by registration

	snapshots map[string][][]byte // copies of status lists by address
}

// New makes a Set of anchors: certificates that the operator trusts for what
// they are, self-signed or not, those of authorities and those of single
// issuers alike, as in EU trusted lists. An anchor whose key is too weak to be
// trusted is an error.
func New(anchors ...*x509.Certificate) (*Set, error) {
	s := &Set{
		byName: map[string][]*x509.Certificate{}, byOwner: map[string][]*x509.Certificate{},
		byRaw: map[string]*x509.Certificate{}, roots: x509.NewCertPool(),
		dids: map[string]keys.DIDDocument{}, jwks: map[string]bool{},
		byKey: map[string][]*x509.Certificate{}, owners: map[string][]*x509.Certificate{},
		snapshots: map[string][][]byte{},
	}
	for _, a := range anchors {
		if err := s.add(a); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// WithCRLs returns a Set that also knows the revocation lists. Each counts for
// the certificates of the authority that signed it, and for no others.
func (s *Set) WithCRLs(crls ...*x509.RevocationList) *Set {
	c := *s
	c.crls = append(slices.Clone(s.crls), crls...)
	return &c
}

func (s *Set) add(a *x509.Certificate) error {
	if a == nil {
		return errors.New("trust anchor: no certificate")
	}
	if s.byRaw[string(a.Raw)] != nil {
		return nil
	}
	if !strong(a) {
		return fmt.Errorf("trust anchor %q: its key is too weak, or larger than can be checked", show(a.Subject.CommonName))
	}
	s.anchors = append(s.anchors, a)
	s.byRaw[string(a.Raw)] = a
	s.roots.AddCert(timeless(a))
	for _, k := range nameKeys(a.RawSubject) {
		s.byName[k] = append(s.byName[k], a)
	}
	if !a.IsCA && keys.CheckSeal(a) == nil {
		for _, k := range ownerKeys(a) {
			s.byOwner[k] = append(s.byOwner[k], a)
		}
	}
	s.learn(a)
	return nil
}

// Anchors gives the certificates that are trusted.
func (s *Set) Anchors() []*x509.Certificate { return slices.Clone(s.anchors) }

// Hosts gives the origins that the operator allows to be fetched.
func (s *Set) Hosts() []string { return slices.Clone(s.hosts) }

// Empty tells that the set trusts nobody.
func (s *Set) Empty() bool { return len(s.anchors) == 0 && len(s.dids) == 0 && len(s.jwks) == 0 }

// strong tells whether the key of a certificate may vouch for others: RSA of
// 2048 bits or more, or another kind that crypto/x509 verifies with. Keys that
// would take long to compute with are none.
func strong(c *x509.Certificate) bool {
	bits, ok := rsaBits(c)
	return !ok || bits >= keys.MinRSABits && bits <= keys.MaxRSABits
}
