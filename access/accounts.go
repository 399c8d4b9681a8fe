package access

import (
	"context"
	"fmt"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// How long links open something.
const (
	RegisterFor = 24 * time.Hour
	InviteFor   = 7 * 24 * time.Hour
	SetUpFor    = 24 * time.Hour
	AddressFor  = 24 * time.Hour
	RecoverFor  = time.Hour          // after it was asked for
	ReadyFor    = 7 * 24 * time.Hour // after the waiting time
	HelpFor     = 24 * time.Hour     // when an administrator helps
)

// Console is who acts by the commands of the server.
const Console = "console"

// A Store keeps people, their roles and all that lets them in. Every method
// that changes something does so whole or not at all, and looks at what it
// depends on in the same transaction. The letters that it is given are kept
// with the change and sent later. What does not exist, is deleted or belongs to
// somebody else is NotFound.
type Store interface {
	peopleStore
	ticketStore
	memberStore
	loginStore
	recoveryStore
	tokenStore
	noticeStore
}

type peopleStore interface {
	// PersonByID gives an account that is not deleted.
	PersonByID(ctx context.Context, id PersonID) (Person, error)

	// Acting gives an account with the memberships that are in force at a time.
	Acting(ctx context.Context, id PersonID, now time.Time) (Person, []Membership, error)

	// SignUp makes an account with its first login, and what the ticket is for:
	// a membership, a body. It uses the ticket up last, unless keep. An address
	// that has an account is a Conflict.
	SignUp(ctx context.Context, s NewAccount, t TicketID, keep bool) (Person, error)

	// SaveSettings changes name, language and settings.
	SaveSettings(ctx context.Context, id PersonID, name, lang string, s Settings) error

	// EndSessions begins a new epoch.
	EndSessions(ctx context.Context, id PersonID) (epoch int64, err error)

	// MoveAddress gives an account the address of a ticket, which it uses up,
	// and ends the open links for recovery, which went to the old one. The
	// letter goes to the old address. An address that has an account is a
	// Conflict.
	MoveAddress(ctx context.Context, id PersonID, t TicketID, l mail.Letter) error

	// Remains tells what of a person is kept, and what would be deleted.
	Remains(ctx context.Context, id PersonID) (Remains, error)

	// DeletePerson deletes all that is personal, and leaves of the account its
	// id alone. The letter is sent to the address that it had. Somebody who is
	// the last administrator of a body is a Conflict.
	DeletePerson(ctx context.Context, id PersonID, l mail.Letter) error

	// People lists accounts, those last made first; for commands only.
	People(ctx context.Context) ([]Person, error)

	// PersonByEmail finds an account; for commands only.
	PersonByEmail(ctx context.Context, email string) (Person, error)
}

type noticeStore interface {
	Notices(ctx context.Context, id PersonID) ([]Notice, error)
	EndNotice(ctx context.Context, id PersonID, n NoticeID) error
}

// A NewAccount is what somebody signs up with.
type NewAccount struct {
	ID       PersonID // the one that the passkey was made for
	Name     string
	Email    string // for SetUp, which was not sent to an address; else the ticket's is taken
	Lang     string
	Settings Settings
	Login    Login

	// Body is made by SetUp where its ticket names none.
	Body NewBody
}

// A NewBody is a body that is about to be.
type NewBody struct {
	ID   BodyID
	Name string
}

// Accounts changes who somebody is and what they may do.
type Accounts struct {
	Store Store
	Links LinkKey
	Now   func() time.Time // nil: time.Now
}

func (a *Accounts) now() time.Time {
	now := time.Now
	if a.Now != nil {
		now = a.Now
	}
	return now().UTC().Truncate(time.Millisecond)
}

// Session gives who acts in a session that was begun in an epoch and confirmed
// at a time. A session of another epoch, or of an account that is gone, is
// Unauthenticated.
func (a *Accounts) Session(ctx context.Context, id PersonID, epoch int64, signedIn time.Time) (Actor, Person, error) {
	p, members, err := a.Store.Acting(ctx, id, a.now())
	if fault.KindOf(err) == fault.NotFound || err == nil && p.Epoch != epoch {
		return Actor{}, Person{}, fault.New(fault.Unauthenticated, "access.nobody", nil)
	}
	if err != nil {
		return Actor{}, Person{}, fmt.Errorf("reading who is signed in: %w", err)
	}
	return Actor{
		Person: p.ID, Name: p.Name, Memberships: members, SignedIn: signedIn, Recovered: p.Recovered,
	}, p, nil
}

// Register sends a link to make an account to an address. One that has an
// account gets a letter that says so. The answer, and the work, is the same.
func (a *Accounts) Register(ctx context.Context, email, language string) error {
	to, err := ParseEmail(email)
	if err != nil {
		return err
	}
	now := a.now()
	t := Ticket{
		ID: NewTicketID(), Purpose: Register, Email: to, Lang: lang(language),
		Created: now, Expires: now.Add(RegisterFor),
	}
	link := ticketLetter(mail.Register, t)
	known := letter(mail.Known, to, t.Lang)
	if err := a.Store.SendTicket(ctx, t, link, known); err != nil {
		return fmt.Errorf("registering: %w", err)
	}
	return nil
}

// Ticket looks at a one-time link and uses nothing up. A secret that was not
// made here is NotFound. A link that opens nothing is a Conflict that says why:
// whoever has it may know.
func (a *Accounts) Ticket(ctx context.Context, p Purpose, secret string) (Ticket, error) {
	t, err := a.ticket(ctx, p, secret)
	if err != nil {
		return Ticket{}, err
	}
	return t, t.shut(a.now())
}

func (a *Accounts) ticket(ctx context.Context, p Purpose, secret string) (Ticket, error) {
	id, err := a.Links.Parse(p, secret)
	if err != nil {
		return Ticket{}, err
	}
	t, err := a.Store.TicketByID(ctx, id)
	if fault.KindOf(err) == fault.NotFound || err == nil && t.Purpose != p {
		return Ticket{}, fault.New(fault.NotFound, "access.link.none", nil)
	}
	if err != nil {
		return Ticket{}, fmt.Errorf("reading a link: %w", err)
	}
	return t, nil
}

// SignUp makes an account with its first login by a link of purpose Register,
// Invite, SetUp or Claim. A link to claim stays open for the claim itself.
func (a *Accounts) SignUp(ctx context.Context, p Purpose, secret string, n NewAccount) (Person, error) {
	t, err := a.Ticket(ctx, p, secret)
	if err != nil {
		return Person{}, err
	}
	if n.Name, err = ParseName(n.Name); err != nil {
		return Person{}, err
	}
	if n.Lang = lang(n.Lang); n.ID == "" {
		n.ID = NewPersonID()
	}
	if err := n.Login.check(); err != nil {
		return Person{}, err
	}
	switch p {
	case Register, Invite, Claim:
		// A link to claim may have been sent to an address with capitals.
		if n.Email, err = ParseEmail(t.Email); err != nil {
			return Person{}, err
		}
		n.Body = NewBody{}
	case SetUp:
		if n.Email, err = ParseEmail(n.Email); err != nil {
			return Person{}, err
		}
		if n.Body, err = setUpBody(t, n.Body); err != nil {
			return Person{}, err
		}
	default:
		return Person{}, fault.New(fault.NotFound, "access.link.none", nil)
	}
	person, err := a.Store.SignUp(ctx, n, t.ID, p == Claim)
	if err != nil {
		return Person{}, fmt.Errorf("signing up: %w", err)
	}
	return person, nil
}

// setUpBody is the body that a set-up link makes, or gives somebody to
// administer where it names one.
func setUpBody(t Ticket, b NewBody) (NewBody, error) {
	if t.Body != "" {
		return NewBody{ID: t.Body}, nil
	}
	var err error
	if b.ID, err = ParseBodyID(string(b.ID)); err != nil {
		return NewBody{}, err
	}
	if b.Name, err = ParseName(b.Name); err != nil {
		return NewBody{}, fault.New(fault.Invalid, "access.body.name", nil).With("Max", maxName)
	}
	return b, nil
}

// SetUpLink makes the link by which the first administrator comes in: of a body
// that exists, or of one that they name. It is for the console, which shows it
// once.
func (a *Accounts) SetUpLink(ctx context.Context, body BodyID) (secret string, t Ticket, err error) {
	now := a.now()
	t = Ticket{
		ID: NewTicketID(), Purpose: SetUp, Body: body, Lang: "en", By: Console,
		Created: now, Expires: now.Add(SetUpFor),
	}
	if body != "" {
		t.Role = Administrator
	}
	if err := a.Store.MakeTicket(ctx, t); err != nil {
		return "", Ticket{}, fmt.Errorf("making a set-up link: %w", err)
	}
	return a.Links.Secret(SetUp, t.ID), t, nil
}

// SaveSettings changes how a person is called and wants pages to be.
func (a *Accounts) SaveSettings(ctx context.Context, actor Actor, name, language string, s Settings) error {
	if err := actor.self(); err != nil {
		return err
	}
	name, err := ParseName(name)
	if err != nil {
		return err
	}
	return wrap("saving settings", a.Store.SaveSettings(ctx, actor.Person, name, lang(language), s))
}

// SignOutEverywhere ends all sessions of the person, and gives the epoch in
// which theirs may go on.
func (a *Accounts) SignOutEverywhere(ctx context.Context, actor Actor) (epoch int64, err error) {
	if err := actor.self(); err != nil {
		return 0, err
	}
	epoch, err = a.Store.EndSessions(ctx, actor.Person)
	return epoch, wrap("ending sessions", err)
}

// AskAddress sends a link to a new address; nothing changes before it is opened.
// An address that has an account is told so instead; the answer is the same.
func (a *Accounts) AskAddress(ctx context.Context, actor Actor, email, language string) error {
	now := a.now()
	if err := actor.selfFresh(now); err != nil {
		return err
	}
	to, err := ParseEmail(email)
	if err != nil {
		return err
	}
	t := Ticket{
		ID: NewTicketID(), Purpose: Address, Email: to, Person: actor.Person, Lang: lang(language), By: actor.By(),
		Created: now, Expires: now.Add(AddressFor),
	}
	known := letter(mail.Known, to, t.Lang)
	return wrap("asking for a new address", a.Store.SendTicket(ctx, t, ticketLetter(mail.Address, t), known))
}

// ConfirmAddress takes the new address over. The person who asked must be the
// one who is signed in: a link alone does not tie an address to an account of
// somebody else.
func (a *Accounts) ConfirmAddress(ctx context.Context, actor Actor, secret string) error {
	if err := actor.self(); err != nil {
		return err
	}
	t, err := a.Ticket(ctx, Address, secret)
	if err != nil {
		return err
	}
	if t.Person != actor.Person {
		return fault.New(fault.Forbidden, "access.address.other", nil)
	}
	p, err := a.Store.PersonByID(ctx, actor.Person)
	if err != nil {
		return wrap("confirming an address", err)
	}
	return wrap("confirming an address", a.Store.MoveAddress(ctx, actor.Person, t.ID, about(mail.Moved, p)))
}

// self asks for a signed-in person, who is no token.
func (a Actor) self() error {
	if a.Person == "" || a.Token != "" {
		return fault.New(fault.Unauthenticated, "access.nobody", nil)
	}
	return nil
}

// selfFresh is self for what would let somebody else into the account.
func (a Actor) selfFresh(now time.Time) error {
	if err := a.self(); err != nil {
		return err
	}
	if !a.Fresh(now) {
		return ErrStale
	}
	return nil
}

func letter(k mail.Kind, to, lang string) mail.Letter {
	return mail.Letter{Kind: k, To: to, Lang: lang, Args: map[string]string{}}
}

// about is a letter to a person about their own account.
func about(k mail.Kind, p Person) mail.Letter {
	l := letter(k, p.Email, p.Lang)
	l.Person = string(p.ID)
	return l
}

// ticketLetter is the letter that carries a link.
func ticketLetter(k mail.Kind, t Ticket) mail.Letter {
	l := letter(k, t.Email, t.Lang)
	l.Body, l.Purpose, l.Ticket, l.Until = string(t.Body), string(t.Purpose), string(t.ID), t.Expires
	l.Person = string(t.Person)
	return l
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
