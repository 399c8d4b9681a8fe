package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/probatum/probatum/internal/fault"
)

// Calls keeps the answers to calls that make something, for a day.
type Calls interface {
	// BeginCall begins a call under a key that its caller chose: status 0 says
	// that it is to be done; else it was answered before. Another call under the
	// key, or one that is still at work, is a Conflict.
	BeginCall(ctx context.Context, who, route, key, digest string) (status int, headers string, answer []byte, err error)

	// EndCall keeps the answer; DropCall forgets a call that was refused.
	EndCall(ctx context.Context, who, route, key string, status int, headers string, answer []byte) error
	DropCall(ctx context.Context, who, route, key string) error
}

// callKeyHeader names a call, so that it can be made again.
const callKeyHeader = "Idempotency-Key"

// callKey is what a key may look like.
var callKey = regexp.MustCompile(`^[\x21-\x7e]{1,200}$`)

// Once makes a handler of calls that make something. A call with the header
// Idempotency-Key that is made again, by the same sender at the same address with
// the same body within a day, is answered as before, and makes nothing more. who
// names the sender; nobody, the empty name, is the handler's to refuse. Without
// calls the header is passed over.
func (s *Site) Once(calls Calls, who func(*http.Request) string, most int, h Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		key, by := r.Header.Get(callKeyHeader), who(r)
		if key == "" || calls == nil || by == "" {
			return h(w, r)
		}
		if !callKey.MatchString(key) {
			return fault.New(fault.Invalid, "api.idempotency.key", nil)
		}
		if _, _, err := OpenBody(w, r, int64(most)); err != nil {
			return err
		}
		body, err := ReadBody(r, s.held, most)
		if err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		sum := sha256.Sum256(append([]byte(r.Header.Get("Content-Type")+"\n"), body...))
		route := r.Method + " " + r.URL.Path
		status, headers, answer, err := calls.BeginCall(r.Context(), by, route, key, hex.EncodeToString(sum[:]))
		if err != nil {
			return err
		}
		kept := keptAnswer{to: w, header: http.Header{}, status: status}
		if status == 0 {
			// What was done is kept although nobody waits for it any more.
			ended := func() (context.Context, context.CancelFunc) {
				return context.WithTimeout(context.WithoutCancel(r.Context()), 10*time.Second)
			}
			if err := h(&kept, r); err != nil {
				ctx, cancel := ended()
				defer cancel()
				if dropped := calls.DropCall(ctx, by, route, key); dropped != nil {
					return dropped
				}
				return err
			}
			kept.WriteHeader(http.StatusOK) // unless the handler did
			text, err := json.Marshal(kept.header)
			if err != nil {
				return err
			}
			ctx, cancel := ended()
			defer cancel()
			if err := calls.EndCall(ctx, by, route, key, kept.status, string(text), kept.body.Bytes()); err != nil {
				return err
			}
		} else {
			if err := json.Unmarshal([]byte(headers), &kept.header); err != nil {
				return err
			}
			kept.body.Write(answer)
			w.Header().Set("Idempotent-Replayed", "true")
		}
		for name, values := range kept.header {
			w.Header()[name] = values
		}
		w.WriteHeader(kept.status)
		_, _ = w.Write(kept.body.Bytes()) // the client may be gone: nothing to do
		return nil
	}
}

// NotOnce refuses the header Idempotency-Key where a body is too large to be kept
// until it is known whether it came before: whoever sends it would rely on it.
func NotOnce(r *http.Request) error {
	if r.Header.Get(callKeyHeader) != "" {
		return fault.New(fault.Invalid, "api.idempotency.file", nil)
	}
	return nil
}

// A keptAnswer takes an answer before it is written.
type keptAnswer struct {
	to     http.ResponseWriter
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (k *keptAnswer) Header() http.Header { return k.header }

// WriteHeader implements http.ResponseWriter.
func (k *keptAnswer) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

// Write implements http.ResponseWriter.
func (k *keptAnswer) Write(b []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	return k.body.Write(b)
}

// Unwrap lets http.ResponseController reach the connection, for its deadlines.
func (k *keptAnswer) Unwrap() http.ResponseWriter { return k.to }
