package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

var _ access.Store = (*Store)(nil)

// noPerson is the answer for accounts that do not exist and for deleted ones.
func noPerson() error { return fault.New(fault.NotFound, "access.person.none", nil) }

// one turns the absence of a row into an error.
func one(err, none error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return none
	}
	return err
}

// null gives null for an empty text: a foreign key that is not set.
func null(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

// A rower is the database or a transaction.
type rower interface {
	queryer
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// personColumns are of an account at the time $1.
const personColumns = `p.id, p.email, p.name, p.lang, p.settings, p.epoch, p.created_at, p.recovered_at,
	(select min(t.from_at) from tickets t where t.person = p.id and t.purpose = 'recover'
		and t.from_at is not null and t.used_at is null and t.ended_at is null and t.expires_at > $1),
	(select count(*) from notices n where n.person = p.id)`

func scanPerson(row scanner) (p access.Person, err error) {
	var settings string
	var email sql.NullString
	var created int64
	var recovered, recovering sql.NullInt64
	err = row.Scan(&p.ID, &email, &p.Name, &p.Lang, &settings, &p.Epoch, &created, &recovered, &recovering, &p.Notices)
	if err != nil {
		return access.Person{}, err
	}
	if err := json.Unmarshal([]byte(settings), &p.Settings); err != nil {
		return access.Person{}, fmt.Errorf("settings of a person: %w", err)
	}
	p.Email, p.Created, p.Recovered, p.Recovering = email.String, moment(created), timeOf(recovered), timeOf(recovering)
	return p, nil
}

// person reads an account that is not deleted.
func person(ctx context.Context, q rower, id access.PersonID, now time.Time) (access.Person, error) {
	if !plain(string(id)) {
		return access.Person{}, noPerson()
	}
	p, err := scanPerson(q.QueryRowContext(ctx, `select `+personColumns+` from people p
		where p.id = $2 and p.deleted_at is null`, millis(now), string(id)))
	return p, one(err, noPerson())
}

// personAt finds the account of an address, or none.
func personAt(ctx context.Context, q rower, email string) (id access.PersonID, known bool, err error) {
	err = q.QueryRowContext(ctx, `select id from people where email = $1`, email).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return id, err == nil, err
}

// PersonByID gives an account that is not deleted.
func (s *Store) PersonByID(ctx context.Context, id access.PersonID) (access.Person, error) {
	p, err := person(ctx, s.read, id, s.now())
	return p, engineFault(err)
}

// PersonByEmail finds an account by its address.
func (s *Store) PersonByEmail(ctx context.Context, email string) (access.Person, error) {
	p, err := scanPerson(s.read.QueryRowContext(ctx, `select `+personColumns+` from people p where p.email = $2`,
		millis(s.now()), email))
	return p, engineFault(one(err, noPerson()))
}

// People lists the accounts that are not deleted, those last made first.
func (s *Store) People(ctx context.Context) ([]access.Person, error) {
	return all(ctx, s.read, scanPerson, `select `+personColumns+` from people p
		where p.deleted_at is null order by p.created_at desc, p.id`, millis(s.now()))
}

// Acting gives an account and the roles that it has at a time.
func (s *Store) Acting(ctx context.Context, id access.PersonID, now time.Time) (access.Person, []access.Membership, error) {
	p, err := person(ctx, s.read, id, now)
	if err != nil {
		return access.Person{}, nil, engineFault(err)
	}
	m, err := membershipsOf(ctx, s.read, id, now)
	return p, m, err
}

func membershipsOf(ctx context.Context, q rower, id access.PersonID, now time.Time) ([]access.Membership, error) {
	if !plain(string(id)) {
		return nil, nil
	}
	m, err := all(ctx, q, scanMembership, `select `+membershipColumns+` from memberships m
		where m.person = $1 and `+inForce, string(id), millis(now))
	slices.SortFunc(m, byBodyAndRole)
	return m, err
}

const membershipColumns = `m.id, m.person, m.body, m.role, m.from_at, m.until_at, m.given_by`

// inForce tells memberships that hold at the time $2.
const inForce = `m.ended_at is null and m.from_at <= $2 and (m.until_at is null or m.until_at > $2)`

func scanMembership(row scanner) (m access.Membership, err error) {
	var from int64
	var until sql.NullInt64
	err = row.Scan(&m.ID, &m.Person, &m.Body, &m.Role, &from, &until, &m.By)
	m.From, m.Until = moment(from), timeOf(until)
	return m, err
}

// byBodyAndRole orders memberships as they are shown.
func byBodyAndRole(a, b access.Membership) int {
	roles := access.Roles()
	return cmp.Or(cmp.Compare(a.Body, b.Body), cmp.Compare(slices.Index(roles, a.Role), slices.Index(roles, b.Role)),
		a.From.Compare(b.From), cmp.Compare(a.ID, b.ID))
}

// SignUp makes an account with its first login and what the ticket is for.
func (s *Store) SignUp(ctx context.Context, n access.NewAccount, t access.TicketID, keep bool) (p access.Person, err error) {
	settings, err := json.Marshal(n.Settings)
	if err != nil {
		return p, err
	}
	err = s.changeWith(ctx, func(tx Tx, now time.Time) error {
		var made string
		err := tx.QueryRowContext(ctx, `insert into people (id, email, name, lang, settings, epoch, created_at)
			values ($1, $2, $3, $4, $5, 1, $6) on conflict do nothing returning id`,
			string(n.ID), n.Email, n.Name, n.Lang, string(settings), millis(now)).Scan(&made)
		if err := one(err, fault.New(fault.Conflict, "access.email.taken", nil)); err != nil {
			return err
		}
		if err := insertLogin(ctx, tx.Tx, now, n.ID, n.Login); err != nil {
			return err
		}
		held, err := ticketBy(ctx, tx, t)
		if err != nil {
			return err
		}
		if err := grant(ctx, tx, now, n.ID, held, n.Body); err != nil {
			return err
		}
		if p, err = person(ctx, tx, n.ID, now); err != nil || keep {
			return err
		}
		_, err = useTicket(ctx, tx.Tx, now, t, held.Purpose)
		return err
	})
	return p, err
}

// SaveSettings changes name, language and settings.
func (s *Store) SaveSettings(ctx context.Context, id access.PersonID, name, lang string, set access.Settings) error {
	settings, err := json.Marshal(set)
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		n, err := affected(tx.ExecContext(ctx, `update people set name = $2, lang = $3, settings = $4
			where id = $1 and deleted_at is null`, string(id), name, lang, string(settings)))
		if err == nil && n == 0 {
			err = noPerson()
		}
		return err
	})
}

// EndSessions begins a new epoch.
func (s *Store) EndSessions(ctx context.Context, id access.PersonID) (epoch int64, err error) {
	err = s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		epoch, err = newEpoch(ctx, tx, id)
		return err
	})
	return epoch, err
}

// newEpoch ends all sessions of a person: those that are kept, and any that are
// just being written.
func newEpoch(ctx context.Context, tx *sql.Tx, id access.PersonID) (epoch int64, err error) {
	err = tx.QueryRowContext(ctx, `update people set epoch = epoch + 1 where id = $1 and deleted_at is null
		returning epoch`, string(id)).Scan(&epoch)
	return epoch, one(err, noPerson())
}

// MoveAddress gives an account the address of a ticket.
func (s *Store) MoveAddress(ctx context.Context, id access.PersonID, t access.TicketID, l mail.Letter) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		held, err := ticketBy(ctx, tx, t)
		if err != nil {
			return err
		}
		if held.Person != id {
			return noTicket()
		}
		if _, known, err := personAt(ctx, tx, held.Email); err != nil || known {
			return cmp.Or(err, error(fault.New(fault.Conflict, "access.email.taken", nil)))
		}
		n, err := affected(tx.ExecContext(ctx, `update people set email = $2 where id = $1 and deleted_at is null`,
			string(id), held.Email))
		if err != nil || n == 0 {
			return cmp.Or(err, noPerson())
		}
		// Links to recover the account lie in the mailbox that is given up.
		if err := endRecovery(ctx, tx.Tx, now, id); err != nil {
			return err
		}
		if err := post(ctx, tx, now, l); err != nil {
			return err
		}
		_, err = useTicket(ctx, tx.Tx, now, t, access.Address)
		return err
	})
}
