package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// WaitFor is how long somebody without a recovery code waits. Meanwhile whoever
// is signed in to the account sees it, and anybody who can still sign in, or
// reads the letter, stops it.
const WaitFor = 72 * time.Hour

// codes is how many recovery codes there are at a time.
const codes = 10

// A Code is a recovery code as it is kept. A code has 80 random bits, so that a
// plain digest with a salt cannot be searched.
type Code struct {
	ID     string
	Salt   string
	Digest string
}

// encoding is that of codes: no letter in it looks like a digit.
var encoding = base32.NewEncoding("abcdefghjkmnpqrstvwxyz0123456789").WithPadding(base32.NoPadding)

// newCode makes a code: 16 letters and digits in four groups.
func newCode() (string, Code) {
	var random [10]byte
	rand.Read(random[:]) // never fails: see crypto/rand
	text := encoding.EncodeToString(random[:])
	salt := rand.Text()
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:],
		Code{ID: uuid.NewString(), Salt: salt, Digest: digestCode(salt, text)}
}

// plainCode takes away what people add to a code when they write it down.
func plainCode(s string) string {
	s = strings.ToLower(s)
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'o':
			return '0'
		case r == 'i' || r == 'l':
			return '1'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, s[:min(len(s), 100)])
}

func digestCode(salt, plain string) string {
	sum := sha256.Sum256([]byte("probatum recovery v1\x00" + salt + "\x00" + plain))
	return hex.EncodeToString(sum[:])
}

type recoveryStore interface {
	// SendRecovery keeps a ticket to recover the account of an address and the
	// letter that carries it. Where no account has the address, the ticket is
	// ended from the beginning and the other letter is kept, once a day; the work is
	// the same. Where an address has had enough of them for now, nothing is kept.
	SendRecovery(ctx context.Context, t Ticket, l, unknown mail.Letter) error

	// KeepCodes takes the place of all codes of a person.
	KeepCodes(ctx context.Context, id PersonID, c []Code) error

	// Codes gives those that were not used.
	Codes(ctx context.Context, id PersonID) ([]Code, error)

	// Wait makes an open ticket to recover one that opens nothing before a time,
	// keeps the ticket that stops it and the letter that carries that. A person with
	// a powerful role is Forbidden.
	Wait(ctx context.Context, t TicketID, from, expires time.Time, stop Ticket, l mail.Letter) error

	// StopRecovery ends the open tickets to recover an account, and those to stop
	// that.
	StopRecovery(ctx context.Context, id PersonID) error

	// Help keeps a ticket by which a person comes back at once, and its letter.
	// Somebody who has no part in body is NotFound; one with a powerful role
	// in another body, which its own administrators or the console must help, is
	// Forbidden. An empty body is the console.
	Help(ctx context.Context, b BodyID, t Ticket, letter func(Person, Ticket) mail.Letter) error

	// Recover gives an account a new login, takes away all that let somebody in
	// before (logins, sessions, codes, the person's tokens, other links), and uses
	// up the code, if there is one, and the ticket last. A ticket that
	// needs a code, or has to wait, is not open without. A person with a powerful
	// role who waited is Forbidden.
	Recover(ctx context.Context, t TicketID, code string, l Login, tell func(Person) mail.Letter) (Person, error)
}

// NewCodes makes ten new recovery codes, which are shown once, and ends those
// that there were.
func (a *Accounts) NewCodes(ctx context.Context, actor Actor) ([]string, error) {
	if err := actor.selfFresh(a.now()); err != nil {
		return nil, err
	}
	texts, kept := make([]string, codes), make([]Code, codes)
	for i := range kept {
		texts[i], kept[i] = newCode()
	}
	if err := a.Store.KeepCodes(ctx, actor.Person, kept); err != nil {
		return nil, wrap("making recovery codes", err)
	}
	return texts, nil
}

// CodesLeft counts the recovery codes that were not used.
func (a *Accounts) CodesLeft(ctx context.Context, actor Actor) (int, error) {
	if err := actor.self(); err != nil {
		return 0, err
	}
	left, err := a.Store.Codes(ctx, actor.Person)
	return len(left), wrap("counting recovery codes", err)
}

// AskRecovery sends a link to the address of an account. An address that has
// none gets a letter that says so. The answer, and the work, is the same.
func (a *Accounts) AskRecovery(ctx context.Context, email, language string) error {
	to, err := ParseEmail(email)
	if err != nil {
		return err
	}
	now := a.now()
	t := Ticket{
		ID: NewTicketID(), Purpose: Recover, Email: to, Lang: lang(language),
		Created: now, Expires: now.Add(RecoverFor),
	}
	unknown := letter(mail.Unknown, to, t.Lang)
	return wrap("asking for recovery", a.Store.SendRecovery(ctx, t, recoverLetter(t, now), unknown))
}

func recoverLetter(t Ticket, from time.Time) mail.Letter {
	l := ticketLetter(mail.Recover, t)
	l.Args["FromTime"] = from.UTC().Format(time.RFC3339)
	return l
}

// A Way is how a link for recovery may be used now.
type Way int

// The ways.
const (
	ByCode   Way = iota // with a recovery code, or by waiting
	OnlyCode            // with a recovery code; or an administrator helps
	AtOnce              // it has waited, or an administrator helped
)

// RecoveryWay looks at a link for recovery and tells how it may be used. One
// that is waiting is a Conflict that tells until when; a code ends the wait.
func (a *Accounts) RecoveryWay(ctx context.Context, secret string) (Way, Ticket, error) {
	t, err := a.ticket(ctx, Recover, secret)
	if err != nil {
		return 0, Ticket{}, err
	}
	now := a.now()
	if err := t.shut(now); err != nil {
		return 0, t, err
	}
	if t.By != "" || !t.From.IsZero() {
		return AtOnce, t, nil
	}
	_, members, err := a.Store.Acting(ctx, t.Person, now)
	if err != nil {
		return 0, Ticket{}, wrap("reading an account to recover", err)
	}
	for _, m := range members {
		if m.Role.Powerful() {
			return OnlyCode, t, nil
		}
	}
	return ByCode, t, nil
}

// ProveCode looks for a recovery code of the account of a link, and gives its
// id, which Recover uses up. A wrong one is Forbidden.
func (a *Accounts) ProveCode(ctx context.Context, secret, code string) (id string, err error) {
	t, err := a.ticket(ctx, Recover, secret)
	if err != nil {
		return "", err
	}
	t.From = time.Time{} // whoever waits may find a code
	if err := t.shut(a.now()); err != nil {
		return "", err
	}
	kept, err := a.Store.Codes(ctx, t.Person)
	if err != nil {
		return "", wrap("reading recovery codes", err)
	}
	plain := plainCode(code)
	for _, c := range kept {
		if subtle.ConstantTimeCompare([]byte(digestCode(c.Salt, plain)), []byte(c.Digest)) == 1 {
			id = c.ID
		}
	}
	if id == "" {
		return "", fault.New(fault.Forbidden, "access.code.wrong", nil)
	}
	return id, nil
}

// StartWaiting begins the waiting time of a link for recovery, and tells the
// person how to stop it. The same link then opens the account.
func (a *Accounts) StartWaiting(ctx context.Context, secret string) (from time.Time, err error) {
	way, t, err := a.RecoveryWay(ctx, secret)
	switch {
	case err != nil:
		return time.Time{}, err
	case way == OnlyCode:
		return time.Time{}, fault.New(fault.Forbidden, "access.recover.power", nil)
	case way == AtOnce:
		return a.now(), nil
	}
	p, err := a.Store.PersonByID(ctx, t.Person)
	if err != nil {
		return time.Time{}, wrap("beginning to wait", err)
	}
	now := a.now()
	from = now.Add(WaitFor)
	stop := Ticket{
		ID: NewTicketID(), Purpose: Stop, Email: p.Email, Person: p.ID, Lang: p.Lang,
		Created: now, Expires: from.Add(ReadyFor),
	}
	tell := ticketLetter(mail.Recovering, stop)
	tell.Args["FromTime"] = from.Format(time.RFC3339)
	return from, wrap("beginning to wait", a.Store.Wait(ctx, t.ID, from, from.Add(ReadyFor), stop, tell))
}

// StopRecovery ends a recovery that runs, for the person who is signed in.
func (a *Accounts) StopRecovery(ctx context.Context, actor Actor) error {
	if err := actor.self(); err != nil {
		return err
	}
	return wrap("stopping a recovery", a.Store.StopRecovery(ctx, actor.Person))
}

// StopRecoveryByLink ends a recovery by the link in the letter that told of it.
func (a *Accounts) StopRecoveryByLink(ctx context.Context, secret string) error {
	t, err := a.Ticket(ctx, Stop, secret)
	if err != nil {
		return err
	}
	return wrap("stopping a recovery", a.Store.StopRecovery(ctx, t.Person))
}

// HelpRecovery sends a member of a body a link by which they come back at once.
// Only another person than they may do so, and nobody for somebody who has a
// powerful role in another body.
func (a *Accounts) HelpRecovery(ctx context.Context, actor Actor, b BodyID, id PersonID) error {
	now := a.now()
	if err := actor.MayGive(ManageStaff, b, now); err != nil {
		return err
	}
	if actor.Person == id {
		return fault.New(fault.Forbidden, "access.recover.self", nil)
	}
	return wrap("helping to recover", a.Store.Help(ctx, b, helpTicket(id, actor.By(), now), helpLetter))
}

func helpTicket(id PersonID, by string, now time.Time) Ticket {
	return Ticket{
		ID: NewTicketID(), Purpose: Recover, Person: id, By: by,
		Created: now, Expires: now.Add(HelpFor),
	}
}

func helpLetter(_ Person, t Ticket) mail.Letter { return recoverLetter(t, t.Created) }

// Recover gives the account of a link a new login, and takes away all that let
// somebody in before. code is what ProveCode gave, or empty.
func (a *Accounts) Recover(ctx context.Context, secret, code string, l Login) (Person, error) {
	id, err := a.Links.Parse(Recover, secret)
	if err != nil {
		return Person{}, err
	}
	if err := l.check(); err != nil {
		return Person{}, err
	}
	p, err := a.Store.Recover(ctx, id, code, l, func(p Person) mail.Letter { return about(mail.Recovered, p) })
	return p, wrap("recovering an account", err)
}
