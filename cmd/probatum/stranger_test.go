package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A running is a demo in a process of its own.
type running struct {
	demoShown
	stderr *logged
}

// A logged is what a process writes while others read it.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

// Write implements io.Writer.
func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is what was written until now.
func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// startDemo starts the demo on a free port and waits until it serves.
func startDemo(t *testing.T, flags ...string) *running {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	args := append([]string{"demo", "--json", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, flags...)
	cmd := exec.CommandContext(ctx, "probatum", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	r := &running{stderr: new(logged)}
	cmd.Stderr = r.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := cmd.Wait(); err != nil && ctx.Err() == nil {
			t.Errorf("demo ended with %v: %s", err, r.stderr)
		}
	})
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the demo ended before its line: %v, %v: %s", err, cmd.Wait(), r.stderr)
	}
	if err := json.Unmarshal(line, &r.demoShown); err != nil {
		t.Fatalf("the demo's line is no JSON: %v: %s", err, line)
	}
	return r
}

// TestStrangerReachesTheSameReport holds the check of another process, which
// has only a file and the trust folder, against the answer of the server.
func TestStrangerReachesTheSameReport(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	sealed, err := os.ReadFile(d.Files["edc"])
	if err != nil {
		t.Fatal(err)
	}
	printed, err := os.ReadFile(d.Files["pdf-fr"])
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		data []byte
		code int
	}{
		{"the certificate for people", printed, 2},
		{"the sealed file", sealed, 0},
		{"a changed name", bytes.Replace(sealed, []byte("Kowalczyk"), []byte("Kowalczyq"), 1), 1},
		{"a cut file", sealed[:len(sealed)/2], 1},
		{"something else", []byte(`{"hello":"world"}`), 1},
	}
	for _, tt := range tests {
		for _, lang := range []string{"en", "fr", "de"} {
			server := post(t, d.URL+"/api/v1/verify?lang="+lang, tt.data)
			stranger, code := verifyByCommand(t, tt.data, d.Trust, lang)
			if code != tt.code {
				t.Errorf("%s: verify ended with %d, want %d", tt.name, code, tt.code)
			}
			for _, answer := range []map[string]any{server, stranger} {
				if answer["verifiedAt"] == "" || answer["verdict"] == nil {
					t.Errorf("%s: no verdict or time in %v", tt.name, answer)
				}
				delete(answer, "verifiedAt")
			}
			if diff := cmp.Diff(server, stranger); diff != "" {
				t.Errorf("%s in %s: server and stranger differ (-server +stranger):\n%s", tt.name, lang, diff)
			}
		}
	}
}

// TestLinkShowsTheCredential opens what the QR code holds.
func TestLinkShowsTheCredential(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	status, page := get(t, d.Verify)
	if status != http.StatusOK {
		t.Fatalf("%s answered %d", d.Verify, status)
	}
	for _, want := range []string{"Kowalczyk-Brandt", "Prüfstelle Bühne und Technik Musterstadt", "DEMO"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page behind the link lacks %q", want)
		}
	}
	for _, never := range []string{"1998", "Passed", "<script", "assessor"} {
		if strings.Contains(page, never) {
			t.Errorf("the page behind the link has %q", never)
		}
	}
	unknown := d.URL + "/v/AAAAAAAAAAAAAAAAAAAAAA"
	if status, page := get(t, unknown); status != http.StatusNotFound || !strings.Contains(page, "Nothing is shown at this address") {
		t.Errorf("an unknown link answered %d", status)
	}
	// No personal data and no link in the log.
	for _, never := range []string{"Kowalczyk", strings.TrimPrefix(d.Verify, d.URL+"/v/")} {
		if logged := d.stderr.String(); strings.Contains(afterStart(logged), never) {
			t.Errorf("the log has %q", never)
		}
	}
}

// afterStart is the log without what the demo prints about its own sample.
func afterStart(log string) string {
	_, after, _ := strings.Cut(log, "Ctrl-C")
	return after
}

func verifyByCommand(t *testing.T, data []byte, trust, lang string) (answer map[string]any, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "probatum", "verify", "-", "--trust", trust, "--json", "--lang", lang)
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatalf("verify printed no JSON: %v: %s", err, out)
	}
	return answer, code
}

func post(t *testing.T, url string, data []byte) map[string]any {
	t.Helper()
	// A server that is busy says so, and asks to be asked again.
	var body string
	for wait := time.NewTicker(2 * time.Second); body == ""; {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/octet-stream")
		status, text := answerTo(t, req)
		switch status {
		case http.StatusOK:
			body = text
		case http.StatusServiceUnavailable:
			<-wait.C
		default:
			t.Fatalf("%s answered %d: %s", url, status, text)
		}
	}
	var answer map[string]any
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%s gave no JSON: %v", url, err)
	}
	return answer
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return answerTo(t, req)
}

func answerTo(t *testing.T, req *http.Request) (int, string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
