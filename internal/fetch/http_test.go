package fetch_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fetch"
)

func TestHTTPKeepsToTheRules(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/echo":
			_, _ = io.Copy(w, r.Body)
		case "/redirect":
			http.Redirect(w, r, "/echo", http.StatusFound)
		case "/large":
			w.(http.Flusher).Flush() // no length
			_, _ = io.WriteString(w, strings.Repeat("x", 5000))
		case "/slow":
			<-r.Context().Done()
		}
	}))
	t.Cleanup(server.Close)
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a host that is not listed was asked") }))
	t.Cleanup(other.Close)

	c, err := fetch.New(fetch.Config{Hosts: []string{server.URL}, MaxBytes: 1000, Timeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	h := c.HTTP()
	resp, err := h.Post(server.URL+"/echo", "text/plain", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || string(body) != "hello" {
		t.Errorf("Post = %q, %v", body, err)
	}
	if resp, err := h.Get(server.URL + "/redirect"); err != nil || resp.StatusCode != http.StatusFound {
		t.Errorf("a redirect: %v, %v; want it back as it is", resp, err)
	}
	for _, address := range []string{other.URL, "http://127.0.0.1:1/", "https://example.org/", "ftp://" + strings.TrimPrefix(server.URL, "http://")} {
		if _, err := h.Get(address); !errors.Is(err, fetch.ErrRefused) {
			t.Errorf("Get(%s): %v, want ErrRefused", address, err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, server.URL+"/echo", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Do(req); !errors.Is(err, fetch.ErrRefused) {
		t.Errorf("DELETE: %v, want ErrRefused", err)
	}
	if resp, err = h.Get(server.URL + "/large"); err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); err == nil || len(body) > 1000 {
		t.Errorf("%d bytes were read, %v; want an error and no more than 1000", len(body), err)
	}
	resp.Body.Close()
	hurried, err := fetch.New(fetch.Config{Hosts: []string{server.URL}, Timeout: 400 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hurried.HTTP().Get(server.URL + "/slow"); err == nil {
		t.Error("a silent server: no error")
	}
}
