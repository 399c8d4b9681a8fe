package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
			switch {
			case strings.Contains(c.Input, "presentation-single"): // the credential in it is damaged, which only a verifier must see
				if got.Result != "failure" || !strings.Contains(got.Data, "Credential 1") {
					t.Errorf("verifying what was issued: %s: %s", got.Result, got.Data)
				}
			case got.Result != "success":
				t.Errorf("verifying what was issued: %s: %s", got.Result, got.Data)
			}
		})
	}
}
