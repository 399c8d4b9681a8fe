package mine

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page"
)

// A unitView is the evidence of one unit.
type unitView struct {
	ID, Title string
	Table     page.Table
	Freeze    page.Act
}

type evidenceView struct {
	Add   page.Act
	Used  *page.Progress
	Units []unitView
	Empty *page.Empty
}

func (p *Pages) evidence(w http.ResponseWriter, r *http.Request) error {
	a, q := p.cfg.Actor(r), page.RequestOf(r)
	items, err := p.cfg.Portfolio.Items(r.Context(), a)
	if err != nil {
		return err
	}
	usage, err := p.cfg.Portfolio.Usage(r.Context(), a)
	if err != nil {
		return err
	}
	view := evidenceView{Add: page.Act{Label: q.Loc.T("mine.evidence.add"), Href: q.To("/me/evidence/add")}}
	if len(items) == 0 {
		view.Empty = &page.Empty{Title: q.Loc.T("mine.evidence.empty"), Text: q.Loc.T("mine.evidence.empty.text"), Act: &view.Add}
	} else {
		most := p.cfg.Portfolio.Limits().Total
		view.Used = &page.Progress{
			Label: q.Loc.T("mine.room"), Done: int(usage.Bytes >> 10), Of: int(most >> 10),
			Text: q.Loc.T("mine.room.text", "Used", size(q.Loc, usage.Bytes), "Max", size(q.Loc, most)),
		}
	}
	for _, id := range p.unitsIn(items) {
		view.Units = append(view.Units, p.unitView(q, id, items))
	}
	return p.site.Show(w, r, "evidence", http.StatusOK, page.Content{
		Title: q.Loc.T("mine.evidence.title"), Main: view, Notices: done(r), Wide: true,
	})
}

// unitsIn gives the units that items are of, in the order of all units.
func (p *Pages) unitsIn(items []portfolio.Item) []string {
	var ids []string
	for _, u := range p.cfg.Units {
		if slices.ContainsFunc(items, func(i portfolio.Item) bool { return i.Unit == u.ID }) {
			ids = append(ids, u.ID)
		}
	}
	for _, i := range items { // of units that are gone
		if !slices.Contains(ids, i.Unit) {
			ids = append(ids, i.Unit)
		}
	}
	return ids
}

func (p *Pages) unitView(q page.Request, id string, items []portfolio.Item) unitView {
	title := p.unit(q.Loc, id)
	v := unitView{
		ID: id, Title: title,
		Table: page.Table{Caption: title, Hide: true, Columns: []page.Column{
			{Label: q.Loc.T("mine.item.title")}, {Label: q.Loc.T("mine.item.kind")}, {Label: q.Loc.T("mine.item.day")}, {Label: q.Loc.T("mine.item.state")},
		}},
		Freeze: page.Act{Label: q.Loc.T("mine.sets.add"), About: title, Href: q.To("/me/sets/add?unit=" + id), Quiet: true},
	}
	for _, i := range items {
		if i.Unit != id {
			continue
		}
		state := page.Badge{Text: q.Loc.T("mine.item.free")}
		if i.Frozen() {
			state = page.Badge{Tone: page.Good, Text: q.Loc.T("mine.item.frozen")}
		}
		v.Table.Lines = append(v.Table.Lines, page.Line{
			{Text: i.Title, Href: q.To("/me/evidence/" + string(i.ID)), Small: i.File.Name},
			{Text: q.Loc.T("mine.kind." + string(i.Kind))}, {Text: q.Loc.Date(i.Day)}, {Badge: &state},
		})
	}
	return v
}

type itemView struct {
	Badge *page.Badge
	Rows  []page.Row
	Acts  []page.Act
	Note  string
	Sets  []page.Act
}

func (p *Pages) item(w http.ResponseWriter, r *http.Request) error {
	q := page.RequestOf(r)
	i, err := p.cfg.Portfolio.Item(r.Context(), p.cfg.Actor(r), itemID(r))
	if err != nil {
		return err
	}
	at := "/me/evidence/" + string(i.ID)
	view := itemView{
		Rows: p.itemRows(q.Loc, i),
		Acts: []page.Act{{Label: q.Loc.T("mine.item.download"), Href: at + "/file"}},
	}
	if i.Frozen() {
		view.Badge = &page.Badge{Tone: page.Good, Text: q.Loc.T("mine.item.frozen")}
		view.Note = q.Loc.T("mine.item.frozen.note")
		sets, err := p.cfg.Portfolio.Sets(r.Context(), p.cfg.Actor(r))
		if err != nil {
			return err
		}
		for _, s := range sets {
			if slices.Contains(i.Sets, s.ID) {
				view.Sets = append(view.Sets, page.Act{Label: p.setName(q, s), Href: q.To("/me/sets/" + string(s.ID)), Quiet: true, Small: true})
			}
		}
	} else {
		view.Acts = append(view.Acts, page.Act{Label: q.Loc.T("mine.item.edit"), Href: q.To(at + "/edit"), Quiet: true})
	}
	view.Acts = append(view.Acts, page.Act{Label: q.Loc.T("mine.item.delete"), Href: q.To(at + "/delete"), Quiet: true, Grave: true})
	return p.site.Show(w, r, "item", http.StatusOK, page.Content{Title: i.Title, Main: view, Notices: done(r)})
}

func (p *Pages) itemRows(loc i18n.Localizer, i portfolio.Item) []page.Row {
	rows := []page.Row{
		{Name: "kind", Label: loc.T("mine.item.kind"), Value: loc.T("mine.kind." + string(i.Kind))},
		{Name: "unit", Label: loc.T("mine.item.unit"), Value: p.unit(loc, i.Unit)},
		{Name: "day", Label: loc.T("mine.item.day"), Value: loc.Date(i.Day)},
		{Name: "shows", Label: loc.T("mine.item.shows"), Values: lines(i.Shows)},
	}
	if i.Task != "" {
		rows = append(rows, page.Row{Name: "task", Label: loc.T("mine.item.task"), Values: lines(i.Task)})
	}
	if i.People != "" {
		rows = append(rows, page.Row{Name: "people", Label: loc.T("mine.item.people"), Values: lines(i.People)})
	}
	if i.Own {
		rows = append(rows, page.Row{Name: "own", Label: loc.T("mine.item.own"), Value: loc.T("mine.item.own.yes")})
	}
	return append(rows,
		page.Row{Name: "file", Label: loc.T("mine.item.file"), Value: i.File.Name + " (" + size(loc, i.File.Size) + ")"},
		page.Row{Name: "added", Label: loc.T("mine.item.added"), Value: loc.Date(i.Added)},
		page.Row{Name: "digest", Label: loc.T("mine.item.digest"), Value: i.File.Digest.String(), Code: true},
	)
}

func itemID(r *http.Request) portfolio.ItemID { return portfolio.ItemID(chi.URLParam(r, "item")) }

func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	i, content, err := p.cfg.Portfolio.Open(r.Context(), p.cfg.Actor(r), itemID(r))
	if err != nil {
		return err
	}
	defer content.Close() //nolint:errcheck // it was read, or not
	return p.download(w, r, i.File.Disposition(), i.File.Type, i.File.Size, content)
}

// kinds lets the reader choose what they want to add: the form after it asks for
// what that kind needs, also without script.
func (p *Pages) kinds(w http.ResponseWriter, r *http.Request) error {
	q := page.RequestOf(r)
	if err := p.cfg.Actor(r).Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	var cards []page.Card
	for _, k := range portfolio.Kinds() {
		cards = append(cards, page.Card{
			Title: q.Loc.T("mine.kind." + string(k)), Text: q.Loc.T("mine.kindText." + string(k)),
			Href: q.To("/me/evidence/add/" + string(k)),
		})
	}
	return p.site.Show(w, r, "kinds", http.StatusOK, page.Content{Title: q.Loc.T("mine.kinds.title"), Main: cards})
}

// itemForm is the form for an item, with what was typed.
func (p *Pages) itemForm(q page.Request, kind portfolio.Kind, text func(string) string, action string) *page.Form {
	loc := q.Loc
	units := &page.Select{Name: "unit", Label: loc.T("mine.item.unit"), Options: []page.Option{{Label: loc.T("mine.choose")}}}
	for _, u := range p.cfg.Units {
		units.Options = append(units.Options, page.Option{Value: u.ID, Label: p.unit(loc, u.ID), Chosen: text("unit") == u.ID})
	}
	f := &page.Form{ID: "item", Action: q.To(action), Controls: []page.Control{
		units,
		&page.Field{Name: "title", Label: loc.T("mine.item.title"), Hint: loc.T("mine.item.title.hint"), Value: text("title"), Max: portfolio.MaxTitle, Autocomplete: "off"},
		&page.Area{Name: "shows", Label: loc.T("mine.item.shows"), Hint: loc.T("mine.item.shows.hint"), Value: text("shows"), Max: portfolio.MaxShows},
	}}
	if kind.NeedsTask() {
		f.Controls = append(f.Controls, &page.Area{Name: "task", Label: loc.T("mine.item.task"), Hint: loc.T("mine.item.task.hint"), Value: text("task"), Max: portfolio.MaxTask})
	}
	if kind.NeedsPeople() {
		f.Controls = append(f.Controls, &page.Area{Name: "people", Label: loc.T("mine.item.people"), Hint: loc.T("mine.item.people.hint"), Value: text("people"), Max: portfolio.MaxPeople, Rows: 3})
	}
	f.Controls = append(f.Controls, &page.Field{Name: "day", Label: loc.T("mine.item.day"), Hint: loc.T("mine.item.day.hint"), Type: "date", Value: text("day"), Short: true})
	if kind.NeedsOwn() {
		f.Controls = append(f.Controls, &page.Box{Name: "own", Label: loc.T("mine.item.own.box"), Hint: loc.T("mine.item.own.hint"), Required: true, Ticked: text("own") != ""})
	}
	return f
}

func textsOf(kind portfolio.Kind, text func(string) string) portfolio.Texts {
	return portfolio.Texts{
		Kind: kind, Unit: strings.TrimSpace(text("unit")), Title: text("title"), Shows: text("shows"), Task: text("task"), People: text("people"),
		Own: text("own") != "", Day: day(strings.TrimSpace(text("day"))),
	}
}

func kindOf(r *http.Request) (portfolio.Kind, error) {
	k := portfolio.Kind(chi.URLParam(r, "kind"))
	if !k.Known() {
		return "", fault.New(fault.NotFound, "", nil)
	}
	return k, nil
}

func (p *Pages) addForm(w http.ResponseWriter, r *http.Request) error {
	kind, err := kindOf(r)
	if err != nil {
		return err
	}
	if err := p.cfg.Actor(r).Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	// The unit of the page that the reader comes from.
	unit := r.URL.Query().Get("unit")
	return p.showAdd(w, r, http.StatusOK, kind, p.uploadForm(r, kind, func(name string) string {
		if name == "unit" {
			return unit
		}
		return ""
	}))
}

// uploadForm is itemForm with a file, which comes last: what was typed arrives
// before it.
func (p *Pages) uploadForm(r *http.Request, kind portfolio.Kind, text func(string) string) *page.Form {
	q := page.RequestOf(r)
	f := p.itemForm(q, kind, text, "/me/evidence/add/"+string(kind))
	f.Files, f.Submit = true, q.Loc.T("mine.item.save")
	f.Controls = append(f.Controls, &page.File{
		Name: "file", Label: q.Loc.T("mine.item.file"), Accept: strings.Join(portfolio.Extensions(), ","),
		Hint: q.Loc.T("mine.item.file.hint", "Max", p.cfg.Portfolio.Limits().File>>20),
	})
	out := back(r, "/me/evidence/add")
	f.Back = &out
	return f
}

func (p *Pages) showAdd(w http.ResponseWriter, r *http.Request, status int, kind portfolio.Kind, f *page.Form) error {
	loc := page.RequestOf(r).Loc
	return p.site.Show(w, r, "plain", status, page.Content{
		Title: loc.T("mine.add.title", "Kind", loc.T("mine.kind."+string(kind))),
		Main:  plainView{Lead: loc.T("mine.kindText." + string(kind)), Form: f}, Again: "/me/evidence/add/" + string(kind),
	})
}

func (p *Pages) add(w http.ResponseWriter, r *http.Request) error {
	kind, err := kindOf(r)
	if err != nil {
		return err
	}
	a := p.cfg.Actor(r)
	s, err := p.receive(w, r, a)
	defer func() { s.file.Drop() }()
	if err != nil {
		return err
	}
	i, err := p.addSent(r, a, kind, s)
	if err == nil {
		return goTo(w, r, "/me/evidence/"+string(i.ID), "added")
	}
	f := p.uploadForm(r, kind, s.text)
	if !f.Fail(err, page.RequestOf(r).Loc) {
		return err
	}
	if s.file != nil { // a browser does not fill it in again
		for _, c := range f.Controls {
			if file, ok := c.(*page.File); ok && file.Error == "" {
				file.Hint = page.T(r, "mine.item.file.again", "Name", s.file.Name)
			}
		}
	}
	return p.showAdd(w, r, http.StatusBadRequest, kind, f)
}

// addSent adds what was sent, or gives all faults in it, those of the file with
// those of the texts.
func (p *Pages) addSent(r *http.Request, a access.Actor, kind portfolio.Kind, s sent) (portfolio.Item, error) {
	i, err := p.cfg.Portfolio.Add(r.Context(), a, textsOf(kind, s.text), s.file)
	switch fault.KindOf(err) {
	case fault.Invalid:
		return i, withFile(err, s.fault)
	case fault.Conflict: // no room
		return i, itemFault(err)
	}
	return i, err
}

func (p *Pages) editForm(w http.ResponseWriter, r *http.Request) error {
	i, err := p.cfg.Portfolio.Item(r.Context(), p.cfg.Actor(r), itemID(r))
	if err != nil {
		return err
	}
	if i.Frozen() {
		return fault.New(fault.Conflict, "portfolio.frozen", nil)
	}
	kept := map[string]string{"unit": i.Unit, "title": i.Title, "shows": i.Shows, "task": i.Task, "people": i.People, "day": dayText(i.Day)}
	if i.Own {
		kept["own"] = "on"
	}
	return p.showEdit(w, r, http.StatusOK, i, p.changeForm(r, i, func(name string) string { return kept[name] }))
}

func (p *Pages) changeForm(r *http.Request, i portfolio.Item, text func(string) string) *page.Form {
	q := page.RequestOf(r)
	f := p.itemForm(q, i.Kind, text, "/me/evidence/"+string(i.ID)+"/edit")
	f.Submit = q.Loc.T("mine.item.change")
	out := back(r, "/me/evidence/"+string(i.ID))
	f.Back = &out
	return f
}

func (p *Pages) showEdit(w http.ResponseWriter, r *http.Request, status int, i portfolio.Item, f *page.Form) error {
	loc := page.RequestOf(r).Loc
	return p.site.Show(w, r, "plain", status, page.Content{
		Title: loc.T("mine.edit.title"), Main: plainView{Lead: loc.T("mine.edit.lead"), Form: f}, Again: "/me/evidence/" + string(i.ID) + "/edit",
	})
}

func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	a := p.cfg.Actor(r)
	i, err := p.cfg.Portfolio.Item(r.Context(), a, itemID(r))
	if err != nil {
		return err
	}
	in, err := p.site.ReadForm(w, r, maxTexts)
	if err != nil {
		return err
	}
	_, err = p.cfg.Portfolio.Edit(r.Context(), a, i.ID, textsOf(i.Kind, in.Lines))
	if err == nil {
		return goTo(w, r, "/me/evidence/"+string(i.ID), "changed")
	}
	f := p.changeForm(r, i, in.Lines)
	if !f.Fail(err, page.RequestOf(r).Loc) {
		return err
	}
	return p.showEdit(w, r, http.StatusBadRequest, i, f)
}

func (p *Pages) confirmDelete(w http.ResponseWriter, r *http.Request) error {
	i, err := p.cfg.Portfolio.Item(r.Context(), p.cfg.Actor(r), itemID(r))
	if err != nil {
		return err
	}
	q := page.RequestOf(r)
	at := "/me/evidence/" + string(i.ID)
	c := page.Confirm{
		Title: q.Loc.T("mine.delete.title", "Title", i.Title), Text: q.Loc.T("mine.delete.text"),
		Points: []string{q.Loc.T("mine.delete.file", "Name", i.File.Name)},
		Action: q.To(at + "/delete"), Button: q.Loc.T("mine.item.delete"), Grave: true, Back: back(r, at),
	}
	if i.Frozen() {
		c.Points = append(c.Points, q.Loc.T("mine.delete.frozen.one"), q.Loc.T("mine.delete.frozen.two"), q.Loc.T("mine.delete.frozen.three"))
	}
	return p.ask(w, r, c)
}

func (p *Pages) delete(w http.ResponseWriter, r *http.Request) error {
	if err := p.cfg.Portfolio.Delete(r.Context(), p.cfg.Actor(r), itemID(r)); err != nil {
		return err
	}
	return goTo(w, r, "/me/evidence", "deleted")
}
