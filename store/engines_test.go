package store_test

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/issuer/storetest"
	"github.com/probatum/probatum/store"
)

// A database is one that a test has for itself, as store.Open takes it: the path of
// a file, or the address of a PostgreSQL.
type database string

// each runs a test on both engines, each with a database of its own without data.
func each(t *testing.T, test func(t *testing.T, d database)) {
	t.Helper()
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			test(t, e.fresh(t))
		})
	}
}

// engines are SQLite and PostgreSQL. Tests of one of them alone are named after it.
var engines = []struct {
	name  string
	fresh func(t testing.TB) database // with our schema, or where the next to open makes it
	empty func(t testing.TB) database // without any
}{
	{"SQLite", newFile, newFile},
	{"PostgreSQL", func(t testing.TB) database {
		return database(testkit.PostgresLike(t, "store", func(address string) error {
			s, err := store.Open(context.Background(), address, store.Options{Create: true})
			if err != nil {
				return err
			}
			return s.Close()
		}))
	}, newPostgres},
}

func newFile(t testing.TB) database     { return database(filepath.Join(t.TempDir(), "probatum.db")) }
func newPostgres(t testing.TB) database { return database(testkit.Postgres(t)) }

// eachEmpty is each for tests that begin with nothing at all.
func eachEmpty(t *testing.T, test func(t *testing.T, d database)) {
	t.Helper()
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			test(t, e.empty(t))
		})
	}
}

func (d database) postgres() bool { return strings.HasPrefix(string(d), "postgres:") }

// open opens the store, as one more process would, and makes it where it is new. On
// SQLite every change is run twice, the first time in vain, as PostgreSQL runs those
// again that collided: whatever a change adds up or remembers comes to light.
func (d database) open(t testing.TB, now func() time.Time) *store.Store {
	t.Helper()
	s := d.openPlain(t, now)
	if !d.postgres() {
		store.Rehearse(s)
	}
	return s
}

// openPlain is open without the rehearsals.
func (d database) openPlain(t testing.TB, now func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), string(d), store.Options{Create: true, Now: now, Lease: storetest.Lease})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// raw opens the database without its store.
func (d database) raw(t testing.TB) *sql.DB {
	t.Helper()
	return d.connect(t, "", "&_pragma=foreign_keys(1)")
}

// rawUnchecked is raw without foreign keys.
func (d database) rawUnchecked(t testing.TB) *sql.DB {
	t.Helper()
	return d.connect(t, "&session_replication_role=replica", "")
}

func (d database) connect(t testing.TB, ofPostgres, ofSQLite string) *sql.DB {
	t.Helper()
	driver, name := "pgx", string(d)+ofPostgres
	if !d.postgres() {
		file := url.URL{Path: filepath.ToSlash(string(d))}
		driver, name = "sqlite", "file:"+file.EscapedPath()+"?_pragma=busy_timeout(5000)"+ofSQLite
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// execute runs statements one by one.
func execute(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
