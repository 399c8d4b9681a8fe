package jades

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
)

// The values of typ and cty in European Digital Credentials.
const (
	typeJSON    = "jose+json"
	typeCompact = "jose"
	contentEDC  = "octet-stream"
)

// timeFormat is how sigT is written (ETSI TS 119 182-1, 5.2.1).
const timeFormat = "2006-01-02T15:04:05Z"

// protectedHeader is the protected header of a baseline B-B seal, in the order
// in which the Commission's files have the members.
type protectedHeader struct {
	Alg  string   `json:"alg"`
	Cty  string   `json:"cty"`
	Kid  string   `json:"kid"`
	X5t  string   `json:"x5t#S256"`
	X5c  [][]byte `json:"x5c"` // encoding/json writes []byte as standard base64, which x5c wants
	Typ  string   `json:"typ"`
	B64  bool     `json:"b64"`
	SigT string   `json:"sigT"`
	Crit []string `json:"crit"`
}

// SigningInput gives the exact bytes to be signed for payload: the protected
// header for the chain and the claimed signing time, a full stop, and the
// payload as it is (RFC 7797, 5.1). It refuses a chain that cannot seal at
// sigT. The same arguments give the same bytes.
func SigningInput(payload []byte, chain keys.Chain, sigT time.Time) ([]byte, error) {
	if len(payload) == 0 || !utf8.Valid(payload) {
		return nil, errors.New("sealing: the payload is empty or not UTF-8")
	}
	sigT = sigT.UTC().Truncate(time.Second)
	if err := chain.Check(sigT); err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	alg, err := chain.Algorithm()
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	kid, err := issuerSerial(chain.Leaf)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	digest := sha256.Sum256(chain.Leaf.Raw)
	h := protectedHeader{
		Alg: alg, Cty: contentEDC, Kid: base64.StdEncoding.EncodeToString(kid),
		X5t: base64.RawURLEncoding.EncodeToString(digest[:]),
		Typ: typeJSON, B64: false, SigT: sigT.Format(timeFormat), Crit: []string{"b64", "sigT"},
	}
	for _, c := range chain.Certificates() {
		h.X5c = append(h.X5c, c.Raw)
	}
	raw, err := compactJSON(h)
	if err != nil {
		return nil, fmt.Errorf("sealing: writing the protected header: %w", err)
	}
	input := base64.RawURLEncoding.AppendEncode(nil, raw)
	input = append(input, '.')
	return append(input, payload...), nil
}

// Sign signs what SigningInput made and gives the signature in JOSE form.
func Sign(input []byte, s crypto.Signer) ([]byte, error) {
	alg, err := keys.Algorithm(s.Public())
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	sig, err := jose.Sign(s, alg, input)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	return sig, nil
}

// generalJSON is a JWS in general JSON serialisation.
type generalJSON struct {
	Payload    string          `json:"payload"`
	Signatures []signatureJSON `json:"signatures"`
}

type signatureJSON struct {
	Protected string `json:"protected"`
	Signature string `json:"signature"`
}

// Assemble writes the sealed file from what SigningInput made and its
// signature: general JSON without white space. The payload becomes a JSON
// string and comes back byte for byte when that is unescaped.
func Assemble(signingInput, signature []byte) ([]byte, error) {
	protected, payload, found := bytes.Cut(signingInput, []byte("."))
	if !found || len(payload) == 0 || !utf8.Valid(payload) {
		return nil, errors.New("assembling the sealed file: not a signing input")
	}
	if _, err := jose.DecodeBase64URL(string(protected)); err != nil {
		return nil, fmt.Errorf("assembling the sealed file: reading the protected header: %w", err)
	}
	return compactJSON(generalJSON{
		Payload: string(payload),
		Signatures: []signatureJSON{{
			Protected: string(protected),
			Signature: base64.RawURLEncoding.EncodeToString(signature),
		}},
	})
}

// compactJSON writes v without white space and without the escapes that HTML
// would need.
func compactJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
