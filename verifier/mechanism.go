package verifier

import (
	"context"
	"errors"
	"fmt"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
)

// A mechanism is what secures a file against changes: a seal round it (seal), a
// proof inside it (inside), or the token that it is (vcToken, sdToken). Its
// methods are the steps of Verify that differ. Each records what it found, and
// the first two say whether the next step makes sense.
type mechanism interface {
	// holds verifies what secures the file and judges the key. Where it gives
	// true, the document of the run is what was secured; nothing is read from
	// the file before.
	holds(ctx context.Context) bool

	// content holds what was secured against the kinds that are known.
	content() bool

	// owner holds the issuer named inside against the owner of the key.
	owner() bool

	// prover tells who that owner is, for all that hangs on it.
	prover() prover

	// schema holds the claims against the rules of their data model, and reads
	// them.
	schema()
}

// A binder is a mechanism with which a holder can show that the credential was
// made for them.
type binder interface {
	// bound holds what was shown of the holder against what was asked for. The
	// owner check has passed before.
	bound()
}

// A Resolver finds the keys that an issuer publishes; *trust.Resolver is one. It
// is asked only for the issuer that a file ties to its key, and is believed in
// what it says of the key and in nothing else.
type Resolver interface {
	// Resolve gives the DID document of a DID, as integrity.Resolver says.
	integrity.Resolver

	// IssuerKeys gives the keys of an issuer that goes by a web address. The
	// error is integrity.ErrUnresolved where they cannot be had; any other says
	// that they, or the address, are wrong.
	IssuerKeys(ctx context.Context, iss string) ([]keys.JWK, error)
}

// issuerKeys asks an issuer that goes by a web address for its keys, within
// FetchTime.
func (r *run) issuerKeys(ctx context.Context, iss string) ([]keys.JWK, error) {
	ctx = r.outside(ctx)
	list, err := r.resolver.IssuerKeys(ctx, iss)
	return list, givenUp(ctx, err)
}

// givenUp makes a question that was given up, however the one who was asked says
// it, one whose answer could not be had.
func givenUp(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(err, integrity.ErrUnresolved) {
		return fmt.Errorf("%w: %w", integrity.ErrUnresolved, err)
	}
	return err
}
