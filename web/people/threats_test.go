package people_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/web/page/pagetest"
)

// TestTO1 guesses, stuffs and looks for accounts: known and unknown addresses
// answer alike, tries are slowed down, and the victim comes in all the same.
func TestTO1(t *testing.T) {
	t.Parallel()
	t.Run("KnownAndUnknownAnswerAlike", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		w.join("known@demo.example")
		w.pass(2 * time.Hour)
		for _, path := range []string{"/sign-up", "/recover"} {
			var texts []string
			for i, email := range []string{"known@demo.example", "unknown@demo.example", "KNOWN@demo.example"} {
				b := w.browser()
				b.address = "198.51.100." + strconv.Itoa(i+1) + ":1"
				rec := b.post(path, url.Values{"email": {email}})
				if rec.Code != http.StatusOK || len(rec.Result().Cookies()) != 0 {
					t.Errorf("%s with %s: %d, cookies %v", path, email, rec.Code, rec.Result().Cookies())
				}
				h := rec.Header().Clone()
				h.Del("X-Request-Id")
				texts = append(texts, text(rec)+" "+strings.Join(slices.Sorted(keysOf(h)), ","))
			}
			if texts[0] != texts[1] || texts[0] != texts[2] {
				t.Errorf("%s tells known from unknown:\n%s\n%s", path, texts[0], texts[1])
			}
		}
	})
	t.Run("TriesAreSlowedDownByAddress", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		victim, _ := w.join("victim@demo.example")
		thief := w.browser()
		thief.address = "192.0.2.66:1"
		refused := 0
		for i := range 60 {
			rec := thief.post("/recover", url.Values{"email": {"victim" + strconv.Itoa(i) + "@demo.example"}})
			if rec.Code == http.StatusTooManyRequests {
				refused++
				if rec.Header().Get("Retry-After") == "" {
					t.Error("429 without Retry-After")
				}
			}
		}
		if refused < 15 {
			t.Errorf("of 60 requests for letters %d were refused", refused)
		}
		refused = 0
		for range 200 {
			rec := thief.post("/sign-in/passkey", url.Values{"answer": {`{"id":"x"}`}})
			switch rec.Code {
			case http.StatusTooManyRequests:
				refused++
			case http.StatusUnauthorized:
			default:
				t.Fatalf("a guessed answer: %d", rec.Code)
			}
		}
		if refused < 70 {
			t.Errorf("of 200 guesses %d were refused", refused)
		}
		// The victim comes in from elsewhere, at once.
		victim.post("/sign-out", nil)
		leads(t, "the victim's sign-in", victim.show("/sign-in/passkey", nil), "/start")
	})
	t.Run("AMailboxIsNotFlooded", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		victim, _ := w.join("victim@demo.example")
		for i := range 30 { // from as many addresses
			b := w.browser()
			b.address = "192.0.2." + strconv.Itoa(i+1) + ":1"
			if rec := b.post("/recover", url.Values{"email": {"victim@demo.example"}}); rec.Code != http.StatusOK {
				t.Fatalf("recover: %d", rec.Code)
			}
		}
		var n int
		if err := w.raw.QueryRow(`select count(*) from letters where kind = 'recover'`).Scan(&n); err != nil || n > 5 {
			t.Errorf("%d letters, %v; want a few", n, err)
		}
		// None of that locks anybody out: the last link opens, and the passkey works.
		if rec := victim.get("/recover/" + w.link("victim@demo.example", access.Recover)); rec.Code != http.StatusOK {
			t.Errorf("the link: %d", rec.Code)
		}
		leads(t, "the victim's sign-in", victim.show("/sign-in/passkey", nil), "/start")
	})
	t.Run("RecoveryCodesCannotBeTriedForLong", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		w.join("victim@demo.example")
		thief := w.browser()
		thief.post("/recover", url.Values{"email": {"victim@demo.example"}})
		path := "/recover/" + w.link("victim@demo.example", access.Recover)
		got := map[int]int{}
		for i := range 30 {
			thief.address = "192.0.2." + strconv.Itoa(i+1) + ":1"
			got[thief.post(path+"/code", url.Values{"code": {"abcd-efgh-jkmn-" + strconv.Itoa(1000+i)}}).Code]++
		}
		if got[http.StatusForbidden] > 10 || got[http.StatusTooManyRequests] < 20 {
			t.Errorf("answers to 30 codes: %v", got)
		}
	})
	t.Run("SignInSaysNothingOfAccounts", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		b, p := w.join("known@demo.example")
		b.post("/sign-out", nil)
		stranger := w.browser()
		stranger.device = newDevice()
		var texts []string
		for _, handle := range []string{string(p.ID), "00000000-0000-4000-8000-000000000000", ""} {
			stranger.device.auth.Options.UserHandle = []byte(handle)
			rec := stranger.show("/sign-in/passkey", nil)
			if rec.Code != http.StatusUnauthorized {
				t.Errorf("handle %q: %d", handle, rec.Code)
			}
			texts = append(texts, text(rec))
		}
		// The credential of somebody, with a key of one's own.
		stranger.device.key.ID = b.device.key.ID
		stranger.device.auth.Options.UserHandle = []byte(p.ID)
		texts = append(texts, text(stranger.show("/sign-in/passkey", nil)))
		for _, s := range texts {
			if s != texts[0] {
				t.Errorf("answers differ:\n%s\n%s", texts[0], s)
			}
		}
	})
}

func keysOf(h http.Header) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range h {
			if !yield(name) {
				return
			}
		}
	}
}

// TestTO2 forges requests, fixes sessions, looks at cookies, signs out, and
// changes roles.
func TestTO2(t *testing.T) {
	t.Parallel()
	signedIn := func(b *browser) bool { return b.get("/settings").Code == http.StatusOK }
	t.Run("OtherSitesCannotPost", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		b, _ := w.join("p@demo.example")
		for name, h := range map[string]http.Header{
			"cross-site":  {"Sec-Fetch-Site": {"cross-site"}},
			"same-site":   {"Sec-Fetch-Site": {"same-site"}},
			"origin":      {"Origin": {"https://evil.example"}},
			"null origin": {"Origin": {"null"}},
		} {
			b.header = h
			for _, path := range []string{"/sign-out", "/settings", "/settings/delete", "/settings/codes", "/sign-in/passkey", "/sign-up", "/recovery/stop", "/confirm/passkey"} {
				if rec := b.post(path, url.Values{"sure": {"on"}, "name": {"Evil"}, "email": {"x@demo.example"}}); rec.Code != http.StatusForbidden {
					t.Errorf("%s: POST %s: %d, want 403", name, path, rec.Code)
				}
			}
		}
		b.header = http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {origin}}
		if !signedIn(b) || b.post("/settings", url.Values{"name": {"Good"}, "lang": {"de"}}).Code != http.StatusSeeOther {
			t.Error("our own pages cannot post")
		}
	})
	t.Run("ASessionIsNotFixed", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		b, _ := w.join("p@demo.example")
		b.post("/sign-out", nil)
		// Made up, and one that the thief began.
		thief := w.browser()
		thief.post("/sign-in/passkey/begin", nil)
		for _, id := range []string{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", thief.session()} {
			if id == "" {
				t.Fatal("no session was begun")
			}
			b.cookies["__Host-probatum"] = id
			leads(t, "sign-in", b.show("/sign-in/passkey", nil), "/start")
			if b.session() == id {
				t.Error("the session kept its id at sign-in")
			}
			thief.cookies["__Host-probatum"] = id
			if signedIn(thief) {
				t.Error("a session that was fixed is signed in")
			}
			before := b.session()
			w.pass(access.FreshFor + time.Second)
			leads(t, "confirm", b.show("/confirm/passkey", nil), "/start")
			if b.session() == before {
				t.Error("the session kept its id at the confirmation")
			}
			thief.cookies["__Host-probatum"] = before
			if signedIn(thief) {
				t.Error("the id of before the confirmation is signed in")
			}
			b.post("/sign-out", nil)
		}
	})
	t.Run("TheCookieIsGuarded", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		b, _ := w.join("p@demo.example")
		b.post("/sign-out", nil)
		rec := b.show("/sign-in/passkey", nil)
		for _, c := range rec.Result().Cookies() {
			if !strings.HasPrefix(c.Name, "__Host-") || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				t.Errorf("cookie %s: %+v", c.Name, c)
			}
		}
		var n int
		if err := w.raw.QueryRow(`select count(*) from sessions where token = $1 or cast(data as text) like $2`, b.session(), "%"+b.session()+"%").Scan(&n); err != nil || n != 0 {
			t.Errorf("the database holds the id of a session: %d, %v", n, err)
		}
	})
	t.Run("SignOutEndsIt", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		b, _ := w.join("p@demo.example")
		old := b.session()
		if rec := b.get("/sign-out"); rec.Code != http.StatusMethodNotAllowed || !signedIn(b) {
			t.Errorf("a look at /sign-out: %d", rec.Code)
		}
		leads(t, "sign-out", b.post("/sign-out", nil), "/")
		b.cookies["__Host-probatum"] = old
		if signedIn(b) {
			t.Error("the session is there after sign-out")
		}
	})
	t.Run("ARoleChangeEndsAllSessions", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		admin, _ := w.member("admin@demo.example", access.Administrator)
		b, p := w.join("p@demo.example")
		c := w.browser()
		c.device = b.device
		leads(t, "sign-in elsewhere", c.show("/sign-in/passkey", nil), "/start")
		id := ""
		for _, step := range []struct {
			what   string
			change func() error
		}{
			{"given", func() error {
				m := access.NewMembership(p.ID, "demo-body", access.Officer, access.Console, w.now())
				id = m.ID
				return w.store.AddMember(t.Context(), m)
			}},
			{"changed", func() error { return w.store.ChangeRole(t.Context(), "demo-body", id, access.Assessor, access.Console) }},
			{"ended", func() error {
				return w.store.EndMembership(t.Context(), "demo-body", members(t, w, p)[0].ID, access.Console)
			}},
		} {
			for _, one := range []*browser{b, c} {
				leads(t, "sign-in", one.show("/sign-in/passkey", nil), "/start")
				if !signedIn(one) {
					t.Fatal("not signed in")
				}
			}
			if err := step.change(); err != nil {
				t.Fatalf("%s: %v", step.what, err)
			}
			if signedIn(b) || signedIn(c) {
				t.Errorf("a session lives on after a role was %s", step.what)
			}
			if !signedIn(admin) {
				t.Error("the session of another ended")
			}
		}
	})
	t.Run("NextStaysHere", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		b, _ := w.join("p@demo.example")
		for _, next := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"} {
			b.post("/sign-out", nil)
			leads(t, next, b.show("/sign-in/passkey", url.Values{"next": {next}}), "/start")
			leads(t, next, b.get("/sign-in?next="+url.QueryEscape(next)), "/start")
		}
		b.post("/sign-out", nil)
		leads(t, "a page of ours", b.get("/settings/tokens?x=1"), "/sign-in?next=%2Fsettings%2Ftokens%3Fx%3D1")
		leads(t, "and back", b.show("/sign-in/passkey", url.Values{"next": {"/settings/tokens?x=1"}}), "/settings/tokens?x=1")
	})
	t.Run("NothingSecretIsLogged", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		b, p := w.join("planted@demo.example")
		b.get("/settings?planted=planted")
		b.get("/invite/" + strings.Repeat("A", 44))
		for _, secret := range []string{"planted", b.session(), w.link("planted@demo.example", access.Register), string(p.ID), strings.Repeat("A", 44)} {
			if strings.Contains(w.log.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
		if w.log.Len() == 0 {
			t.Error("nothing was logged at all")
		}
	})
}

// TestEveryPageIsWhole shows each page in each language: one heading, labels on
// all controls, no message key, no inline script or style.
func TestEveryPageIsWhole(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	admin, ada := w.member("admin@demo.example", access.Administrator)
	if err := w.accounts.Invite(t.Context(), access.Actor{Person: ada.ID, Memberships: members(t, w, ada), SignedIn: w.now()}, "demo-body", "guest@demo.example", access.Officer, "en"); err != nil {
		t.Fatal(err)
	}
	setup, _, err := w.accounts.SetUpLink(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	stranger := w.browser()
	stranger.post("/sign-up", url.Values{"email": {"new@demo.example"}})
	stranger.post("/recover", url.Values{"email": {"admin@demo.example"}})
	for _, look := range []struct {
		who  *browser
		path string
	}{
		{stranger, "/sign-in"}, {stranger, "/sign-up"}, {stranger, "/recover"}, {stranger, "/deleted"},
		{stranger, "/sign-up/" + w.link("new@demo.example", access.Register)},
		{stranger, "/invite/" + w.link("guest@demo.example", access.Invite)},
		{stranger, "/setup/" + setup},
		{stranger, "/recover/" + w.link("admin@demo.example", access.Recover)},
		{admin, "/invite/" + w.link("guest@demo.example", access.Invite)}, {admin, "/setup/" + setup},
		{admin, "/start"}, {admin, "/notices"}, {admin, "/settings"}, {admin, "/settings/tokens"}, {admin, "/settings/passkeys/new"}, {admin, "/settings/delete"},
		{admin, "/settings/passkeys/rename?passkey=" + passkeyOf(t, w, ada)},
	} {
		for _, lang := range i18n.Languages {
			sign := "?"
			if strings.Contains(look.path, "?") {
				sign = "&"
			}
			rec := look.who.get(look.path + sign + "lang=" + lang)
			if rec.Code != http.StatusOK {
				t.Errorf("%s: %d to %s %s", look.path, rec.Code, rec.Header().Get("Location"), text(rec))
				continue
			}
			whole(t, look.path+" "+lang, rec, lang)
		}
	}
}

func members(t *testing.T, w *town, p access.Person) []access.Membership {
	t.Helper()
	_, m, err := w.store.Acting(t.Context(), p.ID, w.now())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func whole(t *testing.T, what string, rec *httptest.ResponseRecorder, lang string) {
	t.Helper()
	n := pagetest.Parse(t, rec)
	if got := n.First(t, "html").Attr("lang"); got != lang {
		t.Errorf("%s: lang %q", what, got)
	}
	if len(n.All("main h1")) != 1 {
		t.Errorf("%s: %d h1", what, len(n.All("main h1")))
	}
	for _, key := range []string{"people.", "access.", "signin.", "role.", "notice.", "deletion."} {
		for word := range strings.FieldsSeq(n.First(t, "main").Text()) {
			if strings.HasPrefix(word, key) && !strings.Contains(word, "@") && len(word) > len(key) {
				t.Errorf("%s: message key %s", what, word)
			}
		}
	}
	labels := map[string]bool{}
	for _, l := range n.All("label") {
		labels[l.Attr("for")] = true
	}
	for _, name := range []string{"input", "select", "textarea"} {
		for _, c := range n.All("main " + name) {
			if c.Attr("type") != "hidden" && !labels[c.Attr("id")] {
				t.Errorf("%s: no label for %s %s", what, name, c.Attr("name"))
			}
		}
	}
	for _, s := range n.All("script") {
		if s.Attr("src") == "" {
			t.Errorf("%s: inline script", what)
		}
	}
	if len(n.All("style"))+len(n.All("[style]"))+len(n.All("[onclick]")) > 0 {
		t.Errorf("%s: inline style or handler", what)
	}
	ids := map[string]bool{}
	for _, e := range n.All("[id]") {
		if ids[e.Attr("id")] {
			t.Errorf("%s: id %s stands twice", what, e.Attr("id"))
		}
		ids[e.Attr("id")] = true
	}
}

// TestTheDatabaseAloneOpensNoLink looks into the sessions while links are being
// taken up, and mixes two pages up.
func TestTheDatabaseAloneOpensNoLink(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	old, _, err := w.accounts.SetUpLink(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	secret, _, err := w.accounts.SetUpLink(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	if rec := b.get("/setup/" + old); rec.Code != http.StatusConflict {
		t.Errorf("a set-up link of before the last: %d", rec.Code)
	}
	form := func() url.Values {
		return url.Values{"name": {"Mina DEMO"}, "email": {"mina@demo.example"}, "bodyName": {"DEMO New"}, "body": {"new-body"}}
	}
	if rec := b.post("/setup/"+secret+"/passkey/begin", form()); rec.Code != http.StatusOK {
		t.Fatalf("begin: %d %s", rec.Code, text(rec))
	}
	var kept, open int
	if err := w.raw.QueryRow(`select count(*), coalesce(sum(instr(cast(data as text), $1) > 0), 0) from sessions`, secret).Scan(&kept, &open); err != nil || kept == 0 || open != 0 {
		t.Errorf("%d sessions, the link is in %d, %v", kept, open, err)
	}
	leads(t, "set-up", b.make("/setup/"+secret+"/passkey", form()), "/b/new-body/setup")
}
