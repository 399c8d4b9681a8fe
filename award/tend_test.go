package award_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/store"
)

// oneByOne gives awards that were begun one at a time.
type oneByOne struct{ *store.Store }

func (s oneByOne) BegunAwards(ctx context.Context, before, now time.Time, _ int) ([]award.BegunRef, error) {
	return s.Store.BegunAwards(ctx, before, now, 1)
}

// counted counts what is logged as an error.
type counted struct {
	slog.Handler
	n *int
}

func (c counted) Enabled(context.Context, slog.Level) bool { return true }

func (c counted) Handle(context.Context, slog.Record) error {
	*c.n++
	return nil
}

// What can never be finished keeps nobody waiting, and does not fill the log.
func TestUnfinishableMovesBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a := b.imported(t)
		f := &failing{storeOf: &storeOf{b.store}, left: 2}
		seals := b.seals
		seals.Store = f
		if _, err := b.newDesk(t, f, seals).Seal(ctx, b.officer, bodyID, a.ID, ""); !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		if err := b.store.MakeBody(ctx, access.NewBody{ID: "unready", Name: "Unready"}); err != nil {
			t.Fatal(err)
		}
		b.raw(t, `insert into awards (id, body, document, version, original, summary, look, email, lang, evidence,
				imported_at, imported_by, begun_at, begun_by)
			select $1, 'unready', document, version, original, summary, look, '', '', '', imported_at, imported_by, begun_at - 1000, begun_by
			from awards where id = $2`, uuid.NewString(), string(a.ID))
		logged := 0
		d, err := award.New(award.Config{
			Store: oneByOne{b.store}, Issuers: b.seals, Links: b.links, PublicURL: publicURL, Now: b.now,
			Log: slog.New(counted{slog.DiscardHandler, &logged}), Patience: 5 * time.Minute,
		})
		if err != nil {
			t.Fatal(err)
		}
		b.advance(5 * time.Minute)
		if n, err := d.ResumeAll(ctx); err == nil || n != 0 || logged != 1 {
			t.Errorf("the first is not finished: %d, %v, logged %d times", n, err, logged)
		}
		if n, err := d.ResumeAll(ctx); err != nil || n != 1 {
			t.Errorf("the second does not get its turn: %d, %v", n, err)
		}
		for range 3 * 60 {
			b.advance(time.Minute)
			_, _ = d.ResumeAll(ctx)
		}
		if logged < 5 || logged > 12 {
			t.Errorf("logged %d times in three hours", logged)
		}
	})
}

// asked are Issuers that remember whose lists were asked for; hang blocks for some.
type asked struct {
	award.Issuers
	hang map[access.BodyID]chan struct{}
	mu   sync.Mutex
	who  []access.BodyID // guarded by mu
}

func (a *asked) ForLists(ctx context.Context, id access.BodyID) (*issuer.Issuer, error) {
	a.mu.Lock()
	a.who = append(a.who, id)
	a.mu.Unlock()
	if c := a.hang[id]; c != nil {
		<-c // whatever becomes of ctx
	}
	return a.Issuers.ForLists(ctx, id)
}

// since gives who was asked for since the last time.
func (a *asked) since() []access.BodyID {
	a.mu.Lock()
	defer a.mu.Unlock()
	who := a.who
	a.who = nil
	return who
}

// due makes a body without a key whose list waits since a time.
func (b *bench) due(t *testing.T, id access.BodyID, at time.Time) {
	t.Helper()
	if err := b.store.MakeBody(t.Context(), access.NewBody{ID: id, Name: string(id)}); err != nil {
		t.Fatal(err)
	}
	if err := b.store.PublishedAs(t.Context(), string(id), publicURL, issuer.NamedByKey); err != nil {
		t.Fatal(err)
	}
	b.raw(t, `insert into status_lists (id, body, origin, kind, purpose, size, version, due_at, opened_at)
		select $1, $2, origin, kind, purpose, size, version, $3, opened_at from status_lists limit 1`,
		uuid.NewString(), string(id), at.UnixMilli())
}

func TestPublishingTakesTurns(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		b.sealed(t)
		if _, err := b.desk.PublishAll(ctx); err != nil {
			t.Fatal(err)
		}
		free := make(chan struct{})
		t.Cleanup(func() { close(free) })
		who := &asked{Issuers: b.seals, hang: map[access.BodyID]chan struct{}{"hangs": free}}
		d, err := award.New(award.Config{
			Store: b.store, Issuers: who, Links: b.links, PublicURL: publicURL, Now: b.now, Patience: 10 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := d.PublishDue(ctx); n != 0 || err != nil || len(who.since()) != 0 {
			t.Errorf("nothing is due: %d, %v", n, err)
		}
		b.advance(13 * time.Hour)
		b.due(t, "later", b.now().Add(-time.Second))
		b.due(t, "hangs", b.now().Add(-2*time.Hour)) // before that of the bench, which is due for an hour
		b.due(t, "not-yet", b.now().Add(time.Hour))
		n, err := d.PublishDue(ctx)
		if got := who.since(); n == 0 || err == nil || !slices.Equal(got, []access.BodyID{"hangs", bodyID, "later"}) {
			t.Errorf("%d lists were signed, %v; asked for %v", n, err, got)
		}
		b.raw(t, `update status_lists set due_at = 0 where body = $1`, string(bodyID))
		n, err = d.PublishDue(ctx)
		if got := who.since(); n == 0 || err == nil || !slices.Equal(got, []access.BodyID{bodyID, "later"}) { // the other is still at work
			t.Errorf("the second time %d lists were signed, %v; asked for %v", n, err, got)
		}
	})
}
