package storetest

import (
	"sync"
	"testing"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/issuer"
)

// leaser gives the store as a Leaser.
func (b *bench) leaser(t *testing.T) issuer.Leaser {
	t.Helper()
	l, ok := b.store.(issuer.Leaser)
	if !ok {
		t.Fatalf("%T holds many copies and is no Leaser", b.store)
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
