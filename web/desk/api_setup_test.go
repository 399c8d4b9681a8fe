package desk_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/web/openapi/openapitest"
)

// ask sends a call to the API, held to its description.
func (h *house) ask(api http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

func TestSetUpForPrograms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	api := openapitest.Check(t, h.handler, "setup")
	token := func(scopes ...access.Scope) access.Actor {
		return access.Actor{Token: "t", Body: "nord", Scopes: scopes}
	}
	h.actor = token(access.BodyScopes()...)
	const base = "/api/v1/bodies/nord"
	w := h.ask(api, http.MethodGet, base+"/profile", "")
	tag := w.Header().Get("ETag")
	if w.Code != 200 || tag == "" {
		t.Fatalf("the profile: %d %s", w.Code, w.Body)
	}
	whole, err := sample().JSON()
	if err != nil {
		t.Fatal(err)
	}
	doc := string(whole)
	for name, test := range map[string]struct {
		body string
		with []string
		want int
	}{
		"NoETag":     {doc, nil, 400},
		"OldETag":    {doc, []string{"If-Match", `"0000"`}, 409},
		"Unknown":    {`{"legalName":{"en":"X (DEMO)"},"color":"red"}`, []string{"If-Match", tag}, 400},
		"WrongField": {`{"country":"Germany"}`, []string{"If-Match", tag}, 400},
		"OtherBody":  {`{"id":"sued"}`, []string{"If-Match", tag}, 400},
		"NoJSON":     {`{`, []string{"If-Match", tag}, 400},
	} {
		if w := h.ask(api, http.MethodPut, base+"/profile", test.body, test.with...); w.Code != test.want {
			t.Errorf("%s: %d, want %d: %s", name, w.Code, test.want, w.Body)
		}
	}
	if w := h.ask(api, http.MethodPut, base+"/profile", doc, "If-Match", tag); w.Code != 200 || w.Header().Get("ETag") == tag {
		t.Fatalf("keeping it: %d %s", w.Code, w.Body)
	}
	if w := h.ask(api, http.MethodPut, base+"/profile", doc, "If-Match", tag); w.Code != 409 {
		t.Errorf("keeping it twice on the same state: %d", w.Code)
	}
	var setup struct {
		Ready bool
		Seal  struct{ Standing string }
	}
	w = h.ask(api, http.MethodGet, base+"/setup?lang=fr", "")
	if err := json.Unmarshal(w.Body.Bytes(), &setup); err != nil || setup.Ready || setup.Seal.Standing != "none" {
		t.Errorf("the set-up: %s", w.Body)
	}
	if w := h.ask(api, http.MethodGet, base+"/members", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"ada@example.org"`) {
		t.Errorf("members: %d %s", w.Code, w.Body)
	}
	if _, err := h.store.TryMail(t.Context(), "nord", "cy@example.org", "en"); err != nil {
		t.Fatal(err)
	}
	if w := h.ask(api, http.MethodGet, base+"/letters?state=waiting", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"try"`) {
		t.Errorf("letters: %d %s", w.Code, w.Body)
	}
	if w := h.ask(api, http.MethodGet, base+"/letters?state=lost", ""); w.Code != 400 {
		t.Errorf("letters in a state that is none: %d", w.Code)
	}

	for name, test := range map[string]struct {
		actor                          access.Actor
		profile, put, members, letters int
	}{
		"Nobody":    {access.Actor{}, 401, 401, 401, 401},
		"OtherBody": {access.Actor{Token: "t", Body: "sued", Scopes: access.BodyScopes()}, 404, 404, 404, 404},
		"Person":    {access.Actor{Token: "t", Person: h.ada.Person, Scopes: access.MyScopes()}, 404, 404, 404, 404},
		"Reader":    {token(access.ScopeBody), 200, 403, 403, 403},
		"Staff":     {token(access.ScopeStaff), 403, 403, 200, 403},
		"Mail":      {token(access.ScopeMail), 403, 403, 403, 200},
		"Editor":    {token(access.ScopeBodyEdit), 403, 200, 403, 403},
	} {
		h.actor = test.actor
		got := [4]int{
			h.ask(api, http.MethodGet, base+"/profile", "").Code, h.ask(api, http.MethodPut, base+"/profile", doc, "If-Match", "*").Code,
			h.ask(api, http.MethodGet, base+"/members", "").Code, h.ask(api, http.MethodGet, base+"/letters", "").Code,
		}
		if want := [4]int{test.profile, test.put, test.members, test.letters}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestSetUpIsDescribed(t *testing.T) {
	t.Parallel()
	r := chi.NewRouter()
	newHouse(t).admin.API(r)
	openapitest.Routes(t, r, []string{"setup"})
}
