package elm

// A LearningAchievement is what somebody reached and a body awarded.
type LearningAchievement struct {
	ID                    string                    `json:"id,omitzero"`
	Type                  Types                     `json:"type,omitzero"`
	Title                 Text                      `json:"title,omitzero"` // required
	Description           Text                      `json:"description,omitzero"`
	Identifier            Many[Identifier]          `json:"identifier,omitzero"`
	DCType                Many[Concept]             `json:"dcType,omitzero"`
	AdditionalNote        Many[Note]                `json:"additionalNote,omitzero"`
	SupplementaryDocument Many[WebResource]         `json:"supplementaryDocument,omitzero"`
	LearningOpportunity   *LearningOpportunity      `json:"learningOpportunity,omitzero"`
	CreditReceived        Many[CreditPoint]         `json:"creditReceived,omitzero"`
	ProvenBy              Many[LearningAssessment]  `json:"provenBy,omitzero"`
	InfluencedBy          Many[LearningActivity]    `json:"influencedBy,omitzero"`
	AwardedBy             *AwardingProcess          `json:"awardedBy,omitzero"` // required
	EntitlesTo            Many[LearningEntitlement] `json:"entitlesTo,omitzero"`
	SpecifiedBy           *Qualification            `json:"specifiedBy,omitzero"`
	HasPart               Many[LearningAchievement] `json:"hasPart,omitzero"`
	IsPartOf              Many[LearningAchievement] `json:"isPartOf,omitzero"`
}

// A Qualification says what an achievement consists of. The ELM class
// LearningAchievementSpecification is the same without the last properties and
// stands in the same places; it is read and written as a Qualification whose
// Type says LearningAchievementSpecification.
type Qualification struct {
	ID                     string                                 `json:"id,omitzero"`
	Type                   Types                                  `json:"type,omitzero"`
	Identifier             Many[Identifier]                       `json:"identifier,omitzero"`
	Title                  Text                                   `json:"title,omitzero"` // required
	Description            Text                                   `json:"description,omitzero"`
	AdditionalNote         Many[Note]                             `json:"additionalNote,omitzero"`
	SupplementaryDocument  Many[WebResource]                      `json:"supplementaryDocument,omitzero"`
	Homepage               Many[WebResource]                      `json:"homepage,omitzero"`
	AltLabel               Text                                   `json:"altLabel,omitzero"`
	Category               Text                                   `json:"category,omitzero"`
	DCType                 Many[Concept]                          `json:"dcType,omitzero"`
	Language               Many[Concept]                          `json:"language,omitzero"`
	VolumeOfLearning       Duration                               `json:"volumeOfLearning,omitzero"`
	Mode                   Many[Concept]                          `json:"mode,omitzero"`
	LearningOutcomeSummary *Note                                  `json:"learningOutcomeSummary,omitzero"`
	ThematicArea           Many[Concept]                          `json:"thematicArea,omitzero"`
	EducationSubject       Many[Concept]                          `json:"educationSubject,omitzero"`
	CreditPoint            Many[CreditPoint]                      `json:"creditPoint,omitzero"`
	EducationLevel         Many[Concept]                          `json:"educationLevel,omitzero"`
	LearningSetting        *Concept                               `json:"learningSetting,omitzero"`
	MaximumDuration        Duration                               `json:"maximumDuration,omitzero"`
	TargetGroup            Many[Concept]                          `json:"targetGroup,omitzero"`
	EntryRequirement       *Note                                  `json:"entryRequirement,omitzero"`
	LearningOutcome        Many[LearningOutcome]                  `json:"learningOutcome,omitzero"`
	InfluencedBy           Many[LearningActivitySpecification]    `json:"influencedBy,omitzero"`
	ProvenBy               Many[LearningAssessmentSpecification]  `json:"provenBy,omitzero"`
	EntitlesTo             Many[LearningEntitlementSpecification] `json:"entitlesTo,omitzero"`
	AwardingOpportunity    Many[AwardingOpportunity]              `json:"awardingOpportunity,omitzero"`
	HasPart                Many[Qualification]                    `json:"hasPart,omitzero"`
	IsPartOf               Many[Qualification]                    `json:"isPartOf,omitzero"`
	SpecialisationOf       Many[Qualification]                    `json:"specialisationOf,omitzero"`
	GeneralisationOf       Many[Qualification]                    `json:"generalisationOf,omitzero"`
	IsPartialQualification *bool                                  `json:"isPartialQualification,omitzero"`
	EQFLevel               *Concept                               `json:"eqfLevel,omitzero"`
	NQFLevel               Many[Concept]                          `json:"nqfLevel,omitzero"`
	Accreditation          Many[Accreditation]                    `json:"accreditation,omitzero"`
	QualificationCode      Many[Concept]                          `json:"qualificationCode,omitzero"`
	Status                 string                                 `json:"status,omitzero"`
}

// A LearningOutcome is what a learner knows or can do after the achievement.
type LearningOutcome struct {
	ID               string           `json:"id,omitzero"`
	Type             Types            `json:"type,omitzero"`
	Identifier       Many[Identifier] `json:"identifier,omitzero"`
	Title            Text             `json:"title,omitzero"` // required
	DCType           *Concept         `json:"dcType,omitzero"`
	AdditionalNote   Many[Note]       `json:"additionalNote,omitzero"`
	ReusabilityLevel *Concept         `json:"reusabilityLevel,omitzero"`
	RelatedSkill     Many[Concept]    `json:"relatedSkill,omitzero"`
	RelatedESCOSkill Many[Concept]    `json:"relatedESCOSkill,omitzero"`
}

// A CreditPoint is an amount of credit within a credit framework.
type CreditPoint struct {
	ID        string   `json:"id,omitzero"`
	Type      Types    `json:"type,omitzero"`
	Framework *Concept `json:"framework,omitzero"` // required
	Point     string   `json:"point,omitzero"`     // required
}
