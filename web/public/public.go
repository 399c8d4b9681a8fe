// Package public is the face that anyone may see: the pages on which a
// certificate is checked by link, by file or by pasted text, and the same check
// for programs at POST /api/v1/verify. It also serves our JSON-LD contexts. It knows no accounts, sets no cookies,
// sends no script, and keeps nothing of what it is given: uploads are read in
// memory, within a limit, and forgotten with the answer.
//
// Start with New, which gives the handler, and Server, which wraps it in an
// http.Server with sane time limits.
//
// It promises that
//   - only a valid Report ever looks like a success;
//   - an address /v/{id} that is unknown, closed, expired or ill-formed gives
//     the same answer in the same time;
//   - whatever the bytes say is shown as text, without control or direction
//     characters, cut to a sane length, and never as a link or an image.
package public

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"github.com/probatum/probatum/internal/room"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/openapi"
	"github.com/probatum/probatum/web/page"
)

// Verifier checks bytes; *verifier.Verifier is one. Bad input is a Report, not
// an error. Verify must heed its context and must not keep data.
type Verifier interface {
	Verify(ctx context.Context, data []byte, o verifier.Options) (verifier.Report, error)
}

// Links finds the sealed file behind a public link.
type Links interface {
	// Sealed gives the sealed bytes that the token of a link opens, exactly as
	// they were sealed. A token that is unknown, closed or out of its time gives
	// an error of kind fault.NotFound, in the same time for all three. The
	// tokens that arrive here have the form of a token, nothing more is known.
	Sealed(ctx context.Context, token string) ([]byte, error)
}

// Config says what the pages need. Verifier and PublicURL must be given.
type Config struct {
	Verifier  Verifier
	Links     Links            // nil: no link opens anything
	Published Publications     // nil: there are no status lists and no issuers
	Areas     []string         // of the API document (package openapi) that this server has; nil: "public"
	PublicURL string           // origin that people see, such as https://verify.example; without a path
	Enter     string           // path of the page for signing in; empty: there is none
	Demo      bool             // every page says DEMO, and /demo/states shows all states of the pages
	Log       *slog.Logger     // nil: slog.Default()
	Now       func() time.Time // nil: time.Now
	AtOnce    int              // verifications that run at the same time; 0: one for each processor
	Within    time.Duration    // time for one verification; 0: 2 s. Waiting for its turn may take half of it

	// People gives those of a demo, whom anybody may be; nil: there are none.
	People func(context.Context) []Person
}

// A Person is one of the people of a demo, whom a form at Path makes anybody.
type Person struct {
	Path, Field, Value string
	Name               string
	Role               string // message key
	Body               string // may be empty
}

// Limits of one request. A file of an issuer with pictures in three languages
// has about 110 kB.
const (
	// MaxFile is the size in bytes up to which a file is taken: what the
	// verifier reads.
	MaxFile = strictjson.DefaultMaxBytes

	maxBody    = MaxFile + 64<<10 // the file, and the envelope of a form
	maxHeld    = 24 << 20         // bytes of uploads held in memory at the same time
	verifyTime = 2 * time.Second  // every answer within 2 s
)

//go:embed all:templates
var templateFiles embed.FS

// A site is the public face, ready to serve.
type site struct {
	cfg      Config
	pages    *page.Site
	api      *openapi.Document
	contexts map[string]mirrored // by name
	turns    *page.Turns
	held     *room.Room
}

// New makes the handler for all public routes. Everything that can be wrong
// with templates and messages is found here, not while serving.
func New(cfg Config) (http.Handler, error) {
	s, err := newSite(cfg)
	if err != nil {
		return nil, fmt.Errorf("making the public pages: %w", err)
	}
	return s.routes()
}

func newSite(cfg Config) (*site, error) {
	if cfg.Verifier == nil {
		return nil, errors.New("no verifier given")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.AtOnce <= 0 {
		cfg.AtOnce = runtime.GOMAXPROCS(0)
	}
	if cfg.Within <= 0 {
		cfg.Within = verifyTime
	}
	files, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		return nil, err
	}
	pages, err := page.New(page.Config{
		PublicURL: cfg.PublicURL, Demo: cfg.Demo, Log: cfg.Log, Templates: files, Enter: cfg.Enter,
		Foot: "page.foot.nothing", AfterPost: "/verify",
	})
	if err != nil {
		return nil, err
	}
	areas := cfg.Areas
	if areas == nil {
		areas = []string{"public"}
	}
	api, err := openapi.New(pages.Origin(), areas...)
	if err != nil {
		return nil, err
	}
	return &site{
		cfg: cfg, pages: pages, api: api, contexts: loadContexts(),
		turns: page.NewTurns(cfg.AtOnce, cfg.Within), held: room.New(maxHeld),
	}, nil
}

// Server wraps a handler in a server with time limits that a slow or silent
// client cannot stretch. Its own complaints go to log without addresses of
// clients.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	if log == nil {
		log = slog.Default()
	}
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       20 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
