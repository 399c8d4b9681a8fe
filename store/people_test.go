package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/store"
)

// nowhere takes jobs and forgets them: the letters are what the tests look at.
type nowhere struct{}

func (nowhere) Enqueue(context.Context, store.Tx, string, []byte) error { return nil }

// A town is a store with people in it, and a clock that the test sets.
type town struct {
	*access.Accounts
	store *store.Store
	raw   *sql.DB
	at    atomic.Int64
}

func newTown(t *testing.T, d database) *town {
	t.Helper()
	w := &town{}
	w.at.Store(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC).UnixMilli())
	s, err := store.Open(t.Context(), string(d), store.Options{Create: true, Now: w.now, Jobs: nowhere{}})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	w.store, w.raw = s, d.raw(t)
	w.Accounts = &access.Accounts{Store: s, Links: access.LinkKey{1, 2, 3}, Now: w.now}
	if err := s.MakeBody(t.Context(), access.NewBody{ID: "demo-body", Name: "DEMO Body"}); err != nil {
		t.Fatal(err)
	}
	if err := s.MakeBody(t.Context(), access.NewBody{ID: "other-body", Name: "DEMO Other Body"}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *town) now() time.Time       { return time.UnixMilli(w.at.Load()).UTC() }
func (w *town) pass(d time.Duration) { w.at.Add(d.Milliseconds()) }
func passkey(name string) access.Login {
	return access.Login{Passkey: &access.Passkey{ID: name, Name: "Laptop", Credential: "{}"}}
}

// letters gives the letters to an address, the first first.
func (w *town) letters(t *testing.T, to string) []mail.Letter {
	t.Helper()
	rows, err := w.raw.Query(`select kind, purpose, ticket from letters where address = $1 order by created_at, kind`, to)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []mail.Letter
	for rows.Next() {
		var l mail.Letter
		if err := rows.Scan(&l.Kind, &l.Purpose, &l.Ticket); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// link gives the secret of the last link of a purpose that an address was sent.
func (w *town) link(t *testing.T, to string, p access.Purpose) string {
	t.Helper()
	var id string
	for _, l := range w.letters(t, to) {
		if l.Purpose == string(p) {
			id = l.Ticket
		}
	}
	if id == "" {
		t.Fatalf("%s was sent no link to %s", to, p)
	}
	return w.Links.Secret(p, access.TicketID(id))
}

// join makes an account by a link that was sent to it.
func (w *town) join(t *testing.T, email string) access.Person {
	t.Helper()
	if err := w.Register(t.Context(), email, "de"); err != nil {
		t.Fatalf("Register: %v", err)
	}
	p, err := w.SignUp(t.Context(), access.Register, w.link(t, email, access.Register),
		access.NewAccount{Name: "Person " + email, Lang: "de", Login: passkey("key-" + email)})
	if err != nil {
		t.Fatalf("SignUp: %v", err)
	}
	w.pass(time.Second)
	return p
}

// actor is the person signed in a moment ago.
func (w *town) actor(t *testing.T, id access.PersonID) access.Actor {
	t.Helper()
	p, err := w.store.PersonByID(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := w.Session(t.Context(), id, p.Epoch, w.now())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// member makes an account with a role.
func (w *town) member(t *testing.T, email string, b access.BodyID, r access.Role) access.Actor {
	t.Helper()
	p := w.join(t, email)
	if err := w.store.AddMember(t.Context(), access.NewMembership(p.ID, b, r, access.Console, w.now())); err != nil {
		t.Fatalf("AddMember: %v", err)
	}
	return w.actor(t, p.ID)
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("%s: %v, want kind %d", what, err, kind)
	}
}

func TestSignUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		const mina = "mina@demo.example"
		if err := w.Register(t.Context(), " Mina@Demo.Example ", "fr"); err != nil {
			t.Fatal(err)
		}
		secret := w.link(t, mina, access.Register)
		n := access.NewAccount{Name: "Mina DEMO", Lang: "fr", Login: passkey("mina-1")}

		// A look uses nothing up, and a link for something else opens nothing.
		for range 2 {
			if tk, err := w.Ticket(t.Context(), access.Register, secret); err != nil || tk.Email != mina {
				t.Fatalf("Ticket = %+v, %v", tk, err)
			}
		}
		_, err := w.SignUp(t.Context(), access.Invite, secret, n)
		wantKind(t, "SignUp for another purpose", err, fault.NotFound)
		_, err = w.SignUp(t.Context(), access.Register, secret, access.NewAccount{Name: "Mina"})
		wantKind(t, "SignUp without a login", err, fault.Invalid)

		// Many at once make one account.
		var made, refused atomic.Int32
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				n := n
				n.Login = passkey(fmt.Sprintf("mina-%d", i))
				_, err := w.SignUp(t.Context(), access.Register, secret, n)
				switch {
				case err == nil:
					made.Add(1)
				case fault.KindOf(err) == fault.Conflict:
					refused.Add(1)
				default:
					t.Errorf("SignUp: %v", err)
				}
			})
		}
		wait.Wait()
		if made.Load() != 1 || refused.Load() != 7 {
			t.Fatalf("%d accounts were made and %d refused, want 1 and 7", made.Load(), refused.Load())
		}
		people, err := w.Console().People(t.Context())
		if err != nil || len(people) != 1 || people[0].Email != mina || people[0].Lang != "fr" || people[0].Epoch != 1 {
			t.Fatalf("People = %+v, %v", people, err)
		}
		l, err := w.store.Logins(t.Context(), people[0].ID)
		if err != nil || len(l.Passkeys) != 1 {
			t.Fatalf("Logins = %+v, %v: what was refused left something", l, err)
		}

		// A login that somebody has lets nobody else in.
		if err := w.Register(t.Context(), "tom@demo.example", "en"); err != nil {
			t.Fatal(err)
		}
		n.Login = access.Login{Passkey: &l.Passkeys[0]}
		_, err = w.SignUp(t.Context(), access.Register, w.link(t, "tom@demo.example", access.Register), n)
		wantKind(t, "SignUp with the passkey of another", err, fault.Conflict)

		// A link that is over says so.
		w.pass(access.RegisterFor)
		n.Login = passkey("tom-1")
		_, err = w.SignUp(t.Context(), access.Register, w.link(t, "tom@demo.example", access.Register), n)
		wantKind(t, "SignUp with a link that is over", err, fault.Conflict)
	})
}

// TestKnownAddressesAreNotTold: registering and recovering give the same answer,
// keep the same rows and send one letter each, whether there is an account or not.
func TestKnownAddressesAreNotTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		w.join(t, "known@demo.example")
		w.pass(2 * time.Hour)
		count := func(query string) (n int) {
			t.Helper()
			if err := w.raw.QueryRow(query).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for name, ask := range map[string]func(context.Context, string, string) error{"Register": w.Register, "AskRecovery": w.AskRecovery} {
			for _, to := range []string{"known@demo.example", "unknown@demo.example"} {
				letters, tickets := count(`select count(*) from letters`), count(`select count(*) from tickets`)
				for range 10 { // beyond what an address is sent
					if err := ask(t.Context(), to, "en"); err != nil {
						t.Errorf("%s(%s): %v", name, to, err)
					}
				}
				if l, k := count(`select count(*) from letters`)-letters, count(`select count(*) from tickets`)-tickets; l != 4 || k != 4 {
					t.Errorf("%s(%s) ten times: %d letters, %d tickets; want 4 of each", name, to, l, k)
				}
			}
		}
		for to, want := range map[string]string{
			"known@demo.example":   "[register known known known known recover recover recover recover]",
			"unknown@demo.example": "[register register register register unknown unknown unknown unknown]",
		} {
			var kinds []string
			for _, l := range w.letters(t, to) {
				kinds = append(kinds, string(l.Kind))
				if (l.Kind == mail.Known || l.Kind == mail.Unknown) && l.Ticket != "" {
					t.Errorf("a letter %s to %s has a link", l.Kind, to)
				}
			}
			if got := fmt.Sprint(kinds); len(got) != len(want) {
				t.Errorf("%s got %s, want %s", to, got, want)
			}
		}
		if n := count(`select count(*) from tickets where purpose = 'register' and email = 'known@demo.example' and ended_at is null and used_at is null`); n != 0 {
			t.Errorf("%d open links to register a known address", n)
		}
	})
}

func TestSetUpMakesTheFirstBody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		secret, _, err := w.SetUpLink(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		n := access.NewAccount{Name: "Ada DEMO", Email: "ada@demo.example", Lang: "en", Login: passkey("ada"), Body: access.NewBody{ID: "demo-body", Name: "DEMO"}}
		_, err = w.SignUp(t.Context(), access.SetUp, secret, n)
		wantKind(t, "SetUp of a body that exists", err, fault.Conflict)
		n.Body.ID = "New_Body"
		_, err = w.SignUp(t.Context(), access.SetUp, secret, n)
		wantKind(t, "SetUp of an ill-formed body", err, fault.Invalid)
		n.Body.ID = "new-body"
		p, err := w.SignUp(t.Context(), access.SetUp, secret, n)
		if err != nil {
			t.Fatalf("SignUp: %v", err)
		}
		if a := w.actor(t, p.ID); a.May(access.ManageStaff, "new-body", w.now()) != nil {
			t.Errorf("the first administrator has the roles %v", a.Memberships)
		}
		n.Email, n.Login, n.Body.ID = "eve@demo.example", passkey("eve"), "eve-body"
		_, err = w.SignUp(t.Context(), access.SetUp, secret, n)
		wantKind(t, "SetUp by a link that is used up", err, fault.Conflict)

		// Of a body that exists, by somebody who has an account.
		secret, _, err = w.SetUpLink(t.Context(), "demo-body")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Accept(t.Context(), w.actor(t, p.ID), access.SetUp, secret, access.NewBody{}); err != nil {
			t.Fatalf("Accept: %v", err)
		}
		if got := w.actor(t, p.ID).In("demo-body"); len(got) != 1 || got[0] != access.Administrator {
			t.Errorf("roles in demo-body: %v", got)
		}
		_, _, err = w.SetUpLink(t.Context(), "no-such-body")
		wantKind(t, "SetUpLink of no body", err, fault.NotFound)
	})
}

func TestMembers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		admin := w.member(t, "admin@demo.example", "demo-body", access.Administrator)
		stranger := w.member(t, "stranger@demo.example", "other-body", access.Administrator)
		officer := w.member(t, "officer@demo.example", "demo-body", access.Officer)
		const guest = "guest@demo.example"

		wantKind(t, "Invite by another body", w.Invite(t.Context(), stranger, "demo-body", guest, access.Officer, "en"), fault.NotFound)
		wantKind(t, "Invite by an officer", w.Invite(t.Context(), officer, "demo-body", guest, access.Officer, "en"), fault.Forbidden)
		wantKind(t, "Invite to no role", w.Invite(t.Context(), admin, "demo-body", guest, "king", "en"), fault.Invalid)
		if err := w.Invite(t.Context(), admin, "demo-body", guest, access.Assessor, "de"); err != nil {
			t.Fatal(err)
		}
		first := w.link(t, guest, access.Invite)
		w.pass(time.Second)
		if err := w.Invite(t.Context(), admin, "demo-body", guest, access.Assessor, "de"); err != nil {
			t.Fatal(err)
		}
		_, err := w.Ticket(t.Context(), access.Invite, first)
		wantKind(t, "an invitation that was repeated", err, fault.Conflict)
		open, err := w.Invitations(t.Context(), admin, "demo-body")
		if err != nil || len(open) != 1 || open[0].Email != guest {
			t.Fatalf("Invitations = %+v, %v", open, err)
		}

		// It runs out, is sent again, and is withdrawn.
		secret := w.link(t, guest, access.Invite)
		w.pass(access.InviteFor)
		_, err = w.Ticket(t.Context(), access.Invite, secret)
		wantKind(t, "an invitation that is over", err, fault.Conflict)
		admin, stranger = w.actor(t, admin.Person), w.actor(t, stranger.Person)
		wantKind(t, "Resend by another body", w.Resend(t.Context(), stranger, "other-body", open[0].ID), fault.NotFound)
		if err := w.Resend(t.Context(), admin, "demo-body", open[0].ID); err != nil {
			t.Fatal(err)
		}
		if got := len(w.letters(t, guest)); got != 3 {
			t.Errorf("%d letters, want 3", got)
		}
		if _, err = w.Ticket(t.Context(), access.Invite, secret); err != nil {
			t.Errorf("an invitation that was sent again: %v", err)
		}
		wantKind(t, "Withdraw by another body", w.Withdraw(t.Context(), stranger, "other-body", open[0].ID), fault.NotFound)

		// Somebody with another address takes it.
		p := w.join(t, "private@demo.example")
		before := w.actor(t, p.ID)
		_, epoch, err := w.Accept(t.Context(), before, access.Invite, secret, access.NewBody{})
		if err != nil {
			t.Fatalf("Accept: %v", err)
		}
		_, _, err = w.Session(t.Context(), p.ID, epoch-1, w.now())
		wantKind(t, "the session of before", err, fault.Unauthenticated)
		if a, _, err := w.Session(t.Context(), p.ID, epoch, w.now()); err != nil || len(a.In("demo-body")) != 1 {
			t.Errorf("the session that goes on: %v, %v", a, err)
		}
		_, _, err = w.Accept(t.Context(), before, access.Invite, secret, access.NewBody{})
		wantKind(t, "Accept twice", err, fault.Conflict)
		wantKind(t, "Withdraw what was used", w.Withdraw(t.Context(), admin, "demo-body", open[0].ID), fault.Conflict)
		if n, err := w.Notices(t.Context(), admin); err != nil || len(n) == 0 || n[0].Key != "notice.invitation.accepted" {
			t.Errorf("the inviter was told %+v, %v", n, err)
		}

		// Roles change and end, and every time the sessions do.
		members, err := w.Members(t.Context(), admin, "demo-body")
		if err != nil || len(members) != 3 || members[0].Person != admin.Person {
			t.Fatalf("Members = %+v, %v", members, err)
		}
		_, err = w.Members(t.Context(), stranger, "demo-body")
		wantKind(t, "Members for another body", err, fault.NotFound)
		id := members[2].ID
		wantKind(t, "ChangeRole from another body", w.ChangeRole(t.Context(), stranger, "other-body", id, access.Officer), fault.NotFound)
		if err := w.ChangeRole(t.Context(), admin, "demo-body", id, access.Mentor); err != nil {
			t.Fatal(err)
		}
		_, _, err = w.Session(t.Context(), p.ID, epoch, w.now())
		wantKind(t, "the session of before the change", err, fault.Unauthenticated)
		now := w.actor(t, p.ID)
		if got := now.In("demo-body"); len(got) != 1 || got[0] != access.Mentor {
			t.Errorf("roles %v, want mentor alone", got)
		}
		wantKind(t, "EndMembership of what was changed", w.EndMembership(t.Context(), admin, "demo-body", id), fault.NotFound)
		if err := w.EndMembership(t.Context(), now, "demo-body", now.Memberships[0].ID); err != nil {
			t.Errorf("to leave: %v", err)
		}
		if got := w.actor(t, p.ID).Bodies(); len(got) != 0 {
			t.Errorf("bodies after leaving: %v", got)
		}
		kinds := ""
		for _, l := range w.letters(t, "private@demo.example") {
			kinds += string(l.Kind) + " "
		}
		if kinds != "register role role role " {
			t.Errorf("letters %q", kinds)
		}
	})
}

// TestOneAdministratorStays: whatever is tried, also at once.
func TestOneAdministratorStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		a := w.member(t, "a@demo.example", "demo-body", access.Administrator)
		id := func(a access.Actor) string { return a.Memberships[0].ID }
		wantKind(t, "EndMembership of the last", w.EndMembership(t.Context(), a, "demo-body", id(a)), fault.Conflict)
		wantKind(t, "ChangeRole of the last", w.ChangeRole(t.Context(), a, "demo-body", id(a), access.Officer), fault.Conflict)
		wantKind(t, "Delete of the last", w.Delete(t.Context(), a), fault.Conflict)
		if r, err := w.Remains(t.Context(), a); err != nil || len(r.Administers) != 1 || r.Administers[0].Name != "DEMO Body" {
			t.Errorf("Remains = %+v, %v", r, err)
		}

		b := w.member(t, "b@demo.example", "demo-body", access.Administrator)
		a = w.actor(t, a.Person)
		var wait sync.WaitGroup
		var done atomic.Int32
		for _, try := range []func() error{
			func() error { return w.EndMembership(t.Context(), a, "demo-body", id(b)) },
			func() error { return w.EndMembership(t.Context(), b, "demo-body", id(a)) },
			func() error { return w.Delete(t.Context(), a) },
			func() error { return w.ChangeRole(t.Context(), a, "demo-body", id(b), access.Officer) },
		} {
			wait.Go(func() {
				if try() == nil {
					done.Add(1)
				}
			})
		}
		wait.Wait()
		var left int
		if err := w.raw.QueryRow(`select count(*) from memberships where body = 'demo-body' and role = 'administrator' and ended_at is null`).Scan(&left); err != nil || left != 1 || done.Load() == 0 {
			t.Errorf("%d administrators are left after %d changes, %v; want 1", left, done.Load(), err)
		}
	})
}
