package public_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/public"
)

// Tokens of both forms, through the real verifier, by every way in: as a file,
// pasted, pasted from a mail that broke its lines, and as a body of the API.
func TestTokens(t *testing.T) {
	t.Parallel()
	now := config().Now()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		Subject: pkix.Name{
			Country: []string{"DE"}, Organization: []string{"Body"}, CommonName: "Body Seal",
			ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 97}, Value: "VATDE-1"}},
		},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	set, err := trust.New(cert)
	if err != nil {
		t.Fatal(err)
	}
	did, err := keys.DIDKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(map[string]any{
		"@context": []any{contexts.CredentialsV2}, "id": "urn:uuid:5a2c4a39-6c0b-4a53-b1d9-0d3f4be3b6f4",
		"type": []any{"VerifiableCredential"}, "name": "Lighting", "issuer": map[string]any{"id": did, "name": "Body"},
		"credentialSubject": map[string]any{"id": "urn:uuid:0d3f4be3-6c0b-4a53-b1d9-5a2c4a39b6f4"}, "validFrom": "2026-01-01T00:00:00Z",
	})
	if err != nil {
		t.Fatal(err)
	}
	input, err := jose.SigningInputVC(doc, jose.TokenHeader{Algorithm: keys.ES256, KeyID: did + "#" + strings.TrimPrefix(did, "did:key:")})
	if err != nil {
		t.Fatal(err)
	}
	vc, err := jose.SignToken(key, input)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := json.Marshal(map[string]any{
		"vct": sdjwt.AwardType(""), "nbf": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), "title": "Lighting", "awarding_body": "Body", "family_name": "Example",
	})
	if err != nil {
		t.Fatal(err)
	}
	unsigned, err := sdjwt.Issue(claims, []sdjwt.Path{{sdjwt.Member("title")}, {sdjwt.Member("family_name")}},
		jose.TokenHeader{Algorithm: keys.ES256, Type: sdjwt.TypeVC, Certificates: []*x509.Certificate{cert}}, sdjwt.IssueOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sd, err := sdjwt.Sign(key, unsigned)
	if err != nil {
		t.Fatal(err)
	}
	h := handler(t, func(c *public.Config) { c.Verifier = &verifier.Verifier{Trust: set, Now: config().Now} })
	for formName, tt := range map[string]struct {
		file  []byte
		kinds []string
	}{
		"vc-jwt": {vc, []string{"application/vc+jwt", "application/jwt"}},
		"sd-jwt": {sd, []string{"application/dc+sd-jwt", "application/sd-jwt"}},
	} {
		for _, kind := range append(tt.kinds, "text/plain", "application/octet-stream", "application/x-www-form-urlencoded") {
			for file, want := range map[string]string{string(tt.file): "valid", string(tt.file) + "\n": "valid", string(bytes.Replace(tt.file, []byte("."), []byte(".A"), 1)): "invalid"} {
				var a verifier.Answer
				if err := json.Unmarshal(post(h, "/api/v1/verify", file, kind).Body.Bytes(), &a); err != nil || a.Verdict != want || a.Form != formName {
					t.Errorf("%s as %s: %+v, %v", formName, kind, a, err)
				}
			}
		}
		wrapped := string(tt.file[:70]) + "\r\n" + string(tt.file[70:140]) + "\r\n  " + string(tt.file[140:]) + "\r\n"
		for name, fields := range map[string][]string{
			"file": {"file", string(tt.file)}, "text": {"text", string(tt.file)}, "text with broken lines": {"text", wrapped},
		} {
			w := pagetest.Parse(t, form(t, h, "/verify", fields...))
			if got := w.First(t, "main [data-verdict]").Attr("data-verdict"); got != "valid" || !strings.Contains(w.One(t, "main"), "Lighting") {
				t.Errorf("%s, %s: %s", formName, name, w.One(t, "main"))
			}
		}
		// A file is judged as it is.
		if got := pagetest.Parse(t, form(t, h, "/verify", "file", wrapped)).First(t, "main [data-verdict]").Attr("data-verdict"); got != "invalid" {
			t.Errorf("%s, file with broken lines: %s", formName, got)
		}
	}
	if rr := post(h, "/api/v1/verify", "a=1&b=2.3.4", "application/x-www-form-urlencoded"); rr.Code != 415 {
		t.Errorf("a form: %d", rr.Code)
	}
}
