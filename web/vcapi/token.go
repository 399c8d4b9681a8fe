package vcapi

import (
	"crypto"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// A contents is what an envelope can hold: a credential or a presentation.
type contents struct {
	envelope string     // its type (VC Data Model 2.0, 4.13.1 and 4.13.2)
	purpose  string     // for which the key must be listed
	jwt, sd  string     // media types (Securing Verifiable Credentials using JOSE and COSE, 6.1)
	kind     sdjwt.Kind // by its rules
	claim    string     // in which it stood in VC Data Model 1.1, 6.3.1
	other    string     // the claim of the other one
	party    string     // the member that names who signs
	required bool       // that member must be there
}

var (
	aCredential = contents{
		envelope: "EnvelopedVerifiableCredential", purpose: integrity.AssertionMethod,
		jwt: "application/vc+jwt", sd: "application/vc+sd-jwt", kind: sdjwt.Credential,
		claim: "vc", other: "vp", party: "issuer", required: true,
	}
	aPresentation = contents{
		envelope: "EnvelopedVerifiablePresentation", purpose: integrity.Authentication,
		jwt: "application/vp+jwt", sd: "application/vp+sd-jwt", kind: sdjwt.Presentation,
		claim: "vp", other: "vc", party: "holder",
	}
)

// outdated are the media types of tokens in drafts of the standard, and of any
// JSON Web Token.
func (c contents) outdated(media string) bool {
	return media == c.jwt || media == "application/jwt" || media == "application/"+c.claim+"-ld+jwt" ||
		media == "application/"+c.claim+"-ld+jwt;base64url"
}

// An enclosed is a token from an envelope, and what it says. Nothing of it
// counts before verify has returned nil.
type enclosed struct {
	form      string // typ of today's token, or "JWT"
	algorithm string
	keyID     string // empty where the token names no key
	bare      bool   // no certificate came along either
	party     string // the issuer, or the holder; empty where none is named
	claims    jose.Claims
	old       bool // as in VC Data Model 1.1

	// document is the credential or the presentation. Where parts of it were left
	// out it is known after verify.
	document []byte

	verify func(crypto.PublicKey) error
}

// open reads the token in a data: URL whose form the data model has judged. Only
// outdated lets tokens pass that are not as the standard has them.
func (c contents) open(id string, outdated bool) (*enclosed, error) {
	head, data, _ := strings.Cut(id, ",")
	_, media, _ := strings.Cut(strings.ToLower(head), ":")
	switch {
	case media == c.sd:
		return c.openSD([]byte(data))
	case media == c.jwt:
		e, err := c.openJWT([]byte(data))
		if err != nil && outdated {
			if old, errOld := c.openOld([]byte(data)); errOld == nil {
				return old, nil
			}
		}
		return e, err
	case outdated && c.outdated(media):
		return c.openOld([]byte(data))
	}
	return nil, refused(problem{kind: malformedValue, code: proof.Type, key: "vcapi.envelope.media"})
}

func enclosedIn(j *jose.JWS) *enclosed {
	return &enclosed{
		form: j.Header.Type, algorithm: j.Header.Algorithm, keyID: j.Header.KeyID,
		bare: len(j.Header.Certificates) == 0, verify: j.Verify,
	}
}

// openJWT reads a token of type vc+jwt or vp+jwt.
func (c contents) openJWT(data []byte) (*enclosed, error) {
	if c.kind == sdjwt.Presentation {
		vp, err := jose.ParseVP(data)
		if err != nil {
			return nil, err
		}
		e := enclosedIn(vp.JWS)
		e.document, e.party, e.claims = vp.Document, vp.Holder, vp.Claims
		return e, nil
	}
	vc, err := jose.ParseVC(data)
	if err != nil {
		return nil, err
	}
	e := enclosedIn(vc.JWS)
	e.document, e.party, e.claims = vc.Document, vc.Issuer, vc.Claims
	return e, nil
}

// openSD reads an SD-JWT. Who signed it never hides, so that it can be read
// before the signature is checked; afterwards it is read again, by the rules.
func (c contents) openSD(data []byte) (*enclosed, error) {
	s, err := sdjwt.Parse(data, sdjwt.PolicyOf(c.kind))
	if err != nil {
		return nil, err
	}
	if s.Bound() {
		return nil, refused(problem{kind: verification, code: proof.Binding, key: "vcapi.envelope.bound"})
	}
	e := enclosedIn(s.Token)
	if e.party, err = c.partyOf(s.Token.Payload); err != nil {
		return nil, err
	}
	e.verify = func(pub crypto.PublicKey) error {
		if err := s.Verify(pub); err != nil {
			return err
		}
		e.document, e.claims = s.Payload(), s.Claims().Claims
		if s.Claims().Party != e.party { // of a presentation the holder may be disclosable
			return proof.Refuse(proof.Key, "proof.key.iss", errors.New("who signed is named twice, in two ways"))
		}
		return nil
	}
	return e, nil
}

// openOld reads a token whose document is the value of a claim. What the claims
// beside say must agree with it (VC Data Model 1.1, 6.3.1); the document must say
// all of it itself.
func (c contents) openOld(data []byte) (*enclosed, error) {
	j, err := jose.ParseCompact(data, jose.Policy{Algorithms: jose.TokenAlgorithms, Types: []string{"JWT", ""}})
	if err != nil {
		return nil, err
	}
	e := enclosedIn(j)
	e.form, e.old = "JWT", true
	if e.claims, err = jose.ParseClaims(j.Payload); err != nil {
		return nil, err
	}
	payload, err := membersOf(j.Payload, len(j.Payload))
	if err != nil {
		return nil, err
	}
	for _, m := range payload {
		if m.Name != c.claim && !isClaim(m.Name) {
			return nil, proof.Refuse(proof.Type, "proof.type.claims", errors.New("a claim that is not registered"))
		}
	}
	e.document = payload.value(c.claim)
	if !isObject(e.document) {
		return nil, proof.Refuse(proof.Type, "proof.type.claims", errors.New("no document in the token"))
	}
	if e.party, err = c.partyOf(e.document); err != nil {
		return nil, err
	}
	document, err := membersOf(e.document, len(e.document))
	if err != nil {
		return nil, err
	}
	id, _ := document.text("id")
	subject, _ := idOf(document.value("credentialSubject"))
	switch {
	case e.claims.Issuer != "" && e.claims.Issuer != e.party:
		return nil, proof.Refuse(proof.Key, "proof.key.iss", errors.New("iss is somebody else"))
	case e.claims.ID != "" && e.claims.ID != id:
		return nil, proof.Refuse(proof.Schema, "proof.schema.claim", errors.New("jti is another id"), "Name", "jti")
	case e.claims.Subject != "" && c.kind == sdjwt.Credential && e.claims.Subject != subject:
		return nil, proof.Refuse(proof.Schema, "proof.schema.claim", errors.New("sub is another subject"), "Name", "sub")
	}
	return e, nil
}

// partyOf gives the id of who is said to have signed a document.
func (c contents) partyOf(doc []byte) (string, error) {
	members, err := membersOf(doc, len(doc))
	if err != nil {
		return "", err
	}
	value := members.value(c.party)
	id, ok := idOf(value)
	if !ok && (c.required || value != nil) {
		return "", proof.Refuse(proof.Key, "proof.key.iss", errors.New("no id of who signed"))
	}
	return id, nil
}

// idOf gives the id of an object, or a string that stands in its place.
func idOf(value json.RawMessage) (string, bool) {
	if s, ok := stringOf(value); ok {
		return s, s != ""
	}
	if !isObject(value) {
		return "", false
	}
	members, err := membersOf(value, len(value))
	if err != nil {
		return "", false
	}
	id, ok := members.text("id")
	return id, ok && id != ""
}

// claimNames are members that RFC 7519, 4.1, RFC 7800, 3.1 and OpenID Connect
// define, and that no context needs to.
var claimNames = []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce"}

func isClaim(name string) bool { return slices.Contains(claimNames, name) }

// withoutClaims gives a document without the claims that stand beside it.
func withoutClaims(doc []byte, maxBytes int) ([]byte, error) {
	members, err := membersOf(doc, maxBytes)
	if err != nil {
		return nil, err
	}
	plain := members
	for _, m := range members {
		if isClaim(m.Name) {
			plain = plain.without(m.Name)
		}
	}
	if len(plain) == len(members) {
		return doc, nil
	}
	return plain.bytes(), nil
}

// nonce gives the claim of that name; empty where there is none.
func (e *enclosed) nonce() string {
	value, _ := e.claims.Member("nonce")
	s, _ := stringOf(value)
	return s
}
