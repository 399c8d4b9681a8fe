package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/internal/fault"
)

var _ award.Store = (*Store)(nil)

func noAward() error { return fault.New(fault.NotFound, "award.none", nil) }

// awardColumns read an award. Its document stands in results once it is sealed.
const awardColumns = `a.id, a.body, coalesce(a.document, r.document, ''), a.version, a.original, a.summary, a.look, a.email, a.lang,
	a.evidence, a.imported_at, a.imported_by, a.begun_by, a.sealed_at, coalesce(a.draft, ''), coalesce(d.state, 0),
	coalesce(a.holder, ''), coalesce(a.held_as, ''), a.claimed_at, a.forgotten_at
	from awards a left join results r on r.id = a.body || '/' || a.id left join drafts d on d.id = a.draft`

func scanAward(row scanner) (a award.Award, err error) {
	var document, summary, look string
	var imported int64
	var begun sql.NullString
	var sealed, claimed, forgotten sql.NullInt64
	err = row.Scan(&a.ID, &a.Body, &document, &a.Digest, &a.Original, &summary, &look, &a.Email, &a.Lang, &a.Evidence,
		&imported, &a.ImportedBy, &begun, &sealed, &a.Draft, &a.Standing, &a.Holder, &a.HeldAs, &claimed, &forgotten)
	if err != nil {
		return award.Award{}, err
	}
	if err := intact("award", string(a.ID), a.Digest, []byte(document)); err != nil {
		return award.Award{}, err
	}
	if err := json.Unmarshal([]byte(summary), &a.Summary); err != nil {
		return award.Award{}, fmt.Errorf("reading award %s: %w", a.ID, err)
	}
	a.Document, a.Look = []byte(document), []byte(look)
	a.ImportedAt, a.SealedAt, a.ClaimedAt, a.ForgottenAt = moment(imported), timeOf(sealed), timeOf(claimed), timeOf(forgotten)
	a.SealedBy = begun.String
	a.State = stateOf(begun.Valid, sealed.Valid)
	a.Version = award.VersionOf(a)
	return a, nil
}

func stateOf(begun, sealed bool) award.State {
	switch {
	case sealed:
		return award.Sealed
	case begun:
		return award.Begun
	}
	return award.Waiting
}

// ImportAward keeps a new award. See award.Store.
func (s *Store) ImportAward(ctx context.Context, a award.Award) (kept award.Award, fresh bool, err error) {
	summary, err := json.Marshal(a.Summary)
	if err != nil {
		return award.Award{}, false, fmt.Errorf("writing award %s: %w", a.ID, err)
	}
	err = s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		taken := fault.New(fault.Conflict, "award.taken", nil).With("ID", string(a.ID))
		var id string
		err := tx.QueryRowContext(ctx, `insert into awards
			(id, body, document, version, original, summary, email, lang, evidence, imported_at, imported_by)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (body, id) do nothing returning id`,
			string(a.ID), string(a.Body), string(a.Document), a.Digest, a.Original, string(summary), a.Email, a.Lang,
			string(a.Evidence), millis(a.ImportedAt), a.ImportedBy).Scan(&id)
		switch {
		case err == nil:
			fresh = true
			// A result that was sealed without an award is not imported again.
			var there bool
			if err := tx.QueryRowContext(ctx, `select exists (select 1 from results where id = $1)`,
				ownID(string(a.Body), string(a.ID))).Scan(&there); err != nil {
				return err
			}
			if there {
				return taken
			}
		case errors.Is(err, sql.ErrNoRows):
			fresh = false
		default:
			return err
		}
		kept, err = awardBy(ctx, tx, a.Body, a.ID)
		if err == nil && kept.Original != a.Original && kept.Digest != a.Digest {
			return taken
		}
		return err
	})
	if err != nil {
		return award.Award{}, false, fmt.Errorf("keeping award %s: %w", a.ID, err)
	}
	return kept, fresh, nil
}

// Award gives an award of a body.
func (s *Store) Award(ctx context.Context, body access.BodyID, id assessment.ResultID) (award.Award, error) {
	a, err := awardBy(ctx, s.read, body, id)
	if err != nil {
		return award.Award{}, fmt.Errorf("reading award %s: %w", id, engineFault(err))
	}
	return a, nil
}

func awardBy(ctx context.Context, q rower, body access.BodyID, id assessment.ResultID) (award.Award, error) {
	if !plain(string(body), string(id)) {
		return award.Award{}, noAward()
	}
	a, err := scanAward(q.QueryRowContext(ctx, `select `+awardColumns+` where a.body = $1 and a.id = $2`, string(body), string(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return award.Award{}, noAward()
	}
	return a, err
}

// awardsAtOnce is how many awards a list has where its reader does not say.
const awardsAtOnce = 50

// The lists of awards, each with an index of its own.
const (
	awardRows = `select a.id, a.summary, a.imported_at, a.email <> '', a.begun_at is not null, a.sealed_at, coalesce(d.state, 0),
		a.holder is not null, a.forgotten_at is not null
		from awards a left join drafts d on d.id = a.draft
		where a.body = $1 and ($7 < 0 or d.state = $7) and `

	awardsImported = awardRows + importedBefore
	awardsOpen     = awardRows + `a.sealed_at is null and ` + importedBefore
	awardsSealed   = awardRows + `a.sealed_at is not null and (a.sealed_at < $2 or a.sealed_at = $2 and a.id < $3)
			and ($4 >= 0 and $5 >= 0 and $6 >= 0)
		order by a.sealed_at desc, a.id desc limit $8`

	importedBefore = `(a.imported_at < $2 or a.imported_at = $2 and a.id < $3)
			and ($4 = 1 and a.begun_at is null or $5 = 1 and a.begun_at is not null and a.sealed_at is null or $6 = 1 and a.sealed_at is not null)
		order by a.imported_at desc, a.id desc limit $8`
)

// Awards lists awards of a body. See award.Filter.
func (s *Store) Awards(ctx context.Context, body access.BodyID, f award.Filter) ([]award.Row, error) {
	waiting, begun, sealed := wanted(f.States)
	limit := f.Limit
	if limit <= 0 {
		limit = awardsAtOnce
	}
	at, id := int64(1<<62), "~"
	if f.Before != nil {
		at, id = millis(f.Before.At), string(f.Before.ID)
	}
	stand := int64(-1)
	if f.Stand != nil {
		stand = int64(*f.Stand)
	}
	query := awardsImported
	switch {
	case f.Sealed:
		query = awardsSealed
	case sealed == 0:
		query = awardsOpen
	}
	if !plain(string(body), id) {
		return nil, nil
	}
	rows, err := all(ctx, s.read, scanAwardRow, query, string(body), at, id, waiting, begun, sealed, stand, limit)
	if err != nil {
		return nil, fmt.Errorf("listing awards of body %s: %w", body, engineFault(err))
	}
	return rows, nil
}

func wanted(states []award.State) (waiting, begun, sealed int) {
	if len(states) == 0 {
		return 1, 1, 1
	}
	for _, s := range states {
		switch s {
		case award.Waiting:
			waiting = 1
		case award.Begun:
			begun = 1
		case award.Sealed:
			sealed = 1
		}
	}
	return waiting, begun, sealed
}

func scanAwardRow(row scanner) (r award.Row, err error) {
	var summary string
	var imported int64
	var begun bool
	var sealed sql.NullInt64
	if err := row.Scan(&r.ID, &summary, &imported, &r.Told, &begun, &sealed, &r.Standing, &r.Claimed, &r.Forgotten); err != nil {
		return award.Row{}, err
	}
	if err := json.Unmarshal([]byte(summary), &r.Summary); err != nil {
		return award.Row{}, fmt.Errorf("reading award %s: %w", r.ID, err)
	}
	r.ImportedAt, r.SealedAt, r.State = moment(imported), timeOf(sealed), stateOf(begun, sealed.Valid)
	return r, nil
}

// CountAwards tells how many awards of a body wait to be sealed.
func (s *Store) CountAwards(ctx context.Context, body access.BodyID) (waiting int, since time.Time, err error) {
	var first sql.NullInt64
	err = s.read.QueryRowContext(ctx, `select count(*), min(imported_at) from awards
		where body = $1 and sealed_at is null`, string(body)).Scan(&waiting, &first)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("counting awards of body %s: %w", body, engineFault(err))
	}
	return waiting, timeOf(first), nil
}

// AttachAward keeps what goes with an award. See award.Store.
func (s *Store) AttachAward(ctx context.Context, a award.Award, was, by string) error {
	summary, err := json.Marshal(a.Summary)
	if err != nil {
		return fmt.Errorf("writing award %s: %w", a.ID, err)
	}
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		kept, err := awardBy(ctx, tx, a.Body, a.ID)
		if err != nil {
			return err
		}
		if err := unchanged(kept, was); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `update awards
			set email = $3, lang = $4, evidence = $5, document = $6, version = $7, summary = $8,
				forgotten_at = case when $3 = '' then forgotten_at else null end
			where body = $1 and id = $2`,
			string(a.Body), string(a.ID), a.Email, a.Lang, string(a.Evidence), string(a.Document), a.Digest, string(summary)); err != nil {
			return err
		}
		return noteAddress(ctx, tx, now, kept, a.Email, by)
	})
	if err != nil {
		return fmt.Errorf("changing award %s: %w", a.ID, err)
	}
	return nil
}

// unchanged refuses an award that cannot be changed any more, or is of another version
// by now.
func unchanged(a award.Award, was string) error {
	switch {
	case a.State == award.Sealed:
		return fault.New(fault.Conflict, "award.sealed", nil)
	case a.State == award.Begun:
		return fault.New(fault.Conflict, "award.begun", nil)
	case a.Version != was:
		return fault.New(fault.Conflict, "award.changed", nil)
	}
	return nil
}

// atWork is how long after a sign of life sealing counts as at work: it settles the
// first form within seconds.
const atWork = time.Minute

// DiscardAward forgets an award of which nothing was sealed. See award.Store.
func (s *Store) DiscardAward(ctx context.Context, body access.BodyID, id assessment.ResultID) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		n, err := affected(tx.ExecContext(ctx, `delete from awards where body = $1 and id = $2 and (begun_at is null
			or begun_at <= $3 and sealed_at is null and not exists (select 1 from drafts where result = $4)
				and not exists (select 1 from reservations where request = $4))`,
			string(body), string(id), millis(now.Add(-atWork)), ownID(string(body), string(id))))
		if err != nil {
			return err
		}
		if n == 0 {
			a, err := awardBy(ctx, tx, body, id)
			if err != nil {
				return err
			}
			return unchanged(a, "")
		}
		if _, err := tx.ExecContext(ctx, `update evidence_releases set used_at = null, result = null
			where body = $1 and result = $2`, string(body), string(id)); err != nil {
			return err
		}
		// Kept before its first form was settled, which never was.
		_, err = tx.ExecContext(ctx, `delete from results where id = $1 and not exists (select 1 from drafts where result = $1)`, ownID(string(body), string(id)))
		return err
	})
	if err != nil {
		return fmt.Errorf("discarding award %s: %w", id, err)
	}
	return nil
}

// BegunAwards gives awards whose sealing has begun, not ended, and does not rest.
func (s *Store) BegunAwards(ctx context.Context, before, now time.Time, limit int) ([]award.BegunRef, error) {
	refs, err := all(ctx, s.read, func(row scanner) (r award.BegunRef, err error) {
		return r, row.Scan(&r.Body, &r.ID, &r.Tries)
	}, `select body, id, tries from awards where begun_at is not null and sealed_at is null and begun_at <= $1 and rests_until <= $2
		order by tries, begun_at, id limit $3`, millis(before), millis(now), limit)
	if err != nil {
		return nil, fmt.Errorf("finding awards whose sealing has begun: %w", engineFault(err))
	}
	return refs, nil
}

// RestSeal counts a try to go on with sealing, and lets the award rest. See award.Store.
func (s *Store) RestSeal(ctx context.Context, r award.Ref, until time.Time) error {
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, `update awards set tries = tries + 1, rests_until = $3
			where body = $1 and id = $2 and begun_at is not null and sealed_at is null`, string(r.Body), string(r.ID), millis(until))
		return err
	})
	if err != nil {
		return fmt.Errorf("letting award %s rest: %w", r.ID, err)
	}
	return nil
}

// PublishingBodies gives the bodies that have status lists.
func (s *Store) PublishingBodies(ctx context.Context) ([]access.BodyID, error) {
	ids, err := all(ctx, s.read, func(row scanner) (id access.BodyID, err error) {
		return id, row.Scan(&id)
	}, `select body from status_publishers order by body`)
	if err != nil {
		return nil, fmt.Errorf("finding bodies with status lists: %w", engineFault(err))
	}
	return ids, nil
}

// DueBodies gives the bodies that have status lists to sign, those first that have
// waited longest.
func (s *Store) DueBodies(ctx context.Context, at time.Time) ([]access.BodyID, error) {
	ids, err := all(ctx, s.read, func(row scanner) (id access.BodyID, err error) {
		return id, row.Scan(&id)
	}, `select l.body from status_lists l join status_publishers p on p.body = l.body where l.due_at <= $1
		group by l.body order by min(l.due_at), l.body`, millis(at))
	if err != nil {
		return nil, fmt.Errorf("finding bodies with status lists to sign: %w", engineFault(err))
	}
	return ids, nil
}

// Copies gives the copies that a body itself issued of an award.
func (s *Store) Copies(ctx context.Context, ref award.Ref) ([]award.CopyInfo, error) {
	copies, err := all(ctx, s.read, func(row scanner) (c award.CopyInfo, err error) {
		return c, row.Scan(&c.ID, &c.Form)
	}, `select s.id, s.form from reservations r join sealed s on s.id = r.id
		where r.request = $1 and r.holder = '' order by s.form`, ownID(string(ref.Body), string(ref.ID)))
	if err != nil {
		return nil, fmt.Errorf("finding the copies of award %s: %w", ref.ID, engineFault(err))
	}
	return copies, nil
}

// forgetAwards takes away what ties awards to a person: the accounts that they are
// in, the addresses of the letters, and the links, which are closed. What the body
// sealed stays with the body, for its records.
func forgetAwards(ctx context.Context, tx *sql.Tx, now time.Time, person access.PersonID) error {
	if _, err := tx.ExecContext(ctx, `update links set closed_at = coalesce(closed_at, $2), note = ''
		where credential in (select credential from awards where holder = $1)`, string(person), millis(now)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `update awards set holder = null, held_as = null, claimed_at = null, email = '', lang = '', forgotten_at = $2
		where holder = $1`, string(person), millis(now)); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `update awards set email = '', lang = '', forgotten_at = case when holder is null then $2 else forgotten_at end
		where email <> '' and lower(email) = (select lower(email) from people where id = $1)`, string(person), millis(now))
	return err
}
