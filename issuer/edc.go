package issuer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/status"
)

// edcContext is the @context of an EDC file without status: exactly two URLs.
// With status, the terms of the entry come third, as an inline object.
var (
	edcContext       = json.RawMessage(`["` + contexts.CredentialsV1 + `","` + contexts.EDCAP + `"]`)
	edcStatusContext = json.RawMessage(`["` + contexts.CredentialsV1 + `","` + contexts.EDCAP + `",` + contexts.StatusTerms + `]`)
)

// EDC writes the EDC form of a draft under an id: the payload of the seal, VC
// Data Model 1.1 in the Commission's order, with one status entry or none. It is
// pure: the same arguments give the same bytes, and the draft is not changed.
//
// Every node that belongs to this one credential gets an IRI of its own, the
// id and a fragment. Concepts, web addresses and the issuer keep theirs. A node
// that occurs several times is repeated in full, as the Commission's files do.
func EDC(d credential.Draft, id credential.ID, entries ...status.Entry) ([]byte, error) {
	payload, err := edc(d, id, entries)
	if err != nil {
		return nil, fmt.Errorf("writing draft %s as edc: %w", d.ID, err)
	}
	return payload, nil
}

func edc(d credential.Draft, id credential.ID, entries []status.Entry) ([]byte, error) {
	if err := writable(d, id, credential.EDC); err != nil {
		return nil, err
	}
	n := naming{id: string(id)}
	c, err := n.credential(d.Claims)
	if err != nil {
		return nil, err
	}
	c.ID = string(id)
	c.CredentialSchema = elm.One(elm.CredentialSchema{ID: elm.ProfileGeneric})
	c.Context = edcContext
	if len(entries) > 0 {
		if len(entries) > 1 {
			return nil, fmt.Errorf("%d status entries: the profiles allow one", len(entries))
		}
		if c.CredentialStatus, err = credentialStatus(entries, "CredentialStatus"); err != nil {
			return nil, err
		}
		c.Context = edcStatusContext
	}
	return elm.Marshal(c)
}

// writable holds that a form can be written of a draft under an id.
func writable(d credential.Draft, id credential.ID, f credential.Form) error {
	switch {
	case !id.Fits(f):
		return fmt.Errorf("%q: %w of that form", id, credential.ErrID)
	case d.Claims == nil:
		return errors.New("no claims")
	}
	return nil
}

// checkEDC holds the exact payload to the rules of the profile: those of 3.2,
// and the strict ones of 3.1, which a file without status keeps too; there is no
// way to write one that 3.1 allows. Nothing in it is without meaning, and no value
// is from a list that does not have it.
func checkEDC(payload []byte) error {
	if lost := elm.UndefinedTerms(payload); len(lost) > 0 {
		return fmt.Errorf("checking the content: no context gives a meaning to %v", lost)
	}
	findings := slices.Concat(elm.Check(payload, elm.Options{}), elm.UnknownConcepts(payload))
	if len(findings) == 0 && !hasStatus(payload) { // else the same would mostly be found again
		findings = elm.Check(payload, elm.Options{Strict31: true})
	}
	return faultsOf(findings)
}

func hasStatus(payload []byte) bool {
	var c struct {
		Status json.RawMessage `json:"credentialStatus"`
	}
	return json.Unmarshal(payload, &c) == nil && c.Status != nil
}

// faultsOf gives findings as the fault that people are told; none is nil.
func faultsOf(findings []elm.Finding) error {
	var faults fault.List
	for _, f := range findings {
		faults = append(faults, fault.Item{Path: f.Path, Key: f.Key, Args: f.Args, Rule: f.Rule})
	}
	return faults.Err()
}
