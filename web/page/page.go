// Package page is the ground that all pages and interfaces stand on: what is
// known of a request, what is logged, what browsers may do, how errors are told,
// how bodies and forms are read, and the layout and parts that pages are made
// of. It knows no use case, no account and no session; whoever signs people in
// tells it by Config.Frame, Config.SignIn and Prefer.
//
// Start with New, which gives a Site, and write handlers that return an error:
// Site.Page turns it into a page in the reader's language, Site.API into problem
// details (RFC 9457). docs/web.md shows how a page, a form and a message are
// added.
//
// It promises that
//   - what has no public face says nothing about its cause, and is logged once;
//   - no path, query, body or address of a client is logged, but the pattern of
//     the route;
//   - a page is written only when it is whole;
//   - pages work without script, and carry none inline, and no inline style;
//   - a form is read within limits of size, number, time and memory, and its
//     texts hold no control character.
package page

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/probatum/probatum/internal/room"
)

// A Handler answers a request, or returns an error and has written nothing.
type Handler = func(http.ResponseWriter, *http.Request) error

// Config says what a Site is. PublicURL must be given.
type Config struct {
	PublicURL string       // origin that people see, such as https://verify.example; without a path
	Demo      bool         // every page says DEMO
	Log       *slog.Logger // nil: slog.Default()

	// Templates hold the pages of the site: each file name.html is the page name and
	// defines "main". Files that begin with _ hold parts for all of them. A page
	// error.html takes the place of ours.
	Templates fs.FS

	// Static holds files of the site beside ours, served by digest name. A name
	// of ours is refused.
	Static fs.FS

	App  bool   // pages load the stylesheet and the script of signed-in pages
	Foot string // message key of the sentence at the foot of every page; may be empty

	// AfterPost is where the language links of an answer to a form lead, which a
	// link cannot ask for again; empty: "/".
	AfterPost string

	Policy Policy // what browsers may do; the zero value allows least

	// Frame gives what stands around a page for who is signed in; nil, or a nil
	// Frame, is the plain header.
	Frame func(*http.Request) *Frame

	// Enter is the path of the page for signing in, which pages offer to who has
	// not; empty: they offer none.
	Enter string

	// SignIn answers a page that needs a sign-in, usually by SeeOther to the page
	// for it. nil: the error page says that a sign-in is needed.
	SignIn func(http.ResponseWriter, *http.Request)
}

// maxHeld is how many bytes of bodies are held in memory at the same time.
const maxHeld = 64 << 20

// A Site makes pages of one kind: the public ones, or those of who is signed in.
type Site struct {
	cfg    Config
	origin *url.URL
	pages  pages
	assets *assets
	held   *room.Room
}

// New makes a Site. Everything that can be wrong with templates and messages is
// found here, not while serving.
func New(cfg Config) (*Site, error) {
	origin, err := originOf(cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	a, err := loadAssets(cfg.Static)
	if err != nil {
		return nil, err
	}
	p, err := loadPages(cfg.Templates, a)
	if err != nil {
		return nil, err
	}
	return &Site{cfg: cfg, origin: origin, pages: p, assets: a, held: room.New(maxHeld)}, nil
}

func originOf(public string) (*url.URL, error) {
	u, err := url.Parse(public)
	if err != nil {
		return nil, fmt.Errorf("public URL: %w", err)
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil ||
		(u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("public URL %q is not an origin such as https://verify.example", public)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// Origin is the origin that people see, without a slash at its end.
func (s *Site) Origin() string { return s.origin.String() }

// Log is where the Site logs.
func (s *Site) Log() *slog.Logger { return s.cfg.Log }

// Use gives the middlewares of every Site in their order: number and language
// of the request, log, recovery, headers.
func (s *Site) Use() []func(http.Handler) http.Handler {
	policy := s.cfg.Policy
	policy.Secure = policy.Secure || onlyHTTPS(s.Origin())
	return []func(http.Handler) http.Handler{
		WithRequest, Logged(s.cfg.Log), Recovered(s.cfg.Log, s.Refuse), Headers(policy),
	}
}

// SameSite refuses requests that change something and that another site had a
// browser send.
func (s *Site) SameSite() (func(http.Handler) http.Handler, error) {
	p := http.NewCrossOriginProtection()
	if err := p.AddTrustedOrigin(s.origin.String()); err != nil {
		return nil, fmt.Errorf("trusting our own origin: %w", err)
	}
	deny := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Refuse(w, r, errCrossSite) })
	p.SetDenyHandler(deny)
	return func(next http.Handler) http.Handler {
		next = p.Handler(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if s.plain(r) {
				deny(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}, nil
}

// plain tells a request that a page of our own host sends which came by plain http:
// whoever is on the wire may have written it. CrossOriginProtection compares hosts
// alone where a browser sends no Sec-Fetch-Site.
func (s *Site) plain(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return s.origin.Scheme == "https" && strings.HasPrefix(r.Header.Get("Origin"), "http://")
}

var errNoPage = errors.New("no such page")
