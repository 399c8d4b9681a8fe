// Package pagetest asks handlers and finds elements on their pages, for tests
// alone.
//
// Start with Do and Parse.
package pagetest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Do asks a handler. The header is pairs of names and values.
func Do(h http.Handler, method, path string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, path, body)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// A Node is a page or an element of it. Selectors find elements by name, #id,
// .class and [attr] or [attr=value], joined; a space means inside.
type Node struct{ *html.Node }

// Parse reads the page that was answered.
func Parse(t testing.TB, w *httptest.ResponseRecorder) Node {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Fatalf("Content-Type is %q, want HTML; body: %.200s", got, w.Body)
	}
	n, err := html.Parse(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return Node{n}
}

// All gives every element that the selector finds.
func (n Node) All(selector string) []Node {
	found := []Node{n}
	for _, step := range strings.Fields(selector) {
		var next []Node
		for _, f := range found {
			for d := range f.Descendants() {
				if d.Type == html.ElementNode && matches(d, step) {
					next = append(next, Node{d})
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

// Attr gives an attribute; empty where there is none.
func (n Node) Attr(name string) string { return attr(n.Node, name) }

// Text is what a person reads, on one line.
func (n Node) Text() string {
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

// First is the first element that the selector finds.
func (n Node) First(t testing.TB, selector string) Node {
	t.Helper()
	found := n.All(selector)
	if len(found) == 0 {
		t.Fatalf("%q finds nothing on: %.300s", selector, n.Text())
	}
	return found[0]
}

// One gives the text of the one element that the selector finds.
func (n Node) One(t testing.TB, selector string) string {
	t.Helper()
	found := n.All(selector)
	if len(found) != 1 {
		t.Fatalf("%q finds %d elements, want 1", selector, len(found))
	}
	return found[0].Text()
}

// Lookup tells whether there is an attribute, and gives it.
func (n Node) Lookup(name string) (string, bool) { return lookup(n.Node, name) }
