package integrity

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/fxamacker/cbor/v2"
)

// The three bytes that a proof value of ecdsa-sd-2023 begins with: a CBOR tag
// whose last byte tells what the issuer gives to the holder from what the
// holder shows to a verifier. VC DI ECDSA Cryptosuites 1.0, 3.5 (serializeBaseProofValue, serializeDerivedProofValue).
var (
	sdBaseHeader    = [...]byte{0xd9, 0x5d, 0x00}
	sdDerivedHeader = [...]byte{0xd9, 0x5d, 0x01}
)

// Sizes that the standard fixes.
const (
	sdSignatureSize = 64 // r and s of P-256
	sdPublicKeySize = 35 // multicodec prefix and compressed point
	sdHMACSize      = 32 // key and digest of HMAC with SHA-256
)

// sdMulticodec is the multicodec prefix of a P-256 public key.
var sdMulticodec = [...]byte{0x80, 0x24}

// sdBase is what a base proof value holds: all that a holder needs to derive
// proofs. Who has it can link and open everything in the credential.
type sdBase struct {
	_                 struct{} `cbor:",toarray"`
	BaseSignature     []byte
	PublicKey         []byte
	HMACKey           []byte
	Signatures        [][]byte
	MandatoryPointers []string
}

// sdDerived is what a derived proof value holds.
type sdDerived struct {
	_                struct{} `cbor:",toarray"`
	BaseSignature    []byte
	PublicKey        []byte
	Signatures       [][]byte
	LabelMap         map[uint64][]byte // N of "c14nN" → digest that the label is made of
	MandatoryIndexes []uint64
}

// sdForm tells which of the two a proof value is, as far as its first bytes
// tell. It does not look behind them.
func sdForm(proofValue string) (base, derived bool) {
	// 4 characters are the 3 bytes of the header.
	if len(proofValue) < 5 || proofValue[0] != 'u' {
		return false, false
	}
	head, err := base64.RawURLEncoding.DecodeString(proofValue[1:5])
	if err != nil {
		return false, false
	}
	return bytes.Equal(head, sdBaseHeader[:]), bytes.Equal(head, sdDerivedHeader[:])
}

// parseSDBase reads a base proof value.
func parseSDBase(proofValue string) (sdBase, error) {
	var b sdBase
	if err := decodeSD(proofValue, sdBaseHeader, &b); err != nil {
		return sdBase{}, err
	}
	switch {
	case len(b.HMACKey) != sdHMACSize:
		return sdBase{}, errors.New("the HMAC key has the wrong length")
	case len(b.MandatoryPointers) > sdMaxPointers:
		return sdBase{}, fmt.Errorf("%d mandatory pointers", len(b.MandatoryPointers))
	}
	return b, checkSD(b.BaseSignature, b.PublicKey, b.Signatures)
}

// parseSDDerived reads a derived proof value.
func parseSDDerived(proofValue string) (sdDerived, error) {
	var d sdDerived
	if err := decodeSD(proofValue, sdDerivedHeader, &d); err != nil {
		return sdDerived{}, err
	}
	for i, index := range d.MandatoryIndexes {
		if index >= sdMaxStatements || i > 0 && index <= d.MandatoryIndexes[i-1] {
			return sdDerived{}, errors.New("the mandatory indexes do not ascend within their range")
		}
	}
	seen := make(map[string]bool, len(d.LabelMap))
	for n, digest := range d.LabelMap {
		if n >= uint64(len(d.LabelMap)) {
			return sdDerived{}, errors.New("the label map has gaps")
		}
		// Two nodes under one label would become one node.
		if len(digest) != sdHMACSize || seen[string(digest)] {
			return sdDerived{}, errors.New("the label map holds a wrong or a doubled label")
		}
		seen[string(digest)] = true
	}
	return d, checkSD(d.BaseSignature, d.PublicKey, d.Signatures)
}

func checkSD(baseSignature, publicKey []byte, signatures [][]byte) error {
	switch {
	case len(baseSignature) != sdSignatureSize:
		return errors.New("the base signature has the wrong length")
	case len(publicKey) != sdPublicKeySize:
		return errors.New("the public key has the wrong length")
	case slices.ContainsFunc(signatures, func(s []byte) bool { return len(s) != sdSignatureSize }):
		return errors.New("a signature has the wrong length")
	}
	return nil
}

// String gives the proof value as it stands in the proof.
func (b sdBase) String() (string, error) { return encodeSD(sdBaseHeader, b) }

// String gives the proof value as it stands in the proof.
func (d sdDerived) String() (string, error) { return encodeSD(sdDerivedHeader, d) }

func encodeSD(header [3]byte, v any) (string, error) {
	data, err := sdEncoding().Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encoding a proof value: %w", err)
	}
	return "u" + base64.RawURLEncoding.EncodeToString(append(header[:], data...)), nil
}

// decodeSD reads a proof value into v. There is exactly one text for each
// value: whatever another encoder would write otherwise is refused, so that
// nothing can be hidden in it and nothing about it can be changed.
func decodeSD(proofValue string, header [3]byte, v any) error {
	encoded, ok := strings.CutPrefix(proofValue, "u")
	if !ok {
		return errors.New("a proof value begins with u")
	}
	if len(encoded) > sdMaxProofValue {
		return errors.New("the proof value is too long")
	}
	// The package skips line breaks, whatever its mode.
	if strings.ContainsAny(encoded, "\r\n") {
		return errors.New("a line break stands in the proof value")
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return fmt.Errorf("decoding a proof value: %w", err)
	}
	body, ok := bytes.CutPrefix(data, header[:])
	if !ok {
		return errors.New("the proof value has another header")
	}
	if err := sdDecoding().Unmarshal(body, v); err != nil {
		return fmt.Errorf("decoding a proof value: %w", err)
	}
	again, err := sdEncoding().Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding a proof value again: %w", err)
	}
	if !bytes.Equal(again, body) {
		return errors.New("the proof value is not in its one form")
	}
	return nil
}

// sdDecoding reads CBOR (RFC 8949) without tags, which the suite forbids,
// without lengths that are open and without doubled keys.
var sdDecoding = sync.OnceValue(func() cbor.DecMode {
	mode, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		UTF8:              cbor.UTF8RejectInvalid,
		BignumTag:         cbor.BignumTagForbidden,
		MaxNestedLevels:   4,
		MaxArrayElements:  sdMaxStatements,
		MaxMapPairs:       sdMaxStatements,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
	}.DecMode()
	if err != nil {
		panic(err)
	}
	return mode
})

// sdEncoding writes the deterministic form of RFC 8949, 4.2.1.
var sdEncoding = sync.OnceValue(func() cbor.EncMode {
	options := cbor.CoreDetEncOptions()
	options.TagsMd = cbor.TagsForbidden
	options.NilContainers = cbor.NilContainerAsEmpty
	mode, err := options.EncMode()
	if err != nil {
		panic(err)
	}
	return mode
})

// sdPublicKey writes the public key of the key pair that is made for one
// proof: the compressed point (SEC 1, 2.3.3).
func sdPublicKey(key *ecdsa.PublicKey) ([]byte, error) {
	point, err := key.Bytes() // 4, x, y
	if err != nil {
		return nil, fmt.Errorf("writing the key of the statements: %w", err)
	}
	const size = 32
	odd := point[len(point)-1] & 1
	return slices.Concat(sdMulticodec[:], []byte{2 | odd}, point[1:1+size]), nil
}

// parseSDPublicKey reads it. The point is on the curve, or there is an error.
func parseSDPublicKey(data []byte) (*ecdsa.PublicKey, error) {
	compressed, ok := bytes.CutPrefix(data, sdMulticodec[:])
	if !ok {
		return nil, errors.New("the key of the statements is no P-256 key")
	}
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), compressed)
	if x == nil {
		return nil, errors.New("the key of the statements is no point of P-256")
	}
	point := make([]byte, 65)
	point[0] = 4
	x.FillBytes(point[1:33])
	y.FillBytes(point[33:])
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
}
