package elm_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/testkit"
)

// sample gives the payload of the Commission's sealed sample.
func sample(t testing.TB) []byte {
	t.Helper()
	data := reference(t, "sample-mc-annex1-signed.jsonld")
	var file struct{ Payload string }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return []byte(file.Payload)
}

func reference(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testkit.Reference(t), "elm", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestParseLosesNothing holds that all of the official samples is modelled:
// what was read and written again is the same JSON.
func TestParseLosesNothing(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"sealed":   sample(t),
		"unsealed": reference(t, "sample-mc-annex1-unsigned.jsonld"),
	} {
		c, err := elm.Parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out, err := elm.Marshal(c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(tree(t, data), tree(t, out)); d != "" {
			t.Errorf("%s: JSON differs (-read +written):\n%s", name, d)
		}
		again, err := elm.Parse(out)
		if err != nil || !reflect.DeepEqual(c, again) {
			t.Errorf("%s: not stable: %v", name, err)
		}
	}
}

func tree(t testing.TB, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestParseValueOrArray(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"plain":  `{"id":"urn:x","type":"EuropeanDigitalCredential","issued":"2020-01-01T00:00:00Z","displayParameter":{"type":"DisplayParameter","title":{"en":"T"},"language":{"id":"urn:l"}},"issuer":{"type":"Agent","prefLabel":{"en":"I"}}}`,
		"arrays": `{"id":["urn:x"],"type":["EuropeanDigitalCredential"],"issued":["2020-01-01T00:00:00Z"],"displayParameter":[{"type":["DisplayParameter"],"title":{"en":["T"]},"language":[{"id":"urn:l"}]}],"issuer":[{"type":["Agent"],"prefLabel":{"en":["I"]}}]}`,
		"long":   `{"@id":"urn:x","@type":"EuropeanDigitalCredential","issued":{"@value":"2020-01-01T00:00:00Z","@type":"xsd:dateTime"},"displayParameter":{"type":"DisplayParameter","title":[{"@value":"T","@language":"en"}],"language":"urn:l"},"issuer":{"type":"Agent","prefLabel":{"en":"I","fr":null,"de":[]}}}`,
	} {
		c, err := elm.Parse([]byte(doc))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		agent, ok := c.Issuer.(*elm.Agent)
		if c.ID != "urn:x" || c.Issued != "2020-01-01T00:00:00Z" || c.DisplayParameter.Title.In("en") != "T" ||
			c.DisplayParameter.Language.First().ID != "urn:l" || !ok || agent.PrefLabel.In() != "I" {
			t.Errorf("%s: read as %+v", name, c)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"nothing":                `  `,
		"an array":               `[{},{}]`,
		"a number":               `1`,
		"trailing data":          `{} {}`,
		"doubled member":         `{"id":"a","id":"b"}`,
		"doubled by escape":      `{"id":"a","\u0069d":"b"}`,
		"doubled deep below":     `{"issuer":{"type":"Agent","prefLabel":{"en":"a","en":"b"}}}`,
		"case variant":           `{"Issuer":{"type":"Agent"}}`,
		"case variant below":     `{"issuer":{"type":"Agent","PrefLabel":{"en":"x"}}}`,
		"id under both names":    `{"id":"a","@id":"b"}`,
		"results under both":     `{"credentialSubject":{"type":"Person","hasClaim":{"type":"LearningAssessment","resultDistribution":{},"resultDestribution":{}}}}`,
		"two where one may be":   `{"displayParameter":[{},{}]}`,
		"two issuers":            `{"issuer":[{"type":"Agent"},{"type":"Agent"}]}`,
		"text for a number":      `{"displayParameter":{"individualDisplay":{"displayDetail":{"page":"one"}}}}`,
		"object for a text":      `{"issued":{"en":"x"}}`,
		"object in language map": `{"displayParameter":{"title":{"en":{"x":1}}}}`,
		"number for an object":   `{"displayParameter":7}`,
		"invalid UTF-8":          "{\"id\":\"\xff\"}",
		"lone surrogate":         `{"id":"\ud800"}`,
		"too deep":               strings.Repeat(`{"issuer":`, 70) + "1" + strings.Repeat("}", 70),
	} {
		if c, err := elm.Parse([]byte(doc)); err == nil {
			t.Errorf("%s: read as %+v", name, c)
		}
	}
}

func TestParseErrorSaysWhere(t *testing.T) {
	t.Parallel()
	_, err := elm.Parse([]byte(`{"credentialSubject":{"type":"Person","hasClaim":[{"type":"LearningAchievement","awardedBy":[{},{}]}]}}`))
	parse, ok := errors.AsType[*elm.ParseError](err)
	if !ok || parse.Path != "$.credentialSubject.hasClaim[0].awardedBy" {
		t.Errorf("error is %v", err)
	}
}

// TestMarshal holds the form of what we write.
func TestMarshal(t *testing.T) {
	t.Parallel()
	c := &elm.Credential{
		ID:      "urn:credential:1",
		Context: json.RawMessage(`["a", "b"]`),
		Issuer:  &elm.Organisation{LegalName: elm.NewText("fr", "Œuvre & <Fils>\u2028", "en", "")},
		CredentialSubject: &elm.Person{HasClaim: elm.Many[elm.Claim]{
			&elm.LearningAssessment{
				Title:              elm.Text{"en": {"a", "b"}},
				AssessedBy:         elm.Many[elm.Actor]{&elm.Agent{PrefLabel: elm.NewText("en", "1")}, &elm.Raw{JSON: json.RawMessage(`{"type": "Robot"}`)}},
				ResultDistribution: &elm.ResultDistribution{Description: elm.NewText("en", "never written")},
				IDVerification:     &elm.Concept{ID: "urn:c", Type: elm.Types{}},
			},
			&elm.PlainClaim{},
		}},
		CredentialStatus: elm.One(elm.CredentialStatus{ID: "urn:s", Type: elm.Types{"CredentialStatus", "BitstringStatusListEntry"}, StatusSize: 2}),
	}
	const want = `{"id":"urn:credential:1","type":["VerifiableCredential","EuropeanDigitalCredential"],` +
		`"issuer":{"type":"Organisation","legalName":{"fr":"Œuvre & <Fils>\u2028"}},` +
		`"credentialSubject":{"type":"Person","hasClaim":[{"type":"LearningAssessment","title":{"en":["a","b"]},` +
		`"idVerification":{"id":"urn:c"},"assessedBy":[{"type":"Agent","prefLabel":{"en":"1"}},{"type":"Robot"}]},{"type":"Claim"}]},` +
		`"credentialStatus":{"id":"urn:s","type":["CredentialStatus","BitstringStatusListEntry"],"statusSize":2},"@context":["a","b"]}`
	for range 20 {
		got, err := elm.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}
	// Inside other JSON it is the same value.
	outer, err := json.Marshal(struct{ Claims *elm.Credential }{c})
	if err != nil {
		t.Fatal(err)
	}
	var back struct{ Claims *elm.Credential }
	if err := json.Unmarshal(outer, &back); err != nil {
		t.Fatal(err)
	}
	if got, err := elm.Marshal(back.Claims); err != nil || string(got) != want {
		t.Errorf("after a trip through other JSON: %v\n%s", err, got)
	}
}

func TestMarshalRefusesBrokenRaw(t *testing.T) {
	t.Parallel()
	if out, err := elm.Marshal(&elm.Raw{JSON: json.RawMessage(`{"a":`)}); err == nil {
		t.Errorf("written as %s", out)
	}
}

func TestResultDistributionIsReadUnderBothNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"resultDistribution", "resultDestribution"} {
		c, err := elm.Parse([]byte(`{"credentialSubject":{"type":"Person","hasClaim":{"type":"LearningAssessment","` + name + `":{"description":{"en":"d"}}}}}`))
		if err != nil {
			t.Fatal(err)
		}
		a := c.CredentialSubject.(*elm.Person).HasClaim.First().(*elm.LearningAssessment)
		if a.ResultDistribution == nil || a.ResultDistribution.Description.In("en") != "d" {
			t.Errorf("%s: %+v", name, a.ResultDistribution)
		}
	}
}

func TestUnknownClassesAreKept(t *testing.T) {
	t.Parallel()
	const claim = `{"type":["Badge"],"z":1,"a":[true,null,{"title":{"en":"T"}}]}`
	c, err := elm.Parse([]byte(`{"credentialSubject":{"type":"Person","hasClaim":[` + claim + `]}}`))
	if err != nil {
		t.Fatal(err)
	}
	raw, ok := c.CredentialSubject.(*elm.Person).HasClaim.First().(*elm.Raw)
	if !ok || string(raw.JSON) != claim || !raw.Types().Has("Badge") {
		t.Errorf("kept as %+v", raw)
	}
	if out, err := elm.Marshal(c); err != nil || !strings.Contains(string(out), claim) {
		t.Errorf("written as %s: %v", out, err)
	}
}

func TestDateTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[elm.DateTime]string{
		"2023-09-27T13:54:17+02:00": "2023-09-27T11:54:17Z",
		"1999-10-01T22:00:00Z":      "1999-10-01T22:00:00Z",
		"2020-02-29T00:00:00":       "2020-02-29T00:00:00Z",
		"2020-02-29T00:00:00.5Z":    "2020-02-29T00:00:00Z",
	} {
		got, err := text.Time()
		if err != nil || got.Format(time.RFC3339) != want || got.Location() != time.UTC {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []elm.DateTime{"", "2020-02-30T00:00:00Z", "2020-01-01", "now"} {
		if got, err := text.Time(); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
	if got := elm.NewDateTime(time.Date(2026, 1, 2, 3, 4, 5, 678, time.FixedZone("", 3600))); got != "2026-01-02T02:04:05Z" {
		t.Errorf("NewDateTime: %s", got)
	}
}

func TestMediaObject(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{elm.FilePNG: "\x89PNG\r\n\x1a\n…", elm.FileJPEG: "\xff\xd8\xff\xe0", elm.FilePDF: "%PDF-1.7"} {
		m, err := elm.NewMediaObject([]byte(data))
		if err != nil || m.ContentType.ID != name || m.ContentEncoding.ID != elm.EncodingBase64 {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
		if back, err := m.Data(); err != nil || string(back) != data {
			t.Errorf("%s: %q, %v", name, back, err)
		}
	}
	if _, err := elm.NewMediaObject([]byte("GIF89a")); !errors.Is(err, elm.ErrFileType) {
		t.Errorf("GIF: %v", err)
	}
	if _, err := (elm.MediaObject{Content: "###"}).Data(); err == nil {
		t.Error("content that is no base64 was read")
	}
}
