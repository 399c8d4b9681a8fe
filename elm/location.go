package elm

// A Location is a place with one or more addresses.
type Location struct {
	ID             string           `json:"id,omitzero"`
	Type           Types            `json:"type,omitzero"`
	Identifier     Many[Identifier] `json:"identifier,omitzero"`
	Description    Text             `json:"description,omitzero"`
	Address        Many[Address]    `json:"address,omitzero"` // required
	GeographicName Text             `json:"geographicName,omitzero"`
	SpatialCode    Many[Concept]    `json:"spatialCode,omitzero"`
}

// An Address is a postal address; the country is a concept of the country list.
type Address struct {
	ID          string           `json:"id,omitzero"`
	Type        Types            `json:"type,omitzero"`
	Identifier  Many[Identifier] `json:"identifier,omitzero"`
	FullAddress *Note            `json:"fullAddress,omitzero"`
	CountryCode *Concept         `json:"countryCode,omitzero"` // required
}
