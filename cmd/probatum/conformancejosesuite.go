package main

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/cwt"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// A suite is one call of the conformance command: the key that was given, what
// is to be secured or was, and how.
type suite struct {
	method    string // id of the verification method
	owner     string // its controller
	names     []string
	public    crypto.PublicKey
	secret    crypto.Signer // nil if the file has none
	algorithm string

	presentation bool
	mechanism    string // jose, sdjwt or cose
	now          time.Time

	warnings  []*fault.Error
	unchecked bool // a signature was not checked: its key is not to be had
}

// suiteAlgorithms are those that the command takes. It alone takes ES512: the
// suite has rows that must succeed with it.
var suiteAlgorithms = []string{keys.ES256, keys.ES384, keys.EdDSA, jose.Ed25519, keys.ES512}

// newSuite reads a verification method (Controlled Identifiers 1.0, 2.2.3) that
// may have its secret key beside it, as published test keys do.
func newSuite(file []byte, feature string, now time.Time) (*suite, error) {
	var m struct {
		ID         string          `json:"id"`
		Type       string          `json:"type"`
		Controller string          `json:"controller"`
		Public     json.RawMessage `json:"publicKeyJwk"`
		Secret     json.RawMessage `json:"secretKeyJwk"`
	}
	if err := strictjson.Decode(file, &m); err != nil {
		return nil, fault.New(fault.Invalid, "conformance.key", err)
	}
	if m.Type != "JsonWebKey" || m.Public == nil || !isAddress(m.ID) || !isAddress(m.Controller) {
		return nil, fault.New(fault.Invalid, "conformance.key", errors.New("type, id, controller or publicKeyJwk is missing or wrong"))
	}
	k, err := keys.ParseJWK(m.Public)
	if err != nil {
		return nil, err
	}
	s := &suite{method: m.ID, owner: m.Controller, public: k.Key, now: now}
	if s.algorithm, err = keys.TokenAlgorithm(k.Key); err != nil {
		return nil, err
	}
	if !slices.Contains(suiteAlgorithms, s.algorithm) {
		return nil, fault.New(fault.Unsupported, "conformance.key", fmt.Errorf("a key for %s", s.algorithm))
	}
	thumbprint, err := keys.Thumbprint(k.Key)
	if err != nil {
		return nil, err
	}
	s.names = []string{m.ID, thumbprint}
	if k.KeyID != "" {
		s.names = append(s.names, k.KeyID)
	}
	// Within the document of its controller a fragment is enough.
	if fragment, ok := strings.CutPrefix(m.ID, m.Controller+"#"); ok && fragment != "" {
		s.names = append(s.names, "#"+fragment, fragment)
	}
	if m.Secret != nil {
		signer, _, err := private.ParseJWK(m.Secret)
		if err != nil {
			return nil, err
		}
		if !keys.Same(signer.Public(), k.Key) {
			return nil, fault.New(fault.Invalid, "proof.key.jwk.secret", errors.New("secretKeyJwk is not that of publicKeyJwk"))
		}
		s.secret = signer
	}
	kind, mechanism, _ := strings.Cut(feature, "_")
	s.presentation, s.mechanism = kind == "presentation", mechanism
	return s, nil
}

// isAddress tells whether s is an absolute URL of printable ASCII.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' })
}

// checkKeyID lets a kid be a web address too: where it is one, it is only
// compared, and nothing is fetched.
func checkKeyID(kid string) error {
	if strings.HasPrefix(kid, "https://") && isAddress(kid) {
		return nil
	}
	return jose.CheckKeyID(kid)
}

// warn notes what does not stop the work, but should be known.
func (s *suite) warn(f *fault.Error) { s.warnings = append(s.warnings, f) }

// An opened is a secured document as it was read: a part of it is verified
// only where verify is called and gives no error.
type opened struct {
	keyID    string
	verify   func(crypto.PublicKey) error
	document func() []byte // for an SD-JWT there is none before verify
	signed   []byte        // the payload as it was signed; in an SD-JWT, without what is disclosed
	party    string        // COSE: iss among the claims of the header, or empty
}

// open reads a secured document. Its typ and cty must be those of the kind.
func (s *suite) open(input []byte, mechanism string, presentation bool) (opened, error) {
	switch mechanism {
	case "jose":
		p := jose.VCPolicy{Algorithms: suiteAlgorithms, KeyID: checkKeyID, LooseIssuedAt: true}
		if presentation {
			vp, err := p.ParseVP(input)
			if err != nil {
				return opened{}, err
			}
			return opened{vp.KeyID, vp.Verify, func() []byte { return vp.Document }, vp.Document, ""}, nil
		}
		vc, err := p.ParseVC(input)
		if err != nil {
			return opened{}, err
		}
		return opened{vc.KeyID, vc.Verify, func() []byte { return vc.Document }, vc.Document, ""}, nil
	case "sdjwt":
		p := sdjwt.PolicyOf(sdjwt.Credential)
		if presentation {
			p = sdjwt.PolicyOf(sdjwt.Presentation)
		}
		p.Header.Algorithms, p.Header.KeyID, p.LooseIssuedAt = suiteAlgorithms, checkKeyID, true
		sd, err := sdjwt.Parse(input, p)
		if err != nil {
			return opened{}, err
		}
		verify := func(pub crypto.PublicKey) error {
			if err := sd.Verify(pub); err != nil {
				return err
			}
			// Nobody here has asked for a KB-JWT; one that is there must hold together.
			return sd.VerifyBinding(sdjwt.BindingOptions{At: s.now, Algorithms: suiteAlgorithms})
		}
		return opened{sd.Token.Header.KeyID, verify, sd.Payload, sd.Token.Payload, ""}, nil
	}
	p := cwt.VC
	if presentation {
		p = cwt.VP
	}
	p.Algorithms = []string{keys.ES256, keys.ES384, keys.EdDSA, keys.ES512}
	p.KeyID = func(kid []byte) error { return checkKeyID(string(kid)) }
	// The feature says which kind of message it is (RFC 9052, 2), the key was given
	// by hand, and Securing Verifiable Credentials using JOSE and COSE, 3.3 lets typ
	// be absent.
	p.Untagged, p.Hint, p.Types = true, true, append(slices.Clone(p.Types), "")
	data, err := decodeBase64(input)
	if err != nil {
		return opened{}, proof.Refuse(proof.Malformed, "conformance.base64", err)
	}
	m, err := cwt.Parse(data, p)
	if err != nil {
		return opened{}, err
	}
	if m.Header.Type == "" && m.Header.ContentType == "" {
		return opened{}, proof.Refuse(proof.Header, "proof.header.typ", errors.New("neither typ nor content type says what it is"))
	}
	o := opened{string(m.Header.KeyID), m.Verify, func() []byte { return m.Payload }, m.Payload, ""}
	if m.Header.Claims != nil {
		o.party = m.Header.Claims.Issuer
	}
	return o, nil
}

// decodeBase64 reads standard base64 (RFC 4648, 4), the padding of which the
// suite leaves out.
func decodeBase64(text []byte) ([]byte, error) {
	enc := base64.RawStdEncoding
	if strings.HasSuffix(string(text), "=") {
		enc = base64.StdEncoding
	}
	if strings.ContainsAny(string(text), "\r\n") { // passed over even when strict
		return nil, errors.New("line break in base64")
	}
	return enc.Strict().DecodeString(string(text))
}
