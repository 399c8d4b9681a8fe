package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/web/page/pagetest"
)

func (h *house) invitation(email string) access.Ticket {
	h.t.Helper()
	all, err := h.accounts.Invitations(h.t.Context(), h.ada, "nord")
	if err != nil {
		h.t.Fatal(err)
	}
	for _, k := range all {
		if k.Email == email {
			return k
		}
	}
	h.t.Fatalf("no invitation of %s", email)
	return access.Ticket{}
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n := h.see("/b/nord/staff")
	if len(n.All("[data-nobody] button")) != 1 {
		t.Error("the page does not say that nobody can seal")
	}
	if got := h.goes("/b/nord/staff", url.Values{"email": {" Cy@Example.org "}, "role": {"officer"}, "lang": {"fr"}}); got != "/b/nord/staff?done=invited" {
		t.Errorf("it leads to %s", got)
	}
	k := h.invitation("cy@example.org")
	if k.Lang != "fr" || k.Role != access.Officer {
		t.Errorf("invited: %+v", k)
	}
	for name, test := range map[string]struct{ email, role, field string }{
		"NoAddress": {"nobody", "officer", "email"}, "TwoAddresses": {"a@example.org, b@example.org", "officer", "email"}, "NoRole": {"a@example.org", "candidate", "role"},
	} {
		w := h.send(http.MethodPost, "/b/nord/staff", url.Values{"email": {test.email}, "role": {test.role}, "lang": {"en"}})
		if n := pagetest.Parse(t, w); w.Code != 400 || n.First(t, "#invite-"+test.field+"-error").Text() == "" || n.First(t, "#invite-email").Attr("value") != test.email {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	path := "/b/nord/staff/invitations/" + string(k.ID)
	h.now = h.now.Add(access.InviteFor - time.Hour)
	h.actor.SignedIn = h.now
	if got := h.see("/b/nord/staff").One(t, "[data-invitations] td .badge"); got != "ends soon" {
		t.Errorf("an hour before its end: %q", got)
	}
	h.goes(path+"/again", nil)
	if again := h.invitation("cy@example.org"); !again.Expires.After(k.Expires) || again.ID != k.ID {
		t.Errorf("sent again: %+v", again)
	}
	// Another body does not know it, and may do nothing with it.
	h.actor = h.bo
	for _, p := range []string{path, strings.Replace(path, "nord", "sued", 1)} {
		for _, act := range []string{"/again", "/withdraw"} {
			if w := h.send(http.MethodPost, p+act, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s by another body: %d", p+act, w.Code)
			}
		}
	}
	h.actor = h.ada
	h.see(path + "/withdraw")
	h.goes(path+"/withdraw", nil)
	if w := h.send(http.MethodPost, path+"/withdraw", nil); w.Code != http.StatusNotFound {
		t.Errorf("withdrawn twice: %d", w.Code)
	}
	if len(h.see("/b/nord/staff").All("[data-invitations] td")) != 0 {
		t.Error("it is still open")
	}
}

func TestBouncedInvitationIsMarked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.goes("/b/nord/staff", url.Values{"email": {"cy@example.org"}, "role": {"officer"}, "lang": {"en"}})
	letters, err := h.store.Letters(t.Context(), mail.Filter{Body: "nord", Kind: mail.Invite})
	if err != nil || len(letters) != 1 {
		t.Fatal(letters, err)
	}
	if err := h.store.MarkLetter(t.Context(), letters[0].ID, mail.Bounced, "mail.failed.address"); err != nil {
		t.Fatal(err)
	}
	if got := h.see("/b/nord/staff").One(t, "[data-invitations] td .badge"); got != "e-mail came back" {
		t.Errorf("the invitation says %q", got)
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cy := h.person("Cy", "nord", access.Officer)
	at := func(a access.Actor) string { return "/b/nord/staff/members/" + a.Memberships[0].ID }
	if got := len(h.see("/b/nord/staff").All("tbody tr")); got != 2 {
		t.Fatalf("%d members", got)
	}
	var acts []string
	for _, n := range h.see(at(cy)).All("section h2") {
		acts = append(acts, n.Text())
	}
	if got := strings.Join(acts, " | "); got != "Change the role | Cannot sign in any more? | End the role" {
		t.Errorf("what can be done stands under %s", got)
	}
	if got := h.goes(at(cy)+"/role", url.Values{"role": {"assessor"}}); got != "/b/nord/staff?done=changed" {
		t.Errorf("a new role leads to %s", got)
	}
	if w := h.send(http.MethodPost, at(h.ada)+"/role", url.Values{"role": {"officer"}}); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "It was not done") {
		t.Errorf("the last administrator becomes an officer: %d", w.Code)
	}
	h.see(at(h.ada) + "/end")
	if w := h.send(http.MethodPost, at(h.ada)+"/end", nil); w.Code != http.StatusConflict {
		t.Errorf("the last administrator leaves: %d", w.Code)
	}
	members, err := h.accounts.Members(t.Context(), h.ada, "nord")
	if err != nil || len(members) != 2 {
		t.Fatal(members, err)
	}
	for _, m := range members {
		if m.Person == cy.Person {
			cy.Memberships[0] = m.Membership
		}
	}
	if cy.Memberships[0].Role != access.Assessor {
		t.Errorf("the role is %s", cy.Memberships[0].Role)
	}
	// Who is no administrator may give up their own role and nothing else.
	h.actor = cy
	for path, want := range map[string]int{"/b/nord/staff": 403, at(cy): 200, at(h.ada): 403, at(h.ada) + "/end": 403} {
		if w := h.get(path); w.Code != want {
			t.Errorf("an assessor asks for %s: %d, want %d", path, w.Code, want)
		}
	}
	if w := h.send(http.MethodPost, at(cy)+"/role", url.Values{"role": {"administrator"}}); w.Code != http.StatusForbidden {
		t.Errorf("an assessor becomes administrator: %d", w.Code)
	}
	h.actor = h.bo
	for _, path := range []string{at(cy), at(cy) + "/end", at(cy) + "/help", strings.Replace(at(cy), "nord", "sued", 1)} {
		if w := h.get(path); w.Code != http.StatusNotFound {
			t.Errorf("another body asks for %s: %d", path, w.Code)
		}
	}
	for _, path := range []string{at(cy) + "/end", strings.Replace(at(cy), "nord", "sued", 1) + "/end"} {
		if w := h.send(http.MethodPost, path, nil); w.Code != http.StatusNotFound {
			t.Errorf("another body ends the role: %d", w.Code)
		}
	}
	h.actor = cy
	if got := h.goes(at(cy)+"/end", nil); got != "/start" {
		t.Errorf("who leaves is led to %s", got)
	}
	h.actor = h.ada
	if got := len(h.see("/b/nord/staff").All("tbody tr")); got != 1 {
		t.Errorf("%d members are left", got)
	}
}

func TestAdministratorHelpsSomebodyBackIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cy := h.person("Cy", "nord", access.Officer)
	path := "/b/nord/staff/members/" + cy.Memberships[0].ID + "/help"
	h.see(path)
	if got := h.goes(path, nil); got != "/b/nord/staff?done=helped" {
		t.Errorf("it leads to %s", got)
	}
	if w := h.send(http.MethodPost, "/b/nord/staff/members/"+h.ada.Memberships[0].ID+"/help", nil); w.Code != http.StatusForbidden {
		t.Errorf("oneself: %d", w.Code)
	}
	h.actor.SignedIn = h.now.Add(-time.Hour)
	if w := h.send(http.MethodPost, path, nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/confirm" {
		t.Errorf("after a stale sign-in: %d", w.Code)
	}
}

// TestGivingPowerNeedsAFreshSignIn uses a session that somebody left open.
func TestGivingPowerNeedsAFreshSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	cy := h.person("Cy", "nord", access.Assessor)
	h.goes("/b/nord/staff", url.Values{"email": {"di@example.org"}, "role": {"officer"}, "lang": {"en"}})
	member := "/b/nord/staff/members/" + cy.Memberships[0].ID
	invitation := "/b/nord/staff/invitations/" + string(h.invitation("di@example.org").ID)
	gives := map[string]url.Values{
		"/b/nord/staff":       {"email": {"evil@example.org"}, "role": {"officer"}, "lang": {"en"}},
		invitation + "/again": nil, member + "/role": {"role": {"officer"}}, member + "/help": nil,
	}
	fresh, stale := h.actor, h.actor
	stale.SignedIn = h.now.Add(-access.FreshFor - time.Second)
	back := h.actor
	back.Recovered = h.now.Add(-time.Hour)
	for path, form := range gives {
		h.actor = stale
		if w := h.send(http.MethodPost, path, form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/confirm" {
			t.Errorf("%s after a stale sign-in: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
		h.actor = back
		if w := h.send(http.MethodPost, path, form); w.Code != http.StatusForbidden {
			t.Errorf("%s after a recovery: %d", path, w.Code)
		}
	}
	h.actor = stale // to close a door is quick
	h.see("/b/nord/staff")
	h.goes(invitation+"/withdraw", nil)
	h.goes(member+"/end", nil)
	h.actor = fresh
}

func TestTokens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ends := h.now.AddDate(0, 6, 0).Format(time.DateOnly)
	form := url.Values{"name": {"Exam system"}, "scopes": {"body:write", "results:read"}, "expires": {ends}}
	w := h.send(http.MethodPost, "/b/nord/tokens", form)
	if w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("making one: %d", w.Code)
	}
	secret := pagetest.Parse(t, w).One(t, "#secret")
	actor, err := h.accounts.Authenticate(t.Context(), secret)
	if err != nil || actor.Body != "nord" || len(actor.Scopes) != 2 {
		t.Fatalf("the token: %+v, %v", actor, err)
	}
	list := h.get("/b/nord/tokens")
	if strings.Contains(list.Body.String(), secret) || !strings.Contains(list.Body.String(), "prb_…"+secret[len(secret)-4:]) || !strings.Contains(list.Body.String(), "Change the profile") {
		t.Error("the list shows the secret, or not which token it is")
	}
	for name, test := range map[string]struct {
		field, value, error string
	}{
		"NoName": {"name", "", "token-name-error"}, "NoScope": {"scopes", "", "token-scopes-error"}, "OthersScope": {"scopes", "me:read", "token-scopes-error"},
		"TwoYears": {"expires", h.now.AddDate(2, 0, 0).Format(time.DateOnly), "token-expires-error"},
		"Over":     {"expires", h.now.AddDate(0, 0, -1).Format(time.DateOnly), "token-expires-error"}, "NoDay": {"expires", "soon", "token-expires-error"},
	} {
		w := h.send(http.MethodPost, "/b/nord/tokens", with(form, test.field, test.value))
		if n := pagetest.Parse(t, w); w.Code != 400 || n.First(t, "#"+test.error).Text() == "" {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	// An administrator seals nothing, by no token either.
	if w := h.send(http.MethodPost, "/b/nord/tokens", with(form, "scopes", "credentials:seal")); w.Code != http.StatusForbidden {
		t.Errorf("a token that may more than its maker: %d", w.Code)
	}
	if len(pagetest.Parse(t, list).All("input[value=credentials:seal]")) != 0 {
		t.Error("the form offers it")
	}
	path := "/b/nord/tokens/" + string(actor.Token) + "/revoke"
	h.actor = h.bo
	for _, p := range []string{path, strings.Replace(path, "nord", "sued", 1)} {
		if w := h.send(http.MethodPost, p, nil); w.Code != http.StatusNotFound {
			t.Errorf("another body revokes it: %d", w.Code)
		}
	}
	h.actor = h.ada
	h.actor.SignedIn = h.now.Add(-time.Hour)
	if w := h.send(http.MethodPost, "/b/nord/tokens", form); w.Code != http.StatusSeeOther {
		t.Errorf("a token after a stale sign-in: %d", w.Code)
	}
	h.see(path)
	h.goes(path, nil) // to close a door needs no new sign-in
	if _, err := h.accounts.Authenticate(t.Context(), secret); err == nil {
		t.Error("the token still works")
	}
	if len(h.see("/b/nord/tokens").All("tbody tr")) != 0 {
		t.Error("it is still on the list")
	}
}
