package vcapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/web/page"
)

// work does do in its turn and within its time. Whatever goes wrong in there,
// a panic too, comes back as problems of the document: bad input is no failure
// of ours.
func (s *server) work(r *http.Request, do func(context.Context) error) error {
	return inTime(s.turn(r, do))
}

// turn does do in its turn. What runs out of time has the error of its context.
func (s *server) turn(r *http.Request, do func(context.Context) error) error {
	_, err := page.InTurn(r.Context(), s.turns, func(ctx context.Context) (none struct{}, err error) {
		defer func() {
			if v := recover(); v != nil {
				s.cfg.Log.ErrorContext(ctx, "work on a document failed", "request", page.RequestOf(r).ID, "err", page.PanicError(v))
				err = refused(problem{kind: transformation, code: proof.Malformed, key: "vcapi.failed"})
			}
		}()
		return none, do(ctx)
	})
	if errors.Is(err, page.ErrFull) {
		return errBusy
	}
	return err
}

// inTime names work that ran out of time. What costs too much is refused by counting,
// so the machine may just be busy; whoever asks learns that nothing was found out, by
// the status of all that is not verified.
func inTime(err error) error {
	if stopped(err) {
		return refused(problem{kind: transformation, code: proof.Resources, key: "vcapi.slow"})
	}
	return err
}
