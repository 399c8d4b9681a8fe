// Package proof says what every securing mechanism has in common: the codes by
// which a failure is named, the error that carries one, and what is ready to be
// signed. The mechanisms themselves live in the packages below it.
package proof

import "fmt"

// A Code names why a check failed, for machines. The set is closed and stable.
type Code string

// The codes, in the order in which checks are done.
const (
	Malformed Code = "malformed" // not parsable, doubled members, wrong JSON types
	Resources Code = "resources" // too large, too deep, too much work
	Header    Code = "header"    // a protected header that the policy refuses
	Type      Code = "type"      // not a kind of credential that is known
	Key       Code = "key"       // the key or certificate may not sign this
	Signature Code = "signature" // the bytes and the signature do not fit
	Proof     Code = "proof"     // the proof object is wrong
	Context   Code = "context"   // an @context that is not pinned
	Schema    Code = "schema"    // the claims break a rule of the data model
	Validity  Code = "validity"  // dates
	Status    Code = "status"    // revoked, suspended, or not to be had
	Binding   Code = "binding"   // the holder is not the one it was made for
	Trust     Code = "trust"     // nobody in the trust set vouches for the key
)

// An Error is a refusal by a securing mechanism. Key is a message key of i18n
// that says in plain words what is wrong; Args fill its placeholders and hold
// no text from the document but short, checked names.
type Error struct {
	Code Code
	Key  string
	Args map[string]any
	Err  error // the cause, for the log; may be nil
}

// Refuse makes an Error. The pairs are argument names and values.
func Refuse(code Code, key string, err error, pairs ...any) *Error {
	e := &Error{Code: code, Key: key, Err: err}
	if len(pairs) > 0 {
		e.Args = make(map[string]any, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			e.Args[fmt.Sprint(pairs[i])] = pairs[i+1]
		}
	}
	return e
}

// Error gives the text for the log.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Code, e.Key)
	}
	return fmt.Sprintf("%s: %s: %v", e.Code, e.Key, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
