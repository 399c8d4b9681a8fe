package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pressly/goose/v3"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/migrations"
)

// migrate brings the schema up to date. A database of a newer program is
// refused: this one would not keep what the newer one promises.
func migrate(ctx context.Context, db *sql.DB, create bool) error {
	p, err := goose.NewProvider(goose.DialectSQLite3, db, migrations.Files)
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("reading schema version: %w", engineFault(err))
	}
	switch {
	case have > want:
		return fault.New(fault.Unsupported, "store.newer", fmt.Errorf("schema %d, this program knows %d", have, want))
	case have == 0 && !create:
		return fault.New(fault.NotFound, "store.empty", errors.New("no schema"))
	case have == want:
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		// Another process may have done the same change at the same time.
		if now, _, again := p.GetVersions(ctx); again == nil && now == want {
			return nil
		}
		return fmt.Errorf("changing schema from %d to %d: %w", have, want, engineFault(err))
	}
	return nil
}
