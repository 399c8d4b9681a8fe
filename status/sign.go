package status

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
)

// How long a signed list is good for. It is signed anew whenever it changes, and
// at half of its Lifetime when it does not.
const (
	Lifetime = 24 * time.Hour
	TTL      = 30 * time.Second // in caches
)

// maxSigning is how long one step of signing may take. It is no defence, for the
// lists are our own: on a busy machine one may be late, but it is made.
const maxSigning = time.Minute

// MaxStale is how long a list may be kept, whatever it says itself: who is
// revoked is seen to be after so long at most.
const MaxStale = 60 * time.Second

// Contents is what a list is to say. What is not in Set is Valid.
type Contents struct {
	ID     string // of the list
	Origin string // of its URL
	Body   string // whose it is
	Slot
	Version int64
	Set     map[int]State // by index
}

// Signed is a list as it is published.
type Signed struct {
	ID       string
	Kind     Kind
	Version  int64
	JWT      []byte // vc+jwt or statuslist+jwt, by Kind
	DI       []byte // Bitstring as JSON with a Data Integrity proof; nil where there is none
	SignedAt time.Time
	Expires  time.Time
}

// The media types of lists.
const (
	TypeVCJWT    = "application/vc+jwt"
	TypeVC       = "application/vc"
	TypeTokenJWT = "application/statuslist+jwt"
)

// MediaType is that of JWT.
func (s Signed) MediaType() string {
	if s.Kind == Token {
		return TypeTokenJWT
	}
	return TypeVCJWT
}

// ETag is the entity tag of JWT; that of DI is ETag(s.DI).
func (s Signed) ETag() string { return ETag(s.JWT) }

// ETag gives a strong entity tag for some bytes (RFC 9110, 8.8.3).
func ETag(data []byte) string {
	sum := sha256.Sum256(data)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
}

// A Signer signs lists for one body.
type Signer struct {
	Key crypto.Signer

	// DID is the issuer of the lists and Method the id of its key. Where DID is
	// empty it is the did:jwk of the key; where Method is empty it is what the
	// DID's method makes of the key.
	DID, Method string

	Chain keys.Chain // of the key; its Leaf may be nil
}

// Sign writes a list as it is published at url, and signs it. It is a pure
// function but for the signatures. What comes out has been opened again and
// says what it should. A Data Integrity proof is made where the key fits a
// cryptosuite, which RSA keys do not.
//
// statusSize and statusMessage stand in the entries of credentials alone
// (Bitstring Status List 1.0, 2.1 and 3.2): the context of the data model defines
// neither for the list.
func Sign(ctx context.Context, c Contents, s Signer, url string, at time.Time) (Signed, error) {
	b, err := c.bits()
	if err != nil {
		return Signed{}, fmt.Errorf("writing status list %s: %w", c.ID, err)
	}
	at = at.UTC().Truncate(time.Second)
	w := writer{c: c, bits: b, url: url, at: at}
	if err := w.by(s); err != nil {
		return Signed{}, fmt.Errorf("signing status list %s: %w", c.ID, err)
	}
	out := Signed{ID: c.ID, Kind: c.Kind, Version: c.Version, SignedAt: at, Expires: at.Add(Lifetime)}
	if out.JWT, out.DI, err = w.sign(ctx); err != nil {
		return Signed{}, fmt.Errorf("signing status list %s: %w", c.ID, err)
	}
	for _, data := range [][]byte{out.JWT, out.DI} {
		if data == nil {
			continue
		}
		if err := w.check(ctx, data); err != nil {
			return Signed{}, fmt.Errorf("checking new status list %s: %w", c.ID, err)
		}
	}
	return out, nil
}

// bits are the entries of the list.
func (c Contents) bits() (bits, error) {
	o := leftFirst
	switch {
	case c.Kind == Token && c.Purpose == "" && c.Size == 2:
		o = rightFirst
	case c.Kind == Bitstring && (c.Purpose == Revocation || c.Purpose == Suspension) && c.Size == 1:
	case c.Kind == Bitstring && c.Purpose == Message && c.Size == messageSize:
	default:
		return bits{}, fmt.Errorf("no kind of list: %q for %q with %d bits", c.Kind, c.Purpose, c.Size)
	}
	b := newBits(Entries, c.Size, o)
	for index, state := range c.Set {
		if index < 0 || index >= Entries || state > Suspended {
			return bits{}, fmt.Errorf("entry %d with state %d", index, state)
		}
		b.set(int64(index), c.Size, c.Says(state))
	}
	return b, nil
}

// A writer writes one list.
type writer struct {
	c    Contents
	bits bits
	url  string
	at   time.Time

	signer      Signer
	algorithm   string
	suite       integrity.Cryptosuite // empty: no Data Integrity proof
	proofMethod string                // of that proof
}

// by fills in who signs.
func (w *writer) by(s Signer) error {
	if err := checkURL(w.url); err != nil {
		return err
	}
	if s.Key == nil {
		return errors.New("no key")
	}
	pub := s.Key.Public()
	var err error
	if w.algorithm, err = keys.TokenAlgorithm(pub); err != nil {
		return err
	}
	if s.Chain.Leaf != nil && !keys.Same(s.Chain.Leaf.PublicKey, pub) {
		return errors.New("the certificate is for another key")
	}
	if s.DID == "" {
		if s.DID, err = keys.DIDJWK(pub); err != nil {
			return err
		}
	}
	if s.Method == "" {
		if s.Method, err = methodOf(s.DID, pub); err != nil {
			return err
		}
	}
	if did, _, ok := keys.SplitDIDURL(s.Method); !ok || did != s.DID {
		return errors.New("the verification method is not of the DID")
	}
	w.signer, w.proofMethod = s, s.Method
	if w.suite, err = integrity.SuiteFor(pub); err != nil {
		w.suite = ""
		return nil //nolint:nilerr // the key has none: there will be no such proof
	}
	if strings.HasPrefix(s.DID, "did:web:") {
		// Such a document has each key twice, for tokens as JsonWebKey and for
		// these proofs as Multikey.
		multikey, err := keys.Multikey(pub)
		if err != nil {
			return err
		}
		w.proofMethod = s.DID + "#" + multikey
	}
	return nil
}

// methodOf gives the id that a key has in the document of a DID.
func methodOf(did string, pub crypto.PublicKey) (string, error) {
	switch {
	case strings.HasPrefix(did, "did:key:"):
		return did + "#" + strings.TrimPrefix(did, "did:key:"), nil
	case strings.HasPrefix(did, "did:jwk:"):
		return did + "#0", nil
	}
	thumbprint, err := keys.Thumbprint(pub)
	return did + "#" + thumbprint, err
}

func (w *writer) sign(ctx context.Context) (jwt, di []byte, err error) {
	h := jose.TokenHeader{Algorithm: w.algorithm, Type: typeToken, KeyID: w.signer.Method}
	write := w.token
	if w.c.Kind == Bitstring {
		h.Type, h.ContentType, write = jose.TypeVC, jose.ContentVC, w.credential
	}
	doc, err := write()
	if err != nil {
		return nil, nil, err
	}
	if w.signer.Chain.Leaf != nil {
		h.Certificates = w.signer.Chain.Certificates()
	}
	input, err := jose.TokenInput(h, doc)
	if err != nil {
		return nil, nil, err
	}
	if jwt, err = jose.SignToken(w.signer.Key, input); err != nil || w.c.Kind == Token || w.suite == "" {
		return jwt, nil, err
	}
	e := integrity.New(integrity.Config{Canon: processor(), Resolver: w, Now: func() time.Time { return w.at }, MaxTime: maxSigning})
	prepared, err := e.Prepare(ctx, doc, integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.proofMethod, Created: w.at})
	if err != nil {
		return nil, nil, err
	}
	di, err = e.Sign(ctx, prepared, w.signer.Key)
	return jwt, di, err
}

// credential writes a BitstringStatusListCredential (Bitstring Status List 1.0,
// 2.2). Its ttl is in milliseconds.
func (w *writer) credential() ([]byte, error) {
	encoded, err := w.bits.encode(Bitstring)
	if err != nil {
		return nil, err
	}
	type subject struct {
		ID      string  `json:"id"`
		Type    string  `json:"type"`
		Purpose Purpose `json:"statusPurpose"`
		List    string  `json:"encodedList"`
		TTL     int64   `json:"ttl"`
	}
	return text(struct {
		Context []string `json:"@context"`
		ID      string   `json:"id"`
		Type    []string `json:"type"`
		Issuer  string   `json:"issuer"`
		From    string   `json:"validFrom"`
		Until   string   `json:"validUntil"`
		Subject subject  `json:"credentialSubject"`
	}{
		Context: []string{contexts.CredentialsV2}, ID: w.url, Type: []string{"VerifiableCredential", "BitstringStatusListCredential"},
		Issuer: w.signer.DID, From: w.at.Format(time.RFC3339), Until: w.at.Add(Lifetime).Format(time.RFC3339),
		Subject: subject{ID: w.url + "#list", Type: "BitstringStatusList", Purpose: w.c.Purpose, List: encoded, TTL: TTL.Milliseconds()},
	})
}

// token writes the payload of a token list (Token Status List, 5.1). Its ttl is
// in seconds.
func (w *writer) token() ([]byte, error) {
	encoded, err := w.bits.encode(Token)
	if err != nil {
		return nil, err
	}
	type list struct {
		Bits int    `json:"bits"`
		List string `json:"lst"`
	}
	return text(struct {
		Subject  string `json:"sub"`
		IssuedAt int64  `json:"iat"`
		Expires  int64  `json:"exp"`
		TTL      int64  `json:"ttl"`
		List     list   `json:"status_list"`
	}{
		Subject: w.url, IssuedAt: w.at.Unix(), Expires: w.at.Add(Lifetime).Unix(), TTL: int64(TTL / time.Second),
		List: list{Bits: w.c.Size, List: encoded},
	})
}

func text(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Resolve gives the document of the signer as it will be published: what has
// just been signed is checked under it.
func (w *writer) Resolve(ctx context.Context, did string) (keys.DIDDocument, error) {
	switch {
	case did != w.signer.DID:
		return keys.DIDDocument{}, integrity.ErrUnresolved
	case strings.HasPrefix(did, "did:key:"), strings.HasPrefix(did, "did:jwk:"):
		return ownKeys{}.Resolve(ctx, did)
	}
	doc := keys.DIDDocument{ID: did}
	for _, id := range []string{w.signer.Method, w.proofMethod} {
		doc.Methods = append(doc.Methods, keys.VerificationMethod{ID: id, Controller: did, Key: w.signer.Key.Public()})
		doc.AssertionMethod = append(doc.AssertionMethod, id)
	}
	return doc, nil
}

// check opens what was signed and compares it with what it should say.
func (w *writer) check(ctx context.Context, data []byte) error {
	l, err := Open(ctx, data, OpenOptions{URL: w.url, Resolver: w, Now: w.at, maxTime: maxSigning})
	switch {
	case err != nil:
		return err
	case l.Kind != w.c.Kind || !bytes.Equal(l.bits.data, w.bits.data) || !keys.Same(l.Signer.Key, w.signer.Key.Public()):
		return errors.New("it does not say what it should")
	}
	return nil
}
