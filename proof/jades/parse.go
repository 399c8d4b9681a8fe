package jades

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// fileJSON is a JWS in either JSON serialisation. A member that is in neither
// would be unsigned content in a file that is shown as verified; it is
// refused, although RFC 7515, 7.2 would have it ignored.
type fileJSON struct {
	Payload    *string       `json:"payload"`
	Signatures []fileSigJSON `json:"signatures"`
	fileSigJSON
}

type fileSigJSON struct {
	Protected *string         `json:"protected"`
	Header    json.RawMessage `json:"header"`
	Signature *string         `json:"signature"`
}

// Parse reads a sealed file and holds it against the policy. It does not
// verify the signature.
func Parse(file []byte) (*File, error) {
	start := bytes.TrimLeft(file, " \t\r\n")
	if len(start) > 0 && start[0] != '{' && bytes.Count(file, []byte(".")) == 2 {
		return parseCompact(file)
	}
	var w fileJSON
	if err := strictjson.Decode(file, &w, strictjson.DisallowUnknown()); err != nil {
		return nil, jose.JSONError("reading sealed file", err)
	}
	f := &File{}
	sig := w.fileSigJSON
	flat := sig.Protected != nil || sig.Signature != nil || sig.Header != nil
	switch {
	case w.Signatures != nil && flat:
		return nil, malformed("proof.malformed.form", errors.New("general and flattened form mixed"))
	case flat:
		f.Serialization = Flattened
	case len(w.Signatures) > 1:
		return nil, badProof("proof.proof.several", fmt.Errorf("%d signatures", len(w.Signatures)))
	case len(w.Signatures) == 0:
		return nil, malformed("proof.malformed.unsigned", errors.New("no signature"))
	default:
		sig = w.Signatures[0]
	}
	switch {
	case w.Payload == nil || *w.Payload == "":
		return nil, malformed("proof.malformed.payload", errors.New("no payload"))
	case sig.Protected == nil || sig.Signature == nil:
		return nil, malformed("proof.malformed.form", errors.New("no protected header or no signature value"))
	}
	if err := f.read(*sig.Protected, *w.Payload, *sig.Signature); err != nil {
		return nil, err
	}
	if err := f.readUnprotected(sig.Header); err != nil {
		return nil, err
	}
	return f, nil
}

// parseCompact reads the compact serialisation (RFC 7515, 7.1): nothing but
// the three parts.
func parseCompact(file []byte) (*File, error) {
	if len(file) > strictjson.DefaultMaxBytes {
		return nil, proof.Refuse(proof.Resources, "proof.resources.json", fmt.Errorf("compact signature of %d bytes", len(file)))
	}
	parts := strings.Split(string(file), ".")
	if parts[1] == "" {
		return nil, malformed("proof.malformed.payload", errors.New("no payload"))
	}
	f := &File{Serialization: Compact}
	if err := f.read(parts[0], parts[1], parts[2]); err != nil {
		return nil, err
	}
	return f, nil
}

// read takes the three signed parts.
func (f *File) read(protected, payload, signature string) error {
	unencoded, err := f.parseProtected(protected)
	if err != nil {
		return err
	}
	f.Payload = []byte(payload)
	f.input = slices.Concat([]byte(protected), []byte{'.'}, f.Payload)
	if !unencoded {
		if f.Payload, err = jose.DecodeBase64URL(payload); err != nil {
			return malformed("proof.malformed.base64", fmt.Errorf("reading payload: %w", err))
		}
	}
	if f.signature, err = jose.DecodeBase64URL(signature); err != nil {
		return proof.Refuse(proof.Signature, "proof.signature.wrong", fmt.Errorf("reading signature: %w", err))
	}
	f.protected, f.payload, f.sigText = protected, payload, signature
	f.ContentTimeStamps = stamps(f.contentTokens, []byte(payload)) // as it stands: ETSI TS 119 182-1, 5.2.6
	return nil
}
