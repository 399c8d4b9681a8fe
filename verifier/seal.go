package verifier

import (
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/trust"
)

// maxStamps bounds the time-stamps whose authority is looked up.
const maxStamps = 6

// sealed verifies the seal and judges its certificate.
func (r *run) sealed() bool {
	if r.ambiguous() {
		return false
	}
	if err := r.file.VerifySignature(); err != nil {
		return r.refuse(err)
	}
	r.stamps()
	path, err := r.trust.Chain(r.file.Certificates[0], r.others(), r.signed)
	if errors.Is(err, trust.ErrForged) {
		return r.unseal("verify.seal.forged", nil)
	}
	r.path = path
	if path != nil {
		if rev := r.trust.Revocation(path, r.signed, r.evidence()); rev.Revoked != nil {
			return r.unseal("verify.seal.revoked", map[string]any{"Date": rev.Since})
		}
	}
	switch {
	case r.within(r.signed):
		return r.pass(Seal, "verify.seal.pass")
	case r.stamped:
		return r.unseal("verify.seal.time.stamped", nil)
	case r.within(r.file.SigT):
		r.notDone(Seal, proof.Key, "verify.seal.time.claimed")
		return true
	default:
		return r.unseal("verify.seal.time.never", nil)
	}
}

// unseal records that the key may not have made this seal. Nothing that hangs
// on it is told.
func (r *run) unseal(key string, args map[string]any) bool {
	r.report.Timestamps = nil
	return r.fail(Seal, proof.Key, key, args)
}

// within tells whether the certificates are valid at a time: those of the
// path, or the leaf alone where there is no path.
func (r *run) within(at time.Time) bool {
	if r.path != nil {
		return r.path.CheckTime(at) == nil
	}
	return keys.CheckTime(r.file.Certificates[0], at) == nil
}

// others are the certificates that may help to build a path: those that were
// sealed first, then those that anybody may have added.
func (r *run) others() []*x509.Certificate {
	return slices.Concat(r.file.Certificates[1:], r.file.Extra)
}

func (r *run) evidence() trust.Evidence {
	return trust.Evidence{OCSPs: r.file.OCSPs, CRLs: r.file.CRLs}
}

// stamps judges the time-stamps in the seal. The earliest signature time-stamp
// of a trusted authority says when the seal was made. A content time-stamp
// does not: it is older than the seal. Nor does an archive time-stamp, which
// is not needed for it.
func (r *run) stamps() {
	f := r.file
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
			t := r.stamp(group.kind, ts, budget > 0)
			budget--
			if t.Trusted && t.Kind == SignatureTimestamp && (!r.stamped || t.Time.Before(r.signed)) {
				r.signed, r.stamped = t.Time, true
			}
			r.report.Timestamps = append(r.report.Timestamps, t)
		}
	}
}

func (r *run) stamp(kind TimestampKind, ts jades.TimeStamp, judge bool) Timestamp {
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
	if kind != ContentTimestamp && r.file.Damage != nil || ts.Verify() != nil {
		return t
	}
	t.Intact = true
	t.Trusted = r.vouched(ts)
	t.Key = "verify.timestamp." + string(kind) + ".untrusted"
	if t.Trusted {
		t.Key = "verify.timestamp." + string(kind) + ".trusted"
	}
	return t
}

// vouched tells whether the trust set anchors the authority of a time-stamp,
// its chain judged at the time that it states.
func (r *run) vouched(ts jades.TimeStamp) bool {
	at := ts.Token.GenTime
	if at.After(r.now.Add(Skew)) {
		return false // stamped tomorrow
	}
	path, ok := r.trust.Path(ts.Token.Authority, slices.Concat(ts.Token.Certificates, r.file.Extra), at)
	if !ok || path.CheckTime(at) != nil {
		return false
	}
	return r.trust.Revocation(path, at, r.evidence()).Revoked == nil
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
