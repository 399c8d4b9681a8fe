package portfolio_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
)

// frozen adds n items and freezes them.
func (k *kit) frozen(a access.Actor, n int) (portfolio.Set, []portfolio.Item) {
	k.t.Helper()
	var items []portfolio.Item
	var ids []portfolio.ItemID
	for i := range n {
		items = append(items, k.add(a, artefact(), fmt.Sprint(pdf, i)))
		ids = append(ids, items[i].ID)
	}
	s, err := k.Freeze(k.t.Context(), a, "lighting", ids)
	if err != nil {
		k.t.Fatalf("Freeze: %v", err)
	}
	return s, items
}

func TestFreeze(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	s, items := k.frozen(ida, 3)
	got, err := k.Set(t.Context(), ida, s.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Root != s.Root || got.Count != 3 || got.Unit != "lighting" || got.Frozen != start || got.Evidence.Root() != s.Root {
		t.Errorf("Set = %+v", got)
	}
	for i, it := range items {
		if got.Members[i] != (portfolio.Member{Item: it.ID}) {
			t.Errorf("member %d = %+v, want %s", i, got.Members[i], it.ID)
		}
		said := got.Evidence.Items()[i]
		for _, part := range []string{it.Shows, "Task: " + it.Task, "my own work", "2026-10-25"} {
			if !strings.Contains(said.Shows, part) {
				t.Errorf("item %d does not say %q: %q", i, part, said.Shows)
			}
		}
		_, err := k.Edit(t.Context(), ida, it.ID, artefact())
		wantKey(t, "Edit of a frozen item", err, fault.Conflict, "portfolio.frozen")
	}
	if all, err := k.Items(t.Context(), ida); err != nil || !all[0].Frozen() {
		t.Errorf("Items tell nothing of the set: %+v, %v", all, err)
	}

	// The same items again have another root: nobody sees that they are the same.
	again, err := k.Freeze(t.Context(), ida, "lighting", []portfolio.ItemID{items[0].ID, items[1].ID, items[2].ID})
	if err != nil || again.Root == s.Root {
		t.Errorf("frozen twice: %s and %s, %v", again.Root, s.Root, err)
	}
	if sets, err := k.Sets(t.Context(), ida); err != nil || len(sets) != 2 {
		t.Errorf("Sets = %v, %v", sets, err)
	}
}

func TestFreezeRefuses(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{File: 1000, Total: 10_000, Items: 10, Sets: 1})
	ida := person()
	sound := cv()
	sound.Unit = "sound"
	a, b := k.add(ida, cv(), pdf), k.add(ida, sound, pdf)
	for what, c := range map[string]struct {
		unit string
		ids  []portfolio.ItemID
		kind fault.Kind
		key  string
	}{
		"nothing":     {"lighting", nil, fault.Invalid, "portfolio.set.empty"},
		"two units":   {"lighting", []portfolio.ItemID{a.ID, b.ID}, fault.Invalid, "portfolio.set.units"},
		"item twice":  {"lighting", []portfolio.ItemID{a.ID, a.ID}, fault.Invalid, "portfolio.set.twice"},
		"no such one": {"lighting", []portfolio.ItemID{"00000000-0000-4000-8000-000000000000"}, fault.NotFound, "portfolio.none"},
		"many":        {"lighting", make([]portfolio.ItemID, 11), fault.Invalid, "portfolio.items.full"},
	} {
		_, err := k.Freeze(t.Context(), ida, c.unit, c.ids)
		wantKey(t, what, err, c.kind, c.key)
	}
	if _, err := k.Freeze(t.Context(), ida, "lighting", []portfolio.ItemID{a.ID}); err != nil {
		t.Fatal(err)
	}
	_, err := k.Freeze(t.Context(), ida, "sound", []portfolio.ItemID{b.ID})
	wantKey(t, "a set too many", err, fault.Conflict, "portfolio.sets.full")
	if i, err := k.Item(t.Context(), ida, b.ID); err != nil || i.Frozen() {
		t.Errorf("a set that was refused froze an item: %+v, %v", i, err)
	}
}

func TestProofShowsOneItem(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	s, items := k.frozen(ida, 5)
	for i, it := range items {
		data, member, err := k.Proof(t.Context(), ida, s.ID, i)
		if err != nil || member.Item != it.ID {
			t.Fatalf("Proof(%d) = %+v, %v", i, member, err)
		}
		p, err := evidence.ParseProof(data)
		if err != nil {
			t.Fatal(err)
		}
		if err := evidence.VerifyFile(s.Root, p, strings.NewReader(fmt.Sprint(pdf, i))); err != nil {
			t.Errorf("proof %d: %v", i, err)
		}
		if err := evidence.VerifyFile(s.Root, p, strings.NewReader(pdf+"another")); err == nil { // TI-14
			t.Errorf("proof %d holds for another file", i)
		}
		for j := range items {
			if digest := items[j].File.Digest.String(); (j == i) != strings.Contains(string(data), digest) {
				t.Errorf("proof %d and the digest of file %d", i, j)
			}
		}
	}
	for _, i := range []int{-1, 5, 1 << 40} {
		_, _, err := k.Proof(t.Context(), ida, s.ID, i)
		wantKey(t, fmt.Sprint("proof of ", i), err, fault.NotFound, "portfolio.none")
	}
}

func TestDeleteLeavesTheSetItsRoot(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	s, items := k.frozen(ida, 2)
	if err := k.Delete(t.Context(), ida, items[0].ID); err != nil {
		t.Fatal(err)
	}
	if n := len(k.blobs.names()); n != 1 {
		t.Errorf("%d files are left, want 1", n)
	}
	got, err := k.Set(t.Context(), ida, s.ID)
	if err != nil || !got.Members[0].Gone || got.Members[1].Gone || got.Root != s.Root {
		t.Errorf("Set = %+v, %v", got, err)
	}
	for i := range items { // both can still be proved, by who kept the file
		data, _, err := k.Proof(t.Context(), ida, s.ID, i)
		if err != nil {
			t.Fatal(err)
		}
		p, err := evidence.ParseProof(data)
		if err != nil || evidence.VerifyFile(s.Root, p, strings.NewReader(fmt.Sprint(pdf, i))) != nil {
			t.Errorf("proof %d: %v", i, err)
		}
	}
	if err := k.DeleteSet(t.Context(), ida, s.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Edit(t.Context(), ida, items[1].ID, artefact()); err != nil {
		t.Errorf("an item whose set is gone: %v", err)
	}
}

func TestHandIn(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	s, _ := k.frozen(ida, 2)
	until := start.AddDate(0, 3, 0)
	officer := access.Actor{Person: access.NewPersonID(), Memberships: []access.Membership{{Body: "demo-body", Role: access.Officer}}}

	for what, c := range map[string]struct {
		body      access.BodyID
		purpose   string
		until     time.Time
		confirmed bool
		want      string
	}{
		"no word":        {"demo-body", "Assessment", until, false, "$.confirmed portfolio.confirm"},
		"no reason":      {"demo-body", " ", until, true, "$.purpose portfolio.purpose.none"},
		"no such body":   {"other", "Assessment", until, true, "$.body portfolio.body"},
		"no body at all": {"/../x", "Assessment", until, true, "$.body portfolio.body"},
		"over":           {"demo-body", "Assessment", start, true, "$.until portfolio.until.past"},
		"for ever":       {"demo-body", "Assessment", start.AddDate(2, 0, 0), true, "$.until portfolio.until.far"},
	} {
		_, err := k.HandIn(t.Context(), ida, s.ID, c.body, c.purpose, c.until, c.confirmed)
		wantItems(t, what, err, c.want)
	}
	if handed, err := k.Handed(t.Context(), officer, "demo-body"); err != nil || len(handed) != 0 {
		t.Errorf("before: %v, %v", handed, err)
	}

	r, err := k.HandIn(t.Context(), ida, s.ID, "demo-body", "Assessment in May", until, true)
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.HandIn(t.Context(), ida, s.ID, "demo-body", "Again", until, true)
	wantKey(t, "twice", err, fault.Conflict, "portfolio.release.open")
	handed, err := k.Handed(t.Context(), officer, "demo-body")
	if err != nil || len(handed) != 1 {
		t.Fatalf("Handed = %v, %v", handed, err)
	}
	if h := handed[0]; h.Set != s.ID || h.Root != s.Root || h.Items != 2 || h.Purpose != "Assessment in May" || h.Person != ida.Person || h.Release != r.ID || h.Until != until {
		t.Errorf("Handed = %+v", h)
	}
	_, err = k.Handed(t.Context(), ida, "demo-body")
	if fault.KindOf(err) != fault.NotFound {
		t.Errorf("a candidate reads what a body has: %v", err)
	}
	wantKey(t, "DeleteSet", k.DeleteSet(t.Context(), ida, s.ID), fault.Conflict, "portfolio.set.open")

	for range 2 {
		if err := k.Withdraw(t.Context(), ida, s.ID, r.ID); err != nil {
			t.Errorf("Withdraw: %v", err)
		}
	}
	if handed, err := k.Handed(t.Context(), officer, "demo-body"); err != nil || len(handed) != 0 {
		t.Errorf("after Withdraw: %v, %v", handed, err)
	}
	if _, err = k.HandIn(t.Context(), ida, s.ID, "demo-body", "Again", until, true); err != nil {
		t.Errorf("again after Withdraw: %v", err)
	}
	k.later(until.Sub(start))
	if handed, err := k.Handed(t.Context(), officer, "demo-body"); err != nil || len(handed) != 0 {
		t.Errorf("after its end: %v, %v", handed, err)
	}
	got, err := k.Set(t.Context(), ida, s.ID)
	if err != nil || len(got.Releases) != 2 || got.Releases[0].Open(k.now()) {
		t.Errorf("releases = %+v, %v", got.Releases, err)
	}
}

// What one person deletes does not wait for what others left.
func TestDeleteRemovesOnesOwnFile(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida, ben := person(), person()
	mine, his := k.add(ida, artefact(), pdf), k.add(ben, artefact(), pdf)
	k.blobs.fail(true)
	if err := k.Delete(t.Context(), ben, his.ID); err != nil {
		t.Errorf("Delete with the storage down: %v", err)
	}
	k.blobs.fail(false)
	if err := k.Delete(t.Context(), ida, mine.ID); err != nil {
		t.Error(err)
	}
	if got := k.blobs.names(); len(got) != 1 || got[0] != his.File.Blob {
		t.Errorf("files %v, want ben's alone", got)
	}
	if left, err := k.Sweep(t.Context()); err != nil || left != 0 || len(k.blobs.names()) != 0 {
		t.Errorf("Sweep: %d left, %v", left, err)
	}
}

func TestSweepTakesWhatBrokeOff(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	room := portfolio.FileRoom{Name: "aa/lost", Size: 10, At: start}
	if err := k.store.ReserveFile(t.Context(), ida.Person, room, portfolio.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	if err := k.blobs.Put(t.Context(), room.Name, strings.NewReader("0123456789")); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Sweep(t.Context()); err != nil || len(k.blobs.names()) != 1 {
		t.Errorf("a file on its way was removed: %v, %v", k.blobs.names(), err)
	}
	k.later(24 * time.Hour)
	if left, err := k.Sweep(t.Context()); err != nil || left != 0 || len(k.blobs.names()) != 0 {
		t.Errorf("Sweep: %d, %v; files %v", left, err, k.blobs.names())
	}
	if u, err := k.Usage(t.Context(), ida); err != nil || u.Items != 0 {
		t.Errorf("Usage = %+v, %v", u, err)
	}
}
