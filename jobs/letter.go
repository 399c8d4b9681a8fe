package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/store"
)

// An Outbox keeps the letters.
type Outbox interface {
	// TakeLetter begins an attempt and counts it; what is not to be sent any
	// more is NotFound.
	TakeLetter(context.Context, mail.LetterID) (mail.Entry, error)
	// MarkLetter ends the attempt.
	MarkLetter(context.Context, mail.LetterID, mail.State, string) error
	// OverdueLetters gives up, PurgeLetters takes personal data out of, what was
	// made before.
	OverdueLetters(context.Context, time.Time) (int, error)
	PurgeLetters(context.Context, time.Time) (int, error)
}

// A Sender hands a message to a mail server. Its error is a *mail.Failure.
type Sender interface {
	Send(context.Context, mail.Message) error
}

// letterArgs are store.LetterArgs as the queue knows them.
type letterArgs store.LetterArgs

// Kind is store.LetterJob.
func (letterArgs) Kind() string { return store.LetterJob }

type letterWorker struct {
	river.WorkerDefaults[letterArgs]
	c Config
}

// NextRetry is by how often the letter was tried, which the job counts too.
func (w *letterWorker) NextRetry(job *river.Job[letterArgs]) time.Time {
	i := min(max(job.Attempt, 1), len(w.c.Backoff)) - 1
	if i < 0 {
		return time.Now() // no Backoff: the letter is given up already
	}
	return time.Now().Add(w.c.Backoff[i]) // by the queue's clock
}

// Work sends one letter: takes it, composes it, hands it on and marks it. After a
// crash between the last two it is sent again; its Message-ID is the same, by which
// many servers and programs show it once.
func (w *letterWorker) Work(ctx context.Context, job *river.Job[letterArgs]) error {
	id := job.Args.Letter
	e, err := w.c.Outbox.TakeLetter(ctx, id)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	// What was done is marked also when the program is about to stop.
	mark := func(state mail.State, reason string) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return w.c.Outbox.MarkLetter(ctx, id, state, reason)
	}
	err = w.send(ctx, e)
	switch {
	case err == nil && w.c.Sender == nil:
		return mark(mail.Kept, "")
	case err == nil:
		return mark(mail.Sent, "")
	}
	failure, ok := errors.AsType[*mail.Failure](err)
	if !ok { // the body's looks cannot be had, or the letter is wrong
		failure = &mail.Failure{Key: "mail.failed.compose", Detail: err.Error()}
	}
	switch {
	case failure.Permanent:
		return mark(mail.Bounced, failure.Key)
	case e.Attempts > len(w.c.Backoff):
		return mark(mail.GaveUp, failure.Key)
	}
	if err := mark(mail.Waiting, failure.Key); err != nil {
		return err
	}
	return fmt.Errorf("letter %s: %w", id, failure)
}

func (w *letterWorker) send(ctx context.Context, e mail.Entry) error {
	var look mail.Look
	if e.Body != "" {
		var err error
		if look, err = w.c.Look(ctx, e.Body); err != nil {
			return err
		}
	}
	m, err := w.c.Composer.Compose(e.Letter, look)
	if err != nil || w.c.Sender == nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, w.c.SendTimeout)
	defer cancel()
	return w.c.Sender.Send(ctx, m)
}
