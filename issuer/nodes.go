package issuer

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/probatum/probatum/elm"
)

// A naming gives the nodes of a Draft the ids that they have in one form.
type naming struct {
	id     string            // put in front of ids that begin with "#"
	rename map[string]string // ids that read otherwise in the form
}

// credential gives a deep copy of the claims. Texts are shared.
func (n naming) credential(claims *elm.Credential) (c elm.Credential, err error) {
	v := n.named(reflect.ValueOf(*claims))
	c, ok := v.Interface().(elm.Credential)
	if !ok {
		return elm.Credential{}, fmt.Errorf("naming the nodes made a %s", v.Type())
	}
	return c, nil
}

func (n naming) named(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		p := reflect.New(v.Type().Elem())
		p.Elem().Set(n.named(v.Elem()))
		return p
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		return n.named(v.Elem()).Convert(v.Type())
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 || v.Type().Elem().Kind() == reflect.String {
			return v
		}
		s := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			s.Index(i).Set(n.named(v.Index(i)))
		}
		return s
	case reflect.Struct:
		s := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			f := v.Field(i)
			if v.Type().Field(i).Name == "ID" && f.Kind() == reflect.String {
				s.Field(i).SetString(n.name(f.String()))
				continue
			}
			s.Field(i).Set(n.named(f))
		}
		return s
	}
	return v
}

// name gives an id as it reads in the form.
func (n naming) name(id string) string {
	if other, ok := n.rename[id]; ok && id != "" {
		return other
	}
	if strings.HasPrefix(id, "#") {
		return n.id + id
	}
	return id
}
