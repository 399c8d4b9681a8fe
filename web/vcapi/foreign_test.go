package vcapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/vcapi"
)

// A publisher serves status lists of others, by path.
type publisher struct {
	url    string
	client *fetch.Client

	mu    sync.Mutex
	lists map[string][]byte // guarded by mu
	asked int               // guarded by mu
}

func newPublisher(t *testing.T) *publisher {
	t.Helper()
	p := &publisher{lists: map[string][]byte{}}
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		data, ok := p.lists[r.URL.Path]
		p.asked++
		p.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(data)
	}))
	t.Cleanup(srv.Close)
	p.url = srv.URL
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())
	var err error
	if p.client, err = fetch.New(fetch.Config{Hosts: []string{srv.URL}, RootCAs: roots}); err != nil {
		t.Fatal(err)
	}
	return p
}

// publish signs a list and puts it at a path; change spoils it.
func (p *publisher) publish(t *testing.T, by *party, path string, purpose status.Purpose, set map[int]status.State, at time.Time, change ...func([]byte) []byte) string {
	t.Helper()
	url := p.url + path
	signed, err := status.Sign(context.Background(), status.Contents{
		ID: path, Version: 1, Set: set, Slot: status.Slot{Kind: status.Bitstring, Purpose: purpose, Size: 1},
	}, status.Signer{Key: by.key, DID: by.did, Method: by.vm}, url, at)
	if err != nil {
		t.Fatal(err)
	}
	data := signed.DI
	for _, c := range change {
		data = c(data)
	}
	p.mu.Lock()
	p.lists[path] = data
	p.mu.Unlock()
	return url
}

// TestListsOfOthers: they are fetched where the configuration lets them be, and
// believed where the issuer signed them.
func TestListsOfOthers(t *testing.T) {
	t.Parallel()
	pub, p, other := newPublisher(t), newParty(t), newParty(t)
	a := newAPI(t, func(c *vcapi.Config) { c.Fetch = pub.client })
	none := newAPI(t)
	in := vcapi.P256RDFC
	checks := obj{"checks": []any{"proof", "credentialStatus"}}
	now := time.Now()
	set := map[int]status.State{1: status.Revoked, 2: status.Suspended}
	revocation := pub.publish(t, p, "/revocation", status.Revocation, set, now)
	suspension := pub.publish(t, p, "/suspension", status.Suspension, set, now)
	foreign := pub.publish(t, other, "/other", status.Revocation, nil, now)
	old := pub.publish(t, p, "/old", status.Revocation, nil, now.Add(-48*time.Hour))
	changed := pub.publish(t, p, "/changed", status.Revocation, nil, now, func(data []byte) []byte {
		return []byte(strings.Replace(string(data), `"ttl":30000`, `"ttl":30001`, 1))
	})
	short := p.sign(obj{
		"@context": []any{"https://www.w3.org/ns/credentials/v2"}, "id": pub.url + "/short", "issuer": p.did,
		"type": []any{"VerifiableCredential", "BitstringStatusListCredential"},
		"credentialSubject": obj{
			"id": pub.url + "/short#list", "type": "BitstringStatusList", "statusPurpose": "revocation",
			"encodedList": deflated(t, make([]byte, 1000)),
		},
	})
	pub.lists["/short"] = encode(t, short)
	at := func(list string, index int, more ...obj) obj {
		e := entry(list, index)
		for _, m := range more {
			e = with(t, e, m)
		}
		return e
	}
	suspended := func(index int) obj { return at(suspension, index, obj{"statusPurpose": "suspension"}) }
	for what, tt := range map[string]struct {
		status any
		kind   string // empty: accepted
	}{
		"good":                  {at(revocation, 0), ""},
		"last":                  {at(revocation, status.Entries-1), ""},
		"two, both good":        {[]any{at(revocation, 0), suspended(1)}, ""},
		"revoked":               {at(revocation, 1), "STATUS_VERIFICATION_ERROR"},
		"suspended":             {suspended(2), "STATUS_VERIFICATION_ERROR"},
		"one of two suspended":  {[]any{at(revocation, 0), suspended(2)}, "STATUS_VERIFICATION_ERROR"},
		"out of range":          {at(revocation, status.Entries), "RANGE_ERROR"},
		"far out of range":      {at(revocation, 0, obj{"statusListIndex": strings.Repeat("9", 40)}), "RANGE_ERROR"},
		"another purpose":       {at(suspension, 0), "STATUS_VERIFICATION_ERROR"},
		"of another":            {at(foreign, 0), "STATUS_VERIFICATION_ERROR"},
		"expired":               {at(old, 0), "STATUS_VERIFICATION_ERROR"},
		"changed":               {at(changed, 0), "STATUS_VERIFICATION_ERROR"},
		"not there":             {at(pub.url+"/none", 0), "STATUS_RETRIEVAL_ERROR"},
		"not to be asked":       {at("https://status.example/1", 0), "STATUS_RETRIEVAL_ERROR"},
		"too short":             {at(pub.url+"/short", 0), "STATUS_LIST_LENGTH_ERROR"},
		"another type":          {obj{"id": "https://status.example/1#1", "type": "https://example.org/#Status"}, "STATUS_VERIFICATION_ERROR"},
		"one of two not there":  {[]any{at(revocation, 0), at(pub.url+"/none", 0)}, "STATUS_RETRIEVAL_ERROR"},
		"revoked and not there": {[]any{at(revocation, 1), at(pub.url+"/none", 0)}, "STATUS_VERIFICATION_ERROR"},
	} {
		doc := with(t, a.plain(in), obj{"issuer": p.did, "credentialStatus": tt.status})
		for form, vc := range map[string]obj{"proof": p.sign(doc), "token": vcJWT(p.jwt(doc))} {
			what := what + " " + form
			r := a.verify(in, vc, checks)
			if tt.kind == "" {
				r.accepted(t, what)
				a.verify(vcapi.Status, vc).accepted(t, what+", always checked")
			} else {
				r.refused(t, what)
				if !slices.Equal(r.types(), []string{tt.kind}) || !slices.Equal(r.codes(), []string{"status"}) {
					t.Errorf("%s: %v %v, want %s", what, r.types(), r.codes(), tt.kind)
				}
				a.verify(vcapi.Status, vc).refused(t, what+", always checked")
			}
			r = none.verify(in, vc, checks)
			r.refused(t, what+", nothing is fetched")
			if tt.kind == "" && !slices.Equal(r.types(), []string{"STATUS_RETRIEVAL_ERROR"}) {
				t.Errorf("%s, nothing is fetched: %v", what, r.types())
			}
			a.verify(in, vc).accepted(t, what+", not asked")
		}
	}

	// For a credential that nobody signed nothing is fetched.
	pub.mu.Lock()
	before := pub.asked
	pub.mu.Unlock()
	doc := with(t, a.plain(in), obj{"issuer": p.did, "credentialStatus": at(pub.url+"/new", 0)})
	a.verify(in, with(t, p.sign(doc), obj{"id": "urn:uuid:1"}), checks).refused(t, "changed")
	a.verify(in, vcJWT(other.jwt(doc, obj{"kid": p.vm})), checks).refused(t, "signed by another")
	a.verify(vcapi.Status, doc).refused(t, "unsigned")
	pub.mu.Lock()
	defer pub.mu.Unlock()
	if pub.asked != before {
		t.Errorf("%d requests", pub.asked-before)
	}
}

// deflated is the inverse of inflated.
func deflated(t *testing.T, data []byte) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return "u" + base64.RawURLEncoding.EncodeToString(out.Bytes())
}

// TestListAnswers: what a list is served as, and that it need not be sent again.
func TestListAnswers(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	vc := a.issued(vcapi.Status, a.unsaid("urn:uuid:1"))
	address := strings.TrimPrefix(entriesOf(vc)[0]["statusListCredential"].(string), a.url)
	ask := func(method string, h http.Header) reply {
		t.Helper()
		return a.raw(method, address, h)
	}
	for accept, want := range map[string]string{
		"":                                      "application/json",
		"*/*":                                   "application/json",
		"application/*":                         "application/json",
		"text/html":                             "application/json",
		"application/json":                      "application/json",
		"Application/LD+JSON, application/json": "application/json",
		"application/ld+json, */*;q=0.1":        "application/ld+json",
		"application/vc":                        "application/vc",
		"application/vc;q=0.9, application/vc+jwt":  "application/vc+jwt",
		"application/vc+jwt;q=0, application/*":     "application/json",
		"application/vc+jwt;q=x, application/vc":    "application/vc",
		"application/json;q=0.5,application/vc+jwt": "application/vc+jwt",
	} {
		h := http.Header{}
		if accept != "" {
			h.Set("Accept", accept)
		}
		res := ask(http.MethodGet, h)
		if res.status != http.StatusOK || res.header.Get("Content-Type") != want {
			t.Errorf("%q: %d %s, want %s", accept, res.status, res.header.Get("Content-Type"), want)
		}
		if token := !strings.HasPrefix(res.text, "{"); token != (want == "application/vc+jwt") {
			t.Errorf("%q: %.40s", accept, res.text)
		}
		if res.header.Get("Cache-Control") != "no-cache" || !strings.Contains(strings.Join(res.header.Values("Vary"), ","), "Accept") {
			t.Errorf("%q: headers %v", accept, res.header)
		}
	}
	first := ask(http.MethodGet, http.Header{})
	tag := first.header.Get("ETag")
	if res := ask(http.MethodGet, http.Header{"If-None-Match": {tag}}); res.status != http.StatusNotModified || res.text != "" || res.header.Get("ETag") != tag {
		t.Errorf("not modified: %d %q", res.status, res.text)
	}
	if res := ask(http.MethodHead, http.Header{}); res.status != http.StatusOK || res.text != "" || res.header.Get("ETag") != tag {
		t.Errorf("HEAD: %d %q", res.status, res.text)
	}
	if res := ask(http.MethodGet, http.Header{"If-None-Match": {tag}, "Accept": {"application/vc+jwt"}}); res.status != http.StatusOK {
		t.Errorf("the tag of another form: %d", res.status)
	}
	a.set("urn:uuid:1", "revocation")
	if res := ask(http.MethodGet, http.Header{"If-None-Match": {tag}}); res.status != http.StatusOK || res.header.Get("ETag") == tag {
		t.Errorf("changed: %d", res.status)
	}
}

// TestListIsSignedAnew at half of its time, and so never expires.
func TestListIsSignedAnew(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	clock := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return clock }
	a := newAPI(t, func(c *vcapi.Config) { c.Now = now })
	vc := a.issued(vcapi.Status, a.unsaid("urn:uuid:1"))
	address := entriesOf(vc)[0]["statusListCredential"].(string)
	from := func() string { return a.get(address, "").body["validFrom"].(string) }
	for _, tt := range []struct {
		after time.Duration
		anew  bool
	}{{0, false}, {11 * time.Hour, false}, {12 * time.Hour, true}, {100 * time.Hour, true}} {
		before := from()
		mu.Lock()
		clock = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC).Add(tt.after)
		mu.Unlock()
		if anew := from() != before; anew != tt.anew {
			t.Errorf("after %s: signed anew %v", tt.after, anew)
		}
		a.verify(vcapi.Status, vc).accepted(t, fmt.Sprint("after ", tt.after))
	}
}

// TestListsNeedAnOrigin: an address of a list that leads nowhere is not issued.
func TestListsNeedAnOrigin(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "vc.example", "ftp://vc.example", "https://", "https://vc.example/", "https://vc.example/a", "https://u@vc.example", "https://vc.example?a", "https://vc.example#a", "%"} {
		cfg := demoConfig(t)
		cfg.PublicURL = url
		if _, err := vcapi.New(cfg); err == nil {
			t.Errorf("%q: no error", url)
		}
	}
	cfg := demoConfig(t)
	cfg.PublicURL = ""
	cfg.Instances = slices.DeleteFunc(cfg.Instances, func(in vcapi.Instance) bool { return in.Status })
	if _, err := vcapi.New(cfg); err != nil {
		t.Errorf("without lists: %v", err)
	}
	both := demoConfig(t).Instances[0]
	both.Token = true
	if _, err := vcapi.New(vcapi.Config{Instances: []vcapi.Instance{both}}); err == nil {
		t.Error("a token and a suite: no error")
	}
}
