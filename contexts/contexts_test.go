package contexts_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gowebpki/jcs"

	"github.com/probatum/probatum/contexts"
)

func TestPins(t *testing.T) {
	t.Parallel()
	var shipped []string
	for _, p := range contexts.Pins() {
		data, ok := contexts.BytesIn(p.State, p.URL)
		if !ok {
			t.Errorf("%s: no bytes", p.URL)
			continue
		}
		shipped = append(shipped, p.File)
		if got := digest(data); got != p.SHA256 {
			t.Errorf("%s: SHA-256 of the bytes is %s, pinned is %s", p.File, got, p.SHA256)
		}
		canonical, err := jcs.Transform(data)
		if err != nil {
			t.Errorf("%s: %v", p.File, err)
			continue
		}
		if got := digest(canonical); got != p.JCS {
			t.Errorf("%s: SHA-256 of the JCS form is %s, pinned is %s", p.File, got, p.JCS)
		}
	}
	files, err := filepath.Glob("data/*.jsonld")
	if err != nil || len(files) == 0 {
		t.Fatalf("no context files: %v", err)
	}
	for _, f := range files {
		if !slices.Contains(shipped, filepath.Base(f)) {
			t.Errorf("%s is not pinned", f)
		}
	}
}

// TestReadme holds that the README names every file with its digest.
func TestReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range contexts.Pins() {
		for _, want := range []string{p.URL, p.File, p.SHA256, p.Normative} {
			if !strings.Contains(string(readme), want) {
				t.Errorf("README.md does not say %q", want)
			}
		}
	}
}

func TestBytesKnowsNothingElse(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", contexts.EDCAP + "/", "https://data.europa.eu/snb/model/context/edc-ap",
		"https://www.w3.org/2018/credentials/v1#", "HTTPS://www.w3.org/2018/credentials/v1",
		"https://www.w3.org/ns/credentials/v3", "data/credentials-v1.jsonld", "file:///etc/passwd",
	} {
		if _, ok := contexts.Bytes(url); ok {
			t.Errorf("Bytes(%q) gives a document", url)
		}
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func TestIsStatusTerms(t *testing.T) {
	t.Parallel()
	same := contexts.StatusTerms
	reordered := `{"message":"https://www.w3.org/ns/credentials/status#message", ` + strings.TrimSuffix(strings.TrimPrefix(same, "{"),
		`,"message":"https://www.w3.org/ns/credentials/status#message"}`) + "}"
	for name, tc := range map[string]struct {
		inline string
		want   bool
	}{
		"itself":         {same, true},
		"reordered":      {reordered, true},
		"one more term":  {strings.TrimSuffix(same, "}") + `,"title":"http://purl.org/dc/terms/title"}`, false},
		"one term less":  {strings.Replace(same, `"statusPurpose":"https://www.w3.org/ns/credentials/status#statusPurpose",`, "", 1), false},
		"other meaning":  {strings.Replace(same, "status#statusPurpose", "status#statusIndex", 1), false},
		"doubled member": {strings.TrimSuffix(same, "}") + `,"message":"https://www.w3.org/ns/credentials/status#message"}`, false},
		"in an array":    {"[" + same + "]", false},
		"a URL":          {`"` + contexts.EDCAP + `"`, false},
		"nothing":        {"", false},
	} {
		if got := contexts.IsStatusTerms([]byte(tc.inline)); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
