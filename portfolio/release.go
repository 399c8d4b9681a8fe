package portfolio

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
)

// A ReleaseID names a release: a UUIDv4 in text form.
type ReleaseID string

// The length of a purpose in characters, and how long a set can be handed in for.
const (
	MaxPurpose = 500
	MaxRelease = 366 * 24 * time.Hour
)

// A Release hands a set in to a body: who gets what, for which purpose, until
// when (R77). The body gets the root, not the files.
type Release struct {
	ID        ReleaseID
	Set       SetID
	Person    access.PersonID
	Body      access.BodyID
	Purpose   string
	At        time.Time
	Until     time.Time
	Withdrawn time.Time // zero: not
	Used      time.Time // when the body put it into a result; zero: not yet
	Result    string    // the id of that result
}

// Open tells whether the body may still use the release.
func (r Release) Open(now time.Time) bool {
	return r.Withdrawn.IsZero() && r.Used.IsZero() && now.Before(r.Until)
}

// Handed is what a body sees of a set that was handed in to it: no file, no
// name of a file, no text of an item.
type Handed struct {
	Release ReleaseID
	Set     SetID
	Person  access.PersonID
	Name    string // of the person, as in the account
	Unit    string
	Root    evidence.Root
	Items   int
	Frozen  time.Time
	At      time.Time
	Until   time.Time
	Purpose string
}

// HandIn releases a set to a body. Without confirmed, the word of the person that
// they read what this means, nothing is released (R77).
func (p *Portfolio) HandIn(ctx context.Context, a access.Actor, id SetID, body access.BodyID, purpose string, until time.Time, confirmed bool) (Release, error) {
	s, err := p.Set(ctx, a, id)
	if err != nil {
		return Release{}, err
	}
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return Release{}, err
	}
	now := p.now()
	var l fault.List
	purpose = text("$.purpose", purpose, MaxPurpose, true, &l)
	if purpose == "" {
		l.Add("$.purpose", "portfolio.purpose.none", "R77")
	}
	known := false
	if _, err := access.ParseBodyID(string(body)); err == nil {
		if known, err = p.cfg.Body(ctx, body); err != nil {
			return Release{}, err
		}
	}
	if !known {
		l.Add("$.body", "portfolio.body", "")
	}
	until = until.UTC().Truncate(time.Second)
	switch {
	case !until.After(now):
		l.Add("$.until", "portfolio.until.past", "R77")
	case until.After(now.Add(MaxRelease)):
		l.Add("$.until", "portfolio.until.far", "R77")
	}
	if !confirmed {
		l.Add("$.confirmed", "portfolio.confirm", "R77")
	}
	if err := l.Err(); err != nil {
		return Release{}, err
	}
	r := Release{
		ID: ReleaseID(uuid.NewString()), Set: s.ID, Person: a.Person, Body: body,
		Purpose: purpose, At: now, Until: until,
	}
	return r, p.cfg.Store.Release(ctx, r)
}

// Withdraw ends a release of a set before the body used it; after that it is a
// Conflict.
func (p *Portfolio) Withdraw(ctx context.Context, a access.Actor, set SetID, id ReleaseID) error {
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	if uuid.Validate(string(set)) != nil || uuid.Validate(string(id)) != nil {
		return none()
	}
	s, err := p.cfg.Store.Set(ctx, a.Person, set)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(s.Releases, func(r Release) bool { return r.ID == id }) {
		return none()
	}
	return p.cfg.Store.WithdrawRelease(ctx, a.Person, id)
}

// Handed gives the sets that a body may put into a result, the oldest first.
func (p *Portfolio) Handed(ctx context.Context, a access.Actor, body access.BodyID) ([]Handed, error) {
	if err := a.May(access.ReadResults, body, p.cfg.Now()); err != nil {
		return nil, err
	}
	return p.cfg.Store.Handed(ctx, body)
}
