package jades_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof"
)

// refusals are the vectors that DSS finds technically valid and that rules of
// ours refuse all the same. docs/conformance.md gives the reasons.
var refusals = map[string]struct {
	code proof.Code
	key  string // message key, which tells the rule
}{
	"jades-b-level-with-etsiu-in-crit.json":             {proof.Header, "proof.header.crit.unknown"},
	"jades-with-extra-crit-entry.json":                  {proof.Header, "proof.header.crit.unknown"},
	"jades-with-expiration-time-header-in-crit.json":    {proof.Header, "proof.header.crit.unknown"},
	"jades-with-asn1policy.json":                        {proof.Header, "proof.header.crit.unknown"},
	"jades-with-spdspec.json":                           {proof.Header, "proof.header.crit.unknown"},
	"jades-wrong-etsiu-type.json":                       {proof.Header, "proof.header.crit.unknown"},
	"jades-with-certified.json":                         {proof.Header, "proof.header.crit.unknown"},
	"jades-with-crit-string-type.json":                  {proof.Header, "proof.header.crit"},
	"jades-with-crit-with-wrong-entry-type.json":        {proof.Header, "proof.header.crit"},
	"jades-b-with-xvals.json":                           {proof.Header, "proof.header.alg"},
	"jades-with-notBefore-header.json":                  {proof.Header, "proof.header.alg"},
	"jades-level-b-sig-policy-invalid-digest-algo.json": {proof.Header, "proof.header.alg"},
	"jades-with-double-sigt.json":                       {proof.Malformed, "proof.malformed.json"},
	"malformed-jades-serialization.json":                {proof.Malformed, "proof.malformed.json"},
	"simple-detached.json":                              {proof.Malformed, "proof.malformed.payload"},
	"jades-detached-by-uri-hash-encoded-pars.json":      {proof.Malformed, "proof.malformed.payload"},
	"jades-two-sigs-copied-tst.json":                    {proof.Proof, "proof.proof.several"},
}

// TestVectorsJAdES runs every case of the DSS vectors: those that DSS refuses
// are refused, the others verify or are refused by a rule of ours.
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
	seen := map[string]bool{}
	verified := 0
	for _, c := range list {
		seen[c.File] = true
		t.Run(c.File, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, c.File))
			if err != nil {
				t.Fatal(err)
			}
			_, err = verify(data)
			rule, refuse := refusals[c.File]
			switch {
			case refuse && c.Valid != nil && !*c.Valid:
				t.Error("listed as refused by our rules, but DSS refuses it too")
			case refuse:
				if err == nil {
					t.Fatalf("accepted, want %s by rule %s", rule.code, rule.key)
				}
				if e, ok := errors.AsType[*proof.Error](err); !ok || e.Code != rule.code || e.Key != rule.key {
					t.Errorf("refused by %v, want %s by rule %s", err, rule.code, rule.key)
				}
			case c.Valid != nil && !*c.Valid:
				if err == nil {
					t.Error("accepted, must be refused")
				}
			default:
				if err != nil {
					t.Errorf("refused without a listed rule: %v", err)
				}
				verified++
			}
		})
	}
	for name := range refusals {
		if !seen[name] {
			t.Errorf("%s is listed as refused but is no case", name)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) != len(list)+1 {
		t.Errorf("%d cases for %d files", len(list), len(files)-1)
	}
	if verified < 8 {
		t.Errorf("only %d vectors verify", verified)
	}
}
