package mine

import (
	"net/http"

	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page"
)

// newest is how many of a kind the overview shows.
const newest = 3

type overviewView struct {
	Steps       *page.Steps
	Evidence    []page.Card
	NoEvidence  *page.Empty
	Sets        []page.Card
	NoSets      *page.Empty
	Credentials []page.Card
	NoneYet     *page.Empty
	More        []page.Act
}

func (p *Pages) overview(w http.ResponseWriter, r *http.Request) error {
	q, a, ctx := page.RequestOf(r), p.cfg.Actor(r), r.Context()
	items, err := p.cfg.Portfolio.Items(ctx, a)
	if err != nil {
		return err
	}
	sets, err := p.cfg.Portfolio.Sets(ctx, a)
	if err != nil {
		return err
	}
	earned, err := p.cfg.Credentials.Mine(ctx, a)
	if err != nil {
		return err
	}
	bodies, err := p.cfg.Bodies(ctx)
	if err != nil {
		return err
	}
	view := overviewView{Steps: steps(q, items, sets, len(earned) > 0)}
	for _, id := range p.unitsIn(items) {
		n := 0
		for _, i := range items {
			if i.Unit == id {
				n++
			}
		}
		view.Evidence = append(view.Evidence, page.Card{
			Title: p.unit(q.Loc, id), Text: q.Loc.T("mine.count", "Count", n), Href: q.To("/me/evidence#unit-" + id),
		})
	}
	if len(items) == 0 {
		view.NoEvidence = &page.Empty{
			Title: q.Loc.T("mine.evidence.empty"), Text: q.Loc.T("mine.evidence.empty.text"),
			Act: &page.Act{Label: q.Loc.T("mine.evidence.add"), Href: q.To("/me/evidence/add")},
		}
	}
	for _, s := range sets[:min(len(sets), newest)] {
		view.Sets = append(view.Sets, p.setCard(q, s, bodies))
	}
	if len(sets) == 0 {
		view.NoSets = &page.Empty{Title: q.Loc.T("mine.sets.empty"), Text: q.Loc.T("mine.sets.empty.text")}
		if len(items) > 0 {
			view.NoSets.Act = &page.Act{Label: q.Loc.T("mine.sets.add"), Href: q.To("/me/sets/add"), Quiet: true}
		}
	}
	for _, c := range earned[:min(len(earned), newest)] {
		view.Credentials = append(view.Credentials, credentialCard(q, c))
	}
	if len(earned) == 0 {
		view.NoneYet = &page.Empty{Title: q.Loc.T("mine.credentials.empty"), Text: q.Loc.T("mine.credentials.empty.text")}
	}
	view.More = []page.Act{
		{Label: q.Loc.T("mine.evidence.title"), Href: q.To("/me/evidence"), Quiet: true},
		{Label: q.Loc.T("mine.sets.title"), Href: q.To("/me/sets"), Quiet: true},
		{Label: q.Loc.T("mine.credentials.title"), Href: q.To("/me/credentials"), Quiet: true},
	}
	return p.site.Show(w, r, "overview", http.StatusOK, page.Content{Title: q.Loc.T("mine.title"), Main: view, Notices: done(r)})
}

// steps show somebody who begins how it goes on; who has a credential knows.
func steps(q page.Request, items []portfolio.Item, sets []portfolio.Set, earned bool) *page.Steps {
	if earned {
		return nil
	}
	handed := false
	for _, s := range sets {
		handed = handed || len(s.Releases) > 0
	}
	s := &page.Steps{Label: q.Loc.T("mine.steps"), Steps: []page.Step{
		{Label: q.Loc.T("mine.step.collect"), Note: q.Loc.T("mine.step.collect.note"), Href: q.To("/me/evidence"), Done: len(items) > 0},
		{Label: q.Loc.T("mine.step.freeze"), Note: q.Loc.T("mine.step.freeze.note"), Href: q.To("/me/sets"), Done: len(sets) > 0},
		{Label: q.Loc.T("mine.step.handIn"), Note: q.Loc.T("mine.step.handIn.note"), Href: q.To("/me/sets"), Done: handed},
		{Label: q.Loc.T("mine.step.earn"), Note: q.Loc.T("mine.step.earn.note"), Href: q.To("/me/credentials")},
	}}
	for i := range s.Steps {
		if !s.Steps[i].Done {
			s.Steps[i].Here = true
			break
		}
	}
	return s
}
