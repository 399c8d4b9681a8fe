package desk

import (
	"errors"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/web/page"
)

type staffView struct {
	Lead        string
	Members     page.Table
	Invite      *page.Form  // nil: not allowed
	Invitations *page.Table // nil: not allowed
	Nobody      bool        // nobody here can seal
	Myself      *page.Act   // invites who asks to be an officer, too
	Roles       []roleView
}

func (a *Admin) staff(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.ReadStaff)
	if err != nil {
		return err
	}
	var notices []page.Notice
	if key := r.URL.Query().Get("done"); slices.Contains([]string{"invited", "again", "withdrawn", "ended", "changed", "helped"}, key) {
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.staff.done." + key), Act: a.c.Site.Letters(r)})
	}
	return a.showStaff(w, r, at, http.StatusOK, nil, notices...)
}

// nobodySeals tells whether a body has no officer yet.
func nobodySeals(members []access.Member) bool {
	return !slices.ContainsFunc(members, func(m access.Member) bool { return m.Role == access.Officer })
}

// showStaff shows who has a part in the body; form is an invitation that was refused.
func (a *Admin) showStaff(w http.ResponseWriter, r *http.Request, at place, status int, form *page.Form, notices ...page.Notice) error {
	members, err := a.c.Accounts.Members(r.Context(), at.actor, at.body)
	if err != nil {
		return err
	}
	v := staffView{Lead: at.loc.T("desk.staff.lead"), Members: a.members(at, members)}
	for _, role := range access.Roles() {
		v.Roles = append(v.Roles, at.role(role))
	}
	if a.can(at, access.ManageStaff) {
		if v.Invite = form; form == nil {
			v.Invite = inviteForm(at, "", access.Officer, at.loc.Lang())
		}
		open, err := a.invitations(r, at)
		if err != nil {
			return err
		}
		v.Invitations = &open
		v.Nobody = nobodySeals(members)
		if v.Nobody {
			if i := slices.IndexFunc(members, func(m access.Member) bool { return m.Person == at.actor.Person }); i >= 0 {
				v.Myself = &page.Act{
					Label: at.loc.T("desk.staff.myself"), Href: at.staff(), Post: true, Quiet: true, With: []page.Hidden{
						{Name: "email", Value: members[i].Email}, {Name: "role", Value: string(access.Officer)}, {Name: "lang", Value: at.loc.Lang()},
					},
				}
			}
		}
	}
	return a.c.Site.Show(w, r, "staff", status, page.Content{
		Title: at.loc.T("desk.staff.title"), Main: v, Wide: true, Notices: notices, Again: at.staff(),
	})
}

func (a *Admin) members(at place, members []access.Member) page.Table {
	t := page.Table{
		Caption: at.loc.T("desk.staff.members"), Hide: true,
		Columns: []page.Column{{Label: at.loc.T("desk.staff.name")}, {Label: at.loc.T("desk.staff.role")}, {Label: at.loc.T("desk.staff.since")}, {}},
	}
	manage := a.can(at, access.ManageStaff)
	for _, m := range members {
		line := page.Line{{Text: m.Name, Small: m.Email}, {Text: at.loc.T(m.Role.Key())}, {Text: at.loc.Date(m.From)}, {}}
		if m.Person == at.actor.Person {
			line[0].Badge = &page.Badge{Text: at.loc.T("desk.staff.you")}
		}
		if manage || m.Person == at.actor.Person {
			line[3].Acts = []page.Act{{Label: at.loc.T("desk.setup.change"), About: m.Name, Href: at.to(at.staff() + "/members/" + m.ID), Quiet: true, Small: true}}
		}
		t.Lines = append(t.Lines, line)
	}
	return t
}

// invitations are those that nobody has taken up, with what became of their letter.
func (a *Admin) invitations(r *http.Request, at place) (page.Table, error) {
	t := page.Table{
		Caption: at.loc.T("desk.staff.open"), Hide: true,
		Columns: []page.Column{{Label: at.loc.T("desk.staff.email")}, {Label: at.loc.T("desk.staff.role")}, {Label: at.loc.T("desk.staff.expires")}, {}},
		Empty:   &page.Empty{Title: at.loc.T("desk.staff.open.none"), Text: at.loc.T("desk.staff.open.none.text")},
	}
	all, err := a.c.Accounts.Invitations(r.Context(), at.actor, at.body)
	if err != nil {
		return t, err
	}
	refused, err := a.c.Letters.Letters(r.Context(), mail.Filter{Body: string(at.body), Kind: mail.Invite, State: mail.Bounced, Limit: 200})
	if err != nil {
		return t, err
	}
	now := a.c.Now()
	for _, k := range all {
		path := at.staff() + "/invitations/" + string(k.ID)
		end := page.Cell{Text: at.loc.Date(k.Expires)}
		switch {
		case !now.Before(k.Expires):
			end.Badge = &page.Badge{Tone: page.Bad, Text: at.loc.T("desk.staff.over")}
		case slices.ContainsFunc(refused, func(e mail.Entry) bool { return e.Ticket == string(k.ID) && e.Again == "" }):
			end.Badge = &page.Badge{Tone: page.Bad, Text: at.loc.T("desk.staff.bounced")}
		case k.Expires.Sub(now) < inviteSoon:
			end.Badge = &page.Badge{Tone: page.Open, Text: at.loc.T("desk.staff.soon")}
		}
		t.Lines = append(t.Lines, page.Line{
			{Text: k.Email}, {Text: at.loc.T(k.Role.Key())}, end, {Acts: []page.Act{
				{Label: at.loc.T("desk.staff.again"), About: k.Email, Href: at.to(path + "/again"), Post: true, Quiet: true, Small: true},
				{Label: at.loc.T("desk.staff.withdraw"), About: k.Email, Href: at.to(path + "/withdraw"), Quiet: true, Small: true},
			}},
		})
	}
	return t, nil
}

func inviteForm(at place, email string, role access.Role, lang string) *page.Form {
	t := at.loc.T
	roles := &page.Select{Name: "role", Label: t("desk.staff.role"), Hint: t("desk.staff.role.hint")}
	for _, r := range access.Roles() {
		roles.Options = append(roles.Options, page.Option{Value: string(r), Label: t(r.Key()), Chosen: r == role})
	}
	langs := &page.Select{Name: "lang", Label: t("desk.staff.lang")}
	for _, l := range i18n.Languages {
		langs.Options = append(langs.Options, page.Option{Value: l, Label: languageName(at.loc, l), Chosen: l == lang})
	}
	return &page.Form{
		ID: "invite", Action: at.staff(), Submit: t("desk.staff.invite"), Controls: []page.Control{
			&page.Field{Name: "email", Label: t("desk.staff.email"), Type: "email", Autocomplete: "off", Value: email, Max: 254}, roles, langs,
		},
	}
}

func (a *Admin) invite(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.ManageStaff)
	if err != nil {
		return err
	}
	in, err := a.c.Site.ReadForm(w, r, 4<<10)
	if err != nil {
		return err
	}
	email, role, lang := in.Text("email"), access.Role(in.Text("role")), in.Text("lang")
	err = a.c.Accounts.Invite(r.Context(), at.actor, at.body, email, role, lang)
	if err == nil {
		page.SeeOther(w, r, at.to(at.staff()+"?done=invited"))
		return nil
	}
	form, field := inviteForm(at, email, role, lang), "email"
	if _, wrong := access.ParseRole(string(role)); wrong != nil {
		field = "role"
	}
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Public == "access.invite.had" {
		err = fault.List{{Path: "$.email", Key: e.Public}}
	}
	if err := atField(field, err); !form.Fail(err, at.loc) {
		return err
	}
	return a.showStaff(w, r, at, page.RefusalOf(err).Status, form)
}

// invitation reads the invitation in the address and asks whether the sender may act there.
func (a *Admin) invitation(r *http.Request) (place, access.Ticket, error) {
	at, err := a.at(r, access.ManageStaff)
	if err != nil {
		return at, access.Ticket{}, err
	}
	all, err := a.c.Accounts.Invitations(r.Context(), at.actor, at.body)
	if err != nil {
		return at, access.Ticket{}, err
	}
	for _, k := range all {
		if string(k.ID) == chi.URLParam(r, "ticket") {
			return at, k, nil
		}
	}
	return at, access.Ticket{}, fault.New(fault.NotFound, "desk.staff.open.gone", nil)
}

func (a *Admin) inviteAgain(w http.ResponseWriter, r *http.Request) error {
	at, k, err := a.invitation(r)
	if err != nil {
		return err
	}
	return a.staffDone(w, r, at, "again", a.c.Accounts.Resend(r.Context(), at.actor, at.body, k.ID))
}

// staffDone leads back to the staff, with what was done or why it was not.
func (a *Admin) staffDone(w http.ResponseWriter, r *http.Request, at place, done string, err error) error {
	if notice, ok := refusal(r, err, "desk.staff.not"); ok {
		return a.showStaff(w, r, at, page.RefusalOf(err).Status, nil, notice)
	}
	if err != nil {
		return err
	}
	page.SeeOther(w, r, at.to(at.staff()+"?done="+done))
	return nil
}

func (a *Admin) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	at, k, err := a.invitation(r)
	if err != nil {
		return err
	}
	title := at.loc.T("desk.staff.withdraw.title", "Email", k.Email)
	return a.c.Site.Show(w, r, "ask", http.StatusOK, page.Content{Title: title, Main: page.Confirm{
		Title: title, Text: at.loc.T("desk.staff.withdraw.text"), Action: at.staff() + "/invitations/" + string(k.ID) + "/withdraw",
		Button: at.loc.T("desk.staff.withdraw"), Grave: true, Back: page.Act{Label: at.loc.T("desk.staff.keep"), Href: at.to(at.staff()), Quiet: true},
	}})
}

func (a *Admin) withdraw(w http.ResponseWriter, r *http.Request) error {
	at, k, err := a.invitation(r)
	if err != nil {
		return err
	}
	return a.staffDone(w, r, at, "withdrawn", a.c.Accounts.Withdraw(r.Context(), at.actor, at.body, k.ID))
}
