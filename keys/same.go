package keys

import "crypto"

// Same tells whether two public keys are the same key. One that cannot tell is
// like none.
func Same(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(x crypto.PublicKey) bool })
	return ok && k.Equal(b)
}
