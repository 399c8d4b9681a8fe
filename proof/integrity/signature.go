package integrity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	_ "crypto/sha256" // the hash of P-256 and Ed25519 suites
	_ "crypto/sha512" // SHA-384, of P-384
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
)

// hashOf gives the hash that goes with a key: SHA-384 with P-384, SHA-256 with
// all others (VC DI ECDSA Cryptosuites v1.0, 3.2).
func hashOf(pub crypto.PublicKey) crypto.Hash {
	if k, ok := pub.(*ecdsa.PublicKey); ok && k.Curve == elliptic.P384() {
		return crypto.SHA384
	}
	return crypto.SHA256
}

// signatureSize gives the bytes of a signature by a key.
func signatureSize(pub crypto.PublicKey) int {
	if k, ok := pub.(*ecdsa.PublicKey); ok {
		return 2 * coordinateSize(k)
	}
	return ed25519.SignatureSize
}

func coordinateSize(k *ecdsa.PublicKey) int { return (k.Params().BitSize + 7) / 8 }

// verifies tells whether sig is a signature of data by the key. ECDSA
// signatures are r and s, each of the size of the curve (RFC 7518, 3.4), and in
// the range from 1 to n-1.
func verifies(pub crypto.PublicKey, data, sig []byte) bool {
	if len(sig) != signatureSize(pub) {
		return false
	}
	switch k := pub.(type) {
	case ed25519.PublicKey:
		return len(k) == ed25519.PublicKeySize && ed25519.Verify(k, data, sig)
	case *ecdsa.PublicKey:
		r := new(big.Int).SetBytes(sig[:len(sig)/2])
		s := new(big.Int).SetBytes(sig[len(sig)/2:])
		n := k.Params().N
		if r.Sign() == 0 || s.Sign() == 0 || r.Cmp(n) >= 0 || s.Cmp(n) >= 0 {
			return false
		}
		return ecdsa.Verify(k, digest(hashOf(k), data), r, s)
	}
	return false
}

// makeSignature signs data and checks what came back: a key in a device that
// answers for another key, or wrongly, is found here.
func makeSignature(key crypto.Signer, data []byte) ([]byte, error) {
	pub := key.Public()
	var sig []byte
	switch k := pub.(type) {
	case ed25519.PublicKey:
		out, err := key.Sign(rand.Reader, data, crypto.Hash(0))
		if err != nil {
			return nil, fmt.Errorf("signing with Ed25519: %w", err)
		}
		sig = out
	case *ecdsa.PublicKey:
		h := hashOf(k)
		der, err := key.Sign(rand.Reader, digest(h, data), h)
		if err != nil {
			return nil, fmt.Errorf("signing with %s: %w", k.Params().Name, err)
		}
		if sig, err = rawSignature(k, der); err != nil {
			return nil, err
		}
	default:
		return nil, refuse(proof.Key, "proof.integrity.key.suite", fmt.Errorf("a key of type %T", pub))
	}
	if !verifies(pub, data, sig) {
		return nil, errors.New("checking a new signature: it does not fit its own key")
	}
	return sig, nil
}

// rawSignature turns the ASN.1 form of an ECDSA signature (SEC 1, C.5) into r
// and s.
func rawSignature(k *ecdsa.PublicKey, der []byte) ([]byte, error) {
	var v struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &v)
	n := k.Params().N
	if err != nil || len(rest) > 0 || v.R.Sign() <= 0 || v.S.Sign() <= 0 || v.R.Cmp(n) >= 0 || v.S.Cmp(n) >= 0 {
		return nil, errors.New("reading a new ECDSA signature: not the ASN.1 form of r and s")
	}
	size := coordinateSize(k)
	out := make([]byte, 2*size)
	v.R.FillBytes(out[:size])
	v.S.FillBytes(out[size:])
	return out, nil
}

// checkValue checks the proof value of p against the combined digests.
func (p *proofObject) checkValue(pub crypto.PublicKey, data []byte) error {
	size := signatureSize(pub)
	// Each byte needs less than 1.37 characters of base58.
	sig, err := keys.DecodeMultibase(p.value, 2+size*7/5)
	if err != nil {
		return refuse(proof.Signature, "proof.integrity.value", fmt.Errorf("reading a proof value: %w", err))
	}
	if len(sig) != size {
		return refuse(proof.Signature, "proof.integrity.value", fmt.Errorf("a proof value of %d bytes where %d are needed", len(sig), size))
	}
	if !verifies(pub, data, sig) {
		return refuse(proof.Signature, "proof.integrity.signature", errors.New("the signature does not fit the document and the proof options"))
	}
	return nil
}
