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

// Sessions keeps the sessions of the pages, by the digest of what the browser
// holds. It is a store of scs (CtxStore); whoever gives it the token itself
// keeps it readable: HashTokenInStore must be set.
type Sessions struct{ store *Store }

// Sessions gives the sessions of the pages.
func (s *Store) Sessions() Sessions { return Sessions{s} }

// FindCtx gives the data of a session that is not over.
func (s Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	if !plain(token) {
		return nil, false, nil
	}
	err = s.store.read.QueryRowContext(ctx, `select data from sessions where token = $1 and expires_at > $2 and ended_at is null`,
		token, millis(s.store.now())).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading a session: %w", engineFault(err))
	}
	return data, true, nil
}

// CommitCtx keeps the data of a session, which access.SessionOwner can read. That
// of an account which is gone is not kept.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	owner, err := access.SessionOwner(data)
	if err != nil {
		return fmt.Errorf("keeping a session: %w", err)
	}
	err = s.store.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		if owner != "" {
			var one int // no more than that it is there: each page keeps its session
			err := tx.QueryRowContext(ctx, `select 1 from people where id = $1 and deleted_at is null`, string(owner)).Scan(&one)
			if errors.Is(err, sql.ErrNoRows) {
				return noPerson()
			}
			if err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `insert into sessions (token, person, data, expires_at) values ($1, $2, $3, $4)
			on conflict (token) do update set person = excluded.person, data = excluded.data, expires_at = excluded.expires_at
			where sessions.ended_at is null`,
			token, null(string(owner)), data, millis(expires))
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return engineFault(err)
}

// DeleteCtx ends a session for good: a request that began before does not keep it
// again.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	if !plain(token) {
		return nil
	}
	return s.store.change(ctx, func(tx *sql.Tx, now time.Time) error {
		_, err := tx.ExecContext(ctx, `update sessions set ended_at = $2, person = null, data = $3
			where token = $1 and ended_at is null`, token, millis(now), []byte{})
		return err
	})
}

// errNoContext answers the methods that scs has for stores without a context.
// It does not call them where those with one are there.
var errNoContext = errors.New("sessions are asked with a context")

// Find is never called.
func (s Sessions) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is never called.
func (s Sessions) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete is never called.
func (s Sessions) Delete(string) error { return errNoContext }

// keepTickets is how long a link that opens nothing any more is kept: long enough
// to tell whoever opens it late what happened.
const keepTickets = 30 * 24 * time.Hour

// overLinks are links to credentials that open nothing since a time. The printed one
// has no end: see renewPrinted.
const overLinks = `printed = 0 and coalesce(closed_at, closes_at) <= $1`

// Sweep deletes what is over: sessions, links, revoked tokens, things that count
// once, old notices. It is called now and then, on one machine or many.
func (s *Store) Sweep(ctx context.Context) error {
	old := func(now time.Time) int64 { return millis(now.Add(-keepTickets)) }
	year := func(now time.Time) int64 { return millis(now.Add(-365 * 24 * time.Hour)) }
	for _, one := range []struct {
		query string
		at    func(time.Time) int64
	}{
		{`delete from sessions where expires_at <= $1`, millis},
		{`delete from idempotent_calls where begun_at <= $1`, func(now time.Time) int64 { return millis(now.Add(-callKept)) }},
		{`delete from used_once where expires_at <= $1`, millis},
		{`delete from tickets where expires_at <= $1`, old},
		{`delete from notices where created_at <= $1 and coalesce(due_at, 0) <= $1`, old},
		{`delete from tokens where coalesce(ended_at, expires_at) <= $1`, year},
		{`delete from link_looks where token in (select token from links where ` + overLinks + `)`, year},
		{`delete from links where ` + overLinks, year},
	} {
		// Apart, so that no sign-in waits for all of them.
		if err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
			_, err := tx.ExecContext(ctx, one.query, one.at(now))
			return err
		}); err != nil {
			return fmt.Errorf("deleting what is over: %w", err)
		}
	}
	return nil
}
