package trust_test

import (
	"context"
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/trust"
)

// A web is a https server at 127.0.0.1 that goes by the name example.com, and
// what it answers.
type web struct {
	t       *testing.T
	server  *httptest.Server
	pool    *x509.CertPool
	port    string
	asked   atomic.Int32
	lookups atomic.Int32

	mu    sync.Mutex
	pages map[string]http.HandlerFunc // guarded by mu
}

func newWeb(t *testing.T) *web {
	t.Helper()
	w := &web{t: t, pages: map[string]http.HandlerFunc{}}
	w.server = httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.asked.Add(1)
		w.mu.Lock()
		page, ok := w.pages[r.URL.EscapedPath()]
		w.mu.Unlock()
		if !ok {
			http.NotFound(rw, r)
			return
		}
		page(rw, r)
	}))
	t.Cleanup(w.server.Close)
	w.pool = x509.NewCertPool()
	w.pool.AddCert(w.server.Certificate())
	_, port, err := net.SplitHostPort(w.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	w.port = port
	return w
}

func (w *web) page(path string, h http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages[path] = h
}

// put publishes a file of JSON.
func (w *web) put(path string, content []byte) {
	w.page(path, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = rw.Write(content)
	})
}

func (w *web) origin() string { return "https://example.com:" + w.port }

// did is a DID of the web; its document is published under the path.
func (w *web) did(name string) (did, path string) {
	return "did:web:example.com%3A" + w.port + ":" + name, "/" + name + "/did.json"
}

func (w *web) resolver(set *trust.Set, hosts ...string) *trust.Resolver {
	w.t.Helper()
	c, err := fetch.New(fetch.Config{
		Hosts: hosts, RootCAs: w.pool,
		Lookup: func(context.Context, string) ([]netip.Addr, error) {
			w.lookups.Add(1)
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return trust.NewResolver(set, c, func() time.Time { return now })
}

func keyOfDocument(t *testing.T, r integrity.Resolver, did string) (crypto.PublicKey, error) {
	t.Helper()
	doc, err := r.Resolve(t.Context(), did)
	if err != nil {
		return nil, err
	}
	m, ok := doc.Method(did+"#k", keys.AssertionMethod)
	if !ok || doc.ID != did {
		t.Errorf("document of %s: %+v", did, doc)
	}
	return m.Key, nil
}

func TestResolverOrder(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	inFolder, published := ed(t), onCurve(t, elliptic.P256())
	did, path := w.did("a")
	other, otherPath := w.did("b")
	w.put(path, documentOf(t, did, published, nil))
	w.put(otherPath, documentOf(t, other, published, nil))
	set := load(t, map[string][]byte{"a.did.json": documentOf(t, did, inFolder, nil)})

	r := w.resolver(set, w.origin())
	if k, err := keyOfDocument(t, r, did); err != nil || !inFolder.Equal(k) || w.asked.Load() != 0 {
		t.Errorf("a DID of the folder: %v, %v, asked %d times", k, err, w.asked.Load())
	}
	if k, err := keyOfDocument(t, r, other); err != nil || !published.Equal(k) || w.asked.Load() != 1 {
		t.Errorf("a DID that is published: %v, %v", k, err)
	}
	// What is found outside makes nobody trusted.
	if s := set.Standing(other, other+"#k", published); s.Vouched {
		t.Error("a published document vouches for itself")
	}
	self, _ := didOf(t, inFolder)
	jwk, err := keys.DIDJWK(published)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []integrity.Resolver{r, trust.NewResolver(nil, nil, nil), &trust.Set{}} {
		for _, did := range []string{self, jwk} {
			if doc, err := r.Resolve(t.Context(), did); err != nil || doc.ID != did || len(doc.Methods) != 1 {
				t.Errorf("%s: %+v, %v", did, doc, err)
			}
		}
		for _, did := range []string{"did:web:elsewhere.example", "did:example:1", "did:ebsi:z1"} {
			if _, err := r.Resolve(t.Context(), did); !errors.Is(err, integrity.ErrUnresolved) {
				t.Errorf("%s: %v", did, err)
			}
		}
		for _, did := range []string{"did:key:z6Mk", "did:jwk:e30", "did:web:127.0.0.1", "did:web:127.0.0.1%3A" + w.port, "did:web:%5B%3A%3A1%5D", "did:web:10.0.0.1:a"} {
			if _, err := r.Resolve(t.Context(), did); err == nil || errors.Is(err, integrity.ErrUnresolved) {
				t.Errorf("%s: %v", did, err)
			}
		}
	}
	if _, err := trust.NewResolver(set, nil, nil).Resolve(t.Context(), other); !errors.Is(err, integrity.ErrUnresolved) {
		t.Errorf("without a client: %v", err)
	}
	if n := w.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestResolverLoopback(t *testing.T) {
	t.Parallel()
	pub := ed(t)
	var did string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/bodies/demo/did.json" {
			t.Errorf("asked for %s", r.URL)
		}
		w.Header().Set("Content-Type", "application/did+json")
		_, _ = w.Write(documentOf(t, did, pub, nil))
	}))
	t.Cleanup(srv.Close)
	did, err := keys.DIDWeb(srv.URL, "demo")
	if err != nil {
		t.Fatal(err)
	}
	c, err := fetch.New(fetch.Config{Hosts: []string{srv.URL}})
	if err != nil {
		t.Fatal(err)
	}
	if k, err := keyOfDocument(t, trust.NewResolver(nil, c, nil), did); err != nil || !pub.Equal(k) {
		t.Errorf("%s: %v, %v", did, k, err)
	}
	// Nobody listed it: nobody is asked.
	c, err = fetch.New(fetch.Config{Hosts: []string{"example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trust.NewResolver(nil, c, nil).Resolve(t.Context(), did); !errors.Is(err, integrity.ErrUnresolved) {
		t.Errorf("loopback that is not listed: %v", err)
	}
}

// What cannot be had leaves open whose key it is; what is had and wrong does not.
func TestResolverRefuses(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	w.page("/secret", func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") })
	good := func(did string) []byte { return documentOf(t, did, ed(t), nil) }
	typed := func(kind string, body []byte) http.HandlerFunc {
		return func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", kind)
			_, _ = rw.Write(body)
		}
	}
	for name, tt := range map[string]struct {
		answer func(did string) http.HandlerFunc
		want   string // good, wrong, unresolved
	}{
		"good":        {func(did string) http.HandlerFunc { return typed("application/json", good(did)) }, "good"},
		"did-json":    {func(did string) http.HandlerFunc { return typed("application/did+json", good(did)) }, "good"},
		"did-ld-json": {func(did string) http.HandlerFunc { return typed("application/did+ld+json", good(did)) }, "good"},
		"did-1-1":     {func(did string) http.HandlerFunc { return typed("application/did", good(did)) }, "good"},
		"html":        {func(did string) http.HandlerFunc { return typed("text/html", good(did)) }, "unresolved"},
		"no-type":     {func(did string) http.HandlerFunc { return typed("", good(did)) }, "unresolved"},
		"silent":      {func(string) http.HandlerFunc { return func(http.ResponseWriter, *http.Request) { <-stop } }, "unresolved"},
		"redirect":    {func(string) http.HandlerFunc { return http.RedirectHandler("/secret", http.StatusFound).ServeHTTP }, "unresolved"},
		"missing":     {func(string) http.HandlerFunc { return http.NotFound }, "unresolved"},
		"broken": {func(string) http.HandlerFunc {
			return func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) }
		}, "unresolved"},
		"slow": {func(string) http.HandlerFunc {
			return func(rw http.ResponseWriter, r *http.Request) {
				rw.Header().Set("Content-Type", "application/json")
				for {
					select {
					case <-stop:
						return
					case <-r.Context().Done():
						return
					case <-time.After(20 * time.Millisecond):
						fmt.Fprint(rw, " ")
						_ = http.NewResponseController(rw).Flush()
					}
				}
			}
		}, "unresolved"},
		"large": {func(did string) http.HandlerFunc {
			return typed("application/json", append(good(did), []byte(strings.Repeat(" ", 1<<20))...))
		}, "unresolved"},
		"garbage":   {func(string) http.HandlerFunc { return typed("application/json", []byte("<html>")) }, "wrong"},
		"empty":     {func(string) http.HandlerFunc { return typed("application/json", nil) }, "wrong"},
		"other-did": {func(did string) http.HandlerFunc { return typed("application/json", good(did+":x")) }, "wrong"},
		"doubled": {func(did string) http.HandlerFunc {
			return typed("application/json", append([]byte(`{"id":"x",`), good(did)[1:]...))
		}, "wrong"},
		"case": {func(did string) http.HandlerFunc {
			return typed("application/json", append([]byte(`{"ID":"x",`), good(did)[1:]...))
		}, "wrong"},
		"private": {func(did string) http.HandlerFunc {
			return typed("application/json", documentOf(t, did, ed(t), func(d obj) { d["verificationMethod"].([]any)[0].(obj)["secretKeyMultibase"] = "z" }))
		}, "wrong"},
		"foreign-method": {func(did string) http.HandlerFunc {
			return typed("application/json", documentOf(t, did, ed(t), func(d obj) { d["verificationMethod"].([]any)[0].(obj)["id"] = "did:web:x.example#k" }))
		}, "good"}, // and without the method
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			did, path := w.did(name)
			w.page(path, tt.answer(did))
			start := time.Now()
			doc, err := w.resolver(nil, w.origin()).Resolve(t.Context(), did)
			if name == "foreign-method" && len(doc.Methods) > 0 {
				t.Errorf("a method of another DID is given: %+v", doc)
			}
			got := "wrong"
			switch {
			case err == nil:
				got = "good"
			case errors.Is(err, integrity.ErrUnresolved):
				got = "unresolved"
			}
			if got != tt.want {
				t.Errorf("%s, want %s: %v", got, tt.want, err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestResolverLeavesOutForeignControllers(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	did, path := w.did("a")
	w.put(path, documentOf(t, did, ed(t), func(d obj) { d["verificationMethod"].([]any)[0].(obj)["controller"] = "did:web:x.example" }))
	doc, err := w.resolver(nil, w.origin()).Resolve(t.Context(), did)
	if _, ok := doc.Method(did+"#k", keys.AssertionMethod); ok || err != nil {
		t.Errorf("%+v, %v", doc, err)
	}
}

// A name may be given any address by whoever owns it, and another one each time
// it is looked up.
func TestResolverGoesNowhereInside(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	did, path := w.did("a")
	w.put(path, documentOf(t, did, ed(t), nil))
	// Listed by its name alone: only the public internet is meant.
	r := w.resolver(nil, "example.com:"+w.port)
	if _, err := r.Resolve(t.Context(), did); !errors.Is(err, integrity.ErrUnresolved) || !errors.Is(err, fetch.ErrRefused) {
		t.Errorf("a name with an address inside: %v", err)
	}
	// The name is looked up once; what was checked is what would be asked.
	if n := w.lookups.Load(); n != 1 {
		t.Errorf("looked up %d times", n)
	}
	mixed, err := fetch.New(fetch.Config{
		Hosts: []string{"example.com:" + w.port}, RootCAs: w.pool,
		Lookup: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("93.184.216.34"), netip.MustParseAddr("::ffff:127.0.0.1")}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trust.NewResolver(nil, mixed, nil).Resolve(t.Context(), did); !errors.Is(err, fetch.ErrRefused) {
		t.Errorf("one address inside among several: %v", err)
	}
	// Not listed, or spelt so that it might pass for what is.
	r = w.resolver(nil, w.origin())
	for _, did := range []string{
		"did:web:example.com", "did:web:example.com%3A1:a", "did:web:localhost%3A" + w.port + ":a", "did:web:example.com.evil.example%3A" + w.port + ":a",
		"did:web:evil.example:example.com%3A" + w.port, "did:web:example.com%3A" + w.port + "%40evil.example:a",
		"did:web:evil.example%23example.com%3A" + w.port, "did:web:example.com%3A" + w.port + ":..:a", "did:web:example.com%3A" + w.port + ":%2E%2E:a",
		"did:web:example.com%3A" + w.port + ":a%2Fb", "did:web:example.com%3A" + w.port + ":a%3Fb",
	} {
		if doc, err := r.Resolve(t.Context(), did); err == nil {
			t.Errorf("%s: %+v", did, doc)
		}
	}
	if n := w.asked.Load(); n != 0 {
		t.Errorf("the server was asked %d times", n)
	}
}

func TestResolverKeeps(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	at := now
	first, second := ed(t), ed(t)
	did, path := w.did("a")
	c, err := fetch.New(fetch.Config{Hosts: []string{"https://127.0.0.1:" + w.port, w.origin()}, RootCAs: w.pool, Lookup: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	r := trust.NewResolver(nil, c, func() time.Time { return at })
	if _, err := r.Resolve(t.Context(), did); !errors.Is(err, integrity.ErrUnresolved) {
		t.Errorf("not there yet: %v", err)
	}
	w.put(path, documentOf(t, did, first, nil))
	for _, step := range []struct {
		after time.Duration
		want  crypto.PublicKey
		asked int32
	}{
		{9 * time.Second, nil, 1},
		{time.Second, first, 2},
		{29 * time.Second, first, 2},
		{time.Second, second, 3},
	} {
		at = at.Add(step.after)
		k, err := keyOfDocument(t, r, did)
		if (err == nil) != (step.want != nil) || step.want != nil && !step.want.(interface{ Equal(x crypto.PublicKey) bool }).Equal(k) || w.asked.Load() != step.asked {
			t.Errorf("after %v: %v, %v, asked %d times", step.after, k, err, w.asked.Load())
		}
		if step.want != nil {
			w.put(path, documentOf(t, did, second, nil))
		}
	}
}
