package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// KeepCodes takes the place of all recovery codes of a person.
func (s *Store) KeepCodes(ctx context.Context, id access.PersonID, codes []access.Code) error {
	return s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		if err := holdPerson(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `delete from recovery_codes where person = $1`, string(id)); err != nil {
			return err
		}
		for _, c := range codes {
			if _, err := tx.ExecContext(ctx, `insert into recovery_codes (id, person, salt, digest, created_at)
				values ($1, $2, $3, $4, $5)`, c.ID, string(id), c.Salt, c.Digest, millis(now)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Codes gives the recovery codes that were not used.
func (s *Store) Codes(ctx context.Context, id access.PersonID) ([]access.Code, error) {
	return all(ctx, s.read, func(row scanner) (c access.Code, err error) {
		return c, row.Scan(&c.ID, &c.Salt, &c.Digest)
	}, `select id, salt, digest from recovery_codes where person = $1 and used_at is null order by id`, string(id))
}

// endRecovery ends the open links to recover an account, and those that stop it.
func endRecovery(ctx context.Context, tx *sql.Tx, now time.Time, id access.PersonID) error {
	_, err := tx.ExecContext(ctx, `update tickets set ended_at = $2 where person = $1 and purpose in ('recover', 'stop')
		and used_at is null and ended_at is null`, string(id), millis(now))
	return err
}

// powers gives the bodies in which a person has a powerful role.
func powers(ctx context.Context, q rower, id access.PersonID, now time.Time) ([]access.BodyID, error) {
	members, err := membershipsOf(ctx, q, id, now)
	var bodies []access.BodyID
	for _, m := range members {
		if m.Role.Powerful() {
			bodies = append(bodies, m.Body)
		}
	}
	return slices.Compact(bodies), err
}

func tooPowerful() error { return fault.New(fault.Forbidden, "access.recover.power", nil) }

// Wait makes a ticket wait.
func (s *Store) Wait(ctx context.Context, id access.TicketID, from, expires time.Time, stop access.Ticket, l mail.Letter) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		if strong, err := powers(ctx, tx, stop.Person, now); err != nil || len(strong) > 0 {
			return cmp.Or(err, tooPowerful())
		}
		n, err := affected(tx.ExecContext(ctx, `update tickets set from_at = $3, expires_at = $4
			where id = $1 and person = $2 and purpose = 'recover' and given_by = '' and from_at is null
				and used_at is null and ended_at is null and expires_at > $5`,
			string(id), string(stop.Person), millis(from), millis(expires), millis(now)))
		if err != nil || n == 0 {
			return cmp.Or(err, error(fault.New(fault.Conflict, "access.link.used", nil)))
		}
		if err := newTicket(ctx, tx.Tx, stop); err != nil {
			return err
		}
		return post(ctx, tx, now, l)
	})
}

// StopRecovery ends the open links to recover an account.
func (s *Store) StopRecovery(ctx context.Context, id access.PersonID) error {
	return s.change(ctx, func(tx *sql.Tx, now time.Time) error { return endRecovery(ctx, tx, now, id) })
}

// Help keeps a ticket by which a person comes back at once.
func (s *Store) Help(ctx context.Context, b access.BodyID, t access.Ticket, letter func(access.Person, access.Ticket) mail.Letter) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		if b != "" {
			if err := mayHelp(ctx, tx, b, t.Person, now); err != nil {
				return err
			}
		}
		p, err := person(ctx, tx, t.Person, now)
		if err != nil {
			return err
		}
		if err := endRecovery(ctx, tx.Tx, now, p.ID); err != nil {
			return err
		}
		t := t
		t.Email, t.Lang = p.Email, p.Lang
		if err := newTicket(ctx, tx.Tx, t); err != nil {
			return err
		}
		return post(ctx, tx, now, letter(p, t))
	})
}

// mayHelp tells whether a body may help somebody back: one of its own, who is
// not powerful elsewhere.
func mayHelp(ctx context.Context, q rower, b access.BodyID, id access.PersonID, now time.Time) error {
	members, err := membershipsOf(ctx, q, id, now)
	if err != nil {
		return err
	}
	in := func(m access.Membership) bool { return m.Body == b }
	if !slices.ContainsFunc(members, in) {
		return noMember()
	}
	if slices.ContainsFunc(members, func(m access.Membership) bool { return !in(m) && m.Role.Powerful() }) {
		return fault.New(fault.Forbidden, "access.recover.elsewhere", nil)
	}
	return nil
}

// Recover gives an account a new login and takes all else away.
func (s *Store) Recover(ctx context.Context, id access.TicketID, code string, l access.Login,
	tell func(access.Person) mail.Letter,
) (p access.Person, err error) {
	err = s.changeWith(ctx, func(tx Tx, now time.Time) error {
		t, err := ticketBy(ctx, tx, id)
		if err != nil {
			return err
		}
		if t.Purpose != access.Recover || t.Person == "" {
			return noTicket()
		}
		if err := holdPerson(ctx, tx.Tx, t.Person); err != nil {
			return err
		}
		if err := proven(ctx, tx.Tx, now, t, code); err != nil {
			return err
		}
		if err := startOver(ctx, tx.Tx, now, t.Person); err != nil {
			return err
		}
		if err := insertLogin(ctx, tx.Tx, now, t.Person, l); err != nil {
			return err
		}
		if _, err := useTicket(ctx, tx.Tx, now, id, access.Recover); err != nil {
			return err
		}
		// Only now, for it would end the ticket, too.
		if err := endRecovery(ctx, tx.Tx, now, t.Person); err != nil {
			return err
		}
		if p, err = person(ctx, tx, t.Person, now); err != nil {
			return err
		}
		if err := notice(ctx, tx.Tx, now, access.Notice{Person: p.ID, Key: "notice.recovered", Path: "/settings"}); err != nil {
			return err
		}
		return post(ctx, tx, now, tell(p))
	})
	return p, err
}

// proven tells whether a ticket opens the account: with a code, which is used up,
// and then at once; after the waiting time; or because somebody helped.
func proven(ctx context.Context, tx *sql.Tx, now time.Time, t access.Ticket, code string) error {
	if code != "" {
		n, err := affected(tx.ExecContext(ctx, `update recovery_codes set used_at = $3
			where id = $1 and person = $2 and used_at is null`, code, string(t.Person), millis(now)))
		if err != nil || n == 0 {
			return cmp.Or(err, error(fault.New(fault.Forbidden, "access.code.wrong", nil)))
		}
		_, err = tx.ExecContext(ctx, `update tickets set from_at = null where id = $1`, string(t.ID))
		return err
	}
	if t.By != "" { // an administrator, or the console
		return nil
	}
	if t.From.IsZero() {
		return fault.New(fault.Forbidden, "access.code.wrong", nil)
	}
	strong, err := powers(ctx, tx, t.Person, now)
	if err != nil || len(strong) > 0 {
		return cmp.Or(err, tooPowerful())
	}
	return nil
}

// startOver takes away all that let somebody into an account, and what the account
// gave others who are not in yet: an intruder may have done so.
func startOver(ctx context.Context, tx *sql.Tx, now time.Time, id access.PersonID) error {
	for _, query := range []string{
		`delete from passkeys where person = $1`,
		`delete from identities where person = $1`,
		`delete from recovery_codes where person = $1`,
		`delete from sessions where person = $1`,
	} {
		if _, err := tx.ExecContext(ctx, query, string(id)); err != nil {
			return err
		}
	}
	for _, query := range []string{
		`update people set epoch = epoch + 1, recovered_at = $2 where id = $1`,
		`update tokens set ended_at = $2 where person = $1 and ended_at is null`,
		`update tickets set ended_at = $2 where person = $1 and purpose = 'address' and used_at is null and ended_at is null`,
	} {
		if _, err := tx.ExecContext(ctx, query, string(id), millis(now)); err != nil {
			return err
		}
	}
	members, err := membershipsOf(ctx, tx, id, now)
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := endInvitations(ctx, tx, id, m.Body, now); err != nil {
			return err
		}
		if err := endTokens(ctx, tx, id, m.Body, now, func(access.Token) bool { return false }); err != nil {
			return err
		}
	}
	return nil
}
