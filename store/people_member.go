package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
)

func noBody() error   { return fault.New(fault.NotFound, "access.body.none", nil) }
func noMember() error { return fault.New(fault.NotFound, "access.member.none", nil) }

// lockBody takes hold of a body, so that two changes of its members come one
// after the other. One that does not exist is NotFound.
func lockBody(ctx context.Context, tx *sql.Tx, b access.BodyID) error {
	n, err := affected(tx.ExecContext(ctx, `update bodies set version = version + 1 where id = $1`, string(b)))
	if err == nil && n == 0 {
		err = noBody()
	}
	return err
}

// insertBody makes a body; one of that id is a Conflict.
func insertBody(ctx context.Context, tx *sql.Tx, now time.Time, b access.NewBody) error {
	var made string
	err := tx.QueryRowContext(ctx, `insert into bodies (id, name, profile, version, created_at) values ($1, $2, '', 1, $3)
		on conflict (id) do nothing returning id`, string(b.ID), b.Name, millis(now)).Scan(&made)
	return one(err, fault.New(fault.Conflict, "access.body.taken", nil))
}

// MakeBody makes a body.
func (s *Store) MakeBody(ctx context.Context, b access.NewBody) error {
	return s.change(ctx, func(tx *sql.Tx, now time.Time) error { return insertBody(ctx, tx, now, b) })
}

// Body gives what a body is called.
func (s *Store) Body(ctx context.Context, b access.BodyID) (access.NewBody, error) {
	got := access.NewBody{ID: b}
	err := s.read.QueryRowContext(ctx, `select name from bodies where id = $1`, string(b)).Scan(&got.Name)
	return got, engineFault(one(err, noBody()))
}

// grant gives a person what a ticket is for.
func grant(ctx context.Context, tx Tx, now time.Time, id access.PersonID, t access.Ticket, b access.NewBody) error {
	m := access.NewMembership(id, t.Body, t.Role, cmp.Or(t.By, access.Console), now)
	switch {
	case t.Purpose == access.SetUp && t.Body == "":
		m.Body, m.Role = b.ID, access.Administrator
		if err := insertBody(ctx, tx.Tx, now, b); err != nil {
			return err
		}
		if err := endSetUps(ctx, tx.Tx, now, t); err != nil {
			return err
		}
		// Who founds a body may be all of it, and can seal; either role can be
		// given to others and ended later.
		officer := access.NewMembership(id, b.ID, access.Officer, m.By, now)
		if err := insertMembership(ctx, tx.Tx, now, officer); err != nil {
			return err
		}
	case t.Purpose == access.SetUp, t.Purpose == access.Invite:
		if err := lockBody(ctx, tx.Tx, t.Body); err != nil {
			return err
		}
	default:
		return nil
	}
	if err := insertMembership(ctx, tx.Tx, now, m); err != nil {
		return err
	}
	if t.Purpose == access.SetUp || t.By == access.Console {
		return nil
	}
	return tellInviter(ctx, tx.Tx, now, t)
}

// tellInviter tells who invited, if they still have an account.
func tellInviter(ctx context.Context, tx *sql.Tx, now time.Time, t access.Ticket) error {
	_, err := person(ctx, tx, access.PersonID(t.By), now)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return notice(ctx, tx, now, access.Notice{
		Person: access.PersonID(t.By), Body: t.Body, Key: "notice.invitation.accepted",
		Args: map[string]string{"RoleKey": t.Role.Key()}, Path: "/b/" + string(t.Body) + "/staff",
	})
}

// insertMembership gives a role. One that the person has already is a Conflict.
func insertMembership(ctx context.Context, tx *sql.Tx, now time.Time, m access.Membership) error {
	if _, err := tx.ExecContext(ctx, `update memberships set ended_at = until_at, ended_by = given_by
		where person = $1 and body = $2 and role = $3 and ended_at is null and until_at <= $4`,
		string(m.Person), string(m.Body), string(m.Role), millis(now)); err != nil {
		return err
	}
	var made string
	err := tx.QueryRowContext(ctx, `insert into memberships (id, person, body, role, from_at, until_at, given_by)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (person, body, role) where ended_at is null do nothing returning id`,
		m.ID, string(m.Person), string(m.Body), string(m.Role), millis(m.From), orNull(m.Until), m.By).Scan(&made)
	return one(err, fault.New(fault.Conflict, "access.role.had", nil))
}

// Accept gives a person what a ticket offers and uses it up.
func (s *Store) Accept(ctx context.Context, id access.PersonID, t access.TicketID, b access.NewBody) (epoch int64, err error) {
	err = s.changeWith(ctx, func(tx Tx, now time.Time) error {
		p, err := person(ctx, tx, id, now)
		if err != nil {
			return err
		}
		held, err := ticketBy(ctx, tx, t)
		if err != nil {
			return err
		}
		if held.Purpose != access.Invite && held.Purpose != access.SetUp {
			return noTicket()
		}
		if err := grant(ctx, tx, now, id, held, b); err != nil {
			return err
		}
		body, role := held.Body, held.Role
		if body == "" {
			body, role = b.ID, access.Administrator
		}
		if epoch, err = newEpoch(ctx, tx.Tx, id); err != nil {
			return err
		}
		if err := post(ctx, tx, now, access.RoleLetter(p, body, role, true)); err != nil {
			return err
		}
		_, err = useTicket(ctx, tx.Tx, now, t, held.Purpose)
		return err
	})
	return epoch, err
}

// AddMember gives a role without an invitation.
func (s *Store) AddMember(ctx context.Context, m access.Membership) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		p, err := person(ctx, tx, m.Person, now)
		if err != nil {
			return err
		}
		if err := lockBody(ctx, tx.Tx, m.Body); err != nil {
			return err
		}
		if err := insertMembership(ctx, tx.Tx, now, m); err != nil {
			return err
		}
		return changed(ctx, tx, now, p, m, true)
	})
}

// changed ends the sessions of a person whose roles changed, and tells them.
func changed(ctx context.Context, tx Tx, now time.Time, p access.Person, m access.Membership, given bool) error {
	if _, err := newEpoch(ctx, tx.Tx, p.ID); err != nil {
		return err
	}
	n := access.Notice{
		Person: p.ID, Body: m.Body, Key: "notice.role.ended", Args: map[string]string{"RoleKey": m.Role.Key()},
	}
	if given {
		n.Key, n.Path = "notice.role.given", "/b/"+string(m.Body)
	}
	if err := notice(ctx, tx.Tx, now, n); err != nil {
		return err
	}
	return post(ctx, tx, now, access.RoleLetter(p, m.Body, m.Role, given))
}

// Members gives who has a part in a body, by role and name.
func (s *Store) Members(ctx context.Context, b access.BodyID, now time.Time) ([]access.Member, error) {
	members, err := all(ctx, s.read, func(row scanner) (m access.Member, err error) {
		var from int64
		var until sql.NullInt64
		err = row.Scan(&m.ID, &m.Person, &m.Body, &m.Role, &from, &until, &m.By, &m.Name, &m.Email)
		m.From, m.Until = moment(from), timeOf(until)
		return m, err
	}, `select `+membershipColumns+`, p.name, p.email from memberships m join people p on p.id = m.person
		where m.body = $1 and p.deleted_at is null and `+inForce, string(b), millis(now))
	roles := access.Roles()
	slices.SortFunc(members, func(x, y access.Member) int {
		return cmp.Or(cmp.Compare(slices.Index(roles, x.Role), slices.Index(roles, y.Role)), cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	return members, err
}

// member reads a membership of a body that is in force.
func member(ctx context.Context, q rower, b access.BodyID, id string, now time.Time) (access.Membership, error) {
	if !plain(id) {
		return access.Membership{}, noMember()
	}
	m, err := scanMembership(q.QueryRowContext(ctx, `select `+membershipColumns+` from memberships m
		where m.id = $1 and m.body = $3 and `+inForce, id, millis(now), string(b)))
	return m, one(err, noMember())
}

// administrators counts the administrators of a body but for one person.
func administrators(ctx context.Context, q rower, b access.BodyID, but access.PersonID, now time.Time) (n int, err error) {
	err = q.QueryRowContext(ctx, `select count(*) from memberships m where m.body = $1 and m.role = 'administrator'
		and m.person <> $3 and `+inForce, string(b), millis(now), string(but)).Scan(&n)
	return n, err
}

// EndMembership ends a membership of a body.
func (s *Store) EndMembership(ctx context.Context, b access.BodyID, id, by string) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		m, err := endMember(ctx, tx.Tx, b, id, by, now)
		if err != nil {
			return err
		}
		p, err := person(ctx, tx, m.Person, now)
		if err != nil {
			return err
		}
		return changed(ctx, tx, now, p, m, false)
	})
}

// endMember ends a membership, unless it is that of the last administrator.
func endMember(ctx context.Context, tx *sql.Tx, b access.BodyID, id, by string, now time.Time) (access.Membership, error) {
	if err := lockBody(ctx, tx, b); err != nil {
		return access.Membership{}, err
	}
	m, err := member(ctx, tx, b, id, now)
	if err != nil {
		return m, err
	}
	if m.Role == access.Administrator {
		if n, err := administrators(ctx, tx, b, m.Person, now); err != nil || n == 0 {
			return m, cmp.Or(err, error(access.ErrLastAdministrator))
		}
	}
	_, err = tx.ExecContext(ctx, `update memberships set ended_at = $2, ended_by = $3 where id = $1`, id, millis(now), by)
	if err != nil {
		return m, err
	}
	return m, endGiven(ctx, tx, m.Person, b, now)
}

// endGiven ends what somebody gave others in a body and may give no more: their
// invitations, and the tokens that they may not make any more or that let do what
// they may not. The administrators are told of the tokens.
func endGiven(ctx context.Context, tx *sql.Tx, giver access.PersonID, b access.BodyID, now time.Time) error {
	have, err := membershipsOf(ctx, tx, giver, now)
	if err != nil {
		return err
	}
	var roles []access.Role
	for _, m := range have {
		if m.Body == b {
			roles = append(roles, m.Role)
		}
	}
	may := func(act access.Act) bool {
		return slices.ContainsFunc(roles, func(r access.Role) bool { return r.Allows(act) })
	}
	if !may(access.ManageStaff) {
		if err := endInvitations(ctx, tx, giver, b, now); err != nil {
			return err
		}
	}
	return endTokens(ctx, tx, giver, b, now, func(t access.Token) bool {
		return may(access.ManageTokens) && !slices.ContainsFunc(t.Scopes, func(s access.Scope) bool { return !s.AllowedBy(roles) })
	})
}

// endInvitations ends the open invitations to a body that somebody gave.
func endInvitations(ctx context.Context, tx *sql.Tx, giver access.PersonID, b access.BodyID, now time.Time) error {
	_, err := tx.ExecContext(ctx, `update tickets set ended_at = $3 where purpose = 'invite' and given_by = $1 and body = $2
		and used_at is null and ended_at is null`, string(giver), string(b), millis(now))
	return err
}

// endTokens ends the tokens of a body that somebody made, but those that stay, and
// tells the administrators.
func endTokens(ctx context.Context, tx *sql.Tx, maker access.PersonID, b access.BodyID, now time.Time, stays func(access.Token) bool) error {
	made, err := all(ctx, tx, scanToken, `select `+tokenColumns+` from tokens where body = $1 and given_by = $2
		and ended_at is null and expires_at > $3`, string(b), string(maker), millis(now))
	if err != nil {
		return err
	}
	var ended []string
	for _, t := range made {
		if stays(t) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `update tokens set ended_at = $2 where id = $1`, string(t.ID), millis(now)); err != nil {
			return err
		}
		ended = append(ended, t.Name)
	}
	if len(ended) == 0 {
		return nil
	}
	admins, err := all(ctx, tx, scanMembership, `select `+membershipColumns+` from memberships m
		where m.body = $1 and m.role = 'administrator' and `+inForce, string(b), millis(now))
	if err != nil {
		return err
	}
	for _, m := range admins {
		if err := notice(ctx, tx, now, access.Notice{
			Person: m.Person, Body: b, Key: "notice.tokens.ended",
			Args: map[string]string{"Names": strings.Join(ended, ", ")}, Path: "/b/" + string(b) + "/tokens",
		}); err != nil {
			return err
		}
	}
	return nil
}

// ChangeRole gives a member another role: the old membership ends and a new one
// begins, so that the record tells who had which role when.
func (s *Store) ChangeRole(ctx context.Context, b access.BodyID, id string, r access.Role, by string) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		m, err := member(ctx, tx, b, id, now)
		if err != nil {
			return err
		}
		if m.Role == r {
			return nil
		}
		if _, err := endMember(ctx, tx.Tx, b, id, by, now); err != nil {
			return err
		}
		next := access.NewMembership(m.Person, b, r, by, now)
		next.Until = m.Until
		if err := insertMembership(ctx, tx.Tx, now, next); err != nil {
			return err
		}
		p, err := person(ctx, tx, m.Person, now)
		if err != nil {
			return err
		}
		return changed(ctx, tx, now, p, next, true)
	})
}
