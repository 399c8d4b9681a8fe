package people

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

type tokensView struct {
	Title  string
	Lead   string
	Secret *page.Copy // of the token that was just made
	Table  page.Table
	Form   *page.Form
}

func (p *Pages) tokens(w http.ResponseWriter, r *http.Request) error {
	return p.showTokens(w, r, http.StatusOK, p.tokenForm(r, access.NewToken{}), nil)
}

func (p *Pages) showTokens(w http.ResponseWriter, r *http.Request, status int, f *page.Form, secret *page.Copy) error {
	t := loc(r)
	all, err := p.cfg.Accounts.Tokens(r.Context(), session.ActorOf(r), "")
	if err != nil {
		return err
	}
	v := tokensView{Title: t.T("people.tokens.title"), Lead: t.T("people.tokens.lead"), Secret: secret, Form: f, Table: page.Table{
		Caption: t.T("people.tokens.title"), Hide: true, Empty: &page.Empty{Title: t.T("people.tokens.none")},
		Columns: []page.Column{{Label: t.T("people.tokens.name")}, {Label: t.T("people.tokens.scopes")}, {Label: t.T("people.tokens.until")}, {Label: t.T("people.tokens.used")}, {}},
	}}
	for _, k := range all {
		used, scopes := t.T("people.never"), ""
		if !k.Used.IsZero() {
			used = moment(r, k.Used)
		}
		for _, s := range k.Scopes {
			scopes += string(s) + " "
		}
		until := page.Cell{Text: t.Date(k.Expires)}
		if !p.cfg.Now().Before(k.Expires) {
			until.Badge = &page.Badge{Tone: page.Bad, Text: t.T("people.tokens.over")}
		}
		v.Table.Lines = append(v.Table.Lines, page.Line{
			{Text: k.Name, Small: "prb_…" + k.Hint}, {Text: scopes}, until, {Text: used},
			{Acts: []page.Act{{Label: t.T("people.tokens.end"), About: k.Name, Href: "/settings/tokens/" + string(k.ID) + "/end", Post: true, Quiet: true, Grave: true, Small: true}}},
		})
	}
	return p.site.Show(w, r, "tokens", status, page.Content{Title: v.Title, Main: v, Again: "/settings/tokens", Wide: true})
}

func (p *Pages) tokenForm(r *http.Request, n access.NewToken) *page.Form {
	t, until := loc(r), n.Expires
	if until.IsZero() {
		until = p.cfg.Now().AddDate(0, 3, 0)
	}
	scopes := &page.Choice{Name: "scopes", Label: t.T("people.tokens.scopes"), Many: true}
	for _, s := range access.MyScopes() {
		key := "people.scope.read"
		if s == access.ScopeMineWrite {
			key = "people.scope.write"
		}
		scopes.Options = append(scopes.Options, page.Option{Value: string(s), Label: t.T(key), Hint: string(s), Chosen: s == access.ScopeMine})
	}
	return &page.Form{ID: "token", Action: "/settings/tokens", Submit: t.T("people.tokens.make"), Controls: []page.Control{
		&page.Field{Name: "name", Label: t.T("people.tokens.name"), Hint: t.T("people.tokens.name.hint"), Autocomplete: "off", Max: 100, Value: n.Name},
		scopes,
		&page.Field{Name: "expires", Label: t.T("people.tokens.until"), Hint: t.T("people.tokens.until.hint"), Type: "date", Short: true, Value: until.Format(time.DateOnly)},
	}}
}

func (p *Pages) makeToken(w http.ResponseWriter, r *http.Request) error {
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	n := access.NewToken{Name: in.Text("name")}
	for _, s := range in.All("scopes") {
		n.Scopes = append(n.Scopes, access.Scope(s))
	}
	if day, err := time.Parse(time.DateOnly, in.Text("expires")); err == nil {
		n.Expires = day.Add(24*time.Hour - time.Second)
	}
	_, secret, err := p.cfg.Accounts.CreateToken(r.Context(), session.ActorOf(r), "", n)
	if err != nil {
		f := p.tokenForm(r, n)
		if !f.Fail(err, loc(r)) {
			return err
		}
		return p.showTokens(w, r, http.StatusBadRequest, f, nil)
	}
	t := loc(r)
	return p.showTokens(w, r, http.StatusOK, p.tokenForm(r, access.NewToken{}), &page.Copy{
		ID: "secret", Label: t.T("people.tokens.secret"), Value: secret, Hint: t.T("people.tokens.secret.hint"),
	})
}

func (p *Pages) endToken(w http.ResponseWriter, r *http.Request) error {
	if err := p.cfg.Accounts.RevokeToken(r.Context(), session.ActorOf(r), "", access.TokenID(chi.URLParam(r, "token"))); err != nil {
		return err
	}
	page.SeeOther(w, r, "/settings/tokens")
	return nil
}
