package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/public"
)

// DemoCmd shows the whole trip on one machine.
type DemoCmd struct {
	Data string `default:"probatum-demo" placeholder:"DIR" help:"Folder for keys, database and files. It may exist: its keys are used again."`
	Addr string `default:"127.0.0.1:8080" help:"Loopback address to listen on; port 0 takes a free one."`
	Once bool   `help:"End after verifying what was issued."`
	JSON bool   `name:"json" help:"Print one line of JSON on stdout when ready, all else on stderr."`

	Conformance bool `help:"Serve https with a self-signed certificate, and the W3C VC-API instances for conformance suites beside the pages."`
}

// shutdownTime is how long running answers may take when the demo ends.
const shutdownTime = 3 * time.Second

// Run issues, verifies, prints and serves.
func (c *DemoCmd) Run(ctx context.Context, std stdio, loc i18n.Localizer) error {
	dir, err := c.folder()
	if err != nil {
		return err
	}
	listener, origin, err := c.listen()
	if err != nil {
		return err
	}
	if listener != nil {
		defer listener.Close() //nolint:errcheck // closed by the server already
	}
	log := slog.New(slog.NewTextHandler(std.err, nil))
	var suites *conformance
	certificate := ""
	if c.Conformance && listener != nil {
		var secure *tls.Config
		if secure, certificate, err = selfSigned(dir, time.Now()); err != nil {
			return err
		}
		listener = tls.NewListener(listener, secure)
	}
	srv, err := openServer(ctx, serverConfig{dir: dir, origin: origin, create: true, demo: true, now: time.Now, log: log})
	if err != nil {
		return err
	}
	defer srv.close() //nolint:errcheck // everything is committed

	d := demo{server: srv}
	if err := d.seed(ctx); err != nil {
		return err
	}
	shown, err := d.issue(ctx)
	if err != nil {
		return err
	}
	if err := d.withdraw(ctx, &shown); err != nil {
		return err
	}
	if err := d.trustServer(certificate); err != nil {
		return err
	}
	set, err := trust.Load(shown.Trust)
	if err != nil {
		return err
	}
	v, err := newVerifier(set, false, store.Lists{Store: srv.db})
	if err != nil {
		return err
	}
	if certificate != "" {
		if suites, err = newConformance(origin, set, log); err != nil {
			return err
		}
	}
	verdict, err := verifyFiles(ctx, v, shown)
	if err != nil {
		return err
	}
	withdrawn, err := verifyFile(ctx, v, shown.Revoked)
	if err != nil {
		return err
	}
	if suites != nil {
		shown.VCAPI, shown.VCAPIIssuers, shown.TLS = origin+strings.TrimSuffix(vcapiPath, "/"), suites.issuers, certificate
	}
	if err := c.print(std, loc, shown, verdict, withdrawn); err != nil {
		return err
	}
	if verdict != verifier.Valid || withdrawn.Code() != proof.Status || withdrawn.Verdict() != verifier.Invalid {
		return fault.New(fault.Internal, "cli.demo.failed", nil)
	}
	if c.Once {
		return nil
	}
	return c.serve(ctx, std, loc, log, listener, v, &d, suites)
}

// folder makes the data folder and gives its absolute path. It holds keys and
// personal data: only the owner may look in.
func (c *DemoCmd) folder() (string, error) {
	dir, err := filepath.Abs(c.Data)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", fault.New(fault.Conflict, "cli.demo.folder", err).With("Dir", c.Data)
	}
	return dir, nil
}

// listen takes the address and gives the origin of the pages. With --once
// nothing will be served, so no listener is opened.
func (c *DemoCmd) listen() (net.Listener, string, error) {
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil || !loopback(host) {
		return nil, "", fault.New(fault.Usage, "cli.demo.addr", err).With("Addr", c.Addr)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return nil, "", fault.New(fault.Usage, "cli.demo.port", nil).With("Addr", c.Addr)
	}
	if c.Once {
		if port == "0" {
			port = "8080"
		}
		if host == "localhost" { // addresses below it are those of one machine, by number
			host = "127.0.0.1"
		}
		return nil, c.scheme() + net.JoinHostPort(host, port), nil
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return nil, "", fault.New(fault.Unavailable, "cli.demo.listen", err).With("Addr", c.Addr)
	}
	host, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, "", fmt.Errorf("reading the address: %w", err)
	}
	return l, c.scheme() + net.JoinHostPort(host, port), nil
}

// scheme is how the pages are reached.
func (c *DemoCmd) scheme() string {
	if c.Conformance {
		return "https://"
	}
	return "http://"
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// serve answers until ctx ends.
func (c *DemoCmd) serve(ctx context.Context, std stdio, loc i18n.Localizer, log *slog.Logger, l net.Listener,
	v *verifier.Verifier, d *demo, suites *conformance,
) error {
	known, err := d.demoPeople(ctx)
	if err != nil {
		return err
	}
	handler, err := d.pages(sitePages{verifier: v, people: known, vcapi: suites != nil})
	if err != nil {
		return err
	}
	if suites != nil {
		handler = suites.beside(handler)
	}
	if _, err := fmt.Fprintln(c.talk(std), loc.T("cli.demo.serving", "URL", d.origin)); err != nil {
		return fmt.Errorf("writing the message: %w", err)
	}
	if err := d.start(ctx); err != nil {
		return err
	}
	handler = thisMachine(handler)
	following, stop := context.WithCancel(ctx)
	defer stop()
	go d.follow(following)
	err = serveOn(ctx, l, public.Server(handler, log))
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	return errors.Join(err, d.stop(last))
}

// thisMachine answers requests to this machine by its own names alone. In the demo
// anybody may be anybody, so no page of another site may get in by a name that it
// has pointed here.
func thisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if !loopback(strings.Trim(host, "[]")) {
			http.Error(w, http.StatusText(http.StatusMisdirectedRequest), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// talk is where text for people goes.
func (c *DemoCmd) talk(std stdio) io.Writer {
	if c.JSON {
		return std.err
	}
	return std.out
}

// links gives the public pages what the store keeps, and counts who looked.
type links struct {
	store *store.Store
	looks *award.Looks
}

// Sealed implements public.Links.
func (l links) Sealed(ctx context.Context, token string) ([]byte, error) {
	c, err := l.store.Linked(ctx, token)
	if err != nil {
		return nil, err
	}
	l.looks.Saw(token)
	return c.Bytes, nil
}
