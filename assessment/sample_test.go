package assessment_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/evidence"
)

// samples are the realistic files of testdata/results.
func samples() map[string]assessment.Result {
	lighting, sound := assessment.SampleResult("lighting", now), assessment.SampleResult("sound", now)

	plain := assessment.SampleResult("lighting", now.Add(time.Hour))
	plain.Level.National = nil
	plain.Languages = []string{"de", "en"}
	plain.Body.Logo = nil
	plain.Notes = assessment.Notes{}
	root, err := evidence.ParseRoot("sha-256:Z3n7RM0NyJ8EXQW3AnPgWq3KkkLPAV92Ql2OxYXCCYE") // of the three items in docs/evidence.md
	if err != nil {
		panic(err)
	}
	plain.Methods[0].Evidence = &assessment.Evidence{Root: root, Items: 3}

	french := assessment.SampleResult("sound", now.Add(2*time.Hour))
	french.Languages = []string{"fr", "en"}
	french.Body.ID = "modeleville"
	french.Body.LegalName = assessment.Text{
		"fr": "Centre d’examen Scène et Technique (DEMO – not qualified)",
		"en": "Centre d’examen Scène et Technique (DEMO – not qualified)",
	}
	french.Body.Identifier = assessment.LegalIdentifier{Notation: "VATFR-00000000000", Country: "FR"}
	french.Body.Address, french.Body.Locality, french.Body.Country = "1, rue du Modèle", "00000 Modèleville", "FR"
	french.Body.Homepage, french.Body.Email = "https://scene-et-technique.example", "certificats@scene-et-technique.example"
	french.Level.National = &assessment.NationalLevel{
		ID: "http://data.europa.eu/snb/qdr/c_40020d69", Label: "NQF RNCP Level IV",
	}
	french.Candidate = assessment.Candidate{
		ID: "candidate-4713", GivenName: "Éloïse", FamilyName: "Le Goff-N’Diaye", DateOfBirth: day("1999-08-23"),
		Identifier: &assessment.Identifier{Scheme: "Numéro de dossier (DEMO)", Value: "2026/0713"},
	}
	french.Body.Accreditations[0].ID = "https://autorite-scene.example/reconnaissances/0001"
	french.Body.Accreditations[0].Agent = assessment.Authority{
		LegalName: assessment.Text{"fr": "DEMO Autorité des techniques de la scène", "en": "DEMO Autorité des techniques de la scène"}, Country: "FR",
	}
	french.Decision.Officer.Name = "Maëlle Dubois-Åkerström"

	names := assessment.SampleResult("lighting", now.Add(3*time.Hour))
	names.Candidate = assessment.Candidate{
		ID:          "candidate-4714",
		GivenName:   "Αλεξάνδρα-Ελευθερία Þórunn Łucja Žofie",
		FamilyName:  "Müller-Lüdenscheidt von und zu Weißenfels-Großörner",
		FullName:    longest("Αλεξάνδρα-Ελευθερία Þórunn Łucja Žofie Müller-Lüdenscheidt von und zu Weißenfels-Großörner, Владислава Щербакова-Ёлкина, Ștefănița Țărmureanu, Ñuñoa İğdır Çelebi"),
		DateOfBirth: day("1996-02-29"),
	}
	names.Assessors[0].Name = longest("Владислав Щербаков-Ёлкин ÆØÅ-Ångström ŐŰ Dvořáková-Šťastná Ģirts Ķēniņš Žemaitytė")
	names.Assessors[1].Name = "Ελένη Παπαδοπούλου-Χατζηγεωργίου"
	names.Decision.Officer.Name = longest("Prof. Dr.-Ing. Zsófia Szőke-Nagyné Đurđević Sigríður Guðmundsdóttir")
	names.Body.Address = longest("Straße der Veranstaltungstechnikerinnen und Veranstaltungstechniker 1")
	names.Body.Locality = "00000 Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch-Musterstadt"
	for i := range names.Body.Accreditations {
		for lang, s := range names.Body.Accreditations[i].Title {
			names.Body.Accreditations[i].Title[lang] = s + " – " + strings.Repeat("Langname ", 18) + "Ende"
		}
	}
	return map[string]assessment.Result{
		"lighting": lighting, "sound": sound, "no-national-level": plain, "french": french, "longest-names": names,
	}
}

// longest fills a name up to the 200 characters that a name may have.
func longest(s string) string {
	r := []rune(s)
	for i := 0; len(r) < 200; i++ {
		r = append(r, []rune(" von Łódź-Großenhain")...)
	}
	r = r[:200]
	if r[199] == ' ' || r[199] == '-' {
		r[199] = 'a'
	}
	return string(r)
}

func day(s string) assessment.Date {
	d, err := assessment.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestSampleFiles(t *testing.T) {
	for name, r := range samples() {
		data, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Check(now.Add(3 * time.Hour)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		golden(t, filepath.Join(results, name+".json"), data)
	}
}

func TestSampleResult(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"lighting", "sound"} {
		// At the first and the last second of a day, and on a day that other years lack.
		for _, at := range []time.Time{
			now, now.Truncate(24 * time.Hour), now.Truncate(24 * time.Hour).Add(24*time.Hour - time.Second),
			time.Date(2028, 2, 29, 12, 0, 0, 0, time.UTC), now.In(time.FixedZone("west", -11*3600)),
		} {
			r := assessment.SampleResult(id, at)
			if err := r.Check(at); err != nil {
				t.Errorf("%s at %s: %v", id, at, err)
			}
			if !strings.Contains(r.Body.LegalName["de"], "DEMO") || !r.Decision.Imported {
				t.Errorf("%s is not recognisable as a sample", id)
			}
		}
	}
	if a, b := assessment.SampleResult("lighting", now).ID, assessment.SampleResult("sound", now).ID; a == b {
		t.Error("two samples bear one id")
	}
	if err := assessment.SampleResult("work", now).Check(now); len(keysOf(err)) != 1 || keysOf(err)[0] != "$.unit.status result.unit.preparation" {
		t.Errorf("a unit in preparation gives %v", keysOf(err))
	}
	if err := assessment.SampleResult("nothing", now).Check(now); err == nil {
		t.Error("a sample without a unit is accepted")
	}
}
