package timestamp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // ESSCertID of RFC 2634 has no other digest; see checkBinding
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

var (
	oidSigningCertificate   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	oidSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	oidExtKeyUsage          = asn1.ObjectIdentifier{2, 5, 29, 37}
)

// VerifySignature says whether the token holds together: the signature fits
// the content and the authority's certificate, the signed attributes name both
// (RFC 5652, 11; RFC 5816), and the certificate is for time-stamping and
// nothing else (RFC 3161, 2.3). It does not say that the authority is trusted
// or that its certificate was valid at GenTime.
func (t *Token) VerifySignature() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("verifying time-stamp token: library gave up")
		}
	}()
	signer := t.p7.Signers[0]
	if _, err := hashOf(signer.DigestAlgorithm); err != nil {
		return fmt.Errorf("verifying time-stamp token: %w", err)
	}
	if n := len(signer.AuthenticatedAttributes); n > maxAttributes {
		return fmt.Errorf("verifying time-stamp token: %d signed attributes", n)
	}
	seen := make([]string, 0, len(signer.AuthenticatedAttributes))
	for _, a := range signer.AuthenticatedAttributes {
		id := a.Type.String()
		if slices.Contains(seen, id) { // RFC 5652, 5.3: only one instance of each
			return fmt.Errorf("verifying time-stamp token: attribute %s is given twice", id)
		}
		seen = append(seen, id)
	}
	var contentType asn1.ObjectIdentifier
	if err := t.attribute(oidContentType, &contentType); err != nil || !contentType.Equal(oidTSTInfo) {
		return errors.New("verifying time-stamp token: signed content type is no time-stamp info")
	}
	if err := t.checkBinding(); err != nil {
		return fmt.Errorf("verifying time-stamp token: %w", err)
	}
	if err := checkPurpose(t.Authority); err != nil {
		return fmt.Errorf("verifying time-stamp token: %w", err)
	}
	if err := checkKey(t.Authority); err != nil {
		return fmt.Errorf("verifying time-stamp token: %w", err)
	}
	// The library would judge the certificate at the signingTime attribute,
	// which is a mere claim. Its validity is judged at GenTime, by whoever builds
	// the chain; here it gets a copy that is valid for ever.
	timeless := *t.Authority
	timeless.NotBefore, timeless.NotAfter = time.Time{}, time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	p7 := *t.p7
	p7.Certificates = []*x509.Certificate{&timeless}
	if err := p7.Verify(); err != nil {
		return fmt.Errorf("verifying time-stamp token: %w", err)
	}
	return nil
}

// essCertID is RFC 5035, 4 in both versions: the first has no Hash.
type essCertID struct {
	Hash         pkix.AlgorithmIdentifier `asn1:"optional"`
	Digest       []byte
	IssuerSerial struct {
		Issuer asn1.RawValue // GeneralNames
		Serial *big.Int
	} `asn1:"optional"`
}

type signingCertificate struct {
	Certs    []essCertID
	Policies asn1.RawValue `asn1:"optional"`
}

// checkBinding holds the signing certificate attribute against the
// certificate. The first certificate named there is the signer's. The first
// version of the attribute is good enough although its digest is SHA-1: the
// signature verifies under this very certificate, and another one would have
// to be a second preimage.
func (t *Token) checkBinding() error {
	var a signingCertificate
	digest := sha256Of
	if err := t.attribute(oidSigningCertificateV2, &a); err != nil {
		a = signingCertificate{}
		if t.attribute(oidSigningCertificate, &a) != nil {
			return errors.New("signed attributes do not name the certificate")
		}
		digest = sha1Of
		if len(a.Certs) > 0 && a.Certs[0].Hash.Algorithm != nil {
			return errors.New("signing certificate attribute has the wrong form")
		}
	}
	if len(a.Certs) == 0 {
		return errors.New("signed attributes do not name the certificate")
	}
	id := a.Certs[0]
	if id.Hash.Algorithm != nil {
		h, err := hashOf(id.Hash)
		if err != nil {
			return err
		}
		digest = func(b []byte) []byte { d := h.New(); d.Write(b); return d.Sum(nil) }
	}
	if !bytes.Equal(digest(t.Authority.Raw), id.Digest) {
		return errors.New("signed attributes name another certificate")
	}
	if s := id.IssuerSerial.Serial; s != nil && s.Cmp(t.Authority.SerialNumber) != 0 {
		return errors.New("signed attributes name another serial number")
	}
	return nil
}

func sha256Of(b []byte) []byte { h := hashes[0].hash.New(); h.Write(b); return h.Sum(nil) }

func sha1Of(b []byte) []byte { h := sha1.Sum(b); return h[:] } //nolint:gosec // see checkBinding

// attribute reads the one value of a signed attribute.
func (t *Token) attribute(oid asn1.ObjectIdentifier, v any) error {
	for _, a := range t.p7.Signers[0].AuthenticatedAttributes {
		if a.Type.Equal(oid) {
			return unmarshal(a.Value.Bytes, v)
		}
	}
	return errors.New("no such attribute")
}

// checkPurpose holds RFC 3161, 2.3: one extended key usage, time-stamping,
// critical.
func checkPurpose(c *x509.Certificate) error {
	if len(c.ExtKeyUsage) != 1 || c.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(c.UnknownExtKeyUsage) > 0 {
		return errors.New("certificate is not for time-stamping alone")
	}
	for _, e := range c.Extensions {
		if e.Id.Equal(oidExtKeyUsage) && e.Critical {
			return nil
		}
	}
	return errors.New("certificate does not make its purpose critical")
}

// checkKey bounds the work of a verification: a stranger chooses the key.
func checkKey(c *x509.Certificate) error {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < 2048 || bits > 8192 {
			return fmt.Errorf("RSA key of %d bits", bits)
		}
	case *ecdsa.PublicKey, ed25519.PublicKey:
	default:
		return errors.New("kind of key is not accepted")
	}
	return nil
}
