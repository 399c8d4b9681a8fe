package store

import (
	"context"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
)

// KeepKey records the key that a body signs with. See issuer.KeyKeeper.
func (s *Store) KeepKey(ctx context.Context, body string, c keys.Chain, at time.Time) error {
	if c.Leaf == nil {
		return fmt.Errorf("recording a key of body %s: no certificate", body)
	}
	thumbprint, err := keys.Thumbprint(c.Leaf.PublicKey)
	if err != nil {
		return fmt.Errorf("recording a key of body %s: %w", body, err)
	}
	// Nearly always it is known, and nothing is written.
	known, err := keptKey(s.read.QueryRowContext(ctx, findKey, body, thumbprint), c)
	if err == nil && !known {
		err = s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
			return keepKey(ctx, tx, body, thumbprint, c, at)
		})
	}
	if err != nil {
		return fmt.Errorf("recording a key of body %s: %w", body, engineFault(err))
	}
	return nil
}

const findKey = `select chain, until_at is not null or revoked_at is not null from body_keys
	where body = $1 and thumbprint = $2`

// keptKey tells whether the key of c is kept with its certificate. One that was
// replaced or revoked is a Conflict.
func keptKey(row *sql.Row, c keys.Chain) (known bool, err error) {
	var pem string
	var over bool
	err = row.Scan(&pem, &over)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case over:
		return true, fault.New(fault.Conflict, "issue.key.replaced", nil)
	case pem == string(c.PEM()):
		return true, nil
	}
	kept, err := keys.ParseChain([]byte(pem))
	// Of two certificates of one key, the one that lasts longer is kept.
	return err == nil && !c.Leaf.NotAfter.After(kept.Leaf.NotAfter), err
}

func keepKey(ctx context.Context, tx *sql.Tx, body, thumbprint string, c keys.Chain, at time.Time) error {
	known, err := keptKey(tx.QueryRowContext(ctx, findKey, body, thumbprint), c)
	if known || err != nil { // another transaction was quicker
		return err
	}
	der, err := x509.MarshalPKIXPublicKey(c.Leaf.PublicKey)
	if err != nil {
		return err
	}
	// What was signed within the second still carries it as its time.
	until := at.Truncate(time.Second).Add(time.Second)
	if _, err := tx.ExecContext(ctx, `update body_keys
		set until_at = case when from_at > $3 then from_at else $3 end
		where body = $1 and thumbprint <> $2 and until_at is null`, body, thumbprint, millis(until)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `insert into body_keys (body, thumbprint, public_key, chain, from_at)
		values ($1, $2, $3, $4, $5) on conflict (body, thumbprint) do update set chain = excluded.chain`,
		body, thumbprint, der, string(c.PEM()), millis(at)); err != nil {
		return err
	}
	return allDue(ctx, tx, body)
}

// allDue makes every list of a body due, because it is to be signed in another
// way. Its new version is that one, whatever is being signed at this moment.
func allDue(ctx context.Context, tx *sql.Tx, body string) error {
	_, err := tx.ExecContext(ctx, `update status_lists set version = version + 1, due_at = 0 where body = $1`, body)
	return err
}

// RevokeKey says of a key of a body that it may be in wrong hands: nothing that
// it signed is good any more. A key that the body never had is NotFound; to
// revoke one again changes nothing.
func (s *Store) RevokeKey(ctx context.Context, body, thumbprint string) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		var revoked int64
		err := tx.QueryRowContext(ctx, `update body_keys set revoked_at = coalesce(revoked_at, $3), until_at = coalesce(until_at, $3)
			where body = $1 and thumbprint = $2 returning revoked_at`, body, thumbprint, max(millis(now), 1)).Scan(&revoked)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "store.key.none", nil)
		}
		if err != nil {
			return err
		}
		return allDue(ctx, tx, body)
	})
	if err != nil {
		return fmt.Errorf("revoking a key of body %s: %w", body, err)
	}
	return nil
}

// KeyHistory gives the keys of a body, the newest first; none is NotFound.
func (s *Store) KeyHistory(ctx context.Context, body string) (keys.History, error) {
	h, err := s.keyHistory(ctx, body)
	if err != nil {
		return nil, fmt.Errorf("reading the keys of body %s: %w", body, engineFault(err))
	}
	if len(h) == 0 {
		return nil, fault.New(fault.NotFound, "store.key.none", nil)
	}
	return h, nil
}

func (s *Store) keyHistory(ctx context.Context, body string) (keys.History, error) {
	rows, err := s.read.QueryContext(ctx, `select public_key, chain, from_at, until_at, revoked_at from body_keys
		where body = $1 order by from_at desc, until_at is not null, thumbprint`, body)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells what went wrong
	var h keys.History
	for rows.Next() {
		var der []byte
		var pem string
		var from int64
		var until, revoked sql.NullInt64
		if err := rows.Scan(&der, &pem, &from, &until, &revoked); err != nil {
			return nil, err
		}
		k := keys.HistoryKey{From: time.UnixMilli(from).UTC(), Until: timeOf(until), Revoked: timeOf(revoked)}
		if k.Key, err = x509.ParsePKIXPublicKey(der); err != nil {
			return nil, err
		}
		if k.Chain, err = keys.ParseChain([]byte(pem)); err != nil {
			return nil, err
		}
		h = append(h, k)
	}
	return h, rows.Err()
}
