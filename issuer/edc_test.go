package issuer_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/issuer"
)

func TestEDCIsPure(t *testing.T) {
	t.Parallel()
	d := build(t, sample("lighting"))
	before, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	id := credential.ID("urn:credential:1018d05f-21d5-4555-b7f0-8fabfd22ca75")
	first, err := issuer.EDC(d, id)
	if err != nil {
		t.Fatal(err)
	}
	again, err := issuer.EDC(d, id)
	if err != nil || string(again) != string(first) {
		t.Errorf("the same draft and id gave other bytes: %v", err)
	}
	after, err := json.Marshal(d)
	if err != nil || string(after) != string(before) {
		t.Errorf("EDC changed the draft: %v", err)
	}
	other, err := issuer.EDC(d, "urn:credential:2018d05f-21d5-4555-b7f0-8fabfd22ca75")
	if err != nil || strings.ReplaceAll(string(other), "2018d05f", "1018d05f") != string(first) {
		t.Errorf("another id changed more than the id: %v", err)
	}
	for _, bad := range []credential.ID{"", "#", "urn:uuid:1018d05f-21d5-4555-b7f0-8fabfd22ca75", id + "#x"} {
		if p, err := issuer.EDC(d, bad); err == nil {
			t.Errorf("EDC with id %q gave %d bytes", bad, len(p))
		}
	}
	if p, err := issuer.EDC(credential.Draft{}, id); err == nil {
		t.Errorf("EDC of nothing gave %q", p)
	}
	if want := `{"id":"` + string(id) + `","type":["VerifiableCredential","EuropeanDigitalCredential"],`; !strings.HasPrefix(string(first), want) {
		t.Errorf("the payload begins %.90s", first)
	}
	if want := `,"@context":["https://www.w3.org/2018/credentials/v1","http://data.europa.eu/snb/model/context/edc-ap"]}`; !strings.HasSuffix(string(first), want) {
		t.Errorf("the payload ends %s", first[len(first)-120:])
	}
}

// TestKeptDraftMakesTheSameForm reads a draft back from the JSON that a store
// keeps: other forms are made from it later.
func TestKeptDraftMakesTheSameForm(t *testing.T) {
	t.Parallel()
	d := build(t, sample("sound"))
	kept, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var again credential.Draft
	if err := json.Unmarshal(kept, &again); err != nil {
		t.Fatal(err)
	}
	id := credential.ID("urn:credential:1018d05f-21d5-4555-b7f0-8fabfd22ca75")
	want, err := issuer.EDC(d, id)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := issuer.EDC(again, id); err != nil || string(got) != string(want) {
		t.Errorf("the kept draft makes other bytes: %v", err)
	}
	if !again.Issued.Equal(d.Issued) || !again.ValidFrom.Equal(d.ValidFrom) || !again.ValidUntil.IsZero() || again.Result != d.Result {
		t.Errorf("the kept draft is %+v", again)
	}
}

// TestEveryNodeHasAnIDOfItsOwn walks the payload: every object has an absolute
// IRI, and two objects with one id are the same object.
func TestEveryNodeHasAnIDOfItsOwn(t *testing.T) {
	t.Parallel()
	r := sample("lighting")
	r.Credits = &assessment.Credits{Framework: assessment.ECTS, Points: 3}
	r.Methods[0].Evidence = &assessment.Evidence{Root: evidence.Root{1}, Items: 7}
	d := build(t, r)
	id := credential.ID("urn:credential:1018d05f-21d5-4555-b7f0-8fabfd22ca75")
	doc, err := issuer.EDC(d, id)
	if err != nil {
		t.Fatal(err)
	}
	var root any
	if err := json.Unmarshal(doc, &root); err != nil {
		t.Fatal(err)
	}
	nodes := map[string]any{}
	own := 0
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for i, w := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), w)
			}
		case map[string]any:
			if v["type"] != nil {
				node, _ := v["id"].(string)
				u, err := url.Parse(node)
				if err != nil || !u.IsAbs() {
					t.Errorf("%s has the id %q", path, node)
				}
				if strings.HasPrefix(node, string(id)) {
					own++
				}
				if first, ok := nodes[node]; ok && !reflect.DeepEqual(first, any(v)) {
					t.Errorf("%s: two different nodes have the id %s", path, node)
				}
				nodes[node] = v
			}
			for name, w := range v {
				walk(path+"."+name, w)
			}
		}
	}
	walk("$", root)
	if own < 50 {
		t.Errorf("only %d nodes belong to the credential", own)
	}
	issuerID, _ := at(t, doc, "issuer id").(string)
	if want := issuer.OrganisationID("DE", "VATDE-000000000"); issuerID != want {
		t.Errorf("issuer id %q, want %q", issuerID, want)
	}
	const pinned = "urn:uuid:9b8767d6-6a3f-53df-a78c-387b21678ccd"
	if issuerID != pinned {
		t.Errorf("issuer id %q, want the pinned %q: it must never change", issuerID, pinned)
	}
}

// TestEDCKeepsTheRules runs every sample, whole and bare, through both editions
// of the rules; every term that is written has a meaning.
func TestEDCKeepsTheRules(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"lighting", "sound"} {
		for name, change := range map[string]func(*assessment.Result){
			"whole": func(*assessment.Result) {},
			"bare": func(r *assessment.Result) {
				r.Credits, r.Level.National, r.CertificateNumber, r.Notes = nil, nil, "", assessment.Notes{}
				r.Body.Logo, r.Body.Address, r.Body.Homepage, r.Body.Email = nil, "", "", ""
				r.Body.Accreditations[0].ID = ""
				r.Validity.Until, r.Decision.Imported = assessment.Date{}, false
				for i := range r.Methods {
					r.Methods[i].Title, r.Methods[i].IdentityVerification = nil, ""
				}
			},
			"credits and identifier": func(r *assessment.Result) {
				r.Credits = &assessment.Credits{Framework: assessment.ECVET, Points: 4}
				r.Candidate.Identifier = &assessment.Identifier{Scheme: "Learner number", Value: "L-1"}
			},
			"frozen evidence": func(r *assessment.Result) {
				r.Methods[0].Evidence = &assessment.Evidence{Root: evidence.Root{1}, Items: 7}
			},
			"odd texts": func(r *assessment.Result) {
				r.Candidate.GivenName, r.Candidate.FamilyName = `O"Neil\`, "<b>#\u2028 ’ 𝒳 العربية"
				r.Notes.Stackability = assessment.Text{"en": "#achievement", "fr": "\t", "de": "#"}
			},
		} {
			r := sample(unit)
			change(&r)
			doc := payload(t, build(t, r))
			for _, strict := range []bool{false, true} {
				for _, f := range elm.Check(doc, elm.Options{Strict31: strict}) {
					t.Errorf("%s, %s, strict %v: %s breaks %s", unit, name, strict, f.Path, f.Rule)
				}
			}
			if terms := elm.UndefinedTerms(doc); len(terms) > 0 {
				t.Errorf("%s, %s: without meaning: %v", unit, name, terms)
			}
			c, err := elm.Parse(doc)
			if err != nil {
				t.Fatalf("%s, %s: %v", unit, name, err)
			}
			if again, err := elm.Marshal(c); err != nil || string(again) != string(doc) {
				t.Errorf("%s, %s: reading and writing gives other bytes: %v", unit, name, err)
			}
		}
	}
}
