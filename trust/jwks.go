package trust

import (
	"fmt"

	"github.com/probatum/probatum/keys"
)

// takeKeySet reads a *.jwks.json: public keys as a JSON Web Key Set (RFC 7517,
// 5). It names no issuer: each key vouches for whoever's verification method
// has it. A set that could be read in two ways, or holds a key that has no
// place in it, is refused whole.
func (s *Set) takeKeySet(data []byte) error {
	list, err := keys.ParseJWKS(data)
	if err != nil {
		return err
	}
	for i, k := range list {
		text, ok := keyOf(k.Key)
		if !ok {
			return fmt.Errorf("key %d: cannot be used", i+1)
		}
		s.jwks[text] = true
	}
	if len(s.jwks) > maxIssuers {
		return fmt.Errorf("more than %d keys in the folder", maxIssuers)
	}
	return nil
}
