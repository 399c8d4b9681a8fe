package main

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/web"
	"github.com/probatum/probatum/web/page/pagetest"
)

// query is what an address needs beside its path to show something.
var query = map[string]string{
	"GET /b/{body}/setup/recognition/remove": "?entry=0",
	"GET /me/sets/add":                       "?unit=lighting",
}

// A filled is a form as its page gives it, or what a program sends.
type filled struct {
	values url.Values
	files  bool
}

// aFile finds the pages that are none.
var aFile = regexp.MustCompile(`preview|/file|example|/proofs/|\.pem`)

// forms are what is sent to the unsafe routes of a tenant below a path: the forms that its own
// pages show to its own people, filled in where they come empty.
func (w *town) forms(t testing.TB, x *tenant, below string) map[string]filled {
	t.Helper()
	found := map[string]filled{}
	for _, r := range rules(t) {
		if r.unsafe() || r.Program || r.who == open || !strings.HasPrefix(r.Pattern, below) || !r.ofBody() && !strings.HasPrefix(r.Pattern, "/me") && r.Pattern != "/settings/tokens" && r.Pattern != "/notices" {
			continue
		}
		if c := x.rightful(r); c != nobody && !aFile.MatchString(r.Pattern) {
			rec := w.send(c, request{method: r.Method, path: r.at(x.things) + query[r.String()]})
			if rec.Code != http.StatusOK || !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
				continue
			}
			for _, f := range pagetest.Parse(t, rec).All("form") {
				path, _, _ := strings.Cut(f.Attr("action"), "?")
				if f.Attr("method") == "post" {
					found[path] = filled{values: valuesOf(f), files: f.Attr("enctype") == "multipart/form-data"}
				}
			}
		}
	}
	return found
}

func valuesOf(f pagetest.Node) url.Values {
	v := url.Values{}
	for _, in := range f.All("input") {
		_, ticked := in.Lookup("checked")
		switch in.Attr("type") {
		case "file":
		case "checkbox", "radio":
			if ticked {
				v.Add(in.Attr("name"), in.Attr("value"))
			}
		default:
			v.Add(in.Attr("name"), in.Attr("value"))
		}
	}
	for _, a := range f.All("textarea") {
		v.Add(a.Attr("name"), strings.TrimPrefix(a.Text(), "\n"))
	}
	for _, s := range f.All("select") {
		for _, o := range s.All("option") {
			if _, chosen := o.Lookup("selected"); chosen {
				v.Add(s.Attr("name"), o.Attr("value"))
			}
		}
	}
	for _, b := range f.All("button") {
		if b.Attr("name") != "" && b.Attr("name") != "do" && v.Get(b.Attr("name")) == "" {
			v.Add(b.Attr("name"), b.Attr("value"))
		}
	}
	return v
}

// rightful is who may use a route of a tenant.
func (x *tenant) rightful(r ruling) *client {
	if !r.ofBody() {
		return x.people[access.Candidate]
	}
	for _, role := range []access.Role{access.Administrator, access.Officer} {
		if allows(role, access.Act(r.who)) {
			return x.people[role]
		}
	}
	return nobody
}

// typed is what people type into forms that come empty, and what programs send.
func (w *town) typed(t testing.TB, x *tenant, r ruling, f filled) (kind, body string, header []string) {
	t.Helper()
	if r.Program {
		kind, body, header = w.program(t, x, r)
		return kind, body, header
	}
	v := url.Values{}
	for name, all := range f.values {
		v[name] = all
	}
	set := func(pairs ...string) {
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	files := map[string][2]string{}
	switch r.String() {
	case "POST /b/{body}/staff":
		set("email", "fresh@demo.example", "role", "assessor", "lang", "en")
	case "POST /b/{body}/staff/members/{member}/role":
		set("role", "officer")
	case "POST /b/{body}/tokens", "POST /settings/tokens":
		set("name", "DEMO", "expires", w.now().AddDate(0, 1, 0).Format("2006-01-02"))
		v["scopes"] = []string{"body:read"}
		if r.Pattern == "/settings/tokens" {
			v["scopes"], v["scope"], v["days"] = []string{"me:read"}, []string{"me:read"}, []string{"30"}
		}
	case "POST /b/{body}/results":
		f.files, files["file"] = true, [2]string{"result.json", w.example(t, x)}
	case "POST /b/{body}/results/{result}/attach":
		set("email", "told@demo.example", "lang", "en")
	case "POST /b/{body}/credentials/{result}/send":
		set("email", "told@demo.example", "lang", "en")
	case "POST /b/{body}/credentials/{result}/{change:revoke|suspend|reinstate}":
		set("reason", "under-review", "note", "DEMO")
	case "POST /b/{body}/setup/seal/certificate":
		f.files, files["chain"] = true, [2]string{"chain.pem", "no certificate"}
	case "POST /me/evidence/add/{kind}":
		f.files, files["file"] = true, [2]string{"diary.txt", "DEMO diary\n"}
		set("unit", "lighting", "title", "DEMO", "shows", "A day.", "day", w.now().AddDate(0, 0, -3).Format("2006-01-02"))
	case "POST /me/evidence/{item}/edit":
		set("title", "DEMO changed", "unit", "lighting")
	case "POST /me/sets/add":
		set("unit", "lighting")
		v["item"] = []string{x.things.item}
	case "POST /me/sets/{set}/hand-in":
		set("body", string(x.id), "purpose", "Again (DEMO).", "until", w.now().AddDate(0, 1, 0).Format("2006-01-02"), "confirmed", "on")
	case "POST /me/credentials/{id}/links":
		set("until", w.now().AddDate(0, 1, 0).Format("2006-01-02"))
	case "POST /settings/delete":
		set("sure", "on", "email", "")
	}
	if !f.files {
		return formType, v.Encode(), nil
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, all := range v {
		for _, value := range all {
			_ = m.WriteField(name, value)
		}
	}
	for name, file := range files {
		part, _ := m.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="` + name + `"; filename="` + file[0] + `"`}, "Content-Type": {"application/octet-stream"},
		})
		_, _ = part.Write([]byte(file[1]))
	}
	_ = m.Close()
	return m.FormDataContentType(), b.String(), nil
}

// program is what a program sends to a route.
func (w *town) program(t testing.TB, x *tenant, r ruling) (kind, body string, header []string) {
	t.Helper()
	day := w.now().AddDate(0, 1, 0)
	write := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	version := func(id assessment.ResultID) string {
		aw, err := w.desk.Award(t.Context(), w.acting(t, x.people[access.Officer]), x.id, id)
		if err != nil {
			t.Fatal(err)
		}
		return aw.Version
	}
	switch r.String() {
	case "POST /api/v1/me/evidence":
		kind, body, _ = w.typed(t, x, ruling{Route: web.Route{Method: http.MethodPost, Pattern: "/me/evidence/add/{kind}"}}, filled{values: url.Values{"kind": {"logbook"}}})
		return kind, body, nil
	case "PUT /api/v1/me/evidence/{item}":
		body = write(map[string]any{"kind": "logbook", "unit": "lighting", "title": "DEMO again", "shows": "A day.", "day": w.now().AddDate(0, 0, -3).Format("2006-01-02")})
	case "POST /api/v1/me/sets":
		body = write(map[string]any{"unit": "lighting", "items": []string{x.things.item}})
	case "POST /api/v1/me/sets/{set}/releases":
		body = write(map[string]any{"body": x.id, "purpose": "Again (DEMO).", "until": day, "confirmed": true})
	case "POST /api/v1/me/links":
		body = write(map[string]any{"credential": x.things.held, "until": day})
	case "PUT /api/v1/me/links/{id}/printed":
		body = `{"on": false}`
	case "PUT /api/v1/bodies/{body}/profile":
		p, _, err := w.db.BodyVersion(t.Context(), x.id)
		if err != nil {
			t.Fatal(err)
		}
		p.Place = "Elsewhere"
		data, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		body, header = string(data), []string{"If-Match", "*"}
	case "POST /api/v1/bodies/{body}/results":
		body = w.example(t, x)
	case "PUT /api/v1/bodies/{body}/results/{result}/attachment":
		body = write(map[string]any{"email": "told@demo.example", "lang": "en", "evidence": "", "version": version(x.things.waiting)})
	case "POST /api/v1/bodies/{body}/credentials":
		body = write(map[string]any{"result": x.things.waiting, "version": version(x.things.waiting)})
	case "POST /api/v1/bodies/{body}/credentials/{result}/letters":
		body = `{"email": "told@demo.example", "lang": "en"}`
	case "POST /api/v1/bodies/{body}/credentials/{result}/status":
		body = `{"state": "suspended", "reason": "under-review", "note": "DEMO"}`
	default:
		return "", "", nil
	}
	return jsonType, body, header
}

// example gives the file of a result that a body may import.
func (w *town) example(t testing.TB, x *tenant) string {
	t.Helper()
	data, err := w.desk.Example(t.Context(), w.acting(t, x.second), x.id)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
