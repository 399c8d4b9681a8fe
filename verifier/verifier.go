// Package verifier turns bytes into a Report: what was checked, what was found,
// and one verdict. It knows European digital credentials under their seal,
// credentials with a Data Integrity proof, Open Badges 3.0 among them, the same
// credentials as JSON Web Tokens, and SD-JWT VCs. It has no signing key, no
// database and no personal data. What it needs to know stands in the file and
// in the trust set; beyond them it asks nobody but the Resolver that it is given,
// and only for an issuer whom the file itself ties to its key.
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
	"github.com/probatum/probatum/status"
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

	// Resolver finds the keys of issuers that the file does not hold. Nil
	// knows what Trust knows, and asks nobody.
	Resolver Resolver

	// Lists are where it stands whether credentials still do. Nil knows of none.
	Lists *status.Lists
}

// Options say how one file is to be judged.
type Options struct {
	// At is the moment for which the file is judged: its dates, and its
	// certificate where no trusted time-stamp says when it was sealed. Zero
	// is now.
	At time.Time

	// Binding asks that whoever sent the file is its holder, as a key-binding
	// JWT made for this occasion shows (RFC 9901, 4.3). Nil does not ask.
	Binding *Binding
}

// A Binding is the occasion for which a holder must show possession.
type Binding struct {
	Audience string // who asked
	Nonce    string // what was sent along with the question
}

// Verify checks a file. The error is that of ctx, and nothing else: whatever
// is wrong with the file stands in the Report.
func (v *Verifier) Verify(ctx context.Context, data []byte, o Options) (Report, error) {
	now := time.Now
	if v.Now != nil {
		now = v.Now
	}
	r := &run{trust: v.Trust, lists: v.Lists, binding: o.Binding, now: now().UTC().Truncate(time.Second), found: map[CheckID]Check{}}
	if r.trust == nil {
		r.trust = &trust.Set{}
	}
	if r.resolver = v.Resolver; r.resolver == nil {
		r.resolver = trust.NewResolver(r.trust, nil, now)
	}
	defer r.endAsking()
	r.at = r.now
	if !o.At.IsZero() {
		r.at = o.At.UTC()
	}
	r.signed = r.at

	// Each step needs the one before; the first that refuses ends the run.
	// Content is looked at only once its seal has held.
	steps := []func() bool{
		func() bool { return r.open(data) },
		func() bool { return r.mechanism.holds(ctx) },
		func() bool { return r.mechanism.content() },
		func() bool { r.owner(); r.validity(); r.status(ctx); r.accreditation(); return true },
		func() bool { r.mechanism.schema(); return true },
	}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		if !step() {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return Report{}, err // work may have been cut short by it
	}
	return r.finish(), nil
}

// owner holds the issuer named inside against the owner of the key, and whoever
// sent the file against the holder, as far as the form lets its holder show who
// they are.
func (r *run) owner() {
	if !r.mechanism.owner() {
		return
	}
	if b, ok := r.mechanism.(binder); ok {
		b.bound()
	} else if r.binding != nil {
		r.fail(Owner, proof.Binding, "proof.binding.missing", nil)
	}
}

// accreditation asks whether the trust set vouches for the owner of the key.
func (r *run) accreditation() {
	named := r.report.Issuer != nil && !r.report.Issuer.Claimed
	switch {
	case (r.path != nil || r.answered) && named:
		r.pass(Accreditation, "verify.accreditation.pass")
	case r.path != nil || r.answered:
		r.pass(Accreditation, "verify.accreditation.did")
	case r.trust.Empty():
		r.notDone(Accreditation, proof.Trust, "verify.accreditation.empty")
	default:
		r.notDone(Accreditation, proof.Trust, "verify.accreditation.unknown")
	}
}

// A run is the checking of one file.
type run struct {
	trust    *trust.Set
	lists    *status.Lists
	resolver Resolver
	now, at  time.Time

	askUntil time.Time            // when the time for questions outside ends; zero until there is one
	asked    []context.CancelFunc // what ends them

	report  Report
	found   map[CheckID]Check
	binding *Binding // what the holder is asked to show; nil for nothing

	mechanism mechanism // what secures the file, once it is open
	document  *document // what was secured, once it is known to be so
	dates     members   // of the document, its dates among them
	stated    span      // when it is good, as a token says it beside the document
	signed    time.Time // when the seal was made, as far as anybody knows
	claimed   time.Time // when the seal says it was made; zero if it does not

	path     trust.Path // from the certificate with the key to its anchor; nil if there is none
	answered bool       // the trust set vouches for every key that was used
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
	if late(err) {
		r.notDone(Format, proof.Resources, "verify.format.time")
		return false
	}
	if e, ok := errors.AsType[*proof.Error](err); ok {
		id := Seal
		switch e.Code {
		case proof.Malformed, proof.Resources, proof.Type, proof.Context:
			id = Format
		case proof.Binding:
			id = Owner
		case proof.Validity:
			id = Validity
		case proof.Status:
			id = Status
		case proof.Schema:
			id = Schema
		}
		return r.fail(id, e.Code, e.Key, e.Args)
	}
	return r.fail(Seal, proof.Proof, "verify.seal.fail", nil)
}

// late tells that the time was up before anything was found out. Documents that cost too
// much are refused by counting; this one may be good, and the machine busy.
func late(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

// reason gives the message of a refusal by package keys.
func reason(err error, otherwise string) (string, map[string]any) {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Public, e.Args
	}
	return otherwise, nil
}
