package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/issuer/storetest"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/store"
)

const childEntries = "PROBATUM_TEST_ENTRIES_IN"

var entryForms = []credential.Form{credential.EDC, credential.VCDI, credential.VCJWT, credential.SDJWT, credential.OB3}

// reserved makes a draft and reserves one copy of it with its entries. Where many
// write at once on a busy machine, SQLite may keep one waiting too long: that may
// be tried again.
func reserved(ctx context.Context, s *store.Store, f credential.Form) (credential.Draft, storetest.Told, error) {
	r, d := storetest.NewDraft(time.Now())
	for {
		var told storetest.Told
		err := s.SaveResult(ctx, r)
		if err == nil {
			told, err = anotherCopy(ctx, s, d, f)
		}
		if fault.KindOf(err) != fault.Unavailable {
			return d, told, err
		}
	}
}

func anotherCopy(ctx context.Context, s *store.Store, d credential.Draft, f credential.Form) (told storetest.Told, err error) {
	r, err := s.Reserve(ctx, d, issuer.CopyKey{Form: f, Request: d.Result}, storetest.BuildEntries)
	if err != nil {
		return told, err
	}
	return told, json.Unmarshal(r.Input, &told)
}

// reserveMany is the process of TestTI3: it reserves and tells what it got.
func reserveMany(db string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, db, store.Options{})
	if err != nil {
		return err
	}
	for n := range perProcess() {
		_, told, err := reserved(ctx, s, entryForms[n%len(entryForms)])
		if err != nil {
			return err
		}
		for _, e := range told.Entries {
			fmt.Println("entry", told.ID, e.List, e.Index)
		}
	}
	fmt.Println("done")
	return s.Close()
}

// perProcess is how many copies each process reserves. The engine is written in
// Go, and is twenty times slower under the race detector.
func perProcess() int {
	if testkit.Race {
		return 50
	}
	return 250
}

// TestTI3NoPlaceIsGivenTwice reserves in four processes and four stores of this
// one at once, in lists that are nearly full, so that places collide and lists
// are closed all the time.
func TestTI3NoPlaceIsGivenTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		for _, f := range entryForms {
			if _, _, err := reserved(t.Context(), s, f); err != nil {
				t.Fatal(err)
			}
		}
		raw := db.rawUnchecked(t)
		wantLists := 4
		if !testkit.Race { // the lists are nearly full
			full := 4
			if db.postgres() { // which takes ten times as long to fill one
				full = 2
			}
			wantLists += full
			if _, err := raw.Exec(`with recursive n(i) as (select 0 union all select i + 1 from n where i < 124500)
				insert into status_entries (list, idx, credential, state)
				select l.id, n.i, (select min(id) from reservations), 0
				from (select id from status_lists order by id limit $1) l, n where true
				on conflict do nothing`, full); err != nil {
				t.Fatal(err)
			}
		}

		var mu sync.Mutex
		given := map[string]string{} // guarded by mu: credential by place
		give := func(id, place string) {
			mu.Lock()
			defer mu.Unlock()
			if other, ok := given[place]; ok {
				t.Errorf("%s was given to %s and to %s", place, other, id)
			}
			given[place] = id
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), childEntries+"="+string(db))
				out, err := cmd.Output()
				if err != nil || !strings.HasSuffix(string(out), "done\n") {
					t.Errorf("the child ended with %v: %.300s", err, out)
				}
				for sc := bufio.NewScanner(strings.NewReader(string(out))); sc.Scan(); {
					var id, list, index string
					if _, err := fmt.Sscanf(sc.Text(), "entry %s %s %s", &id, &list, &index); err == nil {
						give(id, list+" "+index)
					}
				}
			})
			wg.Go(func() {
				mine := db.open(t, nil)
				for n := range perProcess() / 5 {
					_, told, err := reserved(t.Context(), mine, entryForms[n%len(entryForms)])
					if err != nil {
						t.Errorf("Reserve: %v", err)
						return
					}
					for _, e := range told.Entries {
						give(string(told.ID), fmt.Sprint(e.List, " ", e.Index))
					}
				}
			})
		}
		wg.Wait()
		if want := 4 * (perProcess() + perProcess()/5) * 7 / 5; len(given) != want {
			t.Errorf("%d places were given, want %d", len(given), want)
		}
		var lists, openLists int
		if err := raw.QueryRow(`select count(*), sum(case when closed_at is null then 1 else 0 end) from status_lists`).Scan(&lists, &openLists); err != nil {
			t.Fatal(err)
		}
		if lists != wantLists || openLists != 4 {
			t.Errorf("%d lists, %d of them open; want %d and 4: full ones were closed", lists, openLists, wantLists)
		}
		for place, id := range given {
			var kept string
			list, index, _ := strings.Cut(place, " ")
			if err := raw.QueryRow(`select credential from status_entries where list = $1 and idx = $2`, list, index).Scan(&kept); err != nil || kept != id {
				t.Fatalf("%s is kept for %q, %v; was given to %s", place, kept, err, id)
			}
		}
	})
}

// TestPlacesAreRandom holds that the place of an entry tells nothing of when it
// was given: the first half of them does not stand before the second.
func TestPlacesAreRandom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		const n = 200
		var sum [2]int
		for i := range n {
			_, told, err := reserved(t.Context(), s, credential.SDJWT)
			if err != nil {
				t.Fatal(err)
			}
			sum[i*2/n] += told.Entries[0].Index
		}
		// The mean of n/2 places has a standard deviation of 3,784.
		for _, got := range sum {
			if mean := got / (n / 2); mean < status.Entries/2-6*3784 || mean > status.Entries/2+6*3784 {
				t.Errorf("the places of a half have the mean %d", mean)
			}
		}
	})
}

// TestStatusIsHeldByTheSchema tries by plain SQL what no method does.
func TestStatusIsHeldByTheSchema(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		d, told, err := reserved(t.Context(), s, credential.VCDI)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.SetState(t.Context(), storetest.Body, issuer.Change{Draft: d.ID, Reason: issuer.Withdrawn, By: "officer-1"}, status.Revoked); err != nil {
			t.Fatal(err)
		}
		if err := s.KeepLists(t.Context(), []status.Signed{{
			ID: told.Entries[0].List, Version: 2, JWT: []byte("x"), DI: []byte("{}"), SignedAt: time.Now(), Expires: time.Now().Add(time.Hour),
		}}); err != nil {
			t.Fatal(err)
		}
		raw := db.raw(t)
		for _, statement := range []string{
			`insert into status_entries select * from status_entries`, // a place has one copy
			`update status_entries set idx = 131072`,                  //
			`update status_entries set idx = -1`,                      //
			`update status_entries set state = 3`,                     //
			`update status_entries set own = 2, state = 0`,            // it is published
			`update status_entries set own = 1, state = 2`,            //
			`update status_entries set own = 3, state = 1`,            //
			`update status_entries set credential = 'other'`,          // nobody's
			`update status_entries set list = 'other'`,                //
			`update drafts set state = 3`,                             //
			`delete from status_lists`,                                // entries are in it
			`insert into status_lists (id, body, origin, kind, purpose, size, version, due_at, opened_at)
				select '00000000-0000-4000-8000-000000000000', body, origin, kind, purpose, size, 1, 0, 1 from status_lists limit 1`, // one is open
			`update status_lists set kind = 'other'`,                //
			`update status_lists set purpose = ''`,                  //
			`update status_lists set size = 3`,                      //
			`update status_lists set version = 0`,                   //
			`update status_publications set jwt = null`,             //
			`update status_publications set di = null`,              // with its digest
			`update status_publications set expires_at = signed_at`, //
			`update status_publications set list = 'other'`,         //
			`update status_changes set actor = ''`,                  //
			`update status_changes set reason = ''`,                 //
			`update status_changes set draft = 'other'`,             //
			`delete from drafts`,                                    //
			`delete from reservations`,                              //
			`insert into body_keys values ('b', 'short', '00', 'pem', 1, null, null)`,
		} {
			if _, err := raw.Exec(statement); err == nil {
				t.Errorf("the schema allows %s", statement)
			}
		}
		var state, copies int
		var reason, actor string
		if err := raw.QueryRow(`select state, copies, reason, actor from status_changes where draft = $1`, string(d.ID)).
			Scan(&state, &copies, &reason, &actor); err != nil || state != 1 || copies != 1 || reason != "withdrawn" || actor != "officer-1" {
			t.Errorf("recorded are state %d of %d copies for %q by %q, %v", state, copies, reason, actor, err)
		}
	})
}

// TestOneRecordForOneChange counts the records of changes that are asked for
// again.
func TestOneRecordForOneChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		d, told, err := reserved(t.Context(), s, credential.VCDI)
		if err != nil {
			t.Fatal(err)
		}
		set := func(c issuer.Change, to status.State) error {
			c.Reason, c.By, c.Note = issuer.OnRequest, "officer-1", "see the letter"
			_, err := s.SetState(t.Context(), storetest.Body, c, to)
			return err
		}
		for range 3 {
			for _, c := range []issuer.Change{{Draft: d.ID}, {Credential: told.ID}} {
				for _, to := range []status.State{status.Suspended, status.Suspended} {
					if err := set(c, to); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if err := set(issuer.Change{Draft: "none"}, status.Revoked); fault.KindOf(err) != fault.NotFound {
			t.Error(err)
		}
		var n int
		if err := db.raw(t).QueryRow(`select count(*) from status_changes`).Scan(&n); err != nil || n != 2 { // of the whole, and of the copy of its own
			t.Errorf("%d records, %v; want 2", n, err)
		}
	})
}

// TestDamagedListsAreNotServed changes kept bytes behind the store's back.
func TestDamagedListsAreNotServed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		_, told, err := reserved(t.Context(), s, credential.EDC)
		if err != nil {
			t.Fatal(err)
		}
		e := told.Entries[0]
		for column, good := range map[string]string{"jwt": "the token", "di": "the document"} {
			if err := s.KeepLists(t.Context(), []status.Signed{{
				ID: e.List, Version: 1, JWT: []byte("the token"), DI: []byte("the document"), SignedAt: time.Now(), Expires: time.Now().Add(time.Hour),
			}}); err != nil {
				t.Fatal(err)
			}
			if _, err := db.raw(t).Exec(`update status_publications set `+column+` = $1`, []byte(good+" forged")); err != nil {
				t.Fatal(err)
			}
			if got, err := s.StatusList(t.Context(), e.Kind, e.List); err == nil {
				t.Errorf("with a damaged %s, StatusList gave %+v", column, got)
			}
			if got, err := s.StatusLists(t.Context(), storetest.Body); err == nil {
				t.Errorf("with a damaged %s, StatusLists gave %+v", column, got)
			}
		}
	})
}

// TestListsAreASource asks for a list as a verifier does.
func TestListsAreASource(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		const origin = "https://certificates.example"
		s := db.open(t, nil)
		if err := s.PublishedAs(t.Context(), storetest.Body, origin, "key"); err != nil {
			t.Fatal(err)
		}
		_, told, err := reserved(t.Context(), s, credential.SDJWT)
		if err != nil {
			t.Fatal(err)
		}
		e := told.Entries[0]
		if err := s.KeepLists(t.Context(), []status.Signed{{
			ID: e.List, Version: 1, JWT: []byte("the token"), SignedAt: time.Now(), Expires: time.Now().Add(time.Hour),
		}}); err != nil {
			t.Fatal(err)
		}
		if all, err := s.StatusLists(t.Context(), storetest.Body); err != nil || len(all) != 1 || all[0].ID != e.List || all[0].Kind != e.Kind {
			t.Errorf("StatusLists gave %+v, %v", all, err)
		}
		if all, err := s.StatusLists(t.Context(), "another-body"); err != nil || len(all) > 0 {
			t.Errorf("StatusLists of another body gave %+v, %v", all, err)
		}
		var source status.Source = store.Lists{Store: s}
		url := status.URL(origin, e.Kind, e.List)
		a, err := source.Get(t.Context(), url, "")
		if err != nil || string(a.Data) != "the token" || a.NotModified || a.ETag != status.ETag(a.Data) {
			t.Errorf("Get gave %+v, %v", a, err)
		}
		if b, err := source.Get(t.Context(), url, a.ETag); err != nil || !b.NotModified || len(b.Data) > 0 || b.ETag != a.ETag {
			t.Errorf("Get with the entity tag gave %+v, %v", b, err)
		}
		for _, elsewhere := range []string{
			"https://other.example/status/token/" + e.List, "https://certificates.example.evil/status/token/" + e.List,
			origin + "/v/x", origin + "/status/", "", status.URL(origin, status.Bitstring, e.List), status.URL(origin, status.Token, "x"),
			url + "/x", url + "?x", url + "#1", status.URL("", e.Kind, e.List),
		} {
			if _, err := source.Get(t.Context(), elsewhere, ""); !errors.Is(err, status.ErrElsewhere) {
				t.Errorf("Get of %s: %v, want ErrElsewhere", elsewhere, err)
			}
		}
	})
}

// TestSQLiteFindsStatusByIndex asks SQLite how it would find what issuing and
// publishing ask for with each credential.
func TestSQLiteFindsStatusByIndex(t *testing.T) {
	t.Parallel()
	db := engines[0].fresh(t)
	db.open(t, nil)
	for query, want := range map[string]string{
		`select id from status_lists where body = 'b' and due_at <= 0 order by due_at, id limit 1`:                                             "status_lists_due",
		`select id from status_lists where body = 'b' and origin = 'o' and kind = 'token' and purpose = '' and size = 2 and closed_at is null`: "status_lists_open",
		`select idx, state from status_entries where list = 'l' and state <> 0`:                                                                "status_entries_set",
		`select e.idx from reservations r join status_entries e on e.credential = r.id where r.draft = 'd'`:                                    "status_entries_credential",
		`select chain from body_keys where body = 'b' and thumbprint = 't'`:                                                                    "sqlite_autoindex_body_keys_1",
		`select p.jwt from status_lists l join status_publications p on p.list = l.id where l.id = 'l' and l.kind = 'token'`:                   "sqlite_autoindex_status_publications_1",
		`update status_entries set state = 1 where list = 'l' and idx = 5`:                                                                     "sqlite_autoindex_status_entries_1",
	} {
		plan := planOf(t, db.raw(t), query)
		all := strings.Join(plan, "; ")
		if !strings.Contains(all, want) || strings.Contains(all, "SCAN") {
			t.Errorf("%s: %s; want the index %s", query, all, want)
		}
	}
}

// planOf gives the steps by which SQLite finds what a query asks for.
func planOf(t *testing.T, db *sql.DB, query string) (plan []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `explain query plan `+query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}
