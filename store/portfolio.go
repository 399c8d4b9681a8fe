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

var _ portfolio.Store = (*Store)(nil)

// noEvidence is the answer for what is not there and for what is another's.
func noEvidence() error { return fault.New(fault.NotFound, "portfolio.none", nil) }

// ReserveFile takes room for a file. See portfolio.Store.
func (s *Store) ReserveFile(ctx context.Context, person access.PersonID, f portfolio.FileRoom, l portfolio.Limits) error {
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		var size int64
		var files int
		if err := tx.QueryRowContext(ctx, `select cast(coalesce(sum(size), 0) as bigint), count(*) from evidence_files where person = $1`,
			string(person)).Scan(&size, &files); err != nil {
			return err
		}
		switch {
		case files >= l.Items:
			return fault.New(fault.Conflict, "portfolio.items.full", nil).With("Max", l.Items)
		case size+f.Size > l.Total:
			return fault.New(fault.Conflict, "portfolio.full", nil).With("Max", l.Total>>20).With("Left", max(l.Total-size, 0)>>20)
		}
		_, err := tx.ExecContext(ctx, `insert into evidence_files (name, person, size, state, at)
			values ($1, $2, $3, 'coming', $4)`, f.Name, string(person), f.Size, millis(f.At))
		return err
	})
	if err != nil {
		return fmt.Errorf("reserving room for a file: %w", err)
	}
	return nil
}

// GiveUp marks a file for removal, unless an item has it. See portfolio.Store.
func (s *Store) GiveUp(ctx context.Context, name string) (kept bool, err error) {
	err = s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		kept = false
		if _, err := tx.ExecContext(ctx, `update evidence_files set state = 'leaving', person = ''
			where name = $1 and state = 'coming'`, name); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `select count(*) > 0 from evidence_files where name = $1 and state = 'kept'`, name).Scan(&kept)
	})
	if err != nil {
		return false, fmt.Errorf("giving up a file: %w", err)
	}
	return kept, nil
}

// AddItem keeps an item with its file. See portfolio.Store.
func (s *Store) AddItem(ctx context.Context, i portfolio.Item) error {
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		n, err := affected(tx.ExecContext(ctx, `update evidence_files set state = 'kept'
			where name = $1 and person = $2 and size = $3 and state = 'coming'`, i.File.Blob, string(i.Person), i.File.Size))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "portfolio.file.late", nil)
		}
		_, err = tx.ExecContext(ctx, `insert into evidence_items (id, person, kind, unit, title, shows, task, people, own, day,
				file, file_name, media_type, size, digest, added_at, changed_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
			string(i.ID), string(i.Person), string(i.Kind), i.Unit, i.Title, i.Shows, i.Task, i.People, yes(i.Own), millis(i.Day),
			i.File.Blob, i.File.Name, i.File.Type, i.File.Size, i.File.Digest.String(), millis(i.Added), millis(i.Changed))
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping item %s: %w", i.ID, err)
	}
	return nil
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

const itemColumns = `id, person, kind, unit, title, shows, task, people, own, day, file, file_name, media_type, size, digest, added_at, changed_at`

// scanner is a row or one of several.
type scanner interface{ Scan(into ...any) error }

func scanItem(row scanner) (portfolio.Item, error) {
	var i portfolio.Item
	var own int
	var day, added, changed int64
	var sum string
	err := row.Scan(&i.ID, &i.Person, &i.Kind, &i.Unit, &i.Title, &i.Shows, &i.Task, &i.People, &own, &day,
		&i.File.Blob, &i.File.Name, &i.File.Type, &i.File.Size, &sum, &added, &changed)
	if err != nil {
		return portfolio.Item{}, err
	}
	if i.File.Digest, err = evidence.ParseDigest(sum); err != nil {
		return portfolio.Item{}, fault.New(fault.Internal, "store.damaged", fmt.Errorf("item %s: %w", i.ID, err))
	}
	i.Own, i.Day = own != 0, moment(day)
	i.Added, i.Changed = moment(added), moment(changed)
	return i, nil
}

// Items gives all items of a person, the newest first. See portfolio.Store.
func (s *Store) Items(ctx context.Context, person access.PersonID) ([]portfolio.Item, error) {
	items, err := all(ctx, s.read, scanItem, `select `+itemColumns+` from evidence_items where person = $1`, string(person))
	if err != nil {
		return nil, fmt.Errorf("reading items: %w", err)
	}
	type place struct {
		item portfolio.ItemID
		set  portfolio.SetID
	}
	places, err := all(ctx, s.read, func(row scanner) (p place, err error) {
		err = row.Scan(&p.item, &p.set)
		return p, err
	}, `select m.item, m.id from evidence_members m join evidence_sets s on s.id = m.id where s.person = $1`, string(person))
	if err != nil {
		return nil, fmt.Errorf("reading items: %w", err)
	}
	in := make(map[portfolio.ItemID][]portfolio.SetID)
	for _, p := range places {
		in[p.item] = append(in[p.item], p.set)
	}
	for i := range items {
		items[i].Sets = in[items[i].ID]
		slices.Sort(items[i].Sets)
	}
	slices.SortFunc(items, func(a, b portfolio.Item) int {
		if c := b.Added.Compare(a.Added); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return items, nil
}

// Item gives one item of a person. See portfolio.Store.
func (s *Store) Item(ctx context.Context, person access.PersonID, id portfolio.ItemID) (portfolio.Item, error) {
	i, err := scanItem(s.read.QueryRowContext(ctx, `select `+itemColumns+` from evidence_items where person = $1 and id = $2`,
		string(person), string(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return portfolio.Item{}, noEvidence()
	}
	if err == nil {
		i.Sets, err = all(ctx, s.read, func(row scanner) (set portfolio.SetID, err error) {
			err = row.Scan(&set)
			return set, err
		}, `select id from evidence_members where item = $1`, string(id))
	}
	if err != nil {
		return portfolio.Item{}, fmt.Errorf("reading item %s: %w", id, engineFault(err))
	}
	slices.Sort(i.Sets)
	return i, nil
}

// EditItem changes the texts of an item. See portfolio.Store.
func (s *Store) EditItem(ctx context.Context, i portfolio.Item) error {
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		var frozen bool
		err := tx.QueryRowContext(ctx, `select exists (select 1 from evidence_members where item = i.id)
			from evidence_items i where i.id = $1 and i.person = $2`, string(i.ID), string(i.Person)).Scan(&frozen)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return noEvidence()
		case err != nil:
			return err
		case frozen:
			return fault.New(fault.Conflict, "portfolio.frozen", nil)
		}
		_, err = tx.ExecContext(ctx, `update evidence_items set kind = $3, unit = $4, title = $5, shows = $6, task = $7,
				people = $8, own = $9, day = $10, changed_at = case when changed_at >= $11 then changed_at + 1 else $11 end
			where id = $1 and person = $2`, string(i.ID), string(i.Person), string(i.Kind), i.Unit, i.Title, i.Shows, i.Task,
			i.People, yes(i.Own), millis(i.Day), millis(i.Changed))
		return err
	})
	if err != nil {
		return fmt.Errorf("changing item %s: %w", i.ID, err)
	}
	return nil
}

// DeleteItem forgets an item. See portfolio.Store.
func (s *Store) DeleteItem(ctx context.Context, person access.PersonID, id portfolio.ItemID) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		var file string
		err := tx.QueryRowContext(ctx, `delete from evidence_items where id = $1 and person = $2 returning file`,
			string(id), string(person)).Scan(&file)
		if errors.Is(err, sql.ErrNoRows) {
			return noEvidence()
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `update evidence_files set state = 'leaving', person = '', at = $2 where name = $1`, file, millis(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("deleting item %s: %w", id, err)
	}
	return nil
}

// Usage tells what a person's files take up. See portfolio.Store.
func (s *Store) Usage(ctx context.Context, person access.PersonID) (portfolio.Usage, error) {
	var u portfolio.Usage
	if err := s.read.QueryRowContext(ctx, `select cast(coalesce(sum(size), 0) as bigint), count(*) from evidence_files where person = $1`,
		string(person)).Scan(&u.Bytes, &u.Items); err != nil {
		return portfolio.Usage{}, fmt.Errorf("counting files: %w", engineFault(err))
	}
	return u, nil
}

// queryer is the database or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// all gives every row of a query.
func all[T any](ctx context.Context, q queryer, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, engineFault(err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, engineFault(err)
		}
		out = append(out, v)
	}
	return out, engineFault(rows.Err())
}
