package integrity

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"fmt"
	"slices"

	"github.com/probatum/probatum/proof"
)

// Derive makes what a holder shows of a document with one base proof of
// ecdsa-sd-2023: what the issuer made mandatory and what the selective pointers
// (RFC 6901) lead to, with a derived proof that Verify accepts. It finds out
// first whether the base proof is good: a holder learns that before a verifier
// does. Values keep the text that they have; other proofs of the document cover
// all of it and are left out. VC DI ECDSA Cryptosuites 1.0, 3.6 (Add Derived
// Proof).
func (e *Engine) Derive(ctx context.Context, signed []byte, selective []string) ([]byte, error) {
	d, err := e.parseDocument(signed)
	if err != nil {
		return nil, err
	}
	p, err := d.baseProof()
	if err != nil {
		return nil, err
	}
	base, err := parseSDBase(p.value)
	if err != nil {
		return nil, refuse(proof.Proof, "proof.integrity.sd.value", err)
	}
	if len(base.MandatoryPointers)+len(selective) == 0 {
		return nil, wrong("proof.integrity.sd.nothing", "no pointers")
	}
	key, err := e.methodKey(ctx, p, e.now())
	if err != nil {
		return nil, err
	}
	issuer, err := sdKey(key)
	if err != nil {
		return nil, err
	}
	w := e.begin(d)
	if err := w.settle(ctx); err != nil {
		return nil, err
	}
	config, err := w.configSum(ctx, p, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	doc, always, err := e.checkSDBase(ctx, d.unsecured, config, base, issuer)
	if err != nil {
		return nil, err
	}
	if _, err := doc.tree.choose(selective); err != nil { // counted as the holder gave them
		return nil, err
	}
	part, err := e.part(ctx, doc, slices.Concat(base.MandatoryPointers, selective))
	if err != nil {
		return nil, err
	}
	derived, err := base.derive(ctx, doc, always, part)
	if err != nil {
		return nil, err
	}
	value, err := derived.String()
	if err != nil {
		return nil, err
	}
	return part.withProof(p.withOtherValue(value)), nil
}

// baseProof gives the one base proof of a document.
func (d *document) baseProof() (*proofObject, error) {
	var found []*proofObject
	for _, p := range d.proofs {
		if base, _ := sdForm(p.value); p.suite == ECDSASD2023 && base {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return nil, wrong("proof.integrity.sd.none", "%d base proofs where one is needed", len(found))
	}
	p := found[0]
	if len(p.previous) > 0 {
		return nil, wrong("proof.integrity.sd.chain", "a base proof names a predecessor")
	}
	return p, nil
}

// checkSDBase verifies a base proof and gives the document it is of, and the
// part of it that is shown always.
func (e *Engine) checkSDBase(ctx context.Context, unsecured, config []byte, base sdBase, issuer *ecdsa.PublicKey) (*sdDocument, *sdPart, error) {
	doc, err := e.openSD(ctx, unsecured, base.HMACKey)
	if err != nil {
		return nil, nil, err
	}
	always, err := e.part(ctx, doc, base.MandatoryPointers)
	if err != nil {
		return nil, nil, err
	}
	s := sdStatements{
		config: config, publicKey: base.PublicKey,
		baseSignature: base.BaseSignature, signatures: base.Signatures,
	}
	s.always, s.others = doc.group(always)
	return doc, always, s.check(ctx, issuer)
}

// derive takes from a base proof what belongs to a part of its document. What
// is shown always is in every part. VC DI ECDSA Cryptosuites 1.0, 3.5
// (createDisclosureData).
func (b sdBase) derive(ctx context.Context, doc *sdDocument, always, part *sdPart) (sdDerived, error) {
	derived := sdDerived{BaseSignature: b.BaseSignature, PublicKey: b.PublicKey}
	var shown uint64 // statements of the part so far
	next := 0        // the signature of the next statement that is not always shown
	for _, line := range doc.lines {
		if always.lines[line] {
			derived.MandatoryIndexes = append(derived.MandatoryIndexes, shown)
			shown++
			continue
		}
		if part.lines[line] {
			if next >= len(b.Signatures) {
				return sdDerived{}, fmt.Errorf("deriving a proof: %d signatures are too few", len(b.Signatures))
			}
			derived.Signatures = append(derived.Signatures, b.Signatures[next])
			shown++
		}
		next++
	}
	var err error
	derived.LabelMap, err = part.labelMap(ctx)
	return derived, err
}

// withProof gives the text of the part with a proof at its end.
func (p *sdPart) withProof(object []byte) []byte {
	return with(p.text, memberSpans(p.text), append([]byte(`"proof":`), object...))
}

// withOtherValue gives the text of the proof with another value, which needs no
// escapes.
func (p *proofObject) withOtherValue(value string) []byte {
	spans := memberSpans(p.raw)
	bare := without(p.raw, spans, placesOf(p.raw, spans, "proofValue")...)
	return with(bare, memberSpans(bare), []byte(`"proofValue":"`+value+`"`))
}
