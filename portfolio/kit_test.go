package portfolio_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/store"
)

// A kit is a Portfolio over a real database and files in memory.
type kit struct {
	*portfolio.Portfolio
	t     *testing.T
	store *store.Store
	blobs *blobs

	mu    sync.Mutex
	clock time.Time
}

var start = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func newKit(t *testing.T, l portfolio.Limits) *kit {
	t.Helper()
	k := &kit{t: t, clock: start}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "probatum.db"), store.Options{Create: true, Now: k.now})
	if err != nil {
		t.Fatal(err)
	}
	b, err := store.OpenBlobs(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close(); s.Close() })
	k.store, k.blobs = s, &blobs{Blobs: b, kept: make(map[string]bool)}
	k.Portfolio = portfolio.New(portfolio.Config{
		Store: s, Blobs: k.blobs, Spool: t.TempDir(), Limits: l, Now: k.now,
		Unit: func(_ context.Context, id string) (bool, error) { return id == "lighting" || id == "sound", nil },
		Body: func(_ context.Context, id access.BodyID) (bool, error) { return id == "demo-body", nil },
	})
	return k
}

func (k *kit) now() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.clock
}

func (k *kit) later(d time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.clock = k.clock.Add(d)
}

// blobs remembers which names are there, and can be out of order.
type blobs struct {
	portfolio.Blobs
	mu     sync.Mutex
	kept   map[string]bool
	broken bool
}

var errDown = errors.New("the storage is down: /secret/path")

func (b *blobs) Put(ctx context.Context, name string, r io.Reader) error {
	if b.down() {
		return fault.New(fault.Unavailable, "store.blobs.unavailable", errDown)
	}
	err := b.Blobs.Put(ctx, name, r)
	if err == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.kept[name] = true
	}
	return err
}

func (b *blobs) Remove(ctx context.Context, name string) error {
	if b.down() {
		return fault.New(fault.Unavailable, "store.blobs.unavailable", errDown)
	}
	err := b.Blobs.Remove(ctx, name)
	if err == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.kept, name)
	}
	return err
}

func (b *blobs) down() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken
}

func (b *blobs) fail(broken bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = broken
}

func (b *blobs) names() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var names []string
	for n := range b.kept {
		names = append(names, n)
	}
	return names
}

func person() access.Actor { return access.Actor{Person: access.NewPersonID(), Name: "Ida Demo"} }

func artefact() portfolio.Texts {
	return portfolio.Texts{
		Kind: portfolio.Artefact, Unit: "lighting", Title: "Light plot for a small stage", Shows: "How I plan a rig.",
		Task: "Plan the light for a play with two actors.", Own: true, Day: start.AddDate(0, -1, 0),
	}
}

func cv() portfolio.Texts {
	return portfolio.Texts{Kind: portfolio.CV, Unit: "lighting", Title: "CV", Shows: "What I did so far.", Day: start}
}

const pdf = "%PDF-1.7\nnot much of a document"

func (k *kit) add(a access.Actor, texts portfolio.Texts, content string) portfolio.Item {
	k.t.Helper()
	i, err := k.try(a, texts, "plot.pdf", content)
	if err != nil {
		k.t.Fatalf("Add: %v", err)
	}
	return i
}

func (k *kit) try(a access.Actor, texts portfolio.Texts, name, content string) (portfolio.Item, error) {
	k.t.Helper()
	r, err := k.Receive(k.t.Context(), a, name, bytes.NewReader([]byte(content)))
	if err != nil {
		return portfolio.Item{}, err
	}
	defer r.Drop()
	return k.Add(k.t.Context(), a, texts, r)
}

func (k *kit) read(a access.Actor, id portfolio.ItemID) (string, error) {
	k.t.Helper()
	_, r, err := k.Open(k.t.Context(), a, id)
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return string(data), err
}

func wantKey(t *testing.T, what string, err error, kind fault.Kind, key string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Public != key {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

func wantItems(t *testing.T, what string, err error, paths ...string) {
	t.Helper()
	l, _ := errors.AsType[fault.List](err)
	var got []string
	for _, i := range l {
		got = append(got, i.Path+" "+i.Key)
	}
	if len(got) != len(paths) {
		t.Errorf("%s: %v, want %v", what, err, paths)
		return
	}
	for i := range got {
		if got[i] != paths[i] {
			t.Errorf("%s: %q, want %q", what, got[i], paths[i])
		}
	}
}

// noRows is the store of somebody who has nothing.
type noRows struct{ portfolio.Store }

func (noRows) Usage(context.Context, access.PersonID) (portfolio.Usage, error) {
	return portfolio.Usage{}, nil
}
