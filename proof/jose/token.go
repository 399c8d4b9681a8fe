package jose

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
)

// maxToken bounds a token: 2 MB of payload in base64url, and a header.
const maxToken = 3 << 20

// A JWS is a token in compact form that was parsed, but not yet verified.
// Nothing of it may be shown before Verify has returned nil.
type JWS struct {
	Header    Header
	Payload   []byte // decoded
	Input     []byte // what was signed: header and payload as they stand there
	Signature []byte
}

// ParseCompact reads a JWS in compact form (RFC 7515, 7.1): three parts in
// base64url, two full stops between them, and nothing else, no line break at the
// end either.
func ParseCompact(token []byte, p Policy) (*JWS, error) {
	if len(token) > maxToken {
		return nil, proof.Refuse(proof.Resources, "proof.resources.token", fmt.Errorf("token of %d bytes", len(token)))
	}
	parts := bytes.SplitN(token, []byte{'.'}, 4)
	if len(parts) != 3 {
		return nil, proof.Refuse(proof.Malformed, "proof.malformed.token", fmt.Errorf("not three parts but %d", len(parts)))
	}
	raw, err := DecodeBase64URL(string(parts[0]))
	if err != nil {
		return nil, proof.Refuse(proof.Malformed, "proof.malformed.token", fmt.Errorf("reading protected header: %w", err))
	}
	j := &JWS{Input: bytes.Clone(token[:len(parts[0])+1+len(parts[1])])}
	if j.Header, err = ParseHeader(raw, p); err != nil {
		return nil, err
	}
	if j.Header.Unencoded { // the payload might have full stops: RFC 7797, 5.2
		return nil, headerError("proof.header.b64", errors.New("b64 is false in a compact token"))
	}
	if j.Payload, err = DecodeBase64URL(string(parts[1])); err != nil {
		return nil, proof.Refuse(proof.Malformed, "proof.malformed.token", fmt.Errorf("reading payload: %w", err))
	}
	if j.Signature, err = DecodeBase64URL(string(parts[2])); err != nil {
		return nil, proof.Refuse(proof.Signature, "proof.signature.token", fmt.Errorf("reading signature: %w", err))
	}
	return j, nil
}

// Verify checks the signature with the key of the one who is said to have
// signed: how the caller came to it is for the caller to answer for. A key that
// the header brings along, in x5c or jwk, must be the same.
func (j *JWS) Verify(pub crypto.PublicKey) error {
	for _, c := range j.Header.Certificates[:min(1, len(j.Header.Certificates))] {
		if !keys.Same(c.PublicKey, pub) {
			return keyRefusal("proof.key.leaf", errors.New("the certificate in x5c is for another key"))
		}
	}
	if j.Header.Key != nil && !keys.Same(j.Header.Key, pub) {
		return keyRefusal("proof.key.leaf", errors.New("the key in jwk is another"))
	}
	err := Verify(pub, j.Header.Algorithm, j.Input, j.Signature)
	if e, ok := errors.AsType[*proof.Error](err); ok && e.Code == proof.Signature {
		e.Key = "proof.signature.token"
	}
	return err
}

// Chain gives the certificates of x5c, each signed by the next.
func (h Header) Chain() (keys.Chain, error) {
	if len(h.Certificates) == 0 {
		return keys.Chain{}, keyRefusal("proof.key.x5c.missing", errors.New("no x5c"))
	}
	c, err := keys.NewChain(h.Certificates)
	if err != nil {
		return keys.Chain{}, KeyError(err)
	}
	return c, nil
}

// A TokenHeader is what a token of ours has in its header. Empty fields are left
// out.
type TokenHeader struct {
	Algorithm    string // alg
	Type         string // typ
	ContentType  string // cty
	KeyID        string // kid
	Certificates []*x509.Certificate
	JWK          json.RawMessage // jwk
}

// TokenInput gives the bytes to be signed: the header, its members in the order
// of TokenHeader but jwk before x5c, a full stop, and the payload, both in
// base64url. The same arguments give the same bytes. A header that ParseHeader
// would not let pass is refused.
func TokenInput(h TokenHeader, payload []byte) ([]byte, error) {
	w := struct {
		Alg string          `json:"alg"`
		Typ string          `json:"typ,omitempty"`
		Cty string          `json:"cty,omitempty"`
		Kid string          `json:"kid,omitempty"`
		JWK json.RawMessage `json:"jwk,omitempty"`
		X5c [][]byte        `json:"x5c,omitempty"` // encoding/json writes []byte as standard base64, which x5c wants
	}{Alg: h.Algorithm, Typ: h.Type, Cty: h.ContentType, Kid: h.KeyID, JWK: h.JWK}
	for _, c := range h.Certificates {
		w.X5c = append(w.X5c, c.Raw)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(w); err != nil {
		return nil, fmt.Errorf("writing a token's header: %w", err)
	}
	raw := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	own := Policy{Algorithms: append(slices.Clone(TokenAlgorithms), keys.ES512), Types: []string{h.Type}, EmbeddedKey: true, KeyID: CheckKeyAddress}
	if _, err := ParseHeader(raw, own); err != nil {
		return nil, fmt.Errorf("writing a token's header: %w", err)
	}
	input := base64.RawURLEncoding.AppendEncode(nil, raw)
	input = append(input, '.')
	input = base64.RawURLEncoding.AppendEncode(input, payload)
	if len(input) > maxToken {
		return nil, proof.Refuse(proof.Resources, "proof.resources.token", fmt.Errorf("token of %d bytes", len(input)))
	}
	return input, nil
}

// SignToken signs what TokenInput made and gives the token. The alg in it must
// be the one of the key. The signature is checked before anybody has it.
func SignToken(s crypto.Signer, input []byte) ([]byte, error) {
	head, _, ok := bytes.Cut(input, []byte{'.'})
	if !ok {
		return nil, errors.New("signing a token: the input is none")
	}
	raw, err := DecodeBase64URL(string(head))
	if err != nil {
		return nil, fmt.Errorf("signing a token: reading its header: %w", err)
	}
	var h struct {
		Alg string `json:"alg"`
	}
	if err := json.Unmarshal(raw, &h); err != nil {
		return nil, fmt.Errorf("signing a token: reading its header: %w", err)
	}
	sig, err := Sign(s, h.Alg, input)
	if err != nil {
		return nil, fmt.Errorf("signing a token: %w", err)
	}
	if err := Verify(s.Public(), h.Alg, input, sig); err != nil {
		return nil, fmt.Errorf("checking a new token: %w", err)
	}
	token := append(bytes.Clone(input), '.')
	return base64.RawURLEncoding.AppendEncode(token, sig), nil
}
