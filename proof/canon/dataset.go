package canon

// A Dataset is a set of statements. Doubles and order have no meaning.
type Dataset struct {
	Quads []Quad

	// Nodes gives, for each node object of the document that has no id, its
	// JSON pointer and the label of its blank node.
	Nodes map[string]string

	// Warnings name what no signature over the dataset covers.
	Warnings []Warning

	limits Limits
}

// A Warning is something that a reader should know and no refusal.
type Warning struct {
	Pointer string // JSON pointer of the place
	Key     string // message key of i18n
}
