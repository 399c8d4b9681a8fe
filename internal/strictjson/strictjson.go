// Package strictjson reads JSON that strangers wrote. It stands in front of
// encoding/json, which takes the last of doubled members, matches names
// without regard to case and mends broken text, and refuses whatever two
// readers could understand differently:
//
//   - a member given twice in one object, also when one is spelt with escapes;
//   - a member that differs only in case from a name that the decoding type
//     knows ("ALG" for "alg"), at every level of the type;
//   - invalid UTF-8, a byte order mark, an escape of half a surrogate pair;
//   - anything behind the JSON value but white space;
//   - what costs too much: more than 64 levels, 2 MB, 100,000 values, or a
//     number of more than 400 characters.
//
// Start with Decode, with Check and Members where the text is kept as it
// stands, or with Parse where no Go type fits. Every error is an *Error; it says where, and holds no value from the
// text.
//
// A type with an UnmarshalJSON of its own cannot reopen the hole for doubled
// members, since the whole text is checked first. Case variants are still
// looked for under such a type as far as its Go type shows the names (tagged
// fields, elements of slices and maps); where its UnmarshalJSON decodes into
// other types, it should call Decode itself.
package strictjson

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// The limits that hold where no option says otherwise.
const (
	DefaultMaxBytes  = 2 << 20
	DefaultMaxDepth  = 64
	DefaultMaxValues = 100_000

	maxNumber = 400
	depthCap  = 10_000 // as in encoding/json; MaxDepth cannot go beyond
)

// A Kind says which sort of refusal an Error is.
type Kind int

// Malformed is text that is no JSON or that two readers could read
// differently; TooBig is text that costs too much to read.
const (
	Malformed Kind = iota
	TooBig
)

// String gives the kind's name.
func (k Kind) String() string {
	if k == TooBig {
		return "too big"
	}
	return "malformed"
}

// An Error says why a text was refused, and where.
type Error struct {
	Kind   Kind
	Path   string // JSON path of the value, such as "$.a[2]"; long or odd names are cut and quoted
	Offset int    // byte offset in the text
	Msg    string // what is wrong, in our words

	// Ambiguous tells that the text is JSON that two readers could read
	// differently: a member is doubled, or differs only in case from a known
	// one. Such a text is not damaged, but made so.
	Ambiguous bool
}

// Error gives the text for the log.
func (e *Error) Error() string {
	return fmt.Sprintf("%s JSON at %s (offset %d): %s", e.Kind, e.Path, e.Offset, e.Msg)
}

// An Option changes a limit or a rule.
type Option func(*config)

type config struct {
	maxBytes, maxDepth, maxValues int

	disallowUnknown bool
}

// MaxBytes sets the size limit in bytes.
func MaxBytes(n int) Option { return func(c *config) { c.maxBytes = n } }

// MaxDepth sets how many objects and arrays may stand inside each other.
func MaxDepth(n int) Option { return func(c *config) { c.maxDepth = min(n, depthCap) } }

// MaxValues sets how many values there may be: objects, arrays, and what stands
// in them.
func MaxValues(n int) Option { return func(c *config) { c.maxValues = n } }

// DisallowUnknown refuses members that the decoding struct does not know.
// Types with an UnmarshalJSON of their own decide for themselves.
func DisallowUnknown() Option { return func(c *config) { c.disallowUnknown = true } }

func configOf(opts []Option) config {
	c := config{maxBytes: DefaultMaxBytes, maxDepth: DefaultMaxDepth, maxValues: DefaultMaxValues}
	for _, o := range opts {
		o(&c)
	}
	return c
}

// Decode checks data and stores its value in v, as json.Unmarshal does. What v
// held before may be partly overwritten when an error is returned.
func Decode(data []byte, v any, opts ...Option) error {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Pointer || rv.IsNil() {
		return fmt.Errorf("decoding JSON into %T: a non-nil pointer is needed", v)
	}
	s := newScanner(data, configOf(opts))
	if err := s.text(s.shapes.of(rv.Type().Elem())); err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return s.typed(err)
	}
	return nil
}

// Check tells whether data would be accepted, without decoding it.
func Check(data []byte, opts ...Option) error {
	return newScanner(data, configOf(opts)).text(nil)
}

// A Member is one member of an object: its name, unescaped, and the text of
// its value as it stands.
type Member struct {
	Name  string
	Value json.RawMessage
}

// Members checks data, which must be an object, and gives its members in their
// order. The values are parts of data, not copies.
func Members(data []byte, opts ...Option) ([]Member, error) {
	s := newScanner(data, configOf(opts))
	s.collect = true
	if err := s.text(nil); err != nil {
		return nil, err
	}
	if !s.isObject {
		return nil, &Error{Kind: Malformed, Path: "$", Msg: "an object is needed"}
	}
	return s.members, nil
}

// typed puts an error of encoding/json, which met a JSON type that the Go type
// cannot hold, into our words: without values from the text.
func (s *scanner) typed(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e // an UnmarshalJSON that used this package; its path is its own
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset := int(e.Offset)
		if offset < 0 || offset > len(s.data) {
			offset = 0
		}
		kind, _, _ := strings.Cut(e.Value, " ") // "number 12": the value itself stays out
		msg := fmt.Sprintf("a JSON %s does not fit here", kind)
		if e.Type != nil {
			msg = fmt.Sprintf("a JSON %s does not fit here, %s is needed", kind, wanted(e.Type))
		}
		return &Error{Kind: Malformed, Path: s.locate(offset, kind == "object" || kind == "array"), Offset: offset, Msg: msg}
	}
	return &Error{Kind: Malformed, Path: "$", Msg: "a value has the wrong form"}
}

// wanted names a Go type by the JSON that it takes.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return "a whole number of zero or more"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.String:
		return "a string"
	default:
		return "an object"
	}
}
