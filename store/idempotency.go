package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
)

// How long an answer is kept, and how long a call may be at work before it counts
// as lost.
const (
	callKept = 24 * time.Hour
	callLost = 2 * time.Minute
)

// BeginCall begins a call that makes something, under a key that its caller chose,
// and tells with status 0 that it is to be done now. A call that was answered
// before gives that answer. Another call under the key, by its digest, is a
// Conflict, and so is one that is still at work.
func (s *Store) BeginCall(ctx context.Context, token, route, key, sum string) (status int, headers string, answer []byte, err error) {
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		status, headers, answer = 0, "", nil
		if _, err := tx.ExecContext(ctx, `delete from idempotent_calls where begun_at <= $1`, millis(now.Add(-callKept))); err != nil {
			return err
		}
		n, err := affected(tx.ExecContext(ctx, `insert into idempotent_calls (token, route, key, digest, begun_at)
			values ($1, $2, $3, $4, $5) on conflict do nothing`, token, route, key, sum, millis(now)))
		if err != nil || n > 0 {
			return err
		}
		var kept string
		var done sql.NullInt64
		var begun int64
		err = tx.QueryRowContext(ctx, `select digest, status, headers, answer, begun_at from idempotent_calls
			where token = $1 and route = $2 and key = $3`, token, route, key).Scan(&kept, &done, &headers, &answer, &begun)
		switch {
		case errors.Is(err, sql.ErrNoRows): // its answer was taken away just now
			return fault.New(fault.Unavailable, "store.unavailable", err)
		case err != nil:
			return err
		case kept != sum:
			return fault.New(fault.Conflict, "api.idempotency.other", nil)
		case done.Valid:
			status = int(done.Int64)
			return nil
		case now.Sub(moment(begun)) < callLost:
			return fault.New(fault.Conflict, "api.idempotency.busy", nil)
		}
		_, err = tx.ExecContext(ctx, `update idempotent_calls set begun_at = $4
			where token = $1 and route = $2 and key = $3`, token, route, key, millis(now))
		return err
	})
	if err != nil {
		return 0, "", nil, fmt.Errorf("beginning a call: %w", err)
	}
	return status, headers, answer, nil
}

// EndCall keeps the answer to a call that was begun.
func (s *Store) EndCall(ctx context.Context, token, route, key string, status int, headers string, answer []byte) error {
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, `update idempotent_calls set status = $4, headers = $5, answer = $6
			where token = $1 and route = $2 and key = $3`, token, route, key, status, headers, answer)
		return err
	})
	if err != nil {
		return fmt.Errorf("ending a call: %w", err)
	}
	return nil
}

// forgetCalls takes the answers to what a person's own tokens asked for. What the
// programs of a body were answered stays for its day: it says of a candidate what the
// records of the body do, which stay.
func forgetCalls(ctx context.Context, tx *sql.Tx, _ time.Time, id access.PersonID) error {
	_, err := tx.ExecContext(ctx, `delete from idempotent_calls
		where token = $1 or token in (select 'token:' || id from tokens where person = $1)`, string(id))
	return err
}

// DropCall forgets a call that was refused, so that it can be made again.
func (s *Store) DropCall(ctx context.Context, token, route, key string) error {
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, `delete from idempotent_calls
			where token = $1 and route = $2 and key = $3 and status is null`, token, route, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("dropping a call: %w", err)
	}
	return nil
}
