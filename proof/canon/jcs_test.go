package canon_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof/canon"
)

// TestVectorsJCS runs the vectors of RFC 8785. What is to be signed is read more
// strictly, and is then the same or refused for a number that would not keep its
// value.
func TestVectorsJCS(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.Vectors(t), "jcs")
	inputs, err := filepath.Glob(filepath.Join(dir, "input", "*.json"))
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no inputs in %s: %v", dir, err)
	}
	p := canon.New(canon.Config{})
	for _, path := range inputs {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			input, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(filepath.Join(dir, "output", filepath.Base(path)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := canon.JCS(input)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("canonical form\n%s\nwant\n%s\n(%v)", got, want, err)
			}
			switch got, err := p.JCS(input); {
			case err == nil && !bytes.Equal(got, want):
				t.Errorf("canonical form to be signed\n%s\nwant\n%s", got, want)
			case err != nil && refusal(t, err).Key != "proof.canon.number":
				t.Errorf("refused: %v", err)
			}
		})
	}
}

func TestJCS(t *testing.T) {
	t.Parallel()
	p := canon.New(canon.Config{})
	v2 := `"@context":` + quotedList(contexts.CredentialsV2)
	for _, tt := range []struct{ doc, want, key string }{
		{`{"b":1,"a":[null,true,"\u00e9\u0007"]}`, `{"a":[null,true,"é\u0007"],"b":1}`, ""},
		{`{"€":1,"\r":2,"\ufb33":3,"1":4,"😀":5,"\u0080":6,"ö":7}`, "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}", ""},
		{`{"a":5.0}`, `{"a":5}`, ""},
		{`{"a":1e-7}`, `{"a":1e-7}`, ""},
		{`{"a":0.000001}`, `{"a":0.000001}`, ""},
		{`{"a":-0}`, "", "proof.canon.number"},
		{`{"a":333333333.33333329}`, "", "proof.canon.number"},
		{`{"a":[{"b":9007199254740993}]}`, "", "proof.canon.number"},
		{`{"a":1e400}`, "", "proof.canon.number"},
		{`{"a":1,"a":1}`, "", "proof.canon.ambiguous"},
		{`{"a":1,"\u0061":1}`, "", "proof.canon.ambiguous"},
		{`{"a":"\ud800"}`, "", "proof.canon.json"},
		{`{"a":1}x`, "", "proof.canon.json"},
		{"\xef\xbb\xbf{}", "", "proof.canon.json"},
		{"{\"a\":\"\xff\"}", "", "proof.canon.json"},
		{`{` + v2 + `,"name":"x"}`, `{` + v2 + `,"name":"x"}`, ""},
		{`{` + v2 + `,"Name":"x"}`, "", "proof.canon.variant"},
		{`{` + v2 + `,"issuer":{"ID":"x"}}`, "", "proof.canon.variant"},
		{`{` + v2 + `,"unknown":"x"}`, `{` + v2 + `,"unknown":"x"}`, ""},
		{`{` + v2 + `,"issuer":{` + v2 + `}}`, "", "proof.canon.context.place"},
		{`{` + v2 + `,"a":[[{"@context":null}]]}`, "", "proof.canon.context.place"},
		{`{` + v2 + `,"proof":{` + v2 + `,"type":"x"}}`, `{` + v2 + `,"proof":{` + v2 + `,"type":"x"}}`, ""},
		{`{` + v2 + `,"proof":[{"type":"x"},{` + v2 + `}]}`, `{` + v2 + `,"proof":[{"type":"x"},{` + v2 + `}]}`, ""},
		{`{` + v2 + `,"proof":{"@context":[]}}`, "", "proof.canon.context.place"},
		{`{` + v2 + `,"proof":{"a":{` + v2 + `}}}`, "", "proof.canon.context.place"},
		{`{"proof":{` + v2 + `}}`, "", "proof.canon.context.place"},
		{`{` + v2 + `,"verifiableCredential":[{` + v2 + `,"a":1}]}`, `{` + v2 + `,"verifiableCredential":[{` + v2 + `,"a":1}]}`, ""},
		{`{` + v2 + `,"verifiableCredential":[{"a":1}]}`, "", "proof.canon.context.missing"},
		{`{` + v2 + `,"verifiableCredential":{"@context":["urn:x:y"]}}`, "", "proof.canon.context.unknown"},
		{`{` + v2 + `,"verifiableCredential":{` + v2 + `,"verifiableCredential":{` + v2 + `}}}`, "", "proof.canon.context.place"},
		{`{"@context":["urn:x:y"]}`, "", "proof.canon.context.unknown"},
		{`{"@context":null}`, "", "proof.canon.context.list"},
	} {
		got, err := p.JCS([]byte(tt.doc))
		if tt.key == "" && (err != nil || string(got) != tt.want) {
			t.Errorf("%s: %s, %v, want %s", tt.doc, got, err, tt.want)
		}
		if tt.key != "" && (err == nil || refusal(t, err).Key != tt.key) {
			t.Errorf("%s: %s, %v, want %s", tt.doc, got, err, tt.key)
		}
	}
}

// TestNumbers: a number has one value, or is refused.
func TestNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0": true, "0.0": true, "0e5": true, "1": true, "-1": true, "1.50": true, "15e-1": true, "0.15E1": true, "9007199254740992": true,
		"1e-7": true, "5e-324": true, "0.1": true, "123456.789": true, "1E+2": true, "1e0": true, "2.2250738585072014e-308": true,
		"-0": false, "-0.0": false, "-0e1": false, "9007199254740993": false, "9007199254740994": false, "-9007199254740994": false,
		"1e16": false, "1e308": false, "1e309": false, "1e99999999999999999999": false, "1e-99999999999999999999": false, "4e-324": false,
		"0.10000000000000001": false, "1.00000000000000001": false, "333333333.33333329": false,
	} {
		if _, ok := canon.OneNumber(text); ok != want {
			t.Errorf("%s: one value is %v, want %v", text, ok, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "v")
		if math.IsInf(v, 0) || math.IsNaN(v) || v == 0 || v == math.Trunc(v) && math.Abs(v) > 1<<53 {
			return
		}
		for _, format := range []byte{'e', 'g', 'f'} {
			text := strconv.FormatFloat(v, format, -1, 64)
			if got, ok := canon.OneNumber(text); !ok || got != v {
				t.Fatalf("%s: %v, %v", text, got, ok)
			}
			mantissa, power, split := strings.Cut(text, "e")
			longer := mantissa
			if !strings.Contains(mantissa, ".") {
				longer += "."
			}
			longer += strings.Repeat("0", 30) + "1"
			if split {
				longer += "e" + power
			}
			if _, ok := canon.OneNumber(longer); ok {
				t.Fatalf("%s is taken for one number", longer)
			}
		}
		back, err := strconv.ParseFloat(canon.CanonicalDouble(v), 64)
		if err != nil || math.Abs(back-v) > math.Abs(v)*1e-15 {
			t.Fatalf("%v is written as %s", v, canon.CanonicalDouble(v))
		}
	})
	for v, want := range map[float64]string{
		0: "0.0E0", 1: "1.0E0", -1: "-1.0E0", 10: "1.0E1", 0.5: "5.0E-1", 1e100: "1.0E100", 1e-10: "1.0E-10", 123.456: "1.23456E2", 5e-324: "4.940656458412465E-324",
	} {
		if got := canon.CanonicalDouble(v); got != want {
			t.Errorf("%v is written as %s, want %s", v, got, want)
		}
	}
}

// FuzzJCS: no panic; what we accept is canonical, stays as it is, and is what
// another implementation makes of it.
func FuzzJCS(f *testing.F) {
	for _, doc := range documentTexts(f) {
		f.Add(doc)
	}
	for _, s := range []string{`{"a":1E30,"b":[4.50,2e-3,1e-27,-0,1e21,999999999999999900000]}`, `"\u20ac\ud83d\ude00\ufb33"`, `{"\ue000":1,"\ud83d\ude00":2,"":3}`, `[[],{},null,true]`} {
		f.Add([]byte(s))
	}
	p := canon.New(canon.Config{})
	f.Fuzz(func(t *testing.T, text []byte) {
		out, err := canon.JCS(text)
		strict, strictErr := p.JCS(text)
		if err != nil {
			if strictErr == nil {
				t.Fatalf("signed, but not JSON: %v", err)
			}
			return
		}
		if strictErr == nil && !bytes.Equal(strict, out) {
			t.Fatalf("two canonical forms:\n%s\n%s", strict, out)
		}
		if err := strictjson.Check(out, strictjson.MaxBytes(1<<30)); err != nil {
			t.Fatalf("the canonical form is no JSON: %v\n%s", err, out)
		}
		again, err := canon.JCS(out)
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("the canonical form is not canonical: %v\n%s\n%s", err, out, again)
		}
		// The other implementation takes objects and arrays only, and knows none of
		// the escapes of the last control character.
		if first := bytes.TrimLeft(text, " \t\r\n"); first[0] != '{' && first[0] != '[' {
			return
		}
		if other, err := jcs.Transform(text); err == nil && !bytes.Equal(other, out) {
			t.Fatalf("another canonical form than that of gowebpki/jcs:\n%s\n%s", out, other)
		}
	})
}
