package integrity

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/probatum/probatum/keys"
)

// ErrUnresolved is in the chain of a refusal with code key where a DID document
// could not be had, so that nothing is known about the key. Everything else that
// Verify refuses is known to be bad.
var ErrUnresolved = errors.New("the DID document cannot be had")

// A Resolver gives the DID document of a DID. It fails with an error that
// errors.Is finds to be ErrUnresolved where the document cannot be had; any
// other error says that the DID or its document is wrong. A Resolver is asked
// for the DID of a verification method only after that has been found to be the
// issuer's, or where binding is only reported.
type Resolver interface {
	Resolve(ctx context.Context, did string) (keys.DIDDocument, error)
}

// DIDKeys resolves did:key, which needs no source, and nothing else.
type DIDKeys struct{}

// Resolve gives the document that a did:key stands for.
func (DIDKeys) Resolve(_ context.Context, did string) (keys.DIDDocument, error) {
	if !strings.HasPrefix(did, "did:key:") {
		return keys.DIDDocument{}, fmt.Errorf("resolving a DID that is no did:key: %w", ErrUnresolved)
	}
	return keys.ResolveDIDKey(did)
}
