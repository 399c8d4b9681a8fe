package people

import (
	"net/http"
	"slices"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/access/signin"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

type confirmView struct {
	Title string
	Lead  string
	Ways  *ways
	Demo  *page.Act
}

// confirm asks who is signed in to show once more who they are.
func (p *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	next := session.Next(r.URL.Query().Get("next"))
	if session.ActorOf(r).Fresh(p.cfg.Now()) {
		page.SeeOther(w, r, next)
		return nil
	}
	return p.showConfirm(w, r, http.StatusOK, next, nil)
}

func (p *Pages) showConfirm(w http.ResponseWriter, r *http.Request, status int, next string, notices []page.Notice) error {
	t, c := loc(r), session.Of(r)
	logins, err := p.cfg.Accounts.Logins(r.Context(), c.Actor)
	if err != nil {
		return err
	}
	passkey := ""
	if len(logins.Passkeys) > 0 {
		passkey = t.T("people.confirm.passkey")
	}
	v := confirmView{Title: t.T("people.confirm.title"), Lead: t.T("people.confirm.lead", "Name", c.Person.Name)}
	v.Ways = p.waysAt(r, "confirm", "/confirm", "get", passkey, "people.signin.openid", func(o signin.Provider) bool {
		return slices.ContainsFunc(logins.Identities, func(i access.Identity) bool { return i.Issuer == o.Issuer })
	})
	v.Ways.With = []page.Hidden{{Name: "next", Value: next}}
	if p.inDemo(c.Person.ID) {
		v.Ways.None = false
		v.Demo = &page.Act{Label: t.T("people.confirm.demo"), Href: "/confirm/demo", Post: true, With: v.Ways.With}
	}
	return p.site.Show(w, r, "confirm", status, page.Content{
		Title: v.Title, Main: v, Again: session.To(session.ConfirmPath, next), Notices: notices,
	})
}

func (p *Pages) confirmBegin(w http.ResponseWriter, r *http.Request) error {
	if err := p.noPasskeys(); err != nil {
		return err
	}
	if err := limited(p.tries.signIn, w, r); err != nil {
		return err
	}
	c := session.Of(r)
	logins, err := p.cfg.Accounts.Logins(r.Context(), c.Actor)
	if err != nil {
		return err
	}
	if len(logins.Passkeys) == 0 {
		return fault.New(fault.Conflict, "access.login.none", nil)
	}
	o, s, err := p.cfg.Passkeys.BeginConfirm(c.Person.ID, logins.Passkeys)
	return p.options(w, r, o, s, err)
}

func (p *Pages) confirmPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := p.noPasskeys(); err != nil {
		return err
	}
	in, s, answer, err := p.answer(w, r)
	if in == nil {
		return err
	}
	c := session.Of(r)
	if err == nil {
		var logins access.Logins
		if logins, err = p.cfg.Accounts.Logins(r.Context(), c.Actor); err == nil {
			err = p.cfg.Passkeys.FinishConfirm(r.Context(), c.Person.ID, logins.Passkeys, s, answer)
		}
	}
	return p.confirmed(w, r, in.Text("next"), err)
}

func (p *Pages) confirmOpenID(w http.ResponseWriter, r *http.Request) error {
	if err := limited(p.tries.signIn, w, r); err != nil {
		return err
	}
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	if err := p.leave(w, r, journey{Why: toConfirm, Next: in.Text("next")}); err != nil {
		return p.confirmed(w, r, in.Text("next"), err)
	}
	return nil
}

// confirmedAt is confirmed by an account at a provider, which must be one of the
// person's own.
func (p *Pages) confirmedAt(w http.ResponseWriter, r *http.Request, i access.Identity, next string, err error) error {
	c := session.Of(r)
	if !c.Actor.Known() {
		return fault.New(fault.Unauthenticated, "access.nobody", nil)
	}
	if err == nil {
		var id access.PersonID
		id, err = p.cfg.Accounts.Store.UsedIdentity(r.Context(), i.Issuer, i.Subject)
		if fault.KindOf(err) == fault.NotFound || err == nil && id != c.Person.ID {
			err = fault.New(fault.Forbidden, "signin.other", nil)
		}
	}
	return p.confirmed(w, r, next, err)
}

func (p *Pages) confirmDemo(w http.ResponseWriter, r *http.Request) error {
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	if !p.inDemo(session.Of(r).Person.ID) {
		return fault.New(fault.NotFound, "", nil)
	}
	return p.confirmed(w, r, in.Text("next"), nil)
}

// confirmed leads on who showed once more who they are.
func (p *Pages) confirmed(w http.ResponseWriter, r *http.Request, next string, err error) error {
	next = session.Next(next)
	if err != nil {
		notices, err := trouble(r, err)
		if err != nil {
			return err
		}
		return p.showConfirm(w, r, http.StatusForbidden, next, notices)
	}
	if err := p.cfg.Sessions.Confirmed(r); err != nil {
		return err
	}
	page.SeeOther(w, r, next)
	return nil
}

// goOn shows the form that was held while its sender confirmed, to be sent.
func (p *Pages) goOn(w http.ResponseWriter, r *http.Request) error {
	f, err := p.cfg.Sessions.Held(r)
	if err != nil {
		return err
	}
	t := loc(r)
	c := page.Confirm{
		Title: t.T("people.goon.title"), Text: t.T("people.goon.text"), Points: p.heldPoints(r, f), Action: f.Path, With: f.Fields,
		Button: t.T("people.goon.send"), Back: page.Act{Label: t.T("people.goon.back"), Href: session.StartPath, Quiet: true},
	}
	return p.site.Show(w, r, "ask", http.StatusOK, page.Content{Title: c.Title, Main: c, Again: session.StartPath})
}
