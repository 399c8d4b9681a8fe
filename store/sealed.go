package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
)

// Sealed gives the sealed credential of an id, or NotFound.
func (s *Store) Sealed(ctx context.Context, id credential.ID) (credential.Signed, error) {
	return s.signed(ctx, `select id, draft, form, bytes, digest from sealed where id = $1`, string(id))
}

// Copy gives the sealed credential that a body made for a key, or NotFound.
func (s *Store) Copy(ctx context.Context, body string, k issuer.CopyKey) (credential.Signed, error) {
	return s.signed(ctx, `select s.id, s.draft, s.form, s.bytes, s.digest
		from reservations r join sealed s on s.id = r.id
		where r.form = $1 and r.holder = $2 and r.request = $3`,
		string(k.Form), k.Holder, ownID(body, k.Request))
}

// signed runs a query for one sealed credential and compares its bytes with
// their digest.
func (s *Store) signed(ctx context.Context, query string, args ...any) (credential.Signed, error) {
	var c credential.Signed
	var want string
	err := s.read.QueryRowContext(ctx, query, args...).
		Scan((*string)(&c.ID), (*string)(&c.Draft), (*string)(&c.Form), &c.Bytes, &want)
	if errors.Is(err, sql.ErrNoRows) {
		return credential.Signed{}, fault.New(fault.NotFound, "store.none", nil)
	}
	if err != nil {
		return credential.Signed{}, fmt.Errorf("reading sealed credential: %w", engineFault(err))
	}
	if err := intact("sealed credential", string(c.ID), want, c.Bytes); err != nil {
		return credential.Signed{}, err
	}
	return c, nil
}
