package verifier

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/sdjwt"
)

// An award is what an SD-JWT VC of our type tells of a micro-credential: the
// complete document, where the holder discloses it, and flat claims.
type award struct {
	document *document // of the European Learning Model; nil where it is left out
	flat     flat
	findings []elm.Finding
	body     string // who awarded it, as the flat claim says; empty where it is left out
	issuer   json.RawMessage
}

// flat are the flat claims, those that are left out empty.
type flat struct {
	texts map[string]string
	lists map[string][]string
	level int
}

// knownAward tells whether a type is ours: by a name of this project, or at an
// address where the same metadata is served as here.
func knownAward(c sdjwt.CredentialClaims) bool {
	if c.Type == sdjwt.AwardType("") {
		return c.Integrity == "" || c.Integrity == sdjwt.Integrity(sdjwt.TypeMetadata(c.Type))
	}
	u, err := url.Parse(c.Type)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && strings.HasSuffix(c.Type, "/vct/"+sdjwt.AwardName) &&
		c.Integrity == sdjwt.Integrity(sdjwt.TypeMetadata(c.Type))
}

// readAward reads what the holder discloses. The document, if it is among that,
// keeps the same rules as one that is a token of its own: agreed contexts, no
// word without a meaning.
func (t *sdToken) readAward(ctx context.Context) bool {
	t.report.Selection = t.token.Undisclosed() > 0
	if !knownAward(t.claims) {
		return true
	}
	if nearlyClaim(t.document.root) {
		return t.fail(Format, proof.Malformed, "verify.format.case", nil)
	}
	a := &award{}
	a.readFlat(t.document.root)
	t.award = a
	if raw, ok := t.document.root[sdjwt.ClaimELM]; ok {
		if t.recordInParts() {
			return t.fail(Seal, proof.Proof, "verify.seal.record", nil)
		}
		w := w3c{party: party{run: t.run}}
		list, err := strictjson.Members(raw)
		if err != nil {
			return t.refuseJSON(err) // no object
		}
		if w.root = object(list); nearlyKnown(raw) {
			return t.fail(Format, proof.Malformed, "verify.format.case", nil)
		}
		if k, ok := kindOf(w.root["@context"]); !ok || k.model != elmModel {
			return t.fail(Format, proof.Context, "verify.format.context", nil)
		}
		if w.root.has("proof") {
			return t.fail(Seal, proof.Proof, "verify.seal.second.token", nil)
		}
		if !w.meaningful(ctx, raw) {
			return false
		}
		if types, _ := texts(w.root["type"]); !kindELM().fits(types) {
			return t.fail(Format, proof.Type, "verify.format.kind", nil)
		}
		a.document, a.issuer = &document{raw: raw, root: w.root}, w.root["issuer"]
		t.dates = w.root
		t.report.Selection = false // all that the flat claims say stands in the document, too
		if t.issuer, err = claimantOf(a.issuer); err != nil {
			return t.fail(Owner, proof.Key, "verify.owner.unreadable", nil)
		}
		t.issuer.DID = "" // it may be anybody's
	}
	if a.body != "" {
		t.issuer.Names = appendNew(t.issuer.Names, a.body)
		if t.issuer.name("en") == "" {
			t.issuer.names = plainText("", a.body)
		}
	}
	return true
}

// recordInParts tells whether a part of the document can be left out. What is
// missing from it, such as its status, would change what the rest says.
func (t *sdToken) recordInParts() bool {
	return partly(t.token.Token.Payload, sdjwt.ClaimELM) || slices.ContainsFunc(t.token.Disclosed(), func(d sdjwt.Disclosure) bool {
		return d.Path[0].Name == sdjwt.ClaimELM && (len(d.Path) > 1 || hasDigests(d.Value))
	})
}

func kindELM() kind {
	for _, k := range kinds {
		if k.model == elmModel {
			return k
		}
	}
	return kind{}
}

// flatTexts and flatLists are the flat claims that are texts and lists of texts.
var (
	flatTexts = []string{
		sdjwt.ClaimGivenName, sdjwt.ClaimFamilyName, sdjwt.ClaimTitle, sdjwt.ClaimAwardingBody, sdjwt.ClaimNationalLevel, sdjwt.ClaimGrade,
		sdjwt.ClaimCertificateNumber,
	}
	flatDays  = []string{sdjwt.ClaimDateOfBirth, sdjwt.ClaimDateOfAward, sdjwt.ClaimDateOfExpiry}
	flatLists = []string{sdjwt.ClaimUnits, sdjwt.ClaimLearningOutcomes}
)

// nearlyClaim looks for a claim that differs only in case from one that is read.
func nearlyClaim(root members) bool {
	known := map[string]bool{sdjwt.ClaimEQFLevel: true, sdjwt.ClaimELM: true}
	for _, names := range [][]string{flatTexts, flatDays, flatLists} {
		for _, name := range names {
			known[name] = true
		}
	}
	for name := range root {
		if !known[name] && known[fold(name)] {
			return true
		}
	}
	return false
}

// readFlat reads the flat claims. One that is not of its kind is a finding.
func (a *award) readFlat(root members) {
	a.flat = flat{texts: map[string]string{}, lists: map[string][]string{}}
	wrong := func(name string) {
		a.findings = append(a.findings, elm.Finding{Path: "$." + name, Rule: "claim/" + name, Key: "verify.schema.claim"})
	}
	text := func(name string, good func(string) bool) {
		raw, ok := root[name]
		if !ok {
			return
		}
		var s string
		if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil || s == "" || !good(s) {
			wrong(name)
			return
		}
		a.flat.texts[name] = s
	}
	for _, name := range flatTexts {
		text(name, func(string) bool { return true })
	}
	for _, name := range flatDays {
		text(name, func(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil })
	}
	for _, name := range flatLists {
		raw, ok := root[name]
		if !ok {
			continue
		}
		if list, ok := texts(raw); ok && raw[0] == '[' {
			a.flat.lists[name] = list
		} else {
			wrong(name)
		}
	}
	if raw, ok := root[sdjwt.ClaimEQFLevel]; ok {
		n, err := strconv.Atoi(string(raw))
		if err != nil || n < 1 || n > 8 {
			wrong(sdjwt.ClaimEQFLevel)
		} else {
			a.flat.level = n
		}
	}
	a.body = a.flat.texts[sdjwt.ClaimAwardingBody]
}

// differs compares what the award says of its issuer with the owner of the key,
// and gives the message for the first difference. Where the document is
// disclosed its issuer is the owner, as in a sealed file, and the flat claim
// names them in one of its languages.
func (a *award) differs(owner keys.Owner) string {
	if a == nil {
		return ""
	}
	if a.document == nil {
		if a.body != "" && a.body != owner.LegalName {
			return "verify.owner.name"
		}
		return ""
	}
	issuer, err := organisation(a.issuer)
	if err != nil {
		return "verify.owner.unreadable"
	}
	if key := differs(issuer, owner); key != "" {
		return key
	}
	if a.body != "" && !says(issuer.LegalName, a.body) {
		return "verify.owner.name"
	}
	return ""
}

// schema holds the claims against the rules of their type, and reads them.
func (t *sdToken) schema() {
	switch {
	case t.award == nil:
		t.report.Unmodelled = true
		t.report.Claims = &elm.Credential{
			DisplayParameter:  &elm.DisplayParameter{Title: plainText("", t.claims.Type)},
			CredentialSubject: &elm.Person{},
			ValidFrom:         dated(t.claims.NotBefore), ValidUntil: dated(t.claims.Expires),
		}
		t.pass(Schema, "verify.schema.pass.type")
	case t.award.document == nil:
		t.report.Findings = t.award.findings
		t.report.Claims = t.fromFlat()
		if n := len(t.award.findings); n > 0 {
			t.fail(Schema, proof.Schema, "verify.schema.fail.award", map[string]any{"Count": n})
			return
		}
		t.pass(Schema, "verify.schema.pass.award")
	default:
		findings := t.award.findings
		doc := t.award.document
		for _, f := range vcdm.CheckCredential(doc.raw, vcdm.Options{}) {
			findings = append(findings, f.Finding)
		}
		findings = append(findings, elm.Check(doc.raw, elm.Options{Model20: true})...)
		t.checked(elmModel, doc, findings, func(c *elm.Credential) bool {
			return len(c.CredentialSchema) == 0 || profiled(c.CredentialSchema)
		})
	}
}

// fromFlat tells the flat claims in the words of the European Learning Model.
func (t *sdToken) fromFlat() *elm.Credential {
	f := t.award.flat
	text := func(name string) elm.Text {
		if f.texts[name] == "" {
			return nil
		}
		return plainText("", f.texts[name])
	}
	day := func(name string) elm.DateTime {
		if f.texts[name] == "" {
			return ""
		}
		return elm.DateTime(f.texts[name] + "T00:00:00Z")
	}
	title := text(sdjwt.ClaimTitle)
	a := &elm.LearningAchievement{Title: title, SpecifiedBy: &elm.Qualification{Title: title}}
	q := a.SpecifiedBy
	if body := text(sdjwt.ClaimAwardingBody); body != nil || f.texts[sdjwt.ClaimDateOfAward] != "" {
		a.AwardedBy = &elm.AwardingProcess{AwardingDate: day(sdjwt.ClaimDateOfAward)}
		if body != nil {
			a.AwardedBy.AwardingBody = elm.Many[elm.Actor]{&elm.Organisation{LegalName: body}}
		}
	}
	// An EQF level stands only with the national level that is referenced to it.
	if national := text(sdjwt.ClaimNationalLevel); f.level > 0 && national != nil {
		q.EQFLevel = &elm.Concept{ID: eqfLevel + strconv.Itoa(f.level)}
		q.NQFLevel = elm.Many[elm.Concept]{{PrefLabel: national}}
	}
	for _, s := range f.lists[sdjwt.ClaimLearningOutcomes] {
		q.LearningOutcome = append(q.LearningOutcome, elm.LearningOutcome{Title: plainText("", s)})
	}
	for _, s := range f.lists[sdjwt.ClaimUnits] {
		a.HasPart = append(a.HasPart, elm.LearningAchievement{Title: plainText("", s)})
	}
	if grade := text(sdjwt.ClaimGrade); grade != nil {
		a.ProvenBy = elm.Many[elm.LearningAssessment]{{Grade: &elm.Note{NoteLiteral: grade}}}
	}
	c := &elm.Credential{
		DisplayParameter: &elm.DisplayParameter{Title: title},
		ValidFrom:        dated(t.claims.NotBefore), ValidUntil: dated(t.claims.Expires),
		CredentialSubject: &elm.Person{
			GivenName: text(sdjwt.ClaimGivenName), FamilyName: text(sdjwt.ClaimFamilyName), DateOfBirth: day(sdjwt.ClaimDateOfBirth),
			HasClaim: elm.Many[elm.Claim]{a},
		},
	}
	if title == nil {
		c.DisplayParameter.Title = typeName(t.claims.Type)
	}
	if number := f.texts[sdjwt.ClaimCertificateNumber]; number != "" {
		c.Identifier = elm.Many[elm.Identifier]{{Notation: number}}
	}
	return c
}

// typeName is what an award is called by its type, in each language.
func typeName(vct string) elm.Text {
	var m struct {
		Display []struct {
			Locale string `json:"locale"`
			Name   string `json:"name"`
		} `json:"display"`
	}
	if json.Unmarshal(sdjwt.TypeMetadata(vct), &m) != nil {
		return nil
	}
	t := elm.Text{}
	for _, d := range m.Display {
		t[d.Locale] = []string{d.Name}
	}
	return t
}
