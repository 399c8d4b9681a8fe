// Package session knows who sends a request: it keeps the sessions of people who
// signed in, gives each request its access.Actor, and sends who must sign in, or
// show once more who they are, to the pages for it and back.
//
// Start with New and Manager.Use, the middleware; Of gives who acts. Manager.Ask
// is what page.Config.SignIn calls.
//
// It promises that
//   - a session has a new id after every sign-in and every confirmation, and the
//     old id opens nothing;
//   - it ends with a sign-out at once, after 12 hours at the latest, and for
//     somebody with a role in a body after half an hour of rest;
//   - it ends at the next request when the epoch of the account is another: after
//     a change of roles, a recovery, a sign-out everywhere, a deletion;
//   - its cookie is for this host alone, never for script and never sent by a
//     form of another site.
package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

// How long a session lasts.
const (
	Lifetime  = 12 * time.Hour   // whatever is done
	StaffIdle = 30 * time.Minute // without a request, of somebody with a role in a body

	anonymousFor = time.Hour // of somebody who is about to sign in, or up

	seenEvery = time.Minute // how exactly the last request is kept: not a write for each
)

// Accounts tells who acts in a session; *access.Accounts does.
type Accounts interface {
	Session(ctx context.Context, id access.PersonID, epoch int64, signedIn time.Time) (access.Actor, access.Person, error)
}

// A Store keeps the data of sessions; store.Sessions is one.
type Store = scs.CtxStore

// Config says what a Manager stands on. All but Now must be given.
type Config struct {
	Accounts  Accounts
	Store     Store
	PublicURL string
	Now       func() time.Time // nil: time.Now

	// Refuse answers when the store cannot be asked: page.Site.Refuse.
	Refuse func(http.ResponseWriter, *http.Request, error)
}

// A Manager keeps the sessions of the pages.
type Manager struct {
	cfg    Config
	scs    *scs.SessionManager
	secure bool
}

// New makes a Manager.
func New(cfg Config) (*Manager, error) {
	u, err := url.Parse(cfg.PublicURL)
	if err != nil || u.Host == "" || cfg.Accounts == nil || cfg.Store == nil || cfg.Refuse == nil {
		return nil, errors.New("sessions: something is missing from Config")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	m := &Manager{cfg: cfg, scs: scs.New(), secure: u.Scheme == "https"}
	m.scs.Store, m.scs.HashTokenInStore, m.scs.Codec = cfg.Store, true, access.SessionCodec{}
	m.scs.Lifetime = Lifetime
	m.scs.Cookie.Name = m.name("probatum")
	m.scs.Cookie.Secure, m.scs.Cookie.HttpOnly, m.scs.Cookie.SameSite = m.secure, true, http.SameSiteLaxMode
	m.scs.Cookie.Persist = false // it ends with the browser
	m.scs.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		cfg.Refuse(w, r, fmt.Errorf("session: %w", err))
	}
	return m, nil
}

// name gives a cookie the prefix that keeps other hosts, and plain http, from
// setting it (RFC 6265bis, 4.1.3.2), where the pages are served by https.
func (m *Manager) name(name string) string {
	if m.secure {
		return "__Host-" + name
	}
	return name
}

// The values of a session.
const (
	keyPerson   = access.SessionPerson
	keyEpoch    = "epoch"
	keySignedIn = "signed-in"
	keyBegun    = "begun"
	keySeen     = "seen"
	keyLang     = "lang"
)

// A Current is who sends a request.
type Current struct {
	Actor  access.Actor
	Person access.Person

	// Rested says that somebody was signed in, but for too long without a
	// request, or for too long altogether.
	Rested bool

	held *held
}

type currentKey struct{}

// Of tells who sends a request; the zero Actor, where nobody has signed in or
// Use was left out.
func Of(r *http.Request) Current {
	if c, ok := r.Context().Value(currentKey{}).(Current); ok {
		return c
	}
	return Current{}
}

// ActorOf is Of for who needs no more.
func ActorOf(r *http.Request) access.Actor { return Of(r).Actor }

// Use is the middleware. It stands behind those of page.Site.Use.
func (m *Manager) Use(next http.Handler) http.Handler {
	return m.scs.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := m.current(r)
		if err != nil {
			m.cfg.Refuse(w, r, fmt.Errorf("session: %w", err))
			return
		}
		look := m.lookOf(r)
		if c.Actor.Known() {
			look = page.Preferences{
				Lang: m.lang(r, c.Person), LargeText: c.Person.Settings.LargeText, HighContrast: c.Person.Settings.HighContrast,
				CalmMotion: c.Person.Settings.CalmMotion,
			}
			c.held = hold(r, c.Actor, m.cfg.Now())
		}
		r = page.Prefer(r, look)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), currentKey{}, c)))
	}))
}

// lang is the language of somebody who has signed in. One that they picked by the
// links of a page holds for the session, until they change that of the account.
func (m *Manager) lang(r *http.Request, p access.Person) string {
	ctx, before := r.Context(), m.scs.GetString(r.Context(), keyLang)
	if chosen := page.RequestOf(r).Chosen; chosen != "" {
		if now := picked(p, chosen); now != before {
			m.scs.Put(ctx, keyLang, now)
		}
		return chosen
	}
	if chosen, ok := strings.CutPrefix(before, picked(p, "")); ok {
		return chosen
	}
	return p.Lang
}

// Speak lets the pages of the session be in the language that was picked before it
// began, until the one of the account is changed.
func (m *Manager) Speak(r *http.Request, p access.Person, lang string) {
	m.scs.Put(r.Context(), keyLang, picked(p, lang))
}

// picked keeps a language beside the one of the account that it stands in for.
func picked(p access.Person, lang string) string { return p.Lang + ">" + lang }

func (m *Manager) current(r *http.Request) (Current, error) {
	ctx, now := r.Context(), m.cfg.Now()
	id := access.PersonID(m.scs.GetString(ctx, keyPerson))
	if id == "" {
		return Current{}, nil
	}
	epoch, err := strconv.ParseInt(m.scs.GetString(ctx, keyEpoch), 10, 64)
	if err != nil {
		return Current{}, m.scs.Destroy(ctx)
	}
	if now.Sub(m.time(ctx, keyBegun)) >= Lifetime {
		return Current{Rested: true}, m.scs.Destroy(ctx)
	}
	actor, person, err := m.cfg.Accounts.Session(ctx, id, epoch, m.time(ctx, keySignedIn))
	if fault.KindOf(err) == fault.Unauthenticated {
		return Current{}, m.scs.Destroy(ctx)
	}
	if err != nil {
		return Current{}, err
	}
	rest := now.Sub(m.time(ctx, keySeen))
	if len(actor.Memberships) > 0 && rest >= StaffIdle {
		return Current{Rested: true}, m.scs.Destroy(ctx)
	}
	if rest >= seenEvery {
		m.put(ctx, keySeen, now)
		m.heldForm(r) // forgets one that is too old
	}
	return Current{Actor: actor, Person: person}, nil
}

func (m *Manager) put(ctx context.Context, key string, t time.Time) {
	m.scs.Put(ctx, key, strconv.FormatInt(t.UnixMilli(), 10))
}

func (m *Manager) time(ctx context.Context, key string) time.Time {
	ms, err := strconv.ParseInt(m.scs.GetString(ctx, key), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// SignIn makes the session that of a person, who showed at a time who they are; zero
// where it is not known, so that grave acts ask. Nothing of before stays in it, and
// its id is new.
func (m *Manager) SignIn(r *http.Request, p access.Person, shown time.Time) error {
	ctx, now := r.Context(), m.cfg.Now()
	if err := m.scs.Clear(ctx); err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	if err := m.scs.RenewToken(ctx); err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	m.scs.Put(ctx, keyPerson, string(p.ID))
	m.scs.Put(ctx, keyEpoch, strconv.FormatInt(p.Epoch, 10))
	if !shown.IsZero() {
		m.put(ctx, keySignedIn, shown)
	}
	m.put(ctx, keyBegun, now)
	m.put(ctx, keySeen, now)
	m.scs.SetDeadline(ctx, now.Add(Lifetime))
	return nil
}

// Confirmed notes that the person has just shown once more who they are. The id
// of the session is new.
func (m *Manager) Confirmed(r *http.Request) error {
	ctx := r.Context()
	if m.scs.GetString(ctx, keyPerson) == "" {
		return fault.New(fault.Unauthenticated, "access.nobody", nil)
	}
	if err := m.scs.RenewToken(ctx); err != nil {
		return fmt.Errorf("confirming: %w", err)
	}
	m.put(ctx, keySignedIn, m.cfg.Now())
	m.scs.SetDeadline(ctx, m.time(ctx, keyBegun).Add(Lifetime)) // no longer than before
	return nil
}

// GoOn lets this session, alone of all of its person, go on in a new epoch. Its
// id is new.
func (m *Manager) GoOn(r *http.Request, epoch int64) error {
	if err := m.scs.RenewToken(r.Context()); err != nil {
		return fmt.Errorf("going on: %w", err)
	}
	m.scs.Put(r.Context(), keyEpoch, strconv.FormatInt(epoch, 10))
	m.scs.SetDeadline(r.Context(), m.time(r.Context(), keyBegun).Add(Lifetime))
	return nil
}

// SignOut ends the session.
func (m *Manager) SignOut(r *http.Request) error {
	if err := m.scs.Destroy(r.Context()); err != nil {
		return fmt.Errorf("signing out: %w", err)
	}
	return nil
}

// Keep keeps something in the session until it is taken: the State of a sign-in,
// or what somebody who signs up has said so far.
func (m *Manager) Keep(r *http.Request, name, value string) {
	ctx := r.Context()
	if m.scs.GetString(ctx, keyPerson) == "" {
		m.scs.SetDeadline(ctx, m.cfg.Now().Add(anonymousFor))
	}
	m.scs.Put(ctx, "kept-"+name, value)
}

// Kept looks at what was kept; empty: nothing.
func (m *Manager) Kept(r *http.Request, name string) string {
	return m.scs.GetString(r.Context(), "kept-"+name)
}

// Take gives what was kept, and forgets it.
func (m *Manager) Take(r *http.Request, name string) string {
	return m.scs.PopString(r.Context(), "kept-"+name)
}

// With gives a request in which somebody acts who has no session: a program, by
// its token.
func With(r *http.Request, c Current) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), currentKey{}, c))
}
