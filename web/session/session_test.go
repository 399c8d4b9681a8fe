package session_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

// nowhere takes jobs and forgets them.
type nowhere struct{}

func (nowhere) Enqueue(context.Context, store.Tx, string, []byte) error { return nil }

// A site is a server with sessions, two people, and a clock that the test sets.
type site struct {
	*httptest.Server
	store          *store.Store
	accounts       *access.Accounts
	sessions       *session.Manager
	ada, candidate access.Person
	at             atomic.Int64
}

func (s *site) now() time.Time       { return time.UnixMilli(s.at.Load()).UTC() }
func (s *site) pass(d time.Duration) { s.at.Add(d.Milliseconds()) }

func newSite(t *testing.T, secure bool) *site {
	t.Helper()
	s := &site{}
	s.at.Store(time.Now().UnixMilli())
	var err error
	s.store, err = store.Open(t.Context(), filepath.Join(t.TempDir(), "probatum.db"), store.Options{Create: true, Now: s.now, Jobs: nowhere{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	s.accounts = &access.Accounts{Store: s.store, Now: s.now}
	join := func(id string) access.Person {
		secret, _, err := s.accounts.SetUpLink(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.accounts.SignUp(t.Context(), access.SetUp, secret, access.NewAccount{
			Name: "DEMO " + id, Email: id + "@demo.example", Lang: "fr", Settings: access.Settings{LargeText: true}, Body: access.NewBody{ID: access.BodyID(id), Name: "DEMO"},
			Login: access.Login{Passkey: &access.Passkey{ID: id, Name: "x", Credential: "{}"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	s.ada, s.candidate = join("ada"), join("candidate")
	if err := s.store.AddMember(t.Context(), access.NewMembership(s.ada.ID, "candidate", access.Administrator, access.Console, s.now())); err != nil {
		t.Fatal(err)
	}
	_, members, err := s.store.Acting(t.Context(), s.candidate.ID, s.now())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		if err := s.store.EndMembership(t.Context(), "candidate", m.ID, access.Console); err != nil {
			t.Fatal(err)
		}
	}

	var handler http.Handler
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) })
	if secure {
		s.Server = httptest.NewTLSServer(serve)
	} else {
		s.Server = httptest.NewServer(serve)
	}
	t.Cleanup(s.Close)
	refuse := func(w http.ResponseWriter, _ *http.Request, err error) {
		t.Errorf("refused: %v", err)
		w.WriteHeader(http.StatusInternalServerError)
	}
	s.sessions, err = session.New(session.Config{Accounts: s.accounts, Store: s.store.Sessions(), PublicURL: s.URL, Now: s.now, Refuse: refuse})
	if err != nil {
		t.Fatal(err)
	}
	do := func(f func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := f(w, r); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/who", func(w http.ResponseWriter, r *http.Request) {
		c := session.Of(r)
		_, _ = io.WriteString(w, strings.Join([]string{c.Person.Email, page.RequestOf(r).Loc.Lang(), map[bool]string{true: "rested"}[c.Rested]}, " "))
	})
	mux.HandleFunc("POST /in/{id}", do(func(_ http.ResponseWriter, r *http.Request) error {
		p, err := s.store.PersonByEmail(r.Context(), r.PathValue("id")+"@demo.example")
		if err != nil {
			return err
		}
		shown := s.now()
		switch r.FormValue("shown") {
		case "long ago":
			shown = shown.Add(-access.FreshFor - time.Second)
		case "never":
			shown = time.Time{}
		}
		return s.sessions.SignIn(r, p, shown)
	}))
	mux.HandleFunc("POST /out", do(func(_ http.ResponseWriter, r *http.Request) error { return s.sessions.SignOut(r) }))
	mux.HandleFunc("POST /confirmed", do(func(_ http.ResponseWriter, r *http.Request) error { return s.sessions.Confirmed(r) }))
	mux.HandleFunc("POST /keep", do(func(_ http.ResponseWriter, r *http.Request) error { s.sessions.Keep(r, "x", "y"); return nil }))
	mux.HandleFunc("POST /take", do(func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, s.sessions.Take(r, "x"))
		return err
	}))
	mux.Handle("GET /form", s.sessions.Need(s.sessions.Fresh(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "form") }))))
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(io.LimitReader(r.Body, 10)) // half of it is read
		if a := session.ActorOf(r); a.Fresh(s.now()) {
			rest, _ := io.ReadAll(r.Body)
			_, _ = io.WriteString(w, "done "+string(b)+string(rest))
			return
		}
		s.sessions.Ask(w, r)
	})
	mux.HandleFunc("GET /confirm/go-on", do(func(w http.ResponseWriter, r *http.Request) error {
		f, err := s.sessions.Held(r)
		if err != nil {
			_, _ = io.WriteString(w, "none")
			return nil //nolint:nilerr // said
		}
		_, err = io.WriteString(w, f.Path+" "+f.Fields[0].Name+"="+f.Fields[0].Value)
		return err
	}))
	handler = page.WithRequest(s.sessions.Use(mux))
	return s
}

// A browser has cookies of its own and follows nothing.
type browser struct {
	*http.Client
	t    *testing.T
	base string
}

func (s *site) browser(t *testing.T) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Client()
	return browser{&http.Client{Transport: c.Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, t, s.URL}
}

func (b browser) get(path string) (string, *http.Response) {
	b.t.Helper()
	return b.answer(b.Get(b.base + path))
}

func (b browser) post(path string, form url.Values) (string, *http.Response) {
	b.t.Helper()
	return b.answer(b.PostForm(b.base+path, form))
}

func (b browser) answer(resp *http.Response, err error) (string, *http.Response) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(body), resp
}

func (b browser) cookie() string {
	b.t.Helper()
	u, err := url.Parse(b.base)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		if strings.HasSuffix(c.Name, "probatum") {
			return c.Value
		}
	}
	return ""
}

func TestCookie(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{true, false} {
		s := newSite(t, secure)
		b := s.browser(t)
		if _, resp := b.get("/who"); len(resp.Cookies()) != 0 {
			t.Errorf("a look sets %v", resp.Cookies())
		}
		_, resp := b.post("/in/ada", nil)
		if len(resp.Cookies()) != 1 {
			t.Fatalf("cookies %v", resp.Cookies())
		}
		c := resp.Cookies()[0]
		name := map[bool]string{true: "__Host-probatum", false: "probatum"}[secure]
		if c.Name != name || !c.HttpOnly || c.Secure != secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 || len(c.Value) < 40 {
			t.Errorf("cookie %+v", c)
		}
		if got, resp := b.get("/who"); got != "ada@demo.example fr " || resp.Header.Get("Vary") == "" {
			t.Errorf("who = %q, %v", got, resp.Header)
		}
	}
}

func TestSessionIDIsNew(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	b := s.browser(t)
	seen := map[string]string{}
	for _, step := range []string{"/keep", "/in/ada", "/confirmed", "/in/candidate"} {
		b.post(step, nil)
		id := b.cookie()
		if old, twice := seen[id]; id == "" || twice {
			t.Errorf("after %s the id is that of %q", step, old)
		}
		seen[id] = step
	}
	// None of the old ones opens anything, nor is what was kept before there.
	for id, step := range seen {
		c := s.browser(t)
		u, _ := url.Parse(s.URL)
		c.Jar.SetCookies(u, []*http.Cookie{{Name: "probatum", Value: id}})
		got, _ := c.get("/who")
		if want := map[bool]string{true: "candidate@demo.example fr "}[step == "/in/candidate"]; !strings.HasPrefix(got, want) || want == "" && !strings.HasPrefix(got, " ") {
			t.Errorf("the id of %s is %q", step, got)
		}
	}
	if got, _ := b.post("/take", nil); got != "" {
		t.Errorf("what was kept before the sign-in is there: %q", got)
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	who := func(b browser) string {
		got, _ := b.get("/who")
		mail, _, _ := strings.Cut(got, " ")
		return mail
	}
	staff, candidate := s.browser(t), s.browser(t)
	staff.post("/in/ada", nil)
	candidate.post("/in/candidate", nil)
	for range 3 {
		s.pass(session.StaffIdle - time.Second)
		if who(staff) == "" || who(candidate) == "" {
			t.Fatal("a session ended in use")
		}
	}
	s.pass(session.StaffIdle)
	if got, _ := staff.get("/who"); !strings.HasPrefix(got, " ") || !strings.HasSuffix(got, "rested") {
		t.Errorf("staff after half an hour of rest: %q", got)
	}
	if got, _ := staff.get("/who"); strings.HasSuffix(got, "rested") {
		t.Errorf("and once more: %q", got)
	}
	if who(candidate) == "" {
		t.Error("a candidate was signed out after half an hour")
	}
	for range 12 {
		s.pass(time.Hour)
		who(candidate)
	}
	if who(candidate) != "" {
		t.Error("a session of 13 hours")
	}

	// A confirmation does not make it longer.
	candidate.post("/in/candidate", nil)
	s.pass(session.Lifetime - time.Minute)
	candidate.post("/confirmed", nil)
	s.pass(time.Minute)
	if who(candidate) != "" {
		t.Error("a confirmation made the session longer")
	}

	// A changed role ends it, at the next request.
	staff.post("/in/ada", nil)
	second := s.browser(t)
	second.post("/in/ada", nil)
	p, members, err := s.store.Acting(t.Context(), s.ada.ID, s.now())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.ChangeRole(t.Context(), "candidate", members[len(members)-1].ID, access.Officer, access.Console); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("ChangeRole: %v", err) // the last administrator
	}
	if err := s.store.AddMember(t.Context(), access.NewMembership(p.ID, "candidate", access.Officer, access.Console, s.now())); err != nil {
		t.Fatal(err)
	}
	if who(staff) != "" || who(second) != "" {
		t.Error("a session lives on after a role changed")
	}

	// A sign-out ends this one alone, and a request on its way does not bring it
	// back.
	staff.post("/in/ada", nil)
	second.post("/in/ada", nil)
	old := staff.cookie()
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			c := s.browser(t)
			u, _ := url.Parse(s.URL)
			c.Jar.SetCookies(u, []*http.Cookie{{Name: "probatum", Value: old}})
			c.post("/keep", nil)
		})
	}
	staff.post("/out", nil)
	wait.Wait()
	if who(staff) != "" || who(second) == "" {
		t.Errorf("sign-out did not end this session alone: %q, %q", who(staff), who(second))
	}
	u, _ := url.Parse(s.URL)
	staff.Jar.SetCookies(u, []*http.Cookie{{Name: "probatum", Value: old}})
	if who(staff) != "" {
		t.Error("the session is back after sign-out")
	}
}

func TestAskLosesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, false)
	b := s.browser(t)
	if _, resp := b.get("/form?a=b"); resp.Header.Get("Location") != "/sign-in?next=%2Fform%3Fa%3Db" {
		t.Errorf("nobody is sent to %q", resp.Header.Get("Location"))
	}
	b.post("/in/ada", nil)
	if got, _ := b.get("/form"); got != "form" {
		t.Errorf("a sign-in of a moment ago: %q", got)
	}
	for _, shown := range []string{"long ago", "never"} { // at a provider that lets in in silence
		b.post("/in/ada", url.Values{"shown": {shown}})
		if _, resp := b.get("/form?a=b"); resp.Header.Get("Location") != "/confirm?next=%2Fform%3Fa%3Db" {
			t.Errorf("who showed %s who they are gets the form: %q", shown, resp.Header.Get("Location"))
		}
	}
	b.post("/in/ada", nil)
	s.pass(access.FreshFor + time.Second)
	if _, resp := b.get("/form?a=b"); resp.Header.Get("Location") != "/confirm?next=%2Fform%3Fa%3Db" {
		t.Errorf("the form is shown: %q", resp.Header.Get("Location"))
	}
	form := url.Values{"name": {"Ärger & Co. = 100 %"}, "long": {strings.Repeat("x", 5000)}}
	sent := func(path string) string {
		_, resp := b.post(path, form)
		u, err := url.Parse(resp.Header.Get("Location"))
		if err != nil || u.Path != "/confirm" || !strings.HasPrefix(u.Query().Get("next"), "/confirm/go-on?form=") {
			t.Errorf("the form is sent: %q", resp.Header.Get("Location"))
		}
		return u.Query().Get("next")
	}
	other := sent("/form?y=1")
	goOn := sent("/form?x=1")
	b.post("/confirmed", nil)
	for _, path := range []string{"/confirm/go-on", "/confirm/go-on?form=", other} { // nothing but the form that was meant
		if got, _ := b.get(path); got != "none" {
			t.Errorf("%s shows %q", path, got)
		}
	}
	if got, _ := b.get(goOn); !strings.HasPrefix(got, "/form?x=1 ") || !strings.Contains(got, "=") {
		t.Errorf("held: %q", got)
	}
	if got, _ := b.get(goOn); got != "none" {
		t.Errorf("held once more: %q", got)
	}
	if got, _ := b.post("/form", form); got != "done "+form.Encode() {
		t.Errorf("the form, sent again: %.40q", got)
	}
	s.pass(access.FreshFor + time.Second)
	if _, resp := b.post("/form", url.Values{"x": {strings.Repeat("x", 1<<20)}}); resp.Header.Get("Location") != "/confirm" {
		t.Errorf("a form that is too large to hold: %q", resp.Header.Get("Location"))
	}
}

func TestNextIsOurs(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/settings": "/settings", "/b/demo/staff?x=1#y": "/b/demo/staff?x=1#y", "/": "/",
		"": "/start", "settings": "/start", "//evil.example": "/start", "/\\evil.example": "/start", "\\\\evil.example": "/start",
		"https://evil.example": "/start", "javascript:alert(1)": "/start", "/a\nb": "/start", "/ a": "/start", "///evil.example": "/start",
		"/sign-in": "/start", "/sign-in?next=/sign-in": "/start", "/sign-out": "/start", "/sign-in/back/x": "/start", "/" + strings.Repeat("a", 2000): "/start",
		"/%2f/evil.example": "/start", "http:/x": "/start", "/\x00": "/start",
	} {
		if got := session.Next(next); got != want {
			t.Errorf("Next(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestLookIsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t, true)
	w := httptest.NewRecorder()
	s.sessions.KeepLook(w, "de", access.Settings{HighContrast: true})
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(w.Result().Cookies()[0])
	var got page.Request
	page.WithRequest(s.sessions.Use(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = page.RequestOf(r) }))).ServeHTTP(httptest.NewRecorder(), r)
	if got.Loc.Lang() != "de" || !got.HighContrast || got.LargeText {
		t.Errorf("look %+v", got)
	}
}
