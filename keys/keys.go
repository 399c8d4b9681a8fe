// Package keys knows public keys and certificates: which chain a seal carries,
// whom it names as its owner, and what a key and a certificate must be before
// anything signed with them counts. It holds no key material; signing keys are
// in keys/private.
//
// Start with ParseChain for what an operator brings and NewChain for what a
// signature brings, then Chain.Check. Nothing here decides whom to trust: that
// is package trust. Every refusal is a *fault.Error with a message that says in
// plain words what is wrong.
package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/probatum/probatum/internal/fault"
)

// The signature algorithms that a key may be used with (RFC 7518, 3.1; RFC
// 8037, 3.1). Seals are made with the first two, tokens also with the others.
const (
	RS256 = "RS256" // RSA PKCS #1 v1.5 with SHA-256
	ES256 = "ES256" // ECDSA on P-256 with SHA-256
	ES384 = "ES384" // ECDSA on P-384 with SHA-384
	EdDSA = "EdDSA" // Ed25519; RFC 9864 calls it Ed25519
	ES512 = "ES512" // ECDSA on P-521 with SHA-512; no policy but that of a test suite takes it
)

// Bounds of RSA keys. The upper one keeps the work of a verification small: a
// stranger chooses the certificate in a file.
const (
	MinRSABits = 2048
	MaxRSABits = 8192
)

// Algorithm gives the one algorithm that pub seals with, and refuses keys that
// are too short or of a kind that is not accepted for seals.
func Algorithm(pub crypto.PublicKey) (string, error) {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if k == nil || k.N == nil {
			return "", refuse("proof.key.kind", errors.New("RSA key without modulus"))
		}
		switch bits := k.N.BitLen(); {
		case bits < MinRSABits:
			return "", refuse("proof.key.rsa.short", fmt.Errorf("RSA key of %d bits", bits)).
				With("Bits", bits).With("Min", MinRSABits)
		case bits > MaxRSABits:
			return "", refuse("proof.key.rsa.long", fmt.Errorf("RSA key of %d bits", bits)).
				With("Bits", bits).With("Max", MaxRSABits)
		case guessable(k.N):
			return "", refuse("proof.key.rsa.weak", errors.New("RSA key with the mark of ROCA"))
		}
		return RS256, nil
	case *ecdsa.PublicKey:
		if k == nil || k.Curve != elliptic.P256() {
			return "", refuse("proof.key.kind", errors.New("curve is not P-256"))
		}
		return ES256, nil
	}
	return "", refuse("proof.key.kind", fmt.Errorf("key of type %T", pub))
}

// marks are primes under which the moduli of CVE-2017-15361 (ROCA) are powers of
// 65537, and others seldom are: chips that were sold for signatures made primes
// that can be found from the modulus. By chance a key passes for one of them once
// in 2^27.
var marks = [...]uint64{97, 37, 79, 11, 61, 73, 127, 151, 13, 17, 19, 53, 71, 103, 107, 109, 157}

// guessable tells whether a modulus has the mark of ROCA.
func guessable(n *big.Int) bool {
	for _, p := range marks {
		r := new(big.Int).Mod(n, new(big.Int).SetUint64(p)).Uint64()
		power := uint64(1)
		for range p {
			if power == r {
				break
			}
			power = power * 65537 % p
		}
		if power != r {
			return false
		}
	}
	return true
}

// TokenAlgorithm gives the one algorithm that pub signs tokens with: besides
// those of seals, ES384, EdDSA and ES512. What is signed with the last is taken
// only where a policy lists it.
func TokenAlgorithm(pub crypto.PublicKey) (string, error) {
	switch k := pub.(type) {
	case ed25519.PublicKey:
		if err := checkEd25519(k); err != nil {
			return "", refuse("proof.key.token", err)
		}
		return EdDSA, nil
	case *ecdsa.PublicKey:
		if k == nil {
			break
		}
		switch k.Curve {
		case elliptic.P256():
			return ES256, nil
		case elliptic.P384():
			return ES384, nil
		case elliptic.P521():
			return ES512, nil
		}
	case *rsa.PublicKey:
		return Algorithm(k)
	}
	return "", refuse("proof.key.token", fmt.Errorf("key of type %T", pub))
}

// CheckSeal says whether cert may stand behind a seal: its key is accepted, and
// its key usage, where it states one, allows digital signatures or content
// commitment (RFC 5280, 4.2.1.3; a certificate that states none is not
// limited). An extended key usage is not asked for. Time is left to CheckTime.
func CheckSeal(cert *x509.Certificate) error {
	if _, err := Algorithm(cert.PublicKey); err != nil {
		return err
	}
	return CheckUsage(cert)
}

// CheckUsage says whether cert lets its key sign, as CheckSeal does, and asks
// nothing of the key.
func CheckUsage(cert *x509.Certificate) error {
	const wanted = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if statesUsage(cert) && cert.KeyUsage&wanted == 0 {
		return refuse("proof.key.usage", fmt.Errorf("key usage %#x", int(cert.KeyUsage)))
	}
	return nil
}

// statesUsage tells a certificate with an empty key usage, which allows
// nothing, from one without the extension.
func statesUsage(cert *x509.Certificate) bool {
	if cert.KeyUsage != 0 {
		return true
	}
	for _, e := range cert.Extensions {
		if e.Id.Equal([]int{2, 5, 29, 15}) {
			return true
		}
	}
	return false
}

// CheckTime says whether at lies within the validity of cert, both ends
// included (RFC 5280, 4.1.2.5).
func CheckTime(cert *x509.Certificate, at time.Time) error {
	switch {
	case at.Before(cert.NotBefore):
		return refuse("proof.key.early", fmt.Errorf("valid from %s, asked for %s", cert.NotBefore, at)).
			With("From", cert.NotBefore)
	case at.After(cert.NotAfter):
		return refuse("proof.key.expired", fmt.Errorf("valid until %s, asked for %s", cert.NotAfter, at)).
			With("Until", cert.NotAfter)
	}
	return nil
}

func refuse(key string, err error) *fault.Error { return fault.New(fault.Invalid, key, err) }
