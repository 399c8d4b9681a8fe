package jades_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jades"
)

// npm jose, which shares no code with us, accepts our files and refuses them
// changed; it and we agree on the Commission's sample.
func TestNpmJose(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		testkit.Skip(t, "node is not installed")
	}
	interop := filepath.Join("..", "..", "interop")
	if _, err := os.Stat(filepath.Join(interop, "node_modules", "jose")); err != nil {
		testkit.Skip(t, "interop/node_modules has no jose: run make setup")
	}
	dir := t.TempDir()
	run := func(name string, data, cert []byte) (string, error) {
		t.Helper()
		file, certFile := filepath.Join(dir, name+".jsonld"), filepath.Join(dir, name+".pem")
		for path, b := range map[string][]byte{file: data, certFile: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})} {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out, err := exec.CommandContext(t.Context(), node, filepath.Join(interop, "jose.mjs"), file, certFile).CombinedOutput()
		return strings.TrimSpace(string(out)), err
	}
	other := newDemo(keys.ES256).Chain.Leaf.Raw
	for alg, demo := range demos {
		d := demo()
		data := seal(t, d, payload)
		sum := sha256.Sum256([]byte(payload))
		if out, err := run(alg, data, d.Chain.Leaf.Raw); err != nil || out != "OK "+hex.EncodeToString(sum[:]) {
			t.Errorf("%s: %s (%v)", alg, out, err)
		}
		if out, err := run(alg+"-changed", bytes.Replace(data, []byte("2.0"), []byte("1.0"), 1), d.Chain.Leaf.Raw); err == nil {
			t.Errorf("%s, changed: %s", alg, out)
		}
		if out, err := run(alg+"-other", data, other); err == nil {
			t.Errorf("%s, another certificate: %s", alg, out)
		}
	}
	t.Run("OfficialSample", func(t *testing.T) {
		data := official(t)
		f, err := jades.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(f.Payload)
		if out, err := run("official", data, f.Certificates[0].Raw); err != nil || out != "OK "+hex.EncodeToString(sum[:]) {
			t.Errorf("%s (%v)", out, err)
		}
	})
}
