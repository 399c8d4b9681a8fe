package status_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
)

// BenchmarkStatus compares what a status costs with verifying one ES256
// signature, in one run: a warm check, cold ones (open, verify, inflate, look
// up) of the forms that lists have, and signing one list anew where there are
// 10,000,000 entries.
func BenchmarkStatus(b *testing.B) {
	by := newSigner(b, "P-256")
	set := map[int]status.State{}
	for i := range 1300 { // one in a hundred
		set[i*97] = status.Revoked
	}
	lists := make([]status.Contents, 77) // 10,092,544 entries
	for i := range lists {
		lists[i] = contents(revocation, set)
		lists[i].ID = fmt.Sprint(i)
	}
	tokenSlot := status.Slot{Kind: status.Token, Size: 2}
	signed := by.sign(b, revocation, set, noon)
	token := by.sign(b, tokenSlot, set, noon)
	chainless := by
	chainless.Chain.Leaf = nil
	bare := chainless.sign(b, revocation, set, noon)
	s := newShelf()
	s.put(listURL, signed.JWT)
	warm := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: func() time.Time { return noon }})
	ref, tokenRef := at(listURL), referenceTo(b, tokenSlot, 5)

	input := []byte("some bytes that were signed")
	sig, err := jose.Sign(by.Key, "ES256", input)
	if err != nil {
		b.Fatal(err)
	}
	cold := func(data []byte, r status.Reference) func() error {
		return func() error {
			l, err := status.Open(b.Context(), data, status.OpenOptions{URL: listURL, Now: noon})
			if err == nil {
				_, err = r.Judge(l)
			}
			return err
		}
	}
	works := []struct {
		name string
		n    int
		do   func() error
	}{
		{"verify", 100, func() error { return jose.Verify(by.Key.Public(), "ES256", input, sig) }},
		{"warm", 100_000, func() error {
			l, err := warm.Get(b.Context(), listURL, status.Bitstring)
			if err == nil {
				_, err = ref.Judge(l)
			}
			return err
		}},
		{"vc+jwt", 100, cold(signed.JWT, ref)},
		{"vc+jwt-without-x5c", 100, cold(bare.JWT, ref)},
		{"statuslist+jwt", 100, cold(token.JWT, tokenRef)},
		{"data-integrity", 20, cold(signed.DI, ref)},
		{"sign-one-of-77", 5, func() error {
			_, err := status.Sign(b.Context(), lists[38], by.Signer, listURL, noon)
			return err
		}},
	}
	took := make([]time.Duration, len(works))
	rounds := 0
	for b.Loop() {
		rounds++
		for i, w := range works {
			start := time.Now()
			for range w.n {
				if err := w.do(); err != nil {
					b.Fatalf("%s: %v", w.name, err)
				}
			}
			took[i] += time.Since(start) / time.Duration(w.n)
		}
	}
	verify := took[0] / time.Duration(rounds)
	for i, w := range works {
		one := took[i] / time.Duration(rounds)
		b.ReportMetric(float64(one)/float64(time.Microsecond), "µs/"+w.name)
		if i > 0 {
			b.ReportMetric(float64(one)/float64(verify), "verifies/"+w.name)
		}
	}
}
