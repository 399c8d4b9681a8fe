package issuer_test

import (
	"bytes"
	"crypto"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// checkToken verifies a vc-jwt as a stranger would, with the key that its kid
// names, and gives the document.
func checkToken(t testing.TB, c credential.Signed, by certified) []byte {
	t.Helper()
	vc, err := jose.ParseVC(c.Bytes)
	if err != nil {
		t.Fatalf("ParseVC: %v", err)
	}
	did, _, ok := keys.SplitDIDURL(vc.KeyID)
	if !ok || did != by.did(t) {
		t.Errorf("kid %s is not of %s", vc.KeyID, by.did(t))
	}
	document, err := keys.ResolveDIDKey(did)
	if err != nil {
		t.Fatal(err)
	}
	method, ok := document.Method(vc.KeyID, keys.AssertionMethod)
	if !ok {
		t.Fatalf("%s does not list %s", did, vc.KeyID)
	}
	if err := vc.Verify(method.Key); err != nil {
		t.Fatalf("vc-jwt: Verify: %v", err)
	}
	checkTokenHeader(t, vc.Header, by, map[string]string{"typ": "vc+jwt", "cty": "vc", "kid": vc.KeyID})
	checkDocument20(t, vc.Document, c, did)
	return vc.Document
}

// checkTokenHeader holds that a header has these members, alg and x5c, and no
// others: x5c is the chain without the anchor, and alg fits the key.
func checkTokenHeader(t testing.TB, h jose.Header, by certified, texts map[string]string) {
	t.Helper()
	alg, err := keys.TokenAlgorithm(by.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if h.Algorithm != alg {
		t.Errorf("alg is %s, the key is for %s", h.Algorithm, alg)
	}
	for name, want := range texts {
		if raw, _ := h.Member(name); string(raw) != fmt.Sprintf("%q", want) {
			t.Errorf("%s is %s, want %s", name, raw, want)
		}
	}
	for _, name := range []string{"x5t#S256", "x5u", "jwk", "jku", "crit", "b64", "iss", "iat", "cty"} {
		if _, ok := h.Member(name); ok && texts[name] == "" {
			t.Errorf("the header has %s", name)
		}
	}
	want := by.chain.Certificates()
	if len(h.Certificates) != len(want) {
		t.Fatalf("x5c has %d certificates, want %d", len(h.Certificates), len(want))
	}
	for n, cert := range h.Certificates {
		if !cert.Equal(want[n]) {
			t.Errorf("x5c[%d] is another certificate", n)
		}
		if bytes.Equal(cert.RawIssuer, cert.RawSubject) {
			t.Errorf("x5c[%d] signed itself", n)
		}
	}
}

// checkDocument20 holds a document to the rules, its id and its issuer.
func checkDocument20(t testing.TB, doc []byte, c credential.Signed, issuer string) {
	t.Helper()
	if got := at(t, doc, "id"); got != string(c.ID) || !c.ID.Fits(c.Form) {
		t.Errorf("the file is %v, want %s", got, c.ID)
	}
	if got := at(t, doc, "issuer id"); got != issuer {
		t.Errorf("the issuer is %v, want %s", got, issuer)
	}
	for _, f := range vcdm.CheckCredential(doc, vcdm.Options{}) {
		t.Errorf("%s: VC Data Model: %+v", c.Form, f)
	}
	for _, f := range elm.Check(doc, elm.Options{Model20: true}) {
		t.Errorf("%s: European profile: %+v", c.Form, f)
	}
	if lost := elm.UndefinedTerms(doc); len(lost) > 0 {
		t.Errorf("%s: without a meaning: %v", c.Form, lost)
	}
}

// A disclosed is what an SD-JWT VC says when all is disclosed.
type disclosed struct {
	claims sdjwt.CredentialClaims
	flat   map[string]any // all but elm
	elm    []byte
}

// checkSDJWT verifies an sd-jwt as a stranger would, with the key of the
// certificate that it brings along, and gives what it says.
func checkSDJWT(t testing.TB, c credential.Signed, by certified, holder crypto.PublicKey) disclosed {
	t.Helper()
	s, err := sdjwt.ParseCredential(c.Bytes)
	if err != nil {
		t.Fatalf("ParseCredential: %v", err)
	}
	if s.Kind != sdjwt.VC || s.Outdated || s.Bound() {
		t.Errorf("kind %v, outdated %v, bound %v", s.Kind, s.Outdated, s.Bound())
	}
	h := s.Token.Header
	if err := s.Verify(h.Certificates[0].PublicKey); err != nil {
		t.Fatalf("sd-jwt: Verify: %v", err)
	}
	thumbprint, err := keys.Thumbprint(by.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	checkTokenHeader(t, h, by, map[string]string{"typ": "dc+sd-jwt", "kid": thumbprint})
	d := disclosed{claims: s.Claims(), flat: map[string]any{}}
	var hidden []string
	for _, one := range s.Disclosed() {
		if len(one.Path) != 1 {
			t.Errorf("disclosure at %s", one.Path)
		}
		hidden = append(hidden, one.Name)
		if one.Name == sdjwt.ClaimELM {
			d.elm = one.Value
			continue
		}
		var v any
		if err := json.Unmarshal(one.Value, &v); err != nil {
			t.Fatal(err)
		}
		d.flat[one.Name] = v
	}
	// What stands in clear says nothing of the subject.
	for name := range parsed(t, s.Token.Payload).(map[string]any) {
		if !slices.Contains([]string{"iss", "iat", "nbf", "exp", "vct", "vct#integrity", "cnf", "status", "_sd", "_sd_alg"}, name) {
			t.Errorf("%s stands in clear", name)
		}
	}
	if n := len(hidden) + s.Undisclosed(); n != 16 {
		t.Errorf("%d digests, want 16 whatever there is to say", n)
	}
	same, ok := holder.(interface{ Equal(x crypto.PublicKey) bool })
	if (holder == nil) != (d.claims.Holder == nil) || ok && !same.Equal(d.claims.Holder) {
		t.Errorf("bound to %v, want %v", d.claims.Holder, holder)
	}
	metadata := sdjwt.TypeMetadata(d.claims.Type)
	if d.claims.Integrity != sdjwt.Integrity(metadata) {
		t.Errorf("vct#integrity is %q", d.claims.Integrity)
	}
	checkMetadata(t, metadata, hidden)
	checkDocument20(t, d.elm, c, at(t, d.elm, "issuer id").(string))
	return d
}

// checkMetadata holds that the type metadata know every claim, as one that can
// be left out, and that no claim that they demand is missing.
func checkMetadata(t testing.TB, metadata []byte, claims []string) {
	t.Helper()
	var m struct {
		Claims []struct {
			Path      []string
			Mandatory bool
			SD        string
		}
	}
	if err := json.Unmarshal(metadata, &m); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, c := range m.Claims {
		known[strings.Join(c.Path, ".")] = c.SD == "always"
		if c.Mandatory && !slices.Contains(claims, c.Path[0]) {
			t.Errorf("the type demands %v, which is missing", c.Path)
		}
	}
	for _, name := range claims {
		if !known[name] {
			t.Errorf("the type does not know %s as a claim that can be left out", name)
		}
	}
}
