package integrity

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"fmt"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
)

// verifySD verifies a derived proof value over a document without proof. A base
// proof value is refused. VC DI ECDSA Cryptosuites 1.0, 3.5 (createVerifyData)
// and 3.6 (Verify Derived Proof).
func (e *Engine) verifySD(ctx context.Context, dataset *canon.Dataset, config []byte, value string, key crypto.PublicKey) error {
	issuer, err := sdKey(key)
	if err != nil {
		return err
	}
	if base, _ := sdForm(value); base {
		return wrong("proof.integrity.sd.base", "a base proof stands where a derived one is needed")
	}
	derived, err := parseSDDerived(value)
	if err != nil {
		return refuse(proof.Proof, "proof.integrity.sd.value", err)
	}
	lines, err := sdShown(ctx, dataset, derived.LabelMap)
	if err != nil {
		return err
	}
	s := sdStatements{
		config: config, baseSignature: derived.BaseSignature,
		publicKey: derived.PublicKey, signatures: derived.Signatures,
	}
	if s.always, s.others, err = derived.divide(lines); err != nil {
		return err
	}
	return s.check(ctx, issuer)
}

// divide takes the statements that are always shown from the others.
func (d sdDerived) divide(lines []string) (always, others []string, err error) {
	next := 0 // in the mandatory indexes, which ascend
	for i, line := range lines {
		if next < len(d.MandatoryIndexes) && d.MandatoryIndexes[next] == uint64(i) {
			always = append(always, line)
			next++
			continue
		}
		others = append(others, line)
	}
	if next < len(d.MandatoryIndexes) {
		return nil, nil, wrong("proof.integrity.sd.value", "a mandatory index is beyond the %d statements", len(lines))
	}
	return always, others, nil
}

// sdShown gives the statements of a derived document under the labels that were
// signed. The label map fits the document node by node: none is missing, none
// is left over.
func sdShown(ctx context.Context, dataset *canon.Dataset, labelMap map[uint64][]byte) ([]string, error) {
	if len(dataset.Quads) > sdMaxStatements {
		return nil, proof.Refuse(proof.Resources, "proof.integrity.sd.limit", nil, "Most", sdMaxStatements)
	}
	canonical, err := dataset.Canonicalize(ctx, crypto.SHA256)
	if err != nil {
		return nil, uncanonical("reading the statements of a document", err)
	}
	if len(canonical.Labels) != len(labelMap) {
		return nil, wrong("proof.integrity.sd.value", "%d labels for %d nodes", len(labelMap), len(canonical.Labels))
	}
	labels := make(map[string]string, len(labelMap))
	for label, issued := range canonical.Labels {
		n, err := canonicalNumber(issued)
		if err != nil {
			return nil, refuse(proof.Proof, "proof.integrity.sd.value", err)
		}
		digest, ok := labelMap[n]
		if !ok {
			return nil, wrong("proof.integrity.sd.value", "no label for node %d", n)
		}
		labels[label] = sdLabel(digest)
	}
	return relabelled(dataset, labels)
}

// sdKey gives the issuer's key: the suite knows P-256 alone.
func sdKey(key crypto.PublicKey) (*ecdsa.PublicKey, error) {
	k, ok := key.(*ecdsa.PublicKey)
	if !ok || !ECDSASD2023.fits(key) {
		return nil, proof.Refuse(proof.Key, "proof.integrity.sd.key", fmt.Errorf("a key of type %T", key))
	}
	return k, nil
}
