package public

import (
	"net/http"
	"slices"
	"strings"

	"github.com/probatum/probatum/web/openapi"
	"github.com/probatum/probatum/web/page"
)

// openapi serves the description of our interfaces to programs.
func (s *site) openapi(w http.ResponseWriter, r *http.Request) error {
	publish(w, r, published{data: s.api.JSON(), mediaType: "application/json", etag: s.api.ETag(), maxAge: "public, max-age=300"})
	return nil
}

// A docsView is the same description for people.
type docsView struct {
	openapi.Reading
	Groups  []docsGroup
	Problem []page.Row
}

type docsGroup struct {
	openapi.Group
	Operations []docsOperation
}

type docsOperation struct {
	openapi.Operation
	Parameters []page.Row
	Bodies     []docsBody
	Answers    []docsAnswer
}

type docsBody struct {
	Types   []string
	Rows    []page.Row
	Example string
}

type docsAnswer struct {
	Status, Text string
	Bodies       []docsBody
}

// docs shows it. The text of the description is English, as the names in it are.
func (s *site) docs(w http.ResponseWriter, r *http.Request) error {
	reading := s.api.Read()
	view := docsView{Reading: reading}
	for _, g := range reading.Groups {
		group := docsGroup{Group: g}
		for _, o := range g.Operations {
			op := docsOperation{Operation: o, Bodies: docsBodies(o.Bodies)}
			for _, p := range o.Parameters {
				op.Parameters = append(op.Parameters, docsRow(p.Name, p.Type+", "+p.In, p.Text, p.Required, nil))
			}
			for _, a := range o.Answers {
				status := a.Status
				if status == "default" {
					status = "any other"
				}
				op.Answers = append(op.Answers, docsAnswer{Status: status, Text: a.Text, Bodies: docsBodies(a.Bodies)})
			}
			group.Operations = append(group.Operations, op)
		}
		view.Groups = append(view.Groups, group)
	}
	for _, f := range reading.Problem {
		view.Problem = append(view.Problem, docsRow(f.Name, f.Type, f.Text, f.Required, f.Values))
	}
	return s.pages.Show(w, r, "docs", http.StatusOK, page.Content{Title: page.T(r, "page.docs.title"), Main: view})
}

func docsBodies(bodies []openapi.Body) []docsBody {
	var out []docsBody
	for _, b := range bodies {
		body := docsBody{Types: b.Types, Example: b.Example}
		if slices.Equal(b.Types, []string{"application/problem+json"}) { // told once, for all
			b.Fields = nil
		}
		for _, f := range b.Fields {
			body.Rows = append(body.Rows, docsRow(f.Name, f.Type, f.Text, f.Required, f.Values))
		}
		out = append(out, body)
	}
	return out
}

// docsRow is one parameter or member: its name, and what is known of it.
func docsRow(name, kind, text string, required bool, values []string) page.Row {
	row := page.Row{Label: name}
	if required {
		kind += ", " + "required"
	}
	for _, line := range []string{kind, text} {
		if line != "" {
			row.Values = append(row.Values, line)
		}
	}
	if len(values) > 0 {
		row.Values = append(row.Values, strings.Join(values, ", "))
	}
	return row
}
