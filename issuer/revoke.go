package issuer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/status"
)

// A Change says what changes how it stands with a credential, and why.
type Change struct {
	// Draft is the credential in all its forms and copies. It may be left out
	// where Credential names a copy.
	Draft credential.DraftID

	// Credential is the one copy that the Change is about. Empty, it is all of
	// them.
	Credential credential.ID

	Reason Reason
	Note   string // further words on the reason, for those who keep the records
	By     string // id of the account that makes the Change
}

// A Reason is why it no longer stands as it did with a credential.
type Reason string

// The reasons for a Change.
const (
	IssuedInError Reason = "issued-in-error" // it should never have been issued
	Withdrawn     Reason = "withdrawn"       // the award was taken back
	Superseded    Reason = "superseded"      // another credential takes its place
	Compromised   Reason = "compromised"     // a copy or a key is in wrong hands
	UnderReview   Reason = "under-review"    // it is being looked into
	Cleared       Reason = "cleared"         // that was done, and nothing was found
	OnRequest     Reason = "on-request"      // its holder asked for it
)

// Reasons gives the reasons for a Change to a State.
func Reasons(to status.State) []Reason {
	switch to {
	case status.Revoked:
		return []Reason{IssuedInError, Withdrawn, Superseded, Compromised, OnRequest}
	case status.Suspended:
		return []Reason{UnderReview, Compromised, OnRequest}
	case status.Valid:
		return []Reason{Cleared, OnRequest}
	}
	return nil
}

// Check refuses, as Invalid, a Change that does not say who makes it, or gives no
// reason for this one.
func (c Change) Check(to status.State) error {
	if strings.TrimSpace(c.By) == "" || !slices.Contains(Reasons(to), c.Reason) {
		return fault.New(fault.Invalid, "issue.status.why", fmt.Errorf("reason %q for a change to %d, by %q", c.Reason, to, c.By))
	}
	return nil
}

// Revoke makes all forms and copies of a credential invalid for ever, or one of
// them, publishes that at once, and tells how many copies it did so to. To revoke
// what is revoked changes nothing. After an error the same call may be made
// again; an error beside copies says that the Change is kept and not published
// yet, which the next Publish does.
func (i *Issuer) Revoke(ctx context.Context, c Change) (copies int, err error) {
	return i.change(ctx, c, status.Revoked)
}

// Suspend makes a credential invalid until Reinstate. A copy that was suspended
// alone is reinstated alone, whatever happens to the credential. See Revoke.
func (i *Issuer) Suspend(ctx context.Context, c Change) (copies int, err error) {
	return i.change(ctx, c, status.Suspended)
}

// Reinstate undoes Suspend. What was revoked stays revoked: a Conflict where that
// is the credential or copy asked for. See Revoke.
func (i *Issuer) Reinstate(ctx context.Context, c Change) (copies int, err error) {
	return i.change(ctx, c, status.Valid)
}

func (i *Issuer) change(ctx context.Context, c Change, to status.State) (int, error) {
	if i.lists == nil {
		return 0, fault.New(fault.Unsupported, "issue.status.none", fmt.Errorf("%T keeps no status lists", i.c.Store))
	}
	c.By, c.Note = strings.TrimSpace(c.By), strings.TrimSpace(c.Note)
	if err := c.Check(to); err != nil {
		return 0, err
	}
	copies, err := i.lists.SetState(ctx, i.c.Body, c, to)
	if err != nil {
		return 0, err
	}
	// Also where nothing has changed: who asked before may have been stopped
	// between the change and its publication.
	if _, err := i.publishChanged(ctx); err != nil {
		return copies, fmt.Errorf("the status of credential %s%s is changed but not published: %w", c.Draft, c.Credential, err)
	}
	return copies, nil
}
