package vcapi_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/web/vcapi"
)

// sailing is a credential with several blank nodes, arrays and terms of its own.
func (a *api) sailing() obj {
	return with(a.t, a.plain(vcapi.P256SD), obj{
		"@context": []any{contexts.CredentialsV2, obj{
			"@protected": true,
			"SailCourse": "urn:example:SailCourse",
			"SailingTest": obj{"@id": "urn:example:SailingTest", "@context": obj{
				"@protected": true, "id": "@id", "type": "@type", "sailNumber": "urn:example:sailNumber",
				"sails": obj{"@id": "urn:example:sails", "@context": obj{
					"@protected": true, "sailName": "urn:example:sailName", "size": "urn:example:size", "year": "urn:example:year",
				}},
			}},
			"tests": obj{"@id": "urn:example:tests", "@type": "@id"},
		}},
		"type": []any{"VerifiableCredential", "SailCourse"},
		"credentialSubject": obj{"name": "Jane Doe", "tests": []any{
			obj{"type": "SailingTest", "sailNumber": "Earth101", "sails": []any{
				obj{"size": 5.5, "sailName": "Osprey", "year": 2023}, obj{"size": 6.1, "sailName": "Eagle-FR", "year": 2023}, obj{"size": 7, "sailName": "Eagle-FR", "year": 2020},
			}},
			obj{"type": "SailingTest", "sailNumber": "Mars101", "sails": []any{obj{"size": 5.9, "sailName": "Chicken", "year": 2022}}},
		}},
	})
}

func TestDerive(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.P256SD
	for what, credential := range map[string]obj{"2.0": a.sailing(), "1.1": a.old(in)} {
		base := a.issued(in, credential, obj{"mandatoryPointers": []string{"/issuer"}})
		r := a.verify(in, base)
		r.refused(t, what+": a base proof")

		r = a.derive(in, base, obj{"selectivePointers": []string{"/credentialSubject"}})
		if r.status != http.StatusCreated {
			t.Fatalf("%s: %d %s", what, r.status, r.text)
		}
		vc := r.body["verifiableCredential"].(obj)
		if partial := len(r.list("warnings")) == 1; partial != (what == "1.1") {
			t.Errorf("%s: warnings: %s", what, r.text)
		}
		if what == "1.1" {
			continue // without issuanceDate, which is not mandatory here, it is no credential
		}
		for _, at := range []string{in, vcapi.Ed25519JCS} {
			a.verify(at, vc, obj{"checks": []string{"proof"}}).accepted(t, what+" at "+at)
		}
		a.verify(in, with(t, vc, obj{"credentialSubject": obj{"id": "urn:invalid"}})).refused(t, what+" changed")
		for change, proof := range map[string]obj{
			"value":          {"proofValue": "a"},
			"suite":          {"cryptosuite": "invalid-cryptosuite"},
			"another suite":  {"cryptosuite": "ecdsa-rdfc-2019"},
			"created":        {"created": "invalidDate"},
			"another header": {"proofValue": base["proof"].(obj)["proofValue"]},
		} {
			a.verify(in, withProof(t, vc, proof)).refused(t, what+": "+change)
		}
	}
}

// TestIssueHideable: who lets a holder hide the dates is told so.
func TestIssueHideable(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.P256SD
	credential := with(t, a.sailing(), obj{"validUntil": "2040-01-01T00:00:00Z"})
	for _, tt := range []struct {
		options obj
		notes   int
	}{
		{obj{}, 0},
		{obj{"mandatoryPointers": []string{"/issuer", "/validFrom", "/validUntil"}}, 0},
		{obj{"mandatoryPointers": []string{""}}, 0},
		{obj{"mandatoryPointers": []string{"/issuer"}}, 1},
		{obj{"mandatoryPointers": []string{"/validUntilAnything", "/issuer"}}, -1},
	} {
		r := a.issue(in, credential, tt.options)
		if made := r.status == http.StatusCreated; made != (tt.notes >= 0) || made && len(r.list("warnings")) != tt.notes {
			t.Errorf("%v: %d %s", tt.options, r.status, r.text)
		}
	}
}

// TestDeriveParts shows less and less.
func TestDeriveParts(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.P256SD
	base := a.issued(in, a.sailing())
	for _, pointers := range [][]string{
		{"/credentialSubject/tests/0/sails/1"},
		{"/credentialSubject/tests/0/sails/1", "/credentialSubject/tests/0/sails/2"},
		{"/credentialSubject/tests/1"},
		{"/credentialSubject/tests/0/sails/0", "/credentialSubject/tests/1/sails/0/sailName"},
		{"/credentialSubject/name"},
		{"/validFrom", "/credentialSubject"},
	} {
		r := a.derive(in, base, obj{"selectivePointers": pointers})
		if r.status != http.StatusCreated {
			t.Errorf("%v: %d %s", pointers, r.status, r.text)
			continue
		}
		vc := r.body["verifiableCredential"].(obj)
		a.verify(in, vc).accepted(t, pointers[0])
		if vc["validFrom"] == nil || vc["issuer"] == nil {
			t.Errorf("%v: what an issuer should not let go is gone: %v", pointers, vc)
		}
		p := newParty(t)
		a.present(in, p.sign(presentation(p.did, vc), authenticating(challenge, domain)), asked).accepted(t, "presented "+pointers[0])
	}
}

func TestDeriveRefuses(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.P256SD
	base := a.issued(in, a.plain(in), obj{"mandatoryPointers": []string{"/issuer", "/validFrom"}})
	other := a.issued(vcapi.P256RDFC, a.plain(vcapi.P256RDFC))
	for what, tt := range map[string]struct {
		vc obj
		o  obj
	}{
		"a pointer to nothing":  {base, obj{"selectivePointers": []string{"/credentialSubject/none"}}},
		"no pointer":            {base, obj{"selectivePointers": []string{"credentialSubject"}}},
		"no pointers":           {base, obj{}},
		"unknown option":        {base, obj{"selectivePointers": []string{"/credentialSubject"}, "reveal": true}},
		"another suite":         {other, obj{"selectivePointers": []string{"/credentialSubject"}}},
		"no proof":              {with(t, base, obj{"proof": nil}), obj{"selectivePointers": []string{"/credentialSubject"}}},
		"a changed base":        {with(t, base, obj{"credentialSubject": obj{"id": "did:example:mallory"}}), obj{"selectivePointers": []string{"/credentialSubject"}}},
		"a changed proof value": {withProof(t, base, obj{"proofValue": "u2V0AhVhA"}), obj{"selectivePointers": []string{"/credentialSubject"}}},
	} {
		r := a.derive(in, tt.vc, tt.o)
		if r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", what, r.status, r.text)
			continue
		}
		problemDetails(t, r)
	}
	r := a.issue(in, a.plain(in), obj{"mandatoryPointers": []string{"/non/existent/path"}})
	if r.status != http.StatusBadRequest || !slices.Contains(r.types(), "PROOF_GENERATION_ERROR") {
		t.Errorf("a mandatory pointer to nothing: %d %s", r.status, r.text)
	}
	if r := a.issue(in, a.plain(in), obj{"mandatoryPointers": "/issuer"}); r.status != http.StatusBadRequest {
		t.Errorf("pointers that are a string: %d %s", r.status, r.text)
	}
}
