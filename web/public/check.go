package public

import (
	"context"
	"errors"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/verifier"
)

// check verifies what get gives, in its turn and within its time. The turn is
// taken before anything is looked up, so that waiting tells nothing.
func (s *site) check(ctx context.Context, get func(context.Context) ([]byte, error)) (verifier.Report, error) {
	var none verifier.Report
	turn := time.NewTimer(s.cfg.Within / 2)
	defer turn.Stop()
	select {
	case s.slots <- struct{}{}:
	case <-turn.C:
		return none, fault.New(fault.Unavailable, "", nil)
	case <-ctx.Done():
		return none, fault.New(fault.Unavailable, "", ctx.Err())
	}

	ctx, cancel := context.WithTimeout(ctx, s.cfg.Within)
	type outcome struct {
		report verifier.Report
		err    error
	}
	done := make(chan outcome, 1)
	go func() { // a verification that overruns keeps its slot, but nobody waiting
		var o outcome
		defer func() {
			if v := recover(); v != nil {
				o = outcome{err: panicError(v)}
			}
			done <- o
			<-s.slots
			cancel()
		}()
		data, err := get(ctx)
		if err != nil {
			o.err = err
			return
		}
		o.report, o.err = s.cfg.Verifier.Verify(ctx, data, verifier.Options{})
	}()
	var o outcome
	select {
	case o = <-done:
	case <-ctx.Done():
		select { // both may have happened
		case o = <-done:
		default:
			o.err = ctx.Err()
		}
	}
	if errors.Is(o.err, context.DeadlineExceeded) || errors.Is(o.err, context.Canceled) {
		return none, fault.New(fault.Unavailable, "", o.err)
	}
	return o.report, o.err
}
