package assessment_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/probatum/probatum/assessment"
)

const schemaFile = "../docs/result.schema.json"

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, schemaFile)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(assessment.SchemaURI, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(assessment.SchemaURI)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// beyondSchema are the bad files that a schema cannot see, each with what
// takes a program to find.
var beyondSchema = map[string]string{
	"accreditation-dates":     "compares dates",
	"assessor-idle":           "follows references",
	"assessor-is-candidate":   "compares people",
	"assessor-unknown":        "follows references",
	"award-before-assessment": "compares dates",
	"criterion-missing":       "compares with the unit",
	"criterion-unknown":       "compares with the unit",
	"dates-order":             "compares dates",
	"duplicate-member":        "what a schema sees has lost the double",
	"esco-unrecorded":         "knows what is recorded",
	"expired":                 "looks at the clock",
	"level":                   "looks into the vocabulary",
	"level-label":             "looks into the vocabulary",
	"logo-broken":             "looks into the picture",
	"officer-assessed":        "compares people",
	"officer-is-candidate":    "compares people",
	"outcome-missing":         "compares with the unit",
	"outcome-two-methods":     "counts over references",
	"references":              "follows references",
	"same-assessor-id":        "compares people",
	"same-assessor-name":      "compares people",
	"two-methods":             "counts types",
	"unit-foreign-scheme":     "knows what is published",
	"unit-version":            "knows what is published",
}

func TestSchema(t *testing.T) {
	t.Parallel()
	s := schema(t)
	for _, name := range files(t, "*.json") {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, name)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var seen []string
	for _, name := range files(t, "bad/*.json") {
		base := strings.TrimSuffix(filepath.Base(name), ".json")
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, name)))
		if err == nil {
			err = s.Validate(doc)
		}
		_, beyond := beyondSchema[base]
		if beyond {
			seen = append(seen, base)
		}
		switch {
		case err == nil && !beyond:
			t.Errorf("%s: the schema accepts what the program refuses", base)
		case err != nil && beyond:
			t.Errorf("%s: the schema refuses it too, so it is not beyond a schema: %v", base, err)
		}
	}
	if len(seen) != len(beyondSchema) {
		t.Errorf("of the %d files beyond a schema only these are there: %v", len(beyondSchema), seen)
	}
}

// The example on the page is the file that the tests accept.
func TestDocumentedExample(t *testing.T) {
	t.Parallel()
	_, rest, ok := strings.Cut(string(read(t, "../docs/result.md")), "```json\n")
	example, _, end := strings.Cut(rest, "```")
	if !ok || !end {
		t.Fatal("the page has no example")
	}
	var got, want bytes.Buffer
	if err := json.Compact(&got, []byte(example)); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&want, read(t, results+"/minimal.json")); err != nil {
		t.Fatal(err)
	}
	r, err := assessment.ParseResult(got.Bytes(), now)
	if err != nil {
		t.Fatal(err)
	}
	s, err := assessment.ParseResult(want.Bytes(), now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, r); diff != "" {
		t.Errorf("the example is not minimal.json (-file +page):\n%s", diff)
	}
}

// The words that the schema knows are those that the program knows.
func TestSchemaKnowsTheSameWords(t *testing.T) {
	t.Parallel()
	var doc struct {
		Properties struct {
			Languages struct {
				Items struct{ Enum []string }
			}
			Body struct {
				Properties struct {
					Accreditations struct {
						Items struct {
							Properties struct {
								Type struct{ Enum []string }
							}
						}
					}
				}
			}
			Participation struct {
				Properties struct {
					Mode, Setting struct{ Enum []string }
				}
			}
			Methods struct {
				Items struct {
					Properties struct {
						Type, Mode, IdentityVerification struct{ Enum []string }
					}
				}
			}
			Credits struct {
				Properties struct {
					Framework struct{ Enum []string }
				}
			}
		}
	}
	if err := json.Unmarshal(read(t, schemaFile), &doc); err != nil {
		t.Fatal(err)
	}
	p := doc.Properties
	same(t, "languages", p.Languages.Items.Enum, assessment.CertificateLanguages[:])
	same(t, "accreditation types", p.Body.Properties.Accreditations.Items.Properties.Type.Enum, assessment.AccreditationTypes())
	same(t, "modes", p.Participation.Properties.Mode.Enum, assessment.Modes())
	same(t, "modes of methods", p.Methods.Items.Properties.Mode.Enum, assessment.Modes())
	same(t, "settings", p.Participation.Properties.Setting.Enum, assessment.Settings())
	same(t, "method types", p.Methods.Items.Properties.Type.Enum, assessment.MethodTypes())
	same(t, "identity verifications", p.Methods.Items.Properties.IdentityVerification.Enum, assessment.IdentityVerifications())
	same(t, "credit frameworks", p.Credits.Properties.Framework.Enum, assessment.CreditFrameworks())
}

func same[T ~string](t *testing.T, what string, got []string, want []T) {
	t.Helper()
	words := make([]string, len(want))
	for i, w := range want {
		words[i] = string(w)
	}
	if !slices.Equal(got, words) {
		t.Errorf("%s: the schema knows %q, the program %q", what, got, words)
	}
}
