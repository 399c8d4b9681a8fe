package integrity

import (
	"context"
	"crypto"
	"fmt"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
)

// A work is what is done for one document: every canonical form is made once,
// however many proofs need it.
type work struct {
	e *Engine
	d *document

	datasets map[string]*canon.Dataset // by the text
	sums     map[sumOf][]byte
	spent    int             // bytes that have been read
	warnings []canon.Warning // of the document without its proofs
}

// A sumOf names a digest: of which text, transformed how, with which hash.
type sumOf struct {
	text string
	jcs  bool
	hash crypto.Hash
}

func (e *Engine) begin(d *document) *work {
	return &work{e: e, d: d, datasets: map[string]*canon.Dataset{}, sums: map[sumOf][]byte{}}
}

// combined gives what the suites sign: the digest of the proof options, then
// that of the document with the proofs that p covers (VC DI EdDSA Cryptosuites
// v1.0, 3.2.4; VC DI ECDSA Cryptosuites v1.0, 3.2.4).
func (w *work) combined(ctx context.Context, p *proofObject, h crypto.Hash) ([]byte, error) {
	config, err := w.configSum(ctx, p, h)
	if err != nil {
		return nil, err
	}
	input, err := w.inputSum(ctx, p, h)
	if err != nil {
		return nil, err
	}
	return append(append(make([]byte, 0, len(config)+len(input)), config...), input...), nil
}

// inputSum gives the digest of the document as p secures it.
func (w *work) inputSum(ctx context.Context, p *proofObject, h crypto.Hash) ([]byte, error) {
	input := w.d.input(p)
	key := sumOf{string(input), p.suite.jcs(), h}
	if sum, ok := w.sums[key]; ok {
		return sum, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, uncanonical("canonicalizing a document", err)
	}
	var sum []byte
	if p.suite.jcs() {
		if err := w.spend(input); err != nil {
			return nil, err
		}
		out, err := w.e.canon.JCS(input)
		if err != nil {
			return nil, uncanonical("canonicalizing a document", err)
		}
		sum = digest(h, out)
	} else {
		data, err := w.dataset(ctx, input, len(p.previous) == 0)
		if err != nil {
			return nil, err
		}
		form, err := data.Canonicalize(ctx, h)
		if err != nil {
			return nil, uncanonical("canonicalizing a document", err)
		}
		sum = form.Sum(h)
	}
	w.sums[key] = sum
	return sum, nil
}

// dataset gives the RDF of a text, behind the gate. The warnings are kept of the
// one that is the document itself.
func (w *work) dataset(ctx context.Context, text []byte, itself bool) (*canon.Dataset, error) {
	if data, ok := w.datasets[string(text)]; ok {
		return data, nil
	}
	if err := w.spend(text); err != nil {
		return nil, err
	}
	data, err := w.e.canon.Dataset(ctx, text)
	if err != nil {
		return nil, uncanonical("reading the statements of a document", err)
	}
	w.datasets[string(text)] = data
	if itself {
		w.warnings = data.Warnings
	}
	return data, nil
}

// spend counts the bytes of the texts that are canonicalized.
func (w *work) spend(input []byte) error {
	if w.spent += len(input); w.spent > maxInputs {
		return refuse(proof.Resources, "proof.resources.json", fmt.Errorf("the proofs of the document cover more than %d bytes together", maxInputs))
	}
	return nil
}

// configSum gives the digest of the proof options of p (VC DI EdDSA
// Cryptosuites v1.0, 3.2.5 and 3.3.5).
func (w *work) configSum(ctx context.Context, p *proofObject, h crypto.Hash) ([]byte, error) {
	if p.suite.jcs() {
		out, err := w.configJCS(p)
		if err != nil {
			return nil, err
		}
		return digest(h, out), nil
	}
	form, err := w.configRDF(ctx, p, h)
	if err != nil {
		return nil, err
	}
	return form.Sum(h), nil
}

// configRDF gives the canonical form of the proof options as RDF, under the
// @context of the document.
func (w *work) configRDF(ctx context.Context, p *proofObject, h crypto.Hash) (*canon.Canonical, error) {
	data, err := w.e.canon.Part(ctx, p.bare, w.d.context)
	if err != nil {
		return nil, uncanonical("reading the statements of a proof", err)
	}
	form, err := data.Canonicalize(ctx, h)
	if err != nil {
		return nil, uncanonical("canonicalizing a proof", err)
	}
	return form, nil
}

// configJCS gives the canonical form of the proof options as JSON.
func (w *work) configJCS(p *proofObject) ([]byte, error) {
	out, err := w.e.canon.JCS(p.bare)
	if err != nil {
		return nil, uncanonical("canonicalizing a proof", err)
	}
	return out, nil
}

func digest(h crypto.Hash, data []byte) []byte {
	s := h.New()
	s.Write(data)
	return s.Sum(nil)
}

// check does everything that comes before a signature but for the signature: the
// gate, and the limits of canonicalization.
func (w *work) check(ctx context.Context, p *proofObject, h crypto.Hash) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	if _, err := w.combined(ctx, p, h); err != nil {
		return fmt.Errorf("checking what is to be signed: %w", err)
	}
	return nil
}
