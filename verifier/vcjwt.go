package verifier

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"strings"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
)

// A vcToken is a credential of the VC Data Model 2.0 that is the payload of a
// JSON Web Token (Securing Verifiable Credentials using JOSE and COSE, 3.1.1).
type vcToken struct {
	w3c
	token  *jose.VC
	key    crypto.PublicKey
	method keys.VerificationMethod // that the header names; zero where the certificate says whose the key is
}

// beside are the claims of a token that may stand beside the members of the
// credential (RFC 7519, 4.1, and RFC 7800, 3.1).
var beside = []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf"}

// openVC reads a token of type vc+jwt.
func (r *run) openVC(text []byte) bool {
	r.report.Form = credential.VCJWT
	vc, err := jose.ParseVC(text)
	if err != nil {
		return r.refuse(err)
	}
	if err := strictjson.Check(vc.Document, strictjson.MaxValues(maxValues)); err != nil {
		return r.refuseJSON(err)
	}
	list, err := strictjson.Members(vc.Document)
	if err != nil {
		return r.refuseJSON(err)
	}
	if nearlyKnown(vc.Document) {
		return r.fail(Format, proof.Malformed, "verify.format.case", nil)
	}
	r.mechanism = &vcToken{w3c: w3c{party: party{run: r}, root: object(list)}, token: vc}
	return true
}

// holds verifies the token: first what the words mean, then whose key it is, the
// signature, and that nothing is without meaning. The issuer that the document
// names is tied to the key before anybody is asked for it.
func (t *vcToken) holds(ctx context.Context) bool {
	if !t.agreed(kindOfToken) {
		return false
	}
	if t.root.has("proof") { // nobody here would check it, and it must not look as if somebody had
		return t.fail(Seal, proof.Proof, "verify.seal.second.token", nil)
	}
	if !t.findKey(ctx) {
		return false
	}
	if err := t.token.Verify(t.key); err != nil {
		return t.refuse(err)
	}
	text, err := without(t.token.Document, beside...)
	if err != nil {
		return t.refuseJSON(err)
	}
	if !t.meaningful(ctx, text) {
		return false
	}
	list, err := strictjson.Members(text)
	if err != nil {
		return t.refuseJSON(err)
	}
	t.read(text, list)
	t.state()
	if t.byDID() && !t.method.GoodAt(t.claimed) {
		return t.unseal("proof.key.ended", nil)
	}
	if !t.named() {
		return false
	}
	if !t.byDID() {
		t.issuer.DID = "" // it may be anybody's
	}
	return t.stands(t.key, t.token.KeyID, t.token.Header.Certificates)
}

// byDID tells whether the issuer goes by a DID that the key belongs to.
func (t *vcToken) byDID() bool { return t.method.Key != nil }

// findKey finds the key that the header names: by the DID of the issuer, else in
// the certificate that comes with it.
func (t *vcToken) findKey(ctx context.Context) bool {
	leaf := t.leaf()
	if leaf != nil {
		if err := keys.CheckUsage(leaf); err != nil {
			return t.refuse(jose.KeyError(err))
		}
	}
	did, _, ok := keys.SplitDIDURL(t.token.KeyID)
	switch {
	case ok && did != t.token.Issuer:
		return t.fail(Seal, proof.Key, "proof.integrity.key.issuer", nil)
	case ok:
		return t.resolve(ctx, did)
	case leaf != nil && !strings.HasPrefix(t.token.KeyID, "did:"):
		t.key = leaf.PublicKey
		return true
	}
	return t.fail(Seal, proof.Key, "verify.seal.unnamed", nil)
}

// resolve asks for the DID document of the issuer. The method must be listed
// there to make assertions, under the control of the issuer itself.
func (t *vcToken) resolve(ctx context.Context, did string) bool {
	doc, err := resolve{t.run}.Resolve(ctx, did)
	if errors.Is(err, integrity.ErrUnresolved) {
		return t.unresolved()
	}
	m, ok := doc.Method(t.token.KeyID, keys.AssertionMethod)
	if err != nil || doc.ID != did || !ok || m.Controller != did || m.Key == nil {
		return t.fail(Seal, proof.Key, "proof.integrity.key.unknown", nil)
	}
	t.method, t.key = m, m.Key
	return true
}

// state reads the times that the token states, and when it says it was made. A
// token that does not say it was made, at the latest, when the credential was
// issued or became valid.
func (t *vcToken) state() {
	c := t.token.Claims
	if !c.NotBefore.IsZero() {
		t.stated.startsValidity(c.NotBefore)
	}
	if !c.Expires.IsZero() {
		t.stated.finishes(c.Expires)
	}
	t.claimed = c.IssuedAt
	for _, name := range []string{"issued", "validFrom"} {
		if at, ok := date(t.document.root[name]); t.claimed.IsZero() && ok {
			t.claimed = at
		}
	}
}

// leaf is the certificate that the token brings for its key; nil if none.
func (t *vcToken) leaf() *x509.Certificate {
	if len(t.token.Header.Certificates) == 0 {
		return nil
	}
	return t.token.Header.Certificates[0]
}

// owner holds the issuer named inside against the owner of the key. Where an
// authority vouches for the certificate, it must say whose it is; where nobody
// does, it must not say something else.
func (t *vcToken) owner() bool {
	if len(t.token.Claims.Audience) > 0 {
		return t.fail(Owner, proof.Binding, "verify.owner.audience", nil)
	}
	leaf := t.leaf()
	if leaf == nil {
		return t.ofKey()
	}
	if !t.byDID() {
		if !t.ownedBy(leaf) {
			return false
		}
		if t.report.Issuer.Claimed = len(t.owners) == 0; keys.IsDID(t.report.Issuer.ID) {
			t.report.Issuer.ID = ""
		}
		return true
	}
	owner, err := keys.OwnerOf(leaf)
	switch {
	case err != nil && t.path != nil:
		key, args := reason(err, "verify.owner.certificate")
		return t.fail(Owner, proof.Key, key, args)
	case err == nil:
		if key := t.issuer.differs(owner); key != "" {
			return t.fail(Owner, proof.Key, key, nil)
		}
	}
	return t.ofKey()
}

func (t *vcToken) prover() prover {
	return prover{did: t.issuer.DID, keys: []crypto.PublicKey{t.key}, certificates: t.owners}
}
