package integrity_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/probatum/probatum/proof/integrity"
)

func TestSDMutationsAreRefused(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	signed := s.sign(t, course(s.did), always...)
	derived := s.derive(t, signed, "/name", "/credentialSubject/course/module/1", "/credentialSubject/course/module/3/title", "/credentialSubject/givenName")
	mustVerify(t, s.e, derived)
	refuseMutations(t, s.e, derived)
	mustVerify(t, s.e, derived)
	for _, term := range []string{"title", "credit", "course", "Module"} {
		mutant := changed(t, derived, "https://example.org/v#other", "@context", "1", term)
		mustRefuse(t, s.e, mutant, "another meaning of "+term, "signature")
	}

	// What is shown of a base document that was changed never verifies with
	// the change in it.
	for what, mutant := range mutations(t, signed) {
		got, err := s.e.Derive(t.Context(), mutant, []string{""})
		if err != nil {
			continue
		}
		t.Errorf("%s: derived from a changed base document: %s", what, got)
	}
}

func TestSDAttacks(t *testing.T) {
	t.Parallel()
	s := newSigner(t)
	signed := s.sign(t, course(s.did), always...)
	module := "/credentialSubject/course/module/1"
	derived := s.derive(t, signed, module, "/name/0")
	everything := openDerived(t, s.e, s.derive(t, signed, ""))
	whole := openDerived(t, s.e, derived)
	mustVerify(t, s.e, derived)

	for _, a := range []struct {
		name   string
		change func(t *testing.T, d *integrity.SDDerived)
		codes  []string
	}{
		{"BaseSignatureFirstBit", func(_ *testing.T, d *integrity.SDDerived) { d.BaseSignature[0] ^= 0x80 }, []string{"signature"}},
		{"BaseSignatureLastBit", func(_ *testing.T, d *integrity.SDDerived) { d.BaseSignature[63] ^= 1 }, []string{"signature"}},
		{"BaseSignatureZero", func(_ *testing.T, d *integrity.SDDerived) { d.BaseSignature = make([]byte, 64) }, []string{"signature"}},
		{"BaseSignatureOnes", func(_ *testing.T, d *integrity.SDDerived) { d.BaseSignature = bytes.Repeat([]byte{0xff}, 64) }, []string{"signature"}},
		{"BaseSignatureShort", func(_ *testing.T, d *integrity.SDDerived) { d.BaseSignature = d.BaseSignature[:63] }, []string{"proof"}},
		{"StatementSignature", func(_ *testing.T, d *integrity.SDDerived) { d.Signatures[2][40] ^= 1 }, []string{"signature"}},
		{"StatementSignatureZero", func(_ *testing.T, d *integrity.SDDerived) { d.Signatures[0] = make([]byte, 64) }, []string{"signature"}},
		{"StatementSignatureOfBase", func(_ *testing.T, d *integrity.SDDerived) { d.Signatures[0] = d.BaseSignature }, []string{"signature"}},
		{"SignaturesSwapped", func(_ *testing.T, d *integrity.SDDerived) {
			d.Signatures[0], d.Signatures[1] = d.Signatures[1], d.Signatures[0]
		}, []string{"signature"}},
		{"SignatureMissing", func(_ *testing.T, d *integrity.SDDerived) { d.Signatures = d.Signatures[1:] }, []string{"signature"}},
		{"SignatureTwice", func(_ *testing.T, d *integrity.SDDerived) { d.Signatures = append(d.Signatures, d.Signatures[0]) }, []string{"signature"}},
		{"NoSignature", func(_ *testing.T, d *integrity.SDDerived) { d.Signatures = nil }, []string{"signature"}},
		{"OtherStatementKey", func(t *testing.T, d *integrity.SDDerived) { d.PublicKey = integrity.SDPublicKey(&newP256(t).PublicKey) }, []string{"signature"}},
		{"StatementKeyOfAttacker", func(t *testing.T, d *integrity.SDDerived) {
			key := newP256(t)
			d.PublicKey = integrity.SDPublicKey(&key.PublicKey)
			for i, line := range whole.Others {
				d.Signatures[i] = integrity.ForgeSDStatement(key, line)
			}
		}, []string{"signature"}},
		{"StatementKeyNoPoint", func(_ *testing.T, d *integrity.SDDerived) {
			d.PublicKey = append(d.PublicKey[:3:3], bytes.Repeat([]byte{0xff}, 32)...)
		}, []string{"proof"}},
		{"StatementKeyOtherCurve", func(_ *testing.T, d *integrity.SDDerived) { d.PublicKey[0] = 0x81 }, []string{"proof"}},
		{"IndexMissing", func(_ *testing.T, d *integrity.SDDerived) { d.MandatoryIndexes = d.MandatoryIndexes[1:] }, []string{"signature"}},
		{"NoIndex", func(_ *testing.T, d *integrity.SDDerived) { d.MandatoryIndexes = nil }, []string{"signature"}},
		{"IndexMoved", func(_ *testing.T, d *integrity.SDDerived) {
			for i := len(whole.Lines) - 1; i >= 0; i-- {
				if !slices.Contains(d.MandatoryIndexes, uint64(i)) {
					d.MandatoryIndexes[0] = uint64(i)
					slices.Sort(d.MandatoryIndexes)
					return
				}
			}
		}, []string{"signature", "proof"}},
		{"IndexTwice", func(_ *testing.T, d *integrity.SDDerived) {
			d.MandatoryIndexes = append([]uint64{d.MandatoryIndexes[0]}, d.MandatoryIndexes...)
		}, []string{"proof"}},
		{"IndexesDescend", func(_ *testing.T, d *integrity.SDDerived) { slices.Reverse(d.MandatoryIndexes) }, []string{"proof"}},
		{"IndexBeyond", func(_ *testing.T, d *integrity.SDDerived) {
			d.MandatoryIndexes = append(d.MandatoryIndexes, uint64(len(whole.Lines)))
		}, []string{"proof"}},
		{"IndexFarBeyond", func(_ *testing.T, d *integrity.SDDerived) { d.MandatoryIndexes = append(d.MandatoryIndexes, 1<<63) }, []string{"proof"}},
		{"AllIndexes", func(_ *testing.T, d *integrity.SDDerived) {
			d.MandatoryIndexes, d.Signatures = nil, nil
			for i := range whole.Lines {
				d.MandatoryIndexes = append(d.MandatoryIndexes, uint64(i))
			}
		}, []string{"signature"}},
		{"LabelsSwapped", func(_ *testing.T, d *integrity.SDDerived) {
			d.LabelMap[0], d.LabelMap[1] = d.LabelMap[1], d.LabelMap[0]
		}, []string{"signature"}},
		{"LabelChanged", func(_ *testing.T, d *integrity.SDDerived) { d.LabelMap[0][5] ^= 1 }, []string{"signature"}},
		{"LabelTwice", func(_ *testing.T, d *integrity.SDDerived) { d.LabelMap[0] = d.LabelMap[1] }, []string{"proof"}},
		{"LabelMissing", func(_ *testing.T, d *integrity.SDDerived) { delete(d.LabelMap, uint64(len(d.LabelMap)-1)) }, []string{"proof"}},
		{"LabelLeftOver", func(_ *testing.T, d *integrity.SDDerived) { d.LabelMap[uint64(len(d.LabelMap))] = make([]byte, 32) }, []string{"proof"}},
		{"LabelGap", func(_ *testing.T, d *integrity.SDDerived) { d.LabelMap[99] = d.LabelMap[0]; delete(d.LabelMap, 0) }, []string{"proof"}},
		{"LabelShort", func(_ *testing.T, d *integrity.SDDerived) { d.LabelMap[0] = d.LabelMap[0][:31] }, []string{"proof"}},
	} {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := openDerived(t, s.e, derived).Derived // its own copy
			a.change(t, &d)
			mustRefuse(t, s.e, withValue(t, derived, d), a.name, a.codes...)
		})
	}

	t.Run("MandatoryClaimRemoved", func(t *testing.T) {
		t.Parallel()
		for _, path := range [][]string{{"validUntil"}, {"validFrom"}, {"issuer", "name"}, {"credentialSubject", "course", "title"}} {
			shown := changed(t, derived, nil, path...)
			mustRefuse(t, s.e, shown, fmt.Sprint(path), "signature", "proof")
			// The attacker adjusts the indexes as well as possible.
			for drop := range whole.Derived.MandatoryIndexes {
				d := openDerived(t, s.e, derived).Derived
				cut := d.MandatoryIndexes[drop]
				d.MandatoryIndexes = slices.Delete(d.MandatoryIndexes, drop, drop+1)
				for i, index := range d.MandatoryIndexes {
					if index > cut {
						d.MandatoryIndexes[i]--
					}
				}
				mustRefuse(t, s.e, withValue(t, shown, d), fmt.Sprint(path, drop), "signature", "proof")
			}
		}
	})
	t.Run("UndisclosedClaimAddedAgain", func(t *testing.T) {
		t.Parallel()
		shown := changed(t, derived, "https://example.org/dark", "credentialSubject", "course", "site")
		mustRefuse(t, s.e, shown, "claim that was never signed", "signature")
		shown = changed(t, derived, at(t, signed, "/credentialSubject/givenName"), "credentialSubject", "givenName")
		mustRefuse(t, s.e, shown, "claim without signature", "signature")
		for i := range whole.Derived.Signatures {
			d := openDerived(t, s.e, derived).Derived
			d.Signatures = slices.Insert(d.Signatures, i, d.Signatures[i])
			mustRefuse(t, s.e, withValue(t, shown, d), "claim with the signature of another", "signature")
		}
	})
	t.Run("ClaimsOfAnotherCredential", func(t *testing.T) {
		t.Parallel()
		// The same issuer, the same content but for one value, all signatures good.
		other := s.sign(t, bytes.Replace(course(s.did), []byte(`"Desk"`), []byte(`"Best"`), 1), always...)
		best := s.derive(t, other, module, "/name/0")
		b := openDerived(t, s.e, best).Derived
		mustRefuse(t, s.e, withValue(t, best, whole.Derived), "the proof of another credential", "signature")
		b.BaseSignature = whole.Derived.BaseSignature
		mustRefuse(t, s.e, withValue(t, best, b), "the base signature of another credential", "signature")
		b.PublicKey = whole.Derived.PublicKey
		mustRefuse(t, s.e, withValue(t, best, b), "base signature and key of another credential", "signature")
	})
	t.Run("ProofOptions", func(t *testing.T) {
		t.Parallel()
		mustRefuse(t, s.e, changed(t, derived, "2026-11-02T00:00:00Z", "proof", "created"), "created changed", "signature")
		mustRefuse(t, s.e, changed(t, derived, nil, "proof", "created"), "created removed", "signature")
		mustRefuse(t, s.e, changed(t, derived, "2040-01-01T00:00:00Z", "proof", "expires"), "expires added", "signature")
		mustRefuse(t, s.e, changed(t, derived, "x", "proof", "challenge"), "challenge added", "signature")
		mustRefuse(t, s.e, changed(t, derived, "ecdsa-rdfc-2019", "proof", "cryptosuite"), "other suite", "signature")
		mustRefuse(t, s.e, changed(t, derived, "ecdsa-sd-2024", "proof", "cryptosuite"), "unknown suite", "proof")
		other := newSigner(t)
		mustRefuse(t, s.e, changed(t, derived, other.method, "proof", "verificationMethod"), "other key", "signature")
		_, err := s.e.Verify(t.Context(), changed(t, derived, other.method, "proof", "verificationMethod"), integrity.VerifyOptions{})
		if sdCode(err) != "key" {
			t.Errorf("the key of another issuer: %v", err)
		}
	})
	t.Run("MoreThanWasMeant", func(t *testing.T) {
		t.Parallel()
		// Everything is a legitimate choice of the holder; with fewer labels it is not.
		d := everything.Derived
		mustRefuse(t, s.e, withValue(t, derived, d), "the proof of the whole document over a part", "signature", "proof")
	})
	mustVerify(t, s.e, derived)
}

func openDerived(t testing.TB, e *integrity.Engine, doc []byte) *integrity.SDShown {
	t.Helper()
	shown, err := integrity.OpenSDDerived(t.Context(), e, doc)
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

// withValue gives a document with another derived proof value.
func withValue(t testing.TB, doc []byte, d integrity.SDDerived) []byte {
	t.Helper()
	value, err := d.String()
	if err != nil {
		t.Fatal(err)
	}
	return changed(t, doc, value, "proof", "proofValue")
}
