package elm

// All classes are read and written by the codec of this package, also where
// they stand alone inside other JSON.

// MarshalJSON writes the object as Marshal does.
func (v Accreditation) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Address) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Agent) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Amount) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v AwardingOpportunity) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v AwardingProcess) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Concept) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v ConceptScheme) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v ContactPoint) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Credential) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v CredentialSchema) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v CredentialStatus) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v CreditPoint) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v DisplayDetail) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v DisplayParameter) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Evidence) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v GradingScheme) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Grant) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Group) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Identifier) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v IndividualDisplay) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v LearningAchievement) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v LearningActivity) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v LearningActivitySpecification) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v LearningAssessment) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v LearningAssessmentSpecification) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v LearningEntitlement) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v LearningEntitlementSpecification) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v LearningOpportunity) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v LearningOutcome) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v LegalIdentifier) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Location) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Mailbox) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v MediaObject) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Note) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Organisation) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v PeriodOfTime) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Person) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Phone) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v PlainClaim) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Presentation) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v PriceDetail) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Qualification) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v Reference) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v ResultCategory) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v ResultDistribution) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v ShortenedGrading) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v StatusMessage) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v TermsOfUse) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v VerificationCheck) MarshalJSON() ([]byte, error) { return Marshal(v) }

// MarshalJSON writes the object as Marshal does.
func (v WebResource) MarshalJSON() ([]byte, error) { return Marshal(v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Accreditation) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Address) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Agent) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Amount) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *AwardingOpportunity) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *AwardingProcess) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Concept) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *ConceptScheme) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *ContactPoint) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Credential) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *CredentialSchema) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *CredentialStatus) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *CreditPoint) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *DisplayDetail) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *DisplayParameter) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Evidence) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *GradingScheme) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Grant) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Group) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Identifier) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *IndividualDisplay) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *LearningAchievement) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *LearningActivity) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *LearningActivitySpecification) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *LearningAssessment) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *LearningAssessmentSpecification) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *LearningEntitlement) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *LearningEntitlementSpecification) UnmarshalJSON(data []byte) error {
	return unmarshal(data, v)
}

// UnmarshalJSON reads the object as Parse does.
func (v *LearningOpportunity) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *LearningOutcome) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *LegalIdentifier) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Location) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Mailbox) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *MediaObject) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Note) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Organisation) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *PeriodOfTime) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Person) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Phone) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *PlainClaim) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Presentation) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *PriceDetail) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Qualification) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *Reference) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *ResultCategory) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *ResultDistribution) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *ShortenedGrading) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *StatusMessage) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *TermsOfUse) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *VerificationCheck) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }

// UnmarshalJSON reads the object as Parse does.
func (v *WebResource) UnmarshalJSON(data []byte) error { return unmarshal(data, v) }
