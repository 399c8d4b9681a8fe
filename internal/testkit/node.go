package testkit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// A Peer is a program of the folder interop that runs beside a test and answers
// questions in an implementation that is not ours: a line of JSON for each line
// of JSON, in order. It ends with the test.
type Peer struct {
	mu  sync.Mutex // one question at a time
	in  io.WriteCloser
	out *bufio.Reader
}

// Node starts a program of interop under Node.js. The test is skipped where Node
// is not installed, or one of the npm packages is not.
func Node(t testing.TB, packages []string, script string, args ...string) *Peer {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		Skip(t, "node is not installed: nothing to compare with")
	}
	dir := filepath.Join(root(t), "interop")
	for _, name := range packages {
		if _, err := os.Stat(filepath.Join(dir, "node_modules", filepath.FromSlash(name))); err != nil {
			Skip(t, "interop/node_modules has no "+name+": nothing to compare with")
		}
	}
	cmd := exec.CommandContext(t.Context(), node, append([]string{script}, args...)...) //nolint:gosec // a test names its own program
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // the context is done by now: it is told to end, and killed
		_ = in.Close()
		_ = cmd.Wait()
	})
	return &Peer{in: in, out: bufio.NewReader(out)}
}

// ErrPeer is what the peer itself refused.
var ErrPeer = errors.New("refused by the peer")

// Ask sends one question and reads the answer into answer. An answer that has a
// member error is an error that wraps ErrPeer.
func (p *Peer) Ask(question, answer any) error {
	line, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("writing a question: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("asking the peer: %w", err)
	}
	if line, err = p.out.ReadBytes('\n'); err != nil {
		return fmt.Errorf("reading an answer: %w", err)
	}
	var refusal struct {
		Error *string `json:"error"`
	}
	if err := json.Unmarshal(line, &refusal); err != nil {
		return fmt.Errorf("reading an answer: %w", err)
	}
	if refusal.Error != nil {
		return fmt.Errorf("%w: %s", ErrPeer, *refusal.Error)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(line, answer); err != nil {
		return fmt.Errorf("reading an answer: %w", err)
	}
	return nil
}

// root is the folder of the module, which tests run below.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = above
	}
}
