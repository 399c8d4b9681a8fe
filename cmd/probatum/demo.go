package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
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
	db, err := store.Open(ctx, filepath.Join(dir, "probatum.db"), store.Options{Create: true})
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // everything is committed

	d := demo{dir: dir, origin: origin, store: db, now: time.Now}
	shown, err := d.issue(ctx)
	if err != nil {
		return err
	}
	set, err := trust.Load(shown.Trust)
	if err != nil {
		return err
	}
	v := &verifier.Verifier{Trust: set, Now: time.Now}
	verdict, err := verifyFiles(ctx, v, shown)
	if err != nil {
		return err
	}
	if err := c.print(std, loc, shown, verdict); err != nil {
		return err
	}
	if verdict != verifier.Valid {
		return fault.New(fault.Internal, "cli.demo.failed", nil)
	}
	if c.Once {
		return nil
	}
	return c.serve(ctx, std, loc, listener, v, db, origin)
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
		return nil, "http://" + net.JoinHostPort(host, port), nil
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return nil, "", fault.New(fault.Unavailable, "cli.demo.listen", err).With("Addr", c.Addr)
	}
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, "", fmt.Errorf("reading the address: %w", err)
	}
	return l, "http://" + net.JoinHostPort(host, port), nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// serve answers until ctx ends.
func (c *DemoCmd) serve(ctx context.Context, std stdio, loc i18n.Localizer, l net.Listener, v *verifier.Verifier, db *store.Store, origin string) error {
	log := slog.New(slog.NewTextHandler(std.err, nil))
	handler, err := public.New(public.Config{
		Verifier: v, Links: links{db}, PublicURL: origin, Demo: true, Log: log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(c.talk(std), loc.T("cli.demo.serving", "URL", origin)); err != nil {
		return fmt.Errorf("writing the message: %w", err)
	}
	server := public.Server(handler, log)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving on %s: %w", c.Addr, err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := server.Shutdown(last); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("ending the demo: %w", err)
	}
	return nil
}

// talk is where text for people goes.
func (c *DemoCmd) talk(std stdio) io.Writer {
	if c.JSON {
		return std.err
	}
	return std.out
}

// links gives the public pages what the store keeps.
type links struct{ store *store.Store }

// Sealed implements public.Links.
func (l links) Sealed(ctx context.Context, token string) ([]byte, error) {
	c, err := l.store.Linked(ctx, token)
	if err != nil {
		return nil, err
	}
	return c.Bytes, nil
}
