package integrity_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
)

// sdContexts knows the pinned contexts in any list, and definitions beside them.
var sdContexts = sync.OnceValues(func() (*canon.Contexts, error) {
	return canon.NewContexts(canon.ContextsConfig{AnyList: true, Inline: true})
})

func sdEngine(t testing.TB) *integrity.Engine {
	t.Helper()
	contexts, err := sdContexts()
	if err != nil {
		t.Fatal(err)
	}
	return integrity.New(integrity.Config{
		Canon: canon.New(canon.Config{Contexts: contexts}),
		Now:   func() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) },
	})
}

func newP256(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func didOf(t testing.TB, key crypto.PublicKey) (did, method string) {
	t.Helper()
	did, err := keys.DIDKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return did, did + "#" + strings.TrimPrefix(did, "did:key:")
}

// course is a credential with what makes selection hard: nodes without ids,
// twins, arrays, languages, numbers, and names that need care.
func course(issuer string) []byte {
	return []byte(`{
  "@context": ["https://www.w3.org/ns/credentials/v2", {
    "@protected": true,
    "Course": "https://example.org/v#Course",
    "Module": "https://example.org/v#Module",
    "course": "https://example.org/v#course",
    "module": "https://example.org/v#module",
    "title": "https://example.org/v#title",
    "credit": {"@id": "https://example.org/v#credit", "@type": "http://www.w3.org/2001/XMLSchema#integer"},
    "passed": {"@id": "https://example.org/v#passed", "@type": "http://www.w3.org/2001/XMLSchema#boolean"},
    "site": {"@id": "https://example.org/v#site", "@type": "@id"},
    "givenName": "https://schema.org/givenName",
    "familyName": "https://schema.org/familyName"
  }],
  "id": "urn:uuid:6f2d4a1e-6b1c-4c6e-9d6e-000000000001",
  "type": ["VerifiableCredential", "Course"],
  "issuer": {"id": "` + issuer + `", "name": "Bühne & Licht 🎭"},
  "validFrom": "2026-01-01T00:00:00Z",
  "validUntil": "2030-01-01T00:00:00Z",
  "name": [{"@value": "Kurs", "@language": "de"}, {"@value": "Cours", "@language": "fr"}],
  "credentialSubject": {
    "id": "did:example:holder",
    "givenName": "\u0001Zoë\u202e\n\u007f",
    "familyName": "𠮷野 שלום \"quoted\" \\ _:b0 <urn:bnid:x>",
    "course": {
      "type": "Course",
      "title": "Light",
      "site": "https://example.org/light",
      "module": [
        {"type": "Module", "title": "Dimmer", "credit": 3, "passed": true},
        {"type": "Module", "title": "Desk", "credit": 5, "passed": true},
        {"type": "Module", "title": "Rig", "credit": 5, "passed": false},
        {"type": "Module", "title": ["Rig", "Grid"], "credit": 1}
      ]
    }
  }
}`)
}

// always is what a sensible issuer makes mandatory here.
var always = []string{"/issuer", "/validFrom", "/validUntil", "/credentialSubject/course/title"}

type signer struct {
	e      *integrity.Engine
	key    *ecdsa.PrivateKey
	did    string
	method string
}

func newSigner(t testing.TB) signer {
	t.Helper()
	s := signer{e: sdEngine(t), key: newP256(t)}
	s.did, s.method = didOf(t, s.key.Public())
	return s
}

func (s signer) prepare(t testing.TB, doc []byte) []byte {
	t.Helper()
	prepared, err := s.e.Prepare(t.Context(), doc, integrity.ProofOptions{
		Cryptosuite: integrity.ECDSASD2023, VerificationMethod: s.method,
		Created: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	return prepared
}

func (s signer) sign(t testing.TB, doc []byte, mandatory ...string) []byte {
	t.Helper()
	signed, err := s.e.SignSD(t.Context(), s.prepare(t, doc), s.key, mandatory)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func (s signer) derive(t testing.TB, signed []byte, selective ...string) []byte {
	t.Helper()
	derived, err := s.e.Derive(t.Context(), signed, selective)
	if err != nil {
		t.Fatal(err)
	}
	return derived
}

func TestSDShowsWhatWasChosen(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	signed := s.sign(t, course(s.did), always...)
	for _, c := range []struct {
		name      string
		selective []string
		shown     []string
		hidden    []string
	}{
		{"Mandatory", nil, []string{"Light", "2030-01-01", "Bühne & Licht 🎭"}, []string{"Dimmer", "Kurs", "Zoë", "野", "example.org/light"}},
		{"OneModule", []string{"/credentialSubject/course/module/1"}, []string{"Desk"}, []string{"Dimmer", "Rig", "Zoë"}},
		{"OneMember", []string{"/credentialSubject/course/module/2/credit"}, []string{`"credit":5`}, []string{"Rig", "Desk"}},
		{"Twins", []string{"/credentialSubject/course/module/1/credit", "/credentialSubject/course/module/2/credit"}, []string{`"credit":5},{"type":"Module","credit":5`}, []string{"Rig", "Desk"}},
		{"Names", []string{"/credentialSubject/givenName", "/credentialSubject/familyName"}, []string{`"\u0001Zoë\u202e\n\u007f"`, "𠮷野 שלום"}, []string{"Dimmer"}},
		{"OneLanguage", []string{"/name/1"}, []string{"Cours"}, []string{"Kurs"}},
		{"ArrayElement", []string{"/credentialSubject/course/module/3/title/1"}, []string{"Grid"}, []string{`"Rig"`}},
		{"Everything", []string{""}, []string{"Dimmer", "Kurs", "Zoë", "Grid"}, nil},
		{"EverythingByPart", []string{"/credentialSubject", "/name", "/type", "/id"}, []string{"Dimmer", "Kurs", "Zoë", "Grid"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			derived := s.derive(t, signed, c.selective...)
			v := mustVerify(t, s.e, derived)
			for _, text := range c.shown {
				if !bytes.Contains(v.Unsecured, []byte(text)) {
					t.Errorf("%q is not shown in %s", text, v.Unsecured)
				}
			}
			for _, text := range c.hidden {
				// The proof value is another matter, and random.
				if bytes.Contains(v.Unsecured, []byte(text)) {
					t.Errorf("%q is shown in %s", text, v.Unsecured)
				}
			}
			if bytes.Contains(v.Unsecured, []byte(`"proof"`)) {
				t.Errorf("the unsecured document has a proof: %s", v.Unsecured)
			}
		})
	}
}

// Nothing that was left out may be in the proof value, either.
func TestSDDerivedProofHoldsNothingElse(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	signed := s.sign(t, course(s.did), always...)
	inside, err := integrity.OpenSDBase(t.Context(), s.e, signed)
	if err != nil {
		t.Fatal(err)
	}
	derived := s.derive(t, signed, "/credentialSubject/course/module/0/credit")
	again := s.derive(t, signed, "/credentialSubject/course/module/1/credit")
	mustVerify(t, s.e, again)
	one, other := openDerived(t, s.e, derived), openDerived(t, s.e, again)
	raw, err := one.Derived.String()
	if err != nil {
		t.Fatal(err)
	}
	value := decodeValue(t, raw)
	if bytes.Contains(value, inside.Base.HMACKey) {
		t.Error("the HMAC key is in the derived proof")
	}
	for _, pointer := range inside.Base.MandatoryPointers {
		if bytes.Contains(value, []byte(pointer)) {
			t.Errorf("pointer %s is in the derived proof", pointer)
		}
	}
	hidden := 0
	for i, signature := range inside.Base.Signatures {
		shown := slices.ContainsFunc(one.Derived.Signatures, func(s []byte) bool { return bytes.Equal(s, signature) })
		if bytes.Contains(value, signature) != shown {
			t.Errorf("signature %d of a hidden statement is in the derived proof", i)
		}
		if !shown {
			hidden++
		}
	}
	if hidden == 0 {
		t.Error("nothing was hidden")
	}
	for n, digest := range one.Derived.LabelMap {
		label := integrity.SDLabel(digest)
		if !slices.ContainsFunc(one.Lines, func(line string) bool { return strings.Contains(line, label) }) {
			t.Errorf("label %d is of no statement that is shown", n)
		}
	}
	// What the standard allows to be linked is the base signature and the
	// labels of nodes that both show.
	if !bytes.Equal(one.Derived.BaseSignature, other.Derived.BaseSignature) {
		t.Error("two derivations of one base proof have different base signatures")
	}
	common := 0
	for _, a := range one.Derived.Signatures {
		for _, b := range other.Derived.Signatures {
			if bytes.Equal(a, b) {
				common++
			}
		}
	}
	// The edges from the subject to the course are mandatory; the modules differ.
	if common != 0 {
		t.Errorf("%d statements are shown by both", common)
	}
	// Two base proofs of one document have nothing in common.
	second := openDerived(t, s.e, s.derive(t, s.sign(t, course(s.did), always...), "/credentialSubject/course/module/0/credit"))
	for n, digest := range second.Derived.LabelMap {
		if bytes.Equal(digest, one.Derived.LabelMap[n]) {
			t.Error("two base proofs use the same labels")
		}
	}
	if bytes.Equal(second.Derived.PublicKey, one.Derived.PublicKey) {
		t.Error("two base proofs use the same key for their statements")
	}
}

func TestSDBaseIsForTheHolder(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	signed := s.sign(t, course(s.did), always...)
	mustRefuse(t, s.e, signed, "a base proof", "proof")
	if _, err := s.e.Derive(t.Context(), s.derive(t, signed), []string{"/id"}); sdCode(err) != "proof" {
		t.Errorf("a derived proof was derived again: %v", err)
	}
	if _, err := s.e.Derive(t.Context(), course(s.did), []string{"/id"}); sdCode(err) != "proof" {
		t.Errorf("derived without proof: %v", err)
	}
	if _, err := s.e.Sign(t.Context(), s.prepare(t, course(s.did)), s.key); sdCode(err) != "proof" {
		t.Errorf("Sign signed for SignSD: %v", err)
	}
	both := changed(t, signed, []any{at(t, signed, "/proof"), at(t, signed, "/proof")}, "proof")
	if _, err := s.e.Derive(t.Context(), both, nil); sdCode(err) != "proof" {
		t.Errorf("derived from two base proofs: %v", err)
	}
}

func TestSDDeriveLeavesOtherProofsOut(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	signed := s.sign(t, course(s.did), always...)
	prepared, err := s.e.Prepare(t.Context(), signed, integrity.ProofOptions{Cryptosuite: integrity.ECDSARDFC2019, VerificationMethod: s.method})
	if err != nil {
		t.Fatal(err)
	}
	signed, err = s.e.Sign(t.Context(), prepared, s.key)
	if err != nil {
		t.Fatal(err)
	}
	v := mustVerify(t, s.e, s.derive(t, signed, "/name/0"))
	if len(v.Proofs) != 1 || v.Proofs[0].Cryptosuite != integrity.ECDSASD2023 {
		t.Errorf("proofs %v", v.Proofs)
	}
}

func TestSDPointers(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	doc := course(s.did)
	signed := s.sign(t, doc, "/issuer")
	for _, pointer := range []string{"/none", "/issuer/none", "/name/2", "/proof", "/credentialSubject/course/module/-", "issuer", "/~", "/@Context"} {
		if _, err := s.e.SignSD(t.Context(), s.prepare(t, doc), s.key, []string{"/issuer", pointer}); sdCode(err) != "proof" {
			t.Errorf("signed with mandatory pointer %q: %v", pointer, err)
		}
		if got, err := s.e.Derive(t.Context(), signed, []string{pointer}); sdCode(err) != "proof" {
			t.Errorf("derived with pointer %q: %v %s", pointer, err, got)
		}
	}
	if _, err := s.e.Derive(t.Context(), s.sign(t, doc), nil); sdCode(err) != "proof" {
		t.Errorf("derived nothing: %v", err)
	}
	mustVerify(t, s.e, s.derive(t, s.sign(t, doc), "/issuer"))
	mustVerify(t, s.e, s.derive(t, s.sign(t, doc, "")))
	mustVerify(t, s.e, s.derive(t, s.sign(t, doc, "", ""), "", "/issuer"))
	many := slices.Repeat([]string{"/issuer"}, integrity.SDMaxPointers+1)
	if _, err := s.e.Derive(t.Context(), signed, many); sdCode(err) != "resources" {
		t.Errorf("derived with %d pointers: %v", len(many), err)
	}
}

func TestMandatoryPointers(t *testing.T) {
	t.Parallel()
	got, err := integrity.MandatoryPointers(course("did:example:x"))
	if err != nil || !slices.Equal(got, []string{"/issuer", "/validFrom", "/validUntil"}) {
		t.Errorf("got %q, %v", got, err)
	}
	for _, doc := range []string{"", "[]", "{", `"x"`, "null"} {
		if got, err := integrity.MandatoryPointers([]byte(doc)); err == nil {
			t.Errorf("%q: got %q", doc, got)
		}
	}
}

func TestSDWantsP256(t *testing.T) {
	t.Parallel()
	e := sdEngine(t)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []crypto.Signer{p384, ed} {
		did, method := didOf(t, key.Public())
		prepared, err := e.Prepare(t.Context(), course(did), integrity.ProofOptions{Cryptosuite: integrity.ECDSASD2023, VerificationMethod: method})
		if err == nil {
			_, err = e.SignSD(t.Context(), prepared, key, always)
		}
		if sdCode(err) != "proof" {
			t.Errorf("%T signed: %v", key, err)
		}
	}
	// A derived proof that claims another key.
	s := newSigner(t)
	derived := s.derive(t, s.sign(t, course(s.did), always...))
	_, method := didOf(t, p384.Public())
	mustRefuse(t, e, changed(t, derived, method, "proof", "verificationMethod"), "a P-384 key", "proof")
}

func TestSDNames(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	for _, name := range []string{
		"\x00", "\x01\x1f\x7f", "\u0085\u2028", "a\tb\nc\rd", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "אבג \u200f דהו", "\u202eevil\u202c", "e\u0301 é",
		"_:c14n0", "<urn:bnid:_:b0>", `"@en`, `"^^<x>`, `\u0041`, "{{.Pointer}}", "\ufffd\U0010ffff", "\uff01 😀",
	} {
		quoted, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		doc := bytes.Replace(course(s.did), []byte(`"Light"`), quoted, 1)
		derived := s.derive(t, s.sign(t, doc, "/issuer"), "/credentialSubject/course/title")
		mustVerify(t, s.e, derived)
		if got := at(t, derived, "/credentialSubject/course/title"); got != name {
			t.Errorf("%q became %q", name, got)
		}
		mustRefuse(t, s.e, changed(t, derived, name+" ", "credentialSubject", "course", "title"), "changed name", "signature")
	}
}

func TestSDLimits(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	doc := changed(t, course(s.did), modules(100), "credentialSubject", "course", "module")
	start := time.Now()
	signed := s.sign(t, doc, always...)
	derived := s.derive(t, signed, "")
	before := time.Now()
	mustVerify(t, s.e, derived)
	t.Logf("%d bytes: signed and derived in %v, verified in %v", len(derived), before.Sub(start), time.Since(before))

	doc = changed(t, course(s.did), modules(1400), "credentialSubject", "course", "module")
	prepared, err := s.e.Prepare(t.Context(), doc, integrity.ProofOptions{Cryptosuite: integrity.ECDSASD2023, VerificationMethod: s.method})
	if err == nil { // on a slow machine it is too much even without selection
		_, err = s.e.SignSD(t.Context(), prepared, s.key, always)
	}
	if sdCode(err) != "resources" {
		t.Errorf("too many statements: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.e.Derive(ctx, signed, nil); err == nil {
		t.Error("derived for nobody")
	}
	if _, err := s.e.Verify(ctx, derived, integrity.VerifyOptions{}); err == nil {
		t.Error("verified for nobody")
	}
}

func modules(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{"type": "Module", "title": fmt.Sprintf("Module %d", i)}
	}
	return list
}

// Terms that only the type of an object, or the property that it is the value
// of, gives a meaning keep it in every part.
func TestSDScopedTerms(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	doc := []byte(`{
  "@context": ["https://www.w3.org/ns/credentials/v2", {
    "@protected": true,
    "Achievement": {"@id": "https://example.org/a#Achievement", "@context": {"@protected": true,
      "wonBy": {"@id": "https://example.org/a#wonBy", "@context": {"@protected": true,
        "boat": "https://example.org/a#boat", "crew": "https://example.org/a#crew"}},
      "points": {"@id": "https://example.org/a#points", "@type": "http://www.w3.org/2001/XMLSchema#integer"}}},
    "achievement": "https://example.org/a#achievement"
  }],
  "type": ["VerifiableCredential"],
  "issuer": "` + s.did + `",
  "validFrom": "2026-01-01T00:00:00Z",
  "credentialSubject": {"achievement": [
    {"type": "Achievement", "points": 7, "wonBy": [{"boat": "Wave", "crew": ["A", "B"]}, {"boat": "Wind"}]},
    {"type": "Achievement", "points": 9}
  ]}
}`)
	signed := s.sign(t, doc, "/issuer", "/validFrom")
	for _, pointer := range []string{
		"/credentialSubject/achievement/0/wonBy/1", "/credentialSubject/achievement/0/wonBy/0/crew/1",
		"/credentialSubject/achievement/1/points", "/credentialSubject/achievement/1", "/credentialSubject",
	} {
		derived := s.derive(t, signed, pointer)
		mustVerify(t, s.e, derived)
		refuseMutations(t, s.e, derived)
	}
}

// A node with an id that is described at several places is shown alike at all of
// them: RDF does not tell the places apart.
func TestSDRepeatedNodes(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	language := func(order int) string {
		members := []string{`"type":"Language"`, `"title":["en","fr"]`, `"site":"https://example.org/lang"`, `"part":{"id":"urn:x:part","title":"p","site":"https://example.org/part"}`}
		if order == 1 {
			members = []string{`"part":{"site":"https:\/\/example.org/part","id":"urn:x:part","title":"p"}`, `"title":["fr","en"]`, `"site":"https://example.org/lang"`, `"type":"Language"`}
		}
		return `{"id":"urn:x:en",` + strings.Join(members, ",") + `}`
	}
	doc := []byte(`{
  "@context": ["https://www.w3.org/ns/credentials/v2", {"@protected": true,
    "Language": "https://example.org/v#Language", "spoken": "https://example.org/v#spoken", "taught": "https://example.org/v#taught",
    "title": "https://example.org/v#title", "part": "https://example.org/v#part", "site": {"@id": "https://example.org/v#site", "@type": "@id"}}],
  "type": ["VerifiableCredential"],
  "issuer": "` + s.did + `",
  "validFrom": "2026-01-01T00:00:00Z",
  "credentialSubject": {"spoken": [` + language(0) + `], "taught": ` + language(1) + `, "part": {"id":"urn:x:part","title":"p","site":"https://example.org/part"}}
}`)
	signed := s.sign(t, doc, "/issuer", "/validFrom", "/credentialSubject/spoken/0/site")
	for pointer, want := range map[string]string{
		"/credentialSubject/taught/title/1":    `{"spoken":[{"id":"urn:x:en","type":"Language","title":["en"],"site":"https://example.org/lang"}],"taught":{"id":"urn:x:en","title":["en"],"site":"https://example.org/lang","type":"Language"}}`,
		"/credentialSubject/taught/part/title": `{"spoken":[{"id":"urn:x:en","type":"Language","site":"https://example.org/lang","part":{"id":"urn:x:part","title":"p"}}],"taught":{"id":"urn:x:en","part":{"id":"urn:x:part","title":"p"},"site":"https://example.org/lang","type":"Language"}}`,
		"/credentialSubject/part/title":        `{"spoken":[{"id":"urn:x:en","type":"Language","site":"https://example.org/lang"}],"part":{"id":"urn:x:part","title":"p"}}`,
	} {
		derived := s.derive(t, signed, pointer)
		v := mustVerify(t, s.e, derived)
		var got struct{ CredentialSubject json.RawMessage }
		decode(t, v.Unsecured, &got)
		if string(got.CredentialSubject) != want {
			t.Errorf("%s shows\n%s, want\n%s", pointer, got.CredentialSubject, want)
		}
	}
	refuseMutations(t, s.e, s.derive(t, signed, "/credentialSubject/taught/part/title"))
}
