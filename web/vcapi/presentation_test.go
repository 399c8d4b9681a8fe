package vcapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/web/vcapi"
)

const (
	challenge = "uQ2hhbGxlbmdlMTIzNDU2"
	domain    = "github.com/w3c/vc-data-model-2.0-test-suite"
)

var asked = obj{"challenge": challenge, "domain": domain}

// presentation is one with the credentials given, not yet signed.
func presentation(holder string, credentials ...any) obj {
	vp := obj{"@context": []any{contexts.CredentialsV2}, "type": []any{"VerifiablePresentation"}}
	if holder != "" {
		vp["holder"] = holder
	}
	if len(credentials) > 0 {
		vp["verifiableCredential"] = credentials
	}
	return vp
}

func TestPresentations(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	p := newParty(t)
	own := func(id string) obj {
		return p.sign(with(t, a.plain(vcapi.P256RDFC), obj{"issuer": p.did, "id": id}))
	}
	foreign := a.issued(vcapi.P384RDFC, with(t, a.plain(vcapi.P384RDFC), obj{"id": "urn:uuid:36245ee9-9074-4b05-a777-febff2e69751"}))
	old := a.issued(vcapi.Ed25519RDFC, with(t, a.old(vcapi.Ed25519RDFC), obj{"id": "urn:uuid:36245ee9-9074-4b05-a777-febff2e69752"}))
	one, two := own("urn:uuid:36245ee9-9074-4b05-a777-febff2e69753"), own("urn:uuid:36245ee9-9074-4b05-a777-febff2e69754")
	sign := func(vp obj) obj { return p.sign(vp, authenticating(challenge, domain)) }

	for what, vp := range map[string]obj{
		"empty":                {"@context": []any{contexts.CredentialsV2}, "type": []any{"VerifiablePresentation"}},
		"type a string":        {"@context": []any{contexts.CredentialsV2}, "type": "VerifiablePresentation"},
		"with an id":           with(t, presentation(p.did, one), obj{"id": "urn:uuid:36245ee9-9074-4b05-a777-febff2e69755"}),
		"self-asserted":        presentation(p.did, one),
		"without holder":       presentation("", one),
		"holder an object":     with(t, presentation("", one), obj{"holder": obj{"id": p.did}}),
		"of others":            presentation(p.did, foreign),
		"several":              presentation(p.did, one, foreign, two),
		"one that is no array": with(t, presentation(p.did), obj{"verifiableCredential": one}),
		"1.1 inside":           presentation(p.did, old, one),
		"examples context":     with(t, presentation(p.did, one), obj{"@context": []any{contexts.CredentialsV2, contexts.CredentialsExamplesV2}}),
		"a type of its own": with(t, presentation(p.did, one), obj{
			"@context": []any{contexts.CredentialsV2, obj{"ExamplePresentation": "https://example.org/#ExamplePresentation"}},
			"type":     []any{"VerifiablePresentation", "ExamplePresentation"},
		}),
	} {
		signed := sign(vp)
		for in := range suites {
			a.present(in, signed, asked).accepted(t, what+" at "+in)
		}
		a.present(vcapi.P256RDFC, signed).accepted(t, what+", nothing asked")
		a.present(vcapi.P256RDFC, vp, asked).refused(t, what+", not signed")
	}

	good := sign(presentation(p.did, one))
	r := a.present(vcapi.P256RDFC, good, asked)
	if got := r.list("results"); len(got) != 2 || got[0]["pointer"] != "" || got[1]["pointer"] != "/verifiableCredential/0" {
		t.Errorf("results: %v", got)
	}
	other := newParty(t)
	expired := p.sign(with(t, a.plain(vcapi.P256RDFC), obj{"issuer": p.did, "validUntil": "2024-02-01T00:00:00Z"}))
	changed := with(t, one, obj{"credentialSubject": obj{"id": "did:example:mallory"}})
	stolen := with(t, one, obj{"issuer": other.did})
	for what, tt := range map[string]struct {
		vp   obj
		o    obj
		kind string
	}{
		"another challenge":    {good, obj{"challenge": "x", "domain": domain}, "INVALID_CHALLENGE_ERROR"},
		"another domain":       {good, obj{"challenge": challenge, "domain": "x"}, "INVALID_DOMAIN_ERROR"},
		"no challenge inside":  {p.sign(presentation(p.did, one), authenticating("", domain)), asked, "INVALID_CHALLENGE_ERROR"},
		"no domain inside":     {p.sign(presentation(p.did, one), authenticating(challenge, "")), asked, "INVALID_DOMAIN_ERROR"},
		"an assertion":         {p.sign(presentation(p.did, one)), nil, "PROOF_VERIFICATION_ERROR"},
		"another purpose":      {good, obj{"expectedProofPurpose": "assertionMethod"}, "PROOF_VERIFICATION_ERROR"},
		"unknown purpose":      {good, obj{"expectedProofPurpose": "keyAgreement"}, "PROOF_VERIFICATION_ERROR"},
		"another holder":       {sign(presentation(other.did, one)), asked, "INVALID_VERIFICATION_METHOD"},
		"holder changed":       {with(t, good, obj{"holder": other.did}), asked, "INVALID_VERIFICATION_METHOD"},
		"holder dropped":       {with(t, good, obj{"holder": nil}), asked, "PROOF_VERIFICATION_ERROR"},
		"holder without id":    {with(t, good, obj{"holder": obj{"name": "Acme"}}), asked, ""},
		"credential dropped":   {with(t, good, obj{"verifiableCredential": []any{}}), asked, ""},
		"credential changed":   {with(t, good, obj{"verifiableCredential": []any{changed}}), asked, "PROOF_VERIFICATION_ERROR"},
		"credential added":     {with(t, good, obj{"verifiableCredential": []any{one, two}}), asked, "PROOF_VERIFICATION_ERROR"},
		"credential unsigned":  {sign(presentation(p.did, with(t, one, obj{"proof": nil}))), asked, "PROOF_VERIFICATION_ERROR"},
		"signed over a change": {sign(presentation(p.did, changed)), asked, "PROOF_VERIFICATION_ERROR"},
		"signed over a thief":  {sign(presentation(p.did, stolen)), asked, "INVALID_VERIFICATION_METHOD"},
		"one good, one bad":    {sign(presentation(p.did, foreign, changed)), asked, "PROOF_VERIFICATION_ERROR"},
		"expired inside":       {sign(presentation(p.did, expired)), asked, "RANGE_ERROR"},
		"no context":           {with(t, good, obj{"@context": nil}), asked, ""},
		"another order":        {with(t, good, obj{"@context": []any{contexts.CredentialsExamplesV2, contexts.CredentialsV2}}), asked, ""},
		"unknown context":      {with(t, good, obj{"@context": []any{contexts.CredentialsV2, "https://example.com"}}), asked, ""},
		"context a number":     {with(t, good, obj{"@context": []any{contexts.CredentialsV2, 123192875}}), asked, ""},
		"no type":              {with(t, good, obj{"type": nil}), asked, ""},
		"another type":         {with(t, good, obj{"type": []any{"VerifiableCredential"}}), asked, ""},
		"proof null":           {with(t, good, obj{"proof": null}), asked, ""},
		"proof value":          {withProof(t, good, obj{"proofValue": "z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"}), asked, "PROOF_VERIFICATION_ERROR"},
		"entry a string":       {with(t, good, obj{"verifiableCredential": []any{"eyJhbGciOiJFUzI1NiJ9.e30."}}), asked, "MALFORMED_VALUE_ERROR"},
		"entries a string":     {with(t, good, obj{"verifiableCredential": "https://example.com/1"}), asked, "MALFORMED_VALUE_ERROR"},
		"entry null":           {with(t, good, obj{"verifiableCredential": []any{null}}), asked, "MALFORMED_VALUE_ERROR"},
		"too many":             {with(t, good, obj{"verifiableCredential": slices.Repeat([]any{one}, 40)}), asked, ""},
		"unknown option":       {good, obj{"challenge": challenge, "dommain": domain}, "MALFORMED_VALUE_ERROR"},
	} {
		o := tt.o
		if o == nil {
			o = obj{}
		}
		r := a.present(vcapi.P256RDFC, tt.vp, o)
		r.refused(t, what)
		if tt.kind != "" && !slices.Contains(r.types(), tt.kind) {
			t.Errorf("%s: %v, want %s: %s", what, r.types(), tt.kind, r.text)
		}
	}
	a.present(vcapi.P256RDFC, one, asked).refused(t, "a credential in place of a presentation")
	a.verify(vcapi.P256RDFC, good).refused(t, "a presentation in place of a credential")
}

// TestEnvelopeHidesNothing: a credential that also says that it is an envelope
// is no envelope.
func TestEnvelopeHidesNothing(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	p := newParty(t)
	both := with(t, a.plain(vcapi.P256RDFC), obj{"type": []any{"VerifiableCredential", "EnvelopedVerifiableCredential"}})
	vp, err := p.trySign(encode(t, presentation(p.did, both)), authenticating(challenge, domain))
	if err != nil {
		return
	}
	r := a.present(vcapi.P256RDFC, vp2(vp), asked)
	r.refused(t, "a credential that is an envelope, too")
	if strings.Contains(r.text, "Alice") {
		t.Errorf("the answer repeats the request: %s", r.text)
	}
}

// vp2 sends signed bytes as they are.
func vp2(text []byte) rawJSON { return rawJSON(text) }

type rawJSON []byte

func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

// TestTooManyCredentials are refused before they are worked on.
func TestTooManyCredentials(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	p := newParty(t)
	list := make([]any, 0, 33)
	for range 33 {
		list = append(list, obj{"@context": contexts.CredentialsV2, "type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,e30.e30.AAAA"})
	}
	r := a.present(vcapi.P256RDFC, with(t, presentation(p.did), obj{"verifiableCredential": list}), asked)
	r.refused(t, "33 credentials")
	if !slices.Contains(r.codes(), "resources") {
		t.Errorf("codes: %v", r.codes())
	}
	if r.status != http.StatusBadRequest {
		t.Errorf("status %d", r.status)
	}
}
