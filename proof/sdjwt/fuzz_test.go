package sdjwt_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// FuzzParse reads anything as an SD-JWT: no panic, nothing shown before the
// signature holds, and every refusal with a code.
func FuzzParse(f *testing.F) {
	// Every process that fuzzes has the same keys and samples.
	key, holder := ed25519.NewKeyFromSeed(make([]byte, 32)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	unsigned, err := sdjwt.Issue([]byte(award(f, holder)), paths(f, awardPaths...), header(f, key, sdjwt.TypeVC), sdjwt.IssueOptions{Random: seeded(1)})
	if err != nil {
		f.Fatal(err)
	}
	signed, err := sdjwt.Sign(key, unsigned)
	if err != nil {
		f.Fatal(err)
	}
	good := string(signed)
	shown, err := sdjwt.Present([]byte(good), func(p sdjwt.Path) bool { return p[0].Name == "title" },
		&sdjwt.KeyBinding{Signer: holder, Audience: "v", Nonce: "n", At: now})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{good, string(shown), good[:len(good)-1], "~", "a.b.c~", `{"payload":""}`, "a.b.c~d~e.f.g", strings.Repeat("~", 50)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := sdjwt.ParseCredential(data)
		if err != nil {
			coded(t, err)
		} else {
			if s.Payload() != nil || s.Disclosed() != nil {
				t.Fatal("shows something before the signature")
			}
			if err := s.Verify(key.Public()); err != nil {
				coded(t, err)
			} else if s.Payload() == nil {
				t.Fatal("verified, but shows nothing")
			} else if err := s.VerifyBinding(required("v", "n")); err != nil {
				coded(t, err)
			}
		}
		out, err := sdjwt.Present(data, func(sdjwt.Path) bool { return true }, nil)
		if err != nil {
			coded(t, err)
		} else if !bytes.Equal(out, data) {
			t.Fatalf("presenting all of %q gives %q", data, out)
		}
	})
}

func coded(t *testing.T, err error) {
	t.Helper()
	if e, ok := err.(*proof.Error); !ok || e.Code == "" || e.Key == "" { //nolint:errorlint // a wrapped one would lose its message
		t.Fatalf("refused without a code: %v", err)
	}
}

// FuzzDisclosure puts a payload and two disclosures behind a good signature:
// what is accepted is JSON without a trace of SD-JWT, and reads the same again.
func FuzzDisclosure(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	a := `["s","a",1]`
	f.Add(`{"_sd":["`+dig(enc(a))+`"]}`, a, `["s","x"]`)
	f.Add(`{"l":[{"...":"`+dig(enc(`["s","x"]`))+`"}]}`, `["s","x"]`, "")
	outer := `["s","o",{"_sd":["` + dig(enc(a)) + `"]}]`
	f.Add(`{"_sd":["`+dig(enc(outer))+`","decoy"],"_sd_alg":"sha-256"}`, outer, a)
	f.Add(`{"l":[{"...":1,"x":2}],"_sd":{}}`, `[1,2,3]`, `{`)
	f.Add(`{"a":"\u0001\u2028\"<","b":-0.0e1}`, "", "")
	f.Fuzz(func(t *testing.T, payload, first, second string) {
		var d []string
		for _, s := range []string{first, second} {
			if s != "" {
				d = append(d, enc(s))
			}
		}
		input, err := jose.TokenInput(header(t, key, "example+sd-jwt"), []byte(payload))
		if err != nil {
			t.Skip()
		}
		signed, err := jose.SignToken(key, input)
		if err != nil {
			t.Fatal(err)
		}
		data := string(signed) + "~" + strings.Join(append(d, ""), "~")
		s, err := verify(data, plain, key.Public())
		if err != nil {
			coded(t, err)
			return
		}
		out := s.Payload()
		if !json.Valid(out) {
			t.Fatalf("no JSON: %s", out)
		}
		again, err := verify(token(t, key, "example+sd-jwt", string(out)), plain, key.Public())
		if err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if !bytes.Equal(again.Payload(), out) {
			t.Fatalf("%s reads again as %s", out, again.Payload())
		}
		if len(s.Disclosed()) != len(d) {
			t.Fatalf("%d of %d disclosures used", len(s.Disclosed()), len(d))
		}
	})
}
