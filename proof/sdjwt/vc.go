package sdjwt

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// CredentialClaims are what a credential says of itself, not of its subject.
type CredentialClaims struct {
	jose.Claims

	// Party is the id of the issuer of a W3C credential, or of the holder of a
	// presentation, where it names one.
	Party string

	// What follows is of SD-JWT VC only.

	Type      string           // vct
	Integrity string           // vct#integrity: the digest of the type metadata; may be empty
	AlsoTypes []string         // aka_vcts
	Status    json.RawMessage  // status; nil where absent
	Holder    crypto.PublicKey // the key of cnf.jwk; nil where there is none that VerifyBinding can use
}

// fixed are the claims that no disclosure may bring, as a whole or in part.
// Who holds a credential would leave out what speaks against it. Of SD-JWT VC
// they are those of draft -24, 2.2.2.3; of the W3C forms, where VC-JOSE-COSE
// has no such list, those that decide whether a credential counts and how it
// is read.
var fixed = map[Kind][]string{
	VC: {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"},
	Credential: {
		"@context", "type", "issuer", "validFrom", "validUntil", "credentialStatus", "credentialSchema",
		"iss", "nbf", "exp", "cnf",
	},
	Presentation: {"@context", "iss", "nbf", "exp", "cnf"},
}

// Fixed tells whether a path leads to a claim that must stay visible in an
// SD-JWT of a kind, or into one.
func Fixed(k Kind, p Path) bool { return len(p) > 0 && slices.Contains(fixed[k], p[0].Name) }

// check holds what was opened to the rules of a kind.
func (o *opened) check(k Kind, loose bool) (CredentialClaims, error) {
	for _, d := range o.disclosures {
		if Fixed(k, d.Path) {
			return CredentialClaims{}, hiddenClaim(d.Path[0].Name)
		}
	}
	for _, name := range fixed[k] {
		if v := o.signed.Member(name); v != nil && hasDigests(v) {
			return CredentialClaims{}, hiddenClaim(name)
		}
	}
	if k == Plain {
		return CredentialClaims{}, nil
	}
	if k == VC {
		return o.credential()
	}
	if o.root.Member("@context") == nil {
		return CredentialClaims{}, proof.Refuse(proof.Type, "proof.sdjwt.w3c", errors.New("no @context"))
	}
	read := jose.VCPolicy{LooseIssuedAt: loose}.ReadCredential
	if k == Presentation {
		read = jose.VCPolicy{LooseIssuedAt: loose}.ReadPresentation
	}
	claims, party, err := read(o.payload)
	return CredentialClaims{Claims: claims, Party: party}, err
}

func hiddenClaim(name string) error {
	return refuse("proof.sdjwt.fixed", fmt.Errorf("claim %s is selectively disclosable", name), "Name", name)
}

// hasDigests tells whether a part of v can be left out.
func hasDigests(v *strictjson.Value) bool {
	for _, m := range v.Members {
		if m.Name == digestsName || m.Name == elementName || hasDigests(m.Value) {
			return true
		}
	}
	return slices.ContainsFunc(v.Items, hasDigests)
}

// maxType bounds a vct.
const maxType = 2 << 10

// known are the names of SD-JWT VC that are guarded against other cases, those
// of package jose beside.
var known = []string{"vct", "vct#integrity", "aka_vcts", "status", "cnf"}

// credential reads the claims of an SD-JWT VC (draft -24, 2.2.2).
func (o *opened) credential() (CredentialClaims, error) {
	var c CredentialClaims
	var err error
	if c.Claims, err = jose.ParseClaims(o.payload); err != nil {
		return c, err
	}
	for _, m := range o.root.Members {
		for _, name := range known {
			if m.Name != name && strings.EqualFold(m.Name, name) {
				return c, malformed("proof.malformed.json", errors.New("claim in another case"))
			}
		}
	}
	vct := o.root.Member("vct")
	if !isType(vct) {
		return c, proof.Refuse(proof.Type, "proof.sdjwt.vct", errors.New("vct missing or no name"))
	}
	c.Type = vct.Text
	if v := o.root.Member("vct#integrity"); v != nil {
		if c.Integrity = v.Text; v.Kind != strictjson.String || !isIntegrity(v.Text) {
			return c, badClaim(proof.Schema, "vct#integrity")
		}
	}
	if v := o.root.Member("aka_vcts"); v != nil {
		if v.Kind != strictjson.Array || len(v.Items) == 0 {
			return c, badClaim(proof.Schema, "aka_vcts")
		}
		for _, item := range v.Items {
			if !isType(item) {
				return c, badClaim(proof.Schema, "aka_vcts")
			}
			c.AlsoTypes = append(c.AlsoTypes, item.Text)
		}
	}
	if v := o.root.Member("status"); v != nil {
		if v.Kind != strictjson.Object {
			return c, badClaim(proof.Status, "status")
		}
		c.Status = appendJSON(nil, v)
	}
	if cnf := o.signed.Member("cnf"); cnf != nil {
		// RFC 7800, 3: a holder may be named in ways that are not read here. That
		// binds nobody, which VerifyBinding says to whoever asks. What is no cnf,
		// or tells a secret, is refused.
		jwk := cnf.Member("jwk")
		c.Holder, err = o.holder()
		if len(cnf.Members) == 0 || jwk != nil && !jwk.Is(strictjson.Object) || errors.Is(err, keys.ErrPrivate) {
			return c, err
		}
	}
	return c, nil
}

func badClaim(code proof.Code, name string) error {
	return proof.Refuse(code, "proof.sdjwt.claim", fmt.Errorf("claim %s has the wrong form", name), "Name", name)
}

// isType tells whether a value can be a vct: a collision-resistant name.
func isType(v *strictjson.Value) bool {
	return v.Is(strictjson.String) && v.Text != "" && len(v.Text) <= maxType &&
		!strings.ContainsFunc(v.Text, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// isIntegrity tells whether s is integrity metadata (W3C SRI, 3.5) with hashes
// that are known.
func isIntegrity(s string) bool {
	parts := strings.Fields(s)
	for _, part := range parts {
		alg, sum, _ := strings.Cut(part, "-")
		raw, err := base64.StdEncoding.Strict().DecodeString(sum)
		size := map[string]int{"sha256": 32, "sha384": 48, "sha512": 64}[alg]
		if err != nil || size == 0 || len(raw) != size {
			return false
		}
	}
	return len(parts) > 0
}
