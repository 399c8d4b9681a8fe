package elm

// An Actor is who does something: an *Agent, a *Person or an *Organisation, or
// a *Raw where the class is none of these.
type Actor interface{ actor() }

func (*Agent) actor()        {}
func (*Person) actor()       {}
func (*Organisation) actor() {}
func (*Raw) actor()          {}

// An Agent is an actor of whom no more is said than a name and an identifier.
// Assessors and mentors are Agents: the shapes demand claims of every Person.
type Agent struct {
	ID             string             `json:"id,omitzero"`
	Type           Types              `json:"type,omitzero"`
	Identifier     Many[Identifier]   `json:"identifier,omitzero"`
	AltLabel       Text               `json:"altLabel,omitzero"`
	PrefLabel      Text               `json:"prefLabel,omitzero"`
	Location       Many[Location]     `json:"location,omitzero"`
	AdditionalNote Many[Note]         `json:"additionalNote,omitzero"`
	ContactPoint   Many[ContactPoint] `json:"contactPoint,omitzero"`
	GroupMemberOf  Many[Group]        `json:"groupMemberOf,omitzero"`
}

// A Person is a natural person with claims: the subject of a credential. The
// shapes demand a claim of ANY Person in the document; use Agent for others.
type Person struct {
	ID                 string             `json:"id,omitzero"`
	Type               Types              `json:"type,omitzero"`
	Identifier         Many[Identifier]   `json:"identifier,omitzero"`
	Location           *Location          `json:"location,omitzero"`
	NationalID         *LegalIdentifier   `json:"nationalID,omitzero"`
	FullName           Text               `json:"fullName,omitzero"`
	GivenName          Text               `json:"givenName,omitzero"`
	FamilyName         Text               `json:"familyName,omitzero"`
	BirthName          Text               `json:"birthName,omitzero"`
	PatronymicName     Text               `json:"patronymicName,omitzero"`
	MemberOf           Many[Organisation] `json:"memberOf,omitzero"`
	DateOfBirth        DateTime           `json:"dateOfBirth,omitzero"`
	PlaceOfBirth       *Location          `json:"placeOfBirth,omitzero"`
	CitizenshipCountry Many[Concept]      `json:"citizenshipCountry,omitzero"`
	Gender             *Concept           `json:"gender,omitzero"`
	ContactPoint       Many[ContactPoint] `json:"contactPoint,omitzero"`
	GroupMemberOf      Many[Group]        `json:"groupMemberOf,omitzero"`
	HasCredential      Many[Credential]   `json:"hasCredential,omitzero"`
	HasClaim           Many[Claim]        `json:"hasClaim,omitzero"` // required
}

// An Organisation is a legal body.
type Organisation struct {
	ID                 string                `json:"id,omitzero"`
	Type               Types                 `json:"type,omitzero"`
	Identifier         Many[Identifier]      `json:"identifier,omitzero"`
	AltLabel           Text                  `json:"altLabel,omitzero"`
	DCType             Many[Concept]         `json:"dcType,omitzero"`
	Homepage           Many[WebResource]     `json:"homepage,omitzero"`
	AdditionalNote     Many[Note]            `json:"additionalNote,omitzero"`
	Location           Many[Location]        `json:"location,omitzero"` // required
	Accreditation      Many[Accreditation]   `json:"accreditation,omitzero"`
	EIDASIdentifier    *LegalIdentifier      `json:"eIDASIdentifier,omitzero"`
	Registration       *LegalIdentifier      `json:"registration,omitzero"`
	LegalName          Text                  `json:"legalName,omitzero"` // required
	VATIdentifier      Many[LegalIdentifier] `json:"vatIdentifier,omitzero"`
	TaxIdentifier      Many[LegalIdentifier] `json:"taxIdentifier,omitzero"`
	Logo               *MediaObject          `json:"logo,omitzero"`
	HasSubOrganization Many[Organisation]    `json:"hasSubOrganization,omitzero"`
	SubOrganizationOf  *Organisation         `json:"subOrganizationOf,omitzero"`
	GroupMemberOf      Many[Group]           `json:"groupMemberOf,omitzero"`
	ContactPoint       Many[ContactPoint]    `json:"contactPoint,omitzero"`
}

// A Group is a number of actors under one name.
type Group struct {
	ID             string             `json:"id,omitzero"`
	Type           Types              `json:"type,omitzero"`
	PrefLabel      Text               `json:"prefLabel,omitzero"` // required
	AltLabel       Text               `json:"altLabel,omitzero"`
	DCType         Many[Concept]      `json:"dcType,omitzero"`
	AdditionalNote Many[Note]         `json:"additionalNote,omitzero"`
	Location       Many[Location]     `json:"location,omitzero"`
	ContactPoint   Many[ContactPoint] `json:"contactPoint,omitzero"`
	Member         Many[Actor]        `json:"member,omitzero"`
}

// A ContactPoint is how to reach somebody.
type ContactPoint struct {
	ID             string            `json:"id,omitzero"`
	Type           Types             `json:"type,omitzero"`
	AdditionalNote Many[Note]        `json:"additionalNote,omitzero"`
	Description    Text              `json:"description,omitzero"`
	Address        Many[Address]     `json:"address,omitzero"`
	Phone          Many[Phone]       `json:"phone,omitzero"`
	EmailAddress   Many[Mailbox]     `json:"emailAddress,omitzero"`
	ContactForm    Many[WebResource] `json:"contactForm,omitzero"`
}

// A Phone is a telephone number.
type Phone struct {
	ID              string `json:"id,omitzero"`
	Type            Types  `json:"type,omitzero"`
	PhoneNumber     string `json:"phoneNumber,omitzero"`
	CountryDialing  string `json:"countryDialing,omitzero"`
	DialNumber      string `json:"dialNumber,omitzero"`
	AreaDialingCode string `json:"areaDialingCode,omitzero"`
}

// A Mailbox is an e-mail address; its ID is a mailto: URI and its only content.
type Mailbox struct {
	ID   string `json:"id,omitzero"`
	Type Types  `json:"type,omitzero"`
}
