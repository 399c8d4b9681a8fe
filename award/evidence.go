package award

import (
	"context"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
)

// Handed gives the frozen sets that candidates handed in to the body for the unit
// of an Award, and that it may use now.
func (d *Desk) Handed(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) ([]portfolio.Handed, error) {
	if err := d.may(a, access.ReadResults, body); err != nil {
		return nil, err
	}
	aw, err := d.c.Store.Award(ctx, body, id)
	if err != nil {
		return nil, err
	}
	return d.handed(ctx, body, aw)
}

func (d *Desk) handed(ctx context.Context, body access.BodyID, aw Award) ([]portfolio.Handed, error) {
	all, err := d.c.Store.Handed(ctx, body)
	if err != nil {
		return nil, err
	}
	var fit []portfolio.Handed
	for _, h := range all {
		if h.Unit == aw.Summary.Unit {
			fit = append(fit, h)
		}
	}
	return fit, nil
}

// put puts the root of a set that was handed in for the unit of an Award into its
// Result; without a set it takes away the root that stands there.
func (d *Desk) put(ctx context.Context, body access.BodyID, aw Award, r *assessment.Result, set portfolio.SetID) error {
	if set == "" {
		setEvidence(r, nil)
		return nil
	}
	all, err := d.handed(ctx, body, aw)
	if err != nil {
		return err
	}
	for _, h := range all {
		if h.Set == set {
			setEvidence(r, &assessment.Evidence{Root: h.Root, Items: h.Items})
			return nil
		}
	}
	return fault.New(fault.Conflict, "award.evidence.gone", nil)
}

// setEvidence says at the first review of a portfolio which evidence it judged,
// and nowhere else. Every Result has such a review: the rules ask for one.
func setEvidence(r *assessment.Result, e *assessment.Evidence) {
	for i := range r.Methods {
		r.Methods[i].Evidence = nil
		if r.Methods[i].Type == assessment.Portfolio {
			r.Methods[i].Evidence, e = e, nil
		}
	}
}

// evidenceOf gives what a Result says of frozen evidence; nil for nothing.
func evidenceOf(r assessment.Result) *assessment.Evidence {
	for _, m := range r.Methods {
		if m.Evidence != nil {
			return m.Evidence
		}
	}
	return nil
}
