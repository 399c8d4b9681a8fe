package jose_test

import (
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

func TestParseClaims(t *testing.T) {
	t.Parallel()
	c, err := jose.ParseClaims([]byte(`{"iss":"did:web:a.example","sub":"s","jti":"j","aud":["a","b"],"iat":0,"nbf":1764072000,"exp":1864072000.999,"cnf":{"jwk":{}},"more":[1]}`))
	if err != nil {
		t.Fatal(err)
	}
	if c.Issuer != "did:web:a.example" || c.Subject != "s" || c.ID != "j" || strings.Join(c.Audience, " ") != "a b" || !c.IssuedAt.Equal(time.Unix(0, 0)) ||
		!c.NotBefore.Equal(time.Unix(1764072000, 0)) || !c.Expires.Equal(time.Unix(1864072000, 0)) || c.Expires.Location() != time.UTC {
		t.Errorf("read as %+v", c)
	}
	if m, ok := c.Member("more"); !ok || string(m) != "[1]" {
		t.Errorf("member more: %s, %v", m, ok)
	}
	if _, ok := c.Member("absent"); ok {
		t.Error("an absent member is there")
	}
	c, err = jose.ParseClaims([]byte(`{"aud":"a"}`))
	if err != nil || len(c.Audience) != 1 || !c.IssuedAt.IsZero() || !c.Expires.IsZero() || c.Issuer != "" {
		t.Errorf("read as %+v, %v", c, err)
	}
	for text, code := range map[string]proof.Code{
		``: proof.Malformed, `[]`: proof.Malformed, `null`: proof.Malformed, `"x"`: proof.Malformed, `{}{}`: proof.Malformed, `{"a":1,"a":2}`: proof.Malformed,
		`{"Exp":1}`: proof.Malformed, `{"Cnf":{}}`: proof.Malformed, `{"sub":1}`: proof.Malformed, `{"jti":null}`: proof.Malformed, `{"aud":{}}`: proof.Malformed,
		`{"aud":[]}`: proof.Malformed, `{"aud":[["a"]]}`: proof.Malformed, `{"aud":""}`: proof.Malformed, `{"aud":[` + strings.Repeat(`"a",`, 16) + `"a"]}`: proof.Malformed,
		`{"sub":"` + strings.Repeat("a", 9000) + `"}`: proof.Malformed,
		`{"iss":["a"]}`: proof.Key, `{"iss":null}`: proof.Key, `{"iss":{}}`: proof.Key, `{"iss":""}`: proof.Key,
		`{"exp":"1"}`: proof.Validity, `{"exp":null}`: proof.Validity, `{"exp":true}`: proof.Validity, `{"exp":[1]}`: proof.Validity, `{"exp":{}}`: proof.Validity,
		`{"exp":-1}`: proof.Validity, `{"exp":1e12}`: proof.Validity, `{"exp":1e308}`: proof.Validity, `{"exp":253402300800}`: proof.Validity,
		`{"iat":"2026-01-01T00:00:00Z"}`: proof.Validity, `{"nbf":null}`: proof.Validity, `{"exp":1` + strings.Repeat("0", 500) + `}`: proof.Resources,
		`{"exp":253402300799,"iat":1e9,"nbf":1.5}`: "",
	} {
		_, err := jose.ParseClaims([]byte(text))
		want(t, text[:min(60, len(text))], err, code)
	}
}

// TV-22, for the registered times.
func TestTV22CheckTimes(t *testing.T) {
	t.Parallel()
	const skew = time.Minute
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return now.Add(d) }
	for what, c := range map[string]struct {
		claims jose.Claims
		code   proof.Code
	}{
		"none":                       {jose.Claims{}, ""},
		"within":                     {jose.Claims{IssuedAt: at(-time.Hour), NotBefore: at(-time.Hour), Expires: at(time.Hour)}, ""},
		"begins now":                 {jose.Claims{NotBefore: now}, ""},
		"begins within the skew":     {jose.Claims{NotBefore: at(skew)}, ""},
		"begins later":               {jose.Claims{NotBefore: at(skew + time.Second)}, proof.Validity},
		"issued within the skew":     {jose.Claims{IssuedAt: at(skew)}, ""},
		"issued later":               {jose.Claims{IssuedAt: at(skew + time.Second)}, proof.Validity},
		"ends now":                   {jose.Claims{Expires: now}, ""},
		"ended within the skew":      {jose.Claims{Expires: at(-skew + time.Second)}, ""},
		"ended just outside of it":   {jose.Claims{Expires: at(-skew)}, proof.Validity},
		"ended long ago":             {jose.Claims{Expires: at(-time.Hour)}, proof.Validity},
		"ends at the beginning":      {jose.Claims{Expires: time.Unix(0, 0)}, proof.Validity},
		"ends before it begins":      {jose.Claims{NotBefore: at(time.Second), Expires: now}, proof.Validity},
		"begins and ends in a while": {jose.Claims{NotBefore: at(time.Hour), Expires: at(2 * time.Hour)}, proof.Validity},
	} {
		want(t, what, c.claims.CheckTimes(now, skew), c.code)
	}
	want(t, "without skew", jose.Claims{Expires: now}.CheckTimes(now, 0), proof.Validity)
}
