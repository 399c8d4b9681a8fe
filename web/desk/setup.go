package desk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

// Bodies keep how bodies set themselves up; *store.Store does.
type Bodies interface {
	// Body gives what a body was called when it was made, or is called since.
	Body(ctx context.Context, id access.BodyID) (access.NewBody, error)
	BodyVersion(ctx context.Context, id access.BodyID) (p body.Profile, version string, err error)
	// KeepProfile is a Conflict where the profile is of another version by now.
	KeepProfile(ctx context.Context, id access.BodyID, p body.Profile, was string) error
}

// Accounts change who does what in a body; *access.Accounts does. Each asks
// Actor.May itself.
type Accounts interface {
	Members(ctx context.Context, a access.Actor, b access.BodyID) ([]access.Member, error)
	ChangeRole(ctx context.Context, a access.Actor, b access.BodyID, membership string, r access.Role) error
	EndMembership(ctx context.Context, a access.Actor, b access.BodyID, membership string) error
	HelpRecovery(ctx context.Context, a access.Actor, b access.BodyID, id access.PersonID) error
	Invite(ctx context.Context, a access.Actor, b access.BodyID, email string, r access.Role, language string) error
	Invitations(ctx context.Context, a access.Actor, b access.BodyID) ([]access.Ticket, error)
	Resend(ctx context.Context, a access.Actor, b access.BodyID, t access.TicketID) error
	Withdraw(ctx context.Context, a access.Actor, b access.BodyID, t access.TicketID) error
	CreateToken(ctx context.Context, a access.Actor, b access.BodyID, n access.NewToken) (access.Token, string, error)
	Tokens(ctx context.Context, a access.Actor, b access.BodyID) ([]access.Token, error)
	RevokeToken(ctx context.Context, a access.Actor, b access.BodyID, t access.TokenID) error
}

// AdminConfig says what the pages for setting a body up stand on. All but Also
// must be given.
type AdminConfig struct {
	Site     *page.Site // with the templates of this package
	Bodies   Bodies
	Accounts Accounts
	Letters  Letters
	Data     string // data directory; the keys of a body are in keys/{body} below it
	Actor    func(*http.Request) access.Actor
	Now      func() time.Time

	// Also gives what else waits for somebody in a body, such as results.
	Also func(context.Context, access.Actor, access.BodyID) ([]Wait, error)
}

// An Admin is the home of a body and the pages on which it is set up: its profile
// and seal, its staff, its API tokens; and the same for programs.
type Admin struct {
	c     AdminConfig
	turns *page.Turns // for drawing certificates
}

// NewAdmin makes an Admin.
func NewAdmin(c AdminConfig) *Admin {
	return &Admin{c: c, turns: page.NewTurns(2, 10*time.Second)}
}

// Routes mounts the pages.
func (a *Admin) Routes(r chi.Router) {
	show := a.c.Site.Page
	r.Get("/b/{body}", show(a.home))
	r.Get("/b/{body}/setup", show(a.overview))
	r.Get("/b/{body}/setup/preview/{lang:en|fr|de}.png", show(a.previewPNG))
	r.Get("/b/{body}/setup/preview/{lang:en|fr|de}.pdf", show(a.previewPDF))
	for _, st := range steps() {
		r.Get("/b/{body}/setup/"+st.name, show(a.showStep(st)))
		r.Post("/b/{body}/setup/"+st.name, show(a.saveStep(st)))
		if st.pictures {
			r.Post("/b/{body}/setup/"+st.name+"/preview", show(a.previewStep(st)))
		}
	}
	r.Get("/b/{body}/setup/recognition/remove", show(a.askRemove))
	r.Post("/b/{body}/setup/recognition/remove", show(a.remove))

	r.Get("/b/{body}/setup/seal", show(a.seal))
	r.Post("/b/{body}/setup/seal/trial", show(a.trialSeal))
	r.Post("/b/{body}/setup/seal/request", show(a.requestSeal))
	r.Get("/b/{body}/setup/seal/request.pem", show(a.requestFile))
	r.Get("/b/{body}/setup/seal/certificate", show(a.askChain))
	r.Post("/b/{body}/setup/seal/certificate", show(a.installChain))

	r.Get("/b/{body}/staff", show(a.staff))
	r.Post("/b/{body}/staff", show(a.invite))
	r.Post("/b/{body}/staff/invitations/{ticket}/again", show(a.inviteAgain))
	r.Get("/b/{body}/staff/invitations/{ticket}/withdraw", show(a.askWithdraw))
	r.Post("/b/{body}/staff/invitations/{ticket}/withdraw", show(a.withdraw))
	r.Get("/b/{body}/staff/members/{member}", show(a.member))
	r.Post("/b/{body}/staff/members/{member}/role", show(a.changeRole))
	r.Get("/b/{body}/staff/members/{member}/end", show(a.askEnd))
	r.Post("/b/{body}/staff/members/{member}/end", show(a.end))
	r.Get("/b/{body}/staff/members/{member}/help", show(a.askHelp))
	r.Post("/b/{body}/staff/members/{member}/help", show(a.help))

	a.tokenRoutes(r, "/b/{body}/tokens")
}

// at reads the body in the address and asks whether the sender may act there. It
// is the one place that does so for what no use case asks about: the profile and
// the keys.
func (a *Admin) at(r *http.Request, act access.Act) (place, error) {
	req := page.RequestOf(r)
	at := place{actor: a.c.Actor(r), body: access.BodyID(chi.URLParam(r, "body")), loc: req.Loc, to: req.To}
	return at, at.actor.May(act, at.body, a.c.Now())
}

// see is at for pages that only show what an act is about: a sign-in of long ago
// is enough.
func (a *Admin) see(r *http.Request, act access.Act) (place, error) {
	at, err := a.at(r, act)
	if errors.Is(err, access.ErrStale) {
		err = nil
	}
	return at, err
}

func (a *Admin) can(at place, act access.Act) bool {
	return at.actor.Can(act, at.body, a.c.Now())
}

func (at place) home() string  { return "/b/" + string(at.body) }
func (at place) setup() string { return at.home() + "/setup" }
func (at place) staff() string { return at.home() + "/staff" }

// name is what a body is called, also before it has written its legal name.
func (a *Admin) name(ctx context.Context, at place, p body.Profile) (string, error) {
	if name := p.Name(at.loc.Lang()); name != "" {
		return name, nil
	}
	b, err := a.c.Bodies.Body(ctx, at.body)
	return b.Name, err
}

// keys are the seals of a body.
func (a *Admin) keys(id access.BodyID) (body.Keys, error) {
	return body.KeysIn(a.c.Data, string(id), a.c.Now)
}

// state tells how it stands with the seal of a body.
func (a *Admin) state(id access.BodyID, p body.Profile) (body.State, error) {
	k, err := a.keys(id)
	if err != nil {
		return body.State{}, err
	}
	return k.State(p)
}

// A stage is how far one step of the set-up is.
type stage struct {
	name         string
	needed, more []body.Missing // what is missing before sealing, and what would help
	done         bool
}

// stages tells how far the set-up is.
func stages(p body.Profile, s body.State) []stage {
	var all []stage
	for _, st := range steps() {
		one := stage{name: st.name}
		for _, m := range p.Missing() {
			switch {
			case !st.has(m.Path):
			case m.Needed:
				one.needed = append(one.needed, m)
			default:
				one.more = append(one.more, m)
			}
		}
		one.done = len(one.needed) == 0 && (len(one.more) == 0 || st.needed)
		all = append(all, one)
	}
	return append(all, stage{name: sealStep, done: s.Ready()})
}

// sealStep is the last step, which is no form.
const sealStep = "seal"

// next is the first step that must be done before sealing; empty: none.
func next(all []stage) string {
	for _, st := range all {
		if len(st.needed) > 0 || st.name == sealStep && !st.done {
			return st.name
		}
	}
	return ""
}

type overviewView struct {
	Lead     string
	Progress page.Progress
	Steps    page.Steps
	Needed   []linked
	More     []linked
	Go       *page.Act
	Rows     []page.Row // of the profile, for who may not change it
	Back     page.Act
}

// A linked is a sentence, and the page that it is about.
type linked struct{ Text, Label, Href string }

func (a *Admin) overview(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.ReadBody)
	if err != nil {
		return err
	}
	p, _, err := a.c.Bodies.BodyVersion(r.Context(), at.body)
	if err != nil {
		return err
	}
	s, err := a.state(at.body, p)
	if err != nil {
		return err
	}
	all, edit := stages(p, s), a.can(at, access.EditBody)
	v := overviewView{
		Lead: at.loc.T("desk.setup.lead"), Progress: at.progress(all),
		Steps: page.Steps{Label: at.loc.T("desk.setup.steps")},
		Back:  page.Act{Label: at.loc.T("desk.home.back"), Href: at.to(at.home()), Quiet: true},
	}
	first := next(all)
	for _, st := range all {
		one := page.Step{Label: at.loc.T("desk.setup.step." + st.name), Done: st.done, Here: st.name == first, Note: at.note(st)}
		if st.name == sealStep {
			one.Note = at.sealWord(s)
		}
		if edit {
			one.Href = at.to(at.setup() + "/" + st.name)
		}
		v.Steps.Steps = append(v.Steps.Steps, one)
		for _, m := range st.needed {
			v.Needed = append(v.Needed, linked{at.loc.TMap(m.Key, m.Args), one.Label, one.Href})
		}
		for _, m := range st.more {
			v.More = append(v.More, linked{at.loc.TMap(m.Key, m.Args), one.Label, one.Href})
		}
	}
	var notices []page.Notice
	switch {
	case first == "":
		act, err := a.goOn(r, at)
		if err != nil {
			return err
		}
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.setup.ready"), Text: at.loc.TMap(s.Message()), Act: act})
	case s.Standing == body.DoesNotFit:
		notices = append(notices, page.Notice{Tone: page.Bad, Title: at.loc.T("desk.seal.unfit"), Text: at.loc.TMap(s.Message())})
	}
	if edit && first != "" {
		v.Go = &page.Act{Label: at.loc.T("desk.setup.go", "Step", at.loc.T("desk.setup.step."+first)), Href: at.to(at.setup() + "/" + first)}
	}
	if !edit {
		v.Rows = at.profileRows(p)
	}
	return a.c.Site.Show(w, r, "setup", http.StatusOK, page.Content{Title: at.loc.T("desk.setup.title"), Main: v, Notices: notices})
}

// progress is how many of the steps are done.
func (at place) progress(all []stage) page.Progress {
	n := 0
	for _, st := range all {
		if st.done {
			n++
		}
	}
	return page.Progress{
		Label: at.loc.T("desk.setup.progress"), Done: n, Of: len(all),
		Text: at.loc.T("desk.setup.progress.text", "Done", n, "Of", len(all)),
	}
}

// note says in a word how far a step is.
func (at place) note(st stage) string {
	switch {
	case len(st.needed) > 0:
		return at.loc.T("desk.setup.note.needed", "Count", len(st.needed))
	case len(st.more) > 0:
		return at.loc.T("desk.setup.note.more", "Count", len(st.more))
	}
	return ""
}

// profileRows are a profile for who may only look.
func (at place) profileRows(p body.Profile) []page.Row {
	rows := []page.Row{
		{Name: "name", Label: at.loc.T("desk.setup.legalName"), Value: p.Name(at.loc.Lang())},
		{Name: "identifier", Label: at.loc.T("desk.setup.identifier"), Value: p.Identifier.Notation, Code: true},
		{Name: "country", Label: at.loc.T("desk.setup.country"), Value: countryName(at.loc, p.Country)},
		{Name: "address", Label: at.loc.T("desk.setup.address"), Value: strings.Trim(p.Address+", "+p.Locality, ", ")},
	}
	var langs, by []string
	for _, l := range p.Languages {
		langs = append(langs, languageName(at.loc, l))
	}
	for _, one := range p.Accreditations {
		by = append(by, strings.Trim(at.in(one.Title)+" – "+at.in(one.Agent.LegalName), "– "))
	}
	return append(rows,
		page.Row{Name: "languages", Label: at.loc.T("desk.setup.languages"), Values: langs},
		page.Row{Name: "recognition", Label: at.loc.T("desk.setup.step.recognition"), Values: by})
}

// atField puts an error of one input beside its field.
func atField(name string, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Invalid && e.Public != "" {
		return fault.List{{Path: "$." + name, Key: e.Public, Args: e.Args, Rule: e.Rule}}
	}
	return err
}
