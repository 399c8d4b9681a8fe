package main

import (
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fault"
)

// A server that is told nothing of how people reach it names this machine and the port
// that it listens on.
func TestOriginOfALocalServer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ public, addr, want string }{
		{"", "127.0.0.1:8393", "http://localhost:8393"},
		{"", "[::1]:8080", "http://localhost:8080"},
		{"https://certificates.example/", "127.0.0.1:8393", "https://certificates.example"},
	} {
		addr, err := net.ResolveTCPAddr("tcp", c.addr)
		if err != nil {
			t.Fatal(err)
		}
		serve := ServeCmd{where: where{PublicURL: c.public}, Addr: c.addr}
		if got, err := serve.listening(addr); err != nil || got != c.want {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
	if _, err := (&where{PublicURL: "http://certificates.example"}).origin(""); fault.KindOf(err) != fault.Usage {
		t.Errorf("an address without https: %v", err)
	}
}

// TestLinkKeyIsNotMadeAnew: a server whose key of one-time links is gone does not
// start with another one, by which nothing that was sent would open.
func TestLinkKeyIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	c := serverConfig{dir: t.TempDir(), origin: "http://127.0.0.1:1", create: true, now: time.Now, log: slog.New(slog.DiscardHandler)}
	key := filepath.Join(c.dir, "keys", "links.key")
	start := func(then func(s *server)) error {
		s, err := openServer(t.Context(), c)
		if err != nil {
			return err
		}
		then(s)
		return s.close()
	}
	nothing := func(*server) {}
	if err := start(nothing); err != nil {
		t.Fatal(err)
	}
	// Nothing was sent: any key is as good.
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := start(func(s *server) {
		if _, _, err := s.accounts.SetUpLink(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
	}); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := start(nothing); fault.KindOf(err) != fault.NotFound {
		t.Errorf("without the key: %v", err)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("a key was made anew")
	}
	if err := os.WriteFile(key, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := start(nothing); err != nil {
		t.Error(err)
	}
}
