package vcdm_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/i18n"
)

// A document is the members of an object, as text.
type document map[string]string

func (d document) with(member, value string) document {
	c := maps.Clone(d)
	if value == "" {
		delete(c, member)
	} else {
		c[member] = value
	}
	return c
}

func (d document) text(t testing.TB) []byte {
	t.Helper()
	m := map[string]json.RawMessage{}
	for k, v := range d {
		m[k] = json.RawMessage(v)
	}
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatalf("%v: %v", d, err)
	}
	return data
}

var (
	credential = document{
		"@context": `["https://www.w3.org/ns/credentials/v2"]`, "type": `["VerifiableCredential"]`,
		"issuer": `"did:example:issuer"`, "credentialSubject": `{"id":"did:example:subject"}`,
	}
	credential11 = document{
		"@context": `["https://www.w3.org/2018/credentials/v1"]`, "type": `["VerifiableCredential"]`, "issuanceDate": `"2020-01-01T00:00:00Z"`,
		"issuer": `"did:example:issuer"`, "credentialSubject": `{"id":"did:example:subject"}`,
	}
	presentation = document{"@context": `["https://www.w3.org/ns/credentials/v2"]`, "type": `["VerifiablePresentation"]`}
)

// A row sets one member of a document, or takes it out, and names the message
// of the finding, or none.
type row struct{ member, value, key string }

func (r row) String() string { return fmt.Sprintf("%s=%.120s", r.member, r.value) }

func expect(t *testing.T, r row, findings []vcdm.Finding) {
	t.Helper()
	switch {
	case r.key == "" && len(findings) > 0:
		t.Errorf("%v: refused: %+v", r, findings)
	case r.key != "" && !slices.ContainsFunc(findings, func(f vcdm.Finding) bool { return f.Key == r.key }):
		t.Errorf("%v: %+v, want %s", r, findings, r.key)
	}
	for _, f := range findings {
		for _, lang := range i18n.Languages {
			if text := f.Message(i18n.For(lang)); text == f.Key || strings.Contains(text, "<no value>") {
				t.Errorf("%v: %s says %q in %s", r, f.Key, text, lang)
			}
		}
		if f.Rule == "" || !strings.HasPrefix(f.Path, "$") {
			t.Errorf("%v: no rule or path: %+v", r, f)
		}
	}
}

const v2 = `"https://www.w3.org/ns/credentials/v2"`

// typedRows are the rules of an object that must name its type.
func typedRows(member string, of ...string) []row {
	rows := []row{
		{member, `null`, "vcdm.objects"}, {member, `"https://example.org/x"`, "vcdm.objects"}, {member, `[]`, "vcdm.objects"},
		{member, `[["x"]]`, "vcdm.objects"}, {member, `{"id":"urn:x:1","a":1}`, "vcdm.missing"}, {member, `{"type":2,"id":"urn:x:1","a":1}`, "vcdm.type"},
		{member, `{"type":[],"id":"urn:x:1","a":1}`, "vcdm.type"}, {member, `{"type":"https ://x","id":"urn:x:1","a":1}`, "vcdm.type"},
		{member, `{"type":"T","id":"x","a":1}`, "vcdm.url"}, {member, `{"type":"T","id":["urn:x:1","urn:x:2"],"a":1}`, "vcdm.url"}, {member, `{"type":"T","id":null,"a":1}`, "vcdm.url"},
		{member, `{"type":"T","id":"urn:x:1","a":1}`, ""}, {member, `{"type":["T","https://example.org/#T"],"id":"urn:x:1","a":1}`, ""},
		{member, `[{"type":"T","id":"urn:x:1","a":1},{"type":"T","id":"urn:x:2","a":1}]`, ""},
		{member, `[{"type":"T","id":"urn:x:1","a":1},{"id":"urn:x:2","a":1}]`, "vcdm.missing"},
	}
	for _, value := range of {
		rows = append(rows, row{member, value, ""})
	}
	return rows
}

func TestCredential(t *testing.T) {
	t.Parallel()
	rows := []row{
		{"x", `1`, ""}, // terms are the gate's business
		// 4.3
		{"@context", ``, "vcdm.context.missing"}, {"@context", v2, ""}, {"@context", `null`, "vcdm.context.first"}, {"@context", `[]`, "vcdm.context.first"},
		{"@context", `{"a":"urn:x:a"}`, "vcdm.context.first"}, {"@context", `["https://www.w3.org/ns/credentials/examples/v2",` + v2 + `]`, "vcdm.context.first"},
		{"@context", `["https://www.w3.org/ns/credentials/V2"]`, "vcdm.context.first"},
		{"@context", `[` + v2 + `,"https://example.org/c",{"a":"urn:x:a"}]`, ""}, {"@context", `[` + v2 + `,"https ://not-a-url/contexts/example/v1"]`, "vcdm.context.entry"},
		{"@context", `[` + v2 + `,123192875]`, "vcdm.context.entry"}, {"@context", `[` + v2 + `,null]`, "vcdm.context.entry"}, {"@context", `[` + v2 + `,["https://example.org/c"]]`, "vcdm.context.entry"},
		{"@context", `[` + v2 + `,` + v2 + `]`, "vcdm.context.twice"}, {"@context", `[` + v2 + `,"relative"]`, "vcdm.context.entry"},
		// 4.4
		{"id", `"urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"`, ""}, {"id", `null`, "vcdm.url"}, {"id", `""`, "vcdm.url"}, {"id", `["urn:x:1","urn:x:2"]`, "vcdm.url"}, {"id", `["urn:x:1"]`, "vcdm.url"},
		{"id", `{"id":"urn:x:1"}`, "vcdm.url"}, {"id", `"https ://not-a-url/vcs/1"`, "vcdm.url"}, {"id", `"//not-a-url/1"`, "vcdm.url"}, {"id", `7`, "vcdm.url"},
		// 4.5
		{"type", ``, "vcdm.missing"}, {"type", `"VerifiableCredential"`, ""}, {"type", `["RelationshipCredential"]`, "vcdm.type.want"}, {"type", `["VerifiableCredential","T"]`, ""},
		{"type", `["https://example.org/#A","VerifiableCredential","https://example.org/#B"]`, ""}, {"type", `["VerifiableCredential",7]`, "vcdm.type"},
		{"type", `["VerifiableCredential",""]`, "vcdm.type"}, {"type", `["VerifiableCredential","a b"]`, "vcdm.type"}, {"type", `["VerifiableCredential","@id"]`, "vcdm.type"},
		{"type", `["VerifiableCredential","https ://x#T"]`, "vcdm.type"}, {"type", `[]`, "vcdm.type"}, {"type", `null`, "vcdm.type"}, {"type", `{"a":"VerifiableCredential"}`, "vcdm.type"},
		{"type", `["EnvelopedVerifiableCredential","VerifiableCredential"]`, "vcdm.envelope.type"},
		// 4.7
		{"issuer", ``, "vcdm.missing"}, {"issuer", `null`, "vcdm.party"}, {"issuer", `"fake-issuer"`, "vcdm.party"}, {"issuer", `7`, "vcdm.party"}, {"issuer", `["did:example:a"]`, "vcdm.party"},
		{"issuer", `{}`, "vcdm.missing"}, {"issuer", `{"id":null}`, "vcdm.url"}, {"issuer", `{"id":"https ://not-a-url/issuer/foo"}`, "vcdm.url"}, {"issuer", `{"id":"did:example:a","name":"A"}`, ""},
		{"issuer", `{"id":"did:example:a","type":7}`, "vcdm.type"}, {"issuer", `"https://example.org/issuers/1"`, ""},
		// 4.8
		{"credentialSubject", ``, "vcdm.missing"}, {"credentialSubject", `{}`, "vcdm.empty"}, {"credentialSubject", `[]`, "vcdm.objects"}, {"credentialSubject", `[{"id":"did:example:a"},{}]`, "vcdm.empty"},
		{"credentialSubject", `null`, "vcdm.objects"}, {"credentialSubject", `"did:example:a"`, "vcdm.objects"}, {"credentialSubject", `{"id":["did:example:a","did:example:b"]}`, "vcdm.url"},
		{"credentialSubject", `[{"id":"did:example:a"},{"name":"B"}]`, ""}, {"credentialSubject", `{"id":"x"}`, "vcdm.url"},
		// 4.9
		{"validFrom", `"2023-02-25T19:10:39-06:00"`, ""}, {"validFrom", `"4023-02-26T01:02:58.447Z"`, ""}, {"validFrom", `"2023-02-26T01:21:51"`, "vcdm.time"}, {"validFrom", `null`, "vcdm.time"},
		{"validFrom", `1677374511`, "vcdm.time"}, {"validUntil", `"Sun, 26 Feb 2023 01:22:14 +0000"`, "vcdm.time"}, {"validUntil", `["2023-02-26T01:21:51Z"]`, "vcdm.time"},
		// 4.12
		{"proof", `null`, "vcdm.objects"}, {"proof", `"x"`, "vcdm.objects"}, {"proof", `{"created":"2023-07-28T22:25:05Z"}`, "vcdm.missing"}, {"proof", `{"type":"DataIntegrityProof"}`, ""},
		{"proof", `[{"type":"DataIntegrityProof"},{"type":"DataIntegrityProof"}]`, ""}, {"proof", `[]`, "vcdm.objects"},
		// 5.4
		{"refreshService", `{"type":"T"}`, ""}, {"refreshService", `{}`, "vcdm.missing"},
	}
	rows = append(rows, typedRows("credentialStatus", `{"type":"CredentialStatusList2017"}`)...)
	rows = append(rows, typedRows("credentialSchema")...)
	rows = append(rows, row{"credentialSchema", `{"type":"JsonSchema"}`, "vcdm.missing"})
	rows = append(rows, typedRows("refreshService", `{"type":"T","url":"https://example.org/r","refreshToken":"z2B"}`)...)
	rows = append(rows, typedRows("termsOfUse", `[{"type":"OdrlPolicy2017"},{"type":"OdrlPolicy2017"}]`)...)
	rows = append(rows, typedRows("evidence", `{"type":"T"}`)...)
	rows = append(rows, typedRows("confidenceMethod", `{"type":"T"}`)...)
	rows = append(rows, typedRows("renderMethod", `{"type":"T"}`)...)
	for _, r := range rows {
		expect(t, r, vcdm.CheckCredential(credential.with(r.member, r.value).text(t), vcdm.Options{}))
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	values := []struct{ value, key string }{
		{`"A name"`, ""}, {`""`, ""}, {`{"@value":"A","@language":"en"}`, ""}, {`{"@value":"A","@language":"en","@direction":"ltr"}`, ""}, {`{"@value":"א","@direction":"rtl"}`, ""}, {`{"@value":"A"}`, ""},
		{`[{"@value":"Dog","@language":"en"},{"@value":"Chien","@language":"fr-CA"}]`, ""}, {`["A",{"@value":"B","@language":"de"}]`, ""},
		{`null`, "vcdm.text"}, {`7`, "vcdm.text"}, {`[]`, "vcdm.text"}, {`{"@language":"en"}`, "vcdm.text"}, {`{"@value":7}`, "vcdm.text"}, {`{"@value":["a"]}`, "vcdm.text"}, {`[["A"]]`, "vcdm.text"},
		{`{"@value":"A","@language":"en","url":"did:example:credential"}`, "vcdm.text.member"}, {`{"@value":"A","@type":"urn:x:t"}`, "vcdm.text.member"}, {`{"@value":"A","@index":"i"}`, "vcdm.text.member"},
		{`{"@value":"A","@language":"en us"}`, "vcdm.text.language"}, {`{"@value":"A","@language":null}`, "vcdm.text.language"}, {`{"@value":"A","@language":""}`, "vcdm.text.language"},
		{`{"@value":"A","@direction":"up"}`, "vcdm.text.direction"}, {`{"@value":"A","@direction":null}`, "vcdm.text.direction"}, {`{"en":"A"}`, "vcdm.text"},
	}
	for _, member := range []string{"name", "description"} {
		for _, v := range values {
			r := row{member, v.value, v.key}
			expect(t, r, vcdm.CheckCredential(credential.with(member, v.value).text(t), vcdm.Options{}))
			r.member = "issuer"
			r.value = `{"id":"did:example:a","` + member + `":` + v.value + `}`
			expect(t, r, vcdm.CheckCredential(credential.with(r.member, r.value).text(t), vcdm.Options{}))
		}
	}
}

func TestIssuing(t *testing.T) {
	t.Parallel()
	for _, r := range []row{
		{"issuer", ``, ""}, {"issuer", `{}`, ""}, {"issuer", `{"name":"A"}`, ""}, {"issuer", `null`, "vcdm.party"}, {"issuer", `{"id":null}`, "vcdm.url"},
		{"issuer", `["did:example:a"]`, "vcdm.party"}, {"type", `"EnvelopedVerifiableCredential"`, "vcdm.type.want"},
	} {
		expect(t, r, vcdm.CheckCredential(credential.with(r.member, r.value).text(t), vcdm.Options{Issuing: true}))
	}
}

func TestCredential11(t *testing.T) {
	t.Parallel()
	for _, r := range []row{
		{"x", `1`, ""}, {"issuanceDate", ``, "vcdm.missing"}, {"issuanceDate", `"2020-01-01"`, "vcdm.time"}, {"expirationDate", `"2019-12-31T23:59:59Z"`, "vcdm.period"},
		{"expirationDate", `"2020-01-01T00:00:00Z"`, ""}, {"expirationDate", `"soon"`, "vcdm.time"}, {"validUntil", `"2019-01-01T00:00:00Z"`, "vcdm.period"},
		{"refreshService", `{"type":"T"}`, "vcdm.missing"}, {"refreshService", `{"type":"T","id":"urn:x:1"}`, ""}, {"credentialStatus", `{"type":"T"}`, "vcdm.missing"},
		{"evidence", `{"id":"urn:x:1"}`, "vcdm.missing"}, {"issuer", ``, "vcdm.missing"}, {"name", `{"en":"A"}`, ""},
		{"@context", `["https://www.w3.org/2018/credentials/v1","https://w3id.org/security/data-integrity/v2"]`, ""},
	} {
		findings := vcdm.CheckCredential(credential11.with(r.member, r.value).text(t), vcdm.Options{})
		expect(t, r, findings)
		for _, f := range findings {
			if !strings.HasPrefix(f.Rule, "vcdm-1.1/") {
				t.Errorf("%v: rule %s", r, f.Rule)
			}
		}
	}
	// 1.1 in 2.0 is a term that nobody defines, no rule of the model.
	expect(t, row{}, vcdm.CheckCredential(credential.with("issuanceDate", `"yesterday"`).text(t), vcdm.Options{}))
}

func TestBitstringStatus(t *testing.T) {
	t.Parallel()
	entry := document{"type": `"BitstringStatusListEntry"`, "statusPurpose": `"revocation"`, "statusListIndex": `"94567"`, "statusListCredential": `"https://example.org/status/3"`}
	two := `[{"status":"0x0","message":"valid"},{"status":"0x1","message":"revoked"},{"status":"0x2","message":"suspended"},{"status":"0x3","message":"unused"}]`
	for _, r := range []row{
		{"id", `"https://example.org/status/3#94567"`, ""}, {"id", `"https://example.org/status/3"`, "vcdm.status.id"},
		{"statusPurpose", ``, "vcdm.missing"}, {"statusPurpose", `7`, "vcdm.string"}, {"statusPurpose", `""`, "vcdm.string"}, {"statusPurpose", `["revocation"]`, "vcdm.string"},
		{"statusListIndex", ``, "vcdm.missing"}, {"statusListIndex", `94567`, "vcdm.status.index"}, {"statusListIndex", `"-1"`, "vcdm.status.index"}, {"statusListIndex", `"0x1"`, "vcdm.status.index"},
		{"statusListIndex", `"07"`, "vcdm.status.index"}, {"statusListIndex", `"0"`, ""}, {"statusListIndex", `"1.5"`, "vcdm.status.index"}, {"statusListIndex", `""`, "vcdm.status.index"},
		{"statusListCredential", ``, "vcdm.missing"}, {"statusListCredential", `"status/3"`, "vcdm.url"},
		{"statusReference", `"https://example.org/r"`, ""}, {"statusReference", `["https://example.org/r","https://example.org/s"]`, ""}, {"statusReference", `"r"`, "vcdm.url"},
		{"statusSize", `1`, ""}, {"statusSize", `"1"`, "vcdm.status.size"}, {"statusSize", `0`, "vcdm.status.size"}, {"statusSize", `2`, "vcdm.missing"}, {"statusSize", `1.5`, "vcdm.status.size"}, {"statusSize", `99999999999999999999`, "vcdm.status.size"},
		{"statusMessage", `[{"status":"0x0","message":"valid"},{"status":"0x1","message":"not"}]`, ""}, {"statusMessage", two, "vcdm.status.messages"}, {"statusMessage", `{}`, "vcdm.status.messages"},
		{"statusMessage", `[{"status":"0x0","message":"valid"},{"status":"0x0","message":"not"}]`, "vcdm.status.message"}, {"statusMessage", `[{"status":"0x0"},{"status":"0x1","message":"b"}]`, "vcdm.status.message"},
		{"statusMessage", `[{"status":"0","message":"a"},{"status":"0x1","message":"b"}]`, "vcdm.status.message"}, {"statusMessage", `[{"status":"0x0","message":"a"},{"status":"0x2","message":"b"}]`, "vcdm.status.message"},
	} {
		status := string(entry.with(r.member, r.value).text(t))
		expect(t, r, vcdm.CheckCredential(credential.with("credentialStatus", status).text(t), vcdm.Options{}))
		expect(t, r, vcdm.CheckCredential(credential.with("credentialStatus", "["+status+"]").text(t), vcdm.Options{}))
	}
	message := entry.with("statusPurpose", `"message"`)
	for _, r := range []row{{"statusMessage", ``, "vcdm.missing"}, {"statusMessage", two, ""}, {"statusMessage", `[]`, "vcdm.status.messages"}} {
		status := string(message.with("statusSize", `2`).with(r.member, r.value).text(t))
		expect(t, r, vcdm.CheckCredential(credential.with("credentialStatus", status).text(t), vcdm.Options{}))
	}
	for _, r := range []row{{"statusSize", ``, ""}, {"statusSize", `1`, ""}, {"statusSize", `"1"`, "vcdm.status.size"}} { // of one bit no message is needed
		status := string(message.with(r.member, r.value).text(t))
		expect(t, r, vcdm.CheckCredential(credential.with("credentialStatus", status).text(t), vcdm.Options{}))
	}
}

func TestPresentation(t *testing.T) {
	t.Parallel()
	inner := string(credential.text(t))
	for _, r := range []row{
		{"x", `1`, ""}, {"type", `["VerifiablePresentation","T"]`, ""}, {"type", `["T"]`, "vcdm.type.want"}, {"type", ``, "vcdm.missing"}, {"@context", ``, "vcdm.context.missing"},
		{"@context", `["https://www.w3.org/ns/credentials/examples/v2"]`, "vcdm.context.first"}, {"id", `"urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"`, ""}, {"id", `"x"`, "vcdm.url"},
		{"holder", `"did:key:z6MkpJySvETLnxhQG9DzEdmKJtysBDjuuTeDfUj1uNNCUqcj"`, ""}, {"holder", `{"id":"did:example:a","name":"A"}`, ""}, {"holder", `{"name":"A"}`, "vcdm.missing"},
		{"holder", `{"id":7}`, "vcdm.url"}, {"holder", `null`, "vcdm.party"}, {"holder", `"alice"`, "vcdm.party"}, {"holder", `["did:example:a"]`, "vcdm.party"},
		{"verifiableCredential", inner, ""}, {"verifiableCredential", `[` + inner + `,` + inner + `]`, ""}, {"verifiableCredential", `[` + string(credential11.text(t)) + `]`, ""},
		{"verifiableCredential", `["eyJ.eyJ.x"]`, "vcdm.objects"}, {"verifiableCredential", `"eyJ.eyJ.x"`, "vcdm.objects"}, {"verifiableCredential", `[7]`, "vcdm.objects"}, {"verifiableCredential", `[]`, "vcdm.objects"}, {"verifiableCredential", `null`, "vcdm.objects"},
		{"verifiableCredential", `[` + string(credential.with("type", ``).text(t)) + `]`, "vcdm.missing"}, {"verifiableCredential", `[` + string(credential.with("issuer", ``).text(t)) + `]`, "vcdm.missing"},
		{"verifiableCredential", `[` + string(credential.with("@context", ``).text(t)) + `]`, "vcdm.context.missing"},
		{"termsOfUse", `{"id":"urn:x:1"}`, "vcdm.missing"}, {"proof", `{}`, "vcdm.missing"},
	} {
		expect(t, r, vcdm.CheckPresentation(presentation.with(r.member, r.value).text(t), vcdm.Options{}))
	}
	for _, f := range vcdm.CheckPresentation(presentation.with("verifiableCredential", `[`+inner+`,`+string(credential11.with("issuanceDate", "").text(t))+`]`).text(t), vcdm.Options{}) {
		if f.Path != "$.verifiableCredential[1]" || f.Rule != "vcdm-1.1/4.6/issuanceDate" {
			t.Errorf("found at %s by %s", f.Path, f.Rule)
		}
	}
}

func TestEnvelopes(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"Credential", "Presentation"} {
		short := "v" + strings.ToLower(kind[:1])
		envelope := document{"@context": v2, "type": `"EnvelopedVerifiable` + kind + `"`, "id": `"data:application/` + short + `+jwt,eyJhbGciOiJFUzI1NiJ9.eyJ2YyI6e319.c2ln"`}
		for _, r := range []row{
			{"x", ``, ""}, {"@context", `[` + v2 + `]`, ""}, {"@context", ``, "vcdm.context.missing"}, {"@context", `[]`, "vcdm.context.first"}, {"@context", `"https://www.w3.org/ns/credentials/examples/v2"`, "vcdm.context.first"},
			{"type", `["EnvelopedVerifiable` + kind + `"]`, ""}, {"type", ``, "vcdm.missing"}, {"type", `["EnvelopedVerifiable` + kind + `","T"]`, "vcdm.envelope.type"},
			{"id", ``, "vcdm.missing"}, {"id", `"eyJhbGciOiJFUzI1NiJ9.eyJ2YyI6e319.c2ln"`, "vcdm.url"}, {"id", `"https://example.org/vc.jwt"`, "vcdm.envelope.data"}, {"id", `"data:application/` + short + `+jwt"`, "vcdm.envelope.data"},
			{"id", `"data:application/` + short + `+jwt,"`, "vcdm.envelope.data"}, {"id", `"data:application/` + short + `+jwt,eyJ.eyJ"`, "vcdm.envelope.data"}, {"id", `"data:text/plain,a.b.c"`, "vcdm.envelope.media"}, {"id", `"data:,a.b.c"`, "vcdm.envelope.media"},
			{"id", `"data:application/` + short + `-ld+jwt;base64url,eyJh.eyJ2.c2ln"`, ""}, {"id", `"data:application/` + short + `+sd-jwt,eyJh.eyJ2.c2ln~WyJz~"`, ""}, {"id", `"data:application/` + short + `+cose;base64,2ERDo"`, ""}, {"id", `"data:application/jwt,eyJh.eyJ2.c2ln"`, ""},
			{"id", `["data:application/` + short + `+jwt,a.b.c"]`, "vcdm.url"},
		} {
			doc := envelope.with(r.member, r.value).text(t)
			if kind == "Credential" {
				expect(t, r, vcdm.CheckCredential(doc, vcdm.Options{}))
				expect(t, r, vcdm.CheckPresentation(presentation.with("verifiableCredential", `[`+string(doc)+`]`).text(t), vcdm.Options{}))
			} else {
				expect(t, r, vcdm.CheckPresentation(doc, vcdm.Options{}))
			}
		}
	}
	if findings := vcdm.CheckCredential(document{"@context": v2, "type": `"VerifiableCredential"`, "id": `"data:application/vc+jwt,a.b.c"`}.text(t), vcdm.Options{}); len(findings) == 0 {
		t.Error("an envelope that calls itself a credential is one")
	}
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `null`, `[]`, `"x"`, `{"type":"A","type":"B"}`, `{} {}`, `{"a":}`, "{\"a\":\"\xff\"}", strings.Repeat(`{"a":`, 70) + `1` + strings.Repeat(`}`, 70)} {
		for _, findings := range [][]vcdm.Finding{vcdm.CheckCredential([]byte(text), vcdm.Options{}), vcdm.CheckPresentation([]byte(text), vcdm.Options{})} {
			if len(findings) != 1 || findings[0].Kind != vcdm.Syntax {
				t.Errorf("%.40q: %+v", text, findings)
			}
		}
		if from, until, findings := vcdm.Validity([]byte(text)); len(findings) == 0 || !from.IsZero() || !until.IsZero() {
			t.Errorf("%.40q: valid from %v until %v: %v", text, from, until, findings)
		}
	}
}

func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	doc := credential.with("credentialSubject", "["+strings.Repeat("{},", 5000)+"{}]").text(t)
	if n := len(vcdm.CheckCredential(doc, vcdm.Options{})); n == 0 || n > 100 {
		t.Errorf("%d findings", n)
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, r := range []struct {
		member, value string
		want          vcdm.Kind
	}{
		{"type", ``, vcdm.Malformed}, {"@context", `[]`, vcdm.Context}, {"validFrom", `"2023-02-30T00:00:00Z"`, vcdm.Range}, {"validFrom", `"x"`, vcdm.Malformed},
		{"relatedResource", `{"id":"https://www.w3.org/ns/credentials/v2","digestSRI":"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`, vcdm.Digest},
		{"relatedResource", `{"id":"https://example.org/picture","digestSRI":"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`, vcdm.Unchecked},
	} {
		findings := vcdm.CheckCredential(credential.with(r.member, r.value).text(t), vcdm.Options{})
		if len(findings) != 1 || findings[0].Kind != r.want {
			t.Errorf("%s=%s: %+v, want one of kind %d", r.member, r.value, findings, r.want)
		}
	}
}

func TestValidity(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		if s == "" {
			return time.Time{}
		}
		d, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		doc                    document
		from, until, wantFrom  string
		wantUntil, wantMessage string
	}{
		{doc: credential}, {doc: credential, from: "2026-01-01T00:00:00Z", wantFrom: "2026-01-01T00:00:00Z"},
		{doc: credential, from: "2026-01-01T00:00:00+02:00", until: "2026-01-01T24:00:00Z", wantFrom: "2025-12-31T22:00:00Z", wantUntil: "2026-01-02T00:00:00Z"},
		{doc: credential, from: "2026-01-01T00:00:00Z", until: "2026-01-01T00:00:00Z", wantFrom: "2026-01-01T00:00:00Z", wantUntil: "2026-01-01T00:00:00Z"},
		{doc: credential, from: "2026-01-01T00:00:00Z", until: "2026-01-01T01:00:00+01:01", wantMessage: "vcdm.period"},
		{doc: credential11, wantFrom: "2020-01-01T00:00:00Z"}, {doc: credential11, from: "2026-01-01T00:00:00Z", wantFrom: "2026-01-01T00:00:00Z"},
		{doc: credential11, from: "2019-01-01T00:00:00Z", wantFrom: "2020-01-01T00:00:00Z"},
		{doc: credential11.with("expirationDate", `"2021-01-01T00:00:00Z"`), until: "2022-01-01T00:00:00Z", wantFrom: "2020-01-01T00:00:00Z", wantUntil: "2021-01-01T00:00:00Z"},
		{doc: credential11.with("expirationDate", `"2023-01-01T00:00:00Z"`), until: "2022-01-01T00:00:00Z", wantFrom: "2020-01-01T00:00:00Z", wantUntil: "2022-01-01T00:00:00Z"},
	} {
		doc := c.doc
		if c.from != "" {
			doc = doc.with("validFrom", `"`+c.from+`"`)
		}
		if c.until != "" {
			doc = doc.with("validUntil", `"`+c.until+`"`)
		}
		from, until, findings := vcdm.Validity(doc.text(t))
		if c.wantMessage != "" {
			if len(findings) != 1 || findings[0].Key != c.wantMessage || findings[0].Kind != vcdm.Range {
				t.Errorf("%v: %+v, want %s", doc, findings, c.wantMessage)
			}
			continue
		}
		if len(findings) > 0 || !from.Equal(day(c.wantFrom)) || !until.Equal(day(c.wantUntil)) {
			t.Errorf("%v: from %v until %v, %+v", doc, from, until, findings)
		}
	}
}

// TestDateTimeStamp holds the form to XML Schema 1.1 Part 2, 3.4.28.
func TestDateTimeStamp(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"2026-05-01T09:00:00Z": "", "2026-05-01T09:00:00.123456789012Z": "", "2024-02-29T00:00:00Z": "", "2026-05-01T24:00:00Z": "", "2026-05-01T24:00:00.000Z": "",
		"2026-05-01T09:00:00+14:00": "", "2026-05-01T09:00:00-00:00": "", "0001-01-02T00:00:00Z": "", "9999-12-31T23:59:59Z": "",
		"2026-05-01T09:00:00": "vcdm.time", "2026-05-01": "vcdm.time", "2026-05-01T09:00Z": "vcdm.time", "2026-05-01t09:00:00Z": "vcdm.time", "2026-05-01T09:00:00z": "vcdm.time",
		"2026-05-01 09:00:00Z": "vcdm.time", " 2026-05-01T09:00:00Z": "vcdm.time", "2026-05-01T09:00:60Z": "vcdm.time", "2026-05-01T24:00:01Z": "vcdm.time", "2026-05-01T24:00:00.1Z": "vcdm.time",
		"2026-05-01T09:00:00.Z": "vcdm.time", "2026-05-01T09:00:00,5Z": "vcdm.time", "2026-05-01T09:00:00+14:01": "vcdm.time", "2026-05-01T09:00:00+1:00": "vcdm.time", "2026-05-01T09:00:00+0100": "vcdm.time",
		"+2026-05-01T09:00:00Z": "vcdm.time", "026-05-01T09:00:00Z": "vcdm.time", "02026-05-01T09:00:00Z": "vcdm.time", "2026-05-01T09:00:00Z\n": "vcdm.time", "": "vcdm.time",
		"2023-02-29T00:00:00Z": "vcdm.time.range", "2026-04-31T00:00:00Z": "vcdm.time.range", "2026-13-01T00:00:00Z": "vcdm.time.range", "2026-00-01T00:00:00Z": "vcdm.time.range",
		"12026-05-01T09:00:00Z": "vcdm.time.range", "-2026-05-01T09:00:00Z": "vcdm.time.range", "0000-05-01T09:00:00Z": "vcdm.time.range", "9999-12-31T24:00:00Z": "vcdm.time.range",
		"9999-12-31T23:00:00-02:00": "vcdm.time.range", "0001-01-01T00:00:00+01:00": "vcdm.time.range",
	} {
		quoted, _ := json.Marshal(value)
		expect(t, row{"validFrom", string(quoted), want}, vcdm.CheckCredential(credential.with("validFrom", string(quoted)).text(t), vcdm.Options{}))
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"https://example.org": true, "https://example.org/ä?q=1#f": true, "HTTPS://example.org:8443/": true, "https://[2001:db8::1]:8080/x": true, "https://user@example.org/": true, "did:example:a": true,
		"did:web:example.org%3A3000:d": true, "did:key:z6Mk#z6Mk": true, "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33": true, "mailto:a@example.org": true, "data:,x": true, "tag:example.org,2026:x": true, "ethereum:0xDF?address=1&i=2": true,
		"": false, "x": false, "//example.org/x": false, "/x": false, "#x": false, "?x": false, ":x": false, "https:": false, "https://": false, "https:///x": false, "https:x": false, "https ://x": false, "https://exa mple.org": false,
		" https://example.org": false, "https://example.org\n": false, "https://example.org/\u202e": false, "https://example.org/\u200b": false, "https://example.org/<x>": false, "https://example.org/\\x": false, "https://example.org/#a#b": false,
		"https://example.org/%zz": false, "https://example.org/%2": false, "https://example.org:x/": false, "https://example.org:/": false, "https://example.org:999999/": false, "https://[::1": false, "https://[x]/": false, "https://a:b:c/": false, "https://@/": false, "https://:80": false,
		"1https://example.org": false, "_:b0": false, "did:": false, "did:example": false, "did:example:": false, "did::x": false, "did:Example:x": false, "did:example:#x": false, "http://?x": false,
	} {
		quoted, _ := json.Marshal(value)
		r := row{"id", string(quoted), ""}
		if !want {
			r.key = "vcdm.url"
		}
		expect(t, r, vcdm.CheckCredential(credential.with("id", string(quoted)).text(t), vcdm.Options{}))
	}
}

func TestEditionIsThatOfTheFirstContext(t *testing.T) {
	t.Parallel()
	both := `["` + contexts.CredentialsV2 + `","` + contexts.CredentialsV1 + `"]`
	for _, f := range vcdm.CheckCredential(credential.with("@context", both).with("issuer", "").text(t), vcdm.Options{}) {
		if !strings.HasPrefix(f.Rule, "vcdm-2.0/") {
			t.Errorf("rule %s", f.Rule)
		}
	}
}
