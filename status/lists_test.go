package status_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probatum/probatum/status"
)

// A clock can be moved.
type clock struct{ at atomic.Int64 }

func newClock() *clock { c := &clock{}; c.at.Store(noon.UnixNano()); return c }

func (c *clock) now() time.Time        { return time.Unix(0, c.at.Load()).UTC() }
func (c *clock) move(by time.Duration) { c.at.Add(int64(by)) }

// A shelf is a Source in memory: an issuer's server, whose lists can be changed
// and that can go down.
type shelf struct {
	mu    sync.Mutex
	data  map[string][]byte
	down  error
	wait  chan struct{} // closed: answers are given
	asked atomic.Int64
	same  atomic.Int64 // answers that nothing has changed
}

func newShelf() *shelf { return &shelf{data: map[string][]byte{}} }

func (s *shelf) put(url string, data []byte) { s.mu.Lock(); defer s.mu.Unlock(); s.data[url] = data }
func (s *shelf) fail(err error)              { s.mu.Lock(); defer s.mu.Unlock(); s.down = err }

func (s *shelf) Get(ctx context.Context, url, etag string) (status.Answer, error) {
	s.asked.Add(1)
	if s.wait != nil {
		select {
		case <-s.wait:
		case <-ctx.Done():
			return status.Answer{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.data[url]
	switch {
	case s.down != nil:
		return status.Answer{}, s.down
	case !ok:
		return status.Answer{}, status.ErrElsewhere
	case etag == status.ETag(data):
		s.same.Add(1)
		return status.Answer{NotModified: true}, nil
	}
	return status.Answer{Data: data, ETag: status.ETag(data)}, nil
}

// sign signs a list with one entry set.
func (s signer) sign(t testing.TB, slot status.Slot, set map[int]status.State, at time.Time) status.Signed {
	t.Helper()
	signed, err := status.Sign(t.Context(), contents(slot, set), s.Signer, listURL, at)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

var revocation = status.Slot{Kind: status.Bitstring, Purpose: status.Revocation, Size: 1}

// stateOf is what Lists says of entry 5.
func stateOf(t testing.TB, l *status.Lists) (status.State, *status.List, error) {
	t.Helper()
	f := l.Check(t.Context(), []status.Reference{reference(t, entry(status.Revocation, "5"))}, func(context.Context, *status.List) error { return nil })
	if f.Err != nil {
		return 0, nil, f.Err
	}
	return f.State, f.List, nil
}

// TV-28: revoked after the list was cached.
func TestTV28RevokedAfterCaching(t *testing.T) {
	t.Parallel()
	by, c, s := newSigner(t, "P-256"), newClock(), newShelf()
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: c.now})
	expect := func(what string, want status.State, asked int64) {
		t.Helper()
		got, list, err := stateOf(t, l)
		if err != nil || got != want || list.From != status.Fresh {
			t.Errorf("%s: %d, %v; want %d", what, got, err, want)
		}
		if n := s.asked.Load(); n != asked {
			t.Errorf("%s: asked %d times, want %d", what, n, asked)
		}
	}
	s.put(listURL, by.sign(t, revocation, nil, c.now()).JWT)
	expect("before", status.Valid, 1)
	c.move(10 * time.Second)
	s.put(listURL, by.sign(t, revocation, map[int]status.State{5: status.Revoked}, c.now()).JWT)
	expect("still kept", status.Valid, 1)
	c.move(20*time.Second - time.Nanosecond)
	expect("still kept, to the end", status.Valid, 1)
	c.move(time.Nanosecond)
	expect("30 s later", status.Revoked, 2)

	// A list without ttl, or with a long one, is kept for 60 s.
	for _, ttl := range []any{nil, 86_400_000} {
		doc := by.with(by.credential("revocation", empty()), obj{"credentialSubject.ttl": ttl})
		c, s := newClock(), newShelf()
		s.put(listURL, by.vc(t, doc))
		l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: c.now})
		for i, moved := range []time.Duration{0, 59 * time.Second, time.Second} {
			c.move(moved)
			if _, _, err := stateOf(t, l); err != nil || s.asked.Load() != int64(1+i/2) {
				t.Errorf("ttl %v, step %d: asked %d times, %v", ttl, i, s.asked.Load(), err)
			}
		}
	}
}

// TV-28: what is past its time is never used silently.
func TestTV28StaleIsNotUsed(t *testing.T) {
	t.Parallel()
	by, c, s := newSigner(t, "P-256"), newClock(), newShelf()
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: c.now})
	s.put(listURL, by.sign(t, revocation, nil, c.now()).JWT)
	if _, _, err := stateOf(t, l); err != nil {
		t.Fatal(err)
	}
	s.fail(errors.New("down"))
	c.move(29 * time.Second)
	if _, list, err := stateOf(t, l); err != nil || list.From != status.Fresh {
		t.Errorf("within its ttl: %v", err)
	}
	c.move(time.Second)
	_, _, err := stateOf(t, l)
	isProblem(t, "past its ttl", err, status.Retrieval)
	asked := s.asked.Load()
	c.move(time.Second)
	_, _, err = stateOf(t, l)
	isProblem(t, "right afterwards", err, status.Retrieval)
	if s.asked.Load() != asked {
		t.Error("asked again at once")
	}
	c.move(time.Second)
	s.fail(nil)
	if _, _, err := stateOf(t, l); err != nil || s.asked.Load() != asked+1 {
		t.Errorf("two seconds later: %v", err)
	}
	// A clock set back makes what is kept worthless.
	c.move(-time.Hour)
	s.fail(errors.New("down"))
	_, _, err = stateOf(t, l)
	isProblem(t, "an hour before", err, status.Retrieval)
}

func TestListsEndWithTheList(t *testing.T) {
	t.Parallel()
	by, c, s := newSigner(t, "P-256"), newClock(), newShelf()
	s.put(listURL, by.vc(t, by.with(by.credential("revocation", empty()), obj{"validUntil": stamp(noon.Add(5 * time.Second))})))
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: c.now})
	for _, step := range []struct {
		move  time.Duration
		asked int64
	}{{0, 1}, {4 * time.Second, 1}, {time.Second, 2}} {
		c.move(step.move)
		if _, _, err := stateOf(t, l); err != nil || s.asked.Load() != step.asked {
			t.Errorf("%v: asked %d times, %v", c.now(), s.asked.Load(), err)
		}
	}
	c.move(2 * time.Minute) // beyond what clocks may differ
	_, _, err := stateOf(t, l)
	isProblem(t, "after its end, unchanged", err, status.Verification)
	if s.same.Load() == 0 {
		t.Error("was never asked with an entity tag")
	}
}

func TestListsETag(t *testing.T) {
	t.Parallel()
	by, c, s := newSigner(t, "P-256"), newClock(), newShelf()
	s.put(listURL, by.sign(t, revocation, nil, c.now()).JWT)
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: c.now})
	for range 3 {
		if state, _, err := stateOf(t, l); err != nil || state != status.Valid {
			t.Fatal(state, err)
		}
		c.move(31 * time.Second)
	}
	if s.asked.Load() != 3 || s.same.Load() != 2 {
		t.Errorf("asked %d times, unchanged %d", s.asked.Load(), s.same.Load())
	}
	s.put(listURL, by.sign(t, revocation, map[int]status.State{5: status.Revoked}, c.now()).JWT)
	if state, _, err := stateOf(t, l); err != nil || state != status.Revoked {
		t.Error(state, err)
	}
	// An older one by the same hand is not taken back.
	c.move(31 * time.Second)
	s.put(listURL, by.sign(t, revocation, nil, noon).JWT)
	if state, _, err := stateOf(t, l); err != nil || state != status.Revoked {
		t.Errorf("an old list: %d, %v", state, err)
	}
	// One that says it has not changed, to who has nothing, gives nothing.
	l = status.NewLists(status.ListsConfig{Sources: []status.Source{unchanged{}}, Now: c.now})
	_, _, err := stateOf(t, l)
	isProblem(t, "unchanged from the start", err, status.Retrieval)
}

type unchanged struct{}

func (unchanged) Get(context.Context, string, string) (status.Answer, error) {
	return status.Answer{NotModified: true, ETag: `"x"`}, nil
}

func TestListsSources(t *testing.T) {
	t.Parallel()
	by, c := newSigner(t, "P-256"), newClock()
	first, second := newShelf(), newShelf()
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{first, second}, Now: c.now})
	_, _, err := stateOf(t, l)
	isProblem(t, "nowhere", err, status.Retrieval)
	c.move(3 * time.Second)
	second.put(listURL, by.sign(t, revocation, nil, c.now()).JWT)
	if _, _, err := stateOf(t, l); err != nil {
		t.Errorf("in the second: %v", err)
	}
	c.move(time.Minute)
	first.fail(errors.New("down"))
	_, _, err = stateOf(t, l)
	isProblem(t, "the first is down", err, status.Retrieval)
	if _, err := l.Get(t.Context(), listURL, status.Token); err == nil {
		t.Error("a list of the wrong kind")
	}
	c.move(3 * time.Second)
	first.fail(nil)
	if _, err := l.Get(t.Context(), listURL, ""); err != nil {
		t.Errorf("any kind: %v", err)
	}
	_, err = l.Get(t.Context(), listURL, status.Token)
	isProblem(t, "the wrong kind", err, status.Verification)
	_, err = l.Get(t.Context(), "http://issuer.example/1", "")
	isProblem(t, "plain http", err, status.Retrieval)
}

func TestListsSnapshots(t *testing.T) {
	t.Parallel()
	by, other, c, s := newSigner(t, "P-256"), newSigner(t, "P-256"), newClock(), newShelf()
	revoked := map[int]status.State{5: status.Revoked}
	old := by.sign(t, revocation, nil, noon.Add(-2*time.Hour)).JWT
	newer := by.sign(t, revocation, revoked, noon.Add(-time.Hour)).JWT
	endless := by.vc(t, by.with(by.credential("revocation", empty()), obj{"validUntil": nil}))
	expired := by.sign(t, revocation, nil, noon.Add(-30*time.Hour)).JWT
	forged := other.vc(t, by.credential("revocation", empty()))
	var shots atomic.Value
	shots.Store([][]byte{})
	for _, offline := range []bool{true, false} {
		for name, c2 := range map[string]struct {
			shots [][]byte
			want  status.State
			good  bool
		}{
			"none": {nil, 0, false}, "one": {[][]byte{old}, status.Valid, true}, "two": {[][]byte{old, newer}, status.Revoked, true}, "two, the other way": {[][]byte{newer, old}, status.Revoked, true},
			"without end": {[][]byte{endless}, 0, false}, "expired": {[][]byte{expired}, 0, false}, "forged": {[][]byte{forged}, 0, false}, "garbage": {[][]byte{[]byte("x"), nil}, 0, false},
			"forged and good": {[][]byte{forged, newer, expired}, status.Revoked, true},
		} {
			l := status.NewLists(status.ListsConfig{
				Sources: []status.Source{s}, Now: c.now, Offline: offline,
				Snapshots: func(url string) [][]byte {
					if url != listURL {
						t.Errorf("asked for %s", url)
					}
					return c2.shots
				},
			})
			state, list, err := stateOf(t, l)
			// A copy of an hour ago stands for the list only where nothing newer
			// can be asked for; that somebody was revoked counts everywhere.
			if !c2.good || !offline && c2.want != status.Revoked {
				isProblem(t, name, err, status.Retrieval)
				if _, err := l.Get(t.Context(), listURL, status.Bitstring); err == nil {
					t.Errorf("%s: Get gives it all the same", name)
				}
			} else if err != nil || state != c2.want || list.From != status.Snapshot || list.SignedAt.After(noon) {
				t.Errorf("%s: %d, %v", name, state, err)
			}
		}
	}
	if n := s.asked.Load(); n != 9 {
		t.Errorf("asked %d times, want 9: not when offline", n)
	}
}

func TestListsShareOneRequest(t *testing.T) {
	t.Parallel()
	by, s := newSigner(t, "P-256"), newShelf()
	s.put(listURL, by.sign(t, revocation, nil, noon).JWT)
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: func() time.Time { return noon }})
	synctest.Test(t, func(t *testing.T) {
		s.wait = make(chan struct{})
		var all sync.WaitGroup
		gone, leave := context.WithCancel(t.Context())
		for i := range 50 {
			all.Go(func() {
				ctx := t.Context()
				if i%2 == 0 {
					ctx = gone
				}
				_, err := l.Get(ctx, listURL, status.Bitstring)
				if (err == nil) != (i%2 == 1) {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(s.wait)
		all.Wait()
	})
	if n := s.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// When nobody waits any more the request ends; the next one starts anew.
func TestListsEndWithTheLastWhoWaits(t *testing.T) {
	t.Parallel()
	by, s := newSigner(t, "P-256"), newShelf()
	s.put(listURL, by.sign(t, revocation, nil, noon).JWT)
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: func() time.Time { return noon }})
	synctest.Test(t, func(t *testing.T) {
		s.wait = make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := l.Get(ctx, listURL, status.Bitstring)
		isProblem(t, "not waited to the end", err, status.Retrieval)
		synctest.Wait() // the bubble ends only when nothing runs any more
		if lists, _ := l.Kept(); lists != 0 {
			t.Errorf("%d lists are kept", lists)
		}
		// One who waits for as long as it takes is told after 1.5 s.
		start := time.Now()
		_, err = l.Get(t.Context(), listURL, status.Bitstring)
		isProblem(t, "silence", err, status.Retrieval)
		if took := time.Since(start); took != 1500*time.Millisecond {
			t.Errorf("silence: %v", took)
		}
	})
	s.wait = nil
	later := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: func() time.Time { return noon }})
	if _, _, err := stateOf(t, later); err != nil {
		t.Error(err)
	}
}

func TestListsBounds(t *testing.T) {
	t.Parallel()
	by, c, s := newSigner(t, "Ed25519"), newClock(), newShelf()
	url := func(i int) string { return fmt.Sprintf("https://issuer.example/%d", i) }
	for i := range 40 {
		signed, err := status.Sign(t.Context(), contents(status.Slot{Kind: status.Token, Size: 2}, nil), by.Signer, url(i), noon)
		if err != nil {
			t.Fatal(err)
		}
		s.put(url(i), signed.JWT)
	}
	const most = 10 * 50_000
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: c.now, MaxBytes: most})
	get := func(i int) {
		t.Helper()
		if _, err := l.Get(t.Context(), url(i), status.Token); err != nil {
			t.Fatal(err)
		}
		c.move(time.Millisecond)
		if lists, bytes := l.Kept(); bytes > most || lists < 1 {
			t.Fatalf("%d lists of %d bytes are kept", lists, bytes)
		}
	}
	for i := range 40 {
		get(0) // used all the time
		get(i)
	}
	lists, bytes := l.Kept()
	if lists < 5 || lists > 20 || bytes < most/2 {
		t.Errorf("%d lists of %d bytes are kept", lists, bytes)
	}
	before := s.asked.Load()
	get(0)
	get(39)
	if s.asked.Load() != before {
		t.Error("what was used last was dropped")
	}
	get(1)
	if s.asked.Load() != before+1 {
		t.Error("what was not used was kept")
	}
	few := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: c.now, MaxLists: 3})
	for i := range 40 {
		_, _ = few.Get(t.Context(), url(i*2), "") // half of them are nowhere
		if lists, _ := few.Kept(); lists > 3 {
			t.Fatalf("%d lists are kept", lists)
		}
	}
}

// Many who ask at the same time, while the list changes, its server comes and
// goes and callers leave: whoever gets an answer gets a whole one, and never one
// that goes back.
func TestListsAtTheSameTime(t *testing.T) {
	t.Parallel()
	by, c, s := newSigner(t, "Ed25519"), newClock(), newShelf()
	var versions [][]byte
	for i := range 20 {
		set := map[int]status.State{}
		for n := range i {
			set[n] = status.Revoked
		}
		versions = append(versions, by.sign(t, revocation, set, noon.Add(time.Duration(i)*40*time.Second)).JWT)
	}
	s.put(listURL, versions[0])
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: c.now})
	var all sync.WaitGroup
	stop := make(chan struct{})
	for range 8 {
		all.Go(func() {
			seen := 0
			for {
				select {
				case <-stop:
					return
				default:
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				list, err := l.Get(ctx, listURL, status.Bitstring)
				cancel()
				if err != nil {
					continue
				}
				n := 0
				for i := range int64(20) {
					if v, _ := list.At(i); v == 1 {
						n++
					}
				}
				if n < seen {
					t.Errorf("%d entries are set after %d were", n, seen)
				}
				seen = n
			}
		})
	}
	for i := range versions {
		s.put(listURL, versions[i])
		if i%3 == 0 {
			s.fail(errors.New("down"))
			_, _ = l.Get(t.Context(), listURL, "")
			s.fail(nil)
		}
		c.move(40 * time.Second)
		if _, err := l.Get(t.Context(), listURL, ""); err != nil {
			c.move(2 * time.Second)
		}
	}
	close(stop)
	all.Wait()
}
