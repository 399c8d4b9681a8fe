package elm_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/testkit"
)

// model20 gives the Commission's sealed sample as a credential of the VC Data
// Model 2.0 under our context, after a change.
func model20(t *testing.T, change func(doc map[string]any)) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testkit.Reference(t), "elm", "sample-mc-annex1-signed.jsonld"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Payload string }
	var doc map[string]any
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(file.Payload), &doc); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"issuanceDate", "expirationDate", "credentialSchema"} {
		delete(doc, name)
	}
	doc["@context"] = []any{contexts.CredentialsV2, contexts.ELMV1}
	if change != nil {
		change(doc)
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCheckModel20 holds that the rules of the profile are the same under the VC
// Data Model 2.0, but for the credentialSchema and the credentialStatus.
func TestCheckModel20(t *testing.T) {
	t.Parallel()
	subject := func(doc map[string]any) map[string]any { return doc["credentialSubject"].(map[string]any) }
	for name, tc := range map[string]struct {
		change func(doc map[string]any)
		rule   string // part of the rule that is broken; empty: none
		lost   string // path of what has no meaning; empty: all has one
	}{
		"as it is": {nil, "", ""},
		"with a schema": {func(doc map[string]any) {
			doc["credentialSchema"] = map[string]any{"id": "https://example.org/schema.json", "type": "JsonSchema"}
		}, "", ""},
		"with a name": {func(doc map[string]any) {
			doc["name"] = []any{map[string]any{"@value": "a", "@language": "en"}, map[string]any{"@value": "b", "@language": "fr"}}
		}, "", ""},
		"with two status entries": {func(doc map[string]any) {
			entry := func(n int, purpose string) map[string]any {
				return map[string]any{
					"id": fmt.Sprintf("https://example.org/status/%d#5", n), "type": "BitstringStatusListEntry", "statusPurpose": purpose,
					"statusListIndex": "5", "statusListCredential": fmt.Sprintf("https://example.org/status/%d", n),
				}
			}
			doc["credentialStatus"] = []any{entry(1, "revocation"), entry(2, "suspension")}
		}, "", ""},
		"without issued":       {func(doc map[string]any) { delete(doc, "issued") }, "cred:issued/MinCount", ""},
		"without validFrom":    {func(doc map[string]any) { delete(doc, "validFrom") }, "cred:validFrom/MinCount", ""},
		"without a subject":    {func(doc map[string]any) { delete(doc, "credentialSubject") }, "cred:credentialSubject/MinCount", ""},
		"without a claim":      {func(doc map[string]any) { delete(subject(doc), "hasClaim") }, "elm:hasClaim/MinCount", ""},
		"with an issuanceDate": {func(doc map[string]any) { doc["issuanceDate"] = doc["validFrom"] }, "", `$.issuanceDate`},
		"description below a claim, as a plain text": {func(doc map[string]any) {
			subject(doc)["hasClaim"].(map[string]any)["description"] = "plain"
		}, "dc:description/Datatype", ""},
		"description of the subject, by language": {func(doc map[string]any) {
			subject(doc)["description"] = map[string]any{"en": "x"}
		}, "", `$.credentialSubject.description.en`},
		"a compact IRI": {func(doc map[string]any) {
			subject(doc)["hasClaim"].(map[string]any)["type"] = "elm:LearningAchievement"
		}, "elm:hasClaim/", ""},
		"the EDC context": {func(doc map[string]any) {
			doc["@context"] = []any{contexts.CredentialsV1, contexts.EDCAP}
		}, "document/context", ""},
		"other order": {func(doc map[string]any) {
			doc["@context"] = []any{contexts.ELMV1, contexts.CredentialsV2}
		}, "document/context", ""},
		"one more context": {func(doc map[string]any) {
			doc["@context"] = []any{contexts.CredentialsV2, contexts.ELMV1, contexts.DataIntegrityV2}
		}, "document/context", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := model20(t, tc.change)
			found := elm.Check(doc, elm.Options{Model20: true})
			if tc.rule == "" && len(found) > 0 {
				t.Errorf("found %+v", found[0])
			}
			if tc.rule != "" && !slices.ContainsFunc(found, func(f elm.Finding) bool { return strings.Contains(f.Rule, tc.rule) }) {
				t.Errorf("found %+v, want %s", found, tc.rule)
			}
			lost := elm.UndefinedTerms(doc)
			if tc.lost == "" && len(lost) > 0 && tc.rule != "document/context" || tc.lost != "" && !slices.Contains(lost, tc.lost) {
				t.Errorf("without a meaning are %v, want %q", lost, tc.lost)
			}
		})
	}
	if found := elm.Check(model20(t, nil), elm.Options{}); !slices.ContainsFunc(found, func(f elm.Finding) bool { return f.Rule == "document/context" }) {
		t.Errorf("as an EDC file the document has findings %+v, want one about its context", found)
	}
	c, err := elm.Parse(model20(t, nil))
	if err != nil || len(c.CredentialSubject.(*elm.Person).HasClaim) == 0 {
		t.Errorf("Parse: %v", err)
	}
}

// TestAlpha2UndoesCountry goes through all countries.
func TestAlpha2UndoesCountry(t *testing.T) {
	t.Parallel()
	n := 0
	for _, c := range elm.Vocabulary(elm.Countries) {
		code := elm.Alpha2(c.ID)
		if code == "" {
			continue
		}
		if back, ok := elm.Country(code); !ok || back.ID != c.ID {
			t.Errorf("%s is %q, which is %s", c.ID, code, back.ID)
		}
		n++
	}
	if n < 240 {
		t.Errorf("only %d countries have a code", n)
	}
	for _, iri := range []string{"", "DE", "http://publications.europa.eu/resource/authority/language/DEU"} {
		if got := elm.Alpha2(iri); got != "" {
			t.Errorf("Alpha2(%q) = %q", iri, got)
		}
	}
}
