package vcapi_test

import (
	"crypto/elliptic"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/web/vcapi"
)

// outdated gives the claims of a token as VC Data Model 1.1, 6.3.1 had it, which
// the data model's suite still sends.
func outdated(claim string, doc obj, beside obj) obj {
	out := obj{claim: doc}
	for name, v := range beside {
		out[name] = v
	}
	return out
}

var oldHeader = obj{"typ": "JWT", "cty": nil}

// strictly gives instances that take no outdated form.
func strictly(t testing.TB, what vcapi.Enveloped) func(*vcapi.Config) {
	t.Helper()
	list := demoConfig(t).Instances
	for i := range list {
		list[i].Enveloped = what
	}
	return func(c *vcapi.Config) { c.Instances = list }
}

// TestOutdatedTokens: the outdated form is taken where an instance is set to, and
// then by its signature.
func TestOutdatedTokens(t *testing.T) {
	t.Parallel()
	a, strict := newAPI(t), newAPI(t, strictly(t, vcapi.EnvelopedRefused))
	p, q, other := newECDSAParty(t, elliptic.P256()), newParty(t), newParty(t)
	in := vcapi.Ed25519RDFC
	doc := with(t, a.plain(in), obj{"issuer": p.did})
	beside := obj{"iss": p.did, "sub": doc["credentialSubject"].(obj)["id"], "jti": doc["id"]}
	token := p.jwt(outdated("vc", doc, beside), oldHeader)
	inner := enveloped("application/jwt", p.jwt(outdated("vc", doc, beside), oldHeader, obj{"typ": nil}))
	vp := presentation(q.did, inner)
	presented := q.jwt(outdated("vp", vp, obj{"iss": q.did, "aud": "example.com", "nonce": "123456789"}), oldHeader)

	for _, media := range []string{"application/vc+jwt", "application/jwt", "application/vc-ld+jwt", "application/vc-ld+jwt;base64url"} {
		r := a.verify(in, enveloped(media, token))
		r.accepted(t, media)
		if w := r.list("warnings"); len(w) != 1 || w[0]["pointer"] != "/id" {
			t.Errorf("%s: warnings %v", media, w)
		}
		strict.verify(in, enveloped(media, token)).refused(t, media+", strictly")
	}
	a.verify(in, vcJWT(p.jwt(outdated("vc", doc, nil), oldHeader, obj{"kid": nil}))).accepted(t, "the key of did:key")
	a.present(in, vpJWT(presented), obj{"checks": []any{}}).accepted(t, "a presentation")
	a.present(in, vpJWT(presented), obj{"challenge": "123456789", "domain": "example.com"}).accepted(t, "a presentation, asked for")
	strict.present(in, vpJWT(presented)).refused(t, "a presentation, strictly")

	for what, tt := range map[string]struct {
		token string
		code  string
	}{
		"signed by another":   {other.jwt(outdated("vc", doc, nil), oldHeader, obj{"alg": "ES256", "kid": p.vm}), ""},
		"key of another":      {other.jwt(outdated("vc", doc, nil), oldHeader), "key"},
		"key not known":       {p.jwt(outdated("vc", with(t, doc, obj{"issuer": "did:web:vc.example"}), nil), oldHeader, obj{"kid": nil}), "key"},
		"iss of another":      {p.jwt(outdated("vc", doc, obj{"iss": other.did}), oldHeader), "header"},
		"jti of another":      {p.jwt(outdated("vc", doc, obj{"jti": "urn:uuid:1"}), oldHeader), "header"},
		"sub of another":      {p.jwt(outdated("vc", doc, obj{"sub": "did:example:mallory"}), oldHeader), "header"},
		"a claim more":        {p.jwt(outdated("vc", doc, obj{"admin": true}), oldHeader), "header"},
		"both claims":         {p.jwt(outdated("vc", doc, obj{"vp": vp}), oldHeader), "header"},
		"no issuer":           {p.jwt(outdated("vc", with(t, doc, obj{"issuer": nil}), beside), oldHeader), "header"},
		"no document":         {p.jwt(beside, oldHeader), "header"},
		"expired":             {p.jwt(outdated("vc", doc, obj{"exp": time.Now().Add(-time.Hour).Unix()}), oldHeader), "validity"},
		"valid no longer":     {p.jwt(outdated("vc", with(t, doc, obj{"validUntil": "2024-02-01T00:00:00Z"}), nil), oldHeader), "validity"},
		"an undefined term":   {p.jwt(outdated("vc", with(t, doc, obj{"finalGrade": 1}), nil), oldHeader), "context"},
		"no subject":          {p.jwt(outdated("vc", with(t, doc, obj{"credentialSubject": nil}), nil), oldHeader), "schema"},
		"changed":             {swapPayload(t, token, outdated("vc", with(t, doc, obj{"id": "urn:uuid:2"}), nil)), "signature"},
		"cut":                 {token[:len(token)-4], ""},
		"alg none":            {strings.Join([]string{"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0", strings.Split(token, ".")[1], "AAAA"}, "."), ""},
		"a presentation's":    {presented, "header"},
		"a certificate alone": {p.jwt(outdated("vc", with(t, doc, obj{"issuer": "https://vc.example/1"}), nil), oldHeader, obj{"kid": nil, "x5c": []any{"AAAA"}}), ""},
	} {
		r := a.verify(in, vcJWT(tt.token))
		r.refused(t, what)
		if tt.code != "" && !slices.Contains(r.codes(), tt.code) {
			t.Errorf("%s: %v, want %s: %s", what, r.codes(), tt.code, r.text)
		}
		a.verify(vcapi.JWTES256, vcJWT(tt.token)).refused(t, what+" at "+vcapi.JWTES256)
	}
	for what, bad := range map[string]obj{
		"another holder": outdated("vp", with(t, vp, obj{"holder": other.did}), nil),
		"bad inside":     outdated("vp", presentation(q.did, vcJWT(other.jwt(doc))), nil),
		"no document":    {"iss": q.did},
	} {
		a.present(in, vpJWT(q.jwt(bad, oldHeader))).refused(t, what)
	}
}

// swapPayload puts other claims under a signature.
func swapPayload(t *testing.T, token string, claims obj) string {
	t.Helper()
	parts := strings.Split(token, ".")
	_, payload, _ := strings.Cut(newParty(t).jwt(claims), ".")
	parts[1], _, _ = strings.Cut(payload, ".")
	return strings.Join(parts, ".")
}

// TestUnnamedKey: what names no key at all is let pass in the outdated form alone,
// and never called verified.
func TestUnnamedKey(t *testing.T) {
	t.Parallel()
	a, outdatedOnly := newAPI(t), newAPI(t, strictly(t, vcapi.EnvelopedOutdated))
	p := newParty(t)
	doc := with(t, a.plain(vcapi.P256RDFC), obj{"issuer": "https://vc.example/issuers/1"})
	unnamed := func(doc obj) obj {
		return vcJWT(p.jwt(outdated("vc", doc, obj{"iss": doc["issuer"]}), oldHeader, obj{"kid": nil}))
	}
	present := func(vc obj) obj { return p.sign(presentation(p.did, vc), authenticating(challenge, domain)) }
	for _, in := range everywhere {
		r := a.present(in, present(unnamed(doc)), asked)
		r.accepted(t, in)
		if got := r.list("results"); len(got) != 2 || got[1]["verified"] != false || got[1]["checked"] != false || len(asList(got[1]["proofs"])) != 0 {
			t.Errorf("%s: results %v", in, got)
		}
		if w := r.list("warnings"); len(w) != 2 || w[1]["pointer"] != "/verifiableCredential/0/id" {
			t.Errorf("%s: warnings %v", in, w)
		}
		outdatedOnly.present(in, present(unnamed(doc)), asked).refused(t, in+" that does not report")

		r = a.verify(in, unnamed(doc))
		if in != vcapi.JWTES256 {
			r.refused(t, in+", alone")
			continue
		}
		if r.status != http.StatusOK || r.body["verified"] != false || len(r.list("warnings")) != 2 || r.list("results")[0]["checked"] != false {
			t.Errorf("alone: %d %s", r.status, r.text)
		}
		r.complete(t, "alone")
	}
	in := vcapi.JWTES256
	for what, vc := range map[string]obj{
		"in today's form":      vcJWT(p.jwt(doc, obj{"kid": nil})),
		"issuer a DID":         unnamed(with(t, doc, obj{"issuer": "did:web:vc.example"})),
		"valid no longer":      unnamed(with(t, doc, obj{"validUntil": "2024-02-01T00:00:00Z"})),
		"an undefined term":    unnamed(with(t, doc, obj{"finalGrade": "x"})),
		"no type":              unnamed(with(t, doc, obj{"type": nil})),
		"another context":      with(t, unnamed(doc), obj{"@context": contexts2}),
		"a status to be asked": unnamed(with(t, doc, obj{"credentialStatus": entry("https://status.example/1", 7)})),
	} {
		o := obj{"checks": []any{"credentialStatus"}}
		a.verify(in, vc, o).refused(t, what)
		if vp, err := p.trySign(encode(t, presentation(p.did, vc)), authenticating(challenge, domain)); err == nil {
			a.present(in, rawJSON(vp), with(t, asked, o)).refused(t, what+", presented")
		}
	}
}

const contexts2 = "https://www.w3.org/ns/credentials/examples/v2"

// TestVectorsEnvelope: tokens of the data model's suite that name no key, and one of
// ours, are reported, and their envelope is held to the data model.
func TestVectorsEnvelope(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.JWTES256
	doc := with(t, a.plain(in), obj{"issuer": "https://vc.example/issuers/1"})
	ours := newParty(t).jwt(outdated("vc", doc, obj{"iss": doc["issuer"]}), oldHeader, obj{"kid": nil})
	for what, vc := range unnamedInVectors(t, map[string]obj{"ours": vcJWT(ours)}) {
		token, _, _ := tokenIn(t, vc)
		for what, vc := range map[string]obj{what: vc, what + ", as a credential": vcJWT(token)} {
			r := a.verify(in, vc, obj{"checks": []any{"proof"}})
			if r.status != http.StatusOK || r.body["verified"] != false {
				t.Errorf("%s: %d %s", what, r.status, r.text)
			}
			for change, bad := range map[string]obj{
				"contexts empty":  {"@context": []any{}},
				"another context": {"@context": contexts2},
				"no data URL":     {"id": strings.TrimPrefix(vc["id"].(string), "data:")},
				"no type":         {"type": nil},
				"another type":    {"type": []any{"VerifiableCredential"}},
			} {
				a.verify(in, with(t, vc, bad), obj{"checks": []any{"proof"}}).refused(t, what+", "+change)
			}
		}
	}
}

// unnamedInVectors adds the credentials in envelopes of the data model's suite that
// are to be accepted although their tokens name no key.
func unnamedInVectors(t *testing.T, list map[string]obj) map[string]obj {
	t.Helper()
	dir, cases := dataModelVectors(t)
	for _, v := range cases {
		if v.Expect != "accept" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(v.File)))
		if err != nil {
			t.Fatal(err)
		}
		var vp obj
		if json.Unmarshal(text, &vp) != nil {
			continue
		}
		for i, entry := range asList(vp["verifiableCredential"]) {
			vc, _ := entry.(obj)
			if vc["type"] != "EnvelopedVerifiableCredential" {
				continue
			}
			if _, header, claims := tokenIn(t, vc); header["kid"] == nil && claims["vc"] != nil {
				list[fmt.Sprintf("%s, credential %d", v.File, i+1)] = vc
			}
		}
	}
	return list
}
