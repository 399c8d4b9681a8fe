package integrity

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
)

// A Binding says what happens when a key is not the issuer's.
type Binding int

// Strict refuses, and is what everybody wants. Report gives a warning instead:
// test vectors name issuers who do not own the keys.
const (
	Strict Binding = iota
	Report
)

// bind finds the key of a proof and checks that it may make it: the DID of the
// verification method is the owner, its document lists the method for the
// purpose under its own control, and the key is of a kind that the suite signs
// with. Nothing is resolved for a DID that is not the owner's. A proof that does
// not say when it was made counts as made at.
func (e *Engine) bind(ctx context.Context, p *proofObject, owner string, free bool, b Binding, at time.Time) (crypto.PublicKey, []canon.Warning, error) {
	var warnings []canon.Warning
	switch {
	case owner == p.did, owner == "" && free:
	case b == Report:
		warnings = []canon.Warning{{Pointer: "/proof", Key: "proof.integrity.warning.binding"}}
	default:
		return nil, nil, refuse(proof.Key, "proof.integrity.key.issuer", errors.New("the verification method is not of the DID that the document names"))
	}
	key, err := e.methodKey(ctx, p, at)
	return key, warnings, err
}

// methodKey resolves the verification method of a proof, which must not have
// come to its end when the proof was made.
func (e *Engine) methodKey(ctx context.Context, p *proofObject, at time.Time) (crypto.PublicKey, error) {
	doc, err := e.resolver.Resolve(ctx, p.did)
	switch {
	case errors.Is(err, ErrUnresolved):
		return nil, refuse(proof.Key, "proof.integrity.key.unresolved", fmt.Errorf("resolving a verification method: %w", err))
	case err != nil:
		return nil, refuse(proof.Key, "proof.integrity.key.unknown", fmt.Errorf("resolving a verification method: %w", err))
	case doc.ID != p.did:
		return nil, refuse(proof.Key, "proof.integrity.key.unknown", errors.New("the DID document is of another DID"))
	}
	m, ok := doc.Method(p.method, p.purpose)
	if !ok {
		return nil, refuse(proof.Key, "proof.integrity.key.unknown", errors.New("the DID document does not list the method for this purpose"))
	}
	if m.Controller != p.did {
		return nil, refuse(proof.Key, "proof.integrity.key.unknown", errors.New("the method is controlled by another DID"))
	}
	if !p.created.IsZero() {
		at = p.created
	}
	if !m.GoodAt(at) {
		return nil, refuse(proof.Key, "proof.key.ended", errors.New("the method had expired when the proof was made, or is revoked"))
	}
	if _, err := SuiteFor(m.Key); err != nil {
		return nil, err
	}
	if !p.suite.fits(m.Key) { // the key is all right, and the proof names a suite that it was not made with
		return nil, wrong("proof.integrity.key.suite", "%s with a key of type %T", p.suite, m.Key)
	}
	return m.Key, nil
}
