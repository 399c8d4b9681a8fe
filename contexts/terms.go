package contexts

import (
	"encoding/json"
	"fmt"
	"maps"
	"sync"
)

// A Term is what a name means in the EDC context.
type Term struct {
	IRI       string
	Type      string // "@id", or the IRI of a datatype; empty for plain texts
	Container string // "@language" for language maps
}

// Terms gives the terms of the EDC context in a state. The context is flat: a
// name means the same everywhere, but for the terms of credentials/v1 that
// precede it.
func Terms(s State) map[string]Term {
	if s == ELM31 {
		return maps.Clone(terms31())
	}
	return maps.Clone(terms32())
}

var (
	terms31 = sync.OnceValue(func() map[string]Term { return mustTerms(ELM31) })
	terms32 = sync.OnceValue(func() map[string]Term { return mustTerms(ELM32) })
)

func mustTerms(s State) map[string]Term {
	data, _ := BytesIn(s, EDCAP)
	var doc struct {
		Context map[string]json.RawMessage `json:"@context"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		panic(fmt.Sprintf("contexts: EDC context %s: %v", s, err))
	}
	terms := make(map[string]Term, len(doc.Context))
	for name, raw := range doc.Context {
		var t struct {
			ID        string `json:"@id"`
			Type      string `json:"@type"`
			Container string `json:"@container"`
		}
		if json.Unmarshal(raw, &t.ID) != nil {
			if err := json.Unmarshal(raw, &t); err != nil {
				panic(fmt.Sprintf("contexts: EDC context %s, term %s: %v", s, name, err))
			}
		}
		terms[name] = Term{t.ID, t.Type, t.Container}
	}
	return terms
}
