package people

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

func (p *Pages) recoverForm(r *http.Request, email string) *page.Form {
	t := loc(r)
	return &page.Form{ID: "recover", Action: "/recover", Submit: t.T("people.recover.send"), Controls: []page.Control{
		&page.Field{Name: "email", Label: t.T("people.email"), Hint: t.T("people.recover.hint"), Type: "email", Autocomplete: "email", Max: 254, Value: email},
	}}
}

// recover asks for the address of an account that nobody gets into any more.
func (p *Pages) recover(w http.ResponseWriter, r *http.Request) error {
	return p.showRecover(w, r, http.StatusOK, p.recoverForm(r, ""))
}

func (p *Pages) showRecover(w http.ResponseWriter, r *http.Request, status int, f *page.Form) error {
	v := registerView{Title: loc(r).T("people.recover.title"), Lead: loc(r).T("people.recover.lead"), Form: f, Links: []page.Act{{Label: loc(r).T("people.register.have"), Href: session.SignInPath, Quiet: true}}}
	return p.site.Show(w, r, "register", status, page.Content{Title: v.Title, Main: v, Again: "/recover"})
}

func (p *Pages) recoverSend(w http.ResponseWriter, r *http.Request) error {
	if err := limited(p.tries.letter, w, r); err != nil {
		return err
	}
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	if err := p.cfg.Accounts.AskRecovery(r.Context(), in.Text("email"), loc(r).Lang()); err != nil {
		f := p.recoverForm(r, in.Text("email"))
		if !f.Fail(at("email", err), loc(r)) {
			return err
		}
		return p.showRecover(w, r, http.StatusBadRequest, f)
	}
	t := loc(r)
	return p.say(w, r, p.sent(r, saidView{Title: t.T("people.sent.title"), Texts: []string{t.T("people.recover.sent"), t.T("people.sent.none")}}))
}

type recoveryView struct {
	Title string
	Texts []string
	Code  *page.Form
	Wait  *page.Form
	Ways  *ways
}

// recovery shows how a link may be used.
func (p *Pages) recovery(w http.ResponseWriter, r *http.Request) error {
	return p.showRecovery(w, r, http.StatusOK, chi.URLParam(r, "secret"), nil, nil)
}

func (p *Pages) showRecovery(w http.ResponseWriter, r *http.Request, status int, secret string, wrong error, notices []page.Notice) error {
	t, path := loc(r), "/recover/"+secret
	way, ticket, err := p.cfg.Accounts.RecoveryWay(r.Context(), secret)
	waits := err != nil && !ticket.From.IsZero() && ticket.Used.IsZero() && ticket.Ended.IsZero()
	if err != nil && !waits {
		return p.shut(w, r, err)
	}
	v := recoveryView{Title: t.T("people.recovery.title")}
	_, proven := p.provenCode(r, secret)
	if way == access.AtOnce && !waits || proven {
		v.Texts = []string{t.T("people.recovery.now"), t.T("people.recovery.rest")}
		v.Ways = p.waysAt(r, "recovery", path, "create", t.T("people.join.passkey"), "people.join.openid", nil)
		return p.site.Show(w, r, "recovery", status, page.Content{Title: v.Title, Main: v, Again: path, Notices: notices})
	}
	v.Code = &page.Form{ID: "code", Action: path + "/code", Submit: t.T("people.recovery.code.send"), Controls: []page.Control{
		&page.Field{Name: "code", Label: t.T("people.recovery.code"), Hint: t.T("people.recovery.code.hint"), Autocomplete: "off", Code: true, Max: 40},
	}}
	if wrong != nil && !v.Code.Fail(wrong, t) {
		return wrong
	}
	switch {
	case waits:
		v.Texts = []string{t.T("people.recovery.waits", "From", moment(r, ticket.From))}
	case way == access.OnlyCode:
		v.Texts = []string{t.T("people.recovery.only")}
	default:
		v.Wait = &page.Form{ID: "wait", Action: path + "/wait", Submit: t.T("people.recovery.wait.begin"), Controls: []page.Control{
			&page.Text{Text: t.T("people.recovery.wait")},
		}}
	}
	return p.site.Show(w, r, "recovery", status, page.Content{Title: v.Title, Main: v, Again: path, Notices: notices})
}

// provenCode gives the recovery code that was shown for this very link.
func (p *Pages) provenCode(r *http.Request, secret string) (string, bool) {
	j, err := p.joiningOf(r, access.Recover, secret)
	return j.Code, err == nil && j.Code != ""
}

// recoveryCode takes a recovery code, of which a link may try a few.
func (p *Pages) recoveryCode(w http.ResponseWriter, r *http.Request) error {
	secret := chi.URLParam(r, "secret")
	if err := p.tries.code.Allow(w, r, secret); err != nil {
		return err
	}
	if err := limited(p.tries.letter, w, r); err != nil {
		return err
	}
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	code, err := p.cfg.Accounts.ProveCode(r.Context(), secret, in.Text("code"))
	switch fault.KindOf(err) {
	case fault.Forbidden:
		return p.showRecovery(w, r, http.StatusForbidden, secret, fault.List{{Path: "$.code", Key: "access.code.wrong"}}, nil)
	case fault.Conflict:
		return p.shut(w, r, err)
	}
	if err != nil {
		return err
	}
	if err := p.keepJoining(r, joining{Purpose: access.Recover, Secret: secret, Code: code}); err != nil {
		return err
	}
	page.SeeOther(w, r, "/recover/"+secret)
	return nil
}

// recoveryWait begins the waiting time.
func (p *Pages) recoveryWait(w http.ResponseWriter, r *http.Request) error {
	secret := chi.URLParam(r, "secret")
	if _, err := p.cfg.Accounts.StartWaiting(r.Context(), secret); err != nil {
		return p.shut(w, r, err)
	}
	page.SeeOther(w, r, "/recover/"+secret)
	return nil
}

// recoverable gives what was said for a link that opens its account now.
func (p *Pages) recoverable(r *http.Request) (joining, access.Ticket, error) {
	secret := chi.URLParam(r, "secret")
	code, proven := p.provenCode(r, secret)
	way, ticket, err := p.cfg.Accounts.RecoveryWay(r.Context(), secret)
	switch {
	case proven && ticket.ID != "": // a code ends the wait
		err = nil
	case err == nil && way != access.AtOnce:
		err = fault.New(fault.Conflict, "signin.over", nil)
	}
	return joining{Purpose: access.Recover, Secret: secret, Person: ticket.Person, Code: code}, ticket, err
}

func (p *Pages) recoveryBegin(w http.ResponseWriter, r *http.Request) error {
	if err := p.noPasskeys(); err != nil {
		return err
	}
	if err := limited(p.tries.signIn, w, r); err != nil {
		return err
	}
	j, _, err := p.recoverable(r)
	if err != nil {
		return err
	}
	person, err := p.cfg.Accounts.Store.PersonByID(r.Context(), j.Person)
	if err != nil {
		return err
	}
	if err := p.keepJoining(r, j); err != nil {
		return err
	}
	o, s, err := p.cfg.Passkeys.BeginMaking(person.ID, person.Email, person.Name, nil)
	return p.options(w, r, o, s, err)
}

func (p *Pages) recoveryPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := p.noPasskeys(); err != nil {
		return err
	}
	in, s, answer, err := p.answer(w, r)
	if in == nil {
		return err
	}
	var k access.Passkey
	if err == nil {
		k, err = p.cfg.Passkeys.FinishMaking(r.Context(), s, answer)
		k.Name = loc(r).T("people.passkey.first")
	}
	if err == nil {
		return p.joined(w, r, access.Login{Passkey: &k}, nil)
	}
	notices, err := trouble(r, err)
	if err != nil {
		return err
	}
	return p.showRecovery(w, r, http.StatusBadRequest, chi.URLParam(r, "secret"), nil, notices)
}

func (p *Pages) recoveryOpenID(w http.ResponseWriter, r *http.Request) error {
	if err := limited(p.tries.signIn, w, r); err != nil {
		return err
	}
	j, _, err := p.recoverable(r)
	if err != nil {
		return p.shut(w, r, err)
	}
	if err := p.keepJoining(r, j); err != nil {
		return err
	}
	return p.leave(w, r, journey{Why: toJoin})
}

// recovered lets the person in by the new login alone.
func (p *Pages) recovered(w http.ResponseWriter, r *http.Request, j joining, l access.Login, err error) error {
	if err == nil {
		var person access.Person
		if person, err = p.cfg.Accounts.Recover(r.Context(), j.Secret, j.Code, l); err == nil {
			return p.let(w, r, person.ID, p.shownBy(l), "/settings")
		}
	}
	notices, err := trouble(r, err)
	if err != nil {
		return err
	}
	return p.showRecovery(w, r, http.StatusConflict, j.Secret, nil, notices)
}

// stop shows what a link in a letter stops.
func (p *Pages) stop(w http.ResponseWriter, r *http.Request) error {
	secret := chi.URLParam(r, "secret")
	if _, err := p.cfg.Accounts.Ticket(r.Context(), access.Stop, secret); err != nil {
		return p.shut(w, r, err)
	}
	t := loc(r)
	c := page.Confirm{
		Title: t.T("people.stop.title"), Text: t.T("people.stop.text"), Action: "/recover/stop/" + secret,
		Button: t.T("people.recovering.stop"), Back: page.Act{Label: t.T("people.stop.back"), Href: "/", Quiet: true},
	}
	return p.site.Show(w, r, "ask", http.StatusOK, page.Content{Title: c.Title, Main: c})
}

func (p *Pages) stopNow(w http.ResponseWriter, r *http.Request) error {
	if err := p.cfg.Accounts.StopRecoveryByLink(r.Context(), chi.URLParam(r, "secret")); err != nil {
		return p.shut(w, r, err)
	}
	t := loc(r)
	return p.say(w, r, saidView{Title: t.T("people.stopped.title"), Texts: []string{t.T("people.stopped.text")}})
}

// stopMine ends a recovery of who is signed in.
func (p *Pages) stopMine(w http.ResponseWriter, r *http.Request) error {
	if err := p.cfg.Accounts.StopRecovery(r.Context(), session.ActorOf(r)); err != nil {
		return err
	}
	t := loc(r)
	return p.site.Show(w, r, "said", http.StatusOK, page.Content{Title: t.T("people.stopped.title"), Again: session.StartPath, Main: saidView{
		Title: t.T("people.stopped.title"), Texts: []string{t.T("people.stopped.text")},
		Acts: []page.Act{{Label: t.T("people.settings.title"), Href: "/settings"}},
	}})
}
