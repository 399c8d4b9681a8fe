package integrity_test

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
)

// TestVectorsDataIntegritySD checks every folder of the suite vc-di-ecdsa that
// holds a document with a base proof of ecdsa-sd-2023: each published value that
// lies beside it, wherever the name of its file fits a pattern.
func TestVectorsDataIntegritySD(t *testing.T) {
	t.Parallel()
	suite := filepath.Join(testkit.Vectors(t), "vc-di-ecdsa")
	processor := vectorProcessor(t)
	e := integrity.New(integrity.Config{Canon: processor})
	cases := 0
	err := filepath.WalkDir(suite, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".json" || !isBaseProof(t, path) {
			return err
		}
		cases++
		name, err := filepath.Rel(suite, path)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkSDFolder(t, e, processor, suite, path)
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if cases == 0 {
		t.Fatalf("no base proof of ecdsa-sd-2023 under %s", suite)
	}
}

// isBaseProof tells whether a file is a document with a base proof.
func isBaseProof(t testing.TB, path string) bool {
	var doc struct {
		Proof struct {
			Cryptosuite, ProofValue string
		}
	}
	if json.Unmarshal(readFile(t, path), &doc) != nil {
		return false
	}
	return doc.Proof.Cryptosuite == "ecdsa-sd-2023" && strings.HasPrefix(doc.Proof.ProofValue, "u2V0A")
}

// An sdCase is one folder of vectors.
type sdCase struct {
	e         *integrity.Engine
	processor *canon.Processor
	signed    []byte
	unsigned  []byte
	inside    *integrity.SDInside

	selective []string // those with which the published reveal was made; nil if not known
	derived   []byte   // made by us with them
	published []byte   // the published reveal
	shown     *integrity.SDShown
}

func checkSDFolder(t *testing.T, e *integrity.Engine, processor *canon.Processor, suite, path string) {
	t.Helper()
	c := &sdCase{e: e, processor: processor, signed: readFile(t, path)}
	c.unsigned = withoutMember(t, c.signed, "proof")
	var err error
	if c.inside, err = integrity.OpenSDBase(t.Context(), e, c.signed); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Verify(t.Context(), c.signed, integrity.VerifyOptions{Binding: integrity.Report}); sdCode(err) != "proof" {
		t.Errorf("a base proof was verified: %v", err)
	}
	folder := filepath.Dir(path)
	c.reveal(t, suite, folder)
	c.keys(t, suite, folder)

	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range files {
		for _, check := range sdChecks {
			if ok, _ := filepath.Match(check.pattern, file.Name()); !ok {
				continue
			}
			checked++
			t.Run(file.Name(), func(t *testing.T) { check.check(t, c, readFile(t, filepath.Join(folder, file.Name()))) })
		}
	}
	t.Logf("%d files checked, selective pointers %q", checked, c.selective)
}

// reveal finds the published derived document of a folder and the pointers that
// it was made with: those of the first file of pointers, in the folder or above
// it, that gives it.
func (c *sdCase) reveal(t *testing.T, suite, folder string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "derived*Reveal*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data := readFile(t, file)
		if !bytes.Contains(data, []byte(`"u2V0B`)) {
			continue
		}
		c.published = data
		if c.shown, err = integrity.OpenSDDerived(t.Context(), c.e, data); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range above(t, suite, folder, "*elective*.json") {
		var pointers []string
		if json.Unmarshal(readFile(t, file), &pointers) != nil {
			continue
		}
		derived, err := c.e.Derive(t.Context(), c.signed, pointers)
		if err != nil {
			t.Logf("%s is not for this document: %v", filepath.Base(file), err)
			continue
		}
		mustVerify(t, c.e, derived)
		if c.published == nil || sdSame(t, derived, c.published) {
			c.selective, c.derived = pointers, derived
			return
		}
	}
	if c.published != nil && c.selective == nil {
		t.Log("no pointers found that give the published document")
	}
}

// keys checks the keys of the proof against the published material.
func (c *sdCase) keys(t *testing.T, suite, folder string) {
	t.Helper()
	for _, file := range above(t, suite, folder, "*KeyMaterial*.json") {
		var material struct {
			ProofKeyPair struct {
				PublicKeyMultibase string `json:"publicKeyMultibase"`
			} `json:"proofKeyPair"`
			HMACKeyString string `json:"hmacKeyString"`
		}
		decode(t, readFile(t, file), &material)
		if got := keys.EncodeMultibase(c.inside.Base.PublicKey); got != material.ProofKeyPair.PublicKeyMultibase {
			t.Errorf("public key of the statements %s, want %s", got, material.ProofKeyPair.PublicKeyMultibase)
		}
		if got := hex.EncodeToString(c.inside.Base.HMACKey); !strings.EqualFold(got, material.HMACKeyString) {
			t.Errorf("HMAC key %s, want %s", got, material.HMACKeyString)
		}
	}
}

// above finds the files that fit a pattern, in a folder and those it lies in.
func above(t testing.TB, top, folder, pattern string) []string {
	t.Helper()
	var found []string
	for {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, files...)
		if folder == top || len(folder) < len(top) {
			return found
		}
		folder = filepath.Dir(folder)
	}
}

// proof gives the derived proof value that we made, or else the published one,
// as far as there is one.
func (c *sdCase) proof(t *testing.T) (integrity.SDDerived, bool) {
	t.Helper()
	switch {
	case c.derived != nil:
		shown, err := integrity.OpenSDDerived(t.Context(), c.e, c.derived)
		if err != nil {
			t.Fatal(err)
		}
		return shown.Derived, true
	case c.shown != nil:
		return c.shown.Derived, true
	}
	return integrity.SDDerived{}, false
}

func (c *sdCase) match(t *testing.T, pointers []string) (in, out []int) {
	t.Helper()
	in, out, err := c.inside.Match(t.Context(), pointers)
	if err != nil {
		t.Fatal(err)
	}
	return in, out
}

func (c *sdCase) group(t *testing.T, pointers []string, matching, nonMatching places) {
	t.Helper()
	in, out := c.match(t, pointers)
	for _, g := range []struct {
		name string
		got  []int
		want places
	}{{"matching", in, matching}, {"not matching", out, nonMatching}} {
		lines := places{}
		for _, i := range g.got {
			lines[i] = c.inside.Lines[i]
		}
		equal(t, g.name, lines, g.want)
	}
}

// places are statements by their place, written as a list of pairs.
type places map[int]string

func (p *places) UnmarshalJSON(data []byte) error {
	var m struct{ Value [][2]json.RawMessage }
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	*p = places{}
	for _, pair := range m.Value {
		var i int
		var line string
		if err := json.Unmarshal(pair[0], &i); err != nil {
			return err
		}
		if err := json.Unmarshal(pair[1], &line); err != nil {
			return err
		}
		(*p)[i] = line
	}
	return nil
}

// labelMap is written as a list of pairs, alone or inside an object.
type labelMap map[string]string

func (l *labelMap) UnmarshalJSON(data []byte) error {
	var pairs [][2]string
	if json.Unmarshal(data, &pairs) != nil {
		var m struct{ Value [][2]string }
		if err := json.Unmarshal(data, &m); err != nil {
			return err
		}
		pairs = m.Value
	}
	*l = labelMap{}
	for _, pair := range pairs {
		(*l)[pair[0]] = pair[1]
	}
	return nil
}

func hexes(list [][]byte) []string {
	out := make([]string, len(list))
	for i, b := range list {
		out[i] = hex.EncodeToString(b)
	}
	return out
}

func canonicalLines(t testing.TB, p *canon.Processor, doc []byte) []string {
	t.Helper()
	dataset, err := p.Dataset(t.Context(), doc)
	if err != nil {
		t.Fatal(err)
	}
	form, err := dataset.Canonicalize(t.Context(), crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return form.Lines
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-published +ours):\n%s", what, diff)
	}
}
