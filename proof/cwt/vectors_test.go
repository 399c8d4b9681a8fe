package cwt_test

import (
	"crypto"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/cwt"
)

// The published COSE messages of the VC JOSE COSE suite, each through the
// policy of its feature: what is to succeed verifies, and the rest is refused.
func TestVectorsCOSE(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.Vectors(t), "vc-jose-cose")
	var cases []struct{ Name, Group, Function, Feature, Input, Key, Expect string }
	decode(t, filepath.Join(dir, "cases.json"), &cases)
	ran := 0
	for _, c := range cases {
		if c.Group != "cose" || c.Function != "verify" {
			continue
		}
		ran++
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			var method struct{ PublicKeyJWK json.RawMessage }
			decode(t, filepath.Join(dir, c.Key), &method)
			k, err := keys.ParseJWK(method.PublicKeyJWK)
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(dir, c.Input))
			if err != nil {
				t.Fatal(err)
			}
			policy := cwt.VC
			if c.Feature == "presentation_cose" {
				policy = cwt.VP
			}
			enc := base64.RawStdEncoding
			if strings.HasSuffix(strings.TrimSpace(string(text)), "=") {
				enc = base64.StdEncoding
			}
			var m *cwt.Message
			data, err := enc.DecodeString(strings.TrimSpace(string(text)))
			if err == nil {
				m, err = verify(data, policy, k.Key)
			}
			if err == nil && c.Expect != "success" && c.Feature == "presentation_cose" && !enveloped(t, m.Payload) {
				return // a good COSE message; what is in it is judged by who reads it
			}
			if (err == nil) != (c.Expect == "success") {
				t.Errorf("%s: error %v, expected to be %s", c.Input, err, c.Expect)
			}
		})
	}
	if ran == 0 {
		t.Fatal("no COSE message among the cases")
	}
}

// enveloped tells whether every credential of a presentation is in a data: URL.
func enveloped(t *testing.T, presentation []byte) bool {
	t.Helper()
	var vp struct {
		Credentials []struct{ ID string } `json:"verifiableCredential"`
	}
	if err := json.Unmarshal(presentation, &vp); err != nil {
		t.Fatal(err)
	}
	for _, c := range vp.Credentials {
		if !strings.HasPrefix(c.ID, "data:") {
			return false
		}
	}
	return true
}

func decode(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func verify(data []byte, p cwt.Policy, pub crypto.PublicKey) (*cwt.Message, error) {
	m, err := cwt.Parse(data, p)
	if err != nil {
		return nil, err
	}
	return m, m.Verify(pub)
}

// The example of a signed CWT in RFC 8392, A.3, its key of A.2.3 and its claims
// of A.1.
const (
	exampleToken = "d28443a10126a104524173796d6d657472696345434453413235365850" + exampleClaims +
		"58405427c1ff28d23fbad1f29c4c7c6a555e601d6fa29f9179bc3d7438bacaca5acd08c8d4d4f96131680c429a01f85951ecee743a52b9b63632c57209120e1c9e30"
	exampleClaims = "a70175636f61703a2f2f61732e6578616d706c652e636f6d02656572696b77037818636f61703a2f2f6c696768742e6578616d706c652e636f6d" +
		"041a5612aeb0051a5610d9f0061a5610d9f007420b71"
	exampleX = "143329cce7868e416927599cf65a34f3ce2ffda55a7eca69ed8919a394d42f0f"
	exampleY = "60f7f1a780d8a783bfb7a2dd6b2796e8128dbbcef9d3d168db9529971a36e7b9"
)

func TestExampleOfRFC8392(t *testing.T) {
	t.Parallel()
	b64 := func(s string) string { return base64.RawURLEncoding.EncodeToString(unhex(t, s)) }
	k, err := keys.ParseJWK([]byte(`{"kty":"EC","crv":"P-256","x":"` + b64(exampleX) + `","y":"` + b64(exampleY) + `"}`))
	if err != nil {
		t.Fatal(err)
	}
	token := unhex(t, exampleToken)
	anyType := cwt.Policy{Types: []string{""}, ContentTypes: []string{""}, Hint: true}
	m, err := verify(token, anyType, k.Key)
	if err != nil {
		t.Fatal(err)
	}
	if string(m.Header.KeyID) != "AsymmetricECDSA256" || !m.Header.Hinted || m.Header.Algorithm != keys.ES256 {
		t.Errorf("header %+v", m.Header)
	}
	claims, err := cwt.ParseClaims(m.Payload)
	if err != nil {
		t.Fatal(err)
	}
	want := cwt.Claims{
		Issuer: "coap://as.example.com", Subject: "erikw", Audience: []string{"coap://light.example.com"},
		Expires: time.Unix(1444064944, 0).UTC(), NotBefore: time.Unix(1443944944, 0).UTC(), IssuedAt: time.Unix(1443944944, 0).UTC(),
		ID: []byte{0x0b, 0x71},
	}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Error(diff)
	}
	again, err := want.Encode()
	if err != nil || hex.EncodeToString(again) != exampleClaims {
		t.Errorf("written %x, %v", again, err)
	}

	// Without the permission for a kid that nobody signed, it is refused; and
	// everything else that was signed stays as it was.
	anyType.Hint = false
	_, err = cwt.Parse(token, anyType)
	refused(t, "unprotected kid", err, proof.Header)
	untagged := token[1:]
	anyType.Hint = true
	_, err = cwt.Parse(untagged, anyType)
	refused(t, "untagged", err, proof.Malformed)
	anyType.Untagged = true
	if _, err = verify(untagged, anyType, k.Key); err != nil {
		t.Errorf("untagged where it may be: %v", err)
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
