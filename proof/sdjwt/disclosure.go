package sdjwt

import (
	"crypto"
	_ "crypto/sha256" // the hashes that hashOf names
	_ "crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// The names that RFC 9901, 4 keeps for itself.
const (
	digestsName = "_sd"
	hashName    = "_sd_alg"
	elementName = "..."
)

// DefaultHash is what digests are made with where _sd_alg is absent (RFC 9901,
// 4.1.1), and what Issue uses.
const DefaultHash = "sha-256"

// hashOf gives the hash that _sd_alg names, by the IANA registry of named
// information hashes. Those that are not listed are refused.
func hashOf(name string) (crypto.Hash, bool) {
	switch name {
	case DefaultHash:
		return crypto.SHA256, true
	case "sha-384":
		return crypto.SHA384, true
	case "sha-512":
		return crypto.SHA512, true
	}
	return 0, false
}

// A Disclosure is one part that can be left out (RFC 9901, 4.2).
type Disclosure struct {
	Salt    string
	Name    string          // of the member; empty for an element of an array
	Value   json.RawMessage // with digests of what can be left out of it in turn
	Array   bool            // an element of an array
	Encoded string          // base64url, as it stands in the SD-JWT

	// Path is its place in the processed payload. An index counts the elements
	// that are disclosed.
	Path Path

	parent int // index of the disclosure that it stands in, or -1
	value  *strictjson.Value
}

// parseDisclosure reads one disclosure of at most limit values.
func parseDisclosure(encoded string, limit int) (Disclosure, error) {
	raw, err := jose.DecodeBase64URL(encoded)
	if err != nil {
		return Disclosure{}, refuse("proof.sdjwt.disclosure", fmt.Errorf("decoding disclosure: %w", err))
	}
	list, err := strictjson.Parse(raw, strictjson.MaxValues(limit))
	if err != nil {
		return Disclosure{}, disclosureError(err)
	}
	parts := list.Items
	if len(parts) != 2 && len(parts) != 3 {
		return Disclosure{}, refuse("proof.sdjwt.disclosure", fmt.Errorf("disclosure of %d parts", len(parts)))
	}
	d := Disclosure{Encoded: encoded, parent: -1, Array: len(parts) == 2, Salt: parts[0].Text, value: parts[len(parts)-1]}
	if parts[0].Kind != strictjson.String {
		return Disclosure{}, refuse("proof.sdjwt.disclosure", errors.New("salt is no string"))
	}
	if !d.Array {
		if d.Name = parts[1].Text; parts[1].Kind != strictjson.String {
			return Disclosure{}, refuse("proof.sdjwt.disclosure", errors.New("name is no string"))
		}
	}
	d.Value = appendJSON(make([]byte, 0, len(raw)), d.value)
	return d, nil
}

func disclosureError(err error) error {
	err = fmt.Errorf("reading disclosure: %w", err)
	if e, ok := errors.AsType[*strictjson.Error](err); ok && e.Kind == strictjson.TooBig {
		return proof.Refuse(proof.Resources, "proof.resources.json", err)
	}
	return refuse("proof.sdjwt.disclosure", err)
}

// newDisclosure makes one with a salt from random; name is nil for an element
// of an array.
func newDisclosure(salt []byte, name *string, v *strictjson.Value) Disclosure {
	d := Disclosure{Salt: base64.RawURLEncoding.EncodeToString(salt), Array: name == nil, parent: -1, value: v}
	d.Value = appendJSON(nil, v)
	parts := []*strictjson.Value{text(d.Salt)}
	if name != nil {
		d.Name = *name
		parts = append(parts, text(d.Name))
	}
	d.Encoded = base64.RawURLEncoding.EncodeToString(appendJSON(nil, array(slices.Concat(parts, []*strictjson.Value{v})...)))
	return d
}

// digest is the base64url digest over text as it stands (RFC 9901, 4.2.3).
func digest(h crypto.Hash, text string) string {
	w := h.New()
	w.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(w.Sum(nil))
}
