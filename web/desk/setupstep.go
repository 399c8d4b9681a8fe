package desk

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

// A step is one page of the set-up, with one form.
type step struct {
	name     string   // in its address and its messages
	paths    []string // beginnings of the paths of the members that it asks for
	needed   bool     // without it nothing is sealed
	pictures bool     // certificates show what it asks for

	// controls are the form, filled in with the profile of the sheet.
	controls func(*sheet) []page.Control
	// take puts what was typed into the profile of the sheet, well-formed or not,
	// so that controls show it again. It gives the faults that the profile cannot
	// show.
	take func(*sheet, *page.Input) fault.List
	// field names the field that the path of a fault is about.
	field func(s *sheet, path string) string
}

// steps are all steps with a form, in their order.
func steps() []step {
	return []step{
		{
			name: "who", needed: true, pictures: true, controls: whoControls, take: takeWho, field: whoField,
			paths: []string{"$.legalName", "$.identifier", "$.country", "$.languages", "$.address", "$.locality", "$.homepage", "$.email"},
		},
		{
			name: "look", pictures: true, controls: lookControls, take: takeLook, field: lookField,
			paths: []string{"$.logo", "$.colours", "$.signatory", "$.place", "$.support"},
		},
		{
			name: "recognition", needed: true, pictures: true, controls: recognitionControls, take: takeRecognition, field: recognitionField,
			paths: []string{"$.accreditations"},
		},
		{name: "mail", controls: mailControls, take: takeMail, field: mailField, paths: []string{"$.mail"}},
	}
}

// has tells whether a step asks for the member at a path.
func (st step) has(path string) bool {
	return slices.ContainsFunc(st.paths, func(p string) bool { return strings.HasPrefix(path, p) })
}

// after is the step that follows.
func (st step) after() string {
	all := steps()
	i := slices.IndexFunc(all, func(other step) bool { return other.name == st.name })
	if i+1 < len(all) {
		return all[i+1].name
	}
	return sealStep
}

// A sheet is one step as it lies before somebody.
type sheet struct {
	place
	p       body.Profile
	kept    body.Profile // before anything was typed
	version string       // of the profile as it is kept
	was     string       // the version that was typed into; empty where that is the same
	called  string       // what the body is called while it has no legal name
	in      *page.Input  // what was typed; nil: nothing yet
	rename  string       // whom the seal in use names, where that is to be confirmed
	entry   int          // which accreditation; one more than there are is a new one
	keep    string       // a logo that was chosen and is not kept yet, as base64
}

// langs are the languages of certificates; before any is chosen, that of the reader.
func (s *sheet) langs() []string {
	if len(s.p.Languages) > 0 {
		return s.p.Languages
	}
	return []string{s.loc.Lang()}
}

// sheetOf lays a step out as it is kept.
func (a *Admin) sheetOf(ctx context.Context, at place) (*sheet, error) {
	s := &sheet{place: at}
	var err error
	if s.p, s.version, err = a.c.Bodies.BodyVersion(ctx, at.body); err != nil {
		return nil, err
	}
	s.called, err = a.name(ctx, at, s.p)
	return s, err
}

// form is the form of a step.
func (s *sheet) form(st step) *page.Form {
	f := &page.Form{
		ID: st.name, Action: s.setup() + "/" + st.name, Files: st.name == "look", Controls: st.controls(s),
		With: []page.Hidden{{Name: "was", Value: cmp.Or(s.was, s.version)}}, Submit: s.loc.T("desk.setup.save"),
	}
	if st.name == "recognition" {
		f.With = append(f.With, page.Hidden{Name: "entry", Value: entryName(s)})
	}
	if s.keep != "" {
		f.With = append(f.With, page.Hidden{Name: "logo-kept", Value: s.keep})
	}
	return f
}

type stepView struct {
	Lead    string
	Where   string // "Step 2 of 5"
	All     string // path of the overview
	Form    *page.Form
	Live    string        // where the script asks for pictures of what is typed; empty: there are none
	Preview *previewView  // nil: certificates do not show this step
	Now     []page.Row    // after a conflict: what is kept now, where it differs
	Entries []page.Card   // accreditations that are there
	Another *page.Act     // leads to the form for one more of them
	Buttons []page.Hidden // further ways to send the form: value of "do" and label
}

func (a *Admin) stepView(s *sheet, st step) stepView {
	i := slices.IndexFunc(steps(), func(other step) bool { return other.name == st.name })
	v := stepView{
		Lead: s.loc.T("desk.setup." + st.name + ".lead"), All: s.to(s.setup()), Form: s.form(st),
		Where: s.loc.T("desk.setup.where", "Number", i+1, "Of", len(steps())+1),
	}
	if st.pictures {
		v.Live = s.setup() + "/" + st.name + "/preview"
		v.Preview = s.asKept()
	}
	switch st.name {
	case "recognition":
		v.Entries, v.Another = s.entries(), s.another()
	case "mail":
		v.Buttons = []page.Hidden{{Name: "try", Value: s.loc.T("desk.setup.mail.try")}}
	}
	return v
}

func (a *Admin) showStep(st step) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		at, err := a.see(r, access.EditBody)
		if err != nil {
			return err
		}
		s, err := a.sheetOf(r.Context(), at)
		if err != nil {
			return err
		}
		s.chooseEntry(r.URL.Query().Get("entry"))
		var notices []page.Notice
		switch r.URL.Query().Get("done") {
		case "saved":
			notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.setup.done.saved")})
		case "removed":
			notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.setup.done.removed")})
		case "tried":
			notices = append(notices, page.Notice{
				Tone: page.Good, Title: at.loc.T("desk.setup.done.tried"), Text: at.loc.T("desk.setup.done.tried.text"),
				Act: &page.Act{Label: at.loc.T("desk.setup.mail.outbox"), Href: at.to(at.home() + "/mail"), Quiet: true, Small: true},
			})
		}
		if n, err := a.sealed(s, st); err != nil {
			return err
		} else if n != nil {
			notices = append(notices, *n)
		}
		return a.step(w, r, s, st, http.StatusOK, a.stepView(s, st), notices...)
	}
}

// step writes the page of a step.
func (a *Admin) step(w http.ResponseWriter, r *http.Request, s *sheet, st step, status int, v stepView, notices ...page.Notice) error {
	if st.pictures {
		allowDrawn(w)
	}
	return a.c.Site.Show(w, r, "setupstep", status, page.Content{
		Title: s.loc.T("desk.setup.step." + st.name), Main: v, Notices: notices, Wide: st.pictures, Again: s.setup() + "/" + st.name,
	})
}

// sealed warns before the name is changed that a seal stands for.
func (a *Admin) sealed(s *sheet, st step) (*page.Notice, error) {
	if st.name != "who" {
		return nil, nil
	}
	state, err := a.state(s.body, s.p)
	if err != nil || !state.Ready() {
		return nil, err
	}
	return &page.Notice{Tone: page.Open, Title: s.loc.T("desk.setup.who.sealed"), Text: s.loc.T("desk.setup.who.sealed.text", "Name", state.Owner.LegalName)}, nil
}

// mayRename asks for a word more before a change by which the seal of an authority
// no longer fits: nothing can be sealed from then on.
func (a *Admin) mayRename(s *sheet) error {
	owner, err := a.parts(s.body, s.kept, s.p)
	if err != nil || owner == "" {
		return err
	}
	if s.rename = owner; s.in.Text("renaming") != "" {
		return nil
	}
	return fault.List{{Path: "$.renaming", Key: "desk.setup.renaming", Args: map[string]any{"Name": owner}}}
}

// parts tells whether a change of a profile parts it from the seal of an authority
// that is in use, and whom that names; empty: it does not.
func (a *Admin) parts(id access.BodyID, was, to body.Profile) (owner string, err error) {
	before, err := a.state(id, was)
	if err != nil || before.Trial || !before.Ready() {
		return "", err
	}
	after, err := a.state(id, to)
	if err != nil || after.Standing != body.DoesNotFit {
		return "", err
	}
	return before.Owner.LegalName, nil
}

// maxStep is how many bytes a form of the set-up may have. A logo that is far too
// large is still read, so that the page can say so and keep what was typed.
const maxStep = 8 << 20

// typed reads the form of a step onto the profile as it is kept, and gives the
// faults of this step, each with the name of its field.
func (a *Admin) typed(w http.ResponseWriter, r *http.Request, at place, st step) (*sheet, fault.List, error) {
	in, err := a.c.Site.ReadForm(w, r, maxStep)
	if err != nil {
		return nil, nil, err
	}
	s, err := a.sheetOf(r.Context(), at)
	if err != nil {
		return nil, nil, err
	}
	s.chooseEntry(in.Text("entry"))
	s.was = in.Text("was")
	return s, s.fill(st, in), nil
}

// fill puts what was typed onto the sheet.
func (s *sheet) fill(st step, in *page.Input) fault.List {
	s.in, s.kept = in, s.p
	faults := st.take(s, in)
	for _, f := range s.p.CheckDraft() {
		if st.has(f.Path) {
			f.Path = "$." + st.field(s, f.Path)
			faults = append(faults, f)
		}
	}
	return faults
}

func (a *Admin) saveStep(st step) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		at, err := a.at(r, access.EditBody)
		stale := errors.Is(err, access.ErrStale) && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/")
		if err != nil && !stale {
			return err
		}
		s, faults, err := a.typed(w, r, at, st)
		if err != nil {
			return err
		}
		if stale {
			return a.askOnce(w, r, s, st, faults)
		}
		if err = faults.Err(); err == nil {
			err = a.mayRename(s)
		}
		if err == nil {
			err = a.c.Bodies.KeepProfile(r.Context(), at.body, s.p, cmp.Or(s.was, s.version))
		}
		if err == nil {
			return a.saved(w, r, s, st)
		}
		var kept *sheet
		if fault.KindOf(err) == fault.Conflict {
			// The form is laid on what is kept now: sent once more, it changes that.
			if kept, err = a.again(r.Context(), s, st, err); err != nil && kept == nil {
				return err
			}
		}
		v := a.stepView(s, st)
		if !v.Form.Fail(err, at.loc) {
			return err
		}
		if kept != nil {
			v.Now = differences(kept.form(st).Controls, v.Form.Controls, at.loc)
		}
		return a.step(w, r, s, st, page.RefusalOf(err).Status, v)
	}
}

// askOnce shows a form with files once more, as one that can wait while somebody shows
// who they are: files cannot, so a logo goes along as text, unless it is too large.
func (a *Admin) askOnce(w http.ResponseWriter, r *http.Request, s *sheet, st step, faults fault.List) error {
	text := "desk.setup.stale.text"
	if len(s.keep) > maxWaits {
		s.p.Logo, s.keep, text = s.kept.Logo, "", "desk.setup.stale.logo"
	}
	v := a.stepView(s, st)
	_ = v.Form.Fail(faults.Err(), s.loc) // they are told when it is saved, too
	v.Form.Files = false
	for _, c := range v.Form.Controls {
		if g, ok := c.(*page.Group); ok {
			g.Controls = slices.DeleteFunc(g.Controls, func(c page.Control) bool { _, file := c.(*page.File); return file })
		}
	}
	return a.step(w, r, s, st, http.StatusConflict, v, page.Notice{Tone: page.Open, Title: s.loc.T("desk.setup.stale"), Text: s.loc.T(text)})
}

// maxWaits is how long a logo may be as text in a form that waits: see session.Ask.
const maxWaits = 48 << 10

// again lays what was typed on the profile as it is kept now, and gives that
// profile beside it. The error is the one that was given, or a new one with no
// sheet.
func (a *Admin) again(ctx context.Context, s *sheet, st step, conflict error) (*sheet, error) {
	kept, err := a.sheetOf(ctx, s.place)
	if err != nil {
		return nil, err
	}
	kept.entry = min(s.entry, len(kept.p.Accreditations))
	fresh := *kept
	fresh.p.Accreditations = slices.Clone(kept.p.Accreditations)
	_ = fresh.fill(st, s.in) // its faults are told when it is saved
	*s = fresh
	return kept, conflict
}

// saved leads on after a step was kept.
func (a *Admin) saved(w http.ResponseWriter, r *http.Request, s *sheet, st step) error {
	path := s.setup() + "/" + st.after()
	switch {
	case s.in.Text("do") == "try":
		if err := a.try(r.Context(), s.place); err != nil {
			notice, ok := refusal(r, err, "desk.mail.try.not")
			if !ok {
				return err
			}
			status := page.RefusalOf(err).Status
			if s, err = a.sheetOf(r.Context(), s.place); err != nil {
				return err
			}
			return a.step(w, r, s, st, status, a.stepView(s, st), notice)
		}
		path = s.setup() + "/" + st.name + "?done=tried"
	case st.name == "who":
		state, err := a.state(s.body, s.p)
		if err != nil {
			return err
		}
		if state.Standing == body.DoesNotFit {
			path = s.setup() + "/" + sealStep + "?done=renamed"
		}
	case st.name == "recognition" && s.in.Text("entry") != "0" && len(s.p.Accreditations) > 1: // after the first one it goes on
		path = s.setup() + "/" + st.name + "?done=saved"
	}
	page.SeeOther(w, r, s.to(path))
	return nil
}

// differences are the fields in which two states of a form differ, as the first
// has them.
func differences(kept, typed []page.Control, loc i18n.Localizer) []page.Row {
	now, then := values(kept, loc), values(typed, loc)
	var rows []page.Row
	for _, row := range now {
		i := slices.IndexFunc(then, func(other page.Row) bool { return other.Name == row.Name })
		if i < 0 || then[i].Value != row.Value {
			rows = append(rows, row)
		}
	}
	return rows
}

// values are what stands in controls, as people read it.
func values(controls []page.Control, loc i18n.Localizer) []page.Row {
	var rows []page.Row
	chosen := func(options []page.Option) string {
		var all []string
		for _, o := range options {
			if o.Chosen {
				all = append(all, o.Label)
			}
		}
		return strings.Join(all, ", ")
	}
	for _, c := range controls {
		var row page.Row
		switch c := c.(type) {
		case *page.Group:
			rows = append(rows, values(c.Controls, loc)...)
			continue
		case *page.Field:
			row = page.Row{Name: c.Name, Label: c.Label, Value: c.Value}
		case *page.Select:
			row = page.Row{Name: c.Name, Label: c.Label, Value: chosen(c.Options)}
		case *page.Choice:
			row = page.Row{Name: c.Name, Label: c.Label, Value: chosen(c.Options)}
		default:
			continue
		}
		row.Value = cmp.Or(row.Value, loc.T("desk.setup.nothing"))
		rows = append(rows, row)
	}
	return rows
}

// try sends a letter to the person who asks, in the name of the body.
func (a *Admin) try(ctx context.Context, at place) error {
	if err := at.actor.May(access.ResendMail, at.body, a.c.Now()); err != nil {
		return err
	}
	if at.actor.Person == "" {
		return errors.New("a test mail for nobody")
	}
	p, err := a.c.Letters.PersonByID(ctx, at.actor.Person)
	if err != nil {
		return err
	}
	_, err = a.c.Letters.TryMail(ctx, string(at.body), p.Email, at.loc.Lang())
	return err
}
