package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
)

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
		if got[n], err = b.store.Reserve(t.Context(), mine, Key(d), Build); err != nil {
			t.Errorf("Reserve: %v", err)
		}
	})
	for _, r := range got {
		if !same(r, got[0]) {
			t.Fatalf("two reservations for one key: %+v and %+v", r, got[0])
		}
	}
}

func fiftyForms(t *testing.T, b *bench) {
	d := b.saved(t)
	forms := []credential.Form{credential.EDC, credential.VCDI, credential.OB3}
	var stores []issuer.Store
	for _, f := range forms {
		stores = append(stores, b.forForm(t, f, d.Result))
	}
	got := make([]issuer.Reservation, many)
	atOnce(func(n int) {
		mine := d
		mine.ID = credential.DraftID(uuid.NewString())
		var err error
		if got[n], err = stores[n%len(forms)].Reserve(t.Context(), mine, issuer.CopyKey{Form: forms[n%len(forms)], Request: d.Result}, Build); err != nil {
			t.Errorf("Reserve: %v", err)
		}
	})
	for n, r := range got {
		if r.Draft != got[0].Draft || !same(r, got[n%len(forms)]) {
			t.Fatalf("two drafts or reservations: %+v and %+v", r, got[n%len(forms)])
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
