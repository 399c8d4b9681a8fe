package public

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/i18n"
)

// A request is what the middleware learnt about one request.
type request struct {
	id     string
	loc    i18n.Localizer
	chosen string // the language asked for by ?lang=, if it is one of ours
}

type requestKey struct{}

// requestOf gives what withRequest put there.
func requestOf(r *http.Request) request {
	if req, ok := r.Context().Value(requestKey{}).(request); ok {
		return req
	}
	return request{loc: i18n.For()}
}

// withRequest numbers the request and picks the language: ?lang= first, then
// Accept-Language. A number that the client sends is not taken over: it could
// forge the log.
func withRequest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := request{id: rand.Text()[:16]}
		var wanted []string
		if lang := r.URL.Query().Get("lang"); lang != "" {
			if slices.Contains(i18n.Languages[:], lang) {
				req.chosen = lang
			}
			wanted = append(wanted, head(lang, 100))
		}
		wanted = append(wanted, head(r.Header.Get("Accept-Language"), 500))
		req.loc = i18n.For(wanted...)
		w.Header().Set("X-Request-Id", req.id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, req)))
	})
}

func head(s string, n int) string { return s[:min(len(s), n)] }

// A recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	size   int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.size += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// logged writes one line for each request: the pattern of the route in place of
// the path, because a path holds the secret of a link; no query, no body, no
// address of the client.
func (s *site) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w}
		next.ServeHTTP(rec, r)
		s.cfg.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
			slog.String("request", requestOf(r).id),
			slog.String("method", method(r)),
			slog.String("route", chi.RouteContext(r.Context()).RoutePattern()),
			slog.Int("status", rec.status),
			slog.Int("bytes", rec.size),
			slog.Duration("took", time.Since(start)))
	})
}

// method names the method, which may be any text, by the known ones only.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return r.Method
	}
	return "other"
}

// recovered turns a panic into the page for our own failures.
func (s *site) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			if rec, ok := w.(*recorder); ok && rec.status != 0 { // half an answer is out: break it off
				s.cfg.Log.ErrorContext(r.Context(), "request failed", "request", requestOf(r).id, "err", panicError(v))
				panic(http.ErrAbortHandler)
			}
			s.refuse(w, r, panicError(v))
		}()
		next.ServeHTTP(w, r)
	})
}

// panicError tells where it went wrong. The value may quote what was sent, so
// it is named only when the runtime made it.
func panicError(v any) error {
	what := fmt.Sprintf("%T", v)
	if err, ok := v.(interface{ RuntimeError() }); ok {
		what = fmt.Sprint(err)
	}
	return fmt.Errorf("panic: %s\n%s", what, debug.Stack())
}

// policy lets pages load our own style sheet and icon, send forms to us, and
// nothing else.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// headers sets what holds for every answer.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		next.ServeHTTP(w, r)
	})
}
