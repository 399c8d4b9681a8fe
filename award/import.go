package award

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/fault"
)

// MaxResult is how many bytes the file of a Result may have.
const MaxResult = 2 << 20

// Import keeps the Result in a file as an Award that waits to be sealed. The file
// is read strictly and must name this very body: the error is a fault.List with
// all faults, each with its place. The same Result again gives the same Award,
// with fresh false; another one under the id of a kept one is a Conflict.
func (d *Desk) Import(ctx context.Context, a access.Actor, body access.BodyID, data []byte) (kept Award, fresh bool, err error) {
	if err := d.may(a, access.ImportResults, body); err != nil {
		return Award{}, false, err
	}
	if len(data) > MaxResult {
		return Award{}, false, fault.New(fault.TooLarge, "award.file.big", nil).With("Max", MaxResult>>20)
	}
	r, err := assessment.ParseResult(data, d.c.Now())
	if err != nil {
		return Award{}, false, err
	}
	original, err := writeDocument(r)
	if err != nil {
		return Award{}, false, err
	}
	if err := d.own(ctx, body, &r); err != nil {
		return Award{}, false, err
	}
	doc, err := writeDocument(r)
	if err != nil {
		return Award{}, false, err
	}
	kept, fresh, err = d.c.Store.ImportAward(ctx, Award{
		ID: r.ID, Body: body, Document: doc, Digest: digestOf(doc), Original: digestOf(original),
		Summary: summaryOf(r), ImportedAt: d.now(), ImportedBy: a.By(), State: Waiting,
	})
	if err == nil {
		kept, err = d.shown(ctx, kept)
	}
	return kept, fresh, err
}

// own refuses a Result of another body. What this one says of itself comes from
// its profile, whatever the file says beyond its name and identifier.
func (d *Desk) own(ctx context.Context, body access.BodyID, r *assessment.Result) error {
	p, err := d.c.Issuers.Profile(ctx, body)
	if err != nil {
		return err
	}
	if faults := p.Check(); len(faults) > 0 {
		return fault.New(fault.Conflict, "award.body.unready", faults)
	}
	if err := p.Fits(r.Body).Err(); err != nil {
		return err
	}
	r.Body = p.Assessment()
	r.Decision.Imported = true // the rules ask for it already
	return r.Check(d.c.Now())
}

// Example gives the file of an invented Result of this body, to be filled with a
// real one: who was assessed, how, and what was decided. It would be accepted as
// it is, and what it certifies says that it is an example.
func (d *Desk) Example(ctx context.Context, a access.Actor, body access.BodyID) ([]byte, error) {
	if err := d.may(a, access.ReadResults, body); err != nil {
		return nil, err
	}
	now := d.c.Now()
	r := assessment.SampleResult("lighting", now)
	r.ID = assessment.ResultID(uuid.NewString())
	r.CertificateNumber = fmt.Sprintf("EXAMPLE-%d-%s", now.UTC().Year(), r.ID[:4])
	r.Candidate = assessment.Candidate{ID: "candidate-example", GivenName: "Erika", FamilyName: "Example", DateOfBirth: assessment.DateOf(now).AddYears(-27)}
	r.Assessors[0].Name, r.Assessors[0].Certificate = "First Assessor (example)", ""
	r.Assessors[1].Name, r.Assessors[1].Certificate = "Second Assessor (example)", ""
	r.Decision.Officer = assessment.Officer{ID: "officer-example", Name: "Officer (example)"}
	p, err := d.c.Issuers.Profile(ctx, body)
	if err != nil {
		return nil, err
	}
	if faults := p.Check(); len(faults) > 0 {
		return nil, fault.New(fault.Conflict, "award.body.unready", faults)
	}
	r.Body, r.Languages = p.Assessment(), p.Languages
	if p.Country != "DE" { // the level that the sample names is Germany's
		r.Level.National = nil
	}
	return r.JSON()
}

// Discard forgets an Award of which nothing was sealed, so that its Result can be
// imported again as it should be. Where sealing has begun, it is a Conflict while
// somebody is at work on it, and for good once a form is settled.
func (d *Desk) Discard(ctx context.Context, a access.Actor, body access.BodyID, id assessment.ResultID) error {
	if err := d.may(a, access.ImportResults, body); err != nil {
		return err
	}
	return d.c.Store.DiscardAward(ctx, body, id)
}

// writeDocument writes a Result as it is kept. readDocument reads it again.
func writeDocument(r assessment.Result) ([]byte, error) {
	doc, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("writing result %s: %w", r.ID, err)
	}
	return doc, nil
}

func readDocument(doc []byte) (assessment.Result, error) {
	if len(doc) == 0 {
		return assessment.Result{}, errors.New("reading a result: no document")
	}
	var r assessment.Result
	if err := json.Unmarshal(doc, &r); err != nil {
		return assessment.Result{}, fmt.Errorf("reading a kept result: %w", err)
	}
	return r, nil
}

// digestOf is the SHA-256 of a document, as it is kept.
func digestOf(doc []byte) string {
	sum := sha256.Sum256(doc)
	return hex.EncodeToString(sum[:])
}
