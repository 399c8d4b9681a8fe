package people

import (
	"net/http"
	"net/url"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

// loginsTable lists what lets a person in.
func (p *Pages) loginsTable(r *http.Request, l access.Logins) page.Table {
	t := loc(r)
	table := page.Table{
		Caption: t.T("people.logins.title"), Hide: true,
		Columns: []page.Column{{Label: t.T("people.logins.name")}, {Label: t.T("people.logins.made")}, {Label: t.T("people.logins.used")}, {}},
		Empty:   &page.Empty{Title: t.T("people.logins.none")},
	}
	more := len(l.Passkeys)+len(l.Identities) > 1
	line := func(name, kind string, made, used string, acts []page.Act, with ...page.Hidden) {
		cells := page.Line{{Text: name, Small: t.T(kind)}, {Text: made}, {Text: used}, {Acts: acts}}
		if more { // the last one stays
			cells[3].Acts = append(cells[3].Acts, page.Act{Label: t.T("people.logins.remove"), About: name, Href: "/settings/logins/remove", Post: true, Quiet: true, Grave: true, Small: true, With: with})
		}
		table.Lines = append(table.Lines, cells)
	}
	for _, k := range l.Passkeys {
		used := t.T("people.never")
		if !k.Used.IsZero() {
			used = t.Date(k.Used)
		}
		rename := page.Act{Label: t.T("people.logins.rename"), About: k.Name, Href: renamePath + "?passkey=" + url.QueryEscape(k.ID), Quiet: true, Small: true}
		line(k.Name, "people.logins.passkey", t.Date(k.Created), used, []page.Act{rename}, page.Hidden{Name: "passkey", Value: k.ID})
	}
	for _, i := range l.Identities {
		used := t.T("people.never")
		if !i.Used.IsZero() {
			used = t.Date(i.Used)
		}
		line(i.Name, "people.logins.openid", t.Date(i.Created), used, nil, page.Hidden{Name: "issuer", Value: i.Issuer}, page.Hidden{Name: "subject", Value: i.Subject})
	}
	return table
}

type newPasskeyView struct {
	Title string
	Ways  *ways
	Back  page.Act
}

// newPasskey asks what to call a new passkey.
func (p *Pages) newPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := p.noPasskeys(); err != nil {
		return err
	}
	return p.showNewPasskey(w, r, http.StatusOK, "", nil, nil)
}

func (p *Pages) showNewPasskey(w http.ResponseWriter, r *http.Request, status int, name string, wrong error, notices []page.Notice) error {
	t := loc(r)
	v := newPasskeyView{Title: t.T("people.passkey.add"), Back: page.Act{Label: t.T("people.settings.title"), Href: "/settings", Quiet: true}}
	v.Ways = &ways{
		ID: "passkey", Mode: "create", Begin: "/settings/passkeys/begin", Action: "/settings/passkeys", Passkey: t.T("people.join.passkey"),
		Controls: []page.Control{&page.Field{Name: "name", Label: t.T("people.passkey.name"), Hint: t.T("people.passkey.name.hint"), Autocomplete: "off", Max: 100, Value: name}},
	}
	if wrong != nil && !v.Ways.fail(r, wrong) {
		return wrong
	}
	return p.site.Show(w, r, "passkey", status, page.Content{Title: v.Title, Main: v, Again: "/settings/passkeys/new", Notices: notices})
}

func (p *Pages) addBegin(w http.ResponseWriter, r *http.Request) error {
	if err := p.noPasskeys(); err != nil {
		return err
	}
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	c := session.Of(r)
	if !c.Actor.Fresh(p.cfg.Now()) {
		return access.ErrStale
	}
	if _, err := access.ParseName(in.Text("name")); err != nil {
		return err
	}
	logins, err := p.cfg.Accounts.Logins(r.Context(), c.Actor)
	if err != nil {
		return err
	}
	o, s, err := p.cfg.Passkeys.BeginMaking(c.Person.ID, c.Person.Email, c.Person.Name, logins.Passkeys)
	return p.options(w, r, o, s, err)
}

func (p *Pages) addPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := p.noPasskeys(); err != nil {
		return err
	}
	in, s, answer, err := p.answer(w, r)
	if in == nil {
		return err
	}
	name, bad := access.ParseName(in.Text("name"))
	if bad != nil {
		return p.showNewPasskey(w, r, http.StatusBadRequest, in.Text("name"), at("name", bad), nil)
	}
	var k access.Passkey
	if err == nil {
		k, err = p.cfg.Passkeys.FinishMaking(r.Context(), s, answer)
		k.Name = name
		if err == nil && k.Person != session.Of(r).Person.ID {
			err = fault.New(fault.Conflict, "signin.over", nil)
		}
	}
	if err == nil {
		return p.added(w, r, access.Login{Passkey: &k}, nil)
	}
	notices, err := trouble(r, err)
	if err != nil {
		return err
	}
	return p.showNewPasskey(w, r, http.StatusBadRequest, name, nil, notices)
}

func (p *Pages) addOpenID(w http.ResponseWriter, r *http.Request) error {
	if !session.ActorOf(r).Fresh(p.cfg.Now()) {
		return access.ErrStale
	}
	return p.leave(w, r, journey{Why: toAdd})
}

// added gives the person one more login.
func (p *Pages) added(w http.ResponseWriter, r *http.Request, l access.Login, err error) error {
	if err == nil {
		err = p.cfg.Accounts.AddLogin(r.Context(), session.ActorOf(r), l)
	}
	return p.changedLogins(w, r, err)
}

func (p *Pages) changedLogins(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		page.SeeOther(w, r, "/settings#logins")
		return nil
	}
	if fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Forbidden {
		return err
	}
	notices, err := trouble(r, err)
	if err != nil {
		return err
	}
	return p.showSettings(w, r, http.StatusConflict, p.personForm(r), p.addressForm(r, ""), notices)
}

const renamePath = "/settings/passkeys/rename"

// renaming asks what a passkey is to be called from now on.
func (p *Pages) renaming(w http.ResponseWriter, r *http.Request) error {
	logins, err := p.cfg.Accounts.Logins(r.Context(), session.ActorOf(r))
	if err != nil {
		return err
	}
	id := r.URL.Query().Get("passkey")
	for _, k := range logins.Passkeys {
		if k.ID == id {
			return p.showRenaming(w, r, http.StatusOK, k.ID, k.Name, nil)
		}
	}
	return fault.New(fault.NotFound, "", nil)
}

func (p *Pages) showRenaming(w http.ResponseWriter, r *http.Request, status int, id, name string, wrong error) error {
	t := loc(r)
	f := &page.Form{
		ID: "rename", Action: renamePath, Submit: t.T("people.passkey.rename.save"), With: []page.Hidden{{Name: "passkey", Value: id}},
		Controls: []page.Control{&page.Field{Name: "name", Label: t.T("people.passkey.name"), Hint: t.T("people.passkey.name.hint"), Autocomplete: "off", Max: 100, Value: name}},
		Back:     &page.Act{Label: t.T("people.settings.title"), Href: "/settings", Quiet: true},
	}
	if wrong != nil && !f.Fail(wrong, t) {
		return wrong
	}
	v := registerView{Title: t.T("people.passkey.rename"), Form: f}
	return p.site.Show(w, r, "register", status, page.Content{Title: v.Title, Main: v, Again: renamePath + "?passkey=" + url.QueryEscape(id)})
}

func (p *Pages) renamePasskey(w http.ResponseWriter, r *http.Request) error {
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	if _, err := access.ParseName(in.Text("name")); err != nil {
		return p.showRenaming(w, r, http.StatusBadRequest, in.Text("passkey"), in.Text("name"), at("name", err))
	}
	err = p.cfg.Accounts.RenamePasskey(r.Context(), session.ActorOf(r), in.Text("passkey"), in.Text("name"))
	return p.changedLogins(w, r, err)
}

func (p *Pages) removeLogin(w http.ResponseWriter, r *http.Request) error {
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	l := access.Login{Passkey: &access.Passkey{ID: in.Text("passkey")}}
	if in.Has("issuer") {
		l = access.Login{Identity: &access.Identity{Issuer: in.Text("issuer"), Subject: in.Text("subject")}}
	}
	epoch, err := p.cfg.Accounts.RemoveLogin(r.Context(), session.ActorOf(r), l)
	if err == nil {
		err = p.cfg.Sessions.GoOn(r, epoch)
	}
	return p.changedLogins(w, r, err)
}
