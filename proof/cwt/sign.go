package cwt

import (
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"

	"github.com/probatum/probatum/keys"
)

// deterministic is the core deterministic encoding (RFC 8949, 4.2.1).
var deterministic = func() cbor.EncMode {
	m, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(fmt.Sprintf("cwt: %v", err)) // an option of ours is wrong
	}
	return m
}()

// Encode writes a value in the deterministic form: for further claims.
func Encode(v any) ([]byte, error) {
	data, err := deterministic.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding CBOR: %w", err)
	}
	return data, nil
}

// context is the first text of a Sig_structure (RFC 9052, 4.4).
const context = "Signature1"

// Input gives the bytes that are signed for a header and a payload: the
// Sig_structure of RFC 9052, 4.4. The same header and payload give the same
// bytes.
func Input(h Header, payload []byte) ([]byte, error) {
	if len(payload) == 0 {
		return nil, malformed("proof.malformed.payload", errors.New("payload is empty"))
	}
	protected, err := h.encode()
	if err != nil {
		return nil, err
	}
	return Encode([]any{context, protected, []byte{}, payload})
}

// encode writes the protected header.
func (h Header) encode() ([]byte, error) {
	number, ok := numberOf(h.Algorithm)
	switch {
	case !ok:
		return nil, headerError("proof.header.alg", fmt.Errorf("no algorithm of COSE for %s here", h.Algorithm))
	case len(h.Critical) > 0 || h.Hinted:
		return nil, headerError("proof.header.crit", errors.New("crit and an unprotected kid are not written"))
	case len(h.Certificates) > keys.MaxChain || len(h.KeyID) > maxKeyID:
		return nil, keyRefusal("proof.key.x5c", errors.New("a chain or kid that nobody would read"))
	}
	members := map[int64]any{labelAlgorithm: number}
	if h.Type != "" {
		members[labelType] = h.Type
	}
	if h.ContentType != "" {
		members[labelContentType] = h.ContentType
	}
	if len(h.KeyID) > 0 {
		members[labelKeyID] = h.KeyID
	}
	switch n := len(h.Certificates); {
	case n == 1: // RFC 9360, 2: one stands alone
		members[labelX5Chain] = h.Certificates[0].Raw
	case n > 1:
		chain := make([][]byte, n)
		for i, c := range h.Certificates {
			chain[i] = c.Raw
		}
		members[labelX5Chain] = chain
	}
	if h.Claims != nil {
		claims, err := h.Claims.Encode()
		if err != nil {
			return nil, err
		}
		members[labelClaims] = cbor.RawMessage(claims)
	}
	return Encode(members)
}

// SignInput signs what Input gave and makes the tagged message. The algorithm
// must be the one that fits the key. The signature is checked before the
// message is given out.
func SignInput(s crypto.Signer, input []byte) ([]byte, error) {
	protected, payload, err := openInput(input)
	if err != nil {
		return nil, err
	}
	fits, err := keys.TokenAlgorithm(s.Public())
	if err != nil {
		return nil, keyError(err)
	}
	number, ok := numberOf(fits)
	if !ok {
		return nil, headerError("proof.header.alg", fmt.Errorf("no algorithm of COSE for %s here", fits))
	}
	m := cose.Sign1Message{
		Headers: cose.Headers{RawProtected: protected.raw, RawUnprotected: cbor.RawMessage{0xa0}},
		Payload: payload.text,
	}
	if err := m.Headers.UnmarshalFromRaw(); err != nil {
		return nil, malformed("proof.malformed.form", fmt.Errorf("reading the header to be signed: %w", err))
	}
	if alg, err := m.Headers.Protected.Algorithm(); err != nil || alg != cose.Algorithm(number) {
		return nil, headerError("proof.header.alg.key", fmt.Errorf("algorithm is not %s", fits))
	}
	signer, err := cose.NewSigner(cose.Algorithm(number), s)
	if err != nil {
		return nil, keyRefusal("proof.key.token", err)
	}
	if err := m.Sign(rand.Reader, nil, signer); err != nil {
		return nil, fmt.Errorf("signing with %s: %w", fits, err)
	}
	v, err := newVerifier(number, fits, s.Public())
	if err != nil {
		return nil, err
	}
	if err := m.Verify(nil, v); err != nil {
		return nil, fmt.Errorf("checking the signature just made: %w", err)
	}
	data, err := m.MarshalCBOR()
	if err != nil {
		return nil, fmt.Errorf("encoding COSE_Sign1: %w", err)
	}
	return data, nil
}

// openInput reads a Sig_structure that Input wrote.
func openInput(input []byte) (protected, payload item, err error) {
	list, err := readItem(input)
	if err != nil {
		return item{}, item{}, cborError("reading Sig_structure", err)
	}
	if list.major != majorArray || len(list.items) != 4 || string(list.items[0].text) != context || list.items[0].major != majorText ||
		list.items[1].major != majorBytes || len(list.items[2].raw) != 1 || list.items[2].major != majorBytes || list.items[3].major != majorBytes {
		return item{}, item{}, malformed("proof.malformed.form", errors.New("no Sig_structure of a COSE_Sign1"))
	}
	return list.items[1], list.items[3], nil
}

// Sign makes a tagged COSE_Sign1 of a payload. An empty h.Algorithm is the one
// that fits the key.
func Sign(s crypto.Signer, h Header, payload []byte) ([]byte, error) {
	if h.Algorithm == "" {
		fits, err := keys.TokenAlgorithm(s.Public())
		if err != nil {
			return nil, keyError(err)
		}
		h.Algorithm = fits
	}
	input, err := Input(h, payload)
	if err != nil {
		return nil, err
	}
	return SignInput(s, input)
}
