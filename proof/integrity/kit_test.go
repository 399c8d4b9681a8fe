package integrity_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
)

// noon is when the tests take place.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// product gives an engine as the product has it.
var product = sync.OnceValue(func() *integrity.Engine {
	return integrity.New(integrity.Config{
		Canon: canon.New(canon.Config{Contexts: canon.Pinned()}),
		Now:   func() time.Time { return noon },
	})
})

// forVectors gives an engine that knows the contexts of the vectors.
func forVectors(t testing.TB) *integrity.Engine {
	t.Helper()
	return integrity.New(integrity.Config{Canon: vectorProcessor(t), Now: func() time.Time { return noon }})
}

// vectorProcessor knows the contexts that the vectors bring beside those that are
// pinned.
func vectorProcessor(t testing.TB) *canon.Processor {
	t.Helper()
	known, err := canon.NewContexts(canon.ContextsConfig{Documents: testkit.VectorContexts(t), AnyList: true, Inline: true, Vocab: true})
	if err != nil {
		t.Fatal(err)
	}
	return canon.New(canon.Config{Contexts: known})
}

// A maker is a key with its names.
type maker struct {
	key    crypto.Signer
	did    string
	method string
}

func newMaker(t testing.TB, key crypto.Signer) maker {
	t.Helper()
	did, err := keys.DIDKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return maker{key: key, did: did, method: did + "#" + strings.TrimPrefix(did, "did:key:")}
}

func newEd25519(t testing.TB) maker {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return newMaker(t, key)
}

func newECDSA(t testing.TB, curve elliptic.Curve) maker {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return newMaker(t, key)
}

// A way is a suite with a kind of key.
type way struct {
	name  string
	suite integrity.Cryptosuite
	maker maker
}

// ways gives every suite with every kind of key that it takes, but for
// ecdsa-sd-2023, which has tests of its own.
func ways(t testing.TB) []way {
	t.Helper()
	ed, p256, p384 := newEd25519(t), newECDSA(t, elliptic.P256()), newECDSA(t, elliptic.P384())
	return []way{
		{"eddsa-rdfc-2022", integrity.EdDSARDFC2022, ed},
		{"eddsa-jcs-2022", integrity.EdDSAJCS2022, ed},
		{"ecdsa-rdfc-2019-p256", integrity.ECDSARDFC2019, p256},
		{"ecdsa-rdfc-2019-p384", integrity.ECDSARDFC2019, p384},
		{"ecdsa-jcs-2019-p256", integrity.ECDSAJCS2019, p256},
		{"ecdsa-jcs-2019-p384", integrity.ECDSAJCS2019, p384},
	}
}

// badge is an Open Badges credential as the product might issue it, with the
// issuer's identifier to be filled in. Names hold what names may hold.
const badge = `{
  "@context": [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
  ],
  "id": "urn:uuid:5d0b9d3a-9a5c-4f0f-8a66-2a0d3f4b1c22",
  "type": ["VerifiableCredential", "AchievementCredential"],
  "name": "Lighting \u0007\u007f 🎭 𝔸𝔹 \u05e9\u05dc\u05d5\u05dd \u202eabc\u202c <b>&amp;</b>",
  "issuer": {
    "id": "ISSUER",
    "type": ["Profile"],
    "name": "DEMO Prüfungsstelle für Bühnentechnik"
  },
  "validFrom": "2026-01-01T00:00:00Z",
  "validUntil": "2031-01-01T00:00:00Z",
  "credentialSubject": {
    "type": ["AchievementSubject"],
    "achievement": {
      "id": "urn:uuid:0c6c0f6e-6f0b-43c5-8a0f-8b6f2a2c9f11",
      "type": ["Achievement"],
      "name": "Unit Lighting",
      "description": "Plans and runs the lighting of a performance.\r\n\tSafely.",
      "criteria": {"narrative": "Three methods, two assessors."}
    },
    "result": [
      {"type": ["Result"], "value": "passed"},
      {"type": ["Result"], "value": "with distinction"}
    ]
  }
}
`

func badgeOf(issuer string) []byte { return []byte(strings.Replace(badge, "ISSUER", issuer, 1)) }

// signBy signs a document in one way with a product engine.
func signBy(t testing.TB, e *integrity.Engine, doc []byte, w way, change func(*integrity.ProofOptions)) []byte {
	t.Helper()
	o := integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.maker.method, Created: noon.Add(-time.Hour)}
	if change != nil {
		change(&o)
	}
	prepared, err := e.Prepare(t.Context(), doc, o)
	if err != nil {
		t.Fatalf("%s: preparing: %v", w.name, err)
	}
	signed, err := e.Sign(t.Context(), prepared, w.maker.key)
	if err != nil {
		t.Fatalf("%s: signing: %v", w.name, err)
	}
	return signed
}

// accepts verifies and fails if it does not hold.
func accepts(t testing.TB, e *integrity.Engine, what string, signed []byte, o integrity.VerifyOptions) *integrity.Verified {
	t.Helper()
	v, err := e.Verify(t.Context(), signed, o)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return v
}

// refuses verifies and fails if it holds, or is refused for another reason.
func refuses(t testing.TB, e *integrity.Engine, what string, signed []byte, o integrity.VerifyOptions, codes ...proof.Code) {
	t.Helper()
	_, err := e.Verify(t.Context(), signed, o)
	refusal(t, what, err, codes...)
}

func refusal(t testing.TB, what string, err error, codes ...proof.Code) {
	t.Helper()
	refused, ok := errors.AsType[*proof.Error](err)
	if !ok {
		t.Errorf("%s: %v is no refusal, want %v", what, err, codes)
		return
	}
	for _, c := range codes {
		if refused.Code == c {
			return
		}
	}
	t.Errorf("%s: refused with %v, want %v", what, err, codes)
}

// edit changes the parsed document and writes it again.
func edit(t testing.TB, doc []byte, change func(map[string]any)) []byte {
	t.Helper()
	m := object(t, doc)
	change(m)
	return written(t, m)
}

func object(t testing.TB, doc []byte) map[string]any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return m
}

func written(t testing.TB, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// editProof changes the parsed proof, which is the only one.
func editProof(t testing.TB, doc []byte, change func(map[string]any)) []byte {
	t.Helper()
	return edit(t, doc, func(m map[string]any) { change(m["proof"].(map[string]any)) })
}
