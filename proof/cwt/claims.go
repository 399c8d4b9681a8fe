package cwt

import (
	"errors"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/probatum/probatum/proof"
)

// The labels of registered claims (RFC 8392, 3.1).
const (
	claimIssuer = iota + 1
	claimSubject
	claimAudience
	claimExpires
	claimNotBefore
	claimIssuedAt
	claimID
)

// maxAudience is how many recipients a set of claims may name.
const maxAudience = 64

// Claims are what a CBOR Web Token says (RFC 8392, 3.1). Times are whole
// seconds: the standard allows fractions, which nothing here needs, and which
// are refused.
type Claims struct {
	Issuer, Subject string
	Audience        []string
	Expires         time.Time // zero: not said
	NotBefore       time.Time
	IssuedAt        time.Time
	ID              []byte // cti

	// More are other claims by their label, Named those that have a name in its
	// place: each the CBOR of its value. Encode writes such values.
	More  map[int64][]byte
	Named map[string][]byte
}

// ParseClaims reads a payload of claims.
func ParseClaims(payload []byte) (Claims, error) {
	set, err := readItem(payload)
	if err != nil {
		return Claims{}, cborError("reading claims", err)
	}
	if set.major != majorMap {
		return Claims{}, malformed("proof.malformed.form", errors.New("claims are no map"))
	}
	var c Claims
	for i := 0; i+1 < len(set.items); i += 2 {
		if err := c.read(set.items[i], set.items[i+1]); err != nil {
			return Claims{}, malformed("proof.malformed.form", err)
		}
	}
	return c, nil
}

func (c *Claims) read(key, value item) error {
	if key.major == majorText {
		if c.Named == nil {
			c.Named = map[string][]byte{}
		}
		c.Named[string(key.text)] = value.raw
		return nil
	}
	label, ok := key.int()
	if !ok {
		return errors.New("a label out of range")
	}
	var err error
	switch label {
	case claimIssuer:
		c.Issuer, err = textOf(value)
	case claimSubject:
		c.Subject, err = textOf(value)
	case claimAudience:
		c.Audience, err = audienceOf(value)
	case claimExpires:
		c.Expires, err = timeOf(value)
	case claimNotBefore:
		c.NotBefore, err = timeOf(value)
	case claimIssuedAt:
		c.IssuedAt, err = timeOf(value)
	case claimID:
		if value.major != majorBytes || len(value.text) == 0 {
			err = errors.New("no byte string, or an empty one")
		}
		c.ID = value.text
	default:
		if c.More == nil {
			c.More = map[int64][]byte{}
		}
		c.More[label] = value.raw
	}
	if err != nil {
		return fmt.Errorf("claim %d: %w", label, err)
	}
	return nil
}

func textOf(v item) (string, error) {
	if v.major != majorText || len(v.text) == 0 {
		return "", errors.New("no text, or an empty one")
	}
	return string(v.text), nil
}

// audienceOf reads one recipient, or a list (RFC 7519, 4.1.3).
func audienceOf(v item) ([]string, error) {
	list := []item{v}
	if v.major == majorArray {
		list = v.items
	}
	if len(list) == 0 || len(list) > maxAudience {
		return nil, fmt.Errorf("%d recipients", len(list))
	}
	var out []string
	for _, it := range list {
		text, err := textOf(it)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// lastSecond is the end of the year 9999, the last that can be written down.
const lastSecond = 253402300799

// timeOf reads a NumericDate (RFC 8392, 2): seconds since 1970, without a tag.
func timeOf(v item) (time.Time, error) {
	n, ok := v.int()
	if !ok || n <= 0 || n > lastSecond {
		return time.Time{}, errors.New("no whole number of seconds, or out of range")
	}
	return time.Unix(n, 0).UTC(), nil
}

// Encode writes the claims in the deterministic form.
func (c Claims) Encode() ([]byte, error) {
	set := map[any]any{}
	put := func(label int64, v any, present bool) {
		if present {
			set[label] = v
		}
	}
	put(claimIssuer, c.Issuer, c.Issuer != "")
	put(claimSubject, c.Subject, c.Subject != "")
	switch len(c.Audience) {
	case 0:
	case 1:
		put(claimAudience, c.Audience[0], true)
	default:
		put(claimAudience, c.Audience, true)
	}
	put(claimExpires, c.Expires.Unix(), !c.Expires.IsZero())
	put(claimNotBefore, c.NotBefore.Unix(), !c.NotBefore.IsZero())
	put(claimIssuedAt, c.IssuedAt.Unix(), !c.IssuedAt.IsZero())
	put(claimID, c.ID, len(c.ID) > 0)
	for label, v := range c.More {
		if label >= claimIssuer && label <= claimID || len(v) == 0 {
			return nil, fmt.Errorf("claim %d has a field of its own, or no value", label)
		}
		set[label] = cbor.RawMessage(v)
	}
	for name, v := range c.Named {
		if len(v) == 0 {
			return nil, fmt.Errorf("claim %q has no value", name)
		}
		set[name] = cbor.RawMessage(v)
	}
	data, err := Encode(set)
	if err != nil {
		return nil, err
	}
	if _, err := ParseClaims(data); err != nil { // what nobody could read is not written
		return nil, fmt.Errorf("encoding claims: %w", err)
	}
	return data, nil
}

// CheckTimes says whether the claims hold at a time, by clocks that may differ
// by skew: not before nbf, before exp (RFC 8392, 3.1.4 and 3.1.5), and not
// issued later. An end before the beginning is refused at any time.
func (c Claims) CheckTimes(at time.Time, skew time.Duration) error {
	switch {
	case !c.Expires.IsZero() && !c.NotBefore.IsZero() && c.Expires.Before(c.NotBefore):
		return invalidTime("proof.validity.order", "exp is before nbf")
	case !c.NotBefore.IsZero() && at.Add(skew).Before(c.NotBefore):
		return invalidTime("proof.validity.early", "before nbf", "From", c.NotBefore)
	case !c.IssuedAt.IsZero() && at.Add(skew).Before(c.IssuedAt):
		return invalidTime("proof.validity.early", "before iat", "From", c.IssuedAt)
	case !c.Expires.IsZero() && !at.Add(-skew).Before(c.Expires):
		return invalidTime("proof.validity.expired", "at or after exp", "Until", c.Expires)
	}
	return nil
}

func invalidTime(key, why string, pairs ...any) error {
	return proof.Refuse(proof.Validity, key, errors.New(why), pairs...)
}
