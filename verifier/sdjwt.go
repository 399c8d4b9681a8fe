package verifier

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// An sdToken is an SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-24). Its document is
// what the holder discloses.
type sdToken struct {
	party
	token *sdjwt.SDJWT
	iss   string // as the token has it; empty where absent
	key   crypto.PublicKey

	claims sdjwt.CredentialClaims
	award  *award // nil where the type is not one that is known here
}

// openSD reads an SD-JWT of a credential. The form that the W3C makes of its own
// credentials (VC-JOSE-COSE, 3.2) is named and not checked: nobody here issues
// it, and what is left out of a document under contexts changes what the rest
// means.
func (r *run) openSD(text []byte) bool {
	r.report.Form = credential.SDJWT
	token, err := sdjwt.ParseCredential(text)
	switch {
	case err != nil:
		return r.refuse(err)
	case token.Kind != sdjwt.VC:
		r.report.Form = ""
		return r.fail(Format, proof.Type, "verify.format.form", nil)
	}
	claims, err := jose.ParseClaims(token.Token.Payload)
	if err != nil {
		return r.refuse(err)
	}
	r.mechanism = &sdToken{party: party{run: r}, token: token, iss: claims.Issuer}
	return true
}

// holds verifies the token and its disclosures, and judges the key. Nothing is
// asked of an issuer whose key comes with a certificate.
func (t *sdToken) holds(ctx context.Context) bool {
	if !t.findKey(ctx) {
		return false
	}
	if err := t.token.Verify(t.key); err != nil {
		return t.refuse(err)
	}
	payload := t.token.Payload()
	if err := strictjson.Check(payload, strictjson.MaxValues(maxValues)); err != nil {
		return t.refuseJSON(err)
	}
	list, err := strictjson.Members(payload)
	if err != nil {
		return t.refuseJSON(err)
	}
	t.read(payload, list)
	if !t.statusInSight() {
		return false
	}
	t.claims = t.token.Claims()
	t.dates, t.claimed = nil, t.claims.IssuedAt
	if at := t.claims.NotBefore; !at.IsZero() {
		t.stated.startsValidity(at)
		if t.claimed.IsZero() {
			t.claimed = at
		}
	}
	if at := t.claims.Expires; !at.IsZero() {
		t.stated.finishes(at)
	}
	if !t.readAward(ctx) {
		return false
	}
	if t.leaf() == nil {
		t.issuer.DID = t.iss
	}
	h := t.token.Token.Header
	if !t.stands(t.key, h.KeyID, h.Certificates) {
		return false
	}
	if t.found[Seal].Result == Passed {
		t.pass(Seal, "verify.seal.pass.parts")
	}
	return true
}

// statusInSight refuses a credentialStatus that the holder can leave out, as a
// whole or in part. It has no place in an SD-JWT VC, so that the draft has no
// such rule for it; but where there is one it counts.
func (t *sdToken) statusInSight() bool {
	const name = "credentialStatus"
	hidden := func() bool {
		return t.fail(Seal, proof.Proof, "proof.sdjwt.fixed", map[string]any{"Name": name})
	}
	for _, d := range t.token.Disclosed() {
		if d.Path[0].Name == name {
			return hidden()
		}
	}
	for member := range t.document.root {
		if member != name && fold(member) == fold(name) {
			return t.fail(Format, proof.Malformed, "verify.format.case", nil)
		}
	}
	if partly(t.token.Token.Payload, name) {
		return hidden()
	}
	return true
}

// partly tells whether a part of a member of an object, as it was signed, can be
// left out.
func partly(object []byte, name string) bool {
	list, err := strictjson.Members(object)
	if err != nil {
		return true
	}
	return slices.ContainsFunc(list, func(m strictjson.Member) bool { return m.Name == name && hasDigests(m.Value) })
}

// hasDigests looks for the digests of what can be left out (RFC 9901, 4.2.4).
func hasDigests(raw []byte) bool {
	return anyName(raw, func(name string) bool { return name == "_sd" || name == "..." })
}

// findKey finds the key of the issuer (SD-JWT VC, 2.5): in the certificate that
// the header brings, else among those that the issuer publishes under its
// address. There is no other way; earlier drafts had DIDs.
func (t *sdToken) findKey(ctx context.Context) bool {
	h := t.token.Token.Header
	if strings.HasPrefix(t.iss, "did:") {
		return t.fail(Seal, proof.Key, "verify.seal.did", nil)
	}
	if leaf := t.leaf(); leaf != nil {
		if err := keys.CheckUsage(leaf); err != nil {
			return t.refuse(jose.KeyError(err))
		}
		t.key = leaf.PublicKey
		return true
	}
	if h.KeyID == "" || !address(t.iss) {
		return t.fail(Seal, proof.Key, "verify.seal.unnamed.address", nil)
	}
	list, err := t.issuerKeys(ctx, t.iss)
	if errors.Is(err, integrity.ErrUnresolved) {
		return t.unresolved()
	}
	i := slices.IndexFunc(list, func(k keys.JWK) bool { return k.KeyID == h.KeyID })
	if err != nil || i < 0 {
		return t.fail(Seal, proof.Key, "verify.seal.unlisted", nil)
	}
	t.key = list[i].Key
	return true
}

// address tells whether iss may be the address of an issuer.
func address(iss string) bool {
	u, err := url.Parse(iss)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// leaf is the certificate that the token brings for its key; nil if none.
func (t *sdToken) leaf() *x509.Certificate {
	if list := t.token.Token.Header.Certificates; len(list) > 0 {
		return list[0]
	}
	return nil
}

// content tells what kind of credential it is.
func (t *sdToken) content() bool {
	if t.award == nil {
		return t.pass(Format, "verify.format.sdjwt.other")
	}
	return t.pass(Format, "verify.format.sdjwt")
}

// owner holds what the credential says of its issuer against the owner of the
// key: the one whom the certificate names, or who publishes the key at the
// address.
func (t *sdToken) owner() bool {
	if len(t.claims.Audience) > 0 {
		return t.fail(Owner, proof.Binding, "verify.owner.audience", nil)
	}
	leaf := t.leaf()
	if leaf == nil {
		return t.ofAddress()
	}
	owner, err := keys.OwnerOf(leaf)
	if err != nil {
		key, args := reason(err, "verify.owner.certificate")
		return t.fail(Owner, proof.Key, key, args)
	}
	t.report.Issuer = issuerOf(owner)
	t.report.Issuer.Claimed = len(t.owners) == 0
	if t.iss != "" && !certified(leaf, t.iss) {
		return t.fail(Owner, proof.Key, "verify.owner.address", nil)
	}
	if key := t.award.differs(owner); key != "" {
		return t.fail(Owner, proof.Key, key, nil)
	}
	t.report.Issuer.ID = t.iss
	return t.pass(Owner, "verify.owner.pass")
}

// ofAddress is owner where the issuer goes by its address. A certificate of the
// trust set for the same key says more.
func (t *sdToken) ofAddress() bool {
	t.report.Issuer = &Issuer{Name: t.issuer.name("en"), Names: t.issuer.told(), ID: t.iss, Claimed: true}
	if u, err := url.Parse(t.iss); err == nil && t.report.Issuer.Name == "" {
		t.report.Issuer.Name = u.Host
	}
	for _, c := range t.owners {
		owner, err := keys.OwnerOf(c)
		if err != nil {
			continue
		}
		t.report.Issuer = issuerOf(owner)
		if key := t.award.differs(owner); key != "" {
			return t.fail(Owner, proof.Key, key, nil)
		}
		t.report.Issuer.ID = t.iss
	}
	if t.report.Issuer.Claimed {
		return t.pass(Owner, "verify.owner.address.pass")
	}
	return t.pass(Owner, "verify.owner.pass")
}

// certified tells whether a certificate names an issuer by its address (SD-JWT
// VC, 2.5): letter for letter, or by its host.
func certified(leaf *x509.Certificate, iss string) bool {
	u, err := url.Parse(iss)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Host == "" {
		return false
	}
	return slices.ContainsFunc(leaf.URIs, func(u *url.URL) bool { return u.String() == iss }) ||
		slices.Contains(leaf.DNSNames, u.Hostname())
}

// bound holds a key-binding JWT to its promises: that the holder made it over
// what was sent, whoever asked; and where somebody asks here, for this occasion.
// Whether one is needed is for the options to say, never for what was sent (RFC
// 9901, 7.3).
func (t *sdToken) bound() {
	o := sdjwt.BindingOptions{At: t.now}
	if t.binding != nil {
		o.Required, o.Audience, o.Nonce = true, t.binding.Audience, t.binding.Nonce
	}
	err := t.token.VerifyBinding(o)
	switch e, refused := errors.AsType[*proof.Error](err); {
	case refused:
		t.fail(Owner, proof.Binding, e.Key, e.Args)
	case err != nil: // nothing was asked for that could be shown
		t.fail(Owner, proof.Binding, "proof.binding.missing", nil)
	case t.binding != nil:
		t.pass(Owner, "verify.owner.bound")
	case t.token.Bound():
		c := t.found[Owner]
		c.Note = "verify.owner.unasked"
		t.found[Owner] = c
	}
}

func (t *sdToken) prover() prover {
	p := prover{keys: []crypto.PublicKey{t.key}, certificates: t.owners}
	if t.leaf() == nil {
		// Where a certificate says whose the key is, whoever has the address alone
		// has no say.
		p.address = t.iss
	}
	return p
}
