package people_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/access/signin"
	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/web/people"
)

// TestProviderLetsInInSilence: a provider lets in who showed it hours ago who they
// are. That signs in, and grave acts ask all the same.
func TestProviderLetsInInSilence(t *testing.T) {
	t.Parallel()
	w := newTown(t, withProvider(t))
	const user = "test-user2"
	b := w.browser()
	b.post("/sign-up", url.Values{"email": {"new@demo.example"}})
	path := "/sign-up/" + w.link("new@demo.example", access.Register)
	leads(t, "sign-up", b.get(visit(t, b.post(path+"/openid/demo", url.Values{"name": {"Neu DEMO"}}), user)), "/start")
	if rec := b.post("/settings/codes", nil); rec.Code != http.StatusOK {
		t.Errorf("a moment after it was shown: %d %s", rec.Code, text(rec))
	}
	b.post("/sign-out", nil)
	w.pass(2 * time.Hour) // here, and not at the provider: its auth_time is old
	leads(t, "sign-in", b.get(visit(t, b.post("/sign-in/openid/demo", nil), user)), "/start")
	held(t, "codes", b.post("/settings/codes", nil))
	leads(t, "a new passkey", b.get("/settings/passkeys/new"), "/confirm?next=%2Fsettings%2Fpasskeys%2Fnew")
}

// clients guards the list of clients, which is one for the whole process in the
// example provider.
var clients sync.Mutex

// withProvider adds the example provider of zitadel/oidc, which is a real one but
// for its pages and users.
func withProvider(t *testing.T) func(*people.Config) {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	clients.Lock()
	defer clients.Unlock()
	storage.RegisterClients(storage.WebClient("probatum", "secret", origin+"/sign-in/back/demo"))
	handler = exampleop.SetupServer(server.URL, storage.NewStorage(storage.NewUserStore(server.URL)), nil, false)
	f, err := fetch.New(fetch.Config{Hosts: []string{server.URL}, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return func(c *people.Config) {
		c.OpenID, err = signin.NewOpenID(origin, f, c.Accounts.Store, nil, signin.Provider{ID: "demo", Name: "DEMO id", Issuer: server.URL, ClientID: "probatum", Secret: "secret"})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// visit goes where an answer leads, signs somebody in at the provider, and gives
// the path that the provider sends the browser back to.
func visit(t *testing.T, rec *httptest.ResponseRecorder, user string) string {
	t.Helper()
	if rec.Code != http.StatusSeeOther {
		t.Fatalf("the way to the provider: %d %s", rec.Code, text(rec))
	}
	outside := &http.Client{CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(req.URL.Path, "/sign-in/back/") {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	resp, err := outside.Get(rec.Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	_, id, ok := strings.Cut(resp.Request.URL.RawQuery, "authRequestID=")
	if !ok {
		t.Fatalf("no page to sign in: %s %s", resp.Status, body)
	}
	resp, err = outside.PostForm("http://"+resp.Request.URL.Host+"/login/username", url.Values{"id": {id}, "username": {user}, "password": {"verysecure"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("%s: %v", resp.Status, err)
	}
	return back.RequestURI()
}

func TestOpenIDOnPages(t *testing.T) {
	t.Parallel()
	w := newTown(t, withProvider(t))
	user, other := "test-user@127.0.0.1", "test-user2"

	// Nobody has this account, whatever address the provider tells.
	w.join("test-user@zitadel.ch")
	b := w.browser()
	back := visit(t, b.post("/sign-in/openid/demo", nil), user)
	if rec := b.get(back); rec.Code != http.StatusUnauthorized || !strings.Contains(text(rec), "No account here is linked") {
		t.Fatalf("an account that nobody linked: %d %s", rec.Code, text(rec))
	}

	// An account is made with it.
	b.post("/sign-up", url.Values{"email": {"new@demo.example"}})
	path := "/sign-up/" + w.link("new@demo.example", access.Register)
	if rec := b.post(path+"/openid/demo", url.Values{"name": {""}}); rec.Code != http.StatusBadRequest {
		t.Errorf("without a name: %d", rec.Code)
	}
	back = visit(t, b.post(path+"/openid/demo", url.Values{"name": {"Neu DEMO"}}), user)
	// In another browser the way back leads nowhere.
	if rec := w.browser().get(back); rec.Code != http.StatusUnauthorized {
		t.Errorf("the way back in another browser: %d", rec.Code)
	}
	leads(t, "sign-up", b.get(back), "/start")
	if rec := b.get(back); rec.Code == http.StatusSeeOther {
		t.Error("the way back leads in twice")
	}

	// It signs in, and leads to where somebody wanted to go.
	b.post("/sign-out", nil)
	back = visit(t, b.post("/sign-in/openid/demo", url.Values{"next": {"/settings/tokens"}}), user)
	leads(t, "sign-in", b.get(back), "/settings/tokens")

	// On the way to a one-time link, the database does not hold what opens it.
	b.post("/sign-out", nil)
	secret := w.accounts.Links.Secret(access.Claim, access.NewTicketID())
	claim := "/claim/" + secret + "?lang=de"
	back = visit(t, b.post("/sign-in/openid/demo", url.Values{"next": {claim}}), user)
	var n, holds int
	if err := w.raw.QueryRow(`select count(*), coalesce(sum(instr(cast(data as text), $1) > 0), 0) from sessions`,
		secret).Scan(&n, &holds); err != nil || n == 0 || holds != 0 {
		t.Errorf("%d sessions, the link is in %d, %v", n, holds, err)
	}
	leads(t, "sign-in", b.get(back), claim)

	// It confirms, and that of another does not.
	w.pass(access.FreshFor + time.Minute) // the provider's clock goes on meanwhile
	goOn := held(t, "codes", b.post("/settings/codes", nil))
	b.page("/confirm?next=" + url.QueryEscape(goOn))
	at := w.at.Load()
	w.at.Store(time.Now().UnixMilli()) // the provider has its own clock
	back = visit(t, b.post("/confirm/openid/demo", url.Values{"next": {goOn}}), other)
	if rec := b.get(back); rec.Code != http.StatusForbidden {
		t.Errorf("confirmed by another: %d %s", rec.Code, text(rec))
	}
	back = visit(t, b.post("/confirm/openid/demo", url.Values{"next": {goOn}}), user)
	leads(t, "confirm", b.get(back), goOn)
	w.at.Store(at)

	// It is linked to an account that has a passkey, by its owner alone.
	c, _ := w.join("c@demo.example")
	back = visit(t, c.post("/settings/openid/demo", nil), user)
	if rec := c.get(back); rec.Code != http.StatusConflict {
		t.Errorf("an account that lets somebody else in: %d", rec.Code)
	}
	back = visit(t, c.post("/settings/openid/demo", nil), other)
	leads(t, "link", c.get(back), "/settings#logins")
	c.post("/sign-out", nil)
	back = visit(t, c.post("/sign-in/openid/demo", nil), other)
	leads(t, "sign-in", c.get(back), "/start")

	// Recovery makes it the only way.
	c.post("/recover", url.Values{"email": {"c@demo.example"}})
	path = "/recover/" + w.link("c@demo.example", access.Recover)
	c.post(path+"/wait", nil)
	w.pass(access.WaitFor)
	w.pass(time.Second)
	lost := w.browser()
	back = visit(t, lost.post(path+"/openid/demo", nil), other)
	if rec := lost.get(back); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/settings" {
		t.Errorf("recovery: %d %s", rec.Code, text(rec))
	}
	if rec := c.show("/sign-in/passkey", nil); rec.Code != http.StatusUnauthorized {
		t.Errorf("the old passkey: %d", rec.Code)
	}
}
