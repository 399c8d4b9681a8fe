package issuer

import (
	"context"
	"errors"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
)

// A CopyKey says which copy of a credential is wanted: the same key twice is
// the same copy. It is compared byte by byte.
type CopyKey struct {
	Form    credential.Form
	Holder  string // RFC 7638 thumbprint of the holder's key; empty for edc, which is bound to no key
	Request string // the issuance request; for edc the id of the Result
}

// A BuildFunc makes the exact bytes to be signed for a credential id. It is
// pure: the same id gives the same bytes, nothing outside is changed, and a
// Store may call it more than once or throw its answer away.
type BuildFunc func(id credential.ID) ([]byte, error)

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
	// Result under the id of a kept one is a Conflict.
	SaveResult(ctx context.Context, r assessment.Result) error

	// Reserve takes a random id for one copy of d, lets build make the exact
	// bytes to be signed from it, and keeps d, the id and the bytes, in one
	// transaction. The same key gives the same Reservation, with its first
	// draft and bytes whatever d and build are now, until it is sealed; then
	// it is a Conflict that wraps ErrSealed. An error of build is returned and
	// nothing is kept. The Result of d must have been saved.
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

// ErrSealed says that the copy asked for was sealed before.
var ErrSealed = errors.New("sealed before")
