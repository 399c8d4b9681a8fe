package public

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

// Two answers that HTTP knows and package fault does not.
var (
	errMethod = errors.New("the method is not allowed here")
	errSlow   = errors.New("the request did not arrive in time")
)

// retryAfter is how many seconds a client is asked to wait when too much is
// going on.
const retryAfter = "2"

// A refusal is an error as the outside sees it.
type refusal struct {
	status int
	code   string // for machines
	detail string // message key
	args   map[string]any
	rule   string
	items  fault.List
}

// refusalOf is the one table that turns an error into an answer. What has no
// public face says nothing about its cause.
func refusalOf(err error) refusal {
	switch {
	case errors.Is(err, errMethod):
		return refusal{status: http.StatusMethodNotAllowed, code: "method", detail: "page.error.405.detail"}
	case errors.Is(err, errSlow):
		return refusal{status: http.StatusRequestTimeout, code: "slow", detail: "page.error.408.detail"}
	}
	r := refusal{}
	switch fault.KindOf(err) {
	case fault.Invalid:
		r.status, r.code = http.StatusBadRequest, "invalid"
	case fault.Unreadable:
		r.status, r.code = http.StatusBadRequest, "unreadable"
	case fault.Usage:
		r.status, r.code = http.StatusBadRequest, "usage"
	case fault.Unauthenticated:
		r.status, r.code = http.StatusUnauthorized, "unauthenticated"
	case fault.Forbidden:
		r.status, r.code = http.StatusForbidden, "forbidden"
	case fault.NotFound:
		r.status, r.code = http.StatusNotFound, "not-found"
	case fault.Conflict:
		r.status, r.code = http.StatusConflict, "conflict"
	case fault.TooLarge:
		r.status, r.code = http.StatusRequestEntityTooLarge, "too-large"
	case fault.Unsupported:
		r.status, r.code = http.StatusUnsupportedMediaType, "unsupported"
	case fault.TooMany:
		r.status, r.code = http.StatusTooManyRequests, "too-many"
	case fault.Unavailable:
		r.status, r.code = http.StatusServiceUnavailable, "unavailable"
	default:
		return refusal{status: http.StatusInternalServerError, code: "internal", detail: "page.error.500.detail"}
	}
	r.detail = fmt.Sprintf("page.error.%d.detail", r.status)
	if e, ok := errors.AsType[*fault.Error](err); ok {
		if e.Public != "" {
			r.detail, r.args = e.Public, e.Args
		}
		r.rule = e.Rule
	}
	if l, ok := errors.AsType[fault.List](err); ok {
		r.items = l
	}
	return r
}

// page makes a handler of a page: an error becomes a page in the reader's
// language. A handler that returns an error has written nothing.
func (s *site) page(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.refusePage(w, r, err)
		}
	}
}

// api makes a handler of an endpoint for programs: an error becomes problem
// details (RFC 9457).
func (s *site) api(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.refuseAPI(w, r, err)
		}
	}
}

// refuse answers in the manner of the place that was asked for: problem details
// under /api/, a page everywhere else.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.refuseAPI(w, r, err)
		return
	}
	s.refusePage(w, r, err)
}

func (s *site) notFound(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, fault.New(fault.NotFound, "", nil))
}

// methodNotAllowed names the methods that would do (RFC 9110, 15.5.6).
func (s *site) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	routes := chi.RouteContext(r.Context()).Routes
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
			w.Header().Add("Allow", method)
			if method == http.MethodGet {
				w.Header().Add("Allow", http.MethodHead)
			}
		}
	}
	s.refuse(w, r, errMethod)
}

func (s *site) refusePage(w http.ResponseWriter, r *http.Request, err error) {
	no := s.refusing(w, r, err)
	if err := s.show(w, r, "error", no.status, s.refusalPage(r, no)); err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "showing the error page", "request", requestOf(r).id, "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

// A problem is problem details (RFC 9457) with the members of design.md 5.
type problem struct {
	Type     string        `json:"type"`
	Title    string        `json:"title"`
	Status   int           `json:"status"`
	Detail   string        `json:"detail"`
	Instance string        `json:"instance"`
	Code     string        `json:"code"`
	Rule     string        `json:"rule,omitempty"`
	Errors   []problemItem `json:"errors,omitempty"`
}

type problemItem struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (s *site) refuseAPI(w http.ResponseWriter, r *http.Request, err error) {
	no := s.refusing(w, r, err)
	req := requestOf(r)
	p := problem{
		Type: "about:blank", Title: req.loc.T(titleOf(no.status)), Status: no.status,
		Detail: req.loc.TMap(no.detail, no.args), Instance: "urn:probatum:request:" + req.id,
		Code: no.code, Rule: no.rule,
	}
	for _, it := range no.items {
		p.Errors = append(p.Errors, problemItem{Path: it.Path, Code: it.Key, Message: req.loc.TMap(it.Key, it.Args)})
	}
	if err := writeJSON(w, r, no.status, "application/problem+json", p); err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "writing problem details", "request", req.id, "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

// refusing logs an error once, whole if it is ours, and sets the headers that
// its status asks for. The cause of a bad request may quote what was sent, so
// only its kind and message key are logged.
func (s *site) refusing(w http.ResponseWriter, r *http.Request, err error) refusal {
	no := refusalOf(err)
	if no.status == http.StatusInternalServerError {
		s.cfg.Log.ErrorContext(r.Context(), "request failed", "request", requestOf(r).id, "err", err)
	} else {
		s.cfg.Log.DebugContext(r.Context(), "request refused", "request", requestOf(r).id, "code", no.code, "why", no.detail)
	}
	switch no.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", retryAfter)
	case http.StatusRequestTimeout, http.StatusRequestEntityTooLarge:
		w.Header().Set("Connection", "close") // what is still on its way is not wanted
	case http.StatusUnsupportedMediaType:
		w.Header().Set("Accept-Encoding", "identity") // RFC 9110, 15.5.16
	}
	w.Header().Set("Cache-Control", "no-store")
	return no
}

func titleOf(status int) string { return fmt.Sprintf("page.error.%d.title", status) }

// writeJSON writes v, or nothing when it cannot be encoded.
func writeJSON(w http.ResponseWriter, r *http.Request, status int, contentType string, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encoding the answer: %w", err)
	}
	speak(w, requestOf(r).loc)
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the client may be gone: nothing to do
	return nil
}

// speak says in which language an answer is, and that it follows the wish of
// the reader.
func speak(w http.ResponseWriter, loc i18n.Localizer) {
	w.Header().Set("Content-Language", loc.Lang())
	w.Header().Add("Vary", "Accept-Language")
}
