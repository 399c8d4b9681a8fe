package mine_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	_ "modernc.org/sqlite"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/jobs"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/web/mine"
	"github.com/probatum/probatum/web/openapi/openapitest"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/page/pagetest"
)

const (
	origin = "https://certificates.example"
	bodyID = access.BodyID("musterstadt")
	pdf    = "%PDF-1.7\nnot much of a document"
)

var start = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// A kit is the pages over a real database, with one body that seals, and people.
type kit struct {
	t         *testing.T
	store     *store.Store
	portfolio *portfolio.Portfolio
	desk      *award.Desk
	links     access.LinkKey
	database  string
	handler   http.Handler
	pages     *mine.Pages
	log       *bytes.Buffer

	ida, ben, officer access.Actor

	mu     sync.Mutex
	actors map[string]access.Actor
	clock  time.Time
}

func newKit(t *testing.T, limits portfolio.Limits) *kit {
	t.Helper()
	k := &kit{t: t, links: access.LinkKey{1, 2, 3}, database: filepath.Join(t.TempDir(), "probatum.db"), actors: map[string]access.Actor{}, clock: start, log: &bytes.Buffer{}}
	queue, err := jobs.New()
	if err != nil {
		t.Fatal(err)
	}
	if k.store, err = store.Open(t.Context(), k.database, store.Options{Create: true, Now: k.now, Jobs: queue}); err != nil {
		t.Fatal(err)
	}
	blobs, err := store.OpenBlobs(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close(); k.store.Close() })
	units := mine.UnitsOf(assessment.Standards())
	k.portfolio = portfolio.New(portfolio.Config{
		Store: k.store, Blobs: blobs, Spool: t.TempDir(), Limits: limits, Now: k.now,
		Unit: func(_ context.Context, id string) (bool, error) {
			for _, u := range units {
				if u.ID == id {
					return true, nil
				}
			}
			return false, nil
		},
		Body: func(_ context.Context, id access.BodyID) (bool, error) { return id == bodyID, nil },
	})
	k.makeBody()
	k.ida, k.ben, k.officer = k.person("Ida Exemplaire"), k.person("Ben Muster"), k.person("Olga Officer")
	k.officer.Memberships = []access.Membership{{ID: uuid.NewString(), Person: k.officer.Person, Body: bodyID, Role: access.Officer, From: start}}
	k.actors["officer"] = k.officer
	k.serve()
	return k
}

func (k *kit) now() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.clock
}

func (k *kit) later(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.clock = k.clock.Add(d)
}

// makeBody makes the invented body of the samples, with a trial seal.
func (k *kit) makeBody() {
	k.t.Helper()
	dir := k.t.TempDir()
	b := assessment.SampleResult("lighting", start).Body
	profile := body.Profile{
		ID: b.ID, LegalName: b.LegalName, Identifier: b.Identifier, Address: b.Address, Locality: b.Locality, Country: b.Country,
		Homepage: b.Homepage, Email: b.Email, Logo: b.Logo, Accreditations: b.Accreditations, Languages: []string{"de", "en", "fr"},
		Colours:   body.Colours{Accent: "#14213d"},
		Signatory: body.Signatory{Name: "Dr. Aylin Becker-Roth", Function: assessment.Text{"en": "Head", "fr": "Directrice", "de": "Leiterin"}},
		Place:     "Musterstadt",
	}
	if err := k.store.MakeBody(k.t.Context(), access.NewBody{ID: bodyID, Name: profile.Name("")}); err != nil {
		k.t.Fatal(err)
	}
	if err := k.store.KeepProfile(k.t.Context(), bodyID, profile, ""); err != nil {
		k.t.Fatal(err)
	}
	keys, err := body.KeysIn(dir, string(bodyID), k.now)
	if err != nil {
		k.t.Fatal(err)
	}
	if _, err := keys.NewTrialSeal(profile); err != nil {
		k.t.Fatal(err)
	}
	k.desk, err = award.New(award.Config{
		Store: k.store, Issuers: award.Seals{Profiles: k.store, Store: k.store, Data: dir, PublicURL: origin, Now: k.now},
		Links: k.links, PublicURL: origin, Now: k.now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) raw(query string, args ...any) *sql.DB {
	k.t.Helper()
	db, err := sql.Open("sqlite", "file:"+k.database+"?_pragma=busy_timeout(5000)")
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() { db.Close() })
	if query != "" {
		if _, err := db.Exec(query, args...); err != nil {
			k.t.Fatalf("%s: %v", query, err)
		}
	}
	return db
}

// person makes an account, which signs in by its first name.
func (k *kit) person(name string) access.Actor {
	k.t.Helper()
	a := access.Actor{Person: access.NewPersonID(), Name: name, SignedIn: k.now()}
	k.raw(`insert into people (id, email, name, lang, settings, epoch, created_at) values ($1, $2, $3, 'en', '{}', 1, $4)`,
		string(a.Person), strings.ToLower(strings.ReplaceAll(name, " ", "."))+"@example.org", name, k.now().UnixMilli())
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	k.actors[first] = a
	return a
}

// serve mounts the pages. Who sends a request stands in a header of the tests.
func (k *kit) serve() {
	k.t.Helper()
	p, err := mine.New(mine.Config{
		Page: page.Config{
			PublicURL: origin, Log: slog.New(slog.NewTextHandler(k.log, nil)), App: true, Policy: page.Policy{Script: true, Referrer: "same-origin"},
			SignIn: func(w http.ResponseWriter, r *http.Request) { page.SeeOther(w, r, "/sign-in") },
		},
		Actor:     func(r *http.Request) access.Actor { return k.actors[r.Header.Get("X-Test-Person")] },
		Portfolio: k.portfolio, Credentials: k.desk, Units: mine.UnitsOf(assessment.Standards()), Bodies: k.store.Bodies, Calls: k.store, Now: k.now,
	})
	if err != nil {
		k.t.Fatal(err)
	}
	k.pages = p
	r := chi.NewRouter()
	r.Use(p.Site().Use()...)
	sameSite, err := p.Site().SameSite()
	if err != nil {
		k.t.Fatal(err)
	}
	r.Use(sameSite)
	r.NotFound(p.Site().NotFound)
	r.MethodNotAllowed(p.Site().MethodNotAllowed)
	p.Routes(r)
	p.API(r)
	openapitest.Routes(k.t, r, []string{"self-evidence", "self-credentials"}, "/me*", "/claim*")
	k.handler = openapitest.Check(k.t, r, "self-evidence", "self-credentials")
}

func (k *kit) do(who string, r *http.Request) *httptest.ResponseRecorder {
	k.t.Helper()
	r.Header.Set("X-Test-Person", who)
	w := httptest.NewRecorder()
	k.handler.ServeHTTP(w, r)
	if w.Code >= 500 {
		k.t.Errorf("%s %s: %d %.300s\n%s", r.Method, r.URL, w.Code, w.Body, k.log)
	}
	return w
}

func (k *kit) get(who, path string) *httptest.ResponseRecorder {
	k.t.Helper()
	return k.do(who, httptest.NewRequest(http.MethodGet, path, nil))
}

// page gets a page that must be there.
func (k *kit) page(who, path string) pagetest.Node {
	k.t.Helper()
	w := k.get(who, path)
	if w.Code != http.StatusOK {
		k.t.Fatalf("GET %s: %d %.300s", path, w.Code, w.Body)
	}
	return pagetest.Parse(k.t, w)
}

func (k *kit) post(who, path string, form url.Values) *httptest.ResponseRecorder {
	k.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return k.do(who, r)
}

// upload sends a form with a file, as a browser does.
func (k *kit) upload(who, path string, form url.Values, name, content string) *httptest.ResponseRecorder {
	k.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for key := range form {
		if err := m.WriteField(key, form.Get(key)); err != nil {
			k.t.Fatal(err)
		}
	}
	f, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(f, content)
	}
	if err != nil {
		k.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		k.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return k.do(who, r)
}

func (k *kit) json(who, method, path, body string) *httptest.ResponseRecorder {
	k.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return k.do(who, r)
}

// next checks that something was done, and gives where the reader is led.
func next(t *testing.T, w *httptest.ResponseRecorder, start string) string {
	t.Helper()
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(to, start) {
		t.Fatalf("answered %d to %q, want 303 to %s…: %.2000s", w.Code, to, start, w.Body)
	}
	path, _, _ := strings.Cut(to, "?")
	return path
}

func artefact() url.Values {
	return url.Values{
		"unit": {"lighting"}, "title": {"Light plot"}, "shows": {"How I plan\r\na rig."}, "task": {"Plan a play."}, "own": {"on"}, "day": {"2026-10-01"},
	}
}

// added adds an item and gives its page.
func (k *kit) added(who string) string {
	k.t.Helper()
	return next(k.t, k.upload(who, "/me/evidence/add/artefact", artefact(), "plot.pdf", pdf), "/me/evidence/")
}

func id(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// frozen adds items and freezes them, and gives the page of the set.
func (k *kit) frozen(who string, n int) string {
	k.t.Helper()
	form := url.Values{"unit": {"lighting"}}
	for range n {
		form.Add("item", id(k.added(who)))
	}
	return next(k.t, k.post(who, "/me/sets/add", form), "/me/sets/")
}

// sealed seals a credential, with an address that its letter goes to.
func (k *kit) sealed() award.Award {
	k.t.Helper()
	r := assessment.SampleResult("lighting", k.now())
	r.ID = assessment.ResultID(uuid.NewString())
	data, err := r.JSON()
	if err != nil {
		k.t.Fatal(err)
	}
	ctx := k.t.Context()
	a, _, err := k.desk.Import(ctx, k.officer, bodyID, data)
	if err != nil {
		k.t.Fatal(err)
	}
	if a, err = k.desk.Attach(ctx, k.officer, bodyID, a.ID, "", award.Attachment{Email: "ida@example.org", Lang: "de"}); err != nil {
		k.t.Fatal(err)
	}
	if a, err = k.desk.Seal(ctx, k.officer, bodyID, a.ID, a.Version); err != nil {
		k.t.Fatal(err)
	}
	return a
}

// secret gives the secret in the last claim letter.
func (k *kit) secret() string {
	k.t.Helper()
	var ticket access.TicketID
	if err := k.raw("").QueryRow(`select ticket from letters where kind = 'award' order by created_at desc, id`).Scan(&ticket); err != nil {
		k.t.Fatal(err)
	}
	return k.links.Secret(access.Claim, ticket)
}

// earned puts a credential into an account, and gives its page.
func (k *kit) earned(who string) string {
	k.t.Helper()
	k.sealed()
	return next(k.t, k.post(who, "/claim/"+k.secret(), nil), "/me/credentials/")
}

func wantText(t *testing.T, what, got string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("%s lacks %q: %.1500s", what, part, got)
		}
	}
}

func (k *kit) wantCode(what string, w *httptest.ResponseRecorder, code int) {
	k.t.Helper()
	if w.Code != code {
		k.t.Errorf("%s: %d, want %d: %.500s", what, w.Code, code, w.Body)
	}
}

func each(list []pagetest.Node, attr string) string {
	var all []string
	for _, n := range list {
		all = append(all, n.Attr(attr))
	}
	return fmt.Sprint(all)
}

// readStatus gives the status of the answer on a connection.
func readStatus(conn net.Conn) (int, error) {
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return 0, err
	}
	var status int
	_, err = fmt.Sscanf(line, "HTTP/1.1 %d", &status)
	return status, err
}
