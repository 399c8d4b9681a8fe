package elm_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/testkit"
)

// lists are all that the package promises, with the number of values.
var lists = map[elm.List]int{
	elm.Countries: 253, elm.Languages: 32, elm.Currencies: 179, elm.FileTypes: 3, elm.Encodings: 1,
	elm.CredentialProfiles: 8, elm.EQFLevels: 8, elm.NQFLevels: 424, elm.ISCEDFields: 220,
	elm.LearningSettings: 2, elm.Modes: 6, elm.AssessmentTypes: 14, elm.ActivityTypes: 11,
	elm.OpportunityTypes: 12, elm.EntitlementTypes: 3, elm.EntitlementStatuses: 2, elm.LearningSchedules: 3,
	elm.TargetGroups: 20, elm.IdentityVerifications: 3, elm.AccreditationTypes: 4, elm.EvidenceTypes: 3,
	elm.CreditFrameworks: 2, elm.OutcomeTypes: 2, elm.ReuseLevels: 4, elm.VerificationChecks: 7,
	elm.VerificationStatuses: 3, elm.PresentationTypes: 3,
}

var conceptIRI = regexp.MustCompile(`^http://(data\.europa\.eu/snb/[a-z-]+/[A-Za-z0-9_-]+|publications\.europa\.eu/resource/authority/[a-z-]+/[A-Z0-9_]+)$`)

func TestVocabulary(t *testing.T) {
	t.Parallel()
	seen := map[string]elm.List{}
	for list, size := range lists {
		values := elm.Vocabulary(list, "en", "fr", "de")
		if len(values) != size {
			t.Errorf("%s: %d values, want %d", list, len(values), size)
		}
		for _, c := range values {
			if !conceptIRI.MatchString(c.ID) {
				t.Errorf("%s: odd IRI %q", list, c.ID)
			}
			if other, doubled := seen[c.ID]; doubled {
				t.Errorf("%s: %s is also in %s", list, c.ID, other)
			}
			seen[c.ID] = list
			scheme := c.InScheme.First().ID
			if len(c.InScheme) != 1 || !strings.HasPrefix(scheme, "http://") {
				t.Errorf("%s: scheme %q", list, scheme)
			}
			if c.PrefLabel.In("en") == "" {
				t.Errorf("%s: %s has no English label", list, c.ID)
			}
			for lang, texts := range c.PrefLabel {
				if len(texts) != 1 || strings.TrimSpace(texts[0]) != texts[0] || texts[0] == "" {
					t.Errorf("%s: %s, label in %s: %q", list, c.ID, lang, texts)
				}
			}
			if got, ok := elm.ListOf(c.ID); !ok || got != list {
				t.Errorf("ListOf(%s) = %s", c.ID, got)
			}
		}
	}
}

// TestVocabularyFacts compares our table with the table of facts.
func TestVocabularyFacts(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join(testkit.Reference(t), "elm", "vocab.tsv"))
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
	facts := map[string][]string{}
	for _, row := range rows[1:] {
		facts[row[2]] = row
	}
	for list := range lists {
		for _, c := range elm.Vocabulary(list) {
			row := facts[c.ID]
			if row == nil {
				t.Errorf("%s: %s is no fact", list, c.ID)
				continue
			}
			if c.InScheme.First().ID != row[1] {
				t.Errorf("%s: scheme %s, want %s", c.ID, c.InScheme.First().ID, row[1])
			}
		}
	}
	// Lists that a rule demands and that we hold must be whole.
	for _, list := range []elm.List{elm.Countries, elm.EQFLevels, elm.NQFLevels, elm.ISCEDFields, elm.LearningSettings, elm.Currencies} {
		scheme := elm.Vocabulary(list)[0].InScheme.First().ID
		for iri, row := range facts {
			if _, ok := elm.ListOf(iri); row[1] == scheme && !ok {
				t.Errorf("%s lacks %s", list, iri)
			}
		}
	}
}

// TestConceptAsInSample holds that a concept of ours is written as the
// Commission's issuer writes it.
func TestConceptAsInSample(t *testing.T) {
	t.Parallel()
	found := 0
	eachObject(tree(t, sample(t)), func(o map[string]any) {
		id, _ := o["id"].(string)
		c, ok := elm.ConceptOf(id)
		if o["type"] != "Concept" || !ok {
			return
		}
		found++
		// The newer lists carry all languages; ours are in English.
		o["prefLabel"] = map[string]any{"en": o["prefLabel"].(map[string]any)["en"]}
		out, err := elm.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(o, tree(t, out)); d != "" {
			t.Errorf("%s (-sample +ours):\n%s", id, d)
		}
	})
	if found < 20 {
		t.Errorf("only %d concepts of the sample are known", found)
	}
}

func TestCountry(t *testing.T) {
	t.Parallel()
	const base = "http://publications.europa.eu/resource/authority/country/"
	for code, want := range map[string]string{
		"DE": "DEU", "fr": "FRA", "BE": "BEL", "IE": "IRL", "GR": "GRC", "EL": "GRC", "GB": "GBR", "UK": "GBR", "XK": "1A0",
	} {
		c, ok := elm.Country(code, "fr", "de")
		if !ok || c.ID != base+want {
			t.Errorf("Country(%q) = %s, %v; want %s", code, c.ID, ok, want)
		}
		if len(c.PrefLabel.Languages()) < 1 || c.Notation != "country" {
			t.Errorf("Country(%q) = %+v", code, c)
		}
	}
	for _, code := range []string{"", "D", "DEU", "ZZ", "QQ", "EU", "12", "д", "AA", "XA"} {
		if c, ok := elm.Country(code); ok {
			t.Errorf("Country(%q) = %s", code, c.ID)
		}
	}
	c, _ := elm.Country("DE", "en", "fr", "de")
	want := elm.Text{"en": {"Germany"}, "fr": {"Allemagne"}, "de": {"Deutschland"}}
	if d := cmp.Diff(want, c.PrefLabel); d != "" {
		t.Error(d)
	}
}

// Countries are called what they are called now, whatever the lists that the names
// come from say.
func TestRenamedCountries(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]elm.Text{
		"CV": {"en": {"Cabo Verde"}, "fr": {"Cap-Vert"}, "de": {"Cabo Verde"}},
		"CZ": {"en": {"Czechia"}, "fr": {"Tchéquie"}, "de": {"Tschechien"}},
		"MK": {"en": {"North Macedonia"}, "fr": {"Macédoine du Nord"}, "de": {"Nordmazedonien"}},
		"SZ": {"en": {"Eswatini"}, "fr": {"Eswatini"}, "de": {"Eswatini"}},
		"TR": {"en": {"Türkiye"}, "fr": {"Turquie"}, "de": {"Türkei"}},
	} {
		c, ok := elm.Country(code, "fr", "de")
		if d := cmp.Diff(want, c.PrefLabel); !ok || d != "" {
			t.Errorf("%s: %s", code, d)
		}
	}
	old := regexp.MustCompile(`(?i)swa[sz]iland|^ma[ck]edonia$|^macédoine$|^mazedonien$|czech rep|république tchèque|tschechische|^turkey$|cape verde|kap verde`)
	seen := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			c, ok := elm.Country(string([]rune{a, b}), "fr", "de")
			if !ok {
				continue
			}
			seen++
			for _, lang := range []string{"en", "fr", "de"} {
				if name := c.PrefLabel.In(lang); name == "" || old.MatchString(name) {
					t.Errorf("%c%c in %s is %q", a, b, lang, name)
				}
			}
		}
	}
	if seen < 200 {
		t.Errorf("only %d countries are known", seen)
	}
}

// TestCountriesAreReachable holds that the codes of the European Economic Area
// lead to a concept each.
func TestCountriesAreReachable(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, code := range strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK CH GB UA RS ME MK AL BA TR MD") {
		c, ok := elm.Country(code)
		if !ok {
			t.Errorf("%s is not known", code)
		}
		if other, doubled := seen[c.ID]; doubled {
			t.Errorf("%s and %s are both %s", code, other, c.ID)
		}
		seen[c.ID] = code
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"en": "ENG", "fr": "FRA", "de": "DEU", "cs": "CES", "DE": "DEU", "el": "ELL", "nl": "NLD", "ro": "RON"} {
		c, ok := elm.Language(code)
		if !ok || !strings.HasSuffix(c.ID, "/language/"+want) || c.Notation != "language" {
			t.Errorf("Language(%q) = %s, %v", code, c.ID, ok)
		}
	}
	for _, code := range []string{"", "e", "eng", "zz", "xx", "tlh"} {
		if c, ok := elm.Language(code); ok {
			t.Errorf("Language(%q) = %s", code, c.ID)
		}
	}
}

func TestEQFLevel(t *testing.T) {
	t.Parallel()
	for level := range 10 {
		c, ok := elm.EQFLevel(level, "de")
		if ok != (level >= 1 && level <= 8) {
			t.Errorf("EQFLevel(%d): %v", level, ok)
		}
		if ok && !strings.HasSuffix(c.PrefLabel.In("de"), c.ID[len(c.ID)-1:]) {
			t.Errorf("EQFLevel(%d) = %+v", level, c)
		}
	}
}

// TestNamedConcepts holds that every concept that code names is in its list.
func TestNamedConcepts(t *testing.T) {
	t.Parallel()
	for iri, want := range map[string]struct {
		list  elm.List
		label string
	}{
		elm.AssessmentPortfolio:             {elm.AssessmentTypes, "portfolio"},
		elm.AssessmentPractical:             {elm.AssessmentTypes, "practical assessment"},
		elm.AssessmentArtefact:              {elm.AssessmentTypes, "artefact assessment"},
		elm.AssessmentOral:                  {elm.AssessmentTypes, "oral examination"},
		elm.AssessmentWritten:               {elm.AssessmentTypes, "written examination"},
		elm.AssessmentProjectWork:           {elm.AssessmentTypes, "project work"},
		elm.AssessmentPeerReview:            {elm.AssessmentTypes, "peer review"},
		elm.ModePresential:                  {elm.Modes, "Presential"},
		elm.ModeOnline:                      {elm.Modes, "Online"},
		elm.ModeBlended:                     {elm.Modes, "Blended"},
		elm.ModeWorkBased:                   {elm.Modes, "Workbased"},
		elm.LearningFormal:                  {elm.LearningSettings, "formal learning"},
		elm.LearningNonFormal:               {elm.LearningSettings, "non-formal learning"},
		elm.OutcomeSkill:                    {elm.OutcomeTypes, "skill"},
		elm.OutcomeKnowledge:                {elm.OutcomeTypes, "knowledge"},
		elm.ReuseSectorSpecific:             {elm.ReuseLevels, "sector specific skills and competences"},
		elm.ReuseOccupationSpecific:         {elm.ReuseLevels, "occupation specific skills and competences"},
		elm.ReuseCrossSector:                {elm.ReuseLevels, "cross-sector skills and competences"},
		elm.ReuseTransversal:                {elm.ReuseLevels, "transversal skills and competences"},
		elm.CreditECVET:                     {elm.CreditFrameworks, "European credit system for vocational education and training"},
		elm.CreditECTS:                      {elm.CreditFrameworks, "European Credit Transfer System"},
		elm.EvidenceMandate:                 {elm.EvidenceTypes, "Mandate"},
		elm.EvidenceAccreditation:           {elm.EvidenceTypes, "Accreditation"},
		elm.EvidenceConversion:              {elm.EvidenceTypes, "Conversion"},
		elm.AccreditationProgrammeLicence:   {elm.AccreditationTypes, "Program License"},
		elm.AccreditationProgrammeQA:        {elm.AccreditationTypes, "Program Quality Assurance"},
		elm.AccreditationInstitutionQA:      {elm.AccreditationTypes, "Institutional Quality Assurance"},
		elm.AccreditationInstitution:        {elm.AccreditationTypes, "Institutional License"},
		elm.SupervisedWithID:                {elm.IdentityVerifications, "Supervised with ID Verification"},
		elm.UnsupervisedWithoutID:           {elm.IdentityVerifications, "Unsupervised without ID Verification"},
		elm.IDVerification:                  {elm.IdentityVerifications, "ID Verification"},
		elm.EncodingBase64:                  {elm.Encodings, "base64"},
		elm.FilePNG:                         {elm.FileTypes, "PNG"},
		elm.FileJPEG:                        {elm.FileTypes, "JPEG"},
		elm.FilePDF:                         {elm.FileTypes, "PDF"},
		elm.ConceptProfileGeneric:           {elm.CredentialProfiles, "Generic"},
		elm.ConceptProfileAccredited:        {elm.CredentialProfiles, "Accredited"},
		elm.ConceptProfileMandate:           {elm.CredentialProfiles, "Mandated Issue"},
		elm.ConceptProfileConverted:         {elm.CredentialProfiles, "Converted"},
		elm.ConceptProfileDiplomaSupplement: {elm.CredentialProfiles, "Diploma Supplement"},
	} {
		c, ok := elm.ConceptOf(iri)
		list, _ := elm.ListOf(iri)
		if !ok || list != want.list || c.PrefLabel.In("en") != want.label {
			t.Errorf("%s: %q in %q, want %q in %q", iri, c.PrefLabel.In("en"), list, want.label, want.list)
		}
	}
}

// TestLabel holds that what people see of the short lists is translated.
func TestLabel(t *testing.T) {
	t.Parallel()
	en, fr, de := i18n.For("en"), i18n.For("fr"), i18n.For("de")
	for _, list := range []elm.List{
		elm.AssessmentTypes, elm.Modes, elm.LearningSettings, elm.IdentityVerifications, elm.EvidenceTypes,
		elm.OutcomeTypes, elm.ReuseLevels, elm.CreditFrameworks, elm.CredentialProfiles, elm.AccreditationTypes, elm.ActivityTypes,
	} {
		for _, c := range elm.Vocabulary(list) {
			for _, loc := range []i18n.Localizer{en, fr, de} {
				if got := c.Label(loc); got == "" || strings.HasPrefix(got, "vocab.") {
					t.Errorf("%s: label in %s is %q", c.ID, loc.Lang(), got)
				}
				key := "vocab." + string(list) + "." + c.ID[strings.LastIndex(c.ID, "/")+1:]
				if loc.T(key) == key {
					t.Errorf("no message %s in %s", key, loc.Lang())
				}
			}
		}
	}
	own := elm.Concept{ID: "urn:example:own", PrefLabel: elm.NewText("fr", "propre")}
	if got := own.Label(de); got != "propre" {
		t.Errorf("label of a concept of the document: %q", got)
	}
	if got, _ := elm.EQFLevel(4); got.Label(fr) != "Niveau 4" {
		t.Errorf("EQF level 4 in French: %q", got.Label(fr))
	}
}

func FuzzVocabulary(f *testing.F) {
	f.Add("eqf\t4\tLevel 4\n")
	f.Add("# comment\n\ncountry\tDEU\tGermany\ncountry\tDEU\tGermany\n")
	f.Add("eqf\t\t\n")
	f.Add("nonsense\tx\ty")
	f.Fuzz(func(t *testing.T, table string) {
		iris, err := elm.ParseVocabulary(table)
		if err != nil {
			return
		}
		if !slices.IsSorted(iris) {
			t.Errorf("not sorted: %q", iris)
		}
		for _, iri := range iris {
			if strings.ContainsAny(iri, " \t<>\"") {
				t.Errorf("accepted the IRI %q", iri)
			}
		}
	})
}

func FuzzRules(f *testing.F) {
	f.Add("both\tno-cv\tS\telm:Note\telm:noteLiteral\tmin=1 datatype=rdf:langString\n")
	f.Add("3.2\tfull\tfull/R\t-\tskos:inScheme\tkind=IRI value=urn:x or=class=elm:A,node=B at-most=100 unique-language\n")
	f.Add("both\tno-cv\n")
	f.Fuzz(func(_ *testing.T, table string) { _ = elm.ParseRules(table) })
}
