package award

import (
	"context"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
)

// Change revokes, suspends or reinstates the credential of an Award in all its
// forms and copies, publishes that at once, and tells the candidate. Whatever
// stands so already is left as it is, and nobody is told.
//
// It is recorded whatever became of the set-up and the seal of the body since. What
// is recorded and cannot be published now is Unavailable; PublishAll goes on with it.
func (d *Desk) Change(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, to status.State, why issuer.Reason, note string) error {
	if err := d.may(a, access.RevokeCredentials, body); err != nil {
		return err
	}
	aw, err := d.c.Store.Award(ctx, body, id)
	if err != nil {
		return err
	}
	if aw.Draft == "" || aw.State != Sealed {
		return fault.New(fault.Conflict, "award.unsealed", nil)
	}
	if len([]rune(note)) > MaxNote {
		return fault.New(fault.Invalid, "award.note.long", nil).With("Max", MaxNote)
	}
	c := issuer.Change{Draft: aw.Draft, Reason: why, Note: strings.TrimSpace(note), By: a.By()}
	if err := c.Check(to); err != nil {
		return err
	}
	if _, err := d.c.Store.SetState(ctx, string(body), c, to); err != nil {
		return err
	}
	if err := d.publish(ctx, body, c, to); err != nil {
		d.c.Log.ErrorContext(ctx, "a change is recorded and not published", "body", body, "result", id, "err", err)
		return fault.New(fault.Unavailable, "award.unpublished", err)
	}
	return nil
}

// publish publishes a change that is recorded. To ask for it once more changes
// nothing but what is published.
func (d *Desk) publish(ctx context.Context, body access.BodyID, c issuer.Change, to status.State) error {
	i, err := d.c.Issuers.ForLists(ctx, body)
	if err != nil {
		return err
	}
	switch to {
	case status.Revoked:
		_, err = i.Revoke(ctx, c)
	case status.Suspended:
		_, err = i.Suspend(ctx, c)
	case status.Valid:
		_, err = i.Reinstate(ctx, c)
	}
	return err
}

// MaxNote is how many characters the note on a change may have.
const MaxNote = 1000
