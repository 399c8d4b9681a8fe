package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/mail"
)

// LetterJob is the kind of the job that sends one letter. Its args are a LetterArgs.
const LetterJob = "letter"

// LetterArgs say which letter a job is about.
type LetterArgs struct {
	Letter mail.LetterID `json:"letter"`
}

// post puts a letter into the outbox together with the job that sends it. Both are
// there if and only if the transaction is.
func post(ctx context.Context, tx Tx, now time.Time, l mail.Letter) error {
	_, err := postAgain(ctx, tx, now, l, "")
	return err
}

// postAgain is post for a letter that repeats another one, or none. A letter that is
// repeated already gives no row: then it is sql.ErrNoRows, and nothing is changed.
func postAgain(ctx context.Context, tx Tx, now time.Time, l mail.Letter, of mail.LetterID) (mail.LetterID, error) {
	if l.ID == "" {
		l.ID = mail.LetterID(uuid.NewString())
	}
	if err := l.Check(); err != nil {
		return "", fmt.Errorf("posting: %w", err)
	}
	args, err := json.Marshal(l.Args)
	if err != nil {
		return "", fmt.Errorf("posting: %w", err)
	}
	again := sql.NullString{String: string(of), Valid: of != ""}
	var kept string
	err = tx.QueryRowContext(ctx, `insert into letters (id, kind, body, person, address, lang, args, purpose, ticket, until_at,
			state, reason, attempts, again_of, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', '', 0, $11, $12)
		on conflict (again_of) where again_of is not null do nothing returning id`,
		string(l.ID), string(l.Kind), l.Body, l.Person, l.To, l.Lang, string(args), l.Purpose, l.Ticket, orNull(l.Until),
		again, millis(now)).Scan(&kept)
	if err != nil {
		return "", err
	}
	job, err := json.Marshal(LetterArgs{Letter: l.ID})
	if err != nil {
		return "", err
	}
	return l.ID, tx.Enqueue(ctx, LetterJob, job)
}

// letterOpen tells whether a letter may still be sent: it has no link, or one that
// still opens something, now or later.
func letterOpen(ctx context.Context, tx *sql.Tx, now time.Time, l mail.Letter) (bool, error) {
	if l.Ticket == "" {
		return true, nil
	}
	if !now.Before(l.Until) {
		return false, nil
	}
	var one int
	err := tx.QueryRowContext(ctx, `select 1 from tickets
		where id = $1 and used_at is null and ended_at is null and expires_at > $2`, l.Ticket, millis(now)).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// TakeLetter begins an attempt to send a letter, and counts it. The letter is
// NotFound where it waits no longer: it was sent, given up, or withdrawn, as it is by
// this call where its link opens nothing any more.
func (s *Store) TakeLetter(ctx context.Context, id mail.LetterID) (mail.Entry, error) {
	var e mail.Entry
	taken := false
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		var err error
		taken = false
		e, err = scanLetter(tx.QueryRowContext(ctx, `update letters set attempts = attempts + 1, tried_at = $2
			where id = $1 and state = 'waiting' returning `+letterColumns, string(id), millis(now)))
		if errors.Is(err, sql.ErrNoRows) {
			return noLetter()
		}
		if err != nil {
			return err
		}
		open, err := letterOpen(ctx, tx, now, e.Letter)
		if err != nil || open {
			taken = open
			return err
		}
		_, err = tx.ExecContext(ctx, `update letters set state = 'withdrawn', done_at = $2, attempts = attempts - 1
			where id = $1`, string(id), millis(now))
		return err
	})
	if err == nil && !taken {
		err = noLetter()
	}
	if err != nil {
		return mail.Entry{}, fmt.Errorf("taking letter %s: %w", id, err)
	}
	return e, nil
}

// MarkLetter ends an attempt: with a final state, or with Waiting and the message key
// of why it is tried again. A letter that has a final state keeps it.
func (s *Store) MarkLetter(ctx context.Context, id mail.LetterID, state mail.State, reason string) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		done := sql.NullInt64{Int64: millis(now), Valid: state != mail.Waiting}
		_, err := tx.ExecContext(ctx, `update letters set state = $2, reason = $3, done_at = $4
			where id = $1 and state = 'waiting'`, string(id), string(state), reason, done)
		return err
	})
	if err != nil {
		return fmt.Errorf("marking letter %s as %s: %w", id, state, err)
	}
	return nil
}

// OverdueLetters gives up what has been waiting since before: its job is gone, by a
// crash at the last attempt or because somebody emptied the queue.
func (s *Store) OverdueLetters(ctx context.Context, before time.Time) (n int, err error) {
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		n, err = affected(tx.ExecContext(ctx, `update letters set state = 'gave-up', done_at = $2,
				reason = case when reason = '' then cast($3 as text) else reason end
			where state = 'waiting' and created_at < $1`, millis(before), millis(now), "mail.failed.late"))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("giving up letters: %w", err)
	}
	return n, nil
}

// PurgeLetters takes address and texts out of the letters made before, and out of those
// to addresses that have no account (any more) as soon as they are done; see
// SendRecovery. That they were sent, when and of what kind, stays.
func (s *Store) PurgeLetters(ctx context.Context, before time.Time) (n int, err error) {
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		n, err = affected(tx.ExecContext(ctx, `update letters set address = null, args = null, person = '', purged_at = $2
			where (created_at < $1 or kind in ('deleted', 'unknown') or kind = 'recover' and person = '') and purged_at is null and state <> 'waiting'`, millis(before), millis(now)))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("purging letters: %w", err)
	}
	return n, nil
}

// forgetLetters takes a person out of the letters about them or to their address, and
// withdraws those that wait, when the account is deleted. The account still has its
// address then.
func forgetLetters(ctx context.Context, tx *sql.Tx, now time.Time, person string) error {
	if person == "" {
		return errors.New("forgetting the letters of nobody")
	}
	// Each with an index of its own.
	for _, whose := range []string{`person = $1 and person <> ''`, `lower(address) = (select lower(email) from people where id = $1)`} {
		//nolint:gosec // one of the two above
		query := `update letters set address = null, args = null, person = '', purged_at = $2,
				done_at = coalesce(done_at, $2), state = case when state = 'waiting' then 'withdrawn' else state end
			where purged_at is null and ` + whose
		if _, err := tx.ExecContext(ctx, query, person, millis(now)); err != nil {
			return err
		}
	}
	return nil
}

func affected(r sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}
