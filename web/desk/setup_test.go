package desk_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/web/page/pagetest"
)

// TestSetUpFromNothing walks the whole way with the fewest fields, and counts.
func TestSetUpFromNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if n := h.see("/b/nord").All("[data-setup] a"); len(n) != 1 || n[0].Attr("href") != "/b/nord/setup/who" {
		t.Fatalf("the home of an empty body does not lead to the first step: %v", n)
	}
	form := h.see("/b/nord/setup/who")
	if got := form.First(t, "#who-legalName").Attr("value"); got != "DEMO Nord" {
		t.Errorf("the legal name begins as %q", got)
	}
	if got := h.goes("/b/nord/setup/who", who); got != "/b/nord/setup/look" {
		t.Errorf("after the first step: %s", got)
	}
	if got := h.goes("/b/nord/setup/look", url.Values{"logoPlace": {"left"}, "accent": {"#123444"}, "second": {"#C29A4F"}}); got != "/b/nord/setup/recognition" {
		t.Errorf("after the second step: %s", got)
	}
	h.see("/b/nord/setup/recognition")
	if got := h.goes("/b/nord/setup/recognition", with(recognition, "entry", "0")); got != "/b/nord/setup/mail" {
		t.Errorf("after the third step: %s", got)
	}
	if got := h.goes("/b/nord/setup/mail", url.Values{}); got != "/b/nord/setup/seal" {
		t.Errorf("after the fourth step: %s", got)
	}
	if got := h.goes("/b/nord/setup/seal/trial", nil); got != "/b/nord/setup/seal?done=trial" {
		t.Errorf("after the trial seal: %s", got)
	}
	for _, who := range []string{"nobody", "an officer"} { // is there to seal
		if who != "nobody" {
			h.person("Olga", "nord", access.Officer)
		}
		for _, path := range []string{"/b/nord/setup/seal?done=trial", "/b/nord/setup"} {
			if got := strings.Contains(h.see(path).Text(), "Invite who will seal"); got != (who == "nobody") {
				t.Errorf("%s with %s who seals: invites %t", path, who, got)
			}
		}
	}
	p, _ := h.profile("nord")
	if err := p.Check().Err(); err != nil || !h.standing().Ready() {
		t.Fatalf("not ready: %v, %+v", err, h.standing())
	}
	if p.Identifier.Notation != "VATDE-000000000" {
		t.Errorf("the identifier is %q", p.Identifier.Notation)
	}
	if p.Colours != (body.Colours{}) {
		t.Errorf("the colours of the house were chosen: %+v", p.Colours)
	}
	n := h.see("/b/nord/setup")
	if got := n.One(t, ".notice-title"); got != "Ready to seal" {
		t.Errorf("the overview says %q", got)
	}
	if len(h.see("/b/nord").All("[data-setup]")) != 0 {
		t.Error("the home still asks for the set-up")
	}
}

func TestStepsKeepHalfOfIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if got := h.goes("/b/nord/setup/who", url.Values{"legalName": {"DEMO Nord gGmbH"}, "languages": {"de", "fr"}, "main": {"fr"}}); got != "/b/nord/setup/look" {
		t.Errorf("half a form leads to %s", got)
	}
	p, _ := h.profile("nord")
	if p.LegalName["fr"] != "DEMO Nord gGmbH" || len(p.LegalName) != 1 || strings.Join(p.Languages, " ") != "fr de" {
		t.Errorf("kept: %v, %v", p.LegalName, p.Languages)
	}
	if n := h.see("/b/nord/setup").All("[data-needed] li"); len(n) != 3 { // identifier, country, recognition
		t.Errorf("%d things are needed, want 3", len(n))
	}
	// Each fault stands at its field, in the language of the reader, and nothing of
	// what was typed is lost or kept.
	w := h.send(http.MethodPost, "/b/nord/setup/who?lang=de", with(who, "identifier", "VATDE 1 ü", "homepage", "ftp://x", "email", "nobody", "locality", "10115 Berlin"))
	if w.Code != http.StatusBadRequest {
		t.Fatalf("wrong fields: %d", w.Code)
	}
	n := pagetest.Parse(t, w)
	for _, id := range []string{"who-identifier", "who-homepage", "who-email"} {
		if n.First(t, "#"+id+"-error").Text() == "" || n.First(t, "#"+id).Attr("aria-invalid") != "true" {
			t.Errorf("no fault stands at %s", id)
		}
	}
	if got := n.First(t, "#who-locality").Attr("value"); got != "10115 Berlin" {
		t.Errorf("what was typed is lost: %q", got)
	}
	if !strings.Contains(w.Body.String(), "Kennung") {
		t.Error("the page is not in German")
	}
	if p, _ := h.profile("nord"); p.Email != "" || p.Locality != "" {
		t.Error("a form with faults was kept")
	}
}

func TestMainLanguageTakesTheNameAlong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.goes("/b/nord/setup/who", who)
	h.goes("/b/nord/setup/who", with(url.Values{"languages": {"en", "de"}}, "legalName", "Nord (DEMO)", "main", "de"))
	if p, _ := h.profile("nord"); p.LegalName["de"] != "Nord (DEMO)" || len(p.LegalName) != 1 {
		t.Errorf("one name: %v", p.LegalName)
	}
	form := with(url.Values{"languages": {"en", "de"}}, "legalName", "Nord (DEMO)", "legalName-en", "North (DEMO)", "main", "de")
	h.goes("/b/nord/setup/who", form)
	h.goes("/b/nord/setup/who", with(form, "main", "en"))
	p, _ := h.profile("nord")
	if p.LegalName["de"] != "Nord (DEMO)" || p.LegalName["en"] != "North (DEMO)" || p.Languages[0] != "en" {
		t.Errorf("two names after another main language: %v, %v", p.LegalName, p.Languages)
	}
}

func TestLookRefusesWhatIsNoLogo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	look := url.Values{"logoPlace": {"right"}, "accent": {"#14213d"}, "second": {"#b08d3c"}, "signatory": {"Dr. Ada Nord"}, "function-en": {"Head"}}
	large := append(logo(t), make([]byte, 300<<10)...)
	for name, data := range map[string][]byte{
		"SVG": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "HTML": []byte("<!DOCTYPE html><p>hello"),
		"Large": large, "Cut": logo(t)[:60], "GIF": []byte("GIF89a\x01\x00\x01\x00"),
	} {
		w := h.send(http.MethodPost, "/b/nord/setup/look", look, upload{"logo", "logo.png", data})
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, w.Code)
			continue
		}
		n := pagetest.Parse(t, w)
		if n.First(t, "#look-logo-error").Text() == "" {
			t.Errorf("%s: no fault at the logo", name)
		}
		if n.First(t, "#look-signatory").Attr("value") != "Dr. Ada Nord" || len(n.All(`[name=logo-kept]`)) != 0 {
			t.Errorf("%s: what was typed is lost, or the logo stays", name)
		}
	}
	if p, _ := h.profile("nord"); len(p.Logo) > 0 || p.Signatory.Name != "" {
		t.Error("something was kept")
	}
	// A good logo beside a bad colour is not asked for twice.
	w := h.send(http.MethodPost, "/b/nord/setup/look", with(look, "accent", "red"), upload{"logo", "logo.png", logo(t)})
	n := pagetest.Parse(t, w)
	if w.Code != http.StatusBadRequest || n.First(t, "#look-accent-error").Text() == "" {
		t.Fatalf("a wrong colour: %d", w.Code)
	}
	h.goes("/b/nord/setup/look", with(look, "logo-kept", n.First(t, "[name=logo-kept]").Attr("value")))
	p, _ := h.profile("nord")
	if !bytes.Equal(p.Logo, logo(t)) || p.Colours.Accent != "#14213d" || p.LogoPlace != "right" || p.Signatory.Function["en"] != "Head" {
		t.Errorf("kept: %+v", p)
	}
	h.goes("/b/nord/setup/look", with(look, "logo-remove", "on"))
	if p, _ := h.profile("nord"); len(p.Logo) > 0 {
		t.Error("the logo is still there")
	}
}

func TestPreviewShowsWhatIsTypedAndKeepsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.see("/b/nord/setup/look")
	if got := n.All("[data-preview] img"); len(got) != 3 || !strings.HasPrefix(got[0].Attr("src"), "/b/nord/setup/preview/en.png") {
		t.Fatalf("the form shows %d pictures", len(got))
	}
	if w := h.get("/b/nord/setup/preview/fr.png"); w.Code != 200 || !bytes.HasPrefix(w.Body.Bytes(), []byte("\x89PNG")) {
		t.Errorf("the picture: %d", w.Code)
	}
	if w := h.get("/b/nord/setup/preview/de.pdf"); w.Code != 200 || !bytes.HasPrefix(w.Body.Bytes(), []byte("%PDF")) {
		t.Errorf("the PDF: %d", w.Code)
	}
	typed := url.Values{"logoPlace": {"above"}, "accent": {"#a01010"}, "second": {"#b08d3c"}, "signatory": {"Dr. Ada Nord"}, "place": {"Kiel"}, "was": {"x"}}
	// Without script: the whole page, with what was typed.
	w := h.send(http.MethodPost, "/b/nord/setup/look/preview", typed, upload{"logo", "logo.png", logo(t)})
	n = pagetest.Parse(t, w)
	pictures := n.All("[data-preview] img")
	if w.Code != 200 || len(pictures) != 3 || !strings.HasPrefix(pictures[0].Attr("src"), "data:image/png;base64,") {
		t.Fatalf("the preview answers %d", w.Code)
	}
	if !strings.Contains(w.Header().Get("Content-Security-Policy"), "img-src 'self' data:;") {
		t.Error("the page may not show its own pictures")
	}
	if n.First(t, "#look-place").Attr("value") != "Kiel" || len(n.All("[name=logo-kept]")) != 1 || n.First(t, "[name=was]").Attr("value") != "x" {
		t.Error("the form is not as it was sent")
	}
	// With script: the pictures alone.
	r := httptest.NewRequest(http.MethodPost, "/b/nord/setup/look/preview", strings.NewReader(typed.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("HX-Request", "true")
	part := httptest.NewRecorder()
	h.handler.ServeHTTP(part, r)
	if part.Code != 200 || strings.Contains(part.Body.String(), "<html") || strings.Count(part.Body.String(), "data:image/png") != 3 {
		t.Errorf("the part answers %d", part.Code)
	}
	// What would not be taken is not drawn: a picture of many pixels in few bytes.
	var bomb bytes.Buffer
	if err := png.Encode(&bomb, image.NewGray(image.Rect(0, 0, 6000, 6000))); err != nil {
		t.Fatal(err)
	}
	w = h.send(http.MethodPost, "/b/nord/setup/look/preview", with(typed, "place", strings.Repeat("x", 1<<20)), upload{"logo", "logo.png", bomb.Bytes()})
	n = pagetest.Parse(t, w)
	if w.Code != 200 || n.First(t, "#look-logo-error").Text() == "" || n.First(t, "#look-place-error").Text() == "" || len(n.All("[data-preview] img")) != 3 {
		t.Errorf("what would not be taken: %d", w.Code)
	}
	if p, _ := h.profile("nord"); p.Place != "" || len(p.Logo) > 0 {
		t.Error("a preview was kept")
	}
}

func TestConcurrentChangesAreTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.goes("/b/nord/setup/who", who)
	_, was := h.profile("nord")
	h.goes("/b/nord/setup/who", with(who, "locality", "24103 Kiel", "was", was))
	w := h.send(http.MethodPost, "/b/nord/setup/who", with(who, "locality", "20095 Hamburg", "was", was))
	if w.Code != http.StatusConflict {
		t.Fatalf("a change on an old state: %d", w.Code)
	}
	n := pagetest.Parse(t, w)
	if got := n.First(t, "#who-locality").Attr("value"); got != "20095 Hamburg" {
		t.Errorf("what was typed is lost: %q", got)
	}
	if got := n.One(t, "[data-now] [data-field=locality] dd"); got != "24103 Kiel" {
		t.Errorf("what is kept now is not shown: %q", got)
	}
	if len(n.All("[data-now] [data-field]")) != 1 {
		t.Error("fields that do not differ are shown")
	}
	h.goes("/b/nord/setup/who", with(who, "locality", "20095 Hamburg", "was", n.First(t, "[name=was]").Attr("value")))
	if p, _ := h.profile("nord"); p.Locality != "20095 Hamburg" {
		t.Errorf("sent once more: %q", p.Locality)
	}
}

func TestRecognitions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.goes("/b/nord/setup/who", who)
	h.goes("/b/nord/setup/recognition", recognition)
	if got := h.goes("/b/nord/setup/recognition", with(recognition, "title-en", "Second (DEMO)", "from", "2026-01-01", "until", "2027-12-31")); got != "/b/nord/setup/recognition?done=saved" {
		t.Errorf("a second one leads to %s", got)
	}
	w := h.send(http.MethodPost, "/b/nord/setup/recognition", with(recognition, "from", "2026-02-30", "agent-country", "Germany"))
	n := pagetest.Parse(t, w)
	if w.Code != 400 || n.First(t, "#recognition-from-error").Text() == "" || n.First(t, "#recognition-agent-country-error").Text() == "" || n.First(t, "#recognition-from").Attr("value") != "2026-02-30" {
		t.Errorf("wrong fields of a third: %d", w.Code)
	}
	h.goes("/b/nord/setup/recognition", with(recognition, "title-en", "First (DEMO)", "entry", "0"))
	p, _ := h.profile("nord")
	if len(p.Accreditations) != 2 || p.Accreditations[0].Title["en"] != "First (DEMO)" || p.Accreditations[1].Until.String() != "2027-12-31" {
		t.Fatalf("kept: %+v", p.Accreditations)
	}
	ask := h.see("/b/nord/setup/recognition/remove?entry=0")
	h.goes("/b/nord/setup/recognition/remove", url.Values{"entry": {"0"}, "was": {ask.First(t, "[name=was]").Attr("value")}})
	if w := h.send(http.MethodPost, "/b/nord/setup/recognition/remove", url.Values{"entry": {"0"}, "was": {ask.First(t, "[name=was]").Attr("value")}}); w.Code != http.StatusConflict {
		t.Errorf("twice: %d", w.Code)
	}
	if p, _ := h.profile("nord"); len(p.Accreditations) != 1 || p.Accreditations[0].Title["en"] != "Second (DEMO)" {
		t.Errorf("left: %+v", p.Accreditations)
	}
}

func TestMailStepTriesTheMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.now = h.now.Add(2 * time.Minute) // the letter that told Ada of her role was the last
	form := url.Values{"sender": {"DEMO Nord"}, "replyTo": {"office@nord.example"}, "do": {"try"}}
	if got := h.goes("/b/nord/setup/mail", form); got != "/b/nord/setup/mail?done=tried" {
		t.Errorf("it leads to %s", got)
	}
	letters, err := h.store.Letters(t.Context(), mail.Filter{Body: "nord", Kind: mail.Try})
	if err != nil || len(letters) != 1 || letters[0].To != "ada@example.org" {
		t.Fatalf("letters: %+v, %v", letters, err)
	}
	if w := h.send(http.MethodPost, "/b/nord/setup/mail", form); w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "No test mail was sent") {
		t.Errorf("twice: %d", w.Code)
	}
	if w := h.send(http.MethodPost, "/b/nord/setup/mail", url.Values{"sender": {"Evil <x@example.org>"}}); w.Code != 400 || pagetest.Parse(t, w).First(t, "#mail-sender-error").Text() == "" {
		t.Errorf("a sender with an address: %d", w.Code)
	}
}

// TestSetUpIsForItsAdministrators holds every page and form of the set-up to who may
// use them.
func TestSetUpIsForItsAdministrators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ready()
	before, _ := h.profile("nord")
	stale := h.ada
	stale.SignedIn = h.now.Add(-time.Hour)
	recovered := h.ada
	recovered.Recovered = h.now.Add(-time.Hour)
	role := func(r access.Role) access.Actor {
		return access.Actor{Person: "x", SignedIn: h.now, Memberships: []access.Membership{{ID: "m", Person: "x", Body: "nord", Role: r}}}
	}
	token := func(scopes ...access.Scope) access.Actor {
		return access.Actor{Token: "t", Body: "nord", Scopes: scopes}
	}
	type answers struct{ home, overview, form, save, seal, make, tokens int }
	for name, test := range map[string]struct {
		actor access.Actor
		want  answers
	}{
		"Nobody":         {access.Actor{}, answers{303, 303, 303, 303, 303, 303, 303}},
		"Stranger":       {access.Actor{Person: "x"}, answers{404, 404, 404, 404, 404, 404, 404}},
		"OtherBody":      {h.bo, answers{404, 404, 404, 404, 404, 404, 404}},
		"Officer":        {role(access.Officer), answers{200, 200, 403, 403, 403, 403, 403}},
		"Assessor":       {role(access.Assessor), answers{200, 200, 403, 403, 403, 403, 403}},
		"Employer":       {role(access.Employer), answers{403, 403, 403, 403, 403, 403, 403}},
		"Stale":          {stale, answers{200, 200, 200, 303, 200, 303, 200}},
		"Recovered":      {recovered, answers{200, 200, 200, 400, 403, 403, 200}},
		"TokenThatReads": {token(access.ScopeBody), answers{200, 200, 403, 403, 403, 403, 403}},
		"TokenThatEdits": {token(access.ScopeBody, access.ScopeBodyEdit), answers{200, 200, 200, 400, 403, 403, 403}},
	} {
		h.actor = test.actor
		bad := url.Values{"homepage": {"ftp://x"}} // never kept
		got := answers{
			home: h.get("/b/nord").Code, overview: h.get("/b/nord/setup").Code, form: h.get("/b/nord/setup/who").Code,
			save: h.send(http.MethodPost, "/b/nord/setup/who", bad).Code, seal: h.get("/b/nord/setup/seal").Code,
			make: h.send(http.MethodPost, "/b/nord/setup/seal/request", nil).Code, tokens: h.get("/b/nord/tokens").Code,
		}
		if got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
		for _, path := range []string{"/b/nord/setup/seal/certificate", "/b/nord/setup/seal/trial", "/b/nord/setup/recognition/remove", "/b/nord/staff", "/b/nord/tokens"} {
			if code := h.send(http.MethodPost, path, nil).Code; code < 303 {
				t.Errorf("%s: POST %s answers %d", name, path, code)
			}
		}
	}
	h.actor = h.bo
	if w := h.get("/b/nord/setup"); w.Code != 404 || strings.Contains(w.Body.String(), "DEMO Nord") {
		t.Error("the page of another body names it")
	}
	if w, other := h.get("/b/nord/setup"), h.get("/b/nowhere/setup"); w.Code != other.Code || w.Body.String() != strings.ReplaceAll(other.Body.String(), "nowhere", "nord") {
		t.Error("a body of others and one that does not exist answer differently")
	}
	if after, _ := h.profile("nord"); after.Name("") != before.Name("") || len(after.Accreditations) != len(before.Accreditations) || h.standing().Waiting {
		t.Error("something was changed")
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	keys := func(a access.Actor) string {
		t.Helper()
		all, err := h.admin.Waits(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, w := range all {
			out = append(out, strings.TrimPrefix(w.Key, "desk.waits.")+" "+w.Path)
		}
		return strings.Join(out, ", ")
	}
	if got := keys(h.ada); got != "setup /b/nord/setup" {
		t.Errorf("an empty body: %s", got)
	}
	h.ready()
	if got := keys(h.ada); got != "" {
		t.Errorf("a trial seal that lasts: %s", got)
	}
	now := h.now
	h.now = now.AddDate(0, 0, 80)
	h.ada.SignedIn = h.now
	if got := keys(h.ada); got != "seal.trial /b/nord/setup/seal" {
		t.Errorf("a trial seal that ends: %s", got)
	}
	h.now, h.ada.SignedIn = now, now
	if got := keys(h.bo); got != "setup /b/sued/setup" {
		t.Errorf("the other body: %s", got)
	}
	if got := keys(access.Actor{Person: "x", Memberships: []access.Membership{{Person: "x", Body: "nord", Role: access.Assessor}}}); got != "" {
		t.Errorf("an assessor: %s", got)
	}
	if err := h.accounts.Invite(t.Context(), h.ada, "nord", "cy@example.org", access.Officer, "en"); err != nil {
		t.Fatal(err)
	}
	letters, err := h.store.Letters(t.Context(), mail.Filter{Body: "nord", Kind: mail.Invite})
	if err != nil || len(letters) != 1 {
		t.Fatalf("letters: %v, %v", letters, err)
	}
	if err := h.store.MarkLetter(t.Context(), letters[0].ID, mail.Bounced, "mail.failed.address"); err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(access.InviteFor - 24*time.Hour)
	if got := keys(h.ada); got != "invitations /b/nord/staff, mail /b/nord/mail?state=bounced" {
		t.Errorf("an invitation that ends and whose mail bounced: %s", got)
	}
	cards := h.see("/b/nord").All("[data-waits] .card")
	if len(cards) != 2 {
		t.Errorf("the home shows %d things that wait", len(cards))
	}
	h.now = h.now.Add(100 * 24 * time.Hour)
	if got := keys(h.ada); got != "seal.expired /b/nord/setup/seal" {
		t.Errorf("a seal that is over: %s", got)
	}
}
