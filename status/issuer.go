package status

import (
	"context"
	"errors"
	"slices"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
)

// An IssuerResolver finds the keys of issuers that go by a web address.
type IssuerResolver interface {
	// IssuerKeys gives the keys that an issuer publishes (JWT VC Issuer Metadata).
	// The error is integrity.ErrUnresolved where they cannot be had; any other says
	// that they, or the address, are wrong. It is called by many at once.
	IssuerKeys(ctx context.Context, iss string) ([]keys.JWK, error)
}

// published finds a key by the name under which the issuer of the credential
// publishes it (Token Status List, 11.3: where the issuer signs its lists itself,
// the key is found as that of the credential is). A list that names an issuer
// must name this one.
func (o OpenOptions) published(ctx context.Context, n naming) (SignerOf, error) {
	r, ok := o.Resolver.(IssuerResolver)
	switch {
	case n.method == "" || o.Issuer == "" || !ok:
		return SignerOf{}, wrong("status.list.key", errors.New("the list names neither a certificate nor a verification method"))
	case n.issuer != "" && n.issuer != o.Issuer:
		return SignerOf{}, wrong("status.list.key", errors.New("the list is of another issuer"))
	}
	list, err := r.IssuerKeys(ctx, o.Issuer)
	switch {
	case errors.Is(err, integrity.ErrUnresolved):
		return SignerOf{}, refuse(Retrieval, "status.list.key", err)
	case err != nil:
		return SignerOf{}, wrong("status.list.key", err)
	}
	i := slices.IndexFunc(list, func(k keys.JWK) bool { return k.KeyID == n.method })
	if i < 0 {
		return SignerOf{}, wrong("status.list.key", errors.New("the issuer publishes no key of this name"))
	}
	return SignerOf{Key: list[i].Key, Issuer: o.Issuer}, nil
}
