package sdjwt

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"

	"github.com/probatum/probatum/proof/jose"
)

// A Prepared is what Issue made, before it is signed: what an issuer holds
// against its rules when it finishes what it recorded earlier. Nobody has signed
// it, so nobody is to be shown it.
type Prepared struct {
	Header    jose.Header
	Input     []byte // what Sign will sign
	Payload   []byte // processed, with every disclosure in place
	Claims    CredentialClaims
	Disclosed []Disclosure
	Decoys    int // digests that stand for nothing
}

// ParsePrepared reads what Issue made, as strictly as Parse and Verify will
// read it when it is signed.
func ParsePrepared(unsigned []byte, p Policy) (Prepared, error) {
	input, rest, _ := bytes.Cut(unsigned, []byte("~"))
	// The token is complete but for the signature, and is never given away so.
	none := base64.RawURLEncoding.EncodeToString(make([]byte, 64))
	s, err := Parse(slices.Concat(input, []byte("."+none+"~"), rest), p)
	if err != nil {
		return Prepared{}, err
	}
	if s.Bound() {
		return Prepared{}, malformed("proof.sdjwt.form", errBoundUnsigned)
	}
	o, err := open(s.Token.Payload, s.disclosures)
	if err != nil {
		return Prepared{}, err
	}
	claims, err := o.check(s.Kind, s.loose)
	if err != nil {
		return Prepared{}, err
	}
	return Prepared{
		Header: s.Token.Header, Input: s.Token.Input, Payload: appendJSON(nil, o.root),
		Claims: claims, Disclosed: o.disclosures, Decoys: o.undisclosed,
	}, nil
}

var errBoundUnsigned = errors.New("key binding of what is not signed")
