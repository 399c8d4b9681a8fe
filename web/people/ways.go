package people

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/access/signin"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

// Ways ("ways") is a form by which somebody shows who they are: by a passkey, for
// which the script asks the browser, or at a provider.
type ways struct {
	ID       string
	Mode     string // "get" or "create"
	Begin    string // where the script asks what to ask the browser
	Action   string // where its answer goes
	Passkey  string // label of the button; empty: there are no passkeys here
	With     []page.Hidden
	Controls []page.Control
	Errors   *page.Errors
	Others   []way
	None     bool // there is no way at all
}

// A way is a button for a provider.
type way struct {
	Label, Action string
}

// waysAt makes the form for a path: its passkeys go to path/passkey, its providers
// to path/openid/{id}.
func (p *Pages) waysAt(r *http.Request, id, path, mode, passkey, provider string, only func(signin.Provider) bool) *ways {
	w := &ways{ID: id, Mode: mode, Begin: path + "/passkey/begin", Action: path + "/passkey"}
	if p.cfg.Passkeys != nil {
		w.Passkey = passkey
	}
	for _, o := range p.cfg.OpenID.Providers() {
		if only == nil || only(o) {
			w.Others = append(w.Others, way{loc(r).T(provider, "Name", o.Name), path + "/openid/" + o.ID})
		}
	}
	w.None = w.Passkey == "" && len(w.Others) == 0
	return w
}

// fail puts what is wrong with an input beside its controls.
func (v *ways) fail(r *http.Request, err error) bool {
	f := page.Form{ID: v.ID, Controls: v.Controls}
	ok := f.Fail(err, loc(r))
	v.Errors = f.Errors
	return ok
}

// The names of what is kept in the session between two steps.
const (
	keptPasskey = "passkey" // State of a passkey that was asked for
	keptOpenID  = "openid"  // a journey
	keptJoining = "joining"
)

// A journey is what a browser was sent to a provider for.
type journey struct {
	State signin.State `json:"state"`
	Why   string       `json:"why"`
	Next  string       `json:"next,omitempty"`

	// Of a one-time link that Next leads to. The database alone opens no link, so
	// its secret is cut out of Next and made anew.
	Purpose access.Purpose  `json:"purpose,omitempty"`
	Ticket  access.TicketID `json:"ticket,omitempty"`
}

// linkPages are the pages of one-time links that somebody signs in for.
var linkPages = map[access.Purpose]string{
	access.SetUp: "/setup/", access.Invite: "/invite/", access.Claim: "/claim/", access.Address: "/settings/address/",
}

// bare is the journey without the secret of a link in it.
func (j journey) bare(k access.LinkKey) journey {
	for purpose, front := range linkPages {
		rest, ok := strings.CutPrefix(j.Next, front)
		if !ok {
			continue
		}
		secret, _, _ := strings.Cut(rest, "?")
		if id, err := k.Parse(purpose, secret); err == nil {
			j.Next, j.Purpose, j.Ticket = front+rest[len(secret):], purpose, id
		}
	}
	return j
}

// next is where the journey leads.
func (j journey) next(k access.LinkKey) string {
	if j.Ticket == "" {
		return j.Next
	}
	path, query, asks := strings.Cut(j.Next, "?")
	path += k.Secret(j.Purpose, j.Ticket)
	if asks {
		path += "?" + query
	}
	return path
}

// Why somebody was sent to a provider.
const (
	toSignIn  = "sign-in"
	toJoin    = "join"
	toConfirm = "confirm"
	toAdd     = "add"
)

// leave sends the browser to a provider.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request, j journey) error {
	address, state, err := p.cfg.OpenID.Begin(r.Context(), chi.URLParam(r, "provider"), j.Why == toConfirm)
	if err != nil {
		return err
	}
	j.State = state
	b, err := json.Marshal(j.bare(p.cfg.Accounts.Links))
	if err != nil {
		return err
	}
	p.cfg.Sessions.Keep(r, keptOpenID, string(b))
	page.SeeOther(w, r, address)
	return nil
}

// back is where a provider sends the browser back to.
func (p *Pages) back(w http.ResponseWriter, r *http.Request) error {
	if err := limited(p.tries.signIn, w, r); err != nil {
		return err
	}
	var j journey
	if err := json.Unmarshal([]byte(p.cfg.Sessions.Take(r, keptOpenID)), &j); err != nil {
		j = journey{Why: toSignIn}
	}
	next := j.next(p.cfg.Accounts.Links)
	i, err := p.cfg.OpenID.Finish(r.Context(), chi.URLParam(r, "provider"), j.State, r.URL.Query())
	switch j.Why {
	case toJoin:
		return p.joined(w, r, access.Login{Identity: &i}, err)
	case toConfirm:
		return p.confirmedAt(w, r, i, next, err)
	case toAdd:
		return p.added(w, r, access.Login{Identity: &i}, err)
	}
	if err == nil {
		var id access.PersonID
		id, err = p.cfg.Accounts.Store.UsedIdentity(r.Context(), i.Issuer, i.Subject)
		if fault.KindOf(err) == fault.NotFound {
			err = fault.New(fault.Conflict, "signin.unknown", nil).With("Name", i.Name)
		}
		if err == nil {
			return p.let(w, r, id, i.Shown, session.Next(next))
		}
	}
	return p.signInAgain(w, r, next, err)
}

// let makes the session that of a person, who showed at a time who they are, and
// leads them on.
func (p *Pages) let(w http.ResponseWriter, r *http.Request, id access.PersonID, shown time.Time, next string) error {
	person, err := p.cfg.Accounts.Store.PersonByID(r.Context(), id)
	if err != nil {
		return err
	}
	if err := p.cfg.Sessions.SignIn(r, person, shown); err != nil {
		return err
	}
	p.cfg.Sessions.KeepLook(w, person.Lang, person.Settings)
	page.SeeOther(w, r, next)
	return nil
}

// shownBy is when somebody showed who they are by a login.
func (p *Pages) shownBy(l access.Login) time.Time {
	if l.Identity != nil {
		return l.Identity.Shown
	}
	return p.cfg.Now()
}

// noPasskeys answers where this address has none.
func (p *Pages) noPasskeys() error {
	if p.cfg.Passkeys == nil {
		return fault.New(fault.NotFound, "", nil)
	}
	return nil
}

// options keeps the State of what the browser is asked and tells it.
func (p *Pages) options(w http.ResponseWriter, r *http.Request, options []byte, s signin.State, err error) error {
	if err != nil {
		return err
	}
	p.cfg.Sessions.Keep(r, keptPasskey, string(s))
	page.Write(w, r, http.StatusOK, "application/json", options)
	return nil
}

// answer reads what the browser answered, and takes the State that it is for.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request) (*page.Input, signin.State, []byte, error) {
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return nil, "", nil, err
	}
	s := signin.State(p.cfg.Sessions.Take(r, keptPasskey))
	text := in.Lines("answer")
	if text == "" {
		return in, s, nil, fault.New(fault.Invalid, "people.passkey.script", nil)
	}
	return in, s, []byte(text), nil
}
