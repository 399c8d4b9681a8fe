package portfolio

import (
	"context"
	"time"
)

const (
	// arrival is how long a file may be on its way into the Blobs.
	arrival = 6 * time.Hour

	sweepAtOnce = 100
)

// Sweep removes the files of deleted items and people, and what was left by
// uploads that broke off. What cannot be removed now stays listed and is counted:
// Sweep is called again, at start and every few minutes.
func (p *Portfolio) Sweep(ctx context.Context) (left int, err error) {
	failed := make(map[string]bool)
	for {
		names, err := p.cfg.Store.Removals(ctx, p.cfg.Now().Add(-arrival), sweepAtOnce)
		if err != nil {
			return len(failed), err
		}
		done := 0
		for _, name := range names {
			if failed[name] {
				continue
			}
			done++
			if err := p.remove(ctx, name); err != nil {
				failed[name] = true
				p.cfg.Log.WarnContext(ctx, "a file of evidence was not removed", "err", err)
			}
		}
		if done == 0 || ctx.Err() != nil {
			return len(failed), ctx.Err()
		}
	}
}

func (p *Portfolio) remove(ctx context.Context, name string) error {
	failed := p.cfg.Blobs.Remove(ctx, name)
	if failed == nil {
		return p.cfg.Store.Removed(ctx, name)
	}
	if err := p.cfg.Store.NotRemoved(ctx, name); err != nil {
		return err
	}
	return failed
}

// removeNow removes the file of an item that is gone. Where that fails, it stays
// listed for the next Sweep, and the person's act is done all the same.
func (p *Portfolio) removeNow(ctx context.Context, name string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer stop()
	if err := p.remove(ctx, name); err != nil {
		p.cfg.Log.WarnContext(ctx, "a file of evidence was not removed", "err", err)
	}
}

// giveUp takes back a file that was not kept with an item. If that fails, the
// reservation lists it until Sweep removes it.
func (p *Portfolio) giveUp(ctx context.Context, name string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer stop()
	kept, err := p.cfg.Store.GiveUp(ctx, name)
	if err == nil && !kept {
		err = p.remove(ctx, name)
	}
	if err != nil {
		p.cfg.Log.WarnContext(ctx, "a file of evidence was not taken back", "err", err)
	}
}
