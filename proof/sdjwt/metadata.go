package sdjwt

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// AwardType gives the vct of a micro-credential of ours: the address where its
// type metadata is served, or a name of the project where there is none.
func AwardType(publicURL string) string {
	if publicURL == "" {
		publicURL = "https://w3id.org/probatum"
	}
	return strings.TrimSuffix(publicURL, "/") + "/vct/" + AwardName
}

// AwardName is the last part of the vct. A change of claims that wallets would
// notice takes another.
const AwardName = "vet-award-1"

// The claims of a micro-credential, all of them disclosures.
const (
	ClaimGivenName         = "given_name"
	ClaimFamilyName        = "family_name"
	ClaimDateOfBirth       = "date_of_birth"
	ClaimTitle             = "title"
	ClaimAwardingBody      = "awarding_body"
	ClaimDateOfAward       = "date_of_award"
	ClaimDateOfExpiry      = "date_of_expiry"
	ClaimEQFLevel          = "eqf_level"
	ClaimNationalLevel     = "national_level"
	ClaimGrade             = "grade"
	ClaimUnits             = "units"
	ClaimLearningOutcomes  = "learning_outcomes"
	ClaimCertificateNumber = "certificate_number"
	ClaimELM               = "elm" // the complete document of the European Learning Model
)

// texts are one text in the languages of the metadata, in their order.
type texts [3]string

var locales = texts{"en", "fr", "de"}

// awardClaims describe the claims, in the order in which they are shown.
var awardClaims = []struct {
	name      string
	mandatory bool
	label     texts
	about     texts // may be empty
}{
	{name: ClaimTitle, mandatory: true, label: texts{"Title", "Intitulé", "Titel"}},
	{name: ClaimGivenName, label: texts{"Given name", "Prénom", "Vorname"}},
	{name: ClaimFamilyName, mandatory: true, label: texts{"Family name", "Nom", "Nachname"}},
	{name: ClaimDateOfBirth, label: texts{"Date of birth", "Date de naissance", "Geburtsdatum"}},
	{name: ClaimAwardingBody, mandatory: true, label: texts{"Awarded by", "Délivrée par", "Verliehen von"}},
	{name: ClaimDateOfAward, mandatory: true, label: texts{"Date of award", "Date d’obtention", "Verliehen am"}},
	{name: ClaimDateOfExpiry, label: texts{"Valid until", "Valable jusqu’au", "Gültig bis"}},
	{
		name: ClaimEQFLevel, label: texts{"EQF level", "Niveau CEC", "EQR-Niveau"},
		about: texts{
			"Level in the European Qualifications Framework, from 1 to 8.",
			"Niveau dans le cadre européen des certifications, de 1 à 8.",
			"Niveau im Europäischen Qualifikationsrahmen, von 1 bis 8.",
		},
	},
	{name: ClaimNationalLevel, label: texts{"National level", "Niveau national", "Nationale Stufe"}},
	{name: ClaimGrade, label: texts{"Grade", "Note", "Note"}},
	{
		name: ClaimUnits, label: texts{"Units", "Unités", "Lerneinheiten"},
		about: texts{"Units that were completed.", "Unités validées.", "Lerneinheiten, die abgeschlossen wurden."},
	},
	{
		name: ClaimLearningOutcomes, label: texts{"Learning outcomes", "Acquis d’apprentissage", "Lernergebnisse"},
		about: texts{
			"What the holder knows, understands and can do.",
			"Ce que le titulaire sait, comprend et sait faire.",
			"Was die Inhaberin oder der Inhaber weiß, versteht und kann.",
		},
	},
	{name: ClaimCertificateNumber, label: texts{"Certificate number", "Numéro du certificat", "Zertifikatsnummer"}},
	{
		name: ClaimELM, mandatory: true, label: texts{"Full record", "Dossier complet", "Vollständiger Datensatz"},
		about: texts{
			"Everything about the micro-credential, in the form of the European Learning Model.",
			"Tout ce qui concerne la microcertification, sous la forme du modèle européen d’apprentissage.",
			"Alles über das Microcredential, in der Form des Europäischen Lernmodells.",
		},
	},
}

// typeJSON is type metadata (SD-JWT VC, draft -24, 4.2 and 4.6).
type typeJSON struct {
	VCT         string        `json:"vct"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Display     []displayJSON `json:"display"`
	Claims      []claimJSON   `json:"claims"`
}

type displayJSON struct {
	Locale      string `json:"locale"`
	Name        string `json:"name,omitempty"`
	Label       string `json:"label,omitempty"`
	Description string `json:"description,omitempty"`
}

type claimJSON struct {
	Path      []string      `json:"path"`
	Display   []displayJSON `json:"display"`
	Mandatory bool          `json:"mandatory"`
	SD        string        `json:"sd"`
}

// TypeMetadata gives the type metadata of a micro-credential under the name
// vct: how wallets show it in English, French and German, and which claims it
// has. The same vct gives the same bytes, so that Integrity holds.
func TypeMetadata(vct string) []byte {
	names := texts{"Micro-credential", "Microcertification", "Microcredential"}
	about := texts{
		"What somebody has learned in vocational education and training, and who awarded it.",
		"Ce qu’une personne a appris en formation professionnelle, et qui le lui a reconnu.",
		"Was jemand in der beruflichen Bildung gelernt hat und wer es bescheinigt.",
	}
	t := typeJSON{VCT: vct, Name: names[0], Description: about[0]}
	for i, locale := range locales {
		t.Display = append(t.Display, displayJSON{Locale: locale, Name: names[i], Description: about[i]})
	}
	for _, c := range awardClaims {
		j := claimJSON{Path: []string{c.name}, Mandatory: c.mandatory, SD: "always"}
		for i, locale := range locales {
			j.Display = append(j.Display, displayJSON{Locale: locale, Label: c.label[i], Description: c.about[i]})
		}
		t.Claims = append(t.Claims, j)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(t); err != nil {
		panic(err) // strings and booleans always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Integrity gives the integrity metadata of a document (W3C SRI, 3.5), as
// vct#integrity has it.
func Integrity(document []byte) string {
	sum := sha256.Sum256(document)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
