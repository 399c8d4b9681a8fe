package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/web/page"
)

// Letters keeps the outbox.
type Letters interface {
	Letters(context.Context, mail.Filter) ([]mail.Entry, error)
	// Letter gives a letter of a body; with an empty body, any.
	Letter(ctx context.Context, body string, id mail.LetterID) (mail.Entry, error)
	ResendLetter(ctx context.Context, body string, id mail.LetterID) (mail.LetterID, error)
	TryMail(ctx context.Context, body, to, lang string) (mail.LetterID, error)
	PersonByID(context.Context, access.PersonID) (access.Person, error)
}

// OutboxConfig says what an Outbox stands on.
type OutboxConfig struct {
	Site    *page.Site // with the templates of this package
	Letters Letters
	Actor   func(*http.Request) access.Actor
	Now     func() time.Time

	// Compose is set in a demonstration without a mail server alone: the outbox of
	// the whole server is then a page for everybody, with every letter and its
	// link, because nobody gets them otherwise.
	Compose func(context.Context, mail.Letter) (mail.Message, error)
}

// An Outbox is the pages on which a body sees what became of its letters.
type Outbox struct{ c OutboxConfig }

// NewOutbox makes an Outbox.
func NewOutbox(c OutboxConfig) *Outbox { return &Outbox{c: c} }

// Routes mounts the pages.
func (o *Outbox) Routes(r chi.Router) {
	r.Get("/b/{body}/mail", o.c.Site.Page(o.list))
	r.Post("/b/{body}/mail/try", o.c.Site.Page(o.try))
	r.Get("/b/{body}/mail/{letter}", o.c.Site.Page(o.letter))
	r.Post("/b/{body}/mail/{letter}/again", o.c.Site.Page(o.again))
	if o.c.Compose != nil {
		r.Get("/demo/mail", o.c.Site.Page(o.demo))
		r.Get("/demo/mail/{letter}", o.c.Site.Page(o.demoLetter))
	}
}

// perPage is how many letters a page shows.
const perPage = 25

type outboxView struct {
	Lead  string
	Form  *page.Form // try; nil where it is not allowed
	State *page.Form
	Table page.Table
	Pages []page.Act
	Back  *page.Act // out of the mailbox of a demonstration, which no page leads to by its header
}

func (o *Outbox) body(r *http.Request, act access.Act) (access.BodyID, access.Actor, error) {
	actor, id := o.c.Actor(r), access.BodyID(chi.URLParam(r, "body"))
	return id, actor, actor.May(act, id, o.c.Now())
}

func (o *Outbox) list(w http.ResponseWriter, r *http.Request) error {
	id, actor, err := o.body(r, access.ReadMail)
	if err != nil {
		return err
	}
	return o.showList(w, r, id, actor, http.StatusOK)
}

// showList shows the outbox of a body, with notices about what was just asked for.
func (o *Outbox) showList(w http.ResponseWriter, r *http.Request, id access.BodyID, actor access.Actor, status int, notices ...page.Notice) error {
	base := "/b/" + string(id) + "/mail"
	v, err := o.view(r, base, mail.Filter{Body: string(id)})
	if err != nil {
		return err
	}
	v.Lead = page.T(r, "desk.mail.lead")
	if actor.Person != "" && actor.Can(access.ResendMail, id, o.c.Now()) {
		v.Form = &page.Form{ID: "try", Action: base + "/try", Submit: page.T(r, "desk.mail.try")}
	}
	return o.c.Site.Show(w, r, "outbox", status, page.Content{Title: page.T(r, "desk.mail.title"), Main: v, Wide: true, Notices: notices, Again: base})
}

func (o *Outbox) demo(w http.ResponseWriter, r *http.Request) error {
	v, err := o.view(r, "/demo/mail", mail.Filter{All: true})
	if err != nil {
		return err
	}
	v.Lead = page.T(r, "desk.mail.demo.lead")
	v.Back = &page.Act{Label: page.T(r, "page.nav.home"), Href: page.RequestOf(r).To("/"), Quiet: true}
	if o.c.Actor(r).Known() {
		v.Back.Href = "/start"
	}
	return o.c.Site.Show(w, r, "outbox", http.StatusOK, page.Content{Title: page.T(r, "desk.mail.demo.title"), Main: v, Wide: true})
}

// view lists letters below base, as the query of the request wants them.
func (o *Outbox) view(r *http.Request, base string, f mail.Filter) (outboxView, error) {
	loc, q := page.RequestOf(r).Loc, r.URL.Query()
	if s := mail.State(q.Get("state")); slices.Contains(mail.States(), s) {
		f.State = s
	}
	if ms, err := strconv.ParseInt(q.Get("before"), 10, 64); err == nil && ms > 0 {
		f.Before, f.BeforeID = time.UnixMilli(ms).UTC(), mail.LetterID(q.Get("letter"))
	}
	f.Limit = perPage + 1
	all, err := o.c.Letters.Letters(r.Context(), f)
	if err != nil {
		return outboxView{}, err
	}
	v := outboxView{State: stateForm(loc, base, f.State), Table: page.Table{
		Caption: loc.T("desk.mail.title"), Hide: true,
		Columns: []page.Column{{Label: loc.T("desk.mail.what")}, {Label: loc.T("desk.mail.to")}, {Label: loc.T("desk.mail.state")}, {Label: loc.T("desk.mail.when")}},
		Empty:   &page.Empty{Title: loc.T("desk.mail.empty"), Text: loc.T("desk.mail.empty.text")},
	}}
	if len(all) > perPage {
		all = all[:perPage]
		last := all[perPage-1]
		next := url.Values{"before": {strconv.FormatInt(last.Created.UnixMilli(), 10)}, "letter": {string(last.ID)}}
		if f.State != "" {
			next.Set("state", string(f.State))
		}
		v.Pages = []page.Act{{Label: loc.T("desk.mail.older"), Href: page.RequestOf(r).To(base + "?" + next.Encode()), Quiet: true}}
	}
	for _, e := range all {
		badge := stateBadge(loc, e)
		state := page.Cell{Badge: &badge}
		if needsWork(e) {
			state.Small = loc.T(e.Reason)
		}
		v.Table.Lines = append(v.Table.Lines, page.Line{
			{Text: loc.T(kindKey(e.Kind)), Href: page.RequestOf(r).To(base + "/" + string(e.ID))},
			{Text: recipient(loc, e)}, state, {Text: moment(loc, e.Created)},
		})
	}
	return v, nil
}

func stateForm(loc i18n.Localizer, base string, now mail.State) *page.Form {
	s := &page.Select{Name: "state", Label: loc.T("desk.mail.show"), Optional: true, Options: []page.Option{{Label: loc.T("desk.mail.show.all"), Chosen: now == ""}}}
	for _, state := range mail.States() {
		s.Options = append(s.Options, page.Option{Value: string(state), Label: loc.T(stateKey(state)), Chosen: state == now})
	}
	return &page.Form{ID: "state", Action: base, Get: true, Submit: loc.T("desk.mail.show.go"), Controls: []page.Control{s}}
}

type letterView struct {
	Help       string
	Rows       []page.Row
	Acts       []page.Act
	Lang       string // what the letter says, in its language: in a demonstration alone
	Subject    string
	Text       []string
	Link, Open string // its link, while it opens something, and what to call it
	Back       page.Act
}

func (o *Outbox) letter(w http.ResponseWriter, r *http.Request) error {
	id, _, err := o.body(r, access.ReadMail)
	if err != nil {
		return err
	}
	return o.show(w, r, id, http.StatusOK)
}

// show shows a letter of a body, with notices about what was just asked for.
func (o *Outbox) show(w http.ResponseWriter, r *http.Request, id access.BodyID, status int, notices ...page.Notice) error {
	e, err := o.one(r, string(id))
	if err != nil {
		return err
	}
	loc, base := page.RequestOf(r).Loc, "/b/"+string(id)+"/mail"
	v := o.letterView(r, e, base)
	if o.c.Actor(r).Can(access.ResendMail, id, o.c.Now()) && e.Again == "" && !e.Purged && e.State != mail.Waiting && e.State != mail.Withdrawn {
		v.Acts = append(v.Acts, page.Act{Label: loc.T("desk.mail.again"), Href: base + "/" + string(e.ID) + "/again", Post: true, Quiet: e.State == mail.Sent})
	}
	return o.c.Site.Show(w, r, "letter", status, page.Content{
		Title: loc.T(kindKey(e.Kind)), Main: v, Notices: notices, Again: base + "/" + string(e.ID),
	})
}

// one gives the letter that the address names.
func (o *Outbox) one(r *http.Request, body string) (mail.Entry, error) {
	return o.c.Letters.Letter(r.Context(), body, mail.LetterID(chi.URLParam(r, "letter")))
}

func (o *Outbox) letterView(r *http.Request, e mail.Entry, base string) letterView {
	loc, to := page.RequestOf(r).Loc, page.RequestOf(r).To
	badge := stateBadge(loc, e)
	v := letterView{
		Help: loc.T(helpKey(e.State)),
		Rows: []page.Row{
			{Name: "state", Label: loc.T("desk.mail.state"), Badge: &badge},
			{Name: "to", Label: loc.T("desk.mail.to"), Value: recipient(loc, e)},
			{Name: "created", Label: loc.T("desk.mail.when"), Value: moment(loc, e.Created)},
		},
		Back: page.Act{Label: loc.T("desk.mail.back"), Href: to(base), Quiet: true},
	}
	if e.Reason != "" && e.State != mail.Sent {
		v.Rows = append(v.Rows, page.Row{Name: "reason", Label: loc.T("desk.mail.reason"), Value: loc.T(e.Reason)})
	}
	if e.Attempts > 1 {
		v.Rows = append(v.Rows, page.Row{Name: "attempts", Label: loc.T("desk.mail.attempts"), Value: strconv.Itoa(e.Attempts)})
	}
	if !e.Done.IsZero() {
		v.Rows = append(v.Rows, page.Row{Name: "done", Label: loc.T("desk.mail.done"), Value: moment(loc, e.Done)})
	}
	if !e.Until.IsZero() {
		v.Rows = append(v.Rows, page.Row{Name: "until", Label: loc.T("desk.mail.until"), Value: moment(loc, e.Until)})
	}
	if e.Again != "" {
		v.Rows = append(v.Rows, page.Row{Name: "again", Label: loc.T("desk.mail.newer"), Value: loc.T("desk.mail.open"), Href: to(base + "/" + string(e.Again))})
	}
	if e.AgainOf != "" {
		v.Rows = append(v.Rows, page.Row{Name: "again-of", Label: loc.T("desk.mail.first"), Value: loc.T("desk.mail.open"), Href: to(base + "/" + string(e.AgainOf))})
	}
	return v
}

func (o *Outbox) demoLetter(w http.ResponseWriter, r *http.Request) error {
	e, err := o.one(r, "")
	if err != nil {
		return err
	}
	loc := page.RequestOf(r).Loc
	v := o.letterView(r, e, "/demo/mail")
	if !e.Purged {
		m, err := o.c.Compose(r.Context(), e.Letter)
		if err != nil {
			return err
		}
		v.Lang, v.Subject, v.Text = m.Lang, m.Subject, strings.Split(m.Body, "\n\n")
		if e.State != mail.Withdrawn && (e.Until.IsZero() || o.c.Now().Before(e.Until)) {
			v.Link, v.Open = m.Link, m.Act
		}
	}
	return o.c.Site.Show(w, r, "letter", http.StatusOK, page.Content{Title: loc.T(kindKey(e.Kind)), Main: v})
}

func (o *Outbox) again(w http.ResponseWriter, r *http.Request) error {
	id, _, err := o.body(r, access.ResendMail)
	if err != nil {
		return err
	}
	next, err := o.c.Letters.ResendLetter(r.Context(), string(id), mail.LetterID(chi.URLParam(r, "letter")))
	if notice, ok := refusal(r, err, "desk.mail.again.not"); ok {
		return o.show(w, r, id, page.RefusalOf(err).Status, notice)
	}
	if err != nil {
		return err
	}
	page.SeeOther(w, r, "/b/"+string(id)+"/mail/"+string(next))
	return nil
}

// try sends a letter to the person who asks: to nobody else, so that the page is no
// way to write to strangers.
func (o *Outbox) try(w http.ResponseWriter, r *http.Request) error {
	id, actor, err := o.body(r, access.ResendMail)
	if err != nil {
		return err
	}
	p, err := o.c.Letters.PersonByID(r.Context(), actor.Person)
	if err != nil {
		return err
	}
	letter, err := o.c.Letters.TryMail(r.Context(), string(id), p.Email, page.RequestOf(r).Loc.Lang())
	if notice, ok := refusal(r, err, "desk.mail.try.not"); ok {
		return o.showList(w, r, id, actor, page.RefusalOf(err).Status, notice)
	}
	if err != nil {
		return err
	}
	page.SeeOther(w, r, "/b/"+string(id)+"/mail/"+string(letter))
	return nil
}

// refusal tells on the page itself why something was not done.
func refusal(r *http.Request, err error, title string) (page.Notice, bool) {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != fault.Conflict && e.Kind != fault.TooMany {
		return page.Notice{}, false
	}
	return page.Notice{Tone: page.Bad, Title: page.T(r, title), Text: page.RequestOf(r).Loc.TMap(e.Public, e.Args)}, true
}
