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

// maxLogins is how many passkeys and identities a person may have.
const maxLogins = 20

func noLogin() error { return fault.New(fault.NotFound, "access.login.unknown", nil) }

const passkeyColumns = `id, person, name, credential, sign_count, created_at, used_at`

func scanPasskey(row scanner) (k access.Passkey, err error) {
	var created int64
	var used sql.NullInt64
	err = row.Scan(&k.ID, &k.Person, &k.Name, &k.Credential, &k.SignCount, &created, &used)
	k.Created, k.Used = moment(created), timeOf(used)
	return k, err
}

const identityColumns = `issuer, subject, person, name, created_at, used_at`

func scanIdentity(row scanner) (i access.Identity, err error) {
	var created int64
	var used sql.NullInt64
	err = row.Scan(&i.Issuer, &i.Subject, &i.Person, &i.Name, &created, &used)
	i.Created, i.Used = moment(created), timeOf(used)
	return i, err
}

// Logins gives what lets a person in.
func (s *Store) Logins(ctx context.Context, id access.PersonID) (l access.Logins, err error) {
	l.Passkeys, err = all(ctx, s.read, scanPasskey, `select `+passkeyColumns+` from passkeys
		where person = $1 order by created_at, id`, string(id))
	if err != nil {
		return l, err
	}
	l.Identities, err = all(ctx, s.read, scanIdentity, `select `+identityColumns+` from identities
		where person = $1 order by created_at, issuer, subject`, string(id))
	return l, err
}

// PasskeyByID finds a passkey by the id of its credential.
func (s *Store) PasskeyByID(ctx context.Context, credential string) (access.Passkey, error) {
	k, err := scanPasskey(s.read.QueryRowContext(ctx, `select `+passkeyColumns+` from passkeys where id = $1`, credential))
	return k, engineFault(one(err, noLogin()))
}

// insertLogin gives a person a passkey or an identity. One that somebody has is a
// Conflict.
func insertLogin(ctx context.Context, tx *sql.Tx, now time.Time, id access.PersonID, l access.Login) error {
	var made string
	var err error
	switch {
	case l.Passkey != nil:
		k := l.Passkey
		err = tx.QueryRowContext(ctx, `insert into passkeys (id, person, name, credential, sign_count, created_at)
			values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing returning id`,
			k.ID, string(id), k.Name, k.Credential, int64(k.SignCount), millis(now)).Scan(&made)
	case l.Identity != nil:
		i := l.Identity
		err = tx.QueryRowContext(ctx, `insert into identities (issuer, subject, person, name, created_at)
			values ($1, $2, $3, $4, $5) on conflict (issuer, subject) do nothing returning subject`,
			i.Issuer, i.Subject, string(id), i.Name, millis(now)).Scan(&made)
	default:
		return noLogin()
	}
	return one(err, fault.New(fault.Conflict, "access.login.taken", nil))
}

// loginsOf counts what lets a person in.
func loginsOf(ctx context.Context, tx *sql.Tx, id access.PersonID) (n int, err error) {
	err = tx.QueryRowContext(ctx, `select (select count(*) from passkeys where person = $1)
		+ (select count(*) from identities where person = $1)`, string(id)).Scan(&n)
	return n, err
}

// holdPerson takes hold of an account, so that two changes of what lets them in
// come one after the other.
func holdPerson(ctx context.Context, tx *sql.Tx, id access.PersonID) error {
	n, err := affected(tx.ExecContext(ctx, `update people set epoch = epoch where id = $1 and deleted_at is null`, string(id)))
	if err == nil && n == 0 {
		err = noPerson()
	}
	return err
}

// AddLogin gives a person one more login and tells them.
func (s *Store) AddLogin(ctx context.Context, id access.PersonID, l access.Login, tell mail.Letter) error {
	return s.changeWith(ctx, func(tx Tx, now time.Time) error {
		if err := holdPerson(ctx, tx.Tx, id); err != nil {
			return err
		}
		if n, err := loginsOf(ctx, tx.Tx, id); err != nil || n >= maxLogins {
			return cmp.Or(err, error(fault.New(fault.Conflict, "access.login.many", nil).With("Max", maxLogins)))
		}
		if err := insertLogin(ctx, tx.Tx, now, id, l); err != nil {
			return err
		}
		return post(ctx, tx, now, tell)
	})
}

// RenamePasskey changes what its owner calls it.
func (s *Store) RenamePasskey(ctx context.Context, id access.PersonID, credential, name string) error {
	if !plain(credential) {
		return noLogin()
	}
	return s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		n, err := affected(tx.ExecContext(ctx, `update passkeys set name = $3 where id = $1 and person = $2`, credential, string(id), name))
		if err == nil && n == 0 {
			err = noLogin()
		}
		return err
	})
}

// RemoveLogin takes a login away, but not the last one, and tells its owner.
func (s *Store) RemoveLogin(ctx context.Context, id access.PersonID, l access.Login, tell mail.Letter) (epoch int64, err error) {
	err = s.changeWith(ctx, func(tx Tx, now time.Time) error {
		var err error
		if epoch, err = newEpoch(ctx, tx.Tx, id); err != nil { // which also holds the account
			return err
		}
		var gone int
		switch {
		case l.Passkey != nil && plain(l.Passkey.ID):
			gone, err = affected(tx.ExecContext(ctx, `delete from passkeys where id = $1 and person = $2`, l.Passkey.ID, string(id)))
		case l.Identity != nil && plain(l.Identity.Issuer, l.Identity.Subject):
			gone, err = affected(tx.ExecContext(ctx, `delete from identities where issuer = $1 and subject = $2 and person = $3`,
				l.Identity.Issuer, l.Identity.Subject, string(id)))
		}
		if err != nil || gone == 0 {
			return cmp.Or(err, noLogin())
		}
		if n, err := loginsOf(ctx, tx.Tx, id); err != nil || n == 0 {
			return cmp.Or(err, error(fault.New(fault.Conflict, "access.login.last", nil)))
		}
		return post(ctx, tx, now, tell)
	})
	return epoch, err
}

// UsedPasskey keeps the counter of a sign-in.
func (s *Store) UsedPasskey(ctx context.Context, credential, state string, count uint32) (id access.PersonID, err error) {
	err = s.changeWith(ctx, func(tx Tx, now time.Time) error {
		// WebAuthn Level 3, 7.2, step 22: a counter that does not go up may mean
		// that there is a copy of the key.
		err := tx.QueryRowContext(ctx, `update passkeys set sign_count = $2, credential = $3, used_at = $4
			where id = $1 and (sign_count < $2 or (sign_count = 0 and $2 = 0)) returning person`,
			credential, int64(count), state, millis(now)).Scan(&id)
		if err := one(err, fault.New(fault.Unauthenticated, "access.login.copied", nil)); err != nil {
			return err
		}
		return cameBack(ctx, tx.Tx, now, id)
	})
	return id, err
}

// UsedIdentity keeps when an identity was used.
func (s *Store) UsedIdentity(ctx context.Context, issuer, subject string) (id access.PersonID, err error) {
	err = s.changeWith(ctx, func(tx Tx, now time.Time) error {
		err := tx.QueryRowContext(ctx, `update identities set used_at = $3 where issuer = $1 and subject = $2 returning person`,
			issuer, subject, millis(now)).Scan(&id)
		if err := one(err, noLogin()); err != nil {
			return err
		}
		return cameBack(ctx, tx.Tx, now, id)
	})
	return id, err
}

// cameBack ends a recovery of somebody who can sign in, and tells them that there
// was one.
func cameBack(ctx context.Context, tx *sql.Tx, now time.Time, id access.PersonID) error {
	var n int
	err := tx.QueryRowContext(ctx, `select count(*) from tickets where person = $1 and purpose = 'recover'
		and from_at is not null and used_at is null and ended_at is null and expires_at > $2`, string(id), millis(now)).Scan(&n)
	if err != nil {
		return err
	}
	if n > 0 {
		if err := notice(ctx, tx, now, access.Notice{Person: id, Key: "notice.recovery.stopped", Path: "/settings"}); err != nil {
			return err
		}
	}
	return endRecovery(ctx, tx, now, id)
}

// UseOnce uses something up that counts once.
func (s *Store) UseOnce(ctx context.Context, thing string, until time.Time) error {
	return s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		var kept string
		err := tx.QueryRowContext(ctx, `insert into used_once (digest, expires_at) values ($1, $2)
			on conflict (digest) do nothing returning digest`, digest([]byte(thing)), millis(until)).Scan(&kept)
		return one(err, fault.New(fault.Conflict, "access.once", nil))
	})
}
