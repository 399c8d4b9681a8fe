package issuer_test

import (
	"context"
	"crypto"
	"io"
	"sync"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/issuer"
)

// A signFunc signs in place of a key.
type signFunc func(key crypto.Signer, r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error)

// A testSigner is a real key that can be made to fail.
type testSigner struct {
	crypto.Signer
	sign signFunc // nil: as the key does

	mu sync.Mutex
	n  int // guarded by mu
}

func (s *testSigner) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	s.mu.Lock()
	s.n++
	s.mu.Unlock()
	if s.sign != nil {
		return s.sign(s.Signer, r, digest, o)
	}
	return s.Signer.Sign(r, digest, o)
}

func (s *testSigner) signed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// withLists gives a store that stands before another one the lists and keys of
// that other, if it keeps some.
func withLists(before, s issuer.Store) issuer.Store {
	if _, ok := before.(issuer.StatusStore); ok {
		return before
	}
	for {
		w, ok := s.(interface{ behind() issuer.Store })
		if !ok {
			break
		}
		s = w.behind()
	}
	keeper, ok := s.(interface {
		issuer.StatusStore
		issuer.KeyKeeper
	})
	if !ok {
		return before
	}
	return struct {
		issuer.Store
		issuer.StatusStore
		issuer.KeyKeeper
	}{before, keeper, keeper}
}

func (f *failing) behind() issuer.Store { return f.Store }
func (w *watch) behind() issuer.Store   { return w.Store }

// A failing store is a real one that fails at one call.
type failing struct {
	issuer.Store
	at     string // the call
	after  bool   // it does its work first: the answer is lost
	times  int
	failed error
}

func (f *failing) fail(call string) error {
	if f.at == call && f.times > 0 {
		f.times--
		return f.failed
	}
	return nil
}

func (f *failing) SaveResult(ctx context.Context, r assessment.Result) error {
	if err := f.fail("save"); err != nil {
		return err
	}
	return f.Store.SaveResult(ctx, r)
}

func (f *failing) Reserve(ctx context.Context, d credential.Draft, k issuer.CopyKey, b issuer.BuildFunc) (issuer.Reservation, error) {
	if f.after {
		r, err := f.Store.Reserve(ctx, d, k, b)
		if err := f.fail("reserve"); err != nil {
			return issuer.Reservation{}, err
		}
		return r, err
	}
	if err := f.fail("reserve"); err != nil {
		return issuer.Reservation{}, err
	}
	return f.Store.Reserve(ctx, d, k, b)
}

func (f *failing) Seal(ctx context.Context, id credential.ID, c credential.Signed) error {
	if f.after {
		err := f.Store.Seal(ctx, id, c)
		if err := f.fail("seal"); err != nil {
			return err
		}
		return err
	}
	if err := f.fail("seal"); err != nil {
		return err
	}
	return f.Store.Seal(ctx, id, c)
}

// A watch sees what a store keeps.
type watch struct {
	issuer.Store
	reserved issuer.Reservation
	sealed   bool
}

func (w *watch) Reserve(ctx context.Context, d credential.Draft, k issuer.CopyKey, b issuer.BuildFunc) (issuer.Reservation, error) {
	r, err := w.Store.Reserve(ctx, d, k, b)
	if err == nil {
		w.reserved = r
	}
	return r, err
}

func (w *watch) Seal(ctx context.Context, id credential.ID, c credential.Signed) error {
	err := w.Store.Seal(ctx, id, c)
	w.sealed = w.sealed || err == nil
	return err
}
