package people

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

type settingsView struct {
	Title   string
	Person  *page.Form
	Address *page.Form
	Logins  page.Table
	More    []page.Act // ways to add one
	Codes   string
	NewCode page.Act
	Places  []page.Card
}

// settings shows all that a person can change about their account.
func (p *Pages) settings(w http.ResponseWriter, r *http.Request) error {
	return p.showSettings(w, r, http.StatusOK, p.personForm(r), p.addressForm(r, ""), nil)
}

func (p *Pages) showSettings(w http.ResponseWriter, r *http.Request, status int, person, address *page.Form, notices []page.Notice) error {
	t, c := loc(r), session.Of(r)
	logins, err := p.cfg.Accounts.Logins(r.Context(), c.Actor)
	if err != nil {
		return err
	}
	codes, err := p.cfg.Accounts.CodesLeft(r.Context(), c.Actor)
	if err != nil {
		return err
	}
	v := settingsView{
		Title: t.T("people.settings.title"), Person: person, Address: address, Logins: p.loginsTable(r, logins),
		Codes:   t.T("people.codes.left", "Count", codes),
		NewCode: page.Act{Label: t.T("people.codes.new"), Href: "/settings/codes", Post: true, Quiet: true},
		Places: []page.Card{
			{Title: t.T("people.tokens.title"), Text: t.T("people.tokens.card"), Href: "/settings/tokens"},
			{Title: t.T("people.sessions.title"), Text: t.T("people.sessions.text"), Acts: []page.Act{{Label: t.T("people.sessions.end"), Href: "/settings/sessions", Post: true, Quiet: true}}},
			{Title: t.T("people.delete.title"), Text: t.T("people.delete.card"), Href: "/settings/delete"},
		},
	}
	if p.cfg.Passkeys != nil {
		v.More = append(v.More, page.Act{Label: t.T("people.passkey.add"), Href: "/settings/passkeys/new", Quiet: true})
	}
	for _, o := range p.cfg.OpenID.Providers() {
		v.More = append(v.More, page.Act{Label: t.T("people.openid.add", "Name", o.Name), Href: "/settings/openid/" + o.ID, Post: true, Quiet: true})
	}
	return p.site.Show(w, r, "settings", status, page.Content{Title: v.Title, Main: v, Again: "/settings", Notices: notices})
}

func (p *Pages) personForm(r *http.Request) *page.Form {
	t, who := loc(r), session.Of(r).Person
	lang := &page.Choice{Name: "lang", Label: t.T("people.settings.lang")}
	for _, code := range i18n.Languages {
		lang.Options = append(lang.Options, page.Option{Value: code, Label: languageNames[code], Chosen: code == who.Lang})
	}
	return &page.Form{ID: "person", Action: "/settings", Submit: t.T("people.settings.save"), Controls: []page.Control{
		&page.Field{Name: "name", Label: t.T("people.name"), Hint: t.T("people.name.hint"), Autocomplete: "name", Max: 100, Value: who.Name},
		lang,
		&page.Group{Label: t.T("people.settings.look"), Controls: []page.Control{
			&page.Box{Name: "large", Label: t.T("people.settings.large"), Ticked: who.Settings.LargeText},
			&page.Box{Name: "contrast", Label: t.T("people.settings.contrast"), Ticked: who.Settings.HighContrast},
			&page.Box{Name: "calm", Label: t.T("people.settings.calm"), Ticked: who.Settings.CalmMotion},
		}},
	}}
}

// languageNames are how the languages call themselves.
var languageNames = map[string]string{"en": "English", "fr": "Français", "de": "Deutsch"}

func (p *Pages) saveSettings(w http.ResponseWriter, r *http.Request) error {
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	set := access.Settings{LargeText: in.Has("large"), HighContrast: in.Has("contrast"), CalmMotion: in.Has("calm")}
	if err := p.cfg.Accounts.SaveSettings(r.Context(), session.ActorOf(r), in.Text("name"), in.Text("lang"), set); err != nil {
		f := p.personForm(r)
		if name, ok := f.Controls[0].(*page.Field); ok {
			name.Value = in.Text("name")
		}
		if !f.Fail(at("name", err), loc(r)) {
			return err
		}
		return p.showSettings(w, r, http.StatusBadRequest, f, p.addressForm(r, ""), nil)
	}
	p.cfg.Sessions.KeepLook(w, in.Text("lang"), set)
	page.SeeOther(w, r, "/settings")
	return nil
}

func (p *Pages) addressForm(r *http.Request, email string) *page.Form {
	t := loc(r)
	return &page.Form{ID: "address", Action: "/settings/address", Submit: t.T("people.address.send"), Controls: []page.Control{
		&page.Field{Name: "email", Label: t.T("people.address.new"), Hint: t.T("people.address.hint", "Email", session.Of(r).Person.Email), Type: "email", Autocomplete: "email", Max: 254, Value: email},
	}}
}

func (p *Pages) askAddress(w http.ResponseWriter, r *http.Request) error {
	if err := limited(p.tries.letter, w, r); err != nil {
		return err
	}
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	if err := p.cfg.Accounts.AskAddress(r.Context(), session.ActorOf(r), in.Text("email"), loc(r).Lang()); err != nil {
		f := p.addressForm(r, in.Text("email"))
		if !f.Fail(at("email", err), loc(r)) {
			return err
		}
		return p.showSettings(w, r, http.StatusBadRequest, p.personForm(r), f, nil)
	}
	t := loc(r)
	return p.say(w, r, p.sent(r, saidView{
		Title: t.T("people.sent.title"), Texts: []string{t.T("people.address.sent"), t.T("people.sent.none")},
		Acts: []page.Act{{Label: t.T("people.settings.title"), Href: "/settings", Quiet: true}},
	}))
}

// address shows what a link in a letter confirms.
func (p *Pages) address(w http.ResponseWriter, r *http.Request) error {
	secret := chi.URLParam(r, "secret")
	ticket, err := p.cfg.Accounts.Ticket(r.Context(), access.Address, secret)
	if err != nil {
		return p.shut(w, r, err)
	}
	t := loc(r)
	c := page.Confirm{
		Title: t.T("people.address.title"), Text: t.T("people.address.text", "Email", ticket.Email, "Name", session.Of(r).Person.Name),
		Action: "/settings/address/" + secret, Button: t.T("people.address.confirm"), Back: page.Act{Label: t.T("people.settings.title"), Href: "/settings", Quiet: true},
	}
	return p.site.Show(w, r, "ask", http.StatusOK, page.Content{Title: c.Title, Main: c})
}

func (p *Pages) confirmAddress(w http.ResponseWriter, r *http.Request) error {
	if err := p.cfg.Accounts.ConfirmAddress(r.Context(), session.ActorOf(r), chi.URLParam(r, "secret")); err != nil {
		return p.shut(w, r, err)
	}
	page.SeeOther(w, r, "/settings")
	return nil
}

// endSessions signs out everywhere else.
func (p *Pages) endSessions(w http.ResponseWriter, r *http.Request) error {
	epoch, err := p.cfg.Accounts.SignOutEverywhere(r.Context(), session.ActorOf(r))
	if err != nil {
		return err
	}
	if err := p.cfg.Sessions.GoOn(r, epoch); err != nil {
		return err
	}
	t := loc(r)
	return p.say(w, r, saidView{
		Title: t.T("people.sessions.ended"), Acts: []page.Act{{Label: t.T("people.settings.title"), Href: "/settings", Quiet: true}},
	})
}

type codesView struct {
	Title string
	Text  string
	Codes []string
	Act   page.Act
}

// newCodes makes recovery codes and shows them, once.
func (p *Pages) newCodes(w http.ResponseWriter, r *http.Request) error {
	codes, err := p.cfg.Accounts.NewCodes(r.Context(), session.ActorOf(r))
	if err != nil {
		return err
	}
	t := loc(r)
	v := codesView{Title: t.T("people.codes.title"), Text: t.T("people.codes.text"), Codes: codes, Act: page.Act{Label: t.T("people.codes.done"), Href: "/settings"}}
	return p.site.Show(w, r, "codes", http.StatusOK, page.Content{Title: v.Title, Main: v, Again: "/settings"})
}
