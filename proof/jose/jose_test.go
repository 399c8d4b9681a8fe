package jose_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"sync"
	"testing"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

var ecKey = sync.OnceValue(func() *ecdsa.PrivateKey { return newEC(elliptic.P256()) })

var edKey = sync.OnceValue(func() ed25519.PrivateKey {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
})

var p384Key = sync.OnceValue(func() *ecdsa.PrivateKey { return newEC(elliptic.P384()) })

// signers gives a key for every algorithm of tokens, and for ES512.
func signers() map[string]crypto.Signer {
	return map[string]crypto.Signer{
		keys.RS256: rsaKey(), keys.ES256: ecKey(), keys.ES384: p384Key(), keys.ES512: p521Key(), keys.EdDSA: edKey(), jose.Ed25519: edKey(),
	}
}

var p521Key = sync.OnceValue(func() *ecdsa.PrivateKey { return newEC(elliptic.P521()) })

func newEC(c elliptic.Curve) *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

// want fails unless err is a refusal with this code; "" wants none.
func want(t *testing.T, what string, err error, code proof.Code) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Errorf("%s: refused: %v", what, err)
		}
		return
	}
	e, ok := errors.AsType[*proof.Error](err)
	if !ok {
		t.Errorf("%s: error %v, want code %s", what, err, code)
		return
	}
	if e.Code != code {
		t.Errorf("%s: code %s (%v), want %s", what, e.Code, e, code)
	}
}

// An opaque signer hides its key, as a hardware module does.
type opaque struct{ s crypto.Signer }

func (o opaque) Public() crypto.PublicKey { return o.s.Public() }
func (o opaque) Sign(r io.Reader, d []byte, opts crypto.SignerOpts) ([]byte, error) {
	return o.s.Sign(r, d, opts)
}

func TestSignVerify(t *testing.T) {
	t.Parallel()
	input := []byte("header.payload")
	for alg, s := range signers() {
		for _, signer := range []crypto.Signer{s, opaque{s}} {
			sig, err := jose.Sign(signer, alg, input)
			if err != nil {
				t.Fatalf("%s: %v", alg, err)
			}
			want(t, alg, jose.Verify(s.Public(), alg, input, sig), "")
			want(t, alg+" other input", jose.Verify(s.Public(), alg, append(bytes.Clone(input), 'x'), sig), proof.Signature)
		}
	}
}

func TestTV01And02Signature(t *testing.T) {
	t.Parallel()
	input := []byte("header.payload")
	for alg, s := range signers() {
		sig, err := jose.Sign(s, alg, input)
		if err != nil {
			t.Fatal(err)
		}
		verify := func(what string, sig []byte) {
			t.Helper()
			want(t, alg+" "+what, jose.Verify(s.Public(), alg, input, sig), proof.Signature)
		}
		for i := range sig {
			bad := bytes.Clone(sig)
			bad[i] ^= 1 << (i % 8)
			verify("changed", bad)
		}
		verify("nil", nil)
		verify("empty", []byte{})
		verify("cut", sig[:len(sig)-1])
		verify("longer", append(bytes.Clone(sig), 0))
		verify("zero in front", append([]byte{0}, sig...))
		verify("zeros", make([]byte, len(sig)))
		verify("all set", bytes.Repeat([]byte{0xff}, len(sig)))
	}
}

func TestES256IsNotDER(t *testing.T) {
	t.Parallel()
	digest := sha256.Sum256([]byte("x"))
	der, err := ecKey().Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "DER", jose.Verify(ecKey().Public(), keys.ES256, []byte("x"), der), proof.Signature)
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &rs); err != nil {
		t.Fatal(err)
	}
	raw := append(rs.R.FillBytes(make([]byte, 32)), rs.S.FillBytes(make([]byte, 32))...)
	want(t, "r and s", jose.Verify(ecKey().Public(), keys.ES256, []byte("x"), raw), "")
	over := append(rs.R.FillBytes(make([]byte, 32)), new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)).Bytes()...)
	want(t, "s out of range", jose.Verify(ecKey().Public(), keys.ES256, []byte("x"), over), proof.Signature)
}

func TestKeysRefused(t *testing.T) {
	t.Parallel()
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		s    crypto.Signer
		alg  string
		code proof.Code
	}{
		"RSA 1024":       {short, keys.RS256, proof.Key},
		"P-224":          {newEC(elliptic.P224()), keys.ES256, proof.Key},
		"ES256 on P-384": {newEC(elliptic.P384()), keys.ES256, proof.Header},
		"ES384 on P-256": {ecKey(), keys.ES384, proof.Header},
		"EdDSA with EC":  {ecKey(), keys.EdDSA, proof.Header},
		"EC as Ed25519":  {ecKey(), jose.Ed25519, proof.Header},
		"ES256 with Ed":  {edKey(), keys.ES256, proof.Header},
		"RS256 with EC":  {ecKey(), keys.RS256, proof.Header},
		"ES256 with RSA": {rsaKey(), keys.ES256, proof.Header},
		"HS256":          {rsaKey(), "HS256", proof.Header},
		"none":           {ecKey(), "none", proof.Header},
		"empty":          {ecKey(), "", proof.Header},
	} {
		_, err := jose.Sign(c.s, c.alg, []byte("x"))
		want(t, what+" sign", err, c.code)
		want(t, what+" verify", jose.Verify(c.s.Public(), c.alg, []byte("x"), make([]byte, 64)), c.code)
	}
}

// A public key as the secret of an HMAC proves nothing: TV-11.
func TestTV11PublicKeyAsSecret(t *testing.T) {
	t.Parallel()
	spki, err := x509.MarshalPKIXPublicKey(rsaKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	m := hmac.New(sha256.New, spki)
	m.Write([]byte("x"))
	for _, alg := range []string{"HS256", "HS384", "HS512"} {
		want(t, alg, jose.Verify(rsaKey().Public(), alg, []byte("x"), m.Sum(nil)), proof.Header)
		_, err := jose.ParseHeader([]byte(`{"alg":"`+alg+`","typ":"jose"}`), policy)
		want(t, alg+" header", err, proof.Header)
	}
}

func TestBase64(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text     string
		url, std bool
	}{
		{"", true, true},
		{"AA", true, false},
		{"AA==", false, true},
		{"_-8", true, false},
		{"/+8=", false, true},
		{"AAAA", true, true},
		{"AB", false, false}, // bits left over
		{"AAB=", false, false},
		{"A", false, false},
		{"AAAA\n", false, false},
		{"AA\r\nAA", false, false},
		{" AAAA", false, false},
		{"AAAA=", false, false},
		{"AA=", false, false},
		{"AA\x00A", false, false},
		{"ÄAAA", false, false},
	} {
		if _, err := jose.DecodeBase64URL(c.text); (err == nil) != c.url {
			t.Errorf("base64url %q: %v", c.text, err)
		}
		if _, err := jose.DecodeBase64(c.text); (err == nil) != c.std {
			t.Errorf("base64 %q: %v", c.text, err)
		}
	}
}
