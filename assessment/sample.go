package assessment

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"time"
)

// SampleBodyName is the legal name of the body in samples, without the mark
// that the certificates of a demo put behind every name.
const SampleBodyName = "Prüfstelle Bühne und Technik Musterstadt"

// sampleMark is that mark.
const sampleMark = " (DEMO – not qualified)"

// sampleLogo is a picture of ours: a light cone and sound waves on a stage.
//
//go:embed sample/logo.png
var sampleLogo []byte

// SampleResult makes a realistic Result of one of the units that come with the
// program: invented people, an invented body in Germany with the identifier
// VATDE-000000000 and an invented authority, decided on the day of now. For
// "lighting" and "sound" it obeys every rule; a unit in preparation is refused
// by them, and for any other id the Result has no unit. The same arguments
// give the same Result.
//
// The legal name is SampleBodyName with the mark of demo certificates. A
// caller that seals with another certificate changes Body.LegalName and
// Body.Identifier.
func SampleResult(unitID string, now time.Time) Result {
	var unit Unit
	for _, u := range Standards() {
		if u.ID == unitID {
			unit = u
		}
	}
	today := DateOf(now)
	r := Result{
		Schema:    SchemaURI,
		ID:        sampleID(unitID, now),
		Languages: []string{"en", "fr", "de"},
		Unit:      unit,
		Body:      sampleBody(today),
		Candidate: Candidate{
			ID: "candidate-4711", GivenName: "Jana", FamilyName: "Kowalczyk-Brandt", DateOfBirth: Date{1998, 4, 17},
		},
		Participation: Participation{Mode: Blended, Setting: NonFormal, From: today.AddDays(-120), Until: today.AddDays(-9)},
		Assessors: []Assessor{
			{ID: "assessor-12", Name: "Henrike Sandvoss", Certificate: "DEMO-A-0012"},
			{ID: "assessor-31", Name: "Tomasz Wieczorek", Certificate: "DEMO-A-0031"},
		},
		Level: AwardLevel{
			EQF:      unit.Level.EQF,
			National: &NationalLevel{ID: "http://data.europa.eu/snb/qdr/c_12a84182", Label: "DQR Level 4"},
		},
		Decision: Decision{
			Officer: Officer{ID: "officer-3", Name: "Dr. Aylin Becker-Roth"}, Date: today, Imported: true,
		},
		Validity: Validity{From: today, Until: today.AddYears(5)},
		Notes: Notes{
			Prerequisites: Text{
				"en": "None enforced. The scheme names the unit Work Organisation as the one to hold first.",
				"fr": "Aucun n’est exigé. Le dispositif désigne l’unité Organisation du travail comme celle à posséder d’abord.",
				"de": "Keine verlangt. Das Zertifizierungsprogramm nennt die Einheit Arbeitsorganisation als die zuerst zu erwerbende.",
			},
			Stackability: Text{
				"en": "One unit of a profile for event technicians; it can be combined with the other units of the scheme.",
				"fr": "Une unité d’un profil de technicien du spectacle et de l’événementiel ; elle peut être combinée avec les autres unités du dispositif.",
				"de": "Eine Einheit eines Profils für Veranstaltungstechnik; sie lässt sich mit den anderen Einheiten des Zertifizierungsprogramms verbinden.",
			},
		},
	}
	r.CertificateNumber = fmt.Sprintf("DEMO-%d-%s", today.year, r.ID[:4])
	if unitID == "sound" {
		r.Candidate = Candidate{
			ID: "candidate-4712", GivenName: "Matéo", FamilyName: "Da Silva Ferreira", DateOfBirth: Date{2001, 11, 30},
		}
		r.Validity.Until = Date{}
	}
	r.Methods = sampleMethods(today)
	r.judge()
	return r
}

// sampleID makes an id that looks random but is the same for the same sample.
func sampleID(unitID string, now time.Time) ResultID {
	h := sha256.Sum256(fmt.Appendf(nil, "probatum sample %s %d", unitID, now.Unix()))
	h[6] = h[6]&0x0f | 0x40
	h[8] = h[8]&0x3f | 0x80
	return ResultID(fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16]))
}

// same is one text in all languages of certificates.
func same(s string) Text {
	t := Text{}
	for _, l := range CertificateLanguages {
		t[l] = s
	}
	return t
}

func sampleBody(today Date) Body {
	return Body{
		ID:         "musterstadt",
		LegalName:  same(SampleBodyName + sampleMark),
		Identifier: LegalIdentifier{Notation: "VATDE-000000000", Country: "DE"},
		Address:    "Musterweg 1",
		Locality:   "00000 Musterstadt",
		Country:    "DE",
		Homepage:   "https://pruefstelle.example",
		Email:      "zertifikate@pruefstelle.example",
		Logo:       slices.Clone(sampleLogo),
		Accreditations: []Accreditation{{
			ID:   "https://fachaufsicht.example/recognitions/0001",
			Type: InstitutionalQualityAssurance,
			Title: Text{
				"en": "Recognition as certifying body for event technology (DEMO)",
				"fr": "Reconnaissance comme organisme certificateur des techniques du spectacle et de l’événementiel (DEMO)",
				"de": "Anerkennung als Zertifizierungsstelle für Veranstaltungstechnik (DEMO)",
			},
			Agent: Authority{LegalName: same("DEMO Fachaufsicht Veranstaltungstechnik"), Country: "DE"},
			From:  today.AddYears(-2),
			Until: today.AddYears(3),
		}},
	}
}

func sampleMethods(today Date) []Method {
	passed := Text{"en": "Passed", "fr": "Réussi", "de": "Bestanden"}
	both := []string{"assessor-12", "assessor-31"}
	return []Method{
		{
			ID: "portfolio", Type: Portfolio, Date: today.AddDays(-28), Mode: Online, Assessors: both,
			Title:                Text{"en": "Review of the portfolio", "fr": "Examen du portfolio", "de": "Prüfung des Portfolios"},
			Grade:                maps.Clone(passed),
			IdentityVerification: IDVerification,
		},
		{
			ID: "practical", Type: Practical, Date: today.AddDays(-10), Mode: Presential, Assessors: both,
			Title: Text{
				"en": "Practical task on the rehearsal stage", "fr": "Épreuve pratique sur la scène de répétition", "de": "Praktische Aufgabe auf der Probebühne",
			},
			Grade:                maps.Clone(passed),
			IdentityVerification: SupervisedWithID,
		},
		{
			ID: "interview", Type: Interview, Date: today.AddDays(-9), Mode: Presential, Assessors: both,
			Title:                Text{"en": "Professional interview", "fr": "Entretien professionnel", "de": "Fachgespräch"},
			Grade:                maps.Clone(passed),
			IdentityVerification: SupervisedWithID,
		},
		{
			ID: "documents", Type: ProductReview, Date: today.AddDays(-14), Mode: Online, Assessors: []string{"assessor-31"},
			Title: Text{
				"en": "Review of plans and lists made by the candidate", "fr": "Examen de plans et de listes établis par la personne candidate", "de": "Prüfung selbst erstellter Pläne und Listen",
			},
			Grade:                maps.Clone(passed),
			IdentityVerification: IDVerification,
		},
	}
}

// judge meets every criterion of the unit, each by two of portfolio, practical
// task and interview, those of the first outcome by documents as well, and
// notes at the methods what they judged.
func (r *Result) judge() {
	pairs := [][]string{{"portfolio", "practical"}, {"practical", "interview"}, {"portfolio", "interview"}}
	for i, out := range r.Unit.Outcomes {
		res := OutcomeResult{Outcome: out.ID}
		used := map[string]bool{}
		for j, c := range out.Criteria {
			by := slices.Clone(pairs[j%len(pairs)])
			if i == 0 {
				by = append(by, "documents")
			}
			for _, m := range by {
				used[m] = true
			}
			res.Criteria = append(res.Criteria, CriterionResult{Criterion: c.ID, Met: true, Methods: by})
		}
		r.Outcomes = append(r.Outcomes, res)
		for k := range r.Methods {
			if used[r.Methods[k].ID] {
				r.Methods[k].Outcomes = append(r.Methods[k].Outcomes, out.ID)
			}
		}
	}
}
