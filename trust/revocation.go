package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/probatum/probatum/keys"
)

// Bounds of the revocation data that a file may bring along.
const (
	maxAnswers = 32
	clockSkew  = time.Minute
)

// Evidence is revocation data that a file brings along: answers of OCSP
// responders and revocation lists, in DER. None of it is believed before it is
// verified under the path.
type Evidence struct {
	OCSPs [][]byte
	CRLs  [][]byte
}

// A Revocation is what is known about the certificates of a path.
type Revocation struct {
	// Revoked is the certificate that was revoked at or before the time asked
	// for; nil if none is known to be.
	Revoked *x509.Certificate
	Since   time.Time

	// Covered tells that data for that time was there for the leaf.
	Covered bool
}

// Revocation judges the path at a time by the lists of the set and by what the
// file brought. A certificate is revoked if its authority says so from that
// time or earlier: also in data that is out of date, for what is revoked stays
// so. Data that is not signed by the authority or its responder, or cannot be
// read, is no data.
func (s *Set) Revocation(p Path, at time.Time, ev Evidence) Revocation {
	var out Revocation
	crls := slices.Clone(s.crls)
	for _, der := range ev.CRLs[:min(len(ev.CRLs), maxAnswers)] {
		if crl, err := x509.ParseRevocationList(der); err == nil {
			crls = append(crls, crl)
		}
	}
	ocsps := ev.OCSPs[:min(len(ev.OCSPs), maxAnswers)]
	p = s.above(p)
	for i := 0; i+1 < len(p); i++ {
		cert, issuer := p[i], p[i+1]
		for _, crl := range crls {
			out.take(i, cert, fromCRL(crl, cert, issuer, at))
		}
		for _, der := range ocsps {
			out.take(i, cert, fromOCSP(der, cert, issuer, at))
		}
	}
	return out
}

// above lengthens a path by the anchors that stand over its own: a certificate
// that is trusted for itself can still be revoked by an authority that is
// trusted, too.
func (s *Set) above(p Path) Path {
	for len(p) > 0 && len(p) < keys.MaxChain {
		last := p.Anchor()
		i := slices.IndexFunc(s.named(last.RawIssuer), func(a *x509.Certificate) bool {
			return !slices.ContainsFunc(p, a.Equal) && bytes.Equal(a.RawSubject, last.RawIssuer) && last.CheckSignatureFrom(a) == nil
		})
		if i < 0 {
			break
		}
		p = append(slices.Clip(p), s.named(last.RawIssuer)[i])
	}
	return p
}

// An opinion is what one piece of data says about one certificate.
type opinion struct {
	revoked bool
	since   time.Time
	covers  bool // it was made for the time asked for
}

func (r *Revocation) take(depth int, cert *x509.Certificate, o opinion) {
	if o.revoked && (r.Revoked == nil || r.Revoked.Equal(cert) && o.since.Before(r.Since)) {
		r.Revoked, r.Since = cert, o.since
	}
	r.Covered = r.Covered || depth == 0 && (o.covers || o.revoked)
}

var (
	oidIssuingDistributionPoint = asn1.ObjectIdentifier{2, 5, 29, 28}
	oidDeltaCRL                 = asn1.ObjectIdentifier{2, 5, 29, 27}
)

const removeFromCRL = 8 // RFC 5280, 5.3.1

// fromCRL reads a revocation list that the authority signed itself. Lists by
// others on its behalf (indirect ones) are not understood, nor are unknown
// critical extensions (RFC 5280, 5.2).
func fromCRL(crl *x509.RevocationList, cert, issuer *x509.Certificate, at time.Time) opinion {
	if !bytes.Equal(crl.RawIssuer, cert.RawIssuer) || crl.CheckSignatureFrom(issuer) != nil {
		return opinion{}
	}
	whole := true // the list is complete for certificates like this one
	for _, e := range crl.Extensions {
		switch {
		case e.Id.Equal(oidIssuingDistributionPoint):
			indirect, partial := distributionPoint(e.Value)
			if indirect {
				return opinion{}
			}
			whole = whole && !partial
		case e.Id.Equal(oidDeltaCRL):
			whole = false
		case e.Critical:
			return opinion{}
		}
	}
	for _, entry := range crl.RevokedCertificateEntries {
		if entry.SerialNumber == nil || entry.SerialNumber.Cmp(cert.SerialNumber) != 0 || entry.ReasonCode == removeFromCRL {
			continue
		}
		return opinion{revoked: !entry.RevocationTime.After(at), since: entry.RevocationTime, covers: true}
	}
	return opinion{covers: whole && covers(crl.ThisUpdate, crl.NextUpdate, at)}
}

// distributionPoint reads the flags of an issuing distribution point: whether
// the list is indirect, and whether it leaves certificates out.
func distributionPoint(der []byte) (indirect, partial bool) {
	var idp struct {
		Point      asn1.RawValue  `asn1:"optional,tag:0"`
		OnlyUser   bool           `asn1:"optional,tag:1"`
		OnlyCA     bool           `asn1:"optional,tag:2"`
		Reasons    asn1.BitString `asn1:"optional,tag:3"`
		Indirect   bool           `asn1:"optional,tag:4"`
		OnlyAttrib bool           `asn1:"optional,tag:5"`
	}
	if rest, err := asn1.Unmarshal(der, &idp); err != nil || len(rest) > 0 {
		return true, true // not understood: not used
	}
	return idp.Indirect, idp.OnlyUser || idp.OnlyCA || idp.OnlyAttrib || idp.Reasons.BitLength > 0
}

// fromOCSP reads an answer that the authority signed itself, or a responder
// whom it delegated: its certificate is signed by the authority and says
// OCSPSigning (RFC 6960, 4.2.2.2).
func fromOCSP(der []byte, cert, issuer *x509.Certificate, at time.Time) opinion {
	r, err := ocsp.ParseResponseForCert(der, cert, issuer)
	if err != nil {
		return opinion{}
	}
	if c := r.Certificate; c != nil && !c.Equal(issuer) {
		if !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) || !strong(c) ||
			r.ProducedAt.Before(c.NotBefore) || r.ProducedAt.After(c.NotAfter) {
			return opinion{}
		}
	}
	switch r.Status {
	case ocsp.Revoked:
		return opinion{revoked: !r.RevokedAt.After(at), since: r.RevokedAt, covers: true}
	case ocsp.Good:
		return opinion{covers: covers(r.ThisUpdate, r.NextUpdate, at)}
	}
	return opinion{}
}

// covers tells whether data made at from, to be renewed by until, says
// something about a time: made later, it knows of every revocation up to
// then; made before, it counts until the next was due.
func covers(from, until, at time.Time) bool {
	return !from.Before(at.Add(-clockSkew)) || !until.IsZero() && !until.Before(at)
}
