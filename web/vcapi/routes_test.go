package vcapi_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/probatum/probatum/web/openapi/openapitest"
	"github.com/probatum/probatum/web/vcapi"
)

// verbs are the routes of an instance, with the name of the document that each
// takes.
var verbs = map[string]string{
	"/credentials/issue":    "credential",
	"/credentials/verify":   "verifiableCredential",
	"/credentials/derive":   "verifiableCredential",
	"/presentations/verify": "verifiablePresentation",
}

var jsonType = http.Header{"Content-Type": {"application/json"}}

// TestRequests goes through what a request can have wrong before its document
// is looked at, on every route.
func TestRequests(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(c *vcapi.Config) { c.MaxBytes = 4096 })
	for verb, name := range verbs {
		good := string(encode(t, obj{name: a.plain(vcapi.Ed25519RDFC)}))
		path := "/vc-api/" + vcapi.Ed25519RDFC + verb
		tests := map[string]struct {
			method, path, body string
			header             http.Header
			status             int
			code               string
		}{
			"unknown instance":      {path: "/vc-api/nobody" + verb, status: 404, code: "not-found"},
			"odd instance":          {path: "/vc-api/%2e%2e" + verb, status: 404, code: "not-found"},
			"unknown route":         {path: path + "/more", status: 404, code: "not-found"},
			"GET":                   {method: http.MethodGet, status: 405, code: "method"},
			"DELETE":                {method: http.MethodDelete, status: 405, code: "method"},
			"no content type":       {header: http.Header{}, status: 415, code: "unsupported"},
			"a form":                {header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, status: 415, code: "unsupported"},
			"broken content type":   {header: http.Header{"Content-Type": {"application/json; charset"}}, status: 415, code: "unsupported"},
			"gzip":                  {header: http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}, status: 415, code: "unsupported"},
			"too large":             {body: `{"` + name + `":"` + strings.Repeat("x", 5000) + `"}`, status: 413, code: "resources"},
			"empty":                 {body: " ", status: 400, code: "malformed"},
			"no JSON":               {body: "{", status: 400, code: "malformed"},
			"an array":              {body: "[]", status: 400, code: "malformed"},
			"text behind":           {body: good + "x", status: 400, code: "malformed"},
			"invalid UTF-8":         {body: "{\"" + name + "\":{\"a\":\"\xff\"}}", status: 400, code: "malformed"},
			"a member twice":        {body: `{"` + name + `":{},"` + name + `":{}}`, status: 400, code: "malformed"},
			"a member inside twice": {body: `{"` + name + `":{"type":"a","type":"b"}}`, status: 400, code: "malformed"},
			"unknown member":        {body: `{"` + name + `":{},"option":{}}`, status: 400, code: "malformed"},
			"no document":           {body: `{}`, status: 400, code: "malformed"},
			"document null":         {body: `{"` + name + `":null}`, status: 400, code: "malformed"},
			"document a string":     {body: `{"` + name + `":"eyJhbGciOiJFUzI1NiJ9.e30."}`, status: 400, code: "malformed"},
			"document an array":     {body: `{"` + name + `":[{}]}`, status: 400, code: "malformed"},
			"document a number":     {body: `{"` + name + `":4}`, status: 400, code: "malformed"},
			"options a string":      {body: `{"` + name + `":{},"options":"proof"}`, status: 400, code: "malformed"},
			"challenge null":        {body: `{"` + name + `":{},"options":{"challenge":null}}`, status: 400, code: "malformed"},
			"challenge empty":       {body: `{"` + name + `":{},"options":{"challenge":""}}`, status: 400, code: "malformed"},
			"no domain":             {body: `{"` + name + `":{},"options":{"domain":[]}}`, status: 400, code: "malformed"},
			"a domain empty":        {body: `{"` + name + `":{},"options":{"domain":["a",""]}}`, status: 400, code: "malformed"},
			"a domain twice":        {body: `{"` + name + `":{},"options":{"domain":["a","a"]}}`, status: 400, code: "malformed"},
			"a domain a number":     {body: `{"` + name + `":{},"options":{"domain":["a",1]}}`, status: 400, code: "malformed"},
			"many domains":          {body: `{"` + name + `":{},"options":{"domain":["0","1","2","3","4","5","6","7","8","9","a","b","c","d","e","f","g"]}}`, status: 400, code: "malformed"},
			"unknown check":         {body: `{"` + name + `":{},"options":{"checks":["everything"]}}`, status: 400, code: "malformed"},
			"checks a number":       {body: `{"` + name + `":{},"options":{"checks":[1]}}`, status: 400, code: "malformed"},
			"pointers a string":     {body: `{"` + name + `":{},"options":{"selectivePointers":"/issuer"}}`, status: 400, code: "malformed"},
			"created not a time":    {body: `{"` + name + `":{},"options":{"created":"yesterday"}}`, status: 400, code: "malformed"},
			"empty document":        {body: `{"` + name + `":{}}`, status: 400},
			"deep":                  {body: `{"` + name + `":` + strings.Repeat("[", 1500) + strings.Repeat("]", 1500) + `}`, status: 400, code: "resources"},
		}
		for what, tt := range tests {
			t.Run(verb+"/"+what, func(t *testing.T) {
				t.Parallel()
				if tt.method == "" {
					tt.method = http.MethodPost
				}
				if tt.path == "" {
					tt.path = path
				}
				if tt.body == "" {
					tt.body = good
				}
				if tt.header == nil {
					tt.header = jsonType
				}
				r := a.send(tt.method, tt.path, tt.body, tt.header.Clone())
				if r.status != tt.status || tt.code != "" && r.body["code"] != tt.code {
					t.Fatalf("status %d, code %v, want %d, %s: %s", r.status, r.body["code"], tt.status, tt.code, r.text)
				}
				problemDetails(t, r)
				verifies := strings.HasSuffix(tt.path, "/verify")
				if v, there := r.body["verified"]; there != verifies && tt.status != 405 || there && v != false {
					t.Errorf("verified is %v", v)
				}
				if tt.status == 405 && r.header.Get("Allow") != http.MethodPost {
					t.Errorf("Allow is %q", r.header.Get("Allow"))
				}
			})
		}
	}
}

// problemDetails checks the form of a failure (RFC 9457) and the headers of
// every answer.
func problemDetails(t *testing.T, r reply) {
	t.Helper()
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q", got)
	}
	for _, name := range []string{"type", "title", "detail", "instance"} {
		if text, _ := r.body[name].(string); text == "" {
			t.Errorf("no %s: %s", name, r.text)
		}
	}
	if int(r.body["status"].(float64)) != r.status {
		t.Errorf("status %v in the body of a %d", r.body["status"], r.status)
	}
	if r.list("problemDetails")[0]["detail"] != r.body["detail"] {
		t.Errorf("the first problem is not the one that is told: %s", r.text)
	}
	r.complete(t, "failure")
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Language": "en",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if r.header.Get("X-Request-Id") == "" {
		t.Error("the answer has no number")
	}
}

// TestLargeWithoutLength sends a body without saying how long it is.
func TestLargeWithoutLength(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(c *vcapi.Config) { c.MaxBytes = 4096 })
	body := io.MultiReader(strings.NewReader(`{"credential":"`), bytes.NewReader(bytes.Repeat([]byte("x"), 1<<20)))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url+"/vc-api/p256-rdfc/credentials/issue", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", res.StatusCode)
	}
}

// TestLanguages asks in every language.
func TestLanguages(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	seen := map[string]bool{}
	for _, lang := range []string{"en", "fr", "de"} {
		r := a.send(http.MethodPost, "/vc-api/p256-rdfc/credentials/verify", obj{"verifiableCredential": a.plain(vcapi.P256RDFC)},
			http.Header{"Content-Type": {"application/json"}, "Accept-Language": {lang}})
		r.refused(t, lang)
		if got := r.header.Get("Content-Language"); got != lang {
			t.Errorf("asked for %s, answered in %s", lang, got)
		}
		seen[r.body["title"].(string)] = true
	}
	if len(seen) != 3 {
		t.Errorf("titles: %v", seen)
	}
}

// TestOverload: who does not get a turn is told to come back.
func TestOverload(t *testing.T) {
	t.Parallel()
	for what, maker := range map[string]func(vcapi.Config) (http.Handler, error){
		"no turn": vcapi.NewFull, "no room": vcapi.NewWithout,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			a := newAPIFrom(t, maker, func(c *vcapi.Config) { c.Within = 20e6 })
			r := a.verify(vcapi.P256RDFC, a.plain(vcapi.P256RDFC))
			if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || r.body["verified"] != false {
				t.Errorf("%d, Retry-After %q: %s", r.status, r.header.Get("Retry-After"), r.text)
			}
		})
	}
}

// TestPanicIsNoFailureOfTheServer: whatever breaks while a document is worked
// on, it is refused.
func TestPanicIsNoFailureOfTheServer(t *testing.T) {
	t.Parallel()
	a := newAPIFrom(t, vcapi.NewBroken)
	a.verify(vcapi.P256RDFC, with(t, a.plain(vcapi.P256RDFC), obj{"proof": obj{}})).refused(t, "verify")
	if r := a.issue(vcapi.P256RDFC, a.plain(vcapi.P256RDFC)); r.status != http.StatusBadRequest {
		t.Errorf("issue: %d %s", r.status, r.text)
	}
}

// TestNew refuses configurations that cannot work.
func TestNew(t *testing.T) {
	t.Parallel()
	good := demoConfig(t).Instances[0]
	for what, list := range map[string][]vcapi.Instance{
		"none":     nil,
		"no key":   {{Name: good.Name, Suite: good.Suite}},
		"bad name": {{Name: "A b", Key: good.Key, Suite: good.Suite}},
		"twice":    {good, good},
	} {
		if _, err := vcapi.New(vcapi.Config{Instances: list}); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// TestRoutesAreDescribed holds the table of routes to the document.
func TestRoutesAreDescribed(t *testing.T) {
	t.Parallel()
	h, err := vcapi.New(demoConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	openapitest.Routes(t, h, []string{"vcapi"})
}
