package desk

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

// tokenSoon is how long before its end a token is marked.
const tokenSoon = 14 * 24 * time.Hour

// tokenRoutes mounts the pages of API tokens below a path.
func (a *Admin) tokenRoutes(r chi.Router, base string) {
	show := a.c.Site.Page
	r.Get(base, show(a.tokens))
	r.Post(base, show(a.createToken))
	r.Get(base+"/{token}/revoke", show(a.askRevoke))
	r.Post(base+"/{token}/revoke", show(a.revokeToken))
}

func (at place) tokens() string { return at.home() + "/tokens" }

type tokensView struct {
	Lead    string
	Secret  *page.Copy // of a token that was made just now, shown once
	Example page.Copy
	Table   page.Table
	Form    *page.Form
}

func (a *Admin) tokens(w http.ResponseWriter, r *http.Request) error {
	at, err := a.see(r, access.ManageTokens)
	if err != nil {
		return err
	}
	var notices []page.Notice
	if r.URL.Query().Get("done") == "revoked" {
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.tokens.done.revoked")})
	}
	return a.showTokens(w, r, at, http.StatusOK, nil, "", notices...)
}

// showTokens lists tokens; form is one that was refused, secret that of a new token.
func (a *Admin) showTokens(w http.ResponseWriter, r *http.Request, at place, status int, form *page.Form, secret string, notices ...page.Notice) error {
	all, err := a.c.Accounts.Tokens(r.Context(), at.actor, at.body)
	if err != nil {
		return err
	}
	t := at.loc.T
	path := "/api/v1/bodies/" + string(at.body) + "/profile"
	v := tokensView{
		Lead: t("desk.tokens.lead"), Form: form,
		Example: page.Copy{
			ID: "example", Label: t("desk.tokens.example"), Hint: t("desk.tokens.example.hint"),
			Value: `curl -H "Authorization: Bearer $PROBATUM_TOKEN" ` + a.c.Site.Origin() + path,
		},
		Table: page.Table{
			Caption: t("desk.tokens.list"), Hide: true,
			Columns: []page.Column{{Label: t("desk.tokens.name")}, {Label: t("desk.tokens.scopes")}, {Label: t("desk.tokens.used")}, {Label: t("desk.tokens.ends")}, {}},
			Empty:   &page.Empty{Title: t("desk.tokens.none"), Text: t("desk.tokens.none.text")},
		},
	}
	if form == nil {
		v.Form = a.tokenForm(at, access.NewToken{Expires: a.c.Now().AddDate(0, 0, 90)}, "")
	}
	if secret != "" {
		v.Secret = &page.Copy{ID: "secret", Label: t("desk.tokens.secret"), Value: secret, Hint: t("desk.tokens.secret.hint")}
	}
	names := map[string]string{}
	for _, k := range all {
		if _, known := names[k.By]; !known {
			if names[k.By], err = a.maker(r, at, k.By); err != nil {
				return err
			}
		}
		v.Table.Lines = append(v.Table.Lines, a.tokenLine(at, k, names[k.By]))
	}
	return a.c.Site.Show(w, r, "tokens", status, page.Content{
		Title: t("desk.tokens.title"), Main: v, Wide: true, Notices: notices, Again: at.tokens(),
	})
}

func (a *Admin) tokenLine(at place, k access.Token, by string) page.Line {
	var may []string
	for _, s := range k.Scopes {
		may = append(may, at.loc.T(scopeKey(s)))
	}
	used := at.loc.T("desk.tokens.never")
	if !k.Used.IsZero() {
		used = moment(at.loc, k.Used)
	}
	ends := page.Cell{Text: at.loc.Date(k.Expires)}
	if left := k.Expires.Sub(a.c.Now()); left <= 0 {
		ends.Badge = &page.Badge{Tone: page.Bad, Text: at.loc.T("desk.tokens.over")}
	} else if left < tokenSoon {
		ends.Badge = &page.Badge{Tone: page.Open, Text: at.loc.T("desk.tokens.soon")}
	}
	return page.Line{
		{Text: k.Name, Small: "prb_…" + k.Hint}, {Text: strings.Join(may, " · "), Small: at.loc.T("desk.tokens.by", "Name", by, "Date", at.loc.Date(k.Created))},
		{Text: used}, ends,
		{Acts: []page.Act{{Label: at.loc.T("desk.tokens.revoke"), About: k.Name, Href: at.to(at.tokens() + "/" + string(k.ID) + "/revoke"), Quiet: true, Small: true}}},
	}
}

// scopeKey is the message that says what a scope allows.
func scopeKey(s access.Scope) string {
	return "desk.tokens.scope." + strings.ReplaceAll(string(s), ":", "-")
}

// maker is who made a token, by name.
func (a *Admin) maker(r *http.Request, at place, by string) (string, error) {
	switch {
	case by == access.Console:
		return at.loc.T("desk.tokens.console"), nil
	case strings.HasPrefix(by, "token:"):
		return at.loc.T("desk.tokens.token"), nil
	}
	p, err := a.c.Letters.PersonByID(r.Context(), access.PersonID(by))
	if missing(err) {
		return at.loc.T("desk.tokens.gone"), nil
	}
	return p.Name, err
}

func (a *Admin) tokenForm(at place, n access.NewToken, expires string) *page.Form {
	t := at.loc.T
	may := &page.Choice{Name: "scopes", Label: t("desk.tokens.scopes"), Hint: t("desk.tokens.scopes.hint"), Many: true}
	for _, s := range at.actor.Grants(at.body, a.c.Now()) {
		may.Options = append(may.Options, page.Option{Value: string(s), Label: t(scopeKey(s)), Chosen: slices.Contains(n.Scopes, s)})
	}
	if expires == "" && !n.Expires.IsZero() {
		expires = assessment.DateOf(n.Expires).String()
	}
	return &page.Form{
		ID: "token", Action: at.tokens(), Submit: t("desk.tokens.create"), Controls: []page.Control{
			&page.Field{Name: "name", Label: t("desk.tokens.name"), Hint: t("desk.tokens.name.hint"), Value: n.Name, Autocomplete: "off", Max: 100},
			may,
			&page.Field{Name: "expires", Label: t("desk.tokens.ends"), Hint: t("desk.tokens.ends.hint"), Type: "date", Value: expires, Short: true},
		},
	}
}

func (a *Admin) createToken(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.ManageTokens)
	if err != nil {
		return err
	}
	in, err := a.c.Site.ReadForm(w, r, 8<<10)
	if err != nil {
		return err
	}
	n := access.NewToken{Name: in.Text("name")}
	for _, s := range in.All("scopes") {
		n.Scopes = append(n.Scopes, access.Scope(s))
	}
	if day, err := assessment.ParseDate(in.Text("expires")); err == nil {
		n.Expires = day.End() // the day that is chosen still counts
	}
	_, secret, err := a.c.Accounts.CreateToken(r.Context(), at.actor, at.body, n)
	if err != nil {
		form := a.tokenForm(at, n, in.Text("expires"))
		if !form.Fail(err, at.loc) {
			return err
		}
		return a.showTokens(w, r, at, page.RefusalOf(err).Status, form, "")
	}
	return a.showTokens(w, r, at, http.StatusOK, nil, secret)
}

// token reads the token in the address.
func (a *Admin) token(r *http.Request) (place, access.Token, error) {
	at, err := a.see(r, access.ManageTokens)
	if err != nil {
		return at, access.Token{}, err
	}
	all, err := a.c.Accounts.Tokens(r.Context(), at.actor, at.body)
	if err != nil {
		return at, access.Token{}, err
	}
	for _, k := range all {
		if string(k.ID) == chi.URLParam(r, "token") {
			return at, k, nil
		}
	}
	return at, access.Token{}, fault.New(fault.NotFound, "", nil)
}

func (a *Admin) askRevoke(w http.ResponseWriter, r *http.Request) error {
	at, k, err := a.token(r)
	if err != nil {
		return err
	}
	title := at.loc.T("desk.tokens.revoke.title", "Name", k.Name)
	return a.c.Site.Show(w, r, "ask", http.StatusOK, page.Content{Title: title, Main: page.Confirm{
		Title: title, Text: at.loc.T("desk.tokens.revoke.text"), Action: at.tokens() + "/" + string(k.ID) + "/revoke",
		Button: at.loc.T("desk.tokens.revoke"), Grave: true, Back: page.Act{Label: at.loc.T("desk.tokens.keep"), Href: at.to(at.tokens()), Quiet: true},
	}})
}

func (a *Admin) revokeToken(w http.ResponseWriter, r *http.Request) error {
	at, k, err := a.token(r)
	if err != nil {
		return err
	}
	if err := a.c.Accounts.RevokeToken(r.Context(), at.actor, at.body, k.ID); err != nil {
		return err
	}
	page.SeeOther(w, r, at.to(at.tokens()+"?done=revoked"))
	return nil
}
