package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/internal/fault"
)

// HeldAwards gives the awards in the account of a person.
func (s *Store) HeldAwards(ctx context.Context, person access.PersonID) ([]award.Award, error) {
	held, err := all(ctx, s.read, scanAward, `select `+awardColumns+` where a.holder = $1
		order by a.claimed_at desc, a.held_as`, string(person))
	if err != nil {
		return nil, fmt.Errorf("reading credentials: %w", engineFault(err))
	}
	return held, nil
}

// HeldAward gives one award in the account of a person.
func (s *Store) HeldAward(ctx context.Context, person access.PersonID, id assessment.ResultID) (award.Award, error) {
	a, err := heldBy(ctx, s.read, person, id)
	if err != nil {
		return award.Award{}, fmt.Errorf("reading credential: %w", engineFault(err))
	}
	return a, nil
}

func heldBy(ctx context.Context, q rower, person access.PersonID, id assessment.ResultID) (award.Award, error) {
	if !plain(string(id)) {
		return award.Award{}, noAward()
	}
	a, err := scanAward(q.QueryRowContext(ctx, `select `+awardColumns+` where a.holder = $1 and a.held_as = $2`, string(person), string(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return award.Award{}, noAward()
	}
	return a, err
}

// ClaimTicket gives an open claim ticket and the award that it is for.
func (s *Store) ClaimTicket(ctx context.Context, id access.TicketID) (access.Ticket, award.Award, error) {
	t, err := ticketBy(ctx, s.read, id)
	if err == nil && (t.Purpose != access.Claim || !t.Open(s.now())) {
		err = noTicket()
	}
	var a award.Award
	if err == nil {
		a, err = awardBy(ctx, s.read, t.Body, assessment.ResultID(t.Subject))
	}
	if err == nil && (a.State != award.Sealed || a.Holder != "") {
		err = noTicket()
	}
	if fault.KindOf(err) == fault.NotFound {
		return access.Ticket{}, award.Award{}, noTicket()
	}
	if err != nil {
		return access.Ticket{}, award.Award{}, fmt.Errorf("reading a claim link: %w", engineFault(err))
	}
	return t, a, nil
}

// ClaimedBy names the award of a claim ticket that is in the account of a person.
func (s *Store) ClaimedBy(ctx context.Context, id access.TicketID, person access.PersonID) (as assessment.ResultID, err error) {
	if !plain(string(id)) {
		return "", noTicket()
	}
	err = one(s.read.QueryRowContext(ctx, `select a.held_as from tickets t join awards a on a.body = t.body and a.id = t.subject
		where t.id = $1 and t.purpose = $2 and a.holder = $3`, string(id), string(access.Claim), string(person)).Scan(&as), noTicket())
	if err != nil {
		return "", fmt.Errorf("finding the award of a claim link: %w", engineFault(err))
	}
	return as, nil
}

// ClaimAward uses a claim ticket up and puts its award into an account. One with
// evidence of another account is a Conflict, and the ticket stays as it is.
func (s *Store) ClaimAward(ctx context.Context, id access.TicketID, person access.PersonID) (claimed assessment.ResultID, err error) {
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		t, err := useTicket(ctx, tx, now, id, access.Claim)
		if fault.KindOf(err) == fault.Conflict { // used, ended and unknown answer alike
			return noTicket()
		}
		if err != nil {
			return err
		}
		var others bool
		if err := tx.QueryRowContext(ctx, `select exists (select 1 from awards a join evidence_sets e on e.id = a.evidence
			where a.id = $1 and a.body = $2 and e.person <> $3)`, t.Subject, string(t.Body), string(person)).Scan(&others); err != nil {
			return err
		}
		if others {
			return fault.New(fault.Conflict, "award.claimed.other", nil)
		}
		as, err := heldAs(ctx, tx, person, t.Subject)
		if err != nil {
			return err
		}
		n, err := affected(tx.ExecContext(ctx, `update awards set holder = $3, claimed_at = $4, held_as = $5
			where id = $1 and body = $2 and sealed_at is not null and holder is null`,
			t.Subject, string(t.Body), string(person), millis(now), as))
		if err != nil {
			return err
		}
		if n == 0 { // and the ticket stays as it is
			return fault.New(fault.Conflict, "award.claimed", nil)
		}
		claimed = assessment.ResultID(as)
		return renewPrinted(ctx, tx, now, t.Body, t.Subject)
	})
	if err != nil {
		return "", fmt.Errorf("claiming an award: %w", err)
	}
	return claimed, nil
}

// heldAs is by which id an account names an award: its own, unless the account has one
// of another body by that.
func heldAs(ctx context.Context, tx *sql.Tx, person access.PersonID, id string) (string, error) {
	var there bool
	err := tx.QueryRowContext(ctx, `select exists (select 1 from awards where holder = $1 and held_as = $2)`, string(person), id).Scan(&there)
	if there {
		id = uuid.NewString()
	}
	return id, err
}

// renewPrinted makes a new link for certificates where the one before was closed
// with the account of an earlier holder.
func renewPrinted(ctx context.Context, tx *sql.Tx, now time.Time, body access.BodyID, id string) error {
	var token, to string
	err := tx.QueryRowContext(ctx, `select l.token, l.credential from awards a join links l on l.credential = a.credential
		where a.body = $1 and a.id = $2 and l.printed = 1 and l.closed_at is not null`, string(body), id).Scan(&token, &to)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `update links set printed = 0 where token = $1`, token); err != nil {
		return err
	}
	_, err = insertLink(ctx, tx, to, true, now, time.Time{})
	return err
}

// Links gives the links of an award.
func (s *Store) Links(ctx context.Context, ref award.Ref) ([]award.KeptLink, error) {
	links, err := all(ctx, s.read, func(row scanner) (l award.KeptLink, err error) {
		var created int64
		var closes, closed sql.NullInt64
		err = row.Scan(&l.ID, &l.Token, &l.Note, &l.Printed, &created, &closes, &closed, &l.Off)
		l.Created, l.Closes, l.Closed = moment(created), timeOf(closes), timeOf(closed)
		return l, err
	}, `select l.id, l.token, l.note, l.printed = 1, l.created_at, l.closes_at, l.closed_at, l.off_at is not null
		from awards a join links l on l.credential = a.credential
		where a.body = $1 and a.id = $2 and l.id is not null order by l.printed desc, l.created_at desc, l.id`, string(ref.Body), string(ref.ID))
	if err == nil {
		err = s.looksAt(ctx, ref, links)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the links of award %s: %w", ref.ID, engineFault(err))
	}
	return links, nil
}

// mostHours is of how many hours a link shows how often it was looked at, the latest.
const mostHours = 200

// looksAt puts to links how often they were looked at, in all and by the hour.
func (s *Store) looksAt(ctx context.Context, ref award.Ref, links []award.KeptLink) error {
	type look struct {
		token string
		sum   int
		award.Look
	}
	looks, err := all(ctx, s.read, func(row scanner) (k look, err error) {
		var hour int64
		err = row.Scan(&k.token, &hour, &k.Count, &k.sum)
		k.Hour = moment(hour)
		return k, err
	}, `select token, hour, looks, total from (
			select k.token, k.hour, k.looks, cast(sum(k.looks) over (partition by k.token) as bigint) as total,
				row_number() over (partition by k.token order by k.hour desc) as n
			from awards a join links l on l.credential = a.credential join link_looks k on k.token = l.token
			where a.body = $1 and a.id = $2) as by_hour
		where n <= $3 order by hour desc`, string(ref.Body), string(ref.ID), mostHours)
	if err != nil {
		return err
	}
	for _, k := range looks {
		i := slices.IndexFunc(links, func(l award.KeptLink) bool { return l.Token == k.token })
		if i < 0 {
			continue
		}
		links[i].Looked = k.sum
		links[i].Looks = append(links[i].Looks, k.Look)
	}
	return nil
}

// PrintedLink gives the token of the link on the certificates of an award.
func (s *Store) PrintedLink(ctx context.Context, ref award.Ref) (token string, err error) {
	err = s.read.QueryRowContext(ctx, `select l.token from awards a join links l on l.credential = a.credential
		where a.body = $1 and a.id = $2 and l.printed = 1`, string(ref.Body), string(ref.ID)).Scan(&token)
	if errors.Is(err, sql.ErrNoRows) {
		return "", noLink()
	}
	if err != nil {
		return "", fmt.Errorf("finding the link of award %s: %w", ref.ID, engineFault(err))
	}
	return token, nil
}

// MakeLink makes a link of a person to a credential. See award.HolderStore.
func (s *Store) MakeLink(ctx context.Context, person access.PersonID, id assessment.ResultID, closes time.Time, note string) (l award.KeptLink, err error) {
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		var to string
		// The update changes nothing but holds the row, so that the count holds.
		err := tx.QueryRowContext(ctx, `update awards set holder = holder where holder = $1 and held_as = $2 returning credential`,
			string(person), string(id)).Scan(&to)
		if errors.Is(err, sql.ErrNoRows) {
			return noAward()
		}
		if err != nil {
			return err
		}
		var open int
		if err := tx.QueryRowContext(ctx, `select count(*) from links
			where credential = $1 and closed_at is null and (closes_at is null or closes_at > $2)`, to, millis(now)).Scan(&open); err != nil {
			return err
		}
		if open > award.MaxLinks { // the printed one beside
			return fault.New(fault.Conflict, "award.link.many", nil).With("Max", award.MaxLinks)
		}
		l, err = insertLink(ctx, tx, to, false, now, closes)
		if err == nil && note != "" {
			l.Note = note
			_, err = tx.ExecContext(ctx, `update links set note = $2 where token = $1`, l.Token, note)
		}
		return err
	})
	if err != nil {
		return award.KeptLink{}, fmt.Errorf("making a link to award %s: %w", id, err)
	}
	return l, nil
}

// ownLink finds a link of a person's credential.
func ownLink(ctx context.Context, tx *sql.Tx, person access.PersonID, id assessment.ResultID, link string) (token string, printed bool, err error) {
	if !plain(string(id), link) {
		return "", false, noLink()
	}
	err = tx.QueryRowContext(ctx, `select l.token, l.printed = 1 from awards a join links l on l.credential = a.credential
		where a.holder = $1 and a.held_as = $2 and (l.id = $3 or $3 = '' and l.printed = 1)`,
		string(person), string(id), link).Scan(&token, &printed)
	return token, printed, one(err, noLink())
}

// EndLink closes a link for good. See award.HolderStore.
func (s *Store) EndLink(ctx context.Context, person access.PersonID, id assessment.ResultID, link string) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		if link == "" {
			return noLink()
		}
		token, printed, err := ownLink(ctx, tx, person, id, link)
		if err != nil {
			return err
		}
		if printed {
			return fault.New(fault.Conflict, "award.link.printed", nil)
		}
		_, err = tx.ExecContext(ctx, `update links set closed_at = coalesce(closed_at, $2) where token = $1`, token, millis(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("closing a link to award %s: %w", id, err)
	}
	return nil
}

// SwitchPrinted takes the printed link of a credential away, or back.
func (s *Store) SwitchPrinted(ctx context.Context, person access.PersonID, id assessment.ResultID, on bool) error {
	err := s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		token, _, err := ownLink(ctx, tx, person, id, "")
		if err != nil {
			return err
		}
		off := sql.NullInt64{Int64: millis(now), Valid: !on}
		_, err = tx.ExecContext(ctx, `update links set off_at = $2 where token = $1`, token, off)
		return err
	})
	if err != nil {
		return fmt.Errorf("switching the link of award %s: %w", id, err)
	}
	return nil
}

// AddLooks adds to how often links were looked at.
func (s *Store) AddLooks(ctx context.Context, looks []award.TokenLooks) error {
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		for _, k := range looks {
			if _, err := tx.ExecContext(ctx, `insert into link_looks (token, hour, looks)
				select token, cast($2 as bigint), cast($3 as bigint) from links where token = $1
				on conflict (token, hour) do update set looks = link_looks.looks + excluded.looks`,
				k.Token, millis(k.Hour), int64(k.Count)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("counting looks at links: %w", err)
	}
	return nil
}
