package public

import (
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
)

// A sample is a Report that shows one state of the pages. People and bodies in
// it are invented.
type sample struct {
	name   string
	report verifier.Report
}

// samples are Reports as the verifier makes them, one for each way a
// verification can end that the pages tell apart.
func samples(now time.Time) []sample {
	return slices.Concat(sealedSamples(now), statusSamples(now), tokenSamples(now))
}

// sealedSamples are of files with a seal or a proof inside.
func sealedSamples(now time.Time) []sample {
	issued := now.AddDate(0, -3, 0)
	usual := sampleOf("Amélie Österreich-Müller", "Lighting", issued)
	ending := sampleOf("Bo Li", "Sound", issued)
	ending.ValidUntil = elm.NewDateTime(now.AddDate(2, 0, 0))
	ended := sampleOf("Bo Li", "Sound", issued)
	ended.ValidUntil = elm.NewDateTime(now.AddDate(0, 0, -10))
	return []sample{
		{"valid", reportOf(now, usual, true)},
		{"valid-until", reportOf(now, ending, true)},
		{"valid-longest", reportOf(now, longest(issued), true)},
		{"valid-bare", reportOf(now, bare(issued), true)},
		{"valid-hostile", reportOf(now, hostile(issued), true)},
		{"undetermined-trust", reportOf(now, usual, false, notDone(verifier.Accreditation, proof.Trust, "verify.accreditation.unknown"))},
		{"undetermined-pdf", reportOf(now, usual, true, notDone(verifier.Evidence, proof.Proof, "verify.evidence.print"))},
		{"undetermined-key", reportOf(now, usual, false, notDone(verifier.Seal, proof.Key, "verify.seal.time.claimed"))},
		{"invalid-signature", reportOf(now, nil, false, failed(verifier.Seal, proof.Signature, "verify.seal.fail"))},
		{"invalid-malformed", reportOf(now, nil, false, failed(verifier.Format, proof.Malformed, "verify.format.damaged"))},
		{"invalid-type", reportOf(now, nil, false, failed(verifier.Format, proof.Type, "verify.format.pdf"))},
		{"invalid-proof", reportOf(now, nil, false, failed(verifier.Seal, proof.Proof, "verify.seal.none"))},
		{"invalid-key", reportOf(now, usual, false, failed(verifier.Owner, proof.Key, "verify.owner.name"))},
		{"invalid-validity", reportOf(now, ended, true, failedWith(verifier.Validity, proof.Validity, "verify.validity.expired", map[string]any{"Date": now.AddDate(0, 0, -10).Format(time.DateOnly)}))},
		{"valid-di", integrity(now, usual, known, true)},
		{"valid-di-did", integrity(now, usual, claimed, true)},
		{"valid-di-selection", selection(integrity(now, bare(issued), known, true))},
		{"valid-badge", badge(integrity(now, badgeOf("Bo Li", issued), known, true))},
		{"undetermined-di-claimed", integrity(now, ministry(issued), claimed, false, notDone(verifier.Accreditation, proof.Trust, "verify.accreditation.unknown"))},
		{"undetermined-di-unresolved", integrity(now, nil, nil, false, notDone(verifier.Seal, proof.Key, "verify.seal.unresolved"))},
		{"undetermined-badge-claimed", badge(integrity(now, badgeOf("Bo Li", issued), claimed, false, notDone(verifier.Accreditation, proof.Trust, "verify.accreditation.unknown")))},
		{"undetermined-badge-status", badge(integrity(now, badgeOf("Bo Li", issued), known, true, notDone(verifier.Status, proof.Status, "verify.status.unreachable")))},
		{"invalid-di-context", integrity(now, nil, nil, false, failed(verifier.Format, proof.Context, "verify.format.context"))},
		{"invalid-di-imitation", integrity(now, nil, nil, false, failed(verifier.Seal, proof.Key, "verify.seal.imitated"))},
		{"invalid-badge-schema", badge(integrity(now, badgeOf("Bo Li", issued), known, true, failedWith(verifier.Schema, proof.Schema, "verify.schema.fail.badge", map[string]any{"Count": 1})))},
		{"invalid-schema", reportOf(now, usual, true, failedWith(verifier.Schema, proof.Schema, "verify.schema.fail", map[string]any{"Count": 2}))},
	}
}

func failed(id verifier.CheckID, code proof.Code, key string) verifier.Check {
	return verifier.Check{ID: id, Result: verifier.Failed, Code: code, Key: key}
}

func failedWith(id verifier.CheckID, code proof.Code, key string, args map[string]any) verifier.Check {
	return verifier.Check{ID: id, Result: verifier.Failed, Code: code, Key: key, Args: args}
}

func notDone(id verifier.CheckID, code proof.Code, key string) verifier.Check {
	return verifier.Check{ID: id, Result: verifier.NotDone, Code: code, Key: key}
}

// issuerOf is the organisation that issues a sample: sampleOf made it.
func issuerOf(c *elm.Credential) *elm.Organisation {
	if o, ok := c.Issuer.(*elm.Organisation); ok {
		return o
	}
	return &elm.Organisation{}
}

// reportOf makes the Report of a credential in which everything passed but the
// checks given. Without claims nothing after the first failure was reached.
func reportOf(now time.Time, claims *elm.Credential, trusted bool, bad ...verifier.Check) verifier.Report {
	r := verifier.Report{Form: credential.EDC, Claims: claims, VerifiedAt: now.UTC().Truncate(time.Second)}
	if claims != nil {
		issuer := issuerOf(claims)
		r.Issuer = &verifier.Issuer{
			Name: issuer.LegalName.In("en"), ID: issuer.ID, Identifier: "NTRAT-DEMO0001", Country: "AT", Trusted: trusted,
		}
	}
	reached := true
	for _, id := range []verifier.CheckID{
		verifier.Format, verifier.Seal, verifier.Owner, verifier.Validity, verifier.Status, verifier.Accreditation, verifier.Schema,
		verifier.Evidence,
	} {
		c := verifier.Check{ID: id, Result: verifier.Passed, Key: passedKeys[id]}
		if !reached {
			c.Result, c.Key = verifier.NotDone, "verify.unreached"
		}
		listed := id != verifier.Status && id != verifier.Evidence // listed where they apply
		for _, b := range bad {
			if b.ID == id {
				c, listed = b, true
				reached = reached && (claims != nil || b.Result != verifier.Failed)
			}
		}
		if listed {
			r.Checks = append(r.Checks, c)
		}
	}
	return r
}

var passedKeys = map[verifier.CheckID]string{
	verifier.Format:        "verify.format.pass",
	verifier.Seal:          "verify.seal.pass",
	verifier.Owner:         "verify.owner.pass",
	verifier.Validity:      "verify.validity.open",
	verifier.Accreditation: "verify.accreditation.pass",
	verifier.Schema:        "verify.schema.pass",
}

// sampleOf makes an ordinary credential.
func sampleOf(name, unit string, issued time.Time) *elm.Credential {
	body := &elm.Organisation{
		ID:        "urn:epass:org:1",
		LegalName: elm.NewText("en", "Stage Craft Examination Board (DEMO – not qualified)"),
	}
	given, family, _ := strings.Cut(name, " ")
	title := elm.NewText("en", unit+" for live events", "fr", titlesFR[unit], "de", titlesDE[unit])
	return &elm.Credential{
		ID:           "urn:credential:0b9a1c52-7f3e-4c1a-9d54-2e8f6a7b1c3d",
		Issuer:       body,
		Issued:       elm.NewDateTime(issued),
		IssuanceDate: elm.NewDateTime(issued),
		ValidFrom:    elm.NewDateTime(issued),
		DisplayParameter: &elm.DisplayParameter{
			Title: title,
		},
		CredentialSubject: &elm.Person{
			FullName:    elm.NewText("en", name),
			GivenName:   elm.NewText("en", given),
			FamilyName:  elm.NewText("en", family),
			DateOfBirth: elm.NewDate(1998, time.April, 17),
			HasClaim: elm.Many[elm.Claim]{&elm.LearningAchievement{
				Title: title,
				AwardedBy: &elm.AwardingProcess{
					AwardingBody: elm.Many[elm.Actor]{body},
					AwardingDate: elm.NewDateTime(issued.AddDate(0, 0, -12)),
				},
				SpecifiedBy: &elm.Qualification{
					Title:            title,
					VolumeOfLearning: elm.Hours(100),
					EQFLevel:         &elm.Concept{ID: "http://data.europa.eu/snb/eqf/4"},
					NQFLevel:         elm.One(elm.Concept{PrefLabel: elm.NewText("en", "Invented national level 4", "fr", "Niveau national 4 (inventé)", "de", "Erfundenes nationales Niveau 4")}),
					LearningOutcome: elm.Many[elm.LearningOutcome]{
						{Title: elm.NewText("en", "Read and draw lighting plans", "fr", "Lire et dessiner des plans d’éclairage", "de", "Lichtpläne lesen und zeichnen")},
						{Title: elm.NewText("en", "Install lighting", "fr", "Installer l’éclairage", "de", "Licht aufbauen")},
						{Title: elm.NewText("en", "Set up dimmers and control", "fr", "Mettre en service gradateurs et commande", "de", "Dimmer und Steuerung einrichten")},
					},
				},
				ProvenBy: elm.Many[elm.LearningAssessment]{
					{Title: elm.NewText("en", "Portfolio review", "fr", "Examen du portfolio", "de", "Portfolioprüfung"), Grade: &elm.Note{NoteLiteral: elm.NewText("en", "passed", "fr", "réussi", "de", "bestanden")}},
					{Title: elm.NewText("en", "Practical task", "fr", "Épreuve pratique", "de", "Praktische Aufgabe"), Grade: &elm.Note{NoteLiteral: elm.NewText("en", "passed", "fr", "réussi", "de", "bestanden")}},
					{Title: elm.NewText("en", "Structured interview", "fr", "Entretien structuré", "de", "Strukturiertes Gespräch"), Grade: &elm.Note{NoteLiteral: elm.NewText("en", "passed", "fr", "réussi", "de", "bestanden")}},
				},
			}},
		},
	}
}

var (
	titlesFR = map[string]string{"Lighting": "Éclairage pour le spectacle vivant", "Sound": "Son pour le spectacle vivant"}
	titlesDE = map[string]string{"Lighting": "Licht für Veranstaltungen", "Sound": "Ton für Veranstaltungen"}
)

// longest has names that no layout likes: many words, and one without a break.
func longest(issued time.Time) *elm.Credential {
	c := sampleOf("Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft "+
		"Rosalind Arusha Arkadina Altalune Florence von und zu Hohenzollern-Sigmaringendorf", "Lighting", issued)
	title := elm.NewText("en", "Planning, installing, focusing, programming, operating and taking down lighting for performers, sets, products and rooms at live events and performances of every size",
		"fr", "Préparer, installer, régler, programmer, exploiter et démonter l’éclairage d’artistes, de décors, de produits et de lieux pour des événements et des spectacles de toute taille",
		"de", "Planen, Aufbauen, Einrichten, Programmieren, Bedienen und Abbauen der Veranstaltungsbeleuchtungsanlagen für Darstellende, Bühnenbilder, Produkte und Räume jeder Größe")
	c.DisplayParameter.Title = title
	issuerOf(c).LegalName = elm.NewText("en",
		"Transnationale Prüfungsgenossenschaft für Bühnen-, Beleuchtungs- und Veranstaltungstechnikfachkräfteweiterbildung (DEMO – not qualified)")
	return c
}

// bare has nothing that it may do without.
func bare(issued time.Time) *elm.Credential {
	c := sampleOf("", "Lighting", issued)
	c.CredentialSubject = &elm.Person{}
	c.DisplayParameter = nil
	return c
}

// hostile is rightly sealed and means no good. Everything in it must be text.
func hostile(issued time.Time) *elm.Credential {
	c := sampleOf(`<script>alert(1)</script> "><img src=https://evil.example/x onerror=alert(1)>`, "Lighting", issued)
	c.ID = "javascript:alert(document.domain)"
	c.DisplayParameter.Title = elm.NewText("en",
		"=HYPERLINK(\"https://evil.example\") {{.Secret}} \u202egnp.exe\u2066 Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358\u0359algo "+strings.Repeat("long ", 4000))
	issuerOf(c).ID = "javascript:alert(1)"
	issuerOf(c).LegalName = elm.NewText("en", "<svg onload=alert(1)> Ministry\u200b of \x00Education <style>body{display:none}</style>")
	return c
}
