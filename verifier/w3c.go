package verifier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
)

// processor brings documents into their canonical form, under the pinned
// contexts and the usual limits.
var processor = sync.OnceValue(func() *canon.Processor {
	return canon.New(canon.Config{Contexts: canon.Pinned()})
})

// A w3c is a credential of the W3C data model whose issuer goes by a DID, or by
// its certificate: what its proof inside and its token have in common.
type w3c struct {
	party
	root    members // as they were sent, before anything is known to be true
	kind    kind
	derived bool // the holder shows a selection
}

// agreed looks up what the contexts stand for, as they were sent.
func (w *w3c) agreed(kindOf func(json.RawMessage) (kind, bool)) bool {
	return w.agreedOn(w.root, kindOf)
}

// agreedOn looks up what the contexts of a document stand for.
func (w *w3c) agreedOn(root members, kindOf func(json.RawMessage) (kind, bool)) bool {
	kind, ok := kindOf(root["@context"])
	if !ok {
		return w.fail(Format, proof.Context, "verify.format.context", nil)
	}
	w.kind = kind
	if w.report.Form != credential.VCJWT { // else it is that of the envelope
		w.report.Form = kind.form
	}
	if types, _ := texts(root["type"]); slices.Contains(types, "VerifiablePresentation") {
		return w.fail(Format, proof.Type, "verify.format.presentation", nil)
	}
	return true
}

// meaningful holds a document that is secured by its text to the same gate as
// others: a word without meaning is refused under any proof, since what is shown
// of the claims is what they mean.
func (w *w3c) meaningful(ctx context.Context, text []byte) bool {
	if _, err := processor().Dataset(ctx, text); err != nil {
		return w.refuseProof(err)
	}
	return true
}

// without gives a JSON object without some of its members, those that stay as
// they stand.
func without(raw []byte, names ...string) ([]byte, error) {
	list, err := strictjson.Members(raw)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for _, m := range list {
		if slices.Contains(names, m.Name) {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.Name)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.Value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// unresolved records that it cannot be had whose key it is: neither good nor
// bad.
func (r *run) unresolved() bool {
	r.notDone(Seal, proof.Key, "verify.seal.unresolved")
	return false
}

// refuseProof records a refusal by the gate or by the proof. Dates and the
// issuer have checks of their own, also where what stands there has no meaning
// at all and so comes to no signature.
func (w *w3c) refuseProof(err error) bool {
	if late(err) {
		return w.refuse(err)
	}
	gate, gated := errors.AsType[*canon.Error](err)
	if gated && (gate.Kind == canon.Lost || gate.Kind == canon.Empty) {
		for _, name := range dateNames {
			if below("/"+name, gate.Pointer) {
				return w.fail(Validity, proof.Validity, "verify.validity.malformed", map[string]any{"Field": name})
			}
		}
		if below("/issuer", gate.Pointer) && !identified(w.root["issuer"]) {
			return w.fail(Owner, proof.Key, "verify.owner.unreadable", nil)
		}
	}
	if e, ok := errors.AsType[*proof.Error](err); ok {
		return w.refuse(e)
	}
	if !gated {
		return w.refuse(err)
	}
	code := proof.Context
	switch gate.Kind {
	case canon.Malformed:
		code = proof.Malformed
	case canon.Resources:
		code = proof.Resources
	}
	return w.fail(Format, code, gate.Key, gate.Args)
}

// identified tells whether an issuer is told by one id, and whatever is wrong with
// it is something else.
func identified(raw json.RawMessage) bool {
	c, err := claimantOf(raw)
	return err == nil && keys.IsDID(c.DID)
}

// below tells whether a JSON pointer leads to a place or below it.
func below(place, pointer string) bool {
	return pointer == place || strings.HasPrefix(pointer, place+"/")
}

// content holds the verified document against the kind that its contexts make it.
func (w *w3c) content() bool {
	types, _ := texts(w.document.root["type"])
	if slices.Contains(types, "BitstringStatusListCredential") {
		// A list says of others how they stand; it attests nothing to anybody.
		w.report.Form = ""
		return w.fail(Format, proof.Type, "verify.format.statuslist", nil)
	}
	if !w.kind.fits(types) {
		w.report.Form = ""
		return w.fail(Format, proof.Type, "verify.format.kind", nil)
	}
	return w.pass(Format, w.kind.key)
}

// named reads who the issuer says it is.
func (w *w3c) named() bool {
	issuer, err := claimantOf(w.document.root["issuer"])
	if err != nil {
		return w.fail(Owner, proof.Key, "verify.owner.unreadable", nil)
	}
	w.issuer = issuer
	return true
}
