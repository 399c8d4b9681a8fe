package sdjwt

import (
	"crypto"
	"errors"
	"fmt"
	"slices"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// opened is a payload with its disclosures in place.
type opened struct {
	signed      *strictjson.Value // as the issuer signed it
	root        *strictjson.Value // processed
	payload     []byte            // the same as text
	disclosures []Disclosure      // in the order in which they were sent
	hash        crypto.Hash
	undisclosed int
}

// open processes a payload and its disclosures by RFC 9901, 7.1, steps 3 to 5.
// Every digest stands once, every disclosure is used exactly once, and no
// disclosure brings a name that is there already or that the RFC keeps for
// itself. The number of values is bounded for all texts together.
func open(payload []byte, encoded []string) (*opened, error) {
	signed, err := strictjson.Parse(payload, strictjson.MaxValues(MaxValues))
	if err != nil {
		return nil, jose.JSONError("reading payload", err)
	}
	if signed.Kind != strictjson.Object {
		return nil, malformed("proof.malformed.json", errors.New("payload is no object"))
	}
	o := &opened{signed: signed, disclosures: make([]Disclosure, 0, len(encoded))}
	if o.hash, err = hashNamed(signed); err != nil {
		return nil, err
	}
	p := processor{opened: o, at: make(map[string]int, len(encoded)), digests: map[string]bool{}, used: make([]bool, len(encoded))}
	left := MaxValues - count(signed)
	for i, text := range encoded {
		d, err := parseDisclosure(text, max(left, 0))
		if err != nil {
			return nil, err
		}
		left -= count(d.value)
		key := digest(o.hash, text)
		if _, twice := p.at[key]; twice {
			return nil, refuse("proof.sdjwt.twice", errors.New("disclosure sent twice"))
		}
		p.at[key] = i
		o.disclosures = append(o.disclosures, d)
	}
	if o.root, err = p.value(signed, 0, -1); err != nil {
		return nil, err
	}
	if i := slices.Index(p.used, false); i >= 0 {
		return nil, refuse("proof.sdjwt.unused", fmt.Errorf("disclosure %d has no digest", i))
	}
	o.payload = appendJSON(make([]byte, 0, len(payload)), o.root)
	o.undisclosed = len(p.digests) - len(encoded)
	return o, nil
}

// hashNamed gives the hash that the payload names. A claim _sd_alg stands at
// the top or nowhere (RFC 9901, 4.1.1).
func hashNamed(payload *strictjson.Value) (crypto.Hash, error) {
	v := payload.Member(hashName)
	if v == nil {
		h, _ := hashOf(DefaultHash)
		return h, nil
	}
	if h, ok := hashOf(v.Text); ok && v.Kind == strictjson.String {
		return h, nil
	}
	return 0, refuse("proof.sdjwt.hash", errors.New("_sd_alg is not accepted"))
}

// processor is one run over a payload. Recursion goes no deeper than MaxDepth.
type processor struct {
	*opened
	at      map[string]int  // digest to disclosure
	digests map[string]bool // every digest met, also those of nothing disclosed
	used    []bool
	path    Path
}

// value gives v with what is disclosed in place. It stands inside disclosure
// parent, or -1.
func (p *processor) value(v *strictjson.Value, depth, parent int) (*strictjson.Value, error) {
	if depth > MaxDepth {
		return nil, proof.Refuse(proof.Resources, "proof.resources.json", errors.New("disclosures too deep inside each other"))
	}
	switch v.Kind {
	case strictjson.Object:
		return p.members(v, depth, parent)
	case strictjson.Array:
		return p.items(v, depth, parent)
	case strictjson.Null, strictjson.Bool, strictjson.Number, strictjson.String:
	}
	return v, nil
}

func (p *processor) members(v *strictjson.Value, depth, parent int) (*strictjson.Value, error) {
	out := &strictjson.Value{Kind: strictjson.Object, Members: make([]strictjson.Field, 0, len(v.Members))}
	var found []int
	for _, m := range v.Members {
		switch m.Name {
		case digestsName:
			var err error
			if found, err = p.find(m.Value); err != nil {
				return nil, err
			}
			continue
		case elementName: // outside an array, or beside other members
			return nil, refuse("proof.sdjwt.digests", errors.New(`"..." where no element of an array is`))
		case hashName:
			if depth == 0 {
				continue
			}
			return nil, refuse("proof.sdjwt.digests", errors.New("_sd_alg below the top"))
		}
		if err := p.add(out, m.Name, m.Value, depth, parent); err != nil {
			return nil, err
		}
	}
	if len(found) == 0 {
		return out, nil
	}
	taken := make(map[string]bool, len(out.Members)+len(found))
	for _, m := range out.Members {
		taken[m.Name] = true
	}
	slices.Sort(found) // the issuer's order is hidden in digests; the holder's is not
	for _, i := range found {
		d := &p.disclosures[i]
		switch {
		case d.Array:
			return nil, refuse("proof.sdjwt.disclosure", errors.New("element of an array among members"))
		case d.Name == digestsName || d.Name == elementName || d.Name == hashName:
			return nil, refuse("proof.sdjwt.name", errors.New("disclosure with a reserved name"))
		case taken[d.Name]:
			return nil, refuse("proof.sdjwt.name", errors.New("disclosure with a name that is there already"))
		}
		taken[d.Name] = true
		d.parent, d.Path = parent, append(slices.Clone(p.path), Step{Name: d.Name, Index: -1})
		if err := p.add(out, d.Name, d.value, depth, i); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// add processes one member and appends it.
func (p *processor) add(out *strictjson.Value, name string, v *strictjson.Value, depth, parent int) error {
	p.path = append(p.path, Step{Name: name, Index: -1})
	inner, err := p.value(v, depth+1, parent)
	p.path = p.path[:len(p.path)-1]
	if err != nil {
		return err
	}
	out.Members = append(out.Members, strictjson.Field{Name: name, Value: inner})
	return nil
}

func (p *processor) items(v *strictjson.Value, depth, parent int) (*strictjson.Value, error) {
	out := &strictjson.Value{Kind: strictjson.Array, Items: make([]*strictjson.Value, 0, len(v.Items))}
	for _, item := range v.Items {
		inside := parent
		if mark := item.Member(elementName); mark != nil {
			if len(item.Members) != 1 || mark.Kind != strictjson.String {
				return nil, refuse("proof.sdjwt.digests", errors.New(`"..." is no string or has company`))
			}
			i, ok, err := p.take(mark.Text)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			d := &p.disclosures[i]
			if !d.Array {
				return nil, refuse("proof.sdjwt.disclosure", errors.New("member among elements of an array"))
			}
			d.parent, d.Path = parent, append(slices.Clone(p.path), Step{Index: len(out.Items)})
			item, inside = d.value, i
		}
		p.path = append(p.path, Step{Index: len(out.Items)})
		inner, err := p.value(item, depth+1, inside)
		p.path = p.path[:len(p.path)-1]
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, inner)
	}
	return out, nil
}

// find reads an _sd array and gives the disclosures that it has digests of.
func (p *processor) find(list *strictjson.Value) ([]int, error) {
	if list.Kind != strictjson.Array {
		return nil, refuse("proof.sdjwt.digests", errors.New("_sd is no array"))
	}
	var found []int
	for _, item := range list.Items {
		if item.Kind != strictjson.String {
			return nil, refuse("proof.sdjwt.digests", errors.New("_sd holds something that is no string"))
		}
		i, ok, err := p.take(item.Text)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, i)
		}
	}
	return found, nil
}

// take notes a digest and gives its disclosure, if there is one.
func (p *processor) take(text string) (int, bool, error) {
	if p.digests[text] {
		return 0, false, refuse("proof.sdjwt.digests", errors.New("digest stands twice"))
	}
	p.digests[text] = true
	i, ok := p.at[text]
	if ok {
		p.used[i] = true
	}
	return i, ok, nil
}
