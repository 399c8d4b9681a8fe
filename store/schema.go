package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/pressly/goose/v3"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/migrations"
)

// Schema tells which version the schema of a database had when it was opened, and
// which it has now. The version of an empty database is 0.
type Schema struct{ Was, Is int64 }

// Schema tells what Open found and did.
func (s *Store) Schema() Schema { return s.schema }

// migrate brings the schema up to date; goose keeps its version in a table. A
// database of a newer program is refused: this one would not keep what the newer
// one promises.
func (s *Store) migrate(ctx context.Context, d goose.Dialect, table string, create bool) error {
	p, err := goose.NewProvider(d, s.write, migrations.Files, goose.WithTableName(table))
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("reading schema version: %w", engineFault(err))
	}
	s.schema = Schema{Was: have, Is: want}
	switch {
	case have > want:
		return fault.New(fault.Unsupported, "store.newer", fmt.Errorf("schema %d, this program knows %d", have, want))
	case have == 0 && !create:
		return fault.New(fault.NotFound, "store.empty", errors.New("no schema"))
	}
	for have != want {
		_, err := p.Up(ctx)
		if err == nil {
			break
		}
		// Another process may do the same changes at the same time. As long
		// as one of the two gets on, the rest is tried again.
		now, _, again := p.GetVersions(ctx)
		if again != nil || now <= have {
			return fmt.Errorf("changing schema from %d to %d: %w", have, want, engineFault(err))
		}
		have = now
	}
	return s.migrateJobs(ctx)
}

// migrateJobs brings the tables of the jobs up to date, if there are any.
func (s *Store) migrateJobs(ctx context.Context) error {
	j, ok := s.jobs.(JobSchema)
	if !ok {
		return nil
	}
	// As above: another process may do the same at the same time.
	var err error
	for range 3 {
		if err = j.MigrateJobs(ctx, s.Engine()); err == nil || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("changing the tables of jobs: %w", engineFault(err))
	}
	return nil
}
