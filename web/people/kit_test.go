package people_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/go-chi/chi/v5"
	_ "modernc.org/sqlite"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/access/signin"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/people"
	"github.com/probatum/probatum/web/session"
)

const origin = "https://probatum.demo.example"

// nowhere takes jobs and forgets them: the letters are what the tests look at.
type nowhere struct{}

func (nowhere) Enqueue(context.Context, store.Tx, string, []byte) error { return nil }

// A town is the pages over a real database, and a clock that the test sets.
type town struct {
	t        *testing.T
	store    *store.Store
	accounts *access.Accounts
	raw      *sql.DB
	handler  http.Handler
	log      *bytes.Buffer
	at       atomic.Int64
}

func (w *town) now() time.Time       { return time.UnixMilli(w.at.Load()).UTC() }
func (w *town) pass(d time.Duration) { w.at.Add(d.Milliseconds()) }

func newTown(t *testing.T, change ...func(*people.Config)) *town {
	t.Helper()
	return newTownAt(t, origin, change...)
}

func newTownAt(t *testing.T, origin string, change ...func(*people.Config)) *town {
	t.Helper()
	w := &town{t: t, log: &bytes.Buffer{}}
	w.at.Store(time.Now().UnixMilli())
	path := filepath.Join(t.TempDir(), "probatum.db")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	w.store, err = store.Open(t.Context(), path, store.Options{Create: true, Now: w.now, Jobs: nowhere{}})
	must(err)
	w.raw, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	must(err)
	t.Cleanup(func() { w.raw.Close(); w.store.Close() })
	must(w.store.MakeBody(t.Context(), access.NewBody{ID: "demo-body", Name: "DEMO Body"}))
	w.accounts = &access.Accounts{Store: w.store, Links: access.LinkKey{4, 5, 6}, Now: w.now}
	keys, err := signin.NewPasskeys(origin, "DEMO Probatum", w.store, w.now)
	must(err)

	log := slog.New(slog.NewTextHandler(w.log, nil))
	ground := page.Config{PublicURL: origin, App: true, Log: log, Policy: page.Policy{Script: true, Referrer: "same-origin"}}
	site, err := page.New(ground)
	must(err)
	sessions, err := session.New(session.Config{Accounts: w.accounts, Store: w.store.Sessions(), PublicURL: origin, Now: w.now, Refuse: site.Refuse})
	must(err)
	ground.SignIn = sessions.Ask
	ground.Frame = func(r *http.Request) *page.Frame {
		if c := session.Of(r); c.Actor.Known() {
			return &page.Frame{Person: c.Person.Name, Account: "/settings", SignOut: "/sign-out", Warning: people.Warning(r)}
		}
		return nil
	}
	cfg := people.Config{
		Page: ground, Accounts: w.accounts, Sessions: sessions, Passkeys: keys, Now: w.now,
		BodyName: func(ctx context.Context, id access.BodyID, _ string) string {
			b, err := w.store.Body(ctx, id)
			if err != nil {
				t.Errorf("name of %s: %v", id, err)
			}
			return b.Name
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	pages, err := people.New(cfg)
	must(err)
	sameSite, err := site.SameSite()
	must(err)
	r := chi.NewRouter()
	r.Use(site.Use()...)
	r.Use(sameSite, sessions.Use)
	r.NotFound(site.NotFound)
	pages.Routes(r)
	r.Get("/static/{name}", site.Page(site.Static))
	w.handler = r
	return w
}

// A browser keeps cookies, comes from one address, and may hold a passkey.
type browser struct {
	w       *town
	cookies map[string]string
	address string
	lang    string
	header  http.Header
	device  *device
}

func (w *town) browser() *browser {
	return &browser{w: w, cookies: map[string]string{}, address: "203.0.113.7:4711", lang: "en"}
}

func (b *browser) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, origin+path, body)
	r.RemoteAddr = b.address
	r.Header.Set("Accept-Language", b.lang)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range b.header {
		r.Header[name] = values
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	rec := httptest.NewRecorder()
	b.w.handler.ServeHTTP(rec, r)
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c.Value
	}
	return rec
}

func (b *browser) get(path string) *httptest.ResponseRecorder { return b.do(http.MethodGet, path, nil) }
func (b *browser) post(path string, form url.Values) *httptest.ResponseRecorder {
	if form == nil {
		form = url.Values{}
	}
	return b.do(http.MethodPost, path, form)
}

func (b *browser) session() string { return b.cookies["__Host-probatum"] }

// page gives a page that is there.
func (b *browser) page(path string) pagetest.Node {
	b.w.t.Helper()
	w := b.get(path)
	if w.Code != http.StatusOK {
		b.w.t.Fatalf("GET %s: %d %s", path, w.Code, w.Header().Get("Location"))
	}
	return pagetest.Parse(b.w.t, w)
}

// leads checks that an answer leads to a page.
func leads(t *testing.T, what string, w *httptest.ResponseRecorder, to string) {
	t.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		t.Errorf("%s: %d to %q, want to %q; %s", what, w.Code, w.Header().Get("Location"), to, text(w))
	}
}

// held checks that a form is held until its sender has confirmed, and gives the
// page that shows it.
func held(t *testing.T, what string, w *httptest.ResponseRecorder) string {
	t.Helper()
	u, err := url.Parse(w.Header().Get("Location"))
	next := u.Query().Get("next")
	if err != nil || w.Code != http.StatusSeeOther || u.Path != "/confirm" || !strings.HasPrefix(next, "/confirm/go-on?form=") {
		t.Errorf("%s: %d to %q; %s", what, w.Code, w.Header().Get("Location"), text(w))
	}
	return next
}

func text(w *httptest.ResponseRecorder) string {
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		return w.Body.String()
	}
	_, after, _ := strings.Cut(w.Body.String(), "<main")
	return after[:min(len(after), 1500)]
}

// A device is somebody's with one passkey.
type device struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	key  virtualwebauthn.Credential
}

func newDevice() *device {
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	for len(key.Key.AttestationData()) != 77 { // it leaves out zeros at the beginning of a coordinate
		key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return &device{
		rp:   virtualwebauthn.RelyingParty{Name: "DEMO", ID: "probatum.demo.example", Origin: origin},
		auth: virtualwebauthn.NewAuthenticator(), key: key,
	}
}

// make makes a passkey on a new device, with what the form of a path says.
func (b *browser) make(path string, form url.Values) *httptest.ResponseRecorder {
	b.w.t.Helper()
	begun := b.post(path+"/begin", form)
	if begun.Code != http.StatusOK {
		return begun
	}
	o, err := virtualwebauthn.ParseAttestationOptions(begun.Body.String())
	if err != nil {
		b.w.t.Fatal(err)
	}
	b.device = newDevice()
	b.device.auth.Options.UserHandle = []byte(o.UserID)
	form.Set("answer", virtualwebauthn.CreateAttestationResponse(b.device.rp, b.device.auth, b.device.key, *o))
	return b.post(path, form)
}

// show shows the passkey of the device.
func (b *browser) show(path string, form url.Values) *httptest.ResponseRecorder {
	b.w.t.Helper()
	begun := b.post(path+"/begin", form)
	if begun.Code != http.StatusOK {
		return begun
	}
	if form == nil {
		form = url.Values{}
	}
	o, err := virtualwebauthn.ParseAssertionOptions(begun.Body.String())
	if err != nil {
		b.w.t.Fatal(err)
	}
	form.Set("answer", virtualwebauthn.CreateAssertionResponse(b.device.rp, b.device.auth, b.device.key, *o))
	return b.post(path, form)
}

// link gives the secret of the last link of a purpose that an address was sent.
func (w *town) link(to string, p access.Purpose) string {
	w.t.Helper()
	var id string
	err := w.raw.QueryRow(`select ticket from letters where address = $1 and purpose = $2 order by created_at desc, rowid desc limit 1`, to, string(p)).Scan(&id)
	if err != nil {
		w.t.Fatalf("link to %s for %s: %v", p, to, err)
	}
	return w.accounts.Links.Secret(p, access.TicketID(id))
}

// join makes an account on the pages, with a passkey, and gives its browser.
func (w *town) join(email string) (*browser, access.Person) {
	w.t.Helper()
	b := w.browser()
	if rec := b.post("/sign-up", url.Values{"email": {email}}); rec.Code != http.StatusOK {
		w.t.Fatalf("sign-up: %d %s", rec.Code, text(rec))
	}
	path := "/sign-up/" + w.link(email, access.Register)
	b.page(path)
	rec := b.make(path+"/passkey", url.Values{"name": {"DEMO " + email}})
	leads(w.t, "sign-up", rec, "/start")
	w.pass(time.Second)
	return b, w.person(email)
}

func (w *town) person(email string) access.Person {
	w.t.Helper()
	p, err := w.store.PersonByEmail(w.t.Context(), email)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// member is join with a role, and a sign-in after it.
func (w *town) member(email string, r access.Role) (*browser, access.Person) {
	w.t.Helper()
	b, p := w.join(email)
	w.role(p, r)
	leads(w.t, "sign-in", b.show("/sign-in/passkey", nil), "/start")
	return b, w.person(email)
}

func (w *town) role(p access.Person, r access.Role) {
	w.t.Helper()
	if err := w.store.AddMember(w.t.Context(), access.NewMembership(p.ID, "demo-body", r, access.Console, w.now())); err != nil {
		w.t.Fatal(err)
	}
}

// problem reads problem details.
func problem(t *testing.T, w *httptest.ResponseRecorder) (status int, detail string) {
	t.Helper()
	var p struct {
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return p.Status, p.Detail
}
