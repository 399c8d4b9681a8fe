package integrity

import (
	"context"
	"crypto"
)

// What the tests need of the inside.

// Steps are the intermediate values of one proof.
type Steps struct {
	Canonical, ProofCanonical string // the document and the proof options
	Sum, ProofSum, Combined   []byte
	Input                     []byte // the document with the proofs that this one covers
	Options                   []byte // the proof without its value
	Raw                       []byte // the proof as it stands
	Value                     string // proofValue
}

// StepsOf gives the intermediate values of every proof of a document.
func (e *Engine) StepsOf(ctx context.Context, signed []byte) ([]Steps, error) {
	d, err := e.parseDocument(signed)
	if err != nil {
		return nil, err
	}
	w := e.begin(d)
	var out []Steps
	for _, p := range d.proofs {
		h := crypto.SHA256
		if doc, err := (DIDKeys{}).Resolve(ctx, p.did); err == nil {
			h = hashOf(doc.Methods[0].Key)
		}
		s := Steps{Input: d.input(p), Options: p.bare, Raw: p.raw, Value: p.value}
		if p.suite.jcs() {
			text, err := e.canon.JCS(s.Input)
			if err != nil {
				return nil, err
			}
			config, err := w.configJCS(p)
			if err != nil {
				return nil, err
			}
			s.Canonical, s.ProofCanonical = string(text), string(config)
		} else {
			data, err := w.dataset(ctx, s.Input, false)
			if err != nil {
				return nil, err
			}
			form, err := data.Canonicalize(ctx, h)
			if err != nil {
				return nil, err
			}
			config, err := w.configRDF(ctx, p, h)
			if err != nil {
				return nil, err
			}
			s.Canonical, s.ProofCanonical = string(form.Text()), string(config.Text())
		}
		if s.Sum, err = w.inputSum(ctx, p, h); err != nil {
			return nil, err
		}
		if s.ProofSum, err = w.configSum(ctx, p, h); err != nil {
			return nil, err
		}
		if s.Combined, err = w.combined(ctx, p, h); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// Unsecure gives the document without its proofs, and the texts of these.
func (e *Engine) Unsecure(signed []byte) (unsecured []byte, proofs [][]byte, err error) {
	d, err := e.parseDocument(signed)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range d.proofs {
		proofs = append(proofs, p.raw)
	}
	return d.unsecured, proofs, nil
}

// Without takes members out of the text of an object.
func Without(text []byte, places ...int) []byte { return without(text, memberSpans(text), places...) }

// With puts a member behind those of an object.
func With(text, member []byte) []byte { return with(text, memberSpans(text), member) }
