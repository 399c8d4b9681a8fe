package vcapi_test

import (
	"crypto/elliptic"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/web/vcapi"
)

// stamp is XML Schema 1.1 dateTimeStamp.
var stamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

// TestProofFormat looks at what the suites ask of an issued proof: VC Data
// Integrity 1.0, 2.1, and the data model of each suite.
func TestProofFormat(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	prefixes := map[string]string{ // of the keys, as Multikey
		vcapi.Ed25519RDFC: "z6Mk", vcapi.Ed25519JCS: "z6Mk", vcapi.Status: "z6Mk", vcapi.P256RDFC: "zDna", vcapi.P256JCS: "zDna", vcapi.P256SD: "zDna",
		vcapi.P384RDFC: "z82L", vcapi.P384JCS: "z82L", vcapi.ConformanceCrypto: "zDna",
	}
	lengths := map[string]int{vcapi.P384RDFC: 96, vcapi.P384JCS: 96} // of the signature; 64 else
	for in, suite := range suites {
		vc := a.issued(in, a.plain(in))
		proof, ok := vc["proof"].(obj)
		if !ok {
			t.Errorf("%s: proof is %v", in, vc["proof"])
			continue
		}
		if proof["type"] != "DataIntegrityProof" || proof["cryptosuite"] != suite || proof["proofPurpose"] != "assertionMethod" {
			t.Errorf("%s: proof is %v", in, proof)
		}
		if created, _ := proof["created"].(string); !stamp.MatchString(created) {
			t.Errorf("%s: created is %q", in, created)
		}
		method, _ := proof["verificationMethod"].(string)
		did, fragment, _ := strings.Cut(method, "#")
		if did != a.ids[in] || did != vc["issuer"] || fragment != strings.TrimPrefix(did, "did:key:") || !strings.HasPrefix(fragment, prefixes[in]) {
			t.Errorf("%s: verification method is %q, issuer %v", in, method, vc["issuer"])
		}
		value, _ := proof["proofValue"].(string)
		if in == vcapi.P256SD {
			if !strings.HasPrefix(value, "u2V0A") { // base64url of the header d9 5d 00
				t.Errorf("%s: proof value is %q", in, value)
			}
			continue
		}
		want := 64
		if n, ok := lengths[in]; ok {
			want = n
		}
		raw, err := keys.DecodeMultibase(value, 200)
		if err != nil || !strings.HasPrefix(value, "z") || len(raw) != want {
			t.Errorf("%s: proof value %q has %d bytes, want %d (%v)", in, value, len(raw), want, err)
		}
	}
}

// TestVerifyRefuses goes through what the suites change in a proof and in the
// request (VC Data Integrity 1.0, 4.4), at every suite.
func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	checks := obj{"checks": []string{"proof"}}
	for _, in := range instances {
		t.Run(in, func(t *testing.T) {
			t.Parallel()
			a := *a
			a.t = t
			vc := a.issued(in, a.plain(in))
			proof := vc["proof"].(obj)
			value := proof["proofValue"].(string)
			other := a.issued(vcapi.P256RDFC, a.plain(vcapi.P256RDFC))["proof"].(obj)
			if in == vcapi.P256RDFC {
				other = a.issued(vcapi.Ed25519RDFC, a.plain(vcapi.Ed25519RDFC))["proof"].(obj)
			}
			tests := map[string]struct {
				vc   obj
				kind string
			}{
				"no proof":                {with(t, vc, obj{"proof": nil}), "PROOF_VERIFICATION_ERROR"},
				"proof null":              {with(t, vc, obj{"proof": null}), "PROOF_VERIFICATION_ERROR"},
				"proof empty":             {with(t, vc, obj{"proof": obj{}}), "PROOF_VERIFICATION_ERROR"},
				"no list of proofs":       {with(t, vc, obj{"proof": []any{}}), "PROOF_VERIFICATION_ERROR"},
				"proof a string":          {with(t, vc, obj{"proof": "z"}), "PROOF_VERIFICATION_ERROR"},
				"proof a number":          {with(t, vc, obj{"proof": 10}), "PROOF_VERIFICATION_ERROR"},
				"proof true":              {with(t, vc, obj{"proof": true}), "PROOF_VERIFICATION_ERROR"},
				"no type":                 {withProof(t, vc, obj{"type": nil}), "PROOF_VERIFICATION_ERROR"},
				"unknown type":            {withProof(t, vc, obj{"type": "UnknownProofType"}), "PROOF_VERIFICATION_ERROR"},
				"type empty":              {withProof(t, vc, obj{"type": ""}), "PROOF_VERIFICATION_ERROR"},
				"no suite":                {withProof(t, vc, obj{"cryptosuite": nil}), "PROOF_VERIFICATION_ERROR"},
				"unknown suite":           {withProof(t, vc, obj{"cryptosuite": "invalid-cryptosuite"}), "PROOF_VERIFICATION_ERROR"},
				"no method":               {withProof(t, vc, obj{"verificationMethod": nil}), "PROOF_VERIFICATION_ERROR"},
				"bad method":              {withProof(t, vc, obj{"verificationMethod": "did:key:invalidVm"}), "INVALID_VERIFICATION_METHOD"},
				"method an object":        {withProof(t, vc, obj{"verificationMethod": obj{"type": "Multikey"}}), "INVALID_VERIFICATION_METHOD"},
				"method of another key":   {withProof(t, vc, obj{"verificationMethod": other["verificationMethod"]}), ""},
				"no purpose":              {withProof(t, vc, obj{"proofPurpose": nil}), "PROOF_VERIFICATION_ERROR"},
				"unknown purpose":         {withProof(t, vc, obj{"proofPurpose": "invalidPurpose"}), "PROOF_VERIFICATION_ERROR"},
				"purpose authentication":  {withProof(t, vc, obj{"proofPurpose": "authentication"}), "PROOF_VERIFICATION_ERROR"},
				"no value":                {withProof(t, vc, obj{"proofValue": nil}), "PROOF_VERIFICATION_ERROR"},
				"value null":              {withProof(t, vc, obj{"proofValue": null}), "PROOF_VERIFICATION_ERROR"},
				"value without multibase": {withProof(t, vc, obj{"proofValue": value[1:]}), "PROOF_VERIFICATION_ERROR"},
				"value of another base":   {withProof(t, vc, obj{"proofValue": "u" + value[1:]}), "PROOF_VERIFICATION_ERROR"},
				"value longer":            {withProof(t, vc, obj{"proofValue": value + "x"}), "PROOF_VERIFICATION_ERROR"},
				"value short":             {withProof(t, vc, obj{"proofValue": "z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"}), "PROOF_VERIFICATION_ERROR"},
				"value of another":        {withProof(t, vc, obj{"proofValue": other["proofValue"]}), ""},
				"no created":              {withProof(t, vc, obj{"created": nil}), "PROOF_VERIFICATION_ERROR"},
				"created no date":         {withProof(t, vc, obj{"created": "invalidDate"}), "PROOF_VERIFICATION_ERROR"},
				"created without zone":    {withProof(t, vc, obj{"created": "2024-01-01T00:00:00"}), "PROOF_VERIFICATION_ERROR"},
				"created elsewhen":        {withProof(t, vc, obj{"created": "2024-01-01T00:00:00Z"}), "PROOF_VERIFICATION_ERROR"},
				"expires added":           {withProof(t, vc, obj{"expires": "2090-01-01T00:00:00Z"}), "PROOF_VERIFICATION_ERROR"},
				"expired":                 {withProof(t, vc, obj{"expires": "2020-01-01T00:00:00Z"}), "RANGE_ERROR"},
				"previous proof missing":  {withProof(t, vc, obj{"previousProof": "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544"}), "PROOF_VERIFICATION_ERROR"},
				"challenge added":         {withProof(t, vc, obj{"challenge": "x"}), "PROOF_VERIFICATION_ERROR"},
				"one good, one broken":    {with(t, vc, obj{"proof": []any{proof, withProof(t, vc, obj{"proofValue": other["proofValue"]})["proof"]}}), ""},
				"another subject":         {with(t, vc, obj{"credentialSubject": obj{"id": "urn:invalid", "name": "Alice"}}), "PROOF_VERIFICATION_ERROR"},
				"another issuer":          {with(t, vc, obj{"issuer": "did:example:issuer"}), ""},
				"a term nobody defines":   {with(t, vc, obj{"finalGrade": "x"}), ""},
				"a type nobody defines":   {with(t, vc, obj{"type": []any{"VerifiableCredential", "NoSuchCredential"}}), ""},
				"no context":              {with(t, vc, obj{"@context": nil}), ""},
				"context a string":        {with(t, vc, obj{"@context": "string"}), ""},
				"context empty":           {with(t, vc, obj{"@context": []any{}}), ""},
				"context of numbers":      {with(t, vc, obj{"@context": []any{10}}), ""},
				"another context":         {with(t, vc, obj{"@context": []any{contexts.CredentialsV1, contexts.DataIntegrityV2}}), ""},
				"no credential type":      {with(t, vc, obj{"type": nil}), ""},
				"type a string":           {with(t, vc, obj{"type": "string"}), ""},
				"types no strings":        {with(t, vc, obj{"type": []any{10, null, obj{}}}), ""},
				"no issuer":               {with(t, vc, obj{"issuer": nil}), ""},
				"issuer an array":         {with(t, vc, obj{"issuer": []any{}}), ""},
				"no subject":              {with(t, vc, obj{"credentialSubject": nil}), ""},
				"subject a string":        {with(t, vc, obj{"credentialSubject": "string"}), ""},
				"subject empty":           {with(t, vc, obj{"credentialSubject": []any{}}), ""},
			}
			for what, tt := range tests {
				if in == vcapi.ConformanceCrypto && what == "another issuer" {
					tt.kind = "PROOF_VERIFICATION_ERROR" // the binding is reported, the signature is not
				}
				r := a.verify(in, tt.vc, checks)
				r.refused(t, what)
				if tt.kind != "" && !slices.Contains(r.types(), tt.kind) {
					t.Errorf("%s: %v, want %s: %s", what, r.types(), tt.kind, r.text)
				}
				if strings.Contains(r.text, "finalGrade") || strings.Contains(r.text, "NoSuch") || strings.Contains(r.text, "UnknownProofType") {
					t.Errorf("%s: the answer repeats the request: %s", what, r.text)
				}
			}
			a.verify(in, vc, checks).accepted(t, "untouched, after all")
		})
	}
}

func TestVerifyOptions(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.P384RDFC
	vc := a.issued(in, a.plain(in), obj{"challenge": "c", "domain": "d"})
	method := vc["proof"].(obj)["verificationMethod"]
	for what, o := range map[string]obj{
		"none": {}, "no checks": {"checks": []any{}}, "both": {"challenge": "c", "domain": "d"}, "a challenge": {"challenge": "c"},
		"a purpose": {"expectedProofPurpose": "assertionMethod"}, "a method": {"verificationMethod": method},
		"what to return": {"returnCredential": true, "returnProblemDetails": true, "returnResults": false},
	} {
		a.verify(in, vc, o).accepted(t, what)
	}
	for what, tt := range map[string]struct {
		o    obj
		kind string
	}{
		"another challenge": {obj{"challenge": "x", "domain": "d"}, "INVALID_CHALLENGE_ERROR"},
		"another domain":    {obj{"challenge": "c", "domain": "x"}, "INVALID_DOMAIN_ERROR"},
		"another purpose":   {obj{"expectedProofPurpose": "authentication"}, "PROOF_VERIFICATION_ERROR"},
		"another method":    {obj{"verificationMethod": "did:example:a#b"}, "INVALID_VERIFICATION_METHOD"},
		"unknown option":    {obj{"mustBeSignedToday": true}, "MALFORMED_VALUE_ERROR"},
	} {
		r := a.verify(in, vc, tt.o)
		r.refused(t, what)
		if !slices.Contains(r.types(), tt.kind) {
			t.Errorf("%s: %v, want %s", what, r.types(), tt.kind)
		}
	}
	without := a.issued(in, a.plain(in))
	a.verify(in, without, obj{"challenge": "c"}).refused(t, "a proof without the challenge")
	a.verify(in, without, obj{"domain": "d"}).refused(t, "a proof without the domain")
	if r := a.post("/vc-api/"+in+"/credentials/verify", obj{"verifiableCredential": vc, "options": null}); r.status != http.StatusOK {
		t.Errorf("options null: %d %s", r.status, r.text)
	}
}

// TestDates: what is issued for later, or has ended, is not verified now.
func TestDates(t *testing.T) {
	t.Parallel()
	clock := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	a := newAPI(t, func(c *vcapi.Config) { c.Now = func() time.Time { return clock } })
	in := vcapi.Ed25519RDFC
	at := func(d time.Duration) string { return clock.Add(d).Format(time.RFC3339) }
	for what, tt := range map[string]struct {
		change obj
		valid  bool
	}{
		"now":                {obj{"validFrom": at(0), "validUntil": at(time.Hour)}, true},
		"a little early":     {obj{"validFrom": at(50 * time.Second)}, true},
		"a little late":      {obj{"validFrom": at(-time.Hour), "validUntil": at(-50 * time.Second)}, true},
		"early":              {obj{"validFrom": at(70 * time.Second)}, false},
		"far future":         {obj{"validFrom": "4023-02-26T01:02:58.447Z"}, false},
		"late":               {obj{"validFrom": at(-time.Hour), "validUntil": at(-70 * time.Second)}, false},
		"in another zone":    {obj{"validFrom": "2026-11-25T17:59:00+06:00"}, true},
		"no dates":           {obj{"validFrom": nil}, true},
		"ends without start": {obj{"validFrom": nil, "validUntil": at(-time.Hour)}, false},
	} {
		vc := a.issued(in, with(t, a.plain(in), tt.change))
		r := a.verify(in, vc)
		if tt.valid {
			r.accepted(t, what)
			continue
		}
		r.refused(t, what)
		if !slices.Equal(r.types(), []string{"RANGE_ERROR"}) || !slices.Equal(r.codes(), []string{"validity"}) {
			t.Errorf("%s: %v %v", what, r.types(), r.codes())
		}
	}
	old := a.old(in)
	a.verify(in, a.issued(in, with(t, old, obj{"issuanceDate": at(-time.Hour), "expirationDate": at(time.Hour)}))).accepted(t, "1.1")
	a.verify(in, a.issued(in, with(t, old, obj{"issuanceDate": at(-time.Hour), "expirationDate": at(-time.Minute * 2)}))).refused(t, "1.1, expired")
}

func TestStatus(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.P256RDFC
	vc := a.issued(in, with(t, a.plain(in), obj{"credentialStatus": obj{
		"id": "https://status.example/1#7", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
		"statusListIndex": "7", "statusListCredential": "https://status.example/1",
	}}))
	r := a.verify(in, vc, obj{"checks": []string{"proof"}})
	r.accepted(t, "status not asked for")
	if w := r.list("warnings"); len(w) != 1 || !strings.HasSuffix(w[0]["type"].(string), "#STATUS_RETRIEVAL_ERROR") {
		t.Errorf("warnings: %v", w)
	}
	r = a.verify(in, vc, obj{"checks": []string{"proof", "credentialStatus"}})
	r.refused(t, "status asked for")
	if !slices.Equal(r.types(), []string{"STATUS_RETRIEVAL_ERROR"}) || !slices.Equal(r.codes(), []string{"status"}) {
		t.Errorf("%v %v", r.types(), r.codes())
	}
	a.verify(in, a.issued(in, a.plain(in)), obj{"checks": []string{"credentialStatus"}}).accepted(t, "none declared")
}

// TestBinding: a key that is not the issuer's is refused everywhere but at the
// one instance that reports it.
func TestBinding(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	p := newParty(t)
	vc := p.sign(with(t, a.plain(vcapi.P256RDFC), obj{"issuer": "https://vc.example/issuers/5678"}))
	for in := range suites {
		r := a.verify(in, vc)
		if in != vcapi.ConformanceCrypto {
			r.refused(t, in)
			if !slices.Equal(r.codes(), []string{"key"}) || !slices.Equal(r.types(), []string{"INVALID_VERIFICATION_METHOD"}) {
				t.Errorf("%s: %v %v", in, r.codes(), r.types())
			}
			continue
		}
		r.accepted(t, in)
		if len(r.list("warnings")) == 0 {
			t.Errorf("%s does not warn: %s", in, r.text)
		}
		a.verify(in, with(t, vc, obj{"id": "urn:uuid:36245ee9-9074-4b05-a777-febff2e69750"})).refused(t, "changed, at "+in)
	}
}

// TestResults: what is told of a proof is what holds.
func TestResults(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.P384JCS
	vc := a.issued(in, a.plain(in))
	proof := vc["proof"].(obj)
	r := a.verify(in, vc)
	r.accepted(t, in)
	result := r.list("results")[0]
	told := asList(result["proofs"])[0].(obj)
	if result["pointer"] != "" || result["verified"] != true || result["checked"] != true {
		t.Errorf("result: %v", result)
	}
	for _, name := range []string{"cryptosuite", "verificationMethod", "proofPurpose", "created"} {
		if told[name] != proof[name] {
			t.Errorf("%s is %v, want %v", name, told[name], proof[name])
		}
	}
	r = a.verify(in, with(t, vc, obj{"id": "urn:uuid:36245ee9-9074-4b05-a777-febff2e69750"}))
	r.refused(t, "changed")
	if result := r.list("results")[0]; result["verified"] != false || len(asList(result["proofs"])) != 0 {
		t.Errorf("result: %v", result)
	}
}

// TestChains makes sets and chains of proofs, as the suites do (VC Data
// Integrity 1.0, 2.1.1 and 2.1.2).
func TestChains(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	const id, second = "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544", "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4545"
	for name, p := range map[string]*party{
		"eddsa": newParty(t), "P-256": newECDSAParty(t, elliptic.P256()), "P-384": newECDSAParty(t, elliptic.P384()),
	} {
		doc := with(t, a.plain(vcapi.P256RDFC), obj{"issuer": p.did})
		one := p.sign(doc, func(o *integrity.ProofOptions) { o.ID = id })
		for what, previous := range map[string][]string{"set": nil, "chain": {id}} {
			two := p.sign(one, func(o *integrity.ProofOptions) { o.ID, o.PreviousProof = second, previous })
			what := name + " " + what
			a.verify(vcapi.P256RDFC, two).accepted(t, what)
			proofs := asList(two["proof"])
			a.verify(vcapi.P256RDFC, with(t, two, obj{"proof": []any{proofs[1], proofs[0]}})).accepted(t, what+" in another order")
			broken := copyOf(t, proofs[0]).(obj)
			broken["proofValue"] = proofs[1].(obj)["proofValue"]
			a.verify(vcapi.P256RDFC, with(t, two, obj{"proof": []any{broken, proofs[1]}})).refused(t, what+" with one broken")
			if previous == nil {
				continue
			}
			for change, v := range map[string]any{"missing": "urn:uuid:no-such-proof", "one of two missing": []any{id, "urn:uuid:no-such-proof"}, "not a string": 4, "an object": obj{"id": id}} {
				last := copyOf(t, proofs[1]).(obj)
				last["previousProof"] = v
				a.verify(vcapi.P256RDFC, with(t, two, obj{"proof": []any{proofs[0], last}})).refused(t, what+": previous "+change)
			}
			a.verify(vcapi.P256RDFC, with(t, two, obj{"proof": proofs[1]})).refused(t, what+" without the first")
		}
	}
}

// TestEveryLeaf changes, drops and adds leaf after leaf of an issued credential:
// none verifies.
func TestEveryLeaf(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Ed25519RDFC
	vc := a.issued(in, with(t, a.plain(in), obj{
		"name":              obj{"@value": "Diplôme", "@language": "fr"},
		"credentialSubject": []any{obj{"id": "did:example:a", "name": "Alice"}, obj{"id": "did:example:b", "description": []any{obj{"@value": "Dog", "@language": "en"}, obj{"@value": "Chien", "@language": "fr"}}}},
	}))
	a.verify(in, vc).accepted(t, "untouched")
	n := 0
	for what, changed := range mutations(t, vc) {
		r := a.verify(in, changed)
		if r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", what, r.status, r.text)
		}
		n++
	}
	if n < 50 {
		t.Errorf("only %d changes were tried", n)
	}
}

// mutations gives copies of a document, each with one leaf changed or dropped,
// or with a member added to one object.
func mutations(t testing.TB, doc obj) map[string]obj {
	t.Helper()
	out := map[string]obj{}
	var walk func(v any, path string, set func(v any, drop bool))
	record := func(what string) { out[what] = copyOf(t, doc) }
	walk = func(v any, path string, set func(v any, drop bool)) {
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				walk(member, path+"/"+name, func(n any, drop bool) {
					if drop {
						delete(v, name)
					} else {
						v[name] = n
					}
				})
				v[name] = member
			}
			v["added"] = "x"
			record("added to " + path)
			delete(v, "added")
		case []any:
			for i, item := range v {
				walk(item, fmt.Sprintf("%s/%d", path, i), func(n any, drop bool) {
					if drop {
						n = nil
					}
					v[i] = n
				})
				v[i] = item
			}
		case string:
			set(v+"x", false)
			record("changed " + path)
			set(nil, true)
			record("dropped " + path)
			set(json.Number("1"), false)
			record("a number at " + path)
			set(v, false)
		}
	}
	walk(doc, "", func(any, bool) {})
	return out
}
