package elm

// A LearningEntitlement is a right that follows from an achievement.
type LearningEntitlement struct {
	ID                    string                            `json:"id,omitzero"`
	Type                  Types                             `json:"type,omitzero"`
	Title                 Text                              `json:"title,omitzero"` // required
	Description           Text                              `json:"description,omitzero"`
	Identifier            Many[Identifier]                  `json:"identifier,omitzero"`
	DCType                *Concept                          `json:"dcType,omitzero"`
	AdditionalNote        Many[Note]                        `json:"additionalNote,omitzero"`
	SupplementaryDocument Many[WebResource]                 `json:"supplementaryDocument,omitzero"`
	DateIssued            DateTime                          `json:"dateIssued,omitzero"`
	ExpiryDate            DateTime                          `json:"expiryDate,omitzero"`
	AwardedBy             *AwardingProcess                  `json:"awardedBy,omitzero"` // required
	EntitledBy            Many[LearningAchievement]         `json:"entitledBy,omitzero"`
	HasPart               Many[LearningEntitlement]         `json:"hasPart,omitzero"`
	IsPartOf              Many[LearningEntitlement]         `json:"isPartOf,omitzero"`
	SpecifiedBy           *LearningEntitlementSpecification `json:"specifiedBy,omitzero"`
}

// A LearningEntitlementSpecification describes an entitlement.
type LearningEntitlementSpecification struct {
	ID                      string                                 `json:"id,omitzero"`
	Type                    Types                                  `json:"type,omitzero"`
	Identifier              Many[Identifier]                       `json:"identifier,omitzero"`
	Title                   Text                                   `json:"title,omitzero"` // required
	Description             Text                                   `json:"description,omitzero"`
	AdditionalNote          Many[Note]                             `json:"additionalNote,omitzero"`
	SupplementaryDocument   Many[WebResource]                      `json:"supplementaryDocument,omitzero"`
	Homepage                Many[WebResource]                      `json:"homepage,omitzero"`
	AltLabel                Text                                   `json:"altLabel,omitzero"`
	Category                Text                                   `json:"category,omitzero"`
	DCType                  *Concept                               `json:"dcType,omitzero"`            // required
	EntitlementStatus       *Concept                               `json:"entitlementStatus,omitzero"` // required
	LimitOrganisation       Many[Organisation]                     `json:"limitOrganisation,omitzero"`
	LimitJurisdiction       Many[Concept]                          `json:"limitJurisdiction,omitzero"`
	LimitOccupation         Many[Concept]                          `json:"limitOccupation,omitzero"`
	LimitNationalOccupation Many[Concept]                          `json:"limitNationalOccupation,omitzero"`
	EntitledBy              Many[Qualification]                    `json:"entitledBy,omitzero"`
	HasPart                 Many[LearningEntitlementSpecification] `json:"hasPart,omitzero"`
	IsPartOf                Many[LearningEntitlementSpecification] `json:"isPartOf,omitzero"`
	SpecialisationOf        Many[LearningEntitlementSpecification] `json:"specialisationOf,omitzero"`
	GeneralisationOf        Many[LearningEntitlementSpecification] `json:"generalisationOf,omitzero"`
	Status                  string                                 `json:"status,omitzero"`
}
