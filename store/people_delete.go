package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/mail"
)

// A forgetter deletes what one part of the store keeps of a person.
type forgetter func(ctx context.Context, tx *sql.Tx, now time.Time, id access.PersonID) error

// forgetters are all of them. Whoever keeps something of a person adds a line
// here and in remainders; a test looks for what was left.
func forgetters() []forgetter {
	return []forgetter{
		forgetCalls, // first: by the tokens
		func(ctx context.Context, tx *sql.Tx, now time.Time, id access.PersonID) error {
			return forgetLetters(ctx, tx, now, string(id)) // first: by the address, too
		},
		forgetAwards, // by the address, too
		forgetPerson,
		forgetPortfolio,
	}
}

// A remainder counts one kind of thing that is kept of a person. name is that of
// the messages deletion.{name}.
type remainder struct {
	name  string
	stays bool // when the account is deleted
	query string
}

func remainders() []remainder {
	return []remainder{
		{"passkeys", false, `select (select count(*) from passkeys where person = $1) + (select count(*) from identities where person = $1)`},
		{"tokens", false, `select count(*) from tokens where person = $1 and ended_at is null`},
		{"notices", false, `select count(*) from notices where person = $1`},
		{"evidence", false, `select count(*) from evidence_items where person = $1`},
		{"sets", false, `select count(*) from evidence_sets where person = $1`},
		{"links", false, `select count(*) from awards a join links l on l.credential = a.credential where a.holder = $1 and l.closed_at is null`},
		{"credentials", true, `select count(*) from awards where holder = $1`},
		{"roles", true, `select count(*) from memberships where person = $1`},
	}
}

// Remains tells what of a person is kept, and what would be deleted.
func (s *Store) Remains(ctx context.Context, id access.PersonID) (access.Remains, error) {
	r := access.Remains{Counts: map[string]int{}}
	for _, one := range remainders() {
		var n int
		if err := s.read.QueryRowContext(ctx, one.query, string(id)).Scan(&n); err != nil {
			return access.Remains{}, fmt.Errorf("counting %s: %w", one.name, engineFault(err))
		}
		r.Counts[one.name] = n
		if one.stays {
			r.Stays = append(r.Stays, one.name)
		}
	}
	var err error
	r.Administers, err = soleAdministrator(ctx, s.read, id, s.now())
	return r, err
}

// soleAdministrator gives the bodies that have no other administrator.
func soleAdministrator(ctx context.Context, q rower, id access.PersonID, now time.Time) ([]access.NewBody, error) {
	return all(ctx, q, func(row scanner) (b access.NewBody, err error) { return b, row.Scan(&b.ID, &b.Name) },
		`select b.id, b.name from memberships m join bodies b on b.id = m.body
		where m.person = $1 and m.role = 'administrator' and `+inForce+` and not exists (
			select 1 from memberships o where o.body = m.body and o.role = 'administrator' and o.person <> $1
				and o.ended_at is null and o.from_at <= $2 and (o.until_at is null or o.until_at > $2))
		order by b.id`, string(id), millis(now))
}

// DeletePerson deletes an account and all that is personal, in one transaction.
func (s *Store) DeletePerson(ctx context.Context, id access.PersonID, l mail.Letter) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		if err := holdPerson(ctx, tx.Tx, id); err != nil {
			return err
		}
		members, err := membershipsOf(ctx, tx, id, now)
		if err != nil {
			return err
		}
		for _, m := range members {
			// One administrator stays: the same rule, and the same hold of the
			// body, as where a role is taken away.
			if _, err := endMember(ctx, tx.Tx, m.Body, m.ID, string(id), now); err != nil {
				return err
			}
		}
		for _, forget := range forgetters() {
			if err := forget(ctx, tx.Tx, now, id); err != nil {
				return err
			}
		}
		return post(ctx, tx, now, l)
	})
}

// forgetPerson deletes what this part keeps. The id of the account stays, and
// with it the roles that it had: records say by it who decided.
func forgetPerson(ctx context.Context, tx *sql.Tx, now time.Time, id access.PersonID) error {
	var email string
	if err := tx.QueryRowContext(ctx, `select email from people where id = $1`, string(id)).Scan(&email); err != nil {
		return err
	}
	for _, query := range []string{
		`delete from passkeys where person = $1`,
		`delete from identities where person = $1`,
		`delete from recovery_codes where person = $1`,
		`delete from sessions where person = $1`,
		`delete from notices where person = $1`,
		`delete from tokens where person = $1`,
		`delete from tickets where person = $1`,
	} {
		if _, err := tx.ExecContext(ctx, query, string(id)); err != nil {
			return err
		}
	}
	// What went to the address without an account. Invitations and claims stay
	// with who sent them, but not the address.
	if _, err := tx.ExecContext(ctx, `update tickets set email = '', ended_at = coalesce(ended_at, $2)
		where lower(email) = $1 and purpose in ('invite', 'claim')`, email, millis(now)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `delete from tickets where lower(email) = $1`, email); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `update people set email = null, name = '', lang = 'en', settings = '{}', epoch = epoch + 1,
			recovered_at = null, deleted_at = $2 where id = $1 and deleted_at is null`, string(id), millis(now))
	return err
}
