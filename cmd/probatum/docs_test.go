package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// TestDocumentedCommandsRun runs every shell block of README and docs/ as it
// stands there, each page in a folder of its own. Two lines are not run as they
// are: the demo ends after its check, and "make test" is what runs this test.
func TestDocumentedCommandsRun(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := os.Symlink(filepath.Join(root, "testdata"), filepath.Join(dir, "testdata")); err != nil {
			t.Fatal(err)
		}
		for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
			script := strings.TrimSpace(block[1])
			switch {
			case script == "go run ./cmd/probatum demo":
				script += " --once"
			case regexp.MustCompile(`^make [a-z-]+$`).MatchString(script):
				if target := "\n" + strings.Fields(script)[1] + ":"; !strings.Contains(string(makefile), target) {
					t.Errorf("%s: %q: the Makefile has no such target", filepath.Base(page), script)
				}
				continue
			case strings.HasPrefix(script, "make "), strings.HasPrefix(script, "PROBATUM_"):
				continue // examples of how to call the tests: docs/testing.md
			}
			ran++
			// "go run ./cmd/probatum" is the program under test.
			prologue := "set -euo pipefail\ngo() { [ \"$1 $2\" = 'run ./cmd/probatum' ] && shift 2 && probatum \"$@\"; }\n"
			cmd := exec.CommandContext(t.Context(), "bash", "-c", prologue+script)
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: this does not run: %v\n%s\n%s", filepath.Base(page), err, script, out)
			}
		}
	}
	if ran < 2 {
		t.Errorf("%d shell blocks were run: the documents have changed their form", ran)
	}
}
