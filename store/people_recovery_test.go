package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
)

// lost asks for a link to recover an account and gives it.
func (w *town) lost(t *testing.T, email string) string {
	t.Helper()
	if err := w.AskRecovery(t.Context(), email, "en"); err != nil {
		t.Fatal(err)
	}
	defer w.pass(time.Second)
	return w.link(t, email, access.Recover)
}

func TestRecoveryByCode(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		const mina = "mina@demo.example"
		admin := w.member(t, mina, "demo-body", access.Administrator)
		codes, err := w.NewCodes(t.Context(), admin)
		if err != nil || len(codes) != 10 {
			t.Fatalf("NewCodes = %v, %v", codes, err)
		}
		_, own, err := w.CreateToken(t.Context(), admin, "", access.NewToken{Name: "x", Scopes: access.MyScopes(), Expires: w.now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		other := w.join(t, "other@demo.example")
		otherCodes, err := w.NewCodes(t.Context(), w.actor(t, other.ID))
		if err != nil {
			t.Fatal(err)
		}

		secret := w.lost(t, mina)
		if way, _, err := w.RecoveryWay(t.Context(), secret); err != nil || way != access.OnlyCode {
			t.Errorf("RecoveryWay of an administrator = %v, %v", way, err)
		}
		_, err = w.StartWaiting(t.Context(), secret)
		wantKind(t, "StartWaiting for an administrator", err, fault.Forbidden)
		_, err = w.Recover(t.Context(), secret, "", passkey("thief"))
		wantKind(t, "Recover without a code", err, fault.Forbidden)
		for _, bad := range []string{"", "abcd-abcd-abcd-abcd", otherCodes[0], codes[0][:18], strings.Repeat("a", 1000)} {
			_, err := w.ProveCode(t.Context(), secret, bad)
			wantKind(t, "ProveCode("+bad[:min(len(bad), 20)]+")", err, fault.Forbidden)
		}
		// As people write it down.
		id, err := w.ProveCode(t.Context(), secret, " "+strings.ToUpper(strings.ReplaceAll(codes[3], "-", " ")))
		if err != nil {
			t.Fatalf("ProveCode: %v", err)
		}
		otherID, err := w.ProveCode(t.Context(), w.lost(t, "other@demo.example"), otherCodes[1])
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Recover(t.Context(), secret, otherID, passkey("thief"))
		wantKind(t, "Recover with the code of another", err, fault.Forbidden)

		var done atomic.Int32
		var wait sync.WaitGroup
		for i := range 6 {
			wait.Go(func() {
				if _, err := w.Recover(t.Context(), secret, id, passkey(fmt.Sprintf("mina-new-%d", i))); err == nil {
					done.Add(1)
				}
			})
		}
		wait.Wait()
		if done.Load() != 1 {
			t.Fatalf("%d recoveries by one link, want 1", done.Load())
		}
		now := w.actor(t, admin.Person)
		l, err := w.Logins(t.Context(), now)
		if err != nil || len(l.Passkeys) != 1 || !strings.HasPrefix(l.Passkeys[0].ID, "mina-new-") {
			t.Errorf("Logins = %+v, %v: want the new one alone", l, err)
		}
		_, _, err = w.Session(t.Context(), admin.Person, 2, w.now())
		wantKind(t, "a session of before", err, fault.Unauthenticated)
		_, err = w.Authenticate(t.Context(), own)
		wantKind(t, "a token of before", err, fault.Unauthenticated)
		if n, err := w.CodesLeft(t.Context(), now); err != nil || n != 0 {
			t.Errorf("%d codes are left, %v", n, err)
		}
		_, err = w.ProveCode(t.Context(), secret, codes[4])
		wantKind(t, "the link once more", err, fault.Conflict)

		// Nothing is sealed for a day.
		if now.May(access.ManageStaff, "demo-body", w.now()) != nil {
			t.Error("the administrator cannot manage staff")
		}
		wantKind(t, "ManageSeal after recovery", now.May(access.ManageSeal, "demo-body", w.now()), fault.Forbidden)
		w.pass(access.RestFor)
		if err := w.actor(t, admin.Person).May(access.ManageSeal, "demo-body", w.now()); err != nil {
			t.Errorf("ManageSeal a day after: %v", err)
		}
		kinds := ""
		for _, l := range w.letters(t, mina) {
			kinds += string(l.Kind) + " "
		}
		if kinds != "register role recover recovered " {
			t.Errorf("letters %q", kinds)
		}
	})
}

func TestRecoveryByWaiting(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		const tom = "tom@demo.example"
		p := w.join(t, tom)
		secret := w.lost(t, tom)
		wait := func() {
			t.Helper()
			from, err := w.StartWaiting(t.Context(), secret)
			if err != nil || !from.Equal(w.now().Add(access.WaitFor)) {
				t.Fatalf("StartWaiting = %v, %v", from, err)
			}
		}
		wait()
		if got := w.actor(t, p.ID); got.Person == "" {
			t.Error("the owner was signed out by somebody who waits")
		}
		if q, err := w.store.PersonByID(t.Context(), p.ID); err != nil || !q.Recovering.Equal(w.now().Add(access.WaitFor)) {
			t.Errorf("Recovering = %v, %v", q.Recovering, err)
		}
		_, err := w.StartWaiting(t.Context(), secret)
		wantKind(t, "StartWaiting twice", err, fault.Conflict)
		w.pass(access.WaitFor - time.Second)
		_, err = w.Recover(t.Context(), secret, "", passkey("early"))
		wantKind(t, "Recover too early", err, fault.Conflict)

		// The owner signs in: it is over.
		if _, err := w.store.UsedPasskey(t.Context(), "key-"+tom, "{}", 0); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Hour)
		_, err = w.Recover(t.Context(), secret, "", passkey("late"))
		wantKind(t, "Recover after the owner signed in", err, fault.Conflict)
		if n, err := w.Notices(t.Context(), w.actor(t, p.ID)); err != nil || len(n) != 1 || n[0].Key != "notice.recovery.stopped" {
			t.Errorf("Notices = %+v, %v", n, err)
		}

		// The link in the letter stops it, once.
		secret = w.lost(t, tom)
		wait()
		stop := w.link(t, tom, access.Stop)
		if err := w.StopRecoveryByLink(t.Context(), stop); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "the link to stop once more", w.StopRecoveryByLink(t.Context(), stop), fault.Conflict)
		w.pass(access.WaitFor)
		_, err = w.Recover(t.Context(), secret, "", passkey("late"))
		wantKind(t, "Recover after it was stopped", err, fault.Conflict)

		// The button stops it.
		secret = w.lost(t, tom)
		wait()
		if err := w.StopRecovery(t.Context(), w.actor(t, p.ID)); err != nil {
			t.Fatal(err)
		}
		_, _, err = w.RecoveryWay(t.Context(), secret)
		wantKind(t, "RecoveryWay after it was stopped", err, fault.Conflict)

		// Somebody who becomes powerful meanwhile does not come in.
		secret = w.lost(t, tom)
		wait()
		m := access.NewMembership(p.ID, "demo-body", access.Officer, access.Console, w.now())
		if err := w.store.AddMember(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		w.pass(access.WaitFor)
		_, err = w.Recover(t.Context(), secret, "", passkey("late"))
		wantKind(t, "Recover of an officer", err, fault.Forbidden)
		if err := w.Console().End(t.Context(), "demo-body", m.ID); err != nil {
			t.Fatal(err)
		}

		// And otherwise it opens the account.
		if way, _, err := w.RecoveryWay(t.Context(), secret); err != nil || way != access.AtOnce {
			t.Errorf("RecoveryWay = %v, %v", way, err)
		}
		if _, err := w.Recover(t.Context(), secret, "", passkey("tom-new")); err != nil {
			t.Fatalf("Recover: %v", err)
		}
		if _, err := w.store.UsedPasskey(t.Context(), "key-"+tom, "{}", 0); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("the old passkey: %v", err)
		}
	})
}

func TestRecoveryWithHelp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		admin := w.member(t, "admin@demo.example", "demo-body", access.Administrator)
		stranger := w.member(t, "stranger@demo.example", "other-body", access.Administrator)
		officer := w.member(t, "officer@demo.example", "demo-body", access.Officer)
		admin, stranger = w.actor(t, admin.Person), w.actor(t, stranger.Person)

		wantKind(t, "help for oneself", w.HelpRecovery(t.Context(), admin, "demo-body", admin.Person), fault.Forbidden)
		wantKind(t, "help by an officer", w.HelpRecovery(t.Context(), officer, "demo-body", admin.Person), fault.Forbidden)
		wantKind(t, "help by another body", w.HelpRecovery(t.Context(), stranger, "demo-body", officer.Person), fault.NotFound)
		wantKind(t, "help for no member", w.HelpRecovery(t.Context(), stranger, "other-body", officer.Person), fault.NotFound)
		if err := w.store.AddMember(t.Context(), access.NewMembership(officer.Person, "other-body", access.Mentor, access.Console, w.now())); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "help for an officer of another body", w.HelpRecovery(t.Context(), stranger, "other-body", officer.Person), fault.Forbidden)
		if err := w.HelpRecovery(t.Context(), admin, "demo-body", officer.Person); err != nil {
			t.Fatalf("HelpRecovery: %v", err)
		}
		secret := w.link(t, "officer@demo.example", access.Recover)
		if way, _, err := w.RecoveryWay(t.Context(), secret); err != nil || way != access.AtOnce {
			t.Errorf("RecoveryWay = %v, %v", way, err)
		}
		if _, err := w.Recover(t.Context(), secret, "", passkey("officer-new")); err != nil {
			t.Fatalf("Recover: %v", err)
		}
		wantKind(t, "sealing after recovery", w.actor(t, officer.Person).May(access.SealCredentials, "demo-body", w.now()), fault.Forbidden)
		if err := w.Console().Recover(t.Context(), "admin@demo.example"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Recover(t.Context(), w.link(t, "admin@demo.example", access.Recover), "", passkey("admin-new")); err != nil {
			t.Errorf("Recover by the console: %v", err)
		}
	})
}

func TestLogins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		p := w.join(t, "p@demo.example")
		q := w.join(t, "q@demo.example")
		a := w.actor(t, p.ID)
		identity := access.Login{Identity: &access.Identity{Issuer: "https://id.demo.example", Subject: "p", Name: "DEMO id"}}
		first := access.Login{Passkey: &access.Passkey{ID: "key-p@demo.example"}}

		_, err := w.RemoveLogin(t.Context(), a, first)
		wantKind(t, "RemoveLogin of the last", err, fault.Conflict)
		stale := a
		stale.SignedIn = w.now().Add(-time.Hour)
		wantKind(t, "AddLogin without a new sign-in", w.AddLogin(t.Context(), stale, identity), fault.Unauthenticated)
		if err := w.AddLogin(t.Context(), a, identity); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "AddLogin of what somebody has", w.AddLogin(t.Context(), w.actor(t, q.ID), identity), fault.Conflict)
		_, err = w.RemoveLogin(t.Context(), w.actor(t, q.ID), first)
		wantKind(t, "RemoveLogin of another", err, fault.NotFound)
		wantKind(t, "RenamePasskey of another", w.RenamePasskey(t.Context(), w.actor(t, q.ID), first.Passkey.ID, "Mine"), fault.NotFound)
		if err := w.RenamePasskey(t.Context(), a, first.Passkey.ID, "Phone"); err != nil {
			t.Fatal(err)
		}
		var done, epoch atomic.Int64
		var wait sync.WaitGroup
		for _, l := range []access.Login{first, identity} { // both at once: one stays
			wait.Go(func() {
				if e, err := w.RemoveLogin(t.Context(), a, l); err == nil {
					done.Add(1)
					epoch.Store(e)
				}
			})
		}
		wait.Wait()
		_, _, err = w.Session(t.Context(), p.ID, epoch.Load()-1, w.now())
		wantKind(t, "a session of before", err, fault.Unauthenticated)
		if _, _, err := w.Session(t.Context(), p.ID, epoch.Load(), w.now()); err != nil {
			t.Errorf("the session that goes on: %v", err)
		}
		l, err := w.Logins(t.Context(), a)
		if err != nil || done.Load() != 1 || len(l.Passkeys)+len(l.Identities) != 1 {
			t.Errorf("%d removed, Logins = %+v, %v; want one of two left", done.Load(), l, err)
		}

		// Counters go up, or stay 0.
		if err := w.AddLogin(t.Context(), w.actor(t, q.ID), passkey("counting")); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			count uint32
			ok    bool
		}{{0, true}, {0, true}, {5, true}, {5, false}, {4, false}, {0, false}, {6, true}} {
			_, err := w.store.UsedPasskey(t.Context(), "counting", "{}", step.count)
			if (err == nil) != step.ok || err != nil && fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("UsedPasskey with counter %d: %v", step.count, err)
			}
		}
		if err := w.store.UseOnce(t.Context(), "challenge", w.now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "UseOnce twice", w.store.UseOnce(t.Context(), "challenge", w.now().Add(time.Minute)), fault.Conflict)
	})
}

func TestAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		p, q := w.join(t, "p@demo.example"), w.join(t, "q@demo.example")
		a := w.actor(t, p.ID)
		const fresh = "new@demo.example"
		if err := w.AskAddress(t.Context(), a, fresh, "en"); err != nil {
			t.Fatal(err)
		}
		if err := w.AskAddress(t.Context(), a, "q@demo.example", "en"); err != nil { // the same answer
			t.Fatal(err)
		}
		if l := w.letters(t, "q@demo.example"); l[len(l)-1].Kind != "known" {
			t.Errorf("letters to an address that has an account: %+v", l)
		}
		lost := w.lost(t, "p@demo.example")
		secret := w.link(t, fresh, access.Address)
		wantKind(t, "ConfirmAddress by another", w.ConfirmAddress(t.Context(), w.actor(t, q.ID), secret), fault.Forbidden)
		wantKind(t, "ConfirmAddress by nobody", w.ConfirmAddress(t.Context(), access.Actor{}, secret), fault.Unauthenticated)
		if err := w.ConfirmAddress(t.Context(), a, secret); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "ConfirmAddress twice", w.ConfirmAddress(t.Context(), a, secret), fault.Conflict)
		_, _, err := w.RecoveryWay(t.Context(), lost)
		wantKind(t, "a link to recover in the old mailbox", err, fault.Conflict)
		if got, err := w.store.PersonByID(t.Context(), p.ID); err != nil || got.Email != fresh {
			t.Errorf("PersonByID = %+v, %v", got, err)
		}
		if l := w.letters(t, "p@demo.example"); l[len(l)-1].Kind != "moved" && l[len(l)-2].Kind != "moved" {
			t.Errorf("the old address was sent %+v", l)
		}
		// Somebody registers the address between asking and confirming.
		if err := w.AskAddress(t.Context(), a, "late@demo.example", "en"); err != nil {
			t.Fatal(err)
		}
		w.join(t, "late@demo.example")
		wantKind(t, "ConfirmAddress of one that is taken", w.ConfirmAddress(t.Context(), a, w.link(t, "late@demo.example", access.Address)), fault.Conflict)
	})
}

// TestDeletionLeavesNothingPersonal plants words in all that a person has and
// looks for them in every row of every table.
func TestDeletionLeavesNothingPersonal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		const email = "planted.zebra@demo.example"
		admin := w.member(t, "admin@demo.example", "demo-body", access.Administrator)
		if err := w.Register(t.Context(), email, "en"); err != nil {
			t.Fatal(err)
		}
		p, err := w.SignUp(t.Context(), access.Register, w.link(t, email, access.Register), access.NewAccount{
			Name: "Zebra Planted", Lang: "fr", Settings: access.Settings{LargeText: true},
			Login: access.Login{Passkey: &access.Passkey{ID: "zebra-key", Name: "Zebra phone", Credential: `{"zebra":1}`}},
		})
		if err != nil {
			t.Fatal(err)
		}
		a := w.actor(t, p.ID)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(w.AddLogin(t.Context(), a, access.Login{Identity: &access.Identity{Issuer: "https://zebra.example", Subject: "zebra", Name: "Zebra id"}}))
		_, err = w.NewCodes(t.Context(), a)
		must(err)
		_, _, err = w.CreateToken(t.Context(), a, "", access.NewToken{Name: "Zebra", Scopes: access.MyScopes(), Expires: w.now().Add(time.Hour)})
		must(err)
		must(w.Invite(t.Context(), admin, "demo-body", email, access.Officer, "en"))
		secret := w.link(t, email, access.Invite)
		_, _, err = w.Accept(t.Context(), a, access.Invite, secret, access.NewBody{})
		must(err)
		must(w.Invite(t.Context(), admin, "demo-body", email, access.Mentor, "en"))
		must(w.AskAddress(t.Context(), w.actor(t, p.ID), "zebra.new@demo.example", "en"))
		w.lost(t, email)
		data, err := access.SessionCodec{}.Encode(w.now(), map[string]any{access.SessionPerson: string(p.ID), "note": "zebra"})
		must(err)
		must(w.store.Sessions().CommitCtx(t.Context(), "zebra-session", data, w.now().Add(time.Hour)))
		must(w.AskAddress(t.Context(), w.actor(t, p.ID), "zebra.third@demo.example", "en"))

		must(w.store.KeepTicket(t.Context(), access.Ticket{
			ID: access.NewTicketID(), Purpose: access.Claim, Email: "Planted.ZEBRA@demo.example", Body: "demo-body", Subject: "x", Lang: "en",
			Created: w.now(), Expires: w.now().Add(time.Hour),
		}))

		if found := w.find(t, "zebra"); len(found) < 8 {
			t.Fatalf("planted words are found in %v only", found)
		}
		a = w.actor(t, p.ID)
		if r, err := w.Remains(t.Context(), a); err != nil || r.Counts["passkeys"] != 2 || r.Counts["roles"] != 1 || !slices.Contains(r.Stays, "roles") {
			t.Errorf("Remains = %+v, %v", r, err)
		}
		stale := a
		stale.SignedIn = w.now().Add(-time.Hour)
		wantKind(t, "Delete without a new sign-in", w.Delete(t.Context(), stale), fault.Unauthenticated)
		must(w.Delete(t.Context(), a))

		// The letter that says so is the last that is kept, until it was sent.
		if l := w.letters(t, email); len(l) != 1 || l[0].Kind != "deleted" {
			t.Errorf("letters %+v", l)
		}
		if _, err := w.raw.Exec(`delete from letters where kind = 'deleted'`); err != nil {
			t.Fatal(err)
		}
		if found := w.find(t, "zebra"); len(found) != 0 {
			t.Errorf("after deletion there is still something in %v", found)
		}
		_, _, err = w.Session(t.Context(), p.ID, 2, w.now())
		wantKind(t, "a session of the account", err, fault.Unauthenticated)
		wantKind(t, "Delete twice", w.Delete(t.Context(), a), fault.NotFound)
		var roles int
		if err := w.raw.QueryRow(`select count(*) from memberships where ended_at is not null`).Scan(&roles); err != nil || roles != 1 {
			t.Errorf("%d roles stay on record, %v; want 1", roles, err)
		}
		w.join(t, email) // the address is free again
	})
}

// find gives the tables in which a word stands, in text or bytes.
func (w *town) find(t *testing.T, word string) []string {
	t.Helper()
	names := func(query string) (all []string) {
		rows, err := w.raw.Query(query)
		if err != nil {
			return nil
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			all = append(all, name)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return all
	}
	tables := names(`select name from sqlite_master where type = 'table'`)
	if tables == nil {
		tables = names(`select table_name from information_schema.tables where table_schema = current_schema()`)
	}
	var found []string
	for _, table := range tables {
		found = append(found, w.findIn(t, table, word)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// findIn gives the columns of a table in which a word stands.
func (w *town) findIn(t *testing.T, table, word string) (found []string) {
	t.Helper()
	rows, err := w.raw.Query(`select * from ` + table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			if strings.Contains(strings.ToLower(fmt.Sprint(v)), word) {
				found = append(found, table+"."+columns[i])
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}
