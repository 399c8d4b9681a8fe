package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/probatum/probatum/internal/fault"
)

// where says where the data of a server is and where people find it: the same
// flags, and the same settings of the environment, as those of serve.
type where struct {
	Data      string `default:"probatum-data" placeholder:"DIR" help:"Data folder of the server, with its keys."`
	Database  string `placeholder:"URL" help:"postgres://user@host/name, or the path of an SQLite file; by default probatum.db in the data folder."`
	PublicURL string `name:"public-url" placeholder:"URL" help:"Origin that people see: links begin with it; by default http://localhost and the port of serve --addr, elsewhere http://localhost:8080."`
}

// open opens the data of a server. The folder must be that of one, even if the
// database is elsewhere: keys that were made in a wrong folder would be of no use,
// and nobody would see it. With create it may be a new server.
func (w *where) open(ctx context.Context, std stdio, create bool) (*server, error) {
	origin, err := w.origin("8080")
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(w.Data)
	if err == nil && create {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return nil, fault.New(fault.Conflict, "cli.demo.folder", err).With("Dir", w.Data)
	}
	if !create {
		if _, err := os.Stat(filepath.Join(dir, "keys", "links.key")); err != nil {
			return nil, fault.New(fault.NotFound, "cli.admin.data", err).With("Dir", w.Data)
		}
	}
	return openServer(ctx, serverConfig{
		dir: dir, origin: origin, database: w.Database, create: create,
		files: "mem://", // a console has nothing to do with evidence
		now:   time.Now, log: slog.New(slog.NewTextHandler(std.err, nil)),
	})
}

// origin is what people see: as the flag says, or this machine by its name, as passkeys
// want it, with the port that serve listens on.
func (w *where) origin(port string) (string, error) {
	if w.PublicURL == "" {
		return "http://localhost:" + port, nil
	}
	return strings.TrimSuffix(w.PublicURL, "/"), checkOrigin(w.PublicURL)
}
