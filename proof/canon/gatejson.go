package canon

import (
	"strconv"

	"github.com/probatum/probatum/internal/strictjson"
)

// This file is the gate for what is signed as JSON (RFC 8785): of the rules for
// contexts, those that need no reading of terms.

// plainDocument walks over a document, or over a credential in a presentation. A
// part of a document may have no @context.
func (g *gate) plainDocument(v *strictjson.Value, at place) error {
	own := v.Member("@context")
	if own == nil && at == presented {
		g.enter("@context")
		return g.refuse(Context, "proof.canon.context.missing", errNoContext)
	}
	outer := g.reading
	if own != nil {
		r, err := g.contexts.accept(own)
		if err != nil {
			g.enter("@context")
			return g.refuse(Context, keyOfContext(err), err)
		}
		g.reading = r
	}
	defer func() { g.reading = outer }()
	for _, m := range v.Members {
		if m.Name == "@context" {
			continue
		}
		g.enter(m.Name)
		if err := g.plainMember(m, own, at); err != nil {
			return err
		}
		g.leave()
	}
	return nil
}

// plainMember walks over a member of a document. A proof may repeat the @context
// of its document (Data Integrity JCS suites, "create proof").
func (g *gate) plainMember(m strictjson.Field, own *strictjson.Value, at place) error {
	if g.reading != nil && g.reading.variant(m.Name, false) {
		return g.refuse(Malformed, "proof.canon.variant", nil)
	}
	if m.Name != "proof" && (m.Name != "verifiableCredential" || at == presented) {
		return g.plainValue(m.Value, nil)
	}
	for i, item := range m.Value.Values() {
		if m.Value.Kind == strictjson.Array {
			g.enter(strconv.Itoa(i))
		}
		var err error
		switch {
		case m.Name == "proof":
			err = g.plainValue(item, own)
		case item.Kind == strictjson.Object:
			err = g.plainDocument(item, presented)
		default:
			err = g.plainValue(item, nil)
		}
		if err != nil {
			return err
		}
		if m.Value.Kind == strictjson.Array {
			g.leave()
		}
	}
	return nil
}

// plainValue walks over what stands deeper, where only the one @context that is
// given may be repeated at the top.
func (g *gate) plainValue(v, repeated *strictjson.Value) error {
	for i, item := range v.Items {
		g.enter(strconv.Itoa(i))
		if err := g.plainValue(item, nil); err != nil {
			return err
		}
		g.leave()
	}
	for _, m := range v.Members {
		g.enter(m.Name)
		switch {
		case m.Name == "@context":
			if repeated == nil || !sameValue(m.Value, repeated) {
				return g.refuse(Context, "proof.canon.context.place", nil)
			}
		case g.reading != nil && g.reading.variant(m.Name, false):
			return g.refuse(Malformed, "proof.canon.variant", nil)
		default:
			if err := g.plainValue(m.Value, nil); err != nil {
				return err
			}
		}
		g.leave()
	}
	return nil
}
