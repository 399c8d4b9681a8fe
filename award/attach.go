package award

import (
	"context"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/portfolio"
)

// An Attachment is what goes with a Result to its candidate.
type Attachment struct {
	Email string // where the claim letter goes; empty: nobody is told
	Lang  string // of the letter; empty: the first of the certificate

	// Evidence is the frozen set that the candidate handed in and that was
	// assessed; empty: none stands in the credential.
	Evidence portfolio.SetID
}

// Attach says where the claim letter of an Award goes and which frozen evidence
// was assessed, in the place of what was said before. It is for Awards that wait:
// one whose sealing has begun is a Conflict, as is one that was changed since its
// version was seen; an empty version is any.
func (d *Desk) Attach(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, seen string, at Attachment) (Award, error) {
	if err := d.may(a, access.ImportResults, body); err != nil {
		return Award{}, err
	}
	aw, err := d.c.Store.Award(ctx, body, id)
	if err != nil {
		return Award{}, err
	}
	now, err := d.shown(ctx, aw)
	if err != nil {
		return Award{}, err
	}
	if err := changeable(now, seen); err != nil {
		return Award{}, err
	}
	r, err := aw.Result()
	if err != nil {
		return Award{}, err
	}
	was := aw.Version
	if aw.Email, aw.Lang, err = addressee(at, r); err != nil {
		return Award{}, err
	}
	if at.Evidence != aw.Evidence {
		if aw.Evidence == "" && evidenceOf(r) != nil { // it came with the file
			return Award{}, fault.New(fault.Conflict, "award.evidence.own", nil)
		}
		if err := d.put(ctx, body, aw, &r, at.Evidence); err != nil {
			return Award{}, err
		}
		aw.Evidence = at.Evidence
	}
	if aw.Document, err = writeDocument(r); err != nil {
		return Award{}, err
	}
	aw.Digest = digestOf(aw.Document)
	if err := d.c.Store.AttachAward(ctx, aw, was, a.By()); err != nil {
		return Award{}, err
	}
	aw.Version = VersionOf(aw)
	return d.shown(ctx, aw)
}

// changeable refuses an Award that cannot be changed any more, or is not the one
// that was seen.
func changeable(aw Award, seen string) error {
	switch {
	case aw.State == Sealed:
		return fault.New(fault.Conflict, "award.sealed", nil)
	case aw.State == Begun:
		return fault.New(fault.Conflict, "award.begun", nil)
	case seen != "" && seen != aw.Version:
		return fault.New(fault.Conflict, "award.changed", nil)
	}
	return nil
}

// addressee reads whom the claim letter goes to.
func addressee(at Attachment, r assessment.Result) (email, lang string, err error) {
	if at.Email == "" {
		return "", "", nil
	}
	if email, err = mail.ParseAddress(at.Email); err != nil {
		return "", "", err
	}
	if at.Lang == "" && len(r.Languages) > 0 {
		at.Lang = r.Languages[0]
	}
	return email, i18n.For(at.Lang).Lang(), nil
}
