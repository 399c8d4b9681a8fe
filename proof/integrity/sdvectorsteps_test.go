package integrity_test

import (
	"crypto"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
)

// sdChecks says what a file holds, by its name.
var sdChecks = []struct {
	pattern string
	check   func(t *testing.T, c *sdCase, data []byte)
}{
	{"add*DocCanon.json", func(t *testing.T, c *sdCase, data []byte) {
		var want []string
		decode(t, data, &want)
		equal(t, "canonical statements", canonicalLines(t, c.processor, c.unsigned), want)
	}},
	{"add*HMACCanon.json", func(t *testing.T, c *sdCase, data []byte) {
		var want []string
		decode(t, data, &want)
		equal(t, "statements with their labels", c.inside.Lines, want)
	}},
	{"add*Transform.json", func(t *testing.T, c *sdCase, data []byte) {
		var want struct {
			MandatoryPointers       []string
			Mandatory, NonMandatory places
			HMACKeyString           string
		}
		decode(t, data, &want)
		equal(t, "mandatory pointers", c.inside.Base.MandatoryPointers, want.MandatoryPointers)
		c.group(t, want.MandatoryPointers, want.Mandatory, want.NonMandatory)
	}},
	{"add*HashData.json", func(t *testing.T, c *sdCase, data []byte) {
		var want struct{ ProofHash, MandatoryHash string }
		decode(t, data, &want)
		equal(t, "hash of the proof options", hex.EncodeToString(c.inside.ConfigHash), want.ProofHash)
		equal(t, "hash of what is mandatory", hex.EncodeToString(c.inside.MandatoryHash), want.MandatoryHash)
	}},
	{"add*ProofConfigCanon.txt", func(t *testing.T, c *sdCase, data []byte) {
		var doc struct {
			Context json.RawMessage `json:"@context"`
			Proof   json.RawMessage
		}
		decode(t, c.signed, &doc)
		part, err := c.processor.Part(t.Context(), withoutMember(t, doc.Proof, "proofValue"), doc.Context)
		if err != nil {
			t.Fatal(err)
		}
		form, err := part.Canonicalize(t.Context(), crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "canonical proof options", strings.TrimSpace(string(form.Text())), strings.TrimSpace(string(data)))
	}},
	{"add*ProofConfig.json", func(t *testing.T, c *sdCase, data []byte) {
		var doc struct{ Proof json.RawMessage }
		decode(t, c.signed, &doc)
		if !sdSame(t, withoutMember(t, doc.Proof, "proofValue"), withoutMember(t, data, "@context")) {
			t.Errorf("proof options %s, want %s", doc.Proof, data)
		}
	}},
	{"*BaseSignatureInfo.json", checkRecovered},
	{"*RecoveredBaseData.json", checkRecovered},
	{"add*PointerValues.json", func(t *testing.T, c *sdCase, data []byte) {
		var want []struct {
			Pointer string
			Value   json.RawMessage
		}
		decode(t, data, &want)
		for _, w := range want {
			if got := at(t, c.unsigned, w.Pointer); !cmp.Equal(got, valueOf(t, w.Value)) {
				t.Errorf("%s leads to %v, want %s", w.Pointer, got, w.Value)
			}
		}
	}},
	{"derived*UnsignedReveal.json", func(t *testing.T, c *sdCase, data []byte) {
		if c.derived == nil {
			return // the pointers are not known
		}
		if got := withoutMember(t, c.derived, "proof"); !sdSame(t, got, data) {
			t.Errorf("revealed %s, want %s", got, data)
		}
	}},
	{"derived*RevealDocument.json", func(t *testing.T, c *sdCase, data []byte) {
		mustVerify(t, c.e, data)
		refuseMutations(t, c.e, data)
		if c.derived != nil && !sdSame(t, c.derived, data) {
			t.Errorf("derived %s, want %s", c.derived, data)
		}
	}},
	{"derived*GroupIndexes.json", func(t *testing.T, c *sdCase, data []byte) {
		if c.selective == nil {
			return // the pointers are not known
		}
		var want struct{ CombinedIndexes, MandatoryIndexes, NonMandatoryIndexes, SelectiveIndexes []int }
		decode(t, data, &want)
		mandatory := c.inside.Base.MandatoryPointers
		in, out := c.match(t, mandatory)
		equal(t, "mandatory", in, want.MandatoryIndexes)
		equal(t, "not mandatory", out, want.NonMandatoryIndexes)
		in, _ = c.match(t, c.selective)
		equal(t, "selective", in, want.SelectiveIndexes)
		in, _ = c.match(t, slices.Concat(mandatory, c.selective))
		equal(t, "combined", in, want.CombinedIndexes)
	}},
	{"derived*AllGroupData.json", func(t *testing.T, c *sdCase, data []byte) {
		if c.selective == nil {
			return // the pointers are not known
		}
		var want struct {
			Groups map[string]struct{ Matching, NonMatching places }
		}
		decode(t, data, &want)
		mandatory := c.inside.Base.MandatoryPointers
		for name, pointers := range map[string][]string{
			"mandatory": mandatory, "selective": c.selective, "combined": slices.Concat(mandatory, c.selective),
		} {
			c.group(t, pointers, want.Groups[name].Matching, want.Groups[name].NonMatching)
		}
	}},
	{"derived*AdjMandatoryIndexes.json", func(t *testing.T, c *sdCase, data []byte) {
		var want struct{ AdjMandatoryIndexes []uint64 }
		decode(t, data, &want)
		if got, ok := c.proof(t); ok {
			equal(t, "mandatory indexes", got.MandatoryIndexes, want.AdjMandatoryIndexes)
		}
	}},
	{"derived*AdjSignatures.json", func(t *testing.T, c *sdCase, data []byte) {
		var want struct{ FilteredSignatures []string }
		decode(t, data, &want)
		if got, ok := c.proof(t); ok {
			equal(t, "signatures", hexes(got.Signatures), want.FilteredSignatures)
		}
	}},
	{"derived*DisclosureData.json", checkDerivedValue},
	{"verify*DerivedProofValue.json", checkDerivedValue},
	{"verify*NQuads.json", func(t *testing.T, c *sdCase, data []byte) {
		var want []string
		decode(t, data, &want)
		if c.shown != nil {
			equal(t, "statements shown", c.shown.Lines, want)
		}
	}},
	{"verify*CreateVerifyData.json", func(t *testing.T, c *sdCase, data []byte) {
		var want struct {
			BaseSignature, ProofHash, PublicKey, MandatoryHash string
			Signatures, NonMandatory                           []string
		}
		decode(t, data, &want)
		shown := c.shown
		if shown == nil {
			return // no derived document is published
		}
		equal(t, "base signature", hex.EncodeToString(shown.Derived.BaseSignature), want.BaseSignature)
		equal(t, "hash of the proof options", hex.EncodeToString(shown.ConfigHash), want.ProofHash)
		equal(t, "public key", keys.EncodeMultibase(shown.Derived.PublicKey), want.PublicKey)
		equal(t, "signatures", hexes(shown.Derived.Signatures), want.Signatures)
		equal(t, "statements that are not mandatory", shown.Others, want.NonMandatory)
		equal(t, "hash of what is mandatory", hex.EncodeToString(shown.MandatoryHash), want.MandatoryHash)
	}},
}

func checkRecovered(t *testing.T, c *sdCase, data []byte) {
	t.Helper()
	var want struct {
		BaseSignature, PublicKey, ProofPublicKey, HMACKey string
		Signatures, MandatoryPointers                     []string
	}
	decode(t, data, &want)
	base := c.inside.Base
	equal(t, "base signature", hex.EncodeToString(base.BaseSignature), want.BaseSignature)
	equal(t, "public key", keys.EncodeMultibase(base.PublicKey), want.PublicKey+want.ProofPublicKey)
	if want.HMACKey != "" {
		equal(t, "HMAC key", hex.EncodeToString(base.HMACKey), want.HMACKey)
	}
	equal(t, "signatures", hexes(base.Signatures), want.Signatures)
	equal(t, "mandatory pointers", base.MandatoryPointers, want.MandatoryPointers)
}

func checkDerivedValue(t *testing.T, c *sdCase, data []byte) {
	t.Helper()
	var want struct {
		BaseSignature, PublicKey string
		Signatures               []string
		LabelMap                 labelMap
		MandatoryIndexes         []uint64
	}
	decode(t, data, &want)
	got, ok := c.proof(t)
	if !ok {
		return
	}
	equal(t, "base signature", hex.EncodeToString(got.BaseSignature), want.BaseSignature)
	equal(t, "public key", keys.EncodeMultibase(got.PublicKey), want.PublicKey)
	equal(t, "signatures", hexes(got.Signatures), want.Signatures)
	equal(t, "mandatory indexes", got.MandatoryIndexes, want.MandatoryIndexes)
	labels := labelMap{}
	for n, digest := range got.LabelMap {
		labels[fmt.Sprintf("c14n%d", n)] = integrity.SDLabel(digest)
	}
	equal(t, "label map", labels, want.LabelMap)
}
