package openbadge

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Many is a property that may have several values. JSON-LD knows no difference
// between one value and an array of one, so both are read; an array is written,
// as the JSON schemas of the standard want it.
type Many[T any] []T

// MarshalJSON writes an array.
func (m Many[T]) MarshalJSON() ([]byte, error) { return json.Marshal([]T(m)) }

// UnmarshalJSON reads a value or an array of values. Null is none, as for the
// types of encoding/json.
func (m *Many[T]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*m = nil
		return nil
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		return json.Unmarshal(data, (*[]T)(m))
	}
	var one T
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*m = Many[T]{one}
	return nil
}

// First is the first value, or the zero value of T where there is none.
func (m Many[T]) First() T {
	var zero T
	if len(m) == 0 {
		return zero
	}
	return m[0]
}

// Types are the classes of an object that may have several.
type Types = Many[string]

// A Class is the class of an object that has one: IdentityObject, Image and the
// like. One in an array is read too.
type Class string

// UnmarshalJSON reads a class, or the first of an array of them.
func (c *Class) UnmarshalJSON(data []byte) error {
	var t Types
	if err := json.Unmarshal(data, &t); err != nil {
		return err
	}
	*c = Class(t.First())
	return nil
}

// A Profile (B.1.14) is a person or an organisation: the issuer, who created
// an achievement, who assessed it.
type Profile struct {
	ID               string            `json:"id"`
	Type             Types             `json:"type,omitzero"`
	Name             string            `json:"name,omitzero"`
	URL              string            `json:"url,omitzero"`
	Phone            string            `json:"phone,omitzero"`
	Description      string            `json:"description,omitzero"`
	Image            *Image            `json:"image,omitzero"`
	Email            string            `json:"email,omitzero"`
	Address          *Address          `json:"address,omitzero"`
	OtherIdentifiers Many[Identifier]  `json:"otherIdentifier,omitzero"`
	Official         string            `json:"official,omitzero"`
	ParentOrg        *Profile          `json:"parentOrg,omitzero"`
	FamilyName       string            `json:"familyName,omitzero"`
	GivenName        string            `json:"givenName,omitzero"`
	AdditionalName   string            `json:"additionalName,omitzero"`
	PatronymicName   string            `json:"patronymicName,omitzero"`
	HonorificPrefix  string            `json:"honorificPrefix,omitzero"`
	HonorificSuffix  string            `json:"honorificSuffix,omitzero"`
	FamilyNamePrefix string            `json:"familyNamePrefix,omitzero"`
	DateOfBirth      string            `json:"dateOfBirth,omitzero"` // YYYY-MM-DD
	Endorsements     []json.RawMessage `json:"endorsement,omitzero"`
	EndorsementJWTs  []string          `json:"endorsementJwt,omitzero"`
}

// UnmarshalJSON reads a profile, or a URI alone (ProfileRef, B.1.20): then only
// the ID is set.
func (p *Profile) UnmarshalJSON(data []byte) error {
	type plain Profile
	return reference(data, &p.ID, (*plain)(p))
}

// An Image (B.1.13) is a picture somewhere, or a data: URL.
type Image struct {
	ID      string `json:"id"`
	Type    Class  `json:"type"`
	Caption string `json:"caption,omitzero"`
}

// UnmarshalJSON reads an image, or its URI alone, which the standard allows in
// words: then only the ID is set.
func (i *Image) UnmarshalJSON(data []byte) error {
	type plain Image
	return reference(data, &i.ID, (*plain)(i))
}

// reference reads an object, or a string that stands for its id.
func reference(data []byte, id *string, object any) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte(`"`)) {
		return json.Unmarshal(data, id)
	}
	return json.Unmarshal(data, object)
}

// An Identity is an IdentityObject (B.1.12): another name of the recipient, such
// as a mail address, as it is or hashed.
type Identity struct {
	Type         Class  `json:"type"`
	Hashed       bool   `json:"hashed"`
	IdentityHash string `json:"identityHash"` // plain text, or "sha256$" and hexadecimal digits
	IdentityType string `json:"identityType"` // of IdentifierTypes, or "ext:…"
	Salt         string `json:"salt,omitzero"`
}

// An Identifier is an IdentifierEntry (B.1.11).
type Identifier struct {
	Type           Class  `json:"type"`
	Identifier     string `json:"identifier"`
	IdentifierType string `json:"identifierType"` // of IdentifierTypes, or "ext:…"
}

// An Address (B.1.4) is a postal address.
type Address struct {
	Type                Types        `json:"type"`
	AddressCountry      string       `json:"addressCountry,omitzero"`
	AddressCountryCode  string       `json:"addressCountryCode,omitzero"` // ISO 3166-1 alpha-2
	AddressRegion       string       `json:"addressRegion,omitzero"`
	AddressLocality     string       `json:"addressLocality,omitzero"`
	StreetAddress       string       `json:"streetAddress,omitzero"`
	PostOfficeBoxNumber string       `json:"postOfficeBoxNumber,omitzero"`
	PostalCode          string       `json:"postalCode,omitzero"`
	Geo                 *Coordinates `json:"geo,omitzero"`
}

// Coordinates are GeoCoordinates (B.1.10), in WGS 84.
type Coordinates struct {
	Type      Class   `json:"type"`
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

// The vocabularies of the standard (B.1.28 to B.1.32). All but ResultStatuses
// may be extended by words that begin with "ext:".
var (
	achievementTypes = []string{
		"Achievement", "ApprenticeshipCertificate", "Assessment", "Assignment", "AssociateDegree", "Award", "BachelorDegree",
		"Badge", "Certificate", "CertificateOfCompletion", "Certification", "CoCurricular", "CommunityService",
		"Competency", "Course", "Degree", "Diploma", "DoctoralDegree", "Fieldwork", "GeneralEducationDevelopment",
		"JourneymanCertificate", "LearningProgram", "License", "MasterCertificate", "MasterDegree", "Membership",
		"MicroCredential", "ProfessionalDoctorate", "QualityAssuranceCredential", "ResearchDoctorate", "SecondarySchoolDiploma",
	}
	targetTypes = []string{
		"CFItem", "CFRubric", "CFRubricCriterion", "CFRubricCriterionLevel", "CTDL", "ceasn:Competency", "ceterms:Credential",
	}
	identifierTypes = []string{
		"accountId", "emailAddress", "identifier", "isbn", "issn", "lisSourcedId", "ltiContextId", "ltiDeploymentId",
		"ltiPlatformId", "ltiToolId", "ltiUserId", "name", "nationalIdentityNumber", "oneRosterSourcedId", "productId",
		"sisSourcedId", "sourcedId", "systemId", "userName",
	}
	resultTypes = []string{
		"GradePointAverage", "LetterGrade", "Percent", "PerformanceLevel", "PredictedScore", "RawScore", "Result",
		"RubricCriterion", "RubricCriterionLevel", "RubricScore", "ScaledScore", "Status",
	}
	resultStatuses = []string{"Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"}
)

// AchievementTypes gives the kinds of achievement that the standard knows.
func AchievementTypes() []string { return slices.Clone(achievementTypes) }

// TargetTypes gives the kinds of alignment target that the standard knows.
func TargetTypes() []string { return slices.Clone(targetTypes) }

// IdentifierTypes gives the kinds of identifier that the standard knows.
func IdentifierTypes() []string { return slices.Clone(identifierTypes) }

// ResultTypes gives the kinds of result that the standard knows.
func ResultTypes() []string { return slices.Clone(resultTypes) }

// ResultStatuses gives what the standard says about how far an award has come.
func ResultStatuses() []string { return slices.Clone(resultStatuses) }
