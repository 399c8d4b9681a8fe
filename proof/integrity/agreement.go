package integrity

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"reflect"

	"github.com/probatum/probatum/proof"
)

// settle makes the @context of the document the one that its proofs are over, and
// refuses it where they are not all over the same.
//
// A proof of the JCS suites may have a @context of its own. That of the document
// must begin with it, and what was signed is the document with that in its place
// (VC DI EdDSA Cryptosuites v1.0, 3.3.2; VC DI ECDSA Cryptosuites v1.0, 3.3.2).
// Anybody can put more behind it, which nobody signed: what is given on is the
// document as it was signed, and only if it means the same without them. The RDF
// suites read the options under the context of the document and sign nothing of
// one that stands in the proof: there it is refused.
func (w *work) settle(ctx context.Context) error {
	d := w.d
	if d.context == nil {
		return refuse(proof.Context, "proof.canon.context.missing", errors.New("the document has no @context"))
	}
	signed := d.context
	for i, p := range d.proofs {
		over := d.context
		if p.context != nil {
			over = p.context
			if !p.suite.jcs() || !beginsWith(d.context, over) {
				return wrong("proof.integrity.context", "the @context of the document does not begin with that of the proof, or that is not signed")
			}
		}
		if i > 0 && !sameJSON(over, signed) {
			return wrong("proof.integrity.context", "the proofs are over different contexts")
		}
		signed = over
	}
	if sameJSON(signed, d.context) {
		return nil
	}
	spans := memberSpans(d.unsecured)
	places := placesOf(d.unsecured, spans, "@context")
	if len(places) != 1 {
		return errors.New("finding the @context of a document")
	}
	whole := d.unsecured
	d.unsecured = splice(whole, spans[places[0]], append([]byte(`"@context":`), signed...))
	d.context = signed
	return w.sameMeaning(ctx, whole, d.unsecured)
}

// sameMeaning refuses a document that says something else, or something that
// cannot be read, under one of two contexts.
func (w *work) sameMeaning(ctx context.Context, texts ...[]byte) error {
	var first []byte
	for _, text := range texts {
		data, err := w.dataset(ctx, text, true)
		if err != nil {
			return err
		}
		form, err := data.Canonicalize(ctx, crypto.SHA256)
		if err != nil {
			return uncanonical("canonicalizing a document", err)
		}
		sum := form.Sum(crypto.SHA256)
		if first != nil && !bytes.Equal(first, sum) {
			return wrong("proof.integrity.context", "the contexts that are not signed change what the document says")
		}
		first = sum
	}
	return nil
}

// beginsWith tells whether an @context begins with all values of another, which
// has at least one, in the same order. A lone value counts as a list of one.
func beginsWith(whole, part []byte) bool {
	all, some := values(whole), values(part)
	if len(some) == 0 || len(some) > len(all) {
		return false
	}
	for i, v := range some {
		if !sameJSON(all[i], v) {
			return false
		}
	}
	return true
}

func values(raw []byte) []json.RawMessage {
	if len(raw) == 0 || raw[0] != '[' {
		return []json.RawMessage{raw}
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}

// sameJSON tells whether two valid JSON texts say the same, whatever their white
// space and escapes. Numbers are compared as they are written.
func sameJSON(a, b []byte) bool {
	var x, y any
	for _, v := range [...]struct {
		text []byte
		into *any
	}{{a, &x}, {b, &y}} {
		dec := json.NewDecoder(bytes.NewReader(v.text))
		dec.UseNumber()
		if dec.Decode(v.into) != nil {
			return false
		}
	}
	return reflect.DeepEqual(x, y)
}
