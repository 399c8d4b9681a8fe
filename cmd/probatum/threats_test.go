package main

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/testkit"
)

// engines are the databases that a town can stand on.
var engines = map[string]func(testing.TB) string{
	"SQLite":     func(testing.TB) string { return "" },
	"PostgreSQL": testkit.Postgres,
}

// TestTO1 measures whether the whole server answers known and unknown addresses in
// the same time.
func TestTO1(t *testing.T) {
	t.Parallel()
	for name, database := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, database(t), false)
			for _, path := range []string{"/sign-up", "/recover"} {
				w.inTheSameTime(t, path)
			}
		})
	}
}

// inTheSameTime asks by turns with the addresses of a candidate, of an officer and
// of nobody, so that what else the machine does meets all of them, and compares
// lower quartiles and medians. A difference that the server makes is there each
// time: it counts where both show it, the same way, five times. Asking twice stands
// for a difference that is there, and must be found.
func (w *town) inTheSameTime(t *testing.T, path string) {
	t.Helper()
	who := []string{"candidate-north-body@demo.example", "officer-north-body@demo.example", "unknown-north-body@demo.example", "unheard-of-body@demo.example"}
	const rounds, nobodys, twice = 31, 2, 3
	ask := func(email string) {
		rec := w.send(nobody, request{method: http.MethodPost, path: path, kind: formType, body: "email=" + url.QueryEscape(email)})
		if rec.Code != http.StatusOK {
			t.Fatalf("%s with %s: %d", path, email, rec.Code)
		}
	}
	const attempts = 5
	slower, faster := make([]int, len(who)), make([]int, len(who))
	for attempt := range attempts {
		times := make([][]time.Duration, len(who))
		for round := range rounds {
			for i := range who {
				i = (i + round) % len(who)
				began := time.Now()
				ask(who[i])
				if i == twice {
					ask(who[i])
				}
				times[i] = append(times[i], time.Since(began))
			}
			w.pass(12 * time.Hour) // a mailbox gets only so many letters
		}
		for i := range times {
			slices.Sort(times[i])
		}
		quarter, half := func(i int) time.Duration { return times[i][rounds/4] }, func(i int) time.Duration { return times[i][rounds/2] }
		t.Logf("%s: a candidate %v, an officer %v, nobody %v, nobody twice %v", path, half(0), half(1), half(nobodys), half(twice))
		for i := range who {
			if above(quarter(i), quarter(nobodys)) && above(half(i), half(nobodys)) {
				slower[i]++
			}
			if above(quarter(nobodys), quarter(i)) && above(half(nobodys), half(i)) {
				faster[i]++
			}
		}
		if now := attempt + 1; slower[0] < now && slower[1] < now && faster[0] < now && faster[1] < now && slower[twice] > 0 {
			return
		}
	}
	if slower[twice] == 0 {
		t.Errorf("%s: asking twice is not told from asking once: nothing can be measured here", path)
		return
	}
	t.Errorf("%s tells known from unknown addresses by its time: of %d times, the candidate was slower %d and faster %d, the officer %d and %d",
		path, attempts, slower[0], faster[0], slower[1], faster[1])
}

// above tells whether a time is more than a third above another.
func above(a, b time.Duration) bool { return a > b+b/3 }

// TestTO2 changes roles by the pages and by the console, and looks for sessions
// that live on, in this process and in another one on the same database.
func TestTO2(t *testing.T) {
	t.Parallel()
	for name, database := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := database(t)
			w := newTown(t, address, false)
			replica, err := openServer(t.Context(), serverConfig{dir: w.dir, origin: townOrigin, database: address, now: w.now, log: w.log})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { replica.close() })
			w.sessionsEnd(t, replica)
		})
	}
}

func (w *town) sessionsEnd(t *testing.T, replica *server) {
	other := w.serving(t, replica)
	x := w.a
	admin, bystander := x.people[access.Administrator], x.people[access.Assessor]
	in := func(c *client) bool {
		t.Helper()
		one := w.send(c, request{method: http.MethodGet, path: "/start"})
		two := w.sendTo(other, c, request{method: http.MethodGet, path: "/start"})
		if one.Code != two.Code || one.Code != http.StatusOK && !leadsToSignIn(one) {
			t.Errorf("%s: %d here, %d in another process", c.name, one.Code, two.Code)
		}
		return one.Code == http.StatusOK
	}
	members, err := w.accounts.Members(t.Context(), w.acting(t, admin), x.id)
	if err != nil {
		t.Fatal(err)
	}
	membership := func(c *client) string {
		return members[slices.IndexFunc(members, func(m access.Member) bool { return m.Person == c.person })].ID
	}
	posted := func(path string, form url.Values) func(*client) error {
		return func(c *client) error {
			path := "/b/" + string(x.id) + "/staff/members/" + membership(c) + path
			if rec := w.send(admin, request{method: http.MethodPost, path: path, kind: formType, body: form.Encode()}); rec.Code != http.StatusSeeOther {
				t.Errorf("POST %s: %d", path, rec.Code)
			}
			return nil
		}
	}
	for what, one := range map[string]struct {
		role   access.Role
		change func(*client) error
	}{
		"changed by a page":    {access.Officer, posted("/role", url.Values{"role": {"assessor"}})},
		"ended by a page":      {access.Mentor, posted("/end", nil)},
		"ended by the console": {access.Centre, func(c *client) error { return w.accounts.Console().End(t.Context(), x.id, membership(c)) }},
		"given by another server": {access.Employer, func(c *client) error {
			return replica.accounts.Console().Add(t.Context(), x.id, emailOf(c), access.Assessor)
		}},
		"ended by another server": {access.Authority, func(c *client) error { return replica.accounts.Console().End(t.Context(), x.id, membership(c)) }},
	} {
		c := x.people[one.role]
		elsewhere := *c
		w.signIn(t, &elsewhere)
		if !in(c) || !in(&elsewhere) || !in(admin) {
			t.Fatalf("a role is to be %s, and somebody is not signed in", what)
		}
		if err := one.change(c); err != nil {
			t.Fatalf("a role is to be %s: %v", what, err)
		}
		if in(c) || in(&elsewhere) {
			t.Errorf("a role was %s, and a session lives on", what)
		}
		if !in(admin) || !in(bystander) {
			t.Errorf("a role was %s, and the session of another ended", what)
		}
		rec := w.send(c, request{method: http.MethodPost, path: "/settings", kind: formType, body: "name=Still+here&lang=en"})
		if p, err := w.db.PersonByID(t.Context(), c.person); !leadsToSignIn(rec) || err != nil || p.Name != c.name {
			t.Errorf("a role was %s, and the old session still does something: %d, %v", what, rec.Code, err)
		}
	}
	// A session of somebody with a role ends by itself.
	w.pass(31 * time.Minute)
	if in(admin) {
		t.Error("a session of an administrator lives after half an hour of rest")
	}
}

// emailOf is the address of somebody who joined.
func emailOf(c *client) string {
	first, _, _ := strings.Cut(c.name, " ")
	return first + "@demo.example"
}
