package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

func TestOutboxOfABody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		c := newClock()
		s, ctx := d.withJobs(t, c.now), t.Context()
		var want []mail.LetterID // the newest first
		for i := range 7 {
			l := letter("nord", fmt.Sprintf("a%d@example.org", i))
			if err := s.Post(ctx, nothing, l, letter("sued", "b@example.org")); err != nil {
				t.Fatal(err)
			}
			want = append([]mail.LetterID{l.ID}, want...)
			if i%2 == 1 { // some at the same time
				c.turn(time.Second)
			}
		}
		server := invitation(t, s, c.now(), "c@example.org")
		if err := s.Post(ctx, nothing, server); err != nil {
			t.Fatal(err)
		}
		seen := map[mail.LetterID]bool{}
		var f mail.Filter
		for f = (mail.Filter{Body: "nord", Limit: 3}); ; {
			page, err := s.Letters(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			for i, e := range page {
				if seen[e.ID] || e.Body != "nord" || i > 0 && e.Created.After(page[i-1].Created) {
					t.Errorf("not in its place: %+v", e)
				}
				seen[e.ID] = true
			}
			if len(page) < 3 {
				break
			}
			f.Before, f.BeforeID = page[2].Created, page[2].ID
		}
		for _, id := range want {
			if !seen[id] {
				t.Errorf("letter %s is missing", id)
			}
		}
		if len(seen) != len(want) {
			t.Errorf("%d letters, want %d", len(seen), len(want))
		}
		if err := s.MarkLetter(ctx, want[0], mail.Bounced, "mail.failed.address"); err != nil {
			t.Fatal(err)
		}
		got, err := s.Letters(ctx, mail.Filter{Body: "nord", State: mail.Bounced, Kind: mail.Revoked})
		if err != nil || len(got) != 1 || got[0].ID != want[0] || got[0].Reason != "mail.failed.address" {
			t.Errorf("the bounced ones are %+v, %v", got, err)
		}
		if all, err := s.Letters(ctx, mail.Filter{All: true}); err != nil || len(all) != 15 {
			t.Errorf("%d letters in all, %v", len(all), err)
		}
		if _, err := s.Letters(ctx, mail.Filter{}); err == nil {
			t.Error("the outbox of no body was listed")
		}
		_, err = s.Letter(ctx, "sued", want[0])
		refusedAs(t, "a letter of another body", err, fault.NotFound, "store.letter.none")
		_, err = s.Letter(ctx, "nord", server.ID)
		refusedAs(t, "a letter of the server", err, fault.NotFound, "store.letter.none")
		_, err = s.ResendLetter(ctx, "sued", want[0])
		refusedAs(t, "sending a letter of another body again", err, fault.NotFound, "store.letter.none")
	})
}

func TestResend(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		c := newClock()
		s, ctx := d.withJobs(t, c.now), t.Context()
		l, over := invitation(t, s, c.now(), "a@example.org"), invitation(t, s, c.now(), "b@example.org")
		over.Until = c.now().Add(time.Minute)
		if err := s.Post(ctx, nothing, l, over); err != nil {
			t.Fatal(err)
		}
		_, err := s.ResendLetter(ctx, "", l.ID)
		refusedAs(t, "a letter on its way", err, fault.Conflict, "store.letter.waiting")
		for _, id := range []mail.LetterID{l.ID, over.ID} {
			if err := s.MarkLetter(ctx, id, mail.Bounced, "mail.failed.full"); err != nil {
				t.Fatal(err)
			}
		}
		_, err = s.ResendLetter(ctx, "", l.ID)
		refusedAs(t, "a letter of a moment ago", err, fault.TooMany, "store.letter.soon")
		c.turn(2 * time.Minute)
		_, err = s.ResendLetter(ctx, "", over.ID)
		refusedAs(t, "a letter whose link is over", err, fault.Conflict, "store.letter.over")

		var wg sync.WaitGroup
		ids := make([]mail.LetterID, 4)
		for i := range ids {
			wg.Go(func() {
				var err error
				if ids[i], err = s.ResendLetter(ctx, "", l.ID); err != nil {
					t.Errorf("ResendLetter: %v", err)
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] || id == l.ID {
				t.Errorf("asked at once, it was sent again as %v", ids)
			}
		}
		again, err := s.Letter(ctx, "", ids[0])
		if err != nil || again.AgainOf != l.ID || again.Ticket != l.Ticket || again.To != l.To || again.State != mail.Waiting {
			t.Errorf("the new letter is %+v, %v", again, err)
		}
		if first, err := s.Letter(ctx, "", l.ID); err != nil || first.Again != again.ID {
			t.Errorf("the old letter is %+v, %v", first, err)
		}
		if n := queued(t, d, again.ID); n != 1 {
			t.Errorf("%d jobs for the new letter", n)
		}
		last := again.ID
		for i := 0; ; i++ {
			if err := s.MarkLetter(ctx, last, mail.Sent, ""); err != nil {
				t.Fatal(err)
			}
			c.turn(2 * time.Minute)
			next, err := s.ResendLetter(ctx, "", last)
			if err != nil {
				refusedAs(t, "sending again for ever", err, fault.TooMany, "store.letter.often")
				break
			}
			if i > 20 {
				t.Fatal("nothing bounds sending again")
			}
			last = next
		}
	})
}

func TestTryMail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		c := newClock()
		s, ctx := d.withJobs(t, c.now), t.Context()
		id, err := s.TryMail(ctx, "nord", "a@example.org", "fr")
		if err != nil {
			t.Fatal(err)
		}
		if n := queued(t, d, id); n != 1 {
			t.Errorf("%d jobs", n)
		}
		_, err = s.TryMail(ctx, "nord", "a@example.org", "fr")
		refusedAs(t, "trying twice", err, fault.TooMany, "store.letter.soon")
		_, err = s.TryMail(ctx, "nord", "nobody", "fr")
		refusedAs(t, "trying no address", err, fault.Invalid, "mail.address")
	})
}
