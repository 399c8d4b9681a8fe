package keys_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/probatum/probatum/keys"
)

func TestSame(t *testing.T) {
	t.Parallel()
	var all []crypto.PublicKey
	for range 2 {
		ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		ed, _, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &ec.PublicKey, ed)
	}
	for i, a := range all {
		for j, b := range all {
			if keys.Same(a, b) != (i == j) {
				t.Errorf("keys %d and %d: %v", i, j, keys.Same(a, b))
			}
		}
		for _, none := range []any{nil, "key", 1} {
			if keys.Same(a, none) || keys.Same(none, a) || keys.Same(none, none) {
				t.Errorf("key %d is the same as %v", i, none)
			}
		}
	}
}
