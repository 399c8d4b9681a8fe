package award

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/probatum/probatum/access"
)

const (
	// resumeAfter is how long sealing may be left to whoever began it.
	resumeAfter = 2 * time.Minute

	// resumeRest is how long what cannot be finished rests at most.
	resumeRest = time.Hour

	resumeAtOnce = 200

	// Patience is how long one body may hold up the others.
	Patience = 20 * time.Second
)

// ResumeAll goes on with what a crash has left of sealing, of every body. It goes
// on past one that fails: that is logged, and rests, longer each time and for an
// hour at most, so that all others get their turn.
func (d *Desk) ResumeAll(ctx context.Context) (sealed int, err error) {
	refs, err := d.c.Store.BegunAwards(ctx, d.now().Add(-resumeAfter), d.now(), resumeAtOnce)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, ref := range refs {
		if ctx.Err() != nil {
			break
		}
		err := d.tended.within(ctx, d.c.Patience, "resume "+string(ref.Body)+"/"+string(ref.ID), func(ctx context.Context) error { return d.resume(ctx, ref) })
		if err == nil {
			sealed++
			continue
		}
		if ctx.Err() != nil { // it did not have its time
			break
		}
		rest := min(time.Minute<<min(ref.Tries, 6), resumeRest)
		d.c.Log.ErrorContext(ctx, "sealing is not finished", "body", ref.Body, "result", ref.ID, "tries", ref.Tries+1, "again in", rest, "err", err)
		errs = append(errs, err, d.c.Store.RestSeal(ctx, ref.Ref, d.now().Add(rest)))
	}
	return sealed, errors.Join(append(errs, ctx.Err())...)
}

func (d *Desk) resume(ctx context.Context, ref BegunRef) error {
	s, err := d.c.Issuers.For(ctx, ref.Body)
	if err != nil {
		return err
	}
	_, err = d.goOn(ctx, s, ref.Ref)
	return err
}

// PublishDue signs the status lists that have to be signed now, those of the body
// first that has waited longest, and tells how many it signed. A body that cannot
// is logged, stops no other, and comes last the next time. It is to be called
// several times a minute.
func (d *Desk) PublishDue(ctx context.Context) (signed int, err error) {
	bodies, err := d.c.Store.DueBodies(ctx, d.c.Now().UTC())
	if err != nil {
		return 0, err
	}
	return d.publishFor(ctx, bodies)
}

// PublishAll is PublishDue for every body that has status lists, also where none is
// due: a seal that was installed since is noted, and signs them anew.
func (d *Desk) PublishAll(ctx context.Context) (signed int, err error) {
	bodies, err := d.c.Store.PublishingBodies(ctx)
	if err != nil {
		return 0, err
	}
	// Nobody is always the last, for whom no time is left.
	rand.Shuffle(len(bodies), func(i, k int) { bodies[i], bodies[k] = bodies[k], bodies[i] }) //nolint:gosec // an order, no secret
	return d.publishFor(ctx, bodies)
}

func (d *Desk) publishFor(ctx context.Context, bodies []access.BodyID) (signed int, err error) {
	d.tended.order(bodies)
	var errs []error
	for _, body := range bodies {
		if ctx.Err() != nil {
			break
		}
		var n int
		err := d.tended.within(ctx, d.c.Patience, "publish "+string(body), func(ctx context.Context) error {
			i, err := d.c.Issuers.ForLists(ctx, body)
			if err != nil {
				return err
			}
			made, err := i.Publish(ctx)
			n = made
			return err
		})
		if err != nil && ctx.Err() != nil { // it did not have its time
			break
		}
		if errors.Is(err, errAtWork) && !d.tended.failing(body) { // the other of the two does it
			continue
		}
		d.tended.note(body, err)
		if err != nil {
			d.c.Log.ErrorContext(ctx, "status lists are not published", "body", body, "err", err)
			errs = append(errs, fmt.Errorf("publishing the status lists of body %s: %w", body, err))
			continue
		}
		signed += n
	}
	return signed, errors.Join(append(errs, ctx.Err())...)
}

// tended is what is remembered of work for many bodies from one time to the next.
type tended struct {
	mu     sync.Mutex
	atWork map[string]bool       // guarded by mu
	failed map[access.BodyID]int // how often one after another; guarded by mu
}

var errAtWork = errors.New("it is still at work since the last time")

// within does work and waits for it for a while only: a key may be in a device that
// does not answer and that no context ends. What still runs then is not begun again
// beside it.
func (t *tended) within(ctx context.Context, most time.Duration, name string, work func(context.Context) error) error {
	t.mu.Lock()
	busy := t.atWork[name]
	t.atWork[name] = true
	t.mu.Unlock()
	if busy {
		return errAtWork
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	done := make(chan error, 1)
	go func() {
		var err error
		defer func() {
			if v := recover(); v != nil { // its value may tell what is in a credential
				err = fmt.Errorf("%s: a panic of type %T\n%s", name, v, debug.Stack())
			}
			t.mu.Lock()
			delete(t.atWork, name)
			t.mu.Unlock()
			done <- err
			cancel()
		}()
		err = work(ctx)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		select { // both may have happened
		case err := <-done:
			return err
		default:
			return ctx.Err()
		}
	}
}

// order puts those that failed the last time behind the others.
func (t *tended) order(bodies []access.BodyID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.SortStableFunc(bodies, func(a, b access.BodyID) int { return cmp.Compare(t.failed[a], t.failed[b]) })
}

// failing tells whether it failed the last time.
func (t *tended) failing(body access.BodyID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed[body] > 0
}

func (t *tended) note(body access.BodyID, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		delete(t.failed, body)
		return
	}
	t.failed[body]++
}
