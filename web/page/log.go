package page

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"
)

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

// Logged writes one line for each request: the pattern of the route in place of
// the path, because a path holds the secret of a link; no query, no body, no
// address of the client. more adds what a router knows beside, after the answer.
func Logged(log *slog.Logger, more ...func(*http.Request) slog.Attr) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			rec := &recorder{ResponseWriter: w}
			next.ServeHTTP(rec, r)
			attrs := []slog.Attr{
				slog.String("request", RequestOf(r).ID),
				slog.String("method", method(r)),
				slog.String("route", route(r)),
				slog.Int("status", rec.status),
				slog.Int("bytes", rec.size),
				slog.Duration("took", time.Since(start)),
			}
			for _, attr := range more {
				attrs = append(attrs, attr(r))
			}
			log.LogAttrs(r.Context(), slog.LevelInfo, "request", attrs...)
		})
	}
}

// route is the pattern that the router found.
func route(r *http.Request) string {
	if rc := chi.RouteContext(r.Context()); rc != nil {
		return rc.RoutePattern()
	}
	return ""
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

// Recovered turns a panic into the answer for our own failures, by refuse. It
// stands inside Logged.
func Recovered(log *slog.Logger, refuse func(http.ResponseWriter, *http.Request, error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
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
					log.ErrorContext(r.Context(), "request failed", "request", RequestOf(r).ID, "err", PanicError(v))
					panic(http.ErrAbortHandler)
				}
				refuse(w, r, PanicError(v))
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// PanicError tells where it went wrong. The value may quote what was sent, so
// it is named only when the runtime made it.
func PanicError(v any) error {
	what := fmt.Sprintf("%T", v)
	if err, ok := v.(interface{ RuntimeError() }); ok {
		what = fmt.Sprint(err)
	}
	return fmt.Errorf("panic: %s\n%s", what, debug.Stack())
}
