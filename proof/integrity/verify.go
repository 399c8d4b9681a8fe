package integrity

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
)

// VerifyOptions say what is expected of a document.
type VerifyOptions struct {
	Purpose   string    // of every proof; AssertionMethod where it is empty
	Owner     string    // the DID whose keys count; where it is empty, the issuer, or the holder of a presentation
	Binding   Binding   // what happens when a key is not the owner's
	Challenge string    // that every proof must have; empty: not looked at
	Domain    string    // that every proof must be made for, and for no other; empty: not looked at
	At        time.Time // when; now where it is zero
}

// Verified is a document whose proofs all hold.
type Verified struct {
	// Unsecured is the document without its proofs, under the @context that
	// they are over: the bytes that were checked, to be read instead of the ones
	// that came in. They are not shared with them.
	Unsecured []byte
	Proofs    []Proof
	Warnings  []canon.Warning
	Derived   bool // the holder has left out statements: ecdsa-sd-2023
}

// A Proof is one that holds.
type Proof struct {
	ID                 string // empty if it has none
	Cryptosuite        Cryptosuite
	VerificationMethod string
	Controller         string // the DID of the method
	Purpose            string
	Key                crypto.PublicKey
	Created, Expires   time.Time // zero where not stated
	Challenge, Nonce   string
	Domain             []string
	PreviousProof      []string
}

// Verify checks every proof of a document (VC Data Integrity 1.0, 4.4 and 4.5):
// all of them must hold. First come the proof objects, then whose keys they
// name, then the content, then the signatures. Where one of several proofs is
// bad while another holds, the code is that of a bad proof; where none holds it
// is that of the first.
func (e *Engine) Verify(ctx context.Context, signed []byte, o VerifyOptions) (*Verified, error) {
	ctx, cancel := context.WithTimeout(ctx, e.maxTime)
	defer cancel()
	d, err := e.parseDocument(signed)
	if err != nil {
		return nil, err
	}
	if len(d.proofs) == 0 {
		return nil, wrong("proof.integrity.missing", "the document has no proof")
	}
	for _, p := range d.proofs {
		if err := e.expected(p, o); err != nil {
			return nil, err
		}
	}
	v := &Verified{}
	if err := e.bindAll(ctx, d, o, v); err != nil {
		return nil, err
	}
	w := e.begin(d)
	if err := w.settle(ctx); err != nil {
		return nil, err
	}
	v.Unsecured = slices.Clone(d.unsecured)
	if err := w.verifyAll(ctx, v); err != nil {
		return nil, err
	}
	v.Warnings = append(v.Warnings, w.warnings...)
	return v, nil
}

// expected checks a proof object against what is asked for.
func (e *Engine) expected(p *proofObject, o VerifyOptions) error {
	purpose := o.Purpose
	if purpose == "" {
		purpose = AssertionMethod
	}
	at := e.at(o)
	switch {
	case !p.hasValue:
		return wrong("proof.integrity.value", "the proof has no value")
	case p.purpose != purpose:
		return wrong("proof.integrity.purpose", "the purpose of the proof is not the one that is needed")
	case o.Challenge != "" && p.challenge != o.Challenge:
		return wrong("proof.integrity.challenge", "the proof is not for this challenge")
	case o.Domain != "" && !slices.Equal(p.domain, []string{o.Domain}):
		return wrong("proof.integrity.domain", "the proof is not for this domain alone")
	case !p.expires.IsZero() && at.After(p.expires):
		return refuse(proof.Validity, "proof.integrity.expired", fmt.Errorf("expired at %s", p.expires.UTC()))
	}
	return nil
}

// at is the moment for which a document is verified.
func (e *Engine) at(o VerifyOptions) time.Time {
	if o.At.IsZero() {
		return e.now()
	}
	return o.At
}

// bindAll finds the keys of all proofs.
func (e *Engine) bindAll(ctx context.Context, d *document, o VerifyOptions, v *Verified) error {
	owner, free := d.owner, d.holder
	if o.Owner != "" {
		owner, free = o.Owner, false
	}
	faults := make([]error, len(d.proofs))
	for i, p := range d.proofs {
		key, warnings, err := e.bind(ctx, p, owner, free, o.Binding, e.at(o))
		faults[i] = err
		v.Warnings = append(v.Warnings, warnings...)
		v.Proofs = append(v.Proofs, Proof{
			ID: p.id, Cryptosuite: p.suite, VerificationMethod: p.method, Controller: p.did, Purpose: p.purpose,
			Key: key, Created: p.created, Expires: p.expires, Challenge: p.challenge, Nonce: p.nonce, Domain: p.domain, PreviousProof: p.previous,
		})
	}
	return worst(faults)
}

// verifyAll checks the signatures of all proofs. It stops at the first refusal
// that is not about one proof.
func (w *work) verifyAll(ctx context.Context, v *Verified) error {
	faults := make([]error, len(w.d.proofs))
	for i, p := range w.d.proofs {
		key := v.Proofs[i].Key
		if p.suite == ECDSASD2023 {
			faults[i] = w.checkDerived(ctx, p, key)
			v.Derived = true // a base proof is not verified
		} else {
			faults[i] = w.checkSigned(ctx, p, key)
		}
		if faults[i] != nil && !ofOneProof(faults[i]) {
			return faults[i]
		}
	}
	return worst(faults)
}

// checkSigned checks a proof of any suite but ecdsa-sd-2023.
func (w *work) checkSigned(ctx context.Context, p *proofObject, key crypto.PublicKey) error {
	data, err := w.combined(ctx, p, hashOf(key))
	if err != nil {
		return err
	}
	return p.checkValue(key, data)
}

// checkDerived checks the derived proof of ecdsa-sd-2023.
func (w *work) checkDerived(ctx context.Context, p *proofObject, key crypto.PublicKey) error {
	data, err := w.dataset(ctx, w.d.input(p), len(p.previous) == 0)
	if err != nil {
		return err
	}
	config, err := w.configSum(ctx, p, crypto.SHA256)
	if err != nil {
		return err
	}
	return w.e.verifySD(ctx, data, config, p.value, key)
}

// ofOneProof tells whether a refusal is about one proof, and not about the
// document, the work that it makes, or what could not be looked at.
func ofOneProof(err error) bool {
	switch codeOf(err) {
	case proof.Signature, proof.Key, proof.Proof:
		return !errors.Is(err, ErrUnresolved)
	}
	return false
}

// worst makes one answer of what was found at each proof: nothing if all hold.
func worst(faults []error) error {
	var first error
	all := true
	for _, err := range faults {
		switch {
		case err == nil:
			all = false
		case !ofOneProof(err):
			return err
		case first == nil:
			first = err
		}
	}
	if first == nil || all {
		return first
	}
	return refuse(proof.Proof, "proof.integrity.several", fmt.Errorf("one of several proofs is bad: %w", first))
}
