package status

import (
	"crypto"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/keys"
)

// A List is a status list whose signature holds. Nobody changes a List; it may
// be used by many at once.
type List struct {
	Kind Kind
	URL  string // under which it was asked for, and which it says it has

	Purposes []Purpose // of Bitstring
	Size     int       // bits of one entry; of Bitstring zero, unless the list says it

	Signer   SignerOf
	SignedAt time.Time     // zero where it does not say
	Expires  time.Time     // zero where it does not say
	TTL      time.Duration // how long it may be kept; zero where it does not say

	// From tells whether the List is what its issuer says now, or a copy from
	// earlier.
	From From

	// stale is set where the List is older than may be relied on, and says why
	// there is no newer one. What it says was revoked is so for ever; all else
	// may have changed since.
	stale *Error

	bits bits
}

// A From is where a List came from.
type From int

// The zero From is the weaker one.
const (
	Snapshot From = iota // a signed copy from earlier; SignedAt says how old it is
	Fresh                // from the place that the credential names, not longer ago than its TTL
)

// String gives the name for the log.
func (f From) String() string {
	if f == Fresh {
		return "fresh"
	}
	return "snapshot"
}

// A SignerOf is whose signature a List has. Whether that is somebody who may
// speak for a credential is not decided here.
type SignerOf struct {
	Key crypto.PublicKey

	// DID and Method name the key, where the document of the DID confirms it:
	// it lists the method for assertions, with this very key. Otherwise both
	// are empty, whatever the list says of its issuer.
	DID, Method string

	// Issuer is the web address of the issuer under whose keys Key was found;
	// empty where the list names its key otherwise.
	Issuer string

	// Chain is the certificates that came along, each signed by the next; Leaf
	// is that of Key. It is empty where none came.
	Chain keys.Chain
}

// Entries is how many entries the list has.
func (l *List) Entries() int64 { return l.bits.count(max(l.Size, 1)) }

// At gives the value of an entry. A Bitstring list that does not say how wide
// its entries are is read with one bit each: Reference.Judge knows better. An
// index that the list does not have is an *Error with the Problem Range.
func (l *List) At(index int64) (uint8, error) { return l.value(index, max(l.Size, 1)) }

func (l *List) value(index int64, size int) (uint8, error) {
	switch {
	case !validSize(size):
		return 0, wrong("status.unknown", fmt.Errorf("entries of %d bits", size))
	case index < 0:
		return 0, refuse(Range, "status.entry.range", errors.New("a negative index"))
	case index >= l.bits.count(size):
		return 0, refuse(Range, "status.entry.range", fmt.Errorf("the list has %d entries", l.bits.count(size)))
	}
	return l.bits.at(index, size), nil
}

// weight is about how many bytes the List takes.
func (l *List) weight() int64 { return int64(cap(l.bits.data)) + 8<<10 }
