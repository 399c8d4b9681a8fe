package sdjwt_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/sdjwt"
)

// TestResources sends what costs much to read. Each answer is quick, small and
// has code resources, also where the issuer's key signed it.
func TestResources(t *testing.T) {
	t.Parallel()
	key := p256(t)
	head := strings.SplitN(token(t, key, "example+sd-jwt", `{}`), "~", 2)[0]
	tests := []struct {
		name string
		data func() string
	}{
		{"100,000 disclosures", func() string { return head + strings.Repeat("~WyJzIiwxXQ", 100_000) + "~" }},
		{"2 million tildes", func() string { return head + strings.Repeat("~", 2_000_000) }},
		{"8 MB of disclosure", func() string { return head + "~" + strings.Repeat("A", 8<<20) + "~" }},
		{"8 MB of KB-JWT", func() string { return head + "~" + strings.Repeat("A", 8<<20) }},
		{"300,000 values in two disclosures", func() string {
			d := make([]string, 2)
			digests := make([]string, 2)
			for i := range d {
				d[i] = enc(fmt.Sprintf(`["s","n%d",[%s0]]`, i, strings.Repeat("0,", 150_000)))
				digests[i] = `"` + dig(d[i]) + `"`
			}
			return token(t, key, "example+sd-jwt", `{"_sd":[`+strings.Join(digests, ",")+`]}`, d...)
		}},
		{"120,000 values in 12 disclosures", func() string {
			d := make([]string, 12)
			digests := make([]string, 12)
			for i := range d {
				d[i] = enc(fmt.Sprintf(`["s","n%d",[%s0]]`, i, strings.Repeat("0,", 10_000)))
				digests[i] = `"` + dig(d[i]) + `"`
			}
			return token(t, key, "example+sd-jwt", `{"_sd":[`+strings.Join(digests, ",")+`]}`, d...)
		}},
		{"150,000 digests", func() string {
			return token(t, key, "example+sd-jwt", `{"_sd":[`+strings.Repeat(`"",`, 150_000)+`""]}`)
		}},
		{"65 levels in the payload", func() string { return token(t, key, "example+sd-jwt", deep(65)) }},
		{"9,000 levels in a disclosure", func() string {
			d := enc(`["s","a",` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + `]`)
			return token(t, key, "example+sd-jwt", `{"_sd":["`+dig(d)+`"]}`, d)
		}},
		{"disclosures inside each other, 900 of them", func() string {
			payload, d := nested(900, 1)
			return token(t, key, "example+sd-jwt", payload, d...)
		}},
		{"deep disclosures inside each other", func() string {
			payload, d := nested(3, 30)
			return token(t, key, "example+sd-jwt", payload, d...)
		}},
		{"a number of 100,000 digits", func() string {
			d := enc(`["s","a",` + strings.Repeat("9", 100_000) + `]`)
			return token(t, key, "example+sd-jwt", `{"_sd":["`+dig(d)+`"]}`, d)
		}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			data := c.data()
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, err := verify(data, plain, key.Public())
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			refused(t, err, proof.Resources, "")
			if took > testkit.AnswerTime() {
				t.Errorf("took %s", took)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 && !testkit.Race {
				t.Errorf("allocated %d MB", grown>>20)
			}
		})
	}
}

// deep is an object of n levels.
func deep(n int) string { return strings.Repeat(`{"a":`, n-1) + "{}" + strings.Repeat("}", n-1) }

// nested makes n disclosures, each inside the one before, with levels between.
func nested(n, levels int) (payload string, disclosures []string) {
	value := "1"
	for range n {
		d := enc(`["s","a",` + value + `]`)
		disclosures = append(disclosures, d)
		value = strings.Repeat(`{"l":`, levels-1) + `{"_sd":["` + dig(d) + `"]}` + strings.Repeat("}", levels-1)
	}
	return value, disclosures
}

// TestAtTheLimit accepts what is just small enough.
func TestAtTheLimit(t *testing.T) {
	t.Parallel()
	key := p256(t)
	payload, d := nested(63, 1)
	s := accepted(t, token(t, key, "example+sd-jwt", payload, d...), plain, key.Public())
	if got := s.Disclosed()[0].Path; len(got) != 63 {
		t.Errorf("innermost at depth %d", len(got))
	}
	accepted(t, token(t, key, "example+sd-jwt", deep(64)), plain, key.Public())
	var digests []string
	d = nil
	for i := range sdjwt.MaxDisclosures {
		one := enc(fmt.Sprintf(`["s","n%d",%d]`, i, i))
		d, digests = append(d, one), append(digests, `"`+dig(one)+`"`)
	}
	wide := `{"_sd":[` + strings.Join(digests, ",") + `]}`
	s = accepted(t, token(t, key, "example+sd-jwt", wide, d...), plain, key.Public())
	if len(s.Disclosed()) != sdjwt.MaxDisclosures {
		t.Errorf("%d disclosures", len(s.Disclosed()))
	}
	_, err := verify(token(t, key, "example+sd-jwt", wide, append(d, enc(`["s","o",1]`))...), plain, key.Public())
	refused(t, err, proof.Resources, "proof.sdjwt.limit")
}
