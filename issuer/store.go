package issuer

import (
	"context"
	"errors"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/status"
)

// A CopyKey says which copy of a credential is wanted: the same key twice is
// the same copy. It is compared byte by byte.
type CopyKey struct {
	Form    credential.Form
	Holder  string // RFC 7638 thumbprint of the holder's key; empty for forms that are bound to no key
	Request string // the issuance request; the id of the Result where the body itself issues
}

// A BuildFunc makes the exact bytes to be signed of a Draft under a credential
// id, with its entries in status lists. It is pure: the same arguments give the
// same bytes, nothing outside is changed, and a Store may call it more than once
// or throw its answer away.
type BuildFunc func(d credential.Draft, id credential.ID, entries []status.Entry) ([]byte, error)

// A Reservation is a promise to seal exactly these bytes under exactly this
// id. Only a Store makes one, and only what is reserved is ever signed.
type Reservation struct {
	ID    credential.ID
	Draft credential.DraftID
	Form  credential.Form
	Input []byte // the bytes to be signed, as the build function gave them
}

// Store keeps what has been promised and what has been sealed.
//
// Every method is safe for concurrent use, by several processes too. When a
// method returns without an error, what it kept survives a crash of the
// process and of the machine. When it returns an error, nothing was kept, or
// all of it was: asking again with the same arguments tells, and never makes a
// second one. An error whose fault.Kind is Conflict is final; any other may be
// tried again.
//
// Package storetest holds each of these promises as a test.
type Store interface {
	// SaveResult keeps r. The same Result again changes nothing; another
	// Result of that body under the id of a kept one is a Conflict. Ids of
	// Results and issuance requests are the body's own.
	SaveResult(ctx context.Context, r assessment.Result) error

	// Reserve takes a random id for one copy of a Draft and a random free entry
	// for each status.Slot of its form, lets build make the exact bytes to be
	// signed from these, and keeps all of it, in one transaction. The Draft is
	// d where the Result of d has none yet. A Result that has one keeps it,
	// and build is given that one whatever d is now: all forms and copies of
	// a Result are made from one Draft. (A Store of one copy may know the
	// earlier Draft or not; it says which.)
	//
	// The same key gives the same Reservation, with its first draft and bytes
	// whatever d and build are now, until it is sealed; then it is a Conflict
	// that wraps ErrSealed. An error of build is returned and nothing is
	// kept. The Result of d must have been saved.
	//
	// Only a StatusStore gives entries. No place is given twice, whoever asks
	// and however many ask at once; an error of build gives its entries back
	// unused. A Draft that is revoked or suspended gets no new copies: a
	// Conflict. What was reserved before is still given.
	//
	// Where the Store is a Leaser, the caller holds a lease on the Reservation
	// for some minutes, during which Overdue passes it over.
	Reserve(ctx context.Context, d credential.Draft, k CopyKey, build BuildFunc) (Reservation, error)

	// Seal keeps the signed bytes of the Reservation id, exactly once. The
	// very same bytes again change nothing; other bytes are a Conflict that
	// wraps ErrSealed. A Signed whose id, draft or form is not that of the
	// Reservation is Invalid, an id that was never reserved is NotFound, and
	// nothing is kept of either.
	Seal(ctx context.Context, id credential.ID, s credential.Signed) error
}

// A Leaser is a Store that hands out what a crash has left, for Resume. A Store
// that holds one copy has no need of it: the same order again resumes that one.
type Leaser interface {
	// Overdue takes the lease of up to limit open Reservations whose lease
	// ran out and gives them for resuming, the oldest first. Two callers
	// never get the same one within a lease. An error beside Reservations
	// names others that are damaged and cannot be resumed.
	Overdue(ctx context.Context, limit int) ([]Reservation, error)
}

// A StatusStore is a Store that keeps status lists, and how it stands with every
// copy. Each body has lists of its own, and of each status.Slot one that takes
// new entries.
type StatusStore interface {
	// SetState changes how it stands with all copies of a Draft of a body, of
	// every form, or with one of them, and tells with how many that was
	// another State before. All of it is one transaction: the entries, the
	// lists that now say something else, and a record of the Change. A Draft
	// that is revoked or suspended stays so for copies that are asked for
	// later.
	//
	// A copy is in the worse of the State it was given alone and that of its
	// Draft: revoked, then suspended, then valid. So copies that were suspended
	// or revoked singly stay so whatever happens to their Draft. To revoke holds
	// for ever: to suspend or reinstate what was revoked is a Conflict. Whatever
	// is in the State already changes nothing and leaves no record. To reinstate one copy of a Draft that is
	// suspended as a whole is a Conflict. So is any Change of what has no
	// entries, since nobody would see it. A Draft or copy that the body does
	// not have is NotFound; a Change that does not say who makes it and why,
	// with a reason for that State, is Invalid.
	SetState(ctx context.Context, body string, c Change, to status.State) (copies int, err error)

	// DueLists gives up to limit lists of a body that have to be signed: first
	// those that are new or say something else since they were kept, then
	// those past half of their life at a time. At the zero time it gives the
	// former only. What a list says is at least what its version says.
	DueLists(ctx context.Context, body string, at time.Time, limit int) ([]status.Contents, error)

	// PublishedAs records below which origin new lists of a body are opened
	// and by which name it signs them. Lists that are there already stay
	// where credentials name them; where the name was another before, all
	// lists of the body become due.
	PublishedAs(ctx context.Context, body, origin, name string) error

	// KeepLists keeps signed lists, all or none, as what is published. One
	// that is older than what is kept is passed over, and one that was
	// changed again meanwhile stays due. Nobody ever sees half of a list, or
	// an older version after a newer one.
	KeepLists(ctx context.Context, lists []status.Signed) error
}

// A KeyKeeper is a Store that keeps which keys a body signs with.
type KeyKeeper interface {
	// KeepKey records that a body signs with the key of a certificate chain
	// from a time on. The key that it signed with until then is replaced
	// within a second from that time, and its lists become due. The key in
	// use again changes nothing; one that was replaced or revoked before is a
	// Conflict.
	KeepKey(ctx context.Context, body string, c keys.Chain, at time.Time) error
}

// ErrSealed says that the copy asked for was sealed before.
var ErrSealed = errors.New("sealed before")
