// Package sdjwt issues, presents and verifies SD-JWTs (RFC 9901): signed JSON
// of which the holder may leave parts out. On top of it stand SD-JWT VC
// (draft-ietf-oauth-sd-jwt-vc-24), the form that wallets take, and the SD-JWT
// form of W3C credentials and presentations (VC-JOSE-COSE, 3.2).
//
// To issue: Issue makes the exact bytes that are to be recorded, Sign puts the
// signature in. The holder chooses with Present. To check: ParseCredential, or
// Parse with a Policy, then Verify with the issuer's key, then VerifyBinding.
// Nothing is shown from an SDJWT before Verify has returned nil, and only what
// Payload gives.
//
// What is strict beyond the RFC: only the compact form is read; a hash other
// than SHA-2 is refused; a disclosure with doubled members is refused; so are
// claims that decide whether the rest counts (status, dates, type, holder's
// key) where they come through a disclosure. Work is bounded by MaxBytes,
// MaxDisclosures, MaxValues and MaxDepth, also across disclosures that hold
// disclosures. Every refusal is a *proof.Error.
package sdjwt

import (
	"bytes"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// The limits of one SD-JWT, disclosures and key binding included.
const (
	MaxBytes       = strictjson.DefaultMaxBytes
	MaxDisclosures = 1_000
	MaxValues      = strictjson.DefaultMaxValues // of the payload and all disclosures together
	MaxDepth       = strictjson.DefaultMaxDepth  // of the processed payload
)

// The types that typ may name.
const (
	TypeVC           = "dc+sd-jwt" // SD-JWT VC, 2.2.1
	TypeW3C          = "vc+sd-jwt" // VC-JOSE-COSE, 3.2; SD-JWT VC before draft -06 used it too
	TypePresentation = "vp+sd-jwt" // VC-JOSE-COSE, 3.2
	TypeBinding      = "kb+jwt"    // RFC 9901, 4.3
)

// A Kind says which rules hold for the claims, beyond those of RFC 9901.
type Kind int

// The kinds. Plain has no rules for claims of its own.
const (
	Plain Kind = iota
	VC
	Credential   // a W3C credential
	Presentation // a W3C presentation
)

// A Policy says which SD-JWTs are read and by which rules.
type Policy struct {
	// Header is the policy for the header of the issuer-signed JWT. Where it
	// lists no algorithms, those for tokens hold.
	Header jose.Policy

	// ContentTypes are the values that cty may have; an empty one lets it be
	// absent. Nil asks nothing.
	ContentTypes []string

	Kind Kind

	// LooseIssuedAt passes over an iat that is a string in the W3C kinds, as
	// jose.VCPolicy does.
	LooseIssuedAt bool
}

// PolicyOf gives the policy of a kind. That of Plain names no type and so
// accepts nothing before one is added.
func PolicyOf(k Kind) Policy {
	switch k {
	case VC:
		return Policy{Header: jose.Policy{Types: []string{TypeVC, TypeW3C}}, Kind: VC}
	case Credential:
		return Policy{Header: jose.Policy{Types: []string{TypeW3C}}, ContentTypes: []string{"vc", ""}, Kind: Credential}
	case Presentation:
		return Policy{Header: jose.Policy{Types: []string{TypePresentation}}, ContentTypes: []string{"vp", ""}, Kind: Presentation}
	}
	return Policy{}
}

// An SDJWT is an SD-JWT that was parsed, but not yet verified.
type SDJWT struct {
	Kind Kind

	// Token is the issuer-signed JWT. Its header names the key; its payload is
	// what the issuer signed, with digests where parts can be left out.
	Token *jose.JWS

	// Outdated tells that an SD-JWT VC has the typ of the drafts before -06. It
	// is read, since wallets still hold such; it is never issued.
	Outdated bool

	body        []byte // all up to and including the last tilde: what sd_hash covers
	disclosures []string
	binding     string // the KB-JWT; may be empty
	loose       bool   // LooseIssuedAt of the policy

	opened *opened // what Verify found
	vc     CredentialClaims
}

// Parse reads an SD-JWT or SD-JWT+KB in compact form (RFC 9901, 4) and holds
// the header against the policy. It verifies nothing.
func Parse(data []byte, p Policy) (*SDJWT, error) {
	s, err := split(data)
	if err != nil {
		return nil, err
	}
	if p.Header.Algorithms == nil {
		p.Header.Algorithms = jose.TokenAlgorithms
	}
	jwt, _, _ := bytes.Cut(s.body, []byte("~"))
	if s.Token, err = jose.ParseCompact(jwt, p.Header); err != nil {
		return nil, err
	}
	h := s.Token.Header
	if p.ContentTypes != nil && !slices.Contains(p.ContentTypes, h.ContentType) {
		return nil, proof.Refuse(proof.Header, "proof.header.cty", errors.New("cty is not accepted"))
	}
	s.Kind, s.loose = p.Kind, p.LooseIssuedAt
	s.Outdated = p.Kind == VC && h.Type == TypeW3C
	return s, nil
}

// ParseCredential reads an SD-JWT that is a credential or a presentation of
// one of the three kinds, which its typ tells. Where typ is vc+sd-jwt, a vct
// and no @context makes it an SD-JWT VC of an older draft.
func ParseCredential(data []byte) (*SDJWT, error) {
	s, err := Parse(data, Policy{Header: jose.Policy{Types: []string{TypeVC, TypeW3C, TypePresentation}}})
	if err != nil {
		return nil, err
	}
	kind := Credential
	switch s.Token.Header.Type {
	case TypeVC:
		kind = VC
	case TypePresentation:
		kind = Presentation
	default:
		list, err := strictjson.Members(s.Token.Payload)
		if err != nil {
			return nil, jose.JSONError("reading payload", err)
		}
		has := func(name string) bool {
			return slices.ContainsFunc(list, func(m strictjson.Member) bool { return m.Name == name })
		}
		if has("vct") && !has("@context") {
			kind = VC
		}
	}
	return Parse(data, PolicyOf(kind))
}

// split takes the compact form apart (RFC 9901, 4): the JWT, a tilde, each
// disclosure with a tilde behind it, and the KB-JWT, if any.
func split(data []byte) (*SDJWT, error) {
	if len(data) > MaxBytes {
		return nil, proof.Refuse(proof.Resources, "proof.resources.json", fmt.Errorf("SD-JWT of %d bytes", len(data)))
	}
	if start := bytes.TrimLeft(data, " \t\r\n"); len(start) > 0 && start[0] == '{' {
		return nil, malformed("proof.sdjwt.json", errors.New("JSON serialisation"))
	}
	end := bytes.LastIndexByte(data, '~')
	if end < 0 {
		return nil, malformed("proof.sdjwt.form", errors.New("no tilde"))
	}
	if n := bytes.Count(data, []byte("~")); n > MaxDisclosures+1 {
		return nil, proof.Refuse(proof.Resources, "proof.sdjwt.limit", fmt.Errorf("%d disclosures", n-1), "Limit", MaxDisclosures)
	}
	s := &SDJWT{body: bytes.Clone(data[:end+1]), binding: string(data[end+1:])}
	parts := strings.Split(string(data[:end]), "~")
	s.disclosures = parts[1:]
	switch {
	case strings.Count(parts[0], ".") != 2:
		return nil, malformed("proof.sdjwt.form", errors.New("no JWT in front"))
	case slices.Contains(s.disclosures, ""):
		return nil, refuse("proof.sdjwt.disclosure", errors.New("empty disclosure"))
	case s.binding != "" && strings.Count(s.binding, ".") != 2:
		return nil, refuse("proof.sdjwt.cut", errors.New("what stands behind the last tilde is no JWT"))
	}
	return s, nil
}

// Verify checks the issuer's signature with pub, then the disclosures against
// the digests that were signed (RFC 9901, 7.1), then the rules of the Kind.
// Dates, status and whose key it is are left to the caller.
func (s *SDJWT) Verify(pub crypto.PublicKey) error {
	s.opened = nil
	if err := s.Token.Verify(pub); err != nil {
		return err
	}
	o, err := open(s.Token.Payload, s.disclosures)
	if err != nil {
		return err
	}
	vc, err := o.check(s.Kind, s.loose)
	if err != nil {
		return err
	}
	s.opened, s.vc = o, vc
	return nil
}

// Payload gives the processed payload: what was signed, with the disclosed
// parts in place and every trace of the undisclosed gone. It is nil before
// Verify.
func (s *SDJWT) Payload() []byte {
	if s.opened == nil {
		return nil
	}
	return bytes.Clone(s.opened.payload)
}

// Disclosed gives the disclosures with their places, in the order in which
// they were sent. It is nil before Verify.
func (s *SDJWT) Disclosed() []Disclosure {
	if s.opened == nil {
		return nil
	}
	return slices.Clone(s.opened.disclosures)
}

// Undisclosed counts the digests that stand for nothing that was disclosed:
// parts that were left out, or decoys. It is zero before Verify.
func (s *SDJWT) Undisclosed() int {
	if s.opened == nil {
		return 0
	}
	return s.opened.undisclosed
}

// Claims gives the claims that are not about the subject. They are empty before
// Verify, and for Plain.
func (s *SDJWT) Claims() CredentialClaims {
	if s.opened == nil {
		return CredentialClaims{}
	}
	return s.vc
}

// Bound tells whether a KB-JWT was sent, good or bad.
func (s *SDJWT) Bound() bool { return s.binding != "" }

// stringOf reads a JSON string.
func stringOf(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var text string
	err := json.Unmarshal(raw, &text)
	return text, err == nil
}

func malformed(key string, err error) error { return proof.Refuse(proof.Malformed, key, err) }

func refuse(key string, err error, pairs ...any) error {
	return proof.Refuse(proof.Proof, key, err, pairs...)
}
