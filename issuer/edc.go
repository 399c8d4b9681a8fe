package issuer

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
)

// edcContext is the @context of an EDC file without status: exactly two URLs.
var edcContext = json.RawMessage(`["` + contexts.CredentialsV1 + `","` + contexts.EDCAP + `"]`)

// EDC writes the EDC form of a draft under an id: the payload of the seal, VC
// Data Model 1.1 in the Commission's order. It is pure: the same draft and id
// give the same bytes, and the draft is not changed.
//
// Every node that belongs to this one credential gets an IRI of its own, the
// id and a fragment. Concepts, web addresses and the issuer keep theirs.
func EDC(d credential.Draft, id credential.ID) ([]byte, error) {
	if _, err := credential.ParseID(string(id)); err != nil {
		return nil, fmt.Errorf("writing draft %s as edc: %w", d.ID, err)
	}
	if d.Claims == nil {
		return nil, fmt.Errorf("writing draft %s as edc: no claims", d.ID)
	}
	c, ok := named(reflect.ValueOf(*d.Claims), string(id)).Interface().(elm.Credential)
	if !ok {
		return nil, fmt.Errorf("writing draft %s as edc: naming its nodes changed its type", d.ID)
	}
	c.ID = string(id)
	c.CredentialSchema = elm.One(elm.CredentialSchema{ID: elm.ProfileGeneric})
	c.Context = edcContext
	payload, err := elm.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("writing draft %s as edc: %w", d.ID, err)
	}
	return payload, nil
}

// named gives a deep copy of an object of package elm in which the id is put
// in front of every node id that begins with "#". Texts are shared.
func named(v reflect.Value, id string) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		p := reflect.New(v.Type().Elem())
		p.Elem().Set(named(v.Elem(), id))
		return p
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		return named(v.Elem(), id).Convert(v.Type())
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 || v.Type().Elem().Kind() == reflect.String {
			return v
		}
		s := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			s.Index(i).Set(named(v.Index(i), id))
		}
		return s
	case reflect.Struct:
		s := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			f := v.Field(i)
			if n := v.Type().Field(i).Name; n == "ID" && f.Kind() == reflect.String {
				if strings.HasPrefix(f.String(), "#") {
					s.Field(i).SetString(id + f.String())
				} else {
					s.Field(i).SetString(f.String())
				}
				continue
			}
			s.Field(i).Set(named(f, id))
		}
		return s
	}
	return v
}

// checkEDC holds the exact payload to the rules of the profile: those of 3.2,
// and the strict ones of 3.1, which a file without status keeps too. Nothing in
// it is without meaning, and no value is from a list that does not have it.
func checkEDC(payload []byte) error {
	if lost := elm.UndefinedTerms(payload); len(lost) > 0 {
		return fmt.Errorf("checking the content: no context gives a meaning to %v", lost)
	}
	findings := slices.Concat(elm.Check(payload, elm.Options{}), elm.UnknownConcepts(payload))
	if len(findings) == 0 { // else the same would mostly be found again
		findings = elm.Check(payload, elm.Options{Strict31: true})
	}
	var faults fault.List
	for _, f := range findings {
		faults = append(faults, fault.Item{Path: f.Path, Key: f.Key, Args: f.Args, Rule: f.Rule})
	}
	return faults.Err()
}
