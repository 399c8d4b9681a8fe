package main

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
)

// verified checks a token of the key of vm-p256.json and gives the result.
func verified(t *testing.T, feature, token string) conformanceResult {
	t.Helper()
	got, _ := conform(t, "verify", "--input", file(t, token), "--key", filepath.Join(ownFiles, "vm-p256.json"), "--feature", feature)
	return got
}

// A KB-JWT that nobody asked for must hold together all the same: by the key that
// the issuer named, over what was sent.
func TestConformanceKeyBinding(t *testing.T) {
	t.Parallel()
	issuer, holder := secret(t, "vm-p256.json"), secret(t, "vm-ed25519.json")
	minimal := read(t, ownFiles, "credential-minimal.json")
	jwkOf := func(s crypto.Signer) string {
		text, err := keys.MarshalJWK(s.Public(), "")
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	cnf := func(claim string) string { return replace(t, minimal, `"id"`, `"cnf":`+claim+`,"id"`) }
	h := jose.TokenHeader{Algorithm: "ES256", Type: "vc+sd-jwt", ContentType: "vc"}
	body := func(document string) string { return token(t, issuer, h, document) + "~" }
	bind := func(over, typ string, by crypto.Signer, at time.Time) string {
		alg, err := keys.TokenAlgorithm(by.Public())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(over))
		return token(t, by, jose.TokenHeader{Algorithm: alg, Type: typ}, fmt.Sprintf(`{"iat":%d,"aud":"https://verifier.example","nonce":"n","sd_hash":%q}`,
			at.Unix(), base64.RawURLEncoding.EncodeToString(sum[:])))
	}
	now := time.Now()
	held := body(cnf(`{"jwk":` + jwkOf(holder) + `}`))
	named := body(cnf(`{"kid":"did:example:holder#1"}`))
	p521 := body(cnf(`{"jwk":` + jwkOf(secret(t, "vm-p521.json")) + `}`))
	plain := body(minimal)
	for what, data := range map[string]string{
		"none": held, "one": held + bind(held, "kb+jwt", holder, now), "an old one": held + bind(held, "kb+jwt", holder, now.Add(-1000*time.Hour)),
		"one by P-521": p521 + bind(p521, "kb+jwt", secret(t, "vm-p521.json"), now), "no holder": plain, "a holder by name": named,
	} {
		if got := verified(t, "credential_sdjwt", data); got.Result != "success" {
			t.Errorf("%s: %s: %s", what, got.Result, got.Data)
		}
	}
	for what, data := range map[string]string{
		"over something else":   held + bind(plain, "kb+jwt", holder, now),
		"typ JWT":               held + bind(held, "JWT", holder, now),
		"typ of the credential": held + bind(held, "vc+sd-jwt", holder, now),
		"by the issuer":         held + bind(held, "kb+jwt", issuer, now),
		"from the future":       held + bind(held, "kb+jwt", holder, now.Add(time.Hour)),
		"without a holder":      plain + bind(plain, "kb+jwt", holder, now),
		"a holder by name only": named + bind(named, "kb+jwt", holder, now),
		"no JWT":                held + "a.b.c",
	} {
		if got := verified(t, "credential_sdjwt", data); got.Result != "failure" || !strings.HasPrefix(got.Data, "binding") {
			t.Errorf("%s: %s: %s", what, got.Result, got.Data)
		}
	}
	// Inside a presentation, too.
	for what, data := range map[string]string{"success": held + bind(held, "kb+jwt", holder, now), "failure": held + bind(plain, "kb+jwt", holder, now)} {
		vp := fmt.Sprintf(`{"@context":["https://www.w3.org/ns/credentials/v2"],"type":"VerifiablePresentation","holder":"https://issuer.example/keys",`+
			`"verifiableCredential":[{"@context":"https://www.w3.org/ns/credentials/v2","type":"EnvelopedVerifiableCredential","id":"data:application/vc+sd-jwt,%s"}]}`, data)
		got := verified(t, "presentation_jose", token(t, issuer, jose.TokenHeader{Algorithm: "ES256", Type: "vp+jwt", ContentType: "vp"}, vp))
		if got.Result != what {
			t.Errorf("in a presentation: %s, want %s: %s", got.Result, what, got.Data)
		}
	}
}

// A kid may be what the id of the method is within the document of its controller.
func TestConformanceRelativeKeyID(t *testing.T) {
	t.Parallel()
	var m struct{ ID, Controller string }
	if err := json.Unmarshal([]byte(read(t, ownFiles, "vm-p256.json")), &m); err != nil {
		t.Fatal(err)
	}
	_, fragment, _ := strings.Cut(m.ID, "#")
	minimal := read(t, ownFiles, "credential-minimal.json")
	for kid, want := range map[string]string{
		m.ID: "success", "#" + fragment: "success", fragment: "success",
		"##" + fragment: "failure", "#" + fragment + "x": "failure", "https://issuer.example/other#" + fragment: "failure",
	} {
		got := verified(t, "credential_jose", token(t, secret(t, "vm-p256.json"), jose.TokenHeader{Algorithm: "ES256", Type: "vc+jwt", KeyID: kid}, minimal))
		if got.Result != want {
			t.Errorf("kid %s: %s, want %s: %s", kid, got.Result, want, got.Data)
		}
	}
}

// What the headers of COSE messages by others look like.
func TestConformanceCOSEHeaders(t *testing.T) {
	t.Parallel()
	type m = map[any]any
	key := secret(t, "vm-p256.json")
	minimal := []byte(read(t, ownFiles, "credential-minimal.json"))
	kid := []byte(kidOf(t, "vm-p256.json"))
	message := func(protected, unprotected m, tagged bool) string {
		protected[1] = -7
		head, err := cbor.Marshal(protected)
		if err != nil {
			t.Fatal(err)
		}
		input, err := cbor.Marshal([]any{"Signature1", head, []byte{}, minimal})
		if err != nil {
			t.Fatal(err)
		}
		signer, err := cose.NewSigner(cose.AlgorithmES256, key)
		if err != nil {
			t.Fatal(err)
		}
		signature, err := signer.Sign(nil, input)
		if err != nil {
			t.Fatal(err)
		}
		data, err := cbor.Marshal([]any{head, unprotected, minimal, signature})
		if err != nil {
			t.Fatal(err)
		}
		if tagged {
			data = append([]byte{0xd2}, data...)
		}
		return base64.StdEncoding.EncodeToString(data)
	}
	both := func() m { return m{3: "application/vc", 16: "application/vc+cose"} }
	for what, c := range map[string]struct {
		protected, unprotected m
		untagged               bool
		want                   string
	}{
		"as written here":            {both(), m{}, false, "success"},
		"untagged":                   {both(), m{}, true, "success"},
		"kid unprotected":            {both(), m{4: kid}, false, "success"},
		"kid of another unprotected": {both(), m{4: []byte(kidOf(t, "vm-p384.json"))}, false, "failure"},
		"kid in both":                {m{3: "application/vc", 4: kid, 16: "application/vc+cose"}, m{4: kid}, false, "failure"},
		"more unprotected":           {both(), m{4: kid, 15: m{1: "https://issuer.example/keys"}}, false, "failure"},
		"no typ":                     {m{3: "application/vc"}, m{}, false, "success"},
		"no content type":            {m{16: "application/vc+cose"}, m{}, false, "success"},
		"neither":                    {m{}, m{}, false, "failure"},
		"content of a presentation":  {m{3: "application/vp"}, m{}, false, "failure"},
		"typ of a presentation":      {m{3: "application/vc", 16: "application/vp+cose"}, m{}, false, "failure"},
		"typ without application/":   {m{3: "application/vc", 16: "vc+cose"}, m{}, false, "failure"},
		"typ of a token":             {m{3: "application/vc", 16: "application/vc+jwt"}, m{}, false, "failure"},
	} {
		data := message(c.protected, c.unprotected, !c.untagged)
		if got := verified(t, "credential_cose", data); got.Result != c.want {
			t.Errorf("%s: %s, want %s: %s", what, got.Result, c.want, got.Data)
		}
		if got := verified(t, "presentation_cose", data); got.Result != "failure" {
			t.Errorf("%s, as a presentation: %s", what, got.Result)
		}
	}
}
