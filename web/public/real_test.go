package public_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/public"
)

// The Commission's signed sample through the real verifier: page and API give
// the Report, and one changed byte shows nothing of the file.
func TestCommissionSample(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile(filepath.Join(testkit.Reference(t), "elm", "sample-mc-annex1-signed.jsonld"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := jades.Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	anchors, err := trust.New(file.Extra...)
	if err != nil {
		t.Fatal(err)
	}
	forged := bytes.Replace(sample, []byte(`validFrom\":\"20`), []byte(`validFrom\":\"21`), 1)
	if bytes.Equal(forged, sample) {
		t.Fatal("the sample has no date to forge")
	}
	for name, tt := range map[string]struct {
		data  []byte
		trust *trust.Set
	}{
		"trusted": {sample, anchors}, "nobody trusted": {sample, nil}, "forged": {forged, anchors},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &verifier.Verifier{Trust: tt.trust, Now: config().Now}
			want, err := v.Verify(t.Context(), tt.data, verifier.Options{})
			if err != nil {
				t.Fatal(err)
			}
			h := handler(t, func(c *public.Config) { c.Verifier, c.Links = v, links{string(tt.data)} })
			for _, lang := range i18n.Languages {
				w := post(h, "/api/v1/verify?lang="+lang, string(tt.data), "application/jose+json")
				answer, err := json.MarshalIndent(want.Answer(i18n.For(lang)), "", "  ")
				if err != nil {
					t.Fatal(err)
				}
				if w.Code != http.StatusOK || !sameJSON(t, w.Body.Bytes(), answer) {
					t.Errorf("%s: the API says %s, want %s", lang, w.Body, answer)
				}
				result := form(t, h, "/verify?lang="+lang, "file", string(tt.data))
				link := get(h, "/v/"+known+"?lang="+lang)
				for _, page := range []pagetest.Node{pagetest.Parse(t, result), pagetest.Parse(t, link)} {
					if got := page.First(t, "main [data-verdict]").Attr("data-verdict"); got != want.Verdict().String() {
						t.Errorf("%s: page says %q, want %q", lang, got, want.Verdict())
					}
					if found := key.FindString(page.One(t, "main")); found != "" {
						t.Errorf("%s: a message is missing: %s", lang, found)
					}
				}
				if name == "forged" && (len(pagetest.Parse(t, result).All(".deed")) > 0 || len(pagetest.Parse(t, link).All(".deed")) > 0) {
					t.Errorf("%s: claims of a forged file are shown", lang)
				}
			}
			if name == "forged" && want.Verdict() != verifier.Invalid {
				t.Errorf("the forged file is %s", want.Verdict())
			}
		})
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var va, vb bytes.Buffer
	if json.Compact(&va, a) != nil || json.Compact(&vb, b) != nil {
		return false
	}
	return bytes.Equal(va.Bytes(), vb.Bytes())
}

// Bad input is an answer, never a failure of ours, and is not repeated.
func TestBadInputIsAnAnswer(t *testing.T) {
	t.Parallel()
	h := handler(t, func(c *public.Config) { c.Verifier = &verifier.Verifier{Now: c.Now} })
	for name, data := range map[string]string{
		"nothing but space": "   ", "not JSON": "planted", "JSON": `{"planted":1}`, "array": `["planted"]`,
		"deep": strings.Repeat("[", 9000), "deeper": `{"a":` + strings.Repeat(`{"a":`, 200_000),
		"many members": "{" + strings.Repeat(`"planted":1,`, 100_000) + `"b":1}`,
		"long number":  `{"a":` + strings.Repeat("9", 100_000) + "}",
		"long text":    `{"a":"` + strings.Repeat("planted", 250_000) + `"}`,
		"binary":       "\x00\xff\xfeplanted", "PDF": "%PDF-1.7 planted", "HTML": "<html><script>planted</script>",
		"JWT": "eyJhbGciOiJub25lIn0.e30.", "general": `{"payload":"planted","signatures":[]}`,
		"twice":  `{"payload":"planted","payload":"planted","signatures":[{"protected":"e30","signature":""}]}`,
		"header": `{"payload":"planted","signatures":[{"protected":"bnVsbA","signature":"AA"}]}`,
	} {
		for _, w := range []*httptest.ResponseRecorder{
			post(h, "/api/v1/verify", data, "application/octet-stream"), form(t, h, "/verify", "file", data),
		} {
			body := w.Body
			if w.Code != 200 {
				t.Errorf("%s: status %d: %.200s", name, w.Code, body)
			}
			if strings.Contains(body.String(), "planted") {
				t.Errorf("%s: the answer repeats the input: %.400s", name, body)
			}
			if strings.Contains(body.String(), `"verdict": "valid"`) || strings.Contains(body.String(), `data-verdict="valid"`) {
				t.Errorf("%s: valid", name)
			}
		}
	}
}
