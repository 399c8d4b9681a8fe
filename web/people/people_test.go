package people_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/people"
)

func TestInvitation(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	_, ada := w.member("ada@demo.example", access.Administrator)
	invite := func(to string, r access.Role) string {
		t.Helper()
		actor := access.Actor{Person: ada.ID, Memberships: members(t, w, ada), SignedIn: w.now()}
		if err := w.accounts.Invite(t.Context(), actor, "demo-body", to, r, "fr"); err != nil {
			t.Fatal(err)
		}
		return "/invite/" + w.link(to, access.Invite)
	}

	// Somebody new.
	path := invite("olga@demo.example", access.Officer)
	b := w.browser()
	for range 3 { // a look uses nothing up
		n := b.page(path)
		got := n.First(t, "main").Text()
		for _, want := range []string{"DEMO Body", "Officer", "olga@demo.example", "I have an account"} {
			if !strings.Contains(got, want) {
				t.Errorf("invitation says %q, want %s", got, want)
			}
		}
	}
	if code, detail := problem(t, b.make(path+"/passkey", url.Values{"name": {""}})); code != http.StatusBadRequest || detail == "" {
		t.Errorf("without a name: %d %s", code, detail)
	}
	leads(t, "sign-up by invitation", b.make(path+"/passkey", url.Values{"name": {"Olga DEMO"}}), "/start")
	if m := members(t, w, w.person("olga@demo.example")); len(m) != 1 || m[0].Role != access.Officer {
		t.Errorf("memberships %+v", m)
	}
	if rec := w.browser().get(path); rec.Code != http.StatusConflict || !strings.Contains(text(rec), "used already") {
		t.Errorf("the link once more: %d %s", rec.Code, text(rec))
	}

	// Somebody who has an account, under another address, and is not signed in.
	path = invite("office@demo.example", access.Mentor)
	c, _ := w.join("private@demo.example")
	c.post("/sign-out", nil)
	in := c.page(path).First(t, "main a.button").Attr("href")
	if in != "/sign-in?next="+url.QueryEscape(path) {
		t.Errorf("the way to sign in is %q", in)
	}
	leads(t, "sign-in", c.show("/sign-in/passkey", url.Values{"next": {path}}), path)
	if got := c.page(path).First(t, "form#take").Text(); !strings.Contains(got, "private@demo.example") {
		t.Errorf("the page does not say which account takes it: %q", got)
	}
	old := c.session()
	leads(t, "accept", c.post(path+"/accept", nil), "/start")
	if c.session() == old || c.get("/settings").Code != http.StatusOK {
		t.Error("the session does not go on with a new id")
	}
	if rec := c.post(path+"/accept", nil); rec.Code != http.StatusConflict {
		t.Errorf("accept twice: %d", rec.Code)
	}
	if rec := w.browser().post(invite("x@demo.example", access.Mentor)+"/accept", nil); rec.Code != http.StatusSeeOther || !strings.HasPrefix(rec.Header().Get("Location"), "/sign-in") {
		t.Errorf("accept by nobody: %d", rec.Code)
	}
	for _, wrong := range []string{"/invite/x", "/invite/" + strings.Repeat("A", 44), "/sign-up/" + strings.TrimPrefix(path, "/invite/")} {
		if rec := w.browser().get(wrong); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", wrong, rec.Code)
		}
	}
}

func TestSetUp(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	secret, _, err := w.accounts.SetUpLink(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	b, path := w.browser(), "/setup/"+secret
	b.page(path)
	form := func(id string) url.Values {
		return url.Values{"name": {"Ada"}, "email": {"ada@demo.example"}, "bodyName": {"DEMO Guild"}, "body": {id}}
	}
	if code, _ := problem(t, b.make(path+"/passkey", form("Not Good"))); code != http.StatusBadRequest {
		t.Errorf("an ill-formed short name: %d", code)
	}
	if rec := b.make(path+"/passkey", form("demo-body")); rec.Code != http.StatusConflict || !strings.Contains(text(rec), "short name already") {
		t.Errorf("a short name that is taken: %d %s", rec.Code, text(rec))
	}
	leads(t, "set-up", b.make(path+"/passkey", form("demo-guild")), "/b/demo-guild/setup")
	if m := members(t, w, w.person("ada@demo.example")); len(m) != 2 || m[0].Body != "demo-guild" || m[0].Role != access.Administrator || m[1].Role != access.Officer {
		t.Errorf("memberships %+v", m)
	}
	// A second body, by who is signed in.
	if secret, _, err = w.accounts.SetUpLink(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	b.page("/setup/" + secret)
	leads(t, "the second", b.post("/setup/"+secret+"/accept", url.Values{"bodyName": {"DEMO Two"}, "body": {"demo-two"}}), "/b/demo-two/setup")
}

func TestRecovery(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b, tom := w.join("tom@demo.example")
	n := pagetest.Parse(t, b.post("/settings/codes", nil))
	var codes []string
	for _, c := range n.All("main ol code") {
		codes = append(codes, c.Text())
	}
	if len(codes) != 10 {
		t.Fatalf("codes %v", codes)
	}
	if got := b.page("/settings").One(t, "[data-field=codes]"); !strings.Contains(got, "10") {
		t.Errorf("codes left: %q", got)
	}

	// With a code, at once.
	lost := w.browser()
	for _, at := range []string{"/sign-up", "/recover"} {
		if len(lost.page(at).All("p.lead")) != 1 {
			t.Errorf("%s does not say what will happen", at)
		}
	}
	lost.post("/recover", url.Values{"email": {"tom@demo.example"}})
	path := "/recover/" + w.link("tom@demo.example", access.Recover)
	if code, _ := problem(t, lost.make(path+"/passkey", url.Values{})); code != http.StatusConflict {
		t.Errorf("a passkey without a code: %d", code)
	}
	if rec := lost.post(path+"/code", url.Values{"code": {"abcd"}}); rec.Code != http.StatusForbidden || pagetest.Parse(t, rec).One(t, ".field .error") == "" {
		t.Errorf("a wrong code: %d", rec.Code)
	}
	leads(t, "the code", lost.post(path+"/code", url.Values{"code": {codes[2]}}), path)
	if rec := w.browser().post(path+"/passkey/begin", url.Values{}); rec.Code == http.StatusOK {
		t.Error("a code shown by one browser opens for another")
	}
	leads(t, "recovery", lost.make(path+"/passkey", url.Values{}), "/settings")
	if b.get("/settings").Code == http.StatusOK {
		t.Error("the old session lives on")
	}
	if rec := b.show("/sign-in/passkey", nil); rec.Code != http.StatusUnauthorized {
		t.Errorf("the old passkey: %d", rec.Code)
	}
	if got := lost.page("/start").First(t, "main").Text(); !strings.Contains(got, "recovered") {
		t.Errorf("start says nothing of it: %q", got)
	}
	w.pass(2 * time.Hour)

	// By waiting, and stopped by each of the ways.
	thief := w.browser()
	stops := map[string]func(){
		"banner": func() {
			n := lost.page("/start")
			if got := n.First(t, ".notices").Text(); !strings.Contains(got, "recovering your account") {
				t.Errorf("banner: %q", got)
			}
			if rec := lost.post(n.First(t, ".notices form").Attr("action"), nil); rec.Code != http.StatusOK {
				t.Errorf("stop: %d", rec.Code)
			}
		},
		"letter": func() {
			stop := "/recover/stop/" + w.link("tom@demo.example", access.Stop)
			c := w.browser()
			c.page(stop)
			if rec := c.post(stop, nil); rec.Code != http.StatusOK {
				t.Errorf("stop: %d %s", rec.Code, text(rec))
			}
		},
		"sign-in": func() {
			lost.post("/sign-out", nil)
			leads(t, "sign-in", lost.show("/sign-in/passkey", nil), "/start")
		},
	}
	for name, stop := range stops {
		thief.post("/recover", url.Values{"email": {"tom@demo.example"}})
		path = "/recover/" + w.link("tom@demo.example", access.Recover)
		leads(t, "wait", thief.post(path+"/wait", nil), path)
		if got := thief.page(path).First(t, "main").Text(); !strings.Contains(got, "waiting time is running") {
			t.Errorf("while waiting: %q", got)
		}
		stop()
		w.pass(access.WaitFor)
		if rec := thief.get(path); rec.Code != http.StatusConflict {
			t.Errorf("after it was stopped by %s: %d", name, rec.Code)
		}
		if rec := thief.make(path+"/passkey", url.Values{}); rec.Code == http.StatusSeeOther {
			t.Errorf("a thief came in after %s", name)
		}
		leads(t, "sign-in after days", lost.show("/sign-in/passkey", nil), "/start")
	}

	// An officer cannot wait.
	w.role(tom, access.Officer)
	thief.post("/recover", url.Values{"email": {"tom@demo.example"}})
	path = "/recover/" + w.link("tom@demo.example", access.Recover)
	n = thief.page(path)
	if len(n.All("form#wait")) != 0 || !strings.Contains(n.First(t, "main").Text(), "another administrator") {
		t.Errorf("an officer is offered to wait: %s", n.First(t, "main").Text())
	}
	if rec := thief.post(path+"/wait", nil); rec.Code != http.StatusForbidden {
		t.Errorf("an officer waits: %d", rec.Code)
	}
}

func TestConfirmLosesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b, _ := w.join("p@demo.example")
	w.pass(access.FreshFor + time.Second)
	form := url.Values{"name": {"Import & more"}, "scopes": {"me:read"}, "expires": {w.now().AddDate(0, 1, 0).Format(time.DateOnly)}}
	goOn := held(t, "a token without a new sign-in", b.post("/settings/tokens", form))
	b.page("/confirm?next=" + url.QueryEscape(goOn))
	leads(t, "the form before the confirmation", b.get(goOn), "/confirm?next="+url.QueryEscape(goOn))
	// The passkey of another does not confirm.
	c, _ := w.join("q@demo.example")
	own := b.device
	b.device = c.device
	if rec := b.show("/confirm/passkey", url.Values{"next": {goOn}}); rec.Code != http.StatusForbidden {
		t.Errorf("confirmed by another: %d", rec.Code)
	}
	b.device = own
	leads(t, "confirm", b.show("/confirm/passkey", url.Values{"next": {goOn}}), goOn)
	shown := b.page(goOn)
	if got := shown.First(t, "main").Text(); !strings.Contains(got, "Make an API token") || !strings.Contains(got, "/settings/tokens") {
		t.Errorf("the page does not say what is sent: %s", got)
	}
	n := shown.First(t, "main form")
	sent := url.Values{}
	for _, in := range n.All("input") {
		sent.Add(in.Attr("name"), in.Attr("value"))
	}
	if n.Attr("action") != "/settings/tokens" || sent.Encode() != form.Encode() {
		t.Errorf("the form that was held: %s %v, want %v", n.Attr("action"), sent, form)
	}
	rec := b.post(n.Attr("action"), sent)
	if rec.Code != http.StatusOK {
		t.Fatalf("the form, sent once more: %d %s", rec.Code, text(rec))
	}
	secret := pagetest.Parse(t, rec).One(t, "#secret")
	if a, err := w.accounts.Authenticate(t.Context(), secret); err != nil || a.Myself(access.ScopeMine) != nil {
		t.Errorf("the token %q: %+v, %v", secret, a, err)
	}
	if got := b.page("/settings/tokens").First(t, "main").Text(); strings.Contains(got, secret) || !strings.Contains(got, "Import & more") {
		t.Errorf("tokens: %q", got)
	}
	action := b.page("/settings/tokens").First(t, "td form").Attr("action")
	leads(t, "revoke", b.post(action, nil), "/settings/tokens")
	if _, err := w.accounts.Authenticate(t.Context(), secret); err == nil {
		t.Error("a revoked token works")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b, _ := w.join("p@demo.example")
	leads(t, "save", b.post("/settings", url.Values{"name": {"Péter  DEMO"}, "lang": {"de"}, "large": {"on"}, "contrast": {"on"}, "calm": {"on"}}), "/settings")
	n := b.page("/settings")
	if h := n.First(t, "html"); h.Attr("data-motion") != "none" || h.Attr("lang") != "de" || h.Attr("data-text") != "large" || h.Attr("data-contrast") != "high" {
		t.Errorf("html %v", h.Node.Attr)
	}
	if got := w.person("p@demo.example"); got.Name != "Péter DEMO" {
		t.Errorf("name %q", got.Name)
	}
	if rec := b.post("/settings", url.Values{"name": {strings.Repeat("x", 200)}, "lang": {"de"}}); rec.Code != http.StatusBadRequest {
		t.Errorf("a name of 200 letters: %d", rec.Code)
	}
	// The page to sign in keeps the look.
	b.post("/sign-out", nil)
	if h := b.page("/sign-in").First(t, "html"); h.Attr("lang") != "de" || h.Attr("data-contrast") != "high" {
		t.Errorf("signed out: %v", h.Node.Attr)
	}
	leads(t, "sign-in", b.show("/sign-in/passkey", nil), "/start")

	// A second passkey; then one goes, and the last one stays.
	first := b.device
	leads(t, "add", b.make("/settings/passkeys", url.Values{"name": {"Telefon"}}), "/settings#logins")
	if got := b.page("/settings").First(t, "main table").Text(); !strings.Contains(got, "Telefon") {
		t.Errorf("passkeys: %q", got)
	}
	forms := b.page("/settings").All("main table form")
	if len(forms) != 2 {
		t.Fatalf("%d buttons to remove", len(forms))
	}
	in := forms[0].First(t, "input")
	leads(t, "remove", b.post("/settings/logins/remove", url.Values{in.Attr("name"): {in.Attr("value")}}), "/settings#logins")
	if len(b.page("/settings").All("main table form")) != 0 {
		t.Error("the last passkey can be removed")
	}
	var kept string
	if err := w.raw.QueryRow(`select id from passkeys where name = 'Telefon'`).Scan(&kept); err != nil {
		t.Fatal(err)
	}
	if rec := b.post("/settings/logins/remove", url.Values{"passkey": {kept}}); rec.Code != http.StatusConflict {
		t.Errorf("the last one removed: %d", rec.Code)
	}
	c := w.browser()
	c.device = first
	if rec := c.show("/sign-in/passkey", nil); rec.Code != http.StatusUnauthorized {
		t.Errorf("the passkey that was removed: %d", rec.Code)
	}
	// A passkey without script.
	if rec := b.post("/settings/passkeys", url.Values{"name": {"x"}, "answer": {""}}); rec.Code != http.StatusBadRequest || !strings.Contains(text(rec), "JavaScript") {
		t.Errorf("without script: %d %s", rec.Code, text(rec))
	}

	// Another address.
	if rec := b.post("/settings/address", url.Values{"email": {"new@demo.example"}}); rec.Code != http.StatusOK {
		t.Fatalf("address: %d", rec.Code)
	}
	path := "/settings/address/" + w.link("new@demo.example", access.Address)
	b.page(path)
	leads(t, "the address by nobody", w.browser().post(path, nil), "/sign-in")
	leads(t, "the address", b.post(path, nil), "/settings")
	w.person("new@demo.example")

	// Everywhere else.
	leads(t, "sign-in elsewhere", func() *browser { c.device = b.device; return c }().show("/sign-in/passkey", nil), "/start")
	if rec := b.post("/settings/sessions", nil); rec.Code != http.StatusOK || b.get("/settings").Code != http.StatusOK || c.get("/settings").Code == http.StatusOK {
		t.Errorf("sign out everywhere else: %d", rec.Code)
	}
}

func TestDeletion(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b, p := w.member("p@demo.example", access.Administrator)
	n := b.page("/settings/delete")
	if len(n.All("form#delete")) != 0 || !strings.Contains(n.First(t, "main").Text(), "last administrator") {
		t.Errorf("the last administrator is offered to delete: %s", n.First(t, "main").Text())
	}
	if rec := b.post("/settings/delete", url.Values{"sure": {"on"}}); rec.Code != http.StatusConflict {
		t.Errorf("the last administrator: %d", rec.Code)
	}
	_, other := w.join("other@demo.example")
	w.role(other, access.Administrator)
	got := b.page("/settings/delete").First(t, "main").Text()
	for _, want := range []string{"way to sign in", "record of 1 role", "What stays, and why"} {
		if !strings.Contains(got, want) {
			t.Errorf("deletion says %q, want %s", got, want)
		}
	}
	if rec := b.post("/settings/delete", nil); rec.Code != http.StatusBadRequest || b.get("/settings").Code != http.StatusOK {
		t.Errorf("without the box: %d", rec.Code)
	}
	w.pass(access.FreshFor + time.Second)
	held(t, "without a new sign-in", b.post("/settings/delete", url.Values{"sure": {"on"}}))
	leads(t, "confirm", b.show("/confirm/passkey", nil), "/start")
	leads(t, "delete", b.post("/settings/delete", url.Values{"sure": {"on"}}), "/deleted")
	if got := b.page("/deleted"); len(got.All(".frame")) != 0 {
		t.Error("the page after deletion still names somebody")
	}
	if rec := b.show("/sign-in/passkey", nil); rec.Code != http.StatusUnauthorized {
		t.Errorf("sign-in after deletion: %d", rec.Code)
	}
	if _, err := w.store.PersonByID(t.Context(), p.ID); err == nil {
		t.Error("the account is there")
	}
}

// waits is a source of the start page.
type waits []people.Waiting

func (w waits) Waits(context.Context, access.Actor) ([]people.Waiting, error) { return w, nil }

func TestStart(t *testing.T) {
	t.Parallel()
	now := time.Now()
	w := newTown(t, func(c *people.Config) {
		c.Sources = []people.Source{
			waits{{Text: "people.place.staff", Path: "/none"}, {Text: "people.place.setup", Path: "/soon", Due: now.Add(48 * time.Hour), Body: "demo-body"}},
			waits{{Text: "people.place.results", Path: "/late", Due: now.Add(-time.Hour)}},
		}
	})
	b, p := w.member("p@demo.example", access.Administrator)
	n := b.page("/start")
	var order []string
	for _, a := range n.All("section[aria-labelledby=waiting] h3 a") {
		order = append(order, a.Attr("href"))
	}
	if strings.Join(order, " ") != "/late /soon /none /settings#codes-title" {
		t.Errorf("order %v: the nearest deadline first", order)
	}
	if got := n.First(t, "section[aria-labelledby=places]").Text(); !strings.Contains(got, "DEMO Body") || !strings.Contains(got, "Administrator") {
		t.Errorf("places %q", got)
	}
	for role, href := range map[access.Role]string{access.Ombudsman: "/b/demo-body", access.Employer: ""} {
		b, _ := w.member(string(role)+"@demo.example", role)
		places := b.page("/start").First(t, "section[aria-labelledby=places]")
		got, nothing := places.First(t, "h3"), strings.Contains(places.Text(), "nothing for this role")
		if a := got.All("a"); len(a) > 0 != (href != "") || len(a) > 0 && a[0].Attr("href") != href || nothing == (href != "") {
			t.Errorf("%s: %q", role, places.Text())
		}
	}
	if len(n.All("section[aria-labelledby=told] li")) == 0 {
		t.Error("start does not tell of the new role")
	}
	for lang, want := range map[string]string{"de": "Licht", "fr": "Lighting"} { // and what was told before there were languages
		args := map[string]string{"Title": "Lighting", access.InLanguage("Title", "de"): "Licht"}
		if got := people.NoticeText(i18n.For(lang), access.Notice{Key: "award.notice.revoked", Args: args}); !strings.Contains(got, want) {
			t.Errorf("%s: %q", lang, got)
		}
	}
	told := b.page("/notices").All("main li form")
	leads(t, "put away", b.post(told[0].Attr("action"), nil), "/notices")
	if len(b.page("/notices").All("main li")) != len(told)-1 {
		t.Error("the notice is still there")
	}
	// Not those of another.
	c, _ := w.join("q@demo.example")
	w.role(p, access.Officer)
	leads(t, "sign-in", b.show("/sign-in/passkey", nil), "/start")
	action := b.page("/notices").First(t, "main li form").Attr("action")
	if rec := c.post(action, nil); rec.Code != http.StatusNotFound {
		t.Errorf("the notice of another: %d", rec.Code)
	}
}

func TestDemoPeople(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	_, p := w.join("demo@demo.example")
	// Without a list nobody can be anybody.
	if rec := w.browser().post("/sign-in/demo", url.Values{"person": {string(p.ID)}}); rec.Code != http.StatusNotFound {
		t.Errorf("outside a demonstration: %d", rec.Code)
	}
	var demo access.Person
	d := newTown(t, func(c *people.Config) {
		demo = access.Person{ID: access.NewPersonID()}
		c.Page.Demo = true
		c.DemoPeople = []people.DemoPerson{{ID: demo.ID, Name: "Ida Exemplaire", Role: access.Officer, Body: "DEMO Body"}}
	})
	secret, _, err := d.accounts.SetUpLink(t.Context(), "demo-body")
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.accounts.SignUp(t.Context(), access.SetUp, secret, access.NewAccount{ID: demo.ID, Name: "Ida Exemplaire", Email: "ida@demo.example", Lang: "de", Login: access.Login{Passkey: &access.Passkey{ID: "x", Name: "x", Credential: "{}"}}})
	if err != nil {
		t.Fatal(err)
	}
	_, other := d.join("other@demo.example")
	b := d.browser()
	n := b.page("/sign-in?next=%2Fsettings")
	form := n.First(t, "li form")
	if form.First(t, "button").Attr("value") != string(demo.ID) || !strings.Contains(n.First(t, "main").Text(), "Officer · DEMO Body") {
		t.Errorf("demo people: %s", n.First(t, "main").Text())
	}
	leads(t, "one click", b.post("/sign-in/demo", url.Values{"person": {string(demo.ID)}, "next": {form.First(t, "input").Attr("value")}}), "/settings")
	if lang := b.page("/start").First(t, "html").Attr("lang"); lang != "en" {
		t.Errorf("the visitor's language is %s, as that of the person", lang)
	}
	// Whoever opens a link to join makes an account by a click, and can be that person again.
	invited := d.browser()
	registered := func(w *town) string {
		w.browser().post("/sign-up", url.Values{"email": {"new@demo.example"}})
		return "/sign-up/" + w.link("new@demo.example", access.Register)
	}
	n = invited.page(registered(d))
	path := n.First(t, "button[formaction]").Attr("formaction")
	leads(t, "joining", invited.post(path, url.Values{"name": {"Nora Neu"}}), "/start")
	if text := d.browser().page("/sign-in").First(t, "main").Text(); !strings.Contains(text, "Nora Neu") {
		t.Errorf("who joined is not in the list: %s", text)
	}
	if rec := d.browser().post("/sign-up", url.Values{"email": {"more@demo.example"}}); !strings.Contains(rec.Body.String(), `href="/demo/mail`) {
		t.Error("nothing leads to the letters")
	}
	if rec := w.browser().post(registered(w)+"/demo", url.Values{"name": {"Nora Neu"}}); rec.Code != http.StatusNotFound {
		t.Errorf("joining by a click outside a demonstration: %d", rec.Code)
	}
	d.pass(access.FreshFor + time.Second)
	goOn := held(t, "grave", b.post("/settings/codes", nil))
	leads(t, "one more click", b.post("/confirm/demo", url.Values{"next": {goOn}}), goOn)
	if rec := d.browser().post("/sign-in/demo", url.Values{"person": {string(other.ID)}}); rec.Code != http.StatusNotFound {
		t.Errorf("somebody who is not on the list: %d", rec.Code)
	}
}

// TestAccountForACredential makes an account by the link of a letter about a
// credential, which stays open for the credential itself.
func TestAccountForACredential(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ticket := access.Ticket{
		ID: access.NewTicketID(), Purpose: access.Claim, Email: "Cara@demo.example", Body: "demo-body", Subject: "x", Lang: "en", By: access.Console,
		Created: w.now(), Expires: w.now().Add(time.Hour),
	}
	if err := w.store.MakeTicket(t.Context(), ticket); err != nil {
		t.Fatal(err)
	}
	secret := w.accounts.Links.Secret(access.Claim, ticket.ID)
	b := w.browser()
	leads(t, "the link for accounts", b.get("/sign-up/"+secret), "/claim/account/"+secret)
	b.page("/claim/account/" + secret)
	leads(t, "sign-up", b.make("/claim/account/"+secret+"/passkey", url.Values{"name": {"Cara"}}), "/claim/"+secret)
	if tk, err := w.accounts.Ticket(t.Context(), access.Claim, secret); err != nil || !tk.Used.IsZero() {
		t.Errorf("the link to the credential: %+v, %v", tk, err)
	}
	if p := w.person("cara@demo.example"); p.Name != "Cara" {
		t.Errorf("account %+v", p)
	}
	if rec := w.browser().make("/claim/account/"+secret+"/passkey", url.Values{"name": {"Dora"}}); rec.Code != http.StatusConflict {
		t.Errorf("a second account for the address: %d", rec.Code)
	}
}
