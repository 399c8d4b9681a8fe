package vcapi_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/web/vcapi"
)

// poison is a subject with n parts that all point at each other and that nothing
// tells apart.
func poison(n int) obj {
	list := make([]any, n)
	for i := range list {
		to := make([]any, 0, n)
		for j := range n {
			if i != j {
				to = append(to, obj{"id": fmt.Sprintf("_:b%d", j)})
			}
		}
		list[i] = obj{"id": fmt.Sprintf("_:b%d", i), "links": to}
	}
	return obj{"id": "did:example:a", "links": list}
}

// twins is a subject with n parts without identifiers, each of them a tree like
// the others.
func twins(n, depth int) obj {
	var tree func(d int) any
	tree = func(d int) any {
		if d == 0 {
			return obj{"links": []any{obj{"type": "Part"}, obj{"type": "Other"}}}
		}
		return obj{"links": []any{tree(d - 1), obj{"type": "Part", "links": tree(d - 1)}}}
	}
	list := make([]any, n)
	for i := range list {
		list[i] = obj{"type": "Part", "links": tree(depth)}
	}
	return obj{"id": "did:example:a", "links": list}
}

var linked = []any{contexts.CredentialsV2, obj{
	"links": obj{"@id": "https://example.org/#links", "@type": "@id"}, "Part": "https://example.org/#Part", "Other": "https://example.org/#Other",
}}

// TestResourceAttacks sends what is made to cost much. Every answer comes in
// time, is a refusal, and leaves nothing behind.
func TestResourceAttacks(t *testing.T) {
	a, idle := probed(t)
	in := vcapi.Ed25519RDFC
	proof := a.issued(in, a.plain(in))["proof"]
	attack := func(change obj) any {
		return with(t, a.plain(in), with(t, obj{"proof": proof}, change))
	}
	raw := func(member string) string {
		return strings.TrimSuffix(string(encode(t, attack(obj{}))), "}") + "," + member + "}"
	}
	attacks := map[string]any{
		"8 linked nodes":       attack(obj{"@context": linked, "credentialSubject": poison(8)}),
		"10 linked nodes":      attack(obj{"@context": linked, "credentialSubject": poison(10)}),
		"14 linked nodes":      attack(obj{"@context": linked, "credentialSubject": poison(14)}),
		"40 linked nodes":      attack(obj{"@context": linked, "credentialSubject": poison(40)}),
		"many like trees":      attack(obj{"@context": linked, "credentialSubject": twins(200, 3)}),
		"9,000 levels":         raw(`"name":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000)),
		"200,000 levels":       raw(`"name":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000)),
		"60 levels of objects": raw(`"evidence":` + strings.Repeat(`{"evidence":`, 60) + `{}` + strings.Repeat("}", 60)),
		"100,000 members":      raw(members(100_000)),
		"50,000 types":         raw(`"evidence":{"type":[` + strings.Repeat(`"https://example.org/#a",`, 50_000) + `"x"]}`),
		"a long number":        raw(`"credentialStatus":{"statusListIndex":` + strings.Repeat("9", 100_000) + `}`),
		"an 8 MB string":       raw(`"name":"` + strings.Repeat("x", 8<<20) + `"`),
		"a 1.9 MB string":      raw(`"name":"` + strings.Repeat("x", 1_900_000) + `"`),
		"1,000 proofs":         attack(obj{"proof": repeat(proof, 1000)}),
		"a context of terms":   attack(obj{"@context": []any{contexts.CredentialsV2, terms(5000)}}),
		"2,000 contexts":       attack(obj{"@context": append([]any{contexts.CredentialsV2}, repeat(obj{"a": "https://example.org/#a"}, 2000)...)}),
		"languages":            attack(obj{"name": repeat(obj{"@value": "x", "@language": "en"}, 5000)}),
	}
	for what, vc := range attacks {
		for _, path := range []string{"/credentials/verify", "/credentials/issue"} {
			body := `{"verifiableCredential":`
			if strings.HasSuffix(path, "issue") {
				body = `{"credential":`
			}
			switch v := vc.(type) {
			case string:
				body += v + "}"
			default:
				body += string(encode(t, v)) + "}"
			}
			var r reply
			took := testkit.InTime(t, what+" at "+path, func() { r = a.post("/vc-api/"+in+path, body) })
			switch {
			case r.status == http.StatusCreated: // dear, but harmless: it was issued in time
			case r.status == http.StatusOK && strings.Contains(what, "context"): // nothing is said otherwise than before
			case r.status == http.StatusBadRequest, r.status == http.StatusRequestEntityTooLarge, r.status == http.StatusUnprocessableEntity:
				r.complete(t, what)
			default:
				t.Errorf("%s at %s: %d %.300s", what, path, r.status, r.text)
			}
			if len(r.text) > 20_000 && r.status != http.StatusCreated {
				t.Errorf("%s at %s: an answer of %d bytes", what, path, len(r.text))
			}
			t.Logf("%-22s %-20s %d %v %s", what, path, r.status, r.body["code"], took.Round(time.Millisecond))
		}
	}
	if !idle() {
		t.Error("work goes on behind the answers")
	}
	a.verify(in, a.issued(in, a.plain(in))).accepted(t, "a harmless one, after all")
}

func members(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, `"m%d":1,`, i)
	}
	return strings.TrimSuffix(out.String(), ",")
}

func terms(n int) obj {
	out := obj{}
	for i := range n {
		out[fmt.Sprintf("term%d", i)] = fmt.Sprintf("https://example.org/#term%d", i)
	}
	return out
}

func repeat(v any, n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// TestPresentationAttack: a presentation may hold many credentials that each
// cost something.
func TestPresentationAttack(t *testing.T) {
	a, idle := probed(t)
	p := newParty(t)
	vc := p.sign(with(t, a.plain(vcapi.P256RDFC), obj{"issuer": p.did}))
	bad := with(t, vc, obj{"@context": linked, "credentialSubject": twins(20, 3)})
	list := make([]any, 32)
	for i := range list {
		list[i] = with(t, bad, obj{"id": fmt.Sprintf("urn:example:%d", i)})
	}
	vp := with(t, presentation(p.did, list...), obj{"proof": p.sign(presentation(p.did), authenticating(challenge, domain))["proof"]})
	testkit.InTime(t, "32 credentials", func() { a.present(vcapi.P256RDFC, vp, asked).refused(t, "32 credentials") })
	if !idle() {
		t.Error("work goes on behind the answer")
	}
}

// TestMany sends attacks and harmless requests at once: each has its answer in
// time, and the harmless ones are not refused for the others.
func TestMany(t *testing.T) {
	a, idle := probed(t)
	in := vcapi.Ed25519RDFC
	vc := a.issued(in, a.plain(in))
	bad := with(t, vc, obj{"@context": linked, "credentialSubject": poison(14)})
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			doc := vc
			if i%2 == 0 {
				doc = bad
			}
			r := a.verify(in, doc)
			switch {
			case r.status == http.StatusServiceUnavailable: // told to come back
			case i%2 == 0 && r.status != http.StatusBadRequest, i%2 == 1 && r.status != http.StatusOK:
				t.Errorf("request %d: %d %.300s", i, r.status, r.text)
			}
		})
	}
	wg.Wait()
	if !idle() {
		t.Error("work goes on behind the answers")
	}
	http.DefaultClient.CloseIdleConnections()
	if after := runtime.NumGoroutine(); after > before+100 {
		t.Errorf("%d goroutines, %d before", after, before)
	}
}

// probed gives a server and a function that waits until it is idle.
func probed(t *testing.T) (*api, func() bool) {
	t.Helper()
	cfg := demoConfig(t)
	h, err := vcapi.NewProbe(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, cfg, h), func() bool {
		for start := time.Now(); time.Since(start) < time.Second; runtime.Gosched() {
			if vcapi.Idle(h) {
				return true
			}
		}
		return false
	}
}
