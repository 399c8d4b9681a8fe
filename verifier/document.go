package verifier

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/strictjson"
)

// The classes of a European digital credential, all of them: an unknown one
// could mean anything.
const (
	verifiableCredential = "VerifiableCredential" //nolint:gosec // the name of a class, not a secret
	europeanCredential   = "EuropeanDigitalCredential"
)

// maxValues bounds a credential: the largest that were seen have a few thousand
// values, and the rules of the data model are work for each.
const maxValues = 25_000

// A document is a credential without its seal or proof: its text, and its
// members at the top.
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

// read takes what was secured as the document of the run.
func (r *run) read(raw []byte, list []strictjson.Member) {
	r.document = &document{raw: raw, root: object(list)}
	r.dates = r.document.root
}

// ambiguous refuses a payload before its seal is verified where that is not
// for the seal to say: text that two readers read differently, and text that
// costs too much to read. Other faults are damage, and the seal tells.
func (r *run) ambiguous(payload []byte) bool {
	err := strictjson.Check(payload, strictjson.MaxValues(maxValues))
	if e, ok := errors.AsType[*strictjson.Error](err); ok && (e.Ambiguous || e.Kind == strictjson.TooBig) {
		return !r.refuseJSON(err)
	}
	return false
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
	return anyName(raw, func(name string) bool { return name == "@context" })
}

// nearlyKnown looks for a member that differs only in case from a name of the
// data model. Readers that match names without regard to case would take the
// one for the other. What stands in @context at the top is left out: it is held
// against what is known as a whole, and defines the class CredentialStatus.
func nearlyKnown(raw json.RawMessage) bool {
	known := knownNames()
	nearly := func(name string) bool {
		exact, ok := known[fold(name)]
		return ok && name != exact
	}
	list, err := strictjson.Members(raw)
	if err != nil {
		return anyName(raw, nearly)
	}
	return slices.ContainsFunc(list, func(m strictjson.Member) bool {
		within := m.Value[0] == '{' || m.Value[0] == '['
		return nearly(m.Name) || within && m.Name != "@context" && anyName(m.Value, nearly)
	})
}

// knownNames are the names that a credential may have by its contexts, by
// their folded form. Names of classes are no names of members.
var knownNames = sync.OnceValue(func() map[string]string {
	names := []string{
		"@context", "@id", "@type", "id", "type", "credentialSchema", "credentialStatus", "credentialSubject", "evidence",
		"expirationDate", "holder", "issuanceDate", "issued", "issuer", "proof", "refreshService", "termsOfUse", "validFrom", "validUntil",
	}
	for name := range contexts.Terms(contexts.ELM32) {
		if first := name[0]; 'a' <= first && first <= 'z' {
			names = append(names, name)
		}
	}
	known := make(map[string]string, len(names))
	for _, name := range names {
		known[fold(name)] = name
	}
	return known
})

// fold makes names equal that differ only in case, also by letters that fold
// to ASCII ones.
func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// anyName tells whether a member below raw, which was checked to be JSON, has a
// name that match wants.
func anyName(raw json.RawMessage, match func(name string) bool) bool {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	// open[i] tells whether level i is an object, and whether its next token is
	// a name.
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
				if name, ok := tok.(string); ok && match(name) {
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
