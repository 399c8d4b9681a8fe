package elm

// A Claim is an entry of hasClaim: a *LearningAchievement, *LearningActivity,
// *LearningAssessment, *LearningEntitlement or *PlainClaim, or a *Raw where the
// class is none of these.
type Claim interface{ claim() }

func (*LearningAchievement) claim() {}
func (*LearningActivity) claim()    {}
func (*LearningAssessment) claim()  {}
func (*LearningEntitlement) claim() {}
func (*PlainClaim) claim()          {}
func (*Raw) claim()                 {}

// A PlainClaim is an object of the bare ELM class Claim, whose kind dcType
// tells.
type PlainClaim struct {
	ID                    string            `json:"id,omitzero"`
	Type                  Types             `json:"type,omitzero"`
	Title                 Text              `json:"title,omitzero"` // required
	Description           Text              `json:"description,omitzero"`
	Identifier            Many[Identifier]  `json:"identifier,omitzero"`
	DCType                Many[Concept]     `json:"dcType,omitzero"`
	AdditionalNote        Many[Note]        `json:"additionalNote,omitzero"`
	SupplementaryDocument Many[WebResource] `json:"supplementaryDocument,omitzero"`
	AwardedBy             *AwardingProcess  `json:"awardedBy,omitzero"` // required
}

// An AwardingProcess is how and by whom a claim was awarded.
type AwardingProcess struct {
	ID                    string                   `json:"id,omitzero"`
	Type                  Types                    `json:"type,omitzero"`
	Identifier            Many[Identifier]         `json:"identifier,omitzero"`
	Description           Text                     `json:"description,omitzero"`
	Location              *Location                `json:"location,omitzero"`
	AdditionalNote        Many[Note]               `json:"additionalNote,omitzero"`
	Used                  Many[LearningAssessment] `json:"used,omitzero"`
	Awards                Many[Claim]              `json:"awards,omitzero"`
	AwardingBody          Many[Actor]              `json:"awardingBody,omitzero"` // required
	AwardingDate          DateTime                 `json:"awardingDate,omitzero"`
	EducationalSystemNote *Concept                 `json:"educationalSystemNote,omitzero"`
}
