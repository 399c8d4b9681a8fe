package vcapi_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/web/openapi/openapitest"
	"github.com/probatum/probatum/web/vcapi"
)

// An obj is a JSON object of a test.
type obj = map[string]any

// An api is a server with the instances of the demo.
type api struct {
	t   testing.TB
	url string
	ids map[string]string // instance → its identifier
}

// newAPI starts a server. The clock runs; change may alter the configuration.
func newAPI(t testing.TB, change ...func(*vcapi.Config)) *api {
	t.Helper()
	return newAPIFrom(t, vcapi.New, change...)
}

func newAPIFrom(t testing.TB, maker func(vcapi.Config) (http.Handler, error), change ...func(*vcapi.Config)) *api {
	t.Helper()
	cfg := demoConfig(t)
	srv := httptest.NewUnstartedServer(nil)
	cfg.PublicURL = "http://" + srv.Listener.Addr().String()
	for _, c := range change {
		c(&cfg)
	}
	h, err := maker(cfg)
	if err != nil {
		srv.Close()
		t.Fatalf("New: %v", err)
	}
	srv.Config.Handler = openapitest.Check(t, h, "vcapi")
	srv.Start()
	return served(t, cfg, srv)
}

func demoConfig(t testing.TB) vcapi.Config {
	t.Helper()
	instances, err := vcapi.Demo()
	if err != nil {
		t.Fatalf("Demo: %v", err)
	}
	return vcapi.Config{Instances: instances, Log: slog.New(slog.DiscardHandler), PublicURL: "https://vc.example"}
}

func serve(t testing.TB, cfg vcapi.Config, h http.Handler) *api {
	t.Helper()
	return served(t, cfg, httptest.NewServer(openapitest.Check(t, h, "vcapi")))
}

func served(t testing.TB, cfg vcapi.Config, srv *httptest.Server) *api {
	t.Helper()
	t.Cleanup(srv.Close)
	a := &api{t: t, url: srv.URL, ids: map[string]string{}}
	for _, in := range cfg.Instances {
		id, err := in.ID()
		if err != nil {
			t.Fatalf("ID of %s: %v", in.Name, err)
		}
		a.ids[in.Name] = id
	}
	return a
}

// A reply is what the server answered.
type reply struct {
	status int
	header http.Header
	text   string
	body   obj
}

// post sends v as JSON, or as it is if it is bytes or a string.
func (a *api) post(path string, v any) reply {
	a.t.Helper()
	return a.send(http.MethodPost, path, v, http.Header{"Content-Type": {"application/json"}})
}

func (a *api) send(method, path string, v any, header http.Header) reply {
	a.t.Helper()
	r := a.raw(method, path, header, a.bytes(v)...)
	if err := json.Unmarshal([]byte(r.text), &r.body); err != nil {
		a.t.Fatalf("%s %s: %d, no JSON object: %s", method, path, r.status, r.text)
	}
	return r
}

// raw sends bytes and gives the answer, whatever it is.
func (a *api) raw(method, path string, header http.Header, data ...byte) reply {
	a.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, a.url+path, bytes.NewReader(data))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header = header
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	return reply{status: res.StatusCode, header: res.Header, text: string(text)}
}

// bytes writes v as JSON, or as it is if it is bytes or a string.
func (a *api) bytes(v any) []byte {
	a.t.Helper()
	switch v := v.(type) {
	case nil:
		return nil
	case []byte:
		return v
	case string:
		return []byte(v)
	}
	return encode(a.t, v)
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(buf.Bytes())
}

func (a *api) issue(instance string, credential any, options ...obj) reply {
	a.t.Helper()
	return a.post("/vc-api/"+instance+"/credentials/issue", request("credential", credential, options))
}

func (a *api) verify(instance string, credential any, options ...obj) reply {
	a.t.Helper()
	return a.post("/vc-api/"+instance+"/credentials/verify", request("verifiableCredential", credential, options))
}

func (a *api) derive(instance string, credential any, options ...obj) reply {
	a.t.Helper()
	return a.post("/vc-api/"+instance+"/credentials/derive", request("verifiableCredential", credential, options))
}

func (a *api) present(instance string, presentation any, options ...obj) reply {
	a.t.Helper()
	return a.post("/vc-api/"+instance+"/presentations/verify", request("verifiablePresentation", presentation, options))
}

func request(name string, v any, options []obj) obj {
	body := obj{name: v}
	if len(options) > 0 {
		body["options"] = options[0]
	}
	return body
}

// issued gives an issued credential.
func (a *api) issued(instance string, credential any, options ...obj) obj {
	a.t.Helper()
	r := a.issue(instance, credential, options...)
	if r.status != http.StatusCreated {
		a.t.Fatalf("issue at %s: %d %s", instance, r.status, r.text)
	}
	return r.body["verifiableCredential"].(obj)
}

// plain is a credential that every instance issues.
func (a *api) plain(instance string) obj {
	return obj{
		"@context":          []any{contexts.CredentialsV2},
		"id":                "urn:uuid:36245ee9-9074-4b05-a777-febff2e69757",
		"type":              []any{"VerifiableCredential"},
		"issuer":            a.ids[instance],
		"validFrom":         "2024-01-01T00:00:00Z",
		"credentialSubject": obj{"id": "urn:uuid:1a0e4ef5-091f-4060-842e-18e519ab9440", "name": "Alice"},
	}
}

// old is a credential of VC Data Model 1.1.
func (a *api) old(instance string) obj {
	return obj{
		"@context":          []any{contexts.CredentialsV1},
		"id":                "urn:uuid:36245ee9-9074-4b05-a777-febff2e69758",
		"type":              []any{"VerifiableCredential"},
		"issuer":            a.ids[instance],
		"issuanceDate":      "2024-01-01T00:00:00Z",
		"credentialSubject": obj{"id": "did:example:alice"},
	}
}

// copyOf gives a deep copy of JSON.
func copyOf[T any](t testing.TB, v T) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(encode(t, v), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// with gives a copy of an object with members changed; nil drops one, null is
// json null.
func with(t testing.TB, o obj, members obj) obj {
	t.Helper()
	out := copyOf(t, o)
	for name, v := range members {
		if v == nil {
			delete(out, name)
			continue
		}
		out[name] = v
	}
	return out
}

// withProof gives a copy of a secured document with members of its one proof
// changed.
func withProof(t testing.TB, o obj, members obj) obj {
	t.Helper()
	out := copyOf(t, o)
	out["proof"] = with(t, out["proof"].(obj), members)
	return out
}

var null = json.RawMessage("null")

// types gives the names of the problem types of an answer, behind the #.
func (r reply) types() []string {
	set := map[string]bool{}
	for _, p := range r.list("problemDetails") {
		_, name, _ := strings.Cut(p["type"].(string), "#")
		set[name] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// codes gives the codes of the problems.
func (r reply) codes() []string {
	set := map[string]bool{}
	for _, p := range r.list("problemDetails") {
		code, _ := p["code"].(string)
		set[code] = true
	}
	return slices.Sorted(maps.Keys(set))
}

func (r reply) list(name string) []obj {
	var out []obj
	for _, v := range asList(r.body[name]) {
		out = append(out, v.(obj))
	}
	return out
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

// refused fails the test unless the answer says, in the form that is promised,
// that nothing was verified.
func (r reply) refused(t testing.TB, what string) {
	t.Helper()
	if r.status != http.StatusBadRequest {
		t.Fatalf("%s: status %d, want 400: %s", what, r.status, r.text)
	}
	if v, ok := r.body["verified"].(bool); !ok || v {
		t.Errorf("%s: verified is %v", what, r.body["verified"])
	}
	r.complete(t, what)
	if len(r.list("problemDetails")) == 0 {
		t.Errorf("%s: no problem is told", what)
	}
	if _, ok := r.body["results"].([]any); !ok {
		t.Errorf("%s: results are %v", what, r.body["results"])
	}
}

// complete fails the test unless every problem is told whole, in words.
func (r reply) complete(t testing.TB, what string) {
	t.Helper()
	known := vcapi.TypeURLs()
	for _, list := range []string{"problemDetails", "warnings"} {
		for _, p := range r.list(list) {
			if kind, _ := p["type"].(string); !slices.Contains(known, kind) {
				t.Errorf("%s: type %v is not of the table", what, p["type"])
			}
			for _, name := range []string{"title", "detail"} {
				text, _ := p[name].(string)
				if text == "" || strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || messageKey(text) {
					t.Errorf("%s: %s of a problem is %q", what, name, text)
				}
			}
			if list == "problemDetails" && p["code"] == nil {
				t.Errorf("%s: a problem has no code: %v", what, p)
			}
		}
	}
}

// messageKey tells a text that is the key of a message that no catalogue has.
func messageKey(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	return strings.Count(word, ".") > 1 && strings.ToLower(word[:1]) == word[:1] && !strings.Contains(word, "/")
}

// accepted fails the test unless everything was verified.
func (r reply) accepted(t testing.TB, what string) {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("%s: status %d, want 200: %s", what, r.status, r.text)
	}
	if r.body["verified"] != true {
		t.Errorf("%s: verified is %v", what, r.body["verified"])
	}
	if list, ok := r.body["problemDetails"].([]any); !ok || len(list) != 0 {
		t.Errorf("%s: problemDetails are %v", what, r.body["problemDetails"])
	}
	if len(r.list("results")) == 0 {
		t.Errorf("%s: no results", what)
	}
	r.complete(t, what)
}

// A party is somebody with a key of their own, outside the server.
type party struct {
	t       testing.TB
	engine  *integrity.Engine
	key     crypto.Signer
	did, vm string
}

func newParty(t testing.TB) *party {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return partyOf(t, key)
}

func newECDSAParty(t testing.TB, c elliptic.Curve) *party {
	t.Helper()
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return partyOf(t, key)
}

func partyOf(t testing.TB, key crypto.Signer) *party {
	t.Helper()
	beside := map[string][]byte{}
	for _, url := range []string{contexts.CredentialsExamplesV2, contexts.Ed25519Signature2020V1} {
		data, ok := contexts.Bytes(url)
		if !ok {
			t.Fatalf("context %s is not there", url)
		}
		beside[url] = data
	}
	known, err := canon.NewContexts(canon.ContextsConfig{Documents: beside, AnyList: true, Inline: true})
	if err != nil {
		t.Fatal(err)
	}
	did, err := keys.DIDKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	multikey, err := keys.Multikey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return &party{
		t: t, key: key, did: did, vm: did + "#" + multikey,
		engine: integrity.New(integrity.Config{Canon: canon.New(canon.Config{Contexts: known})}),
	}
}

// sign secures a document with the key of the party.
func (p *party) sign(doc obj, change ...func(*integrity.ProofOptions)) obj {
	p.t.Helper()
	signed, err := p.trySign(encode(p.t, doc), change...)
	if err != nil {
		p.t.Fatalf("signing: %v", err)
	}
	var out obj
	if err := json.Unmarshal(signed, &out); err != nil {
		p.t.Fatal(err)
	}
	return out
}

func (p *party) trySign(doc []byte, change ...func(*integrity.ProofOptions)) ([]byte, error) {
	suite, err := integrity.SuiteFor(p.key.Public())
	if err != nil {
		return nil, err
	}
	o := integrity.ProofOptions{Cryptosuite: suite, VerificationMethod: p.vm, Created: time.Now()}
	for _, c := range change {
		c(&o)
	}
	ctx := context.Background()
	prepared, err := p.engine.Prepare(ctx, doc, o)
	if err != nil {
		return nil, err
	}
	return p.engine.Sign(ctx, prepared, p.key)
}

// authenticating makes the proof of a presentation.
func authenticating(challenge, domain string) func(*integrity.ProofOptions) {
	return func(o *integrity.ProofOptions) {
		o.Purpose = integrity.Authentication
		o.Challenge = challenge
		if domain != "" {
			o.Domain = []string{domain}
		}
	}
}
