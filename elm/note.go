package elm

// A Note is a text for people, with an optional subject and format.
type Note struct {
	ID          string   `json:"id,omitzero"`
	Type        Types    `json:"type,omitzero"`
	NoteLiteral Text     `json:"noteLiteral,omitzero"` // required
	Subject     *Concept `json:"subject,omitzero"`
	NoteFormat  *Concept `json:"noteFormat,omitzero"`
}

// A WebResource is a page or file on the web.
type WebResource struct {
	ID         string   `json:"id,omitzero"`
	Type       Types    `json:"type,omitzero"`
	Title      Text     `json:"title,omitzero"`
	Language   *Concept `json:"language,omitzero"`
	ContentURL string   `json:"contentURL,omitzero"` // required
}

// A PeriodOfTime has a start, an end, or both.
type PeriodOfTime struct {
	ID        string   `json:"id,omitzero"`
	Type      Types    `json:"type,omitzero"`
	PrefLabel Text     `json:"prefLabel,omitzero"`
	StartDate DateTime `json:"startDate,omitzero"`
	EndDate   DateTime `json:"endDate,omitzero"`
}
