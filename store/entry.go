package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/status"
)

// tries is how many random places are tried in a list before it counts as full.
// Then some 89 % of it are taken: n tries all fail about once in the life of a
// list when it is filled to the (n+1)-th root of (n+1)/status.Entries.
const tries = 64

// allot gives a credential an entry for each Slot of its form.
func allot(ctx context.Context, tx *sql.Tx, body string, id credential.ID, f credential.Form, now time.Time) ([]status.Entry, error) {
	var all []status.Entry
	for _, slot := range status.Slots(f) {
		e, err := allotOne(ctx, tx, body, id, slot, now)
		if err != nil {
			return nil, fmt.Errorf("finding a status entry: %w", err)
		}
		all = append(all, e)
	}
	return all, nil
}

func allotOne(ctx context.Context, tx *sql.Tx, body string, id credential.ID, slot status.Slot, now time.Time) (status.Entry, error) {
	// A second list is new, and has room.
	for range 2 {
		list, origin, err := openList(ctx, tx, body, slot, now)
		if err != nil {
			return status.Entry{}, err
		}
		for range tries {
			index, err := rand.Int(rand.Reader, big.NewInt(status.Entries))
			if err != nil {
				return status.Entry{}, err
			}
			var taken int
			err = tx.QueryRowContext(ctx, `insert into status_entries (list, idx, credential, state)
				values ($1, $2, $3, $4) on conflict (list, idx) do nothing returning idx`,
				list, index.Int64(), string(id), status.Valid).Scan(&taken)
			if err == nil {
				return status.Entry{Slot: slot, List: list, Index: taken, URL: status.URL(origin, slot.Kind, list)}, nil
			}
			if !errors.Is(err, sql.ErrNoRows) {
				return status.Entry{}, err
			}
		}
		if _, err := tx.ExecContext(ctx, `update status_lists set closed_at = $2 where id = $1 and closed_at is null`,
			list, millis(now)); err != nil {
			return status.Entry{}, err
		}
	}
	return status.Entry{}, errors.New("two lists are full")
}

// openList gives the list of a body that takes new entries where the body
// publishes now, and opens one where there is none.
func openList(ctx context.Context, tx *sql.Tx, body string, slot status.Slot, now time.Time) (id, origin string, err error) {
	err = tx.QueryRowContext(ctx, `select origin from status_publishers where body = $1`, body).Scan(&origin)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", "", err
	}
	find := func() error {
		return tx.QueryRowContext(ctx, `select id from status_lists
			where body = $1 and origin = $2 and kind = $3 and purpose = $4 and size = $5 and closed_at is null`,
			body, origin, string(slot.Kind), string(slot.Purpose), slot.Size).Scan(&id)
	}
	if err := find(); !errors.Is(err, sql.ErrNoRows) {
		return id, origin, err
	}
	fresh, err := uuid.NewRandom()
	if err != nil {
		return "", "", err
	}
	// Another transaction may be quicker; then its list is found.
	if _, err := tx.ExecContext(ctx, `insert into status_lists
		(id, body, origin, kind, purpose, size, version, due_at, opened_at)
		values ($1, $2, $3, $4, $5, $6, 1, 0, $7) on conflict do nothing`,
		fresh.String(), body, origin, string(slot.Kind), string(slot.Purpose), slot.Size, millis(now)); err != nil {
		return "", "", err
	}
	err = find()
	return id, origin, err
}
