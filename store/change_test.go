package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/store"
)

// tableJobs is an Enqueuer that keeps jobs in a table of its own, by the driver's own
// transaction, as package jobs does.
type tableJobs struct{}

func (tableJobs) MigrateJobs(ctx context.Context, e store.Engine) error {
	const table = `create table if not exists test_jobs (kind text not null, args text not null)`
	if e.Postgres != nil {
		_, err := e.Postgres.Exec(ctx, table)
		return err
	}
	_, err := e.SQLite.ExecContext(ctx, table)
	return err
}

func (tableJobs) Enqueue(ctx context.Context, tx store.Tx, kind string, args []byte) error {
	const insert = `insert into test_jobs (kind, args) values ($1, $2)`
	if t, ok := tx.SQLite(); ok {
		_, err := t.ExecContext(ctx, insert, kind, string(args))
		return err
	}
	return tx.Postgres(func(t pgx.Tx) error {
		_, err := t.Exec(ctx, insert, kind, string(args))
		return err
	})
}

func (d database) openWithJobs(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), string(d), store.Options{Create: true, Jobs: tableJobs{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestJobIsThereWithItsChange holds that a job is kept with the change that asks for
// it, and never without.
func TestJobIsThereWithItsChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s, broken := db.openWithJobs(t), errors.New("broken")
		for _, end := range []error{nil, broken} {
			err := store.ChangeWith(t.Context(), s, func(tx store.Tx, _ time.Time) error {
				name := fmt.Sprint("body, ", end)
				if _, err := tx.ExecContext(t.Context(), `insert into status_publishers (body, origin, name) values ($1, 'o', 'n')`, name); err != nil {
					return err
				}
				if err := tx.Enqueue(t.Context(), "tell", []byte(`"`+name+`"`)); err != nil {
					return err
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Fatal(err)
			}
		}
		var bodies, kept int
		if err := db.raw(t).QueryRow(`select (select count(*) from status_publishers), (select count(*) from test_jobs where kind = 'tell')`).
			Scan(&bodies, &kept); err != nil || bodies != 1 || kept != 1 {
			t.Errorf("%d changes and %d jobs are kept, %v; want one of each", bodies, kept, err)
		}
	})
}

func TestJobNeedsWhoTakesIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		if err := store.ChangeWith(t.Context(), db.open(t, nil), func(tx store.Tx, _ time.Time) error {
			return tx.Enqueue(t.Context(), "tell", nil)
		}); err == nil {
			t.Error("a job was taken by nobody")
		}
	})
}

// TestTransactionBelongsToTheStore tries to end it from inside, and panics.
func TestTransactionBelongsToTheStore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.openWithJobs(t)
		if e := s.Engine(); (e.Postgres != nil) != db.postgres() || (e.SQLite != nil) == db.postgres() {
			t.Errorf("the engine is %+v", e)
		}
		if err := store.ChangeWith(t.Context(), s, func(tx store.Tx, _ time.Time) error {
			if _, ok := tx.SQLite(); ok == db.postgres() {
				t.Errorf("a transaction of SQLite: %v", ok)
			}
			err := tx.Postgres(func(p pgx.Tx) error {
				if p.Commit(t.Context()) == nil || p.Rollback(t.Context()) == nil {
					t.Error("the transaction was ended from inside")
				}
				if _, err := p.Begin(t.Context()); err == nil {
					t.Error("another one was begun inside")
				}
				return nil
			})
			if (err == nil) != db.postgres() {
				t.Errorf("Postgres: %v", err)
			}
			return tx.Enqueue(t.Context(), "after", nil)
		}); err != nil {
			t.Fatal(err)
		}
		for n := range 30 { // more than there are connections
			func() {
				defer func() {
					if got := recover(); got != "inside" {
						t.Errorf("recovered %v", got)
					}
				}()
				_ = store.ChangeWith(t.Context(), s, func(tx store.Tx, _ time.Time) error {
					if n%2 == 0 && db.postgres() {
						return tx.Postgres(func(pgx.Tx) error { panic("inside") })
					}
					panic("inside")
				})
			}()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := store.ChangeWith(ctx, s, func(tx store.Tx, _ time.Time) error { return tx.Enqueue(ctx, "after", nil) }); err != nil {
			t.Errorf("a change after one that panicked: %v", err)
		}
	})
}

// TestChangeIsAlone lets many look and then write what only one of them may: each
// sees all of another change, or nothing of it.
func TestChangeIsAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		stores := []*store.Store{db.open(t, nil), db.open(t, nil)}
		raw := db.raw(t)
		for round := range 5 {
			var wg sync.WaitGroup
			var runs sync.Map
			for n := range 20 {
				wg.Go(func() {
					if err := store.ChangeWith(t.Context(), stores[n%2], func(tx store.Tx, _ time.Time) error {
						again, _ := runs.LoadOrStore(n, new(int))
						*again.(*int)++
						var there int
						if err := tx.QueryRowContext(t.Context(), `select count(*) from status_publishers where origin = $1`, fmt.Sprint(round)).Scan(&there); err != nil || there > 0 {
							return err
						}
						_, err := tx.ExecContext(t.Context(), `insert into status_publishers (body, origin, name) values ($1, $2, 'n')`,
							fmt.Sprint(round, " ", n), fmt.Sprint(round))
						return err
					}); err != nil {
						t.Errorf("change: %v", err)
					}
				})
			}
			wg.Wait()
			var kept int
			if err := raw.QueryRow(`select count(*) from status_publishers where origin = $1`, fmt.Sprint(round)).Scan(&kept); err != nil || kept != 1 {
				t.Fatalf("%d were written, %v; want 1", kept, err)
			}
		}
	})
}

// TestChangeGivesUp collides for ever.
func TestChangeGivesUp(t *testing.T) {
	t.Parallel()
	s := engines[0].fresh(t).open(t, nil)
	for name, code := range map[string]string{"serialization failure": "40001", "deadlock": "40P01"} {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		runs := 0
		err := store.ChangeWith(ctx, s, func(store.Tx, time.Time) error {
			runs++
			return fmt.Errorf("writing: %w", &pgconn.PgError{Code: code})
		})
		if fault.KindOf(err) != fault.Unavailable && !errors.Is(err, context.DeadlineExceeded) || runs < 3 {
			t.Errorf("%s: %v after %d runs; want Unavailable after some", name, err, runs)
		}
	}
}

func TestDuplicateIsFoundAfterTheChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		insert := func() error {
			return store.ChangeWith(t.Context(), s, func(tx store.Tx, _ time.Time) error {
				_, err := tx.ExecContext(t.Context(), `insert into status_publishers (body, origin, name) values ('b', 'o', 'n')`)
				return err
			})
		}
		if err := insert(); err != nil {
			t.Fatal(err)
		}
		if err := insert(); !store.Duplicate(err) {
			t.Errorf("the same again: %v, want a duplicate", err)
		}
		if _, err := s.Sealed(t.Context(), "none"); store.Duplicate(err) {
			t.Errorf("%v counts as a duplicate", err)
		}
	})
}

// TestTextThatCannotBeKept asks for what no database holds.
func TestTextThatCannotBeKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		for _, text := range []string{"\x00", "\xff", "x\x00y"} {
			if _, err := s.StatusList(t.Context(), "token", text); fault.KindOf(err) != fault.NotFound {
				t.Errorf("StatusList(%q): %v", text, err)
			}
			if _, err := (store.Lists{Store: s}).Get(t.Context(), "https://x.example/status/token/"+text, ""); err == nil {
				t.Errorf("Get(%q) gave no error", text)
			}
			id, person := text, access.PersonID(text)
			_, err := s.Letter(t.Context(), "b", mail.LetterID(id))
			wantKind(t, "Letter", err, fault.NotFound)
			_, err = s.ResendLetter(t.Context(), "b", mail.LetterID(id))
			wantKind(t, "ResendLetter", err, fault.NotFound)
			_, err = s.PersonByID(t.Context(), person)
			wantKind(t, "PersonByID", err, fault.NotFound)
			_, err = s.TicketByID(t.Context(), access.TicketID(id))
			wantKind(t, "TicketByID", err, fault.NotFound)
			wantKind(t, "EndTicket", s.EndTicket(t.Context(), "b", access.TicketID(id)), fault.NotFound)
			wantKind(t, "EndMembership", s.EndMembership(t.Context(), "b", id, access.Console), fault.NotFound)
			wantKind(t, "Help", s.Help(t.Context(), "b", access.Ticket{Person: person}, nil), fault.NotFound)
			_, err = s.Award(t.Context(), "b", assessment.ResultID(id))
			wantKind(t, "Award", err, fault.NotFound)
			_, err = s.HeldAward(t.Context(), "p", assessment.ResultID(id))
			wantKind(t, "HeldAward", err, fault.NotFound)
			wantKind(t, "EndLink", s.EndLink(t.Context(), "p", "a", id), fault.NotFound)
			// A place in a list that cannot be one.
			letters, err := s.Letters(t.Context(), mail.Filter{Body: "b", Before: time.Now(), BeforeID: mail.LetterID(id)})
			awards, err2 := s.Awards(t.Context(), "b", award.Filter{Before: &award.Cursor{At: time.Now(), ID: assessment.ResultID(id)}})
			if len(letters)+len(awards) > 0 || err != nil || err2 != nil {
				t.Errorf("lists behind %q: %v, %v, %v, %v", text, letters, err, awards, err2)
			}
			if err := s.PublishedAs(t.Context(), text, "o", "n"); db.postgres() && fault.KindOf(err) != fault.Invalid {
				t.Errorf("PublishedAs(%q): %v, want Invalid", text, err)
			}
		}
	})
}
