// Package openapitest holds handlers to the document of package openapi. It is
// for tests alone.
//
// Start with Check, which wraps the handler of a test once, and Routes, which
// compares the table of routes with the document.
package openapitest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/web/openapi"
)

// most is how many bytes of a body are looked at.
const most = 4 << 20

// Load reads the document with the areas named and checks that it is sound.
func Load(t testing.TB, areas ...string) *openapi3.T {
	t.Helper()
	doc, err := load(areas...)
	if err != nil {
		t.Fatalf("areas %v: %v", areas, err)
	}
	return doc
}

// loaded keeps what was loaded: tests ask for it often.
var loaded sync.Map

// decoders are told once, before anything is decoded.
var decoders sync.Once

func load(areas ...string) (*openapi3.T, error) {
	decoders.Do(func() { // VC Data Model 2.0, 6.2: JSON by another name
		openapi3filter.RegisterBodyDecoder("application/vc", openapi3filter.JSONBodyDecoder)
		openapi3filter.RegisterBodyDecoder("application/vp", openapi3filter.JSONBodyDecoder)
	})
	key := strings.Join(areas, " ")
	if kept, ok := loaded.Load(key); ok {
		if doc, ok := kept.(*openapi3.T); ok {
			return doc, nil
		}
	}
	d, err := openapi.New("https://probatum.example", areas...)
	if err != nil {
		return nil, err
	}
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(d.JSON())
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background(), openapi3.IsOpenAPI31OrLater()); err != nil {
		return nil, err
	}
	loaded.Store(key, doc)
	return doc, nil
}

// Check wraps a handler. It fails the test when an answer on a path that the
// areas describe is not as described, in status, headers or body, and when a
// request that is not as described is answered with success.
func Check(t testing.TB, h http.Handler, areas ...string) http.Handler {
	t.Helper()
	doc := Load(t, areas...)
	var checks sync.WaitGroup // beside the answers: tests measure how long those take
	t.Cleanup(checks.Wait)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, params := find(doc, r.URL.EscapedPath())
		item := doc.Paths.Value(path)
		if item == nil {
			h.ServeHTTP(w, r)
			return
		}
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		op := item.GetOperation(method)
		if op == nil {
			h.ServeHTTP(w, r)
			return
		}
		sent := &reading{from: r.Body}
		if r.Body != nil && r.Body != http.NoBody {
			// In a copy: the server looks at its own request to see whether it must
			// wait for a client that is still sending.
			r = r.WithContext(r.Context())
			r.Body = sent
		}
		got := &writing{ResponseWriter: w}
		h.ServeHTTP(got, r)
		if got.status == 0 {
			got.status = http.StatusOK
		}
		c := checked{t: t, doc: doc, route: &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}, params: params}
		request, header := r.Clone(context.Background()), got.Header().Clone()
		checks.Go(func() { c.check(request, header, sent, got) })
	})
}

type checked struct {
	t      testing.TB
	doc    *openapi3.T
	route  *routers.Route
	params map[string]string
}

var options = &openapi3filter.Options{
	IncludeResponseStatus: true, MultiError: true,
	AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, // whether a token is good is for other tests
}

func (c checked) check(request *http.Request, header http.Header, sent *reading, got *writing) {
	method := request.Method
	request.Method = c.route.Method
	request.Body = io.NopCloser(bytes.NewReader(sent.data))
	in := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: c.params, QueryParams: query(request.URL), Route: c.route, Options: options,
	}
	if got.status < 300 && !sent.cut {
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			c.t.Errorf("%s %s was answered %d, but the request is not as described: %v", method, c.route.Path, got.status, brief(err))
		}
	}
	if got.cut || method == http.MethodHead {
		return
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: got.status, Header: header, Options: options,
		Body: io.NopCloser(bytes.NewReader(got.data)),
	}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		c.t.Errorf("%s %s: the answer %d is not as described: %v\n%.600s", method, c.route.Path, got.status, brief(err), got.data)
	}
}

func query(u *url.URL) url.Values {
	v, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return url.Values{}
	}
	return v
}

// brief cuts what a schema error repeats.
func brief(err error) string {
	s := err.Error()
	if len(s) > 1500 {
		s = s[:1500] + "…"
	}
	return s
}

// find gives the path of the document that an address is on, and what stands in
// its parameters. The one with most fixed parts wins.
func find(doc *openapi3.T, address string) (string, map[string]string) {
	parts := strings.Split(address, "/")
	best, fixed := "", -1
	var found map[string]string
	for _, path := range doc.Paths.InMatchingOrder() {
		want := strings.Split(path, "/")
		if len(want) != len(parts) {
			continue
		}
		params, n := map[string]string{}, 0
		for i, w := range want {
			name, isParam := strings.CutPrefix(w, "{")
			switch {
			case isParam && parts[i] != "":
				value, err := url.PathUnescape(parts[i])
				if err != nil {
					n = -1
				}
				params[strings.TrimSuffix(name, "}")] = value
			case !isParam && w == parts[i]:
				n++
			default:
				n = -1
			}
			if n < 0 {
				break
			}
		}
		if n > fixed {
			best, fixed, found = path, n, params
		}
	}
	return best, found
}

// reading remembers what was read of a body.
type reading struct {
	from io.ReadCloser
	data []byte
	cut  bool // there was more, or it was not all read
}

func (b *reading) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if len(b.data)+n > most {
		b.cut = true
	} else {
		b.data = append(b.data, p[:n]...)
	}
	return n, err
}

func (b *reading) Close() error { return b.from.Close() }

// writing remembers what was answered.
type writing struct {
	http.ResponseWriter
	status int
	data   []byte
	cut    bool
}

func (w *writing) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writing) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if len(w.data)+len(p) > most {
		w.cut = true
	} else {
		w.data = append(w.data, p...)
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *writing) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Routes compares the routes of a router with the document: every route is
// described, but for the pages named by except (a path, or the beginning of paths
// if it ends in *), and everything described is a route.
func Routes(t testing.TB, h http.Handler, areas []string, except ...string) {
	t.Helper()
	doc := Load(t, areas...)
	routes, ok := h.(chi.Routes)
	if !ok {
		t.Fatalf("%T is no table of routes", h)
	}
	described := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			described[method+" "+path] = true
		}
	}
	served := map[string]bool{}
	err := chi.Walk(routes, func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method == http.MethodHead || slices.ContainsFunc(except, func(e string) bool {
			start, open := strings.CutSuffix(e, "*")
			return path == e || open && strings.HasPrefix(path, start)
		}) {
			return nil
		}
		if len(path) > 1 {
			path = strings.TrimSuffix(path, "/")
		}
		served[method+" "+path] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for route := range served {
		if !described[route] {
			t.Errorf("%s is not described", route)
		}
	}
	for route := range described {
		if !served[route] {
			t.Errorf("%s is described, but is no route", route)
		}
	}
}
