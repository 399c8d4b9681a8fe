package fetch_test

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fetch"
)

// site is a https server at 127.0.0.1 whose certificate also names
// example.com, and a pool that trusts it.
func site(t *testing.T, h http.HandlerFunc) (srv *httptest.Server, pool *x509.CertPool, port string) {
	t.Helper()
	srv = httptest.NewTLSServer(h)
	t.Cleanup(srv.Close)
	pool = x509.NewCertPool()
	pool.AddCert(srv.Certificate())
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return srv, pool, port
}

// client has more patience than the product, unless cfg says otherwise: the machine is busy with other tests.
func client(t *testing.T, cfg fetch.Config) *fetch.Client {
	t.Helper()
	cfg.Timeout = cmp.Or(cfg.Timeout, 30*time.Second)
	c, err := fetch.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGet(t *testing.T) {
	t.Parallel()
	srv, pool, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept") != "application/json" || r.Header.Get("Cookie") != "" || r.Referer() != "" {
			t.Errorf("request headers %v", r.Header)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	})
	loopback := func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	for host, address := range map[string]string{
		"127.0.0.1:" + port:           srv.URL + "/x?y=z",
		"https://127.0.0.1:" + port:   srv.URL,
		"https://example.com:" + port: "https://EXAMPLE.com:" + port + "/x",
	} {
		c := client(t, fetch.Config{Hosts: []string{host}, RootCAs: pool, Lookup: loopback})
		body, kind, err := c.Get(t.Context(), address, "application/json")
		if err != nil || string(body) != "{}" || kind != "application/json" {
			t.Errorf("Get(%s) with %s listed = %q, %q, %v", address, host, body, kind, err)
		}
	}
}

func TestGetPlainLoopback(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }))
	t.Cleanup(srv.Close)
	c := client(t, fetch.Config{Hosts: []string{srv.URL}})
	if body, _, err := c.Get(t.Context(), srv.URL, ""); err != nil || string(body) != "ok" {
		t.Errorf("Get = %q, %v", body, err)
	}
	// The same server without its scheme in the list means https.
	c = client(t, fetch.Config{Hosts: []string{srv.Listener.Addr().String()}})
	if _, _, err := c.Get(t.Context(), srv.URL, ""); !errors.Is(err, fetch.ErrRefused) {
		t.Errorf("plain http that is not listed: %v", err)
	}
}

func TestGetRefuses(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	srv, pool, port := site(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	lookup := func(_ context.Context, host string) ([]netip.Addr, error) {
		switch host {
		case "mixed.example.com":
			return []netip.Addr{netip.MustParseAddr("93.184.216.34"), netip.MustParseAddr("127.0.0.1")}, nil
		case "mapped.example.com":
			return []netip.Addr{netip.MustParseAddr("::ffff:127.0.0.1")}, nil
		case "empty.example.com":
			return nil, nil
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	c := client(t, fetch.Config{
		Hosts:   []string{"example.com", "example.com:" + port, "mixed.example.com:" + port, "mapped.example.com:" + port},
		RootCAs: pool, Lookup: lookup,
	})
	for _, address := range []string{
		srv.URL,                                    // not listed
		"https://example.com:" + port,              // listed, but inside
		"https://mixed.example.com:" + port,        // one address inside
		"https://mapped.example.com:" + port,       // IPv4 in IPv6
		"https://example.com.evil.org/",            // longer name
		"https://evil.org/https://example.com/",    //
		"https://example.com@evil.org/",            // user name
		"https://user:pass@example.com:" + port,    //
		"http://example.com:" + port,               // scheme
		"http://example.com/",                      //
		"ftp://example.com/", "file:///etc/passwd", //
		"javascript:alert(1)", "data:,x", "//x", "/", //
		"example.com", "", "https://", "https://%00/",
		"https://example.com:" + port + "/" + strings.Repeat("a", 3000),
		"https://[::1]:" + port, "https://127.1:" + port, "https://2130706433:" + port, "https://localhost:" + port,
	} {
		if body, _, err := c.Get(t.Context(), address, ""); err == nil || !errors.Is(err, fetch.ErrRefused) {
			t.Errorf("Get(%.60q) = %q, %v; want a refusal", address, body, err)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the server was asked %d times", n)
	}
}

func TestGetBounds(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	srv, pool, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/exact":
			fmt.Fprint(w, strings.Repeat("x", 1000))
		case "/large":
			w.Header().Set("Content-Length", "1001")
			fmt.Fprint(w, strings.Repeat("x", 1001))
		case "/endless":
			for {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		case "/silent":
			<-stop
		case "/slow":
			for {
				select {
				case <-stop:
					return
				case <-r.Context().Done():
					return
				case <-time.After(20 * time.Millisecond):
					fmt.Fprint(w, "x")
					_ = http.NewResponseController(w).Flush()
				}
			}
		case "/redirect":
			http.Redirect(w, r, "/exact", http.StatusFound)
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, "x")
		case "/headers":
			for i := range 1000 {
				w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 100))
			}
		case "/short":
			w.Header().Set("Content-Length", "10")
			fmt.Fprint(w, "x")
		case "/missing":
			http.NotFound(w, r)
		case "/broken":
			w.WriteHeader(http.StatusInternalServerError)
		case "/partial":
			w.WriteHeader(http.StatusPartialContent)
		}
	})
	t.Cleanup(func() { close(stop) })
	// What must be refused for what it is has time enough; what never ends has little.
	config := fetch.Config{Hosts: []string{"127.0.0.1:" + port}, RootCAs: pool, MaxBytes: 1000}
	c := client(t, config)
	config.Timeout = 400 * time.Millisecond
	hurried := client(t, config)
	if body, _, err := c.Get(t.Context(), srv.URL+"/exact", ""); err != nil || len(body) != 1000 {
		t.Fatalf("Get: %d bytes, %v", len(body), err)
	}
	for _, path := range []string{"/large", "/endless", "/silent", "/slow", "/redirect", "/gzip", "/headers", "/short", "/missing", "/broken", "/partial"} {
		start, c := time.Now(), c
		if path == "/silent" || path == "/slow" {
			c = hurried
		}
		if body, _, err := c.Get(t.Context(), srv.URL+path, ""); err == nil {
			t.Errorf("Get(%s) = %d bytes, want an error", path, len(body))
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("Get(%s) took %v", path, took)
		}
	}
}

func TestGetDistrusts(t *testing.T) {
	t.Parallel()
	srv, _, port := site(t, func(http.ResponseWriter, *http.Request) {})
	c := client(t, fetch.Config{Hosts: []string{"127.0.0.1:" + port}, RootCAs: x509.NewCertPool()})
	if _, _, err := c.Get(t.Context(), srv.URL+"/secret", ""); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("Get with a certificate nobody trusts: %v", err)
	}
}

func TestParseOrigin(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"example.com":              "https://example.com:443",
		"Example.COM:8443":         "https://example.com:8443",
		"https://example.com/":     "https://example.com:443",
		"10.0.0.1":                 "https://10.0.0.1:443",
		"[2001:db8::1]:8443":       "https://[2001:db8::1]:8443",
		"http://127.0.0.1:8080":    "http://127.0.0.1:8080",
		"http://[::1]:8080":        "http://[::1]:8080",
		"http://example.com":       "",
		"http://localhost:8080":    "",
		"http://10.0.0.1":          "",
		"ftp://example.com":        "",
		"example.com/path":         "",
		"example.com?x":            "",
		"user@example.com":         "",
		"*.example.com":            "",
		"":                         "",
		"exa mple.com":             "",
		"127.1":                    "",
		"0x7f.0.0.0x1":             "",
		"-a.example":               "",
		"https://example.com:x":    "",
		strings.Repeat("a.", 5000): "",
	} {
		o, err := fetch.ParseOrigin(text)
		if want == "" && err == nil || want != "" && (err != nil || o.String() != want) {
			t.Errorf("ParseOrigin(%.40q) = %v, %v; want %q", text, o, err, want)
		}
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.31.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false, "198.18.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fd00::1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false,
		"2002:7f00:1::": false, "::7f00:1": false, "ff02::1": false, "fe80::1%eth0": false,
		"::ffff:0:7f00:1": false, "4000::1": false, "100:0:0:1::1": false, "2001:4860:4860::8888": true,
	} {
		if got := fetch.Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("Public(%s) = %v", text, got)
		}
	}
}
