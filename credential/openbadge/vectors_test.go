package openbadge_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/credential/openbadge"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/internal/testkit"
)

// modelProbes are the probes of the 1EdTech validator that look at the data
// model alone: a document that fails one must be refused by the rules here.
var modelProbes = []string{"ContextPropertyProbe", "CredentialSubjectProbe", "EvidenceProbe", "IssuerProbe", "JsonSchemaProbe", "TypePropertyProbe"}

// TestVectorsOpenBadges30 runs the documents of the 1EdTech validator. Valid
// ones keep the data model. Invalid ones are refused: by the data model where
// that is what is wrong with them, else by whatever stands behind it.
func TestVectorsOpenBadges30(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.Vectors(t), "openbadges-3.0")
	data, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		File   string
		Expect *string
		Probe  []string
	}
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
			badge := openbadge.Check(content(doc))
			model := vcdm.CheckCredential(content(doc), vcdm.Options{})
			_, _ = openbadge.Parse(content(doc))
			_, _ = openbadge.Parse(doc)
			if c.Expect == nil {
				return // it did not crash
			}
			refused := len(badge) > 0 || len(model) > 0
			switch *c.Expect {
			case "valid":
				if refused {
					t.Errorf("refused: %+v %+v", badge, model)
				}
				if _, err := openbadge.Parse(content(doc)); err != nil && !json.Valid(content(doc)) {
					t.Errorf("cannot be read: %v", err)
				}
			case "invalid":
				ours := slices.ContainsFunc(modelProbes, func(p string) bool { return slices.Contains(c.Probe, p) })
				if !refused && ours {
					t.Errorf("the data model accepts what %v refuses", c.Probe)
				}
				if !refused && outdated(content(doc)) == nil && unsecured(t, doc) == nil {
					t.Error("accepted")
				}
			case "warning":
			default:
				t.Fatalf("nothing is known of what %q expects", *c.Expect)
			}
		})
	}
}

// content gives the badge in a compact token: its payload, or the claim vc where
// it has one (VC Data Model 1.1, 6.3.1). Of what is no token it gives all.
func content(doc []byte) []byte {
	parts := strings.Split(strings.TrimSpace(string(doc)), ".")
	if json.Valid(doc) || len(parts) != 3 {
		return doc
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return doc
	}
	var claims struct {
		VC json.RawMessage `json:"vc"`
	}
	if err := json.Unmarshal(payload, &claims); err == nil && claims.VC != nil {
		return claims.VC
	}
	return payload
}

// outdated says why a credential is not valid now.
func outdated(doc []byte) error {
	from, until, findings := vcdm.Validity(doc)
	now := time.Now()
	if len(findings) > 0 || now.Before(from) || !until.IsZero() && now.After(until) {
		return os.ErrInvalid
	}
	return nil
}
