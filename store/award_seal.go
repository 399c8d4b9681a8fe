package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/status"
)

// BeginSeal marks that sealing of an award has begun. See award.Store.
func (s *Store) BeginSeal(ctx context.Context, b award.Begin) (a award.Award, err error) {
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		if a, err = awardBy(ctx, tx, b.Body, b.ID); err != nil || a.State != award.Waiting {
			return err
		}
		if err := unchanged(a, b.Version); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `update awards set begun_at = $3, begun_by = $4, look = $5 where body = $1 and id = $2`,
			string(b.Body), string(b.ID), millis(now), b.By, string(b.Look)); err != nil {
			return err
		}
		if a, err = awardBy(ctx, tx, b.Body, b.ID); err != nil || a.Evidence == "" {
			return err
		}
		_, err = useRelease(ctx, tx, now, b.Body, a.Evidence, string(a.ID))
		if fault.KindOf(err) == fault.NotFound { // the candidate withdrew it
			return fault.New(fault.Conflict, "award.evidence.gone", err)
		}
		return err
	})
	if err != nil {
		return award.Award{}, fmt.Errorf("beginning to seal award %s: %w", b.ID, err)
	}
	return a, nil
}

// ResumeSeal gives a sign of life of sealing that was begun. See award.Store.
func (s *Store) ResumeSeal(ctx context.Context, r award.Ref) (a award.Award, err error) {
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		if _, err := tx.ExecContext(ctx, `update awards set begun_at = $3
			where body = $1 and id = $2 and begun_at < $3 and sealed_at is null`, string(r.Body), string(r.ID), millis(now)); err != nil {
			return err
		}
		a, err = awardBy(ctx, tx, r.Body, r.ID)
		return err
	})
	if err != nil {
		return award.Award{}, fmt.Errorf("going on to seal award %s: %w", r.ID, err)
	}
	return a, nil
}

// EndSeal marks that an award is sealed. See award.Store.
func (s *Store) EndSeal(ctx context.Context, body access.BodyID, id assessment.ResultID, c *award.ClaimLetter) (a award.Award, err error) {
	err = s.changeWith(ctx, func(tx Tx, now time.Time) error {
		var draft, edc string
		err := tx.QueryRowContext(ctx, `select s.draft, s.id from reservations r join sealed s on s.id = r.id
			where r.form = $1 and r.holder = '' and r.request = $2`, string(credential.EDC), ownID(string(body), string(id))).Scan(&draft, &edc)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Conflict, "award.unsealed", nil)
		}
		if err != nil {
			return err
		}
		// The document stands in results from now on.
		n, err := affected(tx.ExecContext(ctx, `update awards set sealed_at = $3, draft = $4, credential = $5,
				document = case when exists (select 1 from results r where r.id = $6 and r.digest = awards.version)
					then null else document end
			where body = $1 and id = $2 and begun_at is not null and sealed_at is null`,
			string(body), string(id), millis(now), draft, edc, ownID(string(body), string(id))))
		if err != nil {
			return err
		}
		if n > 0 {
			if _, err := insertLink(ctx, tx.Tx, edc, true, now, time.Time{}); err != nil {
				return err
			}
			if c != nil {
				if err := claim(ctx, tx, now, *c); err != nil {
					return err
				}
			}
		}
		a, err = awardBy(ctx, tx, body, id)
		return err
	})
	if err != nil {
		return award.Award{}, fmt.Errorf("ending to seal award %s: %w", id, err)
	}
	return a, nil
}

// claim keeps a claim ticket and its letter.
func claim(ctx context.Context, tx Tx, now time.Time, c award.ClaimLetter) error {
	if err := newTicket(ctx, tx.Tx, c.Ticket); err != nil {
		return err
	}
	return post(ctx, tx, now, c.Letter)
}

// SendClaim sends a claim letter in the place of those before. See award.Store.
func (s *Store) SendClaim(ctx context.Context, body access.BodyID, id assessment.ResultID, email, lang string, c award.ClaimLetter) error {
	err := s.changeWith(ctx, func(tx Tx, now time.Time) error {
		a, err := awardBy(ctx, tx, body, id)
		switch {
		case err != nil:
			return err
		case a.Holder != "":
			return fault.New(fault.Conflict, "award.claimed", nil)
		case a.State != award.Sealed:
			return fault.New(fault.Conflict, "award.unsealed", nil)
		}
		if _, err := tx.ExecContext(ctx, `update awards set email = $3, lang = $4, forgotten_at = null
			where body = $1 and id = $2`, string(body), string(id), email, lang); err != nil {
			return err
		}
		if err := noteAddress(ctx, tx.Tx, now, a, email, c.Ticket.By); err != nil {
			return err
		}
		if err := endTickets(ctx, tx.Tx, now, access.Claim, body, string(id)); err != nil {
			return err
		}
		return claim(ctx, tx, now, c)
	})
	if err != nil {
		return fmt.Errorf("sending the claim letter of award %s: %w", id, err)
	}
	return nil
}

// noteAddress records that the address of a claim letter was changed.
func noteAddress(ctx context.Context, tx *sql.Tx, now time.Time, a award.Award, to, by string) error {
	change := award.AddressChanged
	switch {
	case a.Email == to:
		return nil
	case a.Email == "":
		change = award.AddressSet
	case to == "":
		change = award.AddressRemoved
	}
	_, err := tx.ExecContext(ctx, `insert into award_addresses (id, body, award, change, changed_at, changed_by)
		values ($1, $2, $3, $4, $5, $6)`, uuid.NewString(), string(a.Body), string(a.ID), string(change), millis(now), by)
	return err
}

// Addresses tells who changed where the claim letter of an award goes. See award.Store.
func (s *Store) Addresses(ctx context.Context, ref award.Ref) ([]award.AddressChange, error) {
	changes, err := all(ctx, s.read, func(row scanner) (c award.AddressChange, err error) {
		var at int64
		err = row.Scan(&c.What, &at, &c.By, &c.Name, &c.Program)
		c.At = moment(at)
		return c, err
	}, `select c.change, c.changed_at, c.changed_by, coalesce(t.name, p.name, ''), t.id is not null
		from award_addresses c left join people p on p.id = c.changed_by left join tokens t on 'token:' || t.id = c.changed_by
		where c.body = $1 and c.award = $2 order by c.changed_at, c.id`, string(ref.Body), string(ref.ID))
	if err != nil {
		return nil, fmt.Errorf("reading the addresses of award %s: %w", ref.ID, engineFault(err))
	}
	return changes, nil
}

// Doer tells who stands in a record. See award.Store.
func (s *Store) Doer(ctx context.Context, by string) (d award.Doer, err error) {
	if !plain(by) {
		return d, nil
	}
	err = s.read.QueryRowContext(ctx, `select coalesce(t.name, p.name, ''), t.id is not null
		from (select cast($1 as text) as doer) w left join people p on p.id = w.doer left join tokens t on 'token:' || t.id = w.doer`,
		by).Scan(&d.Name, &d.Program)
	if err != nil {
		return d, fmt.Errorf("finding who did something: %w", engineFault(err))
	}
	return d, nil
}

// insertLink makes a link to a sealed credential.
func insertLink(ctx context.Context, tx *sql.Tx, to string, printed bool, now, closes time.Time) (award.KeptLink, error) {
	var random [16]byte
	rand.Read(random[:]) // never fails: see crypto/rand
	l := award.KeptLink{
		ID: uuid.NewString(), Token: base64.RawURLEncoding.EncodeToString(random[:]), Printed: printed,
		Created: moment(millis(now)), Closes: closes,
	}
	flag := 0
	if printed {
		flag = 1
	}
	_, err := tx.ExecContext(ctx, `insert into links (token, credential, created_at, closes_at, id, printed)
		values ($1, $2, $3, $4, $5, $6)`, l.Token, to, millis(now), orNull(closes), l.ID, flag)
	return l, err
}

// changeKeys are the messages that say what became of a credential, in letters.
var changeKeys = map[status.State]string{
	status.Valid: "mail.revoked.reinstated", status.Revoked: "mail.revoked.revoked", status.Suspended: "mail.revoked.suspended",
}

// noticeKeys are the same for notices.
var noticeKeys = map[status.State]string{
	status.Valid: "award.notice.reinstated", status.Revoked: "award.notice.revoked", status.Suspended: "award.notice.suspended",
}

// tellHolder tells the holder of a credential, or whom it was sent to, that it
// stands otherwise now. Where no award belongs to the draft, nobody is told.
func tellHolder(ctx context.Context, tx Tx, now time.Time, draft string, to status.State) error {
	var id string
	var body access.BodyID
	err := tx.QueryRowContext(ctx, `select id, body from awards where draft = $1`, draft).Scan(&id, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	a, err := awardBy(ctx, tx, body, assessment.ResultID(id))
	if err != nil {
		return err
	}
	email, lang := a.Email, a.Lang
	if a.Holder != "" {
		var address sql.NullString
		if err := tx.QueryRowContext(ctx, `select email, lang from people where id = $1`, string(a.Holder)).Scan(&address, &lang); err != nil {
			return err
		}
		email = address.String
		title, _ := a.Summary.Title.In(lang)
		args := map[string]string{"Title": title}
		for l, text := range a.Summary.Title { // it is read in any language
			args[access.InLanguage("Title", l)] = text
		}
		if err := notice(ctx, tx.Tx, now, access.Notice{
			Person: a.Holder, Body: body, Key: noticeKeys[to], Args: args, Path: "/me/credentials/" + string(a.HeldAs),
		}); err != nil {
			return err
		}
	}
	if email == "" {
		return nil
	}
	title, _ := a.Summary.Title.In(lang)
	return post(ctx, tx, now, mail.Letter{
		Kind: mail.Revoked, To: email, Lang: lang, Body: string(body), Person: string(a.Holder),
		Args: map[string]string{"Title": title, "ChangeKey": changeKeys[to]},
	})
}

// Changes gives what was changed of how it stands with a draft as a whole.
func (s *Store) Changes(ctx context.Context, draft credential.DraftID) ([]award.Changed, error) {
	changes, err := all(ctx, s.read, func(row scanner) (c award.Changed, err error) {
		var at int64
		err = row.Scan(&c.To, (*string)(&c.Reason), &c.Note, &c.By, &at)
		c.At = moment(at)
		return c, err
	}, `select state, reason, note, actor, changed_at from status_changes
		where draft = $1 and credential is null order by changed_at, id`, string(draft))
	if err != nil {
		return nil, fmt.Errorf("reading the changes of draft %s: %w", draft, engineFault(err))
	}
	return changes, nil
}
