package award

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/mail"
)

// ClaimFor is how long a candidate may take a credential into an account by the
// link in the claim letter.
const ClaimFor = 90 * 24 * time.Hour

// A ClaimLetter is a one-time link and the letter that it is sent with.
type ClaimLetter struct {
	Ticket access.Ticket
	Letter mail.Letter
}

// Seal makes the credential of an Award, in all forms that the key of the body can
// sign, and sends the claim letter. seen is the Version that was looked at: an
// Award that was changed since is a Conflict; an empty one is any.
//
// To seal what is sealed gives it as it is. After an error the same call may be
// made again and goes on where it stopped; what was refused before anything was
// signed has changed nothing.
func (d *Desk) Seal(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, seen string) (Award, error) {
	if err := d.may(a, access.SealCredentials, body); err != nil {
		return Award{}, err
	}
	aw, err := d.c.Store.Award(ctx, body, id)
	if err != nil {
		return Award{}, err
	}
	if aw.State == Sealed {
		return aw, nil
	}
	s, err := d.c.Issuers.For(ctx, body)
	if err != nil {
		return Award{}, err
	}
	kept := aw.Look
	if aw.State == Waiting {
		if kept, err = s.look.kept(); err != nil {
			return Award{}, err
		}
	}
	if seen != "" && seen != aw.seen(kept) {
		return Award{}, fault.New(fault.Conflict, "award.changed", nil)
	}
	switch aw.State {
	case Begun:
		return d.goOn(ctx, s, aw.Ref())
	case Waiting:
		// What can refuse does so before anything is kept.
		if err := d.sealable(s, aw); err != nil {
			return Award{}, err
		}
		if aw, err = d.c.Store.BeginSeal(ctx, Begin{Ref{body, id}, aw.Version, a.By(), kept}); err != nil {
			return Award{}, err
		}
	}
	return d.finish(ctx, s, aw)
}

// goOn makes what is not there yet of an Award whose sealing was begun before. While
// it is at work, nobody discards the Award.
func (d *Desk) goOn(ctx context.Context, s *Sealer, ref Ref) (Award, error) {
	aw, err := d.c.Store.ResumeSeal(ctx, ref)
	if err != nil {
		return Award{}, err
	}
	if s, err = s.looking(aw.Look); err != nil {
		return Award{}, err
	}
	return d.finish(ctx, s, aw)
}

// sealable tells whether a Sealer would seal an Award now. That the body seals its
// own, and that its key can make a sealed file for people, is asked before rules
// that look at the clock.
func (d *Desk) sealable(s *Sealer, aw Award) error {
	if !s.Issuer.Makes(credential.EDC) {
		return fault.New(fault.Conflict, "award.seal.key", nil)
	}
	r, err := assessment.ParseResult(aw.Document, d.c.Now())
	if err != nil {
		return err
	}
	_, err = issuer.BuildDraft(r, s.chain, d.now(), s.pictures)
	return err
}

// finish makes what is not there yet of an Award whose sealing has begun.
func (d *Desk) finish(ctx context.Context, s *Sealer, aw Award) (Award, error) {
	if aw.State == Sealed { // somebody else was quicker
		return aw, nil
	}
	r, err := aw.Result()
	if err != nil {
		return Award{}, err
	}
	for _, form := range forms(s) {
		switch _, err := d.copy(ctx, s, r, form); {
		case err == nil:
		case form != credential.EDC && fault.KindOf(err) == fault.Invalid:
			// The rules of one form are no reason to hold back the others.
			d.c.Log.ErrorContext(ctx, "a form of a credential cannot be made", "result", r.ID, "form", form, "err", err)
		default:
			return Award{}, err
		}
	}
	letter, err := d.claimLetter(aw, r)
	if err != nil {
		return Award{}, err
	}
	return d.c.Store.EndSeal(ctx, aw.Body, aw.ID, letter)
}

// forms are those that a body itself issues, bound to nobody. A copy for a wallet
// is made when the wallet shows its key.
func forms(s *Sealer) []credential.Form {
	var all []credential.Form
	for _, f := range issuer.Forms() {
		if f != credential.SDJWT && s.Issuer.Makes(f) {
			all = append(all, f)
		}
	}
	return all
}

// copy makes one form, or gives it where it is there already.
func (d *Desk) copy(ctx context.Context, s *Sealer, r assessment.Result, f credential.Form) (credential.Signed, error) {
	k := issuer.CopyKey{Form: f, Request: string(r.ID)}
	signed, err := s.Issuer.IssueAs(ctx, r, f)
	if errors.Is(err, issuer.ErrSealed) {
		return d.c.Store.Copy(ctx, r.Body.ID, k)
	}
	if err != nil {
		return credential.Signed{}, fmt.Errorf("sealing award %s as %s: %w", r.ID, f, err)
	}
	return signed, nil
}

// claimLetter makes the link by which the candidate takes the credential, and the
// letter with it; nil where there is nobody to write to.
func (d *Desk) claimLetter(aw Award, r assessment.Result) (*ClaimLetter, error) {
	if aw.Email == "" {
		return nil, nil //nolint:nilnil // no letter is no fault
	}
	now := d.now()
	t := access.Ticket{
		ID: access.NewTicketID(), Purpose: access.Claim, Email: aw.Email, Body: aw.Body, Subject: string(aw.ID),
		Lang: aw.Lang, By: aw.SealedBy, Created: now, Expires: now.Add(ClaimFor),
	}
	title, _ := r.Unit.Title.In(aw.Lang)
	return &ClaimLetter{Ticket: t, Letter: mail.Letter{
		Kind: mail.Award, To: aw.Email, Lang: aw.Lang, Body: string(aw.Body),
		Args:    map[string]string{"Title": title},
		Purpose: string(t.Purpose), Ticket: string(t.ID), Until: t.Expires,
	}}, nil
}

// SendClaim sends the claim letter of a sealed credential to an address, in the
// place of links that were sent before. It decides who receives what is sealed, and
// so asks for the same leave as sealing. One that is in an account already is a
// Conflict.
func (d *Desk) SendClaim(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, email, lang string) error {
	if err := d.may(a, access.SealCredentials, body); err != nil {
		return err
	}
	aw, err := d.c.Store.Award(ctx, body, id)
	if err != nil {
		return err
	}
	switch {
	case aw.State != Sealed:
		return fault.New(fault.Conflict, "award.unsealed", nil)
	case aw.Holder != "":
		return fault.New(fault.Conflict, "award.claimed", nil)
	}
	r, err := aw.Result()
	if err != nil {
		return err
	}
	if email == "" {
		return fault.New(fault.Invalid, "award.address.none", nil)
	}
	if aw.Email, aw.Lang, err = addressee(Attachment{Email: email, Lang: lang}, r); err != nil {
		return err
	}
	letter, err := d.claimLetter(aw, r)
	if err != nil {
		return err
	}
	letter.Ticket.By = a.By()
	return d.c.Store.SendClaim(ctx, body, id, aw.Email, aw.Lang, *letter)
}
