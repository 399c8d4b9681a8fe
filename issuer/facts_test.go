package issuer_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
)

// A fact is something that a Draft says, and where each form says it. Paths are
// member names; arrays are walked through. A and Q stand for the claim and for
// what it consists of, B for the achievement of a badge.
type fact struct {
	name  string
	elm   string // path in edc and in vc-di
	badge string // path in ob3; empty where it says nothing of it
	how   how    // how the badge has it
	why   string // why a badge does not say it
}

// A how compares a value of the badge with one of ELM.
type how struct {
	note string // for docs/formats.md
	part bool   // the badge has it among others, or within a text

	// spell gives the value as the badge writes it; nil: as it is.
	spell func(value string, loc i18n.Localizer) string
}

var (
	same      = how{}
	among     = how{note: "among others", part: true}
	inText    = how{note: "in the text", part: true, spell: func(v string, _ i18n.Localizer) string { return oneLine(v) }}
	labelText = how{note: "its label, in the text", part: true, spell: label}
	labels    = how{note: "its label", part: true, spell: label}
	dayText   = how{note: "the day, in the text", part: true, spell: func(v string, _ i18n.Localizer) string { return v[:10] }}
	hoursText = how{note: "in the text", part: true, spell: func(v string, loc i18n.Localizer) string {
		return loc.T("issue.badge.workload", "Hours", strings.Trim(v, "PTH"))
	}}
	alpha2 = how{note: "ISO 3166-1 alpha-2", spell: func(v string, _ i18n.Localizer) string { return elm.Alpha2(v) }}
	mail   = how{spell: func(v string, _ i18n.Localizer) string { return strings.TrimPrefix(v, "mailto:") }}
	first  = how{note: "the first: a badge speaks one language", spell: func(string, i18n.Localizer) string { panic("compared apart") }}
)

func label(iri string, loc i18n.Localizer) string {
	c, _ := elm.ConceptOf(iri)
	return c.Label(loc)
}

// oneLine is how texts stand in the narrative of a badge.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

const (
	pathA = "credentialSubject.hasClaim"
	pathQ = pathA + ".specifiedBy"
	pathB = "credentialSubject.achievement"

	noTerm   = "Open Badges have no property for it"
	discreet = "a badge is made to be shown to everybody"
)

// facts are all that a Draft says: TestFactsAreAll holds it.
var facts = []fact{
	{"holder", "credentialSubject.fullName", "credentialSubject.identifier.identityHash", same, ""},
	{"given name", "credentialSubject.givenName", "", same, "the full name stands for it"},
	{"family name", "credentialSubject.familyName", "", same, "the full name stands for it"},
	{"date of birth", "credentialSubject.dateOfBirth", "", same, discreet},
	{"identifier of the holder", "credentialSubject.identifier.notation", "", same, discreet},
	{"its scheme", "credentialSubject.identifier.schemeName", "", same, discreet},
	{"title", pathA + ".title", "name", same, ""},
	{"title of the unit", pathQ + ".title", pathB + ".name", same, ""},
	{"unit and its version", pathQ + ".identifier.notation", pathB + ".humanCode", same, ""},
	{"description of the unit", pathQ + ".description", pathB + ".description", same, ""},
	{"what it is in a sentence", "displayParameter.description", "description", same, ""},
	{"title that is shown", "displayParameter.title", "name", same, ""},
	{"number of the certificate", "identifier.notation", "credentialSubject.licenseNumber", same, ""},
	{"languages", "displayParameter.language.id", pathB + ".inLanguage", first, ""},
	{"profile", "credentialProfiles.id", "", same, "it is the European one"},

	{"issuer", "issuer.legalName", "issuer.name", same, ""},
	{"name of the seal certificate", "issuer.altLabel", "", same, noTerm},
	{"identifier of the issuer", "issuer.eIDASIdentifier.notation", "issuer.otherIdentifier.identifier", same, ""},
	{"country of the identifier", "issuer.eIDASIdentifier.spatial.id", "issuer.address.addressCountryCode", alpha2, ""},
	{"country of the issuer", "issuer.location.address.countryCode.id", "issuer.address.addressCountryCode", alpha2, ""},
	{"awarding body", pathA + ".awardedBy.awardingBody.legalName", "issuer.name", same, ""},
	{"its identifier", pathA + ".awardedBy.awardingBody.eIDASIdentifier.notation", "issuer.otherIdentifier.identifier", same, ""},
	{"its country of registration", pathA + ".awardedBy.awardingBody.eIDASIdentifier.spatial.id", "issuer.address.addressCountryCode", alpha2, ""},
	{"its country", pathA + ".awardedBy.awardingBody.location.address.countryCode.id", "issuer.address.addressCountryCode", alpha2, ""},
	{"its address", pathA + ".awardedBy.awardingBody.location.address.fullAddress.noteLiteral", "issuer.address.streetAddress", same, ""},
	{"its web page", pathA + ".awardedBy.awardingBody.homepage.contentURL", "issuer.url", same, ""},
	{"its mail address", pathA + ".awardedBy.awardingBody.contactPoint.emailAddress.id", "issuer.email", mail, ""},
	{"its logo", pathA + ".awardedBy.awardingBody.logo.content", "", same, "a badge names pictures by address"},
	{"who recognises it: register", pathA + ".awardedBy.awardingBody.accreditation.id", "", same, "it would be an endorsement, signed by the authority itself"},
	{"who recognises it: title", pathA + ".awardedBy.awardingBody.accreditation.title", "", same, "as above"},
	{"who recognises it: type", pathA + ".awardedBy.awardingBody.accreditation.dcType.id", "", same, "as above"},
	{"who recognises it: authority", pathA + ".awardedBy.awardingBody.accreditation.accreditingAgent.legalName", "", same, "as above"},
	{"who recognises it: country", pathA + ".awardedBy.awardingBody.accreditation.accreditingAgent.location.address.countryCode.id", "", same, "as above"},
	{"who recognises it: from", pathA + ".awardedBy.awardingBody.accreditation.dateIssued", "", same, "as above"},
	{"who recognises it: until", pathA + ".awardedBy.awardingBody.accreditation.expiryDate", "", same, "as above"},

	{"day of the award", pathA + ".awardedBy.awardingDate", "awardedDate", same, ""},
	{"when the claims were settled", "issued", "", same, "the proof says when it was made"},
	{"valid from", "validFrom", "validFrom", same, ""},
	{"valid until", "validUntil", "validUntil", same, ""},

	{"thematic areas", pathQ + ".thematicArea.id", pathB + ".fieldOfStudy", labels, ""},
	{"workload", pathQ + ".volumeOfLearning", pathB + ".criteria.narrative", hoursText, ""},
	{"credit points", pathQ + ".creditPoint.point", pathB + ".creditsAvailable", same, ""},
	{"credit points received", pathA + ".creditReceived.point", "credentialSubject.creditsEarned", same, ""},
	{"credit framework", pathQ + ".creditPoint.framework.id", "", same, noTerm},
	{"credit framework of those received", pathA + ".creditReceived.framework.id", "", same, noTerm},
	{"EQF level", pathQ + ".eqfLevel.id", pathB + ".alignment.targetUrl", among, ""},
	{"national level", pathQ + ".nqfLevel.id", pathB + ".alignment.targetUrl", among, ""},
	{"form of participation", pathQ + ".mode.id", pathB + ".criteria.narrative", labelText, ""},
	{"learning setting", pathQ + ".learningSetting.id", "", same, noTerm},
	{"prerequisites", pathQ + ".entryRequirement.noteLiteral", pathB + ".criteria.narrative", inText, ""},
	{"notes on the unit", pathQ + ".additionalNote.noteLiteral", pathB + ".criteria.narrative", inText, ""},
	{"notes on the award", pathA + ".additionalNote.noteLiteral", pathB + ".criteria.narrative", inText, ""},

	{"learning outcomes", pathQ + ".learningOutcome.title", pathB + ".criteria.narrative", inText, ""},
	{"their criteria and notes", pathQ + ".learningOutcome.additionalNote.noteLiteral", pathB + ".criteria.narrative", inText, ""},
	{"their ESCO skills", pathQ + ".learningOutcome.relatedESCOSkill.id", pathB + ".alignment.targetUrl", among, ""},
	{"their codes", pathQ + ".learningOutcome.identifier.notation", "", same, noTerm},
	{"schemes of the codes", pathQ + ".learningOutcome.identifier.schemeName", "", same, noTerm},
	{"their kind", pathQ + ".learningOutcome.dcType.id", "", same, noTerm},
	{"their reusability", pathQ + ".learningOutcome.reusabilityLevel.id", "", same, noTerm},

	{"assessments", pathA + ".provenBy.title", pathB + ".resultDescription.name", same, ""},
	{"their titles as specified", pathA + ".provenBy.specifiedBy.title", pathB + ".resultDescription.name", same, ""},
	{"their type", pathA + ".provenBy.specifiedBy.dcType.id", pathB + ".criteria.narrative", labelText, ""},
	{"their mode", pathA + ".provenBy.specifiedBy.mode.id", pathB + ".criteria.narrative", labelText, ""},
	{"their day", pathA + ".provenBy.dateIssued", pathB + ".criteria.narrative", dayText, ""},
	{"their day of award", pathA + ".provenBy.awardedBy.awardingDate", pathB + ".criteria.narrative", dayText, ""},
	{"their grade", pathA + ".provenBy.grade.noteLiteral", "credentialSubject.result.value", same, ""},
	{"outcomes that they assessed", pathA + ".provenBy.description", "", same, noTerm},
	{"root of the evidence", pathA + ".provenBy.identifier.notation", "", same, "evidence of a badge is a page or a file to be looked at"},
	{"scheme of the root", pathA + ".provenBy.identifier.schemeName", "", same, "as above"},
	{"how identity was verified", pathA + ".provenBy.idVerification.id", "", same, noTerm},
	{"assessors, by pseudonym", pathA + ".provenBy.assessedBy.identifier.notation", "", same, noTerm},
	{"assessors, by number", pathA + ".provenBy.assessedBy.prefLabel", "", same, noTerm},
	{"body that assessed", pathA + ".provenBy.awardedBy.awardingBody.legalName", "issuer.name", among, ""},

	{"pages, as pictures", "displayParameter.individualDisplay.displayDetail.image.content", "", same, "a badge names pictures by address"},
}

// A said is one value: a text in its languages, or a literal or id.
type said struct {
	text    elm.Text
	literal string
}

// values reads the values at a path.
func values(doc any, path string) []said {
	var all []said
	walk(doc, strings.Split(path, "."), &all)
	return all
}

func walk(v any, names []string, all *[]said) {
	if list, ok := v.([]any); ok {
		for _, x := range list {
			walk(x, names, all)
		}
		return
	}
	object, ok := v.(map[string]any)
	switch {
	case len(names) == 0 && ok:
		text := elm.Text{}
		for lang, s := range object {
			text[lang] = []string{fmt.Sprint(s)}
		}
		*all = append(*all, said{text: text})
	case len(names) == 0:
		*all = append(*all, said{literal: fmt.Sprint(v)})
	case ok:
		if x, ok := object[names[0]]; ok {
			walk(x, names[1:], all)
		}
	}
}

// spoken gives values of a fact as a badge in a language has them.
func spoken(all []said, f fact, loc i18n.Localizer) []string {
	var out []string
	for _, v := range all {
		s := v.literal
		if v.text != nil {
			s = v.text.In(loc.Lang())
		}
		if f.how.spell != nil {
			s = f.how.spell(s, loc)
		}
		out = append(out, s)
	}
	return out
}

// plain undoes the escapes of Markdown.
func plain(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// checkBadge holds that a badge says what an ELM document says, where it says
// anything at all.
func checkBadge(t *testing.T, doc, badge any, lang string) {
	t.Helper()
	loc := i18n.For(lang)
	for _, f := range facts {
		if f.badge == "" || f.how.note == first.note {
			continue
		}
		want := spoken(values(doc, f.elm), f, loc)
		have := literals(badge, f.badge)
		if !f.how.part {
			if !slices.Equal(have, want) {
				t.Errorf("%s, in %s: the badge says %q, the draft %q", f.name, lang, have, want)
			}
			continue
		}
		for _, w := range want {
			if f.how.note == among.note && !slices.Contains(have, w) ||
				f.how.note != among.note && !strings.Contains(plain(strings.Join(have, "\n")), w) {
				t.Errorf("%s, in %s: the badge does not say %q", f.name, lang, w)
			}
		}
	}
	if got := literals(badge, pathB+".inLanguage"); !slices.Equal(got, []string{lang}) {
		t.Errorf("the badge speaks %q, want %s", got, lang)
	}
	// Nothing beyond.
	known := map[string]bool{}
	for _, f := range facts {
		known[f.badge] = true
	}
	leaves(badge, "", func(path, _ string) {
		if !known[path] && !slices.Contains(badgeKinds, path) && !strings.HasSuffix(path, "type") {
			t.Errorf("the badge has %s, which is no fact", path)
		}
	})
	var named []string
	for _, f := range facts {
		if f.badge == pathB+".alignment.targetUrl" {
			named = append(named, literals(doc, f.elm)...)
		}
	}
	for _, url := range literals(badge, pathB+".alignment.targetUrl") {
		if !slices.Contains(named, url) {
			t.Errorf("the badge is aligned with %s, the draft is not", url)
		}
	}
}

// badgeKinds are members of a badge that say only what kind of thing another is,
// or name it.
var badgeKinds = []string{
	"@context", "id", "issuer.id", "issuer.address.addressCountry", "issuer.otherIdentifier.identifierType",
	"credentialSubject.identifier.hashed", "credentialSubject.identifier.identityType",
	"credentialSubject.result.resultDescription",
	pathB + ".id", pathB + ".achievementType", pathB + ".alignment.targetName", pathB + ".alignment.targetFramework",
	pathB + ".resultDescription.id", pathB + ".resultDescription.resultType",
	"proof.type", "proof.cryptosuite", "proof.created", "proof.verificationMethod", "proof.proofPurpose", "proof.proofValue",
}

// literals reads the values at a path that are no texts with languages.
func literals(doc any, path string) []string {
	var all []string
	for _, v := range values(doc, path) {
		all = append(all, v.literal)
	}
	return all
}

func parsed(t testing.TB, doc []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestFactsAreAll holds that the facts are all that a Draft says: every value of
// an EDC file is one of them, or says only what kind of thing another is.
func TestFactsAreAll(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, f := range facts {
		if known[f.elm] {
			t.Errorf("%s is twice a fact", f.elm)
		}
		known[f.elm] = true
	}
	var missing []string
	for _, r := range factResults(t) {
		leaves(parsed(t, payload(t, r.draft(t))), "", func(path, value string) {
			if !known[path] && !structural(path, value, known) && !slices.Contains(missing, path) {
				missing = append(missing, path)
			}
		})
	}
	for _, path := range missing {
		t.Errorf("no fact is %s", path)
	}
}

// leaves calls f with the path of every value, and with the value.
func leaves(v any, path string, f func(path, value string)) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			leaves(x, path, f)
		}
	case map[string]any:
		for name, x := range v {
			if len(name) == 2 && name != "id" { // a language
				leaves(x, path, f)
				continue
			}
			leaves(x, strings.TrimPrefix(path+"."+name, "."), f)
		}
	default:
		f(path, fmt.Sprint(v))
	}
}

// structural tells values that say only what kind of thing a fact is about, or
// that say a fact once more.
func structural(path, value string, known map[string]bool) bool {
	for _, part := range []string{
		"@context", "issuanceDate", "expirationDate", "credentialSchema", // the envelope of VC Data Model 1.1
		"displayParameter.primaryLanguage", "displayParameter.individualDisplay.language",
		pathA + ".provenBy.awardedBy.awardingBody", // who assessed, in full
	} {
		if path == part || strings.HasPrefix(path, part+".") {
			return true
		}
	}
	names := strings.Split(path, ".")
	for _, kind := range []string{"type", "inScheme", "contentType", "contentEncoding", "page", "schemeName"} {
		if slices.Contains(names, kind) {
			return true
		}
	}
	parent := strings.Join(names[:len(names)-1], ".")
	switch names[len(names)-1] {
	case "id": // of a node of this credential, or of the organisation
		return strings.HasPrefix(value, "urn:")
	case "prefLabel", "notation": // of a concept that is a fact by its id
		return known[parent+".id"]
	}
	return false
}

// TestFormatsPage holds docs/formats.md to the table above.
func TestFormatsPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	short := strings.NewReplacer(pathQ+".", "Q.", pathA+".", "A.", pathB+".", "B.")
	var rows []string
	for _, f := range facts {
		badge := "–, " + f.why
		if f.badge != "" {
			badge = "`" + short.Replace(f.badge) + "`"
			if f.how.note != "" {
				badge += ", " + f.how.note
			}
		}
		rows = append(rows, fmt.Sprintf("| %s | `%s` | %s |\n", f.name, short.Replace(f.elm), badge))
	}
	if table := strings.Join(rows, ""); !strings.Contains(string(page), "| --- | --- | --- |\n"+table) {
		t.Errorf("docs/formats.md does not have this table:\n%s", table)
	}
}
