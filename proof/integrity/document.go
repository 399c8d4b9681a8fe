package integrity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
)

var (
	errNoDIDURL   = errors.New("the verification method is not the DID URL of a key")
	errNeverValid = errors.New("the proof expires before it is made")
)

// A document is a secured document taken apart: its text, and what is read from
// it to find the proofs and who must have made them.
type document struct {
	text  []byte
	spans []span // of the members
	proof int    // which member is the proof; -1 if none
	list  bool   // the proof is an array

	unsecured []byte // the text without the proof
	context   []byte // the text of @context; nil if none
	owner     string // id of the issuer, or of the holder of a presentation; "" if none
	holder    bool   // a presentation: nobody needs to be named

	proofs []*proofObject
}

// parseDocument takes a document apart, with all its proofs.
func (e *Engine) parseDocument(text []byte) (*document, error) {
	members, err := strictjson.Members(text)
	if err != nil {
		return nil, unreadable("reading a secured document", err)
	}
	d := &document{text: text, spans: memberSpans(text), proof: -1, unsecured: text}
	if len(d.spans) != len(members) {
		return nil, fmt.Errorf("finding the members of a document: %d of %d", len(d.spans), len(members))
	}
	var issuer, holder, types []byte
	for i, m := range members {
		switch m.Name {
		case "@context":
			d.context = m.Value
		case "issuer":
			issuer = m.Value
		case "holder":
			holder = m.Value
		case "type":
			types = m.Value
		case "proof":
			d.proof = i
			d.unsecured = without(text, d.spans, i)
			if err := e.parseProofs(d, m.Value); err != nil {
				return nil, err
			}
		}
	}
	// Who says that he is the issuer is judged as issuer, whatever else the
	// document claims to be.
	if issuer == nil && hasType(types, "VerifiablePresentation") {
		d.holder = true
		issuer = holder
	}
	if issuer == nil {
		return d, nil
	}
	if d.owner = idOf(issuer); d.owner == "" {
		return nil, refuse(proof.Key, "proof.integrity.issuer", errors.New("the issuer or holder is not named by one id"))
	}
	return d, nil
}

// parseProofs reads the proof member: one proof object or a list of them.
func (e *Engine) parseProofs(d *document, raw []byte) error {
	raws := [][]byte{raw}
	if d.list = raw[0] == '['; d.list {
		raws = nil
		for _, s := range elementSpans(raw) {
			raws = append(raws, raw[s.start:s.end])
		}
	}
	if len(raws) == 0 {
		return wrong("proof.integrity.missing", "the list of proofs is empty")
	}
	if len(raws) > e.maxProofs {
		return proof.Refuse(proof.Resources, "proof.integrity.many", fmt.Errorf("%d proofs", len(raws)), "Max", e.maxProofs)
	}
	for _, r := range raws {
		p, err := parseObject(r)
		if err != nil {
			return err
		}
		d.proofs = append(d.proofs, p)
	}
	return d.checkChain()
}

// checkChain checks that no proof is given twice, and the names by which proofs
// refer to each other: each belongs to one proof, each reference finds its proof,
// and none leads back to where it came from (VC Data Integrity 1.0, 2.1.2).
func (d *document) checkChain() error {
	place := map[string]int{}
	for i, p := range d.proofs {
		if p.hasValue && slices.ContainsFunc(d.proofs[:i], func(q *proofObject) bool { return q.value == p.value }) {
			return wrong("proof.integrity.chain", "a proof is given twice")
		}
		if p.id == "" {
			continue
		}
		if _, twice := place[p.id]; twice {
			return wrong("proof.integrity.chain", "two proofs have the same id")
		}
		place[p.id] = i
	}
	waits := make([]int, len(d.proofs)) // predecessors that have not been settled
	for i, p := range d.proofs {
		waits[i] = len(p.previous)
		for _, id := range p.previous {
			if _, there := place[id]; !there {
				return wrong("proof.integrity.chain", "a proof names a predecessor that is not there")
			}
		}
	}
	for settled := 0; settled < len(d.proofs); {
		i := slices.Index(waits, 0)
		if i < 0 {
			return wrong("proof.integrity.chain", "proofs name each other in a circle")
		}
		waits[i] = -1
		settled++
		for j, p := range d.proofs {
			if d.proofs[i].id != "" && slices.Contains(p.previous, d.proofs[i].id) {
				waits[j]--
			}
		}
	}
	return nil
}

// input gives the text that p secures: the document without its proofs, or with
// just those that p names as its predecessors, in the order in which it names
// them and always as a list (VC Data Integrity 1.0, 4.3 and 4.5). In the RDF
// suites a proof takes its @context from the document and has none of its own.
func (d *document) input(p *proofObject) []byte {
	if len(p.previous) == 0 {
		return d.unsecured
	}
	var list bytes.Buffer
	list.WriteString(`"proof":[`)
	for i, id := range p.previous {
		if i > 0 {
			list.WriteByte(',')
		}
		for _, q := range d.proofs {
			if q.id != id {
				continue
			}
			raw := q.raw
			if !p.suite.jcs() {
				spans := memberSpans(raw)
				raw = without(raw, spans, placesOf(raw, spans, "@context")...)
			}
			list.Write(raw)
		}
	}
	list.WriteByte(']')
	return with(d.unsecured, memberSpans(d.unsecured), list.Bytes())
}

// placesOf finds the members with a name.
func placesOf(text []byte, spans []span, name string) []int {
	var places []int
	for i, s := range spans {
		c := cursor{text: text, pos: s.start}
		c.skipString()
		var got string
		if json.Unmarshal(text[s.start:c.pos], &got) == nil && got == name {
			places = append(places, i)
		}
	}
	return places
}

// hasType tells whether the value of a type member names a type.
func hasType(raw []byte, name string) bool {
	var list []json.RawMessage
	if len(raw) > 0 && raw[0] == '[' {
		if err := json.Unmarshal(raw, &list); err != nil {
			return false
		}
	} else {
		list = []json.RawMessage{raw}
	}
	return slices.ContainsFunc(list, func(r json.RawMessage) bool {
		s, ok := text(bytes.TrimSpace(r))
		return ok && s == name
	})
}

// idOf gives the id that a value is or has (VC Data Model 2.0, 4.7: the issuer
// is a URL or an object with an id).
func idOf(raw []byte) string {
	if s, ok := text(raw); ok {
		return s
	}
	if len(raw) == 0 || raw[0] != '{' {
		return ""
	}
	members, err := strictjson.Members(raw)
	if err != nil {
		return ""
	}
	for _, m := range members {
		if m.Name == "id" {
			s, _ := text(m.Value)
			return s
		}
	}
	return ""
}
