package verifier_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// sample is the Commission's signed sample.
func sample(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testkit.Reference(t), "elm", "sample-mc-annex1-signed.jsonld"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sampleCA is a trust folder with the certificate of the authority that issued
// the sample's seal certificate; it stands in the sample itself.
func sampleCA(t testing.TB, file []byte) *trust.Set {
	t.Helper()
	f, err := jades.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, c := range f.Extra {
		if c.Subject.CommonName == "ANF AC Qualified Certificates for eSeal" {
			writePEM(t, filepath.Join(dir, "ca.pem"), c)
			set, err := trust.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			return set
		}
	}
	t.Fatal("no certificate of the issuing authority in the sample")
	return nil
}

func writePEM(t testing.TB, name string, certs ...*x509.Certificate) {
	t.Helper()
	var b bytes.Buffer
	for _, c := range certs {
		if err := pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCommissionSample(t *testing.T) {
	t.Parallel()
	file := sample(t)
	known := sampleCA(t, file)
	at := time.Date(2023, 10, 1, 0, 0, 0, 0, time.UTC)
	changed := bytes.Replace(file, []byte("Micro-Credential"), []byte("Macro-Credential"), 1)
	if bytes.Equal(file, changed) {
		t.Fatal("nothing was changed")
	}
	now := func() time.Time { return time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC) }
	tests := []struct {
		name    string
		file    []byte
		trust   *trust.Set
		at      time.Time
		verdict verifier.Verdict
		code    proof.Code
	}{
		{"valid with its issuing authority", file, known, at, verifier.Valid, ""},
		{"undetermined without a trust list", file, nil, at, verifier.Undetermined, proof.Trust},
		{"invalid with one byte changed", changed, known, at, verifier.Invalid, proof.Signature},
		{"invalid with one byte changed, without a trust list", changed, nil, at, verifier.Invalid, proof.Signature},
		{"undetermined after its certificate expired", file, known, time.Time{}, verifier.Undetermined, proof.Key},
		{"invalid before it was issued", file, known, at.AddDate(0, -3, 0), verifier.Invalid, proof.Validity},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := verifier.Verifier{Trust: tt.trust, Now: now}
			r, err := v.Verify(t.Context(), tt.file, verifier.Options{At: tt.at})
			if err != nil {
				t.Fatal(err)
			}
			if r.Verdict() != tt.verdict || r.Code() != tt.code {
				t.Errorf("%s, %q; want %s, %q\n%s", r.Verdict(), r.Code(), tt.verdict, tt.code, show(r))
			}
		})
	}
}

func TestCommissionSampleAnswer(t *testing.T) {
	t.Parallel()
	file := sample(t)
	v := verifier.Verifier{Trust: sampleCA(t, file)}
	r, err := v.Verify(t.Context(), file, verifier.Options{At: time.Date(2023, 10, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	a := r.Answer(i18n.For("en"))
	c := a.Credential
	if c == nil || a.Issuer == nil {
		t.Fatal(show(r))
	}
	for what, pair := range map[string][2]string{
		"issuer":     {a.Issuer.Name, "ORGANIZACION TEST"},
		"identifier": {a.Issuer.Identifier, "VATES-A00000000"},
		"id":         {c.ID, "urn:credential:1018d05f-21d5-4555-b7f0-8fabfd22ca75"},
		"title":      {c.Title, "Micro-Credential"},
		"validFrom":  {*c.ValidFrom, "2022-12-31T23:00:00Z"},
		"body":       {c.AwardingBody, "University of Zed"},
		"level":      {c.Level, "EQF level 6"},
		"birth":      {c.Subject.DateOfBirth, "1999-10-01T22:00:00Z"},
		"ribbon":     {a.Ribbon, "Verified"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
	if !a.Issuer.Trusted || c.ValidUntil != nil || c.Subject.Name == "" || len(c.Assessments) == 0 || len(c.Outcomes) == 0 {
		t.Errorf("answer %s", show(r))
	}
	// The time-stamps are of a test authority that nobody trusts: they are
	// told, and not relied on.
	if len(a.Timestamps) != 3 {
		t.Fatalf("%d time-stamps, want 3", len(a.Timestamps))
	}
	for _, ts := range a.Timestamps {
		if !ts.Intact || ts.Trusted || ts.Time == nil || !strings.Contains(ts.Message, "not relied on") {
			t.Errorf("time-stamp %+v", ts)
		}
	}
}

func TestCommissionSampleUnsigned(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sample-mc-annex1-unsigned.jsonld", "sample-mc-annex1-unsigned-uploadable.json"} {
		data, err := os.ReadFile(filepath.Join(testkit.Reference(t), "elm", name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := new(verifier.Verifier).Verify(t.Context(), data, verifier.Options{})
		if err != nil || r.Verdict() != verifier.Invalid || r.Code() != proof.Proof || r.Claims != nil {
			t.Errorf("%s: %v %s", name, err, show(r))
		}
	}
}

// show writes a Report for the message of a test.
func show(r verifier.Report) string {
	a := r.Answer(i18n.For("en"))
	b, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// A single changed byte, anywhere but in the unprotected header, undoes the
// sample; and what is still accepted says what it said before.
func TestCommissionSampleBytes(t *testing.T) {
	t.Parallel()
	file := sample(t)
	v := verifier.Verifier{Trust: sampleCA(t, file)}
	o := verifier.Options{At: time.Date(2023, 10, 1, 0, 0, 0, 0, time.UTC)}
	begin, end := bytes.Index(file, []byte(`"etsiU"`)), bytes.LastIndex(file, []byte(`"signature":`))
	if begin < 0 || end < begin {
		t.Fatal("no unprotected header in the sample")
	}
	for at := 0; at < len(file); at += 997 {
		changed := bytes.Clone(file)
		changed[at] ^= 1 << (at % 7)
		r, err := v.Verify(t.Context(), changed, o)
		if err != nil {
			t.Fatal(err)
		}
		if r.Valid() && (at < begin || at >= end) {
			t.Errorf("byte %d changed: %s", at, show(r))
		}
		checkAnswer(t, r)
	}
}

// Seals of other makers, good and bad ones: none holds a European digital
// credential, so none may come out as one.
func TestForeignSeals(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(testkit.Vectors(t), "jades", "*.json"))
	if err != nil || len(files) < 2 { // cases.json is one
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		r := verify(t, nil, data, time.Time{})
		if r.Verdict() != verifier.Invalid || r.Claims != nil {
			t.Errorf("%s: %s", filepath.Base(name), show(r))
		}
		checkAnswer(t, r)
	}
}
