package issuer

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/status"
)

// listsAtOnce bounds the lists that are signed and kept in one transaction.
const listsAtOnce = 256

// Publish signs the status lists of the body that are new, say something else
// than what is published, or have lived half of their life, and tells how many.
// It also records the key of the Issuer, if that is new. Who serves lists calls
// it at the start and now and then.
//
// What one call signs is kept in one transaction, or a few where it is hundreds
// of lists: a crash leaves every list as it was or as it is now.
func (i *Issuer) Publish(ctx context.Context) (signed int, err error) {
	if err := i.keepName(ctx); err != nil {
		return 0, err
	}
	return i.publish(ctx, i.c.Now().UTC())
}

// publishChanged is Publish without the lists that are only old, for callers who
// wait. It costs one small query where nothing has changed.
func (i *Issuer) publishChanged(ctx context.Context) (signed int, err error) {
	return i.publish(ctx, time.Time{})
}

func (i *Issuer) publish(ctx context.Context, old time.Time) (signed int, err error) {
	if i.lists == nil {
		return 0, nil
	}
	for {
		due, err := i.lists.DueLists(ctx, i.c.Body, old, listsAtOnce)
		if err != nil || len(due) == 0 {
			return signed, err
		}
		if err := i.keepName(ctx); err != nil { // a key that was replaced signs no more lists
			return signed, err
		}
		made, err := i.signLists(ctx, due)
		if err != nil {
			return signed, err
		}
		if err := i.lists.KeepLists(ctx, made); err != nil {
			return signed, err
		}
		signed += len(made)
		// A list that was changed again meanwhile is the business of who
		// changed it. What is published now holds all that was asked before.
		if len(due) < listsAtOnce {
			return signed, nil
		}
	}
}

func (i *Issuer) signLists(ctx context.Context, due []status.Contents) ([]status.Signed, error) {
	s, err := i.listSigner()
	if err != nil {
		return nil, fmt.Errorf("signing status lists: %w", err)
	}
	now := i.c.Now().UTC().Truncate(time.Second)
	made := make([]status.Signed, len(due))
	for n, c := range due {
		if made[n], err = status.Sign(ctx, c, s, status.URL(c.Origin, c.Kind, c.ID), now); err != nil {
			return nil, fmt.Errorf("signing status list %s: %w", c.ID, err)
		}
	}
	return made, nil
}

// reserve is Store.Reserve for a Draft of the body.
func (i *Issuer) reserve(ctx context.Context, d credential.Draft, k CopyKey, build BuildFunc) (Reservation, error) {
	if i.c.Body != "" && d.Body != i.c.Body {
		return Reservation{}, fault.New(fault.Invalid, "issue.body.other", nil).With("Have", d.Body).With("Want", i.c.Body)
	}
	// Another process may publish the body's lists elsewhere between the two steps;
	// whoever issues last says where the new ones lie.
	for range 10 {
		if err := i.keepName(ctx); err != nil {
			return Reservation{}, err
		}
		r, err := i.c.Store.Reserve(ctx, d, k, i.within(build))
		if !errors.Is(err, errMoved) {
			return r, err
		}
		i.named.Store(false)
	}
	return Reservation{}, errMoved
}

// errMoved says that new status lists of the body are published under another
// origin than this Issuer's.
var errMoved = errors.New("the status lists of the body are published at another address")

// within is build for entries that this Issuer's lists have.
func (i *Issuer) within(build BuildFunc) BuildFunc {
	return func(d credential.Draft, id credential.ID, entries []status.Entry) ([]byte, error) {
		// Without a place where lists are published, no credential names one.
		if len(entries) > 0 && (i.lists == nil || i.c.PublicURL == "" || d.Body != i.c.Body) {
			return nil, fmt.Errorf("draft %s of body %q has status entries that nobody would publish", d.ID, d.Body)
		}
		for _, e := range entries {
			if e.URL != status.URL(i.c.PublicURL, e.Kind, e.List) {
				return nil, errMoved
			}
		}
		return build(d, id, entries)
	}
}

// NamedByKey is the name in a StatusStore of an Issuer without a did:web: its key
// names it, whichever that is, for KeepKey knows.
const NamedByKey = "key"

// keepName records with which key the body issues, and, once for this Issuer,
// where its lists lie and who signs them. A key that was replaced is refused.
func (i *Issuer) keepName(ctx context.Context) error {
	if i.keys != nil && i.c.Body != "" {
		if err := i.keys.KeepKey(ctx, i.c.Body, i.c.Chain, i.c.Now().UTC()); err != nil {
			return err
		}
	}
	if i.lists == nil || i.named.Load() {
		return nil
	}
	name := i.c.DID
	if name == "" {
		name = NamedByKey
	}
	if err := i.lists.PublishedAs(ctx, i.c.Body, i.c.PublicURL, name); err != nil {
		return err
	}
	i.named.Store(true)
	return nil
}

// listSigner names the Issuer in status lists as in the forms whose issuer is a
// DID. An RSA key without a did:web has none there; its lists go by its did:jwk.
func (i *Issuer) listSigner() (status.Signer, error) {
	s := status.Signer{Key: i.c.Key, Chain: i.c.Chain}
	n, err := i.identity()
	if err == nil {
		s.DID, s.Method = n.did, n.token
	} else if i.c.DID == "" {
		err = nil
	}
	return s, err
}

var bodyID = regexp.MustCompile(`^[a-z0-9-]{2,40}$`)

// checkPublic holds what a Config says of the Issuer's public face.
func (i *Issuer) checkPublic() error {
	c := i.c
	switch {
	case c.Body != "" && !bodyID.MatchString(c.Body):
		return fmt.Errorf("%q is no id of a body", c.Body)
	case c.PublicURL != "" && !IsOrigin(c.PublicURL):
		return fmt.Errorf("%q is no public origin: https, or http at a loopback address, with nothing behind the host", c.PublicURL)
	case i.lists != nil && (c.PublicURL == "" || c.Body == ""):
		return fmt.Errorf("%T keeps status lists: body and public URL are needed", c.Store)
	}
	if c.DID != "" {
		if _, err := keys.DIDWebURL(c.DID); err != nil {
			return fmt.Errorf("%q cannot name an issuer: %w", c.DID, err)
		}
	}
	return nil
}

// IsOrigin tells whether s is an origin, letter for letter as addresses below it
// begin.
func IsOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Scheme+"://"+u.Host != s || strings.ToLower(s) != s {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	a, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && err == nil && a.IsLoopback()
}
