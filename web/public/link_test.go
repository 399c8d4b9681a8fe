package public_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/public"
)

// Unknown, closed and ill-formed addresses cannot be told apart: not by
// status, headers, body, or by whether the store was asked.
func TestLinkClosedUnknownAndIllFormedAreAlike(t *testing.T) {
	t.Parallel()
	asked := &counting{}
	h := handler(t, func(c *public.Config) { c.Links = asked })
	var first *httptest.ResponseRecorder
	for _, token := range []string{
		closed, "AAAAAAAAAAAAAAAAAAAAAA", "", "short", known + "A", known[:21], known[:21] + "=", known[:21] + "+",
		"Zm9vYmFyYmF6cXV4cXV1e%41", known + "/", known + "/x", "../" + known, strings.Repeat("A", 5000),
		"%00", "<script>", known[:21] + "%2F", "%E2%80%AE" + known[:19], "%ff", "ümlaut",
	} {
		before := asked.n.Load()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.RawPath, r.URL.Path = "/v/"+token, "/v/"+token
		if !strings.Contains(token, "%") {
			r.URL.RawPath = ""
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		w.Header().Del("X-Request-Id")
		if first == nil {
			first = w
		}
		if w.Code != 404 || w.Body.String() != first.Body.String() {
			t.Errorf("%.40q: status %d, or another page", token, w.Code)
		}
		if len(w.Header()) != len(first.Header()) {
			t.Errorf("%.40q: other headers: %v", token, w.Header())
		}
		for name := range first.Header() {
			if w.Header().Get(name) != first.Header().Get(name) {
				t.Errorf("%.40q: %s is %q, want %q", token, name, w.Header().Get(name), first.Header().Get(name))
			}
		}
		if asked.n.Load() != before+1 {
			t.Errorf("%.40q: the store was asked %d times, want once", token, asked.n.Load()-before)
		}
	}
}

type counting struct{ n atomic.Int32 }

func (c *counting) Sealed(_ context.Context, token string) ([]byte, error) {
	c.n.Add(1)
	if token == closed {
		return nil, fault.New(fault.NotFound, "link.closed", nil)
	}
	return nil, fault.New(fault.NotFound, "link.unknown", nil)
}

func TestLinkNothing(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{
		"en": "Nothing is shown at this address. Its holder may have closed it, or it never existed. Ask for the file.",
		"fr": "Demandez le fichier.",
		"de": "Bitten Sie um die Datei.",
	} {
		w := get(handler(t), "/v/"+closed+"?lang="+lang)
		if text := pagetest.Parse(t, w).One(t, "main"); !strings.Contains(text, want) {
			t.Errorf("%s: page says %q, want %q", lang, text, want)
		}
		if strings.Contains(w.Body.String(), closed) {
			t.Errorf("%s: the page repeats the address", lang)
		}
	}
}

func TestLinkShowsOnlyWhatItMay(t *testing.T) {
	t.Parallel()
	for _, lang := range i18n.Languages {
		w := get(handler(t), "/v/"+known+"?lang="+lang)
		page := pagetest.Parse(t, w)
		loc := i18n.For(lang)
		for selector, want := range map[string]string{
			"main h1":                     loc.T("verify.verdict.valid"),
			"main [data-field=name]":      "Ada Example",
			"main [data-field=issuer] dd": "The Issuing Body",
			"main [data-field=body] dd":   "The Awarding Body",
			"main [data-field=date] dd":   loc.Date(now.AddDate(0, 0, -5)),
			"main [data-field=status] dd": loc.T("page.status.valid"),
			"main p.address":              origin + "/",
			"main section#none":           "",
		} {
			if want == "" {
				continue
			}
			if got := page.One(t, selector); got != want {
				t.Errorf("%s: %s is %q, want %q", lang, selector, got, want)
			}
		}
		text := page.One(t, "main")
		for _, want := range []string{loc.T("page.link.compare"), loc.T("page.link.sure.text"), "probatum verify --trust DIR FILE", loc.T("page.link.sure.trust")} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: page does not say %q", lang, want)
			}
		}
		for _, never := range []string{"1990", "17 May", "distinction", "Practical", "urn:credential", "<script", "<form"} {
			if strings.Contains(w.Body.String(), never) {
				t.Errorf("%s: page holds %q", lang, never)
			}
		}
		first := page.First(t, "main h1")
		if first.Parent.Data != "section" || page.First(t, "main section").Attr("data-verdict") != "valid" {
			t.Errorf("%s: the verdict does not come first", lang)
		}
	}
}

// What a stored file says is believed only as far as it verifies.
func TestLinkVerdicts(t *testing.T) {
	t.Parallel()
	for opens, want := range map[string]string{"valid": "valid", "undetermined": "undetermined", "": "invalid"} {
		h := handler(t, func(c *public.Config) { c.Links = links{opens} })
		w := get(h, "/v/"+known)
		page := pagetest.Parse(t, w)
		if got := page.First(t, "main [data-verdict]").Attr("data-verdict"); w.Code != 200 || got != want {
			t.Errorf("%q: status %d, verdict %q, want %q", opens, w.Code, got, want)
		}
		if want == "valid" {
			continue
		}
		if n := len(page.All(".valid")) + len(page.All(".pass")); n != 0 {
			t.Errorf("%q: %d elements look like a success", opens, n)
		}
		if len(page.All("main [data-check]")) == 0 {
			t.Errorf("%q: the page does not say why", opens)
		}
		if want == "invalid" && len(page.All("main [data-field]")) != 0 {
			t.Errorf("%q: claims are shown though the seal does not hold", opens)
		}
	}
}

// A phone with a bad connection opens the page: HTML, style and icon together.
func TestLinkIsSmall(t *testing.T) {
	t.Parallel()
	h := handler(t, demo)
	for _, path := range []string{"/v/" + known, "/v/" + closed, "/demo/states/link-valid-longest", "/demo/states/link-valid-hostile"} {
		w := get(h, path+"?lang=de")
		page := pagetest.Parse(t, w)
		size := w.Body.Len()
		for _, link := range append(page.All("link[rel=stylesheet]"), page.All("link[rel=icon]")...) {
			size += get(h, link.Attr("href")).Body.Len()
		}
		if size >= 50_000 {
			t.Errorf("%s: %d bytes, want less than 50 kB", path, size)
		}
		if n := len(page.All("img")) + len(page.All("script")) + len(page.All("iframe")); n != 0 {
			t.Errorf("%s: loads more: %d elements", path, n)
		}
	}
}

func TestNoLinksAtAll(t *testing.T) {
	t.Parallel()
	h := handler(t, func(c *public.Config) { c.Links = nil })
	if w := get(h, "/v/"+known); w.Code != 404 {
		t.Errorf("status %d, want 404", w.Code)
	}
}
