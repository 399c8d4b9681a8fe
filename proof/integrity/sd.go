package integrity

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/probatum/probatum/proof"
)

// The suite ecdsa-sd-2023 lets a holder show part of a credential. The issuer
// signs each statement of it by itself, with a key made for this one proof, and
// with its own key what is shown always, the proof options and the public key of
// the statements (base proof). The holder leaves statements out with their
// signatures (derived proof). Only a derived proof can be verified: a base proof
// holds the key to all labels and is not for verifiers.
//
// A holder may leave out everything that is not mandatory: an end of validity or
// a status entry, too. MandatoryPointers names what an issuer should never let
// go. All derivations of one base proof bear its base signature and its labels:
// verifiers who compare can tell that they come from one credential, and from
// which statements; they learn nothing about what was left out but what the
// graph shows.

// Limits. Each statement costs an ECDSA verification of some 60 µs: the most of
// them take about a quarter of a second.
const (
	sdMaxStatements = 4096
	sdMaxPointers   = 1024
	sdMaxPointer    = 2048    // bytes of one pointer
	sdMaxProofValue = 1 << 20 // characters; statements need 88 each
	sdMaxDepth      = 128     // of a document that has been checked before
)

// sdCheckEvery says after how many signatures the caller is asked whether it
// still waits.
const sdCheckEvery = 32

// MandatoryPointers gives the pointers to what a holder must not be able to
// leave out of a credential: who issued it, from when to when it is valid, how
// its status is found, and what else decides whether it may be relied on. Only
// what is there is named; types and identifiers on the way are shown anyway.
func MandatoryPointers(doc []byte) ([]string, error) {
	t, err := openTree(doc)
	if err != nil {
		return nil, unreadable("reading a credential", err)
	}
	var pointers []string
	for _, name := range [...]string{
		"issuer", "validFrom", "validUntil", "issuanceDate", "expirationDate",
		"credentialStatus", "credentialSchema", "termsOfUse",
	} {
		if t.member(name) != nil {
			pointers = append(pointers, "/"+name)
		}
	}
	return pointers, nil
}

// sdSecrets are made anew for each base proof.
type sdSecrets struct {
	key  *ecdsa.PrivateKey // signs the statements, then is forgotten
	hmac []byte            // makes the labels; goes to the holder
}

func newSDSecrets() (sdSecrets, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return sdSecrets{}, fmt.Errorf("making the key of the statements: %w", err)
	}
	s := sdSecrets{key: key, hmac: make([]byte, sdHMACSize)}
	if _, err := rand.Read(s.hmac); err != nil {
		return sdSecrets{}, fmt.Errorf("making the key of the labels: %w", err)
	}
	return s, nil
}

// SignSD gives the one proof of a prepared document that has no value a base
// proof value, by inserting it as text. The holder may leave out whatever the
// mandatory pointers (RFC 6901) do not lead to. All signatures are checked with
// the public keys before they are handed out. VC DI ECDSA Cryptosuites 1.0, 3.6
// (Create Base Proof).
func (e *Engine) SignSD(ctx context.Context, prepared []byte, key crypto.Signer, mandatory []string) ([]byte, error) {
	secrets, err := newSDSecrets()
	if err != nil {
		return nil, err
	}
	return e.signSD(ctx, prepared, key, mandatory, secrets)
}

func (e *Engine) signSD(ctx context.Context, prepared []byte, key crypto.Signer, mandatory []string, secrets sdSecrets) ([]byte, error) {
	w, p, err := e.toSign(ctx, prepared, key)
	if err != nil {
		return nil, err
	}
	switch {
	case p.suite != ECDSASD2023:
		return nil, wrong("proof.integrity.suite", "%s is not signed by SignSD", p.suite)
	case len(p.previous) > 0:
		return nil, wrong("proof.integrity.sd.chain", "a base proof names a predecessor")
	}
	issuer, err := sdKey(key.Public())
	if err != nil {
		return nil, err
	}
	config, err := w.configSum(ctx, p, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	doc, err := e.openSD(ctx, w.d.unsecured, secrets.hmac)
	if err != nil {
		return nil, err
	}
	part, err := e.part(ctx, doc, mandatory)
	if err != nil {
		return nil, err
	}
	s := sdStatements{config: config}
	if s.publicKey, err = sdPublicKey(&secrets.key.PublicKey); err != nil {
		return nil, err
	}
	s.always, s.others = doc.group(part)
	if err := s.sign(ctx, key, secrets.key); err != nil {
		return nil, err
	}
	if err := s.check(ctx, issuer); err != nil {
		return nil, fmt.Errorf("checking a new base proof: %w", err)
	}
	value, err := sdBase{
		BaseSignature: s.baseSignature, PublicKey: s.publicKey, HMACKey: secrets.hmac,
		Signatures: s.signatures, MandatoryPointers: mandatory,
	}.String()
	if err != nil {
		return nil, err
	}
	return w.d.withValue(p, value)
}

// stillWanted tells from time to time whether the caller still waits.
func stillWanted(ctx context.Context, i int) error {
	if i%sdCheckEvery != 0 || ctx.Err() == nil {
		return nil
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return refuse(proof.Resources, "proof.integrity.sd.time", ctx.Err())
	}
	return fmt.Errorf("going through the statements: %w", ctx.Err())
}

// sdStatements are what signatures are made and checked over: statements that
// are always shown, and the others, each with a signature of its own.
type sdStatements struct {
	always, others []string
	config         []byte
	publicKey      []byte
	baseSignature  []byte
	signatures     [][]byte // of others, in their order
}

// sign makes all signatures: that of the issuer's key, and one of the statement
// key for each of the others. VC DI ECDSA Cryptosuites 1.0, 3.6 (Base Proof
// Serialization).
func (s *sdStatements) sign(ctx context.Context, issuer crypto.Signer, statementKey *ecdsa.PrivateKey) error {
	s.signatures = make([][]byte, len(s.others))
	for i, line := range s.others {
		if err := stillWanted(ctx, i); err != nil {
			return err
		}
		digest := sha256.Sum256([]byte(line))
		a, b, err := ecdsa.Sign(rand.Reader, statementKey, digest[:])
		if err != nil {
			return fmt.Errorf("signing a statement: %w", err)
		}
		s.signatures[i] = make([]byte, sdSignatureSize)
		a.FillBytes(s.signatures[i][:sdSignatureSize/2])
		b.FillBytes(s.signatures[i][sdSignatureSize/2:])
	}
	var err error
	s.baseSignature, err = makeSignature(issuer, s.base())
	return err
}

// base is what the issuer's key signs. VC DI ECDSA Cryptosuites 1.0, 3.5
// (serializeSignData) and 3.4 (hashMandatoryNQuads).
func (s *sdStatements) base() []byte {
	return slices.Concat(s.config, s.publicKey, hashStatements(s.always))
}

// hashStatements digests statements one after the other.
func hashStatements(lines []string) []byte {
	h := sha256.New()
	for _, line := range lines {
		h.Write([]byte(line))
	}
	return h.Sum(nil)
}

// check verifies all signatures. VC DI ECDSA Cryptosuites 1.0, 3.6 (Verify
// Derived Proof).
func (s *sdStatements) check(ctx context.Context, issuer *ecdsa.PublicKey) error {
	if len(s.signatures) != len(s.others) {
		return refuse(proof.Signature, "proof.integrity.sd.count", fmt.Errorf("%d signatures for %d statements", len(s.signatures), len(s.others)))
	}
	statementKey, err := parseSDPublicKey(s.publicKey)
	if err != nil {
		return refuse(proof.Proof, "proof.integrity.sd.value", err)
	}
	if !verifies(issuer, s.base(), s.baseSignature) {
		return refuse(proof.Signature, "proof.integrity.signature", errors.New("the base signature does not fit"))
	}
	for i, line := range s.others {
		if err := stillWanted(ctx, i); err != nil {
			return err
		}
		if !verifies(statementKey, []byte(line), s.signatures[i]) {
			return refuse(proof.Signature, "proof.integrity.signature", fmt.Errorf("the signature of statement %d does not fit", i))
		}
	}
	return nil
}
