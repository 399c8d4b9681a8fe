package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/internal/testkit"
)

// conform runs the conformance command and gives what it wrote.
func conform(t *testing.T, args ...string) (conformanceResult, string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.json")
	var stdout, stderr bytes.Buffer
	args = append([]string{"conformance"}, append(args, "--output", out, "--lang", "en")...)
	if code := run(t.Context(), args, stdio{out: &stdout, err: &stderr}); code != exitOK {
		t.Fatalf("%v: exit code %d: %s", args, code, stderr.String())
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var r conformanceResult
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatalf("output %s: %v", data, err)
	}
	if stdout.Len() > 0 {
		t.Errorf("printed %s", stdout.String())
	}
	return r, stderr.String()
}

// suiteFiles is the folder of the suite's inputs.
func suiteFiles(t *testing.T) string { return filepath.Join(testkit.Vectors(t), "vc-jose-cose") }

// Every case of the suite's inputs gets the result that the suite expects; what
// is issued is verified again.
func TestVectorsVCJOSECOSE(t *testing.T) {
	t.Parallel()
	dir := suiteFiles(t)
	data, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Function, Feature, Input, Key, Expect string
		Paths                                       json.RawMessage `json:"disclosure_paths"`
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			key := filepath.Join(dir, c.Key)
			args := []string{c.Function, "--input", filepath.Join(dir, c.Input), "--key", key, "--feature", c.Feature}
			if string(c.Paths) != "null" {
				args = append(args, "--sd", string(c.Paths))
			}
			got, said := conform(t, args...)
			if got.Result != c.Expect {
				t.Fatalf("result %s, want %s: %s", got.Result, c.Expect, got.Data)
			}
			if got.Data == "" {
				t.Error("no data")
			}
			t.Log(got.Data[:min(200, len(got.Data))], said)
			if c.Function != "issue" || c.Expect != "success" {
				return
			}
			token := filepath.Join(t.TempDir(), "token.txt")
			if err := os.WriteFile(token, []byte(got.Data+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			got, _ = conform(t, "verify", "--input", token, "--key", key, "--feature", c.Feature)
			// A credential in a presentation may be damaged, which only who
			// verifies must see.
			damaged := strings.HasPrefix(c.Feature, "presentation_") && got.Result == "failure" && strings.HasPrefix(got.Data, "Credential ")
			if got.Result != "success" && !damaged && !ended(t, filepath.Join(dir, c.Input)) {
				t.Errorf("verifying what was issued: %s: %s", got.Result, got.Data)
			}
		})
	}
}

// ended tells whether a credential of the suite has run out since it was published.
func ended(t *testing.T, path string) bool {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, until, findings := vcdm.Validity(data)
	return len(findings) == 0 && !until.IsZero() && time.Now().After(until)
}
