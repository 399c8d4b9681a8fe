package vcapi

import (
	"errors"
	"net/http"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/web/page"
)

// What the request itself can have wrong, before any document is looked at.
var (
	errUnknown   = fault.New(fault.NotFound, "vcapi.refused.unknown", nil)
	errTooLarge  = fault.New(fault.TooLarge, "vcapi.refused.large", nil)
	errMediaType = fault.New(fault.Unsupported, "vcapi.refused.type", nil)
	errEncoding  = fault.New(fault.Unsupported, "vcapi.refused.encoding", nil)
	errBusy      = fault.New(fault.Unavailable, "vcapi.refused.busy", nil)
	errCut       = fault.New(fault.Invalid, "vcapi.refused.cut", nil)
)

// statusOf is the one table from an error to the status of its answer and the
// problem that it is told as.
func statusOf(err error) (int, refusal) {
	switch {
	case errors.Is(err, page.ErrMethod):
		return http.StatusMethodNotAllowed, refusal{{code: "method", key: "vcapi.refused.method"}}
	case errors.Is(err, page.ErrSlow):
		return http.StatusRequestTimeout, refusal{{code: "slow", key: "vcapi.refused.slow"}}
	}
	if r, ok := errors.AsType[refusal](err); ok {
		if _, ok := errors.AsType[unprocessable](err); ok {
			return http.StatusUnprocessableEntity, r
		}
		return http.StatusBadRequest, r
	}
	p := problem{}
	if e, ok := errors.AsType[*fault.Error](err); ok {
		p.key, p.args = e.Public, e.Args
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		p.kind, p.code = parsing, proof.Malformed
		return http.StatusBadRequest, refusal{p}
	case fault.NotFound:
		p.code = "not-found"
		return http.StatusNotFound, refusal{p}
	case fault.TooLarge:
		p.kind, p.code = parsing, proof.Resources
		return http.StatusRequestEntityTooLarge, refusal{p}
	case fault.Unsupported:
		p.code = "unsupported"
		return http.StatusUnsupportedMediaType, refusal{p}
	case fault.Unavailable:
		p.code = "unavailable"
		return http.StatusServiceUnavailable, refusal{p}
	default:
		return http.StatusInternalServerError, refusal{{code: "internal", key: "vcapi.refused.internal"}}
	}
}

// A detail is a problem in the words of an answer.
type detail struct {
	Type    string     `json:"type"`
	Title   string     `json:"title"`
	Detail  string     `json:"detail"`
	Code    proof.Code `json:"code,omitempty"`
	Pointer string     `json:"pointer,omitempty"`
}

// told puts problems into words: where, never what was sent.
func told(problems []problem, loc i18n.Localizer) []detail {
	out := make([]detail, 0, min(len(problems), maxProblems))
	for _, p := range problems[:min(len(problems), maxProblems)] {
		d := detail{
			Type: p.kind.url(), Title: loc.T(problemTypes[p.kind].title), Detail: loc.TMap(p.key, p.args),
			Code: p.code, Pointer: place(p.at),
		}
		if d.Pointer != "" {
			d.Detail = loc.T("vcapi.at", "Detail", d.Detail, "Place", d.Pointer)
		}
		out = append(out, d)
	}
	return out
}

// A failure is the answer to a request that is refused: problem details (RFC
// 9457) of the first problem, and the list of all.
type failure struct {
	Type           string     `json:"type"`
	Title          string     `json:"title"`
	Status         int        `json:"status"`
	Detail         string     `json:"detail"`
	Instance       string     `json:"instance"`
	Code           proof.Code `json:"code,omitempty"`
	Verified       *bool      `json:"verified,omitempty"` // where something was to be verified
	ProblemDetails []detail   `json:"problemDetails"`
	Results        []result   `json:"results,omitzero"`
	Warnings       []detail   `json:"warnings,omitempty"`
}

// handle makes a handler of a function that may fail. One that fails has
// written nothing.
func (s *server) handle(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.refuse(w, r, err, failure{})
		}
	}
}

// verifying is handle for what answers whether something is verified: so do its
// failures.
func (s *server) verifying(h func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.refuse(w, r, err, failure{Verified: new(bool), Results: []result{}})
		}
	}
}

// refuse writes the answer to an error, logs it once, and sets the headers that
// its status asks for. The cause of a bad request may quote what was sent, so
// only its type and message key are logged.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, err error, f failure) {
	status, problems := statusOf(err)
	req := page.RequestOf(r)
	if status == http.StatusInternalServerError {
		s.cfg.Log.ErrorContext(r.Context(), "request failed", "request", req.ID, "err", err)
	} else {
		s.cfg.Log.DebugContext(r.Context(), "request refused", "request", req.ID, "status", status, "why", problems.Error())
	}
	page.RefusalHeaders(w, status)
	f.ProblemDetails = told(problems, req.Loc)
	s.fail(w, r, status, f)
}

// fail writes a failure whose problems are told.
func (s *server) fail(w http.ResponseWriter, r *http.Request, status int, f failure) {
	first := f.ProblemDetails[0]
	f.Type, f.Title, f.Detail, f.Code = first.Type, first.Title, first.Detail, first.Code
	f.Status, f.Instance = status, page.Instance(r)
	s.write(w, r, status, "application/problem+json", f)
}

// write sends v as JSON.
func (s *server) write(w http.ResponseWriter, r *http.Request, status int, contentType string, v any) {
	data, err := page.Encode(v, "")
	if err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "encoding the answer", "request", page.RequestOf(r).ID, "err", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	page.Write(w, r, status, contentType, data)
}
