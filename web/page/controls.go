package page

import (
	"errors"
	"fmt"
	"strings"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

// A Form ("form") is a whole form: a summary of what is wrong, its controls, and
// its buttons. Pages that need another order write <form> themselves and use the
// controls one by one: {{template "control" .Main.Email}}.
type Form struct {
	ID       string // unique on the page; begins the ids of the controls
	Action   string // path
	Get      bool   // a search, which changes nothing
	Files    bool   // it holds a File
	Controls []Control
	With     []Hidden
	Submit   string
	Grave    bool
	Back     *Act
	Errors   *Errors // set by Fail
}

// A Control is one of *Field, *Area, *Select, *Box, *Choice, *File, *Group and
// *Text.
type Control interface {
	// Kind names the template part.
	Kind() string
	settle(form string, errs map[string]string, found *[]ErrorLink)
}

// Errors ("errors") is the summary above a form. It takes the focus, and leads to
// each control that needs a change.
type Errors struct {
	Title string // empty: our words
	Items []ErrorLink
}

// An ErrorLink is one fault. ID names the control; empty: none of the form.
type ErrorLink struct{ ID, Text string }

// What every control has.
type common struct {
	id string
}

// A Field ("field") is one line of text.
type Field struct {
	common
	Name, Label, Hint, Value string
	Error                    string // set by Form.Fail, or by hand
	Type                     string // empty: text; email, tel, url, date, number, search
	Autocomplete             string // as in HTML, such as "email", "name", "off"
	Optional                 bool
	Max                      int  // characters; 0: no limit is told
	Code                     bool // no spelling help, typeface of codes
	Short                    bool // a code or a number
	ReadOnly                 bool
}

// An Area ("area") is text of several lines.
type Area struct {
	common
	Name, Label, Hint, Value, Error string
	Rows                            int // 0: 5
	Optional                        bool
	Either                          bool // optional, for another control does as well; the labels say so
	Max                             int
	Code                            bool
}

// A Select ("select") is a choice from a long list.
type Select struct {
	common
	Name, Label, Hint, Error string
	Optional                 bool
	Options                  []Option
}

// An Option is one thing to choose.
type Option struct {
	Value, Label string
	Hint         string // not in a Select
	Chosen       bool
}

// A Box ("box") is one thing to tick.
type Box struct {
	common
	Name, Value, Label, Hint, Error string // Value: empty is "on"
	Ticked                          bool
	Required                        bool // it must be ticked
}

// A Choice ("choice") is a choice from a short list, of one or, with Many, of
// several.
type Choice struct {
	common
	Name, Label, Hint, Error string
	Many                     bool
	Optional                 bool
	Options                  []Option
}

// A File ("file") takes a file.
type File struct {
	common
	Name, Label, Hint, Error string
	Accept                   string // such as ".pdf,image/*"
	Optional                 bool
	Either                   bool // as in an Area
	Many                     bool
}

// A Group ("group") is controls that belong together under a heading.
type Group struct {
	Label    string
	Hint     string
	Controls []Control
}

// A Text ("text") is a paragraph between controls.
type Text struct{ Text string }

// Kind implements Control.
func (*Field) Kind() string { return "field" }

// Kind implements Control.
func (*Area) Kind() string { return "area" }

// Kind implements Control.
func (*Select) Kind() string { return "select" }

// Kind implements Control.
func (*Box) Kind() string { return "box" }

// Kind implements Control.
func (*Choice) Kind() string { return "choice" }

// Kind implements Control.
func (*File) Kind() string { return "file" }

// Kind implements Control.
func (*Group) Kind() string { return "group" }

// Kind implements Control.
func (*Text) Kind() string { return "text" }

// ID is the id of the element. A control outside a Form is named after its field.
func (c common) at(name string) string {
	if c.id != "" {
		return c.id
	}
	return "f-" + name
}

// ID is the id of the element.
func (f *Field) ID() string { return f.at(f.Name) }

// ID is the id of the element.
func (a *Area) ID() string { return a.at(a.Name) }

// ID is the id of the element.
func (s *Select) ID() string { return s.at(s.Name) }

// ID is the id of the element.
func (b *Box) ID() string { return b.at(b.Name) }

// ID is the id of its first option.
func (c *Choice) ID() string { return c.at(c.Name) }

// OptionID is the id of an option.
func (c *Choice) OptionID(i int) string {
	if i == 0 {
		return c.ID()
	}
	return fmt.Sprintf("%s-%d", c.ID(), i)
}

// ID is the id of the element.
func (f *File) ID() string { return f.at(f.Name) }

// settled gives a control its id and its fault, and notes where that stands.
func (c *common) settled(form, name, now string, errs map[string]string, found *[]ErrorLink) string {
	if form != "" {
		c.id = form + "-" + name
	}
	if text, ok := errs[name]; ok {
		now = text
		delete(errs, name)
	}
	if now != "" {
		*found = append(*found, ErrorLink{ID: c.at(name), Text: now})
	}
	return now
}

func (f *Field) settle(form string, errs map[string]string, found *[]ErrorLink) {
	f.Error = f.settled(form, f.Name, f.Error, errs, found)
}

func (a *Area) settle(form string, errs map[string]string, found *[]ErrorLink) {
	a.Error = a.settled(form, a.Name, a.Error, errs, found)
}

func (s *Select) settle(form string, errs map[string]string, found *[]ErrorLink) {
	s.Error = s.settled(form, s.Name, s.Error, errs, found)
}

func (b *Box) settle(form string, errs map[string]string, found *[]ErrorLink) {
	b.Error = b.settled(form, b.Name, b.Error, errs, found)
}

func (c *Choice) settle(form string, errs map[string]string, found *[]ErrorLink) {
	c.Error = c.settled(form, c.Name, c.Error, errs, found)
}

func (f *File) settle(form string, errs map[string]string, found *[]ErrorLink) {
	f.Error = f.settled(form, f.Name, f.Error, errs, found)
}

func (g *Group) settle(form string, errs map[string]string, found *[]ErrorLink) {
	for _, c := range g.Controls {
		c.settle(form, errs, found)
	}
}

func (*Text) settle(string, map[string]string, *[]ErrorLink) {}

// Ready gives the form with ids on its controls and a summary of the faults that
// they carry. Templates call it.
func (f *Form) Ready() *Form {
	if f.Errors == nil {
		f.fill(nil)
	}
	return f
}

// Fail puts the faults of an input beside the controls that they are about and
// into the summary, and tells whether err was of that kind: a fault.List whose
// paths are "$.name" for the field name, or a fault.Error of kind Invalid,
// Conflict or TooLarge, which is about the whole form. Anything else is for the
// caller to return.
func (f *Form) Fail(err error, loc i18n.Localizer) bool {
	list, isList := errors.AsType[fault.List](err)
	errs := map[string]string{}
	var rest []ErrorLink
	switch e, isError := errors.AsType[*fault.Error](err); {
	case isList:
		for _, it := range list {
			name, text := strings.TrimPrefix(it.Path, "$."), loc.TMap(it.Key, it.Args)
			if _, twice := errs[name]; !twice {
				errs[name] = text
			}
		}
	case isError && e.Public != "" && (e.Kind == fault.Invalid || e.Kind == fault.Conflict || e.Kind == fault.TooLarge):
		rest = append(rest, ErrorLink{Text: loc.TMap(e.Public, e.Args)})
	default:
		return false
	}
	f.fill(errs)
	for _, it := range list { // what no control of the form is about, in its order
		name := strings.TrimPrefix(it.Path, "$.")
		if text, left := errs[name]; left {
			rest = append(rest, ErrorLink{Text: text})
			delete(errs, name)
		}
	}
	f.Errors = &Errors{Items: append(f.found(), rest...)}
	return true
}

func (f *Form) found() []ErrorLink {
	if f.Errors == nil {
		return nil
	}
	return f.Errors.Items
}

func (f *Form) fill(errs map[string]string) {
	var found []ErrorLink
	for _, c := range f.Controls {
		c.settle(f.ID, errs, &found)
	}
	f.Errors = nil
	if len(found) > 0 {
		f.Errors = &Errors{Items: found}
	}
}
