package page

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Turns bound how many pieces of costly work run at the same time, and for how
// long each.
type Turns struct {
	slots  chan struct{} // one entry for each piece that runs
	within time.Duration
}

// longestWait is how long anybody waits for a turn: a reader has given up by then,
// and a proxy soon does.
const longestWait = 10 * time.Second

// NewTurns lets so many run at once, each within a time. Waiting for a turn may
// take half of it, and ten seconds at most.
func NewTurns(atOnce int, within time.Duration) *Turns {
	return &Turns{slots: make(chan struct{}, atOnce), within: within}
}

// Take waits for a turn and takes it until leave is called. ErrFull says that
// there was none in time.
func (t *Turns) Take(ctx context.Context) (leave func(), err error) {
	wait := time.NewTimer(min(t.within/2, longestWait))
	defer wait.Stop()
	select {
	case t.slots <- struct{}{}:
		return func() { <-t.slots }, nil
	case <-wait.C:
	case <-ctx.Done():
	}
	return nil, ErrFull
}

// Taken is how many turns are taken now.
func (t *Turns) Taken() int { return len(t.slots) }

// InTurn does work in its turn and within its time. What runs out of time has the
// error of its context: work that overruns keeps its turn, but nobody waiting. A
// panic comes back as PanicError.
func InTurn[T any](ctx context.Context, t *Turns, work func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		result T
		err    error
	}
	leave, err := t.Take(ctx)
	if err != nil {
		return outcome{}.result, err
	}
	ctx, cancel := context.WithTimeout(ctx, t.within)
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if v := recover(); v != nil {
				o = outcome{err: PanicError(v)}
			}
			done <- o
			leave()
			cancel()
		}()
		o.result, o.err = work(ctx)
	}()
	select {
	case o := <-done:
		return o.result, o.err
	case <-ctx.Done():
		select { // both may have happened
		case o := <-done:
			return o.result, o.err
		default:
			return outcome{}.result, ctx.Err()
		}
	}
}

// Patient gives one answer more time than the server gives to all, for work that
// takes its turn. It is called when the body has been read: a deadline for reading
// that passes later ends the request too.
func Patient(w http.ResponseWriter, most time.Duration) error {
	control, until := http.NewResponseController(w), time.Now().Add(most)
	for _, set := range []func(time.Time) error{control.SetReadDeadline, control.SetWriteDeadline} {
		if err := set(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
	}
	return nil
}
