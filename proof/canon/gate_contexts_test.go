package canon_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/proof/canon"
)

// withContext writes a document under an @context.
func withContext(own string) string {
	return `{"@context":` + own + `,"type":["VerifiableCredential"],"issuer":"did:example:a"}`
}

func quotedList(urls ...string) string { return `["` + strings.Join(urls, `","`) + `"]` }

// TestContextLists: the lists of the product and no others; those of a test
// instance.
func TestContextLists(t *testing.T) {
	t.Parallel()
	const v1, v2, elm, badge = contexts.CredentialsV1, contexts.CredentialsV2, contexts.ELMV1, contexts.OpenBadges303
	di1, di2 := contexts.DataIntegrityV1, contexts.DataIntegrityV2
	product, instance := canon.New(canon.Config{}), canon.New(canon.Config{Contexts: inlineContexts()})
	for _, tt := range []struct {
		own      string
		key      string // the product's refusal; nothing for none
		instance string
	}{
		{quotedList(v2), "", ""},
		{`"` + v2 + `"`, "", ""},
		{quotedList(v2, elm), "", ""},
		{quotedList(v2, badge), "", ""},
		{quotedList(v1, di2), "", ""},
		{quotedList(v1, di1), "", ""},
		{quotedList(v1), "proof.canon.context.list", ""},
		{quotedList(v1, di1, di2), "proof.canon.context.list", "proof.canon.context.inline"}, // they redefine each other's terms
		{quotedList(v2, elm, badge), "proof.canon.context.list", "proof.canon.context.inline"},
		{quotedList(v2, v2), "proof.canon.context.list", "proof.canon.context.list"},
		{quotedList(elm, v2), "proof.canon.context.list", "proof.canon.context.list"},
		{quotedList(elm), "proof.canon.context.list", "proof.canon.context.list"},
		{quotedList(v2, v1), "proof.canon.context.list", "proof.canon.context.inline"},
		{quotedList(v2 + "/"), "proof.canon.context.unknown", "proof.canon.context.unknown"},
		{quotedList(strings.ToUpper(v2)), "proof.canon.context.unknown", "proof.canon.context.unknown"},
		{quotedList(v2, "https://example.org/context"), "proof.canon.context.unknown", "proof.canon.context.unknown"},
		{quotedList(v2, contexts.CredentialsExamplesV2), "proof.canon.context.unknown", "proof.canon.context.unknown"},
		{quotedList(strings.Replace(v2, "https", "http", 1)), "proof.canon.context.unknown", "proof.canon.context.unknown"},
		{`[]`, "proof.canon.context.list", "proof.canon.context.list"},
		{`null`, "proof.canon.context.list", "proof.canon.context.list"},
		{`[null]`, "proof.canon.context.list", "proof.canon.context.list"},
		{`7`, "proof.canon.context.list", "proof.canon.context.list"},
		{`{}`, "proof.canon.context.list", "proof.canon.context.list"},
		{`["` + v2 + `",["` + elm + `"]]`, "proof.canon.context.list", "proof.canon.context.list"},
		{`["` + v2 + `",{"a":"urn:x:y"}]`, "proof.canon.context.inline", ""},
		{`["` + v2 + `",{"a":"urn:x:y"},{"b":"urn:x:z"}]`, "proof.canon.context.inline", ""},
		{`["` + v2 + `",{"a":"urn:x:y"},{"a":"urn:x:y"}]`, "proof.canon.context.list", "proof.canon.context.list"},
		{`["` + v2 + `",{"a":"urn:x:y","b":"urn:x:z"},{"b":"urn:x:z","a":"urn:x:y"}]`, "proof.canon.context.list", "proof.canon.context.list"},
		{`[{"a":"urn:x:y"},"` + v2 + `"]`, "proof.canon.context.list", "proof.canon.context.list"},
		{`["` + v2 + `",{"a":"urn:x:y"},"` + elm + `"]`, "proof.canon.context.list", "proof.canon.context.list"},
	} {
		for _, of := range []struct {
			name string
			p    *canon.Processor
			key  string
		}{{"product", product, tt.key}, {"instance", instance, tt.instance}} {
			doc := withContext(tt.own)
			_, err := of.p.Dataset(t.Context(), []byte(doc))
			switch {
			case of.key == "" && err != nil:
				t.Errorf("%s: %s: %v", of.name, tt.own, err)
			case of.key != "" && (err == nil || refusal(t, err).Key != of.key || refusal(t, err).Kind != canon.Context):
				t.Errorf("%s: %s: %v, want %s", of.name, tt.own, err, of.key)
			}
			if of.key != "proof.canon.context.inline" || strings.Contains(tt.own, "{") { // what terms say is no matter of JSON
				if _, jcs := of.p.JCS([]byte(doc)); (jcs == nil) != (err == nil) {
					t.Errorf("%s: %s: as JSON %v, as RDF %v", of.name, tt.own, jcs, err)
				}
			}
		}
	}
	if _, err := product.Dataset(t.Context(), []byte(`{"type":["VerifiableCredential"]}`)); err == nil || refusal(t, err).Key != "proof.canon.context.missing" {
		t.Errorf("no @context: %v", err)
	}
}

// TestInlineContexts: what objects in a document may define.
func TestInlineContexts(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{Contexts: inlineContexts()})
	for _, tt := range []struct {
		object string
		good   bool
	}{
		{`{"a":"urn:x:a"}`, true},
		{`{"@context":{"a":"urn:x:a"}}`, true},
		{`{"@protected":true,"@version":1.1,"@vocab":null,"a":"urn:x:a"}`, true},
		{`{"a":{"@id":"urn:x:a","@type":"@id","@container":"@set"}}`, true},
		{`{"A":{"@id":"urn:x:A","@context":{"id":"@id","type":"@type","a":"urn:x:a"}}}`, true},
		{`{"a":{"@id":"urn:x:a","@type":"@json"}}`, true},
		{`{"id":"@id"}`, true}, // protected, and the same
		{`{"a":"relative"}`, false},
		{`{"a":"urn:x: a"}`, false},
		{`{"a":"schema:a"}`, true}, // no prefix of the contexts: an IRI
		{`{"p":"urn:x:","a":"p:a"}`, false},
		{`{"a":"_:b"}`, false},
		{`{"a":"@id"}`, false},
		{`{"a":null}`, false},
		{`{"a":7}`, false},
		{`{"a":{}}`, false},
		{`{"a":{"@id":null}}`, false},
		{`{"a":{"@id":"urn:x:a","@type":"relative"}}`, false},
		{`{"a":{"@id":"urn:x:a","@container":"@index"}}`, true}, // no document may use it
		{`{"a":{"@id":"urn:x:a","@container":"@unknown"}}`, false},
		{`{"a":{"@id":"urn:x:a","@language":"en"}}`, false},
		{`{"a":{"@id":"urn:x:a","@direction":"rtl"}}`, false},
		{`{"a":{"@id":"urn:x:a","@index":"name"}}`, false},
		{`{"a":{"@id":"urn:x:a","@nest":"@nest"}}`, false},
		{`{"a":{"@id":"urn:x:a","@prefix":true}}`, false},
		{`{"a":{"@reverse":"urn:x:a"}}`, false},
		{`{"a":{"@id":"urn:x:a","@context":"https://www.w3.org/ns/credentials/v2"}}`, false},
		{`{"a":{"@id":"urn:x:a","@context":null}}`, false},
		{`{"a":{"@id":"urn:x:a","@context":{"@vocab":"urn:x:"}}}`, false},
		{`{"@vocab":"urn:x:"}`, false},
		{`{"@base":"urn:x:"}`, false},
		{`{"@base":null}`, false},
		{`{"@language":"en"}`, false},
		{`{"@direction":"rtl"}`, false},
		{`{"@import":"https://www.w3.org/ns/credentials/v2"}`, false},
		{`{"@propagate":false}`, false},
		{`{"@version":1.0}`, false},
		{`{"@protected":"yes"}`, false},
		{`{"@unknown":"urn:x:a"}`, false},
		{`{"":"urn:x:a"}`, false},
		{`{"a:b":"urn:x:a"}`, false},
		{`{"https://example.org/a":"urn:x:a"}`, false},
		{`{"name":"urn:x:name"}`, false},
		{`{"name":"https://schema.org/name"}`, true}, // protected, and the same
		{`{"name":null}`, false},
		{`{"VerifiableCredential":"urn:x:other"}`, false},
		{`{"issuer":"urn:x:issuer"}`, false}, // at the top it is free; the type's context finds it protected against
		{`{"@protected":true,"a":"urn:x:a"},{"a":"urn:x:b"}`, false},
		{`{"a":"urn:x:a"},{"a":"urn:x:b"}`, true},
	} {
		_, err := p.Dataset(t.Context(), []byte(withContext(`["`+contexts.CredentialsV2+`",`+tt.object+`]`)))
		switch {
		case tt.good && err != nil:
			t.Errorf("%s: %v", tt.object, err)
		case !tt.good && tt.object != `{"issuer":"urn:x:issuer"}` && (err == nil || refusal(t, err).Kind != canon.Context):
			t.Errorf("%s: %v, want a refusal", tt.object, err)
		}
	}
	// Terms that no document may use, and twins of other terms.
	for _, tt := range []struct{ object, member, key string }{
		{`{"a":{"@id":"urn:x:a","@container":"@index"}}`, `"a":{"k":"x"}`, "proof.canon.keyword"},
		{`{"a":{"@id":"urn:x:a","@container":"@index"}}`, `"a":"x"`, "proof.canon.keyword"},
		{`{"a":{"@id":"urn:x:a","@container":"@id"}}`, `"a":{"urn:x:y":{"name":"x"}}`, "proof.canon.keyword"},
		{`{"a":"urn:x:a","b":"urn:x:a"}`, `"b":"x"`, "proof.canon.spelling"},
		{`{"label":"https://schema.org/name"}`, `"name":"x"`, "proof.canon.spelling"},
		{`{"a":{"@id":"http://www.w3.org/1999/02/22-rdf-syntax-ns#type","@type":"@id"}}`, `"a":"urn:x:y"`, "proof.canon.keyword"},
		{`{"a":{"@id":"http://www.w3.org/1999/02/22-rdf-syntax-ns#first"}}`, `"a":"x"`, "proof.canon.keyword"},
		{`{"a":{"@id":"urn:x:a","@type":"http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON"}}`, `"a":"{}"`, "proof.canon.literal"},
		{`{"did":"https://example.org/"}`, `"id":"did:x:y"`, "proof.canon.iri"}, // a prefix that catches identifiers
	} {
		doc := `{"@context":["` + contexts.CredentialsV2 + `",` + tt.object + `],"type":["VerifiableCredential"],` + tt.member + `}`
		if _, err := p.Dataset(t.Context(), []byte(doc)); err == nil || refusal(t, err).Key != tt.key {
			t.Errorf("%s: %v, want %s", doc, err, tt.key)
		}
	}
}

// TestVocabulary: under @vocab a name that only it can mean is said in one way.
func TestVocabulary(t *testing.T) {
	t.Parallel()
	examples, _ := contexts.Bytes(contexts.CredentialsExamplesV2)
	known, err := canon.NewContexts(canon.ContextsConfig{
		Documents: map[string][]byte{contexts.CredentialsExamplesV2: examples}, AnyList: true, Inline: true, Vocab: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	p := canon.New(canon.Config{Contexts: known})
	under := func(more string) string {
		return `{"@context":` + quotedList(contexts.CredentialsV2, contexts.CredentialsExamplesV2) + `,"type":["VerifiableCredential"],` + more + `}`
	}
	for more, key := range map[string]string{
		`"alumniOf":"x"`: "", `"credentialSubject":{"type":"Alumnus","name":"x"}`: "",
		`"https://www.w3.org/ns/credentials/examples#alumniOf":"x"`:                         "proof.canon.term",
		`"credentialSubject":{"type":"https://www.w3.org/ns/credentials/examples#Alumnus"}`: "proof.canon.spelling",
		// A name that differs only in case from a known one; a class may be called as a property is.
		`"Issuer":"urn:x:y"`: "proof.canon.term", `"evidence":{"type":["Evidence"],"name":"x"}`: "",
		`"evidence":{"type":["verifiablePresentation"],"name":"x"}`: "proof.canon.type",
		`"two words":"x"`: "proof.canon.term",
		`"":"x"`:          "proof.canon.term",
		`"@alumniOf":"x"`: "proof.canon.keyword",
		`"credentialSubject":{"type":"@Alumnus","name":"x"}`:             "proof.canon.type",
		`"credentialSubject":{"type":"verifiablecredential","name":"x"}`: "proof.canon.type",
		`"credentialSubject":{"id":"alumnus","name":"x"}`:                "proof.canon.iri",
	} {
		_, err := p.Dataset(t.Context(), []byte(under(more)))
		if key == "" && err != nil || key != "" && (err == nil || refusal(t, err).Key != key) {
			t.Errorf("%s: %v, want %q", more, err, key)
		}
	}
	inner := `{"@context":["` + contexts.CredentialsV2 + `",{"@vocab":"urn:x:"}],"type":["VerifiableCredential"],"a":"x"}`
	if _, err := p.Dataset(t.Context(), []byte(inner)); err != nil {
		t.Errorf("%s: %v", inner, err)
	}
}

// TestNewContextsRefuses: what is no context that we can read.
func TestNewContextsRefuses(t *testing.T) {
	t.Parallel()
	for url, doc := range map[string]string{
		"https://example.org/a": `{`,
		"https://example.org/b": `{}`,
		"https://example.org/c": `{"@context":{"@import":"https://example.org/a"}}`,
		"https://example.org/d": `{"@context":{"@base":"https://example.org/"}}`,
		"https://example.org/e": `{"@context":{"@language":"en"}}`,
		"https://example.org/f": `{"@context":"https://example.org/f"}`,
		"https://example.org/g": `{"@context":7}`,
		contexts.CredentialsV2:  `{"@context":{"name":"urn:x:name"}}`,
		"https://example.org/i": `{"@context":{"a":"urn:x:a","a":"urn:x:b"}}`,
	} {
		if _, err := canon.NewContexts(canon.ContextsConfig{Documents: map[string][]byte{url: []byte(doc)}, AnyList: true}); err == nil {
			t.Errorf("%s: %s is taken for a context", url, doc)
		}
	}
}

// TestParsedContextsChangeNothing: the library is given contexts that were parsed
// once; what it makes with them is what it makes with the list of URLs.
func TestParsedContextsChangeNothing(t *testing.T) {
	t.Parallel()
	ready, plain := canon.New(canon.Config{}), canon.New(canon.Config{Contexts: canon.Pinned().Plain()})
	docs := []string{}
	for _, doc := range documentTexts(t) {
		docs = append(docs, string(doc))
	}
	w := newWriter(t)
	for seed := range uint64(150) {
		doc, err := w.document(seed)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, string(doc))
	}
	passed := 0
	for _, doc := range docs {
		a, errA := form(t, ready, []byte(doc))
		b, errB := form(t, plain, []byte(doc))
		if a != b || (errA == nil) != (errB == nil) {
			t.Errorf("two readings of %s: %v, %v", doc, errA, errB)
		}
		if errA == nil {
			passed++
		}
	}
	if passed < 50 {
		t.Errorf("only %d documents compared", passed)
	}
}

// TestManyAtOnce: one set of contexts serves many at once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{})
	doc := documentTexts(t)["elm"]
	want, err := form(t, p, doc)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 5 {
				if got, err := form(t, p, doc); err != nil || got != want {
					t.Errorf("another form beside others: %v", err)
				}
			}
		})
	}
	wait.Wait()
}

// TestNothingIsFetched: whatever a document names, no connection is opened. The
// transport of the whole process is watched, for the library would use that, and a
// server stands ready where a URL points to one.
func TestNothingIsFetched(t *testing.T) { //nolint:paralleltest // watches the transport of the process
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Content-Type", "application/ld+json")
		_, _ = w.Write([]byte(`{"@context":{"name":"urn:x:name"}}`))
	}))
	defer server.Close()
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		t.Fatal("the default transport is none that can be watched")
	}
	dial := transport.DialContext
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		calls.Add(1)
		return nil, net.ErrClosed
	}
	defer func() { transport.DialContext = dial }()
	p, instance := canon.New(canon.Config{}), canon.New(canon.Config{Contexts: inlineContexts()})
	for _, doc := range []string{
		withContext(quotedList(server.URL)),
		withContext(quotedList(contexts.CredentialsV2, server.URL)),
		withContext(`["` + contexts.CredentialsV2 + `",{"@import":"` + server.URL + `"}]`),
		withContext(`["` + contexts.CredentialsV2 + `",{"a":{"@id":"urn:x:a","@context":"` + server.URL + `"}}]`),
		`{` + dataModel + `,"credentialSubject":{"@context":"` + server.URL + `","name":"x"}}`,
		`{` + dataModel + `,"id":"` + server.URL + `","name":"x"}`,
		`{` + shown + `,"verifiableCredential":` + withContext(quotedList(server.URL)) + `}`,
		`"` + server.URL + `"`,
	} {
		for _, p := range []*canon.Processor{p, instance} {
			_, err := p.Dataset(t.Context(), []byte(doc))
			if err == nil && !strings.Contains(doc, `"id":"`+server.URL) {
				t.Errorf("%s passes", doc)
			}
		}
	}
	for _, url := range []string{server.URL, "file:///etc/hostname", contexts.CredentialsV2 + "#", ""} {
		if err := canon.Pinned().Load(url); err == nil {
			t.Errorf("the loader knows %q", url)
		}
	}
	if err := canon.Pinned().Load(contexts.CredentialsV2); err != nil {
		t.Error(err)
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d connections were asked for", n)
	}
}

// TestProductContexts: the product takes no context that is for tests.
func TestProductContexts(t *testing.T) {
	t.Parallel()
	for _, pin := range contexts.Pins() {
		err := canon.Pinned().Load(pin.URL)
		if pin.TestOnly != (err != nil) {
			t.Errorf("%s: for tests only is %v, and loading gives %v", pin.URL, pin.TestOnly, err)
		}
	}
	if !slices.ContainsFunc(contexts.Pins(), func(p contexts.Pin) bool { return p.TestOnly }) {
		t.Error("no context is for tests only: the test tests nothing")
	}
}
