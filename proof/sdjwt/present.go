package sdjwt

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// A KeyBinding is what a holder signs to show that a presentation is meant for
// one verifier, now.
type KeyBinding struct {
	Signer   crypto.Signer // the key that cnf names
	Audience string
	Nonce    string
	At       time.Time
}

// Present keeps the disclosures that keep asks for, with those that they stand
// in, and leaves the others out; a nil keep asks for none. With kb it adds a KB-JWT (RFC 9901, 4.3). The
// issuer's signature is not checked, since the holder has the SD-JWT from the
// issuer; the disclosures are.
func Present(data []byte, keep func(Path) bool, kb *KeyBinding) ([]byte, error) {
	s, err := split(data)
	if err != nil {
		return nil, err
	}
	if s.binding != "" {
		return nil, refuse("proof.sdjwt.presented", errors.New("SD-JWT has a KB-JWT already"))
	}
	jwt, _, _ := bytes.Cut(s.body, []byte("~"))
	payload, err := jose.DecodeBase64URL(string(bytes.Split(jwt, []byte("."))[1]))
	if err != nil {
		return nil, malformed("proof.malformed.base64", fmt.Errorf("reading payload: %w", err))
	}
	o, err := open(payload, s.disclosures)
	if err != nil {
		return nil, err
	}
	kept := make([]bool, len(o.disclosures))
	for i := range o.disclosures {
		if keep == nil || !keep(o.disclosures[i].Path) {
			continue
		}
		for j := i; j >= 0 && !kept[j]; j = o.disclosures[j].parent {
			kept[j] = true
		}
	}
	out := append(bytes.Clone(jwt), '~')
	for i, d := range o.disclosures {
		if kept[i] {
			out = append(append(out, d.Encoded...), '~')
		}
	}
	if kb == nil {
		return out, nil
	}
	token, err := kb.sign(o, out)
	if err != nil {
		return nil, err
	}
	return append(out, token...), nil
}

// sign makes the KB-JWT over what is presented.
func (k *KeyBinding) sign(o *opened, presented []byte) ([]byte, error) {
	holder, err := o.holder()
	if err != nil {
		return nil, err
	}
	same, err := sameKey(holder, k.Signer.Public())
	if err != nil {
		return nil, err
	}
	if !same {
		return nil, proof.Refuse(proof.Binding, "proof.binding.key", errors.New("not the key that cnf names"))
	}
	if k.Audience == "" || k.Nonce == "" || k.At.IsZero() {
		return nil, errors.New("key binding without audience, nonce or time")
	}
	alg, err := keys.TokenAlgorithm(holder)
	if err != nil {
		return nil, jose.KeyError(err)
	}
	b := appendString([]byte(`{"iat":`+strconv.FormatInt(k.At.Unix(), 10)+`,"aud":`), k.Audience)
	b = appendString(append(b, `,"nonce":`...), k.Nonce)
	b = appendString(append(b, `,"sd_hash":`...), digest(o.hash, string(presented)))
	input, err := jose.TokenInput(jose.TokenHeader{Algorithm: alg, Type: TypeBinding}, append(b, '}'))
	if err != nil {
		return nil, err
	}
	return jose.SignToken(k.Signer, input)
}

func sameKey(a, b crypto.PublicKey) (bool, error) {
	x, err := keys.Thumbprint(a)
	if err != nil {
		return false, jose.KeyError(err)
	}
	y, err := keys.Thumbprint(b)
	if err != nil {
		return false, jose.KeyError(err)
	}
	return x == y, nil
}
