package verifier_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/trust"
)

// An author is an issuer that goes by a DID.
type author struct {
	key    crypto.Signer
	did    string
	method string
}

func authorOf(t testing.TB, key crypto.Signer) author {
	t.Helper()
	did, err := keys.DIDKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return author{key, did, did + "#" + strings.TrimPrefix(did, "did:key:")}
}

// newAuthor makes an issuer with a fresh key on P-256.
func newAuthor(t testing.TB) author {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return authorOf(t, key)
}

func newAuthorEd25519(t testing.TB) author {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return authorOf(t, key)
}

// engine signs as the product does, for issuers that the set knows.
func engine(set *trust.Set) *integrity.Engine {
	return integrity.New(integrity.Config{
		Canon: canon.New(canon.Config{Contexts: canon.Pinned()}), Resolver: set, Now: func() time.Time { return signedAt },
	})
}

// sign puts a proof into a document. A document that has one already gets a
// further one.
func (a author) sign(t testing.TB, doc []byte, edit ...func(o *integrity.ProofOptions)) []byte {
	t.Helper()
	suite, err := integrity.SuiteFor(a.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	o := integrity.ProofOptions{Cryptosuite: suite, VerificationMethod: a.method, Purpose: integrity.AssertionMethod, Created: signedAt}
	for _, e := range edit {
		e(&o)
	}
	set := new(trust.Set)
	if did, _, _ := strings.Cut(o.VerificationMethod, "#"); did != a.did {
		set = folderOf(t, map[string][]byte{"a.did.json": didDocument(t, did, a)})
	}
	e := engine(set)
	prepared, err := e.Prepare(t.Context(), doc, o)
	if err != nil {
		t.Fatalf("preparing: %v\n%.500s", err, doc)
	}
	signed, err := e.Sign(t.Context(), prepared, a.key)
	if err != nil {
		t.Fatalf("signing: %v\n%.500s", err, doc)
	}
	return signed
}

// later makes a second proof another one: the same proof twice is refused.
func later(o *integrity.ProofOptions) { o.Created = o.Created.Add(time.Minute) }

// overText makes a proof that covers the text of a document, whatever it means:
// with it, tests sign what the gate would not let pass.
func overText(o *integrity.ProofOptions) {
	switch o.Cryptosuite {
	case integrity.EdDSARDFC2022:
		o.Cryptosuite = integrity.EdDSAJCS2022
	default:
		o.Cryptosuite = integrity.ECDSAJCS2019
	}
}

// trusted is a set whose folder holds the DID documents of the authors.
func trusted(t testing.TB, authors ...author) *trust.Set {
	t.Helper()
	files := map[string][]byte{}
	for i, a := range authors {
		doc, err := keys.MarshalDIDDocument(a.key.Public())
		if err != nil {
			t.Fatal(err)
		}
		files[fmt.Sprintf("%d.did.json", i)] = doc
	}
	return folderOf(t, files)
}

// asELM is a European credential of the VC Data Model 2.0, changed by edit.
func (a author) asELM(t testing.TB, edit func(c obj)) []byte {
	t.Helper()
	return payload(t, func(c obj) {
		c["@context"] = []any{contexts.CredentialsV2, contexts.ELMV1}
		c["id"] = "urn:uuid:5a2c4a39-6c0b-4a53-b1d9-0d3f4be3b6f4"
		delete(c, "issuanceDate")
		delete(c, "credentialSchema")
		issuer := c["issuer"].(obj)
		issuer["id"] = a.did
		if edit != nil {
			edit(c)
		}
	})
}

// asBadge is an Open Badge, changed by edit.
func (a author) asBadge(t testing.TB, edit func(c obj)) []byte {
	t.Helper()
	c := obj{
		"@context": []any{contexts.CredentialsV2, contexts.OpenBadges303},
		"id":       "urn:uuid:5a2c4a39-6c0b-4a53-b1d9-0d3f4be3b6f4",
		"type":     []any{"VerifiableCredential", "OpenBadgeCredential"},
		"name":     "Lighting",
		"issuer":   obj{"id": a.did, "type": []any{"Profile"}, "name": body},
		"credentialSubject": obj{
			"id": "urn:uuid:0d3f4be3-6c0b-4a53-b1d9-5a2c4a39b6f4", "type": []any{"AchievementSubject"},
			"identifier": []any{obj{"type": "IdentityObject", "hashed": false, "identityHash": "Noor Example", "identityType": "name"}},
			"achievement": obj{
				"id": "urn:uuid:b1d90d3f-6c0b-4a53-b1d9-5a2c4a39b6f4", "type": []any{"Achievement"}, "name": "Lighting for live events",
				"description": "Plans and rigs lighting.", "criteria": obj{"narrative": "Assessed by two assessors."}, "inLanguage": "en",
				"achievementType": "MicroCredential",
				"alignment": []any{
					obj{"type": []any{"Alignment"}, "targetName": "EQF level 4", "targetUrl": "http://data.europa.eu/snb/eqf/4"},
					obj{"type": []any{"Alignment"}, "targetName": "rig automated lights", "targetUrl": "http://data.europa.eu/esco/skill/1"},
				},
				"resultDescription": []any{obj{
					"id": "urn:uuid:77777777-6c0b-4a53-b1d9-5a2c4a39b6f4", "type": []any{"ResultDescription"}, "name": "Portfolio", "resultType": "Status",
				}},
			},
			"result": []any{obj{"type": []any{"Result"}, "resultDescription": "urn:uuid:77777777-6c0b-4a53-b1d9-5a2c4a39b6f4", "status": "Completed"}},
		},
		"validFrom": signedAt.Format(time.RFC3339),
	}
	if edit != nil {
		edit(c)
	}
	return marshal(t, c)
}

// asPlain is a credential of which nobody here models the claims.
func (a author) asPlain(t testing.TB, edit func(c obj)) []byte {
	t.Helper()
	c := obj{
		"@context": []any{contexts.CredentialsV2}, "id": "urn:uuid:5a2c4a39-6c0b-4a53-b1d9-0d3f4be3b6f4",
		"type": []any{"VerifiableCredential"}, "name": "Lighting", "description": "For live events.",
		"issuer":            obj{"id": a.did, "name": body},
		"credentialSubject": obj{"id": "urn:uuid:0d3f4be3-6c0b-4a53-b1d9-5a2c4a39b6f4", "name": "Noor Example"},
		"validFrom":         signedAt.Format(time.RFC3339),
	}
	if edit != nil {
		edit(c)
	}
	return marshal(t, c)
}

// asV1 is a credential of the VC Data Model 1.1.
func (a author) asV1(t testing.TB, edit func(c obj)) []byte {
	t.Helper()
	c := obj{
		"@context": []any{contexts.CredentialsV1, contexts.DataIntegrityV2}, "id": "urn:uuid:5a2c4a39-6c0b-4a53-b1d9-0d3f4be3b6f4",
		"type": []any{"VerifiableCredential"}, "issuer": a.did, "issuanceDate": signedAt.Format(time.RFC3339),
		"credentialSubject": obj{"id": "urn:uuid:0d3f4be3-6c0b-4a53-b1d9-5a2c4a39b6f4"},
	}
	if edit != nil {
		edit(c)
	}
	return marshal(t, c)
}

// retouched is a signed document with its JSON changed afterwards.
func retouched(t testing.TB, file []byte, edit func(c obj)) []byte {
	t.Helper()
	var c obj
	if err := json.Unmarshal(file, &c); err != nil {
		t.Fatal(err)
	}
	edit(c)
	return marshal(t, c)
}

// retouchedProof is a signed document with its one proof changed afterwards.
func retouchedProof(t testing.TB, file []byte, edit func(p obj)) []byte {
	t.Helper()
	return retouched(t, file, func(c obj) { edit(c["proof"].(obj)) })
}

// folderOf is the trust set of a folder with the files.
func folderOf(t testing.TB, files map[string][]byte) *trust.Set {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set, err := trust.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// certified is an author whose key has a certificate.
func certified(t testing.TB, tmpl *x509.Certificate, issuer *party) (author, *party) {
	t.Helper()
	p := certify(t, tmpl, issuer)
	return authorOf(t, p.key), p
}

func pemOf(ps ...*party) []byte {
	var out []byte
	for _, p := range ps {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw})...)
	}
	return out
}

func keysDocument(a author) ([]byte, error) { return keys.MarshalDIDDocument(a.key.Public()) }

// didDocument is the document of a DID that has the author's key as "#k".
func didDocument(t testing.TB, did string, a author) []byte {
	t.Helper()
	multikey, err := keys.Multikey(a.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return marshal(t, obj{
		"id": did, "assertionMethod": []any{did + "#k"},
		"verificationMethod": []any{obj{"id": did + "#k", "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}},
	})
}
