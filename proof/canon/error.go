package canon

import "fmt"

// A Kind says why a document or dataset was refused.
type Kind int

// The kinds.
const (
	Malformed Kind = iota // not parsable, or not well-formed
	Resources             // too large, too deep, too much work
	Context               // an unknown or refused @context or keyword
	Lost                  // a value that would have no meaning
	Empty                 // nothing would be left to sign
)

// An Error is a refusal. Key is a message key of i18n that says in plain words
// what is wrong; Args fill its placeholders and hold no text of the document.
type Error struct {
	Kind    Kind
	Pointer string // JSON pointer of the first place, where there is one
	Key     string
	Args    map[string]any
	Err     error // the cause, for the log; may be nil
}

// Error gives the text for the log.
func (e *Error) Error() string {
	text := e.Key
	if e.Pointer != "" {
		text = e.Pointer + ": " + text
	}
	if e.Err != nil {
		text = fmt.Sprintf("%s: %v", text, e.Err)
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
