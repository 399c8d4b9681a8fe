package desk

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

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

// Calls keeps the answers to calls that make something, for a day.
type Calls interface {
	// BeginCall begins a call under a key that its caller chose: status 0 says
	// that it is to be done; else it was answered before. Another call under the
	// key, or one that is still at work, is a Conflict.
	BeginCall(ctx context.Context, token, route, key, digest string) (status int, headers string, answer []byte, err error)

	// EndCall keeps the answer; DropCall forgets a call that was refused.
	EndCall(ctx context.Context, token, route, key string, status int, headers string, answer []byte) error
	DropCall(ctx context.Context, token, route, key string) error
}

// callKey is what a key may look like.
var callKey = regexp.MustCompile(`^[\x21-\x7e]{1,200}$`)

// Once makes a handler of calls that make something. A call with the header
// Idempotency-Key that is made again, by the same token at the same address with
// the same body within a day, is answered as before, and makes nothing more.
func Once(calls Calls, actor func(*http.Request) access.Actor, most int64, h page.Handler) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		key := r.Header.Get("Idempotency-Key")
		who := actor(r)
		if key == "" || calls == nil || !who.Known() {
			return h(w, r)
		}
		if !callKey.MatchString(key) {
			return fault.New(fault.Invalid, "api.idempotency.key", nil)
		}
		if _, _, err := page.OpenBody(w, r, most); err != nil {
			return err
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return page.Arrived(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		sum := sha256.Sum256(append([]byte(r.Header.Get("Content-Type")+"\n"), body...))
		token, route := who.By(), r.Method+" "+r.URL.Path
		status, headers, answer, err := calls.BeginCall(r.Context(), token, route, key, hex.EncodeToString(sum[:]))
		if err != nil {
			return err
		}
		kept := keptAnswer{header: http.Header{}, status: status}
		if status == 0 {
			// What was done is kept although nobody waits for it any more.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 10*time.Second)
			defer cancel()
			if err := h(&kept, r); err != nil {
				if dropped := calls.DropCall(ctx, token, route, key); dropped != nil {
					return dropped
				}
				return err
			}
			text, err := json.Marshal(kept.header)
			if err != nil {
				return err
			}
			if err := calls.EndCall(ctx, token, route, key, kept.status, string(text), kept.body.Bytes()); err != nil {
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

// A keptAnswer takes an answer before it is written.
type keptAnswer struct {
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
