package openbadge_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential/openbadge"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
)

// full is a badge that says everything the types here can say.
func full() *openbadge.Credential {
	image := &openbadge.Image{ID: "data:image/png;base64,iVBORw0KGgo=", Type: "Image", Caption: "A lamp"}
	alignments := openbadge.Many[openbadge.Alignment]{{
		Type: openbadge.Types{"Alignment"}, TargetName: "rig lights", TargetURL: "http://data.europa.eu/esco/skill/1", TargetCode: "S1",
		TargetDescription: "Rigging", TargetFramework: "ESCO", TargetType: "ext:ESCOSkill",
	}}
	entries := openbadge.Many[openbadge.Identifier]{{Type: "IdentifierEntry", Identifier: "VATDE-1", IdentifierType: "ext:vat"}}
	college := &openbadge.Profile{
		ID: "did:key:z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi", Type: openbadge.Types{"Profile"}, Name: "Example College", URL: "https://college.example",
		Phone: "+49 30 1", Description: "A college", Image: image, Email: "office@college.example", OtherIdentifiers: entries, Official: "A. Nother",
		Address: &openbadge.Address{
			Type: openbadge.Types{"Address"}, AddressCountry: "Germany", AddressCountryCode: "DE", AddressRegion: "Berlin", AddressLocality: "Berlin",
			StreetAddress: "1 Street", PostOfficeBoxNumber: "1", PostalCode: "10115", Geo: &openbadge.Coordinates{Type: "GeoCoordinates", Latitude: 52.5, Longitude: 13.4},
		},
		ParentOrg: &openbadge.Profile{ID: "https://group.example", Type: openbadge.Types{"Profile"}},
	}
	return &openbadge.Credential{
		Context: openbadge.Many[string]{contexts.CredentialsV2, contexts.OpenBadges303}, ID: "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
		Type: openbadge.Types{openbadge.TypeVerifiable, openbadge.TypeOpenBadge}, Name: "Lighting", Description: "Live event lighting", Image: image, Issuer: college,
		AwardedDate: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC), ValidFrom: time.Date(2026, 5, 2, 9, 0, 0, 0, time.UTC), ValidUntil: time.Date(2031, 5, 2, 9, 0, 0, 0, time.UTC),
		Subject: openbadge.Subject{
			ID: "did:example:holder", Type: openbadge.Types{"AchievementSubject"},
			Identifiers: openbadge.Many[openbadge.Identity]{
				{Type: "IdentityObject", Hashed: true, IdentityHash: "sha256$7a1a1b3f7d40552e4299180e346e3add12bf9a751a43d9c4ca4518febc2c60c6", IdentityType: "emailAddress", Salt: "salt"},
				{Type: "IdentityObject", IdentityHash: "Maria Muster", IdentityType: "name"},
			},
			ActivityStartDate: "2025-09-01", ActivityEndDate: "2026-04-30T12:00:00Z", CreditsEarned: 2.5, Image: image, LicenseNumber: "L1", Narrative: "Well done.", Role: "Technician", Source: college, Term: "Spring",
			Results: openbadge.Many[openbadge.Result]{
				{Type: openbadge.Types{"Result"}, ResultDescription: "urn:uuid:1", Value: "B", Alignments: alignments},
				{Type: openbadge.Types{"Result"}, ResultDescription: "urn:uuid:2", Status: "Completed"},
				{Type: openbadge.Types{"Result"}, ResultDescription: "urn:uuid:3", AchievedLevel: "urn:uuid:4"},
			},
			Achievement: &openbadge.Achievement{
				ID: "https://college.example/achievements/1", Type: openbadge.Types{"Achievement"}, Name: "Lighting", Description: "Plans and rigs lighting.", AchievementType: "Certificate",
				Criteria: openbadge.Criteria{ID: "https://college.example/criteria", Type: openbadge.Types{"Criteria"}, Narrative: "Pass the assessment."}, Alignments: alignments, Creator: college,
				CreditsAvailable: 5, FieldOfStudy: "Events", HumanCode: "LX4", Image: image, InLanguage: "en", OtherIdentifiers: entries, Specialization: "Lighting", Tags: openbadge.Many[string]{"light"}, Version: "1",
				Related: openbadge.Many[openbadge.Related]{{ID: "https://college.example/achievements/2", Type: openbadge.Types{"Related"}, InLanguage: "de", Version: "1"}},
				ResultDescriptions: openbadge.Many[openbadge.ResultDescription]{
					{ID: "urn:uuid:1", Type: openbadge.Types{"ResultDescription"}, Name: "Grade", ResultType: "LetterGrade", AllowedValues: openbadge.Many[string]{"C", "B", "A"}, RequiredValue: "C", Alignments: alignments},
					{ID: "urn:uuid:2", Type: openbadge.Types{"ResultDescription"}, Name: "Status", ResultType: "Status", ValueMin: "0", ValueMax: "9"},
					{
						ID: "urn:uuid:3", Type: openbadge.Types{"ResultDescription"}, Name: "Rubric", ResultType: "RubricCriterionLevel", RequiredLevel: "urn:uuid:4",
						RubricCriteria: openbadge.Many[openbadge.Level]{{ID: "urn:uuid:4", Type: openbadge.Types{"RubricCriterionLevel"}, Name: "Mastered", Description: "D", Level: "L", Points: "4", Alignments: alignments}},
					},
				},
			},
		},
		Evidence: openbadge.Many[openbadge.Evidence]{{ID: "https://college.example/e/1", Type: openbadge.Types{"Evidence"}, Name: "Plan", Narrative: "N", Description: "D", Genre: "Plan", Audience: "Examiners"}},
		Status:   json.RawMessage(`{"statusListCredential":"https://college.example/status/1","statusListIndex":"7","statusPurpose":"revocation","type":"BitstringStatusListEntry"}`),
		Schema:   openbadge.Many[openbadge.Schema]{{ID: "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json", Type: "1EdTechJsonSchemaValidator2019"}},
	}
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestWrittenBadgeKeepsTheRules(t *testing.T) {
	t.Parallel()
	doc := marshal(t, full())
	if findings := openbadge.Check(doc); len(findings) > 0 {
		t.Errorf("open badges: %+v", findings)
	}
	if findings := vcdm.CheckCredential(doc, vcdm.Options{}); len(findings) > 0 {
		t.Errorf("data model: %+v", findings)
	}
	read, err := openbadge.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(full(), read); d != "" {
		t.Errorf("read otherwise than written (-written +read):\n%s", d)
	}
	if again := marshal(t, read); string(again) != string(doc) {
		t.Error("writing what was read gives another text")
	}
}

func TestSmallestBadge(t *testing.T) {
	t.Parallel()
	c := &openbadge.Credential{
		Context: openbadge.Many[string]{contexts.CredentialsV2, contexts.OpenBadges303}, ID: "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33", Type: openbadge.Types{openbadge.TypeVerifiable, openbadge.TypeAchievement},
		Issuer: &openbadge.Profile{ID: "did:example:a", Type: openbadge.Types{"Profile"}}, ValidFrom: time.Date(2026, 5, 2, 9, 0, 0, 0, time.UTC),
		Subject: openbadge.Subject{ID: "did:example:b", Type: openbadge.Types{"AchievementSubject"}, Achievement: &openbadge.Achievement{
			ID: "urn:uuid:1", Type: openbadge.Types{"Achievement"}, Name: "N", Description: "D", Criteria: openbadge.Criteria{Narrative: "C"},
		}},
	}
	doc := marshal(t, c)
	if findings := openbadge.Check(doc); len(findings) > 0 {
		t.Errorf("%+v", findings)
	}
	for _, word := range []string{"null", "0001-01-01", `""`, "[]"} {
		if strings.Contains(string(doc), word) {
			t.Errorf("%s is written: %s", word, doc)
		}
	}
}

// TestTypesAndRulesAgree holds the Go types to the tables that Check uses: what
// full says under a wrong JSON type is always found.
func TestTypesAndRulesAgree(t *testing.T) {
	t.Parallel()
	var root any
	if err := json.Unmarshal(marshal(t, full()), &root); err != nil {
		t.Fatal(err)
	}
	passed := []string{"credentialStatus", "credentialSchema", "validFrom", "validUntil"} // package vcdm asks these
	var walk func(at any, path string)
	walk = func(at any, path string) {
		switch at := at.(type) {
		case map[string]any:
			for name, value := range at {
				if slices.Contains(passed, name) || path == "$" && name == "@context" || path != "$" && name == "type" && strings.HasSuffix(path, ".criteria") {
					continue
				}
				for _, wrong := range []any{map[string]any{}, nil, []any{map[string]any{}}} {
					at[name] = wrong
					if findings := openbadge.Check(marshal(t, root)); len(findings) == 0 {
						t.Errorf("%s.%s may be %v", path, name, wrong)
					}
				}
				at[name] = value
				walk(value, path+"."+name)
			}
		case []any:
			for _, value := range at {
				walk(value, path)
			}
		}
	}
	walk(root, "$")
	if d := cmp.Diff(full(), mustParse(t, marshal(t, root))); d != "" {
		t.Errorf("the walk changed the badge:\n%s", d)
	}
}

func mustParse(t testing.TB, doc []byte) *openbadge.Credential {
	t.Helper()
	c, err := openbadge.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// set changes a value in a badge: a path of names and indexes, and JSON, or
// nothing to take it out.
func set(t *testing.T, path, value string) []byte {
	t.Helper()
	var root any
	if err := json.Unmarshal(marshal(t, full()), &root); err != nil {
		t.Fatal(err)
	}
	at := root
	steps := strings.Split(path, ".")
	for _, step := range steps[:len(steps)-1] {
		if list, ok := at.([]any); ok {
			at = list[step[0]-'0']
		} else {
			at = at.(map[string]any)[step]
		}
		if at == nil {
			t.Fatalf("%s: no %s", path, step)
		}
	}
	object := at.(map[string]any)
	last := steps[len(steps)-1]
	delete(object, last)
	if value != "" {
		object[last] = json.RawMessage(value)
	}
	return marshal(t, root)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const achievement = "credentialSubject.achievement."
	for _, c := range []struct{ path, value, key string }{
		{"type", `["VerifiableCredential","OtherCredential"]`, "openbadge.type"}, {"type", `["VerifiableCredential","AchievementCredential"]`, ""},
		{"@context", `["` + contexts.CredentialsV2 + `"]`, "openbadge.context"}, {"@context", `["` + contexts.CredentialsV2 + `","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json"]`, ""},
		{"@context", `["` + contexts.CredentialsV2 + `","https://example.org/context-3.0.3.json"]`, "openbadge.context"}, {"@context", `["` + contexts.CredentialsV2 + `","` + contexts.OpenBadges303 + `","https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]`, ""},
		{"@context", `["` + contexts.CredentialsV1 + `","` + contexts.OpenBadges303 + `"]`, "openbadge.missing"},
		{"id", ``, "openbadge.missing"}, {"id", `"x"`, "openbadge.uri"}, {"id", `"https ://x"`, "openbadge.uri"}, {"validFrom", ``, "openbadge.missing"}, {"name", ``, ""}, {"name", `{"@value":"N"}`, "openbadge.text"},
		{"awardedDate", `"2026-05-01"`, "openbadge.time"}, {"awardedDate", `"2026-05-01T09:00:00"`, "openbadge.time"}, {"awardedDate", `"2026-05-01T09:00:00.5+01:00"`, ""}, {"awardedDate", `"2026-02-30T09:00:00Z"`, "openbadge.time"},
		{"image", `"https://example.org/i.png"`, ""}, {"image", `"i.png"`, "openbadge.object"}, {"image.type", `"Picture"`, "openbadge.class"}, {"image.type", `["Image"]`, ""}, {"image.id", ``, "openbadge.missing"}, {"image", `[{"id":"urn:x:1","type":"Image"}]`, "openbadge.once"},
		{"issuer", ``, "openbadge.missing"}, {"issuer", `"did:example:a"`, ""}, {"issuer.type", `["Person"]`, "openbadge.class"}, {"issuer.type", ``, "openbadge.class"}, {"issuer.type", `"Profile"`, ""}, {"issuer.id", ``, "openbadge.missing"},
		{"issuer.email", `"office"`, "openbadge.mail"}, {"issuer.url", `"college.example"`, "openbadge.uri"}, {"issuer.parentOrg.type", `["InvalidProfile"]`, "openbadge.class"}, {"issuer.parentOrg", `"did:example:a"`, "openbadge.object"},
		{"issuer.otherIdentifier.0.type", `"InvalidIdentifierEntry"`, "openbadge.class"}, {"issuer.otherIdentifier.0.identifierType", `"passport"`, "openbadge.word"}, {"issuer.otherIdentifier.0.identifier", `7`, "openbadge.text"},
		{"issuer.otherIdentifier", `{"type":"IdentifierEntry","identifier":"1","identifierType":"sourcedId"}`, ""}, {"issuer.dateOfBirth", `"1990-02-30"`, "openbadge.date"}, {"issuer.dateOfBirth", `"1990-02-28"`, ""},
		{"issuer.address.addressCountryCode", `"DEU"`, "openbadge.country"}, {"issuer.address.geo.latitude", `"52.5"`, "openbadge.number"}, {"issuer.address.geo.longitude", ``, "openbadge.missing"}, {"issuer.address.type", `["Place"]`, "openbadge.class"},
		{"credentialSubject", ``, "openbadge.missing"}, {"credentialSubject", `[{"id":"urn:x:1"}]`, "openbadge.once"}, {"credentialSubject.type", `["Person"]`, "openbadge.class"}, {"credentialSubject.id", ``, ""}, {"credentialSubject.identifier", ``, ""},
		{"credentialSubject.identifier.0.type", `"InvalidIdentityObject"`, "openbadge.class"}, {"credentialSubject.identifier.0.hashed", `"true"`, "openbadge.bool"}, {"credentialSubject.identifier.0.identityHash", `"sha256$12"`, "openbadge.hash"}, {"credentialSubject.identifier.0.hashed", `false`, ""},
		{"credentialSubject.identifier.0.identityHash", `"md5$d41d8cd98f00b204e9800998ecf8427e"`, ""}, {"credentialSubject.identifier.0.identityType", `"ext:badgeNumber"`, ""}, {"credentialSubject.identifier.0.identityType", `"ext:"`, "openbadge.word"},
		{"credentialSubject.activityStartDate", `"2025-09-01T00:00:00"`, ""}, {"credentialSubject.activityStartDate", `"September"`, "openbadge.moment"}, {"credentialSubject.creditsEarned", `"2.5"`, "openbadge.number"},
		{"credentialSubject.source.type", `["Person"]`, "openbadge.class"}, {"credentialSubject.achievement", ``, "openbadge.missing"}, {"credentialSubject.achievement", `"urn:x:1"`, "openbadge.object"},
		{achievement + "type", `["Thing"]`, "openbadge.class"}, {achievement + "name", ``, "openbadge.missing"}, {achievement + "name", `""`, "openbadge.text"}, {achievement + "description", ``, "openbadge.missing"}, {achievement + "id", ``, "openbadge.missing"},
		{achievement + "achievementType", `"Prize"`, "openbadge.word"}, {achievement + "achievementType", `"ext:Prize"`, ""}, {achievement + "achievementType", `"ext:A prize"`, "openbadge.word"}, {achievement + "achievementType", `["Award"]`, "openbadge.once"}, {achievement + "achievementType", `"degree"`, "openbadge.word"},
		{achievement + "criteria", ``, "openbadge.missing"}, {achievement + "criteria", `{}`, "openbadge.criteria"}, {achievement + "criteria", `"https://example.org/c"`, "openbadge.object"}, {achievement + "criteria", `{"id":"https://example.org/c"}`, ""}, {achievement + "criteria", `{"narrative":"N"}`, ""},
		{achievement + "alignment.0.targetType", `"Skill"`, "openbadge.word"}, {achievement + "alignment.0.targetType", `"CTDL"`, ""}, {achievement + "alignment.0.targetUrl", `"esco"`, "openbadge.uri"}, {achievement + "alignment.0.targetName", ``, "openbadge.missing"}, {achievement + "alignment.0.type", `["AlignmentObject"]`, "openbadge.class"},
		{achievement + "inLanguage", `"english language"`, "openbadge.language"}, {achievement + "inLanguage", `"de-AT"`, ""}, {achievement + "tag", `"one"`, ""}, {achievement + "tag", `[7]`, "openbadge.text"}, {achievement + "related.0.id", ``, "openbadge.missing"},
		{achievement + "resultDescription.0.type", `["InvalidResultDescription"]`, "openbadge.class"}, {achievement + "resultDescription.0.resultType", `"Grade"`, "openbadge.word"}, {achievement + "resultDescription.0.resultType", ``, "openbadge.missing"}, {achievement + "resultDescription.0.name", ``, "openbadge.missing"},
		{achievement + "resultDescription.0.requiredValue", `"F"`, "openbadge.result.value"}, {achievement + "resultDescription.2.requiredLevel", `"urn:uuid:9"`, "openbadge.result.level"}, {achievement + "resultDescription.2.rubricCriterionLevel.0.name", ``, "openbadge.missing"},
		{achievement + "resultDescription", ``, "openbadge.result.description"}, {achievement + "endorsementJwt", `["a.b.c"]`, ""}, {achievement + "endorsementJwt", `["a.b"]`, "openbadge.jws"},
		{"credentialSubject.result.0.type", `["InvalidResult"]`, "openbadge.class"}, {"credentialSubject.result.0.resultDescription", `"urn:uuid:9"`, "openbadge.result.description"}, {"credentialSubject.result.0.value", `7`, "openbadge.text"},
		{"credentialSubject.result.1.status", `"Passed"`, "openbadge.word.closed"}, {"credentialSubject.result.1.status", `"ext:Passed"`, "openbadge.word.closed"}, {"credentialSubject.result.1.status", ``, "openbadge.missing"}, {"credentialSubject.result.2.achievedLevel", `"urn:uuid:9"`, "openbadge.result.level"},
		{"evidence.0.type", `"InvalidEvidence"`, "openbadge.class"}, {"evidence.0.id", `"e"`, "openbadge.uri"}, {"evidence.0.id", ``, ""}, {"evidence", `{"type":"Evidence"}`, ""}, {"evidence", `"https://example.org/e"`, "openbadge.object"},
		{"credentialStatus", `[{"type":"A"},{"type":"B"}]`, "openbadge.once"}, {"credentialStatus", `[{"type":"A"}]`, ""}, {"refreshService", `{"type":"T"}`, "openbadge.missing"}, {"refreshService", `{"type":"T","id":"urn:x:1"}`, ""},
		{"endorsement", `[{"type":["VerifiableCredential","EndorsementCredential"]}]`, "openbadge.missing"}, {"x", `1`, ""},
	} {
		doc := set(t, c.path, c.value)
		expect(t, c.path+"="+c.value, c.key, openbadge.Check(doc))
	}
	var recipient map[string]any
	if err := json.Unmarshal(set(t, "credentialSubject.id", ""), &recipient); err != nil {
		t.Fatal(err)
	}
	delete(recipient["credentialSubject"].(map[string]any), "identifier")
	expect(t, "neither id nor identifier", "openbadge.recipient", openbadge.Check(marshal(t, recipient)))
	recipient["credentialSubject"].(map[string]any)["identifier"] = []any{}
	expect(t, "no identifier", "openbadge.recipient", openbadge.Check(marshal(t, recipient)))
}

func expect(t *testing.T, what, key string, findings []elm.Finding) {
	t.Helper()
	switch {
	case key == "" && len(findings) > 0:
		t.Errorf("%s: refused: %+v", what, findings)
	case key != "" && !slices.ContainsFunc(findings, func(f elm.Finding) bool { return f.Key == key }):
		t.Errorf("%s: %+v, want %s", what, findings, key)
	}
	sound(t, findings)
}

// sound holds for every finding: it can be said in every language, and says
// where.
func sound(t *testing.T, findings []elm.Finding) {
	t.Helper()
	for _, f := range findings {
		for _, lang := range i18n.Languages {
			if text := f.Message(i18n.For(lang)); text == f.Key || strings.Contains(text, "<no value>") {
				t.Errorf("%s says %q in %s", f.Key, text, lang)
			}
		}
		if !strings.HasPrefix(f.Path, "$") || f.Rule == "" {
			t.Errorf("no place or rule: %+v", f)
		}
	}
}

func TestEndorsement(t *testing.T) {
	t.Parallel()
	doc := `{"@context":["` + contexts.CredentialsV2 + `","` + contexts.OpenBadges303 + `"],"id":"urn:uuid:1","type":["VerifiableCredential","EndorsementCredential"],"name":"E",
	 "issuer":{"id":"did:example:a","type":["Profile"]},"validFrom":"2026-05-01T00:00:00Z","credentialSubject":{"id":"did:example:b","type":["EndorsementSubject"],"endorsementComment":"Good."}}`
	expect(t, "an endorsement", "", openbadge.Check([]byte(doc)))
	for was, is := range map[string]string{`"name":"E",`: ``, `"id":"did:example:b",`: ``, `,"validFrom":"2026-05-01T00:00:00Z"`: ``, `"id":"urn:uuid:1",`: ``} {
		expect(t, "without "+was, "openbadge.missing", openbadge.Check([]byte(strings.Replace(doc, was, is, 1))))
	}
	expect(t, "another subject", "openbadge.class", openbadge.Check([]byte(strings.Replace(doc, `"EndorsementSubject"`, `"AchievementSubject"`, 1))))
	if _, err := openbadge.Parse([]byte(doc)); !errors.Is(err, openbadge.ErrNoBadge) {
		t.Errorf("an endorsement is read as a badge: %v", err)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	c := mustParse(t, []byte(`{"@context":"`+contexts.CredentialsV2+`","type":"OpenBadgeCredential","issuer":"did:example:a","image":"https://example.org/i.png",
	 "validFrom":"2026-05-01T00:00:00+02:00","credentialSubject":{"achievement":{"tag":"one","image":{"id":"urn:x:1","type":["Image"]},"resultDescription":{"id":"urn:x:2"}}},"unknown":{"x":[1]},"proof":{}}`))
	if c.Issuer.ID != "did:example:a" || c.Image.ID != "https://example.org/i.png" || c.Subject.Achievement.Image.Type != "Image" {
		t.Errorf("%+v", c)
	}
	if got := c.Subject.Achievement.Tags; !reflect.DeepEqual(got, openbadge.Many[string]{"one"}) || c.Subject.Achievement.ResultDescriptions.First().ID != "urn:x:2" || c.Context.First() != contexts.CredentialsV2 {
		t.Errorf("%+v", c)
	}
	if want := time.Date(2026, 4, 30, 22, 0, 0, 0, time.UTC); !c.ValidFrom.Equal(want) {
		t.Errorf("valid from %v", c.ValidFrom)
	}
	if e := c.Evidence.First(); e.ID != "" {
		t.Errorf("evidence out of nothing: %+v", e)
	}
	for _, text := range []string{
		``, `null`, `[]`, `{}`, `{"type":"VerifiableCredential"}`, `{"type":"OpenBadgeCredential","type":"OpenBadgeCredential"}`, `{"type":"OpenBadgeCredential","Issuer":"did:example:a"}`,
		`{"type":"OpenBadgeCredential","issuer":{"id":"a","ID":"b"}}`, `{"type":"OpenBadgeCredential","issuer":{"otherIdentifier":[{"Type":"x"}]}}`, `{"type":"OpenBadgeCredential","credentialSubject":[]}`,
		`{"type":"OpenBadgeCredential","credentialSubject":{"creditsEarned":"2"}}`, `{"type":"OpenBadgeCredential","validFrom":"2026-05-01"}`, `{"type":["OpenBadgeCredential",7]}`, `{"type":"OpenBadgeCredential"} {}`,
	} {
		if c, err := openbadge.Parse([]byte(text)); err == nil {
			t.Errorf("%s is read as %+v", text, c)
		}
	}
}

func TestVocabulariesAreCopies(t *testing.T) {
	t.Parallel()
	for _, list := range []func() []string{openbadge.AchievementTypes, openbadge.IdentifierTypes, openbadge.ResultStatuses, openbadge.ResultTypes, openbadge.TargetTypes} {
		words := list()
		if len(words) == 0 || !slices.IsSorted(words) || len(slices.Compact(slices.Clone(words))) != len(words) {
			t.Errorf("%v", words)
		}
		words[0] = "changed"
		if list()[0] == "changed" {
			t.Error("a vocabulary can be changed")
		}
	}
}
