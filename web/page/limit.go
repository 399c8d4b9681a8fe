package page

import (
	"net"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"github.com/probatum/probatum/internal/fault"
)

// A Limiter bounds how often something may be done under one key. It counts in
// the memory of this process, and keeps a digest of the key, not the key.
type Limiter struct{ rate *httprate.RateLimiter }

// NewLimiter allows n times in any window of so long.
func NewLimiter(n int, per time.Duration) *Limiter {
	return &Limiter{httprate.NewRateLimiter(n, per, httprate.WithResponseHeaders(httprate.ResponseHeaders{RetryAfter: "Retry-After"}))}
}

var errTooMany = fault.New(fault.TooMany, "page.limit", nil)

// Allow counts one more time under the key, or refuses by an error of kind
// TooMany and says in the header Retry-After how long to wait.
func (l *Limiter) Allow(w http.ResponseWriter, r *http.Request, key string) error {
	if l.rate.OnLimit(w, r, key) {
		return errTooMany
	}
	return nil
}

// Limit is a middleware that lets n requests through in any window of so long for
// each key. A key that cannot be had is an error and refuses.
func (s *Site) Limit(n int, per time.Duration, key func(*http.Request) (string, error)) func(http.Handler) http.Handler {
	l := NewLimiter(n, per)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			k, err := key(r)
			if err == nil {
				err = l.Allow(w, r, k)
			}
			if err != nil {
				s.Refuse(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// ByAddress is a key for Limit: the address of the client, of IPv6 the network.
// Behind a proxy, chi's middleware.ClientIPFromXFF or a sister must have found
// it, or all clients share one limit.
func ByAddress(r *http.Request) (string, error) {
	ip := middleware.GetClientIP(r.Context())
	if ip == "" {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			host = r.RemoteAddr
		}
		ip = host
	}
	return httprate.CanonicalizeIP(ip), nil
}
