package sdjwt

import (
	"crypto"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// BindingWindow is how far the time of a KB-JWT may be from now, either way.
const BindingWindow = 5 * time.Minute

// BindingOptions say what a presentation must prove about its holder.
type BindingOptions struct {
	// Required demands a KB-JWT for Audience and Nonce, made just now. It comes
	// from the verifier's policy, never from what was sent (RFC 9901, 7.3).
	Required bool

	Audience, Nonce string
	At              time.Time     // now
	Window          time.Duration // zero is BindingWindow

	// Algorithms that the holder may sign with; nil is those for tokens.
	Algorithms []string
}

// VerifyBinding checks the KB-JWT (RFC 9901, 7.3): made with the key that the
// issuer put into cnf, over exactly the bytes that were sent, for this
// audience and nonce, now. Verify comes before.
//
// Where it is not required none need be there; but one that is there must hold
// together, and must fit the audience and the nonce as far as the options name
// them. Its age then counts only if they name a nonce: a presentation that was
// kept is old, not wrong. It is never from the future.
//
// Every refusal has code binding.
func (s *SDJWT) VerifyBinding(o BindingOptions) error {
	if s.opened == nil {
		return errors.New("key binding looked at before the issuer's signature")
	}
	if o.Required && (o.Audience == "" || o.Nonce == "" || o.At.IsZero()) {
		return errors.New("key binding required without audience, nonce or time")
	}
	if s.binding == "" {
		if o.Required {
			return unbound("proof.binding.missing", errors.New("no KB-JWT"))
		}
		return nil
	}
	if o.Algorithms == nil {
		o.Algorithms = jose.TokenAlgorithms
	}
	holder, err := s.opened.holder()
	if err != nil {
		return err
	}
	token, err := jose.ParseCompact([]byte(s.binding), jose.Policy{Types: []string{TypeBinding}, Algorithms: o.Algorithms})
	if err != nil {
		return unbound("proof.binding.form", err)
	}
	if err := token.Verify(holder); err != nil {
		return unbound("proof.binding.key", err)
	}
	claims, err := jose.ParseClaims(token.Payload)
	if err != nil {
		return unbound("proof.binding.form", err)
	}
	return s.checkBinding(claims, o)
}

func (s *SDJWT) checkBinding(c jose.Claims, o BindingOptions) error {
	member := func(name string) string {
		raw, _ := c.Member(name)
		value, _ := stringOf(raw)
		return value
	}
	hash, audience, nonce := member("sd_hash"), member("aud"), member("nonce") // aud is one string: RFC 9901, 4.3
	switch {
	case hash == "" || audience == "" || nonce == "" || c.IssuedAt.IsZero():
		return unbound("proof.binding.form", errors.New("sd_hash, aud, nonce or iat missing or no string"))
	case hash != digest(s.opened.hash, string(s.body)):
		return unbound("proof.binding.hash", errors.New("sd_hash is of other bytes"))
	case o.Audience != "" && audience != o.Audience:
		return unbound("proof.binding.audience", errors.New("aud is another"))
	case o.Nonce != "" && nonce != o.Nonce:
		return unbound("proof.binding.nonce", errors.New("nonce is another"))
	}
	if o.At.IsZero() {
		return nil
	}
	window := o.Window
	if window == 0 {
		window = BindingWindow
	}
	age := o.At.Sub(c.IssuedAt)
	if age < -window || (o.Required || o.Nonce != "") && age > window {
		return unbound("proof.binding.time", fmt.Errorf("made %s ago", age))
	}
	if o.Required || o.Nonce != "" {
		if err := c.CheckTimes(o.At, window); err != nil {
			return unbound("proof.binding.time", err)
		}
	}
	return nil
}

// holder gives the key that the issuer put into cnf (RFC 7800). Only jwk is
// read, and only where the issuer signed it in the open: the key that decides
// who may present does not come through a disclosure.
func (o *opened) holder() (crypto.PublicKey, error) {
	cnf := o.signed.Member("cnf")
	if cnf == nil {
		return nil, unbound("proof.binding.cnf", errors.New("no cnf"))
	}
	if hasDigests(cnf) {
		return nil, unbound("proof.binding.cnf", errors.New("cnf is hidden in part"))
	}
	if cnf.Kind != strictjson.Object || !cnf.Member("jwk").Is(strictjson.Object) {
		return nil, unbound("proof.binding.cnf", errors.New("cnf holds no jwk"))
	}
	jwk, err := keys.ParseJWK(appendJSON(nil, cnf.Member("jwk")))
	if err != nil {
		return nil, unbound("proof.binding.cnf", err)
	}
	if slices.ContainsFunc(cnf.Members, func(m strictjson.Field) bool { return m.Name != "jwk" && m.Name != "kid" }) {
		return nil, unbound("proof.binding.cnf", errors.New("cnf holds something else besides jwk"))
	}
	return jwk.Key, nil
}

func unbound(key string, err error) error { return proof.Refuse(proof.Binding, key, err) }
