// Package mine serves the pages of a candidate: the evidence they keep, the sets
// they froze and handed in, and the credentials they earned. Everything here is
// the person's own: what is another's is the page of what does not exist.
//
// Start with New and Pages.Routes; Pages.API mounts the same use cases for
// programs.
package mine

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page"
)

//go:embed all:templates
var templateFiles embed.FS

// Credentials is what these pages need of package award.
type Credentials interface {
	Mine(ctx context.Context, a access.Actor) ([]award.Credential, error)
	MyCredential(ctx context.Context, a access.Actor, id assessment.ResultID) (award.Credential, error)
	MyFile(ctx context.Context, a access.Actor, id assessment.ResultID, kind string) (award.File, error)
	MyLinks(ctx context.Context, a access.Actor, id assessment.ResultID) ([]award.Link, error)
	NewLink(ctx context.Context, a access.Actor, id assessment.ResultID, until time.Time, note string) (award.Link, error)
	CloseLink(ctx context.Context, a access.Actor, id assessment.ResultID, link string) error
	SwitchPrinted(ctx context.Context, a access.Actor, id assessment.ResultID, on bool) error
	Claimable(ctx context.Context, secret string) (award.Claimable, error)
	Claimed(ctx context.Context, a access.Actor, secret string) (assessment.ResultID, error)
	Claim(ctx context.Context, a access.Actor, secret string) (assessment.ResultID, error)
}

// A Unit is one that evidence can be kept for.
type Unit struct {
	ID    string
	Title assessment.Text
}

// UnitsOf gives each unit of some standards once, in their order.
func UnitsOf(standards []assessment.Unit) []Unit {
	var units []Unit
	for _, s := range standards {
		if !slices.ContainsFunc(units, func(u Unit) bool { return u.ID == s.ID }) {
			units = append(units, Unit{ID: s.ID, Title: s.Title})
		}
	}
	return units
}

// Config is what the pages need.
type Config struct {
	// Page is the ground that they share with all signed-in pages: address, log,
	// frame, sign-in. Templates and Static are set here.
	Page page.Config

	// Actor tells who sends a request. Nobody, the zero value, is sent to sign in.
	Actor func(*http.Request) access.Actor

	Portfolio   *portfolio.Portfolio
	Credentials Credentials
	Units       []Unit

	// Bodies gives those that a set can be handed in to, by name.
	Bodies func(ctx context.Context) ([]access.NewBody, error)

	// Calls keeps answers of the API for calls that are made again; nil: they are
	// made anew.
	Calls page.Calls

	Now func() time.Time // nil: time.Now
}

// Pages are the pages of a candidate.
type Pages struct {
	cfg  Config
	site *page.Site
}

// New makes the pages.
func New(cfg Config) (*Pages, error) {
	if cfg.Actor == nil || cfg.Portfolio == nil || cfg.Credentials == nil || cfg.Bodies == nil || len(cfg.Units) == 0 {
		return nil, errors.New("pages of candidates: something is missing from Config")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	files, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		return nil, err
	}
	cfg.Page.Templates, cfg.Page.Foot = files, "web.foot" // only here does anybody keep evidence
	site, err := page.New(cfg.Page)
	if err != nil {
		return nil, fmt.Errorf("pages of candidates: %w", err)
	}
	return &Pages{cfg: cfg, site: site}, nil
}

// Site is the ground of these pages, for who composes them with others.
func (p *Pages) Site() *page.Site { return p.site }

// Routes mounts the pages. Files come and go here: a limit on the time or the
// body of requests is for the other routes alone.
func (p *Pages) Routes(r chi.Router) {
	show := p.site.Page
	r.Get("/me", show(p.overview))

	r.Get("/me/evidence", show(p.evidence))
	r.Get("/me/evidence/add", show(p.kinds))
	r.Get("/me/evidence/add/{kind}", show(p.addForm))
	r.Post("/me/evidence/add/{kind}", show(p.add))
	r.Get("/me/evidence/{item}", show(p.item))
	r.Get("/me/evidence/{item}/edit", show(p.editForm))
	r.Post("/me/evidence/{item}/edit", show(p.edit))
	r.Get("/me/evidence/{item}/delete", show(p.confirmDelete))
	r.Post("/me/evidence/{item}/delete", show(p.delete))
	r.Get("/me/evidence/{item}/file", show(p.file))

	r.Get("/me/sets", show(p.sets))
	r.Get("/me/sets/add", show(p.freezeForm))
	r.Post("/me/sets/add", show(p.freeze))
	r.Get("/me/sets/{set}", show(p.set))
	r.Get("/me/sets/{set}/hand-in", show(p.handInForm))
	r.Post("/me/sets/{set}/hand-in", show(p.handIn))
	r.Get("/me/sets/{set}/withdraw/{release}", show(p.confirmWithdraw))
	r.Post("/me/sets/{set}/withdraw/{release}", show(p.withdraw))
	r.Get("/me/sets/{set}/delete", show(p.confirmDeleteSet))
	r.Post("/me/sets/{set}/delete", show(p.deleteSet))
	r.Get("/me/sets/{set}/proofs/{index}", show(p.proof))
	r.Get("/me/sets/{set}/proofs/{index}/bundle", show(p.bundle))

	r.Get("/me/credentials", show(p.credentials))
	r.Get("/me/credentials/{id}", show(p.credential))
	r.Get("/me/credentials/{id}/files/{kind}", show(p.credentialFile))
	r.Get("/me/credentials/{id}/links", show(p.linkForm))
	r.Post("/me/credentials/{id}/links", show(p.newLink))
	r.Get("/me/credentials/{id}/links/{link}/close", show(p.confirmClose))
	r.Post("/me/credentials/{id}/links/{link}/close", show(p.closeLink))
	r.Get("/me/credentials/{id}/printed/{state}", show(p.confirmPrinted))
	r.Post("/me/credentials/{id}/printed/{state}", show(p.switchPrinted))

	r.Get("/claim/{secret}", show(p.claimable))
	r.Post("/claim/{secret}", show(p.claim))
}

func (p *Pages) now() time.Time { return p.cfg.Now().UTC() }

// unit gives the title of a unit in the reader's language; its id where it is not
// known any more.
func (p *Pages) unit(loc i18n.Localizer, id string) string {
	i := slices.IndexFunc(p.cfg.Units, func(u Unit) bool { return u.ID == id })
	if i < 0 {
		return id
	}
	title, _ := p.cfg.Units[i].Title.In(loc.Lang())
	return title
}

// bodyName gives the name of a body; its id where there is none any more.
func bodyName(bodies []access.NewBody, id access.BodyID) string {
	for _, b := range bodies {
		if b.ID == id {
			return b.Name
		}
	}
	return string(id)
}

// A plainView is a page with a heading, a lead, and one form or one question.
type plainView struct {
	Lead    string
	Form    *page.Form
	Confirm *page.Confirm
	Rows    []page.Row
}

// ask shows a question before something is done.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request, c page.Confirm) error {
	return p.site.Show(w, r, "plain", http.StatusOK, page.Content{Title: c.Title, Main: plainView{Confirm: &c}})
}

// back is the quiet way out of a form or a question.
func back(r *http.Request, path string) page.Act {
	q := page.RequestOf(r)
	return page.Act{Label: q.Loc.T("mine.back"), Href: q.To(path), Quiet: true}
}

// done says at the top of a page what the form before it did. It comes by the
// address, so that it is one of ours, and tells nothing.
func done(r *http.Request) []page.Notice {
	loc := page.RequestOf(r).Loc
	var title string
	switch r.URL.Query().Get("done") {
	case "added":
		title = loc.T("mine.done.added")
	case "changed":
		title = loc.T("mine.done.changed")
	case "deleted":
		title = loc.T("mine.done.deleted")
	case "frozen":
		title = loc.T("mine.done.frozen")
	case "handed-in":
		title = loc.T("mine.done.handedIn")
	case "withdrawn":
		title = loc.T("mine.done.withdrawn")
	case "link":
		title = loc.T("mine.done.link")
	case "closed":
		title = loc.T("mine.done.closed")
	case "off":
		title = loc.T("mine.done.off")
	case "on":
		title = loc.T("mine.done.on")
	case "claimed":
		title = loc.T("mine.done.claimed")
	default:
		return nil
	}
	return []page.Notice{{Tone: page.Good, Title: title}}
}

// goTo sends the reader on after something was done.
func goTo(w http.ResponseWriter, r *http.Request, path, did string) error {
	if did != "" {
		path += "?done=" + did
	}
	page.SeeOther(w, r, page.RequestOf(r).To(path))
	return nil
}

// size writes the size of a file as the reader's language does, in the units in
// which limits are set.
func size(loc i18n.Localizer, bytes int64) string {
	switch {
	case bytes < 1<<10:
		return loc.T("mine.size.bytes", "Size", bytes)
	case bytes < 1<<20:
		return loc.T("mine.size.kb", "Size", (bytes+(1<<9))>>10)
	case bytes >= 1<<30 && bytes%(1<<30) == 0:
		return loc.T("mine.size.gb", "Size", bytes>>30)
	}
	return loc.T("mine.size.mb", "Size", (bytes+(1<<19))>>20)
}

// lines splits a text for a row: a browser would draw its lines together.
func lines(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// day reads a date as forms send it. What is no date is the zero time.
func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// lastDay gives the last moment before an end, so that it is shown as the day that
// somebody chose.
func lastDay(end time.Time) time.Time { return end.Add(-time.Second) }

func dayText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
