package main

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/proof/cwt"
	"github.com/probatum/probatum/proof/jose"
)

// file writes a file of the test and gives its name.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func replace(t *testing.T, text, old, with string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("%q is not in %.100s", old, text)
	}
	return strings.Replace(text, old, with, 1)
}

// ownFiles is a folder of inputs like those of the suite.
var ownFiles = filepath.Join("testdata", "conformance")

// kidOf gives the name of a key in a key file: its thumbprint.
func kidOf(t *testing.T, name string) string {
	t.Helper()
	var m struct {
		PublicKeyJwk struct{ Kid string }
	}
	if err := json.Unmarshal([]byte(read(t, ownFiles, name)), &m); err != nil {
		t.Fatal(err)
	}
	return m.PublicKeyJwk.Kid
}

// secret gives the secret key of a key file.
func secret(t *testing.T, name string) crypto.Signer {
	t.Helper()
	var m struct {
		SecretKeyJwk json.RawMessage
	}
	if err := json.Unmarshal([]byte(read(t, ownFiles, name)), &m); err != nil {
		t.Fatal(err)
	}
	s, _, err := private.ParseJWK(m.SecretKeyJwk)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// token signs any payload.
func token(t *testing.T, s crypto.Signer, h jose.TokenHeader, payload string) string {
	t.Helper()
	input, err := jose.TokenInput(h, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	out, err := jose.SignToken(s, input)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// Every key and every mechanism, both ways.
func TestConformanceIssuesAndVerifies(t *testing.T) {
	t.Parallel()
	dir := ownFiles
	good := "data:application/vc+jwt," + strings.TrimSpace(read(t, dir, "credential-jose-minimal.txt"))
	presentation := file(t, `{"@context":["https://www.w3.org/ns/credentials/v2"],"type":"VerifiablePresentation","holder":"https://issuer.example/keys",`+
		`"verifiableCredential":{"@context":"https://www.w3.org/ns/credentials/v2","type":"EnvelopedVerifiableCredential","id":"`+good+`"}}`)
	for _, key := range []string{"vm-p256.json", "vm-p384.json", "vm-p521.json", "vm-ed25519.json"} {
		for _, mechanism := range []string{"jose", "sdjwt", "cose"} {
			for kind, input := range map[string]string{"credential": filepath.Join(dir, "credential-minimal.json"), "presentation": presentation} {
				t.Run(key+"/"+kind+"_"+mechanism, func(t *testing.T) {
					t.Parallel()
					flags := []string{"--key", filepath.Join(dir, key), "--feature", kind + "_" + mechanism}
					issued, said := conform(t, append([]string{"issue", "--input", input}, flags...)...)
					if issued.Result != "success" || said != "" {
						t.Fatalf("issuing: %s: %s %s", issued.Result, issued.Data, said)
					}
					got, _ := conform(t, append([]string{"verify", "--input", file(t, issued.Data)}, flags...)...)
					if got.Result != "success" || !json.Valid([]byte(got.Data)) {
						t.Errorf("verifying: %s: %s", got.Result, got.Data)
					}
					// The refused twins: another key, another kind, a changed byte.
					other := "vm-p256.json"
					if key == other {
						other = "vm-p384.json"
					}
					swapped := map[string]string{"credential": "presentation_", "presentation": "credential_"}[kind] + mechanism
					at := len(issued.Data) / 2
					changed := []byte(issued.Data)
					changed[at] ^= 1
					for what, args := range map[string][]string{
						"another key":  {"--input", file(t, issued.Data), "--key", filepath.Join(dir, other), "--feature", kind + "_" + mechanism},
						"another kind": {"--input", file(t, issued.Data), "--key", filepath.Join(dir, key), "--feature", swapped},
						"changed":      append([]string{"--input", file(t, string(changed))}, flags...),
						"cut":          append([]string{"--input", file(t, issued.Data[:at])}, flags...),
						"twice":        append([]string{"--input", file(t, issued.Data+"\n"+issued.Data)}, flags...),
						"unsecured":    append([]string{"--input", input}, flags...),
						"empty":        append([]string{"--input", file(t, "")}, flags...),
					} {
						if got, _ := conform(t, append([]string{"verify"}, args...)...); got.Result != "failure" || got.Data == "" {
							t.Errorf("%s: %s: %s", what, got.Result, got.Data)
						}
					}
				})
			}
		}
	}
}

func TestConformanceRefusesDocuments(t *testing.T) {
	t.Parallel()
	dir := ownFiles
	minimal := read(t, dir, "credential-minimal.json")
	tomorrow, yesterday := time.Now().Add(25*time.Hour).UTC().Format(time.RFC3339), time.Now().Add(-25*time.Hour).UTC().Format(time.RFC3339)
	from := `"validFrom": "2010-01-01T19:23:24Z"`
	h := jose.TokenHeader{Algorithm: "ES256", Type: "vc+jwt", ContentType: "vc"}
	for what, c := range map[string]struct {
		document      string
		issue, verify string // results; empty: not asked
		part          string // of the reason
		change        func(*jose.TokenHeader)
	}{
		"as it is":             {document: minimal, issue: "success", verify: "success"},
		"member by @vocab":     {document: replace(t, minimal, `"id"`, `"extra": 1, "id"`), issue: "failure", verify: "failure", part: "“extra”"},
		"member below the top": {document: replace(t, minimal, `"degree": {`, `"extra": 1, "degree": {`), issue: "success", verify: "success"},
		"member defined inline": {document: replace(t, replace(t, minimal, `"id"`, `"extra": 1, "id"`), `/examples/v2"`,
			`/examples/v2", {"extra": "https://example.org/extra"}`), issue: "success", verify: "success"},
		"member by an inline @vocab": {document: replace(t, replace(t, minimal, `"id"`, `"extra": 1, "id"`), `/examples/v2"`,
			`/examples/v2", {"@vocab": "https://example.org/"}`), issue: "failure", verify: "failure", part: "“extra”"},
		"member defined as null": {document: replace(t, replace(t, minimal, `"id"`, `"extra": 1, "id"`), `/examples/v2"`,
			`/examples/v2", {"extra": null}`), issue: "failure", verify: "failure", part: "“extra”"},
		"vc":                    {document: replace(t, minimal, `"id"`, `"vc": {}, "id"`), issue: "failure", verify: "failure"},
		"unknown context":       {document: replace(t, minimal, "examples/v2", "examples/v3"), issue: "failure", verify: "failure", part: "context"},
		"data model 1.1":        {document: replace(t, minimal, "https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"), issue: "failure", verify: "failure"},
		"no issuer":             {document: replace(t, minimal, `"issuer": "https://issuer.example/keys",`, ``), issue: "failure", verify: "failure"},
		"no type":               {document: replace(t, minimal, `"VerifiableCredential",`, ``), issue: "failure", verify: "failure"},
		"a time without a zone": {document: replace(t, minimal, "19:23:24Z", "19:23:24"), issue: "failure", verify: "failure"},
		"a member twice":        {document: replace(t, minimal, from, from+","+from), issue: "failure", verify: "failure"},
		"ended":                 {document: replace(t, minimal, from, from+`,"validUntil":"`+yesterday+`"`), issue: "success", verify: "failure", part: "validity"},
		"not begun":             {document: replace(t, minimal, "2010-01-01T19:23:24Z", tomorrow), issue: "success", verify: "failure", part: "validity"},
		"ends before it begins": {document: replace(t, minimal, from, from+`,"validUntil":"2009-01-01T00:00:00Z"`), issue: "failure", verify: "failure"},
		"with a proof":          {document: replace(t, minimal, from, from+`,"proof":{"type":"DataIntegrityProof"}`), issue: "failure"},
		"a list":                {document: "[" + minimal + "]", issue: "failure"},
		"no JSON":               {document: "credential", issue: "failure"},
		"an envelope":           {document: `{"@context":["https://www.w3.org/ns/credentials/v2"],"type":"EnvelopedVerifiableCredential","id":"data:application/vc+jwt,a.b.c"}`, issue: "failure", verify: "failure"},
		"iat as a text":         {document: replace(t, minimal, from, from+`,"iat":"2010-01-01T19:23:24Z"`), verify: "success"},
		"iat as a list":         {document: replace(t, minimal, from, from+`,"iat":[1]`), verify: "failure", part: "validity"},
		"nbf as a text":         {document: replace(t, minimal, from, from+`,"nbf":"2010-01-01T19:23:24Z"`), verify: "failure", part: "validity"},
		"another iss":           {document: replace(t, minimal, from, from+`,"iss":"https://issuer.example/other"`), verify: "failure", part: "key"},
		"another jti":           {document: replace(t, minimal, from, from+`,"jti":"http://school.example/credentials/8"`), verify: "failure"},
		"typ of an SD-JWT":      {document: minimal, verify: "failure", part: "header", change: func(h *jose.TokenHeader) { h.Type = "vc+sd-jwt" }},
		"no typ":                {document: minimal, verify: "failure", part: "header", change: func(h *jose.TokenHeader) { h.Type = "" }},
		"cty of a presentation": {document: minimal, verify: "failure", part: "header", change: func(h *jose.TokenHeader) { h.ContentType = "vp" }},
		"kid of another":        {document: minimal, verify: "failure", part: "key", change: func(h *jose.TokenHeader) { h.KeyID = kidOf(t, "vm-p384.json") }},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			flags := []string{"--key", filepath.Join(dir, "vm-p256.json"), "--feature", "credential_jose"}
			if c.issue != "" {
				got, _ := conform(t, append([]string{"issue", "--input", file(t, c.document)}, flags...)...)
				if got.Result != c.issue || c.issue == "failure" && !strings.Contains(got.Data, c.part) && c.verify == c.issue {
					t.Errorf("issue: %s, want %s: %s", got.Result, c.issue, got.Data)
				}
			}
			if c.verify == "" {
				return
			}
			h := h
			if c.change != nil {
				c.change(&h)
			}
			secured := token(t, secret(t, "vm-p256.json"), h, c.document)
			got, said := conform(t, append([]string{"verify", "--input", file(t, secured)}, flags...)...)
			if got.Result != c.verify || c.verify == "failure" && !strings.Contains(got.Data, c.part) {
				t.Errorf("verify: %s, want %s with %q: %s", got.Result, c.verify, c.part, got.Data)
			}
			if warned := strings.Contains(said, "“iat”"); warned != (what == "iat as a text") {
				t.Errorf("warnings: %s", said)
			}
		})
	}
}

func TestConformanceLooksIntoPresentations(t *testing.T) {
	t.Parallel()
	dir := ownFiles
	minimal := read(t, dir, "credential-minimal.json")
	p256, p384 := secret(t, "vm-p256.json"), secret(t, "vm-p384.json")
	text := func(name string) string { return strings.TrimSpace(read(t, dir, name)) }
	h := jose.TokenHeader{Algorithm: "ES384", Type: "vc+jwt", ContentType: "vc", KeyID: kidOf(t, "vm-p384.json")}
	own := token(t, p384, h, minimal)
	foreign := h
	foreign.Algorithm, foreign.KeyID = "ES256", kidOf(t, "vm-p256.json")
	selective := foreign
	selective.Type = "vc+sd-jwt"
	typ := h
	typ.Type = "vp+jwt"
	others := replace(t, minimal, "https://issuer.example/keys", "https://issuer.example/other")
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	message, err := cwt.Sign(p384, cwt.Header{Type: "application/vc+cose", KeyID: []byte(h.KeyID)}, []byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	cose := base64.StdEncoding.EncodeToString(message)
	jwt, sd, cbor := "data:application/vc+jwt,", "data:application/vc+sd-jwt,", "data:application/vc+cose;base64,"
	envelope := func(id string) string {
		return `{"@context":"https://www.w3.org/ns/credentials/v2","type":"EnvelopedVerifiableCredential","id":"` + id + `"}`
	}
	at := strings.LastIndex(own, ".") + 10
	damaged := own[:at] + map[bool]string{true: "B", false: "A"}[own[at] == 'A'] + own[at+1:]
	// named signs with any key under any kid.
	named := func(kid string, by crypto.Signer) string {
		alg, err := keys.TokenAlgorithm(by.Public())
		if err != nil {
			t.Fatal(err)
		}
		return token(t, by, jose.TokenHeader{Algorithm: alg, Type: "vc+jwt", ContentType: "vc", KeyID: kid}, minimal)
	}
	coseOf := func(kid string, by crypto.Signer, document string) string {
		message, err := cwt.Sign(by, cwt.Header{Type: "application/vc+cose", KeyID: []byte(kid)}, []byte(document))
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(message)
	}
	coseBy := func(kid string, by crypto.Signer) string { return coseOf(kid, by, minimal) }
	keyDID, err := keys.DIDKey(p256.Public())
	if err != nil {
		t.Fatal(err)
	}
	keyDID += "#" + strings.TrimPrefix(keyDID, "did:key:")
	jwkDID, err := keys.DIDJWK(p256.Public())
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		credentials string
		result      string
		part        string // of the reason, or of a warning
	}{
		"none":                  {`[]`, "failure", "verifiableCredential"},
		"of the same key":       {envelope(jwt + own), "success", ""},
		"of another key":        {envelope(jwt + text("credential-jose-minimal.txt")), "success", "credential 1 was not checked"},
		"SD-JWT":                {envelope(sd + text("credential-sdjwt-selective.txt")), "success", ""},
		"COSE":                  {envelope(cbor + cose), "success", ""},
		"COSE of another":       {envelope(cbor + text("credential-cose-minimal.txt")), "success", "was not checked"},
		"SD-JWT of another":     {envelope(sd + token(t, p256, selective, minimal) + "~"), "success", "was not checked"},
		"SD-JWT of a stranger":  {envelope(sd + token(t, p256, selective, others) + "~"), "indeterminate", "was not checked"},
		"COSE of a stranger":    {envelope(cbor + coseOf(kidOf(t, "vm-p256.json"), p256, others)), "indeterminate", "was not checked"},
		"a placeholder":         {envelope(jwt + part(`{"alg":"ES256"}`) + "." + part(`{"iss":"did:example:123"}`) + "...."), "success", "only dots"},
		"one of another type":   {replace(t, envelope(jwt+part(`{"alg":"ES256"}`)+"."+part(`{}`)+"...."), `ns/credentials/v2`, `ns/credentials/v3`), "failure", "Credential 1"},
		"one with a key":        {envelope(jwt + part(`{"alg":"ES256","kid":"k"}`) + "." + part(`{}`) + "...."), "failure", "Credential 1"},
		"one of no JSON":        {envelope(jwt + part(`alg`) + "." + part(`{}`) + "...."), "failure", "Credential 1"},
		"one with something":    {envelope(jwt + part(`{"alg":"ES256"}`) + "." + part(`{}`) + "..AA."), "failure", "Credential 1"},
		"one as an SD-JWT":      {envelope(sd + part(`{"alg":"ES256"}`) + "." + part(`{}`) + "...."), "failure", "Credential 1"},
		"no signature":          {envelope(jwt + part(`{"alg":"ES256","typ":"vc+jwt"}`) + "." + part(minimal) + "."), "failure", "Credential 1"},
		"two parts":             {envelope(jwt + part(`{"alg":"ES256"}`) + "." + part(`{}`)), "failure", "Credential 1"},
		"of somebody else":      {envelope(jwt + token(t, p256, foreign, others)), "indeterminate", "was not checked"},
		"by an address":         {envelope(jwt + named("https://issuer.example/keys#key-9", p256)), "indeterminate", "was not checked"},
		"by a did:web":          {envelope(jwt + named("did:web:issuer.example#key-9", p256)), "indeterminate", "was not checked"},
		"unchecked and damaged": {"[" + envelope(jwt+named("did:web:issuer.example#key-9", p256)) + "," + envelope(jwt+damaged) + "]", "failure", "Credential 2"},
		"no kid":                {envelope(jwt + named("", p384)), "success", ""},
		"no kid, of another":    {envelope(jwt + named("", p256)), "failure", "Credential 1"},
		"no kid, COSE":          {envelope(cbor + coseBy("", p256)), "failure", "Credential 1"},
		"did:key":               {envelope(jwt + named(keyDID, p256)), "success", ""},
		"did:key of another":    {envelope(jwt + named(keyDID, p384)), "failure", "Credential 1"},
		"did:key, COSE":         {envelope(cbor + coseBy(keyDID, p256)), "success", ""},
		"did:key, other method": {envelope(jwt + named(keyDID+"x", p256)), "failure", "key"},
		"no did:key":            {envelope(jwt + named("did:key:z6Mk#z6Mk", p256)), "failure", "key"},
		"did:jwk":               {envelope(jwt + named(jwkDID+"#0", p256)), "success", ""},
		"did:jwk of another":    {envelope(jwt + named(jwkDID+"#0", p384)), "failure", "Credential 1"},
		"did:jwk, other method": {envelope(jwt + named(jwkDID+"#1", p256)), "failure", "key"},
		"one of each":           {"[" + envelope(jwt+own) + "," + envelope(sd+text("credential-sdjwt-selective.txt")) + "," + envelope(cbor+cose+`\n`) + "]", "success", "white space"},
		"damaged":               {envelope(jwt + damaged), "failure", "signature"},
		"damaged second":        {"[" + envelope(jwt+own) + "," + envelope(jwt+damaged) + "]", "failure", "Credential 2"},
		"SD-JWT, damaged":       {envelope(sd + text("credential-sdjwt-bad-signature.txt")), "failure", "signature"},
		"other type in it":      {envelope(jwt + token(t, p384, typ, minimal)), "failure", "header"},
		"bad media type in it":  {envelope(jwt + text("credential-jose-bad-media-type.txt")), "failure", "header"},
		"vc claim in it":        {envelope(jwt + text("credential-jose-vc-vp-claims.txt")), "failure", "type"},
		"unknown member in it":  {envelope(jwt + token(t, p256, foreign, replace(t, minimal, `"id"`, `"extra":1,"id"`))), "failure", "“extra”"},
		"ended":                 {envelope(jwt + token(t, p384, h, replace(t, minimal, `"issuer"`, `"validUntil":"2011-01-01T00:00:00Z","issuer"`))), "failure", "validity"},
		"media type of another": {envelope(sd + own), "failure", ""},
		"COSE without base64":   {envelope("data:application/vc+cose," + cose), "failure", "type"},
		"a draft's media type":  {envelope("data:application/vc-ld+jwt," + own), "failure", "type"},
		"no data: URL":          {envelope("https://example.org/credential"), "failure", "schema"},
		"no URL":                {envelope("bad-credential"), "failure", "schema"},
		"alg none":              {envelope(jwt + base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(minimal)) + ".AA"), "failure", "header"},
		"no envelope":           {minimal, "failure", "not in an envelope"},
		"with a proof":          {replace(t, minimal, `"issuer"`, `"proof":{"type":"DataIntegrityProof"},"issuer"`), "failure", "not in an envelope"},
		"a token as it is":      {`"` + own + `"`, "failure", "not in an envelope"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			payload := `{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiablePresentation"],"holder":"https://issuer.example/keys","exp":1734397450,"verifiableCredential":` +
				c.credentials + `}`
			vp := jose.TokenHeader{Algorithm: "ES384", Type: "vp+jwt", ContentType: "vp", KeyID: h.KeyID}
			got, said := conform(t, "verify", "--input", file(t, token(t, p384, vp, payload)), "--key", filepath.Join(dir, "vm-p384.json"), "--feature", "presentation_jose")
			if got.Result != c.result || got.Result == "failure" && !strings.Contains(got.Data, c.part) || got.Result != "failure" && !strings.Contains(said, c.part) {
				t.Errorf("%s, want %s with %q: %s\n%s", got.Result, c.result, c.part, got.Data, said)
			}
			if got.Result == "success" && !strings.Contains(said, "exp") {
				t.Errorf("no warning of a token that ran out: %s", said)
			}
		})
	}
}

func TestConformanceRefusesKeys(t *testing.T) {
	t.Parallel()
	dir := ownFiles
	key := read(t, dir, "vm-p256.json")
	other := read(t, dir, "vm-ed25519.json")
	for what, c := range map[string]struct{ key, part string }{
		"as it is":           {key, ""},
		"no JSON":            {"key", "verification method"},
		"another type":       {replace(t, key, "JsonWebKey", "Multikey"), "verification method"},
		"no id":              {replace(t, key, `"id"`, `"name"`), "verification method"},
		"no controller":      {replace(t, key, `"controller"`, `"owner"`), "verification method"},
		"no public key":      {replace(t, key, `publicKeyJwk`, `publicKey`), "verification method"},
		"no secret key":      {replace(t, key, `secretKeyJwk`, `secretKey`), "secretKeyJwk"},
		"secret of another":  {replace(t, key, key[strings.Index(key, `"secretKeyJwk"`):], other[strings.Index(other, `"secretKeyJwk"`):]), "secret key"},
		"another d":          {replace(t, key, `"d": "Qv5Q`, `"d": "Rv5Q`), "secret key"},
		"public with secret": {replace(t, key, `"publicKeyJwk": {`, `"publicKeyJwk": {"d":"AA",`), "key"},
		"alg of another":     {replace(t, key, `"alg": "ES256"`, `"alg": "ES384"`), "key"},
		"a member twice":     {replace(t, key, `"id"`, `"id": "https://example.org/a", "id"`), "verification method"},
	} {
		got, _ := conform(t, "issue", "--input", filepath.Join(dir, "credential-minimal.json"), "--key", file(t, c.key), "--feature", "credential_jose")
		if want := map[bool]string{true: "success", false: "failure"}[c.part == ""]; got.Result != want || want == "failure" && !strings.Contains(got.Data, c.part) {
			t.Errorf("%s: %s, want %s with %q: %s", what, got.Result, want, c.part, got.Data)
		}
		if strings.Contains(got.Data, "Qv5QHeMy") {
			t.Errorf("%s: the result tells the secret key", what)
		}
	}
}

// A fault of ours is neither success nor the document's failure.
func TestConformanceTellsItsOwnFaults(t *testing.T) {
	t.Parallel()
	dir := ownFiles
	out := filepath.Join(t.TempDir(), "out.json")
	c := conformanceFiles{Input: filepath.Join(dir, "credential-minimal.json"), Key: filepath.Join(dir, "vm-p256.json"), Feature: "credential_jose", Output: out}
	err := c.run(stdio{err: io.Discard}, i18n.For("en"), func(s *suite, input []byte) ([]byte, error) {
		s.secret = outOfOrder{s.secret}
		return s.issue(input, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	if text := read(t, out); !strings.Contains(text, `"result":"error"`) || !strings.Contains(text, "out of order") {
		t.Errorf("wrote %s", text)
	}
}

type outOfOrder struct{ crypto.Signer }

func (outOfOrder) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("out of order")
}

// Files that are not there and a command line that cannot be are no results.
func TestConformanceUsage(t *testing.T) {
	t.Parallel()
	dir := ownFiles
	input, key := filepath.Join(dir, "credential-selective.json"), filepath.Join(dir, "vm-p384.json")
	for what, c := range map[string]struct {
		code int
		args []string
	}{
		"good":                  {exitOK, []string{"issue", "--input", input, "--key", key, "--feature", "credential_sdjwt", "--sd", `["credentialSubject.firstName"]`}},
		"path to nothing":       {exitOK, []string{"issue", "--input", input, "--key", key, "--feature", "credential_sdjwt", "--sd", `["credentialSubject.nobody"]`}},
		"no input":              {exitUnreadable, []string{"issue", "--input", "none.json", "--key", key, "--feature", "credential_jose"}},
		"no key":                {exitUnreadable, []string{"verify", "--input", input, "--key", "none.json", "--feature", "credential_jose"}},
		"unknown feature":       {exitUsage, []string{"verify", "--input", input, "--key", key, "--feature", "credential_pdf"}},
		"no feature":            {exitUsage, []string{"verify", "--input", input, "--key", key}},
		"sd to verify":          {exitUsage, []string{"verify", "--input", input, "--key", key, "--feature", "credential_sdjwt", "--sd", `[]`}},
		"sd of a JWT":           {exitUsage, []string{"issue", "--input", input, "--key", key, "--feature", "credential_jose", "--sd", `["issuer"]`}},
		"sd no JSON":            {exitUsage, []string{"issue", "--input", input, "--key", key, "--feature", "credential_sdjwt", "--sd", `issuer`}},
		"sd of numbers":         {exitUsage, []string{"issue", "--input", input, "--key", key, "--feature", "credential_sdjwt", "--sd", `[1]`}},
		"sd with a bad path":    {exitUsage, []string{"issue", "--input", input, "--key", key, "--feature", "credential_sdjwt", "--sd", `["a[b"]`}},
		"a folder that is none": {exitCannotCreate, []string{"verify", "--input", input, "--key", key, "--feature", "credential_jose", "--output", "none/out.json"}},
	} {
		out := filepath.Join(t.TempDir(), "out.json")
		args := append([]string{"conformance"}, c.args...)
		if c.code != exitCannotCreate {
			args = append(args, "--output", out)
		}
		var stderr bytes.Buffer
		if code := run(t.Context(), args, stdio{out: io.Discard, err: &stderr}); code != c.code {
			t.Errorf("%s: exit code %d, want %d: %s", what, code, c.code, stderr.String())
		}
		if _, err := os.Stat(out); (err == nil) != (c.code == exitOK) {
			t.Errorf("%s: output file: %v", what, err)
		}
	}
}
