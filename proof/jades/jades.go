// Package jades seals a payload and reads seals, as JAdES baseline signatures
// (ETSI TS 119 182-1) in the form that European Digital Credentials have: JWS
// in general JSON serialisation with the payload as plain text (RFC 7515,
// 7.2.1; RFC 7797).
//
// To seal: SigningInput makes the exact bytes to be signed, Sign signs them,
// Assemble writes the file. To check: Parse reads a file by a strict policy,
// File.VerifySignature says whether the seal holds. Neither says whom to
// trust, or when a certificate was valid: File hands out the certificates, the
// revocation data and the time-stamps for that, and says of each time-stamp
// what it proves.
//
// The policy, beyond that of package jose: exactly one signature; the
// certificate inside the protected header, its key RS256 or ES256; kid, where
// present, names that certificate; a claimed signing time; the payload inside
// the file; nothing in the unprotected header but etsiU; no counter-signature.
// Every refusal by Parse and VerifySignature is a *proof.Error.
package jades

import (
	"bytes"
	"crypto/x509"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// A Serialization is one of the three ways to write a JWS.
type Serialization int

// The serialisations of RFC 7515, 7. European Digital Credentials are General.
const (
	General Serialization = iota
	Flattened
	Compact
)

// A File is a sealed payload that was parsed, but not yet verified. Nothing of
// it may be shown before VerifySignature has returned nil.
type File struct {
	Serialization Serialization
	Payload       []byte // the bytes that were signed, unescaped or decoded
	Algorithm     string
	Type          string // typ; empty where absent
	ContentType   string // cty; empty where absent

	Certificates []*x509.Certificate // x5c: the leaf, then others in order; a root at the end is dropped
	SigT         time.Time           // claimed signing time

	ContentTimeStamps []TimeStamp // adoTst: the payload existed then; made before signing

	// What follows comes from the unprotected header, where anybody may have
	// put it: it is evidence only as far as it proves itself.

	SignatureTimeStamps []TimeStamp         // sigTst: the signature existed then
	ArchiveTimeStamps   []TimeStamp         // arcTst: all that stands before them existed then
	Extra               []*x509.Certificate // xVals and the like, unordered
	CRLs                [][]byte            // DER, not looked into
	OCSPs               [][]byte            // DER responses, not looked into
	Unprocessed         []string            // names of etsiU items that are not understood

	// Damage says why etsiU cannot be relied on: it is unreadable in part, out
	// of order, or a time-stamp in it does not fit. The signature itself may
	// stand, but no time is claimed from the time-stamps.
	Damage error

	protected, payload, sigText string // as they stand in the file, unescaped
	input, signature            []byte
	contentTokens               []string
}

// Chain gives x5c as a chain.
func (f *File) Chain() keys.Chain {
	return keys.Chain{Leaf: f.Certificates[0], Intermediates: f.Certificates[1:]}
}

// VerifySignature says whether the seal holds: the certificate may stand
// behind a seal, its key is accepted, and the signature fits the payload and
// the protected header.
func (f *File) VerifySignature() error {
	leaf := f.Certificates[0]
	if err := keys.CheckSeal(leaf); err != nil {
		return jose.KeyError(err)
	}
	return jose.Verify(leaf.PublicKey, f.Algorithm, f.input, f.signature)
}

// Signed gives the bytes that were signed and the signature over them, as
// Assemble takes them and as other tools check them.
func (f *File) Signed() (input, signature []byte) {
	return bytes.Clone(f.input), bytes.Clone(f.signature)
}

// Times gives the signature time-stamps that prove when the seal existed: they
// cover it, their tokens hold together, and etsiU is whole. Whether their
// authorities are trusted is still to be judged.
func (f *File) Times() []TimeStamp {
	if f.Damage != nil {
		return nil
	}
	var good []TimeStamp
	for _, t := range f.SignatureTimeStamps {
		if t.Verify() == nil {
			good = append(good, t)
		}
	}
	return good
}

func malformed(key string, err error, pairs ...any) error {
	return proof.Refuse(proof.Malformed, key, err, pairs...)
}

func badHeader(key string, err error) error { return proof.Refuse(proof.Header, key, err) }

func badKey(key string, err error) error { return proof.Refuse(proof.Key, key, err) }

func badProof(key string, err error) error { return proof.Refuse(proof.Proof, key, err) }
