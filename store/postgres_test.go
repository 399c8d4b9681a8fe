package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/store"
)

// refused holds that a database is not opened, and why.
func refused(t *testing.T, database string, create bool, kind fault.Kind, key string) error {
	t.Helper()
	s, err := store.Open(t.Context(), database, store.Options{Create: create})
	if err == nil {
		s.Close()
		t.Fatalf("Open(%s) gave no error", database)
	}
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Public != key {
		t.Errorf("Open(%s): %v, want %s", database, err, key)
	}
	return err
}

func TestOpenRefusesANewerSchema(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		db.open(t, nil).Close()
		insert := `insert into goose_db_version (version_id, is_applied) values (99999, 1)`
		if db.postgres() {
			insert = `insert into probatum_version (version_id, is_applied) values (99999, true)`
		}
		execute(t, db.raw(t), insert)
		for _, create := range []bool{false, true} {
			refused(t, string(db), create, fault.Unsupported, "store.newer")
		}
	})
}

func TestOpenTellsTheVersions(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, db database) {
		first := db.open(t, nil).Schema()
		if first.Was != 0 || first.Is < 3 {
			t.Errorf("a new database was opened with %+v", first)
		}
		if again := db.open(t, nil).Schema(); again.Was != first.Is || again.Is != first.Is {
			t.Errorf("a database of %+v was opened with %+v", first, again)
		}
	})
}

func TestManyAtOnceMakeOneDatabase(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, db database) {
		errs := make(chan error, 8)
		for range cap(errs) {
			go func() {
				s, err := store.Open(t.Context(), string(db), store.Options{Create: true})
				if err == nil {
					err = s.Close()
				}
				errs <- err
			}()
		}
		for range cap(errs) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestPostgreSQLOpen(t *testing.T) {
	t.Parallel()
	t.Run("RefusesAnEmptyDatabase", func(t *testing.T) {
		t.Parallel()
		db := newPostgres(t)
		refused(t, string(db), false, fault.NotFound, "store.empty")
		var tables int
		if err := db.raw(t).QueryRow(`select count(*) from information_schema.tables where table_schema = 'public'`).
			Scan(&tables); err != nil || tables != 0 {
			t.Errorf("Open left %d tables, %v", tables, err)
		}
	})
	t.Run("RefusesADatabaseThatDoesNotExist", func(t *testing.T) {
		t.Parallel()
		db := string(newPostgres(t))
		refused(t, strings.Replace(db, "@/test", "@/no", 1), true, fault.NotFound, "store.noDatabase")
	})
	t.Run("RefusesAnotherProgramsDatabase", func(t *testing.T) {
		t.Parallel()
		db := newPostgres(t)
		execute(t, db.raw(t), `create table goose_db_version (id integer)`)
		refused(t, string(db), false, fault.Unreadable, "store.notOurs")
		refused(t, string(db), true, fault.Unreadable, "store.notOurs")
	})
	t.Run("RefusesAnAccountWithoutRights", func(t *testing.T) {
		t.Parallel()
		db := newPostgres(t)
		execute(t, db.raw(t), `create role guest login`, `create role barred`)
		refused(t, strings.Replace(string(db), "postgres@", "guest@", 1), true, fault.Forbidden, "store.forbidden")
		refused(t, strings.Replace(string(db), "postgres@", "barred@", 1), true, fault.Forbidden, "store.refused")
	})
	t.Run("RefusesAStrangeAddress", func(t *testing.T) {
		t.Parallel()
		for _, address := range []string{
			"mysql://user:geheim@host/db", "postgres://user:geheim@host:port/db", "postgres://user:geheim@host/db?pool_max_conns=x",
			"postgres://user:geheim@[::1/db", "postgresql://user:geheim@host/db?sslmode=perhaps",
		} {
			if err := refused(t, address, true, fault.Usage, "store.url"); strings.Contains(err.Error(), "geheim") {
				t.Errorf("the error tells the password: %v", err)
			}
		}
	})
	t.Run("IsUnavailableWhereNobodyAnswers", func(t *testing.T) {
		t.Parallel()
		err := refused(t, "postgres://user:geheim@/db?host="+t.TempDir(), true, fault.Unavailable, "store.unavailable")
		if strings.Contains(err.Error(), "geheim") {
			t.Errorf("the error tells the password: %v", err)
		}
	})
}

// TestPostgreSQLIsReachedByEncryption holds that the connection to another machine is
// encrypted unless the address says otherwise.
func TestPostgreSQLIsReachedByEncryption(t *testing.T) {
	t.Parallel()
	for address, plain := range map[string]bool{
		"postgres://u@db.example/x":           false,
		"postgres://u@192.0.2.1,192.0.2.2/x":  false,
		"postgres://u@localhost/x":            true,
		"postgres://u@127.0.0.1,db.example/x": true, // the first of them
		"postgres://u@[::1]/x":                true,
	} {
		c, err := pgconn.ParseConfig(address)
		if err != nil {
			t.Fatal(err)
		}
		if c.TLSConfig == nil {
			t.Fatalf("%s: no encryption is tried", address)
		}
		store.Encrypted(c)
		found := false
		for _, f := range c.Fallbacks {
			found = found || f.TLSConfig == nil
			if f.TLSConfig == nil && strings.HasPrefix(f.Host, "db.") {
				t.Errorf("%s: %s may be reached without encryption", address, f.Host)
			}
		}
		if found != plain {
			t.Errorf("%s: without encryption: %v, want %v", address, found, plain)
		}
	}
}

// TestPostgreSQLComesBack ends all connections, as a restart of the server does.
func TestPostgreSQLComesBack(t *testing.T) {
	t.Parallel()
	db := newPostgres(t)
	s := db.open(t, nil)
	c := sealed(t, s)
	end := `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
	raw := db.raw(t)
	err := store.ChangeWith(t.Context(), s, func(tx store.Tx, _ time.Time) error {
		if _, err := raw.Exec(end); err != nil {
			t.Error(err)
		}
		_, err := tx.ExecContext(t.Context(), `update drafts set state = state`)
		return err
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a change whose connection ended: %v, want Unavailable", err)
	}
	// One of the connections that ended may be found to be so only now.
	for n := range 5 {
		_, err := s.Sealed(t.Context(), c.ID)
		if err == nil {
			return
		}
		if n == 4 || fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("after that: %v", err)
		}
	}
}
