package fetch_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fetch"
)

func TestGetChanged(t *testing.T) {
	t.Parallel()
	var state atomic.Value // the entity tag of now
	state.Store(`"one"`)
	srv, pool, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		tag := state.Load().(string)
		w.Header().Set("ETag", tag)
		w.Header().Set("Content-Type", "text/plain")
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "state "+tag)
	})
	c := client(t, fetch.Config{Hosts: []string{"127.0.0.1:" + port}, RootCAs: pool})

	first, err := c.GetChanged(t.Context(), srv.URL, "", "")
	if err != nil || first.NotModified || first.ETag != `"one"` || string(first.Body) != `state "one"` || first.ContentType != "text/plain" {
		t.Fatalf("first: %+v, %v", first, err)
	}
	same, err := c.GetChanged(t.Context(), srv.URL, "", first.ETag)
	if err != nil || !same.NotModified || same.Body != nil || same.ETag != first.ETag {
		t.Errorf("unchanged: %+v, %v", same, err)
	}
	state.Store(`W/"two"`)
	changed, err := c.GetChanged(t.Context(), srv.URL, "", first.ETag)
	if err != nil || changed.NotModified || changed.ETag != `W/"two"` || string(changed.Body) != `state W/"two"` {
		t.Errorf("changed: %+v, %v", changed, err)
	}
}

// A server that says 304 to one who has nothing gives nothing.
func TestGetChangedRefusesUnasked304(t *testing.T) {
	t.Parallel()
	var asked atomic.Value
	srv, pool, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Store(strings.Join(r.Header.Values("If-None-Match"), "|"))
		w.WriteHeader(http.StatusNotModified)
	})
	c := client(t, fetch.Config{Hosts: []string{"127.0.0.1:" + port}, RootCAs: pool, Timeout: 5 * time.Second})
	if _, _, err := c.Get(t.Context(), srv.URL, ""); err == nil {
		t.Error("Get took a 304")
	}
	for _, tag := range []string{
		"", "x", `"`, `"a`, `a"`, `w/"a"`, `"a"b"`, "\"a\r\nX-Y: z\"", `"a b"`, "\"\u00e9\"", `"a", "b"`, `*`, `"` + strings.Repeat("a", 300) + `"`,
	} {
		a, err := c.GetChanged(t.Context(), srv.URL, "", tag)
		if err == nil {
			t.Errorf("tag %.20q: %+v, want an error", tag, a)
		}
		if sent := asked.Load(); sent != "" {
			t.Errorf("tag %.20q was sent as %q", tag, sent)
		}
	}
	for _, tag := range []string{`""`, `"a"`, `W/"a!#~"`} {
		if a, err := c.GetChanged(t.Context(), srv.URL, "", tag); err != nil || !a.NotModified {
			t.Errorf("tag %q: %+v, %v", tag, a, err)
		}
		if sent := asked.Load(); sent != tag {
			t.Errorf("tag %q was sent as %q", tag, sent)
		}
	}
}

// What a server calls its state is kept only if it can be sent back.
func TestGetChangedDropsBadTags(t *testing.T) {
	t.Parallel()
	srv, pool, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", r.URL.Query().Get("tag"))
		fmt.Fprint(w, "ok")
	})
	c := client(t, fetch.Config{Hosts: []string{"127.0.0.1:" + port}, RootCAs: pool})
	for query, want := range map[string]string{"%22a%22": `"a"`, "a": "", "%22a%20b%22": "", "%22a%22b%22": ""} {
		if a, err := c.GetChanged(t.Context(), srv.URL+"?tag="+query, "", ""); err != nil || a.ETag != want {
			t.Errorf("tag %s: %+v, %v; want %q", query, a, err, want)
		}
	}
}
