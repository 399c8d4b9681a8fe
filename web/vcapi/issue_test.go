package vcapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/web/vcapi"
)

// instances are those that issue what a verifier accepts as it is.
var instances = []string{
	vcapi.Ed25519RDFC, vcapi.Ed25519JCS, vcapi.P256RDFC, vcapi.P384RDFC, vcapi.P256JCS, vcapi.P384JCS, vcapi.ConformanceCrypto,
}

var suites = map[string]string{
	vcapi.Ed25519RDFC: "eddsa-rdfc-2022", vcapi.Ed25519JCS: "eddsa-jcs-2022",
	vcapi.P256RDFC: "ecdsa-rdfc-2019", vcapi.P384RDFC: "ecdsa-rdfc-2019", vcapi.ConformanceCrypto: "ecdsa-rdfc-2019",
	vcapi.Status: "eddsa-rdfc-2022", vcapi.P256JCS: "ecdsa-jcs-2019", vcapi.P384JCS: "ecdsa-jcs-2019", vcapi.P256SD: "ecdsa-sd-2023",
}

func TestIssueThenVerify(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	for _, in := range instances {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			a := *a
			a.t = t
			for what, credential := range map[string]obj{"2.0": a.plain(in), "1.1": a.old(in)} {
				vc := a.issued(in, credential)
				for _, at := range instances { // every instance verifies everything
					a.verify(at, vc, obj{"checks": []string{"proof"}}).accepted(t, what+" at "+at)
				}
				a.verify(in, with(t, vc, obj{"credentialSubject": obj{"id": "did:example:bob"}})).refused(t, what+" changed")
			}
		})
	}
}

// TestIssueKeepsWhatItIsGiven: beside the proof nothing changes, and what does
// is told.
func TestIssueKeepsWhatItIsGiven(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Ed25519RDFC
	const odd = `{"issuer": %, "type":["VerifiableCredential"], "credentialSubject":{"id":"did:example:a","name":"A\u003cb\u003e \ud83c\udf93 \u202e&"},
		"@context":["https://www.w3.org/ns/credentials/v2"]}`
	r := a.post("/vc-api/"+in+"/credentials/issue", `{"credential":`+strings.Replace(odd, "%", `"`+a.ids[in]+`"`, 1)+`}`)
	if r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.text)
	}
	if !strings.Contains(r.text, `"name":"A\u003cb\u003e \ud83c\udf93 \u202e&"`) {
		t.Errorf("the text of a value changed: %s", r.text)
	}
	vc := r.body["verifiableCredential"].(obj)
	if _, there := vc["id"]; there {
		t.Error("an id was made up")
	}
	if r.body["warnings"] != nil {
		t.Errorf("warnings without a reason: %v", r.body["warnings"])
	}
	order := []string{"issuer", "type", "credentialSubject", "@context"}
	last := -1
	for _, name := range order {
		i := strings.Index(r.text, `"`+name+`":`)
		if i < last {
			t.Errorf("the order of members changed: %s", r.text)
		}
		last = i
	}
	a.verify(in, vc).accepted(t, "issued")
}

func TestIssuer(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.P256RDFC
	for what, issuer := range map[string]any{
		"own":            a.ids[in],
		"another DID":    "did:example:issuer",
		"a URL":          "https://university.example/issuers/565049",
		"an object":      obj{"id": "did:example:issuer", "name": "Example University"},
		"its own object": obj{"id": a.ids[in], "name": obj{"@value": "École", "@language": "fr"}},
	} {
		r := a.issue(in, with(t, a.plain(in), obj{"issuer": issuer}))
		if r.status != http.StatusCreated {
			t.Errorf("%s: %d %s", what, r.status, r.text)
			continue
		}
		vc := r.body["verifiableCredential"].(obj)
		got := vc["issuer"]
		if o, ok := got.(obj); ok {
			got = o["id"]
			if o["name"] == nil {
				t.Errorf("%s: the name is gone", what)
			}
		}
		if got != a.ids[in] {
			t.Errorf("%s: issuer is %v", what, got)
		}
		if own := strings.Contains(what, "own"); own != (r.body["warnings"] == nil) {
			t.Errorf("%s: warnings are %v", what, r.body["warnings"])
		}
		r.complete(t, what)
		a.verify(in, vc).accepted(t, what)
	}
	for what, issuer := range map[string]any{
		"missing": nil, "null": null, "a number": 4, "an array": []any{a.ids[in]}, "empty": "", "no URL": "issuer",
		"an object without id": obj{"name": "x"}, "id null": obj{"id": null}, "id no URL": obj{"id": "x"}, "id an array": obj{"id": []any{a.ids[in]}},
		"a boolean": true,
	} {
		r := a.issue(in, with(t, a.plain(in), obj{"issuer": issuer}))
		if r.status != http.StatusBadRequest || !slices.Contains(r.types(), "MALFORMED_VALUE_ERROR") {
			t.Errorf("%s: %d %s", what, r.status, r.text)
		}
	}
}

// TestIssueAddsTheContextOfTheProof: the base context of 1.1 does not define
// what a proof says.
func TestIssueAddsTheContextOfTheProof(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	for what, tt := range map[string]struct{ context, want any }{
		"none":    {[]any{contexts.CredentialsV1}, []any{contexts.CredentialsV1, contexts.DataIntegrityV2}},
		"a text":  {contexts.CredentialsV1, []any{contexts.CredentialsV1, contexts.DataIntegrityV2}},
		"v1":      {[]any{contexts.CredentialsV1, contexts.DataIntegrityV1}, []any{contexts.CredentialsV1, contexts.DataIntegrityV1}},
		"v2":      {[]any{contexts.CredentialsV1, contexts.DataIntegrityV2}, []any{contexts.CredentialsV1, contexts.DataIntegrityV2}},
		"objects": {[]any{contexts.CredentialsV1, obj{"name": "https://schema.org/name"}}, []any{contexts.CredentialsV1, contexts.DataIntegrityV2, obj{"name": "https://schema.org/name"}}},
	} {
		for _, in := range []string{vcapi.Ed25519RDFC, vcapi.P256JCS} {
			r := a.issue(in, with(t, a.old(in), obj{"@context": tt.context}))
			if r.status != http.StatusCreated {
				t.Errorf("%s: %d %s", what, r.status, r.text)
				continue
			}
			vc := r.body["verifiableCredential"].(obj)
			if got, want := string(encode(t, vc["@context"])), string(encode(t, tt.want)); got != want {
				t.Errorf("%s: context is %s, want %s", what, got, want)
			}
			a.verify(in, vc).accepted(t, what)
		}
	}
	// The base context of 2.0 does.
	vc := a.issued(vcapi.P256RDFC, a.plain(vcapi.P256RDFC))
	if got := asList(vc["@context"]); len(got) != 1 {
		t.Errorf("context of 2.0 is %v", got)
	}
}

func TestIssueRefuses(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.P256RDFC
	plain := a.plain(in)
	tests := map[string]struct {
		change obj
		status int
		kind   string
	}{
		"an undefined term":          {obj{"finalGrade": "x"}, 422, "DATA_LOSS_DETECTION_ERROR"},
		"an undefined term inside":   {obj{"credentialSubject": obj{"id": "did:example:a", "finalGrade": "x"}}, 422, "DATA_LOSS_DETECTION_ERROR"},
		"an undefined type":          {obj{"type": []any{"VerifiableCredential", "NoSuchCredential"}}, 422, "DATA_LOSS_DETECTION_ERROR"},
		"an unknown context":         {obj{"@context": []any{contexts.CredentialsV2, "https://unknown.example/v1"}}, 400, "MALFORMED_VALUE_ERROR"},
		"a context that is no URL":   {obj{"@context": []any{contexts.CredentialsV2, "https ://not-a-url/v1"}}, 400, "MALFORMED_VALUE_ERROR"},
		"no context":                 {obj{"@context": nil}, 400, "MALFORMED_VALUE_ERROR"},
		"a redefined term":           {obj{"@context": []any{contexts.CredentialsV2, obj{"VerifiableCredential": "https://example.org/#Bad"}}}, 400, "MALFORMED_VALUE_ERROR"},
		"no type":                    {obj{"type": nil}, 400, "MALFORMED_VALUE_ERROR"},
		"another type":               {obj{"type": []any{"https://example.org/#Other"}}, 400, "MALFORMED_VALUE_ERROR"},
		"no subject":                 {obj{"credentialSubject": nil}, 400, "MALFORMED_VALUE_ERROR"},
		"an id that is no URL":       {obj{"id": "x"}, 400, "MALFORMED_VALUE_ERROR"},
		"a date without zone":        {obj{"validFrom": "2024-01-01T00:00:00"}, 400, ""},
		"an end before the begin":    {obj{"validUntil": "2023-01-01T00:00:00Z"}, 400, "RANGE_ERROR"},
		"a status without type":      {obj{"credentialStatus": obj{"id": "did:example:status"}}, 400, "MALFORMED_VALUE_ERROR"},
		"a relative id of a subject": {obj{"credentialSubject": obj{"id": "alice", "name": "A"}}, 0, ""},
	}
	for what, tt := range tests {
		r := a.issue(in, with(t, plain, tt.change))
		if tt.status == 0 && (r.status == 400 || r.status == 422) { // either will do
			continue
		}
		if r.status != tt.status || tt.kind != "" && !slices.Contains(r.types(), tt.kind) {
			t.Errorf("%s: %d %v, want %d %s: %s", what, r.status, r.types(), tt.status, tt.kind, r.text)
			continue
		}
		problemDetails(t, r)
		if strings.Contains(r.text, "finalGrade") || strings.Contains(r.text, "NoSuch") || strings.Contains(r.text, "unknown.example") {
			t.Errorf("%s: the answer repeats the request: %s", what, r.text)
		}
	}
}

func TestIssueOptions(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Ed25519RDFC
	created := time.Now().UTC().Add(-time.Hour).Truncate(time.Second).Format(time.RFC3339)
	expires := time.Now().UTC().Add(time.Hour).Truncate(time.Second).Format(time.RFC3339)
	vc := a.issued(in, a.plain(in), obj{
		"created": created, "expires": expires, "challenge": "c", "domain": "d", "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022",
		"proofPurpose": "assertionMethod", "verificationMethod": a.ids[in] + "#" + strings.TrimPrefix(a.ids[in], "did:key:"),
	})
	proof := vc["proof"].(obj)
	for name, want := range map[string]any{"created": created, "expires": expires, "challenge": "c", "domain": "d"} {
		if proof[name] != want {
			t.Errorf("%s is %v, want %v", name, proof[name], want)
		}
	}
	a.verify(in, vc).accepted(t, "with options")

	r := a.issue(in, a.plain(in), obj{"extra": "x"})
	if r.status != http.StatusCreated || len(r.list("warnings")) != 1 {
		t.Errorf("an unknown option: %d %s", r.status, r.text)
	}
	for what, o := range map[string]obj{
		"another type":    {"type": "Ed25519Signature2020"},
		"another suite":   {"cryptosuite": "ecdsa-rdfc-2019"},
		"another purpose": {"proofPurpose": "authentication"},
		"another method":  {"verificationMethod": a.ids[vcapi.P256RDFC] + "#x"},
		"a status entry":  {"credentialStatus": obj{"type": "BitstringStatusListEntry"}},
	} {
		r := a.issue(in, a.plain(in), o)
		if r.status != http.StatusBadRequest || !slices.Equal(r.types(), []string{"PROOF_GENERATION_ERROR"}) {
			t.Errorf("%s: %d %s", what, r.status, r.text)
		}
	}
	if r := a.issue(in, a.plain(in), obj{"expires": "2020-01-01T00:00:00Z"}); r.status != http.StatusBadRequest {
		t.Errorf("a proof that has expired: %d %s", r.status, r.text)
	}
}

// TestIssueAmongProofs: a proof that holds makes a set with the new one, any
// other is left out.
func TestIssueAmongProofs(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Ed25519RDFC
	first := a.issued(in, a.plain(in))
	set := a.issued(in, first, obj{"created": "2024-05-06T07:08:09Z"}) // the same proof twice would be refused
	if list := asList(set["proof"]); len(list) != 2 {
		t.Fatalf("proofs: %v", set["proof"])
	}
	a.verify(in, set).accepted(t, "a set")

	other := a.issued(vcapi.P256RDFC, first) // the issuer changes, so the first proof does not hold
	if _, ok := other["proof"].(obj); !ok {
		t.Fatalf("proofs: %v", other["proof"])
	}
	a.verify(in, other).accepted(t, "of another issuer")
}
