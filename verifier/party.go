package verifier

import (
	"crypto"
	"crypto/x509"
	"slices"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/trust"
)

// A party is an issuer that is known by its key: what the credential says of it,
// and what the trust set does.
type party struct {
	*run
	issuer claimant
	owners []*x509.Certificate // that say whose the key is
}

// A footing is how an issuer stands with its key.
type footing int

// The footings: somebody who walks under the name of an owner that the trust set
// knows, or whose certificate does not stand behind it, is refused.
const (
	refused footing = iota
	unknown         // to the trust set
	over            // known by a certificate that is over, but was good when the seal says it was made
	firm
)

// footing asks what the trust set knows of the issuer by a key that is its own,
// and by which name it calls it. That it is refused is recorded.
func (p *party) footing(key crypto.PublicKey, method string, created time.Time) footing {
	if p.path == nil && p.trust.Imitates(p.issuer.Claimant, key) {
		p.unseal("verify.seal.imitated", nil)
		return refused
	}
	standing := p.trust.Standing(p.issuer.DID, method, key)
	p.owners = append(p.owners, standing.Certificates...)
	good, since := p.standing(standing.Certificates)
	switch {
	case !since.IsZero():
		p.unseal("verify.seal.revoked", map[string]any{"Date": since})
		return refused
	case standing.Vouched || good:
		return firm
	case len(standing.Certificates) == 0:
		return unknown
	case slices.ContainsFunc(standing.Certificates, func(c *x509.Certificate) bool { return keys.CheckTime(c, created) == nil }):
		return over
	}
	p.unseal("verify.seal.time.never", nil)
	return refused
}

// stands judges the key of a token: by the certificates that it brings, if any,
// and by what the trust set knows of the key.
func (p *party) stands(key crypto.PublicKey, method string, brought []*x509.Certificate) bool {
	if len(brought) > 0 {
		if !p.chained(brought[0], brought[1:], trust.Evidence{}) {
			return false
		}
		if p.path != nil {
			p.owners = append(p.owners, brought[0])
		}
	}
	if p.path != nil && p.path.CheckTime(p.signed) == nil {
		// An authority vouches for the key. Another certificate for it may be
		// over, but not revoked.
		if _, since := p.standing(p.trust.Standing(p.issuer.DID, method, key).Certificates); !since.IsZero() {
			return p.unseal("verify.seal.revoked", map[string]any{"Date": since})
		}
		return p.pass(Seal, "verify.seal.pass")
	}
	switch f := p.footing(key, method, p.claimed); {
	case f == refused:
		return false
	case f == firm:
		p.answered = true
	case p.path != nil:
		return p.timely(brought[0], false)
	case f == over:
		p.answered = true
		p.notDone(Seal, proof.Key, "verify.seal.time.claimed")
		return true
	case len(brought) > 0:
		return p.timely(brought[0], false)
	}
	return p.pass(Seal, "verify.seal.pass")
}

// standing looks for a certificate that holds at the time of the seal. If there
// is none because one was revoked, it gives the time of that.
func (p *party) standing(certificates []*x509.Certificate) (good bool, revoked time.Time) {
	for _, c := range certificates {
		rev := p.trust.Revocation(trust.Path{c}, p.signed, trust.Evidence{})
		switch {
		case rev.Revoked != nil:
			revoked = rev.Since
		case keys.CheckTime(c, p.signed) == nil:
			good = true
		}
	}
	if good {
		return true, time.Time{}
	}
	return false, revoked
}

// ofKey holds the issuer named inside against the owner of its key. That
// the key is the one of the DID was checked with the proof; where the trust set
// has a certificate with that key, its owner must be the one that the
// credential names, and what it says of the owner is what is told.
func (p *party) ofKey() bool {
	p.report.Issuer = &Issuer{Name: p.issuer.name("en"), Names: p.issuer.told(), ID: p.issuer.DID, Claimed: true}
	for _, c := range p.owners {
		owner, err := keys.OwnerOf(c)
		if err != nil {
			continue // a certificate that names nobody clearly says nothing here
		}
		p.report.Issuer = issuerOf(owner)
		if key := p.issuer.differs(owner); key != "" {
			return p.fail(Owner, proof.Key, key, nil)
		}
		p.report.Issuer.ID = p.issuer.DID
	}
	if p.report.Issuer.Claimed {
		return p.pass(Owner, "verify.owner.did")
	}
	return p.pass(Owner, "verify.owner.pass")
}
