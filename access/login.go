package access

import (
	"context"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// A Passkey is a key that lets a person in, made and held by their device.
type Passkey struct {
	ID         string // of the credential, in base64url
	Person     PersonID
	Name       string // what its owner calls it
	Credential string // what access/signin needs to check it, in JSON
	SignCount  uint32
	Created    time.Time
	Used       time.Time // last sign-in; zero: never
}

// An Identity is an account at an OpenID provider that lets a person in. It is
// named by issuer and subject alone: an address that a provider tells never
// leads to an account.
type Identity struct {
	Issuer  string
	Subject string
	Person  PersonID
	Name    string // of the provider, as it is shown
	Created time.Time
	Used    time.Time

	// Shown is when the provider last had its user show who they are; zero where it
	// did not say. It is not kept.
	Shown time.Time
}

// A Login is what lets somebody in: one of the two.
type Login struct {
	Passkey  *Passkey
	Identity *Identity
}

func (l Login) check() error {
	switch {
	case (l.Passkey == nil) == (l.Identity == nil),
		l.Passkey != nil && (l.Passkey.ID == "" || l.Passkey.Credential == "" || l.Passkey.Name == ""),
		l.Identity != nil && (l.Identity.Issuer == "" || l.Identity.Subject == "" || l.Identity.Name == ""):
		return fault.New(fault.Invalid, "access.login.none", nil)
	}
	return nil
}

// Logins are all that lets a person in.
type Logins struct {
	Passkeys   []Passkey
	Identities []Identity
}

type loginStore interface {
	// Logins gives what lets a person in, the first made first.
	Logins(ctx context.Context, id PersonID) (Logins, error)

	// PasskeyByID finds one; NotFound where nobody has it.
	PasskeyByID(ctx context.Context, credential string) (Passkey, error)

	// AddLogin gives a person one more and keeps the letter. One that somebody
	// has, and more than twenty, are a Conflict.
	AddLogin(ctx context.Context, id PersonID, l Login, tell mail.Letter) error

	// RenamePasskey changes what its owner calls it.
	RenamePasskey(ctx context.Context, id PersonID, credential, name string) error

	// RemoveLogin takes one away, begins a new epoch and keeps the letter; the last
	// one is a Conflict.
	RemoveLogin(ctx context.Context, id PersonID, l Login, tell mail.Letter) (epoch int64, err error)

	// UsedPasskey keeps the counter of a sign-in and its time, and stops a
	// recovery that runs. A counter that is not above the last one, unless both
	// are 0, is Unauthenticated: there may be a copy of the key.
	UsedPasskey(ctx context.Context, credential, state string, count uint32) (PersonID, error)

	// UsedIdentity is UsedPasskey for an identity.
	UsedIdentity(ctx context.Context, issuer, subject string) (PersonID, error)

	// UseOnce uses something up that counts once, such as a challenge, and keeps
	// it until it would not be taken any more. What was used before is a Conflict.
	UseOnce(ctx context.Context, thing string, until time.Time) error
}

// Logins gives what lets the person in.
func (a *Accounts) Logins(ctx context.Context, actor Actor) (Logins, error) {
	if err := actor.self(); err != nil {
		return Logins{}, err
	}
	l, err := a.Store.Logins(ctx, actor.Person)
	return l, wrap("reading logins", err)
}

// AddLogin gives the person one more passkey or identity.
func (a *Accounts) AddLogin(ctx context.Context, actor Actor, l Login) error {
	if err := actor.selfFresh(a.now()); err != nil {
		return err
	}
	if err := l.check(); err != nil {
		return err
	}
	return a.tell(ctx, actor.Person, "adding a login", l, "mail.passkey.added", a.Store.AddLogin)
}

// RemoveLogin takes a passkey or an identity away, never the last one. All sessions
// of the person end, for whoever had it may be in one of them, but for the one that
// goes on in the epoch given.
func (a *Accounts) RemoveLogin(ctx context.Context, actor Actor, l Login) (epoch int64, err error) {
	if err := actor.selfFresh(a.now()); err != nil {
		return 0, err
	}
	all, err := a.Store.Logins(ctx, actor.Person)
	if err != nil {
		return 0, wrap("removing a login", err)
	}
	// The letter names it as its owner does.
	for _, k := range all.Passkeys {
		if l.Passkey != nil && l.Passkey.ID == k.ID {
			l.Passkey = &k
		}
	}
	for _, i := range all.Identities {
		if l.Identity != nil && l.Identity.Issuer == i.Issuer && l.Identity.Subject == i.Subject {
			l.Identity = &i
		}
	}
	err = a.tell(ctx, actor.Person, "removing a login", l, "mail.passkey.removed",
		func(ctx context.Context, id PersonID, l Login, tell mail.Letter) (err error) {
			epoch, err = a.Store.RemoveLogin(ctx, id, l, tell)
			return err
		})
	return epoch, err
}

func (a *Accounts) tell(ctx context.Context, id PersonID, what string, l Login, key string,
	change func(context.Context, PersonID, Login, mail.Letter) error,
) error {
	p, err := a.Store.PersonByID(ctx, id)
	if err != nil {
		return wrap(what, err)
	}
	tell := about(mail.Passkey, p)
	tell.Args["ChangeKey"] = key
	switch {
	case l.Passkey != nil:
		tell.Args["Name"] = l.Passkey.Name
	case l.Identity != nil:
		tell.Args["Name"] = l.Identity.Name
	}
	return wrap(what, change(ctx, id, l, tell))
}

// RenamePasskey changes what the person calls a passkey.
func (a *Accounts) RenamePasskey(ctx context.Context, actor Actor, credential, name string) error {
	if err := actor.self(); err != nil {
		return err
	}
	name, err := ParseName(name)
	if err != nil {
		return err
	}
	return wrap("renaming a passkey", a.Store.RenamePasskey(ctx, actor.Person, credential, name))
}
