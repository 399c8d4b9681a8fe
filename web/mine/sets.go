package mine

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page"
)

type setsView struct {
	Add   page.Act
	Cards []page.Card
	Empty *page.Empty
}

func (p *Pages) sets(w http.ResponseWriter, r *http.Request) error {
	q := page.RequestOf(r)
	sets, err := p.cfg.Portfolio.Sets(r.Context(), p.cfg.Actor(r))
	if err != nil {
		return err
	}
	bodies, err := p.cfg.Bodies(r.Context())
	if err != nil {
		return err
	}
	view := setsView{Add: page.Act{Label: q.Loc.T("mine.sets.add"), Href: q.To("/me/sets/add")}}
	if len(sets) == 0 {
		view.Empty = &page.Empty{Title: q.Loc.T("mine.sets.empty"), Text: q.Loc.T("mine.sets.empty.text"), Act: &view.Add}
	}
	for _, s := range sets {
		view.Cards = append(view.Cards, p.setCard(q, s, bodies))
	}
	return p.site.Show(w, r, "sets", http.StatusOK, page.Content{Title: q.Loc.T("mine.sets.title"), Main: view, Notices: done(r)})
}

func (p *Pages) setCard(q page.Request, s portfolio.Set, bodies []access.NewBody) page.Card {
	state, body := p.setState(q, s, bodies)
	rows := []page.Row{{Name: "items", Label: q.Loc.T("mine.set.items"), Value: strconv.Itoa(s.Count)}}
	if body != "" {
		rows = append(rows, page.Row{Name: "body", Label: q.Loc.T("mine.set.body"), Value: body})
	}
	return page.Card{
		Title: p.setName(q, s),
		Href:  q.To("/me/sets/" + string(s.ID)), Badge: &state, Rows: rows,
	}
}

// setName tells sets apart for people: by unit and day.
func (p *Pages) setName(q page.Request, s portfolio.Set) string {
	return q.Loc.T("mine.set.name", "Unit", p.unit(q.Loc, s.Unit), "Day", q.Loc.Date(s.Frozen))
}

// setState says how far a set is, and with which body.
func (p *Pages) setState(q page.Request, s portfolio.Set, bodies []access.NewBody) (page.Badge, string) {
	for _, r := range s.Releases {
		if !r.Used.IsZero() {
			return page.Badge{Tone: page.Good, Text: q.Loc.T("mine.set.used")}, bodyName(bodies, r.Body)
		}
	}
	for _, r := range s.Releases {
		if r.Open(p.now()) {
			return page.Badge{Tone: page.Open, Text: q.Loc.T("mine.set.handedIn")}, bodyName(bodies, r.Body)
		}
	}
	return page.Badge{Text: q.Loc.T("mine.set.kept")}, ""
}

func (p *Pages) freezeForm(w http.ResponseWriter, r *http.Request) error {
	return p.showFreeze(w, r, http.StatusOK, r.URL.Query().Get("unit"), nil, nil)
}

// showFreeze shows the items of a unit to choose from, or first the units.
func (p *Pages) showFreeze(w http.ResponseWriter, r *http.Request, status int, unit string, chosen []string, wrong error) error {
	q := page.RequestOf(r)
	items, err := p.cfg.Portfolio.Items(r.Context(), p.cfg.Actor(r))
	if err != nil {
		return err
	}
	units := p.unitsIn(items)
	if unit == "" && len(units) == 1 {
		unit = units[0]
	}
	title := q.Loc.T("mine.freeze.title")
	if len(items) == 0 || !slices.Contains(units, unit) {
		view := setsView{Empty: &page.Empty{
			Title: q.Loc.T("mine.freeze.none"), Text: q.Loc.T("mine.freeze.none.text"),
			Act: &page.Act{Label: q.Loc.T("mine.evidence.add"), Href: q.To("/me/evidence/add")},
		}}
		if len(items) > 0 {
			view.Empty = nil
			for _, id := range units {
				view.Cards = append(view.Cards, page.Card{Title: p.unit(q.Loc, id), Href: q.To("/me/sets/add?unit=" + id)})
			}
		}
		return p.site.Show(w, r, "choose", status, page.Content{Title: title, Main: view})
	}
	choice := &page.Choice{Name: "item", Many: true, Label: q.Loc.T("mine.freeze.choose"), Hint: q.Loc.T("mine.freeze.choose.hint")}
	for _, i := range items {
		if i.Unit == unit {
			choice.Options = append(choice.Options, page.Option{
				Value: string(i.ID), Label: i.Title, Hint: q.Loc.T("mine.kind."+string(i.Kind)) + ", " + q.Loc.Date(i.Day),
				Chosen: chosen == nil && wrong == nil || slices.Contains(chosen, string(i.ID)),
			})
		}
	}
	out := back(r, "/me/sets")
	f := &page.Form{
		ID: "freeze", Action: q.To("/me/sets/add"), With: []page.Hidden{{Name: "unit", Value: unit}}, Submit: q.Loc.T("mine.freeze.button"), Back: &out,
		Controls: []page.Control{choice},
	}
	if wrong != nil && !f.Fail(wrong, q.Loc) {
		return wrong
	}
	return p.site.Show(w, r, "plain", status, page.Content{
		Title: title, Main: plainView{Lead: q.Loc.T("mine.freeze.lead", "Unit", p.unit(q.Loc, unit)), Form: f}, Again: "/me/sets/add",
	})
}

func (p *Pages) freeze(w http.ResponseWriter, r *http.Request) error {
	in, err := p.site.ReadForm(w, r, maxTexts)
	if err != nil {
		return err
	}
	var ids []portfolio.ItemID
	for _, id := range in.All("item") {
		ids = append(ids, portfolio.ItemID(id))
	}
	s, err := p.cfg.Portfolio.Freeze(r.Context(), p.cfg.Actor(r), in.Text("unit"), ids)
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict:
		return p.showFreeze(w, r, http.StatusBadRequest, in.Text("unit"), in.All("item"), err)
	}
	if err != nil {
		return err
	}
	return goTo(w, r, "/me/sets/"+string(s.ID), "frozen")
}

func setID(r *http.Request) portfolio.SetID { return portfolio.SetID(chi.URLParam(r, "set")) }

type setView struct {
	Badge    page.Badge
	Lead     string
	Next     *page.Act
	Rows     []page.Row
	Root     page.Copy
	Items    page.Table
	Releases page.Table
	Delete   *page.Act
}

func (p *Pages) set(w http.ResponseWriter, r *http.Request) error {
	q := page.RequestOf(r)
	s, err := p.cfg.Portfolio.Set(r.Context(), p.cfg.Actor(r), setID(r))
	if err != nil {
		return err
	}
	bodies, err := p.cfg.Bodies(r.Context())
	if err != nil {
		return err
	}
	at := "/me/sets/" + string(s.ID)
	state, _ := p.setState(q, s, bodies)
	view := setView{
		Badge: state, Lead: q.Loc.T("mine.set.lead"),
		Rows: []page.Row{
			{Name: "unit", Label: q.Loc.T("mine.item.unit"), Value: p.unit(q.Loc, s.Unit)},
			{Name: "frozen", Label: q.Loc.T("mine.set.frozen"), Value: clockTime(q, s.Frozen)},
			{Name: "items", Label: q.Loc.T("mine.set.items"), Value: strconv.Itoa(s.Count)},
		},
		Root:     page.Copy{ID: "root", Label: q.Loc.T("mine.set.root"), Value: s.Root.String(), Hint: q.Loc.T("mine.set.root.hint")},
		Items:    p.members(q, s),
		Releases: p.releases(q, s, bodies),
	}
	open := slices.ContainsFunc(s.Releases, func(r portfolio.Release) bool { return r.Open(p.now()) })
	if !open && len(bodies) > 0 {
		view.Next = &page.Act{Label: q.Loc.T("mine.set.handIn"), Href: q.To(at + "/hand-in")}
	}
	if !open {
		view.Delete = &page.Act{Label: q.Loc.T("mine.set.delete"), Href: q.To(at + "/delete"), Quiet: true, Grave: true}
	}
	return p.site.Show(w, r, "set", http.StatusOK, page.Content{
		Title: p.setName(q, s), Main: view, Notices: done(r), Wide: true,
	})
}

func (p *Pages) members(q page.Request, s portfolio.Set) page.Table {
	t := page.Table{Caption: q.Loc.T("mine.set.members"), Hide: true, Columns: []page.Column{
		{Label: q.Loc.T("mine.item.title")}, {Label: q.Loc.T("mine.item.kind")}, {Label: q.Loc.T("mine.set.show")},
	}}
	for n, said := range s.Evidence.Items() {
		m := s.Members[n]
		proof := "/me/sets/" + string(s.ID) + "/proofs/" + strconv.Itoa(n)
		name := page.Cell{Text: said.Title, Href: q.To("/me/evidence/" + string(m.Item))}
		acts := []page.Act{
			{Label: q.Loc.T("mine.set.bundle"), About: said.Title, Href: proof + "/bundle", Quiet: true, Small: true},
			{Label: q.Loc.T("mine.set.proof"), About: said.Title, Href: proof, Quiet: true, Small: true},
		}
		if m.Gone {
			name = page.Cell{Text: said.Title, Badge: &page.Badge{Text: q.Loc.T("mine.set.gone")}}
			acts = acts[1:]
		}
		t.Lines = append(t.Lines, page.Line{name, {Text: q.Loc.T("mine.kind." + said.Kind)}, {Acts: acts}})
	}
	return t
}

func (p *Pages) releases(q page.Request, s portfolio.Set, bodies []access.NewBody) page.Table {
	t := page.Table{Caption: q.Loc.T("mine.set.releases"), Hide: true, Columns: []page.Column{
		{Label: q.Loc.T("mine.set.body")}, {Label: q.Loc.T("mine.set.purpose")}, {Label: q.Loc.T("mine.item.state")}, {},
	}}
	for _, r := range s.Releases {
		state := page.Badge{Text: q.Loc.T("mine.release.over")}
		var acts []page.Act
		switch {
		case !r.Used.IsZero():
			state = page.Badge{Tone: page.Good, Text: q.Loc.T("mine.set.used")}
		case !r.Withdrawn.IsZero():
			state.Text = q.Loc.T("mine.release.withdrawn")
		case r.Open(p.now()):
			state = page.Badge{Tone: page.Open, Text: q.Loc.T("mine.set.handedIn")}
			acts = []page.Act{{
				Label: q.Loc.T("mine.set.withdraw"), About: bodyName(bodies, r.Body), Quiet: true, Small: true,
				Href: q.To("/me/sets/" + string(s.ID) + "/withdraw/" + string(r.ID)),
			}}
		}
		t.Lines = append(t.Lines, page.Line{
			{Text: bodyName(bodies, r.Body), Small: q.Loc.T("mine.release.from", "From", q.Loc.Date(r.At), "Until", q.Loc.Date(lastDay(r.Until)))},
			{Text: r.Purpose}, {Badge: &state}, {Acts: acts},
		})
	}
	return t
}

// clockTime writes a time to the minute, in UTC.
func clockTime(q page.Request, t time.Time) string {
	return q.Loc.T("mine.time", "Day", q.Loc.Date(t), "Time", t.UTC().Format("15:04"))
}

func (p *Pages) confirmDeleteSet(w http.ResponseWriter, r *http.Request) error {
	s, err := p.cfg.Portfolio.Set(r.Context(), p.cfg.Actor(r), setID(r))
	if err != nil {
		return err
	}
	q := page.RequestOf(r)
	at := "/me/sets/" + string(s.ID)
	c := page.Confirm{
		Title: q.Loc.T("mine.setDelete.title"), Text: q.Loc.T("mine.setDelete.text"),
		Points: []string{q.Loc.T("mine.setDelete.items")},
		Action: q.To(at + "/delete"), Button: q.Loc.T("mine.set.delete"), Grave: true, Back: back(r, at),
	}
	if slices.ContainsFunc(s.Releases, func(r portfolio.Release) bool { return !r.Used.IsZero() }) {
		c.Points = append(c.Points, q.Loc.T("mine.setDelete.used"))
	}
	return p.ask(w, r, c)
}

func (p *Pages) deleteSet(w http.ResponseWriter, r *http.Request) error {
	if err := p.cfg.Portfolio.DeleteSet(r.Context(), p.cfg.Actor(r), setID(r)); err != nil {
		return err
	}
	return goTo(w, r, "/me/sets", "deleted")
}

// index reads the number of an item in a set. What is no number is none of them.
func index(r *http.Request) int {
	n, err := strconv.Atoi(chi.URLParam(r, "index"))
	if err != nil {
		return -1
	}
	return n
}

func (p *Pages) proof(w http.ResponseWriter, r *http.Request) error {
	data, _, err := p.cfg.Portfolio.Proof(r.Context(), p.cfg.Actor(r), setID(r), index(r))
	if err != nil {
		return err
	}
	return p.download(w, r, attachment("evidence-proof.json"), "application/json", int64(len(data)), bytes.NewReader(data))
}

// bundle gives an item for somebody to whom it is shown: the file and its proof.
func (p *Pages) bundle(w http.ResponseWriter, r *http.Request) error {
	a := p.cfg.Actor(r)
	data, member, err := p.cfg.Portfolio.Proof(r.Context(), a, setID(r), index(r))
	if err != nil {
		return err
	}
	i, content, err := p.cfg.Portfolio.Open(r.Context(), a, member.Item)
	if err != nil {
		return err
	}
	defer content.Close() //nolint:errcheck // it was read, or not
	// The archive is written while it is sent.
	from, to := io.Pipe()
	defer from.Close() //nolint:errcheck // ends the writer where the reader stops early
	go func() { to.CloseWithError(pack(to, i, data, content)) }()
	return p.download(w, r, attachment("evidence.zip"), "application/zip", -1, from)
}

func pack(to io.Writer, i portfolio.Item, proof []byte, content io.Reader) error {
	z := zip.NewWriter(to)
	f, err := z.Create("evidence-proof.json")
	if err != nil {
		return err
	}
	if _, err := f.Write(proof); err != nil {
		return err
	}
	// Not pressed together: pictures and video would not get smaller.
	f, err = z.CreateHeader(&zip.FileHeader{Name: i.File.SaveAs(), Method: zip.Store, Modified: i.Added})
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, content); err != nil {
		return err
	}
	return z.Close()
}
