package status

import (
	"context"
	"slices"
	"sync"
)

// A Finding is what there is to say of the status of a credential. The zero
// Finding says nothing.
type Finding struct {
	Reference Reference // of which of its entries
	State     State     // what a List that is believed says; without one it means nothing
	List      *List     // that list; nil where there is none that is believed
	Err       *Error    // why the status is not known; nil where it is
}

// Valid tells whether the credential stands: only that is good.
func (f Finding) Valid() bool { return f.Err == nil && f.List != nil && f.State == Valid }

// Bad tells whether it is known that the credential does not stand: it was
// revoked or suspended, or names an entry that cannot be. A Finding that is
// neither Valid nor Bad leaves it open.
func (f Finding) Bad() bool {
	if f.Err != nil {
		return f.Err.OfCredential()
	}
	return f.List != nil && f.State != Valid
}

// rank orders findings, the worst first.
func (f Finding) rank() int {
	switch {
	case f.Bad() && f.State == Revoked:
		return 0
	case f.Bad() && f.State == Suspended:
		return 1
	case f.Bad():
		return 2
	case !f.Valid():
		return 3
	case f.List.From != Fresh:
		return 4
	}
	return 5
}

// Worst gives the finding that decides: one entry that is revoked, suspended or
// unreadable is enough. Of none at all nothing is known.
func Worst(findings []Finding) Finding {
	if len(findings) == 0 {
		return Finding{Err: ErrUnknown()}
	}
	return slices.MinFunc(findings, func(a, b Finding) int { return a.rank() - b.rank() })
}

// Check looks up all entries of a credential at the same time and gives the
// Worst of them. believe says whether the one who signed a list may speak for
// the credential; where it gives an error, the list counts for nothing. How long
// all of it may take is ctx's to say.
func (l *Lists) Check(ctx context.Context, refs []Reference, believe func(context.Context, *List) error) Finding {
	findings := make([]Finding, len(refs))
	var all sync.WaitGroup
	for i, r := range refs {
		all.Go(func() { findings[i] = l.check(ctx, r, believe) })
	}
	all.Wait()
	return Worst(findings)
}

func (l *Lists) check(ctx context.Context, r Reference, believe func(context.Context, *List) error) Finding {
	f := Finding{Reference: r}
	if !r.Known {
		f.Err = ErrUnknown()
		return f
	}
	list, err := l.get(ctx, place{url: r.URL, issuer: r.Issuer}, r.Kind)
	if err == nil {
		if refused := believe(ctx, list); refused != nil {
			err = wrong("status.list.signer", refused)
		}
	}
	if err == nil {
		f.State, err = r.Judge(list)
	}
	if err == nil && list.stale != nil && f.State != Revoked {
		err = list.stale
	}
	if err != nil {
		f.State, f.Err = 0, problemOf(err)
		return f
	}
	f.List = list
	return f
}
