package desk_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/web/desk"
	"github.com/probatum/probatum/web/openapi/openapitest"
)

const apiBase = "/api/v1/bodies/musterstadt"

// token acts for the body with scopes.
func token(scopes ...access.Scope) access.Actor {
	return access.Actor{Token: access.TokenID(uuid.NewString()), Body: "musterstadt", Scopes: scopes}
}

// checked holds what the server answers to its description.
func (b *bureau) checked(t *testing.T) {
	t.Helper()
	b.server.Config.Handler = openapitest.Check(t, b.server.Config.Handler, "awards")
}

func (b *bureau) call(t *testing.T, method, path string, v any, header ...string) (answer, map[string]any) {
	t.Helper()
	text, isText := v.(string)
	kind := "application/json"
	if !isText && v != nil {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		text = string(data)
	}
	if v == nil {
		kind = ""
	}
	a := b.do(t, method, path, kind, strings.NewReader(text), header...)
	var m map[string]any
	if strings.HasSuffix(a.kind, "json") && !strings.HasPrefix(a.kind, "application/jose") {
		if err := json.Unmarshal([]byte(a.text), &m); err != nil {
			t.Errorf("%s %s: %v\n%s", method, path, err, a.text)
		}
	}
	return a, m
}

type object = map[string]any

func TestAPIFromImportToRevocation(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.checked(t)
	b.actor = token(access.BodyScopes()...)
	file := b.result(t)
	a, r := b.call(t, http.MethodPost, apiBase+"/results", file)
	want(t, "importing", a, http.StatusCreated)
	id, _ := r["id"].(string)
	if a.to != apiBase+"/results/"+id || r["state"] != "waiting" {
		t.Errorf("imported at %q: %v", a.to, r["state"])
	}
	a, _ = b.call(t, http.MethodPost, apiBase+"/results", file)
	want(t, "importing again", a, http.StatusOK)
	a, _ = b.call(t, http.MethodPost, apiBase+"/results", strings.Replace(file, `"Jana"`, `"Jane"`, 1))
	want(t, "importing another of that id", a, http.StatusConflict)
	a, p := b.call(t, http.MethodPost, apiBase+"/results", b.result(t, func(r *assessment.Result) { r.Assessors = r.Assessors[:1] }))
	want(t, "importing a bad one", a, http.StatusBadRequest)
	if errs, _ := p["errors"].([]any); len(errs) == 0 || errs[0].(object)["path"] == "" {
		t.Errorf("no faults: %v", p)
	}
	for _, wrong := range []string{"{", `{"email":"a@example.org","more":1}`, `{"email":"not an address"}`} {
		a, _ = b.call(t, http.MethodPut, apiBase+"/results/"+id+"/attachment", wrong)
		want(t, wrong, a, http.StatusBadRequest)
	}
	a, r = b.call(t, http.MethodPut, apiBase+"/results/"+id+"/attachment", object{"email": "jana@example.org", "lang": "de"})
	want(t, "the address", a, http.StatusOK)
	if r["email"] != "jana@example.org" {
		t.Errorf("the address is %v", r["email"])
	}
	a, _ = b.call(t, http.MethodGet, apiBase+"/results/"+id, nil)
	want(t, "reading", a, http.StatusOK)
	a, _ = b.call(t, http.MethodGet, apiBase+"/results/"+id+"/preview/de", nil)
	want(t, "the preview", a, http.StatusOK)
	a, _ = b.call(t, http.MethodGet, apiBase+"/credentials/"+id, nil)
	want(t, "what is not sealed", a, http.StatusNotFound)

	a, _ = b.call(t, http.MethodPost, apiBase+"/credentials", object{"result": id, "version": strings.Repeat("0", 64)})
	want(t, "sealing another version", a, http.StatusConflict)
	a, c := b.call(t, http.MethodPost, apiBase+"/credentials", object{"result": id, "version": r["version"]})
	want(t, "sealing", a, http.StatusCreated)
	if c["status"] != "valid" || !strings.HasPrefix(c["link"].(string), origin+"/v/") || a.to != apiBase+"/credentials/"+id {
		t.Errorf("sealed at %q: %v", a.to, c)
	}
	for _, f := range c["files"].([]any) {
		f := f.(object)
		a, _ := b.call(t, http.MethodGet, f["href"].(string), nil)
		if a.status != http.StatusOK || a.kind != f["mediaType"] {
			t.Errorf("%v: %d, %s", f["name"], a.status, a.kind)
		}
	}
	a, _ = b.call(t, http.MethodDelete, apiBase+"/results/"+id, nil)
	want(t, "discarding what is sealed", a, http.StatusConflict)
	a, _ = b.call(t, http.MethodPost, apiBase+"/credentials/"+id+"/letters", object{"email": "other@example.org"})
	want(t, "the letter again", a, http.StatusAccepted)
	for _, change := range []object{{"state": "suspended", "reason": "under-review"}, {"state": "valid", "reason": "cleared"}, {"state": "revoked", "reason": "withdrawn", "note": "why"}} {
		a, c = b.call(t, http.MethodPost, apiBase+"/credentials/"+id+"/status", change)
		want(t, "a change", a, http.StatusOK)
		if c["status"] != change["state"] {
			t.Errorf("changed to %v: %v", change["state"], c["status"])
		}
	}
	a, _ = b.call(t, http.MethodPost, apiBase+"/credentials/"+id+"/status", object{"state": "revoked", "reason": "cleared"})
	want(t, "a wrong reason", a, http.StatusBadRequest)
	a, _ = b.call(t, http.MethodPost, apiBase+"/credentials/"+id+"/status", object{"state": "gone", "reason": "cleared"})
	want(t, "a wrong state", a, http.StatusBadRequest)

	if err := os.RemoveAll(filepath.Join(b.dir, "keys")); err != nil {
		t.Fatal(err)
	}
	a, _ = b.call(t, http.MethodPost, apiBase+"/credentials/"+id+"/status", object{"state": "revoked", "reason": "withdrawn"})
	want(t, "a change that cannot be published", a, http.StatusServiceUnavailable)

	a, l := b.call(t, http.MethodGet, apiBase+"/credentials?status=revoked", nil)
	want(t, "the list", a, http.StatusOK)
	if n := len(l["items"].([]any)); n != 1 {
		t.Errorf("%d are revoked", n)
	}
	a, _ = b.call(t, http.MethodGet, apiBase+"/results?state=waiting", nil)
	want(t, "the list", a, http.StatusOK)
	a, _ = b.call(t, http.MethodGet, apiBase+"/results?state=none", nil)
	want(t, "a wrong state", a, http.StatusBadRequest)
	a, _ = b.call(t, http.MethodGet, apiBase+"/results?before=x", nil)
	want(t, "a wrong place", a, http.StatusBadRequest)
}

func TestAPIScopes(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.checked(t)
	b.actor = token(access.BodyScopes()...)
	_, r := b.call(t, http.MethodPost, apiBase+"/results", b.result(t))
	id, _ := r["id"].(string)
	calls := []struct {
		method, path string
		body         any
		scope        access.Scope
	}{
		{http.MethodGet, "/results", nil, access.ScopeResults},
		{http.MethodGet, "/results/" + id, nil, access.ScopeResults},
		{http.MethodGet, "/results/" + id + "/preview/en", nil, access.ScopeResults},
		{http.MethodPut, "/results/" + id + "/attachment", object{"email": ""}, access.ScopeImport},
		{http.MethodPost, "/results", r["result"], access.ScopeImport},
		{http.MethodPost, "/credentials", object{"result": id}, access.ScopeSeal},
		{http.MethodGet, "/credentials", nil, access.ScopeRead},
		{http.MethodGet, "/credentials/" + id, nil, access.ScopeRead},
		{http.MethodGet, "/credentials/" + id + "/files/edc", nil, access.ScopeRead},
		{http.MethodPost, "/credentials/" + id + "/letters", object{"email": "a@example.org"}, access.ScopeSeal},
		{http.MethodPost, "/credentials/" + id + "/status", object{"state": "revoked", "reason": "withdrawn"}, access.ScopeRevoke},
	}
	for _, c := range calls {
		var others []access.Scope
		for _, s := range access.BodyScopes() {
			if s != c.scope {
				others = append(others, s)
			}
		}
		b.actor = token(others...)
		if a, _ := b.call(t, c.method, apiBase+c.path, c.body); a.status != http.StatusForbidden {
			t.Errorf("%s %s without its scope: %d", c.method, c.path, a.status)
		}
		b.actor = token(c.scope)
		b.actor.Body = "elsewhere"
		if a, _ := b.call(t, c.method, apiBase+c.path, c.body); a.status != http.StatusNotFound {
			t.Errorf("%s %s by a token of another body: %d", c.method, c.path, a.status)
		}
		b.actor = access.Actor{}
		if a, _ := b.call(t, c.method, apiBase+c.path, c.body); a.status != http.StatusUnauthorized {
			t.Errorf("%s %s by nobody: %d", c.method, c.path, a.status)
		}
		b.actor = token(c.scope)
		if a, _ := b.call(t, c.method, apiBase+c.path, c.body); a.status >= 300 {
			t.Errorf("%s %s with its scope alone: %d %s", c.method, c.path, a.status, a.text)
		}
	}
}

func TestAPIMakesOnce(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.checked(t)
	b.actor = token(access.BodyScopes()...)
	file, key := b.result(t), uuid.NewString()
	first, _ := b.call(t, http.MethodPost, apiBase+"/results", file, "Idempotency-Key", key)
	again, _ := b.call(t, http.MethodPost, apiBase+"/results", file, "Idempotency-Key", key)
	if first.status != http.StatusCreated || again.status != first.status || again.text != first.text || again.to != first.to {
		t.Errorf("first %d, again %d", first.status, again.status)
	}
	a, _ := b.call(t, http.MethodPost, apiBase+"/results", b.result(t), "Idempotency-Key", key)
	want(t, "another body under the key", a, http.StatusConflict)
	a, _ = b.call(t, http.MethodPost, apiBase+"/results", file, "Idempotency-Key", strings.Repeat("x", 201))
	want(t, "a long key", a, http.StatusBadRequest)
	other := b.actor
	other.Token = access.TokenID(uuid.NewString())
	mine := b.actor
	b.actor = other
	a, _ = b.call(t, http.MethodPost, apiBase+"/results", b.result(t), "Idempotency-Key", key)
	want(t, "the key of another token", a, http.StatusCreated)
	b.actor = mine
	// What was refused may be made again.
	bad := b.result(t, func(r *assessment.Result) { r.Assessors = r.Assessors[:1] })
	for range 2 {
		a, _ = b.call(t, http.MethodPost, apiBase+"/results", bad, "Idempotency-Key", "bad")
		want(t, "a bad one", a, http.StatusBadRequest)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	codes := map[int]int{}
	fresh := b.result(t)
	for range 6 {
		wg.Go(func() {
			a, _ := b.call(t, http.MethodPost, apiBase+"/results", fresh, "Idempotency-Key", "many")
			mu.Lock()
			defer mu.Unlock()
			codes[a.status]++
		})
	}
	wg.Wait()
	if codes[http.StatusCreated] == 0 || codes[http.StatusCreated]+codes[http.StatusConflict] != 6 {
		t.Errorf("answers %v", codes)
	}
	_, l := b.call(t, http.MethodGet, apiBase+"/results", nil)
	if n := len(l["items"].([]any)); n != 3 {
		t.Errorf("%d results", n)
	}
}

func TestAPIRoutesAreDescribed(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	r := chi.NewRouter()
	desk.NewAwards(desk.AwardsConfig{Site: b.site, Desk: b.desk, Actor: func(*http.Request) access.Actor { return b.actor }, Now: time.Now}).API(r)
	openapitest.Routes(t, r, []string{"awards"})
}
