package public_test

import (
	"strings"
	"testing"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/web/page/pagetest"
)

// Of what no longer stands nobody is said to vouch, and nothing is said to be
// attested; what became of it is the first word.
func TestWithdrawn(t *testing.T) {
	t.Parallel()
	h := handler(t, demo)
	for _, lang := range i18n.Languages {
		loc := i18n.For(lang)
		for name, want := range map[string]struct {
			word, who, mark string
			fallen          bool
		}{
			"invalid-revoked":         {"page.verdict.revoked", "page.field.issuer", "skipped", true},
			"invalid-revoked-unknown": {"page.verdict.revoked", "page.field.claimed", "not-done", true},
			"invalid-suspended":       {"page.verdict.suspended", "page.field.issuer", "skipped", true},
			"invalid-status-entry":    {"verify.verdict.invalid", "page.field.issuer", "skipped", true},
			"invalid-validity":        {"verify.verdict.invalid", "page.result.who", "pass", false},
			"valid-status":            {"verify.verdict.valid", "page.result.who", "pass", false},
		} {
			page := pagetest.Parse(t, get(h, "/demo/states/result-"+name+"?lang="+lang))
			if got := page.One(t, "main h1"); got != loc.T(want.word) {
				t.Errorf("%s %s: h1 is %q", lang, name, got)
			}
			if got := page.One(t, "h2#who"); got != loc.T(want.who) {
				t.Errorf("%s %s: the issuer stands under %q", lang, name, got)
			}
			if n := len(page.All(".issuer." + want.mark)); n != 1 {
				t.Errorf("%s %s: %d issuers are marked %s", lang, name, n, want.mark)
			}
			what := loc.T("page.result.what")
			if want.fallen {
				what = loc.T("page.result.said")
			}
			if got := page.One(t, "h2#what"); got != what {
				t.Errorf("%s %s: the claims stand under %q", lang, name, got)
			}
			compare := loc.T("page.link.compare")
			if got := strings.Contains(page.One(t, "main"), compare); got == want.fallen {
				t.Errorf("%s %s: asks to compare the name: %t", lang, name, got)
			}
			link := pagetest.Parse(t, get(h, "/demo/states/link-"+name+"?lang="+lang))
			if got := strings.Contains(link.One(t, "main"), compare); got == want.fallen {
				t.Errorf("%s %s: the link's page asks to compare the name: %t", lang, name, got)
			}
			if got := link.One(t, "[data-field=status] dd"); want.word != "verify.verdict.valid" && got != loc.T(want.word) {
				t.Errorf("%s %s: status is %q", lang, name, got)
			}
			if got, kind := page.One(t, "[data-field=verdict] dd"), page.First(t, "[data-verdict]").Attr("data-verdict"); got != loc.T("verify.verdict."+kind) {
				t.Errorf("%s %s: the details say %q", lang, name, got)
			}
		}
	}
}

// Flat claims have no more than a name for a unit and a grade: there is nothing
// to open, and no sign between nothing and a grade.
func TestFlatClaims(t *testing.T) {
	t.Parallel()
	page := pagetest.Parse(t, get(handler(t, demo), "/demo/states/result-valid-sdjwt-selection"))
	if got := page.One(t, "[data-field=assessments] dd"); got != "Passed" {
		t.Errorf("assessments are %q", got)
	}
	if got := page.One(t, "[data-field=units] dt"); got != i18n.For("en").T("page.field.units") {
		t.Errorf("units stand under %q", got)
	}
	if n := len(page.All("[data-field=units] li")); n != 2 {
		t.Errorf("%d units", n)
	}
	if n := len(page.All("main .deed details")); n != 0 {
		t.Errorf("%d parts can be opened", n)
	}
}
