package award

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// TokenLooks tells how often a link was looked at within an hour.
type TokenLooks struct {
	Token string
	Hour  time.Time
	Count int
}

// Looks counts how often links are looked at, and keeps the numbers now and then,
// so that whoever looks does not wait for it. What was counted and not kept when
// the program is killed is lost: the numbers are for information.
type Looks struct {
	store HolderStore
	now   func() time.Time
	log   *slog.Logger

	mu   sync.Mutex
	seen map[looked]int // guarded by mu
}

type looked struct {
	token string
	hour  time.Time
}

const (
	keepLooksEvery = 5 * time.Second
	mostLooks      = 10_000 // links and hours that are counted until they are kept
)

// NewLooks makes a counter. Run keeps what it counts.
func NewLooks(s HolderStore, now func() time.Time, log *slog.Logger) *Looks {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Looks{store: s, now: now, log: log, seen: map[looked]int{}}
}

// Saw counts that the page of a link was shown.
func (l *Looks) Saw(token string) {
	k := looked{token, l.now().UTC().Truncate(time.Hour)}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.seen[k]; ok || len(l.seen) < mostLooks {
		l.seen[k]++
	}
}

// Keep writes what was counted.
func (l *Looks) Keep(ctx context.Context) error {
	l.mu.Lock()
	seen := l.seen
	l.seen = map[looked]int{}
	l.mu.Unlock()
	if len(seen) == 0 {
		return nil
	}
	var all []TokenLooks
	for k, n := range seen {
		all = append(all, TokenLooks{Token: k.token, Hour: k.hour, Count: n})
	}
	err := l.store.AddLooks(ctx, all)
	if err != nil { // they are counted again with the next
		l.mu.Lock()
		defer l.mu.Unlock()
		for k, n := range seen {
			if _, ok := l.seen[k]; ok || len(l.seen) < mostLooks {
				l.seen[k] += n
			}
		}
	}
	return err
}

// Run keeps what is counted until ctx ends, and then once more.
func (l *Looks) Run(ctx context.Context) {
	tick := time.NewTicker(keepLooksEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepLooksEvery)
			defer cancel()
			if err := l.Keep(last); err != nil {
				l.log.Warn("looks at links are not kept", "err", err)
			}
			return
		case <-tick.C:
			if err := l.Keep(ctx); err != nil && ctx.Err() == nil {
				l.log.WarnContext(ctx, "looks at links are not kept", "err", err)
			}
		}
	}
}
