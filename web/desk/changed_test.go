package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
)

// Between the look of an officer and the sealing a program changes where the letter
// goes: nothing is sealed, and the page says what was changed and by whom.
func TestAnAddressThatChangedAfterTheLook(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	officer := b.actor
	a := b.bring(t, "", b.result(t))
	path, _, _ := strings.Cut(a.to, "?")
	id := path[strings.LastIndex(path, "/")+1:]
	seen := version.FindStringSubmatch(b.get(t, path).text)[1]
	want(t, "the address", b.post(t, path+"/attach", url.Values{"email": {"erika@example.org"}, "lang": {"de"}, "version": {seen}}), http.StatusSeeOther)
	page := b.get(t, path)
	want(t, "the page", page, http.StatusOK, "erika@example.org at once, in this language: German", "Address entered")
	seen = version.FindStringSubmatch(page.text)[1]

	b.actor = access.Actor{Token: "0a8f0f0e-6a0f-4f0e-8f0e-0f0e4b8f0f0e", Body: "musterstadt", Scopes: []access.Scope{access.ScopeImport}}
	got, _ := b.call(t, http.MethodPut, apiBase+"/results/"+id+"/attachment", map[string]string{"email": "thief@example.org", "lang": "de", "evidence": "", "version": ""})
	if got.status != http.StatusOK {
		t.Fatalf("the program: %d, %s", got.status, got.text)
	}
	b.actor = officer
	want(t, "sealing what was looked at", b.post(t, path+"/seal", url.Values{"version": {seen}}), http.StatusConflict, "Somebody has changed", "Address changed", "thief@example.org")
	b.speaks(t, path)
	seen = version.FindStringSubmatch(b.get(t, path).text)[1]
	want(t, "sealing after another look", b.post(t, path+"/seal", url.Values{"version": {seen}}), http.StatusSeeOther)
	want(t, "the credential", b.get(t, strings.Replace(path, "/results/", "/credentials/", 1)), http.StatusOK, "Address changed")
}

// What stands on certificates is changed by whom showed a moment ago who they are, and
// nothing that was typed is lost.
func TestTheProfileIsChangedAfterAFreshSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ready()
	h.actor.SignedIn = h.now.Add(-access.FreshFor - time.Second)
	_, before := h.profile("nord")
	for path, form := range map[string]url.Values{"who": with(who, "legalName", "DEMO Other"), "recognition": recognition, "mail": {"sender": {"Other"}}, "recognition/remove": {"entry": {"0"}, "was": {before}}} {
		if w := h.send(http.MethodPost, "/b/nord/setup/"+path, form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/confirm" {
			t.Errorf("%s: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	}
	h.see("/b/nord/setup/look") // to look needs none
	w := h.send(http.MethodPost, "/b/nord/setup/look", url.Values{"signatory": {"Mina Somebody"}}, upload{"logo", "logo.png", logo(t)})
	text := w.Body.String()
	if w.Code != http.StatusConflict || !strings.Contains(text, "Mina Somebody") || !strings.Contains(text, `name="logo-kept"`) || strings.Contains(text, "multipart") {
		t.Errorf("a form with a file: %d\n%.3000s", w.Code, text)
	}
	if _, after := h.profile("nord"); after != before {
		t.Error("something was changed")
	}
	h.actor.SignedIn = h.now
	h.goes("/b/nord/setup/look", url.Values{"signatory": {"Mina Somebody"}})
}

// A registered identifier without its kind is told at its field, with an example.
func TestAnIdentifierWithoutItsKind(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for lang, example := range map[string]string{"en": "VATDE-123456789 for a VAT number", "de": "NTRDE-HRB12345 für das Handelsregister", "fr": "NTRFR-552100554 pour le registre"} {
		w := h.send(http.MethodPost, "/b/nord/setup/who?lang="+lang, with(who, "identifier", "12345"))
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "who-identifier-error") || !strings.Contains(w.Body.String(), example) {
			t.Errorf("%s: %d", lang, w.Code)
		}
	}
	h.goes("/b/nord/setup/who", with(who, "identifier", "ei:se 5567971433"))
	if p, _ := h.profile("nord"); p.Identifier.Notation != "EI:SE-5567971433" {
		t.Errorf("kept %q", p.Identifier.Notation)
	}
}

// Somebody who has the role is not invited to it; who has an account and no part here
// is, like anybody.
func TestInvitingWhoHasTheRole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("Cy", "nord", access.Officer)
	form := url.Values{"email": {"CY@example.org"}, "role": {"officer"}, "lang": {"en"}}
	w := h.send(http.MethodPost, "/b/nord/staff", form)
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "invite-email-error") || !strings.Contains(w.Body.String(), "has this role here already") {
		t.Errorf("an officer as officer: %d", w.Code)
	}
	h.goes("/b/nord/staff", with(form, "role", "assessor"))
	h.goes("/b/nord/staff", with(form, "email", "bo@example.org"))
	h.goes("/b/nord/staff", with(form, "email", "nobody@example.org"))
}

// The page of the seal says of a trial what it is, and before there is any, what comes
// first.
func TestThePageOfTheSealAgreesWithItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if text := h.see("/b/nord/setup/seal").Text(); !strings.Contains(text, "A few entries come first") || strings.Contains(text, "missing") {
		t.Errorf("before: %s", text)
	}
	h.ready()
	if text := h.see("/b/nord/setup/seal").Text(); !strings.Contains(text, "Not confirmed") || h.standing().Standing != body.Trial {
		t.Errorf("a trial: %s", text)
	}
}
