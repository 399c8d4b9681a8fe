// Package assessment knows the standards that candidates are assessed by and
// the results of assessments.
//
// A Unit is one version of a standard; Standards gives those that come with
// the program. A Result is a decided assessment: who, which unit (its version
// embedded), which methods, which assessors, who decided and when. Start with
// ParseResult, which reads the file of a decision that was taken elsewhere
// and holds it to the rules, and with Standards.
//
// What comes out of ParseResult without an error obeys every rule that can be
// checked from the file alone; whether the body may award the unit is for
// others to say. Nothing in a Result claims that this program witnessed it.
package assessment

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/probatum/probatum/evidence"
)

// A ResultID names a Result: a UUIDv4 in text form.
type ResultID string

// A Result is a decided assessment. The JSON form is described in
// docs/result.schema.json.
type Result struct {
	Schema            string          `json:"$schema,omitempty"` // SchemaURI or absent
	ID                ResultID        `json:"id"`
	Languages         []string        `json:"languages"` // of the certificate, the first is the primary one
	Unit              Unit            `json:"unit"`
	Body              Body            `json:"body"`
	Candidate         Candidate       `json:"candidate"`
	Participation     Participation   `json:"participation"`
	Assessors         []Assessor      `json:"assessors"`
	Methods           []Method        `json:"methods"`
	Outcomes          []OutcomeResult `json:"outcomes"` // of the unit, each once
	Level             AwardLevel      `json:"level"`
	Credits           *Credits        `json:"credits,omitempty"`
	Decision          Decision        `json:"decision"`
	Validity          Validity        `json:"validity"`
	CertificateNumber string          `json:"certificateNumber,omitempty"`
	Notes             Notes           `json:"notes,omitzero"`
}

// SchemaURI names the form of the Result file.
const SchemaURI = "https://w3id.org/probatum/schemas/result/v1"

// JSON writes the Result as its file has it.
func (r Result) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing result %s: %w", r.ID, err)
	}
	return append(data, '\n'), nil
}

// Method finds a method by its id.
func (r Result) Method(id string) (Method, bool) {
	for _, m := range r.Methods {
		if m.ID == id {
			return m, true
		}
	}
	return Method{}, false
}

// Assessor finds an assessor by the pseudonymous id.
func (r Result) Assessor(id string) (Assessor, bool) {
	for _, a := range r.Assessors {
		if a.ID == id {
			return a, true
		}
	}
	return Assessor{}, false
}

// A Body is the certifying body: it awards and seals.
type Body struct {
	ID             string          `json:"id"`                 // short name, as in its pages' addresses
	LegalName      Text            `json:"legalName"`          // one language must say it exactly as the seal certificate does
	Identifier     LegalIdentifier `json:"identifier"`         // as in the seal certificate
	Address        string          `json:"address,omitempty"`  // street and number
	Locality       string          `json:"locality,omitempty"` // postal code and town
	Country        string          `json:"country"`            // ISO 3166-1 alpha-2
	Homepage       string          `json:"homepage,omitempty"`
	Email          string          `json:"email,omitempty"`
	Logo           Picture         `json:"logo,omitempty"`
	Accreditations []Accreditation `json:"accreditations"` // the type of quality assurance; at least one
}

// A LegalIdentifier is the registered identifier of an organisation, such as
// VATDE-000000000 (ETSI EN 319 412-1, 5.1.4), and its country.
type LegalIdentifier struct {
	Notation string `json:"notation"`
	Country  string `json:"country"` // ISO 3166-1 alpha-2
}

// A Picture is a PNG or JPEG file.
type Picture []byte

// MediaType is "image/png" or "image/jpeg", or empty when it is neither.
func (p Picture) MediaType() string {
	switch {
	case strings.HasPrefix(string(p), "\x89PNG\r\n\x1a\n"):
		return "image/png"
	case strings.HasPrefix(string(p), "\xff\xd8\xff"):
		return "image/jpeg"
	}
	return ""
}

// An Accreditation says who recognises the body, and for what.
type Accreditation struct {
	ID    string            `json:"id,omitempty"` // IRI of the accreditation, where it has one
	Type  AccreditationType `json:"type"`
	Title Text              `json:"title"`
	Agent Authority         `json:"agent"`
	From  Date              `json:"from,omitzero"`
	Until Date              `json:"until,omitzero"` // last day
}

// An Authority is an organisation that accredits.
type Authority struct {
	LegalName Text   `json:"legalName"`
	Country   string `json:"country"` // ISO 3166-1 alpha-2
}

// A Candidate is the person who was assessed.
type Candidate struct {
	ID          string      `json:"id"`                  // pseudonymous
	GivenName   string      `json:"givenName,omitempty"` // absent where a person has one name only
	FamilyName  string      `json:"familyName"`
	FullName    string      `json:"fullName,omitempty"` // where it is not given name and family name
	DateOfBirth Date        `json:"dateOfBirth"`
	Identifier  *Identifier `json:"identifier,omitempty"`
}

// Name is the full name of the candidate.
func (c Candidate) Name() string {
	if c.FullName != "" {
		return c.FullName
	}
	return strings.TrimSpace(c.GivenName + " " + c.FamilyName)
}

// An Identifier is a number or code of a person in some register.
type Identifier struct {
	Scheme string `json:"scheme"` // name of the register
	Value  string `json:"value"`
}

// Participation is the form in which the candidate took part (Council
// Recommendation 2022/C 243/02, Annex I).
type Participation struct {
	Mode    Mode    `json:"mode"`
	Setting Setting `json:"setting"`
	From    Date    `json:"from,omitzero"`
	Until   Date    `json:"until,omitzero"`
}

// An Assessor is a person who judged.
type Assessor struct {
	ID          string `json:"id"` // pseudonymous
	Name        string `json:"name"`
	Certificate string `json:"certificate,omitempty"` // number of the assessor's own certificate
}

// A Method is one assessment: one way to assess, on one day.
type Method struct {
	ID                   string               `json:"id"`
	Type                 MethodType           `json:"type"`
	Title                Text                 `json:"title,omitempty"`
	Date                 Date                 `json:"date"`
	Mode                 Mode                 `json:"mode"`
	Assessors            []string             `json:"assessors"` // ids
	Outcomes             []string             `json:"outcomes"`  // ids of the learning outcomes that it judged
	Grade                Text                 `json:"grade"`     // such as "passed"
	IdentityVerification IdentityVerification `json:"identityVerification,omitempty"`
	Evidence             *Evidence            `json:"evidence,omitempty"` // of the review of a portfolio only
}

// Evidence says which evidence a review of the portfolio judged: the root of
// the frozen set and the number of its items. It is enough to tell later
// whether an item was among them, and nothing else can be read from it.
type Evidence struct {
	Root  evidence.Root `json:"root"`
	Items int           `json:"items"`
}

// An OutcomeResult is the judgement of one learning outcome, criterion by
// criterion (R05).
type OutcomeResult struct {
	Outcome  string            `json:"outcome"` // id in the unit
	Criteria []CriterionResult `json:"criteria"`
}

// A CriterionResult is the judgement of one criterion.
type CriterionResult struct {
	Criterion string   `json:"criterion"` // id in the outcome
	Met       bool     `json:"met"`
	Methods   []string `json:"methods"` // ids of the methods that showed it
}

// An AwardLevel is the level of the award: that of the unit, and the level of
// the awarding country's framework that is referenced to it. Without a
// national level no EQF level may be claimed: only that level descriptors were
// used.
type AwardLevel struct {
	EQF      int            `json:"eqf"`
	National *NationalLevel `json:"national,omitempty"`
}

// A NationalLevel is a level of a national qualifications framework.
type NationalLevel struct {
	ID    string `json:"id"`    // concept of http://data.europa.eu/snb/qdr/
	Label string `json:"label"` // English label of the concept in the European vocabulary
}

// Credits are credit points.
type Credits struct {
	Framework CreditFramework `json:"framework"`
	Points    float64         `json:"points"` // whole or half points
}

// A Decision is the certification decision. An imported one was taken outside
// this program: it names who decided and when, and claims nothing about a
// process that this program did not witness.
type Decision struct {
	Officer  Officer `json:"officer"`
	Date     Date    `json:"date"` // the day of the award
	Imported bool    `json:"imported"`
}

// An Officer is the person of the certifying body who decided. The decision is
// not delegated (EN ISO/IEC 17024, 9.4; R79).
type Officer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Validity is the time for which the award holds.
type Validity struct {
	From  Date `json:"from"`
	Until Date `json:"until,omitzero"` // last day; absent: no end
}

// Notes are the optional elements of a micro-credential that are free text.
type Notes struct {
	Prerequisites Text `json:"prerequisites,omitempty"`
	Stackability  Text `json:"stackability,omitempty"`
}

// IsZero tells whether there are no notes.
func (n Notes) IsZero() bool { return len(n.Prerequisites) == 0 && len(n.Stackability) == 0 }
