// Package storetest holds the promises of issuer.Store and issuer.Leaser as
// tests. Every implementation runs them: Run takes what opens one.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
)

// Lease is how long the stores under test hold a reservation.
const Lease = time.Minute

// A Suite says how to open the stores under test.
type Suite struct {
	// Open opens the store that belongs to dir, an existing folder. Asked
	// again with the same folder it opens the same store, as another process
	// would. It closes what it opened when the test ends.
	Open func(t *testing.T, dir string, now func() time.Time) issuer.Store

	// OneCopy is set for stores that hold one copy only: another key is then
	// a Conflict.
	OneCopy bool
}

// Run holds a kind of store to the contract, each promise as a subtest.
func Run(t *testing.T, s Suite) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, b *bench)
	}{
		{"ReserveKeepsWhatBuildMade", reserveKeeps},
		{"SameKeyGivesTheSameReservation", sameKey},
		{"AnotherKeyIsAnotherCopy", otherKey},
		{"ErrorOfBuildKeepsNothing", buildError},
		{"CancelledReserveKeepsNothing", cancelled},
		{"ReserveNeedsTheResult", needsResult},
		{"ReserveNeedsARequestAndAKnownForm", needsRequest},
		{"ResultIsKeptOnce", resultOnce},
		{"ReserveAfterSealIsConflict", reserveAfterSeal},
		{"SealIsOnce", sealOnce},
		{"SealOnlyForItsReservation", sealForeign},
		{"SealWithoutReservationIsNotFound", sealUnreserved},
		{"ReservationOutlivesTheStore", outlives},
		{"BytesBelongToTheCaller", ownBytes},
		{"FiftyAtOnceGetOneReservation", fiftyReserve},
		{"FiftySealsAtOnceKeepOne", fiftySeal},
		{"OverduePassesOverLeasesAndSealed", overdue},
		{"OverdueGivesEachToOneCaller", overdueAtOnce},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, newBench(t, s))
		})
	}
}

// A bench is one store under test and its clock.
type bench struct {
	Suite
	dir   string
	clock atomic.Int64 // unix milliseconds
	store issuer.Store
}

func newBench(t *testing.T, s Suite) *bench {
	b := &bench{Suite: s, dir: t.TempDir()}
	b.clock.Store(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC).UnixMilli())
	b.store = b.open(t)
	return b
}

func (b *bench) now() time.Time          { return time.UnixMilli(b.clock.Load()).UTC() }
func (b *bench) advance(d time.Duration) { b.clock.Add(d.Milliseconds()) }

func (b *bench) open(t *testing.T) issuer.Store {
	t.Helper()
	return b.Open(t, b.dir, b.now)
}

// NewDraft makes a Result and a small Draft of it, fit to be kept but not to be
// signed.
func NewDraft(now time.Time) (assessment.Result, credential.Draft) {
	r := assessment.Result{ID: assessment.ResultID(uuid.NewString())}
	return r, credential.Draft{
		ID: credential.DraftID(uuid.NewString()), Body: "demo-body", Result: string(r.ID),
		Claims: &elm.Credential{Issued: elm.NewDateTime(now)}, Languages: []string{"en"},
		Issued: now, ValidFrom: now,
	}
}

// Key is the key of the edc form of a draft.
func Key(d credential.Draft) issuer.CopyKey {
	return issuer.CopyKey{Form: credential.EDC, Request: d.Result}
}

// Build makes bytes that tell the draft and the id.
func Build(d credential.Draft) issuer.BuildFunc {
	return func(id credential.ID) ([]byte, error) {
		return fmt.Appendf(nil, "%s of %s", id, d.ID), nil
	}
}

// Sign makes bytes that stand for signed ones; name tells several apart.
func Sign(r issuer.Reservation, name string) credential.Signed {
	return credential.Signed{ID: r.ID, Draft: r.Draft, Form: r.Form, Bytes: fmt.Appendf(nil, "%s, sealed by %s", r.Input, name)}
}

// saved makes a draft whose Result is kept.
func (b *bench) saved(t *testing.T) credential.Draft {
	t.Helper()
	r, d := NewDraft(b.now())
	if err := b.store.SaveResult(t.Context(), r); err != nil {
		t.Fatalf("SaveResult: %v", err)
	}
	return d
}

func (b *bench) reserve(t *testing.T, d credential.Draft) issuer.Reservation {
	t.Helper()
	r, err := b.store.Reserve(t.Context(), d, Key(d), Build(d))
	if err != nil {
		t.Fatalf("Reserve: %v", err)
	}
	return r
}

func wantKind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: error %v of kind %d, want kind %d", what, err, fault.KindOf(err), want)
	}
}

func same(a, b issuer.Reservation) bool {
	return a.ID == b.ID && a.Draft == b.Draft && a.Form == b.Form && bytes.Equal(a.Input, b.Input)
}

func reserveKeeps(t *testing.T, b *bench) {
	d := b.saved(t)
	r := b.reserve(t, d)
	if _, err := credential.ParseID(string(r.ID)); err != nil {
		t.Errorf("id %q: %v", r.ID, err)
	}
	want, _ := Build(d)(r.ID)
	if r.Draft != d.ID || r.Form != credential.EDC || !bytes.Equal(r.Input, want) {
		t.Errorf("Reserve gave %s, %s, %q; want %s, %s, %q", r.Draft, r.Form, r.Input, d.ID, credential.EDC, want)
	}
}

func sameKey(t *testing.T, b *bench) {
	d := b.saved(t)
	first := b.reserve(t, d)
	b.advance(10 * Lease) // whether or not the lease ran out
	later := d
	later.ID = credential.DraftID(uuid.NewString())
	for _, other := range []credential.Draft{d, later} {
		again, err := b.store.Reserve(t.Context(), other, Key(d), func(credential.ID) ([]byte, error) {
			return []byte("other bytes"), nil
		})
		if err != nil || !same(again, first) {
			t.Errorf("Reserve again gave %+v, %v; want %+v", again, err, first)
		}
	}
}

func otherKey(t *testing.T, b *bench) {
	d := b.saved(t)
	first := b.reserve(t, d)
	for _, k := range []issuer.CopyKey{
		{Form: credential.EDC, Request: "another"},
		{Form: credential.EDC, Request: d.Result, Holder: "thumbprint"},
	} {
		r, err := b.store.Reserve(t.Context(), d, k, Build(d))
		if b.OneCopy {
			wantKind(t, "Reserve of a second copy", err, fault.Conflict)
			continue
		}
		if err != nil || r.ID == first.ID || r.Draft != d.ID {
			t.Errorf("Reserve with %+v gave %+v, %v; want another id for the same draft", k, r, err)
		}
	}
}

func buildError(t *testing.T, b *bench) {
	d := b.saved(t)
	broken := errors.New("broken")
	var refused credential.ID
	_, err := b.store.Reserve(t.Context(), d, Key(d), func(id credential.ID) ([]byte, error) {
		refused = id
		return nil, broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("Reserve gave %v, want the error of build", err)
	}
	r := b.reserve(t, d)
	if r.ID == refused {
		t.Error("the id of a reservation that failed was given out")
	}
	if want, _ := Build(d)(r.ID); !bytes.Equal(r.Input, want) {
		t.Errorf("Reserve kept %q, want %q", r.Input, want)
	}
}

func cancelled(t *testing.T, b *bench) {
	d := b.saved(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := b.store.Reserve(ctx, d, Key(d), func(id credential.ID) ([]byte, error) {
		cancel()
		return Build(d)(id)
	})
	if err == nil {
		t.Error("Reserve gave no error though its context was cancelled")
	}
	called := false
	if _, err := b.store.Reserve(t.Context(), d, Key(d), func(id credential.ID) ([]byte, error) {
		called = true
		return Build(d)(id)
	}); err != nil || !called {
		t.Errorf("Reserve after a cancelled one: %v, build called: %v", err, called)
	}
}

func needsResult(t *testing.T, b *bench) {
	_, d := NewDraft(b.now())
	if r, err := b.store.Reserve(t.Context(), d, Key(d), Build(d)); err == nil {
		t.Errorf("Reserve gave %+v for a draft whose Result was never saved", r)
	}
}

func needsRequest(t *testing.T, b *bench) {
	d := b.saved(t)
	for _, k := range []issuer.CopyKey{{Form: credential.EDC}, {Form: "unheard-of", Request: d.Result}, {Request: d.Result}} {
		if r, err := b.store.Reserve(t.Context(), d, k, Build(d)); err == nil {
			t.Errorf("Reserve with %+v gave %+v, want an error", k, r)
		}
	}
}

func resultOnce(t *testing.T, b *bench) {
	r, d := NewDraft(b.now())
	for range 2 {
		if err := b.store.SaveResult(t.Context(), r); err != nil {
			t.Fatalf("SaveResult: %v", err)
		}
	}
	b.reserve(t, d)
	r.CertificateNumber = "changed"
	wantKind(t, "another Result under the same id", b.store.SaveResult(t.Context(), r), fault.Conflict)
	b.store = b.open(t)
	err := b.store.SaveResult(t.Context(), r)
	if b.OneCopy && err == nil { // such a store keeps the Result with the reservation
		_, err = b.store.Reserve(t.Context(), d, Key(d), Build(d))
	}
	wantKind(t, "another Result under the same id, to another process", err, fault.Conflict)
}

func reserveAfterSeal(t *testing.T, b *bench) {
	d := b.saved(t)
	r := b.reserve(t, d)
	if err := b.store.Seal(t.Context(), r.ID, Sign(r, "A")); err != nil {
		t.Fatalf("Seal: %v", err)
	}
	again, err := b.store.Reserve(t.Context(), d, Key(d), func(credential.ID) ([]byte, error) {
		t.Error("build was called for a copy that is sealed")
		return nil, nil
	})
	wantKind(t, "Reserve after Seal", err, fault.Conflict)
	if !errors.Is(err, issuer.ErrSealed) || again.ID != "" {
		t.Errorf("Reserve after Seal gave %+v, %v; want nothing and ErrSealed", again, err)
	}
}

func sealOnce(t *testing.T, b *bench) {
	r := b.reserve(t, b.saved(t))
	for range 2 { // the answer to the first may have been lost
		if err := b.store.Seal(t.Context(), r.ID, Sign(r, "A")); err != nil {
			t.Fatalf("Seal: %v", err)
		}
	}
	err := b.store.Seal(t.Context(), r.ID, Sign(r, "B"))
	wantKind(t, "Seal with other bytes", err, fault.Conflict)
	if !errors.Is(err, issuer.ErrSealed) {
		t.Errorf("Seal with other bytes: %v, want ErrSealed", err)
	}
}

func sealForeign(t *testing.T, b *bench) {
	r := b.reserve(t, b.saved(t))
	other, err := credential.NewID(credential.EDC)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*credential.Signed){
		"id":    func(s *credential.Signed) { s.ID = other },
		"draft": func(s *credential.Signed) { s.Draft = credential.DraftID(uuid.NewString()) },
		"form":  func(s *credential.Signed) { s.Form = "pdf" },
		"bytes": func(s *credential.Signed) { s.Bytes = nil },
	} {
		s := Sign(r, "A")
		change(&s)
		wantKind(t, "Seal with another "+name, b.store.Seal(t.Context(), r.ID, s), fault.Invalid)
	}
	if err := b.store.Seal(t.Context(), r.ID, Sign(r, "A")); err != nil {
		t.Errorf("Seal after refused ones: %v", err)
	}
}

func sealUnreserved(t *testing.T, b *bench) {
	d := b.saved(t)
	id, err := credential.NewID(credential.EDC)
	if err != nil {
		t.Fatal(err)
	}
	s := credential.Signed{ID: id, Draft: d.ID, Form: credential.EDC, Bytes: []byte("sealed")}
	wantKind(t, "Seal in an empty store", b.store.Seal(t.Context(), id, s), fault.NotFound)
	b.reserve(t, d)
	wantKind(t, "Seal beside a reservation", b.store.Seal(t.Context(), id, s), fault.NotFound)
}

func outlives(t *testing.T, b *bench) {
	d := b.saved(t)
	r := b.reserve(t, d)
	b.store = b.open(t)
	if b.OneCopy { // such a store learns the Result anew
		if err := b.store.SaveResult(t.Context(), assessment.Result{ID: assessment.ResultID(d.Result)}); err != nil {
			t.Fatal(err)
		}
	}
	again := b.reserve(t, d)
	if !same(again, r) {
		t.Errorf("another process got %+v, want %+v", again, r)
	}
	if err := b.store.Seal(t.Context(), r.ID, Sign(r, "A")); err != nil {
		t.Errorf("Seal by another process: %v", err)
	}
}

func ownBytes(t *testing.T, b *bench) {
	d := b.saved(t)
	buffer := []byte("the bytes to be signed")
	r, err := b.store.Reserve(t.Context(), d, Key(d), func(credential.ID) ([]byte, error) { return buffer, nil })
	if err != nil {
		t.Fatal(err)
	}
	buffer[0], r.Input[1] = 'X', 'X'
	again := b.reserve(t, d)
	if want := "the bytes to be signed"; string(again.Input) != want {
		t.Errorf("kept bytes became %q, want %q", again.Input, want)
	}
}

const many = 50

// atOnce runs f many times at once.
func atOnce(f func(n int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for n := range many {
		wg.Go(func() {
			<-start
			f(n)
		})
	}
	close(start)
	wg.Wait()
}

func fiftyReserve(t *testing.T, b *bench) {
	d := b.saved(t)
	got := make([]issuer.Reservation, many)
	atOnce(func(n int) {
		mine := d
		mine.ID = credential.DraftID(uuid.NewString())
		var err error
		if got[n], err = b.store.Reserve(t.Context(), mine, Key(d), Build(mine)); err != nil {
			t.Errorf("Reserve: %v", err)
		}
	})
	for _, r := range got {
		if !same(r, got[0]) {
			t.Fatalf("two reservations for one key: %+v and %+v", r, got[0])
		}
	}
}

func fiftySeal(t *testing.T, b *bench) {
	r := b.reserve(t, b.saved(t))
	var kept atomic.Int32
	atOnce(func(n int) {
		err := b.store.Seal(t.Context(), r.ID, Sign(r, fmt.Sprint(n)))
		switch {
		case err == nil:
			kept.Add(1)
		case fault.KindOf(err) != fault.Conflict:
			t.Errorf("Seal: %v, want a Conflict", err)
		}
	})
	if n := kept.Load(); n != 1 {
		t.Errorf("%d seals were kept, want 1", n)
	}
}

// leaser gives the store as a Leaser; one that is none has nothing to promise.
func (b *bench) leaser(t *testing.T) issuer.Leaser {
	t.Helper()
	l, ok := b.store.(issuer.Leaser)
	if !ok {
		if !b.OneCopy {
			t.Fatalf("%T holds many copies and is no Leaser", b.store)
		}
		t.SkipNow() // nothing is promised here
	}
	return l
}

func overdue(t *testing.T, b *bench) {
	l := b.leaser(t)
	want := func(limit int, rs ...issuer.Reservation) {
		t.Helper()
		got, err := l.Overdue(t.Context(), limit)
		if err != nil || len(got) != len(rs) {
			t.Fatalf("Overdue gave %d reservations, %v; want %d", len(got), err, len(rs))
		}
		for i := range rs {
			if !same(got[i], rs[i]) {
				t.Errorf("Overdue[%d] = %+v, want %+v", i, got[i], rs[i])
			}
		}
	}
	first := b.reserve(t, b.saved(t))
	b.advance(Lease / 2)
	d := b.saved(t)
	second := b.reserve(t, d)
	third := b.reserve(t, b.saved(t))
	if err := b.store.Seal(t.Context(), third.ID, Sign(third, "A")); err != nil {
		t.Fatal(err)
	}
	want(10)
	b.advance(Lease / 2)
	want(10, first) // its lease has just run out
	want(10)        // and was taken
	b.advance(Lease)
	b.reserve(t, d) // takes the lease again
	want(10, first)
	b.advance(Lease)
	want(1, first) // the limit holds, the oldest first
	want(1, second)
	want(1)
}

func overdueAtOnce(t *testing.T, b *bench) {
	l := b.leaser(t)
	for range 20 {
		b.reserve(t, b.saved(t))
	}
	b.advance(Lease)
	var mu sync.Mutex
	given := map[credential.ID]int{} // guarded by mu
	atOnce(func(int) {
		rs, err := l.Overdue(t.Context(), 3)
		if err != nil {
			t.Errorf("Overdue: %v", err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, r := range rs {
			given[r.ID]++
		}
	})
	if len(given) != 20 {
		t.Errorf("%d reservations were given, want 20", len(given))
	}
	for id, n := range given {
		if n != 1 {
			t.Errorf("%s was given to %d callers", id, n)
		}
	}
}
