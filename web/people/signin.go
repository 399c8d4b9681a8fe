package people

import (
	"net/http"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

type signInView struct {
	Title string
	Ways  *ways
	Demo  []page.Card
	Links []page.Act
}

// signIn shows the ways in. Who is in already is led on.
func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) error {
	c := session.Of(r)
	next := session.Next(r.URL.Query().Get("next"))
	if c.Actor.Known() {
		page.SeeOther(w, r, next)
		return nil
	}
	var notices []page.Notice
	if c.Rested {
		notices = []page.Notice{{Tone: page.Open, Title: loc(r).T("people.signin.rested")}}
	}
	return p.showSignIn(w, r, http.StatusOK, next, notices)
}

func (p *Pages) showSignIn(w http.ResponseWriter, r *http.Request, status int, next string, notices []page.Notice) error {
	t := loc(r)
	next = session.Next(next)
	v := signInView{
		Title: t.T("people.signin.title"),
		Ways:  p.waysAt(r, "signin", "/sign-in", "get", t.T("people.signin.passkey"), "people.signin.openid", nil),
		Links: []page.Act{
			{Label: t.T("people.signin.new"), Href: "/sign-up", Quiet: true},
			{Label: t.T("people.signin.lost"), Href: "/recover", Quiet: true},
		},
	}
	v.Ways.With = []page.Hidden{{Name: "next", Value: next}}
	v.Ways.None = v.Ways.None && !p.isDemo()
	for _, d := range p.DemoPeople() {
		if _, err := p.cfg.Accounts.Store.PersonByID(r.Context(), d.ID); err != nil { // a visitor has deleted the account
			continue
		}
		text := t.T(d.Role.Key())
		if d.Body != "" {
			text += " · " + d.Body
		}
		v.Demo = append(v.Demo, page.Card{Title: d.Name, Text: text, Acts: []page.Act{{
			Label: t.T("people.signin.demo.be"), About: d.Name, Href: "/sign-in/demo", Post: true, Quiet: true, Name: "person", Value: string(d.ID),
			With: []page.Hidden{{Name: "next", Value: next}},
		}}})
	}
	return p.site.Show(w, r, "signin", status, page.Content{Title: v.Title, Main: v, Again: session.To(session.SignInPath, next), Notices: notices})
}

// signInAgain shows the ways in once more, with what went wrong.
func (p *Pages) signInAgain(w http.ResponseWriter, r *http.Request, next string, err error) error {
	notices, err := trouble(r, err)
	if err != nil {
		return err
	}
	return p.showSignIn(w, r, http.StatusUnauthorized, next, notices)
}

func (p *Pages) signInBegin(w http.ResponseWriter, r *http.Request) error {
	if err := p.noPasskeys(); err != nil {
		return err
	}
	if err := limited(p.tries.signIn, w, r); err != nil {
		return err
	}
	o, s, err := p.cfg.Passkeys.Begin()
	return p.options(w, r, o, s, err)
}

func (p *Pages) signInPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := p.noPasskeys(); err != nil {
		return err
	}
	if err := limited(p.tries.signIn, w, r); err != nil {
		return err
	}
	in, s, answer, err := p.answer(w, r)
	if in == nil {
		return err
	}
	next := in.Text("next")
	if err == nil {
		var id access.PersonID
		if id, err = p.cfg.Passkeys.Finish(r.Context(), s, answer); err == nil {
			return p.let(w, r, id, p.cfg.Now(), session.Next(next))
		}
	}
	return p.signInAgain(w, r, next, err)
}

func (p *Pages) signInOpenID(w http.ResponseWriter, r *http.Request) error {
	if err := limited(p.tries.signIn, w, r); err != nil {
		return err
	}
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	if err := p.leave(w, r, journey{Why: toSignIn, Next: in.Text("next")}); err != nil {
		return p.signInAgain(w, r, in.Text("next"), err)
	}
	return nil
}

func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.cfg.Sessions.SignOut(r); err != nil {
		return err
	}
	page.SeeOther(w, r, "/")
	return nil
}
