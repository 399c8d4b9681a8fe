package elm

// A Concept is a value of a controlled vocabulary. See ConceptOf.
type Concept struct {
	ID         string              `json:"id,omitzero"`
	Type       Types               `json:"type,omitzero"`
	PrefLabel  Text                `json:"prefLabel,omitzero"`
	Notation   string              `json:"notation,omitzero"`
	InScheme   Many[ConceptScheme] `json:"inScheme,omitzero"`
	Definition Text                `json:"definition,omitzero"`
}

// A ConceptScheme is a controlled vocabulary; only its IRI is given.
type ConceptScheme struct {
	ID   string `json:"id,omitzero"`
	Type Types  `json:"type,omitzero"`
}
