package public_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/public"
)

// serve starts the real server on loopback.
func serve(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := public.Server(handler(t), slog.New(slog.DiscardHandler))
	go srv.Serve(ln)
	t.Cleanup(func() { srv.Close() })
	return ln.Addr().String()
}

// A body of 300 MB is refused after its head, or after the limit if it does not
// say how long it is: never after all of it.
func TestHugeBodyIsRefusedEarly(t *testing.T) {
	t.Parallel()
	addr := serve(t)
	const huge = 300 << 20
	for name, head := range map[string]string{
		"with length":    fmt.Sprintf("Content-Length: %d\r\n", huge),
		"without length": "Transfer-Encoding: chunked\r\n",
	} {
		for _, path := range []string{"/api/v1/verify", "/verify"} {
			t.Run(name+path, func(t *testing.T) {
				t.Parallel()
				c, err := net.Dial("tcp", addr)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				kind, begin := "application/json", ""
				if path == "/verify" {
					kind = "multipart/form-data; boundary=b"
					begin = "--b\r\nContent-Disposition: form-data; name=file\r\n\r\n"
				}
				fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: check.example\r\nContent-Type: %s\r\n%s\r\n", path, kind, head)
				chunked := name == "without length"
				write := func(p string) error {
					if chunked {
						p = fmt.Sprintf("%x\r\n%s\r\n", len(p), p)
					}
					_, err := io.WriteString(c, p)
					return err
				}
				sent := make(chan int, 1)
				go func() {
					n := 0
					piece := strings.Repeat("x", 64<<10)
					if begin != "" && write(begin) != nil {
						sent <- n
						return
					}
					for n < huge && write(piece) == nil {
						n += len(piece)
					}
					sent <- n
				}()
				resp, err := http.ReadResponse(bufio.NewReader(c), nil)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				if resp.StatusCode != http.StatusRequestEntityTooLarge {
					t.Errorf("status %d, want 413", resp.StatusCode)
				}
				if !resp.Close {
					t.Error("the connection stays open")
				}
				c.Close()
				if n := <-sent; n > 32<<20 {
					t.Errorf("%d bytes were taken before the answer", n)
				}
			})
		}
	}
}

func TestGzipBombIsRefused(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(z, zeroes{}, 64<<20); err != nil {
		t.Fatal(err)
	}
	z.Close()
	w := do(handler(t), http.MethodPost, "/api/v1/verify", &bomb, "Content-Type", "application/json", "Content-Encoding", "gzip")
	if w.Code != 415 || w.Header().Get("Accept-Encoding") != "identity" {
		t.Errorf("status %d, Accept-Encoding %q", w.Code, w.Header().Get("Accept-Encoding"))
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// pipe is a listener for connections that live in memory, so that time in a
// test is the test's own.
type pipe struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipe) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipe) Addr() net.Addr { return &net.TCPAddr{} }

// A client that sends slowly, or nothing, is shown the door.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, sends, drip string
		status            int // 0: closed without an answer
		within            time.Duration
	}{
		{"silent", "", "", 0, 6 * time.Second},
		{"endless head", "GET / HTTP/1.1\r\n", "A: b\r\n", 0, 6 * time.Second},
		{"body that stops", "POST /api/v1/verify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", "", 408, 16 * time.Second},
		{"body that drips", "POST /api/v1/verify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{", " ", 408, 16 * time.Second},
		{"form that stops", "POST /verify HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b\r\n", "", 408, 16 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ln := &pipe{conns: make(chan net.Conn), done: make(chan struct{})}
				srv := public.Server(handler(t), slog.New(slog.DiscardHandler))
				go srv.Serve(ln)
				client, server := net.Pipe()
				ln.conns <- server
				start := time.Now()
				var sending sync.WaitGroup
				sending.Go(func() {
					io.WriteString(client, tt.sends)
					for tt.drip != "" {
						if _, err := io.WriteString(client, tt.drip); err != nil {
							return
						}
						time.Sleep(100 * time.Millisecond) //nolint:forbidigo // the clock of synctest: a client that drips
					}
				})
				resp, err := http.ReadResponse(bufio.NewReader(client), nil)
				if err == nil {
					defer resp.Body.Close()
				}
				if took := time.Since(start); took > tt.within {
					t.Errorf("answered after %v, want within %v", took, tt.within)
				}
				switch {
				case tt.status == 0 && err == nil:
					t.Errorf("status %d, want none", resp.StatusCode)
				case tt.status != 0 && err != nil:
					t.Errorf("no answer: %v", err)
				case tt.status != 0 && resp.StatusCode != tt.status:
					t.Errorf("status %d, want %d", resp.StatusCode, tt.status)
				}
				client.Close()
				srv.Close()
				sending.Wait()
			})
		})
	}
}

// No answer takes longer than two seconds of checking, and one second of
// waiting for its turn.
func TestVerificationsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := handler(t, func(c *public.Config) {
			c.AtOnce, c.Within = 2, 0
			c.Verifier = verifyFunc(func(ctx context.Context, _ []byte) (verifier.Report, error) {
				<-ctx.Done()
				return verifier.Report{}, ctx.Err()
			})
		})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				start := time.Now()
				w := post(h, "/api/v1/verify", "valid", "application/json")
				if took := time.Since(start); w.Code != 503 || w.Header().Get("Retry-After") == "" || took > 2*time.Second {
					t.Errorf("status %d after %v, Retry-After %q", w.Code, took, w.Header().Get("Retry-After"))
				}
			})
		}
		wg.Wait()
	})
}

// A verifier that does not heed its context keeps its slot, but nobody waiting;
// the slot is free again when it ends.
func TestStubbornVerification(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h := handler(t, func(c *public.Config) {
			c.AtOnce, c.Within = 1, 0
			c.Verifier = verifyFunc(func(ctx context.Context, data []byte) (verifier.Report, error) {
				if string(data) == "stubborn" {
					<-release
				}
				return byWord(ctx, data)
			})
		})
		start := time.Now()
		if w := post(h, "/api/v1/verify", "stubborn", "application/json"); w.Code != 503 || time.Since(start) != 2*time.Second {
			t.Errorf("status %d after %v", w.Code, time.Since(start))
		}
		for _, w := range []*httptest.ResponseRecorder{
			post(h, "/api/v1/verify", "valid", "application/json"), get(h, "/v/"+known), get(h, "/v/"+closed),
		} {
			if w.Code != 503 {
				t.Errorf("status %d while the one slot is taken", w.Code)
			}
		}
		close(release)
		synctest.Wait()
		if w := post(h, "/api/v1/verify", "valid", "application/json"); w.Code != 200 {
			t.Errorf("status %d after the slot was freed", w.Code)
		}
	})
}

// Many clients that hold large uploads open do not fill the memory: what is
// too much is told to come again, and the room is given back.
func TestUploadsHeldAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := handler(t)
		release := make(chan struct{})
		var wg sync.WaitGroup
		var mu sync.Mutex
		codes := map[int]int{}
		data := strings.Repeat("x", public.MaxFile)
		const clients = 16 // with more than 24 MB in all
		for range clients {
			wg.Go(func() {
				body := io.MultiReader(strings.NewReader(data), waiting{release})
				w := do(h, http.MethodPost, "/api/v1/verify", body, "Content-Type", "application/json")
				mu.Lock()
				defer mu.Unlock()
				codes[w.Code]++
			})
		}
		synctest.Wait()
		mu.Lock()
		busy := codes[503]
		mu.Unlock()
		if busy == 0 || busy > clients/2 {
			t.Errorf("%d of %d were told to come again", busy, clients)
		}
		close(release)
		wg.Wait()
		if codes[200]+codes[503] != clients || codes[200] == 0 {
			t.Errorf("answers were %v", codes)
		}
		for range 25 { // the room is free again
			if w := post(h, "/api/v1/verify", data, "application/json"); w.Code != 200 {
				t.Fatalf("status %d afterwards", w.Code)
			}
		}
	})
}

// waiting is a body that goes on when it is told to.
type waiting struct{ release chan struct{} }

func (w waiting) Read([]byte) (int, error) { <-w.release; return 0, io.EOF }
