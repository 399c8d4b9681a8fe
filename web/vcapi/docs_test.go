package vcapi_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/probatum/probatum/web/vcapi"
)

var documented = regexp.MustCompile(`(?s)\$ curl -ks https://127\.0\.0\.1:8443(/vc-api/\S+) .*?--data (?:'([^']*)'|@(\S+))(?: > (\S+))?\n`)

// TestDocumentedRequests sends the requests of docs/vc-api.md, one after the
// other: all of them go well.
func TestDocumentedRequests(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "vc-api.md"))
	if err != nil {
		t.Fatal(err)
	}
	a := newAPI(t)
	files := map[string]string{}
	instances := map[string]bool{}
	for _, m := range documented.FindAllStringSubmatch(string(text), -1) {
		path, body, from, to := m[1], m[2], m[3], m[4]
		if from != "" {
			body = files[from]
		}
		r := a.post(path, body)
		if r.status != http.StatusOK && r.status != http.StatusCreated {
			t.Errorf("%s: %d %s", path, r.status, r.text)
		}
		files[to] = r.text
		instances[strings.Split(path, "/")[2]] = true
	}
	for _, in := range []string{vcapi.Ed25519RDFC, vcapi.JWTES256, vcapi.Status} {
		if !instances[in] {
			t.Errorf("no request to %s: the page has changed its form", in)
		}
	}
	if r := a.post("/vc-api/"+vcapi.Status+"/credentials/verify", files["status.json"]); r.status != http.StatusBadRequest {
		t.Errorf("the credential that the page suspends: %d %s", r.status, r.text)
	}
	for _, in := range demoConfig(t).Instances {
		if !strings.Contains(string(text), "`"+in.Name+"`") {
			t.Errorf("the page does not name the instance %s", in.Name)
		}
	}
	for _, url := range vcapi.TypeURLs() {
		if _, name, ok := strings.Cut(url, "#"); ok && !strings.Contains(string(text), name) {
			t.Errorf("the page does not name the problem %s", name)
		}
	}
}
