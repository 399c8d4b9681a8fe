package page_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/page/pagetest"
)

func samples(t testing.TB) http.Handler {
	return site(t, io.Discard, nil, func(s *page.Site, r chi.Router) {
		parts, err := page.Samples(origin, s.Log())
		if err != nil {
			t.Fatal(err)
		}
		r.Route("/demo/parts", parts)
	})
}

var missing = regexp.MustCompile(`\b(?:page|demo|date)\.[a-z]+[a-z.]*\b`)

// Every part in every state and language has what people and their tools need:
// labels, descriptions, headings in order, words beside colours, no script or
// style in the page.
func TestParts(t *testing.T) {
	t.Parallel()
	h := samples(t)
	for _, state := range []string{"", "/form", "/wrong", "/confirm", "/large", "/contrast", "/plain"} {
		for _, lang := range i18n.Languages {
			t.Run(state+"/"+lang, func(t *testing.T) {
				t.Parallel()
				w := pagetest.Do(h, http.MethodGet, "/demo/parts"+state+"?lang="+lang, nil)
				p := pagetest.Parse(t, w)
				if w.Code != 200 || p.One(t, "main h1") == "" || p.First(t, "html").Attr("lang") != lang {
					t.Fatalf("status %d", w.Code)
				}
				for _, list := range p.All("main select") {
					if label := p.First(t, "label[for="+list.Attr("id")+"]").Text(); strings.Contains(label, i18n.For(lang).T("page.form.optional")) {
						t.Errorf("a list, in which something is always chosen, says %q", label)
					}
				}
				ids := map[string]bool{}
				for _, n := range p.All("[id]") {
					if ids[n.Attr("id")] {
						t.Errorf("id %q stands twice", n.Attr("id"))
					}
					ids[n.Attr("id")] = true
				}
				for _, attr := range []string{"aria-labelledby", "aria-describedby", "for", "data-copy"} {
					for _, n := range p.All("[" + attr + "]") {
						for id := range strings.FieldsSeq(n.Attr(attr)) {
							if !ids[id] {
								t.Errorf("%s names %q, which is not there", attr, id)
							}
						}
					}
				}
				for _, a := range p.All(".errors a") {
					if !ids[strings.TrimPrefix(a.Attr("href"), "#")] {
						t.Errorf("the summary leads to %q, which is not there", a.Attr("href"))
					}
				}
				for _, name := range []string{"input", "textarea", "select"} {
					for _, n := range p.All(name) {
						if n.Attr("type") != "hidden" && len(p.All("label[for="+n.Attr("id")+"]")) != 1 {
							t.Errorf("%s %q has no label", name, n.Attr("name"))
						}
					}
				}
				for _, n := range append(append(p.All("a"), p.All("button")...), p.All(".badge")...) {
					if n.Text() == "" {
						t.Errorf("%s without words", n.Data)
					}
				}
				for _, n := range p.All("svg") {
					if n.Attr("aria-hidden") != "true" {
						t.Error("an icon is read out")
					}
				}
				level := 0
				for d := range p.Descendants() {
					if len(d.Data) == 2 && d.Data[0] == 'h' && d.Data[1] >= '1' && d.Data[1] <= '6' {
						if got := int(d.Data[1] - '0'); got > level+1 {
							t.Errorf("a heading of level %d after %d", got, level)
						} else {
							level = got
						}
					}
					for _, a := range d.Attr {
						if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "hx-on" {
							t.Errorf("%s has %s", d.Data, a.Key)
						}
					}
				}
				if len(p.All("style")) > 0 {
					t.Error("the page carries style")
				}
				for _, n := range p.All("script") {
					if n.FirstChild != nil || !strings.HasPrefix(n.Attr("src"), "/static/") {
						t.Error("the page carries script")
					}
				}
				if found := missing.FindString(p.One(t, "main")); found != "" {
					t.Errorf("a message is missing: %s", found)
				}
			})
		}
	}
}

// What is wrong stands beside the control, is tied to it, and is listed above.
func TestWrongForm(t *testing.T) {
	t.Parallel()
	p := pagetest.Parse(t, pagetest.Do(samples(t), http.MethodPost, "/demo/parts/wrong", nil))
	email := p.First(t, "#sample-email")
	if email.Attr("aria-invalid") != "true" || email.Attr("aria-describedby") != "sample-email-error" || email.Attr("value") != "ada(at)example.org" {
		t.Errorf("the field: %v", email.Node.Attr)
	}
	reason := p.First(t, "#sample-reason").Attr("aria-describedby")
	if reason != "sample-reason-hint sample-reason-error" {
		t.Errorf("the area is described by %q", reason)
	}
	for _, unit := range p.All("[name=unit]") {
		if _, must := unit.Lookup("required"); !must || unit.Attr("aria-invalid") != "true" {
			t.Errorf("a choice that must be made, and is not: %v", unit.Node.Attr)
		}
	}
	if _, must := p.First(t, "#sample-agree").Lookup("required"); !must {
		t.Error("a box that must be ticked looks like any other")
	}
	if got := pagetest.Parse(t, pagetest.Do(samples(t), http.MethodGet, "/demo/parts", nil)).First(t, "code#link").Attr("aria-describedby"); got != "link-hint" {
		t.Errorf("what is to be copied is described by %q", got)
	}
	if name, _ := p.First(t, "#sample-name").Lookup("aria-invalid"); name != "" {
		t.Error("a good field is marked")
	}
	errs := p.First(t, ".errors")
	if _, focus := errs.Lookup("autofocus"); !focus || errs.Attr("tabindex") != "-1" || errs.Attr("role") != "alert" || len(errs.All("li")) != 5 || len(errs.All("li a")) != 4 {
		t.Errorf("the summary: %s", errs.Text())
	}
	for _, link := range p.All(".languages a") {
		if !strings.HasPrefix(link.Attr("href"), "/demo/parts?lang=") {
			t.Errorf("a language leads to %s, which cannot be asked for", link.Attr("href"))
		}
	}
}

func TestFrame(t *testing.T) {
	t.Parallel()
	h := samples(t)
	p := pagetest.Parse(t, pagetest.Do(h, http.MethodGet, "/demo/parts", nil))
	if got := p.All(".places [aria-current=page]"); len(got) != 1 || got[0].Text() != "Start page 2 waiting" {
		t.Errorf("current places: %v", len(got))
	}
	if p.First(t, ".self form").Attr("method") != "post" || p.One(t, ".menu summary") != "Menu 3" || !strings.Contains(p.One(t, ".who"), "Officer") {
		t.Errorf("frame: %s", p.One(t, ".frame"))
	}
	if p := pagetest.Parse(t, pagetest.Do(h, http.MethodGet, "/demo/parts/plain", nil)); len(p.All(".frame")) != 0 {
		t.Error("nobody is signed in, and a name is shown")
	}
}

// Our files are served by names that hold their digest, and by no others.
func TestStatic(t *testing.T) {
	t.Parallel()
	h := samples(t)
	p := pagetest.Parse(t, pagetest.Do(h, http.MethodGet, "/demo/parts", nil))
	types := map[string]string{}
	for _, n := range append(p.All("link"), p.All("script")...) {
		at := n.Attr("href") + n.Attr("src")
		w := pagetest.Do(h, http.MethodGet, at, nil)
		if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Body.Len() == 0 {
			t.Errorf("%s: status %d", at, w.Code)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(at, "/static/"), ".")
		types[name] = w.Header().Get("Content-Type")
	}
	for name, want := range map[string]string{"probatum": "text/css; charset=utf-8", "app": "text/javascript; charset=utf-8", "htmx": "text/javascript; charset=utf-8", "mark": "image/svg+xml"} {
		if types[name] != want {
			t.Errorf("%s is %q, want %q", name, types[name], want)
		}
	}
	for _, name := range []string{"app.css", "htmx.min.js", "htmx.LICENSE", "app.0000000000000000.js"} {
		if w := pagetest.Do(h, http.MethodGet, "/static/"+name, nil); w.Code != 404 {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := site(t, io.Discard, nil, func(s *page.Site, r chi.Router) {
			r.With(s.Limit(2, time.Minute, func(r *http.Request) (string, error) {
				if r.Header.Get("Who") == "" {
					return "", fault.New(fault.Unavailable, "", errors.New("no key"))
				}
				return r.Header.Get("Who"), nil
			})).Get("/api/x", s.API(func(w http.ResponseWriter, r *http.Request) error {
				return page.WriteJSON(w, r, 200, "application/json", 1)
			}))
		})
		status := func(who string) int { return pagetest.Do(h, http.MethodGet, "/api/x", nil, "Who", who).Code }
		for i, want := range []int{200, 200, 429, 429} {
			if got := status("a"); got != want {
				t.Errorf("request %d: status %d, want %d", i, got, want)
			}
		}
		w := pagetest.Do(h, http.MethodGet, "/api/x", nil, "Who", "a")
		if w.Header().Get("Retry-After") != "60" || w.Header().Get("X-RateLimit-Limit") != "" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("answer: %v", w.Header())
		}
		if got := status("b"); got != 200 {
			t.Errorf("somebody else: status %d", got)
		}
		if got := status(""); got != 503 {
			t.Errorf("without a key: status %d", got)
		}
		<-time.After(3 * time.Minute) // of the bubble
		if got := status("a"); got != 200 {
			t.Errorf("later: status %d", got)
		}
	})
}

func TestByAddress(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{"192.0.2.7:1234": "192.0.2.7", "[2001:db8::1:2:3:4]:99": "2001:db8::", "[::ffff:192.0.2.7]:1": "192.0.2.7"} {
		r := &http.Request{RemoteAddr: addr}
		if got, err := page.ByAddress(r.WithContext(t.Context())); err != nil || got != want {
			t.Errorf("%s: key %q, %v, want %q", addr, got, err, want)
		}
	}
}

func TestInTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := page.NewTurns(1, 2*time.Second)
		release := make(chan struct{})
		stubborn := func(context.Context) (int, error) { <-release; return 1, nil }
		start := time.Now()
		if _, err := page.InTurn(t.Context(), turns, stubborn); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 2*time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if _, err := page.InTurn(t.Context(), turns, stubborn); !errors.Is(err, page.ErrFull) || turns.Taken() != 1 {
			t.Errorf("while the one turn is taken: %v", err)
		}
		close(release)
		synctest.Wait()
		if got, err := page.InTurn(t.Context(), turns, stubborn); got != 1 || err != nil {
			t.Errorf("afterwards: %d, %v", got, err)
		}
		_, err := page.InTurn(t.Context(), turns, func(context.Context) (int, error) { panic("secret") })
		if err == nil || strings.Contains(strings.SplitN(err.Error(), "\n", 2)[0], "secret") || turns.Taken() != 0 {
			t.Errorf("a panic is %v", err)
		}
	})
}
