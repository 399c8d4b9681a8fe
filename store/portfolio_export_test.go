package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/portfolio"
)

// UseRelease is useRelease in a transaction of its own.
func (s *Store) UseRelease(ctx context.Context, body access.BodyID, set portfolio.SetID, result string) (h portfolio.Handed, err error) {
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		h, err = useRelease(ctx, tx, now, body, set, result)
		return err
	})
	return h, err
}

// ForgetPerson is forgetPortfolio in a transaction of its own.
func (s *Store) ForgetPerson(ctx context.Context, person access.PersonID) error {
	return s.change(ctx, func(tx *sql.Tx, now time.Time) error { return forgetPortfolio(ctx, tx, now, person) })
}

// ForgetAwards takes away what ties awards to a person.
func (s *Store) ForgetAwards(ctx context.Context, person access.PersonID) error {
	return s.change(ctx, func(tx *sql.Tx, now time.Time) error { return forgetAwards(ctx, tx, now, person) })
}
