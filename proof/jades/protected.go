package jades

import (
	"bytes"
	"crypto"
	_ "crypto/sha512" // digests of certificate references
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
)

// critical are the members that crit may list: those that parseProtected
// really processes. known are guarded against variants in case.
var (
	critical = []string{"sigT", "iat", "adoTst", "x5t#o", "sigX5ts"}
	known    = []string{"sigD", "sigPId", "sigPl", "srCms", "srAts", "etsiU"}
)

// parseProtected reads the protected header of f, which already knows its
// serialisation.
func (f *File) parseProtected(text string) (unencoded bool, err error) {
	raw, err := jose.DecodeBase64URL(text)
	if err != nil {
		return false, malformed("proof.malformed.base64", fmt.Errorf("reading protected header: %w", err))
	}
	types := []string{typeJSON, typeCompact, ""}
	h, err := jose.ParseHeader(raw, jose.Policy{
		Types: types, Critical: critical, Known: known,
		Unencoded: f.Serialization != Compact, KeyID: isIssuerSerial,
	})
	if err != nil {
		return false, err
	}
	f.Algorithm, f.Type, f.ContentType = h.Algorithm, h.Type, h.ContentType

	if _, ok := h.Member("sigD"); ok { // ETSI TS 119 182-1, 5.2.8
		return false, badHeader("proof.header.detached", errors.New("sigD: the content is not in the file"))
	}
	if _, ok := h.Member("etsiU"); ok { // 5.3.1: unprotected only
		return false, badHeader("proof.header.etsiu", errors.New("etsiU in the protected header"))
	}
	if err := f.readTime(h); err != nil {
		return false, err
	}
	if err := f.readCertificates(h); err != nil {
		return false, err
	}
	if raw, ok := h.Member("adoTst"); ok {
		// What it stamps is known only with the payload: see parse.
		if f.contentTokens, err = tokens(raw); err != nil {
			return false, badHeader("proof.header.adotst", err)
		}
	}
	return h.Unencoded, nil
}

// readTime reads the claimed signing time: sigT, or iat as JAdES 1.2.1 prefers
// it; where both stand they must agree.
func (f *File) readTime(h jose.Header) error {
	var times []time.Time
	if raw, ok := h.Member("sigT"); ok {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return badHeader("proof.header.sigt", errors.New("sigT is no string"))
		}
		t, err := time.Parse(timeFormat, s)
		if err != nil || t.Format(timeFormat) != s {
			return badHeader("proof.header.sigt", errors.New("sigT is no UTC time in whole seconds"))
		}
		times = append(times, t)
	}
	if raw, ok := h.Member("iat"); ok {
		var n int64
		if json.Unmarshal(raw, &n) != nil || n <= 0 || n > 253402300799 { // year 9999
			return badHeader("proof.header.sigt", errors.New("iat is no time in whole seconds"))
		}
		times = append(times, time.Unix(n, 0).UTC())
	}
	switch {
	case len(times) == 0:
		return badHeader("proof.header.sigt.missing", errors.New("neither sigT nor iat"))
	case len(times) == 2 && !times[0].Equal(times[1]):
		return badHeader("proof.header.sigt", errors.New("sigT and iat differ"))
	}
	f.SigT = times[0]
	return nil
}

// readCertificates takes the chain from x5c and holds every reference to the
// certificate against it.
func (f *File) readCertificates(h jose.Header) error {
	if len(h.Certificates) == 0 {
		return badKey("proof.key.x5c.missing", errors.New("no x5c"))
	}
	chain, err := keys.NewChain(h.Certificates)
	if err != nil {
		return jose.KeyError(err)
	}
	f.Certificates = chain.Certificates()
	if h.KeyID != "" {
		if err := matchesIssuerSerial(h.KeyID, chain.Leaf); err != nil {
			return badKey("proof.key.kid.other", err)
		}
	}
	if raw, ok := h.Member("x5t#o"); ok {
		if err := matchesDigest(raw, chain.Leaf); err != nil {
			return badKey("proof.key.x5t", fmt.Errorf("x5t#o: %w", err))
		}
	}
	if raw, ok := h.Member("sigX5ts"); ok { // 5.2.2: the first one is the signer's
		var refs []json.RawMessage
		if json.Unmarshal(raw, &refs) != nil || len(refs) == 0 {
			return badKey("proof.key.x5t", errors.New("sigX5ts is no list or empty"))
		}
		if err := matchesDigest(refs[0], chain.Leaf); err != nil {
			return badKey("proof.key.x5t", fmt.Errorf("sigX5ts: %w", err))
		}
	}
	return nil
}

// matchesDigest holds a reference of the form {digAlg, digVal} against a
// certificate.
func matchesDigest(raw json.RawMessage, cert *x509.Certificate) error {
	var ref struct {
		Algorithm string `json:"digAlg"`
		Value     string `json:"digVal"`
	}
	if err := strictjson.Decode(raw, &ref, strictjson.DisallowUnknown()); err != nil {
		return err
	}
	hash, ok := map[string]crypto.Hash{"S256": crypto.SHA256, "S384": crypto.SHA384, "S512": crypto.SHA512}[ref.Algorithm]
	if !ok {
		return errors.New("digest algorithm is not accepted")
	}
	digest, err := jose.DecodeBase64URL(ref.Value)
	if err != nil {
		return err
	}
	d := hash.New()
	d.Write(cert.Raw)
	if !bytes.Equal(d.Sum(nil), digest) {
		return errors.New("digest of another certificate")
	}
	return nil
}

// issuerAndSerial is IssuerSerial of RFC 5035, 5, with one directory name.
type issuerAndSerial struct {
	Issuer []asn1.RawValue
	Serial *big.Int
}

// issuerSerial is what kid holds in JAdES (ETSI TS 119 182-1, 5.1.4).
func issuerSerial(c *x509.Certificate) ([]byte, error) {
	der, err := asn1.Marshal(issuerAndSerial{
		Issuer: []asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 4, IsCompound: true, Bytes: c.RawIssuer}},
		Serial: c.SerialNumber,
	})
	if err != nil {
		return nil, fmt.Errorf("writing issuer and serial number: %w", err)
	}
	return der, nil
}

func parseIssuerSerial(kid string) (issuerAndSerial, error) {
	var is issuerAndSerial
	der, err := jose.DecodeBase64(kid)
	if err != nil {
		return is, fmt.Errorf("kid: %w", err)
	}
	rest, err := asn1.Unmarshal(der, &is)
	if err != nil || len(rest) > 0 || len(is.Issuer) != 1 || is.Issuer[0].Tag != 4 || is.Issuer[0].Class != asn1.ClassContextSpecific {
		return is, errors.New("kid does not hold one issuer and serial number")
	}
	return is, nil
}

// isIssuerSerial judges kid before the certificate is known.
func isIssuerSerial(kid string) error {
	_, err := parseIssuerSerial(kid)
	return err
}

func matchesIssuerSerial(kid string, c *x509.Certificate) error {
	is, err := parseIssuerSerial(kid)
	if err != nil {
		return err
	}
	if !bytes.Equal(is.Issuer[0].Bytes, c.RawIssuer) || is.Serial.Cmp(c.SerialNumber) != 0 {
		return errors.New("kid names another certificate")
	}
	return nil
}
