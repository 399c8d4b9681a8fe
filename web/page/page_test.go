package page_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/page/pagetest"
)

const origin = "https://body.example"

// templates are the pages of the site under test.
var templates = fstest.MapFS{
	"hello.html":  {Data: []byte(`{{define "main"}}<h1>{{.Title}}</h1>{{template "who" .Main}}<a href="{{.To "/next"}}">.</a>{{end}}{{define "part"}}<p>{{template "who" .Main}}</p>{{end}}`)},
	"broken.html": {Data: []byte(`{{define "main"}}<h1>half</h1>{{.Main.Nothing}}{{end}}`)},
	"_own.html":   {Data: []byte(`{{define "who"}}<b>{{.}}</b>{{end}}`)},
}

// site makes a router with the middlewares of a Site.
func site(t testing.TB, log io.Writer, change func(*page.Config), routes func(*page.Site, chi.Router)) http.Handler {
	t.Helper()
	cfg := page.Config{PublicURL: origin, Templates: templates, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if change != nil {
		change(&cfg)
	}
	s, err := page.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	r.Use(s.Use()...)
	r.NotFound(s.NotFound)
	r.MethodNotAllowed(s.MethodNotAllowed)
	routes(s, r)
	r.Get("/static/{name}", s.Page(s.Static))
	return r
}

// fails gives a site whose /page, /api/x and /panic end in err.
func fails(t testing.TB, log io.Writer, err error, change func(*page.Config)) http.Handler {
	return site(t, log, change, func(s *page.Site, r chi.Router) {
		h := func(http.ResponseWriter, *http.Request) error { return err }
		r.Get("/page", s.Page(h))
		r.Get("/api/x", s.API(h))
	})
}

// One table turns every kind of error into the same status, as a page and for
// programs, and every status has its words in every language.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err    error
		status int
		code   string
		header string
	}{
		{fault.New(fault.Invalid, "", nil), 400, "invalid", ""},
		{fault.New(fault.Unreadable, "", nil), 400, "unreadable", ""},
		{fault.New(fault.Usage, "", nil), 400, "usage", ""},
		{fault.New(fault.Unauthenticated, "", nil), 401, "unauthenticated", ""},
		{fault.New(fault.Forbidden, "", nil), 403, "forbidden", ""},
		{fault.New(fault.NotFound, "", nil), 404, "not-found", ""},
		{page.ErrMethod, 405, "method", ""},
		{page.ErrSlow, 408, "slow", "Connection"},
		{fault.New(fault.Conflict, "", nil), 409, "conflict", ""},
		{page.ErrTooLarge, 413, "too-large", "Connection"},
		{page.ErrMediaType, 415, "unsupported", "Accept-Encoding"},
		{fault.New(fault.TooMany, "", nil), 429, "too-many", "Retry-After"},
		{fault.New(fault.Unavailable, "", nil), 503, "unavailable", "Retry-After"},
		{&page.Answer{Status: 501, Code: "later"}, 501, "later", ""},
		{fault.List{{Path: "$.a", Key: "page.body.json", Rule: "R56"}}, 400, "invalid", ""},
		{errors.New("secret"), 500, "internal", ""},
	} {
		t.Run(tt.err.Error(), func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			h := fails(t, &log, tt.err, nil)
			for _, lang := range i18n.Languages {
				w := pagetest.Do(h, http.MethodGet, "/page?lang="+lang, nil)
				p := pagetest.Parse(t, w)
				if w.Code != tt.status || p.One(t, "main h1") != i18n.For(lang).T(page.RefusalOf(tt.err).Title()) || strings.Contains(p.Text(), "page.error") {
					t.Errorf("%s: status %d, want %d; %.200s", lang, w.Code, tt.status, p.Text())
				}
				if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Robots-Tag") == "" || tt.header != "" && w.Header().Get(tt.header) == "" {
					t.Errorf("headers: %v", w.Header())
				}
			}
			w := pagetest.Do(h, http.MethodGet, "/api/x", nil)
			var got struct {
				Type, Title, Detail, Code, Instance, Rule string
				Status                                    int
				Errors                                    []struct{ Path, Code, Message string }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Fatal(err, w.Header())
			}
			if w.Code != tt.status || got.Status != tt.status || got.Code != tt.code || got.Title == "" || got.Detail == "" || got.Type != "about:blank" {
				t.Errorf("problem: %+v", got)
			}
			if _, ok := errors.AsType[fault.List](tt.err); ok && (len(got.Errors) != 1 || got.Errors[0].Path != "$.a" || got.Rule != "R56") {
				t.Errorf("problem: %+v", got)
			}
			if tt.status == 401 && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("WWW-Authenticate is %q", w.Header().Get("WWW-Authenticate"))
			}
			if strings.Contains(w.Body.String(), "secret") || tt.status == 500 && !strings.Contains(log.String(), "secret") {
				t.Error("the cause belongs into the log, and nowhere else")
			}
		})
	}
}

func TestRuleIsCited(t *testing.T) {
	t.Parallel()
	h := fails(t, io.Discard, &fault.Error{Kind: fault.Forbidden, Rule: "R15"}, nil)
	if got := pagetest.Parse(t, pagetest.Do(h, http.MethodGet, "/page", nil)).One(t, "main code"); got != "R15" {
		t.Errorf("the page cites %q", got)
	}
}

// Who is not signed in is sent to sign in; a program is told.
func TestSignIn(t *testing.T) {
	t.Parallel()
	h := fails(t, io.Discard, fault.New(fault.Unauthenticated, "", nil), func(c *page.Config) {
		c.SignIn = func(w http.ResponseWriter, r *http.Request) { page.SeeOther(w, r, "/sign-in") }
	})
	if w := pagetest.Do(h, http.MethodGet, "/page", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in" {
		t.Errorf("status %d to %q", w.Code, w.Header().Get("Location"))
	}
	if w := pagetest.Do(h, http.MethodGet, "/page", nil, "HX-Request", "true"); w.Code != http.StatusNoContent || w.Header().Get("HX-Redirect") != "/sign-in" {
		t.Errorf("for a part: status %d, %v", w.Code, w.Header())
	}
	if w := pagetest.Do(h, http.MethodGet, "/api/x", nil); w.Code != http.StatusUnauthorized {
		t.Errorf("for a program: status %d", w.Code)
	}
}

// The language is that of the address, else that of the account, else that of
// the browser.
func TestLanguage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ query, account, browser, want, next string }{
		{"", "", "", "en", "/next"},
		{"", "", "fr", "fr", "/next"},
		{"", "de", "fr", "de", "/next"},
		{"?lang=fr", "de", "en", "fr", "/next?lang=fr"},
		{"?lang=xx", "de", "fr", "de", "/next"},
		{"", "xx", "fr", "fr", "/next"},
	} {
		h := site(t, io.Discard, nil, func(s *page.Site, r chi.Router) {
			r.Use(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					next.ServeHTTP(w, page.Prefer(r, page.Preferences{Lang: tt.account, LargeText: true, HighContrast: true}))
				})
			})
			r.Get("/", s.Page(func(w http.ResponseWriter, r *http.Request) error {
				return s.Show(w, r, "hello", 200, page.Content{Title: "t", Main: "Ada"})
			}))
		})
		p := pagetest.Parse(t, pagetest.Do(h, http.MethodGet, "/"+tt.query, nil, "Accept-Language", tt.browser))
		root := p.First(t, "html")
		if root.Attr("lang") != tt.want || root.Attr("data-text") != "large" || root.Attr("data-contrast") != "high" {
			t.Errorf("%+v: html is %v", tt, root.Node.Attr)
		}
		if got := p.First(t, "main a").Attr("href"); got != tt.next {
			t.Errorf("%+v: next is %q", tt, got)
		}
	}
}

// The log says what happened, and nothing of who or what was asked.
func TestLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := site(t, &log, nil, func(s *page.Site, r chi.Router) {
		r.Get("/v/{id}", s.Page(func(http.ResponseWriter, *http.Request) error {
			return fault.New(fault.NotFound, "", errors.New("cause"))
		}))
		r.Get("/panic/{id}", s.Page(func(http.ResponseWriter, *http.Request) error { panic("TOKEN-1") }))
		r.Get("/half/{id}", s.Page(func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(w, "half")
			panic("TOKEN-2")
		}))
	})
	pagetest.Do(h, "TOKEN-METHOD", "/v/TOKEN-3", nil)
	w := pagetest.Do(h, http.MethodGet, "/v/TOKEN-4?q=TOKEN-5", nil, "X-Request-Id", "TOKEN-6", "User-Agent", "TOKEN-7")
	if got := w.Header().Get("X-Request-Id"); got == "TOKEN-6" || !strings.Contains(log.String(), got) {
		t.Errorf("the request has the number %q", got)
	}
	if w := pagetest.Do(h, http.MethodGet, "/panic/TOKEN-8", nil); w.Code != 500 || !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
		t.Errorf("a panic is answered %d", w.Code)
	}
	func() {
		defer func() {
			if v := recover(); v != http.ErrAbortHandler { //nolint:errorlint // the value itself
				t.Errorf("half an answer ends in %v", v)
			}
		}()
		pagetest.Do(h, http.MethodGet, "/half/TOKEN-9", nil)
	}()
	for _, never := range []string{"TOKEN", "192.0.2.1"} {
		if strings.Contains(log.String(), never) {
			t.Errorf("the log holds %s:\n%s", never, &log)
		}
	}
	for _, want := range []string{"route=/v/{id}", "method=other", "status=404", "code=not-found"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, &log)
		}
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]page.Policy{
		"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'":                                                                  {},
		"default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self' https://idp.example; base-uri 'none'; frame-ancestors 'none'": {Script: true, Images: []string{"data:"}, Forms: []string{"https://idp.example"}},
		"default-src 'none'; frame-ancestors 'none'": {DataOnly: true, Script: true},
	} {
		if got := p.String(); got != want {
			t.Errorf("policy is %s\nwant %s", got, want)
		}
	}
}

// A form from another site is refused, whoever is signed in.
func TestSameSite(t *testing.T) {
	t.Parallel()
	h := site(t, io.Discard, nil, func(s *page.Site, r chi.Router) {
		sameSite, err := s.SameSite()
		if err != nil {
			t.Fatal(err)
		}
		r.With(sameSite).Post("/save", s.Page(func(w http.ResponseWriter, r *http.Request) error {
			page.SeeOther(w, r, "/saved")
			return nil
		}))
	})
	for origin, want := range map[string]int{"": 303, origin: 303, "https://evil.example": 403, "null": 403, strings.Replace(origin, "https:", "http:", 1): 403} {
		if w := pagetest.Do(h, http.MethodPost, "/save", nil, "Origin", origin); w.Code != want {
			t.Errorf("from %q: status %d, want %d", origin, w.Code, want)
		}
	}
}

// A page is written only when it is whole; a part is only that part.
func TestShow(t *testing.T) {
	t.Parallel()
	h := site(t, io.Discard, func(c *page.Config) { c.App = true }, func(s *page.Site, r chi.Router) {
		r.Get("/broken", s.Page(func(w http.ResponseWriter, r *http.Request) error {
			return s.Show(w, r, "broken", 200, page.Content{Main: struct{}{}})
		}))
		r.Get("/unknown", s.Page(func(w http.ResponseWriter, r *http.Request) error {
			return s.Show(w, r, "unknown", 200, page.Content{})
		}))
		r.Get("/part", s.Page(func(w http.ResponseWriter, r *http.Request) error {
			if !page.IsPart(r) {
				return fault.New(fault.Usage, "", nil)
			}
			return s.ShowPart(w, r, "hello", "part", 200, "<i>")
		}))
	})
	for _, path := range []string{"/broken", "/unknown"} {
		if w := pagetest.Do(h, http.MethodGet, path, nil); w.Code != 500 || strings.Contains(w.Body.String(), "half") {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	w := pagetest.Do(h, http.MethodGet, "/part", nil, "HX-Request", "true")
	if w.Body.String() != "<p><b>&lt;i&gt;</b></p>" || !strings.Contains(strings.Join(w.Header().Values("Vary"), " "), "HX-Request") || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("part is %s, %v", w.Body, w.Header())
	}
	if w := pagetest.Do(h, http.MethodGet, "/part", nil, "HX-Request", "true", "HX-Boosted", "true"); w.Code != 400 {
		t.Errorf("a whole page that script asks for is taken for a part")
	}
}

// A handler that runs out of its time is told to come again, not a failure of
// ours; so is what nobody waits for.
func TestTimeout(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := site(t, &log, nil, func(s *page.Site, r chi.Router) {
		r.With(page.Timeout(time.Millisecond)).Get("/slow", s.Page(func(_ http.ResponseWriter, r *http.Request) error {
			<-r.Context().Done()
			return r.Context().Err()
		}))
		r.Get("/other", s.Page(func(http.ResponseWriter, *http.Request) error { return context.DeadlineExceeded }))
	})
	if w := pagetest.Do(h, http.MethodGet, "/slow", nil); w.Code != 503 || strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("status %d, log %s", w.Code, &log)
	}
	if w := pagetest.Do(h, http.MethodGet, "/other", nil); w.Code != 500 {
		t.Errorf("a time that is not the request's: status %d", w.Code)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]page.Config{
		"no URL":         {},
		"a path":         {PublicURL: origin + "/x"},
		"broken page":    {PublicURL: origin, Templates: fstest.MapFS{"a.html": {Data: []byte("{{")}}},
		"a name of ours": {PublicURL: origin, Static: fstest.MapFS{"app.css": {Data: []byte("a")}}},
	} {
		if _, err := page.New(cfg); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Browsers are told to stay with https where the server is reached by it, and not
// on a machine where other servers are, too.
func TestOnlyHTTPS(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		origin: "max-age=31536000", "http://body.example": "", "https://localhost:8443": "", "https://127.0.0.1": "", "https://[::1]:8443": "",
	} {
		h := fails(t, io.Discard, nil, func(c *page.Config) { c.PublicURL = at })
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/page", nil))
		if got := rec.Header().Get("Strict-Transport-Security"); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
}
