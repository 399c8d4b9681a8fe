package elm

// A DisplayParameter says how a credential is shown to people: its title,
// languages, and rendered pages per language.
type DisplayParameter struct {
	ID                string                  `json:"id,omitzero"`
	Type              Types                   `json:"type,omitzero"`
	Title             Text                    `json:"title,omitzero"` // required
	Description       Text                    `json:"description,omitzero"`
	Language          Many[Concept]           `json:"language,omitzero"`        // required
	PrimaryLanguage   *Concept                `json:"primaryLanguage,omitzero"` // required
	SummaryDisplay    string                  `json:"summaryDisplay,omitzero"`
	IndividualDisplay Many[IndividualDisplay] `json:"individualDisplay,omitzero"` // required
}

// An IndividualDisplay is the rendered pages of a credential in one language.
type IndividualDisplay struct {
	ID            string              `json:"id,omitzero"`
	Type          Types               `json:"type,omitzero"`
	Language      *Concept            `json:"language,omitzero"`      // required
	DisplayDetail Many[DisplayDetail] `json:"displayDetail,omitzero"` // required
}

// A DisplayDetail is one rendered page; Page counts from 1.
type DisplayDetail struct {
	ID    string       `json:"id,omitzero"`
	Type  Types        `json:"type,omitzero"`
	Image *MediaObject `json:"image,omitzero"` // required
	Page  int          `json:"page,omitzero"`  // required
}

// A MediaObject is a file inside the credential: Content is base64, its
// encoding and type are named by concepts. See NewMediaObject.
type MediaObject struct {
	ID              string   `json:"id,omitzero"`
	Type            Types    `json:"type,omitzero"`
	Title           Text     `json:"title,omitzero"`
	Description     Text     `json:"description,omitzero"`
	ContentType     *Concept `json:"contentType,omitzero"` // required
	AttachmentType  *Concept `json:"attachmentType,omitzero"`
	ContentEncoding *Concept `json:"contentEncoding,omitzero"` // required
	ContentSize     int      `json:"contentSize,omitzero"`
	Content         string   `json:"content,omitzero"` // required
	ContentURL      string   `json:"contentURL,omitzero"`
}
