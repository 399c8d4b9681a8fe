package openbadge_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential/openbadge"
)

// A badge is built from the types, checked and written. It becomes a credential
// by a proof, which the package proof/integrity adds.
func Example() {
	badge := openbadge.Credential{
		Context:   openbadge.Many[string]{contexts.CredentialsV2, contexts.OpenBadges303},
		ID:        "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
		Type:      openbadge.Types{openbadge.TypeVerifiable, openbadge.TypeOpenBadge},
		Name:      "Lighting",
		Issuer:    &openbadge.Profile{ID: "https://college.example", Type: openbadge.Types{"Profile"}, Name: "Example College"},
		ValidFrom: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC),
		Subject: openbadge.Subject{
			Type:        openbadge.Types{"AchievementSubject"},
			Identifiers: openbadge.Many[openbadge.Identity]{{Type: "IdentityObject", IdentityHash: "Maria Muster", IdentityType: "name"}},
			Achievement: &openbadge.Achievement{
				ID: "https://college.example/achievements/lighting", Type: openbadge.Types{"Achievement"}, AchievementType: "Certificate",
				Name: "Lighting", Description: "Plans and rigs lighting for live events.", Criteria: openbadge.Criteria{Narrative: "Pass the assessment."},
			},
		},
	}
	doc, err := json.Marshal(badge)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(openbadge.Check(doc)), "findings")

	read, err := openbadge.Parse(doc)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(read.Subject.Achievement.Name, "for", read.Subject.Identifiers.First().IdentityHash)
	// Output:
	// 0 findings
	// Lighting for Maria Muster
}
