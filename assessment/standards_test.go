package assessment_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/testkit"
)

func TestStandards(t *testing.T) {
	t.Parallel()
	status := map[string]assessment.Status{}
	for _, u := range assessment.Standards() {
		status[u.Name()] = u.Status
		var file assessment.Unit
		data, err := os.ReadFile("standards/" + u.Name() + ".json")
		if err != nil {
			t.Fatalf("the file of a unit bears its name: %v", err)
		}
		if err := json.Unmarshal(data, &file); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(file, u); diff != "" {
			t.Errorf("%s: (-file +given):\n%s", u.Name(), diff)
		}
		if one, ok := assessment.Standard(u.ID, u.Version); !ok || !cmp.Equal(one, u) {
			t.Errorf("%s: Standard gives another unit", u.Name())
		}
	}
	// R50: two units are ready, five are in preparation.
	want := map[string]assessment.Status{
		"lighting@0.1": assessment.Ready, "sound@0.1": assessment.Ready,
		"mechanical@0.1": assessment.InPreparation, "energy@0.1": assessment.InPreparation, "stage@0.1": assessment.InPreparation,
		"video@0.1": assessment.InPreparation, "work@0.1": assessment.InPreparation,
	}
	if diff := cmp.Diff(want, status); diff != "" {
		t.Errorf("units (-want +got):\n%s", diff)
	}
	if _, ok := assessment.Standard("lighting", "0.2"); ok {
		t.Error("a version is given that does not exist")
	}
}

// What a caller does to a unit stays with the caller.
func TestStandardsAreCopies(t *testing.T) {
	t.Parallel()
	u, _ := assessment.Standard("lighting", "0.1")
	u.Title["en"], u.Outcomes[0].Criteria[0].Text["de"] = "changed", "changed"
	v, _ := assessment.Standard("lighting", "0.1")
	if v.Title["en"] == "changed" || v.Outcomes[0].Criteria[0].Text["de"] == "changed" {
		t.Error("a change of one copy shows in the next")
	}
}

// TestStandardsData checks the data as such: ids in order, all texts in all
// languages and typeset as the language does, marks and levels.
func TestStandardsData(t *testing.T) {
	t.Parallel()
	esco := regexp.MustCompile(`^http://data\.europa\.eu/esco/(skill|occupation)/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	code := regexp.MustCompile(`^\d\d \d\d \d\d \d\d \d\d$`)
	for _, u := range assessment.Standards() {
		letters := map[string]bool{}
		for i, o := range u.Outcomes {
			if want := fmt.Sprintf("%c%d", o.ID[0], i+1); o.ID != want {
				t.Errorf("%s: outcome %d has the id %s, want %s", u.ID, i, o.ID, want)
			}
			letters[o.ID[:1]] = true
			if len(o.ESCO) == 0 {
				t.Errorf("%s %s: no link to ESCO (R52)", u.ID, o.ID)
			}
			for j, c := range o.Criteria {
				if want := string(rune('a' + j)); c.ID != want {
					t.Errorf("%s %s: criterion %d has the id %s, want %s", u.ID, o.ID, j, c.ID, want)
				}
				if (c.Source == "I") != c.Source.Illustrative() {
					t.Errorf("%s %s %s: mark %s is read wrongly", u.ID, o.ID, c.ID, c.Source)
				}
			}
			for _, c := range o.Codes {
				if !code.MatchString(c) {
					t.Errorf("%s %s: code %q", u.ID, o.ID, c)
				}
			}
		}
		if len(letters) != 1 {
			t.Errorf("%s: outcomes of several letters %v", u.ID, letters)
		}
		for _, e := range links(u) {
			if !esco.MatchString(e.URI) || e.Version != "1.1.1" {
				t.Errorf("%s: link %s of ESCO %s", u.ID, e.URI, e.Version)
			}
		}
		for _, text := range texts(u) {
			speaks(t, u.ID, text)
		}
		if !u.Workload.Illustrative {
			t.Errorf("%s: no source knows the workload, so it is illustrative", u.ID)
		}
		if u.Prerequisites.Enforced {
			t.Errorf("%s: prerequisites are named, not enforced", u.ID)
		}
		if (u.ID != "work") != slices.Contains(u.Prerequisites.Units, "work") {
			t.Errorf("%s: Work Organisation is the prerequisite of all others", u.ID)
		}
		if u.Status == assessment.Ready && (len(u.Knowledge.Items) == 0 || len(u.Attitudes.Items) == 0 || len(u.Occupations) == 0 || len(u.Note) == 0) {
			t.Errorf("%s is ready but not complete", u.ID)
		}
	}
}

// links are all links of a unit to ESCO.
func links(u assessment.Unit) []assessment.ESCO {
	all := slices.Clone(u.Occupations)
	for _, o := range u.Outcomes {
		all = append(all, o.ESCO...)
	}
	for _, r := range u.Related {
		all = append(all, r.ESCO...)
	}
	return all
}

// texts are all texts of a unit but the labels of ESCO.
func texts(u assessment.Unit) []assessment.Text {
	all := []assessment.Text{u.Title, u.Description, u.Scheme.Title, u.Note}
	all = append(all, u.Knowledge.Items...)
	all = append(all, u.Attitudes.Items...)
	for _, o := range u.Outcomes {
		all = append(all, o.Title)
		for _, c := range o.Criteria {
			all = append(all, c.Text)
		}
	}
	for _, r := range u.Related {
		all = append(all, r.Title)
	}
	return all
}

var tightSign = regexp.MustCompile(`[^\x{a0}][;:!?»]`)

func speaks(t *testing.T, unit string, text assessment.Text) {
	t.Helper()
	if got := text.Languages(); !slices.Equal(got, []string{"de", "en", "fr"}) {
		t.Errorf("%s: %q has the languages %v", unit, text["en"], got)
	}
	for lang, s := range text {
		if strings.ContainsAny(s, "'\"") || strings.TrimSpace(s) != s || s == "" {
			t.Errorf("%s: %s text %q is not typeset", unit, lang, s)
		}
		if lang == "fr" && tightSign.MatchString(s) {
			t.Errorf("%s: French text %q lacks a no-break space", unit, s)
		}
	}
	if text["en"] == text["de"] || len(text["en"]) > 12 && text["en"] == text["fr"] {
		t.Errorf("%s: %q is not translated", unit, text["en"])
	}
}

// TestStandardsESCO holds every link against the table of recorded ESCO
// concepts: nothing is minted, nothing relabelled.
func TestStandardsESCO(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join(testkit.Reference(t), "esco.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	known := map[string]map[string]string{}
	for _, row := range rows[1:] {
		known[row[column["uri"]]] = map[string]string{
			"en": row[column["label_en"]], "fr": row[column["label_fr"]], "de": row[column["label_de"]],
			"reuse": row[column["reuse"]], "version": row[column["esco_version"]], "v1.2.0": row[column["in_v1.2.0"]],
		}
	}
	for _, u := range assessment.Standards() {
		for _, e := range links(u) {
			row, ok := known[e.URI]
			if !ok {
				t.Errorf("%s links %s, which no source records", u.ID, e.URI)
				continue
			}
			if row["v1.2.0"] != "yes" {
				t.Errorf("%s links %s, which ESCO 1.2.0 no longer has", u.ID, e.URI)
			}
			for _, lang := range []string{"en", "fr", "de"} {
				if e.Label[lang] != row[lang] {
					t.Errorf("%s: %s is %q in %s, want %q", u.ID, e.URI, e.Label[lang], lang, row[lang])
				}
			}
			if string(e.Reuse) != row["reuse"] || e.Version != row["version"] {
				t.Errorf("%s: %s has reuse level %q and version %q, want %q and %q", u.ID, e.URI, e.Reuse, e.Version, row["reuse"], row["version"])
			}
		}
	}
}

// An outcome of the table of units: codes, ESCO links by the start of their
// UUID, and the mark of every criterion.
type tabled struct {
	Codes, ESCO, Marks []string
	Level              int
}

var (
	outcomeRow = regexp.MustCompile(`^\| ([LS]\d) \| [^(]*\(([^)]*)\)(?: \[[^\]]*\])? \| (.*) \|$`)
	outcomeRun = regexp.MustCompile(`\b([MPBVW]\d) [^(]*?\(([^)]*)\): (.*)$`)
	runStart   = regexp.MustCompile(`(?:^|[ |])([MPBVW]\d) [A-Z]`)
	codeText   = regexp.MustCompile("`([0-9 ]{14})`")
	shortURI   = regexp.MustCompile(`\b[0-9a-f]{8}\b`)
	letter     = regexp.MustCompile(`(?:^| )([a-f])\) `)
	mark       = regexp.MustCompile(`\[(T-|T|E|I)\]`)
)

// TestStandardsOutcomes holds codes, links, levels and the marks of all
// criteria against the table of units.
func TestStandardsOutcomes(t *testing.T) {
	t.Parallel()
	data := string(read(t, filepath.Join(testkit.Reference(t), "units.md")))
	want := map[string]tabled{}
	for line := range strings.SplitSeq(data, "\n") {
		if m := outcomeRow.FindStringSubmatch(line); m != nil {
			want[m[1]] = tabulate(m[2], m[3])
		}
		if !strings.HasPrefix(line, "| **") {
			continue
		}
		starts := runStart.FindAllStringSubmatchIndex(line, -1)
		for i, at := range starts {
			end := len(line)
			if i+1 < len(starts) {
				end = starts[i+1][2]
			}
			if m := outcomeRun.FindStringSubmatch(line[at[2]:end]); m != nil {
				want[m[1]] = tabulate(m[2], m[3])
			}
		}
	}
	if len(want) != 40 {
		t.Fatalf("the table has %d outcomes that could be read, want 40", len(want))
	}
	for _, u := range assessment.Standards() {
		for _, o := range u.Outcomes {
			got := tabled{Codes: o.Codes, Level: o.Level}
			for _, e := range o.ESCO {
				got.ESCO = append(got.ESCO, e.URI[strings.LastIndex(e.URI, "/")+1:][:8])
			}
			for _, c := range o.Criteria {
				got.Marks = append(got.Marks, string(c.Source))
			}
			w := want[o.ID]
			delete(want, o.ID)
			if w.Level == 0 { // no code to read it from
				got.Level = 0
			}
			if diff := cmp.Diff(w, got); diff != "" {
				t.Errorf("%s %s (-table +unit):\n%s", u.ID, o.ID, diff)
			}
		}
	}
	for id := range want {
		t.Errorf("no unit has the outcome %s", id)
	}
}

// tabulate reads the links and criteria of one outcome. A mark counts for all
// criteria before it that have none; a level is that of the first code.
func tabulate(refs, criteria string) tabled {
	refs, _, _ = strings.Cut(refs, "cf.")
	var o tabled
	for _, m := range codeText.FindAllStringSubmatch(refs, -1) {
		o.Codes = append(o.Codes, m[1])
	}
	if len(o.Codes) > 0 {
		o.Level, _ = strconv.Atoi(o.Codes[0][9:11]) // digits by codeText; a space gives no level
	}
	o.ESCO = shortURI.FindAllString(codeText.ReplaceAllString(refs, ""), -1)
	parts := letter.FindAllStringIndex(criteria, -1)
	for i, at := range parts {
		end := len(criteria)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		o.Marks = append(o.Marks, "")
		if m := mark.FindStringSubmatch(criteria[at[1]:end]); m != nil {
			for k := len(o.Marks) - 1; k >= 0 && o.Marks[k] == ""; k-- {
				o.Marks[k] = m[1]
			}
		}
	}
	return o
}
