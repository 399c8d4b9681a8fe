package desk

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

// The step "recognition": who recognises the body, and for what. Its form is about
// one entry of a list.

// newEntry stands in addresses and forms for an entry that is not there yet.
const newEntry = "new"

func entryName(s *sheet) string {
	if s.entry >= len(s.p.Accreditations) && s.in == nil || s.in != nil && s.in.Text("entry") == newEntry {
		return newEntry
	}
	return strconv.Itoa(s.entry)
}

// chooseEntry takes up the entry that an address or a form names. Where there is
// none of that name it is the first, or a new one.
func (s *sheet) chooseEntry(name string) {
	n, err := strconv.Atoi(name)
	switch {
	case name == newEntry:
		s.entry = len(s.p.Accreditations)
	case err == nil && n >= 0 && n < len(s.p.Accreditations):
		s.entry = n
	default:
		s.entry = 0
	}
}

// accreditation is the entry that the form is about.
func (s *sheet) accreditation() assessment.Accreditation {
	if s.entry < len(s.p.Accreditations) {
		return s.p.Accreditations[s.entry]
	}
	return assessment.Accreditation{Type: assessment.InstitutionalQualityAssurance, Agent: assessment.Authority{Country: s.p.Country}}
}

func recognitionControls(s *sheet) []page.Control {
	t, a := s.loc.T, s.accreditation()
	agent, _ := a.Agent.LegalName.In(s.langs()...)
	by := []page.Control{
		&page.Field{Name: "agent", Label: t("desk.setup.agent"), Hint: t("desk.setup.agent.hint"), Value: agent, Autocomplete: "off", Max: 200},
		countrySelect(s.loc, "agent-country", t("desk.setup.agent.country"), a.Agent.Country),
	}
	var what []page.Control
	for i, l := range s.langs() {
		title := &page.Field{Name: "title-" + l, Label: t("desk.setup.titled"), Value: a.Title[l], Autocomplete: "off", Max: 300}
		if len(s.langs()) > 1 {
			title.Label = t("desk.setup.titled.in", "Language", languageName(s.loc, l))
		}
		if i == 0 {
			title.Hint = t("desk.setup.titled.hint")
		}
		what = append(what, title)
	}
	kind := &page.Select{Name: "type", Label: t("desk.setup.type")}
	for _, k := range assessment.AccreditationTypes() {
		kind.Options = append(kind.Options, page.Option{Value: string(k), Label: t("desk.setup.type." + string(k)), Chosen: k == a.Type})
	}
	day := func(name string, d assessment.Date) string {
		if s.in != nil {
			return s.in.Text(name)
		}
		if d.IsZero() {
			return ""
		}
		return d.String()
	}
	return []page.Control{
		&page.Group{Label: t("desk.setup.recognition.by"), Controls: by},
		&page.Group{Label: t("desk.setup.recognition.what"), Controls: append(what, kind,
			&page.Field{Name: "from", Label: t("desk.setup.from"), Type: "date", Value: day("from", a.From), Optional: true, Short: true},
			&page.Field{Name: "until", Label: t("desk.setup.until"), Type: "date", Value: day("until", a.Until), Optional: true, Short: true},
			&page.Field{Name: "id", Label: t("desk.setup.iri"), Hint: t("desk.setup.iri.hint"), Value: a.ID, Autocomplete: "off", Optional: true, Code: true},
		)},
	}
}

func takeRecognition(s *sheet, in *page.Input) fault.List {
	var faults fault.List
	a := s.accreditation()
	a.Title = maps.Clone(a.Title)
	if a.Title == nil {
		a.Title = assessment.Text{}
	}
	for _, l := range s.langs() {
		a.Title[l] = in.Text("title-" + l)
	}
	maps.DeleteFunc(a.Title, func(_, text string) bool { return text == "" })
	if before, _ := a.Agent.LegalName.In(s.langs()...); before != in.Text("agent") || len(a.Agent.LegalName) == 0 {
		a.Agent.LegalName = assessment.Text{}
		if name := in.Text("agent"); name != "" {
			a.Agent.LegalName[s.langs()[0]] = name
		}
	}
	day := func(name string) (d assessment.Date) {
		text := in.Text(name)
		if text == "" {
			return d
		}
		d, err := assessment.ParseDate(text)
		if err != nil {
			faults.Add("$."+name, "desk.setup.date", "")
		}
		return d
	}
	a.Type, a.Agent.Country, a.ID = assessment.AccreditationType(in.Text("type")), in.Text("agent-country"), in.Text("id")
	a.From, a.Until = day("from"), day("until")
	all := slices.Clone(s.p.Accreditations)
	switch {
	case s.entry < len(all):
		all[s.entry] = a
	case len(a.Title) > 0 || len(a.Agent.LegalName) > 0: // an empty form adds nothing
		all = append(all, a)
	}
	s.p.Accreditations = all
	return faults
}

func recognitionField(s *sheet, path string) string {
	name, mine := strings.CutPrefix(path, fmt.Sprintf("$.accreditations[%d].", s.entry))
	switch lang, ok := strings.CutPrefix(name, "title."); {
	case !mine:
		return "" // another entry: told above the form
	case ok:
		return "title-" + lang
	case name == "title":
		return "title-" + s.langs()[0]
	case name == "agent.country":
		return "agent-country"
	case strings.HasPrefix(name, "agent"):
		return "agent"
	}
	return name
}

// entries are the accreditations that are there, where there are several.
func (s *sheet) entries() []page.Card {
	all := s.p.Accreditations
	if s.in != nil && s.in.Text("entry") == newEntry && s.entry < len(all) {
		all = all[:s.entry] // what was typed and is not kept
	}
	if len(all) == 0 || len(all) == 1 && s.entry == 0 {
		return nil
	}
	var cards []page.Card
	base := s.setup() + "/recognition"
	for i, a := range all {
		n := strconv.Itoa(i)
		title := s.written(a.Title)
		c := page.Card{Title: title, Text: s.written(a.Agent.LegalName), Acts: []page.Act{
			{Label: s.loc.T("desk.setup.remove"), About: title, Href: s.to(base + "/remove?entry=" + n), Quiet: true, Small: true},
		}}
		if i == s.entry {
			c.Badge = &page.Badge{Text: s.loc.T("desk.setup.here")}
		} else {
			c.Acts = append([]page.Act{{Label: s.loc.T("desk.setup.change"), About: title, Href: s.to(base + "?entry=" + n), Quiet: true, Small: true}}, c.Acts...)
		}
		cards = append(cards, c)
	}
	return cards
}

// written is a text that may not be written yet.
func (s *sheet) written(t assessment.Text) string {
	if text := s.place.in(t); text != "" {
		return text
	}
	return s.loc.T("desk.setup.nothing")
}

// another leads to the form for one more entry.
func (s *sheet) another() *page.Act {
	if len(s.p.Accreditations) == 0 || s.entry >= len(s.p.Accreditations) || s.in != nil {
		return nil
	}
	return &page.Act{Label: s.loc.T("desk.setup.another"), Href: s.to(s.setup() + "/recognition?entry=" + newEntry), Quiet: true, Small: true}
}

// removable is the entry that an address or a form names.
func (a *Admin) removable(r *http.Request, at place, name string) (*sheet, error) {
	s, err := a.sheetOf(r.Context(), at)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(name)
	if err != nil || n < 0 || n >= len(s.p.Accreditations) {
		return nil, fault.New(fault.NotFound, "", nil)
	}
	s.entry = n
	return s, nil
}

func (a *Admin) askRemove(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.EditBody)
	if err != nil {
		return err
	}
	s, err := a.removable(r, at, r.URL.Query().Get("entry"))
	if err != nil {
		return err
	}
	base := s.setup() + "/recognition"
	return a.c.Site.Show(w, r, "ask", http.StatusOK, page.Content{Title: at.loc.T("desk.setup.remove.title"), Main: page.Confirm{
		Title: at.loc.T("desk.setup.remove.title"), Text: at.loc.T("desk.setup.remove.text", "Title", s.written(s.accreditation().Title)),
		Action: base + "/remove", With: []page.Hidden{{Name: "entry", Value: strconv.Itoa(s.entry)}, {Name: "was", Value: s.version}},
		Button: at.loc.T("desk.setup.remove"), Grave: true,
		Back: page.Act{Label: at.loc.T("desk.setup.keep"), Href: at.to(base), Quiet: true},
	}})
}

func (a *Admin) remove(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.EditBody)
	if err != nil {
		return err
	}
	in, err := a.c.Site.ReadForm(w, r, 4<<10)
	if err != nil {
		return err
	}
	s, err := a.removable(r, at, in.Text("entry"))
	if err != nil {
		return err
	}
	if in.Text("was") != s.version {
		return fault.New(fault.Conflict, "body.changed", nil)
	}
	s.p.Accreditations = slices.Delete(slices.Clone(s.p.Accreditations), s.entry, s.entry+1)
	if err := a.c.Bodies.KeepProfile(r.Context(), at.body, s.p, s.version); err != nil {
		return err
	}
	page.SeeOther(w, r, at.to(s.setup()+"/recognition?done=removed"))
	return nil
}
