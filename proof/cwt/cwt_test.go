package cwt_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/cwt"
)

var payload = []byte(`{"a":1}`)

var signers = sync.OnceValue(func() map[string]crypto.Signer {
	out := map[string]crypto.Signer{}
	for alg, curve := range map[string]elliptic.Curve{keys.ES256: elliptic.P256(), keys.ES384: elliptic.P384(), keys.ES512: elliptic.P521()} {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			panic(err)
		}
		out[alg] = k
	}
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	out[keys.EdDSA] = k
	return out
})

func sign(t testing.TB, alg string, h cwt.Header) []byte {
	t.Helper()
	data, err := cwt.Sign(signers()[alg], h, payload)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func refused(t *testing.T, what string, err error, code proof.Code) {
	t.Helper()
	e, ok := errors.AsType[*proof.Error](err)
	switch {
	case code == "" && err != nil:
		t.Errorf("%s: refused: %v", what, err)
	case code != "" && (!ok || e.Code != code):
		t.Errorf("%s: error %v, want code %s", what, err, code)
	}
}

var vc = cwt.Header{Type: "application/vc+cose", ContentType: "application/vc", KeyID: []byte("did:key:z#z")}

func TestSign(t *testing.T) {
	t.Parallel()
	all := cwt.VC
	all.Algorithms = []string{keys.ES256, keys.ES384, keys.EdDSA, keys.ES512}
	for alg := range signers() {
		t.Run(alg, func(t *testing.T) {
			t.Parallel()
			data := sign(t, alg, vc)
			if data[0] != 0xd2 {
				t.Errorf("first byte %#x, want the tag of COSE_Sign1", data[0])
			}
			m, err := cwt.Parse(data, all)
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Verify(signers()[alg].Public()); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(m.Payload, payload) || m.Header.Algorithm != alg || m.Header.Type != vc.Type ||
				m.Header.ContentType != vc.ContentType || !bytes.Equal(m.Header.KeyID, vc.KeyID) || m.Header.Hinted {
				t.Errorf("read %+v, %s", m.Header, m.Payload)
			}
			for other, k := range signers() {
				err := m.Verify(k.Public())
				if other != alg {
					refused(t, alg+" by "+other, err, proof.Header)
				}
			}
			_, err = cwt.Parse(data, cwt.VC)
			if alg == keys.ES512 {
				refused(t, "ES512 that no policy lists", err, proof.Header)
			} else {
				refused(t, alg, err, "")
			}
			_, err = cwt.Parse(data, cwt.VP)
			refused(t, "credential as a presentation", err, proof.Header)
		})
	}
}

// The same header and payload give the same bytes to sign, and by Ed25519 the
// same message: what a reservation keeps is what is sealed.
func TestInputIsDeterministic(t *testing.T) {
	t.Parallel()
	h := vc
	h.Algorithm = keys.EdDSA
	input, err := cwt.Input(h, payload)
	if err != nil {
		t.Fatal(err)
	}
	again, err := cwt.Input(h, bytes.Clone(payload))
	if err != nil || !bytes.Equal(input, again) {
		t.Errorf("second input %x, %v", again, err)
	}
	one, err := cwt.SignInput(signers()[keys.EdDSA], input)
	if err != nil {
		t.Fatal(err)
	}
	if two := sign(t, keys.EdDSA, vc); !bytes.Equal(one, two) {
		t.Errorf("messages differ:\n%x\n%x", one, two)
	}
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := cbor.Unmarshal(one, &tree); err != nil {
		t.Fatal(err)
	}
	if det, err := mode.Marshal(tree); err != nil || !bytes.Equal(det, one) {
		t.Errorf("not in the deterministic form: %v", err)
	}
	_, err = cwt.SignInput(signers()[keys.ES256], input)
	refused(t, "input for another key", err, proof.Header)
	for what, bad := range map[string][]byte{
		"empty": {}, "cut": input[:len(input)-1], "more": append(bytes.Clone(input), 0), "message": one,
		"another context": bytes.Replace(input, []byte("Signature1"), []byte("Signature0"), 1),
	} {
		_, err = cwt.SignInput(signers()[keys.EdDSA], bad)
		refused(t, what, err, proof.Malformed)
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	short, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, err = cwt.Sign(short, vc, payload)
	refused(t, "RSA", err, proof.Header)
	_, err = cwt.Sign(signers()[keys.ES256], vc, nil)
	refused(t, "no payload", err, proof.Malformed)
	h := vc
	h.Algorithm = keys.ES384
	_, err = cwt.Sign(signers()[keys.ES256], h, payload)
	refused(t, "algorithm of another key", err, proof.Header)
	h.Algorithm = "none"
	_, err = cwt.Sign(signers()[keys.ES256], h, payload)
	refused(t, "none", err, proof.Header)
	h = vc
	h.Critical = []int64{16}
	_, err = cwt.Sign(signers()[keys.ES256], h, payload)
	refused(t, "crit", err, proof.Header)
	for name, s := range map[string]crypto.Signer{"lying": liar{signers()[keys.ES256]}, "failing": failing{signers()[keys.ES256]}} {
		if data, err := cwt.Sign(s, vc, payload); err == nil {
			t.Errorf("%s signer: gave %x", name, data)
		}
	}
}

// A liar signs something else.
type liar struct{ crypto.Signer }

func (l liar) Sign(r io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	other := sha256.Sum256(digest)
	return l.Signer.Sign(r, other[:], o)
}

type failing struct{ crypto.Signer }

func (failing) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("out of order")
}

// No byte of a message can be changed, left out or put in without a refusal.
func TestMutation(t *testing.T) {
	t.Parallel()
	chain := []*x509.Certificate{certificate(keys.ES256)}
	for _, h := range []cwt.Header{vc, {Type: vc.Type, KeyID: []byte("k"), Certificates: chain}} {
		for _, alg := range []string{keys.ES256, keys.ES384, keys.EdDSA} {
			if h.Certificates != nil && alg != keys.ES256 {
				continue
			}
			data := sign(t, alg, h)
			pub := signers()[alg].Public()
			try := func(what string, at int, changed []byte) {
				if _, err := verify(changed, cwt.VC, pub); err == nil {
					t.Errorf("%s: %s at byte %d of %d verifies", alg, what, at, len(data))
				} else if _, ok := errors.AsType[*proof.Error](err); !ok {
					t.Errorf("%s: %s at byte %d: error without a code: %v", alg, what, at, err)
				}
			}
			for i := range data {
				for bit := range 8 {
					if (h.Certificates != nil || testkit.Race) && bit != i%8 {
						continue // one bit of each byte will do
					}
					changed := bytes.Clone(data)
					changed[i] ^= 1 << bit
					try("another bit", i, changed)
				}
				try("left out", i, slices.Delete(bytes.Clone(data), i, i+1))
				try("cut", i, data[:i])
			}
			for _, more := range []byte{0, 0x40, 0xf6, 0xff} {
				try("more", len(data), append(bytes.Clone(data), more))
			}
		}
	}
}

// certificate is one for the signer of an algorithm, by itself.
func certificate(alg string) *x509.Certificate {
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, t, t, signers()[alg].Public(), signers()[alg])
	if err != nil {
		panic(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return c
}
