package access

import (
	"context"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// A NoticeID names a notice: a UUIDv4 in text form.
type NoticeID string

// A Notice tells a person something when they are next there.
type Notice struct {
	ID      NoticeID
	Person  PersonID
	Body    BodyID            // the body that it is about, or empty
	Key     string            // message key
	Args    map[string]string // fill the message; see InLanguage; a name that ends in Key holds a message key
	Path    string            // page that it leads to, or empty
	Due     time.Time         // until when; zero: no deadline
	Created time.Time
}

// InLanguage is the name of an argument for readers of one language. The argument itself
// is for all others.
func InLanguage(name, lang string) string { return name + "@" + lang }

// Notices gives what the person was told and has not put away, the latest first.
func (a *Accounts) Notices(ctx context.Context, actor Actor) ([]Notice, error) {
	if err := actor.self(); err != nil {
		return nil, err
	}
	all, err := a.Store.Notices(ctx, actor.Person)
	return all, wrap("reading notices", err)
}

// EndNotice puts a notice away.
func (a *Accounts) EndNotice(ctx context.Context, actor Actor, n NoticeID) error {
	if err := actor.self(); err != nil {
		return err
	}
	return wrap("putting a notice away", a.Store.EndNotice(ctx, actor.Person, n))
}

// Remains tells what is kept of a person.
type Remains struct {
	// Counts says how many there are of each kind of thing. The name is that of
	// the messages deletion.{name}, which says what it is and what happens to it.
	Counts map[string]int

	// Stays are the names in Counts of what is not deleted.
	Stays []string

	// Administers are the bodies whose last administrator the person is: as
	// long as there is one, the account cannot be deleted.
	Administers []NewBody
}

// Remains tells the person what would go and what would stay.
func (a *Accounts) Remains(ctx context.Context, actor Actor) (Remains, error) {
	if err := actor.self(); err != nil {
		return Remains{}, err
	}
	r, err := a.Store.Remains(ctx, actor.Person)
	return r, wrap("reading what would be deleted", err)
}

// Delete deletes the account of the person and all that is personal, for good. It
// rests after a recovery: what an intruder deletes, its owner does not get back.
func (a *Accounts) Delete(ctx context.Context, actor Actor) error {
	if err := actor.gives(a.now()); err != nil {
		return err
	}
	p, err := a.Store.PersonByID(ctx, actor.Person)
	if err != nil {
		return wrap("deleting an account", err)
	}
	l := letter(mail.Deleted, p.Email, p.Lang)
	return wrap("deleting an account", a.Store.DeletePerson(ctx, actor.Person, l))
}

// ErrLastAdministrator refuses what would leave a body with nobody who may set
// it up. Its kind is Conflict.
var ErrLastAdministrator = fault.New(fault.Conflict, "access.administrator.last", nil)
