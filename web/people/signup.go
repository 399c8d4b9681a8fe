package people

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

// A joinPath is where links of a purpose lead that make an account.
type joinPath struct {
	purpose access.Purpose
	path    string
}

var joins = [...]joinPath{
	{access.Register, "/sign-up/"}, {access.Invite, "/invite/"}, {access.SetUp, "/setup/"}, {access.Claim, "/claim/account/"},
}

func joinOf(p access.Purpose) joinPath {
	for _, j := range joins {
		if j.purpose == p {
			return j
		}
	}
	return joins[0]
}

// A joining is what somebody who signs up has said so far.
type joining struct {
	Purpose access.Purpose  `json:"purpose"`
	Ticket  access.TicketID `json:"ticket"`
	Secret  string          `json:"-"` // made anew: the database alone opens no link
	Person  access.PersonID `json:"person"`
	Name    string          `json:"name,omitempty"`
	Email   string          `json:"email,omitempty"`
	Body    access.NewBody  `json:"body"`
	Code    string          `json:"code,omitempty"` // of a recovery
}

func (p *Pages) keepJoining(r *http.Request, j joining) (err error) {
	if j.Ticket, err = p.cfg.Accounts.Links.Parse(j.Purpose, j.Secret); err != nil {
		return err
	}
	b, err := json.Marshal(j)
	if err == nil {
		p.cfg.Sessions.Keep(r, keptJoining, string(b))
	}
	return err
}

// readJoining reads what keepJoining kept.
func (p *Pages) readJoining(kept string) (joining, error) {
	var j joining
	if err := json.Unmarshal([]byte(kept), &j); err != nil {
		return joining{}, fault.New(fault.Conflict, "signin.over", err)
	}
	j.Secret = p.cfg.Accounts.Links.Secret(j.Purpose, j.Ticket)
	return j, nil
}

// joiningOf gives what was said for this very link.
func (p *Pages) joiningOf(r *http.Request, purpose access.Purpose, secret string) (joining, error) {
	j, err := p.readJoining(p.cfg.Sessions.Kept(r, keptJoining))
	if err != nil || j.Purpose != purpose || j.Secret != secret {
		return joining{}, fault.New(fault.Conflict, "signin.over", nil)
	}
	return j, nil
}

type registerView struct {
	Title string
	Lead  string // may be empty
	Form  *page.Form
	Links []page.Act
}

func (p *Pages) registerForm(r *http.Request, email string) *page.Form {
	t := loc(r)
	return &page.Form{ID: "register", Action: "/sign-up", Submit: t.T("people.register.send"), Controls: []page.Control{
		&page.Field{Name: "email", Label: t.T("people.email"), Hint: t.T("people.register.hint"), Type: "email", Autocomplete: "email", Max: 254, Value: email},
	}}
}

// register asks for an address to send a link to.
func (p *Pages) register(w http.ResponseWriter, r *http.Request) error {
	return p.showRegister(w, r, http.StatusOK, p.registerForm(r, ""))
}

func (p *Pages) showRegister(w http.ResponseWriter, r *http.Request, status int, f *page.Form) error {
	t := loc(r)
	v := registerView{Title: t.T("people.register.title"), Lead: t.T("people.register.lead"), Form: f, Links: []page.Act{{Label: t.T("people.register.have"), Href: session.SignInPath, Quiet: true}}}
	return p.site.Show(w, r, "register", status, page.Content{Title: v.Title, Main: v, Again: "/sign-up"})
}

func (p *Pages) registerSend(w http.ResponseWriter, r *http.Request) error {
	if err := limited(p.tries.letter, w, r); err != nil {
		return err
	}
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	if err := p.cfg.Accounts.Register(r.Context(), in.Text("email"), loc(r).Lang()); err != nil {
		f := p.registerForm(r, in.Text("email"))
		if !f.Fail(at("email", err), loc(r)) {
			return err
		}
		return p.showRegister(w, r, http.StatusBadRequest, f)
	}
	t := loc(r)
	return p.say(w, r, p.sent(r, saidView{Title: t.T("people.sent.title"), Texts: []string{t.T("people.sent.text"), t.T("people.sent.none")}}))
}

// at says which field an error is about.
func at(name string, err error) error {
	if text, ok := err.(*fault.Error); ok && text.Kind == fault.Invalid { //nolint:errorlint // the use cases do not wrap what is wrong with an input
		return fault.List{{Path: "$." + name, Key: text.Public, Args: text.Args}}
	}
	return err
}

type joinView struct {
	Title string
	Lead  string
	Rows  []page.Row
	Take  *page.Form // for who is signed in
	In    *page.Act  // to sign in first
	Ways  *ways
}

// join shows what a link is for, and how to take it up.
func (p *Pages) join(j joinPath) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := p.showJoin(w, r, j, http.StatusOK, joining{}, nil, nil)
		if j.purpose == access.Register && fault.KindOf(err) == fault.NotFound {
			// The link of a letter about a credential also makes an account.
			secret := chi.URLParam(r, "secret")
			if _, of := p.cfg.Accounts.Links.Parse(access.Claim, secret); of == nil {
				page.SeeOther(w, r, joinOf(access.Claim).path+secret)
				return nil
			}
		}
		return err
	}
}

func (p *Pages) showJoin(w http.ResponseWriter, r *http.Request, j joinPath, status int, said joining, wrong error, notices []page.Notice) error {
	secret := chi.URLParam(r, "secret")
	if secret == "" {
		secret = said.Secret
	}
	ticket, err := p.cfg.Accounts.Ticket(r.Context(), j.purpose, secret)
	if err != nil {
		return p.shut(w, r, err)
	}
	t, path := loc(r), j.path+secret
	v := joinView{}
	switch j.purpose {
	case access.Invite:
		v.Title, v.Lead = t.T("people.invite.title"), t.T("people.invite.lead")
	case access.SetUp:
		v.Title, v.Lead = t.T("people.setup.title"), t.T("people.setup.lead")
	case access.Claim:
		v.Title, v.Lead = t.T("people.claim.title"), t.T("people.claim.lead")
	default:
		v.Title, v.Lead = t.T("people.join.title"), t.T("people.join.lead")
	}
	if ticket.Email != "" {
		v.Rows = append(v.Rows, page.Row{Name: "email", Label: t.T("people.email"), Value: ticket.Email})
	}
	if ticket.Body != "" {
		v.Rows = append(v.Rows, page.Row{Name: "body", Label: t.T("people.body"), Value: p.cfg.BodyName(r.Context(), ticket.Body, t.Lang())})
	}
	if ticket.Role != "" {
		v.Rows = append(v.Rows, page.Row{Name: "role", Label: t.T("people.role"), Value: t.T(ticket.Role.Key())})
	}
	v.Rows = append(v.Rows, page.Row{Name: "until", Label: t.T("people.until"), Value: moment(r, ticket.Expires)})

	c := session.Of(r)
	taking := j.purpose == access.Invite || j.purpose == access.SetUp
	switch {
	case c.Actor.Known() && taking:
		v.Take = p.takeForm(r, path, ticket, said, c.Person)
		if wrong != nil && !v.Take.Fail(wrong, t) {
			return wrong
		}
	case c.Actor.Known():
		v.Lead = t.T("people.join.signedin", "Email", c.Person.Email)
	default:
		v.Ways = p.joinWays(r, path, ticket, said)
		if wrong != nil && !v.Ways.fail(r, wrong) {
			return wrong
		}
		if taking {
			v.In = &page.Act{Label: t.T("people.invite.signin"), Href: session.To(session.SignInPath, path), Quiet: true}
		}
	}
	return p.site.Show(w, r, "join", status, page.Content{Title: v.Title, Main: v, Again: path, Notices: notices})
}

// joinWays is the form of a new account.
func (p *Pages) joinWays(r *http.Request, path string, ticket access.Ticket, said joining) *ways {
	t := loc(r)
	v := p.waysAt(r, "join", path, "create", t.T("people.join.passkey"), "people.join.openid", nil)
	if p.isDemo() {
		v.Others, v.None = append(v.Others, way{t.T("people.join.demo"), path + "/demo"}), false
	}
	v.Controls = []page.Control{&page.Field{Name: "name", Label: t.T("people.name"), Hint: t.T("people.name.hint"), Autocomplete: "name", Max: 100, Value: said.Name}}
	if ticket.Email == "" {
		v.Controls = append(v.Controls, &page.Field{Name: "email", Label: t.T("people.email"), Type: "email", Autocomplete: "email", Max: 254, Value: said.Email})
	}
	v.Controls = append(v.Controls, p.bodyControls(r, ticket, said)...)
	return v
}

// bodyControls ask for the body that a set-up link makes.
func (p *Pages) bodyControls(r *http.Request, ticket access.Ticket, said joining) []page.Control {
	if ticket.Purpose != access.SetUp || ticket.Body != "" {
		return nil
	}
	t := loc(r)
	return []page.Control{
		&page.Field{Name: "bodyName", Label: t.T("people.setup.name"), Hint: t.T("people.setup.name.hint"), Autocomplete: "organization", Max: 100, Value: said.Body.Name},
		&page.Field{Name: "body", Label: t.T("people.setup.id"), Hint: t.T("people.setup.id.hint"), Autocomplete: "off", Code: true, Max: 40, Value: string(said.Body.ID)},
	}
}

// takeForm offers a role to the account that is signed in, by name.
func (p *Pages) takeForm(r *http.Request, path string, ticket access.Ticket, said joining, person access.Person) *page.Form {
	t := loc(r)
	return &page.Form{
		ID: "take", Action: path + "/accept", Submit: t.T("people.invite.accept"),
		Controls: append([]page.Control{&page.Text{Text: t.T("people.invite.as", "Name", person.Name, "Email", person.Email)}}, p.bodyControls(r, ticket, said)...),
	}
}

// said reads what somebody says of themselves, and of the body that they make.
func said(purpose access.Purpose, secret string, in *page.Input) (joining, error) {
	j := joining{
		Purpose: purpose, Secret: secret, Person: access.NewPersonID(), Name: in.Text("name"), Email: in.Text("email"),
		Body: access.NewBody{ID: access.BodyID(in.Text("body")), Name: in.Text("bodyName")},
	}
	var faults fault.List
	if _, err := access.ParseName(j.Name); err != nil {
		faults.Add("$.name", "access.name.wrong", "", "Max", 100)
	}
	if in.Has("email") {
		if _, err := access.ParseEmail(j.Email); err != nil {
			faults.Add("$.email", "mail.address", "")
		}
	}
	return j, append(faults, bodyFaults(in, j)...).Err()
}

func bodyFaults(in *page.Input, j joining) (faults fault.List) {
	if !in.Has("body") {
		return nil
	}
	if _, err := access.ParseName(j.Body.Name); err != nil {
		faults.Add("$.bodyName", "access.body.name", "", "Max", 100)
	}
	if _, err := access.ParseBodyID(string(j.Body.ID)); err != nil {
		faults.Add("$.body", "access.body.id", "")
	}
	return faults
}

// joinBegin asks the browser for the first passkey of an account.
func (p *Pages) joinBegin(jp joinPath) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := p.noPasskeys(); err != nil {
			return err
		}
		if err := limited(p.tries.signIn, w, r); err != nil {
			return err
		}
		in, err := p.site.ReadForm(w, r, maxForm)
		if err != nil {
			return err
		}
		ticket, err := p.cfg.Accounts.Ticket(r.Context(), jp.purpose, chi.URLParam(r, "secret"))
		if err != nil {
			return err
		}
		j, err := said(jp.purpose, chi.URLParam(r, "secret"), in)
		if err != nil {
			return err
		}
		if err := p.keepJoining(r, j); err != nil {
			return err
		}
		email := ticket.Email
		if email == "" {
			email = j.Email
		}
		o, s, err := p.cfg.Passkeys.BeginMaking(j.Person, email, j.Name, nil)
		return p.options(w, r, o, s, err)
	}
}

// joinPasskey makes the account.
func (p *Pages) joinPasskey(jp joinPath) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := p.noPasskeys(); err != nil {
			return err
		}
		in, s, answer, err := p.answer(w, r)
		if in == nil {
			return err
		}
		secret := chi.URLParam(r, "secret")
		j, wrong := said(jp.purpose, secret, in)
		if err == nil && wrong == nil {
			if _, err = p.joiningOf(r, jp.purpose, secret); err == nil {
				var k access.Passkey
				if k, err = p.cfg.Passkeys.FinishMaking(r.Context(), s, answer); err == nil {
					k.Name = loc(r).T("people.passkey.first")
					return p.joined(w, r, access.Login{Passkey: &k}, nil)
				}
			}
		}
		if wrong != nil {
			return p.showJoin(w, r, jp, http.StatusBadRequest, j, wrong, nil)
		}
		notices, err := trouble(r, err)
		if err != nil {
			return err
		}
		return p.showJoin(w, r, jp, http.StatusBadRequest, j, nil, notices)
	}
}

// joinOpenID sends the browser to a provider for the first login of an account.
func (p *Pages) joinOpenID(jp joinPath) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := limited(p.tries.signIn, w, r); err != nil {
			return err
		}
		in, err := p.site.ReadForm(w, r, maxForm)
		if err != nil {
			return err
		}
		j, err := said(jp.purpose, chi.URLParam(r, "secret"), in)
		if err != nil {
			return p.showJoin(w, r, jp, http.StatusBadRequest, j, err, nil)
		}
		if err := p.keepJoining(r, j); err != nil {
			return err
		}
		return p.leave(w, r, journey{Why: toJoin})
	}
}

// joined makes the account with a login that was found good, or recovers one.
func (p *Pages) joined(w http.ResponseWriter, r *http.Request, l access.Login, err error) error {
	j, bad := p.readJoining(p.cfg.Sessions.Take(r, keptJoining))
	if bad != nil {
		return bad
	}
	// Two pages at once: a passkey holds the id of its account, and signs in to no
	// other.
	if err == nil && l.Passkey != nil && l.Passkey.Person != j.Person {
		err = fault.New(fault.Conflict, "signin.over", nil)
	}
	if j.Purpose == access.Recover {
		return p.recovered(w, r, j, l, err)
	}
	if err == nil {
		var person access.Person
		person, err = p.cfg.Accounts.SignUp(r.Context(), j.Purpose, j.Secret, access.NewAccount{
			ID: j.Person, Name: j.Name, Email: j.Email, Lang: loc(r).Lang(), Login: l, Body: j.Body,
			Settings: access.Settings{LargeText: page.RequestOf(r).LargeText, HighContrast: page.RequestOf(r).HighContrast},
		})
		if err == nil {
			return p.let(w, r, person.ID, p.shownBy(l), afterJoining(j))
		}
	}
	notices, err := trouble(r, err)
	if err != nil {
		return err
	}
	return p.showJoin(w, r, joinOf(j.Purpose), http.StatusConflict, j, nil, notices)
}

func afterJoining(j joining) string {
	switch {
	case j.Purpose == access.SetUp && j.Body.ID != "":
		return "/b/" + string(j.Body.ID) + "/setup"
	case j.Purpose == access.Claim:
		return "/claim/" + j.Secret
	}
	return session.StartPath
}

// accept gives the person who is signed in what a link offers.
func (p *Pages) accept(purpose access.Purpose) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !session.ActorOf(r).Known() {
			return fault.New(fault.Unauthenticated, "access.nobody", nil)
		}
		in, err := p.site.ReadForm(w, r, maxForm)
		if err != nil {
			return err
		}
		secret := chi.URLParam(r, "secret")
		j := joining{Purpose: purpose, Secret: secret, Body: access.NewBody{ID: access.BodyID(in.Text("body")), Name: in.Text("bodyName")}}
		if err := bodyFaults(in, j).Err(); err != nil {
			return p.showJoin(w, r, joinOf(purpose), http.StatusBadRequest, j, err, nil)
		}
		ticket, epoch, err := p.cfg.Accounts.Accept(r.Context(), session.ActorOf(r), purpose, secret, j.Body)
		if err != nil {
			notices, err := trouble(r, err)
			if err != nil {
				return err
			}
			return p.showJoin(w, r, joinOf(purpose), http.StatusConflict, j, nil, notices)
		}
		if err := p.cfg.Sessions.GoOn(r, epoch); err != nil {
			return err
		}
		next := session.StartPath
		if purpose == access.SetUp {
			next = "/b/" + string(ticket.Body) + "/setup"
		}
		page.SeeOther(w, r, next)
		return nil
	}
}

// shut says why a link opens nothing, and what to do.
func (p *Pages) shut(w http.ResponseWriter, r *http.Request, err error) error {
	text, ok := told(r, err)
	if !ok || fault.KindOf(err) != fault.Conflict {
		return err
	}
	t := loc(r)
	return p.site.Show(w, r, "said", http.StatusConflict, page.Content{Title: t.T("people.shut.title"), Again: r.URL.Path, Main: saidView{
		Title: t.T("people.shut.title"), Texts: []string{text},
		Acts: []page.Act{{Label: t.T("people.signin.title"), Href: session.SignInPath, Quiet: true}},
	}})
}
