package elm

import "encoding/json"

// A Raw is an object of a class that this package does not model, kept as the
// JSON that stood there. It can take the place of an Actor and of a Claim.
type Raw struct {
	JSON json.RawMessage
}

// Types are the classes that the object names.
func (r *Raw) Types() Types {
	n, err := parseTree(r.JSON)
	if err != nil {
		return nil
	}
	return n.types()
}

// Title is the object's title in the language, or its other names, or empty:
// what there is to show of something unknown.
func (r *Raw) Title(languages ...string) string {
	n, err := parseTree(r.JSON)
	if err != nil {
		return ""
	}
	for _, name := range []string{"title", "prefLabel", "legalName", "fullName"} {
		var t Text
		if v := n.member(name); v != nil && decode(v, &t) == nil {
			if s := t.In(languages...); s != "" {
				return s
			}
		}
	}
	return ""
}

// MarshalJSON writes the JSON that was read.
func (r *Raw) MarshalJSON() ([]byte, error) { return Marshal(r) }

// UnmarshalJSON keeps the JSON.
func (r *Raw) UnmarshalJSON(data []byte) error { return unmarshal(data, r) }

// A Reference is an object of which only the IRI is told.
type Reference struct {
	ID   string `json:"id,omitzero"`
	Type Types  `json:"type,omitzero"`
}
