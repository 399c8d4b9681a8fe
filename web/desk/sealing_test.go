package desk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/web/desk"
	"github.com/probatum/probatum/web/page"
)

// stuck seals for all bodies but one, whose key does not answer.
type stuck struct {
	desk.AwardDesk
	forever chan struct{}
	mu      sync.Mutex
	begun   int // guarded by mu
}

func (s *stuck) Seal(_ context.Context, _ access.Actor, body access.BodyID, _ assessment.ResultID, _ string) (award.Award, error) {
	if body == "stuck" {
		s.mu.Lock()
		s.begun++
		s.mu.Unlock()
		<-s.forever
	}
	return award.Award{}, nil
}

// lasting is an answer whose connection lives until a deadline.
type lasting struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (l *lasting) SetReadDeadline(t time.Time) error  { l.read = t; return nil }
func (l *lasting) SetWriteDeadline(t time.Time) error { l.write = t; return nil }

// One body whose key hangs keeps no other from sealing, and whoever waits is
// answered while the connection is there.
func TestSealingTakesTurns(t *testing.T) {
	t.Parallel()
	files, err := desk.Templates()
	if err != nil {
		t.Fatal(err)
	}
	site, err := page.New(page.Config{PublicURL: origin, Templates: files, App: true})
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := &stuck{forever: make(chan struct{})}
		mux := chi.NewRouter()
		mux.Use(page.WithRequest)
		desk.NewAwards(desk.AwardsConfig{
			Site: site, Desk: s, Now: time.Now,
			Actor: func(r *http.Request) access.Actor {
				return access.Actor{Token: "t", Body: access.BodyID(chi.URLParam(r, "body")), Scopes: []access.Scope{access.ScopeSeal}}
			},
		}).API(mux)
		seal := func(body string) (code int, took time.Duration) {
			began := time.Now()
			w := &lasting{ResponseRecorder: httptest.NewRecorder()}
			r := httptest.NewRequest(http.MethodPost, "/api/v1/bodies/"+body+"/credentials", strings.NewReader(`{"result": "`+uuid.NewString()+`"}`))
			r.Header.Set("Content-Type", "application/json")
			mux.ServeHTTP(w, r)
			if w.write.Before(time.Now()) || w.read.Before(time.Now()) {
				t.Errorf("sealing for %s: the connection ended before the answer", body)
			}
			return w.Code, time.Since(began)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if code, took := seal("stuck"); code != http.StatusServiceUnavailable || took >= time.Minute {
					t.Errorf("the body that is stuck is answered %d after %s", code, took)
				}
			})
		}
		synctest.Wait()
		if code, took := seal("other"); code != http.StatusNoContent || took > 0 {
			t.Errorf("another body is answered %d after %s", code, took)
		}
		wg.Wait()
		if s.begun != 1 {
			t.Errorf("%d seal at once for the body that is stuck", s.begun)
		}
		close(s.forever)
		synctest.Wait()
	})
}
