package assessment

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// Text is one text in several languages. The keys are ISO 639-1 codes: "en",
// "fr", "de".
type Text map[string]string

// In gives the text in the first of the wanted languages that it has, and that
// language; then English; then the first in the order of the codes. What is
// shown in another language than its surroundings must be marked so (lang).
func (t Text) In(langs ...string) (text, lang string) {
	for _, l := range langs {
		if s, ok := t[l]; ok {
			return s, l
		}
	}
	if s, ok := t["en"]; ok {
		return s, "en"
	}
	for _, l := range t.Languages() {
		return t[l], l
	}
	return "", ""
}

// Languages are the languages of the text in the order of their codes.
func (t Text) Languages() []string {
	langs := make([]string, 0, len(t))
	for l := range t {
		langs = append(langs, l)
	}
	slices.Sort(langs)
	return langs
}

// CertificateLanguages are the languages that a certificate can be written in.
var CertificateLanguages = [...]string{"en", "fr", "de"}

// textLanguages are the languages that a text may have beyond those: the
// codes of the Publications Office's language list that European credentials
// use.
var textLanguages = []string{
	"bg", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "hr", "hu",
	"is", "it", "lb", "lt", "lv", "mk", "mt", "nb", "nl", "nn", "no", "pl", "pt", "rm", "ro", "sk", "sl", "sq",
	"sr", "sv", "tr", "uk",
}

// unfit tells whether a text holds a character that no name or sentence needs
// and that can make a page show something else than what was signed: control
// characters, direction marks and overrides, invisible joints, line
// separators, private characters and the mark of a broken character. The
// joiners of Persian, Arabic and Indic scripts are spared.
func unfit(s string) bool {
	for _, r := range s {
		switch {
		case r == '\u200c' || r == '\u200d':
		case r == utf8.RuneError,
			unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp),
			r&0xfffe == 0xfffe:
			return true
		}
	}
	return false
}
