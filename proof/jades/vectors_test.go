package jades_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof"
)

// A rule is one of ours by which a signature is refused although DSS finds it
// technically valid.
type rule struct {
	code proof.Code
	key  string // of the message
}

// citedRules reads the rules from the table in docs/conformance.md, which gives
// the reason of each: in its second column stand a code and a key of a message, or
// several such pairs.
func citedRules(t *testing.T) map[rule]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "conformance.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## JAdES")
	section, _, _ = strings.Cut(section, "\n## ")
	pair := regexp.MustCompile("`([a-z]+)` `(proof\\.[a-z0-9.]+)`")
	out := map[rule]bool{}
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, "|"); len(cells) > 3 {
			for _, m := range pair.FindAllStringSubmatch(cells[2], -1) {
				out[rule{proof.Code(m[1]), m[2]}] = true
			}
		}
	}
	if len(out) == 0 {
		t.Fatal("docs/conformance.md cites no rule for JAdES")
	}
	return out
}

// TestVectorsJAdES runs every case of the DSS vectors. Those that DSS refuses are
// refused; those that it finds valid verify, or are refused by a rule that
// docs/conformance.md cites; what it does not tell is at least answered.
func TestVectorsJAdES(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.Vectors(t), "jades")
	index, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		File  string `json:"file"`
		Valid *bool  `json:"dss_b_level_technically_valid"`
	}
	if err := json.Unmarshal(index, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("cases.json is empty")
	}
	cited := citedRules(t)
	verified, by := 0, map[rule]int{}
	for _, c := range list {
		t.Run(c.File, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, c.File))
			if err != nil {
				t.Fatal(err)
			}
			_, err = verify(data)
			if err == nil {
				if verified++; c.Valid != nil && !*c.Valid {
					t.Error("accepted, must be refused")
				}
				return
			}
			e, ok := errors.AsType[*proof.Error](err)
			if !ok {
				t.Fatalf("%v is no refusal", err)
			}
			r := rule{e.Code, e.Key}
			if by[r]++; c.Valid != nil && *c.Valid && !cited[r] {
				t.Errorf("refused by %s %s, which docs/conformance.md does not cite: %v", e.Code, e.Key, err)
			}
		})
	}
	t.Logf("%d verify; refused: %v", verified, by)
}
