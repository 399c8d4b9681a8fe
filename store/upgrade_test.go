package store_test

import (
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/issuer/storetest"
	"github.com/probatum/probatum/migrations"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/store"
)

// TestCopiesFromBeforeStatusLists opens a database that was written when there
// were none. What is in it stays as it is; it cannot be revoked, and whoever
// tries is told.
func TestCopiesFromBeforeStatusLists(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, db database) {
		raw := db.raw(t)
		dialect, table, mark, x := goose.DialectSQLite3, goose.DefaultTablename, `pragma application_id = 0x50726274`, `x'78'`
		if db.postgres() {
			dialect, table, mark, x = goose.DialectPostgres, "probatum_version", `select 1`, `'x'`
		}
		p, err := goose.NewProvider(dialect, raw, migrations.Files, goose.WithTableName(table))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.UpTo(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		const (
			draft  = "00000000-0000-4000-8000-000000000001"
			copied = "urn:credential:00000000-0000-4000-8000-000000000002"
			digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" // of x
		)
		execute(t, raw,
			mark,
			`insert into results values ('r', 'x', '`+digest+`', 1)`,
			`insert into drafts values ('`+draft+`', 'r', 'demo-body', 'x', '`+digest+`', 1, 1, null)`,
			`insert into reservations values ('`+copied+`', '`+draft+`', 'edc', '', 'r', null, '`+digest+`', 1, null)`,
			`insert into sealed values ('`+copied+`', '`+draft+`', 'edc', 'application/jose+json', `+x+`, '`+digest+`', 1)`,
		)
		raw.Close()
		s, err := store.Open(t.Context(), string(db), store.Options{Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if c, err := s.Sealed(t.Context(), copied); err != nil || string(c.Bytes) != "x" {
			t.Errorf("Sealed = %+v, %v", c, err)
		}
		for _, c := range []issuer.Change{{Draft: draft}, {Credential: credential.ID(copied)}} {
			c.Reason, c.By = issuer.Withdrawn, "officer-1"
			if n, err := s.SetState(t.Context(), storetest.Body, c, status.Revoked); n != 0 || fault.KindOf(err) != fault.Conflict {
				t.Errorf("SetState(%+v) changed %d copies, %v; want a Conflict", c, n, err)
			}
		}
	})
}
