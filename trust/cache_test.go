package trust_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/trust"
)

func TestCacheKeepsAnswers(t *testing.T) {
	t.Parallel()
	at, asked := now, 0
	failure := errors.New("not now")
	c := trust.NewCache(func() time.Time { return at }, func(_ context.Context, key string) (string, error) {
		asked++
		if key == "bad" {
			return "", failure
		}
		return fmt.Sprint(key, asked), nil
	})
	for _, step := range []struct {
		after time.Duration
		key   string
		want  string
	}{
		{0, "a", "a1"},
		{29 * time.Second, "a", "a1"},
		{time.Second, "a", "a2"},
		{0, "bad", ""},               // asked: 3
		{9 * time.Second, "bad", ""}, // kept
		{0, "b", "b4"},
		{time.Second, "bad", ""}, // asked: 5
		{0, "c", "c6"},
	} {
		at = at.Add(step.after)
		got, err := c.Get(t.Context(), step.key)
		if got != step.want || (step.key == "bad") != errors.Is(err, failure) {
			t.Errorf("%s is %q, %v; want %q", step.key, got, err, step.want)
		}
	}
}

func TestCacheAsksOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		c := trust.NewCache(time.Now, func(ctx context.Context, _ string) (string, error) {
			asked.Add(1)
			select {
			case <-time.After(time.Second):
				return "x", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		})
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				ctx, cancel := t.Context(), context.CancelFunc(func() {})
				if i%2 == 0 { // half of them give up, the first among them perhaps
					ctx, cancel = context.WithTimeout(ctx, time.Duration(i)*time.Millisecond)
				}
				defer cancel()
				got, err := c.Get(ctx, "k")
				if i%2 == 0 && !errors.Is(err, integrity.ErrUnresolved) || i%2 == 1 && (got != "x" || err != nil) {
					t.Errorf("%d: %q, %v", i, got, err)
				}
			})
		}
		wg.Wait()
		if n := asked.Load(); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// A question that nobody answers ends, and so does the number of them.
func TestCacheBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := trust.NewCache(time.Now, func(ctx context.Context, _ string) (string, error) {
			<-ctx.Done()
			return "", fmt.Errorf("%w: %w", integrity.ErrUnresolved, ctx.Err())
		})
		var wg sync.WaitGroup
		start := time.Now()
		for i := range trust.MaxAsking {
			wg.Go(func() {
				if _, err := c.Get(t.Context(), fmt.Sprint(i)); !errors.Is(err, integrity.ErrUnresolved) || time.Since(start) != 1500*time.Millisecond {
					t.Errorf("%d: %v after %v", i, err, time.Since(start))
				}
			})
		}
		synctest.Wait()
		if _, err := c.Get(t.Context(), "one more"); !errors.Is(err, integrity.ErrUnresolved) || time.Since(start) != 0 {
			t.Errorf("one more: %v after %v", err, time.Since(start))
		}
		wg.Wait()
		go func() { _, _ = c.Get(t.Context(), "one more") }()
		synctest.Wait()
		if got := c.Len(); got != trust.MaxAsking+1 {
			t.Errorf("%d questions kept", got)
		}
		<-time.After(2 * time.Second) // until nothing is asked any more
	})
	at := now
	c := trust.NewCache(func() time.Time { at = at.Add(time.Millisecond); return at }, func(_ context.Context, key string) (string, error) { return key, nil })
	for i := range 2*trust.MaxAnswered + 10 {
		if got, err := c.Get(t.Context(), fmt.Sprint(i)); err != nil || got != fmt.Sprint(i) {
			t.Fatal(got, err)
		}
	}
	if n := c.Len(); n != trust.MaxAnswered {
		t.Errorf("%d answers kept, want %d", n, trust.MaxAnswered)
	}
}
