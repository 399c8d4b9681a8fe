package body_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/render"
)

// today is when the tests take place.
var today = time.Date(2026, time.November, 12, 9, 30, 0, 0, time.UTC)

func clock(at time.Time) func() time.Time { return func() time.Time { return at } }

// whole is the profile of the invented body of the samples.
func whole() body.Profile {
	b := assessment.SampleResult("lighting", today).Body
	return body.Profile{
		Schema: body.SchemaURI, ID: b.ID, LegalName: b.LegalName, Identifier: b.Identifier, Address: b.Address, Locality: b.Locality, Country: b.Country,
		Homepage: b.Homepage, Email: b.Email, Logo: b.Logo, Accreditations: b.Accreditations, Languages: []string{"de", "en", "fr"},
		LogoPlace: render.LogoRight, Colours: body.Colours{Accent: "#14213d", Second: "#b08d3c"},
		Signatory: body.Signatory{Name: "Dr. Aylin Becker-Roth", Function: assessment.Text{
			"en": "Head of certification", "fr": "Responsable de la certification", "de": "Leiterin der Zertifizierung",
		}},
		Place: "Musterstadt", Mail: body.Mail{Sender: "Prüfstelle Musterstadt (DEMO)", ReplyTo: "zertifikate@pruefstelle.example"},
	}
}

// unmarked is a profile whose legal name does not say DEMO, in one language.
func unmarked() body.Profile {
	p := whole()
	p.LegalName = assessment.Text{"de": "Prüfstelle Bühne & Technik Beispielstadt gGmbH"}
	return p
}

func keysIn(t testing.TB, data string, at time.Time) body.Keys {
	t.Helper()
	k, err := body.KeysIn(data, whole().ID, clock(at))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// places are the paths and keys of faults.
func places(err error) []string {
	l, _ := err.(fault.List) //nolint:errorlint // nothing wraps it here
	var out []string
	for _, f := range l {
		out = append(out, f.Path+" "+f.Key)
	}
	return out
}

// spoken tells whether a message says something in every language, with all
// its placeholders filled.
func spoken(t testing.TB, key string, args map[string]any) {
	t.Helper()
	seen := map[string]bool{}
	for _, lang := range i18n.Languages {
		s := i18n.For(lang).TMap(key, args)
		if s == key || s == "" || strings.Contains(s, "<no value>") {
			t.Errorf("%s: %q says %q", lang, key, s)
		}
		seen[s] = true
	}
	if len(seen) != len(i18n.Languages) {
		t.Errorf("%q: %v", key, slices.Collect(maps.Keys(seen)))
	}
}
