package page

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

// A samplesView holds every part once, and more than once where it has states.
type samplesView struct {
	Acts     []Act
	Badges   []Badge
	Rows     []Row
	Table    Table
	None     Table
	Steps    Steps
	Progress Progress
	Copy     Copy
	Cards    []Card
	Fold     Fold
	Form     *Form
	Confirm  *Confirm
	Links    []Act
}

// sampleForm has every control. What people wrote in it is a sample, too.
func sampleForm(loc i18n.Localizer) *Form {
	return &Form{
		ID: "sample", Action: "/demo/parts/wrong", Files: true, Submit: loc.T("page.sample.send"),
		With: []Hidden{{"step", "2"}}, Back: &Act{Label: loc.T("page.nav.home"), Href: "/demo/parts", Quiet: true},
		Controls: []Control{
			&Field{Name: "name", Label: loc.T("page.sample.name"), Hint: loc.T("page.sample.name.hint"), Value: "Ada Exemplaire-Musterfrau", Autocomplete: "name", Max: 200},
			&Field{Name: "email", Label: loc.T("page.sample.email"), Type: "email", Value: "ada(at)example.org", Autocomplete: "email"},
			&Field{Name: "code", Label: loc.T("page.sample.code"), Value: "7K4-PQ9", Short: true, Code: true, Autocomplete: "one-time-code", Optional: true},
			&Group{Label: loc.T("page.sample.group"), Hint: loc.T("page.sample.group.hint"), Controls: []Control{
				&Choice{Name: "unit", Label: loc.T("page.sample.unit"), Options: []Option{
					{Value: "lighting", Label: loc.T("page.sample.lighting"), Hint: loc.T("page.sample.unit.hint"), Chosen: true},
					{Value: "sound", Label: loc.T("page.sample.sound")},
				}},
				&Choice{Name: "days", Label: loc.T("page.sample.days"), Many: true, Optional: true, Options: []Option{
					{Value: "1", Label: loc.Date(sampleDay), Chosen: true}, {Value: "2", Label: loc.Date(sampleDay.AddDate(0, 0, 1))},
				}},
				&Select{Name: "language", Label: loc.T("page.nav.languages"), Optional: true, Options: []Option{
					{Value: "en", Label: "English"}, {Value: "fr", Label: "Français", Chosen: true}, {Value: "de", Label: "Deutsch"},
				}},
			}},
			&Area{Name: "reason", Label: loc.T("page.sample.reason"), Hint: loc.T("page.sample.reason.hint"), Rows: 4, Max: 2000},
			&File{Name: "logo", Label: loc.T("page.sample.file"), Hint: loc.T("page.sample.file.hint"), Accept: ".png,.svg", Optional: true},
			&Box{Name: "agree", Label: loc.T("page.sample.agree"), Hint: loc.T("page.sample.agree.hint"), Required: true},
			&Text{loc.T("page.sample.text")},
		},
	}
}

var sampleDay = time.Date(2026, time.November, 30, 9, 0, 0, 0, time.UTC)

func sampleParts(loc i18n.Localizer) samplesView {
	day := loc.Date(sampleDay)
	done, wait, stop := Badge{Good, loc.T("page.sample.state.done")}, Badge{Open, loc.T("page.sample.state.wait")}, Badge{Bad, loc.T("page.sample.state.stop")}
	open := func(about string) []Act {
		return []Act{{Label: loc.T("page.sample.open"), About: about, Href: "/demo/parts", Quiet: true, Small: true}}
	}
	columns := []Column{{Label: loc.T("page.sample.name")}, {Label: loc.T("page.sample.unit")}, {Label: loc.T("page.sample.state")}, {Label: loc.T("page.sample.number"), Number: true}, {}}
	return samplesView{
		Acts: []Act{
			{Label: loc.T("page.sample.send"), Href: "/demo/parts"}, {Label: loc.T("page.sample.open"), Href: "/demo/parts", Quiet: true},
			{Label: loc.T("page.sample.delete"), Href: "/demo/parts/confirm", Quiet: true, Grave: true},
		},
		Badges: []Badge{done, wait, stop, {Calm, loc.T("page.sample.state.calm")}},
		Rows: []Row{
			{Name: "name", Label: loc.T("page.sample.name"), Value: "Ada Exemplaire-Musterfrau"},
			{Name: "days", Label: loc.T("page.sample.days"), Values: []string{day, loc.Date(sampleDay.AddDate(0, 0, 1))}},
			{Name: "code", Label: loc.T("page.sample.code"), Value: "urn:uuid:5d7d7c4e-5b1c-4b43-b2b9-0a2b2f2f3c1d", Code: true},
			{Name: "open", Label: loc.T("page.sample.reason"), Value: loc.T("page.sample.open"), Href: "/demo/parts", Badge: &wait},
		},
		Table: Table{Caption: loc.T("page.sample.people"), Columns: columns, Lines: []Line{
			{{Text: "Ada Exemplaire-Musterfrau", Href: "/demo/parts", Small: "ada@example.org"}, {Text: loc.T("page.sample.lighting")}, {Badge: &done, Small: day}, {Text: "3"}, {Acts: open("Ada Exemplaire-Musterfrau")}},
			{{Text: "Bo Ek", Href: "/demo/parts", Small: "bo@example.org"}, {Text: loc.T("page.sample.sound")}, {Badge: &wait}, {Text: "12"}, {Acts: open("Bo Ek")}},
			{{Text: "Chioma-Anastasia Długoszewska-Papadopoulou", Href: "/demo/parts"}, {Text: loc.T("page.sample.sound")}, {Badge: &stop}, {Text: "0"}, {}},
		}},
		None: Table{Caption: loc.T("page.sample.people"), Columns: columns, Empty: &Empty{
			Title: loc.T("page.sample.empty"), Text: loc.T("page.sample.empty.text"), Act: &Act{Label: loc.T("page.sample.send"), Href: "/demo/parts"},
		}},
		Steps: Steps{Label: loc.T("page.sample.steps"), Steps: []Step{
			{Label: loc.T("page.sample.name"), Done: true, Note: day, Href: "/demo/parts"}, {Label: loc.T("page.sample.group"), Here: true, Note: loc.T("page.sample.group.hint")}, {Label: loc.T("page.sample.agree")},
		}},
		Progress: Progress{Label: loc.T("page.sample.steps"), Done: 1, Of: 3, Text: loc.T("page.sample.progress", "Done", 1, "Of", 3)},
		Copy:     Copy{ID: "link", Label: loc.T("page.sample.link"), Value: "https://check.example/v/Zm9vYmFyYmF6cXV4cXV1eA", Hint: loc.T("page.sample.link.hint")},
		Cards: []Card{
			{Title: loc.T("page.sample.card"), Href: "/demo/parts", Text: loc.T("page.sample.reason.hint"), Badge: &wait, Rows: []Row{{Label: loc.T("page.sample.name"), Value: "Bo Ek"}}, Acts: open("Bo Ek")},
			{Title: loc.T("page.sample.lighting"), Href: "/demo/parts", Text: loc.T("page.sample.unit.hint"), Badge: &done},
		},
		Fold: Fold{Title: loc.T("page.sample.fold"), Texts: []string{loc.T("page.sample.text")}},
		Form: sampleForm(loc),
	}
}

// sampleStates are the ways a part can look, by the name in the address.
var sampleStates = []string{"", "form", "wrong", "confirm", "large", "contrast", "plain"}

// Samples shows every part of the ground in its states, so that people, tests and
// screenshots see the same. It is for the demo: r.Route("/demo/parts", samples),
// on a router that has the middlewares of a Site and serves static files.
func Samples(publicURL string, log *slog.Logger) (func(chi.Router), error) {
	s, err := New(Config{
		PublicURL: publicURL, Demo: true, Log: log, App: true, Foot: "page.sample.foot", AfterPost: "/demo/parts",
		Policy: Policy{Script: true, Referrer: "same-origin"},
		Frame: func(r *http.Request) *Frame {
			loc := RequestOf(r).Loc
			if chi.URLParam(r, "state") == "plain" {
				return nil
			}
			return &Frame{
				Person: "Ada Exemplaire-Musterfrau", Acting: loc.T("page.sample.acting"), Account: "/demo/parts", SignOut: "/demo/parts/plain",
				Menu: []MenuItem{
					{Label: loc.T("page.nav.home"), Href: "/demo/parts", Current: true, Count: 2}, {Label: loc.T("page.sample.people"), Href: "/demo/parts"},
					{Label: loc.T("page.sample.units"), Href: "/demo/parts"}, {Label: loc.T("page.sample.settings"), Href: "/demo/parts"},
				},
				Notices: &NoticesLink{Href: "/demo/parts", New: 1},
			}
		},
	})
	if err != nil {
		return nil, err
	}
	return func(r chi.Router) {
		r.Use(Headers(s.cfg.Policy))
		show := s.Page(s.sample)
		r.Get("/", show)
		r.Get("/{state}", show)
		r.Post("/{state}", show)
	}, nil
}

func (s *Site) sample(w http.ResponseWriter, r *http.Request) error {
	state := chi.URLParam(r, "state")
	loc := RequestOf(r).Loc
	view := samplesView{Form: sampleForm(loc)}
	c := Content{Title: loc.T("page.sample.title"), Hidden: true}
	switch state {
	case "form":
	case "wrong":
		var faults fault.List
		faults.Add("$.email", "page.sample.email.wrong", "")
		faults.Add("$.reason", "page.sample.reason.wrong", "")
		faults.Add("$.unit", "page.sample.unit.wrong", "R56")
		faults.Add("$.agree", "page.sample.agree.wrong", "")
		faults.Add("$.none", "page.sample.whole.wrong", "")
		view.Form.Fail(faults, loc)
	case "confirm":
		view = samplesView{Confirm: &Confirm{
			Title: loc.T("page.sample.confirm"), Text: loc.T("page.sample.confirm.text"), Points: []string{loc.T("page.sample.confirm.one"), loc.T("page.sample.confirm.two")},
			Action: "/demo/parts/plain", Button: loc.T("page.sample.delete"), Grave: true, Back: Act{Label: loc.T("page.sample.open"), Href: "/demo/parts", Quiet: true},
		}}
	case "", "large", "contrast", "plain":
		r = Prefer(r, Preferences{LargeText: state == "large", HighContrast: state == "contrast"})
		view = sampleParts(loc)
		c.Wide = true
		c.Notices = []Notice{
			{Good, loc.T("page.sample.notice.good"), "", nil},
			{Open, loc.T("page.sample.notice.open"), loc.T("page.sample.text"), &Act{Label: loc.T("page.sample.open"), Href: "/demo/parts", Quiet: true, Small: true}},
			{Bad, loc.T("page.sample.notice.bad"), loc.T("page.sample.text"), nil},
			{Calm, loc.T("page.sample.notice.calm"), "", nil},
		}
	default:
		return fault.New(fault.NotFound, "", nil)
	}
	for _, other := range sampleStates[1:] {
		view.Links = append(view.Links, Act{Label: other, Href: RequestOf(r).To("/demo/parts/" + other), Quiet: true, Small: true})
	}
	c.Main = view
	return s.Show(w, r, "samples", http.StatusOK, c)
}
