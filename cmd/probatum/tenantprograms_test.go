package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/probatum/probatum/access"
)

func (w *town) programs(t *testing.T) {
	check := w.unchanged(t)
	body, mine := &client{name: "a program of a body", bearer: w.a.program["body"]}, &client{name: "a program of a person", bearer: w.a.program["mine"]}
	refused := func(c *client, r ruling, q request, status int) *httptest.ResponseRecorder {
		t.Helper()
		rec := w.send(c, q)
		if rec.Code != status || rec.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s %s: %d, want %d: %.300s", c.name, r, q.path, rec.Code, status, rec.Body)
		}
		if (rec.Header().Get("WWW-Authenticate") == "") != (status != http.StatusUnauthorized) {
			t.Errorf("%s: %s: %d with WWW-Authenticate %q", c.name, r, rec.Code, rec.Header().Get("WWW-Authenticate"))
		}
		check(c.name + ": " + r.String())
		return rec
	}
	for _, r := range rules(t) {
		if !r.Program {
			continue
		}
		q := w.asked(t, r, w.a, w.a.things, nil)
		refused(nobody, r, q, http.StatusUnauthorized)
		refused(&client{name: "a wrong token", bearer: access.NewSecret()}, r, q, http.StatusUnauthorized)
		for _, c := range w.a.everybody() { // a cookie opens nothing here
			refused(c, r, q, http.StatusUnauthorized)
		}
		other := w.asked(t, r, w.b, w.b.things, nil)
		none := w.asked(t, r, w.b, nothings(), nil)
		if r.ofBody() {
			scope := scopeFor(t, w, access.Act(r.who))
			refused(&client{name: "a token without " + scope, bearer: w.a.program[scope]}, r, q, http.StatusForbidden)
			refused(mine, r, q, http.StatusNotFound)
			for _, c := range []*client{body, mine} {
				w.lines.take("")
				got := told(refused(c, r, other, http.StatusNotFound), w.b.things)
				w.crossing(t, c.name, r, true)
				if want := told(refused(c, r, none, http.StatusNotFound), nothings()); got != want {
					t.Errorf("%s of another body differs from that of none: %s", r, apart(got, want))
				}
			}
			other.path = strings.Replace(other.path, string(w.b.id), string(w.a.id), 1)
			none.path = strings.Replace(none.path, "other-body", string(w.a.id), 1)
		} else {
			refused(&client{name: "a token without " + r.who, bearer: w.a.program[r.who]}, r, q, http.StatusForbidden)
			refused(body, r, q, http.StatusUnauthorized)
		}
		if len(r.named()) == 0 {
			continue
		}
		c := mine
		if r.ofBody() {
			c = body
		}
		got := told(refused(c, r, other, http.StatusNotFound), w.b.things)
		if want := told(refused(c, r, none, http.StatusNotFound), nothings()); got != want {
			t.Errorf("%s, the thing of another differs from none: %s", r, apart(got, want))
		}
	}
}

// scopeFor is the scope that an act needs: the one without which a token that has
// all others is refused.
func scopeFor(t *testing.T, w *town, act access.Act) string {
	t.Helper()
	for _, s := range access.BodyScopes() {
		a, err := w.accounts.Authenticate(t.Context(), w.a.program[string(s)])
		if err != nil {
			t.Fatal(err)
		}
		if a.May(act, w.a.id, w.now()) != nil {
			return string(s)
		}
	}
	t.Fatalf("no scope for %s", act)
	return ""
}

// sameRequestsDoSomething sends as their own people what was refused before: else
// it would have been refused for nothing.
func (w *town) sameRequestsDoSomething(t *testing.T) {
	// What is refused to its own people, too, and why.
	refused := map[string]int{
		"POST /b/{body}/setup/seal/certificate": http.StatusBadRequest, // an authority would have to certify the request
		"POST /b/{body}/mail/{letter}/again":    http.StatusConflict,   // it waits to be sent
		"POST /me/sets/{set}/delete":            http.StatusConflict,   // it was handed in once more just before
		"DELETE /api/v1/me/sets/{set}":          http.StatusConflict,
	}
	once, forms, group := map[string]bool{}, map[string]filled{}, ""
	for _, r := range rules(t) {
		if !r.unsafe() || !r.ofBody() && !strings.HasPrefix(strings.TrimPrefix(r.Pattern, "/api/v1"), "/me/") {
			continue
		}
		x := w.b
		if r.Program { // what the pages have used up is still there
			x = w.a
		}
		c := x.rightful(r)
		switch {
		case r.Program && r.ofBody():
			c = &client{name: "a program", bearer: x.program["body"]}
		case r.Program:
			c = &client{name: "a program", bearer: x.program["mine"]}
		}
		if !once[c.name] && !r.Program {
			once[c.name] = true
			w.signIn(t, c)
		}
		// A form that was sent may make others of its kind old.
		words := strings.Split(r.Pattern, "/")
		below := strings.Join(words[:min(len(words), map[bool]int{true: 4, false: 3}[r.ofBody()])], "/")
		if now := strings.Join(words[:min(len(words), 5)], "/"); !r.Program && now != group {
			group, forms = now, w.forms(t, x, below)
		}
		last := w.version(t)
		var before map[string]string
		if last == 0 || strings.Contains(r.Pattern, "/seal/") { // PostgreSQL, and what is kept in files
			before = w.kept(t)
		}
		rec := w.send(c, w.asked(t, r, x, x.things, forms))
		if want := refused[r.String()]; want != 0 {
			if rec.Code != want {
				t.Errorf("%s: %d, want %d: %.500s", r, rec.Code, want, rec.Body)
			}
			continue
		}
		if rec.Code >= 400 || leadsToSignIn(rec) {
			t.Errorf("%s by its own people: %d: %s", r, rec.Code, rec.Body)
			continue
		}
		if strings.HasSuffix(r.Pattern, "/preview") || r.String() == "POST /b/{body}/setup/mail" {
			continue // shows, or keeps what is there
		}
		if before == nil && w.version(t) == last || before != nil && maps.Equal(before, w.kept(t)) {
			t.Errorf("%s by its own people changes nothing: %d to %q", r, rec.Code, rec.Header().Get("Location"))
		}
	}
}
