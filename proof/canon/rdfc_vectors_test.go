package canon_test

import (
	"bytes"
	"crypto"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof/canon"
)

// TestVectorsRDFCanon runs the vectors of RDF Dataset Canonicalization with the
// limits that everything else runs with.
func TestVectorsRDFCanon(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.Vectors(t), "rdf-canon")
	data, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID, Type, Action, Result, HashAlgorithm string
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatalf("cases.json: %v", err)
	}
	if len(cases) == 0 {
		t.Fatal("cases.json holds no case")
	}
	for _, v := range cases {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			hash := crypto.SHA256
			switch v.HashAlgorithm {
			case "", "SHA256":
			case "SHA384":
				hash = crypto.SHA384
			default:
				t.Fatalf("unknown hash algorithm %q", v.HashAlgorithm)
			}
			d, err := canon.ParseNQuads(read(t, dir, v.Action), canon.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			c, err := d.Canonicalize(t.Context(), hash)
			switch v.Type {
			case "rdfc:RDFC10EvalTest":
				if err != nil {
					t.Fatal(err)
				}
				if want := read(t, dir, v.Result); !bytes.Equal(c.Text(), want) {
					t.Errorf("canonical form\n%s\nwant\n%s", c.Text(), want)
				}
			case "rdfc:RDFC10MapTest":
				if err != nil {
					t.Fatal(err)
				}
				var want map[string]string
				if err := json.Unmarshal(read(t, dir, v.Result), &want); err != nil {
					t.Fatal(err)
				}
				if !maps.Equal(c.Labels, want) {
					t.Errorf("labels %v, want %v", c.Labels, want)
				}
			case "rdfc:RDFC10NegativeEvalTest":
				wantKind(t, v.ID, err, canon.Resources)
			default:
				t.Fatalf("unknown type of test %q", v.Type)
			}
		})
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// wantKind fails unless err is a refusal of this kind.
func wantKind(t *testing.T, what string, err error, kind canon.Kind) {
	t.Helper()
	e, ok := errors.AsType[*canon.Error](err)
	if !ok {
		t.Errorf("%s: error %v, want one of kind %v", what, err, kind)
		return
	}
	if e.Kind != kind {
		t.Errorf("%s: kind %v (%v), want %v", what, e.Kind, e, kind)
	}
}
