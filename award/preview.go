package award

import (
	"context"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
)

// Check tells whether the Result of an Award could be sealed now, by settling its
// claims as Seal does. The error is what would refuse it: a fault.List with the
// places in the Result, or a Conflict where the body cannot seal.
func (d *Desk) Check(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) error {
	return d.settle(ctx, a, body, id, func(*Sealer, *elm.Credential, string) ([]byte, error) { return blank, nil })
}

// Preview draws the certificate of an Award in one of its languages as it will be
// sealed, marked as a preview, and gives it as PNG.
func (d *Desk) Preview(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, lang string) ([]byte, error) {
	var picture []byte
	err := d.settle(ctx, a, body, id, func(s *Sealer, claims *elm.Credential, page string) ([]byte, error) {
		if page != lang {
			return blank, nil
		}
		c := s.look.draw(claims, lang)
		c.Preview = true
		var err error
		picture, err = c.QuickPNG()
		return picture, err
	})
	if err != nil {
		return nil, err
	}
	if picture == nil {
		return nil, none()
	}
	return picture, nil
}

// settle builds the Draft of an Award and throws it away.
func (d *Desk) settle(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID, draw func(*Sealer, *elm.Credential, string) ([]byte, error)) error {
	if err := d.may(a, access.ReadResults, body); err != nil {
		return err
	}
	aw, err := d.c.Store.Award(ctx, body, id)
	if err != nil {
		return err
	}
	if aw.State == Sealed {
		return fault.New(fault.Conflict, "award.sealed", nil)
	}
	r, err := assessment.ParseResult(aw.Document, d.c.Now())
	if err != nil {
		return err
	}
	s, err := d.c.Issuers.For(ctx, body)
	if err != nil {
		return err
	}
	_, err = issuer.BuildDraft(r, s.chain, d.now(), func(claims *elm.Credential, lang string) ([]byte, error) {
		return draw(s, claims, lang)
	})
	return err
}

// blank begins as a PNG file does, for a Draft that is thrown away.
var blank = []byte("\x89PNG\r\n\x1a\n")
