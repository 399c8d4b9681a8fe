package store

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// How many letters an address is sent for who asks for them. What is asked for beyond
// is forgotten in silence: nobody fills somebody's mailbox, and the last of them still
// opens.
const (
	enough      = 4  // an hour, for one purpose
	enoughToday = 10 // a day, of links to sign up
)

func noTicket() error { return fault.New(fault.NotFound, "access.link.none", nil) }

// newTicket keeps a ticket.
func newTicket(ctx context.Context, tx *sql.Tx, t access.Ticket) error {
	_, err := tx.ExecContext(ctx, `insert into tickets (id, purpose, email, person, body, role, subject, lang, given_by,
			created_at, expires_at, from_at, used_at, ended_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		string(t.ID), string(t.Purpose), t.Email, null(string(t.Person)), null(string(t.Body)), string(t.Role), t.Subject, t.Lang, t.By,
		millis(t.Created), millis(t.Expires), orNull(t.From), orNull(t.Used), orNull(t.Ended))
	return err
}

const ticketColumns = `id, purpose, email, person, body, role, subject, lang, given_by,
	created_at, expires_at, from_at, used_at, ended_at`

func scanTicket(row scanner) (t access.Ticket, err error) {
	var person, body sql.NullString
	var created, expires int64
	var from, used, ended sql.NullInt64
	err = row.Scan(&t.ID, &t.Purpose, &t.Email, &person, &body, &t.Role, &t.Subject, &t.Lang, &t.By,
		&created, &expires, &from, &used, &ended)
	t.Person, t.Body = access.PersonID(person.String), access.BodyID(body.String)
	t.Created, t.Expires = moment(created), moment(expires)
	t.From, t.Used, t.Ended = timeOf(from), timeOf(used), timeOf(ended)
	return t, err
}

// ticketBy reads a ticket, open or not.
func ticketBy(ctx context.Context, q rower, id access.TicketID) (access.Ticket, error) {
	if !plain(string(id)) {
		return access.Ticket{}, noTicket()
	}
	t, err := scanTicket(q.QueryRowContext(ctx, `select `+ticketColumns+` from tickets where id = $1`, string(id)))
	return t, one(err, noTicket())
}

// useTicket uses a ticket up and gives it, in one statement: of two who try, one
// succeeds. It is called when all else is done. One that is not open is a
// Conflict.
func useTicket(ctx context.Context, tx *sql.Tx, now time.Time, id access.TicketID, p access.Purpose) (access.Ticket, error) {
	t, err := scanTicket(tx.QueryRowContext(ctx, `update tickets set used_at = $3
		where id = $1 and purpose = $2 and used_at is null and ended_at is null and expires_at > $3
			and (from_at is null or from_at <= $3)
		returning `+ticketColumns, string(id), string(p), millis(now)))
	return t, one(err, fault.New(fault.Conflict, "access.link.used", nil))
}

// endTickets ends the open tickets of a purpose that are about a subject, such as
// the links to claim an award.
func endTickets(ctx context.Context, tx *sql.Tx, now time.Time, p access.Purpose, body access.BodyID, subject string) error {
	_, err := tx.ExecContext(ctx, `update tickets set ended_at = $3 where purpose = $1 and body = $4 and subject = $2 and subject <> ''
		and used_at is null and ended_at is null`, string(p), subject, millis(now), string(body))
	return err
}

// had tells whether an address was sent enough for now, whether or not it has an
// account, and whether it was told today that it has none to recover. There is no
// end for a day to links that recover: a stranger could use it up.
func had(ctx context.Context, tx *sql.Tx, now time.Time, t access.Ticket) (all, told bool, err error) {
	var hour, day, unknown int
	err = tx.QueryRowContext(ctx, `select count(case when purpose = $2 and created_at > $4 then 1 end),
			count(case when purpose = 'register' then 1 end),
			count(case when purpose = 'recover' and person is null then 1 end)
		from tickets where lower(email) = $1 and created_at > $3`,
		lowered(t.Email), string(t.Purpose), millis(now.Add(-24*time.Hour)), millis(now.Add(-time.Hour))).Scan(&hour, &day, &unknown)
	return hour >= enough || t.Purpose == access.Register && day >= enoughToday, unknown > 0, err
}

// endSetUps ends the other open links to set up a new body: of those that a
// server shows, one at each start, the last alone opens, and once.
func endSetUps(ctx context.Context, tx *sql.Tx, now time.Time, but access.Ticket) error {
	if but.Purpose != access.SetUp {
		return nil
	}
	_, err := tx.ExecContext(ctx, `update tickets set ended_at = $2 where purpose = 'setup' and body is null and id <> $1
		and used_at is null and ended_at is null`, string(but.ID), millis(now))
	return err
}

// MakeTicket keeps a ticket that no letter carries.
func (s *Store) MakeTicket(ctx context.Context, t access.Ticket) error {
	return s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		if t.Body != "" {
			if err := lockBody(ctx, tx, t.Body); err != nil {
				return err
			}
		} else if err := endSetUps(ctx, tx, now, t); err != nil {
			return err
		}
		return newTicket(ctx, tx, t)
	})
}

// SendTicket keeps a ticket and the letter that carries it, or tells an address
// that has an account. Known and unknown addresses cost the same statements.
func (s *Store) SendTicket(ctx context.Context, t access.Ticket, l, known mail.Letter) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		full, _, err := had(ctx, tx.Tx, now, t)
		if err != nil || full {
			return err
		}
		id, there, err := personAt(ctx, tx, t.Email)
		if err != nil {
			return err
		}
		t, l := t, l
		if there {
			known.Person = string(id)
			t.Ended, l = t.Created, known
		}
		if err := newTicket(ctx, tx.Tx, t); err != nil {
			return err
		}
		return post(ctx, tx, now, l)
	})
}

// SendRecovery keeps a ticket to recover an account and the letter that carries
// it, or tells an address that has none, once a day: whoever gets that letter has no
// part in this server. All cost the same statements.
func (s *Store) SendRecovery(ctx context.Context, t access.Ticket, l, unknown mail.Letter) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		full, told, err := had(ctx, tx.Tx, now, t)
		if err != nil || full {
			return err
		}
		id, there, err := personAt(ctx, tx, t.Email)
		if err != nil {
			return err
		}
		t, l := t, l
		t.Person, l.Person = id, string(id)
		if !there {
			t.Ended = t.Created
		}
		if !there && !told { // else the letter is kept, too, but its link has ended: it is withdrawn, not sent
			l = unknown
		}
		if err := newTicket(ctx, tx.Tx, t); err != nil {
			return err
		}
		return post(ctx, tx, now, l)
	})
}

// AnyTicket tells whether a one-time link was ever made and is still kept.
func (s *Store) AnyTicket(ctx context.Context) (there bool, err error) {
	err = s.read.QueryRowContext(ctx, `select exists (select 1 from tickets)`).Scan(&there)
	return there, engineFault(err)
}

// TicketByID gives a ticket, open or not.
func (s *Store) TicketByID(ctx context.Context, id access.TicketID) (access.Ticket, error) {
	t, err := ticketBy(ctx, s.read, id)
	return t, engineFault(err)
}

// Invite keeps an invitation and its letter. It is TooMany where the body has sent
// too many of them in the last hour, or to this address today.
func (s *Store) Invite(ctx context.Context, t access.Ticket, l mail.Letter) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		if err := lockBody(ctx, tx.Tx, t.Body); err != nil {
			return err
		}
		if err := notYet(ctx, tx.Tx, now, t); err != nil {
			return err
		}
		if err := seldomInvited(ctx, tx.Tx, now, l); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `update tickets set ended_at = $4 where purpose = 'invite' and body = $1 and email = $2
			and role = $3 and used_at is null and ended_at is null`, string(t.Body), t.Email, string(t.Role), millis(now)); err != nil {
			return err
		}
		if err := newTicket(ctx, tx.Tx, t); err != nil {
			return err
		}
		return post(ctx, tx, now, l)
	})
}

// Invitations gives those of a body that nobody took up and nobody withdrew.
func (s *Store) Invitations(ctx context.Context, b access.BodyID) ([]access.Ticket, error) {
	return all(ctx, s.read, scanTicket, `select `+ticketColumns+` from tickets
		where purpose = 'invite' and body = $1 and used_at is null and ended_at is null
		order by created_at desc, id`, string(b))
}

// EndTicket withdraws an invitation of a body.
func (s *Store) EndTicket(ctx context.Context, b access.BodyID, id access.TicketID) error {
	return s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		_, err := invitation(ctx, tx, b, id, `update tickets set ended_at = $3
			where id = $1 and body = $2 and purpose = 'invite' and used_at is null and ended_at is null
			returning `+ticketColumns, millis(now))
		return err
	})
}

// SendAgain gives an invitation of a body a new end, and posts its letter anew. It is
// TooMany as Invite is.
func (s *Store) SendAgain(ctx context.Context, b access.BodyID, id access.TicketID, expires time.Time,
	letter func(access.Ticket) mail.Letter,
) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		t, err := invitation(ctx, tx.Tx, b, id, `update tickets set expires_at = $3
			where id = $1 and body = $2 and purpose = 'invite' and used_at is null and ended_at is null
			returning `+ticketColumns, millis(expires))
		if err != nil {
			return err
		}
		l := letter(t)
		if err := notYet(ctx, tx.Tx, now, t); err != nil {
			return err
		}
		if err := seldomInvited(ctx, tx.Tx, now, l); err != nil {
			return err
		}
		return post(ctx, tx, now, l)
	})
}

// notYet refuses to invite whoever has the role in the body already.
func notYet(ctx context.Context, tx *sql.Tx, now time.Time, t access.Ticket) error {
	var has bool
	if err := tx.QueryRowContext(ctx, `select exists (select 1 from memberships m join people p on p.id = m.person
		where m.body = $1 and `+inForce+` and m.role = $3 and lower(p.email) = lower($4))`,
		string(t.Body), millis(now), string(t.Role), t.Email).Scan(&has); err != nil {
		return err
	}
	if has {
		return fault.New(fault.Conflict, "access.invite.had", nil)
	}
	return nil
}

// invitation changes an invitation of a body. What the body has not is NotFound;
// what is used or withdrawn is a Conflict.
func invitation(ctx context.Context, tx *sql.Tx, b access.BodyID, id access.TicketID, query string, at int64) (access.Ticket, error) {
	t, err := ticketBy(ctx, tx, id)
	if err != nil || t.Body != b || t.Purpose != access.Invite {
		return access.Ticket{}, cmp.Or(err, noTicket())
	}
	t, err = scanTicket(tx.QueryRowContext(ctx, query, string(id), string(b), at))
	return t, one(err, fault.New(fault.Conflict, "access.link.used", nil))
}
