package render_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/render"
)

var issued = time.Date(2026, time.December, 1, 10, 30, 0, 0, time.UTC)

// built makes the claims of a sample Result as they stand in its EDC file.
func built(t *testing.T, unit string, change func(*assessment.Result)) *elm.Credential {
	t.Helper()
	r := assessment.SampleResult(unit, issued)
	demo, err := private.NewDemo(private.DemoConfig{
		Name: assessment.SampleBodyName, OrganizationID: r.Body.Identifier.Notation, Country: r.Body.Country, Algorithm: keys.ES256, Now: issued,
	})
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&r)
	}
	d, err := issuer.BuildDraft(r, demo.Chain, issued, func(c *elm.Credential, lang string) ([]byte, error) {
		return render.View(c, i18n.For(lang)).PNG()
	})
	if err != nil {
		t.Fatal(err)
	}
	id, err := credential.NewID(credential.EDC)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := issuer.EDC(d, id)
	if err != nil {
		t.Fatal(err)
	}
	c, err := elm.Parse(payload)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestViewOfBuiltClaims goes the way of a real certificate: Result, claims,
// file, view, print.
func TestViewOfBuiltClaims(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"lighting", "sound"} {
		c := built(t, unit, nil)
		r := assessment.SampleResult(unit, issued)
		for _, lang := range i18n.Languages {
			v := render.View(c, i18n.For(lang))
			title, _ := r.Unit.Title.In(lang)
			if v.Lang != lang || v.Unit != title || v.Holder != r.Candidate.Name() || v.Number != r.CertificateNumber || v.ID != c.ID {
				t.Errorf("%s %s: %+v", unit, lang, v)
			}
			if !v.BirthDate.Equal(r.Candidate.DateOfBirth.Time()) || !v.Awarded.Equal(r.Decision.Date.Time()) ||
				!v.ValidFrom.Equal(r.Validity.From.Time()) || !v.ValidUntil.Equal(r.Validity.Until.End()) {
				t.Errorf("%s %s: dates: %v %v %v %v", unit, lang, v.BirthDate, v.Awarded, v.ValidFrom, v.ValidUntil)
			}
			if !v.Demo || !strings.Contains(v.Body, "DEMO") || v.SealedBy != "" || len(v.Logo) == 0 {
				t.Errorf("%s %s: body %q, sealed by %q, demo %v, logo of %d bytes", unit, lang, v.Body, v.SealedBy, v.Demo, len(v.Logo))
			}
			if len(v.Outcomes) != len(r.Unit.Outcomes) || len(v.Methods) != len(r.Methods) || v.Assessors != len(r.Assessors) || !v.Illustrative {
				t.Errorf("%s %s: %d outcomes, %d methods, %d assessors, illustrative %v", unit, lang, len(v.Outcomes), len(v.Methods), v.Assessors, v.Illustrative)
			}
			for i, o := range v.Outcomes {
				if len(o.Skills) != len(r.Unit.Outcomes[i].ESCO) || o.Illustrative != r.Unit.Outcomes[i].Source.Illustrative() {
					t.Errorf("%s %s: outcome %q: %d skills, illustrative %v", unit, lang, o.Title, len(o.Skills), o.Illustrative)
				}
				for j, s := range o.Skills {
					// A label in another language says so.
					if _, has := r.Unit.Outcomes[i].ESCO[j].Label[lang]; has == (s.Lang != "") {
						t.Errorf("%s %s: label %q says language %q", unit, lang, s.Label, s.Lang)
					}
				}
			}
			for field, text := range map[string]string{
				"place": v.Place, "level": v.Level, "workload": v.Workload, "participation": v.Participation,
				"accreditation": v.Accreditation, "quality": v.Quality, "prerequisites": v.Prerequisites,
			} {
				if text == "" || strings.Contains(text, "render.") {
					t.Errorf("%s %s: %s is %q", unit, lang, field, text)
				}
			}
			if !strings.Contains(v.Level, "4") || !strings.Contains(v.Level, "DQR") {
				t.Errorf("%s %s: level %q does not name both levels", unit, lang, v.Level)
			}
			pages, err := v.Layout(sampleConfig())
			if err != nil {
				t.Fatal(err)
			}
			checkLayout(t, unit+" "+lang, pages)
			show(t, sample{"real " + unit + " " + lang, v, sampleConfig()})
		}
	}
}

// TestViewWithoutNationalLevel: no EQF level without a national one.
func TestViewWithoutNationalLevel(t *testing.T) {
	t.Parallel()
	c := built(t, "lighting", func(r *assessment.Result) { r.Level.National = nil })
	for lang, want := range map[string]string{
		"en": "No level claimed (described with level 4 descriptors)", "fr": "Aucun niveau revendiqué (décrit avec les descripteurs du niveau 4)",
		"de": "Kein Niveau beansprucht (beschrieben mit Deskriptoren der Niveaustufe 4)",
	} {
		v := render.View(c, i18n.For(lang))
		if v.Level != want {
			t.Errorf("%s: level %q, want %q", lang, v.Level, want)
		}
		for _, n := range v.Notes {
			if n == want {
				t.Errorf("%s: the note is printed twice", lang)
			}
		}
	}
	q := c.CredentialSubject.(*elm.Person).HasClaim[0].(*elm.LearningAchievement).SpecifiedBy
	eqf, ok := elm.ConceptOf("http://data.europa.eu/snb/eqf/4", "en")
	if !ok {
		t.Fatal("no concept of EQF level 4")
	}
	q.EQFLevel, q.AdditionalNote = &eqf, nil
	if v := render.View(c, i18n.For("en")); v.Level != "No level claimed (described with level 4 descriptors)" {
		t.Errorf("an EQF level alone is shown as %q", v.Level)
	}
}

// TestViewByMandate: who seals is named when it is not who awards.
func TestViewByMandate(t *testing.T) {
	t.Parallel()
	c := built(t, "lighting", nil)
	o := c.Issuer.(*elm.Organisation)
	o.LegalName = elm.NewText("en", "Northern Seal Service")
	o.EIDASIdentifier.Notation = "VATDE-111111111"
	if v := render.View(c, i18n.For("fr")); v.SealedBy != "Northern Seal Service" || v.Body == v.SealedBy {
		t.Errorf("body %q, sealed by %q", v.Body, v.SealedBy)
	}
}

// TestViewOfTheCommissionsSample: files of other issuers can be shown too.
func TestViewOfTheCommissionsSample(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(testkit.Reference(t), "elm", "sample-mc-annex1-unsigned.jsonld"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := elm.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	v := render.View(c, i18n.For("en"))
	got := []string{v.Holder, v.Body, v.Level, v.Number, v.Credits, v.Participation}
	want := []string{"Ana Andromeda", "University of Zed", "EQF level 6 (RQF Level 6)", "C012", "2 (European Credit Transfer System)"}
	if d := cmp.Diff(want, got[:5]); d != "" {
		t.Error(d)
	}
	if len(v.Logo) == 0 || v.Demo || len(v.Methods) != 1 || v.Methods[0].Grade != "Pass" || len(v.Outcomes) == 0 {
		t.Errorf("logo of %d bytes, demo %v, methods %v, %d outcomes", len(v.Logo), v.Demo, v.Methods, len(v.Outcomes))
	}
	if _, err := v.PDF(sampleConfig()); err != nil {
		t.Error(err)
	}
}

// TestViewOfLittle: nothing that is missing hurts.
func TestViewOfLittle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*elm.Credential{
		"nothing":        nil,
		"empty":          {},
		"nil person":     {CredentialSubject: (*elm.Person)(nil), Issuer: (*elm.Organisation)(nil)},
		"organisation":   {CredentialSubject: &elm.Organisation{}, Issuer: &elm.Agent{}},
		"no claims":      {CredentialSubject: &elm.Person{}},
		"nil claim":      {CredentialSubject: &elm.Person{HasClaim: elm.Many[elm.Claim]{nil, (*elm.LearningAchievement)(nil)}}},
		"bare claim":     {CredentialSubject: &elm.Person{HasClaim: elm.Many[elm.Claim]{&elm.LearningAchievement{AwardedBy: &elm.AwardingProcess{}, SpecifiedBy: &elm.Qualification{EQFLevel: &elm.Concept{}}}}}},
		"nonsense dates": {ValidFrom: "yesterday", ValidUntil: "∞", Issued: "2026-13-45T99:00:00Z"},
		"raw":            {Issuer: &elm.Raw{JSON: []byte(`{"type":"Team","prefLabel":{"en":"Crew"}}`)}, CredentialSubject: &elm.Raw{JSON: []byte("nonsense")}},
	} {
		v := render.View(c, i18n.For("de"))
		if v.Lang != "de" {
			t.Errorf("%s: language %q", name, v.Lang)
		}
		if _, err := v.PNG(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := v.PDF(render.Config{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestViewDemo: the word, not the letters.
func TestViewDemo(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Prüfstelle (DEMO – not qualified)": true, "DEMO": true, "Prüfstelle DEMO": true, "Body (DEMO)": true,
		"DEMOKRATISCHES THEATER": false, "Demo Records": false, "": false, "MODEMO": false,
	} {
		c := &elm.Credential{Issuer: &elm.Organisation{LegalName: elm.NewText("en", name)}}
		if got := render.View(c, i18n.For("en")).Demo; got != want {
			t.Errorf("%q: demo is %v, want %v", name, got, want)
		}
	}
}
