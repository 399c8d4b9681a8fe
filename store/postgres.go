package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/probatum/probatum/internal/fault"
)

// versionTable is where goose keeps the version of the schema. Its name marks a
// PostgreSQL schema as ours: other programs use goose as well.
const versionTable = "probatum_version"

// defaultConns is how many connections a process holds where the address does not
// say it (pool_max_conns).
const defaultConns = 10

// settings are those of every connection, unless the address sets them. Whoever
// waits for a row or has stopped in a transaction does not keep the others for ever.
var settings = map[string]string{
	"application_name":                    "probatum",
	"lock_timeout":                        "10s",
	"idle_in_transaction_session_timeout": "60s",
}

// openPostgres connects to the database at an address.
func (s *Store) openPostgres(ctx context.Context, address string, create bool) error {
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil { // which repeats the address, perhaps with a password
		return fault.New(fault.Usage, "store.url", nil)
	}
	for name, value := range settings {
		if _, ok := cfg.ConnConfig.RuntimeParams[name]; !ok {
			cfg.ConnConfig.RuntimeParams[name] = value
		}
	}
	if !strings.Contains(address, "pool_max_conns=") {
		cfg.MaxConns = defaultConns
	}
	cfg.MaxConns = max(cfg.MaxConns, 3) // one for the lock of alone, one for what it does
	cfg.ConnConfig.ConnectTimeout = cmp.Or(cfg.ConnConfig.ConnectTimeout, 10*time.Second)
	if !strings.Contains(address, "sslmode=") {
		encrypted(&cfg.ConnConfig.Config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("connecting: %w", engineFault(err))
	}
	s.pool = pool
	s.write = stdlib.OpenDBFromPool(pool)
	s.read, s.isolation = s.write, sql.LevelSerializable
	if err := s.Ready(ctx); err != nil {
		return err
	}
	return s.alone(ctx, func() error {
		if err := s.ours(ctx, create); err != nil {
			return err
		}
		return s.migrate(ctx, goose.DialectPostgres, versionTable, create)
	})
}

// encrypted takes away the ways to another machine that are not encrypted. The
// default of PostgreSQL is to try encryption and do without.
func encrypted(c *pgconn.Config) {
	c.Fallbacks = slices.DeleteFunc(c.Fallbacks, func(f *pgconn.FallbackConfig) bool {
		return f.TLSConfig == nil && !here(f.Host)
	})
}

// here tells whether a host is this machine, by name, address or socket.
func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || ip != nil && ip.IsLoopback()
}

// ours tells whether the schema is one of this program, or an empty one that may
// become one.
func (s *Store) ours(ctx context.Context, create bool) error {
	var tables, marks int
	if err := s.read.QueryRowContext(ctx, `select count(*), count(*) filter (where relname = $1) from pg_catalog.pg_class
		where relkind in ('r', 'p') and relnamespace = to_regnamespace(quote_ident(current_schema()))`, versionTable).
		Scan(&tables, &marks); err != nil {
		return fmt.Errorf("looking for tables: %w", engineFault(err))
	}
	switch {
	case tables == 0 && !create:
		return fault.New(fault.NotFound, "store.empty", errors.New("no tables"))
	case tables > 0 && marks == 0:
		return fault.New(fault.Unreadable, "store.notOurs", fmt.Errorf("%d tables, none is %s", tables, versionTable))
	}
	return nil
}

// alone runs f while no other process does so in this schema. The lock is that of a
// connection, so it goes with a process that dies. Nothing but changes of the schema
// takes it.
func (s *Store) alone(ctx context.Context, f func() error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return engineFault(err)
	}
	const key = `$1::integer, hashtext(coalesce(current_schema(), ''))`
	// Not waited for in the database, where it would hold a transaction open that
	// changes of the schema may have to wait for.
	for got, began := false, time.Now(); !got; {
		if err := conn.QueryRow(ctx, `select pg_try_advisory_lock(`+key+`)`, applicationID).Scan(&got); err != nil {
			conn.Release()
			return fmt.Errorf("locking the schema: %w", engineFault(err))
		}
		if got {
			break
		}
		if time.Since(began) > time.Minute {
			conn.Release()
			return fault.New(fault.Unavailable, "store.unavailable", errors.New("another process is changing the schema"))
		}
		select {
		case <-ctx.Done():
			conn.Release()
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	defer func() {
		// Also when ctx is over. A connection that cannot give it back is closed.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if _, err := conn.Exec(ctx, `select pg_advisory_unlock(`+key+`)`, applicationID); err != nil {
			_ = conn.Conn().Close(ctx) // the pool makes another one
		}
		conn.Release()
	}()
	return f()
}

// Postgres runs f with the transaction as pgx knows it, where the engine is
// PostgreSQL; on SQLite it is an error. It is the same transaction: f neither begins,
// commits nor rolls back, and tx is not kept.
func (t Tx) Postgres(f func(tx pgx.Tx) error) error {
	if !t.postgres {
		return errors.New("not a transaction of PostgreSQL")
	}
	var panicked any
	err := t.conn.Raw(func(c any) (err error) {
		// A panic would take the connection away under the open transaction,
		// whose end would wait for it for ever. So it is carried round.
		defer func() { panicked = recover() }()
		conn, ok := c.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T", c)
		}
		return f(borrowed{conn.Conn()})
	})
	if panicked != nil {
		panic(panicked)
	}
	return err
}

// borrowed is a pgx.Tx over a transaction that somebody else ends.
type borrowed struct{ conn *pgx.Conn }

var (
	_           pgx.Tx = borrowed{}
	errBorrowed        = errors.New("the transaction belongs to the store")
)

func (borrowed) Begin(context.Context) (pgx.Tx, error) { return nil, errBorrowed }
func (borrowed) Commit(context.Context) error          { return errBorrowed }
func (borrowed) Rollback(context.Context) error        { return errBorrowed }
func (borrowed) LargeObjects() pgx.LargeObjects        { return pgx.LargeObjects{} }

func (b borrowed) Conn() *pgx.Conn { return b.conn }

func (b borrowed) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return b.conn.CopyFrom(ctx, table, columns, rows)
}

func (b borrowed) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	return b.conn.SendBatch(ctx, batch)
}

func (b borrowed) Prepare(ctx context.Context, name, query string) (*pgconn.StatementDescription, error) {
	return b.conn.Prepare(ctx, name, query)
}

func (b borrowed) Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	return b.conn.Exec(ctx, query, args...)
}

func (b borrowed) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	return b.conn.Query(ctx, query, args...)
}

func (b borrowed) QueryRow(ctx context.Context, query string, args ...any) pgx.Row {
	return b.conn.QueryRow(ctx, query, args...)
}

// The codes of PostgreSQL that are looked for, by Appendix A of its manual.
const (
	pgUniqueViolation      = "23505"
	pgSerializationFailure = "40001"
	pgDeadlock             = "40P01"
)

// sqlState gives the code of an error of the server, or nothing.
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// collided tells whether a transaction was refused because of others at the same
// time, and is good when it is run again.
func collided(err error) bool {
	state := sqlState(err)
	return state == pgSerializationFailure || state == pgDeadlock
}

// postgresDuplicate tells whether the server refused a value that is there already.
func postgresDuplicate(err error) bool { return sqlState(err) == pgUniqueViolation }

// postgresFault gives an error of this driver a Kind where its code tells one.
func postgresFault(err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	state := sqlState(err)
	if state == "" {
		// No answer from the server. A context that is over is not its fault.
		_, unconnected := errors.AsType[*pgconn.ConnectError](err)
		network, broken := errors.AsType[net.Error](err)
		if unconnected || broken && !errors.Is(network, context.DeadlineExceeded) || errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err) {
			return fault.New(fault.Unavailable, "store.unavailable", err)
		}
		return err
	}
	switch state {
	case "3D000": // no such database
		return fault.New(fault.NotFound, "store.noDatabase", err)
	case "42501": // insufficient privilege
		return fault.New(fault.Forbidden, "store.forbidden", err)
	case "22021", "22P05": // see plain
		return fault.New(fault.Invalid, "store.text", err)
	case pgSerializationFailure, pgDeadlock, "55P03", "25006", "25P03", "57014":
		// Patience is over; a lock not got in time; a server that only reads,
		// while another takes its place; idle for too long; cancelled.
		return fault.New(fault.Unavailable, "store.unavailable", err)
	}
	switch state[:2] {
	case "28": // who we are was not believed
		return fault.New(fault.Forbidden, "store.refused", err)
	case "08", "53", "57", "58": // connection, resources, shutdown, system
		return fault.New(fault.Unavailable, "store.unavailable", err)
	}
	return err
}
