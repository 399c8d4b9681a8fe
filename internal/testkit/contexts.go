package testkit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// VectorContexts gives the JSON-LD contexts that lie beside the conformance
// vectors, by their URL, which the table in their README tells.
func VectorContexts(t testing.TB) map[string][]byte {
	t.Helper()
	dir := filepath.Join(Vectors(t), "contexts")
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for line := range strings.Lines(string(readme)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || !strings.HasSuffix(strings.TrimSpace(cells[1]), ".jsonld") {
			continue
		}
		name, url := strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])
		if out[url], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s names no context", filepath.Join(dir, "README.md"))
	}
	return out
}
