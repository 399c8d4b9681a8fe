package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	runner "github.com/probatum/probatum/jobs"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/store"
)

// A clock that tests turn.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// withJobs opens a store that can enqueue.
func (d database) withJobs(t *testing.T, now func() time.Time) *store.Store {
	t.Helper()
	q, err := runner.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), string(d), store.Options{Create: true, Now: now, Jobs: q})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func nothing() error { return nil }

// letter gives one of a body, without a link.
func letter(body, to string) mail.Letter {
	return mail.Letter{
		ID: mail.LetterID(uuid.NewString()), Kind: mail.Revoked, To: to, Lang: "de", Body: body, Person: uuid.NewString(),
		Args: map[string]string{"Title": "Licht", "ChangeKey": "mail.revoked.revoked"},
	}
}

// invitation gives one with a link, and keeps its ticket.
func invitation(t *testing.T, s *store.Store, now time.Time, to string) mail.Letter {
	t.Helper()
	k := access.Ticket{
		ID: access.NewTicketID(), Purpose: access.Register, Email: to, Lang: "en", By: "console", Created: now, Expires: now.Add(72 * time.Hour),
	}
	if err := s.KeepTicket(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	return mail.Letter{
		ID: mail.LetterID(uuid.NewString()), Kind: mail.Register, To: to, Lang: "en",
		Purpose: string(k.Purpose), Ticket: string(k.ID), Until: k.Expires,
	}
}

// jobText is how the args of a job are read as text.
func (d database) jobText() string {
	if d.postgres() {
		return `cast(args as text)`
	}
	return `json(args)` // kept as JSONB
}

// queued counts the jobs of a letter.
func queued(t *testing.T, d database, id mail.LetterID) (n int) {
	t.Helper()
	rows, err := d.raw(t).Query(`select ` + d.jobText() + ` from river_job where kind = 'letter'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var raw string
		if err := rows.Scan(&raw); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(raw, string(id)) {
			n++
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

func refusedAs(t *testing.T, what string, err error, kind fault.Kind, key string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Public != key {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

func TestPostIsPartOfTheChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.withJobs(t, nil)
		kept, lost := letter("nord", "a@example.org"), letter("nord", "b@example.org")
		if err := s.Post(t.Context(), nothing, kept); err != nil {
			t.Fatal(err)
		}
		if err := s.Post(t.Context(), func() error { return errors.New("no") }, lost); err == nil {
			t.Fatal("a change that failed gave no error")
		}
		wrong := letter("nord", "c@example.org")
		wrong.Args = nil
		if err := s.Post(t.Context(), nothing, letter("nord", "d@example.org"), wrong); err == nil {
			t.Error("a letter that cannot be composed was posted")
		}
		all, err := s.Letters(t.Context(), mail.Filter{Body: "nord"})
		if err != nil || len(all) != 1 || all[0].ID != kept.ID || all[0].State != mail.Waiting || all[0].To != kept.To || all[0].Args["Title"] != "Licht" {
			t.Errorf("the outbox holds %+v, %v", all, err)
		}
		if n := queued(t, d, kept.ID); n != 1 {
			t.Errorf("%d jobs for the letter that was posted", n)
		}
		if n := queued(t, d, lost.ID); n != 0 {
			t.Errorf("%d jobs for a letter that was not", n)
		}
	})
}

func TestPostWithoutJobsIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.open(t, nil)
		if err := s.Post(t.Context(), nothing, letter("nord", "a@example.org")); err == nil {
			t.Error("a letter was posted that nobody would send")
		}
	})
}

func TestLetterGoesThroughItsStates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		c := newClock()
		s, ctx := d.withJobs(t, c.now), t.Context()
		l := letter("nord", "a@example.org")
		if err := s.Post(ctx, nothing, l); err != nil {
			t.Fatal(err)
		}
		c.turn(time.Minute)
		for i := 1; i <= 2; i++ {
			e, err := s.TakeLetter(ctx, l.ID)
			if err != nil || e.Attempts != i || !e.Tried.Equal(c.now()) {
				t.Fatalf("TakeLetter: %+v, %v", e, err)
			}
			if err := s.MarkLetter(ctx, l.ID, mail.Waiting, "mail.failed.later"); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.MarkLetter(ctx, l.ID, mail.Sent, ""); err != nil {
			t.Fatal(err)
		}
		if err := s.MarkLetter(ctx, l.ID, mail.Bounced, "mail.failed.address"); err != nil {
			t.Fatal(err)
		}
		e, err := s.Letter(ctx, "nord", l.ID)
		if err != nil || e.State != mail.Sent || e.Reason != "" || !e.Done.Equal(c.now()) {
			t.Errorf("a final state did not stay: %+v, %v", e, err)
		}
		_, err = s.TakeLetter(ctx, l.ID)
		refusedAs(t, "taking a letter that was sent", err, fault.NotFound, "store.letter.none")
		_, err = s.TakeLetter(ctx, mail.LetterID(uuid.NewString()))
		refusedAs(t, "taking a letter that never was", err, fault.NotFound, "store.letter.none")
	})
}

func TestLetterWithoutALinkThatOpensIsWithdrawn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		c := newClock()
		s, ctx := d.withJobs(t, c.now), t.Context()
		open, late, used := invitation(t, s, c.now(), "a@example.org"), invitation(t, s, c.now(), "b@example.org"), invitation(t, s, c.now(), "c@example.org")
		late.Until = c.now().Add(time.Hour)
		if err := s.Post(ctx, nothing, open, late, used); err != nil {
			t.Fatal(err)
		}
		if _, err := d.raw(t).Exec(`update tickets set used_at = created_at where id = $1`, used.Ticket); err != nil {
			t.Fatal(err)
		}
		c.turn(2 * time.Hour)
		if _, err := s.TakeLetter(ctx, open.ID); err != nil {
			t.Errorf("TakeLetter with an open link: %v", err)
		}
		for _, l := range []mail.Letter{late, used} {
			_, err := s.TakeLetter(ctx, l.ID)
			refusedAs(t, "taking a letter whose link is over", err, fault.NotFound, "store.letter.none")
			e, err := s.Letter(ctx, "", l.ID)
			if err != nil || e.State != mail.Withdrawn || e.Attempts != 0 {
				t.Errorf("%+v, %v, want it withdrawn", e, err)
			}
		}
	})
}

// personal tells whether anything of a person is left in the rows of letters and jobs.
func personal(t *testing.T, d database, words ...string) []string {
	t.Helper()
	raw := d.raw(t)
	rows, err := raw.Query(`select coalesce(address, '') || ' ' || coalesce(args, '') || ' ' || person from letters
		union all select ` + d.jobText() + ` || ' ' || coalesce(cast(errors as text), '') from river_job`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if strings.Contains(s, w) {
				found = append(found, w)
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPurgeLetters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		c := newClock()
		s, ctx := d.withJobs(t, c.now), t.Context()
		old, gone := letter("nord", "old@example.org"), mail.Letter{ID: mail.LetterID(uuid.NewString()), Kind: mail.Deleted, To: "gone@example.org", Lang: "fr"}
		waits := letter("nord", "waits@example.org")
		if err := s.Post(ctx, nothing, old, waits); err != nil {
			t.Fatal(err)
		}
		c.turn(91 * 24 * time.Hour)
		recent := letter("nord", "recent@example.org")
		if err := s.Post(ctx, nothing, recent, gone); err != nil {
			t.Fatal(err)
		}
		for _, id := range []mail.LetterID{old.ID, recent.ID, gone.ID} {
			if err := s.MarkLetter(ctx, id, mail.Sent, ""); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := s.PurgeLetters(ctx, c.now().Add(-runner.KeepLetters)); err != nil || n != 2 {
			t.Errorf("PurgeLetters: %d, %v", n, err)
		}
		if found := personal(t, d, "old@", "gone@"); len(found) > 0 {
			t.Errorf("left: %v", found)
		}
		if found := personal(t, d, "recent@example.org", "waits@example.org"); len(found) == 0 {
			t.Error("what is not old is gone too")
		}
		e, err := s.Letter(ctx, "nord", old.ID)
		if err != nil || !e.Purged || e.To != "" || e.Args != nil || e.State != mail.Sent || e.Kind != mail.Revoked {
			t.Errorf("the old letter is %+v, %v", e, err)
		}
		_, err = s.ResendLetter(ctx, "nord", old.ID)
		refusedAs(t, "sending a purged letter again", err, fault.Conflict, "store.letter.purged")

		// One that waits is given up first.
		if n, err := s.OverdueLetters(ctx, c.now().Add(-72*time.Hour)); err != nil || n != 1 {
			t.Errorf("OverdueLetters: %d, %v", n, err)
		}
		if e, err := s.Letter(ctx, "nord", waits.ID); err != nil || e.State != mail.GaveUp || e.Reason != "mail.failed.late" {
			t.Errorf("the overdue letter is %+v, %v", e, err)
		}
	})
}

func TestForgetLetters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s, ctx := d.withJobs(t, nil), t.Context()
		a, b, sent := letter("nord", "a@example.org"), letter("nord", "b@example.org"), letter("nord", "a@example.org")
		sent.Person = a.Person
		if err := s.Post(ctx, nothing, a, b, sent); err != nil {
			t.Fatal(err)
		}
		if err := s.MarkLetter(ctx, sent.ID, mail.Sent, ""); err != nil {
			t.Fatal(err)
		}
		// One was written before there was an account.
		early := letter("nord", "A@example.org")
		early.Person = ""
		if err := s.Post(ctx, nothing, early); err != nil {
			t.Fatal(err)
		}
		if _, err := d.raw(t).Exec(`insert into people (id, email, name, lang, settings, epoch, created_at)
			values ($1, 'a@example.org', 'A', 'de', '{}', 1, 1)`, a.Person); err != nil {
			t.Fatal(err)
		}
		if err := s.ForgetLetters(ctx, a.Person); err != nil {
			t.Fatal(err)
		}
		if found := personal(t, d, "a@example.org", "A@example.org"); len(found) > 0 {
			t.Errorf("left: %v", found)
		}
		if e, err := s.Letter(ctx, "nord", a.ID); err != nil || e.State != mail.Withdrawn {
			t.Errorf("%+v, %v", e, err)
		}
		if e, err := s.Letter(ctx, "nord", sent.ID); err != nil || e.State != mail.Sent {
			t.Errorf("%+v, %v", e, err)
		}
		if _, err := s.TakeLetter(ctx, a.ID); err == nil {
			t.Error("a letter to somebody who is gone was taken")
		}
		if e, err := s.TakeLetter(ctx, b.ID); err != nil || e.To != b.To {
			t.Errorf("a letter to somebody else: %+v, %v", e, err)
		}
		if err := s.ForgetLetters(ctx, ""); err == nil {
			t.Error("the letters of nobody were forgotten")
		}
	})
}

// TestJobsHoldNoSecret looks at what the database alone would give away.
func TestJobsHoldNoSecret(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		c := newClock()
		s := d.withJobs(t, c.now)
		l := invitation(t, s, c.now(), "a@example.org")
		if err := s.Post(context.WithoutCancel(t.Context()), nothing, l); err != nil {
			t.Fatal(err)
		}
		var raw string
		if err := d.raw(t).QueryRow(`select ` + d.jobText() + ` from river_job where kind = 'letter'`).Scan(&raw); err != nil {
			t.Fatal(err)
		}
		var args map[string]string
		if err := json.Unmarshal([]byte(raw), &args); err != nil || len(args) != 1 || args["letter"] != string(l.ID) {
			t.Errorf("the job holds %s, %v", raw, err)
		}
	})
}
