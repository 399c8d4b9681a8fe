package verifier

import (
	"context"
	"crypto"
	"crypto/x509"
	"slices"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/trust"
)

// maxStamps bounds the time-stamps whose authority is looked up.
const maxStamps = 6

// A seal is a JAdES signature round a European digital credential.
type seal struct {
	*run
	file    *jades.File
	stamped bool // a trusted time-stamp says when the seal was made
}

// holds verifies the seal and judges its certificate.
func (s *seal) holds(context.Context) bool {
	if s.ambiguous(s.file.Payload) {
		return false
	}
	if err := s.file.VerifySignature(); err != nil {
		return s.refuse(err)
	}
	s.claimed = s.file.SigT
	s.stamps()
	leaf := s.file.Certificates[0]
	return s.chained(leaf, s.others(), s.evidence()) && s.timely(leaf, s.stamped)
}

// content reads what a seal is round: JSON, a credential of a known type, under
// contexts that are pinned.
func (s *seal) content() bool {
	list, err := strictjson.Members(s.file.Payload)
	if err != nil {
		s.report.Form = ""
		return s.refuseJSON(err)
	}
	s.read(s.file.Payload, list)
	if nearlyKnown(s.document.raw) {
		s.report.Form = ""
		return s.fail(Format, proof.Malformed, "verify.format.case", nil)
	}
	if !knownType(s.document.root["type"]) || s.document.root.has("@type") {
		s.report.Form = ""
		return s.fail(Format, proof.Type, "verify.format.type", nil)
	}
	if !knownContext(s.document.root["@context"]) || nestedContext(list) {
		return s.fail(Format, proof.Context, "verify.format.context", nil)
	}
	if p, ok := s.document.root["proof"]; ok && !empty(p) {
		// European digital credentials have their proof outside. Nothing here
		// would check this one, and it must not look as if somebody had.
		s.report.Timestamps = nil
		return s.fail(Seal, proof.Proof, "verify.seal.second", nil)
	}
	return s.pass(Format, "verify.format.pass")
}

// owner holds the issuer named inside against the owner that the certificate
// names.
func (s *seal) owner() bool { return s.ownedBy(s.file.Certificates[0]) }

// schema holds the claims against the rules of the European Learning Model.
func (s *seal) schema() {
	s.checked(elmModel, s.document, elm.Check(s.document.raw, elm.Options{}), func(c *elm.Credential) bool { return profiled(c.CredentialSchema) })
}

func (s *seal) prover() prover {
	leaf := s.file.Certificates[0]
	p := prover{keys: []crypto.PublicKey{leaf.PublicKey}}
	if s.path != nil {
		p.certificates = []*x509.Certificate{leaf}
	}
	return p
}

// others are the certificates that may help to build a path: those that were
// sealed first, then those that anybody may have added.
func (s *seal) others() []*x509.Certificate {
	return slices.Concat(s.file.Certificates[1:], s.file.Extra)
}

func (s *seal) evidence() trust.Evidence {
	return trust.Evidence{OCSPs: s.file.OCSPs, CRLs: s.file.CRLs}
}

// stamps judges the time-stamps in the seal. The earliest signature time-stamp
// of a trusted authority says when the seal was made. A content time-stamp
// does not: it is older than the seal. Nor does an archive time-stamp, which
// is not needed for it.
func (s *seal) stamps() {
	f := s.file
	budget := maxStamps
	for _, group := range []struct {
		kind TimestampKind
		list []jades.TimeStamp
	}{
		{SignatureTimestamp, f.SignatureTimeStamps},
		{ContentTimestamp, f.ContentTimeStamps},
		{ArchiveTimestamp, f.ArchiveTimeStamps},
	} {
		for _, ts := range group.list {
			t := s.stamp(group.kind, ts, budget > 0)
			budget--
			if t.Trusted && t.Kind == SignatureTimestamp && (!s.stamped || t.Time.Before(s.signed)) {
				s.signed, s.stamped = t.Time, true
			}
			s.report.Timestamps = append(s.report.Timestamps, t)
		}
	}
}

func (s *seal) stamp(kind TimestampKind, ts jades.TimeStamp, judge bool) Timestamp {
	t := Timestamp{Kind: kind, Key: "verify.timestamp." + string(kind) + ".broken"}
	if ts.Token == nil {
		return t
	}
	t.Time, t.Authority = ts.Token.GenTime.UTC(), authorityName(ts.Token.Authority)
	if !judge {
		t.Key = "verify.timestamp.unjudged"
		return t
	}
	// The unprotected header is one thing: where a part of it is damaged or
	// out of place, nothing in it is relied on.
	if kind != ContentTimestamp && s.file.Damage != nil || ts.Verify() != nil {
		return t
	}
	t.Intact = true
	t.Trusted = s.vouched(ts)
	t.Key = "verify.timestamp." + string(kind) + ".untrusted"
	if t.Trusted {
		t.Key = "verify.timestamp." + string(kind) + ".trusted"
	}
	return t
}

// vouched tells whether the trust set anchors the authority of a time-stamp,
// its chain judged at the time that it states.
func (s *seal) vouched(ts jades.TimeStamp) bool {
	at := ts.Token.GenTime
	if at.After(s.now.Add(Skew)) {
		return false // stamped tomorrow
	}
	path, ok := s.trust.Path(ts.Token.Authority, slices.Concat(ts.Token.Certificates, s.file.Extra), at)
	if !ok || path.CheckTime(at) != nil {
		return false
	}
	return s.trust.Revocation(path, at, s.evidence()).Revoked == nil
}

func authorityName(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	if c.Subject.CommonName != "" {
		return c.Subject.CommonName
	}
	if len(c.Subject.Organization) > 0 {
		return c.Subject.Organization[0]
	}
	return ""
}
