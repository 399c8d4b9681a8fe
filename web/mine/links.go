package mine

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

func (p *Pages) linkForm(w http.ResponseWriter, r *http.Request) error {
	return p.showLinkForm(w, r, http.StatusOK, "", dayText(p.now().AddDate(0, 0, award.LinkDays)), nil)
}

func (p *Pages) showLinkForm(w http.ResponseWriter, r *http.Request, code int, note, until string, wrong error) error {
	q := page.RequestOf(r)
	c, err := p.cfg.Credentials.MyCredential(r.Context(), p.cfg.Actor(r), credentialID(r))
	if err != nil {
		return err
	}
	at := "/me/credentials/" + string(c.ID)
	out := back(r, at)
	f := &page.Form{ID: "link", Action: q.To(at + "/links"), Submit: q.Loc.T("mine.link.new"), Back: &out, Controls: []page.Control{
		&page.Field{Name: "note", Label: q.Loc.T("mine.link.note"), Hint: q.Loc.T("mine.link.note.hint"), Autocomplete: "off", Max: award.MaxLinkNote, Value: note, Optional: true},
		&page.Field{Name: "until", Label: q.Loc.T("mine.link.until"), Hint: q.Loc.T("mine.link.until.hint"), Type: "date", Value: until, Short: true},
	}}
	if wrong != nil && !f.Fail(wrong, q.Loc) {
		return wrong
	}
	return p.site.Show(w, r, "plain", code, page.Content{
		Title: q.Loc.T("mine.link.new.title"), Main: plainView{Lead: q.Loc.T("mine.link.new.lead", "Title", in(q, c.Title)), Form: f}, Again: at + "/links",
	})
}

func (p *Pages) newLink(w http.ResponseWriter, r *http.Request) error {
	input, err := p.site.ReadForm(w, r, maxTexts)
	if err != nil {
		return err
	}
	until := day(input.Text("until"))
	if until.IsZero() {
		return p.showLinkForm(w, r, http.StatusBadRequest, input.Text("note"), input.Text("until"), fault.List{{Path: "$.until", Key: "portfolio.until.past"}})
	}
	until = until.AddDate(0, 0, 1) // the end of that day
	if until.Sub(p.now()) > maxLink {
		return p.showLinkForm(w, r, http.StatusBadRequest, input.Text("note"), input.Text("until"), fault.List{{Path: "$.until", Key: "mine.link.far"}})
	}
	if _, err := p.cfg.Credentials.NewLink(r.Context(), p.cfg.Actor(r), credentialID(r), until, input.Text("note")); err != nil {
		return p.showLinkForm(w, r, http.StatusBadRequest, input.Text("note"), input.Text("until"), err)
	}
	return goTo(w, r, "/me/credentials/"+string(credentialID(r)), "link")
}

func (p *Pages) confirmClose(w http.ResponseWriter, r *http.Request) error {
	q, a := page.RequestOf(r), p.cfg.Actor(r)
	links, err := p.cfg.Credentials.MyLinks(r.Context(), a, credentialID(r))
	if err != nil {
		return err
	}
	link := chi.URLParam(r, "link")
	if !slices.ContainsFunc(links, func(l award.Link) bool { return l.ID == link && l.Open && !l.Printed }) {
		return fault.New(fault.NotFound, "", nil)
	}
	at := "/me/credentials/" + string(credentialID(r))
	return p.ask(w, r, page.Confirm{
		Title: q.Loc.T("mine.close.title"), Text: q.Loc.T("mine.close.text"),
		Action: q.To(at + "/links/" + link + "/close"), Button: q.Loc.T("mine.link.close"), Grave: true, Back: back(r, at),
	})
}

func (p *Pages) closeLink(w http.ResponseWriter, r *http.Request) error {
	if err := p.cfg.Credentials.CloseLink(r.Context(), p.cfg.Actor(r), credentialID(r), chi.URLParam(r, "link")); err != nil {
		return err
	}
	return goTo(w, r, "/me/credentials/"+string(credentialID(r)), "closed")
}

// maxLink is how long a link can be made for.
const maxLink = 5 * 366 * 24 * time.Hour

// switched reads whether the printed link is to be on or off.
func switched(r *http.Request) (on bool, err error) {
	switch chi.URLParam(r, "state") {
	case "on":
		return true, nil
	case "off":
		return false, nil
	}
	return false, fault.New(fault.NotFound, "", nil)
}

func (p *Pages) confirmPrinted(w http.ResponseWriter, r *http.Request) error {
	on, err := switched(r)
	if err != nil {
		return err
	}
	q := page.RequestOf(r)
	c, err := p.cfg.Credentials.MyCredential(r.Context(), p.cfg.Actor(r), credentialID(r))
	if err != nil {
		return err
	}
	at := "/me/credentials/" + string(c.ID)
	ask := page.Confirm{
		Title: q.Loc.T("mine.printed.off.title"), Text: q.Loc.T("mine.printed.off.text"), Button: q.Loc.T("mine.link.switchOff"), Grave: true,
		Action: q.To(at + "/printed/off"), Back: back(r, at),
	}
	if on {
		ask.Title, ask.Text, ask.Button = q.Loc.T("mine.printed.on.title"), q.Loc.T("mine.printed.on.text"), q.Loc.T("mine.link.switchOn")
		ask.Grave, ask.Action = false, q.To(at+"/printed/on")
	}
	return p.ask(w, r, ask)
}

func (p *Pages) switchPrinted(w http.ResponseWriter, r *http.Request) error {
	on, err := switched(r)
	if err != nil {
		return err
	}
	if err := p.cfg.Credentials.SwitchPrinted(r.Context(), p.cfg.Actor(r), credentialID(r), on); err != nil {
		return err
	}
	did := "off"
	if on {
		did = "on"
	}
	return goTo(w, r, "/me/credentials/"+string(credentialID(r)), did)
}

// claimable shows what a link from a letter is for. It uses nothing up, and needs
// no sign-in: whoever has the letter may not have an account yet.
func (p *Pages) claimable(w http.ResponseWriter, r *http.Request) error {
	q := page.RequestOf(r)
	secret := chi.URLParam(r, "secret")
	c, err := p.cfg.Credentials.Claimable(r.Context(), secret)
	if err != nil {
		return p.unclaimable(w, r, err)
	}
	view := claimView{Text: q.Loc.T("mine.claim.text"), Rows: []page.Row{
		{Name: "title", Label: q.Loc.T("mine.credential.title"), Value: in(q, c.Title)},
		{Name: "body", Label: q.Loc.T("mine.credential.body"), Value: in(q, c.BodyName)},
		{Name: "name", Label: q.Loc.T("mine.credential.name"), Value: c.Name},
		{Name: "until", Label: q.Loc.T("mine.claim.until"), Value: clockTime(q, c.Until)},
	}}
	if c.State != status.Valid {
		view.Text = q.Loc.T("mine.claim.fallen")
	}
	if p.cfg.Actor(r).Known() {
		view.Acts = []page.Act{{Label: q.Loc.T("mine.claim.button"), Href: q.To("/claim/" + secret), Post: true}}
	} else {
		if c.State == status.Valid {
			view.Text = q.Loc.T("mine.claim.nobody")
		}
		view.Acts = []page.Act{
			{Label: q.Loc.T("mine.claim.signIn"), Href: q.To("/sign-in?next=" + url.QueryEscape("/claim/"+secret))},
			{Label: q.Loc.T("mine.claim.signUp"), Href: q.To("/claim/account/" + secret), Quiet: true},
		}
	}
	return p.site.Show(w, r, "claim", http.StatusOK, page.Content{Title: q.Loc.T("mine.claim.title"), Main: view, NoFoot: true})
}

// unclaimable leads whoever took the credential of a link by now to it, and tells
// anybody else what to do with a link that opens nothing.
func (p *Pages) unclaimable(w http.ResponseWriter, r *http.Request, err error) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	q, secret := page.RequestOf(r), chi.URLParam(r, "secret")
	view := claimView{Text: q.Loc.T(page.RefusalOf(err).Detail)}
	if a := p.cfg.Actor(r); a.Known() {
		id, err := p.cfg.Credentials.Claimed(r.Context(), a, secret)
		if err == nil {
			return goTo(w, r, "/me/credentials/"+string(id), "")
		}
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
	} else {
		view.Acts = []page.Act{{Label: q.Loc.T("mine.claim.signIn"), Href: q.To("/sign-in?next=" + url.QueryEscape("/claim/"+secret))}}
	}
	return p.site.Show(w, r, "claim", http.StatusNotFound, page.Content{Title: q.Loc.T("mine.claim.shut"), Main: view, NoFoot: true})
}

type claimView struct {
	Text string
	Rows []page.Row
	Acts []page.Act
}

func (p *Pages) claim(w http.ResponseWriter, r *http.Request) error {
	id, err := p.cfg.Credentials.Claim(r.Context(), p.cfg.Actor(r), chi.URLParam(r, "secret"))
	if err != nil {
		return p.unclaimable(w, r, err)
	}
	return goTo(w, r, "/me/credentials/"+string(id), "claimed")
}
