package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

// AwardDesk is what the pages of results and credentials need of package award.
type AwardDesk interface {
	Import(ctx context.Context, a access.Actor, body access.BodyID, data []byte) (award.Award, bool, error)
	Example(ctx context.Context, a access.Actor, body access.BodyID) ([]byte, error)
	Awards(ctx context.Context, a access.Actor, body access.BodyID, f award.Filter) ([]award.Row, error)
	Award(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) (award.Award, error)
	Addresses(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) ([]award.AddressChange, error)
	Handed(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) ([]portfolio.Handed, error)
	Attach(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, seen string, at award.Attachment) (award.Award, error)
	Discard(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) error
	Check(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) error
	Preview(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, lang string) ([]byte, error)
	Seal(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, seen string) (award.Award, error)
	File(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, kind string) (award.File, error)
	Record(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) (award.Record, error)
	Change(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, to status.State, why issuer.Reason, note string) error
	SendClaim(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, email, lang string) error
}

// AwardsConfig says what the pages of results and credentials stand on.
type AwardsConfig struct {
	// Site has the templates of this package. Its SignIn also lets people show
	// once more who they are, and gives back a form that waited for it.
	Site *page.Site

	Desk  AwardDesk
	Actor func(*http.Request) access.Actor
	Now   func() time.Time

	// Calls keeps answers of the API for calls that are made again; nil: they are
	// made anew.
	Calls page.Calls
}

// Awards are the pages on which a body imports results, seals them, and keeps its
// credentials; and the same for programs.
type Awards struct {
	c       AwardsConfig
	turns   *page.Turns // for drawing
	sealing *page.Turns
	own     sync.Map // of each body that seals, by access.BodyID: its *page.Turns, which is one
}

const (
	drawFor = 30 * time.Second
	sealFor = 45 * time.Second

	// patience is how long an answer may take that waits for its turn and for
	// what it does then. Most proxies wait for a minute.
	patience = 58 * time.Second
)

// NewAwards makes them.
func NewAwards(c AwardsConfig) *Awards {
	return &Awards{c: c, turns: page.NewTurns(4, drawFor), sealing: page.NewTurns(4, sealFor)}
}

// sealInTurn seals a result in its turn, of which a body has one at a time: one whose
// key does not answer holds up itself. What runs out of time goes on when it is
// asked for again.
func (p *Awards) sealInTurn(w http.ResponseWriter, r *http.Request, at place, seen string) error {
	if err := page.Patient(w, patience); err != nil {
		return err
	}
	own, _ := p.own.LoadOrStore(at.body, page.NewTurns(1, sealFor))
	_, err := page.InTurn(r.Context(), own.(*page.Turns), func(ctx context.Context) (award.Award, error) { //nolint:errcheck,forcetypeassert // nothing else is stored
		leave, err := p.sealing.Take(ctx)
		if err != nil {
			return award.Award{}, err
		}
		defer leave()
		return p.c.Desk.Seal(ctx, at.actor, at.body, at.id, seen)
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Unavailable, "desk.seal.slow", err)
	}
	return err
}

// Routes mounts the pages.
func (p *Awards) Routes(r chi.Router) {
	show := p.c.Site.Page
	r.Get("/b/{body}/results", show(p.results))
	r.Post("/b/{body}/results", show(p.importResults))
	r.Get("/b/{body}/results/example.json", show(p.example))
	r.Get("/b/{body}/results/{result}", show(p.result))
	r.Get("/b/{body}/results/{result}/preview/{lang}", show(p.preview))
	r.Post("/b/{body}/results/{result}/attach", show(p.attach))
	r.Post("/b/{body}/results/{result}/seal", show(p.seal))
	r.Get("/b/{body}/results/{result}/discard", show(p.askDiscard))
	r.Post("/b/{body}/results/{result}/discard", show(p.discard))

	r.Get("/b/{body}/credentials", show(p.credentials))
	r.Get("/b/{body}/credentials/{result}", show(p.credential))
	r.Get("/b/{body}/credentials/{result}/files/{kind}", show(p.file))
	r.Post("/b/{body}/credentials/{result}/send", show(p.send))
	r.Get("/b/{body}/credentials/{result}/{change:revoke|suspend|reinstate}", show(p.askChange))
	r.Post("/b/{body}/credentials/{result}/{change:revoke|suspend|reinstate}", show(p.change))
}

// A place is what a request is about.
type place struct {
	actor access.Actor
	body  access.BodyID
	id    assessment.ResultID
	loc   i18n.Localizer
	to    func(string) string // keeps the language of the address
}

// at reads the body in the address and asks whether the sender may act there.
func (p *Awards) at(r *http.Request, act access.Act) (place, error) {
	req := page.RequestOf(r)
	at := place{actor: p.c.Actor(r), body: access.BodyID(chi.URLParam(r, "body")), loc: req.Loc, to: req.To}
	return at, at.actor.May(act, at.body, p.c.Now())
}

// on is at for the result in the address.
func (p *Awards) on(r *http.Request, act access.Act) (place, error) {
	at, err := p.at(r, act)
	if err != nil {
		return at, err
	}
	at.id, err = resultID(chi.URLParam(r, "result"))
	return at, err
}

// resultID reads the id of a result. What cannot be one is not there.
func resultID(s string) (assessment.ResultID, error) {
	if u, err := uuid.Parse(s); err != nil || u.String() != s {
		return "", fault.New(fault.NotFound, "award.none", nil)
	}
	return assessment.ResultID(s), nil
}

// can tells whether the sender's role allows an act.
func (p *Awards) can(at place, act access.Act) bool { return at.actor.Can(act, at.body, p.c.Now()) }

func (at place) results() string     { return "/b/" + string(at.body) + "/results" }
func (at place) credentials() string { return "/b/" + string(at.body) + "/credentials" }
func (at place) result() string      { return at.results() + "/" + string(at.id) }
func (at place) credential() string  { return at.credentials() + "/" + string(at.id) }

// cursor reads where a list goes on.
func cursor(q url.Values) *award.Cursor {
	ms, err := strconv.ParseInt(q.Get("before"), 10, 64)
	if err != nil || ms <= 0 || uuid.Validate(q.Get("id")) != nil {
		return nil
	}
	return &award.Cursor{At: time.UnixMilli(ms).UTC(), ID: assessment.ResultID(q.Get("id"))}
}

// older leads to the next page of a list.
func (at place) older(base string, q url.Values, when time.Time, id assessment.ResultID) page.Act {
	next := url.Values{"before": {strconv.FormatInt(when.UnixMilli(), 10)}, "id": {string(id)}}
	if show := q.Get("show"); show != "" {
		next.Set("show", show)
	}
	return page.Act{Label: at.loc.T("desk.awards.older"), Href: at.to(base + "?" + next.Encode()), Quiet: true}
}

// shows leads to the parts of a list; the one that is shown stands out.
func (at place) shows(base, shown string, labels map[string]string, parts ...string) []page.Act {
	var acts []page.Act
	for _, part := range parts {
		a := page.Act{Label: labels[part], Href: at.to(base + "?show=" + part), Quiet: part != shown, Small: true}
		if part == shown {
			a.About = at.loc.T("desk.awards.shown")
		}
		acts = append(acts, a)
	}
	return acts
}

// in gives a text in the reader's language, or in another that it has.
func (at place) in(t assessment.Text) string {
	s, _ := t.In(at.loc.Lang())
	return s
}

// day writes a calendar day; none is empty.
func (at place) day(d assessment.Date) string {
	if d.IsZero() {
		return ""
	}
	return at.loc.Date(d.Time())
}
