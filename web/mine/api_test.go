package mine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/portfolio"
)

// answered reads an answer that must have a status.
func answered[T any](k *kit, what string, w *httptest.ResponseRecorder, code int) (v T) {
	k.t.Helper()
	k.wantCode(what, w, code)
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		k.t.Errorf("%s: %v", what, err)
	}
	return v
}

type problem struct {
	Code   string
	Errors []struct{ Path, Code, Message string }
}

func (p problem) paths() string {
	var all []string
	for _, e := range p.Errors {
		all = append(all, e.Path)
	}
	return strings.Join(all, " ")
}

type apiItem struct {
	ID, Kind, Title, Day string
	Frozen               bool
	Sets                 []string
	File                 struct {
		Name, MediaType, SHA256 string
		Size                    int64
	}
}

type apiSet struct {
	ID, Root string
	Count    int
	Members  []struct {
		Item, Title string
		Gone        bool
	}
	Releases []struct {
		ID   string
		Open bool
	}
}

func TestAPIEvidence(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{File: 1 << 20, Total: 2 << 20, Items: 10, Sets: 5})
	const items = "/api/v1/me/evidence"
	k.wantCode("nobody", k.get("", items), http.StatusUnauthorized)

	form := artefact()
	form.Set("kind", "artefact")
	form.Del("task")
	p := answered[problem](k, "no task", k.upload("ida", items, form, "a.pdf", pdf), http.StatusBadRequest)
	if p.paths() != "$.task" {
		t.Errorf("no task: %+v", p)
	}
	form = artefact()
	form.Set("kind", "artefact")
	k.wantCode("a page", k.upload("ida", items, form, "a.pdf", "<html>"), http.StatusUnsupportedMediaType)
	k.wantCode("large", k.upload("ida", items, form, "a.pdf", pdf+strings.Repeat("x", 1<<20)), http.StatusRequestEntityTooLarge)
	w := k.upload("ida", items, form, "plot.pdf", pdf)
	i := answered[apiItem](k, "add", w, http.StatusCreated)
	at := items + "/" + i.ID
	if w.Header().Get("Location") != at || i.File.Name != "plot.pdf" || i.File.MediaType != "application/pdf" || i.File.Size != int64(len(pdf)) || i.Day != "2026-10-01" {
		t.Errorf("added: %+v, at %s", i, w.Header().Get("Location"))
	}
	list := answered[struct {
		Items []apiItem
		Room  struct{ Bytes, MaxBytes int64 }
	}](k, "list", k.get("ida", items), http.StatusOK)
	if len(list.Items) != 1 || list.Room.Bytes != int64(len(pdf)) || list.Room.MaxBytes != 2<<20 {
		t.Errorf("list: %+v", list)
	}
	if w := k.get("ida", at+"/file"); w.Code != http.StatusOK || w.Body.String() != pdf {
		t.Errorf("file: %d", w.Code)
	}

	const change = `{"kind":"cv","unit":"sound","title":"CV","shows":"All.","day":"2026-11-01"}`
	if got := answered[apiItem](k, "edit", k.json("ida", http.MethodPut, at, change), http.StatusOK); got.Kind != "cv" || got.Title != "CV" {
		t.Errorf("edited: %+v", got)
	}
	k.wantCode("unknown member", k.json("ida", http.MethodPut, at, `{"kind":"cv","person":"x"}`), http.StatusBadRequest)
	p = answered[problem](k, "edit", k.json("ida", http.MethodPut, at, `{"kind":"cv","unit":"x","title":"","shows":"","day":"2026-02-30"}`), http.StatusBadRequest)
	if p.paths() != "$.unit $.title $.shows $.day" {
		t.Errorf("edit: %+v", p)
	}
	for _, who := range []string{"ben", "officer"} {
		k.wantCode(who, k.get(who, at), http.StatusNotFound)
		k.wantCode(who, k.get(who, at+"/file"), http.StatusNotFound)
		k.wantCode(who, k.json(who, http.MethodPut, at, change), http.StatusNotFound)
		k.wantCode(who, k.json(who, http.MethodDelete, at, ""), http.StatusNotFound)
	}
	k.wantCode("delete", k.json("ida", http.MethodDelete, at, ""), http.StatusNoContent)
	k.wantCode("gone", k.get("ida", at), http.StatusNotFound)
}

func TestAPISets(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	const sets = "/api/v1/me/sets"
	a, b := id(k.added("ida")), id(k.added("ida"))
	s := answered[apiSet](k, "freeze", k.json("ida", http.MethodPost, sets, fmt.Sprintf(`{"unit":"lighting","items":[%q,%q]}`, a, b)), http.StatusCreated)
	at := sets + "/" + s.ID
	if s.Count != 2 || len(s.Members) != 2 || s.Members[0].Item != a || s.Members[1].Item != b {
		t.Errorf("frozen: %+v", s)
	}
	for _, body := range []string{`{"unit":"lighting","items":[]}`, `{"unit":"sound","items":["` + a + `"]}`, `{"unit":"lighting","items":["` + uuid.NewString() + `"]}`} {
		k.wantCode(body, k.json("ida", http.MethodPost, sets, body), http.StatusBadRequest)
	}
	if got := answered[struct{ Sets []apiSet }](k, "sets", k.get("ida", sets), http.StatusOK); len(got.Sets) != 1 || got.Sets[0].Root != s.Root || got.Sets[0].Members != nil {
		t.Errorf("sets: %+v", got)
	}
	root, err := evidence.ParseRoot(s.Root)
	if err != nil {
		t.Fatal(err)
	}
	w := k.get("ida", at+"/proofs/1")
	k.wantCode("proof", w, http.StatusOK)
	if p, err := evidence.ParseProof(w.Body.Bytes()); err != nil || evidence.VerifyFile(root, p, strings.NewReader(pdf)) != nil {
		t.Errorf("proof: %v", err)
	}
	k.wantCode("frozen", k.json("ida", http.MethodPut, "/api/v1/me/evidence/"+a, `{"kind":"cv","unit":"sound","title":"CV","shows":"All.","day":"2026-11-01"}`), http.StatusConflict)

	release := `{"body":"musterstadt","purpose":"Assessment","until":"2027-02-25T00:00:00Z","confirmed":%t}`
	p := answered[problem](k, "not confirmed", k.json("ida", http.MethodPost, at+"/releases", fmt.Sprintf(release, false)), http.StatusBadRequest)
	if p.paths() != "$.confirmed" {
		t.Errorf("not confirmed: %+v", p)
	}
	k.wantCode("another", k.json("ben", http.MethodPost, at+"/releases", fmt.Sprintf(release, true)), http.StatusNotFound)
	r := answered[struct {
		ID   string
		Open bool
	}](k, "hand in", k.json("ida", http.MethodPost, at+"/releases", fmt.Sprintf(release, true)), http.StatusCreated)
	if !r.Open {
		t.Error("the release is not open")
	}
	k.wantCode("twice", k.json("ida", http.MethodPost, at+"/releases", fmt.Sprintf(release, true)), http.StatusConflict)
	k.wantCode("delete", k.json("ida", http.MethodDelete, at, ""), http.StatusConflict)
	k.wantCode("withdraw", k.json("ida", http.MethodDelete, at+"/releases/"+r.ID, ""), http.StatusNoContent)
	k.wantCode("delete", k.json("ida", http.MethodDelete, at, ""), http.StatusNoContent)
	k.wantCode("gone", k.get("ida", at), http.StatusNotFound)
}

func TestAPICredentialsAndLinks(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	const links = "/api/v1/me/links"
	one := id(k.earned("ida"))
	type credential struct {
		ID, State string
		Title     map[string]string
		Files     []struct{ Kind, URL string }
	}
	all := answered[struct{ Credentials []credential }](k, "credentials", k.get("ida", "/api/v1/me/credentials"), http.StatusOK)
	if len(all.Credentials) != 1 || all.Credentials[0].State != "valid" || all.Credentials[0].Title["de"] == "" {
		t.Fatalf("credentials: %+v", all)
	}
	for _, f := range all.Credentials[0].Files {
		w := k.get("ida", f.URL)
		k.wantCode(f.Kind, w, http.StatusOK)
		if w.Body.Len() == 0 || bytes.HasPrefix(w.Body.Bytes(), []byte("<!")) {
			t.Errorf("%s holds %.50s", f.Kind, w.Body)
		}
		k.wantCode("another's "+f.Kind, k.get("ben", f.URL), http.StatusNotFound)
	}
	k.wantCode("one", k.get("ida", "/api/v1/me/credentials/"+one), http.StatusOK)
	k.wantCode("another's", k.get("ben", "/api/v1/me/credentials/"+one), http.StatusNotFound)
	k.wantCode("none", k.get("ida", "/api/v1/me/credentials/"+uuid.NewString()), http.StatusNotFound)

	type link struct {
		ID, URL       string
		Printed, Open bool
	}
	l := answered[link](k, "make", k.json("ida", http.MethodPost, links, `{"credential":"`+one+`","until":"2027-01-01T00:00:00Z"}`), http.StatusCreated)
	if !l.Open || l.Printed || !strings.HasPrefix(l.URL, origin+"/v/") {
		t.Errorf("made: %+v", l)
	}
	for _, until := range []string{"2026-01-01T00:00:00Z", "tomorrow", "2999-01-01T00:00:00Z"} {
		k.wantCode(until, k.json("ida", http.MethodPost, links, `{"credential":"`+one+`","until":"`+until+`"}`), http.StatusBadRequest)
	}
	k.wantCode("another's", k.json("ben", http.MethodPost, links, `{"credential":"`+one+`"}`), http.StatusNotFound)
	got := answered[struct{ Links []link }](k, "links", k.get("ida", links+"?credential="+one), http.StatusOK)
	if len(got.Links) != 2 || !got.Links[0].Printed || got.Links[1].ID != l.ID {
		t.Errorf("links: %+v", got)
	}
	k.wantCode("another's", k.get("ben", links+"?credential="+one), http.StatusNotFound)
	if got := answered[struct{ Links []link }](k, "links", k.get("ben", links), http.StatusOK); len(got.Links) != 0 {
		t.Errorf("ben's links: %+v", got)
	}
	k.wantCode("another's", k.json("ben", http.MethodDelete, links+"/"+one+"/"+l.ID, ""), http.StatusNotFound)
	k.wantCode("close", k.json("ida", http.MethodDelete, links+"/"+one+"/"+l.ID, ""), http.StatusNoContent)
	k.wantCode("off", k.json("ida", http.MethodPut, links+"/"+one+"/printed", `{"on":false}`), http.StatusNoContent)
	k.wantCode("neither", k.json("ida", http.MethodPut, links+"/"+one+"/printed", `{}`), http.StatusBadRequest)
	k.wantCode("another's", k.json("ben", http.MethodPut, links+"/"+one+"/printed", `{"on":true}`), http.StatusNotFound)
	for _, l := range answered[struct{ Links []link }](k, "links", k.get("ida", links), http.StatusOK).Links {
		if l.Open {
			t.Errorf("still open: %+v", l)
		}
	}
}

// A call that is made again under its key is answered as before; an upload has none.
func TestAPIMakesOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	again := func(what, path, body string, code int) {
		t.Helper()
		call := func(who, body string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Idempotency-Key", what)
			return k.do(who, r)
		}
		first, second := call("ida", body), call("ida", body)
		k.wantCode(what, first, code)
		k.wantCode(what+" again", second, code)
		if first.Body.String() != second.Body.String() || second.Header().Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s again: %s", what, second.Body)
		}
		k.wantCode(what+" otherwise", call("ida", body+" "), http.StatusConflict)
		if w := call("ben", body); w.Header().Get("Idempotent-Replayed") != "" || w.Code == code {
			t.Errorf("%s of another: %d", what, w.Code)
		}
	}
	again("freeze", "/api/v1/me/sets", fmt.Sprintf(`{"unit":"lighting","items":[%q]}`, id(k.added("ida"))), http.StatusCreated)
	sets := answered[struct{ Sets []apiSet }](k, "sets", k.get("ida", "/api/v1/me/sets"), http.StatusOK).Sets
	if len(sets) != 1 {
		t.Fatalf("%d sets", len(sets))
	}
	again("hand-in", "/api/v1/me/sets/"+sets[0].ID+"/releases",
		`{"body":"musterstadt","purpose":"Assessment","until":"2027-02-25T00:00:00Z","confirmed":true}`, http.StatusCreated)
	one := id(k.earned("ida"))
	again("link", "/api/v1/me/links", `{"credential":"`+one+`"}`, http.StatusCreated)
	if got := answered[struct{ Links []struct{} }](k, "links", k.get("ida", "/api/v1/me/links?credential="+one), http.StatusOK); len(got.Links) != 2 {
		t.Errorf("%d links", len(got.Links))
	}

	r := httptest.NewRequest(http.MethodPost, "/api/v1/me/evidence", strings.NewReader("--x--"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	r.Header.Set("Idempotency-Key", "file")
	w := k.do("ida", r)
	k.wantCode("an upload", w, http.StatusBadRequest)
	if !strings.Contains(w.Body.String(), "Uploads take no Idempotency-Key") {
		t.Errorf("an upload: %s", w.Body)
	}
}

// TestAPIScopes: a token acts within its scopes, and a body's token has no part here.
func TestAPIScopes(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	at := "/api/v1/me/evidence/" + id(k.added("ida"))
	k.actors["reader"] = access.Actor{Person: k.ida.Person, Token: "t", Scopes: []access.Scope{access.ScopeMine}}
	k.actors["writer"] = access.Actor{Person: k.ida.Person, Token: "t", Scopes: []access.Scope{access.ScopeMineWrite}}
	k.actors["body"] = access.Actor{Token: "t", Body: bodyID, Scopes: access.BodyScopes()}
	k.wantCode("reads", k.get("reader", at), http.StatusOK)
	k.wantCode("reader deletes", k.json("reader", http.MethodDelete, at, ""), http.StatusForbidden)
	k.wantCode("reader adds", k.upload("reader", "/api/v1/me/evidence", artefact(), "a.pdf", pdf), http.StatusForbidden)
	k.wantCode("reader freezes", k.json("reader", http.MethodPost, "/api/v1/me/sets", `{}`), http.StatusForbidden)
	k.wantCode("writer reads", k.get("writer", at), http.StatusForbidden)
	k.wantCode("a body reads", k.get("body", at), http.StatusUnauthorized)
	k.wantCode("a body lists", k.get("body", "/api/v1/me/credentials"), http.StatusUnauthorized)
	k.wantCode("writer deletes", k.json("writer", http.MethodDelete, at, ""), http.StatusNoContent)
}
