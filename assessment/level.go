package assessment

import (
	"strings"

	"github.com/probatum/probatum/elm"
)

// nationalLevel finds the English label of a level of a national
// qualifications framework in the European vocabulary. The vocabulary also
// holds the frameworks themselves, which are no levels.
func nationalLevel(iri string) (label string, ok bool) {
	if list, ok := elm.ListOf(iri); !ok || list != elm.NQFLevels {
		return "", false
	}
	c, _ := elm.ConceptOf(iri)
	for _, s := range c.PrefLabel["en"] {
		label = s
	}
	if strings.Contains(strings.ToLower(label), "framework") || strings.Contains(label, "Register") {
		return "", false
	}
	return label, label != ""
}
