package jades_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/probatum/probatum/proof/jades"
)

// BenchmarkParseAndVerify measures the Commission's sample of 150 kB, with its
// three time-stamps, and gives the cost as a multiple of one bare RSA
// verification over the same bytes.
func BenchmarkParseAndVerify(b *testing.B) {
	data := official(b)
	f, err := jades.Parse(data)
	if err != nil {
		b.Fatal(err)
	}
	input, sig := f.Signed()
	key, ok := f.Certificates[0].PublicKey.(*rsa.PublicKey)
	if !ok {
		b.Fatal("the sample is not sealed with RSA")
	}
	const rounds = 50
	start := time.Now()
	for range rounds {
		sum := sha256.Sum256(input)
		if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig); err != nil {
			b.Fatal(err)
		}
	}
	bare := time.Since(start) / rounds

	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := jades.Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		if err := f.VerifySignature(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(bare), "x-bare-rsa")
}
