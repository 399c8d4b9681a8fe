package public_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/public"
)

func post(h http.Handler, path, body, contentType string, header ...string) *httptest.ResponseRecorder {
	if contentType != "" {
		header = append(header, "Content-Type", contentType)
	}
	return do(h, http.MethodPost, path, strings.NewReader(body), header...)
}

// form sends fields as a browser does: pairs of name and value, where "file"
// is a file.
func form(t testing.TB, h http.Handler, path string, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	body, contentType := formBody(t, fields...)
	return do(h, http.MethodPost, path, body, "Content-Type", contentType, "Sec-Fetch-Site", "same-origin")
}

func formBody(t testing.TB, fields ...string) (*bytes.Buffer, string) {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		var part io.Writer
		var err error
		if fields[i] == "file" {
			part, err = m.CreateFormFile("file", "certificate.jsonld")
		} else {
			part, err = m.CreateFormField(fields[i])
		}
		if err == nil {
			_, err = io.WriteString(part, fields[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return &body, m.FormDataContentType()
}

func TestVerifyForm(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, tt := range []struct {
		name    string
		fields  []string
		status  int
		verdict string
	}{
		{"file", []string{"file", "valid"}, 200, "valid"},
		{"text", []string{"text", "valid"}, 200, "valid"},
		{"text with white space round it", []string{"text", "\r\n  valid\r\n"}, 200, "valid"},
		{"file before text", []string{"file", "valid", "text", "other"}, 200, "valid"},
		{"no file chosen, but text", []string{"file", "", "text", "undetermined"}, 200, "undetermined"},
		{"bad file", []string{"file", "other"}, 200, "invalid"},
		{"nothing", nil, 400, ""},
		{"empty file and text", []string{"file", "", "text", " \n"}, 400, ""},
		{"unknown field", []string{"upload", "valid"}, 400, ""},
		{"two files", []string{"file", "valid", "file", "valid"}, 400, ""},
		{"too large", []string{"file", strings.Repeat("x", public.MaxFile+1)}, 413, ""},
		{"as large as may be", []string{"file", strings.Repeat("x", public.MaxFile)}, 200, "invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := form(t, h, "/verify", tt.fields...)
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %.300s", w.Code, tt.status, w.Body)
			}
			page := pagetest.Parse(t, w)
			if tt.verdict == "" {
				if n := len(page.All("[data-verdict]")); n != 0 {
					t.Error("an error looks like a verdict")
				}
				return
			}
			if got := page.First(t, "main [data-verdict]").Attr("data-verdict"); got != tt.verdict {
				t.Errorf("verdict %q, want %q", got, tt.verdict)
			}
		})
	}
}

// The one who has the file may read all of it: verdict first, then who vouches,
// what it attests, each check, and details that stay closed.
func TestResultOrder(t *testing.T) {
	t.Parallel()
	page := pagetest.Parse(t, form(t, handler(t), "/verify", "file", "valid"))
	var order []string
	for _, n := range page.All("main section") {
		order = append(order, n.Attr("aria-labelledby"))
	}
	if got, want := strings.Join(order, " "), " who what checks"; got != want {
		t.Errorf("sections are %q, want %q", got, want)
	}
	for selector, want := range map[string]string{
		"[data-field=name]":                  "Ada Example",
		"[data-field=born] dd":               "17 May 1990",
		"[data-field=assessments] dd":        "Practical task: with distinction",
		"[data-field=issuer]":                "The Issuing Body",
		"details summary":                    "Technical details",
		"details [data-field=credential] dd": "urn:credential:0b9a1c52-7f3e-4c1a-9d54-2e8f6a7b1c3d",
		"details [data-field=checked] dd":    "25 November 2026, 09:30 (UTC)",
	} {
		if got := page.One(t, "main "+selector); got != want {
			t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
	if _, open := page.First(t, "main details").Lookup("open"); open {
		t.Error("the technical details are open")
	}
}

func TestResultWithoutClaims(t *testing.T) {
	t.Parallel()
	page := pagetest.Parse(t, form(t, handler(t), "/verify", "file", "forged"))
	if n := len(page.All("main [data-field=name]")) + len(page.All("main .deed")); n != 0 {
		t.Error("claims are shown though the seal does not hold")
	}
	if n := len(page.All(".valid")) + len(page.All(".pass")); n != 0 {
		t.Errorf("%d elements look like a success", n)
	}
}

// A pasted link of ours leads to its page, and nothing else does.
func TestPastedLink(t *testing.T) {
	t.Parallel()
	h := handler(t)
	w := form(t, h, "/verify?lang=fr", "text", " "+origin+"/v/"+known+"\r\n")
	if w.Code != 303 || w.Header().Get("Location") != "/v/"+known+"?lang=fr" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("status %d to %q", w.Code, w.Header().Get("Location"))
	}
	for _, text := range []string{
		"https://check.example.evil.example/v/" + known, "https://evil.example/v/" + known, origin + "/v/" + known + "/../..",
		origin + "/v//evil.example", "http://check.example/v/" + known, origin + "/v/" + known[:21],
	} {
		if w := form(t, h, "/verify", "text", text); w.Code != 200 || w.Header().Get("Location") != "" {
			t.Errorf("%s: status %d to %q", text, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestVerifyAPI(t *testing.T) {
	t.Parallel()
	h := handler(t)
	multi, multiType := formBody(t, "file", "valid")
	encoded := "--b\r\nContent-Disposition: form-data; name=file; filename=x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nval=69d\r\n--b--\r\n"
	for _, tt := range []struct {
		name, body, contentType string
		header                  []string
		status                  int
		verdict                 string
	}{
		{"octets", "valid", "application/octet-stream", nil, 200, "valid"},
		{"JSON", "valid", "application/json; charset=utf-8", nil, 200, "valid"},
		{"JSON-LD", "valid", "application/ld+json", nil, 200, "valid"},
		{"credential", "valid", "application/vc", nil, 200, "valid"},
		{"credential by its older name", "valid", "application/vc+ld+json", nil, 200, "valid"},
		{"JOSE", "valid", "application/jose+json", nil, 200, "valid"},
		{"compact JOSE", "valid", "application/jose", nil, 200, "valid"},
		{"SD-JWT", "x", "application/dc+sd-jwt", nil, 200, "invalid"},
		{"PDF", "%PDF-1.7", "application/pdf", nil, 200, "invalid"},
		{"text", "valid", "text/plain", nil, 200, "valid"},
		{"JSON called a form", " {}", "application/x-www-form-urlencoded", nil, 200, "invalid"},
		{"PDF called a form", "%PDF-1.7", "application/x-www-form-urlencoded", nil, 200, "invalid"},
		{"form", multi.String(), multiType, nil, 200, "valid"},
		{"invalid is an answer, too", "forged", "application/json", nil, 200, "invalid"},
		{"undetermined is an answer, too", "undetermined", "application/json", nil, 200, "undetermined"},
		{"a part is read as it is, not decoded", encoded, "multipart/form-data; boundary=b", nil, 200, "invalid"},
		{"identity coding", "valid", "application/json", []string{"Content-Encoding", "identity"}, 200, "valid"},
		{"from another site", "valid", "application/json", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://other.example"}, 200, "valid"},

		{"no type", "valid", "", nil, 415, ""},
		{"form without parts", "file=valid", "application/x-www-form-urlencoded", nil, 415, ""},
		{"image", "valid", "image/png", nil, 415, ""},
		{"HTML", "valid", "text/html", nil, 415, ""},
		{"type that is none", "valid", "json", nil, 415, ""},
		{"broken type", "valid", "application/json; a", nil, 415, ""},
		{"gzip", "valid", "application/json", []string{"Content-Encoding", "gzip"}, 415, ""},
		{"twice encoded", "valid", "application/json", []string{"Content-Encoding", "identity", "Content-Encoding", "br"}, 415, ""},
		{"listed encoding", "valid", "application/json", []string{"Content-Encoding", "identity, gzip"}, 415, ""},
		{"empty", "", "application/json", nil, 400, ""},
		{"empty form", "--b--\r\n", "multipart/form-data; boundary=b", nil, 400, ""},
		{"form without boundary", multi.String(), "multipart/form-data", nil, 400, ""},
		{"form cut off", multi.String()[:60], multiType, nil, 400, ""},
		{"too large", strings.Repeat("x", public.MaxFile+1), "application/json", nil, 413, ""},
		{"too large in a form", "--b\r\nContent-Disposition: form-data; name=file\r\n\r\n" + strings.Repeat("x", public.MaxFile+1) + "\r\n--b--", "multipart/form-data; boundary=b", nil, 413, ""},
		{"endless headers of a part", "--b\r\n" + strings.Repeat("A: b\r\n", 20000) + "\r\nx\r\n--b--", "multipart/form-data; boundary=b", nil, 400, ""},
		{"many parts", strings.Repeat("--b\r\nContent-Disposition: form-data; name=text\r\n\r\n\r\n", 500) + "--b--", "multipart/form-data; boundary=b", nil, 400, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := post(h, "/api/v1/verify", tt.body, tt.contentType, tt.header...)
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %.300s", w.Code, tt.status, w.Body)
			}
			var answer struct {
				Verdict, Code, Title, Detail string
				Status                       int
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
				t.Fatal(err)
			}
			want := "application/json"
			if tt.status != 200 {
				want = "application/problem+json"
				if answer.Status != tt.status || answer.Title == "" || answer.Detail == "" || answer.Code == "" {
					t.Errorf("problem is %+v", answer)
				}
			}
			if got := w.Header().Get("Content-Type"); got != want {
				t.Errorf("Content-Type %q, want %q", got, want)
			}
			if answer.Verdict != tt.verdict {
				t.Errorf("verdict %q, want %q", answer.Verdict, tt.verdict)
			}
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Error("the answer may be stored")
			}
		})
	}
}

// The API and the page give the same answer as the verifier.
func TestVerifyAPIIsTheReport(t *testing.T) {
	t.Parallel()
	w := post(handler(t), "/api/v1/verify?lang=de", "valid", "application/json")
	var got, want verifier.Answer
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	report, _ := byWord(t.Context(), []byte("valid"))
	want = report.Answer(german)
	if fmt.Sprintf("%+v", got.Credential.Subject) != fmt.Sprintf("%+v", want.Credential.Subject) ||
		got.Credential.Title != "Licht" || got.VerifiedAt != want.VerifiedAt {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	h := handler(t)
	body, contentType := formBody(t, "file", "valid")
	for _, tt := range []struct {
		header []string
		status int
	}{
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Origin", origin}, 200}, // a browser without Sec-Fetch-Site
		{nil, 200},                        // no browser
		{[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "null"}, 403},
	} {
		w := do(h, http.MethodPost, "/verify", bytes.NewReader(body.Bytes()), append(tt.header, "Content-Type", contentType)...)
		if w.Code != tt.status {
			t.Errorf("%v: status %d, want %d", tt.header, w.Code, tt.status)
		}
	}
}

// What is uploaded is in no file and in no log, whatever becomes of it.
func TestUploadsLeaveNoTrace(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Chdir(dir)
	const planted = "PLANTED-7f3a9c"
	var log bytes.Buffer
	h := handler(t, func(c *public.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))
		c.Verifier = verifyFunc(func(ctx context.Context, data []byte) (verifier.Report, error) {
			if bytes.Contains(data, []byte("panic")) {
				panic(string(data))
			}
			return byWord(ctx, data)
		})
	})
	large := strings.Repeat(planted, 200_000)
	for _, data := range []string{planted, large, "panic " + planted, strings.Repeat(planted, public.MaxFile/10)} {
		form(t, h, "/verify", "file", data)
		form(t, h, "/verify", "text", data)
		form(t, h, "/verify", planted, data)
		post(h, "/api/v1/verify?token="+planted, data, "application/json")
		post(h, "/api/v1/verify", data, planted)
		post(h, "/api/v1/verify", data[:len(planted)], "multipart/form-data; boundary="+planted)
	}
	get(h, "/v/"+known+"?lang="+planted)
	get(h, "/v/"+planted)
	get(h, "/"+planted, "User-Agent", planted, "X-Request-Id", planted, "Referer", planted)
	do(h, planted, "/verify", nil)
	for _, secret := range []string{planted, known} {
		if strings.Contains(log.String(), secret) {
			i := strings.Index(log.String(), secret)
			t.Errorf("%s is in the log: %s", secret, log.String()[max(0, i-300):i+50])
		}
	}
	if !strings.Contains(log.String(), "route=/v/*") {
		t.Errorf("the log does not name the route: %s", &log)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("a file was written: %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if os.TempDir() != dir {
		t.Fatalf("temp dir is %s", os.TempDir())
	}
}
