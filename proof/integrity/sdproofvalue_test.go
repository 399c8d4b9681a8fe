package integrity_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/probatum/probatum/proof/integrity"
)

func decodeValue(t testing.TB, value string) []byte {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(value, "u"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func encodeValue(data []byte) string { return "u" + base64.RawURLEncoding.EncodeToString(data) }

func bytesOf(n int, b byte) []byte { return bytes.Repeat([]byte{b}, n) }

func sampleDerived() integrity.SDDerived {
	return integrity.SDDerived{
		BaseSignature: bytesOf(64, 1), PublicKey: bytesOf(35, 2), Signatures: [][]byte{bytesOf(64, 3), bytesOf(64, 4)},
		LabelMap: map[uint64][]byte{0: bytesOf(32, 5), 1: bytesOf(32, 6)}, MandatoryIndexes: []uint64{0, 2, 300},
	}
}

func sampleBase() integrity.SDBase {
	return integrity.SDBase{
		BaseSignature: bytesOf(64, 1), PublicKey: bytesOf(35, 2), HMACKey: bytesOf(32, 7),
		Signatures: [][]byte{bytesOf(64, 3)}, MandatoryPointers: []string{"/issuer", ""},
	}
}

func TestSDProofValueHasOneForm(t *testing.T) {
	t.Parallel()
	derived, err := sampleDerived().String()
	if err != nil {
		t.Fatal(err)
	}
	base, err := sampleBase().String()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := integrity.ParseSDDerived(derived); err != nil {
		t.Fatal(err)
	}
	if _, err := integrity.ParseSDBase(base); err != nil {
		t.Fatal(err)
	}
	if _, err := integrity.ParseSDDerived(base); err == nil {
		t.Error("a base proof value was read as a derived one")
	}
	if _, err := integrity.ParseSDBase(derived); err == nil {
		t.Error("a derived proof value was read as a base one")
	}
	data := decodeValue(t, derived)
	// The last character has two bits that tell nothing.
	trailing := derived[:len(derived)-1] + string(derived[len(derived)-1]+1)
	replaceHex := func(from, to string) string {
		text := hex.EncodeToString(data)
		if !strings.Contains(text, from) {
			t.Fatalf("%s is not in %s", from, text)
		}
		out, err := hex.DecodeString(strings.Replace(text, from, to, 1))
		if err != nil {
			t.Fatal(err)
		}
		return encodeValue(out)
	}
	for name, value := range map[string]string{
		"Empty":               "",
		"OnlyPrefix":          "u",
		"OnlyHeader":          "u2V0B",
		"OtherMultibase":      "z" + derived[1:],
		"NoMultibase":         derived[1:],
		"StandardBase64":      "u" + base64.RawStdEncoding.EncodeToString(append(data[:3:3], 0xff, 0xff, 0xff)),
		"Padded":              derived + "=",
		"TrailingBits":        trailing,
		"LineBreak":           derived[:20] + "\n" + derived[20:],
		"Space":               derived + " ",
		"Cut":                 derived[:len(derived)-8],
		"TrailingByte":        encodeValue(append(data[:len(data):len(data)], 0)),
		"OtherHeader":         encodeValue(append([]byte{0xd9, 0x5d, 0x02}, data[3:]...)),
		"LongLength":          replaceHex("5840"+strings.Repeat("01", 64), "590040"+strings.Repeat("01", 64)),
		"OpenLength":          replaceHex("5840"+strings.Repeat("01", 64), "5f5840"+strings.Repeat("01", 64)+"ff"),
		"OpenArray":           replaceHex("d95d0185", "d95d019f") + "_w",
		"Tagged":              replaceHex("5840"+strings.Repeat("01", 64), "d8405840"+strings.Repeat("01", 64)),
		"Text":                replaceHex("5840"+strings.Repeat("01", 64), "7840"+strings.Repeat("01", 64)),
		"Null":                replaceHex("83000219012c", "f6"),
		"LongInteger":         replaceHex("83000219012c", "83000218021901"+"2c"),
		"NegativeIndex":       replaceHex("83000219012c", "83002019012c"),
		"FloatIndex":          replaceHex("83000219012c", "8300f9400019012c"),
		"IndexTooLarge":       replaceHex("83000219012c", "8300021b7fffffffffffffff"),
		"LabelTwice":          replaceHex("a2005820"+strings.Repeat("05", 32)+"01", "a2005820"+strings.Repeat("05", 32)+"00"),
		"LabelsOutOfOrder":    replaceHex("a2005820"+strings.Repeat("05", 32)+"015820"+strings.Repeat("06", 32), "a2015820"+strings.Repeat("06", 32)+"005820"+strings.Repeat("05", 32)),
		"TextLabel":           replaceHex("a200", "a26130"),
		"SixElements":         replaceHex("d95d0185", "d95d0186") + "AA",
		"FourElements":        replaceHex("d95d0185", "d95d0184"),
		"SignatureTooShort":   replaceHex("5840"+strings.Repeat("03", 64), "583f"+strings.Repeat("03", 63)),
		"ArrayLengthTooLarge": replaceHex("825840"+strings.Repeat("03", 64), "9affffffff5840"+strings.Repeat("03", 64)),
		"BytesTooLong":        replaceHex("5840"+strings.Repeat("01", 64), "5b7fffffffffffffff"+strings.Repeat("01", 64)),
		"Deep":                encodeValue(append([]byte{0xd9, 0x5d, 0x01}, bytes.Repeat([]byte{0x81}, 10000)...)),
		"Long":                "u2V0B" + strings.Repeat("A", 2<<20),
	} {
		if got, err := integrity.ParseSDDerived(value); err == nil {
			t.Errorf("%s: read as %v", name, got)
		}
	}
}

func FuzzSDProofValue(f *testing.F) {
	derived, err := sampleDerived().String()
	if err != nil {
		f.Fatal(err)
	}
	base, err := sampleBase().String()
	if err != nil {
		f.Fatal(err)
	}
	for _, value := range []string{derived, base} {
		f.Add(decodeValue(f, value))
	}
	f.Add([]byte{0xd9, 0x5d, 0x01, 0x85, 0x40, 0x40, 0x80, 0xa0, 0x80})
	f.Fuzz(func(t *testing.T, data []byte) {
		value := encodeValue(data)
		if d, err := integrity.ParseSDDerived(value); err == nil {
			if again, err := d.String(); err != nil || again != value {
				t.Errorf("%s is written again as %s, %v", value, again, err)
			}
		}
		if b, err := integrity.ParseSDBase(value); err == nil {
			if again, err := b.String(); err != nil || again != value {
				t.Errorf("%s is written again as %s, %v", value, again, err)
			}
		}
	})
}
