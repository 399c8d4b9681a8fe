package sdjwt_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

type vector struct {
	ID          string               `json:"id"`
	SDJWT       string               `json:"sd_jwt"`
	Binding     bool                 `json:"has_key_binding"`
	Header      struct{ Typ string } `json:"issuer_jwt_header"`
	Disclosures int                  `json:"n_disclosures"`
	Issuer      json.RawMessage      `json:"issuer_public_jwk"`
	Payload     json.RawMessage      `json:"processed_payload"`
}

func cases(t *testing.T, suite string, into any) string {
	t.Helper()
	dir := filepath.Join(testkit.Vectors(t), suite)
	data, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestVectorsSDJWT runs the examples of RFC 9901.
func TestVectorsSDJWT(t *testing.T) {
	t.Parallel()
	runVectors(t, "sd-jwt", plain)
}

// TestVectorsSDJWTVC runs the examples of SD-JWT VC, by the rules of SD-JWT VC.
func TestVectorsSDJWTVC(t *testing.T) {
	t.Parallel()
	runVectors(t, "sd-jwt-vc", sdjwt.PolicyOf(sdjwt.VC))
}

func runVectors(t *testing.T, suite string, p sdjwt.Policy) {
	t.Helper()
	var list []vector
	cases(t, suite, &list)
	if len(list) == 0 {
		t.Fatal("cases.json is empty")
	}
	for _, c := range list {
		t.Run(c.ID, func(t *testing.T) {
			p := p
			if p.Kind == sdjwt.Plain {
				// RFC 9901 leaves typ to the application.
				p.Header.Types = []string{c.Header.Typ}
			}
			if c.Header.Typ == sdjwt.TypeVC {
				p = sdjwt.PolicyOf(sdjwt.VC)
			}
			key, err := keys.ParseJWK(c.Issuer)
			if err != nil {
				t.Fatal(err)
			}
			s := accepted(t, c.SDJWT, p, key.Key)
			sameJSON(t, s.Payload(), c.Payload)
			if got := len(s.Disclosed()); got != c.Disclosures {
				t.Errorf("%d disclosures, want %d", got, c.Disclosures)
			}
			if s.Bound() != c.Binding {
				t.Fatalf("key binding: %t, want %t", s.Bound(), c.Binding)
			}
			checkVectorBinding(t, s, c)
			if _, err := verify(c.SDJWT, p, p256(t).Public()); err == nil {
				t.Error("verifies with another key")
			}
		})
	}
}

// checkVectorBinding verifies the KB-JWT with the audience, the nonce and the
// time that it names, and sees others refused.
func checkVectorBinding(t *testing.T, s *sdjwt.SDJWT, c vector) {
	t.Helper()
	if !c.Binding {
		refused(t, s.VerifyBinding(required("a", "n")), "binding", "proof.binding.missing")
		return
	}
	kb, err := jose.ParseCompact([]byte(c.SDJWT[strings.LastIndexByte(c.SDJWT, '~')+1:]), jose.Policy{Types: []string{"kb+jwt"}})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := jose.ParseClaims(kb.Payload)
	if err != nil {
		t.Fatal(err)
	}
	var nonce string
	raw, _ := claims.Member("nonce")
	if err := json.Unmarshal(raw, &nonce); err != nil {
		t.Fatal(err)
	}
	o := required(claims.Audience[0], nonce)
	o.At = claims.IssuedAt
	if err := s.VerifyBinding(o); err != nil {
		t.Errorf("key binding refused: %v", err)
	}
	o.Nonce += "0"
	refused(t, s.VerifyBinding(o), "binding", "proof.binding.nonce")
}

// TestVectorsJOSECOSE runs the SD-JWT rows of the W3C suite.
func TestVectorsJOSECOSE(t *testing.T) {
	t.Parallel()
	var list []struct {
		Name, Group, Function, Feature, Input, Key, Expect string
		Paths                                              []string `json:"disclosure_paths"`
	}
	dir := cases(t, "vc-jose-cose", &list)
	ran := 0
	for _, c := range list {
		if c.Group != "sdjwt" {
			continue
		}
		ran++
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			input, err := os.ReadFile(filepath.Join(dir, c.Input))
			if err != nil {
				t.Fatal(err)
			}
			method, err := os.ReadFile(filepath.Join(dir, c.Key))
			if err != nil {
				t.Fatal(err)
			}
			var m struct{ PublicKeyJwk json.RawMessage }
			if err := json.Unmarshal(method, &m); err != nil {
				t.Fatal(err)
			}
			kind, typ := sdjwt.Credential, sdjwt.TypeW3C
			if c.Feature == "presentation_sdjwt" {
				kind, typ = sdjwt.Presentation, sdjwt.TypePresentation
			}
			p := sdjwt.PolicyOf(kind)
			p.LooseIssuedAt = true
			p.Header.Algorithms = append(slices.Clone(jose.TokenAlgorithms), keys.ES512) // as the command for the suite has it
			key, err := keys.ParseJWK(m.PublicKeyJwk)
			if err != nil {
				t.Fatal(err)
			}
			if c.Function == "issue" {
				if c.Expect != "success" {
					return // the data model refuses it, which is not looked at here
				}
				signer := p384(t)
				data := issue(t, signer, typ, string(input), c.Paths...)
				s := accepted(t, data, p, signer.Public())
				sameJSON(t, s.Payload(), input)
				if len(s.Disclosed()) != len(c.Paths) {
					t.Errorf("%d disclosures for %d paths", len(s.Disclosed()), len(c.Paths))
				}
				return
			}
			s, err := verify(strings.TrimSpace(string(input)), p, key.Key)
			if err == nil && c.Expect != "success" && c.Feature == "presentation_sdjwt" && !enveloped(t, s.Payload()) {
				return // sound as an SD-JWT; what is in it is judged by who reads it
			}
			if (err == nil) != (c.Expect == "success") {
				t.Errorf("got %v, want %s", err, c.Expect)
			}
		})
	}
	if ran == 0 {
		t.Error("no rows of SD-JWT")
	}
}

// enveloped tells whether every credential of a presentation is in a data: URL.
func enveloped(t *testing.T, presentation []byte) bool {
	t.Helper()
	var vp struct {
		Credentials []struct{ ID string } `json:"verifiableCredential"`
	}
	if err := json.Unmarshal(presentation, &vp); err != nil {
		t.Fatal(err)
	}
	for _, c := range vp.Credentials {
		if !strings.HasPrefix(c.ID, "data:") {
			return false
		}
	}
	return true
}
