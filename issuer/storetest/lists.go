package storetest

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
)

func revokeAll(t *testing.T, b *bench) {
	b.lists(t)
	d, bystander := b.saved(t), b.saved(t)
	want := map[place]status.State{}
	copies := 0
	for _, f := range allForms {
		for _, request := range []string{"a", "b"} {
			for _, e := range b.copyOf(t, b.store, d, f, request).Entries {
				want[place{e.List, e.Index}] = status.Revoked
			}
			copies++
		}
	}
	b.copyOf(t, b.store, bystander, credential.EDC, "c")
	if n := len(b.publish(t)); n != 4 {
		t.Errorf("%d lists were due, want 4", n)
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, copies)
	got := map[place]status.State{}
	due := b.due(t)
	for id, c := range due {
		if c.Version != 2 || c.Body != Body {
			t.Errorf("list %s is of %s in version %d", id, c.Body, c.Version)
		}
		for index, state := range c.Set {
			got[place{id, index}] = state
		}
	}
	for at, state := range want {
		if c, ok := due[at.list]; ok && got[at] != state { // a list of suspensions says nothing new
			t.Errorf("%s: entry %d says %d", c.Purpose, at.index, got[at])
		}
	}
	// Of each copy of vc-di and vc-jwt, the suspension list is left alone.
	if len(due) != 3 || len(got) != len(want)-4 {
		t.Errorf("%d lists with %d entries are due, want 3 with %d", len(due), len(got), len(want)-4)
	}
	b.publish(t)
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, 0) // again
	if n := len(b.due(t)); n != 0 {
		t.Errorf("%d lists are due though nothing has changed", n)
	}
}

func forEver(t *testing.T, b *bench) {
	b.lists(t)
	d := b.saved(t)
	one := b.copyOf(t, b.store, d, credential.VCDI, "a")
	other := b.copyOf(t, b.store, d, credential.EDC, "b")
	b.set(t, issuer.Change{Credential: one.ID}, status.Revoked, 1)
	b.refuse(t, issuer.Change{Credential: one.ID}, status.Valid, fault.Conflict)
	b.refuse(t, issuer.Change{Credential: one.ID}, status.Suspended, fault.Conflict)
	b.set(t, issuer.Change{Draft: d.ID}, status.Suspended, 1) // the other
	b.set(t, issuer.Change{Draft: d.ID}, status.Valid, 1)
	if c := b.due(t)[one.Entries[0].List]; c.Set[one.Entries[0].Index] != status.Revoked || len(c.Set) != 1 {
		t.Errorf("the revocation list says %v", c.Set)
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, 1)
	for _, to := range []status.State{status.Valid, status.Suspended} {
		b.refuse(t, issuer.Change{Draft: d.ID}, to, fault.Conflict)
		b.refuse(t, issuer.Change{Draft: d.ID, Credential: other.ID}, to, fault.Conflict)
	}
	if c := b.due(t)[other.Entries[0].List]; c.Set[other.Entries[0].Index] != status.Revoked {
		t.Errorf("the list says %v", c.Set)
	}
}

func suspension(t *testing.T, b *bench) {
	b.lists(t)
	d := b.saved(t)
	told := b.copyOf(t, b.store, d, credential.VCJWT, "a")
	b.copyOf(t, b.store, d, credential.SDJWT, "b")
	b.publish(t)
	listed := func() (state status.State, found bool) {
		t.Helper()
		due := b.due(t)
		if _, ok := due[told.Entries[0].List]; ok {
			t.Error("the revocation list is due for a suspension")
		}
		state, found = due[told.Entries[1].List].Set[told.Entries[1].Index]
		return state, found
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Suspended, 2)
	if state, _ := listed(); state != status.Suspended {
		t.Errorf("the list says %d of what is suspended", state)
	}
	b.publish(t)
	b.set(t, issuer.Change{Draft: d.ID}, status.Suspended, 0)
	b.set(t, issuer.Change{Draft: d.ID}, status.Valid, 2)
	if state, found := listed(); found {
		t.Errorf("the list says %d of what was reinstated", state)
	}
	if n := len(b.publish(t)); n != 2 {
		t.Errorf("%d lists were due, want 2", n)
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Valid, 0)
	b.set(t, issuer.Change{Draft: d.ID}, status.Suspended, 2)
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, 2)
	if n := len(b.due(t)); n != 3 { // suspension falls, revocation rises, the token list changes
		t.Errorf("%d lists are due, want 3", n)
	}
}

func oneCopy(t *testing.T, b *bench) {
	b.lists(t)
	d := b.saved(t)
	one, other := b.copyOf(t, b.store, d, credential.EDC, "a"), b.copyOf(t, b.store, d, credential.EDC, "b")
	says := func() map[int]status.State {
		t.Helper()
		return b.due(t)[one.Entries[0].List].Set
	}
	b.set(t, issuer.Change{Credential: one.ID}, status.Suspended, 1)
	if s := says(); len(s) != 1 || s[one.Entries[0].Index] != status.Suspended {
		t.Errorf("the list says %v", s)
	}
	b.copyOf(t, b.store, d, credential.EDC, "c") // the draft stands
	b.set(t, issuer.Change{Draft: d.ID, Credential: one.ID}, status.Valid, 1)
	b.set(t, issuer.Change{Draft: d.ID}, status.Suspended, 3)
	b.refuse(t, issuer.Change{Credential: one.ID}, status.Valid, fault.Conflict) // the whole is suspended
	b.set(t, issuer.Change{Credential: one.ID}, status.Revoked, 1)
	b.set(t, issuer.Change{Draft: d.ID}, status.Valid, 2)
	if s := says(); len(s) != 1 || s[one.Entries[0].Index] != status.Revoked || other.Entries[0].List != one.Entries[0].List {
		t.Errorf("the list says %v", s)
	}
}

// suspendedAlone: what was decided for one copy and for the whole is kept apart.
func suspendedAlone(t *testing.T, b *bench) {
	b.lists(t)
	d := b.saved(t)
	one := b.copyOf(t, b.store, d, credential.SDJWT, "a")
	b.copyOf(t, b.store, d, credential.SDJWT, "b")
	whole, alone := issuer.Change{Draft: d.ID}, issuer.Change{Credential: one.ID}
	says := func(want map[int]status.State) {
		t.Helper()
		if s := b.due(t)[one.Entries[0].List].Set; !maps.Equal(s, want) {
			t.Errorf("the list says %v, want %v", s, want)
		}
	}
	only := map[int]status.State{one.Entries[0].Index: status.Suspended}
	b.set(t, alone, status.Suspended, 1)
	b.set(t, whole, status.Valid, 0) // it is
	says(only)
	b.set(t, whole, status.Suspended, 1) // the other
	b.refuse(t, alone, status.Valid, fault.Conflict)
	b.set(t, whole, status.Valid, 1)
	says(only)
	b.set(t, alone, status.Valid, 1)
	says(nil)

	b.set(t, whole, status.Suspended, 2)
	b.set(t, alone, status.Suspended, 0) // it is, and now of its own
	b.refuse(t, alone, status.Valid, fault.Conflict)
	b.set(t, whole, status.Valid, 1)
	says(only)
	b.set(t, alone, status.Revoked, 1)
	b.set(t, whole, status.Suspended, 1)
	b.set(t, whole, status.Valid, 1)
	b.refuse(t, alone, status.Valid, fault.Conflict)
	says(map[int]status.State{one.Entries[0].Index: status.Revoked})
}

func noNewCopies(t *testing.T, b *bench) {
	b.lists(t)
	d := b.saved(t)
	first := b.copyOf(t, b.store, d, credential.EDC, "a")
	ask := func(request string) error {
		_, err := b.store.Reserve(t.Context(), d, issuer.CopyKey{Form: credential.SDJWT, Holder: "thumbprint", Request: request}, BuildEntries)
		return err
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Suspended, 1)
	wantKind(t, "a copy of what is suspended", ask("b"), fault.Conflict)
	b.set(t, issuer.Change{Draft: d.ID}, status.Valid, 1)
	if err := ask("b"); err != nil {
		t.Errorf("a copy of what was reinstated: %v", err)
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, 2)
	wantKind(t, "a copy of what is revoked", ask("c"), fault.Conflict)
	again := b.copyOf(t, b.store, d, credential.EDC, "a") // it was promised before
	if again.ID != first.ID {
		t.Errorf("Reserve gave %s, had promised %s", again.ID, first.ID)
	}
}

func othersNotFound(t *testing.T, b *bench) {
	b.lists(t)
	d, foreign := b.saved(t), b.saved(t)
	told := b.copyOf(t, b.store, d, credential.EDC, "a")
	b.copyOf(t, b.store, foreign, credential.EDC, "b")
	unknown, err := credential.NewID(credential.EDC)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []issuer.Change{
		{}, {Draft: credential.DraftID(uuid.NewString())}, {Credential: unknown},
		{Draft: d.ID, Credential: unknown}, {Draft: foreign.ID, Credential: told.ID},
	} {
		for _, to := range []status.State{status.Revoked, status.Suspended, status.Valid} {
			b.refuse(t, c, to, fault.NotFound)
		}
	}
	for _, c := range []issuer.Change{{Draft: d.ID}, {Credential: told.ID}} {
		_, err := b.lists(t).SetState(t.Context(), "another-body", why(c), status.Revoked)
		wantKind(t, "SetState by another body", err, fault.NotFound)
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, 1) // nothing had changed
}

func whoAndWhy(t *testing.T, b *bench) {
	l := b.lists(t)
	d := b.saved(t)
	b.copyOf(t, b.store, d, credential.EDC, "a")
	for _, c := range []issuer.Change{
		{Draft: d.ID}, {Draft: d.ID, By: "officer-1"}, {Draft: d.ID, Reason: issuer.Withdrawn},
		{Draft: d.ID, Reason: "because", By: "officer-1"}, {Draft: d.ID, Reason: issuer.Withdrawn, By: " \t"},
	} {
		_, err := l.SetState(t.Context(), Body, c, status.Revoked)
		wantKind(t, "SetState without who or why", err, fault.Invalid)
	}
	for to, reason := range map[status.State]issuer.Reason{
		status.Revoked: issuer.UnderReview, status.Suspended: issuer.Withdrawn, status.Valid: issuer.Compromised, 3: issuer.OnRequest,
	} {
		_, err := l.SetState(t.Context(), Body, issuer.Change{Draft: d.ID, Reason: reason, By: "officer-1"}, to)
		wantKind(t, "SetState for the reason of another act", err, fault.Invalid)
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, 1)
}

func dueUntilKept(t *testing.T, b *bench) {
	l := b.lists(t)
	d := b.saved(t)
	told := b.copyOf(t, b.store, d, credential.OB3, "a")
	e := told.Entries[0]
	if _, err := l.StatusList(t.Context(), e.Kind, e.List); fault.KindOf(err) != fault.NotFound {
		t.Errorf("StatusList before it is published: %v", err)
	}
	c := b.due(t)[e.List]
	if c.Version != 1 || len(c.Set) != 0 || c.Slot != e.Slot {
		t.Errorf("the new list is %+v", c)
	}
	b.publish(t)
	got, err := l.StatusList(t.Context(), e.Kind, e.List)
	want := b.signed(c)
	if err != nil || !bytes.Equal(got.JWT, want.JWT) || !bytes.Equal(got.DI, want.DI) || got.Version != 1 ||
		got.ID != want.ID || got.Kind != want.Kind || !got.SignedAt.Equal(want.SignedAt) || !got.Expires.Equal(want.Expires) {
		t.Errorf("StatusList gave %+v, %v; want %+v", got, err, want)
	}
	for _, kind := range []status.Kind{status.Token, "", "x"} {
		if _, err := l.StatusList(t.Context(), kind, e.List); fault.KindOf(err) != fault.NotFound {
			t.Errorf("StatusList as %q: %v", kind, err)
		}
	}
	b.copyOf(t, b.store, d, credential.EDC, "b") // one more valid entry says nothing new
	if n := len(b.due(t)); n != 0 {
		t.Errorf("%d lists are due, want none", n)
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, 2)
	if due := b.due(t); len(due) != 1 || due[e.List].Version != 2 {
		t.Errorf("due are %+v", due)
	}
	b.store = b.open(t)
	if again, err := b.lists(t).StatusList(t.Context(), e.Kind, e.List); err != nil || again.Version != 1 {
		t.Errorf("another process is served version %d, %v", again.Version, err)
	}
}

func dueAtHalf(t *testing.T, b *bench) {
	l := b.lists(t)
	d := b.saved(t)
	told := b.copyOf(t, b.store, d, credential.VCDI, "a")
	b.publish(t)
	due := func(at time.Time, limit int) int {
		t.Helper()
		lists, err := l.DueLists(t.Context(), Body, at, limit)
		if err != nil {
			t.Fatal(err)
		}
		return len(lists)
	}
	start := b.now()
	for after, want := range map[time.Duration]int{0: 0, status.Lifetime/2 - time.Second: 0, status.Lifetime / 2: 2, 10 * status.Lifetime: 2} {
		if n := due(start.Add(after), 10); n != want {
			t.Errorf("%v after, %d lists are due, want %d", after, n, want)
		}
	}
	if n := due(start.Add(status.Lifetime), 1); n != 1 {
		t.Errorf("%d lists are given, the limit is 1", n)
	}
	b.set(t, issuer.Change{Draft: d.ID}, status.Revoked, 1)
	lists, err := l.DueLists(t.Context(), Body, start.Add(status.Lifetime), 10)
	if err != nil || len(lists) != 2 || lists[0].ID != told.Entries[0].List {
		t.Errorf("due are %+v, %v; want the changed one first", lists, err)
	}
	if n, err := l.DueLists(t.Context(), "another-body", start.Add(status.Lifetime), 10); len(n) != 0 || err != nil {
		t.Errorf("another body has %d lists due, %v", len(n), err)
	}
}

func publishedElsewhere(t *testing.T, b *bench) {
	l := b.lists(t)
	d := b.saved(t)
	const one, two, name = "https://one.example", "https://two.example", "did:web:one.example"
	// Each step has one more copy, with two entries. A list that it opens is
	// due, and all of them are under another name.
	opened := map[string]string{} // list to its origin
	for n, at := range []struct {
		body, origin, name string
		due                int
	}{
		{Body, one, name, 2}, {Body, one, name, 0}, {"another-body", two, "other", 0},
		{Body, two, name, 2}, {Body, two, "key", 4}, {Body, two, "key", 0}, {Body, one, "key", 0},
	} {
		if err := l.PublishedAs(t.Context(), at.body, at.origin, at.name); err != nil {
			t.Fatalf("PublishedAs: %v", err)
		}
		told := b.copyOf(t, b.store, d, credential.VCDI, strconv.Itoa(n))
		for _, e := range told.Entries {
			origin, known := opened[e.List]
			if !known {
				origin = at.origin
				opened[e.List] = origin
			}
			if e.URL != status.URL(origin, e.Kind, e.List) || at.body == Body && origin != at.origin {
				t.Errorf("of %+v, a copy names %s", at, e.URL)
			}
		}
		due := b.due(t)
		for id, c := range due {
			if c.Origin != opened[id] {
				t.Errorf("list %s is to be signed for %q, it was opened at %q", id, c.Origin, opened[id])
			}
		}
		if len(due) != at.due {
			t.Errorf("of %+v, %d lists were due", at, len(due))
		}
		b.publish(t)
	}
	if len(opened) != 4 {
		t.Errorf("%d lists were opened, want two at each origin", len(opened))
	}
}

func nothingOlder(t *testing.T, b *bench) {
	l := b.lists(t)
	d := b.saved(t)
	told := b.copyOf(t, b.store, d, credential.SDJWT, "a")
	e := told.Entries[0]
	serves := func(version int64, signed time.Time) {
		t.Helper()
		got, err := l.StatusList(t.Context(), e.Kind, e.List)
		if err != nil || got.Version != version || !got.SignedAt.Equal(signed) || got.DI != nil {
			t.Errorf("served is version %d of %v, %v; want %d of %v", got.Version, got.SignedAt, err, version, signed)
		}
	}
	old := b.due(t)[e.List]
	b.set(t, issuer.Change{Draft: d.ID}, status.Suspended, 1)
	early := b.signed(old) // read before the change, kept after it
	if err := l.KeepLists(t.Context(), []status.Signed{early}); err != nil {
		t.Fatal(err)
	}
	serves(1, b.now())
	if c := b.due(t)[e.List]; c.Version != 2 {
		t.Errorf("the changed list is no longer due: %+v", c)
	}
	b.publish(t)
	serves(2, b.now())
	if err := l.KeepLists(t.Context(), []status.Signed{early}); err != nil {
		t.Fatal(err)
	}
	serves(2, b.now())
	if n := len(b.due(t)); n != 0 {
		t.Errorf("%d lists are due", n)
	}
	first := b.now()
	b.advance(time.Hour)
	second := b.signed(status.Contents{ID: e.List, Slot: e.Slot, Version: 2})
	b.advance(-time.Hour)
	stale := b.signed(status.Contents{ID: e.List, Slot: e.Slot, Version: 2})
	if err := l.KeepLists(t.Context(), []status.Signed{second}); err != nil {
		t.Fatal(err)
	}
	if err := l.KeepLists(t.Context(), []status.Signed{stale}); err != nil { // a slower process
		t.Fatal(err)
	}
	serves(2, first.Add(time.Hour))
}

func keptAllOrNone(t *testing.T, b *bench) {
	l := b.lists(t)
	d := b.saved(t)
	b.copyOf(t, b.store, d, credential.VCDI, "a")
	var signed []status.Signed
	for _, c := range b.due(t) {
		signed = append(signed, b.signed(c))
	}
	ahead := signed[1]
	ahead.Version = 7 // nobody has said that
	for _, bad := range []status.Signed{ahead, b.signed(status.Contents{ID: uuid.NewString(), Version: 1})} {
		for _, batch := range [][]status.Signed{{signed[0], bad}, {bad, signed[0]}} {
			if err := l.KeepLists(t.Context(), batch); err == nil {
				t.Error("KeepLists took a list that it does not have")
			}
			for _, s := range signed {
				if _, err := l.StatusList(t.Context(), s.Kind, s.ID); fault.KindOf(err) != fault.NotFound {
					t.Errorf("one list of a refused batch is served: %v", err)
				}
			}
		}
	}
	if n := b.publish(t); len(n) != 2 || slices.Contains(n, "") {
		t.Errorf("published are %v", n)
	}
}
