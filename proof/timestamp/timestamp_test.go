package timestamp_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/digitorus/pkcs7"
	rfc3161 "github.com/digitorus/timestamp"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof/timestamp"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// An authority stamps in tests.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

var ecKey = sync.OnceValue(func() crypto.Signer {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
})

var rsaKey = sync.OnceValue(func() crypto.Signer {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// newAuthority makes a certificate with the extended key usages given.
func newAuthority(key crypto.Signer, critical bool, usages ...asn1.ObjectIdentifier) authority {
	t := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Test TSA"},
		NotBefore: noon.Add(-time.Hour), NotAfter: time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if len(usages) > 0 {
		der, err := asn1.Marshal(usages)
		if err != nil {
			panic(err)
		}
		t.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: der}}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return authority{c, key}
}

var (
	oidStamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	oidEmail    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4}
	oidTSTInfo  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidESS2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
)

// stamp gives a token over data.
func (a authority) stamp(t testing.TB, data []byte, hash crypto.Hash) []byte {
	t.Helper()
	h := hash.New()
	h.Write(data)
	ts := rfc3161.Timestamp{
		HashAlgorithm: hash, HashedMessage: h.Sum(nil), Time: noon,
		Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true, Accuracy: time.Second,
	}
	der, err := ts.CreateResponseWithOpts(a.cert, a.key, crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	// The library's own reader judges the certificate at the present time.
	var reply struct {
		Status asn1.RawValue
		Token  asn1.RawValue
	}
	if _, err := asn1.Unmarshal(der, &reply); err != nil {
		t.Fatal(err)
	}
	return reply.Token.FullBytes
}

func TestToken(t *testing.T) {
	t.Parallel()
	data := []byte("what was there at noon")
	for _, key := range []crypto.Signer{ecKey(), rsaKey()} {
		a := newAuthority(key, true, oidStamping)
		for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			tok, err := timestamp.Parse(a.stamp(t, data, hash))
			if err != nil {
				t.Fatalf("%v: %v", hash, err)
			}
			if err := tok.VerifySignature(); err != nil {
				t.Errorf("%v: %v", hash, err)
			}
			if !tok.GenTime.Equal(noon) || tok.Hash != hash || !tok.Authority.Equal(a.cert) || tok.Policy != "1.2.3" {
				t.Errorf("%v: token says %v %v %v", hash, tok.GenTime, tok.Hash, tok.Policy)
			}
			if !tok.Covers(data) {
				t.Errorf("%v: does not cover its data", hash)
			}
			if tok.Covers(append(bytes.Clone(data), ' ')) || tok.Covers(nil) {
				t.Errorf("%v: covers other data", hash)
			}
		}
	}
}

func TestTokenRefusesDigest(t *testing.T) {
	t.Parallel()
	a := newAuthority(ecKey(), true, oidStamping)
	h := crypto.SHA1.New()
	info, err := asn1.Marshal(tstInfo(crypto.SHA1, h.Sum(nil)))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, a.cms(t, info, oidTSTInfo, nil), "not accepted")
}

func TestVerifySignatureRefusesPurpose(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]authority{
		"no purpose":           newAuthority(ecKey(), true),
		"purpose not critical": newAuthority(ecKey(), false, oidStamping),
		"two purposes":         newAuthority(ecKey(), true, oidStamping, oidEmail),
		"other purpose":        newAuthority(ecKey(), true, oidEmail),
	} {
		tok, err := timestamp.Parse(a.stamp(t, []byte("x"), crypto.SHA256))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := tok.VerifySignature(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// info is TSTInfo as far as these tests write it.
type info struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Hash   pkix.AlgorithmIdentifier
		Digest []byte
	}
	Serial     *big.Int
	GenTime    time.Time        `asn1:"generalized"`
	Extensions []pkix.Extension `asn1:"tag:1,optional"`
}

func tstInfo(hash crypto.Hash, digest []byte) info {
	oids := map[crypto.Hash]asn1.ObjectIdentifier{crypto.SHA1: pkcs7.OIDDigestAlgorithmSHA1, crypto.SHA256: pkcs7.OIDDigestAlgorithmSHA256}
	i := info{Version: 1, Policy: asn1.ObjectIdentifier{1, 2, 3}, Serial: big.NewInt(1), GenTime: noon}
	i.Imprint.Hash.Algorithm, i.Imprint.Digest = oids[hash], digest
	return i
}

// cms signs any content as any type, with further signed attributes.
func (a authority) cms(t testing.TB, content []byte, kind asn1.ObjectIdentifier, attributes []pkcs7.Attribute) []byte {
	t.Helper()
	sd, err := pkcs7.NewSignedData(content)
	if err != nil {
		t.Fatal(err)
	}
	sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	sd.SetContentType(kind)
	sd.GetSignedData().Version = 3
	if err := sd.AddSigner(a.cert, a.key, pkcs7.SignerInfoConfig{ExtraSignedAttributes: attributes}); err != nil {
		t.Fatal(err)
	}
	der, err := sd.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// binding is the signing certificate attribute for a certificate.
func binding(t testing.TB, cert []byte, serial *big.Int) pkcs7.Attribute {
	t.Helper()
	digest := sha256.Sum256(cert)
	type id struct {
		Digest       []byte
		IssuerSerial struct {
			Issuer []asn1.RawValue
			Serial *big.Int
		} `asn1:"optional"`
	}
	var one id
	one.Digest = digest[:]
	if serial != nil {
		one.IssuerSerial.Issuer = []asn1.RawValue{{Class: 2, Tag: 4, IsCompound: true, Bytes: []byte{0x30, 0}}}
		one.IssuerSerial.Serial = serial
	}
	der, err := asn1.Marshal(struct{ Certs []id }{[]id{one}})
	if err != nil {
		t.Fatal(err)
	}
	return pkcs7.Attribute{Type: oidESS2, Value: asn1.RawValue{FullBytes: der}}
}

func TestVerifySignatureHoldsAttributes(t *testing.T) {
	t.Parallel()
	a := newAuthority(ecKey(), true, oidStamping)
	other := newAuthority(ecKey(), true, oidStamping)
	digest := sha256.Sum256([]byte("x"))
	content, err := asn1.Marshal(tstInfo(crypto.SHA256, digest[:]))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		attributes []pkcs7.Attribute
		good       bool
	}{
		"bound":              {[]pkcs7.Attribute{binding(t, a.cert.Raw, nil)}, true},
		"not bound":          {nil, false},
		"bound to a twin":    {[]pkcs7.Attribute{binding(t, other.cert.Raw, nil)}, false},
		"other serial":       {[]pkcs7.Attribute{binding(t, a.cert.Raw, big.NewInt(8))}, false},
		"bound twice":        {[]pkcs7.Attribute{binding(t, a.cert.Raw, nil), binding(t, other.cert.Raw, nil)}, false},
		"binding is garbage": {[]pkcs7.Attribute{{Type: oidESS2, Value: "x"}}, false},
	} {
		tok, err := timestamp.Parse(a.cms(t, content, oidTSTInfo, c.attributes))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := tok.VerifySignature(); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func refused(t *testing.T, der []byte, reason string) {
	t.Helper()
	tok, err := timestamp.Parse(der)
	if err == nil {
		t.Fatalf("accepted: %+v", tok)
	}
	if !strings.Contains(err.Error(), reason) {
		t.Errorf("refused because of %q, want %q", err, reason)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	a := newAuthority(ecKey(), true, oidStamping)
	good := a.stamp(t, []byte("x"), crypto.SHA256)
	digest := sha256.Sum256([]byte("x"))
	content := func(change func(*info)) []byte {
		i := tstInfo(crypto.SHA256, digest[:])
		change(&i)
		der, err := asn1.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		return a.cms(t, der, oidTSTInfo, nil)
	}
	deep := bytes.Repeat([]byte{0x30, 0x80}, 20_000)
	nested := []byte{0x05, 0x00}
	for range 40 {
		nested = append([]byte{0x30, byte(len(nested))}, nested...)
	}
	for name, c := range map[string]struct {
		der    []byte
		reason string
	}{
		"nothing":          {nil, ""},
		"text":             {[]byte("hello"), ""},
		"a byte behind":    {append(bytes.Clone(good), 0), "trailing"},
		"cut":              {good[:len(good)-1], ""},
		"indefinite, deep": {deep, ""},
		"many levels":      {nested, "levels"},
		"large":            {make([]byte, 65<<10), "bytes"},
		"data instead":     {a.cms(t, []byte("hello"), pkcs7.OIDData, nil), "no time-stamp info"},
		"garbage as info":  {a.cms(t, []byte("hello"), oidTSTInfo, nil), "info"},
		"version 2":        {content(func(i *info) { i.Version = 2 }), "version"},
		"short imprint":    {content(func(i *info) { i.Imprint.Digest = digest[:31] }), "length"},
		"critical extension": {content(func(i *info) {
			i.Extensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2}, Critical: true, Value: []byte{5, 0}}}
		}), "critical"},
		"certificate, no token": {a.cert.Raw, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, c.der, c.reason)
		})
	}
}

// Every single changed bit of a token makes it unreadable, bad, or a token of
// the same statement: never another one that verifies.
func TestChangedBits(t *testing.T) {
	t.Parallel()
	a := newAuthority(ecKey(), true, oidStamping)
	good := a.stamp(t, []byte("x"), crypto.SHA256)
	was, err := timestamp.Parse(good)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		tok, err := timestamp.Parse(bad)
		if err != nil || tok.VerifySignature() != nil {
			continue
		}
		if !tok.GenTime.Equal(was.GenTime) || !bytes.Equal(tok.Imprint, was.Imprint) || tok.Hash != was.Hash || !tok.Authority.Equal(was.Authority) {
			t.Errorf("byte %d changed: verifies and says something else", i)
		}
	}
}

// officialTokens are the three time-stamps of the Commission's sample.
func officialTokens(t testing.TB) [][]byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testkit.Reference(t), "elm", "sample-mc-annex1-signed.jsonld"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Signatures []struct {
			Protected string
			Header    struct{ EtsiU []string }
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	type container struct {
		Tokens []struct {
			Val []byte `json:"val"`
		} `json:"tstTokens"`
	}
	var list [][]byte
	for _, text := range append(file.Signatures[0].Header.EtsiU, file.Signatures[0].Protected) {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		var item struct{ SigTst, ArcTst, AdoTst container }
		if err := json.Unmarshal(raw, &item); err != nil {
			var other map[string]json.RawMessage
			if json.Unmarshal(raw, &other) != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []container{item.SigTst, item.ArcTst, item.AdoTst} {
			for _, tok := range c.Tokens {
				list = append(list, tok.Val)
			}
		}
	}
	if len(list) != 3 {
		t.Fatalf("%d tokens in the sample, want 3", len(list))
	}
	return list
}

func TestOfficialTokens(t *testing.T) {
	t.Parallel()
	for i, der := range officialTokens(t) {
		tok, err := timestamp.Parse(der)
		if err != nil {
			t.Fatalf("token %d: %v", i, err)
		}
		if err := tok.VerifySignature(); err != nil {
			t.Errorf("token %d: %v", i, err)
		}
		if tok.Authority.Subject.CommonName != "good-tsa" || tok.GenTime.Year() != 2023 || len(tok.Certificates) != 2 {
			t.Errorf("token %d: %s at %s, %d certificates", i, tok.Authority.Subject, tok.GenTime, len(tok.Certificates))
		}
	}
}

// Tokens of another implementation are read: openssl ts.
func TestOpensslToken(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		testkit.Skip(t, "openssl is not installed")
	}
	a := newAuthority(rsaKey(), true, oidStamping)
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), openssl, args...).CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
	}
	data := write("data", []byte("what openssl stamps"))
	write("cert.der", a.cert.Raw)
	write("key.der", key)
	run("x509", "-inform", "DER", "-in", filepath.Join(dir, "cert.der"), "-out", filepath.Join(dir, "cert.pem"))
	run("pkey", "-inform", "DER", "-in", filepath.Join(dir, "key.der"), "-out", filepath.Join(dir, "key.pem"))
	for _, ess := range []string{"sha1", "sha256"} { // the two versions of the binding attribute
		cfg := write("ts.cnf", []byte(`[tsa]
default_tsa = t
[t]
serial = `+filepath.Join(dir, "serial")+`
signer_cert = `+filepath.Join(dir, "cert.pem")+`
signer_key = `+filepath.Join(dir, "key.pem")+`
signer_digest = sha256
default_policy = 1.2.3
digests = sha256, sha384, sha512
ess_cert_id_alg = `+ess+`
`))
		write("serial", []byte("01"))
		for _, hash := range []string{"sha256", "sha384", "sha512"} {
			query, reply, token := filepath.Join(dir, "q"), filepath.Join(dir, "r"), filepath.Join(dir, "t")
			run("ts", "-query", "-config", cfg, "-data", data, "-"+hash, "-cert", "-out", query)
			run("ts", "-reply", "-config", cfg, "-queryfile", query, "-out", reply)
			run("ts", "-reply", "-config", cfg, "-in", reply, "-token_out", "-out", token)
			der, err := os.ReadFile(token)
			if err != nil {
				t.Fatal(err)
			}
			tok, err := timestamp.Parse(der)
			if err != nil {
				t.Fatalf("%s, %s: %v", ess, hash, err)
			}
			if err := tok.VerifySignature(); err != nil {
				t.Errorf("%s, %s: %v", ess, hash, err)
			}
			if !tok.Covers([]byte("what openssl stamps")) {
				t.Errorf("%s, %s: does not cover its data", ess, hash)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	a := newAuthority(ecKey(), true, oidStamping)
	f.Add(a.stamp(f, []byte("x"), crypto.SHA256))
	f.Add(a.cms(f, []byte("hello"), oidTSTInfo, nil))
	f.Add(a.cert.Raw)
	f.Add([]byte{0x30, 0x80, 0x30, 0x80})
	f.Fuzz(func(t *testing.T, der []byte) {
		tok, err := timestamp.Parse(der)
		if err != nil {
			return
		}
		if tok.Authority == nil || len(tok.Imprint) != tok.Hash.Size() {
			t.Fatal("token is not whole")
		}
		_ = tok.VerifySignature()
		_ = tok.Covers(der)
	})
}
