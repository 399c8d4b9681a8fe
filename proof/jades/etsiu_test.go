package jades_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	rfc3161 "github.com/digitorus/timestamp"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
)

// A stamper is a time-stamp authority for tests.
type stamper struct {
	cert *x509.Certificate
	key  crypto.Signer
}

var tsa = sync.OnceValue(func() stamper {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	eku, err := asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}})
	if err != nil {
		panic(err)
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test TSA"}, KeyUsage: x509.KeyUsageDigitalSignature,
		NotBefore: noon.Add(-time.Hour), NotAfter: noon.AddDate(5, 0, 0),
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: eku}},
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return stamper{c, key}
})

// token stamps data and gives the token in base64.
func (s stamper) token(t testing.TB, data string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(data))
	ts := rfc3161.Timestamp{
		HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Time: noon.Add(time.Minute),
		Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true,
	}
	der, err := ts.CreateResponseWithOpts(s.cert, s.key, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	var reply struct{ Status, Token asn1.RawValue }
	if _, err := asn1.Unmarshal(der, &reply); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(reply.Token.FullBytes)
}

// item writes an etsiU item as the base64url string that stands in the file.
func item(name, value string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"` + name + `":` + value + `}`))
}

func stampValue(tokens ...string) string {
	return `{"tstTokens":[{"val":"` + strings.Join(tokens, `"},{"val":"`) + `"}]}`
}

// withItems puts etsiU strings into a general file.
func withItems(p64, text, sig64 string, items ...string) []byte {
	q := make([]string, len(items))
	for i, s := range items {
		q[i] = `"` + s + `"`
	}
	return general(p64, text, sig64, `,"header":{"etsiU":[`+strings.Join(q, ",")+`]}`)
}

// long makes a seal of ours with time-stamps, certificates and revocation data.
func long(t testing.TB) (p64, text, sig64 string, items []string) {
	t.Helper()
	p64, text, sig64 = parts(t, seal(t, demos[keys.ES256](), payload))
	cert := base64.StdEncoding.EncodeToString(tsa().cert.Raw)
	items = []string{
		item("sigTst", stampValue(tsa().token(t, sig64))),
		item("xVals", `[{"x509Cert":{"val":"`+cert+`"}},{"otherCert":{"val":"AAAA"}}]`),
		item("rVals", `{"crlVals":[{"val":"AAAA"}],"ocspVals":[{"val":"AAAA"},{"val":"AAAB"}]}`),
	}
	archive := text + "." + p64 + "." + sig64 + "." + strings.Join(items, "")
	return p64, text, sig64, append(items, item("arcTst", stampValue(tsa().token(t, archive))))
}

func TestEtsiU(t *testing.T) {
	t.Parallel()
	p64, text, sig64, items := long(t)
	f, err := verify(withItems(p64, text, sig64, items...))
	if err != nil {
		t.Fatal(err)
	}
	if f.Damage != nil || len(f.Extra) != 1 || len(f.CRLs) != 1 || len(f.OCSPs) != 2 || len(f.ArchiveTimeStamps) != 1 || !f.ArchiveTimeStamps[0].Covers {
		t.Errorf("damage %v; %d certificates, %d CRLs, %d OCSPs, %d archive time-stamps", f.Damage, len(f.Extra), len(f.CRLs), len(f.OCSPs), len(f.ArchiveTimeStamps))
	}
	times := f.Times()
	if len(times) != 1 || !times[0].Token.GenTime.Equal(noon.Add(time.Minute)) || !times[0].Token.Authority.Equal(tsa().cert) {
		t.Errorf("%d times", len(times))
	}
}

// Whatever is done to etsiU, the seal stands and no time is claimed: TV-18.
func TestTV18EtsiU(t *testing.T) {
	t.Parallel()
	p64, text, sig64, items := long(t)
	reversed := slices.Clone(items)
	slices.Reverse(reversed)
	swapped := []string{items[1], items[0], items[2]}
	swap := func(i int, s string) []byte {
		c := slices.Clone(items)
		c[i] = s
		return withItems(p64, text, sig64, c...)
	}
	raw := func(etsiU string) []byte { return general(p64, text, sig64, `,"header":{"etsiU":`+etsiU+`}`) }
	for what, data := range map[string][]byte{
		"reversed":                  withItems(p64, text, sig64, reversed...),
		"reversed without archive":  withItems(p64, text, sig64, items[2], items[1], items[0]),
		"swapped":                   withItems(p64, text, sig64, swapped...),
		"item left out":             withItems(p64, text, sig64, items[0], items[2], items[3]),
		"item added before archive": withItems(p64, text, sig64, items[0], items[1], items[2], item("rVals", "{}"), items[3]),
		"item twice":                withItems(p64, text, sig64, items[0], items[0], items[1], items[2], items[3]),
		"stamp of other bytes":      swap(0, item("sigTst", stampValue(tsa().token(t, sig64+"x")))),
		"one of two of other bytes": withItems(p64, text, sig64, item("sigTst", stampValue(tsa().token(t, sig64), tsa().token(t, "x")))),
		"stamp cut":                 swap(0, items[0][:len(items[0])-40]),
		"stamp that is none":        swap(0, item("sigTst", stampValue("AAAA"))),
		"stamp with padding lost":   swap(0, item("sigTst", `{"tstTokens":[{"val":"A"}]}`)),
		"stamp empty":               swap(0, item("sigTst", `{"tstTokens":[]}`)),
		"stamp null":                swap(0, item("sigTst", `null`)),
		"stamp canonicalised":       swap(0, item("sigTst", strings.Replace(stampValue(tsa().token(t, sig64)), "{", `{"canonAlg":"x",`, 1))),
		"stamp value twice":         swap(0, item("sigTst", `{"tstTokens":[{"val":"AAAA","val":"AAAB"}]}`)),
		"archive as plain object":   raw(`["` + items[0] + `",{"xVals":[]},{"arcTst":` + stampValue(tsa().token(t, "x")) + `}]`),
		"certificates damaged":      swap(1, item("xVals", `[{"x509Cert":{"val":"AAAA"}}]`)),
		"certificates no list":      swap(1, item("xVals", `{}`)),
		"certificates in PEM":       swap(1, item("xVals", `[{"x509Cert":{"val":"AAAA","encoding":"http://uri.etsi.org/01903/v1.2.2#PEM"}}]`)),
		"revocation data damaged":   swap(2, item("rVals", `{"crlVals":[{"val":"?"}]}`)),
		"revocation data no object": swap(2, item("rVals", `[]`)),
		"item padded":               swap(0, items[0]+"="),
		"item no object":            swap(0, base64.RawURLEncoding.EncodeToString([]byte(`[]`))),
		"item of two members":       swap(0, base64.RawURLEncoding.EncodeToString([]byte(`{"sigTst":{},"x":1}`))),
		"item with doubled members": swap(0, base64.RawURLEncoding.EncodeToString([]byte(`{"sigTst":{},"sigTst":{}}`))),
		"item with an odd name":     swap(0, item("sig Tst", "{}")),
		"item null":                 raw(`[null]`),
		"item a number":             raw(`[5]`),
		"etsiU empty":               raw(`[]`),
		"etsiU null":                raw(`null`),
		"etsiU a string":            raw(`"` + items[0] + `"`),
		"etsiU an object":           raw(`{"sigTst":{}}`),
		"65 items":                  withItems(p64, text, sig64, slices.Repeat([]string{items[1]}, 65)...),
		"17 stamps":                 withItems(p64, text, sig64, slices.Repeat([]string{items[0]}, 17)...),
	} {
		f, err := verify(data)
		want(t, what, err, "")
		if err != nil {
			continue
		}
		if f.Times() != nil {
			t.Errorf("%s: a time is claimed", what)
		}
		if f.Damage == nil {
			t.Errorf("%s: no damage is noted", what)
		}
	}
	for what, data := range map[string][]byte{
		"removed":      general(p64, text, sig64, ""),
		"empty header": general(p64, text, sig64, `,"header":{}`),
	} {
		f, err := verify(data)
		want(t, what, err, "")
		if err == nil && (f.Times() != nil || f.Damage != nil) {
			t.Errorf("%s: times %v, damage %v", what, f.Times(), f.Damage)
		}
	}
}

// Items that are not understood are reported and change nothing.
func TestEtsiUUnknown(t *testing.T) {
	t.Parallel()
	p64, text, sig64, items := long(t)
	f, err := verify(withItems(p64, text, sig64, items[0], item("sigPSt", `{"x":1}`), item("xRefs", "[]"), item("xRefs", "[]"), items[1]))
	want(t, "unknown items", err, "")
	if err == nil && (!slices.Equal(f.Unprocessed, []string{"sigPSt", "xRefs"}) || len(f.Times()) != 1 || f.Damage != nil) {
		t.Errorf("not processed: %v, %d times, damage %v", f.Unprocessed, len(f.Times()), f.Damage)
	}
	plain := general(p64, text, sig64, `,"header":{"etsiU":[{"sigTst":`+stampValue(tsa().token(t, sig64))+`},{"tstVD":{"xVals":[{"x509Cert":{"val":"`+
		base64.StdEncoding.EncodeToString(tsa().cert.Raw)+`"}}],"rVals":{"crlVals":[{"val":"AAAA"}]}}}]}`)
	f, err = verify(plain)
	want(t, "plain objects", err, "")
	if err == nil && (len(f.Times()) != 1 || len(f.Extra) != 1 || len(f.CRLs) != 1 || f.Damage != nil) {
		t.Errorf("plain objects: %d times, %d certificates, damage %v", len(f.Times()), len(f.Extra), f.Damage)
	}
}

func TestUnprotectedRefuses(t *testing.T) {
	t.Parallel()
	p64, text, sig64, _ := long(t)
	for value, code := range map[string]proof.Code{
		`{"alg":"none"}`:     proof.Header,
		`{"crit":["x"]}`:     proof.Header,
		`{"ETSIU":[]}`:       proof.Header,
		`{"etsiU":[],"x":1}`: proof.Header,
		`{"jwk":{}}`:         proof.Key,
		`[]`:                 proof.Malformed,
		`"x"`:                proof.Malformed,
		`null`:               proof.Malformed,
		`{"etsiU":["` + item("cSig", `"a.b.c"`) + `"]}`: proof.Proof,
		`{"etsiU":[{"cSig":{}}]}`:                       proof.Proof,
	} {
		_, err := verify(general(p64, text, sig64, `,"header":`+value))
		want(t, value, err, code)
	}
}

// The Commission's sample with its etsiU taken apart.
func TestTV18OfficialSample(t *testing.T) {
	t.Parallel()
	p64, text, sig64 := parts(t, official(t))
	var w struct {
		Signatures []struct{ Header struct{ EtsiU []string } }
	}
	if err := json.Unmarshal(official(t), &w); err != nil {
		t.Fatal(err)
	}
	items := w.Signatures[0].Header.EtsiU
	for n := range 5 { // cut short, it stays whole as far as it goes
		f, err := verify(withItems(p64, text, sig64, items[:n]...))
		want(t, "cut", err, "")
		if claimed := len(f.Times()) == 1; claimed != (n > 0) {
			t.Errorf("%d items: time claimed: %v", n, claimed)
		}
	}
	slices.Reverse(items)
	f, err := verify(withItems(p64, text, sig64, items...))
	want(t, "reversed", err, "")
	if f.Times() != nil || f.Damage == nil {
		t.Error("reversed: a time is claimed")
	}
}
