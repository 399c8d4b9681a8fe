package elm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Marshal writes an object of this package as compact JSON: members in the
// order of the fields, unset ones left out, no escaping beyond what JSON
// demands. The same value always gives the same bytes.
func Marshal(v any) ([]byte, error) {
	e := encoder{fields: map[reflect.Type][]field{}}
	if err := e.value(reflect.ValueOf(v)); err != nil {
		return nil, fmt.Errorf("writing %T: %w", v, err)
	}
	return e.out.Bytes(), nil
}

// A field is one field of a struct and the member it stands for.
type field struct {
	name  string
	index int
	read  bool // read but never written
}

// fieldsOf lists the members of a struct. The tag elm:"read" marks a member
// that is read and never written, elm:"read=OTHER" also under another name.
func fieldsOf(t reflect.Type) []field {
	var all []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		how, other, _ := strings.Cut(f.Tag.Get("elm"), "=")
		all = append(all, field{name, i, how == "read"})
		if other != "" {
			all = append(all, field{other, i, true})
		}
	}
	return all
}

// classOf is the class that a Go type stands for.
func classOf(t reflect.Type) Types {
	switch t {
	case reflect.TypeFor[Credential]():
		return Types{"VerifiableCredential", "EuropeanDigitalCredential"}
	case reflect.TypeFor[Presentation]():
		return Types{"VerifiablePresentation", "EuropeanDigitalPresentation"}
	case reflect.TypeFor[CredentialSchema]():
		return Types{"ShaclValidator2017"}
	case reflect.TypeFor[PlainClaim]():
		return Types{"Claim"}
	case reflect.TypeFor[Reference](), reflect.TypeFor[StatusMessage]():
		return nil
	}
	return Types{t.Name()}
}

type encoder struct {
	out    bytes.Buffer
	fields map[reflect.Type][]field
}

func (e *encoder) value(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			e.out.WriteString("null")
			return nil
		}
		return e.value(v.Elem())
	case reflect.Struct:
		if raw, ok := v.Interface().(Raw); ok {
			return e.raw(raw.JSON)
		}
		return e.object(v)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return e.raw(v.Bytes())
		}
		return e.values(v)
	case reflect.Map:
		return e.languages(v)
	case reflect.String:
		return e.plain(v.String())
	case reflect.Bool:
		return e.plain(v.Bool())
	case reflect.Int:
		return e.plain(v.Int())
	}
	return fmt.Errorf("a value of type %s has no form in JSON", v.Type())
}

// plain writes a string, number or truth value.
func (e *encoder) plain(v any) error {
	enc := json.NewEncoder(&e.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	e.out.Truncate(e.out.Len() - 1) // the newline
	return nil
}

func (e *encoder) raw(data []byte) error {
	if len(data) == 0 {
		e.out.WriteString("null")
		return nil
	}
	return json.Compact(&e.out, data)
}

func (e *encoder) values(v reflect.Value) error {
	if v.Len() == 1 {
		return e.value(v.Index(0))
	}
	e.out.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			e.out.WriteByte(',')
		}
		if err := e.value(v.Index(i)); err != nil {
			return err
		}
	}
	e.out.WriteByte(']')
	return nil
}

func (e *encoder) languages(v reflect.Value) error {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	e.out.WriteByte('{')
	first := true
	for _, k := range keys {
		texts := v.MapIndex(k)
		if texts.Len() == 0 {
			continue
		}
		if err := e.name(k.String(), &first); err != nil {
			return err
		}
		if err := e.values(texts); err != nil {
			return err
		}
	}
	e.out.WriteByte('}')
	return nil
}

func (e *encoder) name(name string, first *bool) error {
	if !*first {
		e.out.WriteByte(',')
	}
	*first = false
	if err := e.plain(name); err != nil {
		return err
	}
	e.out.WriteByte(':')
	return nil
}

func (e *encoder) object(v reflect.Value) error {
	t := v.Type()
	fields, ok := e.fields[t]
	if !ok {
		fields = fieldsOf(t)
		e.fields[t] = fields
	}
	e.out.WriteByte('{')
	first := true
	for _, f := range fields {
		fv := v.Field(f.index)
		if types, ok := fv.Interface().(Types); ok && types == nil {
			fv = reflect.ValueOf(classOf(t))
		}
		if f.read || isEmpty(fv) {
			continue
		}
		if err := e.name(f.name, &first); err != nil {
			return err
		}
		if err := e.value(fv); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	e.out.WriteByte('}')
	return nil
}

// isEmpty tells whether a field is unset. Lists and maps without content are,
// too: JSON-LD gives them no meaning.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}
