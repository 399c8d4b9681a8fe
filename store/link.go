package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
)

// tokenLength is that of 128 random bits in base64url.
const tokenLength = 22

// NewLink makes a public link to a sealed credential and gives its token: 22
// characters of base64url, 128 random bits. It stays open until closes, or, for
// the zero time, until CloseLink. What is not sealed has no link: NotFound.
func (s *Store) NewLink(ctx context.Context, id credential.ID, closes time.Time) (string, error) {
	var random [16]byte
	rand.Read(random[:]) // never fails: see crypto/rand
	token := base64.RawURLEncoding.EncodeToString(random[:])
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		if !closes.IsZero() && !closes.After(now) {
			return fault.New(fault.Invalid, "store.link.past", nil)
		}
		var sealed string
		err := tx.QueryRowContext(ctx, `select id from sealed where id = $1`, string(id)).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "store.none", nil)
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `insert into links (token, credential, created_at, closes_at)
			values ($1, $2, $3, $4)`, token, sealed, millis(now), orNull(closes))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("making a link to %s: %w", id, err)
	}
	return token, nil
}

// CloseLink closes a link for good. Closing it again, or one that has run out,
// changes nothing; a token that was never given out is NotFound.
func (s *Store) CloseLink(ctx context.Context, token string) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		var kept string
		err := tx.QueryRowContext(ctx, `update links set closed_at = coalesce(closed_at, $2)
			where token = $1 returning token`, token, millis(now)).Scan(&kept)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "store.link.none", nil)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("closing a link: %w", err)
	}
	return nil
}

// Linked gives the sealed credential that an open link leads to. A token that
// was never given out, a link that was closed or switched off and one that has run
// out answer alike: the same NotFound, found by the same query.
func (s *Store) Linked(ctx context.Context, token string) (credential.Signed, error) {
	none := fault.New(fault.NotFound, "store.link.none", nil)
	if len(token) != tokenLength || !plain(token) {
		return credential.Signed{}, none
	}
	c, err := s.signed(ctx, `select s.id, s.draft, s.form, s.bytes, s.digest
		from links l join sealed s on s.id = l.credential
		where l.token = $1 and l.closed_at is null and l.off_at is null and (l.closes_at is null or l.closes_at > $2)`,
		token, millis(s.now()))
	if fault.KindOf(err) == fault.NotFound {
		return credential.Signed{}, none
	}
	return c, err
}
