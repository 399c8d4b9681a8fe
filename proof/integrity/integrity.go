// Package integrity makes and checks Data Integrity proofs: W3C Verifiable
// Credential Data Integrity 1.0 with the cryptosuites eddsa-rdfc-2022,
// eddsa-jcs-2022, ecdsa-rdfc-2019, ecdsa-jcs-2019 and ecdsa-sd-2023, in sets and
// in chains.
//
// Start with New and Engine.Verify; to sign, Engine.Prepare puts the proof
// options into a document and Engine.Sign adds the proof value. Both only insert
// text: what was recorded before signing stands in the signed document byte for
// byte, and what is verified is never parsed and written again.
//
// Verify accepts a key only if it belongs to the issuer named inside, and looks
// at that before any work on the content. It promises that no value of an
// accepted document or proof can be changed, added or removed, but for what the
// suites themselves leave free: white space, the order of members and of proofs,
// in the RDF suites the order inside arrays that are sets and whether a single
// value stands in an array, what the warnings name, and, since the proofs of a set
// stand each by itself, whether one that no other covers is there. An ECDSA
// signature (r, s) has a second spelling, (r, n-s), that everybody can make from
// the first (SEC 1, 4.1.4); it proves the same and is accepted.
//
// Every refusal is a *proof.Error. Whom to trust is not decided here: that is
// package trust.
package integrity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"fmt"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
)

// A Cryptosuite says how a document is transformed, hashed and signed.
type Cryptosuite string

// The cryptosuites: Data Integrity EdDSA Cryptosuites v1.0 and Data Integrity
// ECDSA Cryptosuites v1.0.
const (
	EdDSARDFC2022 Cryptosuite = "eddsa-rdfc-2022" // Ed25519 over the RDF of the document
	EdDSAJCS2022  Cryptosuite = "eddsa-jcs-2022"  // Ed25519 over its JSON
	ECDSARDFC2019 Cryptosuite = "ecdsa-rdfc-2019" // P-256 or P-384 over the RDF
	ECDSAJCS2019  Cryptosuite = "ecdsa-jcs-2019"  // P-256 or P-384 over the JSON
	ECDSASD2023   Cryptosuite = "ecdsa-sd-2023"   // P-256, statements can be left out by the holder
)

// known tells whether the suite is one of ours.
func (c Cryptosuite) known() bool {
	switch c {
	case EdDSARDFC2022, EdDSAJCS2022, ECDSARDFC2019, ECDSAJCS2019, ECDSASD2023:
		return true
	}
	return false
}

// jcs tells whether the suite signs JSON; the others sign RDF.
func (c Cryptosuite) jcs() bool { return c == EdDSAJCS2022 || c == ECDSAJCS2019 }

// fits tells whether the suite signs with keys of this kind.
func (c Cryptosuite) fits(pub crypto.PublicKey) bool {
	switch k := pub.(type) {
	case ed25519.PublicKey:
		return c == EdDSARDFC2022 || c == EdDSAJCS2022
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			return c == ECDSARDFC2019 || c == ECDSAJCS2019 || c == ECDSASD2023
		case elliptic.P384():
			return c == ECDSARDFC2019 || c == ECDSAJCS2019
		}
	}
	return false
}

// SuiteFor gives the RDF suite that follows a key.
func SuiteFor(pub crypto.PublicKey) (Cryptosuite, error) {
	for _, c := range [...]Cryptosuite{EdDSARDFC2022, ECDSARDFC2019} {
		if c.fits(pub) {
			return c, nil
		}
	}
	return "", proof.Refuse(proof.Key, "proof.integrity.key.suite", fmt.Errorf("no cryptosuite for a key of type %T", pub))
}

// The purposes that proofs have here (VC Data Integrity 1.0, 2.3).
const (
	AssertionMethod = "assertionMethod" // of credentials
	Authentication  = "authentication"  // of presentations
)

// Where no Config says otherwise: how many proofs one document may have, and how
// long one call may work. A single document cannot keep canon that long; a chain
// has it canonicalize the document anew for every link.
const (
	DefaultMaxProofs = 8
	DefaultMaxTime   = 1500 * time.Millisecond
)

// maxInputs bounds the bytes that one call has canonicalized: a document as large
// as any, once, or a smaller one for every link of a chain.
const maxInputs = strictjson.DefaultMaxBytes

// A Config says what an Engine works with.
type Config struct {
	Canon     *canon.Processor // needed
	Resolver  Resolver         // DIDKeys where it is nil
	Now       func() time.Time // time.Now where it is nil
	MaxProofs int              // DefaultMaxProofs where it is zero
	MaxTime   time.Duration    // DefaultMaxTime where it is zero; the caller's context may say less
}

// An Engine makes and checks proofs. It may be used by many at once.
type Engine struct {
	canon     *canon.Processor
	resolver  Resolver
	now       func() time.Time
	maxProofs int
	maxTime   time.Duration
}

// New makes an Engine.
func New(c Config) *Engine {
	e := &Engine{canon: c.Canon, resolver: c.Resolver, now: c.Now, maxProofs: c.MaxProofs, maxTime: c.MaxTime}
	if e.resolver == nil {
		e.resolver = DIDKeys{}
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.maxProofs <= 0 {
		e.maxProofs = DefaultMaxProofs
	}
	if e.maxTime <= 0 {
		e.maxTime = DefaultMaxTime
	}
	return e
}
