package elm

// A LearningActivity is something done by which somebody learned.
type LearningActivity struct {
	ID                    string                         `json:"id,omitzero"`
	Type                  Types                          `json:"type,omitzero"`
	Title                 Text                           `json:"title,omitzero"` // required
	Description           Text                           `json:"description,omitzero"`
	Identifier            Many[Identifier]               `json:"identifier,omitzero"`
	DCType                Many[Concept]                  `json:"dcType,omitzero"`
	AdditionalNote        Many[Note]                     `json:"additionalNote,omitzero"`
	SupplementaryDocument Many[WebResource]              `json:"supplementaryDocument,omitzero"`
	Temporal              Many[PeriodOfTime]             `json:"temporal,omitzero"`
	Location              Many[Location]                 `json:"location,omitzero"`
	LearningOpportunity   *LearningOpportunity           `json:"learningOpportunity,omitzero"`
	Workload              Duration                       `json:"workload,omitzero"`
	DirectedBy            Many[Actor]                    `json:"directedBy,omitzero"`
	AwardedBy             *AwardingProcess               `json:"awardedBy,omitzero"` // required
	Influences            Many[LearningAchievement]      `json:"influences,omitzero"`
	SpecifiedBy           *LearningActivitySpecification `json:"specifiedBy,omitzero"`
	HasPart               Many[LearningActivity]         `json:"hasPart,omitzero"`
	IsPartOf              Many[LearningActivity]         `json:"isPartOf,omitzero"`
	LevelOfCompletion     int                            `json:"levelOfCompletion,omitzero"`
}

// A LearningActivitySpecification describes an activity before it takes place.
type LearningActivitySpecification struct {
	ID                    string                              `json:"id,omitzero"`
	Type                  Types                               `json:"type,omitzero"`
	Identifier            Many[Identifier]                    `json:"identifier,omitzero"`
	Title                 Text                                `json:"title,omitzero"` // required
	Description           Text                                `json:"description,omitzero"`
	AdditionalNote        Many[Note]                          `json:"additionalNote,omitzero"`
	SupplementaryDocument Many[WebResource]                   `json:"supplementaryDocument,omitzero"`
	Homepage              Many[WebResource]                   `json:"homepage,omitzero"`
	AltLabel              Text                                `json:"altLabel,omitzero"`
	Category              Text                                `json:"category,omitzero"`
	DCType                Many[Concept]                       `json:"dcType,omitzero"`
	Language              Many[Concept]                       `json:"language,omitzero"`
	VolumeOfLearning      Duration                            `json:"volumeOfLearning,omitzero"`
	ContactHour           Many[string]                        `json:"contactHour,omitzero"`
	Mode                  Many[Concept]                       `json:"mode,omitzero"`
	Influences            Many[Qualification]                 `json:"influences,omitzero"`
	HasPart               Many[LearningActivitySpecification] `json:"hasPart,omitzero"`
	IsPartOf              Many[LearningActivitySpecification] `json:"isPartOf,omitzero"`
	SpecialisationOf      Many[LearningActivitySpecification] `json:"specialisationOf,omitzero"`
	GeneralisationOf      Many[LearningActivitySpecification] `json:"generalisationOf,omitzero"`
	Status                string                              `json:"status,omitzero"`
}
