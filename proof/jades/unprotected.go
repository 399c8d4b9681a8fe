package jades

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/timestamp"
)

// The bounds of what the unprotected header may bring.
const (
	maxItems       = 64
	maxTokens      = 8 // in one container
	maxAllTokens   = 16
	maxExtra       = 64
	maxRevocation  = 64
	maxCertificate = 32 << 10
	maxItemName    = 32
)

// A TimeStamp is a time-stamp token in the place where it was found.
type TimeStamp struct {
	Token  *timestamp.Token // nil when it cannot be read
	Covers bool             // its imprint is that of what it stands for
	Err    error            // why it cannot be read
}

// Verify says whether the time-stamp proves that what it stands for existed at
// Token.GenTime, if its authority is trusted.
func (t TimeStamp) Verify() error {
	switch {
	case t.Token == nil:
		return t.Err
	case !t.Covers:
		return errors.New("time-stamp is of something else")
	}
	return t.Token.VerifySignature()
}

// readUnprotected reads the unprotected header: etsiU and nothing else.
func (f *File) readUnprotected(raw json.RawMessage) error {
	if raw == nil {
		return nil
	}
	list, err := strictjson.Members(raw)
	if err != nil {
		return jose.JSONError("reading unprotected header", err)
	}
	for _, m := range list {
		switch {
		case m.Name == "etsiU":
		case m.Name == "jwk" || m.Name == "jku" || m.Name == "x5u" || m.Name == "x5c" || m.Name == "kid":
			return badKey("proof.key.brought", fmt.Errorf("unprotected header has %s", m.Name))
		default:
			return badHeader("proof.header.unprotected", errors.New("unprotected header has more than etsiU"))
		}
	}
	if len(list) == 1 {
		return f.readItems(list[0].Value)
	}
	return nil
}

// readItems reads etsiU (ETSI TS 119 182-1, 5.3.1). What cannot be read is
// noted as damage: anybody can break an unprotected header, and the signature
// stands without it. A counter-signature is refused, since nothing here would
// check it.
func (f *File) readItems(raw json.RawMessage) error {
	items := rawList(raw)
	switch {
	case len(items) == 0:
		f.damaged(errors.New("etsiU is no list or empty"))
		return nil
	case len(items) > maxItems:
		f.damaged(fmt.Errorf("etsiU has %d items", len(items)))
		return nil
	}
	before := f.archiveInput(len(raw)) // what an archive time-stamp covers so far
	data := false                      // validation data has been seen
	for i, item := range items {
		name, value, text, err := openItem(item)
		if err != nil {
			f.damaged(fmt.Errorf("etsiU[%d]: %w", i, err))
			continue
		}
		switch name {
		case "sigTst":
			// Seals are stamped first and then completed with validation data;
			// another order means that somebody else has been at it.
			if data {
				err = errors.New("time-stamp of the signature stands behind the data that completes it")
			}
			f.SignatureTimeStamps = append(f.SignatureTimeStamps, f.itemStamps(value, []byte(f.sigText), true, &err)...)
		case "arcTst":
			f.ArchiveTimeStamps = append(f.ArchiveTimeStamps, f.itemStamps(value, before, before != nil, &err)...)
			data = true
		case "xVals", "axVals":
			err = f.readCerts(value)
			data = true
		case "rVals", "arVals":
			err = f.readRevocation(value)
			data = true
		case "tstVD":
			err = f.readStampData(value)
			data = true
		case "cSig":
			return badProof("proof.proof.countersigned", errors.New("etsiU has a counter-signature"))
		default:
			if !slices.Contains(f.Unprocessed, name) {
				f.Unprocessed = append(f.Unprocessed, name)
			}
		}
		if err != nil {
			f.damaged(fmt.Errorf("etsiU[%d] (%s): %w", i, name, err))
		}
		if text == "" {
			before = nil // a plain object has no bytes of its own to stamp
		} else if before != nil {
			before = append(before, text...)
		}
	}
	return nil
}

// archiveInput begins what an archive time-stamp covers: payload, protected
// header and signature as they stand, each with a full stop behind it; the
// etsiU items before it follow without separator (5.3.6.3). It leaves room for
// as many bytes more.
func (f *File) archiveInput(more int) []byte {
	b := make([]byte, 0, len(f.payload)+len(f.protected)+len(f.sigText)+3+more)
	for _, part := range []string{f.payload, f.protected, f.sigText} {
		b = append(b, part...)
		b = append(b, '.')
	}
	return b
}

// rawList gives the elements of an array, none for anything else.
func rawList(raw json.RawMessage) []json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	return items
}

func (f *File) damaged(err error) {
	if f.Damage == nil {
		f.Damage = err
	}
}

// openItem gives name and value of an item: a base64url string that holds an
// object with one member, or that object itself. text is the string.
func openItem(raw json.RawMessage) (name string, value json.RawMessage, text string, err error) {
	if raw[0] == '"' {
		if err := json.Unmarshal(raw, &text); err != nil {
			return "", nil, "", err
		}
		if raw, err = jose.DecodeBase64URL(text); err != nil {
			return "", nil, text, err
		}
	}
	list, err := strictjson.Members(raw)
	if err != nil {
		return "", nil, text, err
	}
	if len(list) != 1 {
		return "", nil, text, fmt.Errorf("item has %d members", len(list))
	}
	name = list[0].Name
	if len(name) == 0 || len(name) > maxItemName || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", nil, text, errors.New("item has an odd name")
	}
	return name, list[0].Value, text, nil
}

// itemStamps reads the time-stamps of one item. All must be readable and fit,
// or *err says why not.
func (f *File) itemStamps(value json.RawMessage, covered []byte, defined bool, err *error) []TimeStamp {
	vals, e := tokens(value)
	if e == nil && len(f.SignatureTimeStamps)+len(f.ArchiveTimeStamps)+len(vals) > maxAllTokens {
		e = errors.New("too many time-stamps")
	}
	if e != nil {
		*err = e
		return nil
	}
	list := stamps(vals, covered)
	for i := range list {
		if !defined {
			list[i].Covers = false
		}
		if *err == nil {
			*err = list[i].Verify()
		}
	}
	return list
}

// tokens reads a time-stamp container (5.4.3.3): {"tstTokens":[{"val":…}]}.
// A canonicalisation algorithm is not understood.
func tokens(raw json.RawMessage) ([]string, error) {
	var c struct {
		Tokens []struct {
			Value    string `json:"val"`
			Type     string `json:"type"`
			Encoding string `json:"encoding"`
			SpecRef  string `json:"specRef"`
		} `json:"tstTokens"`
	}
	if err := strictjson.Decode(raw, &c, strictjson.DisallowUnknown()); err != nil {
		return nil, err
	}
	if n := len(c.Tokens); n == 0 || n > maxTokens {
		return nil, fmt.Errorf("time-stamp container has %d tokens", n)
	}
	vals := make([]string, len(c.Tokens))
	for i, t := range c.Tokens {
		vals[i] = t.Value
	}
	return vals, nil
}

func stamps(vals []string, covered []byte) []TimeStamp {
	if len(vals) == 0 {
		return nil
	}
	list := make([]TimeStamp, len(vals))
	for i, v := range vals {
		der, err := jose.DecodeBase64(v)
		if err != nil {
			list[i].Err = fmt.Errorf("reading time-stamp: %w", err)
			continue
		}
		t, err := timestamp.Parse(der)
		if err != nil {
			list[i].Err = err
			continue
		}
		list[i] = TimeStamp{Token: t, Covers: t.Covers(covered)}
	}
	return list
}

// readCerts reads xVals and axVals (5.3.5.1): certificates that help to build
// chains. Other kinds of certificate in them are passed over.
func (f *File) readCerts(raw json.RawMessage) error {
	var list []struct {
		X509  *pkiObject      `json:"x509Cert"`
		Other json.RawMessage `json:"otherCert"`
	}
	if err := strictjson.Decode(raw, &list); err != nil {
		return err
	}
	for _, v := range list {
		if v.X509 == nil {
			continue
		}
		if len(f.Extra) == maxExtra {
			return errors.New("too many certificates")
		}
		der, err := v.X509.der()
		if err != nil {
			return err
		}
		if len(der) > maxCertificate {
			return fmt.Errorf("certificate of %d bytes", len(der))
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		f.Extra = append(f.Extra, cert)
	}
	return nil
}

// readRevocation reads rVals and arVals (5.3.5.2).
func (f *File) readRevocation(raw json.RawMessage) error {
	var v struct {
		CRLs  []pkiObject     `json:"crlVals"`
		OCSPs []pkiObject     `json:"ocspVals"`
		Other json.RawMessage `json:"otherVals"`
	}
	if err := strictjson.Decode(raw, &v); err != nil {
		return err
	}
	for _, part := range []struct {
		from []pkiObject
		into *[][]byte
	}{{v.CRLs, &f.CRLs}, {v.OCSPs, &f.OCSPs}} {
		for _, o := range part.from {
			if len(*part.into) == maxRevocation {
				return errors.New("too much revocation data")
			}
			der, err := o.der()
			if err != nil {
				return err
			}
			*part.into = append(*part.into, der)
		}
	}
	return nil
}

// readStampData reads tstVD (5.3.6.2): what time-stamps need to be checked.
func (f *File) readStampData(raw json.RawMessage) error {
	var v struct {
		Certs      json.RawMessage `json:"xVals"`
		Revocation json.RawMessage `json:"rVals"`
	}
	if err := strictjson.Decode(raw, &v); err != nil {
		return err
	}
	if v.Certs != nil {
		if err := f.readCerts(v.Certs); err != nil {
			return err
		}
	}
	if v.Revocation != nil {
		return f.readRevocation(v.Revocation)
	}
	return nil
}

// pkiObject is pkiOb of 5.4.1. Only DER, the default, is taken.
type pkiObject struct {
	Value    string `json:"val"`
	Encoding string `json:"encoding"`
	SpecRef  string `json:"specRef"`
}

func (o pkiObject) der() ([]byte, error) {
	if o.Encoding != "" && !strings.HasSuffix(o.Encoding, "/DER") && !strings.HasSuffix(o.Encoding, "#DER") {
		return nil, errors.New("encoding is not DER")
	}
	return jose.DecodeBase64(o.Value)
}
