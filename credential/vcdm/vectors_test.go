package vcdm_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/internal/testkit"
)

// TestVectorsVCDM20 runs the documents of the W3C suite as its tests do:
// credentials are to be issued, presentations to be verified.
func TestVectorsVCDM20(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.Vectors(t), "vc-data-model-2.0")
	data, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ File, Expect string }
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("%d cases: %v", len(cases), err)
	}
	for _, c := range cases {
		t.Run(c.File, func(t *testing.T) {
			t.Parallel()
			doc, err := os.ReadFile(filepath.Join(dir, c.File))
			if err != nil {
				t.Fatal(err)
			}
			doc = dated(doc)
			var findings []vcdm.Finding
			if strings.Contains(filepath.Base(c.File), "presentation") {
				findings = vcdm.CheckPresentation(doc, vcdm.Options{})
			} else {
				findings = vcdm.CheckCredential(doc, vcdm.Options{Issuing: true})
			}
			lost := gate(t, doc)
			switch refused := len(findings) > 0 || lost != nil; c.Expect {
			case "accept":
				if refused {
					t.Errorf("refused: %+v, gate: %v", findings, lost)
				}
			case "reject", "reject-or-inject-context": // we inject nothing
				if !refused {
					t.Error("accepted")
				}
			default:
				t.Fatalf("nothing is known of what %q expects", c.Expect)
			}
		})
	}
}

// dated fills in the dates that the suite writes at run time.
func dated(doc []byte) []byte {
	now := time.Now().UTC().Truncate(time.Second)
	return []byte(strings.NewReplacer(
		"FUTURE DATE", now.AddDate(1, 0, 0).Format(time.RFC3339), "PAST DATE", now.AddDate(-1, 0, 0).Format(time.RFC3339),
	).Replace(string(doc)))
}
