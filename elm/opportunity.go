package elm

// A LearningOpportunity is an occasion to learn or to be assessed.
type LearningOpportunity struct {
	ID                               string                         `json:"id,omitzero"`
	Type                             Types                          `json:"type,omitzero"`
	Identifier                       Many[Identifier]               `json:"identifier,omitzero"`
	Title                            Text                           `json:"title,omitzero"` // required
	Description                      Text                           `json:"description,omitzero"`
	DCType                           Many[Concept]                  `json:"dcType,omitzero"`
	AdditionalNote                   Many[Note]                     `json:"additionalNote,omitzero"`
	Homepage                         Many[WebResource]              `json:"homepage,omitzero"`
	SupplementaryDocument            Many[WebResource]              `json:"supplementaryDocument,omitzero"`
	Temporal                         *PeriodOfTime                  `json:"temporal,omitzero"`
	Duration                         Duration                       `json:"duration,omitzero"`
	Mode                             Many[Concept]                  `json:"mode,omitzero"`
	LearningSchedule                 *Concept                       `json:"learningSchedule,omitzero"`
	ScheduleInformation              *Note                          `json:"scheduleInformation,omitzero"`
	AdmissionProcedure               *Note                          `json:"admissionProcedure,omitzero"`
	PriceDetail                      Many[PriceDetail]              `json:"priceDetail,omitzero"`
	ProvidedBy                       Many[Organisation]             `json:"providedBy,omitzero"` // required
	Grant                            Many[Grant]                    `json:"grant,omitzero"`
	Location                         Many[Location]                 `json:"location,omitzero"`
	LearningAchievementSpecification *Qualification                 `json:"learningAchievementSpecification,omitzero"`
	LearningActivitySpecification    *LearningActivitySpecification `json:"learningActivitySpecification,omitzero"`
	HasPart                          Many[LearningOpportunity]      `json:"hasPart,omitzero"`
	IsPartOf                         Many[LearningOpportunity]      `json:"isPartOf,omitzero"`
	BannerImage                      *MediaObject                   `json:"bannerImage,omitzero"`
	ApplicationDeadline              Many[DateTime]                 `json:"applicationDeadline,omitzero"`
	Status                           string                         `json:"status,omitzero"`
}

// An AwardingOpportunity is an occasion to be awarded a qualification.
type AwardingOpportunity struct {
	ID                               string           `json:"id,omitzero"`
	Type                             Types            `json:"type,omitzero"`
	Identifier                       Many[Identifier] `json:"identifier,omitzero"`
	Location                         *Location        `json:"location,omitzero"`
	Temporal                         *PeriodOfTime    `json:"temporal,omitzero"`
	AwardingBody                     Many[Actor]      `json:"awardingBody,omitzero"` // required
	LearningAchievementSpecification *Qualification   `json:"learningAchievementSpecification,omitzero"`
}

// A PriceDetail is what an opportunity costs.
type PriceDetail struct {
	ID             string           `json:"id,omitzero"`
	Type           Types            `json:"type,omitzero"`
	Identifier     Many[Identifier] `json:"identifier,omitzero"`
	PrefLabel      Text             `json:"prefLabel,omitzero"`
	Description    Text             `json:"description,omitzero"`
	AdditionalNote Many[Note]       `json:"additionalNote,omitzero"`
	Amount         *Amount          `json:"amount,omitzero"`
}

// An Amount is a sum of money. Value is a decimal, written as text: a JSON
// number with a fraction would become a double in RDF.
type Amount struct {
	ID    string   `json:"id,omitzero"`
	Type  Types    `json:"type,omitzero"`
	Unit  *Concept `json:"unit,omitzero"`  // required
	Value string   `json:"value,omitzero"` // required
}

// A Grant is money for learners.
type Grant struct {
	ID                    string            `json:"id,omitzero"`
	Type                  Types             `json:"type,omitzero"`
	Title                 Text              `json:"title,omitzero"` // required
	Description           Text              `json:"description,omitzero"`
	SupplementaryDocument Many[WebResource] `json:"supplementaryDocument,omitzero"`
	DCType                *Concept          `json:"dcType,omitzero"`
	ContentURL            string            `json:"contentURL,omitzero"`
}
