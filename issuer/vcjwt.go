package issuer

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
)

// A vcjwt makes credentials as JSON Web Tokens of type vc+jwt (W3C, Securing VCs
// using JOSE and COSE, 3.1.1): the document of vc-di under an id of its own,
// with no claim beside it.
type vcjwt struct {
	i      *Issuer
	name   identity
	header jose.TokenHeader
}

func newVCJWT(i *Issuer, h holder) (mechanism, error) {
	if err := h.unbound(credential.VCJWT); err != nil {
		return nil, err
	}
	pub := i.c.Key.Public()
	if _, ok := pub.(*rsa.PublicKey); ok && i.c.DID == "" {
		return nil, fault.New(fault.Invalid, "issue.form.key.did", nil).With("Form", string(credential.VCJWT))
	}
	alg, err := keys.TokenAlgorithm(pub)
	if err != nil || alg == keys.ES512 {
		return nil, unfit(credential.VCJWT, err)
	}
	n, err := i.identity()
	if err != nil {
		return nil, err
	}
	return vcjwt{i, n, jose.TokenHeader{
		Algorithm: alg, Type: "vc+jwt", ContentType: "vc", KeyID: n.token, Certificates: i.c.Chain.Certificates(),
	}}, nil
}

// input makes the signing input of the token (RFC 7515, 5.1).
func (v vcjwt) input(_ context.Context, d credential.Draft, id credential.ID, entries []status.Entry, _ time.Time) ([]byte, error) {
	doc, err := VCDI(d, id, v.name.did, entries...)
	if err != nil {
		return nil, err
	}
	if err := checkVCDI(doc); err != nil {
		return nil, err
	}
	return jose.SigningInputVC(doc, v.header)
}

func (v vcjwt) mayFinish(_ context.Context, r Reservation) error {
	// The token is complete but for the signature, and is never kept so.
	vc, err := jose.ParseVC(slices.Concat(r.Input, []byte("."+noSignature)))
	if err != nil {
		return err
	}
	return v.holds(r, vc)
}

// noSignature stands where a signature will be.
var noSignature = base64.RawURLEncoding.EncodeToString(make([]byte, 64))

// holds tells whether a token is what r promises: its header is the one that
// this certificate gives, letter for letter.
func (v vcjwt) holds(r Reservation, vc *jose.VC) error {
	if vc.KeyID != v.name.token || len(vc.Header.Certificates) == 0 || !vc.Header.Certificates[0].Equal(v.i.c.Chain.Leaf) {
		return otherCertificate(r)
	}
	input, err := jose.SigningInputVC(vc.Document, v.header)
	if err != nil {
		return err
	}
	if !bytes.Equal(input, vc.Input) {
		return errors.New("the header is another than this certificate gives")
	}
	id, err := vcdiForm.id(vc.Document)
	if err != nil {
		return err
	}
	if id != string(r.ID) {
		return fmt.Errorf("the bytes are those of %q", id)
	}
	if !vcdiForm.owned(v.i, vc.Document, v.name.did) {
		return errOtherIssuer
	}
	return checkVCDI(vc.Document)
}

func (v vcjwt) sign(_ context.Context, input []byte) ([]byte, error) {
	return jose.SignToken(v.i.c.Key, input)
}

func (v vcjwt) verify(ctx context.Context, r Reservation, file []byte) error {
	vc, err := jose.ParseVC(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(vc.Input, r.Input) {
		return errors.New("the file holds other bytes than were reserved")
	}
	document, err := v.name.Resolve(ctx, v.name.did)
	if err != nil {
		return err
	}
	method, ok := document.Method(vc.KeyID, keys.AssertionMethod)
	if !ok {
		return errors.New("the file names another key than that of the certificate")
	}
	if err := vc.Verify(method.Key); err != nil {
		return err
	}
	return v.holds(r, vc)
}
