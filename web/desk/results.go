package desk

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

// awardsPerPage is how many rows a list shows.
const awardsPerPage = 25

type resultsView struct {
	Form    *page.Form // nil where it is not allowed
	Example string
	Refused string
	Files   []refusedFile
	Show    []page.Act
	Table   page.Table
	Pages   []page.Act
}

// A refusedFile is one that was not imported, with all that is wrong with it.
type refusedFile struct {
	Name   string
	Why    string
	Faults []faultLine
}

// A faultLine is one fault of a file: where, what, and by which rule.
type faultLine struct{ Path, Text, Rule string }

func (p *Awards) results(w http.ResponseWriter, r *http.Request) error {
	at, err := p.at(r, access.ReadResults)
	if err != nil {
		return err
	}
	var notices []page.Notice
	switch r.URL.Query().Get("done") {
	case "discarded":
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.results.discarded")})
	case "imported":
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.results.imported.many")})
	}
	return p.showResults(w, r, at, http.StatusOK, nil, nil, notices...)
}

// showResults shows the list; form is that of an import that was refused.
func (p *Awards) showResults(w http.ResponseWriter, r *http.Request, at place, status int, form *page.Form, files []refusedFile, notices ...page.Notice) error {
	q := r.URL.Query()
	f := award.Filter{Limit: awardsPerPage + 1, Before: cursor(q)}
	shown := q.Get("show")
	switch shown {
	case "sealed":
		f.States = []award.State{award.Sealed}
	case "all":
	default:
		shown, f.States = "open", []award.State{award.Waiting, award.Begun}
	}
	rows, err := p.c.Desk.Awards(r.Context(), at.actor, at.body, f)
	if err != nil {
		return err
	}
	v := resultsView{Refused: at.loc.T("desk.results.refused", "Count", len(files)), Files: files, Table: page.Table{
		Caption: at.loc.T("desk.results.list"), Hide: true,
		Columns: []page.Column{
			{Label: at.loc.T("desk.awards.name")}, {Label: at.loc.T("desk.awards.unit")},
			{Label: at.loc.T("desk.awards.decided")}, {Label: at.loc.T("desk.awards.state")},
		},
		Empty: &page.Empty{Title: at.loc.T("desk.results.empty." + shown), Text: at.loc.T("desk.results.empty.text")},
	}}
	if len(rows) > awardsPerPage {
		rows = rows[:awardsPerPage]
		last := rows[len(rows)-1]
		v.Pages = []page.Act{at.older(at.results(), q, last.ImportedAt, last.ID)}
	}
	for _, row := range rows {
		href := at.results()
		if row.State == award.Sealed {
			href = at.credentials()
		}
		badge := rowBadge(at.loc, row)
		v.Table.Lines = append(v.Table.Lines, page.Line{
			{Text: row.Summary.Name, Small: row.Summary.Number, Href: at.to(href + "/" + string(row.ID))},
			{Text: at.in(row.Summary.Title)}, {Text: at.day(row.Summary.Decided)}, {Badge: &badge},
		})
	}
	v.Show = at.shows(at.results(), shown, map[string]string{
		"open": at.loc.T("desk.results.show.open"), "sealed": at.loc.T("desk.results.show.sealed"), "all": at.loc.T("desk.results.show.all"),
	}, "open", "sealed", "all")
	if p.can(at, access.ImportResults) {
		v.Example = at.results() + "/example.json"
		if v.Form = form; form == nil {
			v.Form = importForm(at, "")
		}
	}
	return p.c.Site.Show(w, r, "results", status, page.Content{
		Title: at.loc.T("desk.results.title"), Main: v, Wide: true, Notices: notices, Again: at.results(),
	})
}

func importForm(at place, pasted string) *page.Form {
	return &page.Form{
		ID: "import", Action: at.results(), Files: true, Submit: at.loc.T("desk.results.import"),
		Controls: []page.Control{
			&page.File{
				Name: "file", Label: at.loc.T("desk.results.file"), Hint: at.loc.T("desk.results.file.hint"),
				Accept: ".json,application/json", Either: true, Many: true,
			},
			&page.Area{Name: "text", Label: at.loc.T("desk.results.text"), Hint: at.loc.T("desk.results.text.hint"), Value: pasted, Either: true, Rows: 4, Code: true},
		},
	}
}

// importRoom is how many bytes a form with files of results may have.
const importRoom = 3*award.MaxResult + 64<<10

func (p *Awards) importResults(w http.ResponseWriter, r *http.Request) error {
	at, err := p.at(r, access.ImportResults)
	if err != nil {
		return err
	}
	in, err := p.c.Site.ReadForm(w, r, importRoom)
	if err != nil {
		return err
	}
	files := in.Files("file")
	pasted := in.Lines("text")
	if pasted != "" {
		files = append(files, page.Upload{Name: at.loc.T("desk.results.pasted"), Data: []byte(pasted)})
	}
	form := importForm(at, pasted)
	if len(files) == 0 {
		form.Fail(fault.List{{Path: "$.file", Key: "desk.results.nothing"}}, at.loc)
		return p.showResults(w, r, at, http.StatusBadRequest, form, nil)
	}
	var refused []refusedFile
	var last award.Award
	fresh := false
	for _, f := range files {
		kept, isFresh, err := p.c.Desk.Import(r.Context(), at.actor, at.body, f.Data)
		if err != nil {
			no, ok := refusedOf(at.loc, f.Name, err)
			if !ok {
				return err
			}
			if len(no.Faults) > 0 && !object(f.Data) { // a picture, a table
				no.Why = at.loc.T("desk.results.other")
			}
			refused = append(refused, no)
			continue
		}
		last, fresh = kept, isFresh
	}
	switch imported := len(files) - len(refused); {
	case len(refused) > 0:
		var notices []page.Notice
		if imported > 0 {
			notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.results.imported.some", "Count", imported)})
		}
		return p.showResults(w, r, at, http.StatusBadRequest, form, refused, notices...)
	case imported > 1:
		page.SeeOther(w, r, at.to(at.results()+"?done=imported"))
	default:
		at.id = last.ID
		done := "?done=imported"
		if !fresh {
			done = "?done=known"
		}
		to := at.result()
		if last.State == award.Sealed {
			to = at.credential()
		}
		page.SeeOther(w, r, at.to(to+done))
	}
	return nil
}

// refusedOf tells why a file was not imported. What is our own failure is none of
// the file's.
func refusedOf(loc i18n.Localizer, name string, err error) (refusedFile, bool) {
	no := refusedFile{Name: name}
	if l, ok := errors.AsType[fault.List](err); ok {
		for _, it := range l {
			no.Faults = append(no.Faults, faultLine{Path: strings.TrimPrefix(it.Path, "$."), Text: loc.TMap(it.Key, it.Args), Rule: it.Rule})
		}
	}
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case ok && (e.Kind == fault.Conflict || e.Kind == fault.TooLarge || e.Kind == fault.Invalid) && e.Public != "":
		no.Why = loc.TMap(e.Public, e.Args)
	case len(no.Faults) > 0:
		no.Why = loc.T("desk.results.faults", "Count", len(no.Faults))
	default:
		return no, false
	}
	return no, true
}

// object tells whether a file begins like one of JSON that holds an object.
func object(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff"))), []byte("{"))
}

func (p *Awards) example(w http.ResponseWriter, r *http.Request) error {
	at, err := p.at(r, access.ReadResults)
	if err != nil {
		return err
	}
	data, err := p.c.Desk.Example(r.Context(), at.actor, at.body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="result-example.json"`)
	page.Write(w, r, http.StatusOK, "application/json", data)
	return nil
}
