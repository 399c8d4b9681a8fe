package access

import (
	"context"
	"time"

	"github.com/probatum/probatum/internal/fault"
)

// A Desk is the console of the server: whoever may run its commands on the
// database may do this without a role.
type Desk struct{ accounts *Accounts }

// Console gives the desk. Only commands may ask for it.
func (a *Accounts) Console() Desk { return Desk{a} }

// Invite sends somebody a link to take a role in a body.
func (d Desk) Invite(ctx context.Context, b BodyID, email string, r Role, language string) error {
	return d.accounts.invite(ctx, b, email, r, language, Console)
}

// Add gives the account of an address a role at once.
func (d Desk) Add(ctx context.Context, b BodyID, email string, r Role) error {
	p, err := d.find(ctx, email)
	if err != nil {
		return err
	}
	if r, err = ParseRole(string(r)); err != nil {
		return err
	}
	return wrap("adding a member", d.accounts.Store.AddMember(ctx, NewMembership(p.ID, b, r, Console, d.accounts.now())))
}

// End takes a role away.
func (d Desk) End(ctx context.Context, b BodyID, membership string) error {
	return wrap("ending a membership", d.accounts.Store.EndMembership(ctx, b, membership, Console))
}

// Members gives who has a part in a body.
func (d Desk) Members(ctx context.Context, b BodyID) ([]Member, error) {
	all, err := d.accounts.Store.Members(ctx, b, d.accounts.now())
	return all, wrap("reading members", err)
}

// People lists the accounts.
func (d Desk) People(ctx context.Context) ([]Person, error) {
	all, err := d.accounts.Store.People(ctx)
	return all, wrap("listing people", err)
}

// Person gives the account of an address, its memberships and its logins.
func (d Desk) Person(ctx context.Context, email string) (Person, []Membership, Logins, error) {
	p, err := d.find(ctx, email)
	if err != nil {
		return Person{}, nil, Logins{}, err
	}
	_, members, err := d.accounts.Store.Acting(ctx, p.ID, d.accounts.now())
	if err != nil {
		return Person{}, nil, Logins{}, wrap("reading memberships", err)
	}
	l, err := d.accounts.Store.Logins(ctx, p.ID)
	return p, members, l, wrap("reading logins", err)
}

// EndSessions ends all sessions of a person.
func (d Desk) EndSessions(ctx context.Context, email string) error {
	p, err := d.find(ctx, email)
	if err != nil {
		return err
	}
	_, err = d.accounts.Store.EndSessions(ctx, p.ID)
	return wrap("ending sessions", err)
}

// Recover sends a person a link by which they come back at once.
func (d Desk) Recover(ctx context.Context, email string) error {
	p, err := d.find(ctx, email)
	if err != nil {
		return err
	}
	t := helpTicket(p.ID, Console, d.accounts.now())
	return wrap("helping to recover", d.accounts.Store.Help(ctx, "", t, helpLetter))
}

// CreateToken makes a token of a body, with any scopes, and gives its secret.
func (d Desk) CreateToken(ctx context.Context, b BodyID, n NewToken) (Token, string, error) {
	return d.accounts.createToken(ctx, b, "", Console, n)
}

// Tokens gives the tokens of a body that were not revoked.
func (d Desk) Tokens(ctx context.Context, b BodyID) ([]Token, error) {
	all, err := d.accounts.Store.Tokens(ctx, b, "")
	return all, wrap("reading tokens", err)
}

// RevokeToken ends a token of a body at once.
func (d Desk) RevokeToken(ctx context.Context, b BodyID, t TokenID) error {
	return wrap("revoking a token", d.accounts.Store.EndToken(ctx, b, "", t))
}

// Now is the clock of the desk.
func (d Desk) Now() time.Time { return d.accounts.now() }

func (d Desk) find(ctx context.Context, address string) (Person, error) {
	e, err := ParseEmail(address)
	if err != nil {
		return Person{}, err
	}
	p, err := d.accounts.Store.PersonByEmail(ctx, e)
	if fault.KindOf(err) == fault.NotFound {
		return Person{}, fault.New(fault.NotFound, "access.person.none", nil)
	}
	return p, wrap("finding an account", err)
}
