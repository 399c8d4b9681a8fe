package i18n_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/i18n"
)

// A message is one entry of a catalogue: its text by plural form, "other" for
// one without plural.
type message map[string]string

func (m *message) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		*m = message{"other": text}
		return nil
	}
	return json.Unmarshal(data, (*map[string]string)(m))
}

func (m message) plural() bool { return len(m) > 1 }

func catalogue(t testing.TB, lang string) map[string]message {
	t.Helper()
	data, err := os.ReadFile(lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	c := make(map[string]message)
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatalf("%s.json: %v", lang, err)
	}
	if len(c) == 0 {
		t.Fatalf("%s.json holds no messages", lang)
	}
	return c
}

// each calls f with every text of every catalogue.
func each(t *testing.T, f func(lang, key, form, text string)) {
	t.Helper()
	for _, lang := range i18n.Languages {
		c := catalogue(t, lang)
		for _, key := range slices.Sorted(maps.Keys(c)) {
			for _, form := range slices.Sorted(maps.Keys(c[key])) {
				f(lang, key, form, c[key][form])
			}
		}
	}
}

var placeholder = regexp.MustCompile(`{{\s*\.(\w+)\s*}}`)

func placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return names
}

func TestCataloguesHaveTheSameKeys(t *testing.T) {
	t.Parallel()
	want := slices.Sorted(maps.Keys(catalogue(t, "en")))
	for _, lang := range i18n.Languages {
		if d := cmp.Diff(want, slices.Sorted(maps.Keys(catalogue(t, lang)))); d != "" {
			t.Errorf("%s.json (-en +%s):\n%s", lang, lang, d)
		}
	}
}

func TestCataloguesHaveTheSamePlaceholders(t *testing.T) {
	t.Parallel()
	en := catalogue(t, "en")
	each(t, func(lang, key, form, text string) {
		want := placeholders(en[key]["other"])
		got := placeholders(text)
		if form == "one" || form == "zero" { // may say the number in words
			want = slices.DeleteFunc(slices.Clone(want), func(s string) bool { return s == "Count" })
			got = slices.DeleteFunc(got, func(s string) bool { return s == "Count" })
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %s (%s) has the placeholders %v, en has %v", lang, key, form, got, want)
		}
	})
}

// TestPluralForms holds what CLDR knows of the three languages: one and other,
// and many in French for whole millions, which other serves too.
func TestPluralForms(t *testing.T) {
	t.Parallel()
	en := catalogue(t, "en")
	for _, lang := range i18n.Languages {
		for key, m := range catalogue(t, lang) {
			if m.plural() != en[key].plural() {
				t.Errorf("%s: %s has the forms %v, en has %v", lang, key, slices.Sorted(maps.Keys(m)), slices.Sorted(maps.Keys(en[key])))
			}
			if !m.plural() {
				if m["other"] == "" {
					t.Errorf("%s: %s has no text, or a plural form only", lang, key)
				}
				continue
			}
			for _, form := range []string{"one", "other"} {
				if m[form] == "" {
					t.Errorf("%s: %s lacks the form %q", lang, key, form)
				}
			}
			for form := range m {
				if form != "one" && form != "other" && !(lang == "fr" && form == "many") {
					t.Errorf("%s: %s has the form %q, which the language does not know", lang, key, form)
				}
			}
		}
	}
}

// TestEveryMessageCanBeSaid fills every message as the program does.
func TestEveryMessageCanBeSaid(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Languages {
		loc := i18n.For(lang)
		for key, m := range catalogue(t, lang) {
			args := make(map[string]any)
			for _, text := range m {
				for _, name := range placeholders(text) {
					args[name] = "X" + name
				}
			}
			counts := []any{nil}
			if m.plural() {
				counts = []any{0, 1, 2, 21, 1_000_000}
			}
			for _, n := range counts {
				if n != nil {
					args["Count"] = n
				} else if _, ok := args["Count"]; ok {
					args["Count"] = 3
				}
				got := loc.TMap(key, args)
				if got == key || got == "" || strings.Contains(got, "{{") || strings.Contains(got, "<no value>") {
					t.Errorf("%s: %s with %v says %q", lang, key, n, got)
				}
			}
		}
	}
}

// TestTextsAreClean: no text is empty, hangs in spaces, or holds what belongs
// to a machine.
func TestTextsAreClean(t *testing.T) {
	t.Parallel()
	key := regexp.MustCompile(`^[a-z][A-Za-z0-9]*(\.[A-Za-z0-9_-]+)+$`)
	each(t, func(lang, name, form, text string) {
		switch {
		case !key.MatchString(name):
			t.Errorf("%s: %q is no dotted key", lang, name)
		case strings.TrimSpace(text) == "":
			t.Errorf("%s: %s (%s) is empty", lang, name, form)
		case text != strings.TrimSpace(text) && !strings.HasSuffix(name, ".separator"):
			t.Errorf("%s: %s (%s) begins or ends with a space: %q", lang, name, form, text)
		case strings.Contains(text, "  "):
			t.Errorf("%s: %s (%s) has a double space: %q", lang, name, form, text)
		case strings.ContainsAny(text, "\t\r\u200b\ufeff") || strings.Contains(text, "TODO"):
			t.Errorf("%s: %s (%s) holds what nobody should see: %q", lang, name, form, text)
		case strings.Count(text, "{{") != len(placeholder.FindAllString(text, -1)):
			t.Errorf("%s: %s (%s) has a placeholder of another shape: %q", lang, name, form, text)
		}
	})
}

// French sets U+202F before ; ! and ?, and U+00A0 before a colon and inside « ».
var frenchSpaces = regexp.MustCompile(`[^\x{202F}][;!?](\s|$)|(\s|\x{202F}):|\pL:(\s|$)|«[^\x{00A0}]|[^\x{00A0}]»|\x{202F}[^;!?]|\x{00A0}[;!?]`)

// schemes of addresses have a colon of their own.
var schemes = regexp.MustCompile(`\b(data|https?|urn|did):`)

// TestTypography: the marks that the languages use.
func TestTypography(t *testing.T) {
	t.Parallel()
	letters := regexp.MustCompile(`\pL'\pL`)
	each(t, func(lang, key, form, text string) {
		prose := placeholder.ReplaceAllString(text, "X")
		if lang != "de" && letters.MatchString(prose) {
			t.Errorf("%s: %s (%s) has a straight apostrophe: %q", lang, key, form, text)
		}
		if lang == "fr" && frenchSpaces.MatchString(schemes.ReplaceAllString(prose, "X")) {
			t.Errorf("fr: %s (%s) lacks the spaces of French punctuation: %q", key, form, text)
		}
		if lang == "de" && strings.ContainsRune(prose, '”') {
			t.Errorf("de: %s (%s) has an English quotation mark: %q", key, form, text)
		}
	})
}

// TestTranslationsDiffer finds texts that were copied instead of translated.
// Names and words that are the same in both languages are short.
func TestTranslationsDiffer(t *testing.T) {
	t.Parallel()
	en := catalogue(t, "en")
	each(t, func(lang, key, form, text string) {
		words := strings.Fields(placeholder.ReplaceAllString(text, ""))
		if lang != "en" && len(words) > 4 && text == en[key][form] {
			t.Errorf("%s: %s (%s) is not translated: %q", lang, key, form, text)
		}
	})
}

func TestFor(t *testing.T) {
	t.Parallel()
	for wanted, want := range map[string]string{
		"": "en", "de": "de", "de-AT": "de", "fr-BE, en;q=0.5": "fr", "pl": "en", "nonsense;;;": "en",
		"it, de;q=0.8, en;q=0.7": "de", "en-GB": "en", "*": "en", "FR": "fr",
	} {
		if got := i18n.For(wanted).Lang(); got != want {
			t.Errorf("For(%q) speaks %q, want %q", wanted, got, want)
		}
	}
	if got := i18n.For().Lang(); got != "en" {
		t.Errorf("For() speaks %q, want en", got)
	}
	if got := i18n.For("pl", "fr").Lang(); got != "fr" {
		t.Errorf(`For("pl", "fr") speaks %q, want fr`, got)
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	first := time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
	late := time.Date(2027, time.March, 2, 0, 30, 0, 0, time.FixedZone("", 3600))
	for lang, want := range map[string][2]string{
		"en": {"1 November 2026", "1 March 2027"}, "fr": {"1er novembre 2026", "1er mars 2027"}, "de": {"1. November 2026", "1. März 2027"},
	} {
		loc := i18n.For(lang)
		if got := loc.Date(first); got != want[0] {
			t.Errorf("%s: %q, want %q", lang, got, want[0])
		}
		if got := loc.Date(late); got != want[1] {
			t.Errorf("%s, half past midnight in Paris: %q, want the day in UTC, %q", lang, got, want[1])
		}
		if got, prefix := loc.Date(first.AddDate(0, 0, 24)), "25"; !strings.HasPrefix(got, prefix) || strings.Contains(got, "er") && lang == "fr" && !strings.Contains(got, "novembre") {
			t.Errorf("%s: the 25th is %q", lang, got)
		}
	}
}

func TestT(t *testing.T) {
	t.Parallel()
	loc := i18n.For("en")
	if got := loc.T("no.such.key"); got != "no.such.key" {
		t.Errorf("an unknown key gives %q, want the key", got)
	}
	if got := loc.T("render.hours", "Count", 1) + ", " + loc.T("render.hours", "Count", 2); got != "1 hour, 2 hours" {
		t.Errorf("plural forms give %q", got)
	}
	if got := i18n.For("fr").T("render.hours", "Count", 0); got != "0 heure" {
		t.Errorf("nothing is singular in French: %q", got)
	}
	// Values are put in as they are: pages escape, the terminal filters.
	if got := loc.T("render.recognised", "Name", `<b>"{{.X}}"&`); got != `recognised by <b>"{{.X}}"&` {
		t.Errorf("a value was changed: %q", got)
	}
	if got := loc.T("render.recognised", "Name"); !strings.HasPrefix(got, "recognised by") {
		t.Errorf("a pair without a value gives %q", got)
	}
}
