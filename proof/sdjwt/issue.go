package sdjwt

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// saltBytes is 128 bits, as RFC 9901, 9.3 recommends.
const saltBytes = 16

// IssueOptions change how parts are hidden. The zero value is good.
type IssueOptions struct {
	// Random gives salts and decoys; nil is crypto/rand. The same bytes give
	// the same SD-JWT.
	Random io.Reader

	// Decoys tells how many digests of nothing (RFC 9901, 4.2.7) are added to
	// an object or array that hides places members or elements. Nil adds none.
	Decoys func(places int) int
}

// Issue makes the bytes of an SD-JWT except for the signature: header, payload
// with digests, and all disclosures, as "header.payload~d1~d2~". They are
// recorded as they are; Sign then adds the signature. Each path becomes a
// disclosure, in the order of paths; one inside another is hidden twice, so
// that the holder can show the outer without the inner (RFC 9901, 4.2.6).
// Without paths the payload has neither _sd nor _sd_alg.
//
// Where typ names a kind, the result keeps its rules, or it is refused: the
// claims of an SD-JWT VC that must stay visible cannot be named by a path.
func Issue(payload []byte, paths []Path, h jose.TokenHeader, o IssueOptions) ([]byte, error) {
	root, err := strictjson.Parse(payload)
	if err != nil {
		return nil, jose.JSONError("reading payload", err)
	}
	switch {
	case root.Kind != strictjson.Object:
		return nil, malformed("proof.malformed.json", errors.New("payload is no object"))
	case hasReserved(root):
		return nil, refuse("proof.sdjwt.name", errors.New("payload has a reserved name"))
	case len(paths) > MaxDisclosures:
		return nil, proof.Refuse(proof.Resources, "proof.sdjwt.limit", fmt.Errorf("%d paths", len(paths)), "Limit", MaxDisclosures)
	}
	choice := &choice{at: -1}
	for i, p := range paths {
		if err := choice.add(root, p, i); err != nil {
			return nil, err
		}
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	c := concealer{IssueOptions: o, out: make([]string, len(paths))}
	if root, err = c.value(root, choice); err != nil {
		return nil, err
	}
	if len(paths) > 0 {
		root = object(append(root.Members, strictjson.Field{Name: hashName, Value: text(DefaultHash)})...)
	}
	signed := appendJSON(nil, root)
	if err := checkIssued(signed, c.out, h); err != nil {
		return nil, err
	}
	unsigned, err := jose.TokenInput(h, signed)
	if err != nil {
		return nil, err
	}
	unsigned = append(unsigned, '~')
	for _, d := range c.out {
		unsigned = append(append(unsigned, d...), '~')
	}
	if len(unsigned) > MaxBytes {
		return nil, proof.Refuse(proof.Resources, "proof.resources.json", fmt.Errorf("SD-JWT of %d bytes", len(unsigned)))
	}
	return unsigned, nil
}

// Sign signs what Issue made and puts the signature in: nothing else changes.
func Sign(s crypto.Signer, unsigned []byte) ([]byte, error) {
	input, rest, ok := bytes.Cut(unsigned, []byte("~"))
	if !ok || bytes.Count(input, []byte(".")) != 1 {
		return nil, malformed("proof.sdjwt.form", errors.New("not an SD-JWT without signature"))
	}
	token, err := jose.SignToken(s, input)
	if err != nil {
		return nil, err
	}
	return slices.Concat(token, []byte("~"), rest), nil
}

// checkIssued reads back what was made, as a verifier will.
func checkIssued(signed []byte, disclosures []string, h jose.TokenHeader) error {
	o, err := open(signed, disclosures)
	if err != nil {
		return err
	}
	kind := Plain
	switch h.Type {
	case TypeVC:
		kind = VC
	case TypeW3C:
		kind = Credential
	case TypePresentation:
		kind = Presentation
	}
	if want := PolicyOf(kind).ContentTypes; want != nil && !slices.Contains(want, h.ContentType) {
		return proof.Refuse(proof.Header, "proof.header.cty", errors.New("cty does not fit typ"))
	}
	_, err = o.check(kind, false)
	return err
}

func hasReserved(v *strictjson.Value) bool {
	for _, m := range v.Members {
		if m.Name == digestsName || m.Name == elementName || m.Name == hashName || hasReserved(m.Value) {
			return true
		}
	}
	return slices.ContainsFunc(v.Items, hasReserved)
}

// A choice is the tree of the paths that are to be hidden.
type choice struct {
	at    int // index of the path that ends here, or -1
	steps map[Step]*choice
}

// add takes in one path, which must lead to something in root.
func (c *choice) add(root *strictjson.Value, p Path, at int) error {
	v := root
	for _, s := range p {
		switch {
		case s.Index < 0:
			v = v.Member(s.Name)
		case s.Index < len(v.Items):
			v = v.Items[s.Index]
		default:
			v = nil
		}
		if v == nil {
			return proof.Refuse(proof.Malformed, "proof.sdjwt.path.missing", fmt.Errorf("path %d leads nowhere", at), "Number", at+1)
		}
		next := c.steps[s]
		if next == nil {
			if c.steps == nil {
				c.steps = map[Step]*choice{}
			}
			next = &choice{at: -1}
			c.steps[s] = next
		}
		c = next
	}
	if len(p) == 0 || c.at >= 0 {
		return pathError(errors.New("empty path or one given twice"))
	}
	c.at = at
	return nil
}

// concealer is one run of Issue.
type concealer struct {
	IssueOptions
	out []string // the disclosures, by the index of their path
}

// value hides what the choice names inside v. What is deeper is hidden first,
// so that its digest stands in the disclosure around it.
func (c *concealer) value(v *strictjson.Value, ch *choice) (*strictjson.Value, error) {
	if len(ch.steps) == 0 {
		return v, nil
	}
	if v.Kind == strictjson.Array {
		return c.items(v, ch)
	}
	out := object()
	var digests []*strictjson.Value
	for _, m := range v.Members {
		next := ch.steps[Member(m.Name)]
		if next == nil {
			out.Members = append(out.Members, m)
			continue
		}
		inner, err := c.value(m.Value, next)
		if err != nil {
			return nil, err
		}
		if next.at < 0 {
			out.Members = append(out.Members, strictjson.Field{Name: m.Name, Value: inner})
			continue
		}
		d, err := c.disclose(next.at, &m.Name, inner)
		if err != nil {
			return nil, err
		}
		digests = append(digests, d)
	}
	decoys, err := c.decoys(len(digests))
	if err != nil || len(digests) == 0 {
		return out, err
	}
	// Sorting digests hides the order of the members: RFC 9901, 4.2.4.1.
	digests = append(digests, decoys...)
	slices.SortFunc(digests, func(a, b *strictjson.Value) int { return bytes.Compare([]byte(a.Text), []byte(b.Text)) })
	out.Members = append(out.Members, strictjson.Field{Name: digestsName, Value: array(digests...)})
	return out, nil
}

func (c *concealer) items(v *strictjson.Value, ch *choice) (*strictjson.Value, error) {
	out := array()
	hidden := 0
	for i, item := range v.Items {
		if next := ch.steps[Element(i)]; next != nil {
			inner, err := c.value(item, next)
			if err != nil {
				return nil, err
			}
			item = inner
			if next.at >= 0 {
				d, err := c.disclose(next.at, nil, inner)
				if err != nil {
					return nil, err
				}
				item = object(strictjson.Field{Name: elementName, Value: d})
				hidden++
			}
		}
		out.Items = append(out.Items, item)
	}
	decoys, err := c.decoys(hidden)
	if err != nil {
		return nil, err
	}
	for _, d := range decoys {
		place, err := pick(c.Random, len(out.Items)+1)
		if err != nil {
			return nil, err
		}
		out.Items = slices.Insert(out.Items, place, object(strictjson.Field{Name: elementName, Value: d}))
	}
	return out, nil
}

// disclose makes the disclosure of a path and gives its digest.
func (c *concealer) disclose(at int, name *string, v *strictjson.Value) (*strictjson.Value, error) {
	salt, err := c.bytes(saltBytes)
	if err != nil {
		return nil, err
	}
	c.out[at] = newDisclosure(salt, name, v).Encoded
	return text(digest(crypto.SHA256, c.out[at])), nil
}

// decoys makes digests of nothing: hashes over random bytes.
func (c *concealer) decoys(places int) ([]*strictjson.Value, error) {
	if c.Decoys == nil || places == 0 {
		return nil, nil
	}
	var list []*strictjson.Value
	for range min(c.Decoys(places), MaxDisclosures) {
		b, err := c.bytes(2 * saltBytes)
		if err != nil {
			return nil, err
		}
		list = append(list, text(digest(crypto.SHA256, string(b))))
	}
	return list, nil
}

func (c *concealer) bytes(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(c.Random, b); err != nil {
		return nil, fmt.Errorf("reading random bytes: %w", err)
	}
	return b, nil
}

// pick gives a number below n, each as likely as any other.
func pick(random io.Reader, n int) (int, error) {
	i, err := rand.Int(random, big.NewInt(int64(n)))
	if err != nil {
		return 0, fmt.Errorf("reading random bytes: %w", err)
	}
	return int(i.Int64()), nil
}
