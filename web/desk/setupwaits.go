package desk

import (
	"context"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/web/page"
)

// A Wait is one thing that waits for somebody in a body.
type Wait struct {
	Body access.BodyID
	Key  string         // message that says what
	Args map[string]any // of the message
	Path string         // page where it is done
	Due  time.Time      // until when; zero: no deadline
	Tone page.Tone      // Bad: something does not work until it is done
}

// Text is what waits, in a language.
func (w Wait) Text(loc i18n.Localizer) string { return loc.TMap(w.Key, w.Args) }

// What waits until the set-up is finished.
const (
	waitsSetup = "desk.waits.setup"
	waitsSeal  = "desk.waits.seal.none"
)

// How long before their end things are told of.
const (
	sealSoon   = 60 * 24 * time.Hour // an authority takes weeks
	trialSoon  = 14 * 24 * time.Hour
	inviteSoon = 48 * time.Hour
	mailSince  = 30 * 24 * time.Hour // letters that did not arrive are told of so long
)

// Waits gives what waits for somebody in all their bodies: the set-up, the seal,
// invitations and letters that need a look.
func (a *Admin) Waits(ctx context.Context, actor access.Actor) ([]Wait, error) {
	var all []Wait
	for _, id := range actor.Bodies() {
		some, err := a.waits(ctx, actor, id)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (a *Admin) waits(ctx context.Context, actor access.Actor, id access.BodyID) ([]Wait, error) {
	var all []Wait
	may := func(act access.Act) bool { return actor.Can(act, id, a.c.Now()) }
	add := func(some []Wait, err error) error {
		for _, w := range some {
			w.Body, w.Path = id, "/b/"+string(id)+w.Path
			all = append(all, w)
		}
		return err
	}
	if may(access.EditBody) {
		if err := add(a.setupWaits(ctx, id)); err != nil {
			return nil, err
		}
	}
	if may(access.ManageStaff) {
		if err := add(a.staffWaits(ctx, actor, id)); err != nil {
			return nil, err
		}
	}
	if may(access.ResendMail) {
		if err := add(a.mailWaits(ctx, id)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// setupWaits are what the set-up and the seal need.
func (a *Admin) setupWaits(ctx context.Context, id access.BodyID) ([]Wait, error) {
	p, _, err := a.c.Bodies.BodyVersion(ctx, id)
	if err != nil {
		return nil, err
	}
	s, err := a.state(id, p)
	if err != nil {
		return nil, err
	}
	var all []Wait
	needed := 0
	for _, st := range stages(p, s) {
		needed += len(st.needed)
	}
	if needed > 0 {
		all = append(all, Wait{Key: waitsSetup, Args: map[string]any{"Count": needed}, Path: "/setup", Tone: page.Open})
	}
	seal := Wait{Path: "/setup/seal", Tone: page.Open}
	switch {
	case s.Standing == body.NoSeal && needed == 0:
		seal.Key = waitsSeal
	case s.Standing == body.Requested:
		seal.Key = "desk.waits.seal.requested"
	case s.Standing == body.Trial: // what waits all the time is not looked at; the set-up tells of it
		if s.Until.Sub(a.c.Now()) < trialSoon {
			seal.Key, seal.Due = "desk.waits.seal.trial", s.Until
		}
	case s.Standing == body.Expired:
		seal.Key, seal.Tone = "desk.waits.seal.expired", page.Bad
	case s.Standing == body.DoesNotFit:
		seal.Key, seal.Tone = "desk.waits.seal.unfit", page.Bad
	case s.Ready() && s.Until.Sub(a.c.Now()) < sealSoon && s.Waiting:
		seal.Key, seal.Due = "desk.waits.seal.requested", s.Until
	case s.Ready() && s.Until.Sub(a.c.Now()) < sealSoon:
		seal.Key, seal.Due = "desk.waits.seal.ends", s.Until
	}
	if seal.Key != "" {
		all = append(all, seal)
	}
	return all, nil
}

// staffWaits are invitations that end soon and that nobody has taken up.
func (a *Admin) staffWaits(ctx context.Context, actor access.Actor, id access.BodyID) ([]Wait, error) {
	open, err := a.c.Accounts.Invitations(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	n, first, now := 0, time.Time{}, a.c.Now()
	for _, t := range open {
		if left := t.Expires.Sub(now); left > 0 && left < inviteSoon {
			if n++; first.IsZero() || t.Expires.Before(first) {
				first = t.Expires
			}
		}
	}
	if n == 0 {
		return nil, nil
	}
	return []Wait{{Key: "desk.waits.invitations", Args: map[string]any{"Count": n}, Path: "/staff", Due: first, Tone: page.Open}}, nil
}

// mailWaits are letters of the last time that did not arrive and were not sent
// again.
func (a *Admin) mailWaits(ctx context.Context, id access.BodyID) ([]Wait, error) {
	n := 0
	for _, state := range []mail.State{mail.Bounced, mail.GaveUp} {
		letters, err := a.c.Letters.Letters(ctx, mail.Filter{Body: string(id), State: state, Limit: perPage})
		if err != nil {
			return nil, err
		}
		for _, l := range letters {
			if l.Again == "" && !l.Purged && a.c.Now().Sub(l.Created) < mailSince {
				n++
			}
		}
	}
	if n == 0 {
		return nil, nil
	}
	return []Wait{{Key: "desk.waits.mail", Args: map[string]any{"Count": n}, Path: "/mail?state=bounced", Tone: page.Open}}, nil
}

// missing tells an error of what does not exist from one of the store.
func missing(err error) bool { return fault.KindOf(err) == fault.NotFound }
