package elm

// The concepts that credentialProfiles can name.
const (
	ConceptProfileGeneric           = "http://data.europa.eu/snb/credential/e34929035b"
	ConceptProfileAccredited        = "http://data.europa.eu/snb/credential/c_ae121a00" //nolint:gosec // G101 sees a secret in the word; it is an IRI
	ConceptProfileMandate           = "http://data.europa.eu/snb/credential/c_9a31f32a"
	ConceptProfileConverted         = "http://data.europa.eu/snb/credential/c_7e400154"
	ConceptProfileDiplomaSupplement = "http://data.europa.eu/snb/credential/6dff8a0f87"
)
