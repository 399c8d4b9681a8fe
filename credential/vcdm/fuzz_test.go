package vcdm_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/i18n"
)

// seeds adds the documents of this package's tests and of the vectors, where
// there are any.
func seeds(f *testing.F) {
	f.Helper()
	for _, d := range []document{
		credential, credential11, presentation,
		credential.with("relatedResource", `[`+resource(`"digestSRI":"`+finalSRI+`","digestMultibase":["`+finalHash+`"]`)+`]`),
		credential.with("credentialStatus", `{"type":"BitstringStatusListEntry","statusSize":2,"statusMessage":[{"status":"0x0","message":"a"}]}`),
		credential.with("name", `[{"@value":"A","@language":"en","@direction":"ltr"}]`).with("validUntil", `"2026-05-01T24:00:00Z"`),
		presentation.with("verifiableCredential", `[{"@context":`+v2+`,"type":"EnvelopedVerifiableCredential","id":"data:application/vc+jwt,a.b.c"}]`),
	} {
		f.Add(d.text(f))
	}
	if dir := os.Getenv("PROBATUM_VECTORS"); dir != "" {
		files, err := filepath.Glob(filepath.Join(dir, "vc-data-model-2.0", "*.json"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", dir, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
}

// sound holds for every finding whatever was read: it can be said in every
// language, and says where.
func sound(t *testing.T, findings []vcdm.Finding) {
	t.Helper()
	for _, x := range findings {
		if !strings.HasPrefix(x.Path, "$") || x.Rule == "" {
			t.Errorf("no place or rule: %+v", x)
		}
		if text := x.Message(i18n.For("de")); text == x.Key || strings.Contains(text, "<no value>") {
			t.Errorf("%s says %q", x.Key, text)
		}
	}
}

func FuzzCheckCredential(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		strict, issuing := vcdm.CheckCredential(doc, vcdm.Options{}), vcdm.CheckCredential(doc, vcdm.Options{Issuing: true})
		sound(t, strict)
		sound(t, issuing)
		if len(strict) == 0 {
			from, until, findings := vcdm.Validity(doc)
			if len(findings) > 0 || !until.IsZero() && until.Before(from) {
				t.Errorf("accepted, but valid from %v until %v: %+v", from, until, findings)
			}
		}
	})
}

func FuzzCheckPresentation(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		sound(t, vcdm.CheckPresentation(doc, vcdm.Options{}))
	})
}
