package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/jobs"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/store"
)

// A server is what serves people and bodies: the database, the files, and the
// use cases over them. "serve" and "demo" are two ways to start one.
type server struct {
	serverConfig

	db        *store.Store
	blobs     *store.Blobs
	links     access.LinkKey
	accounts  *access.Accounts
	portfolio *portfolio.Portfolio
	seals     award.Seals
	desk      *award.Desk
	looks     *award.Looks
	composer  *mail.Composer
	sender    *mail.Sender // nil: letters are kept
	runner    *jobs.Runner
	still     func() // ends what counts looks; set by start
}

// A serverConfig says what a server stands on.
type serverConfig struct {
	dir      string // data folder, absolute
	origin   string // public URL
	database string // empty: an SQLite file in the data folder
	files    string // address of the storage of files; empty: a folder in the data folder
	create   bool
	demo     bool
	mail     mailConfig
	now      func() time.Time
	log      *slog.Logger
}

// A mailConfig says how letters leave.
type mailConfig struct {
	smtp     string // empty: letters are kept
	password string
	from     string
	name     string
	replyTo  string
}

// openServer opens everything. What it opened is closed by close, also after an
// error.
func openServer(ctx context.Context, c serverConfig) (*server, error) {
	if c.database == "" {
		c.database = filepath.Join(c.dir, "probatum.db")
	}
	if c.files == "" {
		c.files = (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(c.dir, "evidence"))}).String()
	}
	s := &server{serverConfig: c}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *server) open(ctx context.Context) error {
	c := s.serverConfig
	queue, err := jobs.New()
	if err != nil {
		return fmt.Errorf("preparing jobs: %w", err)
	}
	if s.db, err = store.Open(ctx, c.database, store.Options{Create: c.create, Now: c.now, Jobs: queue}); err != nil {
		return err
	}
	sent, err := s.db.AnyTicket(ctx)
	if err != nil {
		return err
	}
	if s.links, err = linkKey(filepath.Join(c.dir, "keys", "links.key"), !sent); err != nil {
		return err
	}
	if s.blobs, err = store.OpenBlobs(ctx, c.files); err != nil {
		return err
	}
	spool := filepath.Join(c.dir, "spool") // files wait here until they are whole
	if err := os.MkdirAll(spool, 0o700); err != nil {
		return fault.New(fault.Conflict, "cli.serve.folder", err).With("Dir", spool)
	}
	s.accounts = &access.Accounts{Store: s.db, Links: s.links, Now: c.now}
	s.portfolio = portfolio.New(portfolio.Config{
		Store: s.db, Blobs: s.blobs, Spool: spool, Unit: knownUnit, Body: s.knownBody, Now: c.now, Log: c.log,
	})
	s.seals = award.Seals{Profiles: s.db, Store: s.db, Data: c.dir, PublicURL: printed(c.origin), Now: c.now}
	if s.desk, err = award.New(award.Config{
		Issuers: s.seals,
		Store:   s.db, Links: s.links, PublicURL: printed(c.origin), Now: c.now, Log: c.log,
	}); err != nil {
		return err
	}
	s.looks = award.NewLooks(s.db, c.now, c.log)
	return s.openMail()
}

// printed is the public URL as credentials have it. People reach a server of one
// machine at localhost, since passkeys need a name; what is printed and signed
// has the address by number, which is this machine wherever it is read.
func printed(origin string) string {
	if rest, ok := strings.CutPrefix(origin, "http://localhost"); ok && (rest == "" || rest[0] == ':') {
		return "http://127.0.0.1" + rest
	}
	return origin
}

func (s *server) openMail() (err error) {
	from := s.mail.from
	if from == "" {
		from = "probatum@localhost.invalid" // kept letters only: see ServeCmd.check
	}
	if s.composer, err = mail.New(mail.Config{
		PublicURL: s.origin, From: from, Name: s.mail.name, ReplyTo: s.mail.replyTo, Demo: s.demo, Now: s.now,
		Link: mail.LinkTo(s.origin, func(purpose, ticket string) string {
			return s.links.Secret(access.Purpose(purpose), access.TicketID(ticket))
		}),
	}); err != nil {
		return err
	}
	if s.mail.smtp == "" {
		return nil
	}
	s.sender, err = mail.NewSender(mail.SMTP{URL: s.mail.smtp, Password: s.mail.password})
	return err
}

// How often what comes back comes back.
const (
	publishEvery = 20 * time.Second // status lists that are due: a change is seen within status.MaxStale
	sealsEvery   = 5 * time.Minute  // all status lists: another seal is noted
	resumeEvery  = time.Minute
	sweepEvery   = time.Hour
	filesEvery   = 5 * time.Minute
)

// atStart is how long serving waits for what is due at the start. The jobs go on
// with the rest.
const atStart = 5 * time.Second

// start publishes what is due, and then runs jobs until stop. They begin at once,
// also with what a crash has left of sealing.
func (s *server) start(ctx context.Context) error {
	due, enough := context.WithTimeout(ctx, atStart)
	defer enough()
	if _, err := s.desk.PublishDue(due); err != nil {
		s.log.ErrorContext(ctx, "publishing status lists", "err", err)
	}
	c := jobs.Config{
		Outbox: s.db, Composer: s.composer, Look: s.mailLook, Log: s.log, Now: s.now,
		Tasks: []jobs.Task{
			{Name: "publish", Every: publishEvery, Run: func(ctx context.Context) error { _, err := s.desk.PublishDue(ctx); return err }},
			{Name: "seals", Every: sealsEvery, Run: func(ctx context.Context) error { _, err := s.desk.PublishAll(ctx); return err }},
			{Name: "resume", Every: resumeEvery, Run: func(ctx context.Context) error { _, err := s.desk.ResumeAll(ctx); return err }},
			{Name: "sweep", Every: sweepEvery, Run: s.db.Sweep},
			{Name: "files", Every: filesEvery, Run: func(ctx context.Context) error { _, err := s.portfolio.Sweep(ctx); return err }},
		},
	}
	if s.sender != nil {
		c.Sender = s.sender
	}
	counting, end := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.looks.Run(counting)
	}()
	s.still = func() { end(); <-done }
	var err error
	s.runner, err = jobs.Start(ctx, s.db.Engine(), c)
	return err
}

// mailLook is how the letters of a body look.
func (s *server) mailLook(ctx context.Context, id string) (mail.Look, error) {
	p, err := s.db.BodyProfile(ctx, access.BodyID(id))
	if err != nil {
		return mail.Look{}, err
	}
	name := p.Mail.Sender
	if name == "" {
		name = p.Name("")
	}
	return mail.Look{Name: name, Colour: p.Colours.Accent, ReplyTo: p.Mail.ReplyTo}, nil
}

// stop ends the jobs; those that run get a moment.
func (s *server) stop(ctx context.Context) error {
	if s.still != nil {
		s.still()
		s.still = nil
	}
	if s.runner == nil {
		return nil
	}
	err := s.runner.Stop(ctx)
	s.runner = nil
	return err
}

// close gives back what openServer opened; what start began ends first.
func (s *server) close() error {
	last, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	errs := []error{s.stop(last)}
	if s.blobs != nil {
		errs = append(errs, s.blobs.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(errs...)
}

func (s *server) knownBody(ctx context.Context, id access.BodyID) (bool, error) {
	_, err := s.db.Body(ctx, id)
	switch {
	case err == nil:
		return true, nil
	case fault.KindOf(err) == fault.NotFound:
		return false, nil
	}
	return false, err
}

func knownUnit(_ context.Context, id string) (bool, error) {
	for _, u := range assessment.Standards() {
		if u.ID == id {
			return true, nil
		}
	}
	return false, nil
}

// linkKey reads the key behind one-time links, and makes it at the first start. Of
// several processes that start at once, one makes it. Where links were sent already,
// by another key, none is made: they would open nothing, and nobody would know why.
func linkKey(path string, first bool) (access.LinkKey, error) {
	var key access.LinkKey
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if !first {
			return key, fault.New(fault.NotFound, "cli.serve.links.lost", nil).With("Path", path)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return key, fault.New(fault.Conflict, "cli.serve.folder", err).With("Dir", filepath.Dir(path))
		}
		rand.Read(key[:]) // never fails: see crypto/rand
		if err := private.KeepNew(path, key[:]); err != nil && fault.KindOf(err) != fault.Conflict {
			return key, err
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return key, unreadable(path, err)
	}
	if len(data) != len(key) {
		return key, fault.New(fault.Unreadable, "cli.serve.links", errors.New("wrong length")).With("Path", path)
	}
	copy(key[:], data)
	return key, nil
}
