package issuer_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/piprate/json-gold/ld"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/credential/openbadge"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/status"
)

// A certified is a key with a certificate of the sample body.
type certified struct {
	key   crypto.Signer
	chain keys.Chain
}

// with makes an Issuer use it.
func (c certified) with(cfg *issuer.Config) { cfg.Key, cfg.Chain = c.key, c.chain }

func (c certified) did(t testing.TB) string {
	t.Helper()
	did, err := keys.DIDKey(c.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return did
}

// securing are keys that sign the forms with a Data Integrity proof, by suite
// and curve.
var securing = map[string]func(t testing.TB) certified{
	"ecdsa-rdfc-2019, P-256": func(t testing.TB) certified {
		d := demo(t, keys.ES256)
		return certified{d.Seal, d.Chain}
	},
	"ecdsa-rdfc-2019, P-384": certifiedBy(func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P384(), rand.Reader) }),
	"eddsa-rdfc-2022": certifiedBy(func() (crypto.Signer, error) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}),
}

// certifiedBy gives a key a certificate like that of the ES256 demo, from the
// same authority.
func certifiedBy(newKey func() (crypto.Signer, error)) func(t testing.TB) certified {
	var once sync.Once
	var c certified
	return func(t testing.TB) certified {
		t.Helper()
		d := demo(t, keys.ES256)
		once.Do(func() {
			key, err := newKey()
			if err != nil {
				t.Fatal(err)
			}
			leaf := certify(t, d.Chain.Leaf, key.Public(), d)
			c = certified{key: key}
			if c.chain, err = keys.NewChain([]*x509.Certificate{leaf, d.Issuing}); err != nil {
				t.Fatal(err)
			}
		})
		return c
	}
}

// certify gives a key a certificate like another one, from an authority.
func certify(t testing.TB, like *x509.Certificate, pub crypto.PublicKey, by *private.Demo, change ...func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(4711), RawSubject: like.RawSubject,
		NotBefore: like.NotBefore, NotAfter: like.NotAfter,
		KeyUsage: like.KeyUsage, BasicConstraintsValid: true,
	}
	for _, f := range change {
		f(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.Issuing, pub, by.IssuingKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

// A factResult is a Result, whose body has a certificate, with one of its
// languages first.
type factResult struct {
	name   string
	result assessment.Result
	lang   string
	seal   certified
}

func (r factResult) draft(t testing.TB) credential.Draft {
	t.Helper()
	d, err := issuer.BuildDraft(r.result, r.seal.chain, now, dots)
	if err != nil {
		t.Fatalf("%s: BuildDraft: %v", r.name, err)
	}
	return d
}

// bodies are demo certificates by legal name, made once.
var bodies sync.Map

func certifiedFor(t testing.TB, b assessment.Body) certified {
	t.Helper()
	name := strings.TrimSuffix(b.LegalName["en"], private.DemoMark)
	made, _ := bodies.LoadOrStore(name+b.Identifier.Notation, sync.OnceValues(func() (*private.Demo, error) {
		return private.NewDemo(private.DemoConfig{
			Name: name, OrganizationID: b.Identifier.Notation, Country: b.Country, Algorithm: keys.ES256, Now: now.Add(-time.Hour),
		})
	}))
	d, err := made.(func() (*private.Demo, error))()
	if err != nil {
		t.Fatal(err)
	}
	return certified{d.Seal, d.Chain}
}

// factResults are the realistic Results that come with the project, and one
// that says whatever a Result can, each in every language first.
func factResults(t testing.TB) []factResult {
	t.Helper()
	files, err := filepath.Glob("../testdata/results/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no results: %v", err)
	}
	results := map[string]assessment.Result{"everything": everything()}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := assessment.ParseResult(data, now)
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		results[filepath.Base(f)] = r
	}
	var all []factResult
	for name, r := range results {
		for _, lang := range assessment.CertificateLanguages {
			turned := r
			turned.Languages = []string{lang}
			for _, l := range r.Languages {
				if l != lang {
					turned.Languages = append(turned.Languages, l)
				}
			}
			all = append(all, factResult{name + ", " + lang, turned, lang, certifiedFor(t, r.Body)})
		}
	}
	return all
}

// everything says all that a Result can, with names that writers get wrong.
func everything() assessment.Result {
	r := sample("lighting")
	r.Credits = &assessment.Credits{Framework: assessment.ECVET, Points: 4.5}
	r.Candidate = assessment.Candidate{
		ID: "candidate-9", GivenName: "\U0001D4D9a\u0301na\u0007 \"\\ <b> *_#", FamilyName: "\u05E9\u05DC\u05D5\u05DD \U0001F600", DateOfBirth: r.Candidate.DateOfBirth,
		Identifier: &assessment.Identifier{Scheme: "Learner number", Value: "L-1"},
	}
	r.Methods[1].Grade = assessment.Text{"en": "Passed with merit", "fr": "Réussi avec mention", "de": "Mit Auszeichnung bestanden"}
	r.Methods[0].Evidence = &assessment.Evidence{Root: evidence.Root{1}, Items: 10_000}
	r.Notes.Prerequisites = assessment.Text{"en": "[none](https://example.org) <script>", "de": "keine *", "fr": "aucun\u2028_"}
	return r
}

// TestFormsSayTheSame issues every Result in every form and language and
// compares what the sealed bytes say: vc-di, vc-jwt and the document in sd-jwt
// have the very statements of edc, but for the named differences of the envelope;
// ob3 and the flat claims of sd-jwt say the same wherever they say anything.
func TestFormsSayTheSame(t *testing.T) {
	t.Parallel()
	for _, r := range factResults(t) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			s := database(t, t.TempDir(), clock)
			sealed := map[credential.Form]credential.Signed{}
			for n, f := range issuer.Forms() {
				// An hour lies between, and the claims do not change.
				i := newIssuer(t, s, keys.ES256, r.seal.with, func(c *issuer.Config) {
					c.Now = func() time.Time { return now.Add(time.Duration(n) * time.Hour) }
					c.Body = r.result.Body.ID
				})
				c, err := i.IssueAs(t.Context(), r.result, f)
				if err != nil {
					t.Fatalf("%s: %v", f, err)
				}
				sealed[f] = c
				if c.Draft != sealed[credential.EDC].Draft {
					t.Errorf("%s was made of another draft", f)
				}
			}
			file, err := jades.Parse(sealed[credential.EDC].Bytes)
			if err != nil {
				t.Fatal(err)
			}
			edc, did := file.Payload, r.seal.did(t)
			edcID := string(sealed[credential.EDC].ID)
			vcdi := checkSecured(t, sealed[credential.VCDI], r.seal, integrity.ECDSARDFC2019)
			badge := checkSecured(t, sealed[credential.OB3], r.seal, integrity.ECDSARDFC2019)
			token := checkToken(t, sealed[credential.VCJWT], r.seal)
			sd := checkSDJWT(t, sealed[credential.SDJWT], r.seal, nil)
			sameStatements(t, edc, vcdi, edcID, did)
			sameStatements(t, edc, token, edcID, did)
			sameStatements(t, edc, sd.elm, edcID, at(t, edc, "issuer id").(string))
			checkBadge(t, parsed(t, edc), withoutEnvelope(t, badge), r.lang)
			checkFlat(t, parsed(t, edc), sd.flat, r.lang)
			for form, doc := range map[credential.Form][]byte{credential.VCDI: vcdi, credential.VCJWT: token, credential.SDJWT: sd.elm} {
				want := parsed(t, bytes.ReplaceAll(edc, []byte(edcID), []byte(sealed[form].ID)))
				have := parsed(t, doc)
				for _, f := range facts { // by name, for the reader of a failure
					if a, b := values(want, f.elm), values(have, f.elm); !reflect.DeepEqual(a, b) {
						t.Errorf("%s: edc says %q, %s %q", f.name, a, form, b)
					}
				}
			}
			renamed := bytes.ReplaceAll(vcdi, []byte(sealed[credential.VCDI].ID), []byte(sealed[credential.VCJWT].ID))
			if !reflect.DeepEqual(withoutEnvelope(t, renamed), withoutEnvelope(t, token)) {
				t.Error("the documents of vc-di and vc-jwt differ")
			}
			hasEntries(t, edc, credential.EDC)
			hasEntries(t, vcdi, credential.VCDI)
			hasEntries(t, token, credential.VCJWT)
			hasEntries(t, badge, credential.OB3)
			if ref, err := status.ParseTokenStatus(sd.claims.Status); err != nil || !strings.HasPrefix(ref.URL, publicURL+"/status/token/") {
				t.Errorf("sd-jwt has the status %s, %v", sd.claims.Status, err)
			}
			if _, ok := parsed(t, sd.elm).(map[string]any)["credentialStatus"]; ok {
				t.Error("the document in sd-jwt has a status of its own")
			}
		})
	}
}

// hasEntries holds that a document has the status entries of its form.
func hasEntries(t testing.TB, doc []byte, f credential.Form) {
	t.Helper()
	raw, err := json.Marshal(parsed(t, doc).(map[string]any)["credentialStatus"])
	if err != nil {
		t.Fatal(err)
	}
	refs, err := status.ParseEntries(raw)
	if err != nil || len(refs) != len(status.Slots(f)) {
		t.Errorf("%s has the status %s, %v", f, raw, err)
	}
}

// withoutEnvelope gives a document without its status and its proof.
func withoutEnvelope(t testing.TB, doc []byte) any {
	t.Helper()
	object := parsed(t, doc).(map[string]any)
	delete(object, "proof")
	delete(object, "credentialStatus")
	return object
}

// checkSecured verifies a credential with a Data Integrity proof as a stranger
// would, and gives the document without it.
func checkSecured(t testing.TB, c credential.Signed, by certified, suite integrity.Cryptosuite) []byte {
	t.Helper()
	engine := integrity.New(integrity.Config{
		Canon: canon.New(canon.Config{Contexts: canon.Pinned()}), Now: func() time.Time { return now.AddDate(0, 0, 1) },
		MaxTime: time.Minute, // how long it may take is for others to hold
	})
	v, err := engine.Verify(t.Context(), c.Bytes, integrity.VerifyOptions{})
	if err != nil {
		t.Fatalf("%s: Verify: %v", c.Form, err)
	}
	if len(v.Proofs) != 1 || v.Proofs[0].Cryptosuite != suite || v.Proofs[0].Controller != by.did(t) {
		t.Errorf("%s: proofs are %+v", c.Form, v.Proofs)
	}
	if len(v.Warnings) > 0 {
		t.Errorf("%s: warnings: %v", c.Form, v.Warnings)
	}
	if c.Form == credential.VCDI {
		checkDocument20(t, v.Unsecured, c, by.did(t))
		return v.Unsecured
	}
	if got := at(t, v.Unsecured, "id"); got != string(c.ID) || !c.ID.Fits(c.Form) {
		t.Errorf("the file is %v, want %s", got, c.ID)
	}
	if got := at(t, v.Unsecured, "issuer id"); got != by.did(t) {
		t.Errorf("the issuer is %v, want %s", got, by.did(t))
	}
	for _, f := range vcdm.CheckCredential(v.Unsecured, vcdm.Options{}) {
		t.Errorf("%s: VC Data Model: %+v", c.Form, f)
	}
	for _, f := range openbadge.Check(v.Unsecured) {
		t.Errorf("ob3: Open Badges: %+v", f)
	}
	return v.Unsecured
}

// sameStatements compares the statements of an EDC payload and of a document
// under the VC Data Model 2.0 that names the issuer by an id, and names the only
// differences that there may be. Status is compared apart.
func sameStatements(t *testing.T, edc, model20 []byte, edcID, issuer string) {
	t.Helper()
	id := at(t, model20, "id").(string)
	count := func(doc []byte) map[string]int {
		n := map[string]int{}
		for _, q := range statements(t, doc) {
			n[q]++
		}
		return n
	}
	old, now := count(edc), count(model20)
	organisation := at(t, edc, "issuer id").(string)
	var only, added []string
	for q := range old {
		q2 := strings.NewReplacer(edcID, id, "<"+organisation+">", "<"+issuer+">").Replace(q)
		if now[q2] == 0 {
			only = append(only, q)
		}
		delete(now, q2)
	}
	for q := range now {
		added = append(added, q)
	}
	for _, q := range only {
		if !strings.Contains(q, "credentials#issuanceDate>") && !strings.Contains(q, "credentials#expirationDate>") &&
			!strings.Contains(q, "credentials#credentialSchema>") && !strings.HasPrefix(q, "<"+elm.ProfileGeneric+"> ") {
			t.Errorf("only edc says %s", q)
		}
	}
	for _, q := range added {
		if !strings.HasPrefix(q, "<"+id+"> <https://schema.org/name> ") {
			t.Errorf("only model 2.0 says %s", q)
		}
	}
	if len(only) < 3 || len(added) == 0 {
		t.Errorf("the envelopes differ in %q and %q only", only, added)
	}
}

// statements gives the statements of a document without its proof and status, by
// another implementation than ours.
func statements(t testing.TB, doc []byte) []string {
	t.Helper()
	o := ld.NewJsonLdOptions("")
	o.DocumentLoader, o.SafeMode, o.Format = pinned{}, true, "application/n-quads"
	quads, err := ld.NewJsonLdProcessor().ToRDF(withoutEnvelope(t, doc), o)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(quads.(string)), "\n")
}

// pinned gives our contexts and nothing else.
type pinned struct{}

func (pinned) LoadDocument(url string) (*ld.RemoteDocument, error) {
	data, ok := contexts.Bytes(url)
	if !ok {
		return nil, fmt.Errorf("%s is not one of our contexts", url)
	}
	var doc any
	err := json.Unmarshal(data, &doc)
	return &ld.RemoteDocument{DocumentURL: url, Document: doc}, err
}
