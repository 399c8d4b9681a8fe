package elm

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// A ParseError says where a document cannot be read as the class that its
// place demands.
type ParseError struct {
	Path   string // JSON path such as $.issuer.location[0]
	Reason string
}

func (e *ParseError) Error() string { return "reading ELM at " + e.Path + ": " + e.Reason }

// Parse reads a European digital credential. The text is checked by strictjson
// first; value or array is accepted everywhere, also inside language maps.
// What this package does not model is left aside, but for claims and actors of
// an unknown class, which are kept as Raw. A property that the model has once
// must not have two values: Check says so in plain words, so check first.
//
// The result is for reading. Sealed bytes are kept and passed on as they are,
// never made again from it.
func Parse(data []byte) (*Credential, error) {
	c := new(Credential)
	if err := unmarshal(data, c); err != nil {
		return nil, err
	}
	return c, nil
}

func unmarshal(data []byte, v any) error {
	n, err := parseTree(data)
	if err != nil {
		return err
	}
	return decode(n, v)
}

func decode(n *node, v any) error {
	d := decoder{fields: map[reflect.Type][]field{}}
	return d.value(n, reflect.ValueOf(v).Elem(), nil)
}

type decoder struct {
	fields map[reflect.Type][]field
}

func (d *decoder) value(n *node, v reflect.Value, path *place) error {
	if n.kind == 'n' {
		return nil // JSON-LD drops null
	}
	switch v.Kind() {
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(append([]byte(nil), n.raw...))
			return nil
		}
		return d.values(n, v, path)
	case reflect.Map:
		return d.languages(n, v, path)
	}
	// All others have one value, with or without an array round it.
	if n.kind == '[' {
		switch len(n.items) {
		case 0:
			return nil
		case 1:
			return d.value(n.items[0], v, item(path, 0))
		}
		return &ParseError{path.String(), "more than one value where the model has one"}
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		if err := d.value(n, p.Elem(), path); err != nil {
			return err
		}
		v.Set(p)
		return nil
	case reflect.Interface:
		return d.either(n, v, path)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[Raw]() {
			v.Field(0).SetBytes(append([]byte(nil), n.raw...))
			return nil
		}
		return d.object(n, v, path)
	}
	return d.literal(n, v, path)
}

func (d *decoder) values(n *node, v reflect.Value, path *place) error {
	if n.kind != '[' {
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		return d.value(n, v.Index(0), path)
	}
	s := reflect.MakeSlice(v.Type(), 0, len(n.items))
	for i, it := range n.items {
		if it.kind == 'n' {
			continue
		}
		x := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(it, x, item(path, i)); err != nil {
			return err
		}
		s = reflect.Append(s, x)
	}
	v.Set(s)
	return nil
}

// languages reads a language map, or texts that stand where one should.
func (d *decoder) languages(n *node, v reflect.Value, path *place) error {
	t := Text{}
	if n.kind == '{' && n.member("@value") == nil {
		for _, m := range n.members {
			texts, err := d.texts(m.value, step(path, m.name))
			if err != nil {
				return err
			}
			if len(texts) > 0 {
				t[m.name] = texts
			}
		}
	} else {
		for i, it := range n.values() {
			lang := NoLanguage
			if l := it.member("@language"); l != nil && l.kind == '"' {
				lang = l.text
			}
			texts, err := d.texts(it, item(path, i))
			if err != nil {
				return err
			}
			if len(texts) > 0 {
				t[lang] = append(t[lang], texts...)
			}
		}
	}
	v.Set(reflect.ValueOf(t))
	return nil
}

func (d *decoder) texts(n *node, path *place) ([]string, error) {
	var m Many[string]
	err := d.value(n, reflect.ValueOf(&m).Elem(), path)
	return m, err
}

func (d *decoder) object(n *node, v reflect.Value, path *place) error {
	t := v.Type()
	fields, ok := d.fields[t]
	if !ok {
		fields = fieldsOf(t)
		d.fields[t] = fields
	}
	if types := v.FieldByName("Type"); types.IsValid() {
		types.Set(reflect.ValueOf(n.types()))
	}
	if n.kind == '"' {
		// A text where the context wants a node is the IRI of that node.
		if id := v.FieldByName("ID"); id.IsValid() {
			id.SetString(n.text)
			return nil
		}
	}
	if n.kind != '{' {
		return &ParseError{path.String(), "not an object"}
	}
	set := make([]bool, t.NumField())
	for _, m := range n.members {
		name := m.name
		switch name {
		case "@id":
			name = "id"
		case "type", "@type":
			continue
		}
		f, known := find(fields, name)
		if !known {
			if near(fields, name) {
				return &ParseError{step(path, name).String(), "differs from a name of the model only in case"}
			}
			continue
		}
		if set[f.index] {
			return &ParseError{step(path, name).String(), "given under two names"}
		}
		set[f.index] = true
		if err := d.value(m.value, v.Field(f.index), step(path, m.name)); err != nil {
			return err
		}
	}
	return nil
}

func find(fields []field, name string) (field, bool) {
	for _, f := range fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

func near(fields []field, name string) bool {
	for _, f := range fields {
		if strings.EqualFold(f.name, name) {
			return true
		}
	}
	return false
}

// either reads an Actor or a Claim by the class that the object names.
func (d *decoder) either(n *node, v reflect.Value, path *place) error {
	for _, class := range n.types() {
		p, ok := newOf(class)
		if !ok || !p.Type().Implements(v.Type()) {
			continue
		}
		if err := d.value(n, p.Elem(), path); err != nil {
			return err
		}
		v.Set(p)
		return nil
	}
	v.Set(reflect.ValueOf(&Raw{JSON: append(json.RawMessage(nil), n.raw...)}))
	return nil
}

func newOf(class string) (reflect.Value, bool) {
	switch class {
	case "Agent":
		return reflect.ValueOf(new(Agent)), true
	case "Person":
		return reflect.ValueOf(new(Person)), true
	case "Organisation":
		return reflect.ValueOf(new(Organisation)), true
	case "LearningAchievement":
		return reflect.ValueOf(new(LearningAchievement)), true
	case "LearningActivity":
		return reflect.ValueOf(new(LearningActivity)), true
	case "LearningAssessment":
		return reflect.ValueOf(new(LearningAssessment)), true
	case "LearningEntitlement":
		return reflect.ValueOf(new(LearningEntitlement)), true
	case "Claim":
		return reflect.ValueOf(new(PlainClaim)), true
	}
	return reflect.Value{}, false
}

// literal reads a text, number or truth value, also in the long form
// {"@value": …}.
func (d *decoder) literal(n *node, v reflect.Value, path *place) error {
	if n.kind == '{' {
		value := n.member("@value")
		if value == nil || value.kind == '{' || value.kind == '[' || value.kind == 'n' {
			return &ParseError{path.String(), "an object where the model has a plain value"}
		}
		n = value
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.text)
		return nil
	case reflect.Bool:
		switch n.text {
		case "true", "1":
			v.SetBool(true)
			return nil
		case "false", "0":
			return nil
		}
		return &ParseError{path.String(), "neither true nor false"}
	case reflect.Int:
		i, err := strconv.Atoi(strings.TrimSpace(n.text))
		if err != nil {
			return &ParseError{path.String(), "not a whole number"}
		}
		v.SetInt(int64(i))
		return nil
	}
	return fmt.Errorf("reading ELM at %s: no rule for %s", path, v.Type())
}
