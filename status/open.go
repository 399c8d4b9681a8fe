package status

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
)

// typeToken is the typ of a token list (Token Status List, 5.1).
const typeToken = "statuslist+jwt" //nolint:gosec // a media type, no secret

// Skew is how far the clocks of an issuer and of this machine may differ.
const Skew = 60 * time.Second

// afterKey is how long a list may outlive a key that was replaced. Its owner
// signs every list anew at once; whoever finds the old key later could date a
// list back, but not to an end that lies ahead.
const afterKey = 48 * time.Hour

// OpenOptions say which list is expected, and how its key is found.
type OpenOptions struct {
	URL string // where the list lies; it must say the same of itself

	// Fetched says that the bytes were just had from URL. Then a credential may
	// leave it to that, and have no id (VC Data Model 2.0, 4.4).
	Fetched bool

	// Resolver gives the documents of the DIDs that lists name as their issuer;
	// did:key and did:jwk alone where it is nil. One that is an IssuerResolver is
	// asked for the keys of Issuer, too.
	Resolver integrity.Resolver

	// Issuer is the web address of the issuer of a credential, as Reference has
	// it. A list that names its key as that issuer publishes it, and not by a
	// certificate or a DID, is opened with that key. Where it is empty there is no
	// such key.
	Issuer string

	Now time.Time // time.Now where it is zero

	maxTime time.Duration // for the proofs of a document; the default of integrity where it is zero
}

// Open reads a status list and checks it: a credential of type
// BitstringStatusListCredential, as a token of type vc+jwt or as JSON with Data
// Integrity proofs, or a token of type statuslist+jwt. The signature must hold
// with the key of the certificate in x5c or of the verification method in kid or
// in the proof, and where both are named with both. The method must be one of
// the issuer that the list names. Where kid is another name and no certificate
// is there, it is one among the keys of OpenOptions.Issuer. The list must be the one at the URL, be
// within its time, and inflate to 4 MB at most, a token list to 16,777,216
// entries; a Bitstring list has 131,072 or more (Bitstring Status List 1.0, 3.2;
// Token Status List, 8.3).
//
// Nothing is fetched but by the Resolver. The error is always an *Error. The List
// is From Snapshot: only Lists knows better.
func Open(ctx context.Context, data []byte, o OpenOptions) (*List, error) {
	if o.Resolver == nil {
		o.Resolver = ownKeys{}
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	var l *List
	var err error
	switch typ, errType := typeOf(data); {
	case errType != nil:
		return nil, wrong("status.list.malformed", errType)
	case typ == "":
		l, err = o.openDocument(ctx, data)
	case typ == typeToken:
		l, err = o.openToken(ctx, data)
	case typ == jose.TypeVC:
		l, err = o.openVC(ctx, data)
	default:
		return nil, wrong("status.list.malformed", errors.New("a token of another type"))
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// typeOf gives the typ of a token, and nothing for JSON. It is not to be
// believed yet.
func typeOf(data []byte) (string, error) {
	if len(data) > strictjson.DefaultMaxBytes {
		return "", fmt.Errorf("a list of %d bytes", len(data))
	}
	if text := bytes.TrimLeft(data, " \t\r\n"); len(text) > 0 && text[0] == '{' {
		return "", nil
	}
	head, _, ok := bytes.Cut(data, []byte{'.'})
	if !ok {
		return "", errors.New("neither a token nor a JSON object")
	}
	raw, err := jose.DecodeBase64URL(string(head))
	if err != nil {
		return "", fmt.Errorf("reading the header of a token: %w", err)
	}
	var h struct {
		Type string `json:"typ"`
	}
	if err := strictjson.Decode(raw, &h); err != nil {
		return "", fmt.Errorf("reading the header of a token: %w", err)
	}
	if h.Type == "" {
		return "", errors.New("a token without typ")
	}
	return jose.ShortType(h.Type), nil
}

// openDocument opens a list with Data Integrity proofs. A proof from which the
// holder has left out statements is no proof of a list: its end could be what
// is missing.
func (o OpenOptions) openDocument(ctx context.Context, data []byte) (*List, error) {
	e := integrity.New(integrity.Config{Canon: processor(), Resolver: o.Resolver, Now: func() time.Time { return o.Now }, MaxTime: o.maxTime})
	v, err := e.Verify(ctx, data, integrity.VerifyOptions{At: o.Now})
	if err != nil {
		return nil, untrusted(err)
	}
	if v.Derived {
		return nil, wrong("status.list.signature", errors.New("a derived proof"))
	}
	c, err := readCredential(v.Unsecured, o.URL, o.Fetched)
	if err != nil {
		return nil, err
	}
	if err := c.checkTimes(o.Now); err != nil {
		return nil, err
	}
	p := v.Proofs[0]
	s, err := o.signer(ctx, naming{issuer: c.issuer, method: p.VerificationMethod, signed: c.from, expires: c.until})
	if err != nil {
		return nil, err
	}
	if !keys.Same(s.Key, p.Key) {
		return nil, wrong("status.list.key", errors.New("the key of the method has changed meanwhile"))
	}
	return c.list(s)
}

// processor is what all Data Integrity lists are read with.
var processor = sync.OnceValue(func() *canon.Processor { return canon.New(canon.Config{Contexts: canon.Pinned()}) })

// openVC opens a list as a token of type vc+jwt (Securing Verifiable Credentials
// using JOSE and COSE, 3.1.1).
func (o OpenOptions) openVC(ctx context.Context, data []byte) (*List, error) {
	vc, err := jose.ParseVC(data)
	if err != nil {
		return nil, untrusted(err)
	}
	c, err := readCredential(vc.Document, o.URL, o.Fetched)
	if err != nil {
		return nil, err
	}
	s, err := o.verify(ctx, vc.JWS, naming{issuer: c.issuer, signed: c.from, expires: c.until})
	if err != nil {
		return nil, err
	}
	if err := c.checkTimes(o.Now); err != nil {
		return nil, err
	}
	if err := vc.Claims.CheckTimes(o.Now, Skew); err != nil {
		return nil, outOfTime(err)
	}
	return c.list(s)
}

// openToken opens a token list (Token Status List, 5.1 and 8.3).
func (o OpenOptions) openToken(ctx context.Context, data []byte) (*List, error) {
	j, err := jose.ParseCompact(data, jose.Policy{Types: []string{typeToken}, Algorithms: jose.TokenAlgorithms})
	if err != nil {
		return nil, untrusted(err)
	}
	t, err := readToken(j.Payload, o.URL)
	if err != nil {
		return nil, err
	}
	n := naming{signed: t.claims.IssuedAt, expires: t.claims.Expires}
	// The draft has no iss. One that is no DID says nothing of the key of a DID.
	if _, _, ok := keys.SplitDIDURL(j.Header.KeyID); !ok || keys.IsDID(t.claims.Issuer) {
		n.issuer = t.claims.Issuer
	}
	s, err := o.verify(ctx, j, n)
	if err != nil {
		return nil, err
	}
	if err := t.claims.CheckTimes(o.Now, Skew); err != nil {
		return nil, outOfTime(err)
	}
	return t.list(s)
}

// A naming is how a list names the one who signed it.
type naming struct {
	issuer          string // empty where it names none
	method          string // kid, or the verification method of a proof
	chain           keys.Chain
	signed, expires time.Time
}

// verify finds the key of a token and checks the signature with it.
func (o OpenOptions) verify(ctx context.Context, j *jose.JWS, n naming) (SignerOf, error) {
	n.method = j.Header.KeyID
	if len(j.Header.Certificates) > 0 {
		var err error
		if n.chain, err = j.Header.Chain(); err != nil {
			return SignerOf{}, untrusted(err)
		}
	}
	s, err := o.signer(ctx, n)
	if err != nil {
		return SignerOf{}, err
	}
	if err := j.Verify(s.Key); err != nil {
		return SignerOf{}, untrusted(err)
	}
	return s, nil
}

// signer finds the key that a list names. A kid that is no DID URL is a name
// among others for the key of the certificate, and without one the name under
// which the issuer publishes the key.
func (o OpenOptions) signer(ctx context.Context, n naming) (SignerOf, error) {
	s := SignerOf{Chain: n.chain}
	if s.Chain.Leaf != nil {
		s.Key = s.Chain.Leaf.PublicKey
	}
	did, _, ok := keys.SplitDIDURL(n.method)
	if !ok {
		if s.Key == nil {
			return o.published(ctx, n)
		}
		return s, nil
	}
	if n.issuer != "" && n.issuer != did {
		return SignerOf{}, wrong("status.list.key", errors.New("the verification method is not of the issuer of the list"))
	}
	m, err := o.method(ctx, did, n)
	switch {
	case errors.Is(err, integrity.ErrUnresolved) && s.Key != nil:
		return s, nil // the certificate has to do, and nothing is said of the DID
	case errors.Is(err, integrity.ErrUnresolved):
		return SignerOf{}, refuse(Retrieval, "status.list.key", err)
	case err != nil:
		return SignerOf{}, wrong("status.list.key", err)
	case s.Key != nil && !keys.Same(s.Key, m.Key):
		return SignerOf{}, wrong("status.list.key", errors.New("the certificate and the verification method have different keys"))
	}
	s.Key, s.DID, s.Method = m.Key, did, m.ID
	return s, nil
}

// method resolves a verification method.
func (o OpenOptions) method(ctx context.Context, did string, n naming) (keys.VerificationMethod, error) {
	doc, err := o.Resolver.Resolve(ctx, did)
	if err != nil {
		return keys.VerificationMethod{}, fmt.Errorf("resolving the issuer of a list: %w", err)
	}
	m, ok := doc.Method(n.method, keys.AssertionMethod)
	switch {
	case doc.ID != did || !ok || m.Controller != did:
		return keys.VerificationMethod{}, errors.New("the DID document does not list the method for this purpose")
	case !m.GoodAt(n.signed):
		return keys.VerificationMethod{}, errors.New("the key was not in use any more")
	case !m.Expires.IsZero() && (n.expires.IsZero() || n.expires.After(m.Expires.Add(afterKey))):
		return keys.VerificationMethod{}, errors.New("the list outlives its key by far")
	}
	return m, nil
}

// ownKeys resolves the DIDs that carry their key in themselves.
type ownKeys struct{}

// Resolve gives the document that a did:key or did:jwk stands for.
func (ownKeys) Resolve(ctx context.Context, did string) (keys.DIDDocument, error) {
	if strings.HasPrefix(did, "did:jwk:") {
		return keys.ResolveDIDJWK(did)
	}
	return integrity.DIDKeys{}.Resolve(ctx, did)
}

// untrusted puts a refusal of a mechanism into our words.
func untrusted(err error) *Error {
	e, ok := errors.AsType[*proof.Error](err)
	switch {
	case errors.Is(err, integrity.ErrUnresolved):
		return refuse(Retrieval, "status.list.key", err)
	case ok && e.Code == proof.Key:
		return wrong("status.list.key", err)
	case ok && e.Code == proof.Validity:
		return outOfTime(err)
	case ok && (e.Code == proof.Signature || e.Code == proof.Proof || e.Code == proof.Header):
		return wrong("status.list.signature", err)
	}
	return wrong("status.list.malformed", err)
}

func outOfTime(err error) *Error { return wrong("status.list.time", err) }

// payloadOf gives the payload of a token, unverified.
func payloadOf(token []byte) ([]byte, error) {
	parts := bytes.SplitN(token, []byte{'.'}, 4)
	if len(parts) != 3 {
		return nil, errors.New("not three parts")
	}
	return jose.DecodeBase64URL(string(parts[1]))
}
