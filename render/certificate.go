// Package render makes what people see of a credential: a certificate as PDF
// and as page picture, and QR codes.
//
// Start with View, which reads a certificate in one language out of the claims
// of a credential, and with Certificate.PDF and Certificate.PNG. Both draw the
// same page from the same layout; the PDF adds pages with the details, a QR
// code and the sealed file as an attachment.
//
// The package promises that equal input gives equal bytes, and that no text
// makes it panic or lets two texts overlap: what does not fit is set smaller,
// wrapped, moved to the next page, or, on the first page only, cut with an
// ellipsis and given in full on the second. Characters that the fonts do not
// have, and all outside the basic multilingual plane, are printed as "�"; the
// claims in the sealed file keep them exactly, and the print says so.
// Right-to-left scripts are printed character by character in reading order,
// neither reversed nor joined: the print says that too.
package render

import "time"

// A Certificate is one credential as a person reads it, in one language. Every
// field but Lang may be empty: what is empty is not printed.
type Certificate struct {
	Lang string // of all texts but those that name another: "en", "fr", "de"
	Demo bool   // DEMO stands on every page

	// Preview marks what shows how certificates of a body will look and
	// certifies nothing: every page says so, and PREVIEW stands across it.
	Preview bool

	Look Look // of the body; the zero Look is the house style

	Body  string // legal name of the awarding body
	Place string // country or region of the awarding body
	Logo  []byte // of the awarding body, PNG or JPEG; what cannot be read is left out

	Holder    string
	BirthDate time.Time

	Unit          string // title of the achievement
	Level         string // such as "EQF level 4 (DQR Level 4)" or "No level claimed (…)"
	Awarded       time.Time
	ValidFrom     time.Time
	ValidUntil    time.Time // zero: no end
	Number        string    // certificate number
	ID            string    // credential id
	Workload      string    // such as "100 hours"
	Credits       string    // such as "4 (ECVET)"
	Participation string    // form of participation
	Prerequisites string

	Outcomes  []Outcome
	Skills    string // where the skills of the outcomes come from
	Methods   []Method
	Assessors int // how many different assessors took part; 0: not told

	Accreditation string // such as "recognised by ETTEC"
	Quality       string // type of quality assurance
	SealedBy      string // owner of the seal, when it is not the awarding body
	Signatory     string // who answers for the body by name

	// Illustrative says that the workload is an example that no scheme has set.
	Illustrative bool

	// Notes are further statements of the claims, printed as they are.
	Notes []string
}

// An Outcome is one learning outcome with the skills that it is linked to.
type Outcome struct {
	Title        string
	Note         string
	Skills       []Skill
	Illustrative bool // in our own words: not the text of the scheme
}

// A Skill is a concept of the ESCO classification as the credential names it.
type Skill struct {
	Label string
	Lang  string // language of Label when it is not that of the page
	URI   string
}

// A Method is one assessment that took part in the decision.
type Method struct {
	Title string
	Kind  string // the concept of the assessment list; empty when Title says the same
	Grade string
	Date  time.Time
}

// A Config says what a PDF carries beyond the certificate itself.
type Config struct {
	Link       string     // what the QR code holds; empty: no code
	Attachment Attachment // the sealed file; without bytes there is none
	Now        time.Time  // written as date of creation and change

	quick bool // a picture is laid out that is looked at once
}

// An Attachment is a file inside a PDF.
type Attachment struct {
	Name        string
	Description string
	Bytes       []byte
}
