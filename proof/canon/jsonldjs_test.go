package canon_test

import (
	"bufio"
	"context"
	"crypto"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof/canon"
)

// A peer is jsonld.js in a process of its own: interop/canonize.mjs.
type peer struct {
	in  io.WriteCloser
	out *bufio.Reader
}

// jsonldJS starts the peer and gives it the contexts that we ship.
func jsonldJS(t *testing.T) *peer {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		testkit.Skip(t, "node is not installed: nothing to compare with")
	}
	dir := filepath.Join("..", "..", "interop")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "jsonld")); err != nil {
		testkit.Skip(t, "interop/node_modules has no jsonld: nothing to compare with")
	}
	cmd := exec.CommandContext(t.Context(), node, "canonize.mjs")
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
	p := &peer{in: in, out: bufio.NewReader(out)}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("canonize.mjs: %v", err)
		}
	})
	documents := make(map[string]json.RawMessage)
	for _, pin := range contexts.Pins() {
		data, ok := contexts.Bytes(pin.URL)
		if !ok {
			t.Fatalf("no context %s", pin.URL)
		}
		documents[pin.URL] = data
	}
	if err := p.send(map[string]any{"contexts": documents}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.receive(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *peer) send(request any) error {
	line, err := json.Marshal(request)
	if err != nil {
		return err
	}
	_, err = p.in.Write(append(line, '\n'))
	return err
}

// receive reads the SHA-256 of a canonical form, in hexadecimal digits.
func (p *peer) receive() (string, error) {
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	var a struct{ SHA256, Error string }
	if err := json.Unmarshal(line, &a); err != nil {
		return "", fmt.Errorf("answer %q: %w", line, err)
	}
	if a.Error != "" {
		return "", fmt.Errorf("jsonld.js: %s", a.Error)
	}
	return a.SHA256, nil
}

// TestAgainstJSONLDJS: a second implementation finds the same canonical form,
// also where the first one is at fault.
func TestAgainstJSONLDJS(t *testing.T) {
	t.Parallel()
	p := jsonldJS(t)
	same := func(t interface {
		Helper()
		Fatalf(string, ...any)
	}, name string, d *canon.Dataset,
	) {
		t.Helper()
		ours, err := d.Canonicalize(context.Background(), crypto.SHA256)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := p.send(map[string]string{"quads": text(d)}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want, err := p.receive()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text(d))
		}
		if got := hex.EncodeToString(ours.Sum(crypto.SHA256)); got != want {
			t.Fatalf("%s: another form than theirs:\n%s\nours\n%s", name, text(d), ours.Text())
		}
	}
	for name, graph := range map[string]string{
		"clique": clique(4), "cliques": cliques(2, 3), "loops": loops(4), "bipartite": bipartite(2, 3), "multigraph": multigraph(3, 2), "chain": chain(12), "ring": ring(12), "star": star(6),
		"alike": alike(40), "list": list(12), "twins": twins(30), "distinct": distinct(100), "three links": regular(6, 3, 5), "two links": regular(8, 2, 9),
	} {
		same(t, name, dataset(t, graph))
	}
	rapid.Check(t, func(t *rapid.T) {
		same(t, "drawn", smallDataset(6, 10).Draw(t, "dataset"))
	})
}
