package issuer_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/store"
)

// A stuck store cannot keep signed lists, for some times.
type stuck struct {
	*store.Store
	times atomic.Int32
	after bool // it does its work first: the answer is lost
}

var errStuck = errors.New("the disk is full")

func (s *stuck) KeepLists(ctx context.Context, lists []status.Signed) error {
	if s.times.Add(-1) < 0 {
		return s.Store.KeepLists(ctx, lists)
	}
	if s.after {
		return errors.Join(errStuck, s.Store.KeepLists(ctx, lists))
	}
	return errStuck
}

// TestNothingLeavesBeforeItsListsAreThere breaks the publication. Nothing is
// handed out, and the same order again, or Resume, seals what was recorded.
func TestNothingLeavesBeforeItsListsAreThere(t *testing.T) {
	t.Parallel()
	for _, form := range []credential.Form{credential.EDC, credential.SDJWT} {
		for name, finish := range map[string]func(i *issuer.Issuer) error{
			"the same order": func(i *issuer.Issuer) error { _, err := i.IssueAs(t.Context(), sample("lighting"), form); return err },
			"Resume": func(i *issuer.Issuer) error {
				n, err := i.Resume(t.Context())
				if n != 1 {
					return fmt.Errorf("%d were sealed: %w", n, err)
				}
				return err
			},
		} {
			for _, after := range []bool{false, true} {
				at := now
				s := &stuck{Store: database(t, t.TempDir(), func() time.Time { return at }), after: after}
				s.times.Store(1)
				i := newIssuer(t, s, keys.ES256)
				c, err := i.IssueAs(t.Context(), sample("lighting"), form)
				if !errors.Is(err, errStuck) || len(c.Bytes) > 0 {
					t.Fatalf("%s: IssueAs gave %d bytes, %v", form, len(c.Bytes), err)
				}
				key := issuer.CopyKey{Form: form, Request: string(sample("lighting").ID)}
				if _, err := s.Copy(t.Context(), sample("lighting").Body.ID, key); fault.KindOf(err) != fault.NotFound {
					t.Errorf("%s: it was sealed: %v", form, err)
				}
				at = at.Add(time.Hour)
				if err := finish(i); err != nil {
					t.Errorf("%s, %s: %v", form, name, err)
				}
				if c, err = s.Copy(t.Context(), sample("lighting").Body.ID, key); err != nil {
					t.Fatal(err)
				}
				if got := stands(t, s.Store, c); got != status.Valid {
					t.Errorf("%s is published as %d", form, got)
				}
			}
		}
	}
}

// TestRevokeIsKeptThoughNotPublished breaks the publication of a revocation. The
// caller is told, and any later publication holds it.
func TestRevokeIsKeptThoughNotPublished(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]func(i *issuer.Issuer, c issuer.Change) error{
		"Revoke":  func(i *issuer.Issuer, c issuer.Change) error { _, err := i.Revoke(t.Context(), c); return err },
		"Publish": func(i *issuer.Issuer, _ issuer.Change) error { _, err := i.Publish(t.Context()); return err },
		"IssueAs": func(i *issuer.Issuer, _ issuer.Change) error {
			_, err := i.IssueAs(t.Context(), sample("sound"), credential.SDJWT)
			return err
		},
	} {
		s := &stuck{Store: database(t, t.TempDir(), clock)}
		i := newIssuer(t, s, keys.ES256)
		c, err := i.IssueAs(t.Context(), sample("lighting"), credential.VCDI)
		if err != nil {
			t.Fatal(err)
		}
		s.times.Store(1)
		change := because(issuer.Change{Draft: c.Draft})
		if n, err := i.Revoke(t.Context(), change); n != 1 || !errors.Is(err, errStuck) {
			t.Errorf("Revoke changed %d copies, %v; want 1 and an error", n, err)
		}
		if got := stands(t, s.Store, c); got != status.Valid {
			t.Errorf("it is published as %d", got)
		}
		if err := later(i, change); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := stands(t, s.Store, c); got != status.Revoked {
			t.Errorf("after %s it is published as %d", name, got)
		}
	}
}

// TestListsAreSignedAnewAtHalfOfTheirLife moves the clock over 200 lists.
func TestListsAreSignedAnewAtHalfOfTheirLife(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := now
	s := database(t, dir, func() time.Time { return at })
	i := newIssuer(t, s, keys.ES256, func(c *issuer.Config) { c.Now = func() time.Time { return at } })
	if _, err := i.IssueAs(t.Context(), sample("lighting"), credential.VCDI); err != nil {
		t.Fatal(err)
	}
	lists := 200
	if testkit.Race {
		lists = 12
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "probatum.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for n := range lists - 2 { // IssueAs made two
		slot := []status.Slot{status.Slots(credential.EDC)[0], status.Slots(credential.VCDI)[0], status.Slots(credential.VCDI)[1], status.Slots(credential.SDJWT)[0]}[n%4]
		if _, err := db.Exec(`insert into status_lists (id, body, origin, kind, purpose, size, version, due_at, opened_at, closed_at)
			values ($1, 'musterstadt', 'https://certificates.example', $2, $3, $4, 1, 0, 1, 1)`, uuid.NewString(), string(slot.Kind), string(slot.Purpose), slot.Size); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, lists - 2}, {status.Lifetime/2 - time.Minute, 0}, {time.Minute, lists}, {time.Second, 0}, {status.Lifetime, lists}} {
		at = at.Add(step.after)
		began := time.Now()
		if n, err := i.Publish(t.Context()); n != step.want || err != nil {
			t.Fatalf("%v later, Publish signed %d lists, %v; want %d", step.after, n, err, step.want)
		}
		t.Logf("%d lists in %v", step.want, time.Since(began))
		var old int
		if err := db.QueryRow(`select count(*) from status_publications where expires_at <= $1`, at.Add(status.Lifetime/2).UnixMilli()).Scan(&old); err != nil || old > 0 {
			t.Errorf("%d lists are past half of their life, %v", old, err)
		}
	}
	// What waits for an answer does not wait for lists that are only old.
	at = at.Add(status.Lifetime)
	if _, err := i.IssueAs(t.Context(), sample("sound"), credential.VCDI); err != nil {
		t.Fatal(err)
	}
	if n, err := i.Publish(t.Context()); n != lists || err != nil {
		t.Errorf("Publish signed %d lists, %v; IssueAs should have left all %d", n, err, lists)
	}
}

// TestEveryKeySignsLists goes through the kinds of keys and names of issuers.
func TestEveryKeySignsLists(t *testing.T) {
	t.Parallel()
	configs := map[string]func(*issuer.Config){"RS256": func(c *issuer.Config) {
		c.Key, c.Chain = demo(t, keys.RS256).Seal, demo(t, keys.RS256).Chain
	}, "did:web": func(c *issuer.Config) { c.DID = "did:web:certificates.example:bodies:musterstadt" }}
	for name, by := range securing {
		configs[name] = by(t).with
	}
	for name, change := range configs {
		form := credential.OB3
		if name == "RS256" {
			form = credential.EDC
		}
		s := database(t, t.TempDir(), clock)
		i := newIssuer(t, s, keys.ES256, change)
		c, err := i.IssueAs(t.Context(), sample("lighting"), form)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name == "did:web" { // not opened without its document
			l, err := s.StatusList(t.Context(), status.Bitstring, references(t, c)[0].URL[len(publicURL+"/status/bitstring/"):])
			if err != nil || len(l.DI) == 0 || !bytes.Contains(l.DI, []byte(`"issuer":"did:web:certificates.example:bodies:musterstadt"`)) {
				t.Errorf("%s: the list is %s, %v", name, l.DI, err)
			}
			continue
		}
		if n, err := i.Revoke(t.Context(), because(issuer.Change{Draft: c.Draft})); n != 1 || err != nil {
			t.Errorf("%s: Revoke changed %d copies, %v", name, n, err)
		}
		if got := stands(t, s, c); got != status.Revoked {
			t.Errorf("%s: published as %d", name, got)
		}
	}
}

const publishDir = "PROBATUM_TEST_PUBLISH_IN"

// suspendForever suspends and reinstates one credential in all its forms, and
// tells each once it is published.
func suspendForever(dir string) error {
	i, s, err := openIssuer(dir)
	if err != nil {
		return err
	}
	defer s.Close()
	ctx := context.Background()
	c, err := s.Copy(ctx, sample("lighting").Body.ID, issuer.CopyKey{Form: credential.EDC, Request: string(sample("lighting").ID)})
	if err != nil {
		return err
	}
	for {
		for name, do := range map[string]func(context.Context, issuer.Change) (int, error){"suspended": i.Suspend, "valid": i.Reinstate} {
			if _, err := do(ctx, because(issuer.Change{Draft: c.Draft})); err != nil {
				return err
			}
			fmt.Println(name)
		}
	}
}

func openIssuer(dir string) (*issuer.Issuer, *store.Store, error) {
	files := private.DemoFilesIn(filepath.Join(dir, "demo"))
	key, err := private.Load(files.Key)
	if err != nil {
		return nil, nil, err
	}
	pem, err := os.ReadFile(files.Chain)
	if err != nil {
		return nil, nil, err
	}
	chain, err := keys.ParseChain(pem)
	if err != nil {
		return nil, nil, err
	}
	s, err := store.Open(context.Background(), filepath.Join(dir, "probatum.db"), store.Options{Create: true, Now: clock})
	if err != nil {
		return nil, nil, err
	}
	i, err := issuer.New(issuer.Config{
		Store: s, Key: key, Chain: chain, Pictures: dots, Now: clock, Body: sample("lighting").Body.ID, PublicURL: publicURL,
	})
	return i, s, err
}

// TestTI13ListsAreWholeAfterAKill kills a process again and again while it
// publishes. Every list is there whole, no version goes back, all lists agree
// with each other, and with the last word of the process or what it was doing
// next.
func TestTI13ListsAreWholeAfterAKill(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no kill -9 here")
	}
	dir := t.TempDir()
	if _, err := demo(t, keys.ES256).Write(filepath.Join(dir, "demo")); err != nil {
		t.Fatal(err)
	}
	i, s, err := openIssuer(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	copies := issueAll(t, i, sample("lighting"))
	versions := map[string]int64{}
	rounds := 6
	if testkit.Race {
		rounds = 2
	}
	for range rounds {
		said, more := suspendAndKill(t, dir)
		seen := map[status.State]bool{}
		for _, c := range copies {
			seen[stands(t, s, c)] = true
			for _, ref := range references(t, c) {
				l, err := s.StatusList(t.Context(), ref.Kind, ref.URL[strings.LastIndexByte(ref.URL, '/')+1:])
				if err != nil || l.Version < versions[l.ID] {
					t.Errorf("list %s is served in version %d after %d, %v", l.ID, l.Version, versions[l.ID], err)
				}
				versions[l.ID] = l.Version
			}
		}
		if len(seen) != 1 || !seen[said] && !seen[more] {
			t.Errorf("published are %v; the last word was %d", seen, said)
		}
		if _, err := i.Publish(t.Context()); err != nil {
			t.Fatal(err)
		}
		if due, err := s.DueLists(t.Context(), sample("lighting").Body.ID, now, 10); len(due) > 0 || err != nil {
			t.Errorf("%d lists are due, %v", len(due), err)
		}
	}
	for _, c := range copies {
		if _, err := s.SetState(t.Context(), "musterstadt", because(issuer.Change{Draft: c.Draft}), status.Valid); err != nil {
			t.Error(err)
		}
	}
}

// suspendAndKill lets the process work for a random while. It gives the State
// that it told last, and the one that may have come after it.
func suspendAndKill(t *testing.T, dir string) (said, more status.State) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), publishDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	words := 2 + rand.IntN(3)
	for lines.Scan() {
		switch lines.Text() {
		case "suspended":
			said, more = status.Suspended, status.Valid
		case "valid":
			said, more = status.Valid, status.Suspended
		default:
			t.Fatalf("the child said %q", lines.Text())
		}
		if words--; words == 0 {
			// Somewhere in the next round.
			time.AfterFunc(time.Duration(rand.IntN(8000))*time.Microsecond, func() {
				if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
					t.Error(err)
				}
			})
		}
	}
	_ = cmd.Wait() // killed
	if words > 0 {
		t.Fatal("the child ended by itself")
	}
	return said, more
}

// BenchmarkIssueWithStatus tells what the status costs one issued credential:
// compare store with file. (The file store writes two files in place of rows.)
func BenchmarkIssueWithStatus(b *testing.B) {
	issue := func(b *testing.B, next func() issuer.Store) {
		for n := range b.N {
			i := newIssuer(b, next(), keys.ES256)
			r := assessment.SampleResult("lighting", now.Add(time.Duration(n)*time.Second))
			if _, err := i.IssueAs(b.Context(), r, credential.SDJWT); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("store", func(b *testing.B) {
		s := database(b, b.TempDir(), clock)
		issue(b, func() issuer.Store { return s })
	})
	b.Run("file", func(b *testing.B) {
		dir := b.TempDir()
		issue(b, func() issuer.Store { return &issuer.FileStore{Out: filepath.Join(dir, uuid.NewString())} })
	})
}

// BenchmarkPublish tells what it costs to ask whether anything has to be
// published, and to sign one list.
func BenchmarkPublish(b *testing.B) {
	s := database(b, b.TempDir(), clock)
	i := newIssuer(b, s, keys.ES256)
	c, err := i.IssueAs(b.Context(), sample("lighting"), credential.VCDI)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("nothing", func(b *testing.B) {
		for b.Loop() {
			if n, err := i.Publish(b.Context()); n != 0 || err != nil {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("one list", func(b *testing.B) {
		draft := because(issuer.Change{Draft: c.Draft})
		for n := 0; b.Loop(); n++ {
			do := i.Suspend
			if n%2 == 1 {
				do = i.Reinstate
			}
			if _, err := do(b.Context(), draft); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestTwoOriginsOfOneBody lets two processes with different addresses issue from one
// store in turns: each names lists below its own.
func TestTwoOriginsOfOneBody(t *testing.T) {
	t.Parallel()
	s := database(t, t.TempDir(), clock)
	var all []*issuer.Issuer
	origins := []string{publicURL, "https://elsewhere.example"}
	for _, origin := range origins {
		all = append(all, newIssuer(t, s, keys.ES256, func(c *issuer.Config) { c.PublicURL = origin }))
	}
	for range 2 {
		for n, i := range all {
			r := sample("lighting")
			r.ID = assessment.ResultID(uuid.NewString())
			signed, err := i.IssueAs(t.Context(), r, credential.VCJWT)
			if err != nil {
				t.Fatal(err)
			}
			_, payload, _ := bytes.Cut(signed.Bytes, []byte("."))
			payload, _, _ = bytes.Cut(payload, []byte("."))
			text, err := base64.RawURLEncoding.DecodeString(string(payload))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(text, []byte(status.URL(origins[n], status.Bitstring, ""))) || bytes.Contains(text, []byte(status.URL(origins[1-n], status.Bitstring, ""))) {
				t.Errorf("issued at %s: %s", origins[n], text)
			}
		}
	}
}
