package trust

import (
	"bytes"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/probatum/probatum/keys"
)

// ErrUnknown says that no anchor vouches for a certificate.
var ErrUnknown = errors.New("no trust anchor vouches for the certificate")

// ErrForged says that a certificate bears, or claims to be issued under, a
// name that the set knows, but not with the key that goes with it.
var ErrForged = errors.New("the certificate uses a known name without its key")

// Bounds of the work that a file can make.
const (
	maxOthers    = 32 // certificates that it brings along
	maxNamesakes = 4  // of its own leaf that are looked into
)

// A Path leads from a certificate to the anchor that vouches for it, both
// included. It has one element where the certificate is itself an anchor.
type Path []*x509.Certificate

// Leaf is the certificate that the path is for.
func (p Path) Leaf() *x509.Certificate { return p[0] }

// Anchor is the certificate that the operator trusts.
func (p Path) Anchor() *x509.Certificate { return p[len(p)-1] }

// CheckTime says whether the path holds at a time: each certificate below the
// anchor must be within its validity, and the leaf always. An anchor is
// trusted because the operator says so, for as long as it lies in the trust
// set (RFC 5280, 6.1: its validity is not part of path validation; in EU
// trusted lists the listing counts, not the certificate's dates).
func (p Path) CheckTime(at time.Time) error {
	for i, c := range p {
		if i > 0 && i == len(p)-1 {
			break
		}
		if err := keys.CheckTime(c, at); err != nil {
			return err
		}
	}
	return nil
}

// Chain gives the path of a seal's certificate, as Path does, or says why
// there is none: ErrForged where names of the set are used without their keys,
// ErrUnknown for everything else that reaches no anchor.
func (s *Set) Chain(leaf *x509.Certificate, others []*x509.Certificate, at time.Time) (Path, error) {
	others = others[:min(len(others), maxOthers)]
	if p, ok := s.Path(leaf, others, at); ok {
		return p, nil
	}
	if s.forged(leaf, others, at) {
		return nil, ErrForged
	}
	return nil, ErrUnknown
}

// Path builds a path from leaf over some of others to an anchor: signatures,
// basic constraints, key usage, path length, name constraints and critical
// extensions are checked as RFC 5280 section 6 asks. Time is left to
// Path.CheckTime, since what a wrong time means depends on how the time is
// known; of several paths one that holds at the given time comes first.
func (s *Set) Path(leaf *x509.Certificate, others []*x509.Certificate, at time.Time) (Path, bool) {
	if s.Empty() || !strong(leaf) {
		return nil, false
	}
	brought := map[string]*x509.Certificate{string(leaf.Raw): leaf}
	between := x509.NewCertPool()
	for _, c := range others[:min(len(others), maxOthers)] {
		if strong(c) {
			brought[string(c.Raw)] = c
			between.AddCert(timeless(c))
		}
	}
	// crypto/x509 bounds the signatures that it tries.
	chains, err := timeless(leaf).Verify(x509.VerifyOptions{
		Roots:         s.roots,
		Intermediates: between,
		CurrentTime:   someTime,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil || len(chains) == 0 {
		return nil, false
	}
	var best Path
	for _, chain := range chains {
		p := make(Path, len(chain))
		for i, c := range chain {
			if p[i] = s.byRaw[string(c.Raw)]; p[i] == nil {
				p[i] = brought[string(c.Raw)]
			}
		}
		switch {
		case best == nil:
			best = p
		case best.CheckTime(at) == nil:
		case p.CheckTime(at) == nil:
			best = p
		}
	}
	return best, true
}

// crypto/x509 judges every certificate of a chain, anchors too, at one moment.
// Copies that are valid at some moment, all the same one, let it judge
// everything else.
var someTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func timeless(c *x509.Certificate) *x509.Certificate {
	t := *c
	t.NotBefore, t.NotAfter = someTime.Add(-time.Hour), someTime.Add(time.Hour)
	return &t
}

// forged tells whether a certificate that reaches no anchor walks under a name
// that is not its own.
func (s *Set) forged(leaf *x509.Certificate, others []*x509.Certificate, at time.Time) bool {
	// The leaf bears the name of an anchor, or of another certificate in the
	// file that does reach an anchor, but has another key.
	if wearsNameOf(leaf, s.named(leaf.RawSubject)) {
		return true
	}
	// It names an issuer that the set knows by its own certificate as its
	// owner, under whatever further names.
	for _, k := range ownerKeys(leaf) {
		if wearsNameOf(leaf, s.byOwner[k]) {
			return true
		}
	}
	tries := maxNamesakes
	for _, c := range others {
		if tries > 0 && sameName(c.RawSubject, leaf.RawSubject) && !sameKey(c, leaf) {
			if _, ok := s.Path(c, others, at); ok {
				return true
			}
			tries--
		}
	}
	// The leaf, or one of those that it claims to descend from, claims to be
	// issued by an anchor that never signed it.
	seen := map[string]bool{}
	for open := []*x509.Certificate{leaf}; len(open) > 0; open = open[1:] {
		c := open[0]
		if seen[string(c.Raw)] {
			continue
		}
		seen[string(c.Raw)] = true
		if claimed := s.named(c.RawIssuer); len(claimed) > 0 && !signedByOne(c, claimed) {
			return true
		}
		for _, parent := range others {
			if bytes.Equal(parent.RawSubject, c.RawIssuer) {
				open = append(open, parent)
			}
		}
	}
	return false
}

// named gives the anchors that bear a name.
func (s *Set) named(raw []byte) []*x509.Certificate {
	var out []*x509.Certificate
	for _, k := range nameKeys(raw) {
		out = append(out, s.byName[k]...)
	}
	return out
}

func wearsNameOf(c *x509.Certificate, named []*x509.Certificate) bool {
	return len(named) > 0 && !slices.ContainsFunc(named, func(a *x509.Certificate) bool { return sameKey(a, c) })
}

func sameKey(a, b *x509.Certificate) bool {
	return bytes.Equal(a.RawSubjectPublicKeyInfo, b.RawSubjectPublicKeyInfo)
}

// signedByOne tells whether the key of one of the anchors made the signature,
// whatever that anchor may sign.
func signedByOne(c *x509.Certificate, anchors []*x509.Certificate) bool {
	return slices.ContainsFunc(anchors, func(a *x509.Certificate) bool {
		return a.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
	})
}
