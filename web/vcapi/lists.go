package vcapi

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/status"
)

// mostLists is how many lists of one purpose an instance opens.
const mostLists = 4

// slots are the kinds of entries that can be asked for.
var slots = map[status.Purpose]status.Slot{
	status.Revocation: {Kind: status.Bitstring, Purpose: status.Revocation, Size: 1},
	status.Suspension: {Kind: status.Bitstring, Purpose: status.Suspension, Size: 1},
	status.Message:    {Kind: status.Bitstring, Purpose: status.Message, Size: 2},
}

var (
	errFull       = fault.New(fault.Unavailable, "vcapi.refused.full", nil)
	errNoEntry    = fault.New(fault.NotFound, "vcapi.refused.entry", nil)
	errForGood    = refused(problem{kind: malformedValue, code: proof.Status, key: "vcapi.refused.revoked"})
	errCredential = fault.New(fault.NotFound, "vcapi.refused.credential", nil)
)

// A board is the status lists of one instance. It lives in memory, and forgets
// nothing until the program ends.
type board struct {
	base    string // address of a list, up to its id
	signer  status.Signer
	now     func() time.Time
	most    int // lists of one purpose
	entries int // of one list that are given out

	mu    sync.Mutex
	lists map[string]*list           // by id; guarded by mu
	open  map[status.Purpose][]*list // the last one has room; guarded by mu
	held  map[string][]status.Entry  // by the id of a credential; guarded by mu
}

// A list is one status list.
type list struct {
	id, url string
	slot    status.Slot

	draw    draw                 // guarded by board.mu
	set     map[int]status.State // guarded by board.mu
	version int64                // guarded by board.mu

	signing sync.Mutex
	signed  status.Signed // as it was published last; guarded by signing
}

func newBoard(cfg Config, in *instance) (*board, error) {
	u, err := url.Parse(cfg.PublicURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || cfg.PublicURL != u.Scheme+"://"+u.Host {
		return nil, errors.New("status lists need a public URL that is an origin")
	}
	return &board{
		base:   cfg.PublicURL + "/vc-api/" + in.Name + "/lists/",
		signer: status.Signer{Key: in.Key, DID: in.did, Method: in.method},
		now:    cfg.Now, most: mostLists, entries: status.Entries,
		lists: map[string]*list{}, open: map[status.Purpose][]*list{}, held: map[string][]status.Entry{},
	}, nil
}

// allot takes an entry for each purpose. Nobody else ever gets it.
func (b *board) allot(purposes []status.Purpose) ([]status.Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	entries := make([]status.Entry, 0, len(purposes))
	for _, p := range purposes {
		l, err := b.room(p)
		if err != nil {
			return nil, err
		}
		index, err := l.draw.next()
		if err != nil {
			return nil, err
		}
		entries = append(entries, status.Entry{Slot: l.slot, List: l.id, Index: index, URL: l.url})
	}
	return entries, nil
}

// room gives a list with a free entry. mu is held.
func (b *board) room(p status.Purpose) (*list, error) {
	open := b.open[p]
	if n := len(open); n > 0 && open[n-1].draw.left > 0 {
		return open[n-1], nil
	}
	if len(open) >= b.most {
		return nil, errFull
	}
	id := uuid.NewString()
	l := &list{id: id, url: b.base + id, slot: slots[p], draw: draw{left: b.entries}, set: map[int]status.State{}, version: 1}
	b.lists[id], b.open[p] = l, append(open, l)
	return l, nil
}

// record keeps which entries a credential has.
func (b *board) record(id string, entries []status.Entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held[id] = append(b.held[id], entries...)
}

// own tells whether an address is one of this board's.
func (b *board) own(address string) bool { return strings.HasPrefix(address, b.base) }

// holds tells whether a credential has an entry.
func (b *board) holds(id, address string, index int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.held[id] {
		if e.URL == address && int64(e.Index) == index {
			return true
		}
	}
	return false
}

// find gives the list at an address, or nil.
func (b *board) find(address string) *list { return b.byID(strings.TrimPrefix(address, b.base)) }

func (b *board) byID(id string) *list {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lists[id]
}

// change brings the entries of a credential that pick chooses into a State: all
// of them or none. What was revoked stays so. It gives the lists that changed,
// and how many entries were chosen.
func (b *board) change(id string, pick func(status.Entry) bool, to status.State) ([]*list, int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	held, ok := b.held[id]
	if !ok {
		return nil, 0, errCredential
	}
	var chosen []status.Entry
	for _, e := range held {
		if !pick(e) {
			continue
		}
		if b.lists[e.List].set[e.Index] == status.Revoked && to != status.Revoked {
			return nil, 0, errForGood
		}
		chosen = append(chosen, e)
	}
	if len(chosen) == 0 {
		return nil, 0, errNoEntry
	}
	changed := map[string]*list{}
	for _, e := range chosen {
		l := b.lists[e.List]
		if l.set[e.Index] == to {
			continue
		}
		l.set[e.Index] = to
		l.version++
		changed[e.List] = l
	}
	out := make([]*list, 0, len(changed))
	for _, l := range changed {
		out = append(out, l)
	}
	return out, len(chosen), nil
}

// publish gives a list as it is now, signed anew where it has changed or half of
// its time is over.
func (b *board) publish(ctx context.Context, l *list) (status.Signed, error) {
	l.signing.Lock()
	defer l.signing.Unlock()
	b.mu.Lock()
	c := status.Contents{ID: l.id, Slot: l.slot, Version: l.version, Set: maps.Clone(l.set)}
	b.mu.Unlock()
	now := b.now()
	if l.signed.Version == c.Version && !now.Before(l.signed.SignedAt) && now.Before(l.signed.SignedAt.Add(status.Lifetime/2)) {
		return l.signed, nil
	}
	signed, err := status.Sign(ctx, c, b.signer, l.url, now)
	if err != nil {
		return status.Signed{}, fmt.Errorf("publishing a status list: %w", err)
	}
	l.signed = signed
	return signed, nil
}

// A draw gives the numbers from 0 to left-1, each once, in an order that nobody
// can foretell: Fisher and Yates's shuffle, of which only what was moved is kept.
type draw struct {
	left  int
	moved map[int]int
}

func (d *draw) next() (int, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(d.left)))
	if err != nil {
		return 0, fmt.Errorf("drawing an entry: %w", err)
	}
	if d.moved == nil {
		d.moved = map[int]int{}
	}
	at := func(i int) int {
		if v, ok := d.moved[i]; ok {
			return v
		}
		return i
	}
	i, last := int(n.Int64()), d.left-1
	drawn := at(i)
	if i != last {
		d.moved[i] = at(last)
	}
	delete(d.moved, last)
	d.left--
	return drawn, nil
}
