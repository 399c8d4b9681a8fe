// Package people serves the pages on which somebody becomes known to the server
// and stays so: sign-in and sign-up, invitations, recovery, the confirmation that
// grave acts ask for, settings, deletion, notices, and the page that tells what
// waits for them.
//
// Start with New and Pages.Routes. One-time links show first what they are for
// and use nothing up; the button below does.
//
// It promises that
//   - whether an address has an account cannot be told from any answer, nor from
//     its time;
//   - tries are slowed down by the address of the client and by the mailbox, and
//     nobody is locked out of an account by the tries of others;
//   - all but passkeys work without script.
package people

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/access/signin"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

//go:embed all:templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// Config says what the pages stand on.
type Config struct {
	// Page is the ground that they share with all signed-in pages. Templates and
	// Static are set here.
	Page     page.Config
	Accounts *access.Accounts
	Sessions *session.Manager

	Passkeys *signin.Passkeys // nil: there are none at this address
	OpenID   *signin.OpenID   // nil: there is no provider

	// DemoPeople are there in a demonstration alone. There, whoever opens a link to
	// join can do so by one click, and is one of them then.
	DemoPeople []DemoPerson

	Sources []Source // of the start page

	// BodyName gives the name of a body in a language.
	BodyName func(ctx context.Context, id access.BodyID, lang string) string

	Now func() time.Time // nil: time.Now
}

// Pages are the pages of people.
type Pages struct {
	cfg   Config
	site  *page.Site
	tries limits
	cast  demoCast
}

// limits slow down what can be tried again and again. Many people may share one
// address, so that it may do more than one of them would.
type limits struct {
	signIn *page.Limiter // by address: passkeys and codes of providers cannot be guessed
	letter *page.Limiter // by address: what sends a letter; the mailbox has a limit of its own
	code   *page.Limiter // by link: recovery codes
}

// New makes the pages.
func New(cfg Config) (*Pages, error) {
	if cfg.Accounts == nil || cfg.Sessions == nil || cfg.BodyName == nil {
		return nil, errors.New("pages of people: something is missing from Config")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.OpenID == nil {
		cfg.OpenID = &signin.OpenID{}
	}
	var err error
	if cfg.Page.Templates, err = fs.Sub(templateFiles, "templates"); err != nil {
		return nil, err
	}
	if cfg.Page.Static, err = fs.Sub(staticFiles, "static"); err != nil {
		return nil, err
	}
	site, err := page.New(cfg.Page)
	if err != nil {
		return nil, fmt.Errorf("pages of people: %w", err)
	}
	return &Pages{cfg: cfg, site: site, tries: limits{
		signIn: page.NewLimiter(120, time.Minute),
		letter: page.NewLimiter(40, 10*time.Minute),
		code:   page.NewLimiter(10, time.Hour),
	}}, nil
}

// Routes mounts the pages.
func (p *Pages) Routes(r chi.Router) {
	do, data := p.site.Page, p.site.API
	r.Get("/static/{name:passkey\\..+}", do(p.site.Static))

	r.Get(session.SignInPath, do(p.signIn))
	r.Post("/sign-in/passkey/begin", data(p.signInBegin))
	r.Post("/sign-in/passkey", do(p.signInPasskey))
	r.Post("/sign-in/openid/{provider}", do(p.signInOpenID))
	r.Get("/sign-in/back/{provider}", do(p.back))
	r.Post("/sign-in/demo", do(p.signInDemo))
	r.Post("/sign-out", do(p.signOut))
	r.Get("/deleted", do(p.deleted))

	r.Get("/sign-up", do(p.register))
	r.Post("/sign-up", do(p.registerSend))
	for _, j := range joins {
		r.Get(j.path+"{secret}", do(p.join(j)))
		r.Post(j.path+"{secret}/passkey/begin", data(p.joinBegin(j)))
		r.Post(j.path+"{secret}/passkey", do(p.joinPasskey(j)))
		r.Post(j.path+"{secret}/openid/{provider}", do(p.joinOpenID(j)))
		r.Post(j.path+"{secret}/demo", do(p.joinDemo(j)))
	}
	r.Post("/invite/{secret}/accept", do(p.accept(access.Invite)))
	r.Post("/setup/{secret}/accept", do(p.accept(access.SetUp)))

	r.Get("/recover", do(p.recover))
	r.Post("/recover", do(p.recoverSend))
	r.Get("/recover/{secret}", do(p.recovery))
	r.Post("/recover/{secret}/code", do(p.recoveryCode))
	r.Post("/recover/{secret}/wait", do(p.recoveryWait))
	r.Post("/recover/{secret}/passkey/begin", data(p.recoveryBegin))
	r.Post("/recover/{secret}/passkey", do(p.recoveryPasskey))
	r.Post("/recover/{secret}/openid/{provider}", do(p.recoveryOpenID))
	r.Get("/recover/stop/{secret}", do(p.stop))
	r.Post("/recover/stop/{secret}", do(p.stopNow))

	// What follows is for who has signed in.
	s := r.With(p.cfg.Sessions.Need)
	s.Get(session.ConfirmPath, do(p.confirm))
	s.Post("/confirm/passkey/begin", data(p.confirmBegin))
	s.Post("/confirm/passkey", do(p.confirmPasskey))
	s.Post("/confirm/openid/{provider}", do(p.confirmOpenID))
	s.Post("/confirm/demo", do(p.confirmDemo))
	s.With(p.cfg.Sessions.Fresh).Get(session.GoOnPath, do(p.goOn))

	s.Get(session.StartPath, do(p.start))
	s.Get("/notices", do(p.notices))
	s.Post("/notices/{notice}/end", do(p.endNotice))
	s.Post("/recovery/stop", do(p.stopMine))

	s.Get("/settings", do(p.settings))
	s.Post("/settings", do(p.saveSettings))
	s.Post("/settings/address", do(p.askAddress))
	s.Get("/settings/address/{secret}", do(p.address))
	s.Post("/settings/address/{secret}", do(p.confirmAddress))
	s.Post("/settings/sessions", do(p.endSessions))
	s.Post("/settings/codes", do(p.newCodes))
	s.With(p.cfg.Sessions.Fresh).Get("/settings/passkeys/new", do(p.newPasskey))
	s.Post("/settings/passkeys/begin", data(p.addBegin))
	s.Post("/settings/passkeys", do(p.addPasskey))
	s.Get(renamePath, do(p.renaming))
	s.Post(renamePath, do(p.renamePasskey))
	s.Post("/settings/logins/remove", do(p.removeLogin))
	s.Post("/settings/openid/{provider}", do(p.addOpenID))
	s.Get("/settings/tokens", do(p.tokens))
	s.Post("/settings/tokens", do(p.makeToken))
	s.Post("/settings/tokens/{token}/end", do(p.endToken))
	s.Get("/settings/delete", do(p.deletion))
	s.Post("/settings/delete", do(p.deleteAccount))
}

// maxForm is the size in bytes of a form of these pages.
const maxForm = 64 << 10

func loc(r *http.Request) i18n.Localizer { return page.RequestOf(r).Loc }

// told gives what an error tells people, or false where it tells them nothing.
func told(r *http.Request, err error) (string, bool) {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Public == "" || e.Kind == fault.Internal {
		return "", false
	}
	args := map[string]any{}
	for name, value := range e.Args {
		if t, isTime := value.(time.Time); isTime {
			value = moment(r, t)
		}
		args[name] = value
	}
	return loc(r).TMap(e.Public, args), true
}

// trouble makes the message of an error that people can do something about.
func trouble(r *http.Request, err error) ([]page.Notice, error) {
	text, ok := told(r, err)
	if !ok {
		return nil, err
	}
	return []page.Notice{{Tone: page.Bad, Title: text}}, nil
}

// moment writes a time as people read it.
func moment(r *http.Request, t time.Time) string {
	return loc(r).T("people.moment", "Date", loc(r).Date(t), "Time", t.UTC().Format("15:04"))
}

// say shows a page that only says something.
func (p *Pages) say(w http.ResponseWriter, r *http.Request, v saidView) error {
	return p.site.Show(w, r, "said", http.StatusOK, page.Content{Title: v.Title, Main: v})
}

// sent adds to what says that a letter was sent where a demonstration keeps it.
func (p *Pages) sent(r *http.Request, v saidView) saidView {
	if a := p.site.Letters(r); a != nil {
		v.Acts = append([]page.Act{*a}, v.Acts...)
	}
	return v
}

type saidView struct {
	Title string
	Texts []string
	Acts  []page.Act
}

// Warning tells who is signed in that somebody else tries to get into the
// account, on every page (page.Frame).
func Warning(r *http.Request) *page.Notice {
	c := session.Of(r)
	if c.Person.Recovering.IsZero() {
		return nil
	}
	t := loc(r)
	return &page.Notice{
		Tone: page.Bad, Title: t.T("people.recovering.title"),
		Text: t.T("people.recovering.text", "From", moment(r, c.Person.Recovering)),
		Act:  &page.Act{Label: t.T("people.recovering.stop"), Href: "/recovery/stop", Post: true},
	}
}

// limited counts a try from the address of the client.
func limited(l *page.Limiter, w http.ResponseWriter, r *http.Request) error {
	key, err := page.ByAddress(r)
	if err != nil {
		return err
	}
	return l.Allow(w, r, key)
}
