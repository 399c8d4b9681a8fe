package public_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/web/page/pagetest"
)

var german = i18n.For("de")

// claims that the pages must never make (design.md 7). Demo bodies say "not
// qualified", and that is no claim.
var forbidden = regexp.MustCompile(`(?i)\bQEAA\b|\bofficial|\bofficiel|\boffiziell|\bamtlich|` +
	`approved by|approuvé par|genehmigt von|EUDI.certified|ISO.{0,5}17024|GDPR|RGPD|DSGVO|PDF/A|` +
	`\bqualified (?:electronic )?seal|cachet (?:électronique )?qualifié|qualifiziertes (?:elektronisches )?Siegel|` +
	`advanced (?:electronic )?seal|cachet (?:électronique )?avancé|fortgeschrittenes|` +
	`EU-wide|dans toute l.UE|EU-weit`)

// key is a message key that no catalogue has: it would show as it is.
var key = regexp.MustCompile(`\b(?:page|api|verify|jades|date|demo|edc|elm|trust|proof)\.[a-z][a-z.-]*[a-z]\b`)

// everyState calls f for each state of the pages in each language.
func everyState(t *testing.T, f func(t *testing.T, name, lang string, page pagetest.Node, raw string)) {
	h := handler(t, demo)
	list := pagetest.Parse(t, get(h, "/demo/states"))
	paths := []string{"/", "/verify", "/demo/states"}
	for _, a := range list.All("main ul a[hreflang=en]") {
		path, _, _ := strings.Cut(a.Attr("href"), "?")
		paths = append(paths, path)
	}
	if len(paths) < 30 {
		t.Fatalf("only %d states found", len(paths))
	}
	for _, path := range paths {
		for _, lang := range i18n.Languages {
			t.Run(strings.TrimPrefix(path, "/demo/states/")+"/"+lang, func(t *testing.T) {
				t.Parallel()
				w := get(h, path+"?lang="+lang)
				f(t, path, lang, pagetest.Parse(t, w), w.Body.String())
			})
		}
	}
}

// Every page is whole: language, title, one h1, headings in order, labels on
// fields, words beside icons, DEMO.
func TestEveryState(t *testing.T) {
	t.Parallel()
	everyState(t, func(t *testing.T, name, lang string, page pagetest.Node, raw string) {
		if got := page.First(t, "html").Attr("lang"); got != lang {
			t.Errorf("lang is %q", got)
		}
		if title := page.One(t, "head title"); !strings.HasSuffix(title, "– Probatum") || len(title) < 14 {
			t.Errorf("title is %q", title)
		}
		if !strings.Contains(page.One(t, "p.demo"), i18n.For(lang).T("demo.banner")) {
			t.Error("the page does not say DEMO")
		}
		if h1 := page.One(t, "main h1"); h1 == "" {
			t.Error("h1 is empty")
		}
		if first := page.First(t, "body a"); first.Attr("href") != "#main" || len(page.All("main#main")) != 1 {
			t.Error("the first link does not skip to the content")
		}
		level := 0
		for d := range page.Descendants() {
			if len(d.Data) == 2 && d.Data[0] == 'h' && d.Data[1] >= '1' && d.Data[1] <= '6' {
				if got := int(d.Data[1] - '0'); got > level+1 {
					t.Errorf("heading %q is of level %d after %d", pagetest.Node{Node: d}.Text(), got, level)
				} else {
					level = got
				}
			}
		}
		ids := map[string]bool{}
		for _, n := range page.All("[id]") {
			if ids[n.Attr("id")] {
				t.Errorf("id %q stands twice", n.Attr("id"))
			}
			ids[n.Attr("id")] = true
		}
		for _, attr := range []string{"aria-labelledby", "aria-describedby", "for"} {
			for _, n := range page.All("[" + attr + "]") {
				if !ids[n.Attr(attr)] {
					t.Errorf("%s names %q, which is not there", attr, n.Attr(attr))
				}
			}
		}
		for _, n := range append(page.All("input"), page.All("textarea")...) {
			if len(page.All("label[for="+n.Attr("id")+"]")) != 1 {
				t.Errorf("%s %q has no label", n.Data, n.Attr("name"))
			}
		}
		for _, n := range page.All("svg") {
			if n.Attr("aria-hidden") != "true" && n.Parent.Data != "defs" {
				t.Error("an icon is read out")
			}
		}
		for _, n := range page.All("[data-check]") {
			if len(n.All(".word")) != 1 || n.First(t, ".word").Text() == "" {
				t.Errorf("check %s speaks by colour alone", n.Attr("data-check"))
			}
		}
		for _, n := range append(page.All("a"), page.All("button")...) {
			if n.Text() == "" {
				t.Error("a link or button has no words")
			}
		}
		text := page.One(t, "body")
		if found := key.FindString(text); found != "" {
			t.Errorf("a message is missing: %s", found)
		}
		if strings.Contains(text, "<no value>") || strings.Contains(text, "%!") {
			t.Error("a placeholder is not filled")
		}
		if found := forbidden.FindString(text); found != "" {
			t.Errorf("the page claims %q", found)
		}
		for _, never := range []string{"<script", "<style", " style=", "javascript:", "<img", "<iframe", " onload", "http://"} {
			if strings.Contains(raw, never) && !strings.Contains(name, "hostile") {
				t.Errorf("the page holds %q", never)
			}
		}
	})
}

// Nothing but valid may look like a success.
func TestOnlyValidLooksLikeSuccess(t *testing.T) {
	t.Parallel()
	everyState(t, func(t *testing.T, name, lang string, page pagetest.Node, _ string) {
		verdicts := page.All("main [data-verdict]")
		if len(verdicts) == 0 {
			return
		}
		loc := i18n.For(lang)
		got, h1 := verdicts[0].Attr("data-verdict"), page.One(t, "main h1")
		if valid := strings.HasPrefix(name, "/demo/states/link-valid") || strings.HasPrefix(name, "/demo/states/result-valid"); valid != (got == "valid") || valid != (h1 == loc.T("verify.verdict.valid")) {
			t.Errorf("verdict is %q, h1 %q", got, h1)
		}
		if got != "valid" && len(page.All(".valid")) != 0 {
			t.Error("it looks like a success")
		}
		if got == "valid" && len(page.All(".fail"))+len(page.All(".not-done")) != 0 {
			t.Error("a check of a valid certificate did not pass")
		}
	})
}

// A rightly sealed credential may hold anything; on a page it is text.
func TestHostileTextIsInert(t *testing.T) {
	t.Parallel()
	everyState(t, func(t *testing.T, name, _ string, page pagetest.Node, raw string) {
		if !strings.Contains(name, "hostile") {
			return
		}
		for _, selector := range []string{"script", "style", "img", "iframe", "object", "embed", "[onload]", "[onerror]", "[style]", "main base"} {
			if n := len(page.All(selector)); n != 0 {
				t.Errorf("%d elements %s", n, selector)
			}
		}
		for _, a := range append(page.All("[href]"), page.All("[src]")...) {
			href := a.Attr("href") + a.Attr("src")
			if !strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "#") || strings.HasPrefix(href, "//") {
				t.Errorf("a link leads away: %s", href)
			}
		}
		for _, r := range raw {
			switch {
			case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\u200b', r == '\u200e', r == '\u200f', r == 0, r == '\ufeff':
				t.Errorf("the page holds %U", r)
			}
		}
		if len(raw) > 30_000 {
			t.Errorf("the page has %d bytes", len(raw))
		}
		if !strings.Contains(page.One(t, "main"), "<script>alert(1)</script>") {
			t.Error("the name is not shown as it is")
		}
		if strings.Count(raw, "\u0351")+strings.Count(raw, "\u0359") > 2 {
			t.Error("a tower of accents stands")
		}
	})
}
