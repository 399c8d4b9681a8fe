// Package portfolio keeps what a candidate shows for an assessment: items of
// evidence, each a file and what is said about it, the sets that were frozen
// from them, and the bodies that a set was handed in to.
//
// Start with Portfolio.Receive and Add for an item, then Freeze and HandIn.
//
// It promises that
//   - everything belongs to the person who uploaded it: what is another's
//     answers as what does not exist, to everybody, with any role;
//   - nothing reaches a body but by HandIn, which names the purpose and the end
//     and which the person confirms; and then no file, no name of a file and no
//     text does, only the root of the set, its unit, its time and its count;
//   - what stands in a frozen set cannot be changed unnoticed, and can still be
//     deleted by its owner;
//   - a file is kept whole under a name that tells neither its owner nor its
//     content, is never written twice, and goes with its item.
package portfolio

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
)

// A Store keeps the rows. Every method is one transaction, and each asks for the
// person: what is not this person's is NotFound.
type Store interface {
	// ReserveFile takes room for a file before its bytes are kept. Files that
	// are kept and those on their way count together; where they would be more
	// than the limits allow it is a Conflict.
	ReserveFile(ctx context.Context, person access.PersonID, f FileRoom, l Limits) error

	// AddItem keeps an item, and its file, for which room was reserved, with it.
	// A reservation that was given up meanwhile is a Conflict.
	AddItem(ctx context.Context, i Item) error

	// GiveUp marks a file for removal, unless an item has it: that tells kept.
	GiveUp(ctx context.Context, name string) (kept bool, err error)

	// Items gives all items of a person, the newest first.
	Items(ctx context.Context, person access.PersonID) ([]Item, error)
	Item(ctx context.Context, person access.PersonID, id ItemID) (Item, error)

	// EditItem changes the texts of an item. One in a frozen set is a Conflict.
	EditItem(ctx context.Context, i Item) error

	// DeleteItem forgets an item and marks its file for removal. What a frozen
	// set holds of it stays: a salt and a digest.
	DeleteItem(ctx context.Context, person access.PersonID, id ItemID) error

	// Usage tells what a person's files take up.
	Usage(ctx context.Context, person access.PersonID) (Usage, error)

	// Freeze keeps a set. An item that is not there any more, or was changed
	// since it was read, is a Conflict, and so is a set beyond the limit.
	Freeze(ctx context.Context, s Set, items []Item, l Limits) error

	// Sets gives all sets of a person, the newest first, each with the releases
	// of it; Set gives one with its members too.
	Sets(ctx context.Context, person access.PersonID) ([]Set, error)
	Set(ctx context.Context, person access.PersonID, id SetID) (Set, error)

	// DeleteSet forgets a set and its releases. One that a body may still use is
	// a Conflict.
	DeleteSet(ctx context.Context, person access.PersonID, id SetID) error

	// Release hands a set in. One that its body has already, and may still use,
	// is a Conflict.
	Release(ctx context.Context, r Release) error

	// WithdrawRelease ends a release. One that was used is a Conflict; ending
	// one that has ended changes nothing.
	WithdrawRelease(ctx context.Context, person access.PersonID, id ReleaseID) error

	// Handed gives the sets that were handed in to a body and that it may use
	// now, the oldest first.
	Handed(ctx context.Context, body access.BodyID) ([]Handed, error)

	// Removals gives names of files that are to be removed: those of deleted
	// items, and those on their way since before the given time. The latter are
	// given up with that. Those that failed least often come first.
	Removals(ctx context.Context, stale time.Time, limit int) ([]string, error)

	// Removed forgets a file that is gone; NotRemoved counts a try that failed.
	Removed(ctx context.Context, name string) error
	NotRemoved(ctx context.Context, name string) error
}

// Blobs keeps the files.
type Blobs interface {
	// Put keeps what r gives under a name, all of it or nothing. A name that is
	// taken is a Conflict, and keeps what it has.
	Put(ctx context.Context, name string, r io.Reader) error

	// Open gives what is kept under a name; NotFound where there is nothing.
	Open(ctx context.Context, name string) (io.ReadCloser, error)

	// Remove takes away what is kept under a name. There may be nothing.
	Remove(ctx context.Context, name string) error
}

// Limits bound what one person can keep.
type Limits struct {
	File  int64 // bytes of one file
	Total int64 // bytes of all files of a person
	Items int   // items of a person
	Sets  int   // frozen sets of a person
}

// DefaultLimits let somebody keep an hour of video from a phone.
func DefaultLimits() Limits {
	return Limits{File: 256 << 20, Total: 2 << 30, Items: 500, Sets: 200}
}

// Usage is what a person's files take up.
type Usage struct {
	Bytes int64
	Items int
}

// Config is what a Portfolio needs.
type Config struct {
	Store Store
	Blobs Blobs

	// Spool is the folder in which files wait until they are whole; empty means
	// the folder of the system.
	Spool string

	// Unit tells whether a unit exists, by its id; Body whether a body takes
	// evidence.
	Unit func(ctx context.Context, id string) (bool, error)
	Body func(ctx context.Context, id access.BodyID) (bool, error)

	Limits Limits // the zero value means DefaultLimits
	Now    func() time.Time
	Log    *slog.Logger // for files that could not be removed; nil means none
}

// A Portfolio does what a candidate asks for. It is safe for concurrent use.
type Portfolio struct {
	cfg Config

	mu       sync.Mutex
	arriving map[access.PersonID]int // guarded by mu: files on their way
	all      int                     // guarded by mu: of everybody
}

// How many files may be on their way at once, of everybody and of one person.
const (
	mostArriving = 48
	mostOfOne    = 3
)

// turn lets one more file of a person arrive, until its end is told. Too many
// at once are refused.
func (p *Portfolio) turn(person access.PersonID) (end func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all >= mostArriving || p.arriving[person] >= mostOfOne {
		return nil, fault.New(fault.TooMany, "portfolio.busy", nil)
	}
	p.all++
	p.arriving[person]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.all--
		if p.arriving[person]--; p.arriving[person] == 0 {
			delete(p.arriving, person)
		}
	}, nil
}

// New makes a Portfolio.
func New(cfg Config) *Portfolio {
	if cfg.Limits == (Limits{}) {
		cfg.Limits = DefaultLimits()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Portfolio{cfg: cfg, arriving: make(map[access.PersonID]int)}
}

// Limits are what one person can keep.
func (p *Portfolio) Limits() Limits { return p.cfg.Limits }

func (p *Portfolio) now() time.Time { return p.cfg.Now().UTC().Truncate(time.Second) }

// none is the answer for what is not there and for what is another's.
func none() error { return fault.New(fault.NotFound, "portfolio.none", nil) }
