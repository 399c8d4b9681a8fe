package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/web/people"
	"github.com/probatum/probatum/web/session"
)

// allows asks the one table: whether a role may do an act in its own body.
func allows(r access.Role, act access.Act) bool {
	now := time.Now()
	a := access.Actor{Person: "somebody", SignedIn: now, Memberships: []access.Membership{{Body: "body", Role: r}}}
	return a.May(act, "body", now) == nil
}

// TestTI6 asks for every route as everybody: as each role of the own body and of
// another one, as nobody, as a program, and from another site.
func TestTI6(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		w := newTown(t, "", true)
		t.Run("EveryRouteHasARule", w.everyRouteHasARule)
		t.Run("PagesOfAnotherBody", w.pagesOfAnotherBody)
		t.Run("ThingsOfAnotherPerson", w.thingsOfAnotherPerson)
		t.Run("PagesToNobody", w.pagesToNobody)
		t.Run("OtherSites", w.otherSites)
		t.Run("Programs", w.programs)
		t.Run("ThingsNamedInForms", w.thingsNamedInForms)
		t.Run("RolesOfTheOwnBody", w.rolesOfTheOwnBody)
		t.Run("SignInsOfLongAgo", w.signInsOfLongAgo)
		t.Run("TheSameRequestsDoSomethingForTheirOwn", w.sameRequestsDoSomething)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		w := newTown(t, testkit.Postgres(t), true)
		t.Run("PagesOfAnotherBody", w.pagesOfAnotherBody)
		t.Run("ThingsOfAnotherPerson", w.thingsOfAnotherPerson)
		t.Run("Programs", w.programs)
		t.Run("TheSameRequestsDoSomethingForTheirOwn", w.sameRequestsDoSomething)
	})
}

func (w *town) everyRouteHasARule(t *testing.T) {
	routes, err := w.whole.Routes()
	if err != nil {
		t.Fatal(err)
	}
	if len(routes) < 150 {
		t.Errorf("only %d routes: were some lost?", len(routes))
	}
	here, ruled := map[string]bool{}, map[string]bool{}
	for _, r := range routes {
		here[r.Method+" "+r.Pattern] = true
		if r.Program != strings.HasPrefix(r.Pattern, "/api/v1/") {
			t.Errorf("%s %s is on the wrong side", r.Method, r.Pattern)
		}
	}
	for _, r := range rules(t) {
		if ruled[r.String()] {
			t.Errorf("%s stands twice in the table", r)
		}
		ruled[r.String()] = true
		switch {
		case !here[r.String()]:
			t.Errorf("%s stands in the table, and there is no such route", r)
		case r.ofBody() && !slices.Contains(access.Acts(), access.Act(r.who)):
			t.Errorf("%s: %s is no act", r, r.who)
		case r.Program && !r.ofBody() && !slices.Contains(access.MyScopes(), access.Scope(r.who)):
			t.Errorf("%s: %s is no scope", r, r.who)
		case !r.Program && !r.ofBody() && !slices.Contains([]string{open, person, own}, r.who):
			t.Errorf("%s: what is %s?", r, r.who)
		}
	}
	for name := range here {
		if !ruled[name] {
			t.Errorf("%s is a new route: enter in the table who may use it", name)
		}
	}
}

// told is an answer without what is another each time, and without the names of
// what was asked for.
func told(rec *httptest.ResponseRecorder, of ...things) string {
	h := rec.Header()
	number := h.Get("X-Request-Id")
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", rec.Code)
	for _, name := range slices.Sorted(maps.Keys(h)) {
		fmt.Fprintf(&b, "%s: %q\n", name, h[name])
	}
	b.WriteString("\n" + rec.Body.String())
	s := strings.ReplaceAll(b.String(), number, "NUMBER")
	for _, th := range of {
		for _, id := range th.ids() {
			s = strings.ReplaceAll(s, id, "THING")
		}
	}
	return s
}

// apart gives the first line in which two answers differ.
func apart(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d:\n%.300s\n%.300s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d and %d lines", len(a), len(b))
}

// everybody are the people of a body in a fixed order, its candidate last. Under
// the race detector, where each request takes ten times as long, one of each kind
// stands for all: who may do most, some, least and nothing.
func (x *tenant) everybody() (all []*client) {
	roles := access.Roles()
	if testkit.Race {
		roles = []access.Role{access.Administrator, access.Officer, access.Centre, access.Employer}
	}
	for _, r := range roles {
		all = append(all, x.people[r])
	}
	return append(all, x.people[access.Candidate])
}

// unchanged holds a test to having kept nothing, request by request where the
// database tells, and as a whole at its end.
func (w *town) unchanged(t *testing.T) (check func(what string)) {
	t.Helper()
	before, last := w.kept(t), w.version(t)
	t.Cleanup(func() { same(t, "all this", before, w.kept(t)) })
	return func(what string) {
		t.Helper()
		if now := w.version(t); now != last {
			t.Errorf("%s: something was kept", what)
			last = now
		}
	}
}

// crossing holds the log to one line of a refusal across tenants, or to none.
func (w *town) crossing(t *testing.T, what string, r ruling, want bool) {
	t.Helper()
	found := w.lines.take("refused across tenants")
	if !want {
		if len(found) != 0 {
			t.Errorf("%s: the log says %v", what, found)
		}
		return
	}
	if len(found) != 1 || found[0]["route"] != r.Pattern || found[0]["method"] != r.Method || found[0]["request"] == "" {
		t.Errorf("%s: the log says %v, want one line", what, found)
		return
	}
	for _, v := range found[0] {
		if s := fmt.Sprint(v); strings.Contains(s, string(w.b.id)) || strings.Contains(s, "Example") || strings.Contains(s, "@") {
			t.Errorf("%s: the log names somebody: %v", what, found[0])
		}
	}
}

// asked makes the request of a rule about things, as a tenant's own people would
// send it.
func (w *town) asked(t *testing.T, r ruling, x *tenant, th things, forms map[string]filled) request {
	t.Helper()
	q := request{method: r.Method, path: r.at(th) + query[r.String()]}
	if r.unsafe() {
		q.kind, q.body, q.header = w.typed(t, x, r, forms[r.at(x.things)])
	}
	return q
}

func (w *town) pagesOfAnotherBody(t *testing.T) {
	forms, check := w.forms(t, w.b, ""), w.unchanged(t)
	mixed := w.b.things
	mixed.body = w.a.id
	emptied := nothings()
	emptied.body = w.a.id
	for _, r := range rules(t) {
		if r.Program || !r.ofBody() {
			continue
		}
		for _, c := range w.a.everybody() {
			what := c.name + ": " + r.String()
			if !r.unsafe() { // RFC 9110, 9.3.2
				q := w.asked(t, r, w.b, w.b.things, forms)
				q.method = http.MethodHead
				if rec := w.send(c, q); rec.Code != http.StatusNotFound {
					t.Errorf("%s by HEAD: %d, want 404", what, rec.Code)
				}
			}
			w.lines.take("")
			rec := w.send(c, w.asked(t, r, w.b, w.b.things, forms))
			got := told(rec, w.b.things)
			w.crossing(t, what, r, true)
			if rec.Code != http.StatusNotFound {
				t.Errorf("%s of another body: %d, want 404", what, rec.Code)
			}
			if want := told(w.send(c, w.asked(t, r, w.b, nothings(), forms)), nothings()); got != want {
				t.Errorf("%s of another body differs from that of none: %s", what, apart(got, want))
			}
			check(what)
			if len(r.named()) == 0 {
				continue
			}
			// What is another body's, below the own one.
			w.lines.take("")
			rec = w.send(c, w.asked(t, r, w.b, mixed, forms))
			w.crossing(t, what, r, c == w.a.people[access.Candidate]) // of no body at all
			if rec.Code != http.StatusNotFound && rec.Code != http.StatusForbidden {
				t.Errorf("%s, the thing of another body: %d, want 404 or 403", what, rec.Code)
			}
			if got, want := told(rec, mixed), told(w.send(c, w.asked(t, r, w.b, emptied, forms)), emptied); got != want {
				t.Errorf("%s, the thing of another body differs from none: %s", what, apart(got, want))
			}
			check(what)
		}
	}
}

func (w *town) thingsOfAnotherPerson(t *testing.T) {
	forms, check := w.forms(t, w.b, ""), w.unchanged(t)
	candidate := w.a.people[access.Candidate]
	for _, r := range rules(t) {
		if r.Program || r.who != own {
			continue
		}
		differ := func(c *client, what string, foreign, none things) {
			t.Helper()
			rec := w.send(c, w.asked(t, r, w.b, foreign, forms))
			got := told(rec, foreign)
			want := told(w.send(c, w.asked(t, r, w.b, none, forms)), none)
			if rec.Code != http.StatusNotFound || got != want {
				t.Errorf("%s: %s, %s: %d, want 404 as for none: %s", c.name, r, what, rec.Code, apart(got, want))
			}
			check(c.name + ": " + r.String())
		}
		for _, c := range w.a.everybody() {
			differ(c, "all of another person", w.b.things, nothings())
		}
		// One of several names is the own one, the other another's.
		for _, name := range r.named() {
			if len(r.named()) < 2 {
				break
			}
			foreign, none := w.a.things, w.a.things
			switch name {
			case "set":
				foreign.set, none.set = w.b.things.set, nothings().set
			case "release":
				foreign.release, none.release = w.b.things.release, nothings().release
			case "id":
				foreign.held, none.held = w.b.things.held, nothings().held
			case "link":
				foreign.link, none.link = w.b.things.link, nothings().link
			default:
				t.Fatalf("%s names %s", r, name)
			}
			differ(candidate, "the "+name+" of another person", foreign, none)
		}
	}
}

// leadsToSignIn tells whether an answer sends somebody to the page for it.
func leadsToSignIn(rec *httptest.ResponseRecorder) bool {
	to, _, _ := strings.Cut(rec.Header().Get("Location"), "?")
	return rec.Code == http.StatusSeeOther && to == session.SignInPath
}

func (w *town) pagesToNobody(t *testing.T) {
	forms, check := w.forms(t, w.a, ""), w.unchanged(t)
	program := &client{name: "a program", bearer: w.a.program["body"]}
	mine := &client{name: "a program of somebody", bearer: w.a.program["mine"]}
	for _, r := range rules(t) {
		if r.Program || r.who == open {
			continue
		}
		for _, th := range []things{w.a.things, nothings()} {
			q := w.asked(t, r, w.a, th, forms)
			rec := w.send(nobody, q)
			if head := q; !r.unsafe() {
				head.method = http.MethodHead
				if by := w.send(nobody, head); by.Code != rec.Code || by.Header().Get("Location") != rec.Header().Get("Location") {
					t.Errorf("%s to nobody by HEAD: %d", r, by.Code)
				}
			}
			if !leadsToSignIn(rec) {
				t.Errorf("%s to nobody: %d to %q, want the page to sign in", r, rec.Code, rec.Header().Get("Location"))
			}
			if len(rec.Result().Cookies()) != 0 {
				t.Errorf("%s gives nobody a cookie", r)
			}
			// A token opens no page.
			want := told(rec)
			for _, c := range []*client{program, mine} {
				if got := told(w.send(c, q)); got != want {
					t.Errorf("%s to %s differs from that to nobody: %s", r, c.name, apart(got, want))
				}
			}
			check("nobody: " + r.String())
		}
	}
}

func (w *town) otherSites(t *testing.T) {
	forms, check := w.forms(t, w.a, ""), w.unchanged(t)
	for _, r := range rules(t) {
		if r.Program || !r.unsafe() {
			continue
		}
		c := nobody
		if r.who != open || r.Pattern == "/sign-out" {
			c = w.a.rightful(r)
		}
		for _, header := range [][]string{
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
			{"Origin", "http://certificates.example"},
		} {
			q := w.asked(t, r, w.a, w.a.things, forms)
			q.header = append(q.header, header...)
			if rec := w.send(c, q); rec.Code != http.StatusForbidden || len(rec.Result().Cookies()) != 0 {
				t.Errorf("%s from another site (%s): %d, want 403", r, header, rec.Code)
			}
			check("another site: " + r.String())
		}
	}
}

func (w *town) rolesOfTheOwnBody(t *testing.T) {
	forms := w.forms(t, w.a, "")
	for _, r := range rules(t) {
		if r.Program || !r.ofBody() {
			continue
		}
		for _, role := range access.Roles() {
			c, th := w.a.people[role], w.a.things
			what := string(role) + ": " + r.String()
			if allows(role, access.Act(r.who)) {
				if r.unsafe() && len(r.named()) > 0 { // that it does something is seen elsewhere
					th = nothings()
					th.body = w.a.id
				}
				rec := w.send(c, w.asked(t, r, w.a, th, forms))
				switch {
				case !r.unsafe() && rec.Code != http.StatusOK,
					r.unsafe() && len(r.named()) > 0 && rec.Code != http.StatusNotFound,
					rec.Code == http.StatusUnauthorized, rec.Code == http.StatusForbidden, rec.Code >= 500, leadsToSignIn(rec):
					t.Errorf("%s may, and is answered %d to %q: %.200s", what, rec.Code, rec.Header().Get("Location"), rec.Body)
				}
				continue
			}
			last := w.version(t)
			if rec := w.send(c, w.asked(t, r, w.a, th, forms)); rec.Code != http.StatusForbidden {
				t.Errorf("%s may not, and is answered %d, want 403", what, rec.Code)
			}
			if w.version(t) != last {
				t.Errorf("%s may not, and changed something", what)
			}
		}
	}
}

// signInsOfLongAgo holds grave acts to a sign-in of a moment ago. To close a door
// needs none, nor does a preview, which keeps nothing.
func (w *town) signInsOfLongAgo(t *testing.T) {
	forms := w.forms(t, w.a, "/b/")
	w.pass(access.FreshFor + time.Minute)
	for _, r := range rules(t) {
		if r.Program || !r.unsafe() || !r.ofBody() || !access.NeedsFresh(access.Act(r.who)) || strings.HasSuffix(r.Pattern, "/revoke") || strings.HasSuffix(r.Pattern, "/preview") {
			continue
		}
		before := w.kept(t)
		rec := w.send(w.a.rightful(r), w.asked(t, r, w.a, w.a.things, forms))
		// A form with files cannot wait for that: it is shown once more as one that can.
		files := strings.HasSuffix(r.Pattern, "/setup/look") && rec.Code == http.StatusConflict
		if to, _, _ := strings.Cut(rec.Header().Get("Location"), "?"); !files && (rec.Code != http.StatusSeeOther || to != session.ConfirmPath) {
			t.Errorf("%s long after the sign-in: %d to %q, want the page to confirm", r, rec.Code, rec.Header().Get("Location"))
		}
		after := w.kept(t)
		after["sessions"] = before["sessions"] // the form waits there
		same(t, r.String(), before, after)
	}
}

// thingsNamedInForms names what is another's where no address does.
func (w *town) thingsNamedInForms(t *testing.T) {
	check := w.unchanged(t)
	form := func(pairs string) func(th things) (string, string) {
		return func(th things) (string, string) { return formType, w.put(pairs, th) }
	}
	data := func(text string) func(th things) (string, string) {
		return func(th things) (string, string) { return jsonType, w.put(text, th) }
	}
	officer, candidate := w.a.people[access.Officer], w.a.people[access.Candidate]
	body, mine := &client{name: "a program of a body", bearer: w.a.program["body"]}, &client{name: "a program of a person", bearer: w.a.program["mine"]}
	a, waiting := "/b/"+string(w.a.id), string(w.a.things.waiting)
	for _, one := range []struct {
		c            *client
		method, path string
		sent         func(things) (kind, body string)
	}{
		{officer, "POST", a + "/results/" + waiting + "/attach", form("email=&lang=en&evidence=SET")},
		{body, "PUT", "/api/v1/bodies/" + string(w.a.id) + "/results/" + waiting + "/attachment", data(`{"email": "", "lang": "en", "evidence": "SET", "version": ""}`)},
		{body, "POST", "/api/v1/bodies/" + string(w.a.id) + "/credentials", data(`{"result": "WAITING", "version": ""}`)},
		{candidate, "POST", "/me/sets/add", form("unit=lighting&item=ITEM")},
		{mine, "POST", "/api/v1/me/sets", data(`{"unit": "lighting", "items": ["ITEM"]}`)},
		{mine, "POST", "/api/v1/me/links", data(`{"credential": "HELD", "until": ""}`)},
		{mine, "GET", "/api/v1/me/links?credential=HELD", nil},
		{candidate, "POST", "/settings/logins/remove", form("issuer=" + people.DemoLogin + "&subject=candidate-BODY@demo.example")},
		{candidate, "POST", "/settings/passkeys/rename", form("passkey=ITEM&name=Mine")},
		{officer, "GET", a + "/results?before=99999999999999&id=WAITING&show=all", nil},
		{officer, "GET", a + "/credentials?before=99999999999999&id=SEALED", nil},
		{officer, "GET", a + "/mail?before=99999999999999&letter=LETTER", nil},
	} {
		ask := func(th things) (string, int) {
			q := request{method: one.method, path: w.put(one.path, th)}
			if one.sent != nil {
				q.kind, q.body = one.sent(th)
			}
			rec := w.send(one.c, q)
			return told(rec, th), rec.Code
		}
		got, code := ask(w.b.things)
		want, _ := ask(nothings())
		if got != want || one.sent != nil && code < 400 || code >= 500 {
			t.Errorf("%s: %s %s tells what is another's from what is not there: %d, %s", one.c.name, one.method, one.path, code, apart(got, want))
		}
		for _, id := range w.b.things.ids() {
			if strings.Contains(got, id) {
				t.Errorf("%s: %s %s names %s of another body", one.c.name, one.method, one.path, id)
			}
		}
		check(one.c.name + ": " + one.method + " " + one.path)
	}
}

// put puts the names of things into a text.
func (w *town) put(text string, th things) string {
	return strings.NewReplacer("SET", th.set, "ITEM", th.item, "HELD", string(th.held), "WAITING", string(th.waiting),
		"SEALED", string(th.sealed), "LETTER", th.letter, "BODY", string(th.body)).Replace(text)
}
