package store_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/issuer/storetest"
	"github.com/probatum/probatum/migrations"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/store"
)

// atVersion brings an empty database to a version of the schema. It gives the byte x as
// the database writes it.
func atVersion(t *testing.T, db database, raw *sql.DB, version int64) (x string) {
	t.Helper()
	dialect, table, mark, x := goose.DialectSQLite3, goose.DefaultTablename, `pragma application_id = 0x50726274`, `x'78'`
	if db.postgres() {
		dialect, table, mark, x = goose.DialectPostgres, "probatum_version", `select 1`, `'x'`
	}
	p, err := goose.NewProvider(dialect, raw, migrations.Files, goose.WithTableName(table))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	execute(t, raw, mark)
	return x
}

// TestCopiesFromBeforeStatusLists opens a database that was written when there
// were none. What is in it stays as it is; it cannot be revoked, and whoever
// tries is told.
func TestCopiesFromBeforeStatusLists(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, db database) {
		raw := db.raw(t)
		x := atVersion(t, db, raw, 2)
		const (
			draft  = "00000000-0000-4000-8000-000000000001"
			copied = "urn:credential:00000000-0000-4000-8000-000000000002"
			digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" // of x
		)
		execute(t, raw,
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

// TestAwardsFromBeforeIdsWereTheBodysOwn opens a database in which the ids of Results
// were one space: every award is there as it was, for its body and its holder.
func TestAwardsFromBeforeIdsWereTheBodysOwn(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, db database) {
		raw := db.raw(t)
		x := atVersion(t, db, raw, 7)
		const (
			held    = "00000000-0000-4000-8000-00000000000a"
			begun   = "00000000-0000-4000-8000-00000000000b"
			waiting = "00000000-0000-4000-8000-00000000000c"
			person  = "00000000-0000-4000-8000-0000000000f1"
			link    = "00000000-0000-4000-8000-0000000000e1"
			draft   = "00000000-0000-4000-8000-000000000001"
			copied  = "urn:credential:00000000-0000-4000-8000-000000000002"
			wallet  = "urn:credential:00000000-0000-4000-8000-000000000003"
			digest  = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" // of x
			both    = "'" + digest + "','" + digest + "'"
		)
		execute(t, raw,
			`insert into bodies (id, name, profile, version, created_at) values ('demo-body','Demo','{}',1,1)`,
			`insert into people (id, email, name, lang, settings, epoch, created_at) values ('`+person+`','a@demo.example','P','en','{}',1,1)`,
			`insert into results values ('`+held+`', 'x', '`+digest+`', 1), ('`+begun+`', 'x', '`+digest+`', 1)`,
			`insert into drafts (id,result,body,document,digest,issued_at,valid_from) values ('`+draft+`', '`+held+`', 'demo-body', 'x', '`+digest+`', 1, 1)`,
			`insert into reservations values ('`+copied+`', '`+draft+`', 'edc', '', '`+held+`', null, '`+digest+`', 1, null)`,
			`insert into reservations values ('`+wallet+`', '`+draft+`', 'sd-jwt', 'thumb', 'other', `+x+`, '`+digest+`', 1, 5)`,
			`insert into sealed values ('`+copied+`', '`+draft+`', 'edc', 'application/jose+json', `+x+`, '`+digest+`', 1)`,
			`insert into links (token, credential, created_at, id, printed) values ('0123456789012345678901','`+copied+`',1,'`+link+`',1)`,
			`insert into awards (id,body,document,version,original,summary,email,lang,evidence,imported_at,imported_by,begun_at,begun_by,sealed_at,draft,credential,holder,claimed_at)
				values ('`+held+`','demo-body',null,`+both+`,'{}','a@demo.example','en','',1,'o',1,'o',1,'`+draft+`','`+copied+`','`+person+`',1)`,
			`insert into awards (id,body,document,version,original,summary,email,lang,evidence,imported_at,imported_by,begun_at,begun_by)
				values ('`+begun+`','demo-body','x',`+both+`,'{}','','','',1,'o',1,'o')`,
			`insert into awards (id,body,document,version,original,summary,email,lang,evidence,imported_at,imported_by)
				values ('`+waiting+`','demo-body','x',`+both+`,'{}','','','',1,'o')`,
		)
		raw.Close()
		s, err := store.Open(t.Context(), string(db), store.Options{Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for id, want := range map[assessment.ResultID]award.State{held: award.Sealed, begun: award.Begun, waiting: award.Waiting} {
			if a, err := s.Award(t.Context(), "demo-body", id); err != nil || a.State != want || a.ID != id || (a.HeldAs != "") != (id == held) {
				t.Errorf("%s: %s, held as %q, %v; want %s", id, a.State, a.HeldAs, err, want)
			}
		}
		ref := award.Ref{Body: "demo-body", ID: held}
		if a, err := s.HeldAward(t.Context(), person, held); err != nil || a.ID != held {
			t.Errorf("HeldAward = %q, %v", a.ID, err)
		}
		if all, err := s.Copies(t.Context(), ref); err != nil || len(all) != 1 {
			t.Errorf("Copies = %v, %v", all, err)
		}
		if c, err := s.Copy(t.Context(), "demo-body", issuer.CopyKey{Form: credential.EDC, Request: held}); err != nil || string(c.Bytes) != "x" {
			t.Errorf("Copy = %+v, %v", c, err)
		}
		if all, err := s.Links(t.Context(), ref); err != nil || len(all) != 1 || all[0].ID != link || all[0].Note != "" {
			t.Errorf("Links = %+v, %v", all, err)
		}
		if err := s.DiscardAward(t.Context(), "demo-body", begun); err != nil {
			t.Errorf("DiscardAward: %v", err)
		}
	})
}
