// Package verifier turns bytes into a Report: what was checked, what was found,
// and one verdict. It has no signing key, no database and no personal data, and
// asks nobody: what it needs to know stands in the file and in the trust set.
//
// Start with Verifier.Verify and Report.Answer. Bad input is never an error:
// it is a Report whose verdict is Invalid.
//
// The promises: Valid means that the bytes are those that were sealed, that the
// key belongs to the issuer named inside, that the trust set vouches for it,
// and that contexts, dates and claims are in order. What is shown is read from
// the bytes that were verified. What is not understood is refused.
package verifier

import (
	"context"
	"errors"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/trust"
)

// Skew is how far the clocks of issuer and verifier may be apart when dates
// are compared.
const Skew = 60 * time.Second

// A Verifier checks files against one trust set. It may be used by many at
// once. The zero Verifier trusts nobody.
type Verifier struct {
	Trust *trust.Set       // nil trusts nobody
	Now   func() time.Time // nil is time.Now
}

// Options say how one file is to be judged.
type Options struct {
	// At is the moment for which the file is judged: its dates, and its
	// certificate where no trusted time-stamp says when it was sealed. Zero
	// is now.
	At time.Time
}

// Verify checks a file. The error is that of ctx, and nothing else: whatever
// is wrong with the file stands in the Report.
func (v *Verifier) Verify(ctx context.Context, data []byte, o Options) (Report, error) {
	now := time.Now
	if v.Now != nil {
		now = v.Now
	}
	r := &run{trust: v.Trust, now: now().UTC().Truncate(time.Second), found: map[CheckID]Check{}}
	if r.trust == nil {
		r.trust = &trust.Set{}
	}
	r.at = r.now
	if !o.At.IsZero() {
		r.at = o.At.UTC()
	}
	r.signed = r.at

	// Each step needs the one before; the first that refuses ends the run.
	// Content is looked at only once its seal has held.
	steps := []func() bool{
		func() bool { return r.open(data) },
		r.sealed,
		r.content,
		func() bool { r.owner(); r.validity(); r.status(); r.accreditation(); return true },
		func() bool { r.schema(); return true },
	}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		if !step() {
			break
		}
	}
	return r.finish(), nil
}

// A run is the checking of one file.
type run struct {
	trust   *trust.Set
	now, at time.Time

	report Report
	found  map[CheckID]Check

	file     *jades.File
	document *document
	path     trust.Path // from the seal's certificate to its anchor; nil if there is none
	signed   time.Time  // when the seal was made, as far as anybody knows
	stamped  bool       // a trusted time-stamp says so
}

// order is the order of the checks. Status is listed where the credential
// declares one, evidence where something is shown beside the sealed bytes.
var order = [...]CheckID{Format, Seal, Owner, Validity, Status, Accreditation, Schema, Evidence}

// finish writes the Report. A check that was not reached is listed as not
// done, without a code: the reason is the check that failed.
func (r *run) finish() Report {
	for _, id := range order {
		c, ok := r.found[id]
		if !ok {
			if id == Status || id == Evidence {
				continue
			}
			c = Check{ID: id, Key: "verify.unreached"}
		}
		r.report.Checks = append(r.report.Checks, c)
	}
	if r.report.Issuer != nil {
		r.report.Issuer.Trusted = r.found[Seal].Result == Passed &&
			r.found[Owner].Result == Passed && r.found[Accreditation].Result == Passed
	}
	r.report.SigningTime = r.signed
	r.report.VerifiedAt = r.now
	return r.report
}

func (r *run) pass(id CheckID, key string) bool {
	r.found[id] = Check{ID: id, Result: Passed, Key: key}
	return true
}

func (r *run) fail(id CheckID, code proof.Code, key string, args map[string]any) bool {
	r.found[id] = Check{ID: id, Result: Failed, Code: code, Key: key, Args: args}
	return false
}

func (r *run) notDone(id CheckID, code proof.Code, key string) {
	r.found[id] = Check{ID: id, Result: NotDone, Code: code, Key: key}
}

// refuse records a refusal by a securing mechanism under the check that its
// code belongs to.
func (r *run) refuse(err error) bool {
	if e, ok := errors.AsType[*proof.Error](err); ok {
		id := Seal
		switch e.Code {
		case proof.Malformed, proof.Resources, proof.Type, proof.Context:
			id = Format
		case proof.Binding:
			id = Owner
		}
		return r.fail(id, e.Code, e.Key, e.Args)
	}
	return r.fail(Seal, proof.Proof, "verify.seal.fail", nil)
}

// reason gives the message of a refusal by package keys.
func reason(err error, otherwise string) (string, map[string]any) {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Public, e.Args
	}
	return otherwise, nil
}
