package trust

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/proof/integrity"
)

// How long an answer from outside is taken for the present one, and how much of
// that is kept and asked for at a time.
const (
	keepAnswers  = 30 * time.Second // a new key of an issuer is known after so long, and a revoked one
	keepFailures = 10 * time.Second
	maxAnswered  = 1000
	maxAsking    = 64
)

// A cache keeps what was asked for outside. Of one thing it asks once at a time,
// however many want it, and goes on asking when those who want it give up: each
// question ends by itself.
type cache[T any] struct {
	now func() time.Time
	ask func(ctx context.Context, key string) (T, error)

	mu      sync.Mutex
	answers map[string]*answer[T] // guarded by mu
	asking  int                   // guarded by mu
}

// An answer is complete once done is closed; before that nothing but done may
// be read.
type answer[T any] struct {
	done  chan struct{}
	value T
	err   error
	until time.Time
}

func newCache[T any](now func() time.Time, ask func(ctx context.Context, key string) (T, error)) *cache[T] {
	return &cache[T]{now: now, ask: ask, answers: map[string]*answer[T]{}}
}

// get gives what key stands for. That of a cancelled ctx, and of too many
// questions at a time, is integrity.ErrUnresolved.
func (c *cache[T]) get(ctx context.Context, key string) (T, error) {
	var none T
	a, err := c.answer(ctx, key)
	if err != nil {
		return none, err
	}
	select {
	case <-a.done:
		return a.value, a.err
	case <-ctx.Done():
		return none, fmt.Errorf("%w: %w", integrity.ErrUnresolved, ctx.Err())
	}
}

func (c *cache[T]) answer(ctx context.Context, key string) (*answer[T], error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a, ok := c.answers[key]; ok && (!a.complete() || c.now().Before(a.until)) {
		return a, nil
	}
	if c.asking >= maxAsking {
		return nil, fmt.Errorf("%w: too many are being asked", integrity.ErrUnresolved)
	}
	c.makeRoom()
	a := &answer[T]{done: make(chan struct{})}
	c.answers[key] = a
	c.asking++
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetch.DefaultTimeout)
	go func() {
		defer cancel()
		a.value, a.err = c.ask(ctx, key)
		c.mu.Lock()
		defer c.mu.Unlock()
		a.until = c.now().Add(keepAnswers)
		if a.err != nil {
			a.until = c.now().Add(keepFailures)
		}
		c.asking--
		close(a.done)
	}()
	return a, nil
}

// makeRoom keeps the cache within its bound: what is over goes first, then what
// is over soonest. c.mu is held.
func (c *cache[T]) makeRoom() {
	if len(c.answers) < maxAnswered {
		return
	}
	var oldest string
	var until time.Time
	for key, a := range c.answers {
		switch {
		case !a.complete():
		case !c.now().Before(a.until):
			delete(c.answers, key)
		case oldest == "" || a.until.Before(until):
			oldest, until = key, a.until
		}
	}
	if len(c.answers) >= maxAnswered {
		delete(c.answers, oldest)
	}
}

func (a *answer[T]) complete() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}
