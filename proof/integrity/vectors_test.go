package integrity_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
)

// report is how the vectors are verified: they name issuers who do not own the
// keys.
var report = integrity.VerifyOptions{Binding: integrity.Report}

func TestVectorsDataIntegrityEdDSA(t *testing.T) {
	t.Parallel()
	vectors(t, "vc-di-eddsa")
}

func TestVectorsDataIntegrityECDSA(t *testing.T) {
	t.Parallel()
	vectors(t, "vc-di-ecdsa")
}

// vectors checks every signed document of a suite, at any depth, but for those
// of ecdsa-sd-2023.
func vectors(t *testing.T, suite string) {
	t.Helper()
	dir := filepath.Join(testkit.Vectors(t), suite)
	signers := vectorKeys(t, dir)
	count := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if strings.HasPrefix(d.Name(), string(integrity.ECDSASD2023)) {
			return fs.SkipDir
		}
		signed, err := filepath.Glob(filepath.Join(path, "signed*.json"))
		if err != nil {
			return err
		}
		others := newFolder(t, path, signed)
		for _, file := range signed {
			count++
			name, err := filepath.Rel(dir, file)
			if err != nil {
				return err
			}
			t.Run(strings.TrimSuffix(filepath.ToSlash(name), ".json"), func(t *testing.T) {
				c := vectorCase{t: t, e: forVectors(t), signers: signers, folder: others}
				c.run(file)
			})
		}
		if len(signed) > 0 {
			others.finish(t)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count == 0 {
		t.Fatalf("%s: no signed documents", dir)
	}
	t.Logf("%s: %d signed documents", suite, count)
}

// vectorKeys gives the private keys that lie in a suite, by their public keys.
func vectorKeys(t testing.TB, dir string) map[string]crypto.Signer {
	t.Helper()
	out := map[string]crypto.Signer{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var v any
		if err := json.Unmarshal(data, &v); err == nil {
			collectKeys(t, v, out)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatalf("%s: no keys", dir)
	}
	return out
}

func collectKeys(t testing.TB, v any, out map[string]crypto.Signer) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			collectKeys(t, x, out)
		}
	case map[string]any:
		public, _ := v["publicKeyMultibase"].(string)
		for _, name := range []string{"privateKeyMultibase", "secretKeyMultibase"} {
			if private, ok := v[name].(string); ok && public != "" {
				out[public] = privateKey(t, public, private)
			}
		}
		for _, x := range v {
			collectKeys(t, x, out)
		}
	}
}

// privateKey reads a published test key: a multicodec of two bytes, then the
// seed or the number.
func privateKey(t testing.TB, public, private string) crypto.Signer {
	t.Helper()
	pub, err := keys.ParseMultikey(public)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := keys.DecodeMultibase(private, 200)
	if err != nil || len(raw) < 34 {
		t.Fatalf("%s: %v", private, err)
	}
	var key interface {
		crypto.Signer
	}
	switch k := pub.(type) {
	case ed25519.PublicKey:
		key = ed25519.NewKeyFromSeed(raw[2:34])
	case *ecdsa.PublicKey:
		if key, err = ecdsa.ParseRawPrivateKey(k.Curve, raw[2:]); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := keys.Multikey(key.Public()); err != nil || got != public {
		t.Fatalf("%s belongs to %s, %v, not to %s", private, got, err, public)
	}
	return key
}

// A folder holds the files beside signed documents, and which have been used.
type folder struct {
	path  string
	alone bool // there is one signed document only: all files belong to it
	files map[string]bool
	met   map[string]bool // files with a part of a document that fitted one
}

// prefixes are what the names of intermediate files begin with; the rest of a
// name is that of the signed document.
var prefixes = []string{"canonDoc", "docHash", "proofCanon", "proofHash", "combinedHash", "sigHex", "sigBTC58"}

func newFolder(t testing.TB, path string, signed []string) *folder {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	f := &folder{path: path, alone: len(signed) == 1, files: map[string]bool{}, met: map[string]bool{}}
	for _, e := range entries {
		if !e.IsDir() && !slices.Contains(signed, filepath.Join(path, e.Name())) {
			f.files[e.Name()] = false
		}
	}
	return f
}

// of gives the content of the file with a prefix that belongs to a document.
func (f *folder) of(t testing.TB, prefix, stem string) (string, bool) {
	t.Helper()
	for name := range f.files {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok || !f.alone && strings.TrimSuffix(rest, filepath.Ext(rest)) != stem {
			continue
		}
		f.files[name] = true
		return f.read(t, name), true
	}
	return "", false
}

func (f *folder) read(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(f.path, name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n")
}

// finish fails if an intermediate file was not used, so that none is forgotten
// because of its name.
func (f *folder) finish(t testing.TB) {
	t.Helper()
	for name, used := range f.files {
		known := slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
		switch {
		case known && !used:
			t.Errorf("%s/%s belongs to no signed document", f.path, name)
		case strings.HasPrefix(name, "proof") && !known && !f.met[name]:
			t.Errorf("%s/%s fits no proof of the signed documents", f.path, name)
		}
	}
}

type vectorCase struct {
	t       *testing.T
	e       *integrity.Engine
	signers map[string]crypto.Signer
	folder  *folder
}

func (c vectorCase) run(file string) {
	t := c.t
	t.Helper()
	signed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := c.e.StepsOf(t.Context(), signed)
	if err != nil {
		t.Fatal(err)
	}
	stem := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "signed"), ".json")
	if len(steps) == 1 {
		c.intermediates(stem, steps[0])
	}
	c.parts(steps)

	v := accepts(t, c.e, "the signed document", signed, report)
	if len(v.Proofs) != len(steps) {
		t.Errorf("%d proofs hold, want %d", len(v.Proofs), len(steps))
	}
	c.strict(signed, v)
	c.reproduce(signed, v)
	mutations := 0
	for what, changed := range changes(t, signed, isJCS(v)) {
		mutations++
		if _, err := c.e.Verify(t.Context(), changed, report); err == nil {
			t.Errorf("verifies though changed: %s", what)
		}
	}
	if mutations < 50 {
		t.Errorf("only %d changes were tried", mutations)
	}
}

// intermediates compares every intermediate value that lies beside the document.
func (c vectorCase) intermediates(stem string, s integrity.Steps) {
	t := c.t
	t.Helper()
	value, err := keys.DecodeMultibase(s.Value, 500)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for prefix, got := range map[string]string{
		"canonDoc": s.Canonical, "docHash": hex.EncodeToString(s.Sum),
		"proofCanon": s.ProofCanonical, "proofHash": hex.EncodeToString(s.ProofSum),
		"combinedHash": hex.EncodeToString(s.Combined),
		"sigHex":       hex.EncodeToString(value), "sigBTC58": s.Value,
	} {
		want, ok := c.folder.of(t, prefix, stem)
		if !ok {
			continue
		}
		seen++
		if strings.TrimRight(got, "\n") != strings.TrimRight(want, "\n") {
			t.Errorf("%s is\n%s\nwant\n%s", prefix, got, want)
		}
	}
	if seen == 0 && c.folder.alone {
		t.Log("no intermediate values lie beside the document")
	}
}

// parts compares the proof options, signed proofs and documents on the way that
// lie in the folder with those of the document. Files that belong to another
// signed document are met there.
func (c vectorCase) parts(steps []integrity.Steps) {
	for name := range c.folder.files {
		if !strings.HasPrefix(name, "proof") || filepath.Ext(name) != ".json" {
			continue
		}
		want := object(c.t, []byte(c.folder.read(c.t, name)))
		for _, s := range steps {
			options := object(c.t, s.Options)
			if _, own := options["@context"]; !own && want["cryptosuite"] != nil {
				if _, lent := want["@context"]; lent {
					options["@context"] = object(c.t, s.Input)["@context"]
				}
			}
			for _, got := range []map[string]any{options, object(c.t, s.Raw), object(c.t, s.Input)} {
				if reflect.DeepEqual(got, want) {
					c.folder.met[name] = true
				}
			}
		}
	}
}

// strict holds that binding is refused where the issuer is not the key's
// controller, and only there.
func (c vectorCase) strict(signed []byte, v *integrity.Verified) {
	issuer := object(c.t, signed)["issuer"]
	if m, ok := issuer.(map[string]any); ok {
		issuer = m["id"]
	}
	bound := !slices.ContainsFunc(v.Proofs, func(p integrity.Proof) bool { return p.Controller != issuer })
	_, err := c.e.Verify(c.t.Context(), signed, integrity.VerifyOptions{})
	if bound {
		if err != nil || len(v.Warnings) > 0 {
			c.t.Errorf("the issuer owns the keys: %v, %v", err, v.Warnings)
		}
		return
	}
	refusal(c.t, "strict binding", err, proof.Key, proof.Proof)
	if len(v.Warnings) == 0 {
		c.t.Error("no warning tells that the keys are not the issuer's")
	}
}

// reproduce signs the document again, proof by proof.
func (c vectorCase) reproduce(signed []byte, v *integrity.Verified) {
	t := c.t
	unsecured, proofs, err := c.e.Unsecure(signed)
	if err != nil {
		t.Fatal(err)
	}
	doc := unsecured
	for i, p := range v.Proofs {
		multikey := strings.TrimPrefix(p.Controller, "did:key:")
		key, ok := c.signers[multikey]
		if !ok {
			t.Errorf("no private key of %s", multikey)
			return
		}
		prepared, err := c.e.Prepare(t.Context(), doc, integrity.ProofOptions{
			Cryptosuite: p.Cryptosuite, VerificationMethod: p.VerificationMethod, Purpose: p.Purpose, ID: p.ID,
			Challenge: p.Challenge, Nonce: p.Nonce, Domain: p.Domain, Created: p.Created, Expires: p.Expires, PreviousProof: p.PreviousProof,
		})
		if err != nil {
			t.Fatalf("preparing proof %d: %v", i, err)
		}
		if doc, err = c.e.Sign(t.Context(), prepared, key); err != nil {
			t.Fatalf("signing proof %d: %v", i, err)
		}
	}
	accepts(t, c.e, "the document as signed by us", doc, report)
	if slices.ContainsFunc(v.Proofs, func(p integrity.Proof) bool { return !isEdDSA(p.Cryptosuite) }) {
		return // ECDSA is randomised: what was signed is compared above
	}
	_, ours, err := c.e.Unsecure(doc)
	if err != nil {
		t.Fatal(err)
	}
	for i := range proofs {
		if got, want := object(t, ours[i]), object(t, proofs[i]); !maps.EqualFunc(got, want, func(a, b any) bool { return reflect.DeepEqual(a, b) }) {
			t.Errorf("proof %d is\n%v\nwant\n%v", i, got, want)
		}
	}
}

func isEdDSA(s integrity.Cryptosuite) bool { return strings.HasPrefix(string(s), "eddsa") }

func isJCS(v *integrity.Verified) bool {
	return slices.ContainsFunc(v.Proofs, func(p integrity.Proof) bool { return strings.Contains(string(p.Cryptosuite), "-jcs-") })
}
