package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/store"
)

// TestInvitationsEndWithTheRoleOfTheirGiver: whoever has lost an account, or the right
// to invite, has let nobody in who comes later.
func TestInvitationsEndWithTheRoleOfTheirGiver(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, w *town, giver access.Actor) error{
		"Ended": func(t *testing.T, w *town, giver access.Actor) error {
			return w.store.EndMembership(t.Context(), "demo-body", giver.Memberships[0].ID, access.Console)
		},
		"Changed": func(t *testing.T, w *town, giver access.Actor) error {
			return w.store.ChangeRole(t.Context(), "demo-body", giver.Memberships[0].ID, access.Officer, access.Console)
		},
		"Deleted": func(t *testing.T, w *town, giver access.Actor) error { return w.Delete(t.Context(), giver) },
		"Recovered": func(t *testing.T, w *town, _ access.Actor) error {
			if err := w.Console().Recover(t.Context(), "giver@demo.example"); err != nil {
				return err
			}
			_, err := w.Recover(t.Context(), w.link(t, "giver@demo.example", access.Recover), "", passkey("giver-new"))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, d database) {
				w := newTown(t, d)
				stays := w.member(t, "stays@demo.example", "demo-body", access.Administrator)
				giver := w.member(t, "giver@demo.example", "demo-body", access.Administrator)
				invite := func(by access.Actor, to string) string {
					t.Helper()
					if err := w.Invite(t.Context(), by, "demo-body", to, access.Officer, "en"); err != nil {
						t.Fatal(err)
					}
					return w.link(t, to, access.Invite)
				}
				given, other := invite(giver, "accomplice@demo.example"), invite(stays, "guest@demo.example")
				if err := lose(t, w, w.actor(t, giver.Person)); err != nil {
					t.Fatal(err)
				}
				_, err := w.SignUp(t.Context(), access.Invite, given, access.NewAccount{Name: "A", Lang: "en", Login: passkey("accomplice")})
				wantKind(t, "SignUp by the invitation", err, fault.Conflict)
				_, _, err = w.Accept(t.Context(), w.actor(t, stays.Person), access.Invite, given, access.NewBody{})
				wantKind(t, "Accept", err, fault.Conflict)
				if _, err := w.Ticket(t.Context(), access.Invite, other); err != nil {
					t.Errorf("the invitation of another: %v", err)
				}
			})
		})
	}
}

// TestTokensOfTheBodyEndWithARecovery: whoever had taken the account may hold them.
func TestTokensOfTheBodyEndWithARecovery(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		stays := w.member(t, "stays@demo.example", "demo-body", access.Administrator)
		maker := w.member(t, "maker@demo.example", "demo-body", access.Administrator)
		secrets := map[bool]string{}
		for ends, who := range map[bool]access.Actor{true: maker, false: stays} {
			_, secret, err := w.CreateToken(t.Context(), who, "demo-body",
				access.NewToken{Name: "reads", Scopes: []access.Scope{access.ScopeBody}, Expires: w.now().Add(48 * time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			secrets[ends] = secret
		}
		if err := w.HelpRecovery(t.Context(), w.actor(t, stays.Person), "demo-body", maker.Person); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Recover(t.Context(), w.link(t, "maker@demo.example", access.Recover), "", passkey("maker-new")); err != nil {
			t.Fatal(err)
		}
		_, err := w.Authenticate(t.Context(), secrets[true])
		wantKind(t, "a token that they made", err, fault.Unauthenticated)
		if _, err := w.Authenticate(t.Context(), secrets[false]); err != nil {
			t.Errorf("a token of another: %v", err)
		}
		notices, err := w.Notices(t.Context(), w.actor(t, stays.Person))
		told := 0
		for _, n := range notices {
			if n.Key == "notice.tokens.ended" && n.Args["Names"] == "reads" {
				told++
			}
		}
		if err != nil || told != 1 {
			t.Errorf("the other administrator was told %d times, %v: %+v", told, err, notices)
		}
	})
}

// TestInvitationsAreSeldom fills one mailbox, and many.
func TestInvitationsAreSeldom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		admin := w.member(t, "admin@demo.example", "demo-body", access.Administrator)
		other := w.member(t, "other@demo.example", "other-body", access.Administrator)
		ctx, guest := t.Context(), "guest@demo.example"
		for range 5 {
			if err := w.Invite(ctx, admin, "demo-body", guest, access.Officer, "en"); err != nil {
				t.Fatal(err)
			}
			open, err := w.Invitations(ctx, admin, "demo-body")
			if err != nil || len(open) != 1 {
				t.Fatalf("Invitations = %+v, %v", open, err)
			}
			if err := w.Resend(ctx, admin, "demo-body", open[0].ID); err != nil {
				t.Fatal(err)
			}
		}
		refusedAs(t, "the eleventh letter", w.Invite(ctx, admin, "demo-body", guest, access.Mentor, "en"), fault.TooMany, "store.letter.often")
		open, err := w.Invitations(ctx, admin, "demo-body")
		if err != nil || len(open) != 1 {
			t.Fatalf("Invitations = %+v, %v", open, err)
		}
		refusedAs(t, "sending it again", w.Resend(ctx, admin, "demo-body", open[0].ID), fault.TooMany, "store.letter.often")
		if err := w.Invite(ctx, other, "other-body", guest, access.Officer, "en"); err != nil {
			t.Errorf("by another body: %v", err)
		}
		for i := range 90 {
			if err := w.Invite(ctx, admin, "demo-body", fmt.Sprintf("guest%d@demo.example", i), access.Officer, "en"); err != nil {
				t.Fatal(err)
			}
		}
		refusedAs(t, "one more in an hour", w.Invite(ctx, admin, "demo-body", "more@demo.example", access.Officer, "en"), fault.TooMany, "store.letter.invitations")
		w.pass(time.Hour)
		if err := w.Invite(ctx, w.actor(t, admin.Person), "demo-body", "more@demo.example", access.Officer, "en"); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	})
}

// TestStrangersAreWrittenToSeldom: an address gets ten links to sign up a day, and
// one letter a day that tells it has no account. Nothing answers otherwise, and nobody
// can use up the letters by which somebody recovers an account.
func TestStrangersAreWrittenToSeldom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		w.join(t, "known@demo.example")
		w.pass(24 * time.Hour)
		const stranger = "stranger@demo.example"
		// send sends what waits as the job does: a letter whose link has ended is
		// withdrawn.
		send := func() {
			t.Helper()
			waiting, err := w.store.Letters(t.Context(), mail.Filter{All: true, State: mail.Waiting, Limit: 200})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range waiting {
				_, err := w.store.TakeLetter(t.Context(), l.ID)
				if err == nil {
					err = w.store.MarkLetter(t.Context(), l.ID, mail.Sent, "")
				}
				if err != nil && fault.KindOf(err) != fault.NotFound {
					t.Fatal(err)
				}
			}
		}
		sent := func(to string, k mail.Kind) (n int) {
			t.Helper()
			if err := w.raw.QueryRow(`select count(*) from letters where address = $1 and kind = $2 and state = 'sent' and created_at > $3`,
				to, string(k), w.now().Add(-24*time.Hour).UnixMilli()).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		ask := func(hours int, f func(context.Context, string, string) error) {
			t.Helper()
			for range hours {
				for _, to := range []string{"known@demo.example", stranger} {
					if err := f(t.Context(), to, "en"); err != nil {
						t.Errorf("an answer of its own: %v", err)
					}
				}
				send()
				w.pass(time.Hour)
			}
		}
		ask(7, w.AskRecovery)
		if got, unknown, link := sent("known@demo.example", mail.Recover), sent(stranger, mail.Unknown), sent(stranger, mail.Recover); got != 7 || unknown != 1 || link != 0 {
			t.Errorf("asked for seven times, the account was sent %d links, the stranger told %d times and sent %d links; want 7, 1 and 0", got, unknown, link)
		}
		ask(12, w.Register)
		if got, link := sent("known@demo.example", mail.Known), sent(stranger, mail.Register); got != 10 || link != 10 {
			t.Errorf("of ten a day, the account had %d and the stranger %d", got, link)
		}
		ask(1, w.AskRecovery)
		if got, unknown := sent("known@demo.example", mail.Recover), sent(stranger, mail.Unknown); got != 8 || unknown != 1 {
			t.Errorf("asked for once more, the account was sent %d links, the stranger told %d times; want 8 and 1", got, unknown)
		}
		if _, err := w.store.PurgeLetters(t.Context(), w.now().Add(-90*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if l := w.letters(t, stranger); len(l) != 10 {
			t.Errorf("of the stranger there is kept %+v; want ten links to sign up", l)
		}
		w.pass(24 * time.Hour)
		ask(1, w.AskRecovery)
		if n := sent(stranger, mail.Unknown); n != 1 {
			t.Errorf("the day after the stranger was told %d times", n)
		}
	})
}

// TestKnownAddressesCostTheSameStatements counts them, for a time is hard to measure:
// of known and unknown addresses, asked for once, again, and too often.
func TestKnownAddressesCostTheSameStatements(t *testing.T) {
	t.Parallel()
	d := engines[0].fresh(t)
	w := newTown(t, d)
	w.join(t, "known@demo.example")
	w.pass(24 * time.Hour)
	n, err := store.CountStatements(w.store, string(d))
	if err != nil {
		t.Fatal(err)
	}
	for name, ask := range map[string]func(context.Context, string, string) error{"Register": w.Register, "AskRecovery": w.AskRecovery} {
		for i := range 6 {
			var cost []int64
			for _, to := range []string{"known@demo.example", "unknown@demo.example"} {
				before := n.Load()
				if err := ask(t.Context(), to, "en"); err != nil {
					t.Fatal(err)
				}
				cost = append(cost, n.Load()-before)
			}
			if cost[0] == 0 || cost[0] != cost[1] {
				t.Errorf("%s, the %dth time: %d statements for a known address, %d for an unknown one", name, i+1, cost[0], cost[1])
			}
		}
	}
}

// unused is a store that cannot keep when a token was used.
type unused struct{ access.Store }

func (unused) UsedToken(context.Context, access.TokenID, time.Time) error { return errors.New("full") }

func TestTokenWorksWhereItsUseIsNotKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		_, secret, err := w.Console().CreateToken(t.Context(), "demo-body",
			access.NewToken{Name: "reads", Scopes: []access.Scope{access.ScopeBody}, Expires: w.now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		w.Store = unused{w.store}
		if a, err := w.Authenticate(t.Context(), secret); err != nil || a.Body != "demo-body" {
			t.Errorf("Authenticate = %+v, %v", a, err)
		}
	})
}
