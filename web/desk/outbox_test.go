package desk_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/jobs"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/web/desk"
	"github.com/probatum/probatum/web/page"
)

const origin = "https://credentials.example"

// An office is a server with one body, its administrator and its outbox.
type office struct {
	store    *store.Store
	accounts *access.Accounts
	actor    access.Actor
	server   *httptest.Server
}

// newOffice opens one that sends by a mail server or, with nil, keeps all mail as a
// demonstration.
func newOffice(t *testing.T, mails *testkit.SMTP) *office {
	t.Helper()
	q, err := jobs.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "probatum.db"), store.Options{Create: true, Jobs: q})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	o := &office{store: s, accounts: &access.Accounts{Store: s, Links: access.LinkKey{1}, Now: time.Now}}
	o.people(t)

	composer, err := mail.New(mail.Config{PublicURL: origin, From: "noreply@probatum.example", Demo: mails == nil,
		Link: mail.LinkTo(origin, func(p, ticket string) string {
			return o.accounts.Links.Secret(access.Purpose(p), access.TicketID(ticket))
		})})
	if err != nil {
		t.Fatal(err)
	}
	look := func(context.Context, string) (mail.Look, error) { return mail.Look{Name: "DEMO Nord"}, nil }
	quiet := slog.New(slog.DiscardHandler)
	c := jobs.Config{Outbox: s, Composer: composer, Look: look, Log: quiet, Poll: 20 * time.Millisecond}
	if mails != nil {
		if c.Sender, err = mail.NewSender(mail.SMTP{URL: "smtp://" + mails.Host}); err != nil {
			t.Fatal(err)
		}
	}
	r, err := jobs.Start(t.Context(), s.Engine(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(context.Background()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})

	files, err := desk.Templates()
	if err != nil {
		t.Fatal(err)
	}
	site, err := page.New(page.Config{PublicURL: origin, Log: quiet, Templates: files, App: true})
	if err != nil {
		t.Fatal(err)
	}
	cfg := desk.OutboxConfig{Site: site, Letters: s, Actor: func(*http.Request) access.Actor { return o.actor }, Now: time.Now}
	if mails == nil {
		cfg.Compose = func(ctx context.Context, l mail.Letter) (mail.Message, error) {
			shown, err := look(ctx, l.Body)
			if err != nil || l.Body == "" {
				shown = mail.Look{}
			}
			return composer.Compose(l, shown)
		}
	}
	mux := chi.NewRouter()
	mux.Use(site.Use()...)
	mux.NotFound(site.NotFound)
	desk.NewOutbox(cfg).Routes(mux)
	o.server = httptest.NewServer(mux)
	t.Cleanup(o.server.Close)
	return o
}

// people makes the body "nord" and its administrator.
func (o *office) people(t *testing.T) {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	if err := o.store.MakeBody(ctx, access.NewBody{ID: "nord", Name: "DEMO Nord"}); err != nil {
		t.Fatal(err)
	}
	k := access.Ticket{
		ID: access.NewTicketID(), Purpose: access.Register, Email: "ada@example.org", Lang: "en", By: "console", Created: now, Expires: now.Add(time.Hour),
	}
	if err := o.store.MakeTicket(ctx, k); err != nil {
		t.Fatal(err)
	}
	id := access.PersonID(uuid.NewString())
	if _, err := o.store.SignUp(ctx, access.NewAccount{
		ID: id, Name: "Ada", Email: "ada@example.org", Lang: "en", Login: access.Login{Passkey: &access.Passkey{ID: "k", Credential: "{}", Name: "Phone"}},
	}, k.ID, false); err != nil {
		t.Fatal(err)
	}
	o.actor = access.Actor{Person: id, Name: "Ada", SignedIn: now, Memberships: []access.Membership{{Person: id, Body: "nord", Role: access.Administrator}}}
}

// ask asks for a page and gives status and text; redirects are followed.
func (o *office) ask(t *testing.T, method, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, o.server.URL+path, strings.NewReader(url.Values{}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := o.server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// until asks for a page until it says something.
func (o *office) until(t *testing.T, path, words string) string {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; <-time.After(20 * time.Millisecond) {
		status, text := o.ask(t, http.MethodGet, path)
		if status == http.StatusOK && strings.Contains(text, words) {
			return text
		}
		if time.Now().After(end) {
			t.Fatalf("%s answers %d and does not say %q:\n%s", path, status, words, text)
		}
	}
}

var letterPath = regexp.MustCompile(`href="((?:/b/nord|/demo)/mail/[0-9a-f-]{36})"`)

func TestOutboxTellsWhatBecameOfAnInvitation(t *testing.T) {
	t.Parallel()
	mails := testkit.NewSMTP(t, testkit.SMTPConfig{To: func(to string) error {
		if strings.HasPrefix(to, "nobody@") {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "secret words of a server"}
		}
		return nil
	}})
	o := newOffice(t, mails)
	for _, to := range []string{"nobody@example.org", "bo@example.org"} {
		if err := o.accounts.Invite(t.Context(), o.actor, "nord", to, access.Officer, "de"); err != nil {
			t.Fatal(err)
		}
	}
	text := o.until(t, "/b/nord/mail", "there is no such address")
	text = o.until(t, "/b/nord/mail?state=sent", "bo@example.org") + text
	if strings.Contains(text, "secret words") {
		t.Error("the page repeats what the server said")
	}
	if strings.Contains(o.until(t, "/b/nord/mail?state=bounced", "nobody@example.org"), "bo@example.org") {
		t.Error("the filter does not filter")
	}
	path := letterPath.FindStringSubmatch(o.until(t, "/b/nord/mail?state=bounced", "nobody@example.org"))
	if path == nil {
		t.Fatal("no link to the letter")
	}
	letter := o.until(t, path[1], "Send again")
	secret := mails.Wait(t, 1)[0].Raw
	if strings.Contains(letter, "/invite/") || !strings.Contains(string(secret), "/invite/") {
		t.Error("the link belongs into the mail and not onto the page")
	}
	status, text := o.ask(t, http.MethodPost, path[1]+"/again")
	if status != http.StatusTooManyRequests || !strings.Contains(text, "Please wait a minute") || !strings.Contains(text, "nobody@example.org") {
		t.Errorf("sent again at once: %d\n%s", status, text)
	}
	if _, text := o.ask(t, http.MethodGet, path[1]+"?lang=fr"); !strings.Contains(text, "Renvoyer") {
		t.Error("the page is not in French")
	}
}

func TestOutboxTriesTheSettings(t *testing.T) {
	t.Parallel()
	mails := testkit.NewSMTP(t, testkit.SMTPConfig{})
	o := newOffice(t, mails)
	if status, text := o.ask(t, http.MethodPost, "/b/nord/mail/try"); status != http.StatusOK || !strings.Contains(text, "ada@example.org") {
		t.Fatalf("try: %d\n%s", status, text)
	}
	if m := mails.Wait(t, 1)[0]; m.To != "ada@example.org" {
		t.Errorf("it went to %s", m.To)
	}
	if status, text := o.ask(t, http.MethodPost, "/b/nord/mail/try"); status != http.StatusTooManyRequests || !strings.Contains(text, "No test mail was sent") {
		t.Errorf("twice: %d\n%s", status, text)
	}
}

func TestOutboxIsForItsBody(t *testing.T) {
	t.Parallel()
	o := newOffice(t, testkit.NewSMTP(t, testkit.SMTPConfig{}))
	id, err := o.store.TryMail(t.Context(), "nord", "ada@example.org", "en")
	if err != nil {
		t.Fatal(err)
	}
	own := o.actor
	for name, test := range map[string]struct {
		actor access.Actor
		body  string
		read  int
		write int
	}{
		"Nobody":       {access.Actor{}, "nord", 401, 401},
		"Stranger":     {access.Actor{Person: "x"}, "nord", 404, 404},
		"OtherBody":    {access.Actor{Person: "x", Memberships: []access.Membership{{Body: "sued", Role: access.Administrator}}}, "nord", 404, 404},
		"ThroughMine":  {access.Actor{Person: "x", Memberships: []access.Membership{{Body: "sued", Role: access.Administrator}}}, "sued", 404, 404},
		"Assessor":     {access.Actor{Person: "x", Memberships: []access.Membership{{Body: "nord", Role: access.Assessor}}}, "nord", 403, 403},
		"TokenCanRead": {access.Actor{Token: "t", Body: "nord", Scopes: []access.Scope{access.ScopeMail}}, "nord", 200, 403},
	} {
		o.actor = test.actor
		letter := "/b/" + test.body + "/mail/" + string(id)
		if status, text := o.ask(t, http.MethodGet, letter); status != test.read || status != 200 && strings.Contains(text, "ada@") {
			t.Errorf("%s reads the letter: %d, want %d", name, status, test.read)
		}
		if status, _ := o.ask(t, http.MethodPost, letter+"/again"); status != test.write {
			t.Errorf("%s sends it again: %d, want %d", name, status, test.write)
		}
	}
	o.actor = own
	if status, _ := o.ask(t, http.MethodGet, "/demo/mail"); status != 404 {
		t.Errorf("the mailbox of a demonstration is there: %d", status)
	}
}

func TestDemoMailboxShowsLettersWithTheirLinks(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	if err := o.accounts.Invite(t.Context(), o.actor, "nord", "bo@example.org", access.Officer, "fr"); err != nil {
		t.Fatal(err)
	}
	path := letterPath.FindStringSubmatch(o.until(t, "/demo/mail", "kept here"))
	if path == nil {
		t.Fatal("no link to the letter")
	}
	own := o.actor
	for who, back := range map[string]string{"a member": "/start", "nobody": "/"} {
		if o.actor = own; who == "nobody" {
			o.actor = access.Actor{}
		}
		if _, text := o.ask(t, http.MethodGet, "/demo/mail"); !regexp.MustCompile(`<a class="button[^"]*" href="` + back + `">Start page`).MatchString(text) {
			t.Errorf("%s has no way back to %s:\n%s", who, back, text)
		}
	}
	o.actor = own
	text := o.until(t, path[1], "DEMO Nord vous invite")
	link := regexp.MustCompile(`href="` + regexp.QuoteMeta(origin) + `/invite/([A-Za-z0-9_-]{44})"`).FindStringSubmatch(text)
	if link == nil {
		t.Fatalf("no link in the letter:\n%s", text)
	}
	if _, err := o.accounts.Ticket(t.Context(), access.Invite, link[1]); err != nil {
		t.Errorf("the link opens nothing: %v", err)
	}
}

func TestOutboxPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	if _, text := o.ask(t, http.MethodGet, "/b/nord/mail"); !strings.Contains(text, "No mail here") {
		t.Errorf("an empty outbox does not say so:\n%s", text)
	}
	for i := range 30 {
		if _, err := o.store.TryMail(t.Context(), "nord", "a"+string(rune('a'+i%26))+string(rune('a'+i/26))+"@example.org", "en"); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	older := regexp.MustCompile(`href="(/b/nord/mail\?[^"]*before=[^"]*)"`)
	path := "/b/nord/mail"
	for range 2 {
		_, text := o.ask(t, http.MethodGet, path)
		for _, m := range letterPath.FindAllStringSubmatch(text, -1) {
			seen[m[1]] = true
		}
		if m := older.FindStringSubmatch(text); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if len(seen) != 30 {
		t.Errorf("%d letters on two pages, want 30", len(seen))
	}
}
