package public

import (
	"context"
	"errors"
	"net/http"

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
	return report, openOf(err)
}

// openOf words an error after which nothing is known about a credential: the answer
// says so. Whatever else it is, it is given back as it is.
func openOf(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), fault.KindOf(err) == fault.Unavailable:
		return fault.New(fault.Unavailable, "public.error.503", err)
	case fault.KindOf(err) == fault.Internal:
		return &page.Answer{Status: http.StatusInternalServerError, Code: "internal", Key: "public.error.500", Err: err}
	}
	return err
}
