package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// letterColumns are what scanLetter reads.
const letterColumns = `id, kind, body, person, coalesce(address, ''), lang, coalesce(args, 'null'), purpose, ticket,
	until_at, state, reason, attempts, coalesce(again_of, ''),
	coalesce((select a.id from letters a where a.again_of = letters.id), ''), created_at,
	tried_at, done_at, purged_at is not null`

func scanLetter(row scanner) (mail.Entry, error) {
	var (
		e                  mail.Entry
		args               string
		created            int64
		until, tried, done sql.NullInt64
	)
	err := row.Scan(&e.ID, &e.Kind, &e.Body, &e.Person, &e.To, &e.Lang, &args, &e.Purpose, &e.Ticket,
		&until, &e.State, &e.Reason, &e.Attempts, &e.AgainOf, &e.Again, &created, &tried, &done, &e.Purged)
	if err != nil {
		return mail.Entry{}, err
	}
	if err := json.Unmarshal([]byte(args), &e.Args); err != nil {
		return mail.Entry{}, fmt.Errorf("letter %s: %w", e.ID, err)
	}
	e.Until, e.Created, e.Tried, e.Done = timeOf(until), moment(created), timeOf(tried), timeOf(done)
	return e, nil
}

// Letters lists the outbox, the newest first.
func (s *Store) Letters(ctx context.Context, f mail.Filter) ([]mail.Entry, error) {
	if f.Body == "" && !f.All {
		return nil, errors.New("listing the letters of no body")
	}
	if !plain(f.Body, string(f.State), string(f.Kind), string(f.BeforeID)) {
		return nil, nil
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	letters, err := all(ctx, s.read, scanLetter, `select `+letterColumns+` from letters
		where (cast($1 as text) is null or body = $1)
		and (cast($2 as text) is null or state = $2)
		and (cast($3 as text) is null or kind = $3)
		and (cast($4 as bigint) is null or created_at < $4 or (created_at = $4 and id < cast($5 as text)))
		order by created_at desc, id desc limit $6`,
		null(f.Body), null(string(f.State)), null(string(f.Kind)), orNull(f.Before), string(f.BeforeID), int64(min(limit, 200)))
	if err != nil {
		return nil, fmt.Errorf("listing letters: %w", err)
	}
	return letters, nil
}

// Letter gives one letter of a body's outbox; with an empty body, any letter. One of
// another body is NotFound like one that does not exist.
func (s *Store) Letter(ctx context.Context, body string, id mail.LetterID) (mail.Entry, error) {
	e, err := oneLetter(ctx, s.read, body, id)
	if err != nil {
		return mail.Entry{}, fmt.Errorf("reading letter %s: %w", id, engineFault(err))
	}
	return e, nil
}

func noLetter() error { return fault.New(fault.NotFound, "store.letter.none", nil) }

func oneLetter(ctx context.Context, q rower, body string, id mail.LetterID) (mail.Entry, error) {
	if !plain(body, string(id)) {
		return mail.Entry{}, noLetter()
	}
	e, err := scanLetter(q.QueryRowContext(ctx, `select `+letterColumns+` from letters
		where id = $1 and (cast($2 as text) = '' or body = $2)`, string(id), body))
	return e, one(err, noLetter())
}

// How often one address may be written to again for a body: see ResendLetter.
const (
	resendPause = time.Minute
	resendMost  = 10 // a day, of all letters of the body to the address

	invitationsMost = 100 // an hour, of one body
)

// ResendLetter sends a letter of a body's outbox once more, with the same link where
// it has one, and gives the new letter. Asked twice, it gives the same one. It is a
// Conflict while the letter waits, and where its link opens nothing any more; TooMany
// where the address was written to a moment ago, or too often today. With an empty
// body it may be any letter.
func (s *Store) ResendLetter(ctx context.Context, body string, id mail.LetterID) (again mail.LetterID, err error) {
	err = s.changeWith(ctx, func(tx Tx, now time.Time) error {
		e, err := oneLetter(ctx, tx, body, id)
		if err != nil {
			return err
		}
		if e.Again != "" {
			again = e.Again
			return nil
		}
		open := false
		if e.State != mail.Withdrawn && !e.Purged {
			if open, err = letterOpen(ctx, tx.Tx, now, e.Letter); err != nil {
				return err
			}
		}
		switch {
		case e.State == mail.Waiting:
			return fault.New(fault.Conflict, "store.letter.waiting", nil)
		case e.Purged:
			return fault.New(fault.Conflict, "store.letter.purged", nil)
		case !open:
			return fault.New(fault.Conflict, "store.letter.over", nil)
		}
		if err := seldom(ctx, tx.Tx, now, e); err != nil {
			return err
		}
		l := e.Letter
		l.ID = ""
		again, err = postAgain(ctx, tx, now, l, id)
		if errors.Is(err, sql.ErrNoRows) { // another one was quicker
			return tx.QueryRowContext(ctx, `select id from letters where again_of = $1`, string(id)).Scan(&again)
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("sending letter %s again: %w", id, err)
	}
	return again, nil
}

// seldom refuses to fill somebody's mailbox.
func seldom(ctx context.Context, tx *sql.Tx, now time.Time, e mail.Entry) error {
	var last, today int64
	if err := tx.QueryRowContext(ctx, `select coalesce(max(created_at), 0), count(*) from letters
		where body = $1 and lower(address) = $2 and created_at > $3`,
		e.Body, lowered(e.To), millis(now.Add(-24*time.Hour))).Scan(&last, &today); err != nil {
		return err
	}
	switch {
	case now.Sub(moment(last)) < resendPause:
		return fault.New(fault.TooMany, "store.letter.soon", nil)
	case today >= resendMost:
		return fault.New(fault.TooMany, "store.letter.often", nil)
	}
	return nil
}

// seldomInvited refuses to fill a mailbox, or many, with invitations: whoever leads a
// body may have them written to any address.
func seldomInvited(ctx context.Context, tx *sql.Tx, now time.Time, l mail.Letter) error {
	var here, all int
	if err := tx.QueryRowContext(ctx, `select count(*) from letters where body = $1 and lower(address) = $2 and kind = $3 and created_at > $4`,
		l.Body, lowered(l.To), string(mail.Invite), millis(now.Add(-24*time.Hour))).Scan(&here); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, `select count(*) from letters where body = $1 and kind = $2 and created_at > $3`,
		l.Body, string(mail.Invite), millis(now.Add(-time.Hour))).Scan(&all); err != nil {
		return err
	}
	switch {
	case here >= resendMost:
		return fault.New(fault.TooMany, "store.letter.often", nil)
	case all >= invitationsMost:
		return fault.New(fault.TooMany, "store.letter.invitations", nil).With("Max", invitationsMost)
	}
	return nil
}

// TryMail posts a letter by which a body tries its mail settings, or, with an empty
// body, the operator those of the server.
func (s *Store) TryMail(ctx context.Context, body, to, lang string) (id mail.LetterID, err error) {
	l := mail.Letter{Kind: mail.Try, To: to, Lang: lang, Body: body}
	err = s.changeWith(ctx, func(tx Tx, now time.Time) error {
		if err := seldom(ctx, tx.Tx, now, mail.Entry{Letter: l}); err != nil {
			return err
		}
		id, err = postAgain(ctx, tx, now, l, "")
		return err
	})
	if err != nil {
		return "", fmt.Errorf("trying the mail settings: %w", err)
	}
	return id, nil
}
