package issuer_test

import (
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/status"
)

var entries = flag.Int("entries", 300_000, "status entries that stand in the database of TestRevokingOneSignsOneList; 10,000,000 take 3 GB and some minutes")

// TestRevokingOneSignsOneList revokes one of very many credentials: the one list
// that it stands in is signed anew, and no other.
func TestRevokingOneSignsOneList(t *testing.T) {
	t.Parallel()
	if testkit.Race {
		*entries = min(*entries, 5_000) // the engine is written in Go
	}
	dir := t.TempDir()
	s := database(t, dir, clock)
	i := newIssuer(t, s, keys.ES256)
	r := sample("lighting")
	c, err := i.IssueAs(t.Context(), r, credential.EDC)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "probatum.db")+"?_pragma=busy_timeout(5000)&_pragma=synchronous(0)&_pragma=cache_size(-100000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lists := fill(t, db, *entries)
	count := func(query string) (n int) {
		t.Helper()
		if err := db.QueryRow(query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	took := func(what string, f func() error) {
		t.Helper()
		began := time.Now()
		if err := f(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		t.Logf("%-28s %v", what, time.Since(began).Round(10*time.Microsecond))
	}
	if _, err := db.Exec(`pragma wal_checkpoint(truncate)`); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "probatum.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d entries in %d lists, %d of them not valid; the database has %d MB",
		count(`select count(*) from status_entries`), lists+1, count(`select count(*) from status_entries where state <> 0`), info.Size()>>20)
	took("publish all", func() error {
		n, err := i.Publish(t.Context())
		if n != lists {
			t.Errorf("Publish signed %d lists, want %d", n, lists)
		}
		return err
	})
	took("publish nothing", func() error { n, err := i.Publish(t.Context()); _ = n; return err })
	took("issue another form", func() error { _, err := i.IssueAs(t.Context(), r, credential.OB3); return err })
	before := count(`select sum(version) from status_publications`)
	took("revoke one and publish it", func() error {
		n, err := i.Revoke(t.Context(), because(issuer.Change{Credential: c.ID}))
		if n != 1 {
			t.Errorf("Revoke changed %d copies", n)
		}
		return err
	})
	if n := count(`select sum(version) from status_publications`) - before; n != 1 {
		t.Errorf("%d versions of lists were published, want 1", n)
	}
	if got := stands(t, s, c); got != status.Revoked {
		t.Errorf("published as %d", got)
	}
	took("suspend in a filled list", func() error {
		_, err := db.Exec(`update status_entries set state = 2 where rowid in (select max(rowid) from status_entries)`)
		if err == nil {
			_, err = db.Exec(`update status_lists set version = version + 1, due_at = 0 where id =
				(select list from status_entries where rowid = (select max(rowid) from status_entries))`)
		}
		if err == nil {
			var n int
			if n, err = i.Publish(t.Context()); n != 1 {
				t.Errorf("Publish signed %d lists, want 1", n)
			}
		}
		return err
	})
}

// fill puts whole lists of entries into the database, every 200th of them not
// valid, and tells how many lists.
func fill(t *testing.T, db *sql.DB, entries int) (lists int) {
	t.Helper()
	slot := status.Slots(credential.EDC)[0]
	for left := entries; left > 0; left -= status.Entries {
		id := uuid.NewString()
		if _, err := db.Exec(`insert into status_lists (id, body, origin, kind, purpose, size, version, due_at, opened_at, closed_at)
			values ($1, 'musterstadt', 'https://certificates.example', $2, $3, $4, 1, 0, 1, 1)`, id, string(slot.Kind), string(slot.Purpose), slot.Size); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(`with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $2)
			insert into status_entries (list, idx, credential, state)
			select $1, i, printf('urn:credential:%08x-0000-4000-8000-%012x', $3, i), i % 200 = 7 from n`,
			id, min(left, status.Entries), lists); err != nil {
			t.Fatal(err)
		}
		lists++
	}
	return lists
}
