package render

import "github.com/probatum/probatum/elm"

// concept names a concept in the language of the page: by the label of the
// document, else in our words, else by its label in another language with that
// language's code. The file keeps the concept.
func (v viewer) concept(c *elm.Concept) string {
	if c == nil {
		return ""
	}
	words := v.text(c.PrefLabel)
	lang := v.language(c.PrefLabel, words)
	if words != "" && lang == v.loc.Lang() {
		return words
	}
	if _, ok := elm.ListOf(c.ID); ok {
		if label := c.Label(v.loc); label != words {
			return label
		}
	}
	if words != "" && lang != elm.NoLanguage {
		words += " [" + lang + "]"
	}
	return words
}
