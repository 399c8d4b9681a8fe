package keys

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// MaxChain bounds how many certificates a chain may have, the root included.
const MaxChain = 10

// maxPEM bounds a certificate file.
const maxPEM = 256 << 10

// A Chain is a certificate and those above it, each signed by the next. The
// root is never part of it: whoever checks must have it already.
type Chain struct {
	Leaf          *x509.Certificate
	Intermediates []*x509.Certificate
}

// ParseChain reads a chain from a PEM file, the certificate itself first, then
// the one that signed it, and so on. A root at the end is dropped. Text between
// the blocks is passed over; anything else in PEM form, above all a private
// key, is refused.
func ParseChain(data []byte) (Chain, error) {
	if len(data) > maxPEM {
		return Chain{}, refuse("proof.key.pem.large", fmt.Errorf("certificate file of %d bytes", len(data)))
	}
	begins := bytes.Count(data, []byte("-----BEGIN "))
	var certs []*x509.Certificate
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		begins--
		switch {
		case bytes.Contains([]byte(block.Type), []byte("PRIVATE KEY")):
			return Chain{}, refuse("proof.key.pem.private", errors.New("private key in a certificate file"))
		case block.Type != "CERTIFICATE":
			return Chain{}, refuse("proof.key.pem", fmt.Errorf("PEM block of type %q", block.Type))
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return Chain{}, refuse("proof.key.pem", fmt.Errorf("reading certificate %d: %w", len(certs)+1, err))
		}
		certs = append(certs, cert)
	}
	switch {
	case begins != 0: // pem.Decode passes over blocks that are broken
		return Chain{}, refuse("proof.key.pem", errors.New("a PEM block is broken"))
	case len(certs) == 0:
		return Chain{}, refuse("proof.key.pem.none", errors.New("no PEM block"))
	}
	return NewChain(certs)
}

// NewChain makes a chain from certificates in order, the leaf first, and
// refuses them unless each was signed by the next (RFC 7515, 4.1.6). Roots at
// the end are dropped; a leaf that signed itself stays.
func NewChain(certs []*x509.Certificate) (Chain, error) {
	switch {
	case len(certs) == 0:
		return Chain{}, refuse("proof.key.pem.none", errors.New("no certificate"))
	case len(certs) > MaxChain:
		return Chain{}, refuse("proof.key.chain.long", fmt.Errorf("%d certificates", len(certs))).With("Max", MaxChain)
	}
	for i, c := range certs[:len(certs)-1] {
		parent := certs[i+1]
		if !bytes.Equal(c.RawIssuer, parent.RawSubject) {
			return Chain{}, refuse("proof.key.chain.order",
				fmt.Errorf("certificate %d was not issued by the name in certificate %d", i+1, i+2))
		}
		if err := checkIssuerKey(parent); err != nil {
			return Chain{}, err
		}
		if err := c.CheckSignatureFrom(parent); err != nil {
			return Chain{}, refuse("proof.key.chain.order",
				fmt.Errorf("certificate %d was not signed by certificate %d: %w", i+1, i+2, err))
		}
	}
	n := len(certs)
	for n > 1 && selfSigned(certs[n-1]) {
		n--
	}
	return Chain{Leaf: certs[0], Intermediates: certs[1:n:n]}, nil
}

// selfSigned tells a root: it names itself as issuer and its own key made the
// signature. A cross certificate names another issuer.
func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawIssuer, c.RawSubject) && c.CheckSignatureFrom(c) == nil
}

// Certificates gives the leaf and the intermediates in order.
func (c Chain) Certificates() []*x509.Certificate {
	return append([]*x509.Certificate{c.Leaf}, c.Intermediates...)
}

// PEM writes the chain as ParseChain reads it.
func (c Chain) PEM() []byte {
	var b bytes.Buffer
	for _, cert := range c.Certificates() {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}) // a bytes.Buffer takes everything
	}
	return b.Bytes()
}

// Owner gives the owner that the leaf names.
func (c Chain) Owner() (Owner, error) { return OwnerOf(c.Leaf) }

// Algorithm gives the one algorithm that the key of the leaf signs with.
func (c Chain) Algorithm() (string, error) { return Algorithm(c.Leaf.PublicKey) }

// Check says whether the chain may be sealed with at a time: the leaf may stand
// behind a seal and names its owner, and every certificate is valid then.
func (c Chain) Check(at time.Time) error {
	if c.Leaf == nil {
		return refuse("proof.key.pem.none", errors.New("empty chain"))
	}
	if err := CheckSeal(c.Leaf); err != nil {
		return err
	}
	if _, err := c.Owner(); err != nil {
		return err
	}
	for _, cert := range c.Certificates() {
		if err := CheckTime(cert, at); err != nil {
			return err
		}
	}
	return nil
}

// checkIssuerKey bounds the work of checking one link. The keys of authorities
// may be larger and on other curves than those of seals: they are judged by
// the trust set, not by the algorithms of credentials.
func checkIssuerKey(c *x509.Certificate) error {
	if k, ok := c.PublicKey.(*rsa.PublicKey); ok {
		if _, err := Algorithm(k); err != nil {
			return err
		}
	}
	return nil
}
