// Package jobs does what is to be done after a request: it sends the letters of the
// outbox and runs what comes back at intervals, such as signing status lists anew.
//
// A Queue puts jobs into the transactions of a store, so that there is a job if and
// only if there is the change that asks for it. Start runs them, in the same process
// or in others on the same database.
//
// It promises that a letter is sent at least once and, but for a crash between
// sending and marking it, once; that it is tried again for two days; and that no
// address and no secret stands in a job, its errors or the log.
package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/probatum/probatum/store"
)

var (
	_ store.Enqueuer  = (*Queue)(nil)
	_ store.JobSchema = (*Queue)(nil)
)

// A Queue puts jobs into transactions. It needs no database of its own, so that a
// store is opened with it.
type Queue struct {
	sqlite   *river.Client[*sql.Tx]
	postgres *river.Client[pgx.Tx]
}

// New makes a Queue.
func New() (*Queue, error) {
	silent := &river.Config{Logger: slog.New(slog.DiscardHandler)} // what goes wrong is returned
	sqlite, err := river.NewClient(riversqlite.New(nil), silent)
	if err != nil {
		return nil, fmt.Errorf("making the queue: %w", err)
	}
	postgres, err := river.NewClient(riverpgxv5.New(nil), silent)
	if err != nil {
		return nil, fmt.Errorf("making the queue: %w", err)
	}
	return &Queue{sqlite: sqlite, postgres: postgres}, nil
}

// Enqueue puts a job into a running transaction.
func (q *Queue) Enqueue(ctx context.Context, tx store.Tx, kind string, args []byte) error {
	job := raw{kind: kind, json: args}
	opts := &river.InsertOpts{MaxAttempts: maxAttempts}
	if lite, ok := tx.SQLite(); ok {
		_, err := q.sqlite.InsertTx(ctx, lite, job, opts)
		return err
	}
	return tx.Postgres(func(tx pgx.Tx) error {
		_, err := q.postgres.InsertTx(ctx, tx, job, opts)
		return err
	})
}

// raw is a job whose args are JSON already.
type raw struct {
	kind string
	json json.RawMessage
}

func (r raw) Kind() string                 { return r.kind }
func (r raw) MarshalJSON() ([]byte, error) { return r.json, nil }

// MigrateJobs makes the tables of the queue or brings them up to date.
func (q *Queue) MigrateJobs(ctx context.Context, e store.Engine) error {
	if e.Postgres != nil {
		return migrate(ctx, riverpgxv5.New(e.Postgres))
	}
	return migrate(ctx, riversqlite.New(e.SQLite))
}

func migrate[T any](ctx context.Context, d riverdriver.Driver[T]) error {
	m, err := rivermigrate.New(d, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("reading the migrations of the queue: %w", err)
	}
	want := len(m.AllVersions())
	for wait := 10 * time.Millisecond; ; wait *= 2 {
		have, err := m.ExistingVersions(ctx)
		switch {
		case err != nil:
		case len(have) == want:
			return nil
		case len(have) > want:
			return errors.New("the tables of the queue are of a newer program")
		default:
			_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
			if err == nil {
				return nil
			}
		}
		// On SQLite another process may do the same at the same time.
		if wait > time.Second {
			return fmt.Errorf("changing the tables of the queue: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}
