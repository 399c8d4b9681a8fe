package access

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// A Purpose is what a one-time link is for.
type Purpose string

// The purposes.
const (
	SetUp    Purpose = "setup"    // the first administrator of a server makes an account and a body
	Register Purpose = "register" // somebody makes an account of their own
	Invite   Purpose = "invite"   // somebody takes a role in a body
	Recover  Purpose = "recover"  // somebody who lost their passkeys gets a new one
	Claim    Purpose = "claim"    // a candidate takes a credential into their account
	Address  Purpose = "address"  // somebody confirms a new mail address
	Stop     Purpose = "stop"     // somebody stops a recovery that they did not ask for
)

// A TicketID names a one-time link: 128 random bits in base64url. It is no
// secret: the link also needs the key of the server.
type TicketID string

// A Ticket is a one-time link as it is kept.
type Ticket struct {
	ID      TicketID
	Purpose Purpose
	Email   string   // whom it was sent to; empty for SetUp
	Person  PersonID // whose account it is about, where it is about one
	Body    BodyID   // Invite, Claim
	Role    Role     // Invite
	Subject string   // Claim: the id of the award
	Lang    string
	By      string // who made it: an account, a token, or "console"
	Created time.Time
	Expires time.Time
	Used    time.Time // zero: not yet
	Ended   time.Time // withdrawn; zero: not
	From    time.Time // Recover: it opens nothing before
}

// Open tells whether the link still opens something.
func (t Ticket) Open(now time.Time) bool {
	return t.Used.IsZero() && t.Ended.IsZero() && now.Before(t.Expires) && !now.Before(t.From)
}

// shut tells why a link opens nothing, or nil where it does.
func (t Ticket) shut(now time.Time) error {
	switch {
	case !t.Used.IsZero():
		return fault.New(fault.Conflict, "access.link.used", nil)
	case !t.Ended.IsZero():
		return fault.New(fault.Conflict, "access.link.ended", nil)
	case !now.Before(t.Expires):
		return fault.New(fault.Conflict, "access.link.over", nil)
	case now.Before(t.From):
		return fault.New(fault.Conflict, "access.link.early", nil).With("From", t.From)
	}
	return nil
}

type ticketStore interface {
	// MakeTicket keeps a ticket that no letter carries. A body that does not
	// exist is NotFound.
	MakeTicket(ctx context.Context, t Ticket) error

	// SendTicket keeps a ticket and the letter that carries it. Where the address
	// of the ticket has an account, the ticket is ended from the beginning and
	// the other letter is kept instead; the work is the same. Where an address
	// has had enough of them for now, nothing is kept.
	SendTicket(ctx context.Context, t Ticket, l, known mail.Letter) error

	// TicketByID gives a ticket, open or not.
	TicketByID(ctx context.Context, id TicketID) (Ticket, error)
}

// A LinkKey makes and reads the secrets of one-time links. It is 32 random bytes
// in a file of the server, not in the database: neither of the two alone opens
// anything, and a mail can be sent again with the same link.
type LinkKey [32]byte

const (
	ticketIDLength = 22 // 128 bits in base64url
	ticketLength   = 44 // the id and 128 bits of its MAC
)

// NewTicketID makes the id of a one-time link.
func NewTicketID() TicketID {
	var random [16]byte
	rand.Read(random[:]) // never fails: see crypto/rand
	return TicketID(base64.RawURLEncoding.EncodeToString(random[:]))
}

// Secret is what stands in the link: the id and its MAC for the purpose, 44
// characters of base64url.
func (k LinkKey) Secret(p Purpose, id TicketID) string { return string(id) + k.mac(p, id) }

func (k LinkKey) mac(p Purpose, id TicketID) string {
	m := hmac.New(sha256.New, k[:])
	m.Write([]byte("probatum link v1\x00" + string(p) + "\x00" + string(id)))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}

// Parse reads the secret of a link for a purpose. What was not made with this
// key for this purpose is NotFound, in the same time.
func (k LinkKey) Parse(p Purpose, secret string) (TicketID, error) {
	if len(secret) != ticketLength {
		return "", fault.New(fault.NotFound, "access.link.none", nil)
	}
	id := TicketID(secret[:ticketIDLength])
	if !hmac.Equal([]byte(k.mac(p, id)), []byte(secret[ticketIDLength:])) {
		return "", fault.New(fault.NotFound, "access.link.none", nil)
	}
	return id, nil
}
