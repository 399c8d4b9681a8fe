package jades_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jades"
)

// parts takes a general file apart.
func parts(t testing.TB, data []byte) (p64, payload, sig64 string) {
	t.Helper()
	var w struct {
		Payload    string
		Signatures []struct{ Protected, Signature string }
	}
	if err := json.Unmarshal(data, &w); err != nil {
		t.Fatal(err)
	}
	return w.Signatures[0].Protected, w.Payload, w.Signatures[0].Signature
}

func official(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testkit.Reference(t), "elm", "sample-mc-annex1-signed.jsonld"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTV01SignatureBits(t *testing.T) {
	t.Parallel()
	for alg, demo := range demos {
		p64, text, sig64 := parts(t, seal(t, demo(), payload))
		sig, err := base64.RawURLEncoding.DecodeString(sig64)
		if err != nil {
			t.Fatal(err)
		}
		for i := range sig {
			bad := bytes.Clone(sig)
			bad[i] ^= 1 << (i % 8)
			_, err := verify(general(p64, text, base64.RawURLEncoding.EncodeToString(bad), ""))
			want(t, fmt.Sprintf("%s byte %d", alg, i), err, proof.Signature)
		}
	}
}

func TestTV02SignatureShape(t *testing.T) {
	t.Parallel()
	for alg, demo := range demos {
		p64, text, sig64 := parts(t, seal(t, demo(), payload))
		size, _ := base64.RawURLEncoding.DecodeString(sig64)
		for what, s := range map[string]string{
			"empty":               "",
			"one character less":  sig64[:len(sig64)-1],
			"two characters less": sig64[:len(sig64)-2],
			"half":                sig64[:len(sig64)/2],
			"one character more":  sig64 + "A",
			"twice":               sig64 + sig64,
			"padded":              sig64 + "==",
			"all zero":            base64.RawURLEncoding.EncodeToString(make([]byte, len(size))),
			"all set":             base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, len(size))),
			"space inside":        sig64[:4] + " " + sig64[4:],
			"line break inside":   sig64[:4] + `\n` + sig64[4:],
			"bits left over":      sig64[:len(sig64)-1] + string(sig64[len(sig64)-1]+1),
			"standard base64":     "+/" + sig64[2:],
		} {
			_, err := verify(general(p64, text, s, ""))
			want(t, alg+" "+what, err, proof.Signature)
		}
		for what, value := range map[string]string{"null": "null", "number": "5", "list": `["` + sig64 + `"]`} {
			_, err := verify([]byte(`{"payload":` + quote(text) + `,"signatures":[{"protected":"` + p64 + `","signature":` + value + `}]}`))
			want(t, alg+" "+what, err, proof.Malformed)
		}
	}
}

// leaves calls each for every leaf of a JSON text, and with names for every
// name in it, with the text in which that one is changed.
func leaves(t testing.TB, doc string, names bool, each func(at int64, changed string)) int {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(doc))
	dec.UseNumber()
	n := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		end := dec.InputOffset()
		if !names && strings.HasPrefix(doc[end:], ":") {
			continue
		}
		var changed string
		switch token.(type) {
		case json.Delim:
			continue
		case string:
			changed = doc[:end-1] + "x" + doc[end-1:]
		case json.Number:
			changed = doc[:end] + "7" + doc[end:]
		default: // true, false, null
			changed = doc[:end-4] + "1234" + doc[end:]
		}
		n++
		each(end, changed)
	}
}

func TestTV03ChangedLeaves(t *testing.T) {
	t.Parallel()
	for alg, demo := range demos {
		p64, text, sig64 := parts(t, seal(t, demo(), payload))
		leaves(t, text, true, func(at int64, changed string) {
			_, err := verify(general(p64, changed, sig64, ""))
			want(t, fmt.Sprintf("%s leaf at %d", alg, at), err, proof.Signature)
		})
		for what, changed := range map[string]string{
			"space added":     strings.Replace(text, ":", ": ", 1),
			"line end added":  text + "\n",
			"member added":    strings.Replace(text, "{", `{"x":1,`, 1),
			"cut":             text[:len(text)-1],
			"number respelt":  strings.Replace(text, "2.0", "2", 1),
			"letter composed": strings.Replace(text, "ü", "u\u0308", 1),
			"escape instead":  strings.Replace(text, "ü", `\u00fc`, 1),
		} {
			_, err := verify(general(p64, changed, sig64, ""))
			want(t, alg+" "+what, err, proof.Signature)
		}
	}
}

// Every leaf of the Commission's credential, and bytes here and there in it and
// in its protected header.
func TestTV03OfficialSample(t *testing.T) {
	t.Parallel()
	p64, text, sig64 := parts(t, official(t))
	n := leaves(t, text, false, func(at int64, changed string) {
		_, err := verify(general(p64, changed, sig64, ""))
		want(t, fmt.Sprintf("leaf at %d", at), err, proof.Signature)
	})
	t.Logf("%d leaves", n)
	if n < 300 {
		t.Errorf("only %d leaves were changed", n)
	}
	for i := 0; i < len(text); i += 4999 {
		changed := []byte(text)
		changed[i] ^= 1
		if _, err := verify(general(p64, string(changed), sig64, "")); err == nil {
			t.Errorf("byte %d changed: accepted", i)
		}
	}
	for i := 0; i < len(p64); i += 211 {
		changed := []byte(p64)
		changed[i] = map[bool]byte{true: 'B', false: 'A'}[changed[i] == 'A']
		if _, err := verify(general(string(changed), text, sig64, "")); err == nil {
			t.Errorf("character %d of the protected header changed: accepted", i)
		}
	}
}

// A signature belongs to its certificate and its file.
func TestSignatureOfAnother(t *testing.T) {
	t.Parallel()
	one, two := demos[keys.ES256](), newDemo(keys.ES256)
	p1, text, _ := parts(t, seal(t, one, payload))
	_, _, s2 := parts(t, seal(t, two, payload))
	_, err := verify(general(p1, text, s2, ""))
	want(t, "signature of another key", err, proof.Signature)
	_, _, s3 := parts(t, seal(t, one, payload+" "))
	_, err = verify(general(p1, text, s3, ""))
	want(t, "signature of another file", err, proof.Signature)
}

func TestOfficialSample(t *testing.T) {
	t.Parallel()
	f, err := verify(official(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Payload) != 113061 || f.Damage != nil || f.Algorithm != keys.RS256 || f.SigT.Format("2006-01-02T15:04:05Z07:00") != "2023-09-27T11:54:17Z" {
		t.Errorf("payload of %d bytes, damage %v, %s at %s", len(f.Payload), f.Damage, f.Algorithm, f.SigT)
	}
	o, err := f.Chain().Owner()
	if err != nil || o.LegalName != "ORGANIZACION TEST" || o.OrganizationIdentifier != "VATES-A00000000" || o.Country != "ES" {
		t.Errorf("owner %+v, %v", o, err)
	}
	for name, list := range map[string][]jades.TimeStamp{"adoTst": f.ContentTimeStamps, "sigTst": f.SignatureTimeStamps, "arcTst": f.ArchiveTimeStamps} {
		if len(list) != 1 || list[0].Verify() != nil || !list[0].Covers {
			t.Errorf("%s: %d, %+v", name, len(list), list)
		}
	}
	if len(f.Times()) != 1 || len(f.Extra) != 4 || len(f.CRLs) != 1 || len(f.OCSPs) != 1 || f.Unprocessed != nil {
		t.Errorf("%d times, %d certificates, %d CRLs, %d OCSPs, not processed %v", len(f.Times()), len(f.Extra), len(f.CRLs), len(f.OCSPs), f.Unprocessed)
	}
}
