package access

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

type memberStore interface {
	// Invite keeps an invitation and its letter. An open one of the same address
	// to the same role in the body is ended. A body that does not exist is
	// NotFound; a member of that address who has the role is a Conflict, and who
	// has an account and no part in the body is not told from who has none.
	Invite(ctx context.Context, t Ticket, l mail.Letter) error

	// Invitations gives those of a body that were neither used nor withdrawn, the
	// last made first.
	Invitations(ctx context.Context, b BodyID) ([]Ticket, error)

	// EndTicket withdraws an invitation of a body. One that was used is a
	// Conflict.
	EndTicket(ctx context.Context, b BodyID, t TicketID) error

	// SendAgain gives an invitation of a body a new end, and keeps its letter once
	// more. One that was used or withdrawn is a Conflict.
	SendAgain(ctx context.Context, b BodyID, t TicketID, expires time.Time, letter func(Ticket) mail.Letter) error

	// Accept gives a person what a ticket of purpose Invite or SetUp is for, and
	// uses it up last. It begins a new epoch of the person and tells them, and
	// who invited. Who has the role already is a Conflict.
	Accept(ctx context.Context, id PersonID, t TicketID, b NewBody) (epoch int64, err error)

	// Members gives who has a part in a body, with the person.
	Members(ctx context.Context, b BodyID, now time.Time) ([]Member, error)

	// EndMembership ends a membership of a body, begins a new epoch of the person
	// and tells them. Of the administrators of a body one must stay: the last one
	// is a Conflict.
	EndMembership(ctx context.Context, b BodyID, membership, by string) error

	// ChangeRole gives a member another role, with what EndMembership promises.
	ChangeRole(ctx context.Context, b BodyID, membership string, r Role, by string) error

	// AddMember gives a role without an invitation, with what Accept promises;
	// for commands and the demo only.
	AddMember(ctx context.Context, m Membership) error

	// MakeBody makes a body; one of that id is a Conflict. For commands and the
	// demo only.
	MakeBody(ctx context.Context, b NewBody) error

	// Body gives what a body is called.
	Body(ctx context.Context, b BodyID) (NewBody, error)
}

// A Member is a membership with who has it.
type Member struct {
	Membership
	Name  string
	Email string
}

// Invite sends somebody a link to take a role in a body.
func (a *Accounts) Invite(ctx context.Context, actor Actor, b BodyID, email string, r Role, language string) error {
	if err := actor.MayGive(ManageStaff, b, a.now()); err != nil {
		return err
	}
	return a.invite(ctx, b, email, r, language, actor.By())
}

func (a *Accounts) invite(ctx context.Context, b BodyID, email string, r Role, language, by string) error {
	to, err := ParseEmail(email)
	if err != nil {
		return err
	}
	if r, err = ParseRole(string(r)); err != nil {
		return err
	}
	now := a.now()
	t := Ticket{
		ID: NewTicketID(), Purpose: Invite, Email: to, Body: b, Role: r, Lang: lang(language), By: by,
		Created: now, Expires: now.Add(InviteFor),
	}
	return wrap("inviting", a.Store.Invite(ctx, t, inviteLetter(t)))
}

func inviteLetter(t Ticket) mail.Letter {
	l := ticketLetter(mail.Invite, t)
	l.Args["RoleKey"] = t.Role.Key()
	return l
}

// Invitations gives the invitations of a body that nobody has taken up yet.
func (a *Accounts) Invitations(ctx context.Context, actor Actor, b BodyID) ([]Ticket, error) {
	if err := actor.May(ManageStaff, b, a.now()); err != nil {
		return nil, err
	}
	all, err := a.Store.Invitations(ctx, b)
	return all, wrap("reading invitations", err)
}

// Withdraw ends an invitation. It needs no sign-in of a moment ago: to close a
// door must be quick.
func (a *Accounts) Withdraw(ctx context.Context, actor Actor, b BodyID, t TicketID) error {
	if err := actor.May(ManageStaff, b, a.now()); err != nil {
		return err
	}
	return wrap("withdrawing an invitation", a.Store.EndTicket(ctx, b, t))
}

// Resend sends an invitation once more, with the same link and a new end.
func (a *Accounts) Resend(ctx context.Context, actor Actor, b BodyID, t TicketID) error {
	now := a.now()
	if err := actor.MayGive(ManageStaff, b, now); err != nil {
		return err
	}
	return wrap("sending an invitation again", a.Store.SendAgain(ctx, b, t, now.Add(InviteFor), inviteLetter))
}

// Accept gives the person who is signed in what a link of purpose Invite or
// SetUp offers; it need not have been sent to the address of the account. All
// sessions of the person end, but for the one that goes on in the epoch given.
func (a *Accounts) Accept(ctx context.Context, actor Actor, p Purpose, secret string, b NewBody) (Ticket, int64, error) {
	if err := actor.self(); err != nil {
		return Ticket{}, 0, err
	}
	if p != Invite && p != SetUp {
		return Ticket{}, 0, fault.New(fault.NotFound, "access.link.none", nil)
	}
	t, err := a.Ticket(ctx, p, secret)
	if err != nil {
		return Ticket{}, 0, err
	}
	if p == SetUp {
		if b, err = setUpBody(t, b); err != nil {
			return Ticket{}, 0, err
		}
		t.Body = b.ID
	}
	epoch, err := a.Store.Accept(ctx, actor.Person, t.ID, b)
	return t, epoch, wrap("accepting an invitation", err)
}

// Members gives who has a part in a body.
func (a *Accounts) Members(ctx context.Context, actor Actor, b BodyID) ([]Member, error) {
	now := a.now()
	if err := actor.May(ReadStaff, b, now); err != nil {
		return nil, err
	}
	all, err := a.Store.Members(ctx, b, now)
	return all, wrap("reading members", err)
}

// EndMembership takes a role away; everybody may give up their own. At least one
// administrator stays.
func (a *Accounts) EndMembership(ctx context.Context, actor Actor, b BodyID, membership string) error {
	if err := a.mayEnd(actor, b, membership); err != nil {
		return err
	}
	return wrap("ending a membership", a.Store.EndMembership(ctx, b, membership, actor.By()))
}

func (a *Accounts) mayEnd(actor Actor, b BodyID, membership string) error {
	if actor.Token == "" {
		for _, m := range actor.Memberships {
			if m.ID == membership && m.Body == b {
				return nil
			}
		}
	}
	return actor.May(ManageStaff, b, a.now())
}

// ChangeRole gives a member another role. At least one administrator stays.
func (a *Accounts) ChangeRole(ctx context.Context, actor Actor, b BodyID, membership string, r Role) error {
	if err := actor.MayGive(ManageStaff, b, a.now()); err != nil {
		return err
	}
	r, err := ParseRole(string(r))
	if err != nil {
		return err
	}
	return wrap("changing a role", a.Store.ChangeRole(ctx, b, membership, r, actor.By()))
}

// NewMembership makes a membership that begins now and has no end.
func NewMembership(p PersonID, b BodyID, r Role, by string, now time.Time) Membership {
	return Membership{ID: uuid.NewString(), Person: p, Body: b, Role: r, From: now, By: by}
}

// RoleLetter tells a person that a role was given to them or taken away.
func RoleLetter(p Person, b BodyID, r Role, given bool) mail.Letter {
	l := about(mail.Role, p)
	l.Body = string(b)
	l.Args["RoleKey"], l.Args["ChangeKey"] = r.Key(), "mail.role.ended"
	if given {
		l.Args["ChangeKey"] = "mail.role.given"
	}
	return l
}
