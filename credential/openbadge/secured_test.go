package openbadge_test

import (
	"testing"

	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
)

// unsecured says why the proofs of a badge do not hold here, where no key is
// known but those that a did:key holds.
func unsecured(t *testing.T, doc []byte) error {
	t.Helper()
	engine := integrity.New(integrity.Config{Canon: canon.New(canon.Config{Contexts: canon.Pinned()})})
	_, err := engine.Verify(t.Context(), doc, integrity.VerifyOptions{})
	return err
}
