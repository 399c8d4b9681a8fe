package openapi_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/web/openapi"
	"github.com/probatum/probatum/web/openapi/openapitest"
)

// The areas make one sound document, alone and together.
func TestAreasMerge(t *testing.T) {
	t.Parallel()
	all := openapi.Areas()
	if len(all) < 2 || !slices.Contains(all, "public") {
		t.Fatalf("areas: %v", all)
	}
	doc := openapitest.Load(t, all...)
	ids := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			at := method + " " + path
			if op.OperationID == "" || op.Summary == "" || len(op.Tags) != 1 || doc.Tags.Get(op.Tags[0]) == nil {
				t.Errorf("%s lacks an id, a summary or a tag that is described", at)
			}
			if other, twice := ids[op.OperationID]; twice {
				t.Errorf("%s and %s have the id %s", at, other, op.OperationID)
			}
			ids[op.OperationID] = at
			for status, ref := range op.Responses.Map() {
				if ref.Value.Description == nil || *ref.Value.Description == "" {
					t.Errorf("%s: the answer %s is not described", at, status)
				}
			}
			if strings.HasPrefix(path, "/api/") && op.Responses.Default() == nil {
				t.Errorf("%s does not say what else it may answer", at)
			}
		}
	}
	for _, area := range all {
		openapitest.Load(t, area)
	}
}

func TestUnknownAreaIsRefused(t *testing.T) {
	t.Parallel()
	for _, areas := range [][]string{{"nothing"}, {"public", "public"}, {"../openapi"}} {
		if _, err := openapi.New("https://probatum.example", areas...); err == nil {
			t.Errorf("%v: no error", areas)
		}
	}
}

// Files stay small enough to be read.
func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("areas/*.json")
	if err != nil || len(names) < 3 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(data), "\n"); n > 500 {
			t.Errorf("%s has %d lines: split it", name, n)
		}
	}
}

func TestServerAndETag(t *testing.T) {
	t.Parallel()
	a, err := openapi.New("https://a.example", "public")
	if err != nil {
		t.Fatal(err)
	}
	b, err := openapi.New("https://b.example", "public")
	if err != nil {
		t.Fatal(err)
	}
	if a.ETag() == b.ETag() || !strings.HasPrefix(a.ETag(), `"`) {
		t.Errorf("ETags %s and %s", a.ETag(), b.ETag())
	}
	var doc struct {
		OpenAPI string
		Servers []struct{ URL string }
	}
	if err := json.Unmarshal(a.JSON(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || len(doc.Servers) != 1 || doc.Servers[0].URL != "https://a.example" {
		t.Errorf("%+v", doc)
	}
}

// What is read at /docs says what each operation needs.
func TestRead(t *testing.T) {
	t.Parallel()
	d, err := openapi.New("https://a.example", openapi.Areas()...)
	if err != nil {
		t.Fatal(err)
	}
	r := d.Read()
	for _, g := range r.Groups {
		if g.Name == "" || g.Text == "" || len(g.Operations) == 0 {
			t.Errorf("group %+v is empty", g.Name)
		}
		for _, o := range g.Operations {
			if o.Summary == "" || len(o.Answers) == 0 || !strings.Contains(o.Curl, "https://a.example"+o.Path) {
				t.Errorf("%s %s is not told: %+v", o.Method, o.Path, o)
			}
			for _, p := range o.Parameters {
				if p.Name == "" || p.Type == "" || p.Text == "" {
					t.Errorf("%s %s: parameter %+v is not told", o.Method, o.Path, p)
				}
			}
		}
	}
	if d, err = openapi.New("https://a.example", "public"); err != nil {
		t.Fatal(err)
	}
	r = d.Read()
	if len(r.Problem) == 0 || !slices.ContainsFunc(r.Problem, func(f openapi.Field) bool { return f.Name == "errors[].path" }) {
		t.Errorf("what a refusal holds is not told: %+v", r.Problem)
	}
	verify := r.Groups[0].Operations[0]
	if verify.Path != "/api/v1/verify" || verify.Method != http.MethodPost || !strings.Contains(verify.Curl, "-F file=@FILE") {
		t.Errorf("first operation: %+v", verify)
	}
	fields := verify.Answers[0].Bodies[0].Fields
	for _, want := range []string{"verdict", "checks[].id", "checks[].edc.type", "issuer.name"} {
		if !slices.ContainsFunc(fields, func(f openapi.Field) bool { return f.Name == want }) {
			t.Errorf("no field %s", want)
		}
	}
}
