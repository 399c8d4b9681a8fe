package desk

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

type memberView struct {
	Rows []page.Row
	Role *page.Form // changes the role; nil: not allowed
	Help *page.Act  // lets them back in; nil: not allowed
	End  page.Act
	Gone string // what End does
	Back page.Act
}

// who reads the member in the address. Everybody may look at their own role.
func (a *Admin) who(r *http.Request) (place, access.Member, error) {
	at, err := a.at(r, access.ReadStaff)
	if err != nil && fault.KindOf(err) != fault.Forbidden {
		return at, access.Member{}, err
	}
	none := fault.New(fault.NotFound, "access.member.none", nil)
	if err != nil { // a role that may not see the staff sees itself
		for _, m := range at.actor.Memberships {
			if m.Body == at.body && m.ID == chi.URLParam(r, "member") && at.actor.Token == "" {
				return at, access.Member{Membership: m, Name: at.actor.Name}, nil
			}
		}
		return at, access.Member{}, err
	}
	all, err := a.c.Accounts.Members(r.Context(), at.actor, at.body)
	if err != nil {
		return at, access.Member{}, err
	}
	for _, m := range all {
		if m.ID == chi.URLParam(r, "member") {
			if m.Person != at.actor.Person && !a.can(at, access.ManageStaff) {
				return at, access.Member{}, fault.New(fault.Forbidden, "access.role", nil)
			}
			return at, m, nil
		}
	}
	return at, access.Member{}, none
}

func (at place) memberPath(m access.Member) string { return at.staff() + "/members/" + m.ID }

func (a *Admin) member(w http.ResponseWriter, r *http.Request) error {
	at, m, err := a.who(r)
	if err != nil {
		return err
	}
	return a.showMember(w, r, at, m, http.StatusOK)
}

func (a *Admin) showMember(w http.ResponseWriter, r *http.Request, at place, m access.Member, status int, notices ...page.Notice) error {
	role := at.role(m.Role)
	v := memberView{
		Rows: []page.Row{
			{Name: "email", Label: at.loc.T("desk.staff.email"), Value: m.Email},
			{Name: "role", Label: at.loc.T("desk.staff.role"), Value: role.Name + ". " + role.Text},
			{Name: "since", Label: at.loc.T("desk.staff.since"), Value: at.loc.Date(m.From)},
		},
		Back: page.Act{Label: at.loc.T("desk.staff.back"), Href: at.to(at.staff()), Quiet: true},
	}
	self := m.Person == at.actor.Person
	end := "desk.staff.end"
	if self {
		end = "desk.staff.leave"
	}
	v.End = page.Act{Label: at.loc.T(end), Href: at.to(at.memberPath(m) + "/end"), Quiet: true, Grave: true}
	v.Gone = at.loc.T(end + ".text")
	if a.can(at, access.ManageStaff) {
		if !self {
			v.Help = &page.Act{Label: at.loc.T("desk.staff.help.begin"), Href: at.to(at.memberPath(m) + "/help"), Quiet: true}
		}
		roles := &page.Choice{Name: "role", Label: at.loc.T("desk.staff.role.new")}
		for _, one := range access.Roles() {
			rv := at.role(one)
			roles.Options = append(roles.Options, page.Option{Value: string(one), Label: rv.Name, Hint: rv.Text, Chosen: one == m.Role})
		}
		v.Role = &page.Form{ID: "role", Action: at.memberPath(m) + "/role", Submit: at.loc.T("desk.staff.role.change"), Controls: []page.Control{roles}}
	}
	return a.c.Site.Show(w, r, "member", status, page.Content{Title: m.Name, Main: v, Notices: notices, Again: at.memberPath(m)})
}

// memberDone leads on after a change of a role. Who changed their own has no
// session any more.
func (a *Admin) memberDone(w http.ResponseWriter, r *http.Request, at place, m access.Member, done string, err error) error {
	if notice, ok := refusal(r, err, "desk.staff.not"); ok {
		return a.showMember(w, r, at, m, page.RefusalOf(err).Status, notice)
	}
	if err != nil {
		return err
	}
	to := at.staff() + "?done=" + done
	if m.Person == at.actor.Person {
		to = "/start"
	}
	page.SeeOther(w, r, at.to(to))
	return nil
}

func (a *Admin) changeRole(w http.ResponseWriter, r *http.Request) error {
	at, m, err := a.who(r)
	if err != nil {
		return err
	}
	in, err := a.c.Site.ReadForm(w, r, 4<<10)
	if err != nil {
		return err
	}
	role := access.Role(in.Text("role"))
	if role == m.Role {
		page.SeeOther(w, r, at.to(at.staff()))
		return nil
	}
	return a.memberDone(w, r, at, m, "changed", a.c.Accounts.ChangeRole(r.Context(), at.actor, at.body, m.ID, role))
}

func (a *Admin) askEnd(w http.ResponseWriter, r *http.Request) error {
	at, m, err := a.who(r)
	if err != nil {
		return err
	}
	c := page.Confirm{
		Title: at.loc.T("desk.staff.end.title", "Name", m.Name, "Role", at.loc.T(m.Role.Key())), Text: at.loc.T("desk.staff.end.text"),
		Action: at.memberPath(m) + "/end", Button: at.loc.T("desk.staff.end"), Grave: true,
		Back: page.Act{Label: at.loc.T("desk.staff.keep"), Href: at.to(at.memberPath(m)), Quiet: true},
	}
	if m.Person == at.actor.Person {
		c.Title, c.Text, c.Button = at.loc.T("desk.staff.leave.title", "Role", at.loc.T(m.Role.Key())), at.loc.T("desk.staff.leave.text"), at.loc.T("desk.staff.leave")
	}
	return a.c.Site.Show(w, r, "ask", http.StatusOK, page.Content{Title: c.Title, Main: c})
}

func (a *Admin) end(w http.ResponseWriter, r *http.Request) error {
	at, m, err := a.who(r)
	if err != nil {
		return err
	}
	return a.memberDone(w, r, at, m, "ended", a.c.Accounts.EndMembership(r.Context(), at.actor, at.body, m.ID))
}

func (a *Admin) askHelp(w http.ResponseWriter, r *http.Request) error {
	at, m, err := a.who(r)
	if err != nil {
		return err
	}
	title := at.loc.T("desk.staff.help.title", "Name", m.Name)
	return a.c.Site.Show(w, r, "ask", http.StatusOK, page.Content{Title: title, Main: page.Confirm{
		Title: title, Text: at.loc.T("desk.staff.help.text"), Action: at.memberPath(m) + "/help", Button: at.loc.T("desk.staff.help.send"),
		Points: []string{at.loc.T("desk.staff.help.sure"), at.loc.T("desk.staff.help.gone"), at.loc.T("desk.staff.help.rest")},
		Back:   page.Act{Label: at.loc.T("desk.staff.keep"), Href: at.to(at.memberPath(m)), Quiet: true},
	}})
}

func (a *Admin) help(w http.ResponseWriter, r *http.Request) error {
	at, m, err := a.who(r)
	if err != nil {
		return err
	}
	return a.memberDone(w, r, at, m, "helped", a.c.Accounts.HelpRecovery(r.Context(), at.actor, at.body, m.Person))
}
