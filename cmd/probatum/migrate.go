package main

import (
	"context"
	"fmt"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/jobs"
	"github.com/probatum/probatum/store"
)

// MigrateCmd brings the schema of a database up to date.
type MigrateCmd struct {
	Database string `required:"" placeholder:"URL" help:"The database: path of an SQLite file, or postgres://user@host/name. The password is better kept in a file: add ?passfile=FILE."`
	Create   bool   `env:"-" help:"Make the database where there is none (SQLite), or fill an empty one (PostgreSQL)."`
}

// Run opens the database, which changes its schema, and prints the versions.
func (c *MigrateCmd) Run(ctx context.Context, std stdio, loc i18n.Localizer) error {
	queue, err := jobs.New() // it has tables of its own
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, c.Database, store.Options{Create: c.Create, Jobs: queue})
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // everything is committed
	v := db.Schema()
	message := loc.T("cli.migrate.done", "From", v.Was, "To", v.Is)
	switch v.Was {
	case 0:
		message = loc.T("cli.migrate.created", "To", v.Is)
	case v.Is:
		message = loc.T("cli.migrate.current", "To", v.Is)
	}
	if _, err := fmt.Fprintln(std.out, message); err != nil {
		return fmt.Errorf("writing the message: %w", err)
	}
	return nil
}
