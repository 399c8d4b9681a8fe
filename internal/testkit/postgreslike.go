package testkit

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// PostgresLike gives the address of a database such as prepare leaves one, which it
// does once for a test program and name; it leaves no connection open. A test has the
// database for itself. It then serves the next one, when its rows are gone: to make
// another takes a hundred times as long.
func PostgresLike(t testing.TB, name string, prepare func(address string) error) string {
	t.Helper()
	p := running(t)
	known, _ := templates.LoadOrStore(name, &template{})
	tmpl, ok := known.(*template)
	if !ok {
		t.Fatalf("template %s is a %T", name, known)
	}
	tmpl.once.Do(func() {
		tmpl.name = p.create(t, "template1")
		if tmpl.err = prepare(p.url(tmpl.name)); tmpl.err == nil {
			tmpl.rows, tmpl.err = p.rows(tmpl.name)
		}
	})
	if tmpl.err != nil {
		t.Fatalf("preparing %s: %v", name, tmpl.err)
	}
	mine, ok := tmpl.take()
	if !ok {
		mine = p.create(t, tmpl.name)
	}
	t.Cleanup(func() {
		if p.clear(mine, tmpl.rows) == nil {
			tmpl.give(mine)
		}
	})
	return p.url(mine)
}

// templates are known by their names.
var templates sync.Map

// A template is a database that is copied.
type template struct {
	once sync.Once
	name string
	rows map[string]int64 // in each of its tables
	err  error

	mu   sync.Mutex
	free []string // guarded by mu: copies that no test has
}

func (t *template) take() (name string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.free) == 0 {
		return "", false
	}
	name = t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	return name, true
}

func (t *template) give(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.free = append(t.free, name)
}

// rows counts the rows of each table.
func (p *postgres) rows(database string) (map[string]int64, error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, p.url(database))
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing was written
	return countRows(ctx, conn)
}

func countRows(ctx context.Context, conn *pgx.Conn) (map[string]int64, error) {
	found, err := conn.Query(ctx, `select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p') and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'`)
	if err != nil {
		return nil, err
	}
	tables, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	rows := map[string]int64{}
	for _, table := range tables {
		var n int64
		if err := conn.QueryRow(ctx, "select count(*) from "+table).Scan(&n); err != nil {
			return nil, err
		}
		rows[table] = n
	}
	return rows, nil
}

// clear takes away the rows of tables that had none in the template. Where something
// else is different then, it is an error.
func (p *postgres) clear(database string, want map[string]int64) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, p.url(database))
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // what is not cleared is not used again
	if _, err := conn.Exec(ctx, "set session_replication_role = replica; set lock_timeout = '1s'"); err != nil {
		return err
	}
	for table, n := range want {
		if n > 0 {
			continue
		}
		if _, err := conn.Exec(ctx, "delete from "+table); err != nil {
			return err
		}
	}
	have, err := countRows(ctx, conn)
	if err == nil && !maps.Equal(have, want) {
		err = errors.New("the tables are others")
	}
	return err
}
