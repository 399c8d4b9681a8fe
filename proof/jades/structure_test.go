package jades_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jades"
)

func TestTV19DoubledMembers(t *testing.T) {
	t.Parallel()
	d := demos[keys.ES256]()
	p64, text, sig64 := parts(t, seal(t, d, payload))
	q, tampered := quote(text), quote(strings.Replace(text, "2.0", "1.0", 1))
	sig := `{"protected":"` + p64 + `","signature":"` + sig64 + `"}`
	for what, data := range map[string]string{
		"payload, tampered first":   `{"payload":` + tampered + `,"payload":` + q + `,"signatures":[` + sig + `]}`,
		"payload, tampered last":    `{"payload":` + q + `,"signatures":[` + sig + `],"payload":` + tampered + `}`,
		"payload in capitals":       `{"payload":` + q + `,"PAYLOAD":` + tampered + `,"signatures":[` + sig + `]}`,
		"payload capital alone":     `{"Payload":` + q + `,"signatures":[` + sig + `]}`,
		"payload escaped":           `{"payload":` + q + `,"p\u0061yload":` + tampered + `,"signatures":[` + sig + `]}`,
		"signatures twice":          `{"payload":` + q + `,"signatures":[` + sig + `],"signatures":[` + sig + `]}`,
		"signatures, long s":        `{"payload":` + q + `,"signatures":[` + sig + `],"ſignatures":[` + sig + `]}`,
		"signature twice":           `{"payload":` + q + `,"signatures":[{"protected":"` + p64 + `","signature":"AAAA","signature":"` + sig64 + `"}]}`,
		"signature in capitals":     `{"payload":` + q + `,"signatures":[{"protected":"` + p64 + `","SIGNATURE":"AAAA","signature":"` + sig64 + `"}]}`,
		"protected twice":           `{"payload":` + q + `,"signatures":[{"protected":"e30","protected":"` + p64 + `","signature":"` + sig64 + `"}]}`,
		"header twice":              `{"payload":` + q + `,"signatures":[{"protected":"` + p64 + `","header":{},"header":{},"signature":"` + sig64 + `"}]}`,
		"etsiU twice":               string(general(p64, text, sig64, `,"header":{"etsiU":[],"etsiU":[]}`)),
		"text behind":               `{"payload":` + q + `,"signatures":[` + sig + `]}x`,
		"document behind":           `{"payload":` + q + `,"signatures":[` + sig + `]}{"payload":"x"}`,
		"byte order mark":           "\xef\xbb\xbf" + `{"payload":` + q + `,"signatures":[` + sig + `]}`,
		"protected header null":     `{"payload":` + q + `,"signatures":[{"protected":"bnVsbA","signature":"` + sig64 + `"}]}`,
		"protected with padding":    string(general(p64+"=", text, sig64, "")),
		"protected with line break": strings.Replace(string(general(p64, text, sig64, "")), p64[:8], p64[:8]+`\n`, 1),
		"a list":                    `[` + sig + `]`,
	} {
		_, err := verify([]byte(data))
		want(t, what, err, proof.Malformed)
	}
	h := ours(t, d).text()
	for what, protected := range map[string]string{
		"alg twice, bad first": strings.Replace(h, "{", `{"alg":"none",`, 1),
		"alg twice, bad last":  strings.TrimSuffix(h, "}") + `,"alg":"none"}`,
		"ALG":                  strings.TrimSuffix(h, "}") + `,"ALG":"none"}`,
		"sigt":                 strings.TrimSuffix(h, "}") + `,"sigt":"2020-01-01T00:00:00Z"}`,
		"sigT twice":           strings.TrimSuffix(h, "}") + `,"sigT":"2020-01-01T00:00:00Z"}`,
		"x5c twice":            strings.TrimSuffix(h, "}") + `,"x5c":[]}`,
		"doubled, deep inside": strings.TrimSuffix(h, "}") + `,"x":[{"a":{"b":1,"b":2}}]}`,
		"text behind":          h + " x",
	} {
		_, err := verify(file(t, d.Seal, protected))
		want(t, what, err, proof.Malformed)
	}
}

// What costs too much is refused, soon.
func TestTV20Resources(t *testing.T) {
	t.Parallel()
	const limit = 5 * time.Second // 2 s on an idle machine; tests share theirs
	d := demos[keys.ES256]()
	p64, text, sig64 := parts(t, seal(t, d, payload))
	behind := func(more string) string {
		return `{"payload":` + quote(text) + `,"signatures":[{"protected":"` + p64 + `","header":{"etsiU":[` + more + `]},"signature":"` + sig64 + `"}]}`
	}
	for what, data := range map[string]string{
		"9,000 levels":             behind(strings.Repeat("[", 9000) + strings.Repeat("]", 9000)),
		"200,000 levels":           behind(strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000)),
		"200,000 levels, open":     strings.Repeat("[", 200_000),
		"levels of objects":        strings.Repeat(`{"a":`, 200_000),
		"100,000 members":          `{"payload":` + quote(text) + "," + strings.Repeat(`"x":1,`, 100_000) + `"y":1}`,
		"100,000 items":            behind(strings.Repeat("1,", 100_000) + "1"),
		"string of 8 MB":           string(general(p64, strings.Repeat("x", 8<<20), sig64, "")),
		"signature of 8 MB":        string(general(p64, text, strings.Repeat("A", 8<<20), "")),
		"number of 100,000 digits": behind(strings.Repeat("9", 100_000)),
		"compact of 8 MB":          p64 + "." + strings.Repeat("A", 8<<20) + "." + sig64,
		"protected header of 1 MB": string(general(strings.Repeat("A", 1<<20), text, sig64, "")),
	} {
		start := time.Now()
		_, err := verify([]byte(data))
		e, ok := errors.AsType[*proof.Error](err)
		if !ok || (e.Code != proof.Resources && e.Code != proof.Malformed) {
			t.Errorf("%s: %v", what, err)
		}
		if took := time.Since(start); took > limit {
			t.Errorf("%s: took %v", what, took)
		}
	}
	// The largest file that is read at all.
	start := time.Now()
	big := seal(t, d, `{"x":"`+strings.Repeat("x", 1<<20)+`"}`)
	_, err := verify(big)
	want(t, "1 MB", err, "")
	if took := time.Since(start); took > limit {
		t.Errorf("1 MB: took %v", took)
	}
}

func FuzzParse(f *testing.F) {
	for _, demo := range demos {
		d := demo()
		f.Add(seal(f, d, payload))
		f.Add(seal(f, d, `{}`))
		p64, sig64 := signed(f, d.Seal, ours(f, d).with("sigT", "").with("crit", `["b64"]`).with("iat", "1").text(), payload)
		f.Add(general(p64, payload, sig64, `,"header":{"etsiU":["e30",{"sigTst":{"tstTokens":[{"val":"AAAA"}]}},"eyJ4VmFscyI6W119"]}`))
	}
	f.Add([]byte(`{"payload":"x","signatures":[{"protected":"e30","signature":""}]}`))
	f.Add([]byte(`eyJhbGciOiJub25lIn0.e30.`))
	f.Add([]byte(`{"payload":"\ud83d\udca1","protected":"e30","signature":"AAAA"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := jades.Parse(data)
		if err != nil {
			if _, ok := errors.AsType[*proof.Error](err); !ok {
				t.Fatalf("refused without a code: %v", err)
			}
			return
		}
		if len(file.Certificates) == 0 || file.SigT.IsZero() {
			t.Fatal("a parsed file is not whole")
		}
		verr := file.VerifySignature()
		_ = file.Times()
		// Written again and read again, it is the same file.
		input, sig := file.Signed()
		again, err := jades.Assemble(input, sig)
		if err != nil {
			t.Fatalf("cannot be written again: %v", err)
		}
		second, err := jades.Parse(again)
		if err != nil {
			if file.Serialization == jades.Compact {
				return
			}
			t.Fatalf("cannot be read again: %v", err)
		}
		if string(second.Payload) != string(file.Payload) || (second.VerifySignature() == nil) != (verr == nil) {
			t.Fatal("reads differently when written again")
		}
	})
}
