package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
)

// ownID is how a name that a body gave stands where all bodies are together.
func ownID(body, id string) string { return body + "/" + id }

// SaveResult keeps a Result. See issuer.Store.
func (s *Store) SaveResult(ctx context.Context, r assessment.Result) error {
	doc, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("writing result %s: %w", r.ID, err)
	}
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		var kept string
		if _, err := tx.ExecContext(ctx, `insert into results (id, document, digest, saved_at)
			values ($1, $2, $3, $4) on conflict (id) do nothing`,
			ownID(r.Body.ID, string(r.ID)), string(doc), digest(doc), millis(now)); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `select digest from results where id = $1`, ownID(r.Body.ID, string(r.ID))).Scan(&kept); err != nil {
			return err
		}
		if kept != digest(doc) {
			return fault.New(fault.Conflict, "issue.result.changed", nil).With("ID", string(r.ID))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping result %s: %w", r.ID, err)
	}
	return nil
}

// Reserve promises one copy of a draft. See issuer.Store.
func (s *Store) Reserve(ctx context.Context, d credential.Draft, k issuer.CopyKey, build issuer.BuildFunc) (issuer.Reservation, error) {
	if k.Request == "" {
		return issuer.Reservation{}, fmt.Errorf("reserving draft %s: no issuance request", d.ID)
	}
	var r issuer.Reservation
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		k := k
		k.Request = ownID(d.Body, k.Request)
		kept, found, err := holdReservation(ctx, tx, k, now.Add(s.lease))
		if found || err != nil {
			r = kept
			return err
		}
		d, err := settleDraft(ctx, tx, d)
		if err != nil {
			return err
		}
		id, err := credential.NewID(k.Form)
		if err != nil {
			return err
		}
		entries, err := allot(ctx, tx, d.Body, id, k.Form, now)
		if err != nil {
			return err
		}
		input, err := build(d, id, entries)
		if err != nil {
			return err
		}
		var taken string
		err = tx.QueryRowContext(ctx, `insert into reservations
			(id, draft, form, holder, request, input, input_digest, reserved_at, lease_until)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (form, holder, request) do nothing returning id`,
			string(id), string(d.ID), string(k.Form), k.Holder, k.Request,
			input, digest(input), millis(now), millis(now.Add(s.lease))).Scan(&taken)
		if errors.Is(err, sql.ErrNoRows) { // another transaction was quicker
			if _, err := tx.ExecContext(ctx, `delete from status_entries where credential = $1`, string(id)); err != nil {
				return err
			}
			kept, found, err = holdReservation(ctx, tx, k, now.Add(s.lease))
			if err == nil && !found {
				err = errors.New("a reservation was there and is gone")
			}
			r = kept
			return err
		}
		r = issuer.Reservation{ID: id, Draft: d.ID, Form: k.Form, Input: bytes.Clone(input)}
		return err
	})
	if err != nil {
		return issuer.Reservation{}, fmt.Errorf("reserving draft %s: %w", d.ID, err)
	}
	return r, nil
}

// holdReservation finds the Reservation of a key and takes its lease. One that
// is sealed is a Conflict.
func holdReservation(ctx context.Context, tx *sql.Tx, k issuer.CopyKey, until time.Time) (r issuer.Reservation, found bool, err error) {
	var want string
	var lease sql.NullInt64
	err = tx.QueryRowContext(ctx, `select id, draft, form, input, input_digest, lease_until
		from reservations where form = $1 and holder = $2 and request = $3`,
		string(k.Form), k.Holder, k.Request).
		Scan((*string)(&r.ID), (*string)(&r.Draft), (*string)(&r.Form), &r.Input, &want, &lease)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return issuer.Reservation{}, false, nil
	case err != nil:
		return issuer.Reservation{}, false, err
	case !lease.Valid:
		return issuer.Reservation{}, true, fault.New(fault.Conflict, "issue.sealed", issuer.ErrSealed).With("ID", string(r.ID))
	}
	if err := intact("reservation", string(r.ID), want, r.Input); err != nil {
		return issuer.Reservation{}, true, err
	}
	_, err = tx.ExecContext(ctx, `update reservations set lease_until = $2 where id = $1`, string(r.ID), millis(until))
	return r, true, err
}

// settleDraft keeps d as the Draft of its Result, or gives the one that was kept
// before. One that is revoked or suspended is a Conflict.
func settleDraft(ctx context.Context, tx *sql.Tx, d credential.Draft) (credential.Draft, error) {
	doc, err := json.Marshal(d)
	if err != nil {
		return credential.Draft{}, fmt.Errorf("writing draft: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `insert into drafts
		(id, result, body, document, digest, issued_at, valid_from, valid_until)
		values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
		string(d.ID), ownID(d.Body, d.Result), d.Body, string(doc), digest(doc),
		millis(d.Issued), millis(d.ValidFrom), orNull(d.ValidUntil)); err != nil {
		return credential.Draft{}, err
	}
	// The update changes nothing. It holds the row until the copy is kept, so
	// that a change of its State is before it or finds the copy.
	var id, kept, want string
	var state status.State
	err = tx.QueryRowContext(ctx, `update drafts set state = state where result = $1
		returning id, document, digest, state`, ownID(d.Body, d.Result)).Scan(&id, &kept, &want, &state)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && id == string(d.ID) && want != digest(doc):
		return credential.Draft{}, fault.New(fault.Conflict, "issue.draft.changed", err).With("ID", string(d.ID))
	case err != nil:
		return credential.Draft{}, err
	case state == status.Revoked:
		return credential.Draft{}, fault.New(fault.Conflict, "issue.draft.revoked", nil).With("ID", id)
	case state == status.Suspended:
		return credential.Draft{}, fault.New(fault.Conflict, "issue.draft.suspended", nil).With("ID", id)
	case want == digest(doc):
		return d, nil
	}
	if err := intact("draft", id, want, []byte(kept)); err != nil {
		return credential.Draft{}, err
	}
	var first credential.Draft
	if err := json.Unmarshal([]byte(kept), &first); err != nil {
		return credential.Draft{}, fmt.Errorf("reading draft %s: %w", id, err)
	}
	return first, nil
}

// Seal keeps the signed bytes of a Reservation, once. See issuer.Store.
func (s *Store) Seal(ctx context.Context, id credential.ID, c credential.Signed) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		var draft, form string
		err := tx.QueryRowContext(ctx, `select draft, form from reservations where id = $1`, string(id)).Scan(&draft, &form)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "issue.notReserved", err).With("ID", string(id))
		}
		if err != nil {
			return err
		}
		if c.ID != id || string(c.Draft) != draft || string(c.Form) != form || len(c.Bytes) == 0 {
			return fault.New(fault.Invalid, "issue.notReserved",
				fmt.Errorf("signed is %s of draft %s as %q, %d bytes", c.ID, c.Draft, c.Form, len(c.Bytes))).With("ID", string(id))
		}
		sum := digest(c.Bytes)
		if _, err := tx.ExecContext(ctx, `insert into sealed (id, draft, form, media_type, bytes, digest, sealed_at)
			values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing`,
			string(id), draft, form, c.Form.MediaType(), c.Bytes, sum, millis(now)); err != nil {
			return err
		}
		var kept string
		if err := tx.QueryRowContext(ctx, `select digest from sealed where id = $1`, string(id)).Scan(&kept); err != nil {
			return err
		}
		if kept != sum {
			return fault.New(fault.Conflict, "issue.sealed", issuer.ErrSealed).With("ID", string(id))
		}
		// The bytes to be signed stand in the sealed file; without them the
		// reservation can never be signed again.
		_, err = tx.ExecContext(ctx, `update reservations set input = null, lease_until = null where id = $1`, string(id))
		return err
	})
	if err != nil {
		return fmt.Errorf("sealing credential %s: %w", id, err)
	}
	return nil
}

// Overdue gives open reservations for resuming. See issuer.Leaser.
func (s *Store) Overdue(ctx context.Context, limit int) ([]issuer.Reservation, error) {
	type row struct {
		r        issuer.Reservation
		want     string
		reserved int64
	}
	var rows []row
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		rows = nil
		rs, err := tx.QueryContext(ctx, `update reservations set lease_until = $1
			where lease_until <= $2 and id in
				(select id from reservations where lease_until <= $2 order by lease_until, reserved_at, id limit $3)
			returning id, draft, form, input, input_digest, reserved_at`,
			millis(now.Add(s.lease)), millis(now), limit)
		if err != nil {
			return err
		}
		defer rs.Close() //nolint:errcheck // rs.Err tells what went wrong
		for rs.Next() {
			var w row
			if err := rs.Scan((*string)(&w.r.ID), (*string)(&w.r.Draft), (*string)(&w.r.Form), &w.r.Input, &w.want, &w.reserved); err != nil {
				return err
			}
			rows = append(rows, w)
		}
		return rs.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("finding overdue reservations: %w", err)
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.reserved, b.reserved), cmp.Compare(a.r.ID, b.r.ID))
	})
	var out []issuer.Reservation
	var damaged []error
	for _, w := range rows {
		if err := intact("reservation", string(w.r.ID), w.want, w.r.Input); err != nil {
			damaged = append(damaged, err)
			continue
		}
		out = append(out, w.r)
	}
	return out, errors.Join(damaged...)
}
