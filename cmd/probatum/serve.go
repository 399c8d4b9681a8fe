package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"github.com/probatum/probatum/access/signin"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/web/public"
)

// ServeCmd serves bodies and their people.
type ServeCmd struct {
	where

	Addr   string `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address to listen on. What is in front of it speaks https."`
	Blobs  string `placeholder:"URL" help:"Where evidence is kept: file:///folder or s3://bucket?region=…; by default the folder evidence in the data folder."`
	Create bool   `env:"-" help:"Make a new server: fill an empty database, and print the link by which its first body is set up."`
	Trust  string `placeholder:"DIR" help:"Trust folder for the public pages, as of probatum verify."`

	SMTP         string `name:"smtp" placeholder:"URL" help:"Mail server: smtp://user@host:587 or smtps://user@host:465. Without one letters stay in the outbox."`
	SMTPPassword string `name:"smtp-password" placeholder:"FILE" help:"File with the password for the mail server."`
	MailFrom     string `placeholder:"ADDRESS" help:"Address that letters come from. Needed with --smtp."`
	MailName     string `placeholder:"NAME" help:"Name before that address."`
	MailReplyTo  string `placeholder:"ADDRESS" help:"Address for answers to the server's own letters."`

	Proxy []string `placeholder:"CIDR" help:"Networks of the proxies in front, such as 10.0.0.0/8, whose header X-Forwarded-For is believed. Without it limits count all that comes through a proxy as one client."`

	OIDC string `name:"oidc" placeholder:"FILE" help:"OpenID providers that people may sign in with: docs/accounts.md."`
}

// Run serves until it is told to end.
func (c *ServeCmd) Run(ctx context.Context, std stdio, loc i18n.Localizer) error {
	cfg, err := c.config(std)
	if err != nil {
		return err
	}
	providers, err := readProviders(c.OIDC)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fault.New(fault.Unavailable, "cli.demo.listen", err).With("Addr", c.Addr)
	}
	defer l.Close() //nolint:errcheck // closed by the server already
	if cfg.origin, err = c.listening(l.Addr()); err != nil {
		return err
	}
	s, err := openServer(ctx, cfg)
	if err != nil {
		return err
	}
	defer s.close() //nolint:errcheck // everything is committed
	handler, err := s.pages(sitePages{trust: c.Trust, providers: providers})
	if err != nil {
		return err
	}
	if len(c.Proxy) > 0 {
		handler = middleware.ClientIPFromXFF(c.Proxy...)(handler)
	}
	if err := s.start(ctx); err != nil {
		return err
	}
	if err := c.greet(ctx, std, loc, s); err != nil {
		return err
	}
	err = serveOn(ctx, l, public.Server(handler, cfg.log))
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	return errors.Join(err, s.stop(last))
}

// listening is the origin of a server that listens on an address.
func (c *ServeCmd) listening(addr net.Addr) (string, error) {
	_, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "", fmt.Errorf("reading the address: %w", err)
	}
	return c.origin(port)
}

// config reads the flags into what a server stands on, but for its origin.
func (c *ServeCmd) config(std stdio) (serverConfig, error) {
	var none serverConfig
	if _, err := c.origin(""); err != nil { // before anything is made; the port is known later
		return none, err
	}
	dir, err := filepath.Abs(c.Data)
	if err == nil && c.Create {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return none, fault.New(fault.Conflict, "cli.demo.folder", err).With("Dir", c.Data)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return none, fault.New(fault.NotFound, "cli.serve.none", err).With("Dir", c.Data)
	}
	for _, p := range c.Proxy {
		if _, err := netip.ParsePrefix(p); err != nil {
			return none, fault.New(fault.Usage, "cli.serve.proxy", err).With("Proxy", p)
		}
	}
	if c.SMTP != "" && c.MailFrom == "" {
		return none, fault.New(fault.Usage, "cli.serve.from", nil)
	}
	m := mailConfig{smtp: c.SMTP, from: c.MailFrom, name: c.MailName, replyTo: c.MailReplyTo}
	if c.SMTPPassword != "" {
		secret, err := readFile(c.SMTPPassword, 4<<10)
		if err != nil {
			return none, err
		}
		m.password = strings.TrimRight(string(secret), "\r\n")
	}
	return serverConfig{
		dir: dir, database: c.Database, files: c.Blobs, create: c.Create,
		mail: m, now: time.Now, log: slog.New(slog.NewTextHandler(std.err, nil)),
	}, nil
}

// checkOrigin wants https for what others see: a seal's pages are not served by
// what anybody on the way can change.
func checkOrigin(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return fault.New(fault.Usage, "cli.serve.origin", err).With("URL", address)
	}
	return nil
}

// greet says where the pages are, and what to do first where there is no body yet.
func (c *ServeCmd) greet(ctx context.Context, std stdio, loc i18n.Localizer, s *server) error {
	lines := []string{loc.T("cli.serve.serving", "URL", s.origin)}
	if s.sender == nil {
		lines = append(lines, loc.T("cli.serve.noMail"))
	}
	bodies, err := s.db.Bodies(ctx)
	if err != nil {
		return err
	}
	if len(bodies) == 0 {
		secret, t, err := s.accounts.SetUpLink(ctx, "")
		if err != nil {
			return err
		}
		lines = append(lines, loc.T("cli.serve.first", "Link", s.origin+"/setup/"+secret, "Hours", int(time.Until(t.Expires).Round(time.Hour).Hours())))
	}
	if _, err := fmt.Fprintln(std.out, strings.Join(lines, "\n")); err != nil {
		return fmt.Errorf("writing the message: %w", err)
	}
	return nil
}

// serveOn serves until ctx ends, then lets running answers end.
func serveOn(ctx context.Context, l net.Listener, hs *http.Server) error {
	ended := make(chan error, 1)
	go func() { ended <- hs.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := hs.Shutdown(last); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("ending the server: %w", err)
	}
	return nil
}

// maxProviders bounds the file of providers.
const maxProviders = 64 << 10

// readProviders reads the file of OpenID providers: a list of objects. A secret
// is in a file of its own.
func readProviders(path string) ([]signin.Provider, error) {
	if path == "" {
		return nil, nil
	}
	data, err := readFile(path, maxProviders)
	if err != nil {
		return nil, err
	}
	var listed []struct {
		ID         string   `json:"id"`
		Name       string   `json:"name"`
		Issuer     string   `json:"issuer"`
		ClientID   string   `json:"clientId"`
		SecretFile string   `json:"secretFile"`
		Hosts      []string `json:"hosts"`
	}
	if err := strictjson.Decode(data, &listed, strictjson.DisallowUnknown()); err != nil {
		return nil, inFile{path, fault.New(fault.Unreadable, "cli.serve.oidc", err)}
	}
	var all []signin.Provider
	for _, p := range listed {
		provider := signin.Provider{ID: p.ID, Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID, Hosts: p.Hosts}
		if p.SecretFile != "" {
			file := p.SecretFile
			if !filepath.IsAbs(file) {
				file = filepath.Join(filepath.Dir(path), file)
			}
			secret, err := readFile(file, 4<<10)
			if err != nil {
				return nil, err
			}
			provider.Secret = strings.TrimRight(string(secret), "\r\n")
		}
		all = append(all, provider)
	}
	return all, nil
}
