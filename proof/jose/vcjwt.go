package jose

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
)

// The media types of credentials and presentations as JSON Web Tokens (W3C,
// Securing Verifiable Credentials using JOSE and COSE, 3.1 and 6.1).
const (
	TypeVC    = "vc+jwt"
	TypeVP    = "vp+jwt"
	ContentVC = "vc"
	ContentVP = "vp"
)

// A VC is a credential of the VC Data Model 2.0 as a token that was parsed, but
// not yet verified.
type VC struct {
	*JWS
	Document []byte // the credential: the payload
	KeyID    string // kid; empty where absent
	Claims   Claims // the registered claims beside it, which agree with it
	Issuer   string // the id of the issuer

	// LooseIssuedAt tells that iat is no number and was passed over.
	LooseIssuedAt bool
}

// A VP is a presentation as a token that was parsed, but not yet verified.
type VP struct {
	*JWS
	Document []byte
	KeyID    string
	Claims   Claims
	Holder   string // the id of the holder; empty where none is named

	LooseIssuedAt bool
}

// A VCPolicy says what is let pass beyond what ParseVC and ParseVP do. The zero
// value is theirs.
type VCPolicy struct {
	Algorithms []string // nil: TokenAlgorithms

	// KeyID judges kid, as that of Policy does.
	KeyID func(kid string) error

	// LooseIssuedAt passes over an iat that is a string, which RFC 7519, 4.1.6
	// does not allow but test suites have.
	LooseIssuedAt bool
}

// ParseVC reads a credential as a token (Securing Verifiable Credentials using
// JOSE and COSE, 3.1.1): typ is vc+jwt, cty is vc or absent, the payload is the
// credential itself. The old claims vc and vp are refused. Registered claims
// must agree with what the credential says: iss with its issuer, jti with its
// id, sub with its subject. What else the credential must be is not looked at,
// nor are its times.
func ParseVC(token []byte) (*VC, error) { return VCPolicy{}.ParseVC(token) }

// ParseVP reads a presentation as a token (3.1.2): typ is vp+jwt, cty is vp or
// absent. iss must agree with the holder, jti with the id.
func ParseVP(token []byte) (*VP, error) { return VCPolicy{}.ParseVP(token) }

// ParseVC is the function of that name, by this policy.
func (p VCPolicy) ParseVC(token []byte) (*VC, error) {
	j, err := ParseCompact(token, p.header(TypeVC))
	if err != nil {
		return nil, err
	}
	if err := checkContent(j.Header, ContentVC); err != nil {
		return nil, err
	}
	c, issuer, err := p.credential(j.Payload)
	if err != nil {
		return nil, err
	}
	return &VC{JWS: j, Document: j.Payload, KeyID: j.Header.KeyID, Claims: c, Issuer: issuer, LooseIssuedAt: loose(c)}, nil
}

// ParseVP is the function of that name, by this policy.
func (p VCPolicy) ParseVP(token []byte) (*VP, error) {
	j, err := ParseCompact(token, p.header(TypeVP))
	if err != nil {
		return nil, err
	}
	if err := checkContent(j.Header, ContentVP); err != nil {
		return nil, err
	}
	c, holder, err := p.presentation(j.Payload)
	if err != nil {
		return nil, err
	}
	return &VP{JWS: j, Document: j.Payload, KeyID: j.Header.KeyID, Claims: c, Holder: holder, LooseIssuedAt: loose(c)}, nil
}

func (p VCPolicy) header(typ string) Policy {
	algorithms := p.Algorithms
	if algorithms == nil {
		algorithms = TokenAlgorithms
	}
	return Policy{Algorithms: algorithms, Types: []string{typ}, KeyID: p.KeyID}
}

func checkContent(h Header, want string) error {
	if h.ContentType != "" && h.ContentType != want {
		return headerError("proof.header.cty", errors.New("cty is not the one of the payload"))
	}
	return nil
}

// A vcDocument is what claims are held against.
type vcDocument struct {
	ID      json.RawMessage `json:"id"`
	Issuer  json.RawMessage `json:"issuer"`
	Holder  json.RawMessage `json:"holder"`
	Subject json.RawMessage `json:"credentialSubject"`
}

// document reads a payload with the claims beside it.
func (p VCPolicy) document(payload []byte) (Claims, vcDocument, error) {
	c, err := parseClaims(payload, !p.LooseIssuedAt)
	if err != nil {
		return Claims{}, vcDocument{}, err
	}
	for _, old := range []string{"vc", "vp"} { // VC Data Model 1.1, 6.3.1
		if _, ok := c.members[old]; ok {
			return Claims{}, vcDocument{}, proof.Refuse(proof.Type, "proof.type.claims", fmt.Errorf("payload has a claim %s", old))
		}
	}
	var d vcDocument
	if err := strictjson.Decode(payload, &d); err != nil {
		return Claims{}, vcDocument{}, JSONError("reading the payload", err)
	}
	if c.ID != "" {
		if id, ok := jsonString(d.ID); !ok || id != c.ID {
			return Claims{}, vcDocument{}, disagrees("jti")
		}
	}
	return c, d, nil
}

// credential reads a payload that is a credential, and gives its issuer.
func (p VCPolicy) credential(payload []byte) (Claims, string, error) {
	c, d, err := p.document(payload)
	if err != nil {
		return Claims{}, "", err
	}
	issuer, ok := identifier(d.Issuer)
	if !ok || c.Issuer != "" && c.Issuer != issuer {
		return Claims{}, "", keyRefusal("proof.key.iss", errors.New("iss is not the issuer, or the issuer has no id"))
	}
	if c.Subject != "" {
		if subject, ok := identifier(d.Subject); !ok || subject != c.Subject {
			return Claims{}, "", disagrees("sub")
		}
	}
	return c, issuer, nil
}

// presentation reads a payload that is a presentation, and gives its holder.
func (p VCPolicy) presentation(payload []byte) (Claims, string, error) {
	c, d, err := p.document(payload)
	if err != nil {
		return Claims{}, "", err
	}
	holder, ok := identifier(d.Holder)
	if d.Holder != nil && !ok || c.Issuer != "" && c.Issuer != holder {
		return Claims{}, "", keyRefusal("proof.key.iss", errors.New("iss is not the holder, or the holder has no id"))
	}
	return c, holder, nil
}

// ReadCredential holds a payload to the rules of ParseVC, for tokens that are
// not plain JWTs, and gives its claims and the id of the issuer.
func (p VCPolicy) ReadCredential(payload []byte) (Claims, string, error) {
	return p.credential(payload)
}

// ReadPresentation does the same by the rules of ParseVP, and gives the id of
// the holder.
func (p VCPolicy) ReadPresentation(payload []byte) (Claims, string, error) {
	return p.presentation(payload)
}

func disagrees(name string) error {
	return proof.Refuse(proof.Schema, "proof.schema.claim", fmt.Errorf("%s differs from what the document says", name), "Name", name)
}

// loose tells whether iat is there, but was passed over.
func loose(c Claims) bool {
	_, ok := c.members["iat"]
	return ok && c.IssuedAt.IsZero()
}

// identifier gives the id of a party: a string, or the id of an object.
func identifier(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '{' {
		s, ok := jsonString(raw)
		return s, ok && s != ""
	}
	var o struct {
		ID json.RawMessage `json:"id"`
	}
	if err := strictjson.Decode(raw, &o); err != nil {
		return "", false
	}
	s, ok := jsonString(o.ID)
	return s, ok && s != ""
}

// SigningInputVC gives the bytes to be signed for a credential, which ParseVC
// will read. The type and the content type are set here; kid must be there.
func SigningInputVC(document []byte, h TokenHeader) ([]byte, error) {
	h.Type, h.ContentType = TypeVC, ContentVC
	if h.KeyID == "" {
		return nil, keyRefusal("proof.key.kid", errors.New("a credential without the name of its key"))
	}
	if _, _, err := (VCPolicy{}).credential(document); err != nil {
		return nil, err
	}
	return TokenInput(h, document)
}
