package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

// bearer lets programs in by their token (RFC 6750, 2.1). A request without one
// is nobody's, which every use case refuses; one with a wrong token is refused
// here, whatever it asks for.
func (s *Site) bearer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers := r.Header.Values("Authorization")
		if len(headers) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		scheme, secret, _ := strings.Cut(headers[0], " ")
		if len(headers) > 1 || !strings.EqualFold(scheme, "Bearer") || !access.IsSecret(secret) {
			s.page.Refuse(w, r, fault.New(fault.Unauthenticated, "access.token.wrong", nil))
			return
		}
		actor, err := s.cfg.Accounts.Authenticate(r.Context(), secret)
		if err != nil {
			s.page.Refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, session.With(r, session.Current{Actor: actor}))
	})
}

// A statusOf remembers what was answered.
type statusOf struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the first status.
func (w *statusOf) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusOf) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// watched logs when somebody asks for a body that is not theirs, or for a thing
// that is not there for them: the pattern of the route alone, no name of anybody.
func (s *Site) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answered := &statusOf{ResponseWriter: w}
		next.ServeHTTP(answered, r)
		routes := chi.RouteContext(r.Context())
		if routes == nil {
			return
		}
		body, actor := routes.URLParam("body"), session.ActorOf(r)
		if !actor.Known() {
			return
		}
		var what string
		switch {
		case body != "" && !slices.Contains(actor.Bodies(), access.BodyID(body)):
			what = "refused across tenants"
		case answered.status == http.StatusNotFound && len(routes.URLParams.Keys) > 0:
			// What is not there may be another's: the answer is the same.
			what = "asked for what is not theirs"
		default:
			return
		}
		s.cfg.Log.WarnContext(r.Context(), what, "request", page.RequestOf(r).ID,
			"method", r.Method, "route", routes.RoutePattern(), "actor", actor.By())
	})
}
