package contexts_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/piprate/json-gold/ld"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/testkit"
)

// definition is a term as a context document defines it.
type definition struct {
	IRI       string          `json:"@id"`
	Type      string          `json:"@type"`
	Container string          `json:"@container"`
	Context   json.RawMessage `json:"@context"`
}

// definitions reads the terms of a context document. Its keywords are given
// apart.
func definitions(t *testing.T, url string) (terms map[string]definition, keywords map[string]string) {
	t.Helper()
	data, ok := contexts.Bytes(url)
	if !ok {
		t.Fatalf("%s is not pinned", url)
	}
	var doc struct {
		Context map[string]json.RawMessage `json:"@context"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	terms, keywords = map[string]definition{}, map[string]string{}
	for name, raw := range doc.Context {
		var d definition
		switch {
		case strings.HasPrefix(name, "@"):
			keywords[name] = string(raw)
			continue
		case json.Unmarshal(raw, &d.IRI) == nil:
		default:
			if err := json.Unmarshal(raw, &d); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		terms[name] = d
	}
	return terms, keywords
}

const (
	elmDescription = `{"@protected": true, "description": {"@id": "http://purl.org/dc/terms/description", "@container": "@language"}}`
	dateTime       = "http://www.w3.org/2001/XMLSchema#dateTime"
)

// TestELMV1Terms holds that our context says what the EDC context says, but for
// what the README names.
func TestELMV1Terms(t *testing.T) {
	t.Parallel()
	ours, keywords := definitions(t, contexts.ELMV1)
	if !maps.Equal(keywords, map[string]string{"@protected": "true"}) {
		t.Errorf("keywords are %v", keywords)
	}
	want := contexts.Terms(contexts.ELM32)
	for _, prefix := range strings.Fields("adms clv cred dc elm foaf locn org person rdf rdfs rov skos vc xsd") {
		if want[prefix].IRI == "" {
			t.Errorf("the EDC context has no prefix %s", prefix)
		}
		delete(want, prefix)
	}
	delete(want, "description")
	want["issued"] = contexts.Term{IRI: "https://www.w3.org/2018/credentials#issued", Type: dateTime}
	want["dateModified"] = contexts.Term{IRI: want["dateModified"].IRI, Type: dateTime}
	have := map[string]contexts.Term{}
	for name, d := range ours {
		have[name] = contexts.Term{IRI: d.IRI, Type: d.Type, Container: d.Container}
		if end := d.IRI[len(d.IRI)-1:]; strings.ContainsAny(end, ":/?#[]@") {
			t.Errorf("%s may stand for a prefix: %s", name, d.IRI)
		}
		if len(d.Context) > 0 && string(d.Context) != elmDescription {
			t.Errorf("%s brings other terms than description: %s", name, d.Context)
		}
	}
	for name, w := range want {
		if have[name] != w {
			t.Errorf("%s is %+v, want %+v", name, have[name], w)
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			t.Errorf("%s is not a term of the model", name)
		}
	}
}

// TestELMV1Description holds that ELM's description is defined below exactly
// the properties whose objects may carry one, by the shapes.
func TestELMV1Description(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join(testkit.Reference(t), "elm", "v3.2", "shapes.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
	described := map[string]bool{}
	for _, row := range rows[1:] {
		if column(row, "path") == "dc:description" && column(row, "target_kind") == "targetClass" {
			described[column(row, "target")] = true
		}
	}
	want := map[string]bool{}
	for _, row := range rows[1:] {
		iri, isELM := strings.CutPrefix(column(row, "path"), "elm:")
		if !isELM {
			continue
		}
		for class := range described {
			ranges := " " + column(row, "class") + " " + strings.NewReplacer("class=", "", "(", " ", ")", " ", "|", " ").Replace(column(row, "logical")) + " "
			if strings.Contains(ranges, " "+class+" ") || strings.Contains(column(row, "node")+column(row, "logical"), "ClaimNodeShape") {
				want["http://data.europa.eu/snb/model/elm/"+iri] = true
			}
		}
	}
	ours, _ := definitions(t, contexts.ELMV1)
	scoped := 0
	for name, d := range ours {
		if len(d.Context) > 0 {
			scoped++
		}
		if has := len(d.Context) > 0; has != want[d.IRI] {
			t.Errorf("%s brings description: %v, want %v", name, has, want[d.IRI])
		}
	}
	if scoped == 0 {
		t.Error("no property brings description")
	}
}

func options(state contexts.State) *ld.JsonLdOptions {
	o := ld.NewJsonLdOptions("")
	o.DocumentLoader = loader{state}
	o.Algorithm = ld.AlgorithmURDNA2015
	o.Format = "application/n-quads"
	o.SafeMode = true
	return o
}

// quadsOf gives the canonical quads of a document under a list of contexts.
func quadsOf(t *testing.T, doc map[string]any, urls ...any) []string {
	t.Helper()
	doc = maps.Clone(doc)
	doc["@context"] = urls
	if _, err := ld.NewJsonLdProcessor().Expand(doc, options(contexts.ELM32)); err != nil {
		t.Fatalf("expanding under %v: %v", urls, err)
	}
	got, err := ld.NewJsonLdProcessor().Normalize(doc, options(contexts.ELM32))
	if err != nil {
		t.Fatalf("canonicalising under %v: %v", urls, err)
	}
	return strings.SplitAfter(strings.TrimSuffix(got.(string), "\n"), "\n")
}

// sample is the payload of the Commission's sealed sample.
func sample(t testing.TB) map[string]any {
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
	return doc
}

// TestELMV1Quads holds that a European credential means the same under our
// context as under the EDC context: the envelope of version 1.1 has an
// issuanceDate and may have an expirationDate, and there is no other
// difference.
func TestELMV1Quads(t *testing.T) {
	t.Parallel()
	doc := sample(t)
	old := quadsOf(t, doc, contexts.CredentialsV1, contexts.EDCAP)
	delete(doc, "issuanceDate")
	delete(doc, "expirationDate")
	now := quadsOf(t, doc, contexts.CredentialsV2, contexts.ELMV1)
	var only []string
	for _, q := range old {
		if !slices.Contains(now, q) {
			only = append(only, q)
		}
	}
	if len(only) != 1 || !strings.Contains(only[0], "<https://www.w3.org/2018/credentials#issuanceDate>") || len(now) != len(old)-1 {
		t.Errorf("%d quads under the EDC context, %d under ours; only there: %v", len(old), len(now), only)
	}
}

// TestELMV1EveryTerm puts every term of the EDC context below a claim, where
// both contexts must give it the same meaning.
func TestELMV1EveryTerm(t *testing.T) {
	t.Parallel()
	claim := map[string]any{"id": "urn:x:claim"}
	var classes []any
	for name, term := range contexts.Terms(contexts.ELM32) {
		switch {
		case name == "dateModified", strings.HasSuffix(term.IRI, "/"), strings.HasSuffix(term.IRI, "#"), name == "clv":
		case name[0] >= 'A' && name[0] <= 'Z':
			classes = append(classes, name)
		case term.Container == "@language":
			claim[name] = map[string]any{"en": name, "fr": []any{name + " un", name + " deux"}}
		case term.Type == "@id":
			claim[name] = map[string]any{"id": "urn:x:" + name, "title": map[string]any{"en": name}}
		case strings.HasSuffix(term.Type, "nteger"):
			claim[name] = 7.0
		case strings.HasSuffix(term.Type, "boolean"):
			claim[name] = true
		default:
			claim[name] = "text of " + name
		}
	}
	claim["type"] = classes
	doc := map[string]any{
		"id": "urn:x:credential", "type": []any{"VerifiableCredential", "EuropeanDigitalCredential"},
		"issuer": "urn:x:issuer", "credentialSubject": map[string]any{"id": "urn:x:subject", "hasClaim": claim},
	}
	old := quadsOf(t, doc, contexts.CredentialsV1, contexts.EDCAP)
	now := quadsOf(t, doc, contexts.CredentialsV2, contexts.ELMV1)
	if len(old) < 238 {
		t.Errorf("only %d quads", len(old))
	}
	if !slices.Equal(old, now) {
		t.Errorf("%d quads under the EDC context, %d under ours, and they differ", len(old), len(now))
	}
}

// TestELMV1KeepsProtected holds that description means what credentials/v2
// says in the credential, its issuer and its subject, and that types which
// bring terms of their own still do, next to ELM's terms.
func TestELMV1KeepsProtected(t *testing.T) {
	t.Parallel()
	const doc = `{
	  "id": "urn:x:1", "type": ["VerifiableCredential", "EuropeanDigitalCredential"], "name": "n", "description": "d",
	  "issuer": {"id": "urn:x:2", "type": "Organisation", "description": "d", "legalName": {"en": "B"},
	    "accreditation": {"id": "urn:x:6", "type": "Accreditation", "description": {"en": "below"}}},
	  "credentialSubject": {"id": "urn:x:3", "type": "Person", "description": "d"},
	  "evidence": {"id": "urn:x:4", "type": "Evidence", "description": "d"},
	  "credentialSchema": {"id": "urn:x:7", "type": "JsonSchema"},
	  "credentialStatus": {"id": "urn:x:5", "type": ["CredentialStatus", "BitstringStatusListEntry"], "statusPurpose": "message",
	    "statusListIndex": "1", "statusListCredential": "urn:x:8", "statusSize": 2, "status": "an ELM term",
	    "statusMessage": {"status": "0x0", "message": "fine"}},
	  "proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "assertionMethod",
	    "verificationMethod": "urn:x:9", "created": "2026-01-01T00:00:00Z", "proofValue": "z"}
	}`
	var parsed map[string]any
	if err := json.Unmarshal([]byte(doc), &parsed); err != nil {
		t.Fatal(err)
	}
	quads := strings.Join(quadsOf(t, parsed, contexts.CredentialsV2, contexts.ELMV1), "")
	for _, want := range []string{
		`<urn:x:1> <https://schema.org/description> "d" .`,
		`<urn:x:2> <https://schema.org/description> "d" .`,
		`<urn:x:3> <https://schema.org/description> "d" .`,
		`<urn:x:4> <https://schema.org/description> "d" .`,
		`<urn:x:6> <http://purl.org/dc/terms/description> "below"@en .`,
		`<urn:x:5> <http://data.europa.eu/snb/model/elm/status> "an ELM term"`,
		`<https://www.w3.org/ns/credentials/status#status> "0x0" .`,
		`<https://w3id.org/security#proofPurpose> <https://w3id.org/security#assertionMethod>`,
	} {
		if !strings.Contains(quads, want) {
			t.Errorf("no quad %s in\n%s", want, quads)
		}
	}
}

// TestELMV1HasNoPrefixes holds that a compact IRI is what it looks like: an IRI
// of a scheme that nobody knows, never a term.
func TestELMV1HasNoPrefixes(t *testing.T) {
	t.Parallel()
	doc := map[string]any{
		"@context": []any{contexts.CredentialsV2, contexts.ELMV1},
		"id":       "urn:x:1", "elm:hasClaim": "x", "dc:title": "y",
	}
	got, err := ld.NewJsonLdProcessor().Expand(doc, options(contexts.ELM32))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("snb/model")) || bytes.Contains(text, []byte("purl.org")) {
		t.Errorf("a compact IRI got a meaning: %s", text)
	}
}

// TestCredentialsExamplesV2 compares our file with the copy among the vectors.
func TestCredentialsExamplesV2(t *testing.T) {
	t.Parallel()
	theirs := testkit.VectorContexts(t)[contexts.CredentialsExamplesV2]
	ours, _ := contexts.Bytes(contexts.CredentialsExamplesV2)
	var a, b any
	if err := json.Unmarshal(theirs, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(ours, &b); err != nil {
		t.Fatal(err)
	}
	if !ld.DeepCompare(a, b, true) {
		t.Errorf("ours is %s", ours)
	}
}

func BenchmarkExpand(b *testing.B) {
	doc := sample(b)
	for name, urls := range map[string][]any{
		"edc-ap": {contexts.CredentialsV1, contexts.EDCAP},
		"elm-v1": {contexts.CredentialsV2, contexts.ELMV1},
	} {
		b.Run(name, func(b *testing.B) {
			doc := maps.Clone(doc)
			doc["@context"] = urls
			delete(doc, "issuanceDate")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ld.NewJsonLdProcessor().Expand(doc, options(contexts.ELM32)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
