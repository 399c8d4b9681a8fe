package jobs

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/store"
)

// A Task is something that comes back. It runs on one process at a time, soon after
// the start and then at intervals; when it fails, the next time is soon enough.
type Task struct {
	Name  string // of letters, digits and stops
	Every time.Duration
	Run   func(context.Context) error
}

// Config says what runs jobs and with what.
type Config struct {
	Outbox   Outbox
	Composer *mail.Composer
	// Sender hands letters on. Without one they are Kept: the outbox shows them,
	// and nobody else gets them.
	Sender Sender
	// Look gives the name and looks of a body, for its letters.
	Look  func(ctx context.Context, body string) (mail.Look, error)
	Tasks []Task
	Log   *slog.Logger
	Now   func() time.Time // nil means time.Now

	// Backoff is how long to wait after the first, second … attempt to send a
	// letter; after the one that has none it is given up. Nil means Backoff.
	Backoff []time.Duration
	// Poll is how often to look for jobs; 0 means a second. On PostgreSQL a job is
	// announced and does not wait for it.
	Poll time.Duration
	// SendTimeout bounds one attempt to send; 0 means a minute.
	SendTimeout time.Duration
}

// Backoff tries for 46 hours, often at first: for servers that let strangers wait, and
// for those that are away for a day.
func Backoff() []time.Duration {
	const m, h = time.Minute, time.Hour
	return []time.Duration{m, 5 * m, 15 * m, 30 * m, h, 2 * h, 4 * h, 6 * h, 8 * h, 12 * h, 12 * h}
}

const (
	// maxAttempts of a job are more than those of a letter, which counts its own:
	// an attempt that did not reach the letter is none.
	maxAttempts = 25

	jobTimeout  = 2 * time.Minute
	rescueAfter = 3 * time.Minute // what a crash left running, since it began

	overdueAfter = 72 * time.Hour
	// KeepLetters is how long address and text of a letter are kept.
	KeepLetters = 90 * 24 * time.Hour

	taskQueue = "tasks"
)

// A Runner is running. It ends with Stop, not with a context.
type Runner struct {
	stop   func(context.Context) error
	cancel func(context.Context) error
}

// Start runs the jobs of a store, which was opened with a Queue. The store is closed
// after Stop.
func Start(ctx context.Context, e store.Engine, c Config) (*Runner, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Backoff == nil {
		c.Backoff = Backoff()
	}
	c.Poll, c.SendTimeout = cmp.Or(c.Poll, time.Second), cmp.Or(c.SendTimeout, time.Minute)
	c.Tasks = append(c.Tasks[:len(c.Tasks):len(c.Tasks)],
		Task{Name: "letters.overdue", Every: time.Hour, Run: func(ctx context.Context) error {
			_, err := c.Outbox.OverdueLetters(ctx, c.Now().Add(-overdueAfter))
			return err
		}},
		Task{Name: "letters.purge", Every: time.Hour, Run: func(ctx context.Context) error {
			_, err := c.Outbox.PurgeLetters(ctx, c.Now().Add(-KeepLetters))
			return err
		}})
	if e.Postgres != nil {
		return start(ctx, riverpgxv5.New(e.Postgres), c, false)
	}
	// SQLite has no announcements: River would look for them twenty times a second
	// on the one writer.
	return start(ctx, riversqlite.New(e.SQLite), c, true)
}

func start[T any](ctx context.Context, d riverdriver.Driver[T], c Config, poll bool) (*Runner, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &letterWorker{c: c})
	river.AddWorker(workers, newTaskWorker(c.Tasks))
	client, err := river.NewClient(d, &river.Config{
		Workers: workers,
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: 4},
			taskQueue:          {MaxWorkers: 2},
		},
		PeriodicJobs:         periodic(c.Tasks),
		PollOnly:             poll,
		FetchPollInterval:    c.Poll,
		FetchCooldown:        min(c.Poll, 100*time.Millisecond),
		JobTimeout:           max(jobTimeout, c.SendTimeout+30*time.Second),
		RescueStuckJobsAfter: max(rescueAfter, c.SendTimeout+90*time.Second),
		// A row of a job says which letter and when; the outbox keeps what counts.
		CompletedJobRetentionPeriod: time.Hour,
		ErrorHandler:                &logged{log: c.Log},
		Logger:                      slog.New(quiet{c.Log.Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("making the runner of jobs: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("starting jobs: %w", err)
	}
	return &Runner{stop: client.Stop, cancel: client.StopAndCancel}, nil
}

// Stop lets running jobs end until ctx does; then it ends them, and they run again
// at the next start.
func (r *Runner) Stop(ctx context.Context) error {
	err := r.stop(ctx)
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := r.cancel(ctx); err != nil {
		return fmt.Errorf("stopping jobs: %w", err)
	}
	return nil
}

// logged logs what went wrong in a job, once.
type logged struct{ log *slog.Logger }

func (l *logged) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	l.log.WarnContext(ctx, "a job failed", "kind", job.Kind, "job", job.ID, "attempt", job.Attempt, "err", err)
	return nil
}

// HandlePanic does not log the value of a panic, which may hold what a letter says.
func (l *logged) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	l.log.ErrorContext(ctx, "a job panicked", "kind", job.Kind, "job", job.ID, "type", fmt.Sprintf("%T", value), "trace", trace)
	return nil
}

// quiet leaves out what River tells about its inner life.
type quiet struct{ slog.Handler }

func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError && q.Handler.Enabled(ctx, l)
}
