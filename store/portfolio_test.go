package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/store"
)

var showTime = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func newItem(person access.PersonID) portfolio.Item {
	id := uuid.NewString()
	return portfolio.Item{
		ID: portfolio.ItemID(id), Person: person, Added: showTime, Changed: showTime,
		Texts: portfolio.Texts{Kind: portfolio.Artefact, Unit: "lighting", Title: "Plan", Shows: "planted-shows-" + id, Task: "planted-task", Own: true, Day: showTime},
		File:  portfolio.File{Name: "planted-name.pdf", Type: "application/pdf", Size: 10, Digest: evidence.Digest{1}, Blob: "aa/" + id},
	}
}

// keepItem keeps an item as portfolio does.
func keepItem(t testing.TB, s *store.Store, person access.PersonID) portfolio.Item {
	t.Helper()
	i := newItem(person)
	if err := s.ReserveFile(t.Context(), person, portfolio.FileRoom{Name: i.File.Blob, Size: i.File.Size, At: showTime}, portfolio.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	if err := s.AddItem(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	return i
}

func newSet(t testing.TB, items ...portfolio.Item) portfolio.Set {
	t.Helper()
	var said []evidence.Item
	set := portfolio.Set{ID: portfolio.SetID(uuid.NewString()), Person: items[0].Person, Unit: "lighting", Frozen: showTime, Count: len(items)}
	for _, i := range items {
		said = append(said, evidence.Item{Digest: i.File.Digest, Size: i.File.Size, MediaType: i.File.Type, Kind: string(i.Kind), Unit: i.Unit, Title: i.Title, Shows: i.Shows})
		set.Members = append(set.Members, portfolio.Member{Item: i.ID})
	}
	var err error
	if set.Evidence, err = evidence.Freeze(said, nil); err != nil {
		t.Fatal(err)
	}
	set.Root = set.Evidence.Root()
	return set
}

func newRelease(set portfolio.Set, body access.BodyID) portfolio.Release {
	return portfolio.Release{
		ID: portfolio.ReleaseID(uuid.NewString()), Set: set.ID, Person: set.Person, Body: body,
		Purpose: "planted-purpose", At: showTime, Until: showTime.AddDate(0, 3, 0),
	}
}

func TestPortfolioItems(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.open(t, func() time.Time { return showTime })
		ida, ben := access.NewPersonID(), access.NewPersonID()
		i := keepItem(t, s, ida)
		got, err := s.Item(t.Context(), ida, i.ID)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(i) {
			t.Errorf("Item = %+v, %v; want %+v", got, err, i)
		}
		if _, err := s.Item(t.Context(), ben, i.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another's item: %v", err)
		}
		if err := s.AddItem(t.Context(), newItem(ida)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an item whose file has no room: %v", err)
		}

		// An edit is always another time than the one before.
		i.Title, i.Own = "Other", false
		for n := range 2 {
			if err := s.EditItem(t.Context(), i); err != nil {
				t.Fatal(err)
			}
			got, err = s.Item(t.Context(), ida, i.ID)
			if err != nil || got.Title != "Other" || got.Own || got.Changed != showTime.Add(time.Duration(n+1)*time.Millisecond) {
				t.Errorf("after EditItem: %+v, %v", got, err)
			}
		}
		i.Person = ben
		if err := s.EditItem(t.Context(), i); fault.KindOf(err) != fault.NotFound {
			t.Errorf("EditItem of another's: %v", err)
		}
		if err := s.DeleteItem(t.Context(), ben, i.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("DeleteItem of another's: %v", err)
		}
		if kept, err := s.GiveUp(t.Context(), i.File.Blob); err != nil || !kept {
			t.Errorf("GiveUp of a file that an item has: %t, %v", kept, err)
		}
		if err := s.DeleteItem(t.Context(), ida, i.ID); err != nil {
			t.Fatal(err)
		}
		names, err := s.Removals(t.Context(), showTime.Add(-time.Hour), 10)
		if err != nil || len(names) != 1 || names[0] != i.File.Blob {
			t.Errorf("Removals = %v, %v", names, err)
		}
		if u, err := s.Usage(t.Context(), ida); err != nil || u != (portfolio.Usage{}) {
			t.Errorf("Usage = %+v, %v", u, err)
		}
	})
}

// TestReserveFileHoldsTheLimits lets files arrive together.
func TestReserveFileHoldsTheLimits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.open(t, func() time.Time { return showTime })
		ida := access.NewPersonID()
		limits := portfolio.Limits{Total: 55, Items: 100}
		var wg sync.WaitGroup
		var mu sync.Mutex
		kept := 0
		for n := range 12 {
			wg.Go(func() {
				err := s.ReserveFile(context.WithoutCancel(t.Context()), ida, portfolio.FileRoom{Name: fmt.Sprint("aa/", n), Size: 10, At: showTime}, limits)
				if err == nil {
					mu.Lock()
					defer mu.Unlock()
					kept++
				} else if fault.KindOf(err) != fault.Conflict {
					t.Errorf("ReserveFile: %v", err)
				}
			})
		}
		wg.Wait()
		if u, err := s.Usage(t.Context(), ida); err != nil || kept != 5 || u.Items != 5 || u.Bytes != 50 {
			t.Errorf("%d kept, %+v, %v; want 5", kept, u, err)
		}
	})
}

func TestFreezeHoldsWhatWasRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.open(t, func() time.Time { return showTime })
		ida := access.NewPersonID()
		a, b := keepItem(t, s, ida), keepItem(t, s, ida)
		limits := portfolio.DefaultLimits()

		set := newSet(t, a, b)
		if err := s.EditItem(t.Context(), b); err != nil { // after it was read
			t.Fatal(err)
		}
		if err := s.Freeze(t.Context(), set, []portfolio.Item{a, b}, limits); fault.KindOf(err) != fault.Conflict {
			t.Errorf("Freeze of what was changed: %v, want a Conflict", err)
		}
		if sets, err := s.Sets(t.Context(), ida); err != nil || len(sets) != 0 {
			t.Errorf("Sets = %v, %v; want none", sets, err)
		}
		b, err := s.Item(t.Context(), ida, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Freeze(t.Context(), set, []portfolio.Item{a, b}, limits); err != nil {
			t.Fatal(err)
		}
		if err := s.EditItem(t.Context(), b); fault.KindOf(err) != fault.Conflict {
			t.Errorf("EditItem of a frozen one: %v, want a Conflict", err)
		}
		got, err := s.Set(t.Context(), ida, set.ID)
		if err != nil || got.Root != set.Root || got.Count != 2 || len(got.Members) != 2 || got.Members[1].Item != b.ID || got.Evidence.Len() != 2 {
			t.Errorf("Set = %+v, %v", got, err)
		}
		if _, err := s.Set(t.Context(), access.NewPersonID(), set.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another's set: %v", err)
		}
		if i, err := s.Item(t.Context(), ida, a.ID); err != nil || len(i.Sets) != 1 || i.Sets[0] != set.ID {
			t.Errorf("Item = %+v, %v", i, err)
		}
		if err := s.DeleteItem(t.Context(), ida, a.ID); err != nil {
			t.Fatal(err)
		}
		if got, err = s.Set(t.Context(), ida, set.ID); err != nil || !got.Members[0].Gone || got.Members[1].Gone {
			t.Errorf("after DeleteItem: %+v, %v", got.Members, err)
		}

		// A document that was tampered with is not shown.
		if _, err := d.raw(t).Exec(`update evidence_sets set document = replace(document, '"Plan"', '"Plot"')`); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Set(t.Context(), ida, set.ID); fault.KindOf(err) != fault.Internal {
			t.Errorf("a damaged set: %v", err)
		}
	})
}

func TestUseRelease(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		now := showTime
		s := d.open(t, func() time.Time { return now })
		ida := access.NewPersonID()
		frozen := func() portfolio.Set {
			a := keepItem(t, s, ida)
			set := newSet(t, a)
			if err := s.Freeze(t.Context(), set, []portfolio.Item{a}, portfolio.DefaultLimits()); err != nil {
				t.Fatal(err)
			}
			return set
		}
		use := func(body access.BodyID, set portfolio.SetID, result string) (portfolio.Handed, error) {
			return s.UseRelease(t.Context(), body, set, result)
		}
		set := frozen()
		if _, err := use("lumen", set.ID, "r1"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a set that was not handed in: %v", err)
		}
		r := newRelease(set, "lumen")
		if err := s.Release(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if err := s.Release(t.Context(), newRelease(set, "lumen")); fault.KindOf(err) != fault.Conflict {
			t.Errorf("released twice: %v", err)
		}
		if _, err := use("other", set.ID, "r1"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another body: %v", err)
		}
		for range 2 { // the same result again is the same
			h, err := use("lumen", set.ID, "r1")
			if err != nil || h.Root != set.Root || h.Items != 1 || h.Person != ida {
				t.Errorf("UseRelease = %+v, %v", h, err)
			}
		}
		if _, err := use("lumen", set.ID, "r2"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("another result: %v, want a Conflict", err)
		}
		if err := s.WithdrawRelease(t.Context(), ida, r.ID); fault.KindOf(err) != fault.Conflict {
			t.Errorf("withdrawn after it was used: %v, want a Conflict", err)
		}
		if err := s.Release(t.Context(), newRelease(set, "lumen")); fault.KindOf(err) != fault.Conflict {
			t.Errorf("released again after it was used: %v", err)
		}
		if all, err := s.Handed(t.Context(), "lumen"); err != nil || len(all) != 0 {
			t.Errorf("Handed = %v, %v", all, err)
		}

		over, withdrawn := frozen(), frozen()
		w := newRelease(withdrawn, "lumen")
		for _, r := range []portfolio.Release{newRelease(over, "lumen"), w} {
			if err := s.Release(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.WithdrawRelease(t.Context(), ida, w.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := use("lumen", withdrawn.ID, "r3"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("withdrawn: %v, want NotFound", err)
		}
		now = showTime.AddDate(0, 3, 0)
		if _, err := use("lumen", over.ID, "r3"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("over: %v, want NotFound", err)
		}
		if _, err := use("lumen", "\x00", "r3"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("no text: %v, want NotFound", err)
		}
	})
}

func TestHandedNamesThePerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.open(t, func() time.Time { return showTime })
		ida := access.NewPersonID()
		if _, err := d.raw(t).Exec(`insert into people (id, email, name, lang, settings, epoch, created_at)
			values ($1, 'ida@example.org', 'Ida Exemplaire', 'fr', '{}', 1, 1)`, string(ida)); err != nil {
			t.Fatal(err)
		}
		a := keepItem(t, s, ida)
		set := newSet(t, a)
		if err := s.Freeze(t.Context(), set, []portfolio.Item{a}, portfolio.DefaultLimits()); err != nil {
			t.Fatal(err)
		}
		if err := s.Release(t.Context(), newRelease(set, "lumen")); err != nil {
			t.Fatal(err)
		}
		handed, err := s.Handed(t.Context(), "lumen")
		if err != nil || len(handed) != 1 || handed[0].Name != "Ida Exemplaire" || handed[0].Root != set.Root {
			t.Errorf("Handed = %+v, %v", handed, err)
		}
		for _, body := range []access.BodyID{"eta", "none", "\x00"} {
			if handed, err := s.Handed(t.Context(), body); err != nil || len(handed) != 0 {
				t.Errorf("Handed(%q) = %+v, %v; want nothing", body, handed, err)
			}
		}
	})
}

// TestWithdrawAndUseAtOnce: one of the two, never both.
func TestWithdrawAndUseAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.open(t, func() time.Time { return showTime })
		ida := access.NewPersonID()
		for range 10 {
			a := keepItem(t, s, ida)
			set := newSet(t, a)
			if err := s.Freeze(t.Context(), set, []portfolio.Item{a}, portfolio.DefaultLimits()); err != nil {
				t.Fatal(err)
			}
			r := newRelease(set, "lumen")
			if err := s.Release(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			var withdrawn, used error
			wg.Go(func() { withdrawn = s.WithdrawRelease(t.Context(), ida, r.ID) })
			wg.Go(func() { _, used = s.UseRelease(t.Context(), "lumen", set.ID, "r") })
			wg.Wait()
			if (withdrawn == nil) == (used == nil) {
				t.Errorf("withdrawn: %v, used: %v", withdrawn, used)
			}
		}
	})
}

// TestForgetPersonLeavesNothing plants texts and looks for them in every table (TP-5).
func TestForgetPersonLeavesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.open(t, func() time.Time { return showTime })
		ida, ben := access.NewPersonID(), access.NewPersonID()
		for _, person := range []access.PersonID{ida, ben} {
			a, b := keepItem(t, s, person), keepItem(t, s, person)
			set := newSet(t, a, b)
			if err := s.Freeze(t.Context(), set, []portfolio.Item{a, b}, portfolio.DefaultLimits()); err != nil {
				t.Fatal(err)
			}
			for _, body := range []access.BodyID{"lumen", "other"} {
				if err := s.Release(t.Context(), newRelease(set, body)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.UseRelease(t.Context(), "lumen", set.ID, "result-of-"+string(person)); err != nil {
				t.Fatal(err)
			}
			if err := s.ReserveFile(t.Context(), person, portfolio.FileRoom{Name: "coming-" + string(person), Size: 1, At: showTime}, portfolio.DefaultLimits()); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.ForgetPerson(t.Context(), ida); err != nil {
			t.Fatal(err)
		}
		if err := s.ForgetPerson(t.Context(), ""); err == nil {
			t.Error("nobody was forgotten")
		}
		names, err := s.Removals(t.Context(), showTime.Add(-time.Hour), 10)
		if err != nil || len(names) != 3 {
			t.Errorf("Removals = %v, %v; want the three files of one person", names, err)
		}
		for _, n := range names {
			if err := s.NotRemoved(t.Context(), n); err != nil {
				t.Error(err)
			}
			if err := s.Removed(t.Context(), n); err != nil {
				t.Error(err)
			}
		}
		db := d.raw(t)
		rows := map[string]int{}
		for _, table := range []string{"evidence_files", "evidence_items", "evidence_sets", "evidence_members", "evidence_releases"} {
			for _, text := range texts(t, db, table) {
				rows[table]++
				if strings.Contains(text, string(ida)) {
					t.Errorf("%s still knows of %s: %s", table, ida, text)
				}
			}
		}
		want := map[string]int{"evidence_files": 3, "evidence_items": 2, "evidence_sets": 1, "evidence_members": 2, "evidence_releases": 2}
		if fmt.Sprint(rows) != fmt.Sprint(want) {
			t.Errorf("rows = %v, want those of the other person: %v", rows, want)
		}
	})
}

// texts gives every row of a table as one text.
func texts(t *testing.T, db *sql.DB, table string) []string {
	t.Helper()
	rows, err := db.Query(`select * from ` + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
