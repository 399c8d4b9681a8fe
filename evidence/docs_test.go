package evidence_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/evidence"
)

const page = "../docs/evidence.md"

// documented are the files of docs/evidence.md.
var documented = []struct {
	content string
	item    evidence.Item
}{
	{"LX 1 blackout\nLX 2 house to half\n", evidence.Item{
		MediaType: "text/plain", Kind: "artefact", Unit: "lighting", Title: "Cue list", Shows: "Cues that I wrote for the spring show.",
	}},
	{"channel,dimmer\n1,12\n2,13\n", evidence.Item{
		MediaType: "text/csv", Kind: "artefact", Unit: "lighting", Title: "Patch of the small stage", Shows: "Planned and patched by me.\nChecked by the “house” électro.",
	}},
	{"She rigged and focused the front truss.\n", evidence.Item{
		MediaType: "text/plain", Kind: "witness-statement", Title: "Statement of the head of lighting",
	}},
}

// counting gives the bytes 0, 1, 2 … as the salts of the page are.
type counting byte

func (c *counting) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(*c)
		*c++
	}
	return len(b), nil
}

func documentedSet(t testing.TB) evidence.Set {
	t.Helper()
	var all []evidence.Item
	for _, d := range documented {
		it := d.item
		var err error
		if it.Digest, it.Size, err = evidence.Sum(strings.NewReader(d.content)); err != nil {
			t.Fatal(err)
		}
		all = append(all, it)
	}
	s, err := evidence.Freeze(all, new(counting))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// block gives what stands on the page in the n-th block of code of a language.
func block(t *testing.T, lang string, n int) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "\n```"+lang+"\n")
	if len(parts) < n+2 {
		t.Fatalf("the page has only %d blocks of %s", len(parts)-1, lang)
	}
	code, _, ok := strings.Cut(parts[n+1], "\n```")
	if !ok {
		t.Fatalf("block %d of %s does not end", n, lang)
	}
	return code + "\n"
}

// The page shows the files that the program writes, and they hold.
func TestDocumentedVectors(t *testing.T) {
	t.Parallel()
	s := documentedSet(t)
	set, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(block(t, "json", 0), string(set)); diff != "" {
		t.Errorf("the set (-page +now):\n%s", diff)
	}
	p := proof(t, s, 1)
	proven, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(block(t, "json", 1), string(proven)); diff != "" {
		t.Errorf("the proof (-page +now):\n%s", diff)
	}
	read, err := evidence.ParseSet([]byte(block(t, "json", 0)))
	if err != nil {
		t.Fatal(err)
	}
	q, err := evidence.ParseProof([]byte(block(t, "json", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := evidence.VerifyFile(read.Root(), q, strings.NewReader(documented[1].content)); err != nil {
		t.Error(err)
	}
	// The values between: the leaves stand in the paths of each other.
	leaves := []evidence.Digest{proof(t, s, 1).Path[0], proof(t, s, 0).Path[0], proof(t, s, 0).Path[1]}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for what, value := range map[string]string{
		"leaf 0": leaves[0].String(), "leaf 1": leaves[1].String(), "leaf 2": leaves[2].String(),
		"top": evidence.TopOf(leaves).String(), "root": s.Root().String(),
	} {
		if !strings.Contains(string(text), "| "+what+" | `"+value+"` |") {
			t.Errorf("the page does not say that %s is %s", what, value)
		}
	}
}

// Somebody with a shell and the tools of every system comes to the same root:
// the page is run.
func TestDocumentedSteps(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"bash", "sha256sum", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the steps of the page are not run: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-eu", "-o", "pipefail", "-c", block(t, "sh", 0))
	cmd.Dir = t.TempDir()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.Bytes())
	}
	if want := documentedSet(t).Root().String() + "\n"; string(out) != want {
		t.Errorf("the steps give %q, want %q", out, want)
	}
}
