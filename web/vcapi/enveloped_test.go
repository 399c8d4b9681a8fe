package vcapi_test

import (
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/web/vcapi"
)

// jwt signs a payload with the key of the party. The members of header change
// what a credential's token has there; nil drops one.
func (p *party) jwt(payload any, header ...obj) string {
	p.t.Helper()
	alg, err := keys.TokenAlgorithm(p.key.Public())
	if err != nil {
		p.t.Fatal(err)
	}
	h := obj{"alg": alg, "typ": "vc+jwt", "cty": "vc", "kid": p.vm}
	for _, change := range header {
		h = with(p.t, h, change)
	}
	b64 := base64.RawURLEncoding
	input := b64.EncodeToString(encode(p.t, h)) + "." + b64.EncodeToString(encode(p.t, payload))
	sig, err := jose.Sign(p.key, alg, []byte(input))
	if err != nil {
		p.t.Fatal(err)
	}
	return input + "." + b64.EncodeToString(sig)
}

var vpHeader = obj{"typ": "vp+jwt", "cty": "vp"}

// enveloped puts a token into an envelope.
func enveloped(media, token string) obj {
	kind := "EnvelopedVerifiableCredential"
	if strings.HasPrefix(media, "application/vp") {
		kind = "EnvelopedVerifiablePresentation"
	}
	return obj{"@context": contexts.CredentialsV2, "type": kind, "id": "data:" + media + "," + token}
}

func vcJWT(token string) obj { return enveloped("application/vc+jwt", token) }
func vpJWT(token string) obj { return enveloped("application/vp+jwt", token) }

// tokenIn takes the token out of an envelope, apart.
func tokenIn(t testing.TB, envelope obj) (token string, header, payload obj) {
	t.Helper()
	id, _ := envelope["id"].(string)
	_, token, _ = strings.Cut(id, ",")
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no token in %v", envelope)
	}
	for i, into := range []*obj{&header, &payload} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatal(err)
		}
	}
	return token, header, payload
}

var everywhere = []string{
	vcapi.Ed25519RDFC, vcapi.Ed25519JCS, vcapi.P256RDFC, vcapi.P384RDFC, vcapi.P256JCS, vcapi.P384JCS, vcapi.P256SD,
	vcapi.JWTES256, vcapi.Status, vcapi.ConformanceCrypto,
}

// TestIssueToken looks at what the instance jwt-es256 makes (VC Data Model 2.0,
// 4.13.1; Securing Verifiable Credentials using JOSE and COSE, 3.1.1).
func TestIssueToken(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.JWTES256
	doc := with(t, a.plain(in), obj{"issuer": obj{"id": "did:example:issuer", "name": "Example"}})
	r := a.issue(in, doc)
	if r.status != http.StatusCreated || len(r.list("warnings")) != 1 {
		t.Fatalf("%d %s", r.status, r.text)
	}
	vc := r.body["verifiableCredential"].(obj)
	if vc["@context"] != contexts.CredentialsV2 || vc["type"] != "EnvelopedVerifiableCredential" || len(vc) != 3 ||
		!strings.HasPrefix(vc["id"].(string), "data:application/vc+jwt,ey") {
		t.Errorf("envelope: %v", vc)
	}
	_, header, payload := tokenIn(t, vc)
	method := a.ids[in] + "#" + strings.TrimPrefix(a.ids[in], "did:key:")
	for name, want := range map[string]string{"alg": "ES256", "typ": "vc+jwt", "cty": "vc", "kid": method} {
		if header[name] != want {
			t.Errorf("%s is %v, want %s", name, header[name], want)
		}
	}
	doc["issuer"].(obj)["id"] = a.ids[in]
	if got, want := string(encode(t, payload)), string(encode(t, doc)); got != want {
		t.Errorf("payload %s, want %s", got, want)
	}
	p := newParty(t)
	for _, at := range everywhere {
		r := a.verify(at, vc)
		r.accepted(t, at)
		told := asList(r.list("results")[0]["proofs"])[0].(obj)
		if told["type"] != "vc+jwt" || told["algorithm"] != "ES256" || told["verificationMethod"] != method || told["cryptosuite"] != nil {
			t.Errorf("%s: %v", at, told)
		}
		vp := p.sign(presentation(p.did, vc), authenticating(challenge, domain))
		r = a.present(at, vp, asked)
		r.accepted(t, "presented at "+at)
		if got := r.list("results"); len(got) != 2 || got[1]["verified"] != true || got[1]["checked"] != true || got[1]["pointer"] != "/verifiableCredential/0" {
			t.Errorf("results at %s: %v", at, got)
		}
	}
	a.verify(in, vc, obj{"verificationMethod": method, "checks": []string{"proof", "credentialStatus"}}).accepted(t, "the method is expected")

	for what, tt := range map[string]struct {
		change obj
		o      obj
		status int
		kind   string
	}{
		"an undefined term": {obj{"finalGrade": "x"}, nil, 422, "DATA_LOSS_DETECTION_ERROR"},
		"an undefined type": {obj{"type": []any{"VerifiableCredential", "NoSuch"}}, nil, 422, "DATA_LOSS_DETECTION_ERROR"},
		"1.1":               {obj{"@context": []any{contexts.CredentialsV1}, "issuanceDate": "2024-01-01T00:00:00Z"}, nil, 400, "MALFORMED_VALUE_ERROR"},
		"no subject":        {obj{"credentialSubject": nil}, nil, 400, "MALFORMED_VALUE_ERROR"},
		"a claim vc":        {obj{"vc": obj{}}, nil, 0, ""},
		"iss of another":    {obj{"iss": "did:example:other"}, nil, 400, "INVALID_VERIFICATION_METHOD"},
		"exp in words":      {obj{"exp": "tomorrow"}, nil, 400, "RANGE_ERROR"},
		"a challenge":       {nil, obj{"challenge": "c"}, 400, "PROOF_GENERATION_ERROR"},
		"a domain":          {nil, obj{"domain": "d"}, 400, "PROOF_GENERATION_ERROR"},
		"created":           {nil, obj{"created": "2024-01-01T00:00:00Z"}, 400, "PROOF_GENERATION_ERROR"},
		"expires":           {nil, obj{"expires": "2094-01-01T00:00:00Z"}, 400, "PROOF_GENERATION_ERROR"},
		"a proof":           {nil, obj{"type": "DataIntegrityProof"}, 400, "PROOF_GENERATION_ERROR"},
		"a suite":           {nil, obj{"cryptosuite": "ecdsa-rdfc-2019"}, 400, "PROOF_GENERATION_ERROR"},
		"pointers":          {nil, obj{"mandatoryPointers": []string{"/issuer"}}, 400, "PROOF_GENERATION_ERROR"},
		"a status entry":    {nil, obj{"credentialStatus": obj{"type": "BitstringStatusListEntry"}}, 400, "PROOF_GENERATION_ERROR"},
	} {
		o := tt.o
		if o == nil {
			o = obj{}
		}
		r := a.issue(in, with(t, a.plain(in), tt.change), o)
		if tt.status == 0 && (r.status == 400 || r.status == 422) {
			continue
		}
		if r.status != tt.status || !slices.Contains(r.types(), tt.kind) {
			t.Errorf("%s: %d %v, want %d %s: %s", what, r.status, r.types(), tt.status, tt.kind, r.text)
			continue
		}
		problemDetails(t, r)
	}
}

// TestTokenRefused goes through what a credential in an envelope can have wrong.
func TestTokenRefused(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.P256RDFC
	p, other := newECDSAParty(t, elliptic.P256()), newECDSAParty(t, elliptic.P256())
	doc := with(t, a.plain(in), obj{"issuer": p.did})
	good := vcJWT(p.jwt(doc))
	token, _, _ := tokenIn(t, good)
	parts := strings.Split(token, ".")
	b64 := base64.RawURLEncoding.EncodeToString
	jwk, err := keys.DIDJWK(p.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()

	for what, vc := range map[string]obj{
		"as it should be": good,
		"no cty":          vcJWT(p.jwt(doc, obj{"cty": nil})),
		"no kid":          vcJWT(p.jwt(doc, obj{"kid": nil})),
		"did:jwk":         vcJWT(p.jwt(with(t, doc, obj{"issuer": jwk}), obj{"kid": jwk + "#0"})),
		"claims beside": vcJWT(p.jwt(with(t, doc, obj{
			"iss": p.did, "jti": doc["id"], "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "nonce": challenge, "aud": domain,
		}))),
		"an issuer object": vcJWT(p.jwt(with(t, doc, obj{"issuer": obj{"id": p.did}}))),
		"Ed25519": func() obj {
			e := newParty(t)
			return vcJWT(e.jwt(with(t, doc, obj{"issuer": e.did})))
		}(),
		"a proof inside": vcJWT(p.jwt(p.sign(doc))),
	} {
		a.verify(in, vc).accepted(t, what)
	}
	a.verify(in, vcJWT(p.jwt(with(t, doc, obj{"nonce": challenge, "aud": domain}))), asked).accepted(t, "asked for")

	changed := with(t, doc, obj{"credentialSubject": obj{"id": "did:example:mallory"}})
	flipped := []byte(parts[2])
	if flipped[10]++; flipped[10] != 'B' {
		flipped[10] = 'A'
	}
	for what, tt := range map[string]struct {
		vc   obj
		o    obj
		code string
	}{
		"payload changed":        {vc: vcJWT(parts[0] + "." + b64(encode(t, changed)) + "." + parts[2]), code: "signature"},
		"header changed":         {vc: vcJWT(b64(encode(t, obj{"alg": "ES256", "typ": "vc+jwt", "kid": p.vm})) + "." + parts[1] + "." + parts[2]), code: "signature"},
		"signature changed":      {vc: vcJWT(parts[0] + "." + parts[1] + "." + string(flipped)), code: "signature"},
		"signature of another":   {vc: vcJWT(other.jwt(doc, obj{"kid": p.vm})), code: "signature"},
		"key of another":         {vc: vcJWT(other.jwt(doc)), code: "key"},
		"key not known":          {vc: vcJWT(p.jwt(with(t, doc, obj{"issuer": "did:web:vc.example"}), obj{"kid": "did:web:vc.example#1"})), code: "key"},
		"key not listed":         {vc: vcJWT(p.jwt(doc, obj{"kid": p.did + "#1"})), code: "key"},
		"kid a thumbprint":       {vc: vcJWT(p.jwt(doc, obj{"kid": "abc"})), code: "key"},
		"no key at all":          {vc: vcJWT(p.jwt(with(t, doc, obj{"issuer": "https://vc.example/1"}), obj{"kid": nil})), code: "key"},
		"alg none":               {vc: vcJWT(b64(encode(t, obj{"alg": "none", "typ": "vc+jwt"})) + "." + parts[1] + ".AAAA"), code: "header"},
		"HS256":                  {vc: vcJWT(p.jwt(doc, obj{"alg": "HS256"})), code: "header"},
		"ES384 with P-256":       {vc: vcJWT(p.jwt(doc, obj{"alg": "ES384"}))},
		"typ JWT":                {vc: vcJWT(p.jwt(doc, obj{"typ": "JWT"})), code: "header"},
		"typ vp+jwt":             {vc: vcJWT(p.jwt(doc, obj{"typ": "vp+jwt"})), code: "header"},
		"cty vp":                 {vc: vcJWT(p.jwt(doc, obj{"cty": "vp"})), code: "header"},
		"a key brought along":    {vc: vcJWT(p.jwt(doc, obj{"jwk": obj{"kty": "OKP"}}))},
		"critical unknown":       {vc: vcJWT(p.jwt(doc, obj{"crit": []any{"x"}, "x": 1})), code: "header"},
		"a claim vc":             {vc: vcJWT(p.jwt(with(t, doc, obj{"vc": doc}))), code: "type"},
		"iss of another":         {vc: vcJWT(p.jwt(with(t, doc, obj{"iss": other.did}))), code: "key"},
		"jti of another":         {vc: vcJWT(p.jwt(with(t, doc, obj{"jti": "urn:uuid:1"}))), code: "schema"},
		"expired":                {vc: vcJWT(p.jwt(with(t, doc, obj{"exp": now.Add(-time.Hour).Unix()}))), code: "validity"},
		"not yet":                {vc: vcJWT(p.jwt(with(t, doc, obj{"nbf": now.Add(time.Hour).Unix()}))), code: "validity"},
		"valid no longer":        {vc: vcJWT(p.jwt(with(t, doc, obj{"validUntil": "2024-02-01T00:00:00Z"}))), code: "validity"},
		"an undefined term":      {vc: vcJWT(p.jwt(with(t, doc, obj{"finalGrade": "x"}))), code: "context"},
		"an undefined type":      {vc: vcJWT(p.jwt(with(t, doc, obj{"type": []any{"VerifiableCredential", "NoSuch"}}))), code: "context"},
		"an unknown context":     {vc: vcJWT(p.jwt(with(t, doc, obj{"@context": []any{contexts.CredentialsV2, "https://unknown.example/1"}}))), code: "context"},
		"1.1":                    {vc: vcJWT(p.jwt(with(t, a.old(in), obj{"issuer": p.did}))), code: "context"},
		"no subject":             {vc: vcJWT(p.jwt(with(t, doc, obj{"credentialSubject": nil}))), code: "schema"},
		"a bad proof inside":     {vc: vcJWT(p.jwt(with(t, p.sign(doc), obj{"id": "urn:uuid:36245ee9-9074-4b05-a777-febff2e69750"}))), code: "signature"},
		"a number":               {vc: vcJWT(p.jwt(5))},
		"two parts":              {vc: vcJWT(parts[0] + "." + parts[1])},
		"four parts":             {vc: vcJWT(token + ".AAAA")},
		"padded":                 {vc: vcJWT(token + "==")},
		"another media type":     {vc: enveloped("application/jwt", token)},
		"a draft's media type":   {vc: enveloped("application/vc-ld+jwt", token)},
		"in base64":              {vc: enveloped("application/vc+jwt;base64", token), code: "type"},
		"COSE":                   {vc: enveloped("application/vc+cose", "0oRD"), code: "type"},
		"as an SD-JWT":           {vc: enveloped("application/vc+sd-jwt", token)},
		"as a presentation":      {vc: with(t, good, obj{"type": "EnvelopedVerifiablePresentation"})},
		"as a credential":        {vc: with(t, good, obj{"type": []any{"VerifiableCredential"}})},
		"no type":                {vc: with(t, good, obj{"type": nil})},
		"no id":                  {vc: with(t, good, obj{"id": nil})},
		"no data URL":            {vc: with(t, good, obj{"id": token})},
		"over https":             {vc: with(t, good, obj{"id": "https://vc.example/vc.jwt"})},
		"HTML":                   {vc: with(t, good, obj{"id": "data:text/html,<b>"})},
		"no context":             {vc: with(t, good, obj{"@context": nil})},
		"contexts empty":         {vc: with(t, good, obj{"@context": []any{}})},
		"another context":        {vc: with(t, good, obj{"@context": contexts.CredentialsExamplesV2})},
		"a context nobody knows": {vc: with(t, good, obj{"@context": []any{contexts.CredentialsV2, "https://unknown.example/1"}}), code: "context"},
		"one member more":        {vc: with(t, good, obj{"name": "x"})},
		"another challenge":      {vc: good, o: obj{"challenge": "x"}, code: "proof"},
		"another domain":         {vc: vcJWT(p.jwt(with(t, doc, obj{"aud": []any{domain, "x"}}))), o: obj{"domain": domain}, code: "proof"},
		"another purpose":        {vc: good, o: obj{"expectedProofPurpose": "authentication"}, code: "proof"},
		"another method":         {vc: good, o: obj{"verificationMethod": other.vm}, code: "key"},
		"status not to be had":   {vc: vcJWT(p.jwt(with(t, doc, obj{"credentialStatus": entry("https://status.example/1", 7)}))), o: obj{"checks": "credentialStatus"}, code: "status"},
		"status malformed":       {vc: vcJWT(p.jwt(with(t, doc, obj{"credentialStatus": obj{"type": "BitstringStatusListEntry"}}))), code: "schema"},
		"a presentation inside":  {vc: vcJWT(p.jwt(with(t, presentation(p.did), obj{"issuer": p.did})))},
	} {
		o := tt.o
		if o == nil {
			o = obj{}
		}
		r := a.verify(in, tt.vc, o)
		r.refused(t, what)
		if tt.code != "" && !slices.Contains(r.codes(), tt.code) {
			t.Errorf("%s: %v, want %s: %s", what, r.codes(), tt.code, r.text)
		}
		if strings.Contains(r.text, "finalGrade") || strings.Contains(r.text, "NoSuch") || strings.Contains(r.text, "unknown.example") {
			t.Errorf("%s: the answer repeats the request: %s", what, r.text)
		}
		if vp, err := p.trySign(encode(t, presentation(p.did, tt.vc)), authenticating(challenge, domain)); err == nil && tt.o == nil {
			a.present(in, rawJSON(vp), asked).refused(t, what+", presented")
		}
	}
	r := a.verify(vcapi.ConformanceCrypto, vcJWT(other.jwt(doc)))
	r.accepted(t, "the key of another, reported")
	if len(r.list("warnings")) != 1 {
		t.Errorf("warnings: %v", r.list("warnings"))
	}
}

// TestEveryPartOfAToken changes character after character: none verifies.
func TestEveryPartOfAToken(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	vc := a.issued(vcapi.JWTES256, a.plain(vcapi.JWTES256))
	token, _, _ := tokenIn(t, vc)
	for i := range len(token) {
		if i%3 > 0 && i < len(token)-2 {
			continue
		}
		changed := []byte(token)
		switch changed[i] {
		case 'A':
			changed[i] = 'B'
		case '.':
			changed[i] = '_'
		default:
			changed[i] = 'A'
		}
		if r := a.verify(vcapi.JWTES256, vcJWT(string(changed))); r.status != http.StatusBadRequest {
			t.Errorf("character %d: %d %s", i, r.status, r.text)
		}
	}
}

// entry is a status entry that the caller brings along.
func entry(list string, index int) obj {
	return obj{
		"id": list + "#x", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
		"statusListIndex": strconv.Itoa(index), "statusListCredential": list,
	}
}

// TestEnvelopedPresentations: a presentation as a token, with credentials of
// every kind inside.
func TestEnvelopedPresentations(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	p, other := newParty(t), newParty(t)
	vc := a.issued(vcapi.P384RDFC, a.plain(vcapi.P384RDFC))
	jwt := a.issued(vcapi.JWTES256, a.plain(vcapi.JWTES256))
	vp := presentation(p.did, vc, jwt)
	said := with(t, vp, obj{"nonce": challenge, "aud": domain, "iss": p.did})
	for _, in := range everywhere {
		r := a.present(in, vpJWT(p.jwt(said, vpHeader)), asked)
		r.accepted(t, in)
		got := r.list("results")
		if len(got) != 3 || got[0]["pointer"] != "" || got[1]["pointer"] != "/id/verifiableCredential/0" || got[2]["verified"] != true {
			t.Errorf("results: %v", got)
		}
	}
	in := vcapi.P256RDFC
	a.present(in, vpJWT(p.jwt(vp, vpHeader))).accepted(t, "nothing asked")
	a.present(in, vpJWT(p.jwt(presentation("", jwt), vpHeader))).accepted(t, "no holder")
	a.present(in, vpJWT(p.jwt(with(t, vp, obj{"aud": []any{domain}, "nonce": challenge}), vpHeader)), asked).accepted(t, "one audience")

	changed := with(t, vc, obj{"credentialSubject": obj{"id": "did:example:mallory"}})
	for what, tt := range map[string]struct {
		vp   obj
		kind string
	}{
		"no nonce":             {vpJWT(p.jwt(with(t, said, obj{"nonce": nil}), vpHeader)), "INVALID_CHALLENGE_ERROR"},
		"another nonce":        {vpJWT(p.jwt(with(t, said, obj{"nonce": "x"}), vpHeader)), "INVALID_CHALLENGE_ERROR"},
		"nonce a number":       {vpJWT(p.jwt(with(t, said, obj{"nonce": 4}), vpHeader)), "INVALID_CHALLENGE_ERROR"},
		"no audience":          {vpJWT(p.jwt(with(t, said, obj{"aud": nil}), vpHeader)), "INVALID_DOMAIN_ERROR"},
		"another audience":     {vpJWT(p.jwt(with(t, said, obj{"aud": "x"}), vpHeader)), "INVALID_DOMAIN_ERROR"},
		"two audiences":        {vpJWT(p.jwt(with(t, said, obj{"aud": []any{domain, "x"}}), vpHeader)), "INVALID_DOMAIN_ERROR"},
		"another holder":       {vpJWT(p.jwt(with(t, said, obj{"holder": other.did, "iss": nil}), vpHeader)), "INVALID_VERIFICATION_METHOD"},
		"iss not the holder":   {vpJWT(p.jwt(with(t, said, obj{"iss": other.did}), vpHeader)), "INVALID_VERIFICATION_METHOD"},
		"signed by another":    {vpJWT(other.jwt(said, vpHeader, obj{"kid": p.vm})), "PROOF_VERIFICATION_ERROR"},
		"no key":               {vpJWT(p.jwt(with(t, said, obj{"holder": nil, "iss": nil}), vpHeader, obj{"kid": nil})), "INVALID_VERIFICATION_METHOD"},
		"typ of a credential":  {vpJWT(p.jwt(said)), ""},
		"an undefined term":    {vpJWT(p.jwt(with(t, said, obj{"finalGrade": 1}), vpHeader)), "DATA_LOSS_DETECTION_ERROR"},
		"expired":              {vpJWT(p.jwt(with(t, said, obj{"exp": 1}), vpHeader)), "RANGE_ERROR"},
		"a changed credential": {vpJWT(p.jwt(with(t, said, obj{"verifiableCredential": []any{jwt, changed}}), vpHeader)), "PROOF_VERIFICATION_ERROR"},
		"a string inside":      {vpJWT(p.jwt(with(t, said, obj{"verifiableCredential": []any{"x"}}), vpHeader)), "MALFORMED_VALUE_ERROR"},
		"a credential":         {vpJWT(p.jwt(with(t, a.plain(in), obj{"nonce": challenge, "aud": domain}), vpHeader)), ""},
		"another context":      {with(t, vpJWT(p.jwt(said, vpHeader)), obj{"@context": []any{contexts.CredentialsExamplesV2}}), ""},
		"contexts empty":       {with(t, vpJWT(p.jwt(said, vpHeader)), obj{"@context": []any{}}), ""},
		"type of another":      {with(t, vpJWT(p.jwt(said, vpHeader)), obj{"type": []any{"VerifiablePresentation"}}), ""},
		"no data URL":          {with(t, vpJWT(p.jwt(said, vpHeader)), obj{"id": p.jwt(said, vpHeader)}), ""},
	} {
		r := a.present(in, tt.vp, asked)
		r.refused(t, what)
		if tt.kind != "" && !slices.Contains(r.types(), tt.kind) {
			t.Errorf("%s: %v, want %s: %s", what, r.types(), tt.kind, r.text)
		}
	}
	a.verify(in, vpJWT(p.jwt(said, vpHeader))).refused(t, "in place of a credential")
}

// TestEnvelopedSDJWT: the other form of Securing Verifiable Credentials using
// JOSE and COSE (3.2.1).
func TestEnvelopedSDJWT(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	p := newECDSAParty(t, elliptic.P256())
	doc := with(t, a.plain(vcapi.P256RDFC), obj{"issuer": p.did})
	hidden, err := sdjwt.ParsePath("credentialSubject.name")
	if err != nil {
		t.Fatal(err)
	}
	secure := func(doc obj, h jose.TokenHeader, by *party) string {
		t.Helper()
		h.Algorithm, h.Type = keys.ES256, sdjwt.TypeW3C
		unsigned, err := sdjwt.Issue(encode(t, doc), []sdjwt.Path{hidden}, h, sdjwt.IssueOptions{})
		if err != nil {
			t.Fatal(err)
		}
		signed, err := sdjwt.Sign(by.key, unsigned)
		if err != nil {
			t.Fatal(err)
		}
		return string(signed)
	}
	const media = "application/vc+sd-jwt"
	whole := secure(doc, jose.TokenHeader{KeyID: p.vm}, p)
	jwt, _, _ := strings.Cut(whole, "~")
	in := vcapi.P384JCS
	a.verify(in, enveloped(media, whole)).accepted(t, "all disclosed")
	a.verify(in, enveloped(media, jwt+"~")).accepted(t, "nothing disclosed")
	other := newECDSAParty(t, elliptic.P256())
	for what, vc := range map[string]obj{
		"no tilde":             enveloped(media, jwt),
		"signed by another":    enveloped(media, secure(doc, jose.TokenHeader{KeyID: p.vm}, other)),
		"key of another":       enveloped(media, secure(doc, jose.TokenHeader{KeyID: other.vm}, other)),
		"a disclosure changed": enveloped(media, jwt+"~WyJzYWx0IiwibmFtZSIsIkJvYiJd~"),
		"a key binding":        enveloped(media, whole+p.jwt(obj{"nonce": "x"}, obj{"typ": "kb+jwt", "cty": nil, "kid": nil})),
		"an undefined term":    enveloped(media, secure(with(t, doc, obj{"finalGrade": "x"}), jose.TokenHeader{KeyID: p.vm}, p)),
		"valid no longer":      enveloped(media, secure(with(t, doc, obj{"validUntil": "2024-02-01T00:00:00Z"}), jose.TokenHeader{KeyID: p.vm}, p)),
		"as a JWT":             enveloped("application/vc+jwt", whole),
	} {
		a.verify(in, vc).refused(t, what)
	}
}
