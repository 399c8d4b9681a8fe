// Package jose is the one strict door for JSON Web Signatures and Tokens (RFC
// 7515, 7518, 7519, 7797) and for credentials secured with them (W3C, Securing
// Verifiable Credentials using JOSE and COSE): a header policy that says no to
// whatever it does not fully understand, and the signature primitive behind it.
//
// Tokens: TokenInput and SignToken write them, ParseCompact reads them by a
// Policy, JWS.Verify checks the signature with a key that the caller trusts, and
// ParseClaims reads what they claim. Credentials: SigningInputVC, ParseVC and
// ParseVP. What has another shape takes ParseHeader, Verify and Sign.
//
// The library underneath checks the signature and little else; doubled names,
// crit, b64, the tie between key and algorithm and the spelling of base64url are
// all held here. Nothing is ever fetched, and no key in a header is used unless
// a Policy says so.
//
// Every refusal is a *proof.Error.
package jose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
)

// verifiable tells whether alg is one that Verify knows.
func verifiable(alg string) bool {
	switch alg {
	case keys.RS256, keys.ES256, keys.ES384, keys.ES512, keys.EdDSA, Ed25519:
		return true
	}
	return false
}

// signatureSize gives the length of a signature by the key: that of the modulus,
// that of r and s together (RFC 7518, 3.4), or that of Ed25519.
func signatureSize(pub crypto.PublicKey) int {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return k.Size()
	case *ecdsa.PublicKey:
		return 2 * ((k.Params().BitSize + 7) / 8)
	}
	return ed25519.SignatureSize
}

// fit checks that the algorithm is the one of the key.
func fit(pub crypto.PublicKey, alg string) error {
	fits, err := keys.TokenAlgorithm(pub)
	if err != nil {
		return KeyError(err)
	}
	if !keys.Fits(pub, alg) {
		return proof.Refuse(proof.Header, "proof.header.alg.key", fmt.Errorf("algorithm is not %s", fits))
	}
	return nil
}

// Verify checks the signature over input with pub. The algorithm must be the
// one that fits the key; the signature must have exactly the length that it
// has there.
func Verify(pub crypto.PublicKey, alg string, input, sig []byte) error {
	if err := fit(pub, alg); err != nil {
		return err
	}
	size := signatureSize(pub)
	if len(sig) != size {
		return proof.Refuse(proof.Signature, "proof.signature.wrong",
			fmt.Errorf("signature of %d bytes, %d are needed", len(sig), size))
	}
	if err := jwsbb.Verify(pub, alg, input, sig); err != nil {
		return proof.Refuse(proof.Signature, "proof.signature.wrong", fmt.Errorf("verifying %s signature: %w", alg, err))
	}
	return nil
}

// Sign makes a signature over input in JOSE form: for ECDSA r and s, each of the
// size of the curve. The algorithm must be the one that fits the key.
func Sign(s crypto.Signer, alg string, input []byte) ([]byte, error) {
	if err := fit(s.Public(), alg); err != nil {
		return nil, err
	}
	sig, err := jwsbb.Sign(s, alg, input, nil)
	if err != nil {
		return nil, fmt.Errorf("signing with %s: %w", alg, err)
	}
	return sig, nil
}

// DecodeBase64URL reads base64url as RFC 7515, 2 defines it: no padding, no
// white space, no bits left over.
func DecodeBase64URL(s string) ([]byte, error) { return decode(base64.RawURLEncoding.Strict(), s) }

// DecodeBase64 reads standard base64 (RFC 4648, 4) with its padding, as x5c
// and the values of JAdES have it: no white space, no bits left over.
func DecodeBase64(s string) ([]byte, error) { return decode(base64.StdEncoding.Strict(), s) }

func decode(enc *base64.Encoding, s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") { // passed over by encoding/base64 even when strict
		return nil, errors.New("line break in base64")
	}
	return enc.DecodeString(s)
}

// KeyError turns a refusal of package keys into one with code key. Other
// errors stay as they are.
func KeyError(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return &proof.Error{Code: proof.Key, Key: f.Public, Args: f.Args, Err: f.Err}
	}
	return err
}
