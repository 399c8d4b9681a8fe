package trust_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/trust"
)

// A server whose certificate lies in the folder tls may be asked; the certificate
// makes nobody an anchor.
func TestTLSRoots(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) }))
	defer server.Close()
	dir := t.TempDir()
	write := func(name string, data []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	get := func() error {
		t.Helper()
		set, err := trust.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if set.TLSRoots() == nil && !set.Empty() {
			t.Error("a host is an anchor")
		}
		c, err := fetch.New(fetch.Config{Hosts: set.Hosts(), RootCAs: set.TLSRoots()})
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = c.Get(t.Context(), server.URL, "")
		return err
	}
	write("hosts", []byte(server.URL+"\n"))
	if get() == nil {
		t.Error("a stranger's certificate is taken")
	}
	write("tls/server.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	if err := get(); err != nil {
		t.Errorf("the certificate of the folder is not taken: %v", err)
	}
	if set, err := trust.Load(dir); err != nil || !set.Empty() {
		t.Errorf("the certificate of a server is an anchor, %v", err)
	}
	for name, data := range map[string]string{"tls/broken.pem": "-----BEGIN CERTIFICATE-----\nx", "tls/key.pem": "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n", "tls/text": "x"} {
		write(name, []byte(data))
		if _, err := trust.Load(dir); err == nil {
			t.Errorf("%s is passed over", name)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}
