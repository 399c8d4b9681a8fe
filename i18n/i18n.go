// Package i18n holds every text that a person reads, in English, French and
// German. Messages are looked up by dotted keys in the files {lang}.json; a
// test holds the three catalogues to the same keys and placeholders.
//
// Start with For, which picks a language from what the reader asked for, and
// Localizer.T, which gives one message.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed *.json
var files embed.FS

// Languages are the languages that are complete, the fallback first.
var Languages = [...]string{"en", "fr", "de"}

// The bundle is filled once when the program starts and only read afterwards.
var (
	bundle  = mustLoad()
	matcher = language.NewMatcher([]language.Tag{language.English, language.French, language.German})
)

func mustLoad() *goi18n.Bundle {
	b := goi18n.NewBundle(language.English)
	b.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, lang := range Languages {
		if _, err := b.LoadMessageFileFS(files, lang+".json"); err != nil {
			panic(fmt.Sprintf("i18n: catalogue %s: %v", lang, err))
		}
	}
	return b
}

// A Localizer gives messages in one language.
type Localizer struct {
	lang string
	loc  *goi18n.Localizer
}

// For picks the best language for what was asked: language codes or whole
// Accept-Language headers, the most wanted first. English serves when nothing
// fits or the wish cannot be read.
func For(wanted ...string) Localizer {
	_, index := language.MatchStrings(matcher, wanted...)
	lang := Languages[index]
	return Localizer{lang: lang, loc: goi18n.NewLocalizer(bundle, lang)}
}

// Lang is the code of the language that was picked: "en", "fr" or "de".
func (l Localizer) Lang() string { return l.lang }

// T gives the message of a key, its placeholders filled from pairs of names
// and values: T("verify.size", "Max", 2). A pair named "Count" also picks the
// plural form. A key that no catalogue has is given back as it is: it shows on
// the page, and the tests of the catalogues find it.
func (l Localizer) T(key string, pairs ...any) string {
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return l.TMap(key, args)
}

// TMap is T with the placeholders in a map, as fault.Error and proof.Error
// carry them. A time among them is written as Date does.
func (l Localizer) TMap(key string, args map[string]any) string {
	for name, v := range args {
		if day, ok := v.(time.Time); ok {
			args = maps.Clone(args) // it is somebody else's
			args[name] = l.Date(day)
		}
	}
	cfg := &goi18n.LocalizeConfig{MessageID: key, TemplateData: args}
	if n, ok := args["Count"]; ok {
		cfg.PluralCount = n
	}
	s, err := l.loc.Localize(cfg)
	if err != nil && cfg.PluralCount != nil {
		// A message without plural forms, or a form that the catalogue leaves
		// to "other", as French does for whole millions.
		cfg.PluralCount = nil
		s, err = l.loc.Localize(cfg)
	}
	if err != nil {
		return key
	}
	return s
}

// Date writes a calendar day as the reader's language does: "1 November 2026",
// "1er novembre 2026", "1. November 2026". The time is taken in UTC.
func (l Localizer) Date(t time.Time) string {
	t = t.UTC()
	key := "date.long"
	if t.Day() == 1 {
		key = "date.first"
	}
	month := l.T(fmt.Sprintf("date.month.%d", int(t.Month())))
	return l.T(key, "Day", t.Day(), "Month", month, "Year", t.Year())
}
