package public_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/probatum/probatum/contexts"
)

// Our own contexts are there for anybody, byte for byte, and for ever; those of
// others are not ours to serve.
func TestContexts(t *testing.T) {
	t.Parallel()
	h := handler(t)
	want, ok := contexts.Bytes(contexts.ELMV1)
	if !ok {
		t.Fatal("no context")
	}
	sum := sha256.Sum256(want)
	for _, path := range []string{"/contexts/elm-v1", "/contexts/elm-v1.jsonld"} {
		w := get(h, path)
		if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), want) {
			t.Errorf("%s: status %d, %d bytes", path, w.Code, w.Body.Len())
		}
		for header, value := range map[string]string{
			"Content-Type":                 "application/ld+json",
			"Cache-Control":                "public, max-age=31536000, immutable",
			"ETag":                         `"` + hex.EncodeToString(sum[:]) + `"`,
			"Repr-Digest":                  "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":",
			"Access-Control-Allow-Origin":  "*",
			"Cross-Origin-Resource-Policy": "cross-origin",
			"X-Content-Type-Options":       "nosniff",
		} {
			if got := w.Header().Get(header); got != value {
				t.Errorf("%s: %s is %q, want %q", path, header, got, value)
			}
		}
		if w := do(h, http.MethodGet, path, nil, "If-None-Match", w.Header().Get("ETag")); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
			t.Errorf("%s again: status %d, %d bytes", path, w.Code, w.Body.Len())
		}
		if w := do(h, http.MethodHead, path, nil); w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("HEAD %s: status %d, %d bytes", path, w.Code, w.Body.Len())
		}
		if w := do(h, http.MethodPost, path, nil); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: status %d", path, w.Code)
		}
	}
	for _, path := range []string{
		"/contexts", "/contexts/", "/contexts/nothing", "/contexts/credentials-v2", "/contexts/edc-ap-3.2", "/contexts/ELM-V1",
		"/contexts/..%2fcontexts.go", "/contexts/elm-v1.jsonld.jsonld", "/contexts/elm-v1/x",
	} {
		w := get(h, path)
		if w.Code != http.StatusNotFound || w.Header().Get("Access-Control-Allow-Origin") != "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, %v", path, w.Code, w.Header())
		}
	}
}
