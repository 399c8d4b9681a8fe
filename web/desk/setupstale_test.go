package desk_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/probatum/probatum/web/page/pagetest"
)

// A form that is shown once more, for a stale sign-in or a fault, still belongs to what
// its writer saw: what somebody else has kept since is not lost without a word.
func TestFormsShownAgainBelongToWhatWasSeen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, seen, err := h.store.BodyVersion(t.Context(), "nord")
	if err != nil {
		t.Fatal(err)
	}
	p.Colours.Accent = "#112233" // somebody else, meanwhile
	if err := h.store.KeepProfile(t.Context(), "nord", p, seen); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"was": {seen}, "accent": {"#445566"}, "second": {"#010101"}, "logoPlace": {""}, "place": {"Kiel"}}
	files := upload{"other", "x.txt", []byte("x")}

	h.actor.SignedIn = h.now.Add(-time.Hour)
	stale := h.send(http.MethodPost, "/b/nord/setup/look", form, files)
	h.actor.SignedIn = h.now
	wrong := h.send(http.MethodPost, "/b/nord/setup/look", with(form, "accent", "no colour"))
	if stale.Code != http.StatusConflict || wrong.Code != http.StatusBadRequest {
		t.Errorf("a stale sign-in: %d, a fault: %d", stale.Code, wrong.Code)
	}
	for what, n := range map[string]pagetest.Node{"a stale sign-in": pagetest.Parse(t, stale), "a fault": pagetest.Parse(t, wrong)} {
		was := n.First(t, "form#look [name=was]").Attr("value")
		if was != seen {
			t.Errorf("after %s the form is of version %.8s, want %.8s", what, was, seen)
		}
		if w := h.send(http.MethodPost, "/b/nord/setup/look", with(form, "was", was)); w.Code != http.StatusConflict {
			t.Errorf("after %s the form overwrites what came between: %d", what, w.Code)
		}
	}
	if got, _ := h.profile("nord"); got.Colours.Accent != "#112233" {
		t.Errorf("kept: %s", got.Colours.Accent)
	}
}

// To take the logo away is not forgotten when the form is shown once more.
func TestStaleFormStillRemovesTheLogo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	look := url.Values{"logoPlace": {"right"}, "accent": {"#14213d"}, "second": {"#b08d3c"}}
	h.goes("/b/nord/setup/look", look, upload{"logo", "logo.png", logo(t)})
	h.actor.SignedIn = h.now.Add(-time.Hour)
	w := h.send(http.MethodPost, "/b/nord/setup/look", with(look, "logo-remove", "on"), upload{"other", "x", []byte("x")})
	again := url.Values{}
	for _, c := range pagetest.Parse(t, w).All("form#look [name]") {
		box := c.Attr("type") == "checkbox" || c.Attr("type") == "radio"
		if !box || slices.ContainsFunc(c.Node.Attr, func(a html.Attribute) bool { return a.Key == "checked" }) {
			again.Add(c.Attr("name"), c.Attr("value"))
		}
	}
	h.actor.SignedIn = h.now
	if w := h.send(http.MethodPost, "/b/nord/setup/look", again); w.Code != http.StatusSeeOther {
		t.Fatalf("sent again: %d", w.Code)
	}
	if got, _ := h.profile("nord"); len(got.Logo) > 0 {
		t.Errorf("a logo of %d bytes is still there; sent: %v", len(got.Logo), again)
	}
}
