// Package store keeps Results, Drafts, reservations, sealed credentials and
// public links in a database.
//
// Start with Open. A Store serves issuer as its Store, and the public pages by
// Linked. Whoever opens a store says whether it may be a new one: a database
// that should exist but does not is an error, never a fresh empty one. What a
// method kept when it returned without an error is on the disk.
//
// The SQL is one text for SQLite and PostgreSQL; what must differ stands in
// sqlite.go. Ids are text, times UTC in unix milliseconds, JSON is text. What is
// read back as bytes is compared with its digest first: damaged bytes are
// neither signed nor shown.
package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
)

var (
	_ issuer.Store  = (*Store)(nil)
	_ issuer.Leaser = (*Store)(nil)
)

// DefaultLease is how long a reservation belongs to who made or resumed it.
const DefaultLease = 2 * time.Minute

// Options say how a store is opened. The zero value opens one that exists.
type Options struct {
	Create bool             // make a new database where there is none
	Now    func() time.Time // the clock; nil means time.Now
	Lease  time.Duration    // how long a reservation is held; 0 means DefaultLease
}

// A Store is an open database. It is safe for concurrent use, and several
// processes may have the same one open.
type Store struct {
	write *sql.DB // one connection: SQLite has one writer at a time
	read  *sql.DB
	now   func() time.Time
	lease time.Duration
}

// Open opens the SQLite database at path and brings its schema up to date. It
// refuses a database that does not exist, unless Create is set, one that is not
// of this program, and one that a newer version has written.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	s := &Store{now: o.Now, lease: o.Lease}
	if s.now == nil {
		s.now = time.Now
	}
	if s.lease <= 0 {
		s.lease = DefaultLease
	}
	if err := s.open(ctx, path, o.Create); err != nil {
		return nil, errors.Join(fmt.Errorf("opening store %s: %w", path, err), s.Close())
	}
	return s, nil
}

// Close gives the database back. What was kept stays kept without it.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// Ready asks the database for an answer; it is what a readiness check calls.
func (s *Store) Ready(ctx context.Context) error {
	var one int
	if err := s.read.QueryRowContext(ctx, `select 1`).Scan(&one); err != nil {
		return fmt.Errorf("asking the store: %w", engineFault(err))
	}
	return nil
}

// change runs f in one transaction, with the time that it is about.
func (s *Store) change(ctx context.Context, f func(tx *sql.Tx, now time.Time) error) error {
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return engineFault(err)
	}
	if err := f(tx, s.now()); err != nil {
		// The cause counts; a rollback that fails leaves nothing kept either.
		_ = tx.Rollback()
		return engineFault(err)
	}
	if err := tx.Commit(); err != nil {
		return engineFault(err)
	}
	return nil
}

func millis(t time.Time) int64 { return t.UTC().UnixMilli() }

// orNull gives the milliseconds of t, or null for the zero time.
func orNull(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: millis(t), Valid: !t.IsZero()}
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// intact compares bytes with the digest that was kept beside them.
func intact(what, id, want string, b []byte) error {
	if digest(b) != want {
		return fault.New(fault.Internal, "store.damaged", fmt.Errorf("%s %s does not fit its digest", what, id))
	}
	return nil
}
