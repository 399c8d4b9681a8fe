package sdjwt_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// TestVC reads the claims of an SD-JWT VC and refuses it where one is not as it
// must be.
func TestVC(t *testing.T) {
	t.Parallel()
	key, holder := p256(t), p256(t)
	payload := award(t, holder)
	s := accepted(t, token(t, key, sdjwt.TypeVC, payload), sdjwt.PolicyOf(sdjwt.VC), key.Public())
	c := s.Claims()
	if c.Type != "https://issuer.example/vct/vet-award-1" || c.Issuer != "https://issuer.example/oid4vci/acme" ||
		c.Integrity != sdjwt.Integrity([]byte("x")) || !holder.PublicKey.Equal(c.Holder) || c.Expires.Unix() != 1900000000 {
		t.Errorf("claims are %+v", c)
	}
	sameJSON(t, c.Status, []byte(`{"status_list":{"idx":5,"uri":"https://issuer.example/status/token/1"}}`))
	change := func(from, to string) string {
		if !strings.Contains(payload, from) {
			t.Fatalf("payload has no %s", from)
		}
		return strings.Replace(payload, from, to, 1)
	}
	vct := `"vct":"https://issuer.example/vct/vet-award-1"`
	tests := []struct {
		name, payload string
		code          proof.Code
	}{
		{"no vct", change(vct, `"x":1`), proof.Type},
		{"vct empty", change(vct, `"vct":""`), proof.Type},
		{"vct a list", change(vct, `"vct":["a"]`), proof.Type},
		{"vct null", change(vct, `"vct":null`), proof.Type},
		{"vct with a space", change(vct, `"vct":"a b"`), proof.Type},
		{"vct endless", change(vct, `"vct":"`+strings.Repeat("a", 4096)+`"`), proof.Type},
		{"VCT beside", change(vct, vct+`,"VCT":"b"`), proof.Malformed},
		{"Status beside", change(vct, vct+`,"Status":{}`), proof.Malformed},
		{"Exp beside", change(vct, vct+`,"Exp":1`), proof.Malformed},
		{"integrity of no hash", change(sdjwt.Integrity([]byte("x")), "abc"), proof.Schema},
		{"integrity of a weak hash", change(sdjwt.Integrity([]byte("x")), "md5-AAAA"), proof.Schema},
		{"integrity too short", change(sdjwt.Integrity([]byte("x")), "sha256-AAAA"), proof.Schema},
		{"aka_vcts a string", change(vct, vct+`,"aka_vcts":"a"`), proof.Schema},
		{"aka_vcts empty", change(vct, vct+`,"aka_vcts":[]`), proof.Schema},
		{"aka_vcts of numbers", change(vct, vct+`,"aka_vcts":[1]`), proof.Schema},
		{"iat a string", change(`"iat":1764288000`, `"iat":"2026-01-01T00:00:00Z"`), proof.Validity},
		{"nbf null", change(`"nbf":1764288000`, `"nbf":null`), proof.Validity},
		{"exp a string", change(`"exp":1900000000`, `"exp":"1900000000"`), proof.Validity},
		{"iss a list", change(`"iss":"https://issuer.example/oid4vci/acme"`, `"iss":["a"]`), proof.Key},
		{"status a string", change(`"status":{`, `"status":"valid","other":{`), proof.Status},
		{"cnf empty", change(`"cnf":{`, `"cnf":{},"other":{`), proof.Binding},
		{"cnf a string", change(`"cnf":{`, `"cnf":"a","other":{`), proof.Binding},
		{"cnf a list", change(`"cnf":{`, `"cnf":[{}],"other":{`), proof.Binding},
		{"cnf with jwk a string", change(`"cnf":{"jwk":{`, `"cnf":{"jwk":"a"},"other":{"jwk":{`), proof.Binding},
		{"cnf with jwk null", change(`"cnf":{"jwk":{`, `"cnf":{"jwk":null},"other":{"jwk":{`), proof.Binding},
		{"cnf with a private key", change(`"cnf":{"jwk":{`, `"cnf":{"jwk":{"d":"AAAA",`), proof.Binding},
		{"cnf with a secret", change(`"cnf":{"jwk":{`, `"cnf":{"jku":"https://a.example/","jwk":{"k":"AAAA",`), proof.Binding},
		{"cnf null", change(`"cnf":{`, `"cnf":null,"other":{`), proof.Binding},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := verify(token(t, key, sdjwt.TypeVC, tt.payload), sdjwt.PolicyOf(sdjwt.VC), key.Public())
			refused(t, err, tt.code, "")
			var compacted bytes.Buffer
			if err := json.Compact(&compacted, []byte(tt.payload)); err != nil {
				t.Fatal(err)
			}
			if _, err := sdjwt.Issue(compacted.Bytes(), nil, header(t, key, sdjwt.TypeVC), sdjwt.IssueOptions{}); err == nil {
				t.Error("is issued all the same")
			}
		})
	}
	t.Run("aka_vcts", func(t *testing.T) {
		t.Parallel()
		s := accepted(t, token(t, key, sdjwt.TypeVC, change(vct, vct+`,"aka_vcts":["a","b"]`)), sdjwt.PolicyOf(sdjwt.VC), key.Public())
		if got := s.Claims().AlsoTypes; len(got) != 2 || got[1] != "b" {
			t.Errorf("also types %v", got)
		}
	})
	t.Run("times", func(t *testing.T) {
		t.Parallel()
		if err := c.CheckTimes(time.Unix(1900000000, 0).Add(2*time.Minute), time.Minute); err == nil {
			t.Error("expired is accepted")
		}
		if err := c.CheckTimes(now, time.Minute); err != nil {
			t.Error(err)
		}
	})
}

// TestFixedClaims refuses what must be visible and comes through a disclosure,
// or can be left out in part: at verification and at issue.
func TestFixedClaims(t *testing.T) {
	t.Parallel()
	key := p256(t)
	for kind, c := range map[sdjwt.Kind]struct {
		typ, rest string
		names     []string
	}{
		sdjwt.VC: {sdjwt.TypeVC, `"vct":"a"`, []string{"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"}},
		sdjwt.Credential: {
			sdjwt.TypeW3C, `"@context":"c","type":"t","issuer":"https://a.example"`,
			[]string{"@context", "type", "issuer", "validFrom", "validUntil", "credentialStatus", "credentialSchema", "exp", "cnf"},
		},
		sdjwt.Presentation: {sdjwt.TypePresentation, `"@context":"c","type":"t"`, []string{"@context", "exp", "nbf"}},
	} {
		for _, name := range c.names {
			t.Run(c.typ+" "+name, func(t *testing.T) {
				t.Parallel()
				d := enc(`["s","` + name + `","v"]`)
				rest := strings.ReplaceAll(c.rest, `"`+name+`"`, `"other"`)
				_, err := verify(token(t, key, c.typ, `{`+rest+`,"_sd":["`+dig(d)+`"]}`, d), sdjwt.PolicyOf(kind), key.Public())
				refused(t, err, proof.Proof, "proof.sdjwt.fixed")
				_, err = verify(token(t, key, c.typ, `{`+rest+`,"`+name+`":{"a":{"_sd":["x"]}}}`), sdjwt.PolicyOf(kind), key.Public())
				refused(t, err, proof.Proof, "proof.sdjwt.fixed")
				_, err = verify(token(t, key, c.typ, `{`+rest+`,"`+name+`":[{"...":"x"}]}`), sdjwt.PolicyOf(kind), key.Public())
				refused(t, err, proof.Proof, "proof.sdjwt.fixed")
				path := sdjwt.Path{sdjwt.Member(name)}
				_, err = sdjwt.Issue([]byte(`{`+rest+`,"`+name+`":"v"}`), []sdjwt.Path{path}, header(t, key, c.typ), sdjwt.IssueOptions{})
				refused(t, err, proof.Proof, "proof.sdjwt.fixed")
				if !sdjwt.Fixed(kind, path) || sdjwt.Fixed(sdjwt.Plain, path) || sdjwt.Fixed(kind, nil) {
					t.Error("Fixed says otherwise")
				}
			})
		}
	}
}

// TestKinds tells the forms apart by what they say of themselves.
func TestKinds(t *testing.T) {
	t.Parallel()
	key := p256(t)
	w3c := `{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"],"issuer":{"id":"https://a.example"}`
	tests := []struct {
		name, typ, cty, payload string
		kind                    sdjwt.Kind
		outdated                bool
		code                    proof.Code
	}{
		{"SD-JWT VC", "dc+sd-jwt", "", `{"vct":"a"}`, sdjwt.VC, false, ""},
		{"SD-JWT VC of an older draft", "vc+sd-jwt", "", `{"vct":"a"}`, sdjwt.VC, true, ""},
		{"W3C credential", "vc+sd-jwt", "vc", w3c + `}`, sdjwt.Credential, false, ""},
		{"W3C credential without cty", "vc+sd-jwt", "", w3c + `}`, sdjwt.Credential, false, ""},
		{"W3C presentation", "vp+sd-jwt", "vp", `{"@context":"c","holder":"did:a:b"}`, sdjwt.Presentation, false, ""},
		{"both at once", "vc+sd-jwt", "", w3c + `,"vct":"a"}`, sdjwt.Credential, false, ""},
		{"W3C by the typ of SD-JWT VC", "dc+sd-jwt", "", w3c + `}`, 0, false, proof.Type},
		{"no context", "vc+sd-jwt", "vc", `{"issuer":"https://a.example"}`, 0, false, proof.Type},
		{"claim vc", "vc+sd-jwt", "vc", w3c + `,"vc":{}}`, 0, false, proof.Type},
		{"claim vp", "vp+sd-jwt", "vp", `{"@context":"c","vp":{}}`, 0, false, proof.Type},
		{"iss of another", "vc+sd-jwt", "vc", w3c + `,"iss":"https://b.example"}`, 0, false, proof.Key},
		{"jti of another", "vc+sd-jwt", "vc", w3c + `,"id":"urn:a","jti":"urn:b"}`, 0, false, proof.Schema},
		{"iat a string", "vc+sd-jwt", "vc", w3c + `,"iat":"2024-01-01T00:00:00Z"}`, 0, false, proof.Validity},
		{"cty of a presentation", "vc+sd-jwt", "vp", w3c + `}`, 0, false, proof.Header},
		{"cty of a credential", "vp+sd-jwt", "vc", `{"@context":"c"}`, 0, false, proof.Header},
		{"typ of no kind", "JWT", "", `{"vct":"a"}`, 0, false, proof.Header},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			input, err := jose.TokenInput(jose.TokenHeader{Algorithm: "ES256", Type: c.typ, ContentType: c.cty}, []byte(c.payload))
			if err != nil {
				t.Fatal(err)
			}
			signed, err := jose.SignToken(key, input)
			if err != nil {
				t.Fatal(err)
			}
			s, err := sdjwt.ParseCredential(append(signed, '~'))
			if err == nil {
				err = s.Verify(key.Public())
			}
			if c.code != "" {
				refused(t, err, c.code, "")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.Kind != c.kind || s.Outdated != c.outdated {
				t.Errorf("kind %d, outdated %t", s.Kind, s.Outdated)
			}
		})
	}
	t.Run("an older draft's form is not issued", func(t *testing.T) {
		t.Parallel()
		_, err := sdjwt.Issue([]byte(`{"vct":"a"}`), nil, header(t, key, sdjwt.TypeW3C), sdjwt.IssueOptions{})
		refused(t, err, proof.Type, "proof.sdjwt.w3c")
	})
	t.Run("the policy of Plain accepts no type", func(t *testing.T) {
		t.Parallel()
		_, err := sdjwt.Parse([]byte(token(t, key, sdjwt.TypeVC, `{"vct":"a"}`)), sdjwt.PolicyOf(sdjwt.Plain))
		refused(t, err, proof.Header, "")
	})
}

// TestTypeMetadata holds the type metadata to SD-JWT VC: every text in every
// language, every claim once and always disclosable, the same bytes each time.
func TestTypeMetadata(t *testing.T) {
	t.Parallel()
	vct := sdjwt.AwardType("https://issuer.example")
	raw := sdjwt.TypeMetadata(vct)
	if !bytes.Equal(raw, sdjwt.TypeMetadata(vct)) || bytes.Equal(raw, sdjwt.TypeMetadata(sdjwt.AwardType(""))) {
		t.Error("the bytes do not depend on the vct alone")
	}
	type display struct{ Locale, Name, Label, Description string }
	var m struct {
		VCT, Name, Description string
		Display                []display
		Claims                 []struct {
			Path      []string
			Display   []display
			Mandatory bool
			SD        string
		}
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		t.Fatal(err)
	}
	if m.VCT != vct || m.Name == "" || m.Description == "" {
		t.Errorf("vct %q, name %q", m.VCT, m.Name)
	}
	languages := func(list []display, where string) {
		var got []string
		for _, d := range list {
			got = append(got, d.Locale)
			if d.Name+d.Label == "" {
				t.Errorf("%s in %s has no text", where, d.Locale)
			}
			if (d.Description == "") != (list[0].Description == "") {
				t.Errorf("%s is not described in every language", where)
			}
		}
		if strings.Join(got, " ") != "en fr de" {
			t.Errorf("%s is in %v", where, got)
		}
	}
	languages(m.Display, "the type")
	seen := map[string]bool{}
	for _, c := range m.Claims {
		if len(c.Path) != 1 || seen[c.Path[0]] || c.SD != "always" || sdjwt.Fixed(sdjwt.VC, sdjwt.Path{sdjwt.Member(c.Path[0])}) {
			t.Errorf("claim %v: doubled, not at the top, or not disclosable", c.Path)
			continue
		}
		seen[c.Path[0]] = true
		languages(c.Display, c.Path[0])
	}
	for _, name := range awardPaths {
		if !seen[name] {
			t.Errorf("%s is not described", name)
		}
	}
	if got, want := sdjwt.Integrity([]byte("alert('Hello, world.');\n")), "sha256-"; !strings.HasPrefix(got, want) || len(got) != 51 {
		t.Errorf("integrity %s", got)
	}
	if got := sdjwt.AwardType("https://issuer.example/"); got != vct {
		t.Errorf("vct %s with a slash behind the public URL", got)
	}
	if got := sdjwt.AwardType(""); got != "https://w3id.org/probatum/vct/vet-award-1" {
		t.Errorf("vct %s without a public URL", got)
	}
}
