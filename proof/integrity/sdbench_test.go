package integrity_test

import (
	"testing"

	"github.com/probatum/probatum/proof/integrity"
)

func BenchmarkSD(b *testing.B) {
	s := newSigner(b)
	prepared := s.prepare(b, course(s.did))
	signed := s.sign(b, course(s.did), always...)
	derived := s.derive(b, signed, "/credentialSubject")
	b.Run("Sign", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.e.SignSD(b.Context(), prepared, s.key, always); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Derive", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.e.Derive(b.Context(), signed, []string{"/credentialSubject"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Verify", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.e.Verify(b.Context(), derived, integrity.VerifyOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
