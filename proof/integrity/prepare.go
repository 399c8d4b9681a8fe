package integrity

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
)

// ProofOptions say what a new proof states about itself (VC Data Integrity 1.0,
// 2.1). What is empty or zero is left out, but for Purpose, which is then
// AssertionMethod, and Created, which is then the time of Prepare.
type ProofOptions struct {
	Cryptosuite        Cryptosuite
	VerificationMethod string // a DID URL with a fragment
	Purpose            string
	ID                 string // an absolute URL; needed only where a later proof names this one
	Challenge          string
	Nonce              string
	Domain             []string
	Created, Expires   time.Time
	PreviousProof      []string // ids of proofs of the document that this one shall cover
}

// Prepare puts a proof without a value into a document: the proof options,
// spliced in as text, beside the proofs that are there. Nothing else changes. It
// refuses what Sign would not sign and what Verify would not accept, so that
// what is prepared can be recorded before it is signed. Purpose, expiry and
// issuer are the caller's affair; Verify judges them.
func (e *Engine) Prepare(ctx context.Context, doc []byte, o ProofOptions) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, e.maxTime)
	defer cancel()
	d, err := e.parseDocument(doc)
	if err != nil {
		return nil, err
	}
	if p := d.pending(); len(p) > 0 {
		return nil, wrong("proof.integrity.value", "the document has a proof without a value already")
	}
	if len(d.proofs) >= e.maxProofs {
		return nil, proof.Refuse(proof.Resources, "proof.integrity.many", fmt.Errorf("%d proofs", len(d.proofs)), "Max", e.maxProofs)
	}
	options, err := e.writeOptions(d, o)
	if err != nil {
		return nil, err
	}
	prepared := d.withProof(options)
	if d, err = e.parseDocument(prepared); err != nil {
		return nil, err
	}
	pending := d.pending()
	if len(pending) != 1 {
		return nil, fmt.Errorf("preparing a proof: %d proofs without a value", len(pending))
	}
	if err := e.begin(d).check(ctx, pending[0], crypto.SHA256); err != nil {
		return nil, err
	}
	return prepared, nil
}

// writeOptions writes the proof options. The JCS suites put the @context of the
// document into the proof (VC DI EdDSA Cryptosuites v1.0, 3.3.1).
func (e *Engine) writeOptions(d *document, o ProofOptions) ([]byte, error) {
	if _, _, ok := keys.SplitDIDURL(o.VerificationMethod); !ok {
		return nil, refuse(proof.Key, "proof.integrity.method", errNoDIDURL)
	}
	created := o.Created
	if created.IsZero() {
		created = e.now()
	}
	purpose := o.Purpose
	if purpose == "" {
		purpose = AssertionMethod
	}
	w := struct {
		Type          string          `json:"type"`
		ID            string          `json:"id,omitempty"`
		Cryptosuite   Cryptosuite     `json:"cryptosuite"`
		Created       string          `json:"created"`
		Expires       string          `json:"expires,omitempty"`
		Method        string          `json:"verificationMethod"`
		Purpose       string          `json:"proofPurpose"`
		Domain        any             `json:"domain,omitempty"`
		Challenge     string          `json:"challenge,omitempty"`
		Nonce         string          `json:"nonce,omitempty"`
		PreviousProof any             `json:"previousProof,omitempty"`
		Context       json.RawMessage `json:"@context,omitempty"`
	}{
		Type: proofType, ID: o.ID, Cryptosuite: o.Cryptosuite, Created: stamp(created), Method: o.VerificationMethod, Purpose: purpose,
		Domain: oneOrMany(o.Domain), Challenge: o.Challenge, Nonce: o.Nonce, PreviousProof: oneOrMany(o.PreviousProof),
	}
	if !o.Expires.IsZero() {
		w.Expires = stamp(o.Expires)
	}
	if o.Cryptosuite.jcs() {
		w.Context = d.context
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(w); err != nil {
		return nil, fmt.Errorf("writing proof options: %w", err)
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

func oneOrMany(list []string) any {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return list
}

// withProof puts one more proof object into the text of the document.
func (d *document) withProof(object []byte) []byte {
	if d.proof < 0 {
		return with(d.text, d.spans, append([]byte(`"proof":`), object...))
	}
	at := d.proofValue()
	value := d.text[at.start:at.end]
	var list []byte
	if d.list {
		elements := elementSpans(value)
		end := elements[len(elements)-1].end
		list = splice(value, span{end, end}, append([]byte{','}, object...))
	} else {
		list = append(append(append(append([]byte{'['}, value...), ','), object...), ']')
	}
	return splice(d.text, at, list)
}

// proofValue finds the value of the proof member in the text.
func (d *document) proofValue() span {
	s := d.spans[d.proof]
	c := cursor{text: d.text, pos: s.start}
	c.skipString()
	c.skipSpace()
	c.pos++ // :
	c.skipSpace()
	return span{c.pos, s.end}
}

// pending gives the proofs that have no value.
func (d *document) pending() []*proofObject {
	var out []*proofObject
	for _, p := range d.proofs {
		if !p.hasValue {
			out = append(out, p)
		}
	}
	return out
}

// Sign gives the one proof of a prepared document that has no value its value,
// by inserting it as text: nothing else changes. The key must be that of the
// verification method.
func (e *Engine) Sign(ctx context.Context, prepared []byte, key crypto.Signer) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, e.maxTime)
	defer cancel()
	w, p, err := e.toSign(ctx, prepared, key)
	if err != nil {
		return nil, err
	}
	if p.suite == ECDSASD2023 {
		return nil, wrong("proof.integrity.suite", "%s is signed by SignSD", p.suite)
	}
	data, err := w.combined(ctx, p, hashOf(key.Public()))
	if err != nil {
		return nil, err
	}
	sig, err := makeSignature(key, data)
	if err != nil {
		return nil, err
	}
	return w.d.withValue(p, keys.EncodeMultibase(sig))
}

// toSign finds the one proof of a prepared document that has no value, and
// checks that key is the one that it names.
func (e *Engine) toSign(ctx context.Context, prepared []byte, key crypto.Signer) (*work, *proofObject, error) {
	d, err := e.parseDocument(prepared)
	if err != nil {
		return nil, nil, err
	}
	pending := d.pending()
	if len(pending) != 1 {
		return nil, nil, wrong("proof.integrity.missing", "%d proofs without a value where one is needed", len(pending))
	}
	p := pending[0]
	w := e.begin(d)
	if err := w.settle(ctx); err != nil {
		return nil, nil, err
	}
	for _, q := range d.proofs {
		if p.id != "" && q.names(p.id) {
			return nil, nil, wrong("proof.integrity.chain", "a proof that has a value names one that has none")
		}
	}
	pub, err := e.methodKey(ctx, p, e.now())
	if err != nil {
		return nil, nil, err
	}
	if !keys.Same(pub, key.Public()) {
		return nil, nil, refuse(proof.Key, "proof.integrity.key.other", errors.New("the key is not that of the verification method"))
	}
	return w, p, nil
}

// withValue inserts the proof value behind the last member of p. The text is
// the document's; p.raw is a part of it.
func (d *document) withValue(p *proofObject, value string) ([]byte, error) {
	at := d.proofValue()
	objects := []span{at}
	if d.list {
		objects = nil
		for _, s := range elementSpans(d.text[at.start:at.end]) {
			objects = append(objects, span{at.start + s.start, at.start + s.end})
		}
	}
	for i, q := range d.proofs {
		if q != p {
			continue
		}
		member, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("writing a proof value: %w", err)
		}
		s := objects[i]
		spans := memberSpans(p.raw)
		return splice(d.text, s, with(p.raw, spans, append([]byte(`"proofValue":`), member...))), nil
	}
	return nil, errors.New("writing a proof value: the proof is not of this document")
}
