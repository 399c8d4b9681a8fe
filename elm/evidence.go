package elm

// An Evidence says on what a credential stands: a mandate, an accreditation, a
// conversion. It is not the evidence in a portfolio.
type Evidence struct {
	ID                string            `json:"id,omitzero"`
	Type              Types             `json:"type,omitzero"`
	DCType            *Concept          `json:"dcType,omitzero"` // required
	EvidenceStatement string            `json:"evidenceStatement,omitzero"`
	EvidenceTarget    Actor             `json:"evidenceTarget,omitzero"`
	EmbeddedEvidence  Many[MediaObject] `json:"embeddedEvidence,omitzero"`
	Accreditation     *Accreditation    `json:"accreditation,omitzero"`
}

// An Accreditation is the recognition of a body or programme by an authority.
type Accreditation struct {
	ID                    string             `json:"id,omitzero"`
	Type                  Types              `json:"type,omitzero"`
	Identifier            Many[Identifier]   `json:"identifier,omitzero"`
	DCType                *Concept           `json:"dcType,omitzero"` // required
	Title                 Text               `json:"title,omitzero"`  // required
	Description           Text               `json:"description,omitzero"`
	Homepage              Many[WebResource]  `json:"homepage,omitzero"`
	DateIssued            DateTime           `json:"dateIssued,omitzero"`
	AdditionalNote        Many[Note]         `json:"additionalNote,omitzero"`
	SupplementaryDocument Many[WebResource]  `json:"supplementaryDocument,omitzero"`
	Decision              *Concept           `json:"decision,omitzero"`
	Report                *WebResource       `json:"report,omitzero"`
	Organisation          Many[Organisation] `json:"organisation,omitzero"`
	LimitQualification    *Qualification     `json:"limitQualification,omitzero"`
	LimitField            Many[Concept]      `json:"limitField,omitzero"`
	LimitEQFLevel         Many[Concept]      `json:"limitEQFLevel,omitzero"`
	LimitJurisdiction     Many[Concept]      `json:"limitJurisdiction,omitzero"`
	LimitCredentialType   Many[Concept]      `json:"limitCredentialType,omitzero"`
	AccreditingAgent      *Organisation      `json:"accreditingAgent,omitzero"` // required
	ReviewDate            DateTime           `json:"reviewDate,omitzero"`
	ExpiryDate            DateTime           `json:"expiryDate,omitzero"`
	LandingPage           Many[WebResource]  `json:"landingPage,omitzero"`
	Status                string             `json:"status,omitzero"`
	Valid                 DateTime           `json:"valid,omitzero"`
}
