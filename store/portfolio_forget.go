package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/access"
)

// Removals gives names of files that are to be removed. See portfolio.Store.
func (s *Store) Removals(ctx context.Context, stale time.Time, limit int) ([]string, error) {
	var names []string
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		if _, err := tx.ExecContext(ctx, `update evidence_files set state = 'leaving', person = ''
			where state = 'coming' and at < $1`, millis(stale)); err != nil {
			return err
		}
		var err error
		names, err = all(ctx, tx, func(row scanner) (name string, err error) {
			err = row.Scan(&name)
			return name, err
		}, `select name from evidence_files where state = 'leaving' order by tries, at, name limit $1`, limit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading files to remove: %w", err)
	}
	return names, nil
}

// Removed forgets a file that is gone. See portfolio.Store.
func (s *Store) Removed(ctx context.Context, name string) error {
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, `delete from evidence_files where name = $1 and state = 'leaving'`, name)
		return err
	})
	if err != nil {
		return fmt.Errorf("forgetting a file: %w", err)
	}
	return nil
}

// NotRemoved counts a removal that failed. See portfolio.Store.
func (s *Store) NotRemoved(ctx context.Context, name string) error {
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, `update evidence_files set tries = tries + 1 where name = $1 and state = 'leaving'`, name)
		return err
	})
	if err != nil {
		return fmt.Errorf("counting a removal: %w", err)
	}
	return nil
}

// forgetPortfolio deletes what a person shows, in the transaction that deletes the
// account: items, sets with all salts, and releases, also those that a result has
// used: the result keeps the root, which tells nothing without them. Files are marked
// for removal; whoever calls it lets portfolio.Portfolio.Sweep remove them after the
// commit.
func forgetPortfolio(ctx context.Context, tx *sql.Tx, now time.Time, person access.PersonID) error {
	if person == "" {
		return errors.New("forgetting the portfolio of nobody")
	}
	for _, statement := range []string{
		`delete from evidence_sets where person = $1`, // with members and releases
		`delete from evidence_items where person = $1`,
	} {
		if _, err := tx.ExecContext(ctx, statement, string(person)); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `update evidence_files set state = 'leaving', person = '', at = $2 where person = $1`,
		string(person), millis(now))
	return err
}
