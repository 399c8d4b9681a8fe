package integrity

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
)

// What the tests of ecdsa-sd-2023 need of the inside.

// ParsePointer gives the steps of a JSON pointer.
func ParsePointer(text string) ([]string, error) {
	p, err := parsePointer(text)
	return p, err
}

// PrintPointer writes the steps as a JSON pointer.
func PrintPointer(steps []string) string { return pointer(steps).String() }

// SelectJSON gives the part of a document that pointers lead to.
func SelectJSON(doc []byte, pointers []string) ([]byte, error) {
	t, err := openTree(doc)
	if err != nil {
		return nil, err
	}
	s, err := t.choose(pointers)
	if err != nil || s.empty() {
		return nil, err
	}
	return s.reveal().text, nil
}

// SDBase is what a base proof value holds.
type SDBase = sdBase

// SDDerived is what a derived proof value holds.
type SDDerived = sdDerived

// ParseSDBase reads a base proof value.
func ParseSDBase(value string) (SDBase, error) { return parseSDBase(value) }

// ParseSDDerived reads a derived proof value.
func ParseSDDerived(value string) (SDDerived, error) { return parseSDDerived(value) }

// The limits of the suite.
const (
	SDMaxStatements = sdMaxStatements
	SDMaxPointers   = sdMaxPointers
)

// An SDInside is what a base proof is made over and holds, laid open.
type SDInside struct {
	Base          SDBase
	Lines         []string // statements with their labels, sorted
	ConfigHash    []byte
	MandatoryHash []byte

	e   *Engine
	doc *sdDocument
}

// OpenSDBase lays a document with one base proof open, without checking it.
func OpenSDBase(ctx context.Context, e *Engine, signed []byte) (*SDInside, error) {
	d, err := e.parseDocument(signed)
	if err != nil {
		return nil, err
	}
	p, err := d.baseProof()
	if err != nil {
		return nil, err
	}
	in := &SDInside{e: e}
	if in.Base, err = parseSDBase(p.value); err != nil {
		return nil, err
	}
	if in.ConfigHash, err = e.begin(d).configSum(ctx, p, crypto.SHA256); err != nil {
		return nil, err
	}
	if in.doc, err = e.openSD(ctx, d.unsecured, in.Base.HMACKey); err != nil {
		return nil, err
	}
	in.Lines = in.doc.lines
	part, err := e.part(ctx, in.doc, in.Base.MandatoryPointers)
	if err != nil {
		return nil, err
	}
	always, _ := in.doc.group(part)
	in.MandatoryHash = hashStatements(always)
	return in, nil
}

// Match gives the places among Lines of what pointers select, and of the rest.
func (in *SDInside) Match(ctx context.Context, pointers []string) (in1, out []int, err error) {
	part, err := in.e.part(ctx, in.doc, pointers)
	if err != nil {
		return nil, nil, err
	}
	for i, line := range in.Lines {
		if part.lines[line] {
			in1 = append(in1, i)
		} else {
			out = append(out, i)
		}
	}
	return in1, out, nil
}

// SDShown is what a verifier makes of a derived document.
type SDShown struct {
	Derived        SDDerived
	Lines          []string
	Always, Others []string
	ConfigHash     []byte
	MandatoryHash  []byte
}

// OpenSDDerived lays a document with one derived proof open, without checking
// its signatures.
func OpenSDDerived(ctx context.Context, e *Engine, shown []byte) (*SDShown, error) {
	d, err := e.parseDocument(shown)
	if err != nil {
		return nil, err
	}
	out := &SDShown{}
	if out.Derived, err = parseSDDerived(d.proofs[0].value); err != nil {
		return nil, err
	}
	if out.ConfigHash, err = e.begin(d).configSum(ctx, d.proofs[0], crypto.SHA256); err != nil {
		return nil, err
	}
	dataset, err := e.canon.Dataset(ctx, d.unsecured)
	if err != nil {
		return nil, err
	}
	if out.Lines, err = sdShown(ctx, dataset, out.Derived.LabelMap); err != nil {
		return nil, err
	}
	out.Always, out.Others, err = out.Derived.divide(out.Lines)
	out.MandatoryHash = hashStatements(out.Always)
	return out, err
}

// SignSDWith is SignSD with secrets that are given.
func SignSDWith(ctx context.Context, e *Engine, prepared []byte, key crypto.Signer, mandatory []string, statementKey *ecdsa.PrivateKey, hmacKey []byte) ([]byte, error) {
	return e.signSD(ctx, prepared, key, mandatory, sdSecrets{key: statementKey, hmac: hmacKey})
}

// ForgeSDStatement signs a line with a statement key.
func ForgeSDStatement(key *ecdsa.PrivateKey, line string) []byte {
	s := sdStatements{others: []string{line}}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	if err := s.sign(context.Background(), other, key); err != nil {
		panic(err)
	}
	return s.signatures[0]
}

// SDPublicKey writes the public key of statements.
func SDPublicKey(key *ecdsa.PublicKey) []byte {
	data, err := sdPublicKey(key)
	if err != nil {
		panic(err)
	}
	return data
}

// SDLabel writes a digest as a label.
func SDLabel(digest []byte) string { return sdLabel(digest) }
