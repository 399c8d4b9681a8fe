package strictjson

import (
	"strconv"
	"strings"
)

// A ValueKind is a kind of JSON value.
type ValueKind int

// The kinds of RFC 8259. Null is the zero value.
const (
	Null ValueKind = iota
	Bool
	Number
	String
	Array
	Object
)

// A Value is one value of a text with all that stands in it, in the order of
// the text. It is for rules that ask which JSON stands where, which no Go type
// could tell: whether a member is there, an array or one value. Nobody changes
// a Value.
type Value struct {
	Kind    ValueKind
	Text    string  // of a String its value, of a Number or Bool what is written
	Members []Field // of an Object
	Items   []*Value

	parent *Value
	name   string
	index  int // in the Array that holds it, else -1
}

// A Field is a member of an Object.
type Field struct {
	Name  string
	Value *Value
}

// Parse checks data as Check does and gives its value.
func Parse(data []byte, opts ...Option) (*Value, error) {
	cfg := configOf(opts)
	if err := newScanner(data, cfg).text(nil); err != nil {
		return nil, err
	}
	s := newScanner(data, cfg)
	s.space()
	return s.tree()
}

// tree builds the value at s.pos in a text that has been checked, so that its
// depth and number of values are bounded.
func (s *scanner) tree() (*Value, error) {
	v := &Value{index: -1}
	start := s.pos
	if start >= len(s.data) {
		return nil, s.fail(Malformed, "the text ends where a value is needed")
	}
	var err error
	switch c := s.data[start]; {
	case c == '{':
		return v, s.fields(v)
	case c == '[':
		return v, s.items(v)
	case c == '"':
		var text []byte
		text, err = s.str()
		v.Kind, v.Text = String, string(text)
		return v, err
	case c == 't' || c == 'f':
		v.Kind, err = Bool, s.literal()
	case c == 'n':
		return v, s.literal()
	default:
		v.Kind, err = Number, s.number()
	}
	v.Text = string(s.data[start:s.pos])
	return v, err
}

func (s *scanner) fields(v *Value) error {
	v.Kind = Object
	for more := s.open('}'); more; {
		name, err := s.str()
		if err != nil {
			return err
		}
		s.space()
		s.pos++ // the colon
		s.space()
		inner, err := s.tree()
		if err != nil {
			return err
		}
		inner.parent, inner.name = v, string(name)
		v.Members = append(v.Members, Field{inner.name, inner})
		if more, err = s.next('}'); err != nil {
			return err
		}
	}
	return nil
}

func (s *scanner) items(v *Value) error {
	v.Kind = Array
	for more := s.open(']'); more; {
		inner, err := s.tree()
		if err != nil {
			return err
		}
		inner.parent, inner.index = v, len(v.Items)
		v.Items = append(v.Items, inner)
		if more, err = s.next(']'); err != nil {
			return err
		}
	}
	return nil
}

// open reads the bracket that opens and tells whether anything follows before
// the one that closes, which it reads if not.
func (s *scanner) open(end byte) bool {
	s.pos++
	s.space()
	if s.pos < len(s.data) && s.data[s.pos] == end {
		s.pos++
		return false
	}
	return true
}

// Member gives the member of an Object, or nil: also of nil and of what is no
// Object.
func (v *Value) Member(name string) *Value {
	if v == nil {
		return nil
	}
	for i := range v.Members {
		if v.Members[i].Name == name {
			return v.Members[i].Value
		}
	}
	return nil
}

// Values are the values of a property that may have several: those of an
// Array, or the one. Of nil there are none.
func (v *Value) Values() []*Value {
	if v == nil {
		return nil
	}
	if v.Kind == Array {
		return v.Items
	}
	return []*Value{v}
}

// Has tells whether the value is the String s or an Array that holds it.
func (v *Value) Has(s string) bool {
	for _, item := range v.Values() {
		if item.Kind == String && item.Text == s {
			return true
		}
	}
	return false
}

// Is tells whether the value is there and of a kind.
func (v *Value) Is(k ValueKind) bool { return v != nil && v.Kind == k }

// Path is the JSON path of the value, such as `$.a[2]` or `$["@context"]`. Long
// or odd names are cut and quoted, so that it can be shown.
func (v *Value) Path() string {
	var steps []*Value
	for p := v; p != nil && p.parent != nil; p = p.parent {
		steps = append(steps, p)
	}
	var b strings.Builder
	b.WriteByte('$')
	for i := len(steps) - 1; i >= 0; i-- {
		switch p := steps[i]; {
		case p.index >= 0:
			b.WriteString("[" + strconv.Itoa(p.index) + "]")
		case plain([]byte(p.name)) && !strings.Contains(p.name, "@"):
			b.WriteString("." + p.name)
		default:
			b.WriteString("[" + quoted([]byte(p.name)) + "]")
		}
	}
	return b.String()
}
