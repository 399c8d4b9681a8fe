package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
)

// listStore is what serves lists beside keeping them.
type listStore interface {
	issuer.StatusStore
	StatusList(ctx context.Context, kind status.Kind, id string) (status.Signed, error)
}

// lists gives the store as a StatusStore.
func (b *bench) lists(t *testing.T) listStore {
	t.Helper()
	l, ok := b.store.(listStore)
	if !ok {
		t.Fatalf("%T holds many copies and keeps no status lists", b.store)
	}
	return l
}

// allForms are the forms that have status entries.
var allForms = []credential.Form{credential.EDC, credential.VCDI, credential.VCJWT, credential.SDJWT, credential.OB3}

// BuildEntries makes bytes that tell the id and the entries.
func BuildEntries(_ credential.Draft, id credential.ID, entries []status.Entry) ([]byte, error) {
	return json.Marshal(Told{id, entries})
}

// Told is what BuildEntries writes.
type Told struct {
	ID      credential.ID
	Entries []status.Entry
}

// copyOf reserves one copy and tells its entries.
func (b *bench) copyOf(t *testing.T, s issuer.Store, d credential.Draft, f credential.Form, request string) Told {
	t.Helper()
	r, err := s.Reserve(t.Context(), d, issuer.CopyKey{Form: f, Request: request}, BuildEntries)
	if err != nil {
		t.Fatalf("Reserve of %s: %v", f, err)
	}
	var told Told
	if err := json.Unmarshal(r.Input, &told); err != nil {
		t.Fatal(err)
	}
	return told
}

// why completes a Change.
func why(c issuer.Change) issuer.Change {
	c.Reason, c.By = issuer.OnRequest, "officer-1"
	return c
}

func (b *bench) set(t *testing.T, c issuer.Change, to status.State, want int) {
	t.Helper()
	n, err := b.lists(t).SetState(t.Context(), Body, why(c), to)
	if err != nil || n != want {
		t.Fatalf("SetState(%+v, %d) changed %d copies, %v; want %d", c, to, n, err, want)
	}
}

func (b *bench) refuse(t *testing.T, c issuer.Change, to status.State, want fault.Kind) {
	t.Helper()
	n, err := b.lists(t).SetState(t.Context(), Body, why(c), to)
	wantKind(t, fmt.Sprintf("SetState(%+v, %d)", c, to), err, want)
	if n != 0 {
		t.Errorf("SetState(%+v, %d) changed %d copies", c, to, n)
	}
}

// place is where an entry stands.
type place struct {
	list  string
	index int
}

// due gives what the lists say that are new or have changed.
func (b *bench) due(t *testing.T) map[string]status.Contents {
	t.Helper()
	lists, err := b.lists(t).DueLists(t.Context(), Body, time.Time{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]status.Contents{}
	for _, c := range lists {
		all[c.ID] = c
	}
	return all
}

// publish keeps every list that is due, as if signed, and tells which.
func (b *bench) publish(t *testing.T) []string {
	t.Helper()
	due := b.due(t)
	var signed []status.Signed
	for _, c := range due {
		signed = append(signed, b.signed(c))
	}
	if err := b.lists(t).KeepLists(t.Context(), signed); err != nil {
		t.Fatalf("KeepLists: %v", err)
	}
	return slices.Sorted(maps.Keys(due))
}

// signed makes bytes that stand for a signed list.
func (b *bench) signed(c status.Contents) status.Signed {
	s := status.Signed{
		ID: c.ID, Kind: c.Kind, Version: c.Version, SignedAt: b.now(), Expires: b.now().Add(status.Lifetime),
		JWT: fmt.Appendf(nil, "%s %d %v", c.ID, c.Version, c.Set),
	}
	if c.Kind == status.Bitstring {
		s.DI = fmt.Appendf(nil, "{%s}", s.JWT)
	}
	return s
}

func entriesOfForms(t *testing.T, b *bench) {
	d := b.saved(t)
	seen := map[place]bool{}
	lists := map[status.Slot]string{}
	for _, f := range allForms {
		told := b.copyOf(t, b.forForm(t, f, d.Result), d, f, d.Result)
		if b.OneCopy {
			if len(told.Entries) > 0 {
				t.Errorf("%s has entries though nobody keeps lists: %+v", f, told.Entries)
			}
			continue
		}
		slots := status.Slots(f)
		if len(told.Entries) != len(slots) {
			t.Fatalf("%s has %d entries, want %d", f, len(told.Entries), len(slots))
		}
		for n, e := range told.Entries {
			if e.Slot != slots[n] || uuid.Validate(e.List) != nil || e.Index < 0 || e.Index >= status.Entries || e.URL != status.URL("", e.Kind, e.List) {
				t.Errorf("%s: entry %d is %+v", f, n, e)
			}
			if at := (place{e.List, e.Index}); seen[at] {
				t.Errorf("%s: the place %v is given twice", f, at)
			} else {
				seen[at] = true
			}
			if lists[e.Slot] == "" {
				lists[e.Slot] = e.List
			} else if lists[e.Slot] != e.List {
				t.Errorf("%s: one more list for %+v", f, e.Slot)
			}
		}
	}
	if b.OneCopy {
		return
	}
	r, fresh := NewDraft(b.now())
	r.Body.ID, fresh.Body = "another-body", "another-body"
	if err := b.store.SaveResult(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, e := range b.copyOf(t, b.store, fresh, credential.EDC, "other").Entries {
		if e.List == lists[e.Slot] {
			t.Error("two bodies share a list")
		}
	}
}

func fiftyEntries(t *testing.T, b *bench) {
	b.lists(t)
	stores := []issuer.Store{b.store, b.open(t), b.open(t)}
	d := b.saved(t)
	var mu sync.Mutex
	given := map[place]int{} // guarded by mu
	atOnce(func(n int) {
		form := allForms[n%len(allForms)]
		r, err := stores[n%len(stores)].Reserve(t.Context(), d, issuer.CopyKey{Form: form, Request: fmt.Sprint(n)}, BuildEntries)
		var told Told
		if err == nil {
			err = json.Unmarshal(r.Input, &told)
		}
		if err != nil {
			t.Errorf("Reserve: %v", err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, e := range told.Entries {
			given[place{e.List, e.Index}]++
		}
	})
	lists := map[string]bool{}
	for at, n := range given {
		lists[at.list] = true
		if n > 1 {
			t.Errorf("%v was given to %d copies", at, n)
		}
	}
	if len(given) != many*7/5 || len(lists) != 4 {
		t.Errorf("%d places in %d lists, want %d in 4", len(given), len(lists), many*7/5)
	}
}

func buildErrorEntries(t *testing.T, b *bench) {
	b.lists(t)
	d := b.saved(t)
	var refused Told
	_, err := b.store.Reserve(t.Context(), d, Key(d), func(_ credential.Draft, id credential.ID, e []status.Entry) ([]byte, error) {
		refused = Told{id, e}
		return nil, errors.New("broken")
	})
	if err == nil || len(refused.Entries) != 1 {
		t.Fatalf("Reserve: %v, build had %+v", err, refused)
	}
	b.refuse(t, issuer.Change{Credential: refused.ID}, status.Revoked, fault.NotFound)
	first := b.copyOf(t, b.store, d, credential.EDC, d.Result)
	again := b.copyOf(t, b.open(t), d, credential.EDC, d.Result)
	if fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("the same key has %+v, had %+v", again, first)
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, 1)
	for _, c := range b.due(t) {
		if len(c.Set) != 1 || c.Set[first.Entries[0].Index] != status.Revoked {
			t.Errorf("the list says %v, want the one entry %d", c.Set, first.Entries[0].Index)
		}
	}
}

func revokeReserved(t *testing.T, b *bench) {
	b.lists(t)
	d := b.saved(t)
	told := b.copyOf(t, b.store, d, credential.SDJWT, "never sealed")
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, 1)
	if c := b.due(t)[told.Entries[0].List]; c.Set[told.Entries[0].Index] != status.Revoked {
		t.Errorf("the list says %v", c.Set)
	}
}

// fiftyRevoke revokes, and suspends, from several stores at once.
func fiftyRevoke(t *testing.T, b *bench) {
	stores := []listStore{b.lists(t)}
	b.store = b.open(t)
	stores = append(stores, b.lists(t))
	d := b.saved(t)
	for n := range 3 {
		b.copyOf(t, b.store, d, credential.EDC, fmt.Sprint(n))
	}
	told := b.copyOf(t, b.store, d, credential.VCDI, "x")
	b.publish(t)
	var revoked atomic.Int64
	atOnce(func(n int) {
		to := status.Revoked
		if n%5 == 0 {
			to = status.Suspended
		}
		copies, err := stores[n%len(stores)].SetState(t.Context(), Body, why(issuer.Change{Draft: d.ID}), to)
		switch {
		case to == status.Revoked && err != nil, err != nil && fault.KindOf(err) != fault.Conflict:
			t.Errorf("SetState to %d: %v", to, err)
		case to == status.Revoked:
			revoked.Add(int64(copies))
		}
	})
	if n := revoked.Load(); n != 4 {
		t.Errorf("%d copies were revoked, want 4", n)
	}
	due := b.due(t)
	for id, c := range due {
		if c.Purpose == status.Suspension {
			continue // due where a suspension came first
		}
		for index, state := range c.Set {
			if state != status.Revoked {
				t.Errorf("list %s: entry %d says %d", id, index, state)
			}
		}
	}
	if c := due[told.Entries[0].List]; c.Version != 2 || len(c.Set) != 1 {
		t.Errorf("the revocation list is %+v, want version 2 with one entry", c)
	}
}

// revokeWhileReserving asks for copies while the draft is revoked: each is
// refused, or is revoked with the others.
func revokeWhileReserving(t *testing.T, b *bench) {
	b.lists(t)
	other := b.open(t)
	d := b.saved(t)
	b.copyOf(t, b.store, d, credential.EDC, "first")
	var mu sync.Mutex
	var given []status.Entry // guarded by mu
	atOnce(func(n int) {
		if n == many/2 {
			if _, err := b.lists(t).SetState(t.Context(), Body, why(issuer.Change{Draft: d.ID}), status.Revoked); err != nil {
				t.Errorf("SetState: %v", err)
			}
			return
		}
		r, err := other.Reserve(t.Context(), d, issuer.CopyKey{Form: credential.OB3, Request: fmt.Sprint(n)}, BuildEntries)
		if err != nil {
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("Reserve: %v", err)
			}
			return
		}
		var told Told
		if err := json.Unmarshal(r.Input, &told); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		given = append(given, told.Entries...)
	})
	due := b.due(t)
	for _, e := range given {
		if due[e.List].Set[e.Index] != status.Revoked {
			t.Errorf("a copy got the entry %d of a draft that was revoked, and it is valid", e.Index)
		}
	}
}
