package verifier

import (
	"crypto/x509"
	"errors"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/trust"
)

// chained looks for the path from a certificate that the file brings to an
// anchor, and whether anything on it was revoked. A file that uses a name that
// the trust set knows without its key does not hold.
func (r *run) chained(leaf *x509.Certificate, others []*x509.Certificate, e trust.Evidence) bool {
	path, err := r.trust.Chain(leaf, others, r.signed)
	if errors.Is(err, trust.ErrForged) {
		return r.unseal("verify.seal.forged", nil)
	}
	if r.path = path; path != nil {
		if rev := r.trust.Revocation(path, r.signed, e); rev.Revoked != nil {
			return r.unseal("verify.seal.revoked", map[string]any{"Date": rev.Since})
		}
	}
	return true
}

// timely tells whether the certificate is good at the time of the seal; stamped
// tells that a trusted time-stamp says what that was.
func (r *run) timely(leaf *x509.Certificate, stamped bool) bool {
	switch {
	case r.within(leaf, r.signed):
		return r.pass(Seal, "verify.seal.pass")
	case stamped:
		return r.unseal("verify.seal.time.stamped", nil)
	case r.within(leaf, r.claimed):
		r.notDone(Seal, proof.Key, "verify.seal.time.claimed")
		return true
	default:
		return r.unseal("verify.seal.time.never", nil)
	}
}

// within tells whether the certificates are valid at a time: those of the
// path, or the leaf alone where there is no path.
func (r *run) within(leaf *x509.Certificate, at time.Time) bool {
	if r.path != nil {
		return r.path.CheckTime(at) == nil
	}
	return keys.CheckTime(leaf, at) == nil
}

// unseal records that the key may not have made this seal. Nothing that hangs
// on it is told.
func (r *run) unseal(key string, args map[string]any) bool {
	r.report.Timestamps = nil
	return r.fail(Seal, proof.Key, key, args)
}
