package keys

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
)

// The verification relationships that are known here (Decentralized
// Identifiers v1.0, 5.3).
const (
	AssertionMethod = "assertionMethod" // to issue credentials
	Authentication  = "authentication"  // to present them
)

// A VerificationMethod is a public key with its name and the DID that may use
// it. ID and Controller are absolute.
type VerificationMethod struct {
	ID         string
	Controller string
	Key        crypto.PublicKey // ed25519.PublicKey, *ecdsa.PublicKey on P-256 or P-384, or *rsa.PublicKey

	// Expires and Revoked end the use of the key (Controlled Identifiers v1.0,
	// 2.2); zero where it has no end. See GoodAt.
	Expires, Revoked time.Time
}

// GoodAt tells whether what was created at a time may be checked with the
// method. A key that expired, as one that was replaced does, stays good for what
// was created before; a key that is revoked is good for nothing, for whoever has
// it can choose what to write as the time. With no time known, only a method
// without an end is good.
func (m VerificationMethod) GoodAt(created time.Time) bool {
	switch {
	case !m.Revoked.IsZero():
		return false
	case m.Expires.IsZero():
		return true
	}
	return !created.IsZero() && created.Before(m.Expires)
}

// A DIDDocument says which keys speak for a DID and for what. Only what is
// needed to check a signature is kept; methods of other kinds are left out, so
// that a relationship that names one finds nothing.
type DIDDocument struct {
	ID              string
	Methods         []VerificationMethod
	AssertionMethod []string // absolute ids
	Authentication  []string // absolute ids
}

// Method gives the verification method with the absolute id, if the
// relationship lists it.
func (d DIDDocument) Method(id, relationship string) (VerificationMethod, bool) {
	var listed []string
	switch relationship {
	case AssertionMethod:
		listed = d.AssertionMethod
	case Authentication:
		listed = d.Authentication
	}
	if !slices.Contains(listed, id) {
		return VerificationMethod{}, false
	}
	for _, m := range d.Methods {
		if m.ID == id {
			return m, true
		}
	}
	return VerificationMethod{}, false
}

// maxMethods bounds the verification methods of one document, and the entries
// of each relationship.
const maxMethods = 64

// ParseDIDDocument reads a DID document (Controlled Identifiers v1.0, 2.1)
// strictly: no doubled members, no case variants, every id a DID URL, no private
// key material, no method named twice. Methods may be Multikey, on Ed25519, P-256
// or P-384, or JsonWebKey, also under its older name JsonWebKey2020, which may be
// RSA, too. Left out are methods of other types, of other DIDs and of controllers
// that are no DID, and keys of other kinds or for other uses. Members that do not
// concern keys are not looked at, nor is @context.
func ParseDIDDocument(data []byte) (DIDDocument, error) {
	var w struct {
		ID              string            `json:"id"`
		Methods         []json.RawMessage `json:"verificationMethod"`
		AssertionMethod []json.RawMessage `json:"assertionMethod"`
		Authentication  []json.RawMessage `json:"authentication"`
	}
	if err := strictjson.Decode(data, &w); err != nil {
		return DIDDocument{}, refuseDocument(err)
	}
	if !IsDID(w.ID) {
		return DIDDocument{}, refuseDocument(errors.New("the id is not a DID"))
	}
	if max(len(w.Methods), len(w.AssertionMethod), len(w.Authentication)) > maxMethods {
		return DIDDocument{}, refuseDocument(fmt.Errorf("more than %d methods", maxMethods))
	}
	r := documentReader{doc: DIDDocument{ID: w.ID}, seen: map[string]bool{}}
	for i, raw := range w.Methods {
		if _, err := r.method(raw); err != nil && !errors.Is(err, errForeign) {
			return DIDDocument{}, refuseDocument(fmt.Errorf("reading verification method %d: %w", i, err))
		}
	}
	for _, rel := range []struct {
		name string
		raw  []json.RawMessage
		into *[]string
	}{
		{AssertionMethod, w.AssertionMethod, &r.doc.AssertionMethod},
		{Authentication, w.Authentication, &r.doc.Authentication},
	} {
		for i, raw := range rel.raw {
			id, err := r.related(raw)
			switch {
			case errors.Is(err, errForeign):
				continue // a method of another document, which is not looked for
			case err != nil:
				return DIDDocument{}, refuseDocument(fmt.Errorf("reading %s %d: %w", rel.name, i, err))
			}
			*rel.into = append(*rel.into, id)
		}
	}
	return r.doc, nil
}

// A documentReader collects the methods of one document.
type documentReader struct {
	doc  DIDDocument
	seen map[string]bool // ids of all methods, also of those that are left out
}

// related reads one entry of a relationship: the id of a method, or a method
// that stands there itself and serves this relationship only.
func (r *documentReader) related(raw json.RawMessage) (string, error) {
	if raw[0] != '"' {
		return r.method(raw)
	}
	var id string
	if err := json.Unmarshal(raw, &id); err != nil {
		return "", err
	}
	return r.absolute(id)
}

var errForeign = errors.New("the id is of another DID")

// absolute gives the id of a method in its absolute form (Decentralized
// Identifiers v1.0, 3.2.2). It must belong to the DID of this document.
func (r *documentReader) absolute(id string) (string, error) {
	if strings.HasPrefix(id, "#") {
		id = r.doc.ID + id
	}
	did, _, ok := SplitDIDURL(id)
	if !ok {
		return "", errors.New("the id is not a DID URL with a fragment")
	}
	if did != r.doc.ID {
		return "", errForeign
	}
	return id, nil
}

// method reads one verification method and gives its absolute id. Of one that
// belongs to another DID it says errForeign, unless there is private key material
// in it.
func (r *documentReader) method(raw json.RawMessage) (string, error) {
	var w struct {
		ID         string          `json:"id"`
		Type       string          `json:"type"`
		Controller string          `json:"controller"`
		Multibase  *string         `json:"publicKeyMultibase"`
		JWK        json.RawMessage `json:"publicKeyJwk"`

		// Private material has no place in a public document.
		Private     json.RawMessage `json:"privateKeyJwk"`
		SecretJWK   json.RawMessage `json:"secretKeyJwk"`
		Secret      json.RawMessage `json:"secretKeyMultibase"`
		PrivateBase json.RawMessage `json:"privateKeyMultibase"`

		Expires json.RawMessage `json:"expires"`
		Revoked json.RawMessage `json:"revoked"`
	}
	if err := strictjson.Decode(raw, &w); err != nil {
		return "", err
	}
	if w.Private != nil || w.SecretJWK != nil || w.Secret != nil || w.PrivateBase != nil {
		return "", ErrPrivate
	}
	if holdsSecret(w.JWK, w.Multibase) { // also where the method is left out
		return "", ErrPrivate
	}
	id, err := r.absolute(w.ID)
	if err != nil {
		return "", err
	}
	if r.seen[id] {
		return "", errors.New("the method is given twice")
	}
	r.seen[id] = true
	if !IsDID(w.Controller) {
		if u, err := url.Parse(w.Controller); err != nil || u.Scheme != "https" || u.Host == "" {
			return "", errors.New("the controller is neither a DID nor a web address")
		}
		return id, nil // such as Controlled Identifiers v1.0, 2.2 allows; nobody here speaks for it
	}
	m := VerificationMethod{ID: id, Controller: w.Controller}
	if m.Expires, err = stamp(w.Expires); err != nil {
		return "", fmt.Errorf("expires: %w", err)
	}
	if m.Revoked, err = stamp(w.Revoked); err != nil {
		return "", fmt.Errorf("revoked: %w", err)
	}
	switch {
	case w.Type == "Multikey" && w.Multibase != nil && w.JWK == nil:
		m.Key, err = ParseMultikey(*w.Multibase)
	case (w.Type == typeJSONWebKey || w.Type == jsonWebKey2020) && w.JWK != nil && w.Multibase == nil:
		m.Key, err = methodJWK(w.JWK)
	case w.Type == "Multikey" || w.Type == typeJSONWebKey || w.Type == jsonWebKey2020:
		return "", errors.New("the key is missing, or is not of the type that is stated")
	case w.Type == "":
		return "", errors.New("the type is missing")
	default:
		return id, nil // another type, such as one for key agreement
	}
	switch {
	case errors.Is(err, errKind), errors.Is(err, errUse):
		return id, nil
	case err != nil:
		return "", err
	}
	r.doc.Methods = append(r.doc.Methods, m)
	return id, nil
}

// holdsSecret tells whether what should be a public key is a private one.
func holdsSecret(jwk json.RawMessage, multibase *string) bool {
	if jwk != nil {
		if _, err := methodJWK(jwk); errors.Is(err, ErrPrivate) {
			return true
		}
	}
	if multibase == nil {
		return false
	}
	_, err := ParseMultikey(*multibase)
	return errors.Is(err, ErrPrivate)
}

// methodJWK reads the key of a JsonWebKey. P-521 is of another kind here: what
// takes it has the key in hand.
func methodJWK(raw []byte) (crypto.PublicKey, error) {
	k, err := parseJWK(raw)
	if err != nil {
		return nil, err
	}
	if alg, err := TokenAlgorithm(k.Key); err != nil || alg == ES512 {
		return nil, errKind
	}
	return k.Key, nil
}

// dateTimeStamp is XSD 1.1 dateTimeStamp (3.4.28), whose zone is compulsory, for
// years of four digits.
var dateTimeStamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)$`)

// stamp reads the time at which a method ends; there is none where it is absent.
func stamp(raw json.RawMessage) (time.Time, error) {
	if raw == nil {
		return time.Time{}, nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil || !dateTimeStamp.MatchString(s) {
		return time.Time{}, errors.New("no dateTimeStamp")
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.IsZero() {
		return time.Time{}, errors.New("no dateTimeStamp")
	}
	return t.UTC(), nil
}

// MarshalDIDDocument writes the document that ResolveDIDKey stands for, with
// the key as a Multikey: what an operator puts into a trust folder.
func MarshalDIDDocument(pub crypto.PublicKey) ([]byte, error) {
	multikey, err := Multikey(pub)
	if err != nil {
		return nil, err
	}
	did := didKey + multikey
	id := did + "#" + multikey
	return json.MarshalIndent(documentText{
		Context:         []string{contextDID, contextMultikey},
		ID:              did,
		Methods:         []methodText{{ID: id, Type: typeMultikey, Controller: did, Multibase: multikey}},
		AssertionMethod: []string{id},
		Authentication:  []string{id},
	}, "", "  ")
}

func refuseDocument(err error) error { return refuse("proof.key.diddocument", err) }
