package page_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/probatum/probatum/web/page"
)

// slowEnd is a body whose last byte waits.
type slowEnd struct{ until chan struct{} }

func (s slowEnd) Read([]byte) (int, error) {
	<-s.until
	return 0, io.EOF
}

// TestBodiesShareTheRoom: many large bodies at once are refused before they fill the
// memory, whichever way they are read.
func TestBodiesShareTheRoom(t *testing.T) {
	t.Parallel()
	const most, senders = 2 << 20, 40 // of which 64 MB hold 31
	large := bytes.Repeat([]byte(" "), most-1)
	s, err := page.New(page.Config{PublicURL: origin, Templates: templates})
	if err != nil {
		t.Fatal(err)
	}
	read := func(w http.ResponseWriter, r *http.Request) error {
		_, err := s.ReadRaw(w, r, most)
		return err
	}
	for name, handler := range map[string]page.Handler{
		"once": s.Once(noCalls{}, func(*http.Request) string { return "somebody" }, most, read),
		"raw":  read,
	} {
		synctest.Test(t, func(t *testing.T) {
			until := make(chan struct{})
			served := page.WithRequest(s.API(handler))
			var wg sync.WaitGroup
			var refused atomic.Int32
			for range senders {
				wg.Go(func() {
					r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(bytes.NewReader(large), slowEnd{until}))
					r.Header.Set("Content-Type", "application/json")
					r.Header.Set("Idempotency-Key", "k")
					w := httptest.NewRecorder()
					served.ServeHTTP(w, r)
					if w.Code == http.StatusServiceUnavailable {
						refused.Add(1)
					}
				})
			}
			synctest.Wait()
			if n := refused.Load(); n < 8 || n > 12 {
				t.Errorf("%s: %d of %d were refused while the others wait", name, n, senders)
			}
			close(until)
			wg.Wait()
		})
	}
}

// noCalls keeps nothing.
type noCalls struct{}

func (noCalls) BeginCall(context.Context, string, string, string, string) (int, string, []byte, error) {
	return 0, "", nil, nil
}
func (noCalls) EndCall(context.Context, string, string, string, int, string, []byte) error {
	return nil
}
func (noCalls) DropCall(context.Context, string, string, string) error { return nil }
