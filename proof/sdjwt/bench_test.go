package sdjwt_test

import (
	"strings"
	"testing"

	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// BenchmarkVerify verifies an SD-JWT VC with twelve disclosures, one of them a
// document of 20 kB.
func BenchmarkVerify(b *testing.B) {
	key := p256(b)
	payload := strings.Replace(award(b, p256(b)), `"elm":{`, `"grade":"A","x":1,"y":2,"elm":{"note":"`+strings.Repeat("text ", 4_000)+`",`, 1)
	data := issue(b, key, sdjwt.TypeVC, payload, append(awardPaths, "grade", "x", "y")...)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verify(data, sdjwt.PolicyOf(sdjwt.VC), key.Public()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSignature is the part of BenchmarkVerify that every form has.
func BenchmarkSignature(b *testing.B) {
	key := p256(b)
	j, err := jose.ParseCompact([]byte(strings.SplitN(token(b, key, sdjwt.TypeVC, award(b, key)), "~", 2)[0]), jose.Policy{Types: []string{sdjwt.TypeVC}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := j.Verify(key.Public()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkIssue(b *testing.B) {
	key := p256(b)
	payload := award(b, p256(b))
	for b.Loop() {
		issue(b, key, sdjwt.TypeVC, payload, awardPaths...)
	}
}
