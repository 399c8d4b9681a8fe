package vcapi

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/probatum/probatum/internal/strictjson"
)

// A document is the first level of a JSON object, its values as they stand.
type document []strictjson.Member

// membersOf takes an object apart that was checked as a part of a body.
func membersOf(text []byte, maxBytes int) (document, error) {
	members, err := strictjson.Members(text, strictjson.MaxBytes(maxBytes))
	if err != nil {
		return nil, unreadable(err)
	}
	return members, nil
}

// value gives the text of a member, or nil.
func (d document) value(name string) json.RawMessage {
	for _, m := range d {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// text gives the value of a member that is a string.
func (d document) text(name string) (string, bool) {
	return stringOf(d.value(name))
}

// with gives the document with one member set, in its place or at the end.
func (d document) with(name string, value []byte) document {
	out := slices.Clone(d)
	for i := range out {
		if out[i].Name == name {
			out[i].Value = value
			return out
		}
	}
	return append(out, strictjson.Member{Name: name, Value: value})
}

// without gives the document without a member.
func (d document) without(name string) document {
	return slices.DeleteFunc(slices.Clone(d), func(m strictjson.Member) bool { return m.Name == name })
}

// bytes writes the object again: names and values as they were, without the
// white space between members.
func (d document) bytes() []byte {
	out := []byte("{")
	for i, m := range d {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, quote(m.Name)...)
		out = append(out, ':')
		out = append(out, m.Value...)
	}
	return append(out, '}')
}

// quote writes a JSON string without the escapes that HTML wants.
func quote(s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil { // a string can always be written
		return []byte(`""`)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

// stringOf gives the value of a JSON text that is a string.
func stringOf(text []byte) (string, bool) {
	if !bytes.HasPrefix(text, []byte(`"`)) {
		return "", false
	}
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return "", false
	}
	return s, true
}

// stringsOf gives the values of a JSON text that is an array of strings, or one
// string.
func stringsOf(text []byte) ([]string, bool) {
	if s, ok := stringOf(text); ok {
		return []string{s}, true
	}
	if !bytes.HasPrefix(text, []byte("[")) {
		return nil, false
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return nil, false
	}
	out := make([]string, len(parts))
	for i, p := range parts {
		s, ok := stringOf(p)
		if !ok {
			return nil, false
		}
		out[i] = s
	}
	return out, true
}

// itemsOf gives the items of an array, or the one value that stands in its
// place.
func itemsOf(text json.RawMessage) ([]json.RawMessage, error) {
	if !bytes.HasPrefix(text, []byte("[")) {
		return []json.RawMessage{text}, nil
	}
	var list []json.RawMessage
	err := json.Unmarshal(text, &list)
	return list, err
}
