package mine

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

type credentialsView struct {
	Cards []page.Card
	Empty *page.Empty
}

func (p *Pages) credentials(w http.ResponseWriter, r *http.Request) error {
	q := page.RequestOf(r)
	all, err := p.cfg.Credentials.Mine(r.Context(), p.cfg.Actor(r))
	if err != nil {
		return err
	}
	var view credentialsView
	if len(all) == 0 {
		view.Empty = &page.Empty{Title: q.Loc.T("mine.credentials.empty"), Text: q.Loc.T("mine.credentials.empty.text")}
	}
	for _, c := range all {
		view.Cards = append(view.Cards, credentialCard(q, c))
	}
	return p.site.Show(w, r, "credentials", http.StatusOK, page.Content{Title: q.Loc.T("mine.credentials.title"), Main: view, Notices: done(r)})
}

func in(q page.Request, t assessment.Text) string {
	text, _ := t.In(q.Loc.Lang())
	return text
}

func credentialCard(q page.Request, c award.Credential) page.Card {
	state := standing(q, c.State)
	return page.Card{
		Title: in(q, c.Title), Href: q.To("/me/credentials/" + string(c.ID)), Badge: &state,
		Text: q.Loc.T("mine.credential.by", "Body", in(q, c.BodyName), "Day", q.Loc.Date(c.Awarded)),
	}
}

// standing says in a word how it stands with a credential.
func standing(q page.Request, s status.State) page.Badge {
	switch s {
	case status.Valid:
		return page.Badge{Tone: page.Good, Text: q.Loc.T("mine.credential.valid")}
	case status.Suspended:
		return page.Badge{Tone: page.Open, Text: q.Loc.T("mine.credential.suspended")}
	}
	return page.Badge{Tone: page.Bad, Text: q.Loc.T("mine.credential.revoked")}
}

type credentialView struct {
	Badge    page.Badge
	Changed  *page.Notice
	Meaning  string // what that means for the holder, and whom to ask; empty while it is valid
	Rows     []page.Row
	PDFs     []page.Act
	Europass *page.Act
	Steps    []string
	Files    page.Table
	Printed  *linkView
	Links    []linkView
	NewLink  *page.Act // nil: it is not the time to show it to others
	Says     string    // what whoever follows a link reads, where that is not that it is valid
}

// A linkView is a link with what its holder can do with it.
type linkView struct {
	Copy  page.Copy
	Badge page.Badge
	Rows  []page.Row
	Looks *page.Fold
	Act   *page.Act
}

func credentialID(r *http.Request) assessment.ResultID {
	return assessment.ResultID(chi.URLParam(r, "id"))
}

func (p *Pages) credential(w http.ResponseWriter, r *http.Request) error {
	q, a := page.RequestOf(r), p.cfg.Actor(r)
	c, err := p.cfg.Credentials.MyCredential(r.Context(), a, credentialID(r))
	if err != nil {
		return err
	}
	links, err := p.cfg.Credentials.MyLinks(r.Context(), a, c.ID)
	if err != nil {
		return err
	}
	at := "/me/credentials/" + string(c.ID)
	view := credentialView{Badge: standing(q, c.State), Rows: p.credentialRows(q, c)}
	if c.State == status.Valid {
		view.NewLink = &page.Act{Label: q.Loc.T("mine.link.new"), Href: q.To(at + "/links"), Quiet: true}
		view.Steps = lines(q.Loc.T("mine.europass.steps"))
	} else {
		view.fallen(q, c)
	}
	view.files(q, at, c)
	for n, l := range links {
		v := viewLink(q, at, n, l)
		if l.Open && c.State != status.Valid {
			v.Badge.Tone = view.Badge.Tone
			v.Rows = append(v.Rows, page.Row{Name: "says", Label: q.Loc.T("mine.link.says"), Value: view.Says})
		}
		if l.Printed {
			view.Printed = &v
			continue
		}
		view.Links = append(view.Links, v)
	}
	notices := done(r)
	if r.URL.Query().Get("done") == "link" {
		notices[0].Text = newestLink(links)
	}
	return p.site.Show(w, r, "credential", http.StatusOK, page.Content{Title: in(q, c.Title), Main: view, Notices: notices, Wide: true})
}

// newestLink is the address of the link that was made last and is open; empty where
// there is none.
func newestLink(links []award.Link) (address string) {
	var made time.Time
	for _, l := range links {
		if l.Open && !l.Printed && !l.Created.Before(made) {
			address, made = l.URL, l.Created
		}
	}
	return address
}

// fallen tells what happened to a credential that does not stand, what that means, and
// whom to ask. Nothing on its page may then look like a success.
func (v *credentialView) fallen(q page.Request, c award.Credential) {
	word := stateName(c.State)
	v.Changed = &page.Notice{
		Tone: v.Badge.Tone, Title: q.Loc.T("mine.credential." + word + ".title"),
		Text: q.Loc.T("mine.credential."+word+".text", "Day", q.Loc.Date(c.Changed), "Body", in(q, c.BodyName)),
	}
	v.Meaning, v.Says = q.Loc.T("mine.credential."+word+".means"), q.Loc.T("page.verdict."+word)
	if c.Reason != "" {
		v.Rows = append(v.Rows, page.Row{Name: "reason", Label: q.Loc.T("mine.credential.reason"), Value: q.Loc.T("mine.reason." + string(c.Reason))})
	}
	ask := page.Row{Name: "ask", Label: q.Loc.T("mine.credential.ask"), Values: []string{in(q, c.BodyName)}}
	for _, way := range []string{c.BodyEmail, c.BodyHomepage} {
		if way != "" {
			ask.Values = append(ask.Values, way)
		}
	}
	v.Rows = append(v.Rows, ask)
}

func (p *Pages) credentialRows(q page.Request, c award.Credential) []page.Row {
	rows := []page.Row{
		{Name: "name", Label: q.Loc.T("mine.credential.name"), Value: c.Name},
		{Name: "body", Label: q.Loc.T("mine.credential.body"), Value: in(q, c.BodyName)},
		{Name: "awarded", Label: q.Loc.T("mine.credential.awarded"), Value: q.Loc.Date(c.Awarded)},
	}
	until := page.Row{Name: "until", Label: q.Loc.T("mine.credential.validity"), Value: q.Loc.T("mine.credential.noEnd")}
	if !c.Until.IsZero() {
		until.Label, until.Value = q.Loc.T("mine.credential.until"), q.Loc.Date(c.Until)
	}
	rows = append(rows, until)
	if c.Number != "" {
		rows = append(rows, page.Row{Name: "number", Label: q.Loc.T("mine.credential.number"), Value: c.Number, Code: true})
	}
	if c.Evidence != nil {
		rows = append(rows, page.Row{Name: "evidence", Label: q.Loc.T("mine.credential.evidence"), Value: q.Loc.T("mine.credential.evidence.yes")})
	}
	return rows
}

// files puts the files of a credential where they belong: certificates to print,
// the file for Europass, and the other forms.
func (v *credentialView) files(q page.Request, at string, c award.Credential) {
	v.Files = page.Table{Caption: q.Loc.T("mine.files.other"), Hide: true, Columns: []page.Column{{Label: q.Loc.T("mine.files.for")}, {}}}
	for _, f := range c.Files {
		href := at + "/files/" + f.Kind
		lang, pdf := strings.CutPrefix(f.Kind, "pdf-")
		switch {
		case pdf:
			v.PDFs = append(v.PDFs, page.Act{Label: certificateIn(q, lang), Href: href, Quiet: lang != q.Loc.Lang() || c.State != status.Valid})
		case f.Kind == "edc" && c.State == status.Valid:
			v.Europass = &page.Act{Label: q.Loc.T("mine.europass.file"), Href: href}
		default:
			v.Files.Lines = append(v.Files.Lines, page.Line{
				{Text: purposeOf(q, f.Kind), Small: f.Name},
				{Acts: []page.Act{{Label: q.Loc.T("mine.item.download"), About: f.Name, Href: href, Quiet: true, Small: true}}},
			})
		}
	}
}

func certificateIn(q page.Request, lang string) string {
	switch lang {
	case "en":
		return q.Loc.T("mine.pdf.en")
	case "fr":
		return q.Loc.T("mine.pdf.fr")
	case "de":
		return q.Loc.T("mine.pdf.de")
	}
	return q.Loc.T("mine.pdf", "Language", strings.ToUpper(lang))
}

// purposeOf says in plain words what a form is good for.
func purposeOf(q page.Request, kind string) string {
	switch kind {
	case "edc":
		return q.Loc.T("mine.form.edc")
	case "vc-di":
		return q.Loc.T("mine.form.vc-di")
	case "vc-jwt":
		return q.Loc.T("mine.form.vc-jwt")
	case "sd-jwt":
		return q.Loc.T("mine.form.sd-jwt")
	case "ob3":
		return q.Loc.T("mine.form.ob3")
	case "qr":
		return q.Loc.T("mine.form.qr")
	}
	return kind
}

func viewLink(q page.Request, at string, n int, l award.Link) linkView {
	made := clockTime(q, l.Created)
	v := linkView{
		Copy:  page.Copy{ID: "link-" + strconv.Itoa(n), Label: q.Loc.T("mine.link.address", "Made", made), Value: l.URL},
		Badge: page.Badge{Tone: page.Good, Text: q.Loc.T("mine.link.open")},
	}
	if l.Printed {
		v.Copy.Label = q.Loc.T("mine.printed")
	}
	about := made
	if l.Note != "" {
		v.Copy.Label, about = q.Loc.T("mine.link.named", "Note", l.Note), l.Note
		v.Rows = append(v.Rows, page.Row{Name: "made", Label: q.Loc.T("mine.link.made"), Value: made})
	}
	ends := q.Loc.T("mine.link.noEnd")
	if !l.Closes.IsZero() {
		ends = clockTime(q, lastDay(l.Closes))
	}
	v.Rows = append(v.Rows,
		page.Row{Name: "closes", Label: q.Loc.T("mine.link.closes"), Value: ends},
		page.Row{Name: "looked", Label: q.Loc.T("mine.link.looked"), Value: q.Loc.T("mine.link.times", "Count", l.Looked)})
	switch {
	case l.Printed && l.Off:
		v.Badge = page.Badge{Tone: page.Bad, Text: q.Loc.T("mine.link.off")}
		v.Act = &page.Act{Label: q.Loc.T("mine.link.switchOn"), Href: q.To(at + "/printed/on"), Quiet: true, Small: true}
	case l.Printed:
		v.Act = &page.Act{Label: q.Loc.T("mine.link.switchOff"), Href: q.To(at + "/printed/off"), Quiet: true, Small: true, Grave: true}
	case !l.Closed.IsZero():
		v.Badge = page.Badge{Text: q.Loc.T("mine.link.closed")}
	case !l.Open:
		v.Badge = page.Badge{Text: q.Loc.T("mine.release.over")}
	default:
		v.Act = &page.Act{Label: q.Loc.T("mine.link.close"), About: about, Href: q.To(at + "/links/" + l.ID + "/close"), Quiet: true, Small: true, Grave: true}
	}
	if len(l.Looks) > 0 {
		v.Looks = &page.Fold{Title: q.Loc.T("mine.link.looks")}
		for _, look := range l.Looks {
			v.Looks.Rows = append(v.Looks.Rows, page.Row{Label: clockTime(q, look.Hour), Value: q.Loc.T("mine.link.times", "Count", look.Count)})
		}
	}
	return v
}

func (p *Pages) credentialFile(w http.ResponseWriter, r *http.Request) error {
	f, err := p.cfg.Credentials.MyFile(r.Context(), p.cfg.Actor(r), credentialID(r), chi.URLParam(r, "kind"))
	if err != nil {
		return err
	}
	return p.download(w, r, attachment(f.Name), f.MediaType, int64(len(f.Bytes)), bytes.NewReader(f.Bytes))
}
