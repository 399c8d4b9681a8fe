package mine

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page"
)

func (p *Pages) handInForm(w http.ResponseWriter, r *http.Request) error {
	until := dayText(p.now().AddDate(0, 3, 0))
	return p.showHandIn(w, r, http.StatusOK, func(name string) string {
		if name == "until" {
			return until
		}
		return ""
	}, nil)
}

// showHandIn tells what a body gets and what it does not get, before anything is
// released (R77).
func (p *Pages) showHandIn(w http.ResponseWriter, r *http.Request, status int, text func(string) string, wrong error) error {
	q := page.RequestOf(r)
	s, err := p.cfg.Portfolio.Set(r.Context(), p.cfg.Actor(r), setID(r))
	if err != nil {
		return err
	}
	all, err := p.cfg.Bodies(r.Context())
	if err != nil {
		return err
	}
	bodies := &page.Select{Name: "body", Label: q.Loc.T("mine.set.body"), Options: []page.Option{{Label: q.Loc.T("mine.choose")}}}
	for _, b := range all {
		bodies.Options = append(bodies.Options, page.Option{Value: string(b.ID), Label: b.Name, Chosen: text("body") == string(b.ID)})
	}
	at := "/me/sets/" + string(s.ID)
	out := back(r, at)
	f := &page.Form{
		ID: "handin", Action: q.To(at + "/hand-in"), Submit: q.Loc.T("mine.set.handIn"), Back: &out,
		Controls: []page.Control{
			bodies,
			&page.Area{Name: "purpose", Label: q.Loc.T("mine.set.purpose"), Hint: q.Loc.T("mine.handIn.purpose.hint"), Value: text("purpose"), Max: portfolio.MaxPurpose, Rows: 3},
			&page.Field{Name: "until", Label: q.Loc.T("mine.handIn.until"), Hint: q.Loc.T("mine.handIn.until.hint"), Type: "date", Value: text("until"), Short: true},
			&page.Box{Name: "confirmed", Label: q.Loc.T("mine.handIn.confirm"), Required: true, Ticked: text("confirmed") != ""},
		},
	}
	if wrong != nil && !f.Fail(wrong, q.Loc) {
		return wrong
	}
	return p.site.Show(w, r, "handin", status, page.Content{
		Title: q.Loc.T("mine.handIn.title"), Again: at + "/hand-in",
		Main: plainView{
			Lead: q.Loc.T("mine.handIn.lead", "Unit", p.unit(q.Loc, s.Unit), "Day", q.Loc.Date(s.Frozen)), Form: f,
			Rows: []page.Row{
				{Name: "gets", Label: q.Loc.T("mine.handIn.gets"), Values: lines(q.Loc.T("mine.handIn.gets.list"))},
				{Name: "not", Label: q.Loc.T("mine.handIn.not"), Values: lines(q.Loc.T("mine.handIn.not.list"))},
			},
		},
	})
}

func (p *Pages) handIn(w http.ResponseWriter, r *http.Request) error {
	in, err := p.site.ReadForm(w, r, maxTexts)
	if err != nil {
		return err
	}
	until := day(in.Text("until"))
	if !until.IsZero() {
		until = until.AddDate(0, 0, 1) // the end of that day
	}
	_, err = p.cfg.Portfolio.HandIn(r.Context(), p.cfg.Actor(r), setID(r), access.BodyID(in.Text("body")), in.Lines("purpose"), until, in.Has("confirmed"))
	if err != nil {
		return p.showHandIn(w, r, http.StatusBadRequest, in.Lines, err)
	}
	return goTo(w, r, "/me/sets/"+string(setID(r)), "handed-in")
}

func (p *Pages) confirmWithdraw(w http.ResponseWriter, r *http.Request) error {
	s, err := p.cfg.Portfolio.Set(r.Context(), p.cfg.Actor(r), setID(r))
	if err != nil {
		return err
	}
	id := portfolio.ReleaseID(chi.URLParam(r, "release"))
	if !slices.ContainsFunc(s.Releases, func(r portfolio.Release) bool { return r.ID == id }) {
		return fault.New(fault.NotFound, "", nil)
	}
	q := page.RequestOf(r)
	at := "/me/sets/" + string(s.ID)
	return p.ask(w, r, page.Confirm{
		Title: q.Loc.T("mine.withdraw.title"), Text: q.Loc.T("mine.withdraw.text"),
		Action: q.To(at + "/withdraw/" + string(id)), Button: q.Loc.T("mine.set.withdraw"), Back: back(r, at),
	})
}

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	if err := p.cfg.Portfolio.Withdraw(r.Context(), p.cfg.Actor(r), setID(r), portfolio.ReleaseID(chi.URLParam(r, "release"))); err != nil {
		return err
	}
	return goTo(w, r, "/me/sets/"+string(setID(r)), "withdrawn")
}
