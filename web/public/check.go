package public

import (
	"context"
	"errors"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/page"
)

// check verifies what get gives, in its turn and within its time. The turn is
// taken before anything is looked up, so that waiting tells nothing.
func (s *site) check(ctx context.Context, get func(context.Context) ([]byte, error)) (verifier.Report, error) {
	report, err := page.InTurn(ctx, s.turns, func(ctx context.Context) (verifier.Report, error) {
		data, err := get(ctx)
		if err != nil {
			return verifier.Report{}, err
		}
		return s.cfg.Verifier.Verify(ctx, data, verifier.Options{})
	})
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return verifier.Report{}, fault.New(fault.Unavailable, "", err)
	}
	return report, err
}
