package verifier_test

import (
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
)

// What is shown is read as what was signed: contexts that somebody has put behind
// those of a JCS proof make nothing else of it.
func TestContextsBehindTheProof(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]author{"Ed25519": newAuthorEd25519(t), "P-256": newAuthor(t)} {
		set := trusted(t, a)
		file := a.sign(t, a.asPlain(t, nil), overText)
		format := func(r verifier.Report) string { c, _ := r.Check(verifier.Format); return c.Key }
		want := verify(t, set, file, time.Time{})
		for _, behind := range []string{contexts.ELMV1, contexts.OpenBadges303} {
			more := retouched(t, file, func(c obj) { c["@context"] = []any{contexts.CredentialsV2, behind} })
			r := verify(t, set, more, time.Time{})
			if !r.Valid() || r.Form != credential.VCDI || format(r) != "verify.format.plain" || format(want) != format(r) ||
				string(marshal(t, r.Answer(i18n.For("en")))) != string(marshal(t, want.Answer(i18n.For("en")))) {
				t.Errorf("%s, %s: %s", name, behind, show(r))
			}
			checkAnswer(t, r)

			// Nothing that only has a meaning under them passes, however it is signed.
			for what, edit := range map[string]func(c obj){
				"a word":   func(c obj) { c["credentialSubject"].(obj)["achievement"] = obj{"type": "Achievement", "name": planted} },
				"a type":   func(c obj) { c["type"] = []any{"VerifiableCredential", "EuropeanDigitalCredential"} },
				"a title":  func(c obj) { c["credentialSubject"].(obj)["givenName"] = obj{"en": planted} },
				"a figure": func(c obj) { c["displayParameter"] = obj{"title": obj{"en": planted}} },
			} {
				// The author signs the text, without regard to what it means.
				short := a.sign(t, a.asPlain(t, edit), overText)
				more := retouched(t, short, func(c obj) { c["@context"] = []any{contexts.CredentialsV2, behind} })
				r := verify(t, set, more, time.Time{})
				if r.Verdict() != verifier.Invalid || strings.Contains(string(marshal(t, r.Answer(i18n.For("en")))), planted) {
					t.Errorf("%s, %s, %s: %s", name, behind, what, show(r))
				}
				checkAnswer(t, r)
			}
		}
		for what, list := range map[string][]any{
			"in front":     {contexts.ELMV1, contexts.CredentialsV2},
			"two behind":   {contexts.CredentialsV2, contexts.ELMV1, contexts.OpenBadges303},
			"an unknown":   {contexts.CredentialsV2, "https://a.example/context"},
			"an object":    {contexts.CredentialsV2, obj{"name": planted}},
			"earlier ones": {contexts.CredentialsV1, contexts.DataIntegrityV2},
			"none":         {},
		} {
			r := verify(t, set, retouched(t, file, func(c obj) { c["@context"] = list }), time.Time{})
			if r.Verdict() != verifier.Invalid || r.Code() != proof.Context && r.Code() != proof.Proof && r.Code() != proof.Malformed {
				t.Errorf("%s, %s: %s", name, what, show(r))
			}
			checkAnswer(t, r)
		}
		// A European credential is none under the contexts of the model alone.
		r := verify(t, set, retouched(t, a.sign(t, a.asELM(t, nil), overText), func(c obj) { c["@context"] = []any{contexts.CredentialsV2} }), time.Time{})
		if r.Verdict() != verifier.Invalid {
			t.Errorf("%s, shortened: %s", name, show(r))
		}
	}
}
