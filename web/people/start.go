package people

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

// A Waiting is something that waits for a person.
type Waiting struct {
	Text string         // message key
	Args map[string]any // for the message
	Path string         // where it is done
	Due  time.Time      // until when; zero: no deadline
	Body access.BodyID  // for whom; empty: for oneself
}

// A Source knows what waits for a person in one part of the program.
type Source interface {
	// Waits gives what waits for the one who acts, in any order. It asks for
	// nothing that they may not see.
	Waits(ctx context.Context, a access.Actor) ([]Waiting, error)
}

type startView struct {
	Title   string
	Lead    string
	Waiting []page.Card
	Empty   *page.Empty
	Told    []page.Card
	Places  []page.Card
}

// start tells what waits for the person, with deadlines, and where they work.
func (p *Pages) start(w http.ResponseWriter, r *http.Request) error {
	t, c := loc(r), session.Of(r)
	v := startView{Title: t.T("people.start.title"), Lead: t.T("people.start.hello", "Name", c.Person.Name)}
	var waits []Waiting
	for _, source := range p.cfg.Sources {
		more, err := source.Waits(r.Context(), c.Actor)
		if err != nil {
			return err
		}
		waits = append(waits, more...)
	}
	more, err := p.ownWaits(r, c.Actor)
	if err != nil {
		return err
	}
	waits = append(waits, more...)
	slices.SortStableFunc(waits, func(a, b Waiting) int {
		if a.Due.IsZero() != b.Due.IsZero() { // what has a deadline comes first
			return cmp.Compare(boolInt(a.Due.IsZero()), boolInt(b.Due.IsZero()))
		}
		return a.Due.Compare(b.Due)
	})
	for _, wait := range waits {
		v.Waiting = append(v.Waiting, p.waitingCard(r, wait))
	}
	if len(waits) == 0 {
		v.Empty = &page.Empty{Title: t.T("people.start.nothing"), Text: t.T("people.start.nothing.text")}
	}
	told, err := p.cfg.Accounts.Notices(r.Context(), c.Actor)
	if err != nil {
		return err
	}
	for _, n := range told[:min(len(told), 3)] {
		v.Told = append(v.Told, p.noticeCard(r, n))
	}
	v.Places = p.places(r, c.Actor)
	return p.site.Show(w, r, "start", http.StatusOK, page.Content{Title: v.Title, Main: v})
}

// ownWaits tells who could be locked out of their account what helps.
func (p *Pages) ownWaits(r *http.Request, a access.Actor) ([]Waiting, error) {
	if p.inDemo(a.Person) {
		return nil, nil
	}
	codes, err := p.cfg.Accounts.CodesLeft(r.Context(), a)
	if err != nil || codes > 0 {
		return nil, err
	}
	return []Waiting{{Text: "people.start.codes", Path: "/settings#codes-title"}}, nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *Pages) waitingCard(r *http.Request, wait Waiting) page.Card {
	t := loc(r)
	card := page.Card{Title: t.TMap(wait.Text, wait.Args), Href: wait.Path}
	if wait.Body != "" {
		card.Text = p.cfg.BodyName(r.Context(), wait.Body, t.Lang())
	}
	if !wait.Due.IsZero() {
		left := wait.Due.Sub(p.cfg.Now())
		badge := page.Badge{Tone: page.Calm, Text: t.T("people.start.due", "Date", t.Date(wait.Due))}
		switch {
		case left <= 0:
			badge = page.Badge{Tone: page.Bad, Text: t.T("people.start.late", "Date", t.Date(wait.Due))}
		case left <= 7*24*time.Hour:
			badge.Tone = page.Open
		}
		card.Badge = &badge
	}
	return card
}

// places are where the person works: each body with what they are there, and
// what is their own.
func (p *Pages) places(r *http.Request, a access.Actor) []page.Card {
	t, now := loc(r), p.cfg.Now()
	var cards []page.Card
	for _, b := range a.Bodies() {
		var roles []string
		for _, role := range a.In(b) {
			roles = append(roles, t.T(role.Key()))
		}
		card := page.Card{Title: p.cfg.BodyName(r.Context(), b, t.Lang()), Text: strings.Join(roles, ", ")}
		if a.Can(access.ReadBody, b, now) {
			card.Href = "/b/" + string(b)
		} else {
			card.Text += ". " + t.T("people.place.nothing")
		}
		for _, to := range []struct {
			act       access.Act
			key, path string
		}{
			{access.ReadResults, "people.place.results", "/results"},
			{access.ReadCredentials, "people.place.credentials", "/credentials"},
			{access.EditBody, "people.place.setup", "/setup"},
			{access.ManageStaff, "people.place.staff", "/staff"},
		} {
			if a.Can(to.act, b, now) {
				card.Acts = append(card.Acts, page.Act{Label: t.T(to.key), About: card.Title, Href: "/b/" + string(b) + to.path, Quiet: true, Small: true})
			}
		}
		cards = append(cards, card)
	}
	return append(cards, page.Card{Title: t.T("people.place.me"), Text: t.T("people.place.me.text"), Href: "/me"})
}

type noticesView struct {
	Title string
	Told  []page.Card
	Empty *page.Empty
}

// notices lists what the person was told.
func (p *Pages) notices(w http.ResponseWriter, r *http.Request) error {
	t := loc(r)
	told, err := p.cfg.Accounts.Notices(r.Context(), session.ActorOf(r))
	if err != nil {
		return err
	}
	v := noticesView{Title: t.T("people.notices.title")}
	for _, n := range told {
		v.Told = append(v.Told, p.noticeCard(r, n))
	}
	if len(told) == 0 {
		v.Empty = &page.Empty{Title: t.T("people.notices.none")}
	}
	return p.site.Show(w, r, "notices", http.StatusOK, page.Content{Title: v.Title, Main: v})
}

// noticeText is what a notice says to readers of a language.
func noticeText(t i18n.Localizer, n access.Notice) string {
	args := map[string]any{}
	for name, value := range n.Args {
		if text, ok := n.Args[access.InLanguage(name, t.Lang())]; ok {
			value = text
		}
		if short, ok := strings.CutSuffix(name, "Key"); ok {
			name, value = short, t.T(value)
		}
		args[name] = value
	}
	return t.TMap(n.Key, args)
}

func (p *Pages) noticeCard(r *http.Request, n access.Notice) page.Card {
	t := loc(r)
	card := page.Card{Title: noticeText(t, n), Href: n.Path, Text: t.Date(n.Created)}
	if n.Body != "" {
		card.Text = p.cfg.BodyName(r.Context(), n.Body, t.Lang()) + " · " + card.Text
	}
	if !n.Due.IsZero() {
		card.Badge = &page.Badge{Tone: page.Open, Text: t.T("people.start.due", "Date", t.Date(n.Due))}
	}
	card.Acts = []page.Act{{Label: t.T("people.notices.end"), About: card.Title, Href: "/notices/" + string(n.ID) + "/end", Post: true, Quiet: true, Small: true}}
	return card
}

func (p *Pages) endNotice(w http.ResponseWriter, r *http.Request) error {
	if err := p.cfg.Accounts.EndNotice(r.Context(), session.ActorOf(r), access.NoticeID(chi.URLParam(r, "notice"))); err != nil {
		return err
	}
	page.SeeOther(w, r, "/notices")
	return nil
}
