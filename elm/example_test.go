package elm_test

import (
	"fmt"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
)

// A credential is built from its classes; single values need no list.
func ExampleMarshal() {
	level, _ := elm.EQFLevel(4)
	achievement := elm.LearningAchievement{
		ID:    "urn:epass:learningAchievement:1",
		Title: elm.NewText("en", "Lighting", "de", "Licht"),
		SpecifiedBy: &elm.Qualification{
			Title:            elm.NewText("en", "Lighting"),
			EQFLevel:         &level,
			VolumeOfLearning: elm.Hours(60),
		},
	}
	out, err := elm.Marshal(achievement)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(out))
	// Output:
	// {"id":"urn:epass:learningAchievement:1","type":"LearningAchievement","title":{"de":"Licht","en":"Lighting"},"specifiedBy":{"type":"Qualification","title":{"en":"Lighting"},"volumeOfLearning":"PT60H","eqfLevel":{"id":"http://data.europa.eu/snb/eqf/4","type":"Concept","prefLabel":{"en":"Level 4"},"inScheme":{"id":"http://data.europa.eu/snb/eqf/25831c2","type":"ConceptScheme"}}}}
}

// Claims and actors come in several classes: switch over them, and show what is
// unknown for what it is.
func ExampleParse() {
	c, err := elm.Parse([]byte(`{
		"id": "urn:credential:1",
		"type": ["VerifiableCredential", "EuropeanDigitalCredential"],
		"credentialSubject": {
			"type": "Person",
			"fullName": {"en": ["Ana Andromeda"]},
			"hasClaim": [
				{"type": "LearningAchievement", "title": {"en": "Sound"}},
				{"type": "Badge", "title": {"en": "Something else"}}
			]
		}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	person := c.CredentialSubject.(*elm.Person)
	fmt.Println(person.FullName.In("en"))
	for _, claim := range person.HasClaim {
		switch claim := claim.(type) {
		case *elm.LearningAchievement:
			fmt.Println("achievement:", claim.Title.In("en"))
		case *elm.Raw:
			fmt.Println("not modelled:", claim.Types(), claim.Title("en"))
		}
	}
	// Output:
	// Ana Andromeda
	// achievement: Sound
	// not modelled: [Badge] Something else
}

// Findings say where a document breaks a rule, and why, in the reader's
// language.
func ExampleCheck() {
	doc := []byte(`{
		"id": "urn:credential:1",
		"type": ["VerifiableCredential", "EuropeanDigitalCredential"],
		"credentialProfiles": {
			"id": "http://data.europa.eu/snb/credential/e34929035b", "type": "Concept",
			"inScheme": {"id": "http://data.europa.eu/snb/credential/25831c2", "type": "ConceptScheme"}
		},
		"credentialSchema": {"id": "http://data.europa.eu/snb/model/ap/edc-generic-full", "type": "ShaclValidator2017"},
		"credentialSubject": {"id": "urn:epass:agent:1", "type": "Agent"},
		"issuer": {"id": "urn:epass:agent:2", "type": "Agent", "eIDASIdentifier": {
			"id": "urn:epass:legalIdentifier:1", "type": "LegalIdentifier", "notation": "VATBE-0000000000"
		}},
		"issued": "2026-11-25T12:00:00Z",
		"validFrom": "tomorrow",
		"@context": ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"]
	}`)
	for _, f := range elm.Check(doc, elm.Options{}) {
		fmt.Println(f.Path)
		fmt.Println(" ", f.Message(i18n.For("en")))
	}
	// Output:
	// $
	//   Credential has no display settings.
	// $.validFrom
	//   Credential: start of validity must be a date with a time, such as 2026-01-31T12:00:00Z.
	// $.issuer.eIDASIdentifier
	//   Legal identifier has no country.
}

// Countries come with the alpha-2 code of a certificate.
func ExampleCountry() {
	c, ok := elm.Country("IE", "fr")
	fmt.Println(ok, c.ID, c.PrefLabel.In("fr"))
	// Output:
	// true http://publications.europa.eu/resource/authority/country/IRL Irlande
}

// A text answers in the language asked for, else in English, else in any.
func ExampleText_In() {
	title := elm.NewText("en", "Lighting", "de", "Licht")
	fmt.Println(title.In("de-AT"), title.In("fr"), title.In("fr", "de"))
	// Output:
	// Licht Lighting Licht
}
