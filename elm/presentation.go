package elm

import "encoding/json"

// A Presentation shows credentials together with what a check of them found,
// an object of the class EuropeanDigitalPresentation.
type Presentation struct {
	ID                   string                  `json:"id,omitzero"`
	Type                 Types                   `json:"type,omitzero"`
	VerifiableCredential Many[json.RawMessage]   `json:"verifiableCredential,omitzero"`
	VerificationCheck    Many[VerificationCheck] `json:"verificationCheck,omitzero"`
	Holder               Many[Actor]             `json:"holder,omitzero"`
	Proof                json.RawMessage         `json:"proof,omitzero"`
	Context              json.RawMessage         `json:"@context,omitzero"`
}

// A VerificationCheck is the outcome of one check of a credential.
type VerificationCheck struct {
	ID                 string          `json:"id,omitzero"`
	Type               Types           `json:"type,omitzero"`
	DCType             *Concept        `json:"dcType,omitzero"` // required
	Description        Text            `json:"description,omitzero"`
	VerificationStatus *Concept        `json:"verificationStatus,omitzero"` // required
	ELMSubject         json.RawMessage `json:"elmSubject,omitzero"`         // required: the credential
}
