package elm_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
)

// An edit changes the sample in place.
type edit func(doc object)

type object = map[string]any

// at follows a path of members; the first of several values is taken.
func at(doc any, path ...string) object {
	for _, p := range path {
		if list, ok := doc.([]any); ok {
			doc = list[0]
		}
		doc = doc.(object)[p]
	}
	if list, ok := doc.([]any); ok {
		doc = list[0]
	}
	return doc.(object)
}

func set(path string, member string, value any) edit {
	return func(doc object) { at(doc, strings.Fields(path)...)[member] = value }
}

func drop(path, member string) edit {
	return func(doc object) { delete(at(doc, strings.Fields(path)...), member) }
}

func rules(findings []elm.Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Rule)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func edited(t testing.TB, edits ...edit) []byte {
	t.Helper()
	doc := shorten(tree(t, sample(t))).(object)
	for _, e := range edits {
		e(doc)
	}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const assessment = "credentialSubject hasClaim provenBy"

func profile(id string) edit {
	return set("credentialSchema", "id", "http://data.europa.eu/snb/model/ap/"+id)
}

func status(types ...any) object {
	return object{"id": "urn:example:status", "type": types}
}

// TestCheck holds the conformance runs that were measured with the official
// shapes: the samples, and the sealed one with one thing changed.
func TestCheck(t *testing.T) {
	t.Parallel()
	const credential = "EuropeanDigitalCredentialShape/"
	bothStates := []contexts.State{contexts.ELM31, contexts.ELM32}
	only31, only32 := bothStates[:1], bothStates[1:]
	inline := func(doc object) {
		var terms any
		if err := json.Unmarshal([]byte(contexts.StatusTerms), &terms); err != nil {
			t.Fatal(err)
		}
		doc["@context"] = append(doc["@context"].([]any), terms)
	}
	for _, tc := range []struct {
		name   string
		edits  []edit
		states []contexts.State
		want   []string
	}{
		{"as sealed", nil, bothStates, nil},
		{"as mandate", []edit{profile("edc-issued-by-mandate")}, bothStates, nil},
		{"as accredited", []edit{profile("edc-accredited")}, bothStates, []string{"EvidenceShape/elm:accreditation/MinCount"}},
		{"profile accredited", []edit{set("credentialProfiles", "id", elm.ConceptProfileAccredited)}, bothStates, []string{"EvidenceShape/elm:accreditation/MinCount"}},
		{"as converted", []edit{profile("edc-converted")}, bothStates, []string{"EvidenceShape/elm:embeddedEvidence/MinCount"}},
		{"without evidence as mandate", []edit{profile("edc-issued-by-mandate"), drop("", "evidence")}, bothStates, []string{credential + "cred:evidence/MinCount"}},
		{"without individualDisplay", []edit{drop("displayParameter", "individualDisplay")}, bothStates, []string{"DisplayParameterShape/elm:individualDisplay/MinCount"}},
		{"without issued", []edit{drop("", "issued")}, bothStates, []string{credential + "cred:issued/MinCount"}},
		{"assessment without grade", []edit{drop(assessment, "grade")}, bothStates, []string{"LearningAssessmentShape/elm:grade/MinCount"}},
		{"without issuanceDate", []edit{drop("", "issuanceDate")}, bothStates, nil},
		{"without creditPoint", []edit{drop("credentialSubject hasClaim specifiedBy", "creditPoint")}, bothStates, nil},
		{"with both ends of validity", []edit{set("", "validUntil", "2030-01-01T00:00:00Z"), set("", "expirationDate", "2030-01-01T00:00:00Z")}, bothStates, nil},
		{"subject is a DID", []edit{set("credentialSubject", "id", "did:key:z6Mk")}, bothStates, nil},
		{"issuer is a DID", []edit{set("issuer", "id", "did:web:example.org")}, bothStates, nil},
		{"two claims", []edit{func(doc object) {
			s := at(doc, "credentialSubject")
			s["hasClaim"] = []any{s["hasClaim"], object{"id": "urn:example:claim", "type": "LearningActivity", "title": object{"en": "x"}, "awardedBy": at(s, "hasClaim", "awardedBy")}}
		}}, bothStates, nil},
		{"three assessments", []edit{func(doc object) {
			a := at(doc, "credentialSubject", "hasClaim")
			one := a["provenBy"].(object)
			two, three := clone(t, one).(object), clone(t, one).(object)
			two["id"], three["id"] = "urn:example:2", "urn:example:3"
			a["provenBy"] = []any{one, two, three}
		}}, bothStates, nil},
		{"a further schema of another type", []edit{func(doc object) {
			doc["credentialSchema"] = []any{doc["credentialSchema"], object{"id": "urn:example:schema", "type": "JsonSchema"}}
		}}, bothStates, []string{credential + "cred:credentialSchema/Class"}},
		{"a further schema of both types", []edit{func(doc object) {
			doc["credentialSchema"] = []any{doc["credentialSchema"], object{"id": "urn:example:schema", "type": []any{"JsonSchema", "ShaclValidator2017"}}}
		}}, bothStates, nil},
		{"a schema without id", []edit{drop("credentialSchema", "id")}, only32, []string{credential + "cred:credentialSchema/NodeKind"}},
		{"a schema without id", []edit{drop("credentialSchema", "id")}, only31, nil},
		{"assessor is a Person without claims", []edit{set(assessment, "assessedBy", object{"id": "urn:example:p", "type": "Person"})}, bothStates, []string{"PersonShape/elm:hasClaim/MinCount"}},
		{"assessor is an Agent", []edit{set(assessment, "assessedBy", object{
			"id": "urn:example:a", "type": "Agent", "prefLabel": object{"en": "Assessor 1"},
			"identifier": object{"id": "urn:example:i", "type": "Identifier", "notation": "A1"},
		})}, bothStates, nil},
		{"identifier of the assessment", []edit{set(assessment, "identifier", object{"id": "urn:example:i", "type": "Identifier", "notation": "A1"})}, bothStates, nil},

		// Status and terms of use.
		{"status of the right class", []edit{inline, set("", "credentialStatus", status("CredentialStatus", "BitstringStatusListEntry"))}, only32, nil},
		{"status without the class", []edit{inline, set("", "credentialStatus", status("BitstringStatusListEntry"))}, only32, []string{credential + "cred:credentialStatus/Class"}},
		{"status twice", []edit{inline, set("", "credentialStatus", []any{
			object{"id": "https://example.org/status/1#5", "type": "CredentialStatus"}, object{"id": "https://example.org/status/2#5", "type": "CredentialStatus"},
		})}, only32, []string{credential + "cred:credentialStatus/MaxCount"}},
		{"status without id", []edit{inline, set("", "credentialStatus", object{"type": "CredentialStatus"})}, only32, []string{credential + "cred:credentialStatus/NodeKind"}},
		{"any status", []edit{inline, set("", "credentialStatus", status("CredentialStatus", "BitstringStatusListEntry"))}, only31, []string{credential + "cred:credentialStatus/Datatype"}},
		{"any status", []edit{set("", "credentialStatus", "https://example.org/status")}, only31, []string{credential + "cred:credentialStatus/Datatype"}},
		{"terms of use", []edit{set("", "termsOfUse", object{"id": "urn:example:terms", "type": "TermsOfUse"})}, only32, nil},
		{"terms of use", []edit{set("", "termsOfUse", object{"id": "urn:example:terms", "type": "TermsOfUse"})}, only31, []string{credential + "cred:termsOfUse/Datatype"}},

		// Lists.
		{"old ESCO scheme", []edit{set("credentialSubject hasClaim specifiedBy learningOutcome relatedESCOSkill inScheme", "id", "http://data.europa.eu/esco/model#Skill")}, bothStates, []string{"LearningOutcomeShapeCV/elm:relatedESCOSkill/Node"}},
		{"relatedSkill of any scheme", []edit{set("credentialSubject hasClaim specifiedBy learningOutcome", "relatedSkill", object{"id": "urn:example:skill", "type": "Concept", "inScheme": object{"id": "urn:example:own", "type": "ConceptScheme"}})}, bothStates, nil},

		// Beyond the shapes.
		{"unknown context", []edit{set("", "@context", []any{contexts.CredentialsV1})}, bothStates, []string{"document/context"}},
		{"further inline context", []edit{func(doc object) {
			doc["@context"] = append(doc["@context"].([]any), object{"title": "http://purl.org/dc/terms/title"})
		}}, bothStates, []string{"document/context"}},
		{"context within", []edit{set("issuer", "@context", "https://www.w3.org/2018/credentials/v1")}, bothStates, []string{"document/context"}},
		{"id that is no IRI", []edit{set("displayParameter", "id", "no iri")}, bothStates, []string{credential + "elm:displayParameter/MinCount", "document/id"}},
		{"keyword", []edit{set("issuer", "@graph", []any{})}, bothStates, []string{"document/keyword"}},
		{"no credential", []edit{set("", "type", "VerifiableCredential")}, bothStates, []string{"document/type"}},
		{"February 30", []edit{set("", "issued", "2023-02-30T00:00:00Z")}, bothStates, []string{credential + "cred:issued/Datatype"}},
		{"member that nobody defines", []edit{set("", "unheardOf", "x")}, bothStates, nil},
	} {
		for _, state := range tc.states {
			t.Run(tc.name+" "+state.String(), func(t *testing.T) {
				t.Parallel()
				findings := elm.Check(edited(t, tc.edits...), elm.Options{Strict31: state == contexts.ELM31})
				if d := cmp.Diff(tc.want, rules(findings)); d != "" {
					t.Errorf("rules broken (-want +got):\n%s", d)
				}
			})
		}
	}
	t.Run("whole samples", func(t *testing.T) {
		t.Parallel()
		for _, strict := range []bool{false, true} {
			if f := elm.Check(sample(t), elm.Options{Strict31: strict}); f != nil {
				t.Errorf("sealed, strict %v: %+v", strict, f)
			}
			got := elm.Check(reference(t, "sample-mc-annex1-unsigned.jsonld"), elm.Options{Strict31: strict})
			want := []string{credential + "cred:issued/MinCount", credential + "cred:issuer/Node"}
			if d := cmp.Diff(want, rules(got)); d != "" {
				t.Errorf("unsealed, strict %v (-want +got):\n%s", strict, d)
			}
		}
	})
}

// TestNodesAreMerged holds that what is said of one id in two places counts
// together, and that equal values count once.
func TestNodesAreMerged(t *testing.T) {
	t.Parallel()
	split := func(doc object) {
		org := at(doc, assessmentPath("assessedBy")...)
		delete(org, "legalName") // still said where else the organisation stands
	}
	if f := elm.Check(edited(t, split), elm.Options{}); f != nil {
		t.Errorf("a node told in two places: %+v", f)
	}
	twice := func(doc object) {
		org := at(doc, assessmentPath("assessedBy")...)
		org["registration"] = object{"id": "urn:example:second", "type": "LegalIdentifier", "notation": "1", "spatial": at(org, "registration", "spatial")}
	}
	got := rules(elm.Check(edited(t, twice), elm.Options{}))
	if d := cmp.Diff([]string{"OrganisationShape/rov:registration/MaxCount"}, got); d != "" {
		t.Error(d)
	}
}

func assessmentPath(more ...string) []string { return append(strings.Fields(assessment), more...) }

func TestFindingsSayWhere(t *testing.T) {
	t.Parallel()
	doc := edited(t, drop(assessment, "grade"), set("", "validFrom", "soon"), set("credentialSubject hasClaim specifiedBy eqfLevel inScheme", "id", "urn:example:own"))
	findings := elm.Check(doc, elm.Options{})
	want := []struct{ path, en, fr, de string }{
		{
			"$.validFrom",
			"Credential: start of validity must be a date with a time, such as 2026-01-31T12:00:00Z.",
			"Attestation : l’indication « début de validité » doit être une date avec une heure, par exemple 2026-01-31T12:00:00Z.",
			"Nachweis: Die Angabe „Beginn der Gültigkeit“ verlangt ein Datum mit Uhrzeit, etwa 2026-01-31T12:00:00Z.",
		},
		{
			"$.credentialSubject.hasClaim.provenBy",
			"Assessment “Digital artefact assessment” has no grade.",
			"Évaluation « Digital artefact assessment » : l’indication « note » manque.",
			"Prüfung „Digital artefact assessment“: Die Angabe „Note“ fehlt.",
		},
		{
			"$.credentialSubject.hasClaim.specifiedBy.eqfLevel",
			"must come from the list “EQF levels”", "doit provenir de la liste « niveaux CEC »", "muss aus der Liste „EQR-Niveaus“ stammen",
		},
	}
	if len(findings) != len(want) {
		t.Fatalf("%d findings, want %d: %+v", len(findings), len(want), findings)
	}
	for i, w := range want {
		f := findings[i]
		if f.Path != w.path {
			t.Errorf("path %s, want %s", f.Path, w.path)
		}
		for lang, text := range map[string]string{"en": w.en, "fr": w.fr, "de": w.de} {
			if got := f.Message(i18n.For(lang)); !strings.Contains(got, text) {
				t.Errorf("%s: %q lacks %q", lang, got, text)
			}
		}
	}
}

// TestEveryRuleHasWords holds that each class, property and datatype of the
// rules is called by name in the three languages.
func TestEveryRuleHasWords(t *testing.T) {
	t.Parallel()
	classes, properties, datatypes := elm.Words()
	if len(classes) < 40 || len(properties) < 180 || len(datatypes) < 8 {
		t.Fatalf("only %d classes, %d properties, %d datatypes", len(classes), len(properties), len(datatypes))
	}
	for _, lang := range i18n.Languages {
		loc := i18n.For(lang)
		for kind, words := range map[string][]string{"class": classes, "term": properties, "datatype": datatypes} {
			for _, w := range words {
				if key := "elm." + kind + "." + w; loc.T(key) == key {
					t.Errorf("no message %s in %s", key, lang)
				}
			}
		}
	}
}

func TestUndefinedTerms(t *testing.T) {
	t.Parallel()
	if got := elm.UndefinedTerms(sample(t)); got != nil {
		t.Errorf("the sample loses %q", got)
	}
	got := elm.UndefinedTerms(edited(t,
		set("", "unheardOf", 1), set("issuer", "issued", "2023-01-01T00:00:00Z"), set("displayParameter", "summaryDisplay", nil),
		set("credentialSubject", "dateModified", "2023-01-01"), set("credentialSubject hasClaim", "type", []any{"LearningAchievement", "Unheard"}),
	))
	slices.Sort(got)
	want := []string{
		"$.credentialSubject.dateModified", "$.credentialSubject.hasClaim.type.Unheard", "$.displayParameter.summaryDisplay",
		"$.issuer.issued", "$.unheardOf",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestUnknownConcepts(t *testing.T) {
	t.Parallel()
	if got := elm.UnknownConcepts(sample(t)); got != nil {
		t.Errorf("in the sample: %+v", got)
	}
	got := elm.UnknownConcepts(edited(t, set("credentialSubject hasClaim specifiedBy eqfLevel", "id", "http://data.europa.eu/snb/eqf/9")))
	if len(got) != 1 || got[0].Rule != "list/eqf" || !strings.Contains(got[0].Message(i18n.For("en")), "EQF levels") {
		t.Errorf("level 9: %+v", got)
	}
}

// TestHostileDocuments holds that work grows with the size of a document and
// not with its square: it is compared with what plain decoding costs here and
// now, since machines differ and may be busy. It takes a fraction of a second
// for each. It does not run in parallel, to measure itself only.
func TestHostileDocuments(t *testing.T) {
	envelope := func(inner string) []byte {
		return []byte(`{"@context":["` + contexts.CredentialsV1 + `","` + contexts.EDCAP + `"],"id":"urn:x:1",` +
			`"type":["VerifiableCredential","EuropeanDigitalCredential"],"credentialSubject":{"type":"Person","hasClaim":[` + inner + `]}}`)
	}
	repeat := func(n int, f func(i int) string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(f(i))
		}
		return b.String()
	}
	docs := map[string][]byte{
		"deep":   envelope(strings.Repeat(`{"type":"LearningAchievement","hasPart":`, 60) + "1" + strings.Repeat("}", 60)),
		"deeper": envelope(strings.Repeat("[", 5000) + strings.Repeat("]", 5000)),
		"many":   envelope(repeat(24000, func(int) string { return `{"type":"LearningAchievement","title":{"en":"x"}}` })),
		"cyclic": envelope(repeat(20000, func(i int) string {
			return fmt.Sprintf(`{"id":"urn:x:%d","type":"Claim","dcType":"urn:x:%d"}`, i%100, (i+1)%100)
		})),
		"one id":  envelope(repeat(20000, func(i int) string { return fmt.Sprintf(`{"id":"urn:x","title":{"en":"%d"}}`, i) })),
		"classes": envelope(`{"type":[` + repeat(90000, func(i int) string { return fmt.Sprintf(`"urn:c:%d"`, i) }) + `]}`),
		"schemes": envelope(`{"id":"urn:c","type":"Concept","inScheme":[` + repeat(30000, func(i int) string { return fmt.Sprintf(`"urn:s:%d"`, i) }) + `]},` +
			repeat(20000, func(int) string { return `{"type":"WebResource","language":"urn:c"}` })),
		"credentials": envelope(repeat(18000, func(int) string { return `{"type":["VerifiableCredential","Ed25519Signature2018"],"issuer":1}` })),
		"long names":  envelope(strings.Repeat(`{"`+strings.Repeat("n", 30000)+`":`, 60) + "1" + strings.Repeat("}", 60)),
		"long paths":  envelope(strings.Repeat(`{"type":"LearningAchievement","hasPart":`, 50) + `[` + repeat(30000, func(int) string { return `{"type":"Note"}` }) + `]` + strings.Repeat("}", 50)),
	}
	for _, name := range slices.Sorted(maps.Keys(docs)) {
		doc := docs[name]
		start := time.Now()
		for range 3 {
			var v any
			_ = json.Unmarshal(doc, &v)
		}
		limit := 100*time.Since(start)/3 + 2*time.Second

		start = time.Now()
		findings := elm.Check(doc, elm.Options{})
		elm.UndefinedTerms(doc)
		_, err := elm.Parse(doc)
		took := time.Since(start)
		t.Logf("%s: %d bytes, %v of %v, %d findings; parsing: %.60v", name, len(doc), took, limit, len(findings), err)
		if took > limit {
			t.Errorf("%s: took %v, plain decoding allows %v", name, took, limit)
		}
		if len(findings) == 0 || len(findings) > 250 {
			t.Errorf("%s: %d findings", name, len(findings))
		}
	}
}
