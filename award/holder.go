package award

import (
	"context"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
)

// A HolderStore keeps what people have of their credentials. A person's credential is
// named by Award.HeldAs.
type HolderStore interface {
	// HeldAwards gives the sealed Awards in the account of a person, those taken
	// last first; HeldAward one of them.
	HeldAwards(ctx context.Context, person access.PersonID) ([]Award, error)
	HeldAward(ctx context.Context, person access.PersonID, id assessment.ResultID) (Award, error)

	// ClaimTicket gives the ticket and the Award that it is for. A ticket that
	// opens nothing, for whatever reason, is NotFound.
	ClaimTicket(ctx context.Context, id access.TicketID) (access.Ticket, Award, error)

	// ClaimedBy names the Award of a claim ticket, open or not, that is in the account
	// of a person by Award.HeldAs; elsewhere it is NotFound.
	ClaimedBy(ctx context.Context, id access.TicketID, person access.PersonID) (assessment.ResultID, error)

	// ClaimAward uses a ticket up and puts its Award into the account of a
	// person, both or neither. A ticket that opens nothing is NotFound; an Award
	// that is in an account is a Conflict. It gives Award.HeldAs.
	ClaimAward(ctx context.Context, id access.TicketID, person access.PersonID) (assessment.ResultID, error)

	// Links gives the links of an Award, the printed one first, then the newest
	// first, each with what was looked at.
	Links(ctx context.Context, r Ref) ([]KeptLink, error)

	// PrintedLink gives the token of the link on the certificates of an Award.
	PrintedLink(ctx context.Context, r Ref) (token string, err error)

	// MakeLink makes a link that ends. More than MaxLinks open ones are a
	// Conflict.
	MakeLink(ctx context.Context, person access.PersonID, id assessment.ResultID, closes time.Time, note string) (KeptLink, error)

	// EndLink closes a link of an Award for good, but not the printed one, which
	// is a Conflict. SwitchPrinted takes the printed one away and back.
	EndLink(ctx context.Context, person access.PersonID, id assessment.ResultID, link string) error
	SwitchPrinted(ctx context.Context, person access.PersonID, id assessment.ResultID, on bool) error

	// AddLooks adds to how often links were looked at. A token that is not known
	// is passed over.
	AddLooks(ctx context.Context, looks []TokenLooks) error
}

// A Credential is a sealed Award as its holder sees it.
type Credential struct {
	ID           assessment.ResultID
	Body         access.BodyID
	BodyName     assessment.Text // as it stands in the credential
	BodyEmail    string          // to ask it something, as the next; either may be empty
	BodyHomepage string
	Title        assessment.Text // of the unit
	Unit         string          // its id
	Number       string
	Name         string // of the holder, as it stands in the credential
	Awarded      time.Time
	Until        time.Time // zero: no end
	State        status.State
	Changed      time.Time     // when State last changed; zero: never
	Reason       issuer.Reason // why
	Languages    []string
	Files        []FileInfo
	Evidence     *assessment.Evidence // that was assessed; nil where the credential names none
	Claimed      time.Time
}

// Mine gives the credentials in the Actor's account, those taken last first.
func (d *Desk) Mine(ctx context.Context, a access.Actor) ([]Credential, error) {
	if err := a.Myself(access.ScopeMine); err != nil {
		return nil, err
	}
	awards, err := d.c.Store.HeldAwards(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	all := make([]Credential, len(awards))
	for i, aw := range awards {
		if all[i], err = d.credential(ctx, aw); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// MyCredential gives one credential in the Actor's account.
func (d *Desk) MyCredential(ctx context.Context, a access.Actor, id assessment.ResultID) (Credential, error) {
	aw, err := d.mine(ctx, a, access.ScopeMine, id)
	if err != nil {
		return Credential{}, err
	}
	return d.credential(ctx, aw)
}

// MyFile gives a file of a credential in the Actor's account, by its Kind.
func (d *Desk) MyFile(ctx context.Context, a access.Actor, id assessment.ResultID, kind string) (File, error) {
	aw, err := d.mine(ctx, a, access.ScopeMine, id)
	if err != nil {
		return File{}, err
	}
	return d.file(ctx, aw, kind)
}

// mine finds an Award in the Actor's account.
func (d *Desk) mine(ctx context.Context, a access.Actor, s access.Scope, id assessment.ResultID) (Award, error) {
	if err := a.Myself(s); err != nil {
		return Award{}, err
	}
	return d.c.Store.HeldAward(ctx, a.Person, id)
}

func (d *Desk) credential(ctx context.Context, aw Award) (Credential, error) {
	r, err := aw.Result()
	if err != nil {
		return Credential{}, err
	}
	copies, err := d.c.Store.Copies(ctx, aw.Ref())
	if err != nil {
		return Credential{}, err
	}
	c := Credential{
		ID: aw.HeldAs, Body: aw.Body, BodyName: r.Body.LegalName, BodyEmail: r.Body.Email, BodyHomepage: r.Body.Homepage, Title: r.Unit.Title, Unit: r.Unit.ID,
		Number: r.CertificateNumber, Name: r.Candidate.Name(), Awarded: r.Decision.Date.Time(), Until: r.Validity.Until.End(),
		State: aw.Standing, Languages: r.Languages, Files: fileInfos(r.Languages, copies), Evidence: evidenceOf(r), Claimed: aw.ClaimedAt,
	}
	changes, err := d.c.Store.Changes(ctx, aw.Draft)
	if err != nil {
		return Credential{}, err
	}
	if n := len(changes); n > 0 {
		c.Changed, c.Reason = changes[n-1].At, changes[n-1].Reason
	}
	return c, nil
}

// A Claimable is what a claim link is for.
type Claimable struct {
	BodyName assessment.Text
	Title    assessment.Text
	Name     string // of the holder, as it stands in the credential
	State    status.State
	Until    time.Time
}

// Claimable tells what a claim link is for and uses nothing up. Links that were
// used, that ended, and that never were answer alike.
func (d *Desk) Claimable(ctx context.Context, secret string) (Claimable, error) {
	id, err := d.c.Links.Parse(access.Claim, secret)
	if err != nil {
		return Claimable{}, noClaim(err)
	}
	t, aw, err := d.c.Store.ClaimTicket(ctx, id)
	if err != nil {
		return Claimable{}, noClaim(err)
	}
	r, err := aw.Result()
	if err != nil {
		return Claimable{}, err
	}
	return Claimable{BodyName: r.Body.LegalName, Title: r.Unit.Title, Name: r.Candidate.Name(), State: aw.Standing, Until: t.Expires}, nil
}

// noClaim says of a claim link that opens nothing what its reader can do, whatever the
// reason is.
func noClaim(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return fault.New(fault.NotFound, "award.claim.none", err)
	}
	return err
}

// Claimed names the credential in the Actor's account that a claim link is for, also
// where the link opens nothing any more. What is in another account, or in none, is
// NotFound.
func (d *Desk) Claimed(ctx context.Context, a access.Actor, secret string) (assessment.ResultID, error) {
	if err := a.Myself(access.ScopeMine); err != nil {
		return "", err
	}
	id, err := d.c.Links.Parse(access.Claim, secret)
	if err != nil {
		return "", noClaim(err)
	}
	held, err := d.c.Store.ClaimedBy(ctx, id, a.Person)
	return held, noClaim(err)
}

// Claim takes the credential of a claim link into the Actor's account, once.
func (d *Desk) Claim(ctx context.Context, a access.Actor, secret string) (assessment.ResultID, error) {
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return "", err
	}
	if a.Token != "" { // a link in a letter is for whoever reads the letter
		return "", fault.New(fault.Forbidden, "access.token.never", nil)
	}
	id, err := d.c.Links.Parse(access.Claim, secret)
	if err != nil {
		return "", noClaim(err)
	}
	claimed, err := d.c.Store.ClaimAward(ctx, id, a.Person)
	return claimed, noClaim(err)
}
