package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// A scanner walks over one text once, beside the shape of the Go type that it
// will be decoded into. The grammar is RFC 8259.
type scanner struct {
	data   []byte
	pos    int
	cfg    config
	shapes shapes

	depth  int
	values int
	names  [][]byte // unescaped names of the objects that are open, innermost last
	path   []step   // where pos is

	collect  bool // keep the members of the root
	isObject bool
	members  []Member

	target int    // offset at whose value locate looks; -1 if none
	inside bool   // target is one byte inside an object or array, not behind a value
	found  string // the path there
}

func newScanner(data []byte, cfg config) *scanner {
	return &scanner{data: data, cfg: cfg, shapes: shapes{}, target: -1}
}

// text reads the whole text: one value with white space round it.
func (s *scanner) text(sh *shape) error {
	if len(s.data) > s.cfg.maxBytes {
		return s.fail(TooBig, "the text has more bytes than allowed")
	}
	if bytes.HasPrefix(s.data, []byte("\xef\xbb\xbf")) {
		return s.fail(Malformed, "a byte order mark stands before the text")
	}
	if !utf8.Valid(s.data) {
		s.pos = invalidAt(s.data)
		return s.fail(Malformed, "the text is not UTF-8")
	}
	s.space()
	if err := s.value(sh); err != nil {
		return err
	}
	s.space()
	if s.pos < len(s.data) {
		return s.fail(Malformed, "something stands behind the JSON value")
	}
	return nil
}

// locate gives the path of the value that ends at offset or, with inside, of
// the object or array that begins one byte before it. The text has been read
// without fault before.
func (s *scanner) locate(offset int, inside bool) string {
	l := newScanner(s.data, s.cfg)
	l.target, l.inside = offset, inside
	_ = l.text(nil)
	if l.found == "" {
		return "$"
	}
	return l.found
}

// value reads one value.
func (s *scanner) value(sh *shape) error {
	if s.values++; s.values > s.cfg.maxValues {
		return s.fail(TooBig, "the text has more values than allowed")
	}
	if s.pos >= len(s.data) {
		return s.fail(Malformed, "the text ends where a value is needed")
	}
	if s.inside && s.pos+1 == s.target {
		s.found = s.where()
	}
	var err error
	switch c := s.data[s.pos]; {
	case c == '{':
		s.isObject = s.isObject || s.depth == 0
		err = s.object(sh)
	case c == '[':
		err = s.array(sh)
	case c == '"':
		_, err = s.str()
	case c == '-' || '0' <= c && c <= '9':
		err = s.number()
	default:
		err = s.literal()
	}
	if !s.inside && s.pos == s.target && err == nil {
		s.found = s.where()
	}
	return err
}

func (s *scanner) enter() error {
	if s.depth++; s.depth > s.cfg.maxDepth {
		return s.fail(TooBig, "the text has more levels than allowed")
	}
	s.pos++
	s.space()
	return nil
}

func (s *scanner) object(sh *shape) error {
	sh = sh.ofObject()
	if err := s.enter(); err != nil {
		return err
	}
	first := len(s.names)
	var seen map[string]struct{} // for objects with many members
	if s.pos < len(s.data) && s.data[s.pos] == '}' {
		s.pos++
		s.depth--
		return nil
	}
	s.path = append(s.path, step{})
	for {
		if s.pos >= len(s.data) || s.data[s.pos] != '"' {
			return s.leave(s.fail(Malformed, "a member name is needed"))
		}
		at := s.pos
		name, err := s.str()
		if err != nil {
			return s.leave(err)
		}
		s.path[len(s.path)-1].name = name
		inner, err := s.member(sh, name, first, at, &seen)
		if err != nil {
			return err
		}
		s.space()
		if s.pos >= len(s.data) || s.data[s.pos] != ':' {
			return s.fail(Malformed, "a colon is needed")
		}
		s.pos++
		s.space()
		start := s.pos
		if err := s.value(inner); err != nil {
			return err
		}
		if s.collect && s.depth == 1 {
			s.members = append(s.members, Member{Name: string(name), Value: json.RawMessage(s.data[start:s.pos:s.pos])})
		}
		more, err := s.next('}')
		if err != nil {
			return s.leave(err)
		}
		if !more {
			s.names = s.names[:first]
			s.path = s.path[:len(s.path)-1]
			s.depth--
			return nil
		}
	}
}

// leave takes the last step from the path, for an error that concerns the
// object or array itself, and gives err with the corrected path.
func (s *scanner) leave(err error) error {
	s.path = s.path[:len(s.path)-1]
	if e, ok := errors.AsType[*Error](err); ok {
		e.Path = s.where()
	}
	return err
}

// member checks a name against those before it in the object, the first of
// which is s.names[first], and against the names that the shape knows. It
// gives the shape of the member's value.
func (s *scanner) member(sh *shape, name []byte, first, at int, seen *map[string]struct{}) (*shape, error) {
	const few = 24
	fresh := true
	switch open := s.names[first:]; {
	case *seen != nil:
		_, doubled := (*seen)[string(name)]
		fresh = !doubled
		(*seen)[string(name)] = struct{}{}
	case len(open) == few:
		*seen = make(map[string]struct{}, 4*few)
		for _, n := range open {
			(*seen)[string(n)] = struct{}{}
		}
		_, doubled := (*seen)[string(name)]
		fresh = !doubled
		(*seen)[string(name)] = struct{}{}
	default:
		for _, n := range open {
			fresh = fresh && !bytes.Equal(n, name)
		}
		s.names = append(s.names, name)
	}
	if !fresh {
		s.pos = at
		return nil, s.ambiguous("the member is given twice")
	}
	inner, known := sh.member(name)
	switch {
	case known == variant:
		s.pos = at
		return nil, s.ambiguous("the member's name differs only in case from a known one")
	case known == unknown && s.cfg.disallowUnknown:
		s.pos = at
		return nil, s.fail(Malformed, "the member is not known here")
	}
	return inner, nil
}

func (s *scanner) array(sh *shape) error {
	sh = sh.ofElement()
	if err := s.enter(); err != nil {
		return err
	}
	if s.pos < len(s.data) && s.data[s.pos] == ']' {
		s.pos++
		s.depth--
		return nil
	}
	s.path = append(s.path, step{})
	for {
		if err := s.value(sh); err != nil {
			return err
		}
		more, err := s.next(']')
		if err != nil {
			return s.leave(err)
		}
		if !more {
			s.path = s.path[:len(s.path)-1]
			s.depth--
			return nil
		}
		s.path[len(s.path)-1].index++
	}
}

// next reads what stands behind a member or element: a comma, or the end.
func (s *scanner) next(end byte) (more bool, err error) {
	s.space()
	if s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ',':
			s.pos++
			s.space()
			return true, nil
		case end:
			s.pos++
			return false, nil
		}
	}
	return false, s.fail(Malformed, "a comma or the end of the object or array is needed")
}

func (s *scanner) fail(kind Kind, msg string) error {
	return &Error{Kind: kind, Path: s.where(), Offset: s.pos, Msg: msg}
}

func (s *scanner) ambiguous(msg string) error {
	return &Error{Kind: Malformed, Path: s.where(), Offset: s.pos, Msg: msg, Ambiguous: true}
}

func invalidAt(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(data)
}
