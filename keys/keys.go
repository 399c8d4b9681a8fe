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
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/internal/fault"
)

// The signature algorithms that a key may be used with (RFC 7518, 3.1).
const (
	RS256 = "RS256" // RSA PKCS #1 v1.5 with SHA-256
	ES256 = "ES256" // ECDSA on P-256 with SHA-256
)

// Bounds of RSA keys. The upper one keeps the work of a verification small: a
// stranger chooses the certificate in a file.
const (
	MinRSABits = 2048
	MaxRSABits = 8192
)

// Algorithm gives the one algorithm that pub signs with, and refuses keys that
// are too short or of a kind that is not accepted.
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

// CheckSeal says whether cert may stand behind a seal: its key is accepted, and
// its key usage, where it states one, allows digital signatures or content
// commitment (RFC 5280, 4.2.1.3; a certificate that states none is not
// limited). An extended key usage is not asked for. Time is left to CheckTime.
func CheckSeal(cert *x509.Certificate) error {
	if _, err := Algorithm(cert.PublicKey); err != nil {
		return err
	}
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
			With("From", cert.NotBefore.UTC().Format(time.DateOnly))
	case at.After(cert.NotAfter):
		return refuse("proof.key.expired", fmt.Errorf("valid until %s, asked for %s", cert.NotAfter, at)).
			With("Until", cert.NotAfter.UTC().Format(time.DateOnly))
	}
	return nil
}

func refuse(key string, err error) *fault.Error { return fault.New(fault.Invalid, key, err) }
