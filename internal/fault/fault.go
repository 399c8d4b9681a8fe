// Package fault keeps two things apart: what the operator logs and what a
// person reads. An Error carries a Kind that decides the answer's status, a
// message key that i18n turns into the reader's language, and the cause, which
// is logged and shown to nobody. A List is the same for input with several
// faults, each with the place where it stands.
//
// Start with New and List.Add.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// A Kind says what sort of failure an Error is. The zero Kind is Internal and
// tells the public nothing.
type Kind int

// The kinds, with the HTTP status that web answers and the exit status of the
// command line (sysexits).
const (
	Internal        Kind = iota // 500; 70
	Invalid                     // 400; 65: the input breaks a rule
	Unreadable                  // 400; 66: the input could not be read
	Usage                       // 400; 64: the call itself is wrong
	Unauthenticated             // 401; 77
	Forbidden                   // 403; 77
	NotFound                    // 404; 66
	Conflict                    // 409; 73: it exists already, or is used up
	TooLarge                    // 413; 65
	Unsupported                 // 415; 65
	TooMany                     // 429; 75
	Unavailable                 // 503; 75: something needed could not be reached
)

// An Error is a failure with a public face. Public is a message key of i18n,
// never text of a library or a driver; Args fill its placeholders.
type Error struct {
	Kind   Kind
	Public string
	Args   map[string]any
	Rule   string // the requirement that refuses, such as "R56"; may be empty
	Err    error  // the cause, for the log; may be nil
}

// New makes an Error of one kind with a message key and the cause.
func New(kind Kind, public string, err error) *Error {
	return &Error{Kind: kind, Public: public, Err: err}
}

// With returns the Error with one more argument for its message.
func (e *Error) With(name string, value any) *Error {
	args := map[string]any{name: value}
	for k, v := range e.Args {
		args[k] = v
	}
	c := *e
	c.Args = args
	return &c
}

// Error gives the text for the log: the message key and the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Public
	}
	return fmt.Sprintf("%s: %v", e.Public, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf finds the Kind of err; an error without one is Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	if l, ok := errors.AsType[List](err); ok && len(l) > 0 {
		return Invalid
	}
	return Internal
}

// An Item is one fault of an input: where it is, which message tells it, and
// the rule that it breaks.
type Item struct {
	Path string // JSON path of the place, such as "$.methods[2].date"
	Key  string // message key of i18n
	Args map[string]any
	Rule string // such as "R56"; may be empty
}

// A List holds all faults of one input, in the order of the input. It is an
// error of kind Invalid.
type List []Item

// Add appends one fault. The pairs are argument names and values for the
// message: Add("$.a", "result.date.order", "R79", "Field", "date").
func (l *List) Add(path, key, rule string, pairs ...any) {
	var args map[string]any
	if len(pairs) > 0 {
		args = make(map[string]any, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			args[fmt.Sprint(pairs[i])] = pairs[i+1]
		}
	}
	*l = append(*l, Item{Path: path, Key: key, Args: args, Rule: rule})
}

// Err gives the List as an error, or nil when it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error gives the text for the log: paths and message keys.
func (l List) Error() string {
	parts := make([]string, len(l))
	for i, it := range l {
		parts[i] = it.Path + ": " + it.Key
	}
	return strings.Join(parts, "; ")
}
