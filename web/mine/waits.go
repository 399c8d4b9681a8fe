package mine

import (
	"context"
	"time"

	"github.com/probatum/probatum/access"
)

// soon is how long before a release ends its owner is told.
const soon = 14 * 24 * time.Hour

// A Wait is something that waits for a candidate. Its fields are those of what
// waits on the start page, so that it can be converted.
type Wait struct {
	Text string         // message key
	Args map[string]any // for the message
	Path string         // where it is done
	Due  time.Time      // until when; zero: no deadline
	Body access.BodyID  // with whom; empty: by oneself
}

// Waits tells what a candidate can do next: begin, freeze, hand in, or hand in
// again what runs out. Who has a part in a body and keeps nothing here is told
// nothing.
func (p *Pages) Waits(ctx context.Context, a access.Actor) ([]Wait, error) {
	items, err := p.cfg.Portfolio.Items(ctx, a)
	if err != nil {
		return nil, err
	}
	sets, err := p.cfg.Portfolio.Sets(ctx, a)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 && len(sets) == 0 {
		if len(a.Memberships) > 0 {
			return nil, nil
		}
		earned, err := p.cfg.Credentials.Mine(ctx, a)
		if err != nil || len(earned) > 0 {
			return nil, err
		}
		return []Wait{{Text: "mine.wait.begin", Path: "/me/evidence/add"}}, nil
	}
	var waits []Wait
	free := 0
	for _, i := range items {
		if !i.Frozen() {
			free++
		}
	}
	if free > 0 {
		waits = append(waits, Wait{Text: "mine.wait.freeze", Args: map[string]any{"Count": free}, Path: "/me/sets/add"})
	}
	for _, s := range sets {
		path := "/me/sets/" + string(s.ID)
		if len(s.Releases) == 0 {
			waits = append(waits, Wait{Text: "mine.wait.handIn", Args: map[string]any{"Count": s.Count}, Path: path})
		}
		for _, r := range s.Releases {
			if r.Open(p.now()) && r.Until.Sub(p.now()) < soon {
				waits = append(waits, Wait{Text: "mine.wait.ends", Path: path, Due: lastDay(r.Until), Body: r.Body})
			}
		}
	}
	return waits, nil
}
