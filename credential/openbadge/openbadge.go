// Package openbadge knows Open Badges 3.0 (1EdTech): the classes of an
// AchievementCredential as Go types, reading and writing them, and the rules of
// the data model.
//
// Start with Parse, which reads a badge into a Credential, and Check, which
// says where a badge breaks a rule of Open Badges. The rules of the W3C data
// model below are those of package vcdm, the @context lists are those of
// package proof/canon, and both are asked beside Check: what Check lets pass is
// a well-formed badge only together with them.
//
// A badge that has been sealed is never written again from these types: they
// hold what we know of it, not all that it says.
//
// The text of the standard: https://www.imsglobal.org/spec/ob/v3p0/, appendix
// B.1; rules are named by class and property, as "AchievementSubject/achievement".
package openbadge

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
)

// The types of a badge. A badge names VerifiableCredential and one of the two
// others, which mean the same.
const (
	TypeVerifiable  = "VerifiableCredential"
	TypeOpenBadge   = "OpenBadgeCredential"
	TypeAchievement = "AchievementCredential"
	TypeEndorsement = "EndorsementCredential"
)

// A Credential is an AchievementCredential (B.1.2) but for its proof, which
// belongs to package proof/integrity.
type Credential struct {
	Context         Many[string]      `json:"@context"`
	ID              string            `json:"id"`
	Type            Types             `json:"type"`
	Name            string            `json:"name,omitzero"`
	Description     string            `json:"description,omitzero"`
	Image           *Image            `json:"image,omitzero"`
	Issuer          *Profile          `json:"issuer"`
	AwardedDate     time.Time         `json:"awardedDate,omitzero"`
	ValidFrom       time.Time         `json:"validFrom"`
	ValidUntil      time.Time         `json:"validUntil,omitzero"` // zero: no end
	Subject         Subject           `json:"credentialSubject"`
	Evidence        Many[Evidence]    `json:"evidence,omitzero"`
	Status          json.RawMessage   `json:"credentialStatus,omitzero"`
	Schema          Many[Schema]      `json:"credentialSchema,omitzero"`
	Refresh         json.RawMessage   `json:"refreshService,omitzero"`
	TermsOfUse      json.RawMessage   `json:"termsOfUse,omitzero"`
	Endorsements    []json.RawMessage `json:"endorsement,omitzero"`    // each a credential of its own, with its own proof
	EndorsementJWTs []string          `json:"endorsementJwt,omitzero"` // the same as compact JWS
}

// A Subject is an AchievementSubject (B.1.3): who was awarded the achievement.
// ID or at least one Identifier is there.
type Subject struct {
	ID                string         `json:"id,omitzero"`
	Type              Types          `json:"type"`
	Identifiers       Many[Identity] `json:"identifier,omitzero"`
	Achievement       *Achievement   `json:"achievement"`
	ActivityStartDate string         `json:"activityStartDate,omitzero"` // the standard's text wants a date with time, its context a date; both are read
	ActivityEndDate   string         `json:"activityEndDate,omitzero"`
	CreditsEarned     float64        `json:"creditsEarned,omitzero"`
	Image             *Image         `json:"image,omitzero"`
	LicenseNumber     string         `json:"licenseNumber,omitzero"`
	Narrative         string         `json:"narrative,omitzero"` // Markdown
	Results           Many[Result]   `json:"result,omitzero"`
	Role              string         `json:"role,omitzero"`
	Source            *Profile       `json:"source,omitzero"`
	Term              string         `json:"term,omitzero"`
}

// An Achievement (B.1.1) is what can be awarded, described once for all who are
// awarded it.
type Achievement struct {
	ID                 string                  `json:"id"`
	Type               Types                   `json:"type"`
	Name               string                  `json:"name"`
	Description        string                  `json:"description"`
	Criteria           Criteria                `json:"criteria"`
	AchievementType    string                  `json:"achievementType,omitzero"` // of AchievementTypes, or "ext:…"
	Alignments         Many[Alignment]         `json:"alignment,omitzero"`
	Creator            *Profile                `json:"creator,omitzero"`
	CreditsAvailable   float64                 `json:"creditsAvailable,omitzero"`
	FieldOfStudy       string                  `json:"fieldOfStudy,omitzero"`
	HumanCode          string                  `json:"humanCode,omitzero"`
	Image              *Image                  `json:"image,omitzero"`
	InLanguage         string                  `json:"inLanguage,omitzero"` // BCP 47
	OtherIdentifiers   Many[Identifier]        `json:"otherIdentifier,omitzero"`
	Related            Many[Related]           `json:"related,omitzero"`
	ResultDescriptions Many[ResultDescription] `json:"resultDescription,omitzero"`
	Specialization     string                  `json:"specialization,omitzero"`
	Tags               Many[string]            `json:"tag,omitzero"`
	Version            string                  `json:"version,omitzero"`
	Endorsements       []json.RawMessage       `json:"endorsement,omitzero"`
	EndorsementJWTs    []string                `json:"endorsementJwt,omitzero"`
}

// Criteria (B.1.6) say how an achievement is earned: on a page, in words, or
// both.
type Criteria struct {
	ID        string `json:"id,omitzero"`
	Type      Types  `json:"type,omitzero"`
	Narrative string `json:"narrative,omitzero"` // Markdown
}

// An Alignment (B.1.5) names a node of a framework, such as an ESCO skill, that
// an achievement or a result corresponds to.
type Alignment struct {
	Type              Types  `json:"type"`
	TargetName        string `json:"targetName"`
	TargetURL         string `json:"targetUrl"`
	TargetCode        string `json:"targetCode,omitzero"`
	TargetDescription string `json:"targetDescription,omitzero"`
	TargetFramework   string `json:"targetFramework,omitzero"`
	TargetType        string `json:"targetType,omitzero"` // of TargetTypes, or "ext:…"
}

// A Result (B.1.16) is what was reached, such as a grade.
type Result struct {
	Type              Types           `json:"type"`
	ResultDescription string          `json:"resultDescription,omitzero"` // id of a ResultDescription of the achievement
	Value             string          `json:"value,omitzero"`
	Status            string          `json:"status,omitzero"` // of ResultStatuses
	AchievedLevel     string          `json:"achievedLevel,omitzero"`
	Alignments        Many[Alignment] `json:"alignment,omitzero"`
}

// A ResultDescription (B.1.17) says which results an achievement can have.
type ResultDescription struct {
	ID             string          `json:"id"`
	Type           Types           `json:"type"`
	Name           string          `json:"name"`
	ResultType     string          `json:"resultType"`            // of ResultTypes, or "ext:…"
	AllowedValues  Many[string]    `json:"allowedValue,omitzero"` // from low to high
	RequiredValue  string          `json:"requiredValue,omitzero"`
	RequiredLevel  string          `json:"requiredLevel,omitzero"`
	ValueMin       string          `json:"valueMin,omitzero"`
	ValueMax       string          `json:"valueMax,omitzero"`
	RubricCriteria Many[Level]     `json:"rubricCriterionLevel,omitzero"` // from low to high
	Alignments     Many[Alignment] `json:"alignment,omitzero"`
}

// A Level is a RubricCriterionLevel (B.1.18).
type Level struct {
	ID          string          `json:"id"`
	Type        Types           `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitzero"`
	Level       string          `json:"level,omitzero"`
	Points      string          `json:"points,omitzero"`
	Alignments  Many[Alignment] `json:"alignment,omitzero"`
}

// Evidence (B.1.9) is what a badge rests on.
type Evidence struct {
	ID          string `json:"id,omitzero"`
	Type        Types  `json:"type"`
	Name        string `json:"name,omitzero"`
	Narrative   string `json:"narrative,omitzero"` // Markdown
	Description string `json:"description,omitzero"`
	Genre       string `json:"genre,omitzero"`
	Audience    string `json:"audience,omitzero"`
}

// Related (B.1.15) names another achievement that is the same for most
// purposes: another language, an earlier version.
type Related struct {
	ID         string `json:"id"`
	Type       Types  `json:"type"`
	InLanguage string `json:"inLanguage,omitzero"`
	Version    string `json:"version,omitzero"`
}

// A Schema is a CredentialSchema (B.1.21).
type Schema struct {
	ID   string `json:"id"`
	Type Class  `json:"type"`
}

// ErrNoBadge says that a document is no Open Badges 3.0 credential.
var ErrNoBadge = errors.New("no Open Badges credential")

// Parse reads a badge. It must be strict JSON whose members have the JSON types
// of the standard, and name one of the two types of a badge; which rules it
// breaks beyond is for Check to say. Members that the types here do not model
// are passed over.
func Parse(doc []byte) (*Credential, error) {
	c := &Credential{}
	if err := strictjson.Decode(doc, c); err != nil {
		return nil, fmt.Errorf("reading an open badge: %w", err)
	}
	if !slices.Contains(c.Type, TypeOpenBadge) && !slices.Contains(c.Type, TypeAchievement) {
		return nil, fmt.Errorf("reading an open badge: %w", ErrNoBadge)
	}
	return c, nil
}
