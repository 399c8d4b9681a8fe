package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
)

// SetState changes how it stands with copies of a draft. See issuer.StatusStore.
func (s *Store) SetState(ctx context.Context, body string, c issuer.Change, to status.State) (copies int, err error) {
	if err := c.Check(to); err != nil {
		return 0, err
	}
	err = s.changeWith(ctx, func(with Tx, now time.Time) error {
		tx := with.Tx
		copies = 0
		d, err := holdDraft(ctx, tx, body, c)
		if err != nil {
			return err
		}
		entries, err := entriesOf(ctx, tx, d.id, c.Credential)
		if err != nil {
			return err
		}
		if err := allowed(d, c, entries, to); err != nil {
			return err
		}
		changed := false
		if c.Credential == "" {
			if changed = d.state != to; !changed {
				return nil
			}
			if _, err := tx.ExecContext(ctx, `update drafts set state = $2 where id = $1`, d.id, to); err != nil {
				return err
			}
			d.state = to
		} else {
			for n := range entries {
				changed = changed || entries[n].own != to && entries[n].state != status.Revoked
				entries[n].own = to
			}
		}
		if !changed {
			return nil
		}
		if copies, err = setEntries(ctx, tx, entries, d.state); err != nil {
			return err
		}
		if err := record(ctx, tx, d.id, c, to, copies, now); err != nil || c.Credential != "" {
			return err
		}
		return tellHolder(ctx, with, now, d.id, to)
	})
	if err != nil {
		return 0, fmt.Errorf("changing the status of credential %s%s: %w", c.Draft, c.Credential, err)
	}
	return copies, nil
}

// A heldDraft is a draft whose row nobody else can change meanwhile.
type heldDraft struct {
	id    string
	state status.State
}

// holdDraft finds the draft that a Change is about and holds it.
func holdDraft(ctx context.Context, tx *sql.Tx, body string, c issuer.Change) (heldDraft, error) {
	none := fault.New(fault.NotFound, "issue.status.unknown", nil)
	d := heldDraft{id: string(c.Draft)}
	if c.Credential != "" {
		err := tx.QueryRowContext(ctx, `select draft from reservations
			where id = $1 and ($2 = '' or draft = $2)`, string(c.Credential), d.id).Scan(&d.id)
		if errors.Is(err, sql.ErrNoRows) {
			return d, none
		}
		if err != nil {
			return d, err
		}
	}
	// The update changes nothing but holds the row. See settleDraft.
	err := tx.QueryRowContext(ctx, `update drafts set state = state where id = $1 and body = $2
		returning state`, d.id, body).Scan(&d.state)
	if errors.Is(err, sql.ErrNoRows) {
		return d, none
	}
	return d, err
}

// A heldEntry is an entry of a copy that is being changed.
type heldEntry struct {
	status.Entry
	credential credential.ID
	own        status.State // decided for the copy alone
	state      status.State // as it is published
}

// entriesOf gives the entries of all copies of a draft, or of one of them, in the
// order in which every transaction changes their lists.
func entriesOf(ctx context.Context, tx *sql.Tx, draft string, only credential.ID) ([]heldEntry, error) {
	rows, err := tx.QueryContext(ctx, `select e.list, e.idx, e.credential, e.own, e.state, l.kind, l.purpose, l.size
		from reservations r
		join status_entries e on e.credential = r.id
		join status_lists l on l.id = e.list
		where r.draft = $1 and ($2 = '' or r.id = $2)
		order by e.list, e.idx`, draft, string(only))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells what went wrong
	var all []heldEntry
	for rows.Next() {
		var e heldEntry
		if err := rows.Scan(&e.List, &e.Index, (*string)(&e.credential), &e.own, &e.state,
			(*string)(&e.Kind), (*string)(&e.Purpose), &e.Size); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

// allowed refuses what would undo a revocation, or say of a copy what does not
// hold.
func allowed(d heldDraft, c issuer.Change, entries []heldEntry, to status.State) error {
	if len(entries) == 0 {
		return fault.New(fault.Conflict, "issue.status.none", nil)
	}
	is := d.state
	if c.Credential != "" {
		is = entries[0].state
		if d.state == status.Suspended && to == status.Valid && is == status.Suspended {
			return fault.New(fault.Conflict, "issue.status.whole", nil)
		}
	}
	if is == status.Revoked && to != status.Revoked {
		return fault.New(fault.Conflict, "issue.status.revoked", nil)
	}
	return nil
}

// setEntries gives entries the worse of their own State and that of the draft, but
// for those that were revoked, and makes the lists due that then say something
// else. It tells how many copies are now in another State.
func setEntries(ctx context.Context, tx *sql.Tx, entries []heldEntry, draft status.State) (copies int, err error) {
	changed := map[credential.ID]bool{}
	lists := map[string]bool{}
	for _, e := range entries {
		if e.state == status.Revoked {
			continue
		}
		to := worse(e.own, draft)
		if _, err := tx.ExecContext(ctx, `update status_entries set own = $3, state = $4 where list = $1 and idx = $2`,
			e.List, e.Index, e.own, to); err != nil {
			return 0, err
		}
		if to == e.state {
			continue
		}
		changed[e.credential] = true
		if e.Says(e.state) != e.Says(to) {
			lists[e.List] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(lists)) {
		if _, err := tx.ExecContext(ctx, `update status_lists set version = version + 1, due_at = 0 where id = $1`, id); err != nil {
			return 0, err
		}
	}
	return len(changed), nil
}

// worse gives the State of two that is worse: revoked, then suspended, then valid.
func worse(a, b status.State) status.State {
	if a == status.Valid || b == status.Revoked {
		return b
	}
	return a
}

// record keeps who made a Change, and why.
func record(ctx context.Context, tx *sql.Tx, draft string, c issuer.Change, to status.State, copies int, now time.Time) error {
	id, err := uuid.NewRandom()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into status_changes
		(id, draft, credential, state, copies, reason, note, actor, changed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id.String(), draft, sql.NullString{String: string(c.Credential), Valid: c.Credential != ""},
		to, copies, string(c.Reason), c.Note, c.By, millis(now))
	return err
}
