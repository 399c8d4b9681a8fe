package page_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/page/pagetest"
)

// send posts a body and gives what the form was read as, or the status.
func send(t testing.TB, most int64, kind string, body io.Reader, see func(*page.Input)) *httptest.ResponseRecorder {
	t.Helper()
	h := site(t, io.Discard, nil, func(s *page.Site, r chi.Router) {
		r.Post("/form", s.Page(func(w http.ResponseWriter, r *http.Request) error {
			in, err := s.ReadForm(w, r, most)
			if err != nil {
				return err
			}
			see(in)
			return nil
		}))
	})
	return pagetest.Do(h, http.MethodPost, "/form", body, "Content-Type", kind)
}

const encoded = "application/x-www-form-urlencoded"

func TestReadForm(t *testing.T) {
	t.Parallel()
	values := url.Values{"name": {" Ada\r\nExample "}, "text": {" a\r\nb\tc "}, "box": {"1", "2"}, "empty": {""}}
	var parts bytes.Buffer
	form := multipart.NewWriter(&parts)
	for name, all := range values {
		for _, v := range all {
			if err := form.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	for file, data := range map[string]string{`C:\dir\logo.png`: "\x89PNG\x00", "": ""} {
		h := textproto.MIMEHeader{"Content-Type": {"image/png"}, "Content-Disposition": {fmt.Sprintf(`form-data; name="logo"; filename=%q`, file)}}
		w, err := form.CreatePart(h)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, data)
	}
	form.Close()
	for kind, body := range map[string]string{encoded: values.Encode(), form.FormDataContentType(): parts.String()} {
		seen := false
		w := send(t, 10_000, kind, strings.NewReader(body), func(in *page.Input) {
			seen = true
			if in.Text("name") != "Ada Example" || in.Lines("text") != "a\nb\tc" || strings.Join(in.All("box"), "") != "12" || !in.Has("empty") || in.Has("none") || in.Text("none") != "" {
				t.Errorf("%s: read %+v", kind, in)
			}
			logo, ok := in.File("logo")
			if _, other := in.File("name"); ok != (kind != encoded) || other || len(in.Files("logo")) > 1 {
				t.Errorf("%s: files %+v", kind, in.Files("logo"))
			}
			if ok && (logo.Name != "logo.png" || logo.Type != "image/png" || string(logo.Data) != "\x89PNG\x00") {
				t.Errorf("file is %+v", logo)
			}
		})
		if !seen || w.Code != 200 {
			t.Errorf("%s: status %d", kind, w.Code)
		}
	}
}

func TestReadFormRefuses(t *testing.T) {
	t.Parallel()
	many := strings.TrimSuffix(strings.Repeat("a=1&", 400), "&")
	part := func(head, body string) string {
		return "--b\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + body + "\r\n--b--\r\n"
	}
	for name, tt := range map[string]struct {
		kind, body string
		status     int
	}{
		"no type":              {"", "a=1", 415},
		"JSON":                 {"application/json", "{}", 415},
		"too large":            {encoded, "a=" + strings.Repeat("x", 3000), 413},
		"part too large":       {"multipart/form-data; boundary=b", part("name=a", strings.Repeat("x", 3000)), 413},
		"too many":             {encoded, many, 400},
		"too many parts":       {"multipart/form-data; boundary=b", strings.Repeat("--b\r\nContent-Disposition:form-data;name=a\r\n\r\n\r\n", 301), 413},
		"semicolon":            {encoded, "a=1;b=2", 400},
		"half an escape":       {encoded, "a=%4", 400},
		"no UTF-8":             {encoded, "a=%ff", 400},
		"NUL":                  {encoded, "a=b%00c", 400},
		"escape character":     {encoded, "a=%1b%5b31m", 400},
		"C1 control":           {encoded, "a=%c2%85", 400},
		"turned direction":     {encoded, "a=%e2%80%ae", 400},
		"isolate":              {encoded, "a=%e2%81%a6", 400},
		"byte order mark":      {encoded, "a=%ef%bb%bfx", 400},
		"odd name":             {encoded, "a%0ab=1", 400},
		"no name":              {encoded, "=1", 400},
		"long name":            {encoded, strings.Repeat("n", 101) + "=1", 400},
		"cut off":              {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx", 400},
		"no boundary":          {"multipart/form-data", "x", 400},
		"part without a name":  {"multipart/form-data; boundary=b", part("x=y", "1"), 400},
		"NUL in a part":        {"multipart/form-data; boundary=b", part("name=a", "b\x00"), 400},
		"file without a name":  {"multipart/form-data; boundary=b", part(`filename="x.png"`, "1"), 400},
		"good":                 {encoded, "a=%e2%80%8f1&b=%f0%9f%8e%ad", 200},
		"good, with a charset": {encoded + "; charset=utf-8", "a=1", 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := send(t, 2000, tt.kind, strings.NewReader(tt.body), func(*page.Input) {
				if tt.status != 200 {
					t.Error("the form is taken")
				}
			})
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
		})
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"a.pdf": "a.pdf", "../../etc/passwd": "passwd", `..\..\x.exe`: "x.exe", "": "file", "/": "file", "..": "file", "ab\u202e.txt": "ab.txt",
		strings.Repeat("ä", 300) + ".pdf": strings.Repeat("ä", 98) + ".pdf",
	} {
		body := "--b\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; name=f; filename=\"" + strings.ReplaceAll(sent, `\`, `\\`) + "\"\r\n\r\ndata\r\n--b--\r\n"
		w := send(t, 4000, "multipart/form-data; boundary=b", strings.NewReader(body), func(in *page.Input) {
			if f, ok := in.File("f"); !ok || f.Name != want {
				t.Errorf("%q is called %q, want %q", sent, f.Name, want)
			}
		})
		if w.Code != 200 {
			t.Errorf("%q: status %d", sent, w.Code)
		}
	}
}

// The memory that forms take is given back when they are answered.
func TestFormsGiveTheirRoomBack(t *testing.T) {
	t.Parallel()
	h := site(t, io.Discard, nil, func(s *page.Site, r chi.Router) {
		r.Post("/form", s.Page(func(w http.ResponseWriter, r *http.Request) error {
			_, err := s.ReadForm(w, r, 20<<20)
			return err
		}))
	})
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	w, err := form.CreateFormFile("f", "big")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(make([]byte, 15<<20))
	form.Close()
	for range 10 { // more than may be held at once
		if w := pagetest.Do(h, http.MethodPost, "/form", bytes.NewReader(body.Bytes()), "Content-Type", form.FormDataContentType()); w.Code != 200 {
			t.Fatalf("status %d", w.Code)
		}
	}
}

func TestReadJSON(t *testing.T) {
	t.Parallel()
	h := site(t, io.Discard, nil, func(s *page.Site, r chi.Router) {
		r.Post("/api/x", s.API(func(w http.ResponseWriter, r *http.Request) error {
			var v struct {
				A int `json:"a"`
			}
			if err := s.ReadJSON(w, r, 100, &v); err != nil {
				return err
			}
			return page.WriteJSON(w, r, http.StatusCreated, "application/json", v)
		}))
	})
	for body, want := range map[string]int{
		`{"a":1}`: 201, `{"a":1,"a":2}`: 400, `{"b":1}`: 400, `{"a":"x"}`: 400, `{`: 400, ``: 400, `{"a":1}` + strings.Repeat(" ", 200): 413,
	} {
		if w := pagetest.Do(h, http.MethodPost, "/api/x", strings.NewReader(body), "Content-Type", "application/json"); w.Code != want || want == 400 && !strings.Contains(w.Body.String(), `"path"`) {
			t.Errorf("%.20s: status %d, want %d: %s", body, w.Code, want, w.Body)
		}
	}
	for kind, want := range map[string]int{"text/plain": 415, "application/json; charset=latin1": 415, "application/vc+json": 201} {
		if w := pagetest.Do(h, http.MethodPost, "/api/x", strings.NewReader(`{"a":1}`), "Content-Type", kind); w.Code != want {
			t.Errorf("%s: status %d, want %d", kind, w.Code, want)
		}
	}
}

// Faults land beside their controls, and in the order of the form above it.
func TestFail(t *testing.T) {
	t.Parallel()
	loc := i18n.For("en")
	email, role := &page.Field{Name: "email"}, &page.Choice{Name: "role"}
	form := &page.Form{ID: "invite", Controls: []page.Control{&page.Group{Controls: []page.Control{role}}, email}}
	var faults fault.List
	faults.Add("$.email", "page.body.cut", "")
	faults.Add("$.other", "page.body.type", "")
	faults.Add("$.role", "page.body.json", "")
	if !form.Fail(faults, loc) {
		t.Fatal("a list is not taken")
	}
	if email.Error != loc.T("page.body.cut") || role.Error != loc.T("page.body.json") {
		t.Errorf("beside: %q and %q", email.Error, role.Error)
	}
	want := []page.ErrorLink{{ID: "invite-role", Text: loc.T("page.body.json")}, {ID: "invite-email", Text: loc.T("page.body.cut")}, {Text: loc.T("page.body.type")}}
	if got := form.Errors.Items; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("above: %v, want %v", got, want)
	}
	for err, want := range map[error]bool{
		fault.New(fault.Conflict, "page.error.409.detail", nil): true, fault.New(fault.NotFound, "page.error.404.detail", nil): false,
		fault.New(fault.Conflict, "", nil): false, io.EOF: false,
	} {
		form := &page.Form{ID: "x"}
		if got := form.Fail(err, loc); got != want || got && len(form.Errors.Items) != 1 {
			t.Errorf("%v: %v, want %v", err, got, want)
		}
	}
}
