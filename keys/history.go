package keys

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A HistoryKey is a key that an issuer signs with, or did.
type HistoryKey struct {
	Key     crypto.PublicKey
	Chain   Chain     // its certificates; empty if it has none
	From    time.Time // when it came into use
	Until   time.Time // when it was replaced; zero while it is in use
	Revoked time.Time // when it was given up because it may be in wrong hands; zero if it was not
}

// A History is the keys of one issuer, the newest first. What it publishes keeps
// the replaced ones, so that what they signed stays good.
type History []HistoryKey

// The types of verification methods (Controlled Identifiers v1.0, 2.2.2 and
// 2.2.3) with the contexts that define them.
const (
	typeMultikey   = "Multikey"
	typeJSONWebKey = "JsonWebKey"

	jsonWebKey2020 = "JsonWebKey2020" // its name before it was standardised

	contextDID      = "https://www.w3.org/ns/did/v1"
	contextMultikey = "https://w3id.org/security/multikey/v1"
	contextJWK      = "https://w3id.org/security/jwk/v1"
)

// A methodText is one verification method, its members in the order in which
// they are written.
type methodText struct {
	ID         string          `json:"id"`
	Type       string          `json:"type"`
	Controller string          `json:"controller"`
	Expires    string          `json:"expires,omitempty"`
	Revoked    string          `json:"revoked,omitempty"`
	JWK        json.RawMessage `json:"publicKeyJwk,omitempty"`
	Multibase  string          `json:"publicKeyMultibase,omitempty"`
}

type documentText struct {
	Context         []string     `json:"@context"`
	ID              string       `json:"id"`
	Methods         []methodText `json:"verificationMethod"`
	AssertionMethod []string     `json:"assertionMethod"`
	Authentication  []string     `json:"authentication,omitempty"`
}

// DIDDocument writes the document of a did:web. Each key is there as a
// JsonWebKey, whose fragment is the thumbprint, and, but for RSA, as a Multikey,
// whose fragment is the Multikey. A key that was replaced has expires, and stays
// good for what it signed before; a key that was revoked has revoked, and serves
// no purpose. The same history gives the same bytes.
func (h History) DIDDocument(did string) ([]byte, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	if _, err := DIDWebURL(did); err != nil {
		return nil, err
	}
	doc := documentText{Context: []string{contextDID, contextMultikey, contextJWK}, ID: did, AssertionMethod: []string{}}
	for _, k := range h {
		list, err := k.methods(did)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			doc.Methods = append(doc.Methods, m)
			if k.Revoked.IsZero() {
				doc.AssertionMethod = append(doc.AssertionMethod, m.ID)
			}
		}
	}
	return json.MarshalIndent(doc, "", "  ")
}

// methods gives the verification methods of one key.
func (k HistoryKey) methods(did string) ([]methodText, error) {
	thumb, err := Thumbprint(k.Key)
	if err != nil {
		return nil, err
	}
	jwk, err := MarshalJWK(k.Key, thumb)
	if err != nil {
		return nil, err
	}
	m := methodText{ID: did + "#" + thumb, Type: typeJSONWebKey, Controller: did, JWK: jwk}
	if !k.Until.IsZero() {
		m.Expires = k.Until.UTC().Format(time.RFC3339)
	}
	if !k.Revoked.IsZero() {
		m.Revoked = k.Revoked.UTC().Format(time.RFC3339)
	}
	list := []methodText{m}
	if text, err := Multikey(k.Key); err == nil {
		m.ID, m.Type, m.JWK, m.Multibase = did+"#"+text, typeMultikey, nil, text
		list = append(list, m)
	}
	return list, nil
}

// JWKS writes the keys as a JSON Web Key Set (RFC 7517, 5), each with its
// thumbprint as kid. Revoked ones are left out: a set cannot say of a key that
// it is bad.
func (h History) JWKS() ([]byte, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	set := struct {
		Keys []keyText `json:"keys"`
	}{Keys: []keyText{}}
	for _, k := range h {
		if !k.Revoked.IsZero() {
			continue
		}
		t, err := textOf(k.Key)
		if err != nil {
			return nil, err
		}
		if t.Kid, err = Thumbprint(k.Key); err != nil {
			return nil, err
		}
		if t.Alg, err = TokenAlgorithm(k.Key); err != nil {
			return nil, err
		}
		t.Use = "sig"
		set.Keys = append(set.Keys, t)
	}
	return json.MarshalIndent(set, "", "  ")
}

// maxHistory bounds the keys of one issuer: each makes up to two methods.
const maxHistory = maxMethods / 2

// check refuses a history that cannot be published: it is empty or too long, a
// key stands in it twice or is of a kind that is not accepted, or its times run
// backwards.
func (h History) check() error {
	switch {
	case len(h) == 0:
		return errors.New("publishing keys: there are none")
	case len(h) > maxHistory:
		return fmt.Errorf("publishing keys: more than %d", maxHistory)
	}
	had := map[string]bool{}
	for i, k := range h {
		alg, err := TokenAlgorithm(k.Key)
		if err != nil {
			return fmt.Errorf("publishing key %d: %w", i+1, err)
		}
		if alg == ES512 {
			return refuse("proof.key.token", fmt.Errorf("publishing key %d: %w", i+1, errKind))
		}
		thumb, err := Thumbprint(k.Key)
		switch {
		case err != nil:
			return fmt.Errorf("publishing key %d: %w", i+1, err)
		case had[thumb]:
			return fmt.Errorf("publishing key %d: it stands twice in the history", i+1)
		case !k.Until.IsZero() && k.Until.Before(k.From):
			return fmt.Errorf("publishing key %d: it was replaced before it came into use", i+1)
		case i > 0 && k.From.After(h[i-1].From):
			return fmt.Errorf("publishing key %d: it is newer than the one before it", i+1)
		}
		had[thumb] = true
	}
	return nil
}
