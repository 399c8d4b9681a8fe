package cwt_test

import (
	"errors"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/cwt"
)

func TestParseClaims(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		set  any
		code proof.Code
	}{
		"empty":                  {m{}, ""},
		"two recipients":         {m{3: []any{"a", "b"}}, ""},
		"others":                 {m{8: m{1: m{1: 2}}, -65537: 1.5, "name": []any{true, nil}}, ""},
		"the last second":        {m{4: 253402300799}, ""},
		"no map":                 {[]any{1, "a"}, proof.Malformed},
		"iss as a number":        {m{1: 1}, proof.Malformed},
		"iss empty":              {m{1: ""}, proof.Malformed},
		"sub as bytes":           {m{2: []byte("a")}, proof.Malformed},
		"aud empty":              {m{3: []any{}}, proof.Malformed},
		"aud of numbers":         {m{3: []any{1}}, proof.Malformed},
		"exp as text":            {m{4: "2010-01-01T19:23:24Z"}, proof.Malformed},
		"exp as a float":         {m{4: 1.5}, proof.Malformed},
		"exp with a tag":         {m{4: cbor.Tag{Number: 1, Content: 1}}, proof.Malformed},
		"exp before 1970":        {m{4: -1}, proof.Malformed},
		"exp zero":               {m{4: 0}, proof.Malformed},
		"exp in the year 10000":  {m{4: 253402300800}, proof.Malformed},
		"nbf enormous":           {m{5: uint64(1) << 63}, proof.Malformed},
		"iat null":               {m{6: nil}, proof.Malformed},
		"cti as text":            {m{7: "a"}, proof.Malformed},
		"cti empty":              {m{7: []byte{}}, proof.Malformed},
		"a label beyond a range": {m{uint64(1) << 63: 1}, proof.Malformed},
		"iss twice":              {cbor.RawMessage("\xa2\x01\x61a\x01\x61a"), proof.Malformed},
		"deep":                   {m{99: nested(40)}, proof.Resources},
	} {
		_, err := cwt.ParseClaims(marshal(t, c.set))
		refused(t, what, err, c.code)
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	c := cwt.Claims{
		Issuer: "did:key:z", Audience: []string{"a", "b"}, IssuedAt: time.Unix(1700000000, 0).UTC(),
		More: map[int64][]byte{-70001: marshal(t, "more"), 25: marshal(t, []any{1, 2})}, Named: map[string][]byte{"grade": marshal(t, "B")},
	}
	data, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := cwt.ParseClaims(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, back); diff != "" {
		t.Error(diff)
	}
	for what, bad := range map[string]cwt.Claims{
		"a label with a field of its own": {More: map[int64][]byte{4: marshal(t, 1)}},
		"a value that is no CBOR":         {More: map[int64][]byte{99: {0xff}}},
		"a value that is two":             {Named: map[string][]byte{"a": {1, 1}}},
		"no value":                        {Named: map[string][]byte{"a": {}}},
		"a time before 1970":              {Expires: time.Unix(-5, 0)},
	} {
		if data, err := bad.Encode(); err == nil {
			t.Errorf("%s: written as %x", what, data)
		}
	}
}

func TestCheckTimes(t *testing.T) {
	t.Parallel()
	at := func(s int64) time.Time { return time.Unix(s, 0).UTC() }
	c := cwt.Claims{NotBefore: at(1000), IssuedAt: at(1000), Expires: at(2000)}
	for s, ok := range map[int64]bool{989: false, 990: true, 1000: true, 1500: true, 1999: true, 2009: true, 2010: false, 3000: false} {
		if err := c.CheckTimes(at(s), 10*time.Second); (err == nil) != ok {
			t.Errorf("at %d: %v", s, err)
		} else if e, is := errors.AsType[*proof.Error](err); err != nil && (!is || e.Code != proof.Validity) {
			t.Errorf("at %d: error %v", s, err)
		}
	}
	refused(t, "issued later", cwt.Claims{IssuedAt: at(2000)}.CheckTimes(at(1000), 0), proof.Validity)
	refused(t, "end before beginning", cwt.Claims{NotBefore: at(10), Expires: at(5)}.CheckTimes(at(7), 0), proof.Validity)
	refused(t, "no times", cwt.Claims{}.CheckTimes(at(1), 0), "")
}

// Whatever is read: no panic, no long wait, an error with a code, and claims
// that are written again as they were, if they were in the one form.
func FuzzParse(f *testing.F) {
	f.Add(sign(f, keys.EdDSA, vc))
	f.Add(sign(f, keys.ES256, cwt.Header{Type: vc.Type}))
	f.Add(message(f, keys.ES256, marshal(f, with(m{15: m{1: "a"}, 2: []any{15}})), m{4: []byte("k")}))
	f.Add(marshal(f, m{1: "a", 3: []any{"b"}, 6: 5, "x": 1.5}))
	f.Add([]byte{0xd2, 0x84, 0x40, 0xa0, 0xf6, 0x40})
	policies := []cwt.Policy{cwt.VC, cwt.VP, {Types: []string{""}, ContentTypes: []string{""}, Hint: true, Untagged: true, Critical: []int64{15}}}
	pub := signers()[keys.ES256].Public()
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		for _, p := range policies {
			msg, err := cwt.Parse(data, p)
			coded(t, err)
			if err == nil {
				coded(t, msg.Verify(pub))
			}
		}
		c, err := cwt.ParseClaims(data)
		coded(t, err)
		if err == nil {
			again, err := c.Encode()
			if err != nil {
				t.Fatalf("claims that were read are not written: %v", err)
			}
			back, err := cwt.ParseClaims(again)
			if err != nil || !cmp.Equal(c, back) {
				t.Fatalf("claims changed: %v\n%s", err, cmp.Diff(c, back))
			}
		}
		if d := time.Since(start); d > testkit.AnswerTime() {
			t.Errorf("took %v", d)
		}
	})
}

func coded(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if e, ok := errors.AsType[*proof.Error](err); !ok || e.Code == "" || e.Key == "" {
		t.Fatalf("error without a code: %v", err)
	}
}
