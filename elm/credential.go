package elm

import "encoding/json"

// A Credential is a European digital credential, an object of the class
// EuropeanDigitalCredential (EDC application profile 1.2.0). It is written in
// the order of its fields: id, type, the properties, and @context last, as the
// Commission's issuer does.
//
// Under the VC Data Model 2.0 and our context (contexts.ELMV1) there are neither
// IssuanceDate nor ExpirationDate and need be no CredentialSchema, there may be a
// Name, and several of CredentialStatus, which EDC files have one of; see
// Options.Model20.
//
// Issued, IssuanceDate and ValidFrom are all needed: the profile wants issued
// and validFrom, the VC Data Model 1.1 wants issuanceDate. The end of validity
// is written twice for the same reason: ExpirationDate and ValidUntil.
type Credential struct {
	ID                 string                 `json:"id,omitzero"`
	Type               Types                  `json:"type,omitzero"`
	Name               json.RawMessage        `json:"name,omitzero"` // model 2.0 only: a text, or value objects by language
	Identifier         Many[Identifier]       `json:"identifier,omitzero"`
	CredentialProfiles Many[Concept]          `json:"credentialProfiles,omitzero"` // required
	Attachment         Many[MediaObject]      `json:"attachment,omitzero"`
	DisplayParameter   *DisplayParameter      `json:"displayParameter,omitzero"`  // required
	Issuer             Actor                  `json:"issuer,omitzero"`            // required
	CredentialSubject  Actor                  `json:"credentialSubject,omitzero"` // required
	IssuanceDate       DateTime               `json:"issuanceDate,omitzero"`
	Issued             DateTime               `json:"issued,omitzero"`    // required
	ValidFrom          DateTime               `json:"validFrom,omitzero"` // required
	ExpirationDate     DateTime               `json:"expirationDate,omitzero"`
	ValidUntil         DateTime               `json:"validUntil,omitzero"`
	Proof              json.RawMessage        `json:"proof,omitzero"`
	Evidence           Many[Evidence]         `json:"evidence,omitzero"`
	TermsOfUse         Many[TermsOfUse]       `json:"termsOfUse,omitzero"`
	CredentialSchema   Many[CredentialSchema] `json:"credentialSchema,omitzero"` // required
	CredentialStatus   Many[CredentialStatus] `json:"credentialStatus,omitzero"`
	Holder             Many[Actor]            `json:"holder,omitzero"`
	Context            json.RawMessage        `json:"@context,omitzero"`
}

// A CredentialSchema names the profile that a credential follows: its ID is
// the IRI of the profile, its class ShaclValidator2017.
type CredentialSchema struct {
	ID   string `json:"id,omitzero"`
	Type Types  `json:"type,omitzero"`
}

// A CredentialStatus says where to look up whether the credential still
// stands: as an entry of a Bitstring Status List. ELM 3.2 wants an id and the type
// CredentialStatus among others.
type CredentialStatus struct {
	ID                   string              `json:"id,omitzero"`
	Type                 Types               `json:"type,omitzero"`
	StatusPurpose        string              `json:"statusPurpose,omitzero"`
	StatusListIndex      string              `json:"statusListIndex,omitzero"`
	StatusListCredential string              `json:"statusListCredential,omitzero"`
	StatusSize           int                 `json:"statusSize,omitzero"`
	StatusMessage        Many[StatusMessage] `json:"statusMessage,omitzero"`
}

// A StatusMessage tells what one value of a status list of purpose "message"
// means.
type StatusMessage struct {
	Status  string `json:"status,omitzero"`
	Message string `json:"message,omitzero"`
}

// A TermsOfUse names the terms under which a credential was issued (3.2 only).
type TermsOfUse struct {
	ID   string `json:"id,omitzero"`
	Type Types  `json:"type,omitzero"`
}
