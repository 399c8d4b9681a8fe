package public_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/public"
)

// A credential with a Data Integrity proof, by an issuer that calls itself a
// ministry, through the real verifier.
func TestIntegrityCredential(t *testing.T) {
	t.Parallel()
	const ministry = "Ministry of Education"
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)) // for tests only
	did, err := keys.DIDKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(map[string]any{
		"@context": []any{contexts.CredentialsV2}, "id": "urn:uuid:5a2c4a39-6c0b-4a53-b1d9-0d3f4be3b6f4",
		"type": []any{"VerifiableCredential"}, "name": "Lighting", "issuer": map[string]any{"id": did, "name": ministry},
		"credentialSubject": map[string]any{"id": "urn:uuid:0d3f4be3-6c0b-4a53-b1d9-5a2c4a39b6f4", "name": "Noor Example"},
		"validFrom":         "2026-01-01T00:00:00Z",
	})
	if err != nil {
		t.Fatal(err)
	}
	e := integrity.New(integrity.Config{Canon: canon.New(canon.Config{Contexts: canon.Pinned()})})
	prepared, err := e.Prepare(t.Context(), doc, integrity.ProofOptions{
		Cryptosuite: integrity.EdDSARDFC2022, VerificationMethod: did + "#" + strings.TrimPrefix(did, "did:key:"),
		Purpose: integrity.AssertionMethod, Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := e.Sign(t.Context(), prepared, key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	didDoc, err := keys.MarshalDIDDocument(key.Public())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "body.did.json"), didDoc, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	set, err := trust.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		file    []byte
		trust   *trust.Set
		verdict string
		code    string
	}{
		"trusted":        {signed, set, "valid", ""},
		"nobody trusted": {signed, nil, "undetermined", "trust"},
		"changed":        {bytes.Replace(signed, []byte("Noor"), []byte("Nora"), 1), set, "invalid", "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := handler(t, func(c *public.Config) {
				c.Verifier, c.Links = &verifier.Verifier{Trust: tt.trust, Now: config().Now}, links{string(tt.file)}
			})
			for _, lang := range i18n.Languages {
				var a verifier.Answer
				if err := json.Unmarshal(post(h, "/api/v1/verify?lang="+lang, string(tt.file), "application/vc").Body.Bytes(), &a); err != nil {
					t.Fatal(err)
				}
				if a.Verdict != tt.verdict || string(a.Code) != tt.code || a.Form != "vc-di" {
					t.Errorf("%s: %s %s %s", lang, a.Verdict, a.Code, a.Form)
				}
				for _, w := range []pagetest.Node{pagetest.Parse(t, form(t, h, "/verify?lang="+lang, "file", string(tt.file))), pagetest.Parse(t, get(h, "/v/"+known+"?lang="+lang))} {
					text := w.One(t, "main")
					if got := w.First(t, "main [data-verdict]").Attr("data-verdict"); got != tt.verdict {
						t.Errorf("%s: verdict %s", lang, got)
					}
					issuer := w.All("[data-field=issuer]")
					switch tt.verdict {
					case "invalid":
						if strings.Contains(text, ministry) || strings.Contains(text, "Nora") {
							t.Errorf("%s: what was changed is shown", lang)
						}
					case "undetermined": // the name stands there as a quotation only
						if len(issuer) != 1 || !strings.Contains(issuer[0].Text(), ministry) || strings.TrimSpace(issuer[0].Text()) == ministry ||
							strings.Count(text, ministry) != 1 || len(w.All(".issuer.pass")) != 0 {
							t.Errorf("%s: issuer in %q", lang, text)
						}
					default:
						if len(issuer) != 1 || !strings.Contains(issuer[0].Text(), ministry) {
							t.Errorf("%s: issuer in %q", lang, text)
						}
					}
				}
			}
		})
	}
}
