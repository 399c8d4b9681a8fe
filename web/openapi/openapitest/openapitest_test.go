package openapitest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/web/openapi/openapitest"
)

// A notes remembers what a check complains about.
type notes struct {
	testing.TB
	said []string
	wait func()
}

func (n *notes) Cleanup(f func()) { n.wait = f }

func (n *notes) Helper()                      {}
func (n *notes) Errorf(f string, args ...any) { n.said = append(n.said, fmt.Sprintf(f, args...)) }

const good = `{"verdict":"valid","ribbon":"r","summary":"s","checks":[],"verifiedAt":"2026-11-25T09:30:00Z"}`

// The check finds answers and requests that are not as described.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, sent, kind string
		status           int
		answerType, body string
		number           bool // the answer has a number
		finds            string
	}{
		{"good", "x", "application/json", 200, "application/json", good, true, ""},
		{"a member is missing", "x", "application/json", 200, "application/json", `{"verdict":"valid"}`, true, "not as described"},
		{"another value", "x", "application/json", 200, "application/json", strings.Replace(good, "valid", "fine", 1), true, "not as described"},
		{"no JSON", "x", "application/json", 200, "application/json", "{", true, "not as described"},
		{"another type", "x", "application/json", 200, "text/html", good, true, "not as described"},
		{"no number", "x", "application/json", 200, "application/json", good, false, "not as described"},
		{"empty request is taken", "", "", 200, "application/json", good, true, "the request is not as described"},
		{"unknown type is taken", "x", "image/png", 200, "application/json", good, true, "the request is not as described"},
		{"unknown type is refused", "x", "image/png", 415, "application/problem+json", `{"type":"about:blank","title":"t","status":415,"detail":"d","code":"unsupported"}`, true, ""},
		{"a refusal that is none", "x", "application/json", 418, "application/problem+json", `{"title":"t"}`, true, "not as described"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n := &notes{TB: t}
			h := openapitest.Check(n, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if tt.number {
					w.Header().Set("X-Request-Id", "ABCDEFGHIJKLMNOP")
				}
				buf := make([]byte, 10)
				for {
					if _, err := r.Body.Read(buf); err != nil {
						break
					}
				}
				w.Header().Set("Content-Type", tt.answerType)
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body)
			}), "public")
			r := httptest.NewRequest(http.MethodPost, "/api/v1/verify", strings.NewReader(tt.sent))
			if tt.kind != "" {
				r.Header.Set("Content-Type", tt.kind)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			n.wait()
			if w.Body.String() != tt.body || w.Code != tt.status {
				t.Errorf("the answer is changed: %d %s", w.Code, w.Body)
			}
			switch {
			case tt.finds == "" && len(n.said) > 0:
				t.Errorf("found: %v", n.said)
			case tt.finds != "" && (len(n.said) == 0 || !strings.Contains(n.said[0], tt.finds)):
				t.Errorf("found %v, want %q", n.said, tt.finds)
			}
		})
	}
}

func TestRoutesFinds(t *testing.T) {
	t.Parallel()
	r := chi.NewRouter()
	nothing := func(http.ResponseWriter, *http.Request) {}
	r.Get("/healthz", nothing)
	r.Get("/secret", nothing)
	r.Get("/page", nothing)
	n := &notes{TB: t}
	openapitest.Routes(n, r, []string{"public"}, "/page")
	said := strings.Join(n.said, "\n")
	for want, there := range map[string]bool{
		"GET /secret is not described": true, "POST /api/v1/verify is described, but is no route": true, "/healthz": false, "/page": false,
	} {
		if strings.Contains(said, want) != there {
			t.Errorf("%q: want %v in\n%s", want, there, said)
		}
	}
}
