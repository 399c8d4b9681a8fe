package issuer_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
)

func build(t testing.TB, r assessment.Result) credential.Draft {
	t.Helper()
	d, err := issuer.BuildDraft(r, demo(t, keys.ES256).Chain, now, dots)
	if err != nil {
		t.Fatalf("BuildDraft: %v", err)
	}
	return d
}

func payload(t testing.TB, d credential.Draft) []byte {
	t.Helper()
	id, err := credential.NewID(credential.EDC)
	if err != nil {
		t.Fatal(err)
	}
	p, err := issuer.EDC(d, id)
	if err != nil {
		t.Fatalf("EDC: %v", err)
	}
	return p
}

// at finds a value in a JSON document by names and indexes.
func at(t testing.TB, doc []byte, path string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(path) {
		switch w := v.(type) {
		case map[string]any:
			v = w[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(w) {
				t.Fatalf("%s: no element %s", path, name)
			}
			v = w[i]
		default:
			t.Fatalf("%s: no %s in %v", path, name, v)
		}
	}
	return v
}

func TestDraftSaysWhatTheResultSays(t *testing.T) {
	t.Parallel()
	r := sample("lighting")
	r.Credits = &assessment.Credits{Framework: assessment.ECVET, Points: 4.5}
	r.Candidate.Identifier = &assessment.Identifier{Scheme: "Learner number", Value: "L-1"}
	r.Methods[0].Evidence = &assessment.Evidence{Root: evidence.Root{31: 1}, Items: 7}
	doc := payload(t, build(t, r))
	const a, q = "credentialSubject hasClaim ", "credentialSubject hasClaim specifiedBy "
	const ap = "http://publications.europa.eu/resource/authority/"
	for path, want := range map[string]any{
		"credentialProfiles id":                                   "http://data.europa.eu/snb/credential/e34929035b",
		"credentialSchema id":                                     "http://data.europa.eu/snb/model/ap/edc-generic-full",
		"credentialSchema type":                                   "ShaclValidator2017",
		"@context":                                                []any{"https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"},
		"issued":                                                  "2026-11-25T12:00:00Z",
		"issuanceDate":                                            "2026-11-25T12:00:00Z",
		"validFrom":                                               "2026-11-25T00:00:00Z",
		"validUntil":                                              "2031-11-25T23:59:59Z",
		"expirationDate":                                          "2031-11-25T23:59:59Z",
		"identifier schemeName":                                   "Certificate number",
		"identifier notation":                                     r.CertificateNumber,
		"issuer type":                                             "Organisation",
		"issuer legalName de":                                     assessment.SampleBodyName + " (DEMO – not qualified)",
		"issuer altLabel en":                                      assessment.SampleBodyName + " Seal (DEMO)",
		"issuer eIDASIdentifier notation":                         "VATDE-000000000",
		"issuer eIDASIdentifier spatial id":                       ap + "country/DEU",
		"issuer location address countryCode id":                  ap + "country/DEU",
		"credentialSubject type":                                  "Person",
		"credentialSubject givenName en":                          "Jana",
		"credentialSubject familyName en":                         "Kowalczyk-Brandt",
		"credentialSubject fullName en":                           "Jana Kowalczyk-Brandt",
		"credentialSubject dateOfBirth":                           "1998-04-17T00:00:00Z",
		"credentialSubject identifier notation":                   "L-1",
		a + "type":                                                "LearningAchievement",
		a + "title de":                                            r.Unit.Title["de"],
		a + "awardedBy awardingDate":                              "2026-11-25T00:00:00Z",
		a + "awardedBy awardingBody logo contentType id":          ap + "file-type/PNG",
		a + "awardedBy awardingBody logo content":                 base64.StdEncoding.EncodeToString(r.Body.Logo),
		a + "awardedBy awardingBody accreditation id":             "https://fachaufsicht.example/recognitions/0001",
		a + "awardedBy awardingBody accreditation dcType id":      "http://data.europa.eu/snb/accreditation/bb4618238e",
		a + "awardedBy awardingBody homepage contentURL":          "https://pruefstelle.example",
		a + "awardedBy awardingBody contactPoint emailAddress id": "mailto:zertifikate@pruefstelle.example",
		a + "creditReceived point":                                "4.5",
		a + "provenBy 0 title fr":                                 "Examen du portfolio",
		a + "provenBy 0 grade noteLiteral de":                     "Bestanden",
		a + "provenBy 0 dateIssued":                               "2026-10-28T00:00:00Z",
		a + "provenBy 0 specifiedBy dcType id":                    "http://data.europa.eu/snb/assessment/4f03b91c0e",
		a + "provenBy 0 specifiedBy mode id":                      "http://data.europa.eu/snb/learning-assessment/920fbb3cbe",
		a + "provenBy 0 idVerification id":                        "http://data.europa.eu/snb/supervision-verification/44314532f9",
		a + "provenBy 0 identifier schemeName":                    "Probatum evidence root",
		a + "provenBy 0 identifier notation":                      "sha-256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE",
		a + "provenBy 1 idVerification id":                        "http://data.europa.eu/snb/supervision-verification/70be69aaf9",
		a + "provenBy 1 assessedBy 0 type":                        "Agent",
		a + "provenBy 1 assessedBy 0 identifier notation":         "assessor-12",
		a + "provenBy 1 assessedBy 1 identifier notation":         "assessor-31",
		a + "provenBy 3 assessedBy identifier notation":           "assessor-31",
		q + "eqfLevel id":                                         "http://data.europa.eu/snb/eqf/4",
		q + "nqfLevel id":                                         "http://data.europa.eu/snb/qdr/c_12a84182",
		q + "volumeOfLearning":                                    "PT100H",
		q + "creditPoint framework id":                            "http://data.europa.eu/snb/education-credit/60b314e826",
		q + "creditPoint point":                                   "4.5",
		q + "mode id":                                             "http://data.europa.eu/snb/learning-assessment/e92d221e4d",
		q + "learningSetting id":                                  "http://data.europa.eu/snb/learning-setting/e207a81fc7",
		q + "identifier notation":                                 r.Unit.Name(),
		q + "entryRequirement noteLiteral fr":                     r.Notes.Prerequisites["fr"],
		q + "learningOutcome 0 title de":                          r.Unit.Outcomes[0].Title["de"],
		q + "learningOutcome 0 dcType id":                         "http://data.europa.eu/snb/skill-type/skill",
		q + "learningOutcome 0 relatedESCOSkill 0 id":             "http://data.europa.eu/esco/skill/a03929b1-c9fd-4c41-be00-a05588930cfc",
		q + "learningOutcome 0 relatedESCOSkill 0 notation":       "Skill",
		q + "learningOutcome 0 relatedESCOSkill 0 inScheme id":    "http://data.europa.eu/esco/concept-scheme/skills",
		q + "learningOutcome 0 relatedESCOSkill 0 prefLabel de":   "Beleuchtungspläne lesen",
		q + "learningOutcome 0 identifier 0 notation":             "01 00 20 04 10",
		q + "learningOutcome 0 identifier 2 notation":             r.Unit.Outcomes[0].ID,
		"displayParameter primaryLanguage id":                     ap + "language/ENG",
		"displayParameter language 2 id":                          ap + "language/DEU",
		"displayParameter title fr":                               r.Unit.Title["fr"],
		"displayParameter individualDisplay 1 language id":        ap + "language/FRA",
		"displayParameter individualDisplay 1 displayDetail page": float64(1),
		"displayParameter individualDisplay 1 displayDetail image contentType id": ap + "file-type/PNG",
	} {
		if got := at(t, doc, path); !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
	for i, lang := range r.Languages {
		want, _ := dots(nil, lang)
		got := at(t, doc, fmt.Sprintf("displayParameter individualDisplay %d displayDetail image content", i))
		if got != base64.StdEncoding.EncodeToString(want) {
			t.Errorf("page in %s is not what was rendered", lang)
		}
	}
	if n := len(at(t, doc, a+"provenBy").([]any)); n != len(r.Methods) {
		t.Errorf("%d assessments for %d methods", n, len(r.Methods))
	}
	if n := len(at(t, doc, q+"learningOutcome").([]any)); n != len(r.Unit.Outcomes) {
		t.Errorf("%d outcomes for %d of the unit", n, len(r.Unit.Outcomes))
	}

	text := string(doc)
	for what, secret := range map[string]string{
		"assessor's name":        r.Assessors[0].Name,
		"assessor's certificate": r.Assessors[0].Certificate,
		"officer's name":         r.Decision.Officer.Name,
		"candidate's pseudonym":  r.Candidate.ID,
	} {
		if strings.Contains(text, secret) {
			t.Errorf("the %s %q is in the file", what, secret)
		}
	}
	if strings.Contains(text, "accredited") || strings.Contains(text, "credentialStatus") {
		t.Error("the file claims a profile or a status that it does not have")
	}
}

func TestDraftMarksWhatIsNotTheSchemesOwn(t *testing.T) {
	t.Parallel()
	r := sample("lighting")
	doc := payload(t, build(t, r))
	const q = "credentialSubject hasClaim specifiedBy "
	notes := func(path, lang string) []string {
		t.Helper()
		var all []string
		list, ok := at(t, doc, path).([]any)
		if !ok {
			list = []any{at(t, doc, path)}
		}
		for _, n := range list {
			all = append(all, n.(map[string]any)["noteLiteral"].(map[string]any)[lang].(string))
		}
		return all
	}
	for lang, want := range map[string]struct{ mark, hours, imported string }{
		"en": {"(illustrative)", "100 hours is illustrative", "did not observe"},
		"fr": {"(à titre d’exemple)", "100 heures est donnée à titre d’exemple", "ne les a pas observées"},
		"de": {"(beispielhaft)", "100 Stunden ist beispielhaft", "nicht beobachtet"},
	} {
		for i, o := range r.Unit.Outcomes {
			all := strings.Join(notes(fmt.Sprintf("%slearningOutcome %d additionalNote", q, i), lang), "\n")
			for _, c := range o.Criteria {
				marked := strings.Contains(all, c.ID+") "+c.Text[lang]+" "+want.mark)
				if !strings.Contains(all, c.ID+") "+c.Text[lang]) || marked != c.Source.Illustrative() {
					t.Errorf("%s: criterion %s%s from %q: marked %v in %q", lang, o.ID, c.ID, c.Source, marked, all)
				}
			}
		}
		all := strings.Join(notes(q+"additionalNote", lang), "\n")
		if r.Unit.Workload.Illustrative && !strings.Contains(all, want.hours) {
			t.Errorf("%s: no word on the workload in %q", lang, all)
		}
		if !strings.Contains(all, r.Notes.Stackability[lang]) || !strings.Contains(all, "ESCO") {
			t.Errorf("%s: stackability or ESCO version missing in %q", lang, all)
		}
		if got := notes("credentialSubject hasClaim additionalNote", lang); len(got) != 1 || !strings.Contains(got[0], want.imported) {
			t.Errorf("%s: note on the imported decision is %q", lang, got)
		}
	}

	r.Decision.Imported = false
	r.Unit.Workload.Illustrative = false
	doc = payload(t, build(t, r))
	if n := at(t, doc, "credentialSubject hasClaim additionalNote"); n != nil {
		t.Errorf("a decision of our own bears the note %v", n)
	}
	if strings.Contains(string(doc), "100 hours is illustrative") {
		t.Error("a workload of the scheme is called illustrative")
	}
}

func TestLevelNeedsItsNationalLevel(t *testing.T) {
	t.Parallel()
	r := sample("sound")
	r.Level.National = nil
	d := build(t, r)
	q := d.Claims.CredentialSubject.(*elm.Person).HasClaim[0].(*elm.LearningAchievement).SpecifiedBy
	if q.EQFLevel != nil || len(q.NQFLevel) > 0 {
		t.Errorf("a level is claimed without a national one: %v, %v", q.EQFLevel, q.NQFLevel)
	}
	want := elm.NewText("en", "no level is claimed: level 4 descriptors used to describe the learning outcomes only",
		"fr", "aucun niveau n’est revendiqué : les descripteurs du niveau 4 ne servent qu’à décrire les acquis",
		"de", "kein Niveau wird beansprucht: Deskriptoren der Niveaustufe 4 nur zur Beschreibung der Lernergebnisse verwendet")
	if !slices.ContainsFunc(q.AdditionalNote, func(n elm.Note) bool { return cmp.Equal(n.NoteLiteral, want) }) {
		t.Errorf("no note says %v in %v", want, q.AdditionalNote)
	}
	if findings := elm.Check(payload(t, d), elm.Options{}); len(findings) > 0 {
		t.Errorf("Check: %v", findings)
	}
}

func TestDraftOfOneLanguageSaysNothingInOthers(t *testing.T) {
	t.Parallel()
	r := sample("lighting")
	r.Languages = []string{"de"}
	r.Validity.Until = assessment.Date{}
	r.CertificateNumber = ""
	d := build(t, r)
	doc := payload(t, d)
	if findings := elm.Check(doc, elm.Options{Strict31: true}); len(findings) > 0 {
		t.Errorf("Check: %v", findings)
	}
	if got := at(t, doc, "credentialSubject hasClaim title"); !reflect.DeepEqual(got, map[string]any{"de": r.Unit.Title["de"]}) {
		t.Errorf("title = %v", got)
	}
	if at(t, doc, "validUntil") != nil || at(t, doc, "expirationDate") != nil || !d.ValidUntil.IsZero() {
		t.Error("an award without end has one")
	}
	if at(t, doc, "identifier") != nil {
		t.Error("a certificate without number has an identifier")
	}
	// The label of a skill without a German one is there as it was published.
	if !strings.Contains(string(doc), `"prefLabel":{"en":`) {
		t.Error("a label that exists in another language only was lost or given out as German")
	}
}

// annexDrops takes one mandatory element out of the claims each.
var annexDrops = map[string]struct {
	path string
	drop func(c *elm.Credential, p *elm.Person, a *elm.LearningAchievement)
}{
	"learner.name": {"$.candidate", func(_ *elm.Credential, p *elm.Person, _ *elm.LearningAchievement) {
		p.FullName, p.FamilyName = nil, elm.Text{"en": {" "}}
	}},
	"learner.identification": {"$.candidate", func(_ *elm.Credential, p *elm.Person, _ *elm.LearningAchievement) { p.DateOfBirth = "" }},
	"title":                  {"$.unit.title", func(_ *elm.Credential, _ *elm.Person, a *elm.LearningAchievement) { a.SpecifiedBy.Title = nil }},
	"country": {"$.body.country", func(c *elm.Credential, _ *elm.Person, _ *elm.LearningAchievement) {
		c.Issuer.(*elm.Organisation).Location[0].Address[0].CountryCode = nil
	}},
	"body": {"$.body.legalName", func(_ *elm.Credential, _ *elm.Person, a *elm.LearningAchievement) {
		a.AwardedBy.AwardingBody[0].(*elm.Organisation).LegalName = nil
	}},
	"date": {"$.decision.date", func(_ *elm.Credential, _ *elm.Person, a *elm.LearningAchievement) { a.AwardedBy.AwardingDate = "" }},
	"outcomes": {"$.unit.outcomes", func(_ *elm.Credential, _ *elm.Person, a *elm.LearningAchievement) {
		a.SpecifiedBy.LearningOutcome = nil
	}},
	"workload": {"$.unit.workload", func(_ *elm.Credential, _ *elm.Person, a *elm.LearningAchievement) {
		a.SpecifiedBy.VolumeOfLearning = ""
	}},
	"level": {"$.level", func(_ *elm.Credential, _ *elm.Person, a *elm.LearningAchievement) { a.SpecifiedBy.NQFLevel = nil }},
	"assessment": {"$.methods", func(_ *elm.Credential, _ *elm.Person, a *elm.LearningAchievement) {
		a.ProvenBy[1].SpecifiedBy.Mode = nil
	}},
	"participation": {"$.participation.mode", func(_ *elm.Credential, _ *elm.Person, a *elm.LearningAchievement) {
		a.SpecifiedBy.Mode = nil
	}},
	"quality": {"$.body.accreditations", func(_ *elm.Credential, _ *elm.Person, a *elm.LearningAchievement) {
		a.AwardedBy.AwardingBody[0].(*elm.Organisation).Accreditation = nil
	}},
}

func TestCheckAnnexIMissesNothing(t *testing.T) {
	t.Parallel()
	for name, test := range annexDrops {
		c := build(t, sample("lighting")).Claims
		p := c.CredentialSubject.(*elm.Person)
		if faults := issuer.CheckAnnexI(c); len(faults) > 0 {
			t.Fatalf("a whole draft lacks %v", faults)
		}
		test.drop(c, p, p.HasClaim[0].(*elm.LearningAchievement))
		want := fault.List{{Path: test.path, Key: "issue.annex." + name, Rule: "R81"}}
		if got := issuer.CheckAnnexI(c); !cmp.Equal(got, want) {
			t.Errorf("without %s: %v, want %v", name, got, want)
		}
	}
	if got := issuer.CheckAnnexI(&elm.Credential{}); len(got) != len(annexDrops) {
		t.Errorf("an empty credential lacks %d elements, want %d: %v", len(got), len(annexDrops), got)
	}
}

func TestBuildDraftRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(r *assessment.Result)
		want   map[string]string // message keys and paths
	}{
		"no name": {func(r *assessment.Result) { r.Candidate.GivenName, r.Candidate.FamilyName = "", "" },
			map[string]string{"issue.annex.learner.name": "$.candidate"}},
		"no date of birth": {func(r *assessment.Result) { r.Candidate.DateOfBirth = assessment.Date{} },
			map[string]string{"issue.annex.learner.identification": "$.candidate"}},
		"no title":         {func(r *assessment.Result) { r.Unit.Title = nil }, map[string]string{"issue.annex.title": "$.unit.title"}},
		"no award date":    {func(r *assessment.Result) { r.Decision.Date = assessment.Date{} }, map[string]string{"issue.annex.date": "$.decision.date"}},
		"no outcomes":      {func(r *assessment.Result) { r.Unit.Outcomes = nil }, map[string]string{"issue.annex.outcomes": "$.unit.outcomes"}},
		"no workload":      {func(r *assessment.Result) { r.Unit.Workload.Hours = 0 }, map[string]string{"issue.annex.workload": "$.unit.workload"}},
		"no level":         {func(r *assessment.Result) { r.Level = assessment.AwardLevel{} }, map[string]string{"issue.annex.level": "$.level"}},
		"no methods":       {func(r *assessment.Result) { r.Methods = nil }, map[string]string{"issue.annex.assessment": "$.methods"}},
		"no method type":   {func(r *assessment.Result) { r.Methods[2].Type = "" }, map[string]string{"issue.annex.assessment": "$.methods"}},
		"no participation": {func(r *assessment.Result) { r.Participation.Mode = "" }, map[string]string{"issue.annex.participation": "$.participation.mode"}},
		"no quality":       {func(r *assessment.Result) { r.Body.Accreditations = nil }, map[string]string{"issue.annex.quality": "$.body.accreditations"}},
		"several at once": {func(r *assessment.Result) { r.Unit.Workload.Hours, r.Participation.Mode = 0, "" },
			map[string]string{"issue.annex.workload": "$.unit.workload", "issue.annex.participation": "$.participation.mode"}},
		"other name": {func(r *assessment.Result) { r.Body.LegalName = assessment.Text{"en": "Ministry of Education"} },
			map[string]string{"issue.owner.name": "$.body.legalName"}},
		"other identifier": {func(r *assessment.Result) { r.Body.Identifier.Notation = "VATDE-999999999" },
			map[string]string{"issue.owner.identifier": "$.body.identifier.notation"}},
		"other country": {func(r *assessment.Result) { r.Body.Identifier.Country, r.Body.Country = "FR", "FR" },
			map[string]string{"issue.owner.country": "$.body.country"}},
		"unknown level": {func(r *assessment.Result) { r.Level.National.ID = "http://data.europa.eu/snb/qdr/c_00000000" },
			map[string]string{"issue.concept": "$.level.national.id"}},
		"EQF level 9": {func(r *assessment.Result) { r.Level.EQF = 9 }, map[string]string{"issue.concept": "$.level.eqf"}},
		"unknown field": {func(r *assessment.Result) {
			r.Unit.ThematicAreas = []string{"http://data.europa.eu/snb/isced-f/0000000"}
		}, map[string]string{"issue.concept": "$.unit.thematicAreas[0]"}},
		"unknown mode":    {func(r *assessment.Result) { r.Methods[0].Mode = "telepathic" }, map[string]string{"issue.concept": "$.methods[0].mode"}},
		"unknown country": {func(r *assessment.Result) { r.Body.Accreditations[0].Agent.Country = "QQ" }, map[string]string{"issue.concept": "$.body.accreditations[0].agent.country"}},
		"no ESCO skill": {func(r *assessment.Result) {
			r.Unit.Outcomes = slices.Clone(r.Unit.Outcomes)
			r.Unit.Outcomes[1].ESCO = []assessment.ESCO{{URI: "http://example.org/skill/1"}}
		}, map[string]string{"issue.concept": "$.unit.outcomes[1].esco[0].uri"}},
		"unknown assessor": {func(r *assessment.Result) { r.Methods[1].Assessors = []string{"nobody"} },
			map[string]string{"issue.assessor.unknown": "$.methods[1].assessors[0]"}},
		"no grade":                     {func(r *assessment.Result) { r.Methods[3].Grade = nil }, map[string]string{"issue.grade": "$.methods[3].grade"}},
		"logo of no kind":              {func(r *assessment.Result) { r.Body.Logo = []byte("<svg/>") }, map[string]string{"issue.logo": "$.body.logo"}},
		"odd language":                 {func(r *assessment.Result) { r.Languages = []string{"en", "qq"} }, map[string]string{"issue.language": "$.languages[1]"}},
		"language that our texts lack": {func(r *assessment.Result) { r.Languages = []string{"es", "en"} }, map[string]string{"issue.language": "$.languages[0]"}},
	} {
		r := sample("lighting")
		test.change(&r)
		_, err := issuer.BuildDraft(r, demo(t, keys.ES256).Chain, now, dots)
		if got := faultKeys(err); !cmp.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: kind %v of %v, want Invalid", name, fault.KindOf(err), err)
		}
	}
}

func TestBuildDraftRefusesACertificateOutOfTime(t *testing.T) {
	t.Parallel()
	chain := demo(t, keys.ES256).Chain
	for name, at := range map[string]time.Time{
		"early":   now.AddDate(0, 0, -1),
		"expired": now.AddDate(1, 0, 1),
	} {
		_, err := issuer.BuildDraft(sample("lighting"), chain, at, dots)
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Public != "proof.key."+name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBuildDraftFailsWithItsPictures(t *testing.T) {
	t.Parallel()
	broken := errors.New("out of ink")
	for name, pictures := range map[string]issuer.Pictures{
		"error": func(*elm.Credential, string) ([]byte, error) { return nil, broken },
		"text":  func(*elm.Credential, string) ([]byte, error) { return []byte("no picture"), nil },
		"empty": func(*elm.Credential, string) ([]byte, error) { return nil, nil },
	} {
		_, err := issuer.BuildDraft(sample("lighting"), demo(t, keys.ES256).Chain, now, pictures)
		if err == nil || name == "error" && !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
