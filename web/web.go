// Package web puts the pages of people and bodies, the interface for programs
// and the public pages together into one handler.
//
// Start with New, which gives the ground that all signed-in pages share; build
// the areas on Site.Page and Site.Actor; then Site.Handler is the whole. What is
// served by an area stands in its Routes and API.
//
// It promises that
//   - the public pages are asked for whatever no area serves, without a session
//     and without a cookie;
//   - the interface for programs takes bearer tokens and no cookies, pages take
//     cookies and no tokens;
//   - who asks for a body that is not theirs gets the answer for one that does
//     not exist, and a line in the log.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

// Accounts is what the ground needs of people; *access.Accounts has it.
type Accounts interface {
	session.Accounts
	// Authenticate gives who acts with the secret of an API token.
	Authenticate(ctx context.Context, secret string) (access.Actor, error)
}

// Config says what the ground stands on. All but Demo, Forms and Now must be given.
type Config struct {
	PublicURL string
	Demo      bool
	Log       *slog.Logger
	Now       func() time.Time // nil: time.Now
	Accounts  Accounts
	Sessions  session.Store

	// BodyName gives the name of a body in a language, as its people know it.
	BodyName func(ctx context.Context, id access.BodyID, lang string) string

	// Forms are the origins to which signing in may lead a browser away.
	Forms []string
}

// A Site is the ground of the signed-in pages.
type Site struct {
	cfg      Config
	page     *page.Site // for what is no area's: errors, files
	sessions *session.Manager
}

// An Area serves pages.
type Area interface{ Routes(r chi.Router) }

// A Programs area serves programs, below /api/v1.
type Programs interface{ API(r chi.Router) }

// New makes the ground.
func New(cfg Config) (*Site, error) {
	if cfg.Log == nil || cfg.Accounts == nil || cfg.Sessions == nil || cfg.BodyName == nil {
		return nil, errors.New("pages: something is missing from Config")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Site{cfg: cfg}
	var err error
	if s.page, err = page.New(s.Page()); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	s.sessions, err = session.New(session.Config{
		Accounts: cfg.Accounts, Store: cfg.Sessions, PublicURL: cfg.PublicURL, Now: cfg.Now, Refuse: s.page.Refuse,
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Page is the ground for an area, which adds its templates.
func (s *Site) Page() page.Config {
	return page.Config{
		PublicURL: s.cfg.PublicURL, Demo: s.cfg.Demo, Log: s.cfg.Log, App: true, AfterPost: session.StartPath,
		Policy: page.Policy{Script: true, Referrer: "same-origin", Forms: s.cfg.Forms},
		Frame:  s.frame,
		SignIn: func(w http.ResponseWriter, r *http.Request) { s.sessions.Ask(w, r) },
	}
}

// Sessions keeps who is signed in.
func (s *Site) Sessions() *session.Manager { return s.sessions }

// Actor tells who sends a request: to a page by the session, to the interface
// for programs by the token.
func (s *Site) Actor(r *http.Request) access.Actor { return session.ActorOf(r) }

// Limits of one address: many people may share one.
const (
	perMinute    = 1200 // requests to signed-in pages
	apiPerMinute = 1200 // to the interface for programs
)

// Handler is the whole: areas for people, areas for programs, and the public
// pages for everything else.
func (s *Site) Handler(public http.Handler, areas []Area, programs []Programs) (*Whole, error) {
	sameSite, err := s.page.SameSite()
	if err != nil {
		return nil, err
	}
	pages := chi.NewRouter()
	pages.Use(s.page.Use()...)
	pages.Use(middleware.GetHead, s.page.Limit(perMinute, time.Minute, page.ByAddress), sameSite, s.sessions.Use, s.watched)
	pages.NotFound(s.page.NotFound)
	pages.MethodNotAllowed(s.page.MethodNotAllowed)
	for _, a := range areas {
		a.Routes(pages)
	}

	api := chi.NewRouter()
	api.Use(s.page.Use()...)
	api.Use(middleware.GetHead, s.page.Limit(apiPerMinute, time.Minute, page.ByAddress), s.bearer, s.watched)
	api.NotFound(s.page.NotFound)
	api.MethodNotAllowed(s.page.MethodNotAllowed)
	for _, p := range programs {
		p.API(api)
	}
	return &Whole{pages: pages, api: api, public: public}, nil
}
