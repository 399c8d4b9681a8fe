package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
)

const tokenColumns = `id, name, body, person, scopes, digest, hint, given_by, created_at, expires_at, used_at, ended_at` //nolint:gosec // names of columns, no token

func scanToken(row scanner) (t access.Token, err error) {
	var body, person sql.NullString
	var scopes string
	var created, expires int64
	var used, ended sql.NullInt64
	err = row.Scan(&t.ID, &t.Name, &body, &person, &scopes, &t.Digest, &t.Hint, &t.By, &created, &expires, &used, &ended)
	if err != nil {
		return access.Token{}, err
	}
	t.Body, t.Person = access.BodyID(body.String), access.PersonID(person.String)
	t.Created, t.Expires, t.Used, t.Ended = moment(created), moment(expires), timeOf(used), timeOf(ended)
	return t, json.Unmarshal([]byte(scopes), &t.Scopes)
}

// MakeToken keeps a token.
func (s *Store) MakeToken(ctx context.Context, t access.Token, limit int) error {
	scopes, err := json.Marshal(t.Scopes)
	if err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		hold := func() error { return holdPerson(ctx, tx, t.Person) }
		if t.Body != "" {
			hold = func() error { return lockBody(ctx, tx, t.Body) }
		}
		if err := hold(); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `select count(*) from tokens where (body = $1 or person = $2)
			and ended_at is null and expires_at > $3`, null(string(t.Body)), null(string(t.Person)), millis(now)).Scan(&n); err != nil || n >= limit {
			return cmp.Or(err, error(fault.New(fault.Conflict, "access.token.many", nil).With("Max", limit)))
		}
		_, err := tx.ExecContext(ctx, `insert into tokens (id, name, body, person, scopes, digest, hint, given_by, created_at, expires_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			string(t.ID), t.Name, null(string(t.Body)), null(string(t.Person)), string(scopes), t.Digest, t.Hint, t.By,
			millis(t.Created), millis(t.Expires))
		return err
	})
}

// Tokens gives the tokens of a body or a person that were not revoked.
func (s *Store) Tokens(ctx context.Context, b access.BodyID, p access.PersonID) ([]access.Token, error) {
	return all(ctx, s.read, scanToken, `select `+tokenColumns+` from tokens
		where (body = $1 or person = $2) and ended_at is null order by created_at desc, id`, ownerOf(b, p)...)
}

// ownerOf gives the two columns that say whose a token is, one of them null.
func ownerOf(b access.BodyID, p access.PersonID) []any {
	if b != "" {
		p = ""
	}
	return []any{null(string(b)), null(string(p))}
}

// EndToken revokes a token of a body or a person.
func (s *Store) EndToken(ctx context.Context, b access.BodyID, p access.PersonID, t access.TokenID) error {
	none := fault.New(fault.NotFound, "access.token.none", nil)
	if !plain(string(t)) {
		return none
	}
	return s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		owner := ownerOf(b, p)
		n, err := affected(tx.ExecContext(ctx, `update tokens set ended_at = coalesce(ended_at, $4)
			where id = $3 and (body = $1 or person = $2)`, owner[0], owner[1], string(t), millis(now)))
		if err == nil && n == 0 {
			err = none
		}
		return err
	})
}

// TokenByDigest finds a token, in force or not.
func (s *Store) TokenByDigest(ctx context.Context, digest string) (access.Token, error) {
	t, err := scanToken(s.read.QueryRowContext(ctx, `select `+tokenColumns+` from tokens where digest = $1`, digest))
	return t, engineFault(one(err, fault.New(fault.NotFound, "access.token.none", nil)))
}

// UsedToken keeps when a token was last used.
func (s *Store) UsedToken(ctx context.Context, t access.TokenID, at time.Time) error {
	return s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		_, err := tx.ExecContext(ctx, `update tokens set used_at = $2 where id = $1 and (used_at is null or used_at < $2)`,
			string(t), millis(at))
		return err
	})
}
