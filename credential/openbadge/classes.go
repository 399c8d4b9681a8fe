package openbadge

// A kind says what the value of a property must be.
type kind int

const (
	asPresent   kind = iota // any value: its rules are those of package vcdm
	asText                  // String, Markdown
	asURI                   // URI, URL: an absolute one
	asNumber                // Float
	asBool                  // Boolean
	asTime                  // DateTimeZ: with a zone
	asMoment                // DateTime, and what the context makes of it: a date
	asDate                  // Date
	asWord                  // a word of a vocabulary
	asLanguage              // LanguageCode
	asCountry               // CountryCode
	asMail                  // EmailAddress
	asJWS                   // CompactJws
	asObject                // an object of a class
	asReference             // the same, or its URI alone
)

// A property is one line of a table in appendix B.1 of the standard.
type property struct {
	name     string
	kind     kind
	required bool
	many     bool     // 0..*: one value or an array of them
	class    string   // of the object
	words    []string // of the vocabulary
	closed   bool     // the vocabulary cannot be extended
}

// A class is one table. Its objects name it as their type, but for those that
// need no type.
type class struct {
	types      []string // one of which must be named; none for Criteria
	properties []property
}

// classes are the tables of appendix B.1, by their names there.
var classes = map[string]class{
	"Achievement": {types: []string{"Achievement"}, properties: []property{
		{name: "id", kind: asURI, required: true},
		{name: "alignment", kind: asObject, many: true, class: "Alignment"},
		{name: "achievementType", kind: asWord, words: achievementTypes},
		{name: "creator", kind: asObject, class: "Profile"},
		{name: "creditsAvailable", kind: asNumber},
		{name: "criteria", kind: asObject, required: true, class: "Criteria"},
		{name: "description", kind: asText, required: true},
		{name: "endorsement", kind: asObject, many: true, class: "EndorsementCredential"},
		{name: "endorsementJwt", kind: asJWS, many: true},
		{name: "fieldOfStudy", kind: asText},
		{name: "humanCode", kind: asText},
		{name: "image", kind: asReference, class: "Image"},
		{name: "inLanguage", kind: asLanguage},
		{name: "name", kind: asText, required: true},
		{name: "otherIdentifier", kind: asObject, many: true, class: "IdentifierEntry"},
		{name: "related", kind: asObject, many: true, class: "Related"},
		{name: "resultDescription", kind: asObject, many: true, class: "ResultDescription"},
		{name: "specialization", kind: asText},
		{name: "tag", kind: asText, many: true},
		{name: "version", kind: asText},
	}},
	"AchievementCredential": {types: []string{TypeAchievement, TypeOpenBadge}, properties: []property{
		{name: "id", kind: asURI, required: true},
		{name: "name", kind: asText},
		{name: "description", kind: asText},
		{name: "image", kind: asReference, class: "Image"},
		{name: "awardedDate", kind: asTime},
		{name: "credentialSubject", kind: asObject, required: true, class: "AchievementSubject"},
		{name: "endorsement", kind: asObject, many: true, class: "EndorsementCredential"},
		{name: "endorsementJwt", kind: asJWS, many: true},
		{name: "evidence", kind: asObject, many: true, class: "Evidence"},
		{name: "issuer", kind: asReference, required: true, class: "Profile"},
		{name: "credentialStatus", kind: asPresent},
		{name: "refreshService", kind: asObject, class: "RefreshService"},
	}},
	"AchievementSubject": {types: []string{"AchievementSubject"}, properties: []property{
		{name: "id", kind: asURI},
		{name: "activityEndDate", kind: asMoment},
		{name: "activityStartDate", kind: asMoment},
		{name: "creditsEarned", kind: asNumber},
		{name: "achievement", kind: asObject, required: true, class: "Achievement"},
		{name: "identifier", kind: asObject, many: true, class: "IdentityObject"},
		{name: "image", kind: asReference, class: "Image"},
		{name: "licenseNumber", kind: asText},
		{name: "narrative", kind: asText},
		{name: "result", kind: asObject, many: true, class: "Result"},
		{name: "role", kind: asText},
		{name: "source", kind: asObject, class: "Profile"},
		{name: "term", kind: asText},
	}},
	"Address": {types: []string{"Address"}, properties: []property{
		{name: "addressCountry", kind: asText},
		{name: "addressCountryCode", kind: asCountry},
		{name: "addressRegion", kind: asText},
		{name: "addressLocality", kind: asText},
		{name: "streetAddress", kind: asText},
		{name: "postOfficeBoxNumber", kind: asText},
		{name: "postalCode", kind: asText},
		{name: "geo", kind: asObject, class: "GeoCoordinates"},
	}},
	"Alignment": {types: []string{"Alignment"}, properties: []property{
		{name: "targetCode", kind: asText},
		{name: "targetDescription", kind: asText},
		{name: "targetName", kind: asText, required: true},
		{name: "targetFramework", kind: asText},
		{name: "targetType", kind: asWord, words: targetTypes},
		{name: "targetUrl", kind: asURI, required: true},
	}},
	"Criteria": {properties: []property{
		{name: "id", kind: asURI},
		{name: "narrative", kind: asText},
	}},
	"EndorsementCredential": {types: []string{TypeEndorsement}, properties: []property{
		{name: "id", kind: asURI, required: true},
		{name: "name", kind: asText, required: true},
		{name: "description", kind: asText},
		{name: "awardedDate", kind: asTime},
		{name: "credentialSubject", kind: asObject, required: true, class: "EndorsementSubject"},
		{name: "issuer", kind: asReference, required: true, class: "Profile"},
		{name: "credentialStatus", kind: asPresent},
		{name: "evidence", kind: asObject, many: true, class: "Evidence"},
		{name: "refreshService", kind: asObject, class: "RefreshService"},
	}},
	"EndorsementSubject": {types: []string{"EndorsementSubject"}, properties: []property{
		{name: "id", kind: asURI, required: true},
		{name: "endorsementComment", kind: asText},
	}},
	"Evidence": {types: []string{"Evidence"}, properties: []property{
		{name: "id", kind: asURI},
		{name: "narrative", kind: asText},
		{name: "name", kind: asText},
		{name: "description", kind: asText},
		{name: "genre", kind: asText},
		{name: "audience", kind: asText},
	}},
	"GeoCoordinates": {types: []string{"GeoCoordinates"}, properties: []property{
		{name: "latitude", kind: asNumber, required: true},
		{name: "longitude", kind: asNumber, required: true},
	}},
	"IdentifierEntry": {types: []string{"IdentifierEntry"}, properties: []property{
		{name: "identifier", kind: asText, required: true},
		{name: "identifierType", kind: asWord, required: true, words: identifierTypes},
	}},
	"IdentityObject": {types: []string{"IdentityObject"}, properties: []property{
		{name: "hashed", kind: asBool, required: true},
		{name: "identityHash", kind: asText, required: true},
		{name: "identityType", kind: asWord, required: true, words: identifierTypes},
		{name: "salt", kind: asText},
	}},
	"Image": {types: []string{"Image"}, properties: []property{
		{name: "id", kind: asURI, required: true},
		{name: "caption", kind: asText},
	}},
	"Profile": {types: []string{"Profile"}, properties: []property{
		{name: "id", kind: asURI, required: true},
		{name: "name", kind: asText},
		{name: "url", kind: asURI},
		{name: "phone", kind: asText},
		{name: "description", kind: asText},
		{name: "endorsement", kind: asObject, many: true, class: "EndorsementCredential"},
		{name: "endorsementJwt", kind: asJWS, many: true},
		{name: "image", kind: asReference, class: "Image"},
		{name: "email", kind: asMail},
		{name: "address", kind: asObject, class: "Address"},
		{name: "otherIdentifier", kind: asObject, many: true, class: "IdentifierEntry"},
		{name: "official", kind: asText},
		{name: "parentOrg", kind: asObject, class: "Profile"},
		{name: "familyName", kind: asText},
		{name: "givenName", kind: asText},
		{name: "additionalName", kind: asText},
		{name: "patronymicName", kind: asText},
		{name: "honorificPrefix", kind: asText},
		{name: "honorificSuffix", kind: asText},
		{name: "familyNamePrefix", kind: asText},
		{name: "dateOfBirth", kind: asDate},
	}},
	"RefreshService": {properties: []property{
		{name: "id", kind: asURI, required: true},
		{name: "type", kind: asPresent, required: true},
	}},
	"Related": {types: []string{"Related"}, properties: []property{
		{name: "id", kind: asURI, required: true},
		{name: "inLanguage", kind: asLanguage},
		{name: "version", kind: asText},
	}},
	"Result": {types: []string{"Result"}, properties: []property{
		{name: "achievedLevel", kind: asURI},
		{name: "alignment", kind: asObject, many: true, class: "Alignment"},
		{name: "resultDescription", kind: asURI},
		{name: "status", kind: asWord, words: resultStatuses, closed: true},
		{name: "value", kind: asText},
	}},
	"ResultDescription": {types: []string{"ResultDescription"}, properties: []property{
		{name: "id", kind: asURI, required: true},
		{name: "alignment", kind: asObject, many: true, class: "Alignment"},
		{name: "allowedValue", kind: asText, many: true},
		{name: "name", kind: asText, required: true},
		{name: "requiredLevel", kind: asURI},
		{name: "requiredValue", kind: asText},
		{name: "resultType", kind: asWord, required: true, words: resultTypes},
		{name: "rubricCriterionLevel", kind: asObject, many: true, class: "RubricCriterionLevel"},
		{name: "valueMax", kind: asText},
		{name: "valueMin", kind: asText},
	}},
	"RubricCriterionLevel": {types: []string{"RubricCriterionLevel"}, properties: []property{
		{name: "id", kind: asURI, required: true},
		{name: "alignment", kind: asObject, many: true, class: "Alignment"},
		{name: "description", kind: asText},
		{name: "level", kind: asText},
		{name: "name", kind: asText, required: true},
		{name: "points", kind: asText},
	}},
}
