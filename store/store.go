// Package store keeps Results, Drafts, reservations, sealed credentials, public
// links, status lists and the keys of bodies in a database.
//
// Start with Open. A Store serves issuer as its Store, and the public pages by
// Linked, StatusList and KeyHistory. Whoever opens a store says whether it may be
// a new one: a database that should exist but does not is an error, never a fresh
// empty one. What a method kept when it returned without an error is on the disk.
//
// The SQL is one text for SQLite and PostgreSQL; what must differ stands in
// sqlite.go and postgres.go. Ids are text, times UTC in unix milliseconds, JSON is
// text. What is read back as bytes is compared with its digest first: damaged bytes
// are neither signed nor shown.
//
// Rules for SQL here and in migrations, so that one text means the same twice:
//
//   - Types are text, smallint, integer, bigint and bytea. Yes and no is a smallint
//     with a check; a comparison in a select may be scanned into a bool.
//   - Parameters are $1, $2 …; one that stands beside nothing with a type is cast:
//     cast($1 as bigint).
//   - Text from outside is checked before it is looked for: PostgreSQL keeps neither
//     NUL nor broken UTF-8, and answers Invalid where SQLite finds nothing. See plain.
//   - Order by text, like and lower() follow the database's own alphabet. Where an
//     order or a spelling is promised, Go makes it.
//   - A duplicate is expected by "on conflict … do nothing returning", never caught: a
//     statement that fails ends its transaction on PostgreSQL. See duplicate.
//   - All rows of a query are read before the next statement of the transaction.
//   - Nothing of one engine alone: no "insert or", rowid, autoincrement, serial,
//     random(), glob, ilike, arrays, JSON operators or functions of dates.
package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
)

var (
	_ issuer.Store       = (*Store)(nil)
	_ issuer.Leaser      = (*Store)(nil)
	_ issuer.StatusStore = (*Store)(nil)
	_ issuer.KeyKeeper   = (*Store)(nil)
)

// DefaultLease is how long a reservation belongs to who made or resumed it.
const DefaultLease = 2 * time.Minute

// Options say how a store is opened. The zero value opens one that exists.
type Options struct {
	Create bool             // make a new database where there is none
	Now    func() time.Time // the clock; nil means time.Now
	Lease  time.Duration    // how long a reservation is held; 0 means DefaultLease
	Jobs   Enqueuer         // takes the jobs that changes ask for; nil: such changes are refused
}

// A Store is an open database. It is safe for concurrent use, and several
// processes may have the same one open.
type Store struct {
	write     *sql.DB       // SQLite: one connection, for it has one writer at a time
	read      *sql.DB       // PostgreSQL: the same as write
	pool      *pgxpool.Pool // what both stand on; nil on SQLite
	isolation sql.IsolationLevel
	now       func() time.Time
	lease     time.Duration
	jobs      Enqueuer
	schema    Schema
	turn      chan struct{} // held by the one change that is run again
	rehearse  bool          // run every change once in vain first; tests set it
}

// Open opens a database and brings its schema up to date. The database is the path
// of an SQLite file, also with "sqlite:" before it, or the address of a PostgreSQL:
// postgres://user@host/name. It refuses a database that does not exist or is empty,
// unless Create is set, one that is not of this program, and one that a newer
// version has written. A PostgreSQL database itself is never made, only its schema.
func Open(ctx context.Context, database string, o Options) (*Store, error) {
	s := &Store{now: o.Now, lease: o.Lease, jobs: o.Jobs, turn: make(chan struct{}, 1)}
	if s.now == nil {
		s.now = time.Now
	}
	if s.lease <= 0 {
		s.lease = DefaultLease
	}
	engine, rest, named := strings.Cut(database, ":")
	name := database
	var err error
	switch {
	case engine == "postgres" || engine == "postgresql":
		name = engine // the rest may hold a password
		err = s.openPostgres(ctx, database, o.Create)
	case engine == "sqlite" && named:
		err = s.openSQLite(ctx, rest, o.Create)
	case database == "" || strings.Contains(database, "://"):
		name = engine
		err = fault.New(fault.Usage, "store.url", nil)
	default:
		err = s.openSQLite(ctx, database, o.Create)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening store %s: %w", name, err), s.Close())
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
	if s.pool != nil {
		s.pool.Close()
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

// engineFault gives an error of a driver a Kind where its code tells one.
func engineFault(err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	return postgresFault(sqliteFault(err))
}

// plain tells whether texts can be kept at all. What is not plain is nowhere.
func plain(texts ...string) bool {
	return !slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) || strings.Contains(s, "\x00") })
}

// lowered spells a mail address as access.ParseEmail does, to find it by lower(): it is
// kept as somebody wrote it, and in ASCII, for which all databases do the same.
func lowered(address string) string { return strings.ToLower(address) }

func millis(t time.Time) int64 { return t.UTC().UnixMilli() }

// moment gives the time of milliseconds.
func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// timeOf is the opposite of orNull.
func timeOf(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return moment(ms.Int64)
}

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
