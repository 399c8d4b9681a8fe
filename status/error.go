package status

import (
	"errors"
	"fmt"

	"github.com/probatum/probatum/proof"
)

// A Problem is the URL by which a failure is named for machines (RFC 9457).
type Problem string

const (
	listProblems = "https://www.w3.org/ns/credentials/status-list#"
	dataProblems = "https://www.w3.org/TR/vc-data-model#"
)

// The problems (Bitstring Status List 1.0, 3.2 and 3.5; VC Data Model 2.0,
// 7.2). Of a token list they are said in the same sense.
const (
	Retrieval    Problem = listProblems + "STATUS_RETRIEVAL_ERROR"    // the list could not be had
	Verification Problem = listProblems + "STATUS_VERIFICATION_ERROR" // it is not to be believed, or says nothing that is understood
	Length       Problem = listProblems + "STATUS_LIST_LENGTH_ERROR"  // it has fewer than Entries entries
	Range        Problem = dataProblems + "RANGE_ERROR"               // the credential names an entry that the list does not have
	Malformed    Problem = dataProblems + "MALFORMED_VALUE_ERROR"     // the credential names its entry wrongly
)

// An Error says why a status is not known. Its Refusal always has the code
// status, and beneath it the error that led there.
type Error struct {
	Problem Problem
	Refusal *proof.Error
}

// Error gives the text for the log.
func (e *Error) Error() string { return e.Refusal.Error() }

// Unwrap gives the refusal.
func (e *Error) Unwrap() error { return e.Refusal }

// OfCredential tells whether the credential itself is wrong, so that no list
// could mend it. With every other Error it may be good, and nobody knows.
func (e *Error) OfCredential() bool { return e.Problem == Range || e.Problem == Malformed }

func refuse(p Problem, key string, err error, pairs ...any) *Error {
	return &Error{Problem: p, Refusal: proof.Refuse(proof.Status, key, err, pairs...)}
}

// problemOf makes an Error of any error; one that is none yet is a failure of
// retrieval.
func problemOf(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return refuse(Retrieval, "status.retrieval", err)
}

// malformed is about the entry of a credential, wrong about a list.
func malformed(key, format string, args ...any) *Error {
	return refuse(Malformed, key, fmt.Errorf(format, args...))
}

func wrong(key string, err error) *Error { return refuse(Verification, key, err) }
