package render

import "github.com/probatum/probatum/elm"

// The European vocabularies that a certificate shows are published in English
// only, as far as we have them. These are our words for their concepts, for
// pages in other languages; the file keeps the concept.
var concepts = map[string]string{
	"http://data.europa.eu/snb/learning-assessment/9191af2ed9": "render.concept.presential",
	"http://data.europa.eu/snb/learning-assessment/920fbb3cbe": "render.concept.online",
	"http://data.europa.eu/snb/learning-assessment/e92d221e4d": "render.concept.blended",
	"http://data.europa.eu/snb/learning-assessment/729f3bed4b": "render.concept.work-based",
	"http://data.europa.eu/snb/learning-assessment/7813801c77": "render.concept.project-based",
	"http://data.europa.eu/snb/learning-assessment/ed4c557045": "render.concept.research-lab-based",
	"http://data.europa.eu/snb/learning-setting/6fd4685715":    "render.concept.formal",
	"http://data.europa.eu/snb/learning-setting/e207a81fc7":    "render.concept.non-formal",
	"http://data.europa.eu/snb/accreditation/003293d2ce":       "render.concept.institutional-license",
	"http://data.europa.eu/snb/accreditation/bb4618238e":       "render.concept.institutional-quality-assurance",
	"http://data.europa.eu/snb/accreditation/e57dddfcf3":       "render.concept.program-license",
	"http://data.europa.eu/snb/accreditation/820101cba6":       "render.concept.program-quality-assurance",
}

// concept names a concept in the language of the page: by its label, else in
// our words, else by its label in another language with that language's code.
func (v viewer) concept(c *elm.Concept) string {
	if c == nil {
		return ""
	}
	words := v.text(c.PrefLabel)
	lang := v.language(c.PrefLabel, words)
	if words != "" && lang == v.loc.Lang() {
		return words
	}
	if key, ok := concepts[c.ID]; ok {
		return v.loc.T(key)
	}
	if words != "" && lang != elm.NoLanguage {
		words += " [" + lang + "]"
	}
	return words
}
