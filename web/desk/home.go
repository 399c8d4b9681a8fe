package desk

import (
	"net/http"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/web/page"
)

type homeView struct {
	Roles    []roleView
	Progress *page.Progress // of the set-up; nil: done, or not theirs to do
	Go       *page.Act
	Waits    []page.Card
	Nothing  page.Empty
	Places   []page.Card
}

// A roleView is a role in a sentence.
type roleView struct{ Name, Text string }

func (at place) role(r access.Role) roleView {
	return roleView{Name: at.loc.T(r.Key()), Text: at.loc.T("desk.staff.role." + string(r))}
}

// home shows what somebody's roles are in a body, what waits for them there, and
// where they can go.
func (a *Admin) home(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.ReadBody)
	if err != nil {
		return err
	}
	p, _, err := a.c.Bodies.BodyVersion(r.Context(), at.body)
	if err != nil {
		return err
	}
	name, err := a.name(r.Context(), at, p)
	if err != nil {
		return err
	}
	v := homeView{Nothing: page.Empty{Title: at.loc.T("desk.home.nothing"), Text: at.loc.T("desk.home.nothing.text")}}
	for _, role := range at.actor.In(at.body) {
		v.Roles = append(v.Roles, at.role(role))
	}
	waits, err := a.waits(r.Context(), at.actor, at.body)
	if err != nil {
		return err
	}
	if a.c.Also != nil {
		also, err := a.c.Also(r.Context(), at.actor, at.body)
		if err != nil {
			return err
		}
		waits = append(waits, also...)
	}
	s, err := a.state(at.body, p)
	if err != nil {
		return err
	}
	if all := stages(p, s); a.can(at, access.EditBody) && next(all) != "" {
		progress := at.progress(all)
		v.Progress = &progress
		v.Go = &page.Act{Label: at.loc.T("desk.setup.go", "Step", at.loc.T("desk.setup.step."+next(all))), Href: at.to(at.setup() + "/" + next(all))}
	}
	for _, wait := range waits {
		if v.Progress == nil || wait.Key != waitsSetup && wait.Key != waitsSeal { // else it is said above
			v.Waits = append(v.Waits, at.waitCard(wait))
		}
	}
	v.Places = a.places(at, s)
	return a.c.Site.Show(w, r, "home", http.StatusOK, page.Content{Title: name, Main: v})
}

func (at place) waitCard(wait Wait) page.Card {
	c := page.Card{Title: wait.Text(at.loc), Href: at.to(wait.Path)}
	switch {
	case !wait.Due.IsZero():
		c.Badge = &page.Badge{Tone: wait.Tone, Text: at.loc.T("desk.home.due", "Date", at.loc.Date(wait.Due))}
	case wait.Tone == page.Bad:
		c.Badge = &page.Badge{Tone: page.Bad, Text: at.loc.T("desk.home.stops")}
	}
	return c
}

// places are where somebody can go in a body.
func (a *Admin) places(at place, s body.State) []page.Card {
	var all []page.Card
	for _, one := range []struct {
		act        access.Act
		path, word string
	}{
		{access.ReadResults, at.results(), "results"},
		{access.ReadCredentials, at.credentials(), "credentials"},
		{access.ReadBody, at.setup(), "setup"},
		{access.ReadStaff, at.staff(), "staff"},
		{access.ReadMail, at.home() + "/mail", "mail"},
		{access.ManageTokens, at.home() + "/tokens", "tokens"},
	} {
		if !a.can(at, one.act) {
			continue
		}
		c := page.Card{Title: at.loc.T("desk.home." + one.word), Text: at.loc.T("desk.home." + one.word + ".text"), Href: at.to(one.path)}
		if one.word == "setup" && a.can(at, access.ManageSeal) {
			c.Badge = &page.Badge{Tone: sealTone(s), Text: at.loc.T("desk.home.seal", "State", at.sealWord(s))}
		}
		all = append(all, c)
	}
	return all
}
