package elm

// The concepts that credentialProfiles can name.
const (
	ConceptProfileGeneric           = "http://data.europa.eu/snb/credential/e34929035b"
	ConceptProfileAccredited        = "http://data.europa.eu/snb/credential/c_ae121a00" //nolint:gosec // G101 sees a secret in the word; it is an IRI
	ConceptProfileMandate           = "http://data.europa.eu/snb/credential/c_9a31f32a"
	ConceptProfileConverted         = "http://data.europa.eu/snb/credential/c_7e400154"
	ConceptProfileDiplomaSupplement = "http://data.europa.eu/snb/credential/6dff8a0f87"
)

// The application profiles that credentialSchema can name.
const (
	ProfileGeneric           = "http://data.europa.eu/snb/model/ap/edc-generic-full"
	ProfileAccredited        = "http://data.europa.eu/snb/model/ap/edc-accredited" //nolint:gosec // G101 sees a secret in the word; it is an IRI
	ProfileMandate           = "http://data.europa.eu/snb/model/ap/edc-issued-by-mandate"
	ProfileConverted         = "http://data.europa.eu/snb/model/ap/edc-converted"
	ProfileDiplomaSupplement = "http://data.europa.eu/snb/model/ap/edc-diploma-supplement"
)

// KnowsProfile tells whether Check has the rules of an application profile.
func KnowsProfile(iri string) bool {
	switch iri {
	case ProfileGeneric, ProfileAccredited, ProfileMandate, ProfileConverted, ProfileDiplomaSupplement:
		return true
	}
	return false
}
