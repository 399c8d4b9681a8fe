package public_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/public"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*public.Config){
		"no verifier":   func(c *public.Config) { c.Verifier = nil },
		"no URL":        func(c *public.Config) { c.PublicURL = "" },
		"URL with path": func(c *public.Config) { c.PublicURL = origin + "/verify" },
		"URL with user": func(c *public.Config) { c.PublicURL = "https://u:p@check.example" },
		"other scheme":  func(c *public.Config) { c.PublicURL = "ftp://check.example" },
		"query":         func(c *public.Config) { c.PublicURL = origin + "?a=b" },
		"no host":       func(c *public.Config) { c.PublicURL = "https://" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config()
			change(&cfg)
			if _, err := public.New(cfg); err == nil {
				t.Errorf("New accepts %q", cfg.PublicURL)
			}
		})
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	h, inDemo := handler(t), handler(t, demo)
	for _, tt := range []struct {
		method, path string
		status       int
		h1           string // of the page; empty: no page
		cache        string
	}{
		{"GET", "/", 200, "Is this certificate genuine?", "no-cache"},
		{"HEAD", "/", 200, "", "no-cache"},
		{"GET", "/verify", 200, "Check a certificate", "no-cache"},
		{"GET", "/v/" + known, 200, "Genuine", "no-store"},
		{"GET", "/v/" + closed, 404, "No certificate here", "no-store"},
		{"GET", "/v/", 404, "No certificate here", "no-store"},
		{"GET", "/healthz", 200, "", "no-store"},
		{"GET", "/nowhere", 404, "There is no such page", "no-store"},
		{"GET", "/static/probatum.css", 404, "There is no such page", "no-store"},
		{"GET", "/static/../public.go", 404, "There is no such page", "no-store"},
		{"GET", "/demo/states", 404, "There is no such page", "no-store"},
		{"GET", "/demo/states/link-valid", 404, "There is no such page", "no-store"},
		{"DELETE", "/verify", 405, "Not that way", "no-store"},
		{"POST", "/", 405, "Not that way", "no-store"},
		{"POST", "/v/" + known, 405, "Not that way", "no-store"},
		{"GET", "/api/v1/verify", 405, "", "no-store"},
		{"GET", "/api/v2/nothing", 404, "", "no-store"},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			t.Parallel()
			w := do(h, tt.method, tt.path, nil)
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d", w.Code, tt.status)
			}
			if got := w.Header().Get("Cache-Control"); got != tt.cache {
				t.Errorf("Cache-Control is %q, want %q", got, tt.cache)
			}
			if tt.h1 != "" {
				if got := pagetest.Parse(t, w).One(t, "main h1"); got != tt.h1 {
					t.Errorf("h1 is %q, want %q", got, tt.h1)
				}
			}
		})
	}
	if w := get(inDemo, "/demo/states"); w.Code != 200 {
		t.Errorf("demo: /demo/states has status %d", w.Code)
	}
	if w := get(inDemo, "/demo/states/nothing-like-that"); w.Code != 404 {
		t.Errorf("demo: an unknown state has status %d", w.Code)
	}
}

func TestMethodNotAllowedNamesTheOthers(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/verify": "GET, HEAD, POST", "/api/v1/verify": "POST", "/": "GET, HEAD"} {
		w := do(handler(t), http.MethodDelete, path, nil)
		if got := strings.Join(w.Header().Values("Allow"), ", "); got != want {
			t.Errorf("Allow for %s is %q, want %q", path, got, want)
		}
	}
}

// Every answer carries the headers that keep browsers from doing more than show
// it.
func TestHeaders(t *testing.T) {
	t.Parallel()
	h := handler(t)
	answers := map[string]*httptest.ResponseRecorder{
		"/": get(h, "/"), "/v/": get(h, "/v/"+known), "404": get(h, "/nowhere"), "405": do(h, "PUT", "/verify", nil),
		"/healthz": get(h, "/healthz"), "API": post(h, "/api/v1/verify", "valid", "application/octet-stream"),
		"API 415": post(h, "/api/v1/verify", "valid", "image/png"),
		"result":  form(t, h, "/verify", "file", "valid"),
		"style":   get(h, stylesheet(t, h)),
	}
	for name, w := range answers {
		for header, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := w.Header().Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		if w.Header().Get("Permissions-Policy") == "" {
			t.Errorf("%s: no Permissions-Policy", name)
		}
		if got := w.Header().Get("Set-Cookie"); got != "" {
			t.Errorf("%s: sets a cookie: %s", name, got)
		}
	}
	for _, name := range []string{"/v/", "result"} {
		if got := answers[name].Header().Get("X-Robots-Tag"); got != "noindex, nofollow" {
			t.Errorf("%s: X-Robots-Tag is %q", name, got)
		}
		if got := answers[name].Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control is %q", name, got)
		}
	}
	// A form that is sent under "no-referrer" carries "Origin: null", which the
	// protection against forged forms would refuse in browsers without
	// Sec-Fetch-Site.
	if got := get(h, "/verify").Header().Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("/verify: Referrer-Policy is %q", got)
	}
}

func stylesheet(t *testing.T, h http.Handler) string {
	t.Helper()
	return pagetest.Parse(t, get(h, "/")).First(t, "link[rel=stylesheet]").Attr("href")
}

func TestStaticFilesAreImmutable(t *testing.T) {
	t.Parallel()
	h := handler(t)
	page := pagetest.Parse(t, get(h, "/"))
	for _, link := range append(page.All("link[rel=stylesheet]"), page.All("link[rel=icon]")...) {
		w := get(h, link.Attr("href"))
		if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: status %d, Cache-Control %q", link.Attr("href"), w.Code, w.Header().Get("Cache-Control"))
		}
	}
	if w := get(h, stylesheet(t, h)); w.Body.Len() > 12<<10 || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("the style sheet has %d bytes as %q, want at most 12 kB as CSS", w.Body.Len(), w.Header().Get("Content-Type"))
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, tt := range []struct{ query, accept, want string }{
		{"", "", "en"},
		{"", "fr-BE, en;q=0.5", "fr"},
		{"", "de-AT", "de"},
		{"", "nl, de;q=0.7, en;q=0.3", "de"},
		{"", "pl", "en"},
		{"", "\x00;;;,,,", "en"},
		{"", strings.Repeat("fr,", 5000), "fr"},
		{"?lang=de", "fr", "de"},
		{"?lang=xx", "fr", "fr"},
		{"?lang=" + strings.Repeat("d", 5000), "fr", "fr"},
	} {
		w := get(h, "/"+tt.query, "Accept-Language", tt.accept)
		name := tt.query[:min(20, len(tt.query))] + " " + tt.accept[:min(30, len(tt.accept))]
		if got := pagetest.Parse(t, w).First(t, "html").Attr("lang"); got != tt.want {
			t.Errorf("%s: lang is %q, want %q", name, got, tt.want)
		}
		if got := w.Header().Get("Content-Language"); got != tt.want {
			t.Errorf("%s: Content-Language is %q, want %q", name, got, tt.want)
		}
		if got := w.Header().Get("Vary"); got != "Accept-Language" {
			t.Errorf("%s: Vary is %q", name, got)
		}
	}
}

// The language that was picked stays picked: there is no cookie to remember it.
func TestLinksKeepTheLanguage(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, path := range []string{"/", "/verify", "/v/" + known, "/nowhere"} {
		page := pagetest.Parse(t, get(h, path+"?lang=fr"))
		for _, a := range append(page.All("main a[href]"), page.All("a.brand")...) {
			if !strings.Contains(a.Attr("href"), "lang=fr") {
				t.Errorf("%s: link to %s forgets the language", path, a.Attr("href"))
			}
		}
		for _, f := range page.All("form") {
			if f.Attr("action") != "/verify?lang=fr" {
				t.Errorf("%s: form to %s forgets the language", path, f.Attr("action"))
			}
		}
		for _, lang := range i18n.Languages {
			a := page.All(".languages a[lang=" + lang + "]")
			if len(a) != 1 || a[0].Attr("href") != path+"?lang="+lang {
				t.Errorf("%s: no good link to %s", path, lang)
			}
		}
	}
}

func TestProblemDetails(t *testing.T) {
	t.Parallel()
	w := post(handler(t), "/api/v1/verify?lang=de", "", "application/json")
	if w.Code != 400 || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Content-Language") != "de" {
		t.Fatalf("status %d, %v", w.Code, w.Header())
	}
	var p struct {
		Type, Title, Detail, Code, Instance string
		Status                              int
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	loc := i18n.For("de")
	if p.Type != "about:blank" || p.Status != 400 || p.Code != "invalid" ||
		p.Title != loc.T("page.error.400.title") || p.Detail != loc.T("api.verify.empty") ||
		p.Instance != "urn:probatum:request:"+w.Header().Get("X-Request-Id") {
		t.Errorf("problem is %+v", p)
	}
}

// What goes wrong inside is logged whole and told to nobody.
func TestInternalFailureTellsNothing(t *testing.T) {
	t.Parallel()
	for name, verify := range map[string]verifyFunc{
		"error": func(context.Context, []byte) (verifier.Report, error) {
			return verifier.Report{}, errors.New("secret cause")
		},
		"panic": func(context.Context, []byte) (verifier.Report, error) { panic("secret cause") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			h := handler(t, func(c *public.Config) { c.Verifier, c.Log = verify, slog.New(slog.NewTextHandler(&log, nil)) })
			for _, w := range []*httptest.ResponseRecorder{
				form(t, h, "/verify", "file", "valid"),
				post(h, "/api/v1/verify", "valid", "application/json"),
				get(h, "/v/"+known),
			} {
				if w.Code != 500 {
					t.Errorf("status %d, want 500", w.Code)
				}
				if name == "error" && !strings.Contains(w.Body.String(), "This says nothing about the certificate.") {
					t.Errorf("it is not said that nothing is known: %s", w.Body)
				}
				if strings.Contains(w.Body.String(), "secret") {
					t.Errorf("the cause is told: %s", w.Body)
				}
				if !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
					t.Error("the answer does not name the request")
				}
			}
			if name == "error" && !strings.Contains(log.String(), "secret cause") {
				t.Errorf("the cause is not logged: %s", &log)
			}
			if name == "panic" && strings.Contains(log.String(), "secret cause") {
				t.Errorf("the value of a panic, which may quote what was sent, is logged: %s", &log)
			}
		})
	}
}

// A link store that is out of reach is no "unknown link".
func TestLinkStoreOutOfReach(t *testing.T) {
	t.Parallel()
	h := handler(t, func(c *public.Config) { c.Links = broken{} })
	if w := get(h, "/v/"+known); w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "This says nothing about the certificate.") {
		t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
}

type broken struct{}

func (broken) Sealed(context.Context, string) ([]byte, error) {
	return nil, fault.New(fault.Unavailable, "", errors.New("no database"))
}
