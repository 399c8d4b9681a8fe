package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/issuer/storetest"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/store"
)

func TestKeepsTheContract(t *testing.T) {
	t.Parallel()
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, storetest.Suite{Open: opener(e.fresh, database.openPlain)})
		})
	}
}

// TestChangesMayRunAgain holds the changes that are run twice to the contract.
func TestChangesMayRunAgain(t *testing.T) {
	t.Parallel()
	if testkit.Race {
		return // twenty times slower, for nothing: tests by each rehearse too
	}
	storetest.Run(t, storetest.Suite{Open: opener(newFile, database.open)})
}

// opener gives what opens the store that belongs to a folder.
func opener(fresh func(testing.TB) database, open func(database, testing.TB, func() time.Time) *store.Store) func(*testing.T, string, string, func() time.Time) issuer.Store {
	var mu sync.Mutex
	known := map[string]database{} // guarded by mu: by folder
	return func(t *testing.T, dir, _ string, now func() time.Time) issuer.Store {
		mu.Lock()
		db, ok := known[dir]
		if !ok {
			db = fresh(t)
			known[dir] = db
		}
		mu.Unlock()
		return open(db, t, now)
	}
}

// sealed keeps one sealed credential.
func sealed(t *testing.T, s *store.Store) credential.Signed {
	t.Helper()
	r, d := storetest.NewDraft(time.Now())
	if err := s.SaveResult(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	reserved, err := s.Reserve(t.Context(), d, storetest.Key(d), storetest.Build)
	if err != nil {
		t.Fatal(err)
	}
	c := storetest.Sign(reserved, "A")
	if err := s.Seal(t.Context(), reserved.ID, c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSQLiteOpen(t *testing.T) {
	t.Parallel()
	t.Run("RefusesWhatDoesNotExist", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "probatum.db")
		refused(t, path, false, fault.NotFound, "store.missing")
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("Open left a file: %v", err)
		}
	})
	t.Run("RefusesAnEmptyFile", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "probatum.db")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, path, false, fault.Unreadable, "store.notOurs")
	})
	t.Run("RefusesAnotherProgramsDatabase", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "other.db")
		execute(t, database(path).raw(t), `create table things (id integer)`)
		refused(t, path, false, fault.Unreadable, "store.notOurs")
		refused(t, path, true, fault.Unreadable, "store.notOurs")
	})
	t.Run("RefusesWhatIsNoDatabase", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		path := filepath.Join(dir, "letter.txt")
		text := bytes.Repeat([]byte("Dear Madam, "), 500)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, path, true, fault.Unreadable, "store.notOurs")
		refused(t, dir, true, fault.Unreadable, "store.notOurs")
		if got, _ := os.ReadFile(path); !bytes.Equal(got, text) {
			t.Error("Open changed a file that is no database")
		}
	})
	t.Run("OpensAgainWithWhatWasKept", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "with space, 100% and #?&")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "probatum.db")
		s := database(path).open(t, nil)
		c := sealed(t, s)
		s.Close()
		again, err := store.Open(t.Context(), "sqlite:"+path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		got, err := again.Sealed(t.Context(), c.ID)
		if err != nil || !bytes.Equal(got.Bytes, c.Bytes) || got.ID != c.ID || got.Draft != c.Draft || got.Form != c.Form {
			t.Errorf("Sealed = %+v, %v; want %+v", got, err, c)
		}
	})
	t.Run("KeepsItFromOthers", func(t *testing.T) {
		t.Parallel()
		if runtime.GOOS == "windows" {
			t.Skip("file modes are not what protects a file here")
		}
		dir := t.TempDir()
		sealed(t, database(filepath.Join(dir, "probatum.db")).open(t, nil))
		files, err := os.ReadDir(dir)
		if err != nil || len(files) < 2 {
			t.Fatalf("folder holds %d files, %v", len(files), err)
		}
		for _, f := range files {
			if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
			}
		}
	})
}

func TestCopyFindsWhatAKeyMade(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		r, d := storetest.NewDraft(time.Now())
		if err := s.SaveResult(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		k := storetest.Key(d)
		if _, err := s.Copy(t.Context(), storetest.Body, k); fault.KindOf(err) != fault.NotFound {
			t.Errorf("Copy before Reserve: %v", err)
		}
		res, err := s.Reserve(t.Context(), d, k, storetest.Build)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Copy(t.Context(), storetest.Body, k); fault.KindOf(err) != fault.NotFound {
			t.Errorf("Copy before Seal: %v", err)
		}
		c := storetest.Sign(res, "A")
		if err := s.Seal(t.Context(), res.ID, c); err != nil {
			t.Fatal(err)
		}
		got, err := s.Copy(t.Context(), storetest.Body, k)
		if err != nil || got.ID != c.ID || !bytes.Equal(got.Bytes, c.Bytes) {
			t.Errorf("Copy = %+v, %v; want %+v", got, err, c)
		}
	})
}

// TestDamagedBytesAreNeitherSignedNorShown changes kept bytes behind the
// store's back.
func TestDamagedBytesAreNeitherSignedNorShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		clock := time.Now()
		s := db.open(t, func() time.Time { return clock })
		c := sealed(t, s)
		token, err := s.NewLink(t.Context(), c.ID, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		r, d := storetest.NewDraft(clock)
		_, good := storetest.NewDraft(clock)
		good.Result = d.Result
		if err := s.SaveResult(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		bad, err := s.Reserve(t.Context(), d, storetest.Key(d), storetest.Build)
		if err != nil {
			t.Fatal(err)
		}
		fine, err := s.Reserve(t.Context(), good, issuer.CopyKey{Form: credential.EDC, Request: "fine"}, storetest.Build)
		if err != nil {
			t.Fatal(err)
		}

		raw := db.rawUnchecked(t)
		for _, change := range []struct {
			text string
			args []any
		}{
			{`update sealed set bytes = $1`, []any{[]byte("forged")}},
			{`update reservations set input = $1 where id = $2`, []any{[]byte("forged"), string(bad.ID)}},
			{`update drafts set document = replace(document, $1, $2)`, []any{`"demo-body"`, `"other-body"`}},
		} {
			if _, err := raw.Exec(change.text, change.args...); err != nil {
				t.Fatalf("%s: %v", change.text, err)
			}
		}

		if got, err := s.Sealed(t.Context(), c.ID); err == nil {
			t.Errorf("Sealed gave %q", got.Bytes)
		}
		if got, err := s.Linked(t.Context(), token); err == nil {
			t.Errorf("Linked gave %q", got.Bytes)
		}
		if got, err := s.Reserve(t.Context(), d, storetest.Key(d), storetest.Build); err == nil {
			t.Errorf("Reserve gave %q", got.Input)
		}
		_, later := storetest.NewDraft(clock)
		later.Result = d.Result
		if got, err := s.Reserve(t.Context(), later, issuer.CopyKey{Form: credential.OB3, Request: d.Result}, storetest.Build); err == nil {
			t.Errorf("Reserve from a forged draft gave %q", got.Input)
		}
		clock = clock.Add(time.Hour)
		got, err := s.Overdue(t.Context(), 10)
		if err == nil || !strings.Contains(err.Error(), string(bad.ID)) || len(got) != 1 || got[0].ID != fine.ID {
			t.Errorf("Overdue = %v, %v; want the sound one, and an error that names the damaged one", got, err)
		}
	})
}

// TestSchemaHoldsTheInvariants tries by plain SQL what no method does.
func TestSchemaHoldsTheInvariants(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		c := sealed(t, s)
		if _, err := s.NewLink(t.Context(), c.ID, time.Time{}); err != nil {
			t.Fatal(err)
		}
		raw := db.raw(t)
		for _, statement := range []string{
			`insert into sealed (id, draft, form, media_type, bytes, digest, sealed_at)
				select 'urn:credential:none', draft, form, media_type, bytes, digest, sealed_at from sealed`, // never reserved
			`update sealed set form = 'pdf'`,                      // not what was reserved
			`update sealed set bytes = null`,                      //
			`update reservations set lease_until = 9999999999999`, // open without bytes
			`update reservations set draft = 'other'`,             //
			`insert into drafts (id, result, body, document, digest, issued_at, valid_from)
				select '00000000-0000-4000-8000-000000000000', result, body, document, digest, issued_at, valid_from from drafts`, // a Result has one
			`update reservations set request = ''`,       //
			`delete from reservations`,                   // sealed stays bound to it
			`delete from drafts`,                         //
			`delete from results`,                        //
			`delete from sealed`,                         // a link leads to it
			`update links set token = 'short'`,           //
			`update links set credential = 'other'`,      //
			`update links set closes_at = created_at`,    //
			`update drafts set valid_until = valid_from`, //
			`update results set digest = 'short'`,        //
		} {
			if _, err := raw.Exec(statement); err == nil {
				t.Errorf("the schema allows %s", statement)
			}
		}
	})
}

const childDatabase = "PROBATUM_TEST_RESERVE_IN"

// TestMain lets the test program be the process that is killed.
func TestMain(m *testing.M) {
	if db := os.Getenv(childDatabase); db != "" {
		reserveForever(db)
	}
	if db := os.Getenv(childEntries); db != "" {
		if err := reserveMany(db); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// reserveForever reserves one draft after the other, tells each on standard
// output once it is kept, and never seals.
func reserveForever(db string) {
	ctx := context.Background()
	s, err := store.Open(ctx, db, store.Options{Create: true})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for {
		r, d := storetest.NewDraft(time.Now())
		if err := s.SaveResult(ctx, r); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		res, err := s.Reserve(ctx, d, storetest.Key(d), storetest.Build)
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("kept", d.Result, d.ID, res.ID)
	}
}

func TestKilledBetweenReserveAndSealIsResumed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		if runtime.GOOS == "windows" {
			t.Skip("no kill -9 here")
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childDatabase+"="+string(db))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		type kept struct{ result, draft, id string }
		var told []kept
		for len(told) < 5 {
			var word string
			var k kept
			if _, err := fmt.Fscan(out, &word, &k.result, &k.draft, &k.id); err != nil || word != "kept" {
				t.Fatalf("child said %q %+v, %v", word, k, err)
			}
			told = append(told, k)
		}
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		// What it told after the fifth counts as well.
		for {
			var word string
			var k kept
			if _, err := fmt.Fscan(out, &word, &k.result, &k.draft, &k.id); err != nil || word != "kept" {
				break
			}
			if _, err := credential.ParseID(k.id); err == nil {
				told = append(told, k)
			}
		}
		cmd.Wait()

		s, err := store.Open(t.Context(), string(db),
			store.Options{Now: func() time.Time { return time.Now().Add(time.Hour) }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		open, err := s.Overdue(t.Context(), 10000)
		if err != nil {
			t.Fatal(err)
		}
		byID := map[string]issuer.Reservation{}
		for _, r := range open {
			byID[string(r.ID)] = r
		}
		// One more than told may be kept: the kill came before the word.
		if len(open) < len(told) || len(open) > len(told)+1 {
			t.Errorf("%d reservations are open, %d were told", len(open), len(told))
		}
		for _, k := range told {
			r, ok := byID[k.id]
			if want := k.id + " of " + k.draft; !ok || string(r.Input) != want {
				t.Fatalf("reservation %s was told and is %q, want %q", k.id, r.Input, want)
			}
			// The same order again finds the same one.
			again, err := s.Reserve(t.Context(), credential.Draft{ID: credential.DraftID(k.draft), Body: storetest.Body, Result: k.result},
				issuer.CopyKey{Form: credential.EDC, Request: k.result},
				func(credential.Draft, credential.ID, []status.Entry) ([]byte, error) {
					return nil, errors.New("made anew")
				})
			if err != nil || again.ID != r.ID || !bytes.Equal(again.Input, r.Input) {
				t.Errorf("Reserve after the crash gave %+v, %v; want %+v", again, err, r)
			}
			if err := s.Seal(t.Context(), r.ID, storetest.Sign(r, "A")); err != nil {
				t.Errorf("Seal after the crash: %v", err)
			}
		}
	})
}
