package elm

// An Identifier is a notation within a scheme. Where the document says
// LegalIdentifier in the place of an Identifier, Type keeps it and Spatial is
// filled.
type Identifier struct {
	ID            string        `json:"id,omitzero"`
	Type          Types         `json:"type,omitzero"`
	Notation      string        `json:"notation,omitzero"` // required
	SchemeAgency  Text          `json:"schemeAgency,omitzero"`
	Creator       *Reference    `json:"creator,omitzero"`
	DateIssued    DateTime      `json:"dateIssued,omitzero"`
	DCType        Many[Concept] `json:"dcType,omitzero"`
	SchemeName    string        `json:"schemeName,omitzero"`
	SchemeVersion string        `json:"schemeVersion,omitzero"`
	SchemeID      string        `json:"schemeId,omitzero"`
	Spatial       *Concept      `json:"spatial,omitzero"` // only in a LegalIdentifier
}

// A LegalIdentifier is given by the law of a country.
type LegalIdentifier struct {
	ID            string        `json:"id,omitzero"`
	Type          Types         `json:"type,omitzero"`
	Notation      string        `json:"notation,omitzero"` // required
	SchemeAgency  Text          `json:"schemeAgency,omitzero"`
	Creator       *Reference    `json:"creator,omitzero"`
	DateIssued    DateTime      `json:"dateIssued,omitzero"`
	DCType        Many[Concept] `json:"dcType,omitzero"`
	SchemeName    string        `json:"schemeName,omitzero"`
	SchemeVersion string        `json:"schemeVersion,omitzero"`
	SchemeID      string        `json:"schemeId,omitzero"`
	Spatial       *Concept      `json:"spatial,omitzero"` // required
}
