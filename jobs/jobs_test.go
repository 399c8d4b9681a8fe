package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/jobs"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/store"
)

// each runs a test on both engines.
func each(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, filepath.Join(t.TempDir(), "probatum.db"))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, testkit.Postgres(t))
	})
}

func open(t *testing.T, database string) *store.Store {
	t.Helper()
	q, err := jobs.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), database, store.Options{Create: true, Jobs: q})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// A logbook is a log that a test reads.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// config runs jobs of a store fast, with a mail server or, with nil, none.
func config(t *testing.T, s *store.Store, server *testkit.SMTP) (jobs.Config, *logbook) {
	t.Helper()
	const origin = "https://credentials.example"
	composer, err := mail.New(mail.Config{
		PublicURL: origin, From: "noreply@probatum.example",
		Link: mail.LinkTo(origin, func(_, ticket string) string { return ticket }),
	})
	if err != nil {
		t.Fatal(err)
	}
	book := &logbook{}
	c := jobs.Config{
		Outbox: s, Composer: composer, Poll: 20 * time.Millisecond,
		Look:    func(context.Context, string) (mail.Look, error) { return mail.Look{Name: "Prüfstelle Nord"}, nil },
		Backoff: []time.Duration{10 * time.Millisecond, 10 * time.Millisecond, 10 * time.Millisecond},
		Log:     slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if server != nil {
		if c.Sender, err = mail.NewSender(mail.SMTP{URL: "smtp://" + server.Host}); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if strings.Contains(book.String(), "@example.org") {
			t.Errorf("the log names an address:\n%s", book)
		}
	})
	return c, book
}

func start(t *testing.T, s *store.Store, c jobs.Config) *jobs.Runner {
	t.Helper()
	r, err := jobs.Start(t.Context(), s.Engine(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := r.Stop(ctx); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
	return r
}

func post(t *testing.T, s *store.Store, to string) mail.LetterID {
	t.Helper()
	id, err := s.TryMail(t.Context(), "nord", to, "de")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// eventually waits until a letter has a state.
func eventually(t *testing.T, s *store.Store, id mail.LetterID, want mail.State) mail.Entry {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; <-time.After(10 * time.Millisecond) {
		e, err := s.Letter(t.Context(), "", id)
		if err != nil {
			t.Fatal(err)
		}
		if e.State == want {
			return e
		}
		if time.Now().After(end) || e.State != mail.Waiting {
			t.Fatalf("the letter is %s (%s, %d attempts), want %s", e.State, e.Reason, e.Attempts, want)
		}
	}
}

func TestLettersAreSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		s := open(t, database)
		server := testkit.NewSMTP(t, testkit.SMTPConfig{})
		c, _ := config(t, s, server)
		before := post(t, s, "before@example.org")
		start(t, s, c)
		after := post(t, s, "after@example.org")
		for id, to := range map[mail.LetterID]string{before: "before@example.org", after: "after@example.org"} {
			e := eventually(t, s, id, mail.Sent)
			if e.Attempts != 1 || e.Done.IsZero() || e.Reason != "" {
				t.Errorf("the letter is %+v", e)
			}
			n := 0
			for _, m := range server.Mails() {
				if m.To == to {
					n++
					if got := m.Message(t).Header.Get("Message-ID"); !strings.Contains(got, string(id)) {
						t.Errorf("Message-ID %s", got)
					}
				}
			}
			if n != 1 {
				t.Errorf("%d mails came to %s", n, to)
			}
		}
	})
}

func TestRefusedLetters(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		s := open(t, database)
		var asked atomic.Int32
		server := testkit.NewSMTP(t, testkit.SMTPConfig{To: func(to string) error {
			switch {
			case strings.HasPrefix(to, "nobody@"):
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: to + " is not here"}
			case strings.HasPrefix(to, "busy@") && asked.Add(1) <= 2:
				return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: to + ": later"}
			case strings.HasPrefix(to, "never@"):
				return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: to + ": later"}
			}
			return nil
		}})
		c, book := config(t, s, server)
		start(t, s, c)
		nobody, busy, never := post(t, s, "nobody@example.org"), post(t, s, "busy@example.org"), post(t, s, "never@example.org")
		if e := eventually(t, s, nobody, mail.Bounced); e.Attempts != 1 || e.Reason != "mail.failed.address" {
			t.Errorf("refused for good: %+v", e)
		}
		if e := eventually(t, s, busy, mail.Sent); e.Attempts != 3 || e.Reason != "" {
			t.Errorf("refused for a while: %+v", e)
		}
		if e := eventually(t, s, never, mail.GaveUp); e.Attempts != len(c.Backoff)+1 || e.Reason != "mail.failed.later" {
			t.Errorf("refused again and again: %+v", e)
		}
		if !strings.Contains(book.String(), "mail.failed.later (451)") {
			t.Errorf("the log does not say why:\n%s", book)
		}
	})
}

// TestMailServerIsAway is about one that does not answer.
func TestMailServerIsAway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		s := open(t, database)
		c, _ := config(t, s, nil)
		var err error
		if c.Sender, err = mail.NewSender(mail.SMTP{URL: "smtp://127.0.0.1:1"}); err != nil { // nobody listens there
			t.Fatal(err)
		}
		c.Backoff = []time.Duration{time.Hour}
		start(t, s, c)
		id := post(t, s, "a@example.org")
		for end := time.Now().Add(20 * time.Second); ; <-time.After(10 * time.Millisecond) {
			e, err := s.Letter(t.Context(), "", id)
			if err != nil {
				t.Fatal(err)
			}
			if e.Reason == "mail.failed.unreachable" && e.State == mail.Waiting && e.Attempts == 1 {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the letter is %+v", e)
			}
		}
	})
}

func TestWithoutServerLettersAreKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		s := open(t, database)
		c, _ := config(t, s, nil)
		start(t, s, c)
		if e := eventually(t, s, post(t, s, "a@example.org"), mail.Kept); e.To != "a@example.org" {
			t.Errorf("the letter is %+v", e)
		}
	})
}

// forgetful loses the first mark, as a crash between sending and marking does.
type forgetful struct {
	*store.Store
	lost atomic.Bool
}

func (f *forgetful) MarkLetter(ctx context.Context, id mail.LetterID, s mail.State, reason string) error {
	if !f.lost.Swap(true) {
		return errors.New("crashed")
	}
	return f.Store.MarkLetter(ctx, id, s, reason)
}

func TestCrashBetweenSendingAndMarking(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		s := open(t, database)
		server := testkit.NewSMTP(t, testkit.SMTPConfig{})
		c, _ := config(t, s, server)
		c.Outbox = &forgetful{Store: s}
		start(t, s, c)
		id := post(t, s, "a@example.org")
		if e := eventually(t, s, id, mail.Sent); e.Attempts != 2 {
			t.Errorf("the letter is %+v", e)
		}
		mails := server.Mails()
		if len(mails) != 2 {
			t.Fatalf("%d mails came", len(mails))
		}
		a, b := mails[0].Message(t).Header.Get("Message-ID"), mails[1].Message(t).Header.Get("Message-ID")
		if a != b || a == "" {
			t.Errorf("the same letter is called %q and %q", a, b)
		}
	})
}

func TestStopLetsALetterEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		s := open(t, database)
		begun, end := make(chan struct{}), make(chan struct{})
		server := testkit.NewSMTP(t, testkit.SMTPConfig{Data: func(testkit.Mail) error {
			close(begun)
			<-end
			return nil
		}})
		c, _ := config(t, s, server)
		r := start(t, s, c)
		id := post(t, s, "a@example.org")
		<-begun
		stopped := make(chan error)
		go func() { stopped <- r.Stop(t.Context()) }()
		close(end)
		if err := <-stopped; err != nil {
			t.Fatalf("Stop: %v", err)
		}
		if e, err := s.Letter(t.Context(), "", id); err != nil || e.State != mail.Sent {
			t.Errorf("after Stop the letter is %+v, %v", e, err)
		}
	})
}

func TestStopEndsWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		s := open(t, database)
		begun, end := make(chan struct{}), make(chan struct{})
		defer close(end)
		var times atomic.Int32
		server := testkit.NewSMTP(t, testkit.SMTPConfig{Data: func(testkit.Mail) error {
			if times.Add(1) > 1 {
				return nil
			}
			close(begun)
			<-end
			return nil
		}})
		c, _ := config(t, s, server)
		r := start(t, s, c)
		id := post(t, s, "a@example.org")
		<-begun
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := r.Stop(ctx); err != nil {
			t.Fatalf("Stop: %v", err)
		}
		if e, err := s.Letter(t.Context(), "", id); err != nil || e.State != mail.Waiting {
			t.Errorf("a letter whose sending was cut off is %+v, %v", e, err)
		}
		start(t, s, c)
		if e := eventually(t, s, id, mail.Sent); e.Attempts != 2 {
			t.Errorf("after the next start the letter is %+v", e)
		}
	})
}

func TestTwoProcessesSendEachLetterOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		server := testkit.NewSMTP(t, testkit.SMTPConfig{})
		a, b := open(t, database), open(t, database)
		for _, s := range []*store.Store{a, b} {
			c, _ := config(t, s, server)
			start(t, s, c)
		}
		const n = 30
		ids := make([]mail.LetterID, n)
		for i := range ids {
			ids[i] = post(t, a, fmt.Sprintf("a%d@example.org", i))
		}
		for _, id := range ids {
			eventually(t, b, id, mail.Sent)
		}
		count := map[string]int{}
		for _, m := range server.Mails() {
			count[m.To]++
		}
		for to, times := range count {
			if times != 1 {
				t.Errorf("%s got %d mails", to, times)
			}
		}
		if len(count) != n {
			t.Errorf("%d people got mail, want %d", len(count), n)
		}
	})
}

func TestTasks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		s := open(t, database)
		c, book := config(t, s, nil)
		var running, most, times atomic.Int32
		ran := make(chan struct{}, 100)
		c.Tasks = []jobs.Task{
			{Name: "often", Every: 50 * time.Millisecond, Run: func(context.Context) error {
				if n := running.Add(1); n > most.Load() {
					most.Store(n)
				}
				defer running.Add(-1)
				ran <- struct{}{}
				if times.Add(1) == 1 {
					return errors.New("not this time")
				}
				<-time.After(120 * time.Millisecond) // longer than its interval
				return nil
			}},
		}
		start(t, s, c)
		for range 3 {
			select {
			case <-ran:
			case <-time.After(30 * time.Second):
				t.Fatal("the task does not come back")
			}
		}
		if most.Load() != 1 {
			t.Errorf("the task ran %d times at once", most.Load())
		}
		if !strings.Contains(book.String(), "not this time") {
			t.Errorf("a failed task is not in the log:\n%s", book)
		}
	})
}

// TestRequestsAreNotKeptWaiting holds what the one writer of SQLite is for: changes of
// people come between those of jobs.
func TestRequestsAreNotKeptWaiting(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		s := open(t, database)
		server := testkit.NewSMTP(t, testkit.SMTPConfig{})
		c, _ := config(t, s, server)
		var ids []mail.LetterID
		for i := range 100 {
			ids = append(ids, post(t, s, fmt.Sprintf("a%d@example.org", i)))
		}
		start(t, s, c)
		var longest time.Duration
		for i := range 100 {
			began := time.Now()
			ids = append(ids, post(t, s, fmt.Sprintf("b%d@example.org", i)))
			longest = max(longest, time.Since(began))
		}
		for _, id := range ids {
			eventually(t, s, id, mail.Sent)
		}
		t.Logf("the longest change took %s", longest)
		if longest > 10*time.Second { // on a busy machine; sending the letters one by one first would take longer
			t.Errorf("a change waited %s for jobs", longest)
		}
	})
}
