// Package cwt is the one strict door for signed CBOR: COSE_Sign1 (RFC 9052)
// with a header policy, and the claims of CBOR Web Tokens (RFC 8392).
//
// Start with Parse and Message.Verify for what is read, and with Sign for what
// is made; ParseClaims and Claims.Encode read and write a payload of claims.
// What is written is deterministic (RFC 8949, 4.2.1). What is read must have
// definite lengths, shortest heads, no tag but that of COSE_Sign1 and no key
// twice. Nothing is ever fetched, and no key that a header brings is used but
// that of a certificate, for which somebody must vouch.
//
// The library underneath forms the text that is signed and checks signatures;
// all rules are held here. Every refusal is a *proof.Error.
package cwt

import (
	"crypto"
	"errors"
	"fmt"
	"slices"

	"github.com/veraison/go-cose"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
)

// DefaultMaxBytes is how large a message may be where its Policy does not say.
const DefaultMaxBytes = 2 << 20

// A Policy says what a kind of message may be.
type Policy struct {
	// Algorithms are those taken, by the names of package keys; nil means ES256,
	// ES384 and EdDSA. A number of RFC 9864 counts as the older one of the same
	// algorithm.
	Algorithms []string

	// Types are the values that typ (16, RFC 9596) may have, ContentTypes those
	// of the content type (3); an empty one lets it be absent. They are compared
	// letter for letter.
	Types, ContentTypes []string

	// Critical are the labels that crit may list and that the caller processes.
	// Naming one here is a promise to do so.
	Critical []int64

	// KeyID judges kid where it is present.
	KeyID func(kid []byte) error

	// Hint lets kid stand in the unprotected header, as the examples of RFC 8392
	// have it. Nobody has signed it there: it may help to find a key and says
	// nothing else. Otherwise that header must be empty.
	Hint bool

	// Untagged takes a message without the tag of COSE_Sign1 too.
	Untagged bool

	MaxBytes int // zero means DefaultMaxBytes
}

// VC is the policy for a credential secured with COSE, VP that for a
// presentation (Securing Verifiable Credentials using JOSE and COSE, 3.3).
// RFC 9596 lets nobody leave out "application/".
var (
	VC = Policy{Types: []string{"application/vc+cose"}, ContentTypes: []string{"application/vc", ""}}
	VP = Policy{Types: []string{"application/vp+cose"}, ContentTypes: []string{"application/vp", ""}}
)

// A Message is a COSE_Sign1 that a Policy has let pass. Its signature has not
// been checked.
type Message struct {
	Header  Header
	Payload []byte

	library cose.Sign1Message
}

// The first bytes of a message: the tag 18, and an array of four.
const (
	tagSign1 = 0xd2
	ofFour   = 0x84
)

// Parse reads a message. The order of the checks is the order of the codes:
// malformed, resources, header, key.
func Parse(data []byte, p Policy) (*Message, error) {
	limit := p.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	if len(data) > limit {
		return nil, proof.Refuse(proof.Resources, "proof.resources.json", fmt.Errorf("message of %d bytes", len(data)))
	}
	inner := data
	if len(data) > 0 && data[0] == tagSign1 {
		inner = data[1:]
	} else if !p.Untagged {
		return nil, malformed("proof.malformed.form", errors.New("no tag of COSE_Sign1"))
	}
	if len(inner) == 0 || inner[0] != ofFour {
		return nil, malformed("proof.malformed.form", errors.New("no array of four"))
	}
	list, err := readItem(inner)
	if err != nil {
		return nil, cborError("reading COSE_Sign1", err)
	}
	protected, unprotected, payload, signature := list.items[0], list.items[1], list.items[2], list.items[3]
	switch {
	case protected.major != majorBytes || unprotected.major != majorMap || signature.major != majorBytes:
		return nil, malformed("proof.malformed.form", errors.New("parts of the wrong kind"))
	case payload.major == majorSimple && payload.arg == 22:
		return nil, headerError("proof.header.detached", errors.New("payload is null"))
	case payload.major != majorBytes:
		return nil, malformed("proof.malformed.form", errors.New("payload is no byte string"))
	case len(payload.text) == 0:
		return nil, malformed("proof.malformed.payload", errors.New("payload is empty"))
	case len(signature.text) == 0:
		return nil, malformed("proof.malformed.unsigned", errors.New("signature is empty"))
	}
	h, err := readHeader(protected.text, unprotected, p)
	if err != nil {
		return nil, err
	}
	m := &Message{Header: h, Payload: payload.text}
	if err := (*cose.UntaggedSign1Message)(&m.library).UnmarshalCBOR(inner); err != nil {
		return nil, malformed("proof.malformed.form", fmt.Errorf("reading COSE_Sign1 once more: %w", err))
	}
	return m, nil
}

// Verify checks the signature with pub. The algorithm must be the one that
// fits the key, and one that the Policy took.
func (m *Message) Verify(pub crypto.PublicKey) error {
	fits, err := keys.TokenAlgorithm(pub)
	if err != nil {
		return keyError(err)
	}
	if m.Header.Algorithm != fits {
		return headerError("proof.header.alg.key", fmt.Errorf("algorithm is not %s", fits))
	}
	v, err := newVerifier(m.Header.number, fits, pub)
	if err != nil {
		return err
	}
	if err := m.library.Verify(nil, v); err != nil {
		return proof.Refuse(proof.Signature, "proof.signature.wrong", fmt.Errorf("verifying %s signature: %w", fits, err))
	}
	return nil
}

// An algorithm is a number of the registry of COSE algorithms and the name
// that package keys has for it.
type algorithm struct {
	number int64
	name   string
}

// algorithms are those known, and those of RFC 9864 behind the older ones of
// the same meaning. What is signed here has the older number.
var algorithms = []algorithm{
	{-7, keys.ES256}, {-35, keys.ES384}, {-8, keys.EdDSA}, {-36, keys.ES512},
	{-9, keys.ES256}, {-51, keys.ES384}, {-19, keys.EdDSA}, {-52, keys.ES512},
}

// usual are the algorithms that a Policy takes if it does not say which.
var usual = []string{keys.ES256, keys.ES384, keys.EdDSA}

func nameOf(number int64) string {
	for _, a := range algorithms {
		if a.number == number {
			return a.name
		}
	}
	return ""
}

func numberOf(name string) (int64, bool) {
	i := slices.IndexFunc(algorithms, func(a algorithm) bool { return a.name == name })
	if i < 0 {
		return 0, false
	}
	return algorithms[i].number, true
}

// A verifier is that of the library under the number of the header: it does
// not know those of RFC 9864.
type verifier struct {
	cose.Verifier
	number int64
}

func (v verifier) Algorithm() cose.Algorithm { return cose.Algorithm(v.number) }

func newVerifier(number int64, name string, pub crypto.PublicKey) (cose.Verifier, error) {
	old, ok := numberOf(name)
	if !ok {
		return nil, headerError("proof.header.alg", fmt.Errorf("no algorithm of COSE for %s here", name))
	}
	v, err := cose.NewVerifier(cose.Algorithm(old), pub)
	if err != nil {
		return nil, proof.Refuse(proof.Key, "proof.key.token", err)
	}
	return verifier{v, number}, nil
}

// keyError turns a refusal of package keys into one with code key.
func keyError(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return &proof.Error{Code: proof.Key, Key: f.Public, Args: f.Args, Err: f.Err}
	}
	return err
}

func malformed(key string, err error) error { return proof.Refuse(proof.Malformed, key, err) }

func headerError(key string, err error) error { return proof.Refuse(proof.Header, key, err) }

func keyRefusal(key string, err error) error { return proof.Refuse(proof.Key, key, err) }
