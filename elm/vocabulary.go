package elm

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/probatum/probatum/i18n"
)

// A List is a controlled vocabulary by our name for it.
type List string

// The lists that this package holds.
const (
	Countries             List = "country"
	Languages             List = "language"
	Currencies            List = "currency"
	FileTypes             List = "file-type" // PNG, JPEG and PDF only
	Encodings             List = "encoding"
	CredentialProfiles    List = "credential-profile" //nolint:gosec // G101 sees a secret in the word; it is an IRI or a name
	EQFLevels             List = "eqf"
	NQFLevels             List = "nqf"
	ISCEDFields           List = "isced-f"
	LearningSettings      List = "learning-setting"
	Modes                 List = "mode"
	AssessmentTypes       List = "assessment-type"
	ActivityTypes         List = "activity-type"
	OpportunityTypes      List = "opportunity-type"
	EntitlementTypes      List = "entitlement-type"
	EntitlementStatuses   List = "entitlement-status"
	LearningSchedules     List = "learning-schedule"
	TargetGroups          List = "target-group"
	IdentityVerifications List = "identity-verification"
	AccreditationTypes    List = "accreditation-type"
	EvidenceTypes         List = "evidence-type"
	CreditFrameworks      List = "credit-framework"
	OutcomeTypes          List = "outcome-type"
	ReuseLevels           List = "reuse-level"
	VerificationChecks    List = "verification-check"
	VerificationStatuses  List = "verification-status"
	PresentationTypes     List = "presentation-type"
)

const (
	snb       = "http://data.europa.eu/snb/"
	authority = "http://publications.europa.eu/resource/authority/"
)

// Schemes whose values this package does not hold. The list of claim types is
// demanded for bare claims although no values of it are published.
const (
	SchemeRegions         = authority + "atu"
	SchemeESCOSkills      = "http://data.europa.eu/esco/concept-scheme/skills"
	SchemeESCOOccupations = "http://data.europa.eu/esco/concept-scheme/occupations"
	SchemeClaimTypes      = snb + "claim-type/25831c2"
)

// Concepts that code names.
const (
	AssessmentPortfolio   = snb + "assessment/4f03b91c0e"
	AssessmentPractical   = snb + "assessment/6a4db9f11d"
	AssessmentArtefact    = snb + "assessment/de4d165a6c"
	AssessmentOral        = snb + "assessment/d30284d7df"
	AssessmentWritten     = snb + "assessment/6e6cb2cc78"
	AssessmentProjectWork = snb + "assessment/795dac4096"
	AssessmentPeerReview  = snb + "assessment/812e3b0ae1"

	ModePresential = snb + "learning-assessment/9191af2ed9"
	ModeOnline     = snb + "learning-assessment/920fbb3cbe"
	ModeBlended    = snb + "learning-assessment/e92d221e4d"
	ModeWorkBased  = snb + "learning-assessment/729f3bed4b"

	LearningFormal    = snb + "learning-setting/6fd4685715"
	LearningNonFormal = snb + "learning-setting/e207a81fc7"

	OutcomeSkill     = snb + "skill-type/skill"
	OutcomeKnowledge = snb + "skill-type/knowledge"

	ReuseSectorSpecific     = snb + "skill-reuse-level/sector-specific"
	ReuseOccupationSpecific = snb + "skill-reuse-level/occupation-specific"
	ReuseCrossSector        = snb + "skill-reuse-level/cross-sector"
	ReuseTransversal        = snb + "skill-reuse-level/transversal"

	CreditECVET = snb + "education-credit/60b314e826"
	CreditECTS  = snb + "education-credit/6fcec5c5af"

	EvidenceMandate       = snb + "evidence-type/c_18016257"
	EvidenceAccreditation = snb + "evidence-type/c_991b06c6"
	EvidenceConversion    = snb + "evidence-type/c_c4f849d7"

	AccreditationProgrammeLicence = snb + "accreditation/e57dddfcf3"
	AccreditationProgrammeQA      = snb + "accreditation/820101cba6"
	AccreditationInstitutionQA    = snb + "accreditation/bb4618238e"
	AccreditationInstitution      = snb + "accreditation/003293d2ce"

	SupervisedWithID      = snb + "supervision-verification/70be69aaf9"
	UnsupervisedWithoutID = snb + "supervision-verification/c598449d64"
	IDVerification        = snb + "supervision-verification/44314532f9"

	EncodingBase64 = snb + "encoding/6146cde7dd"
	FilePNG        = authority + "file-type/PNG"
	FileJPEG       = authority + "file-type/JPEG"
	FilePDF        = authority + "file-type/PDF"
)

// A listInfo says how the values of a list are named.
type listInfo struct {
	list         List
	base, scheme string
	notation     string // what EDC writes as notation of every value
	complete     bool   // whether every value of the list is in our table
}

var lists = [...]listInfo{
	{Countries, authority + "country/", authority + "country", "country", true},
	{Languages, authority + "language/", authority + "language", "language", false},
	{Currencies, authority + "currency/", authority + "currency", "currency", true},
	{FileTypes, authority + "file-type/", authority + "file-type", "file-type", false},
	snbList(Encodings, "encoding"),
	snbList(CredentialProfiles, "credential"),
	snbList(EQFLevels, "eqf"),
	snbList(NQFLevels, "qdr"),
	snbList(ISCEDFields, "isced-f"),
	snbList(LearningSettings, "learning-setting"),
	snbList(Modes, "learning-assessment"),
	snbList(AssessmentTypes, "assessment"),
	snbList(ActivityTypes, "learning-activity"),
	snbList(OpportunityTypes, "learning-opportunity"),
	snbList(EntitlementTypes, "entitlement"),
	snbList(EntitlementStatuses, "entitlement-status"),
	snbList(LearningSchedules, "learning-schedule"),
	snbList(TargetGroups, "target-group"),
	snbList(IdentityVerifications, "supervision-verification"),
	snbList(AccreditationTypes, "accreditation"),
	snbList(EvidenceTypes, "evidence-type"),
	snbList(CreditFrameworks, "education-credit"),
	snbList(OutcomeTypes, "skill-type"),
	snbList(ReuseLevels, "skill-reuse-level"),
	snbList(VerificationChecks, "verification"),
	snbList(VerificationStatuses, "verification-status"),
	snbList(PresentationTypes, "verifiable-presentation"),
}

func snbList(l List, name string) listInfo {
	return listInfo{l, snb + name + "/", snb + name + "/25831c2", "", true}
}

func infoOf(l List) (listInfo, bool) {
	i := slices.IndexFunc(lists[:], func(i listInfo) bool { return i.list == l })
	if i < 0 {
		return listInfo{}, false
	}
	return lists[i], true
}

//go:embed vocabulary.tsv
var vocabularyTable string

// A vocabulary is the table of all values.
type vocabulary struct {
	byIRI  map[string]entry
	byList map[List][]string // IRIs in the order of the table
}

type entry struct {
	info  listInfo
	value string
	label string
}

var theVocabulary = sync.OnceValue(func() *vocabulary {
	v, err := parseVocabulary(vocabularyTable)
	if err != nil {
		panic("elm: " + err.Error())
	}
	return v
})

var errLine = errors.New("not a value of a list that is known")

// parseVocabulary reads a table with one value per line: list, value, label.
func parseVocabulary(table string) (*vocabulary, error) {
	v := &vocabulary{byIRI: map[string]entry{}, byList: map[List][]string{}}
	number := 0
	for line := range strings.SplitSeq(table, "\n") {
		number++
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 3 || cells[1] == "" || cells[2] == "" || strings.TrimSpace(cells[2]) != cells[2] {
			return nil, fmt.Errorf("vocabulary, line %d: %w", number, errLine)
		}
		info, ok := infoOf(List(cells[0]))
		iri := info.base + cells[1]
		if !ok || !absolute(iri) {
			return nil, fmt.Errorf("vocabulary, line %d: %w", number, errLine)
		}
		if _, doubled := v.byIRI[iri]; doubled {
			return nil, fmt.Errorf("vocabulary, line %d: %s is there already", number, iri)
		}
		v.byIRI[iri] = entry{info, cells[1], cells[2]}
		v.byList[info.list] = append(v.byList[info.list], iri)
	}
	return v, nil
}

// Vocabulary gives the values of a list, in the order of their codes.
func Vocabulary(l List, languages ...string) []Concept {
	iris := theVocabulary().byList[l]
	all := make([]Concept, 0, len(iris))
	for _, iri := range iris {
		c, _ := ConceptOf(iri, languages...)
		all = append(all, c)
	}
	return all
}

// ConceptOf gives the concept of an IRI as EDC files write it: with its scheme,
// and the label in English and, where a plain translation exists, in the other
// languages asked for. ok is false for an IRI that no list of ours has.
func ConceptOf(iri string, languages ...string) (c Concept, ok bool) {
	e, ok := theVocabulary().byIRI[iri]
	if !ok {
		return Concept{}, false
	}
	c = Concept{
		ID:        iri,
		PrefLabel: NewText("en", e.english()),
		Notation:  e.info.notation,
		InScheme:  One(ConceptScheme{ID: e.info.scheme}),
	}
	for _, lang := range languages {
		if label := e.translated(lang); label != "" {
			c.PrefLabel[lang] = []string{label}
		}
	}
	return c, true
}

// renamed are countries that the list of the EU, or the names of CLDR that we have,
// still call as they were called before, by code and language.
var renamed = map[string]map[string]string{
	"MKD": {"fr": "Macédoine du Nord", "de": "Nordmazedonien"},
	"SWZ": {"fr": "Eswatini", "de": "Eswatini"},
	"TUR": {"en": "Türkiye"},
}

// english gives the label as the list has it, or as the country is called now.
func (e entry) english() string {
	if e.info.list == Countries {
		return cmp.Or(renamed[e.value]["en"], e.label)
	}
	return e.label
}

// translated gives the label where it is a name that the world has settled:
// countries and languages (Unicode CLDR), and numbered levels.
func (e entry) translated(lang string) string {
	var tag language.Tag
	switch lang {
	case "fr":
		tag = language.French
	case "de":
		tag = language.German
	default:
		return ""
	}
	switch e.info.list {
	case Countries:
		if now := renamed[e.value][lang]; now != "" {
			return now
		}
		if r, err := language.ParseRegion(e.value); err == nil {
			return display.Regions(tag).Name(r)
		}
	case Languages:
		if b, err := language.ParseBase(strings.ToLower(e.value)); err == nil {
			return display.Languages(tag).Name(b)
		}
	case EQFLevels:
		return "Niveau " + e.value
	}
	return ""
}

// Country gives the concept of a country by its ISO 3166 alpha-2 code, as
// certificates name it. The codes EL and UK, in use for Greece and the United
// Kingdom, are understood.
func Country(alpha2 string, languages ...string) (c Concept, ok bool) {
	if len(alpha2) != 2 {
		return Concept{}, false
	}
	code := strings.ToUpper(alpha2)
	switch code {
	case "EL":
		code = "GR"
	case "UK":
		code = "GB"
	case "XK":
		return ConceptOf(authority+"country/1A0", languages...) // Kosovo has no ISO code
	}
	r, err := language.ParseRegion(code)
	if err != nil || !r.IsCountry() || r.String() != code {
		return Concept{}, false
	}
	return ConceptOf(authority+"country/"+r.ISO3(), languages...)
}

// Alpha2 gives the ISO 3166-1 alpha-2 code of a country by its concept, or
// nothing where it has none. It undoes Country.
func Alpha2(iri string) string {
	e, ok := theVocabulary().byIRI[iri]
	if !ok || e.info.list != Countries {
		return ""
	}
	if e.value == "1A0" {
		return "XK"
	}
	r, err := language.ParseRegion(e.value)
	if err != nil {
		return ""
	}
	return r.String()
}

// Language gives the concept of a language by the ISO 639-1 code that keys of
// language maps have, such as "de".
func Language(code string, languages ...string) (c Concept, ok bool) {
	if len(code) != 2 {
		return Concept{}, false
	}
	b, err := language.ParseBase(strings.ToLower(code))
	if err != nil {
		return Concept{}, false
	}
	return ConceptOf(authority+"language/"+strings.ToUpper(b.ISO3()), languages...)
}

// EQFLevel gives the concept of a level of the European Qualifications
// Framework, 1 to 8.
func EQFLevel(level int, languages ...string) (c Concept, ok bool) {
	return ConceptOf(fmt.Sprintf("%seqf/%d", snb, level), languages...)
}

// ESCOSkill gives the concept of a skill of the ESCO classification. The
// caller has the IRI and the labels from a source that it can name.
func ESCOSkill(iri string, label Text) Concept {
	return Concept{ID: iri, PrefLabel: label, Notation: "Skill", InScheme: One(ConceptScheme{ID: SchemeESCOSkills})}
}

// ListOf tells which of our lists has the value, if any.
func ListOf(iri string) (List, bool) {
	e, ok := theVocabulary().byIRI[iri]
	return e.info.list, ok
}

// Label is what people are shown for a concept: our translation where there
// is one, else the label that the document has.
func (v Concept) Label(loc i18n.Localizer) string {
	if e, ok := theVocabulary().byIRI[v.ID]; ok {
		if s := e.translated(loc.Lang()); s != "" {
			return s
		}
		key := "vocab." + string(e.info.list) + "." + e.value
		if s := loc.T(key); s != key {
			return s
		}
	}
	if s := v.PrefLabel.In(loc.Lang()); s != "" {
		return s
	}
	return v.Notation
}
