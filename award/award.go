// Package award takes the results of a body from an imported file to a sealed
// credential, and gives each credential to whom it belongs: its files, how it
// stands, and the links by which others may check it.
//
// Start with New. A body calls Import, Attach, Preview and Seal, and later
// Change; a candidate calls Claim, then Mine and what is about one's own links.
// Each of them asks access first, and does nothing without its leave.
//
// It promises that
//   - a credential says what an imported Result says and nothing else: nobody
//     types claims into one;
//   - a Result is sealed once, however often and by however many that is asked
//     for at once, and goes on where a crash has stopped it;
//   - what is refused leaves everything as it was;
//   - what is another body's, or another person's, answers as what is not there.
package award

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/status"
)

// A State is how far an Award is.
type State string

// The states.
const (
	Waiting State = "waiting" // imported, and not sealed
	Begun   State = "begun"   // sealing has begun: it cannot be changed any more
	Sealed  State = "sealed"
)

// States are all states, in the order of an Award's life.
func States() []State { return []State{Waiting, Begun, Sealed} }

// An Award is a Result on its way to a credential, and then what became of it.
// Its id is that of the Result, which is the body's own: another may have the same.
type Award struct {
	ID   assessment.ResultID
	Body access.BodyID

	// Document is the Result as it will be sealed, or was, with its digest.
	// Original is the digest of the Result as it came.
	Document []byte
	Digest   string
	Original string

	// Version names all that is looked at before sealing: from a Store, what is kept
	// with the Award (see VersionOf); from a Desk, that and how its certificates look.
	Version string

	Summary Summary

	ImportedAt time.Time
	ImportedBy string

	// Email is where the claim letter goes, in the language Lang. Both are empty
	// where nobody is told, and after the candidate's account was deleted.
	Email string
	Lang  string

	// Evidence is the frozen set whose root was put into the Result here; empty
	// where none was.
	Evidence portfolio.SetID

	State    State
	SealedAt time.Time
	SealedBy string // who asked for it
	Look     []byte // how the certificates looked then, empty before
	Draft    credential.DraftID
	Standing status.State // of the credential as a whole

	Holder    access.PersonID     // whose account it is in; empty where in none
	HeldAs    assessment.ResultID // by which the holder's pages name it; mostly ID
	ClaimedAt time.Time

	// ForgottenAt is when an account was deleted that had it, or the address that its
	// letter went to; zero where there is an address again.
	ForgottenAt time.Time
}

// Ref names the Award.
func (a Award) Ref() Ref { return Ref{a.Body, a.ID} }

// VersionOf is the Version of an Award as a Store keeps it: what will be sealed and
// where the letter goes.
func VersionOf(a Award) string {
	return digestOf([]byte(strings.Join([]string{a.Digest, a.Email, a.Lang, string(a.Evidence)}, "\n")))
}

// Result reads the Result of the Award.
func (a Award) Result() (assessment.Result, error) { return readDocument(a.Document) }

// A Summary is what lists show of an Award.
type Summary struct {
	Name    string          `json:"name"`
	Unit    string          `json:"unit"` // its id
	Title   assessment.Text `json:"title"`
	Number  string          `json:"number,omitempty"`
	Decided assessment.Date `json:"decided"`
	Until   assessment.Date `json:"until,omitzero"`
}

func summaryOf(r assessment.Result) Summary {
	return Summary{
		Name: r.Candidate.Name(), Unit: r.Unit.ID, Title: r.Unit.Title, Number: r.CertificateNumber,
		Decided: r.Decision.Date, Until: r.Validity.Until,
	}
}

// A Row is an Award in a list.
type Row struct {
	ID         assessment.ResultID
	Summary    Summary
	ImportedAt time.Time
	Told       bool // there is an address for the claim letter
	State      State
	SealedAt   time.Time
	Standing   status.State
	Claimed    bool
	Forgotten  bool // see Award.ForgottenAt
}

// Row is what a list shows of the Award.
func (a Award) Row() Row {
	return Row{
		ID: a.ID, Summary: a.Summary, ImportedAt: a.ImportedAt, Told: a.Email != "", State: a.State,
		SealedAt: a.SealedAt, Standing: a.Standing, Claimed: a.Holder != "", Forgotten: !a.ForgottenAt.IsZero(),
	}
}

// A Filter picks Awards of a body, the newest first.
type Filter struct {
	States []State       // empty: all
	Before *Cursor       // those behind it; nil: from the newest on
	Limit  int           // 0: 50
	Sealed bool          // in the order of sealing, not of import
	Stand  *status.State // those that stand so; nil: all
}

// A Cursor is a place in a list.
type Cursor struct {
	At time.Time
	ID assessment.ResultID
}

// A Changed is a change of how it stands with a credential.
type Changed struct {
	To     status.State
	Reason issuer.Reason
	Note   string
	By     string
	At     time.Time
}

// A Doer is who did something, as a record names them.
type Doer struct {
	Name    string // empty where there is no such account any more
	Program bool   // it is a token, which has that name
}

// An AddressChange tells who changed where a claim letter goes. Which address it was
// is not kept: it may be that of a stranger.
type AddressChange struct {
	What AddressChanging
	At   time.Time
	By   string
	Doer // By
}

// An AddressChanging is what was done with an address.
type AddressChanging string

// What may be done with an address.
const (
	AddressSet     AddressChanging = "set"
	AddressChanged AddressChanging = "changed"
	AddressRemoved AddressChanging = "removed"
)

// Store keeps Awards. Each method is one transaction. What the body or the person
// named does not have is NotFound.
type Store interface {
	// ImportAward keeps a new Award. One that is there already of the same body,
	// with the same Original or Digest, is given as it is, with fresh false; any
	// other of that body and id is a Conflict.
	ImportAward(ctx context.Context, a Award) (kept Award, fresh bool, err error)

	Award(ctx context.Context, body access.BodyID, id assessment.ResultID) (Award, error)
	Awards(ctx context.Context, body access.BodyID, f Filter) ([]Row, error)

	// CountAwards tells how many Awards of a body wait, and since when the first.
	CountAwards(ctx context.Context, body access.BodyID) (waiting int, since time.Time, err error)

	// AttachAward keeps address, language, evidence, document, digest and
	// summary of a, if the Award still waits and is of the version was; else it
	// is a Conflict. Another address is recorded, with who changed it.
	AttachAward(ctx context.Context, a Award, was, by string) error

	// DiscardAward forgets an Award that still waits, or whose sealing was begun a
	// minute ago or longer and has come to nothing; the evidence in it is free
	// again. Else it is a Conflict.
	DiscardAward(ctx context.Context, body access.BodyID, id assessment.ResultID) error

	// BeginSeal marks that sealing has begun, by whom, if the Award is of that
	// version; else it is a Conflict. The look of its certificates is kept as it
	// is now, and the evidence in it is used up: where the candidate withdrew it
	// meanwhile, it is a Conflict. What was begun or sealed before stays as it
	// is. It gives the Award as it is then.
	BeginSeal(ctx context.Context, b Begin) (Award, error)

	// ResumeSeal marks that somebody goes on with sealing that was begun, and gives
	// the Award as it is then.
	ResumeSeal(ctx context.Context, r Ref) (Award, error)

	// EndSeal marks that everything is sealed, makes the link that is printed,
	// and keeps the claim ticket and its letter, if a ticket is given. What was
	// marked before stays as it is.
	EndSeal(ctx context.Context, body access.BodyID, id assessment.ResultID, c *ClaimLetter) (Award, error)

	// SendClaim ends the open claim tickets of an Award, keeps the new address,
	// ticket and letter. One that is in an account is a Conflict. Another address is
	// recorded, with who made the ticket.
	SendClaim(ctx context.Context, body access.BodyID, id assessment.ResultID, email, lang string, c ClaimLetter) error

	// Addresses tells who changed where the claim letter goes, the earliest first.
	Addresses(ctx context.Context, r Ref) ([]AddressChange, error)

	// Doer tells who stands in a record, as what Actor.By gives. Nobody knows one who
	// has no account any more: it has no name.
	Doer(ctx context.Context, by string) (Doer, error)

	// BegunAwards gives Awards whose sealing began before a time, has not ended
	// and does not rest now: those that were tried least often first, then the
	// oldest. RestSeal counts a try and lets the Award rest until a time.
	BegunAwards(ctx context.Context, before, now time.Time, limit int) ([]BegunRef, error)
	RestSeal(ctx context.Context, r Ref, until time.Time) error

	// Copies gives the copies that the body itself issued of an Award, without
	// their bytes; Copy gives one with them.
	Copies(ctx context.Context, r Ref) ([]CopyInfo, error)
	Copy(ctx context.Context, body string, k issuer.CopyKey) (credential.Signed, error)

	// SetState records a change of how it stands with a credential and tells its
	// holder. See issuer.StatusStore.
	SetState(ctx context.Context, body string, c issuer.Change, to status.State) (copies int, err error)

	// Changes gives what was changed of how it stands with a draft, as a whole,
	// the earliest first.
	Changes(ctx context.Context, draft credential.DraftID) ([]Changed, error)

	// Handed gives the sets that were handed in to a body and that it may use
	// now.
	Handed(ctx context.Context, body access.BodyID) ([]portfolio.Handed, error)

	// PublishingBodies gives the bodies that have status lists; DueBodies those of
	// them that have one which is to be signed at a time or before, the one that
	// has waited longest first.
	PublishingBodies(ctx context.Context) ([]access.BodyID, error)
	DueBodies(ctx context.Context, at time.Time) ([]access.BodyID, error)

	HolderStore
}

// A Begin says who begins to seal what.
type Begin struct {
	Ref
	Version string
	By      string
	Look    []byte // see Award.Look
}

// A Ref names an Award.
type Ref struct {
	Body access.BodyID
	ID   assessment.ResultID
}

// A BegunRef names an Award whose sealing has begun.
type BegunRef struct {
	Ref
	Tries int // to finish it, by ResumeAll
}

// A CopyInfo says which forms there are of a credential.
type CopyInfo struct {
	ID   credential.ID
	Form credential.Form
}

// Config says with what a Desk works. All but Log and Patience are needed.
type Config struct {
	Store     Store
	Issuers   Issuers
	Links     access.LinkKey
	PublicURL string // origin of the public pages
	Now       func() time.Time
	Log       *slog.Logger

	// Patience is how long ResumeAll and PublishAll wait for one body; 0 means
	// Patience.
	Patience time.Duration
}

// A Desk is where Awards are worked on. It is safe for concurrent use.
type Desk struct {
	c      Config
	tended tended
}

// New makes a Desk.
func New(c Config) (*Desk, error) {
	if c.Store == nil || c.Issuers == nil || c.Now == nil {
		return nil, errors.New("making a desk: store, issuers and clock are needed")
	}
	if !issuer.IsOrigin(c.PublicURL) {
		return nil, errors.New("making a desk: no public origin")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Patience = cmp.Or(c.Patience, Patience)
	return &Desk{c: c, tended: tended{atWork: map[string]bool{}, failed: map[access.BodyID]int{}}}, nil
}

func (d *Desk) now() time.Time { return d.c.Now().UTC().Truncate(time.Second) }

// may asks whether the Actor may act in the body.
func (d *Desk) may(a access.Actor, act access.Act, body access.BodyID) error {
	return a.May(act, body, d.c.Now())
}

// none is the answer for what is not there and for what is another's.
func none() error { return fault.New(fault.NotFound, "award.none", nil) }

// Awards lists Awards of a body.
func (d *Desk) Awards(ctx context.Context, a access.Actor, body access.BodyID, f Filter) ([]Row, error) {
	act := access.ReadResults
	if f.Sealed {
		act = access.ReadCredentials
	}
	if err := d.may(a, act, body); err != nil {
		return nil, err
	}
	return d.c.Store.Awards(ctx, body, f)
}

// Award gives one Award of a body.
func (d *Desk) Award(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) (Award, error) {
	if err := d.may(a, access.ReadResults, body); err != nil {
		return Award{}, err
	}
	aw, err := d.c.Store.Award(ctx, body, id)
	if err != nil {
		return Award{}, err
	}
	return d.shown(ctx, aw)
}

// Addresses tells who changed where the claim letter of an Award goes, the earliest
// first.
func (d *Desk) Addresses(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) ([]AddressChange, error) {
	if err := d.may(a, access.ReadResults, body); err != nil {
		return nil, err
	}
	return d.c.Store.Addresses(ctx, Ref{body, id})
}

// shown gives an Award the Version of what a Desk shows of it.
func (d *Desk) shown(ctx context.Context, aw Award) (Award, error) {
	look := aw.Look
	if aw.State == Waiting {
		s, err := d.c.Issuers.For(ctx, aw.Body)
		if ctx.Err() != nil {
			return Award{}, err
		}
		if err == nil { // else there are no certificates to look at, and nothing can be sealed
			if look, err = s.look.kept(); err != nil {
				return Award{}, err
			}
		}
	}
	aw.Version = aw.seen(look)
	return aw, nil
}

// seen is the Version of an Award whose certificates have a look.
func (a Award) seen(look []byte) string { return digestOf([]byte(a.Version + "\n" + string(look))) }

// A Record is a sealed credential with everything that belongs to it.
type Record struct {
	Award   Award
	Files   []FileInfo
	Printed Link      // on the certificates; how often it was looked at is its holder's alone
	Changes []Changed // of how it stands, the earliest first

	Addresses []AddressChange // the earliest first

	Doers map[string]Doer // who sealed it and changed how it stands
}

// Record gives a sealed credential of a body. What is not sealed is NotFound.
func (d *Desk) Record(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) (Record, error) {
	if err := d.may(a, access.ReadCredentials, body); err != nil {
		return Record{}, err
	}
	aw, err := d.c.Store.Award(ctx, body, id)
	if err != nil {
		return Record{}, err
	}
	if aw.State != Sealed {
		return Record{}, none()
	}
	r := Record{Award: aw}
	if r.Files, err = d.files(ctx, aw); err != nil {
		return Record{}, err
	}
	if r.Printed, err = d.printed(ctx, aw.Ref()); err != nil {
		return Record{}, err
	}
	if r.Changes, err = d.c.Store.Changes(ctx, aw.Draft); err != nil {
		return Record{}, err
	}
	r.Doers = map[string]Doer{aw.SealedBy: {}}
	for _, c := range r.Changes {
		r.Doers[c.By] = Doer{}
	}
	for by := range r.Doers {
		if r.Doers[by], err = d.c.Store.Doer(ctx, by); err != nil {
			return Record{}, err
		}
	}
	r.Addresses, err = d.c.Store.Addresses(ctx, aw.Ref())
	return r, err
}

// A Wait is what waits for somebody in one body.
type Wait struct {
	Body  access.BodyID
	Count int
	Since time.Time // of the one that has waited longest
}

// Waits tells for each body in which the Actor may seal how many results wait to
// be sealed. Bodies where none waits are left out.
func (d *Desk) Waits(ctx context.Context, a access.Actor) ([]Wait, error) {
	var all []Wait
	for _, body := range a.Bodies() {
		if !a.Can(access.SealCredentials, body, d.c.Now()) {
			continue
		}
		n, since, err := d.c.Store.CountAwards(ctx, body)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			all = append(all, Wait{Body: body, Count: n, Since: since})
		}
	}
	return all, nil
}
