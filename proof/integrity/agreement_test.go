package integrity_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
)

// A document under more contexts than those of its JCS proof holds if it begins
// with them and says the same without the others; what is given on is what was
// signed. It is refused in every other order, and where the others have a meaning.
func TestContextsBehindTheSigned(t *testing.T) {
	t.Parallel()
	const v2, elm, badge = contexts.CredentialsV2, contexts.ELMV1, contexts.OpenBadges303
	for _, w := range ways(t) {
		if !strings.Contains(w.name, "-jcs-") {
			continue
		}
		plain := `{"@context": ["` + v2 + `"], "type": ["VerifiableCredential"], "issuer": "` + w.maker.did + `",
			"validFrom": "2026-11-25T12:00:00Z", "credentialSubject": {"id": "urn:uuid:0d1b0e4e-2b5c-4f5c-8c7a-0a1b2c3d4e5f", "name": "Noor"}}`
		signed := signBy(t, product(), []byte(plain), w, nil)
		under := func(doc []byte, context any) []byte {
			return edit(t, doc, func(m map[string]any) { m["@context"] = context })
		}
		accepted := func(what string, doc []byte, want ...string) {
			t.Helper()
			v, err := product().Verify(t.Context(), doc, integrity.VerifyOptions{})
			if err != nil {
				t.Errorf("%s, %s: %v", w.name, what, err)
				return
			}
			var got struct {
				Context []string `json:"@context"`
			}
			if err := json.Unmarshal(v.Unsecured, &got); err != nil || strings.Join(got.Context, " ") != strings.Join(want, " ") {
				t.Errorf("%s, %s: given on under %v, signed under %v (%v)", w.name, what, got.Context, want, err)
			}
		}
		accepted("as signed", signed, v2)
		accepted("with a context behind", under(signed, []any{v2, elm}), v2)
		accepted("a lone text for a list of one", under(signed, v2), v2)
		for what, tt := range map[string]struct {
			context any
			code    proof.Code
		}{
			"in front":            {[]any{elm, v2}, proof.Proof},
			"another alone":       {[]any{elm}, proof.Proof},
			"none":                {[]any{}, proof.Proof},
			"twice":               {[]any{v2, v2}, proof.Context},
			"unknown":             {[]any{v2, "https://a.example/context"}, proof.Context},
			"an object":           {[]any{v2, map[string]any{"name": "https://a.example/other"}}, proof.Context},
			"a list that is none": {[]any{v2, elm, badge}, proof.Context},
			"earlier model":       {[]any{contexts.CredentialsV1, v2}, proof.Proof},
			"null":                {nil, proof.Proof},
		} {
			refuses(t, product(), w.name+" "+what, under(signed, tt.context), integrity.VerifyOptions{}, tt.code)
		}
		refuses(t, product(), w.name+" nothing", edit(t, signed, func(m map[string]any) { delete(m, "@context") }), integrity.VerifyOptions{}, proof.Context)
		// Changed beside it, the signature tells.
		refuses(t, product(), w.name+" changed", edit(t, under(signed, []any{v2, elm}), func(m map[string]any) { m["validFrom"] = "2025-11-25T12:00:00Z" }),
			integrity.VerifyOptions{}, proof.Signature)
		// A name that is a word of the context behind has no meaning in what was signed.
		refuses(t, product(), w.name+" a word of the other", edit(t, under(signed, []any{v2, elm}), func(m map[string]any) {
			m["credentialSubject"].(map[string]any)["givenName"] = "Noor"
		}), integrity.VerifyOptions{}, proof.Context)
		// The proof of a longer list does not hold for a shorter one.
		longer := signBy(t, product(), under([]byte(plain), []any{v2, elm}), w, nil)
		accepted("a longer list", longer, v2, elm)
		refuses(t, product(), w.name+" shortened", under(longer, []any{v2}), integrity.VerifyOptions{}, proof.Proof)
		refuses(t, product(), w.name+" exchanged", under(longer, []any{v2, badge}), integrity.VerifyOptions{}, proof.Proof)
		// Of two proofs, both are over the same.
		refuses(t, product(), w.name+" two", edit(t, longer, func(m map[string]any) {
			m["proof"] = []any{m["proof"], object(t, signed)["proof"]}
		}), integrity.VerifyOptions{}, proof.Proof)
		_, err := product().Prepare(t.Context(), under(signed, []any{v2, elm}), integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.maker.method})
		if e, ok := errors.AsType[*proof.Error](err); !ok || e.Code != proof.Proof {
			t.Errorf("%s: a second proof over more contexts: %v", w.name, err)
		}
	}
}
