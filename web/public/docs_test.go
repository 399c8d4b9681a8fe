package public_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/web/openapi/openapitest"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/public"
)

// Every route that is no page is described, and the other way round.
func TestRoutesAreDescribed(t *testing.T) {
	t.Parallel()
	cfg := config()
	cfg.Demo = true
	h, err := public.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	openapitest.Routes(t, h, []string{"public"}, "/", "/verify", "/v/*", "/docs", "/static/{name}", "/demo/*")
}

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	h := handler(t)
	w := get(h, "/openapi.json")
	var doc struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]json.RawMessage
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Code != 200 {
		t.Fatal(w.Code, err)
	}
	if doc.OpenAPI != "3.1.0" || doc.Servers[0].URL != origin || doc.Paths["/api/v1/verify"] == nil {
		t.Errorf("document: %s %v", doc.OpenAPI, doc.Servers)
	}
	if doc.Paths["/vc-api/{instance}/credentials/issue"] != nil {
		t.Error("what is not served is described")
	}
	if got := w.Header().Get("Cache-Control"); got != "public, max-age=300" {
		t.Errorf("Cache-Control is %q", got)
	}
	if again := get(h, "/openapi.json", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("status %d for a copy that is new", again.Code)
	}
	whole := get(handler(t, func(c *public.Config) { c.Areas = []string{"public", "vcapi"} }), "/openapi.json")
	if !strings.Contains(whole.Body.String(), "/vc-api/{instance}/credentials/issue") {
		t.Error("an area that was asked for is left out")
	}
}

// The document is read by people, without script, in their language around it.
func TestDocs(t *testing.T) {
	t.Parallel()
	h := handler(t, func(c *public.Config) { c.Areas = []string{"public", "vcapi"} })
	for _, lang := range i18n.Languages {
		w := get(h, "/docs?lang="+lang)
		page := pagetest.Parse(t, w)
		if got := page.One(t, "main h1"); got != i18n.For(lang).T("page.docs.title") {
			t.Errorf("%s: h1 is %q", lang, got)
		}
		if len(page.All("script")) > 0 || w.Body.Len() > 200<<10 {
			t.Errorf("%s: %d bytes, %d scripts", lang, w.Body.Len(), len(page.All("script")))
		}
		if got := page.First(t, "#verify pre.command").Text(); !strings.Contains(got, "curl -X POST -F file=@FILE '"+origin+"/api/v1/verify'") {
			t.Errorf("%s: command is %q", lang, got)
		}
		seen := map[string]bool{}
		for _, n := range page.All("[id]") {
			if id := n.Attr("id"); seen[id] {
				t.Errorf("%s: two places have the id %s", lang, id)
			} else {
				seen[id] = true
			}
		}
		// What an address names stands inside, so that a browser opens it; all are closed at first.
		if all, closed := len(page.All("main article")), len(page.All("details.op article[id]"))-len(page.All("details.op[open]")); all == 0 || all != closed {
			t.Errorf("%s: %d operations, %d of them closed", lang, all, closed)
		}
		if strings.Contains(page.One(t, "body"), "page.docs.") {
			t.Errorf("%s: a message is missing", lang)
		}
		if page.First(t, "main section").Attr("lang") != "en" {
			t.Errorf("%s: the language of the description is not told", lang)
		}
	}
}
