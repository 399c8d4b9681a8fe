package keys

import (
	"crypto"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

const didJWK = "did:jwk:"

// DIDJWK gives the did:jwk of a public key (did:jwk Method, 2). Its one
// verification method has the id did + "#0". RSA keys of more than 4096 bits
// make it too long.
func DIDJWK(pub crypto.PublicKey) (string, error) {
	text, err := MarshalJWK(pub, "")
	if err != nil {
		return "", err
	}
	did := didJWK + base64.RawURLEncoding.EncodeToString(text)
	if _, err := ResolveDIDJWK(did); err != nil {
		return "", err
	}
	return did, nil
}

// ResolveDIDJWK gives the DID document of a did:jwk, which is made from the
// identifier alone. The key inside must be public, for signatures, and in its
// one spelling; key agreement is not modelled.
func ResolveDIDJWK(did string) (DIDDocument, error) {
	text, ok := strings.CutPrefix(did, didJWK)
	if !ok || !IsDID(did) {
		return DIDDocument{}, refuse("proof.key.did", errors.New("not a did:jwk"))
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return DIDDocument{}, refuse("proof.key.did", errors.New("a did:jwk that is not base64url"))
	}
	key, err := methodJWK(raw)
	if err != nil {
		return DIDDocument{}, refuse("proof.key.jwk", fmt.Errorf("resolving a did:jwk: %w", err))
	}
	id := did + "#0"
	return DIDDocument{
		ID:              did,
		Methods:         []VerificationMethod{{ID: id, Controller: did, Key: key}},
		AssertionMethod: []string{id},
		Authentication:  []string{id},
	}, nil
}
