package issuer_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/keys"
)

// A flatFact is a claim that an SD-JWT VC makes beside its document, and what of
// the document it repeats.
type flatFact struct {
	claim string
	fact  string // name of the fact that it is
	how   flatHow
}

// A flatHow makes a flat claim from the values of a fact; nil: no claim.
type flatHow struct {
	note  string // for docs/formats.md
	spell func(doc any, f fact, loc i18n.Localizer) any
}

var (
	oneText = flatHow{"", func(doc any, f fact, loc i18n.Localizer) any {
		if all := spoken(values(doc, f.elm), f, loc); len(all) > 0 {
			return all[0]
		}
		return nil
	}}
	eachText = flatHow{"an array", func(doc any, f fact, loc i18n.Localizer) any {
		var list []any
		for _, s := range spoken(values(doc, f.elm), f, loc) {
			list = append(list, s)
		}
		if list == nil {
			return nil
		}
		return list
	}}
	oneDay = flatHow{"the day", func(doc any, f fact, loc i18n.Localizer) any {
		if s, ok := oneText.spell(doc, f, loc).(string); ok {
			return s[:10]
		}
		return nil
	}}
	levelNumber = flatHow{"a number, and only beside a national level", func(doc any, f fact, _ i18n.Localizer) any {
		iri := literals(doc, f.elm)
		if len(iri) == 0 || len(literals(doc, pathQ+".nqfLevel.id")) == 0 {
			return nil
		}
		n, err := strconv.ParseFloat(iri[0][strings.LastIndex(iri[0], "/")+1:], 64)
		if err != nil {
			panic(err)
		}
		return n
	}}
	levelLabel = flatHow{"its label, and only beside an EQF level", func(doc any, f fact, loc i18n.Localizer) any {
		if len(literals(doc, pathQ+".eqfLevel.id")) == 0 {
			return nil
		}
		f.elm = pathQ + ".nqfLevel.prefLabel"
		return oneText.spell(doc, f, loc)
	}}
	grades = flatHow{"the one of all assessments, or each with its title", func(doc any, f fact, loc i18n.Localizer) any {
		all := spoken(values(doc, f.elm), f, loc)
		if len(slices.Compact(slices.Clone(all))) == 1 {
			return all[0]
		}
		titles := spoken(values(doc, pathA+".provenBy.title"), f, loc)
		var parts []string
		for n, g := range all {
			parts = append(parts, titles[n]+" ("+g+")")
		}
		return strings.Join(parts, loc.T("issue.separator"))
	}}
)

// flatFacts are all flat claims, in the order in which they stand.
var flatFacts = []flatFact{
	{"given_name", "given name", oneText},
	{"family_name", "family name", oneText},
	{"date_of_birth", "date of birth", oneDay},
	{"title", "title", oneText},
	{"awarding_body", "awarding body", oneText},
	{"eqf_level", "EQF level", levelNumber},
	{"national_level", "national level", levelLabel},
	{"units", "title of the unit", eachText},
	{"date_of_award", "day of the award", oneDay},
	{"date_of_expiry", "valid until", oneDay},
	{"grade", "their grade", grades},
	{"learning_outcomes", "learning outcomes", eachText},
	{"certificate_number", "number of the certificate", oneText},
}

func factNamed(t testing.TB, name string) fact {
	t.Helper()
	for _, f := range facts {
		if f.name == name {
			return fact{name: f.name, elm: f.elm}
		}
	}
	t.Fatalf("no fact is %q", name)
	return fact{}
}

// checkFlat holds that the flat claims say what an ELM document says, in one
// language, and nothing else.
func checkFlat(t *testing.T, doc any, flat map[string]any, lang string) {
	t.Helper()
	want := map[string]any{}
	for _, f := range flatFacts {
		if v := f.how.spell(doc, factNamed(t, f.fact), i18n.For(lang)); v != nil {
			want[f.claim] = v
		}
	}
	for name, v := range flat {
		if !reflect.DeepEqual(v, want[name]) {
			t.Errorf("%s, in %s, is %#v, the draft says %#v", name, lang, v, want[name])
		}
	}
	for name, v := range want {
		if _, ok := flat[name]; !ok {
			t.Errorf("no claim %s, in %s: the draft says %#v", name, lang, v)
		}
	}
}

// TestLevelStandsWithTheNationalOne holds that an EQF level that no national one
// is referenced to is no flat claim: it would be shown alone.
func TestLevelStandsWithTheNationalOne(t *testing.T) {
	t.Parallel()
	by := securing["ecdsa-rdfc-2019, P-256"](t)
	for level, change := range map[any]func(*elm.Qualification){
		4.0: func(*elm.Qualification) {},
		nil: func(q *elm.Qualification) { q.NQFLevel = nil },
	} {
		s := &capturing{change: func(d *credential.Draft) {
			change(d.Claims.CredentialSubject.(*elm.Person).HasClaim[0].(*elm.LearningAchievement).SpecifiedBy)
		}}
		_, err := newIssuer(t, s, keys.ES256, by.with).IssueAs(t.Context(), sample("lighting"), credential.SDJWT)
		if !errors.Is(err, errCaptured) {
			t.Fatal(err)
		}
		payload := parsed(t, prepared(t, s.r).Payload).(map[string]any)
		if got := payload["eqf_level"]; got != level {
			t.Errorf("eqf_level is %v, want %v", got, level)
		}
		if got, ok := payload["national_level"]; ok != (level != nil) {
			t.Errorf("national_level is %v beside the EQF level %v", got, level)
		}
	}
}

// TestFlatClaimsOnThePage holds docs/formats.md to the table above.
func TestFlatClaimsOnThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	short := strings.NewReplacer(pathQ+".", "Q.", pathA+".", "A.")
	var rows strings.Builder
	for _, f := range flatFacts {
		how := f.how.note
		if how == "" {
			how = "as it is"
		}
		fmt.Fprintf(&rows, "| `%s` | %s | `%s` | %s |\n", f.claim, f.fact, short.Replace(factNamed(t, f.fact).elm), how)
	}
	if !strings.Contains(string(page), "| --- | --- | --- | --- |\n"+rows.String()) {
		t.Errorf("docs/formats.md does not have this table:\n%s", rows.String())
	}
}
