package issuer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/status"
)

// A securedForm says what a form with a Data Integrity proof is.
type securedForm struct {
	form  credential.Form
	write func(d credential.Draft, id credential.ID, did string, entries ...status.Entry) ([]byte, error)

	// The others read a document without its proof.
	check func(doc []byte) error
	id    func(doc []byte) (string, error)
	owned func(i *Issuer, doc []byte, did string) bool // it names the owner of the certificate, under did
}

// A secured makes credentials with a Data Integrity proof of the suite that
// follows the key. The issuer is the DID of the identity.
type secured struct {
	securedForm
	i      *Issuer
	engine *integrity.Engine
	suite  integrity.Cryptosuite
	did    string
	method string // the verification method
}

// maxSigning is how long one step of signing may take. It is no defence, for the
// documents are our own: on a busy machine a seal may be late, but it is made.
const maxSigning = time.Minute

func newSecured(i *Issuer, f securedForm, h holder) (mechanism, error) {
	if err := h.unbound(f.form); err != nil {
		return nil, err
	}
	suite, err := integrity.SuiteFor(i.c.Key.Public())
	if err != nil {
		return nil, unfit(f.form, err)
	}
	n, err := i.identity()
	if err != nil {
		return nil, err
	}
	engine := integrity.New(integrity.Config{
		Canon:    canon.New(canon.Config{Contexts: canon.Pinned()}),
		Resolver: n,
		Now:      i.c.Now,
		MaxTime:  maxSigning,
	})
	return &secured{f, i, engine, suite, n.did, n.proof}, nil
}

// input makes the whole document with its proof options; Prepare also holds it
// to the gate that a verifier has.
func (s *secured) input(ctx context.Context, d credential.Draft, id credential.ID, entries []status.Entry, at time.Time) ([]byte, error) {
	doc, err := s.write(d, id, s.did, entries...)
	if err != nil {
		return nil, err
	}
	if err := s.check(doc); err != nil {
		return nil, err
	}
	return s.engine.Prepare(ctx, doc, integrity.ProofOptions{Cryptosuite: s.suite, VerificationMethod: s.method, Created: at})
}

func (s *secured) mayFinish(_ context.Context, r Reservation) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(r.Input, &members); err != nil {
		return fmt.Errorf("reading the bytes: %w", err)
	}
	var proof struct {
		Suite   integrity.Cryptosuite `json:"cryptosuite"`
		Method  string                `json:"verificationMethod"`
		Purpose string                `json:"proofPurpose"`
	}
	if err := json.Unmarshal(members["proof"], &proof); err != nil {
		return fmt.Errorf("reading the proof options: %w", err)
	}
	switch {
	case proof.Method != s.method:
		return otherCertificate(r)
	case proof.Suite != s.suite || proof.Purpose != integrity.AssertionMethod:
		return fmt.Errorf("the proof would be of suite %q for purpose %q", proof.Suite, proof.Purpose)
	}
	// For the rules alone: what is signed are the bytes of the Reservation.
	delete(members, "proof")
	doc, err := json.Marshal(members)
	if err != nil {
		return err
	}
	return s.holds(r, doc)
}

// holds tells whether a document without its proof is what r promises.
func (s *secured) holds(r Reservation, doc []byte) error {
	id, err := s.id(doc)
	if err != nil {
		return err
	}
	if id != string(r.ID) {
		return fmt.Errorf("the bytes are those of %q", id)
	}
	if !s.owned(s.i, doc, s.did) {
		return errOtherIssuer
	}
	return s.check(doc)
}

func (s *secured) sign(ctx context.Context, input []byte) ([]byte, error) {
	return s.engine.Sign(ctx, input, s.i.c.Key)
}

func (s *secured) verify(ctx context.Context, r Reservation, file []byte) error {
	if !addsOnlyAValue(r.Input, file) {
		return errors.New("the file holds other bytes than were reserved")
	}
	v, err := s.engine.Verify(ctx, file, integrity.VerifyOptions{Owner: s.did})
	if err != nil {
		return err
	}
	if len(v.Proofs) != 1 || v.Proofs[0].VerificationMethod != s.method || v.Proofs[0].Cryptosuite != s.suite {
		return errors.New("the file has another proof")
	}
	return s.holds(r, v.Unsecured)
}

var valueMember = regexp.MustCompile(`^(,"proofValue":"z[1-9A-HJ-NP-Za-km-z]+"|"proofValue":"z[1-9A-HJ-NP-Za-km-z]+",)$`)

// addsOnlyAValue tells whether a file is the reserved bytes with one proofValue
// put in as text.
func addsOnlyAValue(reserved, file []byte) bool {
	n := len(file) - len(reserved)
	if n <= 0 {
		return false
	}
	at := 0
	for at < len(reserved) && reserved[at] == file[at] {
		at++
	}
	// What was put in may begin as what follows it does: a few bytes back.
	for ; at >= 0; at-- {
		if !bytes.Equal(reserved[at:], file[at+n:]) {
			return false
		}
		if valueMember.Match(file[at : at+n]) {
			return true
		}
	}
	return false
}
