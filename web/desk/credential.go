package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

type credentialView struct {
	Badge    page.Badge
	Rows     []page.Row
	Files    page.Table
	Link     page.Copy
	LinkText string
	Claim    page.Badge
	Held     bool       // it is in an account
	SendText string     // what to know before
	Send     *page.Form // nil where it is in an account or withdrawn, or not allowed
	Letters  *page.Act  // to the mailbox of a demonstration, where the letter is
	History  page.Table
	Acts     []page.Act
	Methods  page.Table
	Outcomes []page.Fold
	More     []page.Row
	Back     page.Act
}

func (p *Awards) credential(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ReadCredentials)
	if err != nil {
		return err
	}
	var notices []page.Notice
	switch r.URL.Query().Get("done") {
	case "sealed":
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.credential.done.sealed"), Text: at.loc.T("desk.credential.done.sealed.text"), Act: p.c.Site.Letters(r)})
	case "changed":
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.credential.done.changed"), Text: at.loc.T("desk.credential.done.changed.text"), Act: p.c.Site.Letters(r)})
	case "sent":
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.credential.done.sent"), Act: p.c.Site.Letters(r)})
	case "known":
		notices = append(notices, page.Notice{Title: at.loc.T("desk.credential.done.known")})
	}
	return p.showCredential(w, r, at, http.StatusOK, nil, notices...)
}

// showCredential shows one credential; send is a form that was refused.
func (p *Awards) showCredential(w http.ResponseWriter, r *http.Request, at place, code int, send *page.Form, notices ...page.Notice) error {
	record, err := p.c.Desk.Record(r.Context(), at.actor, at.body, at.id)
	if fault.KindOf(err) == fault.NotFound {
		if _, err := p.c.Desk.Award(r.Context(), at.actor, at.body, at.id); err == nil { // not sealed yet
			page.SeeOther(w, r, at.to(at.result()))
			return nil
		}
	}
	if err != nil {
		return err
	}
	aw, link := record.Award, record.Printed
	res, err := aw.Result()
	if err != nil {
		return err
	}
	v := credentialView{
		Badge: standingBadge(at.loc, aw.Standing), Rows: at.decision(res), Files: at.files(record.Files),
		Claim: claimBadge(at.loc, aw.Holder != "", aw.Email != "", !aw.ForgottenAt.IsZero()), Held: aw.Holder != "",
		History: at.history(record), Methods: at.methods(res), Outcomes: at.outcomes(res), More: at.more(res, aw),
		Back: page.Act{Label: at.loc.T("desk.credentials.back"), Href: at.to(at.credentials()), Quiet: true},
	}
	v.Link = page.Copy{ID: "link", Label: at.loc.T("desk.credential.link"), Value: link.URL, Hint: at.loc.T("desk.credential.link.hint")}
	if !link.Open {
		v.LinkText = at.loc.T("desk.credential.link.off")
	}
	if aw.Holder == "" && aw.Standing != status.Revoked && p.can(at, access.SealCredentials) {
		if v.Send = send; send == nil {
			v.Send = sendForm(at, aw.Email, aw.Lang, res)
		}
	}
	if aw.Holder == "" && aw.Email != "" {
		v.Letters = p.c.Site.Letters(r)
	}
	if !aw.ForgottenAt.IsZero() {
		v.SendText = at.loc.T("desk.credential.forgotten", "Date", at.loc.Date(aw.ForgottenAt))
	}
	if p.can(at, access.RevokeCredentials) {
		for _, c := range changesFrom(aw.Standing) {
			v.Acts = append(v.Acts, page.Act{
				Label: at.loc.T("desk.credential." + c), Href: at.to(at.credential() + "/" + c), Quiet: true, Grave: c == "revoke",
			})
		}
	}
	return p.c.Site.Show(w, r, "credential", code, page.Content{
		Title: res.Candidate.Name(), Main: v, Wide: true, Notices: notices, Again: at.credential(),
	})
}

// changesFrom are the changes that are possible from a State.
func changesFrom(s status.State) []string {
	switch s {
	case status.Valid:
		return []string{"suspend", "revoke"}
	case status.Suspended:
		return []string{"reinstate", "revoke"}
	}
	return nil
}

// targets says what a change leads to.
var targets = map[string]status.State{"revoke": status.Revoked, "suspend": status.Suspended, "reinstate": status.Valid}

// became says what a change to a State was.
var became = map[status.State]string{
	status.Valid: "desk.credential.became.valid", status.Suspended: "desk.credential.became.suspended", status.Revoked: "desk.credential.became.revoked",
}

func (at place) files(files []award.FileInfo) page.Table {
	t := page.Table{
		Caption: at.loc.T("desk.credential.files"), Hide: true,
		Columns: []page.Column{{Label: at.loc.T("desk.credential.file")}, {Label: at.loc.T("desk.credential.for")}, {}},
	}
	for _, f := range files {
		name, use := at.loc.T("desk.credential.form."+f.Kind), at.loc.T("desk.credential.use."+f.Kind)
		if lang, ok := strings.CutPrefix(f.Kind, "pdf-"); ok {
			name = at.loc.T("desk.credential.form.pdf", "Language", languageName(at.loc, lang))
			use = at.loc.T("desk.credential.use.pdf")
		}
		t.Lines = append(t.Lines, page.Line{
			{Text: name, Small: f.Name}, {Text: use},
			{Acts: []page.Act{{Label: at.loc.T("desk.credential.download"), About: name, Href: at.credential() + "/files/" + f.Kind, Quiet: true, Small: true}}},
		})
	}
	return t
}

// history says what became of the credential and of the address of its letter, the
// latest first, and who did it.
func (at place) history(r award.Record) page.Table {
	t := page.Table{
		Caption: at.loc.T("desk.credential.history"), Hide: true,
		Columns: []page.Column{
			{Label: at.loc.T("desk.credential.what")}, {Label: at.loc.T("desk.result.when")},
			{Label: at.loc.T("desk.credential.by")}, {Label: at.loc.T("desk.credential.why")},
		},
	}
	type event struct {
		at   time.Time
		line page.Line
	}
	var all []event
	add := func(when time.Time, what page.Cell, by string, why page.Cell) {
		all = append(all, event{when, page.Line{what, {Text: moment(at.loc, when)}, {Text: by}, why}})
	}
	add(r.Award.SealedAt, page.Cell{Text: at.loc.T("desk.credential.sealed")}, at.doer(r.Award.SealedBy, r.Doers[r.Award.SealedBy]), page.Cell{})
	for _, c := range r.Changes {
		badge := standingBadge(at.loc, c.To)
		badge.Text = at.loc.T(became[c.To])
		add(c.At, page.Cell{Badge: &badge}, at.doer(c.By, r.Doers[c.By]),
			page.Cell{Text: at.loc.T("desk.credential.reason." + string(c.Reason)), Small: c.Note})
	}
	for _, c := range r.Addresses {
		add(c.At, page.Cell{Text: at.loc.T("desk.result.address." + string(c.What))}, at.doer(c.By, c.Doer), page.Cell{})
	}
	if when := r.Award.ForgottenAt; !when.IsZero() { // by whose account it was, whom nobody names here
		add(when, page.Cell{Text: at.loc.T("desk.credential.history.forgotten")}, "", page.Cell{})
	}
	slices.SortStableFunc(all, func(a, b event) int { return b.at.Compare(a.at) })
	for _, e := range all {
		t.Lines = append(t.Lines, e.line)
	}
	return t
}

func (p *Awards) file(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ReadCredentials)
	if err != nil {
		return err
	}
	if err := page.Patient(w, patience); err != nil {
		return err
	}
	f, err := page.InTurn(r.Context(), p.turns, func(ctx context.Context) (award.File, error) {
		return p.c.Desk.File(ctx, at.actor, at.body, at.id, chi.URLParam(r, "kind"))
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
	page.Write(w, r, http.StatusOK, f.MediaType, f.Bytes)
	return nil
}

func sendForm(at place, email, lang string, res assessment.Result) *page.Form {
	if lang == "" && len(res.Languages) > 0 {
		lang = res.Languages[0]
	}
	s := &page.Select{Name: "lang", Label: at.loc.T("desk.result.lang")}
	for _, l := range i18n.Languages {
		s.Options = append(s.Options, page.Option{Value: l, Label: languageName(at.loc, l), Chosen: l == lang})
	}
	return &page.Form{ID: "send", Action: at.credential() + "/send", Submit: at.loc.T("desk.credential.send"), Controls: []page.Control{
		&page.Field{Name: "email", Label: at.loc.T("desk.result.email"), Type: "email", Autocomplete: "off", Value: email, Max: 254}, s,
	}}
}

func (p *Awards) send(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.SealCredentials)
	if err != nil {
		return err
	}
	in, err := p.c.Site.ReadForm(w, r, 16<<10)
	if err != nil {
		return err
	}
	err = p.c.Desk.SendClaim(r.Context(), at.actor, at.body, at.id, in.Text("email"), in.Text("lang"))
	if err == nil {
		page.SeeOther(w, r, at.to(at.credential()+"?done=sent"))
		return nil
	}
	form := sendForm(at, in.Text("email"), in.Text("lang"), assessment.Result{})
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Invalid {
		err = fault.List{{Path: "$.email", Key: e.Public, Args: e.Args}}
	}
	if !form.Fail(err, at.loc) {
		return err
	}
	return p.showCredential(w, r, at, page.RefusalOf(err).Status, form)
}

type changeView struct {
	Lead   string
	Points []string
	Form   *page.Form
}

func (p *Awards) askChange(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.RevokeCredentials)
	if err != nil {
		return err
	}
	change := chi.URLParam(r, "change")
	return p.showChange(w, r, at, http.StatusOK, change, changeForm(at, change, "", ""))
}

func changeForm(at place, change, reason, note string) *page.Form {
	c := &page.Choice{Name: "reason", Label: at.loc.T("desk.credential.reason"), Hint: at.loc.T("desk.credential.reason.hint")}
	for _, why := range issuer.Reasons(targets[change]) {
		c.Options = append(c.Options, page.Option{
			Value: string(why), Label: at.loc.T("desk.credential.reason." + string(why)), Chosen: string(why) == reason,
		})
	}
	return &page.Form{
		ID: "change", Action: at.credential() + "/" + change, Submit: at.loc.T("desk.credential." + change), Grave: change == "revoke",
		Controls: []page.Control{
			c, &page.Area{Name: "note", Label: at.loc.T("desk.credential.note"), Hint: at.loc.T("desk.credential.note.hint"), Value: note, Optional: true, Rows: 3, Max: award.MaxNote},
		},
		Back: &page.Act{Label: at.loc.T("desk.credential.leave"), Href: at.to(at.credential()), Quiet: true},
	}
}

func (p *Awards) showChange(w http.ResponseWriter, r *http.Request, at place, code int, change string, form *page.Form) error {
	aw, err := p.c.Desk.Award(r.Context(), at.actor, at.body, at.id)
	if err != nil {
		return err
	}
	if aw.State != award.Sealed || !slices.Contains(changesFrom(aw.Standing), change) {
		return fault.New(fault.Conflict, "desk.credential.impossible", nil)
	}
	v := changeView{
		Lead:   at.loc.T("desk.credential."+change+".lead", "Name", aw.Summary.Name, "Title", at.in(aw.Summary.Title)),
		Points: []string{at.loc.T("desk.credential." + change + ".effect"), at.loc.T("desk.credential.public"), at.loc.T("desk.credential.told")},
		Form:   form,
	}
	return p.c.Site.Show(w, r, "change", code, page.Content{Title: at.loc.T("desk.credential." + change + ".title"), Main: v, Again: at.credential() + "/" + change})
}

func (p *Awards) change(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.RevokeCredentials)
	if err != nil {
		return err
	}
	in, err := p.c.Site.ReadForm(w, r, 16<<10)
	if err != nil {
		return err
	}
	change := chi.URLParam(r, "change")
	err = p.c.Desk.Change(r.Context(), at.actor, at.body, at.id, targets[change], issuer.Reason(in.Text("reason")), in.Lines("note"))
	if err == nil {
		page.SeeOther(w, r, at.to(at.credential()+"?done=changed"))
		return nil
	}
	form := changeForm(at, change, in.Text("reason"), in.Lines("note"))
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Invalid {
		field := "$.reason"
		if e.Public == "award.note.long" {
			field = "$.note"
		}
		err = fault.List{{Path: field, Key: e.Public, Args: e.Args}}
	}
	if !form.Fail(err, at.loc) {
		return err
	}
	return p.showChange(w, r, at, page.RefusalOf(err).Status, change, form)
}
