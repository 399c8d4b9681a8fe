package strictjson

import (
	"encoding/json"
	"reflect"
	"strings"
	"unicode"
)

// A shape is what a Go type tells about the JSON that it is decoded from: the
// member names that it knows and the shapes below. The nil shape knows
// nothing and accepts every name.
type shape struct {
	fields  map[string]*shape // of a struct, by exact name
	folded  map[string]bool   // the same names, folded as encoding/json folds them
	element *shape            // of a slice, array or map
	isMap   bool
	custom  bool // the type has an UnmarshalJSON of its own
}

// How a shape knows a name.
type knowing int

const (
	anything knowing = iota // the shape takes every name
	exact
	variant // differs only in case from a name that it knows
	unknown
)

// member tells how the shape knows a name and gives the shape of the value.
func (sh *shape) member(name []byte) (*shape, knowing) {
	if sh == nil {
		return nil, anything
	}
	if sh.isMap {
		return sh.element, anything
	}
	if sh.fields == nil {
		return nil, anything
	}
	if inner, ok := sh.fields[string(name)]; ok {
		return inner, exact
	}
	if sh.folded[fold(string(name))] {
		return nil, variant
	}
	if sh.custom {
		return nil, anything
	}
	return nil, unknown
}

// ofObject is the shape for an object that stands where sh is decoded. A type
// with an UnmarshalJSON over a slice usually takes a single value as a list of
// one.
func (sh *shape) ofObject() *shape {
	for sh != nil && sh.custom && !sh.isMap && sh.fields == nil {
		sh = sh.element
	}
	return sh
}

// ofElement is the shape for the elements of an array that stands where sh is
// decoded. A type with an UnmarshalJSON over a struct may take a list of them.
func (sh *shape) ofElement() *shape {
	if sh == nil {
		return nil
	}
	if sh.fields != nil || sh.isMap {
		if sh.custom {
			return sh
		}
		return nil
	}
	return sh.element
}

// shapes remembers the shapes made during one call, which also ends recursion
// in types that hold themselves.
type shapes map[reflect.Type]*shape

var (
	unmarshaler = reflect.TypeFor[json.Unmarshaler]()
	rawMessage  = reflect.TypeFor[json.RawMessage]()
)

func (m shapes) of(t reflect.Type) *shape {
	for t.Kind() == reflect.Pointer && !t.Implements(unmarshaler) {
		t = t.Elem()
	}
	if sh, ok := m[t]; ok {
		return sh
	}
	custom := t.Implements(unmarshaler) || reflect.PointerTo(t).Implements(unmarshaler)
	under := t
	for under.Kind() == reflect.Pointer {
		under = under.Elem()
	}
	if under == rawMessage {
		return nil
	}
	sh := &shape{custom: custom}
	switch under.Kind() {
	case reflect.Struct:
		m[t] = sh
		sh.fields = map[string]*shape{}
		sh.folded = map[string]bool{}
		m.structure(sh, under, map[reflect.Type]bool{})
		if custom && len(sh.fields) == 0 {
			sh.fields = nil
		}
	case reflect.Map:
		m[t] = sh
		sh.isMap = true
		sh.element = m.of(under.Elem())
	case reflect.Slice, reflect.Array:
		m[t] = sh
		sh.element = m.of(under.Elem())
	default:
		return nil
	}
	return sh
}

// structure adds the fields of struct type t to sh as encoding/json finds
// them: by tag, else by Go name, embedded structs opened. Where encoding/json
// would drop names that clash, one of them is kept: knowing too many names
// only makes the check stricter. Of a type with an UnmarshalJSON only tagged
// names count; the others need not be names in its JSON.
func (m shapes) structure(sh *shape, t reflect.Type, open map[reflect.Type]bool) {
	if open[t] {
		return
	}
	open[t] = true
	var embedded []reflect.Type
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		if tag == "-" {
			continue
		}
		name, _, _ := strings.Cut(tag, ",")
		if f.Anonymous && name == "" {
			ft := f.Type
			if ft.Kind() == reflect.Pointer {
				ft = ft.Elem()
			}
			if ft.Kind() == reflect.Struct {
				embedded = append(embedded, ft)
				continue
			}
		}
		if !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
			if sh.custom && !tagged {
				continue
			}
		}
		if _, ok := sh.fields[name]; !ok {
			sh.fields[name] = m.of(f.Type)
			sh.folded[fold(name)] = true
		}
	}
	for _, ft := range embedded {
		m.structure(sh, ft, open)
	}
}

// fold gives the same text for names that encoding/json takes for one: each
// letter replaced by the smallest of those that are equal under simple folding.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		for {
			next := unicode.SimpleFold(r)
			if next <= r {
				return next
			}
			r = next
		}
	}, name)
}
