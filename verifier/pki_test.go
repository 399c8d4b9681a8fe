package verifier_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// now is the present of these tests.
var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// patience is how long an answer may take here. The promise is two seconds, on
// a machine that is not busy with other tests or watched for races; work that
// explodes takes longer than this too.
const patience = 15 * time.Second

// A party is a certificate with its key, made by these tests.
type party struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

var serial = struct {
	sync.Mutex
	n int64
}{n: 1000}

// make issues a certificate for a template; a nil issuer lets it sign itself.
func certify(t testing.TB, tmpl *x509.Certificate, issuer *party) *party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial.Lock()
	serial.n++
	tmpl.SerialNumber = big.NewInt(serial.n)
	serial.Unlock()
	if tmpl.NotBefore.IsZero() {
		tmpl.NotBefore, tmpl.NotAfter = now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0)
	}
	parent, signer := tmpl, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &party{cert, key}
}

func authority(name string) *x509.Certificate {
	return &x509.Certificate{
		Subject:               pkix.Name{Country: []string{"DE"}, Organization: []string{"Test Trust Service"}, CommonName: name},
		BasicConstraintsValid: true, IsCA: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
}

const (
	body       = "Prüfstelle Veranstaltungstechnik"
	registered = "VATDE-123456789"
)

var oidOrganizationID = asn1.ObjectIdentifier{2, 5, 4, 97}

func sealCert() *x509.Certificate { return sealCertOf(body, registered, "DE") }

func sealCertOf(name, id, country string) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{
			Country: []string{country}, Organization: []string{name}, CommonName: name + " Seal",
			ExtraNames: []pkix.AttributeTypeAndValue{{Type: oidOrganizationID, Value: id}},
		},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
	}
}

// A world is what most tests need: an authority that is trusted, and a body
// with a seal certificate of it.
type world struct {
	root, ca, seal *party
	trust          *trust.Set
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{root: certify(t, authority("Test Root"), nil)}
	w.ca = certify(t, authority("Test Seal CA"), w.root)
	w.seal = certify(t, sealCert(), w.ca)
	w.trust = trustIn(t, w.ca)
	return w
}

func trustIn(t testing.TB, anchors ...*party) *trust.Set {
	t.Helper()
	var certs []*x509.Certificate
	for _, a := range anchors {
		certs = append(certs, a.cert)
	}
	set, err := trust.New(certs...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// file is a credential of the body, changed by edit, sealed by the world's
// seal.
func (w *world) file(t testing.TB, edit func(c obj)) []byte {
	t.Helper()
	return sealBy(t, w.seal, payload(t, edit), w.ca)
}

func (w *world) verify(t testing.TB, file []byte) verifier.Report {
	t.Helper()
	return verify(t, w.trust, file, time.Time{})
}

func verify(t testing.TB, set *trust.Set, file []byte, at time.Time) verifier.Report {
	t.Helper()
	v := verifier.Verifier{Trust: set, Now: func() time.Time { return now }}
	start := time.Now()
	r, err := v.Verify(t.Context(), file, verifier.Options{At: at})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > patience {
		t.Errorf("Verify took %v", took)
	}
	return r
}

var signedAt = now.AddDate(0, 0, -30)

// sealBy seals a payload as the product does.
func sealBy(t testing.TB, p *party, payload []byte, above ...*party) []byte {
	t.Helper()
	chain := keys.Chain{Leaf: p.cert}
	for _, a := range above {
		chain.Intermediates = append(chain.Intermediates, a.cert)
	}
	at := signedAt
	if p.cert.NotAfter.Before(at) || p.cert.NotBefore.After(at) {
		at = p.cert.NotBefore.Add(time.Hour)
	}
	input, err := jades.SigningInput(payload, chain, at)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := jades.Sign(input, p.key)
	if err != nil {
		t.Fatal(err)
	}
	file, err := jades.Assemble(input, sig)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// sealWith seals by a header that the product would not write.
func sealWith(t testing.TB, p *party, payload []byte, edit func(h obj), above ...*party) []byte {
	t.Helper()
	digest := sha256.Sum256(p.cert.Raw)
	x5c := []any{base64.StdEncoding.EncodeToString(p.cert.Raw)}
	for _, a := range above {
		x5c = append(x5c, base64.StdEncoding.EncodeToString(a.cert.Raw))
	}
	h := obj{
		"alg": "ES256", "typ": "jose+json", "cty": "octet-stream", "b64": false, "sigT": signedAt.Format(time.RFC3339),
		"x5t#S256": base64.RawURLEncoding.EncodeToString(digest[:]), "x5c": x5c, "crit": []any{"b64", "sigT"},
	}
	if edit != nil {
		edit(h)
	}
	return sealRaw(t, p, marshal(t, h), payload)
}

// sealRaw signs whatever header and payload there are.
func sealRaw(t testing.TB, p *party, header, payload []byte) []byte {
	t.Helper()
	protected := base64.RawURLEncoding.EncodeToString(header)
	sig, err := jades.Sign([]byte(protected+"."+string(payload)), p.key)
	if err != nil {
		t.Fatal(err)
	}
	return marshal(t, obj{"payload": string(payload), "signatures": []any{obj{
		"protected": protected, "signature": base64.RawURLEncoding.EncodeToString(sig),
	}}})
}

// obj is a JSON object that tests take apart.
type obj = map[string]any

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// edited is a file with its envelope changed.
func edited(t testing.TB, file []byte, edit func(file, signature obj)) []byte {
	t.Helper()
	var f obj
	if err := json.Unmarshal(file, &f); err != nil {
		t.Fatal(err)
	}
	edit(f, f["signatures"].([]any)[0].(obj))
	return marshal(t, f)
}

// A tsa is a time-stamp authority.
type tsa struct{ *party }

func newTSA(t testing.TB, issuer *party) tsa {
	t.Helper()
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		t.Fatal(err)
	}
	return tsa{certify(t, &x509.Certificate{
		Subject:   pkix.Name{Country: []string{"DE"}, Organization: []string{"Test Time"}, CommonName: "Test TSA"},
		NotBefore: now.AddDate(-10, 0, 0), NotAfter: now.AddDate(10, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{ // extended key usage: time-stamping, critical
			Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage,
		}},
	}, issuer)}
}

// stamp makes a time-stamp token over data.
func (a tsa) stamp(t testing.TB, data []byte, at time.Time) string {
	t.Helper()
	digest := sha256.Sum256(data)
	ts := timestamp.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: digest[:], Time: at, Policy: asn1.ObjectIdentifier{1, 2, 3},
		SerialNumber: big.NewInt(7), AddTSACertificate: true,
	}
	der, err := ts.CreateResponseWithOpts(a.cert, a.key, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := timestamp.ParseResponse(der)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(parsed.RawToken)
}

// item is one element of etsiU.
func item(t testing.TB, name string, value any) string {
	t.Helper()
	return base64.RawURLEncoding.EncodeToString(marshal(t, obj{name: value}))
}

// stamped is a file with a signature time-stamp, and further items behind it.
func (a tsa) stamped(t testing.TB, file []byte, at time.Time, more ...string) []byte {
	t.Helper()
	return edited(t, file, func(_, s obj) {
		token := a.stamp(t, []byte(s["signature"].(string)), at)
		items := []any{item(t, "sigTst", obj{"tstTokens": []any{obj{"val": token}}})}
		for _, m := range more {
			items = append(items, m)
		}
		s["header"] = obj{"etsiU": items}
	})
}

func withItems(t testing.TB, file []byte, items ...any) []byte {
	t.Helper()
	return edited(t, file, func(_, s obj) { s["header"] = obj{"etsiU": items} })
}

// revocation is a list of the authority that names the certificates.
func revocation(t testing.TB, by *party, at time.Time, revoked ...*party) []byte {
	t.Helper()
	tmpl := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: at, NextUpdate: at.AddDate(0, 1, 0)}
	for _, p := range revoked {
		tmpl.RevokedCertificateEntries = append(tmpl.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: p.cert.SerialNumber, RevocationTime: at})
	}
	der, err := x509.CreateRevocationList(rand.Reader, tmpl, by.cert, by.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func concept(list, scheme, label string) obj {
	return obj{"id": list, "type": "Concept", "inScheme": obj{"id": scheme, "type": "ConceptScheme"}, "prefLabel": obj{"en": label}}
}

func country(code string) obj {
	const list = "http://publications.europa.eu/resource/authority/country"
	return concept(list+"/"+code, list, code)
}

// payload is a small credential that conforms, changed by edit.
func payload(t testing.TB, edit func(c obj)) []byte {
	t.Helper()
	const snb = "http://data.europa.eu/snb/"
	const lang = "http://publications.europa.eu/resource/authority/language"
	const kind = "http://publications.europa.eu/resource/authority/file-type"
	n := 0
	id := func(class string) string { n++; return fmt.Sprintf("urn:epass:%s:%d", class, n) }
	english := func() obj { return concept(lang+"/ENG", lang, "English") }
	organisation := func() obj {
		return obj{
			"id": id("org"), "type": "Organisation", "legalName": obj{"de": body},
			"eIDASIdentifier": obj{"id": id("legalIdentifier"), "type": "LegalIdentifier", "notation": registered, "spatial": country("DEU")},
			"location": obj{"id": id("location"), "type": "Location", "address": obj{
				"id": id("address"), "type": "Address", "countryCode": country("DEU"),
			}},
		}
	}
	issuer := organisation()
	awarded := func() obj {
		return obj{
			"id": id("awardingProcess"), "type": "AwardingProcess", "awardingBody": issuer,
			"awardingDate": signedAt.Format(time.RFC3339),
		}
	}
	c := obj{
		"id": "urn:credential:5a2c4a39-6c0b-4a53-b1d9-0d3f4be3b6f4", "type": []any{"VerifiableCredential", "EuropeanDigitalCredential"},
		"credentialProfiles": concept(snb+"credential/e34929035b", snb+"credential/25831c2", "Generic"),
		"displayParameter": obj{
			"id": id("displayParameter"), "type": "DisplayParameter", "title": obj{"en": "Lighting", "de": "Licht"},
			"language": english(), "primaryLanguage": english(),
			"individualDisplay": obj{
				"id": id("individualDisplay"), "type": "IndividualDisplay", "language": english(),
				"displayDetail": obj{
					"id": id("displayDetail"), "type": "DisplayDetail", "page": 1,
					"image": obj{
						"id": id("mediaObject"), "type": "MediaObject", "content": "iVBORw0KGgo=",
						"contentEncoding": concept(snb+"encoding/6146cde7dd", snb+"encoding/25831c2", "base64"),
						"contentType":     concept(kind+"/PNG", kind, "PNG"),
					},
				},
			},
		},
		"issuer": issuer,
		"credentialSubject": obj{
			"id": id("person"), "type": "Person", "fullName": obj{"en": "Noor Example"}, "givenName": obj{"en": "Noor"},
			"familyName": obj{"en": "Example"}, "dateOfBirth": "2001-05-17T00:00:00Z",
			"hasClaim": obj{
				"id": id("learningAchievement"), "type": "LearningAchievement", "title": obj{"en": "Lighting"}, "awardedBy": awarded(),
				"provenBy": obj{
					"id": id("learningAssessment"), "type": "LearningAssessment", "title": obj{"en": "Portfolio"}, "awardedBy": awarded(),
					"grade": obj{"id": id("note"), "type": "Note", "noteLiteral": obj{"en": "passed"}},
				},
			},
		},
		"issued": signedAt.Format(time.RFC3339), "issuanceDate": signedAt.Format(time.RFC3339), "validFrom": signedAt.Format(time.RFC3339),
		"credentialSchema": obj{"id": snb + "model/ap/edc-generic-full", "type": "ShaclValidator2017"},
		"@context":         []any{contexts.CredentialsV1, contexts.EDCAP},
	}
	if edit != nil {
		edit(c)
	}
	return marshal(t, c)
}
