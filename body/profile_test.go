package body_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/render"
)

func TestProfileIsWhole(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]body.Profile{"in every language": whole(), "one legal name for all": unmarked()} {
		if err := p.Check().Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if m := p.Missing(); len(m) > 0 {
			t.Errorf("%s: missing %v", name, m)
		}
		if err := p.Assessment().Check("en", "fr", "de").Err(); err != nil {
			t.Errorf("%s: the body of a Result: %v", name, err)
		}
		r := assessment.SampleResult("lighting", today)
		r.Body = p.Assessment()
		if err := r.Check(today); err != nil {
			t.Errorf("%s: a Result with it: %v", name, err)
		}
		data, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := body.ParseProfile(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(p, again, cmp.Comparer(assessment.Date.Equal)); diff != "" {
			t.Errorf("%s: written and read again (-want +got):\n%s", name, diff)
		}
	}
}

// TestDraftMayBeHalfFilled: whatever is left out, what remains can be kept.
func TestDraftMayBeHalfFilled(t *testing.T) {
	t.Parallel()
	full := whole()
	fields := reflect.TypeFor[body.Profile]()
	for i := range fields.NumField() {
		for _, only := range []bool{false, true} {
			var p body.Profile
			if !only {
				p = full
				reflect.ValueOf(&p).Elem().Field(i).SetZero()
			} else {
				reflect.ValueOf(&p).Elem().Field(i).Set(reflect.ValueOf(full).Field(i))
			}
			name := fields.Field(i).Name
			if err := p.CheckDraft().Err(); err != nil {
				t.Errorf("%s (only it: %v): %v", name, only, err)
			}
			data, err := p.JSON()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := body.ParseProfile(data); err != nil {
				t.Errorf("%s (only it: %v): %v", name, only, err)
			}
			for _, lang := range []string{"en", "fr", "de"} {
				if c := body.Preview(p, false, lang, today); !c.Preview || c.Body == "" {
					t.Errorf("%s: no preview", name)
				}
			}
		}
	}
	empty := body.Profile{
		LegalName: assessment.Text{"fr": ""}, Accreditations: []assessment.Accreditation{{}}, Signatory: body.Signatory{Function: assessment.Text{"de": ""}},
	}
	if err := empty.CheckDraft().Err(); err != nil {
		t.Errorf("a form sent off empty: %v", err)
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	missing := func(p body.Profile, needed bool) []string {
		var out []string
		for _, m := range p.Missing() {
			spoken(t, m.Key, m.Args)
			if m.Needed == needed {
				out = append(out, m.Path)
			}
		}
		return out
	}
	if diff := cmp.Diff([]string{"$.legalName", "$.id", "$.identifier.notation", "$.country", "$.languages", "$.accreditations"}, missing(body.Profile{}, true)); diff != "" {
		t.Errorf("needed by an empty profile (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"$.logo", "$.colours.accent", "$.signatory.name", "$.place", "$.locality", "$.support", "$.mail.sender", "$.mail.replyTo",
	}, missing(body.Profile{}, false)); diff != "" {
		t.Errorf("of help to an empty profile (-want +got):\n%s", diff)
	}
	p := whole()
	p.Accreditations = []assessment.Accreditation{{Type: assessment.ProgramLicense, Title: assessment.Text{"de": "Zulassung"}}}
	p.Signatory.Function = assessment.Text{"de": "Leiterin"}
	if diff := cmp.Diff([]string{
		"$.accreditations[0].title", "$.accreditations[0].title", "$.accreditations[0].agent.legalName", "$.accreditations[0].agent.legalName",
		"$.accreditations[0].agent.legalName", "$.accreditations[0].agent.country",
	}, missing(p, true)); diff != "" {
		t.Errorf("needed by half an accreditation (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"$.signatory.function.en", "$.signatory.function.fr"}, missing(p, false)); diff != "" {
		t.Errorf("of help (-want +got):\n%s", diff)
	}
	if p.CheckDraft().Err() != nil || p.Check().Err() == nil {
		t.Errorf("half an accreditation: draft %v, whole %v", p.CheckDraft(), p.Check())
	}
}

func TestCheckDraftRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(p *body.Profile)
		want   []string
	}{
		"short name":      {func(p *body.Profile) { p.ID = "../secret" }, []string{"$.id result.form.body"}},
		"direction mark":  {func(p *body.Profile) { p.LegalName = assessment.Text{"de": "evil\u202e"} }, []string{"$.legalName.de result.characters"}},
		"language":        {func(p *body.Profile) { p.Languages = []string{"de", "it", "de"} }, []string{"$.languages[1] result.languages", "$.languages[2] result.double"}},
		"identifier":      {func(p *body.Profile) { p.Identifier.Notation = "VATDE 1" }, []string{"$.identifier.notation result.form.legalID"}},
		"country":         {func(p *body.Profile) { p.Country = "de" }, []string{"$.country result.form.country"}},
		"homepage":        {func(p *body.Profile) { p.Homepage = "javascript:alert(1)" }, []string{"$.homepage result.form.url"}},
		"address":         {func(p *body.Profile) { p.Email = "a@b@c" }, []string{"$.email result.form.email"}},
		"answers":         {func(p *body.Profile) { p.Mail.ReplyTo = "a@b.example\r\nBcc: c@d.example" }, []string{"$.mail.replyTo result.characters"}},
		"answers to two":  {func(p *body.Profile) { p.Mail.ReplyTo = "a@b.example,c@d.example" }, []string{"$.mail.replyTo result.form.email"}},
		"sender":          {func(p *body.Profile) { p.Mail.Sender = "Bank <bank@bank.example>" }, []string{"$.mail.sender body.mail.sender"}},
		"sender in lines": {func(p *body.Profile) { p.Mail.Sender = "a\nBcc: b" }, []string{"$.mail.sender result.characters"}},
		"colours": {func(p *body.Profile) { p.Colours = body.Colours{"red", "#12345"} }, []string{
			"$.colours.accent render.colour", "$.colours.second render.colour",
		}},
		"place of the logo": {func(p *body.Profile) { p.LogoPlace = "below" }, []string{"$.logoPlace result.choice"}},
		"logo":              {func(p *body.Profile) { p.Logo = []byte("<svg/>") }, []string{"$.logo result.logo.kind"}},
		"bomb":              {func(p *body.Profile) { p.Logo = bomb() }, []string{"$.logo result.logo.measures"}},
		"signatory":         {func(p *body.Profile) { p.Signatory.Name = " x" }, []string{"$.signatory.name result.blank"}},
		"function": {func(p *body.Profile) {
			p.Signatory.Function = assessment.Text{"de": strings.Repeat("x", 201), "nl": "hoofd"}
		}, []string{"$.signatory.function.de result.long", "$.signatory.function.nl result.languages"}},
		"place":   {func(p *body.Profile) { p.Place = strings.Repeat("x", 101) }, []string{"$.place result.long"}},
		"support": {func(p *body.Profile) { p.Support = "a\x00b" }, []string{"$.support result.characters"}},
		"schema":  {func(p *body.Profile) { p.Schema = "https://example.org/" }, []string{"$.$schema result.schema"}},
		"accreditation": {func(p *body.Profile) { p.Accreditations[0].Type = "papal" }, []string{
			"$.accreditations[0].type result.choice",
		}},
		"period": {func(p *body.Profile) { p.Accreditations[0].Until = p.Accreditations[0].From.AddDays(-1) }, []string{
			"$.accreditations[0].until result.date.period",
		}},
	}
	for name, tt := range tests {
		p := whole()
		tt.change(&p)
		l := p.CheckDraft()
		if diff := cmp.Diff(tt.want, places(l)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for _, f := range l {
			spoken(t, f.Key, f.Args)
		}
		if len(p.Check()) == 0 {
			t.Errorf("%s: it may seal", name)
		}
		_ = body.Preview(p, false, "de", today) // whatever stands there
	}
}

// bomb is the head of a PNG that says it has ten thousand million pixels.
func bomb() []byte {
	head := []byte("IHDR\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x06\x00\x00\x00")
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\r"), head, binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(head)))
}

func TestParseProfileRefuses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "no object": "[]", "null": `null`, "unknown member": `{"id":"a-b","password":"x"}`, "twice": `{"id":"a-b","id":"c-d"}`,
		"other case": `{"ID":"a-b"}`, "number": `{"id":7}`, "text behind": `{}{}`, "no day": `{"accreditations":[{"from":"2026-02-30"}]}`,
		"logo not base64": `{"logo":"%%%"}`, "too big": `{"support":"` + strings.Repeat("x", 1<<20) + `"}`, "short name": `{"id":"A B"}`,
		"inner unknown": `{"mail":{"smtpPassword":"x"}}`,
	} {
		p, err := body.ParseProfile([]byte(text))
		if name == "null" && err == nil { // it says nothing, as {} does
			continue
		}
		if fault.KindOf(err) != fault.Invalid || !reflect.DeepEqual(p, body.Profile{}) {
			t.Errorf("%s: %v", name, err)
		}
		l, _ := err.(fault.List) //nolint:errorlint // nothing wraps it here
		for _, f := range l {
			spoken(t, f.Key, f.Args)
		}
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	p := whole()
	if l := p.Fits(p.Assessment()); len(l) > 0 {
		t.Errorf("itself: %v", l)
	}
	one := p.Assessment()
	one.LegalName = assessment.Text{"en": one.LegalName["de"]}
	if l := p.Fits(one); len(l) > 0 {
		t.Errorf("one of its names: %v", l)
	}
	tests := map[string]struct {
		change func(b *assessment.Body)
		want   string
	}{
		"id":         {func(b *assessment.Body) { b.ID = "other" }, "$.body.id body.fits.id"},
		"name":       {func(b *assessment.Body) { b.LegalName = assessment.Text{"de": "Andere"} }, "$.body.legalName.de body.fits.name"},
		"no name":    {func(b *assessment.Body) { b.LegalName = nil }, "$.body.legalName body.fits.name"},
		"identifier": {func(b *assessment.Body) { b.Identifier.Notation = "VATDE-1" }, "$.body.identifier.notation body.fits.identifier"},
		"register":   {func(b *assessment.Body) { b.Identifier.Country = "AT" }, "$.body.identifier.country body.fits.country"},
		"country":    {func(b *assessment.Body) { b.Country = "AT" }, "$.body.country body.fits.country"},
	}
	for name, tt := range tests {
		b := p.Assessment()
		tt.change(&b)
		l := p.Fits(b)
		if diff := cmp.Diff([]string{tt.want}, places(l)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for _, f := range l {
			spoken(t, f.Key, f.Args)
		}
	}
	// An empty profile is nobody.
	if l := (body.Profile{}).Fits(assessment.Body{}); len(l) == 0 {
		t.Error("an empty profile fits an empty body")
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	p := whole()
	l := p.Look("fr")
	if l.Accent.String() != "#14213d" || l.Second.String() != "#b08d3c" || l.Logo != render.LogoRight || l.Function != "Responsable de la certification" ||
		l.Signatory != p.Signatory.Name || l.Place != "Musterstadt" || l.Footer != "pruefstelle.example  ·  zertifikate@pruefstelle.example" {
		t.Errorf("look: %+v", l)
	}
	p.Support = "Tel. +49 000 000000"
	if got := p.Look("de").Footer; got != p.Support {
		t.Errorf("foot: %q", got)
	}
	if l := (body.Profile{Colours: body.Colours{Accent: "blue"}}).Look("en"); l != (render.Look{}) {
		t.Errorf("an empty profile has a look: %+v", l)
	}
}

// TestSchema holds the schema for editors against profiles that the program
// takes and refuses.
func TestSchema(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../docs/body.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(body.SchemaURI, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(body.SchemaURI)
	if err != nil {
		t.Fatal(err)
	}
	valid := func(p body.Profile) error {
		data, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return s.Validate(v)
	}
	for _, p := range []body.Profile{whole(), unmarked(), {}} {
		if err := valid(p); err != nil {
			t.Error(err)
		}
	}
	bad := whole()
	bad.ID, bad.Colours.Accent = "A", "red"
	if valid(bad) == nil {
		t.Error("the schema takes a colour that is none")
	}
	// Every member is described.
	text := string(data)
	fields := reflect.TypeFor[body.Profile]()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		if !strings.Contains(text, `"`+name+`": {`) {
			t.Errorf("the schema does not know %q", name)
		}
	}
	guide, err := os.ReadFile("../docs/body.md")
	if err != nil {
		t.Fatal(err)
	}
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		if name != "$schema" && !strings.Contains(string(guide), "`"+name+"`") {
			t.Errorf("docs/body.md does not tell of %q", name)
		}
	}
	// The example in the guide is one.
	_, rest, _ := strings.Cut(string(guide), "```json\n")
	example, _, _ := strings.Cut(rest, "```")
	p, err := body.ParseProfile([]byte(example))
	if err != nil {
		t.Fatalf("the example of the guide: %v", err)
	}
	if err := p.Check().Err(); err != nil {
		t.Errorf("the example of the guide: %v", err)
	}
	if err := valid(p); err != nil {
		t.Errorf("the example of the guide: %v", err)
	}
}

func FuzzParseProfile(f *testing.F) {
	data, err := whole().JSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"legalName":{"de":"x"},"languages":["de"]}`))
	f.Add([]byte(`{"accreditations":[{"title":{},"agent":{"legalName":{"en":""}}}],"logo":"iVBORw0KGgo="}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := body.ParseProfile(data)
		if err != nil {
			return
		}
		again, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		q, err := body.ParseProfile(again)
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		twice, err := q.JSON()
		if err != nil || !bytes.Equal(again, twice) {
			t.Fatalf("it changes each time it is written: %v", err)
		}
		if len(p.Check()) == 0 && len(p.Assessment().Check(p.Languages...)) > 0 {
			t.Fatal("a whole profile is no body of a Result")
		}
		if !slices.Contains([]string{"", "left", "right", "above"}, string(p.LogoPlace)) {
			t.Fatal("another place of the logo")
		}
	})
}
