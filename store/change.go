package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/probatum/probatum/internal/fault"
)

// patience is how long a change that collided with others is tried again.
const patience = 20 * time.Second

// An Engine is the database under a Store, for jobs, which have tables of their own
// in it. One of the two is there.
type Engine struct {
	SQLite   *sql.DB // its one writer; its transactions are immediate
	Postgres *pgxpool.Pool
}

// Engine gives the database. It belongs to the Store, which closes it.
func (s *Store) Engine() Engine {
	if s.pool != nil {
		return Engine{Postgres: s.pool}
	}
	return Engine{SQLite: s.write}
}

// An Enqueuer puts a job into a running transaction, so that there is a job if and
// only if there is the change that asks for it. Where the transaction is run again,
// so is Enqueue. A kind is known to the workers; args is JSON.
type Enqueuer interface {
	Enqueue(ctx context.Context, tx Tx, kind string, args []byte) error
}

// A JobSchema is an Enqueuer that keeps its jobs in tables of its own. Open calls it
// when our schema is up to date; two processes may call it at once on SQLite, one at
// a time on PostgreSQL.
type JobSchema interface {
	// MigrateJobs makes the tables or brings them up to date; where they are,
	// it does nothing.
	MigrateJobs(ctx context.Context, e Engine) error
}

// A Tx is the transaction of one change. It ends with the change: whoever gets it
// neither commits it nor rolls it back.
type Tx struct {
	*sql.Tx
	conn     *sql.Conn
	postgres bool
	jobs     Enqueuer
}

// SQLite gives the transaction where the engine is SQLite. See Postgres.
func (t Tx) SQLite() (tx *sql.Tx, ok bool) { return t.Tx, !t.postgres }

// Enqueue puts a job into the transaction.
func (t Tx) Enqueue(ctx context.Context, kind string, args []byte) error {
	if t.jobs == nil {
		return fmt.Errorf("a job %s is asked for, and the store was opened without jobs", kind)
	}
	if err := t.jobs.Enqueue(ctx, t, kind, args); err != nil {
		return fmt.Errorf("enqueuing a job %s: %w", kind, err)
	}
	return nil
}

// change runs f in one transaction, with the time that it is about. See changeWith.
func (s *Store) change(ctx context.Context, f func(tx *sql.Tx, now time.Time) error) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error { return f(tx.Tx, now) })
}

// changeWith runs f in one transaction that may enqueue jobs, with the time that it
// is about. What f does is as if it were alone in the database: SQLite lets one
// writer in after the other, and PostgreSQL, which lets them all in, is told to find
// out when that made a difference (SERIALIZABLE). Then the transaction is thrown
// away and run again for a while.
//
// So f may run more than once. It does nothing but use tx and set, never add to,
// what it gives; and it uses no other connection, for all may be waiting for the one
// that it has.
func (s *Store) changeWith(ctx context.Context, f func(tx Tx, now time.Time) error) error {
	if s.rehearse {
		errOver := errors.New("the rehearsal is over")
		_ = s.once(ctx, func(tx Tx, now time.Time) error { return errors.Join(f(tx, now), errOver) })
	}
	err := s.once(ctx, f)
	if !collided(err) {
		return engineFault(err)
	}
	// From now on one at a time, so that those of one process do not collide with
	// each other again and again.
	ctx, cancel := context.WithTimeoutCause(ctx, patience, err)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return engineFault(context.Cause(ctx))
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		err := s.once(ctx, f)
		if !collided(err) {
			return engineFault(err)
		}
		select {
		case <-ctx.Done():
			return engineFault(err)
		case <-time.After(wait/2 + upTo(wait)): // not in step with other processes
		}
	}
}

// once runs f in a transaction and commits it, or gives the error that came between.
func (s *Store) once(ctx context.Context, f func(tx Tx, now time.Time) error) error {
	conn, err := s.connection(ctx)
	if err != nil {
		return err
	}
	// The cause counts; what fails at the end leaves nothing kept either.
	defer conn.Close() //nolint:errcheck // as above
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: s.isolation})
	if err != nil {
		return err
	}
	// Also when f panics: the one writer of SQLite would be gone for ever.
	defer tx.Rollback() //nolint:errcheck // as above; after Commit it does nothing
	if err := f(Tx{Tx: tx, conn: conn, postgres: s.pool != nil, jobs: s.jobs}, s.now()); err != nil {
		return err
	}
	return tx.Commit()
}

// queueFor is how long a change waits for a connection, on SQLite for the writers
// before it. Where more want to write than can, they are told so, in place of a queue
// that grows without end.
const queueFor = 10 * time.Second

func (s *Store) connection(ctx context.Context) (*sql.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, queueFor)
	defer cancel()
	conn, err := s.write.Conn(waiting)
	if err != nil && ctx.Err() == nil && waiting.Err() != nil {
		err = fault.New(fault.Unavailable, "store.unavailable", err)
	}
	return conn, err
}

// duplicate tells whether a change was refused because a value is there already. It
// is asked after the change: see the rules of this package.
func duplicate(err error) bool { return sqliteDuplicate(err) || postgresDuplicate(err) }

// upTo gives a random time below d.
func upTo(d time.Duration) time.Duration {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(d)))
	if err != nil { // never: see crypto/rand
		return 0
	}
	return time.Duration(n.Int64())
}
