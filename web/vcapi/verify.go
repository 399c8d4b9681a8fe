package vcapi

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/web/page"
)

// skew is how far two clocks may be apart.
const skew = time.Minute

// An answer is what a verification that passed answers.
type answer struct {
	Verified       bool     `json:"verified"`
	ProblemDetails []detail `json:"problemDetails"`
	Results        []result `json:"results"`
	Warnings       []detail `json:"warnings,omitempty"`
}

// A result says what was found at one document: the one that was sent, or a
// credential inside it.
type result struct {
	Pointer  string        `json:"pointer"` // "" is the document itself
	Verified bool          `json:"verified"`
	Checked  bool          `json:"checked"` // false: it has not been looked at
	Proofs   []proofResult `json:"proofs"`
}

// A proofResult is a proof or the signature of a token that holds, read from what was verified.
type proofResult struct {
	Cryptosuite        integrity.Cryptosuite `json:"cryptosuite,omitempty"` // of a Data Integrity proof
	Type               string                `json:"type,omitempty"`        // of a token
	Algorithm          string                `json:"algorithm,omitempty"`   // of a token
	VerificationMethod string                `json:"verificationMethod"`
	ProofPurpose       string                `json:"proofPurpose"`
	Created            *time.Time            `json:"created,omitempty"`
	Expires            *time.Time            `json:"expires,omitempty"`
}

// A verdict gathers what is found.
type verdict struct {
	problems []problem
	warnings []problem
	results  []result
	unsigned bool // what was sent is let pass, though nothing says who made it
}

// add keeps problems of the document at a place, each once.
func (v *verdict) add(at string, problems ...problem) {
	v.problems = gather(v.problems, at, problems)
}

// warn keeps what the caller should know of the document at a place.
func (v *verdict) warn(at string, problems ...problem) {
	v.warnings = gather(v.warnings, at, problems)
}

func gather(into []problem, at string, problems []problem) []problem {
	for _, p := range problems {
		p.at = at + p.at
		if !slices.ContainsFunc(into, func(q problem) bool {
			return p.key == q.key && p.at == q.at && reflect.DeepEqual(p.args, q.args)
		}) {
			into = append(into, p)
		}
	}
	return into
}

// verifyCredential checks a credential.
func (s *server) verifyCredential(w http.ResponseWriter, r *http.Request, in *instance) error {
	return s.verify(w, r, "verifiableCredential", func(ctx context.Context, c call, v *verdict) error {
		if envelope(c.document, aCredential.envelope) {
			return s.enclosedCredential(ctx, in, c.document, c.options, "", v)
		}
		return s.credential(ctx, in, c.document, c.options, "", v)
	})
}

// verify reads a request, lets check look at the document, and answers: 200
// only if there is no problem.
func (s *server) verify(w http.ResponseWriter, r *http.Request, name string, check func(context.Context, call, *verdict) error) error {
	data, err := s.read(w, r)
	if err != nil {
		return err
	}
	var v verdict
	err = s.work(r, func(ctx context.Context) error {
		c, err := parse(data, name, s.cfg.MaxBytes)
		if err == nil {
			err = c.options.understood()
		}
		if err != nil {
			return err
		}
		return check(ctx, c, &v)
	})
	if err != nil {
		return err
	}
	loc := page.RequestOf(r).Loc
	if v.results == nil {
		v.results = []result{}
	}
	if len(v.problems) > 0 {
		s.cfg.Log.DebugContext(r.Context(), "not verified", "request", page.RequestOf(r).ID, "why", refusal(v.problems).Error())
		s.fail(w, r, http.StatusBadRequest, failure{
			Verified: new(bool), ProblemDetails: told(v.problems, loc), Results: v.results, Warnings: told(v.warnings, loc),
		})
		return nil
	}
	s.write(w, r, http.StatusOK, "application/json", answer{
		Verified: !v.unsigned, ProblemDetails: []detail{}, Results: v.results, Warnings: told(v.warnings, loc),
	})
	return nil
}

// credential checks one credential: its proofs, the data model, its dates, and
// its status where that is asked for.
func (s *server) credential(ctx context.Context, in *instance, text []byte, o options, at string, v *verdict) error {
	found := len(v.problems)
	verified, err := s.proven(ctx, text, o, integrity.VerifyOptions{
		Purpose: integrity.AssertionMethod, Binding: in.Binding, Challenge: o.challenge, At: s.cfg.Now(),
	}, at, v)
	if err != nil {
		return err
	}
	if o.purpose != "" && o.purpose != integrity.AssertionMethod {
		// Only an assertion makes a credential, whatever else is expected.
		v.add(at, problem{kind: verification, code: proof.Proof, key: "vcapi.purpose", at: "/proof"})
	}
	v.add(at, broken(vcdm.CheckCredential(text, vcdm.Options{}))...)
	v.add(at, listProblems(text)...)
	s.valid(text, at, v)
	var who []signer
	for _, p := range verified {
		who = append(who, signer{did: p.Controller, method: p.VerificationMethod, key: p.Key})
	}
	if len(who) > 0 {
		if err := s.status(ctx, in, text, who, o, at, v); err != nil {
			return err
		}
	}
	v.results = append(v.results, result{Pointer: at, Verified: len(v.problems) == found, Checked: true, Proofs: proofsOf(verified)})
	return nil
}

// proven checks the proofs of a document. A problem is kept in v; an error says
// that the work was stopped.
func (s *server) proven(ctx context.Context, text []byte, o options, vo integrity.VerifyOptions, at string, v *verdict) ([]integrity.Proof, error) {
	verified, err := s.engine.Verify(ctx, text, vo)
	if err != nil {
		if stopped(err) {
			return nil, err
		}
		problems, ok := problemsOf(err, false)
		if !ok {
			s.cfg.Log.ErrorContext(ctx, "work on a document failed", "err", mistake("verifying a proof", err))
			problems = refusal{{kind: verification, code: proof.Malformed, key: "vcapi.failed"}}
		}
		v.add(at, problems...)
		return nil, nil
	}
	for _, w := range verified.Warnings {
		v.warn(at, problem{kind: note, key: w.Key, at: w.Pointer})
	}
	for _, p := range verified.Proofs {
		if o.method != "" && p.VerificationMethod != o.method {
			v.add(at, problem{kind: invalidMethod, code: proof.Key, key: "vcapi.method", at: "/proof"})
		}
		if !o.serves(p.Domain) {
			v.add(at, problem{kind: invalidDomain, code: proof.Proof, key: "proof.integrity.domain", at: "/proof"})
		}
	}
	return verified.Proofs, nil
}

// proofsOf tells of proofs that hold.
func proofsOf(verified []integrity.Proof) []proofResult {
	out := make([]proofResult, 0, len(verified))
	for _, p := range verified {
		out = append(out, proofResult{
			Cryptosuite: p.Cryptosuite, VerificationMethod: p.VerificationMethod, ProofPurpose: p.Purpose,
			Created: given(p.Created), Expires: given(p.Expires),
		})
	}
	return out
}

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// valid checks the dates against now (VC Data Model 2.0, 4.9).
func (s *server) valid(text []byte, at string, v *verdict) {
	from, until, findings := vcdm.Validity(text)
	v.add(at, broken(findings)...)
	now := s.cfg.Now()
	if !from.IsZero() && now.Add(skew).Before(from) {
		v.add(at, problem{kind: outOfRange, code: proof.Validity, key: "vcapi.early"})
	}
	if !until.IsZero() && now.Add(-skew).After(until) {
		v.add(at, problem{kind: outOfRange, code: proof.Validity, key: "vcapi.expired"})
	}
}
