package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
)

// A Standing tells how it stands with a draft.
type Standing struct {
	State   status.State // of the draft as a whole
	Copies  []CopyState  // of those that have status entries, by form and id
	Changes []Changed    // the earliest first
}

// A CopyState tells how it stands with one signed copy.
type CopyState struct {
	ID    credential.ID
	Form  credential.Form
	State status.State // the worse of its own and that of the draft
}

// Changed is a Change that was made. Its Draft is that of the Standing.
type Changed struct {
	issuer.Change
	State status.State // what it was changed to
	At    time.Time
}

// DraftOf gives the draft that a copy was made of. A copy that is not known is
// NotFound.
func (s *Store) DraftOf(ctx context.Context, id credential.ID) (credential.DraftID, error) {
	var draft credential.DraftID
	err := s.read.QueryRowContext(ctx, `select draft from reservations where id = $1`, string(id)).Scan((*string)(&draft))
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.New(fault.NotFound, "issue.status.unknown", nil)
	}
	if err != nil {
		return "", fmt.Errorf("finding the draft of credential %s: %w", id, engineFault(err))
	}
	return draft, nil
}

// Standing tells how it stands with a draft. One that is not known is NotFound.
func (s *Store) Standing(ctx context.Context, draft credential.DraftID) (Standing, error) {
	var out Standing
	err := s.read.QueryRowContext(ctx, `select state from drafts where id = $1`, string(draft)).Scan(&out.State)
	if errors.Is(err, sql.ErrNoRows) {
		return Standing{}, fault.New(fault.NotFound, "issue.status.unknown", nil)
	}
	if err == nil {
		out.Copies, err = s.copyStates(ctx, draft)
	}
	if err == nil {
		out.Changes, err = s.changes(ctx, draft)
	}
	if err != nil {
		return Standing{}, fmt.Errorf("reading the status of draft %s: %w", draft, engineFault(err))
	}
	return out, nil
}

// copyStates reads one entry of each copy: all of them say the same.
func (s *Store) copyStates(ctx context.Context, draft credential.DraftID) ([]CopyState, error) {
	rows, err := s.read.QueryContext(ctx, `select r.id, r.form, max(e.state)
		from reservations r join status_entries e on e.credential = r.id
		where r.draft = $1 group by r.id, r.form`, string(draft))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells what went wrong
	var all []CopyState
	for rows.Next() {
		var c CopyState
		if err := rows.Scan((*string)(&c.ID), (*string)(&c.Form), &c.State); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b CopyState) int {
		return cmp.Or(cmp.Compare(a.Form, b.Form), cmp.Compare(a.ID, b.ID))
	})
	return all, rows.Err()
}

func (s *Store) changes(ctx context.Context, draft credential.DraftID) ([]Changed, error) {
	rows, err := s.read.QueryContext(ctx, `select coalesce(credential, ''), state, reason, note, actor, changed_at
		from status_changes where draft = $1 order by changed_at, id`, string(draft))
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells what went wrong
	var all []Changed
	for rows.Next() {
		c := Changed{Change: issuer.Change{Draft: draft}}
		var at int64
		if err := rows.Scan((*string)(&c.Credential), &c.State, (*string)(&c.Reason), &c.Note, &c.By, &at); err != nil {
			return nil, err
		}
		c.At = time.UnixMilli(at).UTC()
		all = append(all, c)
	}
	return all, rows.Err()
}

// PublishedAt gives the origin below which the lists of a body lie and the did:web
// by which it signs them, which is empty where its key names it. A body that never
// published any is NotFound.
func (s *Store) PublishedAt(ctx context.Context, body string) (origin, did string, err error) {
	err = s.read.QueryRowContext(ctx, `select origin, name from status_publishers where body = $1`, body).Scan(&origin, &did)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", fault.New(fault.NotFound, "issue.status.unknown", nil)
	}
	if err != nil {
		return "", "", fmt.Errorf("finding where the status lists of body %s lie: %w", body, engineFault(err))
	}
	if did == issuer.NamedByKey {
		did = ""
	}
	return origin, did, nil
}
