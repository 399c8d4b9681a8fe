package portfolio

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
)

// A SetID names a frozen set: a UUIDv4 in text form.
type SetID string

// A Set is evidence of one unit as it stood at one time. It never changes.
type Set struct {
	ID       SetID
	Person   access.PersonID
	Unit     string
	Frozen   time.Time
	Root     evidence.Root
	Count    int
	Evidence evidence.Set // with all salts; empty where sets are listed
	Members  []Member     // empty where sets are listed
	Releases []Release    // the newest first
}

// A Member is an item as it stands in a set.
type Member struct {
	Item ItemID
	Gone bool // its owner deleted it since
}

// Freeze makes a set of items of one unit, in the order given. Nothing of it
// changes any more: not the files, not what is said of them.
func (p *Portfolio) Freeze(ctx context.Context, a access.Actor, unit string, ids []ItemID) (Set, error) {
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return Set{}, err
	}
	if len(ids) == 0 {
		return Set{}, fault.New(fault.Invalid, "portfolio.set.empty", nil)
	}
	if len(ids) > p.cfg.Limits.Items {
		return Set{}, fault.New(fault.Invalid, "portfolio.items.full", nil).With("Max", p.cfg.Limits.Items)
	}
	all, err := p.cfg.Store.Items(ctx, a.Person)
	if err != nil {
		return Set{}, err
	}
	var chosen []Item
	for _, id := range ids {
		i := slices.IndexFunc(all, func(i Item) bool { return i.ID == id })
		if i < 0 {
			return Set{}, none()
		}
		if all[i].Unit != unit {
			return Set{}, fault.New(fault.Invalid, "portfolio.set.units", nil)
		}
		if slices.ContainsFunc(chosen, func(c Item) bool { return c.ID == id }) {
			return Set{}, fault.New(fault.Invalid, "portfolio.set.twice", nil)
		}
		chosen = append(chosen, all[i])
	}
	said := make([]evidence.Item, len(chosen))
	for i, c := range chosen {
		said[i] = c.evidence()
	}
	frozen, err := evidence.Freeze(said, nil)
	if err != nil {
		return Set{}, fmt.Errorf("freezing evidence: %w", err)
	}
	s := Set{
		ID: SetID(uuid.NewString()), Person: a.Person, Unit: unit, Frozen: p.now(),
		Root: frozen.Root(), Count: frozen.Len(), Evidence: frozen,
	}
	for _, c := range chosen {
		s.Members = append(s.Members, Member{Item: c.ID})
	}
	return s, p.cfg.Store.Freeze(ctx, s, chosen, p.cfg.Limits)
}

// evidence is what a frozen set says of an item. What has no place of its own
// there stands below what the item shows, in fixed words: the root covers it.
func (i Item) evidence() evidence.Item {
	said := []string{i.Shows, "Date of the work: " + i.Day.Format(time.DateOnly)}
	if i.Task != "" {
		said = append(said, "Task: "+i.Task)
	}
	if i.People != "" {
		said = append(said, "Who is where: "+i.People)
	}
	if i.Own {
		said = append(said, "The candidate declares: this is my own work.")
	}
	return evidence.Item{
		Digest: i.File.Digest, Size: i.File.Size, MediaType: i.File.Type, Kind: string(i.Kind), Unit: i.Unit,
		Title: i.Title, Shows: strings.Join(said, "\n\n"),
	}
}

// Sets gives the sets of the Actor, the newest first.
func (p *Portfolio) Sets(ctx context.Context, a access.Actor) ([]Set, error) {
	if err := a.Myself(access.ScopeMine); err != nil {
		return nil, err
	}
	return p.cfg.Store.Sets(ctx, a.Person)
}

// Set gives one set of the Actor.
func (p *Portfolio) Set(ctx context.Context, a access.Actor, id SetID) (Set, error) {
	if err := a.Myself(access.ScopeMine); err != nil {
		return Set{}, err
	}
	if uuid.Validate(string(id)) != nil {
		return Set{}, none()
	}
	return p.cfg.Store.Set(ctx, a.Person, id)
}

// DeleteSet forgets a set: its root may stand in a credential for ever, but nobody
// can show any more what it stands for. One that a body may still use must be
// withdrawn first.
func (p *Portfolio) DeleteSet(ctx context.Context, a access.Actor, id SetID) error {
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	if uuid.Validate(string(id)) != nil {
		return none()
	}
	return p.cfg.Store.DeleteSet(ctx, a.Person, id)
}

// Proof gives the file that shows one item of a set, counted from 0, to somebody
// who has the root, together with the item's file. It tells nothing of the other
// items but their number.
func (p *Portfolio) Proof(ctx context.Context, a access.Actor, id SetID, index int) (json.RawMessage, Member, error) {
	s, err := p.Set(ctx, a, id)
	if err != nil {
		return nil, Member{}, err
	}
	if index < 0 || index >= s.Evidence.Len() || index >= len(s.Members) {
		return nil, Member{}, none()
	}
	proof, err := s.Evidence.Proof(index)
	if err != nil {
		return nil, Member{}, err
	}
	data, err := proof.JSON()
	return data, s.Members[index], err
}
