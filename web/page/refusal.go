package page

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/internal/fault"
)

// An Answer is an error that HTTP has a status for and package fault has no kind.
// It needs the messages page.error.<status>.title and .detail where Key is empty.
type Answer struct {
	Status int
	Code   string // for machines
	Key    string // message key of the detail; may be empty
	Err    error  // the cause, for the log; may be nil
}

// Error gives the text for the log.
func (a *Answer) Error() string {
	if a.Err != nil {
		return a.Code + ": " + a.Err.Error()
	}
	return a.Code + " " + a.Key
}

// Unwrap gives the cause.
func (a *Answer) Unwrap() error { return a.Err }

// Answers that more than one place gives.
var (
	ErrMethod error = &Answer{Status: http.StatusMethodNotAllowed, Code: "method"}
	ErrSlow   error = &Answer{Status: http.StatusRequestTimeout, Code: "slow"}

	errCrossSite = fault.New(fault.Forbidden, "page.error.cross-site", nil)
)

// retryAfter is how many seconds a client is asked to wait when too much is
// going on.
const retryAfter = "2"

// A Refusal is an error as the outside sees it.
type Refusal struct {
	Status int
	Code   string // for machines
	Detail string // message key
	Args   map[string]any
	Rule   string     // the requirement that refuses; may be empty
	Items  fault.List // the faults of an input, each with its place
}

// RefusalOf is the one table that turns an error into an answer. What has no
// public face says nothing about its cause.
func RefusalOf(err error) Refusal {
	r := Refusal{}
	if a, ok := errors.AsType[*Answer](err); ok {
		r.Status, r.Code, r.Detail = a.Status, a.Code, a.Key
		if r.Detail == "" {
			r.Detail = fmt.Sprintf("page.error.%d.detail", r.Status)
		}
		return r
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		r.Status, r.Code = http.StatusBadRequest, "invalid"
	case fault.Unreadable:
		r.Status, r.Code = http.StatusBadRequest, "unreadable"
	case fault.Usage:
		r.Status, r.Code = http.StatusBadRequest, "usage"
	case fault.Unauthenticated:
		r.Status, r.Code = http.StatusUnauthorized, "unauthenticated"
	case fault.Forbidden:
		r.Status, r.Code = http.StatusForbidden, "forbidden"
	case fault.NotFound:
		r.Status, r.Code = http.StatusNotFound, "not-found"
	case fault.Conflict:
		r.Status, r.Code = http.StatusConflict, "conflict"
	case fault.TooLarge:
		r.Status, r.Code = http.StatusRequestEntityTooLarge, "too-large"
	case fault.Unsupported:
		r.Status, r.Code = http.StatusUnsupportedMediaType, "unsupported"
	case fault.TooMany:
		r.Status, r.Code = http.StatusTooManyRequests, "too-many"
	case fault.Unavailable:
		r.Status, r.Code = http.StatusServiceUnavailable, "unavailable"
	default:
		return Refusal{Status: http.StatusInternalServerError, Code: "internal", Detail: "page.error.500.detail"}
	}
	r.Detail = fmt.Sprintf("page.error.%d.detail", r.Status)
	if e, ok := errors.AsType[*fault.Error](err); ok {
		if e.Public != "" {
			r.Detail, r.Args = e.Public, e.Args
		}
		r.Rule = e.Rule
	}
	if l, ok := errors.AsType[fault.List](err); ok {
		r.Items = l
		for _, it := range l {
			if r.Rule == "" {
				r.Rule = it.Rule
			}
		}
	}
	return r
}

// Title is the message key of the refusal's title.
func (no Refusal) Title() string { return fmt.Sprintf("page.error.%d.title", no.Status) }

// Page makes a handler of a page: an error becomes a page in the reader's
// language.
func (s *Site) Page(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.refusePage(w, r, err)
		}
	}
}

// API makes a handler of an endpoint for programs: an error becomes problem
// details (RFC 9457).
func (s *Site) API(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.refuseAPI(w, r, err)
		}
	}
}

// Refuse answers in the manner of the place that was asked for: problem details
// under /api/, a page everywhere else.
func (s *Site) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.refuseAPI(w, r, err)
		return
	}
	s.refusePage(w, r, err)
}

// NotFound answers an address that leads nowhere.
func (s *Site) NotFound(w http.ResponseWriter, r *http.Request) {
	s.Refuse(w, r, fault.New(fault.NotFound, "", nil))
}

// MethodNotAllowed names the methods that would do (RFC 9110, 15.5.6).
func (s *Site) MethodNotAllowed(w http.ResponseWriter, r *http.Request) {
	Allow(w, r)
	s.Refuse(w, r, ErrMethod)
}

// Allow sets the header that names the methods an address takes.
func Allow(w http.ResponseWriter, r *http.Request) {
	routes := chi.RouteContext(r.Context()).Routes
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
			allowed = append(allowed, method)
			if method == http.MethodGet {
				allowed = append(allowed, http.MethodHead)
			}
		}
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
}

func (s *Site) refusePage(w http.ResponseWriter, r *http.Request, err error) {
	if s.cfg.SignIn != nil && err != nil && fault.KindOf(err) == fault.Unauthenticated {
		w.Header().Set("Cache-Control", "no-store")
		s.cfg.SignIn(w, r)
		return
	}
	no := s.refusing(w, r, err)
	if err := s.ShowRefusal(w, r, no); err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "showing the error page", "request", RequestOf(r).ID, "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

// An errorView is what the error page shows.
type errorView struct {
	Status  int
	Detail  string
	Rule    string
	Items   []string // the faults of an input
	Request string   // to be quoted when it is reported; only for our own failures
}

// ShowRefusal shows the error page; sample states use it, too.
func (s *Site) ShowRefusal(w http.ResponseWriter, r *http.Request, no Refusal) error {
	req := RequestOf(r)
	view := errorView{Status: no.Status, Detail: req.Loc.TMap(no.Detail, no.Args), Rule: no.Rule}
	for _, it := range no.Items {
		view.Items = append(view.Items, req.Loc.TMap(it.Key, it.Args))
	}
	if no.Status == http.StatusInternalServerError {
		view.Request = req.ID
	}
	return s.Show(w, r, "error", no.Status, Content{Title: req.Loc.T(no.Title()), Main: view, Hidden: true})
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

func (s *Site) refuseAPI(w http.ResponseWriter, r *http.Request, err error) {
	no := s.refusing(w, r, err)
	req := RequestOf(r)
	p := problem{
		Type: "about:blank", Title: req.Loc.T(no.Title()), Status: no.Status,
		Detail: req.Loc.TMap(no.Detail, no.Args), Instance: Instance(r),
		Code: no.Code, Rule: no.Rule,
	}
	for _, it := range no.Items {
		p.Errors = append(p.Errors, problemItem{Path: it.Path, Code: it.Key, Message: req.Loc.TMap(it.Key, it.Args)})
	}
	if no.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="probatum"`) // RFC 9110, 15.5.2
	}
	if err := WriteJSON(w, r, no.Status, "application/problem+json", p); err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "writing problem details", "request", req.ID, "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

// Instance names one occurrence of a problem (RFC 9457, 3.1.5).
func Instance(r *http.Request) string { return "urn:probatum:request:" + RequestOf(r).ID }

// refusing logs an error once, whole if it is ours, and sets the headers that
// its status asks for. The cause of a bad request may quote what was sent, so
// only its kind and message key are logged.
func (s *Site) refusing(w http.ResponseWriter, r *http.Request, err error) Refusal {
	if fault.KindOf(err) == fault.Internal && r.Context().Err() != nil &&
		(errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		err = fault.New(fault.Unavailable, "", err) // its time ran out, or nobody waits for it
	}
	no := RefusalOf(err)
	if no.Status == http.StatusInternalServerError {
		s.cfg.Log.ErrorContext(r.Context(), "request failed", "request", RequestOf(r).ID, "err", err)
	} else {
		s.cfg.Log.DebugContext(r.Context(), "request refused", "request", RequestOf(r).ID, "code", no.Code, "why", no.Detail)
	}
	RefusalHeaders(w, no.Status)
	w.Header().Set("Cache-Control", "no-store")
	return no
}

// RefusalHeaders sets what a status asks for beside the body.
func RefusalHeaders(w http.ResponseWriter, status int) {
	h := w.Header()
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		if h.Get("Retry-After") == "" {
			h.Set("Retry-After", retryAfter)
		}
	case http.StatusRequestTimeout, http.StatusRequestEntityTooLarge:
		h.Set("Connection", "close") // what is still on its way is not wanted
	case http.StatusUnsupportedMediaType:
		h.Set("Accept-Encoding", "identity") // RFC 9110, 15.5.16
	}
}
