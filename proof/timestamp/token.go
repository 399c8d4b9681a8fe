// Package timestamp reads time-stamp tokens (RFC 3161): what was stamped, when
// and by whom, and whether the token holds together. Whether its authority is
// trusted is for package trust to say; the certificates are handed out for it.
//
// Start with Parse, then Token.Covers and Token.VerifySignature. Only DER is
// accepted, within bounds: the library underneath transforms BER recursively
// and without limits.
package timestamp

import (
	"bytes"
	"crypto"
	_ "crypto/sha256" // imprints
	_ "crypto/sha512" // imprints
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/digitorus/pkcs7"
)

// The bounds of a token.
const (
	maxToken        = 64 << 10
	maxDepth        = 24
	maxCertificates = 20
	maxAttributes   = 32
)

// A Token is a time-stamp token. Parsed is not verified: see VerifySignature.
type Token struct {
	GenTime      time.Time   // when the authority says it saw the imprint
	Hash         crypto.Hash // SHA-256, SHA-384 or SHA-512
	Imprint      []byte
	Serial       *big.Int
	Policy       string              // dotted object identifier of the authority's policy
	Authority    *x509.Certificate   // the certificate that signed the token
	Certificates []*x509.Certificate // all that the token carries, Authority among them

	p7 *pkcs7.PKCS7
}

var (
	oidTSTInfo     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	oidContentType = pkcs7.OIDAttributeContentType
)

var hashes = []struct {
	hash crypto.Hash
	oid  asn1.ObjectIdentifier
}{
	{crypto.SHA256, pkcs7.OIDDigestAlgorithmSHA256},
	{crypto.SHA384, pkcs7.OIDDigestAlgorithmSHA384},
	{crypto.SHA512, pkcs7.OIDDigestAlgorithmSHA512},
}

func hashOf(alg pkix.AlgorithmIdentifier) (crypto.Hash, error) {
	for _, h := range hashes {
		if alg.Algorithm.Equal(h.oid) {
			return h.hash, nil
		}
	}
	return 0, fmt.Errorf("digest algorithm %s is not accepted", alg.Algorithm)
}

// contentInfo and signedData are RFC 5652, 3 and 5.1, as far as they must be
// held to more than the library does.
type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"tag:0"` // explicit: its bytes are the value
}

type signedData struct {
	Version          int
	DigestAlgorithms []pkix.AlgorithmIdentifier `asn1:"set"`
	Encapsulated     struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,tag:0"`
	}
	Certificates asn1.RawValue   `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue   `asn1:"optional,tag:1"`
	SignerInfos  []asn1.RawValue `asn1:"set"`
}

// tstInfo is RFC 3161, 2.4.2.
type tstInfo struct {
	Version int
	Policy  asn1.ObjectIdentifier
	Imprint struct {
		Hash   pkix.AlgorithmIdentifier
		Digest []byte
	}
	Serial     *big.Int
	GenTime    time.Time        `asn1:"generalized"`
	Accuracy   accuracy         `asn1:"optional"`
	Ordering   bool             `asn1:"optional,default:false"`
	Nonce      *big.Int         `asn1:"optional"`
	TSA        asn1.RawValue    `asn1:"explicit,tag:0,optional"`
	Extensions []pkix.Extension `asn1:"tag:1,optional"`
}

type accuracy struct {
	Seconds int64 `asn1:"optional"`
	Millis  int64 `asn1:"optional,tag:0"`
	Micros  int64 `asn1:"optional,tag:1"`
}

// Parse reads one token in DER, with nothing behind it.
func Parse(der []byte) (t *Token, err error) {
	defer func() { // the library underneath has met no fuzzer but ours
		if r := recover(); r != nil {
			t, err = nil, errors.New("reading time-stamp token: library gave up")
		}
	}()
	if len(der) > maxToken {
		return nil, fmt.Errorf("time-stamp token of %d bytes", len(der))
	}
	if err := checkDER(der, maxDepth); err != nil {
		return nil, fmt.Errorf("reading time-stamp token: %w", err)
	}
	content, err := encapsulated(der)
	if err != nil {
		return nil, fmt.Errorf("reading time-stamp token: %w", err)
	}
	t, err = parseInfo(content)
	if err != nil {
		return nil, fmt.Errorf("reading time-stamp info: %w", err)
	}
	if t.p7, err = pkcs7.Parse(der); err != nil {
		return nil, fmt.Errorf("reading time-stamp signature: %w", err)
	}
	if !bytes.Equal(t.p7.Content, content) {
		return nil, errors.New("time-stamp content is read in two ways")
	}
	t.Certificates = t.p7.Certificates
	if n := len(t.Certificates); n == 0 || n > maxCertificates {
		return nil, fmt.Errorf("time-stamp token has %d certificates", n)
	}
	if t.Authority = t.p7.GetOnlySigner(); t.Authority == nil {
		return nil, errors.New("time-stamp token has not one signer with its certificate")
	}
	return t, nil
}

// encapsulated gives the TSTInfo inside a token.
func encapsulated(der []byte) ([]byte, error) {
	var ci contentInfo
	if err := unmarshal(der, &ci); err != nil {
		return nil, err
	}
	if !ci.Type.Equal(pkcs7.OIDSignedData) {
		return nil, errors.New("not signed data")
	}
	var sd signedData
	if err := unmarshal(ci.Content.Bytes, &sd); err != nil {
		return nil, err
	}
	if !sd.Encapsulated.Type.Equal(oidTSTInfo) {
		return nil, errors.New("content is no time-stamp info")
	}
	if len(sd.SignerInfos) != 1 {
		return nil, fmt.Errorf("%d signers", len(sd.SignerInfos))
	}
	return sd.Encapsulated.Content, nil
}

func parseInfo(der []byte) (*Token, error) {
	var info tstInfo
	if err := unmarshal(der, &info); err != nil {
		return nil, err
	}
	if info.Version != 1 {
		return nil, fmt.Errorf("version %d", info.Version)
	}
	hash, err := hashOf(info.Imprint.Hash)
	if err != nil {
		return nil, err
	}
	if len(info.Imprint.Digest) != hash.Size() {
		return nil, errors.New("imprint has the wrong length")
	}
	for _, e := range info.Extensions {
		if e.Critical {
			return nil, fmt.Errorf("critical extension %s", e.Id)
		}
	}
	return &Token{
		GenTime: info.GenTime.UTC(), Hash: hash, Imprint: info.Imprint.Digest,
		Serial: info.Serial, Policy: info.Policy.String(),
	}, nil
}

// Covers says whether the token's imprint is the digest of data.
func (t *Token) Covers(data []byte) bool {
	h := t.Hash.New()
	h.Write(data)
	return bytes.Equal(h.Sum(nil), t.Imprint)
}

// unmarshal reads exactly one value.
func unmarshal(der []byte, v any) error {
	rest, err := asn1.Unmarshal(der, v)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return errors.New("trailing data")
	}
	return nil
}

// checkDER walks one value and refuses indefinite and overlong lengths, more
// than depth levels, and anything behind the value.
func checkDER(der []byte, depth int) error {
	rest, err := walk(der, depth)
	if err == nil && len(rest) > 0 {
		err = errors.New("trailing data")
	}
	return err
}

func walk(der []byte, depth int) (rest []byte, err error) {
	if depth == 0 {
		return nil, errors.New("too many levels")
	}
	var v asn1.RawValue
	if rest, err = asn1.Unmarshal(der, &v); err != nil { // refuses lengths that are not DER
		return nil, err
	}
	if v.IsCompound {
		for inner := v.Bytes; len(inner) > 0; {
			if inner, err = walk(inner, depth-1); err != nil {
				return nil, err
			}
		}
	}
	return rest, nil
}
