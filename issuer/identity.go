package issuer

import (
	"context"
	"errors"
	"fmt"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
)

// An identity is how an Issuer is named in the forms whose issuer is a DID: by
// the did:key of its key, or by the did:web that its Config names.
type identity struct {
	did      string
	token    string           // the key as a JSON Web Token names it: a DID URL
	proof    string           // the key as a Data Integrity proof names it; empty if it has no Multikey
	document keys.DIDDocument // with this key alone: what is made now is checked with nothing else
}

func (i *Issuer) identity() (identity, error) {
	if i.c.DID == "" {
		did, err := keys.DIDKey(i.c.Key.Public())
		if err != nil {
			return identity{}, err
		}
		document, err := keys.ResolveDIDKey(did)
		if err != nil || len(document.AssertionMethod) != 1 {
			return identity{}, fmt.Errorf("finding the verification method of %s: %w", did, errors.Join(err, errOtherIssuer))
		}
		return identity{did, document.AssertionMethod[0], document.AssertionMethod[0], document}, nil
	}
	n := identity{did: i.c.DID}
	pub := i.c.Key.Public()
	text, err := keys.History{{Key: pub, Chain: i.c.Chain, From: i.c.Chain.Leaf.NotBefore}}.DIDDocument(n.did)
	if err != nil {
		return identity{}, err
	}
	if n.document, err = keys.ParseDIDDocument(text); err != nil {
		return identity{}, err
	}
	thumbprint, err := keys.Thumbprint(pub)
	if err != nil {
		return identity{}, err
	}
	n.token = n.did + "#" + thumbprint
	if multikey, err := keys.Multikey(pub); err == nil {
		n.proof = n.did + "#" + multikey
	}
	return n, nil
}

// Resolve gives the document of this identity, and of no other.
func (n identity) Resolve(_ context.Context, did string) (keys.DIDDocument, error) {
	if did != n.did {
		return keys.DIDDocument{}, fmt.Errorf("the credential names %s: %w", did, integrity.ErrUnresolved)
	}
	return n.document, nil
}

// unfit says that the key of the certificate cannot sign a form.
func unfit(f credential.Form, err error) error {
	return fault.New(fault.Invalid, "issue.form.key", err).With("Form", string(f))
}
