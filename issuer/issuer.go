package issuer

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/proof/jades"
)

// A Config says with what an Issuer works. All of it is needed.
type Config struct {
	Store    Store
	Key      crypto.Signer // of the seal certificate
	Chain    keys.Chain    // the seal certificate and its authorities
	Pictures Pictures
	Now      func() time.Time
}

// An Issuer seals credentials with one seal certificate. It is safe for
// concurrent use if its key is.
type Issuer struct {
	c     Config
	owner keys.Owner
}

// New makes an Issuer. It refuses a certificate that may not seal or names no
// owner, and a key that does not belong to it.
func New(c Config) (*Issuer, error) {
	if c.Store == nil || c.Key == nil || c.Pictures == nil || c.Now == nil {
		return nil, errors.New("making an issuer: store, key, pictures and clock are needed")
	}
	if c.Chain.Leaf == nil {
		return nil, errors.New("making an issuer: no seal certificate")
	}
	if err := keys.CheckSeal(c.Chain.Leaf); err != nil {
		return nil, fmt.Errorf("making an issuer: %w", err)
	}
	owner, err := c.Chain.Owner()
	if err != nil {
		return nil, fmt.Errorf("making an issuer: %w", err)
	}
	if err := private.Matches(c.Key, c.Chain.Leaf); err != nil {
		return nil, fmt.Errorf("making an issuer: %w", err)
	}
	return &Issuer{c: c, owner: owner}, nil
}

// Issue seals the EDC form of a Result, once: what was sealed before is a
// Conflict that wraps ErrSealed. If it fails after the Reservation was kept,
// Issue with the same Result, or Resume, goes on where it stopped.
func (i *Issuer) Issue(ctx context.Context, r assessment.Result) (credential.Signed, error) {
	now := i.c.Now()
	if err := i.c.Chain.Check(now); err != nil {
		return credential.Signed{}, fmt.Errorf("issuing result %s: %w", r.ID, err)
	}
	draft, err := BuildDraft(r, i.c.Chain, now, i.c.Pictures)
	if err != nil {
		return credential.Signed{}, fmt.Errorf("issuing: %w", err)
	}
	if err := i.c.Store.SaveResult(ctx, r); err != nil {
		return credential.Signed{}, fmt.Errorf("issuing: %w", err)
	}
	key := CopyKey{Form: credential.EDC, Request: string(r.ID)}
	var built []byte
	reserved, err := i.c.Store.Reserve(ctx, draft, key, func(id credential.ID) (input []byte, err error) {
		input, err = i.build(draft, id)
		built = input
		return input, err
	})
	if err != nil {
		return credential.Signed{}, fmt.Errorf("issuing result %s: %w", r.ID, err)
	}
	if built == nil || !bytes.Equal(reserved.Input, built) { // it is from before
		if err := i.mayFinish(reserved); err != nil {
			return credential.Signed{}, fmt.Errorf("sealing credential %s: %w", reserved.ID, err)
		}
	}
	return i.finish(ctx, reserved)
}

// build makes the exact bytes to be signed, once they keep the rules.
func (i *Issuer) build(d credential.Draft, id credential.ID) ([]byte, error) {
	payload, err := EDC(d, id)
	if err != nil {
		return nil, err
	}
	if err := checkEDC(payload); err != nil {
		return nil, err
	}
	return jades.SigningInput(payload, i.c.Chain, d.Issued)
}

// Resume seals what a crash has left reserved, and tells how many. It goes on
// past a Reservation that fails; the error names each of them. The Store must
// be a Leaser.
func (i *Issuer) Resume(ctx context.Context) (sealed int, err error) {
	l, ok := i.c.Store.(Leaser)
	if !ok {
		return 0, fmt.Errorf("resuming: %T holds one copy: give the same order again", i.c.Store)
	}
	if err := i.c.Chain.Check(i.c.Now()); err != nil {
		return 0, fmt.Errorf("resuming: %w", err)
	}
	const atOnce = 50
	var errs []error
	seen := map[credential.ID]bool{}
	for more := true; more && ctx.Err() == nil; {
		open, err := l.Overdue(ctx, atOnce)
		errs = append(errs, err)
		more = false
		for _, r := range open {
			if seen[r.ID] { // it failed before, so long ago that its lease ran out
				continue
			}
			seen[r.ID], more = true, true
			if err := i.resume(ctx, r); err != nil {
				// Another process may have been slow, not dead.
				if !errors.Is(err, ErrSealed) {
					errs = append(errs, err)
				}
				continue
			}
			sealed++
		}
	}
	return sealed, errors.Join(append(errs, ctx.Err())...)
}

func (i *Issuer) resume(ctx context.Context, r Reservation) error {
	if err := i.mayFinish(r); err != nil {
		return fmt.Errorf("sealing credential %s: %w", r.ID, err)
	}
	_, err := i.finish(ctx, r)
	return err
}

// finish signs what was reserved, verifies it with the public key, and seals
// it. The bytes leave only after that.
func (i *Issuer) finish(ctx context.Context, r Reservation) (credential.Signed, error) {
	signature, err := jades.Sign(r.Input, i.c.Key)
	if err != nil {
		return credential.Signed{}, fmt.Errorf("signing credential %s: %w", r.ID, err)
	}
	file, err := jades.Assemble(r.Input, signature)
	if err != nil {
		return credential.Signed{}, fmt.Errorf("signing credential %s: %w", r.ID, err)
	}
	if err := i.verify(r, file); err != nil {
		return credential.Signed{}, fmt.Errorf("verifying credential %s before it leaves: %w", r.ID, err)
	}
	signed := credential.Signed{ID: r.ID, Draft: r.Draft, Form: r.Form, Bytes: file}
	if err := i.c.Store.Seal(ctx, r.ID, signed); err != nil {
		return credential.Signed{}, err
	}
	return signed, nil
}

// mayFinish holds a Reservation from before, which a crash may have left,
// against this Issuer: the bytes are a payload of that id that keeps the rules,
// made for this certificate and naming its owner.
func (i *Issuer) mayFinish(r Reservation) error {
	if r.Form != credential.EDC {
		return fmt.Errorf("form %q is not known", r.Form)
	}
	// The file is complete but for the signature, and is never kept so.
	file, err := jades.Assemble(r.Input, make([]byte, 64))
	if err != nil {
		return err
	}
	f, err := jades.Parse(file)
	if err != nil {
		return err
	}
	if !f.Certificates[0].Equal(i.c.Chain.Leaf) {
		return fault.New(fault.Conflict, "issue.reservation.certificate", nil).With("ID", string(r.ID))
	}
	c, err := elm.Parse(f.Payload)
	if err != nil {
		return err
	}
	if c.ID != string(r.ID) {
		return fmt.Errorf("the bytes are those of %q", c.ID)
	}
	issuer, ok := c.Issuer.(*elm.Organisation)
	if !ok || issuer.ID != OrganisationID(i.owner.Country, i.owner.OrganizationIdentifier) ||
		issuer.EIDASIdentifier == nil || issuer.EIDASIdentifier.Notation != i.owner.OrganizationIdentifier ||
		!names(issuer.LegalName, i.owner.LegalName) {
		return errors.New("the bytes name another issuer than the seal certificate")
	}
	return checkEDC(f.Payload)
}

// names tells whether a text reads so in some language.
func names(t elm.Text, name string) bool {
	for _, texts := range t {
		if slices.Contains(texts, name) {
			return true
		}
	}
	return false
}

// verify checks the issuer's own output as a stranger would: the file parses,
// holds the reserved bytes and the seal certificate, and its signature is good
// under the certificate's key.
func (i *Issuer) verify(r Reservation, file []byte) error {
	f, err := jades.Parse(file)
	if err != nil {
		return err
	}
	_, payload, _ := bytes.Cut(r.Input, []byte("."))
	if !bytes.Equal(f.Payload, payload) {
		return errors.New("the file holds other bytes than were reserved")
	}
	if !f.Certificates[0].Equal(i.c.Chain.Leaf) {
		return errors.New("the file holds another certificate")
	}
	return f.VerifySignature()
}
