package issuer

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
)

// A Config says with what an Issuer works. Store, Key, Chain, Pictures and Now are
// always needed.
type Config struct {
	Store    Store
	Key      crypto.Signer // of the certificate
	Chain    keys.Chain    // the seal certificate and its authorities
	Pictures Pictures
	Now      func() time.Time

	// Body is the id of the body that issues. With it, the Issuer takes no
	// Result of another body; it records its key in a Store that is a
	// KeyKeeper, and refuses to issue with a key that was replaced.
	Body string

	// PublicURL is the origin of the public pages, such as
	// https://certificates.example: https, or http at a loopback address.
	// Status lists lie below it. A Store that is a StatusStore needs it, and
	// Body, too; with any other Store no credential has status entries.
	PublicURL string

	// DID is a did:web that names the issuer in the forms whose issuer is a
	// DID. Where it is empty, the did:key of the key does.
	DID string
}

// An Issuer issues with one certificate and its key: the seal of EDC files, and
// the key behind the proofs of the other forms. It is safe for concurrent use if
// its key is.
type Issuer struct {
	c     Config
	owner keys.Owner
	lists StatusStore // nil where the Store keeps no status lists
	keys  KeyKeeper   // nil where the Store keeps no keys
	named atomic.Bool // the Store knows where the lists lie
}

// New makes an Issuer. It refuses a certificate that may not sign or names no
// owner, and a key that does not belong to it. Which forms the key can sign is
// asked for each form: see Forms.
func New(c Config) (*Issuer, error) {
	if c.Store == nil || c.Key == nil || c.Pictures == nil || c.Now == nil {
		return nil, errors.New("making an issuer: store, key, pictures and clock are needed")
	}
	if c.Chain.Leaf == nil {
		return nil, errors.New("making an issuer: no seal certificate")
	}
	if err := checkCertificate(c.Chain.Leaf); err != nil {
		return nil, fmt.Errorf("making an issuer: %w", err)
	}
	owner, err := c.Chain.Owner()
	if err != nil {
		return nil, fmt.Errorf("making an issuer: %w", err)
	}
	if err := private.Matches(c.Key, c.Chain.Leaf); err != nil {
		return nil, fmt.Errorf("making an issuer: %w", err)
	}
	i := &Issuer{c: c, owner: owner}
	i.lists, _ = c.Store.(StatusStore)
	i.keys, _ = c.Store.(KeyKeeper)
	if err := i.checkPublic(); err != nil {
		return nil, fmt.Errorf("making an issuer: %w", err)
	}
	return i, nil
}

// Issue is IssueAs for the EDC form.
func (i *Issuer) Issue(ctx context.Context, r assessment.Result) (credential.Signed, error) {
	return i.IssueAs(ctx, r, credential.EDC)
}

// IssueAs is IssueCopy for the one copy of a form that the body itself issues,
// bound to nobody.
func (i *Issuer) IssueAs(ctx context.Context, r assessment.Result, f credential.Form) (credential.Signed, error) {
	return i.IssueCopy(ctx, r, Copy{Form: f})
}

// issuerID is the id that a Draft gives the issuer.
func (i *Issuer) issuerID() string {
	return OrganisationID(i.owner.Country, i.owner.OrganizationIdentifier)
}

// owns tells whether the issuer of a document is the owner of the certificate,
// under the id that the form gives it.
func (i *Issuer) owns(a elm.Actor, id string) bool {
	o, ok := a.(*elm.Organisation)
	if !ok || o.ID != id || o.EIDASIdentifier == nil || o.EIDASIdentifier.Notation != i.owner.OrganizationIdentifier {
		return false
	}
	for _, texts := range o.LegalName {
		if slices.Contains(texts, i.owner.LegalName) {
			return true
		}
	}
	return false
}

// Resume seals what a crash has left reserved, and tells how many. It goes on
// past a Reservation that fails; the error names each of them. The Store must
// be a Leaser.
func (i *Issuer) Resume(ctx context.Context) (sealed int, err error) {
	l, ok := i.c.Store.(Leaser)
	if !ok {
		return 0, fmt.Errorf("resuming: %T holds one copy: give the same order again", i.c.Store)
	}
	if err := checkChain(i.c.Chain, i.c.Now()); err != nil {
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
	m, err := i.mechanism(r.Form, holder{anybody: true})
	if err == nil {
		err = m.mayFinish(ctx, r)
	}
	if err != nil {
		return fmt.Errorf("sealing credential %s: %w", r.ID, err)
	}
	_, err = i.finish(ctx, m, r)
	return err
}

// finish signs what was reserved, verifies it with the public key, and seals
// it. The bytes leave only after that.
func (i *Issuer) finish(ctx context.Context, m mechanism, r Reservation) (credential.Signed, error) {
	file, err := m.sign(ctx, r.Input)
	if err != nil {
		return credential.Signed{}, fmt.Errorf("signing credential %s: %w", r.ID, err)
	}
	if err := m.verify(ctx, r, file); err != nil {
		return credential.Signed{}, fmt.Errorf("verifying credential %s before it leaves: %w", r.ID, err)
	}
	// Nothing leaves that points at a list which cannot be had.
	if _, err := i.publishChanged(ctx); err != nil {
		return credential.Signed{}, fmt.Errorf("publishing the status of credential %s before it leaves: %w", r.ID, err)
	}
	signed := credential.Signed{ID: r.ID, Draft: r.Draft, Form: r.Form, Bytes: file}
	if err := i.c.Store.Seal(ctx, r.ID, signed); err != nil {
		return credential.Signed{}, err
	}
	return signed, nil
}
