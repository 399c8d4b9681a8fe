package verifier

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
)

// The classes of a European digital credential, all of them: an unknown one
// could mean anything.
const (
	verifiableCredential = "VerifiableCredential"
	europeanCredential   = "EuropeanDigitalCredential"
)

// maxValues bounds a credential: the largest that were seen have a few thousand
// values, and the rules of the data model are work for each.
const maxValues = 25_000

// A document is the payload of a seal: its text, and its members at the top.
type document struct {
	raw  []byte
	root members
}

// members are those of one object, by name; the values as they stand.
type members map[string]json.RawMessage

func object(list []strictjson.Member) members {
	m := make(members, len(list))
	for _, e := range list {
		m[e.Name] = e.Value
	}
	return m
}

func (m members) has(name string) bool { _, ok := m[name]; return ok }

// ambiguous refuses a payload before its seal is verified where that is not
// for the seal to say: text that two readers read differently, and text that
// costs too much to read. Other faults are damage, and the seal tells.
func (r *run) ambiguous() bool {
	err := strictjson.Check(r.file.Payload, strictjson.MaxValues(maxValues))
	if e, ok := errors.AsType[*strictjson.Error](err); ok && (e.Ambiguous || e.Kind == strictjson.TooBig) {
		return !r.refuseJSON(err)
	}
	return false
}

// content reads the sealed payload: JSON, a credential of a known type, under
// contexts that are pinned.
func (r *run) content() bool {
	list, err := strictjson.Members(r.file.Payload)
	if err != nil {
		r.report.Form = ""
		return r.refuseJSON(err)
	}
	r.document = &document{raw: r.file.Payload, root: object(list)}
	if !knownType(r.document.root["type"]) {
		r.report.Form = ""
		return r.fail(Format, proof.Type, "verify.format.type", nil)
	}
	if !knownContext(r.document.root["@context"]) || nestedContext(list) {
		return r.fail(Format, proof.Context, "verify.format.context", nil)
	}
	return r.pass(Format, "verify.format.pass")
}

// knownType wants both classes and no other.
func knownType(raw json.RawMessage) bool {
	var types []string
	if json.Unmarshal(raw, &types) != nil || len(types) != 2 {
		return false
	}
	return types[0] == verifiableCredential && types[1] == europeanCredential ||
		types[0] == europeanCredential && types[1] == verifiableCredential
}

// knownContext compares @context member by member with the list that is
// known: the two URLs in their order, and at most our constant for status
// terms behind them.
func knownContext(raw json.RawMessage) bool {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) < 2 || len(list) > 3 {
		return false
	}
	for i, want := range []string{contexts.CredentialsV1, contexts.EDCAP} {
		var url string
		if json.Unmarshal(list[i], &url) != nil || url != want {
			return false
		}
	}
	return len(list) == 2 || bytes.HasPrefix(list[2], []byte("{")) && contexts.IsStatusTerms(list[2])
}

// nestedContext looks for an @context anywhere below the top, where it would
// give the words of the credential another meaning.
func nestedContext(list []strictjson.Member) bool {
	for _, m := range list {
		if m.Name != "@context" && hasContext(m.Value) {
			return true
		}
	}
	return false
}

func hasContext(raw json.RawMessage) bool {
	if !bytes.Contains(raw, []byte("context")) && !bytes.Contains(raw, []byte(`\u`)) {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	// names[i] tells whether level i is an object whose next token is a name;
	// arrays are never.
	type level struct{ object, name bool }
	var open []level
	for {
		tok, err := d.Token()
		if err != nil {
			return false // the end: the text was checked before
		}
		if tok == json.Delim('}') || tok == json.Delim(']') {
			open = open[:len(open)-1]
			continue
		}
		if n := len(open); n > 0 && open[n-1].object {
			open[n-1].name = !open[n-1].name
			if !open[n-1].name {
				if tok == "@context" {
					return true
				}
				continue
			}
		}
		switch tok {
		case json.Delim('{'):
			open = append(open, level{object: true, name: true})
		case json.Delim('['):
			open = append(open, level{})
		}
	}
}

// status reports a declared status as what it is: something that nobody here
// can look up.
func (r *run) status() {
	if raw, ok := r.document.root["credentialStatus"]; ok && string(raw) != "null" {
		r.notDone(Status, proof.Status, "verify.status.notdone")
	}
}

// schema holds the claims against the rules of the data model and reads them.
func (r *run) schema() {
	findings := elm.Check(r.document.raw, elm.Options{})
	r.report.Findings = findings[:min(len(findings), MaxFindings)]
	claims, err := elm.Parse(r.document.raw)
	if err == nil {
		r.report.Claims = claims
	}
	switch {
	case len(findings) > 0:
		r.fail(Schema, proof.Schema, "verify.schema.fail", map[string]any{"Count": len(findings)})
	case err != nil:
		r.fail(Schema, proof.Schema, "verify.schema.unreadable", nil)
	default:
		r.pass(Schema, "verify.schema.pass")
	}
}
