package canon_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof/canon"
)

// TestVectorsLoseNothing: the documents that the suites of vectors sign pass the
// gate under their contexts, and so do the data model's documents that are to be
// accepted.
func TestVectorsLoseNothing(t *testing.T) {
	t.Parallel()
	vectors := testkit.Vectors(t)
	documents := testkit.VectorContexts(t)
	for _, pin := range contexts.Pins() {
		if data, ok := contexts.Bytes(pin.URL); ok && pin.TestOnly {
			documents[pin.URL] = data
		}
	}
	known, err := canon.NewContexts(canon.ContextsConfig{Documents: documents, AnyList: true, Inline: true, Vocab: true})
	if err != nil {
		t.Fatal(err)
	}
	p := canon.New(canon.Config{Contexts: known})
	found := 0
	for _, suite := range []string{"vc-di-eddsa", "vc-di-ecdsa", "vc-data-model-2.0"} {
		var cases []struct{ File, Expect string }
		accepted := map[string]bool{}
		if data, err := os.ReadFile(filepath.Join(vectors, suite, "cases.json")); err == nil {
			if err := json.Unmarshal(data, &cases); err != nil {
				t.Fatalf("%s: %v", suite, err)
			}
		}
		for _, c := range cases {
			accepted[filepath.Join(vectors, suite, c.File)] = c.Expect == "accept"
		}
		err := filepath.WalkDir(filepath.Join(vectors, suite), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".json" || len(cases) > 0 && !accepted[path] {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			var doc map[string]any
			if err := json.Unmarshal(data, &doc); err != nil || doc["@context"] == nil || doc["type"] == nil {
				return nil //nolint:nilerr // key material, intermediate values
			}
			delete(doc, "proof")
			found++
			if _, err := form(t, p, written(doc)); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found == 0 {
		t.Fatal("no document found")
	}
}

// TestLearningModelForms: the official credentials have the canonical forms that
// are known of them.
func TestLearningModelForms(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.Reference(t), "elm")
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	p := canon.New(canon.Config{Contexts: inlineContexts()})
	paths, err := filepath.Glob(filepath.Join(dir, "sample-*.json*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var wrapped struct {
			Credential json.RawMessage
			Payload    string
		}
		if err := json.Unmarshal(data, &wrapped); err != nil {
			t.Fatal(err)
		}
		switch {
		case wrapped.Credential != nil:
			data = wrapped.Credential
		case wrapped.Payload != "":
			data = []byte(wrapped.Payload)
		}
		f, err := form(t, p, data)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if sum := sha256Hex(f); !strings.Contains(string(readme), sum) {
			t.Errorf("%s: SHA-256 of the canonical form is %s, which the reference does not know", path, sum)
		}
	}
}

// TestLanguagesAndIdentifiers probes the two grammars beside the documents.
func TestLanguagesAndIdentifiers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"en": true, "en-gb": true, "sr-latn-rs": true, "x-private": true, "i-klingon": true, "de-1996": true,
		"en-GB": true, "sr-Latn-RS": true, "de-AT-x-ab-cdef": true, "zh-419": true, "sl-IT-nedis": true,
		"": false, "-": false, "en-": false, "-en": false, "en--gb": false, "EN": false, "e n": false, "en\n": false, "1996": false, "abcdefghi": false, "é": false,
		"En-GB": false, "EN-gb": false, "en-Gb": false, "sr-LATN-RS": false, "sr-Latn-rs": false, "x-AB": false, "x-Abcd": false, "en-\u212aK": false, "en-ſs": false,
	} {
		if tag, ok := canon.LowerLanguage(text); ok != want || ok && tag != strings.ToLower(text) {
			t.Errorf("language %q: %q, %v; want %v", text, tag, ok, want)
		}
	}
	for text, want := range map[string]bool{
		"urn:x:y": true, "a:": true, "did:web:a%3A80": true, "https://é.example/%C3%A9#x": true,
		"": false, ":": false, ":a": false, "1a:b": false, "a b:c": false, "urn:%": false, "urn:%2": false, "urn:%2g": false, "_:b": false, "urn:\u0000": false, "urn:{": false,
	} {
		if canon.SoundIRI(text) != want {
			t.Errorf("IRI %q: want %v", text, want)
		}
	}
	if first, again := canon.Pinned(), canon.Pinned(); first != again {
		t.Error("the product's contexts are read more than once")
	}
}
