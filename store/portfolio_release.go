package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
)

const releaseColumns = `id, set_id, person, body, purpose, released_at, until_at, withdrawn_at, used_at, coalesce(result, '')`

func scanRelease(row scanner) (portfolio.Release, error) {
	var r portfolio.Release
	var at, until int64
	var withdrawn, used sql.NullInt64
	if err := row.Scan(&r.ID, &r.Set, &r.Person, &r.Body, &r.Purpose, &at, &until, &withdrawn, &used, &r.Result); err != nil {
		return portfolio.Release{}, err
	}
	r.At, r.Until, r.Withdrawn, r.Used = moment(at), moment(until), timeOf(withdrawn), timeOf(used)
	return r, nil
}

func newestFirst(releases []portfolio.Release) {
	slices.SortFunc(releases, func(a, b portfolio.Release) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
}

// Release hands a set in. See portfolio.Store.
func (s *Store) Release(ctx context.Context, r portfolio.Release) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		var open, used bool
		err := tx.QueryRowContext(ctx, `select
				exists (select 1 from evidence_releases r where r.set_id = s.id and r.body = $3
					and r.withdrawn_at is null and r.used_at is null and r.until_at > $4),
				exists (select 1 from evidence_releases r where r.set_id = s.id and r.body = $3 and r.used_at is not null)
			from evidence_sets s where s.id = $1 and s.person = $2`,
			string(r.Set), string(r.Person), string(r.Body), millis(now)).Scan(&open, &used)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return noEvidence()
		case err != nil:
			return err
		case used:
			return fault.New(fault.Conflict, "portfolio.release.used", nil)
		case open:
			return fault.New(fault.Conflict, "portfolio.release.open", nil)
		}
		_, err = tx.ExecContext(ctx, `insert into evidence_releases (id, set_id, person, body, purpose, released_at, until_at)
			values ($1, $2, $3, $4, $5, $6, $7)`, string(r.ID), string(r.Set), string(r.Person), string(r.Body), r.Purpose,
			millis(r.At), millis(r.Until))
		return err
	})
	if err != nil {
		return fmt.Errorf("releasing set %s: %w", r.Set, err)
	}
	return nil
}

// WithdrawRelease ends a release. See portfolio.Store.
func (s *Store) WithdrawRelease(ctx context.Context, person access.PersonID, id portfolio.ReleaseID) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		n, err := affected(tx.ExecContext(ctx, `update evidence_releases
			set withdrawn_at = coalesce(withdrawn_at, case when $3 > released_at then $3 else released_at end)
			where id = $1 and person = $2 and used_at is null`, string(id), string(person), millis(now)))
		if err != nil || n > 0 {
			return err
		}
		var used bool
		err = tx.QueryRowContext(ctx, `select used_at is not null from evidence_releases where id = $1 and person = $2`,
			string(id), string(person)).Scan(&used)
		if errors.Is(err, sql.ErrNoRows) {
			return noEvidence()
		}
		if err == nil {
			err = fault.New(fault.Conflict, "portfolio.release.used", nil)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("withdrawing release %s: %w", id, err)
	}
	return nil
}

// handed is what a body sees of a release; who reads it adds which ones.
const handed = `select r.id, r.set_id, r.person, coalesce(p.name, ''), s.unit, s.root, s.items, s.frozen_at, r.released_at, r.until_at, r.purpose
	from evidence_releases r join evidence_sets s on s.id = r.set_id left join people p on p.id = r.person`

func scanHanded(row scanner) (portfolio.Handed, error) {
	var h portfolio.Handed
	var root string
	var frozen, at, until int64
	err := row.Scan(&h.Release, &h.Set, &h.Person, &h.Name, &h.Unit, &root, &h.Items, &frozen, &at, &until, &h.Purpose)
	if err != nil {
		return portfolio.Handed{}, err
	}
	if h.Root, err = evidence.ParseRoot(root); err != nil {
		return portfolio.Handed{}, fault.New(fault.Internal, "store.damaged", fmt.Errorf("set %s: %w", h.Set, err))
	}
	h.Frozen, h.At, h.Until = moment(frozen), moment(at), moment(until)
	return h, nil
}

// Handed gives the sets that a body may use now. See portfolio.Store.
func (s *Store) Handed(ctx context.Context, body access.BodyID) ([]portfolio.Handed, error) {
	if !plain(string(body)) {
		return nil, nil
	}
	sets, err := all(ctx, s.read, scanHanded, handed+` where r.body = $1
		and r.withdrawn_at is null and r.used_at is null and r.until_at > $2`, string(body), millis(s.now()))
	if err != nil {
		return nil, fmt.Errorf("reading what was handed in to %s: %w", body, err)
	}
	slices.SortFunc(sets, func(a, b portfolio.Handed) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(string(a.Release), string(b.Release))
	})
	return sets, nil
}

// useRelease uses up the release of a set to a body, by the result that takes its
// root, and gives what was released. It is called last in the transaction that keeps
// the result. A set that was not handed in, or whose release was withdrawn or has
// ended, is NotFound; for the same result again it gives the same; one that another
// result has is a Conflict.
func useRelease(ctx context.Context, tx *sql.Tx, now time.Time, body access.BodyID, set portfolio.SetID, result string) (portfolio.Handed, error) {
	if !plain(string(set)) || !plain(string(body)) {
		return portfolio.Handed{}, noEvidence()
	}
	var id string
	err := tx.QueryRowContext(ctx, `update evidence_releases set used_at = case when $4 > released_at then $4 else released_at end, result = $3
		where set_id = $1 and body = $2 and withdrawn_at is null and used_at is null and until_at > $4 returning id`,
		string(set), string(body), result, millis(now)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		var used string
		err = tx.QueryRowContext(ctx, `select id, result from evidence_releases
			where set_id = $1 and body = $2 and used_at is not null`, string(set), string(body)).Scan(&id, &used)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return portfolio.Handed{}, noEvidence()
		case err == nil && used != result:
			return portfolio.Handed{}, fault.New(fault.Conflict, "portfolio.release.used", nil)
		}
	}
	if err != nil {
		return portfolio.Handed{}, err
	}
	return scanHanded(tx.QueryRowContext(ctx, handed+` where r.id = $1`, id))
}
