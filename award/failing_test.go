package award_test

import (
	"context"
	"errors"
	"sync"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/store"
)

type storeOf struct{ *store.Store }

// failing is a store that ends with an error at a call, as a crash does.
type failing struct {
	*storeOf
	left int
	mu   sync.Mutex
}

var errCrash = errors.New("crashed")

func (f *failing) call() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left--; f.left < 0 {
		return errCrash
	}
	return nil
}

func (f *failing) BeginSeal(ctx context.Context, b award.Begin) (award.Award, error) {
	if err := f.call(); err != nil {
		return award.Award{}, err
	}
	return f.storeOf.BeginSeal(ctx, b)
}

func (f *failing) SaveResult(ctx context.Context, r assessment.Result) error {
	if err := f.call(); err != nil {
		return err
	}
	return f.storeOf.SaveResult(ctx, r)
}

func (f *failing) Reserve(ctx context.Context, d credential.Draft, k issuer.CopyKey, build issuer.BuildFunc) (issuer.Reservation, error) {
	if err := f.call(); err != nil {
		return issuer.Reservation{}, err
	}
	return f.storeOf.Reserve(ctx, d, k, build)
}

func (f *failing) Seal(ctx context.Context, id credential.ID, s credential.Signed) error {
	if err := f.call(); err != nil {
		return err
	}
	return f.storeOf.Seal(ctx, id, s)
}

func (f *failing) EndSeal(ctx context.Context, b access.BodyID, id assessment.ResultID, c *award.ClaimLetter) (award.Award, error) {
	if err := f.call(); err != nil {
		return award.Award{}, err
	}
	return f.storeOf.EndSeal(ctx, b, id, c)
}
