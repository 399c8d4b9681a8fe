package elm_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/elm"
)

// small is a document with one of most things.
const small = `{"id":"urn:credential:1","type":["VerifiableCredential","EuropeanDigitalCredential"],
"credentialSubject":{"id":"urn:x:p","type":"Person","fullName":{"en":"A <b> & c","de":["x","y"],"fr":null},"dateOfBirth":"2000-01-01T00:00:00Z",
 "hasClaim":[{"type":"LearningAssessment","resultDestribution":{"type":"ResultDistribution","resultCategory":[{"label":"A","count":"3"}]},
  "assessedBy":["urn:x:a",{"type":"Robot","name":[1,2]}],"shortenedGrading":{"percentageLower":0}},
  {"type":["Claim"],"dcType":{"@id":"urn:x:t","inScheme":"urn:x:s"}},{"type":"Unheard","title":{"en":"kept"}}]},
"issuer":{"type":"Organisation","homepage":"https://example.org","logo":{"content":"aGk=","contentEncoding":[]}},
"@context":["` + contexts.CredentialsV1 + `","` + contexts.EDCAP + `",` + contexts.StatusTerms + `]}`

var seeds = []string{
	small, `{}`, `[]`, `null`, `"x"`, `{"type":[]}`, `{"issuer":[[[{}]]]}`, `{"credentialSubject":[{"type":"Person"},{"type":"Person"}]}`,
	`{"issued":{"@value":"2020-01-01T00:00:00Z","@type":"xsd:dateTime"}}`, `{"displayParameter":{"title":{"@none":"x","en":["a","a"]}}}`,
	`{"ISSUER":1}`, `{"id":"a","@id":"b"}`, `{"validFrom":1e400}`, `{"issuer":{"id":"_:b","type":"Agent","rdf:type":{"id":"elm:Person"}}}`,
}

// FuzzParse holds that reading never panics and that what was read, written
// and read again is the same.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := elm.Parse(data)
		if err != nil {
			return
		}
		out, err := elm.Marshal(c)
		if err != nil {
			t.Fatalf("writing what was read: %v", err)
		}
		again, err := elm.Parse(out)
		if err != nil {
			t.Fatalf("reading what was written: %v\n%s", err, out)
		}
		twice, err := elm.Marshal(again)
		if err != nil || !bytes.Equal(out, twice) {
			t.Fatalf("not stable: %v\n%s\n%s", err, out, twice)
		}
	})
}

// FuzzCheck holds that checking never panics, always says the same, and says
// something of a document that is no credential.
func FuzzCheck(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), false)
	}
	f.Add([]byte(small), true)
	f.Fuzz(func(t *testing.T, data []byte, strict bool) {
		findings := elm.Check(data, elm.Options{Strict31: strict})
		if !reflect.DeepEqual(findings, elm.Check(data, elm.Options{Strict31: strict})) {
			t.Error("not deterministic")
		}
		for _, f := range findings {
			if f.Path == "" || f.Rule == "" || f.Key == "" {
				t.Errorf("incomplete finding %+v", f)
			}
		}
		if len(findings) == 0 && !bytes.Contains(data, []byte("EuropeanDigitalCredential")) {
			t.Error("no finding for what is no credential")
		}
		elm.UndefinedTerms(data)
		elm.UnknownConcepts(data)
	})
}
