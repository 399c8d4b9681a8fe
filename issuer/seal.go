package issuer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/status"
)

// A seal makes EDC files: ELM under a JAdES seal.
type seal struct{ i *Issuer }

func newSeal(i *Issuer, h holder) (mechanism, error) {
	if err := h.unbound(credential.EDC); err != nil {
		return nil, err
	}
	if err := keys.CheckSeal(i.c.Chain.Leaf); err != nil {
		return nil, err
	}
	return seal{i}, nil
}

func (s seal) input(_ context.Context, d credential.Draft, id credential.ID, entries []status.Entry, at time.Time) ([]byte, error) {
	payload, err := EDC(d, id, entries...)
	if err != nil {
		return nil, err
	}
	if err := checkEDC(payload); err != nil {
		return nil, err
	}
	return jades.SigningInput(payload, s.i.c.Chain, at)
}

func (s seal) mayFinish(_ context.Context, r Reservation) error {
	// The file is complete but for the signature, and is never kept so.
	file, err := jades.Assemble(r.Input, make([]byte, 64))
	if err != nil {
		return err
	}
	f, err := jades.Parse(file)
	if err != nil {
		return err
	}
	if !f.Certificates[0].Equal(s.i.c.Chain.Leaf) {
		return otherCertificate(r)
	}
	c, err := elm.Parse(f.Payload)
	if err != nil {
		return err
	}
	if c.ID != string(r.ID) {
		return fmt.Errorf("the bytes are those of %q", c.ID)
	}
	if !s.i.owns(c.Issuer, s.i.issuerID()) {
		return errOtherIssuer
	}
	return checkEDC(f.Payload)
}

var errOtherIssuer = errors.New("the bytes name another issuer than the seal certificate")

// otherCertificate refuses to finish what was reserved for another certificate.
func otherCertificate(r Reservation) error {
	return fault.New(fault.Conflict, "issue.reservation.certificate", nil).With("ID", string(r.ID))
}

func (s seal) sign(_ context.Context, input []byte) ([]byte, error) {
	signature, err := jades.Sign(input, s.i.c.Key)
	if err != nil {
		return nil, err
	}
	return jades.Assemble(input, signature)
}

func (s seal) verify(_ context.Context, r Reservation, file []byte) error {
	f, err := jades.Parse(file)
	if err != nil {
		return err
	}
	_, payload, _ := bytes.Cut(r.Input, []byte("."))
	if !bytes.Equal(f.Payload, payload) {
		return errors.New("the file holds other bytes than were reserved")
	}
	if !f.Certificates[0].Equal(s.i.c.Chain.Leaf) {
		return errors.New("the file holds another certificate")
	}
	return f.VerifySignature()
}
