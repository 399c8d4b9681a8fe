package elm

// A LearningAssessment is an assessment that took place. The shapes always
// demand a grade.
type LearningAssessment struct {
	ID                    string                           `json:"id,omitzero"`
	Type                  Types                            `json:"type,omitzero"`
	Title                 Text                             `json:"title,omitzero"` // required
	Description           Text                             `json:"description,omitzero"`
	Identifier            Many[Identifier]                 `json:"identifier,omitzero"`
	DCType                Many[Concept]                    `json:"dcType,omitzero"`
	AdditionalNote        Many[Note]                       `json:"additionalNote,omitzero"`
	SupplementaryDocument Many[WebResource]                `json:"supplementaryDocument,omitzero"`
	DateIssued            DateTime                         `json:"dateIssued,omitzero"`
	Location              *Location                        `json:"location,omitzero"`
	Grade                 *Note                            `json:"grade,omitzero"` // required
	GradeStatus           *Concept                         `json:"gradeStatus,omitzero"`
	ShortenedGrading      *ShortenedGrading                `json:"shortenedGrading,omitzero"`
	IDVerification        *Concept                         `json:"idVerification,omitzero"`
	AwardedBy             *AwardingProcess                 `json:"awardedBy,omitzero"` // required
	AssessedBy            Many[Actor]                      `json:"assessedBy,omitzero"`
	Proves                *LearningAchievement             `json:"proves,omitzero"`
	HasPart               Many[LearningAssessment]         `json:"hasPart,omitzero"`
	IsPartOf              Many[LearningAssessment]         `json:"isPartOf,omitzero"`
	SpecifiedBy           *LearningAssessmentSpecification `json:"specifiedBy,omitzero"`

	// ResultDistribution is read under its right name and as misspelt in the
	// 3.1 context (resultDestribution), and never written: either name is
	// unknown to one of the contexts.
	ResultDistribution *ResultDistribution `json:"resultDistribution,omitzero" elm:"read=resultDestribution"`
}

// A LearningAssessmentSpecification describes an assessment before it takes
// place.
type LearningAssessmentSpecification struct {
	ID                    string                                `json:"id,omitzero"`
	Type                  Types                                 `json:"type,omitzero"`
	Identifier            Many[Identifier]                      `json:"identifier,omitzero"`
	Title                 Text                                  `json:"title,omitzero"` // required
	Description           Text                                  `json:"description,omitzero"`
	AdditionalNote        Many[Note]                            `json:"additionalNote,omitzero"`
	SupplementaryDocument Many[WebResource]                     `json:"supplementaryDocument,omitzero"`
	Homepage              Many[WebResource]                     `json:"homepage,omitzero"`
	AltLabel              Text                                  `json:"altLabel,omitzero"`
	Category              Text                                  `json:"category,omitzero"`
	DCType                *Concept                              `json:"dcType,omitzero"`
	Language              Many[Concept]                         `json:"language,omitzero"`
	Mode                  Many[Concept]                         `json:"mode,omitzero"`
	GradingScheme         *GradingScheme                        `json:"gradingScheme,omitzero"`
	Proves                Many[Qualification]                   `json:"proves,omitzero"`
	HasPart               Many[LearningAssessmentSpecification] `json:"hasPart,omitzero"`
	IsPartOf              Many[LearningAssessmentSpecification] `json:"isPartOf,omitzero"`
	SpecialisationOf      Many[LearningAssessmentSpecification] `json:"specialisationOf,omitzero"`
	GeneralisationOf      Many[LearningAssessmentSpecification] `json:"generalisationOf,omitzero"`
	Status                string                                `json:"status,omitzero"`
}

// A GradingScheme explains what the grades mean.
type GradingScheme struct {
	ID                    string            `json:"id,omitzero"`
	Type                  Types             `json:"type,omitzero"`
	Identifier            Many[Identifier]  `json:"identifier,omitzero"`
	Title                 Text              `json:"title,omitzero"` // required
	Description           Text              `json:"description,omitzero"`
	SupplementaryDocument Many[WebResource] `json:"supplementaryDocument,omitzero"`
}

// A ShortenedGrading tells where a grade stands among those of others, in
// per cent.
type ShortenedGrading struct {
	ID               string `json:"id,omitzero"`
	Type             Types  `json:"type,omitzero"`
	PercentageLower  *int   `json:"percentageLower,omitzero"`  // required
	PercentageEqual  *int   `json:"percentageEqual,omitzero"`  // required
	PercentageHigher *int   `json:"percentageHigher,omitzero"` // required
}

// A ResultDistribution is how the results of all learners spread.
type ResultDistribution struct {
	ID             string               `json:"id,omitzero"`
	Type           Types                `json:"type,omitzero"`
	Description    Text                 `json:"description,omitzero"`
	ResultCategory Many[ResultCategory] `json:"resultCategory,omitzero"`
}

// A ResultCategory is one bar of a ResultDistribution.
type ResultCategory struct {
	ID           string `json:"id,omitzero"`
	Type         Types  `json:"type,omitzero"`
	Label        string `json:"label,omitzero"` // required
	Score        string `json:"score,omitzero"`
	MaximumScore string `json:"maximumScore,omitzero"`
	MinimumScore string `json:"minimumScore,omitzero"`
	Count        int    `json:"count,omitzero"` // required
}
