package issuer

import (
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/status"
)

// A Copy says which copy of the credential of a Result is wanted. The same Form,
// Holder and Request are the same copy.
type Copy struct {
	Form credential.Form

	// Holder is the key of the wallet that the copy is bound to: P-256, P-384
	// or Ed25519. Of the forms only sd-jwt can be bound; without a Holder it
	// is bound to nobody.
	Holder crypto.PublicKey

	// Request is the issuance request. Where it is empty, the body itself
	// issues, and the id of the Result stands for it.
	Request string
}

// IssueCopy makes one copy of a Result and signs it, once: what was sealed before
// is a Conflict that wraps ErrSealed. If it fails after the Reservation was kept,
// IssueCopy with the same Result and Copy, or Resume, goes on where it stopped.
// All copies of a Result say the same, since the Store keeps one Draft of it.
func (i *Issuer) IssueCopy(ctx context.Context, r assessment.Result, c Copy) (credential.Signed, error) {
	h, err := holderOf(c.Holder)
	if err != nil {
		return credential.Signed{}, fmt.Errorf("issuing result %s: %w", r.ID, err)
	}
	m, err := i.mechanism(c.Form, h)
	if err != nil {
		return credential.Signed{}, fmt.Errorf("issuing result %s: %w", r.ID, err)
	}
	now := i.c.Now().UTC().Truncate(time.Second)
	if err := checkChain(i.c.Chain, now); err != nil {
		return credential.Signed{}, fmt.Errorf("issuing result %s: %w", r.ID, err)
	}
	draft, err := BuildDraft(r, i.c.Chain, now, i.c.Pictures)
	if err != nil {
		return credential.Signed{}, fmt.Errorf("issuing: %w", err)
	}
	if err := i.c.Store.SaveResult(ctx, r); err != nil {
		return credential.Signed{}, fmt.Errorf("issuing: %w", err)
	}
	key := CopyKey{Form: c.Form, Holder: h.thumbprint, Request: c.Request}
	if key.Request == "" {
		key.Request = string(r.ID)
	}
	var built []byte
	reserved, err := i.reserve(ctx, draft, key, func(d credential.Draft, id credential.ID, entries []status.Entry) (input []byte, err error) {
		built = nil
		if d.Claims == nil || !i.owns(d.Claims.Issuer, i.issuerID()) {
			return nil, fmt.Errorf("draft %s names another issuer than the certificate", d.ID)
		}
		built, err = m.input(ctx, d, id, entries, now)
		return built, err
	})
	if err != nil {
		return credential.Signed{}, fmt.Errorf("issuing result %s: %w", r.ID, err)
	}
	if reserved.Form != c.Form {
		return credential.Signed{}, fmt.Errorf("sealing credential %s: reserved as %q, asked for as %q", reserved.ID, reserved.Form, c.Form)
	}
	if built == nil || !bytes.Equal(reserved.Input, built) { // it is from before
		if err := m.mayFinish(ctx, reserved); err != nil {
			return credential.Signed{}, fmt.Errorf("sealing credential %s: %w", reserved.ID, err)
		}
	}
	return i.finish(ctx, m, reserved)
}

// A holder is whom a copy is bound to. The zero holder is nobody.
type holder struct {
	jwk        json.RawMessage // the public key
	thumbprint string          // RFC 7638

	// anybody is set where a Reservation from before is finished, which was
	// made for whoever it names.
	anybody bool
}

// holderOf gives the holder with a key; nil is nobody.
func holderOf(pub crypto.PublicKey) (holder, error) {
	if pub == nil {
		return holder{}, nil
	}
	alg, err := keys.TokenAlgorithm(pub)
	switch alg {
	case keys.ES256, keys.ES384, keys.EdDSA:
	default:
		return holder{}, fault.New(fault.Invalid, "issue.holder.key", err)
	}
	var h holder
	if h.jwk, err = keys.MarshalJWK(pub, ""); err != nil {
		return holder{}, err
	}
	h.thumbprint, err = keys.Thumbprint(pub)
	return h, err
}

// unbound refuses a holder for a form that is bound to nobody.
func (h holder) unbound(f credential.Form) error {
	if h.jwk != nil {
		return fault.New(fault.Invalid, "issue.holder.form", nil).With("Form", string(f))
	}
	return nil
}
