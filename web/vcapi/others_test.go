package vcapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/vcapi"
)

// TestIssueTwiceInASecond: an Ed25519 signature over the same is the same, and a
// proof that is given twice is refused, so that a second one needs a difference.
func TestIssueTwiceInASecond(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC().Truncate(time.Second)
	a := newAPI(t, func(c *vcapi.Config) { c.Now = func() time.Time { return now } })
	for _, in := range []string{vcapi.Ed25519RDFC, vcapi.Ed25519JCS, vcapi.P256RDFC} {
		vc := a.issued(in, a.plain(in))
		if _, there := vc["proof"].(obj)["nonce"]; there {
			t.Errorf("%s: the first proof has a nonce: %v", in, vc["proof"])
		}
		vc = a.issued(in, vc)
		vc = a.issued(in, vc, obj{"created": now.Format(time.RFC3339)})
		proofs := asList(vc["proof"])
		nonces := map[any]bool{}
		for _, p := range proofs {
			nonces[p.(obj)["nonce"]] = true
			if p.(obj)["created"] != now.Format(time.RFC3339) {
				t.Errorf("%s: created %v", in, p.(obj)["created"])
			}
		}
		if len(proofs) != 3 || len(nonces) != 3 {
			t.Fatalf("%s: %v", in, proofs)
		}
		a.verify(in, vc).accepted(t, in)
		a.verify(in, with(t, vc, obj{"proof": append(proofs, proofs[0])})).refused(t, in+": a proof given twice")
		a.verify(in, with(t, vc, obj{"proof": with(t, proofs[1].(obj), obj{"nonce": nil})})).refused(t, in+": a nonce taken away")
	}
}

func TestDomains(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Ed25519RDFC
	p := newParty(t)
	vc := a.issued(in, a.plain(in), obj{"domain": []any{"e.example", "d.example"}})
	one := a.issued(in, a.plain(in), obj{"domain": []any{"d.example"}})
	if got := one["proof"].(obj)["domain"]; got != "d.example" {
		t.Errorf("one domain is written as %v", got)
	}
	token := vcJWT(p.jwt(with(t, a.plain(in), obj{"issuer": p.did, "aud": []any{"d.example", "e.example"}})))
	for what, doc := range map[string]obj{"proof": vc, "token": token} {
		a.verify(in, doc).accepted(t, what)
		a.verify(in, doc, obj{"domain": []any{"d.example", "e.example"}}).accepted(t, what)
		for other, domains := range map[string]any{
			"one of two": []any{"d.example"}, "a text": "d.example", "one more": []any{"d.example", "e.example", "f.example"},
			"another one": []any{"d.example", "f.example"}, "in another case": []any{"D.example", "e.example"},
		} {
			r := a.verify(in, doc, obj{"domain": domains})
			r.refused(t, what+": "+other)
			if !slices.Contains(r.types(), "INVALID_DOMAIN_ERROR") {
				t.Errorf("%s: %s: %v", what, other, r.types())
			}
		}
	}
	vp := p.sign(presentation(p.did), authenticating(challenge, domain))
	a.present(in, vp, obj{"challenge": challenge, "domain": []any{domain}}).accepted(t, "presented")
	a.present(in, vp, obj{"challenge": challenge, "domain": []any{domain, "x"}}).refused(t, "presented for one of two")
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Ed25519RDFC
	body := a.bytes(obj{"credential": a.plain(in)})
	for kind, want := range map[string]int{
		"application/vc": 201, "application/vp": 201, "Application/VC; charset=utf-8": 201, "application/ld+json": 201,
		"application/vc; charset=latin1": 415, "application/vc+jwt": 415, "application/vcs": 415, "text/vc": 415, "text/plain": 415,
	} {
		r := a.raw(http.MethodPost, "/vc-api/"+in+"/credentials/issue", http.Header{"Content-Type": {kind}}, body...)
		if r.status != want {
			t.Errorf("%s: %d, want %d: %s", kind, r.status, want, r.text)
		}
	}
}

// A kid that is a name in the document of who signed is found there and nowhere
// else.
func TestRelativeKeyID(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Ed25519RDFC
	p, other := newParty(t), newParty(t)
	doc := with(t, a.plain(in), obj{"issuer": p.did})
	_, name, _ := strings.Cut(p.vm, "#")
	_, elsewhere, _ := strings.Cut(other.vm, "#")
	for _, kid := range []string{"#" + name, name} {
		a.verify(in, vcJWT(p.jwt(doc, obj{"kid": kid}))).accepted(t, kid)
	}
	for what, token := range map[string]string{
		"of another document":         p.jwt(doc, obj{"kid": "#" + elsewhere}),
		"two of them":                 p.jwt(doc, obj{"kid": "##" + name}),
		"signed by another":           other.jwt(doc, obj{"kid": "#" + name}),
		"of another, as it is":        other.jwt(doc, obj{"kid": "#" + elsewhere}),
		"of an issuer that is no DID": p.jwt(with(t, doc, obj{"issuer": "https://vc.example/1"}), obj{"kid": "#" + name}),
	} {
		r := a.verify(in, vcJWT(token))
		r.refused(t, what)
		if !slices.Contains(r.codes(), "key") && !slices.Contains(r.codes(), "signature") {
			t.Errorf("%s: %v", what, r.codes())
		}
	}
}

// A credential that says it is a status list must have the form of one, when it
// is issued and when it is verified.
func TestListCredentials(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Ed25519RDFC
	p := newParty(t)
	encoded := deflated(t, make([]byte, status.Entries/8))
	list := func(members obj) obj {
		subject := with(t, obj{"id": "https://status.example/3#list", "type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": encoded}, members)
		return obj{
			"@context": []any{contexts.CredentialsV2, contexts.CredentialsExamplesV2}, "id": "https://status.example/3", "issuer": p.did,
			"type": []any{"VerifiableCredential", "BitstringStatusListCredential"}, "credentialSubject": subject,
		}
	}
	for what, members := range map[string]obj{
		"as it is": {}, "two purposes and ttl": {"statusPurpose": []any{"revocation", "suspension"}, "ttl": 300_000}, "a purpose of others": {"statusPurpose": "https://purpose.example/1"},
	} {
		a.verify(in, a.issued(in, list(members))).accepted(t, what)
		a.verify(in, p.sign(list(members))).accepted(t, what+", by another")
	}
	for what, tt := range map[string]struct {
		members obj
		kind    string
	}{
		"no u":            {obj{"encodedList": encoded[1:]}, "MALFORMED_VALUE_ERROR"},
		"no list":         {obj{"encodedList": nil}, "MALFORMED_VALUE_ERROR"},
		"no purpose":      {obj{"statusPurpose": nil}, "MALFORMED_VALUE_ERROR"},
		"another subject": {obj{"type": "StatusList2021"}, "MALFORMED_VALUE_ERROR"},
		"ttl a text":      {obj{"ttl": "1"}, "MALFORMED_VALUE_ERROR"},
		"short":           {obj{"encodedList": deflated(t, make([]byte, 125))}, "STATUS_LIST_LENGTH_ERROR"},
	} {
		r := a.issue(in, list(tt.members))
		if r.status != http.StatusBadRequest || !slices.Contains(r.types(), tt.kind) {
			t.Errorf("%s, issued: %d %s", what, r.status, r.text)
		}
		r.complete(t, what)
		for form, doc := range map[string]obj{"proof": p.sign(list(tt.members)), "token": vcJWT(p.jwt(list(tt.members)))} {
			r := a.verify(in, doc)
			r.refused(t, what+", "+form)
			if !slices.Equal(r.types(), []string{tt.kind}) {
				t.Errorf("%s, %s: %v", what, form, r.types())
			}
		}
	}
}

// What the data model lets an issuer write in more than one way.
func TestIssueTakes(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Ed25519RDFC
	for what, members := range map[string]obj{
		"a refresh service without an address": {"@context": []any{contexts.CredentialsV2, contexts.CredentialsExamplesV2}, "refreshService": obj{"type": "ManualRefresh2026"}},
		"a message of one bit": {"credentialStatus": obj{
			"type": "BitstringStatusListEntry", "statusPurpose": "message", "statusListIndex": "7", "statusListCredential": "https://status.example/1",
		}},
	} {
		a.verify(in, a.issued(in, with(t, a.plain(in), members)), obj{"checks": []any{"proof"}}).accepted(t, what)
	}
	for what, members := range map[string]obj{
		"a name without a value":           {"name": obj{"@language": "en"}},
		"a refresh service without a type": {"refreshService": obj{"id": "https://refresh.example/1"}},
		"a message of two bits": {"credentialStatus": obj{
			"type": "BitstringStatusListEntry", "statusPurpose": "message", "statusListIndex": "7", "statusListCredential": "https://status.example/1", "statusSize": 2,
		}},
	} {
		if r := a.issue(in, with(t, a.plain(in), members)); r.status != http.StatusBadRequest || !slices.Contains(r.types(), "MALFORMED_VALUE_ERROR") {
			t.Errorf("%s: %d %s", what, r.status, r.text)
		}
	}
}
