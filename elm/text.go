package elm

import (
	"slices"
	"strings"
)

// A Text is a language map: for each language, by its ISO 639-1 code in lower
// case, one or more texts. It reads a text or an array of texts per language
// and writes a single text as it is, the languages in order.
//
// Texts without a language stand under NoLanguage; the profiles want a
// language everywhere.
type Text map[string][]string

// NoLanguage is the key of texts without a language (JSON-LD 1.1, 4.6.2).
const NoLanguage = "@none"

// NewText makes a Text from pairs of language and text: NewText("en", "Unit",
// "de", "Einheit"). Pairs with an empty text are left out.
func NewText(pairs ...string) Text {
	t := make(Text, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			t[pairs[i]] = append(t[pairs[i]], pairs[i+1])
		}
	}
	if len(t) == 0 {
		return nil
	}
	return t
}

// In gives the first text in the first of the languages that has one; a
// language matches with and without its region. Where none has, English
// serves, then the first language in order. It is empty only if t is.
func (t Text) In(languages ...string) string {
	for _, want := range append(slices.Clip(languages), "en") {
		if s, ok := t.find(want); ok {
			return s
		}
	}
	for _, lang := range t.Languages() {
		return t[lang][0]
	}
	return ""
}

func (t Text) find(want string) (string, bool) {
	if v := t[want]; len(v) > 0 {
		return v[0], true
	}
	base, _, _ := strings.Cut(want, "-")
	for _, lang := range t.Languages() {
		have, _, _ := strings.Cut(lang, "-")
		if strings.EqualFold(have, base) {
			return t[lang][0], true
		}
	}
	return "", false
}

// Languages are the languages that have a text, in order.
func (t Text) Languages() []string {
	var all []string
	for lang, texts := range t {
		if len(texts) > 0 {
			all = append(all, lang)
		}
	}
	slices.Sort(all)
	return all
}

// MarshalJSON writes the language map.
func (t Text) MarshalJSON() ([]byte, error) { return Marshal(t) }

// UnmarshalJSON reads a language map.
func (t *Text) UnmarshalJSON(data []byte) error { return unmarshal(data, t) }
