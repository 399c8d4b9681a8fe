package store

import (
	"context"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/mail"
)

// Post posts letters as use cases do, in one transaction with then.
func (s *Store) Post(ctx context.Context, then func() error, letters ...mail.Letter) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		for _, l := range letters {
			if err := post(ctx, tx, now, l); err != nil {
				return err
			}
		}
		return then()
	})
}

// KeepTicket keeps a ticket.
func (s *Store) KeepTicket(ctx context.Context, t access.Ticket) error {
	return s.changeWith(ctx, func(tx Tx, _ time.Time) error { return newTicket(ctx, tx.Tx, t) })
}

// ForgetLetters is forgetLetters.
func (s *Store) ForgetLetters(ctx context.Context, person string) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error { return forgetLetters(ctx, tx.Tx, now, person) })
}
