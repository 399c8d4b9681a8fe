package public

import (
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/verifier"
)

// didOfSample is an identifier of the length that they have.
const didOfSample = "did:key:zDnaeSampleSampleSampleSampleSampleSampleSampleSample"

// known is an issuer whose name a certificate says.
func known(c *elm.Credential) *verifier.Issuer {
	return &verifier.Issuer{Name: issuerOf(c).LegalName.In("en"), ID: didOfSample, Identifier: "NTRAT-DEMO0001", Country: "AT"}
}

// claimed is an issuer whose name is its own word.
func claimed(c *elm.Credential) *verifier.Issuer {
	return &verifier.Issuer{Name: issuerOf(c).LegalName.In("en"), Names: issuerOf(c).LegalName, ID: didOfSample, Claimed: true}
}

// integrity makes the Report of a credential with a Data Integrity proof.
func integrity(now time.Time, c *elm.Credential, issuer func(*elm.Credential) *verifier.Issuer, trusted bool, bad ...verifier.Check) verifier.Report {
	r := reportOf(now, c, trusted, bad...)
	r.Form = credential.VCDI
	if issuer == nil {
		return r
	}
	r.Issuer = issuer(c)
	r.Issuer.Trusted = trusted
	if r.Issuer.Claimed {
		say(r, verifier.Owner, "verify.owner.did")
		say(r, verifier.Accreditation, "verify.accreditation.did")
	}
	return r
}

// say changes the message of a check that passed.
func say(r verifier.Report, id verifier.CheckID, key string) {
	for i, c := range r.Checks {
		if c.ID == id && c.Result == verifier.Passed {
			r.Checks[i].Key = key
		}
	}
}

// badge makes a Report that of an Open Badge.
func badge(r verifier.Report) verifier.Report {
	r.Form = credential.OB3
	say(r, verifier.Format, "verify.format.badge")
	say(r, verifier.Schema, "verify.schema.pass.badge")
	return r
}

// selection makes a Report that of a credential of which a part is shown.
func selection(r verifier.Report) verifier.Report {
	r.Selection = true
	say(r, verifier.Seal, "verify.seal.derived")
	say(r, verifier.Schema, "verify.schema.selection")
	return r
}

// badgeOf is what there is to show of a badge: one language, no date of birth.
func badgeOf(name string, issued time.Time) *elm.Credential {
	c := sampleOf(name, "Sound", issued)
	title := elm.NewText(elm.NoLanguage, "Sound for live events")
	c.ID = "urn:uuid:0b9a1c52-7f3e-4c1a-9d54-2e8f6a7b1c3d"
	c.DisplayParameter.Title = title
	person := &elm.Person{FullName: elm.NewText(elm.NoLanguage, name)}
	person.HasClaim = elm.Many[elm.Claim]{&elm.LearningAchievement{
		Title: title,
		AwardedBy: &elm.AwardingProcess{
			AwardingBody: elm.Many[elm.Actor]{issuerOf(c)}, AwardingDate: elm.NewDateTime(issued),
		},
		SpecifiedBy: &elm.Qualification{
			Title: title, EQFLevel: &elm.Concept{ID: "http://data.europa.eu/snb/eqf/4"},
			LearningOutcome: elm.Many[elm.LearningOutcome]{{Title: elm.NewText(elm.NoLanguage, "Set up sound systems")}},
		},
	}}
	c.CredentialSubject = person
	return c
}

// ministry gives itself a name that it has no right to.
func ministry(issued time.Time) *elm.Credential {
	c := sampleOf("Bo Li", "Sound", issued)
	issuerOf(c).LegalName = elm.NewText("en", "Ministry of Education", "fr", "Ministère de l’Éducation", "de", "Bildungsministerium")
	return c
}
