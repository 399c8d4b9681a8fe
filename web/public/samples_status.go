package public

import (
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
)

// statusSamples are of credentials that name a status list.
func statusSamples(now time.Time) []sample {
	c := sampleOf("Amélie Österreich-Müller", "Lighting", now.AddDate(0, -3, 0))
	untrusted := notDone(verifier.Accreditation, proof.Trust, "verify.accreditation.unknown")
	return []sample{
		{"valid-status", reportOf(now, c, true, listed(now, "verify.status.pass"))},
		{"valid-snapshot", reportOf(now, c, true, listed(now.Add(-9*time.Hour), "verify.status.snapshot"))},
		{"undetermined-status-unreachable", reportOf(now, c, true, notDone(verifier.Status, proof.Status, "verify.status.unreachable"))},
		{"undetermined-status-untrusted", reportOf(now, c, true, notDone(verifier.Status, proof.Status, "verify.status.untrusted"))},
		{"invalid-revoked", reportOf(now, c, true, failed(verifier.Status, proof.Status, "verify.status.revoked"))},
		{"invalid-revoked-unknown", reportOf(now, c, false, failed(verifier.Status, proof.Status, "verify.status.revoked"), untrusted)},
		{"invalid-suspended", reportOf(now, c, true, failed(verifier.Status, proof.Status, "verify.status.suspended"))},
		{"invalid-status-entry", reportOf(now, c, true, failed(verifier.Status, proof.Status, "verify.status.malformed"))},
	}
}

// tokenSamples are of credentials that are tokens.
func tokenSamples(now time.Time) []sample {
	issued := now.AddDate(0, -3, 0)
	c := sampleOf("Bo Li", "Sound", issued)
	jwt := integrity(now, c, known, true, listed(now, "verify.status.pass"))
	jwt.Form = credential.VCJWT
	return []sample{
		{"valid-jwt", jwt},
		{"valid-sdjwt", wallet(now, c, true, listed(now, "verify.status.pass"))},
		{"valid-sdjwt-selection", shown(wallet(now, flatOf("Bo", "Li", issued), true, listed(now, "verify.status.pass")))},
		{"valid-sdjwt-nothing", shown(wallet(now, untold(issued), true, listed(now, "verify.status.pass")))},
		{"invalid-binding", wallet(now, c, false,
			failed(verifier.Owner, proof.Binding, "proof.binding.hash"), notDone(verifier.Status, "", "verify.unreached"))},
	}
}

// listed is the check of a credential that still stands, by a list of that time.
func listed(at time.Time, key string) verifier.Check {
	return verifier.Check{
		ID: verifier.Status, Result: verifier.Passed, Key: key, Args: map[string]any{"Date": at, "Time": at.UTC().Format("15:04")},
	}
}

// wallet makes the Report of a credential for digital wallets. Its issuer goes
// by a certificate and by nothing else.
func wallet(now time.Time, c *elm.Credential, trusted bool, checks ...verifier.Check) verifier.Report {
	r := reportOf(now, c, trusted, checks...)
	r.Form = credential.SDJWT
	r.Issuer = &verifier.Issuer{
		Name: "Stage Craft Examination Board (DEMO – not qualified)", Identifier: "NTRAT-DEMO0001", Country: "AT", Trusted: trusted,
	}
	say(r, verifier.Format, "verify.format.sdjwt")
	say(r, verifier.Seal, "verify.seal.pass.parts")
	return r
}

// shown makes a Report that of a credential whose holder keeps the document back.
func shown(r verifier.Report) verifier.Report {
	r.Selection = true
	say(r, verifier.Schema, "verify.schema.pass.award")
	return r
}

// flatOf is what there is to show of flat claims: no language, and units and
// grade without anything more about them.
func flatOf(given, family string, issued time.Time) *elm.Credential {
	text := func(s string) elm.Text { return elm.NewText(elm.NoLanguage, s) }
	title := text("Sound for live events")
	return &elm.Credential{
		DisplayParameter: &elm.DisplayParameter{Title: title},
		ValidFrom:        elm.NewDateTime(issued),
		CredentialSubject: &elm.Person{
			GivenName: text(given), FamilyName: text(family),
			HasClaim: elm.Many[elm.Claim]{&elm.LearningAchievement{
				Title: title,
				AwardedBy: &elm.AwardingProcess{
					AwardingBody: elm.Many[elm.Actor]{&elm.Organisation{LegalName: text("Stage Craft Examination Board (DEMO – not qualified)")}},
					AwardingDate: elm.NewDateTime(issued),
				},
				SpecifiedBy: &elm.Qualification{Title: title, EQFLevel: &elm.Concept{ID: "http://data.europa.eu/snb/eqf/4"}},
				ProvenBy:    elm.Many[elm.LearningAssessment]{{Grade: &elm.Note{NoteLiteral: text("Passed")}}},
				HasPart:     elm.Many[elm.LearningAchievement]{{Title: text("Set up sound systems")}, {Title: text("Mix live sound")}},
			}},
		},
	}
}

// untold is what there is to show where the holder shows nothing: what such
// credentials are called, and since when it is good.
func untold(issued time.Time) *elm.Credential {
	return &elm.Credential{
		DisplayParameter: &elm.DisplayParameter{
			Title: elm.NewText("en", "Micro-credential", "fr", "Microcertification", "de", "Microcredential"),
		},
		ValidFrom: elm.NewDateTime(issued),
		CredentialSubject: &elm.Person{HasClaim: elm.Many[elm.Claim]{
			&elm.LearningAchievement{SpecifiedBy: &elm.Qualification{}},
		}},
	}
}
