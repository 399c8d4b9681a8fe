// Package jose is the one strict door for JSON Web Signatures (RFC 7515, 7518,
// 7797): a header policy that says no to whatever it does not fully
// understand, and the signature primitive behind it.
//
// Start with DecodeBase64URL and ParseHeader, then Verify; Sign makes the
// signature in JOSE form. The library underneath checks the signature and
// little else; doubled names, crit, b64, the tie between key and algorithm and
// the spelling of base64url are all held here. Nothing is ever fetched and no
// key in a header is used.
//
// Every refusal is a *proof.Error.
package jose

import (
	"crypto"
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

// es256Size is the length of r and s together on P-256 (RFC 7518, 3.4).
const es256Size = 64

// Verify checks the signature over input with pub. The algorithm must be the
// one that fits the key; the signature must have exactly the length that it
// has there.
func Verify(pub crypto.PublicKey, alg string, input, sig []byte) error {
	fits, err := keys.Algorithm(pub)
	if err != nil {
		return KeyError(err)
	}
	if alg != fits {
		return proof.Refuse(proof.Header, "proof.header.alg.key", fmt.Errorf("algorithm is not %s", fits))
	}
	size := es256Size
	if k, ok := pub.(*rsa.PublicKey); ok {
		size = k.Size()
	}
	if len(sig) != size {
		return proof.Refuse(proof.Signature, "proof.signature.wrong",
			fmt.Errorf("signature of %d bytes, %d are needed", len(sig), size))
	}
	if err := jwsbb.Verify(pub, alg, input, sig); err != nil {
		return proof.Refuse(proof.Signature, "proof.signature.wrong", fmt.Errorf("verifying %s signature: %w", alg, err))
	}
	return nil
}

// Sign makes a signature over input in JOSE form: for ES256 r and s, each of
// 32 bytes. The algorithm must be the one that fits the key.
func Sign(s crypto.Signer, alg string, input []byte) ([]byte, error) {
	fits, err := keys.Algorithm(s.Public())
	if err != nil {
		return nil, KeyError(err)
	}
	if alg != fits {
		return nil, proof.Refuse(proof.Header, "proof.header.alg.key", fmt.Errorf("algorithm is not %s", fits))
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
