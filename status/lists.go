package status

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/proof/integrity"
)

// What Lists may hold where no Config says otherwise.
const (
	DefaultMaxBytes = 64 << 20
	DefaultMaxLists = 4096
)

// badFor is how long it is remembered that a list could not be had.
const badFor = 2 * time.Second

// A ListsConfig says where Lists has lists from.
type ListsConfig struct {
	// Sources are asked in order, until one knows the URL.
	Sources []Source

	// Resolver finds the keys of issuers, as in OpenOptions. It is the same for
	// all who ask.
	Resolver integrity.Resolver

	// Snapshots gives signed copies of a list from earlier; each must be within
	// its time, and say when that ends. Offline, the one that was signed last
	// stands for the list. Otherwise a copy counts for MaxStale after it was
	// signed, and beyond that only for what it says was revoked. May be nil.
	Snapshots func(url string) [][]byte

	// Offline asks no Source: there are only snapshots.
	Offline bool

	Now      func() time.Time // time.Now where it is nil
	MaxBytes int64            // of all lists together; DefaultMaxBytes where it is zero
	MaxLists int              // DefaultMaxLists where it is zero
}

// Lists looks status lists up. A list is kept for as long as it says, MaxStale
// at most and never beyond its end; then it is asked for again. Where that fails,
// or gives an older list than one that is known, the newest that is known stands
// for it as a Snapshot if it is no older than MaxStale; else only what it says was
// revoked still counts.
//
// Those who ask for the same list at the same time share one request; it ends
// with the last who waits for it. Lists may be used by many at once.
type Lists struct {
	c ListsConfig

	mu    sync.RWMutex
	slots map[place]*slot // guarded by mu
	bytes int64           // what the slots weigh; guarded by mu
}

// A place is a list as the credentials of one issuer are judged by it: what was
// verified with the keys of one says nothing to those of another, not even which
// list is the newest.
type place struct {
	url    string
	issuer string // as Reference has it
}

// A slot is what is known of one list at one place.
type slot struct {
	state atomic.Pointer[state]
	used  atomic.Int64 // when, in nanoseconds

	flight *flight // nil if nobody asks; guarded by Lists.mu
	weight int64   // guarded by Lists.mu
}

// A state is what came of asking. It is never changed.
type state struct {
	list        *List  // what to answer; nil where err is set
	err         *Error // why there is no list
	from, until time.Time

	// What was had last from a Source, with its bytes, and when that last said
	// that it is current. It may be past its time.
	fresh     *List
	data      []byte
	etag      string
	confirmed time.Time
}

// good tells whether the state can be given as an answer at a time. A clock that
// was set back makes it worthless.
func (s *state) good(at time.Time) bool {
	return s != nil && at.Before(s.until) && !at.Before(s.from)
}

func (s *state) answer(k Kind) (*List, error) {
	switch {
	case s.err != nil:
		return nil, s.err
	case k != "" && s.list.Kind != k:
		return nil, wrong("status.list.kind", fmt.Errorf("a %s list where a %s list is needed", s.list.Kind, k))
	}
	return s.list, nil
}

// A flight is one request that several may wait for.
type flight struct {
	done   chan struct{} // closed once state is set
	state  *state
	cancel context.CancelFunc

	waiting int // guarded by Lists.mu
}

// NewLists makes an empty cache.
func NewLists(c ListsConfig) *Lists {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.MaxBytes <= 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	if c.MaxLists <= 0 {
		c.MaxLists = DefaultMaxLists
	}
	return &Lists{c: c, slots: map[place]*slot{}}
}

// Get gives the list at url, of a kind; an empty kind takes any. The error is
// always an *Error. Nobody may change the List.
func (l *Lists) Get(ctx context.Context, url string, k Kind) (*List, error) {
	list, err := l.get(ctx, place{url: url}, k)
	if err == nil && list.stale != nil {
		return nil, list.stale
	}
	return list, err
}

// get is Get that also gives stale lists.
func (l *Lists) get(ctx context.Context, at place, k Kind) (*List, error) {
	now := l.c.Now()
	l.mu.RLock()
	s := l.slots[at]
	l.mu.RUnlock()
	if s != nil {
		if st := s.state.Load(); st.good(now) {
			s.used.Store(now.UnixNano())
			return st.answer(k)
		}
	}
	st, err := l.ask(ctx, at)
	if err != nil {
		return nil, err
	}
	return st.answer(k)
}

// ask waits for a request for a list, which it starts if there is none.
func (l *Lists) ask(ctx context.Context, at place) (*state, error) {
	l.mu.Lock()
	now := l.c.Now() // again: somebody may have come before
	s := l.slots[at]
	if s == nil {
		s = &slot{}
		l.slots[at] = s
	}
	s.used.Store(now.UnixNano())
	if st := s.state.Load(); st.good(now) {
		l.mu.Unlock()
		return st, nil
	}
	f := s.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		s.flight = f
		var own context.Context
		own, f.cancel = context.WithTimeout(context.WithoutCancel(ctx), fetch.DefaultTimeout)
		go l.fly(own, at, s, f)
	}
	f.waiting++
	l.mu.Unlock()

	select {
	case <-f.done:
		return f.state, nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		if s.flight == f { // the next one starts anew
			s.flight = nil
			if s.state.Load() == nil && l.slots[at] == s {
				delete(l.slots, at)
			}
		}
	}
	return nil, refuse(Retrieval, "status.retrieval", fmt.Errorf("waiting for a status list: %w", ctx.Err()))
}

// fly does one request and keeps what came of it, unless nobody waited to the
// end.
func (l *Lists) fly(ctx context.Context, at place, s *slot, f *flight) {
	defer f.cancel()
	st := l.load(ctx, at, s.state.Load())
	l.mu.Lock()
	defer l.mu.Unlock()
	f.state = st
	close(f.done)
	if s.flight != f {
		return
	}
	s.flight = nil
	if l.slots[at] != s { // made way for others meanwhile
		return
	}
	s.state.Store(st)
	weight := st.weight()
	l.bytes += weight - s.weight
	s.weight = weight
	l.makeRoom(s)
}

func (s *state) weight() int64 {
	const overhead = 1 << 10
	w := int64(overhead + len(s.data))
	if s.fresh != nil {
		w += s.fresh.weight()
	}
	if s.list != nil && s.list != s.fresh {
		w += s.list.weight()
	}
	return w
}

// makeRoom drops what was not used for the longest time, but for keep.
func (l *Lists) makeRoom(keep *slot) {
	for l.bytes > l.c.MaxBytes || len(l.slots) > l.c.MaxLists {
		var oldest place
		var when int64
		found := false
		for at, s := range l.slots {
			if used := s.used.Load(); s != keep && s.flight == nil && (!found || used < when) {
				oldest, found, when = at, true, used
			}
		}
		if !found {
			return
		}
		l.bytes -= l.slots[oldest].weight
		delete(l.slots, oldest)
	}
}

// load asks the sources, and looks for a snapshot where that fails.
func (l *Lists) load(ctx context.Context, at place, old *state) *state {
	st := &state{from: l.c.Now()}
	if old != nil {
		st.fresh, st.data, st.etag, st.confirmed = old.fresh, old.data, old.etag, old.confirmed
	}
	err := l.fetch(ctx, at, st)
	copied := l.snapshot(ctx, at, st)
	kept := st.fresh
	if kept != nil && copied != nil && kept.SignedAt.Before(copied.SignedAt) {
		kept = nil
		if err == nil {
			err = errOld
		}
	}
	switch {
	case err == nil:
		st.list, st.until = kept, st.from.Add(kept.keep())
		if end := kept.Expires; !end.IsZero() && end.Before(st.until) {
			st.until = end
		}
		return st
	case kept != nil && alive(kept, st.from):
		// Where the servers of a list lag behind each other, one that was
		// current a moment ago still is.
		st.list = kept.asOf(errors.Is(err, errOld) && !st.from.After(st.confirmed.Add(MaxStale)), err)
	case copied != nil:
		st.list = copied.asOf(l.c.Offline || !st.from.After(copied.SignedAt.Add(MaxStale)), err)
	default:
		st.err = problemOf(err)
	}
	st.until = st.from.Add(badFor)
	if l.c.Offline {
		st.until = st.from.Add(MaxStale)
	}
	if st.list != nil && st.list.Expires.Before(st.until) {
		st.until = st.list.Expires
	}
	return st
}

// keep is for how long a list that was just had may be kept.
func (l *List) keep() time.Duration {
	if l.TTL > 0 {
		return min(l.TTL, MaxStale)
	}
	return MaxStale
}

// asOf gives the list as what it is where there is no other: a copy, which may
// stand for the list or is stale.
func (l *List) asOf(good bool, why error) *List {
	older := *l
	older.From = Snapshot
	if !good {
		older.stale = problemOf(why)
	}
	return &older
}

// errOld says that a list was served that is older than one that is known.
var errOld = wrong("status.list.old", errors.New("the list that is served is older than one that is known"))

// fetch brings what st knows of the sources up to date, or fails and changes
// nothing.
func (l *Lists) fetch(ctx context.Context, at place, st *state) error {
	if l.c.Offline {
		return refuse(Retrieval, "status.retrieval.offline", errors.New("offline, and no snapshot that can be used"))
	}
	if err := checkURL(at.url); err != nil {
		return refuse(Retrieval, "status.retrieval.refused", err)
	}
	a, err := l.ofSources(ctx, at.url, st.etag)
	if err != nil {
		return err
	}
	if a.NotModified {
		if st.etag == "" || st.data == nil {
			return refuse(Retrieval, "status.retrieval", errors.New("a list that nobody has is said not to have changed"))
		}
		// Opened again: its time may be up, and its key revoked.
		a.Data, a.ETag = st.data, st.etag
	}
	o := l.options(at, st)
	o.Fetched = true
	list, err := Open(ctx, a.Data, o)
	if err != nil {
		return err
	}
	list.From = Fresh
	if st.fresh != nil && list.SignedAt.Before(st.fresh.SignedAt) && alive(st.fresh, st.from) {
		return errOld
	}
	st.fresh, st.data, st.etag, st.confirmed = list, a.Data, a.ETag, st.from
	return nil
}

// options are those for a list that is had for st.
func (l *Lists) options(at place, st *state) OpenOptions {
	return OpenOptions{URL: at.url, Issuer: at.issuer, Resolver: l.c.Resolver, Now: st.from}
}

func (l *Lists) ofSources(ctx context.Context, url, etag string) (Answer, error) {
	for _, s := range l.c.Sources {
		a, err := s.Get(ctx, url, etag)
		if !errors.Is(err, ErrElsewhere) {
			return a, err
		}
	}
	return Answer{}, refuse(Retrieval, "status.retrieval.refused", errors.New("no source for this list"))
}

// alive tells whether a list may still be used at a time.
func alive(l *List, at time.Time) bool { return !l.Expires.IsZero() && !at.After(l.Expires) }

// snapshot gives the newest copy that is within its time, or nil.
func (l *Lists) snapshot(ctx context.Context, at place, st *state) *List {
	if l.c.Snapshots == nil {
		return nil
	}
	var newest *List
	for _, data := range l.c.Snapshots(at.url) {
		list, err := Open(context.WithoutCancel(ctx), data, l.options(at, st))
		if err == nil && alive(list, st.from) && (newest == nil || list.SignedAt.After(newest.SignedAt)) {
			newest = list
		}
	}
	return newest
}
