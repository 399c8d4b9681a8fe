package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web"
	"github.com/probatum/probatum/web/people"
)

const townOrigin = "https://certificates.example"

// A town is a whole server with two bodies. Each has somebody of every role, and
// one of everything that a body or a candidate can have. Its clock stands still.
type town struct {
	*server
	whole *web.Whole
	clock atomic.Int64
	ticks bool // the clock does not stand still: set before anybody comes
	lines *lines
	raw   *sql.DB // the same database, as a stranger to the server opens it
	a, b  *tenant
	froms atomic.Int64
}

// A tenant is a body, its people, and what they have.
type tenant struct {
	id      access.BodyID
	people  map[access.Role]*client // Candidate: of no body, with a credential of this one
	second  *client                 // an officer that nothing else is tried with
	things  things
	program map[string]string // the secrets of tokens, by what they lack; "" lacks nothing
}

// things are what addresses name, by the names that patterns have for it.
type things struct {
	body                                          access.BodyID
	waiting, spare, sealed, held                  assessment.ResultID
	ticket, member, leaver, token, letter         string
	notice, mine, item, loose, set, release, link string
}

// A client is somebody who sends requests: with a cookie, a token, or neither.
type client struct {
	name   string
	person access.PersonID
	cookie string
	bearer string
}

// nobody has neither.
var nobody = &client{name: "nobody"}

func (w *town) now() time.Time {
	if w.ticks {
		return time.Now().UTC()
	}
	return time.Unix(w.clock.Load(), 0).UTC()
}

func (w *town) pass(d time.Duration) { w.clock.Add(int64(d / time.Second)) }

// lines are what was logged.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer // guarded by mu
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

// take gives the lines with a message since the last time, and forgets all.
func (l *lines) take(message string) (found []map[string]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.buf.String()) {
		var one map[string]any
		if json.Unmarshal([]byte(line), &one) == nil && one["msg"] == message {
			found = append(found, one)
		}
	}
	l.buf.Reset()
	return found
}

// newTown builds the server as serve does. An empty database is an SQLite file.
// Without things there are bodies and people alone.
func newTown(t testing.TB, database string, furnished bool) *town {
	t.Helper()
	w := &town{lines: &lines{}}
	w.clock.Store(time.Now().Unix())
	dir := t.TempDir()
	var err error
	w.server, err = openServer(t.Context(), serverConfig{
		dir: dir, origin: townOrigin, database: database, create: true, now: w.now,
		log: slog.New(slog.NewJSONHandler(w.lines, &slog.HandlerOptions{Level: slog.LevelInfo})),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	driver, source := "pgx", database
	if database == "" {
		driver, source = "sqlite", "file:"+filepath.Join(dir, "probatum.db")+"?mode=ro"
	}
	if w.raw, err = sql.Open(driver, source); err != nil {
		t.Fatal(err)
	}
	w.raw.SetMaxOpenConns(1) // one connection: see version
	t.Cleanup(func() { w.raw.Close() })

	w.a = w.settle(t, "north-body", "Nordhafen")
	w.b = w.settle(t, "south-body", "Südhafen")
	if furnished {
		w.furnish(t, w.a)
		w.furnish(t, w.b)
	}
	w.whole = w.serving(t, w.server)
	for _, x := range []*tenant{w.a, w.b} {
		w.signIn(t, x.second)
		for _, c := range x.people {
			w.signIn(t, c)
		}
	}
	w.lines.take("")
	return w
}

// serving gives the handler of a server, where everybody signs in by one click.
func (w *town) serving(t testing.TB, s *server) *web.Whole {
	t.Helper()
	var known []people.DemoPerson
	for _, x := range []*tenant{w.a, w.b} {
		known = append(known, people.DemoPerson{ID: x.second.person, Name: x.second.name, Role: access.Officer})
		for r, c := range x.people {
			known = append(known, people.DemoPerson{ID: c.person, Name: c.name, Role: r})
		}
	}
	handler, err := s.pages(sitePages{people: known})
	if err != nil {
		t.Fatal(err)
	}
	return handler.(*web.Whole)
}

// settle makes a body with its people.
func (w *town) settle(t testing.TB, id access.BodyID, place string) *tenant {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	x := &tenant{id: id, people: map[access.Role]*client{}, program: map[string]string{}}
	name := "Prüfstelle " + place + " (DEMO)"
	must(w.db.MakeBody(ctx, access.NewBody{ID: id, Name: name}))
	sample := assessment.SampleResult("lighting", w.now()).Body
	sample.ID, sample.LegalName = string(id), assessment.Text{"en": name, "fr": name, "de": name}
	sample.Identifier.Notation = "VATDE-" + map[bool]string{true: "111111111", false: "222222222"}[id < "o"]
	profile := demoProfile(sample)
	profile.Languages = []string{"en"}
	more := profile.Accreditations[0]
	more.ID, more.Title = "", assessment.Text{"en": "One more (DEMO)"}
	profile.Accreditations = append(profile.Accreditations, more)
	must(w.db.KeepProfile(ctx, id, profile, ""))
	seals, err := body.KeysIn(w.dir, string(id), w.now)
	must(err)
	_, err = seals.NewTrialSeal(profile)
	must(err)
	_, err = seals.NewRequest(profile, "ES256")
	must(err)
	for _, r := range access.Roles() {
		x.people[r] = w.join(t, x, string(r), r)
	}
	x.people[access.Candidate] = w.join(t, x, "candidate", access.Candidate)
	x.second = w.join(t, x, "second", access.Officer)
	return x
}

// join makes an account, for all roles but Candidate with that role in a body.
func (w *town) join(t testing.TB, x *tenant, first string, r access.Role) *client {
	t.Helper()
	c := &client{name: first + "-" + string(x.id) + " Example"}
	p := demoPerson{name: c.name, lang: "en", role: r}
	if r != access.Candidate {
		p.body = x.id
	}
	var err error
	if c.person, err = (&demo{server: w.server}).person(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return c
}

// furnish gives a body and its candidate one of everything.
func (w *town) furnish(t testing.TB, x *tenant) {
	t.Helper()
	ctx, id := t.Context(), x.id
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	member, leaver := w.join(t, x, "member", access.Mentor), w.join(t, x, "leaver", access.Mentor)
	officer, admin, candidate := w.acting(t, x.people[access.Officer]), w.acting(t, x.people[access.Administrator]), w.acting(t, x.people[access.Candidate])

	th := &x.things
	th.body = id
	w.evidence(t, th, candidate)
	bring := func() award.Award {
		data, err := w.desk.Example(ctx, officer, id)
		must(err)
		kept, _, err := w.desk.Import(ctx, officer, id, data)
		must(err)
		return kept
	}
	seal := func(email string) assessment.ResultID {
		kept := bring()
		kept, err := w.desk.Attach(ctx, officer, id, kept.ID, kept.Version, award.Attachment{Email: email, Lang: "en"})
		must(err)
		_, err = w.desk.Seal(ctx, officer, id, kept.ID, kept.Version)
		must(err)
		return kept.ID
	}
	th.waiting, th.spare = bring().ID, bring().ID
	th.sealed = seal("")
	th.held = seal("candidate-" + string(id) + "@demo.example")
	letters, err := w.db.Letters(ctx, mail.Filter{Body: string(id), Kind: mail.Award, Limit: 1})
	must(err)
	th.letter = string(letters[0].ID)
	_, err = w.desk.Claim(ctx, candidate, w.links.Secret(access.Claim, access.TicketID(letters[0].Ticket)))
	must(err)
	link, err := w.desk.NewLink(ctx, candidate, th.held, time.Time{}, "")
	must(err)
	th.link = link.ID

	must(w.accounts.Invite(ctx, admin, id, "guest-"+string(id)+"@demo.example", access.Assessor, "en"))
	open, err := w.accounts.Invitations(ctx, admin, id)
	must(err)
	th.ticket = string(open[0].ID)
	members, err := w.accounts.Members(ctx, admin, id)
	must(err)
	is := func(c *client) func(access.Member) bool {
		return func(m access.Member) bool { return m.Person == c.person }
	}
	th.member, th.leaver = members[slices.IndexFunc(members, is(member))].ID, members[slices.IndexFunc(members, is(leaver))].ID
	w.tokens(t, x, candidate)
	m := access.NewMembership(candidate.Person, id, access.Mentor, access.Console, w.now()) // to be told something
	must(w.db.AddMember(ctx, m))
	must(w.db.EndMembership(ctx, id, m.ID, access.Console))
	notices, err := w.db.Notices(ctx, candidate.Person)
	must(err)
	th.notice = string(notices[0].ID)
}

// evidence gives a candidate an item that is frozen in a set, handed in, and one
// that is not.
func (w *town) evidence(t testing.TB, th *things, candidate access.Actor) {
	t.Helper()
	ctx, unit := t.Context(), "lighting"
	var ids []portfolio.ItemID
	for _, name := range []string{"frozen", "loose"} {
		file, err := w.portfolio.Receive(ctx, candidate, name+".txt", strings.NewReader("DEMO "+name+" of "+string(th.body)+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		i, err := w.portfolio.Add(ctx, candidate, portfolio.Texts{
			Kind: portfolio.Logbook, Unit: unit, Title: "DEMO " + name, Shows: "An invented day of work.", Day: w.now().AddDate(0, 0, -9),
		}, file)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, i.ID)
	}
	th.item, th.loose = string(ids[0]), string(ids[1])
	set, err := w.portfolio.Freeze(ctx, candidate, unit, ids[:1])
	if err != nil {
		t.Fatal(err)
	}
	release, err := w.portfolio.HandIn(ctx, candidate, set.ID, th.body, "To be assessed (DEMO).", w.now().AddDate(0, 1, 0), true)
	if err != nil {
		t.Fatal(err)
	}
	th.set, th.release = string(set.ID), string(release.ID)
}

// tokens makes tokens of a body and of its candidate: with all scopes, and for each
// scope one that lacks it.
func (w *town) tokens(t testing.TB, x *tenant, candidate access.Actor) {
	t.Helper()
	for _, of := range []struct {
		name   string
		scopes []access.Scope
		id     *string
		make   func(access.NewToken) (access.Token, string, error)
	}{
		{"body", access.BodyScopes(), &x.things.token, func(n access.NewToken) (access.Token, string, error) {
			return w.accounts.Console().CreateToken(t.Context(), x.id, n) // nobody may all of this
		}},
		{"mine", access.MyScopes(), &x.things.mine, func(n access.NewToken) (access.Token, string, error) {
			return w.accounts.CreateToken(t.Context(), candidate, "", n)
		}},
	} {
		for i := -1; i < len(of.scopes); i++ {
			lacks, scopes := "", slices.Clone(of.scopes)
			if i >= 0 {
				lacks, scopes = string(of.scopes[i]), slices.Delete(scopes, i, i+1)
			}
			made, secret, err := of.make(access.NewToken{Name: of.name + " " + lacks, Scopes: scopes, Expires: w.now().AddDate(0, 1, 0)})
			if err != nil {
				t.Fatal(err)
			}
			if lacks == "" {
				*of.id, lacks = string(made.ID), of.name
			}
			x.program[lacks] = secret
			// The first use is kept: it is not to be taken for a change later.
			if _, err := w.accounts.Authenticate(t.Context(), secret); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// acting gives a client as who acts, having signed in just now.
func (w *town) acting(t testing.TB, c *client) access.Actor {
	t.Helper()
	p, err := w.db.PersonByID(t.Context(), c.person)
	if err != nil {
		t.Fatal(err)
	}
	actor, _, err := w.accounts.Session(t.Context(), p.ID, p.Epoch, w.now())
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// signIn gives a client a session of its own.
func (w *town) signIn(t testing.TB, c *client) {
	t.Helper()
	c.cookie = ""
	rec := w.send(c, request{method: http.MethodPost, path: "/sign-in/demo", kind: formType, body: "person=" + string(c.person)})
	for _, k := range rec.Result().Cookies() {
		if k.Name == "__Host-probatum" {
			c.cookie = k.Name + "=" + k.Value
		}
	}
	if c.cookie == "" {
		t.Fatalf("%s cannot sign in: %d", c.name, rec.Code)
	}
}

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// A request is one that is sent.
type request struct {
	method, path string
	kind, body   string
	header       []string // pairs
}

// send sends a request, each from an address of its own: limits are not what is
// tried here.
func (w *town) send(c *client, q request) *httptest.ResponseRecorder {
	return w.sendTo(w.whole, c, q)
}

// sendTo sends a request to a handler that may be another's.
func (w *town) sendTo(h http.Handler, c *client, q request) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), q.method, townOrigin+q.path, strings.NewReader(q.body))
	n := w.froms.Add(1)
	r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", n>>16&255, n>>8&255, n&255)
	if q.kind != "" {
		r.Header.Set("Content-Type", q.kind)
	}
	if c.cookie != "" {
		r.Header.Set("Cookie", c.cookie)
	}
	if c.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	for i := 0; i+1 < len(q.header); i += 2 {
		r.Header.Set(q.header[i], q.header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}
