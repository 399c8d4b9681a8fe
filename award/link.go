package award

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/fault"
)

const (
	// LinkDays is how long a link stays open where its maker does not say.
	LinkDays = 90

	// MaxLinks is how many links of a credential may be open at once.
	MaxLinks = 50

	// MaxLinkNote is how many characters a holder may say of a link.
	MaxLinkNote = 60
)

// A Link lets whoever has it see one credential until it closes.
type Link struct {
	ID      string // names it on pages; it opens nothing
	URL     string
	Note    string // whom it is for, in the words of the holder, who alone sees them
	Printed bool   // it stands on the certificates, and has no end
	Created time.Time
	Closes  time.Time // zero: no end
	Closed  time.Time // by its holder, for good; zero: not
	Off     bool      // printed, and switched off
	Open    bool
	Looks   []Look // the latest first
	Looked  int    // how often in all
}

// A Look tells how often a link was looked at within an hour, and not by whom.
type Look struct {
	Hour  time.Time
	Count int
}

// A KeptLink is a Link as it is kept.
type KeptLink struct {
	ID, Token string
	Note      string
	Printed   bool
	Created   time.Time
	Closes    time.Time
	Closed    time.Time
	Off       bool
	Looks     []Look
	Looked    int
}

func (d *Desk) link(k KeptLink) Link {
	open := !k.Off && k.Closed.IsZero() && (k.Closes.IsZero() || d.c.Now().Before(k.Closes))
	return Link{
		ID: k.ID, URL: d.linkURL(k.Token), Note: k.Note, Printed: k.Printed, Created: k.Created, Closes: k.Closes, Closed: k.Closed,
		Off: k.Off, Open: open, Looks: k.Looks, Looked: k.Looked,
	}
}

// MyLinks gives the links to a credential in the Actor's account, the printed one
// first, then the newest first.
func (d *Desk) MyLinks(ctx context.Context, a access.Actor, id assessment.ResultID) ([]Link, error) {
	aw, err := d.mine(ctx, a, access.ScopeMine, id)
	if err != nil {
		return nil, err
	}
	return d.links(ctx, aw.Ref())
}

func (d *Desk) links(ctx context.Context, ref Ref) ([]Link, error) {
	kept, err := d.c.Store.Links(ctx, ref)
	if err != nil {
		return nil, err
	}
	all := make([]Link, len(kept))
	for i, k := range kept {
		all[i] = d.link(k)
	}
	return all, nil
}

// NewLink makes a link to a credential in the Actor's account. It ends at until,
// or after LinkDays for the zero time, and never after the credential itself. The
// note says whom it is for, in one line; it may be empty.
func (d *Desk) NewLink(ctx context.Context, a access.Actor, id assessment.ResultID, until time.Time, note string) (Link, error) {
	note, err := parseNote(note)
	if err != nil {
		return Link{}, err
	}
	aw, err := d.mine(ctx, a, access.ScopeMineWrite, id)
	if err != nil {
		return Link{}, err
	}
	now := d.now()
	r, err := aw.Result()
	if err != nil {
		return Link{}, err
	}
	end := r.Validity.Until.End()
	switch {
	case !end.IsZero() && !end.After(now):
		return Link{}, fault.New(fault.Conflict, "award.link.over", nil)
	case until.IsZero():
		until = now.AddDate(0, 0, LinkDays)
	case !until.After(now):
		return Link{}, fault.New(fault.Invalid, "store.link.past", nil)
	}
	if !end.IsZero() && until.After(end) {
		until = end
	}
	kept, err := d.c.Store.MakeLink(ctx, a.Person, id, until, note)
	if err != nil {
		return Link{}, err
	}
	return d.link(kept), nil
}

// parseNote reads what a holder says of a link: one line, without characters that are
// not seen.
func parseNote(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	unseen := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError }
	if utf8.RuneCountInString(s) > MaxLinkNote || strings.ContainsFunc(s, unseen) {
		return "", fault.List{{Path: "$.note", Key: "award.link.note", Args: map[string]any{"Max": MaxLinkNote}}}
	}
	return s, nil
}

// CloseLink closes a link for good. Who wants it back makes a new one. The
// printed one is not closed but switched: see SwitchPrinted.
func (d *Desk) CloseLink(ctx context.Context, a access.Actor, id assessment.ResultID, link string) error {
	if _, err := d.mine(ctx, a, access.ScopeMineWrite, id); err != nil {
		return err
	}
	return d.c.Store.EndLink(ctx, a.Person, id, link)
}

// SwitchPrinted switches the link that stands on the certificates off, or on again.
func (d *Desk) SwitchPrinted(ctx context.Context, a access.Actor, id assessment.ResultID, on bool) error {
	if _, err := d.mine(ctx, a, access.ScopeMineWrite, id); err != nil {
		return err
	}
	return d.c.Store.SwitchPrinted(ctx, a.Person, id, on)
}

// printed gives the link on the certificates, without what only its holder may
// know of it.
func (d *Desk) printed(ctx context.Context, ref Ref) (Link, error) {
	links, err := d.links(ctx, ref)
	if err != nil {
		return Link{}, err
	}
	for _, l := range links {
		if l.Printed {
			l.Looks, l.Looked, l.Note = nil, 0, ""
			return l, nil
		}
	}
	return Link{}, none()
}
