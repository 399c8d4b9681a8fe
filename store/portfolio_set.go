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

// Freeze keeps a set. See portfolio.Store.
func (s *Store) Freeze(ctx context.Context, set portfolio.Set, items []portfolio.Item, l portfolio.Limits) error {
	document, err := set.Evidence.JSON()
	if err != nil {
		return err
	}
	if len(items) != set.Count || len(set.Members) != set.Count {
		return fmt.Errorf("keeping set %s: %d items and %d members, it has %d", set.ID, len(items), len(set.Members), set.Count)
	}
	err = s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		var sets int
		if err := tx.QueryRowContext(ctx, `select count(*) from evidence_sets where person = $1`, string(set.Person)).Scan(&sets); err != nil {
			return err
		}
		if sets >= l.Sets {
			return fault.New(fault.Conflict, "portfolio.sets.full", nil).With("Max", l.Sets)
		}
		if _, err := tx.ExecContext(ctx, `insert into evidence_sets (id, person, unit, root, items, document, frozen_at)
			values ($1, $2, $3, $4, $5, $6, $7)`, string(set.ID), string(set.Person), set.Unit, set.Root.String(), set.Count,
			string(document), millis(set.Frozen)); err != nil {
			return err
		}
		for place, i := range items {
			// The item is still what was read, or it is not frozen.
			n, err := affected(tx.ExecContext(ctx, `insert into evidence_members (id, place, item)
				select cast($1 as text), cast($2 as integer), i.id from evidence_items i
				where i.id = $3 and i.person = $4 and i.changed_at = $5 and i.digest = $6`,
				string(set.ID), place, string(i.ID), string(set.Person), millis(i.Changed), i.File.Digest.String()))
			if err != nil {
				return err
			}
			if n == 0 {
				return fault.New(fault.Conflict, "portfolio.set.changed", nil)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping set %s: %w", set.ID, err)
	}
	return nil
}

// Sets gives all sets of a person, the newest first. See portfolio.Store.
func (s *Store) Sets(ctx context.Context, person access.PersonID) ([]portfolio.Set, error) {
	sets, err := all(ctx, s.read, func(row scanner) (portfolio.Set, error) {
		set, _, err := scanSet(row)
		return set, err
	}, `select id, person, unit, root, items, '', frozen_at from evidence_sets where person = $1`, string(person))
	if err != nil {
		return nil, fmt.Errorf("reading sets: %w", err)
	}
	releases, err := all(ctx, s.read, scanRelease, `select `+releaseColumns+` from evidence_releases where person = $1`, string(person))
	if err != nil {
		return nil, fmt.Errorf("reading sets: %w", err)
	}
	for i := range sets {
		for _, r := range releases {
			if r.Set == sets[i].ID {
				sets[i].Releases = append(sets[i].Releases, r)
			}
		}
		newestFirst(sets[i].Releases)
	}
	slices.SortFunc(sets, func(a, b portfolio.Set) int {
		if c := b.Frozen.Compare(a.Frozen); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return sets, nil
}

// Set gives one set of a person with all that it holds. See portfolio.Store.
func (s *Store) Set(ctx context.Context, person access.PersonID, id portfolio.SetID) (portfolio.Set, error) {
	set, err := s.set(ctx, person, id)
	if err != nil {
		return portfolio.Set{}, fmt.Errorf("reading set %s: %w", id, err)
	}
	return set, nil
}

func (s *Store) set(ctx context.Context, person access.PersonID, id portfolio.SetID) (portfolio.Set, error) {
	set, document, err := scanSet(s.read.QueryRowContext(ctx, `select id, person, unit, root, items, document, frozen_at
		from evidence_sets where person = $1 and id = $2`, string(person), string(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return portfolio.Set{}, noEvidence()
	}
	if err != nil {
		return portfolio.Set{}, engineFault(err)
	}
	set.Evidence, err = evidence.ParseSet([]byte(document))
	if err == nil && (set.Evidence.Root() != set.Root || set.Evidence.Len() != set.Count) {
		err = errors.New("it does not fit its root")
	}
	if err != nil {
		return portfolio.Set{}, fault.New(fault.Internal, "store.damaged", err)
	}
	set.Members, err = all(ctx, s.read, func(row scanner) (m portfolio.Member, err error) {
		err = row.Scan(&m.Item, &m.Gone)
		return m, err
	}, `select m.item, i.id is null from evidence_members m left join evidence_items i on i.id = m.item
		where m.id = $1 order by m.place`, string(id))
	if err != nil {
		return portfolio.Set{}, err
	}
	set.Releases, err = all(ctx, s.read, scanRelease, `select `+releaseColumns+` from evidence_releases where set_id = $1`, string(id))
	newestFirst(set.Releases)
	return set, err
}

func scanSet(row scanner) (portfolio.Set, string, error) {
	var set portfolio.Set
	var root, document string
	var frozen int64
	if err := row.Scan(&set.ID, &set.Person, &set.Unit, &root, &set.Count, &document, &frozen); err != nil {
		return portfolio.Set{}, "", err
	}
	var err error
	if set.Root, err = evidence.ParseRoot(root); err != nil {
		return portfolio.Set{}, "", fault.New(fault.Internal, "store.damaged", fmt.Errorf("set %s: %w", set.ID, err))
	}
	set.Frozen = moment(frozen)
	return set, document, nil
}

// DeleteSet forgets a set. See portfolio.Store.
func (s *Store) DeleteSet(ctx context.Context, person access.PersonID, id portfolio.SetID) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		var open bool
		err := tx.QueryRowContext(ctx, `select exists (select 1 from evidence_releases r
				where r.set_id = s.id and r.withdrawn_at is null and r.used_at is null and r.until_at > $3)
			from evidence_sets s where s.id = $1 and s.person = $2`, string(id), string(person), millis(now)).Scan(&open)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return noEvidence()
		case err != nil:
			return err
		case open:
			return fault.New(fault.Conflict, "portfolio.set.open", nil)
		}
		_, err = tx.ExecContext(ctx, `delete from evidence_sets where id = $1`, string(id)) // and what hangs on it
		return err
	})
	if err != nil {
		return fmt.Errorf("deleting set %s: %w", id, err)
	}
	return nil
}
