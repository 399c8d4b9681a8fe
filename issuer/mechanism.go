package issuer

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/status"
)

// A mechanism makes one form for one Issuer.
type mechanism interface {
	// input makes the exact bytes to be signed of a draft, under an id, with
	// its status entries and at a time, once they keep all rules of the form.
	input(ctx context.Context, d credential.Draft, id credential.ID, entries []status.Entry, at time.Time) ([]byte, error)

	// mayFinish holds a Reservation from before, which a crash may have
	// left, against the Issuer: the bytes are those of that id, keep the
	// rules, were made for this certificate and name its owner.
	mayFinish(ctx context.Context, r Reservation) error

	// sign makes the file of what input made.
	sign(ctx context.Context, input []byte) ([]byte, error)

	// verify checks the issuer's own output as a stranger would: it holds
	// the reserved bytes, and its signature is good under the public key.
	verify(ctx context.Context, r Reservation, file []byte) error
}

// forms says how each form is made, for a holder. It is never changed.
var forms = map[credential.Form]func(i *Issuer, h holder) (mechanism, error){
	credential.EDC:   newSeal,
	credential.VCDI:  func(i *Issuer, h holder) (mechanism, error) { return newSecured(i, vcdiForm, h) },
	credential.VCJWT: newVCJWT,
	credential.SDJWT: newSDJWT,
	credential.OB3:   func(i *Issuer, h holder) (mechanism, error) { return newSecured(i, ob3Form, h) },
}

// Forms are the forms that an Issuer can make, if its key can sign them: edc
// wants RSA or P-256, sd-jwt takes any key but one whose certificate it signed
// itself, the others P-256, P-384 or Ed25519. An RSA key can sign vc-jwt where
// the issuer has a did:web.
func Forms() []credential.Form {
	return []credential.Form{credential.EDC, credential.VCDI, credential.VCJWT, credential.SDJWT, credential.OB3}
}

func (i *Issuer) mechanism(f credential.Form, h holder) (mechanism, error) {
	newMechanism, ok := forms[f]
	if !ok {
		return nil, fmt.Errorf("form %q is not known", f)
	}
	return newMechanism(i, h)
}

// Makes tells whether the key of the Issuer can sign a form.
func (i *Issuer) Makes(f credential.Form) bool {
	_, err := i.mechanism(f, holder{})
	return err == nil
}

// checkCertificate says whether a certificate may stand behind credentials. That
// of a seal may (keys.CheckSeal). So may one whose key seals do not know but
// Data Integrity does, for the forms with such a proof.
func checkCertificate(c *x509.Certificate) error {
	err := keys.CheckSeal(c)
	if err == nil || sealKey(c) {
		return err
	}
	if _, unfit := integrity.SuiteFor(c.PublicKey); unfit != nil {
		return err
	}
	// RFC 5280, 4.2.1.3, as keys.CheckSeal asks it of seals.
	if c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return fault.New(fault.Invalid, "proof.key.usage", fmt.Errorf("key usage %#x", int(c.KeyUsage)))
	}
	return nil
}

// sealKey tells whether the key of a certificate is of a kind that seals have.
func sealKey(c *x509.Certificate) bool {
	switch k := c.PublicKey.(type) {
	case ed25519.PublicKey:
		return false
	case *ecdsa.PublicKey:
		return k.Curve != elliptic.P384()
	}
	return true
}

// checkChain says whether a chain may be issued with at a time: as keys.Chain's
// Check does, for the keys of checkCertificate.
func checkChain(c keys.Chain, at time.Time) error {
	if c.Leaf == nil || sealKey(c.Leaf) {
		return c.Check(at)
	}
	if err := checkCertificate(c.Leaf); err != nil {
		return err
	}
	if _, err := c.Owner(); err != nil {
		return err
	}
	for _, cert := range c.Certificates() {
		if err := keys.CheckTime(cert, at); err != nil {
			return err
		}
	}
	return nil
}
