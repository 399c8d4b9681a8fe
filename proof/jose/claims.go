package jose

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
)

// Claims are the registered claims of a token (RFC 7519, 4.1); zero where they
// are absent.
type Claims struct {
	Issuer    string   // iss
	Subject   string   // sub
	ID        string   // jti
	Audience  []string // aud
	IssuedAt  time.Time
	NotBefore time.Time
	Expires   time.Time

	members map[string]json.RawMessage
}

// Member gives the text of any member.
func (c Claims) Member(name string) (json.RawMessage, bool) {
	m, ok := c.members[name]
	return m, ok
}

// The limits of claims.
const (
	maxAudience = 16
	maxClaim    = 8 << 10 // of iss, sub, jti and one aud
	maxTime     = 253402300799
)

// ParseClaims reads a payload strictly: one JSON object, no member twice or in
// another case, and the registered claims of the right kind, where they are.
// Times are numbers of seconds (RFC 7519, 2) up to the year 9999; a part of a
// second is cut off.
func ParseClaims(payload []byte) (Claims, error) { return parseClaims(payload, true) }

// parseClaims leaves out an iat that is no number where times are not strict.
func parseClaims(payload []byte, strict bool) (Claims, error) {
	var w struct { // the names that are guarded against other cases
		Iss json.RawMessage `json:"iss"`
		Sub json.RawMessage `json:"sub"`
		Jti json.RawMessage `json:"jti"`
		Aud json.RawMessage `json:"aud"`
		Iat json.RawMessage `json:"iat"`
		Nbf json.RawMessage `json:"nbf"`
		Exp json.RawMessage `json:"exp"`
		VC  json.RawMessage `json:"vc"`
		VP  json.RawMessage `json:"vp"`
		Cnf json.RawMessage `json:"cnf"`
	}
	if err := strictjson.Decode(payload, &w); err != nil {
		return Claims{}, JSONError("reading claims", err)
	}
	list, err := strictjson.Members(payload)
	if err != nil {
		return Claims{}, JSONError("reading claims", err)
	}
	c := Claims{members: make(map[string]json.RawMessage, len(list))}
	for _, m := range list {
		c.members[m.Name] = m.Value
	}
	if c.Issuer, err = claimText(w.Iss); err != nil {
		return Claims{}, keyRefusal("proof.key.iss", fmt.Errorf("iss: %w", err))
	}
	if c.Subject, err = claimText(w.Sub); err != nil {
		return Claims{}, badClaim("sub", err)
	}
	if c.ID, err = claimText(w.Jti); err != nil {
		return Claims{}, badClaim("jti", err)
	}
	if c.Audience, err = audience(w.Aud); err != nil {
		return Claims{}, badClaim("aud", err)
	}
	for _, t := range []struct {
		name string
		raw  json.RawMessage
		into *time.Time
	}{{"iat", w.Iat, &c.IssuedAt}, {"nbf", w.Nbf, &c.NotBefore}, {"exp", w.Exp, &c.Expires}} {
		if !strict && t.name == "iat" && len(t.raw) > 0 && t.raw[0] == '"' {
			continue
		}
		if *t.into, err = numericDate(t.raw); err != nil {
			return Claims{}, proof.Refuse(proof.Validity, "proof.validity.claim", fmt.Errorf("%s: %w", t.name, err), "Name", t.name)
		}
	}
	return c, nil
}

func badClaim(name string, err error) error {
	return proof.Refuse(proof.Malformed, "proof.malformed.claim", fmt.Errorf("%s: %w", name, err), "Name", name)
}

func claimText(raw json.RawMessage) (string, error) {
	if raw == nil {
		return "", nil
	}
	s, ok := jsonString(raw)
	if !ok || s == "" || len(s) > maxClaim {
		return "", errors.New("no string, empty or too long")
	}
	return s, nil
}

// audience reads one string or a list of them (RFC 7519, 4.1.3).
func audience(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 || raw[0] != '[' {
		s, err := claimText(raw)
		if err != nil || raw == nil {
			return nil, err
		}
		return []string{s}, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 || len(list) > maxAudience {
		return nil, errors.New("an empty list or a long one")
	}
	out := make([]string, 0, len(list))
	for _, item := range list {
		s, err := claimText(item)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// numericDate reads NumericDate of RFC 7519, 2.
func numericDate(raw json.RawMessage) (time.Time, error) {
	if raw == nil {
		return time.Time{}, nil
	}
	if raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') || len(raw) > 32 {
		return time.Time{}, errors.New("no number, or a long one")
	}
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || n < 0 || n > maxTime {
		return time.Time{}, errors.New("a number out of range")
	}
	return time.Unix(int64(math.Floor(n)), 0).UTC(), nil
}

// CheckTimes says whether the token is to be used at a time, by clocks that may
// differ by skew: not before nbf, before exp (RFC 7519, 4.1.4 and 4.1.5), and not
// issued later. An end before the beginning is refused at any time.
func (c Claims) CheckTimes(at time.Time, skew time.Duration) error {
	switch {
	case !c.Expires.IsZero() && !c.NotBefore.IsZero() && c.Expires.Before(c.NotBefore):
		return invalidTime("proof.validity.order", "exp is before nbf")
	case !c.NotBefore.IsZero() && at.Add(skew).Before(c.NotBefore):
		return invalidTime("proof.validity.early", "nbf is "+c.NotBefore.String(), "From", c.NotBefore)
	case !c.IssuedAt.IsZero() && at.Add(skew).Before(c.IssuedAt):
		return invalidTime("proof.validity.early", "iat is "+c.IssuedAt.String(), "From", c.IssuedAt)
	case !c.Expires.IsZero() && !at.Add(-skew).Before(c.Expires):
		return invalidTime("proof.validity.expired", "exp is "+c.Expires.String(), "Until", c.Expires)
	}
	return nil
}

func invalidTime(key, why string, pairs ...any) error {
	return proof.Refuse(proof.Validity, key, errors.New(why), pairs...)
}
