package public_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/public"
)

const (
	origin = "https://check.example"
	known  = "Zm9vYmFyYmF6cXV4cXV1eA" // the token of the one open link
	closed = "Y2xvc2VkY2xvc2VkY2xvcw"
)

var now = time.Date(2026, time.November, 25, 9, 30, 0, 0, time.UTC)

// A verifyFunc stands in where a test must decide what a verification finds or
// how long it takes; the real verifier is used where that does not matter.
type verifyFunc func(context.Context, []byte) (verifier.Report, error)

func (f verifyFunc) Verify(ctx context.Context, data []byte, _ verifier.Options) (verifier.Report, error) {
	return f(ctx, data)
}

// byWord finds what the bytes say: "valid", "undetermined", anything else is
// invalid and gives no claims.
func byWord(_ context.Context, data []byte) (verifier.Report, error) {
	r := verifier.Report{Form: credential.EDC, VerifiedAt: now}
	check := verifier.Check{ID: verifier.Seal, Result: verifier.Failed, Code: proof.Signature}
	switch string(data) {
	case "valid":
		check = verifier.Check{ID: verifier.Seal, Result: verifier.Passed}
	case "undetermined":
		check = verifier.Check{ID: verifier.Accreditation, Result: verifier.NotDone, Code: proof.Trust}
	}
	r.Checks = []verifier.Check{check}
	if check.Result != verifier.Failed {
		r.Claims = &elm.Credential{
			ID: "urn:credential:0b9a1c52-7f3e-4c1a-9d54-2e8f6a7b1c3d", Issued: elm.NewDateTime(now), ValidFrom: elm.NewDateTime(now),
			DisplayParameter: &elm.DisplayParameter{Title: elm.NewText("en", "Lighting", "de", "Licht", "fr", "Éclairage")},
			CredentialSubject: &elm.Person{
				FullName: elm.NewText("en", "Ada Example"), DateOfBirth: elm.NewDate(1990, time.May, 17),
				HasClaim: elm.Many[elm.Claim]{&elm.LearningAchievement{
					Title: elm.NewText("en", "Lighting"),
					AwardedBy: &elm.AwardingProcess{
						AwardingBody: elm.Many[elm.Actor]{&elm.Organisation{LegalName: elm.NewText("en", "The Awarding Body")}},
						AwardingDate: elm.NewDateTime(now.AddDate(0, 0, -5)),
					},
					ProvenBy: elm.One(elm.LearningAssessment{
						Title: elm.NewText("en", "Practical task"), Grade: &elm.Note{NoteLiteral: elm.NewText("en", "with distinction")},
					}),
				}},
			},
		}
		r.Issuer = &verifier.Issuer{
			Name: "The Issuing Body", ID: "urn:epass:org:1", Trusted: string(data) == "valid",
		}
	}
	return r, nil
}

// links knows one open link, and one that is closed.
type links struct{ opens string }

func (l links) Sealed(_ context.Context, token string) ([]byte, error) {
	switch token {
	case known:
		return []byte(l.opens), nil
	case closed:
		return nil, fault.New(fault.NotFound, "link.closed", errors.New("closed by its holder"))
	}
	return nil, fault.New(fault.NotFound, "link.unknown", nil)
}

func config() public.Config {
	return public.Config{
		Verifier: verifyFunc(byWord), Links: links{"valid"}, PublicURL: origin,
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		Within: time.Minute, // a busy machine is no reason to fail
	}
}

func handler(t testing.TB, change ...func(*public.Config)) http.Handler {
	t.Helper()
	cfg := config()
	for _, f := range change {
		f(&cfg)
	}
	h, err := public.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func demo(c *public.Config) { c.Demo = true }

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	return do(h, http.MethodGet, path, nil, header...)
}

func do(h http.Handler, method, path string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, body)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// A node finds elements of a page: by name, #id, .class and [attr] or
// [attr=value], joined; a space means inside.
type node struct{ *html.Node }

func parse(t testing.TB, w *httptest.ResponseRecorder) node {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Fatalf("Content-Type is %q, want HTML; body: %.200s", got, w.Body)
	}
	n, err := html.Parse(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return node{n}
}

func (n node) all(selector string) []node {
	found := []node{n}
	for _, step := range strings.Fields(selector) {
		var next []node
		for _, f := range found {
			for d := range f.Descendants() {
				if d.Type == html.ElementNode && matches(d, step) {
					next = append(next, node{d})
				}
			}
		}
		found = next
	}
	return found
}

func matches(n *html.Node, step string) bool {
	rest := step
	for rest != "" {
		end := len(rest)
		if i := strings.IndexAny(rest[1:], "#.["); i >= 0 && rest[0] != '[' {
			end = i + 1
		} else if rest[0] == '[' {
			end = strings.IndexByte(rest, ']') + 1
		}
		part := rest[:end]
		rest = rest[end:]
		switch part[0] {
		case '#':
			if attr(n, "id") != part[1:] {
				return false
			}
		case '.':
			if !strings.Contains(" "+attr(n, "class")+" ", " "+part[1:]+" ") {
				return false
			}
		case '[':
			name, value, exact := strings.Cut(strings.Trim(part, "[]"), "=")
			if got, ok := lookup(n, name); !ok || exact && got != value {
				return false
			}
		default:
			if n.Data != part {
				return false
			}
		}
	}
	return true
}

func lookup(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func attr(n *html.Node, name string) string {
	v, _ := lookup(n, name)
	return v
}

func (n node) attr(name string) string { return attr(n.Node, name) }

// text is what a person reads, on one line.
func (n node) text() string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "style" && d.Parent.Data != "script" {
			b.WriteString(d.Data)
		}
		if d.Type == html.ElementNode {
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// first is the first element that the selector finds.
func (n node) first(t testing.TB, selector string) node {
	t.Helper()
	found := n.all(selector)
	if len(found) == 0 {
		t.Fatalf("%q finds nothing on: %.300s", selector, n.text())
	}
	return found[0]
}

// one gives the text of the one element that the selector finds.
func (n node) one(t testing.TB, selector string) string {
	t.Helper()
	found := n.all(selector)
	if len(found) != 1 {
		t.Fatalf("%q finds %d elements, want 1", selector, len(found))
	}
	return found[0].text()
}
