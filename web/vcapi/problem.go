package vcapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
)

// A problemType is one of the types that the standards name.
type problemType int

// The types. The zero one is no fault: a note.
const (
	note problemType = iota
	parsing
	malformedValue
	outOfRange
	cryptographicSecurity
	generation
	verification
	transformation
	invalidDomain
	invalidChallenge
	dataLoss
	invalidMethod
	statusRetrieval
	statusVerification
	statusLength
)

// The prefixes of the types: VC Data Model 2.0, 7.2; VC Data Integrity 1.0, 4.7
// and the security vocabulary, which Controlled Identifiers 1.0 shares;
// Bitstring Status List 1.0, 3.5.
const (
	ofDataModel = "https://www.w3.org/TR/vc-data-model#"
	ofSecurity  = "https://w3id.org/security#"
	ofStatus    = "https://www.w3.org/ns/credentials/status-list#"
)

// problemTypes is the one table of the types: the URL, and the message key of
// the title.
var problemTypes = [...]struct{ prefix, name, title string }{
	note:                  {"about:", "blank", "vcapi.title.note"},
	parsing:               {ofDataModel, "PARSING_ERROR", "vcapi.title.parsing"},
	malformedValue:        {ofDataModel, "MALFORMED_VALUE_ERROR", "vcapi.title.value"},
	outOfRange:            {ofDataModel, "RANGE_ERROR", "vcapi.title.range"},
	cryptographicSecurity: {ofDataModel, "CRYPTOGRAPHIC_SECURITY_ERROR", "vcapi.title.security"},
	generation:            {ofSecurity, "PROOF_GENERATION_ERROR", "vcapi.title.generation"},
	verification:          {ofSecurity, "PROOF_VERIFICATION_ERROR", "vcapi.title.verification"},
	transformation:        {ofSecurity, "PROOF_TRANSFORMATION_ERROR", "vcapi.title.transformation"},
	invalidDomain:         {ofSecurity, "INVALID_DOMAIN_ERROR", "vcapi.title.domain"},
	invalidChallenge:      {ofSecurity, "INVALID_CHALLENGE_ERROR", "vcapi.title.challenge"},
	dataLoss:              {ofSecurity, "DATA_LOSS_DETECTION_ERROR", "vcapi.title.loss"},
	invalidMethod:         {ofSecurity, "INVALID_VERIFICATION_METHOD", "vcapi.title.method"},
	statusRetrieval:       {ofStatus, "STATUS_RETRIEVAL_ERROR", "vcapi.title.status"},
	statusVerification:    {ofStatus, "STATUS_VERIFICATION_ERROR", "vcapi.title.status.verification"},
	statusLength:          {ofStatus, "STATUS_LIST_LENGTH_ERROR", "vcapi.title.status.length"},
}

// url gives the type as answers carry it.
func (t problemType) url() string { return problemTypes[t].prefix + problemTypes[t].name }

// A problem is one reason why something is refused, or, as a warning, one thing
// that the caller should know. Its message holds no text of the request.
type problem struct {
	kind problemType
	code proof.Code
	key  string // message key of the detail
	args map[string]any
	at   string // JSON pointer to the place in the document
	err  error  // the cause, for the log
}

// A refusal is a list of problems: what was sent cannot be issued, derived or
// verified.
type refusal []problem

func refused(problems ...problem) error { return refusal(problems) }

// Error gives the text for the log: types and message keys.
func (r refusal) Error() string {
	parts := make([]string, len(r))
	for i, p := range r {
		parts[i] = problemTypes[p.kind].name + " " + p.key
	}
	return strings.Join(parts, "; ")
}

// An unprocessable is a refusal of a document that is well-formed, but of which
// something would be lost before it is signed.
type unprocessable struct{ refusal }

// Unwrap gives the refusal.
func (u unprocessable) Unwrap() error { return u.refusal }

// lossy tells whether one of the problems is that something would be lost.
func (r refusal) lossy() bool {
	return slices.ContainsFunc(r, func(p problem) bool { return p.kind == dataLoss })
}

// maxProblems bounds the problems of one answer: the first ones tell enough.
const maxProblems = 20

// problemsOf gives the problems that an error stands for. making tells that a
// proof was to be made rather than checked.
func problemsOf(err error, making bool) (refusal, bool) {
	if r, ok := errors.AsType[refusal](err); ok {
		return r, true
	}
	if e, ok := errors.AsType[*canon.Error](err); ok {
		p := problem{code: codeOf(e.Kind), key: e.Key, args: e.Args, at: e.Pointer, err: err}
		switch e.Kind {
		case canon.Malformed:
			p.kind = malformedValue
		case canon.Resources:
			p.kind = transformation
		case canon.Context:
			p.kind = malformedValue
		default: // Lost and Empty, and whatever is added to them
			p.kind = dataLoss
		}
		return refusal{p}, true
	}
	if e, ok := errors.AsType[*proof.Error](err); ok {
		return refusal{{kind: typeOf(e, making), code: e.Code, key: e.Key, args: e.Args, err: err}}, true
	}
	return nil, false
}

// codeOf names a refusal by canon as our checks do.
func codeOf(k canon.Kind) proof.Code {
	switch k {
	case canon.Malformed:
		return proof.Malformed
	case canon.Resources:
		return proof.Resources
	default:
		return proof.Context
	}
}

// typeOf is the one table from our check codes to the types of the standards.
func typeOf(e *proof.Error, making bool) problemType {
	switch e.Key {
	case "proof.integrity.challenge":
		return invalidChallenge
	case "proof.integrity.domain":
		return invalidDomain
	}
	switch e.Code {
	case proof.Malformed:
		return parsing
	case proof.Resources:
		return transformation
	case proof.Header, proof.Type, proof.Schema, proof.Context:
		return malformedValue
	case proof.Validity:
		return outOfRange
	case proof.Key, proof.Trust:
		return invalidMethod
	case proof.Status:
		return statusRetrieval
	}
	if making {
		return generation
	}
	return verification // proof, signature, binding
}

// broken gives the problems that the data model finds in a document.
func broken(findings []vcdm.Finding) []problem {
	out := make([]problem, 0, len(findings))
	for _, f := range findings {
		p := problem{kind: malformedValue, code: proof.Schema, key: f.Key, args: f.Args, at: pointerOf(f.Path)}
		switch f.Kind {
		case vcdm.Range:
			p.kind, p.code = outOfRange, proof.Validity
		case vcdm.Context:
			p.code = proof.Context
		case vcdm.Digest:
			p.kind = cryptographicSecurity
		}
		out = append(out, p)
	}
	return out
}

// stopped tells an error that says nothing about the document: the work was
// called off, or ran out of time.
func stopped(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// mistake wraps an error that is none of the caller's, for the log.
func mistake(doing string, err error) error { return fmt.Errorf("%s: %w", doing, err) }
